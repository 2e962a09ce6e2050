"""What each dongle is called, kept current for one window: banners, tasks, toasts and the status bar ask here."""

from PySide6.QtCore import QObject, Signal

from benchboard.dongles import fleet
from benchboard.dongles.device_errors import with_names
from benchboard.dongles.titles import default_title
from benchboard.errors import AppError, Denied
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.tasks import Work


class DongleNames(QObject):
    """`changed`: a dongle was named, here or by another program. The open bus is renamed with its dongle."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.status)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._titles: dict[str, str] = {}
        self._reading: Work | None = None
        context.changed.watch(self, {"dongles"}, self._read)
        self._devices.live_changed.connect(self._name_live)
        self._read()

    @staticmethod
    def of(context: Context) -> "DongleNames":
        """Those of this window, first read when it is created."""
        existing = context.status.findChild(DongleNames)
        return existing if existing is not None else DongleNames(context)

    def name(self, device_id: str | None) -> str:
        """What a dongle is called: by its name, with the end of its ID where another one has the same; else by that."""
        if not device_id:
            return _("Dongle")
        return self._titles.get(device_id) or default_title(device_id)

    def is_known(self, key: str) -> bool:
        """Whether a dongle with this id is registered or connected, or there is a port with this path."""
        return key in self._titles or self._devices.find(key) is not None or self._devices.at(key) is not None

    def name_at(self, device: DetectedDevice) -> str:
        """What the dongle at a port is called; by the port's name while its ID is unknown."""
        return self.name(device.device_id) if device.device_id else device.port_name

    def named(self, error: AppError, device_id: str | None) -> AppError:
        """`error` with the names of the dongles that it is about in place of ports and IDs."""
        return with_names(error, device_id, self.name) if device_id else error

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()  # reads run concurrently, so an older one may end after a newer
        actor = self._context.actor
        self._reading = self._context.tasks.read(
            self, lambda session: fleet.dongle_titles(session, actor), self._on_read, self._on_failed
        )

    def _on_read(self, titles: dict[str, str]) -> None:
        self._reading = None
        if titles != self._titles:
            self._titles = titles
            self._name_live()
            self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self._reading = None
        if not isinstance(error, Denied):  # the page of the dongles says it
            self._context.problems.show(error)

    def _name_live(self) -> None:
        live = self._devices.live
        if live is not None and live.device_id:
            live.title = self.name(live.device_id)
