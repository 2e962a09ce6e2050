"""Serial ports: discovery, exclusive opening, and errors that say what to do.

The only module that uses pyserial. Ports come from pyserial's list, from the links in BENCHBOARD_HOME/ports (to
pseudo-terminals, which pyserial never lists) and from paths that the user typed; after discovery all are alike.
"""

import contextlib
import errno
import os
import shlex
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import serial
from serial.tools import list_ports

from benchboard import file_ownership, package_data, settings
from benchboard.canbus.usb_adapters import adapter_name
from benchboard.errors import AppError, DeviceFailure, Invalid, NotFound, Unavailable
from benchboard.file_locks import lock_holder
from benchboard.i18n import N_, _, system_reason
from benchboard.start_arguments import opens_window

BAUD_RATE: Final = 115_200  # USB CDC ignores it; bridges of older adapters use it
_READ_TIMEOUT_S: Final = 0.05  # pyserial reconfigures the port whenever its timeout changes, so it never does
BUSY_WAIT_S: Final = 1.0
_BUSY_ERRNOS: Final = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port that can be opened. `key` stays the same when the device comes back under another path."""

    path: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    simulated: bool
    key: str


def links_folder() -> Path:
    """The folder of links to pseudo-terminals: BENCHBOARD_HOME/ports. A link counts while its `lock_path` is locked."""
    return settings.home() / "ports"


def discover(typed: Iterable[str] = ()) -> tuple[Port, ...]:
    """Every port there is now, sorted by path; `typed` paths are listed whether they exist or not."""
    ports = {port.path: port for port in (*_system_ports(), *_linked_ports())}
    for path in typed:
        ports.setdefault(path, Port(path, _("Entered manually"), None, None, None, False, f"path:{path}"))
    return tuple(sorted(ports.values(), key=lambda port: port.path))


def _system_ports() -> Iterable[Port]:
    for one in list_ports.comports():
        # Linux lists ttyS0 to ttyS31 whether or not the motherboard has these UARTs.
        if one.vid is None and one.hwid == "n/a":
            continue
        key = f"path:{one.device}"
        if one.vid is not None:
            key = f"usb:{one.vid:04x}:{one.pid or 0:04x}:{one.serial_number or one.location or one.device}"
        description = one.product or adapter_name(one.vid, one.pid) or one.description or one.device
        yield Port(one.device, description, one.vid, one.pid, one.serial_number, False, key)


def _linked_ports() -> Iterable[Port]:
    try:
        links = [link for link in sorted(links_folder().iterdir()) if is_own_link(link)]
    except OSError:
        return
    for link in links:
        if link.name.startswith(".") or not link.is_symlink() or not link.exists() or is_stale(link):
            continue
        description = _("Simulated dongle {name}").format(name=link.name)
        yield Port(str(link), description, None, None, None, True, f"link:{link.name}")


def is_own_link(link: Path) -> bool:
    """Whether no other account can have created `link`; true if it doesn't exist.

    Otherwise its dongle would get our tokens.
    """
    try:
        return not file_ownership.risk(link.parent, file_ownership.WRITABLE) and file_ownership.is_own(link)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def lock_path(link: Path) -> Path:
    """The lock file beside a link, locked by the process that serves it for as long as it lives."""
    return link.with_name(f".{link.name}.lock")


def lock_link(link: Path, *, wait: bool) -> IO[bytes] | None:
    """Lock `link`, which need not exist: nobody else then makes or removes it. None if it is locked and not to `wait`.

    The caller keeps the open file, and closes it to release the lock. POSIX only. Raises `OSError`.
    """
    import fcntl

    path = lock_path(link)
    while True:
        lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
        try:
            os.fchmod(lock.fileno(), 0o600)  # earlier versions left this to the umask
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(path.stat(), os.fstat(lock.fileno())):
                    return lock
        except BlockingIOError:
            lock.close()
            return None
        except OSError:
            lock.close()
            raise
        lock.close()  # another process has removed the file since


def is_stale(link: Path) -> bool:
    """Whether no process serves `link`. The terminal may belong to another program by now."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with lock_path(link).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)  # held: running
    return True


