"""Compares the timing with another node's: whether the two can communicate, and with what margin."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.timing import (
    CONTROLLERS,
    Comparison,
    Node,
    Timing,
    cia_sample_point,
    compare,
    controller,
    solve,
    solve_fd,
)
from benchboard.canbus.timing.figures import limit_percent
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, number, parse_number, percent
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.number_edit import (
    DEFAULT_DATA_BIT_RATE,
    USUAL_BIT_RATES,
    USUAL_DATA_BIT_RATES,
    NumberEdit,
    Step,
    along,
    by,
)
from benchboard.ui.bench.timing_request import Phases, TimingRequest, check_request
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Card, Field, Select, Text, paint_icon
from benchboard.ui.widgets.paragraph import PaintedParagraph
from benchboard.ui.widgets.readable_rows import Readable


class NodeComparison(Card):
    """The other node's controller, clock and rate; the verdict, and the differences."""

    verdict_changed = Signal()

    def __init__(self) -> None:
        super().__init__(padding=14)
        self._phases: Phases | None = None
        self._request: TimingRequest | None = None
        self.column.addWidget(Text(_("Compare with another node"), "body_strong", "secondary"))
        self._controller = Select([(known.name, _(known.title)) for known in CONTROLLERS], name="second_controller")
        self._controller.set_current_key("mcp251xfd")
        self._controller.currentIndexChanged.connect(lambda _index: self._compare())
        self._clock = self._edit("second_clock", "MHz", by("1"), "40")
        self._rate = self._edit("second_bitrate", "kbit/s", along(*USUAL_BIT_RATES), "500")
        self._point = self._edit("second_point", "%", by("0.5"), "87.5")
        self.column.addWidget(Field(_("Other node's controller"), self._controller))
        line = QHBoxLayout()
        line.setSpacing(8)
        for label, edit in (
            (_("CAN clock"), self._clock),
            (_("Bit rate"), self._rate),
            (_("Sample point"), self._point),
        ):
            line.addWidget(Field(label, edit), 1)
            edit.setAccessibleName(
                _("Other node: {field}").format(field=edit.accessibleName())
            )  # this node's has it too
        self.column.addLayout(line)
        self.column.addWidget(self._data_phase())
        self._verdict = _ComparisonVerdict()
        self._verdict.changed.connect(self.verdict_changed)
        self.column.addWidget(self._verdict)
        self._table = _DifferenceTable()
        self.column.addWidget(self._table)

    def _data_phase(self) -> QWidget:
        """The other node's data phase, which is there while this one has one."""
        self._data = QWidget()
        line = QHBoxLayout(self._data)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        rate, point = (
            DEFAULT_DATA_BIT_RATE // 1000,
            number(cia_sample_point(DEFAULT_DATA_BIT_RATE), most=3, grouped=False),
        )
        self._data_rate = self._edit("second_data_bitrate", "kbit/s", along(*USUAL_DATA_BIT_RATES), str(rate))
        self._data_point = self._edit("second_data_point", "%", by("0.5"), point)
        for label, edit in ((_("Data bit rate"), self._data_rate), (_("Data sample point"), self._data_point)):
            line.addWidget(Field(label, edit), 1)
            edit.setAccessibleName(_("Other node: {field}").format(field=edit.accessibleName()))
        self._data.hide()
        return self._data

    def _edit(self, name: str, unit: str, step: Step, value: str) -> NumberEdit:
        edit = NumberEdit(step, unit=unit, name=name)
        edit.setText(number(Decimal(value)))
        edit.textEdited.connect(lambda _text: self._compare())
        return edit

    @property
    def sentence(self) -> str:
        """The verdict: whether the nodes can talk, and why not."""
        return self._verdict.accessibleName()

    def show_timing(self, phases: Phases | None, request: TimingRequest | None) -> None:
        """Compare with this timing."""
        self._phases, self._request = phases, request
        self._data.setVisible(phases is not None and phases.data is not None)
        self._compare()

    def _compare(self) -> None:
        phases, request = self._phases, self._request
        if phases is None or request is None:
            self._verdict.show_verdict(None, _("No bit timing to compare"), "")
            self._table.show_rows([])
            return
        try:
            other = self._other_phases(fd=phases.data is not None)
            mine = check_request(phases, request)
            theirs = check_request(other, replace(request, controller=self._controller.current_key()))
            comparison = compare(
                Node(_("This node"), mine.nominal, mine.data, clock_tolerance=request.clock_tolerance),
                Node(_("The other node"), theirs.nominal, theirs.data, clock_tolerance=request.clock_tolerance),
            )
        except (AppError, ValueError) as error:
            message = (
                error.what
                if isinstance(error, AppError)
                else _("Enter numbers for CAN clock, bit rate and sample point.")
            )
            self._verdict.show_verdict(None, message, "")
            self._table.show_rows([])
            return
        # The cable must suit both nodes; the one that allows less decides.
        cables = [verdict.cable for verdict in (mine, theirs) if verdict.cable is not None]
        cable = min(cables, key=lambda cable: cable.spare_m)
        problem = cable.problem
        if problem and mine.cable is not None and mine.cable.spare_m > cable.spare_m:
            problem = f"{problem} " + _("The other node allows less cable than this one.")
        self._show(phases, other, comparison, problem)

    def _other_phases(self, *, fd: bool) -> Phases:
        """The best timing for the other node, which has a data phase only if its controller can. Raises `AppError`, or
        ValueError if a field isn't a number.
        """
        item = controller(self._controller.current_key())
        clock, bitrate, point = (parse_number(edit.text()) for edit in (self._clock, self._rate, self._point))
        hertz, rate = round(clock * 1e6), round(bitrate * 1e3)
        if problem := item.clock_problem(hertz):
            raise Invalid("timing.clock", problem, field="clock")
        if fd and item.data is not None:
            pairs = solve_fd(
                item.nominal,
                item.data,
                clock=hertz,
                bitrate=rate,
                sample_point=point,
                data_bitrate=round(parse_number(self._data_rate.text()) * 1e3),
                data_sample_point=parse_number(self._data_point.text()),
                tolerance=5,
            )
            for pair in pairs.best(1):
                return Phases(pair.nominal.timing, pair.data.timing)
            raise _unreachable()
        for solution in solve(item.nominal, clock=hertz, bitrate=rate, sample_point=point, tolerance=5).best(1):
            return Phases(solution.timing)
        raise _unreachable()

    def _show(self, mine: Phases, other: Phases, comparison: Comparison, cable_problem: str) -> None:
        if comparison.is_compatible:
            why = _("For the oscillators, the limit is the other node's {tolerance}.")
            if comparison.limiting_node == _("This node"):
                why = _("For the oscillators, the limit is this node's {tolerance}.")
            why = why.format(tolerance=comparison.limiting.tolerance_name)
            if comparison.advice:
                why = comparison.advice[0]
            what, short = comparison.verdict(cable_problem), ""
            if not cable_problem:
                short = _("Compatible, with {percent} to spare").format(percent=limit_percent(comparison.margin))
            self._verdict.show_verdict(None if cable_problem else True, what, why, short=short)
        elif comparison.bit_rates_differ:
            why = _("{mine} and {other}. All nodes on a bus need the same bit rate.")
            why = why.format(mine=bit_rate(round(mine.nominal.bitrate)), other=bit_rate(round(other.nominal.bitrate)))
            self._verdict.show_verdict(False, comparison.verdict(), why)
        else:
            self._verdict.show_verdict(False, comparison.verdict(), comparison.problems[0])
        if comparison.bit_rates_differ:
            self._table.show_rows([_rate_row(_("Bit rate (kbit/s)"), mine.nominal, other.nominal)])
            return  # nothing further is known of nodes that can't communicate
        rows = _phase_rows(mine.nominal, other.nominal, (_("Bit rate (kbit/s)"), _("Sample point"), _("SJW")))
        if mine.data is not None and other.data is not None:
            titles = (_("Data bit rate (kbit/s)"), _("Data sample point"), _("Data SJW"))
            rows += _phase_rows(mine.data, other.data, titles)
        else:
            rows.append((_("Time quanta"), str(mine.nominal.quanta), str(other.nominal.quanta), ""))
        self._table.show_rows(rows)


