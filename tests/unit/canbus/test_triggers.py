"""Triggers, against plain rules applied to the whole traffic at once."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.canbus.triggers import HOLD_OFF_S, Firing, Trigger, TriggerWatch, parse_trigger
from benchboard.errors import Invalid

DATABASE = CanDatabase([Message("Motor", 0x100, False, 1, (Signal("Speed", 0, 8),))])


def frame(tenths: int, ident: int = 0x100, value: int = 0, *, error: bool = False) -> Frame:
    stamp = Timestamp(tenths / 10, TimeSource.DEVICE, 1e-6)
    if error:
        return Frame(0x08, error=True, data=bytes(8), timestamp=stamp)
    return Frame(ident, data=bytes([value]), timestamp=stamp)


def seconds_of(one: Frame) -> float:
    assert one.timestamp is not None
    return one.timestamp.seconds


def fired(trigger: str, frames: list[Frame], now: float = 0.0, since: float | None = None) -> list[float]:
    watch = TriggerWatch([parse_trigger(trigger)], DATABASE, since)
    return [round(one.seconds, 6) for one in watch.add(frames, now)]


def test_a_signal_meets_a_trigger_when_it_crosses_the_limit_not_while_it_is_above() -> None:
    values = [10, 150, 160, 170, 20, 180]
    assert fired("Speed>100", [frame(20 * n, value=value) for n, value in enumerate(values)]) == [2.0, 10.0]


def test_ids_and_error_frames_meet_triggers_but_not_more_often_than_once_a_second() -> None:
    traffic = [frame(n, 0x123) for n in range(25)]
    assert fired("123", traffic) == [0.0, 1.0, 2.0]
    assert fired("100&700", traffic) == [0.0, 1.0, 2.0]
    assert fired("124", traffic) == []
    assert fired("error", [*traffic, frame(30, error=True)]) == [3.0]
    assert fired("123", [frame(1, error=True)]) == [], "an error frame has no ID"
    restarted = Frame(0x100, error=True, data=bytes(8), timestamp=Timestamp(4.0, TimeSource.HOST, 0.001))
    assert fired("error", [restarted]) == [], "an error that is over is none"


def test_a_silence_is_told_once_and_again_after_the_next_frame() -> None:
    traffic = [frame(0), frame(2), frame(20), frame(22)]
    assert fired("100@0.5", traffic, now=2.3) == [0.7]
    assert fired("100@0.5", traffic, now=9.0) == [0.7, 2.7]
    assert fired("100@0.5", [], now=9.0) == [], "nothing is missing that was never there"
    assert fired("100@0.5", [], now=9.0, since=1.0) == [1.5]
    assert fired("@0.5", [frame(1, 0x555), frame(2, error=True)], now=9.0) == [0.6], "an error is no frame"


@pytest.mark.parametrize("text", ["", "@", "123@", "123@0", "123@-1", "123@nan", "123@1e9", "123@x", "12G", "Speed>x"])
def test_what_is_no_trigger_says_so(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_trigger(text)
    assert refused.value.do


def test_triggers_are_told_in_words() -> None:
    assert parse_trigger("Speed>100").text == "Speed>100"
    assert parse_trigger("0C9@0.5").text == "no 0C9 for 0.5 s"
    assert parse_trigger("@2").text == "no frame for 2 s"


traffic = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from((0x100, 0x200)), st.integers(0, 3), st.booleans()), max_size=25
)
TRIGGERS = ["Speed>1", "200", "changed", "error", "100@0.7", "@1.1", "100 Speed>2@0.5"]


@given(traffic, st.sampled_from(TRIGGERS), st.lists(st.integers(0, 25), max_size=5), st.integers(0, 40))
def test_how_frames_are_divided_makes_no_difference(
    parts: list[tuple[int, int, int, bool]], trigger: str, cuts: list[int], rest: int
) -> None:
    frames, at = [], 0
    for gap, ident, value, error in parts:
        at += gap
        frames.append(frame(at, ident, value, error=error and ident == 0x200))
    now = (at + rest) / 10
    whole = TriggerWatch([parse_trigger(trigger)], DATABASE).add(frames, now)
    watch, divided, begin = TriggerWatch([parse_trigger(trigger)], DATABASE), list[Firing](), 0
    for end in sorted(min(one, len(frames)) for one in cuts):
        divided += watch.add(frames[begin:end], seconds_of(frames[end - 1]) if end else 0.0)
        begin = end
    divided += watch.add(frames[begin:], now)
    divided += watch.add([], now)
    assert divided == whole


@given(traffic)
def test_firings_are_those_of_plain_rules(parts: list[tuple[int, int, int, bool]]) -> None:
    frames, at = [], 0
    for gap, ident, value, _error in parts:
        at += gap
        frames.append(frame(at, ident, value))
    expected, last, before = [], -HOLD_OFF_S, 0
    for one in frames:
        if one.id == 0x100:
            if one.data[0] > 1 >= before and seconds_of(one) - last >= HOLD_OFF_S:
                expected.append(seconds_of(one))
                last = seconds_of(one)
            before = one.data[0]
    assert fired("Speed>1", frames) == [round(one, 6) for one in expected]
    of_id = [seconds_of(one) for one in frames if one.id == 0x100]
    silences = [first + 0.7 for first, second in pairwise([*of_id, 99.0]) if second >= first + 0.7]
    assert fired("100@0.7", frames, now=99.0) == [round(one, 6) for one in silences]


def test_memory_is_bounded_under_hostile_ids() -> None:
    watch = TriggerWatch([Trigger("changed"), Trigger("Speed>1")], DATABASE)
    stamp = Timestamp(1.0, TimeSource.DEVICE, 1e-6)
    watch.add([Frame(n, extended=True, timestamp=stamp) for n in range(20_000)], 1.0)
    assert len(watch._previous) <= 4_096


words = st.sampled_from(
    ("100", "!100", "200-2FF", "speed", "!name:mot", "Speed>1", "!Speed>1", "Other=2", "changed", "!changed", "sent",
     "error", "!error")
)  # fmt: skip


@given(st.lists(words, max_size=4), st.sampled_from((0x100, 0x200)), st.integers(0, 3), st.booleans(), st.booleans())
def test_the_parts_of_a_filter_match_what_the_whole_does(
    terms: list[str], ident: int, value: int, changed: bool, error: bool
) -> None:
    whole = parse_frame_filter(" ".join(terms))
    one, before = frame(1, ident, value, error=error), frame(0, ident, value + changed, error=error)
    message = DATABASE.find(one)
    of_id, of_data = whole.parts()
    matches = of_id.matches(one, message, before) and of_data.matches(one, message, before)
    assert matches == whole.matches(one, message, before)
    assert of_data.may_match(message) or not of_data.matches(one, message, before)


def test_a_trigger_holds_off_for_its_own_time_and_says_which_of_them_it_is() -> None:
    watch = TriggerWatch([Trigger("200"), Trigger("100", hold_off_s=0.5)])
    found = watch.add([frame(n) for n in range(12)], 2.0)
    assert [(one.place, one.seconds) for one in found] == [(1, 0.0), (1, 0.5), (1, 1.0)]
