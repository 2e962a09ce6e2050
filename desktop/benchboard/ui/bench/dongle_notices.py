"""Errors that a view of the bench shows in the banner, each only as long as it is true and its page is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.dongles.device_errors import is_not_responding
from benchboard.dongles.dongle_status import pairing_title
from benchboard.errors import ENDED, AppError, Cancelled, Unavailable
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.problems import Action, Notice

_AWAY: Final = frozenset({"port.gone", "port.missing"})
"""Errors that say that the dongle isn't there: true until it answers again."""
_UNANSWERED: Final = frozenset(
    {
        "dongle.silent", "dongle.unreadable", "dongle.refused", "dongle.untrusted", "dongle.version",
        "dongle.wrong-device", "dongle.not-responding", "bus.silent",
    }
)  # fmt: skip
"""Errors, besides those of the port, that are no longer true once the dongle has answered a check."""
_UNKNOWN: Final = frozenset(
    {
        "dongle.outcome-unknown", "dongle.release-unknown", "dongle.rotate-unknown", "dongle.reset-unknown",
        "dongle.write-unknown",
    }
)  # fmt: skip
"""Errors that say that nobody knows what became of an act: true until the dongle says it, unplugged or not."""


@dataclass(slots=True)
class _Shown:
    """An error that is shown, or waits for its page; `path` is empty if it isn't about a port. `found` is how the first
    check after it found the dongle: what was refused then is refused for as long as that stays so.
    """

    error: AppError
    path: str
    device_id: str
    since: datetime
    retry: Callable[[], None] | None
    actions: tuple[Action, ...]
    is_over: Callable[[], bool] | None
    found: object = None


