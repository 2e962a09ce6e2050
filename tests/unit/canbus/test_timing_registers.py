"""Registers both ways, and the lines for other programs, checked by those programs' own rules."""

import re
from collections.abc import Callable

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.timing import (
    Limits,
    Timing,
    c_snippet,
    controller,
    decode,
    ip_link,
    kvaser,
    pcan,
    python_can,
    registers,
)
from benchboard.errors import Invalid

WITH_REGISTERS = ("bxcan", "fdcan", "sja1000", "mcp2515", "mcp2518fd", "flexcan", "flexcan-fd", "at91")
NOMINAL = Timing(80_000_000, 1, 95, 32, 32, 32)
DATA = Timing(80_000_000, 1, 23, 8, 8, 8)


def fitting(limits: Limits) -> st.SearchStrategy[Timing]:
    @st.composite
    def timing(draw: st.DrawFn) -> Timing:
        tseg2 = draw(st.integers(limits.tseg2_min, limits.tseg2_max))
        least = max(limits.tseg1_min, limits.prop_min + limits.phase1_min, tseg2 if limits.mcp2515_rules else 0)
        tseg1 = draw(st.integers(least, min(limits.tseg1_max, limits.prop_max + limits.phase1_max)))
        phase1 = draw(st.integers(max(limits.phase1_min, tseg1 - limits.prop_max),
                                  min(limits.phase1_max, tseg1 - limits.prop_min)))  # fmt: skip
        sjw = draw(st.integers(1, min(limits.sjw_max, phase1, tseg2 - limits.mcp2515_rules)))
        prescaler = draw(st.integers(limits.brp_min, limits.brp_max))
        return Timing(80_000_000, prescaler, tseg1 - phase1, phase1, tseg2, sjw)

    return timing()


def meant(name: str, timing: Timing) -> tuple[int, ...]:
    """What the registers of `name` can tell apart."""
    split = name in ("mcp2515", "flexcan", "flexcan-fd", "at91")
    parts = (timing.prop_seg, timing.phase_seg1) if split else (timing.tseg1,)
    return (timing.prescaler, *parts, timing.phase_seg2, timing.sjw)


@pytest.mark.parametrize("name", WITH_REGISTERS)
@given(data=st.data())
def test_decode_registers_of_any_timing_give_it_back(name: str, data: st.DataObject) -> None:
    item = controller(name)
    nominal = data.draw(fitting(item.nominal))
    second = data.draw(fitting(item.data)) if item.data else None
    offset = data.draw(st.none() | st.integers(0, item.tdco_max)) if second and item.tdco_max else None
    written = registers(name, nominal, second, tdc_offset=offset)
    assert all(0 <= row.value < 2**row.width for row in written)
    read = decode(name, nominal.clock, {row.name: row.value for row in written})
    assert meant(name, read.nominal) == meant(name, nominal)
    assert (read.data is None) == (second is None)
    if read.data and second:
        assert meant(name, read.data) == meant(name, second)
    assert read.tdc_offset == offset


@pytest.mark.parametrize("name", WITH_REGISTERS)
@given(data=st.data())
def test_decode_any_register_content_gives_a_timing_or_invalid(name: str, data: st.DataObject) -> None:
    nominal = data.draw(fitting(controller(name).nominal))
    values = {row.name: data.draw(st.integers(0, 2**row.width - 1)) for row in registers(name, nominal)}
    try:
        read = decode(name, 80_000_000, values).nominal
    except Invalid:
        return
    if not controller(name).nominal.violations(read):
        again = {row.name: row.value for row in registers(name, read)}
        assert meant(name, decode(name, 80_000_000, again).nominal) == meant(name, read)


def test_registers_m_can_timing_of_the_mockup_has_its_values() -> None:
    written = registers("fdcan", NOMINAL, DATA, tdc_offset=32)
    assert [row.hex for row in written] == ["0x3E007E1F", "0x00801E77", "0x00002000"]
    assert written[0].meaning == "NSJW 31, NBRP 0, NTSEG1 126, NTSEG2 31"
    assert [row.hex for row in registers("fdcan", NOMINAL, DATA)][1:] == ["0x00001E77", "0x00000000"]


