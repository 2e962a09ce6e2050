"""The time range of a dashboard: as it is written (`now-7d` to `now`), and the period it means.

The expressions are Grafana's: `now` or a time in ISO 8601, then any number of `+2h`, `-7d` and `/M`. `/M` rounds down
to the start of the month; in the end of a range, up to the end of it. A date alone as the end of a range means that the
day is included. Units: s m h d w M y. Everything is in UTC, as the days and weeks of `date_trunc` in queries are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from benchboard.errors import Invalid
from benchboard.i18n import N_, _, ngettext, number

VARIABLES: Final = ("from", "to", "interval")
"""The names under which a query finds the period: its start, the first moment after it, and the unit to group it by."""
REFRESH_SECONDS: Final = (5, 10, 30, 60, 300, 900, 1800, 3600)
"""How often an open dashboard can read its data again."""
MAX_TEXT: Final = 60
_EXPRESSION: Final = re.compile(
    r"(now|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?)"
    r"((?:[+-]\d{1,5}[smhdwMy]|/[smhdwMy])*)",
    re.ASCII,
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FULL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
"""A fixed time as `absolute` writes it."""
_STEP: Final = re.compile(r"([+-])(\d{1,5})([smhdwMy])|/([smhdwMy])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FINEST: Final = (
    (timedelta(minutes=3), "second"),
    (timedelta(hours=3), "minute"),
    (timedelta(days=4), "hour"),
    (timedelta(days=62), "day"),
    (timedelta(days=740), "week"),
    (timedelta(days=20 * 366), "month"),
)
"""The longest period that is grouped by each unit, so that a chart has 3 to about 180 points."""


class Period(NamedTuple):
    """A span of time in UTC, from `start` until just before `end`."""

    start: datetime
    end: datetime

    @property
    def interval(self) -> str:
        """The unit (`second` to `year`, as `date_trunc` takes it) to group it by."""
        length = self.end - self.start
        return next((unit for longest, unit in _FINEST if length <= longest), "year")

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The values of `VARIABLES` that a query is run with."""
        texts = (_iso(self.start), _iso(self.end), self.interval)
        return {name: (text,) for name, text in zip(VARIABLES, texts, strict=True)}


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A range as a document stores it: two expressions."""

    start: str
    end: str

    def period(self, now: datetime) -> Period:
        """The period at `now`. Raises `Invalid` for a wrong expression, an empty period, or years beyond 1 to 9999."""
        start, end = _resolve(self.start, now, "from", up=False), _resolve(self.end, now, "to", up=True)
        if start >= end:
            raise Invalid(
                "time-range.empty",
                _("The time range ends before it starts."),
                do=_("Choose an end that is later than the start."),
                field="to",
            )
        return Period(start, end)

    @property
    def is_absolute(self) -> bool:
        """Whether it means the same period always."""
        return not (self.start.startswith("now") or self.end.startswith("now"))


def last(count: int, unit: str) -> TimeRange:
    """The last `count` whole days, weeks, months or years (`d`, `w`, `M`, `y`), that of today as the last of them: what
    a person means by the last 7 days. From the same time of day 7 days ago, a table of dates alone would lack one."""
    return TimeRange(f"now-{count - 1}{unit}/{unit}", f"now/{unit}")


DEFAULT: Final = last(30, "d")
"""The range of a dashboard that has none of its own."""
PRESETS: Final = (
    *(TimeRange(f"now-{length}", "now") for length in ("15m", "1h", "6h", "24h")),
    *(last(count, unit) for count, unit in ((7, "d"), (30, "d"), (13, "w"), (12, "M"))),
    *(
        TimeRange(unit, unit)
        for unit in ("now/d", "now-1d/d", "now/w", "now-1w/w", "now/M", "now-1M/M", "now/y", "now-1y/y")
    ),
)
"""The ranges that are offered by name."""
_CALENDAR: Final[Mapping[str, str]] = {
    "now/d": N_("Today"),
    "now-1d/d": N_("Yesterday"),
    "now/w": N_("This week"),
    "now-1w/w": N_("Last week"),
    "now/M": N_("This month"),
    "now-1M/M": N_("Last month"),
    "now/y": N_("This year"),
    "now-1y/y": N_("Last year"),
}


def title(shown: TimeRange) -> str:
    """The name of a range: `Last 7 days`, `This month`; empty for one that has none."""
    if shown.start == shown.end and shown.start in _CALENDAR:
        return _(_CALENDAR[shown.start])
    found = re.fullmatch(r"now-(\d{1,5})([mhdwMy])((?:/\2)?)", shown.start, re.ASCII)
    if found is None or shown.end != "now" + found[3]:
        return ""
    count = int(found[1]) + bool(found[3])
    sentences = {
        "m": ngettext("Last {count} minute", "Last {count} minutes", count),
        "h": ngettext("Last {count} hour", "Last {count} hours", count),
        "d": ngettext("Last {count} day", "Last {count} days", count),
        "w": ngettext("Last {count} week", "Last {count} weeks", count),
        "M": ngettext("Last {count} month", "Last {count} months", count),
        "y": ngettext("Last {count} year", "Last {count} years", count),
    }
    return sentences[found[2]].format(count=number(count))


def as_typed(shown: TimeRange) -> TimeRange:
    """The same range as a person would type it: `2024-01-01` rather than `2024-01-01T00:00:00Z`. The last day is in the
    range."""
    start, end = (_moment_of(text) for text in (shown.start, shown.end))
    if end is not None and end.time() == time() and end.date() > date.min:
        end -= timedelta(days=1)
        return TimeRange(_typed(shown.start, start), f"{end:%Y-%m-%d}")
    return TimeRange(_typed(shown.start, start), shown.end if end is None else _typed(shown.end, end))


def _moment_of(text: str) -> datetime | None:
    """The fixed time in UTC of an expression that has one with a time of day; else None."""
    if not _FULL.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _typed(text: str, moment: datetime | None) -> str:
    if moment is None:
        return text
    if moment.time() == time():
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M}" if not (moment.second or moment.microsecond) else text


def absolute(period: Period) -> TimeRange:
    """The range that always means this period."""
    return TimeRange(_iso(period.start), _iso(period.end))


def since(period: Period, now: datetime) -> TimeRange:
    """The range from the start of a period until now, or until its end where that is later."""
    return TimeRange(_iso(period.start), "now" if period.end <= now + timedelta(days=1) else _iso(period.end))


def whole_days(first: object, last: object) -> Period | None:
    """The days from that of one date or time until after that of another; None for values that are neither."""
    start, end = _day(first), _day(last)
    if start is None or end is None or end.year == MAXYEAR:
        return None
    return Period(start, end + timedelta(days=1))


def _day(value: object) -> datetime | None:
    if isinstance(value, datetime):
        value = (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(UTC).date()
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def before(shown: TimeRange, now: datetime) -> Period:
    """The period to compare with: as many calendar months before, where the range is whole ones (`now/M`), else the
    same length immediately before. Raises as `TimeRange.period`, and `Invalid` before the year 1.
    """
    return _moved(shown, now, -1)


def after(shown: TimeRange, now: datetime) -> Period:
    """The period that follows, of the same length or calendar unit. Raises as `before`."""
    return _moved(shown, now, 1)


def wider(period: Period) -> Period:
    """A period of twice the length around the same middle. Raises `Invalid` if years would be beyond 1 to 9999."""
    half = (period.end - period.start) / 2
    return Period(_shifted(period.start, -half, "from"), _shifted(period.end, half, "to"))


def _moved(shown: TimeRange, now: datetime, steps: int) -> Period:
    period = shown.period(now)
    months = _whole_months(period) * steps
    if not months:
        length = (period.end - period.start) * steps
        return Period(_shifted(period.start, length, "from"), _shifted(period.end, length, "to"))
    return Period(_add(period.start, months, "M", "from"), _add(period.end, months, "M", "to"))


def _whole_months(period: Period) -> int:
    """How many calendar months a period is, which differ in length; 0 if it isn't whole ones."""
    start, end = period
    if _floor(start, "M") != start or _floor(end, "M") != end:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month


