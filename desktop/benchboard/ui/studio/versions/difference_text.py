"""Texts for the differences between two dashboards: what changed, how, and the tag on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import Document, fitted_document
from benchboard.dashboards.document.widget_kinds import kind_of, widget_of
from benchboard.dashboards.layout import (
    CONTAINERS,
    ROW,
    Cell,
    Item,
    PageIndex,
    grid_number,
    rows_above,
    walk_items,
)
from benchboard.dashboards.versions.diff import Difference, word_count
from benchboard.dashboards.versions.item_map import ItemPosition
from benchboard.dashboards.versions.json_fields import ABSENT, Change, Path
from benchboard.i18n import N_, _, ngettext

Look = Literal["moved", "added", "removed", "changed"]
ROLE: Final[dict[Look, str]] = {"moved": "warn", "added": "ok", "removed": "error", "changed": "info"}
"""The colour of each kind of difference; every mark has a word as well."""
_LABELS: Final = {
    "title": N_("Title"),
    "description": N_("Description"),
    "type": N_("Type"),
    "query": N_("Query"),
    "static": N_("Position locked"),
    "locked": N_("Locked"),
    "repeat": N_("Repeat by"),
    "collapsed": N_("Collapsed"),
    "active": N_("Active tab"),
    "min_w": N_("Minimum width"),
    "max_w": N_("Maximum width"),
    "min_h": N_("Minimum height"),
    "max_h": N_("Maximum height"),
    "columns": N_("Columns"),
    "compact": N_("Close gaps"),
    "position": N_("Position"),
    "config": N_("Settings"),
}
_VARIABLE_LABELS: Final = {
    "": N_("Variable {name}"),
    "label": N_("Variable {name}: label"),
    "type": N_("Variable {name}: type"),
    "query": N_("Variable {name}: query"),
    "data_source_id": N_("Variable {name}: data source"),
    "values": N_("Variable {name}: values"),
    "chosen": N_("Variable {name}: selection"),
    "multiple": N_("Variable {name}: multiple values"),
    "include_all": N_("Variable {name}: “All” option"),
    "all_chosen": N_("Variable {name}: all selected"),
}
_TYPES: Final = {"list": N_("List"), "query": N_("Query"), "text": N_("Text")}
_SHORT: Final = 24


@dataclass(frozen=True, slots=True)
class DifferenceText:
    """A difference as text: `title` is the item, `line` what changed, `tag` the same in a word or two."""

    look: Look
    icon: str
    title: str
    line: str
    tag: str


class ItemNames:
    """Names of items in several documents; the first document that has an item is used."""

    def __init__(self, *documents: Document) -> None:
        self._documents = documents
        self._rows_above: dict[str, int] = {}
        self._items: dict[str, Item] = {}
        self._tabs: dict[tuple[str, str], str] = {}
        for document in reversed(documents):
            for found in walk_items(document.layout):
                self._items[found.item.id] = found.item
                self._tabs |= {(found.item.id, pane.id): pane.title for pane in found.item.panes if pane.title}

    def item(self, item_id: str) -> Item | None:
        """The item itself, or None."""
        return self._items.get(item_id)

    def title(self, item_id: str) -> str:
        """Its title, or the name of its kind if it has none."""
        item = self._items.get(item_id)
        if item is None:
            return item_id
        return widget_of(item).title or widget_of(item).kind_name

    def tab(self, item_id: str, tab_id: object) -> object:
        """A tab's title, also of a tab that was removed; its id if it is unknown."""
        return self._tabs.get((item_id, tab_id), tab_id) if isinstance(tab_id, str) else tab_id

    def with_tab_titles(self, item_id: str, change: Change) -> Change:
        """A change of the active tab with the tabs' titles in place of their ids."""
        if change.path != ("active",):
            return change
        return Change(change.path, self.tab(item_id, change.old), self.tab(item_id, change.new))

    def type(self, item_id: str) -> str:
        """Its type in the document; empty if it is unknown."""
        item = self._items.get(item_id)
        return item.type if item is not None else ""

    def numbered(self, place: ItemPosition) -> Cell:
        """A position's cell as people count it: in a row, its grid rows continue those around it, as in the inspector.

        Before and after are counted from where the row is in the first document that has it, so that only an item
        that moved has another number.
        """
        if not place.container or self.type(place.container) != ROW:
            return place.cell
        if place.container not in self._rows_above:
            self._rows_above[place.container] = self._count_above(place.container)
        return place.cell._replace(y=place.cell.y + self._rows_above[place.container])

    def _count_above(self, row_id: str) -> int:
        for document in self._documents:
            page = PageIndex(fitted_document(document).layout)
            if row_id in page.paths:
                return rows_above(page, (*page.path(row_id), (row_id, 0)))
        return 0

    def container_name(self, place: ItemPosition) -> str:
        """The name of the grid that a position is in."""
        if not place.container:
            return _("the dashboard")
        item = self._items.get(place.container)
        tab = next((pane.title for pane in item.panes if pane.id == place.pane), "") if item is not None else ""
        return _("“{title}”").format(title=tab or self.title(place.container))


