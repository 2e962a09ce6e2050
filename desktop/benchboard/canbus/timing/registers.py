"""Bit timings as register values and back, as C definitions, and for `ip link`, python-can, CANlib and PCAN-Basic.

Every register layout was read in the driver named beside it. Controllers without one are refused: M_CAN 3.0, whose
layout could not be verified, and USB adapters, which have no registers of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.timing.controllers import MAX_CLOCK, Controller, Limits, Timing, controller, require_integer
from benchboard.canbus.timing.figures import frequency
from benchboard.canbus.timing.solver import split_tseg1_for_sjw
from benchboard.canbus.timing.tolerance import require_one_clock
from benchboard.errors import Invalid
from benchboard.i18n import _

_DATA = ("data_prescaler", "data_tseg1", "data_prop_seg", "data_phase_seg1", "data_phase_seg2", "data_sjw")


@dataclass(frozen=True, slots=True)
class _Field:
    """`bits` wide at `shift`; the register holds the quantity less `minus`."""

    name: str
    quantity: str
    shift: int
    bits: int
    minus: int = 1


@dataclass(frozen=True, slots=True)
class _Layout:
    """`fixed`: bits that are set whenever this register sets a timing (an enable, a mode)."""

    name: str
    width: int
    fields: tuple[_Field, ...]
    fixed: int = 0


_BXCAN = (  # STM32 CAN_BTR; can-utils printf_btr_bxcan
    _Layout(
        "BTR",
        32,
        (
            _Field("SJW", "sjw", 24, 2),
            _Field("TS2", "phase_seg2", 20, 3),
            _Field("TS1", "tseg1", 16, 4),
            _Field("BRP", "prescaler", 0, 10),
        ),
    ),
)
_MCAN = (  # Linux m_can.c: NBTP, DBTP, TDCR
    _Layout(
        "NBTP",
        32,
        (
            _Field("NSJW", "sjw", 25, 7),
            _Field("NBRP", "prescaler", 16, 9),
            _Field("NTSEG1", "tseg1", 8, 8),
            _Field("NTSEG2", "phase_seg2", 0, 7),
        ),
    ),
    _Layout(
        "DBTP",
        32,
        (
            _Field("DSJW", "data_sjw", 0, 4),
            _Field("DBRP", "data_prescaler", 16, 5),
            _Field("DTSEG1", "data_tseg1", 8, 5),
            _Field("DTSEG2", "data_phase_seg2", 4, 4),
            _Field("TDC", "tdc", 23, 1, 0),
        ),
    ),
    _Layout("TDCR", 32, (_Field("TDCO", "tdco", 8, 7, 0), _Field("TDCF", "tdcf", 0, 7, 0))),
)
_SJA1000 = (  # Linux sja1000.c; can-utils printf_btr_sja1000
    _Layout("BTR0", 8, (_Field("SJW", "sjw", 6, 2), _Field("BRP", "prescaler", 0, 6))),
    _Layout("BTR1", 8, (_Field("TSEG2", "phase_seg2", 4, 3), _Field("TSEG1", "tseg1", 0, 4))),
)
_MCP2515 = (  # Microchip DS21801F 5.5; can-utils printf_btr_mcp251x. BTLMODE: phase_seg2 comes from CNF3
    _Layout("CNF1", 8, (_Field("SJW", "sjw", 6, 2), _Field("BRP", "prescaler", 0, 6))),
    _Layout("CNF2", 8, (_Field("PHSEG1", "phase_seg1", 3, 3), _Field("PRSEG", "prop_seg", 0, 3)), 0x80),
    _Layout("CNF3", 8, (_Field("PHSEG2", "phase_seg2", 0, 3),)),
)
_MCP2518FD = (  # Linux mcp251xfd.h; TDCMOD 2 is automatic
    _Layout(
        "NBTCFG",
        32,
        (
            _Field("BRP", "prescaler", 24, 8),
            _Field("TSEG1", "tseg1", 16, 8),
            _Field("TSEG2", "phase_seg2", 8, 7),
            _Field("SJW", "sjw", 0, 7),
        ),
    ),
    _Layout(
        "DBTCFG",
        32,
        (
            _Field("BRP", "data_prescaler", 24, 8),
            _Field("TSEG1", "data_tseg1", 16, 5),
            _Field("TSEG2", "data_phase_seg2", 8, 4),
            _Field("SJW", "data_sjw", 0, 4),
        ),
    ),
    _Layout("TDC", 32, (_Field("TDCMOD<1>", "tdc", 17, 1, 0), _Field("TDCO", "tdco", 8, 7, 0))),
)
_FLEXCAN = (  # Linux flexcan-core.c, FLEXCAN_CTRL_…
    _Layout(
        "CTRL",
        32,
        (
            _Field("PRESDIV", "prescaler", 24, 8),
            _Field("RJW", "sjw", 22, 2),
            _Field("PSEG1", "phase_seg1", 19, 3),
            _Field("PSEG2", "phase_seg2", 16, 3),
            _Field("PROPSEG", "prop_seg", 0, 3),
        ),
    ),
)
_FLEXCAN_FD = (  # Linux flexcan-core.c, CBT, FDCBT, FDCTRL; FPROPSEG counts from 0; BTF and FDRATE switch on
    _Layout(
        "CBT",
        32,
        (
            _Field("EPRESDIV", "prescaler", 21, 10),
            _Field("ERJW", "sjw", 16, 5),
            _Field("EPROPSEG", "prop_seg", 10, 6),
            _Field("EPSEG1", "phase_seg1", 5, 5),
            _Field("EPSEG2", "phase_seg2", 0, 5),
        ),
        1 << 31,
    ),
    _Layout(
        "FDCBT",
        32,
        (
            _Field("FPRESDIV", "data_prescaler", 20, 10),
            _Field("FRJW", "data_sjw", 16, 3),
            _Field("FPROPSEG", "data_prop_seg", 10, 5, 0),
            _Field("FPSEG1", "data_phase_seg1", 5, 3),
            _Field("FPSEG2", "data_phase_seg2", 0, 3),
        ),
    ),
    _Layout("FDCTRL", 32, (_Field("TDCEN", "tdc", 15, 1, 0), _Field("TDCOFF", "tdco", 8, 5, 0)), 1 << 31),
)
_AT91 = (  # Linux at91_can.c, AT91_BR_…
    _Layout(
        "CAN_BR",
        32,
        (
            _Field("BRP", "prescaler", 16, 7),
            _Field("SJW", "sjw", 12, 2),
            _Field("PROPAG", "prop_seg", 8, 3),
            _Field("PHASE1", "phase_seg1", 4, 3),
            _Field("PHASE2", "phase_seg2", 0, 3),
        ),
    ),
)

_LAYOUTS: dict[str, tuple[_Layout, ...]] = {
    "bxcan": _BXCAN,
    "mcan-v3.1+": _MCAN,
    "sja1000": _SJA1000,
    "mcp251x": _MCP2515,
    "mcp251xfd": _MCP2518FD,
    "flexcan": _FLEXCAN,
    "flexcan-fd": _FLEXCAN_FD,
    "at91": _AT91,
}


@dataclass(frozen=True, slots=True)
class Register:
    """One register's value; `fields` are (field name, what the field holds): ("NSJW", 31) for a jump of 32 tq."""

    name: str
    value: int
    width: int
    fields: tuple[tuple[str, int], ...]

    @property
    def hex(self) -> str:
        """The value as C writes it, padded to the register's width: 0x3E007E1F."""
        return f"0x{self.value:0{self.width // 4}X}"

    @property
    def meaning(self) -> str:
        """`NSJW 31, NBRP 0, …`: the value's own bits, by the names the datasheet gives them."""
        return ", ".join(f"{name} {held}" for name, held in self.fields)


