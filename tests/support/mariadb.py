"""A MariaDB server of the tests' own, from the system's binaries: on a port of 127.0.0.1, thrown away at the end."""

import ctypes
import os
import pwd
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
from pathlib import Path
from typing import Any

import pymysql

from support import memory

_STARTING_S = 60.0


class NoMariadb(Exception):
    """There are no binaries to start a server from; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Mariadb:
    """A running server with the database `bench`, its owner `bench` and a user `reader` who may only read."""

    port: int
    password: str

    def connect(self, **options: Any) -> "pymysql.connections.Connection[Any]":
        """A connection of the owner's."""
        options = {"user": "bench", "password": self.password, "database": "bench", "autocommit": True, **options}
        return pymysql.connect(host="127.0.0.1", port=self.port, ssl_disabled=True, **options)


@contextmanager
def running() -> Iterator[Mariadb]:
    """Start a server, stop it at the end. Raises `NoMariadb`."""
    server, install = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), shutil.which("mariadb-install-db")
    if server is None or install is None:
        raise NoMariadb("no MariaDB here: neither mariadbd nor mariadb-install-db")
    home = Path(tempfile.mkdtemp(prefix="benchboard-mariadb-", dir=memory.folder()))
    account = _account()
    try:
        data = home / "data"
        data.mkdir()
        for folder in (home, data) if account is not None else ():
            folder.chmod(0o755)
            os.chown(folder, pwd.getpwnam(account or "").pw_uid, -1)
        made = subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
             "--skip-test-db"],
            user=account, cwd=home, capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            raise NoMariadb(f"mariadb-install-db failed: {made.stdout[-500:]}{made.stderr[-500:]}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        process = subprocess.Popen(
            [server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
             f"--socket={home / 's'}", f"--pid-file={home / 'pid'}", "--innodb-buffer-pool-size=32M"],
            user=account, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_the_tests,  # noqa: PLW1509  # one libc call, no lock taken
        )  # fmt: skip
        try:
            yield _prepared(port, home / "s", process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_STARTING_S)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _prepared(port: int, unix_socket: Path, process: "subprocess.Popen[bytes]") -> Mariadb:
    password = secrets.token_urlsafe(12)
    pause = threading.Event()
    for _attempt in range(int(_STARTING_S / 0.05)):
        if process.poll() is not None:
            raise NoMariadb("mariadbd ended at once")
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(unix_socket)) == 0:
                break
        pause.wait(0.05)
    else:
        raise NoMariadb("mariadbd didn't start")
    root = pymysql.connect(unix_socket=str(unix_socket), user="root", autocommit=True)
    with root, root.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench CHARACTER SET utf8mb4")
        cursor.execute("CREATE DATABASE other")
        for user, rights in (("bench", "ALL"), ("reader", "SELECT")):
            cursor.execute(f"CREATE USER {user}@'%%' IDENTIFIED BY %s", (password,))
            cursor.execute(f"GRANT {rights} ON bench.* TO {user}@'%'")
        cursor.execute("GRANT FILE, PROCESS ON *.* TO bench@'%'")
    return Mariadb(port, password)


def _account() -> str | None:
    """Whom to run the server as: MariaDB refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "mysql" if "mysql" in names else "nobody"


def _end_with_the_tests() -> None:
    """Stop when the tests are killed (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
