"""What a tile of each kind shows, and placeholders for unknown kinds."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, check_query
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import (
    KINDS,
    WidgetContent,
    WidgetKind,
    kind_of,
    new_item,
    widget_of,
    with_fields,
)
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles import no_query
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.renderers import (
    body_of,
    mismatch_advice,
    mismatch_reason,
    paint_body,
    paint_content,
    summary,
    unknown_kind_text,
)
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.stats import stat_tiles
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme, theme
from benchboard.ui.widgets.legend import LINE_HEIGHT

if TYPE_CHECKING:
    from conftest import Studio


def _item(item_id: str, kind: str, **fields: object) -> dict[str, object]:
    return {"id": item_id, "type": kind, "position": {"x": 0, "y": 0, "w": 6, "h": 6}, **fields}


def test_placeholder_is_named_by_its_label_everywhere(studio: "Studio") -> None:
    label = "Grafana: heatmap"
    items = [_item("a", "placeholder", config={"label": label}), _item("b", "placeholder"), _item("c", "hologram")]
    studio.page.editor.load(parse_document(items))
    widgets = [studio.page.editor.widget(item_id) for item_id in "abc"]
    assert [widget.kind_name for widget in widgets] == [label, "placeholder", "hologram"]
    assert unknown_kind_text(widgets[0]) == label
    assert "hologram" in unknown_kind_text(widgets[2])
    assert [summary(widget, None) for widget in widgets] == [unknown_kind_text(widget) for widget in widgets]
    studio.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: studio.page.outline.topLevelItemCount() == len(items))
    assert studio.page.outline.line("a").text(0) == label
    told = QAccessible.queryAccessibleInterface(studio.canvas).child(0)
    assert told.text(QAccessible.Text.Name) == label
    assert told.text(QAccessible.Text.Description).startswith(label)
    assert told.text(QAccessible.Text.Value) == label


def _answered(studio: "Studio", item_id: str) -> str:
    studio.wait(lambda: studio.page.query_runner.result(item_id) is not None and not studio.page.query_runner.busy)
    return summary(studio.page.editor.widget(item_id), studio.page.query_runner.result(item_id))


def _colours(studio: "Studio", item_id: str) -> Counter[str]:
    """How many pixels of a tile have each colour."""
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    image = tile.current_pixmap().toImage()
    return Counter(image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()))


def test_gauge_above_a_limit_reports_and_colours_it(studio: "Studio") -> None:
    for config, told, tone in (
        ({"warn": 60, "alarm": 85}, "71 %, warning at 60 %", "warn"),
        ({"warn": 80, "alarm": 90}, "71 %", ""),
        ({"warn": 60, "alarm": 70.5}, "71 %, critical at 70.5 %", "error"),
        ({"warn": 90, "alarm": 10}, "71 %, warning at 90 %", "warn"),
        ({"min": 0, "max": -3}, "1 row", ""),
        ({"warn": "60", "min": None, "max": True}, "71 %", ""),
    ):
        gauge = _item("g", "gauge", query="SELECT 3 AS a, 71 AS load", config={"unit": "%", **config})
        studio.page.editor.load(parse_document([gauge]))
        assert _answered(studio, "g") == told, config
        shown = _colours(studio, "g")
        for name in ("warn", "error"):
            limited = isinstance(config.get("warn"), int)
            assert (theme().color(name).name() in shown) == limited, name
        assert (theme().chart(0).name() in shown) == (tone == "" and told != "1 row"), config


def test_gauge_without_a_number_is_drawn(studio: "Studio") -> None:
    for query in ("SELECT NULL AS a", "SELECT 'x' AS a", "SELECT 1 AS a FROM orders LIMIT 0", ""):
        studio.page.editor.load(parse_document([_item("g", "gauge", query=query, config={"warn": 1})]))
        studio.wait(lambda: not studio.page.query_runner.busy)
        tile = studio.canvas.tiles["g"]
        assert isinstance(tile, Tile), query
        assert not tile.current_pixmap().isNull(), query


def test_area_chart_is_filled_down_to_zero(studio: "Studio") -> None:
    query = "SELECT status AS s, 5 AS n FROM orders GROUP BY status LIMIT 3"
    items = [_item(name, kind, query=query) for name, kind in (("a", "area_chart"), ("l", "line_chart"))]
    studio.page.editor.load(parse_document(items))
    studio.wait(
        lambda: (
            all(studio.page.query_runner.result(name) is not None for name in "al")
            and not studio.page.query_runner.busy
        )
    )
    line, surface = theme().chart(0), theme().color("surface")
    shares = (line.red() * 0.12 + surface.red() * 0.88, line.blue() * 0.12 + surface.blue() * 0.88)
    filled = [
        any(
            abs(QColor(name).red() - shares[0]) < 2 and abs(QColor(name).blue() - shares[1]) < 2
            for name, pixels in found.items()
            if pixels > 500
        )
        for found in (_colours(studio, "a"), _colours(studio, "l"))
    ]
    assert filled == [True, False]


def test_gauge_limits_are_set_and_cleared_in_inspector(studio: "Studio") -> None:
    studio.page.editor.load(parse_document([_item("g", "gauge", query="SELECT 71 AS load")]))
    studio.click("g")
    studio.add_limit("warn")
    warn = studio.find("inspector_warn")
    for text, stored in (("60,5", 60.5), ("-3", -3), ("", None)):
        warn.selectAll()  # type: ignore[attr-defined]
        studio.qtbot.keyClick(warn, Qt.Key.Key_Delete)
        studio.qtbot.keyClicks(warn, text)
        assert studio.page.editor.widget("g").config.get("warn") == stored
    studio.qtbot.keyClicks(warn, "x")
    assert studio.page.editor.widget("g").config.get("warn") is None
    assert not any(label.isHidden() for label in studio.page.findChildren(QLabel) if label.text() == "Enter a number.")


@pytest.mark.parametrize(
    ("values", "config", "ends"),
    [
        ((71,), {}, (0, 100)),
        ((0, 100), {}, (0, 100)),
        ((934,), {}, (0, 1000)),
        ((5234, 12), {}, (0, 6000)),
        ((1200,), {}, (0, 1500)),
        ((2000,), {}, (0, 3000)),
        ((150,), {"alarm": 200}, (0, 200)),
        ((Decimal("0.4"),), {}, (0, 100)),
        ((-40, 12), {}, (-40, 20)),
        ((-40,), {}, (-40, 0)),
        ((None, Decimal("NaN")), {}, (0, 100)),
        ((71,), {"alarm": 180}, (0, 200)),
        ((5234,), {"max": 8000}, (0, 8000)),
        ((5234,), {"min": 5000}, (5000, 6000)),
        ((50,), {"min": 100}, (100, 200)),
        ((50,), {"max": 0}, (-1, 0)),
        ((5234,), {"min": 0, "max": 100}, (0, 100)),
    ],
)
def test_gauge_span_without_min_and_max_follows_its_values(
    values: tuple[object, ...], config: dict[str, object], ends: tuple[float, float]
) -> None:
    kind = kind_of("gauge")
    assert kind is not None
    widget = widget_of(with_fields(new_item(kind, "g"), config=config))
    table = ResultTable((ResultColumn("n", "decimal"),), tuple((value,) for value in values), False)  # type: ignore[arg-type]
    assert stat_tiles.gauge_range(widget, table) == ends


def test_gauge_min_and_max_fields_show_the_automatic_values(studio: "Studio") -> None:
    studio.page.editor.load(parse_document([_item("g", "gauge", query="SELECT 934 AS orders")]))
    studio.wait(lambda: studio.page.query_runner.result("g") is not None and not studio.page.query_runner.busy)
    studio.click("g")
    low, high = studio.find("inspector_min"), studio.find("inspector_max")
    assert isinstance(low, QLineEdit)
    assert isinstance(high, QLineEdit)
    assert (low.text(), low.placeholderText(), high.placeholderText()) == ("", "Automatic: 0", "Automatic: 1\u202f000")
    studio.qtbot.keyClicks(high, "500")
    assert studio.page.editor.widget("g").setting("max") == 500
    studio.qtbot.keyClick(high, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    studio.qtbot.keyClick(high, Qt.Key.Key_Delete)
    assert studio.page.editor.widget("g").setting("max") == ""
    studio.page.editor.set_property("g", "query", "SELECT 4000 AS orders")
    studio.wait(lambda: high.placeholderText() == "Automatic: 4\u202f500")


_ODD = (Decimal("NaN"), Decimal("Infinity"), Decimal("-1E+400"), 10**40, Decimal(0), None, -3)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.query], ids=lambda kind: kind.type)
def test_tile_of_any_kind_with_odd_numbers_is_drawn(light: Theme, kind: WidgetKind) -> None:
    widget = widget_of(
        with_fields(new_item(kind, "w"), config={"warn": -1e15, "alarm": 1e15, "min": -1e15, "max": 1e15})
    )
    columns = (ResultColumn("at", "text"), ResultColumn("n", "decimal"))
    for rows in permutations(_ODD, 2):
        table = ResultTable(columns, tuple((str(row), row) for row in rows), truncated=False)
        for size in (QSizeF(400, 300), QSizeF(60, 60)):
            picture = QImage(size.toSize(), QImage.Format.Format_ARGB32)
            painter = QPainter(picture)
            paint_content(painter, size, widget, QueryResult("q", table))
            painter.end()
        assert summary(widget, QueryResult("q", table))


_WEEKS = [date(2026, 10, 26) + timedelta(days=7 * k) for k in range(4)]


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        (_WEEKS, datetime(2026, 11, 18, tzinfo=UTC), True),
        (_WEEKS, datetime(2026, 11, 22, 23, 59, tzinfo=UTC), True),
        (_WEEKS, datetime(2026, 11, 23, tzinfo=UTC), False),
        (_WEEKS, datetime(2026, 11, 15, tzinfo=UTC), False),
        (_WEEKS[::-1], datetime(2026, 10, 27, tzinfo=UTC), False),
        ([date(2026, 1, 1), date(2026, 2, 1), date(2026, 12, 1)], datetime(2026, 12, 31, 9, tzinfo=UTC), True),
        ([date(2026, 1, 1), date(2026, 2, 1)], datetime(2026, 3, 1, tzinfo=UTC), False),
        ([date(2026, 7, 1), date(2026, 10, 1)], datetime(2026, 12, 31, tzinfo=UTC), True),
        ([datetime(2026, 1, 1, h, tzinfo=UTC) for h in (8, 9)], datetime(2026, 1, 1, 9, 59, tzinfo=UTC), True),
        ([datetime(2026, 1, 1, h, tzinfo=UTC) for h in (8, 9)], datetime(2026, 1, 1, 10, tzinfo=UTC), False),
        ([datetime(2026, 1, 1, h, 7, tzinfo=UTC) for h in (8, 9)], datetime(2026, 1, 1, 9, 8, tzinfo=UTC), False),
        ([*_WEEKS, None], datetime(2026, 11, 18, tzinfo=UTC), False),
        (["a", "b"], datetime(2026, 11, 18, tzinfo=UTC), False),
        ([date(2026, 11, 18)], datetime(2026, 11, 18, tzinfo=UTC), False),
        ([], datetime(2026, 11, 18, tzinfo=UTC), False),
    ],
)
def test_last_period_is_unfinished_until_its_end(times: list[Cell], now: datetime, expected: bool) -> None:
    assert periods.is_unfinished(times, now) is expected


_READ_AT = datetime(2026, 11, 18, tzinfo=UTC)


def _chart_table(first: list[Cell], *columns: list[Cell], read_at: datetime = _READ_AT) -> ResultTable:
    heads = (ResultColumn("at", "date"), *(ResultColumn(f"n{k}", "integer") for k in range(len(columns))))
    return ResultTable(heads, tuple(zip(first, *columns, strict=True)), truncated=False, read_at=read_at)


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart", "pie_chart", "heatmap", "pivot_table"])
def test_totals_of_a_rollup_are_no_group_of_a_chart(light: Theme, kind: str) -> None:
    columns = ResultColumn("status", "text"), ResultColumn("shop", "text"), ResultColumn("n", "integer")
    table = ResultTable(columns, (("paid", "a", 3), ("paid", None, 3), (None, None, 3)), truncated=False)
    query = "SELECT status, shop, count(*) AS n FROM orders GROUP BY ROLLUP (status, shop)"
    widget = WidgetContent("w", kind, kind_of(kind), "", query, {})
    assert mismatch_reason(widget, table) == "The result has rows of totals, which would be drawn as groups."
    assert mismatch_advice(widget, table) == "Group without ROLLUP, CUBE or GROUPING SETS, or use a table."


@pytest.mark.parametrize(("read_at", "expected"), [(_READ_AT, True), (datetime(2026, 11, 23, tzinfo=UTC), False)])
@pytest.mark.parametrize("kind", ["line_chart", "bar_chart"])
def test_last_period_of_a_chart_is_so_far_if_its_data_were_read_within_it(
    light: Theme, kind: str, read_at: datetime, expected: bool
) -> None:
    chart = kind_of(kind)
    assert chart is not None
    table, box = _chart_table(list(_WEEKS), [5, 5, 5, 5], read_at=read_at), QRectF(0, 0, 400, 200)
    plot = charts.plot_of(box, charts.series_of(table, ""), kind, may_name_lines=True)
    at = body_reader(box, widget_of(new_item(chart, "w")), QueryResult("q", table))
    readouts = [at(plot.box.topLeft()), at(plot.box.topRight())]
    assert [readout is not None and "so far" in readout.lines[0].text for readout in readouts] == [False, expected]


@pytest.mark.parametrize("unfinished", [True, False])
def test_bar_of_unfinished_period_is_pale_with_an_outline(light: Theme, unfinished: bool) -> None:
    read_at = datetime(2026, 11, 18 if unfinished else 23, tzinfo=UTC)
    table, box = _chart_table(list(_WEEKS), [5, 5, 5, 5], read_at=read_at), QRectF(0, 0, 400, 200)
    picture = QImage(400, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        bars.paint(painter, box, chart_table(table), "")
    series = charts.series_of(table, "")
    found = bars.upright_bars(charts.plot_of(box, series, "bar_chart"), series, x_axis.bar_axis(table))
    middles = [picture.pixelColor(bar.box.center().toPoint()) for bar in found]
    assert [middle == theme().chart(0) for middle in middles] == [True, True, True, not unfinished]
    assert middles[3] != theme().color("surface")
    last = found[3].box
    edge = picture.pixelColor(round(last.left()), round(last.center().y()))
    assert edge == theme().chart(0)


@pytest.mark.parametrize("unfinished", [True, False])
def test_line_to_unfinished_value_is_dotted_with_hollow_end(light: Theme, unfinished: bool) -> None:
    last = _READ_AT.date() - timedelta(days=0 if unfinished else 30)
    table = _chart_table([last - timedelta(days=7 * k) for k in (3, 2, 1, 0)], [5, 5, 5, 5])
    box = QRectF(0, 0, 400, 200)
    picture = QImage(400, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_lines(painter, box, chart_table(table), "")
    plot = charts.plot_of(box, charts.series_of(table, ""), "line_chart", may_name_lines=True)
    y, width = round(plot.y(5.0) - 0.5), plot.box.width()

    def blue(x: float) -> bool:
        return picture.pixelColor(round(x), y).saturation() > 60

    spans = [(plot.box.left() + width * k / 3 + 5, plot.box.left() + width * (k + 1) / 3 - 6) for k in (0, 2)]
    solid = [all(blue(x) for x in range(round(low), round(high))) for low, high in spans]
    assert solid == [True, not unfinished]
    assert any(blue(x) for x in range(round(spans[1][0]), round(spans[1][1])))
    assert blue(plot.box.right() - 0.5) is not unfinished


@pytest.mark.parametrize(("count", "told"), [(8, ""), (9, "1 series not drawn"), (12, "4 series not drawn")])
@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_series_past_the_eighth_are_said_to_be_missing(light: Theme, kind: str, count: int, told: str) -> None:
    chart = kind_of(kind)
    assert chart is not None
    table, widget = _chart_table(list(_WEEKS), *[[k, k, k, k] for k in range(count)]), widget_of(new_item(chart, "w"))
    result = QueryResult("q", table)
    assert summary(widget, result).startswith("4 rows, ")
    assert summary(widget, result).endswith(told or "5 more series")
    box = QRectF(0, 0, 400, 300)
    readout = body_reader(box, widget, result)(charts.plot_of(box, charts.series_of(table, ""), kind).box.center())
    assert readout is not None
    assert [line.text for line in readout.lines if "not drawn" in line.text] == ([told] if told else [])
    note = QRectF(300, 0, 100, 2 * LINE_HEIGHT)
    painted = []
    for columns in (8, count):  # at the right end of the legend, whose entries end before it
        picture = QImage(400, 300, QImage.Format.Format_ARGB32)
        picture.fill(theme().color("surface"))
        with QPainter(picture) as painter:
            shown = _chart_table(list(_WEEKS), *[[k, k, k, k] for k in range(columns)])
            paint_body(painter, box, widget, QueryResult("q", shown))
        painted.append(picture.copy(note.toRect()))
    assert (painted[0] == painted[1]) is (not told)


def test_end_values_never_overlap_and_leave_room_for_lines(light: Theme) -> None:
    days: list[Cell] = [date(2026, 1, 1), date(2026, 1, 2)]
    columns: list[list[Cell]] = [[1, n] for n in (100, 90, 50, -50, -100, None, 0)]
    series = charts.series_of(_chart_table(days, *columns), "")
    for width, height in ((60, 40), (200, 300), (400, 200), (900, 600)):
        box = QRectF(0, 0, width, height)
        plot = charts.plot_of(box, series, "line_chart")
        heights = sorted(value.y for value in plot.end_values)
        assert all(b - a >= 14 for a, b in pairwise(heights))
        assert (len(heights) > 0) is (width >= 400)
        metrics = QFontMetricsF(theme().font("caption"))
        for value in plot.end_values:
            assert plot.box.right() + 8 + metrics.horizontalAdvance(value.text) <= box.right() + 0.01


@pytest.mark.parametrize(
    ("audience", "config", "inks"),
    [
        ("edit", {}, {"text.muted"}),
        ("edit", {"text": ""}, {"text.muted"}),
        ("edit", {"text": "Now"}, {"text"}),
        ("read", {}, set()),
        ("show", {}, set()),
        ("wall", {"text": "Now"}, {"text"}),
    ],
)
def test_the_prompt_of_an_empty_text_is_muted_and_only_for_editors(
    light: Theme, audience: Audience, config: dict[str, object], inks: set[str]
) -> None:
    kind = kind_of("text")
    assert kind is not None
    picture = QImage(300, 100, QImage.Format.Format_RGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        paint_body(
            painter, QRectF(0, 0, 300, 100), widget_of(with_fields(new_item(kind, "w"), config=config)), None, audience
        )
    seen = {picture.pixelColor(x, y).name() for x in range(300) for y in range(100)}
    assert {ink for ink in ("text", "text.muted") if theme().color(ink).name() in seen} == inks


def test_an_empty_text_has_a_prompt_instead_of_content(studio: "Studio") -> None:
    kind = kind_of("text")
    assert kind is not None
    studio.page.editor.load(parse_document([_item("t", "text")]))
    studio.page.editor.select(["t"])
    field = studio.page.inspector.findChild(QPlainTextEdit, "inspector_text")
    assert field is not None
    assert (field.toPlainText(), field.placeholderText()) == ("", "Write something here.")
    assert studio.page.editor.widget("t").setting("text") == ""


def test_a_widget_without_query_says_where_to_write_one(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(no_query, "paint_empty_tile", lambda _painter, _box, _icon, *texts: said.extend(texts))
    studio.wait(lambda: studio.page.editor.data_offer == "choose")
    studio.page.editor.load(parse_document([_item("m", "metric_card")]))
    studio.page.editor.select(["m"])
    studio.wait(lambda: "No query yet." in said)
    assert said[-1] == "Choose a data source, or write a query in the pane on the right."


def _money_table(*amounts: str, currency: str | None = "EUR") -> ResultTable:
    columns = check_query("select date_trunc('week', created_dt) as week, order_total, currency from orders")
    rows = tuple((day, Decimal(amount), currency) for day, amount in zip(_WEEKS, amounts, strict=False))
    return ResultTable(columns, rows, truncated=False, read_at=_READ_AT)


@pytest.mark.parametrize("largest", ["7222.46", "9800.5"])
def test_amounts_at_the_ends_of_lines_have_the_same_decimals(light: Theme, largest: str) -> None:
    """There was £ 412.3 beside $ 2 003.69, where the ticks were in thousands."""
    columns = check_query("select date_trunc('week', created_dt) week, order_total a, order_total b from orders")
    rows = ((_WEEKS[0], Decimal(largest), Decimal(1)), (_WEEKS[1], Decimal("2003.69"), Decimal("412.3")))
    table = ResultTable(columns, rows, truncated=False, read_at=_READ_AT)
    series = charts.series_of(table, "€")
    plot = charts.plot_of(QRectF(0, 0, 600, 300), series, "line_chart")
    written = {text.text.replace("\u00a0", " ") for text in plot.end_values}
    assert written == {"€ 2\u202f003.69", "€ 412.30"}
    assert {one.last.replace("\u00a0", " ") for one in series} == written, "the legend has them so too"


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_axis_and_end_values_carry_the_currency(light: Theme, kind: str) -> None:
    box = QRectF(0, 0, 400, 200)
    plot = charts.plot_of(box, charts.series_of(_money_table("0.002", "0.004"), ""), kind)
    assert plot.names == ["€\xa00", "€\xa00.001", "€\xa00.002", "€\xa00.003", "€\xa00.004"]
    assert [value.text for value in plot.end_values] == ([] if kind == "bar_chart" else ["€\xa00.004"])
    huge = charts.plot_of(box, charts.series_of(_money_table("-25000000", "123456789012"), ""), kind)
    assert all(name.startswith(("€", "\u2212€")) for name in huge.names)
    plain = charts.plot_of(box, charts.series_of(_money_table("1", "2", currency=None), ""), kind)
    assert plain.names[-1] == "2.0"
    in_euros = charts.plot_of(box, charts.series_of(_money_table("1", "2", currency=None), "€"), kind)
    assert in_euros.names[-1] == "€\xa02.00"


def test_axis_of_several_units_has_none(light: Theme) -> None:
    heads = check_query(
        "select date_trunc('week', created_dt), sum(order_total) filter (where currency = 'EUR') as eur,"
        " sum(order_total) filter (where currency = 'USD') as usd from orders group by 1"
    )
    table = ResultTable(heads, ((_WEEKS[0], Decimal(4), Decimal(8)),), truncated=False)
    assert charts.plot_of(QRectF(0, 0, 400, 200), charts.series_of(table, ""), "bar_chart").names[-1] == "8"


def test_axis_leaves_out_a_unit_that_has_no_room(light: Theme) -> None:
    table = _chart_table(list(_WEEKS), [1, 2, 3, 4])
    for unit, expected in (("rpm", "4 rpm"), ("revolutions of the second shaft per minute", "4")):
        series = charts.series_of(table, unit)
        assert charts.plot_of(QRectF(0, 0, 400, 200), series, "bar_chart").names[-1] == expected


def _bar_table(names: list[Cell], *columns: list[Cell]) -> ResultTable:
    heads = (ResultColumn("name", "text"), *(ResultColumn(f"n{k}", "integer") for k in range(len(columns))))
    return ResultTable(heads, tuple(zip(names, *columns, strict=True)), truncated=False)


@pytest.mark.parametrize(("count", "width"), [(1, 64), (3, 64), (10, 23)])
def test_bar_fills_three_fifths_of_its_slot_up_to_64_pixels(light: Theme, count: int, width: int) -> None:
    table = _bar_table(list("abcdefghij"[:count]), [5] * count)
    box, series = QRectF(0, 0, 400, 200), charts.series_of(table, "")
    plot = charts.plot_of(box, series, "bar_chart")
    found = bars.upright_bars(plot, series, x_axis.bar_axis(table))
    assert bars.lying_bars(box, table, series, "") is None
    assert {bar.box.width() for bar in found} == {width}
    assert width == 64 or abs(width - plot.box.width() / count * 0.6) <= 1


_LONG: list[Cell] = ["Harbour Cycles International", "Birchwood Audio and Lighting", "Lumen & Co", "Polar Outdoor"]


@pytest.mark.parametrize(
    "values", [[5, 4, 3, 1], [5, -3, 0, None], [-5, -4, -1, -9], [10**15, 7, -(10**15), 0], [0, 0, None, 0]]
)
def test_bars_with_long_names_lie_and_overlap_nothing(light: Theme, values: list[Cell]) -> None:
    table = _bar_table(_LONG, values)
    box, series = QRectF(12, 32, 340, 160), charts.series_of(table, "")
    lying = bars.lying_bars(box, table, series, "")
    assert lying is not None
    assert lying.name_width <= 96
    metrics = QFontMetricsF(theme().font("caption"))
    for bar, value in zip(lying.bars, values, strict=True):
        width = metrics.horizontalAdvance(bar.text) + 4
        assert bar.box.left() - (width if bar.negative else 0) >= box.left() + lying.name_width
        assert bar.box.right() + (0 if bar.negative else width) <= box.right()
        assert bar.negative is (isinstance(value, int) and value < 0)
        assert lying.zero in (pytest.approx(bar.box.left()), pytest.approx(bar.box.right()))
    tops = sorted((bar.box.top(), bar.box.bottom()) for bar in lying.bars)
    assert all(after[0] >= before[1] for before, after in pairwise(tops))


def test_bars_of_days_and_of_very_many_names_stay_upright(light: Theme) -> None:
    many = _bar_table([f"a long name {k}" for k in range(61)], list(range(61)))
    days = _chart_table([date(2026, 1, k + 1) for k in range(12)], list(range(12)))
    for table in (many, days):
        assert bars.lying_bars(QRectF(0, 0, 340, 160), table, charts.series_of(table, ""), "") is None


@pytest.mark.parametrize("names", [list("abcd"), _LONG])
def test_bars_below_zero_have_a_zero_line(light: Theme, names: list[Cell]) -> None:
    for values, expected in (([5, -3, 8, 2], True), ([5, 3, 8, 2], False)):
        table, box = _bar_table(names, values), QRectF(0, 0, 340, 160)  # type: ignore[arg-type]
        picture = QImage(340, 160, QImage.Format.Format_ARGB32)
        picture.fill(theme().color("surface"))
        with QPainter(picture) as painter:
            bars.paint(painter, box, chart_table(table), "")
        series = charts.series_of(table, "")
        lying = bars.lying_bars(box, table, series, "")
        plot = charts.plot_of(box, series, "bar_chart")
        spot = (int(plot.box.left()) + 1, round(plot.y(0))) if lying is None else (round(lying.zero), 1)
        assert (picture.pixelColor(*spot) == theme().color("border.control")) is expected


@pytest.mark.parametrize(("size", "told"), [(QSizeF(110, 60), True), (QSizeF(300, 200), False)])
def test_tile_without_rows_says_so_in_tooltip_where_its_text_has_no_room(
    light: Theme, size: QSizeF, told: bool
) -> None:
    kind = kind_of("bar_chart")
    assert kind is not None
    widget, result = widget_of(new_item(kind, "w")), QueryResult("q", _bar_table([], []))
    readout = body_reader(body_of(size), widget, result)(body_of(size).center())
    assert (readout is not None and readout.lines[0].text == "The query returned no rows.") is told
    assert summary(widget, result) == "The query returned no rows."


_NO_IMPORT = "Add a file of your own in the Data view, or open the demo to see sample orders."


@pytest.mark.parametrize(("size", "told"), [(QSizeF(110, 60), True), (QSizeF(300, 200), False)])
def test_tile_without_orders_in_database_says_so_and_where_they_are(light: Theme, size: QSizeF, told: bool) -> None:
    kind = kind_of("bar_chart")
    assert kind is not None
    table = replace(_bar_table([], []), empty_relation="orders")
    widget, result = widget_of(new_item(kind, "w")), QueryResult("q", table)
    assert summary(widget, result) == f"This database has no orders. {_NO_IMPORT}"
    readout = body_reader(body_of(size), widget, result)(body_of(size).center())
    texts = [line.text for line in readout.lines] if readout is not None else []
    assert texts == (["This database has no orders.", _NO_IMPORT] if told else [])
