"""The periods without rows of a chart whose query groups by day, week and so on.

A query returns no row for a day on which nothing happened. A line from the day before to the day after would show
values that nobody measured. Such days are added: with 0 where rows are counted, and as a gap for sums, averages and
all else, whose value isn't known.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, Literal

from benchboard.analytics import periods
from benchboard.analytics.period_step import WEEK, Step, step_of
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.dashboards.document.series_settings import chooses_right, right_series, series_colours, target_series
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.period_before import PeriodBefore, comparable, moved
from benchboard.dashboards.variables.variable_queries import names_in
from benchboard.i18n import _
from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice
from benchboard.ui.studio.tiles.axes.axis_sides import PlainSeries, automatic_right
from benchboard.ui.studio.tiles.axes.thresholds import reference_lines, target_of, targets, thresholds
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import MAX_SERIES, ChartTable, chart_table
from benchboard.ui.studio.tiles.series.period_before import both_periods, compared_chart
from benchboard.ui.studio.tiles.series.stacking import stack_of
from benchboard.ui.studio.tiles.series.undated_note import undated_text
from benchboard.ui.studio.tiles.series.value_colours import Key

Missing = Literal["auto", "gap", "zero", "connect"]
_MAX_UNIT: Final = 100
MOST_PERIODS: Final = 5_000
"""Most periods of a chart; one with more has only those of its rows."""
_CHARTS: Final = ("line_chart", "area_chart", "bar_chart")
_COUNTED: Final = re.compile(
    r"\bcount\s*\((?:[^()]|\([^()]*\))*\)(?:\s*filter\s*\((?:[^()]|\([^()]*\))*\))?\s+(?:as\s+)?"
    r"(?:\"((?:[^\"]|\"\")+)\"|([a-z_]\w*))",
    re.IGNORECASE,
)
_SELECT: Final = re.compile(r"\bselect\b", re.IGNORECASE)
_PARTIAL: Final = re.compile(r"\b(?:having|limit|offset|qualify|sample|fetch)\b", re.IGNORECASE)
"""What may leave out periods that have rows: their counts aren't 0 then."""


def drawn_table(widget: WidgetContent, result: QueryResult) -> ChartTable:
    """The form of a result as its widget draws it, with the periods that have no rows, and the series of the period
    before. `result` has a table."""
    drawn = replace(_compared(widget, result), legend_beside=result.legend_beside)
    if result.table is None or not drawn.rows:
        return drawn
    stack = stack_of(widget, drawn, result.table, result.query)
    return replace(drawn, stack=stack, title=widget.title, hidden=result.legend.hidden)


def _compared(widget: WidgetContent, result: QueryResult) -> ChartTable:
    """With the series of the period before, but not stacked."""
    drawn, known = _drawn_alone(widget, result), result.before
    if result.table is None or known is None or not drawn.rows or drawn.repeats_x:
        return drawn
    if not known.table.rows:
        note = _("The period before has no data.")
        return replace(drawn, missing_note=" ".join(part for part in (drawn.missing_note, note) if part))
    step = step_of(result.query, known.shown.interval)
    if drawn.reduced is not None:
        before = _drawn_alone(widget, replace(result, table=known.table, period=known.period), drawn.keys)
        return compared_chart(drawn, before, moved(known, step))
    now, then = both_periods(result.table, known, step, result.query)
    # Rows without a date that only the period before has are no news about the rows that are shown.
    both = replace(_drawn_alone(widget, replace(result, table=now)), undated_note=drawn.undated_note)
    before = _drawn_alone(widget, replace(result, table=then), both.keys)
    return replace(compared_chart(both, before), uncompared=_uncompared(both, known, step))


def _uncompared(drawn: ChartTable, known: PeriodBefore, step: Step | None) -> frozenset[int]:
    """The rows of periods that can't be compared with those of the same places before."""
    times, is_comparable = periods.moments([row[0] for row in drawn.rows]), comparable(known, step)
    try:
        return frozenset(row for row, time in enumerate(times or ()) if not is_comparable(time))
    except (ValueError, OverflowError):  # at the end of the calendar
        return frozenset(range(len(drawn.rows)))


