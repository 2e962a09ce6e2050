"""Arranging the page for a tablet or a phone."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.breakpoints import overridden_ids
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Path
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

CTRL = Qt.KeyboardModifier.ControlModifier


def _segment(studio: "Studio", key: str) -> None:
    studio.qtbot.mouseClick(studio.find(f"segment_{key}"), Qt.MouseButton.LeftButton)


def _words(studio: "Studio") -> str:
    return str(studio.find("device_words").accessibleName())


def test_device_preview_has_width_of_device(studio: "Studio") -> None:
    desktop = studio.cells()
    _segment(studio, "phone")
    studio.wait(lambda: studio.canvas.viewport().width() == 390)
    assert studio.page.editor.layout.columns == 2
    assert studio.cells().keys() == desktop.keys()
    assert all(cell.right <= 2 for cell in studio.cells().values())
    assert studio.page.editor.undo_stack.count() == 0
    studio.key(Qt.Key.Key_2, CTRL)
    assert studio.page.editor.layout.columns == 6
    studio.key(Qt.Key.Key_1, CTRL)
    assert studio.cells() == desktop
    studio.wait(lambda: studio.canvas.width() > 800)
    assert not studio.page.saving.dirty


def test_device_preview_on_device_change_repaints_old_frame(studio: "Studio") -> None:
    canvas, window = studio.canvas, studio.application.window

    page = studio.page.device

    def rims() -> set[int]:
        """Where on the screen the upper line of a frame is, in columns of pixels."""
        screen = window.screen().grabWindow(window.winId()).toImage()
        left, top = page.mapTo(window, QPoint(0, 0)).x(), page.mapTo(window, QPoint(0, int(page.frame_rect.top()))).y()
        line = theme().color("border.strong")
        return {x - left for x in range(left, left + page.width()) if QColor(screen.pixel(x, top)) == line}

    def only_one() -> bool:
        seen, frame = rims(), page.frame_rect
        return len(seen) > frame.width() - 60 and min(seen) >= frame.left() and max(seen) <= frame.right()

    for key, width in (("tablet", 768), ("phone", 390), ("tablet", 768)):
        _segment(studio, key)
        studio.wait(lambda width=width: canvas.viewport().width() == width)
        studio.wait(only_one)


def test_device_preview_in_narrow_window_stands_beside_the_inspector(studio: "Studio") -> None:
    window, page = studio.application.window, studio.page
    window.resize(1024, 700)
    studio.wait(lambda: page.side_panes.narrow)
    _segment(studio, "phone")
    page.side_panes.fold("right", False)
    studio.wait(lambda: page.inspector.isVisible() and studio.canvas.viewport().width() == 390)

    def left_of_inspector(widget: QWidget) -> bool:
        end = widget.mapTo(window, QPoint(widget.width(), 0)).x()
        return end <= page.inspector.mapTo(window, QPoint(0, 0)).x()

    studio.wait(lambda: left_of_inspector(page.device))
    assert left_of_inspector(studio.find("device_follow"))
    _segment(studio, "desktop")
    studio.wait(lambda: not left_of_inspector(page.device))


def test_drag_on_narrow_page_changes_only_that_breakpoint(studio: "Studio") -> None:
    desktop = studio.cells()
    studio.key(Qt.Key.Key_2, CTRL)
    studio.wait(lambda: studio.canvas.width() < 800)
    before = studio.cells()
    _column, row = studio.step()
    start = studio.header("orders-week")
    studio.drag(start, start + QPoint(0, round(row * 5)))
    assert studio.cells()["orders-week"].y > before["orders-week"].y
    document = studio.page.editor.document
    assert overridden_ids(document, "tablet") == {"orders-week"}
    assert document.layout.cell("orders-week") == desktop["orders-week"]
    assert "1 widget is placed differently here." in _words(studio)
    studio.wait_until_saved()
    stored = parse_document(studio.stored().document)
    assert overridden_ids(stored, "tablet") == {"orders-week"}
    studio.press_button("device_follow")
    assert studio.cells() == before
    studio.key(Qt.Key.Key_Z, CTRL)
    assert overridden_ids(studio.page.editor.document, "tablet") == {"orders-week"}
    studio.key(Qt.Key.Key_4, CTRL)
    assert not overridden_ids(studio.page.editor.document, "tablet")
    studio.wait_until_saved()


def test_keys_on_narrow_page_move_and_desktop_stays_editable(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_2, CTRL)
    studio.wait(lambda: studio.canvas.width() < 800)
    studio.click("notes")
    studio.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    tablet = studio.cells()["notes"]
    assert overridden_ids(studio.page.editor.document, "tablet") == {"notes"}
    studio.key(Qt.Key.Key_1, CTRL)
    studio.click("by-state")
    studio.key(Qt.Key.Key_Delete)
    studio.key(Qt.Key.Key_2, CTRL)
    assert "by-state" not in studio.cells()
    assert (studio.cells()["notes"].x, studio.cells()["notes"].h) == (tablet.x, tablet.h)
    studio.wait_until_saved()


def test_add_and_remove_on_narrow_page_apply_everywhere(studio: "Studio") -> None:
    _segment(studio, "phone")
    studio.wait(lambda: studio.canvas.viewport().width() == 390)
    assert "Everything follows the desktop layout." in _words(studio)
    reset = studio.page.command_handlers()["studio.reset_to_desktop"]
    assert reset.why_not() == "No custom layout to reset."
    studio.click("orders-week")
    studio.key(Qt.Key.Key_Delete)
    search = studio.find("palette_search")
    studio.qtbot.keyClicks(search, "text")
    studio.qtbot.keyClick(search, Qt.Key.Key_Return)
    (added,) = studio.page.editor.selection
    studio.key(Qt.Key.Key_1, CTRL)
    assert reset.why_not() == "This is the desktop layout. Switch to the tablet or phone layout to reset it."
    assert "orders-week" not in studio.cells()
    assert added in studio.cells()
    assert studio.cells()[added].right <= 12
    studio.wait_until_saved()


def test_rename_on_narrow_page_moves_nothing(studio: "Studio") -> None:
    desktop = studio.cells()
    studio.key(Qt.Key.Key_3, CTRL)
    studio.page.editor.select(["notes"])
    title = studio.application.window.findChild(QWidget, "inspector_title")
    studio.qtbot.keyClicks(title, "!")
    assert studio.page.editor.widget("notes").title == "Notes!"
    studio.key(Qt.Key.Key_1, CTRL)
    assert studio.cells() == desktop
    assert not studio.page.editor.document.breakpoints
    studio.wait_until_saved()


def test_remove_on_narrow_page_leaves_no_position(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_3, CTRL)
    studio.click("notes")
    studio.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert overridden_ids(studio.page.editor.document, "phone") == {"notes"}
    studio.key(Qt.Key.Key_Delete)
    assert not overridden_ids(studio.page.editor.document, "phone")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert overridden_ids(studio.page.editor.document, "phone") == {"notes"}
    studio.wait_until_saved()


# What lies in a container is the desktop's


def _homes(studio: "Studio") -> dict[str, Path]:
    return dict(studio.page.editor.page.paths)


def _narrow(board: "Studio") -> None:
    board.key(Qt.Key.Key_3, CTRL)
    board.wait(lambda: board.canvas.viewport().width() == 390)


def _label(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels painted beside what is dragged."""
    told: list[str] = []
    monkeypatch.setattr(overlay, "paint_drop_label", lambda _painter, _dragged, text: told.append(text))
    return told


