"""Exports the rows of widgets' queries as files, and copies them: all rows, with the selected values of the
variables."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QLocale, QMimeData
from PySide6.QtGui import QImage, QPainter

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.table_export.clipboard_table import html_table, tab_separated
from benchboard.analytics.table_export.excel_file import excel_file
from benchboard.analytics.table_export.formats import EXPORT_FORMATS, ExportFormat, as_text_note, export_table
from benchboard.dashboards.data_sheets import widget_sheets
from benchboard.dashboards.editing.view import render
from benchboard.dashboards.widget_rows import WidgetRows, read_widget_rows
from benchboard.i18n import _, ngettext, number
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.studio.tiles import page_picture
from benchboard.ui.studio.tiles.hidden_series import hidden_names, hidden_text, visible_rows
from benchboard.ui.studio.tiles.kinds.pivot import exported
from benchboard.ui.studio.tiles.numbers.collation import collated
from benchboard.ui.studio.tiles.page_grid import MARGIN
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.series.chart_legend import LegendChoice
from benchboard.ui.system_clipboard import copy_data
from benchboard.ui.tasks import Progress

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PICTURE_SCALE = 2
"""Pixels of a copied picture for each of the page's."""


def ask_and_export_data(context: "Context", canvas: Canvas, item_id: str, chosen_format: str) -> None:
    """Ask for a file, then run the query of a widget for up to `MAX_ROWS` rows and write them in a format, one of
    `EXPORT_FORMATS`."""
    widget, read = canvas.editor.widget(item_id), _reader(context, canvas, item_id)
    choice = canvas.query_runner.legend_choice(item_id)
    export_format = cast("ExportFormat", chosen_format)
    title = widget.title or widget.kind_name

    def encode(progress: Progress) -> tuple[bytes, tuple[ResultTable, int, int]]:
        found, hidden = _visible(read(progress), choice)
        # A column of a Parquet file has one type: a pivot table isn't pivoted there.
        shown, table = found.compared() if export_format == "parquet" else _as_exported(found), found.table
        made = export_table(shown, export_format, title=title, check=progress.check)
        return made.content, (table, hidden, made.as_text)

    def write(path: Path) -> None:
        def saved(result: tuple[ResultTable, int, int]) -> str:
            table, hidden, as_text = result
            count = len(table.rows)
            if table.truncated:
                sentence = _("Exported the first {count} rows to {file}. The query returns more.")
            else:
                sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", count)
            first = sentence.format(count=number(count), file=path.name)
            return _sentences(first, hidden_text(hidden), as_text_note(as_text))

        save_file(context, canvas, path, encode, saved=saved)

    kind = EXPORT_FORMATS[export_format]
    heading = _("Export data as {format}").format(format=kind)
    ask_file(canvas, heading, f"{file_name(title)}.{export_format}", kind, write, dialog_name="data_export")


def ask_and_export_all_data(context: "Context", canvas: Canvas, name: str) -> None:
    """Ask for a file, then run the queries of all widgets, each copy of a repeated one included, and write an Excel
    file with a sheet for each. `name` is the page's."""
    state, actor, labels = canvas.editor.state, context.actor, canvas.editor.labels
    document = replace(state.document, title=state.document.title or name)
    choices = {one: canvas.query_runner.legend_choice(one) for one in state.view.page.paths}

    def encode(progress: Progress) -> tuple[bytes, tuple[int, int, int]]:
        token, hidden = CancelToken(), dict[str, int]()
        view = render(document, replace(state.reader, repeats="expanded"))

        def arranged(found: WidgetRows) -> ResultTable:
            widget = found.widget
            choice = choices.get(view.sources.get(widget.id, widget.id), LegendChoice())
            shown, hidden[widget.id] = _visible(replace(found, table=collated(found.table, found.query)), choice)
            return _as_exported(shown)

        with progress.on_cancel(token.cancel), context.database.read() as session:
            sheets = widget_sheets(
                session,
                actor,
                view,
                datetime.now(UTC),
                labels=labels,
                cancel_token=token,
                step=progress.report,
                arranged=arranged,
                left_out=lambda widget: hidden_text(hidden.get(widget.id, 0)),
            )
        made = excel_file(sheets, check=progress.check)
        return made.content, (len(sheets), sum(sheet.table is None for sheet in sheets), made.as_text)

    def write(path: Path) -> None:
        def saved(result: tuple[int, int, int]) -> str:
            count, failed, as_text = result
            sentence = ngettext(
                "Exported the data of {count} widget to {file}", "Exported the data of {count} widgets to {file}", count
            )
            why = ngettext(
                "The query of {count} failed; its sheet says why.",
                "The queries of {count} failed; their sheets say why.",
                failed,
            )
            return _sentences(
                sentence.format(count=number(count), file=path.name),
                why.format(count=number(failed)) if failed else "",
                as_text_note(as_text),
            )

        save_file(context, canvas, path, encode, saved=saved)

    ask_file(
        canvas, _("Export data of all widgets"), f"{file_name(name)}.xlsx", "Excel", write, dialog_name="data_export"
    )


