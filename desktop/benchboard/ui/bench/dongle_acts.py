"""What changes whose a dongle is, from the window: release, write off, reset, another pairing key. Each asks first."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from benchboard.dongles import provisioning, write_offs
from benchboard.dongles.ways_out import WayOut
from benchboard.dongles.write_offs import WriteOff
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.bench.bus_end import Taking, unless_in_use
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.dongle_pane import refuse_undo, why_not_reachable
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.reset_dialog import ResetDialog
from benchboard.ui.context import Context
from benchboard.ui.widgets import Confirm

_RELEASE: Final = "bench.release"
_ROTATE: Final = "bench.rotate"
_WRITE_OFF: Final = "bench.write-off"


def why_not_released(row: DongleRow) -> str:
    """Why the pairing of this dongle can't be ended now; empty if it can."""
    if row.dongle is None or not row.registered:
        return _not_paired()
    # Stock firmware holds nothing of the organisation, so that it needn't be there.
    return why_not_reachable(row) if row.dongle.proven else ""


def why_not_written_off(row: DongleRow) -> str:
    """Why this dongle can't be written off now; empty if it can."""
    if WayOut.WRITE_OFF in row.ways_out:
        return ""
    return _("It's plugged in: release it.") if row.registered else _not_paired()


def why_not_rotated(row: DongleRow) -> str:
    """Why the pairing key of this dongle can't be replaced now; empty if it can."""
    if row.dongle is None or not row.paired:
        return _not_paired()
    return why_not_reachable(row) if row.dongle.proven else _("Stock firmware has no key.")


def why_not_reset(row: DongleRow) -> str:
    """Why this dongle can't be reset now; empty if it can."""
    info = row.device.info if row.device is not None else None
    if info is not None and not info.is_benchboard:
        return _("Stock firmware can't be reset.")
    return why_not_reachable(row)


def _not_paired() -> str:
    return _("It isn't paired with your organisation.")


