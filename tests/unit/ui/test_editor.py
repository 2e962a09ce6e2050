"""The editor of a page without a window: which signals an action emits, and what undo leads back to."""

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QObject

from benchboard.dashboards.document.document import Document, Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import KINDS, with_fields
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.dashboards.layout import Cell, map_items
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.ui.studio.document.editor import Editor
from support.edits import dashboard

KIND = {kind.type: kind for kind in KINDS}
MARCH = TimeRange("2026-03-01", "2026-03-31")
REGION = Variable("region", "Region", "list", ("north", "south"), ("south",), multiple=True)


def _page(**fields: object) -> Document:
    items = ({"id": name, "at": (4 * place, 0, 4, 2), "title": name} for place, name in enumerate("ab"))
    return replace(dashboard(*items), **fields)


def _renamed(document: Document, item_id: str, title: str) -> Document:
    """The document with another title of one widget, as another user stores it."""
    layout = map_items(
        document.layout, lambda item, cell: (with_fields(item, title=title) if item.id == item_id else item, cell)
    )
    return replace(document, layout=layout)


class Heard:
    """An editor with a page, and all that it and its history emit."""

    def __init__(self, document: Document | None = None, parent: QObject | None = None) -> None:
        self.editor = Editor(parent)
        self.editor.load(_page() if document is None else document)
        self._said: list[object] = []
        editor, say, stack = self.editor, self._said.append, self.editor.undo_stack
        editor.changed.connect(lambda: say("changed"))
        editor.selection_changed.connect(lambda: say(("selected", editor.selection)))
        editor.options_changed.connect(lambda: say("options"))
        editor.permission_changed.connect(lambda: say("permission"))
        editor.rejected.connect(lambda error: say(error.code))
        editor.message_shown.connect(lambda text, warns: say((text, warns)))
        stack.step_recorded.connect(lambda step, merged: say((step.title, merged)))
        stack.moved.connect(lambda by: say(("moved", by)))
        stack.reordered.connect(lambda reordered: say(("reordered", reordered.title)))
        stack.position_changed.connect(lambda position: say(("position", position)))

    def __call__(self) -> list[object]:
        """What was emitted since the last call."""
        said, self._said[:] = list(self._said), []
        return said

    def titles(self) -> list[str]:
        return [self.editor.name(item_id) for item_id in "ab"]


def test_edit_shows_its_result_before_it_can_be_undone() -> None:
    heard = Heard()
    assert heard.editor.set_property("a", "title", "A1") is None
    assert heard() == ["changed", ("Edit a", False), ("position", 1)]
    stack = heard.editor.undo_stack
    assert (stack.can_undo(), stack.can_redo(), stack.undo_title(), stack.redo_title()) == (True, False, "Edit a", "")
    assert (stack.number("undo"), stack.number("redo"), stack.count()) == (1, 0, 1)


def test_undo_and_redo_say_which_way_they_went_and_where_they_are() -> None:
    heard = Heard()
    heard.editor.set_property("a", "title", "A1")
    heard.editor.set_property("b", "title", "B1")
    heard()
    stack = heard.editor.undo_stack
    stack.undo()
    assert (heard(), heard.titles()) == (["changed", ("moved", -1), ("position", 1)], ["A1", "b"])
    assert (stack.can_redo(), stack.redo_title(), stack.number("redo")) == (True, "Edit b", 2)
    stack.redo()
    assert (heard(), heard.titles()) == (["changed", ("moved", 1), ("position", 2)], ["A1", "B1"])
    stack.redo()
    assert heard() == [], "there is nothing to redo"


def test_typing_on_in_one_text_is_one_step() -> None:
    heard = Heard()
    for text in ("A", "Ab"):
        heard.editor.set_property("a", "title", text)
    assert [one for one in heard() if isinstance(one, tuple) and one[0] != "position"] == [
        ("Edit a", False), ("Edit a", True)
    ]  # fmt: skip
    heard.editor.undo_stack.undo()
    assert heard.titles() == ["a", "b"]


def test_edit_that_changes_nothing_is_no_step() -> None:
    heard = Heard()
    heard.editor.set_property("a", "title", "a")
    heard.editor.rename(heard.editor.document.title)
    heard.editor.follow_desktop()
    heard.editor.duplicate()
    assert heard() == []


