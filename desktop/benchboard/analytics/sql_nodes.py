"""Short ways to build nodes of a SQL syntax tree (sqlglot)."""

from typing import Final

from sqlglot import exp

from benchboard.analytics.column_presentation import Aggregate


def integer(value: int) -> exp.Expr:
    """A whole number; a negative one in brackets, so that no minus meets another and makes a comment."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def text(value: str) -> exp.Expr:
    """A text in quotes."""
    return exp.Literal.string(value)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a function by its name, whatever sqlglot knows of it."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def operand(node: exp.Expr) -> exp.Expr:
    """`node` in brackets if an operator beside it could take it apart."""
    return node if isinstance(node, exp.Column | exp.Literal | exp.Anonymous | exp.Paren) else exp.Paren(this=node)


def concatenation(*parts: exp.Expr) -> exp.Expr:
    """Texts joined with `||`."""
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part, safe=True)
    return exp.Paren(this=joined)


def cast(node: exp.Expr, to: exp.DType) -> exp.Expr:
    """CAST, also of what has that type already: the engine's own types are not known here."""
    return exp.Cast(this=node, to=exp.DataType(this=to))


def identifier(name: str) -> exp.Identifier:
    """A name, quoted whatever it is."""
    return exp.to_identifier(name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    """A column of a table, both quoted."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


_AGGREGATES: Final[tuple[tuple[type[exp.Expr], Aggregate], ...]] = (
    (exp.Sum, "sum"), (exp.Avg, "avg"), (exp.Min, "min"), (exp.Max, "max"), (exp.Count, "count"),
)  # fmt: skip


def aggregate_of(node: exp.Expr) -> tuple[Aggregate | None, exp.Expr]:
    """What is aggregated, and how: a column, `*` or an expression; the node itself where it is no aggregate."""
    function = next((name for kind, name in _AGGREGATES if isinstance(node, kind)), None)
    if function is None or not isinstance(node.this, exp.Expr):
        return None, node
    inner = node.this
    if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
        return ("count_distinct" if function == "count" else function), inner.expressions[0]
    return function, inner
