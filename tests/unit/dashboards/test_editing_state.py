"""Transitions of an editing state, and its view: the same state shows the same, and undo leads back to it."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import KINDS, new_item, with_fields
from benchboard.dashboards.editing import container_edits, placement_edits, selection_edits, state, undo
from benchboard.dashboards.editing.state import EditingState, StateChange
from benchboard.dashboards.editing.undo import UndoHistory, UndoStep
from benchboard.dashboards.editing.view import ReaderState, RenderedPage, render, render_options
from benchboard.dashboards.layout import MAX_ROW, Cell, map_items
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.errors import Invalid
from support.edits import dashboard, documents, edit

SHOP = Variable("shop", "Shop", "list", ("north", "south"), ("north", "south"), multiple=True)
PEOPLE = Variable("who", "", "query", chosen=("ann",), query="SELECT name FROM people", all_chosen=True)


def _loaded(document: Document) -> EditingState:
    return state.load(state.initial(), document)


def _two() -> Document:
    return dashboard(
        {"id": "a", "at": (0, 0, 4, 2), "title": "In $shop"}, {"id": "b", "at": (4, 0, 4, 2), "title": "B"}
    )


def _nested() -> Document:
    row = {
        "id": "row",
        "type": "row",
        "at": (0, 0, 12, 1),
        "collapsed": True,
        "items": [{"id": "in", "at": (0, 0, 4, 2)}],
    }
    tabs = {
        "id": "tabs", "type": "tabs", "at": (0, 1, 12, 4), "active": "one",
        "tabs": [{"id": "one", "items": [{"id": "first", "at": (0, 0, 4, 2)}]},
                 {"id": "two", "items": [{"id": "second", "at": (0, 0, 4, 2)}]}],
    }  # fmt: skip
    return dashboard(row, tabs)


def _done(change: EditingState | StateChange | None) -> StateChange:
    assert isinstance(change, StateChange)
    return change


def _same(one: RenderedPage, other: RenderedPage) -> bool:
    return one == other and one.templating.same_as(other.templating)


def _moves(rng: random.Random, at: EditingState) -> EditingState | StateChange | None:
    """One transition at random, as somebody would cause it."""
    ids = list(at.page.paths)
    some = rng.sample(ids, min(len(ids), rng.randint(0, 3)))
    kinds = ["document", "select", "all", "breakpoint", "repeats", "read_only", "values", "reveal", "nudge", "remove",
             "duplicate", "set", "rows", "conceal", "answer"]  # fmt: skip
    kind = rng.choice(kinds)
    if kind == "document":
        return state.apply_document(at, "Edit", edit(rng, at.document, f"n{rng.randint(0, 99)}"))
    if kind == "select":
        return state.select(at, [*some, "gone"])
    if kind == "all":
        return state.select_all(at)
    if kind == "breakpoint":
        return state.show_breakpoint(at, rng.choice(("", "tablet", "phone")))
    if kind == "repeats":
        return state.show_repeats(at, rng.choice(("collapsed", "expanded", "preview")))
    if kind == "read_only":
        return state.set_read_only(at, rng.random() < 0.2)
    if kind == "values":
        return state.select_values(at, "shop", VariableChoice((rng.choice(("north", "south", "elsewhere")),)))
    if kind == "reveal":
        return state.reveal_items(at, some)
    if kind == "nudge":
        return placement_edits.nudge(at, *rng.choice(((1, 0), (-1, 0), (0, 1))))
    if kind == "remove":
        return selection_edits.remove(at)
    if kind == "duplicate":
        return selection_edits.duplicate(at)
    if kind == "rows":
        return container_edits.toggle_rows(at, some)
    if kind == "conceal":
        return state.conceal(at, some)
    if kind == "answer":
        return state.answer_options(at, "shop", rng.choice((None, ("east",), ("north", "east"))))
    return state.set_property(at, some, "title", f"T{rng.randint(0, 9)} $shop") if some else None


@given(documents(), st.integers(0, 10**9))
def test_transitions_at_random_view_follows_from_document_and_reader(document: Document, seed: int) -> None:
    rng, at, history = random.Random(seed), _loaded(document), UndoHistory()
    for _number in range(12):
        try:
            after = _moves(rng, at)
        except Invalid:
            continue
        if isinstance(after, StateChange):
            if after.title is not None:
                assert after.state.document != at.document
                step = UndoStep(after.title, at.document, after.state.document, at.selection, after.state.selection)
                history = history.record(step).history
            after = after.state
        at = after or at
        assert _same(at.view, render(at.document, at.reader))
        assert set(at.selection) <= at.page.shown.keys()
    _check_undo(at, history)


def _check_undo(at: EditingState, history: UndoHistory) -> None:
    """Undone to the end and redone, everything is shown as it was."""
    if at.reader.expands_repeats or at.reader.revealed:
        at = state.show(at, reader=ReaderState(breakpoint=at.reader.breakpoint))
    seen: list[EditingState] = [at]
    while (step := history.step("undo")) is not None:
        history = history.move("undo")
        seen.append(undo.go_to(seen[-1], step, "undo"))
    for before in reversed(seen[:-1]):
        step = history.step("redo")
        assert step is not None
        history, at = history.move("redo"), undo.go_to(seen[-1], step, "redo")
        assert _same(at.view, before.view)
    assert history.step("redo") is None


@given(documents(), st.sampled_from(["", "tablet", "phone"]), st.booleans())
def test_render_twice_same_input_same_view(document: Document, breakpoint: str, read_only: bool) -> None:
    reader = ReaderState(breakpoint=breakpoint, read_only=read_only, choices={"shop": VariableChoice(("south",))})
    first = render(document, reader)
    again = render(document, reader, first)
    assert _same(first, again)
    assert again.templating is first.templating  # texts that are filled in already are not filled in again


def test_render_with_a_value_fills_it_in_and_leaves_the_document() -> None:
    document = replace(_two(), variables=(SHOP,))
    view = render(document, ReaderState(choices={"shop": VariableChoice(("south",))}))
    assert view.rendered(view.page.item("a")).source["title"] == "In south"
    assert view.rendered_page.item("a").source["title"] == "In south"
    assert view.widget("a").title == "In $shop"
    assert view.values_of("a") == {"shop": ("south",)}


def test_render_repeats_readers_see_copies_and_editors_the_one_widget() -> None:
    document = replace(_two(), variables=(SHOP,))
    change = _done(state.set_property(_loaded(document), ["a"], "repeat", {"variable": "shop"}))
    assert set(change.state.page.shown) == {"a", "b"}
    assert change.state.view.values_of("a") == {"shop": ("north",)}
    shown = state.set_read_only(change.state, True)
    assert len(shown.page.shown) == 3
    assert set(shown.view.sources.values()) == {"a"}
    assert not shown.editable


def test_render_a_repeat_that_makes_too_much_is_left_out_with_its_reason() -> None:
    values = tuple(str(number) for number in range(2_100))
    many = Variable("shop", "", "list", values, values, multiple=True)
    document = _done(
        state.set_property(_loaded(replace(_two(), variables=(many,))), ["a"], "repeat", {"variable": "shop"})
    ).state.document
    view = render(document, ReaderState(repeats="expanded"))
    assert [problem.code for problem in view.problems] == ["layout.too-many-items"]
    assert set(view.page.shown) == {"a", "b"}


def test_show_repeats_selection_goes_to_the_first_copy_and_back() -> None:
    at = _done(
        state.set_property(_loaded(replace(_two(), variables=(SHOP,))), ["a"], "repeat", {"variable": "shop"})
    ).state
    at = state.select(at, ["a"])
    expanded = state.show_repeats(at, "preview")
    (copy,) = expanded.selection
    assert expanded.view.sources.get(copy, copy) == "a"
    assert state.show_repeats(expanded, "collapsed").selection == ("a",)


def test_reveal_items_opens_what_is_around_them_and_changes_no_document() -> None:
    at = _loaded(_nested())
    after = state.reveal_items(at, ["in", "second"])
    assert set(after.selection) == {"in", "second"}
    assert after.document is at.document
    assert state.is_revealed(after, "row")
    assert _same(state.conceal(after, ["row", "tabs"]).view, at.view)


def test_toggle_rows_of_a_revealed_row_is_no_step() -> None:
    after = container_edits.toggle_rows(state.reveal_items(_loaded(_nested()), ["in"]), ["row"])
    assert isinstance(after, EditingState)
    assert "in" not in after.page.shown


def test_apply_layout_of_the_same_layout_is_nothing() -> None:
    at = _loaded(_two())
    assert state.apply_layout(at, "Move", at.layout) is None


def test_apply_layout_below_the_last_row_is_refused() -> None:
    at = _loaded(_two())
    layout = map_items(at.layout, lambda item, cell: (replace(item, static=True), cell._replace(y=MAX_ROW + 1)))
    with pytest.raises(Invalid):
        state.apply_layout(at, "Move", layout)


@pytest.mark.parametrize("why", ["read only", "repeats shown", "loading"])
def test_apply_layout_where_nothing_can_be_edited_is_nothing(why: str) -> None:
    at = state.select(_loaded(_two()), ["a"])
    if why == "read only":
        at = state.set_read_only(at, True)
    elif why == "repeats shown":
        at = state.show_repeats(at, "expanded")
    else:
        at = state.set_loading(at, True)
    assert not at.editable
    assert selection_edits.remove(at) is None
    assert state.set_property(at, ["a"], "title", "Other") is None


def test_apply_document_burst_is_named_in_the_change() -> None:
    change = _done(state.set_property(_loaded(_two()), ["a"], "title", "Other"))
    assert (change.title, change.burst) == ("Edit In $shop", "a.title")
    assert state.set_property(change.state, ["a"], "title", "Other") is None


def test_show_containers_of_a_reader_changes_what_they_see_only() -> None:
    at = state.set_read_only(_loaded(_nested()), True)
    change = _done(container_edits.toggle_rows(at, ["row"]))
    assert change.title is None
    assert "in" in change.state.page.shown


def test_share_values_makes_the_own_choice_everyones() -> None:
    at = state.select_values(_loaded(replace(_two(), variables=(SHOP,))), "shop", VariableChoice(("south",)))
    change = _done(state.share_values(at, "shop"))
    assert change.state.document.chosen == {"shop": ("south",)}
    assert not change.state.reader.choices
    same = _done(state.share_values(state.select_values(change.state, "shop", VariableChoice(("south",))), "shop"))
    assert same.title is None


def test_define_variables_renamed_choice_follows_and_comes_back() -> None:
    at = state.select_values(_loaded(replace(_two(), variables=(SHOP,))), "shop", VariableChoice(("south",)))
    change = _done(state.define_variables(at, (replace(SHOP, name="store"),), {"shop": "store"}))
    assert change.state.view.document.chosen == {"store": ("south",)}
    assert change.state.view.widget("a").title == "In $store"
    step = UndoStep("", at.document, change.state.document, renames=change.renames)
    back = undo.go_to(change.state, step, "undo")
    assert back.view.document.chosen == {"shop": ("south",)}
    assert undo.go_to(back, step, "redo").view.document.chosen == {"store": ("south",)}


def test_answer_options_page_is_another_only_where_it_is_repeated() -> None:
    document = replace(_two(), variables=(PEOPLE,))
    at = _loaded(document)
    plain = state.answer_options(at, "who", ("ann", "ben"))
    assert plain.page is at.page
    assert plain.view.document.chosen == {"who": ("ann", "ben")}
    repeated = _done(state.set_property(at, ["a"], "repeat", {"variable": "who"})).state
    shown = state.answer_options(state.show_repeats(repeated, "expanded"), "who", ("ann", "ben"))
    assert len(shown.page.shown) == 3
    assert state.answer_options(shown, "who", ("ann", "ben")) is shown
    assert _same(render_options(document, at.reader, at.view), at.view)


def _titles(history: UndoHistory) -> Sequence[str]:
    return [step.title for step in history.steps]


def _step(title: str, burst: str | None = None, at: float = 0.0) -> UndoStep:
    document = _two()
    return UndoStep(title, document, replace(document, title=title), burst=burst, at=at)


def test_record_after_undo_forgets_what_could_be_redone() -> None:
    history = UndoHistory()
    for title in ("one", "two"):
        history = history.record(_step(title)).history
    history = history.move("undo").record(_step("three")).history
    assert _titles(history) == ["one", "three"]
    assert history.step("redo") is None
    assert [step.number for step in history.steps] == [1, 3]


def test_record_beyond_the_limit_forgets_the_oldest() -> None:
    history = UndoHistory(limit=3)
    for number in range(5):
        history = history.record(_step(str(number))).history
    assert (_titles(history), history.position) == (["2", "3", "4"], 3)


@pytest.mark.parametrize(
    ("burst", "at", "merged"), [("a", 1.5, True), ("a", 1.6, False), ("b", 0.5, False), (None, 0.5, False)]
)
def test_record_of_the_same_burst_within_the_time_is_one_step(burst: str | None, at: float, merged: bool) -> None:
    first = UndoHistory().record(_step("one", "a", 0.0))
    then = first.history.record(_step("two", burst, at))
    assert then.merged is merged
    assert len(then.history.steps) == (1 if merged else 2)
    assert then.step.after.title == "two"
    if merged:
        assert (then.step.before, then.step.title, then.step.number) == (first.step.before, "one", first.step.number)


def test_record_of_the_same_burst_after_undo_is_another_step() -> None:
    history = UndoHistory().record(_step("one", "a")).history.record(_step("two", "b")).history.move("undo")
    assert not history.record(_step("three", "a")).merged


def test_move_at_the_ends_stays() -> None:
    history = UndoHistory()
    assert history.move("undo") is history
    assert history.move("redo") is history


@pytest.mark.parametrize(("key", "y"), [(1, 2), (-1, 0)])
def test_nudge_by_a_row_moves_the_selection_past_its_neighbour(key: int, y: int) -> None:
    page = dashboard({"id": "a", "at": (0, 0, 4, 2)}, {"id": "b", "at": (0, 2, 4, 2)}, {"id": "c", "at": (0, 4, 4, 2)})
    moved = "a" if key > 0 else "b"
    at = state.select(_loaded(page), (moved,))
    after = _done(placement_edits.nudge(at, 0, key)).state.page
    assert after.cell(moved) == (0, y, 4, 2)
    assert after.cell("b" if key > 0 else "a").y == 2 - y


def test_added_widget_brings_its_time_range_to_a_document_that_follows_none() -> None:
    kind = next(one for one in KINDS if one.type == "line_chart")
    weeks, days = TimeRange("now-13w", "now"), TimeRange("now-7d", "now")
    query = "SELECT day, km FROM t WHERE day >= :from"

    def added(at: EditingState, name: str, shown: TimeRange | None) -> EditingState:
        item = with_fields(new_item(kind, name), query=query)
        return _done(selection_edits.add_widget(at, kind, (item, Cell(0, 0, 4, 2)), None, shown)).state

    empty = _loaded(_two())
    first = added(empty, "new", weeks)
    assert first.document.time == weeks
    assert added(first, "next", days).document.time == weeks, "the document has one"
    without = added(empty, "new", None)
    assert added(without, "next", days).document.time is None, "another widget shows the default range"
