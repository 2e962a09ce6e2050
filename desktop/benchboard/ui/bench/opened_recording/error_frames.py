"""The error frames of a recording, searched once somebody goes to the next one."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.canbus.recording import Matching, Recording
from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress


class ErrorFrames:
    """Keeps the numbers of the error frames of the recording and the channel that were searched last."""

    def __init__(self, context: Context, owner: QWidget) -> None:
        self._context, self._owner = context, owner
        self._recording: Recording | None = None
        self._channel: str | None = None
        self._numbers: Sequence[int] | None = None

    def find(self, recording: Recording, channel: str | None, found: Callable[[Sequence[int]], object]) -> None:
        """Call `found` with the numbers of the error frames of this channel, or of all; unless others are searched
        meanwhile.
        """
        if recording is self._recording and channel == self._channel and self._numbers is not None:
            found(self._numbers)
            return
        self._recording, self._channel, self._numbers = recording, channel, None

        def op(progress: Progress) -> Matching:
            return recording.matching(parse_frame_filter("error"), CanDatabase(), progress.step, channel)

        def done(matching: Matching) -> None:
            if recording is self._recording and channel == self._channel:
                self._numbers = matching.numbers
                found(matching.numbers)

        self._context.tasks.run(self._owner, op, done, title=_("Searching for error frames"))

    def forget(self) -> None:
        """Another recording, or another channel, is shown."""
        self._recording, self._numbers = None, None
