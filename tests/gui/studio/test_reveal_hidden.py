"""A widget selected in a collapsed row or another tab is revealed in this window only, without an edit."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from nested import nested
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing import container_edits, placement_edits
from benchboard.dashboards.layout import PageIndex
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def stored(page: StudioPage) -> PageIndex:
    """The page as its document has it."""
    return PageIndex(page.editor.document.layout)


def find(studio: "Studio", text: str) -> None:
    """Look for it with Ctrl+F and go there."""
    studio.key(Qt.Key.Key_F, CTRL)
    field = studio.application.window.findChild(QWidget, "find_field")
    assert field is not None
    studio.qtbot.keyClicks(field, text)
    studio.qtbot.keyClick(field, Qt.Key.Key_Return)


def outline(studio: "Studio", item_id: str, tab: int = -1) -> None:
    """Choose its line in the outline."""
    studio.key(Qt.Key.Key_O, CTRL | SHIFT)
    pane = studio.page.outline
    studio.wait(lambda: pane.isVisible() and not pane.findChild(QTimer).isActive() and pane.topLevelItemCount() == 5)
    spot = pane.visualItemRect(pane.line(item_id, tab)).center()
    studio.qtbot.mouseClick(pane.viewport(), LEFT, pos=spot)


@pytest.fixture
def nested_page(studio: "Studio") -> "Studio":
    """A page with a closed row and tabs, as it is stored."""
    studio.store(nested())
    studio.wait(lambda: "closed" in studio.page.editor.page.paths)
    studio.wait_until_saved()
    studio.page.editor.load(studio.page.editor.document)
    studio.canvas.setFocus()
    return studio


def assert_revealed(studio: "Studio", chosen: str) -> None:
    """It is chosen and in sight, and nothing was edited."""
    editor = studio.page.editor
    assert editor.selection == (chosen,)
    assert studio.canvas.tiles[chosen].outline.intersects(studio.canvas.visible_rect())
    assert editor.undo_stack.count() == 0
    assert not studio.page.saving.dirty
    assert studio.page.saving.state == "saved"
    assert stored(studio.page).item("closed").collapsed
    assert stored(studio.page).item("tabs").active == 0


WAYS: tuple[Callable[["Studio"], None], ...] = (
    lambda studio: find(studio, "older"),
    lambda studio: outline(studio, "older"),
)


@pytest.mark.parametrize("way", WAYS, ids=("find", "outline"))
def test_reveal_of_a_hidden_widget_is_no_edit(nested_page: "Studio", way: Callable[["Studio"], None]) -> None:
    version = nested_page.stored().version
    way(nested_page)
    assert_revealed(nested_page, "older")
    assert not nested_page.page.editor.page.item("closed").collapsed
    nested_page.wait_until_saved()
    assert nested_page.stored().version == version


def test_reveal_in_another_tab_shows_it_in_this_window_only(nested_page: "Studio") -> None:
    outline(nested_page, "week")
    assert_revealed(nested_page, "week")
    assert nested_page.page.editor.page.item("tabs").active == 1


def test_edit_in_a_revealed_row_is_stored_with_the_row_collapsed(nested_page: "Studio") -> None:
    editor = nested_page.page.editor
    find(nested_page, "older")
    before = stored(nested_page.page).shown
    editor.set_property("older", "title", "Oldest")
    assert editor.undo_stack.count() == 1
    assert stored(nested_page.page).item("closed").collapsed
    assert stored(nested_page.page).shown == before
    assert stored(nested_page.page).item("older").source["title"] == "Oldest"
    assert "older" in nested_page.canvas.tiles
    nested_page.wait_until_saved()
    assert PageIndex(nested_page.stored().layout).item("closed").collapsed
    nested_page.canvas.setFocus()
    nested_page.key(Qt.Key.Key_Z, CTRL)
    assert editor.widget("older").title == "Older"
    assert "older" in nested_page.canvas.tiles  # still looked at


def test_move_in_a_revealed_row_is_kept_when_concealed(nested_page: "Studio") -> None:
    editor = nested_page.page.editor
    find(nested_page, "older")
    editor.apply(placement_edits.nudge, 1, 0)
    seen = dict(editor.page.shown)
    assert editor.undo_stack.count() == 1
    assert stored(nested_page.page).item("closed").collapsed
    editor.conceal(["closed"])
    assert editor.page.item("closed").collapsed
    editor.reveal(["older"])
    assert editor.page.shown == seen


def test_caret_of_a_revealed_row_conceals_it_then_expands_for_everyone(nested_page: "Studio") -> None:
    editor = nested_page.page.editor
    find(nested_page, "older")

    def caret() -> None:
        spot = nested_page.box("closed").topLeft() + QPoint(10, 18)
        nested_page.qtbot.mouseClick(nested_page.viewport, LEFT, pos=spot)

    caret()
    assert editor.page.item("closed").collapsed
    assert editor.undo_stack.count() == 0
    editor.apply(container_edits.toggle_rows, ["closed"])
    assert not stored(nested_page.page).item("closed").collapsed
    assert editor.undo_stack.undo_title() == "Expand row"
    editor.apply(container_edits.toggle_rows, ["closed"])
    assert stored(nested_page.page).item("closed").collapsed
    assert editor.undo_stack.count() == 2


def test_tab_shown_after_reveal_conceals_or_is_a_step(nested_page: "Studio") -> None:
    editor = nested_page.page.editor
    editor.apply(container_edits.add_tab, "tabs")
    editor.apply(container_edits.show_tab, "tabs", 0)
    steps = editor.undo_stack.count()
    editor.reveal(["week"])
    editor.apply(container_edits.show_tab, "tabs", 1)  # it is shown
    assert editor.undo_stack.count() == steps
    assert editor.page.item("tabs").active == 1
    editor.apply(container_edits.show_tab, "tabs", 0)
    assert editor.page.item("tabs").active == 0
    assert editor.undo_stack.count() == steps
    editor.reveal(["week"])
    editor.apply(container_edits.show_tab, "tabs", 2)
    assert editor.page.item("tabs").active == stored(nested_page.page).item("tabs").active == 2
    assert editor.undo_stack.count() == steps + 1


def test_reveal_on_narrow_page_is_no_edit(nested_page: "Studio") -> None:
    nested_page.page.run("studio.phone")
    find(nested_page, "older")
    assert_revealed(nested_page, "older")
    nested_page.page.editor.set_property("older", "title", "Oldest")
    assert stored(nested_page.page).item("closed").collapsed
    assert nested_page.page.editor.document.breakpoints == {}
    nested_page.page.run("studio.desktop")
    assert "older" in nested_page.canvas.tiles


def test_reveal_after_another_save_stays(nested_page: "Studio") -> None:
    find(nested_page, "older")
    nested_page.store({**nested(), "title": "Theirs"})
    nested_page.wait(lambda: nested_page.page.editor.document.title == "Theirs")
    assert nested_page.page.editor.selection == ("older",)
    assert "older" in nested_page.canvas.tiles


def test_reveal_with_view_only_access_stays(studio: "Studio") -> None:
    with unbound(studio.workspace.database).change() as session:
        card = library.create(session, studio.actor, parse_document({**nested(), "title": "Theirs"})).card
    assert studio.application.shell is not None
    studio.application.shell.go("studio/dashboards")
    (place,) = studio.application.window.findChildren(DashboardsView)
    page = place.open(card.id)
    studio.wait(lambda: page.saving.state == "saved")
    page.editor.read_only = True
    page.editor.show_document(page.editor.document, ())
    page.canvas.setFocus()
    find(studio, "older")
    assert page.editor.selection == ("older",)
    assert "older" in page.canvas.tiles
    assert page.editor.document is page.saving.machine.saved
    page.editor.load(page.editor.document)  # somebody stored one
    assert "older" in page.canvas.tiles
    page.editor.apply(container_edits.toggle_rows, ["closed"])
    assert "older" not in page.canvas.tiles
    page.editor.apply(container_edits.toggle_rows, ["closed"])
    assert "older" in page.canvas.tiles
    assert page.editor.undo_stack.count() == 0