def _drawn_alone(widget: WidgetContent, result: QueryResult, keys: Sequence[Key] = ()) -> ChartTable:
    """The same without the period before; with `keys`, of series that values name, those of these."""
    table = result.table
    if table is None:
        raise ValueError("a result without a table isn't drawn")
    drawn, kind = chart_table(table, result.colours, keys), widget.kind.type if widget.kind is not None else ""
    if kind in ("line_chart", "area_chart"):
        drawn = replace(drawn, thresholds=tuple(thresholds(widget)))
    if kind in _CHARTS:
        drawn = _with_automatic_right(_with_axis(drawn, widget), widget, kind)
    if kind in ("line_chart", "area_chart"):
        drawn = replace(drawn, window=result.window)
    if kind in _CHARTS:
        drawn = replace(drawn, undated_note=undated_text(table, result.query, number_format.unit(widget)))
    if kind not in _CHARTS or drawn.repeats_x:
        return drawn
    return _with_span(_with_missing(widget, kind, drawn, table, result), result)


def _with_axis(drawn: ChartTable, widget: WidgetContent) -> ChartTable:
    """With what the widget's settings say of its axis and numbers."""
    decimals, right_decimals = widget.setting("decimals"), widget.setting("right_decimals")
    return replace(
        drawn,
        axis=AxisChoice(*_ends(widget, "axis_min", "axis_max"), widget.setting("scale") == "log"),
        decimals=decimals if isinstance(decimals, int) else None,
        thresholds=(*drawn.thresholds, *reference_lines(widget), *targets(widget)),
        target=target_of(widget),
        target_name=target_series(widget),
        own_colours=series_colours(widget),
        right=right_series(widget) & {drawn.setting_name(place) for place in range(1, len(drawn.columns))},
        right_axis=AxisChoice(*_ends(widget, "right_min", "right_max")),
        right_unit=number_format.truncate(str(widget.setting("right_unit")), _MAX_UNIT),
        right_decimals=right_decimals if isinstance(right_decimals, int) else None,
    )


def _with_automatic_right(drawn: ChartTable, widget: WidgetContent, kind: str) -> ChartTable:
    """With the series on the right axis that are there by themselves: of lines and areas whose series are columns, if
    nobody set anything of their axis, or a unit, which is that of all of them."""
    unit = number_format.unit(widget)
    is_stacked = kind == "area_chart" and widget.setting("stack") in ("stacked", "percent")
    if kind == "bar_chart" or is_stacked or drawn.series_by or unit or chooses_right(widget):
        return drawn
    if not drawn.axis.is_automatic or drawn.thresholds or drawn.repeats_x or drawn.target_name:
        return drawn
    numeric = [place for place, one in enumerate(drawn.columns) if place and number_format.is_numeric(one)]
    series = [
        PlainSeries(
            drawn.setting_name(place),
            number_format.column_numbers(drawn, place),
            number_format.column_unit(drawn, place, unit),
        )
        for place in numeric[:MAX_SERIES]
    ]
    return replace(drawn, right=automatic_right(series))


def _ends(widget: WidgetContent, low_key: str, high_key: str) -> tuple[float | None, float | None]:
    """The ends that are set of an axis; none if they aren't in order, in a document that somebody wrote."""
    low, high = (None if isinstance(end := widget.setting(key), str) else float(end) for key in (low_key, high_key))
    return (None, None) if low is not None and high is not None and low >= high else (low, high)


def _with_span(drawn: ChartTable, result: QueryResult) -> ChartTable:
    """With where the time range begins and ends, if the query has nothing outside it, and where the data do."""
    named = names_in(result.query)
    starts = [result.period.start] if result.period is not None and "from" in named else []
    ends = [result.period.end] if result.period is not None and "to" in named else []
    if result.data_span is not None:
        starts.append(result.data_span.start)
        ends.append(result.data_span.end)
    return replace(drawn, known_from=max(starts, default=None), known_until=min(ends, default=None))


