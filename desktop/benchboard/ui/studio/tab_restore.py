"""The open dashboards come back: their tabs when the program starts, what is on one when somebody looks at it."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import open_tabs
from benchboard.dashboards.open_tabs import OpenTab, OpenTabs, RestoredTabs
from benchboard.errors import AppError
from benchboard.i18n import ngettext
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.editor_page import StudioPage

_PAUSE_MS: Final = 400
_log = logging.getLogger(__name__)


class Sleeping(QWidget):
    """Stands where an open dashboard will be once somebody looks at it."""

    def __init__(self, view: OpenTab) -> None:
        super().__init__()
        self.view = view


class Reopening(QObject):
    """Keeps what is open on this computer, for this account and database alone, and brings it back.

    `now` answers the open dashboards' widgets in the order of their tabs and the id of the one in front; `put` puts
    back what was found. Until that was done nothing is written, so that nothing is lost of it.
    """

    def __init__(
        self, context: "Context", now: "Callable[[], tuple[list[StudioPage | Sleeping], str]]",
        put: Callable[[RestoredTabs], object], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._context, self._now, self._put = context, now, put
        self._store = _Store(context)
        self._awaited: dict[StudioPage, OpenTab] = {}
        """How pages were shown that are still being read."""
        self._kept: OpenTabs | None = None
        """What is written down; None until it is known."""
        self._asked = False
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self._keep)
        context.changed.watch(self, {"dashboards"}, self._ask)
        self._ask()

    def watch(self, page: "StudioPage", view: OpenTab) -> None:
        """Show a page as it was shown, as soon as it is read, and keep how it is shown from then on."""
        self._awaited[page] = view
        page.saving.loaded.connect(lambda: self._show(page))
        page.canvas.verticalScrollBar().valueChanged.connect(self.changed)
        for said in (page.canvas.zoom_changed, page.editor.changed, page.presentation.changed):
            said.connect(self.changed)
        self.changed()

    def forget(self, page: "StudioPage") -> None:
        """It is closed."""
        self._awaited.pop(page, None)
        self.changed()

    def changed(self, *_what: object) -> None:
        """Something is open, in front or shown otherwise: it is written down in a moment."""
        if self._kept is not None:
            self._timer.start()

    def finish(self) -> None:
        """Write down what is not yet: the place goes. At once, since nobody works for it any more in a moment."""
        self._timer.stop()
        sitting = self._sitting()
        if self._kept not in (None, sitting):
            self._store.write(self._store.turn(), sitting)
        self._kept = None

    def _ask(self) -> None:
        """Look for what was open, once; again when the database answers again."""
        if self._asked:
            return
        self._asked = True

        def failed(_error: AppError) -> None:  # the list says the same, and says what to do
            self._asked = False

        self._context.tasks.read(self, self._store.read, self._found, failed)

    def _found(self, found: RestoredTabs) -> None:
        self._kept = found.tabs
        self._put(found)
        if found.missing:
            said = ngettext(
                "{count} open dashboard was deleted or is no longer shared with you.",
                "{count} open dashboards were deleted or are no longer shared with you.",
                found.missing,
            )
            self._context.problems.toast(said.format(count=found.missing))
            self._kept = OpenTabs()  # written anew, so that this is said once
        self.changed()

    def _show(self, page: "StudioPage") -> None:
        view = self._awaited.pop(page, None)
        if view is not None:
            page.show_view(view)

    def _view(self, page: "StudioPage | Sleeping") -> OpenTab:
        if isinstance(page, Sleeping):
            return page.view
        return self._awaited[page] if page in self._awaited else page.save_state()

    def _sitting(self) -> OpenTabs:
        pages, front = self._now()
        return OpenTabs(tuple(self._view(page) for page in pages[: open_tabs.MAX_TABS]), front)

    def _keep(self) -> None:
        sitting = self._sitting()
        if self._kept in (None, sitting):
            return
        self._kept, store, turn = sitting, self._store, self._store.turn()
        # Beside the window, as reading is: it waits for the disk.
        self._context.tasks.read(
            self, lambda _session: store.write(turn, sitting), lambda _done: None, lambda _error: None
        )


class _Store:
    """Reads and writes one account's file, on whichever thread; what is written last has the last word."""

    def __init__(self, context: "Context") -> None:
        self._home, self._actor, self._account = context.workspace.home, context.actor, account_of(context)
        self._lock = threading.Lock()
        self._turn = self._written = 0

    def turn(self) -> int:
        """One more than the last time."""
        self._turn += 1
        return self._turn

    def read(self, session: DatabaseSession) -> RestoredTabs:
        return open_tabs.restore(session, self._actor, open_tabs.load(self._home, self._account))

    def write(self, turn: int, sitting: OpenTabs) -> None:
        with self._lock:
            if turn < self._written:
                return
            self._written = turn
            try:
                open_tabs.save(self._home, self._account, sitting)
            except AppError as error:  # nobody's work is lost
                _log.warning("open dashboards: %s: %s", error.code, error.why)
