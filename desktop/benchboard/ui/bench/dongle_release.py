"""Releases a dongle from the window: asks first, and says what it means."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dongles import provisioning
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.bench.bus_end import Taking, unless_in_use
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.dongle_pane import why_not_reachable
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.context import Context
from benchboard.ui.widgets import Confirm

_RELEASE: Final = "bench.release"


def why_not_released(row: DongleRow) -> str:
    """Why the pairing of this dongle can't be ended now; empty if it can."""
    if row.dongle is None or not row.registered:
        return _("It isn't paired with your organisation.")
    # Stock firmware holds nothing of the organisation, so that it needn't be there.
    return why_not_reachable(row) if row.dongle.proven else ""


class DongleRelease(QObject):
    """Releases the dongles of `view`; `released` has the key of the row of one that was."""

    released = Signal(str)

    def __init__(self, view: QWidget, context: Context, devices: DeviceManager, notices: DongleNotices) -> None:
        super().__init__(view)
        self._view, self._context, self._devices, self._notices = view, context, devices, notices

    def ask(self, row: DongleRow) -> None:
        """Ask whether to release this dongle, and do it."""
        if why_not_released(row) or row.dongle is None:
            return
        consequences = _(
            "{name} no longer belongs to {organisation} then: anyone can pair it or change its settings. It keeps the "
            "settings that it has. To pair it again, press its button."
        )
        if not row.dongle.proven:
            consequences = _("{name} no longer belongs to {organisation} then. You can register it again.")
        Confirm(
            self._view.window(),
            _("Release {name}?").format(name=row.title),
            consequences.format(name=row.title, organisation=self._context.actor.organisation),
            act=_("Release dongle"),
            keep=_("Keep paired"),
            run=partial(self._release, row),
        ).open()

    def _release(self, row: DongleRow) -> None:
        dongle, actor = row.dongle, self._context.actor
        if dongle is None:
            return
        if not dongle.proven:
            self._context.tasks.change(
                self._view,
                lambda session: provisioning.release_observed(session, actor, dongle.id),
                lambda _changed: self._done(row),
            )
        elif row.device is not None:
            taking = Taking(_("Releasing"), _("Stop recording and release"), _("Close live bus and release"))
            path = row.device.port.path
            unless_in_use(
                self._view, self._devices, frozenset({path}), partial(self._release_on_dongle, row, path), taking
            )

    def _release_on_dongle(self, row: DongleRow, path: str) -> None:
        self._notices.dismiss(_RELEASE)

        def op(_progress: object) -> None:
            actor, workspace = self._context.actor, self._context.workspace
            data_key = workspace.data_keys.of(actor.organisation_id)
            with self._devices.device(path) as device:
                provisioning.release(self._context.database, actor, data_key, device)

        def failed(error: AppError) -> None:
            retry = partial(self._release_on_dongle, row, path)
            self._notices.show(error, path=path, title=row.title, act=_RELEASE, retry=retry)

        self._context.tasks.run(
            self._view,
            op,
            lambda _none: self._done(row),
            failed,
            title=_("Releasing {name}").format(name=row.title),
        )

    def _done(self, row: DongleRow) -> None:
        if row.device is not None:
            self._devices.probe_again(row.device.port.path)
        # Not that it belongs to nobody: another organisation may have paired it since ours ended.
        text = _("Released {name}. It isn't paired with {organisation} any more.")
        self._context.problems.toast(text.format(name=row.title, organisation=self._context.actor.organisation))
        self.released.emit(row.key)
