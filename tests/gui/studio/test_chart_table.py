"""Which series a chart makes of a result: no number is left out, or drawn in the place of another, in silence."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSize, QSizeF

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.kinds import charts, missing_periods
from benchboard.ui.studio.tiles.kinds.drawn_values import drawn_values
from benchboard.ui.studio.tiles.kinds.pies import Pie
from benchboard.ui.studio.tiles.renderers import mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import MAX_SERIES, SeriesNames, chart_table
from benchboard.ui.studio.tiles.series.undrawn_series import undrawn_list, undrawn_names_text
from benchboard.ui.studio.tiles.series.value_colours import Colours, PageColours, colours_alone
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme
from support.examples import examples
from support.painted_texts import painted_texts

WEEKS = [date(2026, 7, 6), date(2026, 7, 13), date(2026, 7, 20)]
LONG = [
    (WEEKS[0], "paid", 5), (WEEKS[0], "refunded", 1), (WEEKS[1], "paid", 7),
    (WEEKS[2], "paid", 4), (WEEKS[2], "refunded", 2),
]  # fmt: skip


def _table(heads: list[ResultColumn], rows: list[tuple[Cell, ...]]) -> ResultTable:
    return ResultTable(tuple(heads), tuple(rows), truncated=False)


def _long(rows: list[tuple[Cell, ...]] = LONG) -> ResultTable:
    heads = [ResultColumn("week", "date"), ResultColumn("status", "text"), ResultColumn("n", "integer")]
    return _table(heads, rows)


def _widget(kind_name: str) -> WidgetContent:
    kind = kind_of(kind_name)
    assert kind is not None
    return widget_of(with_fields(new_item(kind, "w"), title="t"))


def _colours(kind: str, table: ResultTable, names: SeriesNames | None = None) -> Colours:
    values = drawn_values(kind, table, names)
    assert values is not None
    return colours_alone(values)


def test_rows_of_the_same_x_become_a_series_for_each_text(light: Theme) -> None:
    drawn = chart_table(_long())
    assert [one.title for one in drawn.columns] == ["Week", "paid", "refunded"]
    assert drawn.rows == ((WEEKS[0], 5, 1), (WEEKS[1], 7, None), (WEEKS[2], 4, 2))
    assert (drawn.series_by, drawn.undrawn, drawn.repeats_x) == ("Status", 0, False)


def test_series_are_in_the_order_of_their_names_with_the_colours_of_their_values(light: Theme) -> None:
    """Explore and a dashboard drew one query in different colours: rows of one week arrive in any order."""
    names = SeriesNames(("status",), (("refunded",), (None,), ("open",), ("paid",)))
    rows: list[tuple[Cell, ...]] = [
        (day, name, n) for day in WEEKS for name, n in (("refunded", 90), (None, 1), ("paid", 5), ("open", 7))
    ]  # fmt: skip
    for arrived in (rows, rows[::-1], rows[2:] + rows[:2]):
        drawn = chart_table(_long(arrived), _colours("bar_chart", _long(arrived), names))
        assert [one.title for one in drawn.columns[1:]] == ["open", "paid", "refunded", "(empty)"]
        assert (drawn.colours, chart_table(_long(arrived)).colours) == ((1, 5, 4, 2), (1, 2, 3, 4))
    filtered = _long([row for row in rows if row[1] in ("refunded", "paid")])
    colours = _colours("line_chart", filtered, names)
    assert chart_table(filtered, colours).colours == (5, 4)
    result = QueryResult("q", filtered, series_names=names, colours=colours)
    shown = charts.series_of(missing_periods.drawn_table(_widget("bar_chart"), result), "")
    assert [one.colour for one in shown] == [light.chart(5), light.chart(4)]
    other = SeriesNames(("region",), (("North",),))
    assert _colours("bar_chart", filtered, other) == {("paid",): 5, ("refunded",): 4}  # of other columns


def test_slice_has_the_colour_of_the_series_of_the_same_value(light: Theme) -> None:
    page = PageColours()
    names = SeriesNames(("status",), (("refunded",), ("open",), ("paid",)))
    page.update("line", drawn_values("line_chart", _long(), names))
    heads = [ResultColumn("Status", "text"), ResultColumn("n", "integer")]
    pie = _table(heads, [("refunded", 90), ("open", 7), ("paid", 5)])
    page.update("pie", drawn_values("pie_chart", pie, None))
    assert page.of("line") == {("paid",): 5, ("refunded",): 4}
    drawn = Pie(QRectF(0, 0, 300, 200), pie, page.of("pie"))
    assert [drawn.colour(place) for place in range(3)] == [light.chart(4), light.chart(1), light.chart(5)]
    readout = body_reader(QRectF(0, 0, 300, 200), _widget("pie_chart"), QueryResult("q", pie, colours=page.of("pie")))(
        drawn.lines[0].center()
    )
    assert readout is not None
    assert readout.lines[0].colour == light.chart(4)


def test_first_of_several_measures_has_the_colour_of_the_value(light: Theme) -> None:
    heads = [ResultColumn("week", "date"), ResultColumn("status", "text")]
    heads += [ResultColumn("orders", "integer"), ResultColumn("average", "decimal")]
    table = _table(heads, [(*row, Decimal(10 * row[2])) for row in LONG])
    assert chart_table(table, {("paid",): 3, ("refunded",): 0}).colours == (3, 1, 0, 2)


def test_result_with_a_row_for_each_x_is_drawn_as_it_is(light: Theme) -> None:
    """A text beside the only row of a day is its label, not a series."""
    rows: list[tuple[Cell, ...]] = [(day, name, n) for day, name, n in zip(WEEKS, "abc", (1, 2, 3), strict=True)]
    drawn = chart_table(_long(rows))
    assert (drawn.columns, drawn.rows, drawn.series_by) == (_long(rows).columns, tuple(rows), "")


def test_texts_that_return_over_time_are_series_also_with_one_row_a_day(light: Theme) -> None:
    """A line went from one device to another."""
    rows: list[tuple[Cell, ...]] = [(day, name, n) for day, name, n in zip(WEEKS, "aba", (1, 2, 3), strict=True)]
    drawn = chart_table(_long(rows))
    assert [one.title for one in drawn.columns] == ["Week", "a", "b"]
    assert drawn.rows == ((WEEKS[0], 1, None), (WEEKS[1], None, 2), (WEEKS[2], 3, None))
    only = chart_table(_long([(day, "a", 1) for day in WEEKS]))
    assert ([one.title for one in only.columns], only.series_by) == (["Week", "a"], "Status")
    shops = ResultColumn("shop", "text"), ResultColumn("town", "text"), ResultColumn("n", "integer")
    named = _table(list(shops), [("x", "Kiel", 1), ("y", "Kiel", 2)])
    assert chart_table(named).columns == shops


def test_several_measures_have_a_series_for_each_text_and_measure(light: Theme) -> None:
    heads = [ResultColumn("week", "date"), ResultColumn("status", "text")]
    heads += [ResultColumn("orders", "integer"), ResultColumn("average", "decimal")]
    drawn = chart_table(_table(heads, [(*row, Decimal(10 * row[2])) for row in LONG]))
    titles = ["paid · Orders", "paid · Average", "refunded · Orders", "refunded · Average"]
    assert [one.title for one in drawn.columns[1:]] == titles
    assert drawn.rows[1] == (WEEKS[1], 7, Decimal(70), None, None)


def test_currency_names_a_series_only_if_there_are_several(light: Theme) -> None:
    money = Presentation(format="money", currency_origin="o.currency")
    heads = [ResultColumn("week", "date"), ResultColumn("status", "text")]
    heads += [ResultColumn("currency", "text", Presentation(origin="o.currency")), ResultColumn("n", "decimal", money)]
    rows = [(week, status, "EUR", Decimal(n)) for week, status, n in LONG]
    drawn = chart_table(_table(heads, rows))
    assert drawn.series_by == "Status"
    assert [one.presentation.currency for one in drawn.columns[1:]] == ["EUR", "EUR"]
    rows[1] = (*rows[1][:2], "USD", rows[1][3])
    drawn = chart_table(_table(heads, rows))
    assert drawn.series_by == "Status · Currency"
    assert [(one.title, one.presentation.currency) for one in drawn.columns[1:]] == [
        ("paid · EUR", "EUR"), ("refunded · EUR", "EUR"), ("refunded · USD", "USD")
    ]  # fmt: skip


def test_numbers_that_identify_name_a_series(light: Theme) -> None:
    shop = ResultColumn("shop_id", "integer", Presentation(format="identifier"))
    heads = [ResultColumn("week", "date"), shop, ResultColumn("n", "integer")]
    drawn = chart_table(_table(heads, [(WEEKS[0], 1, 10), (WEEKS[0], 2, 20), (WEEKS[1], 1, 30)]))
    assert [one.title for one in drawn.columns[1:]] == ["1", "2"]
    assert drawn.rows == ((WEEKS[0], 10, 20), (WEEKS[1], 30, None))


def test_of_many_series_the_largest_are_drawn_and_the_rest_is_counted(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [(week, f"s{k}", k) for week in WEEKS for k in range(20)]
    drawn = chart_table(_long(rows))
    assert [one.title for one in drawn.columns[1:]] == [f"s{k}" for k in range(12, 20)]
    assert charts.undrawn_text(drawn) == "12 series not drawn"
    assert drawn.undrawn_names == tuple(f"s{k}" for k in range(11, -1, -1))
    said = undrawn_names_text(drawn)
    assert said.startswith("Not drawn: s11, s10, s9, ")
    assert said.endswith("s1 and s0. Filter the query to see them in the chart, or show it as a table.")
    many = chart_table(_long([(week, f"s{k}", k) for week in WEEKS for k in range(100)]))
    assert undrawn_list(many)[-2:] == ["s42", "42 more"]
    wide = chart_table(_table([ResultColumn("w", "date"), *(ResultColumn(f"n{k}", "integer") for k in range(10))],
                              [(week, *range(10)) for week in WEEKS]))  # fmt: skip
    assert wide.undrawn_names == ("N8", "N9")


@pytest.mark.parametrize(
    ("names", "drawn_names"),
    [
        (["Mar", "Jan", "Feb", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"],
         ["Apr", "Aug", "Feb", "Jan", "Jul", "Jun", "Mar", "May"]),
        ([date(2026, month, 1) for month in range(1, 13)], None),
        (["Jan", "Feb", *(f"s{k}" for k in range(8))], ["Feb", "Jan", "s0", "s1", "s2", "s5", "s6", "s7"]),
    ],
)  # fmt: skip
def test_of_many_months_none_in_the_middle_is_left_out(
    light: Theme, names: list[Cell], drawn_names: list[str] | None
) -> None:
    """The smallest of twelve months were missing in the middle of a chart, where nobody looks for a gap."""
    kind = "date" if isinstance(names[0], date) else "text"
    sizes = {"Jan": 1000, "Feb": 900}
    rows = [
        (week, value, sizes.get(str(value), abs(place - 5) + 1)) for week in WEEKS for place, value in enumerate(names)
    ]
    heads = [ResultColumn("week", "date"), ResultColumn("of", kind), ResultColumn("n", "integer")]
    drawn = chart_table(_table(heads, rows))
    if drawn_names is None:
        assert [key[0] for key in drawn.keys] == names[-8:]
    else:
        assert sorted(str(key[0]) for key in drawn.keys) == drawn_names


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_rows_that_nothing_tells_apart_are_not_drawn_as_one_line(light: Theme, kind: str) -> None:
    """Of `SELECT week, count(*) … GROUP BY week, status`, a saw-tooth."""
    heads = [ResultColumn("week", "date"), ResultColumn("n", "integer")]
    table = _table(heads, [(week, n) for week, _status, n in LONG])
    assert mismatch_reason(_widget(kind), table) == "Several rows have the same “Week”."
    twice = _long([*LONG, (WEEKS[0], "paid", 3)])
    assert mismatch_reason(_widget(kind), twice) == "Several rows have the same “Week” and “Status”."


def test_bars_of_equal_names_are_a_bar_for_each_row(light: Theme) -> None:
    heads = [ResultColumn("shop", "text"), ResultColumn("n", "integer")]
    assert mismatch_reason(_widget("bar_chart"), _table(heads, [("a", 1), ("a", 2)])) is None
    assert mismatch_reason(_widget("line_chart"), _table(heads, [("a", 1), ("a", 2)])) is not None


def test_chart_says_which_column_names_its_series(light: Theme) -> None:
    widget, result, size = _widget("line_chart"), QueryResult("q", _long()), QSize(460, 250)
    texts = [one.text for one in painted_texts(size, lambda p: paint_content(p, QSizeF(size), widget, result))]
    assert "Series: Status" in texts
    assert summary(widget, result).startswith("5 rows, Series: Status, paid: last 4 ")


_PLACES = st.sampled_from([*WEEKS, date(2026, 8, 3)])


@given(
    cells=st.dictionaries(
        st.tuples(_PLACES, st.sampled_from("abcdefgh")), st.integers(-(10**6), 10**6), min_size=1, max_size=24
    ),
    kind=st.sampled_from(["line_chart", "bar_chart"]),
)
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_number_of_a_long_result_is_read_at_its_place(light: Theme, cells: dict, kind: str) -> None:
    rows: list[tuple[Cell, ...]] = [(day, name, n) for (day, name), n in cells.items()]
    table = _long(rows)
    if len({row[0] for row in rows}) == len(rows):
        return  # wide: see above
    drawn = chart_table(table)
    assert {
        (row[0], column.title, value)
        for row in drawn.rows
        for column, value in zip(drawn.columns[1:], row[1:], strict=True)
        if value is not None
    } == set(rows)
    assert len(drawn.columns) - 1 <= MAX_SERIES
    reader = body_reader(QRectF(0, 0, 900, 420), _widget(kind), QueryResult("q", table))
    read = set()
    for row in range(reader.row_count):
        for spot in reader.spots(row):
            found = reader(spot)
            assert found is not None
            heading, *lines = (line.text for line in found.lines)
            heading = heading.removesuffix(", so far")
            day = heading.split(" · ")[-1].split(" – ")[0]  # of a week, where all of its days are Mondays
            read |= {(day, line) for line in lines if not line.endswith(": –")}
    written = {(f"{day:%-d %b %Y}", f"{name}: {n:,}".replace(",", "\u202f").replace("-", "−")) for day, name, n in rows}
    assert read == written


def test_widget_without_rows_says_the_time_range_that_its_query_names(light: Theme) -> None:
    empty = _long([])
    period = Period(datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    ranged = QueryResult("SELECT week, status, n FROM t WHERE week >= :from AND week < :to", empty, period=period)
    text = summary(_widget("line_chart"), ranged)
    assert text == "The query returned no rows. The time range is 23 Oct 2026 – 22 Nov 2026 (UTC)."
    filtered = replace(ranged, filters="Shop: none")
    assert summary(_widget("line_chart"), filtered) == (
        "The query returned no rows. Filtered by Shop: none. The time range is 23 Oct 2026 – 22 Nov 2026 (UTC)."
    )
    apart = replace(ranged, data_elsewhere=Period(datetime(2026, 8, 5, tzinfo=UTC), datetime(2026, 9, 13, tzinfo=UTC)))
    assert summary(_widget("line_chart"), apart) == (
        "No data in this time range. The data are from 5 Aug 2026 – 12 Sep 2026."
    )
    size, widget = QSize(460, 250), _widget("line_chart")

    def shown(drawn: QueryResult, audience: Audience) -> tuple[list[str], bool]:
        links: list[Links] = []
        texts = painted_texts(
            size, lambda p: links.append(paint_content(p, QSizeF(size), widget, drawn, audience=audience))
        )
        return [one.text for one in texts if one.text.startswith("Show")], links[0].period is not None

    assert shown(apart, "read") == (["Show 5 Aug 2026 – 12 Sep 2026"], True)
    assert shown(apart, "show") == shown(replace(apart, quiet=True), "edit") == ([], False)
    always = QueryResult("SELECT week, status, n FROM t", empty, period=period)
    assert summary(_widget("line_chart"), always) == "The query returned no rows."
