"""The rows behind a value of a chart: how many there are, the value itself, and the first of them as a table."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.point_rows import PointRows, read_point_rows
from benchboard.analytics.queries import MAX_ROWS, ResultTable, run_query
from benchboard.analytics.query_builder.point import rows_question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.table_export.formats import EXPORT_FORMATS, export_table
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.panes.chart_point import ChartPoint
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.tables.table_widget import TableState, TableWidget
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Dialog, Paragraph

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_SIZE: Final = QSize(920, 560)


class PointRowsDialog(Dialog):
    """Reads the rows behind a point when it opens. `variables` are those that the point's query was run with."""

    def __init__(
        self,
        context: "Context",
        window: QWidget,
        point: ChartPoint,
        variables: Mapping[str, Sequence[str]],
        explore: Callable[[str], object],
    ) -> None:
        super().__init__(window, _("Rows of {name}").format(name=point.title), size=_SIZE, name="point_rows")
        self._context, self._point, self._variables, self._explore = context, point, dict(variables), explore
        self._token = CancelToken()
        self._work: Work | None = None
        self.table: TableWidget | None = None
        self.summary = Paragraph(_("Reading rows…"), "body", "secondary")
        self.summary.setObjectName("point_rows_summary")
        self.content.addWidget(self.summary)
        self._rest = QWidget()
        self.content.addWidget(self._rest, 1)
        self._export = Button(_("Export as CSV"), self._ask_file, icon="ph.export", name="point_rows_export")
        self.add_button(self._export, left=True)
        self._open = Button(_("Open in Explore"), self._open_explore, icon="ph.compass", name="point_rows_explore")
        self.add_button(self._open, left=True)
        self.add_button(Button(_("Close"), self.dismiss, name="point_rows_close"))
        self._export.wait(_("Reading rows…"))

    @property
    def _text(self) -> str:
        question, filters = self._point.question, self._point.filters
        assert question is not None
        return to_sql(rows_question(question, filters or (), self._point.point))

    def open(self) -> None:
        """Show it, and read the rows."""
        super().open()
        question, filters, point = self._point.question, self._point.filters or (), self._point.point
        assert question is not None
        actor, variables, token = self._context.actor, self._variables, self._token

        def read(session: "DatabaseSession") -> PointRows:
            return read_point_rows(session, actor, question, filters, point, variables=variables, cancel_token=token)

        self._work = self._context.tasks.read(self, read, self._show, self._failed, long=True)

    def dismiss(self) -> None:
        """Close, and stop reading."""
        self._token.cancel()
        super().dismiss()

    def _failed(self, error: AppError) -> None:
        self.summary.setText(str(error))
        self._export.disable(error.what)

    def _show(self, found: PointRows) -> None:
        self.summary.setText(self._summary(found))
        self.setAccessibleDescription(self.summary.text())
        if not found.count:
            self._export.disable(_("There are no rows to export."))
            return
        self._export.disable("")
        self.table = TableWidget(found.table, TableState(), self)
        self.table.footer.hide()
        self.table.view.setObjectName("point_rows_table")
        self.table.close_requested.connect(self.dismiss)
        self.table.focus_passed.connect(self.focusNextPrevChild)
        self.content.replaceWidget(self._rest, self.table)
        self._rest.deleteLater()
        self.table.show()
        self.table.setFocus()

    def _summary(self, found: PointRows) -> str:
        rows = ngettext("{count} row", "{count} rows", found.count).format(count=number(found.count))
        if found.table.truncated:
            shown = number(len(found.table.rows))
            rows = _("first {shown} of {count} rows").format(shown=shown, count=number(found.count))
        measure, figures = self._point.point.measure, found.figures
        if measure is None or figures is None or not measure.column:
            return rows
        value = number_format.format_value(figures, figures.rows[0], len(figures.columns) - 1)
        return " · ".join([_("{name}: {values}").format(name=figures.columns[-1].title, values=value), rows])

    def _open_explore(self) -> None:
        text = self._text
        self.dismiss()
        self._explore(text)

    def _ask_file(self) -> None:
        kind = EXPORT_FORMATS["csv"]
        heading, name = _("Export data as {format}").format(format=kind), _("rows")
        ask_file(self, heading, f"{name}.csv", kind, self._write, dialog_name="data_export")

    def _write(self, path: Path) -> None:
        context, text, title, variables = self._context, self._text, self._point.title, self._variables
        source_id = self._point.question.source_id if self._point.question is not None else ""
        actor = context.actor

        def encode(progress: Progress) -> tuple[bytes, ResultTable]:
            token = CancelToken()
            with progress.on_cancel(token.cancel), context.database.read() as session:
                progress.check()
                table = run_query(
                    session, actor, text, limit=MAX_ROWS, cancel_token=token, variables=variables,
                    source_id=source_id or None,
                )  # fmt: skip
            return export_table(table, "csv", title=title, check=progress.check).content, table

        save_file(context, self, path, encode, saved=partial(_saved, path.name))


def _saved(file: str, table: ResultTable) -> str:
    count = len(table.rows)
    if table.truncated:
        return _("Exported the first {count} rows to {file}. The query returns more.").format(
            count=number(count), file=file
        )
    sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", count)
    return sentence.format(count=number(count), file=file)