@dataclass(frozen=True, slots=True)
class DecodedTimings:
    """What registers hold. `tdc_offset` is None where transmitter delay compensation is off."""

    nominal: Timing
    data: Timing | None
    tdc_offset: int | None


def _layouts(item: Controller) -> tuple[_Layout, ...]:
    found = _LAYOUTS.get(item.name)
    if found is None:
        raise Invalid(
            "timing.no-registers",
            _("Benchboard doesn't know the registers of {controller}.").format(controller=_(item.title)),
            do=_("Use the ip link or python-can line instead."),
            field="controller",
        )
    return found


def registers(
    name: str, nominal: Timing, data: Timing | None = None, *, tdc_offset: int | None = None
) -> list[Register]:
    """Register values of controller `name` for one or two phases; `tdc_offset` (CAN clock periods) switches TDC on.

    Raises Invalid naming the field that does not fit the controller, NotFound for its name.
    """
    item = controller(name)
    quantities = _quantities(item, nominal, "nominal")
    if data is not None:
        quantities |= _quantities(item, data, "data")
        offset = 0 if tdc_offset is None else require_integer(tdc_offset, "tdc_offset", 0, item.tdco_max)
        quantities |= {"tdc": int(tdc_offset is not None), "tdco": offset, "tdcf": 0}
    return [_register(layout, quantities) for layout in _layouts(item) if layout.fields[0].quantity in quantities]


