"""The pages of the pairing wizard. The wizard itself decides what happens, and in which order."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.canbus.timing import Timing
from benchboard.dongles import fleet
from benchboard.dongles.device import IDENTIFY_SECONDS
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.protocol.messages import CLAIM_SECONDS
from benchboard.dongles.provisioning import PairingStep
from benchboard.i18n import _, ngettext, number, percent
from benchboard.ui.bench.bench_format import bit_rate, firmware_title
from benchboard.ui.bench.bit_diagram import BitBar
from benchboard.ui.bench.dongle_pane import tseg1_is_split
from benchboard.ui.bench.dongle_rows import DongleCounts, DongleRow
from benchboard.ui.bench.pairing_graphics import CountdownRing, DongleChoice, DonglePicture, PairingChecklist
from benchboard.ui.bench.pairing_words import StepWords
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.timing_request import config_at, stored_phases
from benchboard.ui.widgets import Button, Edit, Field, Paragraph, Select, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.readable_rows import ReadableText

LISTEN_SECONDS: Final = 3
"""How long the test listens on the bus."""
_DATA_BITRATES: Final = (1_000_000, 2_000_000, 4_000_000, 5_000_000, 8_000_000)
# Step of the claim → index of the checklist line that is then current
_LINE_OF: Final = {
    PairingStep.HELLO: 0,
    PairingStep.IDENTIFY: 0,
    PairingStep.RESUME: 0,
    PairingStep.BEGIN: 1,
    PairingStep.PRESENCE: 3,
    PairingStep.PERSIST: 4,
    PairingStep.COMMIT: 4,
    PairingStep.CONFIRM: 5,
    PairingStep.ACTIVE: 6,
}


class WizardPage(QWidget):
    """A step of the wizard; `words` is what it says."""

    def __init__(self, title: str = "", under: str = "") -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.words = StepWords(Paragraph(title, "section"), Paragraph(under, tone="secondary"))
        if title:
            self.column.addWidget(self.words)

    @property
    def spoken(self) -> str:
        """What a screen reader is told as the step begins: the focus is at a button."""
        return self.words.accessible_text()

    def add_beside(self, picture: DonglePicture, *after: QWidget) -> QVBoxLayout:
        """Add the picture, which stands at the same place on all pages, and return the column at its right; what comes
        `after` is at the right of that."""
        beside = QVBoxLayout()
        beside.setSpacing(12)
        line = QHBoxLayout()
        line.setSpacing(20)
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        line.addLayout(beside, 1)
        for widget in after:
            line.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(line)
        self.column.addStretch(1)
        return beside


class SelectDonglePage(WizardPage):
    """The dongles that can be paired now."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Paragraph("", "section")
        self._under = Paragraph("", tone="secondary")
        self.words = StepWords(self._title, self._under)
        self.column.addWidget(self.words)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(12)
        self._group = QButtonGroup(self)
        self._shown: dict[str, DongleChoice] = {}
        """The choices by the keys of their rows: they stay while ports are read again, and so does the focus."""
        self._rows: dict[str, DongleRow] = {}
        self._on_selected: Callable[[DongleRow], None] | None = None
        self.column.addLayout(self._choices)
        self.column.addStretch(1)

    @property
    def spoken(self) -> str:
        selected = next((choice for choice in self._shown.values() if choice.isChecked()), None)
        name = selected.accessibleName() if selected is not None else ""
        return " ".join(filter(None, (super().spoken, _("Selected: {name}").format(name=name) if name else "")))

    def show_rows(
        self,
        rows: Sequence[DongleRow],
        selected_key: str,
        on_selected: Callable[[DongleRow], None],
        *,
        counts: DongleCounts | None = None,
    ) -> None:
        """List `rows` and select `selected_key`, or else the first; each selection calls `on_selected`. Without rows,
        say what is so by the `counts` of the dongles, if they are known yet.
        """
        if rows:
            title, under = _("Dongles that aren't paired"), _("Select the one to pair.")
        else:
            title, under = _nothing_to_pair(counts)
        self._title.setText(title)
        self._under.setText(under)
        first = next((row for row in rows if row.key == selected_key), rows[0] if rows else None)
        self._rows, self._on_selected = {row.key: row for row in rows}, on_selected
        for place, row in enumerate(rows):
            choice = self._shown.get(row.key)
            if choice is None:
                choice = self._shown[row.key] = DongleChoice(*_about(row))
                choice.setObjectName(f"pair_choice_{row.key}")
                choice.clicked.connect(partial(self._select, row.key))
                self._group.addButton(choice)
            else:
                choice.show_dongle(*_about(row))
            if self._choices.indexOf(choice) != place:
                self._choices.insertWidget(place, choice)
                choice.show()
            choice.setChecked(row is first)
        if first is not None:
            on_selected(first)
        self._drop_gone(first)

    def _drop_gone(self, first: DongleRow | None) -> None:
        """Take away the dongles that aren't there any more; the focus of one goes to the selected one."""
        for key in self._shown.keys() - self._rows.keys():
            choice = self._shown.pop(key)
            if choice.hasFocus() and first is not None:
                self._shown[first.key].setFocus(Qt.FocusReason.OtherFocusReason)
            self._group.removeButton(choice)
            self._choices.removeWidget(choice)
            choice.hide()
            choice.deleteLater()

    def _select(self, key: str, _checked: bool = False) -> None:
        if self._on_selected is not None and (row := self._rows.get(key)) is not None:
            self._on_selected(row)


