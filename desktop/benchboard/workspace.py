"""Opens a database for a front end: finds its key, brings it up to date, seeds it, and says where the work lives.

Three ways (DESIGN section 4): this computer's own encrypted file, the demo's file beside it, or a database named by
URL. A local file is made, upgraded and seeded at its first use; a server is never changed unasked. One program at a
time does this (`<home>/benchboard.lock`), so a window and a command may start together.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from benchboard import demo
from benchboard.errors import Denied, Unavailable
from benchboard.i18n import _
from benchboard.identity import accounts, keys, organisations
from benchboard.identity.access import Client
from benchboard.identity.accounts import SignedIn
from benchboard.storage import upgrade
from benchboard.storage.engine import Database, file_url
from benchboard.vault import Vault

Report = Callable[[str], None]
Kind = Literal["local", "demo", "file", "server"]


@dataclass(frozen=True, slots=True)
class Way:
    """Where the work lives: `detail` is a file's path or a server's address. `key_place` says where an encrypted file's
    key is kept: `keyring` or `file`."""

    kind: Kind
    detail: str
    encrypted: bool = False
    key_place: str | None = None


def label(way: Way) -> str:
    """What a way is called, in the language spoken now."""
    return {
        "local": _("This computer"),
        "demo": _("Demo on this computer"),
        "file": _("File: {name}").format(name=Path(way.detail).name),
        "server": _("Shared, unguarded: {server}").format(server=way.detail),
    }[way.kind]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A database ready for work, and what belongs to it on this computer."""

    database: Database
    way: Way
    home: Path
    data_keys: keys.DataKeys

    @property
    def vault(self) -> Vault:
        return Vault(self.home)

    def close(self) -> None:
        self.database.dispose()


def connect(home: Path, *, url: str | None = None, demo_file: bool = False) -> Workspace:
    """The database as it stands, not upgraded and not seeded. Makes an encrypted file's key at its first use."""
    if url is not None:
        return _named(home, url)
    name = "demo" if demo_file else "benchboard"
    file, vault = home / f"{name}.db", Vault(home)
    key = _database_key(vault, f"database.{name}", file)
    way = Way("demo" if demo_file else "local", str(file), True, vault.where(f"database.{name}"))
    return Workspace(Database.open(file_url(file), key=key), way, home, keys.VaultDataKeys(vault))


def open_local(home: Path, *, report: Report | None = None) -> Workspace:
    """This computer's own database, ready. Raises `Unavailable` in words; nothing is made anew over what exists."""
    return _ready(home, report)


def open_demo(home: Path, *, report: Report | None = None) -> Workspace:
    """The demo organisation in a file of its own beside the person's."""
    return _ready(home, report, demo_file=True)


def open_url(url: str, home: Path, *, report: Report | None = None) -> Workspace:
    """The database at `url`. A SQLite file is made ready; a server must be up to date already, else `Unavailable`."""
    return _ready(home, report, url=url)


def prepare(workspace: Workspace, report: Report | None = None) -> None:
    """Upgrade and seed a local database, as its first use or a newer program needs. A server is only looked at."""
    database = workspace.database
    say = report or (lambda _text: None)
    if workspace.way.kind == "server":
        require_current(workspace)
        return
    if upgrade.current(database) is None:
        # Encrypted or not, the file is its owner's alone from its first byte.
        Path(database.label).touch(mode=0o600)
    if upgrade.current(database) != upgrade.head():
        say(_("Bringing the database up to date"))
    upgrade.upgrade(database)
    seed(workspace, report)


def seed(workspace: Workspace, report: Report | None = None) -> None:
    """Write the catalogue where it is not as this program knows it; an empty local database gets its organisation."""
    require_current(workspace)
    database = workspace.database
    with database.read() as session:
        seeded, empty = organisations.is_seeded(session), not organisations.slugs(session)
    founding = empty and workspace.way.kind != "server"
    if seeded and not founding:
        return
    if founding and report is not None:
        report(_("Making the first organisation"))
    with database.change() as session:
        organisations.seed(session)
        if founding and workspace.way.kind == "demo":
            demo.fill(session, workspace.data_keys)
        elif founding:
            organisations.found_local(session, workspace.data_keys)


def require_current(workspace: Workspace) -> None:
    """Raise `Unavailable` (`workspace.outdated`) for a database that is not at this program's revision."""
    if upgrade.current(workspace.database) != upgrade.head():
        raise _outdated(workspace)


def sign_in(workspace: Workspace, *, email: str, password: str, organisation: str | None = None) -> SignedIn:
    """Sign in by address and password; a refusal leaves its trace. Raises as `accounts.sign_in` does."""
    client = Client.here()
    try:
        with workspace.database.change() as session:
            return accounts.sign_in(session, email=email, password=password, client=client, organisation=organisation)
    except Denied:
        with workspace.database.change() as session:
            accounts.record_refusal(session, email=email, client=client)
        raise


def _ready(home: Path, report: Report | None, *, url: str | None = None, demo_file: bool = False) -> Workspace:
    with _alone(home):
        workspace = connect(home, url=url, demo_file=demo_file)
        try:
            prepare(workspace, report)
        except BaseException:
            workspace.close()
            raise
    return workspace


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(home / "benchboard.lock", timeout=60)
        lock.acquire()
    except Timeout as error:
        raise Unavailable(
            "workspace.busy",
            _("Another Benchboard has been preparing the database for over a minute."),
            do=_("Wait for it, or end it, then try again."),
        ) from error
    except OSError as error:
        raise Unavailable(
            "workspace.home",
            _("Benchboard cannot keep its files in {folder}.").format(folder=home),
            why=error.strerror or "",
            do=_("Make the folder writable, or name another with BENCHBOARD_HOME."),
        ) from error
    try:
        yield
    finally:
        lock.release()


def _database_key(vault: Vault, name: str, file: Path) -> bytes:
    key = vault.get(name)
    if key is not None:
        return key
    if file.exists() and file.stat().st_size > 0:
        raise Unavailable(
            "workspace.key-missing",
            _("The key of {file} is not on this computer.").format(file=file),
            why=_("The database is encrypted, and without its key nobody can read it."),
            do=_("Put the folder “vault” back beside it, or restore a backup. Nothing was changed."),
        )
    key = secrets.token_bytes(32)
    vault.put(name, key)
    return key


def _named(home: Path, url: str) -> Workspace:
    database = Database.open(url)
    if database.dialect == "postgresql":
        way = Way("server", database.label)
        return Workspace(database, way, home, keys.VaultDataKeys(Vault(home)))
    file = Path(database.label).expanduser().absolute()
    way = Way("file", str(file))
    return Workspace(database, way, home, keys.BesideDataKeys(Path(f"{os.fspath(file)}.datakeys")))


def _outdated(workspace: Workspace) -> Unavailable:
    if workspace.way.kind != "server":
        return Unavailable(
            "workspace.outdated",
            _("The database is not at this program's version."),
            do=_("Run “benchboard db upgrade” with the same --url."),
        )
    return Unavailable(
        "workspace.outdated",
        _("The shared database is not at this program's version."),
        why=_("A server is never changed without being asked."),
        do=_("Have its administrator run “benchboard db upgrade” with its URL."),
    )
