"""Every pair of a nominal and a data phase by its two sample points: what a plot of the pairs needs.

There are up to millions of pairs; per half a percent of each sample point one is shown, that with the least bit rate
error and then the lowest prescaler, as in the ranking.
"""

from typing import Final, NamedTuple

from benchboard.canbus.timing.solver import Pairs, Solutions, split_tseg1

_LEAST_POINT: Final = 50.0
"""Sample points before the middle of the bit are of no use, and not listed."""

Triple = tuple[int, int, int]


class PairPoint(NamedTuple):
    """One pair: its sample points and the oscillator tolerance that it allows, in percent, and both (prescaler, tseg1,
    tseg2).
    """

    nominal_point: float
    data_point: float
    tolerance: float
    nominal: Triple
    data: Triple


def pair_grid(pairs: Pairs) -> list[PairPoint]:
    """The pairs at different sample points, from 50 % on; ordered by nominal, then data sample point."""
    found: dict[tuple[int, int], PairPoint] = {}
    for nominal_cells, data_cells in _columns(pairs):
        for x, nominal in nominal_cells.items():
            for y, data in data_cells.items():
                if (x, y) not in found:
                    found[x, y] = _point(pairs, nominal, data)
    return [found[cell] for cell in sorted(found)]


def _columns(pairs: Pairs) -> list[tuple[dict[int, Triple], dict[int, Triple]]]:
    """Cells of both phases that may be combined with each other, the preferred ones first."""
    nominal, data = _cells_by_prescaler(pairs.nominal), _cells_by_prescaler(pairs.data)
    if pairs.equal_prescalers:
        return [(nominal[prescaler], data[prescaler]) for prescaler in sorted(nominal) if prescaler in data]
    return [(_cells(pairs.nominal, None), _cells(pairs.data, None))]


def _cells_by_prescaler(phase: Solutions) -> dict[int, dict[int, Triple]]:
    return {prescaler: _cells(phase, prescaler) for prescaler in {window[0] for window in phase.windows}}


def _cells(phase: Solutions, only: int | None) -> dict[int, Triple]:
    """By half percent of the sample point, the solution with the least bit rate error, then the lowest prescaler."""
    best: dict[int, tuple[int, Triple]] = {}
    for prescaler, quanta, low, high in phase.windows:
        if only not in (None, prescaler):
            continue
        error = phase.rate_error(prescaler * quanta)
        for tseg2 in range(low, high + 1):
            point = 100 * (quanta - tseg2) / quanta
            offered = (error, (prescaler, quanta - 1 - tseg2, tseg2))
            cell = round(2 * point)
            if point >= _LEAST_POINT and (cell not in best or offered < best[cell]):
                best[cell] = offered
    return {cell: triple for cell, (_error, triple) in best.items()}


def _point(pairs: Pairs, nominal: Triple, data: Triple) -> PairPoint:
    tolerance = 100 * _tolerance(
        nominal, split_tseg1(pairs.nominal.limits, *nominal[1:]), data, split_tseg1(pairs.data.limits, *data[1:])
    )
    return PairPoint(_sample_point(nominal), _sample_point(data), tolerance, nominal, data)


def _sample_point(triple: Triple) -> float:
    _prescaler, tseg1, tseg2 = triple
    return 100 * (1 + tseg1) / (1 + tseg1 + tseg2)


def _tolerance(
    nominal: Triple, nominal_split: tuple[int, int, int], data: Triple, data_split: tuple[int, int, int]
) -> float:
    """The five conditions of `tolerance.oscillator_tolerance`, in floating point: thousands are asked for at once."""
    (prescaler, tseg1, tseg2), (data_prescaler, data_tseg1, data_tseg2) = nominal, data
    (_prop, phase1, sjw), data_sjw = nominal_split, data_split[2]
    smaller, nbt, dbt = min(phase1, tseg2), 1 + tseg1 + tseg2, 1 + data_tseg1 + data_tseg2
    ratio = prescaler / data_prescaler
    return min(
        smaller / (2 * (13 * nbt - tseg2)),
        sjw / (20 * nbt),
        data_sjw / (20 * dbt),
        smaller / (2 * ((6 * dbt - data_tseg2) / ratio + 7 * nbt)),
        (data_sjw - max(0.0, ratio - 1)) / (2 * ((2 * nbt - tseg2) * ratio + data_tseg2 + 4 * dbt)),
    )
