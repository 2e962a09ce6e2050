"""Hands a file or a link that the program is started with to a window of the same home that is already open.

The first window of a home listens on a socket in its folder `run`, which only this account can enter.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER_MS: Final = 2_000
"""How long an open window may take to answer; then another one is opened."""
_MOST_BYTES: Final = 64_000
_LONGEST_PATH: Final = 100
"""Bytes of a socket's path: systems allow 104 or 108."""
_TAKEN: Final = b"taken\n"


def hand_over(home: Path, *, address: str = "", path: Path | None = None) -> bool:
    """Let the open window of `home` go to `address`, or import the file or folder at `path`. Returns whether there is
    one that does."""
    name = _socket_name(home)
    if not name:
        return False
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_ANSWER_MS):
        return False
    socket.write(json.dumps({"address": address, "path": str(path or "")}).encode("ascii") + b"\n")
    answer = b""
    while not answer.endswith(b"\n") and (socket.bytesAvailable() or socket.waitForReadyRead(_ANSWER_MS)):
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == _TAKEN


class OpenRequests(QObject):
    """Hears of what the program is started with again: `wanted` has an address and a path, one of them empty."""

    wanted = Signal(str, str)

    def __init__(self, home: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._home = home
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def listen(self) -> None:
        """Begin to hear, if the home is there and no other window of it does. Where that fails, a second start opens a
        window of its own."""
        if self._server.isListening() or not (name := _socket_name(self._home)):
            return
        try:
            (self._home / "run").mkdir(mode=0o700, exist_ok=True)
        except OSError:  # there is no home yet, or nothing can be created in it: that is said elsewhere
            return
        if self._server.listen(name):
            return
        other = QLocalSocket()
        other.connectToServer(name)
        if not other.waitForConnected(_ANSWER_MS):  # a window that was killed left it behind
            QLocalServer.removeServer(name)
            self._server.listen(name)
        other.abort()

    def close(self) -> None:
        """Hear no more."""
        self._server.close()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(_MOST_BYTES)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= _MOST_BYTES:
                socket.abort()
            return
        found = _parsed(bytes(socket.readLine().data()))
        if found is None:
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        self.wanted.emit(*found)


def _parsed(line: bytes) -> tuple[str, str] | None:
    """The address and the path of a request; None if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match found:
        case {"address": str(address), "path": str(path)} if bool(address) or bool(path):
            return address, path
    return None


def _socket_name(home: Path) -> str:
    """The name of the socket of a home; empty where its path is too long for one."""
    if sys.platform == "win32":
        return f"benchboard-{hashlib.sha256(str(home.absolute()).casefold().encode()).hexdigest()[:32]}"
    path = home.absolute() / "run" / "window.socket"
    return str(path) if len(os.fsencode(path)) <= _LONGEST_PATH else ""
