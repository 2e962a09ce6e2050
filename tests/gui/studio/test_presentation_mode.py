"""Presenting a page, and the sheet of keyboard shortcuts."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from nested import nested
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QCursor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from two_dashboards import TwoDashboards

from benchboard.dashboards.document.document import Variable, parse_document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog, shortcut_rows
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame, ContainerPart
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.click_targets import Links
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.studio.tiles.stats import metric_card
from benchboard.ui.studio.tiles.tables.table_painting import heading_font
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Text
from benchboard.ui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

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
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert _visible_parts(studio) == dict.fromkeys(before, False) | {"status": True}
    studio.wait(lambda: studio.canvas.width() == studio.application.window.width())
    assert studio.page.editor.selection == ()
    studio.key(Qt.Key.Key_Escape)
    assert _visible_parts(studio) == before == dict.fromkeys(before, True)
    assert studio.page.editor.selection == ("notes",)


def test_presentation_says_how_to_leave_until_the_mouse_rests(studio: "Studio") -> None:
    presented = studio.page.presented
    presented.idle.setInterval(0)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: not presented.hint.isVisible())
    pointer = QApplication.overrideCursor()
    assert pointer is not None
    assert pointer.shape() == Qt.CursorShape.BlankCursor
    presented.idle.setInterval(600_000)
    QCursor.setPos(QCursor.pos() + QPoint(9, 9))
    studio.qtbot.mouseMove(studio.viewport, QPoint(300, 200))
    studio.wait(presented.hint.isVisible)
    assert presented.hint.text.startswith("Esc to exit")
    assert QApplication.overrideCursor() is None
    studio.key(Qt.Key.Key_Escape)
    assert not presented.hint.isVisible()
    assert not presented.idle.isActive()


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
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == 0
    title = studio.find("presented_title")
    assert title.property("text") == "Line 2 overview"
    studio.key(Qt.Key.Key_Escape)
    studio.wait(lambda: bar.value() == 180)
    assert not title.isVisible()


def test_presentation_on_a_wall_has_a_large_title_margins_and_no_scroll_bar(studio: "Studio") -> None:
    studio.application.window.resize(1100, 700)
    page, editor = studio.page, studio.page.editor
    editor.apply_document("v", replace(editor.document, title="Line 2", variables=(Variable("shop", "Shop", "text"),)))
    studio.wait(lambda: studio.canvas.verticalScrollBar().isVisible())
    page.run("studio.present")
    title, field = studio.find("presented_title"), studio.find("variable_shop")
    studio.wait(lambda: title.isVisible() and title.y() == 24)
    assert title.fontInfo().pixelSize() == 28
    assert title.x() == 32
    beside = field.mapTo(page, QPoint(0, 0))
    assert beside.y() in range(24, 64)
    assert beside.x() > title.geometry().right()
    assert not studio.canvas.verticalScrollBar().isVisible()
    assert studio.canvas.verticalScrollBar().maximum() == 0
    assert min(box.left() for box in _boxes_on_screen(studio)) == 32
    studio.key(Qt.Key.Key_Escape)
    studio.wait(lambda: studio.canvas.verticalScrollBar().isVisible())
    assert min(box.left() for box in studio.shown().values()) == 20


def _boxes_on_screen(studio: "Studio") -> list[QRect]:
    return [studio.box(one) for one, tile in studio.canvas.tiles.items() if tile.isVisible()]


@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080), (1024, 700)])
def test_presentation_shows_every_tile_whole_on_one_of_its_screens(studio: "Studio", size: tuple[int, int]) -> None:
    studio.application.window.resize(*size)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    canvas, seen = studio.canvas, set[str]()
    studio.wait(lambda: studio.viewport.width() == size[0])
    assert canvas.wall is not None
    for index in range(len(canvas.wall.screens)):
        assert canvas.screen_index == index
        for one, tile in canvas.tiles.items():
            if tile.isVisible():
                seen.add(one)
                assert studio.viewport.rect().contains(studio.box(one))
        studio.key(Qt.Key.Key_Right)
    assert seen == set(canvas.tiles)
    assert canvas.screen_index == 0  # from the last to the first


def test_presentation_on_a_full_hd_screen_can_be_read_from_a_distance(studio: "Studio") -> None:
    studio.application.window.resize(1920, 1080)
    before = studio.canvas.zoom
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: studio.viewport.width() == 1920)
    scale = studio.canvas.zoom
    assert theme().font("body_strong").pixelSize() == -1  # sizes are in points: at 96 dpi, 4/3 pixels
    assert theme().font("body_strong").pointSizeF() * 4 / 3 * scale >= 20  # the titles of tiles
    assert theme().font("body").pointSizeF() * 4 / 3 * scale >= 18  # the cells of tables
    assert heading_font().pointSizeF() * 4 / 3 * scale >= 18
    tile = studio.canvas.tiles["orders-week"]
    assert isinstance(tile, Tile)
    assert tile.result is not None
    assert tile.result.table is not None
    sizes: list[float] = []

    class Painter(QPainter):
        def drawText(self, *args: Any) -> Any:  # Qt's name
            sizes.append(self.fontInfo().pixelSize() * scale)

    picture = QImage(10, 10, QImage.Format.Format_ARGB32)
    with Painter(picture) as painter:
        body = body_of(tile.rect.size() / scale)
        metric_card.paint(painter, body, tile.widget, tile.result.table, wall=True)
    assert max(sizes) >= 48
    studio.key(Qt.Key.Key_Escape)
    assert studio.canvas.zoom == before


def test_presentation_says_when_its_data_was_read_and_what_failed(studio: "Studio") -> None:
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    items = [
        {"id": "right", "type": "table", "title": "right", "position": place, "query": "SELECT 1"},
        {"id": "wrong", "type": "table", "title": "wrong", "position": {**place, "x": 8}, "query": "SELEC 1"},
    ]
    studio.page.editor.load(parse_document(items))
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    state, runner = studio.page.presented.state, studio.page.query_runner
    studio.wait(lambda: state.geometry().right() + 1 == studio.page.width() - 32)
    assert state.width() < studio.page.width() / 2  # at the right, also without variables
    studio.wait(lambda: state.trouble.text() == "1 widget failed")
    read_at = runner.read_since(["right"])
    assert read_at is not None
    assert state.freshness.text() == f"Updated {read_at.astimezone():%H:%M}"
    assert ":" in state.clock.text()
    assert runner.read_since(["wrong"]) is None


def test_presentation_reads_its_data_again_when_it_begins(studio: "Studio") -> None:
    runner = studio.page.query_runner
    before = runner.read_since(studio.canvas.tiles)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: not runner.busy and runner.read_since(studio.canvas.tiles) > before)


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
        return {tile.item.id: (tile.current_pixmap().toImage().copy(0, 48, 250, 120), tile.links) for tile in tiles}

    working = seen()
    assert working["wrong"][1].edit is not None
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    shown = seen()
    assert shown["wrong"][1].retry is None
    assert shown["wrong"][1].edit is None
    blank = shown["words"][0].pixelColor(125, 60)
    image = shown["words"][0]
    assert {image.pixelColor(x, y).name() for x in range(8, 240, 3) for y in range(120)} == {blank.name()}
    assert all(working[one][0] != shown[one][0] for one in shown)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert seen()["wrong"][1].edit is not None


def test_presentation_keys_change_the_screen(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    canvas = studio.canvas
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: canvas.wall is not None and len(canvas.wall.screens) > 1)
    assert canvas.wall is not None
    last = len(canvas.wall.screens) - 1
    for key, screen in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_Left, 0), (Qt.Key.Key_PageDown, 1), (Qt.Key.Key_PageUp, 0),
        (Qt.Key.Key_End, last), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Space, 1), (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Left, last),
    ):  # fmt: skip
        studio.key(key)
        assert canvas.screen_index == screen, key
    assert studio.context.status.text("hint") == f"Page {last + 1} of {last + 1}"
    assert studio.find("presented_dots").property("visible")
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert not studio.page.presentation.on
    assert studio.context.status.text("hint") == ""
    assert all(tile.isVisible() for tile in canvas.tiles.values())


def test_presentation_of_a_phone_page_scrolls(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_3, CTRL)
    bar = studio.canvas.verticalScrollBar()
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.key(Qt.Key.Key_Down)
    assert bar.value() == 60
    studio.key(Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 60


def visible_titles(sheet: ShortcutsDialog) -> list[str]:
    sheet.fill_all()
    return [line.text() for line in sheet.findChildren(Text, "keys_line")]


def test_key_sheet_shows_every_key(studio: "Studio") -> None:
    studio.qtbot.keyClicks(studio.canvas, "?")
    sheet = studio.application.window.findChild(ShortcutsDialog)
    assert sheet is not None
    # An analyst may only be in Studio.
    assert [row[1] for row in shortcut_rows() if row[1] not in visible_titles(sheet)] == ["Open Bench", "Open Admin"]
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
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert not words.isVisible()
    studio.wait(lambda: studio.canvas.viewport().width() <= 400)
    studio.key(Qt.Key.Key_Escape)
    assert words.isVisible()


def test_presentation_lets_variables_be_selected(studio: "Studio") -> None:
    editor = studio.page.editor
    states = Variable("states", "States", "list", ("paid", "refunded"), ("paid",), True)
    repeat = {"variable": "states", "direction": "across"}
    item = with_fields(editor.page.item("orders-week"), repeat=repeat)
    editor.replace_document("Repeat", replace(editor.document, layout=editor.page.with_item(item), variables=(states,)))
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
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
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    studio.key(Qt.Key.Key_Q, CTRL)
    assert not studio.application.window.isVisible()


def test_presentation_tabs_and_rows_open(studio: "Studio") -> None:
    studio.store(nested())
    studio.wait(lambda: "today" in studio.canvas.tiles)
    studio.wait_until_saved()
    studio.page.run("studio.present")
    studio.canvas.show_last_screen()
    tabs = studio.canvas.tiles["tabs"]
    assert isinstance(tabs, ContainerFrame)
    box = tabs.rect
    for x in range(int(box.left()), int(box.right()), 6):
        at = QPointF(x, box.top() + 16)
        if tabs.part_at(at) == ContainerPart("tab", 1):
            studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=studio.canvas.mapFromScene(at))
            break
    studio.wait(lambda: "week" in studio.canvas.tiles)
    assert "older" in studio.canvas.tiles, "a row is open on a wall"
    assert studio.page.presentation.on
    assert studio.page.editor.selection == ()


def test_presentation_opens_collapsed_rows_for_as_long_as_it_lasts(studio: "Studio") -> None:
    studio.store(nested())
    studio.wait(lambda: "today" in studio.canvas.tiles)
    studio.wait_until_saved()
    editor, before = studio.page.editor, studio.page.editor.document
    assert "older" not in studio.canvas.tiles
    studio.page.run("studio.present")
    studio.wait(lambda: {"old", "older"} <= studio.canvas.tiles.keys())
    assert editor.document == before
    studio.key(Qt.Key.Key_Escape)
    studio.wait(lambda: "older" not in studio.canvas.tiles)
    assert editor.document == before


def test_presentation_hint_returns_with_a_key(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    presented = studio.page.presented
    presented.idle.timeout.emit()
    studio.wait(lambda: not presented.hint.isVisible())
    studio.key(Qt.Key.Key_Right)
    assert presented.hint.isVisible()
    assert presented.idle.isActive()
    assert QApplication.overrideCursor() is not None, "the pointer wasn't moved"
    studio.key(Qt.Key.Key_Escape)
    assert not presented.hint.isVisible()


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


def test_rotation_interval_is_chosen_beside_present_and_remembered(studio: "Studio") -> None:
    studio.press_button("studio_present_every")
    studio.press_in_window("every_30")
    assert studio.context.settings.present_every == "30"
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    presented = studio.page.presented
    studio.wait(lambda: studio.context.status.text("hint").endswith(", next in 30 s"))
    studio.key(Qt.Key.Key_Space)
    assert presented.rotation.paused
    assert studio.context.status.text("hint").endswith(", paused")
    studio.key(Qt.Key.Key_Space)
    assert not presented.rotation.paused
    studio.key(Qt.Key.Key_Escape)
    assert presented.rotation.seconds == 0
    studio.press_button("studio_present_every")
    studio.press_in_window("every_0")
    assert studio.context.settings.present_every == ""


def test_presentation_goes_through_the_open_dashboards(two: TwoDashboards) -> None:
    studio, place, window = two.studio, two.place, two.studio.application.window
    assert two.first.presented.pages_around() == (0, 0), "without an interval, only this dashboard's pages"
    studio.context.apply_settings(replace(studio.context.settings, present_every="300"))
    changes: list[bool] = []
    place.presenting_changed.connect(changes.append)
    assert place.page is two.first
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    order = [place.page]
    assert "of 2" in studio.context.status.text("hint")
    for _turn in range(2):
        focused = window.focusWidget()
        assert focused is not None
        two.qtbot.keyClick(focused, Qt.Key.Key_Right)
        order.append(place.page)
    assert order == [two.first, two.second, two.first]
    assert two.first.presentation.on
    assert not two.second.presentation.on
    assert False not in changes  # it goes on: the window isn't given back between two dashboards
    studio.key(Qt.Key.Key_Escape)
    assert changes[-1] is False


def test_rotation_shows_the_next_dashboard(two: TwoDashboards) -> None:
    place, context = two.place, two.studio.context
    context.apply_settings(replace(context.settings, present_every="300"))
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    two.first.presented.rotation.start(0.05)
    two.studio.wait(lambda: place.page is two.second and two.second.presentation.on)
    assert two.second.presented.rotation.seconds == 300  # as chosen in the settings
    assert not two.first.presented.rotation.seconds
