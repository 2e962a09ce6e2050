"""The context of a command that needs the database: common options, the open database and the actor."""

import functools
import hashlib
import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec

import click

from benchboard import settings, workspace
from benchboard.cli import signed_in_server
from benchboard.cli.empty_lists import nothing_listed
from benchboard.cli.options import Choice, WholeNumber
from benchboard.cli.table import show_table
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, Denied, Invalid
from benchboard.i18n import _
from benchboard.identity import authentication
from benchboard.identity.permissions import Actor, Client
from benchboard.paging import Page, Unreadable
from benchboard.storage.engine import Transactions, refuse_password
from benchboard.storage.keyset_paging import MAX_PAGE
from benchboard.workspace import Workspace, database_on_server

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """The database a command line names."""

    url: str | None
    demo: bool
    is_typed: bool = False
    """Whether the URL is of the command line. A mistyped one creates no database; automation names its own by
    BENCHBOARD_DATABASE_URL, and a local one is created at its first use."""

    def connect(self) -> Workspace:
        """Open it without upgrading it, to read it."""
        return workspace.connect(settings.home(), url=self.url, demo_file=self.demo)

    def open_exclusively(self, *, create: bool = False) -> AbstractContextManager[Workspace]:
        """Open it under a lock, to upgrade, downgrade or seed it; `create` the file of a typed URL if there is none."""
        if not create:
            self._require_file()
        return workspace.open_exclusively(settings.home(), url=self.url, demo_file=self.demo, on_wait=_print_progress)

    def open(self) -> Workspace:
        """Open it for work: a local one is upgraded first, and created unless its URL was typed."""
        self._require_file()
        home = settings.home()
        report = _print_progress if sys.stderr.isatty() else None
        if self.url is not None:
            return workspace.open_url(self.url, home, report=report, on_wait=_print_progress)
        if self.demo:
            return workspace.open_demo(home, report=report, on_wait=_print_progress, with_week=True)
        is_new = not workspace.has_local_database(home)
        opened = workspace.open_local(home, report=report, on_wait=_print_progress)
        if is_new:
            what = _("Created the database of this computer in {folder}. You are its admin.")
            click.echo(printable(what.format(folder=home)), err=True)
        return opened

    def _require_file(self) -> None:
        """Raise `Unavailable` for a typed URL of a file that doesn't exist."""
        if self.is_typed and self.url is not None:
            workspace.require_file(self.url)


@dataclass(frozen=True, slots=True)
class CommandContext:
    """An open database, the account that acts, and how to answer."""

    workspace: Workspace
    actor: Actor
    as_json: bool

    @property
    def database(self) -> Transactions:
        """Reads and changes in the name of the account that acts."""
        return self.workspace.database.bind(self.actor)

    def list_page(
        self, page: Page[Any], columns: Mapping[str, Callable[[Any], object]], *, empty: str, shown: Sequence[str] = ()
    ) -> None:
        """Print a page: JSON `{"items": [...], "next": key}`, or a table of the columns `shown` and the next key.

        Without rows there is no table, and the sentence `empty` goes to stderr (`nothing_listed`).
        """
        if self.as_json:
            write_json({"items": [{name: read(row) for name, read in columns.items()} for row in page.rows],
                    "next": page.next_key})  # fmt: skip
            return
        if not page.rows:
            click.echo(nothing_listed(empty), err=True)
            return
        show_table({name: columns[name] for name in shown or columns}, page.rows)
        if page.next_key:
            click.echo(_("Next page: --after {key}").format(key=page.next_key), err=True)

    def report(self, sentence: str, **facts: object) -> None:
        """Print a result: `facts` as JSON for machines, or the sentence for people."""
        write_json(facts) if self.as_json else click.echo(printable(sentence))


