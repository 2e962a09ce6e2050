"""The counters over the live bus."""

from types import SimpleNamespace

import pytest

from benchboard.canbus.bus import BusState
from benchboard.canbus.capture import Counters
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.theme import Theme


@pytest.mark.parametrize(("load", "text"), [(None, "–"), (0.0, "0 %"), (0.37, "37 %")])
def test_load_is_a_dash_until_it_is_known(light: Theme, load: float | None, text: str) -> None:
    counters = Counters(3, load, BusState())
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: counters))
    strip = BusCounters()
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    assert strip.load_text == text
    strip.resize(900, 58)
    assert not strip.grab().isNull()
    strip.show_ended("Disconnected", "Unplugged")
    assert not strip.is_open
    assert not strip.grab().isNull()


@pytest.mark.parametrize("width", [900, 1380])
def test_another_digit_moves_no_figure(light: Theme, width: int) -> None:
    strip = BusCounters()
    strip.resize(width, 64)
    found = []
    for count in (1, 10, 999, 1_000, 99_999):
        counters = Counters(50 * count, min(1.0, count / 1000), BusState(sent=count, malformed=min(count, 9_999)))
        strip.reset()
        strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda seen=counters: seen)), 0)  # type: ignore[arg-type]
        found.append(strip.lefts())
    assert all(lefts == found[0] for lefts in found)


@pytest.mark.parametrize(("width", "has_trace"), [(1380, True), (900, False)])
def test_load_is_drawn_over_time_where_there_is_room(light: Theme, width: int, has_trace: bool) -> None:
    strip, seen = BusCounters(), Counters(50, 0.4, BusState())
    strip.resize(width, 64)
    strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda: seen)), 0)  # type: ignore[arg-type]
    (load, *_others) = strip.stats
    assert load.trace == (0.4,)
    assert (strip.lefts()[1] - strip.lefts()[0] > 200) == has_trace
