"""Parses a query over files with DuckDB's own parser, and refuses all but one SELECT over relations.

The parser's tree is walked with lists of what is allowed: kinds of nodes, functions, functions in FROM. A table is left
for `duckdb_engine` to find, unless it is a name of a WITH clause that is visible there. Nothing runs here.
"""

import atexit
import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from benchboard.analytics import duckdb_session
from benchboard.analytics.duckdb_errors import SourceText, not_select, syntax_error
from benchboard.analytics.duckdb_functions import FUNCTIONS, TABLE_FUNCTIONS, is_operator
from benchboard.analytics.duckdb_variables import find_variables
from benchboard.analytics.query_errors import nearest_name
from benchboard.analytics.query_parser import MAX_DEPTH, MAX_TEXT, find_surrogate
from benchboard.analytics.sql_text import tokens
from benchboard.errors import Invalid
from benchboard.i18n import _

if TYPE_CHECKING:
    import duckdb

MAX_NODES: Final = 20_000
"""Parts of a query, as the parser counts them."""
_LONGEST_KEPT: Final = 2_000
"""Characters of a query that is remembered: its tree is twenty times as long."""
Node = dict[str, Any]
_QUERIES: Final = frozenset(("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"))
_TABLES: Final = frozenset(("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"))
_MODIFIERS: Final = frozenset((
    "ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING",
    "DESCENDING",
))  # fmt: skip
_EXPRESSIONS: Final = frozenset((
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "LAMBDA_REF", "OPERATOR", "PARAMETER", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW",
))  # fmt: skip
_SESSION_NAMES: Final = frozenset(("current_catalog", "current_role", "current_schema", "current_user", "session_user"))
"""What DuckDB answers where no column has that name: the session's, which are nobody's data."""
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class NamedRelation:
    """A table that a query names, with the source before its name if there is one, and the place of it in bytes."""

    source: str
    table: str
    place: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query that may run once its relations are found."""

    source: SourceText
    """As it was written, with its variables marked."""
    relations: tuple[NamedRelation, ...]
    several_places: frozenset[int]
    """Where variables may have several values, because they stand in IN (…): the byte of each."""
    select: Node
    """The tree of the outermost query."""


def parse_query(text: str) -> ParsedQuery:
    """The one SELECT in `text`. Raises `Invalid` for anything else, with facts `start` and `end` where it is.

    The tree is the caller's own; what else there is can't be changed.
    """
    return (_parse_again if len(text) <= _LONGEST_KEPT else _parse)(text).query()


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What is kept of a query that was parsed: its tree as DuckDB writes it, since trees are dictionaries."""

    source: SourceText
    relations: tuple[NamedRelation, ...]
    several_places: frozenset[int]
    tree: str

    def query(self) -> ParsedQuery:
        found: Node = json.loads(self.tree)
        return ParsedQuery(self.source, self.relations, self.several_places, found["statements"][0]["node"])


def _parse(text: str) -> _Parsed:
    """As `parse_query`."""
    _check_text(text)
    source = SourceText(find_variables(text), written=text)
    with _parser() as connection:
        _require_one_select(connection, source)
        tree, found = _serialized(connection, source)
    node = found["statements"][0]["node"]
    walk = _Walk(source)
    try:
        walk.visit(node, frozenset())
    except RecursionError as error:
        raise Invalid("query.too-deep", _("This query is nested too deeply."), field="query") from error
    for place, name in source.variables.items():
        if place not in walk.parameters:  # the parser takes it for something else, such as a part of a text
            what = _("“{name}” isn't supported in queries.").format(name=f":{name}"[:40])
            raise source.error("parameter", what, "", (place, len(name.encode()) + 1))
    return _Parsed(source, tuple(walk.relations), frozenset(walk.several_places), tree)


