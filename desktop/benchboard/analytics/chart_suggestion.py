"""Which kind of widget fits a result, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.chart_columns import MOST_SERIES, heatmap_columns, histogram_column
from benchboard.analytics.likely_measure import is_amount, names_currency
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.subtotal_rows import has_subtotals
from benchboard.i18n import _, in_sentence, is_currency

MANY_CATEGORIES: Final = 30
"""More bars than these can't be told apart or named."""
LEAST_POINTS: Final = 10
"""Fewer rows of numbers than these are read one by one."""
MOST_ON_CARD: Final = 6
"""A metric card has room for the amounts of so many currencies."""
_MOST_NAMED: Final = 3
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
    if codes := _currencies(table, numbers):
        return _of_currencies(table, codes)
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


def _currencies(table: ResultTable, numbers: Sequence[int]) -> list[str]:
    """The currencies of the amounts in these columns, if they are several: as the columns say, or a column of texts
    that is named after currencies."""
    found = frozenset[str]().union(*map(table.currencies, numbers)) - {""}
    if not found and any(is_amount(table.columns[at].name, table.columns[at].kind) for at in numbers):
        named = [at for at, one in enumerate(table.columns) if one.kind == "text" and names_currency(one.name)]
        values = {row[at] for row in table.rows for at in named[:1]}
        found = frozenset(one for one in values if isinstance(one, str) and is_currency(one))
    return sorted(found) if len(found) > 1 else []


def _of_currencies(table: ResultTable, codes: Sequence[str]) -> ChartSuggestion:
    """What fits amounts in several currencies: no bars, whose lengths would be compared."""
    rows_of = Counter(row[at] for row in table.rows for at in range(len(table.columns)) if row[at] in codes)
    if len(table.columns) == 2 and len(table.rows) == len(codes) <= MOST_ON_CARD and set(rows_of.values()) == {1}:
        return ChartSuggestion("metric_card", _("One amount for each currency: shown as a metric card."))
    names = in_sentence(codes[:_MOST_NAMED]) if len(codes) <= _MOST_NAMED else ""
    if not names:
        return ChartSuggestion("table", _("Amounts in several currencies can't be compared: shown as a table."))
    reason = _("Amounts in {currencies} can't be compared: shown as a table. Filter by one currency for a chart.")
    return ChartSuggestion("table", reason.format(currencies=names))


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
