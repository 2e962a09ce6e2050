"""The frames of a recording, the bar that filters them, and the plots of their signals."""

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.recording import Matching, Recording
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.frame_actions import FrameActions, id_term
from benchboard.ui.bench.frame_filter_bar import FrameFilterBar
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.opened_recording.recorded_messages_reader import RecordedMessagesReader
from benchboard.ui.bench.opened_recording.recorded_plots import RecordedPlots
from benchboard.ui.bench.protocols.message_model import ListedMessage
from benchboard.ui.bench.protocols.messages_pane import MessagesPane
from benchboard.ui.bench.recorded_frames import RecordedFrameModel
from benchboard.ui.commands import Handlers, run_handler
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, EmptyState
from benchboard.ui.widgets.accessible import tell_cell, tell_cell_renamed, untold
from benchboard.ui.widgets.fields import is_plain_key
from benchboard.ui.widgets.surfaces import set_surface

_TIME_WIDTH: Final = 164
"""The times of a recording have microseconds, those of a live bus milliseconds."""


class RecordedFramesPane(QWidget):
    """`filter_bar` stands above it, where its owner puts it. `reached`: the user went to the frame with this number.
    `numbers_changed`: other frames are shown now. `play_wanted`: Space was pressed in the list. `channel_cleared`: the
    search for those of a channel was stopped.
    """

    reached = Signal(int)
    channel_cleared = Signal()
    numbers_changed = Signal()
    play_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._searching: Work | None = None
        self._follows = False
        """Whether the current row is being set, rather than chosen by the user."""
        self._before: tuple[Recording | None, int] = (None, -1)
        """The recording, and the number of its frame that is current, before rows are replaced; -1: none is."""
        self.model = RecordedFrameModel(self)
        self.table = FrameList(self.model, time_width=_TIME_WIDTH)
        self.table.setObjectName("recording_table")
        self.filter_bar = FrameFilterBar(context, self.table, place="recording")
        self.plots = RecordedPlots(context, self.table)
        plots = Button(_("Plots"), self.plots.toggle, icon="ph.chart-line", name="recording_plots")
        plots.setCheckable(True)
        self.plots.opened.connect(plots.setChecked)
        self.filter_bar.add_right(plots)
        self.messages = MessagesPane(place="recording")
        self.messages.frame_requested.connect(self._show_message)
        self.messages.left.connect(self.focus_frames)
        self.reader = RecordedMessagesReader(context, self, self.filter_bar, self.table, self.model, self.messages)
        self._actions = FrameActions(self, self.table, self.filter_bar)
        self._none = EmptyState("ph.funnel", "", _("Clear filter"), self.filter_bar.clear)
        self._none.action.setObjectName("recording_clear_filter")
        self._empty = EmptyState(
            "ph.file", _("No frames"), _("Show live bus"), partial(context.go, "bench/live"),
            why=_("Nothing was received while this was recorded. Check in the live bus that frames come in, then "
                  "record again."),
        )  # fmt: skip
        self._empty.action.setObjectName("recording_show_live")
        self._pages = pages = QWidget()
        self._stack = QStackedLayout(pages)
        self._stack.addWidget(self.table)
        for page in (self._none, self._empty):
            set_surface(page, "surface")
            self._stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(pages)
        self.plots.place_in(split)
        whole.addWidget(split, 1)
        whole.addWidget(self.messages)
        self.model.filter_wanted.connect(self._search)
        self.model.modelAboutToBeReset.connect(self._note_current)
        self.model.modelReset.connect(self._on_reset)
        self.filter_bar.left.connect(self.focus_frames)
        self.filter_bar.databases.changed.connect(self._use_databases)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.table.menu_requested.connect(lambda _row, spot: self._open_menu(spot))
        self.table.installEventFilter(self)

    def panes(self) -> list[QWidget]:
        """The frames, and the plots and messages below them."""
        return [self._pages, *([self.plots] if self.plots.isVisible() else []), *self.messages.panes()]

    def handlers(self) -> Handlers:
        """The commands of the current row."""
        return {**self._actions.handlers(), **self.plots.row_handlers()}

    def _open_menu(self, spot: QPoint) -> None:
        self._actions.open_menu(self.handlers(), spot)

    # ---- what is shown

    def show_recording(self, recording: Recording | None) -> None:
        """Show another recording, with all of its frames."""
        self._stop_search()
        self.model.show_recording(recording)
        self.plots.show_recording(recording)
        self.reader.show_recording(recording)
        self.filter_bar.set_text("")
        self.table.show_decoded()

    def follow_number(self, at: int) -> None:
        """As `show_number`, while frames are played: a screen reader isn't told of each, a dozen fields several times a
        second, but by `tell_current` of the last one."""
        with untold():
            self.show_number(at)

    def tell_current(self) -> None:
        """Tell a screen reader which frame is current, if the list has the focus."""
        if self.table.hasFocus() and self.table.currentIndex().isValid():
            tell_cell_renamed(self.table, self.table.currentIndex())
            tell_cell(self.table, self.table.currentIndex())

    def show_number(self, at: int) -> None:
        """Make the frame with this number current, or the next one that is shown, and bring it into sight."""
        row = self.model.row_for(at)
        if row < 0 or row == self.table.currentIndex().row():
            return
        self._follows = True
        index = self.model.index(row, 0)
        self.table.setCurrentIndex(index)
        first, last = self.table.rowAt(0), self.table.rowAt(self.table.viewport().height() - 1)
        if not first <= row <= (last if last >= 0 else row):
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._follows = False

    def _show_message(self, listed: ListedMessage) -> None:
        """Go to the last frame of a message."""
        self.show_number(listed.number)
        self.focus_frames()
        self.reached.emit(listed.number)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.messages.fit(self.window().height())

    def show_id(self, frame: Frame) -> None:
        """Show only the frames with the ID of this one."""
        self.filter_bar.set_text(id_term(frame))
        self.focus_frames()

    def current_number(self) -> int:
        """The number of the current frame, of the first one without any; -1 without frames."""
        row = self.table.current_row()
        return self.model.number_at(row) if row >= 0 else self.model.numbers[0] if self.model.numbers else -1

    def focus_frames(self) -> None:
        """Focus the frames, or the button in their place."""
        shown = self._stack.currentWidget()
        target = shown.action if isinstance(shown, EmptyState) else self.table
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._follows and current.isValid():
            self.reached.emit(self.model.number_at(current.row()))

    def _on_reset(self) -> None:
        """Say how many IDs are shown; where no frame is, say so in their place."""
        self.filter_bar.show_counts()
        recording = self.model.recording
        is_empty = recording is not None and not recording.count
        hidden = recording is not None and not self.model.numbers
        had_focus = any(one.hasFocus() for one in (self.table, self._none.action, self._empty.action))
        self.filter_bar.setVisible(not is_empty)
        if hidden and not is_empty:
            text = self.filter_bar.text
            none_match = self.filter_bar.none_match_text() if text else _("No frames in this range")
            self._none.sentence.setText(none_match)
            self._none.action.setVisible(bool(text))
        if is_empty:
            self.plots.show_pane(False)
            self.messages.show_open(False)
        self._stack.setCurrentWidget(self._empty if is_empty else self._none if hidden else self.table)
        self._restore_current()
        if had_focus:
            self.focus_frames()
        self.numbers_changed.emit()

    def _note_current(self) -> None:
        """Note the current frame: a reset forgets which it is."""
        is_current = self.table.currentIndex().isValid()
        self._before = (self.model.recording, self.current_number() if is_current else -1)

    def _restore_current(self) -> None:
        """Make the frame that was current so again, or the next one that is shown: the keys go on in sight."""
        recording, at = self._before
        if at >= 0 and recording is self.model.recording and self.model.numbers:
            self.show_number(at)

    def frames_text(self) -> str:
        """How many frames are shown."""
        count = len(self.model.numbers)
        return ngettext("{count} frame", "{count} frames", count).format(count=number(count))

    # ---- the filter

    def _tell_shown(self) -> None:
        """Tell a screen reader how many IDs and frames the filter shows."""
        found = ", ".join(filter(None, (self.filter_bar.count.text(), self.frames_text())))
        has_none = bool(self.filter_bar.text) and not self.model.numbers
        self.filter_bar.tell_result(self.filter_bar.none_match_text() if has_none else found)

    def _search(self) -> None:
        """Search the recording by the filter, on a worker."""
        self._stop_search()
        recording, wanted, database = self.model.recording, self.model.filter, self.model.database
        if recording is None:
            return
        channel = self.model.channel
        if not wanted.terms and channel is None:
            self.model.show_matching(None)
            self._tell_shown()
            return

        def op(progress: Progress) -> Matching:
            return recording.matching(wanted, database, progress.step, channel)

        work: Work | None = None

        def done(matching: Matching) -> None:
            if self._searching is work:
                self._searching = None
                self.model.show_matching(matching)
                self._tell_shown()

        def failed(error: AppError) -> None:
            if self._searching is work:  # stopped by the user: the frames shown are all again
                self._searching = None
                self.channel_cleared.emit()
                self.filter_bar.clear()
                if not isinstance(error, Cancelled):
                    self._context.problems.show(error)

        title = _("Filtering {file}").format(file=recording.path.name)
        self._searching = work = self._context.tasks.run(self, op, done, failed, title=title)

    def _stop_search(self) -> None:
        work, self._searching = self._searching, None
        if work is not None:
            work.cancel()

    def _use_databases(self) -> None:
        self.model.set_database(self.filter_bar.databases.database)
        self.plots.read_again()
        self.table.show_decoded()
        if self.model.filter != FrameFilter():
            self._search()  # names and signals are others

    # ---- keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+C copies the current frame, G plots its signals; Space ticks a signal, else plays and pauses."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            run_handler(self.handlers()["bench.copy_frame"], self._context.problems.refuse)
            return True
        ticks = is_plain_key(event, Qt.Key.Key_Space) and self.model.has_tick(self.table.currentIndex())
        if (ticks and not event.isAutoRepeat()) or is_plain_key(event, Qt.Key.Key_G):
            run_handler(self.handlers()["bench.plot_signal"], self._context.problems.refuse)
            return True
        plays = is_plain_key(event, Qt.Key.Key_Space)
        if plays and not event.isAutoRepeat():
            self.play_wanted.emit()
        return plays
