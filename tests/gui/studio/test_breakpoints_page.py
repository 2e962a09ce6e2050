"""The page as on a tablet and a phone: arranged there by hand, and following the desktop again."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.breakpoints import by_hand
from benchboard.dashboards.document import parse_document
from benchboard.dashboards.layout import Path
from benchboard.ui.studio.canvas import marks
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


def _segment(studio: "Studio", key: str) -> None:
    studio.qtbot.mouseClick(studio.find(f"segment_{key}"), Qt.MouseButton.LeftButton)


def _words(studio: "Studio") -> str:
    return str(studio.find("device_words").accessibleName())


def test_the_page_is_as_wide_as_the_device(studio: "Studio") -> None:
    desktop = studio.cells()
    _segment(studio, "phone")
    studio.wait(lambda: studio.canvas.width() <= 400)
    assert studio.page.editor.layout.columns == 2
    assert studio.cells().keys() == desktop.keys()
    assert all(cell.right <= 2 for cell in studio.cells().values())
    assert studio.page.editor.stack.count() == 0
    studio.key(Qt.Key.Key_2, CTRL)
    assert studio.page.editor.layout.columns == 6
    studio.key(Qt.Key.Key_1, CTRL)
    assert studio.cells() == desktop
    studio.wait(lambda: studio.canvas.width() > 800)
    assert not studio.page.saving.dirty


def test_another_device_leaves_nothing_of_the_frame_before(studio: "Studio") -> None:
    canvas, window = studio.canvas, studio.application.window

    def rims() -> set[int]:
        """Where on the screen the upper line of a frame is, in columns of pixels."""
        screen = window.screen().grabWindow(window.winId()).toImage()
        page = canvas.parentWidget()
        assert page is not None
        left, top = page.mapTo(window, QPoint(0, 0)).x(), canvas.mapTo(window, QPoint(0, 0)).y() - 6
        line = theme().color("border.strong")
        return {x - left for x in range(left, left + page.width()) if QColor(screen.pixel(x, top)) == line}

    def only_one() -> bool:
        seen, frame = rims(), canvas.geometry().adjusted(-6, 0, 6, 0)
        return len(seen) > canvas.width() - 20 and min(seen) >= frame.left() and max(seen) <= frame.right()

    for key, width in (("tablet", 768 + 10), ("phone", 390 + 10), ("tablet", 768 + 10)):
        _segment(studio, key)
        studio.wait(lambda width=width: canvas.width() == width)
        studio.wait(only_one)


def test_what_is_dragged_there_is_arranged_there_alone(studio: "Studio") -> None:
    desktop = studio.cells()
    studio.key(Qt.Key.Key_2, CTRL)
    studio.wait(lambda: studio.canvas.width() < 800)
    before = studio.cells()
    _column, row = studio.step()
    start = studio.header("orders-week")
    studio.drag(start, start + QPoint(0, round(row * 5)))
    assert studio.cells()["orders-week"].y > before["orders-week"].y
    document = studio.page.editor.document
    assert by_hand(document, "tablet") == {"orders-week"}
    assert document.layout.cell("orders-week") == desktop["orders-week"]
    assert "1 widget is arranged by hand here." in _words(studio)
    studio.settled()
    stored = parse_document(studio.stored().document)
    assert by_hand(stored, "tablet") == {"orders-week"}
    studio.press_button("device_follow")
    assert studio.cells() == before
    studio.key(Qt.Key.Key_Z, CTRL)
    assert by_hand(studio.page.editor.document, "tablet") == {"orders-week"}
    studio.key(Qt.Key.Key_4, CTRL)
    assert not by_hand(studio.page.editor.document, "tablet")
    studio.settled()


def test_keys_move_there_too_and_the_desktop_can_still_be_edited(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_2, CTRL)
    studio.wait(lambda: studio.canvas.width() < 800)
    studio.click("notes")
    studio.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    tablet = studio.cells()["notes"]
    assert by_hand(studio.page.editor.document, "tablet") == {"notes"}
    studio.key(Qt.Key.Key_1, CTRL)
    studio.click("by-state")
    studio.key(Qt.Key.Key_Delete)
    studio.key(Qt.Key.Key_2, CTRL)
    assert "by-state" not in studio.cells()
    assert (studio.cells()["notes"].x, studio.cells()["notes"].h) == (tablet.x, tablet.h)
    studio.settled()


def test_adding_and_removing_there_is_so_everywhere(studio: "Studio") -> None:
    _segment(studio, "phone")
    studio.wait(lambda: studio.canvas.width() <= 400)
    assert "Everything here follows the desktop." in _words(studio)
    studio.click("orders-week")
    studio.key(Qt.Key.Key_Delete)
    search = studio.find("palette_search")
    studio.qtbot.keyClicks(search, "text")
    studio.qtbot.keyClick(search, Qt.Key.Key_Return)
    (added,) = studio.page.editor.chosen
    studio.key(Qt.Key.Key_1, CTRL)
    assert "orders-week" not in studio.cells()
    assert added in studio.cells()
    assert studio.cells()[added].right <= 12
    studio.settled()


def test_a_title_changed_there_moves_nothing(studio: "Studio") -> None:
    desktop = studio.cells()
    studio.key(Qt.Key.Key_3, CTRL)
    studio.page.editor.choose(["notes"])
    title = studio.application.window.findChild(QWidget, "inspector_title")
    studio.qtbot.keyClicks(title, "!")
    assert studio.page.editor.widget("notes").title == "Notes!"
    studio.key(Qt.Key.Key_1, CTRL)
    assert studio.cells() == desktop
    assert not studio.page.editor.document.breakpoints
    studio.settled()


def test_what_was_put_there_and_removed_leaves_no_place(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_3, CTRL)
    studio.click("notes")
    studio.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert by_hand(studio.page.editor.document, "phone") == {"notes"}
    studio.key(Qt.Key.Key_Delete)
    assert not by_hand(studio.page.editor.document, "phone")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert by_hand(studio.page.editor.document, "phone") == {"notes"}
    studio.settled()


# What lies in a container is the desktop's


def _homes(studio: "Studio") -> dict[str, Path]:
    return dict(studio.page.editor.page.paths)


def _narrow(board: "Studio") -> None:
    board.key(Qt.Key.Key_3, CTRL)
    board.wait(lambda: board.canvas.width() == 400)


def _label(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said beside what is in hand."""
    told: list[str] = []
    monkeypatch.setattr(marks, "paint_place", lambda _painter, _held, words: told.append(words))
    return told


