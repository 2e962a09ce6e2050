"""How long a dashboard in the trash can be restored; `library` moves it to the trash, restores and deletes it."""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import ColumnElement

from benchboard.storage.models.dashboards import Dashboard

TRASH_RETENTION: Final = timedelta(days=30)


def expired() -> ColumnElement[bool]:
    """The condition that a dashboard has been in the trash longer than the retention time."""
    return Dashboard.deleted_at < datetime.now(UTC) - TRASH_RETENTION


def days_left(deleted_at: datetime) -> int:
    """How many days a dashboard in the trash can still be restored; the present day counts."""
    return max(ceil((deleted_at + TRASH_RETENTION - datetime.now(UTC)) / timedelta(days=1)), 0)
