"""How the rows of two tables match by a key, found by queries to their source: before they are joined, and so that no
sum counts a row twice in silence.
"""

from collections.abc import Callable, Sequence

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.analytics.query_builder.question import Join, Question
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import rows_sql

RunQuery = Callable[[str], ResultTable]


def describe_join(run: RunQuery, question: Question, place: int) -> JoinFacts:
    """How the rows of the question's joined table at `place` match those of the tables before it. `run` runs a query.
    Raises what `run` raises."""
    join = question.joins[place]
    before = Question(question.table, question.source_id, server=question.server, joins=question.joins[:place])
    left, right = rows_sql(before), _table_sql(question, join)
    left_rows = _one(run(f"SELECT count(*) AS amount FROM {left}"))  # noqa: S608  # quoted names
    right_rows = _one(run(f"SELECT count(*) AS amount FROM {right}"))  # noqa: S608  # quoted names
    ours = _per_key(left, [one for one, _other in join.keys], question)
    theirs = _per_key(right, [other for _one, other in join.keys], question)
    same = " AND ".join(f"a.k{number} = b.k{number}" for number in range(len(join.keys)))
    found = run(
        "SELECT sum(a.amount) AS lefts, sum(b.amount) AS rights, max(a.amount) AS most_left,"  # noqa: S608  # quoted names
        f" max(b.amount) AS most_right FROM {ours} AS a JOIN {theirs} AS b ON {same}"
    ).rows[0]
    lefts, rights, most_left, most_right = (_count(cell) for cell in found)
    return JoinFacts(left_rows, right_rows, lefts, rights, most_right, most_left)


def _table_sql(question: Question, join: Join) -> str:
    table = rows_sql(Question(join.table, question.source_id, server=question.server))
    return f"{quote_name(join.source, question.dialect)}.{table}" if join.source else table


def _per_key(table: str, keys: Sequence[str], question: Question) -> str:
    """A subquery with how many rows have each key; rows without one find no other."""
    names = [quote_name(key, question.dialect) for key in keys]
    outputs = ", ".join(f"{name} AS k{number}" for number, name in enumerate(names))
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    places = ", ".join(str(number + 1) for number in range(len(names)))
    return f"(SELECT {outputs}, count(*) AS amount FROM {table} WHERE {filled} GROUP BY {places})"  # noqa: S608  # quoted names


def _one(result: ResultTable) -> int:
    return _count(result.rows[0][0])


def _count(value: Cell) -> int:
    return int(value) if value is not None and not isinstance(value, str) and hasattr(value, "__int__") else 0
