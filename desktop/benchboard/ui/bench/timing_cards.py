"""The cards beside the bit: tolerance and cable, register values, and the progress of writing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from benchboard.canbus.timing import (
    Cable,
    DelayCompensation,
    Verdict,
    c_snippet,
    cable_curve,
    controller,
    ip_link,
    kvaser,
    limit_percent,
    pcan,
    python_can,
    registers,
)
from benchboard.errors import AppError
from benchboard.i18n import N_, _, number
from benchboard.ui.bench.bench_format import format_metres
from benchboard.ui.bench.cable_plot import CablePlot
from benchboard.ui.bench.delay_picture import DelayPicture
from benchboard.ui.bench.timing_request import Phases, TimingRequest, check_request, tdc_offset
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.time_format import clock_time
from benchboard.ui.widgets import Button, Card, KeyValue, Paragraph, SegmentedControl, Text
from benchboard.ui.widgets.accessible import announce, describe, rename, sentence
from benchboard.ui.widgets.key_value import Figure
from benchboard.ui.widgets.labels import Tone, copy_title
from benchboard.ui.widgets.readable_rows import ReadableText
from benchboard.ui.widgets.stepper import Outcome, StepRow


class ToleranceCards:
    """Oscillator tolerance, cable and delay compensation of a timing, in three cards; the last is there with CAN FD."""

    def __init__(self) -> None:
        self.tolerance = _FigureCard(_("Oscillator tolerance"))
        self.cable = _FigureCard(_("Cable"))
        self.delay = _FigureCard(_("Transmitter delay compensation"))
        self.delay.setObjectName("timing_delay")
        self._picture = DelayPicture()
        self.delay.column.insertWidget(1, self._picture)
        self.curve = CablePlot()
        self.curve_card = CurveCard()
        self._has_room = True
        self._with_data = False
        self.cable.column.addWidget(self.curve)
        self.curve.hide()
        self.delay.hide()

    def _hide_curve(self) -> None:
        self.curve.show_curve((), length=0, tolerance=0)
        self.curve_card.hide()

    def fit(self, *, has_room: bool) -> None:
        """Show the curve of the cable in the middle, if that `has_room`, or else beside the figures."""
        if has_room != self._has_room:
            self._has_room = has_room
            self._place_curve()

    def _place_curve(self) -> None:
        """With a data phase there is too much in the middle for the curve, too."""
        in_middle = self._has_room and not self._with_data
        card = self.curve_card if in_middle else self.cable
        self.curve.fill(room=in_middle)
        card.column.addWidget(self.curve, 1)
        self.curve_card.setVisible(in_middle and not self.curve.isHidden())

    def show_timing(self, phases: Phases | None, request: TimingRequest | None) -> None:
        """Show what `phases` allow, compared with the request; without a timing, what each card would show of one.

        Nothing counts as met by a timing that the controller can't hold, or that is too fast for CAN.
        """
        self.delay.setVisible(phases is not None and phases.data is not None)
        if phases is None or request is None:
            self.tolerance.show_note(_("Shows how far each node's oscillator may deviate."))
            self.cable.show_note(_("Shows how long the cable may be."))
            self._hide_curve()
            return
        try:
            verdict = check_request(phases, request)
        except AppError as error:
            self.tolerance.show_lines("", [])
            self.cable.show_lines(error.what, [])
            self._hide_curve()
            return
        lines: list[_FigureLine] = [
            (
                f"{condition.number}. {condition.title}",
                "",
                limit_percent(condition.percent),
                _met(condition.percent >= request.clock_tolerance, verdict),
            )
            for condition in verdict.tolerance.conditions
        ]
        self.tolerance.show_lines(verdict.tolerance_text, lines)
        self.tolerance.show_advice(
            _single_source([one.number for one in verdict.tolerance.conditions if not one.verified])
        )
        if verdict.cable is not None:
            self._show_cable(verdict, verdict.cable, request)
        if verdict.delay_compensation is not None:
            self._show_delay(verdict, verdict.delay_compensation, request)

    def _show_delay(self, verdict: Verdict, found: DelayCompensation, request: TimingRequest) -> None:
        is_on = tdc_offset(verdict, request) is not None
        wanted = request.data is not None and request.data.tdc
        summary = _("On") if is_on else _("Not possible") if wanted else _("Off")
        problems = found.problems
        if not controller(request.controller).tdco_max:
            problems = (_("Benchboard doesn't know whether this controller has it."),)
        total = found.offset + found.measured
        lines: list[_FigureLine] = [
            (_("Offset (TDCO)"), "", _clock_periods(found.offset, verdict), None),
            (_("Measured delay (TDCV)"), "", _clock_periods(found.measured, verdict), None),
            (_("Sum, at most 127"), "", number(total), total <= _MOST_TDC if wanted else None),
        ]
        self.delay.show_lines(summary, lines, good=is_on if wanted else None)
        self._picture.setVisible(is_on)
        if verdict.data is not None:
            self._picture.show_delay(verdict.data, found)
        self.delay.show_advice("\n".join(problems) if wanted else "")

    def _show_cable(self, verdict: Verdict, cable: Cable, request: TimingRequest) -> None:
        fits = _met(cable.fits, verdict)
        if cable.is_possible:
            spare = _("{metres} m to spare") if cable.fits else _("{metres} m too long")
            summary = spare.format(metres=format_metres(abs(cable.spare_m), up=not cable.fits))
            last: _FigureLine = (_("Maximum cable length"), "", f"{format_metres(cable.longest_m)} m", fits)
        else:
            summary = _("Not possible")
            last = (_("Missing even without a cable"), "", f"{number(cable.missing_ns, most=1)} ns", False)
        segment = (
            _("Propagation segment")
            if controller(request.controller).nominal.has_prop_seg
            else _("Longest propagation segment")
        )
        needed = _("Propagation needed for {metres} m").format(metres=number(request.length))
        lines: list[_FigureLine] = [
            (needed, "", f"{number(cable.needed_ns, most=1)} ns", fits),
            (segment, "", f"{number(cable.segment_ns, most=1)} ns", None),
            last,
        ]
        self.cable.show_lines(summary, lines, good=fits)
        curve = cable_curve(
            controller(request.controller),
            verdict.nominal,
            verdict.data,
            delay_ns_per_m=request.delay,
            loop_delay_ns=request.loop,
        )
        # A single point has no trade-off to show: the controller sets propagation by itself.
        self.curve.show_curve(curve if len(curve) > 1 else (), length=request.length, tolerance=request.clock_tolerance)
        self._with_data = verdict.data is not None
        self._place_curve()


class CurveCard(Card):
    """The card of the cable's curve, where it has one of its own."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self.column.addWidget(Text(_("Cable: oscillator tolerance by length"), "body_strong", "secondary"))
        self.hide()


