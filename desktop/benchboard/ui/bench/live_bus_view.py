"""The live bus: opens a dongle's channel, shows its frames by ID or in order, and sends frames."""

import time
from functools import partial
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from benchboard.canbus.bus_check import AcknowledgementWatch, check_bus
from benchboard.canbus.capture import Counters
from benchboard.canbus.error_frame import restart_report
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.table_sender import TableSender
from benchboard.canbus.traffic_shares import TrafficShares
from benchboard.dongles.device_errors import not_responding
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_commands import LIVE
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.bench.bus_end import Taking, unless_in_use
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.frame_actions import FrameActions
from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.frame_format import clock, elapsed
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_pages import FramePages
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.bench.live_bus.bit_rate_pane import BitRatePane
from benchboard.ui.bench.live_bus.bit_rate_search import BitRateSearch
from benchboard.ui.bench.live_bus.live_answers import LiveAnswers
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.live_bus.live_messages import LiveMessages
from benchboard.ui.bench.live_bus.live_side import LiveSide
from benchboard.ui.bench.live_bus.past_bar import PastBar
from benchboard.ui.bench.live_bus_reasons import bus_off_error, unacknowledged_error, unreadable_error
from benchboard.ui.bench.live_dongles import LiveDongles
from benchboard.ui.bench.plots.live_plots_pane import LivePlotsPane
from benchboard.ui.bench.protocols.message_model import ListedMessage
from benchboard.ui.bench.protocols.messages_pane import MessagesPane
from benchboard.ui.bench.recording_controls import RecordingControls
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.bench.send_bar import SendBar
from benchboard.ui.bench.send_panel import SendPanel
from benchboard.ui.bench.triggers.triggers_panel import TriggersPanel
from benchboard.ui.commands import Handler, Handlers, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.problems import Action, Notice
from benchboard.ui.theme import theme
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    Badge,
    BannerPlace,
    Button,
    CheckBox,
    SegmentedControl,
    Toolbar,
    hairline,
    keep_toasts_above,
)
from benchboard.ui.widgets.accessible import announce, describe, untold
from benchboard.ui.widgets.drawer import is_narrow
from benchboard.ui.widgets.fields import is_plain_key
from benchboard.ui.widgets.labels import plain_tooltip

_POLL_MS: Final = 100
_OPEN: Final = "bench.open"
"""The key of the notice that the bus couldn't be opened, or has ended by itself."""
_BUS_OFF: Final = "bench.bus-off"
_UNREADABLE: Final = "bench.unreadable"
_NO_ACK: Final = "bench.no-acknowledgement"
_SILENT: Final = "bench.live-silent"
_MAX_AT_ONCE: Final = 5_000
"""Most frames that become rows in one poll: 20 ms of the main thread, and 50,000 frames/s."""


_OPEN_ROUTE: Final = "!open"
"""The rest of the address that opens the bus of the dongle that is selected when the view is opened."""


