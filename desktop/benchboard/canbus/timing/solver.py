"""Every bit timing that a controller can do for a clock, a bit rate and a tolerance, complete and ranked.

A solution is a (prescaler, tseg1, tseg2), which decide bit rate and sample point. Each has the split of tseg1 and the
jump width that tolerate most; `Solutions.variants` gives every (prescaler, prop_seg, phase_seg1, phase_seg2, sjw)
behind them. Ranking: bit rate error, sample point error, then CiA 601-3's recommendations as others report them (the
same prescaler in both phases, the lowest prescaler, the largest jump width); CiA 601-3 itself was not read here. All
comparisons are between integers, so that none is decided by rounding.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, islice, product
from math import ceil, floor
from operator import itemgetter

from benchboard.canbus.timing.controllers import MAX_CLOCK, Limits, Timing, require_integer, require_number
from benchboard.canbus.timing.figures import bit_rate, frequency
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_BITRATE = 25_000_000
MAX_NOMINAL_BITRATE = 1_000_000
"""Bit/s of classic CAN and of CAN FD's nominal phase (ISO 11898-1). The solver accepts more, as Linux does."""
MAX_TOLERANCE = 10
DEFAULT_TOLERANCE = 0.5  # percent of the bit rate
MOST_SUGGESTED_ERROR = 1.0
"""The greatest bit rate error in percent that is suggested: with more, nodes seldom understand each other."""
MAX_SAMPLE_POINT = Fraction(999, 10)
# More than any controller has for a sensible request; what asks for more is refused before it fills the memory.
MAX_WINDOWS = 100_000
MAX_SOLUTIONS = 250_000
_SAMPLE_UNIT = 1_000_000
_RATE_UNIT = 10**18


@dataclass(frozen=True, slots=True)
class Solution:
    """A timing with its bit rate (bit/s) and sample point (percent), and how far each is from what was asked for.

    `bitrate_error` is percent of the bit rate asked for, `sample_point_error` percentage points; both without sign.
    `fits`: the controller can hold it (always true but for Linux's own answers, which do not check tseg1_min).
    """

    timing: Timing
    bitrate: float
    bitrate_error: float
    sample_point: float
    sample_point_error: float
    fits: bool = True


def cia_sample_point(bitrate: int) -> float:
    """CiA's sample point (percent) for a bit rate, as in Linux: 87.5 to 500 kbit/s, 80 to 800 kbit/s, then 75."""
    if bitrate > 800_000:
        return 75.0
    return 80.0 if bitrate > 500_000 else 87.5


