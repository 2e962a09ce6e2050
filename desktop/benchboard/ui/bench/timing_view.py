"""Bit timing: the request, all solutions, the bit, its tolerances and registers, and writing it to a dongle."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.canbus.capture import Counters
from benchboard.canbus.timing import (
    Solutions,
    Timing,
    controller,
    solve,
    solve_linux,
)
from benchboard.canbus.timing.solver import split_tseg1
from benchboard.dongles import fleet
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import AppError, Cancelled, Invalid, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing, Page
from benchboard.ui.bench.bench_commands import TIMING
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.bit_diagram import BitBar
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_pane import nominal_timing
from benchboard.ui.bench.node_comparison import NodeComparison
from benchboard.ui.bench.solution_plot import SolutionPlot, SolutionPoint
from benchboard.ui.bench.timing_cards import RegistersCard, ToleranceCards, VerificationCard
from benchboard.ui.bench.timing_inputs import PlotLegend, TimingInputs, split_for_cable
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets import (
    Badge,
    Button,
    Card,
    Elided,
    Select,
    Text,
    Toolbar,
    hairline,
)
from benchboard.ui.widgets.surfaces import set_surface

_COUNT_S: Final = 10.0
_MOST_POINTS: Final = 6000
_BEST: Final = 6
_SOLVE_MS: Final = 120


class TimingView(QWidget):
    """The panel for one controller, and for the dongle that it is written to."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._devices = DeviceManager.of(context)
        self._dongles: tuple[DongleRecord, ...] = ()
        self._solutions: Solutions | None = None
        self._timing: Timing | None = None
        self._selected_id = ""
        self._edited_by_hand = False
        self._may_write = has_permission(context.actor, "dongles:configure")
        self._solve_timer = QTimer(self)
        self._solve_timer.setSingleShot(True)
        self._solve_timer.setInterval(_SOLVE_MS)
        self._solve_timer.timeout.connect(self._solve)
        self._build_toolbar()
        self._inputs = TimingInputs(self._on_edited)
        self._inputs.best.connect_selected(self._select_solution)
        self._inputs.method.selected.connect(lambda _key: self._solve())
        self._bar = BitBar(_("Nominal phase"), editable=True)
        self._bar.setObjectName("timing_bit")
        self._bar.edited.connect(self._on_dragged)
        self._plot = SolutionPlot()
        self._plot.selected.connect(self._select_solution)
        self._registers = RegistersCard()
        self._tolerance = ToleranceCards()
        self._comparison = NodeComparison()
        self.verification = VerificationCard()
        self._lay_out()
        install_shortcuts(self, TIMING, self.command_handlers(), context.problems.toast)
        self._devices.changed.connect(self._update_choices)
        context.changed.watch(self, {"dongles", "can_configs"}, self._load_dongles)
        self._load_dongles()
        self._solve()

    def command_handlers(self) -> Handlers:
        """The commands for the timing that is shown."""
        return {"bench.write_timing": Handler(self._write_button.click, lambda: self._write_button.reason)}

    def open_route(self, rest: str) -> None:
        """Select the dongle with this id, and fill in its configuration."""
        if rest:
            self._selected_id = rest
            self._update_choices()
            self._take_over()

    # ---- layout

    def _build_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Bit timing"))
        self._dongle = Select(name="timing_dongle", label=_("Dongle"))
        self._dongle.setMinimumWidth(210)
        self._dongle.currentIndexChanged.connect(lambda _index: self._on_dongle_selected())
        self._stored = Text("", tone="muted")
        self._differs = Badge("warn", _("Differs from the dongle"), "ph.git-diff")
        self._revert = Button(
            "", self._take_over, kind="quiet", icon="ph.arrow-counter-clockwise",
            tip=_("Revert to the dongle's bit timing"), name="timing_revert",
        )  # fmt: skip
        self._write_button = Button(
            _("Write to dongle and verify"), self._write, kind="primary", icon="ph.download-simple", name="timing_write"
        )
        self._write_button.add_key_cap(REGISTRY["bench.write_timing"].key)
        self.toolbar.add(Text(_("Dongle"), tone="muted"))
        self.toolbar.add(self._dongle)
        self.toolbar.add(self._stored)
        for widget in (self._differs, self._revert, self._write_button):
            self.toolbar.add_right(widget)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self._bit_card())
        middle.addWidget(self._plot_card(), 1)
        middle.addWidget(self._registers)
        canvas = QWidget()
        set_surface(canvas, "canvas")
        inner = QHBoxLayout(canvas)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.setSpacing(8)
        inner.addLayout(middle, 5)
        inner.addWidget(self._side_cards(), 3)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self._inputs)
        body.addWidget(hairline(vertical=True))
        body.addWidget(canvas, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.toolbar)
        whole.addLayout(body, 1)

    def _bit_card(self) -> Card:
        """The card with the editable bit."""
        card = Card(padding=16)
        self._bit_title = Elided("", tone="muted")
        head = QHBoxLayout()
        head.addWidget(Text(_("Nominal"), "body_strong"))
        head.addWidget(self._bit_title, 1)
        card.column.addLayout(head)
        card.column.addWidget(self._bar)
        return card

    def _plot_card(self) -> Card:
        """The card with the plot of all solutions."""
        card = Card(padding=14)
        self._legend = PlotLegend()
        head = QHBoxLayout()
        head.addWidget(Elided(_("All solutions: bit rate error by sample point"), "body_strong", "secondary"), 1)
        head.addWidget(self._legend)
        card.column.addLayout(head)
        card.column.addWidget(self._plot, 1)
        return card

    def _side_cards(self) -> QScrollArea:
        """The cards for tolerances, registers and verification."""
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for card in (self._comparison, self._tolerance.tolerance, self._tolerance.cable, self.verification):
            column.addWidget(card)
        column.addStretch(1)
        side = QScrollArea()
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setMinimumWidth(376)
        side.setMaximumWidth(392)
        side.setWidget(inside)
        return side

    # ---- the dongle

    def _load_dongles(self) -> None:
        actor = self._context.actor
        listing = Listing(filters={"state": "CLAIMED_ACTIVE"})
        self._context.tasks.read(
            self, lambda session: fleet.list_dongles(session, actor, listing, limit=200), self._on_dongles
        )

    def _on_dongles(self, page: Page[DongleRecord]) -> None:
        first = self._selected_dongle() is None
        self._dongles = tuple(dongle for dongle in page.rows if dongle.proven)
        self._update_choices()
        # Keep what the user typed before the list was loaded.
        if first and not self._edited_by_hand:
            self._take_over()

    def _update_choices(self) -> None:
        selected = self._selected_id or self._dongle.current_key()
        choices = [(dongle.device_id, dongle.title) for dongle in self._dongles]
        self._dongle.set_choices(choices or [("", _("No paired dongles"))])
        connected = next((dongle.device_id for dongle in self._dongles if self._devices.find(dongle.device_id)), "")
        self._dongle.set_current_key(selected if any(key == selected for key, _title in choices) else connected)
        if self._dongles:  # before the list is loaded, the dongle from the address is unknown
            self._selected_id = self._dongle.current_key()
        self._compare()

    def _selected_dongle(self) -> DongleRecord | None:
        key = self._dongle.current_key()
        return next((dongle for dongle in self._dongles if dongle.device_id == key), None)

    def _on_dongle_selected(self) -> None:
        self._selected_id = self._dongle.current_key()
        self._take_over()

    def _take_over(self) -> None:
        """Fill in the selected dongle's configuration."""
        dongle = self._selected_dongle()
        if dongle is not None and dongle.config is not None:
            self._inputs.set_config(dongle.config)
            self._solve(keep=nominal_timing(dongle.config))

    def _stored_text(self, dongle: DongleRecord | None) -> str:
        """The selected dongle's present configuration, or its last known one, as text."""
        if dongle is None or dongle.config is None:
            return ""
        sentence = _("On the dongle: {rate}, {point} %")
        if self._devices.find(dongle.device_id) is None:
            sentence = _("On the dongle when last connected: {rate}, {point} %")
        return sentence.format(rate=bit_rate(dongle.config.bitrate), point=number(dongle.config.sample_point, 1))

    def _compare(self) -> None:
        dongle = self._selected_dongle()
        config = dongle.config if dongle is not None else None
        self._stored.setText(self._stored_text(dongle))
        limits = controller(self._inputs.controller_name()).nominal
        same = (
            config is not None and self._timing is not None and limits.store_alike(self._timing, nominal_timing(config))
        )
        self._differs.setVisible(config is not None and self._timing is not None and not same)
        self._revert.setVisible(self._differs.isVisibleTo(self))
        reason = ""
        if not self._may_write:
            reason = _("Your role can't write to dongles.")
        elif dongle is None:
            reason = _("Pair a dongle first.")
        elif self._devices.find(dongle.device_id) is None:
            reason = _("{name} isn't connected to this computer.").format(name=dongle.title)
        elif config is not None and self._inputs.controller_name() != _canonical_controller(config.controller):
            reason = _("{name} has a different controller.").format(name=dongle.title)
        elif self._timing is None:
            reason = self._inputs.why_none()
        self._write_button.disable(reason)
        # Below the fields it is said already why there is no timing.
        self.verification.show_reason(reason if self._timing is not None else "")

    # ---- solving

    def _on_edited(self) -> None:
        self._edited_by_hand = True
        self._solve_timer.start()

    def _solve(self, keep: Timing | None = None) -> None:
        try:
            request = self._inputs.read()
        except Invalid:
            self._show_no_solutions()
            return
        item = controller(request.controller)
        solutions = solve(
            item.nominal,
            clock=request.clock,
            bitrate=request.bitrate,
            sample_point=request.sample_point,
            tolerance=request.error,
        )
        best = solutions.best(_BEST)
        self._solutions = solutions
        self._inputs.show_count(len(solutions))
        points = _points(solutions)
        self._plot.show_points(
            points,
            target=float(solutions.sample_point),
            max_error=request.error or 0.1,
            clock_tolerance=request.clock_tolerance,
        )
        self._legend.set_clock_tolerance(request.clock_tolerance)
        self._inputs.best.show_solutions(best)
        selected = keep
        if keep is not None or self._inputs.method.current() == "hand":
            first = keep is None or (bool(best) and best[0].timing == keep)
            self._inputs.method.set_current("cia" if first else "hand")
        if selected is None and self._inputs.method.current() == "linux":
            linux = solve_linux(
                item.nominal, clock=request.clock, bitrate=request.bitrate, sample_point=request.sample_point
            )
            selected = linux.timing if linux is not None else None
        elif selected is None:
            selected = best[0].timing if best else None
        self._show(selected)

    def _show_no_solutions(self) -> None:
        """Clear the solutions of earlier inputs: the present ones have none."""
        self._solutions = None
        self._inputs.show_none()
        self._plot.clear()
        self._show(None)

    def _select_solution(self, triple: tuple[int, int, int]) -> None:
        if self._solutions is not None:
            self._inputs.method.set_current("cia" if triple == self._best_triple() else "hand")
            self._show(self._solutions.solution(*triple).timing)

    def _best_triple(self) -> tuple[int, int, int] | None:
        return next(self._solutions.ranked(), None) if self._solutions is not None else None

    def _on_dragged(self, timing: Timing) -> None:
        self._inputs.method.set_current("hand")
        self._show(timing)

    def _show(self, timing: Timing | None) -> None:
        request = self._inputs.last_request
        if timing is not None and request is not None:
            # All cards, and the dongle, get the same split of tseg1.
            timing = split_for_cable(timing, request)
        self._timing = timing
        if timing is None or request is None:
            self._bar.show_timing(None)
            self._bit_title.setText(_("No solution") if self._solutions is not None else "")
            self._registers.show_timing("", None)
            self._tolerance.show_timing(None, request)
            self._comparison.show_timing(None, request)
            self._compare()
            return
        item = controller(request.controller)
        sentence = _("{rate} kbit/s    {quanta} tq of {ns} ns, prescaler {prescaler}")
        title = sentence.format(
            rate=number(timing.bitrate / 1000, 0 if timing.rate.denominator == 1 else 3),
            quanta=timing.quanta,
            ns=number(timing.tq_ns),
            prescaler=timing.prescaler,
        )
        if not item.nominal.has_prop_seg:
            title += "    " + _("Propagation for {metres} m of cable").format(metres=number(request.length))
        self._bit_title.setText(title)
        self._bar.show_timing(timing, prop_seg_is_set=item.nominal.has_prop_seg)
        error = abs(timing.bitrate - request.bitrate) / request.bitrate * 100
        self._plot.show_selected(timing, error)
        self._inputs.best.mark_current(timing)
        self._registers.show_timing(request.controller, timing)
        self._tolerance.show_timing(timing, request)
        self._comparison.show_timing(timing, request)
        self._compare()

    # ---- writing

    def _write(self) -> None:
        if self._solve_timer.isActive():
            # What is written is solved from the present inputs, including the last key press.
            self._solve_timer.stop()
            self._solve()
        dongle, timing = self._selected_dongle(), self._timing
        detected = self._devices.find(dongle.device_id) if dongle is not None else None
        if dongle is None or detected is None or timing is None or not self._write_button.isEnabled():
            return
        base, context = dongle.config, self._context
        self._write_button.disable(_("Already writing."))
        self.verification.set_step(0)

        def write(_progress: Progress) -> DongleConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._devices.device(detected.port.path) as device:
                config = _with_timing(base or device.config_read().config, timing)
                return fleet.write_config(context.database, context.actor, data_key, device, config).config

        def written(_config: DongleConfig) -> None:
            self.verification.set_step(3)
            self._count_errors()

        context.tasks.run(
            self, write, written, self._on_write_failed, title=_("Writing to {name}").format(name=dongle.title)
        )

    def _count_errors(self) -> None:
        """The fourth step: count errors on the bus with the new timing."""
        dongle = self._selected_dongle()
        detected = self._devices.find(dongle.device_id) if dongle is not None else None
        if dongle is None or detected is None:
            return

        def listen(progress: Progress) -> Counters:
            return self._devices.count_frames(detected, dongle.title, _COUNT_S, progress, _("Counting errors"))

        self._context.tasks.run(
            self, listen, self._show_counts, self._on_write_failed, title=_("Counting bus errors on {name}").format(
                name=dongle.title)
        )  # fmt: skip

    def _show_counts(self, counters: Counters) -> None:
        failed = bool(counters.bus.bus_errors or counters.bus.bus_off)
        frames = ngettext("{count} frame", "{count} frames", counters.frames).format(count=number(counters.frames))
        errors = ngettext("{count} error", "{count} errors", counters.bus.bus_errors).format(
            count=counters.bus.bus_errors
        )
        text = _("{errors} in {frames}").format(errors=errors, frames=frames)
        if counters.bus.bus_off:
            text = _("Bus off. Check that all nodes use the same bit rate, and the wiring.")
        elif not counters.frames and not failed:
            text = _("0 errors, but no frames received")
        self.verification.finish(text, failed=failed)
        self._compare()

    def _on_write_failed(self, error: AppError) -> None:
        self.verification.show_failure(_("Stopped") if isinstance(error, Cancelled) else error.what)
        if not isinstance(error, Cancelled):
            self._context.problems.show(error)
        self._compare()


