"""Oscillator tolerance, cable, delay compensation and the comparison of two nodes."""

from dataclasses import replace
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
from benchboard.i18n import number, percent

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


def test_conditions_have_a_title_and_a_name_each() -> None:
    conditions = oscillator_tolerance(NOMINAL, DATA).conditions
    assert [condition.title for condition in conditions] == [
        "Error frame, arbitration phase",
        "Resync, arbitration phase",
        "Resync, data phase",
        "Error frame, start of data phase",
        "Bit rate switch",
    ]
    assert [condition.tolerance_name for condition in conditions] == [
        "error-frame tolerance",
        "resync tolerance",
        "resync tolerance in the data phase",
        "error-frame tolerance at the start of the data phase",
        "tolerance at the bit rate switch",
    ]


def test_cable_numbers_at_their_limits_are_taken_and_one_beyond_is_refused() -> None:
    for name, low, high in (("length_m", 0, 100_000), ("delay_ns_per_m", 1, 100), ("loop_delay_ns", 0, 100_000)):
        for value in (low, high):
            check_cable(NOMINAL, **({"length_m": 1.0} | {name: value}))
        for value in (low - 0.5, high + 0.5):
            with pytest.raises(Invalid) as caught:
                check_cable(NOMINAL, **({"length_m": 1.0} | {name: value}))
            assert caught.value.facts["field"] == name


def test_cable_problem_says_how_much_too_long_it_is_and_never_less() -> None:
    assert check_cable(NOMINAL, length_m=76.75).problem == ""
    assert check_cable(NOMINAL, length_m=76.76).problem == "The cable is 0.1 m too long."
    assert check_cable(NOMINAL, length_m=80).problem == "The cable is 3.3 m too long."
    short = Timing(80_000_000, 1, 10, 5, 5, 5)
    assert check_cable(short, length_m=1).problem == "The bit timing allows no cable of any length."


def test_phases_with_two_clocks_are_refused_with_a_code() -> None:
    with pytest.raises(Invalid) as caught:
        oscillator_tolerance(NOMINAL, Timing(40_000_000, 1, 9, 5, 5, 5))
    assert caught.value.code == "timing.clocks"


def test_delay_compensation_offset_of_127_clock_periods_is_the_greatest() -> None:
    for prop_seg, problems in ((62, 0), (63, 2)):  # the offset alone, and the sum
        found = delay_compensation(Timing(80_000_000, 1, prop_seg, 64, 64, 64), loop_delay_ns=0)
        assert (found.offset, found.measured, len(found.problems)) == (65 + prop_seg, 0, problems)


FASTER = Timing(80_000_000, 1, 22, 8, 8, 8)
"""39 quanta to the 40 of `DATA`: 2.53 % of their mean apart."""


def test_compare_difference_of_data_bit_rates_uses_the_tolerance_of_the_data_phase_alone() -> None:
    a, b = Node("a", NOMINAL, DATA, 0.1), Node("b", NOMINAL, FASTER, 0.2)
    found = compare(a, b)
    apart = 100 * 2 / 79
    assert (found.nominal_rate_difference, found.data_rate_difference) == (0, pytest.approx(apart))
    assert compare(b, a).data_rate_difference == pytest.approx(-apart)
    conditions = [one for node in (a, b) for one in oscillator_tolerance(node.nominal, node.data).conditions]
    allowed = min(one.percent for one in conditions if one.number >= 3)
    assert found.margin == pytest.approx(allowed - (0.1 + 0.2 + apart) / 2)
    assert found.limiting.number >= 3
    rates = f"a {number(2000)} kbit/s, b {number(2051.282, most=3)} kbit/s"
    assert found.problems == (f"The data bit rates differ: {rates}.",)
    assert not found.bit_rates_differ, "they can communicate in classical frames"


def test_compare_difference_of_nominal_bit_rates_is_that_of_b_to_a() -> None:
    a, b = Node("a", NOMINAL), Node("b", Timing(80_000_000, 1, 94, 32, 32, 32))
    assert compare(a, b).nominal_rate_difference == pytest.approx(100 * 2 / 319)
    assert compare(b, a).nominal_rate_difference == pytest.approx(-100 * 2 / 319)
    assert compare(a, b).data_rate_difference is None
    far = Node("c", Timing(80_000_000, 3, 30, 24, 25, 24))
    assert compare(a, far).problems == ("The bit rates differ: a 500 kbit/s, c 333.333 kbit/s.",)


