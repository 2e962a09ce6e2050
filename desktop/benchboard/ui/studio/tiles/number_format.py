"""Numbers and moments as people read them, and scales that end on round figures."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QDate, QLocale

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import N_, _

THIN: Final = "\N{THIN SPACE}"
_DIGITS: Final = 30
_MOST_CELL: Final = 500
_MOST_UNIT: Final = 100
_SIZES: Final = (
    (1e12, N_("{number} tn")),
    (1e9, N_("{number} bn")),
    (1e6, N_("{number} M")),
    (1e3, N_("{number} k")),
)
_MINUS: Final = "\N{MINUS SIGN}"


def number(value: Cell | float, decimals: int | None = None, unit: str = "") -> str:
    """`1 483 rpm`: thousands apart, a space before the unit; `decimals` as given, or those the value has."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return text(value)
    exact = Decimal(value)
    if not exact.is_finite() or exact.adjusted() > _DIGITS:
        return f"{_odd(exact)}{' ' if unit else ''}{unit}"
    if decimals is None:
        decimals = 0 if exact == exact.to_integral_value() else min(2, -int(exact.as_tuple().exponent))
    written = f"{exact.copy_abs():.{decimals}f}"
    sign = _MINUS if exact < 0 and written.strip("0.") else ""
    whole, _dot, part = written.partition(".")
    groups = [whole[max(end - 3, 0) : end] for end in range(len(whole), 0, -3)][::-1]
    point = QLocale().decimalPoint()
    shown = sign + THIN.join(groups) + (f"{point}{part}" if part else "")
    return f"{shown}{' ' if unit else ''}{unit}"


def _odd(value: Decimal) -> str:
    """What no digits can say, and what has too many to be read."""
    if value.is_nan():
        return "NaN"
    sign = _MINUS if value < 0 else ""
    return f"{sign}∞" if value.is_infinite() else f"{sign}{value.copy_abs():.3E}"


def short(value: float, decimals: int = 2) -> str:
    """A tick's label, or a number where there is no room for it: `1.2 k`, `3 M`, `123.5 bn`, else the number itself."""
    for size, words in _SIZES:
        part = round(value / size, decimals)
        if abs(part) >= 1 and (size > 1e3 or abs(value) >= 1e4):
            if abs(part) >= 1e3:
                return _odd(Decimal(repr(value)))
            return _(words).format(number=number(Decimal(repr(part))))
    return number(Decimal(repr(round(value, 6))))


def text(value: Cell) -> str:
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
        return number(value, None if isinstance(value, int) else max(2, places(value)))
    return " ".join(cut(value, _MOST_CELL).split())


def cut(value: str, most: int) -> str:
    """As much of a text as is laid out: Qt takes minutes for megabytes, of which a tile shows a line."""
    return value if len(value) <= most else f"{value[:most]}…"


def name(column: ResultColumn) -> str:
    """A column's name as a heading: as long as a cell at most."""
    return cut(column.name, _MOST_CELL).replace("_", " ")


def unit(widget: WidgetContent) -> str:
    """The unit after a widget's numbers."""
    return cut(str(widget.setting("unit")), _MOST_UNIT)


def places(value: Decimal) -> int:
    """How many decimals a value really has."""
    return max(0, -int(value.normalize().as_tuple().exponent)) if value.is_finite() else 0


def day(value: date) -> str:
    """`15 Oct`, in the language of the place."""
    return QLocale().toString(QDate(value.year, value.month, value.day), "d MMM")


def along(values: Sequence[Cell]) -> list[str]:
    """Labels for what goes along an axis: days where all moments are midnights, times within one day."""
    moments = [value for value in values if isinstance(value, datetime)]
    if moments and len(moments) == len(values):
        if all(not (m.hour or m.minute or m.second) for m in moments):
            return [day(m) for m in moments]
        if len({m.date() for m in moments}) == 1:
            return [m.strftime("%H:%M") for m in moments]
        return [f"{day(m)} {m:%H:%M}" for m in moments]
    return [
        day(value) if isinstance(value, date) and not isinstance(value, datetime) else text(value) for value in values
    ]


def numeric(column: ResultColumn) -> bool:
    """Whether a column holds numbers."""
    return column.kind in ("integer", "decimal")


def series(table: ResultTable, index: int) -> list[float | None]:
    """A column's numbers for drawing: None where there is none, or none that can be drawn."""
    return [drawn(row[index]) for row in table.rows]


def drawn(value: Cell) -> float | None:
    """A cell's number for drawing."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    exact = Decimal(value)
    made = float(exact) if exact.is_finite() else math.inf
    return made if math.isfinite(made) else None


def scale(low: float, high: float, most: int = 5) -> list[float]:
    """Three to `most` round ticks that span both ends."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return [0.0, 1.0]
    least = 1e-9 * max(abs(low), abs(high), 1e-3)
    if high - low < least:  # as good as equal: begin at zero
        low, high = min(low, 0.0), max(high, 0.0)
        high = high if high - low >= least else low + 1.0
    raw = (high - low) / max(most - 1, 1)
    unit = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = unit * factor
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first <= most - 1:
            break
    return [k * step for k in range(first, last + 1)]
