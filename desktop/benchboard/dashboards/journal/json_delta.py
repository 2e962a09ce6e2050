"""The difference of two JSON values, small enough to write for every gesture.

A list whose entries are objects with unique `id`s (items, tabs) is compared by id, at any depth: a moved widget costs
only its own numbers, not the list. Any other difference is written as a whole value.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

_ABSENT: Final = object()
Delta: TypeAlias = dict[str, object] | None
"""JSON itself. None: equal; `{"=": value}`: replaced; `{"o": {key: delta}, "-": [keys]}`: an object;
`{"i": {id: delta}, "-": [ids], "+": [[index, entry]], "order": [ids]}`: a list by id, with an `order` only where
entries that stay changed places among each other."""


def diff(before: object, after: object) -> Delta:
    """What makes `after` of `before`. Numbers are equal only in the same kind: 1, 1.0 and true are three values."""
    if before is after:
        return None
    if isinstance(before, dict) and isinstance(after, dict):
        return _objects(before, after)
    if isinstance(before, list) and isinstance(after, list):
        old, new = _by_id(before), _by_id(after)
        if old is not None and new is not None:
            return _lists(old, new)
        equal = len(before) == len(after) and all(diff(a, b) is None for a, b in zip(before, after, strict=True))
    else:
        equal = type(before) is type(after) and before == after
    return None if equal else {"=": after}


def apply(value: object, delta: Delta) -> object:
    """The value with a delta applied. Unchanged parts are shared with `value`, which is not modified.

    Raises `LookupError`, `TypeError` or `ValueError` if the delta was made from another value.
    """
    if delta is None:
        return value
    if "=" in delta:
        return delta["="]
    if "o" in delta and isinstance(value, dict):
        return _object_with(value, delta)
    if "i" in delta and isinstance(value, list):
        return _list_with(value, delta)
    raise ValueError("a delta of another value")


def _objects(before: dict[str, object], after: dict[str, object]) -> Delta:
    changes: dict[str, Delta] = {}
    for key, value in after.items():
        old = before.get(key, _ABSENT)
        if old is value:
            continue
        if old is _ABSENT:
            changes[key] = {"=": value}
        elif (change := diff(old, value)) is not None:
            changes[key] = change
    gone = [key for key in before if key not in after] if before.keys() != after.keys() else []
    return {"o": changes} | ({"-": gone} if gone else {}) if changes or gone else None


def _lists(before: dict[str, object], after: dict[str, object]) -> Delta:
    changes = {
        key: change
        for key, value in after.items()
        if key in before and before[key] is not value and (change := diff(before[key], value)) is not None
    }
    gone, fresh, order = _reordered(before, after) if list(before) != list(after) else ([], [], [])
    if not (changes or gone or fresh or order):
        return None
    delta: dict[str, object] = {"i": changes}
    delta |= {"-": gone} if gone else {}
    delta |= {"+": fresh} if fresh else {}
    return delta | ({"order": order} if order else {})


def _reordered(before: dict[str, object], after: dict[str, object]) -> tuple[list[str], list[object], list[str]]:
    gone = [key for key in before if key not in after]
    fresh: list[object] = [[place, value] for place, (key, value) in enumerate(after.items()) if key not in before]
    stayed = [key for key in before if key in after]
    return gone, fresh, list(after) if stayed != [key for key in after if key in before] else []


def _by_id(entries: Sequence[object]) -> dict[str, object] | None:
    """The entries by their ids, in their order; None where they do not all have one of their own."""
    named: dict[str, object] = {}
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name in named:
            return None
        named[name] = entry
    return named


def _object_with(value: dict[str, object], delta: dict[str, object]) -> dict[str, object]:
    made = dict(value)
    for key in _list(delta.get("-", [])):
        del made[str(key)]
    for key, change in _dict(delta["o"]).items():
        made[key] = apply(made.get(key), _delta(change))
    return made


def _list_with(value: list[object], delta: dict[str, object]) -> list[object]:
    named = _by_id(value)
    if named is None:
        raise ValueError("a delta of another list")
    for key in _list(delta.get("-", [])):
        del named[str(key)]
    for key, change in _dict(delta["i"]).items():
        named[key] = apply(named[key], _delta(change))
    made, order = list(named.values()), _list(delta.get("order", []))
    for place, entry in (_list(pair) for pair in _list(delta.get("+", []))):
        if not isinstance(place, int):
            raise TypeError("a place is a whole number")
        made.insert(place, entry)
    if order:
        named = _by_id(made) or {}
        made = [named[str(key)] for key in order]
    return made


def _delta(value: object) -> Delta:
    return None if value is None else _dict(value)


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
