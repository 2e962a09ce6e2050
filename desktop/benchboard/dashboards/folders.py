"""The organisation's folders of dashboards: create, rename, move and delete them, and move dashboards between them.

Everyone who enters Studio sees the names of all folders, and in each the dashboards that they have access to: a folder
gives no access. A dashboard is in one folder at most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from benchboard.dashboards import folder_tree, library
from benchboard.dashboards.access import dashboard_permissions
from benchboard.dashboards.folder_tree import FolderNode
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, permissions
from benchboard.identity.permissions import Actor
from benchboard.name_characters import unusable_character
from benchboard.storage.models.base import is_id
from benchboard.storage.models.dashboards import DashboardFolder, DashboardFolderEntry
from benchboard.storage.models.identity import Organisation
from benchboard.storage.short_ids import find_id

MAX_NAME: Final = 100
MAX_DEPTH: Final = 8
MAX_FOLDERS: Final = 500


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in the tree. `count` is how many dashboards that the actor sees are in it or in its subfolders."""

    id: str
    name: str
    parent_id: str | None
    depth: int
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class DeletedFolder:
    """A folder that was deleted, with what was directly in it."""

    id: str
    name: str
    parent_id: str | None
    folder_ids: tuple[str, ...]
    dashboard_ids: tuple[str, ...]


def list_folders(session: Session, actor: Actor) -> tuple[Folder, ...]:
    """All folders, each after the one that it is in, by name."""
    permissions.require(actor, "studio:enter")
    nodes = library.folder_nodes(session, actor)
    counts: Counter[str] = Counter()
    for folder_id, count in library.count_by_folder(session, actor).items():
        for one in folder_tree.with_ancestors(nodes, folder_id):
            counts[one] += count
    return tuple(
        Folder(one.id, one.name, one.parent_id, one.depth, one.path, counts[one.id])
        for one in folder_tree.placed(nodes)
    )


def get_folder_matching(session: Session, actor: Actor, text: str) -> Folder:
    """The folder with this name or path (“Line 2 / Brake rig”), or else this ID or beginning of an ID.

    Raises `NotFound`, or `Conflict` (`folders.ambiguous`) if several have that name.
    """
    known = list_folders(session, actor)
    wanted = _folded(text)
    found = [one for one in known if _folded(one.path) == wanted] or [
        one for one in known if _folded(one.name) == wanted
    ]
    if not found:
        try:
            rows = select(DashboardFolder).where(DashboardFolder.organisation_id == actor.organisation_id)
            folder_id = find_id(session, rows, DashboardFolder.id, text)
        except ValueError:
            folder_id = None
        found = [one for one in known if one.id == folder_id]
    if not found:
        raise NotFound(
            "folders.unknown",
            _("There's no folder named “{name}”.").format(name=text[:80]),
            do=_("Choose one listed by “benchboard dashboard folder list”."),
        )
    if len(found) > 1:
        raise Conflict(
            "folders.ambiguous",
            _("Several folders are named “{name}”.").format(name=text),
            do=_("Use the path or ID shown by “benchboard dashboard folder list”."),
            field="folder",
        )
    return found[0]


def create_folder(session: Session, actor: Actor, name: str, *, parent_id: str | None = None) -> str:
    """Create a folder, at the top or in another one; returns its id."""
    nodes = _locked(session, actor)
    name = _valid_name(nodes, name, parent_id)
    _require_room(nodes, parent_id, 1)
    if len(nodes) >= MAX_FOLDERS:
        raise Conflict(
            "folders.too-many",
            _("There can be up to {count} folders.").format(count=MAX_FOLDERS),
            do=_("Delete a folder first."),
        )
    row = DashboardFolder(organisation_id=actor.organisation_id, name=name, parent_id=parent_id)
    session.add(row)
    session.flush()
    audit.record(session, actor, "dashboard_folder.create", row.id, name=name)
    return row.id


def rename_folder(session: Session, actor: Actor, folder_id: str, name: str) -> str:
    """Rename a folder; returns the name that it had."""
    nodes = _locked(session, actor)
    node = _node(nodes, folder_id)
    name = _valid_name(nodes, name, node.parent_id, besides=node.id)
    if name != node.name:
        row = _row(session, actor, node.id)
        row.name = name
        session.flush()
        audit.record(session, actor, "dashboard_folder.rename", row.id, name=name, before=node.name)
    return node.name