class DongleNotices(QObject):
    """The errors of `view`, which is one page of the bench. They call each dongle by the name that it has now.

    One about a port ends when its dongle answers a check again, or disconnects (then the list says so); one about an
    act that was refused, when the dongle is in another state; one whose outcome isn't known, when the dongle has said
    it. All end when another dongle is selected and when the page is left. Those that come while another page is shown
    wait until this one is, and are shown if they are still true.
    """

    def __init__(self, view: QWidget, context: Context, devices: DeviceManager) -> None:
        super().__init__(view)
        self._view, self._problems, self._devices = view, context.problems, devices
        self._names = DongleNames.of(context)
        self._selected = ""
        self._shown: dict[str, _Shown] = {}
        view.installEventFilter(self)
        for changed in (devices.changed, devices.simulator_changed, self._names.changed):
            changed.connect(self._drop_ended)
        self._names.changed.connect(self._rename)

    def show(
        self,
        error: AppError,
        *,
        path: str = "",
        device_id: str | None = None,
        act: str = "",
        retry: Callable[[], None] | None = None,
        action: Action | None = None,
        also: Action | None = None,
        is_over: Callable[[], bool] | None = None,
    ) -> None:
        """Show `error` about the dongle with this id, or its port, with a button: `action`, or *Try again* for an error
        that may pass by itself; and `also` another one.

        Only the newest error of an `act` is shown. One that isn't about a port ends once it `is_over`. Errors of the
        database go where all others do.
        """
        if isinstance(error, Cancelled) or error.code == ENDED:
            return
        if error.code.startswith("storage."):
            self._problems.show(error)
            return
        if path and not self._says_more(error, path):
            return
        key = act or f"bench.{type(self._view).__name__}.{error.code}"
        passes = isinstance(error, Unavailable) or error.code in _UNANSWERED
        if action is None and retry is not None and passes:
            action = Action(_("Try again"), retry)
        actions = tuple(one for one in (action, also) if one is not None)
        self._shown[key] = _Shown(error, path, device_id or "", datetime.now(UTC), retry, actions, is_over)
        if path:
            # Later: the bus on this port may be closed first, and an open one isn't probed.
            QTimer.singleShot(0, self, partial(self._devices.probe_again, path))
        if self._view.isVisible():
            self._present(key)

    def _says_more(self, error: AppError, path: str) -> bool:
        """Whether `error` isn't just that the dongle doesn't respond, where more is shown of its port. What says more
        takes its place.
        """
        shown = [key for key, one in self._shown.items() if one.path == path]
        if is_not_responding(error):
            return not shown
        for key in shown:
            if is_not_responding(self._shown[key].error):
                self.dismiss(key)
        return True

    def select(self, key: str) -> None:
        """The dongle with this key is selected now: what was said of another one no longer belongs here."""
        if key != self._selected:
            self._selected = key
            for act, shown in list(self._shown.items()):
                if not is_not_responding(shown.error):
                    self.dismiss(act)

    def dismiss(self, act: str) -> None:
        """Dismiss the error of this `act`, if there is one."""
        if self._shown.pop(act, None) is not None:
            self._problems.dismiss(act)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow the page. A minimised window isn't left: its events are spontaneous."""
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            for key, shown in list(self._shown.items()):
                if is_not_responding(shown.error):
                    self._problems.dismiss(key)  # shown again on return, if it is still so
                else:
                    self.dismiss(key)
        elif event.type() == QEvent.Type.Show and not event.spontaneous():
            self._drop_ended()
            for key in list(self._shown):
                self._present(key)
        return False

    def _present(self, key: str) -> None:
        shown = self._shown[key]
        error = self._names.named(shown.error, shown.device_id)
        why = " ".join(part for part in (error.why, error.do) if part)
        self._problems.notify(Notice(error.what, why, "error", "ph.warning-circle", shown.actions, key))

    def _rename(self) -> None:
        """Call the dongles by their new names, in what is shown: what the user dismissed stays dismissed."""
        for key in list(self._shown):
            if self._problems.has(key):
                self._present(key)

    def _drop_ended(self) -> None:
        for key, shown in list(self._shown.items()):
            if shown.is_over is not None and shown.is_over():
                self.dismiss(key)
            elif shown.path and self._has_ended(shown):
                is_shown = self._problems.has(key)
                self.dismiss(key)
                if is_shown:
                    self._report_answer(shown)

    def _device_of(self, shown: _Shown) -> DetectedDevice | None:
        """The dongle that an error is about, wherever it is now; its port while nobody is known to be there."""
        device = self._devices.at(shown.path)
        if not shown.device_id or (device is not None and device.device_id in (None, shown.device_id)):
            return device
        return self._devices.find(shown.device_id)

    def _has_ended(self, shown: _Shown) -> bool:
        device = self._device_of(shown)
        if device is None:
            return shown.error.code not in _AWAY | _UNKNOWN
        if is_answered(shown.error, device, shown.since) or (is_not_responding(shown.error) and not device.is_silent):
            return True
        if device.checked_at is None or device.checked_at <= shown.since:
            return False
        info = device.info
        found = (info.ownership_state, info.key_version, info.config, device.asked_as) if info is not None else None
        if shown.found is None:
            shown.found = found
        return found is not None and found != shown.found

    def _report_answer(self, shown: _Shown) -> None:
        """Say in which state a dongle is that has answered again after it didn't in the middle of an act."""
        device, code = self._device_of(shown), shown.error.code
        if device is None or code not in _UNANSWERED | _UNKNOWN:
            return
        again = Action(_("Try again"), shown.retry) if shown.retry is not None and code in _UNANSWERED else None
        self._problems.toast(answer_text(device, self._names.name_at(device)), action=again)


def is_answered(error: AppError, device: DetectedDevice, since: datetime) -> bool:
    """Whether an error of this dongle isn't true any more, because it has answered a check after it."""
    has_answered = device.checked_at is not None and device.checked_at > since
    return has_answered and (error.code.startswith("port.") or error.code in _UNANSWERED | _UNKNOWN)


def answer_text(device: DetectedDevice, name: str) -> str:
    """That a dongle has answered again, and in which state it is."""
    return _("{name} responds again. Status: {state}.").format(name=name, state=_state(device))


def _state(device: DetectedDevice) -> str:
    """Whether a dongle that has answered is paired, by its row as it was brought in line with the answer."""
    registered, key_version = device.asked_as if device.asked_as is not None else ("", None)
    if registered == "REVOKED" and key_version is not None:
        registered = "WRITTEN_OFF"
    reported = device.info.ownership_state if device.info is not None else None
    return pairing_title(registered or None, reported=reported)
