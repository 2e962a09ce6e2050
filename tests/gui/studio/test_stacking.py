"""Stacked areas and bars: what is drawn adds up to what the query returned."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, RowCurrencies
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason, paint_content
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.stacking import spans_of, total
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.fields import Select
from support.chart_cases import READ_AT, days
from support.examples import examples
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

_COUNTED: Final = "SELECT day, status, count(*) AS orders FROM orders GROUP BY 1, 2"
_BOX: Final = QRectF(0, 0, 500, 300)


def _widget(kind: str, **config: object) -> WidgetContent:
    known = kind_of(kind)
    assert known is not None
    return widget_of(with_fields(new_item(known, "w"), title="Orders", config=config))


def _table(numbers: dict[str, list[int | Decimal | None]], first: list[Cell] | None = None) -> ResultTable:
    """A row for each day and status with a number."""
    count = len(next(iter(numbers.values())))
    found = first or list(days(date(2026, 5, 1), count))
    kind = "date" if first is None else "text"
    whole = all(isinstance(one, int) for values in numbers.values() for one in values if one is not None)
    columns = (
        ResultColumn("day", kind),
        ResultColumn("status", "text"),
        ResultColumn("orders", "integer" if whole else "decimal"),
    )
    rows = [
        (found[row], name, values[row])
        for row, (name, values) in product(range(count), numbers.items())
        if values[row] is not None
    ]
    return ResultTable(columns, tuple(rows), truncated=False, read_at=READ_AT)


def _series(kind: str, table: ResultTable, query: str = _COUNTED, **config: object) -> list[charts.Series]:
    return charts.series_of(drawn_table(_widget(kind, **config), QueryResult(query, table)), "")


@st.composite
def _numbers(draw: st.DrawFn) -> list[list[int | Decimal | None]]:
    value = st.none() | st.integers(-(10**9), 10**9) | st.decimals(-1000, 1000, places=2, allow_nan=False)
    count = draw(st.integers(1, 6))
    return draw(st.lists(st.lists(value, min_size=count, max_size=count), min_size=2, max_size=8))


@given(numbers=_numbers(), kind=st.sampled_from(["area_chart", "bar_chart"]), percent=st.booleans())
@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawn_tops_are_the_sums_of_the_numbers(
    light: Theme, numbers: list[list[int | Decimal | None]], kind: str, percent: bool
) -> None:
    if percent:
        numbers = [[abs(one) if one is not None else None for one in row] for row in numbers]
    names = {f"s{place}": values for place, values in enumerate(numbers)}
    series = _series(kind, _table(names), stack="percent" if percent else "stacked")
    by_name = {one.name: one for one in series}
    if len(by_name) < 2:
        return  # rows without any number are left out of the result
    times = {row[0] for row in _table(names).rows}
    kept = [row for row, day in enumerate(days(date(2026, 5, 1), len(numbers[0]))) if day in times]
    for at, row in enumerate(kept):
        exact = [Decimal(values[row] or 0) for values in numbers]
        whole = sum(exact)
        scale = 100 / whole if percent and whole else 1
        up, down = sum(one for one in exact if one > 0) * scale, sum(one for one in exact if one < 0) * scale
        spans = [span for one in series if (span := one.spans[at]) is not None]
        assert bool(spans) or (percent and not whole)
        if spans:
            assert max(0.0, *(span.top for span in spans)) == pytest.approx(float(up), abs=1e-6)
            assert min(0.0, *(span.top for span in spans)) == pytest.approx(float(down), abs=1e-6)
        for name, values in names.items():
            span = by_name[name].spans[at] if name in by_name else None
            if span is not None:
                assert span.top - span.base == pytest.approx(float(Decimal(values[row] or 0) * scale), abs=1e-6)


def test_bars_of_a_stack_stand_on_each_other_up_to_their_sum(light: Theme) -> None:
    table = _table({"a": [10, 20], "b": [5, -8], "c": [30, 1]}, ["x", "y"])
    drawn = drawn_table(_widget("bar_chart", stack="stacked"), QueryResult(_COUNTED, table))
    sets = charts.series_of(drawn, "")
    plot = charts.plot_of(_BOX, sets, "bar_chart")
    found = {(bar.row, sets[bar.place].name): bar for bar in bars.upright_bars(plot, sets, x_axis.bar_axis(drawn))}
    assert found[0, "a"].box.bottom() == pytest.approx(plot.y(0))
    assert found[0, "a"].box.top() == pytest.approx(found[0, "b"].box.bottom())
    assert found[0, "c"].box.top() == pytest.approx(plot.y(45))
    assert found[1, "b"].box.top() == pytest.approx(plot.y(0))
    assert found[1, "b"].box.bottom() == pytest.approx(plot.y(-8))
    assert len({bar.box.left() for (row, _name), bar in found.items() if row == 0}) == 1
    assert {key for key, bar in found.items() if bar.is_end} == {(0, "c"), (1, "b"), (1, "c")}


@pytest.mark.parametrize(
    ("query", "stacked"),
    [
        (_COUNTED, True),
        ("SELECT day, status, sum(total) AS orders FROM o GROUP BY 1, 2", True),
        ("SELECT day, status, avg(total) AS orders FROM o GROUP BY 1, 2", False),
        ("SELECT day, status, count(DISTINCT buyer) AS orders FROM o GROUP BY 1, 2", False),
    ],
)
def test_areas_are_stacked_by_themselves_where_they_add_up(light: Theme, query: str, stacked: bool) -> None:
    table = _table({"a": [1, 2, 3], "b": [4, 5, 6]})
    assert all(bool(one.spans) is stacked for one in _series("area_chart", table, query))
    assert all(bool(one.spans) for one in _series("area_chart", table, query, stack="stacked"))
    assert not any(one.spans for one in _series("area_chart", table, query, stack="off"))
    assert not any(one.spans for one in _series("bar_chart", table, query)), "bars only where somebody wants it"


def test_columns_side_by_side_are_stacked_only_if_they_are_parts(light: Theme) -> None:
    columns = tuple(ResultColumn(name, kind) for name, kind in (("day", "date"), ("a", "integer"), ("b", "integer")))
    rows = tuple((day, 3, 4) for day in days(date(2026, 5, 1), 4))
    table = ResultTable(columns, rows, truncated=False, read_at=READ_AT)
    parts = "SELECT day, count(*) FILTER (WHERE p) AS a, count(*) FILTER (WHERE NOT p) AS b FROM o GROUP BY 1"
    assert all(one.spans for one in _series("area_chart", table, parts))
    assert not any(one.spans for one in _series("area_chart", table, "SELECT day, sum(gross) a, sum(net) b FROM o"))


def test_row_without_a_number_adds_nothing_and_breaks_no_area() -> None:
    first, second = spans_of([[1.0, None, None], [2.0, 3.0, None]], "stacked")
    assert [one is None for one in first] == [False, False, True]
    assert first[1] == (0.0, 0.0)
    assert second[1] == (0.0, 3.0)


@pytest.mark.parametrize("kind", ["area_chart", "bar_chart"])
def test_shares_of_negative_values_are_refused_in_words(light: Theme, kind: str) -> None:
    table = _table({"a": [1, 2], "b": [4, -5]})
    widget = _widget(kind, stack="percent")
    assert mismatch_reason(widget, table) == "Negative values have no shares of 100 %."
    assert mismatch_advice(widget, table) == "Set the stacking to Off, or filter the rows."
    assert mismatch_reason(_widget(kind, stack="stacked"), table) is None


def test_axis_of_shares_goes_from_0_to_100_percent(light: Theme) -> None:
    widget, table = _widget("area_chart", stack="percent"), _table({"a": [1, 2, 3], "b": [4, 5, 6]})
    texts = painted_texts(
        QSize(500, 300), lambda painter: paint_content(painter, QSizeF(500, 300), widget, QueryResult(_COUNTED, table))
    )
    shown = [one.text for one in texts]
    assert "0 %" in shown
    assert "100 %" in shown
    assert not {"120 %", "10"} & {*shown}


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        ({}, ["b: 5", "a: 2", "Total: 7"]),
        ({"stack": "percent"}, ["b: 5 · 71.4 %", "a: 2 · 28.6 %", "Total: 7"]),
        ({"stack": "off"}, ["a: 2", "b: 5"]),
    ],
)
def test_readout_of_a_stack_has_each_part_and_the_total(
    light: Theme, config: dict[str, object], lines: list[str]
) -> None:
    result = QueryResult(_COUNTED, _table({"a": [1, 2, 3], "b": [4, 5, 6]}))
    reader = body_reader(_BOX, _widget("area_chart", **config), result)
    assert isinstance(reader, ChartReader)
    readout = reader(reader.spots(1)[0])
    assert readout is not None
    assert [line.text for line in readout.lines[1:]] == lines


def test_pointer_in_a_band_of_a_stack_reads_that_band(light: Theme) -> None:
    result = QueryResult(_COUNTED, _table({"a": [10, 10, 10], "b": [80, 80, 80]}))
    reader = body_reader(_BOX, _widget("area_chart"), result)
    assert isinstance(reader, ChartReader)
    top, low = reader.spots(1)
    assert [reader.chart_point(*found)[2].name for spot in (top, low) if (found := reader.place_at(spot))] == ["b", "a"]
    assert reader.place_at(QPointF(low.x(), top.y() - 40)) == reader.place_at(top)


def test_each_part_of_a_stacked_bar_can_be_clicked_and_walked_over(light: Theme) -> None:
    for names in (["x", "y"], [f"A long name of a shop in a far town, number {k}" for k in range(2)]):
        result = QueryResult(_COUNTED, _table({"a": [10, 10], "b": [20, 20], "c": [30, 30]}, list(names)))
        reader = body_reader(_BOX, _widget("bar_chart", stack="stacked"), result)
        assert isinstance(reader, ChartReader)
        spots = reader.spots(0)
        found = [reader.chart_point(*place)[2].name for spot in spots if (place := reader.place_at(spot)) is not None]
        assert found == (["a", "b", "c"] if reader.is_lying else ["c", "b", "a"])


def test_stacking_is_chosen_in_the_inspector_and_taken_back(studio: "Studio") -> None:
    item = {"id": "b", "type": "bar_chart", "query": _COUNTED, "position": {"x": 0, "y": 0, "w": 6, "h": 5}}
    studio.page.editor.load(parse_document([item]))
    studio.click("b")
    select = studio.find("inspector_stack")
    assert isinstance(select, Select)
    select.setFocus()
    studio.qtbot.keyClick(select, Qt.Key.Key_Down)
    assert studio.page.editor.widget("b").config == {"stack": "stacked"}
    studio.page.undo()
    assert "stack" not in studio.page.editor.widget("b").config
    assert select.current_key() == "off"


def test_total_is_exact() -> None:
    assert total([Decimal("0.1"), Decimal("0.2"), None, "x"]) == Decimal("0.3")
    assert total([None]) is None


@pytest.mark.parametrize("kind", ["bar_chart", "area_chart"])
def test_amounts_in_currencies_of_the_rows_behind_them_are_not_stacked(kind: str) -> None:
    query = "SELECT day, status, sum(total) AS orders FROM orders GROUP BY 1, 2"
    plain = _table({"Ulm": [1, 2], "Bern": [3, 4]})

    def known(codes: dict[str, str]) -> ResultTable:
        groups = {row[:2]: frozenset((codes[str(row[1])],)) for row in plain.rows}
        return replace(plain, row_currencies=RowCurrencies(("day", "status"), {"orders": groups}))

    mixed, alike = known({"Ulm": "EUR", "Bern": "CHF"}), known({"Ulm": "EUR", "Bern": "EUR"})

    def stack(table: ResultTable, **config: object) -> str:
        return drawn_table(_widget(kind, **config), QueryResult(query, table)).stack

    if kind == "area_chart":  # bars stand beside each other unless somebody stacks them
        assert [stack(plain), stack(alike), stack(mixed)] == ["stacked", "stacked", "off"]
    assert [stack(alike, stack="stacked"), stack(mixed, stack="stacked")] == ["stacked", "off"]
    assert mismatch_reason(_widget(kind, stack="percent"), alike) is None
    assert mismatch_reason(_widget(kind, stack="percent"), mixed) == (
        "These amounts are in different currencies, so they can't be stacked."
    )


def test_currencies_of_the_rows_behind_slices_make_no_pie() -> None:
    columns = (ResultColumn("shop", "text"), ResultColumn("sold", "decimal"))
    groups = {("Ulm",): frozenset(("EUR",)), ("Bern",): frozenset(("CHF",))}
    table = ResultTable(columns, (("Ulm", Decimal(1)), ("Bern", Decimal(2))), truncated=False)
    assert mismatch_reason(_widget("pie_chart"), table) is None
    mixed = replace(table, row_currencies=RowCurrencies(("shop",), {"sold": groups}))
    assert mismatch_reason(_widget("pie_chart"), mixed) == (
        "These amounts are in different currencies, so they have no total."
    )
