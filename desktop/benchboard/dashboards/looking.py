"""Looking into what is closed without editing it: rows opened and tabs turned on the way to what somebody chose.

A look lies over a layout as its document has it. `seen` is the layout under looks; `told` leads an edit of what is seen
back to what the document has to say, where what is open only to be looked at is closed as before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document import require_rows
from benchboard.dashboards.layout import ROW, TABS, Cell, Compact, Item, Layout, Page

Looks = Mapping[str, str]
"""Containers, by their ids, and which of their panes is looked at, by its id."""


def towards(page: Page, ids: Iterable[str], tabs: Iterable[tuple[str, int]] = ()) -> Looks:
    """What has to be open for these items to be seen, and these tabs (id, place). Of two items in different tabs of one
    container the last one is seen."""
    ways = [way for one in ids if one in page.paths for way in page.path(one)]
    ways += [way for one in tabs if one[0] in page.paths for way in (*page.path(one[0]), one)]
    return {outer: page.item(outer).panes[pane].id for outer, pane in ways if page.item(outer).type in (ROW, TABS)}


def seen(layout: Layout, looks: Looks, compact: Compact = "vertical") -> Layout:
    """The layout with what is looked at open; the same one where it is so already. Raises `Invalid` where that pushes
    something below the last row a page has."""
    page = Page(layout)
    for item_id, pane in looks.items():
        item = page.item(item_id) if item_id in page.paths else None
        if item is None or _shows(item, pane):
            continue
        if item.type == ROW:
            page = Page(grid.collapsed(page, item_id, False, compact))
        elif (place := _place(item, pane)) is not None:
            page = Page(page.with_item(replace(item, active=place), compact))
    if page.layout is not layout:
        require_rows(page.layout)
    return page.layout


def lasting(layout: Layout, looks: Looks) -> Looks:
    """Those looks that somebody who made this of what was seen has not ended by closing a row or turning to a tab."""
    page = Page(layout)
    return {one: pane for one, pane in looks.items() if one not in page.paths or _shows(page.item(one), pane)}


def only(layout: Layout, looks: Looks) -> frozenset[str]:
    """The containers that are open only because somebody looks into them: the layout has them otherwise."""
    page = Page(layout)
    return frozenset(one for one, pane in looks.items() if one in page.paths and not _shows(page.item(one), pane))


def told(after: Layout, before: Layout, layout: Layout, looks: Looks, compact: Compact = "vertical") -> Layout:
    """What the document has to say to be seen like `after`, an edit of `before`, which is `layout` seen under these
    looks. Where closing what is only looked at would not lead there again, what somebody sees is what they get."""
    closed = only(layout, looks)
    now = Page(after)
    if not closed or not closed & now.paths.keys():
        return after
    was, then = Page(layout), Page(before)

    def restored(item: Item, cell: Cell) -> tuple[Item, Cell]:
        if item.id not in was.paths or item.id not in then.paths:
            return item, cell
        stays = now.path(item.id) == then.path(item.id) and cell == then.cell(item.id)
        old = was.item(item.id)
        return _as_before(item, old) if item.id in closed else item, was.cell(item.id) if stays else cell

    found = grid.fitted(grid.mapped(after, restored), compact)
    return found if seen(found, looks, compact) == after else after


def _as_before(item: Item, old: Item) -> Item:
    """A container closed, or turned to the tab, as it was."""
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