@dataclass(frozen=True, slots=True)
class Solutions:
    """All solutions of one phase: `len()` counts them at once, iteration and `best(n)` rank them as they are taken.

    `windows` has (prescaler, quanta, least tseg2, greatest tseg2), each a run of solutions.
    """

    limits: Limits
    clock: int
    bitrate: int
    sample_point: Fraction
    windows: tuple[tuple[int, int, int, int], ...]

    def __len__(self) -> int:
        return sum(high - low + 1 for _prescaler, _quanta, low, high in self.windows)

    def __iter__(self) -> Iterator[Solution]:
        return (self.solution(*found) for found in self.ranked())

    def best(self, count: int) -> list[Solution]:
        """The `count` best, best first."""
        return list(islice(self, count))

    def triples(self) -> list[tuple[int, int, int]]:
        """All (prescaler, tseg1, tseg2), unranked: what a plot of thousands needs."""
        return [
            (prescaler, quanta - 1 - tseg2, tseg2)
            for prescaler, quanta, low, high in self.windows
            for tseg2 in range(low, high + 1)
        ]

    def ranked(self) -> Iterator[tuple[int, int, int]]:
        """All (prescaler, tseg1, tseg2), best first."""
        for _error, group in self.by_rate():
            ordered = sorted(
                (self._rank(prescaler, quanta, tseg2), prescaler, quanta - 1 - tseg2, tseg2)
                for prescaler, quanta, low, high in group
                for tseg2 in range(low, high + 1)
            )
            for _key, prescaler, tseg1, tseg2 in ordered:
                yield prescaler, tseg1, tseg2

    def by_rate(self) -> Iterator[tuple[int, list[tuple[int, int, int, int]]]]:
        """Windows grouped by bit rate error, least first."""
        by_error = sorted((self.rate_error(window[0] * window[1]), window) for window in self.windows)
        for error, group in groupby(by_error, key=itemgetter(0)):
            yield error, [window for _error, window in group]

    def rate_error(self, periods: int) -> int:
        """Bit rate error of a bit of so many clock periods, an integer that orders exactly."""
        # Scaled so far that two unequal fractions never round to the same integer: periods² < 1e18.
        return abs(self.clock - self.bitrate * periods) * _RATE_UNIT // periods

    def sample_error(self, quanta: int, tseg2: int) -> int:
        """Distance from the wanted sample point, an integer that orders exactly."""
        wanted = self.sample_point * _SAMPLE_UNIT
        scaled = abs(100 * _SAMPLE_UNIT * (quanta - tseg2) * wanted.denominator - wanted.numerator * quanta)
        return scaled * _SAMPLE_UNIT // quanta

    def _rank(self, prescaler: int, quanta: int, tseg2: int) -> tuple[int, int, int]:
        _prop, _phase1, sjw = split_tseg1(self.limits, quanta - 1 - tseg2, tseg2)
        return self.sample_error(quanta, tseg2), prescaler, -sjw

    def solution(self, prescaler: int, tseg1: int, tseg2: int) -> Solution:
        """The solution for one (prescaler, tseg1, tseg2) of these, its segments split to tolerate most."""
        prop_seg, phase_seg1, sjw = split_tseg1(self.limits, tseg1, tseg2)
        timing = Timing(self.clock, prescaler, prop_seg, phase_seg1, tseg2, sjw)
        rate = timing.rate
        return Solution(
            timing,
            int(rate) if rate.denominator == 1 else float(rate),
            float(abs(rate - self.bitrate) / self.bitrate * 100),
            timing.sample_point,
            float(abs(Fraction(100 * (1 + tseg1), timing.quanta) - self.sample_point)),
        )

    def variants(self) -> Iterator[Timing]:
        """Every (prescaler, prop_seg, phase_seg1, phase_seg2, sjw), unranked; there can be hundreds of millions."""
        for prescaler, tseg1, tseg2 in self.triples():
            for phase_seg1 in _phase1_range(self.limits, tseg1):
                widest = min(self.limits.sjw_max, phase_seg1, tseg2 - self.limits.mcp2515_rules)
                for sjw in range(self.limits.sjw_min, widest + 1):
                    yield Timing(self.clock, prescaler, tseg1 - phase_seg1, phase_seg1, tseg2, sjw)


def _phase1_range(limits: Limits, tseg1: int) -> range:
    low = max(limits.phase1_min, tseg1 - limits.prop_max)
    return range(low, min(limits.phase1_max, tseg1 - limits.prop_min) + 1)


def split_tseg1(limits: Limits, tseg1: int, tseg2: int) -> tuple[int, int, int]:
    """(prop_seg, phase_seg1, sjw) for a tseg1 and tseg2.

    phase_seg1 equals phase_seg2 where that fits, so that the jump can be widest; the rest is for propagation, at
    least 1 tq where there is room.
    """
    choices = _phase1_range(limits, tseg1)
    highest = choices[-1]
    if highest == tseg1 and len(choices) > 1 and highest > limits.sjw_min:
        highest -= 1
    phase_seg1 = max(choices[0], min(tseg2, highest))
    phase_seg1 = max(phase_seg1, min(limits.sjw_min, choices[-1]))
    return tseg1 - phase_seg1, phase_seg1, min(limits.sjw_max, phase_seg1, tseg2 - limits.mcp2515_rules)


def split_tseg1_for_sjw(limits: Limits, tseg1: int, tseg2: int, sjw: int) -> tuple[int, int]:
    """(prop_seg, phase_seg1) of `split_tseg1` for a jump width that is given: phase_seg1 is at least `sjw`."""
    phase_seg1 = max(split_tseg1(limits, tseg1, tseg2)[1], min(sjw, tseg1))
    return tseg1 - phase_seg1, phase_seg1


