"""The page for screen readers: each tile is an object with a name, a role, a position and a size."""

import sys
from typing import Final

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QTextDocument, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.editing.page_edits import Lock, locks
from benchboard.dashboards.layout import ROW, Cell, Item, document_cell, grid_number, widget_count
from benchboard.i18n import N_, _, ngettext, number
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame, pane_name
from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.renderers import summary
from benchboard.ui.studio.tiles.repeat_badges import describe_repeat

_LOCKS: Final[dict[Lock, str]] = {
    "place": N_("position locked"),
    "size": N_("size locked"),
    "content": N_("content locked"),
}
_MAX_TEXT: Final = 2_000
"""Most characters of a text widget that are read out."""
_installed = False
_pages: set["_PageObject"] = set()


def install() -> None:
    """Install the accessibility interface of pages. Calling it again does nothing."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_interface)


def plain_text(widget: WidgetContent) -> str:
    """The text of a text widget, without its markup."""
    document = QTextDocument()
    document.setMarkdown(str(widget.setting("text"))[:_MAX_TEXT], QTextDocument.MarkdownFeature.MarkdownNoHTML)
    return " ".join(document.toPlainText().split())


def describe_cell(cell: Cell) -> str:
    """Where an item is and how large, counted from 1."""
    return _("column {x}, row {y}, {w} wide, {h} high").format(
        x=grid_number(cell.x), y=grid_number(cell.y), w=cell.w, h=cell.h
    )


def _interface(_class_name: str, object_: QObject | None) -> QAccessibleInterface | None:
    if not isinstance(object_, PageView):
        return None
    page = _PageObject(object_)
    _pages.add(page)  # Qt keeps a pointer: the Python object must live as long
    object_.destroyed.connect(lambda: _pages.discard(page))
    return page


class _PageObject(QAccessibleWidget):
    """The page; its children are the tiles in reading order, then the embedded widget if there is one."""

    def __init__(self, view: PageView) -> None:
        super().__init__(view, QAccessible.Role.Canvas, _("Dashboard"))
        self._view = view
        self._tiles: dict[str, _TileObject] = {}

    def text(self, kind: QAccessible.Text) -> str:
        if kind != QAccessible.Text.Name or self._view.accessibleName():
            return super().text(kind)
        title = self._view.editor.document.title
        count = widget_count(self._view.editor.page.layout)
        widgets = ngettext("{count} widget", "{count} widgets", count).format(count=number(count))
        name = _("Dashboard {name}").format(name=title) if title else self._view.name_without_title
        return ", ".join((name, widgets, *([_("view only")] if self._view.editor.read_only else [])))

    def childCount(self) -> int:
        return len(self._view.reading_order()) + (self._view.embedded_widget is not None)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt accepts None, its stubs don't
        order, embedded = self._view.reading_order(), self._view.embedded_widget
        if index == len(order) and embedded is not None:
            return QAccessible.queryAccessibleInterface(embedded)
        if not 0 <= index < len(order):
            return None
        return self._tiles.setdefault(order[index], _TileObject(self, self._view, order[index]))

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        order, focused = self._view.reading_order(), self._view.focused_id
        if self._view.hasFocus() and focused in order:
            return self.child(order.index(focused))
        return super().focusChild()

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        order, embedded = self._view.reading_order(), self._view.embedded_widget
        if embedded is not None and child.object() is embedded:
            return len(order)
        return next((k for k, item_id in enumerate(order) if self._tiles.get(item_id) is child), -1)


class _TileObject(QAccessibleInterface):
    """A widget or a container on the page."""

    def __init__(self, page: _PageObject, view: PageView, item_id: str) -> None:
        super().__init__()
        self._page, self._view, self._id = page, view, item_id

    @property
    def _container(self) -> Item | None:
        """The container that it represents; None for a widget."""
        tile = self._view.tiles.get(self._id)
        return tile.item if isinstance(tile, ContainerFrame) else None

    def isValid(self) -> bool:
        return self._id in self._view.tiles

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
        tile, page = self._view.tiles[self._id], self._view.editor.page
        widget = tile.widget
        if kind == QAccessible.Text.Name:
            name, repeat = widget.title or widget.kind_name, describe_repeat(self._view.editor, tile.item)
            copied = _("copy") if self._view.is_new_copy(self._id) else ""
            return ", ".join(filter(None, (name, copied, repeat)))
        if kind == QAccessible.Text.Description:
            cell, container = (
                document_cell(page, self._id),
                pane_name(page, page.path(self._id), self._view.editor.rendered),
            )
            # A wall has places of its own, and nothing on it is moved.
            where = widget.kind_name if self._view.presenting else f"{widget.kind_name}, {describe_cell(cell)}"
            inside = [_("in {container}").format(container=container)] if container else []
            locked = [_(words) for lock, words in _LOCKS.items() if lock in locks(tile.item)]
            # On Linux, Qt passes on no value that isn't a number.
            value = [self._value()] if sys.platform == "linux" else []
            notes = [note.text for note in tile.notes] if isinstance(tile, Tile) else []
            return ", ".join(filter(None, (*value, where, *inside, *locked, *notes)))
        return self._value() if kind == QAccessible.Text.Value else ""

    def _value(self) -> str:
        tile = self._view.tiles[self._id]
        if isinstance(tile, ContainerFrame):
            return tile.state_text
        return plain_text(tile.widget) if tile.widget.type == "text" else summary(tile.widget, tile.result)

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        """Do nothing: titles are changed in the inspector."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        box = self._view.mapFromScene(self._view.tiles[self._id].rect).boundingRect()
        return QRect(self._view.viewport().mapToGlobal(box.topLeft()), box.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Grouping if self._container is not None else QAccessible.Role.Graphic

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = True
        state.focusable = True
        state.selected = self._id in self._view.editor.selection
        if self._container is not None and self._container.type == ROW:
            state.expandable = True
            state.collapsed, state.expanded = self._container.collapsed, not self._container.collapsed
        state.multiSelectable = state.extSelectable = True
        state.focused = self._id == self._view.focused_id and self._view.hasFocus()
        return state

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()
