"""Divisions of calculated columns by zero: an empty value, and an expression that reads as it was written."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Calculation, Dialect, Question, with_group, with_measure
from benchboard.analytics.query_builder.safe_division import guarded, unguarded, written_place
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql

CASES = [
    ("a / b", "a / nullif(b, 0)"),
    ("a/b", "a/nullif(b, 0)"),
    ("a / 100", "a / 100"),
    ("a / 0", "a / nullif(0, 0)"),
    ("a / 2.5 * b", "a / 2.5 * b"),
    ("a / b / c", "a / nullif(b, 0) / nullif(c, 0)"),
    ("a / (b / c)", "a / nullif((b / nullif(c, 0)), 0)"),
    ("a / (b - 1) + 2", "a / nullif((b - 1), 0) + 2"),
    ("a / -b", "a / nullif(-b, 0)"),
    ("a // b", "a // nullif(b, 0)"),
    ("a % b", "a % nullif(b, 0)"),
    ('a / "b / c"', 'a / nullif("b / c", 0)'),
    ("a || ' / b'", "a || ' / b'"),
    ("a / b::numeric(10, 2) * 3", "a / nullif(b::numeric(10, 2), 0) * 3"),
    ("a / t.b", "a / nullif(t.b, 0)"),
    ("a / round(b, 2)", "a / nullif(round(b, 2), 0)"),
    ("a / cast(b as int)", "a / nullif(cast(b as int), 0)"),
    ("a / b ** 2 + 1", "a / nullif(b ** 2, 0) + 1"),
    ("a / case when b > 1 then b else c / a end", "a / nullif(case when b > 1 then b else c / nullif(a, 0) end, 0)"),
    ("a / sum(b) over (partition by c)", "a / nullif(sum(b) over (partition by c), 0)"),
    ("a / NULLIF(b, 0)", "a / NULLIF(b, 0)"),
    ("a / .5 + b", "a / .5 + b"),
    ("a / 5. + b", "a / 5. + b"),
    ("a / -1e-3 + b / c", "a / -1e-3 + b / nullif(c, 0)"),
    ("a / 0x10", "a / 0x10"),
    ("a / 0. + b", "a / 0. + b"),
    ("a / 0.0 + b", "a / nullif(0.0, 0) + b"),
    ("a / b > 1 and c / a < 2", "a / nullif(b, 0) > 1 and c / nullif(a, 0) < 2"),
]


@pytest.mark.parametrize(("written", "queried"), CASES)
@pytest.mark.parametrize("dialect", ["duckdb", "postgresql"])
def test_guarded_division_is_read_as_it_was_written(written: str, queried: str, dialect: Dialect) -> None:
    assert guarded(written, dialect) == queried
    if "nullif" not in written.lower():
        assert unguarded(queried, dialect) == written
    for at in range(len(queried)):
        place = written_place(written, dialect, at)
        assert 0 <= place <= len(written)
        if at < queried.find("nullif("):
            assert place == at
    assert written_place(written, dialect, len(queried)) == len(written)


@pytest.mark.parametrize("written", ["a / (b", "a / case when b", "a / * b", "a / ", "a / ."])
def test_unfinished_division_is_left_as_it_is(written: str) -> None:
    assert guarded(written, "duckdb") == unguarded(written, "duckdb") == written


@pytest.mark.parametrize("dialect", ["own", "mysql"])
def test_engines_that_answer_nothing_for_a_division_by_zero_need_no_guard(dialect: Dialect) -> None:
    assert guarded("a / b", dialect) == "a / b"
    assert unguarded("a / nullif(b, 0)", dialect) == "a / nullif(b, 0)"


_PARTS = st.sampled_from(
    ["a", "b", "c", "2", "0", "1.5", ".5", "5.", "2e1", "(a - b)", "abs(c)", "a::double", "-b", "round(a / b, 2)"]
)


@given(st.lists(st.tuples(st.sampled_from(["/", "%", "//", "*", "+", "-"]), _PARTS), min_size=1, max_size=5), _PARTS)
def test_guarded_expression_is_what_duckdb_answers_and_never_infinite(rest: list[tuple[str, str]], first: str) -> None:
    text = first + "".join(f" {sign} {part}" for sign, part in rest)
    if "--" in text.replace(" ", "") or "- -" in text:
        return
    queried = guarded(text, "duckdb")
    assert unguarded(queried, "duckdb") == text
    rows = "(VALUES (6, 3, 2), (1, 0, 0), (0, 2, 0), (7, -1, 5)) AS t(a, b, c)"
    with duckdb.connect() as connection:
        answered = [row[0] for row in connection.execute(f"SELECT {queried} FROM {rows}").fetchall()]
        assert all(value is None or abs(value) != float("inf") for value in answered)
        if "/ 0" not in text and "% 0" not in text:
            (plain,) = connection.execute(f"SELECT {text} FROM (VALUES (7, 3, 2)) AS t(a, b, c)").fetchall()
            (safe,) = connection.execute(f"SELECT {queried} FROM (VALUES (7, 3, 2)) AS t(a, b, c)").fetchall()
            assert safe == plain


@pytest.mark.parametrize("expression", [written for written, _queried in CASES if "NULLIF" not in written])
def test_question_with_a_division_is_read_back_from_its_query(expression: str) -> None:
    question = Question("sales", "s1", calculations=(Calculation("rate", expression),))
    question = with_measure(with_group(question, "c"), "sum", "rate")
    text = to_sql(question)
    assert guarded(expression, "duckdb") in text
    assert from_sql(text, source_id="s1") == question
    assert from_sql(text.replace(guarded(expression, "duckdb"), expression), source_id="s1") == question