def kind_title(type_name: str) -> str:
    """The name of a type of item for the user."""
    kind = kind_of(type_name)
    return _(kind.title) if kind is not None else type_name


def describe(difference: Difference, names: ItemNames) -> DifferenceText:
    """A difference as text."""
    title = names.title(difference.id)
    was, now = difference.before, difference.after
    type_name = names.type(difference.id)
    if difference.kind == "added" and now is not None:
        return DifferenceText(
            "added", "ph.plus", title, _("at {place}").format(place=_position_text(now, names)), _("Added")
        )
    if difference.kind == "removed" and was is not None:
        line = _("was at {place}").format(place=_position_text(was, names))
        return DifferenceText("removed", "ph.minus", title, line, _("Removed"))
    if difference.kind == "moved" and was is not None and now is not None:
        return DifferenceText(
            "moved", _arrow_icon(was, now), title, _move_text(was, now, names, type_name), _moved_tag(was, now)
        )
    if difference.kind == "document":
        title = _("Dashboard")
    changes = [names.with_tab_titles(difference.id, change) for change in split_changes(difference.changes)]
    icon = "ph.text-t" if all(map(_is_prose, changes)) else "ph.sliders-horizontal"
    line = ", ".join(change_line(change, type_name) for change in changes)
    return DifferenceText("changed", icon, title, line, _changed_tag(changes, type_name))


def summarise(differences: Sequence[Difference], names: ItemNames) -> str:
    """All changes in one line, as “2 moved, 1 changed: Orders per day”."""
    texts = [describe(difference, names) for difference in differences]
    words: dict[Look, str] = {
        "moved": _("{count} moved"),
        "added": _("{count} added"),
        "removed": _("{count} removed"),
        "changed": _("{count} changed"),
    }
    titles = {look: [text.title for text in texts if text.look == look] for look in words}
    parts = [words[look].format(count=len(same)) for look, same in titles.items() if same]
    last = next((same for same in reversed(titles.values()) if same), [])
    line = ", ".join(parts)
    return _("{name}: {values}").format(name=line, values=last[0]) if len(last) == 1 else line


def field_label(path: Path, type_name: str | None) -> str:
    """The label of a field; an unknown field keeps its name in the document. `type_name` is empty for the dashboard
    itself and None where it is unknown."""
    if not path:
        return _("Widget")
    if path == ("title",) and type_name == "":
        return _("Name")
    if path[:2] == ("tabs", "order") or path[:2] == ("variables", "order"):
        return _("Tab order") if path[0] == "tabs" else _("Variable order")
    if path[:2] == ("tabs", "each"):
        return _("Tab title") if path[3:] == ("title",) else _("Tab")
    if path[:2] == ("variables", "each") and len(path) > 2:
        words = _VARIABLE_LABELS.get(path[3] if len(path) > 3 else "", _VARIABLE_LABELS[""])
        return _(words).format(name=path[2])
    if path[0] == "breakpoints" and len(path) > 1:
        page = {"tablet": _("Tablet layout"), "phone": _("Phone layout")}
        return page.get(path[1], path[1])
    if path == ("config", "text"):
        return _("Text")
    if path[0] == "config" and len(path) > 1:
        kind = kind_of(type_name or "")
        setting = next((one for one in kind.settings if one.key == path[1]), None) if kind is not None else None
        return _(setting.title) if setting is not None else path[1].replace("_", " ")
    if path == ("min_w", "max_w") or path == ("min_h", "max_h"):
        return _("Minimum and maximum size")
    return _(_LABELS[path[0]]) if path[0] in _LABELS else path[-1].replace("_", " ")