def test_edit_that_is_not_possible_is_rejected_and_returned() -> None:
    heard = Heard()
    error = heard.editor.set_property("a", "title", "x" * 100_000)
    assert error is not None
    assert heard() == [error.code]
    assert heard.titles() == ["a", "b"]
    assert not heard.editor.undo_stack.can_undo()


def test_rename_is_a_step_named_after_the_new_title() -> None:
    heard = Heard()
    heard.editor.rename("Plant 2")
    assert heard.editor.document.title == "Plant 2"
    assert heard.editor.undo_stack.undo_title() == "Rename dashboard to Plant 2"


def test_undo_of_last_undoes_that_step_alone_and_only_once() -> None:
    heard = Heard()
    nothing = heard.editor.undo_stack.undo_of_last()
    heard.editor.set_property("a", "title", "A1")
    undo = heard.editor.undo_stack.undo_of_last()
    nothing()
    assert heard.titles() == ["A1", "b"], "there was nothing to undo then"
    heard.editor.set_property("b", "title", "B1")
    undo()
    assert heard.titles() == ["A1", "B1"], "it is the last step no more"
    heard.editor.undo_stack.undo()
    undo()
    assert heard.titles() == ["a", "b"]
    heard.editor.undo_stack.redo()
    undo()
    assert heard.titles() == ["a", "b"]


def test_undo_of_last_after_the_page_was_closed_does_nothing() -> None:
    window = QObject()
    heard = Heard(parent=window)
    heard.editor.set_property("a", "title", "A1")
    undo = heard.editor.undo_stack.undo_of_last()
    shiboken6.delete(window)
    undo()


def test_undo_of_an_edit_made_before_others_stored_theirs_keeps_theirs() -> None:
    heard = Heard()
    heard.editor.set_property("a", "title", "mine")
    heard.editor.follow_document("Load changes", _renamed(heard.editor.document, "b", "theirs"))
    heard()
    heard.editor.undo_stack.undo()
    assert heard.titles() == ["a", "theirs"]
    assert heard() == [("reordered", "Edit a"), "changed", ("moved", -1), ("position", 1)]
    heard.editor.undo_stack.redo()
    assert heard.titles() == ["mine", "theirs"]


def test_undo_of_an_edit_that_others_replaced_says_that_it_cannot_be_undone() -> None:
    heard = Heard()
    heard.editor.set_property("a", "title", "mine")
    heard.editor.follow_document("Load changes", _renamed(heard.editor.document, "a", "theirs"))
    heard()
    heard.editor.undo_stack.undo()
    assert heard.titles() == ["theirs", "b"]
    assert heard() == [
        ("“Edit a” can't be undone: others have changed the same since.", True),
        ("reordered", "Edit a"),
        ("position", 1),
    ]
    assert not heard.editor.undo_stack.can_undo()


def test_undo_of_an_edit_that_others_replaced_in_part_says_so() -> None:
    heard = Heard()
    heard.editor.set_properties(["a", "b"], "title", "mine")
    heard.editor.follow_document("Load changes", _renamed(heard.editor.document, "a", "theirs"))
    heard()
    heard.editor.undo_stack.undo()
    assert heard.titles() == ["theirs", "b"]
    assert heard()[0] == ("“Edit 2 widgets” was undone in part: others have changed the same since.", True)


def test_resolved_conflict_is_a_change_by_others_and_a_step_of_the_users_own() -> None:
    heard = Heard()
    merged = _renamed(heard.editor.document, "a", "theirs")
    decided = _renamed(merged, "b", "mine")
    heard.editor.resolve_conflict(("Merge theirs", "Merge mine"), merged, decided)
    assert heard.titles() == ["theirs", "mine"]
    stack = heard.editor.undo_stack
    assert [(step.title, step.remote) for step in stack.history.steps] == [
        ("Merge theirs", True),
        ("Merge mine", False),
    ]
    stack.undo()
    assert heard.titles() == ["theirs", "b"]
    assert not stack.can_undo()


