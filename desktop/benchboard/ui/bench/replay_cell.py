"""The cells of the status bar that say how far a recording is played onto the live bus, and stop it, whichever view is
shown.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from benchboard.i18n import _
from benchboard.ui.context import Context

_CELL: Final = "replay"
_STOP: Final = "replay_stop"
_LONGEST_NAME: Final = 24
"""Characters of a file's name in the cell; its tooltip has all of it."""


class ReplayCell:
    """They are there while frames are played onto a bus, or that pauses. `stop` ends it."""

    def __init__(self, context: Context, stop: Callable[[], object]) -> None:
        self._context, self._stop = context, stop

    def show(self, file: str, progress: str, share: float, *, paused: bool) -> None:
        """Show how far the recording `file` is: in words, and as a share of it (0 to 1)."""
        short = file if len(file) <= _LONGEST_NAME else f"{file[: _LONGEST_NAME - 1]}…"
        text = _("Replay of {file} paused: {progress}") if paused else _("Replaying {file}: {progress}")
        status = self._context.status
        status.set(
            _CELL,
            "ph.pause" if paused else "ph.play",
            text.format(file=short, progress=progress),
            act=partial(self._context.go, "bench/recordings"),
            name=text.format(file=file, progress="").rstrip(" :"),
            tip=_("Show the recording {file}").format(file=file),
            share=share,
        )
        status.set(_STOP, "ph.stop-fill", _("Stop replay"), act=self._stop, tip=_("Stop playing onto the bus"))

    def hide(self) -> None:
        """Nothing is played onto a bus."""
        for key in (_CELL, _STOP):
            self._context.status.remove(key)
