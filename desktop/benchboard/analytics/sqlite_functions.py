"""PostgreSQL's functions and operators as SQLite can do them.

The first part builds SQL (sqlglot) from timestamps as text and decimals as scaled whole numbers; the second is what
SQLite calls back for: `bb_exact`, `bb_divide`, `bb_text`, `bb_upper`, `bb_lower`, `bb_add_days` and `bb_add_interval`.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from sqlglot import exp

from benchboard.analytics.query_types import NUMBERS, QUOTIENT_SCALE, TypedExpr, ValueType
from benchboard.analytics.sql_nodes import call, cast, concatenation, integer, operand, text

MIDNIGHT: Final = "T00:00:00.000000Z"
FUNCTIONS: Final = frozenset(
    ["count", "sum", "min", "max", "abs", "coalesce", "nullif", "trim", "length", "like", "glob", "substr",
     "strftime", "printf", "date", "julianday", "bb_exact", "bb_divide", "bb_text", "bb_upper", "bb_lower",
     "bb_add_days", "bb_add_interval", "row_number"]
)  # fmt: skip
"""Those that translated queries call, the conditions of a relation, or `line_reduction`."""
_OVERFLOWING: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg)
_LETTERS: Final = 4_096
"""Letters whose capital or small one is remembered."""


def substring(node: exp.Expr, start: int, length: int | None = None) -> exp.Expr:
    """The characters of a text from `start` (1 is the first)."""
    rest = [] if length is None else [integer(length)]
    return call("substr", node, integer(start), *rest)


def with_scale(value: TypedExpr, scale: int) -> TypedExpr:
    """The decimal with `scale` decimals, rounded half away from zero where it had more."""
    if value.scale == scale:
        return value
    if value.scale < scale:
        factor = integer(10 ** (scale - value.scale))
        node: exp.Expr = exp.Mul(this=operand(value.node), expression=factor)
    else:
        node = call("bb_divide", value.node, integer(10 ** (value.scale - scale)), integer(0))
    return TypedExpr(node, ValueType("decimal", scale))


def exact(value: TypedExpr) -> TypedExpr:
    """The number, for a place that doesn't show whether it is still whole, such as a comparison: an error where it went
    beyond 64 bits, for SQLite continues in floating point."""
    if value.kind not in NUMBERS or isinstance(value.node, exp.Anonymous) or not value.node.find(*_OVERFLOWING):
        return value
    return value.with_node(call("bb_exact", value.node))


def quotient(a: TypedExpr, b: TypedExpr) -> exp.Expr:
    """a / b with `QUOTIENT_SCALE` decimals."""
    return call("bb_divide", a.node, b.node, integer(QUOTIENT_SCALE - a.scale + b.scale))


def decimal_as_text(value: TypedExpr) -> exp.Expr:
    """The decimal as PostgreSQL writes it."""
    return call("bb_text", value.node, integer(value.scale))


def glob_pattern(pattern: str) -> str:
    """A LIKE pattern for GLOB, which is case-sensitive as PostgreSQL's LIKE is."""
    result, escaped = [], False
    for character in pattern:
        if not escaped and character == "\\":
            escaped = True
            continue
        wildcard = {"%": "*", "_": "?"}.get(character) if not escaped else None
        result.append(wildcard or (f"[{character}]" if character in "*?[" else character))
        escaped = False
    return "".join(result)


def now() -> exp.Expr:
    """The current timestamp."""
    return call("strftime", text("%Y-%m-%dT%H:%M:%f000Z"), text("now"))


