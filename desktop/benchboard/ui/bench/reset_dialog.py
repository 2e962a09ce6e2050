"""Resets a dongle: says what that means, waits for its button, and says what came of it."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dongles import provisioning
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import answer_text, is_answered
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Dialog, Paragraph
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.problem_text import ProblemText


class ResetDialog(Dialog):
    """Asks first. To close it while it waits for the button cancels the reset; `done` is called after one."""

    _grows = True
    waited = Signal(float)
    """The seconds that are left for the button, from the worker."""

    def __init__(
        self,
        window: QWidget,
        context: Context,
        devices: DeviceManager,
        device: DetectedDevice,
        title: str,
        done: Callable[[], object],
    ) -> None:
        super().__init__(window, _("Reset {name}?").format(name=title), size=QSize(440, 0), name="reset_dialog")
        self._context, self._devices, self._device, self._title, self._done = context, devices, device, title, done
        self._work: Work | None = None
        self._failure: tuple[AppError, datetime] | None = None
        """Why the last attempt failed, and when, as long as that is true."""
        self._waits = False
        self._words = Paragraph(_consequences(), "body", "secondary")
        self._problem = ProblemText()
        for part in (self._words, self._problem):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self._press = Button(
            _("Press the simulated button"), self._press_simulated, icon="ph.hand-pointing", name="reset_press"
        )
        self._press.hide()
        self.add_button(self._press, left=True)
        self.add_button(Button(_("Cancel"), self.leave, name="reset_cancel"))
        self._act = self.add_button(Button(_("Reset dongle"), self._start, kind="destroy", name="reset_act"))
        self.waited.connect(self._show_wait)
        self.dismissed.connect(self._cancel)
        devices.changed.connect(self._follow_device)

    def _start(self) -> None:
        self._problem.say("")
        self._failure = None
        self._act.disable(_("Press the button on the dongle."))
        path, device_id = self._device.port.path, self._device.device_id

        def op(progress: Progress) -> None:
            actor, workspace = self._context.actor, self._context.workspace
            data_key = workspace.data_keys.of(actor.organisation_id)
            with self._devices.device(path, device_id) as device:
                provisioning.factory_reset(
                    self._context.database,
                    actor,
                    data_key,
                    device,
                    on_wait=self._report,
                    cancelled=lambda: progress.cancelled,
                )

        title = _("Resetting {name}").format(name=self._title)
        self._work = self._context.tasks.run(self, op, lambda _none: self._finish(), self._failed, title=title)

    def _report(self, seconds: float) -> None:
        """On the worker: it waits for the button. The dialog may have been closed meanwhile."""
        with contextlib.suppress(RuntimeError):  # PySide's, of a signal whose object is deleted
            self.waited.emit(seconds)

    def _show_wait(self, seconds: float) -> None:
        if self._work is None:
            return
        left = round(seconds)
        text = ngettext(
            "Press the button on {name} within {seconds} second. It is blinking.",
            "Press the button on {name} within {seconds} seconds. It is blinking.",
            left,
        ).format(name=self._title, seconds=left)
        self._words.setText(text)
        if not self._waits:
            self._waits = True
            announce(self, text)
            if self._devices.can_press(self._device.device_id):
                self._press.show()
                self._press.setFocus()

    def _press_simulated(self) -> None:
        self._devices.press(self._device.device_id)

    def _finish(self) -> None:
        self._work = None
        self.dismiss()
        self._done()

    def _failed(self, error: AppError) -> None:
        self._work, self._waits = None, False
        self._press.hide()
        self._words.setText(_consequences())  # it waits for no button any more
        self._devices.probe_again(self._device.port.path)
        if isinstance(error, Cancelled):
            return
        self._failure = error, datetime.now(UTC)
        self._act.disable("")
        self._act.setText(_("Try again"))
        error = DongleNames.of(self._context).named(error, self._device.device_id)
        self._problem.say(" ".join(part for part in (error.what, error.why, error.do) if part))
        self._act.setFocus()

    def _follow_device(self) -> None:
        """Say that the dongle responds again, and its status, in place of that it didn't."""
        device = self._devices.find(self._device.device_id)
        if self._failure is None or device is None:
            return
        error, since = self._failure
        if is_answered(error, device, since):
            self._failure = None
            self._device = device
            self._problem.say(answer_text(device, self._title))

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._devices.probe_again(self._device.port.path)


def _consequences() -> str:
    return _(
        "It forgets who has paired it, and its settings: it is as it left the factory then, and can be paired"
        " by anyone. Its ID stays. To confirm, press the button on the dongle when asked."
    )
