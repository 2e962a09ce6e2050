"""What the pointer is doing: moving widgets, pulling one at a handle, or bringing a new one onto the page.

Each is a function of the layout at its start and of where the pointer is now (`dashboards.layout`'s previews), so that
going back leads back, and letting go of it without dropping leaves nothing behind.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF

from benchboard.dashboards import layout as grid
from benchboard.dashboards.layout import Cell, Handle, Item, Layout
from benchboard.ui.studio.pagegrid import PageGrid

Changed = dict[int, Cell]


class Moving:
    """Widgets moved as one rigid body, the first of `ids` under the pointer."""

    def __init__(self, page: PageGrid, layout: Layout, ids: Sequence[str], start: QPointF) -> None:
        self.page, self.start, self.at = page, start, start
        self.drag = grid.Drag(layout, ids)
        self.lifted, self.places = self.drag.lifted, self.drag.places
        self._corner = page.rect(self.drag.body[0]).topLeft() if self.drag.body else QPointF()
        self._spot = self.page.nearest(self._corner)

    def to(self, pointer: QPointF) -> Changed:
        """What differs from `lifted` with the pointer here."""
        self.at = pointer
        self._spot = self.page.nearest(self._corner + pointer - self.start)
        return self.drag.at(*self._spot)

    def floating(self, place: int) -> QRectF:
        """Where a lifted widget is shown: under the pointer, not in the grid."""
        cell = self.drag.layout.cells[place]
        return self.page.rect(cell).translated(self.at - self.start)

    def drop(self) -> Layout:
        return self.drag.drop(*self._spot)


class Pulling:
    """One widget pulled at a handle; the opposite edge stays."""

    def __init__(self, page: PageGrid, layout: Layout, item_id: str, handle: Handle, start: QPointF) -> None:
        self.page, self.start, self.at, self.handle = page, start, start, handle
        self.resize = grid.Resize(layout, item_id, handle)
        self.lifted, self.places = self.resize.lifted, self.resize.places
        self._box = page.rect(layout.cell(item_id))
        self._size = page.span(self._box.size())

    def to(self, pointer: QPointF) -> Changed:
        """What differs from `lifted` with the pointer here."""
        self.at = pointer
        self._size = self.page.span(self.floating(0).size())
        return self.resize.at(*self._size)

    def floating(self, _place: int) -> QRectF:
        """The widget's rectangle as it is pulled, at least one column and row."""
        box, by = QRectF(self._box), self.at - self.start
        least = QSizeF(self.page.column, self.page.row)
        if "e" in self.handle:
            box.setRight(max(box.right() + by.x(), box.left() + least.width()))
        if "w" in self.handle:
            box.setLeft(min(box.left() + by.x(), box.right() - least.width()))
        if "s" in self.handle:
            box.setBottom(max(box.bottom() + by.y(), box.top() + least.height()))
        if "n" in self.handle:
            box.setTop(min(box.top() + by.y(), box.bottom() - least.height()))
        return box

    def drop(self) -> Layout:
        return self.resize.drop(*self._size)


class Bringing:
    """A new widget held over the page by the middle of its header."""

    def __init__(self, page: PageGrid, layout: Layout, item: Item) -> None:
        self.page, self.item, self.at = page, item, QPointF()
        self.drag = grid.Drag(layout, [item.id])
        self.lifted, self.places = self.drag.lifted, self.drag.places
        self._hold = QPointF(page.rect(self.drag.body[0]).width() / 2, 16)
        self._spot = (0, 0)

    def to(self, pointer: QPointF) -> Changed:
        """What differs from `lifted` with the pointer here."""
        self.at = pointer
        self._spot = self.page.nearest(pointer - self._hold)
        return self.drag.at(*self._spot)

    def floating(self, _place: int) -> QRectF:
        """Where the new widget is shown."""
        return QRectF(self.at - self._hold, self.page.rect(self.drag.body[0]).size())

    def drop(self) -> Layout:
        return self.drag.drop(*self._spot)


Gesture = Moving | Pulling | Bringing
