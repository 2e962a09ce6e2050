"""Reads a few signals from many frames at once. No I/O.

Of a batch only frames with a wanted signal are touched, and their bits are taken apart in arrays: a frame of a busy bus
costs a look-up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame

_WORD: Final = 8
"""Bytes that are read at once."""
_FLOATS: Final = {16: (np.uint16, np.float16), 32: (np.uint32, np.float32), 64: (np.uint64, np.float64)}
_NS: Final = 1_000_000_000
FrameId = tuple[int, bool]
"""An identifier, and whether it is an extended one."""


class SignalKey(NamedTuple):
    """A signal on a bus: the identifier of its frames, and its name in their message."""

    frame_id: int
    extended: bool
    message: str
    signal: str


class Samples(NamedTuple):
    """The values of a signal, in its unit, and their times (Unix, ns)."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]


class SignalDecoder:
    """Decodes the wanted signals: `wanted` has the message that defines each."""

    def __init__(self, wanted: Mapping[SignalKey, Message]) -> None:
        self._messages: dict[FrameId, tuple[Message, list[SignalKey]]] = {}
        for key, message in wanted.items():
            _message, keys = self._messages.setdefault((key.frame_id, key.extended), (message, []))
            keys.append(key)

    def decode(self, frames: Iterable[Frame]) -> dict[SignalKey, Samples]:
        """The values in these frames, in their order. Error and remote frames, and those without a time, have none; nor
        do those in which a signal isn't, by their length or multiplexer.
        """
        groups: dict[tuple[FrameId, int], list[Frame]] = {}
        wanted = self._messages
        for frame in frames:
            ident = (frame[0], frame[1])
            if ident in wanted and not frame.error and not frame.remote and frame.timestamp is not None:
                groups.setdefault((ident, len(frame.data)), []).append(frame)
        found: dict[SignalKey, list[Samples]] = {}
        with np.errstate(all="ignore"):  # the bits of a float may be any
            for (ident, length), group in groups.items():
                message, keys = wanted[ident]
                for key, samples in _decode_group(message, keys, group, length):
                    found.setdefault(key, []).append(samples)
        return {key: _in_order(parts) for key, parts in found.items()}


def _in_order(parts: Sequence[Samples]) -> Samples:
    """The samples of frames of different lengths, in the order of time."""
    if len(parts) == 1:
        return parts[0]
    times = np.concatenate([part.times for part in parts])
    order = np.argsort(times, kind="stable")
    return Samples(times[order], np.concatenate([part.values for part in parts])[order])


def _decode_group(
    message: Message, keys: Sequence[SignalKey], frames: Sequence[Frame], length: int
) -> Iterable[tuple[SignalKey, Samples]]:
    """The wanted signals of one message's frames of one length; none in those that are shorter than the message."""
    if length < message.length:
        return
    seconds = np.array([frame.timestamp.seconds for frame in frames if frame.timestamp is not None])
    times = np.rint(seconds * _NS).astype(np.int64)
    data = np.zeros((len(frames), length + _WORD), np.uint8)  # a word from any byte on
    joined = np.frombuffer(b"".join([frame.data for frame in frames]), np.uint8)
    data[:, :length] = joined.reshape(len(frames), length)
    signals = {signal.name: signal for signal in message.signals}
    for key in keys:
        signal = signals.get(key.signal)
        if signal is None:
            continue
        if not _has_words(signal, signals):
            yield key, _one_by_one(message, signal, frames, times)
            continue
        raw = _raw(signal, data, length)
        if raw is not None:
            there = _selected(signal, signals, data, length)
            yield key, Samples(times[there], (raw * signal.scale + signal.offset)[there])


def _one_by_one(message: Message, signal: Signal, frames: Sequence[Frame], times: NDArray[np.int64]) -> Samples:
    decoded = [
        (place, one.value)
        for place, frame in enumerate(frames)
        for one in message.decode(frame.data)
        if one.signal is signal
    ]
    return Samples(
        times[[place for place, _value in decoded]], np.array([value for _place, value in decoded], np.float64)
    )


def _first_bit(signal: Signal) -> int:
    """The signal's first bit in the data: the least significant one of a little-endian signal, counted from the least
    significant bit of the first byte, else the most significant one, counted from the most significant bit.
    """
    return signal.start if signal.little_endian else (signal.start & ~7) + 7 - (signal.start & 7)


def _has_words(signal: Signal, signals: Mapping[str, Signal]) -> bool:
    """Whether the signal and those that select it can each be read as part of one word."""
    fits = _first_bit(signal) % 8 + signal.length <= 8 * _WORD
    selector = signals.get(signal.selector)
    return fits and (not signal.selector or (selector is not None and _has_words(selector, signals)))


def _word_bits(signal: Signal, data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    byte, bit = divmod(_first_bit(signal), 8)
    part = np.ascontiguousarray(data[:, byte : byte + _WORD])
    words = part.view("<u8" if signal.little_endian else ">u8").reshape(-1).astype(np.uint64)
    shift = bit if signal.little_endian else 8 * _WORD - bit - signal.length
    return np.right_shift(words, np.uint64(shift)) & np.uint64((1 << signal.length) - 1)


def _raw(signal: Signal, data: NDArray[np.uint8], length: int) -> NDArray[np.float64] | None:
    """The signal's bits as numbers; None if frames of this length are too short for it."""
    if _first_bit(signal) + signal.length > 8 * length:
        return None
    bits = _word_bits(signal, data)
    if signal.is_float:
        unsigned, kind = _FLOATS[signal.length]
        return bits.astype(unsigned).view(kind).astype(np.float64)
    if not signal.signed:
        return bits.astype(np.float64)
    spare = np.uint64(64 - signal.length)  # moved to the top and back, the sign fills what is before it
    moved: NDArray[np.int64] = np.left_shift(bits, spare).view(np.int64)
    return np.right_shift(moved, np.int64(spare)).astype(np.float64)


def _selected(signal: Signal, signals: Mapping[str, Signal], data: NDArray[np.uint8], length: int) -> NDArray[np.bool_]:
    """In which frames the signal is, by its multiplexer."""
    there = np.ones(len(data), np.bool_)
    while signal.selector:
        selected_by, signal = signal.selected_by, signals[signal.selector]
        raw = _raw(signal, data, length)
        there &= np.isin(raw, np.array(sorted(selected_by), np.float64)) if raw is not None else False
    return there
