"""Exports a list as a CSV file: all rows that match the filter, in the order on screen."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.atomic_write import write_atomically
from benchboard.errors import Unavailable
from benchboard.i18n import _, ngettext
from benchboard.paging import Unreadable
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Fetch, PagedTableModel
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import open_file_dialog

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
    dialog = QFileDialog(owner.window(), _("Export as CSV"), str(Path.home() / f"{name}.csv"), "CSV (*.csv)")
    dialog.setObjectName("export_dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.selectFile(f"{name}.csv")
    listing = model.listing

    def write(path: str) -> None:
        def op(progress: Progress) -> int:
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
            _write(Path(path), text.getvalue())
            return rows

        def done(rows: int) -> None:
            sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", rows)
            context.problems.toast(sentence.format(count=rows, file=Path(path).name))

        context.tasks.run(owner, op, done, title=_("Exporting {file}").format(file=Path(path).name))

    dialog.fileSelected.connect(write)
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog)


def _cell(value: object) -> str:
    if isinstance(value, Unreadable):
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = "" if value is None else str(value)
    # Spreadsheets take text with these first characters for a formula, and names come from outside.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode("utf-8-sig"))  # the byte order mark tells Excel that it is UTF-8
    except OSError as error:
        raise Unavailable(
            "list.export",
            _("Couldn't write {file}.").format(file=path),
            why=error.strerror or "",
            do=_("Choose another folder."),
        ) from error
