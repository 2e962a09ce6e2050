"""What a bit timing is, and what each CAN controller can do.

Times are counted in time quanta (tq); one tq is `prescaler` periods of the controller's CAN clock (Hz). A
bit is 1 (synchronisation) + prop_seg + phase_seg1 + phase_seg2 tq long (ISO 11898-1); it is sampled after
phase_seg1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from fractions import Fraction
from typing import Final

from benchboard.errors import Invalid, NotFound
from benchboard.i18n import N_, _, allowed_numbers, number

MAX_CLOCK = 2**32 - 1
MAX_SEGMENT = 1024
MAX_PRESCALER = 65536


def require_integer(value: object, field: str, low: int, high: int) -> int:
    """`value` as an integer within low…high; raises Invalid naming `field` for anything else (NaN, text, bool)."""
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None:
        raise _number_error(field, low, high, whole=True)
    if not low <= number <= high:
        raise _number_error(field, low, high, whole=True)
    return number


def require_number(value: object, field: str, low: Fraction | int, high: Fraction | int) -> Fraction:
    """`value` (int, finite float or Fraction) exactly, as the decimal a person wrote, within low…high.

    Raises Invalid naming `field` for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise _number_error(field, low, high)
    if isinstance(value, float) and not math.isfinite(value):
        raise _number_error(field, low, high)
    # Through the shortest decimal: 87.5 and 0.1 mean what was typed, not the nearest binary fraction.
    number = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    if not low <= number <= high:
        raise _number_error(field, low, high)
    return number


def _number_error(field: str, low: Fraction | int, high: Fraction | int, *, whole: bool = False) -> Invalid:
    allowed = allowed_numbers(float(low), float(high), whole=whole)
    what = _("{field} must be {allowed}.").format(field=field, allowed=allowed)
    return Invalid("timing.number", what, field=field, low=float(low), high=float(high))


_TIMING_RANGES = {
    "clock": (1, MAX_CLOCK),
    "prescaler": (1, MAX_PRESCALER),
    "prop_seg": (0, MAX_SEGMENT),
    "phase_seg1": (1, MAX_SEGMENT),
    "phase_seg2": (1, MAX_SEGMENT),
    "sjw": (1, MAX_SEGMENT),
}


_SEGMENT_TITLES: Final[Mapping[str, str]] = {
    "prescaler": N_("Prescaler"),
    "tseg1": N_("Propagation and phase 1"),
    "prop_seg": N_("Propagation"),
    "phase_seg1": N_("Phase 1"),
    "phase_seg2": N_("Phase 2"),
    "sjw": N_("SJW"),
    "data_prescaler": N_("Data prescaler"),
    "data_tseg1": N_("Data propagation and phase 1"),
    "data_prop_seg": N_("Data propagation"),
    "data_phase_seg1": N_("Data phase 1"),
    "data_phase_seg2": N_("Data phase 2"),
    "data_sjw": N_("Data SJW"),
}
"""What the fields of `Limits.violations` are called, to be translated; those of the data phase with `data_` before."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One bit timing: CAN clock in Hz, prescaler, three segments and resynchronisation jump width in time
    quanta.

    Raises Invalid naming the field for what cannot be a bit: segments below 1 tq (prop_seg may be 0, as in
    Linux and in the data phase), or a jump wider than either phase segment (ISO 11898-1).
    """

    clock: int
    prescaler: int
    prop_seg: int
    phase_seg1: int
    phase_seg2: int
    sjw: int

    def __post_init__(self) -> None:
        for field, (low, high) in _TIMING_RANGES.items():
            object.__setattr__(self, field, require_integer(getattr(self, field), field, low, high))
        if self.sjw > min(self.phase_seg1, self.phase_seg2):
            raise Invalid(
                "timing.sjw",
                _("An SJW of {sjw} tq is too large.").format(sjw=self.sjw),
                why=_("SJW can't be longer than either phase segment."),
                do=_("Use {limit} tq or less.").format(limit=min(self.phase_seg1, self.phase_seg2)),
                field="sjw",
            )

    @property
    def tseg1(self) -> int:
        """Time quanta from the synchronisation segment to the sample point: prop_seg + phase_seg1."""
        return self.prop_seg + self.phase_seg1

    @property
    def quanta(self) -> int:
        """Time quanta in a bit."""
        return 1 + self.prop_seg + self.phase_seg1 + self.phase_seg2

    @property
    def rate(self) -> Fraction:
        """Bit rate in bit/s, exactly."""
        return Fraction(self.clock, self.prescaler * self.quanta)

    @property
    def bitrate(self) -> float:
        """Bit rate in bit/s."""
        return self.clock / (self.prescaler * self.quanta)

    @property
    def sample_point(self) -> float:
        """Sample point in percent of the bit."""
        return 100 * (1 + self.tseg1) / self.quanta

    @property
    def tq_ns(self) -> float:
        """One time quantum in nanoseconds."""
        return self.prescaler * 1e9 / self.clock


