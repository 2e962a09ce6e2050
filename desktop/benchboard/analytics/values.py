"""What a query's expressions are made of: kinds of values, and how SQLite writes those that PostgreSQL has by itself.

A decimal is exact on both engines. SQLite has none, so there it is a whole number and a scale known while the query is
read: 12.50 with scale 2 is 1250. A moment is text as `storage.models.base.Moment` keeps it, a date its first ten
characters. Everything here builds sqlglot nodes; nothing runs.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, NoReturn

from sqlglot import exp

from benchboard.errors import Invalid
from benchboard.i18n import _

Kind = Literal["text", "integer", "decimal", "boolean", "moment", "date", "nothing"]
QUOTIENT_SCALE: Final = 6
"""Decimals of a quotient or an average, rounded half away from zero."""
MAX_SCALE: Final = 12
MIDNIGHT: Final = "T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Typed:
    """The kind of a column or value; `scale` counts the decimals of a decimal."""

    kind: Kind
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """An expression in the form of the engine it will run on, and what it is."""

    node: exp.Expr
    typed: Typed

    @property
    def kind(self) -> Kind:
        return self.typed.kind

    @property
    def scale(self) -> int:
        return self.typed.scale

    def with_node(self, node: exp.Expr) -> "Value":
        """Another expression of the same kind."""
        return replace(self, node=node)


def kind_name(kind: Kind) -> str:
    """The kind as a sentence names it."""
    return {
        "text": _("text"),
        "integer": _("a whole number"),
        "decimal": _("a decimal number"),
        "boolean": _("true or false"),
        "moment": _("a moment"),
        "date": _("a date"),
        "nothing": _("nothing"),
    }[kind]


def place_of(node: exp.Expr) -> dict[str, Any]:
    """Where in the query's text `node` stands: `start` and `end` (characters from 0, end exclusive), if known."""
    spans = [found.meta for found in node.walk() if "start" in found.meta]
    if not spans:
        return {}
    return {"start": min(int(span["start"]) for span in spans), "end": max(int(span["end"]) for span in spans) + 1}


def refuse(node: exp.Expr, code: str, what: str, do: str = "") -> NoReturn:
    """Raise `Invalid` at the place of `node`; facts `field` (query), `start` and `end`."""
    raise Invalid(f"query.{code}", what, do=do, field="query", **place_of(node))


def count_of(written: str) -> int | None:
    """A small whole number written in a query (places, decimals, rows); None for anything else."""
    # Python itself refuses to read a number of thousands of digits.
    return int(written) if written.isdecimal() and len(written) <= 9 else None


def number(value: int) -> exp.Expr:
    """A whole number; a negative one in brackets, so that no minus meets another and makes a comment."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call to a function of the engine or of `queries` by its own name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def bracketed(node: exp.Expr) -> exp.Expr:
    """`node`, safe to stand inside an operator."""
    return node if isinstance(node, exp.Column | exp.Literal | exp.Anonymous | exp.Paren) else exp.Paren(this=node)


def cut(node: exp.Expr, start: int, length: int | None = None) -> exp.Expr:
    """The characters from `start` (1 is the first) of a text, on SQLite."""
    rest = [] if length is None else [number(length)]
    return call("substr", node, number(start), *rest)


def joined(*parts: exp.Expr) -> exp.Expr:
    """Texts put together."""
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.DPipe(this=whole, expression=part, safe=True)
    return exp.Paren(this=whole)


def whole(node: exp.Expr) -> exp.Expr:
    """The text of a number as a number."""
    return exp.Cast(this=node, to=exp.DataType.build("BIGINT"))


def rescale(value: Value, scale: int) -> Value:
    """On SQLite: the decimal with more decimals."""
    if value.scale == scale:
        return value
    factor = 10 ** (scale - value.scale)
    return Value(exp.Mul(this=bracketed(value.node), expression=number(factor)), Typed("decimal", scale))


def rounded(value: Value, scale: int) -> Value:
    """On SQLite: the decimal with `scale` decimals, rounded half away from zero."""
    if value.scale <= scale:
        return rescale(value, scale)
    node = call("bb_divide", value.node, number(10 ** (value.scale - scale)), number(0))
    return Value(node, Typed("decimal", scale))


def divide(a: Value, b: Value) -> exp.Expr:
    """On SQLite: the quotient with `QUOTIENT_SCALE` decimals."""
    return call("bb_divide", a.node, b.node, number(QUOTIENT_SCALE - a.scale + b.scale))


def exact_divide(a: int | None, b: int | None, shift: int) -> int | None:
    """a × 10^shift / b, rounded half away from zero; None where there is no quotient. SQLite's `bb_divide`."""
    if a is None or b is None or b == 0:
        return None
    top: int = a * 10 ** max(shift, 0)
    bottom: int = b * 10 ** max(-shift, 0)
    quotient, rest = divmod(abs(top), abs(bottom))
    quotient += int(2 * rest >= abs(bottom))
    return quotient if (top < 0) == (bottom < 0) else -quotient


