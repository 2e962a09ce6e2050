"""Differences between two dashboards: items, positions and fields; texts word by word, JSON line by line."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from benchboard.dashboards.document.document import Document, write_document
from benchboard.dashboards.document.truncation import Truncator
from benchboard.dashboards.versions.item_map import (
    ItemMap,
    ItemPosition,
    MappedItem,
    find_cycle,
    from_item_map,
    to_item_map,
)
from benchboard.dashboards.versions.json_fields import Change, changes, with_field
from benchboard.dashboards.versions.moved_items import MovedItems, find_moved

Kind = Literal["moved", "added", "removed", "changed", "document"]
Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference: an item was moved, added, removed or changed, or a field of the document was (`kind` is `document`
    and `id` the field's dotted name). An item that was moved and changed has two.

    `before` and `after` are the item's positions, None if it doesn't exist there; `changes` are its changed fields.
    `displaced`: the item was not moved itself, but made room for another, or moved up after a removal.
    """

    kind: Kind
    id: str
    before: ItemPosition | None = None
    after: ItemPosition | None = None
    changes: tuple[Change, ...] = ()
    displaced: bool = False

    @property
    def key(self) -> Key:
        """Identifies it among the differences of two documents."""
        return self.kind, self.id


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """The differences from `before` to `after` in reading order, displaced items last. Positions are those of the
    documents as they are shown (`fitted_document`)."""
    old = to_item_map(before)
    return tuple(differences_between(old, to_item_map(after, old)))


def differences_between(old: ItemMap, new: ItemMap, moved: MovedItems | None = None) -> Iterator[Difference]:
    """As `differences`, for item maps; `moved` is what `find_moved` finds in them, if that is known."""
    moved_ids, displaced = moved or find_moved(old, new)
    order = _changed_in_reading_order(new, old)
    for name in order:
        was, now = old.items.get(name), new.items.get(name)
        if was is None and now is not None:
            yield Difference("added", name, after=now.position)
        elif now is None and was is not None:
            yield Difference("removed", name, before=was.position)
        elif was is not None and now is not None:
            if name in moved_ids:
                yield Difference("moved", name, was.position, now.position)
            if changed_fields := tuple(changes(was.fields, now.fields)):
                yield Difference("changed", name, was.position, now.position, changed_fields)
    for change in changes(old.fields, new.fields):
        yield Difference("document", ".".join(change.path), changes=(change,))
    for name in order:
        if name in displaced:
            yield Difference("moved", name, old.items[name].position, new.items[name].position, displaced=True)


def _changed_in_reading_order(new: ItemMap, old: ItemMap) -> list[str]:
    """The ids of the items that the maps don't have in common, in reading order, container by container; removed ones
    where they were.
    """
    changed = {name: item for name, item in new.items.items() if old.items.get(name) is not item}
    changed |= {name: item for name, item in old.items.items() if name not in new.items}
    if not changed:
        return []
    wanted = changed | _around(changed, new, old)
    removed = [item for name, item in old.items.items() if name not in new.items]
    every = [*new.items.values(), *removed]
    panes: dict[str, dict[str, list[MappedItem]]] = {}
    if any(item.position.pane for item in wanted.values()):
        for item in every:  # the order of tabs is that of their first items, whether these are wanted or not
            panes.setdefault(item.position.container, {}).setdefault(item.position.pane, [])
    for item in [item for item in every if item.id in wanted]:
        panes.setdefault(item.position.container, {}).setdefault(item.position.pane, []).append(item)
    order: dict[str, None] = {}

    def read(container: str) -> None:
        for items in panes.get(container, {}).values():
            for item in sorted(items, key=lambda item: (item.position.cell.y, item.position.cell.x)):
                if item.id not in order:
                    order[item.id] = None
                    if item.is_container:
                        read(item.id)

    read("")
    read_in_order = [name for name in order if name in changed]
    return [*read_in_order, *(name for name in changed if name not in order)]


def _around(changed: Mapping[str, MappedItem], new: ItemMap, old: ItemMap) -> dict[str, MappedItem]:
    """The containers around these items."""
    found: dict[str, MappedItem] = {}
    for item in changed.values():
        around = item.position.container
        while around not in found and (outer := new.items.get(around) or old.items.get(around)) is not None:
            found[around] = outer
            around = outer.position.container
    return found


