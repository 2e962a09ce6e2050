"""What a document keeps of the Grafana file it came from, so that an export writes only what was changed.

`grafana` of an item or variable is Grafana's own object, and `grafana` of the document the dashboard's other fields.
`grafana_original` of the document is the frame that they fit into: the order of the keys, and which item and variable
was where.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.interchange.grafana_rows import Panel

KEY: Final = "grafana_original"
_REPLACED: Final = ("panels", "rows", "templating", "title", "description", "variables")
"""Fields of a dashboard that `grafana` of its document doesn't hold as they were."""


def kept_frame(raw: Mapping[str, Any], panels: Sequence[Panel], entries: Sequence[str | int]) -> dict[str, Any]:
    """The frame of the dashboard `raw`.

    `panels` are its panels as they are nested in the file; `entries` stand for its variables: the name of one that is
    in the document, or the place among those that aren't.
    """
    own = {key: raw[key] for key in _REPLACED if key in raw}
    if isinstance(own.get("panels"), list):
        own["panels"] = [_entry(panel) for panel in panels]
    elif isinstance(own.get("rows"), list):
        own["rows"] = _row_entries(own["rows"], panels)
    templating = own.get("templating")
    if isinstance(templating, Mapping) and isinstance(templating.get("list"), list):
        own["templating"] = {**templating, "list": list(entries)}
    return {"keys": list(raw), "fields": own}


def _entry(panel: Panel) -> object:
    """The id of a panel's item; for a row with panels of its own, an object with theirs."""
    if panel.is_row and isinstance(panel.fields.get("panels"), list):
        return {"id": panel.id, "panels": [_entry(child) for child in panel.children]}
    return panel.id


def _row_entries(rows: Sequence[Any], panels: Sequence[Panel]) -> list[object]:
    """The rows from before Grafana 5, with ids in the place of their panels; `id` is their heading's, if it has one."""
    left = iter([found for panel in panels for found in (panel, *panel.children)])
    headed = any(panel.is_row for panel in panels)
    done: list[object] = []
    for row in rows:
        heading = next(left).id if headed else ""
        fields = dict(row)
        if isinstance(fields.get("panels"), list):
            fields["panels"] = [next(left).id for _panel in fields["panels"]]
        done.append({"id": heading, "row": fields})
    return done


@dataclass(frozen=True, slots=True)
class Original:
    """The frame of an imported document.

    `lists` are the ids in each list of panels, by the id of the row whose list it is (None: the dashboard's). `rows`
    are those from before Grafana 5, None if the file had none.
    """

    root: Mapping[str, Any]
    keys: tuple[str, ...]
    fields: Mapping[str, Any]
    lists: Mapping[str | None, tuple[str, ...]]
    rows: tuple[Mapping[str, Any], ...] | None

    @property
    def ids(self) -> set[str]:
        """The ids of all items that the import made."""
        found = {name for ids in self.lists.values() for name in ids}
        for entry in self.rows or ():
            listed = entry["row"].get("panels")
            found |= {entry["id"]} if entry["id"] else set()
            found |= set(listed) if isinstance(listed, list) else set()
        return found

    @property
    def dashboard(self) -> dict[str, Any]:
        """The dashboard's fields in their order, where those of the frame aren't filled in yet."""
        held = {**{key: value for key, value in self.root.items() if key not in _REPLACED}, **self.fields}
        return {key: held[key] for key in self.keys if key in held}

    @property
    def entries(self) -> list[str | int]:
        """What stands for each variable, as in `kept_frame`."""
        templating = self.fields.get("templating")
        listed = templating.get("list") if isinstance(templating, Mapping) else None
        return [entry for entry in listed if isinstance(entry, str | int)] if isinstance(listed, list) else []


def original_of(document: Document) -> Original | None:
    """What is kept of the file that a document came from; None if it came from none, or if that isn't complete."""
    frame, root = document.source.get(KEY), document.source.get("grafana")
    if not isinstance(frame, Mapping) or not isinstance(root, Mapping):
        return None
    keys, fields = frame.get("keys"), frame.get("fields")
    if not isinstance(keys, list) or not isinstance(fields, Mapping):
        return None
    lists: dict[str | None, tuple[str, ...]] = {None: ()}
    panels, rows = fields.get("panels"), fields.get("rows")
    if isinstance(panels, list):
        lists.update(_lists(panels, None))
    known = None
    if panels is None and isinstance(rows, list):
        if not all(isinstance(row, Mapping) and isinstance(row.get("row"), Mapping) and "id" in row for row in rows):
            return None
        known = tuple(rows)
    return Original(root, tuple(str(key) for key in keys), fields, lists, known)


def _lists(entries: Sequence[object], owner: str | None) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    ids = []
    for entry in entries:
        if isinstance(entry, str):
            ids.append(entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("id"), str):
            ids.append(entry["id"])
            if isinstance(entry.get("panels"), list):
                yield from _lists(entry["panels"], entry["id"])
    yield owner, tuple(ids)
