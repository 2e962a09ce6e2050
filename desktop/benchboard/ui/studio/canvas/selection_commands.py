"""What the selection's commands do and when they are available: for keys, context menu, inspector and command palette.

Their titles and shortcuts are in `studio_commands`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.document.widget_links import MOST_LINKS, linked_dashboards
from benchboard.dashboards.editing import container_edits, image_edits, placement_edits
from benchboard.dashboards.editing.page_edits import Lock, locks
from benchboard.dashboards.layout import GROUP, ROW, TABS, Axis, Edge, Layout, align, distribute, equalise, swap
from benchboard.i18n import _, ngettext
from benchboard.ui.commands import REGISTRY, Handler
from benchboard.ui.studio.canvas import clipboard
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.interaction.rejections import why_not_editable
from benchboard.ui.studio.document.editor import Editor


@dataclass(frozen=True, slots=True)
class SelectionCommand:
    """A command for the selection. `requirement` returns why the selection doesn't allow it, or an empty text.

    One that is not `view_only` edits the page. With `in_preview` it also works while repeats are previewed, on the
    originals of selected copies.
    """

    run: Callable[[Canvas], object]
    requirement: Callable[[Editor], str]
    view_only: bool = False
    in_preview: bool = False

    def is_blocked(self, editor: Editor) -> bool:
        """Whether it would edit a page that can't be edited now."""
        return not (editor.editable or self.view_only or (editor.previews_copies and self.in_preview))

    def why_not(self, editor: Editor) -> str:
        """Why it can't be run now, as a sentence; empty if it can."""
        if self.is_blocked(editor):
            return why_not_editable(editor) or _("You have view-only access to this dashboard.")
        return self.requirement(editor)


def _remove(canvas: Canvas) -> None:
    """Remove what is selected, and select what is after it as the page is read, or else before it."""
    editor = canvas.editor
    order, chosen = editor.page.reading_order, set(editor.selection)
    last = max((place for place, item_id in enumerate(order) if item_id in chosen), default=-1)
    beside = [*order[last + 1 :], *reversed(order[: last + 1])]
    editor.remove()
    left = (item_id for item_id in beside if item_id in editor.page.shown)
    if (target := next(left, "")) and not editor.selection:
        editor.select([target])


def _any_selected(editor: Editor) -> str:
    return "" if editor.selection else _("Select a widget first: press Tab on the dashboard, or click one.")


def _single_editable(editor: Editor) -> str:
    if editor.read_only:
        return _("You have view-only access to this dashboard.")
    return "" if len(editor.selection) == 1 else _("Select one widget first.")


def _unlocked(editor: Editor) -> str:
    if editor.selection and all(editor.page.item(one).static for one in editor.selection):
        return _("Position is locked.")
    return _any_selected(editor)


def _container_selected(editor: Editor) -> str:
    container_selected = any(editor.page.item(one).panes for one in editor.selection)
    return _unlocked(editor) if container_selected else _("Select a row, group or tabs first.")


def _image_or_none(editor: Editor) -> str:
    """Why neither an image widget nor nothing is selected, as a sentence; empty if one of them is."""
    return (
        ""
        if image_edits.selected_image(editor.state) or not editor.selection
        else _("Select an image first, or clear the selection to add a new one.")
    )


def _single_widget(editor: Editor) -> str:
    single = len(editor.selection) == 1 and not editor.page.item(editor.selection[0]).panes
    return "" if single else _("Select one widget first.")


def _single_query(editor: Editor) -> str:
    if why := _single_widget(editor):
        return why
    widget = editor.widget(editor.selection[0])
    has_query = widget.kind is not None and widget.kind.query and widget.query.strip()
    return "" if has_query else _("Select a widget with a query first.")


def _single_linked(editor: Editor) -> str:
    if why := _single_widget(editor):
        return why
    return "" if linked_dashboards(editor.widget(editor.selection[0]).config) else _("This widget has no links.")


def _single_linkable(editor: Editor) -> str:
    if why := _single_widget(editor):
        return why
    if "content" in locks(editor.page.item(editor.selection[0])):
        return _("Content is locked.")
    most = len(linked_dashboards(editor.widget(editor.selection[0]).config)) >= MOST_LINKS
    return _("A widget can have {most} links. Remove one first.").format(most=MOST_LINKS) if most else ""


def _query_or_page(editor: Editor) -> str:
    """A widget with a query, or without a selection a page with one."""
    if editor.selection:
        return _single_query(editor)
    has_queries = any(one.kind is not None and one.kind.query and one.query.strip() for one in editor.widgets())
    return "" if has_queries else _("No widget of this dashboard has a query.")


def _row_selected(editor: Editor) -> str:
    rows = any(editor.page.item(one).type == ROW for one in editor.selection)
    return "" if rows else _("Select a row first.")


def _tabs_selected(editor: Editor) -> str:
    tabs = len(editor.selection) == 1 and editor.page.item(editor.selection[0]).type == TABS
    return "" if tabs else _("Select tabs first.")


