"""Opens a database for a front end: finds its key, upgrades and seeds it, and describes its location.

A location is this computer's own encrypted file, the demo's file beside it, or a database given by URL. A local file is
created, upgraded and seeded at its first use; a server is never changed unasked. One program at a time does this
(`home_folder.locked`), so a window and a command may start together. Only the holder of that lock creates a database's
key.
"""

import functools
import os
import secrets
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchboard import demo, file_ownership, home_folder
from benchboard.errors import AppError, Denied, Unavailable
from benchboard.i18n import _
from benchboard.identity import authentication, invitations, kept_seals, keys, lockouts, organisations, password_sign_in
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Actor, Client
from benchboard.identity.second_factor import NewFactor
from benchboard.storage import upgrade
from benchboard.storage.backups import restore_sentence
from benchboard.storage.engine import Database, file_url, url_without_password
from benchboard.vault import Vault

Report = Callable[[str], None]
Kind = Literal["local", "demo", "file", "server"]


@dataclass(frozen=True, slots=True)
class Location:
    """Where the data are: `detail` is a file's path or a server's address.

    `key_storage` is where the key of an encrypted file is stored: `keyring` or `file`. `database` is the name of the
    database on a server: one server has several.
    """

    kind: Kind
    detail: str
    encrypted: bool = False
    key_storage: str | None = None
    database: str = ""


def database_on_server(location: Location) -> str:
    """A database and its server, in words."""
    return _("{database} on {server}").format(database=location.database, server=location.detail)


def location_title(location: Location) -> str:
    """The title of a location, in the current language."""
    return {
        "local": _("This computer"),
        "demo": _("Demo on this computer"),
        "file": _("File: {name}").format(name=Path(location.detail).name),
        "server": _("Database {database} (access isn't checked)").format(database=database_on_server(location)),
    }[location.kind]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A database that is open, and the data that belong to it on this computer."""

    database: Database
    location: Location
    home: Path
    data_keys: keys.DataKeys

    def __post_init__(self) -> None:
        keys.provide_data_keys(self.database, self.data_keys)
        kept_seals.load_seen(self.home, self.database.seen_seals)
        self.database.on_change(kept_seals.keeping_seen(self.home, self.database.seen_seals))

    @property
    def vault(self) -> Vault:
        """The secrets of its home folder, in the keyring or in files."""
        return Vault(self.home)

    def close(self) -> None:
        """Keep the seals that were seen, update the statistics that queries are planned with, and close all
        connections."""
        kept_seals.keep_seen(self.home, self.database.seen_seals)
        self.database.optimize()
        self.database.dispose()


def database_option(workspace: Workspace) -> str:
    """The option by which a command opens this database; empty for the one on this computer. It has no password."""
    location = workspace.location
    if location.kind == "demo":
        return "--demo"
    if location.kind == "file":
        return f"--url {shlex.quote(file_url(Path(location.detail)))}"
    if location.kind == "server":
        return f"--url {shlex.quote(url_without_password(workspace.database))}"
    return ""


def connect(home: Path, *, url: str | None = None, demo_file: bool = False) -> Workspace:
    """Open the database without preparing it: to read it, or to work in one prepared before. Creates no key or file.

    An encrypted file's key is looked up at the first connection; it raises `Unavailable` (`workspace.key-missing`). A
    database that was there before and is gone raises it at once (`workspace.database-missing`).
    """
    if url is not None:
        return _connect_url(home, url)
    file, key_name, vault = *_local_file(home, demo_file), Vault(home)
    vault.require_safe()
    _require_ordinary(file, own=True)
    _require_database(vault, key_name, file)
    # Only when connecting: another program may be creating key and file right now.
    key = functools.cache(functools.partial(_existing_key, vault, key_name, file))
    location = Location("demo" if demo_file else "local", str(file), True, vault.where(key_name))
    return Workspace(Database.open(file_url(file), key=key), location, home, keys.VaultDataKeys(vault))


@contextmanager
def open_exclusively(
    home: Path, *, url: str | None = None, demo_file: bool = False, on_wait: Report | None = None
) -> Iterator[Workspace]:
    """Open the database, locked, to upgrade, downgrade or seed it. Creates the key of an encrypted file if it has none.

    No other program opens an encrypted file until the block ends. A database given by URL is not locked: its own
    transactions are enough. `on_wait` is called as in `home_folder.locked`.
    """
    with home_folder.locked(home, on_wait) if url is None else nullcontext():
        workspace = _connect_with_key(home, url=url, demo_file=demo_file)
        try:
            yield workspace
            _record_database(workspace)
        finally:
            workspace.close()


def open_local(home: Path, *, report: Report | None = None, on_wait: Report | None = None) -> Workspace:
    """Open this computer's own database, prepared. Raises `Unavailable`; existing data is never overwritten."""
    return _open_prepared(home, report, on_wait)


def has_local_database(home: Path) -> bool:
    """Whether this computer's own database was created already."""
    return _local_file(home, demo_file=False)[0].exists()