def _quantities(item: Controller, timing: Timing, phase: str) -> dict[str, int]:
    item.require_fits(timing, phase)
    prefix = "data_" if phase == "data" else ""
    names = ("prescaler", "tseg1", "prop_seg", "phase_seg1", "phase_seg2", "sjw")
    return {prefix + name: getattr(timing, name) for name in names}


def _register(layout: _Layout, quantities: Mapping[str, int]) -> Register:
    value = layout.fixed
    for field in layout.fields:
        value |= (quantities[field.quantity] - field.minus) << field.shift
    return Register(
        layout.name, value, layout.width, tuple((f.name, quantities[f.quantity] - f.minus) for f in layout.fields)
    )


def decode(name: str, clock: float, values: Mapping[str, int]) -> DecodedTimings:
    """Timings from register values as they were read back; `clock` is the CAN clock in Hz.

    Mode and reserved bits are ignored. Where the controller has one field for prop_seg + phase_seg1, they are split as
    by the solver. Raises Invalid naming a register that is missing, unknown or too wide, or a field of no possible bit.
    """
    item = controller(name)
    layouts = {layout.name: layout for layout in _layouts(item)}
    for register in values:
        if register not in layouts:
            raise Invalid(
                "timing.register",
                _("{controller} has no register {name}.").format(controller=_(item.title), name=str(register)[:40]),
                do=_("Choose one of: {names}.").format(names=", ".join(layouts)),
                field=str(register)[:40],
            )
    quantities: dict[str, int] = {}
    for register, value in values.items():
        layout = layouts[register]
        number = require_integer(value, register, 0, 2**layout.width - 1)
        for field in layout.fields:
            quantities[field.quantity] = (number >> field.shift & 2**field.bits - 1) + field.minus
    missing = _missing_register(layouts, values)
    if missing:
        raise Invalid(
            "timing.register-missing",
            _("Missing value for {name}.").format(name=missing),
            do=_("Read the register and include its value."),
            field=missing,
        )
    nominal = _timing_from(item.nominal, clock, quantities, "")
    has_data = item.data is not None and any(key in quantities for key in _DATA)
    data = _timing_from(item.limits("data"), clock, quantities, "data_") if has_data else None
    return DecodedTimings(nominal, data, quantities.get("tdco") if quantities.get("tdc") else None)


def _missing_register(layouts: Mapping[str, _Layout], values: Mapping[str, int]) -> str | None:
    needed = [layout for layout in layouts.values() if layout.fields[0].quantity not in (*_DATA, "tdc", "tdco")]
    return next((layout.name for layout in needed if layout.name not in values), None)


def _timing_from(limits: Limits, clock: float, quantities: Mapping[str, int], prefix: str) -> Timing:
    tseg2, sjw = quantities[f"{prefix}phase_seg2"], quantities[f"{prefix}sjw"]
    if f"{prefix}tseg1" in quantities:
        tseg1 = quantities[f"{prefix}tseg1"]
        prop_seg, phase_seg1 = split_tseg1_for_sjw(limits, tseg1, tseg2, sjw)
    else:
        prop_seg, phase_seg1 = quantities[f"{prefix}prop_seg"], quantities[f"{prefix}phase_seg1"]
    prescaler = quantities[f"{prefix}prescaler"]
    return Timing(require_integer(clock, "clock", 1, MAX_CLOCK), prescaler, prop_seg, phase_seg1, tseg2, sjw)


def c_snippet(values: list[Register]) -> str:
    """C definitions of the register values, one a line, with their fields in a comment."""
    return "\n".join(
        f"#define CAN_{item.name.removeprefix('CAN_')}_VALUE {item.hex}U  /* {item.meaning} */" for item in values
    )


