"""Presenting a page, and the sheet of keyboard shortcuts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from nested import nested
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import Variable, parse_document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog, shortcut_rows
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame, ContainerPart
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.click_targets import Links
from benchboard.ui.widgets import Text, Toast
from benchboard.ui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


def _visible_parts(studio: "Studio") -> dict[str, bool]:
    window = studio.application.window
    shell = studio.application.shell
    assert shell is not None
    return {
        "rail": shell.findChild(QWidget, "rail").isVisibleTo(window),
        "header": shell.findChild(QWidget, "header").isVisibleTo(window),
        "toolbar": studio.page.bar.isVisibleTo(window),
        "left": studio.page.sidebar.isVisibleTo(window),
        "right": studio.page.inspector.isVisibleTo(window),
        "status": shell.findChild(StatusBar).isVisibleTo(window),
    }


def test_presentation_fills_window_until_escape(studio: "Studio") -> None:
    studio.click("notes")
    before = _visible_parts(studio)
    studio.key(Qt.Key.Key_F5)
    assert _visible_parts(studio) == dict.fromkeys(before, False)
    studio.wait(lambda: studio.canvas.width() == studio.application.window.width())
    assert studio.page.editor.selection == ()
    studio.key(Qt.Key.Key_Escape)
    assert _visible_parts(studio) == before == dict.fromkeys(before, True)
    assert studio.page.editor.selection == ("notes",)


def test_presentation_hint_is_shown_only_while_presenting(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_F5)
    (toast,) = studio.application.window.findChildren(Toast)
    assert toast.isVisible()
    studio.key(Qt.Key.Key_Escape)
    assert not [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    assert not studio.page.presentation.on


def test_presentation_hint_disappears_with_first_key(studio: "Studio") -> None:
    window = studio.application.window
    studio.key(Qt.Key.Key_F5)
    (toast,) = window.findChildren(Toast)
    assert toast.geometry().bottom() > window.height() - 8
    assert toast.height() <= 24
    studio.key(Qt.Key.Key_Down)
    assert not [one for one in window.findChildren(Toast) if one.isVisible()]
    assert studio.page.presentation.on


def test_presentation_allows_no_changes(studio: "Studio") -> None:
    before = studio.cells()
    studio.press_button("studio_present")
    start = studio.header("notes")
    studio.drag(start, start + QPoint(-300, 100))
    studio.click("notes")
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Right):
        studio.key(key)
    studio.key(Qt.Key.Key_A, CTRL)
    studio.key(Qt.Key.Key_D, CTRL)
    assert studio.cells() == before
    assert studio.page.editor.selection == ()
    assert studio.page.editor.undo_stack.count() == 0
    assert studio.page.presentation.on


def test_presentation_begins_at_top_and_restores_scroll_position(studio: "Studio") -> None:
    studio.application.window.resize(1100, 600)
    bar, editor = studio.canvas.verticalScrollBar(), studio.page.editor
    editor.apply_document("Rename", replace(editor.document, title="Line 2 overview"))
    studio.wait(lambda: bar.maximum() > 200)
    bar.setValue(180)
    studio.key(Qt.Key.Key_F5)
    assert bar.value() == 0
    title = studio.find("presented_title")
    assert title.property("text") == "Line 2 overview"
    studio.key(Qt.Key.Key_Escape)
    studio.wait(lambda: bar.value() == 180)
    assert not title.isVisible()


def test_presentation_on_a_wall_has_a_large_title_margins_and_no_scroll_bar(studio: "Studio") -> None:
    studio.application.window.resize(1100, 600)
    page, editor = studio.page, studio.page.editor
    editor.apply_document("v", replace(editor.document, variables=(Variable("shop", "Shop", "text"),)))
    studio.wait(lambda: studio.canvas.verticalScrollBar().isVisible())
    page.run("studio.present")
    title, field = studio.find("presented_title"), studio.find("variable_shop")
    studio.wait(lambda: title.isVisible() and title.y() == 24)
    assert title.fontInfo().pixelSize() == 28
    assert title.x() == 32
    right = field.mapTo(page, QPoint(field.width(), 0))
    assert right.y() in range(24, 64)
    assert page.width() - right.x() == 32
    assert not studio.canvas.verticalScrollBar().isVisible()
    assert studio.canvas.verticalScrollBar().maximum() > 0
    least = min(box.left() for box in studio.shown().values())
    assert least == 32
    studio.key(Qt.Key.Key_Escape)
    studio.wait(lambda: studio.canvas.verticalScrollBar().isVisible())
    assert min(box.left() for box in studio.shown().values()) == 20


def test_presentation_hides_what_only_editors_need(studio: "Studio") -> None:
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    items = [
        {"id": "words", "type": "text", "title": "words", "position": place},
        {"id": "asks", "type": "table", "title": "asks", "position": {**place, "x": 4}},
        {"id": "wrong", "type": "table", "title": "wrong", "position": {**place, "x": 8}, "query": "SELEC 1"},
    ]
    studio.page.editor.load(parse_document(items))
    studio.wait(lambda: "wrong" in studio.canvas.tiles and not studio.page.query_runner.busy)

    def seen() -> dict[str, tuple[QImage, Links]]:
        tiles = [tile for tile in studio.canvas.tiles.values() if isinstance(tile, Tile)]
        return {tile.item.id: (tile.current_pixmap().toImage().copy(0, 34, 250, 120), tile.links) for tile in tiles}

    working = seen()
    assert working["wrong"][1].edit is not None
    studio.key(Qt.Key.Key_F5)
    shown = seen()
    assert shown["wrong"][1].retry is None
    assert shown["wrong"][1].edit is None
    blank = shown["words"][0].pixelColor(125, 60)
    image = shown["words"][0]
    assert {image.pixelColor(x, y).name() for x in range(8, 240, 3) for y in range(120)} == {blank.name()}
    assert all(working[one][0] != shown[one][0] for one in shown)
    studio.key(Qt.Key.Key_F5)
    assert seen()["wrong"][1].edit is not None


def test_presentation_keys_scroll(studio: "Studio") -> None:
    studio.application.window.resize(1100, 600)
    bar = studio.canvas.verticalScrollBar()
    studio.key(Qt.Key.Key_F5)
    studio.key(Qt.Key.Key_Down)
    assert bar.value() == 60
    studio.key(Qt.Key.Key_PageDown)
    assert bar.value() > 200
    studio.key(Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    studio.key(Qt.Key.Key_Home)
    assert bar.value() == 0
    studio.key(Qt.Key.Key_F5)
    assert not studio.page.presentation.on


def visible_titles(sheet: ShortcutsDialog) -> list[str]:
    return [line.text() for line in sheet.findChildren(Text, "keys_line")]


def test_key_sheet_shows_every_key(studio: "Studio") -> None:
    studio.qtbot.keyClicks(studio.canvas, "?")
    sheet = studio.application.window.findChild(ShortcutsDialog)
    assert sheet is not None
    assert len(visible_titles(sheet)) == len(shortcut_rows())
    assert len(shortcut_rows()) == sum(1 for command in REGISTRY if command.shortcuts)
    search = sheet.findChild(QWidget, "keys_search")
    assert studio.application.window.focusWidget() is search
    studio.qtbot.keyClicks(search, "ctrl j")
    assert visible_titles(sheet) == ["Show JSON"]
    studio.key(Qt.Key.Key_Escape)
    assert studio.application.window.focusWidget() is studio.canvas


def test_key_sheet_has_keys_of_all_screens() -> None:
    keys = {key for _group, _title, caps in shortcut_rows() for key in caps}
    assert {"Ctrl W", "Ctrl Tab", "Ctrl Shift Tab", "J", "K", "B", "1", "2", "N", "Ctrl Enter"} <= keys


def test_question_mark_in_text_field_is_typed(studio: "Studio") -> None:
    search = studio.find("palette_search")
    studio.qtbot.keyClick(studio.canvas, Qt.Key.Key_A)
    assert studio.application.window.focusWidget() is search
    studio.qtbot.keyClicks(search, "a?")
    assert search.property("text") == "a?"
    assert studio.application.window.findChild(ShortcutsDialog) is None


def test_presentation_of_narrow_page_shows_frame_without_text(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_3, CTRL)
    words = studio.find("device_words")
    studio.key(Qt.Key.Key_F5)
    assert not words.isVisible()
    studio.wait(lambda: studio.canvas.width() <= 400)
    studio.key(Qt.Key.Key_Escape)
    assert words.isVisible()


def test_presentation_lets_variables_be_selected(studio: "Studio") -> None:
    editor = studio.page.editor
    states = Variable("states", "States", "list", ("paid", "refunded"), ("paid",), True)
    repeat = {"variable": "states", "direction": "across"}
    item = with_fields(editor.page.item("orders-week"), repeat=repeat)
    editor.replace_document("Repeat", replace(editor.document, layout=editor.page.with_item(item), variables=(states,)))
    studio.key(Qt.Key.Key_F5)
    studio.press_button("variable_states")
    studio.tick("refunded")
    assert editor.reader_document.chosen["states"] == ("paid", "refunded")
    assert editor.document.chosen["states"] == ("paid",)
    assert "orders-week@2" in editor.page.shown
    studio.key(Qt.Key.Key_Escape)  # the values
    studio.key(Qt.Key.Key_Escape)  # wherever the keyboard is now
    assert not studio.page.presentation.on
    assert "orders-week@2" not in editor.page.shown
    studio.wait_until_saved()


def test_presentation_ctrl_q_quits(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_F5)
    studio.key(Qt.Key.Key_Q, CTRL)
    assert not studio.application.window.isVisible()


def test_presentation_tabs_and_rows_open(studio: "Studio") -> None:
    studio.store(nested())
    studio.wait(lambda: "today" in studio.canvas.tiles)
    studio.wait_until_saved()
    studio.page.run("studio.present")
    tabs, row = studio.canvas.tiles["tabs"], studio.canvas.tiles["closed"]
    assert isinstance(tabs, ContainerFrame)
    assert isinstance(row, ContainerFrame)
    box = tabs.rect
    for x in range(int(box.left()), int(box.right()), 6):
        at = QPointF(x, box.top() + 16)
        if tabs.part_at(at) == ContainerPart("tab", 1):
            studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=studio.canvas.mapFromScene(at))
            break
    studio.wait(lambda: "week" in studio.canvas.tiles)
    studio.qtbot.mouseClick(
        studio.viewport, Qt.MouseButton.LeftButton, pos=studio.canvas.mapFromScene(row.rect.topLeft() + QPointF(12, 16))
    )
    studio.wait(lambda: "older" in studio.canvas.tiles)
    assert studio.page.presentation.on
    assert studio.page.editor.selection == ()


def test_presentation_undo_from_variables_bar_changes_nothing(studio: "Studio") -> None:
    page, editor = studio.page, studio.page.editor
    editor.apply_document("v", replace(editor.document, variables=(Variable("shop", "", "text", chosen=("a",)),)))
    editor.set_property("notes", "title", "Edited")
    page.run("studio.present")
    field = page.variables.findChild(QWidget, "variable_shop")
    for keys in ((Qt.Key.Key_Z, CTRL), (Qt.Key.Key_Y, CTRL)):
        studio.qtbot.keyClick(field, *keys)
        studio.qtbot.keyClick(page.variables, *keys)
        assert editor.widget("notes").title == "Edited"
    page.run("studio.undo")  # said by name, presenting ends first
    assert editor.widget("notes").title == "Notes"
    studio.wait_until_saved()
