"""Ranges of columns: what is stored, what is shown, and the rows that they leave."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Filter, Group, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import condition_sql, to_sql
from benchboard.dashboards.document.document import Document, RangeColumn, Variable, parse_document, write_document
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.filter_clearing import clear_variables
from benchboard.dashboards.editing.range_filters import (
    parse_ends,
    range_conditions,
    range_selections,
    range_variable,
    with_variable,
)
from benchboard.dashboards.editing.reader_filters import filtered_query
from benchboard.dashboards.editing.state import initial
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.variables.range_text import range_text
from benchboard.dashboards.variables.variable_editing import parse_draft, rows_of, serialise_draft
from benchboard.errors import Invalid
from support.examples import examples

AMOUNT = RangeColumn("sales", "amount", "number", "duckdb", "Sales")
DAY = RangeColumn("sales", "day", "date", "duckdb", "Sales")


def _range(column: RangeColumn, *ends: str) -> Variable:
    return Variable("amount", "Amount", "range", chosen=ends, multiple=True, data_source_id="s", column=column)


@pytest.mark.parametrize(
    ("ends", "text"),
    [((), "All"), (("100", "500"), "100–500"), (("100", ""), "from 100"), (("", "2.50"), "up to 2.50")],
)
def test_range_is_shown_by_its_ends(ends: tuple[str, ...], text: str) -> None:
    assert range_text(_range(AMOUNT, *ends)) == text


def test_ends_are_read_as_typed_and_stored_without_spaces() -> None:
    assert parse_ends(" 1 000", "2500,5", "number") == ("1000", "2500.5")
    assert parse_ends("", "2026-03-31", "date") == ("", "2026-03-31")
    assert parse_ends("", " ", "number") == ()
    assert parse_ends("0,500", "1.250", "number") == ("0.5", "1.25"), "read in one way alone"


@pytest.mark.parametrize(
    ("low", "high", "kind", "field"),
    [
        ("x", "", "number", "from"),
        ("5", "1", "number", "to"),
        ("", "31.3.2026", "date", "to"),
        ("", "NaN", "number", "to"),
        ("1,250", "", "number", "from"),
        ("0", "-100,000", "number", "to"),
    ],
)
def test_ends_that_are_no_range_are_refused_at_their_field(low: str, high: str, kind: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_ends(low, high, kind)
    assert refused.value.facts["field"] == field


def test_conditions_include_both_ends_and_all_of_the_last_day() -> None:
    assert range_conditions(_range(AMOUNT, "1", "2.5")) == (
        Filter("amount", "ge", (1,)),
        Filter("amount", "le", (Decimal("2.5"),)),
    )
    assert range_conditions(_range(DAY, "", "2026-12-31")) == (Filter("day", "lt", ("2027-01-01",)),)
    assert range_conditions(_range(AMOUNT, "1; DROP", "")) == ()
    assert range_conditions(_range(AMOUNT)) == ()


_ENDS = st.one_of(st.just(""), st.integers(-20, 20).map(str), st.decimals(-20, 20, places=2).map(str))


@given(st.lists(st.decimals(-20, 20, places=2) | st.none(), max_size=12), _ENDS, _ENDS)
@examples(60, deadline=None)
def test_rows_left_are_those_within_the_ends(values: list[Decimal | None], low: str, high: str) -> None:
    conditions = [condition_sql(one, "duckdb") for one in range_conditions(_range(AMOUNT, low, high))]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE sales (amount DECIMAL(9, 2))")
        connection.executemany("INSERT INTO sales VALUES (?)", [[None], *([one] for one in values)])
        where = " AND ".join(conditions) or "true"
        found = connection.execute(f"SELECT amount FROM sales WHERE {where}").fetchall()  # our own text
    least, most = Decimal(low or "-99"), Decimal(high or "99")
    wanted = [one for one in values if one is not None and least <= one <= most]
    assert sorted(one for (one,) in found if one is not None) == sorted(wanted)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 86_399))
@examples(60, deadline=None)
def test_a_moment_of_the_last_day_is_in_the_range_and_the_next_midnight_is_not(day: date, second: int) -> None:
    (condition,) = range_conditions(_range(DAY, "", day.isoformat()))
    start = datetime(day.year, day.month, day.day)  # as DuckDB has it
    with duckdb.connect() as connection:
        query = f"SELECT {condition_sql(condition, 'duckdb')} FROM (SELECT ?::TIMESTAMP AS day)"  # our own
        inside = connection.execute(query, [start + timedelta(seconds=second)]).fetchone()
        after = connection.execute(query, [start + timedelta(days=1)]).fetchone()
    assert (inside, after) == ((True,), (False,))


def test_range_is_stored_with_its_column_and_read_again() -> None:
    document = Document(Layout.of(12, ()), variables=(_range(AMOUNT, "1", ""),))
    stored = write_document(document)
    assert parse_document(stored).variables == document.variables
    (raw,) = stored["variables"]  # type: ignore[misc]  # a list
    for wrong in ({"column": None}, {"column": {**raw["column"], "dialect": "?"}}, {"chosen": ["1"]}):
        with pytest.raises(Invalid):
            parse_document({**stored, "variables": [{**raw, **wrong}]})


def test_range_survives_a_draft_of_the_variables() -> None:
    variable = _range(AMOUNT, "1", "2")
    found = parse_draft(serialise_draft(rows_of([variable]), [variable]))
    assert found is not None
    assert (found[0][0].variable, found[1]) == (variable, (variable,))


def test_a_column_has_one_range_on_a_page() -> None:
    places = ColumnPlaces("s", "sales", "amount", (SourceTables("s", "Sales", "duckdb", (("sales", "amount"),)),))
    empty = Document(Layout.of(12, ()))
    first = range_variable(empty, "amount", "Amount", places, "decimal")
    again = range_variable(with_variable(empty, first), "amount", "Amount 2", places, "decimal")
    assert first.column == AMOUNT
    assert again == first


def test_queries_are_filtered_over_the_table_and_over_joins_with_it_from_another_file() -> None:
    filters = [one.filter for one in range_selections([_range(AMOUNT, "1", "2")]) if one.filter is not None]
    alone = filtered_query("SELECT count(*) AS n\nFROM sales", "s", filters)
    assert alone.text == "SELECT count(*) AS n\nFROM sales\nWHERE amount >= 1\n  AND amount <= 2"
    join = Join("sales", (("shop", "shop"),), (("amount", "sold"),), source="Sales")
    question = Question(
        "shops", "other", groups=(Group("region"),), measures=(Measure("count", "", "n"),), joins=(join,)
    )
    joined = to_sql(question)
    found = filtered_query(joined, "other", filters)
    assert not found.missed, found.text
    assert "sold >= 1" in found.text
    assert filtered_query("SELECT count(*) AS n\nFROM returns", "s", filters).missed == (0, 1)


def test_clearing_a_range_opens_both_ends() -> None:
    state = initial(Document(Layout.of(12, ()), variables=(_range(AMOUNT, "1", "2"),)))
    after = clear_variables(state, ("amount",))
    assert after is not None
    assert after.view.document.variables == (replace(_range(AMOUNT, "1", "2"), chosen=()),)
    assert after.view.filters == ()
