"""Tables as an Excel file: a sheet each, whose cells have the types and number formats of the columns.

A spreadsheet computes in 64-bit floating point and knows no dates before 1900. A number of more than 15 digits, and a
date before March 1900 (Excel counts a day in February that was none), is text in the file, and counted. Times are in
UTC, which their column's title says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.table_export.exported import (
    Check,
    ExportedFile,
    Sheet,
    is_exact_float,
    no_check,
    readable,
    written,
)
from benchboard.analytics.table_export.sheet_names import sheet_names
from benchboard.errors import Invalid
from benchboard.i18n import _, currency_decimals, number

MAX_SHEET_ROWS: Final = 1_048_576
MAX_SHEET_COLUMNS: Final = 16_384
MAX_CELL_TEXT: Final = 32_767
"""In units of UTF-16, as Excel counts."""
_FIRST_DAY: Final = date(1900, 3, 1)
_MOST_DECIMALS: Final = 12
_CHECKED_ROWS: Final = 256
"""After how many rows `check` is called again, and of how many the widths of columns are measured."""
_WIDTHS: Final = (8, 60)
"""Narrowest and widest column, in characters."""


def excel_file(sheets: Sequence[Sheet], *, check: Check = no_check) -> ExportedFile:
    """An Excel file with these sheets. `check` is called between rows.

    Raises `Invalid` (`export.excel-limit`) for a table with more rows or columns, or longer text, than Excel has.
    """
    import xlsxwriter  # late: it takes 60 ms

    for sheet in sheets:
        if sheet.table is not None:
            _require_fitting(sheet.table, len(sheet.notes) + 2)
    buffer = BytesIO()
    # In memory, because its temporary files would hold the data unencrypted. Text stays text, whatever it looks like.
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    styles = _Styles(book)
    as_text = 0
    for sheet, name in zip(sheets, sheet_names([sheet.title for sheet in sheets]), strict=True):
        page = _Page(book.add_worksheet(name), styles)
        as_text += page.write(sheet, check)
    check()
    book.close()
    return ExportedFile(buffer.getvalue(), as_text)


def _require_fitting(table: ResultTable, above: int) -> None:
    if len(table.rows) + above > MAX_SHEET_ROWS:
        count, most = number(len(table.rows)), number(MAX_SHEET_ROWS)
        raise _too_large(
            _("{count} rows don't fit in an Excel sheet, which has {most}.").format(count=count, most=most)
        )
    if len(table.columns) > MAX_SHEET_COLUMNS:
        count, most = number(len(table.columns)), number(MAX_SHEET_COLUMNS)
        raise _too_large(
            _("{count} columns don't fit in an Excel sheet, which has {most}.").format(count=count, most=most)
        )
    for row_number, row in enumerate(table.rows, 1):
        for column, value in zip(table.columns, row, strict=True):
            if isinstance(value, str) and _length(value) > MAX_CELL_TEXT:
                sentence = _("The text in “{column}”, row {row}, has {count} characters. An Excel cell has {most}.")
                raise _too_large(
                    sentence.format(
                        column=column.title,
                        row=number(row_number),
                        count=number(_length(value)),
                        most=number(MAX_CELL_TEXT),
                    )
                )


def _length(text: str) -> int:
    """The length in units of UTF-16."""
    return len(text) + sum(sign > "\uffff" for sign in text) if len(text) * 2 > MAX_CELL_TEXT else len(text)


def _too_large(why: str) -> Invalid:
    what = _("The data doesn't fit in an Excel file.")
    return Invalid("export.excel-limit", what, why=why, do=_("Export as CSV or Parquet, or narrow the query."))


class _ShortFloat(float):
    """A number that XlsxWriter writes with no more digits than it needs: it asks for 16, of which the last is that of
    the binary number (636.82 became 636.8200000000001)."""

    def __format__(self, spec: str) -> str:
        return repr(float(self)) if spec == ".16G" else super().__format__(spec)


class _Styles:
    """The formats of a workbook's cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[str, Any]()
        self.header = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_color": "#595959"})

    def of(self, number_format: str) -> Any:
        """The format of cells with this number format; None for an empty one."""
        if not number_format:
            return None
        if number_format not in self._made:
            self._made[number_format] = self._book.add_format({"num_format": number_format})
        return self._made[number_format]


