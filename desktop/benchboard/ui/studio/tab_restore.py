"""Restores the open dashboards: their tabs when the program starts, a page when its tab is first shown."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import open_tabs
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.open_tabs import OpenTab, RestoredTabs, SavedTabs
from benchboard.errors import AppError
from benchboard.i18n import ngettext
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.editor_page import StudioPage

_PAUSE_MS: Final = 400
_log = logging.getLogger(__name__)


class UnloadedTab(QWidget):
    """A placeholder for a dashboard whose tab has not been shown yet."""

    def __init__(self, view: OpenTab) -> None:
        super().__init__()
        self.view = view
        self.layout_of_page: Layout | None = None
        """The layout of its page; None while it isn't known."""


class TabRestorer(QObject):
    """Saves the open tabs of this account and database on this computer, and restores them.

    `current_tabs` returns the open dashboards' widgets in the order of their tabs and the id of the one in front;
    `restore_tabs` opens the saved ones. Nothing is written before they are restored, so that none are lost.
    """

    def __init__(
        self, context: "Context", current_tabs: "Callable[[], tuple[list[StudioPage | UnloadedTab], str]]",
        restore_tabs: Callable[[RestoredTabs], object], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._context, self._current_tabs, self._restore_tabs = context, current_tabs, restore_tabs
        self._file = _TabsFile(context)
        self._views_to_restore: dict[StudioPage, OpenTab] = {}
        """The tab states to restore once their pages are loaded."""
        self._written: SavedTabs | None = None
        """The tabs as they were last written; None until they were read."""
        self._read_started = False
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self._write)
        context.changed.watch(self, {"dashboards"}, self._read)
        self._read()

    def watch(self, page: "StudioPage", view: OpenTab) -> None:
        """Restore a page's tab state as soon as it is loaded, and save its changes from then on."""
        self._views_to_restore[page] = view
        page.saving.loaded.connect(lambda: self._restore_view(page))
        page.canvas.verticalScrollBar().valueChanged.connect(self.schedule_save)
        for signal in (page.canvas.zoom_changed, page.editor.changed, page.presentation.changed):
            signal.connect(self.schedule_save)
        self.schedule_save()

    def forget(self, page: "StudioPage") -> None:
        """Forget a page that was closed."""
        self._views_to_restore.pop(page, None)
        self.schedule_save()

    def schedule_save(self, *_what: object) -> None:
        """Save the tabs shortly after a change of what is open, in front or shown."""
        if self._written is not None:
            self._timer.start()

    def finish(self) -> None:
        """Write unsaved tabs at once: the view is closing, and its workers are about to stop."""
        self._timer.stop()
        sitting = self._tabs()
        if self._written not in (None, sitting):
            self._file.write(self._file.next_write_number(), sitting)
        self._written = None

    def _read(self) -> None:
        """Read the saved tabs once; after an error, again when the database is available."""
        if self._read_started:
            return
        self._read_started = True

        def failed(_error: AppError) -> None:  # the list shows the same error with what to do
            self._read_started = False

        self._context.tasks.read(self, self._file.read, self._apply, failed)

    def _apply(self, found: RestoredTabs) -> None:
        self._written = found.tabs
        self._restore_tabs(found)
        if found.missing:
            sentence = ngettext(
                "{count} open dashboard was deleted or is no longer shared with you.",
                "{count} open dashboards were deleted or are no longer shared with you.",
                found.missing,
            )
            self._context.problems.toast(sentence.format(count=found.missing), warning=True)
        if found.damaged:
            self._context.problems.notice(found.damaged, kind="warn", icon="ph.warning")
        if found.missing or found.damaged:
            self._written = SavedTabs()  # overwritten, so that the error is shown only once
        self.schedule_save()

    def _restore_view(self, page: "StudioPage") -> None:
        view = self._views_to_restore.pop(page, None)
        if view is not None:
            page.show_view(view)

    def _view(self, page: "StudioPage | UnloadedTab") -> OpenTab:
        if isinstance(page, UnloadedTab):
            return page.view
        return self._views_to_restore[page] if page in self._views_to_restore else page.save_state()

    def _tabs(self) -> SavedTabs:
        pages, front = self._current_tabs()
        return SavedTabs(tuple(self._view(page) for page in pages[: open_tabs.MAX_TABS]), front)

    def _write(self) -> None:
        sitting = self._tabs()
        if self._written in (None, sitting):
            return
        self._written, store, turn = sitting, self._file, self._file.next_write_number()
        # On a worker: it waits for the disk.
        self._context.tasks.read(
            self, lambda _session: store.write(turn, sitting), lambda _done: None, lambda _error: None
        )


class _TabsFile:
    """Reads and writes one account's file, on any thread; the write with the highest number wins."""

    def __init__(self, context: "Context") -> None:
        self._home, self._actor, self._account = context.workspace.home, context.actor, account_of(context)
        self._lock = threading.Lock()
        self._write_number = self._last_written = 0

    def next_write_number(self) -> int:
        """The number of a new write, one more than the last."""
        self._write_number += 1
        return self._write_number

    def read(self, session: DatabaseSession) -> RestoredTabs:
        found = open_tabs.restore(session, self._actor, open_tabs.load(self._home, self._account))
        return replace(found, damaged=open_tabs.set_aside_damaged(self._home, self._account))

    def write(self, number: int, tabs: SavedTabs) -> None:
        with self._lock:
            if number < self._last_written:
                return
            try:
                open_tabs.save(self._home, self._account, tabs)
            except AppError as error:  # losing open tabs is no loss of work
                _log.warning("the list of open dashboards could not be saved: %s: %s", error.code, error.why)
            self._last_written = number
