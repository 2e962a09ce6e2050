"""What is said of amounts that a query converts by a table of exchange rates: which rates, as of when, and how many
rows have none. Such rows are empty in the result: never counted as if their rate were 1, and never left out unsaid."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.data_models.problems import dependants
from benchboard.analytics.data_models.stored_models import models_of_source
from benchboard.analytics.followed_amounts import Read
from benchboard.analytics.model_tables import question_over_tables
from benchboard.analytics.queries import Cell, Variables
from benchboard.analytics.query_builder.combined import column_owners
from benchboard.analytics.query_builder.question import Join, Question, RateLookup, free_name
from benchboard.analytics.query_builder.rate_lookup import converting
from benchboard.analytics.query_builder.rates_sql import plain_code
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import condition_sql, rows_sql
from benchboard.analytics.query_extent import dialect_of, is_readable
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.identity.permissions import Actor, has_permission, require

_MOST_NAMED: Final = 4
"""With more currencies than these, they are counted."""
_MOST_DIGITS: Final = 6
WriteDay = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class RowsWithoutRate:
    """Rows with an amount whose currency (empty: none) has no rate, or none yet at their time."""

    code: str
    rows: int


@dataclass(frozen=True, slots=True)
class ConvertedAmounts:
    """Amounts that a query converts into `target` by the rates of a table. `by_time`: each row by the most recent rate
    at or before the time in this column; empty where the table has one rate for each currency.

    `rates` are those that were used, of each currency the most recent one, and `first` and `last` since when the first
    and the last of them hold. `counted` is None where that isn't known: of large tables on a server, or as reading
    failed. `whole`: counted in all rows of a data model, as the query's own conditions aren't understood."""

    target: str
    table: str
    source: str = ""
    by_time: str = ""
    rates: tuple[tuple[str, Decimal], ...] = ()
    first: date | None = None
    last: date | None = None
    counted: int | None = None
    missing: tuple[RowsWithoutRate, ...] = ()
    whole: bool = False

    @property
    def missing_rows(self) -> int:
        """How many rows have no rate."""
        return sum(one.rows for one in self.missing)


def converted_amounts(
    session: Session,
    actor: Actor,
    text: str,
    source: SourceSummary | None,
    variables: Variables,
    read: Read,
) -> tuple[ConvertedAmounts, ...]:
    """What a query converts by tables of rates; nothing where it uses none. `read` runs a query. Raises `Cancelled`."""
    require(actor, "studio:enter")
    source_id = source.id if source is not None else ""
    asked = from_sql(text, source_id=source_id, dialect=dialect_of(source))
    found = []
    for question, whole in _questions(session, actor, source, text, asked):
        for place, join in enumerate(question.joins):
            if join.rates is None or not (whole or _uses_rate(question, place)):
                continue
            by_time = join.rates.when[0] if join.rates.when is not None else ""
            named = ConvertedAmounts(join.rates.target, join.table, join.source, by_time, whole=whole)
            tables = [question.table, *(one.table for one in question.joins if not one.source)]
            if all(is_readable(session, actor, source, one) for one in tables):
                try:
                    named = _counted(named, question, join, join.rates, {} if whole else variables, read)
                except Cancelled:
                    raise
                except AppError:
                    pass  # the widget's own query says what is wrong; that they weren't counted is said
            found.append(named)
    return tuple(dict.fromkeys(found))


def _questions(
    session: Session, actor: Actor, source: SourceSummary | None, text: str, asked: Question | None
) -> Iterator[tuple[Question, bool]]:
    """The questions whose rows a query reads: its own; of one that the builder can't read, those of the data models
    whose converted amounts it names, and that they are of all rows."""
    source_id = source.id if source is not None else ""
    is_reader = has_permission(actor, "sources:read")
    models = models_of_source(session, actor, source_id, lambda name: is_named(name, text)) if is_reader else ()
    models = tuple(one for one in models if any(join.rates is not None for join in one.definition.joins))
    if asked is not None:
        found = question_over_tables(session, actor, asked) if models else asked
        if any(join.rates is not None for join in found.joins):
            yield found, False
        return
    columns, dialect = SourceColumns(session, actor), dialect_of(source)
    for model in models:
        definition = model.definition
        question = definition.question(columns.server(source_id), columns.names())
        kept = []
        for join in question.joins:
            rate = join.columns[0][1]
            if join.rates is None or any(is_named(one, text) for one in (rate, *dependants(definition, rate, dialect))):
                kept.append(join)
        if any(join.rates is not None for join in kept):
            yield replace(question, joins=tuple(kept)), True


def _uses_rate(question: Question, place: int) -> bool:
    """Whether what a question answers is calculated from the rate of a join."""
    rates = question.joins[place].rates
    assert rates is not None
    named = {name for one in question.measures for name in one.columns}
    named |= {one.column for one in question.columns} | {one.column for one in question.groups}
    rate = place, rates.rate.casefold()
    return any(rate in column_owners(question, one) for one in named if one)


def _counted(
    named: ConvertedAmounts, question: Question, join: Join, rates: RateLookup, variables: Variables, read: Read
) -> ConvertedAmounts:
    """The rows of a question by their currency: how many have a rate, which, and since when it holds."""
    dialect, columns = question.dialect, [join.columns[0]]
    rate = join.columns[0][1]
    if rates.when is not None:
        since = free_name("since_of_rate", [rate])
        columns.append((rates.when[1], since))
    shown = replace(join, columns=tuple(columns))
    joins = tuple(shown if one is join else one for one in question.joins)
    rows = replace(question, joins=joins)
    factor = quote_name(rate, dialect)
    amounts = dict.fromkeys(name for _one, names in converting(question, join) for name in names)
    filled = " OR ".join(f"{quote_name(one, dialect)} IS NOT NULL" for one in amounts) or "TRUE"
    when = quote_name(columns[1][1], dialect) if rates.when is not None else "NULL"
    conditions = [condition_sql(one, dialect) for one in question.filters] + [f"({filled})"]
    code = plain_code(quote_name(join.keys[0][0], dialect))
    text = (
        f"SELECT {code} AS code, count(*) AS amount, count({factor}) AS rated,"  # quoted names
        f" min({when}) AS first_day, max({when}) AS last_day, min({factor}) AS least, max({factor}) AS most\n"
        f"FROM {rows_sql(rows)}\nWHERE {' AND '.join(conditions)}\nGROUP BY 1"
    )
    return _with_counts(named, read(text, variables), rates.target)


def _with_counts(named: ConvertedAmounts, rows: Sequence[Sequence[Cell]], target: str) -> ConvertedAmounts:
    counted, missing, known, days = 0, list[RowsWithoutRate](), list[tuple[str, Decimal]](), list[date]()
    for code, amount, rated, first, last, least, most in rows:
        name = code if isinstance(code, str) else ""
        count, with_rate = int(str(amount)), int(str(rated))
        counted += count
        if count > with_rate:
            missing.append(RowsWithoutRate(name, count - with_rate))
        if with_rate and name != target:
            days += [day for day in (_day(first), _day(last)) if day is not None]
            if least == most:
                known.append((name, Decimal(str(most))))
    missing.sort(key=lambda one: (-one.rows, one.code))
    return replace(
        named, counted=counted, missing=tuple(missing), rates=tuple(sorted(known)),
        first=min(days, default=None), last=max(days, default=None),
    )  # fmt: skip


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else None


def rates_text(converted: ConvertedAmounts, write_day: WriteDay = date.isoformat) -> str:
    """Into which currency amounts are converted, by which rates, and as of when these are."""
    table = f"{converted.source} / {converted.table}" if converted.source else converted.table
    known = converted.rates
    rates = [f"1 {code} = {number(rate, most=_MOST_DIGITS)} {converted.target}" for code, rate in known[:_MOST_NAMED]]
    text = _("Converted to {currency} by the rates of {table}.").format(currency=converted.target, table=table)
    said = [text]
    if rates and len(known) <= _MOST_NAMED:
        said.append(in_sentence(rates) + ".")
    elif len(known) > _MOST_NAMED:
        said.append(_("{count} currencies.").format(count=number(len(known))))
    if converted.by_time:
        said.append(_("Each row by the latest rate at its “{column}”.").format(column=converted.by_time))
    if converted.first is not None and converted.last is not None:
        first, last = write_day(converted.first), write_day(converted.last)
        if first == last:
            said.append(_("Rates of {day}.").format(day=first))
        else:
            said.append(_("Rates from {first} to {last}.").format(first=first, last=last))
    elif not converted.by_time:
        said.append(_("The rates have no date."))
    return " ".join(said)


def missing_text(converted: ConvertedAmounts) -> str:
    """How many rows have no rate, and of which currencies; empty where all have one."""
    if converted.counted is None:
        return _("Rows without a rate are left out; they weren't counted.")
    if not converted.missing:
        return ""
    count = converted.missing_rows
    if converted.whole:
        text = ngettext(
            "{count} of {rows} rows of the data model has no rate and is left out: {currencies}.",
            "{count} of {rows} rows of the data model have no rate and are left out: {currencies}.",
            count,
        )
    else:
        text = ngettext(
            "{count} of {rows} rows has no rate and is left out: {currencies}.",
            "{count} of {rows} rows have no rate and are left out: {currencies}.",
            count,
        )
    named = [f"{one.code or _('without a currency')} ({number(one.rows)})" for one in converted.missing[:_MOST_NAMED]]
    if len(converted.missing) > _MOST_NAMED:
        more = len(converted.missing) - _MOST_NAMED
        named.append(ngettext("{count} more", "{count} more", more).format(count=number(more)))
    return text.format(count=number(count), rows=number(converted.counted), currencies=", ".join(named))
