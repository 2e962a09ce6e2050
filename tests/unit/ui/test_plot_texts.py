"""The axes and the values of plots: round ends, and decimals by each signal's own factor."""

import pytest

from benchboard.canbus.dbc import Signal
from benchboard.canbus.signal_history import Extent, ValueAt
from benchboard.ui.bench.plots.axis_ticks import axis_range, value_ticks
from benchboard.ui.bench.plots.signal_texts import difference_text, extent_texts, figure


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(1342.0, 1488.0, (1300.0, 1500.0)), (55.617, 61.836, (55.0, 65.0)), (4.0, 7.0, (4.0, 8.0)),
     (-3.0, 2.0, (-5.0, 2.5)), (4.0, 4.0, (3.8, 4.2))],
)  # fmt: skip
def test_axis_ends_at_round_values_and_has_three_labels_or_more(
    low: float, high: float, ends: tuple[float, float]
) -> None:
    found = axis_range(low, high, None)
    assert found == pytest.approx(ends)
    assert found[0] <= low <= high <= found[1]
    ticks = value_ticks(*found, 3)
    assert len(ticks) >= 3
    assert axis_range(low, high, found) == found, "it stays"


def test_values_have_the_decimals_of_their_own_signal() -> None:
    fine, coarse, whole = (Signal("S", 0, 16, scale=scale) for scale in (1 / 256, 0.1, 1))
    extent = Extent(55.6171875, 61.8359375, 59.92314, True, True)
    assert extent_texts(fine, extent) == ("55.617", "61.836", "59.923")
    assert extent_texts(coarse, extent) == ("55.6", "61.8", "59.9")
    assert extent_texts(whole, Extent(1, 2, 1.5, True, True)) == ("1", "2", "1.5"), "the mean of whole numbers is none"
    first, second = ValueAt(61.8359375, 61.8359375, 61.8359375), ValueAt(61.3203125, 61.3203125, 61.3203125)
    assert difference_text(fine, first, second) == "−0.516"


def test_floating_point_value_has_the_digits_that_its_size_leaves_it() -> None:
    real = Signal("S", 0, 32, is_float=True)
    assert [figure(real, value) for value in (0.001234567, 12.3456789, 12_345.6789)] == [
        "0.001235", "12.3457", "12\u202f345.7",
    ]  # fmt: skip
