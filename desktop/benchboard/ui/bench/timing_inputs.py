"""The requirements of a bit timing (controller, clock, rate, sample point, tolerances) and its best solutions."""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from math import ceil
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from benchboard.canbus.timing import (
    CONTROLLERS,
    DEFAULT_TOLERANCE,
    MOST_SUGGESTED_ERROR,
    PRESETS,
    Limits,
    Pair,
    Pairs,
    Preset,
    Solution,
    bit_rate_out_of_reach,
    cia_sample_point,
    clock_problem,
    controller,
    nearest,
    preset,
)
from benchboard.canbus.timing.clock_range import GREATEST_USUAL_CLOCK, LEAST_USUAL_CLOCK
from benchboard.canbus.timing.figures import error_figure, limit_percent
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.timing_profiles import TimingProfile
from benchboard.errors import AppError, Invalid, NotFound
from benchboard.i18n import (
    TwoReadings,
    _,
    allowed_numbers,
    in_sentence,
    ngettext,
    number,
    parse_number,
    percent,
    quoted,
    with_percent_sign,
)
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
from benchboard.ui.bench.point_plot import OUT_OF_TOLERANCE, TOLERANCE_STEPS
from benchboard.ui.bench.solution_plot import TARGET_BAND
from benchboard.ui.bench.timing_history import TimingChoice
from benchboard.ui.bench.timing_request import DataPhaseRequest, Phases, TimingRequest, require_in_range
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, CheckBox, Field, Paragraph, SegmentedControl, Select, Text, hairline
from benchboard.ui.widgets.accessible import Role, rename
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.legend import LINE_HEIGHT, Legend, LegendEntry, lines_needed
from benchboard.ui.widgets.readable_rows import ReadableText
from benchboard.ui.widgets.surfaces import set_surface

_SCALES: Final = {"clock": 1e6, "bitrate": 1e3, "data_bitrate": 1e3}
"""Hz per MHz, bit/s per kbit/s: the unit of a field, if it isn't the request's own."""
_PROFILE: Final = "profile:"
"""Before a profile's name in the list of presets."""
_DATA_FIELDS: Final = ("data_bitrate", "data_point")
_ROW_HEIGHT: Final = 28
"""Of one of the best bit timings, in pixels: one line."""
_HIGH_ROW: Final = 44
"""Of one whose texts need two lines."""
_ROW_SIDE, _ROW_GAP = 8, 12
"""Pixels beside and between the texts of a line."""


