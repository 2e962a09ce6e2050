"""Paragraph: text in lines, as far apart as the design tokens say."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QPainter, QPaintEvent, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import Text, Tone

_STEPS: Final = {"micro": "caption", "caption": "caption", "section": "title", "title": "title", "display": "title",
                 "mono_title": "title"}  # fmt: skip
"""The step whose line height each step of the type scale has; any other has that of `body`."""
_LEAST_PATH: Final = 120
"""Least width of a path that is broken into lines, in pixels."""
_MAX_WIDTHS: Final = 50
"""Widths whose height is kept: a window that is resized asks for many."""


class Paragraph(Text):
    """A sentence or more: breaks into lines where the room ends."""

    _wrap_mode = QTextOption.WrapMode.WordWrap

    def __init__(
        self, text: str = "", type: str = "body", tone: Tone = "text", *, parent: QWidget | None = None
    ) -> None:
        self._line_height = theme().line_height(_STEPS.get(type, "body"))
        self._heights: dict[int, int] = {}
        """The height at a width, for the present text, font and margins: Qt asks for each width often."""
        super().__init__(text, type, tone, parent=parent)
        self.setWordWrap(True)

    def reserve_lines(self, count: int) -> None:
        """Take the room of at least `count` lines, also while it is hidden, so that nothing moves when it appears."""
        self.setMinimumHeight(count * self._pitch())
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self._heights.get(width)
        if height is None:
            if len(self._heights) >= _MAX_WIDTHS:
                self._heights.clear()
            height = self._heights[width] = self._known_height(width) or self._height(width)
        return height

    def _known_height(self, width: int) -> int | None:
        """The height at a width, if it follows from others: text is never higher where it has more room."""
        narrower = [one for one in self._heights if one < width]
        highest = self._heights[max(narrower)] if narrower else None
        if highest == self._height_of(self.text().count("\n") + 1):  # no line is broken
            return highest
        wider = [one for one in self._heights if one > width]
        return highest if wider and self._heights[min(wider)] == highest else None

    def _height(self, width: int) -> int:
        margins = self.contentsMargins()
        room = width - margins.left() - margins.right()
        return self._height_of(sum(layout.lineCount() for layout in self._laid_out(room)))

    def _height_of(self, lines: int) -> int:
        margins = self.contentsMargins()
        return lines * self._pitch() + margins.top() + margins.bottom()

    def setText(self, text: str) -> None:
        self._heights.clear()
        super().setText(text)

    def setContentsMargins(self, left: int, top: int, right: int, bottom: int) -> None:  # type: ignore[override]  # Qt also takes one QMargins
        self._heights.clear()
        super().setContentsMargins(left, top, right, bottom)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heights.clear()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        width = super().sizeHint().width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        margins = self.contentsMargins()
        least = self._pitch() + margins.top() + margins.bottom() if self.text() else 0
        return QSize(super().minimumSizeHint().width(), least)

    def paintEvent(self, event: QPaintEvent) -> None:
        room, pitch = self.contentsRect(), self._pitch()
        layouts = list(self._laid_out(room.width()))
        # Within its line the text stands in the middle, as it does in a label of one line.
        top = room.top() + (pitch - QFontMetricsF(self.font()).height()) / 2
        if self.alignment() & Qt.AlignmentFlag.AlignVCenter:
            top += max(0.0, (room.height() - pitch * sum(layout.lineCount() for layout in layouts)) / 2)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(group, QPalette.ColorRole.WindowText))
            for layout in layouts:
                for number in range(layout.lineCount()):
                    line = layout.lineAt(number)
                    line.setPosition(QPointF(0, 0))
                    line.draw(painter, QPointF(room.left(), round(top)))
                    top += pitch

    def _pitch(self) -> int:
        return _pitch(self.font(), self._line_height)

    def _laid_out(self, width: int) -> Iterator[QTextLayout]:
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(self._wrap_mode)
        for part in _unbroken(self.text()).split("\n"):
            layout = QTextLayout(part, self.font(), self)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(max(width, 1))
            layout.endLayout()
            yield layout


class WrappedPath(Paragraph):
    """A path or an ID in a monospaced font: it has no spaces, so it breaks wherever the room ends."""

    _wrap_mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere

    def __init__(self, path: str) -> None:
        super().__init__(path, "mono")

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PATH, super().minimumSizeHint().height())


class PaintedParagraph:
    """Text broken into lines of `width` pixels, for painting."""

    def __init__(
        self,
        text: str,
        width: float,
        type: str = "body",
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        font = theme().font(type)
        pitch = _pitch(font, theme().line_height(_STEPS.get(type, "body")))
        self._layout = QTextLayout(_unbroken(text).replace("\n", "\u2028"), font)
        option = QTextOption(alignment)
        # A word that is wider than the room would be cut at its edge.
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self.height = 0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(width, 1.0))
            line.setPosition(QPointF(0.0, self.height + (pitch - line.height()) / 2))
            self.height += pitch
        self._layout.endLayout()

    def paint(self, painter: QPainter, spot: QPointF) -> None:
        """Draw the lines with the painter's pen, from `spot` down."""
        self._layout.draw(painter, spot)


def _unbroken(text: str) -> str:
    """The text, which no line breaks between a number and its percent sign."""
    return text.replace(" %", "\u00a0%")


def _pitch(font: QFont, line_height: float) -> int:
    """The distance from line to line, in pixels."""
    return round(max(QFontMetricsF(font).height(), QFontInfo(font).pixelSize() * line_height))
