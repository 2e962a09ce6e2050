"""The list of differences, each with a check box; widgets that only moved to make room are in a collapsed section at
the end.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from benchboard.dashboards.versions.diff import Difference, Key
from benchboard.i18n import _, number
from benchboard.ui.studio.versions.difference_text import ROLE, DifferenceText, ItemNames, describe, pushed_text
from benchboard.ui.studio.versions.row_list import (
    NOWHERE,
    Index,
    RowLine,
    RowList,
    paint_edge,
    paint_lines,
    paint_ring,
)
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, place_text, sentence, tell_checked, tell_row_renamed
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import paint_check
from benchboard.ui.widgets.labels import plain_tooltip

_ROW_HEIGHT: Final = 49
"""The height of a row with one line of text below its title, in pixels."""
_LINE: Final = 15
_MAX_LINES: Final = 3
_LEFT, _RIGHT = 50, 40
"""Pixels at both sides of a row's text."""


class DifferenceListModel(QAbstractListModel):
    """The rows of the list. `ticked_changed` is emitted on every tick."""

    ticked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._intended: list[tuple[Difference, DifferenceText]] = []
        self._pushed: list[tuple[Difference, DifferenceText]] = []
        self._fold_open = False
        self.ticked: set[Key] = set()

    def show_differences(self, differences: Sequence[Difference], names: ItemNames) -> None:
        """Show these differences, unticked and with the section collapsed."""
        self.beginResetModel()
        pairs = [(difference, describe(difference, names)) for difference in differences]
        self._intended = [pair for pair in pairs if not pair[0].displaced]
        self._pushed = [pair for pair in pairs if pair[0].displaced]
        self._fold_open = False
        self.ticked = set()
        self.endResetModel()
        self.ticked_changed.emit()

    def row(self, at: int) -> tuple[Difference, DifferenceText] | None:
        """A row's difference; None for the section heading."""
        fold = len(self._intended)
        return self._intended[at] if at < fold else None if at == fold else self._pushed[at - fold - 1]

    def row_of(self, key: Key) -> int | None:
        """The row of a difference; expands the section if it is in there."""
        if not self._fold_open and any(one.key == key for one, _text in self._pushed):
            self.toggle_fold()
        return next((at for at in range(self.rowCount()) if (row := self.row(at)) and row[0].key == key), None)

    def toggle(self, at: int) -> None:
        """Tick or untick a row; on the section heading, expand or collapse it."""
        row = self.row(at)
        if row is None:
            self.toggle_fold()
            return
        self.ticked ^= {row[0].key}
        self.dataChanged.emit(self.index(at), self.index(at))
        self.ticked_changed.emit()

    def toggle_fold(self) -> None:
        """Expand or collapse the section of displaced widgets."""
        first, last = len(self._intended) + 1, len(self._intended) + len(self._pushed)
        if self._fold_open:
            self.beginRemoveRows(QModelIndex(), first, last)
            self._fold_open = False
            self.endRemoveRows()
        else:
            self.beginInsertRows(QModelIndex(), first, last)
            self._fold_open = True
            self.endInsertRows()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        if parent.isValid():
            return 0
        return len(self._intended) + (1 if self._pushed else 0) + (len(self._pushed) if self._fold_open else 0)

    def flags(self, _index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if row is not None:
                return f"{row[1].title}: {row[1].tag}, {row[1].line}"
            is_read = role == Qt.ItemDataRole.AccessibleTextRole
            return f"{self.fold_text()}, {self.fold_state()}" if is_read else self.fold_text()
        if role == Qt.ItemDataRole.ToolTipRole:
            return None if row is None else plain_tooltip(row[1].line)
        if role == Qt.ItemDataRole.CheckStateRole and row is not None:
            return Qt.CheckState.Checked if row[0].key in self.ticked else Qt.CheckState.Unchecked
        return None

    def fold_text(self) -> str:
        """The section's heading: `4 other widgets moved`."""
        return pushed_text(len(self._pushed))

    def fold_state(self) -> str:
        """Whether the section is expanded, in words."""
        return _("expanded") if self._fold_open else _("collapsed")

    def ticked_text(self) -> str:
        """How many differences of all are ticked."""
        total = len(self._intended) + len(self._pushed)
        return _("{count} of {total} selected").format(count=number(len(self.ticked)), total=number(total))

    @property
    def is_open(self) -> bool:
        """Whether the section is expanded."""
        return self._fold_open


class DifferenceList(RowList):
    """The list. `current` emits the key of the current difference, or None for the section heading.

    `why_not_undone` says why the ticked differences can't be undone; it is empty if they can.
    """

    current = Signal(object)
    why_not_undone: Callable[[], str] | None = None

    def __init__(self, model: DifferenceListModel, parent: QWidget | None = None) -> None:
        super().__init__(model, name="differences_list", label=_("Differences"), parent=parent)
        self._differences = model
        self.setItemDelegate(_DifferenceDelegate(self))
        self.setResizeMode(self.ResizeMode.Adjust)  # the width decides how many lines a row has

    def step(self, by: int) -> None:
        """Go to the next or previous difference, wrapping round at the ends."""
        count = self._differences.rowCount()
        if count:
            at = self.currentIndex().row() if self.currentIndex().isValid() else (-1 if by > 0 else 0)
            now = self._differences.index((at + by) % count)
            self.setCurrentIndex(now)
            if not self.hasFocus():  # the keys work from anywhere on the screen
                place = place_text(now.row(), count)
                announce(self, f"{now.data(Qt.ItemDataRole.AccessibleTextRole)}, {place}", again=True)

    def go(self, key: Key) -> None:
        """Go to a difference."""
        row = self._differences.row_of(key)
        if row is not None:
            self.setCurrentIndex(self._differences.index(row))

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]  # only the signal is declared
        super().currentChanged(current, previous)
        if 0 <= previous.row() < self._differences.rowCount() and self._differences.row(previous.row()) is None:
            tell_row_renamed(self, previous)  # while it was current, it was told whether it is expanded
        row = self._differences.row(current.row()) if current.isValid() else None
        self.current.emit(row[0].key if row is not None else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            on_tick = event.position().x() > self.visualRect(index).right() - 36
            if on_tick or self._differences.row(index.row()) is None:
                self._toggle(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        pressing = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        opening = event.key() == Qt.Key.Key_Right and not self._differences.is_open
        closing = event.key() == Qt.Key.Key_Left and self._differences.is_open
        on_fold = index.isValid() and self._differences.row(index.row()) is None
        if index.isValid() and (pressing or (on_fold and (opening or closing) and not event.modifiers())):
            self._toggle(index)
        else:
            super().keyPressEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        """Tick a row or expand the section, and tell the screen reader what it is now and what that leads to."""
        differences, at = self._differences, index.row()
        differences.toggle(at)
        if differences.row(at) is None:
            announce(self, differences.fold_state(), again=True)
            return
        tell_checked(self, at)  # a screen reader says that itself
        told, why_not = differences.ticked_text(), self.why_not_undone() if self.why_not_undone is not None else ""
        announce(self, f"{sentence(told)} {why_not}" if why_not and differences.ticked else told, again=True)


class _DifferenceDelegate(QStyledItemDelegate):
    """Draws a row: a coloured square with an icon, the title, the text, the check box."""

    def __init__(self, view: DifferenceList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        assert isinstance(model, DifferenceListModel)
        row = model.row(index.row())
        if row is None:
            return QSize(200, 36)
        lines = wrapped(row[1].line, self._view.viewport().width() - _LEFT - _RIGHT)
        return QSize(200, _ROW_HEIGHT + (len(lines) - 1) * _LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, DifferenceListModel)
        box: QRect = option.rect
        is_current = index == self._view.currentIndex()
        painter.fillRect(box, theme().color("selection" if is_current else "surface"))
        if is_current:
            paint_edge(painter, box, "accent")
        row = model.row(index.row())
        if row is None:
            _paint_fold(painter, box, model)
        else:
            ticked = row[0].key in model.ticked
            _paint_row(painter, box, row[1], ticked=ticked)
        if is_current and self._view.hasFocus():
            paint_ring(painter, box)


def _paint_fold(painter: QPainter, box: QRect, model: DifferenceListModel) -> None:
    icon = "ph.caret-down" if model.is_open else "ph.caret-right"
    paint_icon(painter, icon, QRectF(box.left() + 22, box.center().y() - 6, 13, 13), theme().color("text.muted"))
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text.secondary"))
    painter.drawText(box.adjusted(50, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, model.fold_text())


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of so many pixels, at most three, of which the last is elided: the tooltip has it all."""
    font = theme().font("caption")
    layout, lines = QTextLayout(text, font), list[str]()
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        start = line.textStart()
        if len(lines) == _MAX_LINES - 1:
            lines.append(QFontMetrics(font).elidedText(text[start:], Qt.TextElideMode.ElideRight, width))
            break
        lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return lines


def _paint_row(painter: QPainter, box: QRect, words: DifferenceText, *, ticked: bool) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    spot = QRectF(box.left() + 16, box.top() + 12, 24, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color(f"{ROLE[words.look]}.soft"))
    painter.drawRoundedRect(spot, 4, 4)
    paint_icon(painter, words.icon, spot.adjusted(5, 5, -5, -5), theme().color(ROLE[words.look]))
    painter.restore()
    room = box.adjusted(_LEFT, 7, -_RIGHT, 0)
    paint_lines(painter, room, (RowLine(words.title, "body", "text"),))
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    for place, line in enumerate(wrapped(words.line, room.width())):
        line_box = QRect(room.left(), room.top() + 19 + place * _LINE, room.width(), _LINE)
        painter.drawText(line_box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, line)
    state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
    paint_check(painter, QRectF(box.right() - 26, box.top() + 14, 14, 14), state)
