"""Formats times for display: relative to now, and in full for a tooltip."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext
from benchboard.paging import Unreadable

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_LONGEST_ISO: Final = 36


def recent_time(seconds: float) -> str | None:
    """`just now`, `4 s ago`, `14 min ago`; None if it was an hour ago or more."""
    if seconds < 3:
        return _("just now")
    if seconds < 60:
        return _("{count} s ago").format(count=int(seconds))
    return _("{count} min ago").format(count=int(seconds // 60)) if seconds < 3600 else None


def relative_time(time: datetime | None, *, in_sentence: bool = False) -> str:
    """`just now`, `4 s ago`, `14 min ago`, `3 h ago`, `yesterday`, `Tue 17:42`, `12 Nov`; `Never` for None.

    `in_sentence`: `never` rather than `Never`.
    """
    if time is None:
        return _("never") if in_sentence else _("Never")
    if isinstance(time, Unreadable):
        return _("unreadable")
    local, now = time.astimezone(), datetime.now(UTC).astimezone()
    seconds = (now - local).total_seconds()
    if (recent := recent_time(seconds)) is not None:
        return recent
    if local.date() == now.date():
        return _("{count} h ago").format(count=int(seconds // 3600))
    if local.date() == (now - timedelta(days=1)).date():
        return _("yesterday")
    return _day_text(local, now)


def _day_text(local: datetime, now: datetime) -> str:
    """A time before today, relative to `now`: `Tue 17:42`, `12 Nov`, `12 Nov 2025`."""
    if (now - local).total_seconds() < 6 * 86_400:
        return f"{_localised_date(local, 'ddd')} {local:%H:%M}"
    return _localised_date(local, "d MMM" if local.year == now.year else "d MMM yyyy")


def _localised_date(time: date, form: str) -> str:
    return QLocale().toString(QDate(time.year, time.month, time.day), form)


def full_date(day: date) -> str:
    """A day with its year: `15 Oct 2026`."""
    return _localised_date(day, "d MMM yyyy")


def iso_moment(text: str) -> datetime | None:
    """The time in UTC that a text in ISO 8601 says, such as `2024-01-01T00:00:00Z`; None for any other text."""
    if len(text) > _LONGEST_ISO or _ISO.fullmatch(text) is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def short_date(day: date) -> str:
    """A day without its year: `15 Oct`."""
    return _localised_date(day, "d MMM")


def month_name(day: date) -> str:
    """A month with its year: `Oct 2026`."""
    return _localised_date(day, "MMM yyyy")


def day_title(time: datetime) -> str:
    """The day of a time, as the heading above what happened then: `Today, Fri 20 Nov`, `Tue 12 Nov`."""
    local, today = time.astimezone().date(), datetime.now(UTC).astimezone().date()
    date = _localised_date(time.astimezone(), "ddd d MMM" if local.year == today.year else "ddd d MMM yyyy")
    if local in (today, today - timedelta(days=1)):
        return f"{_('Today') if local == today else _('Yesterday')}, {date}"
    return date


def utc_span(start: datetime, end: datetime) -> str:
    """A period in UTC, as its first and last days where it is whole ones: `1 Nov 2026 – 20 Nov 2026`; otherwise with
    its times to the minute: `1 Nov 2026 08:00 – 2 Nov 2026 10:30`."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if not any((one.hour, one.minute, one.second, one.microsecond) != (0, 0, 0, 0) for one in (start, end)):
        last = end - timedelta(days=1)
        first = full_date(start)
        return first if last.date() <= start.date() else f"{first} – {full_date(last)}"
    return " – ".join(f"{full_date(one)} {one:%H:%M}" for one in (start, end))


def period_name(start: datetime, end: datetime) -> str:
    """A period in UTC by its shortest name: `Oct 2026` for a whole month, `1–30 Sep` and `28 Aug – 3 Sep` in this year,
    otherwise as `utc_span` writes it."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if any(one.time() != one.min.time() for one in (start, end)):
        return utc_span(start, end)
    first, last = start.date(), (end - timedelta(days=1)).date()
    if first.day == 1 and end.day == 1 and (first.year, first.month) == (last.year, last.month):
        return month_name(first)
    if first == last or {first.year, last.year} != {datetime.now(UTC).year}:
        return utc_span(start, end)
    if first.month == last.month:
        return f"{first.day}–{short_date(last)}"
    return f"{short_date(first)} – {short_date(last)}"


def weekday_and_date(time: datetime) -> str:
    """The day of a local time beside a clock: `Fri 20 Nov`."""
    return _localised_date(time, _("ddd d MMM"))


def clock_time(time: datetime) -> str:
    """When it was by the clock, for a list of what followed closely: `10:42:08` today, `19 Nov 23:59` before."""
    if isinstance(time, Unreadable):
        return _("unreadable")
    local, now = time.astimezone(), datetime.now(UTC).astimezone()
    return f"{local:%H:%M:%S}" if local.date() == now.date() else day_and_time(time)


def time_of_day(time: datetime) -> str:
    """When it was by the clock, for a list below the heading of its day: `10:42:08`."""
    return _("unreadable") if isinstance(time, Unreadable) else f"{time.astimezone():%H:%M:%S}"


def day_and_time(time: datetime) -> str:
    """When it was, with its day also if that is today, for a list that isn't in the order of time: `23 Nov 10:42`."""
    if isinstance(time, Unreadable):
        return _("unreadable")
    local, now = time.astimezone(), datetime.now(UTC).astimezone()
    return f"{_localised_date(local, 'd MMM' if local.year == now.year else 'd MMM yyyy')} {local:%H:%M}"


def clock_minutes(time: datetime | None = None) -> str:
    """A time of today by the clock, or for what was just done the time now: `10:42`."""
    return f"{(time or datetime.now(UTC)).astimezone():%H:%M}"


def repeated_since(times: Collection[datetime]) -> str:
    """How often something happened in one day, and when first: `9 times since 08:34`."""
    text = ngettext("{count} time since {time}", "{count} times since {time}", len(times))
    return text.format(count=len(times), time=f"{min(times).astimezone():%H:%M}")


def full_time(time: datetime | None) -> str:
    """The time in full, in this computer's time zone, for a tooltip."""
    if isinstance(time, Unreadable):
        return _("The database holds an invalid time here.")
    if time is None:
        return ""
    local = time.astimezone()
    return f"{full_date(local)} {local:%H:%M:%S %Z}"


class _OnPaint(QObject):
    def __init__(self, view: QWidget, call: Callable[[], None]) -> None:
        super().__init__(view)
        self._call = call
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._call()
        return super().eventFilter(watched, event)


def refresh_times(view: QWidget, also: Callable[[], None] | None = None, *, every_ms: int = 30_000) -> None:
    """Repaint the relative times of a view twice a minute, or as often as `every_ms` says.

    `also` is called then and at each other repaint, for a relative time elsewhere that must not differ.
    """
    clock = QTimer(view)
    clock.setInterval(every_ms)
    clock.timeout.connect(view.update)
    if also is not None:
        clock.timeout.connect(also)
        _OnPaint(view, also)
    clock.start()
