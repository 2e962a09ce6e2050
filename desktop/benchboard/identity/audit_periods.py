"""Ranges of days that the audit log is narrowed to, by name or as somebody writes them, in local time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number

_WEEK: Final = 7
_MONTH: Final = 30


def _last_days(count: int) -> str:
    return ngettext("Last {count} day", "Last {count} days", count).format(count=number(count))


def _month(day: date) -> date:
    return day.replace(day=1)


_PERIODS: Final[dict[str, Callable[[date], tuple[date, date]]]] = {
    "today": lambda day: (day, day),
    "yesterday": lambda day: (day - timedelta(days=1), day - timedelta(days=1)),
    "last-7-days": lambda day: (day - timedelta(days=_WEEK - 1), day),
    "last-30-days": lambda day: (day - timedelta(days=_MONTH - 1), day),
    "this-month": lambda day: (_month(day), day),
    "last-month": lambda day: (_month(_month(day) - timedelta(days=1)), _month(day) - timedelta(days=1)),
    "this-year": lambda day: (day.replace(month=1, day=1), day),
}
"""The first and the last day of each, on a day."""
PERIODS: Final = tuple(_PERIODS)


def period_title(period: str) -> str:
    """A period by its name."""
    return {
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "last-7-days": _last_days(_WEEK),
        "last-30-days": _last_days(_MONTH),
        "this-month": _("This month"),
        "last-month": _("Last month"),
        "this-year": _("This year"),
    }[period]


def period_range(period: str, now: datetime) -> tuple[datetime, datetime]:
    """When a period starts, and before when it ends: at local midnights. `now` is a time with a time zone."""
    first, last = _PERIODS[period](now.astimezone().date())
    return _midnight(first), _midnight(last + timedelta(days=1))


def read_moment(text: str, field: str, *, whole_day: bool = False) -> datetime:
    """The time that somebody wrote: a day is its local midnight, or the end of it for a `whole_day`; a time without a
    zone is local. Raises `Invalid` (`audit.moment`).
    """
    try:
        written = text.strip()
        if len(written) == len("2026-03-01"):
            return _midnight(date.fromisoformat(written) + timedelta(days=whole_day))
        return datetime.fromisoformat(written).astimezone()
    except (ValueError, OverflowError) as error:
        raise Invalid(
            "audit.moment",
            _("“{value}” isn't a date or time.").format(value=text[:40]),
            do=_("Write it like 2026-03-01 or 2026-03-01T08:00."),
            field=field,
        ) from error


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone()
