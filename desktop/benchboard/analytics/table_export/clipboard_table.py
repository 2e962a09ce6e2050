"""A table as text for the clipboard: tab-separated and HTML, which spreadsheets and text processors take."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.table_export.exported import readable
from benchboard.csv_text import FORMULA_STARTS
from benchboard.i18n import _


def tab_separated(table: ResultTable, *, decimal_mark: str = ".") -> str:
    """The rows under the titles of their columns, with a tab between cells. Text with a tab or a line break is quoted,
    and text that a spreadsheet would take for a formula begins with an apostrophe."""
    lines = [
        [_field(title) for title in _titles(table)],
        *([_field(_cell(value, decimal_mark), is_text=isinstance(value, str)) for value in row] for row in table.rows),
    ]
    return "\n".join("\t".join(line) for line in lines) + "\n"


def html_table(table: ResultTable, *, decimal_mark: str = ".") -> str:
    """The same as a table of HTML, in which a spreadsheet takes text for nothing but text."""
    head = _row(f"<th>{escape(readable(title))}</th>" for title in _titles(table))
    body = (_row(_html_cell(value, decimal_mark) for value in row) for row in table.rows)
    return f'<html><head><meta charset="utf-8"></head><body><table>{head}{"".join(body)}</table></body></html>'


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _titles(table: ResultTable) -> Sequence[str]:
    return [
        _("{title} (UTC)").format(title=one.title) if one.kind == "timestamp" else one.title for one in table.columns
    ]


def _cell(value: Cell, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", decimal_mark)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return readable(str(value)).replace("\x00", "")


def _field(text: str, *, is_text: bool = True) -> str:
    guarded = f"'{text}" if is_text and text.startswith(FORMULA_STARTS) else text
    if any(sign in guarded for sign in "\t\r\n"):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded


def _html_cell(value: Cell, decimal_mark: str) -> str:
    text = escape(_cell(value, decimal_mark)).replace("\n", "<br>")
    return f"<td style=\"mso-number-format:'\\@'\">{text}</td>" if isinstance(value, str) else f"<td>{text}</td>"
