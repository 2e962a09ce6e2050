"""Controller limits and register fields against Linux's drivers and can-utils.

The numbers are those of the sources named beside them, read there and not taken from our own tables: Linux's drivers
as of 2024 (`struct can_bittiming_const`, `GENMASK(high, low)`), can-utils' calc-bit-timing/can-calc-bit-timing.c,
Microchip's MCP2515 datasheet DS21801F.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchboard.canbus.timing import CONTROLLERS, Controller, Limits, Timing, controller, decode, registers
from benchboard.errors import AppError
from benchboard.i18n import number

# tseg1_min, tseg1_max, tseg2_min, tseg2_max, sjw_max, brp_min, brp_max, brp_inc
BITTIMING_CONST = {
    ("bxcan", "nominal"): (1, 16, 1, 8, 4, 1, 1024, 1),  # Linux bxcan.c, bxcan_bittiming_const
    ("mcan-v3.1+", "nominal"): (2, 256, 2, 128, 128, 1, 512, 1),  # Linux m_can.c, m_can_bittiming_const_31X
    ("mcan-v3.1+", "data"): (1, 32, 1, 16, 16, 1, 32, 1),  # m_can_data_bittiming_const_31X
    ("mcan-v3.0", "nominal"): (2, 64, 1, 16, 16, 1, 1024, 1),  # m_can_bittiming_const_30X
    ("mcan-v3.0", "data"): (2, 16, 1, 8, 4, 1, 32, 1),  # m_can_data_bittiming_const_30X
    ("mcp251x", "nominal"): (3, 16, 2, 8, 4, 1, 64, 1),  # Linux mcp251x.c, mcp251x_bittiming_const
    ("mcp251xfd", "nominal"): (2, 256, 1, 128, 128, 1, 256, 1),  # Linux mcp251xfd-core.c, mcp251xfd_bittiming_const
    ("mcp251xfd", "data"): (1, 32, 1, 16, 16, 1, 256, 1),  # mcp251xfd_data_bittiming_const
    ("sja1000", "nominal"): (1, 16, 1, 8, 4, 1, 64, 1),  # Linux sja1000.c, sja1000_bittiming_const
    ("flexcan", "nominal"): (4, 16, 2, 8, 4, 1, 256, 1),  # Linux flexcan-core.c, flexcan_bittiming_const
    ("flexcan-fd", "nominal"): (2, 96, 2, 32, 16, 1, 1024, 1),  # flexcan_fd_bittiming_const
    ("flexcan-fd", "data"): (2, 39, 2, 8, 4, 1, 1024, 1),  # flexcan_fd_data_bittiming_const
    ("kvaser_usb", "nominal"): (1, 16, 1, 8, 4, 1, 64, 1),  # can-utils, KVASER_USB_…
    # Linux kvaser_usb_hydra.c, kvaser_usb_hydra_kcan_bittiming_c, for both phases.
    ("kvaser_usb_kcan", "nominal"): (1, 255, 1, 32, 16, 1, 8192, 1),
    ("kvaser_usb_kcan", "data"): (1, 255, 1, 32, 16, 1, 8192, 1),
    ("kvaser_usb_flex", "nominal"): (4, 16, 2, 8, 4, 1, 256, 1),  # Linux, kvaser_usb_flexc_bittiming_const
    ("pcan_usb", "nominal"): (1, 16, 1, 8, 4, 1, 64, 1),  # Linux pcan_usb.c, pcan_usb_const
    ("pcan_usb_pro", "nominal"): (1, 16, 1, 8, 4, 1, 1024, 1),  # Linux pcan_usb_pro.c, pcan_usb_pro_const
    # Linux pcan_usb_fd.c: 1 << PUCAN_TSLOW_…_BITS (TSEG1 8, TSEG2 7, SJW 7, BRP 10), PUCAN_TFAST_… (5, 4, 4, 10).
    ("pcan_usb_fd", "nominal"): (1, 1 << 8, 1, 1 << 7, 1 << 7, 1, 1 << 10, 1),
    ("pcan_usb_fd", "data"): (1, 1 << 5, 1, 1 << 4, 1 << 4, 1, 1 << 10, 1),
    ("at91", "nominal"): (4, 16, 2, 8, 4, 2, 128, 1),  # Linux at91_can.c, at91_bittiming_const
}

# (register, quantity, highest bit, lowest bit, what the register holds the quantity less)
FIELDS: dict[str, list[tuple[str, str, int, int, int]]] = {
    "bxcan": [  # Linux bxcan.c, BXCAN_BTR_…_MASK
        ("BTR", "sjw", 25, 24, 1), ("BTR", "phase_seg2", 22, 20, 1), ("BTR", "tseg1", 19, 16, 1),
        ("BTR", "prescaler", 9, 0, 1),
    ],
    "mcan-v3.1+": [  # Linux m_can.c, NBTP_…_MASK, DBTP_…_MASK
        ("NBTP", "sjw", 31, 25, 1), ("NBTP", "prescaler", 24, 16, 1), ("NBTP", "tseg1", 15, 8, 1),
        ("NBTP", "phase_seg2", 6, 0, 1),
        ("DBTP", "data_prescaler", 20, 16, 1), ("DBTP", "data_tseg1", 12, 8, 1), ("DBTP", "data_phase_seg2", 7, 4, 1),
        ("DBTP", "data_sjw", 3, 0, 1),
    ],
    "sja1000": [  # can-utils, printf_btr_sja1000
        ("BTR0", "sjw", 7, 6, 1), ("BTR0", "prescaler", 5, 0, 1), ("BTR1", "phase_seg2", 6, 4, 1),
        ("BTR1", "tseg1", 3, 0, 1),
    ],
    "mcp251x": [  # DS21801F, registers 5-1 to 5-3
        ("CNF1", "sjw", 7, 6, 1), ("CNF1", "prescaler", 5, 0, 1), ("CNF2", "phase_seg1", 5, 3, 1),
        ("CNF2", "prop_seg", 2, 0, 1), ("CNF3", "phase_seg2", 2, 0, 1),
    ],
    "mcp251xfd": [  # Linux mcp251xfd.h, MCP251XFD_REG_NBTCFG_…_MASK, MCP251XFD_REG_DBTCFG_…_MASK
        ("NBTCFG", "prescaler", 31, 24, 1), ("NBTCFG", "tseg1", 23, 16, 1), ("NBTCFG", "phase_seg2", 14, 8, 1),
        ("NBTCFG", "sjw", 6, 0, 1),
        ("DBTCFG", "data_prescaler", 31, 24, 1), ("DBTCFG", "data_tseg1", 20, 16, 1),
        ("DBTCFG", "data_phase_seg2", 11, 8, 1), ("DBTCFG", "data_sjw", 3, 0, 1),
    ],
    "flexcan": [  # can-utils, printf_btr_flexcan; Linux flexcan-core.c, FLEXCAN_CTRL_…(x)
        ("CTRL", "prescaler", 31, 24, 1), ("CTRL", "sjw", 23, 22, 1), ("CTRL", "phase_seg1", 21, 19, 1),
        ("CTRL", "phase_seg2", 18, 16, 1), ("CTRL", "prop_seg", 2, 0, 1),
    ],
    "flexcan-fd": [  # Linux flexcan-core.c, FLEXCAN_CBT_…_MASK, FLEXCAN_FDCBT_…_MASK; FPROPSEG is not less one
        ("CBT", "prescaler", 30, 21, 1), ("CBT", "sjw", 20, 16, 1), ("CBT", "prop_seg", 15, 10, 1),
        ("CBT", "phase_seg1", 9, 5, 1), ("CBT", "phase_seg2", 4, 0, 1),
        ("FDCBT", "data_prescaler", 29, 20, 1), ("FDCBT", "data_sjw", 18, 16, 1), ("FDCBT", "data_prop_seg", 14, 10, 0),
        ("FDCBT", "data_phase_seg1", 7, 5, 1), ("FDCBT", "data_phase_seg2", 2, 0, 1),
    ],
    "at91": [  # Linux at91_can.c, AT91_BR_…_MASK
        ("CAN_BR", "prescaler", 22, 16, 1), ("CAN_BR", "sjw", 13, 12, 1), ("CAN_BR", "prop_seg", 10, 8, 1),
        ("CAN_BR", "phase_seg1", 6, 4, 1), ("CAN_BR", "phase_seg2", 2, 0, 1),
    ],
}  # fmt: skip
# Bits that switch a timing on and stay set: DS21801F BTLMODE; FLEXCAN_CBT_BTF; FLEXCAN_FDCTRL_FDRATE.
ENABLED = {"CNF2": 1 << 7, "CBT": 1 << 31}
WIDTHS = {"BTR0": 8, "BTR1": 8, "CNF1": 8, "CNF2": 8, "CNF3": 8}
SEGMENTS = ("tseg1", "prop_seg", "phase_seg1", "phase_seg2")


def mask(high: int, low: int) -> int:
    """Linux's GENMASK."""
    return (1 << high + 1) - (1 << low)


