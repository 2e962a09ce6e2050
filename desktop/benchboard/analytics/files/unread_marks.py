"""Finds the thousands separator of numbers that don't fit because their file is read without one."""

import re
from typing import Final

from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.scan import ReadOptions

_GROUPED: Final = re.compile(
    r"\s*[+-]?[1-9]\d{0,2}(?P<mark>[.,' \xa0\u202f\u2009])\d{3}(?:(?P=mark)\d{3})*(?:(?P<decimal>[.,])\d+)?\s*",
    re.ASCII,
)
"""A number with a separator before every third digit."""


def has_thousands_mark(value: str, options: ReadOptions) -> bool:
    """Whether a number isn't read only because it has a thousands separator where `options` know of none."""
    return bool(_unread_mark(value, options))


def unread_thousands_mark(table: TableInspection) -> str:
    """The thousands separator that the numbers of a table have which is read without one, as the first line that
    doesn't fit for it shows; empty without any."""
    options = table.scan.options
    if table.scan.variants:  # each of its files has marks of its own
        return ""
    numbers = (line for line in table.wrong_lines if line.column is not None
               and table.scan.columns[line.column].kind in ("integer", "float", "decimal"))  # fmt: skip
    return next((mark for line in numbers if (mark := _unread_mark(line.value, options))), "")


def _unread_mark(value: str, options: ReadOptions) -> str:
    found = None if options.thousands_mark else _GROUPED.fullmatch(value)
    if found is None or found["mark"] == options.decimal_mark or found["decimal"] not in (None, options.decimal_mark):
        return ""
    return found["mark"]
