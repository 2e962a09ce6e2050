"""The pane of plots beside the frames of the live bus, or below them in a narrow window, and the commands that plot the
signals of the current row.
"""

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.i18n import _
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.bench.plots.live_plots import LivePlots
from benchboard.ui.bench.plots.plots_pane import PlotsPane, none_offered, plot_key
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.widgets.drawer import is_narrow
from benchboard.ui.widgets.menus import Menu

_SHARE: Final = 0.24
"""The width of the pane at first, of that of the view."""
_LEAST_KEPT: Final = 200
_SHARE_BELOW: Final = 0.45
"""The height of the pane at first, of that of the view, below the frames."""
_LEAST_BELOW: Final = 150
"""Its least height there, in pixels: its title, and a plot with its times."""
_MOST_BELOW: Final = 0.6


class LivePlotsPane(PlotsPane):
    """Shows the session's `LivePlots`. Its signals are those of the rows in `table`, whose squares it fills. `opened`:
    it was shown or hidden."""

    opened = Signal(bool)

    def __init__(self, context: Context, table: FrameList, model: FrameModel) -> None:
        self._table, self._model = table, model
        self.live_plots = LivePlots.of(context)
        super().__init__(
            context,
            self.live_plots.histories,
            self._model.seen_signals,
            empty_advice=_("Drag a signal here from the row of its frame, or select it and press {key}.").format(
                key=plot_key()
            ),
        )
        self._splitter: QSplitter | None = None
        self._side: QWidget = self
        self.edited.connect(self.live_plots.edit)
        self.live_plots.changed.connect(self._show_live)
        self.close_requested.connect(self.toggle)
        table.signal_clicked.connect(lambda row: self._plot_row(row, QPoint()))
        self.setVisible(bool(self.live_plots.pane.get("open", False)))
        self._show_live()

    def place_in(self, splitter: QSplitter, side: QWidget) -> None:
        """Give the last part of a splitter, the `side` that holds this pane, the size that was kept."""
        self._splitter, self._side = splitter, side
        splitter.addWidget(side)
        splitter.setStretchFactor(splitter.count() - 2, 1)
        splitter.setStretchFactor(splitter.count() - 1, 0)
        splitter.splitterMoved.connect(lambda *_place: self._keep())

    def restore_size(self) -> None:
        """Be beside the frames, or in a narrow window below them, as wide or high as was kept, or else a share of the
        view."""
        splitter, side = self._splitter, self._side
        if splitter is None or side.isHidden():
            return
        below = is_narrow(splitter.width())
        splitter.setOrientation(Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal)
        side.setMinimumHeight(_LEAST_BELOW if below else 0)
        whole = splitter.height() if below else splitter.width()
        kept = self.live_plots.pane.get("height" if below else "width")
        least = _LEAST_BELOW if below else _LEAST_KEPT
        size = kept if type(kept) is int and kept >= least else round(whole * (_SHARE_BELOW if below else _SHARE))
        least = side.minimumHeight() if below else side.minimumSizeHint().width()
        size = max(least, min(size, round(whole * _MOST_BELOW) if below else whole // 2))
        splitter.setSizes([whole - size, size])

    def _keep(self) -> None:
        is_open = not self.isHidden()
        if self._splitter is not None and self._splitter.orientation() == Qt.Orientation.Vertical:
            self.live_plots.keep_pane(is_open=is_open, height=self.height())
        else:
            self.live_plots.keep_pane(is_open=is_open, width=self.width())

    def toggle(self) -> None:
        """Show the pane and focus it, or hide it."""
        self.show_pane(self.isHidden())
        if not self.isHidden():
            self.focus_plots()

    def show_pane(self, shown: bool) -> None:
        """Show or hide the pane; the histories go on."""
        if shown != self.isHidden():
            return
        inside = self.window().focusWidget()
        had_focus = inside is not None and self.isAncestorOf(inside)
        self.setVisible(shown)
        self.opened.emit(shown)
        self.live_plots.keep_pane(is_open=shown)
        self.restore_size()
        if had_focus and not shown:
            self._table.setFocus()

    def open_add_menu(self) -> None:
        """Show the pane, and open the menu of the signals that there are."""
        self.show_pane(True)
        super().open_add_menu()

    def set_database(self, database: CanDatabase) -> None:
        """Decode signals by this database."""
        self.live_plots.set_database(database)

    def _show_live(self) -> None:
        if self.canvas.source is not self.live_plots.histories:
            self.show_source(self.live_plots.histories)
        if self.plots != self.live_plots.plots or not self.plots.plots:
            self.show_plots(self.live_plots.plots)
        self.canvas.update_live()
        self._show_time()
        self._model.set_plotted({one.key: one.colour for one in self.plots.signals})

    # ---- the signals of rows

    def row_handlers(self) -> Handlers:
        """The commands of the pane, and what plots the signals of the current row."""
        table, model = self._table, self._model
        row = table.currentIndex().row() if 0 <= table.currentIndex().row() < model.rowCount() else -1
        keys = model.signal_keys(row) if row >= 0 else []

        def why_none() -> str:
            if row < 0:
                return _("Select a frame first.")
            if not model.database.messages:
                return _("Add a database first.")
            return "" if keys else _("No database has signals for this ID.")

        def why_none_seen() -> str:
            return "" if model.seen_signals() else none_offered()

        title = _("Plot signal…")
        if len(keys) == 1:
            named = _("Plot {name}") if self.plots.find(keys[0]) is None else _("Remove {name} from plots")
            title = named.format(name=keys[0].signal)
        spot = table.viewport().mapToGlobal(table.visualRect(table.currentIndex()).bottomLeft())
        return {
            **(self.handlers() if not self.isHidden() else {}),
            "bench.add_plot_signal": Handler(
                self.open_add_menu, lambda: "" if model.seen_signals() else none_offered()
            ),
            "bench.plot_signal": Handler(lambda: self._plot_row(row, spot), why_none, title),
            "bench.show_plots": Handler(self.toggle, title=_("Show plots") if self.isHidden() else _("Hide plots")),
        }

    def _plot_row(self, row: int, spot: QPoint) -> None:
        """Plot the signal of a row, or no longer; of a frame with several, ask which."""
        keys = self._model.signal_keys(row)
        if len(keys) == 1:
            if self.plots.find(keys[0]) is None:
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
