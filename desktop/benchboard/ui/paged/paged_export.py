"""Exports a list as a CSV file: all rows that match the filter, in the order on screen."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from benchboard.csv_text import csv_bytes
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
        count = 0

        def rows() -> Iterator[list[object]]:
            nonlocal count
            after = None
            with context.database.read() as session:
                while True:
                    page = fetch(session, listing, after, _PAGE)
                    yield from ([_known(getattr(row, column)) for column in columns] for row in page.rows)
                    count, after = count + len(page.rows), page.next_key
                    progress.report(count, None, _("{count} rows").format(count=count))
                    progress.check()
                    if after is None:
                        break

        return csv_bytes(columns, rows()), count

    def write(path: Path) -> None:
        def saved(rows: int) -> str:
            sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", rows)
            return sentence.format(count=rows, file=path.name)

        save_file(context, owner, path, encode, saved=saved)

    ask_file(owner, _("Export as CSV"), f"{name}.csv", "CSV", write, dialog_name="export_dialog")


def _known(value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return None if isinstance(value, Unreadable) else value