def format_value(value: object, path: Path = (), most: int = 60) -> str:
    """A value as short text for the user."""
    if value is ABSENT or value is None or value in ("", [], {}):
        return _("none")
    if isinstance(value, str) and images.is_image(value):
        return images.describe_image(value)
    if isinstance(value, ItemPosition):
        return _cell_text(value.cell)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if path == ("type",) and isinstance(value, str):
        return kind_title(value)
    if path[:2] == ("variables", "each") and path[3:] == ("type",) and value in _TYPES:
        return _(_TYPES[str(value)])
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return _cut(", ".join(str(part) for part in value), most)
    if isinstance(value, Mapping):
        return _format_object(value, path, most)
    return _cut(" ".join(str(value).split()), most)


def _format_object(value: Mapping[str, object], path: Path, most: int) -> str:
    whole = {key: part for key, part in value.items() if isinstance(part, int)}
    if value.keys() == whole.keys() == set(Cell._fields):
        return _cell_text(Cell(**whole))
    if path[1:2] == ("each",):  # a tab or a variable, by its title
        return _cut(str(value.get("title") or value.get("label") or path[-1]), most)
    inner = (f"{field_label((str(key),), None)} {format_value(part, (), 20)}" for key, part in value.items())
    return _cut(", ".join(inner), most)


def position_cell_text(place: ItemPosition, names: ItemNames) -> str:
    """A position's column, row and size."""
    return _cell_text(names.numbered(place))


def _cell_text(cell: Cell) -> str:
    words = _("column {x}, row {y}, {w} wide, {h} high")
    return words.format(x=grid_number(cell.x), y=grid_number(cell.y), w=cell.w, h=cell.h)


def change_line(change: Change, type_name: str) -> str:
    """`Unit km → m`, or the number of changed words in a longer text."""
    name = field_label(change.path, type_name)
    if _is_order(change.path):
        return name
    if any(images.is_image(value) for value in change[1:]):
        return _image_line(change, name)
    if change.path[-1] == "query" and isinstance(change.old, str) and isinstance(change.new, str):
        return _("{field} changed").format(field=name)  # a count of words says nothing of a query
    if _is_prose(change) and isinstance(change.old, str) and isinstance(change.new, str):
        count = word_count(change.old, change.new)
        words = ngettext("{count} word", "{count} words", count).format(count=count)
        return words if change.path == ("config", "text") else f"{name}: {words}"
    if (parts := _parts_line(change)) is not None:
        return f"{name} {parts}"
    old, new = (format_value(value, change.path, _SHORT) for value in (change.old, change.new))
    return f"{name} {old} → {new}"


def _parts_line(change: Change) -> str | None:
    """What was added to a list and removed from it, where the two lists can be too long to compare at sight."""
    if not isinstance(change.old, list) or not isinstance(change.new, list):
        return None
    if not change.old or not change.new or not all(isinstance(part, str | int) for part in change.old + change.new):
        return None
    parts = [
        f"{sign} {format_value(only, change.path)}"
        for sign, these, others in (("+", change.new, change.old), ("−", change.old, change.new))
        if (only := [part for part in these if part not in others])
    ]
    return ", ".join(parts) or None


def _image_line(change: Change, name: str) -> str:
    old, new = (format_value(value, change.path) for value in (change.old, change.new))
    if not images.is_image(change.old):
        return _("{field}: added ({new})").format(field=name, new=new)
    if not images.is_image(change.new):
        return _("{field}: removed ({old})").format(field=name, old=old)
    return _("{field} changed ({old} → {new})").format(field=name, old=old, new=new)


