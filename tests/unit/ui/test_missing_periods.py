"""Periods without rows in charts: days of which a query has no row are 0 or a gap, and never a slope between others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from benchboard.analytics.period_step import Step, step_of
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_builder.sql_writer import rounded_time
from benchboard.analytics.query_extent import UNKNOWN
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.kinds.missing_periods import MOST_PERIODS, counted_columns, drawn_table
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.studio.tiles.tables.table_painting import row_texts
from benchboard.ui.studio.tiles.tables.table_rows import TableRows

COUNT = "SELECT date_trunc('day', ts) AS day, count(*) AS faults FROM sensor_log WHERE quality = 'fault' GROUP BY 1"
BY_DEVICE = (
    "SELECT date_trunc('day', ts) AS day, device, count(*) AS faults FROM sensor_log GROUP BY 1, 2 ORDER BY 1, 2"
)
AVERAGE = "SELECT date_trunc('day', ts) AS day, avg(value) AS mean FROM sensor_log GROUP BY 1"


def _day(day: int) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC)


def _widget(kind_name: str = "line_chart", **config: object) -> WidgetContent:
    kind = kind_of(kind_name)
    assert kind is not None
    return widget_of(with_fields(new_item(kind, "w"), config=config))


def _drawn(
    query: str,
    rows: list[tuple[Cell, ...]],
    *names: str,
    widget: WidgetContent | None = None,
    kind: ValueKind = "timestamp",
    truncated: bool = False,
    period: Period | None = None,
) -> ChartTable:
    heads = [ResultColumn("day", kind)]
    for place, name in enumerate(names, 1):
        heads.append(ResultColumn(name, "text" if isinstance(rows[0][place], str) else "integer"))
    table = ResultTable(tuple(heads), tuple(rows), truncated=truncated)
    return drawn_table(widget or _widget(), QueryResult(query, table, period=period))


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_day_without_rows_is_0_where_rows_are_counted(kind: str) -> None:
    drawn = _drawn(COUNT, [(_day(1), 4), (_day(2), 1), (_day(5), 2)], "faults", widget=_widget(kind))
    assert drawn.rows == ((_day(1), 4), (_day(2), 1), (_day(3), 0), (_day(4), 0), (_day(5), 2))
    assert (drawn.added, drawn.missing_note) == (2, "Periods without rows are shown as 0.")


def test_each_series_has_0_on_days_on_which_only_another_has_rows() -> None:
    rows: list[tuple[Cell, ...]] = [
        (_day(1), "P-01", 3), (_day(1), "T-01", 1), (_day(3), "T-01", 2), (_day(30), "P-01", 1),
    ]  # fmt: skip
    drawn = _drawn(BY_DEVICE, rows, "device", "faults")
    assert len(drawn.rows) == 30
    assert [row[1:] for row in drawn.rows[:4]] == [(3, 1), (0, 0), (0, 2), (0, 0)]
    assert all(cell is not None for row in drawn.rows for cell in row)


@pytest.mark.parametrize(
    "query",
    [
        AVERAGE,
        COUNT + " HAVING count(*) > 3",
        COUNT + " ORDER BY 2 DESC LIMIT 10",
        f"SELECT day, faults FROM ({COUNT}) WHERE faults > 3",
    ],
)
def test_day_without_rows_is_a_gap_where_its_value_is_not_known(query: str) -> None:
    drawn = _drawn(query, [(_day(1), 4), (_day(3), 2)], "mean" if query == AVERAGE else "faults")
    assert drawn.rows == ((_day(1), 4), (_day(2), None), (_day(3), 2))
    assert drawn.missing_note == "Periods without rows are gaps."


def test_day_that_did_not_fit_a_truncated_result_is_a_gap() -> None:
    assert _drawn(COUNT, [(_day(1), 4), (_day(3), 2)], "faults", truncated=True).rows[1] == (_day(2), None)


def test_person_chooses_what_is_shown() -> None:
    rows: list[tuple[Cell, ...]] = [(_day(1), 4), (_day(3), 2)]
    assert _drawn(COUNT, rows, "faults", widget=_widget(missing="gap")).rows[1] == (_day(2), None)
    assert _drawn(AVERAGE, rows, "mean", widget=_widget(missing="zero")).rows[1] == (_day(2), 0)
    connected = _drawn(COUNT, rows, "faults", widget=_widget(missing="connect"))
    assert (connected.rows, connected.connects) == (tuple(rows), True)
    labelled: list[tuple[Cell, ...]] = [(_day(1), "a", 4), (_day(3), "b", 2)]
    zero = _drawn(BY_DEVICE, labelled, "device", "faults", widget=_widget(missing="zero"))
    assert zero.rows[1] == (_day(2), None, 0), "a text has no zero"


def test_unit_of_the_time_range_is_that_of_its_query() -> None:
    rows: list[tuple[Cell, ...]] = [(date(2026, 10, 5), 4), (date(2026, 10, 26), 2)]
    period = Period(_day(1), datetime(2027, 1, 1, tzinfo=UTC))
    query = "SELECT date_trunc(:interval, ts) AS week, count(*) AS n FROM t GROUP BY 1"
    drawn = _drawn(query, rows, "n", kind="date", period=period)
    assert [row[0] for row in drawn.rows] == [date(2026, 10, day) for day in (5, 12, 19, 26)]


@pytest.mark.parametrize(
    "rows",
    [
        [(_day(1), 1), (_day(1) + timedelta(hours=3), 2), (_day(9), 1)],
        [(_day(1), 1), (_day(1) + timedelta(days=MOST_PERIODS + 1), 2)],
        [(_day(1), 1)],
    ],
    ids=["other times", "too many", "one"],
)
def test_other_results_are_drawn_as_they_are(rows: list[tuple[Cell, ...]]) -> None:
    assert _drawn(COUNT, rows, "faults").rows == tuple(rows)


def test_row_without_a_time_has_no_place_on_an_axis_of_times() -> None:
    assert _drawn(COUNT, [(None, 1), (_day(3), 2)], "faults").rows == ((_day(3), 2),)


def test_bars_in_the_order_of_their_lengths_keep_it() -> None:
    rows: list[tuple[Cell, ...]] = [(_day(3), 9), (_day(1), 4), (_day(7), 2)]
    assert _drawn(COUNT, rows, "faults", widget=_widget("bar_chart")).rows == tuple(rows)


@pytest.mark.parametrize(
    ("query", "step"),
    [
        ("SELECT date_trunc('Month', a), count(*) FROM t", Step(months=1)),
        ("SELECT DATE_TRUNC('quarter', a) FROM t", Step(months=3)),
        ("SELECT time_bucket(INTERVAL '15 minutes', a) FROM t", Step(seconds=900)),
        ("SELECT time_bucket(INTERVAL 2 HOURS, a) FROM t", Step(seconds=7200)),
        (f"SELECT {rounded_time('`a b`', 'hour', 'mysql')} FROM t", Step(seconds=3600)),
        (f"SELECT {rounded_time('`a`', 'day', 'mysql')} FROM t", Step(seconds=86_400)),
        (f"SELECT {rounded_time('`a`', 'week', 'mysql')} FROM t", Step(seconds=7 * 86_400)),
        (f"SELECT {rounded_time('`a`', 'quarter', 'mysql')} FROM t", Step(months=3)),
        ("SELECT date_trunc('day', a), date_trunc('week', b) FROM t", None),
        ("SELECT date_trunc(:unit, a) FROM t", None),
        ("SELECT date_trunc(:interval, a) FROM t", None),
        ("SELECT a FROM t", None),
        ("SELECT date_trunc('century', a) FROM t", None),
    ],
)
def test_period_of_a_query_is_what_it_names(query: str, step: Step | None) -> None:
    assert step_of(query) == step


def test_counts_are_told_from_other_columns() -> None:
    query = (
        'SELECT 1 AS one, count(*) AS n, COUNT(DISTINCT lower(b)) "B s", count(*) FILTER (WHERE c) AS m, sum(d) AS s'
    )
    assert counted_columns(query + " FROM t") == {"n", "B s", "m"}


def test_end_of_the_calendar_ends_nothing() -> None:
    rows: list[tuple[Cell, ...]] = [(date(9999, 12, 30), Decimal(1)), (date(9999, 12, 31), Decimal(2))]
    assert _drawn(COUNT, rows, "faults", kind="date").rows == tuple(rows)


RANGED = "SELECT date_trunc('week', ts) AS day, count(*) AS n FROM t WHERE ts >= :from AND ts < :to GROUP BY 1"
WEEKS: list[tuple[Cell, ...]] = [(_day(5), 9), (_day(12), 9), (_day(19), 2)]


@pytest.mark.parametrize(
    ("start", "end", "partial"),
    [
        (_day(5), _day(26), set()), (_day(5), _day(20), {2}), (_day(7), _day(26), {0}), (_day(7), _day(20), {0, 2}),
        (_day(1), _day(31), set()),
    ],
)  # fmt: skip
def test_period_that_the_time_range_cuts_is_marked(start: datetime, end: datetime, partial: set[int]) -> None:
    """The last week had one day of the range, and was drawn as a crash."""
    assert _drawn(RANGED, WEEKS, "n", period=Period(start, end)).partial_rows == partial


def test_range_that_a_query_does_not_name_cuts_nothing() -> None:
    query = "SELECT date_trunc('week', ts) AS day, count(*) AS n FROM t GROUP BY 1"
    assert not _drawn(query, WEEKS, "n", period=Period(_day(7), _day(20))).partial_rows


def test_bars_by_length_and_cells_of_a_table_mark_that_period_too(qapp: object) -> None:
    query = f"{RANGED} ORDER BY 2"
    period = Period(_day(5), _day(20))
    drawn = _drawn(query, [WEEKS[2], *WEEKS[:2]], "n", widget=_widget("bar_chart"), period=period)
    assert drawn.partial_rows == {0}
    table = ResultTable((ResultColumn("day", "timestamp"), ResultColumn("n", "integer")), tuple(WEEKS), truncated=False)
    shown = QueryResult(query, table, period=period).with_extent(UNKNOWN).table
    assert shown is not None
    texts = [row[0] for row in row_texts(shown, shown.rows, [0, 1])]
    assert [text.endswith("only a part") for text in texts] == [False, False, True]
    rows = TableRows(shown)
    assert [rows.text(row, 0) for row in range(3)] == texts
    whole = QueryResult(query, table, period=Period(_day(5), _day(26))).with_extent(UNKNOWN).table
    assert whole is not None
    assert not any("part" in row[0] for row in row_texts(whole, whole.rows, [0, 1]))


def test_period_within_which_the_data_end_is_marked() -> None:
    heads = (ResultColumn("day", "timestamp"), ResultColumn("n", "integer"))
    result = QueryResult(RANGED, ResultTable(heads, tuple(WEEKS), truncated=False))
    span = Period(_day(5), _day(20))
    assert drawn_table(_widget(), replace(result, data_span=span)).partial_rows == {2}
