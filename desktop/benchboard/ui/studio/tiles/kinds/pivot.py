"""Pivot tables as widgets show them: which results can be one, and the colour and the point of a cell."""

from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Final, TypeVar

from PySide6.QtGui import QColor

from benchboard.analytics import periods, pivoted_table
from benchboard.analytics.chart_columns import MOST_ROW_GROUPS
from benchboard.analytics.pivoted_table import MOST_COLUMNS, Namer, PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.totalled_table import TotalledTable, totalled
from benchboard.dashboards.document.widget_kinds import PIVOT, WidgetContent
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.dashboards.pivoted_widget import PivotSettings, pivot_settings, pivoted_widget, widget_places
from benchboard.i18n import _, number
from benchboard.ui.studio.tiles.kinds.heatmap import ordered
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import partial_period, partial_text
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import theme
from benchboard.ui.time_format import month_name

_MOST_KEPT: Final = 24
_kept: dict[tuple[int, int, str, PivotSettings, str], tuple[ResultTable, PeriodBefore | None, PivotTable]] = {}
"""The pivot tables made last, each with what it was made of, so that nothing else has the same `id`."""
_mismatches: dict[tuple[int, str, bool, str], tuple[ResultTable, tuple[str, str] | None]] = {}
_LOCK: Final = Lock()
"""Workers make pivot tables, too."""
_Key = TypeVar("_Key")
_Made = TypeVar("_Made")
_totalled: dict[tuple[int, str, str], TotalledTable] = {}
"""The same of tables with a row of totals."""


def pivot_mismatch(widget: WidgetContent, table: ResultTable) -> tuple[str, str] | None:
    """Why a result can't be a pivot table, and what to do; None if it can."""
    key = id(table), widget.query, pivot_settings(widget).across, _("Total")
    with _LOCK:
        kept = _mismatches.get(key)
    if kept is None or kept[0] is not table:
        kept = table, _mismatch(widget, table)
        _keep(_mismatches, key, kept)
    return kept[1]


