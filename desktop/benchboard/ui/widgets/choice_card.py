"""ChoiceCard: a large button that says what it does and with what; several are the ways on from an empty page."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import Elided, Text, plain_tooltip
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Icon

_WIDTH: Final = 320


class ChoiceCard(Pressable):
    """An icon, a title and a sentence, pressed as a whole."""

    def __init__(
        self,
        icon: str,
        title: str,
        about: str,
        run: Callable[[], object],
        *,
        name: str = "",
        reason: str = "",
        is_code: bool = False,
    ) -> None:
        """`reason`: why it is disabled, in the place of `about`; empty if it is not. `is_code`: `about` is a line of
        code, which is cut where it is too long.
        """
        super().__init__()
        self.setObjectName(name)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(reason or about)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        text_column = QVBoxLayout()
        text_column.setSpacing(2)
        text_column.addStretch(1)
        text_column.addWidget(Text(title, "body_strong"))
        sentence = Elided(about, "mono", "secondary") if is_code else Paragraph(reason or about, "caption", "secondary")
        text_column.addWidget(sentence)
        text_column.addStretch(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 16, 12)
        line.setSpacing(16)
        line.addWidget(Icon(icon, "accent.text", theme().px("icon.rail")))
        line.addLayout(text_column, 1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setEnabled(not reason)
        self.setToolTip(plain_tooltip(reason))
        self.clicked.connect(lambda _checked=False: run())

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return QSize(_WIDTH, layout.heightForWidth(_WIDTH) if layout is not None else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        hot, pressed = self.isEnabled() and self.underMouse(), self.isDown() or not self.isEnabled()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("border.control" if hot else "border.strong"), 1))
            painter.setBrush(theme().color("surface.alt" if pressed else "row.hover" if hot else "surface"))
            radius = theme().px("radius.panel")
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
