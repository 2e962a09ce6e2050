"""Edits of a page other than moving and resizing: locks, copies, groups and tabs. Pure: they take a page and ids and
return a fitted layout.

The ids of copies, what may not be moved and how deep containers may be nested is decided here, for all callers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import require_rows, require_valid_field
from benchboard.dashboards.document.widget_kinds import WidgetKind, kind_of, widget_of, with_fields
from benchboard.dashboards.editing.paste_position import page_with_block
from benchboard.dashboards.layout import (
    DEEPEST,
    GROUP,
    MAX_ITEMS,
    MAX_TABS,
    ROW,
    TABS,
    Cell,
    Compact,
    ContainerDrag,
    Item,
    Layout,
    PageIndex,
    Pane,
    Path,
    first_free,
    fitted,
    height,
    map_items,
    walk_items,
)
from benchboard.errors import Invalid
from benchboard.i18n import _

Lock = Literal["place", "size", "content"]
LOCKS: Final[tuple[Lock, ...]] = ("place", "size", "content")
_STEM: Final = 190


class Edited(NamedTuple):
    """A page after an edit, fitted, and its selection."""

    layout: Layout
    selection: tuple[str, ...]


Placed = tuple[tuple[Item, Cell], ...]
"""Items and their cells relative to each other."""


def checked(layout: Layout) -> Layout:
    """The layout, if it is valid in a document.

    Raises `Invalid` for containers more than eight deep, more than 10,000 items, and items below the last row.
    """
    count = 0
    for found in walk_items(layout):
        count += 1
        if len(found.path) + bool(found.item.panes) > DEEPEST:
            what = _("Containers can't be nested more than {limit} levels deep.").format(limit=DEEPEST)
            raise Invalid("layout.too-deep", what, item=found.item.id, field="items")
    if count > MAX_ITEMS:
        what = _("This would exceed the limit of {limit} widgets and containers per dashboard.").format(limit=MAX_ITEMS)
        raise Invalid("layout.too-many-items", what, item=None, field="items")
    require_rows(layout)
    return layout


def require_room(before: Layout, after: Layout) -> None:
    """Raise `Invalid` if an edit makes the images of a page exceed a document's limit."""
    lengths = [
        images.total_length(found.item.source.get("config") for found in walk_items(page)) for page in (before, after)
    ]
    images.require_room(*lengths)


def outermost(page: PageIndex, ids: Iterable[str]) -> tuple[str, ...]:
    """These ids without those inside another of them."""
    chosen = frozenset(ids)
    return tuple(one for one in dict.fromkeys(ids) if not chosen & {outer for outer, _k in page.path(one)})


def with_property(
    page: PageIndex, ids: Iterable[str], key: str, value: object, compact: Compact = "vertical"
) -> PageIndex:
    """The page with `title`, `query`, `repeat` or (as `config.<key>`) a setting of these items set, except those with
    locked content; the same object if nothing changes. Raises `Invalid` if the value isn't valid.
    """
    field, _dot, setting = key.partition(".")
    for item_id in ids:
        item = page.item(item_id)
        new_value = {**widget_of(item).config, setting: value} if setting else value
        if "content" not in locks(item) and item.source.get(field) != new_value:
            after = with_fields(item, **{field: new_value})
            require_valid_field(after, field)
            page = PageIndex(page.with_item(after, compact))
    return page


def with_kind(page: PageIndex, ids: Iterable[str], kind: WidgetKind, compact: Compact = "vertical") -> PageIndex:
    """The page with these items, if they have a query, shown as another kind that has one; except those with locked
    content. Query, cell and all settings stay, also those that the new kind doesn't have. The same object if nothing
    changes.
    """
    for item_id in ids:
        item, cell = page.item(item_id), page.cell(item_id)
        before = kind_of(item.type)
        if before is None or not before.query or not kind.query or before is kind or "content" in locks(item):
            continue
        least_w, least_h = min(kind.min_w, cell.w), min(kind.min_h, cell.h)
        title = _(kind.title) if item.source.get("title") == _(before.title) else item.source.get("title")
        after = with_fields(item, type=kind.type, title=title, min_w=least_w, min_h=least_h)
        page = PageIndex(page.with_item(replace(after, type=kind.type, min_w=least_w, min_h=least_h), compact))
    return page


# Locks


def locks(item: Item) -> frozenset[Lock]:
    """The locks of an item: its `place` (`static`), its `size`, its `content`."""
    named = item.source.get("locked")
    names = named if isinstance(named, list) else []
    return frozenset(lock for lock in LOCKS if (lock == "place" and item.static) or lock in names)


def locked(page: PageIndex, ids: Iterable[str], lock: Lock, on: bool, compact: Compact = "vertical") -> Layout:
    """The layout of the page with one lock of these items set (`on`) or removed. Unknown ids are ignored."""
    wanted = frozenset(ids)

    def change(item: Item, cell: Cell) -> tuple[Item, Cell]:
        return (_with_lock(item, lock, on) if item.id in wanted else item), cell

    return fitted(map_items(page.layout, change), compact)