_Row = tuple[str, str, str, str]


def _rate_row(title: str, mine: Timing, other: Timing) -> _Row:
    return (
        title,
        number(mine.bitrate / 1e3, most=3),
        number(other.bitrate / 1e3, most=3),
        _difference_text((other.bitrate - mine.bitrate) / 1e3, lambda size: number(size, most=3)),
    )


def _phase_rows(mine: Timing, other: Timing, titles: tuple[str, str, str]) -> list[_Row]:
    rate, point, jump = titles
    return [
        _rate_row(rate, mine, other),
        (
            point,
            percent(mine.sample_point, 1),
            percent(other.sample_point, 1),
            _difference_text(other.sample_point - mine.sample_point, lambda size: percent(size, most=3)),
        ),
        (
            jump,
            _nanoseconds(_sjw_ns(mine)),
            _nanoseconds(_sjw_ns(other)),
            _difference_text(_sjw_ns(other) - _sjw_ns(mine), _nanoseconds),
        ),
    ]


def _nanoseconds(value: float) -> str:
    return f"{number(value, most=1)} ns"


def _sjw_ns(timing: Timing) -> float:
    """How far the timing resynchronises at once, in nanoseconds: of two nodes, the time quanta differ."""
    return timing.sjw / (timing.quanta * timing.bitrate) * 1e9


