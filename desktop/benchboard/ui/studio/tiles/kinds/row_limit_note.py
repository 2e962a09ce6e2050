"""What the header of a widget says where a limit left rows out."""

from typing import Final

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.row_limit import reaches_limit
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.results.query_result import QueryResult

_ONE_NUMBER: Final = ("metric_card", "gauge")
"""Kinds that show the last row, however many there are."""


def row_limit_note(widget: WidgetContent, result: QueryResult | None) -> str:
    """That a widget has the first rows alone: certainly if the result was cut, and as far as is known if it is as long
    as the LIMIT of its query. Empty where it has all rows, and for tables that count their rows below."""
    kind = widget.kind.type if widget.kind is not None else ""
    table = result.table if result is not None and result.error is None else None
    if result is None or table is None or not table.rows or kind in _ONE_NUMBER:
        return ""
    count = _row_count(table)
    if table.truncated:
        return _("only the first {count} rows").format(count=number(count)) if kind != "table" else ""
    if not reaches_limit(result.query, count):
        return ""
    return ngettext("first {count} row", "first {count} rows", count).format(count=number(count))


def _row_count(table: ResultTable) -> int:
    """The rows of the query's result, those that a chart's lines don't need included."""
    return table.reduced.rows if table.reduced is not None else len(table.rows)
