"""A range of numbers or dates as people read it: `100–500`, `from 100`, `up to 500`."""

from contextlib import suppress
from decimal import Decimal, InvalidOperation

from benchboard.dashboards.document.document import Variable
from benchboard.i18n import _, number


def range_text(variable: Variable) -> str:
    """The range that is selected; All where both ends are open."""
    ends = [_end(text, variable) for text in variable.chosen]
    if len(ends) != 2 or not any(ends):
        return _("All")
    low, high = ends
    if low and high:
        dash = " – " if variable.column is not None and variable.column.kind == "date" else "–"
        return low if low == high else f"{low}{dash}{high}"
    return _("from {low}").format(low=low) if low else _("up to {high}").format(high=high)


def _end(text: str, variable: Variable) -> str:
    if variable.column is not None and variable.column.kind == "number":
        with suppress(InvalidOperation, ValueError):
            return number(Decimal(text), max(0, -int(Decimal(text).as_tuple().exponent))) if text else ""
    return text
