"""What uses a table, a column, a data model or one of its fields: widgets, variables, data models and alerts.

Queries are parsed; one that can't be counts as reading what it names in any way.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.column_references import QueryReferences, TableName, query_references
from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.data_models.problems import dependants, joined_by
from benchboard.analytics.data_models.stored_models import StoredModel, stored_model
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.errors import Invalid
from benchboard.i18n import _, in_sentence, ngettext, number
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import Alert, DataModel, Metric
from benchboard.storage.models.dashboards import Dashboard, DashboardLayout, Widget

UseKind = Literal["model", "field", "widget", "variable", "alert"]
"""A data model, a field of the model itself, a widget, a variable of a dashboard, or an alert."""
_ORDER: Final[tuple[UseKind, ...]] = ("model", "field", "widget", "variable", "alert")
_DEEPEST: Final = 20
"""Containers inside each other in a home page, at which the search for widgets ends."""


@dataclass(frozen=True, slots=True)
class LineageUse:
    """Something that reads what was asked about. `id`: of the model, the alert, or the widget in its document;
    `dashboard_id` is empty for a home page. `through`: the data model by whose name it is read."""

    kind: UseKind
    id: str
    name: str
    dashboard_id: str = ""
    dashboard: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class _StoredQuery:
    """A query that is kept somewhere, and what runs it. `source_id` is empty for Benchboard's own data."""

    use: LineageUse
    source_id: str
    text: str


def table_uses(
    session: Session, actor: Actor, source_id: str, table: str = "", columns: Collection[str] = ()
) -> tuple[LineageUse, ...]:
    """What uses a source (empty: Benchboard's own data); with `table`, that one; with `columns`, one of these columns.
    A model that reads it breaks as a whole, and so does all that reads the model."""
    require(actor, "sources:read")
    reader = _LineageReader(session, actor)
    return _ordered(reader.of_table(source_id, table, columns))


def tables_uses(
    session: Session, actor: Actor, tables: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[LineageUse, ...]]:
    """What uses each of several tables, by source and name; see `table_uses`. The stored queries are read once."""
    require(actor, "sources:read")
    reader = _LineageReader(session, actor)
    return {(source_id, table): _ordered(reader.of_table(source_id, table, ())) for source_id, table in tables}


def sources_uses(session: Session, actor: Actor, source_ids: Iterable[str]) -> dict[str, tuple[LineageUse, ...]]:
    """What uses each of several sources; see `table_uses`. The stored queries are read once."""
    require(actor, "sources:read")
    reader = _LineageReader(session, actor)
    return {source_id: _ordered(reader.of_table(source_id, "", ())) for source_id in source_ids}


def column_uses(session: Session, actor: Actor, source_id: str, table: str) -> dict[str, tuple[LineageUse, ...]]:
    """What uses each column of a table; columns that nothing uses are left out."""
    require(actor, "sources:read")
    reader = _LineageReader(session, actor)
    names = reader.columns.tables(source_id).get(table, ())
    found = {name: _ordered(reader.of_table(source_id, table, (name,))) for name in names}
    return {name: uses for name, uses in found.items() if uses}


def model_field_uses(
    session: Session, actor: Actor, model: StoredModel, fields: Collection[str] = ()
) -> tuple[LineageUse, ...]:
    """What uses a data model; with `fields`, one of these, also through the calculated fields and measures over it."""
    require(actor, "sources:read")
    return _ordered(_LineageReader(session, actor).of_model(model, fields))


def field_origins(definition: ModelDefinition, name: str, dialect: Dialect) -> tuple[tuple[str, str, str], ...]:
    """The columns that a field of a model is made from, through others too: source, table and column of each."""
    found = []
    for table in definition.tables:
        for field in table.fields:
            if field.name == name or name in dependants(definition, field.name, dialect):
                found.append((table.source_id, table.table, field.column))
    return tuple(found)


def use_kind_title(kind: UseKind) -> str:
    """A kind of use as people call it."""
    return {
        "model": _("Data model"),
        "field": _("Field"),
        "widget": _("Widget"),
        "variable": _("Variable"),
        "alert": _("Alert"),
    }[kind]


def uses_text(uses: Iterable[LineageUse], *, with_dashboards: bool = True) -> str:
    """How many there are of each kind: `3 widgets on 2 dashboards and 1 data model`. Empty for none."""
    listed = tuple(uses)
    of_kind = {kind: [one for one in listed if one.kind == kind] for kind in _ORDER}
    said = []
    if widgets := of_kind["widget"]:
        dashboards = len({(one.dashboard_id, one.dashboard) for one in widgets})
        text = ngettext("{count} widget on {where}", "{count} widgets on {where}", len(widgets))
        where = ngettext("{count} dashboard", "{count} dashboards", dashboards)
        said.append(text.format(count=number(len(widgets)), where=where.format(count=number(dashboards))))
        if not with_dashboards:
            alone = ngettext("{count} widget", "{count} widgets", len(widgets))
            said = [alone.format(count=number(len(widgets)))]
    others: tuple[tuple[UseKind, str], ...] = (
        ("variable", ngettext("{count} variable", "{count} variables", len(of_kind["variable"]))),
        ("model", ngettext("{count} data model", "{count} data models", len(of_kind["model"]))),
        ("field", ngettext("{count} field", "{count} fields", len(of_kind["field"]))),
        ("alert", ngettext("{count} alert", "{count} alerts", len(of_kind["alert"]))),
    )
    for kind, text in others:
        if of_kind[kind]:
            said.append(text.format(count=number(len(of_kind[kind]))))
    return in_sentence(said) if said else ""


