"""Three-way merge of two people's edits of one dashboard, item by item and field by field.

A change by one side, or the same change by both, is applied. Where the sides differ, a `MergeConflict` keeps both
values for a person to decide, and the merged document has mine until then. An item's position is one field. Nothing
that one side has and nobody removed is lost: an item that one side removed and the other changed stays until that is
decided, and of two new items with the same id both are kept, theirs under another id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document.document import Document, parse_document, write_document
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
from benchboard.dashboards.versions.moved_items import moved
from benchboard.errors import Invalid
from benchboard.i18n import _

Side = Literal["mine", "theirs"]
Resolution = Literal["mine", "theirs", "both"]
Key = tuple[str, Path]
"""An item ("": the document itself) and a field of it; `POSITION` is where it lies, `WHOLE` whether it is there."""
_LIMITS: Final = (("min_w", "max_w"), ("min_h", "max_h"))


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A field that both sides changed, each in its own way.

    A value is JSON, an `ItemPosition`, or `ABSENT`; for the path `WHOLE` it is the item's JSON. `ids` names every item
    that one choice decides about: containers that were put into each other.
    """

    id: str
    path: Path
    base: object
    mine: object
    theirs: object
    ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What names it in `resolve`'s choices."""
        return self.id, self.path


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """A change that was taken without asking, and whose it was. `instead_of`: the id it had, where theirs
    got another because something of mine had the same."""

    by: Literal["mine", "theirs", "both"]
    difference: Difference
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """Two edits brought together. `document` is what they make with everything undecided as mine has it."""

    document: Document
    merged: tuple[AppliedChange, ...]
    conflicts: tuple[MergeConflict, ...]
    base: Document = field(repr=False)
    mine: Document = field(repr=False)
    theirs: Document = field(repr=False)


def merge(base: Document, mine: Document, theirs: Document) -> MergeResult:
    """Bring together what `mine` and `theirs` made of `base`."""
    weaving = _Merger(to_item_map(base), to_item_map(mine), to_item_map(theirs), {})
    document = weaving.document()
    return MergeResult(document, tuple(weaving.taken()), tuple(weaving.conflicts), base, mine, theirs)


def resolve(merge: MergeResult, choices: Mapping[Key, Resolution]) -> Document:
    """The merged document with these decisions; what is not decided is as mine has it. `both` for any field of an item
    keeps mine, and theirs beside it under another id; of something removed it keeps what is left of it."""
    return _Merger(to_item_map(merge.base), to_item_map(merge.mine), to_item_map(merge.theirs), choices).document()


def without_resolved(merge: MergeResult, asked: Iterable[MergeConflict]) -> MergeResult:
    """The merge without what was `asked` about and answered by mine. Where theirs is another by now, it was not."""
    before = {conflict.key: conflict for conflict in asked}
    left = tuple(
        one for one in merge.conflicts if one.key not in before or not same(one.theirs, before[one.key].theirs)
    )
    return merge if left == merge.conflicts else replace(merge, conflicts=left)