@pytest.mark.parametrize(("held", "over"), [("e", "g1"), ("g1", "e"), ("g1", "t"), ("e", "t")])
def test_drag_on_narrow_page_stays_in_its_container(
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
    assert told[-1] == "To move it to another container, switch to the desktop layout."
    board.release(end)
    assert _homes(board) == homes
    board.key(Qt.Key.Key_1, CTRL)
    assert board.page.editor.document.layout == desktop


def test_move_on_narrow_page_of_several_containers_stays_in_each(board: "Studio") -> None:
    homes = _homes(board)
    _narrow(board)
    board.page.editor.select(["g1", "e"])
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    refused: list[str] = []
    board.canvas.rejected.connect(refused.append)
    board.key(Qt.Key.Key_Down)
    assert board.page.editor.page.cell("g1").y
    assert _homes(board) == homes
    assert refused == ["To move it to another container, switch to the desktop layout."]


def test_insert_on_narrow_page_lands_on_page_itself(board: "Studio") -> None:
    _narrow(board)
    kind = board.page.editor.widget("e").kind
    assert kind is not None
    board.page.editor.reveal(["g1"])
    known = set(_homes(board))
    board.canvas.drag_new(kind, board.viewport.mapToGlobal(board.box("g1").center()))
    assert board.canvas.drop_new()
    (new,) = set(_homes(board)) - known
    assert _homes(board)[new] == ()


def test_paste_on_narrow_page_stays_in_grid_of_selection(board: "Studio") -> None:
    _narrow(board)
    editor = board.page.editor
    for chosen, over, home in ((["g1"], "e", (("g", 0),)), (["e"], "g1", ())):
        editor.select(chosen)
        text, known = editor.copy(), set(_homes(board))
        cell = editor.page.shown[over]
        editor.paste(text, (cell.x, cell.y))
        (new,) = set(_homes(board)) - known
        assert _homes(board)[new] == home