def remove_if_stale(link: Path) -> bool:
    """Remove `link` and its lock file, unless a process serves it. Returns whether none does. Raises `OSError`."""
    if not is_stale(link):
        return False
    lock = lock_link(link, wait=False)
    if lock is None:
        return False
    with lock:
        link.unlink(missing_ok=True)
        lock_path(link).unlink(missing_ok=True)
    return True


def linked_id(path: str) -> str | None:
    """The id of the dongle that `path` leads to, if it is a link in `links_folder`: its name. None for other ports."""
    link = Path(path)
    return link.name if _is_in_links_folder(link) else None


def _is_in_links_folder(path: Path) -> bool:
    return os.path.realpath(path.parent) == os.path.realpath(links_folder())


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes read at once. They became readable after `since` and by `until` (`time.monotonic()`, s)."""

    data: bytes
    since: float
    until: float


class PortHandle:
    """An open port, for one owner. One thread may read while another writes."""

    def __init__(self, path: str, port: serial.Serial) -> None:
        self.path = path
        self._port = port
        self._drained_at = time.monotonic()  # when nothing was left to read

    def read(self, timeout: float) -> bytes:
        """Read what has arrived, waiting for the first bytes; b"" if none arrive in `timeout` seconds.

        Raises `DeviceFailure`: `port.gone`, or `port.disturbed` if another program took the bytes.
        """
        return self.read_chunk(timeout).data

    def read_chunk(self, timeout: float) -> Chunk:
        """`read`, with the time in which it arrived. Bytes that this call had to wait for came when it woke up."""
        deadline = time.monotonic() + timeout
        try:
            since = self._drained_at if self._port.in_waiting else None
            while not (first := self._port.read(1)):
                self._drained_at = time.monotonic()
                if self._drained_at >= deadline:
                    return Chunk(b"", self._drained_at, self._drained_at)
            woken = time.monotonic()
            waiting = min(self._port.in_waiting, _CHUNK)
            data = first + (self._port.read(waiting) if waiting else b"")
        except (OSError, TypeError) as error:  # SerialException is an OSError; TypeError: closed meanwhile
            raise self._read_error() from error
        until = time.monotonic()
        if waiting < _CHUNK:
            self._drained_at = until
        return Chunk(data, woken if since is None else since, until)

    def _read_error(self) -> DeviceFailure:
        """Why a read failed. A port that still reports its state is there: another program took the bytes."""
        try:
            _waiting = self._port.in_waiting
        except (OSError, TypeError):
            return disconnected_error(self.path)
        return DeviceFailure(
            "port.disturbed",
            _("The dongle's answer couldn't be read."),
            why=_("Another program may be using the port."),
            do=_("Try again."),
            path=self.path,
        )

    def write(self, data: bytes) -> None:
        """Write all of `data`. Raises `DeviceFailure`: `port.gone`, or `port.stuck` after a second without progress."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceFailure(
                "port.stuck",
                _("{path} stopped accepting data.").format(path=self.path),
                why=_("The device isn't reading data."),
                do=_("Unplug the dongle, plug it back in and try again."),
                path=self.path,
            ) from error
        except (OSError, TypeError) as error:
            raise disconnected_error(self.path) from error

    def close(self) -> None:
        """Close the port. Closing twice, or after the device has gone, is no error."""
        with contextlib.suppress(OSError):
            self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_port(path: str) -> PortHandle:
    """Open `path` exclusively, and discard what it had received before.

    A port that another program has open is waited for, a second at most: programs that only look at new ports have
    closed it by then.

    Raises `NotFound` (`port.missing`), `Unavailable` (`port.busy`, `port.denied`, `port.failed`, `port.unsafe`) or
    `Invalid` (`port.not-serial`).
    """
    if _is_in_links_folder(Path(path)):
        _require_served(Path(path))
    until = time.monotonic() + BUSY_WAIT_S
    while True:
        try:
            port = serial.Serial(path, BAUD_RATE, timeout=_READ_TIMEOUT_S, write_timeout=1.0, exclusive=True)
            break
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) not in _BUSY_ERRNOS or time.monotonic() > until:
                raise _open_error(path, error) from error
            time.sleep(_READ_TIMEOUT_S)
    handle = PortHandle(path, port)
    try:
        port.reset_input_buffer()
    except OSError as error:
        handle.close()
        raise disconnected_error(path) from error
    return handle


