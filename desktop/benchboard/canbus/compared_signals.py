"""Which signals of a message differ between two recordings, from what is known of the bits of its data. No I/O.

A signal that only comes with some values of a multiplexer is found where the multiplexer itself never changes: else the
bits it shares with others don't tell which of them it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from benchboard.canbus.dbc import Message, Signal, SignalValue
from benchboard.canbus.frame_statistics import DataShape


@dataclass(frozen=True, slots=True)
class ConstantSignal:
    """A signal that never changes, with its values in the first and the second recording."""

    first: SignalValue
    second: SignalValue

    @property
    def text(self) -> tuple[str, str, str]:
        """Its name, and both values as people read them."""
        return self.first.signal.name, self.first.text, self.second.text


def constant_signals(message: Message, first: DataShape, second: DataShape) -> list[ConstantSignal]:
    """The signals that never change in either of the recordings, and have another value in each."""
    ones, others = _constant(message, first), _constant(message, second)
    return [
        ConstantSignal(ones[name], others[name])
        for name in ones
        # Of floats that are no number, their bits are compared by how they are written.
        if name in others and repr(ones[name].raw) != repr(others[name].raw)
    ]


def changing_signals(message: Message, first: DataShape, second: DataShape) -> list[str]:
    """The names of the signals that change in the first recording, and never in the second one."""
    never = _constant(message, second)
    return [
        signal.name
        for signal in _present(message, first)
        if signal_bits(signal) & first.changed_bits and signal.name in never
    ]


def signal_bits(signal: Signal) -> int:
    """The bits of a signal as a number in which bit 8n + k is bit k, from the least one, of byte n."""
    if signal.little_endian:
        return ((1 << signal.length) - 1) << signal.start
    # From its most significant bit down through each byte, and on from the top of the next one.
    first = (signal.start & ~7) + 7 - (signal.start & 7)
    places = range(first, first + signal.length)
    return sum(1 << ((place & ~7) + 7 - (place & 7)) for place in places)


def _constant(message: Message, shape: DataShape) -> dict[str, SignalValue]:
    """The signals that each frame has with one value."""
    shortest = min(*shape.lengths, len(shape.first)) if shape.lengths else 0
    if not shortest:
        return {}
    present = {signal.name for signal in _present(message, shape)}
    return {
        one.signal.name: one
        for one in message.decode(shape.first[:shortest])
        if one.signal.name in present and not signal_bits(one.signal) & shape.changed_bits
    }


def _present(message: Message, shape: DataShape) -> Iterable[Signal]:
    """The signals that every frame has which is long enough."""
    by_name = {signal.name: signal for signal in message.signals}
    decoded = {one.signal.name for one in message.decode(shape.first)}
    for signal in message.signals:
        selector = by_name.get(signal.selector)
        while selector is not None and not signal_bits(selector) & shape.changed_bits:
            selector = by_name.get(selector.selector)
        if selector is None and signal.name in decoded:
            yield signal
