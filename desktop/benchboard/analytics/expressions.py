"""Reads one expression of a person's query: what is not named here is refused, what is named has a kind.

The language is PostgreSQL's. Every node is built anew from parts this module knows, so nothing of the person's text
reaches an engine unread; for SQLite it is built in the form `values` gives it there.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from benchboard.analytics import values
from benchboard.analytics.forms import Forms
from benchboard.analytics.values import (
    MAX_SCALE,
    QUOTIENT_SCALE,
    Kind,
    Typed,
    Value,
    bracketed,
    call,
    kind_name,
    refuse,
)
from benchboard.i18n import _

if TYPE_CHECKING:
    from benchboard.analytics.sql import Reader, Scope

TRUNC_UNITS: Final = ("minute", "hour", "day", "week", "month", "quarter", "year")
PART_UNITS: Final = ("minute", "hour", "day", "week", "month", "quarter", "year", "dow", "isodow", "doy")
SHIFT_UNITS: Final = ("minute", "hour", "day", "week", "month", "year")
FUNCTIONS: Final = (
    "count", "sum", "avg", "min", "max", "round", "abs", "coalesce", "nullif", "lower", "upper", "trim", "length",
    "date_trunc", "extract", "now", "current_date", "cast",
)  # fmt: skip
_NUMBERS: Final = ("integer", "decimal")
_MOST_JOINED: Final = 8
_MOST_LITERAL: Final = 2_000


def only(node: exp.Expr, *known: str) -> None:
    """Refuse a node that carries more than the parts named: a clause we do not read must not slip through."""
    for name, value in node.args.items():
        if value and name not in known:
            part = value[0] if isinstance(value, list) else value
            at = part if isinstance(part, exp.Expr) else node
            said = (at.key if isinstance(part, exp.Expr) else name).upper().rstrip("_")
            refuse(at, "not-offered", _("{name} is not offered here.").format(name=said.replace("_", " ")))


class Expressions:
    """Reads expressions for `reader`; `sqlite` says which engine they are for."""

    def __init__(self, reader: "Reader", *, sqlite: bool) -> None:
        self._reader = reader
        self._sqlite = sqlite
        self._forms = Forms(sqlite=sqlite)
        self._joined = 0

    def read(self, node: exp.Expr, scope: "Scope") -> Value:
        """The expression in the engine's form. Raises `Invalid` at the place of what cannot be."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            name = (
                node.name
                if isinstance(node, exp.Anonymous)
                else node.sql_name()
                if isinstance(node, exp.Func)
                else node.key
            )
            refuse(
                node,
                "not-offered",
                _("“{name}” is not offered in queries.").format(name=str(name).lower()[:40]),
                _("These functions are: {names}.").format(names=", ".join(FUNCTIONS)),
            )
        return handler(self, node, scope)

    def condition(self, node: exp.Expr, scope: "Scope") -> exp.Expr:
        """An expression that must be true or false."""
        return self._of_kind(node, scope, "boolean").node

    def _of_kind(self, node: exp.Expr, scope: "Scope", *kinds: Kind) -> Value:
        value = self.read(node, scope)
        if value.kind not in kinds and value.kind != "nothing":
            names = _(" or ").join(kind_name(kind) for kind in kinds)
            what = _("Here stands {found}; it must be {wanted}.").format(found=kind_name(value.kind), wanted=names)
            refuse(node, "kind", what)
        return value

    # Names and literals

    def column(self, node: exp.Column, scope: "Scope") -> Value:
        only(node, "this", "table")
        if isinstance(node.this, exp.Star):
            refuse(node, "star", _("“*” can only stand alone, or in count(*)."))
        return scope.column(node)

    def literal(self, node: exp.Literal, _scope: "Scope") -> Value:
        raw = str(node.this)
        if node.is_string:
            if len(raw) > _MOST_LITERAL or "\0" in raw:
                refuse(
                    node, "literal", _("A text in a query has {limit} characters at most.").format(limit=_MOST_LITERAL)
                )
            return Value(values.text(raw), Typed("text"))
        try:
            exact = Decimal(raw)
        except ArithmeticError:
            refuse(node, "number", _("“{value}” is no number.").format(value=raw[:40]))
        decimals = -int(exact.as_tuple().exponent)
        # Its size is asked of its digits: to reckon with 1e99999999999 overflows, to write it out takes all memory.
        if decimals > MAX_SCALE or (exact and exact.adjusted() >= 15) or len(raw) > 40:
            refuse(node, "number", _("“{value}” has too many digits.").format(value=raw[:40]))
        if decimals <= 0:
            return Value(values.number(int(exact)), Typed("integer"))
        made = values.number(int(exact.scaleb(decimals))) if self._sqlite else exp.Literal.number(f"{exact:f}")
        return Value(made, Typed("decimal", decimals))

    def variable(self, node: exp.Placeholder, _scope: "Scope") -> Value:
        chosen = self._reader.chosen(node)
        if len(chosen) > 1:
            refuse(node, "several", _("Several values are chosen for “{name}”.").format(name=node.name),
                   _("Write IN (:{name}).").format(name=node.name))  # fmt: skip
        return Value(chosen[0], Typed("text")) if chosen else Value(exp.Null(), Typed("nothing"))

    def _listed(self, node: exp.Expr, scope: "Scope") -> list[Value]:
        """What one part of IN (…) stands for: a variable for every value chosen."""
        if not isinstance(node, exp.Placeholder):
            return [self.read(node, scope)]
        chosen = self._reader.chosen(node)
        return [Value(one, Typed("text")) for one in chosen] or [Value(exp.Null(), Typed("nothing"))]

    def boolean(self, node: exp.Boolean, _scope: "Scope") -> Value:
        return Value(exp.Boolean(this=bool(node.this)), Typed("boolean"))

    def null(self, _node: exp.Null, _scope: "Scope") -> Value:
        return Value(exp.Null(), Typed("nothing"))

    def paren(self, node: exp.Paren, scope: "Scope") -> Value:
        value = self.read(node.this, scope)
        return value.with_node(exp.Paren(this=value.node))

    # Logic and comparison

    def connective(self, node: exp.And | exp.Or, scope: "Scope") -> Value:
        # A chain of a thousand ANDs leans to the left: read down its spine without recursion.
        spine: list[exp.Expr] = []
        kind, left = type(node), node
        while type(left) is kind:
            spine.append(left.expression)
            left = left.this
        made = bracketed(self.condition(left, scope))
        for right in reversed(spine):
            made = kind(this=made, expression=bracketed(self.condition(right, scope)))
        return Value(made, Typed("boolean"))

    def negation(self, node: exp.Not, scope: "Scope") -> Value:
        return Value(exp.Not(this=bracketed(self.condition(node.this, scope))), Typed("boolean"))

    def comparison(self, node: exp.Binary, scope: "Scope") -> Value:
        only(node, "this", "expression")
        a, b = self._forms.alike(node, [self.read(node.this, scope), self.read(node.expression, scope)])
        return Value(type(node)(this=bracketed(a.node), expression=bracketed(b.node)), Typed("boolean"))

    def between(self, node: exp.Between, scope: "Scope") -> Value:
        only(node, "this", "low", "high")
        parts = [self.read(node.args[name], scope) for name in ("this", "low", "high")]
        this, low, high = (bracketed(value.node) for value in self._forms.alike(node, parts))
        return Value(exp.Between(this=this, low=low, high=high), Typed("boolean"))

    def among(self, node: exp.In, scope: "Scope") -> Value:
        only(node, "this", "expressions", "query")
        this = self.read(node.this, scope)
        if node.args.get("query"):
            query, columns = self._reader.subquery(node.args["query"], scope)
            self._one_column(node, columns)
            if columns[0][1] != this.typed:
                refuse(node, "kind", _("What stands before IN and the column it looks in are of different kinds."))
            return Value(exp.In(this=bracketed(this.node), query=exp.Subquery(this=query)), Typed("boolean"))
        listed = self._forms.alike(
            node, [this, *(one for part in node.expressions for one in self._listed(part, scope))]
        )
        first, *rest = (bracketed(value.node) for value in listed)
        return Value(exp.In(this=first, expressions=rest), Typed("boolean"))

    def is_(self, node: exp.Is, scope: "Scope") -> Value:
        if not isinstance(node.expression, exp.Null | exp.Boolean):
            refuse(node, "is", _("After IS stands NULL, TRUE or FALSE."))
        this = self.read(node.this, scope)
        return Value(exp.Is(this=bracketed(this.node), expression=node.expression.copy()), Typed("boolean"))

    def like(self, node: exp.Like | exp.ILike, scope: "Scope") -> Value:
        only(node, "this", "expression", "negate")
        this = self._of_kind(node.this, scope, "text")
        if not isinstance(node.expression, exp.Literal) or not node.expression.is_string:
            refuse(node.expression, "pattern", _("After LIKE stands a pattern in quotes, for example 'A%'."))
        pattern = str(node.expression.this)
        if not self._sqlite:
            made: exp.Expr = type(node)(this=bracketed(this.node), expression=values.text(pattern))
        elif isinstance(node, exp.Like):
            made = exp.Glob(this=bracketed(this.node), expression=values.text(_glob(pattern)))
        else:
            made = exp.Escape(this=exp.Like(this=bracketed(this.node), expression=values.text(pattern)),
                              expression=values.text("\\"))  # fmt: skip
        return Value(exp.Not(this=exp.Paren(this=made)) if node.args.get("negate") else made, Typed("boolean"))

    def exists(self, node: exp.Exists, scope: "Scope") -> Value:
        query, _columns = self._reader.subquery(node.this, scope)
        return Value(exp.Exists(this=query), Typed("boolean"))

    def subquery(self, node: exp.Subquery, scope: "Scope") -> Value:
        only(node, "this")
        query, columns = self._reader.subquery(node.this, scope)
        self._one_column(node, columns)
        return Value(exp.Subquery(this=query), columns[0][1])

    def case(self, node: exp.Case, scope: "Scope") -> Value:
        only(node, "this", "ifs", "default")
        subject = self.read(node.this, scope) if node.this else None
        tests: list[exp.Expr] = []
        for branch in node.args["ifs"]:
            if subject is None:
                tests.append(self.condition(branch.this, scope))
            else:
                a, b = self._forms.alike(branch, [subject, self.read(branch.this, scope)])
                tests.append(exp.EQ(this=bracketed(a.node.copy()), expression=bracketed(b.node)))
        default = node.args.get("default")
        results = [self.read(branch.args["true"], scope) for branch in node.args["ifs"]]
        results += [self.read(default, scope)] if default else []
        *made, last = alike = self._forms.alike(node, results)
        made = made if default else alike
        ifs = [exp.If(this=test, true=value.node) for test, value in zip(tests, made, strict=True)]
        return last.with_node(exp.Case(ifs=ifs, default=last.node if default else None))

    # Arithmetic

    def negative(self, node: exp.Neg, scope: "Scope") -> Value:
        value = self._of_kind(node.this, scope, *_NUMBERS)
        return value.with_node(exp.Paren(this=exp.Neg(this=bracketed(value.node))))

    def plus_minus(self, node: exp.Add | exp.Sub, scope: "Scope") -> Value:
        if isinstance(node.expression, exp.Interval):
            return self._shifted(node, scope)
        a, b = self.read(node.this, scope), self.read(node.expression, scope)
        if a.kind == "date":
            return self._on_date(node, a, b)
        a, b = self._forms.alike(node, [a, b])
        if a.kind not in (*_NUMBERS, "nothing"):
            refuse(node, "kind", _("{kind} cannot be added or subtracted.").format(kind=kind_name(a.kind).capitalize()))
        return a.with_node(type(node)(this=bracketed(a.node), expression=bracketed(b.node)))

    def _on_date(self, node: exp.Expr, a: Value, b: Value) -> Value:
        if b.kind == "date" and isinstance(node, exp.Sub):
            made: exp.Expr = exp.Sub(this=a.node, expression=b.node)
            if self._sqlite:
                days = exp.Sub(this=call("julianday", a.node), expression=call("julianday", b.node))
                made = values.whole(exp.Paren(this=days))
            return Value(exp.Paren(this=made), Typed("integer"))
        if b.kind != "integer" or not isinstance(b.node, exp.Literal):
            refuse(node, "kind", _("To a date one can add a written number of days, for example current_date - 7."))
        days_on = int(b.node.this) * (1 if isinstance(node, exp.Add) else -1)
        if self._sqlite:
            return a.with_node(call("date", a.node, values.text(f"{days_on:+d} days")))
        return a.with_node(exp.Paren(this=exp.Add(this=bracketed(a.node), expression=values.number(days_on))))

    def _shifted(self, node: exp.Expr, scope: "Scope") -> Value:
        interval = node.expression
        unit = str(interval.args["unit"].name).lower().rstrip("s") if interval.args.get("unit") else ""
        amount = interval.this.name if isinstance(interval.this, exp.Literal) else ""
        if unit not in SHIFT_UNITS or not amount.removeprefix("-").isdecimal() or len(amount) > 6:
            refuse(
                node,
                "interval",
                _("This span of time is not understood."),
                _("Write it as interval '30 days'; the units are {units}.").format(units=", ".join(SHIFT_UNITS)),
            )
        this = self._forms.moment(node.this, self._of_kind(node.this, scope, "moment", "date"))
        count = int(amount) * (1 if isinstance(node, exp.Add) else -1)
        if self._sqlite:
            return this.with_node(values.sqlite_shift(this.node, count, unit))
        span = exp.Interval(this=values.text(str(count)), unit=exp.var(unit.upper()))
        return this.with_node(exp.Paren(this=exp.Add(this=bracketed(this.node), expression=span)))

    def times(self, node: exp.Mul, scope: "Scope") -> Value:
        a, b = (self._of_kind(part, scope, *_NUMBERS) for part in (node.this, node.expression))
        scale = a.scale + b.scale
        if scale > MAX_SCALE:
            refuse(node, "scale", _("This product has more than {limit} decimals.").format(limit=MAX_SCALE),
                   _("Round one of its factors first."))  # fmt: skip
        made = exp.Mul(this=bracketed(a.node), expression=bracketed(b.node))
        return Value(made, Typed("decimal", scale) if "decimal" in (a.kind, b.kind) else Typed("integer"))

    def by(self, node: exp.Div, scope: "Scope") -> Value:
        a, b = (self._of_kind(part, scope, *_NUMBERS) for part in (node.this, node.expression))
        divisor = exp.Nullif(this=b.node, expression=values.number(0))
        if "decimal" not in (a.kind, b.kind):
            return a.with_node(exp.Div(this=bracketed(a.node), expression=divisor, typed=True))
        return Value(self._forms.quotient(a, b), Typed("decimal", QUOTIENT_SCALE))

    def remainder(self, node: exp.Mod, scope: "Scope") -> Value:
        a, b = self._forms.alike(node, [self._of_kind(p, scope, *_NUMBERS) for p in (node.this, node.expression)])
        divisor = exp.Nullif(this=b.node, expression=values.number(0))
        return a.with_node(exp.Mod(this=bracketed(a.node), expression=divisor))

    def join_text(self, node: exp.DPipe, scope: "Scope") -> Value:
        self._joined += 1
        if self._joined > _MOST_JOINED:
            # Texts that are joined with themselves double at every step; thirty steps are a gigabyte.
            refuse(node, "joined", _("A query may join {limit} texts at most.").format(limit=_MOST_JOINED + 1))
        a, b = (self._of_kind(part, scope, "text") for part in (node.this, node.expression))
        return a.with_node(values.joined(bracketed(a.node), bracketed(b.node)))

    # Functions

    def count(self, node: exp.Count, scope: "Scope") -> Value:
        only(node, "this", "big_int")
        inner: exp.Expr = exp.Star()
        if isinstance(node.this, exp.Distinct):
            only(node.this, "expressions")
            if len(node.this.expressions) != 1:
                refuse(node, "arguments", _("count(distinct …) takes one column."))
            inner = exp.Distinct(expressions=[self.read(node.this.expressions[0], scope).node])
        elif node.this is None:
            refuse(node, "arguments", _("count needs what to count: count(*)."))
        elif not isinstance(node.this, exp.Star):
            inner = self.read(node.this, scope).node
        return Value(exp.Count(this=inner), Typed("integer"))

    def total(self, node: exp.Sum, scope: "Scope") -> Value:
        value = self._of_kind(node.this, scope, *_NUMBERS)
        return value.with_node(exp.Sum(this=value.node))

    def extreme(self, node: exp.Min | exp.Max, scope: "Scope") -> Value:
        only(node, "this")
        value = self._of_kind(node.this, scope, *_NUMBERS, "text", "moment", "date")
        return value.with_node(type(node)(this=value.node))

    def average(self, node: exp.Avg, scope: "Scope") -> Value:
        return self._average(node, scope, lambda aggregate: aggregate)

    def _average(self, node: exp.Avg, scope: "Scope", wrap: Callable[[exp.Expr], exp.Expr]) -> Value:
        value = self._of_kind(node.this, scope, *_NUMBERS)
        total = Value(wrap(exp.Sum(this=value.node)), value.typed)
        count = Value(wrap(exp.Count(this=value.node.copy())), Typed("integer"))
        return Value(self._forms.quotient(total, count), Typed("decimal", QUOTIENT_SCALE))

    def filtered(self, node: exp.Filter, scope: "Scope") -> Value:
        where = self.condition(node.expression.this, scope)

        def wrap(aggregate: exp.Expr) -> exp.Expr:
            return exp.Filter(this=aggregate, expression=exp.Where(this=where.copy()))

        if isinstance(node.this, exp.Avg):
            return self._average(node.this, scope, wrap)
        if not isinstance(node.this, exp.Count | exp.Sum | exp.Min | exp.Max):
            refuse(node, "filter", _("FILTER stands after count, sum, avg, min or max."))
        value = self.read(node.this, scope)
        return value.with_node(wrap(value.node))

    def round(self, node: exp.Round, scope: "Scope") -> Value:
        only(node, "this", "decimals")
        value = self._of_kind(node.this, scope, *_NUMBERS)
        decimals = node.args.get("decimals")
        written = decimals.name if isinstance(decimals, exp.Literal) else "" if decimals is not None else "0"
        scale = values.count_of(written)
        if scale is None or scale > MAX_SCALE:
            refuse(node, "round", _("round takes a written number of decimals, up to {limit}.").format(limit=MAX_SCALE))
        if value.kind == "integer":
            return value
        if self._sqlite:
            return values.rounded(value, scale)
        return Value(exp.Round(this=value.node, decimals=values.number(scale)), Typed("decimal", scale))

    def absolute(self, node: exp.Abs, scope: "Scope") -> Value:
        value = self._of_kind(node.this, scope, *_NUMBERS)
        return value.with_node(exp.Abs(this=value.node))

    def either(self, node: exp.Coalesce, scope: "Scope") -> Value:
        only(node, "this", "expressions")
        first, *rest = self._forms.alike(node, [self.read(part, scope) for part in (node.this, *node.expressions)])
        return first.with_node(exp.Coalesce(this=first.node, expressions=[value.node for value in rest]))

    def null_if(self, node: exp.Nullif, scope: "Scope") -> Value:
        a, b = self._forms.alike(node, [self.read(node.this, scope), self.read(node.expression, scope)])
        return a.with_node(exp.Nullif(this=a.node, expression=b.node))

    def of_text(self, node: exp.Lower | exp.Upper | exp.Trim, scope: "Scope") -> Value:
        only(node, "this")
        value = self._of_kind(node.this, scope, "text")
        return value.with_node(type(node)(this=value.node))

    def length(self, node: exp.Length, scope: "Scope") -> Value:
        only(node, "this")
        return Value(exp.Length(this=self._of_kind(node.this, scope, "text").node), Typed("integer"))

    def trunc(self, node: exp.TimestampTrunc | exp.DateTrunc, scope: "Scope") -> Value:
        only(node, "this", "unit")
        unit = self._unit(node, node.args["unit"], TRUNC_UNITS)
        this = self._forms.moment(node.this, self._of_kind(node.this, scope, "moment", "date"))
        if self._sqlite:
            return this.with_node(values.sqlite_trunc(unit, this.node))
        return this.with_node(call("date_trunc", values.text(unit), this.node))

    def part(self, node: exp.Extract, scope: "Scope") -> Value:
        unit = self._unit(node, node.this, PART_UNITS)
        value = self._of_kind(node.expression, scope, "moment", "date")
        if self._sqlite:
            return Value(values.sqlite_part(unit, self._forms.moment(node, value).node), Typed("integer"))
        return Value(values.whole(exp.Extract(this=exp.var(unit.upper()), expression=value.node)), Typed("integer"))

    def _unit(self, node: exp.Expr, unit: exp.Expr, units: Iterable[str]) -> str:
        name = str(unit.name).lower()
        if name not in units:
            refuse(node, "unit", _("“{unit}” is no unit of time here.").format(unit=name[:20]),
                   _("Use one of: {units}.").format(units=", ".join(units)))  # fmt: skip
        return name

    def now(self, node: exp.CurrentTimestamp, _scope: "Scope") -> Value:
        only(node)
        made = call("strftime", values.text("%Y-%m-%dT%H:%M:%f000Z"), values.text("now"))
        return Value(made if self._sqlite else exp.CurrentTimestamp(), Typed("moment"))

    def today(self, node: exp.CurrentDate, _scope: "Scope") -> Value:
        only(node)
        return Value(call("date", values.text("now")) if self._sqlite else exp.CurrentDate(), Typed("date"))

    def cast(self, node: exp.Cast, scope: "Scope") -> Value:
        only(node, "this", "to")
        if size := node.args["to"].find(exp.HexString, exp.BitString):
            # Its digits would be written out in tens, of which Python writes some thousands only.
            refuse(node, "number", _("“{value}” is no number.").format(value=size.name[:40]))
        target = node.args["to"].this
        wanted = _CASTS.get(target)
        value = self.read(node.this, scope)
        if wanted is None or not self._castable(value, wanted):
            refuse(node, "cast", _("{kind} cannot be turned into {target} here.").format(
                kind=kind_name(value.kind).capitalize(), target=str(node.args["to"])[:40].lower()))  # fmt: skip
        if wanted == "moment":
            return self._forms.moment(node.this, value)
        if wanted == "date":
            return self._forms.date(node.this, value)
        if wanted == "text":
            return self._forms.as_text(value)
        return self._forms.as_number(node, value, wanted)

    @staticmethod
    def _castable(value: Value, wanted: str) -> bool:
        from_text = isinstance(value.node, exp.Literal) and value.kind == "text"
        if wanted in ("moment", "date"):
            return value.kind in ("moment", "date", "nothing") or from_text
        if wanted == "text":
            return value.kind in ("text", "integer", "decimal", "date")
        return value.kind in (*_NUMBERS, "nothing")

    @staticmethod
    def _one_column(node: exp.Expr, columns: list[tuple[str, Typed]]) -> None:
        if len(columns) != 1:
            refuse(node, "columns", _("A query in brackets must have exactly one column here."))


