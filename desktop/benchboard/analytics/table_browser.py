"""The tables that an actor may query, with their columns: Benchboard's own relations, and those of data sources."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_presentation import humanised
from benchboard.analytics.column_statistics import TableStatistics, describe_table
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.queries import MAX_ROWS, run_query
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.sources import services
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, has_permission, require
from benchboard.paging import Listing

MAX_SOURCES: Final = 200
_STATISTICS_TIMEOUT: Final = 30.0


@dataclass(frozen=True, slots=True)
class BrowsedColumn:
    """A column of a table: its name in queries, the title that people read, and its kind. `is_id`: its numbers name
    something, so that no sum of them is of use."""

    name: str
    title: str
    kind: ValueKind
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class BrowsedTable:
    """A table; `rows` is None where they weren't counted yet."""

    name: str
    columns: tuple[BrowsedColumn, ...]
    rows: int | None = None

    def column(self, name: str) -> BrowsedColumn | None:
        """The column of that name; None if there is none."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True, slots=True)
class BrowsedSource:
    """A source with its tables. `id` is empty for Benchboard's own relations; `problem` says why it can't be read."""

    id: str
    name: str
    kind: str
    tables: tuple[BrowsedTable, ...]
    problem: str = ""

    def table(self, name: str) -> BrowsedTable | None:
        """The table of that name; None if there is none."""
        return next((one for one in self.tables if one.name == name), None)


def list_tables(session: Session, actor: Actor) -> tuple[BrowsedSource, ...]:
    """Benchboard's own relations that the actor may read, if there are any, then the data sources by name."""
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
        if has_permission(actor, one.permission)
    )
    found = [BrowsedSource("", _("Benchboard"), "benchboard", own)] if own else []
    if has_permission(actor, "sources:read"):
        listed = services.list_sources(session, actor, Listing(sort="name"), limit=MAX_SOURCES).rows
        found += [
            BrowsedSource(one.id, one.name, one.kind, _tables(session, actor, one), one.problem)
            for one in listed
            if not one.server  # the questions asked here are written in DuckDB's language
        ]
    return tuple(found)


def _tables(session: Session, actor: Actor, source: services.SourceSummary) -> tuple[BrowsedTable, ...]:
    if not source.tables:
        return ()
    return tuple(
        BrowsedTable(
            table.name,
            tuple(BrowsedColumn(one.name, one.title or one.name, _kind(one.kind)) for one in table.columns),
            table.rows,
        )
        for table in services.source_tables(session, actor, source.id)
    )


def _kind(kind: ColumnKind) -> ValueKind:
    return "decimal" if kind == "float" else kind


def table_statistics(
    session: Session,
    actor: Actor,
    source_id: str,
    table: BrowsedTable,
    *,
    cancel_token: CancelToken | None = None,
) -> TableStatistics:
    """What is in a table. Raises what `queries.run_query` raises, which checks what the actor may read."""
    require(actor, "studio:enter")
    run = partial(
        run_query,
        session,
        actor,
        limit=MAX_ROWS,
        timeout=_STATISTICS_TIMEOUT,
        cancel_token=cancel_token,
        source_id=source_id or None,
    )
    columns = [(one.name, one.kind) for one in table.columns]
    return describe_table(run, table.name, columns, "duckdb" if source_id else "own")
