"""The editor of a variable's query: errors are underlined, and the resulting values listed below."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultColumn, Variables
from benchboard.dashboards.variables import variable_queries
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.panes.source_select import SourceSelect
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.tiles.query_results import LOADING_DELAY_MS
from benchboard.ui.widgets import Button, Field
from benchboard.ui.widgets.fields import row

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_NOT_WRITTEN: Final = ("query.empty", "variables.no-query")
"""The errors of a query that there is none yet."""
_MAX_PREVIEW: Final = 200
"""Most values that a preview lists; it counts them all."""


class ValueQueryEditor(QWidget):
    """A query and a preview of the values it returns. `variables` returns the values of the variables it may use."""

    edited = Signal()
    answered = Signal(object)
    """The `VariableOptions` that the query returned."""

    def __init__(self, context: "Context", variables: Callable[[], Variables]) -> None:
        super().__init__()
        self._context, self._variables = context, variables
        self._cancel_token: CancelToken | None = None
        self._error: AppError | None = None
        self._definition_error: AppError | None = None
        self.source = SourceSelect(context, "variable_source")
        self.source.chosen.connect(self._source_chosen)
        self._edit = QueryEdit(context, "variable_query", variables, self.source.current_key)
        self._edit.setUndoRedoEnabled(True)
        self._edit.setFixedHeight(112)
        self._edit.textChanged.connect(self.edited)
        self._edit.checked.connect(self._checked)
        note = _("First column: value; optional second: label. Use :name for another variable.")
        self._field = Field(_("Query"), self._edit, note=note)
        self._list = QListWidget()
        self._list.setObjectName("variable_preview")
        self._list.setUniformItemSizes(True)
        self._list.setMinimumHeight(64)
        self._preview = Field(_("Values"), self._list)
        self._refresh = Button(_("Refresh"), self.run, icon="ph.arrows-clockwise", size="sm", name="preview_again")
        self._stop_button = Button(_("Stop query"), self._stop_by_user, size="sm", name="preview_stop")
        self._loading_timer = QTimer(self, singleShot=True, interval=LOADING_DELAY_MS)
        self._loading_timer.timeout.connect(self._show_loading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Field(_("Source"), self.source))
        column.addWidget(self._field)
        column.addWidget(self._preview, 1)
        buttons = row(self._refresh, self._stop_button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._stop_button.hide()

    def text(self) -> str:
        """The text of the query."""
        return self._edit.toPlainText()

    def source_id(self) -> str:
        """The data source that it is over; empty for Benchboard's own data."""
        return self.source.current_key()

    def _source_chosen(self) -> None:
        self.edited.emit()
        self.run()

    def show_query(self, query: str, source_id: str = "") -> None:
        """Show another variable's query and source, and its values."""
        self.stop()
        self.source.show_source(source_id)
        self._list.clear()
        self._error = None
        self._show_error()
        self._edit.show_text(query)
        if query:
            self.run()

    def run(self) -> None:
        """Check the query and, if it is valid, run it."""
        self._edit.check()

    def set_definition_error(self, error: AppError | None) -> None:
        """Show that the query can't run for a reason outside its text; None ends that."""
        self._definition_error = error
        self._show_error()

    def stop(self) -> None:
        """Cancel the running query."""
        self._loading_timer.stop()
        self._stop_button.hide()
        if self._cancel_token is not None:
            threading.Thread(target=self._cancel_token.cancel, name="benchboard-stop", daemon=True).start()
        self._cancel_token = None

    def _stop_by_user(self) -> None:
        self.stop()
        self._preview.set_note(_("The query was stopped."))

    def _checked(self, _columns: tuple[ResultColumn, ...] | None, error: AppError | None) -> None:
        self._error = error
        self._show_error()
        self.stop()
        if error is not None or self._definition_error is not None or not self.isVisible():
            self._list.clear()
            self._preview.set_note("")
            return
        self._run_query(self.text())

    def _show_error(self) -> None:
        error = self._definition_error or self._error
        if error is not None and error.code in _NOT_WRITTEN:
            self._field.set_hint(str(error))
        else:
            self._field.set_error(str(error) if error is not None else "")

    def _run_query(self, query: str) -> None:
        token = self._cancel_token = CancelToken()
        actor, variables, source_id = self._context.actor, self._variables(), self.source_id()
        self._loading_timer.start()

        def right(offer: VariableOptions) -> None:
            if self._cancel_token is token:
                self._query_ended()
                self._show(offer)
                self.answered.emit(offer)

        def wrong(error: AppError) -> None:
            if self._cancel_token is token:
                self._query_ended()
                self._list.clear()
                self._preview.set_error(str(error))

        self._context.tasks.read(
            self,
            lambda session: variable_queries.query_options(
                session, actor, query, variables=variables, cancel_token=token, source_id=source_id
            ),
            right,
            wrong,
            long=True,
        )

    def _query_ended(self) -> None:
        self._cancel_token = None
        self._loading_timer.stop()
        self._stop_button.hide()

    def _show_loading(self) -> None:
        self._preview.set_note(_("Loading values…"))
        self._stop_button.show()

    def _show(self, offer: VariableOptions) -> None:
        self._list.clear()
        self._list.addItems([_preview_text(value, offer) for value in offer.values[:_MAX_PREVIEW]])
        count = len(offer.values)
        counted = ngettext("{count} value.", "{count} values.", count).format(count=number(count))
        shown = _("Showing the first {limit}.").format(limit=_MAX_PREVIEW) if count > _MAX_PREVIEW else ""
        nothing = _("No values for the current selection.") if not count else ""
        self._preview.set_note(" ".join(part for part in (nothing or counted, shown, offer.note) if part))


def _preview_text(value: str, offer: VariableOptions) -> str:
    label = offer.labels.get(value)
    return f"{value_label(label, 60)}  ({value_label(value)})" if label else value_label(value, 100)