def move_folder(session: Session, actor: Actor, folder_id: str, parent_id: str | None) -> str | None:
    """Move a folder with all in it into another one, or to the top; returns the id of the one that it was in."""
    nodes = _locked(session, actor)
    node = _node(nodes, folder_id)
    if parent_id is not None and parent_id in folder_tree.subtree(nodes, node.id):
        raise Conflict(
            "folders.inside-itself",
            _("A folder can't be moved into itself."),
            why=_("The folder that you chose is “{name}” or inside it.").format(name=node.name),
            do=_("Choose another folder."),
        )
    _valid_name(nodes, node.name, parent_id, besides=node.id)
    _require_room(nodes, parent_id, folder_tree.height(nodes, node.id))
    if parent_id != node.parent_id:
        row = _row(session, actor, node.id)
        row.parent_id = parent_id
        session.flush()
        into = next((one.name for one in nodes if one.id == parent_id), None)
        audit.record(session, actor, "dashboard_folder.move", row.id, name=node.name, folder=into)
    return node.parent_id


def delete_folder(session: Session, actor: Actor, folder_id: str) -> DeletedFolder:
    """Delete a folder. The folders and dashboards in it move up to the one that it is in, or to the top.

    A folder that has the name of one there gets a number behind it.
    """
    nodes = _locked(session, actor)
    node = _node(nodes, folder_id)
    inside = [one for one in nodes if one.parent_id == node.id]
    entries = DashboardFolderEntry.organisation_id == actor.organisation_id, DashboardFolderEntry.folder_id == node.id
    dashboards = session.scalars(select(DashboardFolderEntry.dashboard_id).where(*entries)).all()
    taken = {_folded(one.name) for one in nodes if one.parent_id == node.parent_id and one.id != node.id}
    for child in inside:
        row = _row(session, actor, child.id)
        row.parent_id, row.name = node.parent_id, _free_name(child.name, taken)
        taken.add(_folded(row.name))
    session.flush()
    if node.parent_id is None:
        session.execute(delete(DashboardFolderEntry).where(*entries))
    else:
        session.execute(update(DashboardFolderEntry).where(*entries).values(folder_id=node.parent_id))
    session.delete(_row(session, actor, node.id))
    session.flush()
    audit.record(session, actor, "dashboard_folder.delete", node.id, name=node.name, count=len(dashboards))
    return DeletedFolder(node.id, node.name, node.parent_id, tuple(one.id for one in inside), tuple(dashboards))


def restore_folder(session: Session, actor: Actor, deleted: DeletedFolder) -> None:
    """Create a deleted folder again, and move back what was in it and was not moved or deleted since."""
    nodes = _locked(session, actor)
    if any(one.id == deleted.id for one in nodes):
        return
    parent_id = deleted.parent_id if any(one.id == deleted.parent_id for one in nodes) else None
    taken = {_folded(one.name) for one in nodes if one.parent_id == parent_id and one.id not in deleted.folder_ids}
    name = _free_name(deleted.name, taken)
    session.add(DashboardFolder(id=deleted.id, organisation_id=actor.organisation_id, name=name, parent_id=parent_id))
    session.flush()
    for child in nodes:
        if child.id in deleted.folder_ids and child.parent_id == deleted.parent_id:
            _row(session, actor, child.id).parent_id = deleted.id
    session.flush()
    before = library.folders_of(session, actor, deleted.dashboard_ids)
    _put(session, actor, [one for one, now in before.items() if now == deleted.parent_id], deleted.id)
    audit.record(session, actor, "dashboard_folder.restore", deleted.id, name=name)


def move_dashboards(
    session: Session, actor: Actor, dashboard_ids: Sequence[str], folder_id: str | None
) -> dict[str, str | None]:
    """Move dashboards into a folder, or out of all (None); returns those that moved, with the folder of each before.

    Who can edit a dashboard can move it.
    """
    permissions.require(actor, "dashboards:write")
    name = None
    if folder_id is not None:
        name = _node(library.folder_nodes(session, actor), folder_id).name
        # Shared by all who move into it; whoever deletes it waits.
        session.execute(select(DashboardFolder.id).where(DashboardFolder.id == folder_id).with_for_update(read=True))
    rows = [dashboard_permissions.require(session, actor, one, "edit", lock=True) for one in sorted(set(dashboard_ids))]
    before = library.folders_of(session, actor, [row.id for row in rows])
    moved = {row.id: before[row.id] for row in rows if before[row.id] != folder_id}
    _put(session, actor, list(moved), folder_id)
    for row in rows:
        if row.id in moved:
            audit.record(session, actor, "dashboard.move", row.id, name=row.name, folder=name)
    return moved


