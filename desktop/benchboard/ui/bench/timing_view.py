"""Bit timing: the request, all solutions, the bit, its tolerances and registers, and writing it to a dongle."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.canbus.bit_rate_detection import Detection
from benchboard.canbus.bus_check import BusCheck, check_bus, silence_explanation
from benchboard.canbus.capture import Counters
from benchboard.canbus.timing import (
    Pair,
    PairPoint,
    Pairs,
    Solution,
    Solutions,
    Timing,
    Verdict,
    controller,
    nominal_bit_rate_problem,
    pair_grid,
    solve,
    solve_fd,
    solve_linux,
)
from benchboard.canbus.timing.solver import split_tseg1
from benchboard.dongles import fleet
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.timing_profiles import TimingProfile
from benchboard.errors import AppError, Cancelled, Invalid, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.bench_commands import TIMING
from benchboard.ui.bench.bench_format import rates
from benchboard.ui.bench.bit_diagram import BitSlider
from benchboard.ui.bench.bus_again import BusAgain
from benchboard.ui.bench.bus_end import Taking, unless_in_use, writing
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.last_write import LastWrite
from benchboard.ui.bench.live_bus_reasons import may_become_selectable, no_dongles, not_connected
from benchboard.ui.bench.node_comparison import NodeComparison
from benchboard.ui.bench.pair_plot import PairPlot
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.bench.solution_plot import SolutionPlot, SolutionPoint
from benchboard.ui.bench.stored_timing import StoredTiming
from benchboard.ui.bench.timing_cards import RegistersCard, ToleranceCards, VerificationCard
from benchboard.ui.bench.timing_history import TimingChoice, TimingHistory
from benchboard.ui.bench.timing_inputs import PlotLegend, TimingInputs, Triples, triples_of
from benchboard.ui.bench.timing_news import TimingNews
from benchboard.ui.bench.timing_profile_actions import ShownTiming, TimingProfileActions, rate_and_point
from benchboard.ui.bench.timing_request import (
    DETECT,
    Phases,
    TimingRequest,
    check_request,
    config_with,
    stored_phases,
    tdc_offset,
)
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress
from benchboard.ui.time_format import refresh_times, relative_time
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    Badge,
    BannerPlace,
    Button,
    Card,
    Elided,
    Select,
    Text,
    Toolbar,
    hairline,
)
from benchboard.ui.widgets.accessible import announce, sentence
from benchboard.ui.widgets.drawer import is_narrow
from benchboard.ui.widgets.readable_rows import ReadableText
from benchboard.ui.widgets.scroll_fade import ScrollFade
from benchboard.ui.widgets.surfaces import scroll_area, set_surface
from benchboard.ui.widgets.tab_order import reach_last

_COUNT_S: Final = 10.0
_MOST_POINTS: Final = 6000
_BEST: Final = 6
_SOLVE_MS: Final = 120
_WRITE: Final = "bench.write"
_LEAST_DONGLE, _MOST_DONGLE = 150, 280
"""Pixels of the list of dongles."""


_ROOM_FOR_CURVE: Final = 770
"""The height of the view from which the curve of the cable is in the middle."""
_LEAST_SEEN: Final = 56
"""Pixels of a card that are shown of it at least: its title, above what fades."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a change of language keeps."""

    texts: dict[str, str]
    controller: str
    method: str
    by_hand: tuple[TimingRequest, Phases] | None
    edited: bool
    boxes: tuple[str, ...]