def _nothing_to_pair(counts: DongleCounts | None) -> tuple[str, str]:
    """Why no dongle can be paired, and what to do."""
    plug_in = _("Plug one in. It appears here within a second.")
    if counts is None or not counts.connected:
        return _("No dongles connected"), plug_in
    if counts.elsewhere < counts.connected:
        return _("All connected dongles are paired"), plug_in
    title = ngettext(
        "The connected dongle is paired with another organisation",
        "All connected dongles are paired with other organisations",
        counts.elsewhere,
    )
    other = _("Only that organisation can change it. To pair another dongle, plug it in.")
    others = _("Only those organisations can change them. To pair another dongle, plug it in.")
    return title, other if counts.elsewhere == 1 else others


def _about(row: DongleRow) -> tuple[str, str, str]:
    """A dongle's port, its ID, and what is known about it."""
    device = row.device
    info = device.info if device is not None else None
    sentence = _("Firmware: {firmware}. Identity verified.")
    if info is not None and not info.is_benchboard:
        sentence = _("Stock firmware: {firmware}. It has no key, so it can only be observed.")
    firmware = firmware_title(info.dialect, info.firmware) if info is not None else ""
    return row.title, row.subtitle, sentence.format(firmware=firmware)


class IdentifyPage(WizardPage):
    """Identifies the dongle by its light."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = DonglePicture()
        self._device_id = ""
        self._blinking = QTimer(self, interval=IDENTIFY_SECONDS * 1_000, singleShot=True)
        self._blinking.timeout.connect(lambda: self._picture.show_dongle(self._device_id, press=False, blinking=False))
        self._under = Paragraph("", tone="secondary")
        self._who = Paragraph("")
        words = self.add_beside(self._picture)
        self._question = Paragraph(_("Is this the dongle to pair?"), "section")
        self.words = StepWords(self._question, self._under, self._who)
        words.addWidget(self.words)
        words.addStretch(1)

    @property
    def spoken(self) -> str:
        """The question, and which dongle it is about."""
        facts, _line, _advice = self._who.text().partition("\n")
        return f"{self._question.text()} {facts} {self._under.text()}"

    def show_dongle(self, device: DetectedDevice) -> None:
        info = device.info
        if info is None:
            return
        sentence = (
            ngettext(
                "It's simulated, so its light blinks in the picture for {count} second.",
                "It's simulated, so its light blinks in the picture for {count} seconds.",
                IDENTIFY_SECONDS,
            )
            if device.port.simulated
            else ngettext(
                "The light of the dongle you selected blinks for {count} second. Check that it's the one in your hand.",
                "The light of the dongle you selected blinks for {count} seconds."
                " Check that it's the one in your hand.",
                IDENTIFY_SECONDS,
            )
        )
        self._under.setText(sentence.format(count=IDENTIFY_SECONDS))
        self._device_id = device_id = device.device_id or ""
        self._picture.show_dongle(device_id, press=False)
        self._blinking.start()
        facts = _("{port}: {hardware}. Firmware: {firmware}.\nID {id}. Identity verified.")
        advice = (
            _("To pair it, select Pair this dongle. To pair another dongle, go back and select it.")
            if device.port.simulated
            else _(
                "If it's the right one, select Pair this dongle, then press its button once when asked. If it isn't, "
                "go back and select another dongle."
            )
        )
        facts = facts.format(
            port=device.port_name,
            hardware=info.hardware,
            firmware=firmware_title(info.dialect, info.firmware),
            id=device_id,
        )
        self._who.setText(f"{facts}\n\n{advice}")


class ClaimPage(WizardPage):
    """The progress of the claim, and the button press that it waits for."""

    def __init__(self, press: Callable[[], None]) -> None:
        super().__init__()
        self._device_id = self._announced = ""
        self._simulated = False
        self.picture = DonglePicture()
        self._prompt = Paragraph("", "section")
        self.steps = PairingChecklist(
            (
                _("Check identity"),
                _("Agree on keys"),
                _("Prepare the pairing"),
                _("Wait for the button press"),
                _("Send the encrypted pairing key"),
                _("Confirm the pairing"),
            )
        )
        self._press = Button(
            _("Press the simulated button"), press, kind="primary", icon="ph.hand-pointing", name="pair_press"
        )
        self._ring = CountdownRing(CLAIM_SECONDS)
        middle = self.add_beside(self.picture, self._ring)
        self.words = StepWords(self._prompt)
        for widget in (self.words, self.steps, self._press):
            middle.addWidget(widget)
        middle.addStretch(1)
        self.hide_prompts()

    @property
    def spoken(self) -> str:
        """Nothing more: what to do is told as the claim comes to it."""
        return ""

    def start(self, device_id: str, *, simulated: bool) -> None:
        """Begin with this dongle; a `simulated` one has no button to press by hand."""
        self._device_id, self._announced, self._simulated = device_id, "", simulated
        self.steps.set_current(0)
        self._prompt.setText(_("Checking the dongle's identity."))
        self.picture.show_dongle(device_id, press=False)

    def show_step(self, step: PairingStep, seconds: float | None, *, on_screen: bool) -> None:
        """Show the progress of the claim; `on_screen`: the simulated dongle's button is pressed here."""
        waits = step is PairingStep.PRESENCE and seconds is not None
        self.steps.set_current(_LINE_OF[step] if step is not PairingStep.PRESENCE or waits else 2)
        self._ring.setVisible(waits)
        self._press.setVisible(waits and on_screen)
        self.picture.show_dongle(self._device_id, press=waits)
        if waits and seconds is not None:
            self._ring.show_left(seconds)
            self._prompt.setText(self._press_prompt(on_screen=on_screen))
        elif step in (PairingStep.PERSIST, PairingStep.COMMIT, PairingStep.CONFIRM):
            self._prompt.setText(_("Confirming the pairing."))
        if self._prompt.text() != self._announced:
            self._announced = said = self._prompt.text()
            if waits and seconds is not None and (on_screen or not self._simulated):  # what the ring shows
                left = math.ceil(seconds)
                limit = ngettext("You have {count} second.", "You have {count} seconds.", left)
                said = f"{said} {limit.format(count=number(left))}"
            announce(self, said, urgent=waits)

    def _press_prompt(self, *, on_screen: bool) -> str:
        if on_screen:
            return _("Press the simulated button below.")
        if self._simulated:
            return _("Waiting for the simulator to press the button.")
        return _("Press the small button on the blinking dongle.")

    def take_focus(self) -> None:
        """Focus the simulated button, while it is shown."""
        if self._press.isVisible():
            self._press.setFocus(Qt.FocusReason.TabFocusReason)

    def show_failure(self) -> None:
        self.hide_prompts()
        failed = next((i for i, mark in enumerate(self.steps.marks) if mark == "now"), 0)
        self.steps.show_failed(failed, keep_done=True)
        self.picture.show_dongle(self._device_id, press=False, blinking=False)
        self._prompt.setText("")

    def hide_prompts(self) -> None:
        """Hide the prompts to press the button."""
        self._ring.hide()
        self._press.hide()


