"""Reads a person's query: one SELECT over the tables offered, checked word by word, in the form its engine runs.

`read` answers SQL in which every table is one of our own filtered views of it (`_bb_<table>`, a common table
expression the caller puts in front), every name is quoted and every construct is one this room knows. Whatever is not
known is refused at its place in the text: there is no list of forbidden things to forget something on.
"""

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from benchboard.analytics import syntax, values
from benchboard.analytics.expressions import Expressions, only
from benchboard.analytics.values import Typed, Value, place_of, refuse
from benchboard.errors import Invalid
from benchboard.i18n import _

Columns = list[tuple[str, Typed]]
Query = exp.Select | exp.SetOperation

MAX_TEXT: Final = 20_000
MAX_NODES: Final = 4_000
MAX_TABLES: Final = 12
MAX_BOUND: Final = 2_000
"""Values that stand for the variables of a query in all, each as often as it is named."""
MAX_COLUMNS: Final = 200
MAX_NAME: Final = 63
"""PostgreSQL cuts longer names."""
_OURS: Final = "_bb_"
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which is no character: no engine can be sent it."""
# The parser warns of what it cannot read with the text itself, which a terminal might obey.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Readable:
    """A query that may run. `columns` are its names and kinds in order; `tables` are those it reads, each as a view
    named `_bb_<table>`, which `behind` puts in front. `bound` are the values of its own placeholders (`:name`, or
    `%(name)s` on PostgreSQL), under names no query's text can foresee."""

    body: str
    ctes: tuple[str, ...]
    columns: tuple[tuple[str, Typed], ...]
    tables: frozenset[str]
    bound: Mapping[str, str] = field(default_factory=dict)

    def behind(self, views: Sequence[str]) -> str:
        """The SQL to run: `views` (`name AS (SELECT …)`), then the query's own common table expressions, then it."""
        named = [*views, *self.ctes]
        return f"WITH {', '.join(named)} {self.body}" if named else self.body


@dataclass(slots=True)
class Scope:
    """What names mean at one place of a query: tables by alias, the output's own names, and what stands around it."""

    tables: dict[str, Columns] = field(default_factory=dict)
    outer: "Scope | None" = None

    def column(self, node: exp.Column) -> Value:
        """The column that `node` names. `Invalid` if there is none, or more than one."""
        name, table = fold(node.this), fold(node.args["table"]) if node.args.get("table") else ""
        scope: Scope | None = self
        while scope is not None:
            found = [
                (alias, typed)
                for alias, columns in scope.tables.items()
                for known, typed in columns
                if known == name and table in ("", alias)
            ]
            if len(found) > 1:
                refuse(
                    node,
                    "ambiguous",
                    _("“{name}” is in more than one table.").format(name=name),
                    _("Write the table before it, for example {table}.{name}.").format(table=found[0][0], name=name),
                )
            if found:
                return Value(quoted_column(name, found[0][0]), found[0][1])
            scope = scope.outer
        raise self._unknown(node, f"{table}.{name}" if table else name)

    def _unknown(self, node: exp.Column, name: str) -> Invalid:
        known = list(dict.fromkeys(column for columns in self.tables.values() for column, _typed in columns))
        close = get_close_matches(name.rpartition(".")[2], known, 1)
        do = _("The columns are: {names}.").format(names=", ".join(known[:20])) if known else ""
        if close:
            do = _("Did you mean “{name}”?").format(name=close[0])
        what = _("There is no column “{name}”.").format(name=name)
        return Invalid("query.no-column", what, do=do, field="query", **place_of(node))


