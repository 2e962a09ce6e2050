"""Oscillator tolerance, cable, delay compensation and the comparison of two nodes."""

from math import floor

import can
import pytest

from benchboard.canbus.timing import (
    Node,
    Timing,
    check_cable,
    compare,
    controller,
    delay_compensation,
    oscillator_tolerance,
)
from benchboard.errors import Invalid

NOMINAL = Timing(80_000_000, 1, 95, 32, 32, 32)
DATA = Timing(80_000_000, 1, 23, 8, 8, 8)
DRIVE = Node("Motor drive ECU", Timing(40_000_000, 1, 59, 10, 10, 10), Timing(40_000_000, 1, 9, 5, 5, 5), 0.3)
CONVEYOR = Node("Conveyor A, node 3", NOMINAL, DATA, 0.3)


@pytest.mark.parametrize(
    ("timing", "percent"),
    [
        # Bosch TTCAN User's Manual 1.6, 4.2.1.7: 10 MHz, 1 Mbit/s, tProp 6, tSJW 1, tTSeg1 7, tTSeg2 2 tq.
        (Timing(10_000_000, 1, 6, 1, 2, 1), 0.39),
        # ST UM0404 p. 463: 2 MHz, BRP 1, 100 kbit/s, tProp 1 tq, tPB1 4 tq, tPB2 4 tq, tSJW 4 tq.
        (Timing(2_000_000, 2, 1, 4, 4, 4), 1.58),
        # TI SPRUIX1B: Prop_Seg 1 and Phase_Seg1 = Phase_Seg2 = SJW = 4, the largest there can be; 125 kbit/s.
        (Timing(10_000_000, 8, 1, 4, 4, 4), 1.58),
    ],
)
def test_oscillator_tolerance_published_examples_have_their_published_values(timing: Timing, percent: float) -> None:
    found = oscillator_tolerance(timing)
    # All three publications cut 1.587 and 0.3906 off after two digits.
    assert floor(100 * found.percent) / 100 == percent
    assert found.limiting.number == 1
    assert all(condition.verified for condition in found.conditions)


def test_oscillator_tolerance_fd_timing_of_the_mockup_has_five_conditions() -> None:
    found = oscillator_tolerance(NOMINAL, DATA)
    assert [round(condition.percent, 2) for condition in found.conditions] == [0.78, 1.0, 1.0, 1.18, 0.88]
    assert [condition.number for condition in found.conditions] == [1, 2, 3, 4, 5]
    assert found.percent == found.conditions[0].percent
    assert [condition.verified for condition in found.conditions] == [True, True, False, False, False]
    assert all(condition.source and condition.title for condition in found.conditions)


@pytest.mark.parametrize("prescalers", [(1, 1), (2, 1), (4, 1), (1, 2), (4, 2), (5, 1)])
def test_oscillator_tolerance_unequal_prescalers_agree_with_python_can(prescalers: tuple[int, int]) -> None:
    # python-can splits tseg1 by a propagation delay; with one of 1 tq's worth prop_seg is that of our timing.
    n, d = prescalers
    nominal, data = Timing(80_000_000, n, 8, 30, 20, 15), Timing(80_000_000, d, 1, 14, 9, 7)
    theirs = can.BitTimingFd(80_000_000, n, 38, 20, 15, d, 15, 9, 7)
    delay = 8 * n * 12.5 / 2 - 10 * 5  # half of prop_seg in ns, less 10 m of cable
    percent = theirs.oscillator_tolerance(node_loop_delay_ns=delay, bus_length_m=10)
    assert oscillator_tolerance(nominal, data).percent == pytest.approx(percent, rel=1e-9)


def test_oscillator_tolerance_condition_5_can_be_negative() -> None:
    found = oscillator_tolerance(Timing(80_000_000, 10, 9, 3, 3, 3), Timing(80_000_000, 1, 23, 8, 8, 8))
    assert found.limiting.number == 5
    assert found.percent < 0


def test_oscillator_tolerance_phases_with_two_clocks_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        oscillator_tolerance(NOMINAL, Timing(40_000_000, 1, 9, 5, 5, 5))
    assert caught.value.facts["field"] == "clock"


def test_cable_of_the_mockup_fits_with_its_figures() -> None:
    found = check_cable(NOMINAL, length_m=42, delay_ns_per_m=5.0, loop_delay_ns=210)
    assert (found.needed_ns, found.segment_ns, found.longest_m, found.spare_m) == (840, 1187.5, 76.75, 34.75)
    assert found.fits


def test_cable_at_and_beyond_the_longest_length_fits_and_does_not() -> None:
    assert check_cable(NOMINAL, length_m=76.75).fits
    assert not check_cable(NOMINAL, length_m=76.76).fits
    short = check_cable(Timing(80_000_000, 1, 10, 5, 5, 5), length_m=1)
    assert (short.longest_m, short.fits) == (0, False)
    assert short.spare_m < 0
    # Two transceivers of 210 ns, against 125 ns.
    assert (short.missing_ns, short.is_possible) == (295, False)
    assert check_cable(NOMINAL, length_m=76.76).is_possible


@pytest.mark.parametrize(
    ("name", "value"),
    [("length_m", -1), ("length_m", float("nan")), ("delay_ns_per_m", 0), ("loop_delay_ns", float("inf"))],
)
def test_cable_number_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(Invalid) as caught:
        check_cable(NOMINAL, **({"length_m": 10.0} | {name: value}))
    assert caught.value.facts["field"] == name


def test_delay_compensation_of_the_mockup_has_its_figures() -> None:
    found = delay_compensation(DATA, loop_delay_ns=210, controller=controller("fdcan"))
    assert (found.offset, found.measured, found.is_usable) == (32, 17, True)