class BitratePage(WizardPage):
    """The bit rate, and the timing solved for it. `planned` is the timing to write, None if there is none."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(
            _("Choose a bit rate"),
            _("Every node on the bus needs the same bit rate."),
        )
        self.planned: DongleConfig | None = None
        self._stored: DongleConfig | None = None
        self._rate = Select([], name="pair_bitrate")
        self._offer_rate(USUAL_BIT_RATES[0])
        self._rate.currentIndexChanged.connect(self._solve)
        self._changed = changed
        field = Field(_("Bit rate"), self._rate)
        field.setFixedWidth(220)
        self._data_rate = Select([], name="pair_data_bitrate")
        self._offer_data_rate(None)
        self._data_rate.currentIndexChanged.connect(self._solve)
        self._data_field = Field(_("CAN FD data bit rate"), self._data_rate)
        self._data_field.setFixedWidth(220)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(field)
        row.addWidget(self._data_field)
        row.addStretch(1)
        self.column.addLayout(row)
        self._bar = BitBar(_("Arbitration phase"))
        self._data_bar = BitBar(_("Data phase"))
        self._data_title = Text(_("Data phase"), "body_strong", "secondary")
        self._solved = ReadableText("caption", "muted")
        self._solved.setObjectName("pair_solved")
        for widget in (self._bar, self._data_title, self._data_bar, self._solved):
            self.column.addWidget(widget)
        self.column.addStretch(1)

    def show_config(self, stored: DongleConfig, *, has_fd: bool) -> None:
        """Start with the dongle's present configuration; `has_fd`: whether the dongle supports CAN FD."""
        self._stored = stored
        self._data_field.setVisible(has_fd)
        self._offer_rate(stored.bitrate)
        self._offer_data_rate(stored.data_bitrate if has_fd else None)
        self._solve()

    @property
    def spoken(self) -> str:
        shown = [(_("Bit rate"), self._rate.currentText())]
        if self._data_field.isVisibleTo(self):
            shown.append((_("CAN FD data bit rate"), self._data_rate.currentText()))
        sentence = _("{name}: {values}") + "."
        chosen = (sentence.format(name=name, values=value) for name, value in shown)
        return " ".join((super().spoken, *chosen))

    def choose_bit_rate(self, bitrate: int) -> None:
        """Choose the arbitration phase's bit rate, in bit/s."""
        self._offer_rate(bitrate)
        self._solve()

    def _offer_rate(self, chosen: int) -> None:
        """Offer the usual bit rates and this one, which is chosen."""
        rates = sorted({*USUAL_BIT_RATES, chosen})
        self._rate.set_choices([(str(rate), _rate_title(rate)) for rate in rates])
        self._rate.set_current_key(str(chosen))

    def _offer_data_rate(self, chosen: int | None) -> None:
        """Offer the usual data bit rates and this one, which is chosen; None: classic CAN is."""
        rates = sorted({*_DATA_BITRATES, *([chosen] if chosen else [])})
        none = ("", _("None (classic CAN)"))
        self._data_rate.set_choices([none, *((str(rate), bit_rate(rate)) for rate in rates)])
        self._data_rate.set_current_key(str(chosen or ""))

    def _solve(self, _index: int = 0) -> None:
        stored = self._stored
        if stored is None:
            return
        data_rate = int(self._data_rate.current_key() or 0) or None
        self.planned = config_at(stored, int(self._rate.current_key()), data_rate)
        phases = stored_phases(self.planned) if self.planned is not None else None
        for widget in (self._data_title, self._data_bar):
            widget.setVisible(phases is not None and phases.data is not None)
        if self.planned is None or phases is None:
            self._solved.setText(_("This controller can't reach that bit rate from its clock."))
            self._bar.show_timing(None)
        else:
            timing = phases.nominal
            self._bar.show_timing(timing, tseg1_is_split=tseg1_is_split(self.planned))
            if phases.data is not None:
                self._data_bar.show_timing(phases.data, tseg1_is_split=tseg1_is_split(self.planned, "data"))
            same = _("The dongle already has this bit timing.") if self.planned == stored else ""
            lines = [same, _solved_text(self._bar.accessibleName(), timing)]
            if phases.data is not None:
                lines.append(_solved_text(self._data_bar.accessibleName(), phases.data))
            lines.append(_("For other settings, open Bench > Bit timing."))
            self._solved.setText("\n".join(line for line in lines if line))
        self._changed()


