"""The signals that differ between two recordings, against the decoding of every frame."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.compared_signals import changing_signals, constant_signals, signal_bits
from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_statistics import FrameStatistics, IdStatistics
from benchboard.canbus.recording_comparison import compare_ids

MODE = Signal("Mode", 0, 4, choices={0: "Off", 1: "On"})
COUNTER = Signal("Counter", 4, 4)
SPEED = Signal("Speed", 15, 16, little_endian=False, unit="rpm")
MESSAGE = Message("Motor", 0x100, False, 4, (MODE, COUNTER, SPEED, Signal("Torque", 24, 8, signed=True, unit="Nm")))
MULTIPLEXED = Message(
    "Page", 0x100, False, 2,
    (Signal("Which", 0, 8), Signal("First", 8, 8, selector="Which", selected_by=frozenset({0})),
     Signal("Second", 8, 8, selector="Which", selected_by=frozenset({1}))),
)  # fmt: skip


def statistics(payloads: list[bytes]) -> IdStatistics:
    found = FrameStatistics()
    found.add(Frame(0x100, data=one) for one in payloads)
    return found.ids()[0]


def values(message: Message, payloads: list[bytes]) -> dict[str, list[float]]:
    """What each signal is in every frame; those that aren't in all of them are left out."""
    decoded = [{one.signal.name: one.raw for one in message.decode(data)} for data in payloads]
    return {name: [each[name] for each in decoded] for name in decoded[0] if all(name in each for each in decoded)}


payload = st.lists(st.sampled_from((0, 1, 0x10, 0xFF)), min_size=4, max_size=4).map(bytes)


@given(st.lists(payload, min_size=1, max_size=5), st.lists(payload, min_size=1, max_size=5))
def test_signals_that_differ_are_those_of_the_decoded_frames(first: list[bytes], second: list[bytes]) -> None:
    ones, others = values(MESSAGE, first), values(MESSAGE, second)
    shapes = statistics(first).data, statistics(second).data
    assert [(one.first.signal.name, one.first.raw, one.second.raw) for one in constant_signals(MESSAGE, *shapes)] == [
        (name, ones[name][0], others[name][0])
        for name in ones
        if len(set(ones[name])) == len(set(others[name])) == 1 and ones[name][0] != others[name][0]
    ]
    assert changing_signals(MESSAGE, *shapes) == [
        name for name in ones if len(set(ones[name])) > 1 and len(set(others[name])) == 1
    ]


pages = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)).map(bytes), min_size=1, max_size=4)


@given(pages, pages)
def test_a_multiplexed_signal_is_named_only_where_it_is_known_to_be_there(
    first: list[bytes], second: list[bytes]
) -> None:
    shapes = statistics(first).data, statistics(second).data
    ones, others = values(MULTIPLEXED, first), values(MULTIPLEXED, second)
    for name in changing_signals(MULTIPLEXED, *shapes):
        assert len(set(ones[name])) > 1
        assert len(set(others[name])) == 1
    for one in constant_signals(MULTIPLEXED, *shapes):
        name = one.first.signal.name
        assert (set(ones[name]), set(others[name])) == ({one.first.raw}, {one.second.raw})


@given(st.integers(0, 63), st.integers(1, 16), st.booleans())
def test_bits_of_a_signal_are_those_that_change_it(start: int, length: int, little: bool) -> None:
    signal = Signal("S", start, length, little_endian=little)
    message = Message("M", 1, False, 16, (signal,))
    changed = 0
    for place in range(128):
        (found,) = message.decode((1 << place).to_bytes(16, "little"))
        changed |= bool(found.raw) << place
    assert changed == signal_bits(signal)


def test_texts_name_the_signals_before_the_bytes() -> None:
    def text(first: list[str], second: list[str], message: Message | None = MESSAGE) -> str:
        sides = ([statistics([bytes.fromhex(one) for one in side])] for side in (first, second))
        return compare_ids(*sides)[0].text_by(message)

    assert text(["01000500"] * 3, ["00000500"] * 3) == "Mode: On in A, Off in B, Data 01000500 in A, 00000500 in B"
    assert text(["01000500"] * 3, ["00000500"] * 3, None) == "Data 01000500 in A, 00000500 in B"
    moving, still = ["00000000", "10000000", "20000000"], ["00000000"] * 3
    assert text(moving, still) == "Data never changes in B, in A: Counter"
    assert text(still, moving) == "Data never changes in A, in B: Counter"
    either = ["00000000", "10000000", "20000000"], ["00000000", "00000001", "00000002"]
    assert text(*either) == ("Only in A signals change: Counter (bytes 0), Only in B signals change: Torque (bytes 3)")
    assert text(["01000500"] * 3, ["00000500"] * 3, MULTIPLEXED) != ""
