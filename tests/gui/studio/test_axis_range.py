"""A part of an axis: it stays within the whole, and what is read for it is the same for small movements."""

import math

from hypothesis import given
from hypothesis import strategies as st

from benchboard.ui.studio.tiles.axes.axis_range import AxisRange, detail
from support.examples import examples

WHOLE = AxisRange(1_000.0, 9_000.0)
_PARTS = st.floats(0, 1)
_FACTORS = st.floats(0.001, 1000)


@given(_PARTS, _PARTS, _FACTORS)
@examples(200, deadline=None)
def test_a_zoomed_range_keeps_the_value_at_the_pointer(low: float, part: float, factor: float) -> None:
    shown = AxisRange(low, low + 1)
    found = shown.zoomed(factor, part)
    assert math.isclose(found.size, factor, rel_tol=1e-9)
    assert math.isclose(found.at(part), shown.at(part), rel_tol=1e-9, abs_tol=1e-9)


@given(st.floats(-20_000, 20_000), st.floats(0.001, 40_000), st.floats(0.1, 100))
@examples(200, deadline=None)
def test_a_range_stays_within_the_whole(low: float, size: float, least: float) -> None:
    found = AxisRange(low, low + size).within(WHOLE, least)
    assert WHOLE.low <= found.low + 1e-6
    assert found.high <= WHOLE.high + 1e-6
    assert min(max(size, least), WHOLE.size) - 1e-6 <= found.size <= max(size, least) + 1e-6


def test_a_range_moves_only_as_far_as_a_value_needs() -> None:
    shown = AxisRange(10, 20)
    assert shown.showing(15) is shown
    assert shown.showing(23) == AxisRange(13, 23)
    assert shown.showing(7) == AxisRange(7, 17)


@given(st.floats(0.0001, 1), _PARTS, st.integers(10, 3000))
@examples(200, deadline=None)
def test_detail_is_as_fine_as_the_pixels_and_covers_the_range(size: float, at: float, pixels: int) -> None:
    shown = AxisRange(0, WHOLE.size * size).moved(0)
    low = WHOLE.low + (WHOLE.size - shown.size) * at
    shown = AxisRange(low, low + shown.size)
    asked = detail(shown, WHOLE, pixels)
    assert asked.window is not None
    first, last = asked.window
    assert first <= shown.low + 1e-6
    assert last >= shown.high - 1e-6
    assert first >= WHOLE.low - 1e-6
    assert last <= WHOLE.high + 1e-6
    interval = (last - first) / asked.buckets
    assert interval <= shown.size / pixels * math.sqrt(2) * 1.001


def test_a_small_movement_asks_for_the_same_intervals() -> None:
    one, other = (detail(AxisRange(3_000.0 + by, 3_100.0 + by), WHOLE, 700) for by in (0.0, 1.0))
    assert one.window is not None
    assert other.window is not None
    step = (one.window[1] - one.window[0]) / one.buckets
    assert math.isclose(step, (other.window[1] - other.window[0]) / other.buckets, rel_tol=1e-9)
    assert abs(math.remainder(one.window[0] - other.window[0], step)) < 1e-6
