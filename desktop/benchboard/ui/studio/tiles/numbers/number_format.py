"""Formats numbers, dates and cells for display, and the ticks of an axis."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from benchboard.analytics.column_presentation import order_status, with_visible_bidi
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import N_, _, currency_decimals, number, with_currency, with_percent_sign
from benchboard.ui.studio.tiles.numbers.ordinal_names import in_language
from benchboard.ui.studio.tiles.numbers.week_labels import week_text
from benchboard.ui.time_format import full_date, iso_moment, month_name, short_date

_MAX_DIGITS: Final = 30
LEAST_SHORT: Final = 1e4
"""Ticks up to this number or a larger one are in thousands, millions and so on."""
_SMALL: Final = 1e-5
"""A number nearer to zero than this is written with an exponent where space is short."""
MOST_DRAWN: Final = 1e300
"""The largest number that is drawn. Sums, differences and percentages of such numbers are finite floats too."""
_MAX_CELL: Final = 500
_MAX_UNIT: Final = 100
_SIZES: Final = (
    (1e12, N_("{number} tn")),
    (1e9, N_("{number} bn")),
    (1e6, N_("{number} M")),
    (1e3, N_("{number} k")),
)
_MAX_COLUMN_DECIMALS: Final = 4
_EXACT: Final = 10**20
"""Numbers from here on have too many digits to be rounded to decimals, or read with them."""
_MAX_TICK_DECIMALS: Final = 3
"""A tick that would need more decimals in thousands or millions is written in full."""
_MINUS: Final = "\N{MINUS SIGN}"
_PERCENT: Final = "%"
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CODES: Final = ("EUR", "USD", "GBP", "TRY")
_UNITS_OF_MONEY: Final = dict(zip("€$£₺", _CODES, strict=True)) | dict(zip(_CODES, _CODES, strict=True))
"""Units that somebody may set for amounts whose currency the query doesn't fix."""
_DOMAIN: Final = re.compile(r"(?:[.@][^\W\d][\w-]*)+")
"""The end of a name that says where it belongs: the `.example` of a shop's domain."""


def format_number(value: Cell | float, decimals: int | None = None, unit: str = "") -> str:
    """A number with its unit, as the language writes it: `1 483 rpm`, `87.5 %`.

    Without `decimals`, as many as the value has, at most two. A value that is no number is formatted as a cell.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return format_cell(value)
    exact = Decimal(value)
    if not exact.is_finite() or (exact and abs(exact.adjusted()) > _MAX_DIGITS):
        return f"{_format_extreme(exact)}{' ' if unit else ''}{unit}"
    return Unit.of(unit).after(number(value, decimals))


@dataclass(frozen=True, slots=True)
class Unit:
    """What the numbers of a cell count: a currency, percent, or a unit in an author's words."""

    text: str = ""
    currency: str = ""

    @classmethod
    def of(cls, own: str, currency: str = "", *, is_percent: bool = False) -> "Unit":
        """The unit that a widget sets, or that of the cell itself.

        A unit that is no currency was set on purpose, such as “k€”, and replaces that of the cell.
        """
        if own and own not in _UNITS_OF_MONEY:
            return cls(own)
        return cls(_PERCENT if is_percent and not own else "", currency or _UNITS_OF_MONEY.get(own, ""))

    def after(self, written: str) -> str:
        """A number already written, with the unit where the language puts it."""
        if self.currency:
            return with_currency(written, self.currency)
        if self.text == _PERCENT:
            return with_percent_sign(written)
        return f"{written} {self.text}" if self.text else written

    @property
    def is_apart(self) -> bool:
        """Whether it stands behind the number, and may be drawn smaller."""
        return bool(self.text) and self.after("0").startswith("0")


NO_UNIT: Final = Unit()
_CHANGES: Final = ("change", "change_percent")


def unit_of(table: ResultTable, row: Sequence[Cell], column: int, own: str = "") -> Unit:
    """The unit of a cell, with the unit that its widget sets."""
    own = _own_unit(table, column, own)
    return Unit.of(own, table.currency(row, column), is_percent=table.columns[column].format == "percent")