def _canonical_controller(name: str) -> str:
    """The canonical name of a controller that a dongle may report under another name."""
    try:
        return controller(name).name
    except NotFound:
        return name


def _with_timing(config: DongleConfig, timing: Timing) -> DongleConfig:
    """`config` with `timing`'s arbitration phase; a data phase is kept only if the clock is the same."""
    changed = replace(
        config, clock_hz=timing.clock, bitrate=round(timing.bitrate), sample_point=round(timing.sample_point, 2),
        prescaler=timing.prescaler, prop_seg=timing.prop_seg, phase_seg1=timing.phase_seg1,
        phase_seg2=timing.phase_seg2, sjw=timing.sjw,
    )  # fmt: skip
    if config.fd_enabled and config.clock_hz != timing.clock:
        changed = replace(
            changed,
            fd_enabled=False,
            data_bitrate=None,
            data_sample_point=None,
            data_prescaler=None,
            data_prop_seg=None,
            data_phase_seg1=None,
            data_phase_seg2=None,
            data_sjw=None,
            tdc_enabled=False,
            tdc_offset=0,
        )
    return changed


def _points(solutions: Solutions) -> list[SolutionPoint]:
    """Every solution as a point; of very many, a uniform sample."""
    triples = solutions.triples()
    step = -(-len(triples) // _MOST_POINTS) or 1
    points = []
    for prescaler, tseg1, tseg2 in triples[::step]:
        quanta = 1 + tseg1 + tseg2
        real = solutions.clock / (prescaler * quanta)
        _prop, phase1, sjw = split_tseg1(solutions.limits, tseg1, tseg2)
        # Conditions 1 and 2 of the oscillator tolerance, in percent (canbus.timing.tolerance has their source).
        smallest = min(min(phase1, tseg2) / (2 * (13 * quanta - tseg2)), sjw / (20 * quanta))
        error = abs(real - solutions.bitrate) / solutions.bitrate * 100
        points.append(SolutionPoint(100 * (1 + tseg1) / quanta, error, 100 * smallest, (prescaler, tseg1, tseg2)))
    return points
