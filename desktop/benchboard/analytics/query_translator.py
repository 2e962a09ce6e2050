"""Translates a query: one SELECT over relations, checked word by word, to the SQL that its engine runs.

In the result every table is a filtered view of a relation (a common table expression that the caller puts in front),
every name is quoted, and every construct is one that this package knows. Whatever is not known is refused at its place
in the text: there is no list of forbidden things from which something could be missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, cast

from sqlglot import exp

from benchboard.analytics import column_presentation, sql_nodes
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.expression_translator import ExpressionTranslator
from benchboard.analytics.name_scope import NameScope, name_of, view_name
from benchboard.analytics.query_errors import model_error, nearest_name, refuse, refuse_other_parts
from benchboard.analytics.query_parser import Query, parse_query
from benchboard.analytics.query_types import Columns, TypedExpr, ValueType
from benchboard.analytics.relations import Relation
from benchboard.analytics.type_conversion import small_integer
from benchboard.analytics.variable_binding import VariableBinding
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_TABLES: Final = 12
MAX_COLUMNS: Final = 200
_MAX_NAME: Final = 60
"""Characters of the name of an output without AS, which is its text, as in SQLite."""


@dataclass(frozen=True, slots=True)
class QueryModel:
    """A data model that a query may name: the query that it is, and how its columns are shown."""

    sql: str
    presentations: Mapping[str, Presentation]


NO_MODELS: Final[Mapping[str, QueryModel]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TranslatedQuery:
    """A query that may run."""

    body: str
    ctes: tuple[str, ...]
    """Its own common table expressions."""
    columns: tuple[tuple[str, ValueType], ...]
    relations: frozenset[str]
    """Those it reads, each as a view called `view_name(relation)`."""
    bound: Mapping[str, str] = field(default_factory=dict)
    """Values of its placeholders (`:name`, or `%(name)s` on PostgreSQL)."""
    row_size: int = 1
    """How many characters a row of it, or one that the engine sets aside on the way, may have at most."""

    def with_views(self, views: Sequence[str]) -> str:
        """The SQL to run: `views` (`name AS (SELECT …)`) and the query's own common table expressions, then it."""
        ctes = [*views, *self.ctes]
        return f"WITH {', '.join(ctes)} {self.body}" if ctes else self.body


def translate_query(
    text: str,
    relations: Mapping[str, Relation],
    *,
    for_sqlite: bool,
    limit: int,
    variables: Mapping[str, Sequence[str]] = MappingProxyType({}),
    models: Mapping[str, QueryModel] = NO_MODELS,
) -> TranslatedQuery:
    """The query in `text` for one engine, returning `limit` rows at most, with `variables` (`:name`) bound, over
    relations and `models`. Raises `Invalid` (`query.…`) with its place (`start`, `end`) for what is no query, or none
    that is offered."""
    try:
        translator = _QueryTranslator(relations, variables, models, for_sqlite=for_sqlite)
        return translator.translate(parse_query(text), limit)
    except RecursionError as error:
        raise Invalid("query.too-deep", _("This query is nested too deeply."), field="query") from error


