"""The counts of dongles, kept current for one window: its cell in the status bar, in every room, and who else asks."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.dongles.device_errors import failure_title
from benchboard.errors import AppError, Denied
from benchboard.i18n import _, ngettext
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_rows import DongleCounts, count_dongles
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, Icon, Popover, Text, hairline, heading
from benchboard.ui.widgets.labels import Tone


class DongleCounter(QObject):
    """`changed` carries the `DongleCounts` after each count; `counts` has the last ones, None before the first."""

    changed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context.status)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._names = DongleNames.of(context)
        self.counts: DongleCounts | None = None
        self._asked = 0
        self._devices.changed.connect(self.refresh)
        context.changed.watch(self, {"dongles", "can_configs", "dongle_tokens"}, self.refresh)
        self.refresh()

    @staticmethod
    def of(context: Context) -> "DongleCounter":
        """The counter of this window, which is created with it and again when it is rebuilt in another language."""
        existing = context.status.findChild(DongleCounter)
        return existing if existing is not None else DongleCounter(context)

    def refresh(self) -> None:
        """Count again."""
        self._asked = asked = self._asked + 1

        def counted(counts: DongleCounts) -> None:
            if asked == self._asked:  # reads run concurrently, so an older one may end after a newer
                self.show_counts(counts)

        def failed(error: AppError) -> None:
            if not isinstance(error, Denied):  # the page of the dongles says it
                self._context.problems.show(error)

        self._context.tasks.read(self, partial(count_dongles, self._context, self._devices), counted, failed)

    def show_counts(self, counts: DongleCounts) -> None:
        """Show these counts in the status bar and to who listens."""
        self.counts = counts
        self._context.status.set("dongles", "bb.dongle", _counts_text(counts), self._fill_popover)
        self.changed.emit(counts)

    def _fill_popover(self, popover: Popover) -> None:
        popover.column.addWidget(heading(_("Connected dongles")))
        for device in self._devices.devices:
            popover.column.addWidget(_DeviceLine(device, self._names.name_at(device)))
        if not self._devices.devices:
            popover.column.addWidget(Text(_("No dongles connected"), tone="muted"))
        popover.column.addWidget(hairline())
        popover.column.addWidget(Button(_("Show all dongles"), lambda: self._context.go("bench/dongles"), kind="link"))


class _DeviceLine(QWidget):
    """A dongle on one line: its name, or the port where it is; its ID; at the right whether it has answered."""

    def __init__(self, device: DetectedDevice, title: str) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(Icon("bb.dongle"))
        line.addWidget(Elided(title, fits_text=True))
        line.addWidget(Text(device.device_id or device.port.description, "mono", "muted"), 1)
        answers = device.has_answered and device.problem is None
        problem = failure_title(device.problem) if device.problem is not None else _("Not checked")
        tone: Tone = "ok" if answers else "warn"
        line.addWidget(Icon("ph.check-circle-fill" if answers else "ph.warning-fill", tone, 14))
        line.addWidget(Text(_("Ready") if answers else problem, "caption", tone))
        self.setFixedHeight(theme().px("control_height.md"))


def silent_text(counts: DongleCounts) -> str:
    """How many of the connected dongles have stopped responding."""
    return ngettext("{count} not responding", "{count} not responding", counts.silent).format(count=counts.silent)


def _counts_text(counts: DongleCounts) -> str:
    """How many dongles are connected; if none has answered, those that are at a port before those that are away."""
    connected, total = counts.connected, counts.total
    if connected and total:
        text = _("{here} of {total} dongles connected").format(here=connected, total=total)
        return f"{text}, {silent_text(counts)}" if counts.silent else text
    if count := counts.checking:
        return ngettext("{count} dongle is being checked", "{count} dongles are being checked", count).format(
            count=count
        )
    if count := counts.failing:
        return ngettext("{count} dongle can't be checked", "{count} dongles can't be checked", count).format(
            count=count
        )
    if count := counts.paired:
        return ngettext("No dongle connected, {total} paired", "No dongle connected, {total} paired", count).format(
            total=count
        )
    return ngettext("{here} dongle connected", "{here} dongles connected", connected).format(here=connected)
