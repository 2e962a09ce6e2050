"""Opens the live bus again that writing a bit timing, or detecting one, closes, and says so before and afterwards."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context


class _Closed(NamedTuple):
    """A bus that was open before the write."""

    device: DetectedDevice
    title: str
    listen_only: bool


class BusAgain(QObject):
    """`changed`: `note` says something else."""

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._closed: _Closed | None = None
        self._devices.live_changed.connect(self.changed)

    def note(self, device_id: str) -> str:
        """What a write to this dongle does, or did, to its live bus; empty if none is open."""
        live, closed = self._devices.live, self._closed
        if live is not None and live.device_id == device_id:
            return _("Writing closes {name}'s live bus, then opens it again.").format(name=live.title)
        if closed is not None and closed.device.device_id == device_id:
            return _("The live bus of {name} is closed until this is done.").format(name=closed.title)
        return ""

    def remember(self, device: DetectedDevice) -> None:
        """A write to this dongle, or a detection with it, begins: if its bus is open, it closes now."""
        live = self._devices.live
        is_its = live is not None and live.path == device.port.path
        self._closed = _Closed(device, live.title, live.capture.listen_only) if live is not None and is_its else None

    @property
    def is_waiting(self) -> bool:
        """Whether a bus is to be opened again."""
        return self._closed is not None

    def open(self, undo: Callable[[], None] | None = None, *, tells: bool = True) -> None:
        """What began is over, however it ended: open the bus, with the bit timing that the dongle stores now. A toast
        says so, if it `tells`; it offers to `undo` what was written."""
        closed, self._closed = self._closed, None
        self.changed.emit()
        if closed is None or self._devices.live is not None:
            return

        def opened(live: LiveBus) -> None:
            self._devices.set_live(live)
            if not tells:
                return
            said = _("{name}'s live bus is open again at {rate}.")
            self._context.problems.toast(said.format(name=closed.title, rate=bit_rate(live.config.bitrate)), undo)

        def failed(_error: AppError) -> None:
            said = _("The live bus of {name} is closed.").format(name=closed.title)
            self._context.problems.toast(said, warning=True)

        self._context.tasks.run(
            self,
            lambda _progress: self._devices.open_bus(closed.device, closed.title, listen_only=closed.listen_only),
            opened,
            failed,
            title=_("Opening live bus of {name}").format(name=closed.title),
        )
