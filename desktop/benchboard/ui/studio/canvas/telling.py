"""Tells assistive programs what happens on a page: where the keyboard is, what is chosen, what moved or is called
otherwise, and what somebody tried in vain."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleStateChangeEvent,
    QAccessibleValueChangeEvent,
)

from benchboard.dashboards.layout import Cell, Item

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas


def told_order(canvas: "Canvas") -> list[str]:
    """The ids of what is on show, in the order it is told in."""
    return [item_id for item_id in canvas.editor.page.reading_order if item_id in canvas.tiles]


class Telling(QObject):
    """Compares the page with what was told of it last. Where nobody listens it does nothing."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas, self._editor = canvas, canvas.editor
        self.send: Callable[[QAccessibleEvent], object] = QAccessible.updateAccessibility
        self._at = ""
        self._chosen: frozenset[str] = frozenset()
        self._cells: Mapping[str, Cell] = {}
        self._items: Mapping[str, Item] = {}
        self._places: Mapping[str, int] = {}
        """Which child of the page each is."""
        self._editor.changed.connect(self._changed)
        self._editor.chosen_changed.connect(self._choose)
        canvas.roving.moved.connect(self.focus)
        canvas.refused.connect(self.say)
        canvas.feeds.answered.connect(self._answered)

    def focus(self) -> None:
        """The keyboard is somewhere else on the page, or has come to it."""
        at = self._canvas.roving.at
        if self._listened() and self._canvas.hasFocus() and at in self._canvas.tiles:
            self._at = at
            self._tell(at, QAccessible.Event.Focus)

    def say(self, words: str) -> None:
        """Have a sentence read out."""
        if self._listened() and self._canvas.hasFocus():
            self.send(QAccessibleAnnouncementEvent(self._canvas, words))

    def _listened(self) -> bool:
        """Whether anybody listens; then the places of what is told are known."""
        if not QAccessible.isActive():
            return False
        self._places = {item_id: place for place, item_id in enumerate(told_order(self._canvas))}
        return True

    def _choose(self) -> None:
        if not self._listened():
            return
        before, self._chosen = self._chosen, frozenset(self._editor.chosen)
        for item_id in before - self._chosen:
            self._tell(item_id, QAccessible.Event.SelectionRemove)
        added, alone = self._chosen - before, len(self._chosen) == 1
        for item_id in sorted(added):
            self._tell(item_id, QAccessible.Event.Selection if alone else QAccessible.Event.SelectionAdd)
        if self._canvas.roving.at != self._at:
            self.focus()

    def _changed(self) -> None:
        if not self._listened():
            return
        page, cells, items = self._editor.page, self._cells, self._items
        self._cells = page.shown
        self._items = {item_id: self._canvas.tiles[item_id].item for item_id in self._places}
        if list(items) != list(self._items):
            self.send(QAccessibleEvent(self._canvas, QAccessible.Event.ObjectReorder))
        for item_id, item in self._items.items():
            if item_id not in items:
                continue
            if cells.get(item_id) != self._cells.get(item_id):
                self._tell(item_id, QAccessible.Event.LocationChanged)
                self._tell(item_id, QAccessible.Event.DescriptionChanged)
            if items[item_id] is not item:
                self._compare(item_id, items[item_id], item)

    def _compare(self, item_id: str, before: Item, after: Item) -> None:
        if before.source.get("title") != after.source.get("title"):
            self._tell(item_id, QAccessible.Event.NameChanged)
        if before.static != after.static or before.source.get("locked") != after.source.get("locked"):
            self._tell(item_id, QAccessible.Event.DescriptionChanged)
        if before.active != after.active:
            self._value(item_id)
        if before.collapsed != after.collapsed:
            changed = QAccessible.State()
            changed.expanded = changed.collapsed = True
            self._send(item_id, QAccessibleStateChangeEvent(self._canvas, changed))

    def _answered(self, item_id: str) -> None:
        if self._listened() and item_id == self._canvas.roving.at:
            self._value(item_id)

    def _value(self, item_id: str) -> None:
        page = QAccessible.queryAccessibleInterface(self._canvas)
        child = page.child(self._places.get(item_id, -1)) if page is not None else None
        if child is not None:
            said = child.text(QAccessible.Text.Value)
            self._send(item_id, QAccessibleValueChangeEvent(self._canvas, said))

    def _tell(self, item_id: str, kind: QAccessible.Event) -> None:
        self._send(item_id, QAccessibleEvent(self._canvas, kind))

    def _send(self, item_id: str, event: QAccessibleEvent) -> None:
        if item_id in self._places:
            event.setChild(self._places[item_id])
            self.send(event)
