"""Three-way merge of two users' edits of one dashboard, item by item and field by field.

A change by one side, or the same change by both, is applied. Where the sides differ, a `MergeConflict` keeps both
values for the user to resolve, and the merged document has mine until then. An item's position is one field. Nothing is
lost without a removal: an item that one side removed and the other changed is kept until the conflict is resolved, and
of two new items with the same id both are kept, theirs under another id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from benchboard.dashboards.document.document import Document, parse_document, write_document
from benchboard.dashboards.layout import MAX_HEIGHT, MAX_ROW, TABS
from benchboard.dashboards.versions.diff import Difference, differences_between
from benchboard.dashboards.versions.item_map import (
    ItemMap,
    ItemPosition,
    MappedItem,
    find_cycle,
    from_item_map,
    pane_ids,
    same_position,
    to_item_map,
)
from benchboard.dashboards.versions.json_fields import (
    ABSENT,
    POSITION,
    WHOLE,
    Path,
    Tree,
    is_open,
    same,
    tree_of,
    with_field,
)
from benchboard.dashboards.versions.moved_items import find_moved
from benchboard.errors import Invalid
from benchboard.i18n import _

Side = Literal["mine", "theirs"]
Resolution = Literal["mine", "theirs", "both"]
Key = tuple[str, Path]
"""An item ("": the document itself) and a field of it; `POSITION` is its position, `WHOLE` its existence."""
_LIMITS: Final = (("min_w", "max_w"), ("min_h", "max_h"))


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A field that both sides changed differently.

    A value is JSON, an `ItemPosition`, or `ABSENT`; for the path `WHOLE` it is the item's JSON. `ids` has all items
    that one choice decides: containers that were moved into each other.
    """

    id: str
    path: Path
    base: object
    mine: object
    theirs: object
    ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Identifies it in the choices of `resolve`."""
        return self.id, self.path


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """A change that was applied without a conflict, and whose it was.

    `instead_of` is the former id of an item of theirs that was renamed because an item of mine has the same id.
    """

    by: Literal["mine", "theirs", "both"]
    difference: Difference
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result of a merge. In `document`, every conflict has my value."""

    document: Document
    merged: tuple[AppliedChange, ...]
    conflicts: tuple[MergeConflict, ...]
    base: Document = field(repr=False)
    mine: Document = field(repr=False)
    theirs: Document = field(repr=False)


def merge(base: Document, mine: Document, theirs: Document) -> MergeResult:
    """Merge the changes from `base` to `mine` with those from `base` to `theirs`."""
    merger = _Merger(*_item_maps(base, mine, theirs), {})
    document = merger.document()
    return MergeResult(document, tuple(merger.applied_changes()), tuple(merger.conflicts), base, mine, theirs)


def resolve(merge: MergeResult, choices: Mapping[Key, Resolution]) -> Document:
    """The merged document with these choices; unresolved conflicts have my value.

    `both`, for any field of an item, keeps mine and theirs, theirs under another id; of an item that one side removed
    it keeps the other side's.
    """
    return _Merger(*_item_maps(merge.base, merge.mine, merge.theirs), choices).document()


def _item_maps(base: Document, mine: Document, theirs: Document) -> tuple[ItemMap, ItemMap, ItemMap]:
    shared = to_item_map(base)
    return shared, to_item_map(mine, shared), to_item_map(theirs, shared)


def without_resolved(merge: MergeResult, asked: Iterable[MergeConflict]) -> MergeResult:
    """The merge without conflicts that were `asked` before and resolved with mine, unless theirs has changed since."""
    before = {conflict.key: conflict for conflict in asked}
    left = tuple(
        one for one in merge.conflicts if one.key not in before or not same(one.theirs, before[one.key].theirs)
    )
    return merge if left == merge.conflicts else replace(merge, conflicts=left)


def limit_error(document: Document) -> Invalid | None:
    """The error if a merged document exceeds the limits of a dashboard (length, depth, number of items); else None."""
    try:
        parse_document(write_document(document))
    except Invalid as error:
        return Invalid(
            "merge.too-much",
            _("The merged dashboard exceeds the limits."),
            why=error.what,
            do=_("Remove something from your version, or keep just one of the two."),
        )
    return None