def decimal_text(value: int | None, scale: int) -> str | None:
    """A scaled number as PostgreSQL writes it. SQLite's `bb_text`."""
    return None if value is None else f"{Decimal(value).scaleb(-scale):f}"


def parse_moment(node: exp.Expr, value: str) -> datetime:
    """A moment written in a query; without a zone it is in UTC."""
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_moment(node, value) from error


def parse_date(node: exp.Expr, value: str) -> date:
    """A date written in a query."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise _no_moment(node, value) from error


def _no_moment(node: exp.Expr, value: str) -> Invalid:
    return Invalid(
        "query.moment",
        _("“{value}” is no date.").format(value=value[:40]),
        do=_("Write it as 2026-03-31 or 2026-03-31 14:05."),
        field="query",
        **place_of(node),
    )


def sqlite_trunc(unit: str, moment: exp.Expr) -> exp.Expr:
    """`date_trunc` on SQLite, for a moment's text."""
    kept = {"minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
    ends = {"minute": ":00.000000Z", "hour": ":00:00.000000Z", "day": MIDNIGHT, "month": f"-01{MIDNIGHT}"}
    if unit in kept:
        return joined(cut(moment, 1, kept[unit]), text(ends.get(unit, f"-01-01{MIDNIGHT}")))
    if unit == "week":
        return call("strftime", text(f"%Y-%m-%d{MIDNIGHT}"), cut(moment, 1, 10), text("weekday 0"), text("-6 days"))
    month = whole(cut(moment, 6, 2))
    past = exp.Mod(this=exp.Paren(this=exp.Sub(this=month.copy(), expression=number(1))), expression=number(3))
    first = exp.Sub(this=month, expression=past)
    return joined(cut(moment, 1, 5), call("printf", text(f"%02d-01{MIDNIGHT}"), first))


def sqlite_part(unit: str, moment: exp.Expr) -> exp.Expr:
    """`extract` on SQLite, for a moment's or a date's text."""
    places = {"year": (1, 4), "month": (6, 2), "day": (9, 2), "hour": (12, 2), "minute": (15, 2)}
    if unit in places:
        return whole(cut(moment, *places[unit]))
    if unit == "quarter":
        return exp.Div(this=exp.Paren(this=exp.Add(this=whole(cut(moment, 6, 2)), expression=number(2))),
                       expression=number(3), typed=True)  # fmt: skip
    sign = {"dow": "%w", "isodow": "%u", "doy": "%j", "week": "%V"}[unit]
    return whole(call("strftime", text(sign), cut(moment, 1, 10)))


def sqlite_shift(moment: exp.Expr, amount: int, unit: str) -> exp.Expr:
    """A moment moved by whole units on SQLite; the last day of a shorter month stands for a day it lacks."""
    if unit == "week":
        amount, unit = 7 * amount, "day"
    step = text(f"{amount:+d} {unit}s")
    # The fraction stays out of it: SQLite would round it to milliseconds, at .9996 into the next second.
    return joined(call("strftime", text("%Y-%m-%dT%H:%M:%S"), cut(moment, 1, 19), step, text("floor")), cut(moment, 20))
