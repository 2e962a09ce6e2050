"""The messages of a bus or a recording, below its frames: those of several frames put together, and events."""

from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.cell_list import ROW, CellList
from benchboard.ui.bench.protocols.message_model import FROM, LENGTH, MESSAGE, TIME, TO, MessageModel
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState, Text, hairline
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.surfaces import set_surface

_WIDTHS: Final = {TIME: 124, MESSAGE: 250, FROM: 116, TO: 96, LENGTH: 112}
_NARROW: Final = 1300
"""A list narrower than this has room for less beside its content and bytes."""
_SHOWN_ROWS: Final = 6
_LOW_ROWS: Final = 3
_LOW_VIEW: Final = 720
"""A view lower than this has room for fewer rows."""


class MessagesPane(QWidget):
    """`opened` once it is shown, `closed` once it is hidden, `left` if it had the focus then; `frame_requested` has the
    message whose frame to go to.
    """

    opened = Signal()
    closed = Signal()
    left = Signal()
    cleared = Signal()
    frame_requested = Signal(object)

    def __init__(self, *, place: Literal["live", "recording"]) -> None:
        super().__init__()
        self._note = ""
        self.model = MessageModel(self)
        self.list = CellList(self.model, _WIDTHS, name=f"{place}_messages", label=_("Messages"), narrow=_NARROW)
        self.list.menu_requested.connect(self._open_menu)
        self.list.doubleClicked.connect(lambda _index: self._go())
        self.list.installEventFilter(self)
        set_surface(self, "surface")
        self.setObjectName(f"{place}_messages_pane")
        self.setAccessibleName(_("Messages"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._build(place)
        self.model.modelReset.connect(self._show)
        self.model.rowsInserted.connect(lambda *_rows: self._show())
        self.model.rowsRemoved.connect(lambda *_rows: self._show())
        self.fit(_LOW_VIEW)
        self.hide()
        self._show()

    def _build(self, place: str) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 8)
        head.setSpacing(8)
        head.addWidget(Text(_("Messages"), "body_strong"))
        self._summary = Elided("", "body", "muted")
        self._summary.setObjectName(f"{place}_messages_summary")
        head.addWidget(self._summary, 1)
        if place == "live":
            clear = Button("", self._clear, kind="quiet", icon="ph.eraser", tip=_("Clear"), name="live_messages_clear")
            head.addWidget(clear)
        hide = Button(
            "", self.toggle, kind="quiet", icon="ph.caret-down", tip=_("Hide messages"), name=f"{place}_messages_hide"
        )
        head.addWidget(hide)
        self._empty = EmptyState("ph.list-bullets", _("No messages yet"), why="")
        set_surface(self._empty, "surface")
        self._holder = QWidget()
        self._stack = QStackedLayout(self._holder)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline())
        whole.addLayout(head)
        whole.addWidget(hairline())
        whole.addWidget(self._holder)

    def fit(self, height: int) -> None:
        """Have as many rows as a view of this height (pixels) has room for."""
        rows = _LOW_ROWS if height < _LOW_VIEW else _SHOWN_ROWS
        self._holder.setFixedHeight(theme().px("table.header") + rows * ROW)

    def panes(self) -> list[QWidget]:
        """The list or what is in its place, while it is shown."""
        return [self] if not self.isHidden() else []

    @property
    def entry(self) -> QWidget | None:
        """The list, while there are messages."""
        return self.list if self._stack.currentWidget() is self.list else None

    def toggle(self) -> None:
        """Show the messages and go to them, or hide them."""
        if self.isHidden():
            self.show_open(True)
            self.focus_list()
        else:
            self.show_open(False)

    def show_open(self, shown: bool) -> None:
        """Show or hide the messages."""
        if shown != self.isHidden():
            return
        inside = self.window().focusWidget()
        had_focus = inside is not None and self.isAncestorOf(inside)
        self.setVisible(shown)
        self._show()
        (self.opened if shown else self.closed).emit()
        if had_focus and not shown:
            self.left.emit()

    def focus_list(self) -> None:
        """Focus the messages, at the last one."""
        if self._stack.currentWidget() is self.list:
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.model.index(self.model.rowCount() - 1, 0))
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def explain(self, note: str) -> None:
        """What the messages are, or why there may be none: a sentence."""
        if note != self._note:
            self._note = note
            self._show()

    def at_end(self) -> bool:
        """Whether the last message is in sight."""
        bar = self.list.verticalScrollBar()
        return bar.value() >= bar.maximum() - 2

    def _show(self) -> None:
        if self.isHidden():
            return
        shown, every = self.model.counts
        self._empty.sentence.setText(_("No messages match the filter") if every else _("No messages yet"))
        self._empty.why.setText("" if every else self._note)
        self._empty.why.setVisible(bool(self._note) and not every)
        self._stack.setCurrentWidget(self.list if shown else self._empty)
        sentence = ngettext("{count} message", "{count} messages", shown)
        parts = [sentence.format(count=number(shown))] if every else []
        if wrong := self.model.incomplete:
            parts.append(ngettext("{count} incomplete", "{count} incomplete", wrong).format(count=number(wrong)))
        if every and self._note:
            parts.append(self._note)
        text = "  ·  ".join(parts)
        if text != self._summary.text():
            self._summary.setText(text)

    def _clear(self) -> None:
        self.model.clear()
        self.cleared.emit()

    def _go(self) -> None:
        row = self.list.currentIndex().row()
        if 0 <= row < self.model.rowCount():
            self.frame_requested.emit(self.model.message_at(row))

    def _copy(self) -> None:
        row = self.list.currentIndex().row()
        if 0 <= row < self.model.rowCount():
            copy_text(self.model.copied(row))
            announce(self.list, _("Message copied"))

    def _open_menu(self, spot: QPoint) -> None:
        opened = Menu(self.list)
        opened.setObjectName("messages_menu")
        opened.setAccessibleName(_("Messages"))
        opened.addAction(_("Show last frame")).triggered.connect(lambda _on=False: self._go())
        opened.addAction(_("Copy message")).triggered.connect(lambda _on=False: self._copy())
        opened.aboutToHide.connect(opened.deleteLater)
        opened.popup(spot)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the last frame of a message, Ctrl+C copies it."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._go()
            return True
        return False
