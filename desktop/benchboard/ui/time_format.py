"""Times as people say them: from now, and exactly in a tooltip."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.paging import Unreadable


def lately(seconds: float) -> str | None:
    """`now`, `4 s ago`, `14 min ago`; None where it was an hour ago or more."""
    if seconds < 3:
        return _("now")
    if seconds < 60:
        return _("{count} s ago").format(count=int(seconds))
    return _("{count} min ago").format(count=int(seconds // 60)) if seconds < 3600 else None


def ago(moment: datetime | None) -> str:
    """`now`, `4 s ago`, `14 min ago`, `3 h ago`, `yesterday`, `Tue 17:42`, `12 Nov`; “never” where there is none."""
    if moment is None:
        return _("never")
    if isinstance(moment, Unreadable):
        return _("unreadable")
    there, here = moment.astimezone(), datetime.now(UTC).astimezone()
    seconds = (here - there).total_seconds()
    if (said := lately(seconds)) is not None:
        return said
    if there.date() == here.date():
        return _("{count} h ago").format(count=int(seconds // 3600))
    if there.date() == (here - timedelta(days=1)).date():
        return _("yesterday")
    return on_day(there, here)


def on_day(there: datetime, here: datetime) -> str:
    """A day before today, as one says it today: `Tue 17:42`, `12 Nov`, `12 Nov 2025`."""
    if (here - there).total_seconds() < 6 * 86_400:
        return f"{_named(there, 'ddd')} {there:%H:%M}"
    return _named(there, "d MMM" if there.year == here.year else "d MMM yyyy")


def _named(moment: datetime, form: str) -> str:
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), form)


def exactly(moment: datetime | None) -> str:
    """The moment in full, in this computer's time zone, for a tooltip."""
    if isinstance(moment, Unreadable):
        return _("The database holds an invalid time here.")
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %Z}" if moment is not None else ""


def keep_true(view: QWidget) -> None:
    """Times are told from now: paint them again twice a minute."""
    clock = QTimer(view)
    clock.setInterval(30_000)
    clock.timeout.connect(view.update)
    clock.start()
