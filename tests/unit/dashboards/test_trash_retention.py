"""How long a dashboard stays in the trash."""

from datetime import UTC, datetime, timedelta

from benchboard.dashboards.trash_retention import days_left


def test_days_left_are_counted_down_from_30() -> None:
    now = datetime.now(UTC)
    assert days_left(now) == 30
    assert days_left(now - timedelta(seconds=3)) == 30
    assert days_left(now - timedelta(days=1, seconds=3)) == 29
    assert days_left(now - timedelta(days=31)) == 0
