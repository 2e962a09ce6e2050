"""What DuckDB's values are in a result: which kind a type is, how it is fetched, and the cell of each value.

A DOUBLE becomes a decimal of the 15 digits that it surely holds (a FLOAT, of 6), so that 0.1 + 0.2 is 0.3: a number
that isn't exact invents no digits. NaN and the infinities are no numbers: such cells are empty, and counted. An endless
date is empty too.
"""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from benchboard.analytics.query_errors import date_out_of_range
from benchboard.analytics.query_types import ValueKind
from benchboard.errors import Invalid
from benchboard.i18n import _

Cell = str | int | Decimal | bool | datetime | date | None
_WHOLE: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                 "UHUGEINT", "BIGNUM")  # fmt: skip
_TIMES: Final = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_ZONED: Final = "TIMESTAMP WITH TIME ZONE"
_BINARY: Final = ("BLOB", "GEOMETRY")
_DIGITS: Final = {"DOUBLE": 15, "FLOAT": 6}


def kind_of(type_name: str) -> ValueKind:
    """The kind of a DuckDB type; lists, structs, times of day and whatever has no kind of its own are text."""
    if type_name.endswith("]"):  # a list of them
        return "text"
    if type_name in _WHOLE:
        return "integer"
    if type_name in _DIGITS or type_name.startswith("DECIMAL("):
        return "decimal"
    if type_name in _TIMES or type_name == _ZONED:
        return "timestamp"
    kinds: dict[str, ValueKind] = {"BOOLEAN": "boolean", "DATE": "date", "NULL": "null", '"NULL"': "null"}
    return kinds.get(type_name, "text")


def fetched_sql(column: str, type_name: str) -> str:
    """The expression by which a column of a type is fetched: a value that Python has, times in UTC."""
    kind = kind_of(type_name)
    if kind in ("date", "timestamp"):
        value = f"timezone('UTC', {column})" if type_name == _ZONED else column
        value = f"CAST({value} AS TIMESTAMP)" if type_name == "TIMESTAMP_NS" else value
        return f"CASE WHEN isfinite({column}) THEN {value} END"
    if type_name == "BIGNUM" or (kind == "text" and type_name != "VARCHAR"):
        return f"CAST({column} AS VARCHAR)"
    return column


def is_binary(type_name: str) -> bool:
    """Whether a type holds bytes that are no text."""
    return type_name in _BINARY


def has_infinite(type_name: str) -> bool:
    """Whether a type has values that are infinite, or NaN."""
    return type_name in _DIGITS or kind_of(type_name) in ("date", "timestamp")


class CellReader:
    """Turns fetched rows into cells."""

    def __init__(self, type_names: Sequence[str]) -> None:
        self._readers = [_reader(name) for name in type_names]
        self.not_numbers = 0
        """How many cells are empty because their value is NaN or infinite."""

    def row(self, values: Sequence[Any]) -> tuple[Cell, ...]:
        """The cells of a row. Raises `Invalid` (`query.date`) for a date that Python doesn't have."""
        cells = []
        for value, reader in zip(values, self._readers, strict=True):
            cell = None if value is None else reader(value)
            if cell is None and value is not None:
                self.not_numbers += 1
            cells.append(cell)
        return tuple(cells)


def _reader(type_name: str) -> Any:
    kind = kind_of(type_name)
    if type_name in _DIGITS:
        digits = _DIGITS[type_name]
        return lambda value: Decimal(f"{value:.{digits}g}") if math.isfinite(value) else None
    if kind == "integer":
        return int
    if kind == "timestamp":
        return _timestamp
    if kind == "date":
        return _date
    if kind in ("boolean", "decimal"):
        return lambda value: value
    return str


def _timestamp(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        raise date_out_of_range()
    return value.replace(tzinfo=UTC)


def _date(value: Any) -> date:
    if isinstance(value, str):
        raise date_out_of_range()
    found: date = value
    return found


def binary_column(name: str) -> Invalid:
    """The error of a column with bytes."""
    what = _("The column “{name}” contains binary data instead of text.").format(name=name[:80])
    return Invalid("query.not-text", what, do=_("Exclude that column, or convert it with hex."),
                   field="query")  # fmt: skip
