"""The dongles whose bus can be opened, by name: the field that selects one of them."""

from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.live_bus_reasons import may_become_selectable, no_dongles, not_connected, why_none_selectable
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.context import Context
from benchboard.ui.widgets import Select

_WIDTHS: Final = (180, 280)


class LiveDongles(QObject):
    """`field` selects a dongle. `shown`: other ones, or their names, are shown now. `chosen`: the user chose one."""

    shown = Signal()
    chosen = Signal(str)

    def __init__(self, context: Context, view: QWidget) -> None:
        super().__init__(view)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._paired = PairedDongles.of(context)
        self._selected = SelectedDongle.of(context)
        self._names = DongleNames.of(context)
        self.field = Select(name="live_dongle", label=_("Dongle"), opens_by_arrows=True)  # a choice closes the open bus
        self.field.setMinimumWidth(_WIDTHS[0])
        self.field.setMaximumWidth(_WIDTHS[1])
        self.field.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)
        self.field.activated.connect(lambda _index: self.chosen.emit(self.field.current_key()))
        for changed in (self._paired.changed, self._names.changed):
            changed.connect(self.update)

    @property
    def device(self) -> DetectedDevice | None:
        """The selected dongle, if it is connected."""
        return self._devices.find(self.field.current_key())

    @property
    def is_away(self) -> bool:
        """Whether a dongle is selected that isn't connected."""
        return bool(self._selected_id) and all(one.device_id != self._selected_id for one in self._connected())

    def name(self, device: DetectedDevice) -> str:
        """The name of a connected dongle."""
        return self._names.name_at(device)

    def title(self, device_id: str) -> str:
        """The name of a dongle, connected or not."""
        return self._names.name(device_id)

    def why_not(self) -> str:
        """Why the selected dongle's bus can't be opened now; empty if it can."""
        selected = self.field.current_key()
        if not selected:
            return why_none_selectable(self._devices.devices, simulating=self._devices.simulating)
        return not_connected(self.title(selected)) if self.device is None else ""

    def may_become_selectable(self) -> bool:
        """Whether a dongle may be selectable soon, without the user doing anything."""
        return may_become_selectable(self._devices.devices, simulating=self._devices.simulating)

    def update(self) -> None:
        """Show the dongles that are connected now."""
        connected = {
            device.device_id or "": self.name(device)
            for device in sorted(self._connected(), key=lambda device: not self._is_paired(device))
        }
        selected = self._selected_id or self._preferred(list(connected))
        choices = dict(connected)
        if self._selected_id and self._selected_id not in connected:
            choices[self._selected_id] = _("{name} (disconnected)").format(name=self.title(self._selected_id))
        self.field.set_choices(tuple(choices.items()) or [("", no_dongles(loading=self.may_become_selectable()))])
        self.field.set_current_key(selected)
        self.shown.emit()

    def _is_paired(self, device: DetectedDevice) -> bool:
        info = device.info
        return device.device_id in self._paired.titles and info is not None and info.ownership_state == "CLAIMED_ACTIVE"

    def _preferred(self, device_ids: list[str]) -> str:
        """What is selected as long as the user hasn't selected a dongle: the one worked on last, else the first of
        `device_ids`, which are the paired ones before the others.
        """
        worked_on = self._devices.last_live_id
        return worked_on if worked_on in device_ids else next(iter(device_ids), "")

    @property
    def _selected_id(self) -> str:
        """The dongle whose bus is open, or else the selected one."""
        live = self._devices.live
        return live.device_id if live is not None and live.device_id else self._selected.id

    def _connected(self) -> list[DetectedDevice]:
        """The dongles whose bus can be opened."""
        return [
            device
            for device in self._devices.devices
            if device.info is not None and device.info.is_benchboard and device.device_id
        ]
