"""The verdict on a timing: the same registers always get the same one, however their segments were written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.timing import (
    CONTROLLERS,
    Controller,
    Limits,
    Timing,
    check,
    controller,
    decode,
    oscillator_tolerance,
    registers,
)
from benchboard.errors import Invalid

WITH_REGISTERS = [item for item in CONTROLLERS if item.name in (
    "bxcan", "mcan-v3.1+", "sja1000", "mcp251x", "mcp251xfd", "flexcan", "flexcan-fd", "at91",
)]  # fmt: skip
# Which of them have a field of their own for the propagation segment: the register maps of MCP2515 (DS21801F, CNF2),
# FlexCAN (CTRL, CBT, FDCBT: PROPSEG) and AT91 (CAN_BR: PROPAG). Everybody else has TSEG1 alone.
OWN_PROP_SEG = {"mcp251x", "flexcan", "flexcan-fd", "at91"}


@st.composite
def timings(draw: st.DrawFn, limits: Limits) -> Timing:
    """Any timing that a controller with `limits` can hold, with any split of TSEG1."""
    tseg2 = draw(st.integers(max(limits.tseg2_min, 1 + limits.mcp2515_rules), limits.tseg2_max))
    least = max(limits.tseg1_min, limits.prop_min + limits.phase1_min, tseg2 if limits.mcp2515_rules else 0)
    tseg1 = draw(st.integers(least, min(limits.tseg1_max, limits.prop_max + limits.phase1_max)))
    low = max(limits.phase1_min, tseg1 - limits.prop_max)
    phase1 = draw(st.integers(low, min(limits.phase1_max, tseg1 - limits.prop_min)))
    sjw = draw(st.integers(1, min(limits.sjw_max, phase1, tseg2 - limits.mcp2515_rules)))
    prescaler = draw(st.integers(limits.brp_min, limits.brp_max).map(lambda value: value - value % limits.brp_inc))
    return Timing(80_000_000, prescaler, tseg1 - phase1, phase1, tseg2, sjw)


cables = st.none() | st.floats(0, 2_000, allow_nan=False)
clock_tolerances = st.floats(0, 2, allow_nan=False)


@pytest.mark.parametrize("item", WITH_REGISTERS, ids=lambda item: item.name)
@given(data=st.data(), length=cables, clock_tolerance=clock_tolerances)
def test_check_timing_read_back_from_its_registers_gets_the_same_verdict(
    item: Controller, data: st.DataObject, length: float | None, clock_tolerance: float
) -> None:
    nominal = data.draw(timings(item.nominal))
    second = data.draw(st.none() | timings(item.data)) if item.data else None
    written = {row.name: row.value for row in registers(item.name, nominal, second)}
    read = decode(item.name, nominal.clock, written)
    verdicts = [
        check(item, *phases, clock_tolerance=clock_tolerance, length_m=length)
        for phases in ((nominal, second), (read.nominal, read.data))
    ]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize(
    "item", [item for item in CONTROLLERS if not item.nominal.has_prop_seg], ids=lambda item: item.name
)
@given(data=st.data(), length=cables, clock_tolerance=clock_tolerances)
def test_check_controller_with_tseg1_alone_gives_one_verdict_for_every_split(
    item: Controller, data: st.DataObject, length: float | None, clock_tolerance: float
) -> None:
    first = data.draw(timings(item.nominal))
    phase1 = data.draw(st.integers(first.sjw, first.tseg1))
    other = Timing(first.clock, first.prescaler, first.tseg1 - phase1, phase1, first.phase_seg2, first.sjw)
    verdicts = [check(item, one, clock_tolerance=clock_tolerance, length_m=length) for one in (first, other)]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("item", CONTROLLERS, ids=lambda item: item.name)
def test_has_prop_seg_agrees_with_the_register_maps(item: Controller) -> None:
    assert item.nominal.has_prop_seg is (item.name in OWN_PROP_SEG)
    assert item.data is None or item.data.has_prop_seg is (item.name in OWN_PROP_SEG)


@pytest.mark.parametrize("split", [(6, 7), (11, 2), (0, 13), (1, 12)])
def test_check_cable_of_the_technicians_trial_does_not_depend_on_the_split(split: tuple[int, int]) -> None:
    # All are NBTP 0x02090C01. 125 ns a quantum; SJW 2 leaves 11 tq = 1375 ns: (1375 / 2 - 210) / 5 = 95.5 m.
    found = check(controller("fdcan"), Timing(80_000_000, 10, *split, 2, 2), length_m=40)
    assert found.cable is not None
    assert (found.cable.longest_m, found.cable.fits, found.is_ok) == (95.5, True, True)
    # 40 m need 820 ns, which are 7 quanta; the other 6 are phase 1.
    assert (found.nominal.prop_seg, found.nominal.phase_seg1) == (7, 6)


def test_check_longest_cable_is_where_the_clock_tolerance_still_holds() -> None:
    item, timing = controller("fdcan"), Timing(80_000_000, 1, 95, 32, 32, 8)
    # SJW would leave 119 tq to the cable; 0.2 % needs min(PS1, PS2) >= 0.002 * 2 * (13 * 160 - 32) = 8.192, so 9 tq.
    wanted = check(item, timing, clock_tolerance=0.2, length_m=0)
    assert wanted.cable is not None
    assert wanted.cable.longest_m == pytest.approx(((127 - 9) * 12.5 / 2 - 210) / 5)
    at_most = check(item, timing, clock_tolerance=0.2, length_m=wanted.cable.longest_m)
    assert (at_most.is_ok, at_most.nominal.phase_seg1) == (True, 9)
    beyond = check(item, timing, clock_tolerance=0.2, length_m=wanted.cable.longest_m + 0.01)
    assert beyond.cable is not None
    assert (beyond.is_ok, beyond.cable.fits) == (False, False)
    assert beyond.tolerance.percent < 0.2


def test_check_clock_tolerance_of_exactly_what_is_allowed_holds() -> None:
    item, timing = controller("fdcan"), Timing(80_000_000, 1, 118, 9, 32, 8)
    exactly = oscillator_tolerance(timing).percent
    found = check(item, timing, clock_tolerance=exactly, length_m=((118 * 12.5) / 2 - 210) / 5)
    assert found.cable is not None
    assert (found.is_ok, found.nominal.prop_seg, found.cable.segment_ns) == (True, 118, 118 * 12.5)


def test_check_tolerance_that_no_split_reaches_is_not_blamed_on_the_cable() -> None:
    # SJW 2 allows 2 / (20 * 16) = 0.625 % whatever the split.
    found = check(controller("fdcan"), Timing(80_000_000, 10, 11, 2, 2, 2), clock_tolerance=1, length_m=40)
    assert found.cable is not None
    assert (found.cable.fits, found.is_ok) == (True, False)


def test_check_controller_with_its_own_prop_seg_is_judged_as_written() -> None:
    item = controller("mcp2515")
    for prop, longest in ((4, 30), (8, 80)):  # 125 ns a quantum: (500 / 2 - 100) / 5 and (1000 / 2 - 100) / 5
        found = check(item, Timing(8_000_000, 1, prop, 12 - prop, 3, 2), length_m=40, loop_delay_ns=100)
        assert found.cable is not None
        assert (found.nominal.prop_seg, found.cable.longest_m, found.cable.fits) == (prop, longest, longest >= 40)


def test_check_without_a_cable_judges_the_split_that_tolerates_most() -> None:
    item, timing = controller("fdcan"), Timing(80_000_000, 1, 126, 1, 32, 1)
    found = check(item, timing)
    splits = (Timing(80_000_000, 1, 127 - phase1, phase1, 32, 1) for phase1 in range(1, 128))
    assert found.cable is None
    assert found.tolerance.percent == max(oscillator_tolerance(one).percent for one in splits)


@pytest.mark.parametrize(
    ("nominal", "data", "names"),
    [
        (Timing(80_000_000, 1, 200, 100, 32, 32), None, ("tseg1",)),
        (Timing(80_000_000, 1, 95, 32, 32, 32), Timing(80_000_000, 40, 23, 8, 8, 8), ("data_prescaler",)),
    ],
)
def test_check_timing_the_controller_cannot_hold_names_the_field(
    nominal: Timing, data: Timing | None, names: tuple[str, ...]
) -> None:
    found = check(controller("fdcan"), nominal, data)
    assert (found.violations, found.is_ok) == (names, False)


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, 101])
def test_check_impossible_clock_tolerance_is_refused(value: float) -> None:
    with pytest.raises(Invalid) as caught:
        check(controller("fdcan"), Timing(80_000_000, 1, 95, 32, 32, 32), clock_tolerance=value)
    assert caught.value.facts["field"] == "clock_tolerance"


@pytest.mark.parametrize(("length", "title"), [(42.0, "Propagation for"), (200.0, "Too short for")])
def test_propagation_title_says_whether_the_segment_is_long_enough(length: float, title: str) -> None:
    """Two quanta of four clocks each at 80 MHz are 50 ns: the prescaler makes the segment long enough."""
    verdict = check(controller("at91"), Timing(80_000_000, 20, 6, 5, 4, 4), length_m=length)
    assert verdict.propagation_title == f"{title} {{metres}} m of cable"
