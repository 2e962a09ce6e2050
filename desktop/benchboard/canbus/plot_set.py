"""Which signals are plotted, and in which plots: what a user arranges and a window keeps. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.frame import MAX_EXTENDED_ID, Frame
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.errors import Invalid
from benchboard.i18n import _, number

MAX_SIGNALS: Final = 24
"""Most signals that are plotted at the same time: the history of each takes 9 MB at most."""
MAX_PLOTS: Final = 8
_MAX_NAME: Final = 500


class PlottedSignal(NamedTuple):
    """A signal, and the number of its colour among those of charts: it keeps it as long as it is plotted."""

    key: SignalKey
    colour: int


@dataclass(frozen=True, slots=True)
class PlotSet:
    """Plots from top to bottom, each with its signals."""

    plots: tuple[tuple[PlottedSignal, ...], ...] = ()

    @property
    def signals(self) -> tuple[PlottedSignal, ...]:
        """All signals, from top to bottom."""
        return tuple(one for plot in self.plots for one in plot)

    def find(self, key: SignalKey) -> PlottedSignal | None:
        """The signal, if it is plotted."""
        return next((one for one in self.signals if one.key == key), None)

    def with_signal(self, key: SignalKey, place: int | None = None) -> "PlotSet":
        """With this signal in the plot at `place`, or in one of its own below the others; one that is plotted already
        moves there. Raises `Invalid` (`plots.full`).
        """
        found = self.find(key)
        if found is not None and place is not None and place < len(self.plots) and found in self.plots[place]:
            return self
        if found is None and len(self.signals) >= MAX_SIGNALS:
            raise _full(_("{count} signals are plotted already.").format(count=number(MAX_SIGNALS)))
        one = found or PlottedSignal(key, self._free_colour())
        plots = [tuple(other for other in plot if other.key != key) for plot in self.plots]
        if place is not None and place < len(plots):
            plots[place] = (*plots[place], one)
        else:
            plots.append((one,))
        changed = PlotSet(tuple(plot for plot in plots if plot))
        if len(changed.plots) > MAX_PLOTS:
            raise _full(_("There are {count} plots already.").format(count=number(MAX_PLOTS)))
        return changed

    def without(self, key: SignalKey) -> "PlotSet":
        """Without this signal; a plot that has no other goes with it."""
        plots = (tuple(one for one in plot if one.key != key) for plot in self.plots)
        return PlotSet(tuple(plot for plot in plots if plot))

    def without_plot(self, place: int) -> "PlotSet":
        """Without the plot at this place."""
        return PlotSet(self.plots[:place] + self.plots[place + 1 :])

    def _free_colour(self) -> int:
        used = {one.colour for one in self.signals}
        return next(colour for colour in range(MAX_SIGNALS + 1) if colour not in used)


def _full(what: str) -> Invalid:
    return Invalid("plots.full", what, do=_("Remove one first, or drop the signal onto a plot."))


def message_of(key: SignalKey, database: CanDatabase) -> Message | None:
    """The message that defines this signal in a database, None if it has none of this name there."""
    message = database.find(Frame(key.frame_id, extended=key.extended))
    if message is None or message.name != key.message or all(one.name != key.signal for one in message.signals):
        return None
    return message


def plot_rows(plots: PlotSet) -> list[list[list[Any]]]:
    """A plot set as lists, to be kept."""
    return [[[*one.key, one.colour] for one in plot] for plot in plots.plots]


def rows_plots(rows: object) -> PlotSet:
    """The plot set that was kept so; an empty one in place of what can't be read."""
    try:
        plots = tuple(tuple(_signal(row) for row in plot) for plot in rows)  # type: ignore[attr-defined]  # else TypeError
    except (TypeError, ValueError):
        return PlotSet()
    found = PlotSet(tuple(plot for plot in plots if plot)[:MAX_PLOTS])
    keys = [one.key for one in found.signals]
    return found if len(keys) == len(set(keys)) <= MAX_SIGNALS else PlotSet()


def _signal(row: Sequence[Any]) -> PlottedSignal:
    frame_id, extended, message, signal, colour = row
    is_right = (
        type(frame_id) is int
        and 0 <= frame_id <= MAX_EXTENDED_ID
        and isinstance(extended, bool)
        and all(isinstance(name, str) and 0 < len(name) <= _MAX_NAME for name in (message, signal))
        and type(colour) is int
        and 0 <= colour <= MAX_SIGNALS
    )
    if not is_right:
        raise ValueError("no plotted signal")
    return PlottedSignal(SignalKey(frame_id, extended, message, signal), colour)
