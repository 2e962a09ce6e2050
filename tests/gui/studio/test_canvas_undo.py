"""Any sequence of gestures on the canvas can be undone and redone."""

import random
from typing import TYPE_CHECKING

import pytest
from boards import ALT, CTRL, NONE, SHIFT
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.ui.studio.canvas.scene.overlay import handle_spot
from support.pages import check_page

if TYPE_CHECKING:
    from conftest import Studio


@pytest.mark.parametrize("seed", range(4))
def test_undo_and_redo_of_random_gestures_restore_every_page(board: "Studio", seed: int) -> None:
    rng = random.Random(seed)
    editor, first = board.page.editor, board.page.editor.document
    for _step in range(25):
        _anything(board, rng)
        page = editor.page
        grid_ok = {one: board.canvas.grid.rect(cell) for one, cell in page.shown.items()}
        assert {one: tile.rect for one, tile in board.canvas.tiles.items()} == grid_ok
        check_page(editor.layout)
    last = editor.document
    while editor.undo_stack.can_undo():
        editor.undo_stack.undo()
        check_page(editor.layout)
    assert editor.document == first
    while editor.undo_stack.can_redo():
        editor.undo_stack.redo()
    assert editor.document == last
    assert parse_document(write_document(last)).layout.cells == last.layout.cells


def _anything(studio: "Studio", rng: random.Random) -> None:
    canvas, editor = studio.canvas, studio.page.editor
    seen = [one for one in canvas.tiles if studio.viewport.rect().contains(studio.box(one).topLeft() + QPoint(60, 14))]
    if not seen:
        canvas.verticalScrollBar().setValue(0)
        return
    one = rng.choice(seen)
    start = studio.box(one).topLeft() + QPoint(60, 14)
    size = studio.viewport.size()
    end = QPoint(rng.randrange(10, size.width() - 10), rng.randrange(50, size.height() - 50))
    what = rng.choice(["drag", "drag", "drag", "pull", "split", "key", "key", "band", "escape"])
    if what in ("drag", "escape"):
        studio.press(start)
        studio.glide(start, end, steps=4)
        if what == "escape":
            studio.key(Qt.Key.Key_Escape)
        studio.release(end)
    elif what == "pull":
        editor.select([one])
        handles = canvas.group_frame.handles()
        if handles:
            box = QRectF(canvas.mapFromScene(canvas.tiles[one].outline).boundingRect())
            spot = handle_spot(box, rng.choice(handles)).toPoint()
            studio.drag(spot, spot + QPoint(rng.randrange(-200, 200), rng.randrange(-120, 120)))
    elif what == "split":
        spot = canvas.mapFromScene(canvas.tiles[one].rect.topRight() + QPointF(4, 40))
        studio.drag(spot, spot + QPoint(rng.randrange(-200, 200), 0))
    elif what == "band":
        studio.qtbot.mousePress(studio.viewport, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
        studio.glide(QPoint(4, 4), end, steps=3)
        studio.release(end)
    else:
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if not editor.selection:
            editor.select([one])
        studio.key(*rng.choice(_KEYS))


_KEYS = (
    (Qt.Key.Key_Right, NONE), (Qt.Key.Key_Down, NONE), (Qt.Key.Key_Right, SHIFT), (Qt.Key.Key_Up, ALT),
    (Qt.Key.Key_G, CTRL), (Qt.Key.Key_G, CTRL | SHIFT), (Qt.Key.Key_T, CTRL | SHIFT), (Qt.Key.Key_Space, NONE),
    (Qt.Key.Key_D, CTRL), (Qt.Key.Key_L, CTRL), (Qt.Key.Key_BracketRight, CTRL), (Qt.Key.Key_Left, CTRL | SHIFT),
    (Qt.Key.Key_R, CTRL | SHIFT), (Qt.Key.Key_C, CTRL), (Qt.Key.Key_Delete, NONE),
)  # fmt: skip


def test_undo_of_an_added_widget_keeps_focus_and_place(board: "Studio") -> None:
    page, canvas, bar = board.page, board.canvas, board.canvas.verticalScrollBar()
    board.application.window.resize(1440, 500)
    board.wait(lambda: bar.maximum() > 80)
    for press in ("key", "button"):
        bar.setValue(40)
        kind = kind_of("table")
        assert kind is not None
        page.add(kind)
        board.wait(lambda: bar.value() > 40)
        if press == "key":
            board.key(Qt.Key.Key_Z, CTRL)
        else:
            button = board.find("studio_undo")
            button.setFocus(Qt.FocusReason.TabFocusReason)
            board.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert bar.value() == 40
        assert canvas.hasFocus()
        assert not page.editor.undo_stack.can_undo()
