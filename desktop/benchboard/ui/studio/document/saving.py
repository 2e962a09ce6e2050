"""Loads and stores a page's document: carries out the save machine's effects and passes events to it.

When the document is stored, and what happens if another user stored a version meanwhile, is decided in
`dashboards.editing.save_machine`.
"""

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.dashboards.document.document import Document, fitted_document
from benchboard.dashboards.document.time_range import DEFAULT
from benchboard.dashboards.editing import save_machine
from benchboard.dashboards.editing.recovered_page import RecoveredPage
from benchboard.dashboards.editing.save_machine import Effect, Event, SaveMachine, SaveState, StoredDocument
from benchboard.dashboards.variables import variable_state
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.dashboards.versions.change_summary import ChangeSummary, change_summary
from benchboard.dashboards.versions.three_way_merge import MergeResult
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.document_store import DocumentStore
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.page_notices import PageNotices
from benchboard.ui.studio.document.recovery import Recovery
from benchboard.ui.studio.document.variable_persistence import VariablePersistence

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class OtherVersion(NamedTuple):
    """Who stored another version meanwhile, and the number of the next version if versions are kept."""

    name: str
    words: str
    next_number: int | None


class RemoteChange(NamedTuple):
    """A change that another user stored (`who`; empty if that isn't known), or the user in another window (None).
    `merged`: there were edits here too, and both are kept. `made_here`: what the user did in this window to store it.
    `versions`: the dashboard's revision before it, and after it.
    """

    summary: ChangeSummary
    who: str | None
    merged: bool = False
    made_here: str = ""
    versions: tuple[int, int] = (0, 0)


