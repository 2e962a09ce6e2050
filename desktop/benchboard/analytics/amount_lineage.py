"""Which columns of a query add up amounts, and the query that tells in which currencies: the same with a column more
for each of them.

An amount is followed from its table through joins, subqueries and WITH to the result. Its currency is said by a column
of its own table, or of a joined one of which each of its rows has one row. Rows whose part in a sum is 0 (`CASE WHEN
currency = 'EUR' THEN amount ELSE 0 END`) don't count, and amounts that are multiplied by a rate of their currency are
in one.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlglot import exp

from benchboard.analytics.likely_measure import is_amount, names_currency, names_rate
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_parser import Query, parse_duckdb, parse_query
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.sql_text import tokens
from benchboard.errors import Invalid

_TAG: Final = "currencies_of_{number}"
_ADDING: Final = (exp.Sum, exp.Avg)
_CHOOSING: Final = (exp.Min, exp.Max, exp.Median, exp.AnyValue, exp.First, exp.Last, exp.ArgMax, exp.ArgMin)
"""What brings amounts of several rows together without adding them up."""
_NEIGHBOURS: Final = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.Min, exp.Max)
_OTHER_NAMES: Final = frozenset(("mean", "favg", "fsum", "kahan_sum", "sumkahan"))
_VARIABLE: Final = re.compile(r"'bb_variable_(\d+)'", re.IGNORECASE)
_SQLGLOT: Final[Mapping[Dialect, str]] = {
    "own": "postgres", "postgresql": "postgres", "mysql": "mysql", "duckdb": "duckdb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table as a query reads it; `source` is the name of its source where the query names it. `most`: of a large one
    on a server, so many rows are read at most."""

    source: str
    name: str
    columns: tuple[tuple[str, ValueKind], ...]
    most: int | None = None

    @property
    def currency(self) -> str:
        """The column with the currency of each row; empty if there is none."""
        return next((name for name, kind in self.columns if kind == "text" and names_currency(name)), "")


@dataclass(frozen=True, slots=True)
class CurrencyQuery:
    """`text` is the query with further columns: `added` has their names by the places of those that add up amounts,
    whose currencies they have, separated by commas. `tables`: those that say the currencies."""

    text: str
    added: Mapping[int, str]
    measured: frozenset[int]
    """The places of the columns that are calculated of several rows."""
    tables: frozenset[KnownTable]
    most: int | None = None
    """So many rows of a large table are read at most; None where all are."""


FindTable = Callable[[str, str], KnownTable | str | None]
"""The table that a query names so, by the name of its source (empty: the query's own) and its own; of a data model, the
query that it is."""
IsUnique = Callable[[KnownTable, Sequence[str]], bool]
"""Whether the rows of a table differ in these columns."""


def currency_query(text: str, dialect: Dialect, find_table: FindTable, is_unique: IsUnique) -> CurrencyQuery | None:
    """The query for the currencies of what a query adds up; None if that isn't known, such as where it names other
    tables than those found. Nothing is `added` where it adds up no amounts."""
    marked, variables = list(text), [one for one in tokens(text) if one.kind == "variable"]
    for number, one in enumerate(variables):
        marked[one.start : one.end] = [f"'bb_variable_{number}'", *[""] * (one.end - one.start - 1)]
    try:
        tree = _parsed("".join(marked), dialect)
        lineage = _Lineage(dialect, find_table, is_unique)
        _remove_limit(tree)
        outputs = lineage.query(tree, {}, is_result=True)
    except (Invalid, RecursionError, _UnknownError):
        return None
    added = {at: one.tag.name for at, one in enumerate(outputs.columns) if one.tag is not None and one.adds}
    names = [text[one.start : one.end] for one in variables]
    found = _VARIABLE.sub(lambda match: names[int(match[1])], tree.sql(dialect=_SQLGLOT[dialect], comments=False))
    measured = frozenset(at for at, one in enumerate(outputs.columns) if one.is_measured)
    return CurrencyQuery(found, added, measured, frozenset(lineage.said), lineage.most)


def _parsed(text: str, dialect: Dialect) -> Query:
    return parse_duckdb(text) if dialect == "duckdb" else parse_query(text, mysql=dialect == "mysql")


