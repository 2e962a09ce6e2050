"""Values selected for a variable reach the queries that use it."""

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QListView, QScrollArea, QWidget

from benchboard.analytics import queries
from benchboard.dashboards.document.document import Variable, parse_document, write_document, write_home
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.errors import Invalid
from benchboard.ui.studio.panes import variables_bar
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.panes.variables_dialog import VariablesDialog
from benchboard.ui.widgets import Button

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")


def _choose(studio: "Studio", *values: str) -> None:
    editor = studio.page.editor
    variable = Variable("states", "States", "list", ("paid", "refunded"), values, True)
    editor.apply_document("Choose", replace(editor.document, variables=(variable,)))
    studio.wait_until_saved()


def _count(studio: "Studio", item_id: str) -> object:
    answer = studio.page.query_runner.result(item_id)
    assert answer is not None
    assert answer.table is not None, answer.error
    return answer.table.rows[0][0]


def test_variable_selection_reruns_the_queries_that_use_it(studio: "Studio") -> None:
    _choose(studio, "paid")
    editor = studio.page.editor
    editor.set_property("orders-week", "query", "select count(*) from orders where status in (:states)")
    studio.wait_until_saved()
    paid, other = _count(studio, "orders-week"), _count(studio, "revenue-week")
    _choose(studio, "paid", "refunded")
    both = _count(studio, "orders-week")
    assert isinstance(paid, int)
    assert isinstance(both, int)
    assert both > paid > 0
    assert _count(studio, "revenue-week") == other
    editor.undo_stack.undo()
    studio.wait_until_saved()
    assert _count(studio, "orders-week") == paid


def test_variables_applied_keep_edits_made_meanwhile(studio: "Studio") -> None:
    editor, window = studio.page.editor, studio.application.window
    studio.page.run("studio.edit_variables")
    layout = editor.page.with_item(with_fields(editor.page.item("notes"), title="Theirs"), "vertical")
    studio.store(write_home(replace(editor.document, layout=layout)))
    studio.wait(lambda: editor.widget("notes").title == "Theirs")
    for name in ("variable_add_first", "variables_take"):
        studio.qtbot.mouseClick(window.findChild(QWidget, name), Qt.MouseButton.LeftButton)
    assert [one.name for one in editor.document.variables] == ["choice1"]
    assert editor.widget("notes").title == "Theirs"
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.document.variables == ()
    assert editor.widget("notes").title == "Theirs"


