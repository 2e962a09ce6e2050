"""A data model's table of exchange rates, and the fields that it converts."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from benchboard.analytics.data_models.definition import (
    MAX_TABLES,
    CalculatedField,
    Field,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelJoin,
    ModelTable,
    field_title,
)
from benchboard.analytics.likely_measure import names_currency
from benchboard.analytics.query_builder.question import TIMES, Dialect, RateLookup
from benchboard.analytics.query_builder.rate_lookup import (
    RateColumns,
    converted_name,
    with_rates,
)
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.rate_tables import rate_columns
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require


def with_rate_table(
    session: Session,
    actor: Actor,
    definition: ModelDefinition,
    table: str,
    target: str,
    *,
    source_id: str = "",
    columns: Sequence[str] = (),
    by: str = "",
    at: str | None = None,
    per_target: bool = False,
) -> ModelDefinition:
    """The definition with a table of rates into `target` more, of another source with `source_id`. What isn't given is
    told by names: `columns` are its currency, rate and date, `by` the field with the currency of each row, `at` that
    with its time (empty: the table has one rate for each currency).

    Raises `NotFound` for a table that doesn't exist, `Invalid` (`rates.…`) where no columns fit."""
    require(actor, "sources:read")
    place = source_id or definition.source_id
    sources = SourceColumns(session, actor)
    kinds = sources.kinds(place, table)
    if kinds is None:
        what = _("There's no table “{name}”.").format(name=table[:80])
        raise NotFound("sources.no-table", what, do=_("Choose another one."))
    if len(definition.tables) >= MAX_TABLES:
        raise Invalid("rates.joins", _("A query can join up to {limit} tables.").format(limit=MAX_TABLES - 1))
    found = RateColumns(*columns[:3]) if len(columns) > 1 else rate_columns(table, list(kinds.items()))
    if found is None or found.currency not in kinds or kinds.get(found.rate) not in NUMBERS:
        what = _("“{table}” doesn't look like a table of exchange rates.").format(table=table)
        do = _("It needs a column with the code of the currency, and one with its rate.")
        raise Invalid("rates.columns", what, do=do)
    by = by or currency_field(definition)
    if definition.field(by) is None:
        raise Invalid("rates.by", _("The model has no field with the currency of each row."))
    at = time_field(definition) if at is None else at
    lookup = RateLookup(found.rate, target, (at, found.date) if at and found.date else None, per_target)
    name = sources.name(place) if place != definition.source_id else ""
    question = definition.question(sources.server(definition.source_id), sources.names())
    joined = with_rates(question, table, found, by, lookup, known=definition.names(), source=name).joins[-1]
    shown = rate_display(target)
    kind = kinds[found.rate]
    added = ModelTable(place, table, (ModelField(found.rate, joined.columns[0][1], kind, shown),))
    return replace(
        definition,
        tables=(*definition.tables, added),
        joins=(*definition.joins, ModelJoin(joined.keys, "left", lookup)),
    )


def rate_display(target: str) -> FieldDisplay:
    """How the rate of a table is shown."""
    return FieldDisplay(_("Rate to {currency}").format(currency=target))


def currency_field(definition: ModelDefinition) -> str:
    """The field that likely has the currency of each row; empty if there is none."""
    fields = (one for table in definition.tables for one in table.fields)
    return next((one.name for one in fields if one.kind == "text" and names_currency(one.column)), "")


def time_field(definition: ModelDefinition) -> str:
    """The field that likely has the time of each row: the first one of its first tables; empty if there is none."""
    fields = (one for table in definition.tables for one in table.fields)
    return next((one.name for one in fields if one.kind in TIMES), "")


def with_converted_field(definition: ModelDefinition, name: str, dialect: Dialect) -> ModelDefinition:
    """The definition with a calculated field more: an amount converted by the model's first table of rates. Raises
    `Invalid` (`rates.…`) where it has none, or the field isn't a number."""
    field, place = definition.field(name), rates_place(definition)
    if place is None:
        raise Invalid("rates.none", _("The model has no table of exchange rates."))
    if field is None or field.kind not in NUMBERS:
        raise Invalid("rates.amount", _("“{name}” isn't a field of numbers.").format(name=name[:80]))
    rates, rate = definition.joins[place].rates, definition.tables[place + 1].fields[0].name
    assert rates is not None
    called = converted_name(name, rates.target, definition.names())
    expression = f"{quote_name(name, dialect)} * {quote_name(rate, dialect)}"
    made = CalculatedField(called, expression, "decimal", converted_display(field, rates.target))
    return replace(definition, calculations=(*definition.calculations, made))


def converted_display(field: Field | None, target: str, name: str = "") -> FieldDisplay:
    """How a converted amount is shown: by the title of its amount, in the target."""
    plain = replace(field, display=replace(field.display, unit="")) if field is not None else None
    title = field_title(plain) if plain is not None else name
    return FieldDisplay(_("{amount} in {currency}").format(amount=title, currency=target), target, "money")


def rates_place(definition: ModelDefinition) -> int | None:
    """The place of the first join of a table of rates; None if the model has none."""
    return next((at for at, one in enumerate(definition.joins) if one.rates is not None), None)


def rates_sentence(definition: ModelDefinition, place: int) -> str:
    """What a model's table of rates does."""
    join, table = definition.joins[place], definition.tables[place + 1]
    rates = join.rates
    assert rates is not None
    one = (
        _("1 {currency} is “{rate}” of the row's currency").format(currency=rates.target, rate=rates.rate)
        if rates.per_target
        else _("1 of the row's currency is “{rate}” {currency}").format(currency=rates.target, rate=rates.rate)
    )
    if rates.when is None:
        return _("{table}, into {currency}: {one}.").format(table=table.table, currency=rates.target, one=one)
    text = _("{table}, into {currency}: {one}, by the latest “{date}” at “{time}”.")
    return text.format(table=table.table, currency=rates.target, one=one, date=rates.when[1], time=rates.when[0])
