"""A recording that goes on in another file once one is long or large enough: drive.log, drive-2.log, drive-3.log."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchboard.canbus.frame import Frame
from benchboard.canbus.recording_writer import RecordingWriter, open_recording


@dataclass(frozen=True, slots=True)
class SplitAt:
    """When another file begins: after so many seconds of frames, or bytes of the file; None: never for that."""

    seconds: float | None = None
    size: int | None = None


class SplitWriter:
    """A `RecordingWriter` of several files. The first is at `path`, in place of one that is there; the others have
    names that no file has yet. `paths` are those begun so far. Each file is whole by itself.

    Raises `Invalid` (`recording.form`) and, as every method, `OSError`.
    """

    def __init__(self, path: Path, split: SplitAt) -> None:
        self._split = split
        self.paths = [path]
        self._writer: RecordingWriter = open_recording(path)
        self.left_out = 0
        """Frames that the form has no way to write."""
        self._left_out_before = 0
        """Those of the files that ended."""
        self._begun: float | None = None
        """The time of the first frame of the present file (s)."""
        self._is_full = False
        """Whether the next frame begins another file."""

    def write(self, frames: Sequence[Frame]) -> None:
        """Add frames, oldest first."""
        waiting: list[Frame] = []
        for frame in frames:
            seconds = frame.timestamp.seconds if frame.timestamp is not None else self._begun or 0.0
            if self._is_full or self._is_long(seconds):
                self._writer.write(waiting)
                waiting = []
                self._go_on()
            if self._begun is None:
                self._begun = seconds
            waiting.append(frame)
        self._writer.write(waiting)
        self.left_out = self._left_out_before + self._writer.left_out

    def _is_long(self, seconds: float) -> bool:
        """Whether a frame at this time (s) is too late for the present file."""
        most = self._split.seconds
        return most is not None and self._begun is not None and seconds - self._begun >= most

    def flush(self) -> None:
        """Hand what was added to the system. It is what a file's size is known by."""
        self._writer.flush()
        if self._split.size is not None and self._begun is not None:
            self._is_full = self.paths[-1].stat().st_size >= self._split.size

    def close(self) -> None:
        """End the recording."""
        self._writer.close()

    def _go_on(self) -> None:
        """End the present file, and begin the next one."""
        self._writer.close()
        self._left_out_before += self._writer.left_out
        first, number = self.paths[0], len(self.paths) + 1
        while (path := first.with_name(f"{first.stem}-{number}{first.suffix}")).exists():
            number += 1
        self._writer = open_recording(path)
        self.paths.append(path)
        self._begun, self._is_full = None, False
