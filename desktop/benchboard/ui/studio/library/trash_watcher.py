"""Watches for open dashboards that another user, or the user in another window, moves to the trash."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from benchboard.dashboards import library
from benchboard.dashboards.library import DashboardSummary
from benchboard.i18n import _
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.document_store import DocumentStore
from benchboard.ui.studio.document.saving import Saving

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class TrashWatcher(QObject):
    """Shows a notice at once, with a restore action for users who may restore, and dismisses it when the dashboard is
    restored.
    """

    def __init__(self, context: "Context", store: DocumentStore, saving: Saving) -> None:
        super().__init__(saving)
        self._context, self._saving = context, saving
        self._in_trash = False
        self._id, self._key = store.dashboard_id, f"studio.trash.{store.key}"
        if self._id is not None:
            context.changed.watch(self, {"dashboards"}, self._check)
            problems, mine = context.problems, self._key
            self.destroyed.connect(lambda *_gone: problems.dismiss(mine) if isValid(problems) else None)

    def _check(self) -> None:
        key, actor = self._id, self._context.actor
        if key is not None:
            # If it can't be read, the page itself shows the error.
            self._context.tasks.read(
                self, lambda session: library.find_summary(session, actor, key), self._show_state, lambda _error: None
            )

    def _show_state(self, card: DashboardSummary | None) -> None:
        problems = self._context.problems
        away = card is None or card.deleted_at is not None
        if card is not None and away and not self._in_trash:
            who = card.deleted_by or _("Someone")
            back = [Action(_("Restore dashboard"), self._restore)] if card.level == "own" else []
            problems.notice(
                _("{who} moved “{name}” to the trash.").format(who=who, name=card.name),
                _("Your changes can't be saved until it's restored."),
                *back,
                kind="warn",
                key=self._key,
            )
        elif self._in_trash and not away:
            for key in (self._key, "dashboards.unknown", "dashboards.in-trash"):
                problems.dismiss(key)
            if self._saving.state == "unsaved":
                self._saving.save()
        self._in_trash = away

    def _restore(self) -> None:
        key, context = self._id, self._context
        if key is not None:
            context.tasks.change(
                self,
                lambda session: library.restore(session, context.actor, [key]),
                lambda _count: context.problems.dismiss(self._key),
            )
