"""Previewing all copies of repeated widgets while editing: the toggle, badges, the inspector."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from templated_page import templated_page

from benchboard import settings
from benchboard.dashboards import library
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.document_store import DashboardStore
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.page_commands import PageCommands
from benchboard.ui.studio.tiles.renderers import header_badge
from benchboard.ui.studio.tiles.repeat_badges import badge
from benchboard.ui.widgets import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def repeats(studio: "Studio") -> "Studio":
    studio.page.editor.replace_document("Repeats", templated_page(chosen=["north", "west"]))
    studio.wait(lambda: not studio.page.query_runner.busy)
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


def test_repeats_toggle_shows_and_hides_all_copies(repeats: "Studio") -> None:
    studio, editor = repeats, repeats.page.editor
    before = editor.document
    studio.click("m")
    studio.press_button("studio_copies")
    assert {"m@1", "m@2"} <= studio.canvas.tiles.keys()
    assert editor.selection == ("m@1",)
    assert not editor.editable
    assert studio.find("studio_looking").accessibleName() == editor.read_only_reason != ""
    studio.click("m@2")
    assert not studio.find("inspector_title").isEnabled()
    studio.press_button("studio_arrange")
    assert editor.selection == ("m",)
    assert editor.editable
    assert studio.page.read_only_bar.isHidden()
    assert editor.document is before


def test_repeat_copy_has_a_badge(repeats: "Studio") -> None:
    repeats.page.run("studio.preview_repeats")
    canvas = repeats.canvas
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == "copy"
    assert badge(repeats.page.editor, canvas.tiles["n"].item) == ""
    page = QAccessible.queryAccessibleInterface(canvas)
    names = [page.child(k).text(QAccessible.Text.Name) for k in range(page.childCount())]
    assert "Each: west, Copy for Shop: west" in names
    repeats.page.run("studio.present")
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == ""
    assert repeats.page.repeats_toggle.switch.isHidden()
    repeats.page.run("studio.present")
    assert "m@2" in canvas.tiles
    assert badge(repeats.page.editor, canvas.tiles["m@2"].item) == "copy"


def test_repeats_toggle_is_stored_in_settings(repeats: "Studio") -> None:
    repeats.page.run("studio.preview_repeats")
    assert settings.load(repeats.home).copies
    repeats.page.run("studio.preview_repeats")
    assert settings.load(repeats.home).copies == ""
    repeats.page.run("studio.preview_repeats")
    repeats.press_button("studio_arrange")
    assert settings.load(repeats.home).copies == ""


def _reopened(studio: "Studio", dashboard_id: str) -> StudioPage:
    """The page of a dashboard as whoever is signed in opens it now."""
    context = studio.context
    page = StudioPage(context, DashboardStore(context.actor, dashboard_id), PageCommands)
    studio.qtbot.addWidget(page)
    studio.wait(lambda: page.saving.state == "saved")
    return page


def test_page_opened_shows_copies_only_where_turned_on(repeats: "Studio") -> None:
    with unbound(repeats.workspace.database).change() as session:
        first, second = (
            library.create(session, repeats.actor, templated_page(chosen=["north", "west"]), name=name).card.id
            for name in ("First", "Second")
        )
    repeats.page.run("studio.preview_repeats")  # the home page's are no other's
    page = _reopened(repeats, first)
    assert page.editor.editable
    page.run("studio.preview_repeats")
    page.undo()  # for a while, which is no decision
    assert page.editor.editable
    assert _reopened(repeats, first).editor.previews_copies
    assert _reopened(repeats, second).editor.editable


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
def test_key_that_edits_a_copy_explains_how_to_go_back(
    repeats: "Studio", key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    repeats.page.run("studio.preview_repeats")
    before = repeats.page.editor.document
    repeats.click("m@1")
    repeats.key(key, held)
    told = [one.accessibleName() for one in repeats.application.window.findChildren(Toast) if one.isVisible()]
    assert told == ["You're previewing repeats. Press Ctrl 5 to go back to editing."]
    assert repeats.page.editor.document is before


def test_f2_on_a_copy_renames_its_original(repeats: "Studio") -> None:
    repeats.page.run("studio.preview_repeats")
    repeats.click("m@2")
    repeats.key(Qt.Key.Key_F2)
    assert repeats.page.editor.selection == ("m",)
    assert repeats.find("inspector_title").hasFocus()


def test_undo_while_previewing_repeats_ends_the_preview(repeats: "Studio") -> None:
    studio, editor = repeats, repeats.page.editor
    studio.page.run("studio.preview_repeats")
    studio.page.undo()
    assert editor.editable
    assert "m" not in studio.canvas.tiles  # the step that brought it is taken back
    assert studio.page.repeats_toggle.switch.isHidden()
    studio.page.redo()
    assert "m" in studio.canvas.tiles


def test_repeat_badge_click_focuses_its_settings(repeats: "Studio") -> None:
    studio = repeats
    _click_badge(studio, "m")
    field = studio.find("inspector_repeat")
    assert field.hasFocus()
    assert not field.visibleRegion().isEmpty()
    assert studio.page.editor.selection == ("m",)


def test_repeat_badge_of_a_copy_selects_its_original(repeats: "Studio") -> None:
    studio = repeats
    studio.page.run("studio.preview_repeats")
    _click_badge(studio, "m@2")
    assert studio.page.editor.selection == ("m",)
    assert studio.page.editor.editable
    assert studio.find("inspector_repeat").hasFocus()


def test_enter_on_a_copy_edits_its_original(repeats: "Studio") -> None:
    studio = repeats
    studio.page.run("studio.preview_repeats")
    studio.click("m@2")
    studio.key(Qt.Key.Key_Return)
    assert studio.page.editor.selection == ("m",)
    assert studio.find("inspector_query").hasFocus()


def test_repeat_badge_of_a_row_focuses_its_settings(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.replace_document("Repeats", templated_page(chosen=["north", "west"]))
    editor.set_property("r", "repeat", {"variable": "shop", "direction": "down", "most": 1})
    frame = studio.canvas.tiles["r"]
    assert isinstance(frame, ContainerFrame)
    end = frame.rect.topRight()
    spot = next(
        spot
        for left in range(4, 60)
        if frame.part_at(spot := end + QPoint(-left, 15)).what == "badge"  # type: ignore[operator]
    )
    studio.canvas.horizontalScrollBar().setValue(studio.canvas.horizontalScrollBar().maximum())
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=studio.canvas.mapFromScene(spot))
    assert editor.selection == ("r",)
    assert studio.find("inspector_repeat").hasFocus()


def test_repeats_toggle_without_repeats_is_hidden(studio: "Studio") -> None:
    assert studio.page.repeats_toggle.switch.isHidden()
    studio.page.run("studio.preview_repeats")
    assert not [one for one in studio.page.findChildren(QWidget, "studio_copies") if one.isVisible()]
    assert studio.page.editor.editable
