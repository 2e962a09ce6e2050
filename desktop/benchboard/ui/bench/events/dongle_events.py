"""What happened to dongles while the program runs: connected, disconnected, failed checks, live buses."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, Signal

from benchboard.dongles.device_errors import failure_title
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.titles import default_title
from benchboard.i18n import N_, _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context

_MOST: Final = 50
_CONNECTED: Final = N_("{name} connected")
_DISCONNECTED: Final = N_("{name} disconnected")
_FAILED: Final = N_("{name} couldn't be checked")
_OPENED: Final = N_("Live bus of {name} opened")
_CLOSED: Final = N_("Live bus of {name} closed")
_PAIRED: Final = N_("{name} paired")
_READ: Final = N_("Bit timing of {name} read")
_RELEASED: Final = N_("{name} released")
_WRITTEN_OFF: Final = N_("{name} written off")
_ROTATED: Final = N_("Pairing key of {name} replaced")
_LOST: Final = N_("{name} lost: it no longer holds the pairing key")
_FOUND: Final = N_("{name} found: it holds the pairing key again")


@dataclass(frozen=True, slots=True)
class DongleEvent:
    """`what` is a sentence with `{name}`, in English: it is shown in the present language. `why` may be empty."""

    at: datetime
    device_id: str
    what: str
    why: str = ""

    def text(self, names: Mapping[str, str]) -> str:
        """What happened, with the dongle's name of now."""
        return _(self.what).format(name=names.get(self.device_id) or default_title(self.device_id))


class DongleEvents(QObject):
    """Collects the events of a session from the ports and the live bus. `changed`: there is a new one."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._devices = DeviceManager.of(context)
        self._events: deque[DongleEvent] = deque(maxlen=_MOST)
        self._before: dict[str, DetectedDevice] = {}
        self._live_id = ""
        self._registered: dict[str, DongleRecord] = {}
        """The registered dongles as the list last had them, by device id."""
        self._devices.changed.connect(self._compare)
        self._devices.live_changed.connect(self._follow_live)
        self._compare()
        self._follow_live()

    @staticmethod
    def of(context: Context) -> "DongleEvents":
        """The events of this session, collected from the first time that a view asks for them."""
        existing = context.session.findChild(DongleEvents)
        return existing if existing is not None else DongleEvents(context)

    def latest(self, rows: list[DongleRow], most: int) -> list[DongleEvent]:
        """The latest events, with those that the registry tells of the dongles in `rows`, the newest first."""
        self._compare_registered([row.dongle for row in rows if row.dongle is not None])
        told = [event for row in rows for event in _registered(row)]
        return sorted((*self._events, *told), key=lambda event: event.at, reverse=True)[:most]

    def _compare_registered(self, dongles: list[DongleRecord]) -> None:
        """Note what ended or came back since the list last had these dongles, by this computer or another one."""
        for now in dongles:
            before = self._registered.get(now.device_id)
            self._registered[now.device_id] = now
            if before is None or now.ownership_state == before.ownership_state:
                if before is not None and now.claimed_at == before.claimed_at and now.key_version != before.key_version:
                    self._add(now.device_id, _ROTATED)
                continue
            if now.ownership_state == "REVOKED":
                self._add(now.device_id, _WRITTEN_OFF if now.written_off else _RELEASED)
            elif now.ownership_state == "LOST":
                self._add(now.device_id, _LOST)
            elif now.ownership_state == "CLAIMED_ACTIVE" and now.key_version == before.key_version:
                self._add(now.device_id, _FOUND)  # with the same key: it wasn't paired again

    def _compare(self) -> None:
        now = {one.device_id: one for one in self._devices.devices if one.device_id}
        before, self._before = self._before, now
        count = len(self._events)
        for device_id, device in now.items():
            was = before.get(device_id)
            if device.has_answered and not (was is not None and was.has_answered):
                self._add(device_id, _CONNECTED)
            elif device.problem is not None and (was is None or was.problem is None):
                self._add(device_id, _FAILED, failure_title(device.problem))
        for device_id, was in before.items():
            if device_id not in now and was.has_answered:
                self._add(device_id, _DISCONNECTED)
        if self._events and len(self._events) != count:
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
        self._events.append(DongleEvent(datetime.now(UTC), device_id, what, why))


def _registered(row: DongleRow) -> list[DongleEvent]:
    """When a dongle was paired, and its bit timing read."""
    if row.dongle is None:
        return []
    times = ((row.dongle.claimed_at, _PAIRED), (row.dongle.configured_at, _READ))
    return [DongleEvent(at, row.dongle.device_id, what) for at, what in times if isinstance(at, datetime)]
