"""Charts of results that are hard to draw: no text over another or outside, all readable, nothing made up."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.settings import Appearance
from benchboard.ui.studio.tiles.axes.short_names import own_words, short_names
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.pies import Pie
from benchboard.ui.studio.tiles.renderers import body_of, mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme, contrast, theme
from support.chart_cases import HOSTILE_CELLS, READ_AT, ChartCase, cases, days, result
from support.examples import examples
from support.painted_texts import PaintedText, painted_texts


def _widget(case: ChartCase) -> WidgetContent:
    kind = kind_of(case.kind)
    assert kind is not None
    return widget_of(with_fields(new_item(kind, "w"), title=case.name, config={"unit": case.unit}))


def _texts(case: ChartCase, width: int, height: int) -> list[PaintedText]:
    widget, size = _widget(case), QSize(width, height)
    return painted_texts(
        size, lambda painter: paint_content(painter, QSizeF(size), widget, QueryResult("q", case.table))
    )


def _case(name: str) -> ChartCase:
    return next(case for case in cases() if case.name == name)


@pytest.mark.parametrize(("width", "height"), [(900, 420), (620, 250), (460, 250), (220, 140), (150, 110)])
def test_texts_of_a_chart_lie_inside_and_not_over_each_other(light: Theme, width: int, height: int) -> None:
    inside, wrong = QRectF(0, 0, width, height).adjusted(10, 6, -8, -6), []
    for case in cases():
        texts = _texts(case, width, height)
        assert texts
        wrong += [(case.name, one.text) for one in texts if not inside.contains(one.box)]
        wrong += [
            (case.name, one.text, other.text)
            for place, one in enumerate(texts)
            for other in texts[:place]
            if one.box.intersects(other.box)
        ]
    assert not wrong


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart", "pie_chart", "gauge", "metric_card"])
@given(data=st.data())
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_chart_of_any_values_is_painted(light: Theme, kind: str, data: st.DataObject) -> None:
    """An amount of 1e308, or the year 9999, ended the paint."""
    kinds = data.draw(st.lists(st.sampled_from(list(HOSTILE_CELLS)), min_size=1, max_size=3))
    row = st.tuples(*(st.sampled_from(HOSTILE_CELLS[one]) for one in kinds))
    rows = tuple(data.draw(st.lists(row, max_size=8)))
    read_at = data.draw(st.sampled_from([READ_AT, datetime.max.replace(tzinfo=UTC)]))
    columns = tuple(ResultColumn(f"c{place}", one) for place, one in enumerate(kinds))
    _texts(ChartCase("any", kind, ResultTable(columns, rows, truncated=False, read_at=read_at)), 460, 250)


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_texts_of_a_chart_stand_out_from_the_tile(light: Theme, appearance: Appearance) -> None:
    light.set_appearance(appearance)
    for case in cases():
        for one in _texts(case, 460, 250):
            assert contrast(one.colour, theme().color("surface")) >= 4.5, (case.name, one.text)


def test_labels_of_an_axis_are_all_different(light: Theme) -> None:
    for case in cases():
        if case.kind != "pie_chart" and mismatch_reason(_widget(case), case.table) is None:
            ordered = x_axis.in_order(case.table)
            axis = x_axis.bar_axis(case.table) if case.kind == "bar_chart" else x_axis.line_axis(ordered)
            for width in (900, 400, 140):
                plot = QRectF(40, 0, width, 100)
                found = x_axis.placed_labels(axis, plot, plot.adjusted(-40, 0, 4, 0))
                assert found
                texts = [label.text for label in found]
                repeated = sorted(text for text in set(texts) if texts.count(text) > 1)
                assert not [text for text in repeated if ":" not in text and not text.isalpha()], (case.name, texts)


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart", "pie_chart"])
def test_chart_without_a_number_says_so(light: Theme, kind: str) -> None:
    empty = ChartCase("empty", kind, result(days(date(2026, 5, 1), 3), {"n": [None] * 3}, "date"))
    assert mismatch_reason(_widget(empty), empty.table) == "The query returned no numbers."
    known = ChartCase("known", kind, result(days(date(2026, 5, 1), 3), {"n": [None, None, 0]}, "date"))
    assert mismatch_reason(_widget(known), known.table) is None


def test_value_at_the_end_has_the_decimals_of_the_ticks(light: Theme) -> None:
    case = _case("narrow range far from zero")
    plot = charts.plot_of(QRectF(0, 0, 400, 200), charts.series_of(case.table, case.unit), case.kind)
    assert plot.names[0] == "80\u202f000.000 kHz"
    assert [value.text for value in plot.end_values] == ["80\u202f000.01"]
    rounded = charts.plot_of(QRectF(0, 0, 400, 200), charts.series_of(_case("days").table, ""), "line_chart")
    assert [value.text for value in rounded.end_values] == ["99"]


@pytest.mark.parametrize(("values", "unit", "found"), [
    ([21.15, 23.55, 22.78125], "°C", "22.78 °C"),  # ticks are 1 apart: 23 would be a quarter of that too high
    ([21, 23, 22], "°C", "22 °C"),
    ([11.5, 14.25, 12.5], "€", "€ 12.50"),
    ([115.5, 140.25, 125.4], "", "125.40"),  # as in the table
    ([1155.5, 1402.25, 1254.4], "", "1\u202f254"),
])  # fmt: skip
def test_value_at_the_end_is_as_precise_as_can_be_seen(
    light: Theme, values: list[float], unit: str, found: str
) -> None:
    table = chart_table(result(days(date(2026, 9, 7), 3, 7), {"a": values}, "date"))
    plot = charts.plot_of(QRectF(0, 0, 600, 300), charts.series_of(table, unit), "line_chart")
    assert [value.text.replace("\u00a0", " ") for value in plot.end_values] == [found]


def test_last_values_of_all_lines_have_the_same_decimals_and_one_that_ends_alone_has_its_name(light: Theme) -> None:
    """There was 13 in the legend for 12.50, beside 2.75 and 1."""
    columns = {"a": [3.75, 1, None], "b": [None, 2.5, 2.75], "c": [1.25, 12.5, None]}
    table = chart_table(result(days(date(2026, 9, 7), 3, 7), columns, "date"))
    lines = charts.named_series(table, "")
    assert [one.last for one in lines] == ["1.00", "2.75", "12.50"]
    plot = charts.plot_of(QRectF(0, 0, 600, 300), charts.series_of(table, ""), "line_chart", may_name_lines=False)
    assert [value.text for value in plot.end_values] == ["b  2.75"]


@pytest.mark.parametrize(("ends", "found"), [
    ((12_345, 980.5), ["12.35 k", "0.98 k"]),
    ((12_000, 980), ["12.00 k", "0.98 k"]),
    ((2_500_000, 400_000), ["2.5 M", "0.4 M"]),
    ((91_900, 0), ["91.9 k", "0"]),
    ((91_900, 50_000), ["91.9 k", "50 k"]),
    ((1_350_000, 3), ["1\u202f350\u202f000", "3"]),
])  # fmt: skip
def test_values_at_the_ends_of_lines_have_one_size(light: Theme, ends: tuple[float, float], found: list[str]) -> None:
    """There was 12.35 k beside 980.5."""
    table = chart_table(result(days(date(2026, 9, 7), 3, 7), {"a": [1, 2, ends[0]], "b": [3, 4, ends[1]]}, "date"))
    plot = charts.plot_of(QRectF(0, 0, 600, 300), charts.series_of(table, ""), "line_chart")
    assert [value.text for value in plot.end_values] == found


@pytest.mark.parametrize(("width", "named"), [(620, True), (400, False)])
def test_lines_have_their_names_at_their_ends_where_all_have_room(light: Theme, width: int, named: bool) -> None:
    case = _case("seconds")
    lines = charts.series_of(case.table, case.unit)
    plot = charts.plot_of(QRectF(0, 0, width, 200), lines, "line_chart", may_name_lines=True)
    assert plot.names_lines is named
    for value in plot.end_values:
        assert (lines[value.series].name in value.text) is named
        assert abs(value.y - plot.y(lines[value.series].values[-1] or 0)) <= 7
    texts = [one.text for one in _texts(case, width + 24, 250)]
    assert sum("Speed" in text for text in texts) == 1, "a legend repeats no names"
    assert sum("1\u202f464" in text for text in texts) == 1


def test_lines_with_close_ends_or_many_lines_have_a_legend(light: Theme) -> None:
    for name in ("weeks by status, last unfinished", "eight series"):
        lines = charts.series_of(_case(name).table, "")
        plot = charts.plot_of(QRectF(0, 0, 900, 200), lines, "line_chart", may_name_lines=True)
        assert not plot.names_lines, name
        assert len(plot.end_values) in (0, len(lines)), "none, rather than some away from their ends"


def test_bar_of_a_small_value_is_seen_and_that_of_zero_is_not(light: Theme) -> None:
    names = [f"{name} with a long name" for name in "abcde"]
    for first, lies in ((names, True), (list("abcde"), False)):
        table = result(first, {"n": [1, -1, 0, 100_000, None]})
        box, sets = QRectF(0, 0, 400, 200), charts.series_of(table, "")
        lying = bars.lying_bars(box, table, sets, "")
        assert (lying is not None) is lies
        plot = charts.plot_of(box, sets, "bar_chart")
        found = lying.bars if lying else bars.upright_bars(plot, sets, x_axis.bar_axis(table))
        lengths = {bar.row: bar.box.width() if lies else bar.box.height() for bar in found}
        assert [lengths[row] for row in (0, 1, 2)] == [1, 1, 0]
        zero = lying.zero if lying else plot.y(0)
        ends = [(bar.box.left(), bar.box.right()) if lies else (bar.box.bottom(), bar.box.top()) for bar in found]
        assert ends[0][0] == pytest.approx(zero)
        assert ends[1][1] == pytest.approx(zero)


def test_many_bars_stand_side_by_side_without_gaps(light: Theme) -> None:
    case = _case("300 names")
    sets = charts.series_of(case.table, "")
    for width in (460, 700, 1000):
        plot = charts.plot_of(QRectF(0, 0, width, 200), sets, "bar_chart")
        found = bars.upright_bars(plot, sets, x_axis.bar_axis(case.table))
        gaps = {after.box.left() - before.box.right() for before, after in pairwise(found)}
        assert gaps <= {0.0} or min(gaps) >= 1, gaps


_BRANCHES = [
    f"Harbour Cycles Spare Parts and Accessories GmbH {town}" for town in ("Kiel", "Bremen", "Emden", "Husum", "Wismar")
]


def test_bars_have_the_same_direction_in_a_tile_of_any_size(light: Theme) -> None:
    weekdays = _case("weekdays").table
    shops = ["Harbour Cycles", "Birchwood Audio", "Lumen & Co", "Polar Outdoor", "Tide Surf Club", "Nordwind Kaffee"]
    three = {"In": [5, 4, 3, 2, 1], "Out": [1, 2, 3, 4, 5], "Back": [2, 2, 2, 2, 2]}
    tables = [
        (result(shops, {"Orders": [6, 5, 4, 3, 2, 1]}), True),
        (result(_BRANCHES, three), True),
        (result([f"{shop} {k}" for k in range(5) for shop in shops], {"Orders": range(30)}), True),
        (result(["Q1", "Q2", "Q3"], {"Orders": [3, 2, 1]}), False),
        (weekdays, False),
    ]
    for table, lies in tables:
        sets = charts.series_of(table, "")
        for width, height in [(126, 66), (196, 96), (360, 225), (440, 60), (700, 225), (1600, 900)]:
            box = QRectF(0, 0, width, height)
            lying = bars.lying_bars(box, table, sets, "")
            assert (lying is not None) is lies, width
            if lying is not None:
                assert lying.name_width <= width * 0.45 + 1
                assert bool(lying.ticks) is not any(bar.text for bar in lying.bars), "values, or an axis for them"
                assert all(box.adjusted(0, -1, 0, 1).contains(bar.box) for bar in lying.bars if bar.box.width())


def test_lying_bars_without_room_for_their_values_have_an_axis(light: Theme) -> None:
    table = result([f"Harbour Cycles of town {k}" for k in range(30)], {"Orders": [10 * k for k in range(30)]})
    sets, metrics = charts.series_of(table, ""), QFontMetricsF(theme().font("caption"))
    for width in (126, 240, 436):
        lying = bars.lying_bars(QRectF(0, 0, width, 180), table, sets, "")
        assert lying is not None
        assert lying.ticks
        assert lying.ticks[0][1] == "0"
        assert all(
            after[0] - before[0] >= metrics.horizontalAdvance(after[1]) for before, after in pairwise(lying.ticks)
        )
        spare = lying.box.height() / 30 * lying.named_every
        assert 13 <= spare < 26
        first, last = lying.ticks[0], lying.ticks[-1]
        assert lying.bars[29].box.right() == pytest.approx(
            first[0] + (last[0] - first[0]) * 290 / float(last[1].replace("\u202f", "")), abs=0.5
        )


@pytest.mark.parametrize("names", [["harbour-cycles", "birchwood-audio", "lumen-and-co", "polar-outdoor"],
                                   ["Credit card", "Bank transfer", "Cash on delivery"],
                                   ["Credit card of the customer", "Bank transfer of the customer"]])  # fmt: skip
@pytest.mark.parametrize("width", [140, 170, 240, 320, 460])
def test_low_lying_bars_have_all_their_names_rather_than_an_axis(light: Theme, width: int, names: list[str]) -> None:
    """In a low tile an axis took the room in which the name of every second bar would have stood."""
    rows = result(names, {"Orders": [400 - 30 * place for place in range(len(names))]})
    sets = charts.series_of(rows, "")
    for height in range(13 * len(names), 140):
        lying = bars.lying_bars(QRectF(0, 0, width, height), rows, sets, "")
        assert lying is None or lying.named_every == 1, height


def test_names_of_weekdays_and_months_are_shortened_where_they_have_no_room(light: Theme) -> None:
    axis = x_axis.bar_axis(_case("weekdays").table)
    short, long = QRectF(0, 0, 400, 60), QRectF(0, 0, 900, 60)
    assert [one.text for one in x_axis.placed_labels(axis, short, short)][:2] == ["Mon", "Tue"]
    assert [one.text for one in x_axis.placed_labels(axis, long, long)][:2] == ["Monday", "Tuesday"]


def test_line_over_missing_days_is_pale_and_its_area_is_not_filled(light: Theme) -> None:
    """Three weeks without a row looked like three weeks of equal values."""
    first = [day for k, day in enumerate(days(date(2026, 5, 1), 40)) if not 10 <= k < 30]
    case = ChartCase("a", "area_chart", result(first, {"n": [5] * 20}, "date"))
    table = chart_table(case.table)
    assert periods.rows_before_gaps([row[0] for row in table.rows]) == {9}
    box, picture = QRectF(0, 0, 400, 200), QImage(400, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_areas(painter, box, table, "")
    plot = charts.plot_of(box, charts.series_of(table, ""), "area_chart", may_name_lines=True)
    y = round(plot.y(1.3))

    def is_filled(part: float) -> bool:
        return picture.pixelColor(round(plot.box.left() + plot.box.width() * part), y) != theme().color("surface")

    assert [is_filled(part) for part in (0.1, 0.5, 0.9)] == [True, False, True]


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_areas_of_any_number_of_series_are_filled(light: Theme, count: int) -> None:
    """Three series or more were bare lines."""
    numbers = {f"n{k}": [50 + k] * 20 for k in range(count)}
    table = chart_table(result(days(date(2026, 5, 1), 20), numbers, "date"))
    box, picture = QRectF(0, 0, 400, 200), QImage(400, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_areas(painter, box, table, "")
    plot = charts.plot_of(box, charts.series_of(table, ""), "area_chart", may_name_lines=True)
    inside = picture.pixelColor(round(plot.box.center().x()), round(plot.y(26)))
    assert inside != theme().color("surface")


@pytest.mark.parametrize(
    ("first", "gaps"),
    [
        (days(date(2026, 5, 1), 9), set()),
        ([day for day in days(date(2026, 5, 1), 60) if day.weekday() < 5], set()),
        ([day for k, day in enumerate(days(date(2026, 5, 4), 60)) if day.weekday() < 5 and not 14 <= k < 28], {9}),
        ([day for k, day in enumerate(days(date(2026, 5, 1), 60)) if k != 30], {29}),
        (["a", "b"], set()),
        ([date(2026, 1, 1), date(2026, 1, 2), date(2026, 9, 1)], set()),
    ],
)
def test_gaps_are_missing_periods_but_no_weekends(first: list[Cell], gaps: set[int]) -> None:
    assert periods.rows_before_gaps(first) == gaps


def test_only_line_has_its_name_and_value_once(light: Theme) -> None:
    texts = [one.text for one in _texts(_case("days"), 460, 250)]
    assert texts.count("Orders  99") == 1, "name first, as for several lines"
    assert sum("Orders" in text for text in texts) == 1
    narrow = [one.text for one in _texts(_case("days"), 220, 140)]
    assert sum("Orders" in text for text in narrow) == sum("99" in text for text in narrow) == 1


def test_last_value_of_a_line_is_short_where_the_ticks_are(light: Theme) -> None:
    table = result(days(date(2026, 5, 1), 3), {"Frames": [5e6, 7e6, 3_262_000.0]}, "date")
    assert "Frames  3.26 M" in [one.text for one in _texts(ChartCase("l", "line_chart", table), 460, 250)]


def test_each_bar_has_its_name_where_that_is_not_too_narrow(light: Theme) -> None:
    """Of four shops in a narrow tile, only two had a name."""
    shops = ["birchwood-audio", "harbour-cycles", "lumen-and-co", "polar-outdoor"]
    for names, widths in ((_BRANCHES, (160, 240, 300, 440, 900)), (shops, (100, 292, 400))):
        axis = x_axis.bar_axis(result(names, {"n": range(len(names))}))
        for width in widths:
            plot = QRectF(40, 0, width, 60)
            labels = x_axis.placed_labels(axis, plot, plot.adjusted(-40, 0, 4, 0))
            assert len({label.text for label in labels}) == len(names), (width, labels)
            assert all(before.box.right() <= after.box.left() for before, after in pairwise(labels))
    weekdays = x_axis.bar_axis(_case("weekdays").table)
    for width, first in ((110, "M"), (330, "Mon"), (900, "Monday")):
        plot = QRectF(40, 0, width, 60)
        labels = x_axis.placed_labels(weekdays, plot, plot.adjusted(-40, 0, 4, 0))
        assert (len(labels), labels[0].text) == (7, first)
    metrics = QFontMetricsF(theme().font("caption"))
    alike = short_names(_BRANCHES, metrics, 96)
    assert alike == [f"…GmbH {name.rpartition(' ')[2]}" for name in _BRANCHES]


def test_values_of_lying_bars_have_equal_decimals_and_bars_use_the_room_between_them(light: Theme) -> None:
    names = [f"{name} with a name of some length" for name in "abcd"]
    table = result(names, {"Net": [3000.0, 4333.57, -29094.0, -940.5]})
    lying = bars.lying_bars(QRectF(0, 0, 400, 200), table, charts.series_of(table, ""), "")
    assert lying is not None
    space = "\u202f"
    texts = [f"3{space}000.00", f"4{space}333.57", f"−29{space}094.00", "−940.50"]
    assert [bar.text for bar in lying.bars] == texts
    metrics = QFontMetricsF(theme().font("caption"))
    assert lying.bars[1].box.right() + 6 + metrics.horizontalAdvance(lying.bars[1].text) == pytest.approx(398)


def test_values_of_lying_bars_have_no_decimals_where_all_of_a_column_are_whole(light: Theme) -> None:
    heads = ResultColumn("name", "text"), ResultColumn("n", "integer"), ResultColumn("mean", "decimal")
    names = [f"{name} with a name of some length" for name in "abcd"]

    def texts(*means: str) -> list[list[str]]:
        rows = tuple((name, 13 + at, Decimal(mean)) for at, (name, mean) in enumerate(zip(names, means, strict=True)))
        table = chart_table(ResultTable(heads, rows, truncated=False))
        lying = bars.lying_bars(QRectF(0, 0, 400, 200), table, charts.series_of(table, ""), "")
        assert lying is not None
        return [[bar.text for bar in lying.bars if bar.place == place] for place in (0, 1)]

    counts = ["13", "14", "15", "16"]
    assert texts("2.5", "3", "4", "5") == [counts, ["2.50", "3.00", "4.00", "5.00"]]
    assert texts("2", "3.00", "4", "5") == [counts, ["2", "3", "4", "5"]]


def test_long_names_that_begin_alike_are_cut_in_the_middle(light: Theme) -> None:
    metrics = QFontMetricsF(theme().font("caption"))
    alike = [f"The merchant with the longest name, number {k}" for k in range(3)]
    shown = short_names(alike, metrics, 96)
    assert len(set(shown)) == 3
    assert all(name.endswith(str(k)) for k, name in enumerate(shown))
    assert all(metrics.horizontalAdvance(name) <= 96 for name in shown)
    others = short_names(["Harbour Cycles International", "Birchwood Audio and Lighting"], metrics, 96)
    assert all(name.endswith("…") for name in others)
    assert short_names(["a", "a"], metrics, 96) == ["a", "a"]


def test_labels_of_a_low_plot_never_touch_and_those_at_its_ends_stay(light: Theme) -> None:
    """In a tile of 110 pixels, −200, 0 and 200 were written over each other."""
    case = _case("eight series")
    for height in (84, 110, 130, 240):
        texts = _texts(case, 300, height)
        labels = sorted((one for one in texts if re.fullmatch(r"−?\d+", one.text)), key=lambda one: one.box.top())
        labels = [one for one in labels if one.box.right() < 60]
        assert len(labels) >= 2
        assert all(after.box.top() - before.box.top() >= 11 for before, after in pairwise(labels)), height


@pytest.mark.parametrize(("name", "is_filled"), [("days", True), ("hours over midnights", False), ("one point", False)])
def test_finished_line_ends_with_a_dot_beside_its_value(light: Theme, name: str, is_filled: bool) -> None:
    case = _case(name)
    box, table = QRectF(0, 0, 460, 200), x_axis.in_order(chart_table(case.table))
    picture = QImage(460, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_lines(painter, box, table, case.unit)
    lines = charts.series_of(table, case.unit)
    plot = charts.chart_plot(box, table, lines, "line_chart")
    last = next(value for value in reversed(lines[0].values) if value is not None)
    end = QPointF(plot.box.right(), plot.y(last)).toPoint()
    beside = picture.pixelColor(end.x() + 1, end.y())
    assert (beside == lines[0].colour) == is_filled


def test_words_that_all_names_of_lying_bars_have_are_above_them_once(light: Theme) -> None:
    names = [f"Warehouse {city} North" for city in ("Lyon", "Paris", "Marseille", "Lille", "Nantes")]
    table = result(names, {"Orders": [412, 288, 190, 133, 80]})
    sets = charts.series_of(chart_table(table), "")
    high, low = (bars.lying_bars(QRectF(0, 0, 420, height), table, sets, "") for height in (200, 70))
    assert high is not None
    assert low is not None
    assert (high.names[0], high.title) == (("Lyon",), "Warehouse … North")
    assert (low.names[0], low.title) == ((names[0],), "")
    assert high.box.top() >= 14, "the line has room"


@pytest.mark.parametrize("width", [250, 290, 330, 400, 480])
@pytest.mark.parametrize(
    "names",
    [
        ["Istanbul", "Ankara", "Antalya", "Gaziantep", "Diyarbakır", "Eskişehir"],
        ["Harbour Cycles", "Birchwood Audio", "Lumen & Co", "Polar Outdoor", "Kestrel Parts"],
        ["Bank transfer", "Cash on delivery", "Credit card"],
        ["Very long merchant name of the north-eastern distribution", "Short", "Another rather long name of a partner"],
    ],
)
def test_names_of_bars_are_whole_in_a_third_of_a_page(light: Theme, width: int, names: list[str]) -> None:
    """They were cut, and no one of them could be read, in a plot with room to spare."""
    case = ChartCase("x", "bar_chart", result(names, {"Orders": [400 - 30 * place for place in range(len(names))]}))
    texts = [one.text for one in _texts(case, width, 220)]
    assert not [text for text in texts if "…" in text]
    found = " ".join(texts)
    assert all(word in found for name in names for word in name.split())


@pytest.mark.parametrize(("width", "height", "is_short"), [(240, 200, True), (480, 200, False), (240, 130, True)])
def test_words_that_all_names_of_upright_bars_have_are_below_them_once_where_names_have_no_room(
    light: Theme, width: int, height: int, is_short: bool
) -> None:
    cities = ["Lyon", "Paris", "Lille"]
    case = ChartCase(
        "x", "bar_chart", result([f"Warehouse {one} North" for one in cities], {"Orders": [412, 288, 190]})
    )
    texts = {one.text: one.box for one in _texts(case, width, height)}
    assert ({*cities, "Warehouse … North"} <= texts.keys()) == is_short
    assert all(box.right() <= width and box.bottom() <= height for box in texts.values())
    if is_short:
        is_below = texts["Warehouse … North"].top() > texts["Lyon"].bottom()
        assert is_below == (height == 200), "where that line has no room, the bars lie"


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (["Warehouse Lyon North", "Warehouse Paris North"], (["Lyon", "Paris"], "Warehouse … North")),
        (["eu/site-a/line", "eu/site-bc/line"], (["a", "bc"], "eu/site-… line")),
        (["The shop, number 1", "The shop, number 22"], (["number 1", "number 22"], "The shop, …")),
        (["Node 1", "Node 2"], None),
        (["Lyon North", "Paris South"], None),
        (["Same North", "Same North"], None),
        (["North Site", "North Site East"], (["Site", "Site East"], "North …")),
        (["Lyon", "", "Paris"], None),
        (["New York Store", "Store"], None),
    ],
)
def test_own_words_of_names_are_what_tells_them_apart(names: list[str], own: tuple[list[str], str] | None) -> None:
    assert own_words(names) == own


def test_long_names_of_lying_bars_have_two_lines_where_rows_are_high_enough(light: Theme) -> None:
    names = ["Northwind Outdoor and Camping Gear", "Harbour Street Coffee Roasters", "Blue Door", "Fontaine"]
    table = result(names, {"Orders": [412, 288, 190, 133]})
    sets = charts.series_of(chart_table(table), "")
    high, low = (bars.lying_bars(QRectF(0, 0, 420, height), table, sets, "") for height in (200, 80))
    assert high is not None
    assert low is not None
    assert high.names[0] == ("Northwind Outdoor", "and Camping Gear")
    assert high.names[2] == ("Blue Door",)
    assert all(len(lines) == 1 for lines in low.names)
    assert low.name_width > high.name_width


@pytest.mark.parametrize(
    ("values", "names"), [([0, 1, 0], ["0", "1"]), ([0.0, 1.0, 0.0], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])]
)
def test_counts_have_whole_ticks(light: Theme, values: list[float], names: list[str]) -> None:
    series = charts.series_of(result(["a", "b", "c"], {"n": values}), "")
    assert charts.plot_of(QRectF(0, 0, 400, 200), series, "line_chart").names == names


def test_legend_of_bars_has_values_only_where_the_last_is_the_latest(light: Theme) -> None:
    named = [text.text for text in _texts(_case("three sets"), 460, 250)]
    assert {"Site A", "Site B", "Site C"} <= set(named)
    weeks = result(days(date(2026, 9, 7), 4, 7), {"In": [1, 2, 3, 4], "Out": [5, 6, 7, 8]}, "date")
    assert {"In  4", "Out  8"} <= {text.text for text in _texts(ChartCase("w", "bar_chart", weeks), 460, 250)}


def test_legend_of_lines_has_the_values_of_all_unless_each_is_at_its_line(light: Theme) -> None:
    weeks = days(date(2026, 9, 7), 2, 7)
    apart = ChartCase("l", "line_chart", result(weeks, {"In": [1, 20], "Out": [2, 900]}, "date"))
    assert {"In", "Out", "20", "900"} <= {text.text for text in _texts(apart, 360, 250)}
    assert {"In  20", "Out  900"} <= {text.text for text in _texts(apart, 460, 250)}  # at the ends of the lines
    ended = ChartCase("l", "line_chart", result(weeks, {"In": [1, 898], "Out": [2, 900], "On": [30, None]}, "date"))
    assert {"In  898", "Out  900", "On  30"} <= {text.text for text in _texts(ended, 460, 250)}


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_values_at_the_ends_of_lines_are_moved_apart_in_their_order(light: Theme, appearance: Appearance) -> None:
    light.set_appearance(appearance)
    weeks = days(date(2026, 9, 7), 2, 7)
    numbers = {"a": [1, 850], "b": [2, 900], "c": [3, 70], "d": [4, 500], "e": [50, 0]}
    texts = {text.text: text for text in _texts(ChartCase("l", "line_chart", result(weeks, numbers, "date")), 320, 250)}
    tops = [texts[name].box.top() for name in ("900", "850", "500", "70", "0")]
    assert all(after - before >= 14 - 1e-3 for before, after in pairwise(tops))
    for place, name in enumerate(("850", "900", "70", "500", "0")):
        colour, line = texts[name].colour, theme().chart(place)
        assert abs(colour.hslHue() - line.hslHue()) <= 3, "each in the hue of its line"
        assert contrast(colour, theme().color("surface")) >= 4.5
    assert texts["850"].colour.name() == theme().chart(0).name()


def test_last_amount_of_a_line_with_the_name_of_its_currency_has_it_once(light: Theme) -> None:
    """It said “€ 3 293” and “EUR” below."""
    table = result(days(date(2026, 5, 1), 3), {"EUR": [2000, 2500, 3293]}, "date", currency="EUR")
    texts = [one.text for one in _texts(ChartCase("l", "line_chart", table), 460, 250)]
    assert sum("3\u202f293" in text for text in texts) == 1
    assert not [text for text in texts if "EUR" in text]


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_gridlines_have_the_same_weight_on_any_screen(light: Theme, scale: float) -> None:
    """Between whole pixels of the screen, some lines were twice as strong."""
    table = chart_table(result(days(date(2026, 9, 7), 3, 7), {"n": [1, 50, 90]}, "date"))
    picture = QImage(round(400 * scale), round(200 * scale), QImage.Format.Format_ARGB32)
    picture.setDevicePixelRatio(scale)
    picture.fill(theme().color("surface"))
    box = QRectF(0, 0.4, 400, 198)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = charts.paint_frame(painter, box, table, charts.series_of(table, ""), "line_chart")
    x, grid = round((plot.box.left() + 2) * scale), theme().color("grid")
    rows = [y for y in range(picture.height()) if picture.pixelColor(x, y) != theme().color("surface")]
    assert all(picture.pixelColor(x, y) == grid for y in rows)
    assert len(rows) == len(plot.scale.ticks) * round(scale)


def test_zero_line_of_a_small_line_chart_is_stronger_than_the_grid(light: Theme) -> None:
    table = chart_table(result(days(date(2026, 9, 7), 3, 7), {"n": [-20, -15, 20]}, "date"))
    box, picture = QRectF(0, 0, 200, 90), QImage(200, 90, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_lines(painter, box, table, "")
    plot = charts.plot_of(box, charts.series_of(table, ""), "line_chart", may_name_lines=True)
    assert picture.pixelColor(int(plot.box.left()) + 4, round(plot.y(0))) == theme().color("border.control")


def test_way_to_an_unfinished_value_is_pale(light: Theme) -> None:
    table = chart_table(result(days(READ_AT.date() - timedelta(days=21), 4, 7), {"n": [5, 5, 5, 5]}, "date"))
    box, picture = QRectF(0, 0, 400, 200), QImage(400, 200, QImage.Format.Format_ARGB32)
    picture.fill(theme().color("surface"))
    with QPainter(picture) as painter:
        charts.paint_lines(painter, box, table, "")
    plot = charts.plot_of(box, charts.series_of(table, ""), "line_chart", may_name_lines=True)

    def strength(part: float) -> float:
        """The highest contrast to the tile around a part of the way."""
        x, y = round(plot.box.left() + plot.box.width() * part), round(plot.y(5) - 0.5)
        around = [picture.pixelColor(x + k, y + j) for k in range(10) for j in (-1, 0, 1)]
        return max(contrast(colour, theme().color("surface")) for colour in around)

    assert strength(0.8) < 0.6 * strength(0.5)


def test_legend_names_every_series_or_how_many_it_leaves_out(light: Theme) -> None:
    case = _case("eight series")
    wide = {text.text.partition("  ")[0] for text in _texts(case, 460, 250)}
    assert {f"Line {k}" for k in range(1, 9)} <= wide
    narrow = [text.text for text in _texts(case, 220, 140)]
    left_out = next(int(text[1:].removesuffix(" more")) for text in narrow if text.startswith("+"))
    assert sum(text.startswith("Line") for text in narrow) + left_out == 8


def test_pie_of_zeros_says_that_all_are_zero(light: Theme) -> None:
    case = _case("pie of zeros")
    texts = [text.text for text in _texts(case, 460, 250)]
    assert texts.count("0") == 6
    assert "Bus off" in texts
    pie = Pie(QRectF(0, 0, 400, 200), case.table)
    assert pie.at(pie.ring.center() + QPointF(0, -pie.ring.width() * 0.4)) is None


def test_pie_without_positive_values_has_no_total(light: Theme) -> None:
    texts = [text.text for text in _texts(ChartCase("p", "pie_chart", result(["a", "b"], {"n": [-1, -2]})), 460, 250)]
    assert texts[1:] == ["–", "2 negative values aren't shown."]


def test_pie_of_many_rows_tells_their_names_apart_and_how_many_others_are(light: Theme) -> None:
    case = _case("pie of many and long names")
    texts = [text.text for text in _texts(case, 460, 250)]
    names = [text for text in texts[1:] if re.search(r"number \d$", text)]
    assert len(set(names)) == len(names) == 5
    assert all(name.startswith("…") for name in names), "“Other” has none of the words that the others have"
    assert "Other (15)" in texts
    pie = Pie(QRectF(0, 0, 400, 200), case.table)
    assert pie.colour(5) not in [theme().chart(place) for place in range(8)]


@pytest.mark.parametrize(("width", "height"), [(150, 110), (180, 240), (240, 150), (460, 250)])
def test_pie_names_its_slices_or_says_how_many_it_does_not(light: Theme, width: int, height: int) -> None:
    for case in cases():
        if case.kind == "pie_chart":
            pie = Pie(body_of(QSizeF(width, height)), case.table)
            named = len(pie.lines) + pie.unnamed_count
            assert named == len(pie.slices) or len(pie.lines) <= 1
            texts = [text.text for text in _texts(case, width, height)]
            assert (f"+{pie.unnamed_count} more" in texts) == bool(pie.unnamed_count)


def test_total_of_pie_is_whole_or_left_out(light: Theme) -> None:
    case = _case("pie of many and long names")
    for width in range(110, 480, 20):
        pie = Pie(body_of(QSizeF(width, 150)), case.table)
        hole = pie.ring.width() * 0.56
        inside = [text for text in _texts(case, width, 150) if "71" in text.text]
        assert all(text.box.width() <= hole and text.text == "€\xa071.95 k" for text in inside), (width, inside)
        assert inside or hole < 60


def test_hover_over_a_week_names_its_number_and_its_days(light: Theme) -> None:
    case, body = _case("weeks, last unfinished"), body_of(QSizeF(460, 250))
    readout = body_reader(body, _widget(case), QueryResult("q", case.table))(QPointF(body.right() - 8, 100))
    assert readout is not None
    assert readout.lines[0].text == "W47 · 16 Nov 2026 – 22 Nov 2026, so far"


@pytest.mark.parametrize(("width", "first"), [(400, "W46 · 9 Nov"), (130, "W46")])
def test_weeks_on_the_axis_have_their_days_where_all_have_room(light: Theme, width: int, first: str) -> None:
    table = replace(chart_table(result(days(date(2026, 11, 9), 2, 7), {"n": [3, 4]}, "date")), by_week=True)
    plot = QRectF(0, 0, width, 100)
    for axis in (x_axis.line_axis(table), x_axis.bar_axis(table)):
        assert x_axis.placed_labels(axis, plot, plot)[0].text == first


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([96.0, 97.0, 96.4], 95.5, 97.5),  # half of the height, however small the change is
        ([80_000.01, 80_000.02], 80_000.005, 80_000.025),
        ([-97.0, -96.0], -97.5, -95.5),
        ([60.0, 89.0], 0, 89),  # a third of the largest value: zero is shown
        ([80.0, 100.0], 0, 100),
        ([81.0, 100.0], 71.5, 109.5),
        ([5.0, 5.0], 0, 5),
        ([-1.0, 1.0], -1, 1),
        ([0.0, 1.0], 0, 1),
    ],
)
def test_axis_of_lines_has_zero_unless_they_vary_by_a_small_part_of_their_values(
    light: Theme, values: list[float], low: float, high: float
) -> None:
    table = chart_table(result(days(date(2026, 11, 9), len(values)), {"n": values}, "date"))
    box = QRectF(0, 0, 400, 200)
    scale = charts.plot_of(box, charts.series_of(table, ""), "line_chart").scale
    assert scale.low <= low + 1e-6
    assert scale.high >= high - 1e-6
    has_zero = scale.low <= 0 <= scale.high
    assert has_zero is (low <= 0 <= high)
    assert (
        "The axis doesn't start at 0." in summary(_widget(ChartCase("n", "line_chart", table)), QueryResult("q", table))
    ) is not has_zero
    if not has_zero:
        span = max(values) - min(values)
        assert (scale.high - scale.low) >= 2 * span - 1e-6
    for kind in ("area_chart", "bar_chart"):
        whole = charts.plot_of(box, charts.series_of(table, ""), kind).scale
        assert whole.low <= 0 <= whole.high


@pytest.mark.parametrize(("values", "is_marked"), [([96, 97, 96], True), ([9, 97, 9], False)])
def test_axis_without_zero_has_a_mark_at_its_foot(light: Theme, values: list[int], is_marked: bool) -> None:
    table = chart_table(result(days(date(2026, 11, 9), 3), {"n": values}, "date"))
    box, shown = QRectF(0, 0, 400, 200), QImage(400, 200, QImage.Format.Format_RGB32)
    shown.fill(light.color("surface"))
    with QPainter(shown) as painter:
        plot = charts.paint_frame(painter, box, table, charts.series_of(table, ""), "line_chart")
    left, foot = round(plot.box.left()), round(plot.box.bottom())
    beside = {shown.pixelColor(x, y).rgb() for x in range(left - 6, left - 1) for y in range(foot - 14, foot - 4)}
    assert (beside != {light.color("surface").rgb()}) is is_marked


@pytest.mark.parametrize("count", [14, 40, 84, 400])
def test_wide_line_chart_has_few_labels(light: Theme, count: int) -> None:
    axis = x_axis.line_axis(result(days(date(2026, 1, 1), count), {"n": range(count)}, "date"))
    plot = QRectF(0, 0, 4000, 300)
    assert 2 <= len(x_axis.placed_labels(axis, plot, plot)) <= 9


@pytest.mark.usefixtures("light")
@given(
    lasts=st.lists(st.integers(0, 60), min_size=2, max_size=8), top=st.integers(1, 400), width=st.integers(200, 900),
    height=st.integers(100, 400),
)  # fmt: skip
@examples(100, deadline=None)
def test_last_values_stand_at_the_ends_of_their_lines_or_in_the_legend(
    lasts: list[int], top: int, width: int, height: int
) -> None:
    """Of five lines that ended close to each other, “4 3 2 1 0” stood below each other, away from their ends."""
    moment, state, orders = (
        ResultColumn("day", "timestamp"), ResultColumn("state", "text"), ResultColumn("orders", "integer"),
    )  # fmt: skip
    rows = [
        (datetime(2026, 11, day, tzinfo=UTC), f"state {at}", value)
        for at, last in enumerate(lasts)
        for day, value in ((2, top), (9, last))
    ]
    table = ResultTable((moment, state, orders), tuple(rows), truncated=False)
    drawn = chart_table(table)
    series = charts.series_of(drawn, "")
    plot = charts.chart_plot(QRectF(0, 0, width, height), drawn, series, "line_chart")
    assert len(plot.end_values) in (0, len(lasts))
    for one in plot.end_values:
        last = series[one.series].values[-1]
        assert last is not None
        assert abs(one.y - plot.y(last)) <= 7


def test_last_values_that_have_no_room_at_their_ends_are_in_the_legend(light: Theme) -> None:
    assert light is not None
    lines = {f"state {last}": [60, last] for last in (4, 3, 2, 1, 0)}
    table = result(days(date(2026, 11, 1), 2), lines, "date")
    texts = [one.text for one in _texts(ChartCase("l", "line_chart", table), 900, 300)]
    assert [one for one in texts if one.startswith("state")] == [f"state {last}  {last}" for last in (4, 3, 2, 1, 0)]
    assert not {"4", "3", "2", "1"} & {*texts}, "no column of values without names"
