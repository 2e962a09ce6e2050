"""Fills the data sources on the bus that is open, and says when they have new values."""

import contextlib
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal

from benchboard.analytics.sources.live_recorder import LiveRecorder
from benchboard.analytics.sources.live_sources import LiveSource, live_sources_of
from benchboard.errors import AppError
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.context import LIVE_BUS, LIVE_VALUES, Context
from benchboard.ui.tasks import DatabaseSession

_TABLES: Final = frozenset({"data_sources", "data_source_grants"})


class LiveSources(QObject):
    """One lives as long as the session: sources are filled whichever room is shown."""

    _has_values = Signal(bool)

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._live: LiveBus | None = None
        self._recorders: dict[LiveSource, LiveRecorder] = {}
        self._has_values.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._devices.live_changed.connect(self._follow)
        self.destroyed.connect(partial(_stop_all, self._recorders))
        context.changed.watch(self, _TABLES, self._read)
        self._follow()

    @staticmethod
    def of(context: Context) -> "LiveSources":
        """The session's, which tells the newest window."""
        existing = context.session.findChild(LiveSources)
        if existing is None:
            return LiveSources(context)
        if existing._context is not context:
            existing._context = context
            context.changed.watch(existing, _TABLES, existing._read)
        return existing

    def _follow(self) -> None:
        if self._devices.live is not self._live:
            self._live = self._devices.live
            _stop_all(self._recorders)
            self._read()

    def _read(self) -> None:
        """Fill those that are on the open bus, and no others."""
        live, actor = self._live, self._context.actor
        device_id = live.device_id if live is not None else None
        if device_id is None or not has_permission(actor, "sources:read"):
            return

        def find(session: DatabaseSession) -> tuple[LiveSource, ...]:
            return live_sources_of(session, actor, device_id)

        def found(sources: tuple[LiveSource, ...]) -> None:
            if self._live is live:
                self._fill(sources)

        def failed(_error: AppError) -> None:
            """The next change tries again; what is wrong with the database the window says."""

        self._context.tasks.read(self, find, found, failed)

    def _fill(self, sources: tuple[LiveSource, ...]) -> None:
        if self._live is None:
            return
        for source in self._recorders.keys() - set(sources):
            self._recorders.pop(source).stop()
        for source in sources:
            if source not in self._recorders:
                recorder = LiveRecorder(self._live.capture, source.folder, source.databases, self._on_values)
                self._recorders[source] = recorder
                recorder.start()

    def _on_values(self, begins_or_ends: bool) -> None:
        """On a recorder's thread: tell the main thread, if the session still lives."""
        with contextlib.suppress(RuntimeError):
            self._has_values.emit(begins_or_ends)

    def _tell(self, begins_or_ends: bool) -> None:
        changed = {LIVE_VALUES, LIVE_BUS} if begins_or_ends else {LIVE_VALUES}
        self._context.changed.tables_changed.emit(frozenset(changed))


def _stop_all(recorders: dict[LiveSource, LiveRecorder], *_arguments: object) -> None:
    for recorder in recorders.values():
        recorder.stop()
    recorders.clear()
