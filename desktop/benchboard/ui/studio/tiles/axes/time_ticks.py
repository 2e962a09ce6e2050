"""Round times for the ticks of an axis, and their labels: “06:00”, “20 Nov”, “Feb”, “2026”."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal

from PySide6.QtCore import QDate, QLocale

from benchboard.analytics import periods

MAX_TICKS: Final = 30
"""Most ticks that are worth a try: more have no room on any screen."""

_Unit = Literal["second", "day", "half_month", "month"]


@dataclass(frozen=True, slots=True)
class _Level:
    """How far ticks are apart: so many units."""

    unit: _Unit
    count: int
    from_monday: bool = False
    """Whether days are counted from a Monday, or from the first value where all are on the same weekday."""


_TIMES: Final = tuple(
    _Level("second", count)
    for count in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
)
_DAYS: Final = (_Level("day", 1), _Level("day", 2), _Level("day", 7, from_monday=True), _Level("half_month", 1))
_WEEKS: Final = tuple(_Level("day", 7 * count, from_monday=True) for count in (1, 2, 4, 13, 26))
_MONTHS: Final = tuple(
    _Level("month", count) for count in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000)
)
_LEVELS: Final = {
    "time": _TIMES + _DAYS + _MONTHS,
    "day": _DAYS + _MONTHS,
    "week": _WEEKS + _MONTHS[4:],
    "month": _MONTHS,
}


Namer = Callable[[Sequence[date], datetime], list[str]]
"""Returns what times are called that were read at this time."""


def tick_choices(
    times: Sequence[datetime], read_at: datetime, weeks: Sequence[Namer] = ()
) -> Iterator[list[tuple[datetime, str]]]:
    """Ticks with their labels between the first and the last of these times, from many to few, two at least.

    Ticks are on whole periods of the times themselves: those of months are months. `read_at` is when the times were
    read: a year or a day that is not that one is named. `weeks`: of times that are weeks, what these are called, with
    more words and with fewer.
    """
    first, last, grain = min(times), max(times), "week" if weeks else periods.granularity(times)
    for level in _LEVELS[grain]:
        if (last - first) / _length(level) > MAX_TICKS:
            continue
        ticks = list(_ticks(level, first, last, anchored=grain == "week"))
        if len(ticks) > 1:
            named = [name(ticks, read_at) for name in weeks] if level.unit == "day" else []
            for labels in named or _labels(ticks, level, read_at):
                yield list(zip(ticks, labels, strict=True))


def _length(level: _Level) -> timedelta:
    days = {"second": 0, "day": 1, "half_month": 14, "month": 28}[level.unit] * level.count
    return timedelta(days=days) if days else timedelta(seconds=level.count)


def _ticks(level: _Level, first: datetime, last: datetime, *, anchored: bool) -> Iterator[datetime]:
    midnight = datetime.combine(first.date(), time(), UTC)
    if level.unit in ("half_month", "month"):
        yield from (tick for tick in _calendar_ticks(level, first, last) if first <= tick <= last)
        return
    start = midnight - timedelta(days=midnight.weekday()) if level.from_monday and not anchored else midnight
    step = _length(level)
    # Counted first: a step after the last tick may be after the last day of the calendar.
    for place in range(-((start - first) // step), (last - start) // step + 1):
        yield start + step * place


def _calendar_ticks(level: _Level, first: datetime, last: datetime) -> Iterator[datetime]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    for place in months:
        if place % level.count == 0:
            month = datetime(place // 12, place % 12 + 1, 1, tzinfo=UTC)
            yield month
            if level.unit == "half_month":
                yield month.replace(day=15)


def _labels(ticks: Sequence[datetime], level: _Level, read_at: datetime) -> Iterator[list[str]]:
    """The labels, and shorter ones where the first names the day of all."""
    if level.unit == "month":
        yield _month_labels(ticks, read_at)
        return
    days = _day_labels(ticks, read_at)
    if level.unit != "second":
        yield days
        return
    form = "%H:%M:%S" if level.count < 60 else "%H:%M"
    labels = [day if tick.time() == time() else tick.strftime(form) for tick, day in zip(ticks, days, strict=True)]
    if all(tick.time() != time() for tick in ticks) and ticks[0].date() != read_at.date():
        yield [f"{days[0]} {labels[0]}", *labels[1:]]
    yield labels


def _month_labels(ticks: Sequence[datetime], read_at: datetime) -> list[str]:
    """Months, with the year in place of January, or after the first month where there is no January."""
    names = [QLocale().standaloneMonthName(tick.month, QLocale.FormatType.ShortFormat) for tick in ticks]
    labels = [name if tick.month > 1 else str(tick.year) for tick, name in zip(ticks, names, strict=True)]
    if all(tick.month > 1 for tick in ticks) and ticks[0].year != read_at.year:
        labels[0] = f"{labels[0]} {ticks[0].year}"
    return labels


def _day_labels(ticks: Sequence[datetime], read_at: datetime) -> list[str]:
    """Days, with the year where it changes."""
    labels = []
    for before, tick in pairwise([read_at, *ticks]):
        form = "d MMM" if tick.year == before.year else "d MMM yyyy"
        labels.append(QLocale().toString(QDate(tick.year, tick.month, tick.day), form))
    return labels
