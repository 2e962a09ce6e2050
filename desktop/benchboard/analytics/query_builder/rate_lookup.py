"""Amounts in several currencies converted into one by a table of exchange rates: a question with its rates, and with
amounts that they convert."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.combined import MAX_JOINS, column_words, with_calculation
from benchboard.analytics.query_builder.question import (
    Calculation,
    Join,
    Measure,
    Question,
    RateLookup,
    free_name,
    with_parts,
)
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.errors import Invalid
from benchboard.i18n import _, is_currency

_MIXING: Final = ("sum", "avg", "min", "max", "median", "share", "ratio")


@dataclass(frozen=True, slots=True)
class RateColumns:
    """The columns of a table of exchange rates: the currency of each, the rate, and its date (empty: without one)."""

    currency: str
    rate: str
    date: str = ""


def with_rates(
    question: Question,
    table: str,
    columns: RateColumns,
    by: str,
    lookup: RateLookup,
    *,
    known: Iterable[str],
    source: str = "",
    place: int = -1,
) -> Question:
    """The question with a table of rates more, or with another one in the place of a join, whose rate keeps its name.
    `by` is the column with the currency of each row; `known` are the names that its columns have.

    Raises `Invalid` (`rates.…`) where the table can't be one, or can't be joined."""
    if question.dialect == "own":
        what = _("Benchboard's own data can't be joined with a table of exchange rates.")
        raise Invalid("rates.own", what, do=_("Enter the rates instead."))
    if not is_currency(lookup.target):
        what = _("“{code}” isn't a currency.").format(code=lookup.target[:20])
        raise Invalid("rates.target", what, do=_("Write it as EUR."), field="target")
    if place < 0 and len(question.joins) >= MAX_JOINS:
        raise Invalid("rates.joins", _("A query can join up to {limit} tables.").format(limit=MAX_JOINS))
    new = f"rate_to_{lookup.target.lower()}"
    output = free_name(new, known) if place < 0 else question.joins[place].columns[0][1]
    join = Join(table, ((by, columns.currency),), ((lookup.rate, output),), "left", source, lookup)
    joins = [*question.joins, join] if place < 0 else list(question.joins)
    joins[place] = join
    return replace(question, joins=tuple(joins))


def converted_name(amount: str, target: str, taken: Iterable[str]) -> str:
    """What a column of converted amounts is called: results are shown as amounts of that currency by it."""
    return free_name(f"{amount}_in_{target.lower()}", taken)


def converted_expression(question: Question, amount: str, rate: str) -> str:
    """The expression of an amount that is converted by the column of a rate."""
    return f"{quote_name(amount, question.dialect)} * {quote_name(rate, question.dialect)}"


def with_converted(question: Question, amount: str, rate: str, taken: Iterable[str]) -> Question:
    """The question with its measures over the amounts in the target of a rate, all currencies together. `rate`: the
    name of the rate among the question's columns, whose table is joined; `taken`: the names that its columns have."""
    join = next(one for one in question.joins if one.rates is not None and one.columns[0][1] == rate)
    assert join.rates is not None
    return with_converted_by(question, amount, rate, join.rates.target, join.keys[0][0], taken)


def with_converted_by(
    question: Question, amount: str, rate: str, target: str, by: str, taken: Iterable[str]
) -> Question:
    """As `with_converted`, by the rate of a data model, whose currencies are those of the column `by`."""
    name = converted_name(amount, target, taken)
    found = with_calculation(question, Calculation(name, converted_expression(question, amount, rate)))
    measures: list[Measure] = []
    for one in question.measures:
        if one.column == amount and one.function in _MIXING:
            taken_outputs = [each.output for each in measures]
            measures.append(replace(one, column=name, name=converted_name(one.name, target, taken_outputs)))
        else:
            measures.append(one)
    return with_parts(found, [one for one in question.groups if one.column != by], measures)


def converting(question: Question, join: Join) -> list[tuple[Calculation, tuple[str, ...]]]:
    """The calculated columns that name the rate of a join, each with the other columns that it names."""
    rate, found = join.columns[0][1], []
    for one in question.calculations:
        named = column_words(one.expression, question.dialect)
        if rate in named:
            found.append((one, tuple(name for name in named if name != rate)))
    return found
