"""Exports the rows that a widget's query returns as CSV: all of them, with the selected values of the variables."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchboard.analytics import queries
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultTable
from benchboard.csv_text import csv_bytes
from benchboard.i18n import _, ngettext, number
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.tasks import Progress

if TYPE_CHECKING:
    from benchboard.ui.context import Context


def ask_and_export_data(context: "Context", canvas: Canvas, item_id: str) -> None:
    """Ask for a file, then run the query of a widget for up to `MAX_ROWS` rows and write them, under the columns'
    titles."""
    widget, actor, view = canvas.editor.widget(item_id), context.actor, canvas.editor.state.view
    query = widget.query

    def encode(progress: Progress) -> tuple[bytes, ResultTable]:
        token = CancelToken()
        with progress.on_cancel(token.cancel), context.database.read() as session:
            progress.check()
            variables = view.query_values(item_id, query, datetime.now(UTC))
            table = queries.run_query(
                session, actor, query, limit=queries.MAX_ROWS, cancel_token=token, variables=variables
            )
        return csv_bytes([column.title for column in table.columns], table.rows), table

    def write(path: Path) -> None:
        def saved(table: ResultTable) -> str:
            count = len(table.rows)
            if table.truncated:
                sentence = _("Exported the first {count} rows to {file}. The query returns more.")
            else:
                sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", count)
            return sentence.format(count=number(count), file=path.name)

        save_file(context, canvas, path, encode, saved=saved)

    name = file_name(widget.title or widget.kind_name)
    ask_file(canvas, _("Export data as CSV"), f"{name}.csv", "CSV", write, dialog_name="data_export")
