"""Tracks which item has the keyboard focus: the one selected last, or one that Ctrl+arrows moved to without changing
the selection.
"""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter

from benchboard.dashboards.layout import Cell, PageIndex
from benchboard.ui.studio.canvas.interaction.canvas_protocol import InputViewProtocol
from benchboard.ui.studio.canvas.scene import overlay


class ItemFocus(QObject):
    """The item with the keyboard focus, and its ring. It is kept until something else changes the selection."""

    moved = Signal()

    def __init__(self, view: InputViewProtocol, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._editor = view, view.editor
        self._own_id = ""
        """The focused item if it isn't the one selected last; otherwise empty."""
        self._is_toggling = False
        self._editor.selection_changed.connect(self._follow)

    @property
    def current(self) -> str:
        """The id of the item with the keyboard focus; empty if none has it."""
        if self._own_id in self._view.tiles:
            return self._own_id
        return self._editor.selection[-1] if self._editor.selection else ""

    def move(self, dx: int, dy: int) -> None:
        """Focus the nearest neighbour in a direction, or the first item if none is focused."""
        page = self._editor.page
        found = neighbour(page, self.current, dx, dy) if self.current else next(iter(page.reading_order), "")
        if found:
            self._own_id = found
            self._view.reveal([found])
            self._view.repaint_overlay()
            self.moved.emit()

    def toggle_selection(self) -> None:
        """Add the focused item to the selection, or remove it."""
        if self.current:
            self._own_id, self._is_toggling = self.current, True
            try:
                self._editor.toggle(self._own_id)
            finally:
                self._is_toggling = False

    def step(self, by: int) -> bool:
        """Select the next (1) or previous (-1) item in reading order; False if there is none."""
        order, tiles = self._editor.page.reading_order, self._view.tiles
        if self.current:
            at = order.index(self.current)
        else:  # a presentation shows those of one screen only
            shown = [place for place, one in enumerate(order) if one in tiles and tiles[one].isVisible()]
            at = (shown or [0])[0] - 1 if by > 0 else (shown or [len(order) - 1])[-1] + 1
        if not 0 <= at + by < len(order):
            return False
        self._editor.select([order[at + by]])
        self._follow()  # for an item that was selected already
        return True

    def paint(self, painter: QPainter) -> None:
        """Paint the ring, if it is apart from the selection."""
        if self._own_id in self._view.tiles and self._view.hasFocus():
            overlay.paint_focus(painter, self._view.tiles[self._own_id].outline)

    def _follow(self) -> None:
        if not self._is_toggling and self._own_id:
            self._own_id = ""
            self.moved.emit()


def neighbour(page: PageIndex, item_id: str, dx: int, dy: int) -> str:
    """The nearest item in a direction, preferring one straight ahead; empty if there is none."""
    here, found = _cell(page, item_id), list[tuple[int, int, str]]()
    for other in page.shown:
        there = _cell(page, other)
        ahead, aside, off = _distance(here, there) if dx > 0 else _distance(there, here) if dx else (0, 0, 0)
        if dy:
            ahead, aside, off = (
                _distance(_transposed(here), _transposed(there))
                if dy > 0
                else _distance(_transposed(there), _transposed(here))
            )
        if other != item_id and ahead >= 0:
            found.append((ahead + 3 * aside, off, other))
    return min(found)[2] if found else ""


def _cell(page: PageIndex, item_id: str) -> Cell:
    """The cell used for distances: of a container its heading, because the items in it are below."""
    cell = page.shown[item_id]
    return cell._replace(h=1) if page.item(item_id).panes else cell


def _distance(left: Cell, right: Cell) -> tuple[int, int, int]:
    """How far `right` is to the right of `left`, how far to the side, and the distance of their top edges."""
    return right.x - left.right, max(0, right.y - left.bottom + 1, left.y - right.bottom + 1), abs(right.y - left.y)


def _transposed(cell: Cell) -> Cell:
    return Cell(cell.y, cell.x, cell.h, cell.w)
