"""All copies of what is repeated, seen while one arranges: the switch beside the variables, badges, the inspector."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from test_worded_titles import page_of_titles

from benchboard import settings
from benchboard.dashboards import library
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.document.shelf import DashboardShelf
from benchboard.ui.studio.page import StudioPage
from benchboard.ui.studio.tiles.faces import header_badge
from benchboard.ui.studio.tiles.repeatmarks import badge
from benchboard.ui.widgets import Toast

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def repeats(studio: "Studio") -> "Studio":
    studio.page.editor.replace("Repeats", page_of_titles(chosen=["north", "west"]))
    studio.wait(lambda: not studio.page.feeds.busy)
    return studio


def _badge(studio: "Studio", item_id: str) -> QPoint:
    tile, canvas = studio.canvas.tiles[item_id], studio.canvas
    assert isinstance(tile, Tile)
    mark = badge(studio.page.editor, tile.item)
    box = header_badge(tile.rect.size() / canvas.zoom, mark, tile.links, locked=tile.locked)
    return canvas.mapFromScene(tile.pos() + box.center() * canvas.zoom)


def _click_badge(studio: "Studio", item_id: str) -> None:
    studio.canvas.reveal([item_id])
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=_badge(studio, item_id))


def test_the_switch_shows_all_copies_and_takes_them_back(repeats: "Studio") -> None:
    studio, editor = repeats, repeats.page.editor
    before = editor.document
    studio.click("m")
    studio.press_button("studio_copies")
    assert {"m@1", "m@2"} <= studio.canvas.tiles.keys()
    assert editor.chosen == ("m@1",)
    assert not editor.editable
    assert studio.find("studio_looking").accessibleName() == editor.why_not != ""
    studio.click("m@2")
    assert not studio.find("inspector_title").isEnabled()
    studio.press_button("studio_arrange")
    assert editor.chosen == ("m",)
    assert editor.editable
    assert studio.page.looking.isHidden()
    assert editor.document is before


def test_a_copy_says_that_it_is_one(repeats: "Studio") -> None:
    repeats.page.do("copies")
    canvas = repeats.canvas
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == "copy"
    assert badge(repeats.page.editor, canvas.tiles["n"].item) == ""
    page = QAccessible.queryAccessibleInterface(canvas)
    names = [page.child(k).text(QAccessible.Text.Name) for k in range(page.childCount())]
    assert "Each: west, A copy for Shop: west" in names
    repeats.page.do("present")
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == ""
    assert repeats.page.copies.switch.isHidden()
    repeats.page.do("present")
    assert "m@2" in canvas.tiles
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == "copy"


def test_whether_copies_are_shown_is_remembered(repeats: "Studio") -> None:
    repeats.page.do("copies")
    assert settings.load(repeats.home).copies
    repeats.page.do("copies")
    assert settings.load(repeats.home).copies == ""
    repeats.page.do("copies")
    repeats.press_button("studio_arrange")
    assert settings.load(repeats.home).copies == ""


def _opened_anew(studio: "Studio", dashboard_id: str) -> StudioPage:
    """The page of a dashboard as whoever is signed in opens it now."""
    context = studio.page._context
    page = StudioPage(context, DashboardShelf(context.actor, dashboard_id))
    studio.qtbot.addWidget(page)
    studio.wait(lambda: page.saving.state == "saved")
    return page


def test_a_page_opens_with_all_copies_only_where_that_was_turned_on(repeats: "Studio") -> None:
    with repeats.workspace.database.change() as session:
        first, second = (
            library.create(session, repeats.actor, page_of_titles(chosen=["north", "west"]), name=name).card.id
            for name in ("First", "Second")
        )
    repeats.page.do("copies")  # the home page's are no other's
    page = _opened_anew(repeats, first)
    assert page.editor.editable
    page.do("copies")
    page.undo()  # for a while, which is no decision
    assert page.editor.editable
    assert _opened_anew(repeats, first).editor.marking
    assert _opened_anew(repeats, second).editor.editable


@pytest.mark.parametrize(
    ("key", "held"),
    [
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_a_key_that_would_change_a_copy_says_the_way_back(
    repeats: "Studio", key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    repeats.page.do("copies")
    before = repeats.page.editor.document
    repeats.click("m@1")
    repeats.key(key, held)
    told = [one.accessibleName() for one in repeats.application.window.findChildren(Toast) if one.isVisible()]
    assert told == ["All copies are shown. Ctrl 5 goes back to arranging."]
    assert repeats.page.editor.document is before


def test_f2_on_a_copy_names_what_it_is_a_copy_of(repeats: "Studio") -> None:
    repeats.page.do("copies")
    repeats.click("m@2")
    repeats.key(Qt.Key.Key_F2)
    assert repeats.page.editor.chosen == ("m",)
    assert repeats.find("inspector_title").hasFocus()


def test_what_changes_the_page_goes_back_to_arranging_first(repeats: "Studio") -> None:
    studio, editor = repeats, repeats.page.editor
    studio.page.do("copies")
    studio.page.undo()
    assert editor.editable
    assert "m" not in studio.canvas.tiles  # the step that brought it is taken back
    assert studio.page.copies.switch.isHidden()
    studio.page.redo()
    assert "m" in studio.canvas.tiles


def test_a_badge_leads_to_the_repeat_s_settings(repeats: "Studio") -> None:
    studio = repeats
    _click_badge(studio, "m")
    field = studio.find("inspector_repeat")
    assert field.hasFocus()
    assert not field.visibleRegion().isEmpty()
    assert studio.page.editor.chosen == ("m",)


def test_the_badge_of_a_copy_leads_to_what_it_is_a_copy_of(repeats: "Studio") -> None:
    studio = repeats
    studio.page.do("copies")
    _click_badge(studio, "m@2")
    assert studio.page.editor.chosen == ("m",)
    assert studio.page.editor.editable
    assert studio.find("inspector_repeat").hasFocus()


def test_enter_on_a_copy_writes_at_what_it_is_a_copy_of(repeats: "Studio") -> None:
    studio = repeats
    studio.page.do("copies")
    studio.click("m@2")
    studio.key(Qt.Key.Key_Return)
    assert studio.page.editor.chosen == ("m",)
    assert studio.find("inspector_query").hasFocus()


def test_a_row_s_badge_leads_there_too(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.replace("Repeats", page_of_titles(chosen=["north", "west"]))
    editor.tell("r", "repeat", {"variable": "shop", "direction": "down", "most": 1})
    frame = studio.canvas.tiles["r"]
    assert isinstance(frame, Frame)
    end = frame.rect.topRight()
    spot = next(
        spot
        for left in range(4, 60)
        if frame.part_at(spot := end + QPoint(-left, 15)).what == "badge"  # type: ignore[operator]
    )
    studio.canvas.horizontalScrollBar().setValue(studio.canvas.horizontalScrollBar().maximum())
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=studio.canvas.mapFromScene(spot))
    assert editor.chosen == ("r",)
    assert studio.find("inspector_repeat").hasFocus()


def test_where_nothing_is_repeated_there_is_no_switch(studio: "Studio") -> None:
    assert studio.page.copies.switch.isHidden()
    studio.page.do("copies")
    assert not [one for one in studio.page.findChildren(QWidget, "studio_copies") if one.isVisible()]
    assert studio.page.editor.editable
