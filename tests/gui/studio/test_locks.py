"""Locked widgets show a padlock, and an attempt to move them explains why they stay."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from benchboard.dashboards.document.document import parse_document
from benchboard.i18n import _

if TYPE_CHECKING:
    from conftest import Studio

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def _item(name: str, x: int, **more: object) -> dict[str, object]:
    place = {"x": x, "y": 0, "w": 3, "h": 3}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place, **more}


@pytest.fixture
def locked_page(studio: "Studio") -> "Studio":
    group = {
        "id": "group",
        "type": "group",
        "title": "Group",
        "position": {"x": 0, "y": 3, "w": 4, "h": 3},
        "items": [],
    }
    items = [_item("place", 0, static=True), _item("size", 3, locked=["size"]), _item("free", 6), group]
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


@pytest.fixture
def reasons(locked_page: "Studio") -> list[str]:
    words: list[str] = []
    locked_page.canvas.rejected.connect(words.append)
    return words


def test_page_just_opened_shows_padlocks(locked_page: "Studio") -> None:
    locked = {item_id: tile.locked for item_id, tile in locked_page.canvas.tiles.items()}
    assert locked == {"place": True, "size": True, "free": False, "group": False}


def test_drag_of_locked_position_explains_why(locked_page: "Studio", reasons: list[str]) -> None:
    start = locked_page.header("place")
    locked_page.press(start)
    locked_page.glide(start, start + QPoint(300, 60))
    assert not locked_page.canvas.busy
    assert locked_page.viewport.cursor().shape() == Qt.CursorShape.ForbiddenCursor
    locked_page.release(start + QPoint(300, 60))
    assert locked_page.viewport.cursor().shape() != Qt.CursorShape.ForbiddenCursor
    assert reasons == ["The position of “place” is locked. Press Ctrl L to unlock it."]


def test_arrow_without_effect_explains_why(locked_page: "Studio", reasons: list[str]) -> None:
    for chosen, keys, words in (
        (["place"], NONE, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["place"], ALT, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["place"], SHIFT, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["size"], SHIFT, "The size of “size” is locked."),
        (["place", "size"], SHIFT, "The selection's size is locked."),
    ):
        reasons.clear()
        before = locked_page.cells()
        locked_page.page.editor.select(chosen)
        locked_page.key(Qt.Key.Key_Right, keys)
        assert locked_page.cells() == before, (chosen, keys)
        assert reasons == [words], (chosen, keys)


def test_resize_of_container_height_explains_why_not(locked_page: "Studio", reasons: list[str]) -> None:
    locked_page.page.editor.select(["group"])
    locked_page.key(Qt.Key.Key_Down, SHIFT)
    assert reasons == ["The height of “Group” follows its content."]


def test_move_that_succeeds_explains_nothing(locked_page: "Studio", reasons: list[str]) -> None:
    locked_page.page.editor.select(["size"])
    locked_page.key(Qt.Key.Key_Right)
    locked_page.page.editor.select(["place", "free"])
    locked_page.key(Qt.Key.Key_Right)
    assert not reasons


def test_move_with_view_only_access_explains_that(locked_page: "Studio", reasons: list[str]) -> None:
    locked_page.page.editor.read_only = True
    locked_page.page.editor.select(["free"])
    locked_page.key(Qt.Key.Key_Right)
    start = locked_page.header("free")
    locked_page.drag(start, start + QPoint(0, 200))
    assert reasons == [locked_page.page.editor.read_only_reason] * 2


def test_rejection_is_shown_at_bottom_of_window(locked_page: "Studio") -> None:
    locked_page.page.editor.select(["place"])
    locked_page.key(Qt.Key.Key_Right)
    toast = locked_page.application.window.findChild(object, "toast")
    assert toast is not None
    assert _("The position of “{title}” is locked. Press {keys} to unlock it.").format(
        title="place", keys="Ctrl L"
    ) in str(toast.accessibleName())