@dataclass(slots=True)
class _Page:
    """A sheet that is written."""

    sheet: Any
    styles: _Styles

    def write(self, sheet: Sheet, check: Check) -> int:
        """Write the notes and the table; returns how many cells became text."""
        top = self._write_notes(sheet)
        table = sheet.table
        if table is None:
            if sheet.error is not None:
                self.sheet.write_string(top, 0, readable(str(sheet.error))[: MAX_CELL_TEXT // 2])
            return 0
        titles = [_title(table, k) for k in range(len(table.columns))]
        for place, title in enumerate(titles):
            self.sheet.write_string(top, place, title, self.styles.header)
        formats = [_number_format(table, k) for k in range(len(table.columns))]
        amounts = [k for k, one in enumerate(table.columns) if one.format == "money"]
        as_text = 0
        for index, row in enumerate(table.rows):
            if index % _CHECKED_ROWS == 0:
                check()
            for place, value in enumerate(row):
                shown = formats[place]
                if place in amounts and (code := table.currency(row, place)):
                    shown = f"{shown} [${code}]"
                as_text += self._write_cell(top + 1 + index, place, value, shown, table.columns[place].format)
        self._finish(table, titles, top)
        return as_text

    def _write_notes(self, sheet: Sheet) -> int:
        """Write what stands above the table; returns the row of its header."""
        if not sheet.notes:
            return 0
        self.sheet.write_string(0, 0, readable(sheet.title)[: MAX_CELL_TEXT // 2], self.styles.title)
        for row, note in enumerate(sheet.notes, 1):
            self.sheet.write_string(row, 0, readable(note)[: MAX_CELL_TEXT // 2], self.styles.note)
        return len(sheet.notes) + 2

    def _write_cell(self, row: int, place: int, value: Cell, number_format: str, column_format: str) -> bool:
        """Write a cell; returns whether a number or date became text."""
        style = self.styles.of(number_format)
        if value is None:
            return False
        if isinstance(value, bool):
            self.sheet.write_boolean(row, place, value)
        elif isinstance(value, str):
            self.sheet.write_string(row, place, readable(value))
        elif isinstance(value, int | Decimal) and is_exact_float(value):
            shown = Decimal(value).scaleb(-2) if column_format == "percent" else value
            self.sheet.write_number(row, place, _ShortFloat(shown), style)
        elif isinstance(value, datetime) and value.astimezone(UTC).date() >= _FIRST_DAY:
            self.sheet.write_datetime(row, place, value.astimezone(UTC).replace(tzinfo=None), style)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
            self.sheet.write_datetime(row, place, value, style)
        else:
            self.sheet.write_string(row, place, written(value))
            return True
        return False

    def _finish(self, table: ResultTable, titles: Sequence[str], top: int) -> None:
        self.sheet.freeze_panes(top + 1, 0)
        if titles:
            self.sheet.autofilter(top, 0, top + len(table.rows), len(titles) - 1)
        for place, title in enumerate(titles):
            longest = max(_lengths(table, place), default=0)
            self.sheet.set_column(place, place, min(max(longest + 1, len(title) + 4, _WIDTHS[0]), _WIDTHS[1]))


def _title(table: ResultTable, place: int) -> str:
    """The title of a column; that of times says that they are in UTC."""
    title = table.columns[place].title
    return _("{title} (UTC)").format(title=title) if table.columns[place].kind == "timestamp" else title


def _lengths(table: ResultTable, place: int) -> Iterator[int]:
    for row in table.rows[:_CHECKED_ROWS]:
        value = row[place]
        if isinstance(value, str):
            yield max((len(line) for line in value.splitlines()), default=0)
        elif isinstance(value, int | Decimal):
            text = written(value)
            yield len(text) + len(text) // 3 + (4 if table.columns[place].format == "money" else 0)
        else:
            yield len(written(value))


def _number_format(table: ResultTable, place: int) -> str:
    """The number format of a column, without a currency; empty for text."""
    column = table.columns[place]
    if column.kind == "timestamp":
        parts = any(isinstance(row[place], datetime) and row[place].microsecond for row in table.rows)  # type: ignore[union-attr]  # just checked
        return "yyyy-mm-dd hh:mm:ss.000" if parts else "yyyy-mm-dd hh:mm:ss"
    if column.kind == "date":
        return "yyyy-mm-dd"
    if column.kind not in ("integer", "decimal"):
        return ""
    # A change is shown as in the window; the cell has all of its digits.
    decimals = 1 if column.presentation.comparison == "change_percent" else _decimals(table, place)
    point = f".{'0' * decimals}" if decimals else ""
    if column.format == "percent":
        return f"0{point}%"
    return f"0{point}" if column.format == "identifier" else f"#,##0{point}"


def _decimals(table: ResultTable, place: int) -> int:
    """As many decimals as the numbers of a column have, 12 at most; amounts of money, at least those of their
    currency."""
    found = [value for row in table.rows if isinstance(value := row[place], Decimal) and is_exact_float(value)]
    most = max((-int(value.normalize().as_tuple().exponent) for value in found if value), default=0)
    if most > 0 and table.columns[place].format == "money":
        codes = table.currencies(place) - {""}
        most = max(most, max((currency_decimals(code) for code in codes), default=2))
    return min(max(most, 0), _MOST_DECIMALS)
