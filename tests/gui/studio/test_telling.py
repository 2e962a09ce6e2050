"""What assistive programs are told of a page: what has the keyboard, what is chosen, what it says and where it went."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleValueChangeEvent,
)

from benchboard.dashboards.document import parse_document
from benchboard.ui.studio.canvas.telling import told_order
from benchboard.ui.studio.document import containers

if TYPE_CHECKING:
    from conftest import Studio

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def _item(name: str, x: int, y: int, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": 3, "h": 3}
    return {"id": name, "type": "text", "title": name, "config": {"text": f"Words of **{name}**."}, "position": place,
            **more}  # fmt: skip


@pytest.fixture
def board(studio: "Studio") -> Iterator["Studio"]:
    items = [
        _item("a", 0, 0), _item("b", 3, 0, static=True, locked=["content"]), _item("c", 6, 0),
        {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 3, "w": 12, "h": 1},
         "items": [_item("r1", 0, 4)]},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    studio.page.editor.choose(["a"])
    studio.page.editor.tell("c", "title", "Third")  # what is there now is known
    yield studio
    QAccessible.setActive(before)


@pytest.fixture
def told(board: "Studio") -> list[tuple[str, str]]:
    """What is told from now on: of what, and which event."""
    found: list[tuple[str, str]] = []

    def note(event: QAccessibleEvent) -> None:
        order, place = told_order(board.canvas), event.child()
        words = event.type().name
        if isinstance(event, QAccessibleAnnouncementEvent):
            words = event.message()
        elif isinstance(event, QAccessibleValueChangeEvent):
            words = f"value {event.value()}"
        found.append((order[place] if place >= 0 else "", words))

    board.canvas.telling.send = note
    return found


def _page(studio: "Studio") -> QAccessibleInterface:
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    assert page is not None
    return page


def _child(studio: "Studio", item_id: str) -> QAccessibleInterface:
    child = _page(studio).child(told_order(studio.canvas).index(item_id))
    assert child is not None
    return child


def test_the_page_says_which_tile_has_the_keyboard(board: "Studio") -> None:
    assert _page(board).focusChild() is _child(board, "a")
    board.key(Key.Key_Right, CTRL)
    assert _page(board).focusChild() is _child(board, "b")
    assert (_child(board, "b").state().focused, _child(board, "b").state().selected) == (True, False)
    assert (_child(board, "a").state().focused, _child(board, "a").state().selected) == (False, True)
    board.page.bar.setFocus()
    board.page.inspector.setFocus()
    board.page.outline.setFocus()
    assert not _child(board, "b").state().focused


def test_a_text_is_read_and_a_lock_is_said(board: "Studio") -> None:
    assert _child(board, "a").text(QAccessible.Text.Value) == "Words of a."
    said = _child(board, "b").text(QAccessible.Text.Description)
    assert said.endswith(", kept in its place, its content is kept")
    assert "kept" not in _child(board, "a").text(QAccessible.Text.Description)


def test_another_choice_is_told_with_the_focus(board: "Studio", told: list[tuple[str, str]]) -> None:
    board.key(Key.Key_Tab)
    assert told == [("a", "SelectionRemove"), ("b", "Selection"), ("b", "Focus")]
    told.clear()
    board.key(Key.Key_Right, CTRL)
    assert told == [("c", "Focus")]
    board.key(Key.Key_Space, CTRL)
    assert told[1:] == [("c", "SelectionAdd")]


def test_a_move_and_another_name_are_told(board: "Studio", told: list[tuple[str, str]]) -> None:
    board.key(Key.Key_Down)
    moved = [one for one, event in told if event == "LocationChanged"]
    assert "a" in moved
    assert "b" not in moved
    assert ("a", "DescriptionChanged") in told
    told.clear()
    board.page.editor.tell("a", "title", "First")
    assert told == [("a", "NameChanged")]
    told.clear()
    board.key(Key.Key_L, CTRL)
    assert ("a", "DescriptionChanged") in told


def test_what_comes_goes_and_opens_is_told(board: "Studio", told: list[tuple[str, str]]) -> None:
    containers.collapse(board.page.editor, ["r"])
    assert ("", "ObjectReorder") in told
    assert ("r", "StateChanged") in told
    told.clear()
    board.page.editor.choose(["c"])
    board.key(Key.Key_Delete)
    assert ("", "ObjectReorder") in told


def test_what_is_tried_in_vain_is_read_out(board: "Studio", told: list[tuple[str, str]]) -> None:
    board.page.editor.choose(["b"])
    board.key(Key.Key_Right)
    assert told[-1] == ("", "“b” is kept in its place. Ctrl L lets go of it.")


def test_where_nobody_listens_nothing_is_told(board: "Studio", told: list[tuple[str, str]]) -> None:
    QAccessible.setActive(False)
    board.key(Key.Key_Tab)
    board.key(Key.Key_Right)
    assert not told
