"""Bins of histograms: round edges, all values counted once, those of whole numbers without shared edges."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.histogram_bins import Bins, bins_of
from support.examples import examples

NUMBERS = st.one_of(
    st.floats(-1e300, 1e300, allow_nan=False),
    st.integers(-1000, 1000).map(lambda k: k / 8),
    st.decimals(-100, 100, places=2).map(float),
)


def _edges(bins: Bins) -> list[float]:
    return [float(bins.edge(place)) for place in range(len(bins.counts) + 1)]


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.none() | st.integers(1, 100))
@examples(150, deadline=None)
def test_each_value_is_counted_in_the_bin_between_whose_edges_it_is(values: list[float], wanted: int | None) -> None:
    bins = bins_of(values, whole=False, wanted=wanted)
    edges = _edges(bins)
    assert len(set(edges)) == len(edges) <= 101
    last = len(bins.counts) - 1
    for place, count in enumerate(bins.counts):  # as numpy.histogram counts: the last bin has its upper edge too
        low, high = edges[place], edges[place + 1]
        assert count == sum(low <= value < high or (place == last and value == high) for value in values)
    assert sum(bins.counts) == len(values)
    assert bins.counts[0]
    assert bins.counts[-1]


@given(st.lists(st.integers(-2000, 2000) | st.integers(-(10**15), 10**15), min_size=1, max_size=60),
       st.none() | st.integers(1, 100))  # fmt: skip
@examples(100, deadline=None)
def test_bins_of_whole_numbers_have_whole_edges_and_no_value_twice(values: list[int], wanted: int | None) -> None:
    bins = bins_of([float(value) for value in values], whole=True, wanted=wanted)
    assert bins.width == bins.width.to_integral_value() >= 1
    for place, count in enumerate(bins.counts):
        assert count == sum(bins.edge(place) <= value < bins.edge(place + 1) for value in values)
    assert sum(bins.counts) == len(values)


@pytest.mark.parametrize(
    ("values", "whole", "width", "first", "counts"),
    [
        ([1, 2, 2, 3, 6], True, "1", "1", (1, 2, 1, 0, 0, 1)),  # Sturges: 1.5
        ([0, 10, 20, 30, 40, 50, 60, 70], False, "20", "0", (2, 2, 2, 2)),  # Sturges: 17.5
        ([0.3, 0.3, 0.3], False, "0.05", "0.3", (3,)),
        ([500, 500], True, "1", "500", (2,)),
        ([0.0], False, "1", "0", (1,)),
        ([-5, -4.5, -1, 3], False, "2.5", "-5", (2, 1, 0, 1)),  # Sturges: 2.7
    ],
)
def test_the_width_is_a_round_number(
    values: list[float], whole: bool, width: str, first: str, counts: tuple[int, ...]
) -> None:
    bins = bins_of(values, whole=whole)
    assert (bins.width, bins.edge(0), bins.counts) == (Decimal(width), Decimal(first), counts)


def test_an_outlier_makes_no_more_bins_than_can_be_told_apart() -> None:
    bins = bins_of([*(k / 100 for k in range(1000)), 50_000.0], whole=False)
    assert len(bins.counts) <= 100
    assert sum(bins.counts) == 1001


@pytest.mark.parametrize("wanted", [1, 4, 7, 12, 30, 100])
def test_a_wanted_number_of_bins_is_met_as_nearly_as_round_edges_allow(wanted: int) -> None:
    for values in ([k / 7 for k in range(700)], [float(k * k) for k in range(100)]):
        count = len(bins_of(values, whole=False, wanted=wanted).counts)
        assert abs(count - wanted) <= max(1, wanted * 0.25)
