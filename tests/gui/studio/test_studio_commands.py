"""The commands of Studio: what palette and menus offer where, and what their shortcuts report."""

from typing import TYPE_CHECKING

import pytest
from boards import SHIFT, menu_of
from open_dashboards import OpenDashboards, create_dashboards
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.fuzzy_search import search
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog
from benchboard.ui.studio.panes.widget_finder import find_widgets
from benchboard.ui.studio.studio_commands import SELECTION_MENU
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Studio


@pytest.fixture
def dashboard(studio: "Studio") -> "Studio":
    """A dashboard that is not the home page, in front."""
    OpenDashboards(studio).open(create_dashboards(studio, One=[])["One"])
    return studio


def offered(studio: "Studio") -> dict[str, str]:
    """The titles in the palette, with the reason why each can't be run now."""
    assert studio.application.shell is not None
    return {entry.title: entry.why_not for entry in studio.application.shell.palette_entries()}


def test_palette_search_by_word_people_use_finds_command(dashboard: "Studio") -> None:
    for word, title in (
        ("undo", "Undo"),
        ("revert", "Undo"),
        ("pin", "Lock position"),
        ("distribute", "Distribute horizontally"),
        ("history", "Show versions"),
        ("full screen", "Toggle full screen"),
        ("import", "Import dashboard"),
        ("shortcuts", "Show keyboard shortcuts"),
        ("delete", "Remove widget"),
        ("trash", "Open trash"),
        ("csv", "Add data"),
        ("time", "Change time range"),
        ("dashboard new", "Create dashboard"),
        ("table add", "Add widget: table"),
        ("slideshow", "Present dashboard"),
    ):
        assert dashboard.application.shell is not None, word
        assert search(word, dashboard.application.shell.palette_entries())[0].entry.title == title, word


def test_palette_finds_the_widgets_of_the_open_page_and_goes_to_them(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    editor = studio.page.editor
    titled = next(item for item in editor.page.paths if find_widgets(editor, item))
    title = next(one.title for one in find_widgets(editor, "") if one.id == titled)
    hit = next(hit for hit in search(title, shell.palette_entries()) if hit.entry.group == "On this page")
    hit.entry.run()
    assert editor.selection == (titled,)
    shell.go("studio/dashboards")
    assert title not in [entry.title for entry in shell.palette_entries() if entry.group == "On this page"]


def test_palette_on_home_page_leaves_out_commands_of_shared_dashboards(studio: "Studio") -> None:
    titles = offered(studio)
    assert {"Undo", "Add row", "Add widget: table", "Present dashboard", "Create dashboard"} <= titles.keys()
    assert not {"Share dashboard", "Show versions", "Save version", "RenameDialog dashboard"} & titles.keys()


def test_palette_with_no_dashboard_in_front_offers_no_command_of_a_page(studio: "Studio") -> None:
    assert studio.application.shell is not None
    studio.application.shell.go("studio/dashboards")
    assert not {"Undo", "Select all", "Zoom in", "Add row", "Add widget: table", "Copy"} & offered(studio).keys()
    assert {"Create dashboard", "Import dashboard", "Quit Benchboard"} <= offered(studio).keys()


def test_palette_on_view_only_page_offers_no_command_that_changes_it(board: "Studio") -> None:
    board.page.editor.read_only = True
    titles = offered(board)
    assert (
        not {"Undo", "Save now", "Add row", "Cut", "Remove widget", "Edit variables", "Add widget: table"}
        & titles.keys()
    )
    assert {"Copy", "Select all", "Present dashboard", "Export as PDF"} <= titles.keys()


def test_palette_entry_that_cannot_run_now_says_why(board: "Studio") -> None:
    board.page.editor.select(["a"])
    why = "Select two or more widgets in the same grid first."
    assert offered(board)["Align left edges"] == why
    assert board.application.shell is not None
    board.application.shell.run_command("studio.align_left")
    assert any(why in toast.accessibleName() for toast in board.application.window.findChildren(Toast))
    board.page.editor.select(["a", "b"])
    assert offered(board)["Align left edges"] == ""


def test_palette_while_presenting_offers_what_ends_the_presentation(board: "Studio") -> None:
    board.page.editor.select(["a", "b"])
    board.page.run("studio.present")
    assert offered(board)["Align left edges"] == ""


def test_context_menu_equals_the_registry_menu(board: "Studio") -> None:
    board.page.editor.select(["a", "b", "c"])
    board.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(board)
    shown: list[list[str]] = [[]]
    for action in menu.actions():
        if action.isSeparator():
            shown.append([])
        elif (inside := action.menu()) is not None:
            shown[-1] += [one.objectName() for one in inside.actions()]  # type: ignore[attr-defined]
        else:
            shown[-1].append(action.objectName())
    menu.close()
    handlers = board.page.command_handlers()
    del handlers["studio.select_all"]  # of the page, not of what is selected
    expected: list[list[str]] = []
    follows_submenu = False
    for section in REGISTRY.menu(SELECTION_MENU):
        names = [
            f"command_{REGISTRY[one].name}" for one in section.ids if one in handlers and not handlers[one].why_not()
        ]
        if names and section.title and follows_submenu:  # no line between submenus
            expected[-1] += names
        elif names:
            expected.append(names)
        follows_submenu = bool(section.title) if names else follows_submenu
    assert shown == expected


def test_command_handlers_of_all_places_are_registered(dashboard: "Studio") -> None:
    shell = dashboard.application.shell
    assert shell is not None
    assert shell.command_handlers().keys() <= {command.id for command in REGISTRY}


def test_route_to_import_opens_file_dialog(studio: "Studio") -> None:
    assert studio.application.shell is not None
    studio.application.shell.go("studio/dashboards/import")
    (dialog,) = studio.application.window.findChildren(QFileDialog, "library_import_dialog")
    assert dialog.isVisible()
    dialog.reject()


def test_inspector_with_nothing_selected_names_only_keys_that_do_something(studio: "Studio") -> None:
    def hints() -> set[str]:
        names = ("show_add_pane", "select_next", "select_all", "undo", "shortcuts")
        inspector = studio.page.inspector
        return {name for name in names if inspector.findChild(QWidget, f"hint_{name}").isVisible()}

    editor = studio.page.editor
    editor.select(list(editor.page.shown))
    editor.remove()
    assert hints() == {"show_add_pane", "undo", "shortcuts"}
    studio.page.undo()
    editor.select([])
    assert hints() == {"show_add_pane", "select_next", "select_all", "shortcuts"}


def test_key_sheet_leaves_out_the_keys_of_rooms_that_the_roles_do_not_allow(
    open_studio: "Callable[..., Studio]",
) -> None:
    shell = open_studio(role="analyst").application.shell
    assert shell is not None
    shell.open_shortcuts()
    (sheet,) = shell.window().findChildren(ShortcutsDialog)
    sheet.fill_all()
    titles = {line.text() for line in sheet.findChildren(Text, "keys_line")}
    assert "Open Studio" in titles
    assert "Open Admin" not in titles
    sheet.dismiss()
