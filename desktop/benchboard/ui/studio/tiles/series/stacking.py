"""Where the values of stacked series begin and end: those above zero upwards from it, those below it downwards."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from benchboard.analytics.additive_columns import additive_columns, partial_columns
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.number_format import MOST_DRAWN
from benchboard.ui.studio.tiles.series.chart_table import ChartTable, chart_table

Stack = Literal["off", "stacked", "percent"]
STACKED_KINDS: Final = ("area_chart", "bar_chart")


class Span(NamedTuple):
    """Where a value of a stack begins, nearer to zero, and where it ends."""

    base: float
    top: float


def spans_of(series: Sequence[Sequence[float | None]], stack: Stack) -> list[tuple[Span | None, ...]]:
    """The spans of the values of each series; with “percent”, of their shares of the sum of their row.

    In a row where another series has a value, one without a value has an empty span: a sum over no rows adds nothing.
    A row without any value has none, and neither has one without a sum where shares are wanted.
    """
    columns = [_spans_of_row(row, stack) for row in zip(*series, strict=True)]
    return [tuple(column[place] for column in columns) for place in range(len(series))]


def _spans_of_row(row: Sequence[float | None], stack: Stack) -> list[Span | None]:
    if all(value is None for value in row):
        return [None] * len(row)
    values = [value or 0.0 for value in row]
    if stack == "percent":
        total = sum(values)
        if not total:
            return [None] * len(row)
        values = [value / total * 100 for value in values]
    up = down = 0.0
    found: list[Span | None] = []
    for value in values:
        base = down if value < 0 else up
        found.append(Span(base, base + value))
        up, down = (up, down + value) if value < 0 else (up + value, down)
    return found


def total(cells: Sequence[Cell]) -> Cell:
    """The exact sum of the numbers among these cells; None if there are none."""
    found = [one for one in cells if isinstance(one, int | Decimal) and not isinstance(one, bool)]
    numbers = [one for one in found if Decimal(one).is_finite()]
    return sum(numbers[1:], numbers[0]) if numbers else None


def stack_of(widget: WidgetContent, drawn: ChartTable, table: ResultTable, query: str) -> Stack:
    """How a chart stacks its series. Automatically those that add up to a whole: the counts or sums of a query for each
    value of a column, or each for some of the rows."""
    kind = widget.kind.type if widget.kind is not None else ""
    if kind not in STACKED_KINDS or why_not_stacked(widget, drawn, table) is not None or drawn.reduced is not None:
        return "off"
    wanted = widget.setting("stack")
    if widget.setting("scale") == "log":
        return "off"
    if wanted != "auto":
        return "percent" if wanted == "percent" else "stacked" if wanted == "stacked" else "off"
    adds_up = not drawn.before_of and _adds_up(widget, drawn, table, query) and not _adds_currencies(table)
    return "stacked" if adds_up else "off"


def _adds_up(widget: WidgetContent, drawn: ChartTable, table: ResultTable, query: str) -> bool:
    if _units_differ(widget, drawn) or any((value or 0) < 0 for numbers in _numbers(drawn) for value in numbers):
        return False
    if drawn.series_by:
        names = {table.columns[origin.column].name for origin in drawn.origins}
        return len(names) == 1 and names <= additive_columns(query)
    names = {drawn.columns[index].name for index in _measures(drawn)}
    return len(names) > 1 and names <= partial_columns(query)


def series_count(table: ResultTable) -> int:
    """How many series a chart of this result has."""
    return len(_measures(chart_table(table)))


def _adds_currencies(table: ResultTable) -> bool:
    """Whether a stack, which has all rows of the same x, would add up amounts in several currencies that no column
    says. Those that one says are units of their series."""
    if table.row_currencies is None:
        return False
    stacks: dict[Cell, list[tuple[Cell, ...]]] = {}
    for row in table.rows:
        stacks.setdefault(row[0], []).append(row)
    measured = [k for k, one in enumerate(table.columns) if one.name in table.row_currencies.codes]
    return any(
        len(frozenset[str]().union(*(table.added_currencies(k, rows) for k in measured))) > 1
        for rows in stacks.values()
    )


def why_not_stacked(widget: WidgetContent, drawn: ChartTable, table: ResultTable) -> str | None:
    """Why a chart can't stack its series although somebody wants that; None if it can, or nobody does."""
    kind = widget.kind.type if widget.kind is not None else ""
    wanted = widget.setting("stack") if kind in STACKED_KINDS else "off"
    if wanted not in ("stacked", "percent") or len(_measures(drawn)) < 2:
        return None
    numbers = _numbers(drawn)
    if widget.setting("scale") == "log":
        return _("Stacked values have no place on a logarithmic axis.")
    if wanted == "percent" and any((value or 0) < 0 for values in numbers for value in values):
        return _("Negative values have no shares of 100 %.")
    if _units_differ(widget, drawn):
        return _("These series have different units, so they can't be stacked.")
    if _adds_currencies(table):
        return _("These amounts are in different currencies, so they can't be stacked.")
    if any(sum(abs(value or 0) for value in row) > MOST_DRAWN for row in zip(*numbers, strict=True)):
        return _("These numbers are too large to be stacked.")
    return None


def _measures(drawn: ChartTable) -> list[int]:
    """The columns of the series on the left axis: those on the right one aren't stacked."""
    numeric = [index for index, column in enumerate(drawn.columns) if index and number_format.is_numeric(column)]
    return [index for index in numeric if not drawn.is_right(index)]


def _numbers(drawn: ChartTable) -> list[list[float | None]]:
    return [number_format.column_numbers(drawn, index) for index in _measures(drawn)]


def _units_differ(widget: WidgetContent, drawn: ChartTable) -> bool:
    own = number_format.unit(widget)
    return len({number_format.column_unit(drawn, index, own) for index in _measures(drawn)}) > 1
