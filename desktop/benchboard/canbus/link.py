"""Serial ports: finding them, opening one for ourselves, and saying in words what went wrong.

The only user of pyserial. Discovery is pyserial's list, the links in BENCHBOARD_HOME/ports
(pseudo-terminals, which pyserial never lists) and whatever somebody typed; nothing after discovery tells
them apart.
"""

import contextlib
import errno
import os
import shlex
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import serial
from serial.tools import list_ports

from benchboard import settings
from benchboard.errors import AppError, DeviceFailure, Invalid, NotFound, Unavailable
from benchboard.i18n import _
from benchboard.storage import locate

BAUD_RATE: Final = 115_200  # USB CDC ignores it; bridges of older adapters use it
_SLICE: Final = 0.05  # pyserial reconfigures the port whenever its timeout changes, so it never does
_PATIENCE: Final = 1.0
_HELD: Final = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_CHUNK: Final = 65_536
# USB ids seen on CAN adapters that speak slcan. Hints for people and for the udev rule, never proof.
KNOWN_ADAPTERS: Final = {
    (0x16D0, 0x117E): "CANable",
    (0xAD50, 0x60C4): "CANable",
    (0x04D8, 0x000A): "USBtin",
    (0x0483, 0x5740): "STM32 virtual COM port",
}


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port somebody could open. `key` stays the same when the device comes back under another
    path."""

    path: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    simulated: bool
    key: str


def links_folder() -> Path:
    """Where links to pseudo-terminals lie: BENCHBOARD_HOME/ports. A link `name` may have a lock,
    `.name.lock`."""
    return settings.home() / "ports"


def discover(typed: Iterable[str] = ()) -> tuple[Port, ...]:
    """Every port there is now, by path; `typed` are paths given by hand, listed whether they exist or not."""
    ports = {port.path: port for port in (*_system_ports(), *_linked_ports())}
    for path in typed:
        ports.setdefault(path, Port(path, _("Typed by hand"), None, None, None, False, f"path:{path}"))
    return tuple(sorted(ports.values(), key=lambda port: port.path))


def _system_ports() -> Iterable[Port]:
    for one in list_ports.comports():
        # Linux lists motherboard UARTs that are not there as ttyS0 to ttyS31, without any hardware behind
        # them.
        if one.vid is None and one.hwid == "n/a":
            continue
        key = f"path:{one.device}"
        if one.vid is not None:
            key = f"usb:{one.vid:04x}:{one.pid or 0:04x}:{one.serial_number or one.location or one.device}"
        known = KNOWN_ADAPTERS.get((one.vid or 0, one.pid or 0))
        description = one.product or known or one.description or one.device
        yield Port(one.device, description, one.vid, one.pid, one.serial_number, False, key)


def _linked_ports() -> Iterable[Port]:
    try:
        links = sorted(links_folder().iterdir())
    except OSError:
        return
    for link in links:
        if link.name.startswith(".") or not link.is_symlink() or not link.exists() or is_stale(link):
            continue
        description = _("Simulated dongle {name}").format(name=link.name)
        yield Port(str(link), description, None, None, None, True, f"link:{link.name}")


def lock_path(link: Path) -> Path:
    """The lock beside a link, held by whoever serves it for as long as it lives."""
    return link.with_name(f".{link.name}.lock")


def is_stale(link: Path) -> bool:
    """Whether the process behind `link` is gone. Its terminal's number may by now be somebody's shell."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with lock_path(link).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        # Held: alive. Not there: a link somebody made by hand, whose target exists.
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.ENOENT)
    return True


class PortHandle:
    """An open port, for one owner. One thread may read while another writes."""

    def __init__(self, path: str, port: serial.Serial) -> None:
        self.path = path
        self._port = port

    def read(self, timeout: float) -> bytes:
        """Whatever has arrived, as soon as something has; b"" after `timeout` seconds of nothing.

        Raises `DeviceFailure` (`port.gone`).
        """
        deadline = time.monotonic() + timeout
        try:
            while not (first := self._port.read(1)):
                if time.monotonic() >= deadline:
                    return b""
            waiting = min(self._port.in_waiting, _CHUNK)
            return first + (self._port.read(waiting) if waiting else b"")
        except (OSError, TypeError) as error:  # SerialException is an OSError; TypeError: closed meanwhile
            raise _gone(self.path) from error

    def write(self, data: bytes) -> None:
        """Hand all of `data` over. Raises `DeviceFailure`: `port.gone`, or `port.stuck` after a second of
        no progress."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceFailure(
                "port.stuck",
                _("{path} takes no more data.").format(path=self.path),
                why=_("The device behind it has stopped reading."),
                do=_("Unplug it, plug it in again and repeat."),
            ) from error
        except (OSError, TypeError) as error:
            raise _gone(self.path) from error

    def close(self) -> None:
        """Give the port back. Closing twice, or after the device has gone, is no error."""
        with contextlib.suppress(OSError):
            self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_port(path: str) -> PortHandle:
    """Open `path` for us alone, with nothing old left in it. One that somebody holds is waited for, a second at most:
    whoever looks at every new port has let go of it by then.

    Raises `NotFound` (`port.missing`), `Unavailable` (`port.busy`, `port.denied`, `port.failed`) or `Invalid`
    (`port.not-serial`).
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            port = serial.Serial(path, BAUD_RATE, timeout=_SLICE, write_timeout=1.0, exclusive=True)
            break
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) not in _HELD or time.monotonic() > until:
                raise _cannot_open(path, error) from error
            time.sleep(_SLICE)
    handle = PortHandle(path, port)
    try:
        port.reset_input_buffer()
    except OSError as error:
        handle.close()
        raise _gone(path) from error
    return handle