def ip_link(nominal: Timing, data: Timing | None = None, *, interface: str = "can0") -> str:
    """The `ip link` line that sets exactly these timings on Linux.

    `tq` is in whole nanoseconds, so Linux rounds it back to a prescaler (can_fixup_bittiming); a timing whose
    prescaler would not survive that is refused with Invalid, as is an odd interface name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}", interface):
        raise Invalid(
            "timing.interface",
            _("“{name}” isn't a valid network interface name.").format(name=str(interface)[:40]),
            do=_("Use up to 15 letters, digits, dots, underscores and dashes."),
            field="interface",
        )
    line = f"ip link set {interface} type can {_ip_part(nominal, '')}"
    return line if data is None else f"{line} {_ip_part(data, 'd')} fd on"


def _ip_part(timing: Timing, prefix: str) -> str:
    nanoseconds = (timing.prescaler * 10**9 + timing.clock // 2) // timing.clock
    if (timing.clock * nanoseconds + 499_999_999) // 10**9 != timing.prescaler:
        raise Invalid(
            "timing.tq",
            _("ip link can't set this timing."),
            why=_("It takes the time quantum in whole nanoseconds, which is too coarse for this clock."),
            do=_("Set the bit rate and the sample point instead."),
            field="clock",
        )
    parts = (
        ("tq", nanoseconds),
        ("prop-seg", timing.prop_seg),
        ("phase-seg1", timing.phase_seg1),
        ("phase-seg2", timing.phase_seg2),
        ("sjw", timing.sjw),
    )
    return " ".join(f"{prefix}{name} {value}" for name, value in parts)


def python_can(nominal: Timing, data: Timing | None = None) -> str:
    """The python-can expression of these timings (`can.BitTiming` or `can.BitTimingFd`, python-can 4)."""
    if data is None:
        return (
            f"can.BitTiming(f_clock={nominal.clock}, brp={nominal.prescaler}, tseg1={nominal.tseg1}, "
            f"tseg2={nominal.phase_seg2}, sjw={nominal.sjw})"
        )
    require_one_clock(nominal, data)
    return (
        f"can.BitTimingFd(f_clock={nominal.clock}, nom_brp={nominal.prescaler}, nom_tseg1={nominal.tseg1}, "
        f"nom_tseg2={nominal.phase_seg2}, nom_sjw={nominal.sjw}, data_brp={data.prescaler}, "
        f"data_tseg1={data.tseg1}, data_tseg2={data.phase_seg2}, data_sjw={data.sjw})"
    )


def kvaser(nominal: Timing, data: Timing | None = None) -> str:
    """The calls of Kvaser's CANlib that set these timings: canSetBusParams, and canSetBusParamsFd for a data phase.

    The driver chooses the prescaler from bit rate and quanta. Raises Invalid for a bit rate that isn't whole, which the
    calls can't name.
    """
    lines = [f"canSetBusParams(handle, {_whole_rate(nominal)}, {_kvaser_segments(nominal)}, 1, 0);"]
    if data is not None:
        require_one_clock(nominal, data)
        lines.append(f"canSetBusParamsFd(handle, {_whole_rate(data)}, {_kvaser_segments(data)});")
    return "\n".join(lines)


def _kvaser_segments(timing: Timing) -> str:
    return f"{timing.tseg1}, {timing.phase_seg2}, {timing.sjw}"


def _whole_rate(timing: Timing) -> int:
    if timing.rate.denominator != 1:
        raise Invalid(
            "timing.rate",
            _("CANlib can't set this timing."),
            why=_("It takes the bit rate in whole bit/s."),
            do=_("Choose a bit timing without a bit rate error."),
            field="bitrate",
        )
    return int(timing.rate)


_PCAN_FD_CLOCKS: Final = (20_000_000, 24_000_000, 30_000_000, 40_000_000, 60_000_000, 80_000_000)
_PCAN_CLOCK: Final = 8_000_000
"""Hz: the clocks of PCAN-Basic, as python-can lists them (can/interfaces/pcan/basic.py)."""


def pcan(nominal: Timing, data: Timing | None = None) -> str:
    """What PCAN-Basic sets these timings with: CAN_InitializeFD's string, or BTR0BTR1 for a CAN clock of 8 MHz.

    Raises Invalid for a clock that PCAN-Basic doesn't have, and a timing that doesn't fit BTR0BTR1.
    """
    if data is None and nominal.clock == _PCAN_CLOCK:
        btr0, btr1 = registers("sja1000", nominal)
        return f"0x{btr0.value:02X}{btr1.value:02X}"
    if nominal.clock not in _PCAN_FD_CLOCKS:
        raise Invalid(
            "timing.clock",
            _("PCAN-Basic has no CAN clock of {clock}.").format(clock=frequency(nominal.clock)),
            do=_("Choose one of: {names}.").format(names=", ".join(map(frequency, _PCAN_FD_CLOCKS))),
            field="clock",
        )
    parts = [f"f_clock={nominal.clock}", _pcan_part(nominal, "nom")]
    if data is not None:
        require_one_clock(nominal, data)
        parts.append(_pcan_part(data, "data"))
    return ",".join(parts)


def _pcan_part(timing: Timing, prefix: str) -> str:
    values = (
        ("brp", timing.prescaler),
        ("tseg1", timing.tseg1),
        ("tseg2", timing.phase_seg2),
        ("sjw", timing.sjw),
    )
    return ",".join(f"{prefix}_{name}={value}" for name, value in values)