class TimingInputs(QWidget):
    """The column on the left. `last_request` is the last valid input, `wrong_fields` the titles of those that are
    wrong now.
    """

    profile_chosen = Signal(object)
    """A `TimingProfile` was chosen among the presets."""

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
        self._controller.currentIndexChanged.connect(lambda _index: self._on_controller())
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
        self._profiles: dict[str, TimingProfile] = {}
        self._preset = Select([], name="timing_preset")
        self.show_profiles(())
        self._preset.activated.connect(lambda _index: self._use_preset(self._preset.current_key()))
        self._boxes = {
            "fd": self._box(_("CAN FD"), "timing_fd"),
            "equal": self._box(_("Equal prescalers"), "timing_equal_prescalers"),
            "tdc": self._box(_("Delay compensation (TDC)"), "timing_tdc"),
        }
        self._boxes["tdc"].setChecked(True)
        self._lay_out()
        self._show_data_phase()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(Text(_("Requirements"), "body_strong", "secondary"))
        column.addWidget(Field(_("Preset or profile"), self._preset))
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
        boxes = QHBoxLayout()
        boxes.setSpacing(16)
        boxes.addWidget(self._boxes["fd"])
        boxes.addWidget(self._boxes["equal"])
        boxes.addStretch(1)
        column.addLayout(boxes)
        column.addWidget(self._data_phase())
        column.addWidget(hairline())
        column.addWidget(Text(_("Cable and transceivers"), "body_strong", "secondary"))
        column.addLayout(
            _pair(
                self._field("length", _("Cable length"), "m", by("1"), "20"),
                self._field("delay", _("Cable delay"), "ns/m", by("0.1"), "5.0"),
            )
        )
        column.addLayout(
            _pair(
                self._field("loop", _("Loop delay per end"), "ns", by("5"), "210"),
                self._field("error", _("Rate error up to"), "%", by("0.1"), str(DEFAULT_TOLERANCE)),
            )
        )
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

    def _data_phase(self) -> QWidget:
        """The fields of the data phase, which are there with CAN FD alone."""
        recommended_point = number(cia_sample_point(DEFAULT_DATA_BIT_RATE), most=3, grouped=False)
        self._data_fields = QWidget()
        column = QVBoxLayout(self._data_fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text(_("Data phase"), "body_strong", "secondary"))
        column.addLayout(
            _pair(
                self._field(
                    "data_bitrate",
                    _("Data bit rate"),
                    "kbit/s",
                    along(*USUAL_DATA_BIT_RATES),
                    str(DEFAULT_DATA_BIT_RATE // 1000),
                ),
                self._field("data_point", _("Data sample point"), "%", by("0.5"), recommended_point),
            )
        )
        column.addWidget(self._boxes["tdc"])
        return self._data_fields

    def _box(self, title: str, name: str) -> CheckBox:
        box = CheckBox(title)
        box.setObjectName(name)
        box.clicked.connect(self._on_box)
        return box

    def _on_box(self) -> None:
        self._show_data_phase()
        self._changed()

    def _on_controller(self) -> None:
        self._show_data_phase()
        self._changed()

    def _show_data_phase(self) -> None:
        """Show the fields of the data phase with CAN FD, and disable it for a controller without one."""
        can = controller(self.controller_name()).data is not None
        box = self._boxes["fd"]
        box.setEnabled(can)
        box.setToolTip("" if can else _("This controller has no CAN FD data phase."))
        self._data_fields.setVisible(self.is_fd)
        self._boxes["equal"].setVisible(self.is_fd)

    @property
    def is_fd(self) -> bool:
        """Whether a data phase is asked for."""
        return self._boxes["fd"].isChecked() and controller(self.controller_name()).data is not None

    @property
    def boxes(self) -> tuple[str, ...]:
        """The names of the boxes that are checked."""
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def check_boxes(self, names: Collection[str]) -> None:
        """Check the boxes with these names alone."""
        for key, box in self._boxes.items():
            box.setChecked(key in names)
        self._show_data_phase()

    def turn_on_fd(self) -> None:
        """Ask for a data phase too, as a click on its box does; not of a controller without one."""
        box = self._boxes["fd"]
        if box.isEnabled() and not box.isChecked():
            box.setChecked(True)
            self._on_box()

    def show_profiles(self, profiles: Sequence[TimingProfile]) -> None:
        """Offer these profiles after the presets."""
        self._profiles = {f"{_PROFILE}{one.name}": one for one in profiles}
        named = [(key, _("{name} (profile)").format(name=one.name)) for key, one in self._profiles.items()]
        presets = [(one.name, one.title) for one in PRESETS]
        self._preset.set_choices([("", _("Choose…")), *named, *presets])

    @property
    def profile_names(self) -> tuple[str, ...]:
        """The names of the profiles that are offered."""
        return tuple(one.name for one in self._profiles.values())

    def _use_preset(self, key: str) -> None:
        if profile := self._profiles.get(key):
            self._preset.setCurrentIndex(0)
            self.profile_chosen.emit(profile)
            return
        found = preset(key)
        if found is None:
            return
        self._fill_in_preset(found)
        self._preset.setCurrentIndex(0)  # what it filled in can be edited: it isn't chosen any more
        self._changed()

    def _fill_in_preset(self, found: Preset) -> None:
        texts = {"bitrate": found.bitrate / 1e3, "point": found.sample_point}
        if found.data_bitrate is not None and found.data_sample_point is not None:
            texts |= {"data_bitrate": found.data_bitrate / 1e3, "data_point": found.data_sample_point}
        for key, value in texts.items():
            self._fields[key].edit.setText(number(value, most=3, grouped=False))
        self.check_boxes([key for key in self.boxes if key != "fd"] + ["fd"] * (found.data_bitrate is not None))

    def _used_fields(self) -> dict[str, Field]:
        """The fields that count now: without CAN FD not those of the data phase."""
        return {key: field for key, field in self._fields.items() if self.is_fd or key not in _DATA_FIELDS}

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
        self._show_data_phase()

    def controller_name(self) -> str:
        """The canonical name of the selected controller."""
        return self._controller.current_key()

    def read(self) -> TimingRequest:
        """The request in the fields. Marks every field that isn't a number or is out of range, and raises `Invalid` if
        there is one.
        """
        errors: dict[str, str] = {}
        fields = self._used_fields()
        values = {key: self._number(key, errors) for key in fields}
        for _field in fields:
            wrong = self._first_out_of_range(values)
            if wrong is None:
                break
            key, text = wrong
            errors[key] = text
            values[key] = parse_number(self._examples[key])  # in range, so that the next wrong one is found
        self.wrong_fields = tuple(self._titles[key] for key in fields if key in errors)
        for key, field in self._fields.items():
            field.set_error(errors.get(key, ""))
        if "clock" not in errors:
            clock = values["clock"] * _SCALES["clock"]
            self._fields["clock"].set_warning(clock_problem(clock))
        if errors:
            raise Invalid("timing.number", _("This isn't a number."), field=next(iter(errors)))
        self.last_request = self._request(values)
        return self.last_request

    def _request(self, values: Mapping[str, float]) -> TimingRequest:
        scaled = {key: round(values[key] * scale) for key, scale in _SCALES.items() if key in values}
        data = None
        if "data_bitrate" in values:
            boxes = self.boxes
            data = DataPhaseRequest(scaled["data_bitrate"], values["data_point"], "equal" in boxes, "tdc" in boxes)
        return TimingRequest(
            self.controller_name(), scaled["clock"], values["tolerance"], scaled["bitrate"],
            values["point"], values["length"], values["delay"], values["loop"], values["error"], data,
        )  # fmt: skip

    def _number(self, key: str, errors: dict[str, str]) -> float:
        """The number in a field; the field's example, with an entry in `errors`, if there is none."""
        try:
            value = parse_number(self._fields[key].text())
            if 0 <= value < 1e9:
                return value
        except TwoReadings as error:
            errors[key] = str(error)
            return parse_number(self._examples[key])
        except ValueError:
            pass
        errors[key] = _("Enter a number, such as {example}.").format(example=self._examples[key])
        return parse_number(self._examples[key])

    def _first_out_of_range(self, values: Mapping[str, float]) -> tuple[str, str] | None:
        """The first field whose value is out of range, with the error to show there."""
        try:
            require_in_range(self._request(values))
        except Invalid as error:
            return self._range_error(error)
        return None

    def _range_error(self, error: AppError) -> tuple[str, str]:
        """The field that an error of the solver or the check is about, and its text there."""
        names = {
            "clock": "clock", "bitrate": "bitrate", "sample_point": "point", "tolerance": "error",
            "clock_tolerance": "tolerance", "length_m": "length", "delay_ns_per_m": "delay", "loop_delay_ns": "loop",
            "data_bitrate": "data_bitrate", "data_sample_point": "data_point",
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
        wrong = next((field for field in self._used_fields().values() if field.editor.property("wrong")), None)
        if wrong is None:
            return False
        wrong.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def why_none(self) -> str:
        """Why there is no bit timing, naming the fields that have to be corrected."""
        if not self.wrong_fields:
            return _("No bit timings")
        return _("No bit timings. Correct {fields}.").format(fields=in_sentence(map(quoted, self.wrong_fields)))

    def show_count(self, solutions: int, listed: int, pairs: Pairs | None = None) -> None:
        """Show how many bit timings there are, of which the best are `listed`; the plot has them all. `pairs`: those
        of the two phases, with CAN FD.
        """
        text = ngettext("{count} bit timing", "{count} bit timings", solutions)
        if listed < solutions:
            text = _("Best {listed} of {count} bit timings")
        if pairs is not None:
            text = ngettext("{count} pair of bit timings", "{count} pairs of bit timings", solutions)
            if listed < solutions:
                text = _("Best {listed} of {count} pairs of bit timings")
        text = text.format(listed=listed, count=number(solutions))
        self._count.setText(text if solutions else _("No bit timings"))
        rename(self.best, self._count.text())
        self._nearest.show_request(None if solutions else self.last_request, pairs)

    def _allow_error(self, error: str) -> None:
        """Allow this bit rate error, in percent as it is written in the field."""
        self._fields["error"].edit.setText(error)
        self._changed()

    def texts(self) -> dict[str, str]:
        """The texts of all fields."""
        return {key: field.text() for key, field in self._fields.items()}

    def fill_in(self, name: str, texts: Mapping[str, str], boxes: Collection[str]) -> None:
        """Fill in a controller, texts from `texts` and the boxes that are checked."""
        self._controller.set_current_key(name)
        self.check_boxes(boxes)
        for key, text in texts.items():
            if self._fields[key].text() != text:  # a field forgets what was typed in it
                self._fields[key].edit.setText(text)

    def changes_text(self, before: TimingChoice, after: TimingChoice) -> str:
        """What differs between two states, by the titles of the fields."""
        changed = [_("Controller")] if before.controller != after.controller else []
        changed += [self._titles[key] for key, text in after.texts.items() if before.texts.get(key) != text]
        changed += [self._boxes[one].text() for one in sorted({*before.boxes} ^ {*after.boxes})]
        return ", ".join(dict.fromkeys(changed)) or _("selection of a bit timing")

    def set_bit_rate(self, bitrate: int) -> None:
        """Fill in the bit rate of the arbitration phase, in bit/s, with CiA's sample point for it."""
        self._fields["bitrate"].edit.setText(number(bitrate / 1e3, most=3, grouped=False))
        self._fields["point"].edit.setText(number(cia_sample_point(bitrate), most=3, grouped=False))

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
        if config.fd_enabled and config.data_bitrate is not None:
            self._fields["data_bitrate"].edit.setText(number(config.data_bitrate / 1e3, most=3, grouped=False))
            if config.data_sample_point is not None:
                self._fields["data_point"].edit.setText(number(config.data_sample_point, most=3, grouped=False))
            self.check_boxes({"fd", *(["tdc"] if config.tdc_enabled else [])})
        else:
            self.check_boxes({"tdc"})


Triple = tuple[int, int, int]
"""Prescaler, tseg1 and tseg2 of a phase."""
Triples = tuple[Triple, Triple | None]
"""Those of the arbitration phase and, with CAN FD, the data phase."""


def triples_of(phases: Phases) -> Triples:
    """What tells these phases from other solutions."""
    first, second = (
        (one.prescaler, one.tseg1, one.phase_seg2) if one else None for one in (phases.nominal, phases.data)
    )
    assert first is not None
    return first, second


class NearestBitRate(QWidget):
    """For a request without a bit timing: the nearest bit rate, and a button that allows it."""

    def __init__(self, allow: Callable[[str], None]) -> None:
        super().__init__()
        self._error = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._text = ReadableText("caption")
        self._button = Button("", lambda: allow(self._error), kind="link", name="timing_allow_nearest")
        column.addWidget(self._text)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_request(self, request: TimingRequest | None, pairs: Pairs | None = None) -> None:
        """Show what would be possible for this request, whose `pairs` with CAN FD are none; hide for None."""
        self.setVisible(request is not None)
        if request is None:
            return
        item = controller(request.controller)
        if pairs is None or not len(pairs.nominal):
            title = "" if pairs is None else _("Arbitration phase")
            self._show_phase(title, item.nominal, request.clock, request.bitrate, request.sample_point)
        elif request.data is not None and not len(pairs.data):
            data = request.data
            self._show_phase(_("Data phase"), item.limits("data"), request.clock, data.bitrate, data.sample_point)
        else:
            self._button.hide()
            self._text.setText(
                _("No bit timings have one prescaler for both phases; with two there are some. Clear {box}.").format(
                    box=quoted(_("Equal prescalers"))
                )
            )

    def _show_phase(self, title: str, limits: Limits, clock: float, bitrate: float, sample_point: float) -> None:
        found = nearest(limits, clock=clock, bitrate=bitrate, sample_point=sample_point)
        needed = ceil(100 * found.bitrate_error) / 100 if found is not None else 0.0
        can_be_allowed = found is not None and needed <= MOST_SUGGESTED_ERROR
        self._button.setVisible(can_be_allowed)
        text = _("Change the CAN clock or the bit rate.")
        if found is not None:
            sentence = _("The nearest bit rate is {rate}, {percent} off.")
            rate = bit_rate(round(found.bitrate))
            nearest_rate = sentence.format(rate=rate, percent=percent(found.bitrate_error, most=3))
            limit = bit_rate_out_of_reach(limits, clock=clock, bitrate=bitrate)
            text = f"{nearest_rate if can_be_allowed or not limit else limit} {text}"
        self._text.setText(f"{title}: {text}" if title else text)
        self._error = number(needed, grouped=False)
        self._button.setText(_("Allow {percent} error").format(percent=percent(needed)))
        self._button.updateGeometry()


class BestSolutions(QWidget):
    """The best solutions, one per line; a click selects."""

    accessible_role = Role.Grouping
    selected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("timing_best")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._lines: list[_SolutionRow] = []
        self._shown: list[Solution | Pair] = []

    def connect_selected(self, select: Callable[[Triples], None]) -> None:
        self.selected.connect(select)

    def show_solutions(self, solutions: Sequence[Solution | Pair]) -> None:
        """Show these instead; the same ones stay, and the focus stays in its place."""
        if list(solutions) == self._shown:
            return
        self._shown = list(solutions)
        place = next((at for at, line in enumerate(self._lines) if line.hasFocus()), -1)
        old = self._lines
        self._fill(solutions)
        if place >= 0 and self._lines:
            self._lines[min(place, len(self._lines) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        for line in old:
            self._column.removeWidget(line)
            line.hide()
            line.setParent(None)  # no more one of those of which one is marked
            line.deleteLater()

    def _fill(self, solutions: Sequence[Solution | Pair]) -> None:
        self._lines = []
        for rank, solution in enumerate(solutions, start=1):
            line = _SolutionRow(rank, solution)
            line.clicked.connect(lambda _checked=False, triples=line.triples: self.selected.emit(triples))
            line.stepped.connect(partial(self._step, line))
            self._column.addWidget(line)
            line.show()
            self._lines.append(line)

    def _step(self, line: "_SolutionRow", by: int) -> None:
        """Select the next line, also from one that isn't selected itself: Qt would only move the focus then."""
        at = self._lines.index(line) + by
        if 0 <= at < len(self._lines):
            self._lines[at].setFocus(Qt.FocusReason.TabFocusReason)
            self._lines[at].click()

    def mark_current(self, phases: Phases) -> None:
        """Check the line of this timing; the focus, if one of them has it, goes along."""
        has_focus = any(line.hasFocus() for line in self._lines)
        for line in self._lines:
            line.setAutoExclusive(False)  # none is marked for a timing that was set by hand
            line.setChecked(line.triples == triples_of(phases))
            line.setAutoExclusive(True)
            if line.isChecked() and has_focus:
                line.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._lines and not any(line.isChecked() for line in self._lines):
            for line in self._lines[1:]:  # Tab stopped at the one that was marked
                line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._lines[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)


_LINE_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
"""To which line each key goes."""


class _SolutionRow(Pressable):
    """One of the best bit timings; `stepped` emits 1 or -1 for the next or previous one by an arrow key."""

    stepped = Signal(int)

    def __init__(self, rank: int, solution: Solution | Pair) -> None:
        super().__init__()
        phases = solution if isinstance(solution, Pair) else Pair(solution, solution)
        nominal, data = phases.nominal, phases.data
        self.triples = triples_of(Phases(nominal.timing, data.timing if isinstance(solution, Pair) else None))
        self.setObjectName(f"timing_best_{rank}")
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a radio button for screen readers, not a check box
        self._is_high = False
        self.setFixedHeight(_ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        timing = nominal.timing
        sizes = _("{quanta} tq, prescaler {prescaler}").format(quanta=timing.quanta, prescaler=timing.prescaler)
        self._texts = percent(timing.sample_point, 1), _with_error(sizes, nominal.bitrate_error)
        name = _(
            "Bit timing {place}: sample point {point} percent, {quanta} time quanta, prescaler {prescaler}, "
            "error {error} percent"
        )
        self.setAccessibleName(
            name.format(
                place=rank,
                point=number(timing.sample_point, 1),
                quanta=timing.quanta,
                prescaler=timing.prescaler,
                error=error_figure(nominal.bitrate_error),
            )
        )
        if isinstance(solution, Pair):
            self._show_pair(nominal, data)

    def _show_pair(self, nominal: Solution, data: Solution) -> None:
        first, second = nominal.timing, data.timing
        points = _("{first} and {second}")
        sizes = _("{first} and {second} tq").format(first=first.quanta, second=second.quanta)
        prescalers = _("prescaler {value}").format(value=first.prescaler)
        if first.prescaler != second.prescaler:
            prescalers = _("prescalers {first} and {second}").format(first=first.prescaler, second=second.prescaler)
        most = max(nominal.bitrate_error, data.bitrate_error)
        self.setToolTip(plain_tooltip(f"{sizes}, {prescalers}"))
        self._texts = (
            points.format(first=percent(first.sample_point, 1), second=percent(second.sample_point, 1)),
            _with_error(sizes, most),
        )
        spoken = _("{name}. Data phase: sample point {point} percent, {quanta} time quanta, prescaler {prescaler}")
        self.setAccessibleName(
            spoken.format(
                name=self.accessibleName(),
                point=number(second.sample_point, 1),
                quanta=second.quanta,
                prescaler=second.prescaler,
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (by := _LINE_STEPS.get(Qt.Key(event.key()))) is not None:
            self.stepped.emit(by)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take a second line where both texts have no room beside each other."""
        super().resizeEvent(event)
        fonts = theme().font("body"), theme().font("caption")
        widths = (QFontMetrics(font).horizontalAdvance(text) for font, text in zip(fonts, self._texts, strict=True))
        self._is_high = sum(widths) + _ROW_GAP > self.width() - 2 * _ROW_SIDE
        self.setFixedHeight(_HIGH_ROW if self._is_high else _ROW_HEIGHT)

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
            left, right = middle | Qt.AlignmentFlag.AlignLeft, middle | Qt.AlignmentFlag.AlignRight
            box = QRectF(self.rect()).adjusted(_ROW_SIDE, 0, -_ROW_SIDE, -1)
            point, sizes = self._texts
            half = box.height() / 2
            upper, lower = (box.adjusted(0, 3, 0, -half), box.adjusted(0, half, 0, -3)) if self._is_high else (box, box)
            painter.drawText(upper, left, point)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            # What differs between those of one sample point is beside it, or below.
            elided = painter.fontMetrics().elidedText(sizes, Qt.TextElideMode.ElideRight, int(lower.width()))
            painter.drawText(lower, left if self._is_high else right, elided)
            painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme().color("grid"))


def _with_error(sizes: str, error: float) -> str:
    """The sizes of a bit timing, with the error of its bit rate unless that is exact."""
    if not error:
        return sizes
    return f"{sizes}, " + _("error {percent}").format(percent=with_percent_sign(error_figure(error)))


class PlotLegend(Legend):
    """The legend of the plot's colours."""

    def set_clock_tolerance(self, percent: float, *, most: float | None = None) -> None:
        """Name the colours for a clock of this tolerance; `most`: what the pair that is pointed out allows, in percent.
        Without it the band around the sample point is drawn."""
        limits = [number(round(times * percent, 4)) for times in TOLERANCE_STEPS]
        too_little = _("below yours")
        enough = [_("≥ {percent} %").format(percent=limit) for limit in limits]

        def entries() -> list[LegendEntry]:
            named = [
                LegendEntry(theme().color(OUT_OF_TOLERANCE), too_little, dash="ring"),
                *(
                    LegendEntry(theme().tolerance(step), name, dash=None, outline=theme().tolerance_ring(step))
                    for step, name in enumerate(enough)
                ),
            ]
            if most is not None:
                best = _("most, {percent}").format(percent=limit_percent(most))
                return [*named, LegendEntry(theme().color("text"), best, dash="dotted ring")]
            band = _("Sample point ± {percent} %").format(percent=number(TARGET_BAND))
            return [*named, LegendEntry(theme().color("accent.soft"), band, dash="area")]

        self.show_entries(entries)
        self._fit_lines()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_lines()

    def _fit_lines(self) -> None:
        """Take a second line where one hasn't room for all names."""
        self.setFixedHeight(int(LINE_HEIGHT) * lines_needed(self.entries, self.width(), 2))


def _unbroken(unit: str) -> str:
    """`unit` for a sentence that wraps: no line ends within it."""
    return unit.replace("/", "\N{WORD JOINER}/\N{WORD JOINER}")


def _pair(left: Field, right: Field) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for field in (left, right):  # an error below one of them doesn't move the other
        layout.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
    return layout
