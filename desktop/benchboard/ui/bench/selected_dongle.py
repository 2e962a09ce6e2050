"""The dongle that is selected in the bench: in the list, on the live bus and in bit timing it is the same one."""

from dataclasses import replace
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.errors import AppError, NotFound
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.context import Context

_SAVE_MS: Final = 500
"""How long a selection stays before it is saved: moving through the list with the arrow keys saves only the last."""


class SelectedDongle(QObject):
    """`changed`: another dongle was selected, in any view. `gone`: the selected one is no longer registered, nor
    connected.

    One lives as long as the session. What was selected is kept in the settings, for the account that selected it.
    """

    changed = Signal()
    gone = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._devices = DeviceManager.of(context)
        user_id, _space, device_id = context.settings.bench_dongle.partition(" ")
        self.id = device_id if user_id == context.actor.user_id else ""
        """The dongle's id; empty if none is selected."""
        self._was_connected = False
        """Whether the selected dongle was connected in this session: unplugged, it is still the selected one."""
        self._lost: AppError | None = None
        self._saving = QTimer(self, interval=_SAVE_MS, singleShot=True)
        self._saving.timeout.connect(self._save)
        self._devices.changed.connect(self._note_connected)
        self._is_remembered = bool(self.id)
        """Whether the selection is still that of the last session: nobody is told that such a one is gone."""
        self._note_connected()
        self._follow(context)
        self._check()

    @staticmethod
    def of(context: Context) -> "SelectedDongle":
        """The session's selected dongle, which is saved in the settings of the newest window."""
        existing = context.session.findChild(SelectedDongle)
        if existing is None:
            return SelectedDongle(context)
        if existing._context is not context:
            existing._follow(context)
        return existing

    def _follow(self, context: Context) -> None:
        self._context = context
        context.changed.watch(self, {"dongles"}, self._check)

    def select(self, device_id: str) -> None:
        """Select the dongle with this id, in all views; empty for none."""
        if device_id != self.id and shiboken6.isValid(self):  # a view outlives the session
            self.id = device_id
            self._was_connected = self._is_remembered = False
            self._note_connected()
            self._saving.start()
            self.changed.emit()

    def _note_connected(self) -> None:
        self._was_connected = self._was_connected or self._devices.find(self.id) is not None

    def take_loss(self) -> AppError | None:
        """That the selected dongle is gone, for the first view that can say it; None if it isn't."""
        lost, self._lost = self._lost, None
        return lost

    def _check(self) -> None:
        """Deselect the dongle if it is neither registered nor connected any more."""
        checked = self.id

        def unknown(error: AppError) -> None:
            if self.id != checked or self._was_connected or error.code != "dongles.unknown":
                return
            if not self._is_remembered:
                self._lost = NotFound(
                    "bench.selected-gone",
                    _("The dongle selected last is gone."),
                    why=_("{id} is neither paired nor connected.").format(id=checked),
                    do=_("Select another dongle."),
                    device_id=checked,
                )
            self.select("")
            self.gone.emit()

        if checked:
            self._devices.require_known(self, checked, unknown)

    def _save(self) -> None:
        context = self._context
        kept = f"{context.actor.user_id} {self.id}" if self.id else ""
        if kept != context.settings.bench_dongle:
            context.apply_settings(replace(context.settings, bench_dongle=kept))