@pytest.mark.parametrize(
    ("name", "timing", "values"),
    [
        # can-utils can-calc-bit-timing -q: -c 36000000 -b 500000 -s 875 bxcan, and alike.
        ("bxcan", Timing(36_000_000, 9, 3, 3, 1, 1), [0x00050008]),
        ("sja1000", Timing(8_000_000, 1, 6, 7, 2, 1), [0x00, 0x1C]),
        ("mcp2515", Timing(8_000_000, 4, 6, 7, 2, 1), [0x03, 0xB5, 0x01]),
        ("at91", Timing(66_000_000, 11, 4, 5, 2, 1), [0x000A0341]),
        ("flexcan", Timing(30_000_000, 4, 6, 6, 2, 1), [0x03290005]),
        ("mcp2518fd", Timing(40_000_000, 1, 34, 35, 10, 5), [0x00440904]),
    ],
)
def test_registers_timing_has_the_values_that_can_utils_prints(name: str, timing: Timing, values: list[int]) -> None:
    assert [row.value for row in registers(name, timing)] == values


def test_registers_examples_of_ttcan_and_um0404_have_their_printed_values() -> None:
    # Bosch prints 0x1600 and 0x34C1 for its examples; C_CAN's BTR is SJA1000's two registers in one.
    high, low = Timing(10_000_000, 1, 6, 1, 2, 1), Timing(2_000_000, 2, 1, 4, 4, 4)
    for timing, printed in ((high, 0x1600), (low, 0x34C1)):
        zero, one = registers("sja1000", timing)
        assert one.value << 8 | zero.value == printed


