"""Names of the sheets of an Excel file."""

import re
from collections.abc import Sequence
from typing import Final

from benchboard.analytics.table_export.exported import readable
from benchboard.i18n import _

_LONGEST: Final = 31
"""In units of UTF-16, as Excel counts."""
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]+")
_RESERVED: Final = "history"


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names for sheets with these titles: without the characters that Excel forbids, of 31 at most, and no two equal in
    upper and lower case."""
    taken, names = {_RESERVED}, []
    for title in titles:
        base, count = _clean(title), 1
        name = _cut(base, "")
        while name.casefold() in taken:
            count += 1
            name = _cut(base, f" ({count})")
        taken.add(name.casefold())
        names.append(name)
    return names


def _clean(title: str) -> str:
    return " ".join(_FORBIDDEN.sub(" ", readable(title)).split()).strip("' ") or _("Data")


def _cut(base: str, end: str) -> str:
    room = _LONGEST - len(end)
    short = base.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")
    return short.strip("' ") + end
