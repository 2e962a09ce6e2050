"""What is chosen for a variable reaches the queries that name it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.catalogue import changed
from benchboard.dashboards.document import Variable, write_home

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


def test_the_variables_taken_do_not_bring_back_an_older_page(studio: "Studio") -> None:
    editor, window = studio.page.editor, studio.application.window
    studio.page.do("variables")
    layout = editor.page.with_item(changed(editor.page.item("notes"), title="Theirs"), "vertical")
    studio.store(write_home(replace(editor.document, layout=layout)))
    studio.wait(lambda: editor.widget("notes").title == "Theirs")
    for name in ("variable_add", "variables_take"):
        studio.qtbot.mouseClick(window.findChild(QWidget, name), Qt.MouseButton.LeftButton)
    assert [one.name for one in editor.document.variables] == ["choice1"]
    assert editor.widget("notes").title == "Theirs"
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.document.variables == ()
    assert editor.widget("notes").title == "Theirs"
