"""Locked widgets show a padlock, and say why they stay when somebody tries to move them."""

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
def kept(studio: "Studio") -> "Studio":
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
def said(kept: "Studio") -> list[str]:
    words: list[str] = []
    kept.canvas.rejected.connect(words.append)
    return words


def test_page_just_opened_shows_padlocks(kept: "Studio") -> None:
    locked = {item_id: tile.locked for item_id, tile in kept.canvas.tiles.items()}
    assert locked == {"place": True, "size": True, "free": False, "group": False}


def test_drag_of_locked_position_explains_why(kept: "Studio", said: list[str]) -> None:
    start = kept.header("place")
    kept.press(start)
    kept.glide(start, start + QPoint(300, 60))
    assert not kept.canvas.busy
    assert kept.viewport.cursor().shape() == Qt.CursorShape.ForbiddenCursor
    kept.release(start + QPoint(300, 60))
    assert kept.viewport.cursor().shape() != Qt.CursorShape.ForbiddenCursor
    assert said == ["The position of “place” is locked. Press Ctrl L to unlock it."]


@pytest.mark.parametrize(
    ("chosen", "keys", "words"),
    [
        (["place"], NONE, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["place"], ALT, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["place"], SHIFT, "The position of “place” is locked. Press Ctrl L to unlock it."),
        (["size"], SHIFT, "The size of “size” is locked."),
        (["place", "size"], SHIFT, "The selection's size is locked."),
    ],
)
def test_arrow_without_effect_explains_why(
    kept: "Studio", said: list[str], chosen: list[str], keys: Qt.KeyboardModifier, words: str
) -> None:
    before = kept.cells()
    kept.page.editor.select(chosen)
    kept.key(Qt.Key.Key_Right, keys)
    assert kept.cells() == before
    assert said == [words]


def test_resize_of_container_height_explains_why_not(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.select(["group"])
    kept.key(Qt.Key.Key_Down, SHIFT)
    assert said == ["The height of “Group” follows its content."]


def test_move_that_succeeds_explains_nothing(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.select(["size"])
    kept.key(Qt.Key.Key_Right)
    kept.page.editor.select(["place", "free"])
    kept.key(Qt.Key.Key_Right)
    assert not said


def test_move_with_view_only_access_explains_that(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.read_only = True
    kept.page.editor.select(["free"])
    kept.key(Qt.Key.Key_Right)
    start = kept.header("free")
    kept.drag(start, start + QPoint(0, 200))
    assert said == [kept.page.editor.read_only_reason] * 2


def test_rejection_is_shown_at_bottom_of_window(kept: "Studio") -> None:
    kept.page.editor.select(["place"])
    kept.key(Qt.Key.Key_Right)
    toast = kept.application.window.findChild(object, "toast")
    assert toast is not None
    assert _("The position of “{title}” is locked. Press {keys} to unlock it.").format(
        title="place", keys="Ctrl L"
    ) in str(toast.accessibleName())
