"""Saving as a state machine: loads a document, stores it soon after each edit, and never overwrites another user's
version.

`handle` takes an event and returns the next machine and the effects that the caller must carry out, in their order. It
never waits, reads a clock or accesses a database. `TRANSITIONS` defines which event is possible in which state and
where it can lead.

At any time, an edit is stored, being stored, in a conflict for the user to resolve, or known to be unsaved; only one
write runs at a time; and `saved` means that the stored document is the edited one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple

from benchboard.dashboards.document.document import Document, empty, fitted_document
from benchboard.dashboards.versions import three_way_merge
from benchboard.dashboards.versions.three_way_merge import MergeConflict as MergeConflict
from benchboard.dashboards.versions.three_way_merge import MergeResult
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound

PAUSE_MS: Final = 800
"""Delay of a save after the last edit."""
RETRY_MS: Final = 5_000
"""Delay of a retry after a failure."""


class SaveState(StrEnum):
    """How the edited and the stored document differ."""

    LOADING = "loading"
    LOAD_FAILED = "failed"
    SAVED = "saved"
    CHANGED = "changed"
    """There are edits; they are saved after a pause."""
    SAVING = "saving"
    """A write is under way."""
    MERGING = "merging"
    """Another user stored a version. It is being read and merged with the edits."""
    CONFLICT = "conflict"
    """The user has to resolve a conflict."""
    UNSAVED = "unsaved"
    """A write failed, or another user's version could not be read."""


LOADING, LOAD_FAILED, SAVED, CHANGED = SaveState.LOADING, SaveState.LOAD_FAILED, SaveState.SAVED, SaveState.CHANGED
SAVING, MERGING, CONFLICT, UNSAVED = SaveState.SAVING, SaveState.MERGING, SaveState.CONFLICT, SaveState.UNSAVED


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is stored.

    `version` is the base of the next write, `number` the version's, if versions are kept. `title` is the name that
    messages call it by, where it was read.
    """

    document: Document
    version: int
    may_edit: bool = True
    may_share: bool = False
    number: int | None = None
    title: str = ""


class OtherAuthor(NamedTuple):
    """Who stored a version meanwhile, and its number, if versions are kept."""

    name: str
    number: int


class Sending(NamedTuple):
    """The document of the write in progress."""

    document: Document
    note: str | None


Next = Literal["ask", "decide"]
"""What follows a conflict: the notice, or at once the decision."""


class Merging(NamedTuple):
    """A merge with another user's version. `theirs` and `merge` are set once it has been read."""

    base: Document
    """The common base."""
    next: Next = "ask"
    theirs: StoredDocument | None = None
    merge: MergeResult | None = None
    too_much: Invalid | None = None
    """Why the merged document isn't a valid dashboard."""


@dataclass(frozen=True, slots=True)
class SaveMachine:
    """The state of saving one document."""

    state: SaveState = LOADING
    document: Document = field(default_factory=empty, repr=False)
    """The edited document."""
    stored: StoredDocument | None = field(default=None, repr=False)
    """The last known stored version; None before it was read."""
    saved: Document | None = field(default=None, repr=False)
    """The same document as it is shown."""
    reading: bool = False
    """Whether the first read is under way."""
    note: str | None = None
    """The note for the next version."""
    sending: Sending | None = field(default=None, repr=False)
    merging: Merging | None = field(default=None, repr=False)
    answered: tuple[MergeConflict, ...] = field(default=(), repr=False)
    """Conflicts that were resolved by keeping mine since the merge began."""
    merged: bool = False
    """Whether the next write stores a merge."""
    other: OtherAuthor | None = None
    problem: AppError | None = None

    @property
    def dirty(self) -> bool:
        """Whether there are unsaved edits."""
        return self.stored is not None and self.stored.may_edit and self.document is not self.saved

    @property
    def has_work(self) -> bool:
        """Whether there is anything to save: edits, or a note for a version."""
        return self.dirty or self.note is not None


# Events


