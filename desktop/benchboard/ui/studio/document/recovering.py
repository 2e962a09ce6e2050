"""What was edited outlives the program: every step goes to the page's journal, and an earlier session's come back."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakMethod

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from benchboard.dashboards.deltas import diff
from benchboard.dashboards.document import Document, fitted, parse_document, write_home
from benchboard.dashboards.history import MOST_DRAFT, Draft
from benchboard.dashboards.journal import Journal, Recovered, open_journal
from benchboard.dashboards.layout import Known, Layout
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.asides import Asides, is_aside, said_at, why_refused
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.edits import Edit
from benchboard.ui.studio.document.shelf import Stored

if TYPE_CHECKING:
    from benchboard.ui.context import Context

JSON = "json"
"""Where the page is written as text; a widget's own texts are written at `<key>/<id>`."""
VARIABLES = "variables"
"""Where the variables are defined."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What opening a page's journal brought. `stored` is the page's JSON as the database has it in `version`, as shown.

    `past` is None where there is nothing to go on with, else `place` says after how many of its steps the page was what
    the database has; None: it never was, since another program stored one (`overtaken`) or that is too long ago.
    """

    version: int
    stored: object
    journal: Journal | None = None
    problem: AppError | None = None
    past: Recovered | None = None
    place: int | None = None
    overtaken: bool = False
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    before: Document | None = None
    """What the page said when the drafts were written, where it is another's by now and no edits are to be brought
    together with it."""

    @property
    def base(self) -> Document | None:
        """What the edits that are brought back began from."""
        return parse_document(self.past.base) if self.past else None

    @property
    def unsaved(self) -> int:
        """How many edits the database does not have."""
        if self.past is None:
            return 0
        return max(1, self.past.position) if self.place is None else abs(self.past.position - self.place)


