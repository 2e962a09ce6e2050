"""A move between two pages is undone and redone on both; where that is impossible, it is reported."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from templated_page import templated_page
from two_dashboards import CTRL, SHIFT_CTRL, TwoDashboards

from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    pass

AT_FIRST, MOVED = {"a", "g", "inner", "c"}, {"g", "inner", "c"}
AT_SECOND, BROUGHT = {"a", "b"}, {"a", "b", "a-2"}


def _move(two: TwoDashboards, item_id: str = "a") -> None:
    two.start_drag(item_id)
    two.over_tab(two.second)
    for y in (200, 260, 300):
        two.over(two.second, QPoint(400, y))
    two.release(two.second, QPoint(400, 300))


def _toasts(two: TwoDashboards) -> str:
    toasts = two.studio.application.window.findChildren(Toast)
    return " ".join(one.accessibleName() for one in toasts if one.isVisible())


def _ids(two: TwoDashboards) -> tuple[set[str], set[str]]:
    return two.ids(two.first), two.ids(two.second)


def test_undo_and_redo_of_a_move_between_pages_apply_to_both(two: TwoDashboards) -> None:
    _move(two)
    assert _ids(two) == (MOVED, BROUGHT)
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Z, CTRL)
    assert _ids(two) == (AT_FIRST, AT_SECOND)
    assert _toasts(two) == "Move undone here and in “First”."
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Z, SHIFT_CTRL)
    assert _ids(two) == (MOVED, BROUGHT)
    two.place.bring_to_front(two.first)
    two.first.undo()
    assert _ids(two) == (AT_FIRST, AT_SECOND)
    two.first.redo()
    assert _ids(two) == (MOVED, BROUGHT)


def test_undo_of_another_step_leaves_the_other_page(two: TwoDashboards) -> None:
    _move(two)
    two.second.editor.set_property("b", "title", "other")
    two.second.undo()
    assert _ids(two) == (MOVED, BROUGHT)
    two.second.undo()
    assert _ids(two) == (AT_FIRST, AT_SECOND)


def test_undo_of_a_move_with_the_other_page_changed_leaves_it(two: TwoDashboards) -> None:
    _move(two)
    two.first.editor.set_property("c", "title", "other")
    two.second.undo()
    assert _ids(two) == (MOVED, AT_SECOND)
    assert "“First” has newer changes" in _toasts(two)
    two.second.redo()
    assert _ids(two) == (MOVED, BROUGHT)


def test_undo_of_a_move_with_the_other_page_view_only_leaves_it(two: TwoDashboards) -> None:
    _move(two)
    two.first.editor.read_only = True
    two.second.undo()
    assert _ids(two) == (MOVED, AT_SECOND)
    assert "“First”" in _toasts(two)


def test_undo_of_a_move_with_the_other_page_closed_reports_it(two: TwoDashboards) -> None:
    _move(two)
    two.studio.wait(lambda: not two.first.saving.dirty)
    two.place.close_page(two.first)
    two.second.undo()
    assert two.ids(two.second) == AT_SECOND
    assert "closed" in _toasts(two)


def test_undo_of_a_copy_between_pages_applies_to_one(two: TwoDashboards) -> None:
    two.start_drag("a")
    two.over_tab(two.second)
    two.over(two.second, QPoint(400, 300))
    two.release(two.second, QPoint(400, 300), CTRL)
    two.second.undo()
    assert _ids(two) == (AT_FIRST, AT_SECOND)
    assert two.first.editor.undo_stack.count() == 0


def _shops(page: StudioPage) -> list[str]:
    return [one.name for one in page.editor.document.variables]


def test_move_between_pages_adds_its_variable_in_the_same_step(two: TwoDashboards) -> None:
    two.first.editor.load(templated_page())
    _move(two, "n")
    assert _shops(two.second) == ["shop"]
    assert "Added variable “Shop”." in _toasts(two)
    assert two.second.canvas.tiles["n"].widget.title == "Orders of north"
    two.second.undo()
    assert _shops(two.second) == []
    assert _shops(two.first) == ["shop"]


def test_move_between_pages_with_variable_name_taken_keeps_and_reports_it(two: TwoDashboards) -> None:
    two.first.editor.load(templated_page())
    two.second.editor.load(templated_page(values=["east"], chosen=["east"]))
    _move(two, "n")
    assert two.second.editor.document.variables[0].values == ("east",)
    assert "Variable “Shop” already exists here" in _toasts(two)
