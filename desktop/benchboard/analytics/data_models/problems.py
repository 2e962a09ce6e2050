"""What is wrong with a data model: tables and columns that its sources no longer have, and expressions over them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from benchboard.analytics.data_models.definition import Expression, ModelDefinition, ModelMeasure, ModelTable
from benchboard.analytics.data_models.measures import check_measure
from benchboard.analytics.query_builder.combined import (
    check_expression,
    comparable,
    join_kinds,
    named_columns,
    names_any,
)
from benchboard.analytics.query_builder.formula import name_places
from benchboard.analytics.query_builder.question import TIMES, Dialect, RateLookup, Server
from benchboard.analytics.query_types import NUMBERS, ValueKind, kind_name
from benchboard.errors import Invalid
from benchboard.i18n import _

Columns = Mapping[str, ValueKind]
FindColumns = Callable[[str, str], Columns | None]
"""The columns that a table of a source has now; None if there is no such table."""


@dataclass(frozen=True, slots=True)
class ModelProblem:
    """Something that keeps a model from being read. `fields` are those that it concerns, itself or through others."""

    sentence: str
    fields: tuple[str, ...] = ()


def find_problems(definition: ModelDefinition, find: FindColumns, server: Server = "") -> tuple[ModelProblem, ...]:
    """What is wrong with a model, in the order of its tables; nothing if it can be read."""
    dialect = definition.question(server).dialect
    found: list[ModelProblem] = []
    lost: set[str] = set()
    """Names of fields that are gone."""
    for table in definition.tables:
        columns = find(table.source_id, table.table)
        if columns is None:
            lost |= {one.name for one in table.fields}
            text = _("The table “{table}” doesn't exist any more.").format(table=table.table)
            found.append(ModelProblem(text, tuple(one.name for one in table.fields)))
            continue
        found += _lost_columns(definition, table, columns, dialect)
        lost |= {one.name for one in table.fields if one.column not in columns}
    gone = lost | {name for one in lost for name in dependants(definition, one, dialect)}
    found += _broken_joins(definition, find, gone, dialect)
    found += broken_expressions(definition, lost, dialect)
    return tuple(found)


def _lost_columns(
    definition: ModelDefinition, table: ModelTable, columns: Columns, dialect: Dialect
) -> list[ModelProblem]:
    found = []
    for field in table.fields:
        kind = columns.get(field.column)
        if kind is None:
            text = _("“{table}” has no column “{column}” any more.").format(table=table.table, column=field.column)
            found.append(ModelProblem(text, (field.name, *dependants(definition, field.name, dialect))))
        elif not _fits(field.kind, kind):
            text = _("“{column}” of “{table}” is {kind} now, and was {before}.").format(
                column=field.column, table=table.table, kind=kind_name(kind), before=kind_name(field.kind)
            )
            found.append(ModelProblem(text, (field.name, *dependants(definition, field.name, dialect))))
    return found


def _fits(before: ValueKind, now: ValueKind) -> bool:
    return before == now or "null" in (before, now) or any({before, now} <= set(kinds) for kinds in (NUMBERS, TIMES))


def dependants(definition: ModelDefinition, name: str, dialect: Dialect) -> tuple[str, ...]:
    """The calculated fields and measures that a field goes into, through others too."""
    gone, found = {name}, list[str]()
    for one in definition.expressions():
        if _named(one, dialect) & {name.casefold() for name in gone}:
            gone.add(one.name)
            found.append(one.name)
    return tuple(found)


def _named(one: Expression, dialect: Dialect) -> set[str]:
    """The fields that a calculated field or measure names, in small letters."""
    if not isinstance(one, ModelMeasure):
        return named_columns(one.expression, dialect)
    if one.aggregate == "formula":
        return {name.casefold() for name, _start, _end in name_places(one.expression)}
    once = {name.casefold() for name in one.once}
    return named_columns(one.expression, dialect) | named_columns(one.condition, dialect) | once


def joined_by(definition: ModelDefinition, names: Collection[str]) -> tuple[str, ...]:
    """The fields of the tables that are joined by one of these fields, or by one of such a table."""
    known, found = set(names), list[str]()
    for table, join in zip(definition.tables[1:], definition.joins, strict=True):
        if known & set(join.ours):
            fields = [one.name for one in table.fields]
            known |= set(fields)
            found += fields
    return tuple(found)


def _broken_joins(
    definition: ModelDefinition, find: FindColumns, lost: set[str], dialect: Dialect
) -> list[ModelProblem]:
    found = []
    known: dict[str, ValueKind] = {one.name: one.kind for one in definition.tables[0].fields}
    base = find(definition.tables[0].source_id, definition.tables[0].table) or {}
    for place, (table, join) in enumerate(zip(definition.tables[1:], definition.joins, strict=True)):
        known |= _calculated_before(definition, place, dialect)
        columns = find(table.source_id, table.table)
        names = tuple(one.name for one in table.fields)
        for ours, theirs in join.keys:
            if ours not in known or ours in lost or (columns is not None and theirs not in columns):
                text = _("“{table}” can't be joined: the column “{column}” is missing.")
                column = theirs if ours in known and ours not in lost else ours
                found.append(ModelProblem(text.format(table=table.table, column=column), names))
            elif columns is not None and not comparable(known[ours], columns[theirs]):
                text = _("“{table}” can't be joined: “{left}” and “{right}” have different types.")
                found.append(ModelProblem(text.format(table=table.table, left=ours, right=theirs), names))
        if join.rates is not None and columns is not None:
            found += _broken_rates(table, join.rates, known, columns)
        if join.kind not in join_kinds(dialect):
            found.append(ModelProblem(_("MySQL and MariaDB have no full join."), names))
        clash = next((one.name for one in table.fields if one.name.casefold() in {k.casefold() for k in base}), None)
        if clash is not None:
            text = _("“{table}” now has a column “{column}” too, as the joined “{other}” has.")
            text = text.format(table=definition.tables[0].table, column=clash, other=table.table)
            found.append(ModelProblem(text, (clash,)))
        known |= {one.name: one.kind for one in table.fields}
    return found


def _broken_rates(table: ModelTable, rates: RateLookup, known: Columns, columns: Columns) -> list[ModelProblem]:
    """What is wrong with a table of exchange rates beside its currencies and its rate, which is a field."""
    names = tuple(one.name for one in table.fields)
    found = []
    if columns.get(rates.rate, "decimal") not in NUMBERS:
        text = _("“{column}” of “{table}” has no numbers, so it has no rates.")
        found.append(ModelProblem(text.format(column=rates.rate, table=table.table), names))
    for name, kinds in zip(rates.when or (), (known, columns), strict=False):
        if name not in kinds:
            text = _("“{table}” can't be joined: the column “{column}” is missing.")
            found.append(ModelProblem(text.format(table=table.table, column=name), names))
        elif kinds[name] not in TIMES:
            text = _("The rates of “{table}” can't be found: “{column}” has no dates.")
            found.append(ModelProblem(text.format(table=table.table, column=name), names))
    return found


def _calculated_before(definition: ModelDefinition, place: int, dialect: Dialect) -> dict[str, ValueKind]:
    """The calculated fields by which the join at `place` may join its table: those without a field of that table or of
    a later one."""
    later = {one.name for table in definition.tables[place + 1 :] for one in table.fields}
    found: dict[str, ValueKind] = {}
    for one in definition.calculations:
        if names_any(one.expression, later, dialect):
            later.add(one.name)
        else:
            found[one.name] = one.kind
    return found


def broken_expressions(definition: ModelDefinition, lost: Collection[str], dialect: Dialect) -> list[ModelProblem]:
    """What is wrong with the calculated fields and measures of a model that has `lost` some fields."""
    found, gone = [], set(lost)
    for one in definition.expressions():
        try:
            if isinstance(one, ModelMeasure):
                check_measure(definition, one, dialect)
            else:
                check_expression(one.expression, dialect)
        except Invalid as error:
            text = _("“{name}”: {problem}").format(name=one.name, problem=error.what)
            found.append(ModelProblem(text, (one.name,)))
            continue
        named = _named(one, dialect)
        if missing := sorted(name for name in gone if name.casefold() in named):
            text = _("“{name}” can't be calculated: it needs “{column}”.").format(name=one.name, column=missing[0])
            found.append(ModelProblem(text, (one.name,)))
            gone.add(one.name)
    return found
