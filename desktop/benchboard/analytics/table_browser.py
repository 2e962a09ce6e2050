"""The tables that an actor may query, with their columns: Benchboard's own relations, and those of data sources."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_presentation import humanised
from benchboard.analytics.column_statistics import TableStatistics, describe_table
from benchboard.analytics.data_models.definition import (
    Aggregate,
    Field,
    ModelDefinition,
    ModelField,
    ModelMeasure,
    field_title,
)
from benchboard.analytics.data_models.measures import question_measure
from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.data_models.stored_models import StoredModel, models_by_source
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT
from benchboard.analytics.likely_measure import likely_measure, likely_numbers, names_each_row
from benchboard.analytics.queries import MAX_ROWS, run_query
from benchboard.analytics.query_builder.first_question import Shape, starting_question
from benchboard.analytics.query_builder.question import Measure, PlainColumn, Question, Server
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS, Relation
from benchboard.analytics.sources import services
from benchboard.analytics.sources.source_models import SourceColumns, model_problems
from benchboard.i18n import _, is_currency
from benchboard.identity.permissions import Actor, has_permission, require
from benchboard.paging import Listing
from benchboard.storage.models.base import Base

MAX_SOURCES: Final = 200
SMALL_ROWS: Final = 1_000_000
_STATISTICS_TIMEOUT: Final = 30.0
_NUMBERS: Final[Mapping[Shape, int]] = MappingProxyType({"values": 1, "points": 2})
"""How many numbers of each row the charts that draw single rows need."""


@dataclass(frozen=True, slots=True)
class BrowsedColumn:
    """A column of a table: its name in queries, the title that people read, and its kind. `is_id`: its numbers name
    something, so that no sum of them is of use. `aggregate` is that of a data model's measure, and `measure` what a
    question has of it."""

    name: str
    title: str
    kind: ValueKind
    is_id: bool = False
    aggregate: Aggregate | None = None
    description: str = ""
    unit: str = ""
    rates: tuple[str, str] | None = None
    """Of a data model's rate of exchange: the currency that it is into, and the column with those of the rows."""
    measure: Measure | None = None
    earlier: tuple[str, ...] = ()
    """The names that a data model's measure had before, by which queries may still call it."""


@dataclass(frozen=True, slots=True)
class BrowsedTable:
    """A table; `rows` is None where they weren't counted yet. `model_id` is that of a data model, which is queried as
    a table is."""

    name: str
    columns: tuple[BrowsedColumn, ...]
    rows: int | None = None
    model_id: str = ""

    def column(self, name: str) -> BrowsedColumn | None:
        """The column of that name, or else the measure that had it before; None if there is none."""
        own = next((one for one in self.columns if one.name == name), None)
        return own or next((one for one in self.columns if name in one.earlier), None)

    def current(self, measure: Measure) -> Measure:
        """A measure with the names that its columns have now."""
        for one in self.columns:
            for old in one.earlier:
                measure = measure.with_column(old, one.name)
        return measure

    @property
    def percents(self) -> frozenset[str]:
        """The names of the columns of percentages, whose sum means nothing."""
        return frozenset(one.name for one in self.columns if one.unit == PERCENT)