def _single_source(numbers: list[int]) -> str:
    """That the conditions of these numbers follow one source; empty without any."""
    if not numbers:
        return ""
    shown = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
    return _("No second source confirms {numbers}.").format(numbers=shown)


_MOST_TDC: Final = 127
"""Clock periods that measured delay and offset may be together."""


def _clock_periods(count: int, verdict: Verdict) -> str:
    """A number of CAN clock periods, with how long they are."""
    nanoseconds = count * 1e9 / verdict.nominal.clock
    return _("{count} clock periods, {ns} ns").format(count=number(count), ns=number(nanoseconds, most=1))


def _met(fits: bool, verdict: Verdict) -> bool | None:
    """`fits`, but None instead of True if the controller can't hold the timing, or CAN doesn't allow its bit rate."""
    return None if fits and (verdict.violations or verdict.bit_rate_problem) else fits


_FigureLine = tuple[str, str, str, bool | None]


class _FigureCard(Card):
    """Lines of names, values, and whether they meet the request."""

    def __init__(self, title: str) -> None:
        super().__init__(padding=14)
        head = QHBoxLayout()
        self._title = title
        head.addWidget(Text(title, "body_strong", "secondary"))
        head.addStretch(1)
        self._summary = Text("", tone="secondary")
        head.addWidget(self._summary)
        self.column.addLayout(head)
        self._lines = KeyValue(ruled=True, label=title)
        self.column.addWidget(self._lines)
        self._note = ReadableText(tone="muted")
        self._note.hide()
        self.column.addWidget(self._note)

    @property
    def sentence(self) -> str:
        """The title with what it says of the whole; empty without lines."""
        summary = self._summary.text()
        return _("{name}: {values}").format(name=self._title, values=summary) + "." if summary else ""

    def show_note(self, note: str) -> None:
        """There are no lines; this says why."""
        self.show_lines("", [])
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def show_advice(self, text: str) -> None:
        """Say this below the lines; empty takes it away."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_lines(self, summary: str, lines: list[_FigureLine], *, good: bool | None = None) -> None:
        self._summary.setText(summary)
        self._summary.set_tone("secondary" if good is None else "ok" if good else "error")
        rename(self._lines, _("{name}: {values}").format(name=self._title, values=summary) if summary else self._title)
        self._lines.show_rows([(name, Figure(figure, fits, mark)) for name, mark, figure, fits in lines])
        self._note.hide()


class RegistersCard(Card):
    """The timing as register values, C, or for `ip link`, python-can, Kvaser or PCAN, each with a copy button."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self._controller = ""
        self._phases: Phases | None = None
        self._tdc_offset: int | None = None
        self._lines: list[_RegisterLine] = []
        head = QHBoxLayout()
        head.addWidget(Text(_("Registers"), "body_strong", "secondary"))
        head.addStretch(1)
        self._form = SegmentedControl(
            (
                ("registers", _("Registers")),
                ("c", "C"),
                ("ip", "ip link"),
                ("python", "python-can"),
                ("kvaser", "Kvaser"),
                ("pcan", "PCAN"),
            ),
            label=_("Format"),
        )
        self._form.selected.connect(lambda _key: self._show())
        head.addWidget(self._form)
        self.column.addLayout(head)
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(2, 1)
        self.column.addWidget(self._body)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._body.setObjectName("timing_registers")

    def show_timing(self, name: str, phases: Phases | None, tdc: int | None = None) -> None:
        """Show `phases` in the registers of that controller, with the offset of delay compensation where it is on;
        without a timing, what is shown of one.
        """
        self._controller, self._phases, self._tdc_offset = name, phases, tdc
        self._show()

    def text(self) -> str:
        """The whole text as it is copied."""
        return "\n".join(" ".join(part for part in line if part) for line in self._rows())

    def _show(self) -> None:
        rows = self._rows()
        if rows and [_kind_of(row) for row in rows] == [_kind_of(row.texts) for row in self._lines]:
            for line, row in zip(self._lines, rows, strict=True):  # the focus stays at its button
                line.show_texts(*row)
            return
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._phases is None:
            note = _("Shows the bit timing as register values, C, or for ip link, python-can, Kvaser or PCAN.")
            self._grid.addWidget(Paragraph(note, tone="muted"), 0, 0, 1, 4)
        self._lines = [_RegisterLine(*row) for row in rows]
        for place, line in enumerate(self._lines):
            line.lay_out(self._grid, place)

    def _rows(self) -> list[tuple[str, str, str]]:
        """(name, value, meaning) for each line; an error is a line too."""
        phases, form = self._phases, self._form.current()
        if phases is None:
            return []
        lines = {"python": python_can, "ip": ip_link, "kvaser": kvaser, "pcan": pcan}
        try:
            if form in lines:
                return [("", lines[form](phases.nominal, phases.data), "")]
            values = registers(self._controller, phases.nominal, phases.data, tdc_offset=self._tdc_offset)
            if form == "c":
                return [("", c_snippet(values), "")]
            return [(register.name, register.hex, register.meaning) for register in values]
        except AppError as error:
            return [("", "", str(error))]