def revert(after: Document, before: Document, chosen: Iterable[Key]) -> Document:
    """`after` with the chosen differences from `before` reverted, fitted.

    Displaced items return by themselves when everything that moved, was added or was removed in their grid is reverted.
    """
    old = to_item_map(before)
    new = to_item_map(after, old)
    wanted = set(chosen)
    found = list(differences_between(old, new))
    reverted = [difference for difference in found if difference.key in wanted]
    left = {pane for one in found if one not in reverted and not one.displaced for pane in _panes(one)}
    reverted += [one for one in found if one.displaced and one not in reverted and not left.intersection(_panes(one))]
    fields, items = new.fields, dict(new.items)
    for one in reverted:
        was = old.items.get(one.id)
        if one.kind == "document":
            (change,) = one.changes
            fields = with_field(fields, change.path, change.old)
        elif one.kind == "added":
            items.pop(one.id, None)
        elif was is None:
            continue
        elif one.kind == "removed":
            items[one.id] = was
        elif one.kind == "moved":
            items[one.id] = replace(items[one.id], position=was.position)
        else:
            items[one.id] = _revert_fields(items[one.id], was, one.changes)
    # Neighbours are back where the old height put them: with the new height, a container would push them once more.
    for name, item in items.items():
        if item.is_container and item.position[:2] not in left and name in old.items:
            cell = item.position.cell._replace(h=old.items[name].position.cell.h)
            items[name] = replace(item, position=item.position._replace(cell=cell))
    removed = {name: item.position for name, item in (*new.items.items(), *old.items.items()) if name not in items}
    whole = ItemMap(fields, _break_cycles(_in_order(items, old, new), old), new.form)
    return from_item_map(whole, removed)


def _panes(difference: Difference) -> list[tuple[str, str]]:
    if difference.kind == "changed":
        if difference.after is None or not _resizes(difference):
            return []
        return [difference.after[:2]]  # a container that has more items, or is collapsed, displaces others too
    return [position[:2] for position in (difference.before, difference.after) if position is not None]


def _resizes(difference: Difference) -> bool:
    return any(change.path[0] in ("collapsed", "type", "tabs") for change in difference.changes)


def _revert_fields(item: MappedItem, was: MappedItem, changed_fields: Iterable[Change]) -> MappedItem:
    fields = item.fields
    for change in changed_fields:
        fields = with_field(fields, change.path, change.old)
    return replace(item, fields=fields, top=was.top)


def _in_order(items: dict[str, MappedItem], old: ItemMap, new: ItemMap) -> dict[str, MappedItem]:
    order = old.items if items.keys() == old.items.keys() else dict.fromkeys((*new.items, *old.items))
    return {name: items[name] for name in order if name in items}


def _break_cycles(items: dict[str, MappedItem], old: ItemMap) -> dict[str, MappedItem]:
    """Put containers back that would lie in each other because only some of them were reverted."""
    while cycle := find_cycle({name: item.position for name, item in items.items()}):
        for name in cycle:
            on_page = items[name].position._replace(container="", pane="")
            position = old.items[name].position if name in old.items else on_page
            items[name] = replace(items[name], position=position)
    return items


# Texts


class WordRun(NamedTuple):
    """Words that are in both texts, in the old one only (`gone`), or in the new one only (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


_PARTS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST: Final = 4_000
"""Texts with more words together are not compared word by word."""


def word_diff(old: str, new: str) -> tuple[WordRun, ...]:
    """The changes from one text to the other, word by word with the spaces around them; removed words come before added
    ones.
    """
    was, now = _split(old), _split(new)
    if len(was) + len(now) > _LONGEST:
        return tuple(run for run in (WordRun("gone", old), WordRun("new", new)) if run.text)
    runs: list[WordRun] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(WordRun("same", "".join(was[i:j])))
        else:
            runs += [run for run in (WordRun("gone", "".join(was[i:j])), WordRun("new", "".join(now[k:m]))) if run.text]
    return tuple(runs)


def _split(text: str) -> list[str]:
    """Words, what is between them, and each other character by itself."""
    return _PARTS.findall(text)


def word_count(old: str, new: str) -> int:
    """The number of changed words: the larger of those removed and those added."""
    runs = word_diff(old, new)
    return max(sum(len(run.text.split()) for run in runs if run.kind == kind) for kind in ("gone", "new"))


# JSON


_FIRST: Final = (
    *("format", "version", "id", "type", "title", "description", "columns", "compact", "query", "config"),
    *("position", "x", "y", "w", "h"),
)


class JsonLine(NamedTuple):
    """A line of one or both documents' JSON, and the item it is about ("": the document itself)."""

    kind: Literal["same", "gone", "new"]
    text: str
    item: str


