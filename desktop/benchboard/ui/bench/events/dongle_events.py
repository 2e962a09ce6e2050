"""What happened to dongles: what this window's ports and live bus say, and what the services recorded."""

from collections import deque
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, Signal

from benchboard.dongles import recorded_events
from benchboard.dongles.device_errors import failure_title
from benchboard.dongles.recorded_events import RecordedEvent
from benchboard.errors import AppError, Denied
from benchboard.i18n import N_
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus.live_answers import LiveAnswers
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.tasks import Work

_MOST: Final = 50
_CONNECTED: Final = N_("{name} connected")
_THERE: Final = N_("{name} was plugged in when Benchboard opened")
"""Since when, nobody knows."""
_DISCONNECTED: Final = N_("{name} disconnected")
_STOPPED: Final = N_("{name} stopped responding")
_AGAIN: Final = N_("{name} responds again")
_FAILED: Final = N_("{name} couldn't be checked")
_OPENED: Final = N_("Live bus of {name} opened")
_CLOSED: Final = N_("Live bus of {name} closed")


class DongleEvents(QObject):
    """The events of a session's ports and live bus, and those that were recorded of the organisation's dongles, whoever
    did them. `changed`: there is a new one.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._devices = DeviceManager.of(context)
        self._seen: deque[RecordedEvent] = deque(maxlen=_MOST)
        """What this window's ports and live bus have said."""
        self._recorded: list[RecordedEvent] = []
        self._reading: Work | None = None
        self._before: dict[str, DetectedDevice] = {}
        self._live_id = ""
        self._devices.changed.connect(self._compare)
        self._devices.live_changed.connect(self._follow_live)
        LiveAnswers.of(context)  # the devices follow it
        self._follow(context)
        self._compare()
        self._follow_live()

    @staticmethod
    def of(context: Context) -> "DongleEvents":
        """The events of this session, collected from its start (`_start` of the room)."""
        existing = context.session.findChild(DongleEvents)
        if existing is None:
            return DongleEvents(context)
        if existing._context is not context:
            existing._follow(context)
        return existing

    def _follow(self, context: Context) -> None:
        self._context = context
        context.changed.watch(self, {"audit_logs"}, self._read)
        self._read()

    @property
    def _newest(self) -> RecordedEvent | None:
        """What this window has seen last; how many they are says nothing, as only the last are kept."""
        return self._seen[-1] if self._seen else None

    def latest(self, most: int) -> list[RecordedEvent]:
        """The latest events, the newest first."""
        return sorted((*self._seen, *self._recorded), key=lambda event: event.at, reverse=True)[:most]

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()  # reads run concurrently, so an older one may end after a newer
        actor = self._context.actor
        self._reading = self._context.tasks.read(
            self,
            lambda session: recorded_events.latest_events(session, actor, limit=_MOST),
            self._on_read,
            self._on_failed,
        )

    def _on_read(self, recorded: list[RecordedEvent]) -> None:
        self._reading = None
        if recorded != self._recorded:
            self._recorded = recorded
            self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self._reading = None
        if not isinstance(error, Denied):  # the page of the dongles says it
            self._context.problems.show(error)

    def _compare(self) -> None:
        now = {one.device_id: one for one in self._devices.devices if one.device_id}
        before, self._before = self._before, now
        newest = self._newest
        for device_id, device in now.items():
            was = before.get(device_id)
            if device.has_answered and not (was is not None and was.has_answered):
                was_there = self._devices.was_there_at_start(device.port.path)
                self._add(device_id, _THERE if was_there else _CONNECTED)
            elif was is not None and device.is_silent != was.is_silent:
                self._add(device_id, _STOPPED if device.is_silent else _AGAIN)
            elif device.problem is not None and _has_failed(device) and (was is None or not _has_failed(was)):
                self._add(device_id, _FAILED, failure_title(device.problem))
        for device_id, was in before.items():
            if device_id not in now and was.has_answered:
                self._add(device_id, _DISCONNECTED)
        if self._newest is not newest:
            self.changed.emit()

    def _follow_live(self) -> None:
        live = self._devices.live
        live_id = (live.device_id or "") if live is not None else ""
        before, self._live_id = self._live_id, live_id
        if before == live_id:
            return
        if before:
            self._add(before, _CLOSED)
        if live_id:
            self._add(live_id, _OPENED)
        self.changed.emit()

    def _add(self, device_id: str, what: str, why: str = "") -> None:
        self._seen.append(RecordedEvent(datetime.now(UTC), device_id, what, why))


def _has_failed(device: DetectedDevice) -> bool:
    """Whether a check has failed. That another program uses the dongle is no failure: its status says so meanwhile."""
    return device.problem is not None and device.problem.code != "port.busy"