class _UnknownError(Exception):
    """A part of a query that isn't understood."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that a part of a query has. `tag` names the column with its currencies there; an amount without one has
    none that is known yet. `adds`: it is added up of several rows; `is_measured`: it is calculated of them."""

    name: exp.Identifier | None
    """None where the engine finds a name for it."""
    is_amount: bool = False
    tag: exp.Identifier | None = None
    adds: bool = False
    is_measured: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """What a table, a subquery or a query of WITH gives to the query around it."""

    columns: tuple[_Column, ...]
    table: KnownTable | None = None

    def find(self, name: str) -> _Column | None:
        """The column of that name."""
        wanted = name.casefold()
        return next((one for one in self.columns if one.name is not None and one.name.name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class _Codes:
    """The currencies of an expression, as expressions of texts; none of one that is no amount. `owner` is the part with
    an amount whose currency isn't known."""

    texts: tuple[exp.Expr, ...] = ()
    adds: bool = False
    owner: str = ""


_NONE: Final = _Codes()
_Key = tuple[tuple[str, str], tuple[str, str]]
"""Two columns that a join compares, each by its part and its name."""


@dataclass(slots=True)
class _SelectParts:
    """The parts of a SELECT by the names that it calls them, in small letters, with these names as written."""

    parts: dict[str, tuple[exp.Identifier, _Part]] = field(default_factory=dict)
    keys: list[_Key] = field(default_factory=list)

    def resolve(self, node: exp.Column) -> tuple[str, _Column] | None:
        """The part and the column that a name means; None where it is none of these."""
        named = [node.table.casefold()] if node.table else list(self.parts)
        found = [(one, self.parts[one][1].find(node.name)) for one in named if one in self.parts]
        return next(((part, column) for part, column in found if column is not None), None)


class _Lineage:
    def __init__(self, dialect: Dialect, find_table: FindTable, is_unique: IsUnique) -> None:
        self._dialect, self._find_table, self._is_unique = dialect, find_table, is_unique
        self._numbers = itertools.count(1)
        self.said: set[KnownTable] = set()
        """The tables that say currencies."""
        self.most: int | None = None

    # Queries

    def query(self, node: Query, known: Mapping[str, _Part], *, is_result: bool = False) -> _Part:
        """What a query gives. Each of its columns that are amounts gets one with its currencies at the end; of the
        whole query only those that are added up."""
        known = self._with(node, known)
        selects = list(_selects(node))
        outputs = [self._select(one, known) for one in selects]
        if len({len(one) for one in outputs}) != 1:
            raise _UnknownError
        columns: list[_Column] = []
        for at, name in enumerate(name for name, _codes in outputs[0]):
            found = [one[at][1] for one in outputs]
            adds, texts = any(one.adds for one in found), [one.texts for one in found]
            tag = None
            if any(texts) and (adds or not is_result):
                tag = exp.to_identifier(_TAG.format(number=next(self._numbers)))
                for select, codes in zip(selects, texts, strict=True):
                    select.append("expressions", exp.alias_(self._joined(codes), tag.copy()))
            measured = _has_aggregate(selects[0].expressions[at])
            columns.append(_Column(name, any(one.owner for one in found), tag, adds, measured))
        return _Part(tuple(columns))

    def _with(self, node: Query, known: Mapping[str, _Part]) -> Mapping[str, _Part]:
        clause = node.args.get("with_")
        if clause is None:
            return known
        if clause.args.get("recursive"):
            raise _UnknownError
        for one in clause.expressions:
            known = {**known, one.alias.casefold(): self._named_part(one, known)}
        return known

    def _named_part(self, node: exp.Expr, known: Mapping[str, _Part]) -> _Part:
        """What a query of WITH or a subquery gives, with the names that its columns have there."""
        if not isinstance(node.this, exp.Select | exp.SetOperation):
            raise _UnknownError
        part = self.query(node.this, known)
        alias = node.args.get("alias")
        names = alias.args.get("columns") if alias is not None else None
        if not names:
            return part
        if len(names) != len(part.columns):
            raise _UnknownError
        tags = [one.tag.copy() for one in part.columns if one.tag is not None]
        renamed = tuple(replace(one, name=name) for one, name in zip(part.columns, names, strict=True))
        if alias is not None:
            alias.set("columns", [*names, *tags])
        return _Part(renamed)

    def _select(self, node: exp.Select, known: Mapping[str, _Part]) -> list[tuple[exp.Identifier | None, _Codes]]:
        """The columns of a SELECT, without those added to it."""
        scope = self._scope(node, known)
        self._expand_stars(node, scope)
        is_grouped = node.args.get("group") is not None or any(map(_has_aggregate, node.expressions))
        outputs = []
        for one in node.expressions:
            inner = one.unalias()
            codes = self._codes(inner, scope, known)
            if is_grouped and codes.texts and not _has_aggregate(inner):
                codes = replace(codes, texts=(self._gathered(self._joined(codes.texts)),))
            if is_grouped:
                codes = replace(codes, owner="")
            outputs.append((_output_name(one), codes))
        return outputs

    def _expand_stars(self, node: exp.Select, scope: _SelectParts) -> None:
        """Name the columns that `*` means: the parts have further ones by now."""
        expanded: list[exp.Expr] = []
        for one in node.expressions:
            star = one.this if isinstance(one, exp.Column) else one
            if not isinstance(star, exp.Star):
                expanded.append(one)
                continue
            if star.args.get("replace") or star.args.get("rename"):
                raise _UnknownError
            left_out = {name.name.casefold() for name in star.args.get("except_") or star.args.get("except") or ()}
            wanted = one.table.casefold() if isinstance(one, exp.Column) else ""
            merged = _merged(node)
            for place, (key, (alias, part)) in enumerate(scope.parts.items()):
                for column in part.columns if wanted in ("", key) else ():
                    if column.name is None:
                        raise _UnknownError
                    name = column.name.name.casefold()
                    if name not in left_out and not (place and not wanted and name in merged):
                        expanded.append(exp.column(column.name.copy(), alias.copy()))
        node.set("expressions", expanded)

    # FROM

    def _scope(self, node: exp.Select, known: Mapping[str, _Part]) -> _SelectParts:
        scope = _SelectParts()
        source, joins = node.args.get("from_"), node.args.get("joins") or ()
        for one in (*((source.this,) if source is not None else ()), *(join.this for join in joins)):
            self._from(one, scope, known, node)
        for join in joins:
            self._note_keys(join.args.get("on"), scope)
            for name in join.args.get("using") or ():
                having = [key for key, (_alias, part) in scope.parts.items() if part.find(name.name) is not None]
                scope.keys += [((one, name.name), (other, name.name)) for one in having for other in having]
        self._note_keys(node.args.get("where"), scope)
        return scope

    def _from(self, node: exp.Expr, scope: _SelectParts, known: Mapping[str, _Part], select: exp.Select) -> None:
        if node.args.get("joins") or node.args.get("pivots") or node.args.get("laterals"):
            raise _UnknownError
        if isinstance(node, exp.Subquery):
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(f"part_{next(self._numbers)}")))
            alias, part = node.args["alias"].this, self._named_part(node, known)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            given = node.args.get("alias")
            if given is not None and given.args.get("columns"):
                raise _UnknownError
            alias, found = given.this if given is not None else node.this, self._table(node, known)
            part = self._model(node, alias, found) if isinstance(found, str) else found
            if part.table is not None and part.table.most is not None:
                self._sample(node, alias, part.table.most, select)
        else:
            raise _UnknownError
        if alias.name.casefold() in scope.parts:
            raise _UnknownError
        scope.parts[alias.name.casefold()] = alias, part

    def _model(self, node: exp.Table, alias: exp.Identifier, text: str) -> _Part:
        """Put the query of a data model in its place."""
        query = _parsed(text, self._dialect)
        part = self.query(query, {})
        node.replace(query.subquery(alias.copy()))
        return part

    def _table(self, node: exp.Table, known: Mapping[str, _Part]) -> _Part | str:
        names = [part.name for part in node.parts]
        if len(names) == 1 and (found := known.get(names[0].casefold())) is not None:
            return found
        is_source = self._dialect == "duckdb" and len(names) == 2
        table = self._find_table(names[0], names[1]) if is_source else self._find_table("", ".".join(names))
        if table is None:
            raise _UnknownError
        if isinstance(table, str):
            return table
        return _Part(
            tuple(_Column(exp.to_identifier(name, quoted=True), is_amount(name, kind)) for name, kind in table.columns),
            table,
        )

    def _sample(self, node: exp.Table, alias: exp.Identifier, most: int, select: exp.Select) -> None:
        """Read some rows of a large table alone, of those that the query's conditions on it leave."""
        self.most = most
        where = select.args.get("where")
        only = len(select.args.get("joins") or ()) == 0
        rows = exp.select("*").from_(node.copy()).limit(most)
        for one in _conditions(where.this) if where is not None else ():
            columns = list(one.find_all(exp.Column))
            is_own = all(only or column.table.casefold() == alias.name.casefold() for column in columns)
            if is_own and one.find(exp.Subquery, exp.Select) is None:
                rows = rows.where(one.copy())
        node.replace(rows.subquery(alias.copy()))

    def _note_keys(self, node: exp.Expr | None, scope: _SelectParts) -> None:
        for one in node.find_all(exp.EQ) if node is not None else ():
            sides = [scope.resolve(side) for side in (one.left, one.right) if isinstance(side, exp.Column)]
            named = [(part, column.name.name) for part, column in filter(None, sides) if column.name is not None]
            if len(named) == 2:
                scope.keys.append((named[0], named[1]))

    # Expressions

    def _codes(self, node: exp.Expr | None, scope: _SelectParts, known: Mapping[str, _Part]) -> _Codes:
        """The currencies of an expression of a row, or of several if it has an aggregate."""
        if node is None or isinstance(node, exp.Predicate | exp.Connector | exp.Not | exp.DataType):
            return _NONE
        if isinstance(node, exp.Column):
            return self._column_codes(node, scope)
        if isinstance(node, exp.Subquery):
            return self._scalar_codes(node, known)
        if isinstance(node, exp.Window):
            return self._window_codes(node, scope, known)
        if isinstance(node, exp.Filter):
            return self._aggregate_codes(node.this, scope, known, node)
        if _is_aggregate(node):
            return self._aggregate_codes(node, scope, known)
        if isinstance(node, exp.Case | exp.If):
            return self._branch_codes(node, scope, known)
        if isinstance(node, exp.Mul | exp.Div):
            return self._product_codes(node, scope, known)
        found = _united(self._codes(one, scope, known) for one in node.iter_expressions())
        if isinstance(node, exp.Add | exp.Sub) and len(found.texts) > 1:
            return replace(found, adds=True)
        return found

    def _column_codes(self, node: exp.Column, scope: _SelectParts) -> _Codes:
        found = scope.resolve(node)
        if found is None:
            return _NONE
        part, column = found
        if column.tag is not None:
            return _Codes((exp.column(column.tag.copy(), scope.parts[part][0].copy()),), column.adds)
        if not column.is_amount:
            return _NONE
        text = self._currency_of(part, scope)
        return _Codes((text,)) if text is not None else _Codes(owner=part)

    def _currency_of(self, owner: str, scope: _SelectParts) -> exp.Expr | None:
        """The currency of the amounts of a part: said by itself, or by a table of which each of its rows has one."""
        own = scope.parts[owner][1].table
        if own is not None and own.currency:
            return self._said_by(owner, own, scope)
        for other, (_alias, part) in scope.parts.items():
            if other == owner or part.table is None or not part.table.currency:
                continue
            keys = {
                name
                for one, two in scope.keys
                for (place, name), (counter, _name) in ((one, two), (two, one))
                if place == other and counter != other
            }
            if keys and self._is_unique(part.table, sorted(keys)):
                return self._said_by(other, part.table, scope)
        return None

    def _said_by(self, part: str, table: KnownTable, scope: _SelectParts) -> exp.Expr:
        self.said.add(table)
        code = exp.column(exp.to_identifier(table.currency, quoted=True), scope.parts[part][0].copy())
        return _call("nullif", _call("upper", _call("trim", code)), exp.Literal.string(""))

    def _branch_codes(self, node: exp.Case | exp.If, scope: _SelectParts, known: Mapping[str, _Part]) -> _Codes:
        branches = node.args.get("ifs") or (node,)
        results = [one.args.get("true") for one in branches]
        results.append(node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false"))
        found = [self._codes(one, scope, known) for one in results]
        asked = [node.this, *(one.this for one in branches)]
        if sum(bool(one.texts) for one in found) > 1 and any(map(_names_currency, asked)):
            return _NONE  # each is converted, by its currency
        return _united(found)

    def _product_codes(self, node: exp.Mul | exp.Div, scope: _SelectParts, known: Mapping[str, _Part]) -> _Codes:
        left, right = (self._codes(one, scope, known) for one in (node.left, node.right))
        for codes, factor in ((left, node.right), (right, node.left)):
            if codes.texts and not codes.adds and (_names_currency(factor) or self._is_rate(factor, scope)):
                return _NONE
        if isinstance(node, exp.Div) and left.texts and right.texts and not (left.adds or right.adds):
            return _NONE  # a share
        return _united((left, right))

    def _is_rate(self, node: exp.Expr, scope: _SelectParts) -> bool:
        """Whether an expression is the rate of a currency: a column called so of a table that has one for each."""
        for one in node.find_all(exp.Column):
            found = scope.resolve(one) if names_rate(one.name) else None
            columns = scope.parts[found[0]][1].columns if found is not None else ()
            if any(known.name is not None and _names_rate_key(known.name.name) for known in columns):
                return True
        return False

    def _aggregate_codes(
        self, node: exp.Expr, scope: _SelectParts, known: Mapping[str, _Part], filtered: exp.Filter | None = None
    ) -> _Codes:
        if not _is_adding(node) and not isinstance(node, _CHOOSING):
            return _NONE
        value = _argument(node)
        inner = self._codes(value, scope, known)
        if value is None or not inner.texts:
            return _NONE
        text = self._joined(inner.texts)
        gathered = self._gathered(_where_added(text, value) if _is_adding(node) else text)
        if filtered is not None:
            gathered = exp.Filter(this=gathered, expression=filtered.expression.copy())
        return _Codes((gathered,), inner.adds or _is_adding(node))

    def _window_codes(self, node: exp.Window, scope: _SelectParts, known: Mapping[str, _Part]) -> _Codes:
        call = node.this.this if isinstance(node.this, exp.Filter) else node.this
        value = _argument(call)
        if value is None or not (_is_adding(call) or isinstance(call, _NEIGHBOURS)):
            return _NONE
        inner = self._codes(value, scope, known)
        if not inner.texts:
            return _NONE
        text = self._joined(inner.texts)
        if not _is_adding(call):
            return _Codes((self._over(node, call, text),), inner.adds)
        text = _where_added(text, value)
        # No engine has DISTINCT there: the first and the last of the currencies tell that there are several.
        ends = tuple(self._over(node, kind(this=value.copy()), text) for kind in (exp.Min, exp.Max))
        return _Codes(ends, adds=True)

    def _over(self, node: exp.Window, call: exp.Expr, text: exp.Expr) -> exp.Expr:
        """A function of texts over the rows of a window."""
        found, called = node.copy(), call.copy()
        called.set("this", text.copy())
        inner = found.this
        if isinstance(inner, exp.Filter):
            inner.set("this", called)
        else:
            found.set("this", called)
        return found

    def _scalar_codes(self, node: exp.Subquery, known: Mapping[str, _Part]) -> _Codes:
        """Those of a subquery that is a value."""
        if not isinstance(node.this, exp.Select) or len(node.this.expressions) != 1:
            return _NONE
        select = node.this
        [(_name, codes)] = self._select(select, self._with(select, known))
        if not codes.texts:
            return _NONE
        copy = node.copy()
        copy.this.set("expressions", [self._joined(codes.texts)])
        return _Codes((copy,), codes.adds)

    # Texts of currencies

    def _gathered(self, text: exp.Expr) -> exp.Expr:
        """The different texts of several rows, separated by commas."""
        if self._dialect == "own":
            return self._joined((exp.Min(this=text.copy()), exp.Max(this=text.copy())))
        several = exp.Distinct(expressions=[text.copy()])
        if self._dialect == "mysql":
            return exp.GroupConcat(this=several)
        return exp.GroupConcat(this=several, separator=exp.Literal.string(","))

    def _joined(self, texts: Sequence[exp.Expr]) -> exp.Expr:
        """Several texts as one, separated by commas."""
        if not texts:
            return exp.Cast(this=exp.Null(), to=exp.DataType.build("char" if self._dialect == "mysql" else "text"))
        if len(texts) == 1:
            return texts[0].copy()
        filled = [_call("coalesce", one.copy(), exp.Literal.string("")) for one in texts]
        parts = [filled[0], *(part for one in filled[1:] for part in (exp.Literal.string(","), one))]
        if self._dialect == "mysql":
            return _call("concat", *parts)
        joined = parts[0]
        for part in parts[1:]:
            joined = exp.DPipe(this=joined, expression=part)
        return exp.Paren(this=joined)


def _names_rate_key(name: str) -> bool:
    """Whether a column tells for which currency a rate is."""
    return names_currency(name) or name.casefold() in ("from", "to", "code", "base", "quote", "from_code", "to_code")


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _where_added(text: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The text of rows whose value isn't 0: others add nothing."""
    counts = exp.NEQ(this=exp.Paren(this=value.copy()), expression=exp.Literal.number(0))
    return exp.Case(ifs=[exp.If(this=counts, true=text.copy())])


def _united(found: Iterable[_Codes]) -> _Codes:
    texts: dict[str, exp.Expr] = {}
    adds, owner = False, ""
    for one in found:
        texts |= {text.sql(): text for text in one.texts}
        adds, owner = adds or one.adds, owner or one.owner
    return _Codes(tuple(texts.values()), adds, owner)


def _selects(node: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose rows a query has, one after the other."""
    if isinstance(node, exp.Select):
        yield node
    elif isinstance(node, exp.Union) and not node.args.get("by_name"):
        yield from _selects(node.left)
        yield from _selects(node.right)
    elif isinstance(node, exp.Subquery) and not node.args.get("with_"):
        yield from _selects(node.this)
    else:
        raise _UnknownError


def _remove_limit(node: Query) -> None:
    """Leave a query all of its rows: those that its order and its limit leave out are compared with the others."""
    for key in ("limit", "offset", *(() if node.args.get("distinct") else ("order",))):
        node.set(key, None)


def _output_name(node: exp.Expr) -> exp.Identifier | None:
    """What a column of a SELECT is called; None where the engine finds a name for it."""
    found = node.args["alias"] if isinstance(node, exp.Alias) else node.this if isinstance(node, exp.Column) else None
    return found if isinstance(found, exp.Identifier) else None


def _merged(node: exp.Select) -> set[str]:
    """The columns that joins by USING have once."""
    return {name.name.casefold() for join in node.args.get("joins") or () for name in join.args.get("using") or ()}


def _conditions(node: exp.Expr) -> Iterator[exp.Expr]:
    """What AND joins."""
    if isinstance(node, exp.And):
        yield from _conditions(node.left)
        yield from _conditions(node.right)
    else:
        yield node


def _is_adding(node: exp.Expr) -> bool:
    return isinstance(node, _ADDING) or (isinstance(node, exp.Anonymous) and node.name.lower() in _OTHER_NAMES)


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.AggFunc) or _is_adding(node)


def _has_aggregate(node: exp.Expr) -> bool:
    """Whether an expression is of several rows; a window is of one, over others."""
    if isinstance(node, exp.Query):
        return False
    if isinstance(node, exp.Window):
        return any(_has_aggregate(part) for part in node.this.iter_expressions())
    return _is_aggregate(node) or any(map(_has_aggregate, node.iter_expressions()))


def _argument(node: exp.Expr) -> exp.Expr | None:
    """The value of which a function is."""
    found = node.expressions[0] if isinstance(node, exp.Anonymous) and node.expressions else node.this
    if isinstance(found, exp.Distinct):
        found = found.expressions[0] if len(found.expressions) == 1 else None
    return found if isinstance(found, exp.Expr) else None


def _names_currency(node: exp.Expr | None) -> bool:
    return node is not None and any(names_currency(one.name) for one in node.find_all(exp.Column))
