"""Which table of a question says the currency of the amounts that a measure adds up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchboard.analytics.likely_measure import is_amount, names_currency
from benchboard.analytics.query_builder.combined import JoinFacts, column_owners
from benchboard.analytics.query_builder.question import Question, free_name
from benchboard.analytics.query_types import ValueKind

Columns = Sequence[tuple[str, ValueKind]]


@dataclass(frozen=True, slots=True)
class CurrencyColumn:
    """A column with the currency of each row of a table. `place` is that of the table's join, -1 for the table of the
    question; `source` the name of its source, if that is another one."""

    place: int
    table: str
    column: str
    source: str = ""


class AmountTables:
    """The tables of a question with their columns, and how they are joined."""

    def __init__(
        self, question: Question, columns_of: Callable[[str], Columns], facts: Sequence[JoinFacts | None]
    ) -> None:
        self._question, self._facts = question, facts
        own = [columns_of(question.table)]
        for join in question.joins:
            # The kinds of the columns of another source aren't known, but their names are.
            named: Columns = [(name, "text" if names_currency(name) else "decimal") for name, _output in join.columns]
            own.append((columns_of(join.table) or named) if not join.source else named)
        self._columns = own

    def currency_of(self, columns: Sequence[str]) -> CurrencyColumn | None:
        """The column with the currency of what a measure over these columns adds up; None if that is no amount, or its
        currency isn't said: by its own table, or by one of which each of its rows has one row. What is calculated from
        that column too is converted by it."""
        measured = {base for one in columns for base in column_owners(self._question, one)}
        owners = [place for place, column in sorted(measured) if self._is_amount(place, column)]
        for owner in owners:
            others = [at for at in range(-1, len(self._question.joins)) if at != owner and self._has_one(owner, at)]
            for place in (owner, *others):
                if (found := self._currency_column(place)) is not None:
                    return found if (place, found.column.casefold()) not in measured else None
        return None

    def with_column(self, one: CurrencyColumn) -> tuple[Question, str]:
        """The question with a column of currencies among its columns, and the name that it has there."""
        if one.place < 0:
            return self._question, one.column
        join = self._question.joins[one.place]
        output = next((output for name, output in join.columns if name == one.column), None)
        if output is not None:
            return self._question, output
        taken = [name for columns in self._columns for name, _kind in columns]
        taken += [output for each in self._question.joins for _name, output in each.columns]
        output = free_name(one.column, [*taken, *(each.name for each in self._question.calculations)])
        joins = list(self._question.joins)
        joins[one.place] = replace(join, columns=(*join.columns, (one.column, output)))
        return replace(self._question, joins=tuple(joins)), output

    def _is_amount(self, place: int, column: str) -> bool:
        return any(name.casefold() == column and is_amount(name, kind) for name, kind in self._columns[place + 1])

    def _has_one(self, owner: int, other: int) -> bool:
        """Whether each row of a table has one row of another at most, as far as it is known."""
        known = [self._facts[at] if at < len(self._facts) else None for at in range(len(self._question.joins))]
        if other < owner:
            found = known[owner]
            return found is None or found.most_left <= 1
        between = known[other]
        return between is None or between.most_right <= 1

    def _currency_column(self, place: int) -> CurrencyColumn | None:
        column = next(
            (name for name, kind in self._columns[place + 1] if kind == "text" and names_currency(name)), None
        )
        if column is None:
            return None
        if place < 0:
            return CurrencyColumn(place, self._question.table, column)
        join = self._question.joins[place]
        return CurrencyColumn(place, join.table, column, join.source)
