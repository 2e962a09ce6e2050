"""What is asked of a bit timing, the phases that answer it, and the check of both."""

from dataclasses import dataclass, replace
from typing import Final

from benchboard.canbus.timing import (
    MAX_NOMINAL_BITRATE,
    Limits,
    Timing,
    Verdict,
    bit_rate_range,
    check,
    controller,
    delay_compensation,
    nominal_bit_rate_problem,
    solve,
    solve_fd,
)
from benchboard.canbus.timing.solver import MAX_BITRATE
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import Invalid
from benchboard.i18n import _

DETECT: Final = "!detect"
"""The end of the address that finds the bit rate of a dongle's bus."""
_ANY_TIMING = Timing(80_000_000, 2, 47, 16, 16, 16)
"""Some bit timing with which to check the values of the cable."""


@dataclass(frozen=True, slots=True)
class DataPhaseRequest:
    """A request for a CAN FD data phase: bit/s and percent. `equal_prescalers`: only pairs with one prescaler;
    `tdc`: with transmitter delay compensation."""

    bitrate: float
    sample_point: float
    equal_prescalers: bool = False
    tdc: bool = True


@dataclass(frozen=True, slots=True)
class TimingRequest:
    """A request: Hz, bit/s, percent, metres, nanoseconds. `error` is the accepted bit-rate error; `data` is None
    without CAN FD."""

    controller: str
    clock: float
    clock_tolerance: float
    bitrate: float
    sample_point: float
    length: float
    delay: float
    loop: float
    error: float
    data: DataPhaseRequest | None = None

    def has_same_phase(self, other: "TimingRequest") -> bool:
        """Whether both ask for the same bit timing, whatever the cable and the tolerances are."""
        return self._phases() == other._phases()

    def _phases(self) -> tuple[object, ...]:
        data = (self.data.bitrate, self.data.sample_point, self.data.equal_prescalers) if self.data else None
        return self.controller, self.clock, self.bitrate, self.sample_point, data


@dataclass(frozen=True, slots=True)
class Phases:
    """The bit timing of a node: its arbitration phase and, with CAN FD, its data phase."""

    nominal: Timing
    data: Timing | None = None

    def is_stored_as(self, other: "Phases", controller_name: str) -> bool:
        """Whether the controller stores both as the same register values."""
        item = controller(controller_name)
        if not item.nominal.store_alike(self.nominal, other.nominal) or (self.data is None) != (other.data is None):
            return False
        return self.data is None or other.data is None or item.limits("data").store_alike(self.data, other.data)


def check_request(phases: Phases, request: TimingRequest) -> Verdict:
    """The verdict on `phases` with the controller, oscillator tolerance and cable of `request`.

    Raises Invalid for a cable or an oscillator tolerance out of range.
    """
    return check(
        controller(request.controller),
        phases.nominal,
        phases.data,
        clock_tolerance=request.clock_tolerance,
        length_m=request.length,
        delay_ns_per_m=request.delay,
        loop_delay_ns=request.loop,
    )


def tdc_offset(verdict: Verdict | None, request: TimingRequest | None) -> int | None:
    """The offset of transmitter delay compensation, in clock periods; None where it is off or can't be used."""
    if verdict is None or request is None or request.data is None or not request.data.tdc:
        return None
    compensation = verdict.delay_compensation
    has_tdc = bool(controller(request.controller).tdco_max)
    return compensation.offset if compensation is not None and compensation.is_usable and has_tdc else None


def nominal_timing(config: DongleConfig) -> Timing:
    """The arbitration phase of `config`."""
    return Timing(config.clock_hz, config.prescaler, config.prop_seg, config.phase_seg1, config.phase_seg2, config.sjw)


def data_timing(config: DongleConfig) -> Timing | None:
    """The data phase of `config`; None if it has none."""
    if not config.fd_enabled or config.data_prescaler is None:
        return None
    return Timing(
        config.clock_hz,
        config.data_prescaler,
        config.data_prop_seg or 0,
        config.data_phase_seg1 or 1,
        config.data_phase_seg2 or 1,
        config.data_sjw or 1,
    )


def stored_phases(config: DongleConfig) -> Phases:
    """The bit timing of a dongle's configuration."""
    return Phases(nominal_timing(config), data_timing(config))