def test_resolved_conflict_without_a_decision_of_ones_own_leaves_nothing_to_undo() -> None:
    heard = Heard()
    merged = _renamed(heard.editor.document, "a", "theirs")
    heard.editor.resolve_conflict(("Merge theirs", "Merge mine"), merged, merged)
    assert heard.titles() == ["theirs", "b"]
    assert [step.title for step in heard.editor.undo_stack.history.steps] == ["Merge theirs"]
    assert not heard.editor.undo_stack.can_undo()
    assert "changed" in heard()


def test_resolved_conflict_that_only_others_lost_is_a_step_of_the_users_alone() -> None:
    heard = Heard()
    shown = heard.editor.document
    heard.editor.resolve_conflict(("Merge theirs", "Merge mine"), shown, _renamed(shown, "b", "mine"))
    assert [step.title for step in heard.editor.undo_stack.history.steps] == ["Merge mine"]


def test_load_forgets_the_steps_and_says_so_only_if_there_were_any() -> None:
    heard = Heard()
    heard.editor.load(_page())
    assert heard() == ["changed"]
    heard.editor.set_property("a", "title", "A1")
    heard()
    heard.editor.load(_page())
    assert heard() == [("position", 0), "changed"]
    assert not heard.editor.undo_stack.can_undo()


def test_load_takes_values_of_an_earlier_session_but_not_over_those_selected_now() -> None:
    heard = Heard(_page(variables=(REGION, replace(REGION, name="line", label="Line"))))
    heard.editor.select_values("region", ["north"])
    earlier = {"region": VariableChoice(("south",)), "line": VariableChoice(("north",))}
    heard.editor.load(heard.editor.document, Selections(earlier))
    assert heard.editor.choices == {"region": VariableChoice(("north",)), "line": VariableChoice(("north",))}


def test_selection_is_announced_when_it_becomes_another() -> None:
    heard = Heard()
    editor = heard.editor
    editor.select(["b", "no such", "a"])
    assert heard() == [("selected", ("b", "a"))]
    editor.select(["b", "a"])
    assert heard() == []
    editor.toggle("b")
    editor.toggle("b")
    assert heard() == [("selected", ("a",)), ("selected", ("a", "b"))]
    editor.select([])
    editor.select_all()
    assert heard() == [("selected", ()), ("selected", ("a", "b"))]


def test_selected_item_that_is_removed_is_deselected_and_selected_again_by_undo() -> None:
    heard = Heard()
    heard.editor.select(["a", "b"])
    heard.editor.undo_stack.clear()
    heard()
    heard.editor.remove()
    assert [one for one in heard() if one == "changed" or "selected" in one] == ["changed", ("selected", ())]
    heard.editor.undo_stack.undo()
    assert heard.editor.selection == ("a", "b")
    heard()
    heard.editor.load(_page())
    assert heard() == [("position", 0), "changed", ("selected", ())]


def test_listeners_of_a_change_find_the_old_selection() -> None:
    heard = Heard()
    heard.editor.select(["a"])
    found: list[tuple[str, ...]] = []
    heard.editor.changed.connect(lambda: found.append(heard.editor.selection))
    heard.editor.duplicate()
    assert found == [("a",)]
    assert len(heard.editor.selection) == 1
    assert heard.editor.selection != ("a",)


def test_field_that_a_step_closes_records_no_step_of_its_own() -> None:
    """A field that disappears loses the focus, and reports its text."""
    heard = Heard()
    heard.editor.set_property("a", "title", "A1")
    heard.editor.changed.connect(lambda: heard.editor.set_property("b", "title", "late"))
    heard.editor.undo_stack.undo()
    assert (heard.titles(), heard.editor.undo_stack.count()) == (["a", "b"], 1)
    heard.editor.set_property("a", "title", "A2")
    assert heard.titles() == ["A2", "b"]


def test_new_widgets_have_ids_of_their_own_and_the_fields_that_the_page_begins_with() -> None:
    heard = Heard()
    heard.editor.starting_fields = lambda kind: {"title": f"First {kind.type}"}
    assert len({heard.editor.new_widget(KIND["text"])[0].id for _k in range(3)}) == 3
    name = heard.editor.add(KIND["text"])
    assert heard.editor.name(name) == "First text"
    assert heard.editor.selection == (name,)
    second = heard.editor.add(KIND["text"], Cell(0, 0, 3, 3))
    assert heard.editor.page.cell(second)[:2] == (0, 0)
    third = heard.editor.add_with(KIND["metric_card"], MARCH, title="Own")
    assert (heard.editor.name(third), heard.editor.document.time) == ("Own", MARCH)


