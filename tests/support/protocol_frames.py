"""Messages of protocols over CAN cut into frames, as a sender puts them on the bus, and hostile frames."""

import random
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from benchboard.canbus.frame import FD_LENGTHS, Frame, TimeSource, Timestamp

GAP_S: Final = 0.01


def at(seconds: float, uncertainty: float = 0.0) -> Timestamp:
    return Timestamp(seconds, TimeSource.DEVICE, uncertainty)


def stamped(frames: Sequence[Frame], start: float = 0.0, gap: float = GAP_S) -> list[Frame]:
    """The frames, one every `gap` seconds."""
    return [frame._replace(timestamp=at(start + place * gap)) for place, frame in enumerate(frames)]


def interleaved(streams: Sequence[Sequence[Frame]], order: Sequence[int]) -> list[Frame]:
    """All frames of the streams, each stream's in its order; `order` says whose frame is next."""
    left = [list(one) for one in streams]
    merged = []
    turns = iter(order)
    while any(left):
        waiting = [one for one in left if one]
        merged.append(waiting[next(turns, 0) % len(waiting)].pop(0))
    return stamped(merged, gap=0.0001)


# ---- J1939


def _tp(control: bool, source: int, target: int, data: bytes) -> Frame:
    form = 0xEC if control else 0xEB
    return Frame(7 << 26 | form << 16 | target << 8 | source, extended=True, data=data)


def announcement(kind: int, payload: bytes, pgn: int, source: int, target: int) -> Frame:
    """RTS (16), BAM (32) or EndOfMsgACK (19)."""
    packets = (len(payload) + 6) // 7
    head = bytes([kind]) + len(payload).to_bytes(2, "little") + bytes([packets, 0xFF])
    return _tp(True, source, target, head + pgn.to_bytes(3, "little"))


def clear_to_send(packets: int, first: int, pgn: int, source: int, target: int) -> Frame:
    return _tp(True, source, target, bytes([17, packets, first, 0xFF, 0xFF]) + pgn.to_bytes(3, "little"))


def abort(reason: int, pgn: int, source: int, target: int) -> Frame:
    return _tp(True, source, target, bytes([255, reason, 0xFF, 0xFF, 0xFF]) + pgn.to_bytes(3, "little"))


def packets(payload: bytes, source: int, target: int) -> list[Frame]:
    return [
        _tp(False, source, target, bytes([number]) + payload[start : start + 7].ljust(7, b"\xff"))
        for number, start in zip(count(1), range(0, len(payload), 7))
    ]


def broadcast(payload: bytes, pgn: int, source: int) -> list[Frame]:
    """A message to all."""
    return [announcement(32, payload, pgn, source, 0xFF), *packets(payload, source, 0xFF)]


def connection(payload: bytes, pgn: int, source: int, target: int, window: int) -> list[Frame]:
    """A message to one node, which asks for `window` packets at a time."""
    data = packets(payload, source, target)
    frames = [announcement(16, payload, pgn, source, target)]
    for first in range(0, len(data), window):
        part = data[first : first + window]
        frames += [clear_to_send(len(part), first + 1, pgn, target, source), *part]
    return [*frames, announcement(19, payload, pgn, target, source)]


def _etp(control: bool, source: int, target: int, data: bytes) -> Frame:
    form = 0xC8 if control else 0xC7
    return Frame(7 << 26 | form << 16 | target << 8 | source, extended=True, data=data)


def extended_control(kind: int, middle: bytes, pgn: int, source: int, target: int) -> Frame:
    """RTS (20), CTS (21), DPO (22), EndOfMsgACK (23) or abort (255) of the extended protocol; `middle` has 4 bytes."""
    return _etp(True, source, target, bytes([kind]) + middle + pgn.to_bytes(3, "little"))


