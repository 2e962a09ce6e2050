"""A CAN frame with its timestamp, the same for every backend. No I/O."""

import enum
from collections.abc import Iterable
from typing import Final, NamedTuple

FD_LENGTHS: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)
_DLC_OF_LENGTH: Final = {length: code for code, length in enumerate(FD_LENGTHS)}
MAX_STANDARD_ID: Final = 0x7FF
MAX_EXTENDED_ID: Final = 0x1FFF_FFFF


class TimeSource(enum.Enum):
    """Whose clock a timestamp was read from: the CAN interface's or this computer's."""

    DEVICE = "device"
    HOST = "host"


class Timestamp(NamedTuple):
    """When a frame was on the bus, in Unix time (s).

    `uncertainty` (s) is how far the frame's true time may be from `seconds`. A HOST stamp says when this computer had
    the frame; the frame was on the bus up to that much earlier. A DEVICE stamp counts the device's own ticks, so
    that two of them are that exact to each other; by the host's clock all of them may be late by the way to the host.
    """

    seconds: float
    source: TimeSource
    uncertainty: float

    @property
    def decimals(self) -> int:
        """How many decimals of a second mean something, 0 to 6: the last one is no finer than the uncertainty."""
        return next((digits for digits in range(6, 0, -1) if 10.0**-digits >= self.uncertainty), 0)


class Frame(NamedTuple):
    """One CAN frame.

    `remote_dlc` is the DLC a remote frame asks for; other frames carry `data` of a length their format allows
    (0..8, with `fd` also 12, 16, 20, 24, 32, 48, 64). An `error` frame's `id` is SocketCAN's error class
    (linux/can/error.h). `timestamp` is None for a frame that was neither received nor sent. `sent`: this computer sent
    it. `channel`: what a recording calls the bus that it was on, empty where there is only one.
    """

    # A tuple, because twenty thousand of them are made a second: a frozen dataclass takes five times as long.
    id: int
    extended: bool = False
    remote: bool = False
    fd: bool = False
    brs: bool = False
    esi: bool = False
    error: bool = False
    data: bytes = b""
    remote_dlc: int = 0
    timestamp: Timestamp | None = None
    sent: bool = False
    channel: str = ""

    @property
    def dlc(self) -> int:
        """The data length code, 0..15 (ISO 11898-1:2015, table 5)."""
        return self.remote_dlc if self.remote else _DLC_OF_LENGTH[len(self.data)]


def is_valid(frame: Frame) -> bool:
    """Whether `frame` can be on a bus: identifier, flags and length agree with its format (ISO 11898-1)."""
    limit = MAX_EXTENDED_ID if frame.extended or frame.error else MAX_STANDARD_ID
    if not 0 <= frame.id <= limit or (frame.error and (frame.extended or frame.remote or frame.fd)):
        return False
    if frame.remote:
        return not frame.fd and not frame.esi and not frame.brs and not frame.data and 0 <= frame.remote_dlc <= 8
    if frame.remote_dlc or (not frame.fd and (frame.brs or frame.esi)):
        return False
    return len(frame.data) in _DLC_OF_LENGTH and (frame.fd or len(frame.data) <= 8)


def wire_bits(frames: Iterable[Frame]) -> tuple[int, int]:
    """Bits that `frames` take on the bus: (at the nominal rate, at the data rate), with the interframe spaces, without
    stuff bits. Field lengths: ISO 11898-1:2015, 10.4.
    """
    nominal = data = 0
    for frame in frames:
        size = 8 * len(frame.data)
        if not frame.fd:
            nominal += (67 if frame.extended else 47) + size
            continue
        nominal += (36 if frame.extended else 17) + 12
        # Stuff count, CRC 17 or 21 and its fixed stuff bits, then the CRC delimiter. The data phase begins within BRS
        # and ends within the CRC delimiter, at the sample points: the two are one bit at each rate.
        crc = 28 if size <= 128 else 33
        body = 5 + size + crc
        if frame.brs:
            data += body
        else:
            nominal += body
    return nominal, data
