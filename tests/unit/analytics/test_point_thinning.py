"""Points that are thinned to one in each cell."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.point_thinning import thinned
from support.examples import examples

_pixels = st.floats(-50, 2_000, allow_nan=False)


@given(st.lists(st.tuples(_pixels, _pixels, st.integers(0, 3)), max_size=200), st.sampled_from([0.5, 2.0, 7.0]))
@examples(200, deadline=None)
def test_each_point_is_drawn_or_near_one_that_counts_it(spots: list[tuple[float, float, int]], cell: float) -> None:
    points = [(x, y, row, series) for row, (x, y, series) in enumerate(spots)]
    found = thinned(points, cell)
    assert Counter(one.series for one in found for _each in range(one.stands_for)) == Counter(one[3] for one in points)
    for x, y, _row, series in points:
        near = [one for one in found if one.series == series and math.dist((x, y), (one.x, one.y)) <= cell * 1.42]
        assert near, "an outlier is lost"
    assert {(one.x, one.y, one.row, one.series) for one in found} <= set(points), "a point is where no row is"


def test_thinned_points_are_far_fewer() -> None:
    points = [(k % 100 / 10, k % 70 / 10, k, 0) for k in range(10_000)]
    assert len(thinned(points, 2.0)) == 20
