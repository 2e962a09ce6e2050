"""The rows below a model's canvas: of the table that is selected, or of the model."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import Field, field_presentation
from benchboard.analytics.first_rows import FirstRows, first_rows
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.sources.table_lineage import TableKey, TableLineage
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.data.text_table import TextRow, TextTable
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import clock_minutes, day_and_time
from benchboard.ui.widgets import Elided, Paragraph, Text
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

ROWS: Final = 5
_TOLD_BY: Final = frozenset(("data_sources", "data_source_grants"))


def with_fields(rows: ResultTable, fields: Mapping[str, Field]) -> ResultTable:
    """Rows whose columns, by their names, have the titles, units and formats of these fields of a model."""
    columns = tuple(
        replace(one, presentation=field_presentation(fields[one.name], one.presentation)) if one.name in fields else one
        for one in rows.columns
    )
    return replace(rows, columns=columns)


class RowsPane(QWidget):
    """Shows five rows. Those of a table are read once, and again when a source changed."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        set_surface(self, "surface")
        self._context = context
        self._known: dict[TableKey, FirstRows | AppError] = {}
        self._shown: TableKey | None = None
        self._token = CancelToken()
        self._again: Callable[[], object] = lambda: None
        """Shows what is shown anew."""
        self.title = Elided("", "body_strong")
        self.title.setObjectName("model_rows_title")
        self._as_of = Text("", "caption", "muted")
        self._as_of.setObjectName("model_rows_as_of")
        self.table = TextTable("model_rows", _("First rows"), opens=False)
        self._note = Paragraph("", "body", "muted")
        self._note.setObjectName("model_rows_note")
        self._note.setContentsMargins(16, 8, 16, 8)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self._as_of)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        context.changed.watch(self, _TOLD_BY, self._read_again)

    def _read_again(self) -> None:
        self._known.clear()
        if self._shown is not None:
            self._again()

    def show_table(
        self,
        source: BrowsedSource,
        table: BrowsedTable,
        lineage: TableLineage | None,
        column: str = "",
        present: Callable[[ResultTable], ResultTable] = lambda rows: rows,
    ) -> None:
        """Show rows of a table, at one of its columns. `present` gives them the titles and units of the model."""
        key = (source.id, table.name)
        self._shown, self._again = key, lambda: self.show_table(source, table, lineage, column, present)
        self._as_of.setText(as_of(lineage))
        found = self._known.get(key)
        if found is None:
            self.title.setText(_("First rows of {table}").format(table=table.name))
            self._say(_("Reading the rows…"))
            self._read(source, table)
        elif isinstance(found, AppError):
            self.title.setText(_("First rows of {table}").format(table=table.name))
            self._say(" ".join(part for part in (found.what, found.why, found.do) if part))
        else:
            words = _("Newest rows of {table}") if found.newest_by else _("First rows of {table}")
            self.title.setText(words.format(table=table.name))
            self._show_result(present(found.rows), column, [one.name for one in table.columns])

    def show_model(self, name: str, rows: ResultTable | None, said: str, read_at: str, column: str = "") -> None:
        """Show rows of the model, at one of its fields; without rows, what is said of them."""
        self._shown = None
        self._token.cancel()
        self.title.setText(_("First rows of {table}").format(table=name))
        self._as_of.setText(read_at)
        if rows is None:
            self._say(said)
        else:
            self._show_result(rows, column, [one.name for one in rows.columns])

    def _read(self, source: BrowsedSource, table: BrowsedTable) -> None:
        self._token.cancel()
        token = self._token = CancelToken()
        actor, key, known = self._context.actor, (source.id, table.name), self._known

        def op(session: DatabaseSession) -> FirstRows:
            return first_rows(session, actor, source, table, limit=ROWS, cancel_token=token)

        def done(found: FirstRows | AppError) -> None:
            if token is self._token and not token.cancelled:
                known[key] = found
                self._again()

        self._context.tasks.read(self, op, done, done, long=True)

    def _say(self, text: str) -> None:
        """Say something in the place of rows."""
        self._note.setText(text)
        self._note.show()
        self.table.hide()

    def _show_result(self, result: ResultTable, column: str, names: list[str]) -> None:
        rows = [
            TextRow(tuple(
                number_format.format_value(result, row, place) if row[place] is not None else "–"
                for place in range(len(result.columns))
            ))
            for row in result.rows[:ROWS]
        ]  # fmt: skip
        if not rows:
            self._say(_("There are no rows."))
            return
        right = frozenset(place for place, one in enumerate(result.columns) if one.kind in NUMBERS)
        self._note.hide()
        self.table.setAccessibleName(self.title.text())
        self.table.show_rows([one.title for one in result.columns], rows, right)
        self.table.show()
        if column in names:
            self.table.show_column(names.index(column))


def as_of(*lineages: TableLineage | None) -> str:
    """When rows were copied from where they come from, of several the earliest; empty where they are read as they are
    now."""
    known = [one for one in lineages if one is not None and one.source is not None and one.source.copied]
    copied = [one.refreshed for one in known if one.refreshed is not None]
    if not copied:
        return ""
    earliest = min(copied)
    is_today = earliest.astimezone().date() == datetime.now(UTC).astimezone().date()
    return _("as of {time}").format(time=clock_minutes(earliest) if is_today else day_and_time(earliest))