def _inside_tabs(editor: Editor) -> str:
    containers = [outer for one in editor.selection[:1] for outer, _k in editor.page.path(one)]
    tabs = any(editor.page.item(one).type == TABS for one in (*containers, *editor.selection[:1]))
    return "" if tabs else _("Select tabs first.")


def _always(_editor: Editor) -> str:
    return ""


def _any_shown(editor: Editor) -> str:
    return "" if editor.page.shown else _("No widgets yet.")


def _at_least(minimum: int, exactly: int = 0) -> Callable[[Editor], str]:
    """A requirement: at least `minimum`, or `exactly` so many, widgets of one grid are selected."""

    def why_not(editor: Editor) -> str:
        path = editor.page.path(editor.selection[0]) if editor.selection else ()
        count = sum(editor.page.path(one) == path for one in editor.selection)
        if exactly and count != exactly:
            return _("Select two widgets in the same grid first.")
        if count >= minimum:
            return ""
        if minimum == 2:
            return _("Select two or more widgets in the same grid first.")
        return _("Select three or more widgets in the same grid first.")

    return why_not


def _add_row(canvas: Canvas) -> None:
    kind = kind_of(ROW)
    assert kind is not None
    canvas.editor.add(kind)


def _request_image(canvas: Canvas) -> None:
    canvas.image_requested.emit()


def _request_repeat(canvas: Canvas) -> None:
    canvas.repeat_requested.emit(canvas.editor.selection[0])


def _request_rename(canvas: Canvas) -> None:
    if not canvas.editor.apply(container_edits.require_unlocked_content, canvas.editor.selection[0]) is not None:
        canvas.rename_requested.emit("title")


def _add_tab(canvas: Canvas) -> None:
    canvas.editor.apply(container_edits.add_tab, canvas.editor.selection[0])
    canvas.rename_requested.emit("tab")


def _export_data(form: str) -> Callable[[Canvas], object]:
    return lambda canvas: canvas.data_export_requested.emit(canvas.editor.selection[0], form)


def _show_next_tab(step: int) -> Callable[[Canvas], object]:
    return lambda canvas: canvas.editor.apply(container_edits.show_next_tab, step)


def _lock(lock: Lock) -> Callable[[Canvas], object]:
    return lambda canvas: canvas.editor.lock(lock, not canvas.editor.is_locked(lock))


def _arrange(name: str, edit: Callable[[Editor, Layout, Sequence[str]], Layout]) -> Callable[[Canvas], object]:
    def run(canvas: Canvas) -> None:
        editor = canvas.editor
        editor.apply(
            placement_edits.arrange, REGISTRY[f"studio.{name}"].text, lambda pane, ids: edit(editor, pane, ids)
        )

    return run