def _unreachable() -> AppError:
    return Invalid("timing.unreachable", _("The other node can't reach that bit rate from its clock."))


def _difference_text(difference: float, written: Callable[[float], str]) -> str:
    """How much more the other node has than this one, with its sign, `written` in the unit of its row."""
    if abs(difference) < 0.0005:
        return _("none")
    return ("+" if difference > 0 else "−") + written(abs(difference))


class _ComparisonVerdict(Readable, QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("second_verdict")
        self._good: bool | None = None
        self._what = self._why = ""
        self._lay_out()

    def show_verdict(self, good: bool | None, what: str, why: str, *, short: str = "") -> None:
        """Show `what`, or in its place the `short` title that says the same on one line, and `why`."""
        self._good, self._what, self._why = good, short or what, why
        self.setAccessibleName(f"{what} {why}".strip())
        self.changed.emit()
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Wrap both texts to the width; the height follows."""
        width = self.width() - 56
        self._title = PaintedParagraph(self._what, width, "section")
        self._text = PaintedParagraph(self._why, width)
        self.setFixedHeight(16 + self._title.height + (self._text.height if self._why else 0))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            kind = "warn" if self._good is None else "ok" if self._good else "error"
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(f"{kind}.soft"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
            icon = {"ok": "ph.check-circle-fill", "error": "ph.x-circle-fill", "warn": "ph.info"}[kind]
            paint_icon(painter, icon, QRectF(14, 9, 18, 18), theme().color(kind))
            painter.setPen(theme().color("text"))
            self._title.paint(painter, QPointF(42, 8))
            painter.setPen(theme().color("text.secondary"))
            self._text.paint(painter, QPointF(42, 8 + self._title.height))


def _headings() -> tuple[str, str, str]:
    """The headings of the columns after the first."""
    return _("This"), _("Other"), _("Difference")


def _spoken_row(row: tuple[str, str, str, str]) -> str:
    cells = (f"{heading} {cell}" for heading, cell in zip(_headings(), row[1:], strict=True) if cell)
    return f"{row[0]}: {', '.join(cells)}"


_GAP: Final = 12
_LEAST_DIFFERENCE: Final = 84
_LEAST_VALUE: Final = 56
"""Widths of the last columns, in pixels, unless a text needs more."""


class _DifferenceTable(Readable, QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, str, str]] = []

    def show_rows(self, rows: list[tuple[str, str, str, str]]) -> None:
        self._rows = rows
        self.setFixedHeight(28 * (len(rows) + 1) if rows else 0)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if rows else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("; ".join(map(_spoken_row, rows)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = [("", *_headings()), *self._rows]
        metrics = QFontMetricsF(theme().font("body"))
        widths = [max(metrics.horizontalAdvance(row[column]) for row in rows) for column in range(4)]
        other = max(_LEAST_DIFFERENCE, widths[3] + _GAP)
        with QPainter(self) as painter:
            for index, row in enumerate(rows):
                box = QRectF(0, 28 * index, self.width(), 28)
                painter.setFont(theme().font("body"))
                middle = Qt.AlignmentFlag.AlignVCenter
                painter.setPen(theme().color("text.muted" if index == 0 else "text"))
                painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, row[0])
                for right, text in ((other + max(_LEAST_VALUE, widths[2] + _GAP), row[1]), (other, row[2])):
                    painter.drawText(box.adjusted(0, 0, -right, 0), middle | Qt.AlignmentFlag.AlignRight, text)
                same = row[3] == _("none")
                painter.setPen(theme().color("text.muted" if index == 0 else "ok" if same else "warn"))
                painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, row[3])
                painter.fillRect(QRectF(0, box.bottom() - 1, box.width(), 1), theme().color("grid"))