def _with_lock(item: Item, lock: Lock, on: bool) -> Item:
    if lock == "place":
        return replace(with_fields(item, static=on), static=on)
    kept = (locks(item) | {lock} if on else locks(item) - {lock}) - {"place"}
    fields = {key: value for key, value in item.source.items() if key != "locked"}
    if kept:
        fields["locked"] = [name for name in LOCKS if name in kept]
    return replace(item, source=MappingProxyType(fields))


# Copies


def copied(page: PageIndex, ids: Iterable[str]) -> Placed:
    """The copied items: these with all items in them, and their cells relative to each other."""
    return together([(page.item(one), page.shown[one]) for one in outermost(page, ids) if one in page.shown])


def pasted(
    page: PageIndex, copy: Placed, path: Path, at: tuple[int, int] | None = None, compact: Compact = "vertical"
) -> Edited:
    """The page with a copy in the grid at `path`, under unused ids: with its top left corner at a cell of the page,
    where other items make room, or in the first free cell. Several items stay as they were beside each other, if there
    is a position for that.
    """
    taken = set(page.paths)
    fresh = tuple((_unfixed(renewed(item, taken)), cell) for item, cell in copy)
    names = tuple(item.id for item, _cell in fresh)
    path = _allowed(page, path, fresh)
    if len(fresh) > 1 and (whole := page_with_block(page, fresh, path, at, compact)) is not None:
        return Edited(checked(whole), names)
    if at is not None:
        first = fresh[0][1]
        carry = ContainerDrag(page, guests=fresh, compact=compact)
        return Edited(checked(carry.drop(path, at[0] + first.x, at[1] + first.y)), names)
    pane = page.pane(path)
    placed = list(_squeezed(fresh, pane.columns))
    w, h = max(cell.right for _item, cell in placed), max(cell.bottom for _item, cell in placed)
    free = first_free(pane, w, h)
    moved = [(item, Cell(cell.x + free.x, cell.y + free.y, cell.w, cell.h)) for item, cell in placed]
    return Edited(checked(page.with_pane(path, Layout.of(pane.columns, [*pane, *moved]), compact)), names)


def landing(
    page: PageIndex, chosen: Sequence[str], at: tuple[int, int] | None, *, stays: bool
) -> tuple[Path, tuple[int, int] | None]:
    """The grid for items inserted at a cell of the page, and the cell if it is in that grid: the grid there, or else
    that of the first of `chosen`. If items must stay in their container (`stays`), always the latter.
    """
    own = page.path(chosen[0]) if chosen else ()
    under = page.pane_at(*at) if at is not None else own
    if not stays:
        return under, at
    return own, at if under[: len(own)] == own else None


def duplicated(page: PageIndex, ids: Iterable[str], compact: Compact = "vertical") -> Edited:
    """The page with a copy of each item in the first free cell of its own grid."""
    names: list[str] = []
    for one in outermost(page, ids):
        path, cell = page.path(one), page.cell(one)
        layout, new = pasted(page, ((page.item(one), Cell(0, 0, cell.w, cell.h)),), path, compact=compact)
        page = PageIndex(layout)
        names += new
    return Edited(page.layout, tuple(names))


def renewed(item: Item, taken: set[str]) -> Item:
    """A copy of an item and its content under ids that are not `taken`; adds them to `taken`."""
    name = item.id
    if name in taken:
        stem, number = item.id[:_STEM], 2
        while (name := f"{stem}-{number}") in taken:
            number += 1
    taken.add(name)
    panes = tuple(
        replace(pane, layout=Layout.of(pane.layout.columns, [(renewed(one, taken), cell) for one, cell in pane.layout]))
        for pane in item.panes
    )
    return replace(with_fields(item, id=name), id=name, panes=panes)


def _unfixed(item: Item) -> Item:
    return _with_lock(item, "place", False) if item.static else item


def together(placed: Sequence[tuple[Item, Cell]]) -> Placed:
    """The items with their cells moved so that the outermost are in column 0 and row 0; their order stays."""
    left = min((cell.x for _item, cell in placed), default=0)
    top = min((cell.y for _item, cell in placed), default=0)
    return tuple((item, Cell(cell.x - left, cell.y - top, cell.w, cell.h)) for item, cell in placed)


def _squeezed(placed: Placed, columns: int) -> Iterator[tuple[Item, Cell]]:
    """A copy from a wider grid, moved into these columns; overlapping items move down."""
    items = [
        (item, cell._replace(x=0, w=columns) if item.type == ROW else cell._replace(x=min(cell.x, columns - w), w=w))
        for item, cell in placed
        for w in (min(cell.w, columns),)
    ]
    return iter(fitted(Layout.of(columns, items), "none"))


def _allowed(page: PageIndex, path: Path, placed: Placed) -> Path:
    """The grid that a copy may be added to: rows can't be nested."""
    if any(item.type == ROW for item, _cell in placed):
        for k, (outer, _pane) in enumerate(path):
            if page.item(outer).type == ROW:
                return path[:k]
    return path


# Groups


