"""The question that a table is opened with, and where a column that is added to it fits."""

from dataclasses import replace

import pytest

from benchboard.analytics.likely_measure import LikelyMeasure
from benchboard.analytics.query_builder.first_question import (
    FIRST_ROWS,
    Shape,
    first_question,
    ranged_question,
    starting_question,
    with_column,
    with_size_order,
)
from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question, Sort
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable


def test_a_table_with_a_time_is_counted_over_it_within_the_time_range() -> None:
    assert first_question(Question("orders", ""), "created", "interval") == Question(
        "orders",
        filters=(Filter("created", "in_range"),),
        groups=(Group("created", "interval", "period"),),
        measures=(Measure("count", "", "orders"),),
        sorts=(Sort("period"),),
    )


def test_likely_measure_takes_the_place_of_the_count() -> None:
    found = first_question(Question("trips", "s1"), "day", "month", LikelyMeasure("km", "sum"))
    assert (found.measures, found.outputs) == ((Measure("sum", "km", "total_km"),), ("month", "total_km"))
    assert found.sorts == (Sort("month"),)
    assert first_question(Question("trips", "s1"), "", "", LikelyMeasure("km", "sum")).measures == ()


def test_amounts_of_several_currencies_begin_with_a_series_for_each() -> None:
    """The first chart was of quantities: amounts in several currencies have no sum."""
    sold = LikelyMeasure("sold", "sum", "currency")
    found = first_question(Question("trips", "s1"), "day", "month", sold)
    assert [one.output for one in (*found.groups, *found.measures)] == ["month", "currency", "total_sold"]
    columns: list[tuple[str, ValueKind]] = [
        ("shop", "text"),
        ("day", "date"),
        ("sold", "decimal"),
        ("currency", "text"),
    ]
    expected = {"time": ["month", "currency"], "categories": ["shop"], "grid": ["month", "currency"]}
    shapes: tuple[Shape, ...] = ("time", "categories", "grid")
    begun = {shape: starting_question(Question("t", "s1"), columns, shape, sold) for shape in shapes}
    assert {shape: [group.output for group in one.groups] for shape, one in begun.items()} == expected
    assert [one.function for one in begun["categories"].measures] == ["count"], "amounts that can't be compared"
    alone = starting_question(Question("t", "s1"), columns[1:], "categories", sold)
    assert [one.output for one in alone.groups] == ["currency"]
    assert [one.function for one in alone.measures] == ["count"]
    assert all([one.column for one in begun[shape].measures] == ["sold"] for shape in ("time", "grid"))


def test_times_outside_the_time_range_are_grouped_by_a_fixed_unit_and_all_are_kept() -> None:
    found = first_question(Question("log", "s1"), "created", "month")
    assert found.filters == ()
    assert found.groups == (Group("created", "month", "month"),)


def test_a_table_without_a_time_shows_its_first_rows() -> None:
    assert first_question(Question("rooms", "s1"), "", "") == Question("rooms", "s1", limit=FIRST_ROWS)


def test_a_question_follows_a_time_range_by_its_time_unless_it_does_or_has_several() -> None:
    grouped = Question("log", groups=(Group("made", "week", "week"),), filters=(Filter("room", "eq", ("A",)),))
    columns: list[tuple[str, ValueKind]] = [("made", "date"), ("sent", "timestamp"), ("room", "text")]
    followed = ranged_question(grouped, columns)
    assert followed is not None
    assert followed.filters == (Filter("made", "in_range"), *grouped.filters)
    assert ranged_question(followed, columns) is None
    rooms = Question("log", groups=(Group("room"),))
    assert ranged_question(rooms, columns) is None
    assert ranged_question(rooms, columns[1:]) == Question(
        "log", groups=(Group("room"),), filters=(Filter("sent", "in_range"),)
    )


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
    found = with_column(first_question(Question("log", ""), "created", "day"), "room", "text", unit="")
    assert [one.output for one in found.groups] == ["day", "room"]
    assert found.sorts == (Sort("day"), Sort("room"))


def test_first_measure_takes_the_place_of_the_count_that_was_put_in_by_itself() -> None:
    counted = with_column(first_question(Question("log", ""), "created", "day"), "room", "text", unit="")
    summed = with_column(counted, "size", "decimal", unit="")
    assert [one.function for one in summed.measures] == ["sum"]
    assert [one.function for one in with_column(summed, "weight", "decimal", unit="").measures] == ["sum", "sum"]
    assert {one.name for one in summed.sorts} <= set(summed.outputs)


