"""The cards beside the bit: tolerance and cable, register values, and the progress of writing."""

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from benchboard.canbus.timing import (
    Cable,
    Timing,
    c_snippet,
    controller,
    ip_link,
    python_can,
    registers,
)
from benchboard.errors import AppError
from benchboard.i18n import _, number, percent
from benchboard.ui.bench.bench_format import format_metres
from benchboard.ui.bench.timing_inputs import TimingRequest, check_request
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Card, Paragraph, SegmentedControl, Text, paint_icon


class ToleranceCards:
    """Oscillator tolerance and cable of a timing, in two cards."""

    def __init__(self) -> None:
        self.tolerance = _FigureCard(_("Oscillator tolerance"))
        self.cable = _FigureCard(_("Cable"))

    def show_timing(self, timing: Timing | None, request: TimingRequest | None) -> None:
        """Show what `timing` allows, compared with the request."""
        if timing is None or request is None:
            self.tolerance.show_lines("", [])
            self.cable.show_lines("", [])
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
                percent(condition.percent, 2),
                condition.percent >= request.clock_tolerance,
            )
            for condition in verdict.tolerance.conditions
        ]
        summary = _("{allowed} % allowed, yours {yours} %")
        self.tolerance.show_lines(
            summary.format(allowed=number(verdict.tolerance.percent, 2), yours=number(request.clock_tolerance, 2)),
            lines,
        )
        if verdict.cable is not None:
            self._show_cable(verdict.cable, request)

    def _show_cable(self, cable: Cable, request: TimingRequest) -> None:
        if cable.is_possible:
            spare = _("{metres} m to spare") if cable.fits else _("{metres} m too long")
            summary = spare.format(metres=format_metres(abs(cable.spare_m), up=not cable.fits))
            last: _FigureLine = (_("Maximum cable length"), "", f"{format_metres(cable.longest_m)} m", cable.fits)
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
            (needed, "", f"{number(cable.needed_ns, most=1)} ns", cable.fits),
            (segment, "", f"{number(cable.segment_ns, most=1)} ns", None),
            last,
        ]
        self.cable.show_lines(summary, lines, good=cable.fits)


_FigureLine = tuple[str, str, str, bool | None]


class _FigureCard(Card):
    """Lines of names, values, and whether they meet the request."""

    def __init__(self, title: str) -> None:
        super().__init__(padding=14)
        head = QHBoxLayout()
        head.addWidget(Text(title, "body_strong", "secondary"))
        head.addStretch(1)
        self._summary = Text("", tone="secondary")
        head.addWidget(self._summary)
        self.column.addLayout(head)
        self._lines = _FigureTable()
        self.column.addWidget(self._lines)

    def show_lines(self, summary: str, lines: list[_FigureLine], *, good: bool | None = None) -> None:
        self._summary.setText(summary)
        self._summary.set_tone("secondary" if good is None else "ok" if good else "error")
        self._lines.show_lines(lines)


