"""The bit timing that Linux would choose: `can_calc_bittiming` of several kernels, in their integer arithmetic.

Source of the rules: Linux drivers/net/can/dev/calc_bittiming.c (6.3 and later) and the older versions that can-utils'
can-calc-bit-timing has under calc-bit-timing/. What the kernel does differently from the solver, and this does with
it: tq counts are tried from many to few, each with the prescaler rounded down and up; rates and sample points (0.1 %)
are truncated; a bit rate error of up to 5 % (truncated to 0.1 %) is accepted; tseg1_min is not checked for the chosen
split.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import itemgetter

from benchboard.canbus.timing.controllers import MAX_CLOCK, Limits, Timing, require_integer, require_number
from benchboard.canbus.timing.solver import MAX_BITRATE, MAX_SAMPLE_POINT, Solution, cia_sample_point
from benchboard.errors import Invalid
from benchboard.i18n import _

_MAX_RATE_ERROR = 50  # tenths of a percent
_NEVER = 2**32 - 1


@dataclass(frozen=True, slots=True)
class _Request:
    limits: Limits
    clock: int
    bitrate: int
    sample_point: int  # tenths of a percent

    def candidates(self) -> Iterator[tuple[int, int, int]]:
        """(tseg, prescaler, bit rate error) in the kernel's order."""
        limits = self.limits
        highest, lowest = limits.tseg1_max + limits.tseg2_max, limits.tseg1_min + limits.tseg2_min
        for doubled in range(highest * 2 + 1, lowest * 2 - 1, -1):
            tseg, round_up = divmod(doubled, 2)
            # The kernel's product is 32 bits wide and wraps above 4.29 GHz.
            least = (1 + tseg) * self.bitrate % 2**32
            if least == 0:
                continue
            prescaler = self.clock // least + round_up
            prescaler = prescaler // limits.brp_inc * limits.brp_inc
            if limits.brp_min <= prescaler <= limits.brp_max:
                yield tseg, prescaler, abs(self.bitrate - self.clock // (prescaler * (1 + tseg)))


def _split(request: _Request, tseg: int, lower_by: int) -> tuple[int, int, int, int]:
    """(sample point error, sample point, tseg1, tseg2) of one rounding, errors and points in tenths of a
    percent.
    """
    limits = request.limits
    tseg2 = tseg + 1 - request.sample_point * (tseg + 1) // 1000 - lower_by
    tseg2 = min(max(tseg2, limits.tseg2_min), limits.tseg2_max)
    tseg1 = tseg - tseg2
    # Below 0 is beyond any maximum in the kernel's unsigned comparison.
    if not 0 <= tseg1 <= limits.tseg1_max:
        tseg1, tseg2 = limits.tseg1_max, tseg - limits.tseg1_max
    point = 1000 * (tseg + 1 - tseg2) // (tseg + 1)
    return abs(request.sample_point - point), point, tseg1, tseg2


def _split_below(request: _Request, tseg: int) -> tuple[int, int, int, int] | None:
    """4.8 and later: the nearest sample point that is not above the one asked for; the first of two equals."""
    below = [
        found for found in (_split(request, tseg, 0), _split(request, tseg, 1)) if found[1] <= request.sample_point
    ]
    return min(below, key=itemgetter(0), default=None)


def _split_first(request: _Request, tseg: int) -> tuple[int, int, int, int]:
    """Before 4.8: the sample point rounded one way only, whichever side of the one asked for it is."""
    return _split(request, tseg, 0)


def _choose(request: _Request, *, later_wins: bool) -> tuple[int, int, int] | None:
    """(tseg, prescaler, bit rate error), kernels from 4.8 on; `later_wins`: among equals, as before 5.19."""
    best: tuple[int, int, int] | None = None
    best_rate, best_point = _NEVER, _NEVER
    for tseg, prescaler, rate_error in request.candidates():
        if rate_error > best_rate:
            continue
        if rate_error < best_rate:
            best_point = _NEVER
        found = _split_below(request, tseg)
        error = found[0] if found else _NEVER
        if error > best_point or (error == best_point and not later_wins):
            continue
        best, best_rate, best_point = (tseg, prescaler, rate_error), rate_error, error
        if rate_error == 0 and error == 0:
            break
    return best


def _choose_early(request: _Request) -> tuple[int, int, int] | None:
    """(tseg, prescaler, bit rate error) of kernels before 4.8, where only exact rates weigh their sample
    point.
    """
    best: tuple[int, int] | None = None
    best_rate, best_point = 1_000_000_000, 1000
    for tseg, prescaler, rate_error in request.candidates():
        if rate_error > best_rate:
            continue
        best_rate = rate_error
        if rate_error == 0:
            error = _split_first(request, tseg)[0]
            if error > best_point:
                continue
            best_point = error
        best = (tseg, prescaler)
        if rate_error == 0 and best_point == 0:
            break
    return None if best is None else (*best, best_rate)


@dataclass(frozen=True, slots=True)
class _Kernel:
    choose: Callable[[_Request], tuple[int, int, int] | None]
    split: Callable[[_Request, int], tuple[int, int, int, int] | None]
    half_jump: bool = False


_KERNELS = {
    "v6.3": _Kernel(partial(_choose, later_wins=False), _split_below, half_jump=True),
    "v5.19": _Kernel(partial(_choose, later_wins=False), _split_below),
    "v5.16": _Kernel(partial(_choose, later_wins=True), _split_below),
    "v4.8": _Kernel(partial(_choose, later_wins=True), _split_below),
    "v3.18": _Kernel(_choose_early, _split_first),
    "v2.6.31": _Kernel(_choose_early, _split_first),
}
ALGORITHMS = ("linux", *_KERNELS)


def solve_linux(
    limits: Limits,
    *,
    clock: float,
    bitrate: float,
    sample_point: float | Fraction | None = None,
    kernel: str = "linux",
) -> Solution | None:
    """The timing that Linux chooses, or None where it finds none.

    `kernel` is one of ALGORITHMS; `linux` is v6.3, unchanged since. Units as in `solver.solve`; `bitrate` and
    `sample_point` of the answer are truncated, as the kernel shows them. None also where a kernel before 6.3 answers
    with an empty segment, which is no bit. Raises Invalid naming the field.
    """
    rules = _KERNELS.get("v6.3" if kernel == "linux" else kernel)
    if rules is None:
        raise Invalid(
            "timing.algorithm",
            _("Unknown algorithm “{name}”.").format(name=str(kernel)[:40]),
            do=_("Choose one of: {names}.").format(names=", ".join(("cia", *ALGORITHMS))),
            field="algorithm",
        )
    rate = require_integer(bitrate, "bitrate", 1, MAX_BITRATE)
    percent = require_number(
        cia_sample_point(rate) if sample_point is None else sample_point, "sample_point", 1, MAX_SAMPLE_POINT
    )
    request = _Request(limits, require_integer(clock, "clock", 1, MAX_CLOCK), rate, int(percent * 10))
    chosen = rules.choose(request)
    if chosen is None or chosen[2] * 1000 // rate > _MAX_RATE_ERROR:
        return None
    found = rules.split(request, chosen[0])
    if found is None or min(found[2:]) < 1:
        return None
    return _answer(request, chosen[1], found, half_jump=rules.half_jump)


def _answer(request: _Request, prescaler: int, found: tuple[int, int, int, int], *, half_jump: bool) -> Solution | None:
    _error, point, tseg1, tseg2 = found
    prop_seg = tseg1 // 2
    phase_seg1 = tseg1 - prop_seg
    sjw = max(1, min(phase_seg1, tseg2 // 2)) if half_jump else 1
    if half_jump and sjw > request.limits.sjw_max:
        return None
    timing = Timing(request.clock, prescaler, prop_seg, phase_seg1, tseg2, sjw)
    rate = request.clock // (prescaler * timing.quanta)
    return Solution(
        timing,
        rate,
        100 * abs(rate - request.bitrate) / request.bitrate,
        point / 10,
        abs(point - request.sample_point) / 10,
        not request.limits.violations(timing),
    )