def solve(
    limits: Limits,
    *,
    clock: float,
    bitrate: float,
    sample_point: float | Fraction | None = None,
    tolerance: float | Fraction = DEFAULT_TOLERANCE,
) -> Solutions:
    """All timings of one phase with a bit rate error up to `tolerance` percent.

    `clock` in Hz, `bitrate` in bit/s, `sample_point` in percent (CiA's for the rate where it is None). Raises Invalid
    naming the field that is out of range.
    """
    hertz = require_integer(clock, "clock", 1, MAX_CLOCK)
    rate = require_integer(bitrate, "bitrate", 1, MAX_BITRATE)
    wanted = require_number(
        cia_sample_point(rate) if sample_point is None else sample_point, "sample_point", 1, MAX_SAMPLE_POINT
    )
    allowed = require_number(tolerance, "tolerance", 0, MAX_TOLERANCE) / 100
    return Solutions(limits, hertz, rate, wanted, tuple(_find_windows(limits, hertz, rate, allowed)))


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The tseg1 and tseg2 (tq) that a controller can really use: its limits with sjw and the two segments of tseg1."""

    tseg1_low: int
    tseg1_high: int
    tseg2_low: int
    tseg2_high: int
    mcp2515_rules: bool

    @property
    def shortest(self) -> int:
        """Quanta of the shortest bit."""
        return 1 + self.tseg1_low + self.tseg2_low

    @property
    def longest(self) -> int:
        """Quanta of the longest bit."""
        return 1 + self.tseg1_high + self.tseg2_high

    def tseg2(self, quanta: int) -> tuple[int, int]:
        """The least and the greatest tseg2 of a bit of `quanta`; the least is the greater one where there is none."""
        high = min(self.tseg2_high, quanta - 1 - self.tseg1_low)
        if self.mcp2515_rules:
            high = min(high, (quanta - 1) // 2)
        return max(self.tseg2_low, quanta - 1 - self.tseg1_high), high


def _bounds(limits: Limits) -> _Bounds:
    return _Bounds(
        max(limits.tseg1_min, limits.prop_min + max(limits.phase1_min, limits.sjw_min)),
        min(limits.tseg1_max, limits.prop_max + limits.phase1_max) if limits.sjw_min <= limits.phase1_max else 0,
        max(limits.tseg2_min, limits.sjw_min + limits.mcp2515_rules),
        limits.tseg2_max,
        limits.mcp2515_rules,
    )


def _prescalers(limits: Limits, first: int, last: int) -> range:
    step = limits.brp_inc
    return range(-(-max(first, limits.brp_min) // step) * step, min(limits.brp_max, last) + 1, step)


def _find_windows(limits: Limits, clock: int, bitrate: int, allowed: Fraction) -> list[tuple[int, int, int, int]]:
    # |clock/(p·n) − bitrate| ≤ allowed·bitrate, as bounds on the product p·n in integers.
    num, den = allowed.numerator, allowed.denominator
    least = -(-clock * den // (bitrate * (den + num)))
    most = clock * den // (bitrate * (den - num))
    bounds = _bounds(limits)
    shortest, longest = bounds.shortest, bounds.longest
    windows: list[tuple[int, int, int, int]] = []
    solutions = 0
    for prescaler in _prescalers(limits, -(-least // longest), most // shortest):
        for quanta in range(max(shortest, -(-least // prescaler)), min(longest, most // prescaler) + 1):
            low, high = bounds.tseg2(quanta)
            if low <= high:
                windows.append((prescaler, quanta, low, high))
                solutions += high - low + 1
        if len(windows) > MAX_WINDOWS or solutions > MAX_SOLUTIONS:
            raise _too_many_solutions()
    return windows


def nearest(
    limits: Limits, *, clock: float, bitrate: float, sample_point: float | Fraction | None = None
) -> Solution | None:
    """The best solution with the least bit rate error, however large it is; None where `limits` hold no bit at all.

    Units and errors as in `solve`.
    """
    none = solve(limits, clock=clock, bitrate=bitrate, sample_point=sample_point, tolerance=0)
    bounds = _bounds(limits)
    possible = [n for n in range(bounds.shortest, bounds.longest + 1) if bounds.tseg2(n)[0] <= bounds.tseg2(n)[1]]
    candidates = []
    for prescaler in _prescalers(limits, 1, limits.brp_max) if possible else ():
        place = bisect_left(possible, none.clock // (prescaler * none.bitrate) + 1)
        candidates += [(prescaler, quanta) for quanta in possible[max(0, place - 1) : place + 1]]
        if not place:
            break  # even the shortest bit is too long: with the next prescaler it is longer still
    if not candidates:
        return None
    least = min(none.rate_error(prescaler * quanta) for prescaler, quanta in candidates)
    windows = (
        (prescaler, quanta, *bounds.tseg2(quanta))
        for prescaler, quanta in candidates
        if none.rate_error(prescaler * quanta) == least
    )
    return replace(none, windows=tuple(windows)).best(1)[0]


def bit_rate_range(limits: Limits, *, clock: float, tolerance: float = 0) -> tuple[int, int] | None:
    """The slowest and the fastest bit rate (bit/s) that can be reached within `tolerance` percent from `clock` (Hz).

    None where `limits` hold no bit at all.
    """
    ends = _ends(limits, clock)
    if ends is None:
        return None
    slowest, fastest = ends
    allowed = require_number(tolerance, "tolerance", 0, MAX_TOLERANCE) / 100
    return ceil(Fraction(slowest) / (1 + allowed)), floor(Fraction(fastest) / (1 - allowed))


def _ends(limits: Limits, clock: float) -> tuple[float, float] | None:
    """The slowest and the fastest bit rate of `clock`, in bit/s."""
    bounds = _bounds(limits)
    quanta = [n for n in range(bounds.shortest, bounds.longest + 1) if bounds.tseg2(n)[0] <= bounds.tseg2(n)[1]]
    prescalers = _prescalers(limits, 1, limits.brp_max)
    if not quanta or not prescalers:
        return None
    return clock / (prescalers[-1] * quanta[-1]), clock / (prescalers[0] * quanta[0])


def bit_rate_out_of_reach(limits: Limits, *, clock: float, bitrate: float) -> str:
    """Where no bit rate of `clock` (Hz) is as fast or as slow as `bitrate` (bit/s): a sentence with the fastest or
    slowest one; else empty.
    """
    ends = _ends(limits, clock)
    if ends is None:
        return ""
    slowest, fastest = ends
    if slowest <= bitrate <= fastest:
        return ""
    sentence = _("The fastest bit rate that a CAN clock of {clock} allows is {rate}.")
    if bitrate < slowest:
        sentence = _("The slowest bit rate that a CAN clock of {clock} allows is {rate}.")
    rate = fastest if bitrate > fastest else slowest
    return sentence.format(clock=frequency(clock), rate=bit_rate(rate))


def nominal_bit_rate_problem(bitrate: float) -> str:
    """A sentence on a nominal bit rate (bit/s) above what CAN allows; else empty.

    What lies within `DEFAULT_TOLERANCE` of the limit is the error of a bit timing that was asked for at the limit.
    """
    if bitrate <= MAX_NOMINAL_BITRATE * (1 + DEFAULT_TOLERANCE / 100):
        return ""
    sentence = _("{rate} is too fast: classic CAN and the arbitration phase of CAN FD end at {most} (ISO 11898-1).")
    return sentence.format(rate=bit_rate(bitrate), most=bit_rate(MAX_NOMINAL_BITRATE))


def _too_many_solutions() -> Invalid:
    return Invalid(
        "timing.too-many",
        _("Too many bit timings to list."),
        why=_("There are more than {count}.").format(count=MAX_SOLUTIONS),
        do=_("Lower the allowed bit rate error."),
        field="tolerance",
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A nominal and a data phase timing of one CAN FD controller."""

    nominal: Solution
    data: Solution


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair of a nominal and a data phase solution: `len()`, ranked iteration, `best(n)`.

    Ranked by nominal, then data bit rate error, by nominal, then data sample point error, then equal prescalers first,
    lowest prescalers, widest jumps. `equal_prescalers`: only those with one prescaler for both phases.
    """

    nominal: Solutions
    data: Solutions
    equal_prescalers: bool = False

    def __len__(self) -> int:
        if not self.equal_prescalers:
            return len(self.nominal) * len(self.data)
        per = [dict.fromkeys((window[0] for window in phase.windows), 0) for phase in (self.nominal, self.data)]
        for counts, phase in zip(per, (self.nominal, self.data), strict=True):
            for prescaler, _quanta, low, high in phase.windows:
                counts[prescaler] += high - low + 1
        return sum(count * per[1].get(prescaler, 0) for prescaler, count in per[0].items())

    def __iter__(self) -> Iterator[Pair]:
        for nominal, data in self.ranked():
            yield Pair(self.nominal.solution(*nominal), self.data.solution(*data))

    def best(self, count: int) -> list[Pair]:
        """The `count` best, best first."""
        return list(islice(self, count))

    def ranked(self) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
        """All pairs of (prescaler, tseg1, tseg2), best first, each group sorted only when it is reached."""
        data_rates = [_group_by_sample_error(self.data, group) for _error, group in self.data.by_rate()]
        for _error, group in self.nominal.by_rate():
            nominal_samples = _group_by_sample_error(self.nominal, group)
            for data_samples in data_rates:
                for nominal, data in product(nominal_samples, data_samples):
                    yield from self._sort_pairs(nominal, data)

    def _sort_pairs(
        self, nominal: list[tuple[int, int, int]], data: list[tuple[int, int, int]]
    ) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
        pairs = [(n, d) for n, d in product(nominal, data) if n[0] == d[0] or not self.equal_prescalers]
        return sorted(pairs, key=self._rank)

    def _rank(self, pair: tuple[tuple[int, int, int], tuple[int, int, int]]) -> tuple[object, ...]:
        (n_prescaler, n_tseg1, n_tseg2), (d_prescaler, d_tseg1, d_tseg2) = pair
        jump_n = split_tseg1(self.nominal.limits, n_tseg1, n_tseg2)[2]
        jump_d = split_tseg1(self.data.limits, d_tseg1, d_tseg2)[2]
        return n_prescaler != d_prescaler, n_prescaler + d_prescaler, -jump_n, -jump_d, pair


def _group_by_sample_error(
    phase: Solutions, windows: list[tuple[int, int, int, int]]
) -> list[list[tuple[int, int, int]]]:
    by_error = sorted(
        (phase.sample_error(quanta, tseg2), (prescaler, quanta - 1 - tseg2, tseg2))
        for prescaler, quanta, low, high in windows
        for tseg2 in range(low, high + 1)
    )
    return [[found for _error, found in group] for _error, group in groupby(by_error, key=itemgetter(0))]


def solve_fd(
    nominal: Limits,
    data: Limits,
    *,
    clock: float,
    bitrate: float,
    data_bitrate: float,
    sample_point: float | None = None,
    data_sample_point: float | None = None,
    tolerance: float | Fraction = DEFAULT_TOLERANCE,
    equal_prescalers: bool = False,
) -> Pairs:
    """All pairs for a CAN FD controller; units and errors as in `solve`, and Invalid for a slower data phase."""
    rate = require_integer(data_bitrate, "data_bitrate", 1, MAX_BITRATE)
    if rate < require_integer(bitrate, "bitrate", 1, MAX_BITRATE):
        raise Invalid(
            "timing.data-slower",
            _("The data bit rate is below the bit rate of the arbitration phase."),
            why=_("ISO 11898-1 requires the data phase to run at the same rate or faster."),
            do=_("Raise the data bit rate."),
            field="data_bitrate",
        )
    if data_sample_point is not None:
        require_number(data_sample_point, "data_sample_point", 1, MAX_SAMPLE_POINT)
    return Pairs(
        solve(nominal, clock=clock, bitrate=bitrate, sample_point=sample_point, tolerance=tolerance),
        solve(data, clock=clock, bitrate=rate, sample_point=data_sample_point, tolerance=tolerance),
        equal_prescalers,
    )