def test_view_only_access_is_announced_once_and_refuses_edits() -> None:
    heard = Heard(_page(title="Plant"))
    heard.editor.read_only = False
    assert heard() == []
    heard.editor.read_only = True
    assert heard() == ["permission"]
    assert heard.editor.read_only_reason == "You have view-only access to “Plant”."
    assert not heard.editor.editable
    heard.editor.read_only = False
    assert heard() == ["permission"]
    assert heard.editor.editable


def test_loading_page_can_not_be_edited() -> None:
    heard = Heard()
    heard.editor.loading = True
    assert (heard.editor.loading, heard.editor.editable) == (True, False)
    heard.editor.set_property("a", "title", "lost")
    heard.editor.loading = False
    assert (heard.titles(), heard.editor.editable) == (["a", "b"], True)


def test_copies_of_repeats_announce_a_permission_only_where_it_changes() -> None:
    items = ({"id": "a", "at": (0, 0, 4, 2), "title": "$region", "repeat": {"variable": "region"}},)
    heard = Heard(replace(dashboard(*items), variables=(replace(REGION, chosen=("north", "south")),)))
    editor = heard.editor
    item = editor.page.item("a")
    assert editor.repeated_by(item) == ("Region", ("north", "south"))
    editor.show_repeats(False)
    assert heard() == []
    editor.show_repeats(True)
    assert (editor.expands_repeats, editor.previews_copies, len(editor.page.shown)) == (True, False, 2)
    assert heard() == ["changed"], "presenting says nothing of permissions"
    editor.show_repeats(True, preview=True)
    assert (editor.previews_copies, editor.read_only_reason != "") == (True, True)
    assert heard()[-1] == "permission"
    editor.show_repeats(False)
    assert (editor.expands_repeats, editor.editable) == (False, True)
    assert heard()[-1] == "permission"


def test_breakpoint_shown_already_is_not_shown_anew() -> None:
    heard = Heard()
    heard.editor.show_breakpoint("tablet")
    assert (heard.editor.breakpoint, heard()) == ("tablet", ["changed"])
    heard.editor.show_breakpoint("tablet")
    assert heard() == []


def test_layout_of_a_breakpoint_is_reset_to_the_desktops() -> None:
    heard = Heard()
    heard.editor.show_breakpoint("phone")
    derived = heard.editor.layout
    heard.editor.apply_layout("Swap", derived.moved_to(derived.cells[::-1]))
    assert heard.editor.layout != derived
    heard.editor.follow_desktop()
    assert heard.editor.layout == derived
    assert heard.editor.undo_stack.undo_title() == "Reset to desktop layout"


def test_options_of_a_variable_redraw_the_page_only_if_it_shows_them() -> None:
    people = Variable("who", "", "query", chosen=("ann",), query="SELECT name FROM people")
    heard = Heard(_page(variables=(people,)))
    heard.editor.answer_options("who", ("ann", "bea"), {"ann": "Ann"})
    assert heard() == ["options"]
    assert heard.editor.labels == {"who": {"ann": "Ann"}}
    heard.editor.answer_options("who", ("ann", "bea"), {"ann": "Ann"})
    assert heard() == []
    items = ({"id": "a", "at": (0, 0, 4, 2), "title": "$who", "repeat": {"variable": "who"}},)
    shown = Heard(replace(dashboard(*items), variables=(replace(people, all_chosen=True),)))
    shown.editor.show_repeats(True)
    shown()
    shown.editor.answer_options("who", ("ann", "bea"))
    assert shown() == ["changed"]
    assert len(shown.editor.page.shown) == 2
    shown.editor.forget_options("who")