def _gone(path: str) -> DeviceFailure:
    return DeviceFailure(
        "port.gone",
        _("The device on {path} is gone.").format(path=path),
        why=_("It was unplugged, or its program ended."),
        do=_("Plug it in again; it is recognised by itself."),
        path=path,
    )


def _cannot_open(path: str, error: OSError | ValueError) -> AppError:
    number = getattr(error, "errno", None)
    if Path(path).parent == links_folder() and number in (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EIO):
        # A link whose simulator ended leads nowhere, or to a terminal that is somebody else's by now.
        return NotFound(
            "port.missing",
            _("The simulated dongle {name} is not running.").format(name=Path(path).name),
            do=_("Start the simulator: “benchboard dongle simulate”, or in the window under Bench, Dongles."),
            path=path,
        )
    if number == errno.ENOENT:
        return NotFound(
            "port.missing",
            _("There is no port {path}.").format(path=path),
            do=_(
                "Plug the dongle in; “benchboard dongle list” and the window under Bench, Dongles show what is there."
            ),
            path=path,
        )
    if number in _HELD:
        return _busy(path)
    if number in (errno.EACCES, errno.EPERM):
        return _denied(path)
    # pyserial reports a file that takes no terminal settings without a number.
    if number in (errno.ENOTTY, errno.EINVAL, errno.EISDIR, errno.ENODEV, errno.ENXIO) or "configure" in str(error):
        return Invalid(
            "port.not-serial",
            _("{path} is not a serial port.").format(path=path),
            do=_("Choose a port that “benchboard dongle list” or the window under Bench, Dongles shows."),
            field="port",
            path=path,
        )
    return Unavailable(
        "port.failed",
        _("{path} cannot be opened.").format(path=path),
        why=os.strerror(number) if isinstance(number, int) else "",
        do=_("Unplug the dongle, plug it in again and repeat."),
        path=path,
    )


def _busy(path: str) -> Unavailable:
    holder = _locker(path) or _opener(path)
    return Unavailable(
        "port.busy",
        _("{path} is in use.").format(path=path),
        why=_("{program} has it open.").format(program=holder) if holder else "",
        do=_("Close the other program, then try again."),
        path=path,
    )


def _denied(path: str) -> Unavailable:
    return Unavailable(
        "port.denied",
        _("You may not open {path}.").format(path=path),
        why=_("The system gives serial ports to administrators and certain groups only."),
        do=_("Run “{command}”, then plug the dongle in again.").format(command=_rule_installer()),
        path=path,
    )


def _locker(path: str) -> str:
    """Name and number of the process that holds the lock on `path` (Linux); else ""."""
    try:
        wanted = f":{Path(path).stat().st_ino}"
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()  # 1: FLOCK ADVISORY WRITE <process> <major>:<minor>:<inode> 0 EOF
            if len(words) > 5 and words[1] == "FLOCK" and words[5].endswith(wanted):
                return _name(Path("/proc") / words[4])
    except OSError:
        pass
    return ""


def _opener(path: str) -> str:
    """Name and number of another process that has `path` open, as far as this user may see (Linux); else
    ""."""
    target = os.path.realpath(path)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.path.realpath(fd) == target for fd in (process / "fd").iterdir()):
                return _name(process)
        except OSError:
            continue
    return ""


def _name(process: Path) -> str:
    return f"{(process / 'comm').read_text(encoding='utf-8', errors='replace').strip()} ({process.name})"


RULE_NAME: Final = "70-benchboard.rules"


def _rule_installer() -> str:
    """What lets whoever sits at the machine use the known adapters, and keeps ModemManager off them."""
    rule = locate.resources() / "udev" / RULE_NAME
    return f"sudo cp {shlex.quote(str(rule))} /etc/udev/rules.d/"
