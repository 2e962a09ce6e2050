"""The tree of folders, without a database: its order, what is inside a folder, and where a folder may be moved.

Parents come from rows that other programs may write: an unknown parent counts as none, and folders that are inside
each other begin at the first of them by name. So each folder is in the tree, once.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SEPARATOR: Final = " / "
"""Between the names of a path."""


@dataclass(frozen=True, slots=True)
class FolderNode:
    """A folder as it is stored."""

    id: str
    name: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class PlacedFolder:
    """A folder in the tree: `parent_id` is the one that it is shown in, `path` has the names from the top."""

    id: str
    name: str
    parent_id: str | None
    depth: int
    path: str


def placed(nodes: Sequence[FolderNode]) -> tuple[PlacedFolder, ...]:
    """All folders, each after the one that it is in, by name."""
    known = {node.id for node in nodes}
    children: defaultdict[str | None, list[FolderNode]] = defaultdict(list)
    for node in sorted(nodes, key=lambda one: (one.name.casefold(), one.name, one.id)):
        children[node.parent_id if node.parent_id in known else None].append(node)
    found: dict[str, PlacedFolder] = {}
    waiting = [(node, None) for node in reversed(children[None])]
    _place(found, waiting, children)
    for node in [one for siblings in children.values() for one in siblings]:  # those inside each other
        if node.id not in found:
            _place(found, [(node, None)], children)
    return tuple(found.values())


def _place(
    found: dict[str, PlacedFolder],
    waiting: Sequence[tuple[FolderNode, PlacedFolder | None]],
    children: Mapping[str | None, Sequence[FolderNode]],
) -> None:
    stack = list(waiting)
    while stack:
        node, parent = stack.pop()
        if node.id in found:
            continue
        path = f"{parent.path}{SEPARATOR}{node.name}" if parent is not None else node.name
        here = PlacedFolder(node.id, node.name, parent.id if parent else None, parent.depth + 1 if parent else 0, path)
        found[node.id] = here
        stack += [(child, here) for child in reversed(children.get(node.id, ()))]


def subtree(nodes: Sequence[FolderNode], folder_id: str) -> set[str]:
    """The ids of a folder and of all inside it; empty for an unknown one."""
    inside: set[str] = set()
    for folder in placed(nodes):
        if folder.id == folder_id or folder.parent_id in inside:
            inside.add(folder.id)
    return inside


def height(nodes: Sequence[FolderNode], folder_id: str) -> int:
    """How many levels of folders begin at this one, itself included."""
    inside = subtree(nodes, folder_id)
    depths = [folder.depth for folder in placed(nodes) if folder.id in inside]
    return max(depths) - min(depths) + 1 if depths else 0


def with_ancestors(nodes: Sequence[FolderNode], folder_id: str | None) -> Iterator[str]:
    """The ids of a folder and of those that it is in, from the inside."""
    parents = {folder.id: folder.parent_id for folder in placed(nodes)}
    while folder_id in parents:
        yield folder_id
        folder_id = parents[folder_id]
