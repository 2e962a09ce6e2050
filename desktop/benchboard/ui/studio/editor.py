"""The dashboard under edit: what it says now, what is chosen in it, and every step back.

One edit is one command on the undo stack, holding the document before and after it (documents never change, so keeping
them costs next to nothing). Edits of one text that follow each other closely are one step.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import Widget, WidgetKind, changed, new_item, widget_of
from benchboard.dashboards.document import Document, empty, fitted
from benchboard.dashboards.expanding import Values, expanded, has_repeats
from benchboard.dashboards.history import KEPT_STEPS, Step
from benchboard.dashboards.layout import Cell, Item, Layout, Page
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext

_ONE_BURST: Final = 1.5
"""Seconds between two changes of one text that still count as one step."""
_FARTHEST: Final = 200


class Edit(QUndoCommand):
    """One step. `burst` names the text it changes, so that the next change of it can join; None joins nothing.
    `number` grows with each."""

    def __init__(self, editor: "Editor", title: str, after: Document, chosen: Sequence[str], burst: str | None) -> None:
        super().__init__(title)
        self._editor = editor
        self.number = editor.next_number()
        self.before, self.after = editor.document, after
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
    """A step of an earlier session: its documents are read when somebody goes there."""

    def __init__(self, editor: "Editor", step: Step, place: int, past: Callable[[int], Document]) -> None:
        super().__init__(step.title)
        self._editor, self._step, self._place, self._past = editor, step, place, past

    def undo(self) -> None:
        if not self._editor.restoring:
            self._editor._show(self._past(self._place), self._step.chosen_before)

    def redo(self) -> None:
        if not self._editor.restoring:
            self._editor._show(self._past(self._place + 1), self._step.chosen_after)


class Editor(QObject):
    """A document being edited. The canvas, the inspector and the saving all look at this one.

    Whatever changes the layout ends in `take`, which settles it; whatever changes anything else of the document in
    `amend`. Each is one step.
    """

    changed = Signal()
    """The document is another one."""
    chosen_changed = Signal()
    refused = Signal(object)
    """What somebody asked for cannot be: the `AppError` that says why."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(KEPT_STEPS)
        self.restoring = False
        """While steps are put on the stack whose outcome is not to be shown."""
        self.read_only = False
        """Whether this person may only look: then nothing is a step."""
        self.document = empty()
        """What the dashboard says now."""
        self.page = Page(self.document.layout)
        """What is shown of it, made ready to be asked where things are."""
        self.own_values: Mapping[str, Values] = {}
        """What is chosen for widgets that are shown once for each value: id → variable → value."""
        self._expanding = False
        self._chosen: tuple[str, ...] = ()
        self._serial = self._edits = 0
        self._showing = False

    @property
    def layout(self) -> Layout:
        """The layout that is shown."""
        return self.page.layout

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen widgets, the one chosen first at the front."""
        return self._chosen

    def load(self, document: Document) -> None:
        """Begin anew with a stored document, its overlaps resolved; there is nothing to undo."""
        self.stack.clear()
        self._show(fitted(document), ())

    def restore(self, steps: Sequence[Step], position: int, past: Callable[[int], Document]) -> None:
        """Put an earlier session's steps back, `position` of them taken. `past` answers the document after the first so
        many."""
        self.restoring = True
        self.stack.blockSignals(True)
        self.stack.clear()
        for place, step in enumerate(steps):
            self.stack.push(_Past(self, step, place, past))
        self.stack.setIndex(position)
        self.stack.blockSignals(False)
        self.restoring = False
        self.stack.indexChanged.emit(position)
        self._show(past(position), ())

    def next_number(self) -> int:
        """One more than the last time."""
        self._edits += 1
        return self._edits

    def replace(self, title: str, document: Document) -> None:
        """Take another document as one step."""
        self._do(title, fitted(document), self._chosen)

    def amend(self, title: str, document: Document, burst: str | None = None) -> None:
        """Take a document whose layout is no other; changes of one `burst` that follow closely are one step."""
        if document != self.document:
            self._do(title, document, self._chosen, burst)

    def choose_values(self, title: str, document: Document) -> None:
        """Take a document that differs in what is chosen for its variables: a step, or where one may only look, what
        this window shows until it is read anew."""
        if self.read_only:
            self._show(document, self._chosen)
        else:
            self.amend(title, document)

    def widget(self, item_id: str) -> Widget:
        """What a widget says."""
        return widget_of(self.page.item(item_id))

    def widgets(self) -> list[Widget]:
        """What can be seen, containers and what they show included."""
        return [self.widget(item_id) for item_id in self.page.shown]

    # Choosing

    def choose(self, ids: Iterable[str]) -> None:
        """Choose these and no others; ids that are not there are ignored."""
        known = tuple(dict.fromkeys(item_id for item_id in ids if item_id in self.page.shown))
        if known != self._chosen:
            self._chosen = known
            self.chosen_changed.emit()

    def toggle(self, item_id: str) -> None:
        """Add a widget to the chosen ones, or take it out."""
        rest = [known for known in self._chosen if known != item_id]
        self.choose(rest if item_id in self._chosen else [*self._chosen, item_id])

    def step(self, by: int) -> bool:
        """Choose the next (1) or previous (-1) widget in reading order; answers whether there was one."""
        order = self.page.reading_order
        at = order.index(self._chosen[-1]) if self._chosen else (-1 if by > 0 else len(order))
        if not 0 <= at + by < len(order):
            return False
        self.choose([order[at + by]])
        return True

    # Editing

    def add(self, kind: WidgetKind, cell: Cell | None = None) -> str:
        """Put a new widget at `cell`, or in the first free place; answers its id."""
        item = self.fresh(kind)
        place = cell or grid.first_free(self.layout, kind.w, kind.h)
        with_it = self.with_item(item, place)
        placed = with_it if cell is None else grid.Drag(with_it, [item.id]).drop(place.x, place.y)
        self.take(_("Add {title}").format(title=_(kind.title).lower()), placed, [item.id])
        return item.id

    def fresh(self, kind: WidgetKind) -> Item:
        """A new item of a kind with an id nobody has."""
        while True:
            self._serial += 1
            if (item_id := f"w{len(self.page.paths) + self._serial}") not in self.page.paths:
                return new_item(kind, item_id)

    def with_item(self, item: Item, cell: Cell) -> Layout:
        """The layout with one more item below everything, as large as `cell`; a gesture then brings it to its place."""
        below = Cell(0, self.layout.bottom, min(cell.w, self.layout.columns), cell.h)
        return Layout.of(self.layout.columns, [*self.layout, (item, cell if not self._covers(cell) else below)])

    def _covers(self, cell: Cell) -> bool:
        return cell.right > self.layout.columns or any(cell.overlaps(other) for other in self.layout.cells)

    def take(self, title: str, layout: Layout, chosen: Sequence[str] | None = None) -> None:
        """Take another layout of the page, settled, as one step; nothing where it leads back to the start."""
        settled = grid.fitted(layout, self.document.compact)
        if settled != self.layout:
            after = replace(self.document, layout=settled)
            self._do(title, after, self._chosen if chosen is None else chosen)

    def remove(self) -> None:
        """Take the chosen widgets away, with what they hold."""
        if self._chosen:
            count = len(self._chosen)
            title = ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count)
            self.take(title, grid.without(self.layout, self._chosen, self.document.compact), ())

    def duplicate(self) -> None:
        """Put a copy of each chosen widget in the first place free for it in its grid, and choose the copies."""
        page, copies = self.page, []
        for item_id in self._chosen:
            path, item, size = page.path(item_id), page.item(item_id), page.cell(item_id)
            twin = _twin(item, frozenset(page.paths))
            pane = page.pane(path)
            place = grid.first_free(pane, size.w, size.h)
            page = Page(page.with_pane(path, Layout.of(pane.columns, [*pane, (twin, place)]), self.document.compact))
            copies.append(twin.id)
        if copies:
            title = ngettext("Duplicate {count} widget", "Duplicate {count} widgets", len(copies))
            self.take(title.format(count=len(copies)), page.layout, copies)

    def nudge(self, dx: int, dy: int) -> None:
        """Move the chosen widgets one step; where the next row leads nowhere, as far as it takes to get anywhere."""
        carry = grid.Carry(self.page, self._chosen, compact=self.document.compact)
        if carry.body:
            start, home = carry.body[0][1], carry.home
            farthest = 1 if dx else _FARTHEST
            self._first_other(_("Move"), lambda k: carry.drop(home, start.x + dx * k, start.y + dy * k), farthest)

    def stretch(self, dw: int, dh: int) -> None:
        """Make the chosen widgets one column or row larger or smaller."""
        page = self.page
        for item_id in self._chosen:
            cell = page.cell(item_id)
            page = Page(grid.Stretch(page, item_id, "se", compact=self.document.compact).drop(cell.w + dw, cell.h + dh))
        self.take(_("Resize"), page.layout)

    def put(self, item_id: str, cell: Cell) -> None:
        """Bring one widget to a place and size of the grid it lies in, as near as the grid lets it."""
        compact = self.document.compact
        sized = Page(grid.Stretch(self.page, item_id, "se", compact=compact).drop(cell.w, cell.h))
        carry = grid.Carry(sized, [item_id], compact=compact)
        left, top = sized.origin(sized.path(item_id))
        title = _("Place {title}").format(title=self._name(item_id))
        self.take(title, carry.drop(carry.home, cell.x + left, cell.y + top))

    def tell(self, item_id: str, key: str, value: object) -> None:
        """Set `title`, `query` or (as `config.<key>`) a setting of a widget."""
        if self._showing:
            return  # a field that goes away with the step being taken has nothing more to say
        item = self.page.item(item_id)
        field, _dot, setting = key.partition(".")
        if setting:
            value = {**self.widget(item_id).config, setting: value}
        if item.source.get(field) != value:
            layout = Page(self.document.layout).with_item(changed(item, **{field: value}), self.document.compact)
            title = _("Change {title}").format(title=self._name(item_id))
            self.amend(title, replace(self.document, layout=layout), burst=f"{item_id}.{key}")

    def _first_other(self, title: str, reach: Callable[[int], Layout], farthest: int) -> None:
        for k in range(1, farthest + 1):
            layout = reach(k)
            if layout != self.layout:
                self.take(title, layout)
                return

    def _name(self, item_id: str) -> str:
        return self.widget(item_id).title or item_id

    def _do(self, title: str, after: Document, chosen: Sequence[str], burst: str | None = None) -> None:
        if not self.read_only and not self._expanding:
            self.stack.push(Edit(self, title, after, chosen, burst))

    def show_repeats(self, shown: bool) -> None:
        """Show what is repeated once for each value (nothing can be edited then), or as the one widget it is."""
        if shown != self._expanding:
            self._expanding = shown
            self._show(self.document, self._chosen)

    def _show(self, document: Document, chosen: Sequence[str]) -> None:
        self.document, self.page, self.own_values = document, Page(document.layout), {}
        if (self._expanding or self.read_only) and has_repeats(document):
            try:
                seen = expanded(document)
                self.page, self.own_values = Page(seen.document.layout), seen.chosen
            except Invalid as error:
                self.refused.emit(error)
        self._showing = True
        try:
            self.changed.emit()
            self.choose(chosen)
        finally:
            self._showing = False


def _twin(item: Item, taken: frozenset[str]) -> Item:
    """A copy of an item, and of what it holds, under ids nobody has."""
    stem = item.id[:190]
    name = next(name for k in range(2, len(taken) + 3) if (name := f"{stem}-{k}") not in taken)
    panes = tuple(
        replace(pane, layout=Layout.of(pane.layout.columns, [(_twin(one, taken), cell) for one, cell in pane.layout]))
        for pane in item.panes
    )
    return replace(changed(item, id=name, static=False), id=name, static=False, panes=panes)