@dataclass(frozen=True, slots=True)
class TableJoin:
    """How a data model joins two tables of a source: pairs of a column of `table` and one of `other`."""

    model: str
    table: str
    other: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BrowsedSource:
    """A source with its tables. `id` is empty for Benchboard's own relations; `problem` says why it can't be read;
    `server` what its database server speaks, if it is on one; `joins` how its data models join its tables."""

    id: str
    name: str
    kind: str
    tables: tuple[BrowsedTable, ...]
    problem: str = ""
    server: Server = ""
    is_folder: bool = False
    joins: tuple[TableJoin, ...] = ()

    def table(self, name: str) -> BrowsedTable | None:
        """The table of that name; None if there is none."""
        return next((one for one in self.tables if one.name == name), None)

    def tables_named_first(self, query: str) -> list[BrowsedTable]:
        """Its tables, those that a query names before the others, and among each, data models before tables."""
        return sorted(self.tables, key=lambda one: (not is_named(one.name, query), not one.model_id))

    def column_title(self, column: str, query: str) -> str:
        """What people call a text column that several of its tables have, of which a query reads some: the title in the
        data model or table that the query names, or else in another one; its own name where none has a title."""
        found = [known for one in self.tables_named_first(query) if (known := one.column(column)) is not None]
        same = [one.title for one in found if one.kind == "text"]
        return next((title for title in same if title != column), column)

    def question(self, table: str) -> Question:
        """A question about one of its tables that asks nothing yet."""
        return Question(table, self.id, server=self.server)

    def starting_query(self, shape: Shape) -> str:
        """A query of this shape over its first table, to begin with; empty if it has no table."""
        if not self.tables:
            return ""
        table = self.tables[0]
        columns = [(one.name, one.kind) for one in table.columns if one.aggregate is None]
        columns.sort(key=lambda one: one[1] == "text" and names_each_row(one[0]))
        ids = [one.name for one in table.columns if one.is_id]
        if shape in _NUMBERS and (drawn := _drawn_columns(columns, _NUMBERS[shape], ids)):
            shown = tuple(map(PlainColumn, drawn))
            return to_sql(replace(self.question(table.name), columns=shown))
        measure = None if table.model_id else likely_measure(columns, None, ids, table.percents)
        return to_sql(starting_question(self.question(table.name), columns, shape, measure))


def _drawn_columns(columns: Sequence[tuple[str, ValueKind]], count: int, ids: Collection[str]) -> list[str]:
    """The columns of a chart of single rows: so many numbers and, of several, the text that may be their series; none
    if the table has fewer numbers."""
    numbers = likely_numbers(columns, count, ids)
    if len(numbers) < count:
        return []
    texts = [name for name, kind in columns if kind == "text" and not names_each_row(name)] if count > 1 else []
    return [*numbers, *texts[:1]]


def list_tables(session: Session, actor: Actor) -> tuple[BrowsedSource, ...]:
    """Benchboard's own relations that the actor may read and of which the organisation has rows, then the data sources
    by name."""
    require(actor, "studio:enter")
    own = tuple(
        BrowsedTable(
            one.name,
            tuple(
                BrowsedColumn(
                    name,
                    type_.presentation.text or humanised(name),
                    type_.kind,
                    type_.presentation.format == "identifier" and type_.kind != "text",
                )
                for name, type_ in one.columns.items()
            ),
        )
        for one in RELATIONS.values()
        if has_permission(actor, one.permission) and _has_rows(session, actor, one)
    )
    columns = SourceColumns(session, actor)
    models = models_by_source(session, actor) if has_permission(actor, "sources:read") else {}
    own = _with_models(session, actor, models.get("", ()), own, columns) if own else own
    own_joins = tuple(_joins(models.get("", ())))
    found = [BrowsedSource("", _("Benchboard"), "benchboard", own, joins=own_joins)] if own else []
    if has_permission(actor, "sources:read"):
        listed = services.list_sources(session, actor, Listing(sort="name"), limit=MAX_SOURCES).rows
        tables = services.tables_by_source(session, actor, [one.id for one in listed if one.tables])
        found += [
            BrowsedSource(
                one.id, one.name, one.kind,
                _with_models(session, actor, models.get(one.id, ()), _tables(tables.get(one.id, ())), columns),
                one.problem, _server(one), one.is_folder, tuple(_joins(models.get(one.id, ()))),
            )
            for one in listed
        ]  # fmt: skip
    return tuple(found)


def _has_rows(session: Session, actor: Actor, relation: Relation) -> bool:
    organisation = Base.metadata.tables[relation.table].c.organisation_id
    return (
        session.execute(select(organisation).where(organisation == actor.organisation_id).limit(1)).first() is not None
    )


def _server(source: services.SourceSummary) -> Server:
    if not source.server:
        return ""
    return "mysql" if source.kind == "mysql" else "postgresql"


