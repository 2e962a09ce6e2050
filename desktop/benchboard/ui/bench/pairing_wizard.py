"""The pairing wizard: found, identify, claim, set timing, prove on the bus, done.

It can be closed at any time: what is stored on either side is settled by `provisioning`, and pairing the same dongle
again carries on from there. Everything that waits for the dongle runs as a task.
"""

import contextlib
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from benchboard.canbus.capture import Counters
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.protocol import CanConfig
from benchboard.dongles.provisioning import PairedDongle, PairingStep
from benchboard.errors import AppError, Cancelled, DeviceFailure
from benchboard.i18n import _, ngettext
from benchboard.ui.bench.bench_format import number
from benchboard.ui.bench.device_manager import Hub
from benchboard.ui.bench.dongle_rows import Row
from benchboard.ui.bench.pairing_pages import ChannelPage, ClaimPage, DonePage, FoundPage, IdentifyPage, ProvePage
from benchboard.ui.bench.port_scanner import Here
from benchboard.ui.commands import Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Dialog, Text
from benchboard.ui.widgets.focus import entered

_FOUND, _IDENTIFY, _CLAIM, _TIMING, _PROVE, _DONE = range(6)
_LISTEN_S: Final = 3.0


class PairingWizard(Dialog):
    """One dongle from found to ready. `paired_id` is its device id once it is ours."""

    told = Signal(object, object)

    def __init__(self, owner: QWidget, context: Context, hub: Hub, wanted: str) -> None:
        super().__init__(
            owner,
            _("Pair a dongle"),
            steps=(_("Find"), _("Identify"), _("Claim"), _("Set timing"), _("Test on the bus"), _("Done")),
            size=QSize(1080, 600),
            name="pairing_wizard",
        )
        self.paired_id: str | None = None
        self._context = context
        self._hub = hub
        self._wanted = wanted
        self._here: Here | None = None
        self._claimed: PairedDongle | None = None
        self._config: CanConfig | None = None
        self._proved_by = ""
        self._works: list[Work] = []
        self._stack = QStackedWidget()
        self.content.addWidget(self._stack, 1)
        self._problem = _Problem()
        self.content.addWidget(self._problem)
        self._found = FoundPage()
        self._identified = IdentifyPage()
        self._claiming = ClaimPage(self._press_simulated)
        self._channel = ChannelPage(self._planned)
        self._proving = ProvePage()
        self._done = DonePage()
        self.steps = self._claiming.steps
        for page in (
            self._found, self._identified, self._claiming, self._channel, self._proving, self._done,
        ):  # fmt: skip
            self._stack.addWidget(page)
        self._hint = Text("", "caption", "muted")
        self.footer.insertWidget(0, self._hint)
        self._again = self.add_button(Button(_("Blink again"), self._blink, icon="ph.lightning", name="pair_blink"))
        self._another = self.add_button(
            Button(_("Pair next dongle"), self._pair_another, icon="ph.link", name="pair_another")
        )
        self._skip = self.add_button(Button(_("Skip"), self._skip_step, name="pair_skip"))
        self.close_button.setObjectName("pair_close")
        self._next = self.add_button(Button(_("Identify dongle"), self._forward, kind="primary", name="pair_next"))
        forward = Handler(self._next.click, lambda: self._next.reason)
        install_shortcuts(
            self, {"bench.next_step": forward}, context.problems.toast, context=Qt.ShortcutContext.WindowShortcut
        )
        self.told.connect(self._step_told, Qt.ConnectionType.QueuedConnection)
        hub.changed.connect(self._plugged)
        self._go(_FOUND)
        self._plugged()

    def open(self) -> None:
        """Show it; Enter goes forward from the first step on."""
        super().open()
        self._next.setFocus(Qt.FocusReason.TabFocusReason)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """What had the keyboard and went does not pass it on to the one that closes."""
        now = QApplication.focusWidget()
        if now is not None and not (now.isVisible() and now.isEnabled()):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if entered(self._next, event):
            return
        super().keyPressEvent(event)

    def leave(self) -> None:
        """Close; a claim that still waits for its press is stopped, everything else carries on another time."""
        for work in self._works:
            work.cancel()
        super().leave()

    # ---- forward

    def _go(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        self.at_step(step)
        self._problem.say(None)
        self._again.setVisible(step == _IDENTIFY)
        self._skip.setVisible(step in (_TIMING, _PROVE))
        self._another.setVisible(step == _DONE and bool(self._pairable()))
        titles = {
            _FOUND: _("Identify dongle"),
            _IDENTIFY: _("Claim this dongle"),
            _CLAIM: _("Set timing"),
            _TIMING: _("Write and verify"),
            _PROVE: _("Start listening"),
            _DONE: _("Finish"),
        }
        self._next.setText(titles[step])
        self._next.updateGeometry()
        self._enable()
        self._hint.setText(
            _("You can close this any time. Pairing resumes where you left off.") if step in (_IDENTIFY, _CLAIM) else ""
        )

    def _enable(self) -> None:
        """The way forward is open, and Enter takes it."""
        self._next.disable("")
        self._next.setFocus(Qt.FocusReason.TabFocusReason)

    def _wait(self, reason: str) -> None:
        """Nothing to press before the work is done."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._next.disable(reason)

    def _forward(self) -> None:
        if not self._next.isEnabled():
            return
        step = self._stack.currentIndex()
        if step == _FOUND:
            self._identify()
        elif step == _IDENTIFY:
            self._claim()
        elif step == _CLAIM:
            # Only after a failure: a claim that succeeds goes on by itself.
            self._claim()
        elif step == _TIMING:
            self._write()
        elif step == _PROVE:
            self._listen()
        else:
            self._finish()

    def _skip_step(self) -> None:
        if self._stack.currentIndex() == _TIMING:
            self._go(_PROVE)
        else:
            self._arrive()

    def _plugged(self) -> None:
        if self._stack.currentIndex() != _FOUND:
            return
        rows = self._pairable()
        self._found.show_rows(rows, self._wanted, self._choose, any_here=bool(self._hub.here))
        simulates = not rows and not self._hub.simulating
        self._next.setText(_("Start simulated dongles") if simulates else _("Identify dongle"))
        self._next.updateGeometry()
        if rows or simulates:
            self._enable_once()
        else:
            self._next.disable(_("Plug in a dongle first."))

    def _enable_once(self) -> None:
        """As `_enable`, but a look at the ports takes the keyboard from nobody."""
        if not self._next.isEnabled():
            self._enable()

    def _simulate(self) -> None:
        self._wait(_("Already starting."))
        self._run(
            lambda _progress: self._hub.start_simulator(),
            lambda _none: self._plugged(),
            _("Starting simulated dongles"),
            self._failed_here,
        )

    def _pairable(self) -> list[Row]:
        rows = (Row(None, one) for one in self._hub.here)
        return [row for row in rows if row.pairable and row.id != self.paired_id]

    def _choose(self, row: Row) -> None:
        self._here, self._wanted = row.here, row.id

    def _identify(self) -> None:
        here = self._here
        if not self._pairable():
            self._simulate()
            return
        if here is None or here.info is None:
            return
        if not here.info.is_benchboard:
            self._observe(here)
            return
        self._identified.show_dongle(here)
        self._go(_IDENTIFY)
        self._blink()

    def _blink(self) -> None:
        here = self._here
        if here is None:
            return

        def op(_progress: Progress) -> None:
            with self._hub.device(here.port.path) as device:
                device.identify()

        self._run(op, lambda _none: None, _("Blinking {port}").format(port=here.place))

    # ---- the claim

    def _claim(self) -> None:
        here, context = self._here, self._context
        if here is None:
            return
        self._go(_CLAIM)
        self._wait(_("Wait until the dongle is claimed."))
        self._claiming.begin(here.device_id or "")

        def op(progress: Progress) -> tuple[PairedDongle, CanConfig]:
            workspace, actor = context.workspace, context.actor
            data_key = workspace.data_keys.of(actor.organisation_id)
            with self._hub.device(here.port.path) as device:
                claimed = provisioning.pair(
                    context.database,
                    actor,
                    data_key,
                    device,
                    on_step=self._tell,
                    cancelled=lambda: progress.cancelled,
                )
                stored = device.config_read()
            with context.database.change() as session:
                fleet.store_config(session, actor, claimed.dongle_id, stored)
            return claimed, stored.config

        self._run(op, self._is_ours, _("Pairing {port}").format(port=here.place), self._claim_failed)

    def _tell(self, step: PairingStep, seconds: float | None) -> None:
        """On the worker. The dialog may have been closed meanwhile; pairing then carries on unseen."""
        with contextlib.suppress(RuntimeError):
            self.told.emit(step, seconds)

    def _step_told(self, step: PairingStep, seconds: float | None) -> None:
        if self._stack.currentIndex() != _CLAIM or self._claimed is not None:
            return
        here = self._here
        simulated = here is not None and self._hub.can_press(here.device_id)
        self._claiming.show_step(step, seconds, simulated=simulated)
        if self.hasFocus():
            self._claiming.take_focus()

    def _press_simulated(self) -> None:
        if self._here is not None:
            self._hub.press(self._here.device_id)

    def _is_ours(self, result: tuple[PairedDongle, CanConfig]) -> None:
        self._claimed, self._config = result
        self.paired_id = self._claimed.device_id
        self._claiming.calm()
        if self._here is not None:
            self._hub.ask_again(self._here.port.path)
        self._go(_TIMING)
        self._channel.show_config(self._config)

    def _claim_failed(self, error: AppError) -> None:
        self._claiming.fail()
        self._failed_here(error)

    def _observe(self, here: Here) -> None:
        context, ports = self._context, self._hub.all_ports()
        info = here.info
        if info is None:
            return

        def done(dongle_id: str) -> None:
            self.paired_id = here.device_id
            self._claimed = PairedDongle(dongle_id, here.device_id or "", 0, resumed=False)
            self._arrive()

        context.tasks.change(
            self,
            lambda session: provisioning.observe(session, context.actor, port=here.port, info=info, present=ports),
            done,
            self._problem.say,
        )

    # ---- timing

    def _planned(self) -> None:
        """Another bit rate was chosen."""
        planned = self._channel.planned
        self._next.setText(_("Keep this timing") if planned == self._config else _("Write and verify"))
        self._next.updateGeometry()
        self._next.disable("" if planned is not None else _("Choose a different bit rate."))

    def _write(self) -> None:
        here, config, context = self._here, self._channel.planned, self._context
        if here is None or config is None or config == self._config:
            self._go(_PROVE)
            return
        self._wait(_("Already writing."))

        def op(_progress: Progress) -> CanConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._hub.device(here.port.path) as device:
                return fleet.write_config(context.database, context.actor, data_key, device, config).config

        def done(stored: CanConfig) -> None:
            self._config = stored
            self._go(_PROVE)

        self._run(op, done, _("Writing timing"), self._failed_here)

    # ---- the bus

    def _listen(self) -> None:
        here = self._here
        if here is None:
            return
        self._wait(_("Already listening."))
        self._proving.steps.at(0)

        def op(progress: Progress) -> Counters:
            return self._hub.listen(here, here.place, _LISTEN_S, progress)

        QTimer.singleShot(400, self, lambda: self._proving.steps.at(1))
        self._run(op, self._heard, _("Listening on {port}").format(port=here.place), self._failed_here)

    def _heard(self, counters: Counters) -> None:
        if counters.bus.bus_errors or counters.bus.bus_off:
            self._failed_here(
                DeviceFailure(
                    "bench.bus-errors",
                    ngettext("{count} error on the bus.", "{count} errors on the bus.", counters.bus.bus_errors).format(
                        count=counters.bus.bus_errors
                    ),
                    why=_("Another node uses a different bit rate, or the wiring is wrong."),
                    do=_("Change the timing in the Timing tab, or check the termination."),
                )
            )
            return
        self._proving.steps.at(3)
        if counters.frames:
            heard = ngettext("{count} frame in 3 s, no errors.", "{count} frames in 3 s, no errors.", counters.frames)
            self._proved_by = heard.format(count=number(counters.frames))
        else:
            self._proved_by = _("No frames in 3 s. No other node is sending, so timing and wiring aren't verified.")
        self._arrive()

    def _arrive(self) -> None:
        self._go(_DONE)
        if self._claimed is None:
            return
        self._done.show_result(self._proved_by, observed=self._claimed.key_version == 0)

    def _pair_another(self) -> None:
        self._finish(again=True)

    def _start_over(self) -> None:
        self._claimed = self._config = self._here = None
        self._wanted = self._proved_by = ""
        self._go(_FOUND)
        self._plugged()

    def _finish(self, *, again: bool = False) -> None:
        claimed, name = self._claimed, self._done.name.text().strip()
        then = self._start_over if again else self.leave
        if claimed is None or not name:
            then()
            return
        actor = self._context.actor
        self._context.tasks.change(
            self,
            lambda session: fleet.rename_dongle(session, actor, claimed.dongle_id, name),
            lambda _dongle: then(),
            self._problem.say,
        )

    # ---- shared

    def _run(
        self,
        op: Callable[[Progress], object],
        done: Callable[..., None],
        title: str,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        def over(error: AppError) -> None:
            self._works.remove(work)
            if failed is not None:
                failed(error)
            elif not isinstance(error, Cancelled):
                self._problem.say(error)

        def finished(result: object) -> None:
            self._works.remove(work)
            done(result)

        self._problem.say(None)
        work = self._context.tasks.run(self, op, finished, over, title=title)
        self._works.append(work)

    def _failed_here(self, error: AppError) -> None:
        self._problem.say(error)
        self._next.setText(_("Try again"))
        self._next.updateGeometry()
        self._enable()


class _Problem(QWidget):
    """What went wrong in this step, why, and what to do: in place, and the rest goes on working."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pair_problem")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.words = Text("", tone="error", wrap=True)
        line.addWidget(self.words, 1)
        self.hide()

    def say(self, error: AppError | None) -> None:
        self.words.setText(str(error) if error is not None else "")
        self.setVisible(error is not None)
