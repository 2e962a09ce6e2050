"""Crash recovery of a page: every undo step is written to its journal, and an earlier session's steps are restored."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakMethod

from PySide6.QtCore import QObject, Qt, Signal

from benchboard.dashboards.document.document import Document, fitted_document, write_home
from benchboard.dashboards.editing.drafts import JSON, VARIABLES, draft_error, is_stashed, value_at
from benchboard.dashboards.editing.recovered_page import RecoveredDocuments, RecoveredPage, recovered_page
from benchboard.dashboards.editing.save_machine import StoredDocument
from benchboard.dashboards.editing.undo import AnyStep, Reordered, UndoStep
from benchboard.dashboards.journal.crash_journal import Journal, open_journal
from benchboard.dashboards.journal.recoverable_steps import MAX_DRAFT
from benchboard.dashboards.layout import WrittenItems
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.page_notices import PageNotices
from benchboard.ui.studio.document.stashed_drafts import StashedDrafts
from benchboard.ui.time_format import full_date

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class Recovery(QObject):
    """Connects an editor with the journal of its page."""

    draft_found = Signal(str)
    """A draft was recovered from an earlier session: the key of the draft."""
    _failed = Signal(object)

    def __init__(
        self, context: "Context", editor: Editor, key: str, notices: PageNotices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._editor, self._key, self._notices = context, editor, key, notices
        self._journal_holder = _JournalHolder()
        self._recovered_notice = f"studio.brought-back.{key}"
        self._journal: Journal | None = None
        self._known: WrittenItems = {}
        """For what the journal's thread writes; used on that thread only."""
        self._drafts: dict[str, str] = {}
        self._stash = StashedDrafts(notices, context.problems, editor, key, self.record_draft)
        self._failed.connect(self._show_failure, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._journal_holder.close)
        editor.undo_stack.step_recorded.connect(self._step_recorded)
        editor.undo_stack.moved.connect(self._moved)
        editor.undo_stack.reordered.connect(self._reordered)

    def open(self, stored: StoredDocument) -> RecoveredPage:
        """Read the page's journal, for `start`.

        Waits for the disk: call it on a worker. A view-only page has no journal; one left from when the page was
        editable is kept until it is editable again.
        """
        workspace = self._context.workspace
        content = write_home(fitted_document(stored.document))
        if not stored.may_edit:
            return RecoveredPage(stored.version, content)
        subject = (*account_of(self._context), self._key)
        try:
            say = WeakMethod(self._report)  # the journal's thread may outlive the page, and must not keep it alive

            def failed(error: AppError | None) -> None:
                if (report := say()) is not None:
                    report(error)

            journal = self._journal_holder.replace(
                lambda: open_journal(workspace.home, workspace.vault, subject, failed, stored.title)
            )
        except AppError as error:
            return RecoveredPage(stored.version, content, problem=error)
        return recovered_page(stored.version, content, journal)

    def start(self, recovered: RecoveredPage) -> None:
        """Apply the earlier session's steps to the loaded page, and journal the steps that follow."""
        journal, past = recovered.journal, recovered.past
        if journal is None:
            if recovered.problem is not None:
                self._show_failure(recovered.problem)
            return
        kept = self._editor.document
        if past is None:
            journal.start(recovered.version, recovered.stored, lambda: recovered.stored)
        else:
            known = {} if recovered.saved_position is None else {recovered.saved_position: kept}
            self._editor.restore(past.steps, past.position, RecoveredDocuments(past.documents, known, kept))
            if not recovered.is_outdated:
                journal.saved(recovered.version, lambda: recovered.stored)
        self._journal = journal
        if journal.note:
            self._context.problems.notice(journal.note, kind="warn")
        edits, at = (recovered.unsaved, [past.at]) if past is not None else (0, [])
        for where, draft in recovered.drafts.items():
            if self._apply_draft(where, draft.text, recovered.before):
                edits, at = edits + 1, [*at, draft.at]
        if edits and not (recovered.is_outdated and past is not None):
            self._show_recovered(edits, max(at), kept)
        for where in (JSON, VARIABLES):
            if where in recovered.drafts:
                self._drafts[where] = recovered.drafts[where].text
                self.draft_found.emit(where)

    def record_saved(self, version: int, document: Document) -> None:
        """Record that the database has this document, as `version`."""
        if self._journal is not None:
            self._journal.saved(version, partial(write_home, document, self._known))

    def record_draft(self, where: str, text: str | None, serialise: Callable[[str], str] = str) -> None:
        """Keep `text` as the draft of the field or dialog `where`; None removes it.

        `serialise` converts it to the form that is stored; it is called on the journal's thread.
        """
        if self._journal is None:
            return
        if text is not None and len(text) <= MAX_DRAFT:
            self._drafts[where] = text
            self._journal.draft(where, partial(serialise, text))
        else:
            self._drafts.pop(where, None)
            self._journal.draft(where, None)

    def draft_text(self, where: str) -> str | None:
        """The draft kept for a field or dialog; None if there is none."""
        return self._drafts.get(where)

    def keeps_draft(self, where: str) -> bool:
        """Whether the draft of a field or dialog will be recovered when the page is opened again."""
        return where in self._drafts and self._journal is not None and self._journal.is_keeping_draft(where)

    def close(self) -> None:
        """Announce that the page is about to close: the next one to open it, perhaps in another language, waits for its
        journal.
        """
        if self._journal is not None:
            self._journal.announce_close()
        self._notices.dismiss(self._recovered_notice)
        self._stash.dismiss()
        self._show_failure(None)

    def _apply_draft(self, where: str, text: str, before: Document | None = None) -> bool:
        """Apply a widget's recovered draft as a step, as when its field loses the focus; returns whether there was one.

        If another user has changed the text that it was based on (`before`), or it isn't valid any more, the draft is
        offered in a notice.
        """
        key, _slash, item_id = where.partition("/")
        if not item_id:
            return False
        shown = self._editor.document
        theirs = before is not None and value_at(before, where) != value_at(shown, where) != text
        waits = theirs or is_stashed(where) or item_id not in self._editor.page.paths
        if not waits and draft_error(self._editor.state, where, text) is None:
            self._editor.set_property(item_id, key, text)
        if value_at(self._editor.document, where) == text:
            self.record_draft(where, None)
        else:
            self._stash.add(where, text)
        return self._editor.document is not shown

    def _step_recorded(self, step: UndoStep, merged: bool) -> None:
        if self._journal is not None:
            chosen = (step.selection_before, step.selection_after)
            after = partial(write_home, step.after, self._known)
            self._journal.step(step.title, after, chosen, amends=merged, remote=step.remote)

    def _reordered(self, reordered: Reordered) -> None:
        journal, known = self._journal, self._known
        if journal is None:
            return
        history, first = reordered.history, reordered.steps[0]
        journal.move(-reordered.replaced, lambda: write_home(first.before, known))
        ahead = history.steps[history.position :]
        for step in (*reordered.steps, *ahead):
            selections = (step.selection_before, step.selection_after)
            journal.step(step.title, partial(_written_after, step, known), selections, remote=step.remote)
        if ahead:
            journal.move(-len(ahead), lambda: write_home(reordered.steps[-1].after, known))

    def _moved(self, by: int) -> None:
        if self._journal is not None:
            self._journal.move(by, partial(write_home, self._editor.document, self._known))

    def _show_recovered(self, count: int, at: float, kept: Document) -> None:
        what = ngettext(
            "Recovered {count} unsaved edit from {time}.", "Recovered {count} unsaved edits from {time}.", count
        )
        notices, key = self._notices, self._recovered_notice
        notices.notice(
            what.format(count=count, time=_time(at)),
            _("Benchboard closed before saving."),
            Action(_("Discard edits"), partial(self._editor.replace_document, _("Discard recovered edits"), kept)),
            key=key,
        )
        # Any further step or remote change ends the recovered state that this undoes.
        self._editor.undo_stack.position_changed.connect(
            lambda: notices.dismiss(key), Qt.ConnectionType.SingleShotConnection
        )

    def _show_failure(self, error: AppError | None) -> None:
        """Show that edits don't reach the disk; None dismisses it, unless those of another page don't either."""
        problems, task = self._context.problems, ("journal", self._key)
        if error is None:
            problems.succeeded(task)
            return
        with problems.failing(task):
            problems.show(error)

    def _report(self, error: AppError | None) -> None:
        with suppress(RuntimeError):  # the page was closed: there is no notice to dismiss
            self._failed.emit(error)


def _written_after(step: AnyStep, known: WrittenItems) -> object:
    return write_home(step.after, known)


def account_of(context: "Context") -> tuple[str, ...]:
    """The first parts of the subjects of this account's journals."""
    way, actor = context.workspace.location, context.actor
    database = way.detail if way.kind in ("file", "server") else ""  # the others are in the home folder
    return way.kind, database, actor.organisation_id, actor.user_id


class _JournalHolder:
    """The journal of a page. It is opened on a worker, while the page may be closing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._closed = False

    def replace(self, opened: Callable[[], Journal]) -> Journal:
        with self._lock:
            if self._journal is not None:
                self._journal.close()
            self._journal = opened()
            if self._closed:
                self._journal.close()
            return self._journal

    def close(self, _page: object = None) -> None:
        # Not waited for: a worker that is opening a journal closes it itself.
        self._closed = True
        if self._journal is not None:
            self._journal.close(wait=False)


def _time(at: float) -> str:
    then, now = datetime.fromtimestamp(at).astimezone(), datetime.now().astimezone()
    return f"{then:%H:%M}" if then.date() == now.date() else f"{full_date(then)} {then:%H:%M}"