def _with_missing(
    widget: WidgetContent, kind: str, drawn: ChartTable, table: ResultTable, result: QueryResult
) -> ChartTable:
    missing: Missing = "auto"
    step = step_of(result.query, result.period.interval if result.period is not None else "")
    drawn = replace(drawn, step=step)
    if kind != "bar_chart":
        missing = widget.setting("missing")  # type: ignore[assignment]  # one of its choices
    elif not _is_in_order(drawn):
        return drawn  # bars in the order of their lengths, not of time
    if step is not None:
        drawn = replace(drawn, by_week=step == WEEK)
    if missing == "connect" or drawn.connects:
        return replace(drawn, connects=True)
    if step is None or drawn.reduced is not None:  # no row of a reduced result is a period
        return drawn
    return _completed(drawn, table, result.query, step, missing)


def counted_columns(query: str) -> frozenset[str]:
    """The names of the columns with counts of rows whose missing periods are 0; none of a query that may leave out
    periods with rows."""
    if len(_SELECT.findall(query)) != 1 or _PARTIAL.search(query):
        return frozenset()
    return frozenset(quoted.replace('""', '"') or plain.lower() for quoted, plain in _COUNTED.findall(query))


def _completed(drawn: ChartTable, table: ResultTable, query: str, step: Step, missing: Missing) -> ChartTable:
    times = periods.moments([row[0] for row in drawn.rows])
    starts = _starts(times, step) if times is not None else None
    if times is None or starts is None:
        return drawn
    counts = counted_columns(query) if not table.truncated else frozenset()
    fill = _fill(drawn, table, counts, missing)
    known = dict(zip(times, drawn.rows, strict=True))
    # Rows that only the period before has may go on beyond the others, where nothing is 0 yet.
    own = [time for time, row in known.items() if any(cell is not None for cell in row[1:])]
    first, last = min(own, default=None), max(own, default=None)
    is_day = not isinstance(drawn.rows[0][0], datetime)
    rows, added = [], 0
    for start in starts:
        row = known.get(start)
        if row is None:
            row, added = ((start.date() if is_day else start), *fill), added + 1
        elif first is not None and last is not None and first <= start <= last:
            row = (
                row[0],
                *(with_none if cell is None else cell for cell, with_none in zip(row[1:], fill, strict=True)),
            )
        rows.append(row)
    if tuple(rows) == drawn.rows:
        return drawn
    return replace(drawn, rows=tuple(rows), missing_note=_note(_numbers(drawn, fill)), added=added)


def _fill(drawn: ChartTable, table: ResultTable, counts: frozenset[str], missing: Missing) -> list[Cell]:
    """What each series has in a period without rows."""
    if missing != "auto":
        return [0 if missing == "zero" and one.kind in NUMBERS else None for one in drawn.columns[1:]]
    if not drawn.series_by:
        return [0 if one.name in counts else None for one in drawn.columns[1:]]
    # The series of a long result are the values of its text columns: what is counted is the same for all, if anything.
    numbers = [one.name for one in table.columns[1:] if one.kind in NUMBERS]
    is_count = bool(numbers) and all(name in counts for name in numbers)
    return [0 if is_count else None] * (len(drawn.columns) - 1)


def _starts(times: Sequence[datetime], step: Step) -> list[datetime] | None:
    """The beginnings of all periods from the first to the last; None if a time begins none, or there are too many."""
    first, last, wanted = min(times).astimezone(UTC), max(times), set(times)
    if len(wanted) < 2 or (step.months and first.day > 28):
        return None
    found = [first]
    while found[-1] < last and len(found) <= MOST_PERIODS:
        try:
            found.append(step.next(found[-1]))
        except (ValueError, OverflowError):
            return None
    return found if wanted <= set(found) and len(found) <= MOST_PERIODS else None


def _is_in_order(drawn: ChartTable) -> bool:
    times = periods.moments([row[0] for row in drawn.rows])
    if times is None:
        return False
    return all(a < b for a, b in pairwise(times)) or all(a > b for a, b in pairwise(times))


def _numbers(drawn: ChartTable, fill: Sequence[Cell]) -> list[Cell]:
    return [cell for one, cell in zip(drawn.columns[1:], fill, strict=True) if one.kind in NUMBERS]


def _note(fill: Sequence[Cell]) -> str:
    if all(cell == 0 for cell in fill):
        return _("Periods without rows are shown as 0.")
    if all(cell is None for cell in fill):
        return _("Periods without rows are gaps.")
    return _("Periods without rows are 0 for counts and gaps for other values.")
