"""Serving simulated dongles on pseudo-terminals until told to stop.

Each dongle has a memory file, `BENCHBOARD_HOME/simulated/<bus>-<n>.flash`, locked while it is served, so
that it keeps its identity and token over restarts, and a link, `BENCHBOARD_HOME/ports/<device id>`, which
discovery finds.
"""

import contextlib
import fcntl
import os
import re
import secrets
import selectors
import signal
import socket
import sys
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Final

from benchboard import settings
from benchboard.canbus import link
from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import PRESS_AFTER, SimulatedDongle
from benchboard.dongles.simulator.traffic import Traffic
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _

MAX_DONGLES: Final = 64
_BUS_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True)
class Served:
    """A dongle that can be opened now: `port` is what to open."""

    port: str
    device_id: str
    bus: str


@dataclass(slots=True)
class _Line:
    """A dongle and its terminal: we hold both ends, so that a client leaving is no hang-up."""

    dongle: SimulatedDongle
    master: int
    slave: int
    locks: list[IO[bytes]]
    link: Path | None = None


def serve(
    count: int,
    *,
    bus: str = "bench",
    manual: bool = False,
    until_eof: bool = False,
    traffic: float = 0.0,
    links: bool = True,
    ready: Callable[[Served], None],
    noticed: Callable[[str], None] = lambda _text: None,
) -> None:
    """Serve `count` dongles on one bus until SIGTERM or SIGINT; call from the main thread.

    `ready` hears of each; `traffic` frames a second come from one more node; `manual` leaves the buttons
    to lines `press N` (N from 1) on standard input; with `until_eof` it also ends when that does, with
    whoever started it; without `links` the port is the bare pseudo-terminal.
    `noticed` hears what a person would see on a dongle. Raises `Invalid` (`simulator.count`,
    `simulator.bus`, `simulator.traffic`) or `Unavailable` (`simulator.folder`).
    """
    _check(count, bus, traffic)
    with contextlib.ExitStack() as stack:
        wires = VirtualBus()
        wake = stack.enter_context(_woken_by_signals())
        try:
            _sweep()
            lines = [stack.enter_context(_line(wires, bus, manual=manual, links=links)) for _one in range(count)]
        except OSError as error:
            raise Unavailable(
                "simulator.folder",
                _("The simulator cannot work in {folder}.").format(folder=settings.home()),
                why=error.strerror or "",
                do=_("Check that the folder can be written and has room."),
            ) from error
        source = Traffic(wires, traffic, [one.dongle.controller for one in lines]) if traffic else None
        for one in lines:
            path = str(one.link) if one.link is not None else os.ttyname(one.slave)
            ready(Served(path, one.dongle.device_id, bus))
        _Loop(wires, lines, source, wake, noticed, manual=manual, until_eof=until_eof).run()


def _check(count: int, bus: str, traffic: float) -> None:
    if not 1 <= count <= MAX_DONGLES:
        raise Invalid(
            "simulator.count",
            _("{count} dongles cannot be simulated at once.").format(count=count),
            do=_("Choose 1 to {most}.").format(most=MAX_DONGLES),
            field="count",
        )
    if _BUS_NAME.fullmatch(bus) is None:
        raise Invalid(
            "simulator.bus",
            _("“{name}” is no name for a bus.").format(name=bus[:40]),
            do=_("Use up to 32 lowercase letters, digits and hyphens."),
            field="bus",
        )
    if not 0 <= traffic <= 10_000:
        raise Invalid(
            "simulator.traffic",
            _("{rate} frames a second cannot be simulated.").format(rate=traffic),
            do=_("Choose 0 to 10000."),
            field="traffic",
        )


def _sweep() -> None:
    """Remove links whose process is gone."""
    folder = link.links_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for one in folder.iterdir():
        if one.is_symlink() and link.is_stale(one):
            one.unlink(missing_ok=True)
            link.lock_path(one).unlink(missing_ok=True)


