"""Forty results that are hard to draw: for `benchmarks/charts_vs_matplotlib.py`, and for tests of what charts show."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind

READ_AT: Final = datetime(2026, 11, 21, 14, 20, tzinfo=UTC)
"""When all of these results were read."""


@dataclass(frozen=True, slots=True)
class ChartCase:
    """A result and the kind of widget that draws it."""

    name: str
    kind: str
    table: ResultTable
    unit: str = ""


def result(
    first: Iterable[object], columns: dict[str, Sequence[object]], kind: ValueKind = "text", *, currency: str = ""
) -> ResultTable:
    """A result whose first column has these cells, and the other columns these numbers; floats become decimals."""
    names = list(first)
    money = Presentation(format="money", currency=currency)
    heads = [ResultColumn("x", kind)]
    for name, cells in columns.items():
        is_whole = not currency and not any(isinstance(cell, float) for cell in cells)
        kind = "integer" if is_whole else "decimal"
        heads.append(ResultColumn(name, kind, money if currency else Presentation(written=name)))
    rows = tuple(tuple(map(_cell, row)) for row in zip(names, *columns.values(), strict=True))
    return ResultTable(tuple(heads), rows, truncated=False, read_at=READ_AT)


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return Decimal(repr(value))
    assert value is None or isinstance(value, str | int | Decimal | date)
    return value


_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
HOSTILE_CELLS: Final[dict[ValueKind, tuple[Cell, ...]]] = {
    "date": (date.min, date(1, 1, 31), date(2026, 1, 1), date(9999, 11, 30), date(9999, 12, 1), date.max),
    "timestamp": (
        _FIRST, _FIRST + timedelta(microseconds=1), datetime(2026, 1, 1, tzinfo=UTC), _LAST - timedelta(hours=5),
        _LAST - timedelta(microseconds=1), _LAST,
    ),
    "decimal": (
        *map(Decimal, ("inf", "-inf", "nan", "1e308", "-1e308", "1e300", "-1e300", "1e400", "5e-324", "-0", "1")), None,
    ),
    "integer": (10**400, -(10**400), 10**308, 2**63, 0, 1, None),
    "text": ("", "a", "x" * 500, None),
}  # fmt: skip
"""For each kind of value, those that are the hardest to place on an axis."""


def cases() -> list[ChartCase]:
    """All of them."""
    return [*_lines(), *_areas(), *_bars(), *_pies()]


def days(start: date, count: int, step: int = 1) -> list[date]:
    """So many days, `step` days apart."""
    return [start + timedelta(days=step * k) for k in range(count)]


def wave(count: int, scale: float = 10.0, offset: float = 0.0, turns: float = 3.0) -> list[float]:
    """Values that go up and down and never repeat exactly."""
    return [
        round(offset + scale * (math.sin(turns * math.tau * k / count) + 0.3 * math.sin(7.3 * k)), 3)
        for k in range(count)
    ]


def _hours(count: int, step: float = 1.0, start: datetime = datetime(2026, 11, 19, 22, tzinfo=UTC)) -> list[datetime]:
    return [start + timedelta(hours=step * k) for k in range(count)]


def _months(year: int, month: int, count: int) -> list[date]:
    return [date(year + (month - 1 + k) // 12, (month - 1 + k) % 12 + 1, 1) for k in range(count)]


def _lines() -> list[ChartCase]:
    ninety, weeks = days(date(2026, 8, 1), 90), days(date(2026, 8, 24), 13, 7)
    gap = [None if 20 <= k < 35 or k in (50, 52) else value for k, value in enumerate(wave(90, 20, 100))]
    uneven = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5), date(2026, 3, 1), date(2026, 9, 1)]
    dst = _hours(48, 0.5, datetime(2026, 3, 28, 12, tzinfo=UTC))
    eight = {f"Line {k + 1}": wave(60, 3 + k, 10 * k, 1 + k / 3) for k in range(8)}
    five = ("fulfilled", 380, 418), ("paid", 180, 212), ("pending", 50, 58), ("refunded", 30, 27), ("cancelled", 14, 18)
    by_status = {
        name: [*(low + (high - low) * k // 11 + 5 * (k % 3) for k in range(12)), high // 2] for name, low, high in five
    }
    odd = {"Signal": [1.0, None, 3.0, None, None, 2.0, 4.0, None]}
    return [
        ChartCase("days", "line_chart", result(ninety, {"Orders": [int(v) for v in wave(90, 20, 100)]}, "date")),
        ChartCase("weeks by status, last unfinished", "line_chart", result(weeks, by_status, "date")),
        ChartCase("gaps", "line_chart", result(ninety, {"Temperature": gap}, "date"), "°C"),
        ChartCase("lone points between gaps", "line_chart", result(days(date(2026, 5, 1), 8), odd, "date")),
        ChartCase("one point", "line_chart", result([date(2026, 11, 1)], {"Orders": [42]}, "date")),
        ChartCase("all equal", "line_chart", result(ninety, {"Nodes": [7] * 90}, "date")),
        ChartCase("all zero", "line_chart", result(ninety, {"Errors": [0] * 90}, "date")),
        ChartCase("all missing", "line_chart", result(ninety, {"Errors": [None] * 90}, "date")),
        ChartCase("uneven days", "line_chart", result(uneven, {"Orders": [10, 12, 30, 14, 60]}, "date")),
        ChartCase(
            "hours over midnights", "line_chart", result(_hours(41), {"Bus load": wave(41, 20, 50)}, "timestamp"), "%"
        ),
        ChartCase(
            "half hours over the change of clocks",
            "line_chart",
            result(dst, {"Frames": wave(48, 900, 4000)}, "timestamp"),
        ),
        ChartCase(
            "months over three years",
            "line_chart",
            result(_months(2024, 1, 35), {"Revenue": wave(35, 4e4, 2e5)}, "date", currency="EUR"),
        ),
        ChartCase(
            "seconds",
            "line_chart",
            result(
                _hours(60, 1 / 3600, datetime(2026, 11, 20, 10, 41, 30, tzinfo=UTC)),
                {"Speed": wave(60, 90, 1500), "Torque": wave(60, 30, 1050)},
                "timestamp",
            ),
            "rpm",
        ),
        ChartCase(
            "tiny values", "line_chart", result(ninety, {"Leakage": [v * 1e-9 for v in wave(90, 2, 5)]}, "date"), "A"
        ),
        ChartCase("huge values", "line_chart", result(ninety, {"Bytes": [v * 1e15 for v in wave(90, 2, 5)]}, "date")),
        ChartCase(
            "narrow range far from zero",
            "line_chart",
            result(ninety, {"Clock": wave(90, 0.002, 80_000.01)}, "date"),
            "kHz",
        ),
        ChartCase(
            "nine orders of magnitude",
            "line_chart",
            result(days(date(2026, 5, 1), 10), {"Count": [10**k for k in range(10)]}, "date"),
        ),
        ChartCase(
            "mixed scales",
            "line_chart",
            result(ninety, {"Revenue": wave(90, 9e4, 4e5), "Orders": wave(90, 20, 100)}, "date"),
        ),
        ChartCase("eight series", "line_chart", result(days(date(2026, 5, 1), 60), eight, "date")),
        ChartCase("crosses zero", "line_chart", result(ninety, {"Balance": wave(90, 100)}, "date"), "€"),
        ChartCase(
            "number on the x axis",
            "line_chart",
            result([0, 1, 2, 5, 10, 20, 50, 100], {"Delay": [1, 2, 4, 9, 17, 30, 80, 150]}, "integer"),
            "ms",
        ),
    ]


def _areas() -> list[ChartCase]:
    ninety = days(date(2026, 8, 1), 90)
    pair = {"Received": wave(90, 20, 60), "Sent": wave(90, 10, 30, 2)}
    return [
        ChartCase("area", "area_chart", result(ninety, {"Bus load": wave(90, 20, 60)}, "date"), "%"),
        ChartCase("area of two series", "area_chart", result(ninety, pair, "date")),
        ChartCase("area of negative values", "area_chart", result(ninety, {"Loss": wave(90, 20, -60)}, "date"), "€"),
        ChartCase(
            "area across zero with a gap",
            "area_chart",
            result(ninety, {"Net": [None if 30 <= k < 40 else v for k, v in enumerate(wave(90, 100))]}, "date"),
        ),
    ]


def _bars() -> list[ChartCase]:
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    many = [f"Node {k:03}" for k in range(300)]
    long = [f"The merchant with the longest name of this page, number {k:03}" for k in range(6)]
    quarters = {f"Site {name}": [40 + 9 * k + 3 * row for row in range(4)] for k, name in enumerate("ABC")}
    return [
        ChartCase("weekdays", "bar_chart", result(weekdays, {"Orders": [212, 250, 262, 231, 305, 142, 87]})),
        ChartCase("one bar", "bar_chart", result(["Ready"], {"Dongles": [742]})),
        ChartCase(
            "weeks, last unfinished",
            "bar_chart",
            result(
                days(date(2026, 8, 24), 13, 7),
                {"Orders": [300, 330, 342, 336, 350, 368, 360, 377, 385, 402, 397, 418, 214]},
                "date",
            ),
        ),
        ChartCase(
            "days with missing ones",
            "bar_chart",
            result(
                [d for k, d in enumerate(days(date(2026, 9, 1), 30)) if k not in (9, 10, 11, 20)],
                {"Orders": wave(26, 20, 60)},
                "date",
            ),
        ),
        ChartCase(
            "months over two years",
            "bar_chart",
            result(_months(2025, 1, 22), {"Revenue": wave(22, 4e4, 2e5)}, "date", currency="EUR"),
        ),
        ChartCase("three sets", "bar_chart", result(["Q1", "Q2", "Q3", "Q4"], quarters)),
        ChartCase("all negative", "bar_chart", result(weekdays, {"Balance": [-12, -30, -7, -44, -3, -20, -1]}), "€"),
        ChartCase(
            "positive and negative sets",
            "bar_chart",
            result(weekdays, {"In": [12, 30, 7, 44, 3, 20, 1], "Out": [-10, -22, -9, -40, 0, None, -3]}),
        ),
        ChartCase("300 names", "bar_chart", result(many, {"Frames": [abs(v) for v in wave(300, 400, 700, 5)]})),
        ChartCase(
            "names of 60 characters",
            "bar_chart",
            result(long, {"Revenue": [412_880, 288_104, 190_455, 133_020, 97_310, 64_992]}, currency="EUR"),
        ),
        ChartCase("one large value", "bar_chart", result(weekdays, {"Orders": [1, 2, 100_000, 3, 0, None, 5]})),
    ]


def _pies() -> list[ChartCase]:
    states = ["Ready", "Away", "Listen only", "Error passive", "Bus off"]
    return [
        ChartCase("pie", "pie_chart", result(states, {"Dongles": [742, 318, 126, 61, 37]})),
        ChartCase(
            "pie of many and long names",
            "pie_chart",
            result(
                [f"The merchant with a long name, number {k}" for k in range(20)],
                {"Revenue": [20_000 // (k + 1) for k in range(20)]},
                currency="EUR",
            ),
        ),
        ChartCase("pie of zeros", "pie_chart", result(states, {"Dongles": [0, 0, 0, 0, 0]})),
        ChartCase("pie with negative values", "pie_chart", result(states, {"Dongles": [742, -318, 126, None, 0]})),
    ]
