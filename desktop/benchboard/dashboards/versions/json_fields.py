"""The fields of an item or a document as a JSON tree: comparing and setting fields."""

from collections.abc import Iterator
from typing import Final, NamedTuple

Path = tuple[str, ...]
"""A field of an item or a document: `("config", "unit")`."""
POSITION: Final[Path] = ("position",)
"""The field for an item's position: its grid and its cell there."""
WHOLE: Final[Path] = ()
"""The field for an item as a whole."""


class _Absent:
    """The value of a field that doesn't exist."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
Tree = dict[str, object]


class Change(NamedTuple):
    """A field with another value; `ABSENT` if it doesn't exist."""

    path: Path
    old: object
    new: object


def is_open(path: Path) -> bool:
    """Whether an object in this field is compared field by field, rather than as one value."""
    if path[0] == "breakpoints":
        return len(path) < 3 or (len(path) == 3 and path[2] == "places")
    if path[0] in ("variables", "tabs"):
        return len(path) == 1 or (path[1] == "each" and len(path) < 4)
    return len(path) == 1 and path[0] in ("config", "position")


def changes(old: object, new: object, path: Path = ()) -> Iterator[Change]:
    """The fields in which two trees differ."""
    if isinstance(old, dict) and isinstance(new, dict) and (not path or is_open(path)):
        for key in dict.fromkeys((*old, *new)):
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif not same(old, new):
        yield Change(path, old, new)


def with_field(tree: Tree, path: Path, value: object) -> Tree:
    """The tree with a field set, or without it if the value is `ABSENT`."""
    key, *rest = path
    changed = dict(tree)
    if rest:
        inner = with_field(tree_of(tree.get(key, {})), tuple(rest), value)
        if inner or key in tree or value is not ABSENT:
            changed[key] = inner
    elif value is ABSENT:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def same(one: object, other: object) -> bool:
    """Whether two JSON values have the same type and content; unlike Python's ==, 1 is neither true nor 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def tree_of(value: object) -> Tree:
    """The value if it is a tree, otherwise an empty one."""
    return value if isinstance(value, dict) else {}