def json_diff(before: Document, after: Document) -> tuple[JsonLine, ...]:
    """The differences between the JSON of two documents, line by line.

    Items are matched by their ids, so that equal lines of different items are not matched, and are in the order of
    `after`: their order in the file has no meaning.
    """
    ranks = {name: rank for rank, name in enumerate(to_item_map(after).items)}
    was, now = _blocks(before, ranks), _blocks(after, ranks)
    lines: list[JsonLine] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, list(was), list(now), autojunk=False).get_opcodes():
        if tag == "equal":
            for key in list(was)[i:j]:
                lines += _compared(was[key], now[key], key[0])
        else:
            lines += [JsonLine("gone", text, key[0]) for key in list(was)[i:j] for text in was[key]]
            lines += [JsonLine("new", text, key[0]) for key in list(now)[k:m] for text in now[key]]
    return tuple(lines)


def _compared(was: list[str], now: list[str], item: str) -> Iterator[JsonLine]:
    for tag, i, j, k, m in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (JsonLine("same", text, item) for text in was[i:j])
        else:
            yield from (JsonLine("gone", text, item) for text in was[i:j])
            yield from (JsonLine("new", text, item) for text in now[k:m])


def _blocks(document: Document, ranks: Mapping[str, int]) -> dict[tuple[str, int], list[str]]:
    """The lines of a document's JSON, split where another item begins."""
    written = _ordered(Truncator().truncate(write_document(document)), ranks)
    blocks: dict[tuple[str, int], list[str]] = {}
    counts: dict[str, int] = {}
    last: str | None = None
    for item, text in _written(written, "", "", ""):
        if item != last:
            counts[item] = counts.get(item, 0) + 1
            last = item
        blocks.setdefault((item, counts[item]), []).append(text)
    return blocks


def _ordered(value: object, ranks: Mapping[str, int]) -> object:
    """JSON with its fields in a fixed order, the usual ones first, and its items in the order of their ranks."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_FIRST.index(key) if key in _FIRST else len(_FIRST), key))
        return {key: _ordered(value[key], ranks) for key in keys}
    if not isinstance(value, list):
        return value
    parts = [_ordered(part, ranks) for part in value]
    if not all(_is_item(part) for part in parts):
        return parts
    order: list[object] = []
    for part in parts:  # a removed item stays behind its former predecessor
        place = ranks.get(_id(part))
        later = (k for k, other in enumerate(order) if place is not None and ranks.get(_id(other), -1) > place)
        order.insert(next(later, len(order)), part)
    return order


def _is_item(value: object) -> bool:
    return isinstance(value, dict) and "type" in value and isinstance(value.get("id"), str)


def _id(item: object) -> str:
    return str(item["id"]) if isinstance(item, dict) else ""


def _written(value: object, indent: str, name: str, item: str, end: str = "") -> Iterator[tuple[str, str]]:
    """A value's lines as `json.dumps` would indent them, each with the item it is about."""
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        inner = _id(value) if name == "" and indent and _is_item(value) else item
        yield inner, f"{indent}{name}{{"
        for place, (key, part) in enumerate(value.items(), 1):
            label = json.dumps(key, ensure_ascii=False) + ": "
            yield from _written(part, deeper, label, inner, "," if place < len(value) else "")
        yield inner, f"{indent}}}{end}"
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        yield item, f"{indent}{name}["
        for place, part in enumerate(value, 1):
            yield from _written(part, deeper, "", item, "," if place < len(value) else "")
        yield item, f"{indent}]{end}"
    else:
        yield item, f"{indent}{name}{json.dumps(value, ensure_ascii=False)}{end}"
