"""What is chosen for a variable reaches the queries that name it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document import Variable

if TYPE_CHECKING:
    from conftest import Studio


def _choose(studio: "Studio", *values: str) -> None:
    editor = studio.page.editor
    variable = Variable("states", "States", "list", ("paid", "refunded"), values, True)
    editor.amend("Choose", replace(editor.document, variables=(variable,)))
    studio.settled()


def _count(studio: "Studio", item_id: str) -> object:
    answer = studio.page.feeds.answer(item_id)
    assert answer is not None
    assert answer.table is not None, answer.error
    return answer.table.rows[0][0]


def test_choosing_for_a_variable_asks_the_queries_that_name_it_anew(studio: "Studio") -> None:
    _choose(studio, "paid")
    editor = studio.page.editor
    editor.tell("orders-week", "query", "select count(*) from orders where status in (:states)")
    studio.settled()
    paid, other = _count(studio, "orders-week"), _count(studio, "revenue-week")
    _choose(studio, "paid", "refunded")
    both = _count(studio, "orders-week")
    assert isinstance(paid, int)
    assert isinstance(both, int)
    assert both > paid > 0
    assert _count(studio, "revenue-week") == other
    editor.stack.undo()
    studio.settled()
    assert _count(studio, "orders-week") == paid


@pytest.mark.parametrize("made_anew", [True, False])
def test_the_values_give_the_keyboard_back_to_the_page(studio: "Studio", made_anew: bool) -> None:
    _choose(studio, "paid")
    window, page = studio.application.window, studio.page
    studio.press_button("variable_states")
    popover = window.findChild(QWidget, "variable_choice")
    assert popover is not None
    if made_anew:
        _choose(studio, "refunded")  # somebody else chose: the button is another one now
    else:
        studio.qtbot.keyClick(popover, Qt.Key.Key_Escape)
    studio.wait(lambda: not any(one.isVisible() for one in window.findChildren(QWidget, "variable_choice")))
    assert page.isAncestorOf(window.focusWidget())
    studio.key(Qt.Key.Key_F5)
    assert page.presentation.on
    page.stop_presenting()


def test_the_keyboard_goes_to_the_canvas_where_the_variable_is_gone(studio: "Studio") -> None:
    _choose(studio, "paid")
    studio.press_button("variable_states")
    editor = studio.page.editor
    editor.amend("None", replace(editor.document, variables=()))
    window = studio.application.window
    studio.wait(lambda: not any(one.isVisible() for one in window.findChildren(QWidget, "variable_choice")))
    assert window.focusWidget() is studio.canvas
