"""Opens, resumes and closes sessions: the worker's part of signing in.

Everything heavy (SQLAlchemy, Alembic, the keyring) is imported here, when the user signs in, never before the first
paint.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from benchboard import file_ownership
from benchboard.errors import Denied, Invalid
from benchboard.i18n import _
from benchboard.storage.database_url import is_password_parameter
from benchboard.ui.tasks import Progress

if TYPE_CHECKING:
    from benchboard.identity.authentication import DemoPerson, SignedIn
    from benchboard.vault import Vault
    from benchboard.workspace import Workspace

LocationKind = Literal["local", "demo", "server", "file"]


@dataclass(frozen=True, slots=True, repr=False)
class SignInRequest:
    """A request of the sign-in screen. It has no repr, so that its secrets reach no text or log."""

    kind: LocationKind
    url: str = ""
    database_password: str = ""
    email: str = ""
    password: str = ""
    organisation: str | None = None
    user_id: str = ""
    stay_signed_in: bool = False
    invitation: str = ""
    """The code of an invitation, by which an account with `name` and `password` is made."""
    name: str = ""
    code: str = ""
    """Of an authenticator app, or a recovery code."""
    secret: str = ""
    """A new one, whose `code` sets up two-step sign-in."""

    @property
    def location_name(self) -> str:
        """The location's name in settings.json: `local`, `demo`, or the URL."""
        return self.url or self.kind


class ActiveSession(NamedTuple):
    """An open database with an open session on it."""

    workspace: "Workspace"
    signed_in: "SignedIn"
    location_name: str
    """As `SignInRequest.location_name` gives it."""
    stay_signed_in: bool


def open_workspace(request: SignInRequest, home: Path, progress: Progress) -> "Workspace":
    """Open the database of `request`, creating or upgrading a local one if necessary."""
    from benchboard import workspace

    if request.kind == "local" and not file_ownership.exists(home / "benchboard.db"):
        progress.report(0, None, _("Creating your encrypted database"))
    elif request.kind == "demo" and not file_ownership.exists(home / "demo.db"):
        progress.report(0, None, _("Creating the demo organisation"))
    else:
        progress.report(0, None, _("Opening the database"))

    def report(sentence: str) -> None:
        progress.check()
        progress.report(0, None, sentence)

    if request.kind == "local":
        return workspace.open_local(home, report=report, on_wait=report)
    if request.kind == "demo":
        return workspace.open_demo(home, report=report, on_wait=report, with_week=True)
    return workspace.open_url(
        with_password(request.url, request.database_password), home, report=report, on_wait=report
    )


def open_session(request: SignInRequest, home: Path, progress: Progress) -> ActiveSession:
    """Open the database and a session on it. If `authentication.sign_in` raises, the database is closed."""
    from benchboard import workspace
    from benchboard.identity import authentication
    from benchboard.identity.permissions import Client
    from benchboard.identity.second_factor import NewFactor

    new_factor = NewFactor(request.secret, request.code) if request.secret else None
    opened = open_workspace(request, home, progress)
    try:
        progress.check()
        progress.report(0, None, _("Signing in") if request.email or request.invitation else _("Opening the database"))
        if request.invitation:
            signed_in = workspace.accept_invitation(
                opened,
                code=request.invitation,
                name=request.name,
                password=request.password,
                new_factor=new_factor,
            )
        elif request.email:
            signed_in = workspace.sign_in(
                opened,
                email=request.email,
                password=request.password,
                organisation=request.organisation,
                code=request.code,
                new_factor=new_factor,
            )
        else:
            with opened.database.system("sign-in").change() as session:
                if request.user_id:
                    signed_in = authentication.sign_in_demo(session, user_id=request.user_id, client=Client.here())
                else:
                    signed_in = authentication.sign_in_operator(session, client=Client.here())
        _store_token(opened.vault, request, signed_in.token)
    except BaseException:
        opened.close()
        raise
    return ActiveSession(opened, signed_in, request.location_name, request.stay_signed_in)


def resume_session(request: SignInRequest, home: Path, progress: Progress) -> ActiveSession | None:
    """Resume the saved session; None if there is none, or it has ended."""
    from benchboard.identity import authentication
    from benchboard.identity.permissions import Client
    from benchboard.vault import Vault

    vault = Vault(home)
    token, role_password = (vault.get(name) for name in token_names(request.location_name))
    if token is None:
        return None
    opened = open_workspace(
        replace(request, database_password=(role_password or b"").decode(errors="replace")), home, progress
    )
    try:
        with opened.database.system("sign-in").change() as session:
            signed_in = authentication.resume(session, token=token.decode(errors="replace"), client=Client.here())
    except Denied:
        opened.close()
        forget_token(vault, request.location_name)
        return None
    except BaseException:
        opened.close()
        raise
    return ActiveSession(opened, signed_in, request.location_name, True)