def grouped(page: PageIndex, ids: Iterable[str], kind: str, title: str, compact: Compact = "vertical") -> Edited | None:
    """The page with these items in a new group or tabs container in their position; None if all have locked positions.

    Selected groups become one tab each in a tabs container. Items of different grids are moved to the innermost grid
    that contains all of them.
    """
    chosen = [one for one in outermost(page, ids) if one in page.shown and not page.item(one).static]
    if not chosen:
        return None
    paths = [page.path(one) for one in chosen]
    path = paths[0]
    while any(other[: len(path)] != path for other in paths):
        path = path[:-1]
    cells = [page.shown[one] for one in chosen]
    placed = [(page.item(one), cell) for one, cell in zip(chosen, cells, strict=True)]
    (left, top), columns = page.origin(path), page.pane(path).columns
    x, w = min(cell.x for cell in cells) - left, max(cell.right for cell in cells) - min(cell.x for cell in cells)
    if any(item.type == ROW for item, _cell in placed):
        x, w = 0, columns
    y = min(cell.y for cell in cells) - top
    name = _unused("g" if kind == GROUP else "t", page)
    panes = _tabs_of(placed, w) if kind == TABS else (Pane(Layout.of(w, together(placed))),)
    source = MappingProxyType({"id": name, "type": kind, "title": title})
    new = Item(name, kind, source=source, panes=panes)
    gone = frozenset(chosen)
    rest = PageIndex(map_items(page.layout, lambda item, cell: None if item.id in gone else (item, cell)))
    pane = rest.pane(path)
    # Its height is known only now: its order during settling depends on its top edge.
    with_it = Layout.of(pane.columns, [*pane, (new, Cell(x, y, w, height(new)))])
    return Edited(checked(fitted(rest.with_pane(path, with_it, compact), compact)), (name,))


def ungrouped(page: PageIndex, ids: Iterable[str], compact: Compact = "vertical") -> Edited:
    """The page with these containers replaced by their content, tabs below each other; other items, and containers with
    locked positions, stay.
    """
    gone = frozenset(one for one in ids if page.item(one).panes and not page.item(one).static)
    freed = tuple(inner.id for one in gone for pane in page.item(one).panes for inner in pane.layout.items)
    return Edited(fitted(_opened(page.layout, gone), compact), tuple(one for one in freed if one not in gone))


def _opened(layout: Layout, gone: frozenset[str]) -> Layout:
    items: list[tuple[Item, Cell]] = []
    for item, cell in layout:
        panes = tuple(replace(pane, layout=_opened(pane.layout, gone)) for pane in item.panes)
        if item.id not in gone:
            items.append((replace(item, panes=panes), cell))
            continue
        top = cell.y
        for pane in panes:
            items += [(inner, Cell(cell.x + at.x, top + at.y, at.w, at.h)) for inner, at in pane.layout]
            top += pane.layout.bottom
    return Layout.of(layout.columns, items)


def _tabs_of(placed: Sequence[tuple[Item, Cell]], columns: int) -> tuple[Pane, ...]:
    if all(item.type == GROUP for item, _cell in placed):
        return tuple(
            Pane(replace(item.panes[0].layout, columns=columns), f"t{k}", str(item.source.get("title", "")))
            for k, (item, _cell) in enumerate(placed, 1)
        )
    return (Pane(Layout.of(columns, together(placed)), "t1"),)


def _unused(stem: str, page: PageIndex) -> str:
    number = 1
    while (name := f"{stem}{number}") in page.paths:
        number += 1
    return name


# Tabs


def with_tab(page: PageIndex, tabs: str, compact: Compact = "vertical") -> Layout:
    """The page with a new empty tab, which is shown. Raises `Invalid` if there are 50 already."""
    item = page.item(tabs)
    if len(item.panes) >= MAX_TABS:
        what = _("You can add up to {limit} tabs.").format(limit=MAX_TABS)
        raise Invalid("layout.too-many-tabs", what, item=tabs, field="tabs")
    names = {pane.id for pane in item.panes}
    number = next(k for k in range(1, MAX_TABS + 2) if f"t{k}" not in names)
    pane = Pane(Layout.of(page.cell(tabs).w, ()), f"t{number}")
    return page.with_item(replace(item, panes=(*item.panes, pane), active=len(item.panes)), compact)


def without_tab(page: PageIndex, tabs: str, tab: int, compact: Compact = "vertical") -> Layout:
    """The page without a tab and its content; the last tab stays."""
    item = page.item(tabs)
    if len(item.panes) < 2:
        return page.layout
    panes = (*item.panes[:tab], *item.panes[tab + 1 :])
    active = item.active - (item.active > tab or item.active == len(panes))
    return page.with_item(replace(item, panes=panes, active=active), compact)


def with_tab_called(page: PageIndex, tabs: str, tab: int, title: str, compact: Compact = "vertical") -> Layout:
    """The page with a tab renamed."""
    item = page.item(tabs)
    panes = (*item.panes[:tab], replace(item.panes[tab], title=title), *item.panes[tab + 1 :])
    return page.with_item(replace(item, panes=panes), compact)


def with_tab_shown(page: PageIndex, tabs: str, tab: int, compact: Compact = "vertical") -> Layout:
    """The page with another tab shown."""
    return page.with_item(replace(page.item(tabs), active=tab), compact)
