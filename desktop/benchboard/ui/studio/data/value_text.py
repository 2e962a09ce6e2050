"""Values, sizes and kinds of columns as people read them."""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QDate, QLocale

from benchboard.analytics.files import kind_titles
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.i18n import _, number, pgettext

KIND_ICONS: Final[dict[ColumnKind, str]] = {
    "text": "ph.text-t", "integer": "ph.list-numbers", "decimal": "ph.hash", "float": "ph.hash",
    "boolean": "ph.toggle-left", "timestamp": "ph.clock", "date": "ph.calendar-blank",
}  # fmt: skip
NUMBERS: Final[tuple[ColumnKind, ...]] = ("integer", "decimal", "float")
_MOST_DECIMALS: Final = 6
_HUGE: Final = 1e15
"""From here on, a number is written with a power of ten."""
_LONGEST: Final = 300
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def kind_title(kind: ColumnKind, *, short: bool = False) -> str:
    """A kind as people call it, or in a word or two."""
    if short and kind in ("float", "decimal"):
        return pgettext("kind of a column", "Number")
    return kind_titles.kind_title(kind)


def common_decimals(values: Iterable[object]) -> int | None:
    """The decimals with which all of these numbers are shown, so that they stand below each other; None if there are
    no numbers with decimals among them."""
    decimals = [
        found for value in values if isinstance(value, float | Decimal) and (found := _decimals(value)) is not None
    ]
    return max(decimals, default=None)


def _decimals(value: float | Decimal) -> int | None:
    """The decimals of a number, as far as they are shown; None for one that is written in another way."""
    if not math.isfinite(value) or (isinstance(value, float) and abs(value) >= _HUGE):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(round(value, _MOST_DECIMALS))).normalize()
    exponent = exact.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def have_seconds(values: Iterable[object]) -> bool:
    """Whether one of these times isn't a whole minute: all of a column are then shown with their seconds."""
    return any(isinstance(value, datetime) and bool(value.second or value.microsecond) for value in values)


def value_text(value: object, decimals: int | None = None, *, seconds: bool = False) -> str:
    """A value as a cell shows it, on one line; empty for none. `decimals` are those of a number that has any; `seconds`
    are shown of a time that has some, or of any time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        if abs(value) < _HUGE:
            return number(value, decimals, most=_MOST_DECIMALS)
        power = math.floor(math.log10(abs(value)))
        return f"{number(value / 10.0**power, most=_MOST_DECIMALS)}e{power}"
    if isinstance(value, Decimal):
        return number(value, (_decimals(value) or 0) if decimals is None else decimals)
    if isinstance(value, datetime):
        clock = f"{value:%H:%M:%S}" if seconds or have_seconds([value]) else f"{value:%H:%M}"
        return f"{_date_text(value)} {clock}"
    if isinstance(value, date):
        return _date_text(value)
    text = str(value)
    return " ".join(text[:_LONGEST].splitlines()) + ("…" if len(text) > _LONGEST else "")


def _date_text(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def size_text(size: int) -> str:
    """A size in bytes as files have it: `18.2 MB`."""
    value, place = float(size), 0
    while value >= 1000 and place < len(_UNITS) - 1:
        value, place = value / 1000, place + 1
    return f"{number(value, 0 if place == 0 or value >= 100 else 1)}\N{NO-BREAK SPACE}{_UNITS[place]}"