class _FigureTable(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._lines: list[_FigureLine] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: list[_FigureLine]) -> None:
        self._lines = lines
        self.setFixedHeight(28 * len(lines))
        states = {True: _("enough"), False: _("not enough"), None: ""}
        self.setAccessibleName("; ".join(f"{name} {figure} {states[fits]}" for name, _mark, figure, fits in lines))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for index, (name, mark, figure, fits) in enumerate(self._lines):
                box = QRectF(0, 28 * index, self.width(), 28)
                middle = Qt.AlignmentFlag.AlignVCenter
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text"))
                painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, name)
                if mark:
                    left = painter.fontMetrics().horizontalAdvance(name) + 8
                    painter.setFont(theme().font("caption"))
                    painter.setPen(theme().color("warn"))
                    painter.drawText(box.adjusted(left, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, mark)
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text"))
                painter.drawText(box.adjusted(0, 0, -30, 0), middle | Qt.AlignmentFlag.AlignRight, figure)
                if fits is not None:
                    spot = QRectF(box.right() - 16, box.center().y() - 7, 14, 14)
                    icon, ink = ("ph.check", "ok") if fits else ("ph.x", "error")
                    paint_icon(painter, icon, spot, theme().color(ink))
                if index < len(self._lines) - 1:
                    painter.fillRect(QRectF(0, box.bottom() - 1, box.width(), 1), theme().color("grid"))


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
        self.setFixedHeight(112)
        self._body.setObjectName("timing_registers")

    def show_timing(self, name: str, timing: Timing | None) -> None:
        """Show `timing` in the registers of that controller."""
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
        for row, (name, value, meaning) in enumerate(self._rows()):
            if name:
                self._grid.addWidget(_mono(name, strong=True), row, 0)
            if value:
                shown = _mono(value)
                shown.setProperty("tone", "accent" if name else "text")
                self._grid.addWidget(shown, row, 1, 1, 1 if meaning else 2)
            self._grid.addWidget(Paragraph(meaning, tone="secondary" if name else "warn"), row, 2)
            if value:
                copy = Button("", kind="quiet", icon="ph.copy", size="sm", tip=_("Copy"), name="timing_copy")
                copy.clicked.connect(lambda _checked=False, text=value: copy_text(text))
                self._grid.addWidget(copy, row, 3)
        self._grid.setRowStretch(9, 1)

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


Outcome = Literal["idle", "now", "done", "failed"]


class VerificationCard(Card):
    """The steps write, read back, compare, ten seconds on the bus."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self.setObjectName("timing_verification")
        head = QHBoxLayout()
        head.addWidget(Text(_("Write and verify"), "body_strong", "secondary"))
        head.addStretch(1)
        self.status = Text("", "caption", "muted")
        self.status.setObjectName("timing_verified")
        head.addWidget(self.status)
        self.column.addLayout(head)
        self._steps = _VerificationSteps((_("Write"), _("Read back"), _("Compare"), _("Listen")))
        self.column.addWidget(self._steps)
        self._reason = Paragraph("", "caption", "muted")
        self.column.addWidget(self._reason)

    def set_step(self, step: int) -> None:
        """Mark step `step` as current; those before it passed."""
        self._steps.show_state(step, "now")
        self.status.setText(_("Counting errors") if step == 3 else _("In progress"))
        self.status.set_tone("muted")

    def finish(self, text: str, *, failed: bool) -> None:
        self._steps.show_state(3 if failed else 4, "failed" if failed else "now")
        self.status.setText(text)
        self.status.set_tone("error" if failed else "ok")

    def show_failure(self, text: str) -> None:
        self._steps.show_state(self._steps.step, "failed")
        self.status.setText(text)
        self.status.set_tone("error")

    def show_reason(self, reason: str) -> None:
        """Show why the timing can't be written now."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))


class _VerificationSteps(QWidget):
    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__()
        self._titles = titles
        self.step = -1
        self._state: Outcome = "idle"
        self.setFixedHeight(26)

    def show_state(self, step: int, state: Outcome) -> None:
        self.step, self._state = step, state
        self.setAccessibleName(", ".join(self._titles[: max(0, step)]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme().font("body"))
            x = 0.0
            for index, title in enumerate(self._titles):
                mark = QRectF(x, 4, 18, 18)
                current = index == self.step and self._state != "idle"
                if index < self.step:
                    paint_icon(painter, "ph.check-circle-fill", mark, theme().color("ok"))
                elif current and self._state == "failed":
                    paint_icon(painter, "ph.x-circle-fill", mark, theme().color("error"))
                else:
                    painter.setPen(QPen(theme().color("accent" if current else "border.control"), 1.4))
                    painter.setBrush(theme().color("accent") if current else Qt.BrushStyle.NoBrush)
                    painter.drawEllipse(mark.adjusted(1, 1, -1, -1))
                    painter.setPen(theme().color("on.accent" if current else "text.secondary"))
                    painter.setFont(theme().font("caption"))
                    painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, str(index + 1))
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text" if current or index < self.step else "text.secondary"))
                painter.drawText(QRectF(x + 24, 0, 160, 26), Qt.AlignmentFlag.AlignVCenter, title)
                x += 24 + painter.fontMetrics().horizontalAdvance(title) + 14
