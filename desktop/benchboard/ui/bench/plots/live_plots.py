"""The plots of the live bus: which signals of which dongle are plotted, and their histories."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.plot_set import PlotSet, message_of, plot_rows, rows_plots
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.canbus.signal_recorder import SignalRecorder
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.context import Context

_DONGLES: Final = "dongles"
_PANE: Final = "pane"
_MOST_DONGLES: Final = 50


class LivePlots(QObject):
    """`changed`: other plots, or other histories. One lives as long as the session: histories go on while another view
    is shown, and while the same dongle's bus is closed, with a gap.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._context = context
        self._devices = DeviceManager.of(context)
        self.plots = PlotSet()
        self.histories = SignalHistories()
        self._database = CanDatabase()
        self._device_id = ""
        """The dongle whose plots these are."""
        self._filled_by = ""
        """The dongle whose values the histories have."""
        self._live: LiveBus | None = None
        self._recorder: SignalRecorder | None = None
        self._devices.live_changed.connect(self._follow)
        self._follow()

    @staticmethod
    def of(context: Context) -> "LivePlots":
        """The session's plots, which are kept in the settings of the newest window."""
        existing = context.session.findChild(LivePlots)
        if existing is None:
            return LivePlots(context)
        existing._context = context
        return existing

    # ---- which signals

    def select(self, device_id: str) -> None:
        """Show the plots of this dongle."""
        if device_id and device_id != self._device_id:
            self._device_id = device_id
            self.plots = rows_plots(self._kept(_DONGLES).get(device_id, []))
            if self._filled_by != device_id:
                self._forget(device_id)
            self._fill()

    def set_database(self, database: CanDatabase) -> None:
        """Decode signals by this database."""
        self._database = database
        self._fill()

    def edit(self, plots: PlotSet) -> None:
        """Show these plots instead, and keep them."""
        self.plots = plots
        others = {key: rows for key, rows in self._kept(_DONGLES).items() if key != self._device_id}
        newest = dict(list(others.items())[-(_MOST_DONGLES - 1) :])
        if self._device_id:
            self._keep(_DONGLES, {**newest, self._device_id: plot_rows(plots)} if plots.plots else newest)
        self._fill()

    def _fill(self) -> None:
        """Have histories of the plotted signals that a database defines, and of no others."""
        wanted = {one.key for one in self.plots.signals}
        recorder = self._recorder
        for key in set(self.histories.keys) - wanted:
            (recorder.remove if recorder is not None else self.histories.remove)(key)
        for key in wanted:
            message = message_of(key, self._database)
            if message is not None:
                (recorder.add if recorder is not None else self.histories.add)(key, message)
        self.changed.emit()

    # ---- the bus

    def _follow(self) -> None:
        live = self._devices.live
        if live is self._live:
            return
        if self._recorder is not None:
            self._recorder.stop()
            self._recorder = None
        self._live = live
        if live is None:
            self.histories.is_live = False
            self.changed.emit()
            return
        device_id = live.device_id or live.path
        if device_id != self._filled_by:
            self._forget(device_id)
        self.histories.is_live = True
        self._recorder = SignalRecorder(live.capture, self.histories)
        self._recorder.start()
        self.select(device_id)
        self._fill()

    def _forget(self, device_id: str) -> None:
        """Begin histories for the values of another dongle."""
        self._filled_by = device_id
        self.histories = SignalHistories(is_live=self._recorder is not None)

    # ---- the settings

    @property
    def pane(self) -> Mapping[str, Any]:
        """Whether the pane is shown (`open`), its `width` beside the frames and its `height` below them, as far as they
        were kept."""
        return self._kept(_PANE)

    def keep_pane(self, *, is_open: bool, width: int | None = None, height: int | None = None) -> None:
        """Keep whether the pane is shown, and its width or height in pixels; None: as it was."""
        kept = {"open": is_open, "width": width, "height": height}
        self._keep(_PANE, {**self.pane} | {name: value for name, value in kept.items() if value is not None})

    def _kept(self, part: str) -> dict[str, Any]:
        try:
            kept = json.loads(self._context.settings.live_plots or "{}")
        except (ValueError, RecursionError):
            return {}
        found = kept.get(part) if isinstance(kept, dict) else None
        return found if isinstance(found, dict) else {}

    def _keep(self, part: str, content: Mapping[str, Any]) -> None:
        kept = {_DONGLES: self._kept(_DONGLES), _PANE: self._kept(_PANE), part: content}
        text = json.dumps(kept, ensure_ascii=False) if any(kept.values()) else ""
        if text != self._context.settings.live_plots:
            self._context.apply_settings(replace(self._context.settings, live_plots=text))