def config_with(config: DongleConfig, phases: Phases, offset: int | None) -> DongleConfig:
    """`config` with the bit timing of `phases`, and without a data phase classic CAN; `offset` switches delay
    compensation on.
    """
    timing, data = phases.nominal, phases.data
    changed = replace(
        config, clock_hz=timing.clock, bitrate=round(timing.bitrate), sample_point=round(timing.sample_point, 2),
        prescaler=timing.prescaler, prop_seg=timing.prop_seg, phase_seg1=timing.phase_seg1,
        phase_seg2=timing.phase_seg2, sjw=timing.sjw, tdc_enabled=offset is not None, tdc_offset=offset or 0,
    )  # fmt: skip
    if data is None:
        return replace(
            changed, fd_enabled=False, data_bitrate=None, data_sample_point=None, data_prescaler=None,
            data_prop_seg=None, data_phase_seg1=None, data_phase_seg2=None, data_sjw=None,
        )  # fmt: skip
    return replace(
        changed, fd_enabled=True, data_bitrate=round(data.bitrate), data_sample_point=round(data.sample_point, 2),
        data_prescaler=data.prescaler, data_prop_seg=data.prop_seg, data_phase_seg1=data.phase_seg1,
        data_phase_seg2=data.phase_seg2, data_sjw=data.sjw,
    )  # fmt: skip


def config_at(stored: DongleConfig, bitrate: int, data_bitrate: int | None) -> DongleConfig | None:
    """`stored` with other bit rates, as close as its controller can get; None where it can't."""
    if (bitrate, data_bitrate) == (stored.bitrate, stored.data_bitrate):
        return stored
    item = controller(stored.controller)
    if data_bitrate is None:
        best = solve(item.nominal, clock=stored.clock_hz, bitrate=bitrate).best(1)
        return config_with(stored, Phases(best[0].timing), None) if best else None
    if item.data is None or data_bitrate < bitrate:
        return None
    pairs = solve_fd(item.nominal, item.data, clock=stored.clock_hz, bitrate=bitrate, data_bitrate=data_bitrate)
    for pair in pairs.best(1):
        data = pair.data.timing
        found = delay_compensation(data, controller=item)
        offset = found.offset if found.is_usable and item.tdco_max else None
        return config_with(stored, Phases(pair.nominal.timing, data), offset)
    return None


def require_in_range(request: TimingRequest) -> None:
    """Raise `Invalid` for the first value that neither the solver nor the check of the cable accepts."""
    limits = controller(request.controller).nominal
    solve(
        limits,
        clock=request.clock,
        bitrate=min(max(request.bitrate, 1), MAX_NOMINAL_BITRATE),
        sample_point=request.sample_point,
        tolerance=request.error,
    )
    controller(request.controller).require_clock(request.clock)
    check_request(Phases(_ANY_TIMING), request)
    if too_fast := nominal_bit_rate_problem(request.bitrate):
        raise Invalid("timing.bitrate", too_fast, field="bitrate")
    low, high = _bit_rates(limits, request, 1, MAX_NOMINAL_BITRATE)
    if not low <= request.bitrate <= high:
        raise Invalid("timing.bitrate", _("Bit rate out of range."), field="bitrate", low=low, high=high)
    if request.data is not None:
        _require_data_in_range(request, request.data)


def _require_data_in_range(request: TimingRequest, data: DataPhaseRequest) -> None:
    limits = controller(request.controller).limits("data")
    try:
        solve(
            limits,
            clock=request.clock,
            bitrate=min(max(data.bitrate, 1), MAX_BITRATE),
            sample_point=data.sample_point,
            tolerance=request.error,
        )
    except Invalid as error:
        if error.facts.get("field") == "sample_point":
            error.facts["field"] = "data_sample_point"
        raise
    low, high = _bit_rates(limits, request, request.bitrate, MAX_BITRATE)
    if not low <= data.bitrate <= high:
        raise Invalid("timing.bitrate", _("Bit rate out of range."), field="data_bitrate", low=low, high=high)


def _bit_rates(limits: Limits, request: TimingRequest, least: float, most: float) -> tuple[float, float]:
    """The bit rates that the controller reaches from the requested clock, and CAN allows, in bit/s; where they exclude
    each other, all that CAN allows.
    """
    slowest, fastest = bit_rate_range(limits, clock=request.clock, tolerance=request.error) or (least, most)
    low, high = max(slowest, least), min(fastest, most)
    return (float(low), float(high)) if low <= high else (float(least), float(most))
