"""A list with check marks, as fast with ten thousand rows as with three: each row with its count, and *Only*."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, tell_checked
from benchboard.ui.widgets.buttons import paint_check, paint_radio
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex

_NOWHERE: Final = QModelIndex()
ROW: Final = 28
"""Height of a row, in pixels."""
_TEXT_LEFT: Final = 32
_RIGHT: Final = 10
"""Pixels between the edges of a row and its texts."""
_GAP: Final = 10


class CheckListModel(QAbstractListModel):
    """What the list shows; each kind of list has its own rows."""

    alone = False
    """Whether only one row can be selected."""

    def size(self) -> int:
        """The number of rows."""
        raise NotImplementedError

    def words(self, place: int) -> str:
        """The row's label, on one line."""
        raise NotImplementedError

    def tip(self, place: int) -> str:
        """The row's whole text."""
        return self.words(place)

    def is_ticked(self, place: int) -> bool:
        """Whether the row is selected."""
        raise NotImplementedError

    def stands_for_all(self, _place: int) -> bool:
        """Whether the row stands for all others."""
        return False

    def is_unavailable(self, _place: int) -> bool:
        """Whether the row is selected and no longer available."""
        return False

    def count_of(self, _place: int) -> int | None:
        """The number of rows in the data with the row's value; None where it isn't known."""
        return None

    def has_only(self, place: int) -> bool:
        """Whether the row can be selected alone by one press."""
        return not self.alone and not self.stands_for_all(place)

    def spoken(self, place: int) -> str:
        """The row as a screen reader says it."""
        parts, count = [self.words(place)], self.count_of(place)
        if count is not None:
            parts.append(ngettext("{count} row", "{count} rows", count).format(count=number(count)))
        if self.is_unavailable(place):
            parts.append(_("no longer available"))
        return ", ".join(parts)

    def selected_text(self) -> str:
        """How many of the values are selected, of those that are shown."""
        values = [place for place in range(self.size()) if not self.stands_for_all(place)]
        ticked = sum(self.is_ticked(place) for place in values)
        return _("{count} of {total} selected").format(count=number(ticked), total=number(len(values)))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self.size()

    def flags(self, _index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(place)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(place)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return _("Shift+Enter selects only this value.") if self.has_only(place) else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.tip(place))
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.is_ticked(place) else Qt.CheckState.Unchecked
        return None


class CheckList(QListView):
    """The list. `tick` and `only` are called with the row that is pressed, or selected by Space and Shift+Enter; `back`
    with what is typed; `entered`, if there is one, in place of `tick` on Enter."""

    def __init__(
        self,
        values: CheckListModel,
        tick: Callable[[int], object],
        only: Callable[[int], object],
        back: Callable[[str], object],
        entered: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("choice_values")
        self.setAccessibleName(_("Values"))
        self.setModel(values)
        self._delegate = _CheckRowDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._values, self._tick, self._only, self._back, self._entered = values, tick, only, back, entered
        self.hovered = -1
        """The row under the pointer; -1 without one."""

    def shows_only(self, place: int) -> bool:
        """Whether *Only* is shown in a row: in that under the pointer, and the current one while the list has the
        focus."""
        is_current = self.hasFocus() and place == self.currentIndex().row()
        return (place == self.hovered or is_current) and self._values.has_only(place)

    def only_rect(self, place: int) -> QRect:
        """Where *Only* is in a row that shows it, in the viewport."""
        row = self.visualRect(self._values.index(place))
        return self._delegate.only_rect(row, self._values.count_of(place))

    def _toggle(self, place: int) -> None:
        """Select a row, or no longer, and say so."""
        words = self._values.words(place)
        self._tick(place)
        if not self.isVisible() or place >= self._values.size() or self._values.words(place) != words:
            return  # the choice closed the list, or put its rows in another order
        tell_checked(self, place)
        if not self._values.alone:
            state = _("checked") if self._values.is_ticked(place) else _("not checked")
            announce(self, ", ".join((words, state, self._values.selected_text())), again=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        self._hover(self.indexAt(at).row())
        over = self._is_on_only(at)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self.hovered:
            self.hovered = place
            self.viewport().update()

    def _is_on_only(self, at: QPoint) -> bool:
        place = self.indexAt(at).row()
        return place >= 0 and self.shows_only(place) and self.only_rect(place).contains(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            (self._only if self._is_on_only(at) else self._toggle)(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        modifiers = event.modifiers()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and modifiers & Qt.KeyboardModifier.ShiftModifier:
            if index.isValid() and self._values.has_only(index.row()):
                self._only(index.row())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._entered is not None:
            self._entered()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index.isValid():
                self._toggle(index.row())
        elif key == Qt.Key.Key_Up and index.row() <= 0:
            self._back("")
        elif event.text().isprintable() and event.text() and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self._back(event.text())
        else:
            super().keyPressEvent(event)


class _CheckRowDelegate(QStyledItemDelegate):
    """Draws a row: check mark, label, whether its value is no longer available, *Only*, and its count."""

    def __init__(self, view: CheckList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, ROW)

    @staticmethod
    def only_rect(row: QRect, count: int | None) -> QRect:
        """Where *Only* is in a row."""
        metrics = QFontMetrics(theme().font("caption"))
        counted = metrics.horizontalAdvance(number(count)) + _GAP if count is not None else 0
        width = metrics.horizontalAdvance(_("Only")) + 8
        return QRect(row.right() - _RIGHT - counted - width + 5, row.top() + 3, width, row.height() - 6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        values, place = index.model(), index.row()
        assert isinstance(values, CheckListModel)
        box: QRect = option.rect
        current = index == self._view.currentIndex()
        painter.save()
        if current:
            painter.fillRect(box, theme().color("selection"))
        mark, ticked = QRectF(box.left() + 8, box.center().y() - 6, 14, 14), values.is_ticked(place)
        if values.alone:
            paint_radio(painter, mark, on=ticked)
        else:
            paint_check(painter, mark, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        room = box.adjusted(_TEXT_LEFT, 0, -_RIGHT, 0)
        self._paint_end(painter, box, room, place, values)
        painter.setFont(theme().font("body_strong" if values.stands_for_all(place) else "body"))
        painter.setPen(theme().color("text"))
        words = QFontMetrics(painter.font()).elidedText(values.words(place), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        if current and self._view.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        painter.restore()

    def _paint_end(self, painter: QPainter, box: QRect, room: QRect, place: int, values: CheckListModel) -> None:
        """Draw what stands at the end of a row, and take its width from `room`, that of the label."""
        painter.setFont(theme().font("caption"))
        count, end = values.count_of(place), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if count is not None:
            painter.setPen(theme().color("text.muted"))
            painter.drawText(room, end, number(count))
            room.setRight(room.right() - QFontMetrics(painter.font()).horizontalAdvance(number(count)) - _GAP)
        if self._view.shows_only(place):
            painter.setPen(theme().color("accent.text"))
            painter.drawText(self.only_rect(box, count), Qt.AlignmentFlag.AlignCenter, _("Only"))
            room.setRight(self.only_rect(box, count).left() - _GAP // 2)
        elif values.is_unavailable(place):
            words = _("no longer available")
            painter.setPen(theme().color("warn"))
            painter.drawText(room, end, words)
            room.setRight(room.right() - QFontMetrics(painter.font()).horizontalAdvance(words) - _GAP)
