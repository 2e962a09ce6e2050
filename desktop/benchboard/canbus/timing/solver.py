"""Every bit timing a controller can do for a clock, a bit rate and a tolerance: complete, ranked, in
integers.

A solution is a (prescaler, tseg1, tseg2): they decide bit rate and sample point. Each is given with the
split of tseg1 and the jump width that tolerate most; `Solutions.variants` walks every (prescaler, prop_seg,
phase_seg1, phase_seg2, sjw) behind them. Ranking: bit rate error, sample point error, then CiA 601-3's
advice as DESIGN states it (the same prescaler in both phases, the lowest prescaler, the largest jump
width); CiA 601-3 itself was not read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, islice, product
from operator import itemgetter

from benchboard.canbus.timing.controllers import MAX_CLOCK, Limits, Timing, exact, whole
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_BITRATE = 25_000_000
MAX_TOLERANCE = 10
MAX_SAMPLE_POINT = Fraction(999, 10)
# More than any controller has for a sensible request; a hostile one is refused before it fills the memory.
MAX_WINDOWS = 100_000
MAX_SOLUTIONS = 250_000
_SAMPLE_UNIT = 1_000_000
_RATE_UNIT = 10**18


@dataclass(frozen=True, slots=True)
class Solution:
    """A timing with what it gives: bit rate (bit/s) and sample point (percent), and how far each is from
    the wish.

    bitrate_error is percent of the wished rate, sample_point_error percentage points; both without sign.
    `fits`: the controller can hold it (always so but for Linux's own answers, which do not check
    tseg1_min).
    """

    timing: Timing
    bitrate: float
    bitrate_error: float
    sample_point: float
    sample_point_error: float
    fits: bool = True


def cia_sample_point(bitrate: int) -> float:
    """CiA's sample point in percent for a bit rate, as Linux has it: 87.5 to 500 kbit/s, 80 to 800 kbit/s,
    then 75.
    """
    if bitrate > 800_000:
        return 75.0
    return 80.0 if bitrate > 500_000 else 87.5


@dataclass(frozen=True, slots=True)
class Solutions:
    """All solutions of one phase, counted at once and ranked as they are asked for: `len()`, iteration,
    `best(n)`.

    `windows` has (prescaler, quanta, least tseg2, greatest tseg2), each window a run of solutions.
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
                (self._key(prescaler, quanta, tseg2), prescaler, quanta - 1 - tseg2, tseg2)
                for prescaler, quanta, low, high in group
                for tseg2 in range(low, high + 1)
            )
            for _key, prescaler, tseg1, tseg2 in ordered:
                yield prescaler, tseg1, tseg2

    def by_rate(self) -> Iterator[tuple[int, list[tuple[int, int, int, int]]]]:
        """Windows grouped by bit rate error, least first."""
        rated = sorted((self._rate_error(window[0] * window[1]), window) for window in self.windows)
        for error, group in groupby(rated, key=itemgetter(0)):
            yield error, [window for _error, window in group]

    def _rate_error(self, periods: int) -> int:
        # Scaled so far that two unequal fractions never round to the same integer: periods² < 1e18.
        return abs(self.clock - self.bitrate * periods) * _RATE_UNIT // periods

    def sample_error(self, quanta: int, tseg2: int) -> int:
        """Distance from the wished sample point, an integer that orders exactly."""
        wished = self.sample_point * _SAMPLE_UNIT
        scaled = abs(100 * _SAMPLE_UNIT * (quanta - tseg2) * wished.denominator - wished.numerator * quanta)
        return scaled * _SAMPLE_UNIT // quanta

    def _key(self, prescaler: int, quanta: int, tseg2: int) -> tuple[int, int, int]:
        _prop, _phase1, sjw = split(self.limits, quanta - 1 - tseg2, tseg2)
        return self.sample_error(quanta, tseg2), prescaler, -sjw

    def solution(self, prescaler: int, tseg1: int, tseg2: int) -> Solution:
        """The solution for one (prescaler, tseg1, tseg2) of ours, its segments split for the widest
        tolerance.
        """
        prop_seg, phase_seg1, sjw = split(self.limits, tseg1, tseg2)
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
        """Every (prescaler, prop_seg, phase_seg1, phase_seg2, sjw), unranked. There can be hundreds of
        millions.
        """
        for prescaler, tseg1, tseg2 in self.triples():
            for phase_seg1 in _phase1_range(self.limits, tseg1):
                widest = min(self.limits.sjw_max, phase_seg1, tseg2 - self.limits.stretch)
                for sjw in range(self.limits.sjw_min, widest + 1):
                    yield Timing(self.clock, prescaler, tseg1 - phase_seg1, phase_seg1, tseg2, sjw)


