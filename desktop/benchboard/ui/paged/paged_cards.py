"""The rows of a paged model as cards: the same rows, ticks and keys as in the table, with a larger picture of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QListView, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.paging import Listing
from benchboard.ui.paged.paged_model import Mark, PagedTableModel
from benchboard.ui.paged.paged_rows import PagedRows, drag_rows
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import Button, CheckBox, paint_check
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, note_input
from benchboard.ui.widgets.surfaces import set_surface

Row = TypeVar("Row")
_GAP: Final = 8
"""Between two cards, in pixels."""
_LEAST_WIDTH: Final = 224
_TEXT: Final = 56
"""Height of the part of a card below its picture, in pixels."""
_PICTURE: Final = 136
CARD_HEIGHT: Final = _PICTURE + _TEXT + _GAP
"""The height that a line of cards takes, in pixels."""
_SIDE: Final = 16
"""Left and right of all cards, in pixels."""
_BUTTON: Final = 24
_MODIFIERS: Final = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


@dataclass(frozen=True, slots=True)
class CardFace(Generic[Row]):
    """What a card shows of a row: a picture, a title, a line below it, and at the end a mark that can be clicked; None
    where a row has no mark.
    """

    picture: Callable[[QPainter, QRectF, Row], None]
    title: Callable[[Row], str]
    second: Callable[[Row], str]
    mark: Callable[[Row], Mark | None]


class PagedCards(QListView):
    """The cards. `opened` is emitted on Enter or a double click, `menu_requested` with the row and the position,
    `mark_clicked` for the mark of a row.
    """

    opened = Signal(int)
    menu_requested = Signal(int, QPoint)
    mark_clicked = Signal(int)

    def __init__(
        self, model: "PagedTableModel[Any]", face: "CardFace[Any]", parent: QWidget | None = None, *, ticks: bool,
        one_line: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.paged, self.face, self.ticks = model, face, ticks
        self._one_line = one_line
        self._columns = 1
        self.hovered = -1
        self._focused_by_key = False
        self._listing, self._scrolled = Listing(), 0
        self._was_current: object = None
        """What identifies the row that was current before the rows were read again."""
        self.setModel(model)
        self.setItemDelegate(_CardDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setViewportMargins(_SIDE - _GAP // 2, 0, 0, 0)
        if one_line:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setFixedHeight(CARD_HEIGHT)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        model.modelAboutToBeReset.connect(self._save_position)
        model.loaded.connect(self._loaded)
        model.ticked.connect(self.viewport().update)
        theme().changed.connect(self.viewport().update)

    # Where the cards are

    @property
    def columns(self) -> int:
        """How many cards stand side by side."""
        return self._columns

    def card_box(self, row: int) -> QRect:
        """The rectangle of a card in the viewport; empty if it isn't shown."""
        cell = self.visualRect(self.paged.index(row, 0))
        half = _GAP // 2
        return cell.adjusted(half, half, -half, -half) if cell.isValid() else QRect()

    def tick_box(self, row: int) -> QRect:
        """The check box of a card, with some room around it."""
        return QRect(self.card_box(row).topLeft() + QPoint(4, 4), QSize(_BUTTON, _BUTTON))

    def menu_box(self, row: int) -> QRect:
        """The menu button of a card."""
        return QRect(self.card_box(row).topRight() + QPoint(-_BUTTON - 5, 6), QSize(_BUTTON, _BUTTON))

    def mark_box(self, row: int) -> QRect:
        """The mark at the right end below the picture."""
        return QRect(self.card_box(row).bottomRight() + QPoint(-_BUTTON - 5, 6 - _TEXT), QSize(_BUTTON, _BUTTON))

    def ringed_row(self) -> int:
        """The row with the ring, -1 without one."""
        return self.currentIndex().row() if self.hasFocus() and self._focused_by_key else -1

    def _fit(self) -> None:
        """Share the width among as many cards as have room. Room for the scroll bar is kept, whether it is shown or
        not: with and without it there are the same cards in a line.
        """
        bar = 0 if self._one_line else self.verticalScrollBar().sizeHint().width()
        width = self.width() - _SIDE + _GAP // 2 - max(bar, _SIDE - _GAP // 2)
        self._columns = max(1, width // (_LEAST_WIDTH + _GAP))
        self.setGridSize(QSize(max(1, width // self._columns), CARD_HEIGHT))
        self._hide_more()

    def _hide_more(self) -> None:
        """Where there is one line, hide the cards that have no room in it."""
        if self._one_line:
            for row in range(self.paged.rowCount()):
                self.setRowHidden(row, row >= self._columns)

    def _save_position(self) -> None:
        row = self._was_at = self.currentIndex().row()
        self._was_current = self.paged.identity(self.paged.row(row)) if row >= 0 else None
        self._scrolled = self.verticalScrollBar().value()

    def _loaded(self) -> None:
        """Keep what is current, and what is scrolled to, while the same list is read again."""
        self._hide_more()
        if self._was_current is not None and not self.currentIndex().isValid():
            row = self.paged.find(self._was_current)
            if row < 0 and self.hasFocus():  # it is gone: the one in its place
                row = min(self._was_at, self.paged.rowCount() - 1)
            self.setCurrentIndex(self.paged.index(row, 0))
        if self._listing == self.paged.listing and self._scrolled:
            self.doItemsLayout()
            self.verticalScrollBar().setValue(self._scrolled)
        self._listing, self._scrolled, self._was_current = self.paged.listing, 0, None

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _MODIFIERS:
            self._use_keys(keys=True)
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.opened.emit(row)
        elif event.key() == Qt.Key.Key_Space and row >= 0 and self.ticks:
            self.paged.tick(row, row, not self.paged.is_ticked(row))
        elif event.key() == Qt.Key.Key_Escape and not event.modifiers() and self.ticks and self.paged.ticks():
            self.paged.clear_ticks()
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if self.ticks:
                self.paged.tick(0, self.paged.rowCount() - 1, True)
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._request_menu()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()  # whoever is around may have a use for it
        else:
            super().keyPressEvent(event)

    def _request_menu(self) -> None:
        row = self.currentIndex().row()
        if row >= 0:
            self.menu_requested.emit(row, self.viewport().mapToGlobal(self.menu_box(row).bottomLeft()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if asked_by_key(event):
            self._request_menu()
        elif (row := self._row_at(event.pos())) >= 0:
            self.setCurrentIndex(self.paged.index(row, 0))
            self.menu_requested.emit(row, event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._focused_by_key = came_by_key(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _use_keys(self, *, keys: bool) -> None:
        note_input(key=keys)
        if keys != self._focused_by_key:
            self._focused_by_key = keys
            self.viewport().update()

    # Pointer

    def _row_at(self, spot: QPoint) -> int:
        """The card at a point; -1 between two of them."""
        row = self.indexAt(spot).row()
        return row if row >= 0 and self.card_box(row).contains(spot) else -1

    def _acts_at(self, spot: QPoint) -> Callable[[], object] | None:
        """What a click at a point does, other than selecting a card."""
        row = self._row_at(spot)
        if row < 0:
            return None
        if self.ticks and self.tick_box(row).contains(spot):
            return lambda: self.paged.tick(row, row, not self.paged.is_ticked(row))
        if self.menu_box(row).contains(spot):
            corner = self.viewport().mapToGlobal(self.menu_box(row).bottomLeft())
            return lambda: self._menu_at(row, corner)
        if self.mark_box(row).contains(spot) and self.face.mark(self.paged.row(row)) is not None:
            return lambda: self.mark_clicked.emit(row)
        return None

    def _menu_at(self, row: int, corner: QPoint) -> None:
        self.setCurrentIndex(self.paged.index(row, 0))
        self.menu_requested.emit(row, corner)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._use_keys(keys=False)
        spot = event.position().toPoint()
        act = self._acts_at(spot) if event.button() == Qt.MouseButton.LeftButton else None
        if act is not None:
            act()
        elif self._row_at(spot) >= 0:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        if self._acts_at(spot) is not None:
            self.mousePressEvent(event)
        elif self._row_at(spot) >= 0:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self._row_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def startDrag(self, _actions: Qt.DropAction) -> None:
        row = self.currentIndex().row()
        if row >= 0:
            drag_rows(self, self.paged, row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)


class CardsPage(QWidget):
    """The cards of a table's rows, below a line with the check box for all of them and what they are sorted by."""

    def __init__(self, table: PagedRows, cards: PagedCards, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards, self._table, self._model = cards, table, table.paged
        self.setFocusProxy(cards)
        self.head = head = QWidget(self)
        set_surface(head, "surface")
        head.setFixedHeight(theme().px("table.header"))
        self._all = CheckBox(_("Select all"), parent=head)
        self._all.setTristate(True)
        self._all.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+A does the same
        self._all.clicked.connect(self._tick_all)
        self._sort = Button("", self._open_sort_menu, kind="quiet", size="sm", icon="ph.sort-ascending",
                            name="cards_sort")  # fmt: skip
        line = QHBoxLayout(head)
        line.setContentsMargins(_SIDE, 0, _SIDE - 4, 0)
        line.addWidget(self._all)
        line.addStretch(1)
        line.addWidget(self._sort)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(cards, 1)
        self._model.ticked.connect(self._show_ticks)
        self._model.loaded.connect(self._show_sorting)
        self._model.loaded.connect(self._show_ticks)

    def _tick_all(self) -> None:
        rows = self._model.rowCount()
        if rows:
            self._model.tick(0, rows - 1, len(self._model.ticks()) < rows)

    def _show_ticks(self) -> None:
        ticked, rows = len(self._model.ticks()), self._model.rowCount()
        some = Qt.CheckState.PartiallyChecked if ticked else Qt.CheckState.Unchecked
        self._all.setCheckState(Qt.CheckState.Checked if rows and ticked >= rows else some)

    def _show_sorting(self) -> None:
        listing = self._model.listing
        titles = {column.key: column.title for column in self._model.columns}
        if listing.sort in titles:
            self._sort.set_title(_("Sort: {column}").format(column=titles[listing.sort]))
            icon = "ph.sort-descending" if listing.descending else "ph.sort-ascending"
            self._sort.setIcon(theme().icon(icon, "text.secondary"))
        self._sort.setVisible(listing.sort in titles)

    def _open_sort_menu(self) -> None:
        self._table.open_sort_menu(self._sort)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_S and not event.modifiers():
            self._open_sort_menu()
        else:
            super().keyPressEvent(event)


class _CardDelegate(QStyledItemDelegate):
    """Draws the cards."""

    def __init__(self, view: PagedCards) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._view.gridSize()

    def paint(
        self, painter: QPainter, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view, row = self._view, index.row()
        box, shown = QRectF(view.card_box(row)), view.paged.row(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, box, row)
        picture = QRectF(box.left() + 1, box.top() + 1, box.width() - 2, _PICTURE - 1)
        frame = QPainterPath()
        radius = theme().px("radius.panel")
        frame.addRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        painter.setClipPath(frame)
        view.face.picture(painter, picture, shown)
        painter.fillRect(QRectF(box.left(), picture.bottom(), box.width(), 1), theme().color("border"))
        painter.setClipping(False)
        self._paint_texts(painter, box, shown)
        self._paint_border(painter, box, row)
        mark = view.face.mark(shown)
        if mark is not None:
            spot = QRectF(view.mark_box(row)).adjusted(4, 4, -4, -4)
            paint_icon(painter, mark.icon, spot, theme().color(mark.kind if mark.kind != "neutral" else "text.muted"))
        self._paint_buttons(painter, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRectF, row: int) -> None:
        view = self._view
        ticked = view.ticks and view.paged.is_ticked(row)
        fill = "selection" if ticked else "row.hover" if view.hovered == row else "surface"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(fill))
        painter.drawRoundedRect(box, theme().px("radius.panel"), theme().px("radius.panel"))

    def _paint_border(self, painter: QPainter, box: QRectF, row: int) -> None:
        view, radius = self._view, theme().px("radius.panel")
        current = view.hasFocus() and view.currentIndex().row() == row
        ticked = view.ticks and view.paged.is_ticked(row)
        ringed = view.ringed_row() == row
        tone = "focus" if ringed else "accent" if current or ticked else "tile.border"
        wide = 2 if current or ticked or ringed else 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color(tone), wide))
        inset = wide / 2
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_texts(self, painter: QPainter, box: QRectF, shown: Any) -> None:
        pad = theme().px("spacing.3")
        left, top = box.left() + pad, box.top() + _PICTURE
        width = box.width() - 2 * pad
        room = width - _BUTTON if self._view.face.mark(shown) is not None else width
        _paint_elided(painter, QRectF(left, top + 8, room, 20), self._view.face.title(shown), "body_strong", "text")
        _paint_elided(
            painter, QRectF(left, top + 31, width, 16), self._view.face.second(shown), "caption", "text.muted"
        )

    def _paint_buttons(self, painter: QPainter, row: int) -> None:
        """Draw the check box and the menu button on a card that is pointed at, or that has the keys."""
        view = self._view
        hot = view.hovered == row or view.ringed_row() == row
        if view.ticks and (hot or view.paged.ticks()):
            ticked = Qt.CheckState.Checked if view.paged.is_ticked(row) else Qt.CheckState.Unchecked
            box, is_hot = QRectF(view.tick_box(row)).adjusted(5, 5, -5, -5), view.hovered == row
            paint_check(painter, box, ticked, hot=is_hot, on_picture=True)
        if hot:
            box, radius = QRectF(view.menu_box(row)), theme().px("radius.control")
            painter.setPen(QPen(theme().color("border.control"), 1))
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            paint_icon(painter, "ph.dots-three", box.adjusted(4, 4, -4, -4), theme().color("text"))


def _paint_elided(painter: QPainter, box: QRectF, text: str, font: str, tone: str) -> None:
    painter.setFont(theme().font(font))
    painter.setPen(theme().color(tone))
    line = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line)
