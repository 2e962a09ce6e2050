"""Records what a capture receives: the last minutes always, in memory, and a file when it is asked to."""

import contextlib
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchboard.atomic_write import explain_write_error, replacing
from benchboard.canbus import candump
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_writer import RecordingWriter, open_recording
from benchboard.canbus.split_recording import SplitAt, SplitWriter
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _

KEPT_S: Final = 600.0
"""Seconds of frames that are kept in memory, so that what somebody just saw can still be recorded."""
MAX_KEPT_BYTES: Final = 64_000_000
"""Compressed. A bus with 20,000 frames/s fills it in four minutes or more."""
_EVERY_S: Final = 0.25
"""How often frames are taken from the capture and written: less than the second that may be lost by a crash."""
_RESOLUTION: Final = 1e-6


@dataclass(frozen=True, slots=True)
class RecordingState:
    """A recording: its file, how many frames it has, since when (monotonic, s), how many were lost because the computer
    was too slow (`dropped`), and how many its form can't hold (`left_out`). `failure`: why it ended by itself; `ended`:
    when it ended (Unix, s), None while it goes on. `errors`: how many of `frames` are error frames.
    """

    path: Path
    since: float
    frames: int = 0
    dropped: int = 0
    left_out: int = 0
    failure: AppError | None = None
    ended: float | None = None
    errors: int = 0


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Frames as compressed lines of candump, and the times (s) of the first and the last."""

    packed: bytes
    first: float
    last: float
    count: int


class BusRecorder:
    """Takes every frame of a capture, on a thread of its own, until `stop` or the capture's end: then a recording ends
    too. What is in memory can be saved after that.
    """

    def __init__(self, capture: Capture, *, kept_s: float = KEPT_S, max_kept_bytes: int = MAX_KEPT_BYTES) -> None:
        self._capture = capture
        self._kept_s, self._max_bytes = kept_s, max_kept_bytes
        self._chunks: deque[_Chunk] = deque()
        self._bytes = 0
        self._next = 0
        self._writer: RecordingWriter | None = None
        self._paths: list[Path] = []
        self._state: RecordingState | None = None
        self._lock = threading.Lock()  # guards what is above
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bus-recorder")

    def start(self) -> None:
        """Take frames from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take what the capture still has, end the recording, and wait for both. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self.stop_recording()

    @property
    def state(self) -> RecordingState | None:
        """The recording that goes on, or the one that ended last; None if none was begun."""
        return self._state

    @property
    def recording(self) -> bool:
        """Whether frames go to a file."""
        return self._writer is not None

    @property
    def kept_s(self) -> float:
        """How many seconds of frames are in memory."""
        with self._lock:
            return self._chunks[-1].last - self._chunks[0].first if self._chunks else 0.0

    @property
    def recorded_to(self) -> tuple[Path, ...]:
        """The files of the last recording: several if it was split."""
        return tuple(self._paths)

    def start_recording(self, path: Path, *, since: float | None = None, split: SplitAt | None = None) -> None:
        """Record to `path`, in place of a file that is there; a recording that goes on ends first. `since` (Unix, s):
        it begins with the frames from then on that are in memory. `split`: when it goes on in another file.

        Raises `Invalid` (`recording.form`) and `Unavailable` (`recording.failed`).
        """
        self.stop_recording()
        try:
            writer: RecordingWriter = open_recording(path) if split is None else SplitWriter(path, split)
        except OSError as error:
            raise _failed(path, error) from error
        with self._lock:
            self._paths = writer.paths if isinstance(writer, SplitWriter) else [path]
            self._take()  # what came before isn't part of it
            self._writer, self._state = writer, RecordingState(path, time.monotonic())
            if since is not None:
                self._write_kept(since)

    def stop_recording(self) -> RecordingState | None:
        """End the recording, if one goes on, with what came until now; returns what became of it."""
        with self._lock:
            if self._writer is not None:
                self._take()
                self._end()
            return self._state

    def save_kept(
        self, path: Path, on_frames: Callable[[int, int], None] = lambda _done, _total: None
    ) -> RecordingState:
        """Write the frames that are in memory to `path`; other frames are taken meanwhile. After an error a file that
        was there before still is. `on_frames` is told how many of how many are written; what it raises ends it.

        Raises `Invalid` (`recording.form`) and `Unavailable` (`recording.failed`).
        """
        with self._lock:
            self._take()
            chunks = list(self._chunks)
        count, total = 0, sum(chunk.count for chunk in chunks)
        try:
            with replacing(path) as new:
                writer = open_recording(new, named=path)
                try:
                    for chunk in chunks:
                        on_frames(count, total)
                        frames = list(_unpack(chunk))
                        writer.write(frames)
                        count += len(frames)
                finally:
                    writer.close()
        except OSError as error:
            raise _failed(path, error) from error
        return RecordingState(path, time.monotonic(), count, left_out=writer.left_out)

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = not self._stopping.wait(_EVERY_S) and self._capture.running
            with self._lock:
                self._take()
        self.stop_recording()

    def _take(self) -> None:
        """Keep and write the frames that came since the last call. The lock must be held."""
        new = self._capture.since(self._next)
        self._next = new.next
        if new.frames:
            self._keep(new.frames)
        if self._writer is None or self._state is None:
            return
        state = self._state
        try:
            self._writer.write(new.frames)
            self._writer.flush()
        except OSError as error:
            self._fail(_failed(state.path, error))
            return
        self._state = RecordingState(
            state.path, state.since, state.frames + len(new.frames), state.dropped + new.dropped, self._writer.left_out,
            errors=state.errors + _errors(new.frames),
        )  # fmt: skip

    def _write_kept(self, since: float) -> None:
        """Write the frames in memory from a time on. The lock must be held."""
        writer, state = self._writer, self._state
        if writer is None or state is None:
            return
        count = errors = 0
        try:
            for chunk in self._chunks:
                if chunk.last >= since:
                    frames = [frame for frame in _unpack(chunk) if _seconds(frame) >= since]
                    writer.write(frames)
                    count, errors = count + len(frames), errors + _errors(frames)
            writer.flush()
        except OSError as error:
            self._fail(_failed(state.path, error))
            return
        self._state = replace(state, frames=count, left_out=writer.left_out, errors=errors)

    def _keep(self, frames: Sequence[Frame]) -> None:
        lines = "\n".join(map(_line, frames))
        chunk = _Chunk(zlib.compress(lines.encode(), 1), _seconds(frames[0]), _seconds(frames[-1]), len(frames))
        self._chunks.append(chunk)
        self._bytes += len(chunk.packed)
        while len(self._chunks) > 1 and (
            self._bytes > self._max_bytes or self._chunks[0].last < chunk.last - self._kept_s
        ):
            self._bytes -= len(self._chunks.popleft().packed)

    def _end(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None or self._state is None:
            return
        self._state = replace(self._state, ended=time.time())
        try:
            writer.close()
        except OSError as error:
            self._fail(_failed(self._state.path, error))

    def _fail(self, error: AppError) -> None:
        state, writer, self._writer = self._state, self._writer, None
        if writer is not None:
            with contextlib.suppress(OSError):
                writer.close()
        if state is not None:
            self._state = replace(state, failure=error, ended=time.time())


def _seconds(frame: Frame) -> float:
    return frame.timestamp.seconds if frame.timestamp is not None else 0.0


def _line(frame: Frame) -> str:
    stamp = frame.timestamp
    seconds = round(stamp.seconds, stamp.decimals) if stamp is not None else 0.0
    return f"{seconds:.6f} {'T' if frame.sent else 'R'} {candump.text(frame)}"


def _unpack(chunk: _Chunk) -> Iterator[Frame]:
    for line in zlib.decompress(chunk.packed).decode().split("\n"):
        seconds, direction, text = line.split(" ")
        frame = candump.parse_logged(text)
        if frame is None:
            continue  # a frame that is no valid one: it was received so
        stamp = Timestamp(float(seconds), TimeSource.DEVICE, _RESOLUTION)
        yield frame._replace(timestamp=stamp, sent=direction == "T")


def _errors(frames: Sequence[Frame]) -> int:
    return sum(frame.error for frame in frames)


def _failed(path: Path, error: OSError) -> Unavailable:
    why, do = explain_write_error(error)
    return Unavailable("recording.failed", _("Can't record to {path}.").format(path=path), why=why, do=do)
