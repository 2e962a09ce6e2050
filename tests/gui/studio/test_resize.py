"""A resized edge stops at what it cannot push away."""

from typing import TYPE_CHECKING

import pytest
from boards import item
from PySide6.QtCore import QPoint, Qt

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.overlay import handle_spot

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def board(studio: "Studio") -> "Studio":
    row = {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 0, "w": 12, "h": 5},
           "items": [item("r1", 0, 0), item("r2", 6, 0)]}  # fmt: skip
    group = {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 12, "w": 6, "h": 8},
             "items": [item("g1", 0, 0, 6), item("g2", 0, 3)]}  # fmt: skip
    items = [row, item("area", 0, 5, 4, 5), item("text", 4, 5, 4, 3), group]
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


def test_resize_of_top_edge_stops_at_item_above(board: "Studio") -> None:
    for handle in ("n", "ne", "nw"):
        for chosen in (["area"], ["area", "text"], ["g2"]):
            board.page.editor.select(chosen)
            frame = board.canvas.group_frame.rect()
            assert frame is not None, (handle, chosen)
            start, before, cells = board.canvas.mapFromScene(handle_spot(frame, handle)), board.shown(), board.cells()
            end = start - QPoint(0, round(board.step()[1] * 1.4))
            board.press(start)
            board.glide(start, end)
            assert board.canvas.busy, (handle, chosen)
            assert board.shown() == before, (handle, chosen)
            board.release(end)
            assert board.shown() == before, (handle, chosen)
            assert board.cells() == cells, (handle, chosen)


def test_resize_stops_at_page_edge(board: "Studio") -> None:
    board.page.editor.select(["text"])
    frame = board.canvas.group_frame.rect()
    assert frame is not None
    start = board.canvas.mapFromScene(handle_spot(frame, "e"))
    end = QPoint(board.viewport.width() - 2, start.y())
    board.press(start)
    board.glide(start, end)
    assert board.box("text").right() == board.box("r").right()
    board.release(end)
    assert board.cells()["text"].right == 12
