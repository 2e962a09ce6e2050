"""Puts the panels of an imported document back where Grafana's file had them, and its other fields around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchboard.dashboards.document.document import MAX_DESCRIPTION, MAX_NAME, Document
from benchboard.dashboards.interchange.grafana_import import placed_panels
from benchboard.dashboards.interchange.grafana_original import Original
from benchboard.dashboards.interchange.grafana_rows import COLUMNS, Panel, scaled
from benchboard.dashboards.interchange.grafana_time import time_changes
from benchboard.dashboards.interchange.grafana_variables import restored_list
from benchboard.dashboards.interchange.panel_export import grafana_source, inside
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.dashboards.layout import ROW, Cell, Item, fitted, parse_page, serialise_page, walk_items
from benchboard.errors import Invalid

_Json = dict[str, Any]
_SPAN: Final = ("x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item is: the row that holds it, its cell, whether it is pinned, and whether it is a collapsed row."""

    row: str | None
    cell: Cell
    static: bool
    collapsed: bool


class PanelOrder:
    """Where each panel of a file was, and which of them are still there."""

    def __init__(self, document: Document, original: Original) -> None:
        self._original, self._columns = original, document.layout.columns
        self._items: dict[str, Item] = {found.item.id: found.item for found in walk_items(document.layout)}
        self._now = dict(_places(serialise_page(document.layout), None))
        self._was: dict[str, _Place] = {}
        self._base: dict[str, _Place] = {}
        self._read(document)
        self._in_place = {name for name in self._was if self._stays(name)}
        unmoved = {name: self._now[name] for name in self._in_place}
        if any(self._base.get(name) != place for name, place in unmoved.items()):
            self._base = self._was
        self.keeps_rows = original.rows is not None and self._is_whole()

    def is_in_place(self, item_id: str) -> bool:
        """Whether an item is still in the list of panels that it came from."""
        return item_id in self._in_place

    def arranged(self, panels: list[_Json], made: Mapping[str, _Json]) -> list[_Json]:
        """The dashboard's list of panels in the order of the file, new ones behind those they follow on the page.

        `panels` are in reading order; `made` are those of items, by the item's id. Their ids and cells become those
        of the file where they are unchanged.
        """
        if self._original.rows is not None:
            self._finish_legacy(made)
            return panels
        lists: dict[str | None, list[_Json]] = {None: panels}
        lists |= {name: panel.get("panels") or [] for name, panel in made.items() if self._items[name].type == ROW}
        kept = {id(made[name]) for name in self._in_place}
        merged = {}
        for owner, listed in lists.items():
            names = self._original.lists.get(owner, ())
            placed = [made[name] for name in names if name in self._in_place]
            merged[owner] = _merged(placed, listed, kept)
        for name, panel in made.items():
            came = grafana_source(self._items[name].source)
            if name in merged:
                _set(panel, "panels", merged[name], came, keep=not merged[name] and name in self._was)
            if name in self._original.ids:
                _set(panel, "id", panel["id"], came, keep=True)
            if name in self._in_place:
                self._set_place(name, panel, came)
        return merged[None]

    def rows(self, made: Mapping[str, _Json]) -> list[_Json]:
        """The rows from before Grafana 5 with their panels; only where `keeps_rows`."""
        done = []
        for entry in self._original.rows or ():
            row, heading = dict(entry["row"]), made.get(str(entry["id"]))
            if isinstance(row.get("panels"), list):
                row["panels"] = [made[name] for name in row["panels"]]
            if heading is not None:
                came = grafana_source(self._items[str(entry["id"])].source)
                row |= {key: heading.get(key) for key in ("title", "repeat") if heading.get(key) != came.get(key)}
            done.append(row)
        return done

    def _read(self, document: Document) -> None:
        """Lay the file's panels out once more: those that are left, numbered as their items are."""
        ids: list[str] = []
        if self._original.rows is None:
            raw: _Json = {"panels": self._panels(None, ids)}
        elif self._original.ids <= self._items.keys():
            raw = {"rows": self._rows(ids)}
        else:
            return
        try:
            layout = parse_page([_item(panel) for panel in placed_panels(raw, ids)], columns=COLUMNS)
        except (Invalid, ValueError):  # somebody edited what was kept: then all of it is laid out anew
            return
        self._was = dict(_places(serialise_page(layout), None))
        self._base = dict(_places(serialise_page(fitted(layout, document.compact)), None))

    def _panels(self, owner: str | None, ids: list[str]) -> list[_Json]:
        listed = []
        for name in self._original.lists.get(owner, ()):
            item = self._items.get(name)
            if item is None or name in ids:
                continue
            ids.append(name)
            came = dict(grafana_source(item.source))
            if came.get("type") == "row" and name in self._original.lists:
                came["panels"] = self._panels(name, ids)
            listed.append(came)
        return listed

    def _rows(self, ids: list[str]) -> list[_Json]:
        done = []
        for entry in self._original.rows or ():
            row = dict(entry["row"])
            ids += [str(entry["id"])] if entry["id"] else []
            if isinstance(row.get("panels"), list):
                ids += row["panels"]
                row["panels"] = [dict(grafana_source(self._items[name].source)) for name in row["panels"]]
            done.append(row)
        return done

    def _stays(self, name: str) -> bool:
        """Whether an item is in the row it was in, and that row as it was."""
        was, now = self._was.get(name), self._now.get(name)
        if was is None or now is None or was.row != now.row:
            return False
        row = was.row
        return row is None or (self._now[row].collapsed == self._was[row].collapsed and self._stays(row))

    def _is_whole(self) -> bool:
        """Whether every panel of the file is in its place, and no other item is there."""
        same = self._now in (self._was, self._base) and self._columns == COLUMNS
        return same and self._now.keys() == self._original.ids

    def _set_place(self, name: str, panel: _Json, came: Mapping[str, Any]) -> None:
        now, was, base = self._now[name], self._was[name], self._base[name]
        given = inside(came, "gridPos")
        if now.cell == base.cell and self._columns == COLUMNS:
            _set(panel, "gridPos", dict(given), came, keep=now.static == base.static)
        else:
            cell = scaled(now.cell, self._columns)
            changed = {key: cell[key] for key in _SPAN if key not in given or cell[key] != getattr(was.cell, key)}
            panel["gridPos"] = {**given, **changed}
        if now.static != was.static:
            panel["gridPos"].pop("static", None)
            panel["gridPos"] |= {"static": True} if now.static else {}

    def _finish_legacy(self, made: Mapping[str, _Json]) -> None:
        for name, panel in made.items():
            if name not in self._original.ids:
                continue
            came = grafana_source(self._items[name].source)
            if self.keeps_rows:
                _set(panel, "id", None, came, keep=True)
                _set(panel, "gridPos", None, came, keep=True)
            else:
                panel.pop("span", None)
                panel.pop("height", None)


