"""The load of a bus in words, and why it isn't known."""

import pytest

from benchboard.canbus.bus import BusState
from benchboard.canbus.bus_load import bus_load
from benchboard.canbus.capture import Counters


@pytest.mark.parametrize(
    ("counters", "text", "why"),
    [
        (None, "–", "Shown while the live bus is open."),
        (Counters(0, None, BusState()), "–", "No frames have arrived yet."),
        (Counters(0, 0.0, BusState()), "–", "No frames have arrived yet."),
        (Counters(0, 0.0, BusState(bus_errors=7)), "–", "Only errors arrive: the bit rate may be wrong."),
        (Counters(3, None, BusState()), "–", "It is known once the bus has been open for a second."),
        (Counters(3, 0.0, BusState()), "0 %", ""),
        (Counters(3, 0.0, BusState(unanswered_since=1.0)), "–", "The dongle isn't responding."),
        (Counters(0, 0.37, BusState(), 3), "37 %", ""),
        (Counters(3, 0.0236, BusState(bus_errors=7)), "2.4 %", ""),
    ],
)
def test_bus_load_is_a_share_or_a_dash_with_its_reason(counters: Counters | None, text: str, why: str) -> None:
    found = bus_load(counters)
    assert (found.text, found.why) == (text, why)
    assert (found.share is None) == bool(why)
