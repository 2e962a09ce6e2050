"""A heading that is edited where it stands."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.ui.widgets.fields import Edit

_LEAST = 120
_AROUND = 28
"""Pixels beside its text: its frame, and room for the next letter."""


class HeadingEdit(Edit):
    """Looks like text of the type `role` until the pointer or the focus is on it, and is as wide as its text. Enter
    takes what is typed; Escape brings back what was there before. `left` is emitted when the focus goes elsewhere in
    the window, `escaped` after Escape, with whether it brought back another text."""

    left = Signal()
    escaped = Signal(bool)

    def __init__(
        self, role: str, *, placeholder: str = "", name: str = "", label: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(placeholder=placeholder, name=name, label=label, parent=parent)
        self.setProperty("heading", "true")
        self.setProperty("type", role)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._before = ""
        self.textChanged.connect(lambda _text: self.updateGeometry())

    def setText(self, text: str | None) -> None:
        """Show a text from its beginning."""
        if text != self.text():
            super().setText(text)
        if not self.hasFocus():
            self._before = text or ""
            self.setCursorPosition(0)

    def sizeHint(self) -> QSize:
        self.ensurePolished()  # its font is the style sheet's
        text = self.text() or self.placeholderText()
        width = self.fontMetrics().horizontalAdvance(text) + _AROUND
        return QSize(max(width, _LEAST), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A window that is activated again, or a menu that closes, is no new beginning.
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._before = self.text()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.setCursorPosition(0)  # of a long one, the beginning is seen
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._before:
            super().setText(self._before)
            self.escaped.emit(True)
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
                self._before = self.text()
            elif event.key() == Qt.Key.Key_Escape:
                self.escaped.emit(False)
