"""Where the keyboard is on the page: at what was chosen last, or on a ring of its own that goes about while what is
chosen stays chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter

from benchboard.dashboards.layout import Cell, Page
from benchboard.ui.studio.canvas import marks

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas


class Roving(QObject):
    """The ring of the keyboard. It stays until something else is chosen than by itself."""

    moved = Signal()

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas, self._editor = canvas, canvas.editor
        self._own = ""
        """Where it went, if it did."""
        self._adding = False
        self._editor.chosen_changed.connect(self._follow)

    @property
    def at(self) -> str:
        """The id of what the keyboard is at; empty where it is at none."""
        if self._own in self._canvas.tiles:
            return self._own
        return self._editor.chosen[-1] if self._editor.chosen else ""

    def go(self, dx: int, dy: int) -> None:
        """Go to the nearest neighbour that way, or to the first of all."""
        page = self._editor.page
        there = beside(page, self.at, dx, dy) if self.at else next(iter(page.reading_order), "")
        if there:
            self._own = there
            self._canvas.reveal([there])
            self._canvas.viewport().update()
            self.moved.emit()

    def add(self) -> None:
        """Choose what it is at, too; or no longer."""
        if self.at:
            self._own, self._adding = self.at, True
            try:
                self._editor.toggle(self._own)
            finally:
                self._adding = False

    def step(self, by: int) -> bool:
        """Choose the next (1) or previous (-1) widget in reading order; answers whether there was one."""
        order = self._editor.page.reading_order
        at = order.index(self.at) if self.at else (-1 if by > 0 else len(order))
        if not 0 <= at + by < len(order):
            return False
        self._editor.choose([order[at + by]])
        self._follow()  # it may have been the one chosen already
        return True

    def paint(self, painter: QPainter) -> None:
        """Draw it where it went."""
        if self._own in self._canvas.tiles and self._canvas.hasFocus():
            marks.paint_focus(painter, self._canvas.tiles[self._own].outline)

    def _follow(self) -> None:
        if not self._adding and self._own:
            self._own = ""
            self.moved.emit()


def beside(page: Page, item_id: str, dx: int, dy: int) -> str:
    """The nearest item in sight that way from another, straight ahead rather than aside; empty if there is none."""
    here, found = _spot(page, item_id), list[tuple[int, int, str]]()
    for other in page.shown:
        there = _spot(page, other)
        ahead, aside, off = _way(here, there) if dx > 0 else _way(there, here) if dx else (0, 0, 0)
        if dy:
            ahead, aside, off = _way(_turned(here), _turned(there)) if dy > 0 else _way(_turned(there), _turned(here))
        if other != item_id and ahead >= 0:
            found.append((ahead + 3 * aside, off, other))
    return min(found)[2] if found else ""


def _spot(page: Page, item_id: str) -> Cell:
    """Where an item is gone to: a container at its heading, for below that is what it holds."""
    cell = page.shown[item_id]
    return cell._replace(h=1) if page.item(item_id).panes else cell


def _way(left: Cell, right: Cell) -> tuple[int, int, int]:
    """How far apart two are from left to right, how far aside, and how far their top edges are from each other."""
    return right.x - left.right, max(0, right.y - left.bottom + 1, left.y - right.bottom + 1), abs(right.y - left.y)


def _turned(cell: Cell) -> Cell:
    return Cell(cell.y, cell.x, cell.h, cell.w)
