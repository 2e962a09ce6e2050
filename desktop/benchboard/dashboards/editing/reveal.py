"""Containers that are open in one window only: rows expanded and tabs switched to show a selected item.

They apply on top of the document's layout. `with_revealed` is the layout that is shown; `without_revealed` converts an
edit of the shown layout back to the document's, with the containers closed as before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from benchboard.dashboards.document.document import require_rows
from benchboard.dashboards.layout import ROW, TABS, Cell, Compact, Item, Layout, PageIndex, collapsed, fitted, map_items

Revealed = Mapping[str, str]
"""Containers that are open in one window only: id → id of the pane that is shown."""


def panes_around(page: PageIndex, ids: Iterable[str], tabs: Iterable[tuple[str, int]] = ()) -> Revealed:
    """What must be revealed to show these items, and these tabs (id, index).

    Of two items in different tabs of one container the last is shown.
    """
    ways = [way for one in ids if one in page.paths for way in page.path(one)]
    ways += [way for one in tabs if one[0] in page.paths for way in (*page.path(one[0]), one)]
    return {outer: page.item(outer).panes[pane].id for outer, pane in ways if page.item(outer).type in (ROW, TABS)}


def with_revealed(layout: Layout, revealed: Revealed, compact: Compact = "vertical") -> Layout:
    """The layout with these containers open; the same object if they are already.

    Raises `Invalid` if items would move below the last row of a page.
    """
    page = PageIndex(layout)
    for item_id, pane in revealed.items():
        item = page.item(item_id) if item_id in page.paths else None
        if item is None or _shows(item, pane):
            continue
        if item.type == ROW:
            page = PageIndex(collapsed(page, item_id, False, compact))
        elif (place := _place(item, pane)) is not None:
            page = PageIndex(page.with_item(replace(item, active=place), compact))
    if page.layout is not layout:
        require_rows(page.layout)
    return page.layout


def still_revealed(layout: Layout, revealed: Revealed) -> Revealed:
    """The containers still open in this layout, an edit of the shown one: a row may have been collapsed, a tab
    switched.
    """
    page = PageIndex(layout)
    return {one: pane for one, pane in revealed.items() if one not in page.paths or _shows(page.item(one), pane)}


def only_revealed(layout: Layout, revealed: Revealed) -> frozenset[str]:
    """The containers that are open in this window only: in the layout they are collapsed, or show another tab."""
    page = PageIndex(layout)
    return frozenset(one for one, pane in revealed.items() if one in page.paths and not _shows(page.item(one), pane))


def without_revealed(
    after: Layout, before: Layout, layout: Layout, revealed: Revealed, compact: Compact = "vertical"
) -> Layout:
    """The document's layout that is shown like `after`, an edit of `before`, which is `layout` with these containers
    revealed. If no such layout exists, the document gets the shown one.
    """
    closed = only_revealed(layout, revealed)
    now = PageIndex(after)
    if not closed or not closed & now.paths.keys():
        return after
    was, then = PageIndex(layout), PageIndex(before)

    def restored(item: Item, cell: Cell) -> tuple[Item, Cell]:
        if item.id not in was.paths or item.id not in then.paths:
            return item, cell
        stays = now.path(item.id) == then.path(item.id) and cell == then.cell(item.id)
        old = was.item(item.id)
        return _as_before(item, old) if item.id in closed else item, was.cell(item.id) if stays else cell

    found = fitted(map_items(after, restored), compact)
    return found if with_revealed(found, revealed, compact) == after else after


def _as_before(item: Item, old: Item) -> Item:
    """A container collapsed, or switched to the tab, as it was."""
    if item.type == ROW and old.panes and item.panes:
        return replace(item, collapsed=True, panes=(replace(item.panes[0], top=old.panes[0].top),))
    place = _place(item, old.panes[old.active].id) if item.type == TABS else None
    return item if place is None else replace(item, active=place)


def _shows(item: Item, pane: str) -> bool:
    if item.type == ROW:
        return not item.collapsed
    return item.type != TABS or _place(item, pane) in (None, item.active)


def _place(item: Item, pane: str) -> int | None:
    return next((k for k, one in enumerate(item.panes) if one.id == pane), None)
