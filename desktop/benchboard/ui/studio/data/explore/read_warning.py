"""The warning beside Run that a query reads many rows."""

import threading
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.rows_to_read import MANY_ROWS, many_rows_to_read
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Icon, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_MILLION = 1_000_000


class ReadWarning(QWidget):
    """Shown while the query reads more rows than `MANY_ROWS`, as far as that is known. It is only asked for where a
    source has a table with so many."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        self.setObjectName("explore_read_warning")
        self._context, self._exploration = context, exploration
        self._asked: object = None
        """The query that is warned of, or asked about."""
        self._token = CancelToken()
        self.text = Text("", "caption", "warn")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 4, 0)
        line.setSpacing(8)
        line.addWidget(Icon("ph.warning", "warn", 14))
        line.addWidget(self.text)
        self._tip = _("The database reads these rows to answer the query. Filter by a time or a value to read fewer.")
        self.hide()
        exploration.changed.connect(self._refresh)
        exploration.sources_changed.connect(self._refresh)

    def _refresh(self) -> None:
        state, variables, actor = self._exploration.state, self._exploration.variables(), self._context.actor
        asked = (state.text, state.source_id, state.time_range) if self._may_be_many() else None
        if asked == self._asked:
            return
        self._asked = asked
        threading.Thread(target=self._token.cancel, name="benchboard-stop", daemon=True).start()
        token = self._token = CancelToken()
        if asked is None:
            self._show(None)
            return

        def op(session: DatabaseSession) -> int | None:
            return many_rows_to_read(
                session, actor, state.text, state.source_id, variables=variables, cancel_token=token
            )

        def done(rows: int | None) -> None:
            if token is self._token:
                self._show(rows)

        def failed(_error: AppError) -> None:
            if token is self._token:
                self._show(None)

        self._context.tasks.read(self, op, done, failed, long=True)

    def _may_be_many(self) -> bool:
        """Whether a table that the query may read is known to have so many rows."""
        source = self._exploration.source(self._exploration.state.source_id)
        if source is None or not source.id or not self._exploration.state.text.strip():
            return False
        near = [source] if source.server else [one for one in self._exploration.sources if one.id and not one.server]
        return any((table.rows or 0) > MANY_ROWS for one in near for table in one.tables)

    def _show(self, rows: int | None) -> None:
        text = ""
        if rows is not None:
            text = _("about {count} million rows to read").format(count=number(round(rows / _MILLION)))
        if text and text != self.text.text():
            announce(self, text)
        self.text.setText(text)
        self.setToolTip(plain_tooltip(f"{text[:1].upper()}{text[1:]}.\n{self._tip}"))
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def set_compact(self, compact: bool) -> None:
        """Show the icon alone where the toolbar has no room for the text: the tooltip has it."""
        self.text.setVisible(not compact)
