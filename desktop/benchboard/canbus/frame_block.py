"""Many frames beside each other in arrays: what is done with millions of them is done with all of a block at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.frame import Frame, TimeSource, Timestamp

EXTENDED, REMOTE, FD, BRS, ESI, ERROR, SENT = (1 << bit for bit in range(7))
"""The bits of `FrameBlock.flags`."""
SHORT: Final = 8
"""Bytes of data that a classic frame has at most."""
LONG: Final = 64
_KIND: Final = EXTENDED | REMOTE | ERROR | SENT


class FrameGroup(NamedTuple):
    """The frames of a block with one ID, direction, kind and channel: their places in it, in their order."""

    id: int
    flags: int
    channel: str
    members: NDArray[np.intp]

    @property
    def is_error(self) -> bool:
        """Whether they are error frames, whose ID is no identifier."""
        return bool(self.flags & ERROR)


@dataclass(frozen=True, slots=True, eq=False)
class FrameBlock:
    """n frames in their order, one dimension of n each: `seconds` (float64, Unix time; NaN of a frame without a stamp),
    `uncertainty` (float64, s), `ident` (uint32), `flags` (uint8), `length` (uint8: the bytes of the data, or the DLC
    that a remote frame asks for), `channel` (uint8, the place of its name in `channels`), and `data` (n rows of 8 or 64
    bytes, zeros after those that the frame has).
    """

    seconds: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    ident: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    length: NDArray[np.uint8]
    channel: NDArray[np.uint8]
    data: NDArray[np.uint8]
    channels: tuple[str, ...]

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> "FrameBlock":
        """These frames."""
        count = len(frames)
        names: dict[str, int] = {}
        stamps = [frame.timestamp for frame in frames]
        width = SHORT if all(len(frame.data) <= SHORT for frame in frames) else LONG
        return cls(
            np.fromiter((np.nan if one is None else one.seconds for one in stamps), np.float64, count),
            np.fromiter((0.0 if one is None else one.uncertainty for one in stamps), np.float64, count),
            np.fromiter((frame.id for frame in frames), np.uint32, count),
            np.fromiter(map(_flags, frames), np.uint8, count),
            np.fromiter((frame.remote_dlc if frame.remote else len(frame.data) for frame in frames), np.uint8, count),
            np.fromiter((names.setdefault(frame.channel, len(names)) for frame in frames), np.uint8, count),
            np.frombuffer(b"".join(frame.data.ljust(width, b"\0") for frame in frames), np.uint8).reshape(count, width),
            tuple(names),
        )

    def __len__(self) -> int:
        return len(self.ident)

    def taken(self, places: "slice | NDArray[Any]") -> "FrameBlock":
        """The frames at these places: a slice, numbers, or a truth value for each."""
        return FrameBlock(
            self.seconds[places], self.uncertainty[places], self.ident[places], self.flags[places],
            self.length[places], self.channel[places], self.data[places], self.channels,
        )  # fmt: skip

    @property
    def sizes(self) -> NDArray[np.uint8]:
        """How many bytes of data each frame has: a remote frame has none."""
        return np.where(self.flags & REMOTE, np.uint8(0), self.length)

    def frames(self) -> Iterator[Frame]:
        """The frames, one by one."""
        raw, width = self.data.tobytes(), self.data.shape[1]
        columns = (self.seconds, self.uncertainty, self.ident, self.flags, self.length, self.channel)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for place, (seconds, uncertainty, ident, flags, length, channel) in enumerate(rows):
            remote = bool(flags & REMOTE)
            begin = place * width
            yield Frame(
                ident, bool(flags & EXTENDED), remote, bool(flags & FD), bool(flags & BRS), bool(flags & ESI),
                bool(flags & ERROR), b"" if remote else raw[begin : begin + length], length if remote else 0,
                None if seconds != seconds else Timestamp(seconds, TimeSource.DEVICE, uncertainty),
                bool(flags & SENT), self.channels[channel],
            )  # fmt: skip

    def groups(self) -> list[FrameGroup]:
        """Its frames by ID, direction, kind and channel, in the order in which the first of each comes."""
        kinds = self.flags & np.uint8(_KIND)
        keys = self.ident.astype(np.uint64) << 16 | self.channel.astype(np.uint64) << 8 | kinds
        every, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
        members = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
        return [
            FrameGroup(key >> 16, key & 0xFF, self.channels[key >> 8 & 0xFF], members[place])
            for key, place in ((int(every[place]), place) for place in np.argsort(firsts))
        ]


def _flags(frame: Frame) -> int:
    return (
        frame.extended * EXTENDED | frame.remote * REMOTE | frame.fd * FD | frame.brs * BRS
        | frame.esi * ESI | frame.error * ERROR | frame.sent * SENT
    )  # fmt: skip