@pytest.mark.parametrize(("held", "over"), [("e", "g1"), ("g1", "e"), ("g1", "t"), ("e", "t")])
def test_a_drag_there_stays_in_the_container_it_began_in(
    board: "Studio", monkeypatch: pytest.MonkeyPatch, held: str, over: str
) -> None:
    homes, desktop = _homes(board), board.page.editor.document.layout
    _narrow(board)
    told = _label(board, monkeypatch)
    board.page.editor.reveal([held])
    board.canvas.verticalScrollBar().setValue(round(board.canvas.tiles["e"].rect.top()) - 20)
    start, end = board.header(held), board.header(over) + QPoint(0, 4)
    board.press(start)
    board.glide(start, end)
    board.viewport.repaint()
    assert told[-1] == "Change its container on the desktop page."
    board.release(end)
    assert _homes(board) == homes
    board.key(Qt.Key.Key_1, CTRL)
    assert board.page.editor.document.layout == desktop


def test_what_is_chosen_in_several_containers_moves_in_its_own(board: "Studio") -> None:
    homes = _homes(board)
    _narrow(board)
    board.page.editor.choose(["g1", "e"])
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    refused: list[str] = []
    board.canvas.refused.connect(refused.append)
    board.key(Qt.Key.Key_Down)
    assert board.page.editor.page.cell("g1").y
    assert _homes(board) == homes
    assert refused == ["Change its container on the desktop page."]


def test_what_is_new_there_lands_on_the_page_itself(board: "Studio") -> None:
    _narrow(board)
    kind = board.page.editor.widget("e").kind
    assert kind is not None
    board.page.editor.reveal(["g1"])
    known = set(_homes(board))
    board.canvas.guest_at(kind, board.viewport.mapToGlobal(board.box("g1").center()))
    assert board.canvas.drop_guest()
    (new,) = set(_homes(board)) - known
    assert _homes(board)[new] == ()


def test_a_paste_there_stays_where_its_like_is_chosen(board: "Studio") -> None:
    _narrow(board)
    editor = board.page.editor
    for chosen, over, home in ((["g1"], "e", (("g", 0),)), (["e"], "g1", ())):
        editor.choose(chosen)
        text, known = editor.copy(), set(_homes(board))
        cell = editor.page.shown[over]
        editor.paste(text, (cell.x, cell.y))
        (new,) = set(_homes(board)) - known
        assert _homes(board)[new] == home
