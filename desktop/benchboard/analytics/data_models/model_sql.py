"""The SQL of a data model: one SELECT over the tables of its source, with a column for each field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.data_models.definition import Field, ModelDefinition, ModelMeasure, field_presentation
from benchboard.analytics.data_models.measures import check_measure, row_expression
from benchboard.analytics.query_builder.combined import check_expression, named_columns
from benchboard.analytics.query_builder.question import Calculation, Server
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import rows_sql


@dataclass(frozen=True, slots=True)
class ModelView:
    """A data model as queries read it: its name, its definition, what its source speaks, the names of the other sources
    whose tables it joins, and how the columns of its tables are shown (by table and column)."""

    name: str
    definition: ModelDefinition
    server: Server = ""
    source_names: Mapping[str, str] | None = None
    columns: Mapping[tuple[str, str], Mapping[str, Presentation]] | None = None
    """By source and table."""

    def sql(self, query: str | None = None) -> str:
        """The SELECT that `query` reads. Hidden fields and measures are columns of it only if the query names them, so
        that `*` has none of them. Without a query, all are."""
        return model_sql(self.definition, self.server, self.source_names, query=query)

    def presentations(self) -> dict[str, Presentation]:
        """How each of its columns is shown."""
        found = {}
        places = {
            one.name: (table.source_id, table.table, one.column)
            for table in self.definition.tables
            for one in table.fields
        }
        for field in self.definition.fields():
            column = field.expression if isinstance(field, ModelMeasure) else field.name
            source_id, table, name = places.get(column, ("", "", ""))
            before = (self.columns or {}).get((source_id, table), {}).get(name)
            found[field.name] = field_presentation(field, before)
        return found | {old: found[name] for old, name in self.definition.earlier_names().items()}


def model_sql(
    definition: ModelDefinition,
    server: Server = "",
    source_names: Mapping[str, str] | None = None,
    *,
    query: str | None = None,
) -> str:
    """See `ModelView.sql`. Raises `Invalid` (`calculation.…`) for an expression that can't be one."""
    question = definition.question(server, source_names)
    named = {one.name for one in definition.fields() if query is None or _is_shown(one) or is_named(one.name, query)}
    earlier = definition.earlier_names()
    called = {old: name for old, name in earlier.items() if query is not None and is_named(old, query)}
    named |= set(called.values())
    calculations = needed_calculations(definition, named, server)
    question = replace(question, calculations=calculations)
    for one in calculations:
        check_expression(one.expression, question.dialect)
    for measure in definition.measures:
        if measure.name in named and measure.condition:
            check_measure(definition, measure, question.dialect)  # each part alone, too
    formulas = {one.name for one in definition.measures if one.aggregate == "formula"}  # these have no column
    outputs = [quote_name(one, question.dialect) for one in definition.names() if one in named - formulas]
    outputs += [
        f"{quote_name(name, question.dialect)} AS {quote_name(old, question.dialect)}"
        for old, name in called.items()
        if name not in formulas
    ]
    return f"SELECT {', '.join(outputs)}\nFROM {rows_sql(question)}"  # quoted names, checked expressions


def is_named(name: str, text: str) -> bool:
    """Whether a query may name a column or table of this name."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _is_shown(field: Field) -> bool:
    return not isinstance(field, ModelMeasure) and not field.display.hidden


def needed_calculations(definition: ModelDefinition, named: set[str], server: Server = "") -> tuple[Calculation, ...]:
    """The calculated fields and measures that are named, and the fields that these name in turn."""
    measures = [
        Calculation(one.name, expression)
        for one in definition.measures
        if one.name in named and (expression := row_expression(one)) not in ("", one.name)
    ]
    return (*_needed(definition, named, server), *measures)


def _needed(definition: ModelDefinition, named: set[str], server: Server) -> list[Calculation]:
    """The calculations whose columns are named, or that these and the measures name in turn."""
    dialect = definition.question(server).dialect
    needed = {one.casefold() for one in (*named, *(ours for join in definition.joins for ours in join.ours))}
    for measure in definition.measures:
        if measure.name in named:
            needed |= named_columns(row_expression(measure), dialect)
    kept: list[Calculation] = []
    for one in reversed(definition.calculations):
        if one.name.casefold() in needed:
            needed |= named_columns(one.expression, dialect)
            kept.append(Calculation(one.name, one.expression))
    return kept[::-1]