_parse_again: Final = lru_cache(maxsize=256)(_parse)
"""The same, remembered: the text of a widget's query is the same at each refresh."""


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT or "\0" in text:
        raise Invalid(
            "query.too-long", _("A query can have up to {limit} characters.").format(limit=MAX_TEXT), field="query"
        )
    if half := find_surrogate(text):
        raise Invalid(
            "query.syntax", _("This query can't be parsed."), field="query", start=half.start(), end=half.end()
        )
    depth = 0
    for sign in text:  # brackets in quotes are counted too: so many are in no text
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth > MAX_DEPTH:
            raise Invalid("query.too-deep", _("This query is nested too deeply."), field="query")


class _Parser:
    """One locked instance that only parses, for all threads in turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __call__(self) -> "_Parser":
        return self

    def __enter__(self) -> "duckdb.DuckDBPyConnection":
        self._lock.acquire()
        try:
            if self._connection is None:
                self._connection = duckdb_session.open_instance(threads=1)
                duckdb_session.lock(self._connection)
                atexit.register(self._close)
        except BaseException:
            self._lock.release()
            raise
        return self._connection

    def __exit__(self, *_error: object) -> None:
        self._lock.release()

    def _close(self) -> None:
        # DuckDB complains on standard error about an instance that is open when the program ends.
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


_parser: Final = _Parser()


def _require_one_select(connection: "duckdb.DuckDBPyConnection", source: SourceText) -> None:
    import duckdb

    try:
        statements = connection.extract_statements(source.text)
    except duckdb.Error as error:
        raise syntax_error(source, error) from error
    if not statements:
        raise Invalid("query.empty", _("No query yet."), do=_("Write one that starts with SELECT."), field="query")
    if len(statements) > 1:
        start = len(statements[0].query.encode())
        what, do = _("Only one query is allowed."), _("Keep one and remove the “;”.")
        raise source.error("several", what, do, (start, len(source.text.encode()) - start))
    try:
        is_select = statements[0].type == duckdb.StatementType.SELECT
    except ValueError:  # DuckDB parses kinds of statements that its own Python enum doesn't have
        is_select = False
    if not is_select:
        raise not_select(source)


def _serialized(connection: "duckdb.DuckDBPyConnection", source: SourceText) -> tuple[str, Node]:
    """The tree as text, and decoded."""
    import duckdb

    try:
        row = connection.execute("SELECT json_serialize_sql($1, skip_default := true)", [source.text]).fetchone()
        tree = str(row[0]) if row is not None else "{}"
        found: Node = json.loads(tree)
    except (duckdb.Error, RecursionError, ValueError) as error:
        raise Invalid("query.syntax", _("This query can't be parsed."), field="query") from error
    if found.get("error_type") == "not implemented":
        raise not_select(source)
    if found.get("error") is not False or len(found["statements"]) != 1:
        raise Invalid("query.syntax", _("This query can't be parsed."), field="query")
    return tree, found


class _Walk:
    """Visits each node of a query once, and refuses what isn't allowed."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._count = 0
        self.relations: list[NamedRelation] = []
        self.parameters: set[int] = set()
        self.several_places: set[int] = set()

    def visit(self, node: Any, names: frozenset[str]) -> None:
        """`names`: those of WITH clauses that are visible here, in lower case."""
        if isinstance(node, list):
            for one in node:
                self.visit(one, names)
        elif isinstance(node, dict):
            self._count += 1
            if self._count > MAX_NODES:
                raise Invalid("query.too-long", _("This query is too complex."), field="query")
            self._check(node, names)
            names = self._with_ctes(node, names)
            for key, value in node.items():
                if key not in ("cte_map", "literal"):
                    self.visit(value, names)

    def _with_ctes(self, node: Node, names: frozenset[str]) -> frozenset[str]:
        """The names visible in a query: each of its own after the others before it, and in itself if recursive."""
        for one in (node.get("cte_map") or {}).get("map", ()):
            name, body = str(one["key"]).lower(), one["value"]
            own = names | {name} if body.get("query_node", {}).get("type") == "RECURSIVE_CTE_NODE" else names
            self.visit(body, own)
            names = names | {name}
        return names

    def _check(self, node: Node, names: frozenset[str]) -> None:
        if "class" in node:
            self._check_expression(node)
            return
        kind = node.get("type")
        if not isinstance(kind, str):
            return
        if kind == "BASE_TABLE":
            self._check_table(node, names)
        elif kind == "TABLE_FUNCTION":
            name = str(node.get("function", {}).get("function_name", "")).lower()
            if node.get("function", {}).get("class") != "FUNCTION" or name not in TABLE_FUNCTIONS:
                self._refuse_function(node, name, TABLE_FUNCTIONS)
        elif kind not in _QUERIES | _TABLES | _MODIFIERS:
            shown = kind.replace("_QUERY_NODE", "").replace("_REF", "").replace("_NODE", "").replace("_", " ")
            raise self._source.error("not-offered", _("{name} isn't supported here.").format(name=shown), "",
                                     self._place(node))  # fmt: skip

    def _check_table(self, node: Node, names: frozenset[str]) -> None:
        path = [str(part) for part in node.get("qualified_name", {}).get("path", ())]
        written = [part for key in ("catalog_name", "schema_name", "table_name") if (part := str(node.get(key, "")))]
        if path != written or not 1 <= len(path) <= 2 or node.get("at_clause"):
            what = _("There's no table “{name}”.").format(name=".".join(path or written)[:80])
            raise self._source.error("no-table", what, "", self._place(node))
        if len(path) == 2 or path[0].lower() not in names:
            self.relations.append(NamedRelation(path[0] if len(path) == 2 else "", path[-1], self._name_place(node)))

    def _check_expression(self, node: Node) -> None:
        kind = str(node["class"])
        if kind not in _EXPRESSIONS:
            raise self._source.error("not-offered", _("{name} isn't supported here.").format(name=kind), "",
                                     self._place(node))  # fmt: skip
        if kind in ("FUNCTION", "WINDOW"):
            name = str(node.get("function_name", "")).lower()
            if name not in FUNCTIONS | TABLE_FUNCTIONS and not is_operator(name):
                self._refuse_function(node, name, FUNCTIONS)
        elif kind == "COLUMN_REF":
            path = node.get("column_names", ())
            if len(path) == 1 and str(path[0]).lower() in _SESSION_NAMES:
                self._refuse_function(node, str(path[0]), frozenset())
        elif kind == "PARAMETER":
            self._check_parameter(node)
        elif node.get("type") in ("COMPARE_IN", "COMPARE_NOT_IN"):
            self.several_places.update(
                self._place(child)[0] for child in node.get("children", ())[1:] if child.get("class") == "PARAMETER"
            )

    def _check_parameter(self, node: Node) -> None:
        start, _length = self._place(node)
        if start not in self._source.variables:
            what = _("“{name}” isn't supported in queries.").format(name=self._source.at(self._place(node))[:40])
            raise self._source.error("parameter", what, _("Write a variable as :name."), self._place(node))
        self.parameters.add(start)

    def _refuse_function(self, node: Node, name: str, known: frozenset[str]) -> None:
        what = _("“{name}” isn't supported in queries.").format(name=name[:40])
        meant = nearest_name(name, sorted(known))
        raise self._source.error("not-offered", what, self._source.similar(name, known), self._place(node), meant=meant)

    def _name_place(self, node: Node) -> tuple[int, int]:
        """Where the name of a table is, without the alias that the parser counts among it."""
        start, length = self._place(node)
        content = self._source.text.encode()[start : start + length].decode(errors="replace")
        end, is_named = 0, False
        for one in tokens(content):
            is_dot = content[one.start : one.end] == "."
            if one.kind == "comment" or is_dot is not is_named:
                break
            end, is_named = one.end, not is_dot
        return (start, len(content[:end].encode())) if end else (start, length)

    def _place(self, node: Node) -> tuple[int, int]:
        """Where a node is: its first byte and how many bytes, (0, 0) if the parser doesn't tell."""
        if "query_location" not in node:
            function = node.get("function")
            return self._place(function) if isinstance(function, dict) else (0, 0)
        return int(node["query_location"]), int(node.get("query_location_length", 0))
