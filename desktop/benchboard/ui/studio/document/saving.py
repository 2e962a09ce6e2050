"""Loads and stores a page's document: soon after the last edit, at once when asked, never over another's.

Where somebody else stored one meanwhile, both are brought together, widget by widget (`merging`); only what both
changed differently is asked about.
"""

import time
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.dashboards import choices, merging
from benchboard.dashboards.document import Document, fitted
from benchboard.dashboards.expanding import Choice
from benchboard.dashboards.merging import Conflict as Clash
from benchboard.dashboards.merging import Merge
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.edits import way_back
from benchboard.ui.studio.document.keeping import Keeping
from benchboard.ui.studio.document.recovering import Brought, Recovering
from benchboard.ui.studio.document.shelf import Shelf, Stored

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

Then = Literal["ask", "decide"]
"""What follows where both changed the same differently: it is asked about, or decided at once."""
State = Literal["loading", "failed", "saved", "changed", "saving", "conflict", "unsaved"]
_PAUSE_MS: Final = 800
_AGAIN_MS: Final = 5_000


class Other(NamedTuple):
    """Who stored something meanwhile, and which number the next version will have where versions are kept."""

    name: str
    words: str
    next_number: int | None


class Saving(QObject):
    """Keeps the editor's document and the stored one together. `state` says how they stand."""

    state_changed = Signal()
    loaded = Signal()
    decide = Signal(object)
    """Somebody wants to decide what both changed differently (`Merge`)."""
    decided = Signal()
    """Two edits are one again."""
    arriving = Signal(object)
    """This document, which somebody else stored, is about to be followed, or brought together with the page."""

    def __init__(self, context: "Context", editor: Editor, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor, self.shelf = context, editor, shelf
        self.recovering = Recovering(context, editor, shelf.key, self)
        self.keeping = Keeping.of(context)
        self.state: State = "loading"
        self.problem: AppError | None = None
        self.stored: Stored | None = None
        self._kept: Document | None = None
        self.bringing_together = False
        """While what somebody else stored is read: until then ours is in the journal alone."""
        self._merge: Merge | None = None
        self._kept_mine: tuple[Clash, ...] = ()
        """What was asked about and answered by keeping ours, since both began to be brought together."""
        self._theirs: Stored | None = None
        self._too_much: tuple[Document | None, Invalid] | None = None
        """What both edits began from, and why they cannot be one."""
        self._sending: tuple[Document | None, str | None] = (None, None)
        self._on_lane: Stored | None = None
        """What the last save stored, known on its own thread before the window hears of it."""
        self._saved_at = 0.0
        self._note: str | None = None
        self.other = Other(_("Somebody else"), _("elsewhere"), None)
        self._merged = False
        self._banner = f"studio.conflict.{shelf.key}"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)
        editor.changed.connect(self._edited)
        context.changed.watch(self, shelf.tables, self._look)

    @property
    def dirty(self) -> bool:
        """Whether there are edits the database does not have."""
        stored = self.stored
        return stored is not None and stored.may_edit and self._editor.document is not self._kept

    @property
    def _wanted(self) -> bool:
        """Whether there is anything to store: edits, or a version to keep."""
        return self.dirty or self._note is not None

    def seconds_ago(self) -> int:
        """How long ago the document was stored."""
        return round(time.monotonic() - self._saved_at)

    def load(self) -> None:
        """Read the stored document into the editor; until then nothing can be edited."""
        self._editor.awaiting = True
        self._become("loading")

        def read(session: "DatabaseSession") -> tuple[Stored, Brought, dict[str, Choice]]:
            stored = self.shelf.read(session)
            return stored, self.recovering.open(stored), self.keeping.read(self.shelf.key)

        self._context.tasks.read(self, read, self._read, self._unread)

    def save(self, note: str | None = None) -> None:
        """Store what the editor has, unless that is stored or on its way. A `note` makes it a version of its own."""
        self._timer.stop()
        stored, kept = self.stored, self._editor.document
        if note is not None:
            self._note = note
        if not self._wanted:
            if self.state == "unsaved":
                self._look()  # whether what went wrong is over
            return
        if stored is None or not stored.may_edit or self.state in ("saving", "conflict"):
            return
        self._become("saving")
        base = stored.version
        said, merged = self._note, self._merged
        self._sending, self._on_lane = (kept, said), None

        def write(session: "DatabaseSession") -> Stored:
            saved = self.shelf.write(session, kept, base, note=said, merged=merged)
            self._on_lane = saved
            return saved

        self._context.tasks.change(self, write, lambda saved: self._is_stored(saved, kept, said), self._refused)

    def finish(self) -> None:
        """Store what is not stored yet, also behind a save that is under way: the page is about to go."""
        self.save()
        kept, (sent, told) = self._editor.document, self._sending
        said = None if self._note == told else self._note
        if self.state != "saving" or (kept is sent and said is None):
            return

        def write(session: "DatabaseSession") -> None:
            before = self._on_lane  # changes happen one after the other: what was under way is done, or was refused
            if before is not None:
                self.shelf.write(session, kept, before.version, note=said)

        self._context.tasks.change(self, write, lambda _done: None)

    def _edited(self) -> None:
        if not self._editor.awaiting:
            self.keeping.keep(self.shelf.key, choices.own(self._editor.document, self._editor.choices))
        if not self._wanted:
            refused = self.state == "unsaved" and isinstance(self.problem, Invalid)
            if self.state in ("changed", "unsaved"):
                if self.state == "changed" or refused:  # taken back, also what could not be stored
                    self._become("saved")
                self._look()  # at what was stored elsewhere meanwhile
            return
        if self.state not in ("saving", "conflict"):
            self._become("changed")
            self._timer.start(_PAUSE_MS)

    def _read(self, read: tuple[Stored, Brought, dict[str, Choice]]) -> None:
        self.stored, brought, chosen = read
        self._editor.choices = {**chosen, **self._editor.choices}
        self._editor.awaiting = False
        self._editor.read_only = not self.stored.may_edit
        self._editor.load(self.stored.document)
        self._kept = self._editor.document
        self._saved_at = time.monotonic()
        self._become("saved")
        self.recovering.begin(brought)
        if brought.overtaken and brought.base is not None:
            self._bring_together(brought.base)
        self.loaded.emit()

    def _unread(self, error: AppError) -> None:
        self.problem = error
        self._editor.awaiting = True
        self._become("failed")

    def _is_stored(self, stored: Stored, kept: Document, note: str | None) -> None:
        self.stored, self._kept, self._merged = stored, kept, False
        if self._note == note:
            self._note = None
        self.recovering.saved(stored.version, kept)
        self._saved_at = time.monotonic()
        self.problem = None
        self._become("saved")
        if self._wanted:
            self._become("changed")
            self._timer.start(_PAUSE_MS)

    def _refused(self, error: AppError) -> None:
        self.problem = error
        if isinstance(error, Conflict) and error.code.endswith("overtaken"):
            who, number = error.facts.get("who"), error.facts.get("number")
            if isinstance(who, str) and isinstance(number, int):
                self.other = Other(who, _("version {number}").format(number=number), number + 1)
            self._bring_together(self._kept)
            return
        self._become("unsaved")
        if isinstance(error, Denied | NotFound | Invalid):
            self._context.problems.show(error)  # trying again would be refused again
        else:
            self._timer.start(_AGAIN_MS)
            self._context.problems.show(error, self.save)

    # Somebody else stored one

    def _bring_together(self, base: Document | None, then: Then = "ask") -> None:
        """Go on with what the stored one and ours make of `base`. Nothing is stored meanwhile."""
        self.bringing_together = True
        self._become("saving")
        mine, kept_mine = self._editor.document, self._kept_mine

        def read(session: "DatabaseSession") -> tuple[Stored, Merge, Invalid | None]:
            theirs = self.shelf.read(session)
            shown = fitted(theirs.document)
            merge = merging.answered(merging.merge(base or shown, mine, shown), kept_mine)
            return theirs, merge, None if merge.conflicts else merging.too_much(merge.document)

        def arrived(found: tuple[Stored, Merge, Invalid | None]) -> None:
            theirs, merge, problem = found
            self.bringing_together = False
            self.arriving.emit(merge.theirs)
            if self._editor.document is not mine:
                self._bring_together(base, then)
                return
            self._theirs, self._too_much = theirs, None if problem is None else (base, problem)
            if problem is not None:
                self.ask_about_conflict()
            else:
                self._is_merged(merge, then)

        self._context.tasks.read(self, read, arrived, self._gone)

    def _is_merged(self, merge: Merge, then: Then) -> None:
        if merge.conflicts:
            self._merge = merge
            if then == "decide":
                self._become("conflict")
                self.decide.emit(merge)
            else:
                self.ask_about_conflict()
            return
        before = self._editor.document
        self._go_on_with(merge.document, _("Bring in what was changed elsewhere"))
        if self._editor.document is not before:
            self._context.problems.toast(_("What was changed elsewhere was brought in."), way_back(self._editor.stack))

    def _go_on_with(self, document: Document, title: str) -> None:
        theirs = self._theirs
        assert theirs is not None
        self._context.problems.dismiss(self._banner)
        self.stored, self._kept = theirs, fitted(theirs.document)
        self._merge, self._theirs, self._merged, self._kept_mine = None, None, True, ()
        self._become("changed")
        if document != self._editor.document:
            self._editor.replace(title, document)
        self.decided.emit()
        self.save()

    @property
    def merge(self) -> Merge | None:
        """What has to be decided; None where nothing has."""
        return self._merge

    def resolve(self, document: Document) -> None:
        """Go on with what somebody decided."""
        self._go_on_with(document, _("Bring two edits together"))

    def ask_about_conflict(self) -> None:
        """Say that somebody else changed the same, and offer the ways on."""
        self._become("conflict")
        merge = self._merge
        if self._too_much is not None:
            self._say_too_much(*self._too_much)
        if merge is None:
            return
        count, others = len({conflict.id for conflict in merge.conflicts}), len(merge.merged)
        what = ngettext("{name} and you changed {count} thing differently.",
                        "{name} and you changed {count} things differently.", count)  # fmt: skip
        why = _("Nothing was overwritten.")
        if others:
            why = ngettext("{count} other edit was brought together by itself. Nothing was overwritten.",
                           "{count} other edits were brought together by themselves. Nothing was overwritten.",
                           others)  # fmt: skip
        if self._kept_mine:
            why = " ".join((_("More was changed while you were asked."), why))
        self._context.problems.notice(
            what.format(count=count, name=self.other.name),
            why.format(count=others),
            Action(_("Decide"), self.decide_now),
            Action(_("Keep mine"), self.keep_mine),
            kind="error",
            key=self._banner,
        )

    def _say_too_much(self, base: Document | None, problem: Invalid) -> None:
        """Say that both edits cannot be one, before anything is lost of either, and offer the ways on."""
        self._context.problems.notice(
            problem.what,
            " ".join((problem.why, _("Nothing was overwritten."), problem.do)),
            Action(_("Try again"), lambda: self._bring_together(base)),
            Action(_("Keep this one"), self.keep_mine),
            kind="error",
            key=self._banner,
        )

    def decide_now(self) -> None:
        """Let somebody decide; what was edited since it was asked is part of the question."""
        merge = self._merge
        if merge is not None and self.state == "conflict":
            if merge.mine is self._editor.document:
                self.decide.emit(merge)
            else:
                self._context.problems.dismiss(self._banner)
                self._bring_together(merge.base, "decide")

    def hush(self) -> None:
        """Take the question away: somebody is about to answer it."""
        self._context.problems.dismiss(self._banner)

    def keep_mine(self) -> None:
        """Go on with ours where it was asked, and with all else that was stored by now; where that would be too much
        for one page, with ours alone. What else both have changed by now is asked about, what is stored still later is
        brought together once more."""
        self._context.problems.dismiss(self._banner)
        merge, self._merge = self._merge, None
        if merge is not None:
            self._kept_mine += merge.conflicts
            self._bring_together(merge.base)
        elif self._too_much is not None:
            self._too_much = None
            self._go_on_with(self._editor.document, _("Bring two edits together"))

    def _look(self) -> None:
        """Somebody stored something: follow it where there is nothing of ours to lose."""
        known = self.stored
        if known is not None and self._may_follow:
            self._context.tasks.read(
                self, self.shelf.read, lambda stored: self._follow(stored, known.version), self._gone
            )

    @property
    def _may_follow(self) -> bool:
        return self.state in ("saved", "unsaved") and not self._wanted

    def _follow(self, stored: Stored, version: int) -> None:
        """Show what was read while `version` was the last that was known here."""
        known = self.stored
        self.arriving.emit(fitted(stored.document))
        if known is None or not self._may_follow:
            return
        if known.version != version:
            self._look()  # it may be older than what is known by now
            return
        self.problem = None
        if stored.may_edit and not known.may_edit:
            self.load()  # with the journal that a page has which may be edited
            return
        if known.may_edit and not stored.may_edit:
            self._look_only(stored)
            return
        if stored.version != known.version and stored.document != known.document:
            self.stored, self._kept = stored, fitted(stored.document)
            self._saved_at = time.monotonic()
            self._become("saved")
            if self._editor.read_only:
                self._editor.load(self._kept)
            else:
                self._editor.replace(_("Follow what was changed elsewhere"), self._kept)
            self.recovering.saved(stored.version, self._kept)
            self.state_changed.emit()  # only now is nothing of it unsaved
            return
        self.stored = stored
        if self.state != "saved":
            self._become("saved")

    def _look_only(self, stored: Stored) -> None:
        """From now on one may only look: there is no way back any more, and repeats are shown as readers see them."""
        self.stored, self._kept = stored, fitted(stored.document)
        chosen = self._editor.chosen
        self._editor.read_only = True
        self._editor.load(self._kept)
        self._editor.choose(chosen)
        self._become("saved")

    def _gone(self, error: AppError) -> None:
        """What is stored could not be read. It is tried again for as long as the page is there, and said once."""
        self.bringing_together = False
        again = self.state == "unsaved" and self.problem is not None and self.problem.code == error.code
        self.problem = error
        self._become("unsaved")
        self._timer.start(_AGAIN_MS)
        if not again:
            self._context.problems.show(error)

    def _become(self, state: State) -> None:
        self.state = state
        self.state_changed.emit()
