"""The requirements of a bit timing (controller, clock, rate, sample point, tolerances) and its best solutions."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from benchboard.canbus.timing import (
    CONTROLLERS,
    DEFAULT_TOLERANCE,
    MAX_NOMINAL_BITRATE,
    MOST_SUGGESTED_ERROR,
    Limits,
    Solution,
    Timing,
    Verdict,
    bit_rate_out_of_reach,
    bit_rate_range,
    check,
    clock_problem,
    controller,
    nearest,
    nominal_bit_rate_problem,
    solve,
)
from benchboard.canbus.timing.clock_range import GREATEST_USUAL_CLOCK, LEAST_USUAL_CLOCK
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import AppError, Invalid, NotFound
from benchboard.i18n import _, allowed_numbers, in_sentence, ngettext, number, parse_number, percent, quoted
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.number_edit import USUAL_BIT_RATES, NumberEdit, Step, along, by
from benchboard.ui.bench.solution_plot import OUT_OF_TOLERANCE, TARGET_BAND
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Field, Paragraph, SegmentedControl, Select, Text, hairline
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.legend import Legend, LegendEntry
from benchboard.ui.widgets.surfaces import set_surface

_SCALES: Final = {"clock": 1e6, "bitrate": 1e3}
"""Hz per MHz, bit/s per kbit/s: the unit of a field, if it isn't the request's own."""
_ANY_TIMING: Final = Timing(80_000_000, 2, 47, 16, 16, 16)
"""Some bit timing with which to check the values of the cable."""
_ROW_HEIGHT: Final = 40
"""Of one of the best bit timings, in pixels: two lines."""


@dataclass(frozen=True, slots=True)
class TimingRequest:
    """A request: Hz, bit/s, percent, metres, nanoseconds. `error` is the accepted bit-rate error."""

    controller: str
    clock: float
    clock_tolerance: float
    bitrate: float
    sample_point: float
    length: float
    delay: float
    loop: float
    error: float

    def has_same_phase(self, other: "TimingRequest") -> bool:
        """Whether both ask for the same bit timing, whatever the cable and the tolerances are."""
        return (self.controller, self.clock, self.bitrate, self.sample_point) == (
            other.controller, other.clock, other.bitrate, other.sample_point
        )  # fmt: skip


def split_for_cable(timing: Timing, request: TimingRequest) -> Timing:
    """`timing` with its segments split for the controller and the cable, however they were stored.

    Raises Invalid for a cable or an oscillator tolerance out of range.
    """
    return check_request(timing, request).nominal


def check_request(timing: Timing, request: TimingRequest) -> Verdict:
    """The verdict on `timing` with the controller, oscillator tolerance and cable of `request`.

    Raises Invalid for a cable or an oscillator tolerance out of range.
    """
    return check(
        controller(request.controller),
        timing,
        clock_tolerance=request.clock_tolerance,
        length_m=request.length,
        delay_ns_per_m=request.delay,
        loop_delay_ns=request.loop,
    )


def _require_in_range(request: TimingRequest) -> None:
    """Raise `Invalid` for the first value that neither the solver nor the check of the cable accepts."""
    limits = controller(request.controller).nominal
    solve(
        limits,
        clock=request.clock,
        bitrate=min(max(request.bitrate, 1), MAX_NOMINAL_BITRATE),
        sample_point=request.sample_point,
        tolerance=request.error,
    )
    split_for_cable(_ANY_TIMING, request)
    if too_fast := nominal_bit_rate_problem(request.bitrate):
        raise Invalid("timing.bitrate", too_fast, field="bitrate")
    low, high = _bit_rates(limits, request)
    if not low <= request.bitrate <= high:
        raise Invalid("timing.bitrate", _("Bit rate out of range."), field="bitrate", low=low, high=high)


def _bit_rates(limits: Limits, request: TimingRequest) -> tuple[float, float]:
    """The bit rates that the controller reaches from the requested clock, and CAN allows, in bit/s; where they exclude
    each other, all that CAN allows.
    """
    slowest, fastest = bit_rate_range(limits, clock=request.clock, tolerance=request.error) or (1, MAX_NOMINAL_BITRATE)
    low, high = max(slowest, 1), min(fastest, MAX_NOMINAL_BITRATE)
    return (float(low), float(high)) if low <= high else (1.0, float(MAX_NOMINAL_BITRATE))


class TimingInputs(QWidget):
    """The column on the left. `last_request` is the last valid input, `wrong_fields` the titles of those that are
    wrong now.
    """

    def __init__(self, changed: Callable[[], None], applied: Callable[[], None]) -> None:
        """`applied` is called on Enter in a field, `changed` when anything was edited."""
        super().__init__()
        self.last_request: TimingRequest | None = None
        self.wrong_fields: tuple[str, ...] = ()
        self._changed, self._applied = changed, applied
        set_surface(self, "surface")
        self.setFixedWidth(292)  # two labels beside each other fit
        self._controller = Select([(known.name, _(known.title)) for known in CONTROLLERS], name="timing_controller")
        self._controller.set_current_key("mcan-v3.1+")
        self._controller.currentIndexChanged.connect(lambda _index: changed())
        self._fields: dict[str, Field] = {}
        self._titles: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._examples: dict[str, str] = {}
        self.method = SegmentedControl(
            (("cia", _("CiA 601-3")), ("linux", _("Linux")), ("hand", _("Manual"))), label=_("Calculation method")
        )
        self.best = BestSolutions()
        self._count = Paragraph("", "body_strong")
        self._nearest = NearestBitRate(self._allow_error)
        self._lay_out()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(Text(_("Requirements"), "body_strong", "secondary"))
        column.addWidget(Field(_("Controller"), self._controller))
        column.addLayout(
            _pair(
                self._field("clock", _("CAN clock"), "MHz", by("1"), "80"),
                self._field("tolerance", _("Oscillator tolerance"), "%", by("0.01"), "0.30"),
            )
        )
        column.addWidget(hairline())
        column.addWidget(Text(_("Arbitration phase"), "body_strong", "secondary"))
        column.addLayout(
            _pair(
                self._field("bitrate", _("Bit rate"), "kbit/s", along(*USUAL_BIT_RATES), "500"),
                self._field("point", _("Sample point"), "%", by("0.5"), "87.5"),
            )
        )
        column.addWidget(hairline())
        column.addWidget(Text(_("Cable and transceivers"), "body_strong", "secondary"))
        column.addLayout(
            _pair(
                self._field("length", _("Cable length"), "m", by("1"), "20"),
                self._field("delay", _("Cable delay"), "ns/m", by("0.1"), "5.0"),
            )
        )
        column.addWidget(self._field("loop", _("Transceiver loop delay (each end)"), "ns", by("5"), "210"))
        column.addWidget(self._field("error", _("Maximum bit rate error"), "%", by("0.1"), str(DEFAULT_TOLERANCE)))
        column.addWidget(hairline())
        column.addWidget(self._count)
        column.addWidget(self._nearest)
        column.addWidget(self.method)
        column.addWidget(self.best)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName(_("Requirements"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _field(self, key: str, label: str, unit: str, step: Step, value: str) -> Field:
        edit = NumberEdit(step, unit=unit, name=f"timing_{key}")
        edit.setText(number(Decimal(value)))
        edit.textEdited.connect(lambda _text: self._changed())
        edit.applied.connect(self._applied)
        self._titles[key] = label
        self._units[key] = unit
        self._examples[key] = number(Decimal(value))
        self._fields[key] = Field(label, edit)
        return self._fields[key]

    def set_controller(self, name: str) -> None:
        """Choose the controller with this name."""
        self._controller.set_current_key(name)

    def controller_name(self) -> str:
        """The canonical name of the selected controller."""
        return self._controller.current_key()

    def read(self) -> TimingRequest:
        """The request in the fields. Marks every field that isn't a number or is out of range, and raises `Invalid` if
        there is one.
        """
        errors: dict[str, str] = {}
        values = {key: self._number(key, errors) for key in self._fields}
        for _field in self._fields:
            wrong = self._first_out_of_range(values)
            if wrong is None:
                break
            key, text = wrong
            errors[key] = text
            values[key] = parse_number(self._examples[key])  # in range, so that the next wrong one is found
        self.wrong_fields = tuple(self._titles[key] for key in self._fields if key in errors)
        for key, field in self._fields.items():
            field.set_error(errors.get(key, ""))
        if "clock" not in errors:
            self._fields["clock"].set_warning(clock_problem(values["clock"] * _SCALES["clock"]))
        if errors:
            raise Invalid("timing.number", _("This isn't a number."), field=next(iter(errors)))
        self.last_request = self._request(values)
        return self.last_request

    def _request(self, values: Mapping[str, float]) -> TimingRequest:
        scaled = {key: round(values[key] * scale) for key, scale in _SCALES.items()}
        return TimingRequest(
            self.controller_name(), scaled["clock"], values["tolerance"], scaled["bitrate"],
            values["point"], values["length"], values["delay"], values["loop"], values["error"],
        )  # fmt: skip

    def _number(self, key: str, errors: dict[str, str]) -> float:
        """The number in a field; the field's example, with an entry in `errors`, if there is none."""
        try:
            value = parse_number(self._fields[key].text())
            if 0 <= value < 1e9:
                return value
        except ValueError:
            pass
        errors[key] = _("Enter a number, such as {example}.").format(example=self._examples[key])
        return parse_number(self._examples[key])

    def _first_out_of_range(self, values: Mapping[str, float]) -> tuple[str, str] | None:
        """The first field whose value is out of range, with the error to show there."""
        try:
            _require_in_range(self._request(values))
        except Invalid as error:
            return self._range_error(error)
        return None

    def _range_error(self, error: AppError) -> tuple[str, str]:
        """The field that an error of the solver or the check is about, and its text there."""
        names = {
            "clock": "clock", "bitrate": "bitrate", "sample_point": "point", "tolerance": "error",
            "clock_tolerance": "tolerance", "length_m": "length", "delay_ns_per_m": "delay", "loop_delay_ns": "loop",
        }  # fmt: skip
        key = names[str(error.facts["field"])]
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        low, high = error.facts.get("low"), error.facts.get("high")
        if isinstance(low, float) and isinstance(high, float):
            # The field's range in its own unit is shown rather than its name in the code.
            scale = _SCALES.get(key, 1.0)
            if key == "clock":  # a computer's largest number is no help to who mistyped a clock
                low, high = float(LEAST_USUAL_CLOCK), float(GREATEST_USUAL_CLOCK)
            allowed = allowed_numbers(low / scale, high / scale, unit=_unbroken(self._units[key]))
            text = _("Enter {allowed}.").format(allowed=allowed)
        return key, text

    def show_none(self) -> None:
        """Show that the marked fields have to be corrected first."""
        self._count.setText(self.why_none())
        self._nearest.show_request(None)
        self.best.show_solutions([])

    def focus_first_wrong(self) -> bool:
        """Focus the first field that has to be corrected; returns whether there is one."""
        wrong = next((field for field in self._fields.values() if field.editor.property("wrong")), None)
        if wrong is None:
            return False
        wrong.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def why_none(self) -> str:
        """Why there is no bit timing, naming the fields that have to be corrected."""
        if not self.wrong_fields:
            return _("No bit timings")
        return _("No bit timings. Correct {fields}.").format(fields=in_sentence(map(quoted, self.wrong_fields)))

    def show_count(self, solutions: int, listed: int) -> None:
        """Show how many bit timings there are, of which the best are `listed`; the plot has them all."""
        text = ngettext("{count} bit timing", "{count} bit timings", solutions).format(count=number(solutions))
        if listed < solutions:
            text = _("Best {listed} of {count} bit timings").format(listed=listed, count=number(solutions))
        self._count.setText(text if solutions else _("No bit timings"))
        self._nearest.show_request(None if solutions else self.last_request)

    def _allow_error(self, error: str) -> None:
        """Allow this bit rate error, in percent as it is written in the field."""
        self._fields["error"].edit.setText(error)
        self._changed()

    def texts(self) -> dict[str, str]:
        """The texts of all fields."""
        return {key: field.text() for key, field in self._fields.items()}

    def fill_in(self, name: str, texts: Mapping[str, str]) -> None:
        """Fill in a controller and texts from `texts`."""
        self._controller.set_current_key(name)
        for key, text in texts.items():
            if self._fields[key].text() != text:  # a field forgets what was typed in it
                self._fields[key].edit.setText(text)

    def set_config(self, config: DongleConfig) -> None:
        """Fill in a dongle's configuration."""
        with contextlib.suppress(NotFound):  # for a controller without known limits, keep the selected one
            self._controller.set_current_key(controller(config.controller).name)
        for key, value in (
            ("clock", number(config.clock_hz / 1e6, most=6, grouped=False)),
            ("bitrate", number(config.bitrate / 1e3, most=3, grouped=False)),
            ("point", number(config.sample_point, most=3, grouped=False)),
        ):
            self._fields[key].edit.setText(value)