def demo_people(home: Path, progress: Progress) -> "tuple[DemoPerson, ...]":
    """The accounts of the demo; creates the demo at its first use."""
    opened = open_workspace(SignInRequest("demo"), home, progress)
    try:
        return people_of(opened)
    finally:
        opened.close()


def people_of(demo: "Workspace") -> "tuple[DemoPerson, ...]":
    """The accounts of the demo, which is open already."""
    from benchboard.identity import authentication

    with demo.database.system("sign-in").read() as session:
        return authentication.demo_people(session)


def close_session(active_session: ActiveSession, *, keep_token: bool) -> None:
    """Close the database and what is kept open for queries over files; without `keep_token`, first end the session and
    delete its saved token."""
    from benchboard.analytics.duckdb_instances import close_instances
    from benchboard.dashboards import presence
    from benchboard.identity import authentication
    from benchboard.identity.permissions import has_permission

    database, actor = active_session.workspace.database, active_session.signed_in.actor
    try:
        if not keep_token:
            with database.system("sign-out").change() as session:
                authentication.sign_out(session, actor)
            forget_token(active_session.workspace.vault, active_session.location_name)
        elif has_permission(actor, "studio:enter"):
            with database.bind(actor).change() as session:
                presence.leave_all(session, actor)
    finally:
        close_instances()
        active_session.workspace.close()


def forget_token(vault: "Vault", location_name: str) -> None:
    """Delete the saved session of `location_name`."""
    for name in token_names(location_name):
        vault.delete(name)


def token_names(location_name: str) -> tuple[str, str]:
    """The vault's names for the window's session (commands have their own) and for the database role's password."""
    import hashlib  # not needed before the window is there, and slow to load

    name = f"window.{hashlib.sha256(location_name.encode()).hexdigest()[:16]}"
    return name, f"{name}.role"


def _store_token(vault: "Vault", request: SignInRequest, token: str) -> None:
    if not request.stay_signed_in:
        forget_token(vault, request.location_name)
        return
    session, role = token_names(request.location_name)
    vault.put(session, token.encode())
    if request.database_password:
        vault.put(role, request.database_password.encode())


def saved_request(name: str, home: Path) -> SignInRequest | None:
    """The request for a `SignInRequest.location_name`, if a session may have been saved for it."""
    vault = home / "vault"
    if not name or not file_ownership.exists(vault) or not any(vault.glob("window.*")):
        return None
    if name == "local":
        return SignInRequest("local", stay_signed_in=True)
    if name == "demo":
        return SignInRequest("demo", stay_signed_in=True)
    return SignInRequest("file" if name.startswith("sqlite") else "server", url=name, stay_signed_in=True)


def parse_server_url(text: str) -> str:
    """A server's URL as the user typed it, with `postgresql://` added if it is missing. Raises `Invalid`."""
    text = text.strip()
    if not text:
        raise Invalid(
            "signin.url",
            _("Enter a server address, such as postgresql://role@server/database."),
            field="url",
        )
    if re.match(r"postgres(ql)?:?/", text) and not re.match(r"postgres(ql)?://", text):
        raise Invalid("signin.url", _("Write the address as postgresql://role@server/database."), field="url")
    url = text if "://" in text else f"postgresql://{text}"
    try:
        parts = urlsplit(url)
        host, password = parts.hostname, parts.password
        if any(is_password_parameter(part) for part in parts.query.split("&")):
            password = ""
        _port = parts.port
    except ValueError:
        host, password = None, None
        parts = urlsplit("")
    is_word = text != "localhost" and re.fullmatch(r"[\w-]*", text) is not None
    known = parts.scheme in ("postgresql", "postgres")
    if parts.scheme and not known and host is not None:
        raise Invalid(
            "signin.url",
            _("Benchboard needs a PostgreSQL server."),
            do=_("Use a format such as postgresql://role@server/database."),
            field="url",
        )
    if host is None or not re.fullmatch(r"[\w.:,%-]+", host) or not known or is_word:
        raise Invalid(
            "signin.url",
            _("This isn't a server address."),
            do=_("Use a format such as postgresql://role@server/database."),
            field="url",
        )
    if password is not None:
        raise Invalid(
            "signin.url-password",
            _("The address contains a password."),
            do=_("Select “Add a database password” and type it there, so that it isn't stored with the address."),
            field="url",
        )
    return url.replace("postgres://", "postgresql://", 1)


def with_password(url: str, password: str) -> str:
    """`url` with the database role's password, for the driver alone; unchanged if there is none."""
    if not password:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        from benchboard.identity.permissions import os_user

        user = quote(os_user(), safe="")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()
