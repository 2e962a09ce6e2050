"""Results for the kinds of charts that draw two groups or two numbers, from plain to hard, for tests and pictures."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from support.chart_cases import READ_AT, ChartCase

_LONG: Final = "The merchant with the longest name of this page, number {:02}"


def table(
    columns: Sequence[tuple[str, ValueKind]], rows: Sequence[tuple[Cell, ...]], **shown: Presentation
) -> ResultTable:
    """A result with these columns, some of them shown in a way of their own."""
    heads = tuple(ResultColumn(name, kind, shown.get(name, Presentation())) for name, kind in columns)
    return ResultTable(heads, tuple(rows), truncated=False, read_at=READ_AT)


def decimal(value: float) -> Decimal:
    """A number with three decimals."""
    return Decimal(repr(round(value, 3)))


def kind_cases() -> list[ChartCase]:
    """All of them."""
    return [*_scatter(), *_heatmaps(), *_histograms()]


def _scatter() -> list[ChartCase]:
    chance = random.Random(7)  # the same points every time
    pair: list[tuple[str, ValueKind]] = [("load", "decimal"), ("latency", "decimal")]
    gears = [
        (decimal(chance.gauss(50 + 20 * gear, 9)), decimal(chance.gauss(300 - 30 * gear, 40)), f"Gear {gear + 1}")
        for gear in range(6)
        for _point in range(60)
    ]
    cloud = [(decimal(chance.gauss(50, 12)), decimal(abs(chance.gauss(3, 1)))) for _point in range(5_000)]
    shops = [(_LONG.format(k), chance.randint(1, 900), decimal(chance.uniform(10, 9e6)), k * k) for k in range(30)]
    money = Presentation(format="money", currency="EUR")
    return [
        ChartCase("points", "scatter_chart", table([("shop", "text"), ("orders", "integer"), ("revenue", "decimal")],
                  [(f"s{k}", k * 7 % 50, decimal(k * k * 1.5)) for k in range(14)], revenue=money)),
        ChartCase("points of six series", "scatter_chart", table([*pair, ("gear", "text")], gears)),
        ChartCase("a cloud with an outlier", "scatter_chart", table(pair, [*cloud, (Decimal(900), Decimal(70))])),
        ChartCase("sized points", "scatter_chart", table(
            [("shop", "text"), ("orders", "integer"), ("revenue", "decimal"), ("people", "integer")], shops)),
        ChartCase("one point", "scatter_chart", table(pair, [(Decimal(3), Decimal("-7.25"))])),
        ChartCase("points on one line", "scatter_chart", table(pair, [(Decimal(3), Decimal(k)) for k in range(9)])),
        ChartCase("tiny and huge", "scatter_chart", table(pair, [(Decimal(k) / 10**9, Decimal(k) * 10**14)
                  for k in range(1, 9)])),
        ChartCase("some without a number", "scatter_chart", table(pair, [(Decimal(k), None if k % 2 else Decimal(k))
                  for k in range(9)])),
    ]  # fmt: skip


def _heatmaps() -> list[ChartCase]:
    chance = random.Random(3)  # the same numbers every time
    week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    hours = [(hour, day, chance.randint(0, 500)) for day in week for hour in range(24) if chance.random() > 0.2]
    weeks = [(day, f"Line {k}", decimal(chance.uniform(-5, 5))) for day in days(60) for k in range(5)
             if day.day % 9]  # fmt: skip
    many = [(_LONG.format(k), _LONG.format(at), k * at) for k in range(20) for at in range(20)]
    money = Presentation(format="money", currency="EUR")
    return [
        ChartCase("hours of weekdays", "heatmap", table([("hour", "integer"), ("day", "text"), ("orders", "integer")],
                  hours)),
        ChartCase("days with missing ones", "heatmap", table([("day", "date"), ("line", "text"), ("change", "decimal")],
                  weeks)),
        ChartCase("long names on both sides", "heatmap", table([("a", "text"), ("b", "text"), ("orders", "integer")],
                  many)),
        ChartCase("one cell", "heatmap", table([("a", "text"), ("b", "text"), ("revenue", "decimal")],
                  [("north", "paid", decimal(12.5))], revenue=money)),
        ChartCase("three by two", "heatmap", table([("a", "text"), ("b", "text"), ("revenue", "decimal")],
                  [(a, b, decimal(k * 1e5)) for k, (a, b) in enumerate([("north", "paid"), ("south", "paid"),
                   ("west", "late"), ("north", "late")])], revenue=money)),
        ChartCase("all equal, with nothing beside", "heatmap", table([("a", "text"), ("b", "text"), ("n", "integer")],
                  [("x", "y", 5), ("z", "y", None), ("z", None, 5), ("", "q", 5)])),
    ]  # fmt: skip


def _histograms() -> list[ChartCase]:
    chance = random.Random(5)  # the same numbers every time
    money = Presentation(format="money", currency="EUR")
    totals = [(f"o{k}", decimal(chance.lognormvariate(4, 0.6))) for k in range(900)]
    numbers: list[tuple[str, ValueKind]] = [("change", "decimal")]
    dice: list[tuple[str, ValueKind]] = [("eyes", "integer")]
    return [
        ChartCase("amounts", "histogram", table([("number", "text"), ("total", "decimal")], totals, total=money)),
        ChartCase("dice", "histogram", table(dice, [(chance.randint(1, 6),) for _throw in range(300)])),
        ChartCase("both sides of zero", "histogram", table(numbers, [
            *((decimal(chance.gauss(0, 3)),) for _value in range(400)), (None,), (Decimal("NaN"),)])),
        ChartCase("one value", "histogram", table(numbers, [(Decimal("12.5"),)])),
        ChartCase("an outlier", "histogram", table(dice, [*((k % 40,) for k in range(2_000)), (90_000,)])),
        ChartCase("tiny ones", "histogram", table(numbers, [(Decimal(k) / 10**9,) for k in range(40)])),
    ]  # fmt: skip


def days(count: int) -> list[date]:
    """So many days."""
    return [date(2026, 8, 3) + timedelta(days=k) for k in range(count)]
