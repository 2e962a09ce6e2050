"""Copy, cut and paste on the canvas, also of text from other programs; what is no widget is rejected."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from boards import CTRL, banner_text, item, load
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from templated_page import templated_page

from benchboard.dashboards.document.document import MAX_VARIABLES, Variable
from benchboard.ui.studio.canvas import clipboard
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio


def test_paste_of_copy_adds_it_with_new_ids(board: "Studio") -> None:
    QCursor.setPos(0, 0)
    board.click("g")
    board.key(Qt.Key.Key_C, CTRL)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(clipboard.MIME)
    assert json.loads(data.text())["items"][0]["items"][1]["id"] == "g2"
    before = set(board.page.editor.page.paths)
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    board.key(Qt.Key.Key_V, CTRL)
    after = board.page.editor.page
    assert len(after.paths) == len(before) + 3
    (group,) = board.page.editor.selection
    assert [item.source["title"] for item in after.pane(((group, 0),)).items] == ["g1", "g2"]


def test_cut_and_paste_move_widget_to_other_dashboard(board: "Studio") -> None:
    board.click("a")
    board.click("b", CTRL)
    board.key(Qt.Key.Key_X, CTRL)
    assert not {"a", "b"} & set(board.page.editor.page.paths)
    load(board, [item("z", 0, 0)])
    board.key(Qt.Key.Key_V, CTRL)
    assert set(board.cells()) == {"z", "a", "b"}
    cells = board.cells()
    assert cells["b"].x - cells["a"].x == 3


def test_paste_with_pointer_over_page_lands_there(board: "Studio") -> None:
    board.click("a")
    board.key(Qt.Key.Key_C, CTRL)
    spot = board.box("g2").center()
    QCursor.setPos(board.viewport.mapToGlobal(spot))
    board.wait(board.canvas.underMouse)
    board.key(Qt.Key.Key_V, CTRL)
    (new,) = board.page.editor.selection
    assert board.page.editor.page.path(new) == (("g", 0),)


def test_paste_of_no_widget_is_rejected_in_words(board: "Studio") -> None:
    for text, why in (
        ("good morning", "This isn't JSON."),
        (json.dumps([item("x", -1, 0)]), "position.x of item"),
        ('[{"id": "a"', "Incomplete JSON"),
        (json.dumps({"columns": 10**9, "items": []}), "columns is 1000000000"),
        ("", "This is empty"),
    ):
        before = board.page.editor.document
        data = QMimeData()
        data.setText(text)
        QGuiApplication.clipboard().setMimeData(data)
        board.key(Qt.Key.Key_V, CTRL)
        QGuiApplication.clipboard().clear()  # what Python made is gone before Python is
        assert board.page.editor.document is before, text
        assert why in banner_text(board), text


def test_paste_of_handwritten_json_adds_widget(board: "Studio") -> None:
    QGuiApplication.clipboard().setText(json.dumps(item("hand", 40, 7, 2, 2, beam=[1])))
    board.key(Qt.Key.Key_V, CTRL)
    assert board.page.editor.page.item("hand").source["beam"] == [1]


def test_paste_with_variables_brings_them_in_same_step(board: "Studio") -> None:
    QCursor.setPos(0, 0)
    board.page.editor.load(templated_page())
    board.click("n")
    board.key(Qt.Key.Key_C, CTRL)
    load(board, [item("z", 0, 0)])
    board.key(Qt.Key.Key_V, CTRL)
    editor = board.page.editor
    assert [one.name for one in editor.document.variables] == ["shop"]
    assert _toasted(board) == "Added variable “Shop”."
    assert [one.warning for one in board.application.window.findChildren(Toast) if one.isVisible()] == [False]
    board.wait(lambda: not board.page.query_runner.busy)
    answer = board.page.query_runner.result("n")
    assert answer is not None
    assert answer.error is None
    board.page.undo()
    assert (set(editor.page.paths), editor.document.variables) == ({"z"}, ())


def test_paste_with_too_many_variables_warns_that_one_was_left_out(board: "Studio") -> None:
    QCursor.setPos(0, 0)
    board.page.editor.load(templated_page())
    board.click("n")
    board.key(Qt.Key.Key_C, CTRL)
    load(board, [item("z", 0, 0)])
    own = tuple(Variable(f"v{number}", "", "list", ("a",)) for number in range(MAX_VARIABLES))
    board.page.editor.load(replace(board.page.editor.document, variables=own))
    board.key(Qt.Key.Key_V, CTRL)
    assert _toasted(board).startswith("Couldn't add “Shop”")
    assert [one.warning for one in board.application.window.findChildren(Toast) if one.isVisible()] == [True]


def test_paste_of_grafana_panel_adds_widget(board: "Studio") -> None:
    QCursor.setPos(0, 0)
    panel = {"type": "stat", "title": "Pods", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}, "targets": []}
    QGuiApplication.clipboard().setText(json.dumps(panel))
    board.key(Qt.Key.Key_V, CTRL)
    (new,) = board.page.editor.selection
    assert board.page.editor.widget(new).title == "Pods"
    assert board.page.editor.page.shown[new].w == 6
    assert _toasted(board).startswith("1 widget")


def _toasted(studio: "Studio") -> str:
    toasts = studio.application.window.findChildren(Toast)
    return " ".join(one.accessibleName() for one in toasts if one.isVisible())