class LiveBusView(QWidget):
    """Polls the ring buffer while it is visible; a signal for each frame would block the window."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._devices = DeviceManager.of(context)
        self._notices = DongleNotices(self, context, self._devices)
        self._dongles = LiveDongles(context, self)
        self._selected = SelectedDongle.of(context)
        self._selected_away = False
        self._shown: LiveBus | None = None
        """The open bus, until its last frames are shown."""
        self._next = 0
        self._past_id = ""
        """The ID of the dongle whose bus was open last, and whose frames are shown; empty if none is known."""
        self._acknowledgement = AcknowledgementWatch()
        self._shares = TrafficShares()
        self._skipped = 0
        """Frames that left the ring buffer before they were shown: the view was paused or hidden too long."""
        self._is_bus_off = self._is_alone = False
        self._restarting: str | None = None
        """The port whose bus was closed to be opened again at once; None if there is none."""
        self._sent_before: TableSender | None = None
        """What the bus that is restarted has sent of the send table."""
        self._end_reason = self._end_state = ""
        """Why the bus ended by itself, as a sentence and in a word; empty if the user closed it."""
        self._only_errors = False
        """Whether the open bus has errors and no frame that can be read, or none any more."""
        self._drops_past = False
        """Whether the rows are of the bus as it was open before: the first frame that can be read takes their place."""
        self._opening_by_key = False
        """Whether the button that opens the bus had the focus, which then goes to the one that closes it."""
        self._reopens = False
        """Whether the bus was closed to detect or write its bit rate, and opens again afterwards."""
        self._frames_next = False
        """Whether the bus was opened by its shortcut: then the focus goes on to the frames, once there are some."""
        self._opens_once_connected = False
        """Whether the bus opens as soon as its dongle has answered."""
        self._build_toolbar()
        self.model = FrameModel(self)
        self.table = FrameList(self.model)
        self.table.menu_requested.connect(self.open_frame_menu)
        self._counters = BusCounters()
        self._past = PastBar()
        self.filter_bar = FrameFilterBar(context, self.table)
        self.messages = MessagesPane(place="live")
        self._messages = LiveMessages(self.filter_bar, self.table, self.messages)
        self.messages.frame_requested.connect(self._show_message)
        self._frames = FramePages(
            self.table,
            run_closed=self._run_empty_action,
            open_timing=self._open_timing,
            clear_filter=self.filter_bar.clear,
        )
        self.messages.left.connect(self._frames.focus_frames)
        self.send_bar = SendBar(context, self._devices, self._notices)
        self.send_panel = SendPanel(context, self._devices, self._notices, self.send_bar)
        self.triggers = TriggersPanel(context, self._devices, self.send_bar, self.send_panel, self.recording)
        self._fold_others()
        self.triggers.marked.connect(self.model.mark)
        self.triggers.frame_requested.connect(self._show_frame)
        self.plots = LivePlotsPane(context, self.table, self.model)
        plots = Button(_("Plots"), self.plots.toggle, icon="ph.chart-line", name="live_plots")
        plots.setCheckable(True)
        plots.setChecked(not self.plots.isHidden())
        self.plots.opened.connect(plots.setChecked)
        self.filter_bar.add_right(plots)
        self._search = BitRateSearch(self, context, self._devices, self._notices)
        self._rate_pane = BitRatePane(self._search, self._open_timing)
        self._rate_pane.hide()
        self._search.changed.connect(self._show_rate_pane)
        self._actions = FrameActions(self, self.table, self.filter_bar, (self.send_bar, self.send_panel), self.triggers)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._load = LiveLoad.of(context)
        self._load.sampled.connect(self._sample_load)
        self._answers = LiveAnswers.of(context)
        self._answers.stopped.connect(self._show_silent)
        self._answers.returned.connect(self._show_answer)
        self._devices.changed.connect(self._follow_devices)
        self._selected.changed.connect(self._follow_selection)
        self._selected.gone.connect(self._follow_selection)
        self._devices.live_changed.connect(self._live_changed)
        self._devices.live_failed.connect(self._on_bus_failed)
        self._dongles.chosen.connect(self._choose_dongle)
        self._dongles.shown.connect(self._show_dongle)
        self.filter_bar.applied.connect(self._show_filtered)
        self.filter_bar.left.connect(self._frames.focus_frames)
        self.filter_bar.databases.changed.connect(self._use_databases)
        install_shortcuts(self, LIVE, self.command_handlers(), context.problems.refuse)
        self.table.installEventFilter(self)
        self._live_changed()

    def _fold_others(self) -> None:
        """There is room for one of the panels below the frames."""
        for panel in (self.triggers, self.send_panel):
            panel.opened.connect(lambda: self.messages.show_open(False))
            self.messages.opened.connect(panel.fold)
        self.triggers.opened.connect(self.send_panel.fold)
        self.send_panel.opened.connect(self.triggers.fold)

    def command_handlers(self) -> Handlers:
        """The commands of the live bus; their titles tell its present state."""

        def why_closed() -> str:
            return "" if self._devices.live is not None else _("The live bus is closed.")

        def why_not_sent() -> str:
            return why_closed() or self.send_bar.reason

        paused = self.model.paused
        return {
            "bench.toggle_live": Handler(self._toggle_bus, self._why_not_toggled),
            "bench.pause_live": Handler(
                self._toggle_pause, why_closed, _("Resume display") if paused else _("Pause display")
            ),
            "bench.filter_frames": Handler(self.filter_bar.focus_field, self._why_not_filtered),
            "bench.show_colour_rules": Handler(self.filter_bar.colours.open, self._why_not_filtered),
            "bench.show_messages": Handler(
                self.messages.toggle,
                self._why_no_messages,
                _("Show messages") if self.messages.isHidden() else _("Hide messages"),
            ),
            "bench.choose_protocol": Handler(self.filter_bar.protocol.open_menu, self._why_not_filtered),
            "bench.read_counters": Handler(
                lambda: announce(self._counters, self._counters.main_text(), urgent=True, again=True),
                lambda: "" if self._counters.stats else _("The live bus is closed."),
            ),
            "bench.record": Handler(
                self.recording.toggle,
                self.recording.why_not,
                _("Stop recording") if self.recording.recording else _("Record live bus"),
            ),
            "bench.save_kept": Handler(self.recording.save_kept, self.recording.why_nothing_kept),
            **self._row_handlers(),
            **self.send_panel.handlers(),
            **self.triggers.handlers(),
            **{command: self._undo_handler(command) for command in self.triggers.undo_handlers()},
            "bench.focus_send": Handler(self.send_bar.focus_field, why_not_sent),
        }

    def _row_handlers(self) -> Handlers:
        """The commands of the current frame."""
        return {**self._actions.handlers(), **self.plots.row_handlers()}

    def _undo_handler(self, command: str) -> Handler:
        """What undoes or redoes edits: of the triggers while they are shown, else of the send table; if they have none,
        what was done elsewhere in the view, such as another protocol."""

        def present() -> Handler:
            handlers = self.send_panel.handlers() if self.triggers.isHidden() else self.triggers.undo_handlers()
            problems = self._context.problems
            elsewhere = problems.undo_last if command == "bench.undo_send_table" else problems.redo_last
            return Handler(elsewhere) if handlers[command].why_not() else handlers[command]

        return Handler(lambda: present().run(), lambda: present().why_not(), present().title)

    def content_text(self) -> str:
        """How many IDs, or frames in order, the filter shows."""
        if not self.model.has_frames:
            return ""
        if self.model.rolling:
            count = sum(self.model.line_at(row).signal < 0 for row in range(self.model.rowCount()))
            return ngettext("{count} frame", "{count} frames", count).format(count=number(count))
        count, every = self.model.id_counts
        if not every:
            return ""
        return ngettext("{count} ID", "{count} IDs", count).format(count=number(count))

    def _why_not_toggled(self) -> str:
        return "" if self._devices.live is not None else self._start_button.reason

    def _toggle_bus(self) -> None:
        if self._devices.live is not None:
            self._devices.close_bus()
        else:
            self._start()
            self._opening_by_key = self._frames_next = True

    def panes(self) -> list[QWidget]:
        """The toolbar, the frames or what is in their place, the bit rates of a bus in trouble, the plots, the send
        table, and the bar that sends one frame. The filter has its own key."""
        frames = self._frames.current
        shown = [one for one in (self._rate_pane, self.plots) if not one.isHidden()]
        below = [*self.messages.panes(), *self.send_panel.panes(), *self.triggers.panes(), self.send_bar]
        return [self.toolbar, *([frames] if frames is not None else []), *shown, *below]

    def open_route(self, rest: str) -> None:
        """Open the bus of the dongle with this id, or of the selected one; say why if it can't be opened now."""
        self._opens_once_connected = False
        if rest == _OPEN_ROUTE:
            self._dongles.update()
            self._open_or_refuse()
        elif rest:
            self._select_dongle(rest)
            self._devices.require_known(self, rest, partial(self._report_unknown, rest), self._open_or_refuse)

    def _open_or_refuse(self) -> None:
        """Open the selected dongle's bus, unless one is open. If it can't be opened, say why; it opens later if that
        passes by itself."""
        if self._devices.live is not None or not self.isVisible():
            return
        if self._start_button.isEnabled():
            by_key = self._take_focus_to_start()
            self._start()
            self._frames_next = by_key
        else:
            self._opens_once_connected = self._dongles.may_become_selectable()
            self._context.problems.refuse(self._start_button.reason)

    def _take_focus_to_start(self) -> bool:
        """Focus the button that opens the bus, from where a view is entered, so that the focus goes on to the frames:
        an arrow key that was meant for them would choose another dongle. Returns whether the focus was there."""
        inside = self.focusWidget()
        enters = inside is not None and inside.hasFocus() and self.toolbar.isAncestorOf(inside)
        if enters:
            with untold():
                self._start_button.setFocus(Qt.FocusReason.OtherFocusReason)
        return enters

    def _follow_devices(self) -> None:
        self._dongles.update()
        if self._opens_once_connected and (self._start_button.isEnabled() or not self._dongles.may_become_selectable()):
            self._opens_once_connected = False
            self._open_or_refuse()

    def _report_unknown(self, key: str, error: AppError) -> None:
        self._select_dongle("")
        self._notices.show(error, is_over=partial(DongleNames.of(self._context).is_known, key))

    # ---- layout

    def _build_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Live bus"))
        self._dongle = self._dongles.field
        self._settings = Badge("neutral", "", "ph.sliders-horizontal")
        self._settings.hide()
        self._paused = Badge("warn", _("Display paused"), "ph.pause")
        self._paused.hide()
        self._view = SegmentedControl(
            (("fixed", _("Latest by ID")), ("rolling", _("All frames"))), label=_("Frames to show")
        )
        self._view.selected.connect(self._choose_view)
        for told in (self._dongle, self._view, self._settings, self._paused):
            self.toolbar.add(told)
        self._pause = Button(_("Pause display"), self._toggle_pause, icon="ph.pause", name="live_pause")
        self._clear = Button(
            "", self._clear_frames, kind="quiet", icon="ph.eraser", tip=_("Clear frames"), name="live_clear"
        )
        self._listen_only = CheckBox(_("Listen only"))
        self._listen_only.setObjectName("live_listen_only")
        self._listen_only.setToolTip(
            plain_tooltip(_("Sends nothing, not even acknowledgements.\nA bus of two nodes needs them."))
        )
        self._listen_only.setAccessibleDescription(_("Sends nothing, not even acknowledgements."))
        self._start_button = Button(_("Open live bus"), self._start, kind="primary", icon="ph.play", name="live_start")
        self._stop_button = Button(_("Close live bus"), self._devices.close_bus, icon="ph.stop", name="live_stop")
        self.recording = RecordingControls(self._context, self)
        right = (  # first what grows while it goes on: it moves nothing then
            self.recording.record, self._clear, self.recording.keep, self._pause, self._listen_only,
            self._stop_button, self._start_button,
        )  # fmt: skip
        for widget in right:
            self.toolbar.add_right(widget)
        self.toolbar.shorten(self._pause, self._stop_button, self.recording.record)

    def _why_no_messages(self) -> str:
        return "" if self.model.has_protocol else _("Choose a protocol first.")

    def _why_not_filtered(self) -> str:
        return "" if self.filter_bar.isVisible() else _("There are no frames to filter.")

    def _use_databases(self) -> None:
        """Name and decode the frames by the databases that were read."""
        database = self.filter_bar.databases.database
        self.model.set_database(database)
        self.send_panel.set_database(database)
        self.triggers.set_database(database)
        self.plots.set_database(database)
        self.table.show_decoded()
        self._show_filtered()

    def _show_filtered(self) -> None:
        """Show how many of the IDs the filter shows; if it shows nothing, say so in place of the frames."""
        self.filter_bar.show_counts()
        hidden = self.model.has_frames and not self.model.rowCount() and bool(self.model.filter.terms)
        self._frames.show_filtered(self.filter_bar.none_match_text(), hidden=hidden)

    def _show_filter_bar(self) -> None:
        """Show the filter while there is a bus, or frames of the last one."""
        shown = self._devices.live is not None or self.model.has_frames
        self.filter_bar.setVisible(shown)
        self._filter_line.setVisible(shown)
        self._show_filtered()

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.toolbar)
        whole.addWidget(self._counters)
        column = QWidget()
        below = QVBoxLayout(column)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self._past)
        below.addWidget(self.filter_bar)
        self._filter_line = hairline()
        below.addWidget(self._filter_line)
        self.banner_place = BannerPlace()
        whole.addWidget(self.banner_place)
        below.addWidget(self._frames, 1)
        below.addWidget(self.messages)
        below.addWidget(self.send_panel)
        below.addWidget(self.triggers)
        below.addWidget(hairline())
        below.addWidget(self.send_bar)
        for footer in (self.messages, self.send_bar, self.send_panel, self.triggers):
            keep_toasts_above(footer)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setObjectName("live_split")
        self._split.setAccessibleName(_("Frames and plots"))
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(column)
        self._side = LiveSide(self._rate_pane, self.plots)
        self._side.place_in(self._split)
        whole.addWidget(self._split, 1)

    def open_frame_menu(self, _row: int, spot: QPoint) -> None:
        """Open the menu of the current row, at a point of the screen."""
        self._actions.open_menu(self._row_handlers(), spot)

    # ---- the dongle

    def _choose_dongle(self, device_id: str) -> None:
        """Select this dongle; if another one's bus is open, this one's takes its place. Asks first if that ends a
        recording, or what is being sent."""
        live = self._devices.live

        def choose() -> None:
            was_open = self._devices.live is not None
            self._opens_once_connected = False
            self._select_dongle(device_id)
            if was_open and self._devices.live is None:
                self._start()

        if live is None or live.device_id == device_id or self._devices.find(device_id) is None:
            choose()
            return
        self._dongles.update()  # until it is answered, the field names the dongle whose bus is open
        words = Taking(_("Opening another dongle"), _("Stop recording and open"), _("Close live bus and open"))
        unless_in_use(self, self._devices, frozenset({live.path}), choose, words)

    def _select_dongle(self, device_id: str) -> None:
        """Select this dongle: it stays selected while it is disconnected, until another one is. Another one's bus is
        closed."""
        live = self._devices.live
        if live is not None and live.device_id != device_id and self._devices.find(device_id) is not None:
            self._devices.close_bus()
        self._selected.select(device_id)
        self._dongles.update()
        self._notices.select(self._dongle.current_key())

    def _follow_selection(self) -> None:
        """Show the dongle that was selected in another view, unless a bus is open."""
        self._dongles.update()
        self._notices.select(self._dongle.current_key())
        if self.isVisible() and (lost := self._selected.take_loss()) is not None:
            self._notices.show(
                lost, is_over=partial(DongleNames.of(self._context).is_known, str(lost.facts["device_id"]))
            )

    def _show_dongle(self) -> None:
        """Say whether the selected dongle's bus can be opened now, and no longer that it was disconnected once it is
        back. Its send table is shown.
        """
        away = self._dongles.is_away
        back, self._selected_away = self._selected_away and not away, away
        if back and self._end_reason:
            self._end_reason = ""
            if self._devices.live is None:
                self._show_ended()
        self._update_start_button()
        if self._search.device_id not in ("", self._dongle.current_key()) and not self._search.is_running:
            self._search.end()
        self.send_panel.select(self._dongle.current_key())
        self.triggers.select(self._dongle.current_key())
        self.filter_bar.protocol.select(self._dongle.current_key())
        if self._devices.live is None:
            self.plots.live_plots.select(self._dongle.current_key())

    def _update_start_button(self) -> None:
        """Enable the button if the selected dongle's bus can be opened now; otherwise show why not."""
        reason = self._dongles.why_not()
        self._start_button.disable(reason)
        can_simulate = not self._devices.devices and not self._devices.simulating
        other = _("Start simulated dongles") if can_simulate else _("Show all dongles")
        advice = reason or _("Open the live bus to see its frames. It uses the bit timing stored on the dongle.")
        missing = can_simulate and not self._dongle.current_key()
        if missing:
            advice = _("Plug one in, or start simulated dongles.")
        sentence = _("No dongles connected") if missing else _("The live bus is closed")
        self._frames.describe_closed(sentence, advice, other if reason else _("Open live bus"))

    # ---- the bus

    def _start(self) -> None:
        device = self._dongles.device
        if device is None:
            return
        self._opening_by_key = self._start_button.hasFocus()
        with untold():  # the focus waits beside it until the bus is open
            self._start_button.disable(_("The live bus is opening. Wait a moment."))
        title = self._dongles.name(device)
        listen_only = self._listen_only.isChecked()

        def failed(error: AppError) -> None:
            self._restarting = None
            self._update_start_button()
            if self._opening_by_key:
                self._start_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self._opening_by_key = False
            self._notices.show(error, path=device.port.path, device_id=device.device_id, act=_OPEN, retry=self._start)

        self._context.tasks.run(
            self,
            lambda _progress: self._devices.open_bus(device, title, listen_only=listen_only),
            self._devices.set_live,
            failed,
            title=_("Opening live bus of {name}").format(name=title),
        )

    def _live_changed(self) -> None:
        live = self._devices.live
        here = (self._start_button, self._stop_button, self._pause, self._clear)
        inside = self.focusWidget()
        sending = inside is not None and inside.hasFocus() and self.send_bar.isAncestorOf(inside)
        focused = self._opening_by_key or sending or any(button.hasFocus() for button in here)
        self._opening_by_key = False
        closed: tuple[QWidget, ...] = (self._start_button, self._listen_only)
        shown, hidden = (closed, here[1:]) if live is None else (here[1:], closed)
        for widget in shown:
            widget.show()
        if focused:  # the button that has it is hidden next: Qt would move the focus to a neighbour first
            (self._start_button if live is None else self._stop_button).setFocus(Qt.FocusReason.OtherFocusReason)
        for widget in hidden:
            widget.hide()
        self.send_bar.follow(live)
        if live is not None and self._sent_before is not None and self._restarting == live.path:
            live.capture.table_sender.continue_counts(self._sent_before)
        if live is not None:
            self._sent_before = None
        self.send_panel.follow(live)
        self.triggers.follow(live)
        if live is not None:
            self._selected.select(live.device_id or self._selected.id)
            self._show_bus(live)
        else:
            self._is_bus_off = self._is_alone = False
            for act in (_BUS_OFF, _UNREADABLE, _NO_ACK, _SILENT):
                self._notices.dismiss(act)
            if not self._search.is_running:
                self._search.end()
            self.recording.end(self._end_reason)
            self._show_last_frames()
            self._end_pause()
            self._show_ended()
        self._dongles.update()
        self._tell_state()

    def _tell_state(self) -> None:
        """Tell a screen reader whose bus was opened, or that it was closed."""
        live = self._devices.live
        reopened, self._reopens = self._reopens, live is None and self._search.is_running
        if self.isVisible() and not (reopened or self._reopens):  # the search tells what it found
            sentence = (
                _("The live bus of {name} is open.") if live is not None else _("The live bus of {name} is closed.")
            )
            name = live.title if live is not None else self._dongles.title(self._past_id)
            announce(self, sentence.format(name=name))

    def _show_ended(self) -> None:
        """Show that no bus is open, and that the frames still shown are past."""
        self._show_settings()
        reason = self._end_reason or _("The live bus is closed.")
        if self._search.is_running:
            reason = _("The bit rate is being detected or written. The live bus opens again afterwards.")
        elif self._past_id and not self._end_reason:  # another dongle may be selected meanwhile
            reason = _("The live bus of {name} is closed.").format(name=self._dongles.title(self._past_id))
        if self.model.has_frames and not self._search.is_running:
            received = _("{reason} The frames below are from before that.")
            if self.model.has_only_errors:
                received = _("{reason} The errors below are from before that.")
            reason = received.format(reason=reason)
        self._frames.show_past(has_frames=self.model.has_frames)
        self.model.end()
        self._counters.show_ended(self._end_state if self._end_reason else _("Closed"), reason)
        self._past.show_text(reason, self.model.last_stamp)
        self._past.setVisible(bool(self._counters.stats and (self.model.has_frames or self._end_reason)))
        # Without frames, the empty table says that the bus is closed.
        self._counters.setVisible(bool(self.model.has_frames or self._end_reason))
        self._show_filter_bar()

    def _on_bus_failed(self, error: AppError) -> None:
        self._end_reason, self._end_state = error.what, _("Disconnected")
        live = self._devices.live
        path, device_id = (live.path, live.device_id) if live is not None else ("", None)
        action = None
        if error.facts.get("simulated") and not self._devices.simulating:
            action = Action(_("Start simulated dongles"), self._simulate)
        if error.code == "bus.restarted":
            self._end_state = _("Restarted")
            action = Action(_("Open again"), self._start)
        self._notices.show(error, path=path, device_id=device_id, act=_OPEN, action=action)
        if not self.isVisible() and live is not None:  # nobody closed it, and nothing else says so in other views
            what = _("The live bus of {name} has ended.").format(name=live.title)
            why = " ".join(part for part in (error.what, error.why) if part)
            again = Action(_("Open again"), partial(self._context.go, f"bench/live/{live.device_id or path}"))
            self._context.problems.notify(Notice(what, why, "error", "ph.warning-circle", (again,), _OPEN))

    def _run_empty_action(self) -> None:
        """Open the bus, or lead to what is missing: simulated dongles where none is connected, else the list that says
        why."""
        if self._start_button.isEnabled():
            page, inside = self._frames.current, self.window().focusWidget()
            by_key = page is not None and inside is not None and page.isAncestorOf(inside)
            self._start()
            self._opening_by_key = self._frames_next = by_key
            return
        self._context.go("bench/dongles" if self._devices.devices else "bench/dongles/!simulate")

    def _simulate(self) -> None:
        self._context.go("bench/dongles/!simulate")

    def _show_bus(self, live: LiveBus) -> None:
        self._shown, self._only_errors = live, False
        is_same = self._past_id == (live.device_id or "")
        self._past_id = live.device_id or ""
        goes_on, self._restarting = self._restarting == live.path, None
        self._next = 0
        self._acknowledgement = AcknowledgementWatch()
        self._shares = TrafficShares()
        self._notices.select(live.device_id or "")
        self._notices.dismiss(_OPEN)
        self._end_reason = ""
        self.recording.follow(live)
        if goes_on:
            self._counters.go_on()
            self.model.go_on([restart_report()])
        else:
            self._skipped = 0
            self._drops_past = is_same and self.model.last_stamp is not None
            self._counters.reset(keeps_loads=self._drops_past)
            if self._drops_past:
                self.model.go_on([])
                self.model.mark_past()
            else:
                self.model.clear()
            self._messages.begin()
        self._end_pause()
        self._frames.start()
        self._show_settings()
        self._counters.show()
        self._past.hide()
        self._show_filter_bar()

    def _show_settings(self) -> None:
        """Show the open bus's bit timing, in figures alone where the window is narrow."""
        live = self._devices.live
        if live is None:
            self._settings.hide()
            describe(self._dongle, "")
            return
        config = live.config
        text = _("{rate} · {point} %") if is_narrow(self.width()) else _("{rate}, sample point {point} %")
        text = text.format(rate=bit_rate(config.bitrate), point=number(config.sample_point, 1))
        if config.data_bitrate:
            text += f" / {bit_rate(config.data_bitrate)}"
        if live.capture.listen_only:
            text += _(", listen only")
        if self._only_errors:
            self._settings.show_state("warn", text, "ph.warning-fill")
        else:
            self._settings.show_state("neutral", text, "ph.sliders-horizontal")
        reason = _("Nothing sent on this bus can be read at this bit rate.") if self._only_errors else ""
        self._settings.setToolTip(plain_tooltip(reason))
        self._settings.show()
        describe(self._dongle, ". ".join(filter(None, (text, reason))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_settings()
        self._side.fit()
        self.triggers.fit(self.height())
        self.messages.fit(self.height())

    def _poll(self) -> None:
        live = self._devices.live
        if live is None:
            return
        if self._end_if_failed(live):
            return
        if not self.model.paused:
            self._show_frames(live, _MAX_AT_ONCE)
        self.recording.update()
        if not self.model.paused and (shares := self._shares.update(live.capture.busy, time.monotonic())) is not None:
            self.model.show_shares(shares)
        counters = live.capture.counters()
        self._acknowledgement.update(counters)
        self._counters.show_counts(live, self._skipped, self._load.load)
        self._show_bus_off(live, is_off=counters.bus.bus_off)
        self.send_bar.show_acknowledgement(lacks=self._acknowledgement.lacks(counters))
        self._show_unacknowledged(live)
        self.send_panel.refresh()
        self._explain_no_frames(live)

    def _show_bus_off(self, live: LiveBus, *, is_off: bool) -> None:
        """Say that the controller has left the bus and what to do, until it is back."""
        self.send_bar.show_bus_off(is_off=is_off)
        if is_off == self._is_bus_off:
            return
        self._is_bus_off = is_off
        if not is_off:
            self._notices.dismiss(_BUS_OFF)
            return
        restart = Action(_("Restart"), self._restart, keeps_notice=True)
        self._notices.show(bus_off_error(live), act=_BUS_OFF, action=restart)

    def _show_unacknowledged(self, live: LiveBus) -> None:
        """Say that no node acknowledges what the dongle sends, as long as that is so."""
        is_alone = self._acknowledgement.is_alone
        if is_alone == self._is_alone:
            return
        self._is_alone = is_alone
        if is_alone:
            timing = Action(_("Open bit timing"), self._open_timing, keeps_notice=True)
            self._notices.show(unacknowledged_error(live), act=_NO_ACK, action=timing)
        else:
            self._notices.dismiss(_NO_ACK)

    def _show_silent(self) -> None:
        """Say since when the dongle of the open bus hasn't responded and what to do, if so, until it does again."""
        live, since = self._devices.live, self._answers.since
        if live is not None and since is not None and self.isVisible():
            self._notices.show(not_responding(live.path, since), device_id=live.device_id, act=_SILENT)

    def _show_answer(self) -> None:
        """Say that the dongle of the open bus responds again."""
        self._notices.dismiss(_SILENT)
        live = self._devices.live
        if live is not None and self.isVisible():
            self._context.problems.toast(_("{name} responds again.").format(name=live.title))

    def _restart(self) -> None:
        """Close the bus and open it again: its controller then joins with error counters of 0. The frames and the
        totals of the bus go on."""
        live = self._devices.live
        if live is None:
            return

        def restart() -> None:
            self._restarting, self._sent_before = live.path, live.capture.table_sender
            self._devices.close_bus()
            self._start()

        words = Taking(_("Restarting"), _("Stop recording and restart"), _("Restart"))
        unless_in_use(self, self._devices, frozenset({live.path}), restart, words)

    def _end_if_failed(self, live: LiveBus) -> bool:
        """Close the bus if it has ended by itself; returns whether it has."""
        if live.capture.failure is None or not shiboken6.isValid(self._devices):  # after the session
            return False
        self._devices.end_failed_bus(live.capture.failure)
        return True

    def _sample_load(self) -> None:
        """Note the load also while another view is shown: its trace would have a hole there. A bus that has ended by
        itself is closed then, too: its recording has ended.
        """
        live = self._devices.live
        if live is not None and live is self._shown and not self._end_if_failed(live):
            self._counters.sample_load(live, self._load.load)
            if self.isVisible() and self._counters.is_open:  # as the status bar shows it
                self._counters.show_counts(live, self._skipped, self._load.load)

    def _explain_no_frames(self, live: LiveBus) -> None:
        """Say why no frames are shown while none has come, and what to do if there are errors.

        The error frames of an adapter that reports them are still listed in order.
        """
        counters = live.capture.counters()
        failed = check_bus(counters).failed and not self._acknowledgement.is_acknowledged
        lacks = self._acknowledgement.lacks(counters)
        only_errors = self._load.is_unreadable or (not counters.frames and failed and not lacks)
        rate, kept = live.config.bitrate, self._drops_past and only_errors
        listed = (self.model.rolling or self._counters.restarts) and self.model.has_frames
        if counters.frames or listed or kept:
            self._frames.show_frames()
        elif failed:
            self._frames.show_only_errors(
                rate, found=self._search.found, lacks_acknowledgement=lacks, is_listed=self.model.has_frames
            )
        else:
            self._frames.show_waiting(rate)
        self._show_unreadable(live, counters, only_errors=only_errors)
        self._show_filtered()
        if self._frames_next and self._frames.shows_frames:
            self._frames_next = False
            if self._stop_button.hasFocus():
                self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_unreadable(self, live: LiveBus, counters: Counters, *, only_errors: bool) -> None:
        """Say that nothing on the bus can be read and what to do, as long as that is so; what was read before stays."""
        self._note_read(live)  # also frames from before the trouble that are shown only now
        if only_errors:
            self._search.follow(live, counters)
            self._show_last_good()
        elif counters.frames and self._search.present is not None and not self._search.is_running:
            self._search.end()
        if only_errors == self._only_errors:
            return
        self._only_errors = only_errors
        self._show_settings()
        self._show_rate_pane()
        if not only_errors:
            self._notices.dismiss(_UNREADABLE)
            self._past.hide()
            return
        if self.model.past_until is None:
            self.model.mark_past()
        self._show_last_good()
        if not counters.bus.bus_off:  # which a notice of its own says
            self._notify_unreadable(live)

    def _note_read(self, live: LiveBus) -> None:
        """Keep until when frames were read at the bit rate of this bus, as far as they are shown."""
        last = self.model.last_stamp
        if live.capture.counters().frames and last is not None and not self._drops_past:
            self._search.note_read(live, clock(last)[:5])

    def _notify_unreadable(self, live: LiveBus) -> None:
        """Say that the bus has errors alone; the pane beside the frames has what to do next."""
        found = self._search.found
        act = Action(_("Detect bit rate"), self._search.detect, keeps_notice=True) if found is None else None
        timing = Action(_("Open bit timing"), self._open_timing, keeps_notice=True)
        self._notices.show(unreadable_error(live, found), act=_UNREADABLE, action=act, also=timing)

    def _show_last_good(self) -> None:
        """Say as of when the frames are that were read before nothing could be any more."""
        last = self.model.past_until
        self._past.setVisible(last is not None and self._frames.shows_frames)
        if last is not None:
            silent = elapsed(max(0.0, time.time() - last.seconds))
            text = _("The last frames that could be read. Nothing could be read for {time}.")
            self._past.show_text(text.format(time=silent), last)

    def _show_rate_pane(self) -> None:
        """Show the bit rates that the bus may have while it is in trouble, and while one is detected or written."""
        is_asked = self._search.present is not None or self._search.is_running
        if self._rate_pane.isHidden() == is_asked:
            inside = self.window().focusWidget()
            if inside is not None and self._rate_pane.isAncestorOf(inside) and not is_asked:
                self._frames.focus_frames()  # before it is hidden: Qt would move the focus to a neighbour first
            self._rate_pane.setVisible(is_asked)

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
        self._note_read(live)
        if self._counters.is_open:
            self._counters.show_counts(live, self._skipped, self._load.load)

    def _show_frames(self, live: LiveBus, most: int | None = None) -> None:
        """Show the frames received since the last call, or the oldest `most` of them."""
        new = live.capture.since(self._next)
        frames = new.frames[:most]
        self._next = new.next - (len(new.frames) - len(frames))
        if new.dropped:
            self._skipped += new.dropped
            self.model.skip_frames()
            self._messages.skip()
        if self._drops_past and any(not one.error for one in frames):
            self._drops_past = False
            self.model.clear()
        if frames:
            follow = self.model.rolling and self._at_end()
            self.model.add_frames(frames)
            self._messages.add(frames)
            if follow:
                self.table.scrollToBottom()
        else:
            self._messages.late(Timestamp(time.time(), TimeSource.HOST, 0.0))
            if not self.model.rolling:
                self.model.update_cells()  # for how long nothing has come

    def _show_frame(self, frame: Frame) -> None:
        """Go to the row of a frame that a trigger was met by, or of its ID; say if it isn't there any more."""
        place = self.model.place_of(frame)
        if place < 0:
            why = _("The list doesn't have this frame any more.")
            if self.model.filter.terms:
                why = _("The filter hides this frame, or the list doesn't have it any more.")
            self._context.problems.refuse(why)
            return
        self.table.setCurrentIndex(self.model.index(place, 0))
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_message(self, listed: ListedMessage) -> None:
        """Go to the last frame of a message."""
        if listed.frame is not None:
            self._show_frame(listed.frame)
        else:
            self._context.problems.refuse(_("No frame ended this message: it waited too long."))

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
        self._drops_past = False
        self.model.clear()
        self._messages.clear()
        self._show_filtered()
        announce(self, _("Frames cleared"), again=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space in the list of frames ticks a signal, else pauses and resumes the display; G plots a signal."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            run_handler(self._actions.handlers()["bench.copy_frame"], self._context.problems.refuse)
            return True
        ticks = is_plain_key(event, Qt.Key.Key_Space) and self.model.has_tick(self.table.currentIndex())
        if (ticks and not event.isAutoRepeat()) or is_plain_key(event, Qt.Key.Key_G):
            run_handler(self.plots.row_handlers()["bench.plot_signal"], self._context.problems.refuse)
            return True
        pauses = is_plain_key(event, Qt.Key.Key_Space)
        if pauses and not event.isAutoRepeat() and self._devices.live is not None:
            self._toggle_pause()
        return pauses

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the field of the frame to send, the send table, the triggers, and the messages."""
        inside = self.focusWidget()
        in_bar = inside is not None and any(
            one.isAncestorOf(inside) for one in (self.send_bar, self.send_panel, self.triggers, self.messages)
        )
        if event.key() == Qt.Key.Key_Escape and not event.modifiers() and in_bar:
            target = self.table if self.table.isVisible() else self._stop_button
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        self.triggers.come()
        self._follow_selection()
        self._show_silent()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        self._opens_once_connected = self._is_bus_off = self._only_errors = self._is_alone = (
            False  # told again on return
        )
        if not event.spontaneous():  # a minimised window isn't left
            self.send_panel.leave()
            self.triggers.leave()

    def save_state(self) -> object:
        """What was typed, the send table, the triggers, and what is said of the frame that was sent last."""
        return typed_texts(self), self.send_bar.state(), self.send_panel.state(), self.triggers.state()

    def restore_state(self, state: object) -> None:
        """Fill in what was typed, and show what was said of it."""
        match state:
            case (dict() as texts, sent, table, triggers):
                restore_typed_texts(self, texts)
                self.send_bar.restore(sent)
                self.send_panel.restore(table)
                self.triggers.restore(triggers)