@dataclass(frozen=True, slots=True)
class Load:
    """Read the document."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The document was read; `document` is how it is shown."""

    stored: StoredDocument
    document: Document


@dataclass(frozen=True, slots=True)
class LoadFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class RecoveredOutdated:
    """Edits of an earlier session were based on `base`, and another user has stored a version since."""

    base: Document


@dataclass(frozen=True, slots=True)
class DocumentEdited:
    """The edited document is this one now."""

    document: Document


@dataclass(frozen=True, slots=True)
class Save:
    """Save at once; with a `note` as a version of its own."""

    note: str | None = None


@dataclass(frozen=True, slots=True)
class TimerElapsed:
    pass


@dataclass(frozen=True, slots=True)
class WriteDone:
    """The write in progress has stored this."""

    stored: StoredDocument


@dataclass(frozen=True, slots=True)
class WriteFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class StoredElsewhere:
    """Another user may have stored a version."""


@dataclass(frozen=True, slots=True)
class TheirsRead:
    """The stored version was read, while `known_version` was the last known here."""

    stored: StoredDocument
    known_version: int


@dataclass(frozen=True, slots=True)
class TheirsUnread:
    error: AppError


@dataclass(frozen=True, slots=True)
class MergeDone:
    """The stored version was read and merged with the edits at that time (`merge.mine`)."""

    theirs: StoredDocument
    merge: MergeResult = field(repr=False)
    too_much: Invalid | None = None


@dataclass(frozen=True, slots=True)
class MergeFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Show the conflict notice again."""


@dataclass(frozen=True, slots=True)
class Decide:
    """The user wants to resolve the conflict now."""


@dataclass(frozen=True, slots=True)
class KeepMine:
    """Keep mine for all conflicts."""


@dataclass(frozen=True, slots=True)
class MergeAgain:
    """The merged document was too large; try again after edits."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The user resolved the conflict with this document."""

    document: Document


@dataclass(frozen=True, slots=True)
class Close:
    """The page is about to close."""


Event = (
    Load | Loaded | LoadFailed | RecoveredOutdated | DocumentEdited | Save | TimerElapsed | WriteDone | WriteFailed
    | StoredElsewhere | TheirsRead | TheirsUnread | MergeDone | MergeFailed | AskAgain | Decide
    | KeepMine | MergeAgain | Resolved | Close
)  # fmt: skip


# Effects


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """Read the document and its journal; report `Loaded` or `LoadFailed`."""


@dataclass(frozen=True, slots=True)
class Write:
    """Store this document based on a version; report `WriteDone` or `WriteFailed`."""

    document: Document = field(repr=False)
    base_version: int
    note: str | None
    merged: bool


@dataclass(frozen=True, slots=True)
class WriteAfterwards:
    """Store this document too, after the write in progress, and only if that succeeds. No report is needed."""

    document: Document = field(repr=False)
    note: str | None


@dataclass(frozen=True, slots=True)
class ReadTheirs:
    """Read the stored version; report `TheirsRead` or `TheirsUnread`."""

    known_version: int


