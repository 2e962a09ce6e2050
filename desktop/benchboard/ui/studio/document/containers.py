"""What an editor does with rows, groups and tabs: each is one step."""

from collections.abc import Iterable

from benchboard.dashboards import editing
from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import kind_of
from benchboard.dashboards.editing import Edited
from benchboard.dashboards.layout import Layout, Page
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor


def group(editor: Editor, kind: str) -> None:
    """Put the chosen widgets into a new group, or into tabs."""
    known = kind_of(kind)
    assert known is not None
    name = _(known.title)
    title = _("Put into tabs") if kind == grid.TABS else _("Group")
    stay = Edited(editor.layout, editor.chosen)
    editor.edit(title, lambda: editing.grouped(editor.page, editor.chosen, kind, name, editor.document.compact) or stay)


def ungroup(editor: Editor) -> None:
    """Put what the chosen containers hold in their place."""
    editor.edit(_("Ungroup"), lambda: editing.ungrouped(editor.page, editor.chosen, editor.document.compact))


def collapse(editor: Editor, ids: Iterable[str]) -> None:
    """Close the open ones of these rows and open the closed ones. One that is open only to be looked at is no longer
    looked into: that is no step."""
    rows = [item_id for item_id in ids if editor.page.item(item_id).type == grid.ROW]
    looked = [row for row in rows if editor.only_looked_into(row)]
    if looked:
        editor.look_away(looked)
        rows = [row for row in rows if row not in looked]

    def turned(page: Page) -> Layout:
        for row in rows:
            page = Page(grid.collapsed(page, row, not page.item(row).collapsed, editor.document.compact))
        return page.layout

    if rows:
        open_now = not editor.page.item(rows[0]).collapsed
        editor.look(_("Close the row") if open_now else _("Open the row"), turned)


def show_tab(editor: Editor, item_id: str, tab: int) -> None:
    """Show another tab of some tabs."""
    if tab == editor.page.item(item_id).active:
        return
    compact = editor.document.compact
    if editor.only_looked_into(item_id):
        editor.look_away([item_id])
    editor.look(_("Show another tab"), lambda page: editing.with_tab_shown(page, item_id, tab, compact))


def kept(editor: Editor, item_id: str) -> bool:
    """Whether an item keeps its content, its title too; says so to who asked for another one."""
    if "content" not in editing.locks(editor.page.item(item_id)):
        return False
    widget = editor.widget(item_id)
    what = _("“{title}” keeps its content and its name.").format(title=widget.title or widget.kind_name)
    editor.refused.emit(Invalid("studio.kept", what, do=_("Let go of “Keep its content” first.")))
    return True


def turn(editor: Editor, by: int) -> None:
    """Show the next (1) or previous (-1) tab of the tabs that are chosen, or that hold what is chosen."""
    for item_id in editor.chosen[:1]:
        around = [outer for outer, _k in editor.page.path(item_id)]
        item = next((i for one in (item_id, *around[::-1]) if (i := editor.page.item(one)).type == grid.TABS), None)
        if item is not None:
            show_tab(editor, item.id, (item.active + by) % len(item.panes))
            editor.choose([item.id])


def add_tab(editor: Editor, item_id: str) -> None:
    """Put one more tab into some tabs and show it."""
    editor.edit(
        _("Add a tab"), lambda: Edited(editing.with_tab(editor.page, item_id, editor.document.compact), editor.chosen)
    )


def remove_tab(editor: Editor, item_id: str, tab: int) -> None:
    """Take a tab away with what it holds."""
    editor.take(_("Remove a tab"), editing.without_tab(editor.page, item_id, tab, editor.document.compact))


def call_tab(editor: Editor, item_id: str, tab: int, title: str) -> None:
    """Give a tab another title, unless the content is kept."""
    item = editor.page.item(item_id)
    if "content" not in editing.locks(item) and item.panes[tab].title != title:
        layout = editing.with_tab_called(editor.page, item_id, tab, title, editor.document.compact)
        editor.amend(_("Name a tab"), editor.with_layout(layout, [item_id]), burst=f"{item_id}.tabs.{tab}")