class DongleActs(QObject):
    """Does this to the dongles of `view`."""

    def __init__(self, view: QWidget, context: Context, devices: DeviceManager, notices: DongleNotices) -> None:
        super().__init__(view)
        self._view, self._context, self._devices, self._notices = view, context, devices, notices
        self._names = DongleNames.of(context)

    def ask_release(self, row: DongleRow) -> None:
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
            _("Release {name}?").format(name=self._title(row)),
            self._about(row, consequences),
            act=_("Release dongle"),
            keep=_("Keep paired"),
            run=partial(self._release, row, row.dongle.id),
        ).open()

    def ask_write_off(self, row: DongleRow) -> None:
        """Ask whether to write off this dongle, and do it."""
        if why_not_written_off(row) or row.dongle is None:
            return
        consequences = _(
            "This is for a dongle that is lost or broken: {organisation} no longer counts {name} as its own, though "
            "the dongle may still hold the pairing key. If it turns up and is plugged in, it is paired as before."
        )
        Confirm(
            self._view.window(),
            _("Write off {name}?").format(name=self._title(row)),
            self._about(row, consequences),
            act=_("Write off dongle"),
            keep=_("Keep dongle"),
            run=partial(self._write_off, row, row.dongle.id),
        ).open()

    def ask_rotate(self, row: DongleRow) -> None:
        """Ask whether to replace the pairing key of this dongle, and do it."""
        if why_not_rotated(row):
            return
        consequences = _(
            "{name} stays paired with {organisation} and keeps its settings. The present key stops working. Do this"
            " if somebody else may know it. Leave the dongle plugged in until it's done."
        )
        Confirm(
            self._view.window(),
            _("Replace the pairing key of {name}?").format(name=self._title(row)),
            self._about(row, consequences),
            act=_("Replace pairing key"),
            keep=_("Keep this key"),
            run=partial(self._rotate, row),
        ).open()

    def ask_reset(self, row: DongleRow) -> None:
        """Ask whether to reset this dongle, and do it once its button is pressed."""
        device = row.device
        if why_not_reset(row) or device is None:
            return
        done = partial(self._done, row, _("Reset {name}. It has its factory settings and belongs to nobody."))

        def ask() -> None:
            ResetDialog(self._view.window(), self._context, self._devices, device, self._title(row), done).open()

        taking = Taking(_("Resetting"), _("Stop recording and reset"), _("Close live bus and reset"))
        unless_in_use(self._view, self._devices, frozenset({device.port.path}), ask, taking)

    def _title(self, row: DongleRow) -> str:
        return self._names.name(row.device_id) if row.device_id else row.title

    def _about(self, row: DongleRow, text: str) -> str:
        return text.format(name=self._title(row), organisation=self._context.actor.organisation)

    def _release(self, row: DongleRow, dongle_id: str) -> None:
        # Not that it belongs to nobody: another organisation may have paired it since ours ended.
        done = partial(self._done, row, _("Released {name}. It isn't paired with {organisation} any more."))
        actor = self._context.actor
        if row.dongle is not None and not row.dongle.proven:
            self._context.tasks.change(
                self._view,
                lambda session: provisioning.release_observed(session, actor, dongle_id),
                lambda _changed: done(),
            )
            return
        taking = Taking(_("Releasing"), _("Stop recording and release"), _("Close live bus and release"))
        title = _("Releasing {name}").format(name=self._title(row))
        self._at_dongle(row, taking, partial(self._run, row, _RELEASE, provisioning.release, title, done))

    def _write_off(self, row: DongleRow, dongle_id: str) -> None:
        actor, problems = self._context.actor, self._context.problems

        def done(write_off: WriteOff | None) -> None:
            if write_off is None:  # such as released in another window
                problems.refuse(_not_paired())
            else:
                problems.toast(self._about(row, _("Wrote off {name}.")), partial(self._undo_write_off, row, write_off))

        self._context.tasks.change(
            self._view,
            lambda session: write_offs.write_off(session, actor, dongle_id),
            done,
            partial(self._notices.show, act=_WRITE_OFF),
        )

    def _undo_write_off(self, row: DongleRow, write_off: WriteOff) -> None:
        actor, context = self._context.actor, self._context

        def undone(_none: None) -> None:
            text = self._about(row, _("Undone: {name} is no longer written off."))
            context.problems.toast(text, partial(self._write_off, row, write_off.dongle_id))

        context.tasks.change(
            self._view,
            lambda session: write_offs.undo_write_off(session, actor, write_off),
            undone,
            partial(refuse_undo, context),
        )

    def _rotate(self, row: DongleRow) -> None:
        taking = Taking(
            _("Replacing the pairing key"), _("Stop recording and replace key"), _("Close live bus and replace key")
        )
        title = _("Replacing the pairing key of {name}").format(name=self._title(row))
        done = partial(self._done, row, _("Replaced the pairing key of {name}."))
        self._at_dongle(row, taking, partial(self._run, row, _ROTATE, provisioning.rotate, title, done))

    def _at_dongle(self, row: DongleRow, taking: Taking, act: Callable[[], None]) -> None:
        if row.device is not None:
            unless_in_use(self._view, self._devices, frozenset({row.device.port.path}), act, taking)

    def _run(
        self, row: DongleRow, act: str, service: Callable[..., object], title: str, done: Callable[[], None]
    ) -> None:
        """Run a service of `provisioning` on the row's dongle; what fails is told beside the list, with a button."""
        if row.device is None:
            return
        device_id = row.device.device_id
        device = self._devices.find(device_id) or row.device  # it may be at another port since
        path = device.port.path
        self._notices.dismiss(act)

        def op(_progress: object) -> None:
            actor, workspace = self._context.actor, self._context.workspace
            data_key = workspace.data_keys.of(actor.organisation_id)
            with self._devices.device(path, device_id) as opened:
                service(self._context.database, actor, data_key, opened)

        def failed(error: AppError) -> None:
            retry = partial(self._run, row, act, service, title, done)
            self._notices.show(error, path=path, device_id=device_id, act=act, retry=retry)

        self._context.tasks.run(self._view, op, lambda _none: done(), failed, title=title)

    def _done(self, row: DongleRow, text: str) -> None:
        if row.device is not None:
            self._devices.probe_again(row.device.port.path)
        self._context.problems.toast(self._about(row, text))
