"""The diagram of a bit: its segments fill the width, in proportion, none too narrow to see."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.timing import Timing
from benchboard.ui.bench.bit_diagram import segments, spans
from benchboard.ui.bench.point_plot import tolerance_band
from benchboard.ui.bench.solution_plot import error_ticks


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    prop = draw(st.integers(0, 200))
    phase1, phase2 = draw(st.integers(1, 128)), draw(st.integers(1, 128))
    return Timing(80_000_000, draw(st.integers(1, 64)), prop, phase1, phase2, draw(st.integers(1, min(phase1, phase2))))


@given(timings(), st.booleans(), st.integers(60, 2000))
def test_spans_of_any_timing_fill_the_width_without_gap_or_overlap(timing: Timing, split: bool, width: int) -> None:
    edges = spans(segments(timing, tseg1_is_split=split), width)
    assert edges[0][0] == 0
    assert abs(edges[-1][1] - width) < 1e-6
    assert all(abs(left[1] - right[0]) < 1e-6 for left, right in pairwise(edges))
    assert all(right - left >= min(10, width / len(edges)) - 1e-6 for left, right in edges)


@given(timings(), st.booleans())
def test_segments_of_any_timing_add_up_to_its_quanta(timing: Timing, split: bool) -> None:
    parts = segments(timing, tseg1_is_split=split)
    assert sum(part.length for part in parts) == timing.quanta
    assert parts[-1].start == 1 + timing.tseg1


def test_segments_of_a_controller_that_stores_only_tseg1_are_the_same_however_it_was_split() -> None:
    ways = [Timing(80_000_000, 10, prop, 13 - prop, 2, 2) for prop in (5, 6)]
    assert segments(ways[0]) != segments(ways[1])
    one, other = (segments(timing, tseg1_is_split=False) for timing in ways)
    assert one == other
    assert [(part.title, part.length) for part in one[1:]] == [("Propagation + phase 1", 13), ("Phase 2", 2)]


def test_spans_of_longer_segments_are_wider() -> None:
    timing = Timing(80_000_000, 1, 95, 32, 32, 32)
    wide = [right - left for left, right in spans(segments(timing), 600)]
    assert wide[1] > wide[2] > wide[0]
    assert abs(wide[2] - wide[3]) < 1e-6


def test_tolerance_band_below_the_clock_accuracy_is_lowest() -> None:
    assert [tolerance_band(value, 0.25) for value in (0.24, 0.25, 0.49, 0.5, 0.74, 0.75)] == [0, 1, 2, 3, 4, 5]


def test_error_ticks_are_the_multiples_of_a_round_step_that_their_labels_say() -> None:
    assert error_ticks(0.5) == [(0.0, "0.0"), (0.1, "0.1"), (0.2, "0.2"), (0.3, "0.3"), (0.4, "0.4"), (0.5, "0.5")]
    assert [label for _error, label in error_ticks(3)] == ["0", "1", "2", "3"]
    assert [label for _error, label in error_ticks(0.0004)] == ["0.0000", "0.0001", "0.0002", "0.0003", "0.0004"]


@given(st.floats(1e-6, 100))
def test_error_ticks_of_any_range_are_few_and_as_labelled(most: float) -> None:
    ticks = error_ticks(most)
    assert 3 <= len(ticks) <= 6
    assert ticks[-1][0] <= most
    assert all(abs(float(label) - error) < 1e-9 for error, label in ticks)
