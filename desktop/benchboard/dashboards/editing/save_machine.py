"""Saving as a state machine: loads a document, stores it soon after each edit, and never over somebody else's.

`handle` takes an event and gives the machine after it with the effects that whoever holds it has to carry out, in
their order. Nothing here waits, reads a clock or talks to a database. `TRANSITIONS` says which event is possible in
which state and where it can lead.

Whatever happens, an edit is stored, on its way, in a conflict that a person is asked about, or known to be unsaved;
only one write is under way at a time; and `saved` means that what is stored is what is edited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple

from benchboard.dashboards.document.document import Document, empty, fitted
from benchboard.dashboards.versions import three_way_merge
from benchboard.dashboards.versions.three_way_merge import MergeConflict as MergeConflict
from benchboard.dashboards.versions.three_way_merge import MergeResult
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound

PAUSE_MS: Final = 800
"""So long after the last edit it is stored."""
RETRY_MS: Final = 5_000
"""So long after a failure it is tried again."""


class SaveState(StrEnum):
    """How what is edited and what is stored stand to each other."""

    LOADING = "loading"
    LOAD_FAILED = "failed"
    SAVED = "saved"
    CHANGED = "changed"
    """There are edits; they are stored after a pause."""
    SAVING = "saving"
    """A write is under way."""
    MERGING = "merging"
    """Somebody else stored a version. It is being read and merged with the edits."""
    CONFLICT = "conflict"
    """A person has to decide."""
    UNSAVED = "unsaved"
    """A write failed, or what others store could not be read."""


LOADING, LOAD_FAILED, SAVED, CHANGED = SaveState.LOADING, SaveState.LOAD_FAILED, SaveState.SAVED, SaveState.CHANGED
SAVING, MERGING, CONFLICT, UNSAVED = SaveState.SAVING, SaveState.MERGING, SaveState.CONFLICT, SaveState.UNSAVED


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is stored. `version` is what the next write has to be based on, `number` that of the version it
    was kept as, where versions are kept."""

    document: Document
    version: int
    may_edit: bool = True
    may_share: bool = False
    number: int | None = None


class OtherAuthor(NamedTuple):
    """Who stored a version meanwhile, and which number it has, where versions are kept."""

    name: str
    number: int


class Sending(NamedTuple):
    """What a write under way stores."""

    document: Document
    note: str | None


Next = Literal["ask", "decide"]
"""What follows where both changed the same differently: a question, or at once its decision."""


class Merging(NamedTuple):
    """A merge with what somebody else stored. `theirs` and `merge` are there once it has been read."""

    base: Document
    """What both began from."""
    next: Next = "ask"
    theirs: StoredDocument | None = None
    merge: MergeResult | None = None
    too_much: Invalid | None = None
    """Why both together are no dashboard."""


@dataclass(frozen=True, slots=True)
class SaveMachine:
    """One document's saving, at one moment."""

    state: SaveState = LOADING
    document: Document = field(default_factory=empty, repr=False)
    """What is edited."""
    stored: StoredDocument | None = field(default=None, repr=False)
    """What is known to be stored; None before it was read."""
    saved: Document | None = field(default=None, repr=False)
    """The same as it is shown."""
    reading: bool = False
    """Whether the first read is under way."""
    note: str | None = None
    """What the next version is to be called."""
    sending: Sending | None = field(default=None, repr=False)
    merging: Merging | None = field(default=None, repr=False)
    answered: tuple[MergeConflict, ...] = field(default=(), repr=False)
    """Conflicts that were answered by keeping ours since the merge began."""
    merged: bool = False
    """Whether the next write stores a merge."""
    other: OtherAuthor | None = None
    problem: AppError | None = None

    @property
    def dirty(self) -> bool:
        """Whether there are edits that are not stored."""
        return self.stored is not None and self.stored.may_edit and self.document is not self.saved

    @property
    def has_work(self) -> bool:
        """Whether there is anything to store: edits, or a version to be named."""
        return self.dirty or self.note is not None


# Events


