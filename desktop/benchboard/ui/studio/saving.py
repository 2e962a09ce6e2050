"""Loads and stores the home layout: soon after the last edit, at once when asked, never over another's."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.dashboards import documents
from benchboard.dashboards.document import Document, fitted, write_home
from benchboard.dashboards.documents import HomeLayout
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _
from benchboard.ui.problems import Action
from benchboard.ui.studio.editor import Editor
from benchboard.ui.studio.recovering import Brought, Recovering

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

State = Literal["loading", "failed", "saved", "changed", "saving", "conflict", "unsaved"]
_PAUSE_MS: Final = 800
_AGAIN_MS: Final = 5_000
_CONFLICT: Final = "studio.conflict"


class Saving(QObject):
    """Keeps the editor's layout and the stored one together. `state` says how they stand."""

    state_changed = Signal()
    loaded = Signal()
    decided = Signal()
    """Somebody chose which of two layouts to go on with."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self.recovering = Recovering(context, editor, self)
        self.state: State = "loading"
        self.problem: AppError | None = None
        self._stored: HomeLayout | None = None
        self._kept: Document | None = None
        self._saved_at = 0.0
        self._replace = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)
        editor.changed.connect(self._edited)
        context.changed.watch(self, {"dashboard_layouts"}, self._look)

    @property
    def document(self) -> object:
        """The whole JSON as it would be stored now."""
        return write_home(self._editor.document)

    @property
    def dirty(self) -> bool:
        """Whether there are edits the database does not have."""
        return self._stored is not None and self._editor.document is not self._kept

    def seconds_ago(self) -> int:
        """How long ago the layout was stored."""
        return round(time.monotonic() - self._saved_at)

    def load(self) -> None:
        """Read the stored layout into the editor."""
        self._become("loading")
        actor = self._context.actor

        def read(session: "DatabaseSession") -> tuple[HomeLayout, Brought]:
            home = documents.home_layout(session, actor)
            return home, self.recovering.open(home)

        self._context.tasks.read(self, read, self._read, self._unread)

    def save(self) -> None:
        """Store what the editor has, unless that is stored or on its way."""
        self._timer.stop()
        stored, kept = self._stored, self._editor.document
        if stored is None or not self.dirty or self.state in ("saving", "conflict"):
            return
        self._become("saving")
        actor, document = self._context.actor, self.document
        base = None if self._replace else stored.version
        self._context.tasks.change(
            self,
            lambda session: documents.save_home(session, actor, document, base_version=base),
            lambda saved: self._is_stored(saved, kept),
            self._refused,
        )

    def _edited(self) -> None:
        if not self.dirty:
            if self.state == "changed":
                self._become("saved")
            return
        if self.state not in ("saving", "conflict"):
            self._become("changed")
            self._timer.start(_PAUSE_MS)

    def _read(self, read: tuple[HomeLayout, Brought]) -> None:
        home, brought = read
        self._stored = home
        self._editor.load(home.content)
        self._kept = self._editor.document
        self._saved_at = time.monotonic()
        self._become("saved")
        self.recovering.begin(brought)
        if brought.overtaken:
            self.ask_about_conflict()
        self.loaded.emit()

    def _unread(self, error: AppError) -> None:
        self.problem = error
        self._become("failed")

    def _is_stored(self, home: HomeLayout, kept: Document) -> None:
        self._stored, self._kept, self._replace = home, kept, False
        self.recovering.saved(home.version, kept)
        self._saved_at = time.monotonic()
        self.problem = None
        self._become("saved")
        self._edited()

    def _refused(self, error: AppError) -> None:
        self.problem = error
        if isinstance(error, Conflict):
            self.ask_about_conflict()
            return
        self._become("unsaved")
        self._timer.start(_AGAIN_MS)
        self._context.problems.show(error, self.save)

    def ask_about_conflict(self) -> None:
        """Say that another window was first, and offer both ways on."""
        self._become("conflict")
        self._context.problems.notice(
            _("Your home layout was changed in another window meanwhile."),
            _("Nothing was overwritten. Choose which one to go on with."),
            Action(_("Take the stored one"), self.take_stored),
            Action(_("Keep this one"), self.keep_mine),
            kind="error",
            key=_CONFLICT,
        )

    def take_stored(self) -> None:
        """Go on with the stored layout; the step back is the one that was here."""

        self.decided.emit()
        self._stored_then(lambda home: self._take(home, _("Take the stored layout")))

    def keep_mine(self) -> None:
        """Replace the stored layout by this one."""
        self._context.problems.dismiss(_CONFLICT)
        self.decided.emit()
        self._replace = True
        self.state = "changed"
        self.save()

    def _look(self) -> None:
        """Somebody stored a layout: follow it where there is nothing of ours to lose."""
        if self.state == "saved":
            self._stored_then(self._follow)

    def _follow(self, home: HomeLayout) -> None:
        if self._stored is not None and home.version != self._stored.version and self.state == "saved":
            self._take(home, _("Follow the other window"))

    def _take(self, home: HomeLayout, title: str) -> None:
        self._stored, self._kept = home, fitted(home.content)
        self._saved_at = time.monotonic()
        self._become("saved")
        self._editor.replace(title, self._kept)
        self.recovering.saved(home.version, self._kept)

    def _stored_then(self, done: Callable[[HomeLayout], None]) -> None:
        self._context.problems.dismiss(_CONFLICT)
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: documents.home_layout(session, actor), done)

    def _become(self, state: State) -> None:
        self.state = state
        self.state_changed.emit()
