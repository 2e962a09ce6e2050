"""The organisation's paired dongles, kept current for one window, so that a view has their names when it opens."""

from PySide6.QtCore import QObject, Signal

from benchboard.dongles import fleet
from benchboard.dongles.fleet import DongleRecord
from benchboard.errors import AppError, Denied
from benchboard.ui.context import Context
from benchboard.ui.tasks import Work


class PairedDongles(QObject):
    """`changed`: they were read again. `records` has them by title; None before they were read once."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.status)
        self._context = context
        self.records: tuple[DongleRecord, ...] | None = None
        self._reading: Work | None = None
        context.changed.watch(self, {"dongles", "can_configs"}, self.refresh)
        self.refresh()

    @staticmethod
    def of(context: Context) -> "PairedDongles":
        """Those of this window, first read when it is created."""
        existing = context.status.findChild(PairedDongles)
        return existing if existing is not None else PairedDongles(context)

    @property
    def titles(self) -> dict[str, str]:
        """Their names, by device id."""
        return {dongle.device_id: dongle.title for dongle in self.records or ()}

    @property
    def is_reading(self) -> bool:
        """Whether they may have changed since `records` was read."""
        return self._reading is not None

    def refresh(self) -> None:
        """Read them again."""
        if self._reading is not None:
            self._reading.cancel()  # reads run concurrently, so an older one may end after a newer
        actor = self._context.actor
        self._reading = self._context.tasks.read(
            self, lambda session: fleet.paired_dongles(session, actor), self._on_read, self._on_failed
        )

    def _on_read(self, dongles: list[DongleRecord]) -> None:
        self._reading = None
        self.records = tuple(dongles)
        self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, Denied):  # the page of the dongles says it
            self._context.problems.show(error)
        self._on_read(list(self.records or ()))  # a view that waits for them goes on with what is known
