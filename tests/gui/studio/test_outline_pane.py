"""The outline, the minimap, finding widgets, and every command of the page."""

from typing import TYPE_CHECKING

import pytest
from nested import nested, text
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QTreeWidgetItem, QTreeWidgetItemIterator, QWidget

from benchboard.dashboards.document.document import Document, fitted_document, parse_document, write_document
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.studio_commands import CANVAS, PAGE, PAGE_KEYS
from benchboard.ui.widgets.dialog import Scrim

if TYPE_CHECKING:
    from benchboard.ui.studio.panes.outline_pane import OutlinePane
    from conftest import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def outlined(studio: "Studio") -> "Studio":
    """A page with containers, its outline shown and with the keyboard."""
    studio.page.editor.load(parse_document(nested()))
    studio.key(Qt.Key.Key_O, CTRL | SHIFT)
    outline = studio.page.outline
    studio.wait(lambda: outline.isVisible() and outline.topLevelItemCount() == 5)
    assert studio.application.window.focusWidget() is outline
    return studio


def _press(
    studio: "Studio", outline: "OutlinePane", item: QTreeWidgetItem, modifier: Qt.KeyboardModifier | None = None
) -> None:
    spot = outline.visualItemRect(item).center()
    keys = modifier or Qt.KeyboardModifier.NoModifier
    studio.qtbot.mouseClick(outline.viewport(), Qt.MouseButton.LeftButton, keys, spot)


def _drag(studio: "Studio", outline: "OutlinePane", item: QTreeWidgetItem, to: QPoint) -> None:
    start = outline.visualItemRect(item).center()
    studio.qtbot.mousePress(outline.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 5):
        at = start + (to - start) * k / 4
        # moves with the button held: QTest's own come without it
        QTest.mouseMove(outline.viewport(), at)
    studio.qtbot.mouseRelease(outline.viewport(), Qt.MouseButton.LeftButton, pos=to)


def test_outline_lists_everything_in_reading_order(outlined: "Studio") -> None:
    walk, titles = QTreeWidgetItemIterator(outlined.page.outline), []
    while walk.value() is not None:
        titles.append(walk.value().text(0))
        walk += 1
    assert titles == [
        "Left", "Right", "API server", "Inside", "Old things", "Old", "Older",
        "Shifts", "Today", "Today's text", "Week", "Week's text",
    ]  # fmt: skip


