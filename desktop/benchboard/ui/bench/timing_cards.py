"""The cards beside the bit: tolerance and cable, register values, and the progress of writing."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from benchboard.canbus.timing import (
    Cable,
    Timing,
    Verdict,
    c_snippet,
    controller,
    ip_link,
    limit_percent,
    python_can,
    registers,
)
from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import format_metres
from benchboard.ui.bench.timing_inputs import TimingRequest, check_request
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.time_format import clock_time
from benchboard.ui.widgets import Button, Card, KeyValue, Paragraph, SegmentedControl, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.key_value import Figure
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.stepper import Outcome, StepRow


class ToleranceCards:
    """Oscillator tolerance and cable of a timing, in two cards."""

    def __init__(self) -> None:
        self.tolerance = _FigureCard(_("Oscillator tolerance"))
        self.cable = _FigureCard(_("Cable"))

    def show_timing(self, timing: Timing | None, request: TimingRequest | None) -> None:
        """Show what `timing` allows, compared with the request; without a timing, what each card would show of one.

        Nothing counts as met by a timing that the controller can't hold, or that is too fast for CAN.
        """
        if timing is None or request is None:
            self.tolerance.show_note(_("Shows how far each node's oscillator may deviate."))
            self.cable.show_note(_("Shows how long the cable may be."))
            return
        try:
            verdict = check_request(timing, request)
        except AppError as error:
            self.tolerance.show_lines("", [])
            self.cable.show_lines(error.what, [])
            return
        lines: list[_FigureLine] = [
            (
                f"{condition.number}  {condition.title}",
                "" if condition.verified else _("unverified"),
                limit_percent(condition.percent),
                _met(condition.percent >= request.clock_tolerance, verdict),
            )
            for condition in verdict.tolerance.conditions
        ]
        self.tolerance.show_lines(verdict.tolerance_text, lines)
        if verdict.cable is not None:
            self._show_cable(verdict, verdict.cable, request)

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
        self._lines = KeyValue(ruled=True)
        self.column.addWidget(self._lines)
        self._note = Paragraph("", tone="muted")
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

    def show_lines(self, summary: str, lines: list[_FigureLine], *, good: bool | None = None) -> None:
        self._summary.setText(summary)
        self._summary.set_tone("secondary" if good is None else "ok" if good else "error")
        self._lines.show_rows([(name, Figure(figure, fits, mark)) for name, mark, figure, fits in lines])
        self._note.hide()


class RegistersCard(Card):
    """The timing as register values, C, `ip link` or python-can, each with a copy button."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self._controller = ""
        self._timing: Timing | None = None
        head = QHBoxLayout()
        head.addWidget(Text(_("Registers"), "body_strong", "secondary"))
        head.addStretch(1)
        self._form = SegmentedControl(
            (("registers", _("Registers")), ("c", "C"), ("ip", "ip link"), ("python", "python-can")),
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

    def show_timing(self, name: str, timing: Timing | None) -> None:
        """Show `timing` in the registers of that controller; without a timing, what is shown of one."""
        self._controller, self._timing = name, timing
        self._show()

    def text(self) -> str:
        """The whole text as it is copied."""
        return "\n".join(" ".join(part for part in line if part) for line in self._rows())

    def _show(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._timing is None:
            note = _("Shows the bit timing as register values, C, ip link or python-can.")
            self._grid.addWidget(Paragraph(note, tone="muted"), 0, 0, 1, 4)
        for row, (name, value, meaning) in enumerate(self._rows()):
            if name:
                self._grid.addWidget(_mono(name, strong=True), row, 0)
            if value:
                shown = _mono(value)
                shown.setProperty("tone", "accent" if name else "text")
                self._grid.addWidget(shown, row, 1, 1, 1 if meaning else 2)
            self._grid.addWidget(Paragraph(meaning, tone="secondary" if name else "warn"), row, 2)
            if value:
                tip = _("Copy {what}").format(what=name) if name else _("Copy")
                copy = Button("", kind="quiet", icon="ph.copy", size="sm", tip=tip, name="timing_copy")
                copy.clicked.connect(lambda _checked=False, text=value: copy_text(text))
                self._grid.addWidget(copy, row, 3)

    def _rows(self) -> list[tuple[str, str, str]]:
        """(name, value, meaning) for each line; an error is a line too."""
        timing, form = self._timing, self._form.current()
        if timing is None:
            return []
        try:
            if form == "python":
                return [("", python_can(timing), "")]
            if form == "ip":
                return [("", ip_link(timing), "")]
            values = registers(self._controller, timing)
            if form == "c":
                return [("", c_snippet(values), "")]
            return [(register.name, register.hex, register.meaning) for register in values]
        except AppError as error:
            return [("", "", str(error))]


def _mono(text: str, *, strong: bool = False) -> Text:
    shown = Text(text, "mono", wrap=not strong, selectable=True)
    if strong:
        font = QFont(theme().font("mono"))
        font.setBold(True)
        shown.setFont(font)
    return shown


_LISTEN: Final = 3


@dataclass(frozen=True, slots=True)
class _Result:
    """What the card shows: the steps, a status and, below, its explanation. `is_final`: nothing is under way."""

    step: int
    state: Outcome
    text: str = ""
    tone: Tone = "muted"
    why: str = ""
    is_final: bool = False


_NO_RESULT: Final = _Result(-1, "idle")


class VerificationCard(Card):
    """The steps write, read back, compare, ten seconds on the bus."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self._result = _NO_RESULT
        self._title = ""
        self._written_at: datetime | None = None
        self._is_shown = True
        self.setObjectName("timing_verification")
        head = QHBoxLayout()
        title = Text(_("Write and verify"), "body_strong", "secondary")
        head.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        self.status = Paragraph("", "caption", "muted")
        self.status.setObjectName("timing_verified")
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.status, 1)
        self.column.addLayout(head)
        self._steps = StepRow((_("Write"), _("Read back"), _("Compare"), _("Listen")))
        self.column.addWidget(self._steps)
        self._explanation = Paragraph("", "caption", "secondary")
        self._explanation.setObjectName("timing_verified_why")
        self._explanation.hide()
        self.column.addWidget(self._explanation)
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
        self._show_result(_Result(step, "now", _("Listening") if step == _LISTEN else _("In progress"), "muted"))

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

    def show_failure(self, text: str, why: str = "") -> None:
        """The current step failed; `why` and what to do are shown below the steps."""
        self._show_result(_Result(self._result.step, "failed", text, "error", why, is_final=True))

    def show_written(self, *, is_shown: bool) -> None:
        """Show the result if the timing it is about is the one that is shown, otherwise only what was written."""
        if is_shown != self._is_shown:
            self._is_shown = is_shown
            self._render()

    def _show_result(self, result: _Result) -> None:
        if result.text and result.text != self._result.text:
            announce(self, " ".join(filter(None, (result.text, result.why))), urgent=result.tone == "error")
        self._result = result
        self._render()

    def _render(self) -> None:
        result = self._result
        if result.is_final and not self._is_shown:
            written = ""
            if self._written_at is not None:
                sentence = _("Last written: {timing}, {time}")
                written = sentence.format(timing=self._title, time=clock_time(self._written_at))
            result = replace(_NO_RESULT, text=written)
        self._steps.show_state(result.step, result.state)
        self.status.setText(result.text)
        self.status.set_tone(result.tone)
        self._explanation.setText(result.why)
        self._explanation.setVisible(bool(result.why))

    def show_reason(self, reason: str) -> None:
        """Show why the timing can't be written now."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