class NearestBitRate(QWidget):
    """For a request without a bit timing: the nearest bit rate, and a button that allows it."""

    def __init__(self, allow: Callable[[str], None]) -> None:
        super().__init__()
        self._error = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._text = Paragraph("", "caption", "secondary")
        self._button = Button("", lambda: allow(self._error), kind="link", name="timing_allow_nearest")
        column.addWidget(self._text)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_request(self, request: TimingRequest | None) -> None:
        """Show what would be possible for this request; hide for None."""
        self.setVisible(request is not None)
        if request is None:
            return
        limits = controller(request.controller).nominal
        found = nearest(limits, clock=request.clock, bitrate=request.bitrate, sample_point=request.sample_point)
        needed = ceil(100 * found.bitrate_error) / 100 if found is not None else 0.0
        can_be_allowed = found is not None and needed <= MOST_SUGGESTED_ERROR
        self._button.setVisible(can_be_allowed)
        text = _("Change the CAN clock or the bit rate.")
        if found is not None:
            sentence = _("The nearest bit rate is {rate}, {percent} off.")
            rate = bit_rate(round(found.bitrate))
            nearest_rate = sentence.format(rate=rate, percent=percent(found.bitrate_error, most=3))
            limit = bit_rate_out_of_reach(limits, clock=request.clock, bitrate=request.bitrate)
            text = f"{nearest_rate if can_be_allowed or not limit else limit} {text}"
        self._text.setText(text)
        self._error = number(needed, grouped=False)
        self._button.setText(_("Allow {percent} error").format(percent=percent(needed)))
        self._button.updateGeometry()


