"""The list of a column's values in a filter: searched in the source, counted with the other filters, read in pages."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_values import PAGE, CountedValue, ValuePage, read_column_values
from benchboard.analytics.query_builder.question import Question, Value
from benchboard.analytics.query_types import ValueKind
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.data.explore.column_value_rows import ColumnValueRows
from benchboard.ui.studio.panes.check_list import ROW, CheckList
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Paragraph, Text, row
from benchboard.ui.widgets.accessible import announce

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_VISIBLE: Final = 8
"""Rows that are visible at once."""
_MOST_SELECTED: Final = 1_000
"""Values that *Select all* selects at most: a query names each of them."""
_PAUSE_MS: Final = 200
"""How long after a letter the source is searched."""
_LATE_MS: Final = 300


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column of a question, whose filters are the others. `variables` are those of the period that it names; one that
    is `large` is read when somebody asks for it."""

    question: Question
    name: str
    kind: ValueKind
    variables: Mapping[str, Sequence[str]]
    large: bool = False


class ColumnValueList(QWidget):
    """The list, what it selects, and the state of its query."""

    changed = Signal()
    """Another selection, or another height."""
    answered = Signal()
    """The values that contain the searched text were read, or can't be."""
    entered = Signal()
    """Enter was pressed in the list."""
    left = Signal(str)
    """The user typed this in the list: the focus belongs in the search field."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self._column: ListedColumn | None = None
        self._search, self._searched = "", ""
        """What is typed, and what the rows were read for."""
        self._token: CancelToken | None = None
        self._error: AppError | None = None
        self._asked_for, self._late = True, False
        self.rows = ColumnValueRows(self._read_more, self)
        self.list = CheckList(self.rows, self._tick, self._only, self.left.emit, self.entered.emit)
        self.note = Paragraph("", "caption", "muted")
        self.note.setObjectName("filter_values_note")
        self._load = Button(_("Load values"), self._load_large, size="sm", name="filter_values_load")
        self._again = Button(_("Try again"), self._begin_read, size="sm", name="filter_values_again")
        self._stop = Button(_("Stop"), self._stop_reading, size="sm", name="filter_values_stop")
        self.all = Button(_("Select all"), self._select_all, kind="link", size="sm", name="filter_values_all")
        self.none = Button(_("Select none"), self._select_none, kind="link", size="sm", name="filter_values_none")
        self._count = Text("", "caption", "muted")
        self._count.setObjectName("filter_values_count")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.list)
        column.addWidget(self.note)
        buttons = row(self._load, self._again, self._stop)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._select = QWidget()
        line = row(self.all, self.none)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        line.addWidget(self._count)
        self._select.setLayout(line)
        column.addWidget(self._select)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._begin_read)

    # What is shown

    def show_column(self, column: ListedColumn, ticked: Iterable[Value | None], *, alone: bool) -> None:
        """Show the values of a column, those `ticked` selected and above the others."""
        self.stop()
        self._column, self._search, self._searched = column, "", ""
        self._asked_for = not column.large
        self.rows.begin(ticked, alone=alone)
        self._begin_read()

    def set_alone(self, alone: bool) -> None:
        """Let only one value be selected, or several."""
        self.rows.set_alone(alone)
        self._show()

    def search(self, text: str) -> None:
        """Show only the values that contain a text."""
        self._search = text.strip()
        if self._asked_for:
            self._pause.start()

    @property
    def is_pending(self) -> bool:
        """Whether the values for the searched text are still to come."""
        return self._pause.isActive() or self._token is not None or self._search != self._searched

    @property
    def has_failed(self) -> bool:
        """Whether the values can't be read, or somebody stopped it."""
        return self._error is not None

    def stop(self) -> None:
        """Cancel the query under way: nobody waits for it any more."""
        self._pause.stop()
        if self._token is not None:
            # On a server this is a request over the network, which must not block the main thread.
            threading.Thread(target=self._token.cancel, name="benchboard-stop", daemon=True).start()
        self._token = None

    # Reading

    def _begin_read(self) -> None:
        self.stop()
        if not self._asked_for:
            self._show()
            return
        chosen = [one for one in self.rows.ticked if one is not None] if not self._search else []
        search = self._search

        def show(page: ValuePage, counted: tuple[CountedValue, ...]) -> None:
            self._searched = search
            self.rows.show_first(page, counted, searched=bool(search))
            if self.rows.size():
                self.list.setCurrentIndex(self.rows.index(0))
            if search:
                announce(self.list, ngettext("{count} value.", "{count} values.", self.rows.size()).format(
                    count=number(self.rows.size())))  # fmt: skip

        self._read(0, PAGE, chosen, show)

    def _read_more(self) -> None:
        if self._token is None and self._error is None:
            self._read(self.rows.read, PAGE, (), lambda page, _counted: self.rows.add_page(page))

    def _read(
        self,
        offset: int,
        limit: int,
        chosen: Sequence[Value],
        show: Callable[[ValuePage, tuple[CountedValue, ...]], object],
    ) -> None:
        column, actor, search = self._column, self._context.actor, self._search
        if column is None:
            return
        token = self._token = CancelToken()
        self._error, self._late = None, False

        def read(session: DatabaseSession, **options: object) -> ValuePage:
            return read_column_values(
                session, actor, column.question, column.name, column.kind,
                variables=column.variables, cancel_token=token, **options,  # type: ignore[arg-type]  # its own
            )  # fmt: skip

        def op(session: DatabaseSession) -> tuple[ValuePage, tuple[CountedValue, ...]]:
            page = read(session, search=search, offset=offset, limit=limit)
            return page, read(session, chosen=chosen).values if chosen else ()

        def done(found: tuple[ValuePage, tuple[CountedValue, ...]]) -> None:
            if self._token is token:
                self._token = None
                show(*found)
                self._end()

        def failed(error: AppError) -> None:
            if self._token is token:
                self._token, self._searched = None, search
                self._error = error
                self._end()

        self._context.tasks.read(self, op, done, failed, long=True)
        QTimer.singleShot(_LATE_MS, self, lambda: self._mark_late(token))
        self._show()

    def _end(self) -> None:
        self._late = False
        self._show()
        self.answered.emit()

    def _mark_late(self, token: CancelToken) -> None:
        if self._token is token:
            self._late = True
            self._show()

    def _stop_reading(self) -> None:
        self.stop()
        self._error = Cancelled("query.stopped", _("The query was stopped."))
        self._searched = self._search
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._end()

    def _load_large(self) -> None:
        self._asked_for = True
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._begin_read()

    # Selecting

    def _tick(self, place: int) -> None:
        self.rows.toggle(place)
        self._show()

    def _only(self, place: int) -> None:
        self.rows.tick_only(place)
        self._show()
        announce(self.list, _("Only {value} is selected.").format(value=self.rows.words(place)))

    def _select_all(self) -> None:
        """Select all values that are searched for, also those that weren't read yet."""
        if self.rows.has_more:
            self._read(0, _MOST_SELECTED, (), self._select_read)
        else:
            self._tick_shown()

    def _select_read(self, page: ValuePage, counted: tuple[CountedValue, ...]) -> None:
        self.rows.show_first(page, counted, searched=bool(self._search))
        if page.more:
            what = _("More than {limit} values can't be selected. Search for fewer.")
            self._error = Cancelled("filter.values", what.format(limit=number(_MOST_SELECTED)))
        else:
            self._tick_shown()

    def _tick_shown(self) -> None:
        self.rows.tick(self.rows.shown)
        self._show()
        announce(self.list, self.rows.selected_text(), again=True)

    def _select_none(self) -> None:
        """Unselect what is searched for; without a search, everything."""
        self.rows.untick(self.rows.shown if self._search else self.rows.ticked)
        self._show()
        announce(self.list, self.rows.selected_text(), again=True)

    # State

    def _show(self) -> None:
        size, selected = self.rows.size(), len(self.rows.ticked)
        self.list.setVisible(size > 0)
        self.list.setFixedHeight(min(size, _VISIBLE) * ROW + 2)
        self.list.viewport().update()
        self._load.setVisible(not self._asked_for)
        self._again.setVisible(self._error is not None and self._token is None and self._error.code != "filter.values")
        self._stop.setVisible(self._late)
        text, wrong = self._note()
        self.note.setText(text)
        self.note.set_tone("error" if wrong else "muted")
        self.note.setVisible(bool(text))
        self._select.setVisible(not self.rows.alone and (size > 0 or selected > 0))
        self.all.disable("" if size else _("No values."))
        self.none.disable("" if selected else _("No value is selected."))
        counted = ngettext("{count} selected", "{count} selected", selected).format(count=number(selected))
        self._count.setText(counted if selected else "")
        self.changed.emit()

    def _note(self) -> tuple[str, bool]:
        """What is said below the list, and whether it is an error."""
        if not self._asked_for:
            return _("This table is large. To list its values, its server reads all of it."), False
        if self._error is not None:
            return str(self._error), True
        if self._late:
            return _("Loading values…"), False
        if self._token is not None or self.rows.size():
            return "", False
        if self._searched:
            return _("No value contains “{text}”. Press Enter to filter by it.").format(text=self._searched[:40]), False
        return _("With the other filters, no rows are left."), False