def _require_served(link: Path) -> None:
    """Raise unless `link` is our own and its simulator lives; else the link is removed. Its terminal isn't touched."""
    if not is_own_link(link):
        raise _not_own(str(link))
    if not link.is_symlink():
        raise _not_running(link)
    with contextlib.suppress(OSError):
        remove_if_stale(link)
    if is_stale(link):
        raise _not_running(link, why=_("Its simulator has ended. Its port may belong to another program by now."))


def _not_running(link: Path, *, why: str = "") -> NotFound:
    return NotFound(
        "port.missing",
        _("Simulated dongle {name} isn't running.").format(name=link.name),
        why=why,
        do=_("Start the simulator with “benchboard dongle simulate”, or in Bench > Dongles."),
        path=str(link),
        simulated=True,
    )


def _not_own(path: str) -> Unavailable:
    return Unavailable(
        "port.unsafe",
        _("{path} may lead to another account's program.").format(path=path),
        why=_("The link or its folder isn't private."),
        do=_("Remove {folder} and start the simulator again.").format(folder=links_folder()),
        path=path,
    )


_TITLES: Final = {
    "port.busy": N_("{path} is in use."),
    "port.denied": N_("You don't have permission to open {path}."),
    "port.failed": N_("Can't open {path}."),
    "port.gone": N_("{path} disconnected."),
    "port.missing": N_("{path} isn't connected to this computer."),
    "port.stuck": N_("{path} stopped accepting data."),
    "port.unsafe": N_("{path} may lead to another account's program."),
}
"""What these errors say. A window names the dongle in place of the path, as its list does."""


def named_error(error: AppError, name: str) -> AppError:
    """`error` with the dongle's `name` in place of the path of its port; other errors as they are.

    One that says more than its code does has the fact `title`: what it says, in English, with `{path}`, and with
    `{time}` where the fact `time` says when.
    """
    title = error.facts.get("title") or _TITLES.get(error.code)
    if not isinstance(title, str):
        return error
    if error.code == "port.missing" and error.facts.get("simulated"):
        title = N_("{path} isn't running.")
    what = _(title).format(path=name, time=error.facts.get("time", ""))
    return type(error)(error.code, what, why=error.why, do=error.do, **error.facts)


def disconnected_error(path: str, *, name: str = "") -> DeviceFailure:
    """The error `port.gone`: the dongle `name` on `path` was disconnected; without a name its port is named."""
    simulated = _is_in_links_folder(Path(path))
    if not name:
        name = _("Dongle {id}").format(id=Path(path).name[-4:].upper()) if simulated else path
    return DeviceFailure(
        "port.gone",
        _("{name} disconnected.").format(name=name),
        why=_("Its simulated port is no longer available.") if simulated else "",
        do="" if simulated else _("Plug it back in. It's detected automatically."),
        path=path,
        simulated=simulated,
    )


def _open_error(path: str, error: OSError | ValueError) -> AppError:
    number = getattr(error, "errno", None)
    if _is_in_links_folder(Path(path)) and number in (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EIO):
        # The simulator has ended since: the link has no target, or one that is another account's terminal by now.
        return _not_running(Path(path))
    if number == errno.ENOENT:
        return NotFound(
            "port.missing",
            _("Port {path} doesn't exist.").format(path=path),
            do=_("Plug in the dongle. To see what's connected, run “benchboard dongle list” or open Bench > Dongles."),
            path=path,
        )
    if number in _BUSY_ERRNOS:
        return _busy_error(path)
    if number in (errno.EACCES, errno.EPERM):
        return _denied_error(path)
    # pyserial reports a file that takes no terminal settings without a number.
    if number in (errno.ENOTTY, errno.EINVAL, errno.EISDIR, errno.ENODEV, errno.ENXIO) or "configure" in str(error):
        return Invalid(
            "port.not-serial",
            _("{path} isn't a serial port.").format(path=path),
            do=_("Choose a port listed by “benchboard dongle list” or in Bench > Dongles."),
            field="port",
            path=path,
        )
    return Unavailable(
        "port.failed",
        _("Can't open {path}.").format(path=path),
        why=system_reason(OSError(number, os.strerror(number))) if isinstance(number, int) else "",
        do=_("Unplug the dongle, plug it back in and try again."),
        path=path,
    )


