"""Spaces at the start and the end of values, which nobody sees: with them, one value looks like two.

A space is what Python's `str.strip` removes, so the non-breaking ones of web pages and spreadsheets too.
"""

from typing import TYPE_CHECKING, Final

from benchboard.i18n import _, number

if TYPE_CHECKING:
    from benchboard.analytics.files.inspection_types import TableInspection

_SPACE: Final = r"[\s\v\x1c-\x1f\x{85}\pZ]"
_NAMED: Final = 3


def trimmed(text: str) -> str | None:
    """The text without spaces around it; None if nothing is left."""
    return text.strip() or None


def trimmed_sql(raw: str) -> str:
    """The text that the expression `raw` holds, without spaces around it; NULL if nothing is left."""
    # Replacing takes three times as long as looking whether there are any, which few values have.
    spaced = (
        rf"{raw} < '!' OR ({raw} > '~' AND regexp_matches({raw}, '\A{_SPACE}')) OR regexp_matches({raw}, '{_SPACE}\z')"
    )
    plain = rf"nullif(regexp_replace({raw}, '\A{_SPACE}+|{_SPACE}+\z', '', 'g'), '')"
    return f"CASE WHEN {spaced} THEN {plain} ELSE {raw} END"


def spaced_columns(table: "TableInspection") -> list[tuple[str, int]]:
    """The titles of the columns of text with values that have spaces around them, and how many of these."""
    return [
        (column.title, found.spaced)
        for column, found in zip(table.scan.columns, table.columns, strict=True)
        if found.spaced and column.kind == "text" and not column.left_out
    ]


def trimmed_sentence(table: "TableInspection") -> str:
    """What becomes of the spaces around values, and in which columns there are any; empty if there are none."""
    columns = spaced_columns(table)
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
