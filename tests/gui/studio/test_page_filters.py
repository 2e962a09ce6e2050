"""The filters of a dashboard by keyboard alone: a pane of F6, one stop of Tab, cleared with undo, in the palette."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import PRESETS
from benchboard.dashboards.variables.filter_variables import values_query
from benchboard.ui.shell.fuzzy_search import PaletteEntry
from benchboard.ui.studio.panes.value_picker import ValuePicker
from benchboard.ui.widgets.tab_order import tab_stops

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")
Key = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
CTRL_ALT = CTRL | Qt.KeyboardModifier.AltModifier


def _variable(name: str, column: str, *chosen: str) -> Variable:
    query = values_query("orders", column, "duckdb")
    return Variable(
        name, name.title(), "query", chosen=chosen, multiple=True, query=query, include_all=True, all_chosen=not chosen
    )


def _define(studio: "Studio", *variables: Variable) -> None:
    editor = studio.page.editor
    editor.apply_document("Define", replace(editor.document, variables=variables))
    studio.wait_until_saved()
    studio.wait(lambda: not studio.page.variable_runner.busy)


@pytest.fixture
def filtered(studio: "Studio") -> "Studio":
    """A page with two filters, the first of which is set."""
    studio.application.window.resize(1500, 900)
    _define(studio, _variable("state", "status", "paid"), _variable("money", "currency"))
    studio.canvas.setFocus()
    return studio


def _focused(studio: "Studio") -> QWidget:
    focused = studio.application.window.focusWidget()
    assert focused is not None
    return focused


def _entries(studio: "Studio") -> dict[str, PaletteEntry]:
    shell = studio.application.shell
    assert shell is not None
    return {entry.title: entry for entry in shell.palette_entries()}


def _pickers(studio: "Studio") -> list[ValuePicker]:
    return [one for one in studio.application.window.findChildren(ValuePicker) if one.isVisible()]


def _chosen(studio: "Studio") -> dict[str, bool]:
    return {one.name: one.all_chosen for one in studio.page.editor.reader_document.variables}


@pytest.mark.parametrize("width", [1500, 1024])
def test_f6_reaches_the_filters_wherever_they_stand_and_the_toolbar_too(filtered: "Studio", width: int) -> None:
    filtered.application.window.resize(width, 900)
    fields, bar, visited = filtered.page.variables, filtered.page.bar, list[str]()
    for modifier in (Qt.KeyboardModifier.NoModifier, SHIFT):
        filtered.canvas.setFocus()
        visited.clear()
        for _k in range(12):
            filtered.key(Key.Key_F6, modifier)
            focused = _focused(filtered)
            if fields.isAncestorOf(focused):
                visited.append("filters")
            elif bar.isAncestorOf(focused):
                visited.append("toolbar")
            elif focused is filtered.canvas:
                break
        assert sorted(visited) == ["filters", "toolbar"]


def test_filters_are_one_tab_stop_with_arrows_between_them(filtered: "Studio") -> None:
    fields = filtered.page.variables
    assert len(tab_stops(fields)) == 1
    first = filtered.find("variable_state")
    first.setFocus()
    filtered.key(Key.Key_Right)
    assert _focused(filtered).objectName() == "variable_money"
    filtered.key(Key.Key_Left)
    assert _focused(filtered) is first


def test_a_text_field_among_the_filters_keeps_its_arrows_and_its_own_stop(studio: "Studio") -> None:
    _define(studio, _variable("state", "status", "paid"), Variable("who", "Who", "text", chosen=("Mert",)))
    edit = studio.find("variable_who")
    assert edit in tab_stops(studio.page.variables)
    edit.setFocus()
    studio.key(Key.Key_Left)
    assert _focused(studio) is edit


def test_enter_opens_a_filter_and_esc_returns_the_focus_to_it(filtered: "Studio") -> None:
    field = filtered.find("variable_state")
    field.setFocus()
    filtered.key(Key.Key_Return)
    assert len(_pickers(filtered)) == 1
    filtered.key(Key.Key_Escape)
    assert not _pickers(filtered)
    assert _focused(filtered) is field


def test_delete_clears_a_filter_and_ctrl_z_sets_it_again(filtered: "Studio") -> None:
    steps = filtered.page.editor.undo_stack.count()
    filtered.find("variable_state").setFocus()
    filtered.key(Key.Key_Delete)
    assert _chosen(filtered)["state"]
    assert filtered.page.editor.undo_stack.count() == steps
    filtered.key(Key.Key_Z, CTRL)
    assert not _chosen(filtered)["state"]
    assert filtered.page.editor.reader_document.chosen["state"] == ("paid",)
    assert filtered.page.editor.undo_stack.count() == steps


def test_undo_of_clearing_leaves_a_later_selection(filtered: "Studio") -> None:
    filtered.page.filters.clear("state")
    filtered.page.editor.select_values("money", ("EUR",))
    assert not filtered.page.editor.restore_filters()
    assert filtered.page.editor.reader_document.chosen["money"] == ("EUR",)


def test_delete_on_the_time_range_shows_the_dashboards_own(filtered: "Studio") -> None:
    editor = filtered.page.editor
    editor.set_property("orders-week", "query", "SELECT count(*) FROM orders WHERE created_dt >= :from")
    default, other = editor.time_range, PRESETS[0]
    assert other != default
    editor.select_time(other)
    filtered.find("time_range").setFocus()
    filtered.key(Key.Key_Delete)
    assert editor.time_range == default
    filtered.key(Key.Key_Z, CTRL)
    assert editor.time_range == other


def test_palette_opens_each_filter_also_without_room(filtered: "Studio") -> None:
    entries = _entries(filtered)
    assert entries["Filter: State"].subtitle == "paid"
    entries["Filter: Money"].run()
    assert [one.objectName() for one in _pickers(filtered)] == ["variable_choice"]
    filtered.key(Key.Key_Escape)
    assert _focused(filtered) is filtered.canvas  # where it was before
    filtered.find("variable_money").hide()
    _entries(filtered)["Filter: Money"].run()
    assert len(_pickers(filtered)) == 1


def test_shortcuts_go_to_the_filters_and_clear_all_of_them(filtered: "Studio") -> None:
    filtered.page.editor.select_values("money", ("EUR",))
    filtered.key(Key.Key_F, CTRL_ALT)
    assert _focused(filtered).objectName() == "variable_state"
    filtered.key(Key.Key_Backspace, CTRL_ALT)
    assert _chosen(filtered) == {"state": True, "money": True}
    assert _entries(filtered)["Clear all filters"].why_not == "No filter is set."
    filtered.key(Key.Key_Z, CTRL)
    assert _chosen(filtered) == {"state": False, "money": False}


def test_clear_all_filters_says_which_have_a_default_value_instead(studio: "Studio") -> None:
    required = replace(_variable("state", "status", "paid"), include_all=False)
    _define(studio, required, _variable("money", "currency", "EUR"))
    studio.page.editor.select_values("state", ("refunded",))
    studio.page.run("studio.clear_filters")
    assert studio.page.editor.reader_document.chosen["state"] == ("paid",)
    assert _chosen(studio)["money"]
