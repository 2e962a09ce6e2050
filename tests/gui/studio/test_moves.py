"""A move between two pages is taken back, and again, on both; where that cannot be, somebody is told."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from test_crossing import CTRL, SHIFT_CTRL, Two
from test_worded_titles import page_of_titles

from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets.banners import Toast

if TYPE_CHECKING:
    from conftest import Studio

AT_FIRST, MOVED = {"a", "g", "inner", "c"}, {"g", "inner", "c"}
AT_SECOND, BROUGHT = {"a", "b"}, {"a", "b", "a-2"}


@pytest.fixture
def two(studio: "Studio") -> Two:
    return Two(studio)


def _move(two: Two, item_id: str = "a") -> None:
    two.lift(item_id)
    two.over_tab(two.second)
    for y in (200, 260, 300):
        two.over(two.second, QPoint(400, y))
    two.let_go(two.second, QPoint(400, 300))


def _told(two: Two) -> str:
    toasts = two.studio.application.window.findChildren(Toast)
    return " ".join(one.accessibleName() for one in toasts if one.isVisible())


def _stand(two: Two) -> tuple[set[str], set[str]]:
    return two.ids(two.first), two.ids(two.second)


def test_one_step_back_and_one_again_are_taken_on_both(two: Two) -> None:
    _move(two)
    assert _stand(two) == (MOVED, BROUGHT)
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Z, CTRL)
    assert _stand(two) == (AT_FIRST, AT_SECOND)
    assert _told(two) == "Move undone here and in “First”."
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_Z, SHIFT_CTRL)
    assert _stand(two) == (MOVED, BROUGHT)
    two.place.bring_up(two.first)
    two.first.undo()
    assert _stand(two) == (AT_FIRST, AT_SECOND)
    two.first.redo()
    assert _stand(two) == (MOVED, BROUGHT)


def test_other_steps_are_each_page_s_own(two: Two) -> None:
    _move(two)
    two.second.editor.set_property("b", "title", "other")
    two.second.undo()
    assert _stand(two) == (MOVED, BROUGHT)
    two.second.undo()
    assert _stand(two) == (AT_FIRST, AT_SECOND)


def test_a_page_that_was_changed_since_stays_and_is_named(two: Two) -> None:
    _move(two)
    two.first.editor.set_property("c", "title", "other")
    two.second.undo()
    assert _stand(two) == (MOVED, AT_SECOND)
    assert "“First” has newer changes" in _told(two)
    two.second.redo()
    assert _stand(two) == (MOVED, BROUGHT)


def test_a_page_one_may_only_look_at_by_now_stays(two: Two) -> None:
    _move(two)
    two.first.editor.read_only = True
    two.second.undo()
    assert _stand(two) == (MOVED, AT_SECOND)
    assert "“First”" in _told(two)


def test_of_a_closed_page_it_is_said_that_it_stays(two: Two) -> None:
    _move(two)
    two.studio.wait(lambda: not two.first.saving.dirty)
    two.place.close_page(two.first)
    two.second.undo()
    assert two.ids(two.second) == AT_SECOND
    assert "closed" in _told(two)


def test_what_is_copied_over_is_a_step_of_one_page(two: Two) -> None:
    two.lift("a")
    two.over_tab(two.second)
    two.over(two.second, QPoint(400, 300))
    two.let_go(two.second, QPoint(400, 300), CTRL)
    two.second.undo()
    assert _stand(two) == (AT_FIRST, AT_SECOND)
    assert two.first.editor.undo_stack.count() == 0


def _shops(page: StudioPage) -> list[str]:
    return [one.name for one in page.editor.document.variables]


def test_what_is_dragged_over_brings_its_variable_along_in_the_same_step(two: Two) -> None:
    two.first.editor.load(page_of_titles())
    _move(two, "n")
    assert _shops(two.second) == ["shop"]
    assert "Added variable “Shop”." in _told(two)
    assert two.second.canvas.tiles["n"].widget.title == "Orders of north"
    two.second.undo()
    assert _shops(two.second) == []
    assert _shops(two.first) == ["shop"]


def test_another_variable_of_that_name_stays_and_is_named(two: Two) -> None:
    two.first.editor.load(page_of_titles())
    two.second.editor.load(page_of_titles(values=["east"], chosen=["east"]))
    _move(two, "n")
    assert two.second.editor.document.variables[0].values == ("east",)
    assert "Variable “Shop” already exists here" in _told(two)