def _phase1_range(limits: Limits, tseg1: int) -> range:
    low = max(limits.phase1_min, tseg1 - limits.prop_max)
    return range(low, min(limits.phase1_max, tseg1 - limits.prop_min) + 1)


def split(limits: Limits, tseg1: int, tseg2: int) -> tuple[int, int, int]:
    """(prop_seg, phase_seg1, sjw) of a tseg1 and tseg2: phase_seg1 equal to phase_seg2 where that fits, so
    that the jump can be widest, the rest for propagation (at least 1 tq of it where there is room).
    """
    choices = _phase1_range(limits, tseg1)
    highest = choices[-1]
    if highest == tseg1 and len(choices) > 1 and highest > limits.sjw_min:
        highest -= 1
    phase_seg1 = max(choices[0], min(tseg2, highest))
    phase_seg1 = max(phase_seg1, min(limits.sjw_min, choices[-1]))
    return tseg1 - phase_seg1, phase_seg1, min(limits.sjw_max, phase_seg1, tseg2 - limits.stretch)


def solve(
    limits: Limits,
    *,
    clock: float,
    bitrate: float,
    sample_point: float | Fraction | None = None,
    tolerance: float | Fraction = 0.5,
) -> Solutions:
    """All timings of one phase: `clock` in Hz, `bitrate` in bit/s, `sample_point` wished in percent (else
    CiA's for the rate), bit rate error up to `tolerance` percent. Raises Invalid naming the field for what
    cannot be meant.
    """
    hertz = whole(clock, "clock", 1, MAX_CLOCK)
    rate = whole(bitrate, "bitrate", 1, MAX_BITRATE)
    wished = exact(
        cia_sample_point(rate) if sample_point is None else sample_point, "sample_point", 1, MAX_SAMPLE_POINT
    )
    allowed = exact(tolerance, "tolerance", 0, MAX_TOLERANCE) / 100
    return Solutions(limits, hertz, rate, wished, tuple(_windows(limits, hertz, rate, allowed)))


