"""Serves simulated dongles on pseudo-terminals until it is stopped.

Each dongle has a flash file, `BENCHBOARD_HOME/simulated/<bus>-<n>.flash`, locked while it is served, so that it keeps
its identity and token over restarts, and a link, `BENCHBOARD_HOME/ports/<device id>`, by which it is discovered.
"""

import contextlib
import errno
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

from benchboard import file_ownership, settings
from benchboard.canbus import link
from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.faults import Faults, do_typed, typed_help
from benchboard.dongles.simulator.flash import FLASH_FOLDER, Flash
from benchboard.dongles.simulator.node import PRESS_AFTER, SimulatedDongle
from benchboard.dongles.simulator.traffic import Traffic
from benchboard.dongles.titles import default_title
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _, number, system_reason
from benchboard.vault import Vault, make_home

MAX_DONGLES: Final = 64
_BUS_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_CHUNK: Final = 65_536
_STALL_LOOK: Final = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class ServedDongle:
    """A dongle that can be opened now, at `port`."""

    port: str
    device_id: str
    bus: str


@dataclass(slots=True)
class _Terminal:
    """A dongle and its pseudo-terminal. Both ends are kept open, so that a client that closes it causes no hang-up."""

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
    bitrate: int = 500_000,
    faults: Faults | None = None,
    links: bool = True,
    on_ready: Callable[[ServedDongle], None],
    on_notice: Callable[[str], None] = lambda _text: None,
) -> None:
    """Serve `count` dongles on one bus until SIGTERM or SIGINT. Only the main thread may call it.

    `on_ready` is called for each dongle, `on_notice` with what a person would see on one (blinking, waiting). One more
    node sends `traffic` frames a second at `bitrate` (bit/s), whatever the dongles are set to; `faults` happen to all.
    With `manual` no button presses itself: lines on standard input do (`faults.do_typed`). With `until_eof` serving
    also ends with standard input. Without `links` the port is the pseudo-terminal itself. Raises `Invalid`
    (`simulator.count`, `simulator.bus`, `simulator.traffic`), `Unavailable` (`simulator.folder`, and for a home folder
    that isn't private). A bus with the same name in another process is another bus, which `on_notice` is told.
    """
    _check(count, bus, traffic)
    Vault(settings.home()).require_safe()
    with contextlib.ExitStack() as stack:
        virtual_bus = VirtualBus()
        wake = stack.enter_context(_signal_socket())
        try:
            _remove_stale_links()
            terminals = [
                stack.enter_context(_terminal(virtual_bus, bus, manual=manual, links=links)) for _one in range(count)
            ]
        except OSError as error:
            raise Unavailable(
                "simulator.folder",
                _("The simulator can't use {folder}.").format(folder=settings.home()),
                why=system_reason(error),
                do=_("Check that the folder is writable and has free space."),
            ) from error
        source = None
        if traffic:
            source = Traffic(virtual_bus, traffic, bitrate, [one.dongle.controller for one in terminals])
        (faults or Faults()).apply(virtual_bus, [one.dongle for one in terminals])
        if _is_served_elsewhere(bus, own=len(terminals)):
            on_notice(
                _(
                    "Another simulation has a bus named “{name}”, too. Its dongles aren't connected to these: a bus"
                    " joins only the dongles of one command. For more dongles on one bus, use --count."
                ).format(name=bus)
            )
        for one in terminals:
            path = str(one.link) if one.link is not None else os.ttyname(one.slave)
            on_ready(ServedDongle(path, one.dongle.device_id, bus))
        _Loop(virtual_bus, terminals, source, wake, on_notice, manual=manual, until_eof=until_eof).run()


