"""The live bus: opens a dongle's channel, shows its frames by ID or in order, and sends frames."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from benchboard.canbus import candump
from benchboard.canbus.bus_check import AcknowledgementWatch, check_bus
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_sender import SendOutcome
from benchboard.canbus.id_filter import parse_id_filter
from benchboard.dongles import fleet
from benchboard.dongles.listen_only import is_listen_only
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_commands import LIVE
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.bus_counters import SAMPLE_MS, BusCounters
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.frame_table import DATA_COLUMN, FrameDelegate, FrameModel
from benchboard.ui.bench.live_bus_reasons import (
    may_become_selectable,
    no_dongles,
    not_connected,
    why_none_selectable,
    why_only_errors,
)
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.bench.send_problems import CommandHelp, not_a_frame, not_sendable, not_sending, unsent_error
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.tasks import Work
from benchboard.ui.theme import theme
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    Badge,
    BannerPlace,
    Button,
    Edit,
    Elided,
    EmptyState,
    Paragraph,
    Popover,
    SegmentedControl,
    Select,
    Text,
    Toolbar,
    copyable,
    hairline,
    heading,
)
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.drawer import is_narrow
from benchboard.ui.widgets.fields import SearchField, focus_filter, is_plain_key
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.row_cursor import WholeRowTable
from benchboard.ui.widgets.surfaces import set_surface

_POLL_MS: Final = 100
_TYPING_MS: Final = 200
_OPEN: Final = "bench.open"
"""The key of the notice that the bus couldn't be opened, or has ended by itself."""
_SEND: Final = "bench.send"
"""The key of the notice that frames weren't sent."""
_MAX_AT_ONCE: Final = 5_000
"""Most frames that become rows in one poll: 20 ms of the main thread, and 50,000 frames/s."""


_OPEN_ROUTE: Final = "!open"
"""The rest of the address that opens the bus of the dongle that is selected when the view is opened."""
_NOT_A_FRAME: Final = "bench.not-a-frame"


@dataclass(frozen=True, slots=True)
class _SendState:
    """What the bar below the frames keeps while the window is rebuilt."""

    texts: dict[str, str]
    requested: int
    handed_over: str
    rejection: AppError | None


