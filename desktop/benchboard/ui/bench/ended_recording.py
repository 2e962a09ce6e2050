"""The notice that the end of its bus ended a recording, as long as that is news."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject

from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.context import Context

_ENDED: Final = "bench.recording-ended"
_PAGE: Final = "bench/live"


@dataclass(frozen=True, slots=True)
class _Ended:
    """The file of a recording that ended with the bus of this dongle, and what is said of it."""

    path: Path
    device_id: str
    what: str
    why: str


class EndedRecording(QObject):
    """Shows the notice on the page of the live bus, beside its own dongle only, until somebody has read it, a bus of
    that dongle is open again, a new recording has begun or this one was opened. One lives as long as the session.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._problems = context.problems
        self._ended: _Ended | None = None
        self._selected = SelectedDongle.of(context)
        self._was_selected = self._selected.id
        self._selected.changed.connect(self._follow_selection)

    @staticmethod
    def of(context: Context) -> "EndedRecording":
        """The session's."""
        existing = context.session.findChild(EndedRecording)
        if existing is None:
            return EndedRecording(context)
        existing._problems = context.problems
        return existing

    def report(self, path: Path, device_id: str, what: str, why: str) -> None:
        """This recording has ended with the bus of this dongle; `what` and `why` are sentences."""
        self._ended = _Ended(path, device_id, what, why)
        self._show()

    def drop(self) -> None:
        """It is news no more: another recording has begun."""
        self._ended = None
        self._problems.dismiss(_ENDED)

    def bus_opened(self, device_id: str) -> None:
        """The bus of this dongle is open: a recording that ended before is past."""
        if self._ended is not None and self._ended.device_id in ("", device_id):
            self.drop()

    def file_opened(self, path: Path) -> None:
        """Somebody looks at the recording at this path."""
        if self._ended is not None and self._ended.path.resolve() == path.resolve():
            self.drop()

    def _show(self) -> None:
        ended = self._ended
        if ended is not None and ended.device_id in ("", self._selected.id):
            self._problems.notice(ended.what, ended.why, kind="warn", icon="ph.warning", key=_ENDED, place=_PAGE)

    def _follow_selection(self) -> None:
        """Another dongle was selected: the notice waits until its own is again."""
        ended = self._ended
        if ended is None or not ended.device_id:
            return
        if self._selected.id == ended.device_id:
            self._show()
        elif self._problems.has(_ENDED):
            self._problems.dismiss(_ENDED)
        elif self._was_selected == ended.device_id:
            self._ended = None  # somebody has read it
        self._was_selected = self._selected.id
