"""The buttons that record the live bus: to a file from now on, or what the last minutes brought."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from benchboard.canbus.bus_recorder import KEPT_S, BusRecorder, RecordingState
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.bench_format import clock_duration
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.ended_recording import EndedRecording
from benchboard.ui.bench.kept_recordings.recording_sources import RecordingSource, RecordingSources
from benchboard.ui.bench.recording_clock import RecordingClock
from benchboard.ui.bench.recording_files import ask_new_recording, open_action
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import plain_tooltip

Result = TypeVar("Result")


class RecordingControls(QObject):
    """`record` starts and stops a recording, `keep` saves what is in memory. `shown` when either shows or hides."""

    shown = Signal()

    def __init__(self, context: Context, view: QWidget) -> None:
        super().__init__(view)
        self._context, self._view = context, view
        self._recorder: BusRecorder | None = None
        self._title = self._device_id = ""
        self._rates: tuple[int, int | None] = (0, None)
        """The bit rates (bit/s) of both phases; the second one is None without a data phase."""
        self._sources = RecordingSources(context)
        self._ended = EndedRecording.of(context)
        self._is_open = self._busy = False
        self._told: AppError | None = None
        self._unreported = False
        """Whether a recording was begun of whose end nothing was said yet."""
        self._clock = RecordingClock.of(context)
        self._clock.ticked.connect(self.update)
        self._shown_seconds: int | None = None
        self.record = Button(_("Record"), self.toggle, icon="ph.record", name="live_record")
        self.keep = Button("", self.save_kept, kind="quiet", icon="ph.clock-counter-clockwise", name="live_keep")
        self._show()

    @property
    def recording(self) -> bool:
        """Whether frames go to a file."""
        return self._recorder is not None and self._recorder.recording

    @property
    def path(self) -> Path | None:
        """The file that frames go to; None if they go to none."""
        state = self._recorder.state if self._recorder is not None else None
        return state.path if self.recording and state is not None else None

    @property
    def is_busy(self) -> bool:
        """Whether a recording is being started or ended."""
        return self._busy

    def follow(self, live: LiveBus) -> None:
        """Another bus was opened."""
        recorder, device_id = live.recorder, live.device_id or ""
        self._recorder, self._title, self._device_id, self._is_open = recorder, live.title, device_id, True
        self._rates = (live.config.bitrate, live.config.data_bitrate)
        self._told = None
        self._ended.bus_opened(device_id)
        self._unreported = recorder.recording  # by the view before this one, in another language
        self._show()

    def end(self, failure: str = "") -> None:
        """The bus was closed, or has ended by a `failure`, a sentence: a recording ends with what came until now; what
        is in memory can still be saved.
        """
        if self._is_open and self._unreported:
            self.stop(failure)
        self._is_open = False
        self._show()

    def update(self) -> None:
        """Show for how long the recording goes on, and say if it ended by itself."""
        self._show()
        state = self._recorder.state if self._recorder is not None else None
        if state is not None and state.failure is not None and state.failure is not self._told:
            self._told, self._unreported = state.failure, False
            self._context.problems.show(state.failure)

    def why_not(self) -> str:
        """Why nothing can be recorded now; empty if it can."""
        return "" if self._is_open else _("The live bus is closed.")

    def why_nothing_kept(self) -> str:
        """Why nothing can be saved; empty if something can."""
        has_frames = self._recorder is not None and self._recorder.kept_s > 0
        return "" if has_frames else _("No frames have been received yet.")

    def toggle(self) -> None:
        """Ask for the file to record to, or stop recording."""
        if self._busy:
            self._context.problems.refuse(_("Wait a moment."))
        elif self.recording:
            self.stop()
        elif self._is_open:
            self._ask(_("Record live bus"), self.start)

    def save_kept(self) -> None:
        """Ask for the file to save what is in memory to."""
        if self._recorder is not None:
            self._ask(_("Save last minutes"), self._save)

    # ---- what the buttons do

    def _ask(self, title: str, chosen: Callable[[Path], None]) -> None:
        when = datetime.now().strftime("%Y-%m-%d %H-%M")
        name = re.sub(r"[^\w .()-]", "_", f"{self._title} {when}") + ".log"
        ask_new_recording(self._view, title, name, chosen)

    def start(self, path: Path, *, since: float | None = None) -> None:
        """Record to this file from now on, or from a time (Unix, s) that is still in memory."""
        recorder = self._recorder
        if recorder is None:
            return
        self._set_busy(busy=True)
        self._unreported = True  # before it has begun: the bus may end meanwhile
        source = self._source(since if since is not None else time.time())

        def done(_none: None) -> None:
            self._sources.remember(path, source)
            self._ended.drop()
            self._set_busy(busy=False)
            self._clock.update()
            announce(self._view, _("Recording to {file}").format(file=path.name))

        self._run(
            lambda _progress: recorder.start_recording(path, since=since), done, _("Starting to record to {file}"), path
        )

    def stop(self, failure: str = "") -> None:
        """End the recording, and say what the file has. `failure`: why it ends although nobody asked for it."""
        recorder, state = self._recorder, self._recorder.state if self._recorder is not None else None
        if recorder is None or state is None:
            return
        self._set_busy(busy=True)
        device_id = self._device_id

        def done(ended: RecordingState | None) -> None:
            self._unreported = False
            self._set_busy(busy=False)
            self._clock.update()
            if ended is not None and ended.failure is None:
                self._report(ended, failure, device_id)
            self.update()

        self._run(lambda _progress: recorder.stop_recording(), done, _("Ending the recording to {file}"), state.path)

    def _report(self, ended: RecordingState, failure: str, device_id: str) -> None:
        """Say what the file has; if a failure ended the recording, until somebody has read it."""
        if not failure:
            self._context.problems.toast(_summary(ended), action=open_action(self._context, ended.path))
            return
        at = datetime.fromtimestamp(ended.ended or time.time()).astimezone()
        what = _("The recording to {file} ended at {time}.").format(file=ended.path.name, time=f"{at:%H:%M:%S}")
        why = f"{failure} {_summary(ended)}"
        self._ended.report(ended.path, device_id, what, why)
        self._context.problems.toast(f"{what} {why}", warning=True)

    def _save(self, path: Path) -> None:
        recorder = self._recorder
        if recorder is None:
            return

        source = self._source(time.time() - KEPT_S)

        def done(saved: RecordingState) -> None:
            self._sources.remember(path, source)
            self._context.problems.toast(_summary(saved), action=open_action(self._context, saved.path))

        def save(progress: Progress) -> RecordingState:
            def written(count: int, total: int) -> None:
                progress.report(count, total)
                progress.check()

            return recorder.save_kept(path, written)

        self._run(save, done, _("Saving {file}"), path)

    def _source(self, since: float) -> RecordingSource:
        return RecordingSource(self._title, *self._rates, since)

    def _run(self, op: Callable[[Progress], Result], done: Callable[[Result], None], title: str, path: Path) -> None:
        def failed(error: AppError) -> None:
            self._set_busy(busy=False)
            self._context.problems.show(error)

        self._context.tasks.run(self, op, done, failed, title=title.format(file=path.name))

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy  # the button stays enabled: the focus would go on to the next one, which clears the frames
        self._show()

    # ---- how they look

    def _show(self) -> None:
        recorder = self._recorder
        state = recorder.state if recorder is not None else None
        seconds = self._clock.seconds if self._is_open else None
        if seconds != self._shown_seconds:
            if (seconds is None) != (self._shown_seconds is None):
                icon, ink = ("ph.stop-fill", "error") if seconds is not None else ("ph.record", "text")
                self.record.setIcon(theme().icon(icon, ink))
            self._shown_seconds = seconds
            recording = _("Stop recording {time}")
            text = recording.format(time=clock_duration(seconds)) if seconds is not None else _("Record")
            self.record.setAccessibleName(_("Stop recording") if seconds is not None else text)  # without the clock
            self.record.setText(text)
            self.record.updateGeometry()
        if self.recording and state is not None:
            tip = _("{file}: {frames} frames, {dropped} dropped")
            tip = tip.format(file=state.path.name, frames=number(state.frames), dropped=number(state.dropped))
            self.record.setToolTip(plain_tooltip(tip))
        kept = recorder.kept_s if recorder is not None else 0.0
        minutes = _("Save the last {time} of frames").format(time=clock_duration(int(kept)))
        if self.keep.toolTip() != plain_tooltip(minutes):
            self.keep.setToolTip(plain_tooltip(minutes))
            # One with the time changes while it is read.
            self.keep.setAccessibleName(_("Save the last frames"))
            self.keep.setAccessibleDescription(_("Those that are kept in memory."))
        before = (self.record.isHidden(), self.keep.isHidden())
        self.record.setVisible(self._is_open)
        self.keep.setVisible(recorder is not None and kept > 0)
        if before != (self.record.isHidden(), self.keep.isHidden()):
            self.shown.emit()


def _summary(state: RecordingState) -> str:
    """What became of a recording, in a sentence or two."""
    text = ngettext("{count} frame recorded to {file}.", "{count} frames recorded to {file}.", state.frames)
    said = [text.format(count=number(state.frames), file=state.path.name)]
    if state.dropped:
        said.append(_("Dropped on this computer: {count}.").format(count=number(state.dropped)))
    if state.left_out:
        left_out = _("Left out, because the format can't hold them: {count}.")
        said.append(left_out.format(count=number(state.left_out)))
    return " ".join(said)
