"""The pane of the queries that were run by hand-written SQL: searched, by source, opened in the editor, cleared."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards.query_history import found_entries
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.history_keeper import HistoryKeeper
from benchboard.ui.studio.data.explore.history_list import HistoryList
from benchboard.ui.widgets import Button, EmptyState, Select, Text, hairline
from benchboard.ui.widgets.fields import SearchField, return_at_top
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.no_match import TellsWhenTyped, results_text
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_WIDTH: Final = 296
_ALL: Final = "*"
"""The choice of all sources."""


class HistoryPane(QWidget):
    """The history beside the editor."""

    opened = Signal(object)
    """A `HistoryEntry` is to be opened in the editor."""
    closed = Signal()

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("History"))
        self.setFixedWidth(_WIDTH)
        self._exploration = exploration
        self.keeper = HistoryKeeper(context, exploration)
        self.list = HistoryList()
        self.list.opened.connect(self.opened)
        self.setFocusProxy(self.list)
        self.source = Select([], name="explore_history_source", label=_("Source"))
        self.source.currentIndexChanged.connect(self._show)
        self.search = SearchField(
            placeholder=_("Find in history"), icon="ph.magnifying-glass", clear=True, name="explore_history_search",
            label=_("Find in history"),
        )  # fmt: skip
        self.search.textChanged.connect(self._show)
        self._tell = TellsWhenTyped(self.search)
        self.search.down.connect(self._focus_list)
        self.search.returnPressed.connect(self._focus_list)
        self.search.left.connect(self._focus_list)
        return_at_top(self, self.search)
        self._clear = Button(
            "", self.keeper.clear, kind="quiet", icon="ph.trash", size="sm", tip=_("Clear history"),
            name="explore_history_clear",
        )  # fmt: skip
        close = Button(
            "", self.closed.emit, kind="quiet", icon="ph.x", size="sm", tip=_("Close"), name="explore_history_close"
        )
        self._nothing = EmptyState("ph.clock-counter-clockwise", "")
        self._pages = QStackedWidget()
        for page in (self.list, self._nothing):
            self._pages.addWidget(page)
        self._lay_out(close)
        self.keeper.changed.connect(self._show)
        exploration.changed.connect(self._show)
        exploration.sources_changed.connect(self._show)

    def _lay_out(self, close: Button) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.setSpacing(4)
        head.addWidget(Text(_("History"), "body_strong"), 1)
        head.addWidget(self._clear)
        head.addWidget(close)
        fields = QVBoxLayout()
        fields.setContentsMargins(12, 8, 12, 8)
        fields.setSpacing(8)
        fields.addWidget(self.search)
        fields.addWidget(self.source)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(KeyCap("Enter"))
        foot.addWidget(Text(_("open in editor"), "caption", "muted"))
        foot.addSpacing(4)
        older = REGISTRY["studio.sql_older"].key
        foot.addWidget(KeyCap(older))
        foot.addWidget(Text(_("previous query"), "caption", "muted"))
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(fields)
        column.addWidget(hairline())
        column.addWidget(self._pages, 1)
        column.addWidget(hairline())
        column.addLayout(foot)

    def begin(self) -> None:
        """Show the history of the query's source, and focus its search."""
        self.show()
        self.source.set_current_key(self._exploration.state.source_id)
        self._show()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _focus_list(self) -> None:
        if self._pages.currentWidget() is self.list:
            self.list.select_first()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        if self.isHidden():
            return
        entries, known = self.keeper.entries, {one.id: one.name for one in self._exploration.sources}
        shown, key = self._exploration.state.source_id, self.source.current_key()
        ids = dict.fromkeys((shown, *(one.source_id for one in entries)))
        names = {one: known.get(one, _("Missing source") if one else _("Benchboard")) for one in ids}
        choices = [(_ALL, _("All sources")), *names.items()]
        if [(self.source.itemData(k), self.source.itemText(k)) for k in range(self.source.count())] != choices:
            self.source.blockSignals(True)
            self.source.set_choices(choices)
            self.source.set_current_key(key if key in dict(choices) else shown)
            self.source.blockSignals(False)
        chosen = self.source.current_key()
        found = found_entries(entries, self.search.text(), None if chosen == _ALL else chosen)
        self.list.rows.show_entries(found, names if chosen == _ALL else {})
        self._clear.disable("" if entries else _("There is nothing to clear."))
        self._pages.setCurrentWidget(self.list if found else self._nothing)
        self._tell.tell(results_text(len(found)) if found else _("No matches"))
        if not found:
            self._show_nothing(is_searched=bool(self.search.text().strip()))

    def _show_nothing(self, *, is_searched: bool) -> None:
        self._nothing.sentence.setText(_("No matches") if is_searched else _("No queries yet"))
        why = "" if is_searched else _("Queries that you run as SQL are listed here, on this computer only.")
        self._nothing.why.setText(why)
        self._nothing.why.setVisible(bool(why))
