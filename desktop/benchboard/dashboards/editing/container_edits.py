"""Edits of rows, groups and tabs.

Each takes a state and returns the next one, or a change of the document; those that aren't possible raise `Invalid`.
"""

from collections.abc import Iterable

from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.state import (
    EditingState,
    StateChange,
    apply_document,
    apply_layout,
    conceal,
    is_revealed,
    select,
    show_containers,
    with_layout,
)
from benchboard.dashboards.layout import ROW, TABS, Layout, PageIndex, collapsed
from benchboard.errors import Invalid
from benchboard.i18n import _


def group(state: EditingState, kind: str) -> StateChange | None:
    """Put the selected items into a new group, or into tabs."""
    known = kind_of(kind)
    assert known is not None
    edited = page_edits.grouped(state.page, state.selection, kind, _(known.title), state.compact)
    title = _("Group into tabs") if kind == TABS else _("Group selection")
    return apply_layout(state, title, *edited) if edited is not None else None


def ungroup(state: EditingState) -> StateChange | None:
    """Replace the selected containers by the items in them."""
    return apply_layout(state, _("Ungroup"), *page_edits.ungrouped(state.page, state.selection, state.compact))


def toggle_rows(state: EditingState, ids: Iterable[str]) -> EditingState | StateChange:
    """Collapse the expanded ones of these rows and expand the collapsed ones.

    A row that is expanded in this window only is collapsed without a step.
    """
    rows = [item_id for item_id in ids if state.page.item(item_id).type == ROW]
    revealed = [row for row in rows if is_revealed(state, row)]
    if revealed:
        state = conceal(state, revealed)
        rows = [row for row in rows if row not in revealed]
    if not rows:
        return state

    def toggled(page: PageIndex) -> Layout:
        for row in rows:
            page = PageIndex(collapsed(page, row, not page.item(row).collapsed, state.compact))
        return page.layout

    title = _("Expand row") if state.page.item(rows[0]).collapsed else _("Collapse row")
    return show_containers(state, title, toggled) or state


def show_tab(state: EditingState, item_id: str, tab: int) -> EditingState | StateChange:
    """Show another tab."""
    if tab == state.page.item(item_id).active:
        return state
    if is_revealed(state, item_id):
        state = conceal(state, [item_id])
    compact = state.compact
    title = _("Switch tab")
    return show_containers(state, title, lambda page: page_edits.with_tab_shown(page, item_id, tab, compact)) or state


def show_next_tab(state: EditingState, by: int) -> EditingState | StateChange:
    """Show the next (1) or previous (-1) tab of the tabs container that is selected, or around the selection, and
    select it.
    """
    for item_id in state.selection[:1]:
        around = [outer for outer, _k in state.page.path(item_id)]
        item = next((i for one in (item_id, *around[::-1]) if (i := state.page.item(one)).type == TABS), None)
        if item is not None:
            after = show_tab(state, item.id, (item.active + by) % len(item.panes))
            if isinstance(after, StateChange):
                return after._replace(state=select(after.state, [item.id]))
            return select(after, [item.id])
    return state


def add_tab(state: EditingState, item_id: str) -> StateChange | None:
    """Add an empty tab and show it."""
    return apply_layout(state, _("Add tab"), page_edits.with_tab(state.page, item_id, state.compact))


def remove_tab(state: EditingState, item_id: str, tab: int) -> StateChange | None:
    """Remove a tab with the items in it."""
    return apply_layout(state, _("Remove tab"), page_edits.without_tab(state.page, item_id, tab, state.compact))


def rename_tab(state: EditingState, item_id: str, tab: int, title: str) -> StateChange | None:
    """Give a tab another title, unless the content is locked."""
    item = state.page.item(item_id)
    if "content" in page_edits.locks(item) or item.panes[tab].title == title:
        return None
    layout = page_edits.with_tab_called(state.page, item_id, tab, title, state.compact)
    document = with_layout(state, layout, [item_id])
    return apply_document(state, _("Rename tab"), document, burst=f"{item_id}.tabs.{tab}")


def require_unlocked_content(state: EditingState, item_id: str) -> None:
    """Raise `Invalid` if an item's content, including its title, is locked."""
    if "content" in page_edits.locks(state.page.item(item_id)):
        widget = state.view.widget(item_id)
        what = _("The content of “{title}” is locked.").format(title=widget.title or widget.kind_name)
        raise Invalid("studio.kept", what, do=_("Turn off Lock content first."))
