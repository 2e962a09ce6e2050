"""The state of a merge: one group of conflicts for each widget, its fields with both values, and the decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.layout import MAX_ITEMS, Item, LocatedItem, walk_items
from benchboard.dashboards.versions.diff import WordRun, word_diff
from benchboard.dashboards.versions.item_map import ItemPosition
from benchboard.dashboards.versions.json_fields import ABSENT, POSITION, WHOLE, Path, changes
from benchboard.dashboards.versions.three_way_merge import (
    AppliedChange,
    Key,
    MergeConflict,
    MergeResult,
    Resolution,
    resolve,
)
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.versions.difference_text import (
    ItemNames,
    field_label,
    format_value,
    kind_title,
    position_cell_text,
    split_changes,
)

_MAX_VALUE = 400


@dataclass(frozen=True, slots=True)
class Party:
    """A user who edited: their name, and where and when, as `you, this computer, 10:12 while offline`."""

    name: str
    words: str

    @property
    def first_name(self) -> str:
        """The name for use in a short sentence."""
        return self.name.split()[0] if self.name.split() else self.name


class ConflictGroup:
    """All conflicts of one widget, or of the dashboard itself (`id` is empty)."""

    def __init__(self, merge: MergeResult, item_id: str, conflicts: tuple[MergeConflict, ...]) -> None:
        self.id, self.conflicts = item_id, conflicts
        self.done = False
        documents = {"base": merge.base, "mine": merge.mine, "theirs": merge.theirs}
        self._found = {side: _find(document, item_id) for side, document in documents.items()}
        self.names = ItemNames(merge.mine, merge.theirs, merge.base)

    @property
    def title(self) -> str:
        """The title of the widget, or of both in a conflict between two."""
        if not self.id:
            return _("Dashboard")
        ring = next((conflict.ids for conflict in self.conflicts if conflict.ids), ())
        return _(" and ").join(self.names.title(name) for name in ring or (self.id,))

    @property
    def type(self) -> str:
        """Its type; empty for the dashboard itself."""
        return self.names.type(self.id)

    def item(self, side: str) -> Item | None:
        """The item in `base`, `mine` or `theirs`."""
        found = self._found[side]
        return found.item if found is not None else None

    def find(self, document: Document) -> Item | None:
        """The item in another document."""
        found = _find(document, self.id)
        return found.item if found is not None else None

    @property
    def summary(self) -> str:
        """The conflict as text for the list."""
        (first, *more) = self.conflicts
        if first.ids:
            return _("Each was moved into the other")
        if first.path == WHOLE:
            return (
                _("You removed it, they changed it") if first.mine is ABSENT else _("They removed it, you changed it")
            )
        if not more and first.path == ("config", "text"):
            return _("Both edited the text")
        if not more and first.path == POSITION:
            return _position_summary(first)
        return ngettext("{count} field differs", "{count} fields differ", len(self.conflicts)).format(
            count=len(self.conflicts)
        )

    @property
    def before(self) -> str:
        """The values of the fields before both edits, as text."""
        parts = (f"{self.label(one.path)} {self.value(one, one.base)}" for one in self.conflicts if one.path != WHOLE)
        return _("before both edits: {fields}").format(fields=", ".join(parts)) if self.conflicts[0].path else ""

    @property
    def why_not_both(self) -> str:
        """Why both sides can't be kept; empty if they can."""
        if not self.id:
            return _("A dashboard can only have one of each.")
        if self.conflicts[0].path == WHOLE:
            return _("One of you removed it, so there's only one to keep.")
        if any(found is not None and found.item.panes for found in self._found.values()):
            return _("A container and its content can't be kept twice.")
        return ""

    def label(self, path: Path) -> str:
        """The label of a field."""
        return field_label(path, self.type)

    def value(self, conflict: MergeConflict, value: object) -> str:
        """A field's value as text."""
        if conflict.path == WHOLE:
            return _("Removed") if value is ABSENT else self._kept_text(conflict, value)
        if isinstance(value, ItemPosition):
            where = position_cell_text(value, self.names)
            return (
                _("{place} in {where}").format(place=where, where=self.names.container_name(value))
                if value.container
                else where
            )
        if conflict.path == ("active",):
            value = self.names.tab(self.id, value)
        return format_value(value, conflict.path, _MAX_VALUE)

    def runs(self, side: str) -> tuple[WordRun, ...]:
        """How a side changed the text; empty if the conflict is about something else."""
        for one in self.conflicts:
            text = one.mine if side == "mine" else one.theirs
            if one.path == ("config", "text") and isinstance(one.base, str) and isinstance(text, str):
                return word_diff(one.base, text)
        return ()

    def agreed(self, side: str) -> list[tuple[str, str]]:
        """Name and value of the fields without a conflict."""
        found = self._found[side]
        if found is None:
            return []
        item = found.item
        taken = {conflict.path for conflict in self.conflicts}
        rows = [(self.label(("type",)), kind_title(item.type))] if ("type",) not in taken else []
        title = item.source.get("title")
        if title and ("title",) not in taken:
            rows.append((self.label(("title",)), str(title)))
        if POSITION not in taken:
            rows.append((_("Size"), _("{w} × {h}").format(w=found.cell.w, h=found.cell.h)))
        return rows

    def _kept_text(self, conflict: MergeConflict, value: object) -> str:
        fields = dict.fromkeys(self.label(change.path) for change in changes(conflict.base, value))
        if not fields:
            return _("Kept at its new position")
        return _("Kept, with changed {fields}").format(fields=", ".join(fields))


