"""The counters over the live bus."""

import re
import time
from types import SimpleNamespace

import pytest

from benchboard.canbus.bus import BusState, ErrorState
from benchboard.canbus.capture import Counters
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.stat_strip import TRACE_POINTS, Stat, StatStrip

LOADS = [(None, "–"), (0.0, "0 %"), (0.37, "37 %"), (0.0236, "2.4 %"), (0.0999, "10 %")]


@pytest.mark.parametrize(("load", "text"), LOADS)
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


def test_load_that_is_not_known_says_why(light: Theme) -> None:
    counters = Counters(0, 0.0, BusState(bus_errors=3))
    strip = BusCounters()
    strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda: counters)), 0)  # type: ignore[arg-type]
    (load, *_others) = strip.stats
    assert (load.value, load.share, load.tip) == ("–", None, "Only errors arrive: the bit rate may be wrong.")


@pytest.mark.parametrize("width", [900, 1380])
def test_another_digit_moves_no_figure(light: Theme, width: int) -> None:
    strip = BusCounters()
    strip.resize(width, 64)
    found = []
    for count in (1, 10, 999, 1_000, 99_999):
        counters = Counters(50 * count, min(1.0, count / 1000), BusState(malformed=min(count, 9_999)), count)
        strip.reset()
        strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda seen=counters: seen)), 0)  # type: ignore[arg-type]
        found.append(strip.lefts())
    assert all(lefts == found[0] for lefts in found)


@pytest.mark.parametrize(("width", "has_trace"), [(1380, True), (700, False)])
def test_load_is_drawn_over_time_where_there_is_room(light: Theme, width: int, has_trace: bool) -> None:
    strip, seen = BusCounters(), Counters(50, 0.4, BusState())
    strip.resize(width, 64)
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: seen))
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    before = strip.lefts()
    strip.sample_load(live)  # type: ignore[arg-type]
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    (load, *_others) = strip.stats
    assert load.trace == (0.4,)
    assert (strip.lefts()[1] - strip.lefts()[0] > 200) == has_trace
    assert strip.lefts() == before, "the first load moves nothing"


def test_load_noted_after_the_dongle_fell_silent_is_no_load_of_the_bus(light: Theme) -> None:
    """The graph fell to 0 % before it was known that the dongle hung."""
    strip, began = BusCounters(), time.time()
    counts = [Counters(50, share, BusState()) for share in (0.3, 0.4, 0.0)]
    counts.append(Counters(50, 0.0, BusState(unanswered_since=began - 0.1)))
    seen = iter(counts)
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: next(seen)))
    for _sample in range(4):
        strip.sample_load(live)  # type: ignore[arg-type]
    assert list(strip.loads) == [0.3, 0.4]


def test_load_that_is_not_known_is_no_zero_in_its_trace(light: Theme) -> None:
    strip, loads = BusCounters(), iter((None, None, 0.3, 0.4, 0.4))
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(50, next(loads), BusState())))
    for _sample in range(4):
        strip.sample_load(live)  # type: ignore[arg-type]
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    assert strip.stats[0].trace == (0.3, 0.4)


def test_main_text_has_the_bus_errors_and_every_counter_that_is_not_zero(light: Theme) -> None:
    strip, state = BusCounters(), BusState()
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(0, 0.0, state)))
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    assert strip.main_text() == "Bus load –, Frames/s –, Bus errors 0, State unknown, TEC 0, REC 0"
    state = BusState(ErrorState.PASSIVE, rx_errors=128, bus_errors=12, rejected=2, given_up=1, overruns=2)
    strip.show_counts(live, 5)  # type: ignore[arg-type]
    assert strip.main_text() == (
        "Bus load –, Frames/s –, Bus errors 12, Error passive, TEC 0, REC 128, Dropped 2, Failed 3, Not shown 5"
    )


def test_trace_draws_nothing_before_its_first_share(light: Theme) -> None:
    """A ground line over the whole width looked as if the bus had been at zero."""
    strip = StatStrip()
    strip.resize(760, 64)

    def colours(trace: tuple[float, ...]) -> set[int]:
        strip.show_stats([Stat("38 %", "Bus load", share=0.38, trace=trace)])
        image, left = strip.grab().toImage(), strip.lefts()[0]
        return {image.pixel(round(left) + x, y) for x in range(70, 130) for y in range(8, 60)}

    assert colours(()) == colours((0.4, 0.4))
    assert len(colours((0.4,) * TRACE_POINTS)) > len(colours(()))


def test_bus_errors_are_counted_by_when_they_came(light: Theme) -> None:
    strip = BusCounters()
    strip.resize(1380, 64)
    state = BusState()
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(50, 0.2, state)))
    for errors in (*[0] * 10, *[7] * 10, *[7] * 5, 12):
        state = BusState(bus_errors=errors)
        strip.sample_load(live)  # type: ignore[arg-type]
    assert strip.error_history[-3:] == (0, 7, 5)
    assert sum(strip.error_history) == 12
    strip.go_on()
    state = BusState(bus_errors=2)  # the controller counts anew
    strip.sample_load(live)  # type: ignore[arg-type]
    assert sum(strip.error_history) == 14
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    picture = strip.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(14, 40)}
    assert light.color("error").name() in colours


