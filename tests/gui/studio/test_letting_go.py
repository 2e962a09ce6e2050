"""What is no longer needed is let go of."""

import gc

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.document import parse_document
from benchboard.dashboards.history import KEPT_STEPS
from benchboard.ui.context import ChangeNotices
from benchboard.ui.studio.editor import Editor
from benchboard.ui.studio.edits import Edit


def _edits() -> int:
    gc.collect()
    return sum(isinstance(one, Edit) for one in gc.get_objects())


def test_what_is_typed_is_one_step_and_keeps_one(qapp: QApplication) -> None:
    before, editor = _edits(), Editor()
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    editor.load(parse_document([{"id": "a", "type": "text", "title": "", "position": place}]))
    for length in range(1, 50):
        editor.tell("a", "title", "x" * length)
    assert editor.stack.count() == 1
    assert _edits() - before == 1
    editor.stack.undo()
    assert editor.widget("a").title == ""
    editor.stack.redo()
    assert editor.widget("a").title == "x" * 49


def test_no_more_steps_are_kept_than_can_be_taken_back(qapp: QApplication) -> None:
    before, editor = _edits(), Editor()
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    editor.load(parse_document([{"id": "a", "type": "text", "title": "", "position": place}]))
    for number in range(KEPT_STEPS + 50):
        editor.put("a", editor.page.cell("a")._replace(x=number % 2))
    assert editor.stack.count() == KEPT_STEPS
    assert _edits() - before == KEPT_STEPS


def test_who_is_gone_is_told_nothing_and_remembered_no_longer(qapp: QApplication) -> None:
    notices = ChangeNotices()
    for _again in range(20):
        owner = QObject()
        notices.watch(owner, {"orders"}, lambda: None)
        shiboken6.delete(owner)
    gc.collect()
    assert len(notices._watchers) <= 1