class LiveBusView(QWidget):
    """Polls the ring buffer while it is visible; a signal for each frame would block the window."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._devices = DeviceManager.of(context)
        self._notices = DongleNotices(self, context, self._devices)
        self._paired = PairedDongles.of(context)
        self._names = self._paired.titles
        self._named: set[str] = set()
        """The dongles whose names were asked for."""
        self._reading_names: Work | None = None
        self._titles: dict[str, str] = {}
        self._selected = SelectedDongle.of(context)
        self._selected_away = False
        self._shown: LiveBus | None = None
        """The open bus, until its last frames are shown."""
        self._next = 0
        self._past_id = ""
        """The ID of the dongle whose bus was open last, and whose frames are shown; empty if none is known."""
        self._handed_over = ""
        self._acknowledgement = AcknowledgementWatch()
        """The frame that the line beside the field says was sent."""
        self._requested = 0
        """The number of the frame in the field, while it is being sent; 0 if it isn't, or was edited since."""
        self._rejection: AppError | None = None
        """Why the frame in the field can't be sent, as it is said beside it."""
        self._unsent: tuple[Frame, ...] = ()
        """The frames that the notice names."""
        self._skipped = 0
        """Frames that left the ring buffer before they were shown: the view was paused or hidden too long."""
        self._told_errors = ""
        """What a screen reader was told of this bus's errors without frames."""
        self._end_reason = ""
        self._opening_by_key = False
        """Whether the button that opens the bus had the focus, which then goes to the one that closes it."""
        self._frames_next = False
        """Whether the bus was opened by its shortcut: then the focus goes on to the frames, once there are some."""
        self._opens_once_connected = False
        """Whether the bus opens as soon as its dongle has answered."""
        self._build_toolbar()
        self.model = FrameModel(self)
        self.table = WholeRowTable()
        self._set_up_table(self.table)
        self._counters = BusCounters()
        self._past = Elided("", "body", "muted")
        self._past.setObjectName("live_past")
        self._past.setContentsMargins(16, 6, 12, 6)
        self._past_line = hairline()  # the bar above has one of its own
        self._past.hide()
        self._past_line.hide()
        self._empty = EmptyState(
            "ph.activity",
            _("The live bus is closed"),
            _("Start simulated dongles"),
            self._run_empty_action,
            why=_("Select a dongle above."),
        )
        self._empty.action.setObjectName("live_empty_action")
        self._errors = EmptyState(
            "ph.warning-circle",
            "",
            _("Open bit timing"),
            self._open_timing,
            role="error",
        )
        self._errors.action.setObjectName("live_open_timing")
        self._waiting = EmptyState("ph.activity", _("No frames yet"))
        self._none_match = EmptyState("ph.funnel", "", _("Clear filter"), self._clear_filter)
        self._none_match.action.setObjectName("live_clear_filter")
        for page in (self._empty, self._errors, self._waiting, self._none_match):
            set_surface(page, "surface")
        self._build_filter_bar()
        self._build_send_bar()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._sampling = QTimer(self, interval=SAMPLE_MS)
        self._sampling.timeout.connect(self._sample_load)
        self._devices.changed.connect(self._follow_devices)
        self._selected.changed.connect(self._follow_selection)
        self._selected.gone.connect(self._follow_selection)
        self._devices.live_changed.connect(self._live_changed)
        self._devices.live_failed.connect(self._on_bus_failed)
        self._devices.frames_sent.connect(self._on_frames_sent)
        self._paired.changed.connect(self._on_paired)
        install_shortcuts(self, LIVE, self.command_handlers(), context.problems.refuse)
        self.table.installEventFilter(self)
        self._load_names()
        self._live_changed()

    def command_handlers(self) -> Handlers:
        """The commands of the live bus; their titles tell its present state."""

        def why_closed() -> str:
            return "" if self._devices.live is not None else _("The live bus is closed.")

        def why_not_sent() -> str:
            return why_closed() or self._send_button.reason

        paused = self.model.paused
        return {
            "bench.toggle_live": Handler(self._toggle_bus, self._why_not_toggled),
            "bench.pause_live": Handler(
                self._toggle_pause, why_closed, _("Resume display") if paused else _("Pause display")
            ),
            "bench.filter_frames": Handler(partial(focus_filter, self._filter), self._why_not_filtered),
            "bench.read_counters": Handler(
                lambda: announce(self._counters, self._counters.main_text(), urgent=True, again=True),
                lambda: "" if self._counters.stats else _("The live bus is closed."),
            ),
            "bench.focus_send": Handler(lambda: self._frame.setFocus(Qt.FocusReason.ShortcutFocusReason), why_not_sent),
        }

    def _why_not_toggled(self) -> str:
        return "" if self._devices.live is not None else self._start_button.reason

    def _toggle_bus(self) -> None:
        if self._devices.live is not None:
            self._devices.close_bus()
        else:
            self._start()
            self._opening_by_key = self._frames_next = True

    def panes(self) -> list[QWidget]:
        """The toolbar, the frames or what is in their place, and the bar that sends one. The filter has its own key."""
        frames = self._stack.currentWidget()
        return [self.toolbar, *([frames] if frames is not None else []), self._send]

    def open_route(self, rest: str) -> None:
        """Open the bus of the dongle with this id, or of the selected one; say why if it can't be opened now."""
        self._opens_once_connected = False
        if rest == _OPEN_ROUTE:
            self._update_choices()
            self._open_or_refuse()
        elif rest:
            self._select_dongle(rest)
            self._devices.require_known(self, rest, self._report_unknown, self._open_or_refuse)

    def _open_or_refuse(self) -> None:
        """Open the selected dongle's bus, unless one is open. If it can't be opened, say why; it opens later if that
        passes by itself."""
        if self._devices.live is not None or not self.isVisible():
            return
        if self._start_button.isEnabled():
            self._start()
        else:
            self._opens_once_connected = self._may_become_selectable()
            self._context.problems.refuse(self._start_button.reason)

    def _follow_devices(self) -> None:
        self._update_choices()
        if self._opens_once_connected and (self._start_button.isEnabled() or not self._may_become_selectable()):
            self._opens_once_connected = False
            self._open_or_refuse()

    def _report_unknown(self, error: AppError) -> None:
        self._select_dongle("")
        self._notices.show(error)

    # ---- layout

    def _build_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Live bus"))
        self._dongle = Select(name="live_dongle", label=_("Dongle"))
        self._dongle.setMinimumWidth(180)
        self._dongle.setMaximumWidth(280)
        self._dongle.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)
        self._dongle.activated.connect(lambda _index: self._choose_dongle(self._dongle.current_key()))
        self._settings = Badge("neutral", "", "ph.sliders-horizontal")
        self._settings.hide()
        self._paused = Badge("warn", _("Display paused"), "ph.pause")
        self._paused.hide()
        for told in (self._dongle, self._settings, self._paused):
            self.toolbar.add(told)
        self._view = SegmentedControl(
            (("fixed", _("Latest by ID")), ("rolling", _("All frames"))), label=_("Frames to show")
        )
        self._view.selected.connect(self._choose_view)
        self._pause = Button(_("Pause display"), self._toggle_pause, icon="ph.pause", name="live_pause")
        self._clear = Button("", self._clear_frames, kind="quiet", icon="ph.eraser", tip=_("Clear"), name="live_clear")
        self._start_button = Button(_("Open live bus"), self._start, kind="primary", icon="ph.play", name="live_start")
        self._stop_button = Button(_("Close live bus"), self._devices.close_bus, icon="ph.stop", name="live_stop")
        for widget in (self._view, self._clear, self._pause, self._stop_button, self._start_button):
            self.toolbar.add_right(widget)
        self.toolbar.shorten(self._pause, self._stop_button)

    def _build_filter_bar(self) -> None:
        self._filter_bar = QWidget()
        set_surface(self._filter_bar, "surface")
        line = QHBoxLayout(self._filter_bar)
        line.setContentsMargins(16, 6, 12, 6)
        line.setSpacing(8)
        self._filter = SearchField(
            placeholder=_("ID, range or ID&mask"),
            icon="ph.funnel",
            clear=True,
            keys=REGISTRY["bench.filter_frames"].key,
            name="live_filter",
            label=_("Filter frames by ID"),
        )
        self._filter.setFixedWidth(260)
        self._filter.setToolTip(plain_tooltip(_("Hexadecimal, such as 18F, 100-1FF or 100&700, separated by commas")))
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._apply_filter)
        self._filter.textChanged.connect(lambda _text: self._typing.start())
        self._filter.returnPressed.connect(self._enter_frames)
        self._filter.down.connect(self._enter_frames)
        self._filter.cleared.connect(self._apply_filter)
        self._filter.left.connect(self._focus_frames)
        self._filter_problem = Elided("", "body", "error")
        self._filter_problem.setObjectName("live_filter_problem")
        self._id_count = Text("", tone="muted")
        self._id_count.setObjectName("live_id_count")
        line.addWidget(self._filter)
        line.addWidget(self._filter_problem, 1)
        line.addWidget(self._id_count)

    def _why_not_filtered(self) -> str:
        return "" if self._filter_bar.isVisible() else _("There are no frames to filter.")

    def _apply_filter(self) -> None:
        """Filter the frames by what was typed; what can't be read says why, and the filter before it stays."""
        self._typing.stop()
        try:
            found = parse_id_filter(self._filter.text())
        except Invalid as error:
            self._filter.set_invalid(True)
            self._filter_problem.setText(f"{error.what} {error.do}")
            announce(self._filter_problem, self._filter_problem.text())
            return
        self._filter.set_invalid(False)
        self._filter_problem.setText("")
        if found != self.model.id_filter:
            self.model.set_filter(found)
            self._show_filtered()
            announce(self._id_count, self._id_count.text())
        else:
            self._show_filtered()

    def _clear_filter(self) -> None:
        self._filter.clear()
        self._apply_filter()
        self._focus_frames()

    def _enter_frames(self) -> None:
        self._apply_filter()
        if not self._filter_problem.text():
            self._focus_frames()

    def _focus_frames(self) -> None:
        """Focus the frames, or the button in their place."""
        page = self._stack.currentWidget()
        target = self._none_match.action if page is self._none_match else self.table
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_filtered(self) -> None:
        """Show how many of the IDs the filter shows; if it shows nothing, say so in place of the frames."""
        shown, total = self.model.id_counts
        of_all = ngettext("{shown} of {count} ID", "{shown} of {count} IDs", total)
        every = ngettext("{count} ID", "{count} IDs", total)
        sentence = of_all if self.model.id_filter.terms else every
        text = sentence.format(shown=number(shown), count=number(total)) if total else ""
        if text != self._id_count.text():  # at each poll
            self._id_count.setText(text)
        page = self._stack.currentWidget()
        hidden = self.model.has_frames and not self.model.rowCount() and bool(self.model.id_filter.terms)
        if page is self.table and hidden:
            had_focus = self.table.hasFocus()
            self._none_match.sentence.setText(
                _("No frames match “{text}”").format(text=" ".join(self._filter.text().split()))
            )
            self._stack.setCurrentWidget(self._none_match)
            if had_focus:
                self._none_match.action.setFocus(Qt.FocusReason.OtherFocusReason)
        elif page is self._none_match and not hidden:
            had_focus = self._none_match.action.hasFocus()
            self._stack.setCurrentWidget(self.table)
            if had_focus:
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_filter_bar(self) -> None:
        """Show the filter while there is a bus, or frames of the last one."""
        shown = self._devices.live is not None or self.model.has_frames
        self._filter_bar.setVisible(shown)
        self._filter_line.setVisible(shown)
        self._show_filtered()

    def _build_send_bar(self) -> None:
        self._send = QWidget()
        set_surface(self._send, "surface")
        line = QHBoxLayout(self._send)
        line.setContentsMargins(16, 8, 12, 8)
        line.setSpacing(8)
        self._frame = Edit(placeholder=_("123#DEADBEEF"), mono=True, name="live_frame", label=_("Frame to send"))
        self._frame.setFixedWidth(260)
        self._frame.returnPressed.connect(self._send_frame)
        self._frame.textEdited.connect(lambda _text: self._clear_send_error())
        self._sent = Elided("", "body", "muted")  # a single line, so that the table above never moves
        self._sent.setObjectName("live_sent")
        self._help: CommandHelp | None = None
        self._help_button = Button("", self._open_help, name="live_help")
        self._help_button.hide()
        line.addWidget(Text(_("Send"), tone="secondary"))
        line.addWidget(self._frame)
        self._send_button = Button(_("Send frame"), self._send_frame, icon="ph.paper-plane-right", name="live_send")
        line.addWidget(self._send_button)
        line.addWidget(self._sent, 1)
        line.addWidget(self._help_button)

    def _set_up_table(self, table: QTableView) -> None:
        table.setObjectName("live_table")
        table.setAccessibleName(_("Frames"))
        table.setModel(self.model)
        table.setItemDelegate(FrameDelegate(table))
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)  # Tab leaves the table; the arrow keys move in it
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme().px("table.row.compact"))
        table.horizontalHeader().setFixedHeight(theme().px("table.header"))
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setHighlightSections(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for index, width in enumerate((148, 124, 80, 64, 108, 104)):
            table.setColumnWidth(index, width)
        table.horizontalHeader().setSectionResizeMode(DATA_COLUMN, QHeaderView.ResizeMode.Stretch)
        # The data after their length; the figures of the cycle at the right edge.
        table.horizontalHeader().moveSection(DATA_COLUMN, DATA_COLUMN - 2)

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.toolbar)
        whole.addWidget(self._counters)
        whole.addWidget(self._past)
        whole.addWidget(self._past_line)
        whole.addWidget(self._filter_bar)
        self._filter_line = hairline()
        whole.addWidget(self._filter_line)
        self.banner_place = BannerPlace()
        whole.addWidget(self.banner_place)
        # Placed first: a stacked layout shows its first widget at once, as a window if it has no parent yet.
        self._stack = QStackedLayout()
        whole.addLayout(self._stack, 1)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._errors)
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(self._none_match)
        self._stack.addWidget(self.table)
        whole.addWidget(hairline())
        whole.addWidget(self._send)

    # ---- what happens

    def _choose_dongle(self, device_id: str) -> None:
        """Select this dongle; if another one's bus is open, this one's takes its place."""
        was_open = self._devices.live is not None
        self._opens_once_connected = False
        self._select_dongle(device_id)
        if was_open and self._devices.live is None:
            self._start()

    def _select_dongle(self, device_id: str) -> None:
        """Select this dongle: it stays selected while it is disconnected, until another one is. Another one's bus is
        closed."""
        live = self._devices.live
        if live is not None and live.device_id != device_id and self._devices.find(device_id) is not None:
            self._devices.close_bus()
        self._selected.select(device_id)
        self._update_choices()
        self._notices.select(self._dongle.current_key())

    def _update_choices(self) -> None:
        if not self._listed_ids() <= self._named:
            self._load_names()
        connected = {
            device.device_id or "": self._names.get(device.device_id or "", device.port_name)
            for device in sorted(self._connected(), key=lambda device: not self._is_paired(device))
        }
        selected = self._selected_id or self._preferred(list(connected))
        self._titles |= self._names | connected
        choices = dict(connected)
        if self._selected_id and self._selected_id not in connected:
            choices[self._selected_id] = _("{name} (disconnected)").format(name=self._title(self._selected_id))
        self._dongle.set_choices(tuple(choices.items()) or [("", no_dongles(loading=self._may_become_selectable()))])
        self._dongle.set_current_key(selected)
        self._set_away(away=bool(self._selected_id) and self._selected_id not in connected)
        self._update_start_button()

    def _is_paired(self, device: DetectedDevice) -> bool:
        info = device.info
        return device.device_id in self._names and info is not None and info.ownership_state == "CLAIMED_ACTIVE"

    def _preferred(self, device_ids: list[str]) -> str:
        """What is selected as long as the user hasn't selected a dongle: the one worked on last, else the first of
        `device_ids`, which are the paired ones before the others.
        """
        worked_on = self._devices.last_live_id
        return worked_on if worked_on in device_ids else next(iter(device_ids), "")

    @property
    def _selected_id(self) -> str:
        """The dongle whose bus is open, or else the selected one."""
        live = self._devices.live
        return live.device_id if live is not None and live.device_id else self._selected.id

    def _follow_selection(self) -> None:
        """Show the dongle that was selected in another view, unless a bus is open."""
        self._update_choices()
        self._notices.select(self._dongle.current_key())
        if self.isVisible() and (lost := self._selected.take_loss()) is not None:
            self._notices.show(lost)

    def _title(self, device_id: str) -> str:
        """The name of a dongle, connected or not."""
        return self._titles.get(device_id, device_id)

    def _set_away(self, *, away: bool) -> None:
        """No longer say that the selected dongle was disconnected once it is back."""
        back, self._selected_away = self._selected_away and not away, away
        if back and self._end_reason:
            self._end_reason = ""
            if self._devices.live is None:
                self._show_ended()

    def _update_start_button(self) -> None:
        """Enable the button if the selected dongle's bus can be opened now; otherwise show why not."""
        selected = self._dongle.current_key()
        reason = "" if selected else why_none_selectable(self._devices.devices, simulating=self._devices.simulating)
        if selected and self._selected_device() is None:
            reason = not_connected(self._title(selected))
        self._start_button.disable(reason)
        can_simulate = not self._devices.devices and not self._devices.simulating
        other = _("Start simulated dongles") if can_simulate else _("Show all dongles")
        self._empty.action.setText(other if reason else _("Open live bus"))
        advice = reason or _("Open the live bus to see its frames. It uses the bit timing stored on the dongle.")
        missing = can_simulate and not selected
        if missing:
            advice = _("Plug one in, or start simulated dongles.")
        self._empty.sentence.setText(_("No dongles connected") if missing else _("The live bus is closed"))
        self._empty.why.setText(advice)

    def _may_become_selectable(self) -> bool:
        return may_become_selectable(self._devices.devices, simulating=self._devices.simulating)

    def _on_paired(self) -> None:
        """Show the new names at once, and read those of dongles that are connected but not paired."""
        self._names |= self._paired.titles
        self._load_names()
        self._update_choices()

    def _load_names(self) -> None:
        """Read the names of the dongles that can be selected."""
        if self._reading_names is not None:
            self._reading_names.cancel()
        actor, device_ids = self._context.actor, self._listed_ids()
        self._named = device_ids
        self._reading_names = self._context.tasks.read(
            self, lambda session: fleet.find_dongles(session, actor, device_ids), self._on_names
        )

    def _listed_ids(self) -> set[str]:
        return {device.device_id or "" for device in self._connected()} | {self._selected_id} - {""}

    def _on_names(self, dongles: list[fleet.DongleRecord]) -> None:
        self._names = self._paired.titles | {dongle.device_id: dongle.title for dongle in dongles}
        self._update_choices()

    def _connected(self) -> list[DetectedDevice]:
        """The dongles whose bus can be opened."""
        return [
            device
            for device in self._devices.devices
            if device.info is not None and device.info.is_benchboard and device.device_id
        ]

    def _selected_device(self) -> DetectedDevice | None:
        return self._devices.find(self._dongle.current_key())

    def _start(self) -> None:
        device = self._selected_device()
        if device is None:
            return
        self._opening_by_key = self._start_button.hasFocus()
        self._start_button.disable(_("The live bus is opening. Wait a moment."))
        title = self._names.get(device.device_id or "", device.port_name)

        def failed(error: AppError) -> None:
            self._update_start_button()
            if self._opening_by_key:
                self._start_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self._opening_by_key = False
            self._notices.show(error, path=device.port.path, title=title, act=_OPEN, retry=self._start)

        self._context.tasks.run(
            self,
            lambda _progress: self._devices.open_bus(device, title),
            self._devices.set_live,
            failed,
            title=_("Opening live bus of {name}").format(name=title),
        )

    def _live_changed(self) -> None:
        live = self._devices.live
        here = (self._start_button, self._stop_button, self._pause, self._clear)
        inside = self.focusWidget()
        sending = inside is not None and inside.hasFocus() and self._send.isAncestorOf(inside)
        focused = self._opening_by_key or sending or any(button.hasFocus() for button in here)
        self._opening_by_key = False
        self._start_button.setVisible(live is None)
        for widget in here[1:]:
            widget.setVisible(live is not None)
        if focused:  # the button that had the focus is hidden or disabled now
            (self._start_button if live is None else self._stop_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self._send.setEnabled(live is not None)
        if live is not None:
            self._selected.select(live.device_id or self._selected.id)
            self._show_bus(live)
        else:
            self._sampling.stop()
            self._show_last_frames()
            self._end_pause()
            self._show_ended()
        self._update_choices()
        self._tell_state()

    def _tell_state(self) -> None:
        """Tell a screen reader whose bus was opened, or that it was closed."""
        live = self._devices.live
        if self.isVisible():
            sentence = (
                _("The live bus of {name} is open.") if live is not None else _("The live bus of {name} is closed.")
            )
            name = live.title if live is not None else self._title(self._past_id)
            announce(self, sentence.format(name=name))

    def _show_ended(self) -> None:
        """Show that no bus is open, and that the frames still shown are past."""
        self._show_settings()
        self._clear_send_error()
        reason = self._end_reason or _("The live bus is closed.")
        if self._past_id and not self._end_reason:  # another dongle may be selected meanwhile
            reason = _("The live bus of {name} is closed.").format(name=self._title(self._past_id))
        if self.model.has_frames:
            received = _("{reason} The frames below are from before that.")
            if self.model.has_only_errors:
                received = _("{reason} The errors below are from before that.")
            reason = received.format(reason=reason)
            self._stack.setCurrentWidget(self.table)
        else:
            self._stack.setCurrentWidget(self._empty)
        self.model.end()
        self._counters.show_ended(_("Disconnected") if self._end_reason else _("Closed"), reason)
        self._past.setText(reason)
        is_past = bool(self._counters.stats and (self.model.has_frames or self._end_reason))
        self._past.setVisible(is_past)
        self._past_line.setVisible(is_past)
        # Without frames, the empty table says that the bus is closed.
        self._counters.setVisible(bool(self.model.has_frames or self._end_reason))
        self._show_filter_bar()

    def _on_bus_failed(self, error: AppError) -> None:
        self._end_reason = error.what
        live = self._devices.live
        path, title = (live.path, live.title) if live is not None else ("", "")
        simulate = None
        if error.facts.get("simulated") and not self._devices.simulating:
            simulate = Action(_("Start simulated dongles"), self._simulate)
        self._notices.show(error, path=path, title=title, act=_OPEN, action=simulate)

    def _run_empty_action(self) -> None:
        """Open the bus, or lead to what is missing: simulated dongles where none is connected, else the list that says
        why."""
        if self._start_button.isEnabled():
            self._start()
            return
        self._context.go("bench/dongles" if self._devices.devices else "bench/dongles/!simulate")

    def _simulate(self) -> None:
        self._context.go("bench/dongles/!simulate")

    def _show_bus(self, live: LiveBus) -> None:
        self._shown = live
        self._past_id = live.device_id or ""
        self._next = self._skipped = 0
        self._acknowledgement = AcknowledgementWatch()
        self._notices.select(live.device_id or "")
        self._notices.dismiss(_OPEN)
        self._end_reason = self._told_errors = ""
        self._clear_send_error()
        self._show_listen_only(live)
        self.model.clear()
        self._end_pause()
        self._stack.setCurrentWidget(self.table)
        self._show_settings()
        self._counters.reset()
        self._sampling.start()
        self._counters.show()
        self._past.hide()
        self._past_line.hide()
        self._show_filter_bar()

    def _show_settings(self) -> None:
        """Show the open bus's bit timing, in figures alone where the window is narrow."""
        live = self._devices.live
        if live is None:
            self._settings.hide()
            return
        config = live.config
        text = _("{rate} · {point} %") if is_narrow(self.width()) else _("{rate}, sample point {point} %")
        text = text.format(rate=bit_rate(config.bitrate), point=number(config.sample_point, 1))
        if config.data_bitrate:
            text += f" / {bit_rate(config.data_bitrate)}"
        self._settings.show_state("neutral", text, "ph.sliders-horizontal")
        self._settings.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_settings()

    def _poll(self) -> None:
        live = self._devices.live
        if live is None:
            return
        if live.capture.failure is not None:
            self._devices.end_failed_bus(live.capture.failure)
            return
        if not self.model.paused:
            self._show_frames(live, _MAX_AT_ONCE)
        self._acknowledgement.update(live.capture.counters())
        self._counters.show_counts(live, self._skipped)
        self._show_handed_over(live)
        self._explain_no_frames(live)

    def _sample_load(self) -> None:
        """Note the load also while another view is shown: its trace would have a hole there."""
        live = self._devices.live
        if live is not None:
            self._counters.sample_load(live)

    def _explain_no_frames(self, live: LiveBus) -> None:
        """Say why no frames are shown while none has come, and what to do if there are errors.

        The error frames of an adapter that reports them are still listed in order.
        """
        counters = live.capture.counters()
        listed = self.model.rolling and self.model.has_frames
        page: QWidget = self.table
        if not counters.frames and not listed:
            only_errors = check_bus(counters).failed and not self._acknowledgement.is_acknowledged
            page = self._errors if only_errors else self._waiting
            rate = bit_rate(live.config.bitrate)
            silent = _(
                "Listening at {rate}. If another node is sending, check its bit rate, the wiring and the termination."
            )
            self._waiting.why.setText(silent.format(rate=rate))
            self._waiting.why.show()
            what, why = why_only_errors(rate, lacks_acknowledgement=self._acknowledgement.lacks(counters))
            self._errors.sentence.setText(what)
            reported = _("To list what the controller reports, select All frames.") if self.model.has_frames else ""
            self._errors.why.setText(f"{why} {reported}".rstrip())
            self._errors.why.show()
        if page is not self.table or self._stack.currentWidget() is not self._none_match:
            self._stack.setCurrentWidget(page)
        if page is self._errors:
            self._tell_errors()
        self._show_filtered()
        if self._frames_next and page is self.table:
            self._frames_next = False
            if self._stop_button.hasFocus():
                self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _tell_errors(self) -> None:
        """Tell a screen reader once what the page in place of the frames says; it is shown at every poll."""
        what = self._errors.sentence.text()
        if what != self._told_errors:
            self._told_errors = what
            announce(self._errors, f"{what}. {self._errors.why.text()}")

    def _open_timing(self) -> None:
        live = self._devices.live
        self._context.go(f"bench/timing/{live.device_id or ''}" if live is not None else "bench/timing")

    def _show_last_frames(self) -> None:
        """Show what the bus that has ended received since the last poll, or while the display was paused, so that the
        rows are those that were counted."""
        live, self._shown = self._shown, None
        if live is None:
            return
        self._show_frames(live)  # a whole ring takes a tenth of a second
        if self._counters.is_open:
            self._counters.show_counts(live, self._skipped)

    def _show_frames(self, live: LiveBus, most: int | None = None) -> None:
        """Show the frames received since the last call, or the oldest `most` of them."""
        new = live.capture.since(self._next)
        frames = new.frames[:most]
        self._next = new.next - (len(new.frames) - len(frames))
        if new.dropped:
            self._skipped += new.dropped
            self.model.skip_frames()
        if frames:
            follow = self.model.rolling and self._at_end()
            self.model.add_frames(frames)
            if follow:
                self.table.scrollToBottom()

    def _choose_view(self, key: str) -> None:
        self.model.show_rolling(key == "rolling")
        if self.model.rolling:
            self.table.scrollToBottom()

    def _at_end(self) -> bool:
        bar = self.table.verticalScrollBar()
        return bar.value() >= bar.maximum() - 2

    def _toggle_pause(self) -> None:
        self.model.paused = not self.model.paused
        self._paused.setVisible(self.model.paused)
        self._pause.setText(_("Resume display") if self.model.paused else _("Pause display"))
        self._pause.setIcon(theme().icon("ph.play" if self.model.paused else "ph.pause", "text"))
        self._pause.updateGeometry()
        announce(self, _("Display paused") if self.model.paused else _("Display resumed"))

    def _end_pause(self) -> None:
        """What was paused is over: another bus begins, or this one has ended."""
        if self.model.paused:
            self._toggle_pause()

    def _clear_frames(self) -> None:
        if self._devices.live is not None:
            self._next = self._devices.live.capture.since(self._next).next
        self.model.clear()
        self._show_filtered()

    def _send_frame(self) -> None:
        live, text = self._devices.live, self._frame.text().strip()
        if live is None:
            return
        self._clear_send_error()
        frame = candump.parse(text)
        if frame is None:
            self._reject(live, text, Invalid(_NOT_A_FRAME, ""))
            return
        try:
            self._requested = live.capture.request_send(frame)
        except (Unavailable, Invalid) as error:
            self._reject(live, text, error)
        else:
            self._sent.set_tone("muted")
            self._sent.setText(_("Sending {frame}.").format(frame=candump.text(frame)))

    def _show_listen_only(self, live: LiveBus) -> None:
        """Say beside the field that a dongle set to listen only sends nothing; nothing can be entered then."""
        listens = is_listen_only(live.config)
        self._frame.setEnabled(not listens)
        self._send_button.disable("")
        if listens:
            reason, advice = not_sending(live, self._context)
            self._send_button.disable(reason)
            self._show_send_error(reason, advice, wrong=False)
            self._sent.set_tone("muted")

    def _on_frames_sent(self, outcome: SendOutcome) -> None:
        """Show what became of frames: of the last one requested beside its field, unless that was edited meanwhile."""
        self._report_unsent(outcome)
        if outcome.last != self._requested:
            return
        self._requested = 0
        self._sent.set_tone("muted" if outcome.error is None else "error")
        frame = candump.text(outcome.frames[-1])
        if outcome.error is None:
            self._handed_over = frame
            self._sent.setText(_("Sent {frame} to the dongle.").format(frame=frame))
        else:
            self._sent.setText(_("{frame} wasn't sent.").format(frame=frame))
        announce(self._sent, self._sent.text())

    def _show_handed_over(self, live: LiveBus) -> None:
        """Say of the frame that was sent last whether no node acknowledges what the dongle sends."""
        if not self._handed_over:
            return
        sentence = _("Sent {frame} to the dongle.")
        if self._acknowledgement.lacks(live.capture.counters()):
            sentence = _("Sent {frame} to the dongle, but no node acknowledges it.")
        text = sentence.format(frame=self._handed_over)
        if text != self._sent.text():
            self._sent.setText(text)
            announce(self._sent, text)

    def _report_unsent(self, outcome: SendOutcome) -> None:
        """Show a notice of all frames that weren't sent, until one is sent again or the user dismisses it."""
        problems = self._context.problems
        if outcome.error is None:
            self._notices.dismiss(_SEND)
            return
        earlier = self._unsent if problems.has(_SEND) else ()
        self._unsent = (*earlier, *outcome.frames)
        self._notices.show(unsent_error(self._unsent, outcome.error), act=_SEND)

    def _show_send_error(self, text: str, advice: CommandHelp | None = None, *, wrong: bool = True) -> None:
        """Show beside the field why its frame can't be sent, and a button for the command that helps. The frame itself
        may not be `wrong`.
        """
        self._frame.set_invalid(wrong)
        self._help = advice
        self._help_button.setText(advice.title if advice is not None else "")
        self._help_button.updateGeometry()
        self._help_button.setVisible(advice is not None)
        self._sent.set_tone("error")
        self._sent.setText(text)
        announce(self._sent, text)

    def _open_help(self) -> None:
        """Show the command that helps, to copy."""
        if self._help is None:
            return
        popover = Popover(self._help_button, width=420, name="live_help_popover")
        popover.column.addWidget(heading(self._help.title))
        popover.column.addWidget(Paragraph(self._help.steps, "body", "secondary"))
        popover.column.addWidget(copyable(self._help.command, _("command")))
        popover.open()

    def save_state(self) -> object:
        """What was typed, the frame that is being sent or was sent last, and why it can't be sent."""
        return _SendState(typed_texts(self), self._requested, self._handed_over, self._rejection)

    def restore_state(self, state: object) -> None:
        """Fill in what was typed, and show what was said of it."""
        if not isinstance(state, _SendState):
            return
        restore_typed_texts(self, state.texts)
        live, text = self._devices.live, self._frame.text().strip()
        if live is None or is_listen_only(live.config):
            return
        self._requested, self._handed_over = state.requested, state.handed_over
        if state.rejection is not None:
            self._reject(live, text, state.rejection)
        elif state.requested:
            self._sent.setText(_("Sending {frame}.").format(frame=text))
        self._show_handed_over(live)

    def _reject(self, live: LiveBus, text: str, error: AppError) -> None:
        """Show beside the field why the frame in it can't be sent."""
        self._rejection = error
        if error.code == _NOT_A_FRAME:
            self._show_send_error(not_a_frame(text))
        elif isinstance(error, Invalid):
            self._show_send_error(*not_sendable(error, live, self._context))
        else:
            self._show_send_error(str(error), wrong=False)

    def _clear_send_error(self) -> None:
        """The frame is edited or sent again: what was said of the last one no longer applies."""
        self._requested, self._handed_over, self._rejection = 0, "", None
        self._frame.set_invalid(False)
        self._help_button.hide()
        self._sent.setText("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space in the list of frames pauses and resumes the display."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        pauses = is_plain_key(event, Qt.Key.Key_Space)
        if pauses and not event.isAutoRepeat() and self._devices.live is not None:
            self._toggle_pause()
        return pauses

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the field of the frame to send."""
        inside = self.focusWidget()
        in_bar = inside is not None and self._send.isAncestorOf(inside)
        if event.key() == Qt.Key.Key_Escape and not event.modifiers() and in_bar:
            target = self.table if self.table.isVisible() else self._stop_button
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        self._follow_selection()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        self._opens_once_connected = False