class Recovering(QObject):
    """Between an editor and the journal of its page."""

    draft_found = Signal(str)
    """Something was being written there when the program ended."""
    _failed = Signal(object)

    def __init__(self, context: "Context", editor: Editor, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor, self._key = context, editor, key
        self._held = _Held()
        self._brought_back = f"studio.brought-back.{key}"
        self._journal: Journal | None = None
        self._known: Known = {}
        """For what the journal's thread writes, and only for that."""
        self._index = self._newest = 0
        self._drafts: dict[str, str] = {}
        self._asides = Asides(context, editor, key, self.draft)
        self._failed.connect(context.problems.show, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._held.close)
        editor.stack.indexChanged.connect(self._stepped)

    def open(self, kept: Stored) -> Brought:
        """Read the page's journal, for `begin`. On a worker: it waits for the disk. A page that may only be looked at
        has none, and one left from when it could be edited waits until it can be again."""
        workspace = self._context.workspace
        stored = write_home(fitted(kept.document))
        if not kept.may_edit:
            return Brought(kept.version, stored)
        subject = (*account_of(self._context), self._key)
        try:
            say = WeakMethod(self._say)  # the journal's thread may outlive the page, and must not be its end

            def failed(error: AppError) -> None:
                if (told := say()) is not None:
                    told(error)

            journal = self._held.hold(lambda: open_journal(workspace.home, workspace.vault, subject, failed))
        except AppError as error:
            return Brought(kept.version, stored, problem=error)
        past = journal.recovered
        found = Brought(kept.version, stored, journal, drafts=past.drafts if past else {})
        if past is None or not _readable(past.document):
            return found
        place = past.place_of(stored)
        overtaken = place is None and diff(past.base, stored) is not None
        if overtaken and not past.unsaved:
            return replace(found, overtaken=True, before=parse_document(past.document))
        return replace(found, past=past, place=place, overtaken=overtaken)

    def begin(self, brought: Brought) -> None:
        """The editor has loaded the stored page: put the earlier session's steps upon it; write down what follows."""
        journal, past = brought.journal, brought.past
        if journal is None:
            if brought.problem is not None:
                self._context.problems.show(brought.problem)
            return
        kept = self._editor.document
        if past is None:
            journal.begin(brought.version, brought.stored, lambda: brought.stored)
        else:
            known = {} if brought.place is None else {brought.place: kept}
            self._editor.restore(past.steps, past.position, _Past(past.documents, known, kept))
            if not brought.overtaken:
                journal.saved(brought.version, lambda: brought.stored)
        self._journal = journal
        self._index = self._editor.stack.index()
        if journal.note:
            self._context.problems.notice(journal.note, kind="warn")
        edits, at = (brought.unsaved, [past.at]) if past is not None else (0, [])
        for where, draft in brought.drafts.items():
            if self._told(where, draft.text, brought.before):
                edits, at = edits + 1, [*at, draft.at]
        if edits and not (brought.overtaken and past is not None):
            self._say_brought(edits, max(at), kept)
        for where in (JSON, VARIABLES):
            if where in brought.drafts:
                self._drafts[where] = brought.drafts[where].text
                self.draft_found.emit(where)

    def saved(self, version: int, document: Document) -> None:
        """The database has this document, in `version`."""
        if self._journal is not None:
            self._journal.saved(version, partial(write_home, document, self._known))

    def draft(self, where: str, text: str | None, lasting: Callable[[str], str] = str) -> None:
        """`where` says something that is not the page's yet; None: not any more. `lasting` makes of it what another
        window can read; it is called on the journal's thread."""
        if self._journal is None:
            return
        if text is not None and len(text) <= MOST_DRAFT:
            self._drafts[where] = text
            self._journal.draft(where, partial(lasting, text))
        else:
            self._drafts.pop(where, None)
            self._journal.draft(where, None)

    def written(self, where: str) -> str | None:
        """What is kept as a draft of that place."""
        return self._drafts.get(where)

    def keeps(self, where: str) -> bool:
        """Whether what is written there as a draft is there again when the page is opened again."""
        return where in self._drafts and self._journal is not None and self._journal.keeps(where)

    def leave(self) -> None:
        """The page is about to go: who opens it next, perhaps in another language, waits for its journal."""
        if self._journal is not None:
            self._journal.leave()
        self._context.problems.dismiss(self._brought_back)
        self._asides.hush()

    def _told(self, where: str, text: str, before: Document | None = None) -> bool:
        """What was written at a widget becomes a step, as when one leaves its field; answers whether there was one.
        Where somebody else has changed what it said `before`, or it cannot be said there any more, it is offered."""
        key, _slash, item_id = where.partition("/")
        if not item_id:
            return False
        shown = self._editor.document
        theirs = before is not None and said_at(before, where) != said_at(shown, where) != text
        waits = theirs or is_aside(where) or item_id not in self._editor.page.paths
        if not waits and why_refused(self._editor, where, text) is None:
            self._editor.tell(item_id, key, text)
        if said_at(self._editor.document, where) == text:
            self.draft(where, None)
        else:
            self._asides.put(where, text)
        return self._editor.document is not shown

    def _stepped(self, index: int) -> None:
        """The stack is elsewhere: a step, more of the last one, or some of them taken back or again."""
        journal, stack = self._journal, self._editor.stack
        was, self._index = self._index, index
        if journal is None or not shiboken6.isValid(stack) or not stack.count():
            return  # nothing is taken back where the stack is cleared, or goes with the page
        top = stack.command(index - 1) if index else None
        number = top.number if isinstance(top, Edit) else 0
        if isinstance(top, Edit) and (number > self._newest or index == was):
            chosen = (top.chosen_before, top.chosen_after)
            journal.step(top.text(), partial(write_home, top.after, self._known), chosen, amends=number <= self._newest)
            self._newest = max(self._newest, number)
        elif index != was:
            journal.move(index - was, partial(write_home, self._editor.document, self._known))

    def _say_brought(self, count: int, at: float, kept: Document) -> None:
        what = ngettext(
            "{count} edit from {time} was brought back.", "{count} edits from {time} were brought back.", count
        )
        problems, key = self._context.problems, self._brought_back
        problems.notice(
            what.format(count=count, time=_time(at)),
            _("The program had ended before saving."),
            Action(_("Discard"), partial(self._editor.replace, _("Discard what was brought back"), kept)),
            key=key,
        )
        # The page as it was opened is no longer the page without them once anything else is done or followed.
        self._editor.stack.indexChanged.connect(lambda: problems.dismiss(key), Qt.ConnectionType.SingleShotConnection)

    def _say(self, error: AppError) -> None:
        with suppress(RuntimeError):  # the page is gone, and with it whoever would have to know
            self._failed.emit(error)


def account_of(context: "Context") -> tuple[str, ...]:
    """What the subjects of this account's journals begin with."""
    way, actor = context.workspace.way, context.actor
    database = way.detail if way.kind in ("file", "server") else ""  # the others lie in the home, wherever that is
    return way.kind, database, actor.organisation_id, actor.user_id


class _Held:
    """The journal a page holds. It is opened on a worker, while the page may be going."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._gone = False

    def hold(self, opened: Callable[[], Journal]) -> Journal:
        with self._lock:
            if self._journal is not None:
                self._journal.close()
            self._journal = opened()
            if self._gone:
                self._journal.close()
            return self._journal

    def close(self, _page: object = None) -> None:
        # Not waited for: a worker that is opening one closes it itself.
        self._gone = True
        if self._journal is not None:
            self._journal.close(wait=False)


class _Past:
    """The documents of an earlier session, read when somebody goes there. They share the widgets that are the same."""

    def __init__(self, documents: Sequence[object], known: Mapping[int, Document], like: Document) -> None:
        self._documents, self._read, self._like = documents, dict(known), like.layout

    def __call__(self, place: int) -> Document:
        if place not in self._read:
            document = parse_document(self._documents[place])
            layout, like = document.layout, self._like
            pairs = (
                (like.items[there] if there is not None and like.items[there] == item else item, cell)
                for item, cell in layout
                for there in (like.places.get(item.id),)
            )
            self._read[place] = replace(document, layout=Layout.of(layout.columns, pairs))
        return self._read[place]


def _readable(document: object) -> bool:
    try:
        parse_document(document)
    except Invalid:  # written by a later program
        return False
    return True


def _time(at: float) -> str:
    then, now = datetime.fromtimestamp(at).astimezone(), datetime.now().astimezone()
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"