def test_values_and_time_selected_here_are_no_step_until_they_are_shared() -> None:
    heard = Heard(_page(variables=(REGION,)))
    editor = heard.editor
    editor.select_values("region", ["north"])
    editor.select_time(MARCH)
    editor.select_refresh(30)
    assert (editor.time_range, editor.undo_stack.count()) == (MARCH, 0)
    assert editor.document.variables[0].chosen == ("south",)
    editor.share_values("region")
    editor.share_time()
    assert editor.document.variables[0].chosen == ("north",)
    assert (editor.document.time, editor.document.refresh, editor.undo_stack.count()) == (MARCH, 30, 2)
    editor.select_all_values("region")
    assert editor.choices["region"] == VariableChoice(all=True)


def test_variables_renamed_together_are_one_step() -> None:
    heard = Heard(_renamed(_page(variables=(REGION,)), "a", "In $region"))
    heard.editor.select_values("region", ["north"])
    heard.editor.define_variables((replace(REGION, name="area"),), {"region": "area"})
    assert heard.editor.choices == {"area": VariableChoice(("north",))}
    assert str(heard.editor.page.item("a").source["title"]) == "In $area"
    heard.editor.undo_stack.undo()
    assert heard.editor.choices == {"region": VariableChoice(("north",))}
    assert heard.editor.document.variables == (REGION,)


def test_latest_selection_at_a_chart_is_undone_before_the_steps_made_earlier() -> None:
    heard = Heard()
    editor = heard.editor
    assert not editor.undoes_point_selection
    assert not editor.remove_last_point_selection()
    editor.set_property("a", "title", "A1")
    editor.add_point_selection(PointSelection("March", "a", time=MARCH))
    assert [one.title for one in editor.point_selections] == ["March"]
    assert editor.undoes_point_selection
    editor.set_property("b", "title", "B1")
    assert not editor.undoes_point_selection, "the step was made later"
    editor.show_repeats(True)
    assert editor.undoes_point_selection, "a reader has no steps to undo"
    assert editor.remove_last_point_selection()
    assert editor.point_selections == ()
    assert not editor.undoes_point_selection
    editor.add_point_selection(PointSelection("March", "a", time=MARCH))
    editor.remove_all_point_selections()
    assert editor.point_selections == ()


def test_row_revealed_in_this_window_is_concealed_again_without_a_step() -> None:
    row = {"id": "row", "type": "row", "at": (0, 0, 12, 1), "collapsed": True,
           "items": [{"id": "in", "at": (0, 0, 4, 2)}]}  # fmt: skip
    heard = Heard(dashboard(row))
    heard.editor.reveal(["in"])
    assert (heard.editor.selection, heard.editor.is_revealed("row")) == (("in",), True)
    heard.editor.conceal(["row"])
    assert (heard.editor.selection, heard.editor.is_revealed("row")) == ((), False)
    assert heard.editor.undo_stack.count() == 0


def test_page_shown_as_readers_see_it_is_that_of_the_other_editor() -> None:
    heard, reader = Heard(), Editor()
    reader.show_as_reader(heard.editor)
    assert reader.document == heard.editor.document
    assert (reader.read_only, reader.expands_repeats) == (True, True)


def test_items_locked_copied_and_pasted() -> None:
    heard = Heard()
    editor = heard.editor
    assert editor.copy() == ""
    editor.select(["a"])
    assert not editor.is_locked("place")
    editor.lock("place", True)
    assert editor.is_locked("place")
    editor.lock("place", False)
    assert not editor.is_locked("place")
    editor.paste(editor.copy(), (8, 0))
    (pasted,) = editor.selection
    assert (editor.name(pasted), editor.page.cell(pasted).x) == ("a", 8)
    assert [one.id for one in editor.widgets()] == ["a", "b", pasted]
    assert [item.id for item, _cell in editor.copied(["b"]).items] == ["b"]


@pytest.mark.parametrize("kind", ["line_chart", "table"])
def test_widget_with_a_query_is_shown_as_another_kind(kind: str) -> None:
    heard = Heard()
    heard.editor.set_kind(["a"], KIND[kind])
    assert heard.editor.widget("a").type in (kind, "text")
    name = heard.editor.add_with(KIND["metric_card"], query="SELECT 1 AS n")
    heard.editor.set_kind([name], KIND[kind])
    assert heard.editor.widget(name).type == kind
    heard.editor.set_source(name, "s1", "SELECT 2 AS n")
    assert (heard.editor.widget(name).data_source_id, heard.editor.widget(name).query) == ("s1", "SELECT 2 AS n")
