"""Exports a list as a CSV file: all rows that match the filter, in the order on screen."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext
from benchboard.paging import Unreadable
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.paged.paged_model import Fetch, PagedTableModel
from benchboard.ui.tasks import Progress

Row = TypeVar("Row")
_PAGE = 1000


def ask_and_export(
    context: Context,
    owner: QWidget,
    model: "PagedTableModel[Row]",
    fetch: "Fetch[Row]",
    columns: Sequence[str],
    name: str,
) -> None:
    """Ask for a file, then write `columns` (attributes of the rows) of all rows that match the model's filter."""
    listing = model.listing

    def encode(progress: Progress) -> tuple[bytes, int]:
        text = io.StringIO(newline="")
        rows, after = 0, None
        table = csv.writer(text)
        table.writerow(columns)
        with context.database.read() as session:
            while True:
                page = fetch(session, listing, after, _PAGE)
                table.writerows([_cell(getattr(row, column)) for column in columns] for row in page.rows)
                rows, after = rows + len(page.rows), page.next_key
                progress.report(rows, None, _("{count} rows").format(count=rows))
                progress.check()
                if after is None:
                    break
        return text.getvalue().encode("utf-8-sig"), rows  # the byte order mark tells Excel that it is UTF-8

    def write(path: Path) -> None:
        def saved(rows: int) -> str:
            sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", rows)
            return sentence.format(count=rows, file=path.name)

        save_file(context, owner, path, encode, saved=saved)

    ask_file(owner, _("Export as CSV"), f"{name}.csv", "CSV", write, dialog_name="export_dialog")


def _cell(value: object) -> str:
    if isinstance(value, Unreadable):
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = "" if value is None else str(value)
    # Spreadsheets take text with these first characters for a formula, and names come from outside.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
