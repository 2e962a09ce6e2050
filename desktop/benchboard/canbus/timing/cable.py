"""The cable length that a timing allows, and how much of tseg1 a cable needs as prop_seg."""

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from benchboard.canbus.timing.controllers import MAX_SEGMENT, Timing, require_number
from benchboard.canbus.timing.tolerance import oscillator_tolerance
from benchboard.i18n import _, number


@dataclass(frozen=True, slots=True)
class Cable:
    """The propagation delay of a cable, there and back, against the propagation that a timing allows (both in ns).

    `spare_m` is negative where the cable is too long. `missing_ns` is what even a cable of 0 m lacks, where the
    transceivers alone take longer than the segment: `longest_m` is 0 then, and `spare_m` longer than the cable.
    """

    needed_ns: float
    segment_ns: float
    longest_m: float
    spare_m: float
    fits: bool
    missing_ns: float

    @property
    def is_possible(self) -> bool:
        """Whether the timing allows a cable of any length."""
        return self.missing_ns == 0

    @property
    def problem(self) -> str:
        """Why the cable doesn't fit, as a sentence; empty if it does. Never less than is missing."""
        if self.fits:
            return ""
        if not self.is_possible:
            return _("The bit timing allows no cable of any length.")
        return _("The cable is {metres} m too long.").format(metres=number(ceil(-self.spare_m * 10) / 10))


def _exact_cable(length_m: float, delay_ns_per_m: float, loop_delay_ns: float) -> tuple[Fraction, Fraction, Fraction]:
    return (
        require_number(length_m, "length_m", 0, 100_000),
        require_number(delay_ns_per_m, "delay_ns_per_m", 1, 100),
        require_number(loop_delay_ns, "loop_delay_ns", 0, 100_000),
    )


def needed_prop_seg(
    timing: Timing, *, length_m: float, delay_ns_per_m: float = 5.0, loop_delay_ns: float = 210.0
) -> int:
    """The time quanta of `timing` that a cable takes, there and back; arguments and errors as for `check_cable`."""
    length, per_metre, loop = _exact_cable(length_m, delay_ns_per_m, loop_delay_ns)
    return ceil(2 * (length * per_metre + loop) * timing.clock / (timing.prescaler * 10**9))


def check_cable(
    nominal: Timing, *, length_m: float, delay_ns_per_m: float = 5.0, loop_delay_ns: float = 210.0
) -> Cable:
    """Whether the prop_seg of `nominal` covers a cable of `length_m` metres, with `delay_ns_per_m` a metre.

    `loop_delay_ns` is the delay of transceiver and controller at each end. Needed: twice (one way on the cable +
    one loop delay) (MCP2515 datasheet 5.2.2, UM0404's example). Raises Invalid naming the field. On a controller that
    only has tseg1, prop_seg is no fact of the hardware: `check` finds the one that counts.
    """
    length, per_metre, loop = _exact_cable(length_m, delay_ns_per_m, loop_delay_ns)
    segment = Fraction(nominal.prop_seg * nominal.prescaler * 10**9, nominal.clock)
    needed = 2 * (length * per_metre + loop)
    longest = (segment / 2 - loop) / per_metre
    return Cable(
        float(needed),
        float(segment),
        float(max(longest, Fraction(0))),
        float(longest - length),
        needed <= segment,
        float(max(2 * loop - segment, Fraction(0))),
    )


def with_prop_seg(timing: Timing, prop_seg: int) -> Timing:
    """The same timing with another split of tseg1 into prop_seg and phase_seg1."""
    return Timing(timing.clock, timing.prescaler, prop_seg, timing.tseg1 - prop_seg, timing.phase_seg2, timing.sjw)


def propagation_splits(timing: Timing) -> range:
    """Every prop_seg that a controller with tseg1 alone leaves free: phase_seg1 is never shorter than sjw
    (ISO 11898-1).
    """
    return range(max(0, timing.tseg1 - MAX_SEGMENT), min(timing.tseg1 - timing.sjw, MAX_SEGMENT) + 1)


def longest_prop_seg(splits: range, timing: Timing, data: Timing | None, clock_tolerance: float) -> int:
    """The prop_seg of `splits` that allows the longest cable: the largest with which `timing` still allows the
    oscillators a deviation of `clock_tolerance` percent.

    The longer prop_seg, the smaller the tolerance. Where no split allows as much, the last of those that allow most.
    """

    def allowed(prop_seg: int) -> float:
        return oscillator_tolerance(with_prop_seg(timing, prop_seg), data).percent

    wanted = min(clock_tolerance, allowed(splits[0]))
    return splits[bisect_left(splits, True, key=lambda prop_seg: allowed(prop_seg) < wanted) - 1]
