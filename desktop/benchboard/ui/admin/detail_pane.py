"""The detail pane beside a list, and its sections."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Text, hairline, scroll_area
from benchboard.ui.widgets.surfaces import set_surface


class DetailPane(QWidget):
    """A pane with the details of one item: `head`, then `column`, which scrolls. `closed` asks the view to hide it."""

    closed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        set_surface(self, "surface")
        self.head = QVBoxLayout()
        self.head.setSpacing(0)
        inner = QWidget()
        inner.setProperty("plain", "true")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 16)
        self.column.setSpacing(0)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(self.head)
        right.addWidget(scroll_area(inner), 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline(vertical=True))
        whole.addLayout(right, 1)

    def close_button(self) -> Button:
        return Button("", self.closed.emit, kind="quiet", icon="ph.x", tip=_("Close"), name="detail_close")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class DetailSection(QWidget):
    """A section with a title; `fill` replaces its content."""

    def __init__(self, title: str, *trailing: QWidget) -> None:
        super().__init__()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(theme().px("spacing.2"))
        if title or trailing:
            head = QHBoxLayout()
            head.addWidget(Text(title, "body_strong", "secondary"))
            head.addStretch(1)
            for widget in trailing:
                head.addWidget(widget)
            whole.addLayout(head)
        self._body = QVBoxLayout()
        self._body.setSpacing(theme().px("spacing.2"))
        whole.addLayout(self._body)

    def fill(self, *widgets: QWidget) -> None:
        while (item := self._body.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._body.addWidget(widget)
