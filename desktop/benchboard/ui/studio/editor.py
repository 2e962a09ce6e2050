"""The layout under edit: what it says now, what is chosen in it, and every step back.

One edit is one command on the undo stack, holding the layout before and after it (layouts never change, so keeping them
costs next to nothing). Edits of one text that follow each other closely are one step.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import Widget, WidgetKind, changed, new_item, widget_of
from benchboard.dashboards.history import KEPT_STEPS, Step
from benchboard.dashboards.layout import Cell, Item, Layout
from benchboard.i18n import _, ngettext

_ONE_BURST: Final = 1.5
"""Seconds between two changes of one text that still count as one step."""
_FARTHEST: Final = 200


class Edit(QUndoCommand):
    """One step. `burst` names the text it changes, so that the next change of it can join; None joins nothing.
    `number` grows with each."""

    def __init__(self, editor: "Editor", title: str, after: Layout, chosen: Sequence[str], burst: str | None) -> None:
        super().__init__(title)
        self._editor = editor
        self.number = editor.next_number()
        self.before, self.after = editor.layout, after
        self.chosen_before, self.chosen_after = editor.chosen, tuple(chosen)
        self._burst, self._at = burst, time.monotonic()

    def undo(self) -> None:
        self._editor._show(self.before, self.chosen_before)

    def redo(self) -> None:
        self._editor._show(self.after, self.chosen_after)

    def id(self) -> int:
        return -1 if self._burst is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other._burst != self._burst or other._at - self._at > _ONE_BURST:
            return False
        self.after, self.chosen_after, self._at = other.after, other.chosen_after, other._at
        return True


class _Past(QUndoCommand):
    """A step of an earlier session: its pages are read when somebody goes there."""

    def __init__(self, editor: "Editor", step: Step, place: int, pages: Callable[[int], Layout]) -> None:
        super().__init__(step.title)
        self._editor, self._step, self._place, self._pages = editor, step, place, pages

    def undo(self) -> None:
        if not self._editor.restoring:
            self._editor._show(self._pages(self._place), self._step.chosen_before)

    def redo(self) -> None:
        if not self._editor.restoring:
            self._editor._show(self._pages(self._place + 1), self._step.chosen_after)


def as_shown(layout: Layout) -> Layout:
    """A stored layout as the page shows it: free of overlaps."""
    return grid.settled(layout, "vertical")


class Editor(QObject):
    """A layout being edited. The canvas, the inspector and the saving all look at this one."""

    changed = Signal()
    """The layout is another one."""
    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(KEPT_STEPS)
        self.restoring = False
        self._layout = Layout.of(12, ())
        self._chosen: tuple[str, ...] = ()
        self._serial = self._edits = 0
        self._showing = False

    @property
    def layout(self) -> Layout:
        """What the page says now."""
        return self._layout

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen widgets, the one chosen first at the front."""
        return self._chosen

    def load(self, layout: Layout) -> None:
        """Begin anew with a stored layout; there is nothing to undo. Overlaps it may hold are resolved for showing."""
        self.stack.clear()
        self._show(as_shown(layout), ())

    def restore(self, steps: Sequence[Step], position: int, pages: Callable[[int], Layout]) -> None:
        """Put an earlier session's steps back, so many of them taken. `pages` answers the layout after the first so
        many."""
        self.restoring = True
        self.stack.blockSignals(True)
        self.stack.clear()
        for place, step in enumerate(steps):
            self.stack.push(_Past(self, step, place, pages))
        self.stack.setIndex(position)
        self.stack.blockSignals(False)
        self.restoring = False
        self.stack.indexChanged.emit(position)
        self._show(pages(position), ())

    def next_number(self) -> int:
        """One more than the last time."""
        self._edits += 1
        return self._edits

    def replace(self, title: str, layout: Layout) -> None:
        """Take another layout, free of overlaps already, as one step."""
        self._do(title, layout, ())

    def widget(self, item_id: str) -> Widget:
        """What a widget says."""
        return widget_of(self._layout.items[self._layout.index(item_id)])

    def widgets(self) -> list[Widget]:
        return [widget_of(item) for item in self._layout.items]

    # Choosing

    def choose(self, ids: Iterable[str]) -> None:
        """Choose these and no others; ids that are not there are ignored."""
        known = tuple(dict.fromkeys(item_id for item_id in ids if item_id in self._layout.places))
        if known != self._chosen:
            self._chosen = known
            self.chosen_changed.emit()

    def toggle(self, item_id: str) -> None:
        """Add a widget to the chosen ones, or take it out."""
        rest = [known for known in self._chosen if known != item_id]
        self.choose(rest if item_id in self._chosen else [*self._chosen, item_id])

    def step(self, by: int) -> bool:
        """Choose the next (1) or previous (-1) widget in reading order; answers whether there was one."""
        order = grid.reading_order(self._layout)
        at = order.index(self._chosen[-1]) if self._chosen else (-1 if by > 0 else len(order))
        if not 0 <= at + by < len(order):
            return False
        self.choose([order[at + by]])
        return True

    # Editing

    def add(self, kind: WidgetKind, cell: Cell | None = None) -> str:
        """Put a new widget at `cell`, or in the first free place; answers its id."""
        item = self.fresh(kind)
        place = cell or grid.first_free(self._layout, kind.w, kind.h)
        with_it = self.with_item(item, place)
        placed = with_it if cell is None else grid.Drag(with_it, [item.id]).drop(place.x, place.y)
        self._do(_("Add {title}").format(title=_(kind.title).lower()), grid.settled(placed, "vertical"), [item.id])
        return item.id

    def fresh(self, kind: WidgetKind) -> Item:
        """A new item of a kind with an id nobody has."""
        while True:
            self._serial += 1
            if (item_id := f"w{len(self._layout) + self._serial}") not in self._layout.places:
                return new_item(kind, item_id)

    def with_item(self, item: Item, cell: Cell) -> Layout:
        """The layout with one more item below everything, as large as `cell`; a gesture then brings it to its place."""
        below = Cell(0, self._layout.bottom, min(cell.w, self._layout.columns), cell.h)
        return Layout.of(self._layout.columns, [*self._layout, (item, cell if not self._covers(cell) else below)])

    def _covers(self, cell: Cell) -> bool:
        return cell.right > self._layout.columns or any(cell.overlaps(other) for other in self._layout.cells)

    def take(self, title: str, layout: Layout, chosen: Sequence[str] | None = None) -> None:
        """The outcome of a gesture, as one step; nothing where it led back to the start."""
        if layout.cells != self._layout.cells or layout.items != self._layout.items:
            self._do(title, layout, self._chosen if chosen is None else chosen)

    def remove(self) -> None:
        """Take the chosen widgets away."""
        gone = set(self._chosen)
        if gone:
            rest = Layout.of(self._layout.columns, [pair for pair in self._layout if pair[0].id not in gone])
            title = ngettext("Remove {count} widget", "Remove {count} widgets", len(gone)).format(count=len(gone))
            self._do(title, grid.settled(rest, "vertical"), ())

    def duplicate(self) -> None:
        """Put a copy of each chosen widget in the first place free for it, and choose the copies."""
        layout, copies = self._layout, []
        for item_id in self._chosen:
            place = layout.index(item_id)
            item, size = layout.items[place], layout.cells[place]
            name = self._copy_name(item_id, layout)
            twin = changed(Item(name, item.type, False, item.min_w, item.max_w, item.min_h, item.max_h,
                                {**item.source, "id": name, "static": False}))  # fmt: skip
            layout = Layout.of(layout.columns, [*layout, (twin, grid.first_free(layout, size.w, size.h))])
            copies.append(name)
        if copies:
            title = ngettext("Duplicate {count} widget", "Duplicate {count} widgets", len(copies))
            self._do(title.format(count=len(copies)), grid.settled(layout, "vertical"), copies)

    def nudge(self, dx: int, dy: int) -> None:
        """Move the chosen widgets one step; where the next row leads nowhere, as far as it takes to get anywhere."""
        if not self._chosen:
            return
        drag = grid.Drag(self._layout, self._chosen)
        start = self._layout.cell(self._chosen[0])
        self._first_other(_("Move"), (lambda k: drag.drop(start.x + dx * k, start.y + dy * k)), 1 if dx else _FARTHEST)

    def stretch(self, dw: int, dh: int) -> None:
        """Make the chosen widgets one column or row larger or smaller."""
        layout = self._layout
        for item_id in self._chosen:
            cell = layout.cell(item_id)
            layout = grid.Resize(layout, item_id, "se").drop(cell.w + dw, cell.h + dh)
        self.take(_("Resize"), layout)

    def put(self, item_id: str, cell: Cell) -> None:
        """Bring one widget to a place and size, as near as the grid lets it."""
        sized = grid.Resize(self._layout, item_id, "se").drop(cell.w, cell.h)
        self.take(_("Place {title}").format(title=self._name(item_id)),
                  grid.Drag(sized, [item_id]).drop(cell.x, cell.y))  # fmt: skip

    def tell(self, item_id: str, key: str, value: object) -> None:
        """Set `title`, `query` or (as `config.<key>`) a setting of a widget."""
        if self._showing:
            return  # a field that goes away with the step being taken has nothing more to say
        place = self._layout.index(item_id)
        item = self._layout.items[place]
        field, _dot, setting = key.partition(".")
        if setting:
            config = dict(self.widget(item_id).config)
            value = {**config, setting: value}
        if item.source.get(field) == value:
            return
        items = list(self._layout.items)
        items[place] = changed(item, **{field: value})
        after = Layout.of(self._layout.columns, zip(items, self._layout.cells, strict=True))
        title = _("Change {title}").format(title=self._name(item_id))
        self._do(title, after, self._chosen, burst=f"{item_id}.{key}")

    def _first_other(self, title: str, reach: Callable[[int], Layout], farthest: int) -> None:
        for k in range(1, farthest + 1):
            layout = reach(k)
            if layout.cells != self._layout.cells:
                self.take(title, layout)
                return

    def _name(self, item_id: str) -> str:
        return self.widget(item_id).title or item_id

    @staticmethod
    def _copy_name(item_id: str, layout: Layout) -> str:
        stem = item_id[:190]
        return next(name for k in range(2, len(layout) + 3) if (name := f"{stem}-{k}") not in layout.places)

    def _do(self, title: str, after: Layout, chosen: Sequence[str], burst: str | None = None) -> None:
        self.stack.push(Edit(self, title, after, chosen, burst))

    def _show(self, layout: Layout, chosen: Sequence[str]) -> None:
        self._layout = layout
        self._showing = True
        try:
            self.changed.emit()
            self.choose(chosen)
        finally:
            self._showing = False
