"""What is kept as it is says so: by its padlock whenever it is on show, and in words to who tries to move it."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from benchboard.dashboards.document import parse_document
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
    kept.canvas.refused.connect(words.append)
    return words


def test_a_page_just_opened_shows_its_locks(kept: "Studio") -> None:
    locked = {item_id: tile.locked for item_id, tile in kept.canvas.tiles.items()}
    assert locked == {"place": True, "size": True, "free": False, "group": False}


def test_a_drag_of_what_is_kept_in_place_says_why_it_stays(kept: "Studio", said: list[str]) -> None:
    start = kept.header("place")
    kept.press(start)
    kept.glide(start, start + QPoint(300, 60))
    assert not kept.canvas.busy
    assert kept.viewport.cursor().shape() == Qt.CursorShape.ForbiddenCursor
    kept.release(start + QPoint(300, 60))
    assert kept.viewport.cursor().shape() != Qt.CursorShape.ForbiddenCursor
    assert said == ["“place” is kept in its place. Ctrl L lets go of it."]


@pytest.mark.parametrize(
    ("chosen", "keys", "words"),
    [
        (["place"], NONE, "“place” is kept in its place. Ctrl L lets go of it."),
        (["place"], ALT, "“place” is kept in its place. Ctrl L lets go of it."),
        (["place"], SHIFT, "“place” is kept in its place. Ctrl L lets go of it."),
        (["size"], SHIFT, "“size” keeps its size."),
        (["place", "size"], SHIFT, "What is chosen keeps its size."),
    ],
)
def test_an_arrow_that_leads_nowhere_says_why(
    kept: "Studio", said: list[str], chosen: list[str], keys: Qt.KeyboardModifier, words: str
) -> None:
    before = kept.cells()
    kept.page.editor.choose(chosen)
    kept.key(Qt.Key.Key_Right, keys)
    assert kept.cells() == before
    assert said == [words]


def test_a_container_says_that_it_is_as_high_as_what_it_holds(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.choose(["group"])
    kept.key(Qt.Key.Key_Down, SHIFT)
    assert said == ["“Group” is as high as what it holds."]


def test_what_moves_says_nothing(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.choose(["size"])
    kept.key(Qt.Key.Key_Right)
    kept.page.editor.choose(["place", "free"])
    kept.key(Qt.Key.Key_Right)
    assert not said


def test_who_may_only_look_hears_that_instead(kept: "Studio", said: list[str]) -> None:
    kept.page.editor.read_only = True
    kept.page.editor.choose(["free"])
    kept.key(Qt.Key.Key_Right)
    start = kept.header("free")
    kept.drag(start, start + QPoint(0, 200))
    assert said == [kept.page.editor.why_not] * 2


def test_the_words_stand_at_the_bottom_of_the_window(kept: "Studio") -> None:
    kept.page.editor.choose(["place"])
    kept.key(Qt.Key.Key_Right)
    toast = kept.application.window.findChild(object, "toast")
    assert toast is not None
    assert _("“{title}” is kept in its place. {keys} lets go of it.").format(title="place", keys="Ctrl L") in str(
        toast.accessibleName()
    )
