"""Tells screen readers the verdict on a bit timing when it changes."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.ui.widgets.accessible import announce

REST_MS: Final = 1_000
"""How long the inputs must rest: each key would otherwise be followed by a verdict on a half-typed number."""


class TimingNews(QObject):
    """Tells those of the `sentences` that are new, once `follow` hasn't been called for a moment; of a hidden `view`
    nothing.
    """

    def __init__(self, view: QWidget, sentences: Callable[[], Sequence[str]]) -> None:
        super().__init__(view)
        self._view, self._sentences = view, sentences
        self._told: tuple[str, ...] | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._tell)

    def follow(self) -> None:
        """The verdict may have changed. The first one is what the view begins with."""
        if self._told is None:
            self._told = tuple(self._sentences())
        self._rest.start()

    def begin(self) -> None:
        """What the view shows now it was opened with: nobody did anything."""
        self._told = None
        self.follow()

    def _tell(self) -> None:
        before, self._told = self._told or (), tuple(self._sentences())
        announce(self._view, " ".join(one for one in self._told if one and one not in before))
