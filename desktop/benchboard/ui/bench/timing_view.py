"""Bit timing: what you need, every solution, the bit drawn, what it bears, its registers; written and verified."""

import time
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
from benchboard.dongles.fleet import Dongle
from benchboard.dongles.protocol import CanConfig
from benchboard.errors import AppError, Cancelled, Invalid, NotFound
from benchboard.i18n import _, ngettext
from benchboard.identity.permissions import may
from benchboard.paging import Listing, Page
from benchboard.ui.bench.bench_format import number, rate
from benchboard.ui.bench.bit_diagram import BitBar
from benchboard.ui.bench.device_manager import Hub
from benchboard.ui.bench.dongle_pane import nominal_timing
from benchboard.ui.bench.node_comparison import SecondNode
from benchboard.ui.bench.solution_plot import Cloud, Point
from benchboard.ui.bench.timing_cards import Bears, Registers, Verification
from benchboard.ui.bench.timing_inputs import Inputs, Legend
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

_COUNT_S: Final = 10.0
_MOST_POINTS: Final = 6000
_BEST: Final = 6
_SOLVE_MS: Final = 120


class TimingPlace(QWidget):
    """The panel for one controller, and for the dongle it is written to."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._hub = Hub.of(context)
        self._dongles: tuple[Dongle, ...] = ()
        self._solutions: Solutions | None = None
        self._timing: Timing | None = None
        self._wanted = ""
        self._typed = False
        self._may_write = may(context.actor, "dongles:configure")
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_SOLVE_MS)
        self._wait.timeout.connect(self._solve)
        self._toolbar()
        self._inputs = Inputs(self._edited)
        self._inputs.best.connect_to(self._pick)
        self._inputs.way.chosen.connect(lambda _key: self._solve())
        self._bar = BitBar(_("Nominal phase"), editable=True)
        self._bar.setObjectName("timing_bit")
        self._bar.edited.connect(self._by_hand)
        self._cloud = Cloud()
        self._cloud.chosen.connect(self._pick)
        self._registers = Registers()
        self._bears = Bears()
        self._second = SecondNode()
        self.verification = Verification()
        self._lay_out()
        install_shortcuts(
            self, self.command_handlers(), context.problems.toast, context=Qt.ShortcutContext.WindowShortcut
        )
        self._hub.changed.connect(self._offer)
        context.changed.watch(self, {"dongles", "can_configs"}, self._look)
        self._look()
        self._solve()

    def command_handlers(self) -> Handlers:
        """What can be done with the timing that is shown."""
        return {"bench.write_timing": Handler(self._write_button.click, lambda: self._write_button.reason)}

    def opened(self, rest: str) -> None:
        """An id chooses its dongle and takes over what it runs on."""
        if rest:
            self._wanted = rest
            self._offer()
            self._take_over()

    # ---- layout

    def _toolbar(self) -> None:
        self.toolbar = Toolbar(_("Timing"))
        self._dongle = Select(name="timing_dongle", label=_("Dongle"))
        self._dongle.setMinimumWidth(210)
        self._dongle.currentIndexChanged.connect(lambda _index: self._dongle_chosen())
        self._stored = Text("", tone="muted")
        self._differs = Badge("warn", _("Differs from the dongle"), "ph.git-diff")
        self._revert = Button(
            "", self._take_over, kind="quiet", icon="ph.arrow-counter-clockwise",
            tip=_("Revert to the dongle's timing"), name="timing_revert",
        )  # fmt: skip
        self._write_button = Button(
            _("Write to dongle and verify"), self._write, kind="primary", icon="ph.download-simple", name="timing_write"
        )
        self._write_button.add_cap(REGISTRY["bench.write_timing"].key)
        self.toolbar.add(Text(_("Dongle"), tone="muted"))
        self.toolbar.add(self._dongle)
        self.toolbar.add(self._stored)
        for widget in (self._differs, self._revert, self._write_button):
            self.toolbar.add_right(widget)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self._bit_card())
        middle.addWidget(self._cloud_card(), 1)
        middle.addWidget(self._registers)
        canvas = QWidget()
        canvas.setProperty("surface", "canvas")
        canvas.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QHBoxLayout(canvas)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.setSpacing(8)
        inner.addLayout(middle, 5)
        inner.addWidget(self._side(), 3)
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
        """The bit, as one can take hold of it."""
        card = Card(padding=16)
        self._bit_title = Text("", tone="muted")
        head = QHBoxLayout()
        head.addWidget(Text(_("Nominal"), "body_strong"))
        head.addWidget(self._bit_title)
        head.addStretch(1)
        card.column.addLayout(head)
        card.column.addWidget(self._bar)
        return card

    def _cloud_card(self) -> Card:
        """Every solution there is."""
        card = Card(padding=14)
        self._legend = Legend()
        head = QHBoxLayout()
        head.addWidget(Elided(_("All solutions: bit rate error by sample point"), "body_strong", "secondary"), 1)
        head.addWidget(self._legend)
        card.column.addLayout(head)
        card.column.addWidget(self._cloud, 1)
        return card

    def _side(self) -> QScrollArea:
        """What the timing bears, and what the dongle makes of it."""
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for card in (self._second, self._bears.tolerance, self._bears.cable, self.verification):
            column.addWidget(card)
        column.addStretch(1)
        side = QScrollArea()
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setMinimumWidth(320)
        side.setMaximumWidth(392)
        side.setWidget(inside)
        return side

    # ---- the dongle

    def _look(self) -> None:
        actor = self._context.actor
        listing = Listing(filters={"state": "CLAIMED_ACTIVE"})
        self._context.tasks.read(
            self, lambda session: fleet.list_dongles(session, actor, listing, limit=200), self._found
        )

    def _found(self, page: Page[Dongle]) -> None:
        first = self._chosen() is None
        self._dongles = tuple(one for one in page.rows if one.proven)
        self._offer()
        # Whoever was quicker than the list keeps what they typed.
        if first and not self._typed:
            self._take_over()

    def _offer(self) -> None:
        kept = self._wanted or self._dongle.current_key()
        choices = [(one.device_id, one.title) for one in self._dongles]
        self._dongle.offer(choices or [("", _("No paired dongles"))])
        here = next((one.device_id for one in self._dongles if self._hub.find(one.device_id)), "")
        self._dongle.choose(kept if any(key == kept for key, _title in choices) else here)
        if self._dongles:  # before the list is there, whom an address named is still to come
            self._wanted = self._dongle.current_key()
        self._compare()

    def _chosen(self) -> Dongle | None:
        key = self._dongle.current_key()
        return next((one for one in self._dongles if one.device_id == key), None)

    def _dongle_chosen(self) -> None:
        self._wanted = self._dongle.current_key()
        self._take_over()

    def _take_over(self) -> None:
        """Show what the chosen dongle runs on."""
        dongle = self._chosen()
        if dongle is not None and dongle.config is not None:
            self._inputs.take(dongle.config)
            self._solve(keep=nominal_timing(dongle.config))

    def _compare(self) -> None:
        dongle = self._chosen()
        config = dongle.config if dongle is not None else None
        self._stored.setText(
            _("On the dongle: {rate}, {point:.1f} %").format(rate=rate(config.bitrate), point=config.sample_point)
            if config is not None
            else ""
        )
        same = config is not None and self._timing == nominal_timing(config)
        self._differs.setVisible(config is not None and self._timing is not None and not same)
        self._revert.setVisible(self._differs.isVisibleTo(self))
        reason = ""
        if not self._may_write:
            reason = _("Your role can't write to dongles.")
        elif dongle is None:
            reason = _("Pair a dongle first.")
        elif self._hub.find(dongle.device_id) is None:
            reason = _("{name} isn't connected to this computer.").format(name=dongle.title)
        elif config is not None and self._inputs.controller_name() != _canonical(config.controller):
            reason = _("{name} has a different controller.").format(name=dongle.title)
        elif self._timing is None:
            reason = _("No timing to write yet.")
        self._write_button.disable(reason)
        self.verification.hint(reason)

    # ---- solving

    def _edited(self) -> None:
        self._typed = True
        self._wait.start()

    def _solve(self, keep: Timing | None = None) -> None:
        try:
            wish = self._inputs.read()
        except Invalid:
            self._show(None)
            return
        began = time.perf_counter()
        item = controller(wish.controller)
        try:
            solutions = solve(
                item.nominal,
                clock=wish.clock,
                bitrate=wish.bitrate,
                sample_point=wish.sample_point,
                tolerance=wish.error,
            )
        except Invalid as error:
            self._inputs.fail(error)
            self._show(None)
            return
        took = (time.perf_counter() - began) * 1000
        self._solutions = solutions
        self._inputs.count(len(solutions), took)
        best = solutions.best(_BEST)
        points = _points(solutions)
        self._cloud.show_points(
            points, wish=float(solutions.sample_point), most=wish.error or 0.1, yours=wish.clock_tolerance
        )
        self._legend.show_yours(wish.clock_tolerance)
        self._inputs.best.show_solutions(best)
        chosen = keep
        if keep is not None or self._inputs.way.current() == "hand":
            first = keep is None or (bool(best) and best[0].timing == keep)
            self._inputs.way.choose("cia" if first else "hand")
        if chosen is None and self._inputs.way.current() == "linux":
            linux = solve_linux(item.nominal, clock=wish.clock, bitrate=wish.bitrate, sample_point=wish.sample_point)
            chosen = linux.timing if linux is not None else None
        elif chosen is None:
            chosen = best[0].timing if best else None
        self._show(chosen)

    def _pick(self, triple: tuple[int, int, int]) -> None:
        if self._solutions is not None:
            self._inputs.way.choose("cia" if triple == self._first() else "hand")
            self._show(self._solutions.solution(*triple).timing)

    def _first(self) -> tuple[int, int, int] | None:
        return next(self._solutions.ranked(), None) if self._solutions is not None else None

    def _by_hand(self, timing: Timing) -> None:
        self._inputs.way.choose("hand")
        self._show(timing)

    def _show(self, timing: Timing | None) -> None:
        self._timing = timing
        self._bar.show_timing(timing)
        wish = self._inputs.last
        if timing is None or wish is None:
            self._bit_title.setText(_("No solution"))
            self._registers.show_timing("", None)
            self._bears.show_timing(None, wish)
            self._second.show_timing(None, wish)
            self._compare()
            return
        words = _("{rate} kbit/s    {quanta} tq of {ns:g} ns, prescaler {prescaler}")
        self._bit_title.setText(
            words.format(
                rate=number(timing.bitrate / 1000, 0 if timing.rate.denominator == 1 else 3),
                quanta=timing.quanta,
                ns=timing.tq_ns,
                prescaler=timing.prescaler,
            )
        )
        error = abs(timing.bitrate - wish.bitrate) / wish.bitrate * 100
        self._cloud.show_chosen(timing, error)
        self._inputs.best.mark(timing)
        self._registers.show_timing(wish.controller, timing)
        self._bears.show_timing(timing, wish)
        self._second.show_timing(timing, wish)
        self._compare()

    # ---- writing

    def _write(self) -> None:
        if self._wait.isActive():
            # What is written is what the fields say now, not what was solved before the last key.
            self._wait.stop()
            self._solve()
        dongle, timing = self._chosen(), self._timing
        here = self._hub.find(dongle.device_id) if dongle is not None else None
        if dongle is None or here is None or timing is None or not self._write_button.isEnabled():
            return
        base, context = dongle.config, self._context
        self._write_button.disable(_("Already writing."))
        self.verification.at(0)

        def write(_progress: Progress) -> CanConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._hub.device(here.port.path) as device:
                config = _with_timing(base or device.config_read().config, timing)
                return fleet.write_config(context.database, context.actor, data_key, device, config).config

        def written(_config: CanConfig) -> None:
            self.verification.at(3)
            self._count()

        context.tasks.run(
            self, write, written, self._not_written, title=_("Writing to {name}").format(name=dongle.title)
        )

    def _count(self) -> None:
        """The fourth step: errors on the bus, on what was written."""
        dongle = self._chosen()
        here = self._hub.find(dongle.device_id) if dongle is not None else None
        if dongle is None or here is None:
            return

        def listen(progress: Progress) -> Counters:
            return self._hub.listen(here, dongle.title, _COUNT_S, progress, _("Counting errors"))

        self._context.tasks.run(
            self, listen, self._counted, self._not_written, title=_("Counting bus errors on {name}").format(
                name=dongle.title)
        )  # fmt: skip

    def _counted(self, counters: Counters) -> None:
        failed = bool(counters.bus.bus_errors or counters.bus.bus_off)
        frames = ngettext("{count} frame", "{count} frames", counters.frames).format(count=number(counters.frames))
        errors = ngettext("{count} error", "{count} errors", counters.bus.bus_errors).format(
            count=counters.bus.bus_errors
        )
        text = _("{errors} in {frames}").format(errors=errors, frames=frames)
        if counters.bus.bus_off:
            text = _("Bus off: another node uses a different bit rate")
        elif not counters.frames and not failed:
            text = _("0 errors, but no frames received")
        self.verification.finish(text, failed=failed)
        self._compare()

    def _not_written(self, error: AppError) -> None:
        self.verification.fail(_("Stopped") if isinstance(error, Cancelled) else error.what)
        if not isinstance(error, Cancelled):
            self._context.problems.show(error)
        self._compare()


def _canonical(name: str) -> str:
    """The name our list has for a controller that a dongle may call otherwise."""
    try:
        return controller(name).name
    except NotFound:
        return name


def _with_timing(config: CanConfig, timing: Timing) -> CanConfig:
    """`config` on `timing`'s arbitration phase; a data phase stays only while the clock does."""
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


def _points(solutions: Solutions) -> list[Point]:
    """Every solution as a point; of very many, evenly some."""
    triples = solutions.triples()
    step = -(-len(triples) // _MOST_POINTS) or 1
    found = []
    for prescaler, tseg1, tseg2 in triples[::step]:
        quanta = 1 + tseg1 + tseg2
        real = solutions.clock / (prescaler * quanta)
        _prop, phase1, sjw = split_tseg1(solutions.limits, tseg1, tseg2)
        # Conditions 1 and 2 of the oscillator tolerance, in percent (canbus.timing.tolerance has their source).
        smallest = min(min(phase1, tseg2) / (2 * (13 * quanta - tseg2)), sjw / (20 * quanta))
        error = abs(real - solutions.bitrate) / solutions.bitrate * 100
        found.append(Point(100 * (1 + tseg1) / quanta, error, 100 * smallest, (prescaler, tseg1, tseg2)))
    return found