def database_options(command: Callable[Concatenate[DatabaseOptions, P], None]) -> Callable[P, None]:
    """Add `--url` and `--demo` to a command, which gets a `DatabaseOptions` first."""

    @click.option(
        "--url",
        envvar="BENCHBOARD_DATABASE_URL",
        metavar="URL",
        help="Database, such as postgresql://role@server/database or sqlite:///bench.db; "
        "default: the database on this computer.",
    )
    @click.option("--demo", is_flag=True, help="Use the demo database on this computer.")
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        url, demo = kwargs.pop("url"), kwargs.pop("demo")
        if url and demo:
            raise click.UsageError(_("Use either --url or --demo, not both."))
        command(_database_options(url, demo=bool(demo)), *args, **kwargs)

    return wrapped


def server_option(command: Callable[Concatenate[DatabaseOptions, P], None]) -> Callable[P, None]:
    """Add `--url` to a command for shared servers alone, which gets a `DatabaseOptions` first."""

    @click.option(
        "--url",
        envvar="BENCHBOARD_DATABASE_URL",
        metavar="URL",
        help="The shared server, such as postgresql://role@server/database.",
    )
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        url = kwargs.pop("url")
        _require_server_url(url)
        command(_database_options(url, demo=False), *args, **kwargs)

    return wrapped


def _require_server_url(url: object) -> None:
    """Raise `Invalid` (`cli.server-url`) for the URL of a database that Benchboard doesn't have: only a server will do.

    One of a file is refused with why it needs no sign-in (`not_signed_in`).
    """
    scheme = str(url or "postgresql:").partition(":")[0].partition("+")[0]
    if scheme not in ("postgresql", "postgres", "sqlite"):
        raise Invalid(
            "cli.server-url",
            _("This isn't a server address."),
            do=_("Use a format such as postgresql://role@server/database."),
            field="url",
        )


def _database_options(url: object, *, demo: bool) -> DatabaseOptions:
    """The database that is named so. Raises `Invalid` for a password in a URL on the command line, and for an empty
    BENCHBOARD_DATABASE_URL; `UsageError` for an empty --url.
    """
    source = click.get_current_context().get_parameter_source("url")
    is_typed = source is click.core.ParameterSource.COMMANDLINE
    if is_typed:
        if not str(url).strip():
            raise click.UsageError(_("--url is empty. Leave it out for the database on this computer."))
        refuse_password(str(url))
    elif not demo:
        url = settings.database_url()  # click takes an empty variable for none
    return DatabaseOptions(str(url) if url else None, demo, is_typed)


def with_context(command: Callable[Concatenate[CommandContext, P], None]) -> Callable[..., None]:
    """Give a command a `CommandContext` and `--json`, `--org`, `--as`. The database closes when the command ends."""
    return _with_context(command, lambda options: options)


def with_signed_in_context(command: Callable[Concatenate[CommandContext, P], None]) -> Callable[..., None]:
    """As `with_context`, on the server that somebody signed in to last unless the command names a database."""
    return _with_context(command, _signed_in_options)


def _signed_in_options(options: DatabaseOptions) -> DatabaseOptions:
    url = signed_in_server.find(settings.home()) if options.url is None and not options.demo else None
    return options if url is None else DatabaseOptions(url, demo=False)


