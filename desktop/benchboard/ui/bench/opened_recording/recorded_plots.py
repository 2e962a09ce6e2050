"""The plots of signals below the frames of a recording."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter

from benchboard.canbus.dbc import CanDatabase, Message
from benchboard.canbus.plot_set import PlotSet, message_of
from benchboard.canbus.recorded_signals import recorded_histories, recorded_signals
from benchboard.canbus.recording import Recording
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_histories import SignalHistories
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.plots.plots_pane import PlotsPane, none_offered, plot_key
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets.menus import Menu

_LEAST = 150
"""Its least height, in pixels: its title, and a plot with its times."""
_SHARE = 0.45
"""Its height at first, of that of the frames and it."""


class RecordedPlots(PlotsPane):
    """Plots signals of the open recording, whose values are read on a worker. Another recording has the same plots, as
    far as a database defines their signals. `toggled`: it was shown or hidden. `opened`: whether it is shown.
    """

    toggled = Signal()
    opened = Signal(bool)

    def __init__(self, context: Context, table: FrameList) -> None:
        self._table = table
        self._recording: Recording | None = None
        self._channel: str | None = None
        self._range: tuple[float, float] | None = None
        self._wanted = PlotSet()
        """The plots that the user wants: they are shown once their values were read."""
        self._histories = SignalHistories()
        self._reading: Work | None = None
        super().__init__(
            context,
            self._histories,
            self._offered_signals,
            empty_advice=_("Drag a signal here from the row of its frame, or select it and press {key}.").format(
                key=plot_key()
            ),
        )
        self.setMinimumHeight(_LEAST)
        self.edited.connect(self._want)
        self.close_requested.connect(self.toggle)
        table.signal_clicked.connect(lambda row: self._plot_row(row, QPoint()))
        table.frames.plotted = {}
        self.hide()

    def place_in(self, splitter: QSplitter) -> None:
        """Be below the frames in a splitter."""
        splitter.setAccessibleName(_("Frames and plots"))
        splitter.addWidget(self)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        self._splitter = splitter

    def _offered_signals(self) -> list[SignalKey]:
        return recorded_signals(self._recording, self._database) if self._recording is not None else []

    @property
    def _database(self) -> CanDatabase:
        return self._table.frames.database

    # ---- what is plotted

    def show_recording(self, recording: Recording | None) -> None:
        """Plot another recording."""
        self._recording, self._channel, self._range = recording, None, None
        self.read_again()

    def show_channel(self, channel: str | None) -> None:
        """Plot the frames of this channel; of all if None."""
        self._channel = channel
        self.read_again()

    def show_range(self, span: tuple[float, float] | None) -> None:
        """Show the values between these times (s); all of them if None."""
        self._range = span
        if span is None:
            self.canvas.show_all()
        else:
            self.canvas.show_span(*(round(one * SECOND) for one in span))

    def read_again(self) -> None:
        """Read the values anew: of another recording, or by another database."""
        self._histories = SignalHistories()
        self._want(self._wanted)

    def _want(self, plots: PlotSet) -> None:
        """Show these plots, once the values of their signals were read."""
        self._wanted = plots
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        wanted = self._messages(plots)
        known = set(self._histories.keys)
        if self._recording is None or wanted.keys() <= known:
            self._show(plots)
        else:
            self._read(self._recording, plots, wanted)

    def _messages(self, plots: PlotSet) -> Mapping[SignalKey, Message]:
        found = {one.key: message_of(one.key, self._database) for one in plots.signals}
        return {key: message for key, message in found.items() if message is not None}

    def _read(self, recording: Recording, plots: PlotSet, wanted: Mapping[SignalKey, Message]) -> None:
        work: Work | None = None
        channel = self._channel

        def op(progress: Progress) -> SignalHistories:
            return recorded_histories(recording, wanted, progress.step, channel)

        def done(histories: SignalHistories) -> None:
            if self._reading is work:
                self._reading = None
                self._histories = histories
                self._show(plots)

        def failed(error: AppError) -> None:
            if self._reading is work:  # stopped by the user: what was plotted before stays
                self._reading = None
                self._wanted = self.plots
                if not isinstance(error, Cancelled):
                    self._context.problems.show(error)

        title = _("Reading signals of {file}").format(file=recording.path.name)
        self._reading = work = self._context.tasks.run(self, op, done, failed, title=title)

    def _show(self, plots: PlotSet) -> None:
        if self.canvas.source is not self._histories:
            self.show_source(self._histories)
            self.show_range(self._range)
        self.show_plots(plots)
        frames = self._table.frames
        frames.plotted = {one.key: one.colour for one in plots.signals}
        frames.update_cells()

    # ---- what is shown

    def toggle(self) -> None:
        """Show the pane and focus it, or hide it."""
        self.show_pane(self.isHidden())
        if not self.isHidden():
            self.focus_plots()

    def show_pane(self, shown: bool) -> None:
        """Show or hide the pane; what is plotted stays."""
        if shown != self.isHidden():
            return
        inside = self.window().focusWidget()
        had_focus = inside is not None and self.isAncestorOf(inside)
        self.setVisible(shown)
        if shown:
            whole = self._splitter.height()
            self._splitter.setSizes([round(whole * (1 - _SHARE)), round(whole * _SHARE)])
        if had_focus and not shown:
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.toggled.emit()
        self.opened.emit(shown)

    def row_handlers(self) -> Handlers:
        """What plots the signals of the current row, and shows the pane."""
        index = self._table.currentIndex()
        row = index.row() if 0 <= index.row() < self._table.frames.rowCount() else -1
        keys = self._table.frames.signal_keys(row) if row >= 0 else []

        def why_none() -> str:
            if row < 0:
                return _("Select a frame first.")
            if not self._database.messages:
                return none_offered()
            return "" if keys else _("No database has signals for this ID.")

        title = _("Plot signal…")
        if len(keys) == 1:
            named = _("Plot {name}") if self.plots.find(keys[0]) is None else _("Remove {name} from plots")
            title = named.format(name=keys[0].signal)
        spot = self._table.viewport().mapToGlobal(self._table.visualRect(index).bottomLeft())
        return {
            **(self.handlers() if not self.isHidden() else {}),
            "bench.plot_signal": Handler(lambda: self._plot_row(row, spot), why_none, title),
        }

    def _plot_row(self, row: int, spot: QPoint) -> None:
        """Plot the signal of a row, or no longer; of a frame with several, ask which."""
        keys = self._table.frames.signal_keys(row)
        if len(keys) == 1:
            self.show_pane(True)
            self.toggle_signal(keys[0])
            return
        menu = Menu(self._table)
        menu.setObjectName("plots_row_menu")
        menu.setAccessibleName(_("Signals to plot"))
        self.add_signal_actions(menu, keys)
        menu.triggered.connect(lambda _action: self.show_pane(True))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)
