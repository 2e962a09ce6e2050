"""The times that people type for the ends of a time range: dates with dots or the name of their month, as the program
shows them, and weeks, months, quarters and years as ISO 8601 writes them (`2026-W32`, `2026-08`, `2026`; a quarter as
`2026-Q3`)."""

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from benchboard.i18n import month_number

_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}:\d\d))?", re.ASCII)
_NAMED_DATE: Final = re.compile(
    r"(?:(?P<day>\d{1,2})\.? (?P<month>[^\W\d_]{3,12})\.?|(?P<first>[^\W\d_]{3,12})\.? (?P<second>\d{1,2}),)"
    r" (?P<year>\d{4})(?:[ ,]+(?P<clock>\d{1,2}:\d\d))?"
)
_NAMED_MONTH: Final = re.compile(r"([^\W\d_]{3,12})\.? (\d{4})")
_PERIOD: Final = re.compile(r"(\d{4})(?:-?W(?P<week>\d\d)|-(?P<month>\d\d)|-Q(?P<quarter>[1-4]))?", re.ASCII)


class NamedPeriod(NamedTuple):
    """A week, month, quarter or year: its first and its last day."""

    first: date
    last: date


def named_period(text: str) -> NamedPeriod | None:
    """The period that a text names; None for any other text, and for a week or month that doesn't exist."""
    text = " ".join(text.split())
    if (named := _NAMED_MONTH.fullmatch(text)) is not None and (number := month_number(named[1])) is not None:
        text = f"{named[2]}-{number:02}"
    found = _PERIOD.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    try:
        if found["week"]:
            first = date.fromisocalendar(year, int(found["week"]), 1)
            return NamedPeriod(first, first + timedelta(days=6))
        month, length = int(found["month"] or 1), 1 if found["month"] else 12
        if found["quarter"]:
            month, length = int(found["quarter"]) * 3 - 2, 3
        last = month + length - 1
        following = date(year + last // 12, last % 12 + 1, 1)
        return NamedPeriod(date(year, month, 1), following - timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def from_typed(text: str, *, ends: bool = False) -> str:
    """An expression of a time range for what a person typed: a date with dots (`31.08.2026`, `31.08.2026 14:05`) or its
    month's name (`31 Aug 2026`) as in ISO 8601; a week, month, quarter or year as its first day, or as its last one
    where it `ends` the range; all else as it is."""
    text = text.strip()
    period = named_period(text)
    if period is not None:
        return (period.last if ends else period.first).isoformat()
    if (found := _DATE.fullmatch(text)) is not None:
        day, month, year, clock = found.groups()
        return _iso(int(year), int(month), int(day), clock)
    named = _NAMED_DATE.fullmatch(" ".join(text.split()))
    number = month_number(named["month"] or named["first"]) if named is not None else None
    if named is None or number is None:
        return text
    return _iso(int(named["year"]), number, int(named["day"] or named["second"]), named["clock"])


def _iso(year: int, month: int, day: int, clock: str | None) -> str:
    return f"{year:04}-{month:02}-{day:02}" + (f"T{clock:0>5}" if clock else "")
