"""A data model: the tables of a source joined into one, with a title, unit and format for each field, calculated
fields, and measures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar, get_args

from benchboard.analytics.column_presentation import COUNT, Presentation, humanised
from benchboard.analytics.query_builder.question import (
    Calculation,
    Function,
    Join,
    JoinKind,
    Question,
    RateLookup,
    Server,
    joined_by_names,
)
from benchboard.analytics.query_types import ValueKind
from benchboard.i18n import is_currency

FieldFormat = Literal["", "text", "identifier", "integer", "decimal", "money", "percent", "date", "time"]
"""How the values of a field are written; empty: by their type. The unit of money is its currency."""
FORMATS: Final[tuple[FieldFormat, ...]] = get_args(FieldFormat)
Aggregate = Function | Literal["formula"]
"""What a measure calculates: something of a value in each row, or a formula over other measures."""
AGGREGATES: Final[tuple[Aggregate, ...]] = (*get_args(Function), "formula")
MAX_TABLES: Final = 6
MAX_EARLIER: Final = 20
"""Names that a measure had before and may still be called by."""


@dataclass(frozen=True, slots=True)
class FieldDisplay:
    """How a field is shown. A hidden one is offered nowhere, and can still be named."""

    title: str = ""
    unit: str = ""
    format: FieldFormat = ""
    description: str = ""
    hidden: bool = False


PLAIN: Final = FieldDisplay()


@dataclass(frozen=True, slots=True)
class ModelField:
    """A column of one of the model's tables: its name there, and the one that queries use."""

    column: str
    name: str
    kind: ValueKind
    display: FieldDisplay = PLAIN


@dataclass(frozen=True, slots=True)
class ModelTable:
    """A table of a source (empty: Benchboard's own) with the columns that belong to the model. `place` is where its
    card stands on the canvas, in pixels at 100 %; None: where there is room."""

    source_id: str
    table: str
    fields: tuple[ModelField, ...]
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ModelJoin:
    """How a table is joined to those before it: pairs of a field of these and a column of the table. `rates`: it is a
    table of exchange rates, as a `Join` may have one."""

    keys: tuple[tuple[str, str], ...]
    kind: JoinKind = "left"
    rates: RateLookup | None = None

    @property
    def ours(self) -> tuple[str, ...]:
        """The fields by which its rows are found."""
        return joined_by_names(self.keys, self.rates)

    @property
    def theirs(self) -> tuple[str, ...]:
        """The columns of its table by which its rows are found."""
        when = () if self.rates is None or self.rates.when is None else (self.rates.when[1],)
        return (*(theirs for _ours, theirs in self.keys), *when)


@dataclass(frozen=True, slots=True)
class CalculatedField:
    """A field that is calculated for each row, by an expression in the SQL of the model's source."""

    name: str
    expression: str
    kind: ValueKind
    display: FieldDisplay = PLAIN


@dataclass(frozen=True, slots=True)
class ModelMeasure:
    """What is calculated over many rows: an aggregate of an expression; how many rows there are, which needs none; or a
    formula over other measures. `condition`: of which rows alone, an expression that is true for them. `once`: the
    fields by which a row of a joined table is known, of which each counts once. `earlier`: the names that it had, by
    which queries may still call it."""

    name: str
    aggregate: Aggregate
    expression: str
    kind: ValueKind
    display: FieldDisplay = PLAIN
    condition: str = ""
    once: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


Field = ModelField | CalculatedField | ModelMeasure
Expression = CalculatedField | ModelMeasure
F = TypeVar("F", ModelField, CalculatedField, ModelMeasure)


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """What a model consists of. The first table is the one that the others are joined to, the n-th join that of the
    table after it."""

    tables: tuple[ModelTable, ...]
    joins: tuple[ModelJoin, ...] = ()
    calculations: tuple[CalculatedField, ...] = ()
    measures: tuple[ModelMeasure, ...] = ()

    @property
    def source_id(self) -> str:
        """The source that queries over the model run on; empty for Benchboard's own data."""
        return self.tables[0].source_id

    def fields(self) -> Iterator[Field]:
        """All fields in order: those of the tables, the calculated ones, the measures."""
        for table in self.tables:
            yield from table.fields
        yield from self.calculations
        yield from self.measures

    def expressions(self) -> tuple[Expression, ...]:
        """The calculated fields and the measures."""
        return (*self.calculations, *self.measures)

    def names(self) -> list[str]:
        """The names of all fields."""
        return [one.name for one in self.fields()]

    def earlier_names(self) -> dict[str, str]:
        """The names that measures had before, each with the name that the measure has now. One that a field has now is
        that field's."""
        taken = {one.casefold() for one in self.names()}
        return {old: one.name for one in self.measures for old in one.earlier if old.casefold() not in taken}

    def field(self, name: str) -> Field | None:
        """The field of that name; None if there is none."""
        return next((one for one in self.fields() if one.name == name), None)

    def with_display(self, name: str, display: FieldDisplay) -> "ModelDefinition":
        """The definition with another display of one field."""
        return ModelDefinition(
            tuple(replace(one, fields=_shown(one.fields, name, display)) for one in self.tables),
            self.joins,
            _shown(self.calculations, name, display),
            _shown(self.measures, name, display),
        )

    def with_place(self, number: int, place: tuple[int, int] | None) -> "ModelDefinition":
        """The definition with the card of a table at another place."""
        tables = list(self.tables)
        tables[number] = replace(tables[number], place=place)
        return replace(self, tables=tuple(tables))

    def question(self, server: Server = "", source_names: Mapping[str, str] | None = None) -> Question:
        """A question over the rows of the model, without its measures. `source_names` are those of the other sources
        whose tables it joins, by id."""
        base = self.tables[0]
        joins = tuple(
            Join(
                table.table,
                join.keys,
                tuple((one.column, one.name) for one in table.fields),
                join.kind,
                "" if table.source_id == base.source_id else (source_names or {}).get(table.source_id, ""),
                join.rates,
            )
            for table, join in zip(self.tables[1:], self.joins, strict=True)
        )
        calculations = tuple(Calculation(one.name, one.expression) for one in self.calculations)
        return Question(base.table, base.source_id, server=server, joins=joins, calculations=calculations)


def _shown(fields: Iterable[F], name: str, display: FieldDisplay) -> tuple[F, ...]:
    return tuple(replace(one, display=display) if one.name == name else one for one in fields)


def field_presentation(field: Field, before: Presentation | None = None) -> Presentation:
    """How a field is shown in results. `before` is how its column is shown where the model says nothing."""
    display = field.display
    is_money = display.format == "money" and is_currency(display.unit)
    found = replace(before or Presentation(), of_model=True)
    if isinstance(field, ModelMeasure) and field.aggregate in ("count", "count_distinct"):
        found = replace(COUNT, title="", of_model=True)
    if isinstance(field, ModelMeasure) and (field.aggregate == "formula" or field.once):
        found = replace(found, is_calculated=True)
    if title := field_title(field) if display.title or display.unit or not found.text else "":
        found = replace(found, title="", patterns=(), written=title)
    if display.format:
        found = replace(
            found, format=display.format, currency=display.unit if is_money else "",
            currency_origin="" if is_money or display.format != "money" else found.currency_origin,
        )  # fmt: skip
    return found


def field_title(field: Field) -> str:
    """The title of a field with its unit: `Distance (km)`. The currency of money stands beside each amount."""
    display = field.display
    title, unit = display.title or humanised(field.name), display.unit
    if not unit or f"({unit})" in title or (display.format == "money" and is_currency(unit)):
        return title
    return f"{title} ({unit})"
