"""How many audit entries there are in each period of a range of time: minutes, hours, days, or longer ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Text, func, select, type_coerce
from sqlalchemy.orm import Session

from benchboard.identity.audit import entries_matching, filter_moment
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing
from benchboard.storage.models.identity import AuditLog

PeriodUnit = Literal["minute", "hour", "day", "week", "month", "year"]
_LONGEST: Final[tuple[tuple[PeriodUnit, timedelta], ...]] = (
    ("minute", timedelta(hours=2)),
    ("hour", timedelta(days=2)),
    ("day", timedelta(days=120)),
    ("week", timedelta(weeks=120)),
    ("month", timedelta(days=3660)),
)
"""The longest range that is counted in a unit; longer ones are counted in years."""
_MINUTES_UP_TO: Final = _LONGEST[0][1]
_LEAST_PERIODS: Final = 42
"""So many periods there are at least, unless the time is filtered: few would not say how much is usual."""
_MINUTE_DIGITS: Final = len("2026-11-20T10:41")
_HOUR_DIGITS: Final = len("2026-11-20T10")


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """How many entries there are from `start` until before `end`."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class CountsOverTime:
    """Consecutive periods of one length in local time, those without entries too. Empty where there are no
    entries at all."""

    unit: PeriodUnit
    periods: tuple[PeriodCount, ...] = ()


def count_entries_over_time(session: Session, actor: Actor, listing: Listing) -> CountsOverTime:
    """Count the entries of `list_entries` with the same listing, from its filter `since` to `until`; without these,
    from the first entry or earlier until now. The unit is the shortest that gives a readable number of periods.
    """
    require(actor, "audit:read")
    since, until = (
        filter_moment(name, listing.filters[name]) if name in listing.filters else None for name in ("since", "until")
    )
    now = datetime.now(UTC)
    whole_hours = not (now.astimezone().utcoffset() or timedelta()) % timedelta(hours=1)
    by_minute = not whole_hours or (since is not None and until is not None and until - since <= _MINUTES_UP_TO)
    counts = _counts(session, actor, listing, _MINUTE_DIGITS if by_minute else _HOUR_DIGITS)
    if not counts and (since is None or until is None):
        return CountsOverTime("day")
    end = until or max(now, max(counts) + timedelta(minutes=1))
    if not by_minute and since is None and end - min(counts) <= _MINUTES_UP_TO + timedelta(hours=1):
        counts = _counts(session, actor, listing, _MINUTE_DIGITS)  # the first hour may have begun long before its entry
    return counts_in_periods(counts, since or min(counts), end, least=_LEAST_PERIODS if since is None else 1)


def _counts(session: Session, actor: Actor, listing: Listing, digits: int) -> dict[datetime, int]:
    """How many entries there are at each time of so many digits."""
    moment = _utc_text(session, digits).label("moment")
    query = select(moment, func.count()).where(*entries_matching(actor, listing)).group_by("moment")
    return {at: count for text, count in session.execute(query) if (at := _moment(text)) is not None}


def counts_in_periods(
    counts: Mapping[datetime, int], since: datetime, until: datetime, *, least: int = 1
) -> CountsOverTime:
    """Add the counts at moments up in periods, of which the first has `since` in it and the last ends at `until` or
    later. Where these are fewer than `least`, empty ones stand before them.
    """
    unit: PeriodUnit = next((one for one, longest in _LONGEST if until - since <= longest), "year")
    start, sums = period_start(since, unit), dict[datetime, int]()
    for moment, count in counts.items():
        first = period_start(moment, unit)
        sums[first] = sums.get(first, 0) + count
    periods: list[PeriodCount] = []
    while start < until:
        end = _next_start(start, unit)
        periods.append(PeriodCount(start, end, sums.get(start, 0)))
        start = end
    while periods and len(periods) < least:
        end = periods[0].start
        periods.insert(0, PeriodCount(_start_before(end, unit), end, 0))
    return CountsOverTime(unit, tuple(periods))


def period_start(moment: datetime, unit: PeriodUnit) -> datetime:
    """When the period that `moment` is in began, by the clock of this computer. A week begins on Monday."""
    local = moment.astimezone()
    if unit in ("minute", "hour"):
        return local.replace(minute=local.minute if unit == "minute" else 0, second=0, microsecond=0).astimezone(UTC)
    day = datetime(local.year, local.month, local.day)  # of the wall clock
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit != "day":
        day = day.replace(day=1, month=day.month if unit == "month" else 1)
    return day.astimezone(UTC)


def _next_start(start: datetime, unit: PeriodUnit) -> datetime:
    lengths = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
    if unit in lengths:
        return start + lengths[unit]
    # To the middle of the next period's first day, whose midnight may be an hour earlier or later.
    beyond = {"day": 1, "week": 7, "month": 32, "year": 367}[unit]
    return period_start(start + timedelta(days=beyond, hours=12 if unit in ("day", "week") else 0), unit)


def _start_before(start: datetime, unit: PeriodUnit) -> datetime:
    return period_start(start - timedelta(minutes=1), unit)


def _utc_text(session: Session, digits: int) -> ColumnElement[str]:
    """The time of an entry as the first so many digits of ISO 8601, in UTC."""
    text: Any = type_coerce(AuditLog.created_at, Text)
    if session.get_bind().dialect.name == "postgresql":
        text = func.to_char(func.timezone("UTC", AuditLog.created_at), 'YYYY-MM-DD"T"HH24:MI')
    return func.substr(text, 1, digits, type_=Text)


def _moment(text: object) -> datetime | None:
    """The time that a group has; None where another program wrote what is none."""
    try:
        moment = datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
        moment.astimezone()
    except (ValueError, OverflowError):
        return None
    return moment if 1900 < moment.year < 9000 else None