def _mismatch(widget: WidgetContent, table: ResultTable) -> tuple[str, str] | None:
    across = pivot_settings(widget).across
    places = widget_places(widget, table)
    if places is None:
        groups = MOST_ROW_GROUPS + 1 if across else MOST_ROW_GROUPS
        return _("A pivot table needs one to {most} columns to group by and a number.").format(most=number(groups)), ""
    if all(value is None for place in places.values for value in number_format.column_numbers(table, place)):
        return _("The query returned no numbers."), ""
    if pivoted_table.repeats_group(table, places):
        *first, last = [table.columns[place].title for place in places.groups]
        if not first:
            what = _("Several rows have the same “{x}”.").format(x=last)
            return what, _("Group by it in the query, or use a table.")
        what = _("Several rows have the same “{x}” and “{series}”.").format(x="”, “".join(first), series=last)
        do = _("Group by both in the query, or use a table.")
        return what, do if len(first) == 1 else _("Group by all of them in the query, or use a table.")
    count = pivoted_table.column_count(table, places)
    if count > MOST_COLUMNS and places.column is not None:
        what = _("“{column}” has {count} values. A pivot table has {most} columns at most.").format(
            column=table.columns[places.column].title,
            count=number(count // len(places.values)),
            most=number(MOST_COLUMNS // len(places.values)),
        )
        return what, _("Put it first in the query, so that it names the rows, or use a table.")
    return None


def shown_table(widget: WidgetContent, result: QueryResult | None) -> ResultTable | None:
    """The table that a widget shows: the result of a table, or the pivot table of it. None for other kinds, and where
    there is nothing to show."""
    kind = widget.kind.type if widget.kind is not None else ""
    table = result.table if result is not None and result.error is None else None
    if result is None or table is None or not table.rows:
        return None
    if kind == "table":
        return totalled_of(widget, table) if widget.setting("totals") != "off" else table
    if kind != PIVOT or pivot_mismatch(widget, table) is not None:
        return None
    return pivot_of(widget, table, result.before)


def pivot_currencies(widget: WidgetContent, result: QueryResult | None) -> tuple[str, ...]:
    """The currencies because of which totals of a widget's pivot table are missing; nothing if none is."""
    table = shown_table(widget, result) if widget.kind is not None and widget.kind.type == PIVOT else None
    if not isinstance(table, PivotTable) or not table.unadded:
        return ()
    return tuple(
        sorted(frozenset[str]().union(*(table.source.added_currencies(k) for k in table.places.values)) - {""})
    )


def totalled_of(widget: WidgetContent, table: ResultTable) -> TotalledTable:
    """A result with a row of totals; the same object each time."""
    key = id(table), widget.query, _("Total")
    found = _totalled.pop(key, None)
    if found is None or found.source is not table:
        found = totalled(table, widget.query)
    _totalled[key] = found
    while len(_totalled) > _MOST_KEPT:
        del _totalled[next(iter(_totalled))]
    return found


def pivot_of(widget: WidgetContent, table: ResultTable, before: PeriodBefore | None = None) -> PivotTable:
    """A result that can be one, as a pivot table; the same object each time."""
    key = id(table), id(before), widget.query, pivot_settings(widget), _("Total")
    with _LOCK:
        kept = _kept.get(key)
    if kept is None or kept[0] is not table or kept[1] is not before:
        kept = table, before, _made(widget, table, before)
    _keep(_kept, key, kept)
    return kept[2]


def is_made(widget: WidgetContent, table: ResultTable) -> bool:
    """Whether the pivot table of a result is known already, or that it can't be one."""
    settings, word = pivot_settings(widget), _("Total")
    with _LOCK:
        why = _mismatches.get((id(table), widget.query, settings.across, word))
        kept = _kept.get((id(table), id(None), widget.query, settings, word))
    if why is None or why[0] is not table:
        return False
    return why[1] is not None or (kept is not None and kept[0] is table)


def prepare(widget: WidgetContent, result: QueryResult) -> None:
    """Make the pivot table of a result on a worker's thread, so that the window's has it when it is drawn: of 10,000
    rows it takes some tenths of a second."""
    if widget.kind is not None and widget.kind.type == PIVOT:
        shown_table(widget, result)


def _keep(kept: dict[_Key, _Made], key: _Key, made: _Made) -> None:
    """Keep what was made last in place of what was asked for longest ago."""
    with _LOCK:
        kept.pop(key, None)
        kept[key] = made
        while len(kept) > _MOST_KEPT:
            del kept[next(iter(kept))]


def _made(widget: WidgetContent, table: ResultTable, before: PeriodBefore | None) -> PivotTable:
    return _with_months(
        pivoted_widget(widget, widget.query, table, before, order=ordered, name=_namer(table), blank="")
    )


def _with_months(found: PivotTable) -> PivotTable:
    """With the names of its rows as months, if that is what they are."""
    columns = list(found.columns)
    for at, place in enumerate(found.places.rows):
        if _is_monthly(found.source, place):
            columns[at] = replace(columns[at], presentation=replace(columns[at].presentation, format="month"))
    return replace(found, columns=tuple(columns))


def _namer(table: ResultTable) -> Namer:
    """What values are called as headings, months as such, and a period that isn't over as that."""
    months = {place for place in range(len(table.columns)) if _is_monthly(table, place)}
    partial, decimals = partial_period(table), dict[int, int | None]()

    def name(of: ResultTable, column: int, value: Cell) -> str:
        is_month = column in months and isinstance(value, date)
        if column not in decimals:
            decimals[column] = _decimals(table, column)
        if is_month and isinstance(value, date):
            text = month_name(value)
        else:
            text = _heading(of, column, value, decimals[column])
        is_partial = partial is not None and partial.is_in(column, value)
        return partial_text(text, goes_on=partial.goes_on) if partial is not None and is_partial else text

    return name


def _is_monthly(table: ResultTable, column: int) -> bool:
    """Whether the times of a column are the beginnings of months, of several."""
    if table.columns[column].kind not in ("date", "timestamp") or table.columns[column].format == "week":
        return False
    times = periods.moments(list({row[column] for row in table.rows} - {None}))
    return times is not None and len(times) > 1 and periods.granularity(times) == "month"


def _decimals(table: ResultTable, column: int) -> int | None:
    """The decimals of the numbers in a column of headings."""
    is_any = table.columns[column].kind in ("text", "timestamp")
    return number_format.column_decimals(table, column, table.rows) if is_any else None


def _heading(table: ResultTable, column: int, value: Cell, decimals: int | None) -> str:
    """What a value is called as a heading."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return _("(empty)")
    row: list[Cell] = [None] * len(table.columns)
    row[column] = value
    return number_format.format_value(table, row, column, decimals=decimals)


def exported(table: ResultTable, widget: WidgetContent, before: PeriodBefore | None = None) -> ResultTable:
    """A widget's rows as a file has them: a pivot table is pivoted, with nothing in the cells that no row is of."""
    if widget.kind is None or widget.kind.type != PIVOT or not table.rows or pivot_mismatch(widget, table) is not None:
        return table
    return pivoted_widget(widget, widget.query, table, before, order=ordered, name=_namer(table))


def is_total(table: ResultTable, row: int, column: int) -> bool:
    """Whether a cell is a total."""
    return isinstance(table, PivotTable | TotalledTable) and table.is_total(row, column)


def cell_colour(table: ResultTable, row: int, column: int) -> QColor | None:
    """The colour of a cell of a pivot table whose cells have the colours of their numbers; None for any other cell."""
    if not isinstance(table, PivotTable) or column < table.heading_count or table.is_total(row, column):
        return None
    one = table.number_columns[column - table.heading_count]
    ends, value = table.fill_ends.get(one.value), number_format.to_float(table.rows[row][column])
    if ends is None or value is None or one.comparison:
        return None
    low, high = (float(end) for end in ends)
    return theme().ramp((value / 2 - low / 2) / (high / 2 - low / 2) if low < high else 0.5)
