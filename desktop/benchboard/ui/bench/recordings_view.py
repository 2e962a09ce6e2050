"""Recordings: one is opened, looked through, played, and compared with another one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_statistics import FrameStatistics
from benchboard.canbus.recording import (
    CountedRecording,
    Recording,
    count_recording,
    index_frames,
    load_recording,
)
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.dongles.simulator.traffic import sample_frames
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_commands import RECORDINGS
from benchboard.ui.bench.channel_select import ChannelSelect
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.ended_recording import EndedRecording
from benchboard.ui.bench.kept_recordings.folder_page import FolderPage
from benchboard.ui.bench.kept_recordings.recent_recordings import RecentButton, RecentLinks, RecentRecordings
from benchboard.ui.bench.kept_recordings.remembered_comparisons import RememberedComparisons
from benchboard.ui.bench.opened_recording.bookmark_editing import BookmarkEditing
from benchboard.ui.bench.opened_recording.error_frames import ErrorFrames
from benchboard.ui.bench.opened_recording.frame_saving import ask_and_save
from benchboard.ui.bench.opened_recording.play_row import PlayRow
from benchboard.ui.bench.opened_recording.recording_figures import RecordingFigures, figures_beside, figures_of
from benchboard.ui.bench.playback_bar import PlaybackBar
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.bench.recorded_frames_pane import RecordedFramesPane
from benchboard.ui.bench.recording_files import OPEN_FILE, ask_recording
from benchboard.ui.bench.recording_lists import ComparisonList, RecordingPart, StatisticsList
from benchboard.ui.bench.recording_time_line import RecordingTimeLine
from benchboard.ui.commands import Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, SegmentedControl, Toolbar, hairline
from benchboard.ui.widgets.accessible import announce, focus_told_later, focus_told_once, row_told_once
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import focus_content

_OPEN, _SAMPLE = "!open", "!sample"
"""The rests of the address that ask for a file, or open the recording of the simulated conveyor."""
_SAMPLE_RATE, _SAMPLE_S = 400.0, 90.0
"""Frames a second and seconds of that recording."""
_LONGEST_NAME = 40
"""Letters of a file's name in a button."""
_FRAMES, _STATISTICS, _COMPARISON = "frames", "ids", "compare"


_UNREADABLE, _UNREADABLE_OTHER = "bench.unreadable", "bench.compared-unreadable"
"""The keys of the notices that parts of the open recording, and of the one it is compared with, can't be read."""


