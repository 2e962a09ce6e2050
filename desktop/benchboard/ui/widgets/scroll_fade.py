"""A fade at the foot of what scrolls: it says that there is more below, in place of a card that is cut off hard."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from benchboard.ui.theme import theme

_HEIGHT: Final = 20


class ScrollFade(QWidget):
    """Over the foot of `area`, in the colour of the `ground` around it, while there is more below."""

    def __init__(self, area: QScrollArea, ground: str) -> None:
        super().__init__(area)
        self._area, self._ground = area, ground
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._place())
        bar.rangeChanged.connect(lambda _low, _high: self._place())
        area.viewport().installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        bar, seen = self._area.verticalScrollBar(), self._area.viewport().geometry()
        self.setGeometry(QRect(seen.left(), seen.bottom() + 1 - _HEIGHT, seen.width(), _HEIGHT))
        self.setVisible(bar.value() < bar.maximum())
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = QColor(theme().color(self._ground))
        clear = QColor(ground)
        clear.setAlpha(0)
        fade = QLinearGradient(0, 0, 0, self.height())
        fade.setColorAt(0, clear)
        fade.setColorAt(1, ground)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), fade)
