"""Counts of audit entries in periods."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.identity.audit_counts import counts_in_periods, period_start

_MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(st.dictionaries(_MOMENTS, st.integers(1, 9), min_size=1, max_size=20))
def test_periods_follow_each_other_and_hold_every_entry(counts: dict[datetime, int]) -> None:
    since, until = min(counts), max(counts) + timedelta(minutes=1)
    found = counts_in_periods(counts, since, until)
    assert all(one.end == other.start for one, other in pairwise(found.periods))
    assert all(period_start(period.start, found.unit) == period.start for period in found.periods)
    assert found.periods[0].start <= since
    assert found.periods[-1].start < until <= found.periods[-1].end
    assert len(found.periods) <= 125
    for period in found.periods:
        assert period.count == sum(n for at, n in counts.items() if period.start <= at < period.end)