def _check(count: int, bus: str, traffic: float) -> None:
    if not 1 <= count <= MAX_DONGLES:
        raise Invalid(
            "simulator.count",
            _("Can't simulate {count} dongles at once.").format(count=count),
            do=_("Choose a number from 1 to {most}.").format(most=MAX_DONGLES),
            field="count",
        )
    if _BUS_NAME.fullmatch(bus) is None:
        raise Invalid(
            "simulator.bus",
            _("“{name}” isn't a valid bus name.").format(name=bus[:40]),
            do=_("Use up to 32 lowercase letters, digits and hyphens."),
            field="bus",
        )
    if not 0 <= traffic <= 10_000:
        raise Invalid(
            "simulator.traffic",
            _("Can't simulate {rate} frames per second.").format(rate=number(traffic)),
            do=_("Choose a number from 0 to 10000."),
            field="traffic",
        )


def _remove_stale_links() -> None:
    """Remove links whose process has ended."""
    folder = link.links_folder()
    _make_own(folder)
    for one in folder.iterdir():
        if one.is_symlink():
            link.remove_if_stale(one)


def _make_own(folder: Path) -> None:
    """Make a folder in the home that no other account can write to. Raises `OSError` if one can."""
    make_home(settings.home())
    folder.mkdir(exist_ok=True, mode=0o700)
    if file_ownership.is_own(folder):
        folder.chmod(0o700)  # earlier versions left this to the umask
    risk = file_ownership.risk(folder, file_ownership.WRITABLE)
    if risk:
        raise PermissionError(errno.EPERM, risk, str(folder))


def _free_image(bus: str) -> tuple[Path, IO[bytes]]:
    """The first flash file that no process serves, and its lock."""
    folder = settings.home() / FLASH_FOLDER
    _make_own(folder)
    number = 0
    while True:
        number += 1
        path = folder / f"{bus}-{number}.flash"
        lock = os.fdopen(os.open(path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o600), "wb")
        try:
            os.fchmod(lock.fileno(), 0o600)  # earlier versions left this to the umask
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        return path, lock


