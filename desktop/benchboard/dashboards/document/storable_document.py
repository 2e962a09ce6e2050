"""A document as it is stored: its JSON, the JSON's text, and the document that these read as.

Nothing is stored that can't be read again. Of a page that is stored again and again, only the items that changed are
written and checked: an unchanged item in an unchanged cell is the same object again (`CheckedItems`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from benchboard.dashboards.document.document import (
    MAX_BYTES,
    Document,
    parse_document,
    parse_fields,
    require_rows_in_bounds,
    require_storable,
    require_valid_item,
    write_document,
)
from benchboard.dashboards.layout import (
    CONTAINERS,
    MAX_ITEMS,
    Cell,
    Item,
    Layout,
    WrittenItems,
    parse_item,
    serialise_page,
)
from benchboard.errors import Invalid

_PANES: Final = ("items", "tabs")
_DEEPEST: Final = 20
"""Levels of one item's own fields, so few that the whole is not nested too deeply, in whatever containers it is."""
Json = dict[str, Any]


_NOTHING: Final = (Item("", ""), Cell(0, 0, 1, 1))


class StorableDocument(NamedTuple):
    """The JSON of a document, its text, and the document that it parses to."""

    written: Json
    text: str
    document: Document


@dataclass(frozen=True, slots=True)
class _CheckedItem:
    """The JSON of a valid item, its text, and, without its children, what it parses to."""

    written: Json
    text: str
    parsed: tuple[Item, Cell]


@dataclass(frozen=True, slots=True)
class _CheckedPage:
    """The items of a page, beside each other: its layout, their JSON, its texts, and what they parse to."""

    layout: Layout
    written: list[Json]
    texts: list[str]
    parsed: list[tuple[Item, Cell]]
    is_flat: bool
    """Whether none of them is a container."""


class CheckedItems:
    """What the items of one page gave when it was last stored; call `limit` from time to time."""

    def __init__(self) -> None:
        self.written: WrittenItems = {}
        self._checked: dict[str, _CheckedItem] = {}
        self._page: _CheckedPage | None = None

    def limit(self, most: int) -> None:
        """Forget all if there are more than `most`: then most of them were removed from the page."""
        if len(self.written) > most:
            self.written.clear()
            self._checked.clear()
            self._page = None

    def page(self, layout: Layout) -> _CheckedPage:
        """The items of a layout. Raises `Invalid` or `_Unsure` if one of them isn't valid."""
        last = self._page
        if last is None or len(last.layout) != len(layout):
            places = list(range(len(layout)))
            last = _CheckedPage(layout, [{}] * len(layout), [""] * len(layout), [_NOTHING] * len(layout), is_flat=True)
        else:
            columns = zip(layout.items, last.layout.items, layout.cells, last.layout.cells, strict=True)
            places = [k for k, (item, was, cell, there) in enumerate(columns) if item is not was or cell != there]
        written, texts, parsed = last.written.copy(), last.texts.copy(), last.parsed.copy()
        for k in places:
            one = Layout(layout.columns, (layout.items[k],), (layout.cells[k],))
            (written[k],) = serialise_page(one, self.written)
            texts[k] = self.text(written[k])
            parsed[k] = self._checked[written[k]["id"]].parsed
        changed = places if last.is_flat else range(len(layout))
        is_flat = not any(parsed[k][0].type in CONTAINERS for k in changed)
        self._page = _CheckedPage(layout, written, texts, parsed, is_flat)
        return self._page

    def text(self, written: Json) -> str:
        """The text of an item's JSON, as `json.dumps` writes it. Raises `Invalid` or `_Unsure` if it isn't valid."""
        item_id = written.get("id")
        if not isinstance(item_id, str):
            raise _Unsure
        last = self._checked.get(item_id)
        if last is not None and last.written is written:
            return last.text
        is_container = written.get("type") in CONTAINERS
        text = self._container_text(written) if is_container else require_storable(written, _DEEPEST)
        parsed = parse_item(written)
        require_valid_item(parsed[0])
        self._checked[item_id] = _CheckedItem(written, text, parsed)
        return text

    def _container_text(self, written: Json) -> str:
        panes = {key: written[key] for key in _PANES if key in written}
        own = {key: value for key, value in written.items() if key not in panes}
        require_storable(own, _DEEPEST)
        ready: dict[str, str] = {}
        if "items" in panes:
            ready["items"] = self._list_text(panes["items"])
        if "tabs" in panes:
            ready["tabs"] = _list([self._tab_text(tab) for tab in _objects(panes["tabs"])])
        return object_text(written, ready)

    def _tab_text(self, tab: Json) -> str:
        require_storable({key: value for key, value in tab.items() if key != "items"}, _DEEPEST)
        return object_text(tab, {"items": self._list_text(tab["items"])} if "items" in tab else {})

    def _list_text(self, written: object) -> str:
        return _list([self.text(item) for item in _objects(written)])

    def parse(self, written: object, place: int) -> tuple[Item, Cell]:
        """As `parse_item`."""
        last = self._checked.get(written["id"]) if isinstance(written, dict) else None
        return last.parsed if last is not None and last.written is written else parse_item(written, place)


class _Unsure(Exception):  # it says nothing about the document
    """The quick way doesn't apply."""


def storable(document: Document, known: CheckedItems | None = None) -> StorableDocument:
    """The document to store. `known` is kept from one time to the next, for one page.

    Raises `Invalid` naming item and field for a document that can't be stored or read again, as `parse_document` does.
    """
    known = CheckedItems() if known is None else known
    try:
        return _storable(document, known)
    except (Invalid, _Unsure):
        # The whole at once decides whether it is valid, and which error comes first.
        written = write_document(document)
        return StorableDocument(written, json.dumps(written), parse_document(written))


def _storable(document: Document, known: CheckedItems) -> StorableDocument:
    bare = write_document(replace(document, layout=Layout.of(document.layout.columns, ())))
    if bare["items"] != []:
        raise _Unsure
    require_storable(bare)
    page = known.page(document.layout)
    written = {**bare, "items": page.written}
    text = object_text(written, {"items": _list(page.texts)})
    if len(text) > MAX_BYTES:
        raise _Unsure
    layout = Layout.of(document.layout.columns, page.parsed)
    if page.is_flat and len(layout.places) == len(layout) <= MAX_ITEMS:
        parsed = replace(parse_fields(bare, parse_item), layout=layout)
    else:
        parsed = parse_fields(written, known.parse)
    require_rows_in_bounds(parsed)
    return StorableDocument(written, text, parsed)


def object_text(written: Json, ready: Mapping[str, str]) -> str:
    """An object as `json.dumps` writes it, where the texts of some of its fields are `ready`."""
    if not all(isinstance(key, str) for key in written):
        raise _Unsure
    texts = ((key, ready[key] if key in ready else json.dumps(value)) for key, value in written.items())
    return "{" + ", ".join(f"{json.dumps(key)}: {text}" for key, text in texts) + "}"


def _list(texts: list[str]) -> str:
    return "[" + ", ".join(texts) + "]"


def _objects(written: object) -> list[Json]:
    """The items or tabs in a list. Raises `_Unsure` unless it is one."""
    if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
        raise _Unsure
    return written