def test_outline_selection_and_page_selection_agree(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _press(outlined, outline, outline.line("left"))
    assert page.editor.selection == ("left",)
    _press(outlined, outline, outline.line("inside"), CTRL)
    assert set(page.editor.selection) == {"left", "inside"}
    page.editor.select(["right"])
    assert [item.text(0) for item in outline.selectedItems()] == ["Right"]
    assert page.editor.undo_stack.count() == 0


def test_outline_selection_of_a_hidden_widget_reveals_it(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _press(outlined, outline, outline.line("older"))
    assert page.editor.selection == ("older",)
    assert not page.editor.page.item("closed").collapsed
    outlined.wait(lambda: not outline._build_timer.isActive())
    _press(outlined, outline, outline.line("week"))
    assert page.editor.selection == ("week",)
    assert page.editor.page.item("tabs").active == 1
    assert page.editor.undo_stack.count() == 0


def test_outline_f2_renames_and_is_undone(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _press(outlined, outline, outline.line("open"))
    outlined.key(Qt.Key.Key_F2)
    edit = outlined.find("outline_title")
    outlined.qtbot.keyClicks(edit, "Gateway")
    outlined.qtbot.keyClick(edit, Qt.Key.Key_Return)
    outlined.wait(lambda: page.editor.page.item("open").source["title"] == "Gateway")
    outlined.wait(lambda: outline.line("open").text(0) == "Gateway")
    outlined.key(Qt.Key.Key_Z, CTRL)
    assert page.editor.page.item("open").source["title"] == "API server"
    outlined.wait(lambda: outline.line("open").text(0) == "API server")


def test_outline_f2_on_a_tab_renames_it(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _press(outlined, outline, outline.line("tabs", 1))
    outlined.wait(lambda: not outline._build_timer.isActive())
    outlined.key(Qt.Key.Key_F2)
    edit = outlined.find("outline_title")
    outlined.qtbot.keyClicks(edit, "Month")
    outlined.qtbot.keyClick(edit, Qt.Key.Key_Return)
    outlined.wait(lambda: [pane.title for pane in page.editor.page.item("tabs").panes] == ["Today", "Month"])


def test_outline_rename_of_locked_content_is_rejected(outlined: "Studio") -> None:
    page, outline, said = outlined.page, outlined.page.outline, []
    page.editor.rejected.connect(said.append)
    page.editor.select(["tabs", "left"])
    page.editor.lock("content", True)
    steps = page.editor.undo_stack.count()
    outlined.wait(lambda: not outline._build_timer.isActive())
    _press(outlined, outline, outline.line("left"))
    outlined.key(Qt.Key.Key_F2)
    assert page.findChild(QWidget, "outline_title") is None
    outline.line("left").setText(0, "Another")
    outline.line("tabs", 0).setText(0, "Another")
    assert (outline.line("left").text(0), outline.line("tabs", 0).text(0)) == ("Left", "Today")
    assert [error.what for error in said] == [
        "The content of “Left” is locked.", "The content of “Left” is locked.",
        "The content of “Shifts” is locked.",
    ]  # fmt: skip
    assert page.editor.undo_stack.count() == steps


def test_outline_with_view_only_access_reveals_hidden_widgets(outlined: "Studio") -> None:
    page, outline, editor = outlined.page, outlined.page.outline, outlined.page.editor
    editor.read_only = True
    page.finder.go_to("older")
    assert editor.selection == ("older",)
    assert not editor.page.item("closed").collapsed
    outlined.wait(lambda: not outline._build_timer.isActive())
    _press(outlined, outline, outline.line("week"))
    assert (editor.selection, editor.page.item("tabs").active) == (("week",), 1)
    assert editor.undo_stack.count() == 0


def test_outline_delete_removes_and_is_undone(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _press(outlined, outline, outline.line("closed"))
    outlined.key(Qt.Key.Key_Delete)
    assert not {"closed", "old", "older"} & page.editor.page.paths.keys()
    outlined.key(Qt.Key.Key_Z, CTRL)
    assert {"closed", "old", "older"} <= page.editor.page.paths.keys()


def test_outline_drag_moves_into_a_container_and_out(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    _drag(outlined, outline, outline.line("left"), outline.visualItemRect(outline.line("open")).center())
    assert page.editor.page.path("left") == (("open", 0),)
    outlined.wait(lambda: outline.line("left").parent() is outline.line("open"))
    right = outline.visualItemRect(outline.line("right"))
    _drag(outlined, outline, outline.line("left"), QPoint(right.center().x(), right.top() + 3))
    assert page.editor.page.path("left") == ()
    assert page.editor.undo_stack.count() == 2


def test_minimap_press_scrolls_there(studio: "Studio") -> None:
    bar = studio.canvas.verticalScrollBar()
    overview = studio.page.sidebar.findChild(QWidget, "studio_minimap")
    assert bar.value() == 0
    studio.qtbot.mouseClick(
        overview, Qt.MouseButton.LeftButton, pos=QPoint(overview.width() // 2, overview.height() - 4)
    )
    assert bar.value() == bar.maximum()
    studio.qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(overview.width() // 2, 4))
    assert bar.value() == 0


def test_find_selects_the_match_and_f3_the_next(outlined: "Studio") -> None:
    page = outlined.page
    outlined.canvas.setFocus()
    outlined.key(Qt.Key.Key_F, CTRL)
    field = outlined.application.window.findChild(QWidget, "find_field")
    outlined.qtbot.keyClicks(field, "old")
    found = outlined.application.window.findChild(QListWidget, "find_list")
    assert [found.item(k).text() for k in range(found.count())] == ["Old things", "Old", "Older"]
    outlined.qtbot.keyClick(field, Qt.Key.Key_Down)
    outlined.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.editor.selection == ("old",)
    assert not page.editor.page.item("closed").collapsed
    assert outlined.application.window.focusWidget() is outlined.canvas
    outlined.key(Qt.Key.Key_F3)
    assert page.editor.selection == ("older",)
    outlined.key(Qt.Key.Key_F3, SHIFT)
    outlined.key(Qt.Key.Key_F3, SHIFT)
    assert page.editor.selection == ("closed",)


@pytest.mark.usefixtures("demo_home")
def test_find_by_query_text_selects_the_widget(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_F, CTRL)
    field = studio.application.window.findChild(QWidget, "find_field")
    studio.qtbot.keyClicks(field, "platform_order_number")
    studio.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert studio.page.editor.selection == ("latest",)


SELECTED = {
    "edit": ["a"], "swap": ["a", "b"], "next_tab": ["tabs"], "previous_tab": ["tabs"], "add_tab": ["tabs"],
    "toggle_row": ["row"], "ungroup": ["tabs"], "select_all": [],
}  # fmt: skip
FIRST = {
    "undo": [], "redo": ["undo"], "zoom_reset": ["zoom_in"], "zoom_to_fit": ["zoom_in"], "desktop": ["phone"],
    "reset_to_desktop": ["phone", "match_height"], "paste": ["copy"],
}  # fmt: skip
"""What is done first, so that there is something to do."""


def _arranged() -> Document:
    """Three texts of different sizes that nothing pushes up, a row with one and tabs of two."""
    held = nested()
    row, tabs = (next(one for one in held["items"] if one["id"] == name) for name in ("open", "tabs"))
    row |= {"id": "row", "position": {"x": 0, "y": 20, "w": 12, "h": 1}}
    tabs |= {"position": {"x": 0, "y": 30, "w": 6, "h": 5}}
    free = [text("a", "A", 0, 0), text("b", "B", 4, 4, 3, 2), text("c", "C", 10, 9, 2, 4)]
    return fitted_document(parse_document(held | {"compact": "none", "items": [*free, row, tabs]}))


def _state(studio: "Studio") -> tuple[object, ...]:
    """All that a command can change: the document, selection, view, visible widgets and the clipboard."""
    page, editor = studio.page, studio.page.editor
    seen = frozenset(id(one) for one in studio.application.window.findChildren(QWidget) if one.isVisible())
    focus = studio.application.window.focusWidget()
    return (
        write_document(editor.document), editor.selection, editor.breakpoint, studio.canvas.zoom, page.presentation.on,
        page.saving.state, seen, id(focus), QApplication.clipboard().text(),
    )  # fmt: skip


BUTTONS = ("show_data_period", "retry_query", "stop_query", "give_data")
"""Offered only where a widget draws such a button (`test_query_results`)."""
LEAVING = ("open_dashboard",)
"""They show another view (`test_ctrl_o_on_home_opens_the_list_of_dashboards`)."""
NAMES = [
    command.name
    for command in REGISTRY
    if command.icon and command.scope in (PAGE, PAGE_KEYS, CANVAS) and command.name not in (*BUTTONS, *LEAVING)
]
SHARED_ONLY = ("studio.rename_dashboard", "studio.show_versions", "studio.save_version", "studio.share")


@pytest.mark.parametrize("names", [pytest.param(NAMES[k::4], id=f"{k}") for k in range(4)])
def test_page_commands_each_change_something(studio: "Studio", names: list[str]) -> None:
    page, editor, idle = studio.page, studio.page.editor, []
    for name in names:
        page.presentation.end()
        editor.show_breakpoint("")
        if page.json_view.isVisible():
            page.run("studio.show_json")
        editor.load(_arranged())
        studio.canvas.set_zoom(1.0)
        studio.canvas.setFocus()
        QApplication.clipboard().setText("nothing")
        editor.set_property("a", "title", f"Before {name}")
        page.finder.text = "A"
        editor.select(SELECTED.get(name, ["a", "b", "c"]))
        for first in FIRST.get(name, []):
            page.run(f"studio.{first}")
        before = _state(studio)
        page.run(f"studio.{name}")
        if _state(studio) == before:
            idle.append(name)
        for dialog in studio.application.window.findChildren(Scrim):
            dialog.close()
    assert not idle
    studio.wait_until_saved()


def test_page_shortcuts_are_all_installed_and_handled(studio: "Studio") -> None:
    installed = [shortcut.key() for shortcut in studio.page.findChildren(QShortcut)]
    known = {*studio.page.command_handlers(), *SHARED_ONLY}
    for command in REGISTRY:
        if command.scope == PAGE and command.shortcuts:
            assert command.id in known
            assert all(QKeySequence(keys) in installed for keys in command.shortcuts)


def test_outline_drag_on_narrow_page_stays_in_its_container(outlined: "Studio") -> None:
    page, outline = outlined.page, outlined.page.outline
    page.run("studio.phone")
    refused: list[str] = []
    page.editor.rejected.connect(lambda error: refused.append(error.what))
    before = page.editor.document
    _drag(outlined, outline, outline.line("left"), outline.visualItemRect(outline.line("open")).center())
    assert page.editor.document is before
    assert refused == ["To move it to another container, switch to the desktop layout."]
    right = outline.visualItemRect(outline.line("right"))
    _drag(outlined, outline, outline.line("left"), QPoint(right.center().x(), right.bottom() - 2))
    assert page.editor.page.cell("left").y > page.editor.page.cell("right").y
    assert len(refused) == 1
