"""Formats numbers, dates and cells for display, and finds round ticks for an axis."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QDate, QLocale

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import N_, _, number

_MAX_DIGITS: Final = 30
_MAX_CELL: Final = 500
_MAX_UNIT: Final = 100
_SIZES: Final = (
    (1e12, N_("{number} tn")),
    (1e9, N_("{number} bn")),
    (1e6, N_("{number} M")),
    (1e3, N_("{number} k")),
)
_MINUS: Final = "\N{MINUS SIGN}"


def format_number(value: Cell | float, decimals: int | None = None, unit: str = "") -> str:
    """`1 483 rpm`: digits in groups of three, a space before the unit.

    Without `decimals`, those that the value has, at most two.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return format_cell(value)
    exact = Decimal(value)
    if not exact.is_finite() or exact.adjusted() > _MAX_DIGITS:
        return f"{_format_extreme(exact)}{' ' if unit else ''}{unit}"
    return f"{number(value, decimals)}{' ' if unit else ''}{unit}"


def _format_extreme(value: Decimal) -> str:
    """NaN, infinities, and numbers with too many digits to read."""
    if value.is_nan():
        return "NaN"
    sign = _MINUS if value < 0 else ""
    return f"{sign}∞" if value.is_infinite() else f"{sign}{value.copy_abs():.3E}"


def abbreviate(value: float, decimals: int = 2) -> str:
    """A number in short form, for a tick or a small space: `1.2 k`, `3 M`, `123.5 bn`."""
    for size, words in _SIZES:
        part = round(value / size, decimals)
        if abs(part) >= 1 and (size > 1e3 or abs(value) >= 1e4):
            if abs(part) >= 1e3:
                return _format_extreme(Decimal(repr(value)))
            return _(words).format(number=format_number(Decimal(repr(part))))
    return format_number(Decimal(repr(round(value, 6))))


def format_cell(value: Cell) -> str:
    """A cell as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return format_number(value, None if isinstance(value, int) else max(2, decimal_places(value)))
    return " ".join(truncate(value, _MAX_CELL).split())


def truncate(value: str, max_length: int) -> str:
    """The first `max_length` characters, with an ellipsis if there are more: Qt takes minutes to lay out megabytes."""
    return value if len(value) <= max_length else f"{value[:max_length]}…"


def column_title(column: ResultColumn) -> str:
    """The name of a column as a heading, no longer than a cell may be."""
    return truncate(column.name, _MAX_CELL).replace("_", " ")


def unit(widget: WidgetContent) -> str:
    """The unit of a widget's numbers, as set in the widget."""
    return truncate(str(widget.setting("unit")), _MAX_UNIT)


def decimal_places(value: Decimal) -> int:
    """The number of decimals of a value, trailing zeros left out."""
    return max(0, -int(value.normalize().as_tuple().exponent)) if value.is_finite() else 0


def format_day(value: date) -> str:
    """`15 Oct`, in the language of the locale."""
    return QLocale().toString(QDate(value.year, value.month, value.day), "d MMM")


def axis_labels(values: Sequence[Cell]) -> list[str]:
    """The labels of an axis: dates if all timestamps are midnights, times if all are on one day, otherwise both."""
    moments = [value for value in values if isinstance(value, datetime)]
    if moments and len(moments) == len(values):
        if all(not (m.hour or m.minute or m.second) for m in moments):
            return [format_day(m) for m in moments]
        if len({m.date() for m in moments}) == 1:
            return [m.strftime("%H:%M") for m in moments]
        return [f"{format_day(m)} {m:%H:%M}" for m in moments]
    return [
        format_day(value) if isinstance(value, date) and not isinstance(value, datetime) else format_cell(value)
        for value in values
    ]


def is_numeric(column: ResultColumn) -> bool:
    """Whether a column holds numbers."""
    return column.kind in ("integer", "decimal")


def column_numbers(table: ResultTable, index: int) -> list[float | None]:
    """The numbers of a column as floats; None for a cell without a number, or with one that can't be drawn."""
    return [to_float(row[index]) for row in table.rows]


def to_float(value: Cell) -> float | None:
    """The number of a cell as a float; None if it has none, or one that is not finite."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    exact = Decimal(value)
    made = float(exact) if exact.is_finite() else math.inf
    return made if math.isfinite(made) else None


def axis_ticks(low: float, high: float, max_ticks: int = 5) -> list[float]:
    """Three to `max_ticks` round values for the ticks of an axis from `low` to `high`, both ends included."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return [0.0, 1.0]
    least = 1e-9 * max(abs(low), abs(high), 1e-3)
    if high - low < least:  # practically equal: start at zero
        low, high = min(low, 0.0), max(high, 0.0)
        high = high if high - low >= least else low + 1.0
    raw = (high - low) / max(max_ticks - 1, 1)
    unit = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = unit * factor
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first <= max_ticks - 1:
            break
    return [k * step for k in range(first, last + 1)]