def _solved_text(phase: str, timing: Timing) -> str:
    """The figures of a phase in one line."""
    sentence = _("{phase}: sample point {point}, {quanta} time quanta of {ns} ns, prescaler {prescaler}, SJW {sjw}.")
    return sentence.format(
        phase=phase,
        point=percent(timing.sample_point, 1),
        quanta=timing.quanta,
        ns=number(timing.tq_ns),
        prescaler=timing.prescaler,
        sjw=timing.sjw,
    )


def listening_caption() -> str:
    """What the test does, under the title of its step."""
    return ngettext("Listens for {count} second", "Listens for {count} seconds", LISTEN_SECONDS).format(
        count=LISTEN_SECONDS
    )


class BusTestPage(WizardPage):
    """Listening on the bus for `LISTEN_SECONDS`; `detect` is called to find the bit rate of the bus."""

    def __init__(self, detect: Callable[[], None]) -> None:
        opens = ngettext(
            "The dongle listens to the bus for {count} second. If frames arrive without errors, it can read this bus.",
            "The dongle listens to the bus for {count} seconds. If frames arrive without errors, it can read this bus.",
            LISTEN_SECONDS,
        )
        listen = ngettext("Listen for {count} second", "Listen for {count} seconds", LISTEN_SECONDS)
        super().__init__(_("Test the dongle on the bus"), opens.format(count=LISTEN_SECONDS))
        steps = (_("Open live bus"), listen.format(count=LISTEN_SECONDS), _("Close live bus"))
        self.steps = PairingChecklist(steps)
        self._outcome = ReadableText(tone="text")
        self._outcome.hide()
        self._detect = Button(_("Detect bit rate"), detect, icon="ph.magnifying-glass", name="pair_detect")
        self._detect.hide()
        self.column.addWidget(self.steps)
        self.column.addWidget(self._outcome)
        self.column.addWidget(self._detect, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def offer_detection(self, *, offered: bool) -> None:
        """Offer to find the bit rate of the bus, or no more."""
        self._detect.setVisible(offered)

    def show_outcome(self, sentence: str) -> None:
        """Say below the steps what the test couldn't verify; empty takes it away."""
        self._outcome.setText(sentence)
        self._outcome.setVisible(bool(sentence))
        if sentence:
            announce(self, sentence)


class DonePage(WizardPage):
    """The result, and a field for the dongle's name."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = DonglePicture()
        self._summary = Paragraph("", tone="secondary")
        self.name = Edit(placeholder=_("Conveyor A, node 3"), name="pair_name")
        self.name.setMaxLength(fleet.NAME_LENGTH)
        self._field = Field(_("Dongle name"), self.name, note=" ")
        self._field.setFixedWidth(360)
        words = self.add_beside(self._picture)
        self.words = StepWords(Paragraph(_("The dongle is paired"), "section"), self._summary)
        words.addWidget(self.words)
        words.addWidget(self._field, 0, Qt.AlignmentFlag.AlignLeft)  # else its width bounds that of the column
        words.addStretch(1)

    def show_result(self, proved_by: str, *, observed: bool, device_id: str, organisation: str) -> None:
        first = (
            _("Registered as observed: it has no pairing key and is identified by its USB serial number.")
            if observed
            else _("Only people in “{organisation}” can change it now.").format(organisation=organisation)
        )
        note = _("Leave empty to name it Dongle {id}.").format(id=device_id[-4:].upper())
        self._picture.show_dongle(device_id, press=False, blinking=False)
        self._field.set_note(note)
        self._summary.setText("\n".join(line for line in (first, proved_by) if line))
        self.name.setFocus()


def _rate_title(bitrate: int) -> str:
    return _("{rate} kbit/s").format(rate=number(bitrate / 1000, most=3))