@dataclass(frozen=True, slots=True)
class MergeTheirs:
    """Read the stored version and merge it (`merge_theirs`); report `MergeDone` or `MergeFailed`."""

    base: Document = field(repr=False)
    mine: Document = field(repr=False)
    answered: tuple[MergeConflict, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Report `TimerElapsed` after this delay, unless the timer is started or stopped before."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    pass


@dataclass(frozen=True, slots=True)
class FollowDocument:
    """Show this document, which another user stored while there were no edits here."""

    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndEditing:
    """Show this document; it can't be edited any more."""

    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReplaceDocument:
    """Show this document: a merge without conflicts (`automatic`), or a resolved one. `merged` brings in what others
    stored, with the user's own values where both changed the same."""

    document: Document = field(repr=False)
    merged: Document = field(repr=False)
    automatic: bool


@dataclass(frozen=True, slots=True)
class RecordSaved:
    """Record in the journal that this document is stored."""

    version: int
    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowError:
    """Show an error, with a retry action if that may help (`retry`)."""

    error: AppError
    retry: bool


@dataclass(frozen=True, slots=True)
class ShowConflict:
    """Show the conflict notice."""

    merge: MergeResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowTooMuch:
    """Show the notice that the merged document isn't valid."""

    problem: Invalid


@dataclass(frozen=True, slots=True)
class DismissQuestion:
    """Dismiss the conflict notice."""


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """Open the screen that resolves a conflict."""

    merge: MergeResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnnounceDecided:
    """The merge is complete."""


@dataclass(frozen=True, slots=True)
class AnnounceMerged:
    """Show that another user's changes were merged into the page."""


Effect = (
    ReadDocument | Write | WriteAfterwards | ReadTheirs | MergeTheirs | StartTimer | StopTimer | FollowDocument
    | EndEditing | ReplaceDocument | RecordSaved | ShowError | ShowConflict | ShowTooMuch | DismissQuestion
    | OpenDecision | AnnounceDecided | AnnounceMerged
)  # fmt: skip


class Handled(NamedTuple):
    """The machine after an event, and the effects to carry out."""

    machine: SaveMachine
    effects: tuple[Effect, ...] = ()


def merge_theirs(request: MergeTheirs, theirs: StoredDocument) -> MergeDone:
    """Merge the edits with another user's version. Takes long for a large dashboard."""
    shown = fitted_document(theirs.document)
    merge = three_way_merge.merge(request.base, request.mine, shown)
    merge = three_way_merge.without_resolved(merge, request.answered)
    return MergeDone(theirs, merge, None if merge.conflicts else three_way_merge.limit_error(merge.document))


# Transitions


def _stay(machine: SaveMachine, _event: object) -> Handled:
    return Handled(machine)


def _load(machine: SaveMachine, _event: object) -> Handled:
    if machine.state == LOADING and machine.reading:
        return Handled(machine)
    return Handled(replace(machine, state=LOADING, reading=True, problem=None), (StopTimer(), ReadDocument()))


def _loaded(_machine: SaveMachine, event: Loaded) -> Handled:
    return Handled(SaveMachine(SAVED, event.document, event.stored, event.document))


def _load_failed(machine: SaveMachine, event: LoadFailed) -> Handled:
    return Handled(replace(machine, state=LOAD_FAILED, reading=False, problem=event.error))


def _recovered_outdated(machine: SaveMachine, event: RecoveredOutdated) -> Handled:
    return _merge(machine, Merging(event.base))


def _edited_saved(machine: SaveMachine, event: DocumentEdited) -> Handled:
    after = replace(machine, document=event.document)
    if after.dirty:
        return Handled(replace(after, state=CHANGED), (StartTimer(PAUSE_MS),))
    return Handled(after)


def _edited_pending(machine: SaveMachine, event: DocumentEdited) -> Handled:
    """Handle an edit while others are unsaved; it may undo the last of them."""
    if event.document is machine.document:
        return Handled(machine)
    after = replace(machine, document=event.document)
    if after.has_work:
        return Handled(replace(after, state=CHANGED), (StartTimer(PAUSE_MS),))
    # Because of these edits, another user's version may not have been loaded.
    if machine.state == CHANGED or isinstance(machine.problem, Invalid):
        return Handled(replace(after, state=SAVED), (StopTimer(), _read_theirs(after)))
    return Handled(after, (_read_theirs(after),))  # reading the stored version tells whether the edits are saved


def _edited_busy(machine: SaveMachine, event: DocumentEdited) -> Handled:
    return Handled(replace(machine, document=event.document))


def _save(machine: SaveMachine, event: Save | TimerElapsed | Close) -> Handled:
    machine = _named(machine, event)
    if machine.has_work:
        return _write(machine)
    if machine.state == UNSAVED:
        return Handled(machine, (StopTimer(), _read_theirs(machine)))  # check whether the error persists
    return Handled(machine, (StopTimer(),))


def _save_later(machine: SaveMachine, event: Save) -> Handled:
    return Handled(_named(machine, event), (StopTimer(),))


def _named(machine: SaveMachine, event: Event) -> SaveMachine:
    may_edit = machine.stored is not None and machine.stored.may_edit
    if may_edit and isinstance(event, Save) and event.note is not None:
        return replace(machine, note=event.note)
    return machine


def _write(machine: SaveMachine, *first: Effect) -> Handled:
    assert machine.stored is not None
    after = replace(machine, state=SAVING, sending=Sending(machine.document, machine.note))
    write = Write(machine.document, machine.stored.version, machine.note, machine.merged)
    return Handled(after, (*first, StopTimer(), write))


def _written(machine: SaveMachine, event: WriteDone) -> Handled:
    sending = machine.sending
    assert sending is not None
    after = replace(
        machine,
        state=SAVED,
        stored=event.stored,
        saved=sending.document,
        sending=None,
        note=None if machine.note == sending.note else machine.note,
        merged=False,
        problem=None,
    )
    recorded = RecordSaved(event.stored.version, sending.document)
    if after.has_work:
        return Handled(replace(after, state=CHANGED), (recorded, StartTimer(PAUSE_MS)))
    return Handled(after, (recorded,))


def _write_failed(machine: SaveMachine, event: WriteFailed) -> Handled:
    error, after = event.error, replace(machine, sending=None)
    if isinstance(error, Conflict) and error.code.endswith("overtaken"):
        who, number = error.facts.get("who"), error.facts.get("number")
        if isinstance(who, str) and isinstance(number, int):
            after = replace(after, other=OtherAuthor(who, number))
        assert machine.saved is not None
        return _merge(after, Merging(machine.saved))
    after = replace(after, state=UNSAVED, problem=error)
    if isinstance(error, Denied | NotFound | Invalid):  # it would be rejected again
        shown = ShowError(error, retry=False)
        return Handled(after, (shown,) if after.has_work else (shown, _read_theirs(after)))
    return Handled(after, (StartTimer(RETRY_MS), ShowError(error, retry=True)))


def _close_saving(machine: SaveMachine, _event: Close) -> Handled:
    sending = machine.sending
    assert sending is not None
    note = None if machine.note == sending.note else machine.note
    if machine.document is sending.document and note is None:
        return Handled(machine)
    return Handled(machine, (WriteAfterwards(machine.document, note),))


# Following and merging what others store


def _read_theirs(machine: SaveMachine) -> ReadTheirs:
    assert machine.stored is not None
    return ReadTheirs(machine.stored.version)


def _stored_elsewhere(machine: SaveMachine, _event: object) -> Handled:
    return Handled(machine) if machine.has_work else Handled(machine, (_read_theirs(machine),))


def _theirs_read(machine: SaveMachine, event: TheirsRead) -> Handled:
    stored, known = event.stored, machine.stored
    assert known is not None
    if machine.has_work:
        return Handled(machine)
    if known.version != event.known_version:
        return Handled(machine, (_read_theirs(machine),))  # it may be older than the last known version
    after = replace(machine, state=SAVED, stored=stored, problem=None)
    if stored.may_edit and not known.may_edit:
        return _load(machine, event)  # loads the journal too, which an editable page has
    shown = fitted_document(stored.document)
    if known.may_edit and not stored.may_edit:
        return Handled(replace(after, saved=shown, document=shown), (StopTimer(), EndEditing(shown)))
    if stored.version != known.version and stored.document != known.document:
        followed = replace(after, saved=shown, document=shown)
        return Handled(followed, (StopTimer(), FollowDocument(shown), RecordSaved(stored.version, shown)))
    if stored.version == known.version:
        after = replace(after, stored=replace(stored, number=known.number))  # only a write reports the number
    return Handled(after, (StopTimer(),))


def _theirs_unread(machine: SaveMachine, event: TheirsUnread) -> Handled:
    return Handled(machine) if machine.has_work else _read_failed(machine, event.error)


def _read_failed(machine: SaveMachine, error: AppError) -> Handled:
    """The stored version could not be read. Reading is retried; the error is shown once."""
    known = machine.problem is not None and machine.problem.code == error.code
    after = replace(machine, state=UNSAVED, problem=error)
    if known:
        return Handled(after, (StartTimer(RETRY_MS),))
    return Handled(after, (StartTimer(RETRY_MS), ShowError(error, retry=False)))


def _merge(machine: SaveMachine, merging: Merging, *first: Effect) -> Handled:
    request = MergeTheirs(merging.base, machine.document, machine.answered)
    return Handled(replace(machine, state=MERGING, merging=merging), (*first, request))


def _merged(machine: SaveMachine, event: MergeDone) -> Handled:
    merging = machine.merging
    assert merging is not None
    if event.merge.mine is not machine.document:
        return _merge(machine, merging)  # it was edited meanwhile
    found = merging._replace(theirs=event.theirs, merge=event.merge, too_much=event.too_much)
    after = replace(machine, state=CONFLICT, merging=found)
    if event.too_much is None and not event.merge.conflicts:
        return _continue_with(after, event.merge.document, automatic=True)
    if event.merge.conflicts and merging.next == "decide":
        return Handled(after, (OpenDecision(event.merge),))
    return _ask(after, event)


def _merge_failed(machine: SaveMachine, event: MergeFailed) -> Handled:
    return _read_failed(replace(machine, merging=None), event.error)


def _continue_with(machine: SaveMachine, document: Document, *, automatic: bool) -> Handled:
    """Store the merged document."""
    merging, known = machine.merging, machine.stored
    assert merging is not None
    assert merging.theirs is not None
    assert merging.merge is not None
    assert known is not None
    document = fitted_document(document)
    effects: tuple[Effect, ...] = (DismissQuestion(), AnnounceDecided())
    if document == machine.document:
        document = machine.document
    else:
        merged = fitted_document(merging.merge.document)
        effects = (DismissQuestion(), ReplaceDocument(document, merged, automatic), AnnounceDecided())
        effects += (AnnounceMerged(),) if automatic else ()
    after = replace(
        machine,
        document=document,
        # If edit permission was revoked meanwhile, the write reports it; until then the edits are unsaved.
        stored=replace(merging.theirs, may_edit=known.may_edit),
        saved=merging.merge.theirs,
        merging=None,
        answered=(),
        merged=True,
    )
    return _write(after, *effects) if after.has_work else Handled(replace(after, state=SAVED), effects)


# A conflict


def _ask(machine: SaveMachine, _event: object) -> Handled:
    merging = machine.merging
    assert merging is not None
    assert merging.merge is not None
    if merging.too_much is not None:
        return Handled(machine, (ShowTooMuch(merging.too_much),))
    return Handled(machine, (ShowConflict(merging.merge),))


def _decide(machine: SaveMachine, _event: Decide) -> Handled:
    merging = machine.merging
    assert merging is not None
    if merging.merge is None or merging.too_much is not None:
        return Handled(machine)
    if merging.merge.mine is machine.document:
        return Handled(machine, (OpenDecision(merging.merge),))
    return _merge(machine, Merging(merging.base, "decide"), DismissQuestion())  # includes the edits since


def _keep_mine(machine: SaveMachine, _event: KeepMine) -> Handled:
    """Keep mine; new conflicts are shown again. If the merged document is too large, keep only mine."""
    merging = machine.merging
    assert merging is not None
    assert merging.merge is not None
    if merging.too_much is not None:
        return _continue_with(machine, machine.document, automatic=False)
    after = replace(machine, answered=machine.answered + merging.merge.conflicts)
    return _merge(after, Merging(merging.base), DismissQuestion())


def _merge_again(machine: SaveMachine, _event: MergeAgain) -> Handled:
    assert machine.merging is not None
    return _merge(machine, Merging(machine.merging.base), DismissQuestion())


def _resolved(machine: SaveMachine, event: Resolved) -> Handled:
    return _continue_with(machine, event.document, automatic=False)


class Transition(NamedTuple):
    """The handler of an event in a state, and the states it can lead to."""

    run: Callable[[SaveMachine, Any], Handled]
    targets: frozenset[SaveState]


def _rows(
    *rows: tuple[type[Any], Mapping[SaveState, tuple[Any, ...]]],
) -> dict[tuple[SaveState, type[Any]], Transition]:
    return {
        (state, event): Transition(run, frozenset(targets or (state,)))
        for event, by_state in rows
        for state, (run, *targets) in by_state.items()
    }


_IGNORED: Final = dict.fromkeys(SaveState, (_stay,))
TRANSITIONS: Final[Mapping[tuple[SaveState, type[Any]], Transition]] = _rows(
    (Load, {LOADING: (_load,), LOAD_FAILED: (_load, LOADING), SAVED: (_load, LOADING)}),
    (Loaded, {LOADING: (_loaded, SAVED)}),
    (LoadFailed, {LOADING: (_load_failed, LOAD_FAILED)}),
    (RecoveredOutdated, {SAVED: (_recovered_outdated, MERGING), CHANGED: (_recovered_outdated, MERGING)}),
    (DocumentEdited, {
        LOADING: (_stay,), LOAD_FAILED: (_stay,),
        SAVED: (_edited_saved, SAVED, CHANGED),
        CHANGED: (_edited_pending, CHANGED, SAVED),
        UNSAVED: (_edited_pending, CHANGED, SAVED, UNSAVED),
        SAVING: (_edited_busy,), MERGING: (_edited_busy,), CONFLICT: (_edited_busy,),
    }),
    (Save, {
        LOADING: (_stay,), LOAD_FAILED: (_stay,),
        SAVED: (_save, SAVED, SAVING),
        CHANGED: (_save, SAVING),
        UNSAVED: (_save, SAVING, UNSAVED),
        SAVING: (_save_later,), MERGING: (_save_later,), CONFLICT: (_save_later,),
    }),
    (TimerElapsed, {**_IGNORED, CHANGED: (_save, SAVING), UNSAVED: (_save, SAVING, UNSAVED)}),
    (WriteDone, {SAVING: (_written, SAVED, CHANGED)}),
    (WriteFailed, {SAVING: (_write_failed, UNSAVED, MERGING)}),
    (StoredElsewhere, {**_IGNORED, SAVED: (_stored_elsewhere,), UNSAVED: (_stored_elsewhere,)}),
    (TheirsRead, {**_IGNORED, SAVED: (_theirs_read, SAVED, LOADING), UNSAVED: (_theirs_read, SAVED, UNSAVED, LOADING)}),
    (TheirsUnread, {**_IGNORED, SAVED: (_theirs_unread, UNSAVED), UNSAVED: (_theirs_unread,)}),
    (MergeDone, {MERGING: (_merged, MERGING, CONFLICT, SAVING, SAVED)}),
    (MergeFailed, {MERGING: (_merge_failed, UNSAVED)}),
    (AskAgain, {**_IGNORED, CONFLICT: (_ask,)}),
    (Decide, {**_IGNORED, CONFLICT: (_decide, CONFLICT, MERGING)}),
    (KeepMine, {**_IGNORED, CONFLICT: (_keep_mine, MERGING, SAVING, SAVED)}),
    (MergeAgain, {**_IGNORED, CONFLICT: (_merge_again, MERGING)}),
    (Resolved, {**_IGNORED, CONFLICT: (_resolved, SAVING, SAVED)}),
    (Close, {**_IGNORED, CHANGED: (_save, SAVING), UNSAVED: (_save, SAVING, UNSAVED), SAVING: (_close_saving,)}),
)  # fmt: skip
"""The transition of each event in each state. Events without one can't happen in that state."""


class UnexpectedEvent(RuntimeError):
    """An event that can't happen in this state: a bug of its sender."""


def handle(machine: SaveMachine, event: Event) -> Handled:
    """The machine after an event, and the effects to carry out. Raises `UnexpectedEvent` if it can't happen."""
    transition = TRANSITIONS.get((machine.state, type(event)))
    if transition is None:
        raise UnexpectedEvent(f"{type(event).__name__} while {machine.state}")
    return transition.run(machine, event)
