"""Opening serial ports that others have open."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from benchboard.canbus import link
from benchboard.errors import DeviceFailure, NotFound, Unavailable


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """Master and slave of a pseudo-terminal."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.fixture
def terminal(ends: tuple[int, int]) -> str:
    return os.ttyname(ends[1])


def test_open_port_that_is_released_within_a_second_opens(terminal: str) -> None:
    first = link.open_port(terminal)
    threading.Timer(0.2, first.close).start()
    link.open_port(terminal).close()


def test_open_port_that_stays_held_raises_busy(terminal: str) -> None:
    with link.open_port(terminal), pytest.raises(Unavailable) as refused:
        link.open_port(terminal)
    assert refused.value.code == "port.busy"


@contextmanager
def process_with_open(path: str, *, locked: bool) -> Iterator[int]:
    """Another process that has `path` open, with or without a lock on it; its number."""
    lock = "fcntl.flock(port, fcntl.LOCK_EX); " if locked else ""
    program = (
        f"import fcntl, os, sys; port = os.open({path!r}, os.O_RDWR | os.O_NOCTTY); {lock}print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.write("\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
def test_is_used_by_a_program_that_does_not_lock_the_port() -> None:
    """Asking its dongle every five seconds would close the channel that slcand or a terminal program uses."""
    master, slave = pty.openpty()
    path = os.ttyname(slave)
    os.close(slave)
    try:
        assert not link.is_used(path)
        for locked in (False, True):
            with process_with_open(path, locked=locked):
                assert link.is_used(path)
            assert not link.is_used(path)
    finally:
        os.close(master)


@pytest.mark.parametrize("locks_first", [True, False])
def test_open_port_held_by_one_of_two_processes_names_the_one_with_the_lock(terminal: str, locks_first: bool) -> None:
    # Both orders: processes are listed by number, so that taking any that has the port open is right in one only.
    with (
        process_with_open(terminal, locked=locks_first) as first,
        process_with_open(terminal, locked=not locks_first) as second,
        pytest.raises(Unavailable) as refused,
    ):
        link.open_port(terminal)
    assert f"({first if locks_first else second})" in refused.value.why
    assert f"({second if locks_first else first})" not in refused.value.why


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        (["/usr/bin/python3", "/usr/bin/benchboard"], []),
        (["python3", "-m", "benchboard"], []),
        (["/usr/bin/benchboard", "benchboard:bench/live"], ["benchboard:bench/live"]),
        (["python3", "-m", "benchboard", "measurements.sqlite3"], ["measurements.sqlite3"]),
        (["/usr/bin/benchboard", "dongle", "simulate"], ["dongle", "simulate"]),
        (["/usr/bin/benchboard", "can"], ["can"]),
        (["/usr/bin/minicom", "-D", "/dev/ttyACM0"], None),
    ],
)
def test_benchboard_arguments_of_a_command_line_are_none_for_another_program(
    words: list[str], arguments: list[str] | None
) -> None:
    assert link._benchboard_arguments([*words, ""]) == arguments


@pytest.mark.parametrize(
    ("words", "why", "do"),
    [
        (
            ["python3", "-m", "benchboard"],
            "A Benchboard window is using it.",
            "Finish pairing or close the live bus there",
        ),
        (["benchboard", "can", "monitor"], "The command “benchboard can monitor” has it open (process 7).", "Wait"),
        (["/usr/bin/minicom"], "minicom (7) has it open.", ""),
    ],
)
def test_busy_port_names_what_has_it_open_and_what_to_do(tmp_path: Path, words: list[str], why: str, do: str) -> None:
    process = tmp_path / "7"
    process.mkdir()
    (process / "cmdline").write_bytes("\0".join(words).encode())
    (process / "comm").write_text(Path(words[0]).name)
    holder = link._holder(process)
    assert (holder[0], holder[1].startswith(do)) == (why, True)


def test_named_error_names_the_dongle_in_place_of_its_path() -> None:
    busy = Unavailable("port.busy", "/dev/ttyACM0 is in use.", why="Why.", do="Do.", path="/dev/ttyACM0")
    assert str(link.named_error(busy, "Line 2")) == "Line 2 is in use. Why. Do."
    ended = NotFound("port.missing", "Simulated dongle f isn't running.", simulated=True)
    assert link.named_error(ended, "Dongle F").what == "Dongle F isn't running."


def test_read_chunk_bytes_left_from_before_may_have_come_since_then(
    ends: tuple[int, int], terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_CHUNK", 3)
    with link.open_port(terminal) as handle:
        empty = handle.read_chunk(0)
        os.write(ends[0], b"abcdefgh\r")
        while int.from_bytes(fcntl.ioctl(ends[1], termios.FIONREAD, bytes(4)), sys.byteorder) < 9:
            pass  # the kernel hands it over in its own time
        first = handle.read_chunk(60)
        second, third = handle.read_chunk(60), handle.read_chunk(60)
    assert (empty.data, first.data, second.data, third.data) == (b"", b"abcd", b"efgh", b"\r")
    assert empty.until <= first.since <= first.until
    # More was waiting than one read takes: nobody knows since when.
    assert second.since == third.since < first.until


def test_read_whose_bytes_another_reader_took_says_so_while_the_port_exists(
    terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyserial then reports a disconnected device."""
    with link.open_port(terminal) as handle:
        monkeypatch.setattr(serial.Serial, "read", _taken)
        with pytest.raises(DeviceFailure) as failed:
            handle.read(1)
    assert failed.value.code == "port.disturbed"
    assert str(failed.value) == (
        "The dongle's answer couldn't be read. Another program may be using the port. Try again."
    )


def test_read_after_the_other_end_closed_says_disconnected() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    with link.open_port(path) as handle:
        os.close(master)
        with pytest.raises(DeviceFailure) as failed:
            handle.read(1)
    os.close(slave)
    assert failed.value.code == "port.gone"


def _taken(*_arguments: object) -> bytes:
    raise serial.SerialException("device reports readiness to read but returned no data")