def format_value(
    table: ResultTable, row: Sequence[Cell], column: int, *, decimals: int | None = None, unit: str = ""
) -> str:
    """A cell with its unit, as its column says. Without `decimals`, a number has those of `format_cell`. With 0 of them
    a moment is written as its day.
    """
    value = row[column]
    if isinstance(value, date) and table.columns[column].format == "week":
        return week_text(value)
    if isinstance(value, date) and table.columns[column].format == "month":
        return month_name(value)
    if isinstance(value, str):
        value = iso_moment(value) or value
    if isinstance(value, datetime) and decimals == 0:
        return format_cell(value.date())
    if isinstance(value, str) and table.columns[column].format == "order_status":
        return order_status(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return format_cell(value)
    if isinstance(value, int) and table.columns[column].format == "identifier":
        return str(value)
    written = format_cell(value) if decimals is None else format_number(value, decimals)
    if (number := to_float(value)) is None:
        return written
    text = unit_of(table, row, column, unit).after(written)
    return f"+{text}" if number > 0 and table.columns[column].presentation.comparison in _CHANGES else text


def column_unit(table: ResultTable, column: int, own: str = "") -> Unit | None:
    """The unit of all cells of a column, with the unit that its widget sets; None where they have several."""
    units = {Unit.of(_own_unit(table, column, own), code, is_percent=table.columns[column].format == "percent")
             for code in table.currencies(column) or {""}}  # fmt: skip
    return units.pop() if len(units) == 1 else None


def _own_unit(table: ResultTable, column: int, own: str) -> str:
    """The unit that a widget sets, for the cells of a column. A currency is the unit of amounts alone, not of the
    counts beside them."""
    if own not in _UNITS_OF_MONEY or table.columns[column].format != "integer":
        return own
    return "" if any(one.format == "money" for one in table.columns) else own


def column_decimals(table: ResultTable, column: int, rows: Sequence[Sequence[Cell]]) -> int | None:
    """The number of decimals for all numbers of a column, so that they align; None for a column without decimals.

    Amounts of money have those of their currency, or none where all are whole. Moments have none where all are
    midnights: those of a query that groups by day, week or month. So do texts that are all such moments (ISO 8601).
    """
    if table.columns[column].kind == "text":
        return 0 if _are_midnights([row[column] for row in rows]) else None
    if table.columns[column].kind == "timestamp":
        moments = [value for row in rows if isinstance(value := row[column], datetime)]
        return 0 if moments and not any(one.hour or one.minute or one.second for one in moments) else None
    if table.columns[column].presentation.comparison == "change_percent":
        return 1
    if table.columns[column].kind != "decimal":
        return None
    known = [value for row in rows if isinstance(value := row[column], Decimal)]
    most = max((decimal_places(_rounded_for_column(value)) for value in known), default=0)
    if table.columns[column].format == "money":
        codes = table.currencies(column) - {""}
        return max((currency_decimals(code) for code in codes), default=2) if most else 0
    return max(most, 2)


def _are_midnights(cells: Sequence[Cell]) -> bool:
    """Whether all of these texts are midnights in ISO 8601. It ends with the first one that isn't."""
    known = [cell for cell in cells if cell is not None]
    moments = (iso_moment(cell) if isinstance(cell, str) else None for cell in known)
    return bool(known) and all(one is not None and not (one.hour or one.minute or one.second) for one in moments)


def _rounded_for_column(value: Decimal) -> Decimal:
    """A number as far as a column shows it: what a sum of floats has behind that would only add zeros to all."""
    return _rounded(value, _MAX_COLUMN_DECIMALS) if value.is_finite() and abs(value) < _EXACT else Decimal(0)


def _format_extreme(value: Decimal) -> str:
    """NaN, infinities, and numbers with too many digits to read."""
    if value.is_nan():
        return "NaN"
    if value.is_infinite():
        return f"{_MINUS if value < 0 else ''}∞"
    short = _significant(value, 4)
    return _with_exponent(short, short.adjusted(), 3)


def _significant(value: Decimal, digits: int) -> Decimal:
    """A number with so many digits that count, a half rounded away from zero."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(value)


def abbreviate(value: float, decimals: int = 2) -> str:
    """A number in short form, for a tick or a small space: `1.2 k`, `3 M`, `123.5 bn`."""
    exact = Decimal(repr(float(value)))  # as it is written: 2.675 is a little less as a float
    for size, words in _SIZES:
        part = abs(exact) / Decimal(size)
        if part >= 1e3:
            return _format_extreme(exact)
        part = _rounded(part, decimals).copy_sign(exact)
        if abs(part) >= 1 and (size > 1e3 or _rounded(abs(exact), 2) >= LEAST_SHORT):
            if abs(part) >= 1e3:
                return _format_extreme(exact)
            return _(words).format(number=format_number(part.normalize()))
    if 0 < abs(value) < 0.1:
        return _format_small(value)
    return format_number(_rounded(exact, 6).normalize())


def abbreviate_alike(values: Sequence[float], most: float) -> list[str] | None:
    """Numbers of an axis that goes up to `most` in its size, with the same decimals: `12.35 k` beside `0.98 k`. None
    where one of them would have no digits left, or numbers of this axis aren't short."""
    size = next(((size, words) for size, words in _SIZES if most >= max(size, LEAST_SHORT)), None)
    if size is None or not most < _SIZES[0][0] * 1e3:
        return None
    parts = [_rounded(Decimal(repr(float(value))) / Decimal(size[0]), 2) for value in values]
    if any(value and abs(part) < Decimal("0.1") for value, part in zip(values, parts, strict=True)):
        return None
    places = max((decimal_places(part) for part in parts), default=0)
    return [_(size[1]).format(number=number(part, places)) if part else "0" for part in parts]


def are_alike(values: Sequence[float]) -> bool:
    """Whether all numbers but zeros are of one size in short form."""
    sizes = (abs(value) for value in values if value)
    return len({next((size for size, _words in _SIZES if one >= max(size, LEAST_SHORT)), 0.0) for one in sizes}) < 2


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """A number with so many decimals, a half rounded away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _format_small(value: float) -> str:
    """A number near zero with two digits that count: `0.0042`, `4.2×10⁻⁹`."""
    exact = _significant(Decimal(repr(float(value))), 2).normalize()
    if abs(value) < _SMALL:
        return _with_exponent(exact, exact.adjusted(), decimal_places(exact.scaleb(-exact.adjusted())))
    return format_number(exact, decimal_places(exact))


def _with_exponent(value: Decimal, exponent: int, decimals: int) -> str:
    """A number as a multiple of a power of ten: `2.5×10⁻⁹` (ISO 80000-1, 7.3.1)."""
    return f"{number(value.scaleb(-exponent), decimals)}×10{str(exponent).translate(_SUPERSCRIPTS)}"


def tick_labels(ticks: Sequence[float], unit: Unit = NO_UNIT) -> list[str]:
    """The labels of the evenly spaced ticks of an axis: all of one size, with as many decimals as their step needs."""
    step = Decimal(f"{ticks[1] - ticks[0]:.3g}") if len(ticks) > 1 else Decimal(1)
    most = max(abs(tick) for tick in ticks) * (1 + 1e-9)
    label = _tick_writer(step, most, unit.currency)
    exact = [(step * round(Decimal(tick) / step)) if step else Decimal(tick) for tick in ticks]
    return [unit.after(label(tick) if tick else "0") for tick in exact]


def _tick_writer(step: Decimal, most: float, currency: str) -> Callable[[Decimal], str]:
    """How to write each tick of an axis that goes up to `most` on either side of zero."""
    largest = _SIZES[0][0] * 1e3
    if not _SMALL <= most < largest:
        exponent = math.floor(math.log10(most)) if most else 0
        decimals = decimal_places(step.scaleb(-exponent))
        return lambda tick: _with_exponent(tick, exponent, decimals)
    size = next(((size, words) for size, words in _SIZES if most >= max(size, LEAST_SHORT)), None)
    if size is None or decimal_places(step / Decimal(size[0])) > _MAX_TICK_DECIMALS:
        places = decimal_places(step)
        if currency and 0 < places < currency_decimals(currency):
            places = currency_decimals(currency)
        return lambda tick: number(tick, places)
    unit, words = Decimal(size[0]), size[1]
    places = decimal_places(step / unit)
    return lambda tick: _(words).format(number=number(tick / unit, places))


def format_cell(value: Cell) -> str:
    """A cell as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, datetime):
        return f"{full_date(value)} {value:%H:%M}"
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, int | Decimal):
        return format_number(value, None if isinstance(value, int) else max(2, decimal_places(value)))
    moment = iso_moment(value)
    return format_cell(moment) if moment else with_visible_bidi(" ".join(truncate(value, _MAX_CELL).split()))