@dataclass(frozen=True, slots=True)
class Load:
    """The document is to be read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """It was read; `document` is how it is shown."""

    stored: StoredDocument
    document: Document


@dataclass(frozen=True, slots=True)
class LoadFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class RecoveredOutdated:
    """Edits of an earlier session were made from `base`, and somebody else has stored a version since."""

    base: Document


@dataclass(frozen=True, slots=True)
class DocumentEdited:
    """What is edited is this document now."""

    document: Document


@dataclass(frozen=True, slots=True)
class Save:
    """It is to be stored at once; with a `note` as a version of that name."""

    note: str | None = None


@dataclass(frozen=True, slots=True)
class TimerElapsed:
    pass


@dataclass(frozen=True, slots=True)
class WriteDone:
    """The write under way has stored this."""

    stored: StoredDocument


@dataclass(frozen=True, slots=True)
class WriteFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class StoredElsewhere:
    """Somebody may have stored a version."""


@dataclass(frozen=True, slots=True)
class TheirsRead:
    """What is stored was read, while `known_version` was the last that was known here."""

    stored: StoredDocument
    known_version: int


@dataclass(frozen=True, slots=True)
class TheirsUnread:
    error: AppError


@dataclass(frozen=True, slots=True)
class MergeDone:
    """What is stored was read and merged with the edits as they were then (`merge.mine`)."""

    theirs: StoredDocument
    merge: MergeResult = field(repr=False)
    too_much: Invalid | None = None


@dataclass(frozen=True, slots=True)
class MergeFailed:
    error: AppError


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The question of a conflict is to be shown again."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Somebody wants to decide the conflict now."""


@dataclass(frozen=True, slots=True)
class KeepMine:
    """Ours is to be kept wherever it was asked about."""


@dataclass(frozen=True, slots=True)
class MergeAgain:
    """Both were too much for one dashboard; by now they may not be."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Somebody decided the conflict so."""

    document: Document


@dataclass(frozen=True, slots=True)
class Close:
    """The page is about to go."""


Event = (
    Load | Loaded | LoadFailed | RecoveredOutdated | DocumentEdited | Save | TimerElapsed | WriteDone | WriteFailed
    | StoredElsewhere | TheirsRead | TheirsUnread | MergeDone | MergeFailed | AskAgain | Decide
    | KeepMine | MergeAgain | Resolved | Close
)  # fmt: skip


# Effects


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """Read the document and its journal; tell with `Loaded` or `LoadFailed`."""


@dataclass(frozen=True, slots=True)
class Write:
    """Store this based on a version; tell with `WriteDone` or `WriteFailed`."""

    document: Document = field(repr=False)
    base_version: int
    note: str | None
    merged: bool


@dataclass(frozen=True, slots=True)
class WriteAfterwards:
    """Store this too, once the write under way is done, and only if that succeeds. Nobody needs to be told."""

    document: Document = field(repr=False)
    note: str | None


@dataclass(frozen=True, slots=True)
class ReadTheirs:
    """Read what is stored; tell with `TheirsRead` or `TheirsUnread`."""

    known_version: int


