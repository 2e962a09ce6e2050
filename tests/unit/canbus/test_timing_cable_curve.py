"""The curve of cable against clock tolerance, by the verdict on each of its points."""

from itertools import pairwise

import pytest

from benchboard.canbus.timing import Timing, cable_curve, check, controller


def test_cable_curve_points_are_where_the_verdict_turns() -> None:
    item, timing = controller("fdcan"), Timing(80_000_000, 1, 95, 32, 32, 8)
    curve = cable_curve(item, timing)
    assert len(curve) > 50
    for point in curve[::10]:
        at = {"clock_tolerance": max(0.0, point.tolerance - 1e-9)}
        assert check(item, timing, length_m=point.length_m, **at).is_ok
        # Where the tolerance is one phase 2 limits, a longer cable costs nothing yet.
        longer = check(item, timing, length_m=point.length_m + 1.3, **at)
        assert longer.is_ok == any(one.tolerance >= at["clock_tolerance"] for one in curve if one > point)


def test_cable_curve_never_rises_and_is_the_same_for_the_same_registers() -> None:
    item = controller("fdcan")
    curve = cable_curve(item, Timing(80_000_000, 10, 6, 7, 2, 2))
    assert curve == cable_curve(item, Timing(80_000_000, 10, 11, 2, 2, 2))
    assert curve[-1].length_m == 95.5
    assert all(a.length_m < b.length_m and a.tolerance >= b.tolerance for a, b in pairwise(curve))


def test_cable_curve_controller_with_its_own_prop_seg_has_one_point() -> None:
    (point,) = cable_curve(controller("mcp2515"), Timing(8_000_000, 1, 7, 4, 4, 1))
    # 7 quanta of 125 ns are 875 ns: (875 / 2 - 210) / 5 = 45.5 m.
    assert point.length_m == pytest.approx(45.5)


def test_cable_curve_transceivers_slower_than_the_bit_leave_no_point() -> None:
    assert cable_curve(controller("mcp2515"), Timing(20_000_000, 1, 5, 7, 7, 1)) == ()