def _free_image(bus: str) -> tuple[Path, IO[bytes]]:
    """The first memory file nobody serves, locked."""
    folder = settings.home() / "simulated"
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        number += 1
        path = folder / f"{bus}-{number}.flash"
        lock = path.with_suffix(".lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        return path, lock


@contextlib.contextmanager
def _line(wires: VirtualBus, bus: str, *, manual: bool, links: bool) -> Iterator[_Line]:
    path, lock = _free_image(bus)
    dongle = SimulatedDongle(
        Flash(path=path), wires, random=secrets.token_bytes, press_after=None if manual else PRESS_AFTER
    )
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    line = _Line(dongle, master, slave, [lock])
    try:
        if links:
            line.link = link.links_folder() / dongle.device_id
            held = link.lock_path(line.link).open("wb")
            line.locks.append(held)
            fcntl.flock(held, fcntl.LOCK_EX)  # discovery may hold it shared for a moment
            line.link.unlink(missing_ok=True)
            line.link.symlink_to(os.ttyname(slave))
        yield line
    finally:
        if line.link is not None:
            line.link.unlink(missing_ok=True)
            link.lock_path(line.link).unlink(missing_ok=True)
        for one in line.locks:
            one.close()
        os.close(master)
        os.close(slave)


@contextlib.contextmanager
def _woken_by_signals() -> Iterator[socket.socket]:
    """A socket that becomes readable on SIGTERM or SIGINT."""
    receiving, sending = socket.socketpair()
    receiving.setblocking(False)
    sending.setblocking(False)

    def note(_number: int, _frame: FrameType | None) -> None:
        """The wake-up descriptor has the news already."""

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    old = signal.set_wakeup_fd(sending.fileno())
    try:
        yield receiving
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        receiving.close()
        sending.close()


class _Loop:
    """One thread for everything: terminals, bus time, buttons."""

    def __init__(
        self,
        wires: VirtualBus,
        lines: list[_Line],
        traffic: Traffic | None,
        wake: socket.socket,
        noticed: Callable[[str], None],
        *,
        manual: bool,
        until_eof: bool,
    ) -> None:
        self._wires = wires
        self._lines = lines
        self._traffic = traffic
        self._noticed = noticed
        self._blinking: set[int] = set()
        self._waiting: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, selectors.EVENT_READ, None)
        for one in lines:
            self._selector.register(one.master, selectors.EVENT_READ, one)
        self._typed = b""
        self._until_eof = until_eof
        self._over = False
        if manual or until_eof:
            # A file as standard input cannot be waited for; then nobody presses.
            with contextlib.suppress(OSError, ValueError):
                self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "typed")

    def run(self) -> None:
        """Until a signal."""
        with self._selector:
            while not self._over:
                now = time.monotonic()
                due = self._advance(now)
                timeout = None if due is None else max(0.0, due - time.monotonic())
                for key, mask in self._selector.select(timeout):
                    if key.data is None:
                        return
                    if key.data == "typed":
                        self._read_typed()
                    elif mask & selectors.EVENT_READ:
                        self._read(key.data)

    def _advance(self, now: float) -> float | None:
        due = [self._traffic.advance(now)] if self._traffic is not None else []
        due.append(self._wires.advance(now))
        for number, one in enumerate(self._lines, start=1):
            due.append(one.dongle.tick(now))
            self._deliver(one)
            self._tell(number, one.dongle, now)
        return min((time for time in due if time is not None), default=None)

    def _read(self, line: _Line) -> None:
        with contextlib.suppress(BlockingIOError):
            line.dongle.feed(os.read(line.master, _CHUNK), time.monotonic())

    def _deliver(self, line: _Line) -> None:
        data = line.dongle.take_output()
        sent = 0
        if data:
            with contextlib.suppress(BlockingIOError):
                sent = os.write(line.master, data)
        rest = data[sent:]
        line.dongle.give_back(rest)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if rest else 0)
        if self._selector.get_key(line.master).events != events:
            self._selector.modify(line.master, events, line)

    def _read_typed(self) -> None:
        data = os.read(sys.stdin.fileno(), 1024)
        if not data:
            self._selector.unregister(sys.stdin.fileno())
            self._over = self._until_eof
            return
        *commands, self._typed = (self._typed + data)[-1024:].split(b"\n")
        for command in commands:
            words = command.split()
            number = int(words[1]) if len(words) == 2 and words[1].isdigit() else 0
            if words[:1] == [b"press"] and 1 <= number <= len(self._lines):
                self._lines[number - 1].dongle.press(time.monotonic())
            else:
                self._noticed(_("Type “press N”, N from 1 to {most}.").format(most=len(self._lines)))

    def _tell(self, number: int, dongle: SimulatedDongle, now: float) -> None:
        for shown, is_so, text in (
            (self._blinking, dongle.blinking(now), _("Dongle {number} ({id}) blinks.")),
            (self._waiting, dongle.waits_for_press(now), _("Dongle {number} ({id}) waits for its button.")),
        ):
            if is_so and number not in shown:
                shown.add(number)
                self._noticed(text.format(number=number, id=dongle.device_id))
            elif not is_so:
                shown.discard(number)