@dataclass(frozen=True, slots=True)
class Limits:
    """What a controller's registers can hold, in the names of Linux's `struct can_bittiming_const`.

    tseg1 = prop_seg + phase_seg1, tseg2 = phase_seg2, all in tq. Where the controller has register fields of their own
    for prop_seg and phase_seg1, their ranges are prop_… and phase1_…; elsewhere only tseg1 is limited, and the defaults
    leave its split free. `mcp2515_rules`: prop_seg + phase_seg1 ≥ phase_seg2 and phase_seg2 > sjw, as the MCP2515's
    datasheet demands. Raises Invalid naming a limit that is out of range.
    """

    tseg1_min: int
    tseg1_max: int
    tseg2_min: int
    tseg2_max: int
    sjw_max: int
    brp_min: int
    brp_max: int
    brp_inc: int = 1
    sjw_min: int = 1
    prop_min: int = 0
    prop_max: int = MAX_SEGMENT
    phase1_min: int = 1
    phase1_max: int = MAX_SEGMENT
    mcp2515_rules: bool = False

    def __post_init__(self) -> None:
        for low, high, most in (
            ("tseg1_min", "tseg1_max", MAX_SEGMENT),
            ("tseg2_min", "tseg2_max", MAX_SEGMENT),
            ("sjw_min", "sjw_max", MAX_SEGMENT),
            ("brp_min", "brp_max", MAX_PRESCALER),
            ("phase1_min", "phase1_max", MAX_SEGMENT),
        ):
            least = require_integer(getattr(self, low), low, 1, most)
            object.__setattr__(self, low, least)
            object.__setattr__(self, high, require_integer(getattr(self, high), high, least, most))
        object.__setattr__(self, "brp_inc", require_integer(self.brp_inc, "brp_inc", 1, MAX_PRESCALER))

    @classmethod
    def from_mapping(cls, given: Mapping[str, object]) -> "Limits":
        """Limits from the user's values: tseg1_min/max, tseg2_min/max, sjw_min/max, brp_min/max, brp_inc.

        sjw_min, brp_min and brp_inc are 1 where they are missing. Raises Invalid naming the missing or wrong field.
        """
        known = [field.name for field in fields(cls)][:9]
        values: dict[str, object] = {"sjw_min": 1, "brp_min": 1, "brp_inc": 1} | dict(given)
        for name in known:
            if name not in values:
                raise Invalid(
                    "timing.limits",
                    _("The limits are missing {field}.").format(field=name),
                    do=_("Specify all of: {names}.").format(names=", ".join(known)),
                    field=name,
                )
        for name in values:
            if name not in known:
                raise Invalid(
                    "timing.limits",
                    _("{field} isn't a valid limit.").format(field=str(name)[:40]),
                    do=_("Use only: {names}.").format(names=", ".join(known)),
                    field=str(name)[:40],
                )
        number = {name: require_integer(values[name], name, 1, MAX_PRESCALER) for name in known}
        return cls(
            number["tseg1_min"],
            number["tseg1_max"],
            number["tseg2_min"],
            number["tseg2_max"],
            number["sjw_max"],
            number["brp_min"],
            number["brp_max"],
            number["brp_inc"],
            number["sjw_min"],
        )

    @property
    def has_prop_seg(self) -> bool:
        """Whether the controller has a register field for prop_seg alone; else it only knows tseg1, the sum."""
        return self.prop_max < MAX_SEGMENT

    def timing(self, clock: int, prescaler: int, prop_seg: int, phase_seg1: int, phase_seg2: int, sjw: int) -> Timing:
        """The timing with these segments (in time quanta, `clock` in Hz) as the user entered them.

        Raises Invalid as `Timing` does; for a number that no timing can have, it names the range of this controller.

        Where the controller only has tseg1, a phase_seg1 too short for `sjw` takes what it lacks from prop_seg:
        the registers are the same.
        """
        segments = {"prop_seg": prop_seg, "phase_seg1": phase_seg1, "phase_seg2": phase_seg2, "sjw": sjw}
        for field, value in {"prescaler": prescaler, **segments}.items():
            least, most = _TIMING_RANGES[field]
            if not least <= value <= most:
                require_integer(value, field, *self.allowed(field))
        lacking = sjw - phase_seg1
        if not self.has_prop_seg and 0 < lacking <= prop_seg:
            prop_seg, phase_seg1 = prop_seg - lacking, sjw
        return Timing(clock, prescaler, prop_seg, phase_seg1, phase_seg2, sjw)

    def store_alike(self, a: Timing, b: Timing) -> bool:
        """Whether this controller stores two timings as the same register values, however tseg1 is split in them."""
        registers = [(one.clock, one.prescaler, one.tseg1, one.phase_seg2, one.sjw) for one in (a, b)]
        return registers[0] == registers[1] and (not self.has_prop_seg or a.prop_seg == b.prop_seg)

    def allowed(self, field: str) -> tuple[int, int]:
        """The least and the greatest value that the controller can hold in `field`, one of those of `violations`; what
        the MCP2515 demands of one segment because of another comes on top.
        """
        longest_prop = self.prop_max if self.has_prop_seg else self.tseg1_max - 1
        return {
            "prescaler": (self.brp_min, self.brp_max),
            "tseg1": (self.tseg1_min, self.tseg1_max),
            "prop_seg": (self.prop_min, longest_prop),
            "phase_seg1": (self.phase1_min, min(self.phase1_max, self.tseg1_max)),
            "phase_seg2": (self.tseg2_min, self.tseg2_max),
            "sjw": (self.sjw_min, self.sjw_max),
        }[field]

    def violations(self, timing: Timing) -> tuple[str, ...]:
        """The names of the fields of `timing` that this controller cannot hold; empty when all fit."""
        jump_room = timing.phase_seg2 - self.mcp2515_rules
        conditions = {
            "prescaler": self.brp_min <= timing.prescaler <= self.brp_max and timing.prescaler % self.brp_inc == 0,
            "tseg1": self.tseg1_min <= timing.tseg1 <= self.tseg1_max
            and not (self.mcp2515_rules and timing.tseg1 < timing.phase_seg2),
            "prop_seg": self.prop_min <= timing.prop_seg <= self.prop_max,
            "phase_seg1": self.phase1_min <= timing.phase_seg1 <= self.phase1_max,
            "phase_seg2": self.tseg2_min <= timing.phase_seg2 <= self.tseg2_max,
            "sjw": self.sjw_min <= timing.sjw <= min(self.sjw_max, jump_room),
        }
        return tuple(name for name, fits in conditions.items() if not fits)