def _kind_of(texts: tuple[str, str, str]) -> tuple[str, bool, bool]:
    """What decides which widgets a line of registers has."""
    name, value, meaning = texts
    return name, bool(value), bool(meaning)


class _RegisterLine:
    """The widgets of one line: the name of a register, its value, what it means, and a button that copies the value."""

    def __init__(self, name: str, value: str, meaning: str) -> None:
        self._name = _mono(name, strong=True) if name else None
        self._value = _mono(value)
        self._value.setProperty("tone", "accent" if name else "text")
        self._meaning = Paragraph(meaning, tone="secondary" if name else "warn")
        tip = copy_title(name) if name else _("Copy")
        self._copy = Button("", self._copy_value, kind="quiet", icon="ph.copy", size="sm", tip=tip, name="timing_copy")
        self.show_texts(name, value, meaning)

    def show_texts(self, name: str, value: str, meaning: str) -> None:
        """Show another value of the same register."""
        self.texts = name, value, meaning
        self._value.setText(value)
        self._meaning.setText(meaning)
        describe(self._copy, " ".join(filter(None, (*value.split("\n"), meaning))))

    def lay_out(self, grid: QGridLayout, row: int) -> None:
        """Add what the line has to this row of the grid; an error is a meaning alone."""
        _name, value, meaning = self.texts
        if self._name is not None:
            grid.addWidget(self._name, row, 0)
        if value:
            grid.addWidget(self._value, row, 1, 1, 1 if meaning else 2)
            grid.addWidget(self._copy, row, 3)
        grid.addWidget(self._meaning, row, 2)

    def _copy_value(self) -> None:
        name, value, _meaning = self.texts
        copy_text(value)
        announce(self._copy, _("Copied {value}").format(value=name) if name else _("Copied"), again=True)