def open_demo(
    home: Path, *, report: Report | None = None, on_wait: Report | None = None, with_week: bool = False
) -> Workspace:
    """Open the demo organisation, which has a file of its own; one that is made now `with_week` has a week of its
    people."""
    return _open_prepared(home, report, on_wait, demo_file=True, with_week=with_week)


def open_url(url: str, home: Path, *, report: Report | None = None, on_wait: Report | None = None) -> Workspace:
    """Open the database at `url`.

    A SQLite file is prepared; a server must be up to date already, otherwise `Unavailable`.
    """
    return _open_prepared(home, report, on_wait, url=url)


def require_file(url: str) -> None:
    """Raise `Unavailable` (`workspace.no-file`) where `url` names a SQLite file that doesn't exist.

    Opening it would create one: a slip in the path would be answered from an empty database.
    """
    database = Database.open(url)
    try:
        if database.dialect == "postgresql" or file_ownership.exists(file := _file_of(database)):
            return
    finally:
        database.dispose()
    raise Unavailable(
        "workspace.no-file",
        _("The database file {file} doesn't exist.").format(file=file),
        do=_("Check the path in the URL. To create a new database there, run “benchboard db upgrade”."),
    )


def prepare(workspace: Workspace, report: Report | None = None, *, with_week: bool = False) -> None:
    """Upgrade and seed a local database, at its first use or after an update of the program.

    A server is only checked.
    """
    database = workspace.database
    say = report or (lambda _text: None)
    if workspace.location.kind == "server":
        require_current(workspace)
        return
    revision = upgrade.current(database)
    if revision != upgrade.head():
        creating = _("Creating the demo") if workspace.location.kind == "demo" else _("Creating the database")
        say(creating if revision is None else _("Updating the database"))
    upgrade.upgrade(database)
    seed(workspace, report, with_week=with_week)


def seed(workspace: Workspace, report: Report | None = None, *, with_week: bool = False) -> None:
    """Write the catalogue where it differs from this program's; create the organisation of an empty local database."""
    require_current(workspace)
    database = workspace.database
    with database.system("seed").read() as session:
        seeded, empty = organisations.is_seeded(session), not organisations.slugs(session)
    founding = empty and workspace.location.kind != "server"
    if seeded and not founding:
        return
    if founding and report is not None:
        report(_("Creating the first organisation"))
    with database.system("seed").change() as session:
        organisations.seed(session)
        if founding and workspace.location.kind == "demo":
            demo.fill(session, workspace.data_keys, with_week=with_week)
        elif founding:
            organisations.create_local(session, workspace.data_keys)


def require_current(workspace: Workspace) -> None:
    """Raise `Unavailable` for a database that is not at this program's revision: (`workspace.outdated`) for an older
    one, and as `upgrade.require_known` does for one that a newer program made.
    """
    revision = upgrade.current(workspace.database)
    upgrade.require_known(revision)
    if revision != upgrade.head():
        raise _outdated(workspace)


def sign_in(
    workspace: Workspace,
    *,
    email: str,
    password: str,
    organisation: str | None = None,
    code: str = "",
    new_factor: NewFactor | None = None,
) -> SignedIn:
    """Sign in by email and password; a rejected attempt is counted and audited. Raises as `password_sign_in.sign_in`
    does."""
    return password_sign_in.sign_in(
        workspace.database,
        email=email,
        password=password,
        client=Client.here(),
        organisation=organisation,
        code=code,
        new_factor=new_factor,
    )


def accept_invitation(
    workspace: Workspace, *, code: str, name: str, password: str, new_factor: NewFactor | None = None
) -> SignedIn:
    """Make the account that an invitation's code is for, and sign in to it. Raises as `invitations.accept` does."""
    with workspace.database.system("sign-in").change() as session:
        return invitations.accept(
            session, code=code, name=name, password=password, client=Client.here(), new_factor=new_factor
        )


def sign_in_by_key(workspace: Workspace, *, key: str) -> Actor:
    """The account that an API key acts for; a rejected one is counted and audited. Raises what
    `authentication.api_key_actor` does."""
    client = Client.here()
    try:
        with workspace.database.system("sign-in").change() as session:
            return authentication.api_key_actor(session, key=key, client=client)
    except Denied:
        with workspace.database.system("sign-in").change() as session:
            authentication.record_key_refusal(session, key=key, client=client)
            delay = lockouts.count_refused_key(session, client=client)
        time.sleep(delay)
        raise


def _open_prepared(
    home: Path,
    report: Report | None,
    on_wait: Report | None,
    *,
    url: str | None = None,
    demo_file: bool = False,
    with_week: bool = False,
) -> Workspace:
    with home_folder.locked(home, on_wait):
        workspace = _connect_with_key(home, url=url, demo_file=demo_file)
        try:
            prepare(workspace, report, with_week=with_week)
            _record_database(workspace)
        except BaseException:
            workspace.close()
            raise
    return workspace


def _local_file(home: Path, demo_file: bool) -> tuple[Path, str]:
    """An encrypted file of this computer, and the name of its key in the vault."""
    name = "demo" if demo_file else "benchboard"
    return home / f"{name}.db", f"database.{name}"


