"""Notifies screen readers of changes on a page: focus, selection, moves, other changes, and rejections."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleStateChangeEvent,
    QAccessibleValueChangeEvent,
)

from benchboard.dashboards.editing.undo import UndoStep
from benchboard.dashboards.layout import Cell, Item, document_cell
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.step_words import result_text, undone_text
from benchboard.ui.widgets import accessible


class Announcer(QObject):
    """Sends an event for each difference between the page and what was last announced.

    Does nothing while no screen reader is active.
    """

    def __init__(self, view: PageView) -> None:
        super().__init__(view)
        self._view, self._editor = view, view.editor
        self._focused_id = ""
        self._told_page = ""
        """How the page was called as it was told that it has the focus."""
        self._tells_focus_later = False
        """Whether the page has just got the focus: which item has it is told once Qt has told of the page."""
        self._selected: frozenset[str] = frozenset()
        self._cells: Mapping[str, Cell] = {}
        self._items: Mapping[str, Item] = {}
        self._indexes: Mapping[str, int] = {}
        """The child index of each item in the accessible page."""
        self._unread = set[str]()
        """The items that got a result since the focus came to them last."""
        self._editor.changed.connect(self._forget_told_page)
        self._editor.changed.connect(self._announce_page)
        self._editor.selection_changed.connect(self._announce_selection)
        self._editor.undo_stack.step_recorded.connect(self._announce_step)
        self._editor.undo_stack.moved.connect(self._announce_undo)
        view.query_runner.result_changed.connect(self._announce_result)

    def announce_focus(self) -> None:
        """Announce that the page or another item on it got the keyboard focus."""
        focused = self._view.focused_id
        if self._is_active() and self._view.hasFocus() and not self._tells_focus_later:
            self._focused_id = focused
            if focused in self._view.tiles:
                if focused in self._unread:  # on Linux the value is a part of it, which a screen reader remembers
                    self._send(focused, QAccessible.Event.DescriptionChanged)
                    self._unread.discard(focused)
                self._send(focused, QAccessible.Event.Focus)

    def announce_focus_later(self) -> None:
        """Announce it in the next turn of the event loop, once: Qt has told of the page itself by then, so that
        the item is what is heard last.
        """
        if not self._tells_focus_later:
            self._tells_focus_later = True
            QTimer.singleShot(0, self, self._announce_focus_now)

    def took_told_page(self) -> bool:
        """Whether the page has the focus, and was called as it is now when it got it; True only once."""
        told, self._told_page = self._told_page, ""
        return self._view.hasFocus() and told == self._page_name() != ""

    def _forget_told_page(self) -> None:
        self._told_page = ""  # another page, or the same one, is shown anew

    def _page_name(self) -> str:
        page = QAccessible.queryAccessibleInterface(self._view) if QAccessible.isActive() else None
        return page.text(QAccessible.Text.Name) if page is not None else ""

    def _announce_focus_now(self) -> None:
        self._tells_focus_later, self._told_page = False, self._page_name()
        self.announce_focus()

    def announce(self, text: str) -> None:
        """Have the screen reader read what the user just did here, also if that was the same as before."""
        if self._view.hasFocus():
            accessible.announce(self._view, text, again=True)

    def _announce_step(self, step: UndoStep, _merged: bool) -> None:
        """Read out what was done and, of a single item, where it is now; not what came from elsewhere, of which a
        notice says who did it.
        """
        if step.remote or self._editor.is_following:
            return
        page, selection = self._editor.page, self._editor.selection
        single = len(selection) == 1 and selection[0] in page.shown
        self.announce(result_text(step, document_cell(page, selection[0]) if single else None))

    def _announce_undo(self, direction: int) -> None:
        step = self._editor.undo_stack.history.step("redo" if direction < 0 else "undo")
        if step is not None and not self._editor.is_following:  # who did it elsewhere was told there
            words = _("Undone: {step}") if direction < 0 else _("Redone: {step}")
            # Wherever the focus is: Ctrl+Z works there too, and shows what it did only on the page.
            accessible.announce(self._view, words.format(step=undone_text(step)), again=True)

    def _is_active(self) -> bool:
        """Whether a screen reader is active; the child indexes are then up to date."""
        if not QAccessible.isActive():
            return False
        self._indexes = {item_id: index for index, item_id in enumerate(self._view.reading_order())}
        return True

    def _announce_selection(self) -> None:
        if not self._is_active():
            return
        before, self._selected = self._selected, frozenset(self._editor.selection)
        for item_id in before - self._selected:
            self._send(item_id, QAccessible.Event.SelectionRemove)
        added, alone = self._selected - before, len(self._selected) == 1
        for item_id in sorted(added):
            self._send(item_id, QAccessible.Event.Selection if alone else QAccessible.Event.SelectionAdd)
        is_left = before and not self._selected and before <= self._editor.page.shown.keys()
        if is_left and not self._view.presenting:  # there, nothing can be selected: another screen is told
            self.announce(_("Nothing selected"))
        if len(added) > 1:
            count = len(self._selected)
            told = ngettext("{count} widget selected", "{count} widgets selected", count)
            self.announce(told.format(count=number(count)))
        if self._view.focused_id != self._focused_id:
            self.announce_focus()

    def _announce_page(self) -> None:
        if not self._is_active():
            return
        page, cells, items = self._editor.page, self._cells, self._items
        self._cells = page.shown
        self._items = {item_id: self._view.tiles[item_id].item for item_id in self._indexes}
        if items:
            self._note_copies(self._items.keys() - items.keys())
        if list(items) != list(self._items):
            accessible.send(QAccessibleEvent(self._view, QAccessible.Event.ObjectReorder))
        if items.keys() != self._items.keys():  # it says how many widgets there are
            accessible.send(QAccessibleEvent(self._view, QAccessible.Event.NameChanged))
        for item_id, item in self._items.items():
            if item_id not in items:
                continue
            if cells.get(item_id) != self._cells.get(item_id):
                self._send(item_id, QAccessible.Event.LocationChanged)
                self._send(item_id, QAccessible.Event.DescriptionChanged)
            if items[item_id] is not item:
                self._compare(item_id, items[item_id], item)

    def _note_copies(self, added: Iterable[str]) -> None:
        """Note which added items are copies of a selected one, which has the same title."""
        view = self._view
        originals = [view.tiles[one].widget for one in self._editor.selection if one in view.tiles]
        for item_id in added:
            widget, place = view.tiles[item_id].widget, view.cell_and_title(item_id)
            if place is not None and any((one.type, one.title) == (widget.type, widget.title) for one in originals):
                view.copies[item_id] = place

    def _compare(self, item_id: str, before: Item, after: Item) -> None:
        if before.source.get("title") != after.source.get("title"):
            self._send(item_id, QAccessible.Event.NameChanged)
        if before.static != after.static or before.source.get("locked") != after.source.get("locked"):
            self._send(item_id, QAccessible.Event.DescriptionChanged)
        if before.active != after.active:
            self._announce_value(item_id)
        if before.collapsed != after.collapsed:
            changed = QAccessible.State()
            changed.expanded = changed.collapsed = True
            self._send_event(item_id, QAccessibleStateChangeEvent(self._view, changed))

    def _announce_result(self, item_id: str) -> None:
        if QAccessible.isActive():
            self._unread.add(item_id)
        if self._is_active() and item_id == self._view.focused_id:
            self._announce_value(item_id)

    def _announce_value(self, item_id: str) -> None:
        page = QAccessible.queryAccessibleInterface(self._view)
        child = page.child(self._indexes.get(item_id, -1)) if page is not None else None
        if child is not None:
            value = child.text(QAccessible.Text.Value)
            self._send_event(item_id, QAccessibleValueChangeEvent(self._view, value))

    def _send(self, item_id: str, kind: QAccessible.Event) -> None:
        self._send_event(item_id, QAccessibleEvent(self._view, kind))

    def _send_event(self, item_id: str, event: QAccessibleEvent) -> None:
        if item_id in self._indexes:
            event.setChild(self._indexes[item_id])
            accessible.send(event)