def _tables(tables: Iterable[services.TableSummary]) -> tuple[BrowsedTable, ...]:
    return tuple(
        BrowsedTable(
            table.name,
            tuple(
                BrowsedColumn(one.name, one.title or one.name, _kind(one.kind), unit=one.unit) for one in table.columns
            ),
            table.rows,
        )
        for table in tables
    )


def _with_models(
    session: Session,
    actor: Actor,
    stored: Iterable[StoredModel],
    tables: tuple[BrowsedTable, ...],
    known: SourceColumns,
) -> tuple[BrowsedTable, ...]:
    """The tables of a source, then its data models that can be read."""
    rows = {one.name: one.rows for one in tables}
    models = (one for one in stored if not model_problems(session, actor, one.definition, known, name=one.name))
    return tables + tuple(
        BrowsedTable(
            one.name,
            tuple(
                _model_column(field, one.definition) for field in one.definition.fields() if not field.display.hidden
            ),
            rows.get(one.definition.tables[0].table),
            one.id,
        )
        for one in models
    )


def _joins(stored: Iterable[StoredModel]) -> Iterator[TableJoin]:
    """The joins of data models between tables of the models' own source."""
    for one in stored:
        definition = one.definition
        columns = {
            field.name: (at, field.column) for at, table in enumerate(definition.tables) for field in table.fields
        }
        for join, other in zip(definition.joins, definition.tables[1:], strict=False):
            if join.rates is not None:
                continue  # which any table of amounts needs with another column
            ours = [columns.get(name) for name, _theirs in join.keys]
            places = {known[0] for known in ours if known is not None}
            if None in ours or len(places) != 1:
                continue
            table = definition.tables[places.pop()]
            if {table.source_id, other.source_id} == {definition.source_id}:
                keys = tuple((columns[name][1], theirs) for name, theirs in join.keys)
                yield TableJoin(one.name, table.table, other.table, keys)


def _model_column(field: Field, definition: ModelDefinition) -> BrowsedColumn:
    display = field.display
    title = field_title(field)
    if not display.title and not display.unit and not definition.source_id and isinstance(field, ModelField):
        known = RELATIONS[definition.tables[0].table].columns.get(field.column)
        title = known.presentation.text if known is not None and known.presentation.text else title
    is_id = display.format == "identifier" and field.kind != "text"
    aggregate = field.aggregate if isinstance(field, ModelMeasure) else None
    unit = display.unit if is_currency(display.unit) else ""
    rates = None
    for table, join in zip(definition.tables[1:], definition.joins, strict=True):
        if join.rates is not None and field in table.fields:
            rates = join.rates.target, join.keys[0][0]
    measure = question_measure(definition, field) if isinstance(field, ModelMeasure) else None
    earlier = field.earlier if isinstance(field, ModelMeasure) else ()
    return BrowsedColumn(
        field.name, title, field.kind, is_id, aggregate, display.description, unit, rates, measure, earlier
    )


def _kind(kind: ColumnKind) -> ValueKind:
    return "decimal" if kind == "float" else kind


def table_statistics(
    session: Session,
    actor: Actor,
    source: BrowsedSource,
    table: BrowsedTable,
    *,
    cancel_token: CancelToken | None = None,
) -> TableStatistics:
    """What is in a table. Of one on a server that is large, or whose size the server doesn't know, only that size is
    told: to look at its columns, the server would read it several times.

    Raises what `queries.run_query` raises, which checks what the actor may read."""
    require(actor, "studio:enter")
    if source.server and not is_small(table):
        return TableStatistics(table.rows or 0, {})
    run = partial(
        run_query,
        session,
        actor,
        limit=MAX_ROWS,
        timeout=_STATISTICS_TIMEOUT,
        cancel_token=cancel_token,
        source_id=source.id or None,
    )
    columns = [(one.name, one.kind) for one in table.columns if one.aggregate is None]
    return describe_table(run, table.name, columns, source.server or ("duckdb" if source.id else "own"))


def is_small(table: BrowsedTable) -> bool:
    """Whether a server can be asked about all rows of a table without being kept busy."""
    return table.rows is not None and table.rows <= SMALL_ROWS
