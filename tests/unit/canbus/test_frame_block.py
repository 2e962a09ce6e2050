"""Frames in blocks against the same frames one by one."""

from collections import Counter, defaultdict
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import FD_LENGTHS, Frame, TimeSource, Timestamp
from benchboard.canbus.frame_block import FrameBlock
from benchboard.canbus.frame_density import BINS, FrameDensity
from benchboard.canbus.frame_statistics import FrameStatistics, IdStatistics, key_of
from benchboard.canbus.recording import index_frames

BEGUN = 1_763_627_400.0


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Any frame of few IDs and channels, so that some are alike; its time may be missing, or before another one."""
    stamp = draw(st.none() | st.integers(0, 40_000_000))
    at = None if stamp is None else Timestamp(BEGUN + stamp / 1e4, TimeSource.DEVICE, 1e-6)
    more = {"timestamp": at, "channel": draw(st.sampled_from(("", "can0", "can1", "2")))}
    if draw(st.integers(0, 9)) == 0:
        return Frame(draw(st.sampled_from((4, 0x20))), error=True, data=bytes(8), **more)
    extended, sent = draw(st.booleans()), draw(st.booleans())
    ident = draw(st.sampled_from((0, 0x100, 0x7FF)))
    if draw(st.integers(0, 4)) == 0:
        return Frame(ident, extended, remote=True, remote_dlc=draw(st.integers(0, 8)), sent=sent, **more)
    fd = draw(st.booleans())
    size = draw(st.sampled_from(FD_LENGTHS if fd else (0, 3, 8)))
    data = bytes([draw(st.sampled_from((0, 1, 0x83)))]) * size
    brs = fd and draw(st.booleans())
    return Frame(ident, extended, fd=fd, brs=brs, esi=brs, data=data, sent=sent, **more)


MANY = st.lists(frames(), min_size=1, max_size=60)


@st.composite
def parts(draw: st.DrawFn) -> list[list[Frame]]:
    """Frames cut into parts."""
    every = draw(MANY)
    cuts = sorted(draw(st.sets(st.integers(1, max(len(every) - 1, 1)), max_size=4)))
    ends = [*(cut for cut in cuts if cut < len(every)), len(every)]
    return [every[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@given(parts())
def test_frames_are_the_same_in_a_block(some: list[list[Frame]]) -> None:
    blocks = [FrameBlock.of(part) for part in some]
    assert [list(block.frames()) for block in blocks] == some


@given(MANY)
def test_groups_have_each_frame_once_in_the_order_in_which_the_first_came(every: list[Frame]) -> None:
    groups = FrameBlock.of(every).groups()
    places = [group.members.tolist() for group in groups]
    assert sorted(place for group in places for place in group) == list(range(len(every)))
    assert all(group == sorted(group) for group in places)
    assert [group[0] for group in places] == sorted(group[0] for group in places)
    assert all(len({(key_of(every[place]), every[place].error) for place in group}) == 1 for group in places)


def rounded(one: IdStatistics) -> tuple[object, ...]:
    return tuple(
        pytest.approx(value, rel=1e-6, abs=1e-5) if isinstance(value, float) else value for value in astuple(one)
    )


@given(parts())
def test_statistics_of_blocks_are_those_of_their_frames(some: list[list[Frame]]) -> None:
    by_block, by_frame = FrameStatistics(), FrameStatistics()
    for part in some:
        block = FrameBlock.of(part)
        by_block.add_block(block, block.groups())
        by_frame.add(part)
    assert by_block.channels == by_frame.channels
    assert [astuple(one) for one in by_block.ids()] == [rounded(one) for one in by_frame.ids()]
    for channel in (None, "", "can0", "can1", "2"):
        assert by_block.totals(channel) == by_frame.totals(channel)


@given(st.lists(st.lists(st.tuples(st.integers(0, 40_000_000), st.booleans()), min_size=1, max_size=20), max_size=4))
def test_density_has_each_frame_in_its_span(some: list[list[tuple[int, bool]]]) -> None:
    density, begun = FrameDensity(), [[(0, False)], *some]  # from 0 on, so that the spans' edges are exact
    for part in begun:
        density.add(np.array([ticks / 1e4 for ticks, _error in part]), np.array([error for _ticks, error in part]))
    every = [(ticks / 1e4, error) for part in begun for ticks, error in part]
    spans: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for seconds, error in every:
        spans[error][int(seconds / density.width_s)] += 1
    rates, errors = density.spans(0.0, density.width_s * BINS, BINS)
    assert {place: round(one * density.width_s) for place, one in enumerate(rates) if one} == spans[False]
    assert [sum(errors), *errors[1:-1]] == [sum(spans[True].values()), *(spans[True][n] for n in range(1, BINS - 1))]
    latest, second, most = 0.0, list[float](), 0
    for seconds, error in every:
        if not error:
            latest = max(latest, seconds)
            second = [*(one for one in second if one > latest - 1 + 1e-6), latest]
            most = max(most, len(second))
    assert density.most_in_a_second == most


@given(MANY)
def test_recording_of_frames_has_them_their_times_and_those_before_them(every: list[Frame]) -> None:
    recording = index_frames(Path("a.log"), iter(every))
    latest, last, ordinals = 0.0, dict[object, int](), defaultdict[object, int](int)
    start = every[0].timestamp.seconds if every[0].timestamp else 0.0
    latest, earliest = start, start
    for number, frame in enumerate(every):
        one = recording.at(number)
        key = key_of(frame), frame.error
        ordinals[key] += 1
        seconds = frame.timestamp.seconds if frame.timestamp else latest
        latest, earliest = max(latest, seconds), min(earliest, seconds)
        assert one.frame == frame._replace(timestamp=one.frame.timestamp)
        assert (one.previous, one.ordinal) == (last.get(key), ordinals[key])
        assert recording.time_of(number) == seconds
        last[key] = number
    assert list(recording.frames()) == [recording.frame(number) for number in range(len(every))]
    assert (recording.start, recording.end) == (earliest, latest)
    between = recording.count_between(0, len(every))
    assert [(one.key, one.count, one.changes, one.bits) for one in between.ids()] == [
        (one.key, one.count, one.changes, one.bits) for one in recording.ids
    ]
