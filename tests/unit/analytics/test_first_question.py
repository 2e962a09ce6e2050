"""The question that a table is opened with, and where a column that is added to it fits."""

from benchboard.analytics.query_builder.first_question import FIRST_ROWS, first_question, with_column
from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question, Sort


def test_a_table_with_a_time_is_counted_over_it_within_the_time_range() -> None:
    assert first_question("orders", "", "created", "interval") == Question(
        "orders",
        filters=(Filter("created", "in_range"),),
        groups=(Group("created", "interval", "period"),),
        measures=(Measure("count", "", "orders"),),
        sorts=(Sort("period"),),
    )


def test_times_outside_the_time_range_are_grouped_by_a_fixed_unit_and_all_are_kept() -> None:
    found = first_question("log", "s1", "created", "month")
    assert found.filters == ()
    assert found.groups == (Group("created", "month", "month"),)


def test_a_table_without_a_time_shows_its_first_rows() -> None:
    assert first_question("rooms", "s1", "", "") == Question("rooms", "s1", limit=FIRST_ROWS)


def test_a_column_added_to_rows_takes_their_limit_and_sorting_away() -> None:
    rows = Question("rooms", limit=FIRST_ROWS, sorts=(Sort("name"),))
    found = with_column(rows, "floor", "text", unit="")
    assert found == Question(
        "rooms",
        groups=(Group("floor"),),
        measures=(Measure("count", "", "rooms"),),
        sorts=(Sort("rooms", descending=True),),
    )


def test_numbers_are_added_up_and_ids_are_counted() -> None:
    found = with_column(Question("rooms"), "size", "decimal", unit="")
    assert found.measures == (Measure("sum", "size", "total_size"),)
    found = with_column(Question("rooms"), "number", "integer", unit="", is_id=True)
    assert found.measures == (Measure("count_distinct", "number", "different_number"),)


def test_a_text_added_to_a_chart_over_time_is_sorted_by_after_the_time() -> None:
    found = with_column(first_question("log", "", "created", "day"), "room", "text", unit="")
    assert [one.output for one in found.groups] == ["day", "room"]
    assert found.sorts == (Sort("day"), Sort("room"))