def quantity(read: Timing | None, name: str) -> int:
    assert read is not None
    return int(getattr(read, name.removeprefix("data_")))


@pytest.mark.parametrize(("name", "phase"), BITTIMING_CONST)
def test_limits_of_every_controller_equal_the_drivers_tables(name: str, phase: str) -> None:
    found = controller(name).limits(phase)
    assert BITTIMING_CONST[name, phase] == (
        found.tseg1_min, found.tseg1_max, found.tseg2_min, found.tseg2_max, found.sjw_max, found.brp_min,
        found.brp_max, found.brp_inc,
    )  # fmt: skip


def test_limits_table_covers_every_controller_and_phase() -> None:
    phases = {(item.name, "nominal") for item in CONTROLLERS} | {
        (item.name, "data") for item in CONTROLLERS if item.data
    }
    assert phases == set(BITTIMING_CONST)


@pytest.mark.parametrize(("name", "phase"), BITTIMING_CONST)
def test_limits_hold_their_ends_and_refuse_one_beyond(name: str, phase: str) -> None:
    limits = replace(controller(name).limits(phase), mcp2515_rules=False)
    low, high, tseg2_low, tseg2_high, sjw_high, brp_low, brp_high, _step = BITTIMING_CONST[name, phase]

    def violated(**changed: int) -> tuple[str, ...]:
        """Of a timing in the middle of the limits, with `changed`: tseg1, phase_seg2, sjw or prescaler."""
        tseg1 = changed.get("tseg1", (low + high) // 2)
        tseg2, sjw = changed.get("phase_seg2", tseg2_high), changed.get("sjw", 1)
        phase1 = min(max(limits.phase1_min, tseg1 - limits.prop_max, sjw), tseg1)
        prescaler = changed.get("prescaler", brp_high)
        return limits.violations(Timing(80_000_000, prescaler, tseg1 - phase1, phase1, tseg2, sjw))

    for field, bottom, top in (
        ("tseg1", max(low, limits.prop_min + 1), high),
        ("phase_seg2", tseg2_low, tseg2_high),
        ("prescaler", brp_low, brp_high),
    ):
        assert violated(**{field: bottom}) == ()
        assert violated(**{field: top}) == ()
        assert field in violated(**{field: top + 1})
        assert bottom == 1 or field in violated(**{field: bottom - 1})
    assert violated(sjw=sjw_high, tseg1=high) == ()
    longest = {"tseg1": high + 1, "phase_seg2": tseg2_high + 1}  # room for a jump that is too wide
    assert "sjw" in violated(sjw=sjw_high + 1, **longest)


@pytest.mark.parametrize(
    ("split", "names"),
    [
        # DS21801F 5.3: PropSeg + PS1 >= PS2, PS2 > SJW; every segment 1 to 8 TQ, PS2 from 2.
        ((1, 3, 4, 3), ()), ((1, 2, 4, 2), ("tseg1",)), ((2, 3, 3, 2), ()), ((2, 3, 3, 3), ("sjw",)),
        ((8, 8, 8, 4), ()), ((9, 7, 8, 4), ("prop_seg",)), ((7, 9, 8, 4), ("phase_seg1",)),
        ((0, 8, 8, 4), ("prop_seg",)),
    ],
)  # fmt: skip
def test_mcp2515_rules_between_segments_hold_at_their_boundaries(
    split: tuple[int, int, int, int], names: tuple[str, ...]
) -> None:
    assert controller("mcp2515").nominal.violations(Timing(8_000_000, 1, *split)) == names


@pytest.mark.parametrize(
    ("item", "divider", "tdco"),
    [
        # can-utils: "The mcp251x uses half of the external OSC clock"; NXP SJA1000: tSCL is 2 × tCLK × BRP.
        ("mcp2515", 2, 0), ("sja1000", 2, 0), ("bxcan", 1, 0),
        # TDCR_TDCO_MASK GENMASK(14, 8); MCP251XFD_REG_TDC_TDCO_MAX 63; FLEXCAN_FDCTRL_TDCOFF GENMASK(12, 8).
        ("fdcan", 1, 127), ("mcp2518fd", 1, 63), ("flexcan-fd", 1, 31),
    ],
)  # fmt: skip
def test_clock_divider_and_tdc_offset_are_the_chips(item: str, divider: int, tdco: int) -> None:
    found = controller(item)
    assert (found.clock_divider, found.tdco_max) == (divider, tdco)


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in FIELDS.items() for field in fields], ids=str
)
@pytest.mark.parametrize("reserved", [0, 1], ids=["others zero", "reserved bits set"])
def test_decode_register_field_is_as_wide_as_the_drivers_mask(
    name: str, field: tuple[str, str, int, int, int], reserved: int
) -> None:
    _register, wanted, high, low, minus = field
    prefix = "data_" if wanted.startswith("data_") else ""
    # A wide jump needs wide phase segments; otherwise only this field is set.
    ones = {wanted} | ({prefix + segment for segment in SEGMENTS} if wanted.endswith("sjw") else set())
    values: dict[str, int] = {}
    for register in dict.fromkeys(row[0] for row in FIELDS[name] if prefix or not row[1].startswith("data_")):
        width = WIDTHS.get(register, 32)
        known = sum(mask(row[2], row[3]) for row in FIELDS[name] if row[0] == register)
        values[register] = reserved * (mask(width - 1, 0) & ~known) | sum(
            mask(row[2], row[3]) for row in FIELDS[name] if row[0] == register and row[1] in ones
        )
    read = decode(name, 80_000_000, values)
    assert quantity(read.data if prefix else read.nominal, wanted) == (1 << high - low + 1) - 1 + minus