def read(
    text: str,
    tables: Mapping[str, Mapping[str, Typed]],
    *,
    sqlite: bool,
    limit: int,
    variables: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Readable:
    """The query in `text` for one engine, answering `limit` rows at most, with `variables` (`:name`) bound. Raises
    `Invalid` (`query.…`) with its place (`start`, `end`) for what is no query, or none that is offered."""
    try:
        return Reader(tables, variables, sqlite=sqlite).read(parse(text), limit)
    except RecursionError as error:
        raise Invalid("query.too-deep", _("This query is nested too deeply."), field="query") from error


def parse(text: str) -> Query:
    """The one SELECT in `text`. Raises `Invalid` for anything else."""
    if len(text) > MAX_TEXT or "\0" in text:
        raise Invalid(
            "query.too-long", _("A query has {limit} characters at most.").format(limit=MAX_TEXT), field="query"
        )
    if half := _HALF.search(text):
        raise Invalid(
            "query.syntax", _("This query cannot be read."), field="query", start=half.start(), end=half.end()
        )
    try:
        statements = [found for found in sqlglot.parse(text, read="postgres") if found is not None]
    except ParseError as error:
        raise syntax.misread(text, error) from error
    except SqlglotError as error:
        raise Invalid(
            "query.syntax",
            _("This query cannot be read to its end."),
            do=_("Look for a quote or a bracket that is not closed."),
            field="query",
            start=len(text.rstrip()) - 1,
            end=len(text),
        ) from error
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        # The parser writes some parts out to speak of them, and Python writes no number of thousands of digits; of
        # others it looks at what is not there. Whatever a text makes it stumble over, it is the text that is wrong.
        raise Invalid("query.syntax", _("This query cannot be read."), field="query", start=0, end=len(text)) from error
    if not statements:
        raise Invalid(
            "query.empty", _("There is no query yet."), do=_("Write one that begins with SELECT."), field="query"
        )
    if len(statements) > 1:
        refuse(statements[1], "several", _("This is more than one query."), _("Keep one and take the “;” away."))
    statement = statements[0]
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise syntax.no_select(text)
    if sum(1 for _node in statement.walk()) > MAX_NODES:
        raise Invalid("query.too-long", _("This query has too many parts."), field="query")
    return statement


def fold(name: exp.Expr) -> str:
    """A name as PostgreSQL understands it: in small letters unless quoted."""
    written = name.name
    if not written or len(written.encode()) > MAX_NAME or written.startswith(_OURS):
        refuse(name, "name", _("“{name}” cannot be used as a name.").format(name=written[:80]))
    return written if name.args.get("quoted") else written.lower()


def view(table: str) -> str:
    """The name by which a query reads `table`."""
    return f"{_OURS}{table}"


def quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def quoted_column(name: str, table: str | None = None) -> exp.Column:
    return exp.Column(this=quoted(name), table=quoted(table) if table else None)


class Reader:
    """Reads one query."""

    def __init__(
        self, tables: Mapping[str, Mapping[str, Typed]], variables: Mapping[str, Sequence[str]], *, sqlite: bool
    ) -> None:
        self._tables = tables
        self._variables = variables
        self._sqlite = sqlite
        self._token = f"v{secrets.token_hex(8)}"
        self._bound: dict[str, str] = {}
        self._expressions = Expressions(self, sqlite=sqlite)
        self._used: set[str] = set()
        self._ctes: list[dict[str, Columns]] = []
        self._count = 0

    def read(self, query: Query, limit: int) -> Readable:
        """See `sql.read`."""
        made, columns = self._query(query, {}, None)
        asked = made.args.get("limit")
        rows = min(int(asked.expression.name), limit) if asked else limit
        made.set("limit", exp.Limit(expression=exp.Literal.number(rows)))
        dialect = "sqlite" if self._sqlite else "postgres"
        clause = made.args.pop("with_", None)
        ctes = tuple(cte.sql(dialect=dialect, identify=True) for cte in clause.expressions) if clause else ()
        return Readable(
            made.sql(dialect=dialect, identify=True), ctes, tuple(columns), frozenset(self._used), self._bound
        )

    def chosen(self, node: exp.Placeholder) -> list[exp.Expr]:
        """The values chosen for a variable, each bound as a text. `Invalid` if there is no such variable."""
        name = str(node.args.get("this") or "")
        if name not in self._variables:
            what = _("There is no variable “{name}”.").format(name=name[:MAX_NAME] or "?")
            do = _("The variables are: {names}.").format(names=", ".join(self._variables)) if self._variables else ""
            raise Invalid("query.no-variable", what, do=do, field="query", **place_of(node))
        if len(self._bound) + len(self._variables[name]) > MAX_BOUND:
            what = _("The variables stand for more than {limit} values in this query.").format(limit=MAX_BOUND)
            do = _("Choose fewer values, or name the variable fewer times.")
            raise Invalid("query.too-many-values", what, do=do, field="query", **place_of(node))
        if any("\0" in value or _HALF.search(value) for value in self._variables[name]):
            what = _("A value of the variable “{name}” holds a character that is none.").format(name=name)
            raise Invalid("query.not-text", what, field="query", **place_of(node))
        made: list[exp.Expr] = []
        for value in self._variables[name]:
            key = f"{self._token}_{len(self._bound)}"
            self._bound[key] = value
            made.append(exp.Cast(this=exp.Placeholder(this=key), to=exp.DataType.build("text")))
        return made

    def subquery(self, query: exp.Expr, scope: Scope) -> tuple[Query, Columns]:
        """A query in brackets inside an expression; it sees the names around it."""
        inner = query.this if isinstance(query, exp.Subquery) else query
        if not isinstance(inner, exp.Select | exp.SetOperation):
            refuse(query, "not-select", _("Here must stand a SELECT."))
        return self._query(inner, self._ctes[-1], scope)

    def _query(self, query: Query, around: dict[str, Columns], outer: Scope | None) -> tuple[Query, Columns]:
        ctes = dict(around)
        made_ctes = self._with(query, ctes, outer)
        self._ctes.append(ctes)
        if isinstance(query, exp.SetOperation):
            made, columns = self._set_operation(query, ctes, outer)
        else:
            made, columns = self._select(query, ctes, outer)
        self._ctes.pop()
        if made_ctes:
            made.set("with_", exp.With(expressions=made_ctes))
        return made, columns

    def _with(self, query: Query, ctes: dict[str, Columns], outer: Scope | None) -> list[exp.Expr]:
        clause = query.args.get("with_")
        if clause is None:
            return []
        if clause.args.get("recursive"):
            refuse(clause, "recursive", _("WITH RECURSIVE is not offered."))
        only(clause, "expressions")
        made: list[exp.Expr] = []
        for cte in clause.expressions:
            only(cte, "this", "alias")
            only(cte.args["alias"], "this")
            name = fold(cte.args["alias"].this)
            if name in self._tables or name in ctes:
                refuse(cte.args["alias"], "shadow", _("“{name}” is the name of a table already.").format(name=name),
                       _("Call this one something else."))  # fmt: skip
            if not isinstance(cte.this, exp.Select | exp.SetOperation):
                refuse(cte, "not-select", _("Here must stand a SELECT."))
            body, columns = self._query(cte.this, ctes, outer)
            ctes[name] = _distinct_names(cte, columns)
            made.append(exp.CTE(this=body, alias=exp.TableAlias(this=quoted(name))))
        return made

    def _set_operation(
        self, query: exp.SetOperation, ctes: dict[str, Columns], outer: Scope | None
    ) -> tuple[Query, Columns]:
        only(query, "this", "expression", "distinct", "with_", "order", "limit", "offset")
        halves, columns = [], cast("list[Columns]", [])
        for half in (query.this, query.expression):
            inner = half.this if isinstance(half, exp.Subquery) else half
            if isinstance(half, exp.Subquery):
                only(half, "this")
            if not isinstance(inner, exp.Select | exp.SetOperation) or any(
                inner.args.get(part) for part in ("order", "limit", "offset", "with_")
            ):
                refuse(half, "set", _("ORDER BY, LIMIT and WITH stand outside {word}.").format(word=query.key.upper()))
            made, names = self._query(inner, ctes, outer)
            halves.append(made)
            columns.append(names)
        if [typed for _name, typed in columns[0]] != [typed for _name, typed in columns[1]]:
            refuse(query, "set", _("Both halves of {word} must have the same columns.").format(word=query.key.upper()))
        whole = type(query)(this=halves[0], expression=halves[1], distinct=bool(query.args.get("distinct")))
        scope = Scope({"": columns[0]}, None)
        self._tail(query, whole, scope, columns[0])
        return whole, columns[0]

    def _select(self, query: exp.Select, ctes: dict[str, Columns], outer: Scope | None) -> tuple[Query, Columns]:
        only(query, "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "order",
             "limit", "offset")  # fmt: skip
        scope = Scope({}, outer)
        made = exp.Select()
        if source := query.args.get("from_"):
            only(source, "this")
            made.set("from_", exp.From(this=self._source(source.this, scope, ctes)))
        made.set("joins", [self._join(join, scope, ctes) for join in query.args.get("joins") or ()])
        if where := query.args.get("where"):
            made.set("where", exp.Where(this=self._expressions.condition(where.this, scope)))
        columns = self._outputs(query, made, scope)
        if distinct := query.args.get("distinct"):
            only(distinct)
            made.set("distinct", exp.Distinct())
        self._grouping(query, made, scope, columns)
        self._tail(query, made, scope, columns)
        return made, columns

    def _source(self, node: exp.Expr, scope: Scope, ctes: dict[str, Columns]) -> exp.Expr:
        self._count += 1
        if self._count > MAX_TABLES:
            refuse(node, "tables", _("A query may read from {limit} tables at most.").format(limit=MAX_TABLES))
        alias = node.args.get("alias")
        if alias is not None:
            only(alias, "this")
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            if alias is None or not isinstance(node.this, exp.Select | exp.SetOperation):
                refuse(node, "alias", _("A query in brackets needs a name: (SELECT …) AS name."))
            body, columns = self._query(node.this, ctes, None)
            name = self._claim(alias.this, fold(alias.this), scope, _distinct_names(node, columns))
            return exp.Subquery(this=body, alias=exp.TableAlias(this=quoted(name)))
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            refuse(node, "not-a-table", _("Here must stand the name of a table."), self._offer())
        only(node, "this", "alias")
        table = fold(node.this)
        if table in ctes:
            columns, real = ctes[table], table
        elif table in self._tables:
            columns, real = list(self._tables[table].items()), view(table)
            self._used.add(table)
        else:
            refuse(node, "no-table", _("There is no table “{name}”.").format(name=table), self._offer())
        name = self._claim(node, fold(alias.this) if alias else table, scope, columns)
        return exp.Table(this=quoted(real), alias=exp.TableAlias(this=quoted(name)))

    def _offer(self) -> str:
        return _("The tables are: {names}.").format(names=", ".join(self._tables))

    @staticmethod
    def _claim(node: exp.Expr, name: str, scope: Scope, columns: Columns) -> str:
        if name in scope.tables:
            refuse(node, "alias", _("“{name}” stands here twice.").format(name=name),
                   _("Give one of them another name with AS."))  # fmt: skip
        scope.tables[name] = columns
        return name

    def _join(self, join: exp.Join, scope: Scope, ctes: dict[str, Columns]) -> exp.Expr:
        only(join, "this", "side", "kind", "on")
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        if side not in ("", "LEFT", "RIGHT", "FULL") or kind not in ("", "INNER", "OUTER", "CROSS"):
            refuse(join, "join", _("This join is not offered."), _("Use JOIN, LEFT JOIN or CROSS JOIN."))
        source = self._source(join.this, scope, ctes)
        on = join.args.get("on")
        if on is None:
            return exp.Join(this=source, kind="CROSS")
        return exp.Join(this=source, side=side or None, on=self._expressions.condition(on, scope))

    def _outputs(self, query: exp.Select, made: exp.Select, scope: Scope) -> Columns:
        columns: Columns = []
        outputs: list[exp.Expr] = []
        for node in query.expressions:
            for name, value in self._output(node, scope):
                columns.append((name, value.typed))
                outputs.append(exp.Alias(this=value.node, alias=quoted(name)))
        if len(columns) > MAX_COLUMNS:
            refuse(query, "columns", _("A query shows {limit} columns at most.").format(limit=MAX_COLUMNS))
        if not columns:
            refuse(query, "no-output", _("After SELECT stands what to show, for example count(*)."))
        made.set("expressions", outputs)
        return columns

    def _output(self, node: exp.Expr, scope: Scope) -> list[tuple[str, Value]]:
        star = isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
        if star:
            only(node, "this", "table")
            table = fold(node.args["table"]) if node.args.get("table") else ""
            if not scope.tables or (table and table not in scope.tables):
                refuse(node, "star", _("There is no table to show everything of."))
            return [
                (name, Value(quoted_column(name, alias), typed))
                for alias, columns in scope.tables.items()
                if table in ("", alias)
                for name, typed in columns
            ]
        if isinstance(node, exp.Alias):
            return [(fold(node.args["alias"]), self._expressions.read(node.this, scope))]
        value = self._expressions.read(node, scope)
        plain = (
            node.name if isinstance(node, exp.Column) else node.sql_name() if isinstance(node, exp.Func) else "column"
        )
        return [(fold(node.this) if isinstance(node, exp.Column) else plain.lower(), value)]

    def _grouping(self, query: exp.Select, made: exp.Select, scope: Scope, columns: Columns) -> None:
        keys: list[exp.Expr] = []
        if group := query.args.get("group"):
            only(group, "expressions")
            for node in group.expressions:
                keys.append(self._named(node, scope, columns, made, by_output=False).node)
            made.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        if having := query.args.get("having"):
            made.set("having", exp.Having(this=self._expressions.condition(having.this, scope)))
        if keys or any(_aggregates(output) for output in made.expressions):
            grouped = {key.sql() for key in keys}
            for output, node in zip(made.expressions, _originals(query, made), strict=True):
                _require_grouped(output.this, grouped, node)

    def _named(self, node: exp.Expr, scope: Scope, columns: Columns, made: Query, *, by_output: bool) -> Value:
        """What ORDER BY or GROUP BY means: a position, a name of the output, or an expression."""
        if isinstance(node, exp.Literal) and not node.is_string:
            place = int(node.name) if node.name.isdecimal() and len(node.name) < 4 else 0
            if not 0 < place <= len(columns):
                refuse(node, "position", _("There is no output column number {number}.").format(number=node.name[:20]))
            return self._chosen(place - 1, columns, made, by_output=by_output)
        if isinstance(node, exp.Column) and not node.args.get("table"):
            name = fold(node.this)
            places = [place for place, (known, _typed) in enumerate(columns) if known == name]
            input_too = any(known == name for source in scope.tables.values() for known, _typed in source)
            if places and (by_output or not input_too):
                return self._chosen(places[0], columns, made, by_output=by_output)
        return self._expressions.read(node, scope)

    @staticmethod
    def _chosen(place: int, columns: Columns, made: Query, *, by_output: bool) -> Value:
        name, typed = columns[place]
        if by_output or not isinstance(made, exp.Select):
            return Value(quoted_column(name), typed)
        return Value(made.expressions[place].this.copy(), typed)

    def _tail(self, query: Query, made: Query, scope: Scope, columns: Columns) -> None:
        if order := query.args.get("order"):
            only(order, "expressions")
            made.set(
                "order", exp.Order(expressions=[self._ordered(o, scope, columns, made) for o in order.expressions])
            )
        for part, kind in (("limit", exp.Limit), ("offset", exp.Offset)):
            if clause := query.args.get(part):
                only(clause, "expression")
                written = clause.expression.name if isinstance(clause.expression, exp.Literal) else ""
                count = values.count_of(written)
                if count is None:
                    refuse(clause, "limit", _("After {word} stands a whole number.").format(word=part.upper()))
                made.set(part, kind(expression=exp.Literal.number(count)))

    def _ordered(self, node: exp.Expr, scope: Scope, columns: Columns, made: Query) -> exp.Expr:
        if not isinstance(node, exp.Ordered):
            refuse(node, "order", _("This order is not understood."))
        only(node, "this", "desc", "nulls_first")
        key = self._named(node.this, scope, columns, made, by_output=True).node
        return exp.Ordered(this=key, desc=bool(node.args.get("desc")), nulls_first=bool(node.args.get("nulls_first")))


def _distinct_names(node: exp.Expr, columns: Columns) -> Columns:
    names = [name for name, _typed in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(node, "twice", _("Two columns of this query are called “{name}”.").format(name=twice),
               _("Give one of them another name with AS."))  # fmt: skip
    return columns


def _originals(query: exp.Select, made: exp.Select) -> list[exp.Expr]:
    """For each output what the person wrote for it (a star stands for several)."""
    if len(query.expressions) == len(made.expressions):
        return list(query.expressions)
    return [query] * len(made.expressions)


def _aggregates(node: exp.Expr) -> bool:
    """Whether `node` itself, not a query inside it, aggregates."""
    inside = node.walk(prune=lambda found: isinstance(found, exp.Query))
    return any(isinstance(found, exp.AggFunc) for found in inside)


def _require_grouped(node: exp.Expr, grouped: set[str], at: exp.Expr) -> None:
    """PostgreSQL's rule, which SQLite does not hold: what is shown beside an aggregate must be grouped by."""
    stack = [node]
    while stack:
        found = stack.pop()
        if isinstance(found, exp.AggFunc | exp.Filter | exp.Query) or found.sql() in grouped:
            continue
        if isinstance(found, exp.Column):
            refuse(at, "not-grouped", _("“{name}” must be in GROUP BY or inside an aggregate.").format(name=found.name),
                   _("Add it to GROUP BY, or take for example min({name}).").format(name=found.name))  # fmt: skip
        stack += list(found.iter_expressions())
