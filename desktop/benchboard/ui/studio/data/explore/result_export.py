"""Writes the result of Explore as a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from benchboard.analytics.queries import ResultTable
from benchboard.analytics.table_export.formats import EXPORT_FORMATS, ExportFormat, as_text_note, export_table
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _, ngettext, number
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.studio.tiles.kinds.pivot import exported

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import Progress


def ask_and_export_result(
    context: "Context", owner: QWidget, table: ResultTable, widget: WidgetContent, export_format: ExportFormat
) -> None:
    """Ask for a file, then write the rows that are shown as `widget`: a pivot table as it is, but in Parquet, where a
    column has one type."""
    title = widget.title or widget.kind_name

    def encode(progress: "Progress") -> tuple[bytes, int]:
        rows = table if export_format == "parquet" else exported(table, widget)
        made = export_table(rows, export_format, title=title, check=progress.check)
        return made.content, made.as_text

    def write(path: Path) -> None:
        def saved(as_text: int) -> str:
            count = len(table.rows)
            sentence = (
                _("Exported the first {count} rows to {file}. The query returns more.")
                if table.truncated
                else ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", count)
            )
            text = sentence.format(count=number(count), file=path.name)
            note = as_text_note(as_text)
            return f"{text}{'' if text.endswith('.') else '.'} {note}" if note else text

        save_file(context, owner, path, encode, saved=saved)

    kind = EXPORT_FORMATS[export_format]
    heading = _("Export data as {format}").format(format=kind)
    ask_file(owner, heading, f"{file_name(title)}.{export_format}", kind, write, dialog_name="data_export")