def truncate(value: str, max_length: int) -> str:
    """The first `max_length` characters, with an ellipsis if there are more: Qt takes minutes to lay out megabytes."""
    return value if len(value) <= max_length else f"{value[:max_length]}…"


def unit(widget: WidgetContent) -> str:
    """The unit of a widget's numbers, as set in the widget."""
    return truncate(str(widget.setting("unit")), _MAX_UNIT)


def decimal_places(value: Decimal) -> int:
    """The number of decimals of a value, trailing zeros left out."""
    return max(0, -int(value.normalize().as_tuple().exponent)) if value.is_finite() else 0


def axis_labels(values: Sequence[Cell]) -> list[str]:
    """The labels of an axis: dates if all timestamps are midnights, times if all are on one day, otherwise both."""
    moments = [value for value in values if isinstance(value, datetime)]
    if moments and len(moments) == len(values):
        if all(not (m.hour or m.minute or m.second) for m in moments):
            return [short_date(m) for m in moments]
        form = "%H:%M:%S" if any(m.second for m in moments) else "%H:%M"
        if len({m.date() for m in moments}) == 1:
            return [m.strftime(form) for m in moments]
        return [f"{short_date(m)} {m.strftime(form)}" for m in moments]
    return [
        short_date(value) if isinstance(value, date) and not isinstance(value, datetime) else format_cell(value)
        for value in values
    ]


