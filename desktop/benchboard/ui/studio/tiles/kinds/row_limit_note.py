"""What a chart of single rows says where a limit left rows out."""

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.row_limit import reaches_limit
from benchboard.i18n import _, ngettext, number


def row_limit_note(table: ResultTable, query: str) -> str:
    """That a result has the first rows alone: certainly if it was cut, and as far as is known if it is as long as the
    LIMIT of its query. Empty where it has all rows."""
    count = len(table.rows)
    if table.truncated:
        return _("only the first {count} rows").format(count=number(count))
    if not reaches_limit(query, count):
        return ""
    return ngettext("first {count} row", "first {count} rows", count).format(count=number(count))