def move_back(session: Session, actor: Actor, before: Mapping[str, str | None]) -> None:
    """Undo `move_dashboards`: each to the folder that it was in, or out of all if that was deleted since."""
    permissions.require(actor, "dashboards:write")
    known = {node.id for node in library.folder_nodes(session, actor)}
    for folder_id in sorted(set(before.values()), key=str):
        ids = [one for one, folder in before.items() if folder == folder_id]
        move_dashboards(session, actor, ids, folder_id if folder_id in known else None)


def _put(session: Session, actor: Actor, dashboard_ids: Sequence[str], folder_id: str | None) -> None:
    own = DashboardFolderEntry.organisation_id == actor.organisation_id
    if dashboard_ids:
        session.execute(delete(DashboardFolderEntry).where(own, DashboardFolderEntry.dashboard_id.in_(dashboard_ids)))
    if folder_id is not None:
        for one in dashboard_ids:
            session.add(
                DashboardFolderEntry(organisation_id=actor.organisation_id, dashboard_id=one, folder_id=folder_id)
            )
    session.flush()


def _locked(session: Session, actor: Actor) -> list[FolderNode]:
    """The folders, which no one else can change until the transaction ends: two moves at once could put two folders
    inside each other.
    """
    permissions.require(actor, "dashboards:write")
    own = select(Organisation.id).where(Organisation.id == actor.organisation_id)
    session.execute(own.with_for_update(key_share=True))
    return library.folder_nodes(session, actor)


def _node(nodes: Sequence[FolderNode], folder_id: str) -> FolderNode:
    wanted = folder_id.lower() if is_id(folder_id) else ""
    node = next((one for one in nodes if one.id == wanted), None)
    if node is None:
        raise _unknown()
    return node


def _row(session: Session, actor: Actor, folder_id: str) -> DashboardFolder:
    found = session.get(DashboardFolder, folder_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound(
        "folders.unknown",
        _("Folder not found."),
        why=_("It was deleted, or it never existed."),
        do=_("Choose another folder."),
    )


def _valid_name(nodes: Sequence[FolderNode], name: str, parent_id: str | None, *, besides: str | None = None) -> str:
    """The name without surrounding spaces. Raises `Invalid` for an unusable one, `Conflict` for one that is taken."""
    name = name.strip()
    if parent_id is not None:
        _node(nodes, parent_id)
    if not name:
        raise Invalid("folders.name", _("Enter a folder name."), field="name")
    if len(name) > MAX_NAME:
        what = _("Folder names can have up to {count} characters.").format(count=MAX_NAME)
        raise Invalid("folders.name", what, field="name")
    if why := unusable_character(name):
        raise Invalid("folders.name", _("Folder names can't contain control characters."), why=why, field="name")
    same = (one for one in nodes if one.parent_id == parent_id and one.id != besides)
    if any(_folded(one.name) == _folded(name) for one in same):
        raise Conflict(
            "folders.taken",
            _("There's already a folder named “{name}” here.").format(name=name),
            do=_("Choose another name."),
            field="name",
        )
    return name


def _require_room(nodes: Sequence[FolderNode], parent_id: str | None, levels: int) -> None:
    depth = len(list(folder_tree.with_ancestors(nodes, parent_id)))
    if depth + levels > MAX_DEPTH:
        raise Conflict(
            "folders.too-deep",
            _("Folders can be inside each other up to {count} levels.").format(count=MAX_DEPTH),
            do=_("Choose a folder further up."),
        )


def _free_name(name: str, taken: set[str]) -> str:
    """The name, with the first number behind it that makes it one that isn't taken."""
    free, number = name, 2
    while _folded(free) in taken:
        free, number = f"{name[: MAX_NAME - 5]} {number}", number + 1
    return free


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