def category_labels(table: ResultTable) -> list[str]:
    """The labels of the first column's values on an axis or in a legend."""
    values = [row[0] for row in table.rows]
    if table.columns[0].format == "week":
        return [format_value(table, row, 0) for row in table.rows]
    if any(isinstance(value, date) for value in values):
        return axis_labels(values)
    return without_shared_end(whole_category_labels(table))


def whole_category_labels(table: ResultTable) -> list[str]:
    """The first column's values that are no times, whole; weekdays and months in the program's language."""
    decimals = name_decimals(table, 0)
    return in_language([format_value(table, row, 0, decimals=decimals) for row in table.rows])


def name_decimals(table: ResultTable, column: int) -> int | None:
    """The decimals of the cells of a column that name rows or series: texts that are all midnights are days."""
    return column_decimals(table, column, table.rows) if table.columns[column].kind == "text" else None


def without_shared_end(names: Sequence[str]) -> list[str]:
    """Names without the domain that all of them end with: “a.example” and “b.example” are shown as a and b."""
    ends = {match[0] if (match := _last_domain(name)) else "" for name in names}
    (end,) = ends if len(ends) == 1 else ("",)
    return [name.removesuffix(end) for name in names] if end and len(set(names)) > 1 else list(names)


def _last_domain(name: str) -> re.Match[str] | None:
    found = _DOMAIN.search(name)
    return found if found is not None and found.start() > 0 and found.end() == len(name) else None


def is_numeric(column: ResultColumn) -> bool:
    """Whether a column holds numbers."""
    return column.kind in ("integer", "decimal")


def column_numbers(table: ResultTable, index: int) -> list[float | None]:
    """The numbers of a column as floats; None for a cell without a number, or with one that can't be drawn."""
    return [to_float(row[index]) for row in table.rows]


def to_float(value: Cell) -> float | None:
    """The number of a cell as a float; None if it has none, or one that is not finite or too large to draw."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (OverflowError, ValueError):  # an int with 400 digits; a NaN that signals
        return None
    return found if -MOST_DRAWN <= found <= MOST_DRAWN else None
