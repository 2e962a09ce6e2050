"""How the rows of two tables match by a key, found by queries to their source: before they are joined, and so that no
sum counts a row twice in silence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_builder.combined import JoinFacts, calculations_before
from benchboard.analytics.query_builder.question import Join, Question
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import key_calculations, rows_sql
from benchboard.errors import AppError, Cancelled

RunQuery = Callable[[str], ResultTable]
Pair = tuple[str, str]
"""A column of a question, and one of the table joined to it."""
_TRIED: Final = 3
"""Pairs of columns whose rows are counted, the likeliest by their names and values."""
_COLUMNS: Final = 30
"""Columns of each side whose values are compared."""
_OUR_VALUES: Final = 1_000
_THEIR_VALUES: Final = 10_000
_ENOUGH: Final = 0.5
"""The share of rows that find another from which a pair of columns is proposed without looking further."""
_KEPT: Final = 0.8
"""The share of these rows that must still do so by two pairs."""


def describe_join(run: RunQuery, question: Question, place: int) -> JoinFacts:
    """How the rows of the question's joined table at `place` match those of the tables before it. `run` runs a query.
    Raises what `run` raises."""
    join = question.joins[place]
    before = Question(
        question.table, question.source_id, server=question.server, joins=question.joins[:place],
        calculations=key_calculations(replace(question, joins=question.joins[: place + 1])),
    )  # fmt: skip
    left, right = rows_sql(before), _table_sql(question, join)
    if join.rates is not None:
        return _describe_rates(run, replace(before, joins=(*before.joins, join)), right)
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


def _describe_rates(run: RunQuery, question: Question, right: str) -> JoinFacts:
    """How many rows have a rate, and how many rates there are. Each row has one at most."""
    rate = quote_name(question.joins[-1].columns[0][1], question.dialect)
    right_rows = _one(run(f"SELECT count(*) AS amount FROM {right}"))  # noqa: S608  # quoted names
    counts = f"SELECT count(*) AS amount, count({rate}) AS rated FROM {rows_sql(question)}"  # noqa: S608  # quoted names
    left_rows, rated = (_count(cell) for cell in run(counts).rows[0])
    return JoinFacts(left_rows, right_rows, rated, right_rows, 1, 1)


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


def best_keys(
    run: RunQuery, question: Question, likely: Sequence[Pair], others: Sequence[Pair]
) -> tuple[tuple[Pair, ...], JoinFacts] | None:
    """By which pairs of columns the last joined table of a question finds the most rows, and how; None if none can be
    counted. `likely` are pairs whose names say that they belong together, `others` all that could. Of the likely ones,
    one by which the rows of a table are found once at most is taken before those that repeat the rows of both. Two
    pairs are found where one alone repeats the rows before, and both don't. Raises `Cancelled`."""
    shared = _shared_values(run, question, [*likely, *others])
    ranked = [one for one in likely if shared[one].is_enough or shared[one].is_partial]
    ranked += sorted([*likely, *others], key=lambda one: (-shared[one].share, -shared[one].count))
    ranked = list(dict.fromkeys(ranked))
    found = [(pair, facts) for pair in ranked[:_TRIED] if (facts := _try(run, question, (pair,))) is not None]
    if not found:
        return None
    named = set(likely)
    if not any(pair in named and _is_key(facts) for pair, facts in found):
        # Columns of few values, such as currencies, are called the same and match too: one of many may be the key.
        more = [one for one in ranked if one in named and one not in dict(found) and shared[one].is_enough]
        more.sort(key=lambda one: -shared[one].count)
        found += [(pair, facts) for pair in more[:_TRIED] if (facts := _try(run, question, (pair,))) is not None]
    enough = [one for one in found if _share(one[1]) > _ENOUGH]
    enough.sort(key=lambda one: one[0] not in named or not _is_key(one[1]))
    pair, facts = next(iter(enough), max(found, key=lambda one: _share(one[1])))
    if facts.most_right > 1:
        free = [one for one in ranked if shared[one].is_enough and one[0] != pair[0] and one[1] != pair[1]]
        for second in free[:_TRIED]:
            both = _try(run, question, (pair, second))
            if both is not None and both.most_right == 1 and both.left_matched >= _KEPT * facts.left_matched:
                return (pair, second), both
    return (pair,), facts


def _is_key(facts: JoinFacts) -> bool:
    """Whether most rows find another, and the rows of one of the tables are found once at most."""
    return _share(facts) > _ENOUGH and min(facts.most_left, facts.most_right) == 1


@dataclass(frozen=True, slots=True)
class _SharedValues:
    """How many values of a column are in another one, of those that were read; `is_partial` if that has more."""

    count: int
    of: int
    is_partial: bool

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def is_enough(self) -> bool:
        return self.share > _ENOUGH


def _shared_values(run: RunQuery, question: Question, pairs: Sequence[Pair]) -> dict[Pair, _SharedValues]:
    join = question.joins[-1]
    calculations = calculations_before(question, len(question.joins) - 1)
    before = replace(question, joins=question.joins[:-1], calculations=calculations)
    ours = _values(run, rows_sql(before), [one for one, _other in pairs], _OUR_VALUES, question)
    theirs = _values(run, _table_sql(question, join), [other for _one, other in pairs], _THEIR_VALUES, question)
    empty: frozenset[Cell] = frozenset()
    return {
        (one, other): _SharedValues(
            len(ours.get(one, empty) & theirs.get(other, empty)),
            len(ours.get(one, empty)),
            len(theirs.get(other, empty)) >= _THEIR_VALUES,
        )
        for one, other in pairs
    }


def _values(
    run: RunQuery, table: str, columns: Sequence[str], limit: int, question: Question
) -> dict[str, frozenset[Cell]]:
    """Up to `limit` different values of each of some columns; those that can't be read are left out."""
    found: dict[str, frozenset[Cell]] = {}
    for column in list(dict.fromkeys(columns))[:_COLUMNS]:
        name = quote_name(column, question.dialect)
        text = f"SELECT DISTINCT {name} AS v FROM {table} WHERE {name} IS NOT NULL LIMIT {limit}"  # noqa: S608  # quoted names
        try:
            found[column] = frozenset(_comparable_value(row[0]) for row in run(text).rows)
        except Cancelled:
            raise
        except AppError:
            continue  # such as a type without an order
    return found


def _comparable_value(value: Cell) -> Cell:
    """A value as another column may have it: midnight is a date."""
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        return value.date()
    return value


def _try(run: RunQuery, question: Question, keys: tuple[Pair, ...]) -> JoinFacts | None:
    joined = replace(question, joins=(*question.joins[:-1], replace(question.joins[-1], keys=keys)))
    try:
        return describe_join(run, joined, len(joined.joins) - 1)
    except Cancelled:
        raise
    except AppError:
        return None


def _share(facts: JoinFacts) -> float:
    return facts.left_matched / facts.left_rows if facts.left_rows else 0.0
