"""Checks a timing on its controller: limits, oscillator tolerance, cable and delay compensation together.

Many controllers have one register field, TSEG1, for prop_seg + phase_seg1. How it was split is then no fact of the
hardware, so the verdict does not depend on it: the propagation that the cable needs is prop_seg, the rest is
phase_seg1. Without a cable, the split is the one with the largest tolerance.
"""

from dataclasses import dataclass

from benchboard.canbus.timing.cable import (
    Cable,
    check_cable,
    longest_prop_seg,
    needed_prop_seg,
    propagation_splits,
    with_prop_seg,
)
from benchboard.canbus.timing.clock_range import clock_problem
from benchboard.canbus.timing.controllers import Controller, Limits, Timing, require_number
from benchboard.canbus.timing.figures import limit_percent, value_percent
from benchboard.canbus.timing.solver import nominal_bit_rate_problem, split_tseg1_for_sjw
from benchboard.canbus.timing.tolerance import (
    DelayCompensation,
    OscillatorTolerance,
    delay_compensation,
    oscillator_tolerance,
)
from benchboard.i18n import _


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `check` found. `nominal` and `data` are split as they were judged.

    `violations` names the fields that the controller cannot hold, those of the data phase with `data_` before.
    `cable` is None where none was asked about, `delay_compensation` where there is no data phase.
    """

    nominal: Timing
    data: Timing | None
    violations: tuple[str, ...]
    tolerance: OscillatorTolerance
    clock_tolerance: float
    cable: Cable | None
    delay_compensation: DelayCompensation | None

    @property
    def is_ok(self) -> bool:
        """Whether the controller can hold the timing, CAN allows its bit rate, and it allows the oscillator tolerance
        and the cable.
        """
        return (
            not self.violations
            and not self.bit_rate_problem
            and self.tolerance.percent >= self.clock_tolerance
            and (self.cable is None or self.cable.fits)
        )

    @property
    def bit_rate_problem(self) -> str:
        """A sentence on a nominal bit rate that CAN doesn't allow; empty for any other."""
        return nominal_bit_rate_problem(self.nominal.bitrate)

    @property
    def clock_problem(self) -> str:
        """A sentence on a CAN clock that no controller has; empty for any other. The timing may pass nevertheless."""
        return clock_problem(self.nominal.clock)

    @property
    def propagation_title(self) -> str:
        """What the prop_seg of `nominal` is, for the cable that was asked about: `{metres}` stands for its length."""
        nominal = self.nominal
        segment_ns = nominal.prop_seg * nominal.prescaler * 1e9 / nominal.clock
        if self.cable is not None and segment_ns < self.cable.needed_ns:
            return _("Too short for {metres} m of cable")
        return _("Propagation for {metres} m of cable")

    @property
    def tolerance_text(self) -> str:
        """The oscillator tolerance that is allowed, rounded down, beside the one that was asked about."""
        allowed = limit_percent(self.tolerance.percent)
        if not self.clock_tolerance:  # no oscillator is without one
            return _("{allowed} allowed, yours not given").format(allowed=allowed)
        return _("{allowed} allowed, yours {yours}").format(allowed=allowed, yours=value_percent(self.clock_tolerance))


def check(
    item: Controller,
    nominal: Timing,
    data: Timing | None = None,
    *,
    clock_tolerance: float = 0.0,
    length_m: float | None = None,
    delay_ns_per_m: float = 5.0,
    loop_delay_ns: float = 210.0,
) -> Verdict:
    """The verdict on a timing of controller `item`; timings with the same registers get the same one.

    `clock_tolerance` is the deviation of each node's oscillator in percent. The cable is as for `cable`; its longest
    length is where that tolerance still holds (where no split reaches it, the cable is not to blame: then it is
    where the tolerance is still the largest). Raises Invalid naming the field: numbers out of range, a data phase
    on a controller without one, two clocks.
    """
    require_number(clock_tolerance, "clock_tolerance", 0, 100)
    violations = item.nominal.violations(nominal)
    if data is not None:
        violations += tuple(f"data_{field}" for field in item.limits("data").violations(data))
        data = _with_most_tolerance(item.limits("data"), data)
    split_timing, found_cable = _with_most_tolerance(item.nominal, nominal), None
    if length_m is not None:
        arguments = {"length_m": length_m, "delay_ns_per_m": delay_ns_per_m, "loop_delay_ns": loop_delay_ns}
        longest = split_timing
        if not item.nominal.has_prop_seg:
            splits = propagation_splits(split_timing)
            longest = with_prop_seg(split_timing, longest_prop_seg(splits, split_timing, data, clock_tolerance))
            needed = needed_prop_seg(split_timing, **arguments)
            split_timing = with_prop_seg(split_timing, min(max(needed, splits[0]), splits[-1]))
        found_cable = check_cable(longest, **arguments)
    compensation = None
    if data is not None:
        compensation = delay_compensation(data, loop_delay_ns=loop_delay_ns, controller=item)
    tolerance = oscillator_tolerance(split_timing, data)
    return Verdict(split_timing, data, violations, tolerance, clock_tolerance, found_cable, compensation)


def _with_most_tolerance(limits: Limits, timing: Timing) -> Timing:
    """`timing` with the split of tseg1 that tolerates most, where the controller has only tseg1."""
    if limits.has_prop_seg:
        return timing
    return with_prop_seg(timing, split_tseg1_for_sjw(limits, timing.tseg1, timing.phase_seg2, timing.sjw)[0])