def _is_served_elsewhere(bus: str, *, own: int) -> bool:
    """Whether more flash files of a bus with this name are locked than the `own` ones."""
    locked = 0
    for path in (settings.home() / FLASH_FOLDER).glob(f"{bus}-*.lock"):
        number = path.stem.removeprefix(f"{bus}-")
        if number.isdecimal():
            with contextlib.suppress(OSError), path.open("rb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    locked += 1
    return locked > own


@contextlib.contextmanager
def _terminal(virtual_bus: VirtualBus, bus: str, *, manual: bool, links: bool) -> Iterator[_Terminal]:
    path, lock = _free_image(bus)
    dongle = SimulatedDongle(
        Flash(path=path), virtual_bus, random=secrets.token_bytes, press_after=None if manual else PRESS_AFTER
    )
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    terminal = _Terminal(dongle, master, slave, [lock])
    try:
        if links:
            terminal.link = link.links_folder() / dongle.device_id
            held = link.lock_link(terminal.link, wait=True)  # discovery may hold it shared for a moment
            assert held is not None
            terminal.locks.append(held)
            terminal.link.unlink(missing_ok=True)
            terminal.link.symlink_to(os.ttyname(slave))
        yield terminal
    finally:
        if terminal.link is not None:
            terminal.link.unlink(missing_ok=True)
            link.lock_path(terminal.link).unlink(missing_ok=True)
        for one in terminal.locks:
            one.close()
        os.close(master)
        os.close(slave)


@contextlib.contextmanager
def _signal_socket() -> Iterator[socket.socket]:
    """A socket that becomes readable on SIGTERM or SIGINT."""
    receiving, sending = socket.socketpair()
    receiving.setblocking(False)
    sending.setblocking(False)

    def note(_number: int, _frame: FrameType | None) -> None:
        """Does nothing: the signal's arrival is read from the socket."""

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
    """Runs terminals, bus and buttons on one thread."""

    def __init__(
        self,
        virtual_bus: VirtualBus,
        terminals: list[_Terminal],
        traffic: Traffic | None,
        wake: socket.socket,
        on_notice: Callable[[str], None],
        *,
        manual: bool,
        until_eof: bool,
    ) -> None:
        self._virtual_bus = virtual_bus
        self._terminals = terminals
        self._traffic = traffic
        self._on_notice = on_notice
        self._blinking: set[int] = set()
        self._waiting: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, selectors.EVENT_READ, None)
        for one in terminals:
            self._selector.register(one.master, selectors.EVENT_READ, one)
        self._typed = b""
        self._until_eof = until_eof
        self._over = False
        if manual or until_eof:
            try:
                self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "typed")
            except PermissionError:  # a file, or /dev/null: never waited for, so read now
                while self._read_typed():
                    pass
            except (OSError, ValueError):  # closed
                self._over = until_eof

    def run(self) -> None:
        """Run until a signal, or with `until_eof` the end of standard input."""
        with self._selector:
            while not self._over:
                now = time.monotonic()
                due = self._advance(now)
                timeout = None if due is None else max(0.0, due - time.monotonic())
                for key, mask in self._selector.select(timeout):
                    if key.data is None:
                        return
                    if key.data == "typed":
                        if not self._read_typed():
                            self._selector.unregister(key.fileobj)
                    elif mask & selectors.EVENT_READ:
                        self._read(key.data)

    def _advance(self, now: float) -> float | None:
        due = [self._traffic.advance(now)] if self._traffic is not None else []
        due.append(self._virtual_bus.advance(now))
        for index, one in enumerate(self._terminals, start=1):
            due.append(one.dongle.tick(now))
            due.append(self._watch_stall(one, now))
            self._deliver(one, now)
            self._report(index, one.dongle, now)
        return min((time for time in due if time is not None), default=None)

    def _read(self, terminal: _Terminal) -> None:
        with contextlib.suppress(BlockingIOError):
            data, now = os.read(terminal.master, _CHUNK), time.monotonic()
            # What was on the bus until now is over before a command can change who listens.
            self._virtual_bus.advance(now)
            terminal.dongle.feed(data, now)

    def _watch_stall(self, terminal: _Terminal, now: float) -> float | None:
        """When to look again whether the dongle reads and answers; None while it does."""
        return now + _STALL_LOOK if terminal.dongle.is_stalled(now) else None

    def _deliver(self, terminal: _Terminal, now: float) -> None:
        if terminal.dongle.is_stalled(now):
            self._watch(terminal, 0)
            return
        data = terminal.dongle.take_output()
        sent = 0
        if data:
            with contextlib.suppress(BlockingIOError):
                sent = os.write(terminal.master, data)
        rest = data[sent:]
        terminal.dongle.requeue_output(rest)
        self._watch(terminal, selectors.EVENT_READ | (selectors.EVENT_WRITE if rest else 0))

    def _watch(self, terminal: _Terminal, events: int) -> None:
        """Wait for these events of a terminal; 0 for none."""
        watched = self._selector.get_map().get(terminal.master)
        if watched is None:
            if events:
                self._selector.register(terminal.master, events, terminal)
        elif not events:
            self._selector.unregister(terminal.master)
        elif watched.events != events:
            self._selector.modify(terminal.master, events, terminal)

    def _read_typed(self) -> bool:
        """Take the commands that were typed; returns False at the end of standard input."""
        data = os.read(sys.stdin.fileno(), 1024)
        if not data:
            self._over = self._until_eof
            return False
        *commands, self._typed = (self._typed + data)[-1024:].split(b"\n")
        for command in commands:
            now, dongles = time.monotonic(), [one.dongle for one in self._terminals]
            self._virtual_bus.advance(now)
            if not do_typed(command, self._virtual_bus, dongles, now):
                self._on_notice(typed_help(len(dongles)))
        return True

    def _report(self, number: int, dongle: SimulatedDongle, now: float) -> None:
        for shown, is_now, text in (
            (self._blinking, dongle.is_blinking(now), _("{name} (number {number}) is blinking.")),
            (
                self._waiting,
                dongle.is_waiting_for_press(now),
                _("{name} (number {number}) is waiting for a button press."),
            ),
        ):
            if is_now and number not in shown:
                shown.add(number)
                self._on_notice(text.format(number=number, name=default_title(dongle.device_id)))
            elif not is_now:
                shown.discard(number)
