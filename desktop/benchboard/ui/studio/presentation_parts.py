"""What stands around a presented page: freshness and clock above it, dots and progress below it, and how to leave."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Final

from PySide6.QtCore import QPropertyAnimation, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.studio.tiles.page_grid import WALL_FOOT, WALL_MARGIN
from benchboard.ui.theme import theme
from benchboard.ui.time_format import weekday_and_date
from benchboard.ui.widgets.accessible import tell_value_now
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text, paint_key
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.surfaces import set_surface

_DOT: Final = 8.0
_CURRENT: Final = 20.0
_DOTS_APART: Final = 7.0
_LINE: Final = 3.0
_HINT_LINES: Final = 1.8
"""The height of the hint, in lines of its text."""
_MAX_DOTS: Final = 20
"""More pages than these are only counted in the status bar."""


class StateAndClock(Readable, QWidget):
    """How fresh the data is, and what time it is."""

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "canvas")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
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

    def accessible_text(self) -> str:
        """All of it, in the order in which it stands."""
        parts = (self.trouble, self.freshness, self.clock, self.date)
        return ", ".join(part.text() for part in parts if part.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        tell_value_now(self)  # the clock goes on

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
        """Show which page it is, counted from 0, of how many, and how much of its time has passed (0 to 1). With a
        `count` of 0, how many isn't known yet: there are no dots.
        """
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


class EditPresented(Button):
    """Ends the presentation, for what was seen to be changed: in the margin below the page, right of the dots, while
    the pointer is shown.
    """

    def __init__(self, page: QWidget, foot: QWidget, end: Callable[[], object]) -> None:
        """`foot` is what stands below the page, in the same parent; `end` ends the presentation."""
        super().__init__(
            _("Edit"),
            end,
            icon="ph.pencil-simple",
            size="sm",
            name="present_edit",
            tip=_("Edit this page"),
            parent=page,
        )
        self._page, self._foot = page, foot
        self.hide()

    def appear(self) -> None:
        """Show it at its place."""
        self.setParent(self._foot.parentWidget())
        self.show()
        self.place()

    def place(self) -> None:
        """Move it into the margin below the tiles."""
        area, scale = self.parentWidget(), self._foot.height() / WALL_FOOT
        if area is None:
            return
        margin = round(WALL_MARGIN * scale)
        self.resize(self.sizeHint())
        corner = self._page.rect().bottomRight()
        if area.isAncestorOf(self._page):
            corner = self._page.mapTo(area, corner)
        end = corner.y() + 1 + self._foot.height()
        self.move(corner.x() - margin - self.width(), end - (margin + self.height()) // 2)
        self.raise_()


class LeaveHint(QWidget):
    """The keys of a presentation as key caps with words, in the margin below the page, left of the dots; it fades
    away.
    """

    def __init__(self, page: QWidget, foot: QWidget) -> None:
        """`foot` is what stands below the page, in the same parent."""
        super().__init__(page)
        self._page, self._foot = page, foot
        self.sentences: list[list[tuple[str, bool]]] = []
        """Of each sentence its texts, and whether each is a key."""
        self.setObjectName("present_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)  # while it fades alone: drawn through a picture, letters are less sharp
        self.setGraphicsEffect(self._effect)
        self._fading = QPropertyAnimation(self._effect, b"opacity", self)
        self._fading.setEndValue(0.0)
        self._fading.finished.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, in one line of text: arrows are named, as screen readers don't read them."""
        said = " · ".join("".join(text for text, _is_key in sentence) for sentence in self.sentences)
        return said.replace("← →", _("Left and Right"))

    def appear(self, sentences: Sequence[tuple[str, Mapping[str, str]]], size: int) -> None:
        """Show these sentences, `size` pixels high: each with placeholders, and the key that stands for each."""
        self._fading.stop()
        self._effect.setEnabled(False)
        self.sentences = [_parts_of(sentence, keys) for sentence, keys in sentences]
        font = theme().font("body")
        font.setPixelSize(size)
        self.setFont(font)
        self.setAccessibleName(self.text)
        self.setParent(self._foot.parentWidget())  # both have been laid out by now
        self.show()
        self.place()
        self.update()

    def place(self) -> None:
        """Move it into the margin below the tiles."""
        page, area, scale = self._page, self.parentWidget(), self._foot.height() / WALL_FOOT
        if area is None:
            return
        margin = round(WALL_MARGIN * scale)
        self.setFixedSize(math.ceil(self._paint(None)), min(margin, round(self._letters.height() * _HINT_LINES)))
        corner = page.mapTo(area, page.rect().bottomLeft()) if area.isAncestorOf(page) else page.rect().bottomLeft()
        end = corner.y() + 1 + self._foot.height()
        self.move(corner.x() + margin, end - (margin + self.height()) // 2)
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

    @property
    def _letters(self) -> QFontMetricsF:
        return QFontMetricsF(self.font())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("tooltip"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(self.rect(), radius, radius)
            self._paint(painter)

    def _paint(self, painter: QPainter | None) -> float:
        """Draw the sentences, or with None only measure them; returns the width of all in pixels."""
        metrics, ink, middle = self._letters, theme().color("on.tooltip"), self.height() / 2
        em, x = metrics.height(), metrics.height() * 0.7
        for place, sentence in enumerate(self.sentences):
            x += em if place else 0.0
            for text, is_key in sentence:
                width = metrics.horizontalAdvance(text)
                if is_key:
                    width = max(em * 1.2, width + em * 0.6)
                box = QRectF(x, middle - em * 0.6, width, em * 1.2)
                if painter is not None and is_key:
                    paint_key(painter, box, text, ink, ink, self.font())
                elif painter is not None:
                    painter.setFont(self.font())
                    painter.setPen(ink)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
                x += width
        return x + em * 0.7


def _parts_of(sentence: str, keys: Mapping[str, str]) -> list[tuple[str, bool]]:
    """The texts of a sentence and the keys in place of its placeholders, each with whether it is a key."""
    parts: list[tuple[str, bool]] = []
    for words, name, _format, _conversion in Formatter().parse(sentence):
        parts += [(words, False)] if words else []
        parts += [(keys[name], True)] if name else []
    return parts
