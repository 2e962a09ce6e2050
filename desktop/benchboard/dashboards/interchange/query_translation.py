"""Translates the queries of Grafana's variables and panels to ours and back, or says why that isn't possible."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from benchboard.analytics.queries import check_query
from benchboard.dashboards.document.time_range import DEFAULT, VARIABLES
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.interchange.panel_import import one_line
from benchboard.dashboards.interchange.time_macros import from_macros, to_macros
from benchboard.dashboards.variables.variable_queries import names_in, replace_names
from benchboard.errors import Invalid
from benchboard.i18n import _

MOST_READ: Final = 10 * MAX_QUERY
"""Most characters of SQL parsed for one dashboard: parsing is slow, and a file may repeat the longest query a hundred
times.
"""
_FIELDS: Final = ("rawSql", "rawQuery", "query")
_STATEMENTS: Final = (
    "insert",
    "update",
    "delete",
    "create",
    "alter",
    "drop",
    "show",
    "explain",
    "values",
    "table",
    "call",
)
_FIRST: Final = re.compile(r"\s*([A-Za-z_]\w*)")
_MACRO: Final = re.compile(r"\$__\w+|\$\{__\w+")
_NAMED: Final = r"\$\{(\w+)(?::(\w+))?\}|\$([A-Za-z_]\w*)|\[\[(\w+)(?::(\w+))?\]\]"
_NAME: Final = re.compile(_NAMED)
_PART: Final = re.compile(rf"""'[^']*(?:'|\Z)|"[^"]*(?:"|\Z)|{_NAMED}""")
_POSTGRES: Final = ("grafana-postgresql-datasource", "postgres")
_QUOTING: Final = (None, "", "sqlstring", "singlequote")


class UntranslatableQuery(Exception):
    """A query that can't run here; its text says why."""


def sql_of(raw: Mapping[str, Any]) -> str:
    """The query of a Grafana variable as text; empty if it has none."""
    query = raw.get("query")
    if isinstance(query, Mapping):
        query = next((query[key] for key in _FIELDS if isinstance(query.get(key), str)), "")
    return query if isinstance(query, str) else ""


def with_sql(raw: Mapping[str, Any], sql: str) -> dict[str, Any]:
    """A variable of Grafana's that asks something else, in the form it asked before."""
    query = raw.get("query")
    if isinstance(query, Mapping):
        key = next((key for key in _FIELDS if isinstance(query.get(key), str)), "query")
        fields: dict[str, Any] = {"query": {**query, key: sql}}
    else:
        fields = {"query": sql}
    return {**raw, **fields, **({"definition": sql} if "definition" in raw else {})}


def from_grafana_sql(sql: str, names: Collection[str], *, in_range: bool = False) -> str:
    """Translate Grafana's SQL into a Benchboard query: `$shop` becomes `:shop`, and (`in_range`, as a panel's is) the
    macros of the time range its variables.

    Raises `UntranslatableQuery` where the query cannot run in Benchboard."""
    if not sql.strip():
        raise UntranslatableQuery(_("Its query is empty."))
    if len(sql) > MAX_QUERY:
        raise UntranslatableQuery(_("Its query is longer than {limit} characters.").format(limit=MAX_QUERY))
    first = _FIRST.match(sql)
    if first is not None and first[1].lower() not in ("select", "with"):
        raise UntranslatableQuery(
            _("Its Grafana query isn't a SELECT query.")
            if first[1].lower() in _STATEMENTS
            else _("Its Grafana query isn't SQL.")
        )
    sql = from_macros(sql) if in_range and not set(names) & set(VARIABLES) else sql
    if macro := _MACRO.search(sql):
        raise UntranslatableQuery(_("It uses the Grafana macro “{name}”.").format(name=macro[0][:60]))
    query = _PART.sub(lambda part: _own(part, names), sql)
    try:
        columns = check_query(query, {**dict.fromkeys({*names, *names_in(query)}, ("",)), **_period(names)})
    except Invalid as error:
        raise UntranslatableQuery(_("It can't run here. {why}").format(why=one_line(error.what))) from error
    if unknown := [name for name in names_in(query) if name not in names and not (in_range and name in VARIABLES)]:
        raise UntranslatableQuery(
            _("It uses “{name}”, which isn't a variable in this dashboard.").format(name=unknown[0])
        )
    if "__value" in [column.name for column in columns[1:]]:
        raise UntranslatableQuery(_("Its first column isn't __value."))
    return query


def for_other_source(source: Mapping[str, Any], names: Collection[str] | None = None) -> str:
    """The query of an imported panel (`source`: its fields of Grafana's) in our syntax, for a data source that isn't
    checked here; empty if it has none of SQL, several, or what can't be translated. `names` as for `PanelQueries`."""
    sql = _sql_of_targets(source)
    found = {one[1] or one[3] or one[4] for one in _NAME.finditer(sql)}
    return _unchecked(sql, found if names is None else set(names))


def variable_for_other_source(raw: Mapping[str, Any], names: Collection[str]) -> str:
    """As `for_other_source`, of a variable of Grafana's; `names` are the dashboard's variables."""
    return _unchecked(sql_of(raw), set(names)) if raw.get("type") == "query" else ""


def _unchecked(sql: str, known: set[str]) -> str:
    """Grafana's SQL in our syntax, whatever database it is for; empty if it can't be translated."""
    if not sql.strip() or len(sql) > MAX_QUERY:
        return ""
    text = from_macros(sql) if not known & set(VARIABLES) else sql
    if _MACRO.search(text):
        return ""
    try:
        return _PART.sub(lambda part: _own(part, known), text)
    except UntranslatableQuery:
        return ""


def _sql_of_targets(panel: Mapping[str, Any]) -> str:
    """The only query of a panel, as SQL of any database."""
    targets = panel.get("targets")
    if not isinstance(targets, list) or len(targets) != 1 or not isinstance(targets[0], Mapping):
        return ""
    sql = targets[0].get("rawSql")
    return sql if isinstance(sql, str) and not targets[0].get("hide") else ""


def _period(names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Values for the variables of the time range, but those that a variable of the dashboard is called."""
    values = DEFAULT.period(datetime.now(UTC)).values
    return {name: value for name, value in values.items() if name not in names}


def to_grafana_sql(query: str, names: Collection[str] | None = None) -> str:
    """A query of ours in Grafana's syntax: `:shop` becomes `${shop:sqlstring}`, for these `names` or all. With
    `names`, the variables of the time range become macros.
    """
    query = to_macros(query, names) if names is not None else query
    named = [name for name in names_in(query) if names is None or name in names]
    return replace_names(query, {name: f"${{{name}:sqlstring}}" for name in named})


class PanelQueries:
    """Reads the queries of one dashboard's panels, as long as there are not too many of them; `names` are its
    variables, else whatever a query names is taken for one."""

    def __init__(self, names: Collection[str] | None = None) -> None:
        self.names, self._left = names, MOST_READ

    def read(self, raw: Mapping[str, Any]) -> str:
        """The query of a panel in our syntax; empty if it uses another data source, several queries, or can't run
        here.
        """
        sql = _sql_of_panel(raw)
        self._left -= len(sql) if len(sql) <= MAX_QUERY else 0
        if not sql or self._left < 0:
            return ""
        names = {found[1] or found[3] or found[4] for found in _NAME.finditer(sql)}
        try:
            return from_grafana_sql(sql, names if self.names is None else self.names, in_range=True)
        except UntranslatableQuery:
            return ""


def with_panel_sql(raw: Mapping[str, Any], sql: str) -> dict[str, Any]:
    """A panel of Grafana's that asks something else, in the form it asked before."""
    (target,) = raw["targets"]
    return {**raw, "targets": [{**target, "rawSql": sql}]}


def _sql_of_panel(raw: Mapping[str, Any]) -> str:
    targets = raw.get("targets")
    if not isinstance(targets, list) or len(targets) != 1 or not isinstance(targets[0], Mapping):
        return ""
    sql, source = targets[0].get("rawSql"), targets[0].get("datasource") or raw.get("datasource")
    kind = source.get("type") if isinstance(source, Mapping) else source
    return sql if isinstance(sql, str) and kind in _POSTGRES and not targets[0].get("hide") else ""


def _own(part: re.Match[str], names: Collection[str]) -> str:
    """A piece of SQL with its variables as we name them: a text is one whole variable, or has none in it."""
    text = part[0]
    if not text.startswith(("'", '"')):
        return _named(part, names) or text
    whole = _NAME.fullmatch(text[1:-1]) if text.startswith("'") else None
    if whole is not None and (found := _named(whole, names)):
        return found
    if any(_named(found, names) for found in _NAME.finditer(text)):
        raise UntranslatableQuery(_("It uses a variable inside quoted text."))
    return text


def _named(found: re.Match[str], names: Collection[str]) -> str:
    """`:shop` for what names a variable; nothing for what names none."""
    braced, form, bare, bracketed, bracketed_form = found.groups()
    name = braced or bare or bracketed
    if name not in names:
        return ""
    form = form or bracketed_form
    if form not in _QUOTING:
        raise UntranslatableQuery(
            _("It uses “{name}” in the unsupported format “{form}”.").format(name=name, form=form[:40])
        )
    return f":{name}"