@pytest.mark.parametrize(
    ("shape", "columns", "expected"),
    [
        ("number", ["day", "kind"], "SELECT count(*) AS row_count\nFROM t"),
        ("rows", ["day", "kind"], "SELECT *\nFROM t\nLIMIT 100"),
        ("time", ["kind", "day"],
         "SELECT date_trunc('month', day) AS month,\n       count(*) AS row_count\nFROM t\nGROUP BY 1\nORDER BY month"),
        ("categories", ["day", "kind"],
         "SELECT kind,\n       count(*) AS row_count\nFROM t\nGROUP BY 1\nORDER BY row_count DESC, kind\nLIMIT 12"),
        ("time", ["kind", "size"],
         "SELECT kind,\n       count(*) AS row_count\nFROM t\nGROUP BY 1\nORDER BY row_count DESC, kind\nLIMIT 12"),
        ("categories", ["size", "day"],
         "SELECT date_trunc('month', day) AS month,\n       count(*) AS row_count\nFROM t\nGROUP BY 1\nORDER BY month"),
        ("time", ["size"], "SELECT *\nFROM t\nLIMIT 100"),
    ],
)  # fmt: skip
def test_a_question_to_begin_with_has_the_shape_of_its_chart(shape: Shape, columns: list[str], expected: str) -> None:
    kinds: dict[str, ValueKind] = {"day": "date", "kind": "text", "size": "decimal"}
    question = starting_question(Question("t", "s1"), [(name, kinds[name]) for name in columns], shape)
    assert to_sql(question) == expected


def test_a_chart_to_begin_with_adds_up_the_likely_number_by_few_values() -> None:
    columns = tuple(
        BrowsedColumn(name, name.title(), kind)
        for name, kind in (("beleg_nr", "text"), ("umsatz", "decimal"), ("filiale", "text"), ("datum", "date"))
    )
    source = BrowsedSource("s1", "Till", "csv", (BrowsedTable("till", columns),))
    assert source.starting_query("categories") == (
        "SELECT filiale,\n       sum(umsatz) AS total_umsatz\nFROM till\nGROUP BY 1\n"
        "ORDER BY total_umsatz DESC, filiale\nLIMIT 12"
    )
    assert source.starting_query("time") == (
        "SELECT date_trunc('month', datum) AS month,\n       sum(umsatz) AS total_umsatz\nFROM till\nGROUP BY 1\n"
        "ORDER BY month"
    )
    assert source.starting_query("number") == "SELECT count(*) AS row_count\nFROM till"


def test_a_chart_of_single_rows_begins_with_its_columns_of_all_rows() -> None:
    """It began with the first 100 rows of 5,000, and drew them as if they were all."""

    def begun(*columns: tuple[str, ValueKind]) -> list[str]:
        browsed = tuple(BrowsedColumn(name, name.title(), kind, is_id=name == "till") for name, kind in columns)
        source = BrowsedSource("s1", "Till", "csv", (BrowsedTable("log", browsed),))
        return [source.starting_query("values"), source.starting_query("points")]

    till: tuple[str, ValueKind] = ("till", "integer")
    year: tuple[str, ValueKind] = ("year", "integer")
    assert begun(till, year, ("Pay", "decimal"), ("email", "text"), ("room", "text"), ("qty", "integer")) == [
        "SELECT qty\nFROM log",
        'SELECT "Pay",\n       qty,\n       room\nFROM log',
    ]
    assert begun(till, ("email", "text"), year) == ["SELECT year\nFROM log", "SELECT *\nFROM log\nLIMIT 100"]
    assert begun(year, ("x", "decimal"), ("email", "text"))[1] == "SELECT year,\n       x\nFROM log"
    assert begun(till)[0] == "SELECT *\nFROM log\nLIMIT 100"


@pytest.mark.parametrize(
    ("groups", "kind", "sorts"),
    [
        ((Group("shop"),), "text", (Sort("orders", descending=True),)),
        ((Group("shop"), Group("state")), "text", (Sort("orders", descending=True),)),
        ((Group("created", "month", "month"),), "timestamp", ()),
        ((Group("created", "hour_of_day", "hour"),), "timestamp", ()),
        ((Group("stars"),), "integer", ()),
    ],
)
def test_measures_by_texts_are_in_the_order_of_their_sizes_from_the_start(
    groups: tuple[Group, ...], kind: ValueKind, sorts: tuple[Sort, ...]
) -> None:
    """Bars of shops were in the order in which the database returned them."""
    counted = Question("orders", measures=(Measure("count", "", "orders"),))
    found = replace(counted, groups=groups)
    assert with_size_order(found, counted, lambda _column: kind).sorts == sorts
    assert with_size_order(found, replace(counted, measures=(), groups=groups), lambda _column: kind).sorts == sorts
    assert not with_size_order(found, found, lambda _column: kind).sorts, "somebody took the order away"
    own = replace(found, sorts=(Sort("orders"),))
    assert with_size_order(own, counted, lambda _column: kind) == own