class _QueryTranslator:
    """Translates one query."""

    def __init__(
        self,
        relations: Mapping[str, Relation],
        variables: Mapping[str, Sequence[str]],
        models: Mapping[str, QueryModel],
        *,
        for_sqlite: bool,
    ) -> None:
        self._relations, self._models = relations, models
        self._for_sqlite = for_sqlite
        self._variables = VariableBinding(variables, for_sqlite=for_sqlite)
        self._expressions = ExpressionTranslator(self._variables, self._subquery, for_sqlite=for_sqlite)
        self._read_relations: set[str] = set()
        self._ctes: list[dict[str, Columns]] = []
        """The common table expressions that can be named, for each query inside the other."""
        self._model_ctes: list[exp.Expr] = []
        self._model_measures: dict[str, Presentation] = {}
        """The measures of the models that it reads which no single column has, by name in small letters."""
        self._table_count = 0
        self._row_cells = 0
        """Outputs, and what is grouped or ordered by, of all SELECTs within this query."""

    def translate(self, query: Query, limit: int) -> TranslatedQuery:
        """See `translate_query`."""
        result, columns = self._query(query, self._read_models(query), None)
        if self._model_ctes:
            own = result.args.get("with_")
            result.set("with_", exp.With(expressions=[*self._model_ctes, *(own.expressions if own else ())]))
        written = result.args.get("limit")
        rows = min(int(written.expression.name), limit) if written else limit
        result.set("limit", exp.Limit(expression=exp.Literal.number(rows)))
        dialect = "sqlite" if self._for_sqlite else "postgres"
        clause = result.args.pop("with_", None)
        ctes = tuple(cte.sql(dialect=dialect, identify=True) for cte in clause.expressions) if clause else ()
        return TranslatedQuery(
            result.sql(dialect=dialect, identify=True),
            ctes,
            tuple(columns),
            frozenset(self._read_relations),
            self._variables.bound,
            max(1, self._row_cells * self._expressions.longest_text),
        )

    def _read_models(self, query: Query) -> dict[str, Columns]:
        """Translate the data models that a query names: they become its first common table expressions."""
        named = {one.name if one.this.args.get("quoted") else one.name.lower()
                 for one in query.find_all(exp.Table) if isinstance(one.this, exp.Identifier)}  # fmt: skip
        found: dict[str, Columns] = {}
        for name in sorted(named & self._models.keys()):
            model = self._models[name]
            try:
                body, columns = self._query(parse_query(model.sql), {}, None)
            except Invalid as error:
                raise model_error(name, error) from error
            self._model_measures |= {
                measure.casefold(): shown for measure, shown in model.presentations.items() if shown.is_calculated
            }
            found[name] = [
                (column, type_.shown_as(model.presentations.get(column, type_.presentation)))
                for column, type_ in columns
            ]
            self._model_ctes.append(exp.CTE(this=body, alias=exp.TableAlias(this=sql_nodes.identifier(name))))
        return found

    def _subquery(self, query: exp.Expr, scope: NameScope) -> tuple[Query, Columns]:
        """A query in brackets inside an expression; it sees the names around it."""
        inner = query
        while isinstance(inner, exp.Subquery):
            refuse_other_parts(inner, "this")
            inner = inner.this
        if not isinstance(inner, exp.Select | exp.SetOperation):
            refuse(query, "not-select", _("A SELECT is expected here."))
        return self._query(inner, self._ctes[-1], scope)

    def _query(self, query: Query, around: dict[str, Columns], outer: NameScope | None) -> tuple[Query, Columns]:
        ctes = dict(around)
        translated_ctes = self._with(query, ctes, outer)
        self._ctes.append(ctes)
        if isinstance(query, exp.SetOperation):
            result, columns = self._set_operation(query, ctes, outer)
        else:
            result, columns = self._select(query, ctes, outer)
        self._ctes.pop()
        if translated_ctes:
            result.set("with_", exp.With(expressions=translated_ctes))
        return result, columns

    def _with(self, query: Query, ctes: dict[str, Columns], outer: NameScope | None) -> list[exp.Expr]:
        clause = query.args.get("with_")
        if clause is None:
            return []
        if clause.args.get("recursive"):
            refuse(clause, "recursive", _("WITH RECURSIVE isn't supported."))
        refuse_other_parts(clause, "expressions")
        result: list[exp.Expr] = []
        for cte in clause.expressions:
            refuse_other_parts(cte, "this", "alias")
            refuse_other_parts(cte.args["alias"], "this")
            name = name_of(cte.args["alias"].this)
            if name in self._relations or name in ctes:
                refuse(cte.args["alias"], "shadow", _("A table named “{name}” already exists.").format(name=name),
                       _("Choose another name."))  # fmt: skip
            if not isinstance(cte.this, exp.Select | exp.SetOperation):
                refuse(cte, "not-select", _("A SELECT is expected here."))
            body, columns = self._query(cte.this, ctes, outer)
            ctes[name] = _require_distinct_names(cte, columns)
            result.append(exp.CTE(this=body, alias=exp.TableAlias(this=sql_nodes.identifier(name))))
        return result

    def _set_operation(
        self, query: exp.SetOperation, ctes: dict[str, Columns], outer: NameScope | None
    ) -> tuple[Query, Columns]:
        refuse_other_parts(query, "this", "expression", "distinct", "with_", "order", "limit", "offset")
        halves, columns = [], cast("list[Columns]", [])
        for half in (query.this, query.expression):
            inner = half.this if isinstance(half, exp.Subquery) else half
            if isinstance(half, exp.Subquery):
                refuse_other_parts(half, "this")
            if not isinstance(inner, exp.Select | exp.SetOperation) or any(
                inner.args.get(part) for part in ("order", "limit", "offset", "with_")
            ):
                refuse(half, "set", _("Put ORDER BY, LIMIT and WITH outside {word}.").format(word=query.key.upper()))
            result, names = self._query(inner, ctes, outer)
            halves.append(result)
            columns.append(names)
        if [type_ for _name, type_ in columns[0]] != [type_ for _name, type_ in columns[1]]:
            refuse(
                query,
                "set",
                _("Both sides of {word} must have the same number and types of columns.").format(
                    word=query.key.upper()
                ),
            )
        shown = column_presentation.union(*([type_.presentation for _name, type_ in half] for half in columns))
        columns[0] = [(name, type_.shown_as(one)) for (name, type_), one in zip(columns[0], shown, strict=True)]
        whole = type(query)(this=halves[0], expression=halves[1], distinct=bool(query.args.get("distinct")))
        scope = NameScope({"": columns[0]}, None)
        self._order_and_limit(query, whole, scope, columns[0])
        return whole, columns[0]

    def _select(self, query: exp.Select, ctes: dict[str, Columns], outer: NameScope | None) -> tuple[Query, Columns]:
        refuse_other_parts(query, "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having",
                           "order", "limit", "offset")  # fmt: skip
        scope = NameScope({}, outer)
        result = exp.Select()
        if source := query.args.get("from_"):
            refuse_other_parts(source, "this")
            result.set("from_", exp.From(this=self._source(source.this, scope, ctes)))
        result.set("joins", [self._join(join, scope, ctes) for join in query.args.get("joins") or ()])
        if where := query.args.get("where"):
            result.set("where", exp.Where(this=self._expressions.condition(where.this, scope)))
        columns = self._outputs(query, result, scope)
        if where:
            fixed = self._expressions.fixed_values(where.this, scope)
            columns = [
                (name, type_.shown_as(column_presentation.with_currencies(type_.presentation, fixed)))
                for name, type_ in columns
            ]
        if distinct := query.args.get("distinct"):
            refuse_other_parts(distinct)
            result.set("distinct", exp.Distinct())
        keys = self._grouping(query, result, scope, columns)
        columns = [
            (name, type_.shown_as(column_presentation.grouped(type_.presentation, keys))) for name, type_ in columns
        ]
        self._order_and_limit(query, result, scope, columns)
        return result, columns

    def _source(self, node: exp.Expr, scope: NameScope, ctes: dict[str, Columns]) -> exp.Expr:
        self._table_count += 1
        if self._table_count > MAX_TABLES:
            refuse(node, "tables", _("A query can read from up to {limit} tables.").format(limit=MAX_TABLES))
        if isinstance(node, exp.Lateral):
            refuse(node, "not-a-table", _("LATERAL isn't supported."))
        alias = node.args.get("alias")
        if alias is not None:
            refuse_other_parts(alias, "this")
        if isinstance(node, exp.Subquery):
            refuse_other_parts(node, "this", "alias")
            if alias is None or not isinstance(node.this, exp.Select | exp.SetOperation):
                refuse(node, "alias", _("A subquery needs a name: (SELECT …) AS name."))
            body, columns = self._query(node.this, ctes, None)
            _require_distinct_names(node, columns)
            name = self._add_to_scope(alias.this, name_of(alias.this), scope, self._read(columns))
            return exp.Subquery(this=body, alias=exp.TableAlias(this=sql_nodes.identifier(name)))
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            refuse(node, "not-a-table", _("A table name is expected here."), self._known_relations())
        if node.args.get("db"):
            path = ".".join(part.name for part in node.parts)
            place = exp.Table(**{part: node.args.get(part) for part in ("this", "db", "catalog")})
            what, meant = _("There's no table “{name}”.").format(name=path), nearest_name(path, self._relations)
            refuse(place, "no-table", what, self._advice_without(path), meant=meant)
        refuse_other_parts(node, "this", "alias")
        table = name_of(node.this)
        if table in ctes:
            columns, real = ctes[table], table
        elif table in self._relations:
            columns, real = list(self._relations[table].columns.items()), view_name(table)
            self._read_relations.add(table)
        else:
            what, meant = _("There's no table “{name}”.").format(name=table), nearest_name(table, self._relations)
            refuse(node, "no-table", what, self._advice_without(table), meant=meant)
        name = self._add_to_scope(node, name_of(alias.this) if alias else table, scope, self._read(columns))
        if len(scope.tables) == 1 and real != table:
            scope.rows_title = self._relations[table].rows_title
        return exp.Table(this=sql_nodes.identifier(real), alias=exp.TableAlias(this=sql_nodes.identifier(name)))

    def _read(self, columns: Columns) -> Columns:
        """The columns as they are shown where the table just counted is read."""
        table = str(self._table_count)
        return [
            (name, type_.shown_as(column_presentation.within(type_.presentation, table))) for name, type_ in columns
        ]

    def _known_relations(self) -> str:
        return _("Available tables: {names}.").format(names=", ".join(self._relations))

    def _advice_without(self, table: str) -> str:
        if near := nearest_name(table, self._relations):
            return _("Did you mean “{name}”?").format(name=near)
        return self._known_relations()

    @staticmethod
    def _add_to_scope(node: exp.Expr, name: str, scope: NameScope, columns: Columns) -> str:
        if name in scope.tables:
            refuse(node, "alias", _("“{name}” is used twice.").format(name=name),
                   _("Rename one of them with AS."))  # fmt: skip
        scope.tables[name] = columns
        scope.rows_title = ""
        return name

    def _join(self, join: exp.Join, scope: NameScope, ctes: dict[str, Columns]) -> exp.Expr:
        refuse_other_parts(join, "this", "side", "kind", "on")
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        if side not in ("", "LEFT", "RIGHT", "FULL") or kind not in ("", "INNER", "OUTER", "CROSS"):
            refuse(join, "join", _("This join type isn't supported."), _("Use JOIN, LEFT JOIN or CROSS JOIN."))
        source = self._source(join.this, scope, ctes)
        on = join.args.get("on")
        if on is None:
            return exp.Join(this=source, kind="CROSS")
        return exp.Join(this=source, side=side or None, on=self._expressions.condition(on, scope))

    def _outputs(self, query: exp.Select, result: exp.Select, scope: NameScope) -> Columns:
        columns: Columns = []
        outputs: list[exp.Expr] = []
        for node in query.expressions:
            for name, value in self._output(node, scope):
                columns.append((name, value.type))
                outputs.append(exp.Alias(this=self._expressions.exact(value).node, alias=sql_nodes.identifier(name)))
            if len(columns) > MAX_COLUMNS:
                refuse(query, "columns", _("A query can return up to {limit} columns.").format(limit=MAX_COLUMNS))
        self._row_cells += len(columns)
        if not columns:
            refuse(query, "no-output", _("SELECT needs at least one column, for example count(*)."))
        result.set("expressions", outputs)
        return columns

    def _output(self, node: exp.Expr, scope: NameScope) -> list[tuple[str, TypedExpr]]:
        star = isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
        if star:
            refuse_other_parts(node, "this", "table")
            table = name_of(node.args["table"]) if node.args.get("table") else ""
            if not scope.tables or (table and table not in scope.tables):
                refuse(node, "star", _("“*” doesn't refer to a table in this query."))
            return [
                (name, TypedExpr(sql_nodes.column(name, alias), type_))
                for alias, columns in scope.tables.items()
                if table in ("", alias)
                for name, type_ in columns
            ]
        if isinstance(node, exp.Alias):
            alias, value = node.args["alias"], self._expressions.translate(node.this, scope)
            shown = self._titled_by_column(node.this, scope, alias.name) or column_presentation.named(
                value.presentation, alias.name, quoted=bool(alias.args.get("quoted"))
            )
            return [(name_of(alias), value.shown_as(shown))]
        value = self._expressions.translate(node, scope)
        if isinstance(node, exp.Column):
            name = name_of(node.this)
            return [(name, value.shown_as(column_presentation.unnamed(value.presentation, name)))]
        name = node.sql_name().lower() if isinstance(node, exp.Func) else node.sql()[:_MAX_NAME]
        return [(name, value.shown_as(column_presentation.unnamed(value.presentation)))]

    def _titled_by_column(self, node: exp.Expr, scope: NameScope, alias: str) -> Presentation | None:
        """How an output is shown whose column, of a data model, has a better title than its alias; else None."""
        if not self._model_ctes:
            return None
        function, column = sql_nodes.aggregate_of(node)
        if isinstance(column, exp.Star):
            listed = (type_ for columns in scope.tables.values() for name, type_ in columns if name == alias)
            shown = next((type_.presentation for type_ in listed), None)
            return column_presentation.titled_by_column(shown, alias, alias, function) if shown is not None else None
        if not isinstance(column, exp.Column):
            calculated = self._model_measures.get(alias.casefold())
            return column_presentation.titled_by_measure(calculated) if calculated is not None else None
        presentation = scope.column(column).presentation
        return column_presentation.titled_by_column(presentation, column.name, alias, function)

    def _grouping(self, query: exp.Select, result: exp.Select, scope: NameScope, columns: Columns) -> frozenset[str]:
        """Translate GROUP BY and HAVING. Returns the origins of the columns that the query groups by."""
        keys: list[exp.Expr] = []
        origins: set[str] = set()
        if group := query.args.get("group"):
            refuse_other_parts(group, "expressions")
            for node in group.expressions:
                key = self._expressions.exact(self._key(node, scope, columns, result, by_output=False))
                keys.append(key.node)
                origins.add(key.presentation.origin)
            self._row_cells += len(keys)
            result.set("group", exp.Group(expressions=keys))
        if having := query.args.get("having"):
            result.set("having", exp.Having(this=self._expressions.condition(having.this, scope)))
        if keys or any(_has_aggregate(output) for output in result.expressions):
            grouped = set(keys)
            for output, node in zip(result.expressions, _originals(query, result), strict=True):
                _require_grouped(output.this, grouped, node)
        return frozenset(origins - {""})

    def _key(self, node: exp.Expr, scope: NameScope, columns: Columns, result: Query, *, by_output: bool) -> TypedExpr:
        """A key of ORDER BY or GROUP BY: a position, the name of an output column, or an expression."""
        if isinstance(node, exp.Literal) and not node.is_string:
            place = int(node.name) if node.name.isdecimal() and len(node.name) < 4 else 0
            if not 0 < place <= len(columns):
                refuse(node, "position", _("The query has no column number {number}.").format(number=node.name[:20]))
            return self._output_column(place - 1, columns, result, by_output=by_output)
        if isinstance(node, exp.Column) and not node.args.get("table"):
            name = name_of(node.this)
            places = [place for place, (known, _type) in enumerate(columns) if known == name]
            input_too = any(known == name for source in scope.tables.values() for known, _type in source)
            if places and (by_output or not input_too):
                return self._output_column(places[0], columns, result, by_output=by_output)
        return self._expressions.translate(node, scope)

    def _output_column(self, place: int, columns: Columns, result: Query, *, by_output: bool) -> TypedExpr:
        name, type_ = columns[place]
        if by_output or not isinstance(result, exp.Select):
            return TypedExpr(sql_nodes.column(name), type_)
        output = result.expressions[place].this
        self._expressions.charge_copies(output)
        return TypedExpr(output.copy(), type_)

    def _order_and_limit(self, query: Query, result: Query, scope: NameScope, columns: Columns) -> None:
        if order := query.args.get("order"):
            refuse_other_parts(order, "expressions")
            self._row_cells += len(order.expressions)
            result.set(
                "order", exp.Order(expressions=[self._order_key(o, scope, columns, result) for o in order.expressions])
            )
        for part, kind in (("limit", exp.Limit), ("offset", exp.Offset)):
            if clause := query.args.get(part):
                refuse_other_parts(clause, "expression")
                written = clause.expression.name if isinstance(clause.expression, exp.Literal) else ""
                count = small_integer(written)
                if count is None:
                    refuse(clause, "limit", _("{word} must be followed by a whole number.").format(word=part.upper()))
                result.set(part, kind(expression=exp.Literal.number(count)))

    def _order_key(self, node: exp.Expr, scope: NameScope, columns: Columns, result: Query) -> exp.Expr:
        if not isinstance(node, exp.Ordered):
            refuse(node, "order", _("This ORDER BY isn't valid."))
        refuse_other_parts(node, "this", "desc", "nulls_first")
        key = self._expressions.exact(self._key(node.this, scope, columns, result, by_output=True)).node
        return exp.Ordered(this=key, desc=bool(node.args.get("desc")), nulls_first=bool(node.args.get("nulls_first")))


