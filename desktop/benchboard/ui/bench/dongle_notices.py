"""Errors that a view of the bench shows in the banner, each only as long as it is true and its page is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.canbus.link import named_error
from benchboard.errors import ENDED, AppError, Cancelled, Unavailable
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.context import Context
from benchboard.ui.problems import Action, Notice

_AWAY: Final = frozenset({"port.gone", "port.missing"})
"""Errors that say that the dongle isn't there: true until it answers again."""
_UNANSWERED: Final = frozenset({"dongle.silent", "dongle.unreadable", "dongle.untrusted", "bus.silent"})
"""Errors, besides those of the port, that are no longer true once the dongle has answered a check."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """An error that is shown, or waits for its page; `path` is empty if it isn't about a port."""

    error: AppError
    path: str
    since: datetime
    actions: tuple[Action, ...]


class DongleNotices(QObject):
    """The errors of `view`, which is one page of the bench.

    One about a port ends when its dongle answers a check again, or disconnects (then the list says so). All end when
    another dongle is selected and when the page is left. Those that come while another page is shown wait until this
    one is, and are shown if they are still true.
    """

    def __init__(self, view: QWidget, context: Context, devices: DeviceManager) -> None:
        super().__init__(view)
        self._view, self._problems, self._devices = view, context.problems, devices
        self._selected = ""
        self._shown: dict[str, _Shown] = {}
        view.installEventFilter(self)
        devices.changed.connect(self._drop_ended)

    def show(
        self,
        error: AppError,
        *,
        path: str = "",
        title: str = "",
        act: str = "",
        retry: Callable[[], None] | None = None,
        action: Action | None = None,
        also: Action | None = None,
    ) -> None:
        """Show `error`, with the dongle's `title` in place of the port's `path`, and a button: `action`, or *Try again*
        for an error that may pass by itself; and `also` another one.

        Only the newest error of an `act` is shown. Errors of the database go where all others do.
        """
        if isinstance(error, Cancelled) or error.code == ENDED:
            return
        if error.code.startswith("storage."):
            self._problems.show(error)
            return
        if path and title:
            error = named_error(error, title)
        key = act or f"bench.{type(self._view).__name__}.{error.code}"
        if action is None and retry is not None and isinstance(error, Unavailable):
            action = Action(_("Try again"), retry)
        actions = tuple(one for one in (action, also) if one is not None)
        self._shown[key] = _Shown(error, path, datetime.now(UTC), actions)
        if path:
            # Later: the bus on this port may be closed first, and an open one isn't probed.
            QTimer.singleShot(0, self, partial(self._devices.probe_again, path))
        if self._view.isVisible():
            self._present(key)

    def select(self, key: str) -> None:
        """The dongle with this key is selected now: what was said of another one no longer belongs here."""
        if key != self._selected:
            self._selected = key
            self.clear()

    def clear(self) -> None:
        """Dismiss all errors of this page."""
        for key in list(self._shown):
            self.dismiss(key)

    def dismiss(self, act: str) -> None:
        """Dismiss the error of this `act`, if there is one."""
        if self._shown.pop(act, None) is not None:
            self._problems.dismiss(act)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow the page. A minimised window isn't left: its events are spontaneous."""
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.clear()
        elif event.type() == QEvent.Type.Show and not event.spontaneous():
            self._drop_ended()
            for key in list(self._shown):
                self._present(key)
        return False

    def _present(self, key: str) -> None:
        shown = self._shown[key]
        why = " ".join(part for part in (shown.error.why, shown.error.do) if part)
        self._problems.notify(Notice(shown.error.what, why, "error", "ph.warning-circle", shown.actions, key))

    def _drop_ended(self) -> None:
        for key, shown in list(self._shown.items()):
            if shown.path and self._has_ended(shown):
                self.dismiss(key)

    def _has_ended(self, shown: _Shown) -> bool:
        device = self._devices.at(shown.path)
        code = shown.error.code
        if device is None:
            return code not in _AWAY
        answered = device.checked_at is not None and device.checked_at > shown.since
        return answered and (code.startswith("port.") or code in _UNANSWERED)
