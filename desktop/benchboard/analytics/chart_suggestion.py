"""Which kind of widget fits a result, and why."""

from dataclasses import dataclass
from typing import Final

from benchboard.analytics.chart_columns import MOST_SERIES, heatmap_columns, histogram_column
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.subtotal_rows import has_subtotals
from benchboard.i18n import _

MANY_CATEGORIES: Final = 30
"""More bars than these can't be told apart or named."""
LEAST_POINTS: Final = 10
"""Fewer rows of numbers than these are read one by one."""
_TIMES: Final = ("timestamp", "date")


@dataclass(frozen=True, slots=True)
class ChartSuggestion:
    """A kind of widget (`dashboards.document.widget_kinds`), and a sentence that says why it fits."""

    kind: str
    reason: str


def suggest_chart(table: ResultTable, query: str = "") -> ChartSuggestion:
    """The kind of widget that fits the result of a query: by its first column, and by whether there is a number to
    draw."""
    if has_subtotals(table, query):
        return ChartSuggestion("table", _("There are rows of totals: shown as a table."))
    columns = table.columns
    numbers = [
        place for place, one in enumerate(columns) if one.kind in NUMBERS and one.format != "identifier" and place
    ]
    if len(columns) == 1 and columns[0].kind in NUMBERS and len(table.rows) == 1:
        return ChartSuggestion("metric_card", _("One number: shown as a metric card."))
    if len(table.rows) == 1 and numbers and columns[0].kind in NUMBERS:
        return ChartSuggestion("table", _("One row of several numbers: shown as a table."))
    if len(columns) == 1 and histogram_column(table) is not None and len(table.rows) >= LEAST_POINTS:
        return ChartSuggestion("histogram", _("Histogram, because there is one column of numbers"))
    if numbers and len(table.rows) == 1:  # a line or a comparison needs two
        return ChartSuggestion("table", _("One row: shown as a table."))
    if not numbers or not table.rows:
        return ChartSuggestion("table", _("No numbers to plot by the first column: shown as a table."))
    if columns[0].kind in _TIMES:
        return ChartSuggestion("line_chart", _("Line, because there is a time column"))
    if columns[0].kind in NUMBERS:
        if columns[0].format != "identifier" and len(table.rows) >= LEAST_POINTS:
            return ChartSuggestion("scatter_chart", _("Scatter, because each row has two numbers"))
        return ChartSuggestion("table", _("Only numbers: shown as a table."))
    if (reason := _heatmap_reason(table)) and len(numbers) == 1:
        return ChartSuggestion("heatmap", reason)
    categories = len({row[0] for row in table.rows})
    if categories > MANY_CATEGORIES and len(numbers) > 1:
        return ChartSuggestion("scatter_chart", _("Scatter, because many names have two numbers each"))
    if categories > MANY_CATEGORIES:
        reason = _("Too many categories for bars: shown as a table. Sort it and set a limit to draw the largest.")
        return ChartSuggestion("table", reason)
    return ChartSuggestion("bar_chart", _("Numbers for categories: shown as bars."))


def _heatmap_reason(table: ResultTable) -> str:
    """Why a result of two groups fits a heatmap: the second has more values than bars side by side have colours."""
    found = heatmap_columns(table)
    if found is None or len(table.columns) != 3:
        return ""
    pairs = {(row[0], row[1]) for row in table.rows}
    names = {row[1] for row in table.rows}
    if len(pairs) < len(table.rows) or len(names) <= MOST_SERIES or len({row[0] for row in table.rows}) < 2:
        return ""
    return _("Heatmap, because there are two groups with many values")
