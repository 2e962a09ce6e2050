"""The bar above the live bus: load, totals and error counters, painted in one widget."""

import math
import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen

from benchboard.canbus.bus import BusState, ErrorState
from benchboard.canbus.bus_load import BusLoad, bus_load
from benchboard.canbus.capture import Counters
from benchboard.canbus.traffic_shares import share_text
from benchboard.i18n import _, number, percent
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.live_bus.live_load import SAMPLE_MS
from benchboard.ui.theme import theme
from benchboard.ui.time_format import time_of_day
from benchboard.ui.widgets.accessible import tell_value_now
from benchboard.ui.widgets.focus import keys_used
from benchboard.ui.widgets.help_popover import HelpPopover
from benchboard.ui.widgets.stat_strip import TRACE_POINTS, Stat, StatStrip

_MOST_FRAMES: Final = 9_999_999
"""Each figure has the room of its most, an hour of a busy bus; only beyond that does it move those after it."""
_MOST_PER_SECOND: Final = 99_999
_MOST_SENT: Final = 99_999
_MOST_ERRORS: Final = 9_999
_HISTORY_PARTS: Final = 60
_HISTORY_S: Final = 300
"""The seconds whose bus errors are drawn, and in how many parts."""
_WINDOW_S: Final = 1.0
"""The seconds from which frames per second are told: fewer tell more of when frames come than of how many."""
_TOTALS: Final = ("bus_errors", "sent", "rejected", "overruns", "malformed", "acknowledged", "given_up")
"""What a dongle counts from when its bus is opened."""
_BUSY: Final = 0.6
"""The bus load from which it is trouble, as a share."""


def _of_the_moment() -> tuple[str, str]:
    """The figures that mean nothing once the bus is closed."""
    return _("Bus load"), _("Frames/s")


def _tips() -> dict[str, str]:
    """What the figures count, by name."""
    return {
        _("Frames/s"): _("Frames received and sent, as in the bus load."),
        _("Frames"): _("Frames received and sent."),
        _("Sent"): _("Frames that this dongle sent, as far as it reports that."),
        _("Bus errors"): _(
            "Errors that the controller counted on the bus.\nSTATE rows aren't counted: they report its changed state."
        ),
        _("Failed"): _("Frames that the dongle rejected or gave up since the live bus was opened."),
        _("Malformed"): _("Messages from the dongle that couldn't be read."),
        _("Restarts"): _("How often you restarted the bus. The totals are those since it was opened."),
        _("Dropped"): _("How often the dongle reported that received frames came too fast and were lost."),
    }


def _state_titles() -> dict[ErrorState | None, tuple[str, Literal["text", "ok", "warn", "error"], str]]:
    """The controller's state in words, its tone and its icon."""
    return {
        ErrorState.ACTIVE: (_("Error active"), "ok", "ph.check-circle-fill"),
        ErrorState.WARNING: (_("Error warning"), "warn", "ph.warning-fill"),
        ErrorState.PASSIVE: (_("Error passive"), "warn", "ph.warning-fill"),
        ErrorState.BUS_OFF: (_("Bus off"), "error", "ph.x-circle-fill"),
        None: (_("State unknown"), "text", "ph.question"),
    }


def _state_stat(bus: BusState) -> Stat:
    """The controller's state over its error counters. The dongle may not have reported them yet, or not respond now."""
    is_silent = bus.unanswered_since is not None
    if is_silent:
        bus = replace(bus, error_state=None)
    title, tone, icon = _state_titles()[bus.error_state]
    if bus.error_state is ErrorState.ACTIVE and (bus.tx_errors or bus.rx_errors):
        tone, icon = "warn", "ph.warning-fill"
    elif bus.error_state is ErrorState.ACTIVE and bus.bus_errors:  # that are over
        tone, icon = "text", "ph.check-circle"
    transmit, receive = ("–", "–") if is_silent else (bus.tx_errors, bus.rx_errors)
    counts = _("TEC {transmit}, REC {receive}").format(transmit=transmit, receive=receive)
    widest = max((one for one, _tone, _icon in _state_titles().values()), key=len)
    return Stat(title, counts, tone, mark=icon, room=widest, tip=_error_tip())


def _error_tip() -> str:
    return "\n".join(
        (
            _("The controller's transmit error counter (TEC) and receive error counter (REC)."),
            _("Error passive from 128, bus off with a TEC above 255."),
        )
    )


