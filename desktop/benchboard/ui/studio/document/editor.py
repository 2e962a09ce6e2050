"""The dashboard under edit: what it says now, what is chosen in it, and every step back (`edits`)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from benchboard.dashboards import breakpoints, copies, editing, looking
from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import Widget, WidgetKind, new_item, widget_of
from benchboard.dashboards.document import Document, empty, fitted, require_rows
from benchboard.dashboards.editing import Edited
from benchboard.dashboards.expanding import Choice, Values, expanded, first_values, has_repeats, looked_at
from benchboard.dashboards.history import KEPT_STEPS, Step
from benchboard.dashboards.layout import Cell, Item, Layout, Page
from benchboard.dashboards.wording import Wording
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.document.edits import Edit, Past


class Editor(QObject):
    """A document being edited. The canvas, the inspector and the saving all look at this one.

    Whatever changes the layout ends in `take`, which settles it; whatever changes anything else of the document in
    `amend`. Each is one step.
    """

    changed = Signal()
    """The document is another one."""
    chosen_changed = Signal()
    offered_changed = Signal()
    """The queries of variables have answered something else; the document and its page are what they were."""
    permitted = Signal()
    """Who could only look may change it now, or the other way round."""
    refused = Signal(object)
    """What somebody asked for cannot be: the `AppError` that says why."""
    noted = Signal(str)
    """What there is to know of a step, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(KEPT_STEPS)
        self.restoring = False
        """While steps are put on the stack whose outcome is not to be shown."""
        self._read_only = False
        self.awaiting = False
        """Whether the document is still being read, or could not be: what was built now would be thrown away."""
        self.document = empty()
        """What the dashboard says now."""
        self.seen = self.document
        """The same with this window's own choices for its variables."""
        self.breakpoint = ""
        """The narrower page that is shown and arranged (`tablet`, `phone`); empty for the desktop."""
        self.page = Page(self.document.layout)
        """What is shown of it, made ready to be asked where things are."""
        self._plain = self.document.layout
        """The same as the document has it: without what somebody only looks into."""
        self._looks: looking.Looks = {}
        """What is open in this window to be looked at: no step, and nothing others see."""
        self.own_values: Mapping[str, Values] = {}
        """What is chosen for widgets that are shown once for each value, or once for all: id → variable → value."""
        self.sources: Mapping[str, str] = {}
        """Which widgets of the document those show that are shown once for each value: id → id."""
        self.choices: dict[str, Choice] = {}
        """What is chosen for variables in this window alone, by their names."""
        self.offered: dict[str, tuple[str, ...]] = {}
        """What the queries of variables have answered in this window, by their names."""
        self.labels: dict[str, Mapping[str, str]] = {}
        """What people call values of variables, where an answer said so: name → value → words."""
        self.wording = Wording()
        """How items are shown whose words name variables."""
        self._expanding = False
        self.marking = False
        """Whether copies are shown among the panes, where one arranges otherwise, and say what they are."""
        self._chosen: tuple[str, ...] = ()
        self._serial = self._edits = 0
        self._showing = False

    @property
    def layout(self) -> Layout:
        """The layout that is shown."""
        return self.page.layout

    def __del__(self) -> None:  # found as garbage, its steps may go before their stack, which would end them again
        if shiboken6.isValid(self.stack):
            self.stack.blockSignals(True)
            self.stack.clear()

    @property
    def read_only(self) -> bool:
        """Whether this person may only look: then nothing is a step."""
        return self._read_only

    @read_only.setter
    def read_only(self, only: bool) -> None:
        if only != self._read_only:
            self._read_only = only
            self.permitted.emit()

    @property
    def why_not(self) -> str:
        """Why it cannot be changed here now, in words; nothing where it can, or is presented."""
        if self._read_only:
            return _("You may look at “{name}” and not change it.").format(name=self.document.title)
        return _("All copies are shown. To change something, go back to arranging.") if self.marking else ""

    @property
    def editable(self) -> bool:
        """Whether what is shown can be changed: not what one may only look at, nor repeats spread out."""
        return not self.read_only and not self._expanding and not self.awaiting

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen widgets, the one chosen first at the front."""
        return self._chosen

    def load(self, document: Document) -> None:
        """Begin anew with a stored document, its overlaps resolved; there is nothing to undo."""
        self.stack.clear()
        self.show(fitted(document), ())

    def restore(self, steps: Sequence[Step], position: int, past: Callable[[int], Document]) -> None:
        """Put an earlier session's steps back, `position` of them taken. `past` answers the document after the first so
        many."""
        self.restoring = True
        self.stack.blockSignals(True)
        self.stack.clear()
        for place, step in enumerate(steps):
            self.stack.push(Past(self, step, place, past))
        self.stack.setIndex(position)
        self.stack.blockSignals(False)
        self.restoring = False
        self.stack.indexChanged.emit(position)
        self.show(past(position), ())

    def next_number(self) -> int:
        """One more than the last time."""
        self._edits += 1
        return self._edits

    def replace(self, title: str, document: Document) -> None:
        """Take another document as one step, also while one presents: somebody else may have stored it."""
        if not self.read_only:
            self.stack.push(Edit(self, title, fitted(document), self._chosen, None))

    def amend(self, title: str, document: Document, burst: str | None = None) -> None:
        """Take a document whose layout is no other; changes of one `burst` that follow closely are one step."""
        if document != self.document:
            self._do(title, document, self._chosen, burst)

    def offer(self, name: str, values: tuple[str, ...] | None, labels: Mapping[str, str] | None = None) -> None:
        """A variable's query answered these values, or (None) nothing that still holds: no step, and nothing others
        see. The page is shown anew only where it could be another one."""
        if self.offered.get(name) == values and self.labels.get(name, {}) == (labels or {}):
            return
        self.labels[name] = labels or {}
        if values is None:
            self.offered.pop(name, None)
        else:
            self.offered[name] = values
        before = self.seen.chosen
        self.seen = looked_at(self.document, self.choices, self.offered)
        if self.seen.chosen != before and has_repeats(self.document):
            self.show(self.document, self._chosen)
        else:
            self._word()
            self.offered_changed.emit()

    def values_of(self, item_id: str) -> Values:
        """What a widget's query is asked with: variable → values."""
        return {**self.seen.chosen, **self.own_values.get(item_id, {})}

    @property
    def spread(self) -> bool:
        """Whether what is repeated is shown once for each value."""
        return self._expanding or self.read_only

    def repeats(self, item: Item) -> tuple[str, tuple[str, ...]] | None:
        """By what an item is repeated, in words, and for which values; None for one that is not, or is one of them."""
        try:
            repeat = None if self.spread else grid.repeat_of(item)
        except Invalid:
            return None
        if repeat is None:
            return None
        known = {one.name: one for one in self.seen.variables}.get(repeat.variable)
        return (known.label or known.name, known.chosen) if known is not None else (repeat.variable, ())

    def show_breakpoint(self, name: str) -> None:
        """Show and arrange the page as it is on a `tablet` or `phone`, or with nothing the desktop again."""
        if name != self.breakpoint:
            chosen, self.breakpoint = self._chosen, name
            self.show(self.document, ())
            self.choose(chosen)

    def follow_desktop(self, ids: Sequence[str] | None = None) -> None:
        """Let these, or all, lie at this breakpoint where they follow from the desktop."""
        if self.breakpoint:
            self.amend(_("Follow the desktop again"), breakpoints.following(self.document, self.breakpoint, ids))

    def with_layout(self, layout: Layout, ids: Sequence[str]) -> Document:
        """The document with what is shown arranged so, `ids` being what was moved."""
        layout = looking.told(layout, self.layout, self._plain, self._looks, self.document.compact)
        if self.breakpoint:
            return breakpoints.arranged(self.document, self.breakpoint, layout, ids)
        return breakpoints.laid_out(self.document, layout)

    def said(self, item: Item) -> Item:
        """An item as it is shown: with their values where its words name variables."""
        return self.wording.item(item)

    @property
    def shown_page(self) -> Page:
        """The page with everything as it is shown."""
        layout = grid.mapped(self.layout, lambda item, cell: (self.said(item), cell))
        return self.page if layout is self.layout else Page(layout)

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

    # Editing

    def add(self, kind: WidgetKind, cell: Cell | None = None) -> str:
        """Put a new widget at `cell`, or in the first free place; answers its id."""
        item, size = self.fresh(kind)
        title = _("Add {title}").format(title=_(kind.title).lower())
        if cell is None:
            place = grid.first_free(self.layout, size.w, size.h)
            self.take(title, Layout.of(self.layout.columns, [*self.layout, (item, place)]), [item.id])
        else:
            carry = grid.Carry(self.page, guests=[(item, size)], compact=self.document.compact)
            self.take(title, carry.drop((), cell.x, cell.y), [item.id])
        return item.id

    def fresh(self, kind: WidgetKind) -> tuple[Item, Cell]:
        """A new item of a kind with an id nobody has, and its size."""
        while True:
            self._serial += 1
            if (item_id := f"w{len(self.page.paths) + self._serial}") not in self.page.paths:
                return new_item(kind, item_id), Cell(0, 0, min(kind.w, self.layout.columns), kind.h)

    def take(
        self, title: str, layout: Layout, chosen: Sequence[str] | None = None, came: copies.Copied | None = None
    ) -> None:
        """Take another layout of the page, settled, as one step; nothing where it leads back to the start. One that no
        document may say is refused in words. What `came` from elsewhere brings the variables it names along."""
        settled = grid.fitted(layout, self.document.compact)
        if settled == self.layout:
            return
        try:
            editing.checked(settled)
            editing.require_room(self.layout, settled)
        except Invalid as error:
            self.refused.emit(error)
            return
        if not self.editable:
            return
        now = self._chosen if chosen is None else chosen
        self._looks = looking.lasting(settled, self._looks)
        after, told = self.with_layout(settled, now), ""
        if came is not None:
            after, told = copies.with_variables(after, came)
        if after == self.document:
            self.show(after, now)  # it was only open to be looked at
        else:
            self._do(title, after, now)
        if told:
            self.noted.emit(told)

    def remove(self) -> None:
        """Take the chosen widgets away, with what they hold."""
        if self._chosen:
            title = ngettext("Remove {count} widget", "Remove {count} widgets", len(self._chosen)).format(
                count=len(self._chosen)
            )
            self.take(title, grid.without(self.layout, self._chosen, self.document.compact), ())

    def duplicate(self) -> None:
        """Put a copy of each chosen widget in the first place free for it in its grid, and choose the copies."""
        if self._chosen:
            title = ngettext("Duplicate {count} widget", "Duplicate {count} widgets", len(self._chosen)).format(
                count=len(self._chosen)
            )
            self.edit(title, lambda: editing.duplicated(self.page, self._chosen, self.document.compact))

    def copy(self) -> str:
        """What is chosen as JSON; nothing where nothing is."""
        copy = self.copied(self._chosen)
        return json.dumps(copies.written(copy, self.layout.columns), ensure_ascii=False, indent=1) if copy.items else ""

    def copied(self, ids: Iterable[str]) -> copies.Copied:
        """These widgets, and the variables they cannot do without."""
        items = editing.copied(self.page, ids)
        return copies.Copied(items, copies.needed(items, self.document.variables))

    def paste(self, text: str, at: tuple[int, int] | None = None) -> None:
        """Put in what somebody copied: at a field of the page, or in the first free place of the grid in which the
        chosen widget lies. What is none of ours is refused in words."""
        try:
            copy = copies.read(text, self.layout.columns)
        except Invalid as error:
            what = _("The clipboard holds nothing that can be put on a dashboard.")
            self.refused.emit(Invalid("studio.bad-paste", what, why=error.what))
            return
        page, compact = self.page, self.document.compact
        path, at = editing.landing(page, self._chosen, at, stays=bool(self.breakpoint))
        count = len(copy.items)
        title = ngettext("Paste {count} widget", "Paste {count} widgets", count).format(count=count)
        self.edit(title, lambda: editing.pasted(page, copy.items, path, at, compact), copy)

    def lock(self, lock: editing.Lock, on: bool) -> None:
        """Keep the place, size or content of the chosen widgets as it is, or no longer."""
        title = _("Lock") if on else _("Unlock")
        self.take(title, editing.locked(self.page, self._chosen, lock, on, self.document.compact))

    def choose_all(self) -> None:
        """Choose everything in the grid of what is chosen; where that is chosen already, everything there is."""
        page = self.page
        path = page.path(self._chosen[0]) if self._chosen else ()
        same = [item_id for item_id in page.shown if page.path(item_id) == path]
        self.choose(list(page.shown) if set(same) <= set(self._chosen) else same)

    def locked(self, lock: editing.Lock) -> bool:
        """Whether this is kept of any of the chosen widgets."""
        return any(lock in editing.locks(self.page.item(item_id)) for item_id in self._chosen)

    def tell(self, item_id: str, key: str, value: object) -> Invalid | None:
        """Set `title`, `query` or (as `config.<key>`) a setting of a widget. What no document may say is refused;
        answers why."""
        return self.tell_each([item_id], key, value)

    def tell_each(self, ids: Sequence[str], key: str, value: object) -> Invalid | None:
        """Set the same of several widgets, as one step; what keeps its content keeps it. What no document may say is
        refused; answers why."""
        if self._showing:
            return None  # a field that goes away with the step being taken has nothing more to say
        try:
            page = editing.told(self.page, ids, key, value, self.document.compact)
        except Invalid as error:
            self.refused.emit(error)
            return error
        if page is not self.page:
            title = _("Change {title}").format(title=self.name(ids[0]))
            if len(ids) > 1:
                title = ngettext("Change {count} widget", "Change {count} widgets", len(ids)).format(count=len(ids))
            self.amend(title, self.with_layout(page.layout, ids), burst=f"{' '.join(ids)}.{key}")
        return None

    def reveal(self, ids: Sequence[str], tabs: Sequence[tuple[str, int]] = ()) -> None:
        """Choose these, in sight: the closed rows around them open and tabs turned to them and to these `tabs` (id,
        place), in this window alone. Looking is no step."""
        looks = {**self._looks, **looking.towards(self.page, ids, tabs)}
        try:
            there = looking.seen(self.layout, looks, self.document.compact) == self.layout
        except Invalid as error:
            self.refused.emit(error)
            return
        if there:
            self.choose(ids)
            return
        self._looks = looks
        self.show(self.document, ids)

    def only_looked_into(self, item_id: str) -> bool:
        """Whether a row is open, or tabs are turned, in this window alone."""
        return item_id in looking.only(self._plain, self._looks)

    def look_away(self, ids: Iterable[str]) -> None:
        """Show these containers as the document has them."""
        gone = frozenset(ids)
        self._looks = {one: pane for one, pane in self._looks.items() if one not in gone}
        self.show(self.document, self._chosen)

    def look(self, title: str, change: Callable[[Page], Layout], chosen: Sequence[str] | None = None) -> None:
        """Show more or less of containers: a step, or where one may only look, what this window shows until it is read
        anew. Copies that repeats made are no items of the document: theirs stay as they are."""
        now = self._chosen if chosen is None else chosen
        if self.editable:
            self.take(title, change(self.page), now)
            return
        try:
            after = replace(self.document, layout=change(Page(self.document.layout)))
        except Invalid:
            return
        try:
            require_rows(after.layout)
        except Invalid as error:
            self.refused.emit(error)
            return
        if self.read_only:
            self.show(after, now)
        elif after.layout != self.document.layout:
            self.stack.push(Edit(self, title, after, now, None))

    def edit(self, title: str, edit: Callable[[], Edited], came: copies.Copied | None = None) -> None:
        """Take what an edit leads to; one that cannot be is refused in words."""
        try:
            layout, chosen = edit()
        except Invalid as error:
            self.refused.emit(error)
            return
        self.take(title, layout, chosen, came)

    def name(self, item_id: str) -> str:
        """What people call an item."""
        return self.widget(item_id).title or item_id

    def _do(self, title: str, after: Document, chosen: Sequence[str], burst: str | None = None) -> None:
        if not self.editable:
            return
        at = self.stack.index()
        last = self.stack.command(at - 1) if at and at == self.stack.count() else None
        if isinstance(last, Edit) and last.joins(burst):
            # Not by Qt's mergeWith: what it merges and deletes itself is never let go of by Python, documents and all.
            last.go_on(after, chosen)
            last.redo()
            self.stack.indexChanged.emit(at)
        else:
            self.stack.push(Edit(self, title, after, chosen, burst))

    def _word(self) -> None:
        wording = Wording(self.seen.variables, self.labels, self.own_values)
        if not wording.same_as(self.wording):
            self.wording = wording

    def show_repeats(self, shown: bool, *, marked: bool = False) -> None:
        """Show what is repeated once for each value (nothing can be edited then), or as the one widget it is. What is
        chosen stays so: of copies the one they are copies of, and the other way the first of them."""
        if (shown, marked) == (self._expanding, self.marking):
            return
        told, chosen = self.why_not, [self.sources.get(one, one) for one in self._chosen]
        self._expanding, self.marking = shown, marked
        self.show(self.document, chosen)
        if self.sources and not self.read_only:
            shown_as = {self.sources.get(one, one): one for one in reversed([*self.page.shown])}
            self.choose([shown_as.get(name, name) for name in chosen])
        if self.why_not != told:
            self.permitted.emit()

    def _looked_into(self) -> Layout:
        """What is shown, with what is looked into open; that is closed where it has become too much to be shown."""
        try:
            return looking.seen(self._plain, self._looks, self.document.compact) if self._looks else self._plain
        except Invalid as error:
            self._looks = {}
            self.refused.emit(error)
            return self._plain

    def show(self, document: Document, chosen: Sequence[str]) -> None:
        """Be at this document, with these chosen: a step was taken or taken back. No step of its own."""
        self.document, self.own_values, self.sources = document, {}, {}
        self.seen = looked_at(document, self.choices, self.offered)
        seen = document
        try:
            if has_repeats(document):
                if self.spread:
                    shown = expanded(self.seen)
                    seen, self.own_values, self.sources = shown.document, shown.chosen, shown.sources
                else:
                    self.own_values = first_values(self.seen)
        except Invalid as error:
            self.refused.emit(error)
        self._word()
        self._plain = breakpoints.seen(seen, self.breakpoint) if self.breakpoint else seen.layout
        self.page = Page(self._looked_into())
        # Nobody who looks at the page anew is told that something is chosen which is not on it any more.
        before, self._chosen = self._chosen, tuple(one for one in self._chosen if one in self.page.shown)
        left = self._chosen
        self._showing = True
        try:
            self.changed.emit()
            self.choose(chosen)
            if self._chosen == left != before:
                self.chosen_changed.emit()
        finally:
            self._showing = False