def pushed_text(count: int) -> str:
    """The heading of the list's section of displaced widgets."""
    return ngettext("{count} other widget moved", "{count} other widgets moved", count).format(count=count)


def split_changes(changes: Sequence[Change]) -> list[Change]:
    """Split a widget's first settings, or its last ones, into one change each.

    A change of order is omitted if it only follows from additions or removals, which are listed already.
    """
    found = []
    for change in changes:
        if _is_order(change.path) and len(changes) > 1 and set(_texts(change.old)) != set(_texts(change.new)):
            continue
        sides = [value if isinstance(value, dict) else {} for value in (change.old, change.new)]
        if change.path == ("config",) and any(sides):
            found += [
                Change(("config", key), *(side.get(key, ABSENT) for side in sides)) for key in {**sides[0], **sides[1]}
            ]
        else:
            found.append(change)
    return found


def _is_order(path: Path) -> bool:
    return path in (("tabs", "order"), ("variables", "order"))


def _texts(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _is_prose(change: Change) -> bool:
    texts = [text for text in (change.old, change.new) if text is not ABSENT]
    if any(map(images.is_image, texts)):
        return False
    long = any(isinstance(text, str) and (len(text) > _SHORT or "\n" in text) for text in texts)
    return long and all(isinstance(text, str) for text in texts)


def _changed_tag(changes: Sequence[Change], type_name: str) -> str:
    if len(changes) > 1:
        return ngettext("{count} field changed", "{count} fields changed", len(changes)).format(count=len(changes))
    (change,) = changes
    name = field_label(change.path, type_name)
    old, new = (format_value(value, change.path, _SHORT) for value in (change.old, change.new))
    if _is_prose(change) or _is_order(change.path) or len(old) + len(new) > 14:
        return _("{field} changed").format(field=name)
    return f"{name} {old} → {new}"


def _moved_tag(was: ItemPosition, now: ItemPosition) -> str:
    if was.cell.w != now.cell.w:
        name = _("Narrower") if now.cell.w < was.cell.w else _("Wider")
        return f"{name}, {was.cell.w} → {now.cell.w}"
    if was[:2] == now[:2] and was.cell[:2] == now.cell[:2]:
        name = _("Shorter") if now.cell.h < was.cell.h else _("Taller")
        return f"{name}, {was.cell.h} → {now.cell.h}"
    return _("Moved")


def _move_text(was: ItemPosition, now: ItemPosition, names: ItemNames, type_name: str) -> str:
    """A move as text: only the fields that differ; a container's height is omitted, because it depends on its
    content.
    """
    parts = []
    if was[:2] != now[:2]:
        parts.append(_("from {old} to {new}").format(old=names.container_name(was), new=names.container_name(now)))
    fields = [_("column"), _("row"), _("width"), _("height")][: 3 if type_name in CONTAINERS else 4]
    old, new = ((grid_number(cell.x), grid_number(cell.y), cell.w, cell.h) for cell in map(names.numbered, (was, now)))
    parts += [
        f"{name} {before} → {after}" for name, before, after in zip(fields, old, new, strict=False) if before != after
    ]
    return ", ".join(parts)


def _position_text(place: ItemPosition, names: ItemNames) -> str:
    where = position_cell_text(place, names)
    return (
        where if not place.container else _("{place} in {where}").format(place=where, where=names.container_name(place))
    )


def _arrow_icon(was: ItemPosition, now: ItemPosition) -> str:
    across, down = now.cell.x - was.cell.x, now.cell.y - was.cell.y
    if not across and not down:
        return "ph.arrows-out" if now.cell.w * now.cell.h > was.cell.w * was.cell.h else "ph.arrows-in"
    if abs(across) > abs(down):
        return "ph.arrow-right" if across > 0 else "ph.arrow-left"
    return "ph.arrow-down" if down > 0 else "ph.arrow-up"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
