"""Detects the firmware of a USB CAN adapter: Benchboard's, which proves its identity, or one that speaks slcan.

A port's USB descriptors are a hint; the firmware's answer decides.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchboard.canbus import link, slcan_codec
from benchboard.dongles.device import Device, OpenPort
from benchboard.dongles.device_errors import require_linked_id
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import DeviceFailure
from benchboard.i18n import _

_PROBE_TIMEOUT: Final = 0.4


@dataclass(frozen=True, slots=True)
class DongleInfo:
    """What firmware is on a port. The identity fields are None for stock firmware, which has no identity to prove.

    `config` is the stored configuration as it was read; None if it couldn't be.
    """

    port: str
    dialect: str
    firmware: str
    hardware: str
    serial_number: str | None = None
    device_id: str | None = None
    device_key: bytes | None = None
    ownership_state: str | None = None
    key_version: int | None = None
    controller: str | None = None
    clock_hz: int | None = None
    fd: bool | None = None
    config: DongleConfig | None = None

    @property
    def is_benchboard(self) -> bool:
        """Whether it has Benchboard firmware, so that its identity is proven."""
        return self.dialect == BENCHBOARD_DIALECT


BENCHBOARD_DIALECT: Final = "benchboard"
# `V` is answered by V and more, or by the firmware's name or revision. The letter alone is an echo, hex digits
# alone are the end of a CAN frame.
_VERSION: Final = re.compile(r"[ -~]{2,}")
_DEVICE_ID: Final = re.compile("[0-9a-f]{16}")
_FRAME_TAIL: Final = re.compile(r"[0-9A-Fa-f]*S?")
# How a stock firmware answers `V`. LAWICEL: V and four digits; the others answer with text of their own.
_DIALECTS: Final = (
    ("lawicel", re.compile(r"V[0-9A-Fa-f]{4}")),
    ("elmue", re.compile(r"\+?V?\+?Board:.*", re.IGNORECASE)),
    ("canable", re.compile(r".*canable.*", re.IGNORECASE)),
)


def probe(path: str) -> DongleInfo:
    """Find out what firmware is on the port `path`. Closes the CAN channel; takes at most about three seconds.

    Raises `DeviceFailure` (`dongle.silent`: nothing there speaks slcan; `dongle.unreadable`: Benchboard's firmware
    answered damaged; `dongle.untrusted`; `dongle.wrong-device`: the port is a link to another dongle) and what
    `link.open_port` raises.
    """
    with link.open_port(path) as handle:
        return probe_open(handle)


def probe_open(handle: OpenPort, *, clock: Callable[[], float] = time.monotonic) -> DongleInfo:
    """`probe` on a port that is already open; it stays open."""
    device = Device(handle, clock=clock)
    device.close_channel()
    try:
        hello = device.hello(tries=2, timeout=_PROBE_TIMEOUT)
    except DeviceFailure as error:
        if error.code != "dongle.silent":
            raise
        if device.has_unreadable_answer():
            raise DeviceFailure(
                "dongle.unreadable",
                _("The dongle on {path} responded, but its identity couldn't be read.").format(path=handle.path),
                why=_("Its response was damaged, or its firmware doesn't match this version of Benchboard."),
                do=_("Unplug the dongle, plug it back in and try again. If this persists, use another cable."),
                path=handle.path,
            ) from error
        info = _stock(handle, clock)
        require_linked_id(handle.path, None)
        return info
    return DongleInfo(
        handle.path,
        BENCHBOARD_DIALECT,
        hello.firmware,
        hello.hardware,
        serial_number=hello.device_id[-4:].upper(),
        device_id=hello.device_id,
        device_key=hello.device_key,
        ownership_state=hello.state.name,
        key_version=hello.key_version,
        controller=hello.controller,
        clock_hz=hello.clock_hz,
        fd=hello.fd,
        config=_stored_config(device),
    )


def _stored_config(device: Device) -> DongleConfig | None:
    """The configuration stored on the dongle; None if it doesn't tell, as it has proved its identity already."""
    try:
        return device.config_read().config
    except DeviceFailure:
        return None


