"""Values of a column in other words, as a calculated column."""

from decimal import Decimal
from typing import Final

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Calculation, Dialect, Group, Measure, Question, Sort, Value
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_builder.value_mapping import (
    MappedWord,
    NumberRange,
    ValueMapping,
    mapping_of_values,
    mapping_sql,
    parse_limits,
    ranges_between,
    read_mapping,
    with_mapping,
)
from benchboard.errors import Invalid

DIALECTS: Final[tuple[Dialect, ...]] = ("own", "duckdb", "postgresql", "mysql")
WORDS: Final = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
VALUES: Final = st.one_of(WORDS, st.integers(-(10**9), 10**9), st.booleans())
NUMBERS: Final = st.one_of(
    st.integers(-1000, 1000), st.decimals(-1000, 1000, places=2).filter(lambda one: one % 1 != 0)
)


def _mapped(mapping: ValueMapping, rows: list[object], kind: str = "VARCHAR") -> list[object]:
    """The words of values, as DuckDB finds them."""
    with duckdb.connect() as connection:
        connection.execute(f'CREATE TABLE t (place INT, "a b" {kind})')
        connection.executemany("INSERT INTO t VALUES (?, ?)", [[k, one] for k, one in enumerate(rows)])
        found = connection.execute(f"SELECT {mapping_sql(mapping, 'duckdb')} FROM t ORDER BY place").fetchall()
    return [one[0] for one in found]


def test_values_become_words_and_the_rest_stays_or_is_gathered() -> None:
    words: dict[Value, str] = {"AT": "Austria", "shipped": "Done", "delivered": "Done", "x": ""}
    kept = mapping_of_values("a b", words, None)
    assert kept.words[1] == MappedWord("Done", ("shipped", "delivered"))
    rows: list[object] = ["AT", "delivered", "shipped", "x", None]
    assert _mapped(kept, rows) == ["Austria", "Done", "Done", "x", None]
    assert _mapped(mapping_of_values("a b", words, "Other"), rows) == ["Austria", "Done", "Done", "Other", "Other"]
    assert kept.word_of("shipped") == "Done"


def test_ranges_have_every_number_once() -> None:
    words = [MappedWord(str(k), one) for k, one in enumerate(ranges_between(parse_limits("-1; 10 12.5")))]
    rows: list[object] = [-5, -1, 9.99, 10, 12.49, 12.5, 1000, None]
    assert _mapped(ValueMapping("a b", tuple(words)), rows, "DOUBLE") == ["0", "1", "1", "2", "2", "3", "3", None]


@pytest.mark.parametrize("text", ["5; 5", "10 5", "five"])
def test_limits_that_are_no_ascending_numbers_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_limits(text)


def test_words_that_cannot_be_seen_and_no_words_are_refused() -> None:
    for words in ({"a": "b\n"}, {"a": ""}, {"a": "b" * 501}):
        with pytest.raises(Invalid):
            mapping_sql(mapping_of_values("x", dict(words), None), "own")
    with pytest.raises(Invalid):
        mapping_sql(mapping_of_values("x", {"a": "b"}, ""), "own")


@pytest.mark.parametrize("dialect", DIALECTS)
@given(values=st.dictionaries(VALUES, WORDS, min_size=1, max_size=5), rest=st.none() | WORDS, column=WORDS)
def test_mapping_in_a_query_is_read_as_it_was(
    dialect: Dialect, values: dict[Value, str], rest: str | None, column: str
) -> None:
    mapping = mapping_of_values(column, values, rest)
    assert read_mapping(mapping_sql(mapping, dialect), dialect) == mapping
    source = "" if dialect == "own" else "s"
    server = dialect if dialect in ("postgresql", "mysql") else ""
    question = with_mapping(Question("orders", source, server=server), "g", mapping)  # type: ignore[arg-type]
    found = from_sql(to_sql(question), source_id=source, dialect=dialect)
    assert found == question


@given(limits=st.lists(NUMBERS, min_size=1, max_size=4, unique=True).map(sorted), rest=st.none() | WORDS)
def test_ranges_are_read_as_they_were(limits: list[int | Decimal], rest: str | None) -> None:
    ranges = tuple(MappedWord(f"r{k}", one) for k, one in enumerate(ranges_between(limits)))
    mapping = ValueMapping("amount", ranges, rest)
    assert read_mapping(mapping_sql(mapping, "duckdb"), "duckdb") == mapping


@pytest.mark.parametrize(
    "expression",
    [
        "a + b",
        "CASE WHEN a IN ('x') THEN 'y' END",
        "CASE WHEN a IN ('x') THEN 'y' WHEN b IN ('x') THEN 'z' ELSE 'o' END",
        "CASE WHEN a IN ('x') THEN 'y' ELSE CAST(b AS TEXT) END",
        "CASE WHEN a IN ('x') THEN 'y' ELSE 'o' END || 'z'",
        "CASE WHEN a < 5 AND a >= 1 THEN 'y' ELSE 'o' END",
    ],
)
def test_other_expressions_are_no_mapping(expression: str) -> None:
    assert read_mapping(expression, "own") is None


def test_query_grouped_by_the_column_is_grouped_by_its_words() -> None:
    question = Question(
        "orders", groups=(Group("status"),), measures=(Measure("count", "", "n"),), sorts=(Sort("status"),)
    )
    found = with_mapping(question, "done", mapping_of_values("status", {"paid": "Done"}, None))
    assert found.groups == (Group("done"),)
    assert found.calculations[0].name == "done"
    other = with_mapping(found, "finished", mapping_of_values("status", {"paid": "Finished"}, "Other"), 0)
    assert other.groups == (Group("finished"),)
    assert other.calculations == (
        Calculation("finished", "CASE WHEN status IN ('paid') THEN 'Finished' ELSE 'Other' END"),
    )


def test_range_without_a_lower_end_is_read() -> None:
    mapping = ValueMapping("a", (MappedWord("low", NumberRange(None, 5)), MappedWord("high", NumberRange(5, None))))
    assert read_mapping(mapping_sql(mapping, "mysql"), "mysql") == mapping
