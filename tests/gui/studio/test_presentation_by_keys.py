"""A presentation by keys alone, and what a screen reader is told of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QCursor
from PySide6.QtWidgets import QApplication

from benchboard.ui.widgets import accessible

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def heard(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is announced, and what gets the focus, from now on."""
    told: list[str] = []

    def note(event: QAccessibleEvent) -> None:
        order = studio.canvas.reading_order()
        if isinstance(event, QAccessibleAnnouncementEvent):
            told.append(event.message())
        elif event.type() == QAccessible.Event.Focus and event.object() is studio.canvas and event.child() >= 0:
            told.append(f"focus: {order[event.child()]}")

    monkeypatch.setattr(accessible, "send", note)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield told
    QAccessible.setActive(before)


def test_first_widget_is_told_where_it_was_told_before_the_presentation(studio: "Studio", heard: list[str]) -> None:
    first = studio.page.editor.page.reading_order[0]
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.page.editor.select([first])
    studio.wait(lambda: f"focus: {first}" in heard)
    studio.key(Key.Key_F5, CTRL)
    studio.wait(lambda: studio.page.presentation.on)
    QApplication.processEvents()
    assert "Nothing selected" not in heard, "nothing can be selected for a change there"
    heard.clear()
    studio.key(Key.Key_Tab)
    assert heard == [f"focus: {first}"]
    described = _description(studio, first)
    assert "column" not in described, described


def _description(studio: "Studio", item_id: str) -> str:
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    assert page is not None
    child = page.child(studio.canvas.reading_order().index(item_id))
    assert child is not None
    return child.text(QAccessible.Text.Description)


def test_page_tells_its_widget_once_as_tab_enters_it(studio: "Studio", heard: list[str]) -> None:
    studio.page.editor.select([])
    studio.find("studio_present").setFocus(Qt.FocusReason.OtherFocusReason)
    heard.clear()
    studio.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    first = studio.page.editor.selection[0]
    studio.wait(lambda: bool(heard))
    QApplication.processEvents()
    assert heard == [f"focus: {first}"]


def test_presentation_returns_the_focus_where_it_began(studio: "Studio", heard: list[str]) -> None:
    button = studio.find("studio_present")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    studio.qtbot.keyClick(button, Key.Key_Space)
    studio.wait(lambda: studio.page.presentation.on)
    assert studio.canvas.hasFocus()
    studio.qtbot.keyClick(studio.canvas, Key.Key_Escape)
    assert button.hasFocus()
    assert heard[-1] != "Nothing selected"


def test_presentation_left_on_its_second_page_tells_only_that_it_has_ended(studio: "Studio", heard: list[str]) -> None:
    """It told “Page 1 of 1” too, as the page is whole again."""
    studio.application.window.resize(1024, 700)
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.key(Key.Key_F5, CTRL)
    studio.wait(lambda: studio.page.presentation.on)
    studio.key(Key.Key_Right)
    studio.wait(lambda: studio.canvas.screen_index == 1)
    heard.clear()
    studio.key(Key.Key_Escape)
    studio.wait(lambda: not studio.page.presentation.on)
    QApplication.processEvents()
    assert not [one for one in heard if one.startswith("Page ")]


def test_enter_opens_nothing_under_a_hidden_pointer(studio: "Studio", heard: list[str]) -> None:
    studio.key(Key.Key_F5, CTRL)
    studio.wait(lambda: studio.page.presentation.on)
    studio.page.presented.idle.timeout.emit()
    tile = next(iter(studio.canvas.tiles.values()))
    spot = studio.canvas.mapFromScene(tile.rect.center())
    QCursor.setPos(studio.viewport.mapToGlobal(spot + QPoint()))
    heard.clear()
    studio.key(Key.Key_Return)
    assert studio.page.enlarged.view is None
    assert heard == ["No widget is selected. Press Tab to select one."]


def test_state_of_the_data_is_a_stop_of_tab(studio: "Studio") -> None:
    studio.key(Key.Key_F5, CTRL)
    studio.wait(studio.page.presented.state.freshness.isVisible)
    state = studio.page.presented.state
    state.setFocus(Qt.FocusReason.TabFocusReason)
    assert state.hasFocus()
    assert state.accessible_text().startswith("Updated ")
    studio.qtbot.keyClick(state, Key.Key_Escape)
    assert not studio.page.presentation.on


def test_rotation_leaves_no_widget_that_tab_went_to(studio: "Studio") -> None:
    studio.application.window.resize(1024, 700)
    studio.key(Key.Key_F5, CTRL)
    studio.wait(lambda: studio.page.presentation.on)
    rotation = studio.page.presented.rotation
    studio.key(Key.Key_Tab)
    rotation.due.emit()
    assert studio.canvas.screen_index == 0
    studio.page.editor.select([])
    rotation.due.emit()
    assert studio.canvas.screen_index == 1
