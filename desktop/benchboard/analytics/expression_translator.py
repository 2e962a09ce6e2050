"""Translates one expression of a query to the SQL of its engine, and finds its type.

The language is PostgreSQL's. Only what is in `_TRANSLATIONS` is translated, anything else is rejected, and every node
is rebuilt from known parts: no text of the user reaches an engine unparsed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from sqlglot import exp

from benchboard.analytics import column_presentation, sqlite_functions
from benchboard.analytics.column_presentation import COUNT, NOTHING, Presentation
from benchboard.analytics.name_scope import NameScope
from benchboard.analytics.query_errors import date_out_of_range, refuse, refuse_other_parts, written_name
from benchboard.analytics.query_parser import Query
from benchboard.analytics.query_types import (
    BOOLEAN,
    DATE,
    INTEGER,
    MAX_SCALE,
    NULL,
    NUMBERS,
    TEXT,
    TIMESTAMP,
    Columns,
    TypedExpr,
    ValueKind,
    ValueType,
    kind_name,
)
from benchboard.analytics.sql_nodes import call, cast, concatenation, integer, operand, text
from benchboard.analytics.type_conversion import TypeConversion, small_integer
from benchboard.analytics.variable_binding import VariableBinding
from benchboard.errors import Invalid
from benchboard.i18n import _

TRUNC_UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
EXTRACT_UNITS: Final = ("minute", "hour", "day", "week", "month", "quarter", "year", "dow", "isodow", "doy")
INTERVAL_UNITS: Final = ("minute", "hour", "day", "week", "month", "year")
FUNCTIONS: Final = (
    "count", "sum", "avg", "min", "max", "round", "abs", "coalesce", "nullif", "lower", "upper", "trim", "length",
    "date_trunc", "extract", "now", "current_date", "cast",
)  # fmt: skip
_MAX_CONCATENATIONS: Final = 8
_MAX_LITERAL: Final = 2_000
_LEAST_INTEGER: Final = -(2**63)
_GREATEST_INTEGER: Final = 2**63 - 1
_MOST_DAYS: Final = (date.max - date.min).days
_MOST_UNITS: Final = {"year": 9_998, "month": 12 * 9_999 - 1, "week": _MOST_DAYS // 7, "day": _MOST_DAYS}
"""The longest steps between two dates of the years 1 to 9999."""
_STORED_TEXT: Final = 1_000
"""Characters of a text in a table, at most: columns have 255, and more is allowed for."""
_MAX_COPIED: Final = 4_000
"""Nodes that may be built by copying parts of a query."""

TranslateSubquery = Callable[[exp.Expr, NameScope], tuple[Query, Columns]]
"""Translates a query in brackets inside an expression, which sees the names around it."""


class ExpressionTranslator:
    """Translates the expressions of one query."""

    def __init__(self, variables: VariableBinding, translate_subquery: TranslateSubquery, *, for_sqlite: bool) -> None:
        self._variables = variables
        self._translate_subquery = translate_subquery
        self._for_sqlite = for_sqlite
        self._conversion = TypeConversion(for_sqlite=for_sqlite)
        self._concatenations = 0
        self._copied = 0
        self._longest_part = _STORED_TEXT

    @property
    def longest_text(self) -> int:
        """How many characters a text of the query may have at most: each concatenation may double the longest."""
        longest = max(self._longest_part, *(len(value) for value in self._variables.bound.values()), 0)
        return longest << self._concatenations

    def translate(self, node: exp.Expr, scope: NameScope) -> TypedExpr:
        """The expression in the engine's SQL. Raises `Invalid` at the place of what cannot be."""
        if isinstance(node, exp.HexString | exp.BitString | exp.ByteString):
            refuse(node, "not-offered", _("Byte strings such as x'00ff' aren't supported."))
        translation = _TRANSLATIONS.get(type(node))
        if translation is None:
            refuse(
                node,
                "not-offered",
                _("“{name}” isn't supported in queries.").format(name=written_name(node)[:40]),
                _("Supported functions: {names}.").format(names=", ".join(FUNCTIONS)),
            )
        return translation(self, node, scope)

    def condition(self, node: exp.Expr, scope: NameScope) -> exp.Expr:
        """An expression that must be true or false."""
        return self._of_kind(node, scope, "boolean").node

    def _of_kind(self, node: exp.Expr, scope: NameScope, *kinds: ValueKind) -> TypedExpr:
        value = self.translate(node, scope)
        if value.kind not in kinds and value.kind != "null":
            names = _(" or ").join(kind_name(kind) for kind in kinds)
            refuse(node, "kind", _wrong_kind(node, names, kind_name(value.kind)))
        return value

    def exact(self, value: TypedExpr) -> TypedExpr:
        """The value, or an error of the query where SQLite could not calculate it exactly; PostgreSQL has its own."""
        return sqlite_functions.exact(value) if self._for_sqlite else value

    def charge_copies(self, node: exp.Expr, copies: int = 1) -> None:
        """Count `copies` of `node` in the result; raise `Invalid` if there are too many in all.

        Nested parts that are each copied twice double at every level: a short query would expand to gigabytes.
        """
        self._copied += copies * sum(1 for _node in node.walk())
        if self._copied > _MAX_COPIED:
            raise Invalid("query.too-long", _("This query is too complex."), field="query")

    # Names and literals

    def column(self, node: exp.Column, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "table")
        if isinstance(node.this, exp.Star):
            refuse(node, "star", _("Use “*” only on its own or in count(*)."))
        return scope.column(node)

    def literal(self, node: exp.Literal, _scope: NameScope) -> TypedExpr:
        raw = str(node.this)
        if node.is_string:
            if len(raw) > _MAX_LITERAL or "\0" in raw:
                refuse(
                    node, "literal", _("Text in a query can have up to {limit} characters.").format(limit=_MAX_LITERAL)
                )
            self._longest_part = max(self._longest_part, len(raw))
            return TypedExpr(text(raw), TEXT)
        return self._number(node, raw)

    def _number(self, node: exp.Literal, raw: str) -> TypedExpr:
        """The number that is written as `raw`; whole ones have 64 bits."""
        try:
            exact = Decimal(raw)
        except ArithmeticError:
            refuse(node, "number", _("“{value}” isn't a number.").format(value=raw[:40]))
        decimals = -int(exact.as_tuple().exponent)
        # By its exponent: to calculate with 1e99999999999 overflows, to write it out takes all memory.
        too_large = exact and exact.adjusted() >= (15 if decimals > 0 else 19)
        if too_large or (decimals <= 0 and not _LEAST_INTEGER <= exact <= _GREATEST_INTEGER):
            refuse(node, "number", _("“{value}” is too large.").format(value=raw[:40]))
        if decimals > MAX_SCALE or len(raw) > 40:
            refuse(node, "number", _("“{value}” has too many digits.").format(value=raw[:40]))
        if decimals <= 0:
            return TypedExpr(integer(int(exact)), INTEGER)
        result = integer(int(exact.scaleb(decimals))) if self._for_sqlite else exp.Literal.number(f"{exact:f}")
        return TypedExpr(result, ValueType("decimal", decimals))

    def variable(self, node: exp.Placeholder, _scope: NameScope) -> TypedExpr:
        return self._variables.value(node)

    def _list_element(self, node: exp.Expr, scope: NameScope) -> list[TypedExpr]:
        """The values for one element of IN (…): a variable gives all of its values."""
        return self._variables.values(node) if isinstance(node, exp.Placeholder) else [self.translate(node, scope)]

    def boolean(self, node: exp.Boolean, _scope: NameScope) -> TypedExpr:
        return TypedExpr(exp.Boolean(this=bool(node.this)), BOOLEAN)

    def null(self, _node: exp.Null, _scope: NameScope) -> TypedExpr:
        return TypedExpr(exp.Null(), NULL)

    def paren(self, node: exp.Paren, scope: NameScope) -> TypedExpr:
        value = self.translate(node.this, scope)
        return value.with_node(exp.Paren(this=value.node))

    # Logic and comparison

    def connective(self, node: exp.And | exp.Or, scope: NameScope) -> TypedExpr:
        # A chain of a thousand ANDs is a tree a thousand levels deep on its left: walked without recursion.
        operands: list[exp.Expr] = []
        kind, left = type(node), node
        while type(left) is kind:
            operands.append(left.expression)
            left = left.this
        result = operand(self.condition(left, scope))
        for right in reversed(operands):
            result = kind(this=result, expression=operand(self.condition(right, scope)))
        return TypedExpr(result, BOOLEAN)

    def negation(self, node: exp.Not, scope: NameScope) -> TypedExpr:
        return TypedExpr(exp.Not(this=operand(self.condition(node.this, scope))), BOOLEAN)

    def comparison(self, node: exp.Binary, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "expression")
        a, b = self._conversion.to_common_type(
            node, [self.exact(self.translate(part, scope)) for part in (node.this, node.expression)]
        )
        return TypedExpr(type(node)(this=operand(a.node), expression=operand(b.node)), BOOLEAN)

    def between(self, node: exp.Between, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "low", "high")
        parts = [self.exact(self.translate(node.args[name], scope)) for name in ("this", "low", "high")]
        this, low, high = (operand(value.node) for value in self._conversion.to_common_type(node, parts))
        return TypedExpr(exp.Between(this=this, low=low, high=high), BOOLEAN)

    def in_list(self, node: exp.In, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "expressions", "query")
        this = self.exact(self.translate(node.this, scope))
        if node.args.get("query"):
            query, columns = self._translate_subquery(node.args["query"], scope)
            self._one_column(node, columns)
            if columns[0][1] != this.type:
                refuse(node, "kind", _("The value before IN and the subquery column have different types."))
            return TypedExpr(exp.In(this=operand(this.node), query=exp.Subquery(this=query)), BOOLEAN)
        listed = self._conversion.to_common_type(
            node, [this, *(self.exact(one) for part in node.expressions for one in self._list_element(part, scope))]
        )
        first, *rest = (operand(value.node) for value in listed)
        return TypedExpr(exp.In(this=first, expressions=rest), BOOLEAN)

    def is_predicate(self, node: exp.Is, scope: NameScope) -> TypedExpr:
        if not isinstance(node.expression, exp.Null | exp.Boolean):
            refuse(node, "is", _("IS must be followed by NULL, TRUE or FALSE."))
        refuse_other_parts(node, "this", "expression", "negate")
        this = self.exact(self.translate(node.this, scope))
        result: exp.Expr = exp.Is(this=operand(this.node), expression=node.expression.copy())
        return TypedExpr(exp.Not(this=exp.Paren(this=result)) if node.args.get("negate") else result, BOOLEAN)

    def like(self, node: exp.Like | exp.ILike, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "expression", "negate")
        this = self._of_kind(node.this, scope, "text")
        if not isinstance(node.expression, exp.Literal) or not node.expression.is_string:
            refuse(node.expression, "pattern", _("LIKE must be followed by a pattern in quotes, such as 'A%'."))
        pattern = str(node.expression.this)
        if not self._for_sqlite:
            result: exp.Expr = type(node)(this=operand(this.node), expression=text(pattern))
        else:
            compared = operand(this.node)
            if isinstance(node, exp.ILike):
                compared, pattern = call("bb_lower", this.node), sqlite_functions.lower(pattern)
            result = exp.Glob(this=compared, expression=text(sqlite_functions.glob_pattern(pattern)))
        return TypedExpr(exp.Not(this=exp.Paren(this=result)) if node.args.get("negate") else result, BOOLEAN)

    def exists(self, node: exp.Exists, scope: NameScope) -> TypedExpr:
        query, _columns = self._translate_subquery(node.this, scope)
        return TypedExpr(exp.Exists(this=query), BOOLEAN)

    def subquery(self, node: exp.Subquery, scope: NameScope) -> TypedExpr:
        query, columns = self._translate_subquery(node, scope)
        self._one_column(node, columns)
        return TypedExpr(exp.Subquery(this=query), columns[0][1])

    def case(self, node: exp.Case, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "ifs", "default")
        subject = self.exact(self.translate(node.this, scope)) if node.this else None
        tests: list[exp.Expr] = []
        for branch in node.args["ifs"]:
            if subject is None:
                tests.append(self.condition(branch.this, scope))
            else:
                a, b = self._conversion.to_common_type(
                    branch, [subject, self.exact(self.translate(branch.this, scope))]
                )
                self.charge_copies(a.node)
                tests.append(exp.EQ(this=operand(a.node.copy()), expression=operand(b.node)))
        default = node.args.get("default")
        results = [self.translate(branch.args["true"], scope) for branch in node.args["ifs"]]
        results += [self.translate(default, scope)] if default else []
        *result, last = converted = self._conversion.to_common_type(node, results)
        result = result if default else converted
        ifs = [exp.If(this=test, true=value.node) for test, value in zip(tests, result, strict=True)]
        shown = column_presentation.common(self._case_presentations(node, results, scope))
        return last.with_node(exp.Case(ifs=ifs, default=last.node if default else None)).shown_as(shown)

    def _case_presentations(self, node: exp.Case, results: list[TypedExpr], scope: NameScope) -> list[Presentation]:
        """How the results of CASE are shown. Numbers written in the query, as in ELSE 0, are amounts as the others."""
        found = []
        conditions = [None if node.this else branch.this for branch in node.args["ifs"]] + [None]
        for condition, value in zip(conditions, results, strict=False):
            if not _is_written(value):
                fixed = self.fixed_values(condition, scope) if condition is not None else {}
                found.append(column_presentation.with_currencies(value.presentation, fixed))
        return found

    def fixed_values(self, condition: exp.Expr, scope: NameScope) -> dict[str, str]:
        """The values that a condition fixes, by the origins of their columns: `currency = 'EUR' AND …`."""
        found: dict[str, str] = {}
        parts = [condition]
        while parts:
            part = parts.pop()
            if isinstance(part, exp.And):
                parts += [part.this, part.expression]
            elif isinstance(part, exp.Paren):
                parts.append(part.this)
            elif isinstance(part, exp.EQ):
                self._add_fixed(found, part.this, [part.expression], scope)
                self._add_fixed(found, part.expression, [part.this], scope)
            elif isinstance(part, exp.In) and not part.args.get("query"):
                self._add_fixed(found, part.this, part.expressions, scope)
        return found

    def _add_fixed(self, found: dict[str, str], column: exp.Expr, values: Sequence[exp.Expr], scope: NameScope) -> None:
        if not isinstance(column, exp.Column) or isinstance(column.this, exp.Star):
            return
        written: list[str] = []
        for value in values:
            if isinstance(value, exp.Placeholder):
                written += self._variables.written_values(value)
            elif isinstance(value, exp.Literal) and value.is_string:
                written.append(str(value.this))
            else:
                return
        origin = scope.column(column).presentation.origin
        if origin and len(set(written)) == 1:
            found[origin] = written[0]

    # Arithmetic

    def minus_sign(self, node: exp.Neg, scope: NameScope) -> TypedExpr:
        if isinstance(node.this, exp.Literal) and node.this.is_number and node.this.name == str(-_LEAST_INTEGER):
            # Without its sign it is beyond 64 bits, and on PostgreSQL therefore a decimal.
            return TypedExpr(self._whole(TypedExpr(integer(_LEAST_INTEGER), INTEGER)), INTEGER)
        value = self._of_kind(node.this, scope, *NUMBERS)
        return value.with_node(exp.Paren(this=exp.Neg(this=operand(value.node))))

    def addition(self, node: exp.Add | exp.Sub, scope: NameScope) -> TypedExpr:
        if isinstance(node.expression, exp.Interval):
            return self._with_interval(node, scope)
        a, b = self.translate(node.this, scope), self.translate(node.expression, scope)
        if a.kind == "date":
            return self._date_arithmetic(node, a, b)
        shown = column_presentation.common([a.presentation, b.presentation])
        a, b = self._conversion.to_common_type(node, [a, b])
        if a.kind not in (*NUMBERS, "null"):
            refuse(node, "kind", _("{kind} can't be added or subtracted.").format(kind=kind_name(a.kind).capitalize()))
        result = a.with_node(type(node)(this=self._whole(a), expression=operand(b.node)))
        return result.shown_as(replace(shown, title="", patterns=(), written=""))

    def _whole(self, value: TypedExpr) -> exp.Expr:
        """An operand; a whole number has 64 bits as on SQLite, where PostgreSQL would give small ones 32."""
        if self._for_sqlite or value.kind != "integer":
            return operand(value.node)
        return cast(value.node, exp.DType.BIGINT)

    def _date_arithmetic(self, node: exp.Expr, a: TypedExpr, b: TypedExpr) -> TypedExpr:
        if b.kind == "date" and isinstance(node, exp.Sub):
            result: exp.Expr = exp.Sub(this=a.node, expression=b.node)
            if self._for_sqlite:
                result = sqlite_functions.days_between(a.node, b.node)
            return TypedExpr(exp.Paren(this=result), INTEGER)
        if b.kind != "integer" or not isinstance(b.node, exp.Literal):
            refuse(node, "kind", _("You can only add or subtract a literal number of days, such as current_date - 7."))
        days = int(b.node.this) * (1 if isinstance(node, exp.Add) else -1)
        if abs(days) > _MOST_DAYS:
            raise date_out_of_range(node)
        if self._for_sqlite:
            return a.with_node(sqlite_functions.add_days(a.node, days))
        return a.with_node(exp.Paren(this=exp.Add(this=operand(a.node), expression=integer(days))))

    def _with_interval(self, node: exp.Expr, scope: NameScope) -> TypedExpr:
        interval = node.expression
        unit = str(interval.args["unit"].name).lower().rstrip("s") if interval.args.get("unit") else ""
        amount = interval.this.name if isinstance(interval.this, exp.Literal) else ""
        if unit not in INTERVAL_UNITS or not amount.removeprefix("-").isdecimal() or len(amount) > 6:
            refuse(
                node,
                "interval",
                _("This interval isn't valid."),
                _("Write it as interval '30 days'. Units: {units}.").format(units=", ".join(INTERVAL_UNITS)),
            )
        this = self._conversion.to_timestamp(node.this, self._of_kind(node.this, scope, "timestamp", "date"))
        count = int(amount) * (1 if isinstance(node, exp.Add) else -1)
        if abs(count) > _MOST_UNITS.get(unit, abs(count)):
            raise date_out_of_range(node)
        if self._for_sqlite:
            return this.with_node(sqlite_functions.add_interval(this.node, count, unit))
        span = exp.Interval(this=text(str(count)), unit=exp.var(unit.upper()))
        return this.with_node(exp.Paren(this=exp.Add(this=operand(this.node), expression=span)))

    def multiplication(self, node: exp.Mul, scope: NameScope) -> TypedExpr:
        a, b = (self._of_kind(part, scope, *NUMBERS) for part in (node.this, node.expression))
        scale = a.scale + b.scale
        if scale > MAX_SCALE:
            refuse(node, "scale", _("This multiplication has more than {limit} decimals.").format(limit=MAX_SCALE),
                   _("Round one of the values first."))  # fmt: skip
        left = operand(a.node) if "decimal" in (a.kind, b.kind) else self._whole(a)
        result = exp.Mul(this=left, expression=operand(b.node))
        return TypedExpr(result, ValueType("decimal", scale) if "decimal" in (a.kind, b.kind) else INTEGER)

    def division(self, node: exp.Div, scope: NameScope) -> TypedExpr:
        a, b = (self._of_kind(part, scope, *NUMBERS) for part in (node.this, node.expression))
        divisor = exp.Nullif(this=b.node, expression=integer(0))
        if "decimal" not in (a.kind, b.kind):
            return a.with_node(exp.Div(this=operand(a.node), expression=divisor, typed=True)).shown_as(NOTHING)
        return self._conversion.quotient(a, b)

    def remainder(self, node: exp.Mod, scope: NameScope) -> TypedExpr:
        a, b = self._conversion.to_common_type(
            node, [self.exact(self._of_kind(p, scope, *NUMBERS)) for p in (node.this, node.expression)]
        )
        divisor = exp.Nullif(this=b.node, expression=integer(0))
        return a.with_node(exp.Mod(this=operand(a.node), expression=divisor)).shown_as(NOTHING)

    def concatenate(self, node: exp.DPipe, scope: NameScope) -> TypedExpr:
        self._concatenations += 1
        if self._concatenations > _MAX_CONCATENATIONS:
            # A text joined with itself doubles at every step: thirty steps are a gigabyte.
            refuse(
                node, "joined", _("A query can concatenate up to {limit} texts.").format(limit=_MAX_CONCATENATIONS + 1)
            )
        a, b = (self._of_kind(part, scope, "text") for part in (node.this, node.expression))
        return a.with_node(concatenation(operand(a.node), operand(b.node))).shown_as(NOTHING)

    # Functions

    def count(self, node: exp.Count, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "big_int")
        inner: exp.Expr = exp.Star()
        shown = replace(COUNT, title=scope.rows_title) if scope.rows_title else COUNT
        if isinstance(node.this, exp.Distinct):
            refuse_other_parts(node.this, "expressions")
            if len(node.this.expressions) != 1:
                refuse(node, "arguments", _("count(distinct …) takes one column."))
            value = self.translate(node.this.expressions[0], scope)
            shown = column_presentation.aggregated(value.presentation, "count_distinct")
            inner = exp.Distinct(expressions=[value.node])
        elif node.this is None:
            refuse(node, "arguments", _("count needs an argument, such as count(*)."))
        elif not isinstance(node.this, exp.Star):
            value = self.translate(node.this, scope)
            shown = column_presentation.aggregated(value.presentation, "count")
            inner = value.node
        return TypedExpr(exp.Count(this=inner), INTEGER.shown_as(shown))

    def sum(self, node: exp.Sum, scope: NameScope) -> TypedExpr:
        value = self._of_kind(node.this, scope, *NUMBERS)
        return value.with_node(exp.Sum(this=value.node)).shown_as(
            column_presentation.aggregated(value.presentation, "sum")
        )

    def min_max(self, node: exp.Min | exp.Max, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this")
        value = self.exact(self._of_kind(node.this, scope, *NUMBERS, "text", "timestamp", "date"))
        shown = column_presentation.aggregated(value.presentation, "min" if isinstance(node, exp.Min) else "max")
        return value.with_node(type(node)(this=value.node)).shown_as(shown)

    def average(self, node: exp.Avg, scope: NameScope) -> TypedExpr:
        return self._average(node, scope, lambda aggregate: aggregate)

    def _average(self, node: exp.Avg, scope: NameScope, wrap: Callable[[exp.Expr], exp.Expr]) -> TypedExpr:
        value = self._of_kind(node.this, scope, *NUMBERS)
        self.charge_copies(value.node)
        total = TypedExpr(wrap(exp.Sum(this=value.node)), value.type)
        count = TypedExpr(wrap(exp.Count(this=value.node.copy())), INTEGER)
        return self._conversion.quotient(total, count).shown_as(
            column_presentation.aggregated(_of_average(value.presentation), "avg")
        )

    def filtered(self, node: exp.Filter, scope: NameScope) -> TypedExpr:
        where = self.condition(node.expression.this, scope)
        fixed = self.fixed_values(node.expression.this, scope)

        def wrap(aggregate: exp.Expr) -> exp.Expr:
            self.charge_copies(where)
            return exp.Filter(this=aggregate, expression=exp.Where(this=where.copy()))

        if isinstance(node.this, exp.Avg):
            average = self._average(node.this, scope, wrap)
            return average.shown_as(column_presentation.with_currencies(average.presentation, fixed))
        if not isinstance(node.this, exp.Count | exp.Sum | exp.Min | exp.Max):
            refuse(node, "filter", _("FILTER works only after count, sum, avg, min or max."))
        value = self.translate(node.this, scope)
        return value.with_node(wrap(value.node)).shown_as(
            column_presentation.with_currencies(value.presentation, fixed)
        )

    def round(self, node: exp.Round, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "decimals")
        value = self._of_kind(node.this, scope, *NUMBERS)
        decimals = node.args.get("decimals")
        written = decimals.name if isinstance(decimals, exp.Literal) else "" if decimals is not None else "0"
        scale = small_integer(written)
        if scale is None or scale > MAX_SCALE:
            refuse(node, "round", _("round takes a literal number of decimals, up to {limit}.").format(limit=MAX_SCALE))
        if value.kind == "integer":
            return value
        return self._conversion.round(value, scale).shown_as(value.presentation)

    def absolute(self, node: exp.Abs, scope: NameScope) -> TypedExpr:
        value = self._of_kind(node.this, scope, *NUMBERS)
        return value.with_node(exp.Abs(this=value.node))

    def coalesce(self, node: exp.Coalesce, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "expressions")
        values = [self.translate(part, scope) for part in (node.this, *node.expressions)]
        shown = column_presentation.common([value.presentation for value in values if not _is_written(value)])
        first, *rest = self._conversion.to_common_type(node, values)
        return first.with_node(exp.Coalesce(this=first.node, expressions=[value.node for value in rest])).shown_as(
            shown
        )

    def nullif(self, node: exp.Nullif, scope: NameScope) -> TypedExpr:
        first = self.exact(self.translate(node.this, scope))
        a, b = self._conversion.to_common_type(node, [first, self.exact(self.translate(node.expression, scope))])
        return a.with_node(exp.Nullif(this=a.node, expression=b.node)).shown_as(first.presentation)

    def text_function(self, node: exp.Lower | exp.Upper | exp.Trim, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this")
        value = self._of_kind(node.this, scope, "text")
        result: exp.Expr = type(node)(this=value.node)
        if self._for_sqlite and not isinstance(node, exp.Trim):
            result = call("bb_upper" if isinstance(node, exp.Upper) else "bb_lower", value.node)
        return value.with_node(result).shown_as(replace(value.presentation, origin=""))

    def length(self, node: exp.Length, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this")
        return TypedExpr(exp.Length(this=self._of_kind(node.this, scope, "text").node), INTEGER)

    def date_trunc(self, node: exp.TimestampTrunc | exp.DateTrunc, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "unit")
        unit = self._unit(node, node.args["unit"], TRUNC_UNITS)
        this = self._conversion.to_timestamp(node.this, self._of_kind(node.this, scope, "timestamp", "date"))
        this = this.shown_as(Presentation(column_presentation.time_unit(unit), format="time"))
        if self._for_sqlite:
            self.charge_copies(this.node, 2)
            return this.with_node(sqlite_functions.date_trunc(unit, this.node))
        return this.with_node(call("date_trunc", text(unit), this.node))

    def extract(self, node: exp.Extract, scope: NameScope) -> TypedExpr:
        unit = self._unit(node, node.this, EXTRACT_UNITS)
        value = self._of_kind(node.expression, scope, "timestamp", "date")
        # Of a date too: PostgreSQL itself finds no hour in one.
        timestamp = self._conversion.to_timestamp(node, value).node
        shown = Presentation(column_presentation.time_unit(unit), format="identifier" if unit == "year" else "integer")
        type_ = INTEGER.shown_as(shown)
        if self._for_sqlite:
            return TypedExpr(sqlite_functions.extract(unit, timestamp), type_)
        return TypedExpr(cast(exp.Extract(this=exp.var(unit.upper()), expression=timestamp), exp.DType.BIGINT), type_)

    def _unit(self, node: exp.Expr, unit: exp.Expr, units: Iterable[str]) -> str:
        values = self._variables.written_values(unit) if isinstance(unit, exp.Placeholder) else ()
        name = (values[0] if len(values) == 1 else str(unit.name)).lower()
        if name not in units:
            refuse(node, "unit", _("“{unit}” isn't a supported time unit here.").format(unit=name[:20]),
                   _("Use one of: {units}.").format(units=", ".join(units)))  # fmt: skip
        return name

    def now(self, node: exp.CurrentTimestamp, _scope: NameScope) -> TypedExpr:
        refuse_other_parts(node)
        return TypedExpr(sqlite_functions.now() if self._for_sqlite else exp.CurrentTimestamp(), TIMESTAMP)

    def current_date(self, node: exp.CurrentDate, _scope: NameScope) -> TypedExpr:
        refuse_other_parts(node)
        return TypedExpr(call("date", text("now")) if self._for_sqlite else exp.CurrentDate(), DATE)

    def cast(self, node: exp.Cast, scope: NameScope) -> TypedExpr:
        refuse_other_parts(node, "this", "to")
        if size := node.args["to"].find(exp.HexString, exp.BitString):
            # sqlglot would write it out in decimal, which Python refuses for thousands of digits.
            refuse(node, "number", _("“{value}” isn't a number.").format(value=size.name[:40]))
        target = node.args["to"].this
        wanted = _CASTS.get(target)
        value = self.translate(node.this, scope)
        if wanted in ("integer", "decimal") and value.kind == "text" and isinstance(value.node, exp.Literal):
            whole, other = (
                _("“{value}” can't be converted to a whole number."),
                _("“{value}” can't be converted to a number."),
            )
            what = (whole if wanted == "integer" else other).format(value=str(value.node.this)[:40])
            refuse(node, "cast", what, _("Write numbers without quotes."))
        if wanted is None or not self._castable(value, wanted):
            refuse(node, "cast", _("{kind} can't be converted to {target} here.").format(
                kind=kind_name(value.kind).capitalize(), target=_type_name(node.args["to"])))  # fmt: skip
        if wanted == "timestamp":
            return self._conversion.to_timestamp(node.this, value).shown_as(replace(value.presentation, format="time"))
        if wanted == "date":
            return self._conversion.to_date(node.this, value).shown_as(replace(value.presentation, format="date"))
        if wanted == "text":
            return self._conversion.to_text(self.exact(value)).shown_as(replace(value.presentation, format="text"))
        return self._conversion.to_number(node, value, wanted).shown_as(value.presentation)

    @staticmethod
    def _castable(value: TypedExpr, wanted: str) -> bool:
        from_text = isinstance(value.node, exp.Literal) and value.kind == "text"
        if wanted in ("timestamp", "date"):
            return value.kind in ("timestamp", "date", "null") or from_text
        if wanted == "text":
            return value.kind in ("text", "integer", "decimal", "date")
        return value.kind in (*NUMBERS, "null")

    @staticmethod
    def _one_column(node: exp.Expr, columns: Columns) -> None:
        if len(columns) != 1:
            refuse(node, "columns", _("A subquery must return exactly one column here."))


def _wrong_kind(node: exp.Expr, wanted: str, found: str) -> str:
    """That `node` is of another kind than `wanted`, with the column's name and the function's that needs it."""
    parent = node.parent
    by_function = isinstance(parent, exp.Func) and not isinstance(parent, exp.Binary | exp.Case | exp.If | exp.Cast)
    column = node.name[:40] if isinstance(node, exp.Column) else ""
    function = written_name(parent)[:40] if parent is not None and by_function else ""
    if column and function:
        sentence = _("“{function}” needs {wanted}, but “{column}” is {found}.")
    elif column:
        sentence = _("Expected {wanted}, but “{column}” is {found}.")
    elif function:
        sentence = _("“{function}” needs {wanted}, but found {found}.")
    else:
        sentence = _("Expected {wanted}, but found {found}.")
    return sentence.format(function=function, column=column, wanted=wanted, found=found)


def _is_written(value: TypedExpr) -> bool:
    """Whether a value is a number in the query itself, or null."""
    node = value.node
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    return value.kind == "null" or (isinstance(node, exp.Literal) and not node.is_string)


def _of_average(presentation: Presentation) -> Presentation:
    """Of whole numbers, the average has decimals."""
    return replace(presentation, format="decimal") if presentation.format == "integer" else presentation


def _type_name(node: exp.Expr) -> str:
    """The name of a type without its sizes: to write out a type that was not checked may take sqlglot hours."""
    name = node.args.get("kind") or node.args.get("this")  # a type of one's own, or a known one
    if isinstance(name, exp.DType):
        return str(name.value).lower()
    return str((name.name or name.key) if isinstance(name, exp.Expr) else name)[:40].lower()


_CASTS: Final[Mapping[exp.DType, str]] = {
    exp.DType.TEXT: "text",
    exp.DType.VARCHAR: "text",
    exp.DType.INT: "integer",
    exp.DType.BIGINT: "integer",
    exp.DType.DECIMAL: "decimal",
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamp",
}
_E = ExpressionTranslator
_TRANSLATIONS: Final[Mapping[type[exp.Expr], Callable[..., TypedExpr]]] = {
    exp.Column: _E.column, exp.Placeholder: _E.variable, exp.Literal: _E.literal, exp.Boolean: _E.boolean,
    exp.Null: _E.null, exp.Paren: _E.paren, exp.And: _E.connective, exp.Or: _E.connective, exp.Not: _E.negation,
    exp.EQ: _E.comparison, exp.NEQ: _E.comparison, exp.GT: _E.comparison, exp.GTE: _E.comparison,
    exp.LT: _E.comparison, exp.LTE: _E.comparison, exp.Between: _E.between, exp.In: _E.in_list,
    exp.Is: _E.is_predicate, exp.Like: _E.like, exp.ILike: _E.like, exp.Exists: _E.exists, exp.Subquery: _E.subquery,
    exp.Case: _E.case, exp.Neg: _E.minus_sign, exp.Add: _E.addition, exp.Sub: _E.addition, exp.Mul: _E.multiplication,
    exp.Div: _E.division, exp.Mod: _E.remainder, exp.DPipe: _E.concatenate, exp.Count: _E.count, exp.Sum: _E.sum,
    exp.Min: _E.min_max, exp.Max: _E.min_max, exp.Avg: _E.average, exp.Filter: _E.filtered, exp.Round: _E.round,
    exp.Abs: _E.absolute, exp.Coalesce: _E.coalesce, exp.Nullif: _E.nullif, exp.Lower: _E.text_function,
    exp.Upper: _E.text_function, exp.Trim: _E.text_function, exp.Length: _E.length, exp.TimestampTrunc: _E.date_trunc,
    exp.DateTrunc: _E.date_trunc, exp.Extract: _E.extract, exp.CurrentTimestamp: _E.now,
    exp.CurrentDate: _E.current_date, exp.Cast: _E.cast,
}  # fmt: skip