def test_load_of_a_bus_with_errors_and_without_a_frame_is_unknown(light: Theme) -> None:
    """The load counts good frames: at a wrong bit rate it would say that a busy bus is idle."""
    strip = BusCounters()
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(0, 0.0, BusState(bus_errors=9))))
    strip.sample_load(live)  # type: ignore[arg-type]
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    assert strip.load_text == "–"
    assert strip.stats[0].trace == ()


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ErrorState.ACTIVE, ("Error active", "warn")),  # it counts errors
        (ErrorState.PASSIVE, ("Error passive", "warn")),
        (ErrorState.BUS_OFF, ("Bus off", "error")),
        (None, ("State unknown", "text")),
    ],
)
def test_error_state_stands_over_its_counters_in_its_own_colour(
    light: Theme, state: ErrorState | None, shown: tuple[str, str]
) -> None:
    strip, bus = BusCounters(), BusState(state, 3, 1)
    strip.resize(1380, 64)
    strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(0, 0.0, bus))), 0)  # type: ignore[arg-type]
    found = next(stat for stat in strip.stats if stat.name == "TEC 3, REC 1")
    assert (found.value, found.tone) == shown
    assert not strip.grab().isNull()


def test_zeros_of_trouble_are_not_shown(light: Theme) -> None:
    strip = BusCounters()
    counters = Counters(5, 0.0, BusState(ErrorState.ACTIVE))
    strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda: counters)), 0)  # type: ignore[arg-type]
    names = [stat.name for stat in strip.stats]
    assert names == ["Bus load", "Frames/s", "Frames", "Bus errors", "TEC 0, REC 0", "Dropped", "Sent"]


def test_load_of_before_stays_muted_while_the_same_bus_cannot_be_read(light: Theme) -> None:
    strip = BusCounters()
    counters = Counters(5, 0.22, BusState(ErrorState.ACTIVE))
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: counters))
    strip.sample_load(live)  # type: ignore[arg-type]
    strip.reset(keeps_loads=True)
    counters = Counters(0, None, BusState(ErrorState.PASSIVE, bus_errors=9))
    strip.sample_load(live)  # type: ignore[arg-type]
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    load = strip.stats[0]
    assert (load.value, load.trace) == ("–", (0.22,))
    assert re.fullmatch(r"22 % until \d\d:\d\d:\d\d", load.trace_end)
    counters = Counters(9, 0.4, BusState(ErrorState.ACTIVE))
    strip.sample_load(live)  # type: ignore[arg-type]
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    assert (strip.stats[0].trace, strip.stats[0].trace_end) == ((0.4,), "")


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (BusState(ErrorState.ACTIVE), "ok"),
        (BusState(ErrorState.ACTIVE, bus_errors=160), "text"),
        (BusState(ErrorState.ACTIVE, rx_errors=9, bus_errors=160), "warn"),
        (BusState(ErrorState.ACTIVE, tx_errors=8, bus_errors=1), "warn"),
        (BusState(ErrorState.PASSIVE, rx_errors=128, bus_errors=160), "warn"),
        (BusState(ErrorState.BUS_OFF, tx_errors=256, bus_errors=160), "error"),
    ],
)
def test_state_is_green_only_without_errors(light: Theme, state: BusState, tone: str) -> None:
    """It was green beside 160 errors."""
    strip = BusCounters()
    live = SimpleNamespace(capture=SimpleNamespace(counters=lambda: Counters(50, 0.4, state)))
    strip.show_counts(live, 0)  # type: ignore[arg-type]
    (shown,) = (stat for stat in strip.stats if stat.name.startswith("TEC"))
    assert shown.tone == tone


def test_own_frames_are_counted_as_in_the_bus_load_and_as_in_the_send_table(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames/s left them out; the dongle's refusals were counted as sent."""
    now = [10.0]
    monkeypatch.setattr("benchboard.ui.bench.bus_counters.time.monotonic", lambda: now[0])
    strip = BusCounters()
    for at, received, sent in ((10.0, 0, 0), (11.0, 199, 10)):
        now[0] = at
        seen = Counters(received, 0.05, BusState(sent=sent + 2, rejected=2), sent)
        strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda seen=seen: seen)), 0)  # type: ignore[arg-type]
    shown = {name: strip.value(name) for name in ("Frames/s", "Frames", "Sent", "Failed")}
    assert shown == {"Frames/s": "209", "Frames": "209", "Sent": "10", "Failed": "2"}


def test_frames_per_second_are_a_dash_until_a_whole_second_has_passed(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first tenth of a second told thousands."""
    now = [10.0]
    monkeypatch.setattr("benchboard.ui.bench.bus_counters.time.monotonic", lambda: now[0])
    strip, found = BusCounters(), []
    for at, count in ((10.0, 0), (10.1, 90), (10.9, 90), (11.0, 100)):
        now[0] = at
        seen = Counters(count, None, BusState())
        strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda seen=seen: seen)), 0)  # type: ignore[arg-type]
        found.append(strip.value("Frames/s"))
    assert found == ["–", "–", "–", "100"]


def test_frames_per_second_stay_known_however_often_the_strip_is_shown(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown more than twelve times a second, they were a dash for ever."""
    now = [10.0]
    monkeypatch.setattr("benchboard.ui.bench.bus_counters.time.monotonic", lambda: now[0])
    strip = BusCounters()
    for step in range(100):
        now[0] = 10.0 + step / 25
        seen = Counters(4 * step, None, BusState())
        strip.show_counts(SimpleNamespace(capture=SimpleNamespace(counters=lambda seen=seen: seen)), 0)  # type: ignore[arg-type]
    assert strip.value("Frames/s") == "100"