def extended_window(payload: bytes, first: int, count: int, pgn: int, source: int, target: int) -> list[Frame]:
    """`count` packets from the packet `first` (from 1) on, asked for and counted from there."""
    data = payload[(first - 1) * 7 :]
    asked = extended_control(21, bytes([count]) + first.to_bytes(3, "little"), pgn, target, source)
    counted = extended_control(22, bytes([count]) + (first - 1).to_bytes(3, "little"), pgn, source, target)
    sent = [
        _etp(False, source, target, bytes([place + 1]) + data[place * 7 : place * 7 + 7].ljust(7, b"\xff"))
        for place in range(count)
    ]
    return [asked, counted, *sent]


def extended_connection(payload: bytes, pgn: int, source: int, target: int, window: int) -> list[Frame]:
    """A message to one node by the extended protocol, which asks for `window` packets at a time."""
    length, total = len(payload).to_bytes(4, "little"), (len(payload) + 6) // 7
    frames = [extended_control(20, length, pgn, source, target)]
    for first in range(1, total + 1, window):
        frames += extended_window(payload, first, min(window, total - first + 1), pgn, source, target)
    return [*frames, extended_control(23, length, pgn, target, source)]


# ---- ISO-TP


def segmented(
    payload: bytes, frame_id: int, *, size: int = 8, prefix: bytes = b"", extended: bool = False
) -> list[Frame]:
    """A message in frames of at most `size` bytes, of which each begins with `prefix`."""
    fd = size > 8

    def frame(data: bytes) -> Frame:
        padded = next(length for length in FD_LENGTHS if length >= len(data))
        return Frame(frame_id, extended=extended, fd=fd, data=data.ljust(padded if fd else 8, b"\xcc"))

    length = len(payload)
    if length <= 7 - len(prefix):
        return [frame(prefix + bytes([length]) + payload)]
    if fd and length <= size - 2 - len(prefix):
        return [frame((prefix + bytes([0, length]) + payload).ljust(9, b"\xcc"))]
    head = (0x1000 | length).to_bytes(2, "big") if length <= 4095 else b"\x10\x00" + length.to_bytes(4, "big")
    first = size - len(prefix) - len(head)
    frames = [frame(prefix + head + payload[:first])]
    step = size - len(prefix) - 1
    for number, start in zip(count(1), range(first, length, step)):
        frames.append(frame(prefix + bytes([0x20 | number & 0xF]) + payload[start : start + step]))
    return frames


# ---- hostile


def hostile_frames(seed: int, number: int) -> Iterator[Frame]:
    """Frames that look as if they belonged to transfers: few identifiers, sensible first bytes, jumping times."""
    draw = random.Random(seed)
    now = 1000.0
    heads = (0x10, 0x11, 0x13, 0x20, 0xFF, 0x21, 0x22, 0x30, 0x31, 0x32, 0x1F, 0x00, 0x02, 0x40, 0x60, 0x80)
    for _ in range(number):
        now += draw.choice((0.0001, 0.0001, 0.0001, 0.01, 0.9, 2.0, -5.0))
        extended = draw.random() < 0.6
        if extended:
            form = draw.choice((0xEC, 0xEB, 0xEC, 0xEB, 0xDA, 0xCE, 0xEA, 0xFE, 0x00, draw.randrange(256)))
            ident = draw.randrange(8) << 26 | form << 16 | draw.randrange(256) << 8 | draw.randrange(256)
        else:
            ident = draw.choice((0x7E0, 0x7E8, 0x7DF, 0x701, 0x581, 0x601, 0x000, draw.randrange(0x800)))
        fd = draw.random() < 0.1
        size = draw.choice((8, 8, 8, 8, draw.randrange(9))) if not fd else draw.choice(FD_LENGTHS)
        data = bytearray(draw.randbytes(size))
        if size and draw.random() < 0.8:
            data[0] = draw.choice(heads)
        if size >= 8 and data[0] in (0x10, 0x20) and draw.random() < 0.7:
            length = draw.randrange(9, 1786)
            data[1:4] = length.to_bytes(2, "little") + bytes([(length + 6) // 7])
        yield Frame(
            ident, extended=extended, fd=fd, data=bytes(data), timestamp=None if draw.random() < 0.01 else at(now),
            channel=draw.choice(("", "can0")),
        )  # fmt: skip