def _glob(pattern: str) -> str:
    """A LIKE pattern as SQLite's GLOB, which minds upper and lower case as PostgreSQL's LIKE does."""
    made, escaped = [], False
    for sign in pattern:
        if not escaped and sign == "\\":
            escaped = True
            continue
        wild = {"%": "*", "_": "?"}.get(sign) if not escaped else None
        made.append(wild or (f"[{sign}]" if sign in "*?[" else sign))
        escaped = False
    return "".join(made)


_CASTS: Final[Mapping[exp.DType, str]] = {
    exp.DType.TEXT: "text",
    exp.DType.VARCHAR: "text",
    exp.DType.INT: "integer",
    exp.DType.BIGINT: "integer",
    exp.DType.DECIMAL: "decimal",
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "moment",
    exp.DType.TIMESTAMPTZ: "moment",
}
_E = Expressions
_HANDLERS: Final[Mapping[type[exp.Expr], Callable[..., Value]]] = {
    exp.Column: _E.column, exp.Placeholder: _E.variable,
    exp.Literal: _E.literal, exp.Boolean: _E.boolean, exp.Null: _E.null, exp.Paren: _E.paren,
    exp.And: _E.connective, exp.Or: _E.connective, exp.Not: _E.negation,
    exp.EQ: _E.comparison, exp.NEQ: _E.comparison, exp.GT: _E.comparison, exp.GTE: _E.comparison,
    exp.LT: _E.comparison, exp.LTE: _E.comparison, exp.Between: _E.between, exp.In: _E.among, exp.Is: _E.is_,
    exp.Like: _E.like, exp.ILike: _E.like, exp.Exists: _E.exists, exp.Subquery: _E.subquery, exp.Case: _E.case,
    exp.Neg: _E.negative, exp.Add: _E.plus_minus, exp.Sub: _E.plus_minus, exp.Mul: _E.times, exp.Div: _E.by,
    exp.Mod: _E.remainder, exp.DPipe: _E.join_text,
    exp.Count: _E.count, exp.Sum: _E.total, exp.Min: _E.extreme, exp.Max: _E.extreme, exp.Avg: _E.average,
    exp.Filter: _E.filtered, exp.Round: _E.round, exp.Abs: _E.absolute, exp.Coalesce: _E.either,
    exp.Nullif: _E.null_if, exp.Lower: _E.of_text, exp.Upper: _E.of_text, exp.Trim: _E.of_text,
    exp.Length: _E.length, exp.TimestampTrunc: _E.trunc, exp.DateTrunc: _E.trunc, exp.Extract: _E.part,
    exp.CurrentTimestamp: _E.now, exp.CurrentDate: _E.today, exp.Cast: _E.cast,
}  # fmt: skip