def with_totals(now: Counters, before: Counters) -> Counters:
    """The counters of a bus, with the totals of what it was before it was restarted."""
    bus, earlier = now.bus, before.bus
    totals = {name: getattr(bus, name) + getattr(earlier, name) for name in _TOTALS}
    return replace(now, frames=now.frames + before.frames, sent=now.sent + before.sent, bus=replace(bus, **totals))


def _trouble(counters: Counters, skipped: int, restarts: int) -> list[Stat]:
    """What there is only now and then: zeros of it would outweigh the figures."""
    counts = (
        (counters.bus.failed, _("Failed"), _MOST_ERRORS),
        (counters.bus.malformed, _("Malformed"), _MOST_ERRORS),
        (skipped, _("Not shown"), _MOST_FRAMES),
        (restarts, _("Restarts"), _MOST_ERRORS),
    )
    return [Stat(number(count), name, "warn", room=number(most)) for count, name, most in counts if count]


class BusCounters(StatStrip):
    """Bus load, totals, error counters, and the frames that were dropped or not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("live_counters")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a screen reader reads it there
        self.is_open = False
        self._load = BusLoad(None)
        self._last: list[Stat] = []
        self.restarts = 0
        """How often the bus was restarted; the totals are those of all its parts."""
        self._counted = self._before = Counters(0, None, BusState())
        self._rates: deque[tuple[float, int]] = deque()
        """How many frames there were at each time (s) of the last `_WINDOW_S`, and at the last one before."""
        self.loads: deque[float] = deque(maxlen=TRACE_POINTS)
        """The loads of the trace (0 to 1), oldest first."""
        self._load_until: datetime | None = None
        self._is_silent = False
        """When the last of them was."""
        self._loads_are_past = False
        """Whether they are of the bus as it was open before."""
        self._errors: deque[int] = deque(maxlen=_HISTORY_PARTS)
        """The bus errors in each part of the last minutes, oldest first; the last part isn't over yet."""
        self._errors_before: int | None = None
        self._samples = 0
        self.show_note(_("The live bus is closed."))

    def reset(self, *, keeps_loads: bool = False) -> None:
        """A bus is opened; `keeps_loads`: the same again, whose loads of before stay until there are new ones."""
        self._rates.clear()
        self._loads_are_past = keeps_loads
        if not keeps_loads:
            self.loads.clear()
        self._errors.clear()
        self._errors_before, self._samples = None, 0
        self._last = []
        self.restarts = 0
        self._counted = self._before = Counters(0, None, BusState())

    def go_on(self) -> None:
        """The bus was restarted: its totals go on, those of the controller and the load begin anew."""
        self._rates.clear()
        self._errors_before = None
        self.restarts += 1
        self._before = self._counted

    def show_ended(self, state: str, reason: str) -> None:
        """Show the last totals muted after the bus's `state`, such as “Disconnected”; without any, `reason`."""
        self.is_open = False
        if not self._last:
            self.show_note(reason)
            return
        past = [
            replace(stat, tone="past", share=None, trace=None, history=None, mark="")
            for stat in self._last
            if stat.name not in _of_the_moment()
        ]
        self.show_stats([Stat(state, _("Last counts"), "past"), *past])

    def sample_load(self, live: LiveBus, load: BusLoad | None = None) -> None:
        """Note the present load for the trace, and the new bus errors, every `SAMPLE_MS` while the bus is open, whether
        or not it is shown. A load that isn't known yet isn't zero: the trace begins with the first that is. `load` is
        the one that the rest of the window shows; else it is that of now.
        """
        counters = live.capture.counters()
        self._forget_silence(counters.bus.unanswered_since)
        if (share := (load or bus_load(counters)).share) is not None:
            if self._loads_are_past:
                self.loads.clear()
            self._loads_are_past = False
            self.loads.append(share)
            self._load_until = datetime.now(UTC)
        if self._samples % (_HISTORY_S * 1000 // _HISTORY_PARTS // SAMPLE_MS) == 0:
            self._errors.append(0)
        self._samples += 1
        errors, before = counters.bus.bus_errors, self._errors_before
        self._errors[-1] += max(errors - (before or 0), 0)
        self._errors_before = errors

    def _forget_silence(self, since: float | None) -> None:
        """Drop the loads that were noted after the dongle fell silent, which is known a moment later: they told nothing
        of the bus. `since` is that time (Unix, s); None while it answers."""
        fell_silent, self._is_silent = since is not None and not self._is_silent, since is not None
        if since is None or not fell_silent or self._load_until is None:
            return
        until = datetime.fromtimestamp(since, UTC)
        noted = max(0.0, (self._load_until - until).total_seconds()) * 1000 / SAMPLE_MS
        for _sample in range(min(math.ceil(noted), len(self.loads))):
            self.loads.pop()
        self._load_until = min(self._load_until, until)

    @property
    def error_history(self) -> tuple[int, ...]:
        """The bus errors in each part of the last minutes, oldest first: none before the bus was opened."""
        return (*(0 for _part in range(_HISTORY_PARTS - len(self._errors))), *self._errors)

    def show_counts(self, live: LiveBus, skipped: int, load: BusLoad | None = None) -> None:
        """Show the present counters of the bus and the dongle; `skipped` frames were received and never shown. `load`
        as for `sample_load`."""
        now = live.capture.counters()
        counters = self._counted = with_totals(now, self._before)
        bus = counters.bus
        self.is_open, self._load = True, load or bus_load(now)
        self._rates.append((time.monotonic(), counters.on_bus))
        while len(self._rates) > 1 and self._rates[-1][0] - self._rates[1][0] >= _WINDOW_S:
            self._rates.popleft()
        (first, first_frames), (last, last_frames) = self._rates[0], self._rates[-1]
        is_known = last - first >= _WINDOW_S and bus.unanswered_since is None
        speed = number((last_frames - first_frames) / (last - first), 0) if is_known else "–"
        share = self._load.share
        stats = [
            Stat(
                self.load_text,
                _("Bus load"),
                "warn" if share is not None and share > _BUSY else "text",
                share,
                percent(100, 0),
                tip=self._load.why,
                trace=tuple(self.loads),
                trace_end=self._past_load() if share is None else "",
            ),
            Stat(speed, _("Frames/s"), room=number(_MOST_PER_SECOND)),
            Stat(number(counters.on_bus), _("Frames"), room=number(_MOST_FRAMES)),
            Stat(
                number(bus.bus_errors),
                _("Bus errors"),
                "error" if bus.bus_errors else "text",
                room=number(_MOST_ERRORS),
                history=self.error_history,
                ends=(_("{count} min ago").format(count=_HISTORY_S // 60), _("now")),
            ),
            _state_stat(bus),
            Stat(number(bus.overruns), _("Dropped"), "error" if bus.overruns else "text", room=number(_MOST_ERRORS)),
            Stat(number(counters.sent), _("Sent"), room=number(_MOST_SENT)),  # always: it would move the others
            *_trouble(counters, skipped, self.restarts),
        ]
        tips = _tips()
        self._last = [replace(stat, tip=tips.get(stat.name, stat.tip)) for stat in stats]
        self.show_stats(self._last)

    def _past_load(self) -> str:
        """The load of before, and until when it was so; empty if none was known."""
        if not self.loads or self._load_until is None:
            return ""
        text = _("{load} until {time}")
        return text.format(load=share_text(self.loads[-1]), time=time_of_day(self._load_until))

    def main_text(self) -> str:
        """The figures that tell how the bus is, and every other one that isn't zero, to be read out once; after its
        end, all that are shown.
        """
        if not self.is_open:
            return self.accessible_text()
        main = (_("Bus load"), _("Frames/s"), _("Bus errors"))
        shown = [stat for stat in self.stats if stat.name in main or stat.mark or stat.value != "0"]
        return ", ".join(stat.spoken for stat in shown)

    def description(self) -> str:
        return _("Enter explains the figures.") if self.explanations() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens what the figures mean."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.explanations():
            HelpPopover(self, _("What the figures mean"), self.explanations(), name="live_counters_help").open()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        tell_value_now(self)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """With a ring inside its edge while it has the focus: it is as wide as the window."""
        super().paintEvent(event)
        if self.hasFocus() and keys_used():
            with QPainter(self) as painter:
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    @property
    def load_text(self) -> str:
        """The bus load in percent; a dash until it is known."""
        return self._load.text

    def value(self, name: str) -> str:
        """The value with the title `name`."""
        return next((stat.value for stat in self.stats if stat.name == name), "")