class RecordingsView(QWidget):
    """An opened recording: its figures, its time line, what plays it, and one of three pages about it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.recording: Recording | None = None
        self._opening: Work | None = None
        self._counting: Work | None = None
        self._counted: tuple[tuple[int, int], FrameStatistics] | None = None
        """The statistics of the frames in a range, by the first number and the one after the last."""
        self._errors = ErrorFrames(context, self)
        self._recent = RecentRecordings(context, self)
        self._compared = RememberedComparisons(context)
        self.setAcceptDrops(True)
        self.folder = FolderPage(context)
        self._build_toolbar()
        self._figures = RecordingFigures()
        self.time_line = RecordingTimeLine()
        self.bookmarks = BookmarkEditing(context, self, self.time_line, self._go_to)
        self.playback = PlaybackBar(context, DeviceManager.of(context))
        self.frames = RecordedFramesPane(context)
        self.statistics = StatisticsList(context)
        self.comparison = ComparisonList(context, self._choose_other)
        self.comparison.changed.connect(self._show_compared)
        self.comparison.channel_chosen.connect(self.show_channel)
        self.comparison.channels_wanted.connect(self._compare_channels)
        self._other: CountedRecording | None = None
        """The recording that the open one is compared with; None: none, or another channel of it."""
        self._other_path: Path | None = None
        self._was_playing = False
        self._enters = False
        """Whether the view was entered before it was known which recordings are in the folder."""
        self._empty = EmptyState(
            "ph.file",
            _("No recording is open"),
            _("Open recording"),
            self.choose,
            why=_("Open a candump, ASC, BLF or TRC file, or drop it here. Record one with Record in Live bus."),
        )
        self._empty.action.setObjectName("recording_open_empty")
        sample = self._empty.add_action(_("Open a sample recording"), self.open_sample)
        sample.setObjectName("recording_open_sample")
        self._empty.add_below(RecentLinks(self._recent, self.open))
        set_surface(self._empty, "surface")
        self._lists = False
        """Whether the list of recordings is shown though one is open."""
        self.folder.opened.connect(self.open)
        self.folder.compare_wanted.connect(self._compare_two)
        self.folder.other_wanted.connect(self._compare_listed)
        self.folder.renamed.connect(self._follow_name)
        self.folder.counted.connect(self._show_counted)
        self.banner_place = BannerPlace()
        self._lay_out()
        self.time_line.sought.connect(self._seek)
        self.time_line.range_changed.connect(self._show_range)
        self.playback.played.connect(self._follow)
        self.playback.state_changed.connect(self._tell_time_line)
        self.frames.reached.connect(self._reach)
        self.frames.numbers_changed.connect(self._show_numbers)
        self.frames.play_wanted.connect(self._toggle_play)
        self.frames.plots.canvas.time_chosen.connect(self._go_to_plotted)
        self.frames.channel_cleared.connect(lambda: self.show_channel(None))
        self.frames.filter_bar.databases.changed.connect(self._use_databases)
        self.comparison.ended.connect(self._end_comparison)
        self._compared_from = ""
        """The page that was shown before the comparison; empty: the list of recordings."""
        for listed in (self.statistics, self.comparison):
            listed.opened.connect(self._show_id)
        install_shortcuts(self, RECORDINGS, self.command_handlers(), context.problems.refuse)
        self.show_recording(None)

    # ---- layout

    def _build_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Recordings"))
        self.pages = SegmentedControl(
            ((_FRAMES, _("Frames")), (_STATISTICS, _("Statistics")), (_COMPARISON, _("Compare"))), label=_("Page")
        )
        self.pages.selected.connect(self._show_page)
        self._bookmark = Button(_("Bookmark"), self._ask_bookmark, icon="ph.flag", name="recording_bookmark")
        self._save = Button(_("Save shown frames"), self.save, icon="ph.floppy-disk", name="recording_save")
        self._open = Button(
            _("Open recording"), self.choose, kind="primary", icon="ph.folder-open", name="recording_open"
        )
        self.channel = ChannelSelect(name="recording_channel", label=_("Channel"))
        self.channel.activated.connect(lambda _index: self.show_channel(self.channel.channel))
        recent = RecentButton(self._recent, self.open)
        self._crumb = Button(
            _("Recordings"), self.toggle_list, kind="link", tip=_("Recordings in the folder"), name="recording_list"
        )
        self._back = Button("", self.toggle_list, kind="link", name="recording_shown_again")
        self.toolbar.add_crumb(self._crumb)
        self.toolbar.add(self.folder.search)
        self.toolbar.add(self.folder.path_label)
        self.toolbar.add(self._back)
        for widget in (
            self.folder.choose_button,
            self.channel,
            self.pages,
            self._bookmark,
            self._save,
            recent,
            self._open,
        ):
            self.toolbar.add_right(widget)
        self.toolbar.shorten(self.folder.choose_button, self._bookmark, self._save, self._open)

    def _lay_out(self) -> None:
        self._about = QWidget()
        self._played = QWidget()
        """The time line and what plays: a recording without frames has neither."""
        self._play_row = PlayRow(self.playback, self.frames.filter_bar)
        for parent, parts in (
            (self._played, (self.time_line, hairline(), self._play_row)),
            (self._about, (self._figures, self._played)),
        ):
            column = QVBoxLayout(parent)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            for part in parts:
                column.addWidget(part)
        pages = QWidget()
        self._stack = QStackedLayout(pages)
        for page in (self._empty, self.folder, self.frames, self.statistics, self.comparison):
            self._stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for shown in (self.toolbar, self.banner_place, self._about):
            whole.addWidget(shown)
        whole.addWidget(pages, 1)

    def panes(self) -> list[QWidget]:
        """The toolbar, the time line, what plays, and the page with what is beside or below it."""
        page = self._stack.currentWidget()
        has_time = self.recording is not None and bool(self.recording.count) and not self._lists
        about = [one for one in (self.time_line, self._play_row) if not one.isHidden()] if has_time else []
        if page is self.folder or page is self.frames or page is self.comparison:
            return [self.toolbar, *about, *page.panes()]
        return [self.toolbar, *about, *([page] if page is not None else [])]

    def command_handlers(self) -> Handlers:
        """The commands of recordings; their titles tell the present state. Those of the open recording can't be run
        while the list is shown in its place.
        """

        def shown(run: Callable[[], object], why_not: Callable[[], str] = lambda: "", title: str = "") -> Handler:
            return Handler(run, lambda: self._why_not_shown() or why_not(), title)

        playing = self.playback.playing
        has_frames = self.recording is not None and not self._lists
        return {
            "bench.open_recording": Handler(self.choose),
            "bench.play_recording": shown(
                self._toggle_play, self.playback.why_not, _("Pause recording") if playing else _("Play recording")
            ),
            "bench.next_recorded": shown(partial(self.playback.step, 1), self.playback.why_not),
            "bench.previous_recorded": shown(partial(self.playback.step, -1), self.playback.why_not),
            "bench.next_error": shown(self._next_error, self._why_no_error),
            "bench.set_bookmark": shown(self._ask_bookmark, self._why_no_bookmark),
            "bench.next_bookmark": shown(self._next_bookmark, self.bookmarks.why_none),
            "bench.filter_recorded": Handler(
                self._focus_filter, lambda: "" if self._shows_list else self._why_not_shown()
            ),
            "bench.show_recorded_colour_rules": shown(self._open_colours, self._why_no_protocol),
            "bench.save_recorded": shown(self.save, self._why_not_saved),
            "bench.show_recorded_plots": shown(
                self._toggle_plots, title=_("Show plots") if self.frames.plots.isHidden() else _("Hide plots")
            ),
            "bench.show_recorded_messages": shown(
                self._toggle_messages,
                self._why_no_messages,
                _("Show messages") if self.frames.messages.isHidden() else _("Hide messages"),
            ),
            "bench.choose_recorded_protocol": shown(self._choose_protocol, self._why_no_protocol),
            "bench.compare_recording": Handler(
                self._compare, self._why_not_compared, _("Compare selected recordings") if self._shows_list else ""
            ),
            **(self.frames.handlers() if has_frames else {}),
        }

    @property
    def _shows_list(self) -> bool:
        return self._stack.currentWidget() is self.folder

    def _next_bookmark(self) -> None:
        """Go to the next bookmark; a screen reader is told where that is once the frames are there too."""
        with row_told_once(self.frames.table):
            self.bookmarks.next()

    def _toggle_messages(self) -> None:
        self._turn_to(_FRAMES)
        self.frames.messages.toggle()

    def _choose_protocol(self) -> None:
        self._turn_to(_FRAMES)
        self.frames.filter_bar.protocol.open_menu()

    def _open_colours(self) -> None:
        self._turn_to(_FRAMES)
        self.frames.filter_bar.colours.open()

    def _why_no_protocol(self) -> str:
        has_frames = self.recording is not None and bool(self.recording.count)
        return "" if has_frames else _("This recording has no frames.")

    def _why_no_messages(self) -> str:
        return self._why_no_protocol() or ("" if self.frames.model.has_protocol else _("Choose a protocol first."))

    def _why_not_compared(self) -> str:
        return self.folder.why_not_compared() if self._shows_list else self._why_not_shown()

    def _compare(self) -> None:
        """Compare the recordings that are selected in the list; the open one with another."""
        if self._shows_list:
            self.folder.compare_selected()
        else:
            self._choose_other()

    def _compare_listed(self, path: Path) -> None:
        """Ask for the recording to compare one of the list with."""
        ask_recording(self, _("Compare with another recording"), partial(self._compare_two, path))

    def _compare_two(self, first: Path, second: Path) -> None:
        """Open a recording and compare it with another one."""
        if self.recording is not None and self.recording.path == first:
            self.compare_with(second, from_list=True)
        else:
            self._run_opening(partial(load_recording, first), first.name, first, compared_with=second)

    def _why_not_shown(self) -> str:
        """Why no command of the open recording can be run; empty if it is shown."""
        if self.recording is None:
            return _("Open a recording first.")
        name = self.recording.path.name
        return _("The list is shown. Go back to {name} first.").format(name=name) if self._lists else ""

    # ---- opening

    def open_route(self, rest: str) -> None:
        """Ask for a recording, or open the sample or the one at a path."""
        if rest == _OPEN:
            self.choose()
        elif rest == _SAMPLE:
            self.open_sample()
        elif rest.startswith(OPEN_FILE):
            self.open(Path(rest.removeprefix(OPEN_FILE)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A single file can be dropped."""
        if _dropped(event) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file."""
        if (path := _dropped(event)) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.open(path)

    def choose(self) -> None:
        """Ask for the file to open."""
        ask_recording(self, _("Open recording"), self.open)

    def open(self, path: Path) -> None:
        """Open the recording at this path, in place of the one that is open."""
        self._run_opening(partial(load_recording, path), path.name, path)

    def open_sample(self) -> None:
        """Open what the simulated conveyor would have sent in the last minute and a half."""
        path = Path(_("Simulated conveyor"))
        start = time.time() - _SAMPLE_S

        def load(_on_bytes: Callable[[int, int], None]) -> Recording:
            return index_frames(path, sample_frames(_SAMPLE_RATE, _SAMPLE_S, start))

        self._run_opening(load, path.name)

    def _run_opening(
        self,
        load: Callable[[Callable[[int, int], None]], Recording],
        name: str,
        path: Path | None = None,
        compared_with: Path | None = None,
    ) -> None:
        """Open what `load` reads on a worker; `path` is then one of the recent ones, and compared with that at
        `compared_with`, or else with the one that it was compared with last.
        """
        if self._opening is not None:
            self._opening.cancel()
        work: Work | None = None

        def op(progress: Progress) -> Recording:
            return load(progress.step)

        def done(recording: Recording) -> None:
            if self._opening is work:
                self._opening = None
                with focus_told_once() if compared_with is None else focus_told_later():
                    self.show_recording(recording)
                    self.frames.focus_frames()
                self._tell_opened(recording)
                if path is not None:
                    self._recent.add(path)
                    if compared_with is not None:
                        self.compare_with(compared_with, from_list=True)
                    else:
                        self._compare_again(path)
                    EndedRecording.of(self._context).file_opened(path)

        def failed(error: AppError) -> None:
            if self._opening is work:
                self._opening = None
                self._show_opening("")
            if not isinstance(error, Cancelled):
                self._context.problems.show(error, act=_OPEN)

        self._opening = work = self._context.tasks.run(
            self, op, done, failed, title=_("Opening {file}").format(file=name)
        )
        self._show_opening(name)

    def _show_opening(self, name: str) -> None:
        """Say in the place of a recording that one is being opened; the status bar says how far it is."""
        if self.recording is not None:
            return
        opening = _("Opening {file}").format(file=name)
        self._empty.sentence.setText(opening if name else _("No recording is open"))

    def _tell_unreadable(self, key: str, name: str, unreadable: UnreadableParts) -> None:
        """Say what of a recording couldn't be read, as long as it is shown."""
        self._context.problems.dismiss(key)
        if unreadable:
            what, why = unreadable.what(name), unreadable.why
            self._context.problems.notice(what, why, kind="warn", icon="ph.warning", key=key, place="bench/recordings")

    def _tell_opened(self, recording: Recording) -> None:
        self._context.problems.dismiss(_OPEN)
        self._tell_unreadable(_UNREADABLE, recording.path.name, recording.unreadable)
        announce(self, _("{file} is open").format(file=recording.path.name))

    def show_recording(self, recording: Recording | None) -> None:
        """Show a recording; the empty page if it is None."""
        self.recording, self._counted = recording, None
        self._errors.forget()
        self.time_line.show_recording(recording)
        self.bookmarks.show_recording(recording)
        self.playback.show_recording(recording)
        self.frames.show_recording(recording)
        self._other = self._other_path = None
        self.comparison.forget()
        self._show_opening("")
        self._context.problems.dismiss(_UNREADABLE_OTHER)
        self.channel.show_channels(recording.channels if recording is not None else ())
        self._lists = False
        self._show_bars()
        self._count_part()
        self._turn_to(_FRAMES)

    def _follow_name(self, old: Path, new: Path) -> None:
        """A recording got another name in its folder: what is kept of it, and what shows it, follows."""
        self._recent.follow(old, new)
        self._compared.follow(old, new)
        self.bookmarks.kept.follow(old, new)
        if self._other_path == old:
            self._other_path = new
            self.comparison.rename_second(new.name)
        if self.recording is not None and self.recording.path == old:
            self.recording = replace(self.recording, path=new)
            self.bookmarks.show_recording(self.recording)
            self._show_bars()
            self._count_part()
        self.frames.reader.follow_name(old, new, self.recording)

    def toggle_list(self) -> None:
        """Show the recordings in the folder in place of the open one, or that one again."""
        self._lists = not self._lists
        with focus_told_once():
            self._show_bars()
            self._show_page(self.pages.current())
            if self._lists:
                self.folder.table.view.setFocus()
            else:
                self._focus_page()

    def _turn_to(self, key: str) -> None:
        """Show this page about the open recording."""
        if self._lists:
            self._lists = False
            self._show_bars()
        self.pages.set_current(key)
        self._show_page(key)

    def _show_bars(self) -> None:
        """Show what is about the open recording, unless the list is shown in its place."""
        recording = self.recording if not self._lists else None
        for widget in (self._about, self.pages, self._save):
            widget.setVisible(recording is not None)
        for widget in (self._played, self._bookmark):
            widget.setVisible(recording is not None and recording.count > 0)
        on_page = self.pages.current() != _COMPARISON or not self.comparison.is_filled  # which has it beside that of B
        self.channel.setVisible(recording is not None and recording.has_channels and on_page)
        self.toolbar.show_crumb(recording is not None)
        self._back.setVisible(self._lists and self.recording is not None)
        if self.recording is not None:
            name = self.recording.path.name
            short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
            self._back.set_title(_("Back to {name}").format(name=short))
        self.toolbar.set_title(recording.path.name if recording is not None else _("Recordings"))
        self._open.set_kind("plain" if recording is not None else "primary")
        self._show_list_tools()

    def _show_counted(self) -> None:
        """Other recordings are in the folder."""
        self._show_page(self.pages.current())
        self._show_list_tools()
        enters, self._enters = self._enters, False
        if enters and self.folder.files:  # once its rows are there: what stands in for them would hand the focus on
            self.folder.model.loaded.connect(self._enter_list, Qt.ConnectionType.SingleShotConnection)

    def _show_list_tools(self) -> None:
        """Show what is about the list beside its title, while it is shown."""
        is_list = self.recording is None or self._lists
        listed = len(self.folder.files) if is_list else 0
        for widget in (self.folder.choose_button, self.folder.path_label):
            widget.setVisible(is_list)
        self.folder.search.setVisible(listed > 0)
        self.toolbar.set_count(number(listed) if listed else "")

    def _enter_list(self) -> None:
        """Lead to the list from the button beside its title, where the view is entered as long as nothing is listed."""
        inside = self.focusWidget()
        is_there = self._shows_list and inside is not None and inside.hasFocus()
        if is_there and inside is not None and self.toolbar.isAncestorOf(inside):
            # Nobody chose a recording: for this reason none becomes current, whose details would open.
            self.folder.table.view.setFocus(Qt.FocusReason.PopupFocusReason)
            self.folder.tell_count()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._enters = not self.folder.files
        self.folder.follow(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.folder.follow(False)

    def show_channel(self, channel: str | None) -> None:
        """Show only the frames of this channel, or of all: in the list, the time line, the figures and tables, and as
        what is played and saved.
        """
        self.channel.choose(channel)
        self._errors.forget()
        self.time_line.show_channel(channel)
        self.frames.model.set_channel(channel)
        self.frames.plots.show_channel(channel)
        self.frames.reader.read_again()
        self._count_part()

    def _count_part(self) -> None:
        """Show the figures of the channel, what it is compared as, and the table of it and of the selected range: that
        is counted on a worker once the table is shown.
        """
        recording, work = self.recording, self._counting
        self._counting = None
        if work is not None:
            work.cancel()
        if recording is None:
            return
        self._show_figures()
        # All of it: the other recording has no range that would be the same one.
        self.comparison.show_first(
            self._part(recording, recording.statistics), selected=self.time_line.selected is not None
        )
        bounds = self.frames.model.bounds(recording)
        if self.time_line.selected is None:
            self._show_part(recording.statistics)
        elif self._counted is not None and self._counted[0] == bounds:
            self._show_part(self._counted[1])
        else:
            self.statistics.show_counting()
            if self.pages.current() == _STATISTICS:
                self._count(recording, bounds)

    def _show_figures(self) -> None:
        """Show the figures of the recording, on the page that compares it beside those of the other one."""
        recording, other = self.recording, self.comparison.second
        if recording is None:
            return
        stats = figures_of(recording, self.channel.channel)
        if other is not None and self.pages.current() == _COMPARISON:
            stats = figures_beside(stats, other)
        self._figures.show_stats(stats)

    def _show_compared(self) -> None:
        """Show what the open recording is compared with in its figures and its time line, on the page about that."""
        recording, second = self.recording, self.comparison.second
        self._show_bars()
        self._show_figures()
        found = None
        if recording is not None and second is not None and self.pages.current() == _COMPARISON:
            if self._other is not None:
                found = (self._other.density, self._other.start)
            elif second.channel in recording.densities:
                found = (recording.densities[second.channel], recording.start)
        self.time_line.show_other(found)

    def _count(self, recording: Recording, bounds: tuple[int, int]) -> None:
        """Count the frames in the range on a worker."""
        work: Work | None = None

        def op(progress: Progress) -> FrameStatistics:
            return recording.count_between(*bounds, progress.step)

        def done(found: FrameStatistics) -> None:
            if self._counting is work:
                self._counting, self._counted = None, (bounds, found)
                self._show_part(found)

        def failed(error: AppError) -> None:
            if self._counting is work:  # stopped by the user: what is shown is of all again
                self._counting = None
                self.time_line.select(None)
                if not isinstance(error, Cancelled):
                    self._context.problems.show(error)

        title = _("Counting frames of {file}").format(file=recording.path.name)
        self._counting = work = self._context.tasks.run(self, op, done, failed, title=title)

    def _show_part(self, statistics: FrameStatistics) -> None:
        if self.recording is not None:
            part = self._part(self.recording, statistics, self.time_line.span_text())
            self.statistics.show_part(part, self.frames.filter_bar.databases.database)

    def _part(self, recording: Recording, statistics: FrameStatistics, span: str = "") -> RecordingPart:
        """These statistics of the open recording, of its channel that is shown."""
        return RecordingPart(recording.path.name, statistics, span, self.channel.channel, recording.id_densities)

    def _show_page(self, key: str) -> None:
        page: QWidget = {_FRAMES: self.frames, _STATISTICS: self.statistics, _COMPARISON: self.comparison}[key]
        if self.recording is None:
            page = self.folder if self.folder.files else self._empty
        elif self._lists:
            page = self.folder
        self._stack.setCurrentWidget(page)
        self._show_compared()
        self._show_playback()
        if key == _STATISTICS and self.recording is not None and self.time_line.selected is not None:
            self._count_part()

    def _show_playback(self) -> None:
        """Show what plays the frames beside them, and elsewhere as long as it plays."""
        has_frames = self.pages.current() == _FRAMES
        self._play_row.show_filter(has_frames)
        self._play_row.setVisible(has_frames or self.playback.playing)

    def _show_id(self, frame: Frame) -> None:
        """Show the frames of an ID."""
        self._turn_to(_FRAMES)
        self.frames.show_id(frame)

    def _use_databases(self) -> None:
        database = self.frames.filter_bar.databases.database
        self.statistics.show_names(database)
        self.comparison.show_names(database)
        self.folder.details.show_names(database)

    # ---- where it is

    def _seek(self, seconds: float) -> None:
        """The user moved the playhead to a time."""
        if self.recording is not None:
            at = min(self.recording.first_at(seconds), self.recording.count - 1)
            self.frames.show_number(at)
            self.playback.seek(at)

    def _go_to(self, seconds: float) -> None:
        """Move the playhead to a time, and show the frames there."""
        self.time_line.show_playhead(seconds)
        self._seek(seconds)

    def _go_to_plotted(self, time_ns: int) -> None:
        """Move the playhead to a time (Unix, ns) that was chosen in the plots."""
        recording = self.recording
        if recording is not None and recording.count:
            self._go_to(min(max(time_ns / SECOND, recording.start), recording.end))
            announce(self.time_line, self.time_line.place_text(), again=True)

    def _ask_bookmark(self) -> None:
        if why := self._why_no_bookmark():
            self._context.problems.refuse(why)
        else:
            self.bookmarks.ask(self._bookmark)

    def _why_no_bookmark(self) -> str:
        if self.recording is None or not self.recording.count:
            return _("The recording has no frames.")
        return self.bookmarks.why_not_added()

    def _reach(self, at: int) -> None:
        """The user went to a frame in the list."""
        if self.recording is not None:
            self.time_line.show_playhead(self.recording.time_of(at))
            self.playback.seek(at)

    def _follow(self, at: int) -> None:
        """A frame was played."""
        if self.recording is not None:
            self.time_line.show_playhead(self.recording.time_of(at))
            (self.frames.follow_number if self._was_playing else self.frames.show_number)(at)

    def _show_range(self) -> None:
        self.frames.model.show_range(self.time_line.selected)
        self.frames.plots.show_range(self.time_line.selected)
        self.frames.reader.show_part()
        self._count_part()

    def _show_numbers(self) -> None:
        """Other frames are shown: these are played and saved."""
        channels = self.recording.channels if self.recording is not None and self.channel.channel is None else ()
        self.playback.show_numbers(self.frames.model.numbers, max(1, len(channels)))
        self.time_line.show_count(len(self.frames.model.numbers))
        self._save.disable(self._why_not_saved())

    def _tell_time_line(self) -> None:
        self.time_line.update()
        self._show_playback()
        was_playing, self._was_playing = self._was_playing, self.playback.playing
        if was_playing and not self._was_playing:
            self.frames.tell_current()

    def _toggle_play(self) -> None:
        if why := self.playback.why_not():
            self._context.problems.refuse(why)
        else:
            self.playback.toggle()

    def _toggle_plots(self) -> None:
        """Show the plots below the frames, or hide them."""
        self._turn_to(_FRAMES)
        self.frames.plots.toggle()

    def _focus_filter(self) -> None:
        page = self._stack.currentWidget()
        if page is self.folder:
            self.folder.focus_search()
        elif page is self.statistics:
            self.statistics.focus_search()
        elif page is self.comparison and self.comparison.is_filled:
            self.comparison.focus_search()
        else:
            self._turn_to(_FRAMES)
            self.frames.filter_bar.focus_field()

    def _why_no_error(self) -> str:
        if self.recording is None or self.recording.statistics.totals(self.channel.channel).errors:
            return ""
        is_all = self.channel.channel is None
        return _("The recording has no error frames.") if is_all else _("The channel has no error frames.")

    def _next_error(self) -> None:
        """Go to the next error frame, after the last one to the first again."""
        recording, channel = self.recording, self.channel.channel
        if recording is None:
            return
        self._errors.find(recording, channel, self._go_to_error)

    def _go_to_error(self, errors: Sequence[int]) -> None:
        here = self.frames.current_number()
        at = next((one for one in errors if one > here), errors[0])
        if self.frames.model.filter.terms:
            self.frames.filter_bar.clear()
        self.time_line.select(None)
        self._turn_to(_FRAMES)
        self._follow(at)
        self.playback.seek(at)
        self.frames.focus_frames()

    # ---- saving and comparing

    def _why_not_saved(self) -> str:
        """Why the frames that are shown can't be saved; empty if they can, and if the recording has none at all."""
        has_any = self.recording is not None and self.recording.count
        return _("There are no frames to save.") if has_any and not self.frames.model.numbers else ""

    def save(self) -> None:
        """Ask where to save the frames that are shown: those in the range that the filter matches."""
        if self.recording is not None and not self._why_not_saved():
            ask_and_save(self._context, self, self.recording, self.frames.model.numbers)

    def _choose_other(self) -> None:
        """Ask for the recording to compare with."""
        if self.recording is not None:
            ask_recording(self, _("Compare with another recording"), self.compare_with)

    def _compare_channels(self) -> None:
        """Compare the first channel of the open recording with its second one."""
        recording = self.recording
        if recording is None or not recording.has_channels:
            return
        first, second = recording.channels[:2]
        self._other = self._other_path = None
        self._compared_from = self.pages.current()
        self.show_channel(first)
        part = RecordingPart(recording.path.name, recording.statistics, densities=recording.id_densities)
        self.comparison.show_second(part, self.frames.filter_bar.databases.database, second)
        self.comparison.focus_rows()

    def _compare_again(self, path: Path) -> None:
        """Compare the recording at this path, which was opened, with the one that it was compared with last."""
        other = self._compared.other_of(path)
        if other is not None:
            self.compare_with(other, shows=False)

    def _end_comparison(self) -> None:
        """Forget the comparison, and go back to where it was asked for."""
        if self.recording is not None:
            self._compared.forget(self.recording.path)
        with focus_told_once():
            if not self._compared_from:
                self._lists = False
                self.toggle_list()
            elif self._compared_from == _COMPARISON:
                self.comparison.focus_empty()
            else:
                self._turn_to(self._compared_from)
                self._focus_page()
        announce(self, _("The comparison has ended."), again=True)

    def _focus_page(self) -> None:
        """Focus what is worked with on the page about the open recording."""
        if self.pages.current() == _FRAMES:
            self.frames.focus_frames()
        elif (page := self._stack.currentWidget()) is not None:
            focus_content(page)

    def compare_with(self, path: Path, *, shows: bool = True, from_list: bool = False) -> None:
        """Compare the open recording with the one at this path, and show that page unless it isn't to be shown.
        `from_list`: that was asked for in the list of recordings."""
        recording, unreadable = self.recording, UnreadableParts()
        if recording is None:
            return
        if not self.comparison.is_filled or self.pages.current() != _COMPARISON or self._lists:
            self._compared_from = "" if from_list or self._lists else self.pages.current()

        def done(other: CountedRecording) -> None:
            if self.recording is not recording:
                return
            database = self.frames.filter_bar.databases.database
            self._other, self._other_path = other, path
            part = RecordingPart(path.name, other.statistics, densities=other.id_densities)
            self.comparison.show_second(part, database)
            self._compared.remember(recording.path, path)
            if shows:
                with focus_told_later():
                    self._turn_to(_COMPARISON)
                self.comparison.focus_rows_once_read()
            self._tell_unreadable(_UNREADABLE_OTHER, path.name, unreadable)

        def op(progress: Progress) -> CountedRecording:
            return count_recording(path, progress.step, unreadable)

        title = _("Reading {file} to compare").format(file=path.name)

        def failed(error: AppError) -> None:
            if shows:
                self._context.problems.show(error)
            elif not isinstance(error, Cancelled):  # the file has gone since: nobody asked for it now
                self._compared.forget(recording.path)

        self._context.tasks.run(self, op, done, failed, title=title)


def _dropped(event: QDropEvent) -> Path | None:
    """The one file of this computer that is dragged."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
