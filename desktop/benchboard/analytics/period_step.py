"""The period by which a query groups its rows: a month, a week, ten minutes."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from benchboard.analytics.query_builder.sql_writer import MYSQL_UNITS

_TRUNCATED: Final = re.compile(r"\bdate_trunc\s*\(\s*(?:'(\w+)'|(:interval\b))", re.IGNORECASE)
_BUCKETED: Final = re.compile(r"\btime_bucket\s*\(\s*interval\s+'?(\d{1,4})'?\s*'?(\w+?)s?'?\s*,", re.IGNORECASE)
_ON_MYSQL: Final = {
    unit: re.compile(re.escape(text).replace(re.escape("{column}"), "[^(),]+"), re.IGNORECASE)
    for unit, text in MYSQL_UNITS.items()
}
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Step:
    """How long each period of a chart is, in months or in seconds."""

    months: int = 0
    seconds: int = 0

    def next(self, moment: datetime) -> datetime:
        """The beginning of the period after that which begins at `moment`. At the end of the calendar it raises what
        `datetime` does: a value error or an overflow."""
        if not self.months:
            return moment + timedelta(seconds=self.seconds)
        year, month = divmod(moment.year * 12 + moment.month - 1 + self.months, 12)
        return moment.replace(year=year, month=month + 1)


WEEK: Final = Step(seconds=_SECONDS["week"])


def step_of(query: str, interval: str = "") -> Step | None:
    """The period by which a query groups, with `interval` for `:interval`; None if it names none, or several."""
    found = {(1, unit or (interval if named else "")) for unit, named in _TRUNCATED.findall(query)}
    found |= {(int(count), unit) for count, unit in _BUCKETED.findall(query)}
    found |= {(1, unit) for unit, pattern in _ON_MYSQL.items() if pattern.search(query)}
    if len(found) != 1:
        return None
    ((count, unit),) = found
    unit = unit.lower()
    if unit in _MONTHS:
        return Step(months=count * _MONTHS[unit])
    return Step(seconds=count * _SECONDS[unit]) if unit in _SECONDS and count else None
