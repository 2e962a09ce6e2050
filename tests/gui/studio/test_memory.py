"""Steps, listeners and style sheets that are no longer needed are freed."""

import gc
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.editing.undo import UndoStep
from benchboard.dashboards.journal.recoverable_steps import MAX_STEPS
from benchboard.ui.context import ChangeNotices
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.query_editor import ProseEdit
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.fields import Select
from benchboard.ui.widgets.surfaces import disable_viewport_fill
from support.measured import in_use

_BETWEEN = 3_000


def _edits() -> int:
    gc.collect()
    return sum(isinstance(one, UndoStep) for one in gc.get_objects())


def test_typing_merged_into_one_step_keeps_one_step_in_memory(qapp: QApplication) -> None:
    before, editor = _edits(), Editor()
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    editor.load(parse_document([{"id": "a", "type": "text", "title": "", "position": place}]))
    for length in range(1, 50):
        editor.set_property("a", "title", "x" * length)
    assert editor.undo_stack.count() == 1
    assert _edits() - before == 1
    editor.undo_stack.undo()
    assert editor.widget("a").title == ""
    editor.undo_stack.redo()
    assert editor.widget("a").title == "x" * 49


def test_undo_stack_at_its_limit_keeps_no_more_steps(qapp: QApplication) -> None:
    before, editor = _edits(), Editor()
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    editor.load(parse_document([{"id": "a", "type": "text", "title": "", "position": place}]))
    for number in range(MAX_STEPS + 50):
        editor.apply(placement_edits.place, "a", editor.page.cell("a")._replace(x=number % 2))
    assert editor.undo_stack.count() == MAX_STEPS
    assert _edits() - before == MAX_STEPS


def _deleted_timers() -> int:
    gc.collect()
    return sum(type(one) is QTimer and not shiboken6.isValid(one) for one in gc.get_objects())


def test_change_notices_of_deleted_owners_are_removed(qapp: QApplication) -> None:
    notices, before = ChangeNotices(), _deleted_timers()
    for _again in range(20):
        owner = QObject()
        notices.watch(owner, {"orders"}, lambda: None)
        shiboken6.delete(owner)
    gc.collect()
    assert _deleted_timers() - before <= 1


def _select() -> QWidget:
    return Select([("one", "One"), ("two", "Two")])


def _area() -> QWidget:
    area = QScrollArea()
    disable_viewport_fill(area)
    area.setWidget(QWidget())
    return area


@pytest.mark.skipif(not in_use(), reason="only the GNU C library says what is in use")
@pytest.mark.parametrize("make", [_select, _area, lambda: ProseEdit("words")], ids=["select", "area", "prose"])
def test_stylesheet_of_deleted_fields_is_freed(light: Theme, make: Callable[[], QWidget]) -> None:
    count, between = 100, [bytearray()]
    for _again in range(3):
        before = in_use()
        _show_and_delete(make, count, between)
    assert (in_use() - before) / count < 300 + _BETWEEN  # Qt's table of the rules for one takes 960


def _show_and_delete(make: Callable[[], QWidget], count: int, between: list[bytearray]) -> None:
    """Show so many at once and let go of them. What is put `between` keeps others from coming to lie where they lay."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    for _number in range(count):
        column.addWidget(make())
        between.append(bytearray(_BETWEEN))
    holder.grab()
    del column
    shiboken6.delete(holder)
