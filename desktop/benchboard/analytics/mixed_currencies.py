"""Whether a query adds up or averages amounts in several currencies: a number that nobody can say the unit of.

A table says the currency of each row in a column called “currency” or the like. Whether the rows of a query have
several is read from the data, with its filters and groups: a query that leaves one currency in each group is right.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.amount_tables import AmountTables, Columns, CurrencyColumn
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.converted_amounts import ConvertedAmounts, converted_amounts
from benchboard.analytics.followed_amounts import FollowedCodes, GroupCodes, Read, followed_codes, table_codes
from benchboard.analytics.model_tables import question_over_tables
from benchboard.analytics.queries import (
    MAX_ROWS,
    NO_VARIABLES,
    Cell,
    ResultTable,
    RowCurrencies,
    Variables,
    run_query,
)
from benchboard.analytics.query_builder.formula import amounts as amounts_of
from benchboard.analytics.query_builder.question import Group, Measure, Question, free_name
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_extent import dialect_of, is_readable, tables_version
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.repeated_rows import join_facts
from benchboard.analytics.sources.services import SourceSummary, get_source, source_tables
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.i18n import _, number
from benchboard.identity.permissions import Actor, require

_ADDING: Final = frozenset(("sum", "avg", "mean", "share", "ratio", "formula"))
_ADDED: Final = re.compile(r"\b(?:sum|avg|mean)\s*\((?P<inside>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)", re.IGNORECASE)
_TIMEOUT: Final = 5.0
_MOST_NAMED: Final = 4
"""With more currencies than these, they are counted."""
_COUNT: Final = "rows_of_currency"
_GROUP: Final = "group_of_currency"


@dataclass(frozen=True, slots=True)
class MixedCurrencies:
    """The currencies that some number of a result adds up. `most`: where a table is large, what was found in so many of
    its rows; None where all were read."""

    currencies: tuple[str, ...]
    most: int | None = None


@dataclass(frozen=True, slots=True)
class AddedCurrencies:
    """What a query adds up: the amounts in several currencies within its groups (None: there are none), and the
    currencies of each group, which a total of the groups would add up (None: there is one, or it isn't known)."""

    mixed: MixedCurrencies | None = None
    rows: RowCurrencies | None = None
    converted: tuple[ConvertedAmounts, ...] = ()
    """What it converts into one currency, by tables of exchange rates."""


NONE: Final = AddedCurrencies()


def added_currencies(
    session: Session,
    actor: Actor,
    text: str,
    source_id: str,
    table: ResultTable,
    *,
    variables: Variables = NO_VARIABLES,
    cancel_token: CancelToken | None = None,
) -> AddedCurrencies:
    """Which currencies a query's result adds up, and a total of its rows would; `NONE` if that is one, or it isn't
    known, such as where reading fails. Of large tables on a server, some rows are read.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not read sources."""
    require(actor, "studio:enter")
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return NONE

    def read(query: str, values: Variables) -> tuple[tuple[Cell, ...], ...]:
        return run_query(
            session, actor, query, limit=MAX_ROWS, timeout=_TIMEOUT, cancel_token=cancel_token, variables=values,
            source_id=source_id or None,
        ).rows  # fmt: skip

    converted = converted_amounts(session, actor, text, source, variables, read) if source is not None else ()
    if not table.rows or not any(word in text.casefold() for word in ("sum", "avg", "mean")):
        return AddedCurrencies(converted=converted)
    question = from_sql(text, source_id=source_id, dialect=dialect_of(source))
    if question is not None and not any(one.function in _ADDING for one in question.measures):
        return AddedCurrencies(converted=converted)
    added = NONE
    try:
        if question is not None and _are_readable(session, actor, source, question):
            added = _added(table, _asked_codes(session, actor, source, question, variables, read, cancel_token))
        elif (followed := followed_codes(session, actor, text, source, table, variables, read)) is not None:
            added = _added(table, followed)
    except Cancelled:
        raise
    except AppError:
        added = NONE  # the widget's own query says what is wrong
    return replace(added, converted=converted)


def _are_readable(session: Session, actor: Actor, source: SourceSummary | None, question: Question) -> bool:
    """Whether all rows of a question's tables may be read."""
    question = question_over_tables(session, actor, question)
    tables = [question.table, *(join.table for join in question.joins if not join.source)]
    return all(is_readable(session, actor, source, one) for one in tables)


def _asked_codes(
    session: Session,
    actor: Actor,
    source: SourceSummary | None,
    asked: Question,
    variables: Variables,
    read: Read,
    cancel_token: CancelToken | None,
) -> FollowedCodes:
    """The currencies of what a question adds up. Raises what `read` raises."""
    question = question_over_tables(session, actor, asked)
    facts = join_facts(session, actor, question, source, cancel_token) if question.joins else ()
    amounts = AmountTables(question, lambda name: _columns(session, actor, source, name), facts)
    version = tables_version(session, actor, source, [join.source for join in question.joins]), question.source_id
    codes: dict[int, GroupCodes] = {}
    by_column: dict[CurrencyColumn, GroupCodes] = {}
    for place, measure in enumerate(asked.measures, len(asked.groups)):
        one = amounts.currency_of(_added_columns(measure)) if measure.function in _ADDING else None
        if one is None or len(table_codes(read, version, question.dialect, one.column, one.table, one.source)) < 2:
            continue
        if one not in by_column:
            by_column[one] = _by_group(read(_codes_query(*amounts.with_column(one)), variables))
        codes[place] = by_column[one]
    mixed = {code for groups in codes.values() for group in groups.values() if len(group) > 1 for code in group}
    return FollowedCodes(frozenset(mixed), tuple(range(len(asked.groups))), codes)


def _added_columns(measure: Measure) -> tuple[str, ...]:
    """The columns that a measure adds up."""
    if measure.formula is None:
        return (measure.column,)
    return tuple(dict.fromkeys(one.column for one in amounts_of(measure.formula) if one.function in _ADDING))


def _added(table: ResultTable, found: FollowedCodes) -> AddedCurrencies:
    """What is said of a result whose groups have these currencies."""
    several = {
        table.columns[at].name: groups
        for at, groups in found.codes.items()
        if len(frozenset[str]().union(*groups.values())) > 1
    }
    rows = RowCurrencies(tuple(table.columns[at].name for at in found.groups), several) if several else None
    return AddedCurrencies(MixedCurrencies(tuple(sorted(found.mixed)), found.most) if found.mixed else None, rows)


def _columns(session: Session, actor: Actor, source: SourceSummary | None, table: str) -> Columns:
    if source is None:
        relation = RELATIONS.get(table)
        return [(name, one.kind) for name, one in relation.columns.items()] if relation is not None else []
    found = next((one for one in source_tables(session, actor, source.id) if one.name == table), None)
    columns = found.columns if found is not None else ()
    return [(one.name, "decimal" if one.kind == "float" else one.kind) for one in columns]


def _codes_query(question: Question, column: str) -> str:
    """The query for the currencies of each group of a question: the last column but one has them."""
    taken = [one.output for one in question.groups]
    code = Group(column, name=free_name(column, taken)) if column in taken else Group(column)
    count = Measure("count", name=free_name(_COUNT, [*taken, code.output]))
    groups = (*question.groups, code)
    return to_sql(replace(question, groups=groups, measures=(count,), columns=(), sorts=(), limit=None))


def _by_group(rows: Iterable[Sequence[Cell]]) -> GroupCodes:
    """The currencies of each group."""
    found: dict[tuple[Cell, ...], set[str]] = {}
    for *group, code, _count in rows:
        known = _code(code)
        found.setdefault(tuple(group), set()).update((known,) if known else ())
    return {group: frozenset(codes) for group, codes in found.items()}


def _code(cell: Cell) -> str:
    return cell.strip().upper() if isinstance(cell, str) else ""


def mixed_text(mixed: MixedCurrencies) -> str:
    """That amounts in several currencies are added up, and what to do about it."""
    *codes, last = mixed.currencies[:_MOST_NAMED]
    if len(mixed.currencies) > _MOST_NAMED:
        text = _("This adds amounts in {count} currencies as if they were one.")
    else:
        text = _("This adds {currencies} and {last} as if they were one currency.")
    said = text.format(currencies=", ".join(codes), last=last, count=number(len(mixed.currencies)))
    if mixed.most is not None:
        read = _("Found in {rows} rows of a large table; there may be more currencies.")
        said += " " + read.format(rows=number(mixed.most))
    return said + " " + _("Filter or group by currency.")