def _connect_with_key(home: Path, *, url: str | None, demo_file: bool) -> Workspace:
    """As `connect`, but first create the key of an encrypted file that doesn't exist yet. The caller holds the lock."""
    if url is None:
        file, key_name = _local_file(home, demo_file)
        vault = Vault(home)
        if vault.get(key_name) is None:
            _require_ordinary(file, own=True)  # before a key is made for it
            if file.exists() and file.stat().st_size > 0:
                raise _key_missing(file)
            vault.create(key_name, secrets.token_bytes(32))
    return connect(home, url=url, demo_file=demo_file)


def _record_database(workspace: Workspace) -> None:
    """Note beside the key of an encrypted file that the file is complete: from now on it can't be missing."""
    if workspace.location.encrypted and upgrade.current(workspace.database) is not None:
        with suppress(Unavailable):  # a vault that can't be written gets no new key either
            workspace.vault.record_use(_local_file(workspace.home, workspace.location.kind == "demo")[1])


def _require_database(vault: Vault, key_name: str, file: Path) -> None:
    """Raise `Unavailable` for a file that was complete once and is missing or empty now.

    A first start that was interrupted left a key too, but has not recorded its use.
    """
    present = file.exists()
    if not vault.is_used(key_name) or (present and file.stat().st_size > 0):
        return
    if vault.where(key_name) == "file":
        anew = _("To start with a new database, move {key} to another folder.").format(key=vault.file(key_name))
    else:
        anew = _("To start with a new database, set BENCHBOARD_HOME to another folder.")
    what = _("The database file {file} is empty.") if present else _("The database file {file} is missing.")
    raise Unavailable(
        "workspace.database-missing",
        what.format(file=file),
        why=_("Its key exists, so it held data before. Nothing was changed."),
        do=f"{restore_sentence(file)} {anew}",
    )


def _require_ordinary(file: Path, *, own: bool = False) -> None:
    """Raise `Unavailable` (`workspace.not-a-file`) for a folder, pipe or device where a database's file should be.

    An `own` file, in the home folder, may not be a link either: what it leads to would be changed.
    """
    is_link = own and file_ownership.is_link(file)
    if not is_link and (not file_ownership.exists(file) or file_ownership.is_file(file)):
        return
    raise Unavailable(
        "workspace.not-a-file",
        _("{path} must be a file.").format(path=file),
        why=file_ownership.link_text() if is_link else file_ownership.kind_text(file),
        do=_("Move it away. Nothing was changed."),
    )


def _existing_key(vault: Vault, name: str, file: Path) -> bytes:
    key = vault.get(name)
    if key is None:
        raise _key_missing(file)
    return key


def _key_missing(file: Path) -> Unavailable:
    return Unavailable(
        "workspace.key-missing",
        _("The key for {file} isn't on this computer.").format(file=file),
        why=_("The database is encrypted and can't be read without its key."),
        do=_("Put the “vault” folder back next to it, or restore a backup. Nothing was changed."),
    )


def _connect_url(home: Path, url: str) -> Workspace:
    database = Database.open(url)
    if database.dialect == "postgresql":
        parts = database.engine.url
        name = parts.database or parts.username or ""  # PostgreSQL's default is the database named as the role
        location = Location("server", database.label, database=name)
        return Workspace(database, location, home, keys.VaultDataKeys(Vault(home)))
    file = _file_of(database)
    _require_ordinary(file)
    _require_sqlite(database, file)
    location = Location("file", str(file))
    return Workspace(database, location, home, keys.FileDataKeys(Path(f"{os.fspath(file)}.datakeys")))


def _file_of(database: Database) -> Path:
    """The file of a SQLite database that is given by URL."""
    return Path(database.label).expanduser().absolute()


def _require_sqlite(database: Database, file: Path) -> None:
    """Raise `Unavailable` for a file that SQLite can't read because of another key, although there is no key at all.

    SQLite itself opens it: opening and closing the file here would drop this process's locks on it (POSIX).
    """
    try:
        upgrade.current(database)
    except AppError as error:
        if error.code != "storage.key":
            return  # reported when the database is used
        raise Unavailable(
            "workspace.not-a-database",
            _("{file} isn't a SQLite database.").format(file=file),
            why=_("It's another kind of file, or it's encrypted."),
            do=_("Check the path in the URL, or leave the URL out to open this computer's own database."),
        ) from error


def _outdated(workspace: Workspace) -> Unavailable:
    if workspace.location.kind != "server":
        return Unavailable(
            "workspace.outdated",
            _("The database's revision doesn't match Benchboard."),
            do=_("Run “benchboard db upgrade”."),
        )
    do = _("Ask its administrator to run “benchboard db upgrade”.")
    if upgrade.current(workspace.database) is None:
        what = _("The database {database} has no Benchboard tables yet.")
        what = what.format(database=database_on_server(workspace.location))
        return Unavailable("workspace.outdated", what, do=do)
    return Unavailable(
        "workspace.outdated",
        _("The shared server doesn't match this Benchboard version."),
        why=_("Benchboard never changes a shared server without being asked."),
        do=do,
    )