def _resolve(text: str, now: datetime, field: str, *, up: bool) -> datetime:
    found = _EXPRESSION.fullmatch(text) if len(text) <= MAX_TEXT else None
    if found is None:
        raise _not_a_time(text, field)
    if found[1] == "now":
        moment = now.astimezone(UTC)
    else:
        try:
            moment = datetime.fromisoformat(found[1])
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _not_a_time(text, field) from error
    if up and _DATE.fullmatch(text):
        return _add(moment, 1, "d", field)  # 1 June to 31 August has that day too
    for sign, count, unit, rounded in _STEP.findall(found[2]):
        if rounded:
            moment = _floor(moment, rounded)
            # As Grafana: the end of a range is the end of its unit, also where that has begun just now.
            moment = _add(moment, 1, rounded, field) if up else moment
        else:
            moment = _add(moment, int(sign + count), unit, field)
    return moment


def _floor(moment: datetime, unit: str) -> datetime:
    second = moment.replace(microsecond=0)
    minute = second.replace(second=0)
    hour = minute.replace(minute=0)
    day = hour.replace(hour=0)
    month = day.replace(day=1)
    starts = {"s": second, "m": minute, "h": hour, "d": day, "M": month, "y": month.replace(month=1)}
    return starts[unit] if unit in starts else _shifted(day, timedelta(days=-day.weekday()), "from")


def _add(moment: datetime, count: int, unit: str, field: str) -> datetime:
    """`count` units later. A month later than the 31st is the last day of a shorter month."""
    if unit in _SECONDS:
        return _shifted(moment, timedelta(seconds=count * _SECONDS[unit]), field)
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    for day in range(moment.day, moment.day - 4, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise _out_of_range(field)


def _shifted(moment: datetime, by: timedelta, field: str) -> datetime:
    try:
        return moment + by
    except OverflowError as error:
        raise _out_of_range(field) from error


def _iso(moment: datetime) -> str:
    precision = "microseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _not_a_time(text: str, field: str) -> Invalid:
    return Invalid(
        "time-range.expression",
        _("“{value}” isn't a valid time.").format(value=text[:40]),
        do=_(
            "Write it as 2026-03-31, 31.03.2026, 2026-03-31 14:05, 2026-W32, 2026-08, 2026-Q3, 2026, now, now-7d or"
            " now/M."
        ),
        field=field,
    )


def _out_of_range(field: str) -> Invalid:
    what = _("The time range is outside the years 1 to 9999.")
    return Invalid("time-range.years", what, do=_("Choose a shorter time range."), field=field)
