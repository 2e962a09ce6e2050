"""What differs between two dashboards: places as places, fields as fields, texts word by word, JSON line by line."""

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
from benchboard.dashboards.versions.moved_items import moved

Kind = Literal["moved", "added", "removed", "changed", "document"]
Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: an item that lies elsewhere, is new, is gone or says something else, or a field of the
    document (`kind` is `document` and `id` the field's dotted name). An item that was moved and changed makes two.

    `was` and `now` are its places where it has them; `changes` what it says else. `pushed`: it only gave way to
    something, or rose where something went.
    """

    kind: Kind
    id: str
    was: ItemPosition | None = None
    now: ItemPosition | None = None
    changes: tuple[Change, ...] = ()
    pushed: bool = False

    @property
    def key(self) -> Key:
        """What names it among the differences of two documents."""
        return self.kind, self.id


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """What is different in `after`, in reading order, what was only pushed last. Places are those of the documents as
    they are shown (`fitted`)."""
    old, new = to_item_map(before), to_item_map(after)
    return tuple(differences_between(old, new))


def differences_between(old: ItemMap, new: ItemMap) -> Iterator[Difference]:
    """The same of documents taken apart."""
    meant, pushed = moved(old, new)
    for name in _read_through(new, old):
        was, now = old.pieces.get(name), new.pieces.get(name)
        if was is None and now is not None:
            yield Difference("added", name, now=now.place)
        elif now is None and was is not None:
            yield Difference("removed", name, was=was.place)
        elif was is not None and now is not None:
            if name in meant:
                yield Difference("moved", name, was.place, now.place)
            if said := tuple(changes(was.says, now.says)):
                yield Difference("changed", name, was.place, now.place, said)
    for change in changes(old.says, new.says):
        yield Difference("document", ".".join(change.path), changes=(change,))
    for name in _read_through(new, old):
        if name in pushed:
            yield Difference("moved", name, old.pieces[name].place, new.pieces[name].place, pushed=True)


def _read_through(new: ItemMap, old: ItemMap) -> list[str]:
    """Everybody in reading order, container by container; who is gone where it was."""
    inside: dict[tuple[str, str], list[MappedItem]] = {}
    for piece in (*new.pieces.values(), *(piece for name, piece in old.pieces.items() if name not in new.pieces)):
        inside.setdefault((piece.place.container, piece.place.pane), []).append(piece)
    order: dict[str, None] = {}

    def read(container: str) -> None:
        for (holder, _pane), pieces in inside.items():
            if holder == container:
                for piece in sorted(pieces, key=lambda piece: (piece.place.cell.y, piece.place.cell.x)):
                    if piece.id not in order:
                        order[piece.id] = None
                        if piece.holds:
                            read(piece.id)

    read("")
    return [*order, *(name for name in (*new.pieces, *old.pieces) if name not in order)]


def revert(after: Document, before: Document, chosen: Iterable[Key]) -> Document:
    """`after` without the chosen differences from `before`, fitted. What was pushed goes back by itself when all that
    moved, came or went in its grid is taken back."""
    old, new = to_item_map(before), to_item_map(after)
    wanted = set(chosen)
    found = list(differences_between(old, new))
    taken = [difference for difference in found if difference.key in wanted]
    left = {pane for one in found if one not in taken and not one.pushed for pane in _panes(one)}
    taken += [one for one in found if one.pushed and one not in taken and not left.intersection(_panes(one))]
    says, pieces = new.says, dict(new.pieces)
    for one in taken:
        was = old.pieces.get(one.id)
        if one.kind == "document":
            (change,) = one.changes
            says = with_field(says, change.path, change.old)
        elif one.kind == "added":
            pieces.pop(one.id, None)
        elif was is None:
            continue
        elif one.kind == "removed":
            pieces[one.id] = was
        elif one.kind == "moved":
            pieces[one.id] = replace(pieces[one.id], place=was.place)
        else:
            pieces[one.id] = _said_again(pieces[one.id], was, one.changes)
    # Neighbours are back where the old height put them: with the new height, a container would push them once more.
    for name, piece in pieces.items():
        if piece.holds and piece.place[:2] not in left and name in old.pieces:
            cell = piece.place.cell._replace(h=old.pieces[name].place.cell.h)
            pieces[name] = replace(piece, place=piece.place._replace(cell=cell))
    gone = {name: piece.place for name, piece in (*new.pieces.items(), *old.pieces.items()) if name not in pieces}
    whole = ItemMap(says, _untangled(_in_order(pieces, old, new), old), new.form)
    return from_item_map(whole, gone)


def _panes(difference: Difference) -> list[tuple[str, str]]:
    if difference.kind == "changed":
        # A container that holds more, or is closed, pushes too.
        return [place[:2] for place in (difference.now,) if place is not None] if _resizes(difference) else []
    return [place[:2] for place in (difference.was, difference.now) if place is not None]


def _resizes(difference: Difference) -> bool:
    return any(change.path[0] in ("collapsed", "type", "tabs") for change in difference.changes)


def _said_again(piece: MappedItem, was: MappedItem, said: Iterable[Change]) -> MappedItem:
    says = piece.says
    for change in said:
        says = with_field(says, change.path, change.old)
    return replace(piece, says=says, top=was.top)


def _in_order(pieces: dict[str, MappedItem], old: ItemMap, new: ItemMap) -> dict[str, MappedItem]:
    order = old.pieces if pieces.keys() == old.pieces.keys() else dict.fromkeys((*new.pieces, *old.pieces))
    return {name: pieces[name] for name in order if name in pieces}


def _untangled(pieces: dict[str, MappedItem], old: ItemMap) -> dict[str, MappedItem]:
    """Containers that would lie in each other, because only some of them were taken back, all go back."""
    while ring := find_cycle({name: piece.place for name, piece in pieces.items()}):
        for name in ring:
            place = old.pieces[name].place if name in old.pieces else pieces[name].place._replace(container="", pane="")
            pieces[name] = replace(pieces[name], place=place)
    return pieces


# Texts


class WordRun(NamedTuple):
    """Words that are in both texts, in the old one only (`gone`), or in the new one only (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


_PARTS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST: Final = 4_000
"""Words up to which two texts are compared one by one."""


def word_diff(old: str, new: str) -> tuple[WordRun, ...]:
    """How one text became the other, word by word with the spaces around them; what went stands before what came."""
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
    """Words, what is between them, and each other sign by itself."""
    return _PARTS.findall(text)


def word_count(old: str, new: str) -> int:
    """How many words changed: of those that went and those that came, the more."""
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
    """How the JSON of one document became that of the other, line by line.

    Items are matched by their ids, so that what is alike in two items is not taken for the same, and stand in the order
    of `after`: which is written first means nothing.
    """
    ranks = {name: rank for rank, name in enumerate(to_item_map(after).pieces)}
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
    """The lines of a document's JSON, cut where they begin to be about another item."""
    written = _ordered(Truncator().shortened(write_document(document)), ranks)
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
    """JSON whose fields stand in one order, the usual ones first, and whose items stand by their ranks."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_FIRST.index(key) if key in _FIRST else len(_FIRST), key))
        return {key: _ordered(value[key], ranks) for key in keys}
    if not isinstance(value, list):
        return value
    parts = [_ordered(part, ranks) for part in value]
    if not all(_is_item(part) for part in parts):
        return parts
    order: list[object] = []
    for part in parts:  # one that is gone stays behind the one it stood behind
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
