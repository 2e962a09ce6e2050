"""The formats in which a table is exported."""

from collections.abc import Mapping
from typing import Final, Literal

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.table_export.excel_file import excel_file
from benchboard.analytics.table_export.exported import Check, ExportedFile, Sheet, no_check
from benchboard.csv_text import csv_bytes
from benchboard.i18n import ngettext, number

ExportFormat = Literal["csv", "xlsx", "parquet"]
"""The format of a file, which is also its extension."""
EXPORT_FORMATS: Final[Mapping[ExportFormat, str]] = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}


def export_table(
    table: ResultTable, export_format: ExportFormat, *, title: str = "", check: Check = no_check
) -> ExportedFile:
    """A file with the rows of a table: in CSV and Excel under the titles of its columns, in Parquet under their names.
    `title` names the sheet of an Excel file; `check` is called now and then.

    Raises `Invalid` (`export.excel-limit`) for a table that is too large for Excel, `Unavailable` (`export.parquet`) if
    the Parquet file can't be written.
    """
    if export_format == "xlsx":
        return excel_file([Sheet(title, table)], check=check)
    if export_format == "parquet":
        from benchboard.analytics.table_export.parquet_file import parquet_file  # late: DuckDB takes 57 ms

        return parquet_file(table, check=check)
    check()
    return ExportedFile(csv_bytes([column.title for column in table.columns], table.rows))


def as_text_note(count: int) -> str:
    """A sentence about cells that are text in the file, because its format can't hold them exactly; empty without."""
    if not count:
        return ""
    return ngettext(
        "{count} value is stored as text, to keep all its digits.",
        "{count} values are stored as text, to keep all their digits.",
        count,
    ).format(count=number(count))
