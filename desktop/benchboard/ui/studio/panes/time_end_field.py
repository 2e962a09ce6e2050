"""One end of a time range: the day or time that it means, and below it what is written for it."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent

from benchboard.dashboards.document.time_range import MAX_TEXT
from benchboard.ui.widgets import Edit, Field
from benchboard.ui.widgets.labels import Text

_STAYS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""Reasons for which the focus goes while somebody still types there: the field's own menu, and another window."""


class TimeEndField(Field):
    """Has the expression (`now-29d/d`) while it has the focus, else what that means (`27 Oct 2026`), if it is known."""

    edited = Signal()
    """Something else is written in it, by keys or by `Edit.setText`."""

    def __init__(self, label: str, *, name: str) -> None:
        self._written, self._meaning = "", ""
        self._is_showing = self._is_typed = False
        super().__init__(label, Edit(name=name))
        self.edit.setMaxLength(MAX_TEXT)
        self.edit.textChanged.connect(self._changed)
        self._below = Text("", "mono", "muted")
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._below)

    def text(self) -> str:
        """The expression."""
        return self._written

    def write(self, expression: str) -> None:
        """Put another expression into it."""
        self._written, self._is_typed = expression, False
        self._show()

    def set_meaning(self, meaning: str) -> None:
        """Set the day or time that the expression means; empty if it means none."""
        self._meaning = meaning
        if not self._is_typed:
            self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and watched is self.edit and event.reason() not in _STAYS:
            if event.gotFocus():
                self._put(self._written)
            else:
                self._is_typed = False
                self._put(self._meaning or self._written)
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        self._put(self._written if self.edit.hasFocus() else self._meaning or self._written)
        self._below.setText(self._written)

    def _put(self, text: str) -> None:
        if text != self.edit.text():
            self._is_showing = True
            self.edit.setText(text)
            self._is_showing = False

    def _changed(self, text: str) -> None:
        if not self._is_showing:
            self._written, self._meaning, self._is_typed = text, "", True
            self._below.setText(text)
            self.edited.emit()
