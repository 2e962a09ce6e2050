"""The tiles for those who do not see them: each an object with name, kind, place and size inside the page."""

from typing import Final

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QTextDocument, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from benchboard.dashboards.catalogue import Widget
from benchboard.dashboards.editing import Lock, locks
from benchboard.dashboards.layout import ROW, Item, numbered
from benchboard.i18n import N_, _
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.canvas.landing import name_of
from benchboard.ui.studio.canvas.telling import told_order
from benchboard.ui.studio.tiles.faces import summary
from benchboard.ui.studio.tiles.repeatmarks import told

_KEPT: Final[dict[Lock, str]] = {
    "place": N_("kept in its place"),
    "size": N_("its size is kept"),
    "content": N_("its content is kept"),
}
_MOST_WORDS: Final = 2_000
"""So much of a text is read out."""
_installed = False
_pages: set["_Page"] = set()


def install() -> None:
    """Answer assistive programs that ask what is on a page."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_interface)


def words_of(widget: Widget) -> str:
    """What a text says, without its marks."""
    words = QTextDocument()
    words.setMarkdown(str(widget.setting("text"))[:_MOST_WORDS], QTextDocument.MarkdownFeature.MarkdownNoHTML)
    return " ".join(words.toPlainText().split())


def _interface(_class_name: str, what: QObject | None) -> QAccessibleInterface | None:
    if not isinstance(what, Canvas):
        return None
    page = _Page(what)
    _pages.add(page)  # Qt keeps the object, Python has to keep what answers for it
    what.destroyed.connect(lambda: _pages.discard(page))
    return page


class _Page(QAccessibleWidget):
    """The page; its children are the tiles in reading order, then the table somebody went into."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, QAccessible.Role.Canvas, _("Page"))
        self._canvas = canvas
        self._tiles: dict[str, _TileObject] = {}

    def _order(self) -> list[str]:
        return told_order(self._canvas)

    def _alive(self) -> QAccessibleInterface | None:
        """What stands in the place of a tile's picture."""
        table = self._canvas.living.table
        return QAccessible.queryAccessibleInterface(table) if table is not None else None

    def childCount(self) -> int:
        return len(self._order()) + (self._canvas.living.table is not None)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # nobody is an answer
        order = self._order()
        if index == len(order):
            return self._alive()
        if not 0 <= index < len(order):
            return None
        return self._tiles.setdefault(order[index], _TileObject(self, self._canvas, order[index]))

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        order, at = self._order(), self._canvas.roving.at
        if self._canvas.hasFocus() and at in order:
            return self.child(order.index(at))
        return super().focusChild()

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        order, table = self._order(), self._canvas.living.table
        if table is not None and child.object() is table:
            return len(order)
        return next((k for k, item_id in enumerate(order) if self._tiles.get(item_id) is child), -1)


class _TileObject(QAccessibleInterface):
    """One tile."""

    def __init__(self, page: _Page, canvas: Canvas, item_id: str) -> None:
        super().__init__()
        self._page, self._canvas, self._id = page, canvas, item_id

    @property
    def _item(self) -> Item | None:
        """The container it stands for, if it does."""
        tile = self._canvas.tiles.get(self._id)
        return tile.item if isinstance(tile, Frame) else None

    def isValid(self) -> bool:
        return self._id in self._canvas.tiles

    def object(self) -> QObject | None:  # type: ignore[override]  # likewise
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]  # likewise
        return self._page.window()

    def parent(self) -> QAccessibleInterface:
        return self._page

    def child(self, _index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        tile, page = self._canvas.tiles[self._id], self._canvas.editor.page
        widget = tile.widget
        if kind == QAccessible.Text.Name:
            return ", ".join(filter(None, (widget.title or widget.kind_name, told(self._canvas.editor, tile.item))))
        if kind == QAccessible.Text.Description:
            cell, inside = numbered(page, self._id), name_of(page, page.path(self._id), self._canvas.editor.said)
            where = _("{kind}, column {x}, row {y}, {w} wide, {h} high").format(
                kind=widget.kind_name, x=cell.x, y=cell.y, w=cell.w, h=cell.h
            )
            held = [_("in {container}").format(container=inside)] if inside else []
            kept = [_(words) for lock, words in _KEPT.items() if lock in locks(tile.item)]
            return ", ".join((where, *held, *kept))
        if kind == QAccessible.Text.Value:
            if isinstance(tile, Frame):
                return tile.told
            return words_of(widget) if widget.type == "text" else summary(widget, tile.answer)
        return ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        """Its title is changed in the inspector."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        box = self._canvas.mapFromScene(self._canvas.tiles[self._id].rect).boundingRect()
        return QRect(self._canvas.viewport().mapToGlobal(box.topLeft()), box.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Grouping if self._item is not None else QAccessible.Role.Graphic

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = True
        state.focusable = True
        state.selected = self._id in self._canvas.editor.chosen
        if self._item is not None and self._item.type == ROW:
            state.expandable = True
            state.collapsed, state.expanded = self._item.collapsed, not self._item.collapsed
        state.multiSelectable = state.extSelectable = True
        state.focused = self._id == self._canvas.roving.at and self._canvas.hasFocus()
        return state

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()
