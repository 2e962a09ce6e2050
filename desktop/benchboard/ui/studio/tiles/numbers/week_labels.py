"""Calendar weeks by their numbers (ISO 8601) and their Mondays: “W32 · 3 Aug 2026”. The year of a week is that of its
Thursday.

One notation for axes, tables and tooltips. An axis without room for all of the Mondays has “W32” alone, or “2026-W32”
where the year changes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from benchboard.analytics import periods
from benchboard.analytics.period_step import WEEK, step_of
from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _
from benchboard.ui.time_format import full_date, short_date, utc_span


def with_weeks(table: ResultTable, query: str, interval: str = "") -> ResultTable:
    """The result with the format “week” for the columns of times that its query rounds down to weeks; `interval` is
    that of its time range. Where the query doesn't say by what it groups, for a first column of Mondays week by week.
    """
    step, columns = step_of(query, interval), list(table.columns)
    if step not in (None, WEEK):
        return table
    for place, one in enumerate(columns if step == WEEK else columns[:1]):
        is_time = one.kind in ("date", "timestamp") and one.format in ("", "date", "time")
        times = periods.moments([row[place] for row in table.rows if row[place] is not None]) if is_time else None
        if times and all(map(_is_monday, times)) and (step == WEEK or periods.granularity(times) == "week"):
            columns[place] = replace(one, presentation=replace(one.presentation, format="week"))
    return replace(table, columns=tuple(columns))


def _is_monday(start: datetime) -> bool:
    return start.weekday() == 0 and start.time() == start.min.time()


def week_labels(days: Sequence[date], read_at: datetime, *, with_day: bool = False) -> list[str]:
    """Weeks with the year where it changes: the first has it unless it is the year of `read_at`. `with_day`: with their
    Mondays."""
    labels, year = [], read_at.isocalendar().year
    for day in days:
        found = day.isocalendar()
        text = week_name(day) if found.year == year else _("{year}-W{week}").format(year=found.year, week=_number(day))
        labels.append(f"{text} · {short_date(day)}" if with_day else text)
        year = found.year
    return labels


def week_text(day: date) -> str:
    """A week in a table: “W32 · 3 Aug 2026”."""
    return f"{week_name(day)} · {full_date(day)}"


def week_title(day: date) -> str:
    """A week with its days: “W32 · 3 Aug 2026 – 9 Aug 2026”."""
    start = periods.moment(day)
    if start is None or day.year == date.max.year:
        return week_text(day)
    return f"{week_name(day)} · {utc_span(start, start + timedelta(days=7))}"


def week_name(day: date) -> str:
    """A week by its number alone: “W32”."""
    return _("W{week}").format(week=_number(day))


def _number(day: date) -> str:
    return f"{day.isocalendar().week:02}"