class Saving(QObject):
    """Keeps the editor's document and the stored one in sync; `state` is the save state."""

    state_changed = Signal()
    loaded = Signal()
    merge_requested = Signal(object)
    """The user opens the decision on conflicting changes (`MergeResult`)."""
    merge_finished = Signal()
    """The merge is complete."""
    changed_elsewhere = Signal(object)
    """The page shows a change that was stored elsewhere (`RemoteChange`)."""
    remote_document_arriving = Signal(object)
    """This document, stored by another user, is about to be loaded into the editor or merged with it."""

    def __init__(self, context: "Context", editor: Editor, store: DocumentStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor, self.store = context, editor, store
        self.notices = PageNotices(context.problems, parent or self)
        self.recovery = Recovery(context, editor, store.key, self.notices, self)
        self.variable_persistence = VariablePersistence.of(context)
        self.machine = SaveMachine()
        self._last_write: StoredDocument | None = None
        """What the last write stored, set on the worker before the window is notified."""
        self._arrived: RemoteChange | None = None
        """What the document that was read last changes."""
        self._made_here: dict[tuple[int, int], str] = {}
        """What the user stored on another screen of this window: its base and version, and what it was called."""
        self._saved_at: float | None = None
        self._banner = f"studio.conflict.{store.key}"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._handle(save_machine.TimerElapsed()))
        editor.changed.connect(self._edited)
        context.changed.watch(self, store.tables, self.refresh)

    @property
    def state(self) -> SaveState:
        """The save state: how the edited and the stored document differ."""
        return self.machine.state

    @property
    def problem(self) -> AppError | None:
        """The last error, until it is resolved."""
        return self.machine.problem

    @property
    def stored(self) -> StoredDocument | None:
        """The last known stored version; None before it was read."""
        return self.machine.stored

    @property
    def dirty(self) -> bool:
        """Whether there are unsaved edits."""
        return self.machine.dirty

    @property
    def is_merging(self) -> bool:
        """Whether another user's version is being merged: until then, edits in this window are in the journal only."""
        return self.state == SaveState.MERGING

    @property
    def merge(self) -> MergeResult | None:
        """The merge with its conflicts; None if there is nothing to decide."""
        merging = self.machine.merging
        return merging.merge if merging is not None and merging.too_much is None else None

    @property
    def other(self) -> OtherVersion:
        """Who stored another version meanwhile."""
        other = self.machine.other
        if other is None:
            return OtherVersion(_("Someone else"), _("elsewhere"), None)
        return OtherVersion(other.name, _("version {number}").format(number=other.number), other.number + 1)

    def seconds_ago(self) -> int | None:
        """Seconds since this page stored what it shows; None if another user did, or nothing was stored since it
        opened.
        """
        return None if self._saved_at is None else round(time.monotonic() - self._saved_at)

    def load(self) -> None:
        """Load the stored document into the editor; nothing can be edited until then."""
        self._handle(save_machine.Load())

    def save(self, note: str | None = None) -> None:
        """Store the editor's document, unless it is stored or being stored. A `note` makes it a version of its own."""
        self._handle(save_machine.Save(note))

    def save_changes(self) -> None:
        """Store the editor's document at the user's request; if it is stored already, say so."""
        if self.state != SaveState.SAVED or self.machine.has_work:
            self.save()
            return

        def tell(number: int | None) -> None:
            if self.state == SaveState.SAVED and not self.machine.has_work:
                unchanged = _("All changes are saved. Nothing new since version {number}.")
                text = (
                    _("All changes are saved. Nothing new since the last save.")
                    if number is None
                    else unchanged.format(number=number)
                )
                self._context.problems.toast(text)

        self._context.tasks.read(self, self.store.newest_version, tell)

    def refresh(self) -> None:
        """Load what another user may have stored, if there are no unsaved edits."""
        self._handle(save_machine.StoredElsewhere())

    def note_own(self, base_version: int, version: int, title: str) -> None:
        """Note that the user stored `version` in this window, on a screen of its own: it isn't told as a change made
        elsewhere, and its step is called `title`.
        """
        self._made_here[base_version, version] = title

    def finish(self) -> None:
        """Store unsaved edits, after a write that is under way: the page is about to close."""
        self._handle(save_machine.Close())

    def resolve(self, document: Document) -> None:
        """Continue with the document that the user merged."""
        self._handle(save_machine.Resolved(document))

    def show_conflict(self) -> None:
        """Show the notice that another user made conflicting changes, with the possible actions."""
        self._handle(save_machine.AskAgain())

    def open_decision(self) -> None:
        """Open the decision on conflicts, including edits made since the notice was shown."""
        self._handle(save_machine.Decide())

    def keep_mine(self) -> None:
        """Keep this window's side of each conflict, and all other changes that are stored by now."""
        self._handle(save_machine.KeepMine())

    def dismiss_question(self) -> None:
        """Dismiss the conflict notice: the user is about to decide."""
        self._context.problems.dismiss(self._banner)

    def _handle(self, event: Event) -> None:
        before = self.machine
        self.machine, effects = save_machine.handle(before, event)
        if not _looks_alike(before, self.machine):
            self.state_changed.emit()
        for effect in effects:
            self._carry_out(effect)

    def _edited(self) -> None:
        if not self._editor.loading:
            document, time = self._editor.document, self._editor.selected_time
            changed = variable_state.changed_choices(document, self._editor.choices)
            self.variable_persistence.save(
                self.store.key, Selections(changed, time if time != (document.time or DEFAULT) else None)
            )
        self._handle(save_machine.DocumentEdited(self._editor.document))

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case save_machine.StartTimer():
                self._timer.start(effect.milliseconds)
            case save_machine.StopTimer():
                self._timer.stop()
            case save_machine.ReadDocument():
                self._read_document()
            case save_machine.Write():
                self._write(effect)
            case save_machine.WriteAfterwards():
                self._write_afterwards(effect)
            case save_machine.ReadTheirs():
                self._read_theirs(effect.known_version)
            case save_machine.MergeTheirs():
                self._merge_theirs(effect)
            case save_machine.RecordSaved():
                self._saved_at = time.monotonic()
                self.state_changed.emit()  # for listeners that showed the age of the save before this was known
                self.recovery.record_saved(effect.version, effect.document)
            case save_machine.FollowDocument():
                self._follow(effect.document)
            case save_machine.EndEditing():
                self._end_editing(effect.document)
            case save_machine.ReplaceDocument():
                titles = _("Merge changes made elsewhere"), _("Merge edits")
                self._editor.resolve_conflict(titles, effect.merged, effect.document)
            case _:
                self._notify(effect)

    def _notify(self, effect: Effect) -> None:
        """Show the user an effect that is a message."""
        problems = self._context.problems
        match effect:
            case save_machine.ShowError():
                problems.show(effect.error, self.save if effect.retry else None, lasting=True)
            case save_machine.ShowConflict():
                self._show_conflict(effect.merge)
            case save_machine.ShowTooMuch():
                self._show_too_much(effect.problem)
            case save_machine.DismissQuestion():
                problems.dismiss(self._banner)
            case save_machine.OpenDecision():
                self.merge_requested.emit(effect.merge)
            case save_machine.AnnounceDecided():
                self.merge_finished.emit()
            case save_machine.AnnounceMerged():
                self._tell_change(merged=True)

    # Reading and writing

    def _read_document(self) -> None:
        self._editor.loading = True

        def read(session: "DatabaseSession") -> tuple[StoredDocument, RecoveredPage, Selections]:
            stored = self.store.read(session)
            return stored, self.recovery.open(stored), self.variable_persistence.read(self.store.key)

        def failed(error: AppError) -> None:
            self._handle(save_machine.LoadFailed(error))

        self._context.tasks.read(self, read, self._document_read, failed)

    def _document_read(self, read: tuple[StoredDocument, RecoveredPage, Selections]) -> None:
        stored, brought, selected = read
        self._editor.loading = False
        self._editor.read_only = not stored.may_edit
        self._editor.load(stored.document, selected)
        self._saved_at = None
        self._handle(save_machine.Loaded(stored, self._editor.document))
        self.recovery.start(brought)
        if brought.is_outdated and brought.base is not None:
            self._handle(save_machine.RecoveredOutdated(brought.base))
        self.loaded.emit()

    def _write(self, effect: save_machine.Write) -> None:
        self._last_write = None

        def write(session: "DatabaseSession") -> StoredDocument:
            base, note, merged = effect.base_version, effect.note, effect.merged
            self._last_write = self.store.write(session, effect.document, base, note=note, merged=merged)
            return self._last_write

        def written(stored: StoredDocument) -> None:
            self._handle(save_machine.WriteDone(stored))
            if effect.note:
                self._context.problems.toast(_("Saved version “{name}”.").format(name=effect.note))

        self._context.tasks.change(
            self,
            write,
            written,
            lambda error: self._handle(save_machine.WriteFailed(error)),
        )

    def _write_afterwards(self, effect: save_machine.WriteAfterwards) -> None:
        def write(session: "DatabaseSession") -> None:
            before = self._last_write  # writes run one after the other: the one before is done, or was rejected
            if before is not None:
                self.store.write(session, effect.document, before.version, note=effect.note)

        self._context.tasks.change(self, write, lambda _done: None)

    def _read_theirs(self, known_version: int) -> None:
        before = self.machine.saved

        def read(session: "DatabaseSession") -> tuple[StoredDocument, RemoteChange | None]:
            stored = self.store.read(session)
            return stored, self._change(session, before, stored, known_version)

        def arrived(found: tuple[StoredDocument, RemoteChange | None]) -> None:
            stored, change = found
            self._arrived = self._with_origin(change)
            self._theirs_read(stored, known_version)

        self._context.tasks.read(self, read, arrived, lambda error: self._handle(save_machine.TheirsUnread(error)))

    def _change(
        self, session: "DatabaseSession", before: Document | None, stored: StoredDocument, known_version: int
    ) -> RemoteChange | None:
        """What was stored since `known_version`, which is shown as `before`, and by whom. Runs on a worker."""
        if before is None or stored.version == known_version:
            return None
        summary = change_summary(before, fitted_document(stored.document))
        if summary is None:
            return None
        who = self.store.author_since(session, known_version)
        return RemoteChange(summary, who, versions=(known_version, stored.version))

    def _with_origin(self, change: RemoteChange | None) -> RemoteChange | None:
        """A change with the title of the step, if it was made in this window.

        Looked up once the change has arrived: the database tells of it before the screen that stored it knows.
        """
        return change._replace(made_here=self._made_here.get(change.versions, "")) if change is not None else None

    def _theirs_read(self, stored: StoredDocument, known_version: int) -> None:
        self.remote_document_arriving.emit(fitted_document(stored.document))
        self._handle(save_machine.TheirsRead(stored, known_version))

    def _merge_theirs(self, effect: save_machine.MergeTheirs) -> None:
        known_version = self.stored.version if self.stored is not None else 0

        def read(session: "DatabaseSession") -> tuple[save_machine.MergeDone, RemoteChange | None]:
            stored = self.store.read(session)
            return save_machine.merge_theirs(effect, stored), self._change(session, effect.base, stored, known_version)

        def arrived(found: tuple[save_machine.MergeDone, RemoteChange | None]) -> None:
            merged, change = found
            self._arrived = self._with_origin(change)
            self.remote_document_arriving.emit(merged.merge.theirs)
            self._handle(merged)

        self._context.tasks.read(self, read, arrived, lambda error: self._handle(save_machine.MergeFailed(error)))

    def _tell_change(self, *, merged: bool) -> None:
        if self._arrived is not None and self._arrived.made_here:
            pass  # the screen where it was done said so
        elif self._arrived is not None:
            self.changed_elsewhere.emit(self._arrived._replace(merged=merged))
        elif merged:
            self._context.problems.toast(_("Merged changes made elsewhere."))
        self._arrived = None

    def _follow(self, document: Document) -> None:
        if self._editor.read_only:
            self._editor.load(document)
        else:
            title = self._arrived.made_here if self._arrived is not None else ""
            self._editor.follow_document(title or _("Load changes made elsewhere"), document, own=bool(title))
        self.state_changed.emit()  # only now does the page show what is reported as saved
        self._tell_change(merged=False)

    def _end_editing(self, document: Document) -> None:
        """Make the page view-only: nothing can be undone, and repeated items are shown as readers see them."""
        chosen = self._editor.selection
        self._editor.read_only = True
        self._editor.load(document)
        self._editor.select(chosen)
        self.state_changed.emit()  # the save state has another text for readers

    # Conflicts

    def _show_conflict(self, merge: MergeResult) -> None:
        count, others = len({conflict.id for conflict in merge.conflicts}), len(merge.merged)
        what = ngettext("You and {name} made {count} conflicting change.",
                        "You and {name} made {count} conflicting changes.", count)  # fmt: skip
        why = _("Nothing was overwritten.")
        if others:
            why = ngettext("{count} other edit was merged automatically. Nothing was overwritten.",
                           "{count} other edits were merged automatically. Nothing was overwritten.",
                           others)  # fmt: skip
        if self.machine.answered:
            why = " ".join((_("More changes came in while you were deciding."), why))
        self._context.problems.notice(
            what.format(count=count, name=self.other.name),
            why.format(count=others),
            Action(_("Resolve"), self.open_decision),
            Action(_("Keep mine"), self.keep_mine),
            kind="error",
            key=self._banner,
        )

    def _show_too_much(self, problem: Invalid) -> None:
        """Show that the merged document would be too large, before either edit is lost, with the possible actions."""
        self._context.problems.notice(
            problem.what,
            " ".join((problem.why, _("Nothing was overwritten."), problem.do)),
            Action(_("Try again"), lambda: self._handle(save_machine.MergeAgain())),
            Action(_("Keep mine"), self.keep_mine),
            kind="error",
            key=self._banner,
        )


def _looks_alike(one: SaveMachine, other: SaveMachine) -> bool:
    """Whether both states look the same on a page. Documents are compared by identity: they are large."""
    same = one.problem is other.problem and one.saved is other.saved and one.merging is other.merging
    return same and (one.state, one.dirty) == (other.state, other.dirty)