def _require_distinct_names(node: exp.Expr, columns: Columns) -> Columns:
    names = [name for name, _type in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(node, "twice", _("Two columns are named “{name}”.").format(name=twice),
               _("Rename one of them with AS."))  # fmt: skip
    return columns


def _originals(query: exp.Select, result: exp.Select) -> list[exp.Expr]:
    """For each output of the result, the part of the query that it comes from (a star gives several)."""
    if len(query.expressions) == len(result.expressions):
        return list(query.expressions)
    return [query] * len(result.expressions)


def _has_aggregate(node: exp.Expr) -> bool:
    """Whether `node` itself, not a query inside it, aggregates."""
    inside = node.walk(prune=lambda found: isinstance(found, exp.Query))
    return any(isinstance(found, exp.AggFunc) for found in inside)


def _require_grouped(node: exp.Expr, grouped: set[exp.Expr], at: exp.Expr) -> None:
    """PostgreSQL's rule, which SQLite does not hold: what is shown beside an aggregate must be grouped by."""
    stack = [node]
    while stack:
        found = stack.pop()
        if isinstance(found, exp.AggFunc | exp.Filter | exp.Query) or found in grouped:
            continue
        if isinstance(found, exp.Column):
            what = _("“{name}” must be in GROUP BY or inside an aggregate.").format(name=found.name)
            do = _("Add it to GROUP BY, or use an aggregate such as min({name}).").format(name=found.name)
            refuse(at, "not-grouped", what, do)
        stack += list(found.iter_expressions())