def date_trunc(unit: str, timestamp: exp.Expr) -> exp.Expr:
    """A timestamp cut off to a unit. Its expression stands in the result up to three times."""
    lengths = {"second": 19, "minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
    endings = {
        "second": ".000000Z",
        "minute": ":00.000000Z",
        "hour": ":00:00.000000Z",
        "day": MIDNIGHT,
        "month": f"-01{MIDNIGHT}",
    }
    if unit in lengths:
        return concatenation(substring(timestamp, 1, lengths[unit]), text(endings.get(unit, f"-01-01{MIDNIGHT}")))
    if unit == "week":
        day = substring(timestamp, 1, 10)
        return call("strftime", text(f"%Y-%m-%d{MIDNIGHT}"), day, text("weekday 0"), text("-6 days"))
    month = _integer_at(timestamp.copy(), 6, 2)
    past = exp.Mod(this=exp.Paren(this=exp.Sub(this=month.copy(), expression=integer(1))), expression=integer(3))
    first = exp.Sub(this=month, expression=past)
    return concatenation(substring(timestamp, 1, 5), call("printf", text(f"%02d-01{MIDNIGHT}"), first))


def extract(unit: str, timestamp: exp.Expr) -> exp.Expr:
    """A part of a timestamp or a date, as a whole number."""
    places = {"year": (1, 4), "month": (6, 2), "day": (9, 2), "hour": (12, 2), "minute": (15, 2)}
    if unit in places:
        return _integer_at(timestamp, *places[unit])
    if unit == "quarter":
        return exp.Div(this=exp.Paren(this=exp.Add(this=_integer_at(timestamp, 6, 2), expression=integer(2))),
                       expression=integer(3), typed=True)  # fmt: skip
    form = {"dow": "%w", "isodow": "%u", "doy": "%j", "week": "%V"}[unit]
    return cast(call("strftime", text(form), substring(timestamp, 1, 10)), exp.DType.BIGINT)


def add_interval(timestamp: exp.Expr, amount: int, unit: str) -> exp.Expr:
    """A timestamp moved by whole units; the last day of a shorter month stands for a day it lacks."""
    return call("bb_add_interval", timestamp, integer(amount), text(unit))


def add_days(date: exp.Expr, days: int) -> exp.Expr:
    """A date moved by days."""
    return call("bb_add_days", date, integer(days))


def days_between(later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
    """The days from one date to another."""
    days = exp.Sub(this=call("julianday", later), expression=call("julianday", earlier))
    return cast(exp.Paren(this=days), exp.DType.BIGINT)


def _integer_at(node: exp.Expr, start: int, length: int) -> exp.Expr:
    return cast(substring(node, start, length), exp.DType.BIGINT)


def exact_number(value: int | float | None) -> int | float | None:
    """The whole number, or None. Raises `OverflowError` for any other: it went beyond 64 bits. SQLite's `bb_exact`."""
    if isinstance(value, float):
        raise OverflowError
    return value


def exact_divide(a: int | None, b: int | None, shift: int) -> int | None:
    """a × 10^shift / b, rounded half away from zero; None where there is no quotient. Raises `OverflowError` as
    `exact_number` does. SQLite's `bb_divide`."""
    exact_number(a)
    exact_number(b)
    if a is None or b is None or b == 0:
        return None
    top: int = a * 10 ** max(shift, 0)
    bottom: int = b * 10 ** max(-shift, 0)
    result, rest = divmod(abs(top), abs(bottom))
    result += int(2 * rest >= abs(bottom))
    return result if (top < 0) == (bottom < 0) else -result


def decimal_text(value: int | None, scale: int) -> str | None:
    """A scaled whole number as PostgreSQL writes the decimal. SQLite's `bb_text`."""
    return None if value is None else f"{Decimal(value).scaleb(-scale):f}"


# Not by SQLite's own functions, for which a date beyond the year 9999 is null, and so in a condition unequal to any.


def moved_date(value: str | None, days: int) -> str | None:
    """A date moved by days; None for what is no date. Raises `OverflowError` beyond the years 1 to 9999. SQLite's
    `bb_add_days`."""
    try:
        day = date.fromisoformat(value or "")
    except (TypeError, ValueError):
        return None
    return (day + timedelta(days=days)).isoformat()


def moved_timestamp(value: str | None, amount: int, unit: str) -> str | None:
    """A stored timestamp moved by units; None for what is none. Raises `OverflowError` as `moved_date` does. SQLite's
    `bb_add_interval`."""
    try:
        moment, rest = datetime.fromisoformat((value or "")[:19]), (value or "")[19:]
    except (TypeError, ValueError):
        return None
    if unit in ("month", "year"):
        years, month = divmod(moment.month - 1 + amount * (12 if unit == "year" else 1), 12)
        year = moment.year + years
        if not 1 <= year <= 9999:
            raise OverflowError
        day = min(moment.day, monthrange(year, month + 1)[1])
        moved = moment.replace(year=year, month=month + 1, day=day)
    else:
        moved = moment + timedelta(**{f"{unit}s": amount})
    return moved.isoformat(timespec="seconds") + rest


@lru_cache(_LETTERS)
def _upper_letter(letter: str) -> str:
    # Where the capital is several letters, as of ß, the title case is the one that Unicode has instead, if any.
    return next((one for one in (letter.upper(), letter.title()) if len(one) == 1), letter)


@lru_cache(_LETTERS)
def _lower_letter(letter: str) -> str:
    # Only İ has a small letter of two characters: i and the dot above it.
    return letter.lower()[0]


def upper(text: str) -> str:
    """The text in capitals, each letter by itself, as PostgreSQL does in C.UTF-8: ß, which has no single one, stays.

    The letters are those of Python's Unicode; PostgreSQL's may be a newer one and know pairs that this leaves alone.
    """
    return text.upper() if text.isascii() else "".join(map(_upper_letter, text))


def lower(text: str) -> str:
    """The text in small letters, each by itself, as PostgreSQL does in C.UTF-8: İ becomes i, Σ never a final ς."""
    return text.lower() if text.isascii() else "".join(map(_lower_letter, text))


def _of_text(convert: Callable[[str], str]) -> Callable[[Any], Any]:
    """What SQLite calls: anything but a text (null, or bytes, which SQLite stores in any column) stays as it is."""
    return lambda value: convert(value) if isinstance(value, str) else value


def _noting(convert: Callable[..., str | None], note: Callable[[], None]) -> Callable[..., str | None]:
    """`convert`, with `note` called before it fails: SQLite's driver passes on no more than that a function failed."""

    def noted(*values: Any) -> str | None:
        try:
            return convert(*values)
        except OverflowError:
            note()
            raise

    return noted


def install(connection: Any, on_date_out_of_range: Callable[[], None]) -> None:
    """Add what queries call back for to a connection of SQLite's driver.

    `on_date_out_of_range` is called before a query fails for a date that it calculates.
    """
    for name, count, convert in (("bb_add_days", 2, moved_date), ("bb_add_interval", 3, moved_timestamp)):
        connection.create_function(name, count, _noting(convert, on_date_out_of_range), deterministic=True)
    connection.create_function("bb_exact", 1, exact_number, deterministic=True)
    connection.create_function("bb_divide", 3, exact_divide, deterministic=True)
    connection.create_function("bb_text", 2, decimal_text, deterministic=True)
    connection.create_function("bb_upper", 1, _of_text(upper), deterministic=True)
    connection.create_function("bb_lower", 1, _of_text(lower), deterministic=True)