def test_delay_compensation_microchip_offset_is_without_the_synchronisation_segment() -> None:
    assert delay_compensation(DATA, controller=controller("mcp2518fd")).offset == 31


@pytest.mark.parametrize(
    ("data", "loop", "problems"),
    [
        (Timing(80_000_000, 4, 5, 2, 2, 2), 210, 1),  # prescaler
        (Timing(80_000_000, 2, 23, 8, 8, 8), 800, 1),  # 64 measured + 64 offset = 128 > 127
        (Timing(80_000_000, 2, 23, 8, 8, 8), 787.5, 0),  # 63 + 64 = 127
        (Timing(80_000_000, 1, 5, 2, 2, 2), 650, 1),  # 52 + 8 = 60 = six bits of 10
        (Timing(80_000_000, 1, 5, 2, 2, 2), 637.5, 0),  # 51 + 8 = 59
        (Timing(80_000_000, 2, 60, 8, 8, 8), 0, 2),  # offset 138
    ],
)
def test_delay_compensation_at_and_beyond_its_limits_has_the_problems(data: Timing, loop: float, problems: int) -> None:
    assert len(delay_compensation(data, loop_delay_ns=loop).problems) == problems


def test_compare_nodes_of_the_mockup_have_its_margin() -> None:
    found = compare(CONVEYOR, DRIVE)
    assert found.is_compatible
    assert round(found.margin, 3) == 0.185
    assert (found.limiting_node, found.limiting.number) == ("Motor drive ECU", 1)
    assert (found.nominal_point_difference, found.data_point_difference) == (7.5, -5.0)
    assert (found.nominal_rate_difference, found.data_rate_difference) == (0, 0)
    # The drive at 80 %, as the mockup advises.
    better = Node("Motor drive ECU", Timing(40_000_000, 1, 47, 16, 16, 16), DRIVE.data, 0.3)
    assert compare(CONVEYOR, better).margin == pytest.approx(0.48, abs=0.005)


def test_compare_nodes_swapped_give_the_same_margin() -> None:
    one, two = compare(CONVEYOR, DRIVE), compare(DRIVE, CONVEYOR)
    assert (one.margin, one.limiting_node, one.is_compatible) == (two.margin, two.limiting_node, two.is_compatible)
    assert one.nominal_point_difference == -two.nominal_point_difference


def test_compare_difference_of_bit_rates_reduces_the_margin() -> None:
    a = Node("a", Timing(80_000_000, 1, 95, 32, 32, 32))
    for quanta_less, talks in ((1, True), (3, False)):  # 0.63 % and 1.9 % apart; 2 × 0.78 % are allowed
        b = Node("b", Timing(80_000_000, 1, 95 - quanta_less, 32, 32, 32))
        found = compare(a, b)
        assert found.is_compatible is talks
        used = 100 * 2 * quanta_less / (320 - quanta_less) / 2
        allowed = oscillator_tolerance(a.nominal).percent
        assert found.margin == pytest.approx(allowed - used)


def test_compare_nodes_at_two_bit_rates_are_not_compatible() -> None:
    for tolerance in (0.0, 5.0):  # the bit rates are named even where the oscillators alone would be too poor
        nodes = (Node("a", NOMINAL, None, tolerance), Node("b", Timing(80_000_000, 2, 95, 32, 32, 32), None, tolerance))
        found = compare(*nodes)
        assert not found.is_compatible
        assert found.margin < -30
        assert found.bit_rates_differ
        assert found.problems[0].startswith("The bit rates differ: a ")


def test_compare_poor_oscillators_at_one_bit_rate_are_not_blamed_on_it() -> None:
    found = compare(Node("a", NOMINAL, None, 5.0), Node("b", NOMINAL, None, 5.0))
    assert not found.bit_rates_differ
    assert "oscillator tolerance" in found.problems[0]


def test_compare_classic_node_beside_can_fd_are_not_compatible() -> None:
    found = compare(CONVEYOR, Node("Old sensor", NOMINAL, None, 0.1))
    assert not found.is_compatible
    assert found.margin > 0
    assert "Old sensor" in found.problems[0]


def test_compare_clock_tolerance_out_of_range_is_refused() -> None:
    for value in (-1, 11, float("nan")):
        with pytest.raises(Invalid) as caught:
            compare(CONVEYOR, Node("b", NOMINAL, DATA, value))
        assert caught.value.facts["field"] == "clock_tolerance"


def test_compare_sample_points_apart_at_the_rate_switch_are_named_in_ns() -> None:
    """500 kbit/s and 2 Mbit/s from 80 MHz: sampled after 128 and 112 clocks, that is 200 ns; an SJW of 4 is 50 ns."""
    data = Timing(80_000_000, 1, 15, 16, 8, 4)
    nodes = (
        Node(name, Timing(80_000_000, 2, *split, 4), data) for name, split in (("A", (47, 16, 16)), ("B", (39, 16, 24)))
    )
    advice = compare(*nodes).advice
    assert any("200 ns apart; A corrects 50 ns per resync" in text for text in advice)


def test_compare_sample_points_that_differ_are_named_and_equal_ones_are_not() -> None:
    same = Node("a", Timing(80_000_000, 1, 95, 32, 32, 32))
    other = Node("b", Timing(80_000_000, 1, 95, 24, 40, 24))
    text = "The sample points of the arbitration phase differ."
    assert any(text in one for one in compare(same, other).advice)
    assert not any(text in one for one in compare(same, Node("c", same.nominal)).advice)