def _with_context(
    command: Callable[Concatenate[CommandContext, P], None], choose: Callable[[DatabaseOptions], DatabaseOptions]
) -> Callable[..., None]:
    @click.option("--org", envvar="BENCHBOARD_ORG", metavar="NAME", help="Short name of the organisation to use.")
    @click.option("--as", "as_email", metavar="EMAIL", help="Act as the account with this email address, if permitted.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @database_options
    @functools.wraps(command)
    def wrapped(options: DatabaseOptions, /, *args: P.args, **kwargs: P.kwargs) -> None:
        org, as_email, as_json = kwargs.pop("org"), kwargs.pop("as_email"), kwargs.pop("as_json")
        opened = choose(options).open()
        try:
            actor = resolve_actor(opened, org=_optional_text(org), as_email=_optional_text(as_email))
            command(CommandContext(opened, actor, bool(as_json)), *args, **kwargs)
        finally:
            opened.close()

    return wrapped


def paging_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--limit` and `--after` to a command that lists."""
    after = click.option(
        "--after", metavar="KEY", help="Start after this key, printed at the end of the previous page."
    )
    limit = click.option(
        "--limit",
        type=WholeNumber(1, MAX_PAGE),
        default=50,
        show_default=True,
        metavar="N",
        help="List at most this many rows.",
    )
    return limit(after(command))


def sort_options(
    names: Sequence[str] | Mapping[str, str], default: str | None, note: str = ""
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add `--sort`, by one of the columns `names`, and `--descending` to a command that lists.

    A mapping is from the names to older ones, which go on working and are what the command gets.
    """
    *others, last = names
    text = f"Sort by {', '.join(others)} or {last}{note}."

    def give(command: Callable[..., None]) -> Callable[..., None]:
        descending = click.option("--descending", is_flag=True, help="Reverse the order.")
        sort = click.option(
            "--sort", type=Choice(names), default=default, show_default=True, metavar="COLUMN", help=text
        )
        return sort(descending(command))

    return give


def resolve_actor(opened: Workspace, *, org: str | None, as_email: str | None) -> Actor:
    """Who a command acts as: whose API key is in BENCHBOARD_API_KEY, on any database; else the operator of a local
    database, an admin of the demo, whoever signed in to a server."""
    client, database = Client.here(), opened.database
    if (key := settings.api_key()) is not None:
        actor = workspace.sign_in_by_key(opened, key=key)
    elif opened.location.kind == "server":
        token = opened.vault.get(token_name(opened))
        if token is None:
            raise not_signed_in(opened)
        found = authentication.read_stored(token)
        if found is None:
            raise _damaged_sign_in(opened)
        try:
            with database.system("sign-in").change() as session:
                actor = authentication.resume(session, token=found[0], session_id=found[1], client=client).actor
        except Denied as error:
            if error.code == "accounts.ended":  # no one can ever use this token again
                opened.vault.delete(token_name(opened))
                if error.facts.get("reason", "expired") in _SIGN_IN_AGAIN:
                    error.do = _login_advice(str(error.facts.get("email", "")))
            raise
    else:
        with database.system("sign-in").read() as session:
            actor = authentication.operator_actor(session, client=client, organisation=org)
    if as_email is not None:
        with database.bind(actor).read() as session:
            actor = authentication.actor_for_email(session, actor, email=as_email)
    return actor


def not_signed_in(opened: Workspace) -> AppError:
    """The error of a command that needs a signed-in session, where there is none or can't be one."""
    if opened.location.kind != "server":
        return Invalid(
            "cli.no-login",
            _("The database on this computer needs no sign-in."),
            do=_("Name a shared server with --url. To act as another account on this one, add --as to a command."),
        )
    return Denied(
        "cli.signed-out",
        _("You're not signed in to the database {database}.").format(database=database_on_server(opened.location)),
        do=_login_advice(),
    )


_SIGN_IN_AGAIN = ("revoked", "revoked-by-owner", "signed-out", "expired")
"""Reasons for which a session has ended while its account is as it was."""


def _damaged_sign_in(opened: Workspace) -> AppError:
    database = database_on_server(opened.location)
    what = _("The stored sign-in to the database {database} is damaged.").format(database=database)
    return Denied("cli.sign-in-damaged", what, do=_login_advice())


def _login_advice(email: str = "") -> str:
    return _("Run “{command}”.").format(command=f"benchboard login {shlex.quote(email) if email else 'EMAIL'}")


def token_name(opened: Workspace) -> str:
    """The name under which the vault stores the session of this database."""
    url = opened.database.engine.url
    database = f"{url.host}:{url.port}/{url.database}?{sorted(url.query.items())}"
    return f"session.{hashlib.sha256(database.encode()).hexdigest()[:16]}"


def write_json(value: object) -> None:
    """Print one JSON value on a line of its own, control characters escaped."""
    text = json.dumps(value, default=_json_value, ensure_ascii=False)
    click.echo("".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text))


def _json_value(value: object) -> object:
    if isinstance(value, Unreadable):
        return None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _optional_text(value: object) -> str | None:
    return str(value) if value is not None else None


def _print_progress(text: str) -> None:
    click.echo(f"{text} …", err=True)