def _press(studio: "Studio", name: str) -> None:
    """Click something in the values that are open, where its mark is."""
    (found,) = [one for one in studio.application.window.findChildren(QWidget, name) if one.isVisible()]
    studio.qtbot.mouseClick(found, Qt.MouseButton.LeftButton, pos=QPoint(10, found.height() // 2))


def test_variable_selection_changes_no_document(studio: "Studio") -> None:
    _choose(studio, "paid")
    editor = studio.page.editor
    editor.set_property("orders-week", "query", "select count(*) from orders where status in (:states)")
    studio.wait_until_saved()
    paid, document, steps = _count(studio, "orders-week"), editor.document, editor.undo_stack.count()
    studio.press_button("variable_states")
    studio.tick("refunded")
    studio.wait(lambda: not studio.page.query_runner.busy)
    assert _count(studio, "orders-week") > paid  # type: ignore[operator]
    assert (editor.document, editor.undo_stack.count()) == (document, steps)
    assert not studio.page.saving.dirty
    assert _stored(studio) == ["paid"]
    # Another person's save leaves the own selection unchanged.
    studio.store(write_document(replace(document, title="Another")))
    studio.wait(lambda: editor.document.title == "Another")
    assert editor.reader_document.chosen["states"] == ("paid", "refunded")


def test_variable_selection_set_as_default_is_undone(studio: "Studio") -> None:
    _choose(studio, "paid")
    editor = studio.page.editor
    studio.press_button("variable_states")
    assert not _visible(studio, "everybody_states").isEnabled()
    studio.tick("refunded")
    _press(studio, "everybody_states")
    assert editor.document.chosen["states"] == ("paid", "refunded")
    studio.wait_until_saved()
    assert _stored(studio) == ["paid", "refunded"]
    editor.undo_stack.undo()
    assert editor.reader_document.chosen["states"] == ("paid",)
    assert _visible(studio, "variable_states").property("text") == "States: paid"


def test_variable_text_changes_no_document(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.apply_document(
        "Define", replace(editor.document, variables=(Variable("who", "Who", "text", (), ("Mert",)),))
    )
    studio.wait_until_saved()
    field = studio.find("variable_who")
    field.setFocus()
    studio.qtbot.keyClicks(field, "x")
    studio.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.reader_document.chosen["who"] == ("Mertx",)
    assert editor.document.chosen["who"] == ("Mert",)
    _press(studio, "everybody_who")
    assert editor.document.chosen["who"] == ("Mertx",)
    studio.wait_until_saved()


def _stored(studio: "Studio") -> list[str]:
    return list(parse_document(studio.stored().document).chosen["states"])


def _visible(studio: "Studio", name: str) -> QWidget:
    (found,) = [one for one in studio.application.window.findChildren(QWidget, name) if one.isVisible()]
    return found


@pytest.mark.parametrize("made_anew", [True, False])
def test_value_list_closed_returns_focus_to_the_page(studio: "Studio", made_anew: bool) -> None:
    _choose(studio, "paid")
    window, page = studio.application.window, studio.page
    studio.press_button("variable_states")
    popover = window.findChild(QWidget, "variable_choice")
    assert popover is not None
    if made_anew:
        _choose(studio, "refunded")  # somebody else chose: the button may be another one now
    studio.qtbot.keyClick(popover, Qt.Key.Key_Escape)
    studio.wait(lambda: not any(one.isVisible() for one in window.findChildren(QWidget, "variable_choice")))
    assert page.isAncestorOf(window.focusWidget())
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert page.presentation.on
    page.stop_presenting()


def test_value_list_of_a_removed_variable_returns_focus_to_the_canvas(studio: "Studio") -> None:
    _choose(studio, "paid")
    studio.press_button("variable_states")
    editor = studio.page.editor
    editor.apply_document("None", replace(editor.document, variables=()))
    window = studio.application.window
    studio.wait(lambda: not any(one.isVisible() for one in window.findChildren(QWidget, "variable_choice")))
    assert window.focusWidget() is studio.canvas


def test_value_list_without_values_opens_the_variables_dialog(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.apply_document("Define", replace(editor.document, variables=(Variable("shop", "Shop", "list"),)))
    studio.press_button("variable_shop")
    define = next(one for one in studio.application.window.findChildren(QWidget, "choice_define") if one.isVisible())
    assert define.hasFocus()
    studio.qtbot.keyClick(define, Qt.Key.Key_Space)
    sheets = [one for one in studio.page.window().findChildren(VariablesDialog) if one.isVisible()]
    assert len(sheets) == 1
    sheets[0].dismiss()


def test_value_list_keys_select_all_and_none(studio: "Studio") -> None:
    editor = studio.page.editor
    shop = Variable("shop", "Shop", "list", ("a", "b", "c"), ("b",), True, include_all=True)
    editor.apply_document("Define", replace(editor.document, variables=(shop,)))
    studio.press_button("variable_shop")
    (values,) = [one for one in studio.application.window.findChildren(QListView, "choice_values") if one.isVisible()]
    assert values.hasFocus()
    studio.qtbot.keyClick(values, Qt.Key.Key_Home)
    studio.qtbot.keyClick(values, Qt.Key.Key_Space)
    assert editor.reader_document.chosen == {"shop": ("a", "b", "c")}
    studio.qtbot.keyClick(values, Qt.Key.Key_Space)
    assert editor.reader_document.chosen == {"shop": ()}


def test_inspector_with_view_only_access_takes_focus(studio: "Studio") -> None:
    studio.click("notes")
    (area,) = [one for one in studio.page.inspector.findChildren(QScrollArea) if one.accessibleName()]
    assert area.accessibleName() == "Properties of the selection"
    assert area.focusPolicy() == Qt.FocusPolicy.NoFocus
    studio.page.editor.read_only = True
    assert area.focusPolicy() == Qt.FocusPolicy.StrongFocus


def _below(edit: QWidget) -> str:
    """What is said below a field, also to who hears it."""
    field = edit.parentWidget()
    assert field is not None
    words = " ".join(label.text() for label in field.findChildren(QLabel) if label.isVisible())
    assert edit.accessibleDescription() in words
    return words


def test_query_error_after_a_variable_change_is_checked_again(studio: "Studio") -> None:
    editor = studio.page.editor
    _choose(studio, "paid", "refunded")
    editor.set_property("orders-week", "query", "select count(*) from orders where status = :states")
    studio.wait_until_saved()
    studio.click("orders-week")
    query = studio.show_sql()
    studio.wait(lambda: "several values selected" in _below(query))
    editor.select_values("states", ("paid",))
    studio.wait(lambda: "several values" not in _below(query))
    editor.select_values("states", ("paid", "refunded"))
    studio.wait(lambda: "several values selected" in query.accessibleDescription())
    editor.set_property("orders-week", "title", "Other")
    assert "several values selected" in query.accessibleDescription()
    item = with_fields(editor.page.item("orders-week"), repeat={"variable": "states"})
    editor.apply_document("Repeat", replace(editor.document, layout=editor.page.with_item(item)))
    studio.wait(lambda: "several values" not in _below(query))
    studio.wait_until_saved()
    assert "several values" not in _below(query)
    editor.apply_document("Forget", replace(editor.document, variables=()))
    studio.wait(lambda: "There is no variable" in _below(query))
    editor.undo_stack.undo()
    studio.wait(lambda: "There is no" not in _below(query))


def test_query_error_of_a_run_stays_when_the_text_is_checked_after_it(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the text finds nothing wrong; what the run found is still true."""
    studio.click("orders-week")
    query = studio.show_sql()
    assert isinstance(query, QueryEdit)
    monkeypatch.setattr(queries, "run_query", Mock(side_effect=Invalid("query.failed", "It failed.", field="query")))
    studio.page.query_runner.refresh()
    studio.wait(lambda: "It failed." in _below(query))
    with studio.qtbot.waitSignal(query.checked):
        query.check()
    assert "It failed." in _below(query)


def test_query_error_after_a_successful_run_goes(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    studio.click("orders-week")
    query = studio.show_sql()
    right = queries.run_query
    wrong = Invalid("query.failed", "It went wrong.", field="query")
    with monkeypatch.context() as patch:
        patch.setattr(queries, "run_query", Mock(side_effect=wrong))
        studio.page.query_runner.refresh()
        studio.wait(lambda: "It went wrong." in _below(query))
    assert queries.run_query is right
    studio.page.query_runner.refresh()
    studio.wait(lambda: "It went wrong." not in _below(query))


def test_long_selection_is_shortened_and_hides_no_button(studio: "Studio") -> None:
    values = ("a merchant with a name that is as long as names of merchants are", "paid", "refunded")
    editor, page, window = studio.page.editor, studio.page, studio.application.window
    variable = Variable("shop", "Shop", "list", values, values[:2], True)
    (add,) = window.findChildren(Button, "add_filter")
    editor.apply_document("Choose", replace(editor.document, variables=(variable,)))
    field = window.findChild(QWidget, "variable_shop")

    def is_whole() -> bool:
        """Whether the end of the field is where the fields are."""
        end = field.mapTo(page.variables, field.rect().topRight()).x()
        return end <= page.variables.visibleRegion().boundingRect().right()

    for width, in_toolbar in ((1024, False), (1440, False), (2000, True)):
        window.resize(width, 900)
        studio.wait(lambda beside=in_toolbar: page.bar.isAncestorOf(field) == beside)
        studio.wait(lambda width=width: page.bar.width() > width - 80 and is_whole())
        assert (page.bar.fit.isVisible(), add.isVisible(), add.text()) == (True, True, "Add filter"), width
        assert (": 2 of " in field.text()) == in_toolbar, "how many are selected"


def test_field_says_all_where_each_value_is_ticked() -> None:
    """Three of three ticked one by one were “Bristol +2”."""
    shop = Variable("shop", "Shop", "list", ("Bristol", "Köln", "Lyon"), ("Köln", "Bristol", "Lyon"))
    assert variables_bar._selection_text(shop, {}, 1) == "All (3)"
    assert variables_bar._selection_text(replace(shop, chosen=("Köln", "Bristol")), {}, 1) == "2 of 3"
    assert variables_bar._selection_text(replace(shop, chosen=("Köln", "Bristol")), {}, 2) == "Köln, Bristol"
    assert variables_bar._selection_text(replace(shop, values=(), chosen=("Köln",)), {}, 1) == "Köln"
    assert variables_bar._selection_text(replace(shop, values=("Köln",), chosen=("Köln",)), {}, 1) == "Köln"
    gone = replace(shop, chosen=("Köln", "Bristol", "Lyon", "Bonn"))
    assert variables_bar._selection_text(gone, {}, 1) == "Köln +3", "one that there is no more is chosen, too"
