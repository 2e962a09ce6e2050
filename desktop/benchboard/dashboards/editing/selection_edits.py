"""Edits of the selection as a whole: add, remove, duplicate, copy, paste and lock.

Each takes a state and returns a change; those that aren't possible raise `Invalid`.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetKind, new_item, widget_of
from benchboard.dashboards.editing import clipboard, page_edits
from benchboard.dashboards.editing.state import EditingState, StateChange, apply_layout
from benchboard.dashboards.layout import Cell, ContainerDrag, Item, Layout, PageIndex, first_free, without
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext


def new_widget(page: PageIndex, kind: WidgetKind, serial: int) -> tuple[Item, Cell]:
    """A new item of a kind, and its size. Its id is unused on the page; `serial` avoids the ids of removed items."""
    while (item_id := f"w{len(page.paths) + serial}") in page.paths:
        serial += 1
    return new_item(kind, item_id), Cell(0, 0, min(kind.w, page.layout.columns), kind.h)


def add_widget(
    state: EditingState,
    kind: WidgetKind,
    new: tuple[Item, Cell],
    cell: Cell | None = None,
    time: TimeRange | None = None,
) -> StateChange | None:
    """Add a new widget at `cell`, where others make room, or in the first free cell. `time` becomes the time range of a
    document that has none yet, and no widget that follows one."""
    item, size = new
    if time is not None and state.document.time is None and not _follows_time(state):
        state = replace(state, document=replace(state.document, time=time))
    title = _("Add {title}").format(title=_(kind.title).lower())
    if cell is None:
        place = first_free(state.layout, size.w, size.h)
        layout = Layout.of(state.layout.columns, [*state.layout, (item, place)])
    else:
        layout = ContainerDrag(state.page, guests=[new], compact=state.compact).drop((), cell.x, cell.y)
    return apply_layout(state, title, layout, [item.id])


def _follows_time(state: EditingState) -> bool:
    """Whether a widget follows the time range of its document."""
    items = (state.page.item(one) for one in state.page.paths)
    return any(state.view.uses_time(query) for item in items if (query := str(widget_of(item).query or "")))


def remove(state: EditingState) -> StateChange | None:
    """Remove the selected items and the items in them."""
    if not state.selection:
        return None
    count = len(state.selection)
    title = ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count)
    return apply_layout(state, title, without(state.layout, state.selection, state.compact), ())


def duplicate(state: EditingState) -> StateChange | None:
    """Add a copy of each selected item in the first free cell of its grid, and select the copies."""
    if not state.selection:
        return None
    count = len(state.selection)
    title = ngettext("Duplicate {count} widget", "Duplicate {count} widgets", count).format(count=count)
    return apply_layout(state, title, *page_edits.duplicated(state.page, state.selection, state.compact))


def copied(state: EditingState, ids: Iterable[str]) -> clipboard.ClipboardContent:
    """These items, and the variables they depend on."""
    items = page_edits.copied(state.page, ids)
    return clipboard.ClipboardContent(items, clipboard.variables_needed(items, state.document.variables))


def copy(state: EditingState) -> str:
    """The selected items as JSON; empty if none is selected."""
    clip = copied(state, state.selection)
    if not clip.items:
        return ""
    return json.dumps(clipboard.serialise(clip, state.layout.columns), ensure_ascii=False, indent=1)


def paste(state: EditingState, text: str, at: tuple[int, int] | None = None) -> StateChange | None:
    """Paste copied items at a cell of the page, or in the first free cell of the grid that the selection is in.

    Raises `Invalid` if the text isn't a copy from Benchboard or Grafana.
    """
    try:
        clip = clipboard.parse(text, state.layout.columns)
    except Invalid as error:
        what = _("The clipboard has nothing to paste here.")
        raise Invalid("studio.bad-paste", what, why=error.what) from error
    path, at = page_edits.landing(state.page, state.selection, at, stays=bool(state.reader.breakpoint))
    count = len(clip.items)
    title = ngettext("Paste {count} widget", "Paste {count} widgets", count).format(count=count)
    return apply_layout(state, title, *page_edits.pasted(state.page, clip.items, path, at, state.compact), clip)


def lock(state: EditingState, lock: page_edits.Lock, on: bool) -> StateChange | None:
    """Lock the position, size or content of the selected items, or unlock it."""
    layout = page_edits.locked(state.page, state.selection, lock, on, state.compact)
    return apply_layout(state, _("Lock") if on else _("Unlock"), layout)


def is_locked(state: EditingState, lock: page_edits.Lock) -> bool:
    """Whether any of the selected items has this lock."""
    return any(lock in page_edits.locks(state.page.item(item_id)) for item_id in state.selection)