def _ordered(uses: Iterable[LineageUse]) -> tuple[LineageUse, ...]:
    def key(one: LineageUse) -> tuple[int, str, str, str]:
        return _ORDER.index(one.kind), one.dashboard.casefold(), one.name.casefold(), one.id

    return tuple(sorted(dict.fromkeys(uses), key=key))


class _LineageReader:
    """Reads all queries and models of an organisation once, and what each query names."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.columns = SourceColumns(session, actor)
        self._models = tuple(_models(session, actor))
        self._queries = tuple(_queries(session, actor))
        self._references: dict[_StoredQuery, QueryReferences | None] = {}
        self._known: dict[str, dict[TableName, set[str]]] = {}

    def of_table(self, source_id: str, table: str, columns: Collection[str]) -> Iterator[LineageUse]:
        named = {one.casefold() for one in columns}
        for query in self._queries:
            if self._reads(query, source_id, table, named):
                yield query.use
        for model in self._models:
            if not any(_reads_table(one.source_id, one.table, source_id, table) for one in model.definition.tables):
                continue
            if not named or _model_columns(model.definition, source_id, table) & named:
                yield LineageUse("model", model.id, model.name)
                yield from self.of_model(model, (), through=model.name)

    def of_model(self, model: StoredModel, fields: Collection[str], through: str = "") -> Iterator[LineageUse]:
        definition = model.definition
        dialect = self._dialect(definition.source_id)
        needed = set(fields)
        for name in fields:
            for one in dependants(definition, name, dialect):
                needed.add(one)
                yield LineageUse("field", f"{model.id}/{one}", one)
        # Without the column that a table is joined by, that table has no rows.
        for one in joined_by(definition, needed):
            needed |= {one, *dependants(definition, one, dialect)}
        needed |= {old for old, name in definition.earlier_names().items() if name in needed}
        named = {one.casefold() for one in needed}
        for query in self._queries:
            if query.source_id == definition.source_id and self._reads(query, query.source_id, model.name, named):
                use = query.use
                yield LineageUse(use.kind, use.id, use.name, use.dashboard_id, use.dashboard, through)

    def _reads(self, query: _StoredQuery, source_id: str, table: str, columns: set[str]) -> bool:
        """Whether a query reads a table (empty: any) of a source, or a model by its name."""
        is_other = query.source_id != source_id
        name = self.columns.name(source_id).casefold() if source_id and query.source_id else ""
        if is_other and not (name and is_named(name, query.text)):
            return False
        if not table and not is_other and not columns:
            return True
        if table and not is_named(table.rpartition(".")[2], query.text):
            return False
        found = self._parsed(query)
        if found is None:
            return not columns or any(is_named(one, query.text) for one in columns) or "*" in query.text
        by = {name} if is_other else {"", name}  # a query may also name its own source
        if not table:
            return any(one.source in by and found.reads(one, columns) for one in found.tables)
        return any(found.reads(TableName(source, table.casefold()), columns) for source in by)

    def _parsed(self, query: _StoredQuery) -> QueryReferences | None:
        if query not in self._references:
            try:
                tables = self._tables_of(query)
                self._references[query] = query_references(query.text, self._dialect(query.source_id), tables)
            except Invalid:
                self._references[query] = None
        return self._references[query]

    def _dialect(self, source_id: str) -> Dialect:
        return (self.columns.server(source_id) or "duckdb") if source_id else "own"

    def _tables_of(self, query: _StoredQuery) -> Mapping[TableName, set[str]]:
        """The tables and models that a query may name: those of its source, and of other sources that it names."""
        found = dict(self._of_source(query.source_id))
        for other, name in self.columns.names().items() if query.source_id else ():
            if is_named(name, query.text):
                own = self.columns.tables(other)
                found |= {
                    TableName(name.casefold(), table.casefold()): {one.casefold() for one in columns}
                    for table, columns in own.items()
                }
        return found

    def _of_source(self, source_id: str) -> Mapping[TableName, set[str]]:
        if source_id not in self._known:
            self._known[source_id] = {
                TableName("", model.name.casefold()): {
                    one.casefold() for one in (*model.definition.names(), *model.definition.earlier_names())
                }
                for model in self._models
                if model.definition.source_id == source_id
            } | {
                TableName("", name.casefold()): {one.casefold() for one in columns}
                for name, columns in self.columns.tables(source_id).items()
            }
        return self._known[source_id]


def _reads_table(source_id: str, table: str, wanted_source: str, wanted: str) -> bool:
    return source_id == wanted_source and (not wanted or table.casefold() == wanted.casefold())


def _model_columns(definition: ModelDefinition, source_id: str, table: str) -> set[str]:
    """The columns of a table that a model has, in lower case."""
    found: set[str] = set()
    for place, one in enumerate(definition.tables):
        if _reads_table(one.source_id, one.table, source_id, table):
            found |= {field.column.casefold() for field in one.fields}
            if place:
                found |= {theirs.casefold() for theirs in definition.joins[place - 1].theirs}
    return found


def _models(session: Session, actor: Actor) -> Iterator[StoredModel]:
    own = select(DataModel).where(DataModel.organisation_id == actor.organisation_id).order_by(DataModel.name)
    for row in session.scalars(own):
        try:
            yield stored_model(row)
        except Invalid:  # the model itself says that it can't be read
            continue


def _queries(session: Session, actor: Actor) -> Iterator[_StoredQuery]:
    """All queries that are stored: of widgets, variables, home pages and metrics with alerts."""
    organisation = actor.organisation_id
    widgets = (
        select(Dashboard.id, Dashboard.name, Widget.id, Widget.query, Widget.config, Widget.data_source_id)
        .join(Widget, Widget.dashboard_id == Dashboard.id)
        .where(Widget.organisation_id == organisation, Dashboard.deleted_at.is_(None))
    )
    for dashboard_id, dashboard, widget_id, text, config, source_id in session.execute(widgets):
        if text:
            use = LineageUse("widget", _item_id(config, widget_id), widget_title(config), dashboard_id, dashboard)
            yield _StoredQuery(use, _source_of(config, source_id), text)
    dashboards = select(Dashboard.id, Dashboard.name, Dashboard.layout).where(
        Dashboard.organisation_id == organisation, Dashboard.deleted_at.is_(None)
    )
    for dashboard_id, dashboard, layout in session.execute(dashboards):
        yield from _variables(layout, dashboard_id, dashboard)
    homes = select(DashboardLayout.user_id, DashboardLayout.config).where(
        DashboardLayout.organisation_id == organisation
    )
    for user_id, config in session.execute(homes):
        name = _("Home") if user_id == actor.user_id else _("Home page of another user")
        yield from _home_widgets(config, user_id, name)
        yield from _variables(config, "", name)
    alerts = (
        select(Alert.id, Alert.name, Metric.query, Metric.data_source_id)
        .join(Metric, Alert.metric_id == Metric.id)
        .where(Alert.organisation_id == organisation)
    )
    for alert_id, name, text, source_id in session.execute(alerts):
        if text:
            yield _StoredQuery(LineageUse("alert", alert_id, name), source_id or "", text)


def _variables(layout: object, dashboard_id: str, dashboard: str) -> Iterator[_StoredQuery]:
    listed = layout.get("variables") if isinstance(layout, dict) else None
    for one in listed if isinstance(listed, list) else ():
        name, text = (one.get("name"), one.get("query")) if isinstance(one, dict) else ("", "")
        if isinstance(name, str) and isinstance(text, str) and text.strip() and one.get("type") == "query":
            use = LineageUse("variable", f"{dashboard_id}/{name}", name, dashboard_id, dashboard)
            yield _StoredQuery(use, _text(one, "data_source_id"), text)


def _home_widgets(value: object, user_id: str, dashboard: str, depth: int = 0) -> Iterator[_StoredQuery]:
    """The widgets of a home page, which is JSON as others may have written it."""
    if depth > _DEEPEST:
        return
    parts: Iterable[object] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and depth and _text(value, "query").strip():
        use = LineageUse("widget", f"{user_id}/{_text(value, 'id')}", _text(value, "title"), "", dashboard)
        yield _StoredQuery(use, _text(value, "data_source_id"), _text(value, "query"))
    for key, part in value.items() if isinstance(value, dict) else enumerate(parts):
        if key != "variables":
            yield from _home_widgets(part, user_id, dashboard, depth + 1)


def _text(entry: Mapping[Any, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _item(config: object) -> Mapping[Any, Any]:
    """The fields of a widget in its column `config` (see `dashboards.row_mapping`)."""
    for key in ("benchboard", "item"):
        config = config.get(key) if isinstance(config, dict) else None
    return config if isinstance(config, dict) else {}


def _item_id(config: object, widget_id: str) -> str:
    """The id of a widget in its document, which is that of its row unless `config` says otherwise."""
    extra = config.get("benchboard") if isinstance(config, dict) else None
    return (_text(extra, "id") if isinstance(extra, dict) else "") or widget_id


def widget_title(config: object) -> str:
    """The title of a widget in its column `config`; empty where there is none."""
    return _text(_item(config), "title")


def _source_of(config: object, source_id: str | None) -> str:
    """The source of a widget. One whose source was removed is none of Benchboard's own data."""
    return source_id or _text(_item(config), "data_source_id")