def _stock(handle: OpenPort, clock: Callable[[], float]) -> DongleInfo:
    """The information from slcan firmware other than Benchboard's.

    Raises `DeviceFailure` (`dongle.silent`) without an answer.
    """
    query = _SlcanCommands(handle, clock)
    query(b"C")
    version = _version(query)
    number = query(b"N") if version else ""
    # What answers everything alike answers nothing.
    if not version or number == version:
        if query.has_received_data:
            raise DeviceFailure(
                "dongle.silent",
                _("Unknown firmware on {path}.").format(path=handle.path),
                why=_("It sends data, but its answers aren't those of slcan firmware."),
                do=_("Check the port. If it's the dongle's, unplug it, plug it back in and try again."),
                path=handle.path,
            )
        raise DeviceFailure(
            "dongle.silent",
            _("No CAN dongle responded on {path}.").format(path=handle.path),
            do=_("Check the port, and that the dongle runs slcan firmware."),
            path=handle.path,
        )
    dialect = next((name for name, form in _DIALECTS if form.fullmatch(version)), "slcan")
    # LAWICEL's V reply is two digits of hardware and two of software version.
    lawicel = dialect == "lawicel"
    return DongleInfo(
        handle.path,
        dialect,
        firmware=version[3:5] if lawicel else version[:64],
        hardware=version[1:3] if lawicel else "",
        serial_number=number[1:33] or None if number.startswith("N") else None,
    )


def _version(query: Callable[[bytes], str]) -> str:
    """The firmware's answer to `V`; "" where there is none, or where it comes from an echo or a stream of data."""
    version = query(b"V")
    if not _VERSION.fullmatch(version) or _FRAME_TAIL.fullmatch(version) or query(b"V") != version:
        return ""
    # Firmware refuses more behind the V or ignores it; whatever repeats these digits is an echo.
    digits = secrets.token_hex(3).upper()
    return "" if digits in query(b"V" + digits.encode()).upper() else version


class _SlcanCommands:
    """Sends slcan commands one after the other and returns each one's reply.

    One parser reads everything, so that only the very first line can be the end of one that began before.
    """

    def __init__(self, handle: OpenPort, clock: Callable[[], float]) -> None:
        self._handle = handle
        self._clock = clock
        self._parser = slcan_codec.Parser()
        self.has_received_data = False
        """Whether more than slcan's bare signs for yes and no arrived."""

    def __call__(self, command: bytes) -> str:
        """The reply's text; "" for a refusal, an empty reply or none in `_PROBE_TIMEOUT` seconds."""
        self._handle.write(command + b"\r")
        deadline = self._clock() + _PROBE_TIMEOUT
        while (left := deadline - self._clock()) > 0:
            data = self._handle.read(left)
            self.has_received_data |= bool(data.strip(b"\r\a"))
            for reply in self._parser.feed(data).replies:
                if not reply.ok or reply.text or command == b"C":
                    return reply.text
        return ""


def observed_id(port: link.Port) -> str | None:
    """The id of a dongle with stock firmware: 16 hex digits of SHA-256 over VID:PID and USB serial number.

    None without a serial number: such dongles can't be told apart.
    """
    if port.vid is None or port.pid is None or not port.serial_number:
        return None
    text = f"{port.vid:04x}:{port.pid:04x}:{port.serial_number}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def expected_id(port: link.Port) -> str | None:
    """The id by which to list a dongle that hasn't answered: a simulated one's link has its name, any other counts as
    one with stock firmware. None if the port doesn't tell.
    """
    if port.simulated:
        name = port.path.rpartition("/")[2]
        return name if _DEVICE_ID.fullmatch(name) else None
    return observed_id(port)