def use_by_another(path: str) -> Unavailable | None:
    """The error `port.busy` if another process has locked `path`, as `open_port` does; the port isn't touched.

    None where the system doesn't tell who holds a lock (`lock_holder`).
    """
    pid = lock_holder(Path(path))
    return _busy_error(path, pid) if pid is not None and pid != os.getpid() else None


def _busy_error(path: str, pid: int | None = None) -> Unavailable:
    pid = pid or lock_holder(Path(path))
    process = Path("/proc") / str(pid) if pid is not None else _process_with_open(path)
    why, do = _holder(process) if process is not None else ("", "")
    return Unavailable(
        "port.busy",
        _("{path} is in use.").format(path=path),
        why=why,
        do=do or _("Close the other program, then try again."),
        path=path,
    )


def _denied_error(path: str) -> Unavailable:
    return Unavailable(
        "port.denied",
        _("You don't have permission to open {path}.").format(path=path),
        why=_("Only administrators and certain groups can use serial ports on this system."),
        do=_("Run “{command}”, then reconnect the dongle.").format(command=_rule_installer()),
        path=path,
    )


def _holder(process: Path) -> tuple[str, str]:
    """Which program has a port open, and what to do: this one, another of Benchboard's windows or commands, or else its
    name and process id.
    """
    if process.name == str(os.getpid()):
        return _("This window has it open."), _("Finish pairing or close its live bus, then try again.")
    try:
        words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "", ""
    arguments = _benchboard_arguments(words)
    if arguments is None:
        return _("{program} has it open.").format(program=f"{name} ({process.name})"), ""
    if opens_window(arguments):
        return (
            _("A Benchboard window is using it."),
            _("Finish pairing or close the live bus there, then try again."),
        )
    command = " ".join(arguments[:2])
    sentence = _("The command “benchboard {command}” has it open (process {id}).")
    return sentence.format(command=command, id=process.name), _("Wait until it ends or stop it, then try again.")


def _benchboard_arguments(words: Sequence[str]) -> list[str] | None:
    """The arguments of a command line of Benchboard; None if it is another program's."""
    words = [word for word in words if word]
    if "-m" in words[:-1] and words[words.index("-m") + 1] == "benchboard":
        words = words[words.index("-m") + 1 :]
    else:
        words = words[next((i for i, word in enumerate(words) if Path(word).name == "benchboard"), len(words)) :]
    return list(words[1:]) if words else None


def is_used(path: str) -> bool:
    """Whether a program has the port at `path` open: also one that doesn't lock it, with whose traffic ours would mix.

    As far as the system tells this user (Linux only). A simulated dongle's port is held open by its simulator, so that
    only a lock counts there.
    """
    if lock_holder(Path(path)) is not None:
        return True
    return not _is_in_links_folder(Path(path)) and _process_with_open(path) is not None


def _process_with_open(path: str) -> Path | None:
    """A process (in /proc) that has `path` open, as far as this user may see (Linux only)."""
    target = os.path.realpath(path)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.path.realpath(fd) == target for fd in (process / "fd").iterdir()):
                return process
        except OSError:
            continue
    return None


RULE_NAME: Final = "70-benchboard.rules"


def _rule_installer() -> str:
    """The command that installs the udev rule: it gives the adapters to local users and ModemManager ignores them."""
    rule = package_data.resources_folder() / "udev" / RULE_NAME
    return f"sudo cp {shlex.quote(str(rule))} /etc/udev/rules.d/"
