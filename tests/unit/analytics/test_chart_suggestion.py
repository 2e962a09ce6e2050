"""The kind of widget that is suggested for a result."""

from datetime import UTC, datetime, timedelta

import pytest

from benchboard.analytics.chart_suggestion import MANY_CATEGORIES, suggest_chart
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def _table(kinds: tuple[ValueKind, ...], rows: list[tuple[Cell, ...]]) -> ResultTable:
    return ResultTable(tuple(ResultColumn(f"c{k}", kind) for k, kind in enumerate(kinds)), tuple(rows), False)


@pytest.mark.parametrize(
    ("kinds", "rows", "expected"),
    [
        (("integer",), [(5,)], "metric_card"),
        (("integer", "decimal"), [(5, 2)], "table"),
        (("timestamp", "integer"), [(START + timedelta(days=k), k) for k in range(5)], "line_chart"),
        (("timestamp", "text", "integer"), [(START + timedelta(days=k), "a", k) for k in range(5)], "line_chart"),
        (("date", "integer"), [(START.date(), 1)], "table"),
        (("text", "integer"), [("a", 1), ("b", 2)], "bar_chart"),
        (("boolean", "integer"), [(True, 1), (False, 2)], "bar_chart"),
        (("text", "integer"), [(str(k), k) for k in range(MANY_CATEGORIES + 1)], "table"),
        (("integer", "integer"), [(k, k) for k in range(9)], "table"),
        (("integer", "decimal"), [(k % 4, k) for k in range(10)], "scatter_chart"),
        (("text", "integer", "decimal"), [(str(k), k, k) for k in range(MANY_CATEGORIES + 1)], "scatter_chart"),
        (("text", "text", "integer"), [(a, str(b), b) for a in "abc" for b in range(9)], "heatmap"),
        (("text", "text", "integer"), [(a, str(b), b) for a in "abc" for b in range(8)], "bar_chart"),
        (("text", "text"), [("a", "b"), ("c", "d")], "table"),
        (("text",), [], "table"),
        ((), [], "table"),
    ],
)
def test_the_chart_that_fits_is_suggested_with_a_reason(
    kinds: tuple[ValueKind, ...], rows: list[tuple[Cell, ...]], expected: str
) -> None:
    found = suggest_chart(_table(kinds, rows))
    assert found.kind == expected
    assert found.reason


def test_one_row_of_numbers_is_said_to_be_one_row() -> None:
    assert suggest_chart(_table(("text", "integer", "decimal"), [("a", 1, 2)])).reason == "One row: shown as a table."
    no_numbers = suggest_chart(_table(("text", "text"), [("a", "b"), ("c", "d")]))
    assert no_numbers.reason == "No numbers to plot by the first column: shown as a table."


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        (("currency", "total_amount"), [("EUR", 5), ("USD", 7)], "metric_card"),
        (("currency", "total_amount"), [("EUR", 5)], "table"),
        (("currency", "orders"), [("EUR", 5), ("USD", 7)], "bar_chart"),
        (("shop", "currency", "total_amount"), [("a", "EUR", 5), ("b", "EUR", 7)], "bar_chart"),
        (("shop", "currency", "total_amount"), [("a", "EUR", 5), ("b", "USD", 7)], "table"),
        (("shop", "currency", "total_amount"), [(a, c, 5) for a in "ab" for c in ("EUR", "USD")], "table"),
    ],
)
def test_amounts_in_several_currencies_are_never_suggested_as_bars(
    names: tuple[str, ...], rows: list[tuple[Cell, ...]], expected: str
) -> None:
    kinds: dict[str, ValueKind] = {"total_amount": "decimal", "orders": "integer"}
    columns = tuple(ResultColumn(one, kinds.get(one, "text")) for one in names)
    assert suggest_chart(ResultTable(columns, tuple(rows), False)).kind == expected