@dataclass(frozen=True, slots=True)
class Controller:
    """A kind of CAN controller: its limits for each phase, and where they were read (`source`).

    `title` is translated where it is shown. `data` is None where there is no CAN FD data phase. `clock_divider`: the
    CAN clock is the oscillator divided by it. `tdco_max`: the largest transmitter delay compensation offset in CAN
    clock periods, 0 where there is none or it was not verified; `tdco_sync`: whether that offset counts the
    synchronisation segment (Bosch's does, Microchip's does not). `clock_max`: the greatest CAN clock in Hz, by the
    datasheet; None where there is no fixed one.
    """

    name: str
    title: str
    nominal: Limits
    data: Limits | None
    source: str
    aliases: tuple[str, ...] = ()
    clock_divider: int = 1
    tdco_max: int = 0
    tdco_sync: bool = True
    clock_max: int | None = None

    def require_clock(self, clock: float) -> None:
        """Raise Invalid (`timing.clock`) for a CAN clock, in Hz, above the controller's greatest."""
        if problem := self.clock_problem(clock):
            raise Invalid("timing.clock", problem, do=_("Choose a lower CAN clock."), field="clock")

    def clock_problem(self, clock: float) -> str:
        """A sentence on a CAN clock (Hz) above the controller's greatest; empty for any other."""
        if self.clock_max is None or clock <= self.clock_max:
            return ""
        sentence = _("The CAN clock of {controller} is at most {clock} MHz.")
        return sentence.format(controller=_(self.title), clock=number(self.clock_max / 1e6, most=6))

    def limits(self, phase: str) -> Limits:
        """Limits of `nominal` or `data`; raises Invalid where the controller has no such phase."""
        if phase not in ("nominal", "data"):
            raise Invalid(
                "timing.phase",
                _("Unknown phase “{phase}”.").format(phase=str(phase)[:40]),
                do=_("Use nominal or data."),
                field="phase",
            )
        found = self.nominal if phase == "nominal" else self.data
        if found is None:
            raise Invalid(
                "timing.no-data-phase",
                _("{controller} has no data phase.").format(controller=_(self.title)),
                why=_("It isn't a CAN FD controller."),
                do=_("Choose a CAN FD controller, or remove the data bit rate."),
                field="phase",
            )
        return found

    def require_fits(self, timing: Timing, phase: str = "nominal") -> None:
        """Raise Invalid (`timing.does-not-fit`), naming the first field of `timing` that the registers can't hold."""
        limits = self.limits(phase)
        for name in limits.violations(timing):
            field = f"data_{name}" if phase == "data" else name
            value, (low, high) = getattr(timing, name), limits.allowed(name)
            sentence = (
                _("{field} is {value}, which {controller} doesn't allow beside the other segments.")
                if low <= value <= high
                else _("{field} is {value}; {controller} allows {low} to {high}.")
            )
            title, short = _(_SEGMENT_TITLES[field]), _(self.title).split(" (")[0]
            raise Invalid(
                "timing.does-not-fit",
                sentence.format(field=title, value=value, controller=short, low=low, high=high),
                do=_("Choose a bit timing for this controller."),
                field=field,
            )


