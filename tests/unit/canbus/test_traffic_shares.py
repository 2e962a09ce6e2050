"""The shares that identifiers have in the traffic of a bus."""

import pytest

from benchboard.canbus.frame import Frame
from benchboard.canbus.traffic_shares import WINDOW_S, TrafficShares, share_text, traffic_key

QUIET, LOUD = traffic_key(Frame(0x100)), traffic_key(Frame(0x200))


def test_shares_are_of_the_last_seconds_so_that_a_node_that_begins_to_flood_is_seen() -> None:
    shares, totals = TrafficShares(), {QUIET: 3600.0}
    assert shares.update(totals.copy, 0.0) == {QUIET: 1.0}
    assert shares.update(totals.copy, 0.5) is None, "once a second"
    for second in range(1, int(WINDOW_S) + 2):
        totals = {QUIET: 3600.0 + 0.1 * second, LOUD: 0.3 * second}
        found = shares.update(totals.copy, float(second))
        assert found == pytest.approx({QUIET: 0.25, LOUD: 0.75})


def test_what_has_stopped_has_no_share() -> None:
    shares, totals = TrafficShares(), {QUIET: 1.0, LOUD: 1.0}
    for second in range(int(WINDOW_S) + 2):
        totals[QUIET] += 0.1
        found = shares.update(totals.copy, float(second))
    assert found == {QUIET: 1.0}
    later = 0.0
    while found:
        later += 1.0
        found = shares.update(totals.copy, WINDOW_S + 2 + later)
    assert found == {}, "nothing comes any more"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.0003, "<0.1 %"), (0.0044, "0.4 %"), (0.0944, "9.4 %"), (0.0996, "10 %"), (0.374, "37 %"),
     (1.0, "100 %")],
)  # fmt: skip
def test_a_share_is_whole_percent_and_below_ten_has_a_decimal(share: float, text: str) -> None:
    assert share_text(share).replace("\xa0", " ") == text
