"""The pairing wizard: find, identify, claim, set timing, test on the bus, name.

It can be closed at any time: `provisioning` reconciles what is stored on both sides, and pairing the same dongle again
continues from there. Everything that waits for the dongle runs as a task.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from benchboard.canbus.bit_rate_detection import Detection
from benchboard.canbus.bus_check import BusCheck, check_bus, require_no_errors, silence_explanation
from benchboard.canbus.capture import Counters
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.provisioning import PairedDongle, PairingStep
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_commands import PAIRING
from benchboard.ui.bench.bench_format import rates, state_mark
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_counter import DongleCounter
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_pane import offer_undo_of_rename
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.pairing_graphics import PairingOverview, SlotState
from benchboard.ui.bench.pairing_pages import (
    LISTEN_SECONDS,
    BitratePage,
    BusTestPage,
    ClaimPage,
    DonePage,
    IdentifyPage,
    SelectDonglePage,
    WizardPage,
    listening_caption,
)
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.commands import Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Dialog, Paragraph
from benchboard.ui.widgets.accessible import announce, untold
from benchboard.ui.widgets.focus import press_on_enter
from benchboard.ui.widgets.readable_rows import ReadableText
from benchboard.ui.widgets.tab_order import reach_last

_SELECT, _IDENTIFY, _CLAIM, _TIMING, _TEST, _DONE = range(6)
_WITH_OVERVIEW: Final = (_IDENTIFY, _CLAIM, _TEST, _DONE)
"""The steps that leave room for the connected dongles below them."""


@dataclass(frozen=True, slots=True)
class _WizardDongle:
    """The dongle that was registered: paired with a token, or only `observed`."""

    dongle_id: str
    device_id: str
    observed: bool


def _steps() -> tuple[tuple[str, str], ...]:
    """The title of each step, and what will happen in it."""
    return (
        (_("Find"), _("Dongles on this computer")),
        (_("Identify"), _("Its light blinks")),
        (_("Pair"), _("Press its button once")),
        (_("Bit timing"), _("Written or kept as it is")),
        (_("Test on the bus"), listening_caption()),
        (_("Name"), _("Optional")),
    )


_HELD: Final = frozenset({"dongle.already-claimed", "dongle.token-missing"})
"""Errors that say that the dongle holds a key which the organisation lacks: it can be reset."""


class PairingWizard(Dialog):
    """Takes one dongle from found to ready: the one in the row with this key, or else the first.

    `as_listed` puts rows in the order of the list that the wizard was opened from, with that list's records.
    `paired_id` is its device id once it is paired.
    """

    reset_wanted = Signal(str)
    """The key of a dongle that can only be paired once it was reset; the wizard is closed."""
    _grows = True
    step_reported = Signal(object, object)
    _bus_opened = Signal()

    def __init__(
        self,
        owner: QWidget,
        context: Context,
        devices: DeviceManager,
        key: str,
        as_listed: Callable[[Iterable[DongleRow]], Sequence[DongleRow]],
    ) -> None:
        super().__init__(
            owner,
            _("Pair a dongle"),
            steps=_steps(),
            size=QSize(1080, 528),
            name="pairing_wizard",
        )
        self.paired_id: str | None = None
        self._context = context
        self._devices = devices
        self._counter = DongleCounter.of(context)
        self._names = DongleNames.of(context)
        self._selected_key = key
        self._as_listed = as_listed
        self._device: DetectedDevice | None = None
        self._registered: _WizardDongle | None = None
        self._config: DongleConfig | None = None
        self._test_result = ""
        self._test_failure: AppError | None = None
        self._written = self._was_silent = self._is_named = False
        self._tasks: list[Work] = []
        self._build_pages()
        self._build_footer()
        forward = Handler(self._next_button.click, lambda: self._next_button.reason)
        install_shortcuts(self, PAIRING, {"bench.next_step": forward}, context.problems.refuse)
        self.step_reported.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        self._bus_opened.connect(lambda: self._test_page.steps.set_current(1), Qt.ConnectionType.QueuedConnection)
        self._claim_has_failed = False
        self._claims = 0
        """Counts the claims: what becomes of one that was left by Back isn't shown."""
        self._closing_text = ""
        self._had_rows = False
        """Whether there were dongles to select: the first ones are told."""
        devices.changed.connect(self._on_devices_changed)
        self._counter.changed.connect(self._on_devices_changed)
        for told in (devices.changed, self._counter.changed):
            told.connect(self._show_overview)
        self._names.changed.connect(self._rename)
        context.changed.watch(self, {"dongles"}, self._follow_stored)
        self._show_page(_SELECT)
        self._on_devices_changed()
        self.first_focus = self._next_button

    def _build_pages(self) -> None:
        self._stack = _Pages()
        self.content.addWidget(self._stack, 1)
        self._problem = _ProblemLine()
        self.content.insertWidget(0, self._problem)
        self._overview = PairingOverview()
        self._overview.hide()
        self.content.addWidget(self._overview)
        self._select_page = SelectDonglePage()
        self._identify_page = IdentifyPage()
        self._claim_page = ClaimPage(self._press_simulated)
        self._bitrate_page = BitratePage(self._on_bitrate_changed)
        self._test_page = BusTestPage(self._detect_bit_rate)
        self._done_page = DonePage()
        self._done_page.name.textChanged.connect(lambda _text: self._on_name_changed())
        self.steps = self._claim_page.steps
        for page in (
            self._select_page,
            self._identify_page,
            self._claim_page,
            self._bitrate_page,
            self._test_page,
            self._done_page,
        ):
            self._stack.addWidget(page)

    def _build_footer(self) -> None:
        self._hint = Paragraph("", "caption", "muted")
        self.footer.setStretch(0, 0)  # the hint has the space that the buttons leave
        self.footer.insertWidget(0, self._hint, 1)
        self._back_button = self.add_button(Button(_("Back"), self._back, name="pair_back"))
        self._blink_button = self.add_button(
            Button(_("Identify again"), self._blink, icon="ph.lightning", name="pair_blink")
        )
        self._another_button = self.add_button(
            Button(_("Pair next dongle"), self._pair_another, icon="ph.link", name="pair_another")
        )
        self._reset_button = self.add_button(
            Button(_("Reset dongle"), self._ask_reset, icon="ph.arrow-counter-clockwise", name="pair_reset")
        )
        self._skip_button = self.add_button(Button("", self._skip_step, name="pair_skip"))
        self.close_button.setObjectName("pair_close")
        self._next_button = self.add_button(
            Button(_("Identify dongle"), self._forward, kind="primary", name="pair_next")
        )
        reach_last(
            self, self._back_button, self._blink_button, self._another_button, self._reset_button, self._skip_button
        )

    def identify(self, key: str) -> None:
        """Begin with the identification of the dongle with this key, if it can be selected. With stock firmware the
        choice is shown first, as the next step would add it.
        """
        device = self._device if self._selected_key == key else None
        if device is not None and device.info is not None and device.info.is_benchboard:
            self._identify()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Don't move the focus from a hidden or disabled widget to the button that closes."""
        focused = QApplication.focusWidget()
        if focused is not None and not (focused.isVisible() and focused.isEnabled()):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if press_on_enter(self._next_button, event):
            return
        super().keyPressEvent(event)

    @property
    def closing_text(self) -> str:
        """What became of the pairing, for screen readers, once it is closed."""
        return self._closing_text

    def _outcome(self) -> str:
        registered, device = self._registered, self._device
        if registered is None:
            return (
                _("Pairing stopped; no other dongle was paired.")
                if self.paired_id is not None
                else _("Pairing stopped; nothing was paired.")
            )
        name = self._done_page.name.text().strip() if self._is_named else ""
        if not name and device is not None:
            name = self._names.name_at(device)
        return (_("{name} is observed.") if registered.observed else _("{name} is paired.")).format(name=name)

    def dismiss(self) -> None:
        """Close; a claim that still waits for its button press is stopped, everything else can be continued later."""
        self._closing_text = self._outcome()
        for work in self._tasks:
            work.cancel()
        super().dismiss()

    # ---- forward

    def _show_page(self, step: int) -> None:
        if step == _TEST:
            self._test_page.steps.reset()
            self._forget_silence()
        self._stack.setCurrentIndex(step)
        self.set_step(step)
        self.heading.setText(self._heading(step))
        self._show_overview()
        QTimer.singleShot(0, self, self._tell_step)  # when the page has named its button
        self._problem.show_error(None)
        self._back_button.setVisible(step != _SELECT)
        self._back_button.disable(self._why_not_back(step))
        self._blink_button.setVisible(step == _IDENTIFY)
        self._reset_button.hide()
        self._skip_button.setVisible(step in (_TIMING, _TEST))
        self._skip_button.setText(_("Skip bit timing") if step == _TIMING else _("Skip test"))
        self._another_button.setVisible(step == _DONE and bool(self._pairable()))
        titles = {
            _SELECT: _("Identify dongle"),
            _IDENTIFY: _("Pair this dongle"),
            _CLAIM: _("Set bit timing"),
            _TIMING: _("Write and verify"),
            _TEST: _("Start test"),
            _DONE: _("Done"),
        }
        self._next_button.setText(titles[step])
        self._next_button.updateGeometry()
        if step == _DONE:
            self._on_name_changed()
        elif step == _TIMING and self._config is not None:  # which says what the button does
            self._show_bit_rates(self._config)
        self._enable_next()
        self._hint.setText(
            _("You can close this any time. Until its button is pressed, the dongle isn't paired.")
            if step in (_IDENTIFY, _CLAIM)
            else ""
        )

    def _why_not_back(self, step: int) -> str:
        """Why the step before this one can't be repeated; empty if it can."""
        if self._registered is not None and self._registered.observed:
            return _("The dongle is only observed: there is nothing to repeat.")
        return _("The dongle is paired, which can't be undone here.") if step == _TIMING else ""

    def _heading(self, step: int) -> str:
        """What is done in this step, and with which dongle."""
        sentences = {
            _IDENTIFY: _("Identify {name}"),
            _CLAIM: _("Pair: press the button on {name}"),
            _TIMING: _("Bit timing of {name}"),
            _TEST: _("Test {name} on the bus"),
            _DONE: _("Name {name}"),
        }
        if self._device is None or step not in sentences:
            return _steps()[step][0]
        return sentences[step].format(name=self._names.name_at(self._device))

    def _rename(self) -> None:
        """Call the dongle by the name that it has now."""
        step = self._stack.currentIndex()
        self.heading.setText(self._heading(step))
        if self._device is not None and step != _SELECT:
            self.stepper.set_caption(_SELECT, self._names.name_at(self._device))

    def _listed(self, device: DetectedDevice) -> DongleRow:
        """The row of a device as the list has it, with the name that the dongle may have."""
        return self._as_listed([DongleRow(None, device)])[0]

    def _tell_step(self) -> None:
        """Tell a screen reader which step this is, and what Enter does: the button keeps the focus from step to step,
        so that nothing else tells its new name."""
        button = self._next_button
        pressed = _("{button}, button").format(button=button.text()) if button.hasFocus() else ""
        page = self._stack.currentWidget()
        asked = page.spoken.rstrip(".") if isinstance(page, WizardPage) else ""
        announce(self, ". ".join(filter(None, (self.stepper.accessibleName(), asked, pressed))))

    def _on_name_changed(self) -> None:
        """Say on the last step's button whether it saves a name."""
        named = bool(self._done_page.name.text().strip())
        self._next_button.setText(_("Save name") if named else _("Done"))
        self._next_button.updateGeometry()

    def _enable_next(self) -> None:
        """Enable the Next button, and let Enter press it; on the last page, it is the name that has the focus."""
        self._next_button.disable("")
        if self._stack.currentIndex() != _DONE and self.isVisible():
            self._next_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _disable_next(self, reason: str) -> None:
        """Disable the Next button until the work is done. What is under way is announced, and not where the focus
        waits."""
        with untold():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self._next_button.disable(reason)

    def _forward(self) -> None:
        if not self._next_button.isEnabled():
            return
        step = self._stack.currentIndex()
        if step == _SELECT:
            self._identify()
        elif step == _IDENTIFY:
            self._claim()
        elif step == _CLAIM:
            # Only after a failure: a successful claim continues by itself.
            self._claim()
        elif step == _TIMING:
            self._write()
        elif step == _TEST:
            self._listen()
        else:
            self._finish()

    def _skip_step(self) -> None:
        if self._stack.currentIndex() == _TIMING:
            if self._written:
                self._show_written()
            else:
                self._mark_skipped(_TIMING)
            self._show_page(_TEST)
            return
        if self._was_silent:
            self._show_done()
            return
        failure = self._test_failure
        if failure is None:
            self._mark_skipped(_TEST)
            self._test_result = _("The bus wasn't tested.")
        else:
            self._mark_test_failed()
            self._test_result = _test_verdict(failure)
        self._show_done()

    def _mark_skipped(self, *steps: int) -> None:
        """Say of these steps that nothing was done in them."""
        for step in steps:
            self.stepper.set_caption(step, _("Skipped"))
            self.stepper.set_without_result(step)

    def _mark_test_failed(self) -> None:
        self.stepper.set_caption(_TEST, _("Failed"))
        self.stepper.set_failed(_TEST)

    def _show_written(self) -> None:
        """Say of the step of the bit timing which bit rate this wizard has set."""
        if self._config is not None:
            config = self._config
            rate = number(config.bitrate / 1000, most=3)
            caption = _("Set to {rate} kbit/s").format(rate=rate)
            if config.data_bitrate is not None:
                caption = _("Set to {rates}").format(rates=rates(config.bitrate, config.data_bitrate))
            self.stepper.set_caption(_TIMING, caption)

    def _restore_captions(self, first: int = _SELECT) -> None:
        """Say again of the steps from `first` on what will happen in them."""
        for step in range(first, len(_steps())):
            self.stepper.set_caption(step, _steps()[step][1])
            self.stepper.set_without_result(step, without=False)
            self.stepper.set_failed(step, failed=False)

    def _on_devices_changed(self) -> None:
        if self._stack.currentIndex() != _SELECT:
            return
        rows = self._pairable()
        are_first = bool(rows) and not self._had_rows
        self._had_rows = bool(rows)
        if are_first and self.isVisible():
            QTimer.singleShot(0, self, self._tell_step)
        self._select_page.show_rows(rows, self._selected_key, self._select_row, counts=self._counter.counts)
        simulates = not rows and not self._devices.simulating
        self._next_button.setText(_("Start simulated dongles") if simulates else _("Identify dongle"))
        self._next_button.updateGeometry()
        if rows or simulates:
            self._enable_next_once()
        else:
            self._next_button.disable(_("Plug in a dongle first."))

    def _show_overview(self) -> None:
        """Show which dongle of several this is, on the steps that leave room for it."""
        step = self._stack.currentIndex()
        rows = self._as_listed(DongleRow(None, device) for device in self._devices.devices)
        current = self._device.key if self._device is not None else self.paired_id
        is_shown = step in _WITH_OVERVIEW and len(rows) > 1
        self._overview.setVisible(is_shown)
        if not is_shown:
            return
        is_paired = [row.paired or row.key == self.paired_id for row in rows]
        dongles = [
            self._slot(row, paired=paired, current=row.key == current)
            for row, paired in zip(rows, is_paired, strict=True)
        ]
        self._overview.show_dongles(dongles, sum(is_paired))

    def _slot(self, row: DongleRow, *, paired: bool, current: bool) -> SlotState:
        share, caption, step = 1.0 if paired else 0.0, "", self._stack.currentIndex()
        if paired:
            caption = _("Its key is on both sides")
        elif current:
            share = step / len(_steps())
            caption = _("Step {number} of {count}").format(number=step + 1, count=len(_steps()))
            if step == _CLAIM and self._claim_has_failed:
                caption = _("Not paired. Try again.")
        elif row.pairable:
            caption = _("Anyone can change it")
        mark = self._slot_mark(row, paired=paired, current=current)
        return SlotState(row.title, row.subtitle, mark, current, share, caption)

    def _slot_mark(self, row: DongleRow, *, paired: bool, current: bool) -> Mark:
        if paired:
            return Mark("ok", _("Paired"), "ph.check-circle-fill")
        if not current:
            return state_mark(row.dongle, row.device)
        if self._stack.currentIndex() == _CLAIM and self._claim_has_failed:
            return Mark("error", _("Pairing failed"), "ph.x-circle-fill")
        if self._stack.currentIndex() == _CLAIM:
            return Mark("info", _("Pairing now"), "ph.spinner")
        return Mark("info", _("To be paired"), "ph.caret-circle-right")

    def _enable_next_once(self) -> None:
        """As `_enable_next`, but a rescan of the ports does not move the focus."""
        if not self._next_button.isEnabled():
            self._enable_next()

    def _simulate(self) -> None:
        self._disable_next(_("The simulated dongles are starting. Wait a moment."))
        self._run(
            lambda _progress: self._devices.start_simulator(),
            lambda _none: self._on_devices_changed(),
            _("Starting simulated dongles"),
            self._show_failure,
        )

    def _pairable(self) -> Sequence[DongleRow]:
        rows = (DongleRow(None, device) for device in self._devices.devices)
        return self._as_listed(row for row in rows if row.pairable and row.key != self.paired_id)

    def _select_row(self, row: DongleRow) -> None:
        self._device, self._selected_key = row.device, row.key

    def _identify(self) -> None:
        device = self._device
        if not self._pairable():
            self._simulate()
            return
        if device is None or device.info is None:
            return
        if not device.info.is_benchboard:
            self._observe(device)
            return
        self._identify_page.show_dongle(device)
        self.stepper.set_caption(_SELECT, self._names.name_at(device))
        simulated = device.port.simulated
        self.stepper.set_caption(_CLAIM, _("Its button is simulated") if simulated else _("Press its button once"))
        self._show_page(_IDENTIFY)
        self._blink()

    def _blink(self) -> None:
        detected = self._device
        if detected is None:
            return

        def op(_progress: Progress) -> None:
            with self._devices.device(detected.port.path, detected.device_id) as device:
                device.identify()

        self._run(op, lambda _none: None, _("Identifying {name}").format(name=self._names.name_at(detected)))

    # ---- the claim

    def _claim(self) -> None:
        detected, context = self._device, self._context
        if detected is None:
            return
        self.stepper.set_caption(_IDENTIFY, _("Its light blinked"))
        self._claim_has_failed = False
        self._claims += 1
        claim = self._claims
        with untold():  # the button gets the focus, and is disabled at once
            self._show_page(_CLAIM)
        self._disable_next(_("Press the button on the dongle first."))
        self._claim_page.start(detected.device_id or "", simulated=detected.port.simulated)

        def op(progress: Progress) -> tuple[PairedDongle, DongleConfig]:
            workspace, actor = context.workspace, context.actor
            data_key = workspace.data_keys.of(actor.organisation_id)
            with self._devices.device(detected.port.path, detected.device_id) as device:
                paired = provisioning.pair(
                    context.database,
                    actor,
                    data_key,
                    device,
                    on_step=self._report_step,
                    cancelled=lambda: progress.cancelled,
                )
                stored = device.config_read()
            with context.database.change() as session:
                fleet.store_config(session, actor, paired.dongle_id, stored)
            return paired, stored.config

        title = _("Pairing {name}").format(name=self._names.name_at(detected))
        self._run(op, self._on_claimed, title, partial(self._claim_failed, claim))

    def _report_step(self, step: PairingStep, seconds: float | None) -> None:
        """On the worker: report a step.

        The dialog may have been closed meanwhile; pairing then continues in the background.
        """
        with contextlib.suppress(RuntimeError):
            self.step_reported.emit(step, seconds)

    def _show_step(self, step: PairingStep, seconds: float | None) -> None:
        if self._stack.currentIndex() != _CLAIM or self._registered is not None:
            return
        detected = self._device
        on_screen = detected is not None and self._devices.can_press(detected.device_id)
        self._claim_page.show_step(step, seconds, on_screen=on_screen)
        if self.hasFocus():
            self._claim_page.take_focus()

    def _press_simulated(self) -> None:
        if self._device is not None:
            self._devices.press(self._device.device_id)

    def _on_claimed(self, result: tuple[PairedDongle, DongleConfig]) -> None:
        paired, self._config = result
        self._registered = _WizardDongle(paired.dongle_id, paired.device_id, observed=False)
        self.paired_id = paired.device_id
        self._claim_page.hide_prompts()
        announce(self, self._outcome())
        self.stepper.set_caption(_CLAIM, _("Button pressed"))
        if self._device is not None:
            self._devices.probe_again(self._device.port.path)
        self._show_page(_TIMING)

    def _claim_failed(self, claim: int, error: AppError) -> None:
        if claim != self._claims or self._stack.currentIndex() != _CLAIM:
            return  # it was stopped by Back
        self._claim_has_failed = True
        self._claim_page.show_failure()
        self._show_overview()
        self._hint.setText("")
        self._show_failure(error)
        self._reset_button.setVisible(error.code in _HELD)
        if self._device is not None:
            self._devices.probe_again(self._device.port.path)  # the list knows it by an older answer

    def _follow_stored(self) -> None:
        """See whether the dongle still belongs to the organisation: another program may have released it."""
        registered, actor = self._registered, self._context.actor
        if registered is None:
            return

        def compare(dongle: DongleRecord) -> None:
            if self._registered is registered and dongle.status != "CLAIMED_ACTIVE":
                self._show_ended(_ended(dongle.status))

        self._context.tasks.read(
            self,
            lambda session: fleet.get_dongle(session, actor, registered.dongle_id),
            compare,
            lambda _error: None,  # the list of dongles says it
        )

    def _show_ended(self, error: AppError) -> None:
        """Go back to the step that paired the dongle, which now has failed, and offer to begin again."""
        was_observed = self._registered is not None and self._registered.observed
        detected = self._device
        for work in self._tasks:
            work.cancel()
        self.paired_id = None
        if was_observed or detected is None:
            self._start_over()
            self._problem.show_error(self._named(error))
            return
        self._registered = self._config = self._test_failure = None
        self._written = False
        self._test_result = ""
        self._restore_captions(_CLAIM)
        self._show_page(_CLAIM)
        self._claim_failed(self._claims, error)
        self._next_button.setText(_("Pair again"))
        self._next_button.updateGeometry()

    def _ask_reset(self) -> None:
        """Close, and have the dongle reset that somebody else has paired."""
        key = self._device.key if self._device is not None else ""
        self.dismiss()
        self.reset_wanted.emit(key)

    def _observe(self, detected: DetectedDevice) -> None:
        context, ports = self._context, self._devices.all_ports()
        info = detected.info
        if info is None:
            return

        def done(dongle_id: str) -> None:
            self.paired_id = detected.device_id
            self._registered = _WizardDongle(dongle_id, detected.device_id or "", observed=True)
            self._mark_skipped(_IDENTIFY, _CLAIM, _TIMING, _TEST)
            self._show_done()

        context.tasks.change(
            self,
            lambda session: provisioning.observe(session, context.actor, port=detected.port, info=info, present=ports),
            done,
            self._problem.show_error,
        )

    # ---- timing

    def _show_bit_rates(self, config: DongleConfig) -> None:
        info = self._device.info if self._device is not None else None
        self._bitrate_page.show_config(config, has_fd=info is not None and bool(info.fd))

    def _on_bitrate_changed(self) -> None:
        """Update the page after another bit rate was selected."""
        planned = self._bitrate_page.planned
        same = planned == self._config
        self._next_button.setText(_("Keep this bit timing") if same else _("Write and verify"))
        self._skip_button.setVisible(not same)
        self._next_button.updateGeometry()
        self._next_button.disable("" if planned is not None else _("Choose a different bit rate."))

    def _write(self) -> None:
        detected, config, context = self._device, self._bitrate_page.planned, self._context
        if detected is None or config is None or config == self._config:
            if self._written:
                self._show_written()
            else:
                self.stepper.set_caption(_TIMING, _("Kept as it was"))
            self._show_page(_TEST)
            return
        self._disable_next(_("The bit timing is being written. Wait a moment."))

        def op(_progress: Progress) -> DongleConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._devices.device(detected.port.path, detected.device_id) as device:
                return fleet.write_config(context.database, context.actor, data_key, device, config).config

        def done(stored: DongleConfig) -> None:
            self._config, self._written, self._test_failure = stored, True, None
            self._show_written()
            announce(self, _("The bit timing is written and verified."), again=True)
            self._show_page(_TEST)

        self._run(op, done, _("Writing to {name}").format(name=self._names.name_at(detected)), self._show_failure)

    # ---- the bus

    def _listen(self) -> None:
        detected = self._device
        if detected is None:
            return
        waits = _("Benchboard is listening to the bus. Wait until it has counted the frames.")
        self._disable_next(waits)
        announce(self, waits)
        self._back_button.disable(waits)
        self._forget_silence()
        self._test_page.steps.set_current(0)

        def opened() -> None:
            with contextlib.suppress(RuntimeError):  # the dialog was closed meanwhile
                self._bus_opened.emit()

        name = self._names.name_at(detected)

        def op(progress: Progress) -> Counters:
            return self._devices.count_frames(detected, name, LISTEN_SECONDS, progress, on_open=opened)

        self._run(op, self._on_counted, _("Listening on {port}").format(port=name), self._test_failed)

    def _on_counted(self, counters: Counters) -> None:
        try:
            require_no_errors(counters)
        except DeviceFailure as error:
            if self._config is not None:
                rate = number(self._config.bitrate / 1000, most=3)
                error.why = _("This dongle runs at {rate} kbit/s.").format(rate=rate)
                error.do = _("Go back and choose the bus's bit rate, or check wiring and termination.")
            self._test_failed(error)
            self._test_page.offer_detection(offered=True)
            return
        self._test_page.steps.set_current(3)
        if check_bus(counters) is BusCheck.SILENT:
            self._show_silence()
            return
        self.stepper.set_without_result(_TEST, without=False)
        self.stepper.set_failed(_TEST, failed=False)
        self._test_failure = None
        caption = ngettext("{count} frame, no errors", "{count} frames, no errors", counters.frames)
        self.stepper.set_caption(_TEST, caption.format(count=number(counters.frames)))
        result = ngettext(
            "{count} frame in {seconds} s, no errors.", "{count} frames in {seconds} s, no errors.", counters.frames
        )
        self._test_result = result.format(count=number(counters.frames), seconds=LISTEN_SECONDS)
        self._show_done()

    def _detect_bit_rate(self) -> None:
        """Find the bit rate of the bus; the step of the bit timing then offers it."""
        detected = self._device
        if detected is None:
            return
        self._test_page.offer_detection(offered=False)
        self._disable_next(_("The bit rate is being detected. Wait a moment."))
        self._run(
            lambda progress: self._devices.detect_bit_rate(detected, progress),
            self._show_detected,
            _("Detecting the bit rate on {name}").format(name=self._names.name_at(detected)),
            self._test_failed,
        )

    def _show_detected(self, found: Detection) -> None:
        if found.bitrate is None or self._config is None:
            self._test_page.show_outcome(found.sentence)
            self._enable_next()
            return
        self._back()
        self._bitrate_page.choose_bit_rate(found.bitrate)
        self._hint.setText(found.sentence)
        announce(self, found.sentence)

    def _forget_silence(self) -> None:
        self._was_silent = False
        self._test_page.show_outcome("")
        self._test_page.offer_detection(offered=False)
        self._skip_button.setText(_("Skip test"))

    def _show_silence(self) -> None:
        """Say that nothing was verified; the test can be repeated, and left."""
        self._was_silent, self._test_failure = True, None
        self._test_page.steps.show_unverified(1)
        self.stepper.set_caption(_TEST, _("No frames received"))
        self.stepper.set_without_result(_TEST)
        self._test_result = silence_explanation(LISTEN_SECONDS)
        self._test_page.show_outcome(
            f"{self._test_result} " + _("Check that another node is sending, then test again.")
        )
        self._next_button.setText(_("Test again"))
        self._skip_button.setText(_("Continue"))
        for button in (self._next_button, self._skip_button):
            button.updateGeometry()
        self._back_button.disable("")
        self._enable_next()

    def _test_failed(self, error: AppError) -> None:
        self._test_failure = self._named(error)
        self._back_button.disable("")
        self._skip_button.setText(_("Continue anyway"))
        self._skip_button.updateGeometry()
        marks = self._test_page.steps.marks
        self._test_page.steps.show_failed(marks.index("now") if "now" in marks else 0, keep_done=True)
        self._show_failure(error)

    def _show_done(self) -> None:
        self._show_page(_DONE)
        if self._registered is None:
            return
        known = self._listed(self._device).dongle if self._device is not None else None
        if known is not None and known.name and not self._done_page.name.text():
            self._done_page.name.setText(known.name)
        self._done_page.show_result(
            self._test_result,
            observed=self._registered.observed,
            device_id=self._registered.device_id,
            organisation=self._context.actor.organisation,
        )

    def _pair_another(self) -> None:
        self._finish(again=True)

    def _back(self) -> None:
        """Return to the step before: that of a claim which waits for its button stops it, and in the choice of a dongle
        the one that was identified stays selected. The captions say again what will happen."""
        to = self._stack.currentIndex() - 1
        if to == _IDENTIFY:
            for work in self._tasks:
                work.cancel()
            announce(self, self._outcome(), again=True)
        self._restore_captions(to)
        self._show_page(to)
        if to == _SELECT:
            self._on_devices_changed()

    def _start_over(self) -> None:
        self._registered = self._config = self._device = None
        self._selected_key = self._test_result = ""
        self._test_failure = None
        self._done_page.name.clear()
        self._is_named = False
        self._written = self._was_silent = False
        self._restore_captions()
        self._show_page(_SELECT)
        self._on_devices_changed()

    def _finish(self, *, again: bool = False) -> None:
        registered, name = self._registered, self._done_page.name.text().strip()
        after = self._start_over if again else self.dismiss
        if registered is None or not name:
            after()
            return
        actor, owner = self._context.actor, self.parentWidget()
        before = self._listed(self._device).dongle if self._device is not None else None
        old_name = (before.name or "") if before is not None else ""

        def named(dongle: DongleRecord) -> None:
            self._is_named = True
            after()
            if owner is not None and (dongle.name or "") != old_name:
                offer_undo_of_rename(self._context, owner, dongle, old_name)

        self._context.tasks.change(
            self,
            lambda session: fleet.rename_dongle(session, actor, registered.dongle_id, name),
            named,
            self._problem.show_error,
        )

    # ---- shared

    def _run(
        self,
        op: Callable[[Progress], object],
        done: Callable[..., None],
        title: str,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        registered = self._registered

        def over(error: AppError) -> None:
            self._tasks.remove(work)
            if self._registered is not registered:
                return  # the pairing that it was for has ended meanwhile
            if failed is not None:
                failed(error)
            elif not isinstance(error, Cancelled):
                self._problem.show_error(self._named(error))

        def finished(result: object) -> None:
            self._tasks.remove(work)
            if self._registered is registered:
                done(result)

        self._problem.show_error(None)
        work = self._context.tasks.run(self, op, finished, over, title=title)
        self._tasks.append(work)

    def _named(self, error: AppError) -> AppError:
        """`error` with the name of the dongle that the wizard is about."""
        return self._names.named(error, self._device.device_id) if self._device is not None else error

    def _show_failure(self, error: AppError) -> None:
        self._problem.show_error(self._named(error))
        self._next_button.setText(_("Try again"))
        self._next_button.updateGeometry()
        self._enable_next()


def _ended(status: str) -> AppError:
    """That a dongle which this wizard paired isn't paired any more, by its stored status."""
    happened = {
        "WRITTEN_OFF": _("It was written off meanwhile."),
        "LOST": _("It no longer holds its pairing key."),
    }
    what = happened.get(status) or _("It was released meanwhile.")
    return Conflict("dongles.not-paired", what, do=_("Pair it again."))


def _test_verdict(failure: AppError) -> str:
    """That the bus test failed, and what that means for the dongle, which is paired all the same."""
    said = _("The bus test failed: {error}").format(
        error=" ".join(part for part in (failure.what, failure.why) if part)
    )
    if failure.code in ("bus.errors", "bus.off"):
        return f"{said} " + _(
            "The dongle disturbs this bus or can't read it until its bit timing or the wiring is right."
        )
    return f"{said} " + _("So nothing is known about bit timing and wiring: test again in Bit timing.")


class _Pages(QStackedWidget):
    """The pages of the wizard, as high as the one that is shown needs: the wizard grows with that one alone."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _index: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        """That of the page that is shown, at the present width."""
        page = self.currentWidget()
        if page is None:
            return super().minimumSizeHint()
        least = page.minimumSizeHint()
        height = page.heightForWidth(self.width()) if page.hasHeightForWidth() else 0
        return QSize(least.width(), max(least.height(), height))

    def hasHeightForWidth(self) -> bool:
        """Not that of any page: `minimumSizeHint` has the height of the one that is shown."""
        return False


class _ProblemLine(QWidget):
    """The error of this step, its reason, and what to do, shown in place."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pair_problem")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.label = ReadableText(tone="error")
        line.addWidget(self.label, 1)
        self.hide()

    def show_error(self, error: AppError | None) -> None:
        self.label.setText(str(error) if error is not None else "")
        self.setVisible(error is not None)
        announce(self, self.label.text(), urgent=True)
