"""Finds which items a user moved, and which were only displaced by them."""

from dataclasses import replace
from typing import Final

from benchboard.dashboards.layout import MAX_COLUMNS, Cell, Item, Layout, normalized, parse_compact
from benchboard.dashboards.versions.item_map import ItemMap, MappedItem, same_position

_TRIES: Final = 12
_CROWD: Final = 2_000
"""Grids with more items are not compared pair by pair."""
MovedItems = tuple[frozenset[str], frozenset[str]]
"""The ids of the items that were moved, and of those that were displaced."""


def find_moved(before: ItemMap, after: ItemMap) -> MovedItems:
    """The items with another position: those that a user moved or resized, and those that only made room for these, or
    moved up after a removal. The latter keep their vertical order among each other and the unchanged items.
    """
    elsewhere = {
        name
        for name, new in after.items.items()
        if (old := before.items.get(name)) is not None and old is not new and not same_position(old, new)
    }
    maybe = {name for name in elsewhere if _only_row(before.items[name], after.items[name])}
    moved_ids = elsewhere - maybe
    if not maybe:
        return frozenset(moved_ids), frozenset()
    if after.fields["compact"] == "vertical":
        moved_ids |= _out_of_turn(before, after, maybe, moved_ids)
        return frozenset(moved_ids), frozenset(maybe - moved_ids)
    # If gaps are kept, the order tells nothing: settle the grid around the moved items, and see what that explains.
    for _try in range(_TRIES):
        unexplained = _unexplained(before, after, moved_ids, maybe)
        if not unexplained:
            return frozenset(moved_ids), frozenset(maybe)
        far = max(unexplained, key=lambda name: (_far(before, after, name), name))
        moved_ids.add(far)
        maybe.discard(far)
    unexplained = _unexplained(before, after, moved_ids, maybe)
    return frozenset(moved_ids | unexplained), frozenset(maybe - unexplained)


def _out_of_turn(before: ItemMap, after: ItemMap, maybe: set[str], moved_ids: set[str]) -> set[str]:
    """A small subset of `maybe` without which all others are above and below each other as before (a quick
    approximation of the smallest): first the item that passed the most, of two that passed each other the one that
    moved farther.
    """
    asked = {after.items[name].position[:2] for name in maybe}
    grids: dict[tuple[str, str], list[str]] = {}
    for name, item in after.items.items():
        if item.position[:2] in asked and name in before.items and name not in moved_ids:
            grids.setdefault(item.position[:2], []).append(name)
    passed: dict[str, set[str]] = {}
    for names in grids.values():
        if len(names) > _CROWD:
            continue
        for name in names:
            if name in maybe:
                for other in names:
                    if _passed(before, after, name, other):
                        passed.setdefault(name, set()).add(other)
                        passed.setdefault(other, set()).add(name)
    taken: set[str] = set()
    while free := [name for name, others in passed.items() if others and name in maybe]:
        first = max(free, key=lambda name: (len(passed[name]), _far(before, after, name), name))
        taken.add(first)
        for other in passed.pop(first):
            passed[other].discard(first)
    return taken


def _passed(before: ItemMap, after: ItemMap, one: str, other: str) -> bool:
    a, b = after.items[one].position.cell, after.items[other].position.cell
    if a.x >= b.right or b.x >= a.right:
        return False
    return (a.y < b.y) != (before.items[one].position.cell.y < before.items[other].position.cell.y) and one != other


def _only_row(old: MappedItem, new: MappedItem) -> bool:
    lower = old.position._replace(cell=old.position.cell._replace(y=new.position.cell.y))
    static = new.fields.get("static") is True
    return not static and same_position(replace(old, position=lower), new)


def _far(before: ItemMap, after: ItemMap, name: str) -> int:
    return abs(before.items[name].position.cell.y - after.items[name].position.cell.y)


def _unexplained(before: ItemMap, after: ItemMap, moved_ids: set[str], maybe: set[str]) -> set[str]:
    """Those of `maybe` that would have another position if only `moved_ids` and the added and removed items had
    changed.
    """
    grids: dict[tuple[str, str], list[tuple[Item, Cell]]] = {}
    asked = {after.items[name].position[:2] for name in maybe}
    for piece in after.items.values():
        container, pane, cell = piece.position
        if (container, pane) not in asked:
            continue
        old = before.items.get(piece.id)
        is_held = old is None or piece.id in moved_ids or piece.fields.get("static") is True
        if old is not None and not is_held:
            cell = cell._replace(y=old.position.cell.y)
        grids.setdefault((container, pane), []).append((Item(piece.id, "text", static=is_held), cell))
    wrong = set()
    compact = parse_compact(after.fields["compact"])
    for pairs in grids.values():
        page = Layout.of(MAX_COLUMNS, pairs)
        held = frozenset(place for place, item in enumerate(page.items) if item.static)
        # First all other items move up as if the held ones weren't there, then they make room for them.
        risen = normalized(page, compact, without=held)
        for item, cell in normalized(risen, compact):
            if item.id in maybe and cell.y != after.items[item.id].position.cell.y:
                wrong.add(item.id)
    return wrong