class TimingView(QWidget):
    """The panel for one controller, and for the dongle that it is written to."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._devices = DeviceManager.of(context)
        self._notices = DongleNotices(self, context, self._devices)
        self._paired = PairedDongles.of(context)
        self._names = DongleNames.of(context)
        self._dongles: tuple[DongleRecord, ...] = ()
        self._loaded = False
        self._choices: list[tuple[str, str]] = []
        self._solutions: Solutions | Pairs | None = None
        self._phases: Phases | None = None
        self._tdc_offset: int | None = None
        self._by_hand: tuple[TimingRequest, Phases] | None = None
        """The timing that was chosen in place of the best one, and for which request: it stays with that one."""
        self._bus_again = BusAgain(context, self)
        self._written: Phases | None = None
        """The timing of the last write to the selected dongle, which the result shown is about."""
        self._filled_in: Phases | None = None
        """The timing at the bit rate that was found on the bus."""
        self._last_write = LastWrite()
        self._selected = SelectedDongle.of(context)
        self._edited_by_hand = False
        self._detects = False
        """Whether the bit rate is to be found once the selected dongle is known."""
        self._may_write = has_permission(context.actor, "dongles:configure")
        self._solve_timer = QTimer(self)
        self._solve_timer.setSingleShot(True)
        self._solve_timer.setInterval(_SOLVE_MS)
        self._solve_timer.timeout.connect(self._solve_edited)
        self._history = TimingHistory()
        self._profiles = TimingProfileActions(self, context, self._devices, self._shown, self._notices)
        self._build_toolbar()
        self._inputs = TimingInputs(self._on_edited, self._solve_now)
        self._inputs.best.connect_selected(self._select_solution)
        self._inputs.method.selected.connect(self._choose_method)
        self._inputs.profile_chosen.connect(self._use_profile)
        self._profiles.loaded.connect(self._inputs.show_profiles)
        self._bar = BitSlider(_("Arbitration phase"))
        self._bar.setObjectName("timing_bit")
        self._bar.edited.connect(self._on_dragged)
        self._data_bar = BitSlider(_("Data phase"))
        self._data_bar.setObjectName("timing_data_bit")
        self._data_bar.edited.connect(self._on_data_dragged)
        self._plot = SolutionPlot()
        self._plot.selected.connect(lambda triple: self._select_solution((triple, None)))
        self._pair_plot = PairPlot()
        self._pair_plot.selected.connect(self._select_solution)
        self._registers = RegistersCard()
        self._tolerance = ToleranceCards()
        self._comparison = NodeComparison()
        self._news = TimingNews(self, self._verdict_sentences)
        self._comparison.verdict_changed.connect(self._news.follow)
        self.verification = VerificationCard(self._detect_bit_rate)
        self._lay_out()
        write = Handler(self._write_button.click, self._why_not_write_by_key)
        install_shortcuts(self, TIMING, {**self.command_handlers(), "bench.write_timing": write}, self._show_why_not)
        self._devices.changed.connect(self._update_choices)
        self._bus_again.changed.connect(self._show_note)
        self._selected.changed.connect(self._follow_selection)
        self._selected.gone.connect(self._follow_selection)
        refresh_times(self, self._show_stored)
        self._solve()
        self._history.begin(self._choice())
        self._paired.changed.connect(self._show_dongles)
        self._names.changed.connect(self._show_dongles)
        self._show_dongles()
        self._profiles.load()

    def command_handlers(self) -> Handlers:
        """The commands for the timing that is shown."""
        return {
            "bench.write_timing": Handler(self._write_button.click, lambda: self._write_button.reason),
            "bench.undo_timing": Handler(self._undo, lambda: "" if self._history.can_undo else _("Nothing to undo")),
            "bench.redo_timing": Handler(self._redo, lambda: "" if self._history.can_redo else _("Nothing to redo")),
        }

    def _why_not_write_by_key(self) -> str:
        """Why Ctrl+Enter doesn't write: at the navigation it may be meant for something else."""
        focused = QApplication.focusWidget()
        if (
            focused is not None
            and focused is not self.window()
            and not self.isAncestorOf(focused)
            and focused is not self
        ):
            return _("The focus isn't in the bit timing. Press {key} to go there.").format(
                key=REGISTRY["window.next_pane"].key
            )
        return self._write_button.reason

    def save_state(self) -> object:
        """What was typed and chosen, for the window in another language."""
        return _State(
            typed_texts(self),
            self._inputs.controller_name(),
            self._inputs.method.current(),
            self._by_hand,
            self._edited_by_hand,
            self._inputs.boxes,
        )

    def restore_state(self, state: object) -> None:
        """Restore a state from `save_state`."""
        if not isinstance(state, _State):
            return
        self._inputs.set_controller(state.controller)
        self._inputs.check_boxes(state.boxes)
        restore_typed_texts(self, state.texts)
        self._edited_by_hand = state.edited  # so that the stored configuration doesn't replace it
        self._by_hand = state.by_hand
        self._inputs.method.set_current(state.method)
        self._solve()
        self._history.begin(self._choice())

    def _show_why_not(self, reason: str) -> None:
        """Say why nothing can be written; a wrong field says so itself, and gets the focus."""
        if reason != self._inputs.why_none() or not self._inputs.focus_first_wrong():
            self._context.problems.refuse(reason)

    def open_route(self, rest: str) -> None:
        """Select the dongle with this id, and fill in its configuration; `DETECT` after it finds the bit rate, and `fd`
        asks for CAN FD too.
        """
        rest, _slash, asked = rest.partition("/")
        if rest:
            if rest != self._selected_id:
                self._forget_result(rest)
            self._selected.select(rest)
            self._devices.require_known(self, rest, partial(self._report_unknown, rest))
            self._detects = asked == DETECT
            self._update_choices()
            self._take_over()
            if asked == "fd":
                self._inputs.turn_on_fd()

    def _report_unknown(self, key: str, error: AppError) -> None:
        self._selected.select("")
        self._notices.show(error, is_over=partial(self._names.is_known, key))

    @property
    def _selected_id(self) -> str:
        return self._selected.id

    def _follow_selection(self) -> None:
        """Show the dongle that was selected in another view. What was typed here stays, and differs from it."""
        if not self.isVisible():
            return  # until it is shown: moving through the list of dongles solves nothing
        before = self._dongle.current_key()
        self._update_choices()
        if self._dongle.current_key() != before:
            self._forget_result(self._dongle.current_key())
            if not self._edited_by_hand:
                self._take_over()
        if (lost := self._selected.take_loss()) is not None:
            self._notices.show(lost, is_over=partial(self._names.is_known, str(lost.facts["device_id"])))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_selection()

    # ---- layout

    def _build_toolbar(self) -> None:
        context = self._context
        self.toolbar = Toolbar(_("Bit timing"))
        self._dongle = Select(name="timing_dongle", label=_("Dongle"))
        self._dongle.setMaximumWidth(_MOST_DONGLE)
        self._dongle.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)
        self._dongle.activated.connect(lambda _index: self._forget_result(self._dongle.current_key()))
        self._dongle.currentIndexChanged.connect(lambda _index: self._on_dongle_selected())
        self._stored = StoredTiming()
        self._differs = Badge("warn", _("Differs from the dongle"), "ph.git-diff")
        self._revert = Button(
            "", self._revert_to_dongle, kind="quiet", icon="ph.arrow-counter-clockwise",
            tip=_("Revert to the dongle's bit timing"), name="timing_revert",
        )  # fmt: skip
        self._write_button = Button(
            _("Write to dongle and verify"), self._write, kind="primary", icon="ph.download-simple", name="timing_write"
        )
        self._write_button.add_key_cap(REGISTRY["bench.write_timing"].key)
        self.toolbar.add(self._dongle)
        self._pair_button = Button(
            _("Pair a dongle"), lambda: context.go("bench/dongles/pair"), icon="ph.link", name="timing_pair"
        )
        self._pair_button.hide()
        self.toolbar.add(self._pair_button)
        self.toolbar.add(self._stored)
        self._save_profile = Button(
            _("Save as profile"), self._profiles.ask_name, icon="ph.floppy-disk", name="timing_save_profile"
        )
        self._write_many = Button(
            "", self._ask_dongles, kind="quiet", icon="ph.stack", tip=_("Write to several dongles"), name="timing_many"
        )
        for widget in (self._differs, self._revert, self._save_profile, self._write_many, self._write_button):
            self.toolbar.add_right(widget)
        self.toolbar.shorten(self._save_profile)
        reach_last(self, self._revert, self._write_button)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(8)
        self._bits, self._plots = self._bit_card(), self._plot_card()
        middle.addWidget(self._bits)
        middle.addWidget(self._plots, 2)
        middle.addWidget(self._tolerance.curve_card, 1)
        middle.addWidget(self._registers)
        self._side_cards = self._build_side_cards()
        self._side = _side_area()
        canvas = QWidget()
        set_surface(canvas, "canvas")
        self._columns = QHBoxLayout(canvas)
        self._columns.setContentsMargins(8, 8, 8, 8)
        self._columns.setSpacing(8)
        self._columns.addLayout(middle, 5)
        self._side_pane = QWidget()
        beside = QVBoxLayout(self._side_pane)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        beside.addWidget(self._side, 1)
        self._side_foot = QHBoxLayout()
        self._side_foot.addWidget(self.verification)
        beside.addLayout(self._side_foot)
        self._side_pane.setMaximumWidth(self._side.maximumWidth())
        self._side.verticalScrollBar().rangeChanged.connect(self._align_verification)
        self._columns.addWidget(self._side_pane, 3)
        self._side.setWidget(self._side_cards)
        self._area = scroll_area(canvas)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self._inputs)
        body.addWidget(hairline(vertical=True))
        body.addWidget(self._area, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.banner_place = BannerPlace()
        whole.addWidget(self.toolbar)
        whole.addWidget(self.banner_place)
        whole.addLayout(body, 1)

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        results = self._side_cards if self._side_pane.isHidden() else self._side_pane
        middle = self._bits, self._plots, self._tolerance.curve_card, self._registers
        return [self.toolbar, self._inputs, *middle, results]

    def _bit_card(self) -> Card:
        """The card with the editable bit of each phase."""
        card = Card(padding=14)
        self._bit_title = Elided("", tone="muted")
        head = QHBoxLayout()
        head.addWidget(Text(_("Arbitration phase"), "body_strong"))
        head.addWidget(self._bit_title, 1)
        card.column.addLayout(head)
        card.column.addWidget(self._bar)
        self._data_title = Elided("", tone="muted")
        self._data_part = QWidget()
        part = QVBoxLayout(self._data_part)
        part.setContentsMargins(0, 0, 0, 0)
        data_head = QHBoxLayout()
        data_head.addWidget(Text(_("Data phase"), "body_strong"))
        data_head.addWidget(self._data_title, 1)
        part.addLayout(data_head)
        part.addWidget(self._data_bar)
        self._data_part.hide()
        card.column.addWidget(self._data_part)
        self._bit_problem = ReadableText(tone="warn")
        self._bit_problem.hide()
        card.column.addWidget(self._bit_problem)
        return card

    def _plot_card(self) -> Card:
        """The card with the plot of all solutions."""
        card = Card(padding=14)
        self._legend = PlotLegend()
        self._plot_title = Elided(self._plot.title, "body_strong", "secondary")
        card.column.addWidget(self._plot_title)
        card.column.addWidget(self._legend)
        card.column.addWidget(self._plot, 1)
        card.column.addWidget(self._pair_plot, 1)
        self._pair_plot.hide()
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the cards at the side lie below the others, and all of them scroll. In a wide one the last
        stays in view below those that scroll: it says what becomes of a write.
        """
        super().resizeEvent(event)
        narrow = is_narrow(self.width())
        self._tolerance.fit(has_room=narrow or self.height() >= _ROOM_FOR_CURVE)
        if narrow == self._side_pane.isHidden():
            return
        self._side_pane.setVisible(not narrow)
        cards = self._side_cards.layout()
        assert isinstance(cards, QVBoxLayout)
        if narrow:
            cards.insertWidget(0, self.verification)
        else:
            self._side_foot.addWidget(self.verification)
        if narrow:
            self._columns.addWidget(self._side.takeWidget())
            self._columns.setDirection(QHBoxLayout.Direction.TopToBottom)
            self._side_cards.show()
        else:
            self._columns.removeWidget(self._side_cards)
            self._columns.setDirection(QHBoxLayout.Direction.LeftToRight)
            self._side.setWidget(self._side_cards)

    def _align_verification(self) -> None:
        """Make the card below those that scroll as wide as they are beside their scroll bar."""
        self._hide_sliver()
        bar = self._side.verticalScrollBar()
        self._side_foot.setContentsMargins(0, 0, bar.sizeHint().width() if bar.maximum() else 0, 0)

    def _hide_sliver(self) -> None:
        """Leave out a card of which so little has room that it would seem to stick out from below the last one."""
        area, margins = self._side, self._side.viewportMargins()
        height = area.viewport().height() + margins.bottom()
        tops = [one.y() for one in self._side_cards.findChildren(Card) if one.isVisibleTo(self._side_cards)]
        sliver = next((height - top for top in tops if 0 < height - top < _LEAST_SEEN), 0)
        if margins.bottom() != sliver:
            area.setViewportMargins(0, 0, 0, sliver)

    def _build_side_cards(self) -> QWidget:
        """The cards for tolerances, registers and verification."""
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for card in (self._comparison, self._tolerance.tolerance, self._tolerance.cable, self._tolerance.delay):
            column.addWidget(card)
        column.addStretch(1)
        return inside

    # ---- the dongle

    def _show_dongles(self) -> None:
        """Show the paired dongles as they were read last: at once when the view opens, before it has the focus."""
        dongles = self._paired.records
        if dongles is None:
            return
        before = self._selected_dongle()
        first = before is None or before.config is None
        self._dongles, self._loaded = dongles, True
        self._pair_button.setVisible(not dongles and has_permission(self._context.actor, "dongles:pair"))
        self._update_choices()
        # Keep what the user typed before the list was loaded.
        if first and not self._edited_by_hand:
            self._take_over()

    def _update_choices(self) -> None:
        wanted = (self._selected_id, self._dongle.current_key())
        dongles = (*self._dongles, *self._unpaired())
        choices = [(dongle.device_id, self._choice_title(dongle)) for dongle in dongles]
        choices = choices or [("", no_dongles(loading=self._is_loading()))]
        if choices != self._choices:  # there may be thousands, and any change of a port or dongle comes here
            self._choices = choices
            self._dongle.set_choices(choices)
            # A name that is cut off is no name: what the dongle stores is told in fewer words instead.
            self._dongle.setMinimumWidth(min(_MOST_DONGLE, max(_LEAST_DONGLE, self._dongle.sizeHint().width())))
        connected = next((dongle.device_id for dongle in self._dongles if self._devices.find(dongle.device_id)), "")
        listed = {key for key, _title in choices}
        self._dongle.set_current_key(next((key for key in wanted if key and key in listed), connected))
        self._compare()
        if self._detects and self._selected_dongle() is not None:
            self._detects = False
            QTimer.singleShot(0, self, self._detect_bit_rate)  # once the view is shown

    def _is_loading(self) -> bool:
        """Whether a dongle that can be selected may appear by itself."""
        return not self._loaded or may_become_selectable(self._devices.devices, simulating=self._devices.simulating)

    def _choice_title(self, dongle: DongleRecord) -> str:
        """The name of a dongle in the list, with whether it is disconnected."""
        if self._devices.find(dongle.device_id) is not None:
            return self._names.name(dongle.device_id)
        return _("{name} (disconnected)").format(name=self._names.name(dongle.device_id))

    def _selected_dongle(self) -> DongleRecord | None:
        key = self._dongle.current_key()
        return next((dongle for dongle in (*self._dongles, *self._unpaired()) if dongle.device_id == key), None)

    def _unpaired(self) -> list[DongleRecord]:
        """The connected dongles that no organisation has paired: anyone may write their settings. None before the list
        of those that are paired is loaded.
        """
        if not self._loaded:
            return []
        paired = {dongle.device_id for dongle in self._dongles}
        return [
            fleet.unpaired_dongle(device.device_id, device.info.config, device.checked_at)
            for device in self._devices.devices
            if device.device_id is not None
            and device.device_id not in paired
            and device.info is not None
            and device.info.is_benchboard
            and device.info.ownership_state != "CLAIMED_ACTIVE"
        ]

    def _on_dongle_selected(self) -> None:
        self._selected.select(self._dongle.current_key())
        self._take_over()

    def _forget_result(self, device_id: str) -> None:
        """The dongle with this id was selected: what became of the last write was about another one."""
        self._notices.select(device_id)
        self._written = self._filled_in = None
        self._last_write.forget()
        self.verification.clear()

    def _take_over(self) -> None:
        """Fill in the selected dongle's configuration. That can be undone if it takes the place of the user's own."""
        dongle = self._selected_dongle()
        if dongle is not None and dongle.config is not None:
            is_own = self._edited_by_hand or self._history.can_undo
            self._inputs.set_config(dongle.config)
            self._solve(keep=stored_phases(dongle.config))
            if is_own:
                self._history.record(self._choice())
            else:
                self._history.begin(self._choice())
                self._news.begin()

    def _revert_to_dongle(self) -> None:
        self._solve_now()
        self._edited_by_hand = True
        self._take_over()

    def _stored_texts(self, dongle: DongleRecord | None) -> tuple[str, ...]:
        """The selected dongle's present configuration, or its last known one, as text; then ever shorter."""
        if dongle is None or dongle.config is None:
            return ("",)
        config = dongle.config
        rate, point = rates(config.bitrate, config.data_bitrate), number(config.sample_point, 1)
        if config.data_sample_point is not None:
            point = f"{point} / {number(config.data_sample_point, 1)}"
        values, where = _("{rate}, {point} %"), _("On the dongle: {rate}, {point} %")
        if self._devices.find(dongle.device_id) is None:
            where = _("Last read {when}: {rate}, {point} %")
        read = relative_time(dongle.configured_at, in_sentence=True)
        return (*(one.format(rate=rate, point=point, when=read) for one in (where, values)), rate)

    def _show_stored(self) -> None:
        texts = self._stored_texts(self._selected_dongle())
        if texts[0] != self._stored.text():  # it is called at every repaint
            self._stored.set_texts(*texts)

    def _compare(self) -> None:
        dongle = self._selected_dongle()
        config = dongle.config if dongle is not None else None
        self._show_stored()
        phases = self._phases
        differs = config is not None and phases is not None and not self._is_on_dongle(config)
        self._differs.setVisible(differs)
        self._stored.show_whether(differs=None if config is None or phases is None else differs)
        self._revert.setVisible(differs)
        self._news.follow()
        reason = self._why_not_write(dongle)
        self._write_button.disable(reason)
        self._save_profile.disable(self._why_not_save())
        self._write_many.disable(self._why_not_save() or ("" if self._writable() else _("Plug in a dongle first.")))
        self._show_note()
        self._show_whether_written()

    def _show_note(self) -> None:
        """Say why the timing can't be written, or what to know before."""
        dongle = self._selected_dongle()
        note = self._note_on(dongle), self._bus_again.note(dongle.device_id if dongle is not None else "")
        reason = self._why_not_write(dongle)
        self.verification.show_reason(reason or " ".join(filter(None, note)))

    def _is_on_dongle(self, config: DongleConfig) -> bool:
        """Whether the dongle stores the phases that are shown, and their delay compensation."""
        if self._phases is None:
            return False
        stored = (config.tdc_offset if config.fd_enabled and config.tdc_enabled else None) == self._tdc_offset
        return stored and self._phases.is_stored_as(stored_phases(config), self._inputs.controller_name())

    def _show_whether_written(self) -> None:
        """Show the result of the last write only beside the timing that was written, and only until another one is
        written, here or elsewhere."""
        dongle = self._selected_dongle()
        if dongle is not None and dongle.config is not None and self._last_write.is_replaced(dongle.config):
            self._written = self._filled_in = None
            self.verification.show_rewritten(*rate_and_point(stored_phases(dongle.config)), dongle.configured_at)
        if self._written is not None:
            self.verification.show_written(is_shown=self._is_shown(self._written) or self._is_shown(self._filled_in))
        self.verification.show_filled_in(is_shown=self._is_shown(self._filled_in))

    def _is_shown(self, phases: Phases | None) -> bool:
        """Whether what is shown is stored as these phases."""
        shown, name = self._phases, self._inputs.controller_name()
        return shown is not None and phases is not None and shown.is_stored_as(phases, name)

    def _why_not_write(self, dongle: fleet.DongleRecord | None) -> str:
        """Why the timing can't be written to `dongle`; empty if it can."""
        if not self._may_write:
            return _("Your role can't write to dongles.")
        if dongle is None:
            return no_dongles(loading=True) if self._is_loading() else _("Plug in a dongle first.")
        detected, config = self._devices.find(dongle.device_id), dongle.config
        if detected is None:
            return not_connected(self._names.name(dongle.device_id))
        if config is not None and self._inputs.controller_name() != _canonical_controller(config.controller):
            return _("Can't write: the controller of {name} is {controller}, not {selected}.").format(
                name=self._names.name(dongle.device_id),
                controller=_controller_title(config.controller),
                selected=_controller_title(self._inputs.controller_name()),
            )
        if config is None and self._paired.is_reading:  # it may just have been paired: its own timing is filled in next
            return no_dongles(loading=True)
        phases = self._phases
        if phases is None:
            return self._inputs.why_none()
        if problem := nominal_bit_rate_problem(phases.nominal.bitrate):
            return problem
        name = self._names.name(dongle.device_id)
        if phases.data is not None and detected.info is not None and detected.info.fd is False:
            return _("Can't write: {name} doesn't support CAN FD.").format(name=name)
        clock = detected.info.clock_hz if detected.info is not None else None
        if clock is not None and clock != phases.nominal.clock:
            own, given = (number(one / 1e6, most=6) for one in (clock, phases.nominal.clock))
            refusal = _("Can't write: the CAN clock of {name} is {clock} MHz, not {given} MHz.")
            return refusal.format(name=name, clock=own, given=given)
        try:
            item = controller(self._inputs.controller_name())
            item.require_fits(phases.nominal)
            if phases.data is not None:
                item.require_fits(phases.data, "data")
        except Invalid as error:
            return error.what
        return ""

    # ---- profiles

    def _why_not_save(self) -> str:
        """Why what is shown can't be kept, nor written to several dongles."""
        if not self._may_write:
            return _("Your role can't write to dongles.")
        return "" if self._phases is not None else self._inputs.why_none()

    def _shown(self) -> ShownTiming | None:
        self._solve_now()  # with the last key press
        request, phases = self._inputs.last_request, self._phases
        return None if request is None or phases is None else ShownTiming(request.controller, phases, self._tdc_offset)

    def _use_profile(self, profile: TimingProfile) -> None:
        """Fill in a profile. Its segments stay as they were saved, whichever are the best."""
        config = DongleConfig(**profile.values())
        self._edited_by_hand = True
        self._inputs.set_config(config)
        self._solve(keep=stored_phases(config))
        self._history.record(self._choice())

    def _writable(self) -> list[DongleRecord]:
        """The connected dongles, whether or not what is shown fits them."""
        dongles = (*self._dongles, *self._unpaired())
        return [one for one in dongles if self._devices.find(one.device_id) is not None]

    def _ask_dongles(self) -> None:
        self._solve_now()
        self._profiles.ask_dongles([(one, self._why_not_write(one)) for one in self._writable()])

    # ---- undo

    def _choice(self) -> TimingChoice:
        """What the user has entered and selected."""
        inputs = self._inputs
        texts, method = inputs.texts(), inputs.method.current()
        return TimingChoice(texts, inputs.controller_name(), method, self._by_hand, inputs.boxes)

    def _undo(self) -> None:
        self._solve_now()  # what was just typed is undone first
        before = self._choice()
        self._restore(before, self._history.undo(), _("Undone: {step}"))

    def _redo(self) -> None:
        self._solve_now()
        before = self._choice()
        self._restore(before, self._history.redo(), _("Redone: {step}"))

    def _restore(self, before: TimingChoice, choice: TimingChoice | None, done: str) -> None:
        """Show a state of the history, and tell a screen reader what was `done` with which `{step}`, and
        what is shown or has to be corrected now."""
        if choice is None:
            return
        self._inputs.fill_in(choice.controller, choice.texts, choice.boxes)
        self._by_hand = choice.by_hand
        self._inputs.method.set_current(choice.method)
        self._solve()
        plot = self._plot if self._pair_plot.isHidden() else self._pair_plot
        announce(plot, done.format(step=self._inputs.changes_text(before, choice)), again=True)
        if self._phases is None:
            announce(self, self._inputs.why_none(), again=True)
        else:
            announce(plot, plot.accessibleDescription(), again=True)

    # ---- solving

    def _on_edited(self) -> None:
        self._edited_by_hand = True
        self._solve_timer.start()

    def _solve_now(self) -> None:
        """Solve what was edited, if it isn't solved yet."""
        if self._solve_timer.isActive():
            self._solve_edited()

    def _solve_edited(self) -> None:
        self._solve()
        self._history.record(self._choice())

    def _solve(self, keep: Phases | None = None) -> None:
        self._solve_timer.stop()
        try:
            request = self._inputs.read()
            solutions = _solve_request(request)
        except Invalid:
            self._show_no_solutions()
            return
        best: list[Solution] | list[Pair] = solutions.best(_BEST)
        self._solutions = solutions
        self._inputs.show_count(len(solutions), len(best), solutions if isinstance(solutions, Pairs) else None)
        self._show_solutions(solutions, request)
        most = self._pair_plot.most if isinstance(solutions, Pairs) else None
        self._legend.set_clock_tolerance(request.clock_tolerance, most=most)
        self._inputs.best.show_solutions(best)
        best_phases = _phases_of(best[0]) if best else None
        if keep is not None:
            # A dongle's segments are what they are, but the fields ask for no data phase it hasn't got.
            keep = replace(keep, data=keep.data if request.data is not None else None)
            self._keep_by_hand(None if keep == best_phases else keep)
        selected = keep or self._manual_timing(request)
        if keep is not None or self._inputs.method.current() != "linux":
            self._inputs.method.set_current("cia" if self._manual_timing(request) is None else "hand")
        if selected is None:
            selected = _linux_phases(request) if self._inputs.method.current() == "linux" else best_phases
        self._show(selected)

    def _show_solutions(self, solutions: Solutions | Pairs, request: TimingRequest) -> None:
        """Plot all solutions: those of one phase by their error, pairs by both sample points."""
        is_pairs = isinstance(solutions, Pairs)
        self._plot.setVisible(not is_pairs)
        self._pair_plot.setVisible(is_pairs)
        if isinstance(solutions, Pairs):
            self._pair_plot.show_points(pair_grid(solutions), clock_tolerance=request.clock_tolerance)
            return
        self._plot.show_points(
            _points(solutions),
            target=float(solutions.sample_point),
            max_error=request.error or 0.1,
            clock_tolerance=request.clock_tolerance,
        )
        if not len(solutions):
            self._plot.clear()  # also of the one that was selected before

    def _keep_by_hand(self, phases: Phases | None) -> None:
        """Remember a timing that was chosen for the present request in place of the best one; None forgets it."""
        request = self._inputs.last_request
        self._by_hand = (request, phases) if request is not None and phases is not None else None

    def _manual_timing(self, request: TimingRequest) -> Phases | None:
        """The timing that was chosen by hand for this request; a value that was wrong or half-typed in between doesn't
        lose it.
        """
        if self._by_hand is None or not self._by_hand[0].has_same_phase(request):
            return None
        return self._by_hand[1]

    def _choose_method(self, key: str) -> None:
        """Show the timing of another calculation; by hand, the present one until it is changed."""
        self._solve_now()
        self._keep_by_hand(self._phases if key == "hand" else None)
        self._inputs.method.set_current(key)
        self._solve()
        self._history.record(self._choice())

    def _show_no_solutions(self) -> None:
        """Clear the solutions of earlier inputs: the present ones have none."""
        self._solutions = None
        self._inputs.show_none()
        self._show(None)

    def _select_solution(self, triples: Triples) -> None:
        """Show this solution. One that is shown already stays as it is, also if its jump width was set by hand."""
        if self._solutions is None:
            return
        if self._phases is not None and triples == triples_of(self._phases):
            self._show(self._phases)  # the ring is at the selected point again
            return
        phases = _phases_at(self._solutions, triples)
        best: list[Solution] | list[Pair] = self._solutions.best(1)
        is_best = bool(best) and triples == triples_of(_phases_of(best[0]))
        self._keep_by_hand(None if is_best else phases)
        self._inputs.method.set_current("cia" if is_best else "hand")
        self._show(phases)
        self._history.record(self._choice())

    def _on_dragged(self, timing: Timing) -> None:
        if self._phases is not None:
            self._show_dragged(replace(self._phases, nominal=timing), f"bit {self._bar.gesture}")

    def _on_data_dragged(self, timing: Timing) -> None:
        if self._phases is not None:
            self._show_dragged(replace(self._phases, data=timing), f"data bit {self._data_bar.gesture}")

    def _show_dragged(self, phases: Phases, gesture: str) -> None:
        self._keep_by_hand(phases)
        self._inputs.method.set_current("hand")
        self._show(phases)
        self._history.record(self._choice(), gesture)

    def _show(self, phases: Phases | None) -> None:
        request = self._inputs.last_request
        verdict = None
        if phases is not None and request is not None:
            # All cards, and the dongle, get the same split of tseg1.
            verdict = check_request(phases, request)
            phases = Phases(verdict.nominal, verdict.data)
        self._phases, self._tdc_offset = phases, tdc_offset(verdict, request)
        problem = verdict.bit_rate_problem if verdict is not None else ""
        self._bit_problem.setText(problem)
        self._bit_problem.setVisible(bool(problem))
        self._data_part.setVisible(phases is not None and phases.data is not None)
        if phases is None or request is None or verdict is None:
            self._show_blank()
            return
        self._show_bits(phases, request, verdict)
        self._show_in_plot(phases, request, verdict)
        self._inputs.best.mark_current(phases)
        self._registers.show_timing(request.controller, phases, self._tdc_offset)
        self._tolerance.show_timing(phases, request)
        self._comparison.show_timing(phases, request)
        self._show_plot_title()
        self._compare()
        self._news.follow()

    def _show_bits(self, phases: Phases, request: TimingRequest, verdict: Verdict) -> None:
        item = controller(request.controller)
        title = _bit_title(phases.nominal)
        if not item.nominal.has_prop_seg:
            title += "    " + verdict.propagation_title.format(metres=number(request.length))
        self._bit_title.setText(title)
        self._bar.show_timing(phases.nominal, prop_seg_is_set=item.nominal.has_prop_seg)
        if phases.data is not None:
            has_prop_seg = item.limits("data").has_prop_seg
            self._data_title.setText(_bit_title(phases.data))
            self._data_bar.show_timing(phases.data, prop_seg_is_set=has_prop_seg, tseg1_is_split=has_prop_seg)

    def _show_in_plot(self, phases: Phases, request: TimingRequest, verdict: Verdict) -> None:
        timing = phases.nominal
        first, second = triples_of(phases)
        if phases.data is not None and second is not None:
            points = timing.sample_point, phases.data.sample_point
            self._pair_plot.show_selected(PairPoint(*points, verdict.tolerance.percent, first, second))
            return
        error = abs(timing.bitrate - request.bitrate) / request.bitrate * 100
        self._plot.show_selected(timing, error, verdict.tolerance.percent)

    def _show_blank(self) -> None:
        """Show no timing. The inputs say why there is none, each card what it would show of one."""
        self._bar.show_timing(None)
        self._bit_title.setText(_("No bit timing"))
        self._plot.clear(_("No bit timings to plot"))
        self._plot.show()
        self._pair_plot.hide()
        self._registers.show_timing("", None)
        self._tolerance.show_timing(None, None)
        self._comparison.show_timing(None, None)
        self._show_plot_title()
        self._compare()
        self._news.follow()

    def _verdict_sentences(self) -> tuple[str, ...]:
        """What the cards say of the timing, and of the other node."""
        if self._phases is None:
            return (self._inputs.why_none(),)
        tolerance, cable = self._tolerance.tolerance.sentence, self._tolerance.cable.sentence
        verdict = self._bit_problem.text(), _jump_widths(self._phases), tolerance, cable, self._comparison.sentence
        return *verdict, *self._stored_sentences()

    def _stored_sentences(self) -> tuple[str, ...]:
        """What the connected dongle has, and whether that is what is shown."""
        dongle = self._selected_dongle()
        if dongle is None or dongle.config is None or self._devices.find(dongle.device_id) is None:
            return ()
        differs = not self._is_on_dongle(dongle.config)
        whether = _("Differs from the dongle.") if differs else _("As on the dongle.")
        return sentence(self._stored_texts(dongle)[0]), whether

    def _show_plot_title(self) -> None:
        shows_pairs = not self._pair_plot.isHidden()
        self._plot_title.setText(self._pair_plot.title if shows_pairs else self._plot.title)
        self._legend.setVisible(shows_pairs or not self._plot.is_blank)

    # ---- writing

    def _write(self) -> None:
        self._solve_now()  # what is written is solved from the present inputs, including the last key press
        dongle, phases = self._selected_dongle(), self._phases
        detected = self._devices.find(dongle.device_id) if dongle is not None else None
        if dongle is None or detected is None or phases is None or not self._write_button.isEnabled():
            self._inputs.focus_first_wrong()
            return
        unless_in_use(
            self, self._devices, frozenset({detected.port.path}), partial(self._write_to, dongle, detected, phases),
            writing(),
        )  # fmt: skip

    def _note_on(self, dongle: DongleRecord | None) -> str:
        """What to know before writing to `dongle`; empty if nothing."""
        if dongle is None or dongle.ownership_state == "CLAIMED_ACTIVE":
            return ""
        return _("{name} isn't paired: anyone can change its bit timing.").format(
            name=self._names.name(dongle.device_id)
        )

    def _write_to(self, dongle: DongleRecord, detected: DetectedDevice, phases: Phases) -> None:
        """Write what was shown when the button was clicked."""
        self._selected.select(dongle.device_id)
        context, path = self._context, detected.port.path
        base = dongle.config if dongle.id else None  # anyone may have changed a dongle that isn't paired
        self._notices.dismiss(_WRITE)
        self._write_button.disable(_("The bit timing is being written. Wait a moment."))
        self._bus_again.remember(detected)
        self._written, offset = phases, self._tdc_offset
        self._filled_in = None
        self._last_write.forget()
        self.verification.start(*rate_and_point(phases))

        def write(_progress: Progress) -> DongleConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._devices.device(path, dongle.device_id) as device:
                config = config_with(base or device.config_read().config, phases, offset)
                stored = fleet.write_config(context.database, context.actor, data_key, device, config).config
                self._devices.store_config(path, stored)
                return stored

        def written(config: DongleConfig) -> None:
            self._last_write.remember(config)
            self.verification.set_step(3)
            self._count_errors()

        context.tasks.run(
            self,
            write,
            written,
            partial(self._on_write_failed, dongle, path),
            title=_("Writing to {name}").format(name=self._names.name(dongle.device_id)),
        )

    def _count_errors(self) -> None:
        """The fourth step: count errors on the bus with the new timing."""
        dongle = self._selected_dongle()
        detected = self._devices.find(dongle.device_id) if dongle is not None else None
        if dongle is None or detected is None:
            return

        name = self._names.name(dongle.device_id)

        def listen(progress: Progress) -> Counters:
            return self._devices.count_frames(detected, name, _COUNT_S, progress)

        self._context.tasks.run(
            self,
            listen,
            self._show_counts,
            partial(self._on_write_failed, dongle, detected.port.path),
            title=_("Listening on {port}").format(port=name),
        )

    def _show_counts(self, counters: Counters) -> None:
        check = check_bus(counters)
        count = counters.bus.bus_errors
        frames = ngettext("{count} frame", "{count} frames", counters.frames).format(count=number(counters.frames))
        errors = ngettext("{count} error", "{count} errors", count).format(count=number(count))
        text = _("{errors} in {frames}").format(errors=errors, frames=frames)
        if not counters.frames:
            text = _("No frames, {errors}").format(errors=errors)
        if check is BusCheck.SILENT:
            self.verification.show_unverified(_("0 errors, but no frames received"), silence_explanation(_COUNT_S))
        elif check.failed:
            why = _("Another node uses a different bit rate, or the wiring is wrong.")
            do = _("Write a different bit rate, or check the termination.")
            result = _("Bus off") if check is BusCheck.BUS_OFF else text
            self.verification.show_failure(result, f"{why} {do}", detectable=True)
        else:
            self.verification.show_passed(text)
        self._bus_again.open()
        self._compare()
        QTimer.singleShot(0, self, self._reveal_verification)  # it may have grown, once it is laid out

    def _detect_bit_rate(self) -> None:
        """Find the bit rate of the bus, and fill it in; what is written stays until it is written again."""
        dongle = self._selected_dongle()
        detected = self._devices.find(dongle.device_id) if dongle is not None else None
        if dongle is None or detected is None:
            return
        unless_in_use(
            self, self._devices, frozenset({detected.port.path}), partial(self._detect_on, dongle, detected),
            Taking(_("Detecting the bit rate"), _("Stop recording and detect"), _("Close live bus and detect")),
        )  # fmt: skip

    def _detect_on(self, dongle: DongleRecord, detected: DetectedDevice) -> None:
        self._write_button.disable(_("The bit rate is being detected. Wait a moment."))
        self._bus_again.remember(detected)
        self.verification.show_detecting()

        def failed(error: AppError) -> None:
            self.verification.show_detected(self._names.named(error, dongle.device_id).what)
            self._bus_again.open()
            self._compare()

        self._context.tasks.run(
            self,
            lambda progress: self._devices.detect_bit_rate(detected, progress),
            self._show_detected,
            failed,
            title=_("Detecting the bit rate on {name}").format(name=self._names.name(dongle.device_id)),
        )

    def _show_detected(self, found: Detection) -> None:
        self._bus_again.open()
        if found.bitrate is not None:
            self._edited_by_hand = True
            self._inputs.set_bit_rate(found.bitrate)
            self._solve()
            self._history.record(self._choice())
            self._filled_in = self._phases
        # What was written is wrong still, and is said beside what is filled in.
        self.verification.show_detected(found.sentence, is_filled_in=found.bitrate is not None)
        self._compare()
        QTimer.singleShot(0, self, self._reveal_verification)

    def _reveal_verification(self) -> None:
        """Scroll to the result, whose explanation may be below the window's edge."""
        if self._side_pane.isHidden():
            self._area.ensureWidgetVisible(self.verification)

    def _on_write_failed(self, dongle: DongleRecord, path: str, error: AppError) -> None:
        named = self._names.named(error, dongle.device_id)
        if dongle.config is not None and not self._last_write.is_known:
            self._last_write.remember(dongle.config)  # what it had stays until somebody writes another one
        self.verification.show_failure(_("Stopped") if isinstance(error, Cancelled) else named.what)
        self._notices.show(error, path=path, device_id=dongle.device_id, act=_WRITE)
        self._bus_again.open()
        self._compare()


def _canonical_controller(name: str) -> str:
    """The canonical name of a controller that a dongle may report under another name."""
    try:
        return controller(name).name
    except NotFound:
        return name


def _controller_title(name: str) -> str:
    """What people call a controller that a dongle may report under another name."""
    try:
        return _(controller(name).title).split(" (")[0]
    except NotFound:
        return name


def _solve_request(request: TimingRequest) -> Solutions | Pairs:
    """All solutions of a request, with CAN FD all pairs."""
    item = controller(request.controller)
    common = {
        "clock": request.clock, "bitrate": request.bitrate, "sample_point": request.sample_point,
        "tolerance": request.error,
    }  # fmt: skip
    if request.data is None:
        return solve(item.nominal, **common)
    return solve_fd(
        item.nominal,
        item.limits("data"),
        data_bitrate=request.data.bitrate,
        data_sample_point=request.data.sample_point,
        equal_prescalers=request.data.equal_prescalers,
        **common,
    )


def _linux_phases(request: TimingRequest) -> Phases | None:
    """What Linux would choose for a request; None if it finds nothing for one of the phases."""
    item = controller(request.controller)
    nominal = solve_linux(item.nominal, clock=request.clock, bitrate=request.bitrate, sample_point=request.sample_point)
    if nominal is None or request.data is None:
        return None if nominal is None else Phases(nominal.timing)
    asked = request.data
    data = solve_linux(item.limits("data"), clock=request.clock, bitrate=asked.bitrate, sample_point=asked.sample_point)
    return None if data is None else Phases(nominal.timing, data.timing)


def _phases_of(solution: Solution | Pair) -> Phases:
    if isinstance(solution, Pair):
        return Phases(solution.nominal.timing, solution.data.timing)
    return Phases(solution.timing)


def _phases_at(solutions: Solutions | Pairs, triples: Triples) -> Phases:
    """The solution with these prescalers and segments."""
    nominal, data = triples
    if isinstance(solutions, Pairs):
        assert data is not None
        return Phases(solutions.nominal.solution(*nominal).timing, solutions.data.solution(*data).timing)
    return Phases(solutions.solution(*nominal).timing)


def _jump_widths(phases: Phases) -> str:
    """The jump width of each phase, in time quanta."""
    if phases.data is None:
        return _("SJW {count}").format(count=phases.nominal.sjw) + "."
    return _("SJW {first} and {second}.").format(first=phases.nominal.sjw, second=phases.data.sjw)


def _bit_title(timing: Timing) -> str:
    """Bit rate, time quanta and prescaler of a phase."""
    return _("{rate} kbit/s    {quanta} tq of {ns} ns, prescaler {prescaler}").format(
        rate=number(timing.bitrate / 1000, 0 if timing.rate.denominator == 1 else 3),
        quanta=timing.quanta,
        ns=number(timing.tq_ns),
        prescaler=timing.prescaler,
    )


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


def _side_area() -> QScrollArea:
    """The area in which the cards at the side scroll by themselves."""
    side = QScrollArea()
    side.setAccessibleName(_("Results"))
    side.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
    side.setWidgetResizable(True)
    side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    ScrollFade(side, "canvas")
    side.setMinimumWidth(376)
    side.setMaximumWidth(392)
    return side
