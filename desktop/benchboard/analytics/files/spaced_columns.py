"""Says which columns of an inspected table have spaces around their values."""

from typing import Final

from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.i18n import _, number

_NAMED: Final = 3


def trimmed_sentence(table: TableInspection) -> str:
    """What becomes of the spaces around values, and in which columns there are any; empty if there are none."""
    columns = _spaced(table)
    if not columns:
        return ""
    named = [_("{count} in “{column}”").format(count=number(count), column=title) for title, count in columns[:_NAMED]]
    if (more := len(columns) - _NAMED) > 0:
        named.append(_("and {count} more").format(count=number(more)))
    text = (
        _("Spaces at the start or end of values are removed: {columns}.")
        if table.scan.options.trim_spaces
        else _("Spaces at the start or end of values are kept: {columns}.")
    )
    return text.format(columns=", ".join(named))


def _spaced(table: TableInspection) -> list[tuple[str, int]]:
    """The titles of the columns of text with values that have spaces around them, and how many of these."""
    return [
        (column.title, found.spaced)
        for column, found in zip(table.scan.columns, table.columns, strict=True)
        if found.spaced and column.kind == "text" and not column.left_out
    ]