class BestSolutions(QWidget):
    """The best solutions, one per line; a click selects."""

    selected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("timing_best")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._lines: list[_SolutionRow] = []

    def connect_selected(self, select: Callable[[tuple[int, int, int]], None]) -> None:
        self.selected.connect(select)

    def show_solutions(self, solutions: Sequence[Solution]) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.setParent(None)  # no more one of those of which one is marked
            line.deleteLater()
        self._lines = []
        for rank, solution in enumerate(solutions, start=1):
            line = _SolutionRow(rank, solution)
            timing = solution.timing
            triple = (timing.prescaler, timing.tseg1, timing.phase_seg2)
            line.clicked.connect(lambda _checked=False, triple=triple: self.selected.emit(triple))
            self._column.addWidget(line)
            self._lines.append(line)

    def mark_current(self, timing: Timing) -> None:
        for line in self._lines:
            shown = line.solution.timing
            same = (shown.prescaler, shown.tseg1, shown.phase_seg2) == (
                timing.prescaler,
                timing.tseg1,
                timing.phase_seg2,
            )
            line.setAutoExclusive(False)  # none is marked for a timing that was set by hand
            line.setChecked(same)
            line.setAutoExclusive(True)
        if self._lines and not any(line.isChecked() for line in self._lines):
            self._lines[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Tab stopped at the one that was marked


class _SolutionRow(Pressable):
    def __init__(self, rank: int, solution: Solution) -> None:
        super().__init__()
        self.solution = solution
        self.setObjectName(f"timing_best_{rank}")
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a radio button for screen readers, not a check box
        self.setFixedHeight(_ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        timing = solution.timing
        self._texts = (
            percent(timing.sample_point, 1),
            _("{quanta} tq, prescaler {prescaler}").format(quanta=timing.quanta, prescaler=timing.prescaler),
            _("error {percent}").format(percent=percent(solution.bitrate_error, 2)),
        )
        self.setAccessibleName(
            _("Bit timing {place}: sample point {point} percent, {quanta} time quanta, error {error} percent").format(
                place=rank,
                point=number(timing.sample_point, 1),
                quanta=timing.quanta,
                error=number(solution.bitrate_error, 2),
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(200, _ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.isChecked():
                painter.fillRect(self.rect(), theme().color("selection"))
                painter.fillRect(QRectF(0, 0, 2, self.height()), theme().color("accent"))
            elif self.underMouse() or self.hasFocus():
                painter.fillRect(self.rect(), theme().color("row.hover"))
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text"))
            middle = Qt.AlignmentFlag.AlignVCenter
            box = QRectF(self.rect()).adjusted(8, 2, -8, -2)
            half = box.height() / 2
            point, quanta, error = self._texts
            painter.drawText(box.adjusted(0, 0, 0, -half), middle | Qt.AlignmentFlag.AlignLeft, point)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            # What differs between those of one sample point is beside it.
            painter.drawText(box.adjusted(0, 0, 0, -half), middle | Qt.AlignmentFlag.AlignRight, quanta)
            painter.drawText(box.adjusted(0, half, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, error)
            painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme().color("grid"))


class PlotLegend(Legend):
    """The legend of the plot's colours."""

    def set_clock_tolerance(self, percent: float) -> None:
        enough, twice = number(percent), number(2 * percent)
        self.show_entries(
            lambda: (
                LegendEntry(theme().chart(0), _("Oscillator tolerance ≥ {percent} %").format(percent=twice), dash=None),
                LegendEntry(theme().chart(2), _("≥ {percent} %").format(percent=enough), dash=None),
                LegendEntry(theme().color(OUT_OF_TOLERANCE), _("< {percent} %").format(percent=enough), dash=None),
                LegendEntry(
                    theme().color("accent.soft"),
                    _("Sample point ± {percent} %").format(percent=number(TARGET_BAND)),
                    dash="area",
                ),
            )
        )


def _unbroken(unit: str) -> str:
    """`unit` for a sentence that wraps: no line ends within it."""
    return unit.replace("/", "\N{WORD JOINER}/\N{WORD JOINER}")


def _pair(left: Field, right: Field) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for field in (left, right):  # an error below one of them doesn't move the other
        layout.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
    return layout
