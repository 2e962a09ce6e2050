"""The tables whose columns can be named at a place of a query: those of its SELECT and of the ones around, under their
aliases; subqueries and common table expressions with the columns that they return."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from benchboard.analytics.completion.query_outline import Outline, OutlineNode, split
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import unquoted_name
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable

CLAUSES: Final = frozenset(
    ("select", "from", "where", "group", "having", "order", "limit", "offset", "qualify", "window", "fetch")
)
SET_OPERATORS: Final = ("union", "except", "intersect")
_AFTER_TABLE: Final = frozenset(("on", "using"))
_MAX_COLUMNS: Final = 1_000
_MAX_DEPTH: Final = 20
"""Subqueries in the FROM of subqueries, and brackets around tables."""
_KINDS: Final[Mapping[str, ValueKind]] = {
    "count": "integer", "sum": "decimal", "avg": "decimal", "round": "decimal", "date_trunc": "timestamp",
    "lower": "text", "upper": "text", "trim": "text", "length": "integer", "row_number": "integer", "rank": "integer",
}  # fmt: skip
"""The kinds of what functions return, as far as these don't depend on their arguments."""


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """A column that can be named. `kind` is None where it isn't known."""

    name: str
    kind: ValueKind | None = None
    title: str = ""
    description: str = ""
    is_measure: bool = False


