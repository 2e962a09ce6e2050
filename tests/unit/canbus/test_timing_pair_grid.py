"""The pairs by their sample points, against the exact tolerance and the ranking."""

import time

import pytest

from benchboard.canbus.timing import Pairs, controller, oscillator_tolerance, pair_grid, solve_fd


def _pairs(bitrate: int, data_bitrate: int, *, equal: bool = False) -> Pairs:
    item = controller("fdcan")
    assert item.data is not None
    return solve_fd(
        item.nominal, item.data, clock=80_000_000, bitrate=bitrate, data_bitrate=data_bitrate, equal_prescalers=equal
    )


@pytest.mark.parametrize("equal", [False, True])
def test_pair_grid_points_have_the_exact_tolerance_of_their_pair(equal: bool) -> None:
    pairs = _pairs(500_000, 2_000_000, equal=equal)
    points = pair_grid(pairs)
    assert len(points) > 500
    for point in points:
        nominal = pairs.nominal.solution(*point.nominal).timing
        data = pairs.data.solution(*point.data).timing
        assert point.tolerance == pytest.approx(oscillator_tolerance(nominal, data).percent, rel=1e-12)
        assert (point.nominal_point, point.data_point) == (nominal.sample_point, data.sample_point)
        assert nominal.prescaler == data.prescaler or not equal


def test_pair_grid_has_the_best_pair() -> None:
    pairs = _pairs(500_000, 2_000_000)
    best = pairs.best(1)[0]
    points = {(point.nominal_point, point.data_point) for point in pair_grid(pairs)}
    assert (best.nominal.sample_point, best.data.sample_point) in points


def test_pair_grid_no_pairs_gives_no_points() -> None:
    assert pair_grid(_pairs(500_000, 15_000_000)) == []


def test_pair_grid_of_hundreds_of_thousands_of_pairs_takes_less_than_a_second() -> None:
    pairs = _pairs(10_000, 100_000)
    started = time.process_time()
    points = pair_grid(pairs)
    assert time.process_time() - started < 1
    assert 0 < len(points) <= 101 * 101
