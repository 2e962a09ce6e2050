"""What is exported, and what was made of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.errors import AppError

EXACT_DIGITS: Final = 15
"""The digits that every decimal number keeps in 64-bit floating point, and so in a spreadsheet."""
_LONGEST_EXPONENT: Final = 300
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

Check = Callable[[], object]
"""Called between rows; raises `Cancelled` to stop."""


def no_check() -> None:
    """Never stop."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table under a title. `notes` are lines that stand above it, such as its time range and filters. With an `error`
    there is no table: the query failed."""

    title: str
    table: ResultTable | None
    notes: tuple[str, ...] = ()
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file's content. `as_text` counts the cells whose numbers or dates the format can't hold exactly: they are text
    in the file."""

    content: bytes
    as_text: int = 0


def readable(text: str) -> str:
    """Text that every encoding has: each half of a surrogate pair becomes the replacement character."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def digits(value: int | Decimal) -> int:
    """How many digits a number has from its first to its last that is not zero."""
    if isinstance(value, int):
        return len(str(abs(value)).rstrip("0"))
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


def is_exact_float(value: int | Decimal) -> bool:
    """Whether 64-bit floating point keeps all digits of a number."""
    exact = Decimal(value)
    return not exact or (digits(value) <= EXACT_DIGITS and abs(exact.adjusted()) <= _LONGEST_EXPONENT)


def written(value: Cell) -> str:
    """A cell as text that loses nothing: numbers with a point, times as ISO 8601 in UTC; None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return readable(str(value))
