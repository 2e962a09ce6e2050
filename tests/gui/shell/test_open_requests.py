"""What an open window hears of a program that is started again: files and links, and what else comes by its socket."""

import json
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from benchboard.ui.open_requests import OpenRequests, hand_over

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a named pipe there")
GOOD = json.dumps({"address": "benchboard://bench/timing", "path": ""}).encode() + b"\n"


@pytest.fixture
def heard(qtbot: QtBot, tmp_path: Path) -> Iterator[list[tuple[str, str]]]:
    parent = QObject()
    requests, wanted = OpenRequests(tmp_path, parent), []
    requests.wanted.connect(lambda address, path: wanted.append((address, path)))
    requests.listen()
    yield wanted
    requests.close()


def _send(qtbot: QtBot, home: Path, content: bytes) -> bytes:
    """What the window answers to these bytes, until it has closed the connection or answered."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(home / "run" / "window.socket"))
        client.setblocking(False)
        client.sendall(content)
        answers: list[bytes] = []

        def answered() -> bool:
            try:
                answers.append(client.recv(100))
            except BlockingIOError:
                return False
            except ConnectionResetError:
                answers.append(b"")
            return True

        qtbot.waitUntil(answered)
        return answers[0]


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"nonsense\n",
        b"\xff\xfe\n",
        b"[" * 50_000 + b"\n",
        b'{"address": 5, "path": ""}\n',
        b'{"address": "", "path": ""}\n',
        b'{"path": "/tmp/a.csv"}\n',
        b"x" * 70_000,
    ],
    ids=["blank", "no JSON", "no text", "nested", "a number", "nothing", "no address", "too long"],
)
def test_hostile_requests_are_dropped_and_the_next_one_is_taken(
    qtbot: QtBot, tmp_path: Path, heard: list[tuple[str, str]], content: bytes
) -> None:
    assert _send(qtbot, tmp_path, content) == b""
    assert heard == []
    assert _send(qtbot, tmp_path, GOOD) == b"taken\n"
    assert heard == [("benchboard://bench/timing", "")]


@pytest.mark.usefixtures("heard")
def test_only_this_account_reaches_the_socket(tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_without_an_open_window_nothing_is_handed_over(qapp: object, tmp_path: Path) -> None:
    assert not hand_over(tmp_path, address="benchboard://bench/timing")