def _set(panel: _Json, key: str, value: object, came: Mapping[str, Any], *, keep: bool) -> None:
    """Give a panel a field, or (`keep`) the value that it came with, if it had any."""
    if not keep:
        panel[key] = value
    elif key in came:
        panel[key] = came[key]
    else:
        panel.pop(key, None)


def _merged(placed: Sequence[_Json], listed: Sequence[_Json], kept: set[int]) -> list[_Json]:
    """`placed` with every other panel of `listed` that isn't `kept` elsewhere, behind the one it follows there."""
    done = list(placed)
    at = 0
    for panel in listed:
        if id(panel) in kept:
            at = next((place + 1 for place, one in enumerate(done) if one is panel), at)
        else:
            done.insert(at, panel)
            at += 1
    return done


def _places(items: Sequence[Any], row: str | None) -> Iterator[tuple[str, _Place]]:
    for item in items:
        position = item["position"]
        cell = Cell(*(position[key] for key in _SPAN))
        yield item["id"], _Place(row, cell, item.get("static") is True, item.get("collapsed") is True)
        for inner in (item.get("items") or (), *(tab.get("items") or () for tab in item.get("tabs") or ())):
            yield from _places(inner, item["id"])


def _item(panel: Panel) -> _Json:
    assert panel.cell is not None
    item: _Json = {"id": panel.id, "type": "text", "position": panel.cell._asdict()}
    if panel.is_row:
        item |= {"type": ROW, "collapsed": panel.collapsed, "items": [_item(inner) for inner in panel.children]}
    return item | ({"static": True} if inside(panel.fields, "gridPos").get("static") is True else {})


def restored_dashboard(
    document: Document, original: Original, panels: Sequence[_Json], rows: Sequence[_Json] | None
) -> _Json:
    """The dashboard that a document was imported from, with the changes made here. `panels` or, of the form before
    Grafana 5, `rows` are those to put into it.
    """
    dashboard = original.dashboard
    for key, now, most in (("title", document.title, MAX_NAME), ("description", document.description, MAX_DESCRIPTION)):
        was = str(dashboard.get(key) or "")
        if now != (one_line(was) if key == "title" else was)[:most]:
            dashboard[key] = now
    dashboard |= time_changes(document, dashboard)
    theirs = original.root.get("variables")
    listed = restored_list(document.variables, theirs if isinstance(theirs, list) else [], original.entries)
    templating = inside(dashboard, "templating")
    if listed or isinstance(templating.get("list"), list):
        dashboard["templating"] = {**templating, "list": listed}
    if rows is not None:
        dashboard["rows"] = list(rows)
        return dashboard
    if original.rows is not None:
        del dashboard["rows"]
    if panels or isinstance(dashboard.get("panels"), list):
        dashboard["panels"] = list(panels)
    return dashboard