class MergeDecisions:
    """The conflict groups of a merge and the decisions so far, with undo."""

    def __init__(self, merge: MergeResult) -> None:
        self.merge = merge
        groups: dict[str, list[MergeConflict]] = {}
        for conflict in merge.conflicts:
            groups.setdefault(conflict.id, []).append(conflict)
        self.cases = [ConflictGroup(merge, item_id, tuple(found)) for item_id, found in groups.items()]
        self.choices: dict[Key, Resolution] = {}
        self._undo_states: list[tuple[dict[Key, Resolution], list[bool]]] = []

    def choose(self, keys: Iterable[Key], choice: Resolution) -> None:
        """Decide fields."""
        self._push_undo()
        self.choices = {**self.choices, **dict.fromkeys(keys, choice)}

    def finish(self, case: ConflictGroup) -> None:
        """Mark a group as resolved."""
        self._push_undo()
        case.done = True

    def undo(self) -> bool:
        """Undo one decision; returns whether there was one."""
        if not self._undo_states:
            return False
        self.choices, done = self._undo_states.pop()
        for case, was in zip(self.cases, done, strict=True):
            case.done = was
        return True

    def is_decided(self, case: ConflictGroup) -> bool:
        """Whether all fields of a group are decided."""
        return all(conflict.key in self.choices for conflict in case.conflicts)

    def result(self) -> Document:
        """The document with all decisions applied; undecided fields have this window's values."""
        return resolve(self.merge, self.choices)

    @property
    def is_full(self) -> bool:
        """Whether the document can't hold one more widget."""
        count = sum(1 for _found in walk_items(self.merge.document.layout))
        return count + sum(1 for choice in self._keeps_both() if choice) >= MAX_ITEMS

    def _keeps_both(self) -> Iterable[bool]:
        """For each group, whether both sides are kept."""
        return (any(self.choices.get(one.key) == "both" for one in case.conflicts) for case in self.cases)

    @property
    def open_cases(self) -> list[ConflictGroup]:
        """The groups that are not resolved yet."""
        return [case for case in self.cases if not case.done]

    def _push_undo(self) -> None:
        self._undo_states.append((self.choices, [case.done for case in self.cases]))


def merged_text(merged: AppliedChange, theirs: Party, type_name: str) -> str:
    """A merged change as text: `you moved it`, `Mert changed: Title`; `type_name` is the item's type."""
    one, name = merged.difference, theirs.first_name
    if merged.instead_of:
        return _("{name} added it too, both kept").format(name=name)
    if merged.by == "both":
        return _("you both made the same change")
    mine = merged.by == "mine"
    if one.kind == "moved":
        return _("you moved it") if mine else _("{name} moved it").format(name=name)
    if one.kind == "added":
        return _("you added it") if mine else _("{name} added it").format(name=name)
    if one.kind == "removed":
        return _("you removed it") if mine else _("{name} removed it").format(name=name)
    fields = ", ".join(dict.fromkeys(field_label(change.path, type_name) for change in split_changes(one.changes)))
    sentence = _("you changed: {fields}") if mine else _("{name} changed: {fields}")
    return sentence.format(name=name, fields=fields)


def _find(document: Document, item_id: str) -> LocatedItem | None:
    return next((found for found in walk_items(document.layout) if found.item.id == item_id), None)


def _position_summary(conflict: MergeConflict) -> str:
    """What both did to an item's position: moved or resized it."""
    base, sides = conflict.base, (conflict.mine, conflict.theirs)
    if not isinstance(base, ItemPosition):
        return _("Both moved it")
    resized = [isinstance(one, ItemPosition) and one.resized(base) for one in sides]
    if all(resized):
        return _("Both resized it")
    if not any(resized):
        return _("Both moved it")
    return _("You resized it, they moved it") if resized[0] else _("You moved it, they resized it")
