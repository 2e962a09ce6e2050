"""The data models of a source, ready to be queried: checked against the columns that its tables have now."""

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.data_models.model_sql import ModelView, is_named
from benchboard.analytics.data_models.problems import FindColumns, ModelProblem, find_problems
from benchboard.analytics.data_models.stored_models import StoredModel, models_of_source, stored_model
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.query_builder.question import Server
from benchboard.analytics.query_errors import model_error
from benchboard.analytics.query_translator import QueryModel
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.remote.configuration import remote_configuration
from benchboard.analytics.sources.catalog import SourceCatalog, get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, column_presentation
from benchboard.analytics.sources.servers import stored_columns, stored_tables
from benchboard.analytics.sources.source_permissions import usable_by
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataModel, DataSource
from benchboard.storage.models.base import is_id


class SourceColumns:
    """The columns of the tables of an organisation's sources, as they are stored: each source is read once."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session, self._actor = session, actor
        self._sources: dict[str, dict[str, tuple[ScanColumn, ...]]] = {}
        self._names: dict[str, str] | None = None
        self.servers: dict[str, Server] = {}
        """What a source that was read speaks, by its id."""

    def kinds(self, source_id: str, table: str) -> Mapping[str, ValueKind] | None:
        """The kinds of a table's columns by name; None if there is no such table."""
        if not source_id:
            relation = RELATIONS.get(table)
            return None if relation is None else {name: type_.kind for name, type_ in relation.columns.items()}
        columns = self._tables(source_id).get(table)
        if columns is None:
            return None
        return {one.name: "decimal" if one.kind == "float" else one.kind for one in columns}

    def tables(self, source_id: str) -> Mapping[str, tuple[str, ...]]:
        """The names of the columns of each table of a source."""
        if not source_id:
            return {name: tuple(relation.columns) for name, relation in RELATIONS.items()}
        return {name: tuple(one.name for one in columns) for name, columns in self._tables(source_id).items()}

    def presentations(self, source_id: str, table: str) -> Mapping[str, Presentation]:
        """How a table's columns are shown where no model says otherwise."""
        if not source_id:
            relation = RELATIONS.get(table)
            return {name: type_.presentation for name, type_ in relation.columns.items()} if relation else {}
        columns = self._tables(source_id).get(table, ())
        if self.servers.get(source_id):  # it knows names alone
            return {}
        return {one.name: column_presentation(one) for one in columns}

    def name(self, source_id: str) -> str:
        """The name of a source; empty for one that doesn't exist."""
        return self.names().get(source_id, "")

    def names(self) -> Mapping[str, str]:
        """The names of all sources that the actor may use, by ID."""
        if self._names is None:
            usable = select(DataSource.id, DataSource.name).where(usable_by(self._actor))
            self._names = {one.id: one.name for one in self._session.execute(usable)}
        return self._names

    def server(self, source_id: str) -> Server:
        """What a source speaks, if it is on a server."""
        self._tables(source_id)
        return self.servers.get(source_id, "")

    def _tables(self, source_id: str) -> dict[str, tuple[ScanColumn, ...]]:
        if source_id not in self._sources:
            self._sources[source_id] = self._read(source_id)
        return self._sources[source_id]

    def _read(self, source_id: str) -> dict[str, tuple[ScanColumn, ...]]:
        usable = select(DataSource).where(DataSource.id == source_id, usable_by(self._actor))
        row = self._session.scalars(usable).first() if is_id(source_id) else None
        if row is None:
            return {}
        try:
            server = remote_configuration(row.connection_config)
            if server is not None:
                self.servers[source_id] = "mysql" if server.settings.kind == "mysql" else "postgresql"
                return {str(one["name"]): stored_columns(one) for one in stored_tables(row.extra)}
            config = SourceConfiguration.from_json(row.connection_config, row.id)
        except AppError:  # the source itself says what is wrong with it
            return {}
        return {one.name: one.scan.kept_columns for one in config.tables}


def model_problems(
    session: Session, actor: Actor, definition: ModelDefinition, columns: SourceColumns | None = None, *, name: str = ""
) -> tuple[ModelProblem, ...]:
    """What keeps a model from being read now. `name`: the one by which queries would name it."""
    require(actor, "sources:read")
    columns = columns or SourceColumns(session, actor)
    source_id = definition.source_id
    if source_id and not columns.name(source_id):
        gone = _("Its data source doesn't exist any more, or you don't have access to it.")
        return (ModelProblem(gone, tuple(definition.names())),)
    find: FindColumns = columns.kinds
    found = find_problems(definition, find, columns.server(source_id))
    if name and columns.kinds(source_id, name) is not None:
        text = _("Its data source has a table of the same name, which queries read instead.")
        found = (ModelProblem(text), *found)
    return found


def open_model(session: Session, actor: Actor, stored: StoredModel, columns: SourceColumns) -> ModelView:
    """A model that can be queried. Raises `Invalid` (`query.model`) that names what is wrong."""
    require(actor, "sources:read")
    definition = stored.definition
    if problems := model_problems(session, actor, definition, columns):
        raise model_error(stored.name, Invalid("models.problem", problems[0].sentence))
    names = {one.source_id: columns.name(one.source_id) for one in definition.tables}
    shown = {(one.source_id, one.table): columns.presentations(one.source_id, one.table) for one in definition.tables}
    return ModelView(stored.name, definition, columns.server(definition.source_id), names, shown)


def models_reading(session: Session, actor: Actor, source_id: str) -> tuple[str, ...]:
    """The names of the data models that read a source: what breaks with it."""
    require(actor, "sources:read")
    found = []
    own = select(DataModel).where(DataModel.organisation_id == actor.organisation_id).order_by(DataModel.name)
    for row in session.scalars(own):
        with suppress(Invalid):
            if any(one.source_id == source_id for one in stored_model(row).definition.tables):
                found.append(row.name)
    return tuple(found)


def models_named(session: Session, actor: Actor, source_id: str, text: str) -> dict[str, QueryModel]:
    """The models of a source (empty: of Benchboard's own data) that a query may name, by name. Raises what
    `open_model` raises."""
    require(actor, "sources:read")
    columns, found = SourceColumns(session, actor), dict[str, QueryModel]()
    for one in models_of_source(session, actor, source_id, lambda name: is_named(name, text)):
        if columns.kinds(source_id, one.name) is None:
            view = open_model(session, actor, one, columns)
            found[one.name] = QueryModel(view.sql(text), view.presentations())
    return found


def open_catalog(session: Session, actor: Actor, source_id: str, text: str = "") -> SourceCatalog:
    """The tables and data models of a source that the query `text` may name. Raises what `get_row` raises."""
    row = get_row(session, actor, source_id)
    tables = SourceConfiguration.from_json(row.connection_config, row.id).tables

    def find(name: str) -> FileView | None:
        own = models_of_source(session, actor, source_id, lambda known: known.casefold() == name.casefold())
        stored = next(iter(own), None)
        if stored is None:
            return None
        view = open_model(session, actor, stored, SourceColumns(session, actor))
        return FileView(view.sql(text), (), view.presentations(), reads_tables=True)

    return SourceCatalog(session, actor, tables, find)