def copy_widget_data(context: "Context", canvas: Canvas, item_id: str) -> None:
    """Run the query of a widget for up to `MAX_ROWS` rows, and copy them as a table."""
    read, mark = _reader(context, canvas, item_id), QLocale.system().decimalPoint()
    choice = canvas.query_runner.legend_choice(item_id)

    def op(progress: Progress) -> tuple[ResultTable, int, str, str]:
        found, hidden = _visible(read(progress), choice)
        progress.check()
        shown = _as_exported(found)
        return found.table, hidden, tab_separated(shown, decimal_mark=mark), html_table(shown, decimal_mark=mark)

    def copy(found: tuple[ResultTable, int, str, str]) -> None:
        table, hidden, text, html = found
        data = QMimeData()
        data.setText(text)
        data.setHtml(html)
        copy_data(data)
        count = len(table.rows)
        if table.truncated:
            sentence = _("Copied the first {count} rows. The query returns more.")
        else:
            sentence = ngettext("Copied {count} row", "Copied {count} rows", count)
        context.problems.toast(_sentences(sentence.format(count=number(count)), hidden_text(hidden)))

    context.tasks.run(canvas, op, copy, title=_("Copying data"))


def copy_widget_picture(context: "Context", canvas: Canvas, query_runner: WidgetQueryRunner, item_id: str) -> None:
    """Copy a widget as it is drawn, in screen colours."""
    width = max(float(canvas.viewport().width()), canvas.narrowest + 2 * MARGIN)
    sheet = PagePicture.of(canvas.editor.rendered_page, width, (item_id,))
    image = QImage((sheet.size * _PICTURE_SCALE).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_PICTURE_SCALE)
    with QPainter(image) as painter:
        for _step in page_picture.paint(painter, sheet, query_runner.result):
            pass
    data = QMimeData()
    data.setImageData(image)
    copy_data(data)
    hidden = hidden_names(canvas.editor.widget(item_id), query_runner.result(item_id))
    context.problems.toast(_sentences(_("Picture copied"), hidden_text(len(hidden))))


def _reader(context: "Context", canvas: Canvas, item_id: str) -> Callable[[Progress], WidgetRows]:
    """What reads all rows of a widget, on a worker, with the values and the time range of this moment's page."""
    actor, view = context.actor, canvas.editor.state.view

    def read(progress: Progress) -> WidgetRows:
        token = CancelToken()
        with progress.on_cancel(token.cancel), context.database.read() as session:
            progress.check()
            found = read_widget_rows(session, actor, view, item_id, datetime.now(UTC), token)
        return replace(found, table=collated(found.table, found.query))

    return read


def _visible(found: WidgetRows, choice: LegendChoice) -> tuple[WidgetRows, int]:
    """The rows without what a reader hides of the chart, of the period before too, and how many series that is."""
    hidden = visible_rows(found.widget, found.table, choice)[1]
    return found.each(lambda table: visible_rows(found.widget, table, choice)[0]), hidden


def _as_exported(found: WidgetRows) -> ResultTable:
    """The rows as a file has them, with the period before: those of a pivot table pivoted."""
    pivot = exported(found.table, found.widget, found.before)
    return pivot if isinstance(pivot, PivotTable) else found.compared()


def _sentences(first: str, *more: str) -> str:
    """Sentences in a row; a toast alone has no full stop."""
    rest = [one for one in more if one]
    return " ".join([f"{first.removesuffix('.')}.", *rest]) if rest else first
