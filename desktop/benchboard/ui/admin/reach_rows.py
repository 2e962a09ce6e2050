"""Rows that say what a person can reach, or who can reach a thing, and by which paths."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Avatar, Elided, Icon, Paragraph, Text, hairline
from benchboard.ui.widgets.readable_rows import ReadableRow

_EDGE: Final = 2
_SHARES: Final = (9, 9, 11)
"""How a wide row's three columns share its width."""


class ReachRow(ReadableRow):
    """A thing or a person, what is allowed at the right end, and below it why. Of a thing `icon`, of a person the
    initials stand before it. A `wide` one has what is allowed and why in columns of their own. Its words begin
    `padding` pixels from its edges; where why has no room, a `shorter` one is shown. `chosen` is emitted when it is
    pressed or gets the focus.
    """

    chosen = Signal()

    def __init__(
        self,
        title: str,
        level: str,
        why: str,
        *,
        icon: str = "",
        name: str = "",
        muted: bool = False,
        wide: bool = False,
        padding: int = 0,
        shorter: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._is_chosen = False
        mark: QWidget = Icon(icon, "text.muted" if muted else "text.secondary") if icon else Avatar(title)
        named = (Paragraph if wide else Elided)(
            title, "body" if muted or wide else "body_strong", "muted" if muted else "text"
        )
        self._is_wide = wide
        if wide:
            self.setMinimumHeight(theme().px("table.row.standard"))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(padding, 3, padding, 4 if wide else 3)
        whole.setSpacing(10)
        whole.addWidget(mark)
        if wide:
            because = Elided(why, "caption", "secondary")
            because.set_texts(why, *shorter)
            whole.addLayout(in_columns(named, Paragraph(level), because), 1)
        else:
            whole.addLayout(_words(named, level, why, muted=muted), 1)
        self.setAccessibleName(", ".join(part for part in (title, level, why) if part))

    def set_chosen(self, chosen: bool) -> None:
        """Mark it as the row that more is said about."""
        self._is_chosen = chosen
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_wide:
            self._paint_ruled()
        elif self._is_chosen:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                radius = theme().px("radius.control")
                painter.drawRoundedRect(QRectF(self.rect()), radius, radius)

    def _paint_ruled(self) -> None:
        """As a row of a table: a line below it, and an edge at the left of the chosen one."""
        with QPainter(self) as painter:
            if self._is_chosen:
                painter.fillRect(self.rect(), theme().color("selection"))
                painter.fillRect(0, 0, _EDGE, self.height(), theme().color("accent"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("grid"))


def _words(named: QWidget, level: str, why: str, *, muted: bool) -> QVBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addWidget(named, 1)
    if level:
        line.addWidget(Text(level, "body", "muted" if muted else "secondary"))
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addLayout(line)
    if why:
        words.addWidget(Paragraph(why, "caption", "muted"))
    return words


def in_columns(*cells: QWidget) -> QHBoxLayout:
    """The cells of a wide row, which stand below those of the row above."""
    line = QHBoxLayout()
    line.setSpacing(12)
    for cell, share in zip(cells, _SHARES, strict=True):
        cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.addWidget(cell, share)
    return line


class ReachTitles(QWidget):
    """The titles above the columns of wide rows."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme().px("table.header"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(16 + 16 + 10, 0, 16, 0)
        titles = (_("Item"), _("Access"), _("Because of"))
        line.addLayout(in_columns(*(Text(title, "body", "secondary") for title in titles)))
        whole.addLayout(line, 1)
        whole.addWidget(hairline())