def _mono(text: str, *, strong: bool = False) -> Text:
    shown = Text(text, "mono", wrap=not strong, selectable=True)
    if strong:
        font = QFont(theme().font("mono"))
        font.setBold(True)
        shown.setFont(font)
    return shown


_TITLE: Final = N_("Write and verify")
_STEPS: Final = (N_("Write"), N_("Read back"), N_("Compare"), N_("Listen"))
_LISTEN: Final = 3


@dataclass(frozen=True, slots=True)
class _Result:
    """What the card shows: the steps, a status and, below, its explanation, or what was `found` on the bus, which holds
    whatever is written. `is_final`: nothing is under way.
    """

    step: int
    state: Outcome
    text: str = ""
    tone: Tone = "muted"
    why: str = ""
    found: str = ""
    is_final: bool = False
    is_detectable: bool = False


_NO_RESULT: Final = _Result(-1, "idle")


class VerificationCard(Card):
    """The steps write, read back, compare, ten seconds on the bus."""

    def __init__(self, detect: Callable[[], None] = lambda: None) -> None:
        """`detect` is called when the bit rate of the bus shall be found, which is offered where a test failed."""
        super().__init__(padding=14)
        self._result = _NO_RESULT
        self._title = ""
        self._written_at: datetime | None = None
        self._is_shown = True
        self._is_filled_in = False
        self.setObjectName("timing_verification")
        head = QHBoxLayout()
        title = Text(_(_TITLE), "body_strong", "secondary")
        head.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        self.status = Paragraph("", "caption", "muted")
        self.status.setObjectName("timing_verified")
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.status, 1)
        self.column.addLayout(head)
        self._steps = StepRow(tuple(_(step) for step in _STEPS))
        self._steps.setObjectName("timing_steps")
        self.column.addWidget(self._steps)
        self._explanation = Paragraph("", "caption", "secondary")
        self._explanation.setObjectName("timing_verified_why")
        self._explanation.hide()
        self.column.addWidget(self._explanation)
        self._detect = Button(_("Detect bit rate"), detect, icon="ph.magnifying-glass", name="timing_detect")
        self._detect.hide()
        self.column.addWidget(self._detect, 0, Qt.AlignmentFlag.AlignLeft)
        self._reason = Paragraph("", "caption", "muted")
        self.column.addWidget(self._reason)

    def start(self, rate: str, sample_point: str) -> None:
        """The first step begins, with a timing of this bit rate and sample point in percent."""
        self._title, self._written_at, self._is_shown = f"{rate}, {sample_point} %", None, True
        self.set_step(0)

    def set_step(self, step: int) -> None:
        """Mark step `step` as current; those before it passed."""
        if step == _LISTEN:
            self._written_at = datetime.now(UTC)
        listens = step == _LISTEN
        told = (_("Written, read back and compared. Listening to the bus") if listens
                else _("Writing {timing}").format(timing=self._title))  # fmt: skip
        text = _("Listening") if listens else _("In progress")
        self._show_result(_Result(step, "now", text, "muted"), told=told)

    def clear(self) -> None:
        """Show no result: the last one was of another dongle."""
        self._written_at, self._is_shown = None, True
        self._show_result(_NO_RESULT)

    def show_passed(self, text: str) -> None:
        """All four steps passed."""
        self._show_result(_Result(_LISTEN + 1, "now", text, "ok", is_final=True))

    def show_unverified(self, text: str, why: str) -> None:
        """The last step neither passed nor failed."""
        self._show_result(_Result(_LISTEN, "unverified", text, "secondary", why, is_final=True))

    def show_failure(self, text: str, why: str = "", *, detectable: bool = False) -> None:
        """The current step failed; `why` and what to do are shown below the steps. `detectable`: the bit rate of the
        bus may be another one, and can be found.
        """
        result = _Result(self._result.step, "failed", text, "error", why, is_final=True, is_detectable=detectable)
        self._show_result(result)

    def show_detecting(self) -> None:
        """The bit rate of the bus is being found; the step that failed stays so."""
        why = _("Listening at the usual bit rates.")
        self._show_result(replace(self._result, why=why, found="", is_detectable=False), told=why)

    def show_detected(self, found: str, *, is_filled_in: bool = False) -> None:
        """What the detection found, below the step that failed, and whether the fields have it now."""
        self._is_filled_in, self._is_shown = is_filled_in, True
        self._show_result(replace(self._result, why="", found=found, is_detectable=False))
        announce(self, self._explanation.text())

    def show_filled_in(self, *, is_shown: bool) -> None:
        """Say of what was found that it is filled in, while it `is_shown`."""
        if is_shown != self._is_filled_in:
            self._is_filled_in = is_shown
            self._render()

    def show_written(self, *, is_shown: bool) -> None:
        """Show the result if the timing it is about is the one that is shown, otherwise only what was written."""
        if is_shown != self._is_shown:
            self._is_shown = is_shown
            self._render()

    def show_rewritten(self, rate: str, sample_point: str, time: datetime | None) -> None:
        """Another timing was written since, at this time: the result is no longer of what the dongle has."""
        self._title, self._written_at, self._is_shown = f"{rate}, {sample_point} %", time, False
        self._result = replace(_NO_RESULT, is_final=True)
        self._render()

    def _show_result(self, result: _Result, *, told: str = "") -> None:
        """`told`: what a screen reader is told of it, if that is more than what is shown."""
        if told:
            announce(self, told, again=True)
        elif result.text and result.text != self._result.text:
            text = f"{_(_TITLE)}: {result.text}"
            text = f"{sentence(text)} {result.why}" if result.why else text
            announce(self, text, urgent=result.tone == "error", again=result.is_final)
        self._result = result
        self._render()

    def _render(self) -> None:
        result = self._result
        if result.is_final and not self._is_shown:
            written = ""
            if self._written_at is not None:
                sentence = _("Last written: {timing}, {time}")
                written = sentence.format(timing=self._title, time=clock_time(self._written_at))
            result = replace(_NO_RESULT, text=written, found=result.found)
        filled_in = _("It's filled in: write it to the dongle.") if result.found and self._is_filled_in else ""
        why = " ".join(filter(None, (result.why, result.found, filled_in)))
        self._steps.show_state(result.step, result.state)
        self.status.setText(result.text)
        self.status.set_tone(result.tone)
        self._explanation.setText(why)
        self._explanation.setVisible(bool(why))
        self._detect.setVisible(result.is_detectable)
        self._describe_steps()

    def _describe_steps(self) -> None:
        """Have a screen reader that comes to the steps read what the card says of them too."""
        texts = (self.status.text(), self._explanation.text(), self._reason.text())
        describe(self._steps, " ".join(sentence(text) for text in texts if text))

    def show_reason(self, reason: str) -> None:
        """Show why the timing can't be written now."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._describe_steps()