def test_decode_mode_bits_are_ignored() -> None:
    (written,) = registers("bxcan", Timing(36_000_000, 9, 3, 3, 1, 1))
    assert decode("bxcan", 36_000_000, {"BTR": written.value | 0xC0000000}).nominal.prescaler == 9


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "NBTP"), ({"DBTP": 0}, "NBTP"), ({"NBTP": 2**32}, "NBTP"), ({"NBTP": -1}, "NBTP"),
        ({"NBTP": float("nan")}, "NBTP"), ({"NBTP": 0x00007E1F, "BTR": 1}, "BTR"),
        ({"NBTP": 0xFE007E1F}, "sjw"), ({"NBTP": 0x00007E1F, "B" * 50: 1}, "B" * 40),
    ],
)  # fmt: skip
def test_decode_impossible_registers_are_refused_by_name(values: dict, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode("fdcan", 80_000_000, values)
    assert caught.value.facts["field"] == field


def test_registers_timing_that_does_not_fit_or_controller_without_any_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        registers("bxcan", NOMINAL)
    assert caught.value.facts["field"] == "tseg1"
    with pytest.raises(Invalid) as caught:
        registers("fdcan", NOMINAL, DATA, tdc_offset=200)
    assert caught.value.facts["field"] == "tdc_offset"
    with pytest.raises(Invalid) as caught:
        registers("m_can_3.0", Timing(80_000_000, 4, 23, 8, 8, 8))
    assert caught.value.code == "timing.no-registers"


@given(fitting(controller("fdcan").nominal), st.integers(1_000_000, 170_000_000))
def test_ip_link_line_gives_linux_the_same_prescaler(timing: Timing, clock: int) -> None:
    timing = Timing(clock, timing.prescaler, timing.prop_seg, timing.phase_seg1, timing.phase_seg2, timing.sjw)
    found = re.search(r" tq (\d+) prop-seg (\d+) phase-seg1 (\d+) phase-seg2 (\d+) sjw (\d+)$", ip_link(timing))
    assert found is not None
    nanoseconds, *rest = (int(part) for part in found.groups())
    # Linux can_fixup_bittiming.
    assert (clock * nanoseconds + 499_999_999) // 10**9 == timing.prescaler
    assert rest == [timing.prop_seg, timing.phase_seg1, timing.phase_seg2, timing.sjw]


def test_ip_link_clock_too_fast_or_odd_interface_name_is_refused() -> None:
    with pytest.raises(Invalid):
        ip_link(Timing(4_000_000_000, 1, 95, 32, 32, 32))
    with pytest.raises(Invalid):
        ip_link(NOMINAL, interface="can0; reboot")


def test_python_can_line_evaluates_to_the_same_timing() -> None:
    written = registers("sja1000", Timing(8_000_000, 1, 6, 7, 2, 1))
    classic = eval(python_can(Timing(8_000_000, 1, 6, 7, 2, 1)), {"can": can})
    assert (classic.bitrate, classic.sample_point) == (500_000, 87.5)
    assert [classic.btr0, classic.btr1] == [row.value for row in written]
    fd = eval(python_can(NOMINAL, DATA), {"can": can})
    assert (fd.nom_bitrate, fd.data_bitrate, fd.nom_sample_point, fd.data_sample_point) == (
        500_000,
        2_000_000,
        80,
        80,
    )
    assert (fd.nom_sjw, fd.data_sjw) == (32, 8)


def test_python_can_phases_with_two_clocks_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        python_can(NOMINAL, Timing(40_000_000, 1, 9, 5, 5, 5))
    assert caught.value.facts["field"] == "clock"


def test_c_snippet_defines_each_register() -> None:
    lines = c_snippet(registers("mcp2515", Timing(8_000_000, 4, 6, 7, 2, 1))).splitlines()
    assert lines[1] == "#define CAN_CNF2_VALUE 0xB5U  /* PHSEG1 6, PRSEG 5 */"


@pytest.mark.parametrize(
    ("act", "code", "what"),
    [
        (
            lambda: ip_link(Timing(80_000_000, 1, 5, 4, 2, 1), interface="-" * 50),
            "timing.interface",
            f"“{'-' * 40}” isn't a valid network interface name.",
        ),
        (lambda: ip_link(Timing(4_000_000_000, 1, 5, 4, 2, 1)), "timing.tq", "ip link can't set this timing."),
    ],
)
def test_ip_link_that_cannot_be_is_refused_with_its_code_in_a_sentence(
    act: Callable[[], object], code: str, what: str
) -> None:
    with pytest.raises(Invalid) as caught:
        act()
    assert (caught.value.code, caught.value.what) == (code, what)


def test_pcan_string_is_python_cans_own_for_the_same_timing() -> None:
    parts = dict(part.split("=") for part in pcan(NOMINAL, DATA).split(","))
    read = can.BitTimingFd(**{name: int(value) for name, value in parts.items()})
    assert read == eval(python_can(NOMINAL, DATA), {"can": can})


def test_pcan_eight_megahertz_timing_is_btr0btr1_of_python_can() -> None:
    timing = Timing(8_000_000, 1, 6, 7, 2, 1)
    read = can.BitTiming.from_registers(f_clock=8_000_000, btr0=0x00, btr1=0x1C)
    assert pcan(timing) == "0x001C"
    assert eval(python_can(timing), {"can": can}) == read


def test_pcan_clock_that_the_api_lacks_is_refused_naming_those_it_has() -> None:
    with pytest.raises(Invalid, match=r"36 MHz.*80 MHz"):
        pcan(Timing(36_000_000, 4, 8, 7, 2, 2))


def test_kvaser_calls_name_rate_segments_and_jump_of_each_phase() -> None:
    assert kvaser(NOMINAL, DATA) == (
        "canSetBusParams(handle, 500000, 127, 32, 32, 1, 0);\ncanSetBusParamsFd(handle, 2000000, 31, 8, 8);"
    )
    with pytest.raises(Invalid, match="whole bit/s"):
        kvaser(Timing(80_000_000, 3, 20, 20, 12, 4))
