"""Pivot tables as widgets show them: which results can be one, and the colour and the point of a cell."""

from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtGui import QColor

from benchboard.analytics import periods, pivoted_table
from benchboard.analytics.chart_columns import pivot_columns
from benchboard.analytics.pivoted_table import MOST_COLUMNS, Namer, PivotTable, pivoted
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.totalled_table import TotalledTable, totalled
from benchboard.dashboards.document.widget_kinds import PIVOT, WidgetContent
from benchboard.i18n import _, number
from benchboard.ui.studio.tiles.kinds.heatmap import ordered
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import partial_period, partial_text
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import theme
from benchboard.ui.time_format import month_name

_MOST_KEPT: Final = 24
_kept: dict[tuple[int, str, bool, bool, str], PivotTable] = {}
"""The pivot tables made last; each holds its result, so that no other has the same `id`."""
_totalled: dict[tuple[int, str, str], TotalledTable] = {}
"""The same of tables with a row of totals."""


def pivot_mismatch(widget: WidgetContent, table: ResultTable) -> tuple[str, str] | None:
    """Why a result can't be a pivot table, and what to do; None if it can."""
    places = pivot_columns(table)
    if places is None:
        return _("A pivot table needs one or two columns to group by and a number."), ""
    if pivoted_table.several_numbers(table, widget.query):
        what = _("A pivot table shows one number, and this result has several.")
        return what, _("Select one of them, or use a table.")
    if all(value is None for value in number_format.column_numbers(table, places.value)):
        return _("The query returned no numbers."), ""
    titles = [one.title for one in table.columns]
    if pivoted_table.repeats_pair(table, places):
        if places.column is None:
            what = _("Several rows have the same “{x}”.").format(x=titles[places.row])
            return what, _("Group by it in the query, or use a table.")
        what = _("Several rows have the same “{x}” and “{series}”.")
        what = what.format(x=titles[places.row], series=titles[places.column])
        return what, _("Group by both in the query, or use a table.")
    count = len({row[places.column] for row in table.rows}) if places.column is not None else 0
    if count > MOST_COLUMNS:
        what = _("“{column}” has {count} values. A pivot table has {most} columns at most.").format(
            column=titles[places.column or 0], count=number(count), most=number(MOST_COLUMNS)
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
    return pivot_of(widget, table)


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


def pivot_of(widget: WidgetContent, table: ResultTable) -> PivotTable:
    """A result that can be one, as a pivot table; the same object each time."""
    totals, fills = widget.setting("totals") != "off", widget.setting("fill") == "value"
    key = id(table), widget.query, totals, fills, _("Total")
    found = _kept.pop(key, None)
    if found is None or found.source is not table:
        name = _namer(table)
        found = pivoted(table, widget.query, order=ordered, name=name, totals=totals, fills=fills, blank="")
        found = _with_months(found)
    _kept[key] = found
    while len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found


def _with_months(found: PivotTable) -> PivotTable:
    """With its rows named as months, if that is what they are."""
    first, *others = found.columns
    if not _is_monthly(found.source, found.places.row):
        return found
    return replace(found, columns=(replace(first, presentation=replace(first.presentation, format="month")), *others))


def _namer(table: ResultTable) -> Namer:
    """What values are called as headings, months as such, and a period that isn't over as that."""
    months = {place for place in range(len(table.columns)) if _is_monthly(table, place)}
    partial = partial_period(table)

    def name(of: ResultTable, column: int, value: Cell) -> str:
        is_month = column in months and isinstance(value, date)
        text = month_name(value) if is_month and isinstance(value, date) else heading(of, column, value)
        is_partial = partial is not None and partial.is_in(column, value)
        return partial_text(text, goes_on=partial.goes_on) if partial is not None and is_partial else text

    return name


def _is_monthly(table: ResultTable, column: int) -> bool:
    """Whether the times of a column are the beginnings of months, of several."""
    if table.columns[column].kind not in ("date", "timestamp") or table.columns[column].format == "week":
        return False
    times = periods.moments(list({row[column] for row in table.rows} - {None}))
    return times is not None and len(times) > 1 and periods.granularity(times) == "month"


def heading(table: ResultTable, column: int, value: Cell) -> str:
    """What a value is called as a heading."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return _("(empty)")
    row: list[Cell] = [None] * len(table.columns)
    row[column] = value
    kind = table.columns[column].kind
    decimals = number_format.column_decimals(table, column, table.rows) if kind in ("text", "timestamp") else None
    return number_format.format_value(table, row, column, decimals=decimals)


def exported(table: ResultTable, widget: WidgetContent) -> ResultTable:
    """A widget's rows as a file has them: a pivot table is pivoted, with nothing in the cells that no row is of."""
    if widget.kind is None or widget.kind.type != PIVOT or not table.rows or pivot_mismatch(widget, table) is not None:
        return table
    return pivoted(table, widget.query, order=ordered, name=_namer(table), totals=widget.setting("totals") != "off")


def is_total(table: ResultTable, row: int, column: int) -> bool:
    """Whether a cell is a total."""
    return isinstance(table, PivotTable | TotalledTable) and table.is_total(row, column)


def cell_colour(table: ResultTable, row: int, column: int) -> QColor | None:
    """The colour of a cell of a pivot table whose cells have the colours of their numbers; None for any other cell."""
    if not isinstance(table, PivotTable) or table.fill_ends is None or column == 0 or table.is_total(row, column):
        return None
    value = number_format.to_float(table.rows[row][column])
    if value is None:
        return None
    low, high = (float(end) for end in table.fill_ends)
    return theme().ramp((value / 2 - low / 2) / (high / 2 - low / 2) if low < high else 0.5)
