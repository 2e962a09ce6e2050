"""What somebody changed in a dashboard, in as few words as a message has room for."""

from dataclasses import dataclass
from typing import Literal

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.versions.diff import differences

ChangeKind = Literal["added", "removed", "moved", "resized", "changed", "several", "settings"]


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """One item was added, removed, moved, resized or changed (then `title` is its title, or the name of its kind);
    `several` were; or only `settings` of the dashboard. `count` is the number of items, `present` the ids of those that
    are there afterwards, in reading order.
    """

    kind: ChangeKind
    title: str = ""
    count: int = 0
    present: tuple[str, ...] = ()


def change_summary(before: Document, after: Document) -> ChangeSummary | None:
    """What was changed from `before` to `after`, without the items that only made room; None if nothing was."""
    found = [one for one in differences(before, after) if not one.displaced]
    ids = tuple(dict.fromkeys(one.id for one in found if one.kind != "document"))
    if not found:
        return None
    if not ids:
        return ChangeSummary("settings")
    items = {one.item.id: one.item for document in (before, after) for one in walk_items(document.layout)}
    gone = {one.id for one in found if one.kind == "removed"}
    present = tuple(one for one in ids if one not in gone)
    if len(ids) > 1:
        return ChangeSummary("several", "", len(ids), present)
    kinds = {one.kind for one in found if one.id == ids[0]}
    kind: ChangeKind = "changed"
    for single in ("added", "removed", "moved"):
        if kinds == {single}:
            kind = single
    if kind == "moved" and all(one.before and one.after and one.after.resized(one.before) for one in found):
        kind = "resized"
    widget = widget_of(items[ids[0]])
    return ChangeSummary(kind, widget.title or widget.kind_name, 1, present)