def _align(edge: Edge) -> Callable[[Canvas], object]:
    def edit(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
        return align(pane, ids, edge, compact=editor.document.compact)

    return _arrange(f"align_{edge}", edit)


def _distribute(axis: Axis) -> Callable[[Canvas], object]:
    def edit(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
        return distribute(pane, ids, axis, compact=editor.document.compact)

    return _arrange(f"distribute_{'horizontally' if axis == 'across' else 'vertically'}", edit)


def _width(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return equalise(pane, _sizable(pane, ids), "width", compact=editor.document.compact)


def _height(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return equalise(pane, _sizable(pane, ids), "height", compact=editor.document.compact)


def _swap(editor: Editor, pane: Layout, ids: Sequence[str]) -> Layout:
    return swap(pane, ids[0], ids[1], compact=editor.document.compact)


def _sizable(pane: Layout, ids: Sequence[str]) -> list[str]:
    """The first item, whose size the others get, and those of the others whose size is not locked."""
    return [one for one in ids if one == ids[0] or "size" not in locks(pane.items[pane.index(one)])]


SELECTION_COMMANDS: Final = {
    f"studio.{name}": command
    for name, command in {
        "edit": SelectionCommand(lambda canvas: canvas.edit(), _any_selected, in_preview=True),
        "choose_image": SelectionCommand(_request_image, _image_or_none),
        "enlarge": SelectionCommand(
            lambda canvas: canvas.enlarge_requested.emit(canvas.editor.selection[0]), _single_widget, view_only=True
        ),
        "choose_series": SelectionCommand(
            lambda canvas: canvas.open_legend(canvas.editor.selection[0]), _single_query, view_only=True
        ),
        "open_in_explore": SelectionCommand(
            lambda canvas: canvas.explore_requested.emit(canvas.editor.selection[0]), _single_query, view_only=True
        ),
        "filter_by_column": SelectionCommand(
            lambda canvas: canvas.filter_requested.emit(next(iter(canvas.editor.selection), "")), _query_or_page
        ),
        "open_linked": SelectionCommand(
            lambda canvas: canvas.linked_requested.emit(canvas.editor.selection[0]), _single_linked, view_only=True
        ),
        "link_dashboard": SelectionCommand(
            lambda canvas: canvas.link_requested.emit(canvas.editor.selection[0]), _single_linkable
        ),
        "export_data": SelectionCommand(_export_data("csv"), _single_query, view_only=True),
        "export_data_xlsx": SelectionCommand(_export_data("xlsx"), _single_query, view_only=True),
        "export_data_parquet": SelectionCommand(_export_data("parquet"), _single_query, view_only=True),
        "copy_data": SelectionCommand(
            lambda canvas: canvas.data_copy_requested.emit(canvas.editor.selection[0]), _single_query, view_only=True
        ),
        "copy_picture": SelectionCommand(
            lambda canvas: canvas.picture_copy_requested.emit(canvas.editor.selection[0]),
            _single_widget,
            view_only=True,
        ),
        "enter_table": SelectionCommand(
            lambda canvas: canvas.enter_values(canvas.editor.selection[0]), _single_query, view_only=True
        ),
        "rename_widget": SelectionCommand(_request_rename, _single_editable, in_preview=True),
        "repeat": SelectionCommand(_request_repeat, _single_editable, view_only=True),
        "toggle_row": SelectionCommand(
            lambda canvas: canvas.editor.apply(container_edits.toggle_rows, canvas.editor.selection),
            _row_selected,
            view_only=True,
        ),
        "add_tab": SelectionCommand(_add_tab, _tabs_selected),
        "next_tab": SelectionCommand(_show_next_tab(1), _inside_tabs, view_only=True),
        "previous_tab": SelectionCommand(_show_next_tab(-1), _inside_tabs, view_only=True),
        "cut": SelectionCommand(clipboard.cut, _any_selected),
        "copy": SelectionCommand(clipboard.copy, _any_selected, view_only=True),
        "paste": SelectionCommand(clipboard.paste, _always),
        "duplicate": SelectionCommand(lambda canvas: canvas.editor.duplicate(), _any_selected),
        "group": SelectionCommand(lambda canvas: canvas.editor.apply(container_edits.group, GROUP), _unlocked),
        "group_into_tabs": SelectionCommand(lambda canvas: canvas.editor.apply(container_edits.group, TABS), _unlocked),
        "ungroup": SelectionCommand(lambda canvas: canvas.editor.apply(container_edits.ungroup), _container_selected),
        "add_row": SelectionCommand(_add_row, _always),
        "align_left": SelectionCommand(_align("left"), _at_least(2)),
        "align_centre": SelectionCommand(_align("centre"), _at_least(2)),
        "align_right": SelectionCommand(_align("right"), _at_least(2)),
        "align_top": SelectionCommand(_align("top"), _at_least(2)),
        "align_middle": SelectionCommand(_align("middle"), _at_least(2)),
        "align_bottom": SelectionCommand(_align("bottom"), _at_least(2)),
        "distribute_horizontally": SelectionCommand(_distribute("across"), _at_least(3)),
        "distribute_vertically": SelectionCommand(_distribute("down"), _at_least(3)),
        "match_width": SelectionCommand(_arrange("match_width", _width), _at_least(2)),
        "match_height": SelectionCommand(_arrange("match_height", _height), _at_least(2)),
        "swap": SelectionCommand(_arrange("swap", _swap), _at_least(2, 2)),
        "auto_arrange": SelectionCommand(lambda canvas: canvas.editor.apply(placement_edits.auto_arrange), _always),
        "lock_position": SelectionCommand(_lock("place"), _any_selected),
        "lock_size": SelectionCommand(_lock("size"), _any_selected),
        "lock_content": SelectionCommand(_lock("content"), _any_selected),
        "select_all": SelectionCommand(lambda canvas: canvas.editor.select_all(), _any_shown, view_only=True),
        "remove": SelectionCommand(_remove, _any_selected),
    }.items()
}
LOCKS: Final[dict[str, Lock]] = {
    "studio.lock_position": "place", "studio.lock_size": "size", "studio.lock_content": "content"
}  # fmt: skip
"""The commands that can be on or off."""


def selection_handlers(canvas: Canvas) -> dict[str, Handler]:
    """The selection's commands that are available on this page. Commands that edit are left out if it is view-only."""
    editor = canvas.editor
    return {
        command_id: Handler(partial(command.run, canvas), partial(command.why_not, editor), _title(command_id, editor))
        for command_id, command in SELECTION_COMMANDS.items()
        if command.view_only or not editor.read_only
    }


def _title(command_id: str, editor: Editor) -> str:
    """The title of a command with several widgets selected; empty if it is the command's own."""
    count = len(editor.selection)
    if count > 1 and command_id == "studio.duplicate":
        return ngettext("Duplicate {count} widget", "Duplicate {count} widgets", count).format(count=count)
    if count > 1 and command_id == "studio.remove":
        return ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count)
    return ""


def ids_by_keys() -> dict[tuple[Qt.Key, Qt.KeyboardModifier], str]:
    """The commands run by keys on the page, by key and modifiers: those whose shortcuts Qt doesn't handle."""
    commands = (REGISTRY[command_id] for command_id in SELECTION_COMMANDS)
    return {
        _chord(keys): command.id for command in commands if command.scope.context is None for keys in command.shortcuts
    }


def _chord(keys: str) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    """The key and modifiers of a shortcut, as in key events."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]  # PySide doesn't declare it
    return combination.key(), combination.keyboardModifiers()