def _windows(limits: Limits, clock: int, bitrate: int, allowed: Fraction) -> list[tuple[int, int, int, int]]:
    # |clock/(p·n) − bitrate| ≤ allowed·bitrate, as bounds on the product p·n in integers.
    num, den = allowed.numerator, allowed.denominator
    least = -(-clock * den // (bitrate * (den + num)))
    most = clock * den // (bitrate * (den - num))
    tseg1_low = max(limits.tseg1_min, limits.prop_min + max(limits.phase1_min, limits.sjw_min))
    tseg1_high = min(limits.tseg1_max, limits.prop_max + limits.phase1_max)
    tseg2_low = max(limits.tseg2_min, limits.sjw_min + limits.stretch)
    tseg2_high = limits.tseg2_max
    shortest, longest = 1 + tseg1_low + tseg2_low, 1 + tseg1_high + tseg2_high
    step = limits.brp_inc
    first = max(limits.brp_min, -(-least // longest))
    windows: list[tuple[int, int, int, int]] = []
    solutions = 0
    for prescaler in range(-(-first // step) * step, min(limits.brp_max, most // shortest) + 1, step):
        for quanta in range(max(shortest, -(-least // prescaler)), min(longest, most // prescaler) + 1):
            low, high = max(tseg2_low, quanta - 1 - tseg1_high), min(tseg2_high, quanta - 1 - tseg1_low)
            if limits.stretch:
                high = min(high, (quanta - 1) // 2)
            if low <= high:
                windows.append((prescaler, quanta, low, high))
                solutions += high - low + 1
        if len(windows) > MAX_WINDOWS or solutions > MAX_SOLUTIONS:
            raise _too_many()
    return windows


def _too_many() -> Invalid:
    return Invalid(
        "timing.too-many",
        _("There are too many solutions to list."),
        why=_("There are more than {count}.").format(count=MAX_SOLUTIONS),
        do=_("Accept a smaller bit rate error."),
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

    Ranked by nominal, then data bit rate error, by nominal, then data sample point error, then equal
    prescalers first, lowest prescalers, widest jumps. `equal_prescalers`: only those with one prescaler for
    both phases.
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
        data_rates = [_by_sample(self.data, group) for _error, group in self.data.by_rate()]
        for _error, group in self.nominal.by_rate():
            nominal_samples = _by_sample(self.nominal, group)
            for data_samples in data_rates:
                for nominal, data in product(nominal_samples, data_samples):
                    yield from self._ordered(nominal, data)

    def _ordered(
        self, nominal: list[tuple[int, int, int]], data: list[tuple[int, int, int]]
    ) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
        pairs = [(n, d) for n, d in product(nominal, data) if n[0] == d[0] or not self.equal_prescalers]
        return sorted(pairs, key=self._key)

    def _key(self, pair: tuple[tuple[int, int, int], tuple[int, int, int]]) -> tuple[object, ...]:
        (n_prescaler, n_tseg1, n_tseg2), (d_prescaler, d_tseg1, d_tseg2) = pair
        jump_n = split(self.nominal.limits, n_tseg1, n_tseg2)[2]
        jump_d = split(self.data.limits, d_tseg1, d_tseg2)[2]
        return n_prescaler != d_prescaler, n_prescaler + d_prescaler, -jump_n, -jump_d, pair


def _by_sample(phase: Solutions, windows: list[tuple[int, int, int, int]]) -> list[list[tuple[int, int, int]]]:
    rated = sorted(
        (phase.sample_error(quanta, tseg2), (prescaler, quanta - 1 - tseg2, tseg2))
        for prescaler, quanta, low, high in windows
        for tseg2 in range(low, high + 1)
    )
    return [[found for _error, found in group] for _error, group in groupby(rated, key=itemgetter(0))]


def solve_fd(
    nominal: Limits,
    data: Limits,
    *,
    clock: float,
    bitrate: float,
    data_bitrate: float,
    sample_point: float | None = None,
    data_sample_point: float | None = None,
    tolerance: float | Fraction = 0.5,
    equal_prescalers: bool = False,
) -> Pairs:
    """All pairs for a CAN FD controller; units and errors as in `solve`. The data phase is never the slower
    one.
    """
    rate = whole(data_bitrate, "data_bitrate", 1, MAX_BITRATE)
    if rate < whole(bitrate, "bitrate", 1, MAX_BITRATE):
        raise Invalid(
            "timing.data-slower",
            _("The data bit rate is below the nominal bit rate."),
            why=_("ISO 11898-1 has the data phase at the same rate or faster."),
            do=_("Raise the data bit rate."),
            field="data_bitrate",
        )
    if data_sample_point is not None:
        exact(data_sample_point, "data_sample_point", 1, MAX_SAMPLE_POINT)
    return Pairs(
        solve(nominal, clock=clock, bitrate=bitrate, sample_point=sample_point, tolerance=tolerance),
        solve(data, clock=clock, bitrate=rate, sample_point=data_sample_point, tolerance=tolerance),
        equal_prescalers,
    )