_SJA1000_LIMITS = Limits(1, 16, 1, 8, 4, 1, 64)
_MCAN_31_LIMITS = Limits(2, 256, 2, 128, 128, 1, 512)
_FLEXCAN_LIMITS = Limits(4, 16, 2, 8, 4, 1, 256, prop_min=1, prop_max=8, phase1_max=8)

CONTROLLERS: tuple[Controller, ...] = (
    Controller(
        "bxcan",
        "bxCAN (STM32)",
        Limits(1, 16, 1, 8, 4, 1, 1024),
        None,
        "STM32 RM0008 and RM0090, CAN_BTR (TS1[3:0], TS2[2:0], BRP[9:0]); Linux bxcan.c",
    ),
    Controller(
        "mcan-v3.1+",
        N_("FDCAN (M_CAN 3.1 and later)"),
        _MCAN_31_LIMITS,
        Limits(1, 32, 1, 16, 16, 1, 32),
        "Linux m_can.c, m_can_bittiming_const_31X and m_can_data_bittiming_const_31X",
        aliases=("fdcan", "m_can", "mcan", "m_can_3.1"),
        tdco_max=127,
    ),
    Controller(
        "mcan-v3.0",
        "M_CAN 3.0",
        Limits(2, 64, 1, 16, 16, 1, 1024),
        Limits(2, 16, 1, 8, 4, 1, 32),
        "Linux m_can.c, m_can_bittiming_const_30X and m_can_data_bittiming_const_30X",
        aliases=("m_can_3.0",),
    ),
    Controller(
        "mcp251x",
        "MCP2515",
        Limits(3, 16, 2, 8, 4, 1, 64, prop_min=1, prop_max=8, phase1_max=8, mcp2515_rules=True),
        None,
        "Microchip MCP2515 datasheet DS21801F, 5.3 (PropSeg + PS1 ≥ PS2, PS2 > SJW); Linux mcp251x.c",
        aliases=("mcp2515", "mcp2510"),
        clock_divider=2,
        clock_max=20_000_000,
    ),
    Controller(
        "mcp251xfd",
        "MCP2517FD, MCP2518FD",
        Limits(2, 256, 1, 128, 128, 1, 256),
        Limits(1, 32, 1, 16, 16, 1, 256),
        "Linux mcp251xfd-core.c and mcp251xfd.h (NBTCFG, DBTCFG, TDC)",
        aliases=("mcp2518fd", "mcp2517fd", "mcp2518", "mcp2517"),
        tdco_max=63,
        tdco_sync=False,
        clock_max=40_000_000,
    ),
    Controller(
        "sja1000",
        "SJA1000",
        _SJA1000_LIMITS,
        None,
        "Linux sja1000.c, sja1000_bittiming_const",
        clock_divider=2,
        clock_max=12_000_000,
    ),
    Controller(
        "flexcan", "FlexCAN", _FLEXCAN_LIMITS, None, "Linux flexcan-core.c, flexcan_bittiming_const, CTRL register"
    ),
    Controller(
        "flexcan-fd",
        "FlexCAN (CAN FD)",
        Limits(2, 96, 2, 32, 16, 1, 1024, prop_min=1, prop_max=64, phase1_max=32),
        Limits(2, 39, 2, 8, 4, 1, 1024, prop_max=31, phase1_max=8),
        "Linux flexcan-core.c, flexcan_fd_bittiming_const and …_data_…, CBT and FDCBT registers",
        aliases=("flexcan_fd", "flexcanfd"),
        tdco_max=31,
    ),
    Controller(
        "kvaser_usb",
        "Kvaser USB",
        _SJA1000_LIMITS,
        None,
        "can-utils can-calc-bit-timing.c, kvaser_usb",
        aliases=("kvaser",),
    ),
    Controller(
        "kvaser_usb_kcan",
        "Kvaser USB (KCAN, CAN FD)",
        Limits(1, 255, 1, 32, 16, 1, 8192),
        Limits(1, 255, 1, 32, 16, 1, 8192),
        "can-utils can-calc-bit-timing.c, kvaser_usb_kcan",
        aliases=("kvaser_fd",),
    ),
    Controller(
        "kvaser_usb_flex",
        "Kvaser USB (i.MX28)",
        Limits(4, 16, 2, 8, 4, 1, 256),
        None,
        "Linux kvaser_usb.h, kvaser_usb_flexc_bittiming_const",
    ),
    Controller(
        "pcan_usb",
        "PCAN-USB",
        _SJA1000_LIMITS,
        None,
        "Linux pcan_usb.c, pcan_usb_const",
        aliases=("pcan",),
    ),
    Controller(
        "pcan_usb_pro",
        "PCAN-USB Pro",
        Limits(1, 16, 1, 8, 4, 1, 1024),
        None,
        "can-utils can-calc-bit-timing.c, pcan_usb_pro",
    ),
    Controller(
        "pcan_usb_fd",
        "PCAN-USB FD",
        Limits(1, 256, 1, 128, 128, 1, 1024),
        Limits(1, 32, 1, 16, 16, 1, 1024),
        "Linux pcan_usb_fd.c, pcan_usb_fd_const and pcan_usb_fd_data_const",
        aliases=("pcan_fd", "peak_canfd"),
    ),
    Controller(
        "at91",
        "AT91, SAMA5",
        Limits(4, 16, 2, 8, 4, 2, 128, prop_min=1, prop_max=8, phase1_max=8),
        None,
        "Linux at91_can.c, at91_bittiming_const, CAN_BR",
    ),
)

_BY_NAME = {name: item for item in CONTROLLERS for name in (item.name, *item.aliases)}


def controller(name: str) -> Controller:
    """The controller of that name or alias, in any case; raises NotFound listing the names there are."""
    found = _BY_NAME.get(name.strip().lower()) if isinstance(name, str) else None
    if found is None:
        near = get_close_matches(str(name).strip().lower()[:60], _BY_NAME, n=1)
        meant = [_("Did you mean “{name}”?").format(name=near[0])] if near else []
        names = ", ".join((*item.aliases, item.name)[0] for item in CONTROLLERS)
        raise NotFound(
            "timing.controller",
            _("Unknown controller “{name}”.").format(name=str(name)[:60]),
            do=" ".join([*meant, _("Choose one of: {names}.").format(names=names)]),
            field="controller",
        )
    return found