class _Merger:
    """One merge in progress, with the decisions made so far."""

    def __init__(self, base: ItemMap, mine: ItemMap, theirs: ItemMap, choices: Mapping[Key, Resolution]) -> None:
        self.base, self.mine, self.choices = base, mine, choices
        self.names = _second_names(base, mine, theirs)
        self.theirs = _renamed(theirs, self.names)
        self.conflicts: list[MergeConflict] = []
        self._moved = find_moved(base, mine), find_moved(base, self.theirs)
        self.moved_mine, self.moved_theirs = (moved for moved, _displaced in self._moved)
        self.copies: dict[str, MappedItem] = {}
        self.dropped: set[Path] = set()

    def document(self) -> Document:
        """The merged document; fills `conflicts`."""
        fields = self._merge_value("", (), self.base.fields, self.mine.fields, self.theirs.fields)
        assert isinstance(fields, dict)
        merged: dict[str, MappedItem] = {}
        mine, theirs = self.mine.items, self.theirs.items
        for name in self._all_ids():
            base = self.base.items.get(name)
            if base is not None and mine.get(name) is base and theirs.get(name) is base:
                merged[name] = base  # the same object everywhere: no side has changed it
            elif (item := self._merge_item(name)) is not None:
                merged[name] = item
        merged = self._break_cycles(self._with_tabs(self._with_containers(merged)))
        order = _order(self.base.items, self.mine.items, self.theirs.items, gone=False)
        items = {name: merged[name] for name in order if name in merged}
        ranks = {name: rank for rank, name in enumerate(order)}
        self.conflicts.sort(key=lambda conflict: ranks.get(conflict.id, len(ranks)))
        fields = {**fields, "variables": self._drop_unoffered_all(_listed(fields["variables"]))}
        return from_item_map(
            ItemMap(fields, {**items, **self.copies}, max(self.mine.form, self.theirs.form)),
            self._removed_positions(merged),
        )

    def applied_changes(self) -> Iterator[AppliedChange]:
        """The changes that were applied without a conflict, item by item."""
        back = {new: old for old, new in self.names.items()}
        mine, theirs = (
            {one.key: one for one in differences_between(self.base, side, moved) if not one.displaced}
            for side, moved in zip((self.mine, self.theirs), self._moved, strict=True)
        )
        for key in dict.fromkeys((*mine, *theirs)):
            one, other = mine.get(key), theirs.get(key)
            if self._is_in_conflict(one or theirs[key]) or self._is_dropped(one or theirs[key]):
                continue
            if one is not None and one == other:
                yield AppliedChange("both", one)
                continue
            if one is not None:
                yield AppliedChange("mine", one)
            if other is not None:
                yield AppliedChange("theirs", other, back.get(other.id, ""))

    def _drop_unoffered_all(self, variables: Tree) -> Tree:
        """The variables without a selected “All” that the other side removed as an option.

        If a side itself has it that way, it stays.
        """
        each = dict(tree_of(variables["each"]))
        sides = [tree_of(tree_of(side.fields["variables"])["each"]) for side in (self.mine, self.theirs)]
        for name, variable in each.items():
            fields = tree_of(variable)
            if _unoffered(fields) and not any(name in side and _unoffered(tree_of(side[name])) for side in sides):
                each[name] = {key: value for key, value in fields.items() if key != "all_chosen"}
                self.dropped.add(("variables", "each", name, "all_chosen"))
        return {**variables, "each": each}

    def _is_in_conflict(self, one: Difference) -> bool:
        if one.kind != "document":
            return any(one.id in (conflict.id, *conflict.ids) for conflict in self.conflicts)
        path = one.changes[0].path
        paths = [conflict.path for conflict in self.conflicts if conflict.id == ""]
        return any(path[: len(other)] == other[: len(path)] for other in paths)

    def _is_dropped(self, one: Difference) -> bool:
        return one.kind == "document" and one.changes[0].path in self.dropped

    # One item

    def _all_ids(self) -> Iterable[str]:
        return dict.fromkeys((*self.base.items, *self.mine.items, *self.theirs.items))

    def _merge_item(self, name: str) -> MappedItem | None:
        base, mine, theirs = (side.items.get(name) for side in (self.base, self.mine, self.theirs))
        if mine is None or theirs is None:
            left = mine or theirs
            if base is None or left is None:
                return left
            touched = self.moved_mine if mine is not None else self.moved_theirs
            if name not in touched and same(left.fields, base.fields):
                return None
            return self._merge_removed(name, left)
        position = self._merge_position(name, base, mine, theirs)
        fields = self._merge_value(name, (), base.fields if base else {}, mine.fields, theirs.fields)
        assert isinstance(fields, dict)
        fields = self._within_limits(name, fields, base.fields if base else {}, mine.fields, theirs.fields)
        if mine.type != theirs.type:
            fields = self._with_tabs_of(name, fields, mine if fields["type"] == mine.type else theirs)
        self._keep_both(name, theirs)
        top = mine.top if mine.fields.get("collapsed") is True else theirs.top
        origin = next((side.origin for side in (mine, theirs) if side.fields is fields), None)
        return MappedItem(name, fields, position, top, origin)

    def _with_tabs_of(self, name: str, fields: Tree, side: MappedItem) -> Tree:
        """The item with the tabs of the side that its type is from."""
        self.conflicts = [one for one in self.conflicts if one.id != name or one.path[:1] != ("tabs",)]
        return with_field(fields, ("tabs",), side.fields.get("tabs", ABSENT))

    def _merge_removed(self, name: str, left: MappedItem) -> MappedItem | None:
        """An item that one side removed and the other changed: a conflict."""
        base, mine, theirs = (side.items.get(name) for side in (self.base, self.mine, self.theirs))
        before, one, other = (item.fields if item is not None else ABSENT for item in (base, mine, theirs))
        self.conflicts.append(MergeConflict(name, WHOLE, before, one, other))
        choice = self.choices.get((name, WHOLE))
        is_removed = (choice == "mine" and mine is None) or (choice == "theirs" and theirs is None)
        return None if is_removed else left

    def _merge_position(self, name: str, base: MappedItem | None, mine: MappedItem, theirs: MappedItem) -> ItemPosition:
        position = self._merge_own_position(name, base, mine, theirs)
        if base is None or not mine.is_container or mine.position.cell.h == theirs.position.cell.h:
            return position
        # A container's height must fit the rows of those below it: growing back in `fitted`, it would push them again.
        high = mine.position.cell.h + theirs.position.cell.h - base.position.cell.h
        return position._replace(cell=position.cell._replace(h=max(1, min(high, MAX_HEIGHT))))

    def _merge_own_position(
        self, name: str, base: MappedItem | None, mine: MappedItem, theirs: MappedItem
    ) -> ItemPosition:
        if same_position(mine, theirs) or base is None:
            return mine.position
        by_mine, by_theirs = name in self.moved_mine, name in self.moved_theirs
        if by_mine and by_theirs:
            choice = self._add_conflict(MergeConflict(name, POSITION, base.position, mine.position, theirs.position))
            return theirs.position if choice == "theirs" else mine.position
        if by_mine or by_theirs:
            return mine.position if by_mine else theirs.position
        # Neither side moved it; each side's displacements add up.
        down = mine.position.cell.y + theirs.position.cell.y - base.position.cell.y
        return base.position._replace(cell=mine.position.cell._replace(y=max(0, min(down, MAX_ROW))))

    def _merge_value(self, name: str, path: Path, base: object, mine: object, theirs: object) -> object:
        """Merge one value: the side that changed it wins; objects are merged field by field; otherwise it is a
        conflict.
        """
        if same(mine, theirs) or same(theirs, base):
            return mine
        if same(mine, base):
            return theirs
        if isinstance(mine, dict) and isinstance(theirs, dict) and (not path or is_open(path)):
            before = base if isinstance(base, dict) else {}
            return self._merge_fields(name, path, before, mine, theirs)
        tabs = name in self.mine.items and self.mine.items[name].type == TABS
        if (tabs and path == ("tabs", "order")) or (not name and path == ("variables", "order")):
            return _order(*(side if isinstance(side, list) else [] for side in (base, mine, theirs)))
        if tabs and path == ("active",):
            return base  # which tab is active is not worth a conflict
        return theirs if self._add_conflict(MergeConflict(name, path, base, mine, theirs)) == "theirs" else mine

    def _merge_fields(self, name: str, path: Path, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        mixed: Tree = {}
        for key in _order(base, mine, theirs, gone=False):
            values = [side.get(key, ABSENT) for side in (base, mine, theirs)]
            value = self._merge_value(name, (*path, key), *values)
            if value is not ABSENT:
                mixed[key] = value
        return mixed

    def _within_limits(self, name: str, fields: Tree, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        """The item with a minimum size no larger than its maximum, if one side raised the one and one lowered the
        other."""
        for least, most in _LIMITS:
            low, high = fields.get(least), fields.get(most)
            if isinstance(low, int) and isinstance(high, int) and low > high:
                sides = [{key: side[key] for key in (least, most) if key in side} for side in (base, mine, theirs)]
                self.conflicts = [one for one in self.conflicts if one.key not in ((name, (least,)), (name, (most,)))]
                choice = self._add_conflict(MergeConflict(name, (least, most), sides[0], sides[1], sides[2]))
                taken = sides[2] if choice == "theirs" else sides[1]
                fields = {**{key: value for key, value in fields.items() if key not in (least, most)}, **taken}
        return fields

    def _add_conflict(self, conflict: MergeConflict) -> Resolution | None:
        self.conflicts.append(conflict)
        return self.choices.get(conflict.key)

    def _keep_both(self, name: str, theirs: MappedItem) -> None:
        if any(self.choices.get(one.key) == "both" for one in self.conflicts if one.id == name):
            copy = _fresh_id(
                name, lambda wanted: any(wanted in side.items for side in self._sides()) or wanted in self.copies
            )
            self.copies[copy] = replace(theirs, id=copy)

    def _sides(self) -> tuple[ItemMap, ItemMap, ItemMap]:
        return self.base, self.mine, self.theirs

    # Containers

    def _with_containers(self, items: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """Add the containers that one side removed and the other added items to: they are kept until that is resolved.

        Containers around a kept item are restored with it.
        """
        undecided = {conflict.id for conflict in self.conflicts if conflict.path == WHOLE}
        refused: set[str] = set()
        waiting = list(items)
        while waiting:
            name = waiting.pop()
            container = items[name].position.container
            if not container or container in items or container in refused:
                continue
            item = self._removed(container, asked=name not in undecided)
            if item is None:
                refused.add(container)
            else:
                items[container] = item
                waiting.append(container)
                undecided.add(container)
        return items

    def _removed(self, name: str, *, asked: bool) -> MappedItem | None:
        left = self.mine.items.get(name) or self.theirs.items.get(name)
        if left is None:
            return self.base.items.get(name) if not asked else None
        if any(conflict.key == (name, WHOLE) for conflict in self.conflicts):
            return None  # resolved as removed
        return self._merge_removed(name, left) if asked else left

    def _with_tabs(self, items: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """Complete the lists of tabs: a removed tab is restored if an item is in it."""
        used: dict[str, set[str]] = {}
        for item in items.values():
            used.setdefault(item.position.container, set()).add(item.position.pane)
        for name, item in items.items():
            if item.type != TABS:
                continue
            tabs = item.fields["tabs"]
            assert isinstance(tabs, dict)
            each = dict(tabs["each"])
            for tab in sorted(used.get(name, set()) - each.keys()):
                for side in self._sides():
                    if name in side.items and tab in pane_ids(side.items[name]):
                        own = side.items[name].fields["tabs"]
                        each[tab] = own["each"][tab] if isinstance(own, dict) else {"title": ""}
            listed = _listed({**tabs, "each": each or {"1": {"title": ""}}})
            items[name] = replace(item, fields={**item.fields, "tabs": listed})
        return items

    def _break_cycles(self, items: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """Resolve containers that contain each other: if one side moved A into B and the other B into A, one choice
        decides.
        """
        rounds = 0
        while cycle := _find_cycle(items):
            name, rounds = min(cycle), rounds + 1
            base, mine, theirs = (side.items[name].position if name in side.items else ABSENT for side in self._sides())
            conflict = MergeConflict(name, POSITION, base, mine, theirs, ids=cycle)
            self.conflicts = [one for one in self.conflicts if one.path != POSITION or one.id not in cycle]
            # Choices for cycles that share a container could undo each other forever; mine alone has no cycle.
            theirs_taken = self._add_conflict(conflict) == "theirs" and rounds <= len(items)
            taken = self.theirs if theirs_taken else self.mine
            for member in cycle:
                if member in taken.items:
                    items[member] = replace(items[member], position=taken.items[member].position)
        return items

    def _removed_positions(self, items: Mapping[str, MappedItem]) -> dict[str, ItemPosition]:
        return {name: item.position for side in self._sides() for name, item in side.items.items() if name not in items}


def _find_cycle(items: Mapping[str, MappedItem]) -> tuple[str, ...]:
    """As `find_cycle`; most pages have none, as a look at their containers alone tells."""
    around = {item.position.container for item in items.values()}
    if not find_cycle({name: items[name].position for name in around if name in items}):
        return ()
    return find_cycle({name: item.position for name, item in items.items()})


def _unoffered(variable: Tree) -> bool:
    """Whether “All” is selected for a variable that does not offer it."""
    return variable.get("all_chosen") is True and variable.get("include_all") is not True


def _second_names(base: ItemMap, mine: ItemMap, theirs: ItemMap) -> dict[str, str]:
    """New ids for items of theirs whose id I gave to another new item."""
    names: dict[str, str] = {}
    taken = {*base.items, *mine.items, *theirs.items}
    for name in theirs.items:
        if name not in base.items and name in mine.items:
            one, other = mine.items[name], theirs.items[name]
            if not same(one.fields, other.fields) or not same_position(one, other):
                names[name] = _fresh_id(name, taken.__contains__)
                taken.add(names[name])
    return names


def _fresh_id(stem: str, taken: Callable[[str], bool]) -> str:
    """An unused id that starts with `stem`."""
    names = (f"{stem[:190]}-{number}" for number in range(2, 10**6))
    return next(name for name in names if not taken(name))


def _renamed(side: ItemMap, names: Mapping[str, str]) -> ItemMap:
    if not names:
        return side
    items = {}
    for item in side.items.values():
        position = item.position._replace(container=names.get(item.position.container, item.position.container))
        name = names.get(item.id, item.id)
        same_item = name == item.id and position == item.position
        items[name] = item if same_item else replace(item, id=name, position=position)
    points = side.fields["breakpoints"]
    assert isinstance(points, dict)
    points = {
        name: {**point, "places": {names.get(one, one): cell for one, cell in point["places"].items()}}
        for name, point in points.items()
    }
    return replace(side, fields={**side.fields, "breakpoints": points}, items=items)


def _listed(value: object) -> Tree:
    """Named values in an order that contains each of them once, and no other names."""
    assert isinstance(value, dict)
    order, each = value["order"], value["each"]
    return {"order": [*(name for name in order if name in each), *(name for name in each if name not in order)],
            "each": each}  # fmt: skip


def _order(base: Iterable[str], mine: Iterable[str], theirs: Iterable[str], *, gone: bool = True) -> list[str]:
    """The names in the merged order, which doesn't depend on which side is mine; without those that one side removed,
    unless not `gone`.
    """
    was, one, other = list(base), list(mine), list(theirs)
    if one == other or other == was:
        order = one
    elif one == was:
        order = other
    else:
        common = set(was) & set(one) & set(other)
        spines = [[name for name in side if name in common] for side in (was, one, other)]
        order = spines[2] if spines[1] == spines[0] else spines[1] if spines[2] == spines[0] else spines[0]
        order = order + sorted({*one, *other} - {*order})
    if not gone:
        return _with_all(order, was, one, other)
    dropped = (set(was) - set(one)) | (set(was) - set(other))
    return [name for name in order if name not in dropped]


def _with_all(order: Iterable[str], *others: Sequence[str]) -> list[str]:
    """The order with the names that only the others have, each behind its predecessor there."""
    whole = list(order)
    known = set(whole)
    for names in others:
        for place, name in enumerate(names):
            if name not in known:
                whole.insert(whole.index(names[place - 1]) + 1 if place else 0, name)
                known.add(name)
    return whole
