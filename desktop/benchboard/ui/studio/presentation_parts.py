"""What stands around a presented page: freshness and clock above it, dots and progress below it, and how to leave."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import QPropertyAnimation, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QWidget

from benchboard.ui.studio.tiles.page_grid import WALL_FOOT
from benchboard.ui.theme import theme
from benchboard.ui.time_format import weekday_and_date
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.surfaces import set_surface

_DOT: Final = 8.0
_CURRENT: Final = 20.0
_DOTS_APART: Final = 7.0
_LINE: Final = 3.0
_MAX_DOTS: Final = 20
"""More pages than these are only counted in the status bar."""


class StateAndClock(QWidget):
    """How fresh the data is, and what time it is."""

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "canvas")
        self.freshness = Text("", "body", "muted")
        self.freshness.setObjectName("presented_freshness")
        self.trouble = Text("", "body", "error")
        self.trouble.setObjectName("presented_trouble")
        self.clock = Text("", "wall_title")
        self.clock.setObjectName("presented_clock")
        self.date = Text("", "body", "muted")
        self.date.setObjectName("presented_date")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px("spacing.3"))
        for part in (self.trouble, self.freshness, self.clock, self.date):
            row.addWidget(part)
        row.insertSpacing(2, theme().px("spacing.3"))

    def show_state(self, freshness: str, trouble: str) -> None:
        """Show when the data was read, and what couldn't be read."""
        for part, text in ((self.freshness, freshness), (self.trouble, trouble)):
            part.setText(text)
            part.setVisible(bool(text))

    def show_time(self, now: datetime) -> None:
        """Show a local time."""
        self.clock.setText(f"{now:%H:%M}")
        self.date.setText(weekday_and_date(now))


class PageDots(QWidget):
    """A dot for each page, and a line that grows until the next one is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("presented_dots")
        set_surface(self, "canvas")
        self.page, self.count, self.share, self._scale = 0, 1, 0.0, 1.0
        self.hide()

    def set_scale(self, scale: float) -> None:
        """Fit it to the window; 1 is 100 %."""
        self._scale = scale
        self.setFixedHeight(round(WALL_FOOT * scale))

    def show_page(self, page: int, count: int, share: float) -> None:
        """Show which page it is, counted from 0, of how many, and how much of its time has passed (0 to 1)."""
        if (page, count, share) != (self.page, self.count, self.share):
            self.page, self.count, self.share = page, count, share
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        scale = self._scale
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            if 1 < self.count <= _MAX_DOTS:
                widths = [(_CURRENT if at == self.page else _DOT) * scale for at in range(self.count)]
                left = (self.width() - sum(widths) - _DOTS_APART * scale * (self.count - 1)) / 2
                top = (self.height() - _DOT * scale) / 2
                for at, width in enumerate(widths):
                    painter.setBrush(theme().color("accent.text" if at == self.page else "text.muted"))
                    painter.drawRoundedRect(QRectF(left, top, width, _DOT * scale), _DOT * scale / 2, _DOT * scale / 2)
                    left += width + _DOTS_APART * scale
            if self.share > 0:
                line = QRectF(0, self.height() - _LINE * scale, self.width() * self.share, _LINE * scale)
                painter.fillRect(line, theme().color("accent.text"))


class LeaveHint(QWidget):
    """Says how to leave, above the lower edge of the page; it fades away."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self.setObjectName("present_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = Text("", "body", "inverse")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.addWidget(self.text)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)  # while it fades alone: drawn through a picture, letters are less sharp
        self.setGraphicsEffect(self._effect)
        self._fading = QPropertyAnimation(self._effect, b"opacity", self)
        self._fading.setEndValue(0.0)
        self._fading.finished.connect(self.hide)
        self.hide()

    def appear(self, text: str, size: int) -> None:
        """Show it with this text, `size` pixels high."""
        self._fading.stop()
        self._effect.setEnabled(False)
        self.text.setStyleSheet(f"font-size: {size}px")
        self.text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.place()

    def place(self) -> None:
        """Move it to the middle of the page's lower edge."""
        page = self._page
        self.adjustSize()
        self.move((page.width() - self.width()) // 2, page.height() - self.height() - theme().px("spacing.4"))
        self.raise_()

    def fade(self) -> None:
        """Hide it, slowly unless the platform asks for no motion."""
        milliseconds = 2 * theme().motion("panel")
        if milliseconds and self.isVisible():
            self._fading.setDuration(milliseconds)
            self._fading.setStartValue(1.0)
            self._effect.setEnabled(True)
            self._fading.start()
        else:
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("tooltip"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(self.rect(), radius, radius)
