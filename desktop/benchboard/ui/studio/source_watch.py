"""Notices, while a page is open, that a file that its results were read from is another one now."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from benchboard.analytics.sources.file_news import SourceFiles, source_files
from benchboard.errors import AppError

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

MARK_MS: Final = 100
"""The results of a page arrive one by one: the files are looked at once for all."""
EVERY_MS: Final = 15_000
"""How often the files are looked at while the page is visible."""


class SourceWatch(QObject):
    """Looks at the files of all sources that a page reads, every few seconds and when the window is activated."""

    changed = Signal(object)
    """The sources (`SourceFiles`, a tuple by name) whose files have changed since the results were read."""

    def __init__(self, context: "Context", page: QWidget, source_ids: Callable[[], Collection[str]]) -> None:
        super().__init__(page)
        self._context, self._page, self._source_ids = context, page, source_ids
        self._known: dict[str, SourceFiles] = {}
        """The files as they were when the results were read."""
        self._told: frozenset[SourceFiles] = frozenset()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.check)
        self._marking = QTimer(self, interval=MARK_MS, singleShot=True)
        self._marking.timeout.connect(lambda: self._read(self._remember))
        page.installEventFilter(self)
        if page.isVisible():
            self._timer.start()

    def mark(self) -> None:
        """The page's results were read just now: what the files are is what the results show."""
        self._known, self._told = {}, frozenset()
        self._marking.start()

    @property
    def is_ready(self) -> bool:
        """Whether it knows the files that the results were read from."""
        return bool(self._known)

    def check(self) -> None:
        """Look at the files now."""
        if self._known and self._page.isVisible():
            self._read(self._compare)

    def _read(self, then: Callable[[Mapping[str, SourceFiles]], None]) -> None:
        ids, actor = sorted({one for one in self._source_ids() if one}), self._context.actor
        if not ids:
            return

        def op(session: "DatabaseSession") -> Mapping[str, SourceFiles]:
            return source_files(session, actor, ids)

        def unknown(_error: AppError) -> None:
            """The next run says what is wrong."""

        self._context.tasks.read(self, op, then, unknown)

    def _remember(self, now: Mapping[str, SourceFiles]) -> None:
        self._known = dict(now)

    def _compare(self, now: Mapping[str, SourceFiles]) -> None:
        found = [one for key, one in now.items() if key in self._known and one.files != self._known[key].files]
        if found and frozenset(found) != self._told:
            self._told = frozenset(found)
            self.changed.emit(tuple(sorted(found, key=lambda one: one.name.casefold())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._timer.start()
            self.check()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        elif event.type() == QEvent.Type.WindowActivate:
            self.check()
        return super().eventFilter(watched, event)