@dataclass(frozen=True, slots=True)
class MergeTheirs:
    """Read what is stored and merge it (`merge_theirs`); tell with `MergeDone` or `MergeFailed`."""

    base: Document = field(repr=False)
    mine: Document = field(repr=False)
    answered: tuple[MergeConflict, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Tell with `TimerElapsed` after so long, unless that is started or stopped before."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    pass


@dataclass(frozen=True, slots=True)
class FollowDocument:
    """Show this, which somebody else stored while nothing was edited."""

    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndEditing:
    """Show this; it may not be changed any more."""

    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReplaceDocument:
    """Show this as one step: a merge that needed no decision (`automatic`), or one that was decided."""

    document: Document = field(repr=False)
    automatic: bool


@dataclass(frozen=True, slots=True)
class RecordSaved:
    """Note in the journal that this is stored."""

    version: int
    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowError:
    """Show why it failed, with a way to try again where (`retry`) that may help."""

    error: AppError
    retry: bool


@dataclass(frozen=True, slots=True)
class ShowConflict:
    """Ask what to do where both changed the same."""

    merge: MergeResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowTooMuch:
    """Ask what to do where both together are no dashboard."""

    problem: Invalid


@dataclass(frozen=True, slots=True)
class DismissQuestion:
    """A conflict is asked about no longer."""


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """Open what lets somebody decide a conflict."""

    merge: MergeResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnnounceDecided:
    """Both edits are one again."""


@dataclass(frozen=True, slots=True)
class AnnounceMerged:
    """Say that what was changed elsewhere is on the page now."""


Effect = (
    ReadDocument | Write | WriteAfterwards | ReadTheirs | MergeTheirs | StartTimer | StopTimer | FollowDocument
    | EndEditing | ReplaceDocument | RecordSaved | ShowError | ShowConflict | ShowTooMuch | DismissQuestion
    | OpenDecision | AnnounceDecided | AnnounceMerged
)  # fmt: skip


class Handled(NamedTuple):
    """The machine after an event, and what is to be done."""

    machine: SaveMachine
    effects: tuple[Effect, ...] = ()


def merge_theirs(request: MergeTheirs, theirs: StoredDocument) -> MergeDone:
    """Merge the edits with what somebody else stored. Takes long for a large dashboard."""
    shown = fitted(theirs.document)
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
    """An edit while others wait to be stored, or could not be; it may undo the last of them."""
    if event.document is machine.document:
        return Handled(machine)
    after = replace(machine, document=event.document)
    if after.has_work:
        return Handled(replace(after, state=CHANGED), (StartTimer(PAUSE_MS),))
    # Others may have stored a version that was not followed because of these edits.
    if machine.state == CHANGED or isinstance(machine.problem, Invalid):
        return Handled(replace(after, state=SAVED), (StopTimer(), _read_theirs(after)))
    return Handled(after, (_read_theirs(after),))  # saved, or not: that is known once what is stored was read


def _edited_busy(machine: SaveMachine, event: DocumentEdited) -> Handled:
    return Handled(replace(machine, document=event.document))


def _save(machine: SaveMachine, event: Save | TimerElapsed | Close) -> Handled:
    machine = _named(machine, event)
    if machine.has_work:
        return _write(machine)
    if machine.state == UNSAVED:
        return Handled(machine, (StopTimer(), _read_theirs(machine)))  # is what went wrong over?
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
    if isinstance(error, Denied | NotFound | Invalid):  # it would be refused again
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
        return Handled(machine, (_read_theirs(machine),))  # it may be older than what is known by now
    after = replace(machine, state=SAVED, stored=stored, problem=None)
    if stored.may_edit and not known.may_edit:
        return _load(machine, event)  # with the journal that a page has which may be edited
    shown = fitted(stored.document)
    if known.may_edit and not stored.may_edit:
        return Handled(replace(after, saved=shown, document=shown), (StopTimer(), EndEditing(shown)))
    if stored.version != known.version and stored.document != known.document:
        followed = replace(after, saved=shown, document=shown)
        return Handled(followed, (StopTimer(), FollowDocument(shown), RecordSaved(stored.version, shown)))
    if stored.version == known.version:
        after = replace(after, stored=replace(stored, number=known.number))  # only a write tells that
    return Handled(after, (StopTimer(),))


def _theirs_unread(machine: SaveMachine, event: TheirsUnread) -> Handled:
    return Handled(machine) if machine.has_work else _read_failed(machine, event.error)


def _read_failed(machine: SaveMachine, error: AppError) -> Handled:
    """What is stored could not be read. That is tried again and again, and shown once."""
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
    """Store what both edits make together."""
    merging, known = machine.merging, machine.stored
    assert merging is not None
    assert merging.theirs is not None
    assert merging.merge is not None
    assert known is not None
    document = fitted(document)
    effects: tuple[Effect, ...] = (DismissQuestion(), AnnounceDecided())
    if document == machine.document:
        document = machine.document
    else:
        effects = (DismissQuestion(), ReplaceDocument(document, automatic), AnnounceDecided())
        effects += (AnnounceMerged(),) if automatic else ()
    after = replace(
        machine,
        document=document,
        # Where the right to edit is gone meanwhile, the write says so; until then the edits are unsaved ones.
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
    return _merge(machine, Merging(merging.base, "decide"), DismissQuestion())  # what was edited since is part of it


def _keep_mine(machine: SaveMachine, _event: KeepMine) -> Handled:
    """What else both have changed by now is asked about; where both are too much for one page, ours alone is kept."""
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
    """What an event does in a state, and the states it can lead to."""

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
"""What each event does in each state. An event that is not here for a state cannot happen in it."""


class UnexpectedEvent(RuntimeError):
    """An event that cannot happen in this state: a bug of whoever sent it."""


def handle(machine: SaveMachine, event: Event) -> Handled:
    """The machine after an event, and what is to be done now. Raises `UnexpectedEvent` where that cannot happen."""
    transition = TRANSITIONS.get((machine.state, type(event)))
    if transition is None:
        raise UnexpectedEvent(f"{type(event).__name__} while {machine.state}")
    return transition.run(machine, event)