def limit_error(document: Document) -> Invalid | None:
    """Why what two edits make together is no dashboard any more, each being one: it is too long, too deep or holds too
    much. None where it is one."""
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
    """One merge under way, with the decisions made so far."""

    def __init__(self, base: ItemMap, mine: ItemMap, theirs: ItemMap, choices: Mapping[Key, Resolution]) -> None:
        self.base, self.mine, self.choices = base, mine, choices
        self.names = _second_names(base, mine, theirs)
        self.theirs = _renamed(theirs, self.names)
        self.conflicts: list[MergeConflict] = []
        self.moved_mine, self.moved_theirs = moved(base, mine)[0], moved(base, self.theirs)[0]
        self.copies: dict[str, MappedItem] = {}
        self.given_up: set[Path] = set()

    def document(self) -> Document:
        """All of it, mixed and put together."""
        says = self._mixed("", (), self.base.says, self.mine.says, self.theirs.says)
        assert isinstance(says, dict)
        kept = {name: piece for name in self._all() if (piece := self._piece(name)) is not None}
        kept = self._untangled(self._with_tabs(self._with_holders(kept)))
        order = _order(self.base.pieces, self.mine.pieces, self.theirs.pieces, gone=False)
        pieces = {name: kept[name] for name in order if name in kept}
        ranks = {name: rank for rank, name in enumerate(order)}
        self.conflicts.sort(key=lambda conflict: ranks.get(conflict.id, len(ranks)))
        says = {**says, "variables": self._with_all_offered(_listed(says["variables"]))}
        return from_item_map(
            ItemMap(says, {**pieces, **self.copies}, max(self.mine.form, self.theirs.form)), self._gone(kept)
        )

    def taken(self) -> Iterator[AppliedChange]:
        """What was taken without asking, item by item; nothing about what is to be decided."""
        back = {new: old for old, new in self.names.items()}
        mine = {one.key: one for one in differences_between(self.base, self.mine) if not one.pushed}
        theirs = {one.key: one for one in differences_between(self.base, self.theirs) if not one.pushed}
        for key in dict.fromkeys((*mine, *theirs)):
            one, other = mine.get(key), theirs.get(key)
            if self._undecided(one or theirs[key]) or self._given_up(one or theirs[key]):
                continue
            if one is not None and one == other:
                yield AppliedChange("both", one)
                continue
            if one is not None:
                yield AppliedChange("mine", one)
            if other is not None:
                yield AppliedChange("theirs", other, back.get(other.id, ""))

    def _with_all_offered(self, variables: Tree) -> Tree:
        """The variables without an “All” that one side chose and the other no longer offers. One that a side itself
        has so stays as it is."""
        each = dict(tree_of(variables["each"]))
        sides = [tree_of(tree_of(side.says["variables"])["each"]) for side in (self.mine, self.theirs)]
        for name, said in each.items():
            one = tree_of(said)
            if _unoffered(one) and not any(name in side and _unoffered(tree_of(side[name])) for side in sides):
                each[name] = {key: value for key, value in one.items() if key != "all_chosen"}
                self.given_up.add(("variables", "each", name, "all_chosen"))
        return {**variables, "each": each}

    def _undecided(self, one: Difference) -> bool:
        if one.kind != "document":
            return any(one.id in (conflict.id, *conflict.ids) for conflict in self.conflicts)
        path = one.changes[0].path
        paths = [conflict.path for conflict in self.conflicts if conflict.id == ""]
        return any(path[: len(other)] == other[: len(path)] for other in paths)

    def _given_up(self, one: Difference) -> bool:
        return one.kind == "document" and one.changes[0].path in self.given_up

    # One item

    def _all(self) -> Iterable[str]:
        return dict.fromkeys((*self.base.pieces, *self.mine.pieces, *self.theirs.pieces))

    def _piece(self, name: str) -> MappedItem | None:
        base, mine, theirs = (side.pieces.get(name) for side in (self.base, self.mine, self.theirs))
        if mine is None or theirs is None:
            left = mine or theirs
            if base is None or left is None:
                return left
            touched = self.moved_mine if mine is not None else self.moved_theirs
            if name not in touched and same(left.says, base.says):
                return None
            return self._left_over(name, left)
        place = self._place(name, base, mine, theirs)
        says = self._mixed(name, (), base.says if base else {}, mine.says, theirs.says)
        assert isinstance(says, dict)
        says = self._within_limits(name, says, base.says if base else {}, mine.says, theirs.says)
        if mine.type != theirs.type:
            says = self._of_its_type(name, says, mine if says["type"] == mine.type else theirs)
        self._keep_both(name, theirs)
        top = mine.top if mine.says.get("collapsed") is True else theirs.top
        return MappedItem(name, says, place, top)

    def _of_its_type(self, name: str, says: Tree, side: MappedItem) -> Tree:
        """The item with the tabs of the side its type is from."""
        self.conflicts = [one for one in self.conflicts if one.id != name or one.path[:1] != ("tabs",)]
        return with_field(says, ("tabs",), side.says.get("tabs", ABSENT))

    def _left_over(self, name: str, left: MappedItem) -> MappedItem | None:
        """What one side removed and the other has changed."""
        base, mine, theirs = (side.pieces.get(name) for side in (self.base, self.mine, self.theirs))
        was, one, other = (piece.says if piece is not None else ABSENT for piece in (base, mine, theirs))
        self.conflicts.append(MergeConflict(name, WHOLE, was, one, other))
        choice = self.choices.get((name, WHOLE))
        gone = (choice == "mine" and mine is None) or (choice == "theirs" and theirs is None)
        return None if gone else left

    def _place(self, name: str, base: MappedItem | None, mine: MappedItem, theirs: MappedItem) -> ItemPosition:
        place = self._own_place(name, base, mine, theirs)
        if base is None or not mine.holds or mine.place.cell.h == theirs.place.cell.h:
            return place
        # A container's height must fit the rows of those below it: growing back in `fitted`, it would push them again.
        high = mine.place.cell.h + theirs.place.cell.h - base.place.cell.h
        return place._replace(cell=place.cell._replace(h=max(1, min(high, grid.MAX_HEIGHT))))

    def _own_place(self, name: str, base: MappedItem | None, mine: MappedItem, theirs: MappedItem) -> ItemPosition:
        if same_position(mine, theirs) or base is None:
            return mine.place
        by_mine, by_theirs = name in self.moved_mine, name in self.moved_theirs
        if by_mine and by_theirs:
            choice = self._choose(MergeConflict(name, POSITION, base.place, mine.place, theirs.place))
            return theirs.place if choice == "theirs" else mine.place
        if by_mine or by_theirs:
            return mine.place if by_mine else theirs.place
        # Nobody moved it; each side's own pushes and rises add up.
        down = mine.place.cell.y + theirs.place.cell.y - base.place.cell.y
        return base.place._replace(cell=mine.place.cell._replace(y=max(0, min(down, grid.MAX_ROW))))

    def _mixed(self, name: str, path: Path, base: object, mine: object, theirs: object) -> object:
        """A field of all three: who changed it has it; what can be taken apart is mixed by its own fields."""
        if same(mine, theirs) or same(theirs, base):
            return mine
        if same(mine, base):
            return theirs
        if isinstance(mine, dict) and isinstance(theirs, dict) and (not path or is_open(path)):
            before = base if isinstance(base, dict) else {}
            return self._mixed_tree(name, path, before, mine, theirs)
        tabs = name in self.mine.pieces and self.mine.pieces[name].type == grid.TABS
        if (tabs and path == ("tabs", "order")) or (not name and path == ("variables", "order")):
            return _order(*(side if isinstance(side, list) else [] for side in (base, mine, theirs)))
        if tabs and path == ("active",):
            return base  # which tab is in front is nothing to quarrel about
        return theirs if self._choose(MergeConflict(name, path, base, mine, theirs)) == "theirs" else mine

    def _mixed_tree(self, name: str, path: Path, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        mixed: Tree = {}
        for key in _order(base, mine, theirs, gone=False):
            values = [side.get(key, ABSENT) for side in (base, mine, theirs)]
            value = self._mixed(name, (*path, key), *values)
            if value is not ABSENT:
                mixed[key] = value
        return mixed

    def _within_limits(self, name: str, says: Tree, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        """The item with limits that do not cross each other: one side made it no smaller, the other no larger."""
        for least, most in _LIMITS:
            low, high = says.get(least), says.get(most)
            if isinstance(low, int) and isinstance(high, int) and low > high:
                sides = [{key: side[key] for key in (least, most) if key in side} for side in (base, mine, theirs)]
                self.conflicts = [one for one in self.conflicts if one.key not in ((name, (least,)), (name, (most,)))]
                choice = self._choose(MergeConflict(name, (least, most), sides[0], sides[1], sides[2]))
                taken = sides[2] if choice == "theirs" else sides[1]
                says = {**{key: value for key, value in says.items() if key not in (least, most)}, **taken}
        return says

    def _choose(self, conflict: MergeConflict) -> Resolution | None:
        self.conflicts.append(conflict)
        return self.choices.get(conflict.key)

    def _keep_both(self, name: str, theirs: MappedItem) -> None:
        if any(self.choices.get(one.key) == "both" for one in self.conflicts if one.id == name):
            copy = _fresh_id(
                name, lambda wanted: any(wanted in side.pieces for side in self._sides()) or wanted in self.copies
            )
            self.copies[copy] = replace(theirs, id=copy)

    def _sides(self) -> tuple[ItemMap, ItemMap, ItemMap]:
        return self.base, self.mine, self.theirs

    # Containers

    def _with_holders(self, kept: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """Also the containers that were removed by one side and into which the other has put something: they are kept
        until that is decided. Those of something that is left over come back with it."""
        undecided = {conflict.id for conflict in self.conflicts if conflict.path == WHOLE}
        refused: set[str] = set()
        waiting = list(kept)
        while waiting:
            name = waiting.pop()
            holder = kept[name].place.container
            if not holder or holder in kept or holder in refused:
                continue
            piece = self._removed(holder, asked=name not in undecided)
            if piece is None:
                refused.add(holder)
            else:
                kept[holder] = piece
                waiting.append(holder)
                undecided.add(holder)
        return kept

    def _removed(self, name: str, *, asked: bool) -> MappedItem | None:
        left = self.mine.pieces.get(name) or self.theirs.pieces.get(name)
        if left is None:
            return self.base.pieces.get(name) if not asked else None
        if any(conflict.key == (name, WHOLE) for conflict in self.conflicts):
            return None  # it was decided
        return self._left_over(name, left) if asked else left

    def _with_tabs(self, kept: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """Tabs whole, each with its name; one that was removed comes back if something lies in it."""
        used: dict[str, set[str]] = {}
        for piece in kept.values():
            used.setdefault(piece.place.container, set()).add(piece.place.pane)
        for name, piece in kept.items():
            if piece.type != grid.TABS:
                continue
            tabs = piece.says["tabs"]
            assert isinstance(tabs, dict)
            each = dict(tabs["each"])
            for tab in sorted(used.get(name, set()) - each.keys()):
                for side in self._sides():
                    if name in side.pieces and tab in pane_ids(side.pieces[name]):
                        own = side.pieces[name].says["tabs"]
                        each[tab] = own["each"][tab] if isinstance(own, dict) else {"title": ""}
            listed = _listed({**tabs, "each": each or {"1": {"title": ""}}})
            kept[name] = replace(piece, says={**piece.says, "tabs": listed})
        return kept

    def _untangled(self, kept: dict[str, MappedItem]) -> dict[str, MappedItem]:
        """No containers in each other: where one side put A into B and the other B into A, one choice decides."""
        rounds = 0
        while ring := find_cycle({name: piece.place for name, piece in kept.items()}):
            name, rounds = min(ring), rounds + 1
            base, mine, theirs = (side.pieces[name].place if name in side.pieces else ABSENT for side in self._sides())
            conflict = MergeConflict(name, POSITION, base, mine, theirs, ids=ring)
            self.conflicts = [one for one in self.conflicts if one.path != POSITION or one.id not in ring]
            # Choices for rings that share a container could undo each other for ever; mine alone has no ring.
            theirs_taken = self._choose(conflict) == "theirs" and rounds <= len(kept)
            taken = self.theirs if theirs_taken else self.mine
            for member in ring:
                if member in taken.pieces:
                    kept[member] = replace(kept[member], place=taken.pieces[member].place)
        return kept

    def _gone(self, kept: Mapping[str, MappedItem]) -> dict[str, ItemPosition]:
        return {name: piece.place for side in self._sides() for name, piece in side.pieces.items() if name not in kept}


def _unoffered(variable: Tree) -> bool:
    """Whether “All” is chosen for a variable that does not offer it."""
    return variable.get("all_chosen") is True and variable.get("include_all") is not True


def _second_names(base: ItemMap, mine: ItemMap, theirs: ItemMap) -> dict[str, str]:
    """Other ids for what they added under an id under which I added something else."""
    names: dict[str, str] = {}
    taken = {*base.pieces, *mine.pieces, *theirs.pieces}
    for name in theirs.pieces:
        if name in mine.pieces and name not in base.pieces:
            one, other = mine.pieces[name], theirs.pieces[name]
            if not same(one.says, other.says) or not same_position(one, other):
                names[name] = _fresh_id(name, taken.__contains__)
                taken.add(names[name])
    return names


def _fresh_id(stem: str, taken: Callable[[str], bool]) -> str:
    """An id like `stem` that is not taken."""
    names = (f"{stem[:190]}-{number}" for number in range(2, 10**6))
    return next(name for name in names if not taken(name))


def _renamed(side: ItemMap, names: Mapping[str, str]) -> ItemMap:
    if not names:
        return side
    pieces = {}
    for piece in side.pieces.values():
        place = piece.place._replace(container=names.get(piece.place.container, piece.place.container))
        name = names.get(piece.id, piece.id)
        pieces[name] = replace(piece, id=name, place=place)
    points = side.says["breakpoints"]
    assert isinstance(points, dict)
    points = {
        name: {**point, "places": {names.get(one, one): cell for one, cell in point["places"].items()}}
        for name, point in points.items()
    }
    return replace(side, says={**side.says, "breakpoints": points}, pieces=pieces)


def _listed(value: object) -> Tree:
    """A list of named things whose order names each of them once, and nothing else."""
    assert isinstance(value, dict)
    order, each = value["order"], value["each"]
    return {"order": [*(name for name in order if name in each), *(name for name in each if name not in order)],
            "each": each}  # fmt: skip


def _order(base: Iterable[str], mine: Iterable[str], theirs: Iterable[str], *, gone: bool = True) -> list[str]:
    """The names in the order both sides lead to, whichever side is called mine; without those that one side took away,
    unless not `gone`."""
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
    """The order with the names that only the others have, each behind the one it stands behind there."""
    whole = list(order)
    known = set(whole)
    for names in others:
        for place, name in enumerate(names):
            if name not in known:
                whole.insert(whole.index(names[place - 1]) + 1 if place else 0, name)
                known.add(name)
    return whole