def extremes(limits: Limits) -> list[Timing]:
    """The shortest and the longest timing that `limits` hold."""
    high1 = min(limits.tseg1_max, limits.prop_max + limits.phase1_max)
    widest = min(limits.phase1_max, high1)
    prop = min(limits.prop_max, high1 - 1) if limits.has_prop_seg else high1 - max(limits.sjw_max, high1 // 2)
    phase1 = min(high1 - prop, widest)
    jump = min(limits.sjw_max, phase1, limits.tseg2_max - limits.mcp2515_rules)
    low1 = max(limits.tseg1_min, limits.prop_min + 1)
    return [
        Timing(80_000_000, limits.brp_min, limits.prop_min, low1 - limits.prop_min, limits.tseg2_min, 1),
        Timing(80_000_000, limits.brp_max, prop, phase1, limits.tseg2_max, jump),
    ]


@pytest.mark.parametrize("item", [controller(name) for name in FIELDS], ids=lambda item: item.name)
def test_registers_of_the_extreme_timings_are_what_the_masks_say(item: Controller) -> None:
    pairs = zip(extremes(item.nominal), extremes(item.data) if item.data else (None, None), strict=True)
    for nominal, data in pairs:
        assert not item.nominal.violations(nominal)
        expected = {row[0]: ENABLED.get(row[0], 0) for row in FIELDS[item.name]}
        for register, name, high, low, minus in FIELDS[item.name]:
            held = quantity(data if name.startswith("data_") else nominal, name) - minus << low
            assert held & ~mask(high, low) == 0
            expected[register] |= held
        written = {row.name: row.value for row in registers(item.name, nominal, data)}
        assert {register: written[register] for register in expected} == expected


@pytest.mark.parametrize(
    ("name", "enabled", "offset"),
    [
        # DBTP_TDC BIT(23), TDCR_TDCO GENMASK(14, 8); TDCMOD_AUTO 2 in GENMASK(17, 16), TDCO GENMASK(14, 8);
        # FLEXCAN_FDCTRL_FDRATE BIT(31) with TDCEN BIT(15), TDCOFF GENMASK(12, 8).
        ("mcan-v3.1+", ("DBTP", 1 << 23), ("TDCR", mask(14, 8))),
        ("mcp251xfd", ("TDC", 2 << 16), ("TDC", 63 << 8)),
        ("flexcan-fd", ("FDCTRL", 1 << 31 | 1 << 15), ("FDCTRL", mask(12, 8))),
    ],
)
def test_registers_delay_compensation_sets_the_drivers_bits(
    name: str, enabled: tuple[str, int], offset: tuple[str, int]
) -> None:
    item = controller(name)
    data = extremes(item.limits("data"))[0]
    on, off = (
        {row.name: row.value for row in registers(name, extremes(item.nominal)[0], data, tdc_offset=tdc)}
        for tdc in (item.tdco_max, None)
    )
    assert on[enabled[0]] & enabled[1] == enabled[1]
    assert on[offset[0]] & ~enabled[1] & mask(15, 8) == offset[1]
    assert off[enabled[0]] & enabled[1] != enabled[1]
    assert decode(name, 80_000_000, on).tdc_offset == item.tdco_max


LONG = "x" * 80
KNOWN: dict[str, object] = {
    "tseg1_min": 1, "tseg1_max": 16, "tseg2_min": 1, "tseg2_max": 8, "sjw_max": 4, "brp_max": 64
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "code", "what"),
    [
        (lambda: controller(LONG), "timing.controller", f"Unknown controller “{LONG[:60]}”."),
        (lambda: controller("bxcan").limits(LONG), "timing.phase", f"Unknown phase “{LONG[:40]}”."),
        (lambda: controller("bxcan").limits("data"), "timing.no-data-phase", "bxCAN (STM32) has no data phase."),
        (lambda: Limits.from_mapping(KNOWN | {LONG: 1}), "timing.limits", f"{LONG[:40]} isn't a valid limit."),
        (lambda: Limits.from_mapping({}), "timing.limits", "The limits are missing tseg1_min."),
        (lambda: Timing(8_000_000, 1, 5, 4, 2, 3), "timing.sjw", "An SJW of 3 tq is too large."),
        (
            lambda: Timing(8_000_000, 1.5, 5, 4, 2, 1),
            "timing.number",
            f"prescaler must be a whole number from 1 to {number(65_536)}.",
        ),
        (
            lambda: decode("bxcan", 8_000_000, {LONG: 1}),
            "timing.register",
            f"bxCAN (STM32) has no register {LONG[:40]}.",
        ),
        (lambda: decode("mcp2515", 8_000_000, {"CNF1": 0}), "timing.register-missing", "Missing value for CNF2."),
        (
            lambda: controller("bxcan").require_fits(Timing(8_000_000, 2000, 5, 4, 2, 1)),
            "timing.does-not-fit",
            "Prescaler is 2000; bxCAN allows 1 to 1024.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_code_in_a_sentence(act: Callable[[], object], code: str, what: str) -> None:
    with pytest.raises(AppError) as caught:
        act()
    assert caught.value.code == code
    assert caught.value.what == what


def test_limits_from_a_mapping_begin_at_one_where_it_says_nothing_else() -> None:
    limits = Limits.from_mapping(KNOWN)
    assert (limits.sjw_min, limits.brp_min, limits.brp_inc) == (1, 1, 1)
    other = Limits.from_mapping(KNOWN | {"sjw_min": 2, "brp_min": 4, "brp_inc": 2})
    assert (other.sjw_min, other.brp_min, other.brp_inc) == (2, 4, 2)


def test_whole_numbers_that_come_as_floats_are_kept_as_integers() -> None:
    timing = Timing(8e6, 1.0, 5.0, 4.0, 2.0, 1.0)
    assert repr(timing) == repr(Timing(8_000_000, 1, 5, 4, 2, 1))
    limits = Limits(1.0, 16.0, 1.0, 8.0, 4.0, 1.0, 64.0, 1.0)
    assert repr(limits) == repr(Limits(1, 16, 1, 8, 4, 1, 64, 1))


def test_allowed_segments_of_a_controller_without_a_prop_seg_field_leave_one_quantum_for_phase_seg1() -> None:
    limits = Limits(4, 16, 2, 8, 4, 1, 64)
    assert not limits.has_prop_seg
    assert (limits.allowed("prop_seg"), limits.allowed("phase_seg1")) == ((0, 15), (1, 16))


def test_mcp2515_jump_is_shorter_than_phase_seg2() -> None:
    limits = controller("mcp2515").nominal
    assert limits.violations(Timing(8_000_000, 1, 3, 4, 3, 2)) == ()
    assert limits.violations(Timing(8_000_000, 1, 3, 4, 3, 3)) == ("sjw",)
