"""A query that was edited in Explore goes back to its widget with the variables that it had."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question
from benchboard.dashboards.editing.column_filter import inlined
from benchboard.dashboards.editing.marked_query import named_filter, write_marked
from benchboard.dashboards.editing.query_return import OpenedQuery, ReturnedQuery, is_of_another_table, returned_query
from benchboard.dashboards.variables.filter_variables import without_conditions
from support.examples import examples

PLAIN = "SELECT count(*) AS n\nFROM sales"
BY_SHOP = f"{PLAIN}\nWHERE shop IN (:shop)"


def _opened(stored: str = BY_SHOP, opened: str = f"{PLAIN}\nWHERE shop IN ('a', 'b')") -> OpenedQuery:
    return OpenedQuery(stored, opened, "s", "duckdb", {"shop": ("a", "b")})


def test_an_edited_query_names_its_variables_again() -> None:
    edited = "SELECT sum(x) AS s\nFROM sales\nWHERE y > 1\n  AND shop IN ('a', 'b')\nLIMIT 3"
    assert returned_query(edited, _opened()) == ReturnedQuery(edited.replace("'a', 'b'", ":shop"))


def test_a_condition_that_was_changed_is_taken_as_it_is_and_what_it_loses_is_said() -> None:
    edited = f"{PLAIN}\nWHERE shop IN ('a')"
    assert returned_query(edited, _opened()) == ReturnedQuery(edited, ("shop",))
    by_hand = "SELECT max(n) FROM (SELECT 1 AS n)"
    assert returned_query(by_hand, _opened()) == ReturnedQuery(by_hand, ("shop",))


def test_a_condition_that_was_left_out_while_all_values_were_selected_comes_back() -> None:
    before = OpenedQuery(BY_SHOP, PLAIN, "s", "duckdb", {"shop": ("a", "b")}, ("shop",))
    edited = "SELECT count(*) AS n\nFROM sales\nWHERE y > 1"
    assert returned_query(edited, before).text == f"{edited}\n  AND shop IN (:shop)"


def test_what_a_reader_selected_in_a_chart_is_not_stored() -> None:
    before = _opened(opened=f"{PLAIN}\nWHERE shop IN ('a', 'b')\n  AND town IN ('x')")
    edited = f"{PLAIN}\nWHERE shop IN ('a', 'b')\n  AND town IN ('x')\nLIMIT 5"
    assert returned_query(edited, before).text == f"{BY_SHOP}\nLIMIT 5"


def test_the_time_range_stays_a_variable() -> None:
    stored = f"{PLAIN}\nWHERE day >= :from\n  AND day < :to"
    edited = f"{stored}\nLIMIT 5"
    before = OpenedQuery(stored, stored, "s", "duckdb", {})
    assert returned_query(edited, before) == ReturnedQuery(edited)


def test_another_table_is_told_from_another_question_of_the_same() -> None:
    assert not is_of_another_table(f"{PLAIN}\nLIMIT 5", _opened())
    assert is_of_another_table("SELECT count(*) AS n\nFROM targets", _opened())
    assert not is_of_another_table("SELECT max(n) FROM (SELECT 1 AS n)", _opened())


COLUMNS = st.sampled_from(["shop", "Order total", "day"])


@examples(150, deadline=None)
@given(
    st.lists(st.tuples(COLUMNS, st.sampled_from(["x", "y", "z"])), max_size=3, unique_by=lambda one: one[1]),
    st.lists(COLUMNS.map(lambda one: Filter(one, "filled")), max_size=2),
    st.sets(st.sampled_from(["x", "y", "z"])),
)
def test_another_limit_changes_nothing_else(
    named: list[tuple[str, str]], plain: list[Filter], unfiltered: set[str]
) -> None:
    filters = (*plain, *(named_filter(column, name) for column, name in named))
    question = Question("sales", "s", filters, (Group("shop"),), (Measure("count", "", "n"),))
    values = {name: (f"{name}'1", f"{name}2") for _column, name in named}
    stored = write_marked(question, "duckdb")
    opened = inlined(without_conditions(stored, unfiltered), values, "duckdb")
    returned = returned_query(f"{opened}\nLIMIT 7", OpenedQuery(stored, opened, "s", "duckdb", values, unfiltered))
    limited = write_marked(replace(question, limit=7), "duckdb")
    assert _same(returned.text, limited)
    assert returned.lost == ()


def _same(one: str, other: str) -> bool:
    """Whether two queries have the same conditions, in any order."""
    heads = [text.partition("\nWHERE ") for text in (one, other)]
    tails = [head[2].partition("\nGROUP BY") for head in heads]
    conditions = [sorted(tail[0].split("\n  AND ")) for tail in tails]
    return heads[0][0] == heads[1][0] and conditions[0] == conditions[1] and tails[0][2] == tails[1][2]