@dataclass(frozen=True, slots=True)
class ScopeTable:
    """A table that can be named: `alias` is what stands before the dot, `origin` what the table is called. `is_outer`:
    it belongs to a query around this one."""

    alias: str
    origin: str
    columns: tuple[ScopeColumn, ...]
    is_outer: bool = False

    def column(self, name: str) -> ScopeColumn | None:
        """The column of that name, whatever its case; None if there is none."""
        wanted = name.casefold()
        return next((one for one in self.columns if one.name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class CompletionCatalog:
    """The tables that a query may name: those of its source, and of other sources under their names."""

    dialect: Dialect
    source: BrowsedSource | None = None
    others: tuple[BrowsedSource, ...] = ()

    @property
    def tables(self) -> tuple[BrowsedTable, ...]:
        """The tables and data models of the query's own source."""
        return self.source.tables if self.source is not None else ()

    def find(self, name: str) -> BrowsedTable | None:
        """The table of a name as it is written without quotes, with its source before it or not."""
        wanted = name.casefold()
        for one in self.tables:
            known = one.name.casefold()
            if wanted in (known, known.rpartition(".")[2]):
                return one
        source, _dot, table = wanted.partition(".")
        around = next((one for one in self.others if one.name.casefold() == source), None)
        if around is None:
            return None
        return next((one for one in around.tables if one.name.casefold() == table), None)


@dataclass(slots=True)
class TableScope:
    """What can be named at the cursor: `tables` in the order in which they are written, and the common table
    expressions. `outputs`: the names that the SELECT itself gives."""

    tables: list[ScopeTable] = field(default_factory=list)
    queries: dict[str, ScopeTable] = field(default_factory=dict)
    outputs: list[ScopeColumn] = field(default_factory=list)

    def named(self, alias: str) -> ScopeTable | None:
        """The table with this alias, of the innermost query that has it."""
        wanted = alias.casefold()
        return next((one for one in self.tables if one.alias.casefold() == wanted), None)


def table_scope(query: Outline, catalog: CompletionCatalog) -> TableScope:
    """The scope at the cursor."""
    scope = TableScope()
    last = len(query.path) - 1
    for depth, nodes in enumerate(query.path):
        child = query.brackets[depth] if depth < last else None
        scope.queries |= _common_tables(nodes, scope.queries, catalog)
        select = _select_around(nodes, child)
        found = _tables_of(select, scope.queries, catalog)
        if _is_from_subquery(select, child):
            found = []  # what is in FROM doesn't know its neighbours
        if found or any(one.is_keyword("select") for one in select):
            outer = [replace(one, is_outer=True) for one in scope.tables]
            scope.tables = [*found, *outer]
            scope.outputs = _outputs(select, found)
    return scope


def _is_from_subquery(select: Sequence[OutlineNode], child: OutlineNode | None) -> bool:
    """Whether brackets stand in the FROM of a SELECT as one of its tables."""
    if child is None:
        return False
    clause = ""
    for one in select:
        if one is child:
            return clause in ("from", "join", ",")
        if one.kind == "keyword" and (one.text in CLAUSES or one.text in ("join", "on", "using", "lateral")):
            clause = one.text
        elif clause in ("on", "using") and one.kind == "sign" and one.text == ",":
            clause = ","
    return False


def _select_around(nodes: list[OutlineNode], child: OutlineNode | None) -> list[OutlineNode]:
    """The one of the SELECTs of a list of nodes, joined by UNION and the like, that the cursor is in."""
    parts = list(split(nodes, *SET_OPERATORS))
    for part in parts:
        if any(one is child if child is not None else one.kind == "cursor" for one in part):
            return part
    return parts[0]


def _common_tables(
    nodes: list[OutlineNode], known: Mapping[str, ScopeTable], catalog: CompletionCatalog, depth: int = 0
) -> dict[str, ScopeTable]:
    """The common table expressions at the start of a query, in order; each knows those before it."""
    found: dict[str, ScopeTable] = {}
    if not any(one.is_keyword("with") for one in nodes):
        return found
    for at, one in enumerate(nodes):
        if one.is_keyword("select"):
            break
        if one.kind != "brackets" or not one.inside:
            continue
        start = at - 1
        while start >= 0 and (nodes[start].is_keyword("as", "not") or nodes[start].text.lower() == "materialized"):
            start -= 1
        if start == at - 1 or start < 0:
            continue
        names: list[str] = []
        if nodes[start].kind == "brackets" and start > 0:
            names = [_name(part[0]) for part in split(nodes[start].inside, ",") if part and part[0].is_name]
            start -= 1
        if not nodes[start].is_name:
            continue
        name = _name(nodes[start])
        columns = _query_columns(one.inside, {**known, **found}, catalog, depth + 1)
        found[name.casefold()] = ScopeTable(name, name, _renamed(columns, names))
    return found


def _renamed(columns: Sequence[ScopeColumn], names: Sequence[str]) -> tuple[ScopeColumn, ...]:
    if not names:
        return tuple(columns)
    known = [*columns[: len(names)], *(ScopeColumn("") for _missing in names[len(columns) :])]
    return tuple(replace(one, name=name, title="") for one, name in zip(known, names, strict=True))


def _from_nodes(select: Iterable[OutlineNode]) -> list[OutlineNode]:
    found: list[OutlineNode] = []
    is_from = False
    for one in select:
        if one.kind == "keyword" and one.text in CLAUSES:
            is_from = one.text == "from"
        elif is_from and one.kind != "cursor":
            found.append(one)
    return found


def _tables_of(
    select: Iterable[OutlineNode], queries: Mapping[str, ScopeTable], catalog: CompletionCatalog, depth: int = 0
) -> list[ScopeTable]:
    return _tables_in(_from_nodes(select), queries, catalog, depth)


def _tables_in(
    nodes: Sequence[OutlineNode], queries: Mapping[str, ScopeTable], catalog: CompletionCatalog, depth: int
) -> list[ScopeTable]:
    """The tables of the nodes after FROM."""
    found: list[ScopeTable] = []
    at, is_expected = 0, True
    while at < len(nodes):
        one = nodes[at]
        at += 1
        if one.is_keyword("join") or (one.kind == "sign" and one.text == ","):
            is_expected = True
        elif is_expected and one.kind == "brackets" and depth < _MAX_DEPTH:
            is_expected = False
            alias, names, at = _alias(nodes, at)
            if any(node.is_keyword("select", "from", "with") for node in one.inside):
                columns = _query_columns(one.inside, queries, catalog, depth + 1)
                found.append(ScopeTable(alias, alias, _renamed(columns, names)))
            else:
                found += _tables_in(one.inside, queries, catalog, depth + 1)
        elif is_expected and one.is_name:
            is_expected = False
            parts = [_name(one)]
            while at + 1 < len(nodes) and nodes[at].text == "." and nodes[at + 1].is_name:
                parts.append(_name(nodes[at + 1]))
                at += 2
            if at < len(nodes) and nodes[at].kind == "brackets":
                at += 1  # the arguments of a function that makes rows
            alias, names, at = _alias(nodes, at)
            found.append(_named_table(parts, alias, names, queries, catalog))
    return found


def _alias(nodes: Sequence[OutlineNode], at: int) -> tuple[str, list[str], int]:
    """The alias of a table, the names that it gives its columns, and the place after them."""
    if at < len(nodes) and nodes[at].is_keyword("as"):
        at += 1
    if at >= len(nodes) or not nodes[at].is_name:
        return "", [], at
    alias, names = _name(nodes[at]), list[str]()
    at += 1
    if at < len(nodes) and nodes[at].kind == "brackets":
        names = [_name(part[0]) for part in split(nodes[at].inside, ",") if part and part[0].is_name]
        at += 1
    return alias, names, at


def _named_table(
    parts: list[str], alias: str, names: list[str], queries: Mapping[str, ScopeTable], catalog: CompletionCatalog
) -> ScopeTable:
    if len(parts) == 1 and (known := queries.get(parts[0].casefold())) is not None:
        return ScopeTable(alias or known.alias, known.origin, _renamed(known.columns, names))
    table = catalog.find(".".join(parts))
    columns = browsed_columns(table) if table is not None else ()
    return ScopeTable(alias or parts[-1], table.name if table is not None else parts[-1], _renamed(columns, names))


def browsed_columns(table: BrowsedTable) -> tuple[ScopeColumn, ...]:
    """The columns of a table or a data model."""
    return tuple(
        ScopeColumn(one.name, one.kind, one.title, one.description, one.aggregate is not None) for one in table.columns
    )


def _query_columns(
    nodes: list[OutlineNode], known: Mapping[str, ScopeTable], catalog: CompletionCatalog, depth: int
) -> list[ScopeColumn]:
    """The columns that a query in brackets returns."""
    if depth > _MAX_DEPTH:
        return []
    queries = {**known, **_common_tables(nodes, known, catalog, depth)}
    select = next(split(nodes, *SET_OPERATORS))
    start = next((at for at, one in enumerate(select) if one.is_keyword("select", "from")), 0)
    if not any(one.is_keyword("select") for one in select) and len(select) == 1 and select[0].kind == "brackets":
        return _query_columns(select[0].inside, queries, catalog, depth + 1)
    tables = _tables_of(select[start:], queries, catalog, depth)
    if not any(one.is_keyword("select") for one in select):
        return [column for table in tables for column in table.columns][:_MAX_COLUMNS]
    return _outputs(select, tables)


def _outputs(select: Sequence[OutlineNode], tables: Sequence[ScopeTable]) -> list[ScopeColumn]:
    """The columns that a SELECT returns."""
    listed: list[OutlineNode] = []
    is_listed = False
    for one in select:
        if one.kind == "keyword" and one.text in CLAUSES:
            is_listed = one.text == "select"
        elif is_listed and one.kind != "cursor" and not one.is_keyword("distinct", "all"):
            listed.append(one)
    found: list[ScopeColumn] = []
    for item in split(listed, ","):
        found += _output(item, tables)
    return found[:_MAX_COLUMNS]


def _output(item: list[OutlineNode], tables: Sequence[ScopeTable]) -> list[ScopeColumn]:
    """What one expression of a SELECT returns: a column with a name, several for `*`, none without a name."""
    if not item:
        return []
    texts = [one.text for one in item]
    if texts[-1] == "*" and len(item) in (1, 3):
        alias = _name(item[0]).casefold() if len(item) == 3 else ""
        return [one for table in tables if alias in ("", table.alias.casefold()) for one in table.columns]
    last, before = item[-1], item[-2] if len(item) > 1 else None
    plain = _plain_column(item, tables)
    if plain is not None:
        return [plain]
    if not last.is_name or before is None or (before.kind == "sign" and before.text != "*"):
        return []
    expression = item[:-2] if before.is_keyword("as") else item[:-1]
    column = _plain_column(expression, tables)
    kind = column.kind if column is not None else _expression_kind(expression)
    return [ScopeColumn(_name(last), kind)]


def _plain_column(item: list[OutlineNode], tables: Sequence[ScopeTable]) -> ScopeColumn | None:
    """The column that an expression names, alone or after its table; None if it is something else."""
    if len(item) not in (1, 3) or not (item[0].is_name and item[-1].is_name):
        return None
    if len(item) == 3 and item[1].text != ".":
        return None
    alias, name = _name(item[0]).casefold() if len(item) == 3 else "", _name(item[-1]).casefold()
    for table in tables:
        if alias in ("", table.alias.casefold()):
            found = next((one for one in table.columns if one.name.casefold() == name), None)
            if found is not None:
                return found
    return ScopeColumn(_name(item[-1]))


def _expression_kind(expression: Sequence[OutlineNode]) -> ValueKind | None:
    if len(expression) == 2 and expression[0].kind == "function":
        return _KINDS.get(expression[0].text.lower())
    return None


def _name(node: OutlineNode) -> str:
    return unquoted_name(node.text)
