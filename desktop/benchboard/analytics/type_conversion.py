"""Conversions between the types of a query's values: casts, and the common type of values that meet."""

from datetime import UTC, date, datetime

from sqlglot import exp

from benchboard.analytics import sqlite_functions
from benchboard.analytics.query_errors import position_of, refuse
from benchboard.analytics.query_types import (
    DATE,
    INTEGER,
    MAX_SCALE,
    NULL,
    QUOTIENT_SCALE,
    TEXT,
    TIMESTAMP,
    TypedExpr,
    ValueType,
    kind_name,
)
from benchboard.analytics.sql_nodes import cast, concatenation, integer, operand, text
from benchboard.errors import Invalid
from benchboard.i18n import _


class TypeConversion:
    """Conversions in the SQL of one engine."""

    def __init__(self, *, for_sqlite: bool) -> None:
        self._for_sqlite = for_sqlite

    def to_common_type(self, node: exp.Expr, values: list[TypedExpr]) -> list[TypedExpr]:
        """The values converted to one type, so that they can be compared or be alternatives.

        Raises `Invalid` if they can't be.
        """
        kinds = {value.kind for value in values} - {"null"}
        if kinds & {"timestamp", "date"} and kinds <= {"timestamp", "date", "text"}:
            convert = self.to_timestamp if "timestamp" in kinds else self.to_date
            return [value if value.kind == "null" else convert(node, value) for value in values]
        if kinds == {"integer", "decimal"} or kinds == {"decimal"}:
            scale = max(value.scale for value in values)
            return [self.to_decimal(value, scale) for value in values]
        if len(kinds) > 1:
            names = _(" and ").join(sorted(kind_name(kind) for kind in kinds))
            refuse(node, "kind", _("{kinds} can't be combined.").format(kinds=names[:1].upper() + names[1:]))
        common = next((value.type for value in values if value.kind != "null"), NULL)
        return [TypedExpr(value.node, common) for value in values]

    def to_decimal(self, value: TypedExpr, scale: int) -> TypedExpr:
        """The number as a decimal with `scale` decimals, which is no fewer than it has."""
        if value.kind == "null" or not self._for_sqlite:
            return TypedExpr(value.node, ValueType("decimal", scale))
        return sqlite_functions.with_scale(value, scale)

    def round(self, value: TypedExpr, scale: int) -> TypedExpr:
        """The decimal rounded to `scale` decimals, half away from zero."""
        if self._for_sqlite:
            return sqlite_functions.with_scale(value, scale)
        return TypedExpr(exp.Round(this=value.node, decimals=integer(scale)), ValueType("decimal", scale))

    def to_timestamp(self, node: exp.Expr, value: TypedExpr) -> TypedExpr:
        """A timestamp, a date (its midnight in UTC) or a text in quotes as a timestamp."""
        if value.kind == "timestamp":
            return value
        if value.kind == "text":
            if not isinstance(value.node, exp.Literal):
                refuse(node, "kind", _("Only text in quotes can be used as a timestamp."))
            timestamp = _parse_timestamp(node, str(value.node.this))
            result = text(timestamp.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")
            return TypedExpr(result if self._for_sqlite else cast(result, exp.DType.TIMESTAMPTZ), TIMESTAMP)
        if self._for_sqlite:
            return TypedExpr(concatenation(operand(value.node), text(sqlite_functions.MIDNIGHT)), TIMESTAMP)
        return TypedExpr(cast(value.node, exp.DType.TIMESTAMPTZ), TIMESTAMP)

    def to_date(self, node: exp.Expr, value: TypedExpr) -> TypedExpr:
        """A date, a timestamp or a text in quotes as a date."""
        if value.kind == "date":
            return value
        if value.kind == "text":
            if not isinstance(value.node, exp.Literal):
                refuse(node, "kind", _("Only text in quotes can be used as a date."))
            result = text(_parse_date(node, str(value.node.this)).isoformat())
        elif self._for_sqlite:
            result = sqlite_functions.substring(value.node, 1, 10)
        else:
            result = value.node
        return TypedExpr(result if self._for_sqlite else cast(result, exp.DType.DATE), DATE)

    def to_text(self, value: TypedExpr) -> TypedExpr:
        """The value as PostgreSQL writes it."""
        if self._for_sqlite and value.kind == "decimal":
            return TypedExpr(sqlite_functions.decimal_as_text(value), TEXT)
        return TypedExpr(cast(value.node, exp.DType.TEXT), TEXT)

    def to_number(self, node: exp.Cast, value: TypedExpr, kind: str) -> TypedExpr:
        """The number as the integer or decimal that a cast names, rounded half away from zero."""
        sizes = [small_integer(part.name) for part in node.args["to"].expressions]
        scale = 0 if kind == "integer" else sizes[1] if len(sizes) > 1 else 0 if sizes else value.scale
        if scale is None or scale > MAX_SCALE or None in sizes:
            refuse(node, "scale", _("Numbers here can have up to {limit} decimals.").format(limit=MAX_SCALE))
        type_ = INTEGER if kind == "integer" else ValueType("decimal", scale)
        if self._for_sqlite:
            return TypedExpr(sqlite_functions.with_scale(value, scale).node, type_)
        rounded = exp.Round(this=cast(value.node, exp.DType.DECIMAL), decimals=integer(scale))
        return TypedExpr(cast(rounded, exp.DType.BIGINT) if kind == "integer" else rounded, type_)

    def quotient(self, a: TypedExpr, b: TypedExpr) -> TypedExpr:
        """a / b with `QUOTIENT_SCALE` decimals, null where b is 0."""
        type_ = ValueType("decimal", QUOTIENT_SCALE)
        if self._for_sqlite:
            return TypedExpr(sqlite_functions.quotient(a, b), type_)
        divisor = exp.Nullif(this=b.node, expression=integer(0))
        exact = exp.Div(this=cast(a.node, exp.DType.DECIMAL), expression=divisor, typed=True)
        return TypedExpr(exp.Round(this=exact, decimals=integer(QUOTIENT_SCALE)), type_)


def small_integer(written: str) -> int | None:
    """A small whole number written in a query (decimals, rows); None for anything else."""
    # Python itself refuses to read a number of thousands of digits.
    return int(written) if written.isdecimal() and len(written) <= 9 else None


def _parse_timestamp(node: exp.Expr, value: str) -> datetime:
    """Without a zone it is in UTC."""
    try:
        timestamp = datetime.fromisoformat(value.strip())
        return timestamp.replace(tzinfo=UTC) if timestamp.tzinfo is None else timestamp.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _not_a_date(node, value) from error


def _parse_date(node: exp.Expr, value: str) -> date:
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise _not_a_date(node, value) from error


def _not_a_date(node: exp.Expr, value: str) -> Invalid:
    return Invalid(
        "query.moment",
        _("“{value}” isn't a valid date.").format(value=value[:40]),
        do=_("Write it as 2026-03-31 or 2026-03-31 14:05."),
        field="query",
        **position_of(node),
    )