def test_compare_can_fd_nodes_are_limited_by_their_data_phase_where_it_allows_least() -> None:
    narrow = Timing(80_000_000, 1, 23, 8, 8, 1)
    found = compare(Node("a", NOMINAL, DATA, 0.1), Node("b", NOMINAL, narrow, 0.1))
    allowed = oscillator_tolerance(NOMINAL, narrow)
    assert (found.limiting_node, found.limiting.number) == ("b", 5)
    assert found.margin == pytest.approx(allowed.percent - 0.1)
    classic = compare(Node("a", NOMINAL, None, 0.1), Node("b", NOMINAL, narrow, 0.1))
    assert classic.limiting.number == 1, "the two have no data phase in common"
    assert (classic.data_rate_difference, classic.data_point_difference) == (None, None)


@pytest.mark.parametrize("swapped", [False, True])
def test_compare_classic_node_is_named_as_the_one_that_answers_with_error_frames(swapped: bool) -> None:
    nodes = [CONVEYOR, Node("Old sensor", NOMINAL, None, 0.1)]
    found = compare(*nodes[::-1] if swapped else nodes)
    assert found.problems == ("Conveyor A, node 3 sends CAN FD frames, which Old sensor answers with error frames.",)


def test_compare_poor_oscillators_say_how_much_is_missing() -> None:
    found = compare(Node("a", NOMINAL, None, 1.0), Node("b", NOMINAL, None, 1.0))
    short = 1 - oscillator_tolerance(NOMINAL).percent
    assert found.margin == pytest.approx(-short)
    assert found.problems == (f"a falls {short:.2f} % short of the required oscillator tolerance.",)


def test_verdict_says_no_more_than_is_known() -> None:
    fine = compare(Node("a", NOMINAL), Node("b", NOMINAL))
    spare = f"with {percent(0.78, 2)} of oscillator tolerance to spare."
    assert fine.verdict() == f"Bit rate and oscillators match, {spare}"
    assert fine.verdict("") == f"The two nodes can communicate, {spare}"
    assert fine.verdict("Too long.") == f"Bit rate and oscillators match, {spare} Too long."
    poor = compare(Node("a", NOMINAL, None, 5.0), Node("b", NOMINAL, None, 5.0))
    assert poor.verdict("") == "The two nodes can't communicate reliably."
    apart = compare(Node("a", NOMINAL), Node("b", Timing(80_000_000, 2, 95, 32, 32, 32)))
    assert apart.verdict("") == "The two nodes can't communicate: their bit rates differ."


def test_compare_advice_names_the_nodes_in_their_order() -> None:
    data = Timing(80_000_000, 1, 15, 16, 8, 4)
    a, b = Node("A", Timing(80_000_000, 2, 47, 16, 16, 4), data), Node("B", Timing(80_000_000, 2, 39, 16, 24, 4), data)
    points = "The sample points of the arbitration phase differ. CiA recommends the same one on all nodes."
    apart = "At the bit rate switch, the nodes are 200 ns apart; {} corrects 50 ns per resync."
    assert compare(a, b).advice == (points, apart.format("A"), apart.format("B"))
    wide = replace(b, data=replace(data, sjw=8))
    assert compare(a, replace(wide, data=Timing(80_000_000, 1, 15, 16, 8, 8))).advice[1:] == (
        apart.format("A"), apart.format("B").replace("50", "100")
    )  # fmt: skip


def test_compare_data_sample_points_that_differ_are_named_and_equal_ones_are_not() -> None:
    text = "The data sample points differ. CiA recommends the same one on all nodes."
    late = Timing(80_000_000, 1, 25, 8, 6, 6)
    assert text in compare(Node("a", NOMINAL, DATA), Node("b", NOMINAL, late)).advice
    assert compare(Node("a", NOMINAL, DATA), Node("b", NOMINAL, DATA)).advice == ()
    assert text not in compare(Node("a", NOMINAL, DATA), Node("b", NOMINAL)).advice


def test_compare_nodes_as_far_apart_as_one_resync_corrects_are_not_advised() -> None:
    early, late = Timing(80_000_000, 1, 95, 32, 32, 32), Timing(80_000_000, 1, 103, 32, 24, 24)
    found = compare(Node("a", early, DATA), Node("b", late, DATA))
    assert not [text for text in found.advice if "rate switch" in text], "100 ns, which is the SJW of 8 quanta"
