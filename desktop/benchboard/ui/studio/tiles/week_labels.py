"""Calendar weeks by their numbers (ISO 8601): “W32”, “2026-W32”. The year of a week is that of its Thursday."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _
from benchboard.ui.studio.tiles import periods
from benchboard.ui.studio.tiles.chart_table import ChartTable
from benchboard.ui.time_format import full_date, utc_span


def is_by_week(table: ResultTable) -> bool:
    """Whether each row of a chart is a calendar week: by its query, or where that doesn't say it, by its Mondays."""
    times = periods.moments([row[0] for row in table.rows])
    if times is None or any(one.weekday() for one in times) or any(one.time() != one.min.time() for one in times):
        return False
    known = table.by_week if isinstance(table, ChartTable) else None
    return known if known is not None else periods.granularity(times) == "week"


def week_labels(days: Sequence[date], read_at: datetime) -> list[str]:
    """Weeks with the year where it changes: the first has it unless it is the year of `read_at`."""
    labels, year = [], read_at.isocalendar().year
    for day in days:
        found = day.isocalendar()
        text = _("W{week}") if found.year == year else _("{year}-W{week}")
        labels.append(text.format(year=found.year, week=f"{found.week:02}"))
        year = found.year
    return labels


def week_title(day: date) -> str:
    """A week with its days: “Week 32: 3 Aug 2026 – 9 Aug 2026”."""
    start = periods.moment(day)
    if start is None or day.year == date.max.year:
        return full_date(day)
    span = utc_span(start, start + timedelta(days=7))
    return _("Week {week}: {days}").format(week=day.isocalendar().week, days=span)
