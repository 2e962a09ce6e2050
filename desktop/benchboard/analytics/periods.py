"""The times in the first column of a chart: the periods that they begin, and whether the last of these is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import gcd
from typing import Final, Literal

from benchboard.analytics.period_step import Step
from benchboard.analytics.queries import Cell

Granularity = Literal["month", "week", "day", "time"]

_MAX_EMPTY: Final = 4
"""Most periods for each value, of those between the first and the last, for a chart to leave room for empty ones."""

_DAY: Final = 86_400
_RARE: Final = 8
"""Gaps are rare if there is at most one in so many steps."""
_SHORT_GAP: Final = 3
"""The longest step, in periods, over a gap that comes again and again."""


def moment(value: Cell) -> datetime | None:
    """A date or a time as a time in UTC: of a date, its midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def moments(values: Sequence[Cell]) -> list[datetime] | None:
    """The times of a column; None if it is empty or a cell has no time."""
    times = [known for value in values if (known := moment(value)) is not None]
    return times if times and len(times) == len(values) else None


def granularity(times: Sequence[datetime]) -> Granularity:
    """The largest period that all of these times begin; of weeks, any that begin on the same weekday."""
    if any(one.time() != time() for one in times):
        return "time"
    if all(one.day == 1 for one in times):
        return "month"
    return "week" if len(times) > 2 and all((one - times[0]).days % 7 == 0 for one in times) else "day"


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A row of equal periods from that which `first` begins. `length`: of a period, in months or in seconds."""

    first: datetime
    length: int
    in_months: bool

    def index(self, time: datetime) -> int | None:
        """The place in the row of the period that a time begins; None if it begins none."""
        way = _way(self.first, time, in_months=self.in_months)
        return None if way % self.length else way // self.length


def period_row(times: Sequence[datetime]) -> PeriodRow | None:
    """The row of equal periods of which each of these times begins another.

    None if they are not in order, or if most periods between the first and the last of them would be empty.
    """
    if len(times) < 2 or any(after <= before for before, after in pairwise(times)):
        return None
    in_months = granularity(times) == "month"
    ways = [_way(times[0], one, in_months=in_months) for one in times]
    length = gcd(*ways)
    if length == 0 or ways[-1] // length >= _MAX_EMPTY * len(times):
        return None
    return PeriodRow(times[0], length, in_months)


def rows_before_gaps(values: Sequence[Cell]) -> frozenset[int]:
    """The rows after which periods are missing, of times that otherwise follow each other at equal steps: days without
    data in a daily series. A short gap that comes again and again, such as a weekend, is none.
    """
    times = moments(values)
    row = period_row(times) if times is not None else None
    if times is None or row is None:
        return frozenset()
    places = [row.index(one) or 0 for one in times]
    steps = [after - before for before, after in pairwise(places)]
    longer = [step for step in steps if step > 1]
    least = 1 if len(longer) * _RARE <= len(steps) else _SHORT_GAP
    return frozenset(at for at, step in enumerate(steps) if step > least)


def _way(first: datetime, time: datetime, *, in_months: bool) -> int:
    if in_months:
        return (time.year - first.year) * 12 + time.month - first.month
    return round((time - first).total_seconds())


def unfinished_start(
    values: Sequence[Cell], read_at: datetime, step: Step | None = None, *, known_until: datetime | None = None
) -> datetime | None:
    """The last of these times, if it begins a period that wasn't over when the data were read, or where the data or the
    time range end (`known_until`), which cuts no period that begins there or later, such as of a query with rows beyond
    its time range. The periods are those by which the query groups (`step`), else as long as the times are apart; the
    times may be in any order, and several cells may have the same."""
    times = sorted(set(moments(values) or ()))
    if not times:
        return None
    until = read_at if known_until is None or known_until <= times[-1] else min(known_until, read_at)
    if step is None or not begin_periods(times, step):
        return times[-1] if is_unfinished(times, until) else None
    try:
        end = step.next(times[-1])
    except (ValueError, OverflowError):  # at the end of the calendar
        return None
    return times[-1] if times[-1] <= until < end else None


def begin_periods(times: Sequence[datetime], step: Step) -> bool:
    """Whether times in order, each another one, may all begin such periods."""
    if step.months:
        return all(one.day == 1 and one.time() == time() for one in times)
    if any(after - before < timedelta(seconds=step.seconds) for before, after in pairwise(times)):
        return False
    length = timedelta(seconds=min(step.seconds, _DAY))
    return all(not (one - datetime.combine(one.date(), time(), UTC)) % length for one in times)


def is_unfinished(values: Sequence[Cell], read_at: datetime) -> bool:
    """Whether the last of these times begins a period that wasn't over when the data were read: a minute, hour, day,
    week or month.

    The length of a period is the shortest step between the times, which must be in order and on whole periods.
    """
    times = moments(values)
    steps = [after - before for before, after in pairwise(times or ())]
    if times is None or not steps or min(steps) < timedelta(minutes=1):
        return False
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    unit = next(unit for unit in units if min(steps) >= unit)
    midnight = datetime.combine(times[0].date(), time(), UTC)
    if any((one - midnight) % unit for one in times):
        return False
    return times[-1] <= read_at < _period_end(times, min(steps))


def _period_end(times: Sequence[datetime], step: timedelta) -> datetime:
    last, end_of_calendar = times[-1], datetime.max.replace(tzinfo=UTC)
    if step >= timedelta(days=28) and all(one.day == 1 for one in times):
        months = min((b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(times))
        place = last.year * 12 + last.month - 1 + months
        return last.replace(year=place // 12, month=place % 12 + 1) if place // 12 <= MAXYEAR else end_of_calendar
    return last + step if step <= end_of_calendar - last else end_of_calendar
