"""The pane of plots: its heading and buttons, the plots, the values at the cursors, or what to do while it is empty."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from benchboard.canbus.plot_set import PlotSet
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_commands import PLOT_MENU, PLOTS
from benchboard.ui.bench.plots.axis_ticks import duration_text, time_text
from benchboard.ui.bench.plots.cursor_values import CursorValues
from benchboard.ui.bench.plots.plot_export import csv_file, picture, png_file
from benchboard.ui.bench.plots.plot_painting import AXIS
from benchboard.ui.bench.plots.plots_canvas import PlotsCanvas
from benchboard.ui.bench.plots.signal_source import SignalSource
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.bench.signals.signal_drag import dragged_signal
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Elided, EmptyState, Text, hairline, scroll_area
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.surfaces import set_surface

_LEAST_WIDTH: Final = 260
_ZOOM: Final = 0.7
_LEAST_PLOTS: Final = 104 + int(AXIS)
"""Pixels that plots keep beside the values at the cursors: a plot and the axis of time."""
Offered = Callable[[], Sequence[SignalKey]]


class PlotsPane(QWidget):
    """Shows plots of a source. `edited` has the plot set that the user wants instead; whoever owns the source gives it
    to `show_plots`, with histories of its signals. `offered` says which signals there are to add.
    """

    edited = Signal(object)
    close_requested = Signal()

    def __init__(self, context: Context, source: SignalSource, offered: Offered, *, empty_advice: str) -> None:
        super().__init__()
        self._context, self._offered = context, offered
        self.canvas = PlotsCanvas(source)
        self.values = CursorValues()
        set_surface(self, "surface")
        self.setObjectName("plots_pane")
        self.setAccessibleName(_("Plots"))
        self.setMinimumWidth(_LEAST_WIDTH)
        self._empty = EmptyState(
            "ph.chart-line", _("No signals plotted"), _("Add signal"), self.open_add_menu, why=empty_advice
        )
        self._empty.action.setObjectName("plots_empty_add")
        self._build()
        self.canvas.moved.connect(self._show_time)
        self.canvas.stepped.connect(self._tell_time)
        self.canvas.cursors_moved.connect(self._show_cursors)
        self.canvas.dropped.connect(self._drop)
        self.canvas.menu_requested.connect(self._open_menu)
        self.canvas.remove_requested.connect(self.remove_plot)
        self.setAcceptDrops(True)
        self.canvas.undo_requested.connect(context.problems.undo_last)
        self._show_time()
        self.show_plots(PlotSet())

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 8, 6)
        head.setSpacing(6)
        head.addWidget(Text(_("Plots"), "body_strong"))
        self._time = Elided("", "body", "muted")
        self._time.setObjectName("plots_time")
        head.addWidget(self._time, 1)
        self._live = Button("", self.follow, icon="ph.skip-forward", tip=_("Resume live values"), name="plots_live")
        self._cursors = Button("", self.toggle_cursors, icon="ph.ruler", tip=_("Cursors"), name="plots_cursors")
        self._cursors.setCheckable(True)
        self._add = Button("", self.open_add_menu, icon="ph.plus", tip=_("Add signal"), name="plots_add")
        self._more = Button("", self.open_more, icon="ph.dots-three", tip=_("More actions"), name="plots_more")
        close = Button("", self.close_requested.emit, kind="quiet", icon="ph.x", tip=_("Hide plots"), name="plots_hide")
        for button in (self._live, self._cursors, self._add, self._more, close):
            head.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(hairline())
        self._body = QWidget()
        self._stack = QStackedLayout(self._body)
        self._stack.addWidget(self._empty)
        self._area = scroll_area(self.canvas)
        self._stack.addWidget(self._area)
        whole.addWidget(self._body, 1)
        self._values_area = scroll_area(self.values)
        self._values_area.setObjectName("plots_values_area")
        self._values_area.setAccessibleName(_("Values at the cursors"))
        self._values_area.hide()
        whole.addWidget(self._values_area)

    # ---- what is shown

    @property
    def plots(self) -> PlotSet:
        """The plots that are shown."""
        return self.canvas.plots

    def show_source(self, source: SignalSource) -> None:
        """Show the values of another source."""
        self.canvas.show_source(source)
        self._show_cursors()

    def show_plots(self, plots: PlotSet) -> None:
        """Show these plots."""
        had_focus = self.canvas.hasFocus() or self._empty.action.hasFocus()
        self.canvas.show_plots(plots)
        page = self._area if plots.plots else self._empty
        if had_focus:
            turn_to(self._stack, page, self.focus_plots)
        self._stack.setCurrentWidget(page)
        for button in (self._cursors, self._more):
            button.disable("" if plots.plots else _("Add a signal first."))
        if not plots.plots:
            self.canvas.show_cursors(False)
        self._show_time()
        self._show_cursors()

    @property
    def entry(self) -> QWidget:
        """The plots, or in their place the button that adds a signal."""
        return self.canvas if self.plots.plots else self._empty.action

    def focus_plots(self) -> None:
        """Focus the plots, or the button in their place."""
        self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _tell_time(self) -> None:
        """Tell a screen reader which time keys went to, and the values of the signals there, at the right end."""
        told = ", ".join(filter(None, (self._time.text(), self.canvas.values_text())))
        announce(self.canvas, told, again=True)

    def _show_time(self) -> None:
        """Say which time is shown."""
        window, source = self.canvas.time_window, self.canvas.source
        begin, end = self.canvas.span
        tenth = SECOND // 10
        width = duration_text(round((end - begin) / tenth) * tenth if end - begin > SECOND else end - begin)
        shorter = width
        if not self.plots.plots:
            text = shorter = ""
        elif window.follows:
            text = _("last {time}").format(time=width)
        elif source.is_live:
            shorter = _("Held at {time}").format(time=_day_time(end))
            text = f"{shorter} · {width}"
        else:
            text = _("{width} from {start}").format(width=width, start=_day_time(begin))
        if self._time.text() != text:
            self._time.set_texts(text, shorter, "")
        had_focus = self._live.hasFocus()
        self._live.setVisible(source.is_live and not window.follows and bool(self.plots.plots))
        if had_focus and self._live.isHidden():
            self.focus_plots()

    def _show_cursors(self) -> None:
        cursors = self.canvas.cursors
        self._cursors.setChecked(cursors is not None)
        self.values.show_values(self.plots, self.canvas.source, cursors)
        self._values_area.setVisible(cursors is not None)
        self._fit_values()
        if cursors is not None:
            announce(self.values, self.values.text)

    def _fit_values(self) -> None:
        """Give the values at the cursors the height that they need, and leave the plots theirs: then they scroll."""
        if self._values_area.isHidden():
            return
        needed = self.values.height_for(self.width())
        most = self.height() - self._body.y() - _LEAST_PLOTS
        height = max(min(needed, most), theme().px("table.row.compact"))
        self._values_area.setFixedHeight(height)
        scrolls = height < needed
        self._values_area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)
        self.canvas.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_values()

    # ---- what can be done

    def handlers(self) -> Handlers:
        """The commands of the plots."""
        plots, current = self.plots.plots, self.canvas.current

        def why_empty() -> str:
            return "" if plots else _("Add a signal first.")

        def why_not_live() -> str:
            if not self.canvas.source.is_live:
                return _("No new values are coming in.")
            return why_empty() or ("" if not self.canvas.time_window.follows else _("The plots are live."))

        shows = self.canvas.cursors is not None
        return {
            "bench.follow_plots": Handler(self.follow, why_not_live),
            "bench.show_all_plots": Handler(self.canvas.show_all, why_empty),
            "bench.show_cursors": Handler(
                self.toggle_cursors, why_empty, _("Hide cursors") if shows else _("Show cursors")
            ),
            "bench.zoom_plots_in": Handler(partial(self.canvas.zoom, _ZOOM), why_empty),
            "bench.zoom_plots_out": Handler(partial(self.canvas.zoom, 1 / _ZOOM), why_empty),
            "bench.export_plots_csv": Handler(self.export_csv, why_empty),
            "bench.export_plots_png": Handler(self.export_png, why_empty),
            "bench.remove_plot": Handler(partial(self.remove_plot, current), why_empty),
            "bench.remove_all_plots": Handler(partial(self._remove, PlotSet(), _("All plots removed")), why_empty),
        }

    def follow(self) -> None:
        """Follow the present."""
        self.canvas.follow()

    def toggle_cursors(self) -> None:
        """Show cursors, or hide them."""
        self.canvas.show_cursors(self.canvas.cursors is None)

    def toggle_signal(self, key: SignalKey) -> None:
        """Plot a signal below the others, or no longer."""
        if self.plots.find(key) is None:
            self.add_signal(key)
        else:
            self._remove(self.plots.without(key), _("{name} removed from plots").format(name=key.signal))

    def add_signal(self, key: SignalKey, place: int | None = None) -> None:
        """Plot a signal in the plot at this place, or in one of its own."""
        try:
            plots = self.plots.with_signal(key, place)
        except AppError as error:
            self._context.problems.show(error)
            return
        if plots != self.plots:
            self.edited.emit(plots)
            announce(self, _("{name} plotted").format(name=key.signal))

    def remove_plot(self, place: int) -> None:
        """Remove the plot at this place, with its signals."""
        if place < len(self.plots.plots):
            names = ", ".join(one.key.signal for one in self.plots.plots[place])
            self._remove(self.plots.without_plot(place), _("{name} removed from plots").format(name=names))

    def _remove(self, plots: PlotSet, said: str) -> None:
        before = self.plots

        def undo() -> None:
            self.edited.emit(before)
            announce(self, _("Undone: {step}").format(step=said), again=True)

        self.edited.emit(plots)
        self._context.problems.toast(said, undo)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A signal can be dropped anywhere while there is no plot yet."""
        if not self.plots.plots and dragged_signal(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        key = dragged_signal(event.mimeData())
        if key is not None:
            event.acceptProposedAction()
            self._drop(key, 0)

    def _drop(self, key: SignalKey, place: int) -> None:
        self.add_signal(key, place)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- menus

    def open_add_menu(self) -> None:
        """Open the menu of the signals that there are, by message."""
        keys = self._offered()
        if not keys:
            self._context.problems.refuse(none_offered())
            return
        anchor = self._add if self.plots.plots else self._empty.action
        menu = Menu(self)
        menu.setObjectName("plots_add_menu")
        menu.setAccessibleName(_("Add signal"))
        by_message: dict[tuple[str, int], list[SignalKey]] = {}
        for key in keys:
            by_message.setdefault((key.message, key.frame_id), []).append(key)
        for (message, _id), signals in sorted(by_message.items()):
            into = Menu(menu, message)
            into.stays_open = True
            menu.addMenu(into)
            self.add_signal_actions(into, signals)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 2)))

    def add_signal_actions(self, menu: Menu, keys: Sequence[SignalKey]) -> None:
        """Add signals to a menu, which plot them or no longer."""
        for key in keys:
            action = menu.addAction(key.signal)
            action.setObjectName(f"plot_{key.signal}")
            action.setCheckable(True)
            action.setChecked(self.plots.find(key) is not None)
            action.triggered.connect(lambda _on=False, key=key: self.toggle_signal(key))

    def open_more(self) -> None:
        """Open the menu of all actions."""
        self._open_menu(self.canvas.current, self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))

    def _open_menu(self, place: int, spot: QPoint) -> None:
        menu = command_menu(self, PLOT_MENU, self.handlers(), scope=PLOTS, label=_("Actions"), name="plots_menu")
        signals = self.plots.plots[place] if place < len(self.plots.plots) else ()
        if len(signals) > 1:
            menu.addSeparator()
            for one in signals:
                action = menu.addAction(_("Remove {name}").format(name=one.key.signal))
                action.triggered.connect(lambda _on=False, key=one.key: self.toggle_signal(key))
        menu.popup(spot)

    # ---- files

    def export_csv(self) -> None:
        """Ask for a file, and write the values that are shown to it."""
        plots, source, span = self.plots, self.canvas.source, self.canvas.span

        def saved(count: int) -> str:
            return ngettext("{count} value saved", "{count} values saved", count).format(count=number(count))

        ask_file(
            self, _("Export values"), "signals.csv", _("CSV file"),
            lambda path: save_file(
                self._context, self, path, partial(csv_file, plots, source, span), saved=saved
            ),
            dialog_name="plots_csv_file",
        )  # fmt: skip

    def export_png(self) -> None:
        """Ask for a file, and write a picture of the plots to it."""
        canvas = self.canvas
        image = picture(canvas.size(), self.plots, canvas.source, canvas.span, canvas.cursors)
        ask_file(
            self, _("Export picture"), "plots.png", _("PNG picture"),
            lambda path: save_file(self._context, self, path, lambda _progress: (png_file(image), None)),
            dialog_name="plots_png_file",
        )  # fmt: skip


def _day_time(at: int) -> str:
    """The local time of a moment (Unix, ns), with its day if that isn't today."""
    day = datetime.fromtimestamp(at / 1_000_000_000).astimezone()
    is_today = day.date() == datetime.now().astimezone().date()
    return time_text(at) if is_today else f"{day:%Y-%m-%d} {time_text(at)}"


def none_offered() -> str:
    """Why there are no signals to add."""
    return _("Add a database first: it says which signals there are.")


def plot_key() -> str:
    """The key that plots the selected signal."""
    return REGISTRY["bench.plot_signal"].key
