"""Histograms: bars as high as the rows of their interval, what they say, and what is refused with a kind that fits."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.tiles.kinds.histogram import Histogram
from benchboard.ui.studio.tiles.kinds.histogram_values import HistogramValues, summary_text
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Theme
from support.kind_cases import days, kind_cases, table
from support.painted_texts import painted_texts

BODY = QRectF(12, 32, 640, 380)


def _case(name: str) -> ResultTable:
    return next(case.table for case in kind_cases() if case.name == name)


def test_bars_are_side_by_side_and_as_high_as_their_counts(light: Theme) -> None:
    for name in ("amounts", "dice", "both sides of zero", "an outlier"):
        chart = Histogram(BODY, _case(name), "")
        assert sum(chart.bins.counts) == chart.count
        scale = chart.axes.box.height() / chart.axes.y.high
        for place, (bar, rows) in enumerate(zip(chart.bars, chart.bins.counts, strict=True)):
            assert bar.height() == pytest.approx(max(rows * scale, 1 if rows else 0), abs=1.01)
            assert chart.bin_at(bar.center().x()) == place
            assert (bar.height() > 0) == (rows > 0)  # a single row among thousands is seen
        assert chart.bars[0].left() == pytest.approx(chart.axes.box.left(), abs=1)
        assert chart.bars[-1].right() == pytest.approx(chart.axes.box.right(), abs=2)


def test_a_bin_says_its_interval_its_rows_and_what_is_not_counted(light: Theme) -> None:
    money = Presentation(format="money", currency="EUR")
    cells = [(Decimal(value),) for value in (0, 1, 2, 5, 5, 9)]
    chart = Histogram(BODY, table([("total", "decimal")], [*cells, (None,)], total=money), "", 2)
    values = HistogramValues(chart)
    assert (chart.bins.width, chart.bins.counts) == (Decimal(5), (3, 3))
    assert chart.axes.x_labels[0].startswith("€")
    first, last = (values(values.spots(place)[0]) for place in (0, 1))
    assert first is not None
    assert last is not None
    assert [(line.label, line.value) for line in first.lines] == [
        ("Total: €\xa00 to below €\xa05", ""), ("Rows", "3 · 50.0 %"), ("1 row without a number", ""),
    ]  # fmt: skip
    assert last.lines[0].label == "Total: €\xa05 to €\xa010"
    assert values(QPointF(-5, -5)) is None
    dice = Histogram(BODY, _case("dice"), "")
    assert [dice.range_text(place) for place in range(6)] == ["1", "2", "3", "4", "5", "6"]
    assert list(dice.axes.x_labels) == ["1", "2", "3", "4", "5", "6"]
    assert summary_text(dice) == "300 values, Eyes, 6 bins, most rows: 6"
    wide = Histogram(BODY, table([("n", "integer")], [(value,) for value in range(0, 1000, 3)]), "")
    assert wide.range_text(0) == f"0 to {wide.bins.width - 1}"


@pytest.mark.parametrize(
    "kind", ["histogram", "scatter_chart", "line_chart", "bar_chart", "pie_chart", "heatmap", "table"]
)
def test_limit_of_the_query_is_said_where_the_result_reaches_it(light: Theme, kind: str) -> None:
    """Only histograms and points said it."""
    heads = (
        [("n", "integer"), ("m", "integer")]
        if kind in ("histogram", "scatter_chart")
        else [("x", "text"), ("m", "integer")]
    )
    if kind == "heatmap":
        heads.insert(1, ("y", "text"))
    cells = [[place if one == "integer" else f"{name}{place}" for name, one in heads] for place in range(12)]
    data, query = table(heads, [tuple(row) for row in cells]), "SELECT x, m FROM t LIMIT {}"

    def said(result: QueryResult) -> tuple[str, bool]:
        widget = WidgetContent("w", kind, kind_of(kind), "Title", result.query, {})
        texts = painted_texts(QSize(600, 300), lambda painter: paint_content(painter, QSizeF(600, 300), widget, result))
        return summary(widget, result), any("first 12 rows" in one.text for one in texts)

    reached = said(QueryResult(query.format(12), data))
    assert reached[0].endswith(", first 12 rows")
    assert reached[1]
    assert "first" not in said(QueryResult(query.format(20), data))[0]
    cut = said(QueryResult(query.format(20), replace(data, truncated=True)))
    assert cut == ((cut[0], True) if kind != "table" else (cut[0], False))


def _mismatch(data: ResultTable, query: str = "SELECT 1") -> tuple[str, str]:
    widget = WidgetContent("w", "histogram", kind_of("histogram"), "", query, {})
    return mismatch_reason(widget, data) or "", mismatch_advice(widget, data)


def test_results_without_values_of_single_rows_are_refused(light: Theme) -> None:
    grouped = table([("status", "text"), ("orders", "integer")], [("paid", 4), ("late", 2)])
    query = "SELECT status, count(*) AS orders FROM orders GROUP BY 1"
    assert _mismatch(grouped, query) == (
        "“Orders” is already a count or a sum of many rows.",
        "Show it as “Bar”, or select the number of each row without grouping.",
    )
    daily = table([("day", "date"), ("count", "integer")], [(day, 1) for day in days(3)])
    assert "“Line”" in _mismatch(daily, "SELECT day, count(*) FROM orders GROUP BY 1")[1]
    one = table([("count", "integer")], [(7,)])
    assert "“Metric card”" in _mismatch(one, "SELECT count(*) FROM orders")[1]
    means = table([("shop", "text"), ("mean", "decimal")], [("a", Decimal(3)), ("b", Decimal(4))])
    assert _mismatch(means, "SELECT shop, avg(total) AS mean FROM orders GROUP BY 1")[0] == ""
    each = table([("orders", "integer")], [(7,), (8,)])
    assert _mismatch(each, "SELECT count(*) AS orders FROM orders GROUP BY shop_id")[0] == ""
    names = table([("a", "text")], [("x",)])
    assert _mismatch(names)[0] == "A histogram needs a column of numbers."
    assert _mismatch(table([("n", "decimal")], [(None,), (Decimal("nan"),)]))[0] == "The query returned no numbers."
    mixed = Presentation(format="money", currency_origin="orders.currency")
    codes = Presentation(origin="orders.currency")
    alone = table([("total", "decimal")], [(Decimal(1),), (Decimal(2),)], total=mixed)
    assert Histogram(BODY, alone, "").note == "currency not selected"
    amounts = table([("total", "decimal"), ("currency", "text")], [(Decimal(1), "EUR"), (Decimal(2), "USD")],
                    total=mixed, currency=codes)  # fmt: skip
    assert _mismatch(amounts)[0].startswith("These amounts are in different currencies")
