"""The save machine: its table is complete, and whatever happens in whatever order, no edit is lost."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, fitted_document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.dashboards.editing.save_machine import (
    CHANGED,
    CONFLICT,
    LOAD_FAILED,
    LOADING,
    MERGING,
    RETRY_MS,
    SAVED,
    SAVING,
    TRANSITIONS,
    UNSAVED,
    AnnounceMerged,
    AskAgain,
    Close,
    Decide,
    DocumentEdited,
    Effect,
    EndEditing,
    Event,
    FollowDocument,
    Handled,
    KeepMine,
    Load,
    Loaded,
    LoadFailed,
    MergeAgain,
    MergeDone,
    MergeFailed,
    MergeTheirs,
    OpenDecision,
    ReadDocument,
    ReadTheirs,
    RecoveredOutdated,
    ReplaceDocument,
    Resolved,
    Save,
    SaveMachine,
    SaveState,
    ShowError,
    ShowTooMuch,
    StartTimer,
    StopTimer,
    StoredDocument,
    StoredElsewhere,
    TheirsRead,
    TheirsUnread,
    TimerElapsed,
    UnexpectedEvent,
    Write,
    WriteAfterwards,
    WriteDone,
    WriteFailed,
    handle,
    merge_theirs,
)
from benchboard.dashboards.layout import PageIndex
from benchboard.errors import Conflict, Denied, Invalid, Unavailable
from support.edits import dashboard

BUSY = Unavailable("storage.busy", "The database is busy.")
AWAY = Unavailable("storage.away", "The server is away.")
OVERTAKEN = Conflict("dashboards.overtaken", "Somebody else stored it.", who="Ann", number=7)
TOO_LONG = Invalid("layout.too-long", "It is too long.")
EVENTS = get_args(Event)


def _titled(document: Document, item_id: str, title: str) -> Document:
    page = PageIndex(document.layout)
    return replace(document, layout=page.with_item(with_fields(page.item(item_id), title=title)))


DOCUMENT = fitted_document(
    dashboard(*({"id": name, "at": (4 * k, 0, 4, 2), "title": name} for k, name in enumerate(("a", "b", "c"))))
)
EDITED = _titled(DOCUMENT, "a", "Mine")
THEIRS = StoredDocument(_titled(DOCUMENT, "c", "Theirs"), 2)
CLASHING = StoredDocument(_titled(DOCUMENT, "a", "Theirs"), 2)


def _after(machine: SaveMachine, *events: Event) -> Handled:
    handled = Handled(machine)
    for event in events:
        handled = handle(handled.machine, event)
    return handled


def _machine(state: SaveState) -> SaveMachine:
    """A machine in this state as it comes there."""
    machine = SaveMachine()
    if state == LOADING:
        return handle(machine, Load()).machine
    if state == LOAD_FAILED:
        return _after(machine, Load(), LoadFailed(BUSY)).machine
    machine = _after(machine, Load(), Loaded(StoredDocument(DOCUMENT, 1), DOCUMENT)).machine
    events: dict[SaveState, tuple[Event, ...]] = {
        SAVED: (),
        CHANGED: (DocumentEdited(EDITED),),
        SAVING: (DocumentEdited(EDITED), Save()),
        MERGING: (DocumentEdited(EDITED), Save(), WriteFailed(OVERTAKEN)),
        CONFLICT: (DocumentEdited(EDITED), Save(), WriteFailed(OVERTAKEN), _merge(DOCUMENT, EDITED, CLASHING)),
        UNSAVED: (DocumentEdited(EDITED), Save(), WriteFailed(BUSY)),
    }
    return _after(machine, *events[state]).machine


def _merge(base: Document, mine: Document, theirs: StoredDocument) -> MergeDone:
    return merge_theirs(MergeTheirs(base, mine, ()), theirs)


def _examples(event: type[Any], machine: SaveMachine) -> Sequence[Event]:
    """Events of a kind, one for each way it can go."""
    stored = StoredDocument(DOCUMENT, 1)
    known: dict[type[Any], Sequence[Event]] = {
        Loaded: [Loaded(stored, DOCUMENT)],
        LoadFailed: [LoadFailed(BUSY)],
        RecoveredOutdated: [RecoveredOutdated(DOCUMENT)],
        DocumentEdited: [
            DocumentEdited(document) for document in (machine.document, EDITED, DOCUMENT, _titled(EDITED, "b", "x"))
        ],
        Save: [Save(), Save("A version")],
        WriteDone: [WriteDone(StoredDocument(EDITED, 2))],
        WriteFailed: [WriteFailed(error) for error in (BUSY, OVERTAKEN, TOO_LONG, Denied("no", "No."))],
        TheirsRead: [
            TheirsRead(read, version)
            for read in (stored, THEIRS, replace(THEIRS, may_edit=False))
            for version in (1, 0)
        ],
        TheirsUnread: [TheirsUnread(BUSY)],
        MergeDone: [_merge(DOCUMENT, EDITED, THEIRS), _merge(DOCUMENT, EDITED, CLASHING),
                    _merge(DOCUMENT, DOCUMENT, THEIRS), replace(_merge(DOCUMENT, EDITED, THEIRS), too_much=TOO_LONG)],
        MergeFailed: [MergeFailed(BUSY)],
        Resolved: [Resolved(EDITED)],
    }  # fmt: skip
    return known.get(event) or [event()]


REFUSED = {
    Load: {CHANGED, SAVING, MERGING, CONFLICT, UNSAVED},
    Loaded: set(SaveState) - {LOADING},
    LoadFailed: set(SaveState) - {LOADING},
    RecoveredOutdated: set(SaveState) - {SAVED, CHANGED},
    WriteDone: set(SaveState) - {SAVING},
    WriteFailed: set(SaveState) - {SAVING},
    MergeDone: set(SaveState) - {MERGING},
    MergeFailed: set(SaveState) - {MERGING},
}
"""What cannot happen: answers that nobody asked for, and a new start that would lose edits."""


@pytest.mark.parametrize("state", SaveState)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_handle_every_event_in_every_state_leads_where_the_table_says(state: SaveState, event: type[Any]) -> None:
    machine = _machine(state)
    assert machine.state == state
    refused = state in REFUSED.get(event, ())
    assert ((state, event) in TRANSITIONS) is not refused
    for example in _examples(event, machine):
        if refused:
            with pytest.raises(UnexpectedEvent):
                handle(machine, example)
            continue
        after = handle(machine, example)
        assert after.machine.state in TRANSITIONS[state, event].targets
        _check(after.machine)


def _check(machine: SaveMachine) -> None:
    """What holds at any moment."""
    if machine.state == SAVED:
        assert not machine.dirty
    if machine.dirty:
        assert machine.state in (CHANGED, SAVING, MERGING, CONFLICT, UNSAVED)
    assert (machine.state in (MERGING, CONFLICT)) is (machine.merging is not None)
    assert (machine.state == SAVING) is (machine.sending is not None)


# One document, two windows


@dataclass
class World:
    """A stored document with somebody else who stores versions of it, and the machine with all that is under way."""

    stored: StoredDocument = field(default_factory=lambda: StoredDocument(DOCUMENT, 1))
    machine: SaveMachine = field(default_factory=SaveMachine)
    timer: bool = False
    under_way: list[Effect] = field(default_factory=list)
    """What is asked of the database and not done yet."""
    answers: list[Event] = field(default_factory=list)
    """What is done and not heard of yet."""
    shown_errors: list[ShowError] = field(default_factory=list)
    notes: set[str | None] = field(default_factory=set)
    versions: dict[int, Document] = field(default_factory=lambda: {1: DOCUMENT})
    """Everything that was ever stored."""

    def tell(self, event: Event) -> None:
        self.machine, effects = handle(self.machine, event)
        _check(self.machine)
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, StartTimer | StopTimer):
            self.timer = isinstance(effect, StartTimer)
        elif isinstance(effect, Write):
            asked = [*self.under_way, *self.answers]
            assert not any(isinstance(one, Write | WriteDone | WriteFailed) for one in asked)
            self.under_way.append(effect)
        elif isinstance(effect, ReadDocument | ReadTheirs | MergeTheirs):
            if isinstance(effect, MergeTheirs):  # what the screen of the merge calls "before both edits"
                known = self.machine.stored
                assert known is not None
                assert effect.base == fitted_document(self.versions[known.version])
            self.under_way.append(effect)
        elif isinstance(effect, ReplaceDocument | FollowDocument):
            assert self.machine.document is effect.document
            self.tell(DocumentEdited(effect.document))  # as the editor says it, now that it shows this
        elif isinstance(effect, ShowError):
            self.shown_errors.append(effect)

    def edit(self, document: Document) -> None:
        self.tell(DocumentEdited(document))

    def store_theirs(self, item_id: str, title: str) -> None:
        self._keep(_titled(self.stored.document, item_id, title))

    def _keep(self, document: Document) -> None:
        self.stored = StoredDocument(document, self.stored.version + 1)
        self.versions[self.stored.version] = document

    def work(self, k: int = 0, failing: bool = False) -> None:
        """Do one of the things under way."""
        if not self.under_way:
            return
        effect = self.under_way.pop(k % len(self.under_way))
        if isinstance(effect, Write):
            if failing:
                self.answers.append(WriteFailed(BUSY))
            elif effect.base_version != self.stored.version:
                self.answers.append(WriteFailed(OVERTAKEN))
            else:
                self._keep(effect.document)
                self.notes.add(effect.note)
                self.answers.append(WriteDone(self.stored))
        elif isinstance(effect, ReadTheirs):
            read = TheirsRead(self.stored, effect.known_version)
            self.answers.append(TheirsUnread(BUSY) if failing else read)
        elif isinstance(effect, MergeTheirs):
            self.answers.append(MergeFailed(BUSY) if failing else merge_theirs(effect, self.stored))
        elif isinstance(effect, ReadDocument):
            self.answers.append(
                LoadFailed(BUSY) if failing else Loaded(self.stored, fitted_document(self.stored.document))
            )

    def answer(self, k: int = 0) -> None:
        if self.answers:
            self.tell(self.answers.pop(k % len(self.answers)))

    def pass_time(self) -> None:
        if self.timer:
            self.timer = False
            self.tell(TimerElapsed())

    def drain(self) -> None:
        for _turn in range(60):
            if not (self.under_way or self.answers or self.timer):
                return
            self.pass_time()
            self.work()
            self.answer()
        raise AssertionError(f"it never comes to rest: {self.machine.state}")

    @property
    def titles(self) -> dict[str, str]:
        return _titles(self.machine.document)


def _titles(document: Document) -> dict[str, str]:
    return {item.id: str(item.source["title"]) for item, _cell in document.layout}


def _opened() -> World:
    world = World()
    world.tell(Load())
    world.drain()
    assert world.machine.state == SAVED
    return world


ACTIONS = ("edit", "edit", "undo", "redo", "save", "note", "theirs", "clash", "elsewhere", "time", "work", "work",
           "fail", "answer", "answer", "decide", "keep", "resolve", "ask")  # fmt: skip


STEPS = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3))


@given(st.lists(STEPS, min_size=10, max_size=50), st.integers(0, 9**9))
def test_handle_events_in_any_order_no_edit_is_lost(actions: list[tuple[str, int]], seed: int) -> None:
    """Others change “a” and “c”: whatever they do, “b” says what was last edited here."""
    world, rng = _opened(), random.Random(seed)
    past, mine = [world.machine.document], "b"
    for number, (action, k) in enumerate(actions):
        _act(world, rng, past, number, action, k)
        if action in ("edit", "undo", "redo"):
            mine = world.titles["b"]
        assert world.titles["b"] == mine
    world.tell(StoredElsewhere())
    world.drain()
    for _question in range(3):
        world.tell(KeepMine())
        world.drain()
    assert world.machine.state == SAVED
    assert world.machine.document == fitted_document(world.stored.document)
    assert _titles(world.stored.document)["b"] == mine


def _act(world: World, rng: random.Random, past: list[Document], number: int, action: str, k: int) -> None:
    if action == "edit":
        past.append(world.machine.document)
        world.edit(_titled(world.machine.document, rng.choice("ab"), f"mine {number}"))
    elif action in ("undo", "redo"):
        world.edit(rng.choice(past))
    elif action in ("theirs", "clash"):
        world.store_theirs("c" if action == "theirs" else "a", f"theirs {number}")
    elif action == "time":
        world.pass_time()
    elif action in ("work", "fail"):
        world.work(k, failing=action == "fail")
    elif action == "answer":
        world.answer(k)
    elif action == "resolve":
        world.tell(Resolved(_titled(world.machine.document, "a", f"decided {number}")))
    else:
        events = {
            "save": Save(), "note": Save(f"note {number}"), "elsewhere": StoredElsewhere(),
            "decide": Decide(), "keep": KeepMine(), "ask": AskAgain(),
        }  # fmt: skip
        world.tell(events[action])


CALM = ("theirs", "elsewhere", "time", "work", "fail", "answer", "save")


@given(st.lists(st.tuples(st.sampled_from(CALM), st.integers(0, 3)), max_size=25), st.integers(0, 24))
def test_handle_an_edit_among_anything_is_stored_in_the_end(actions: list[tuple[str, int]], at: int) -> None:
    world, rng = _opened(), random.Random(0)
    for number, (action, k) in enumerate([*actions, ("save", 0)]):
        if number == min(at, len(actions)):
            world.edit(_titled(world.machine.document, "a", "Mine"))
        _act(world, rng, [], number, action, k)
    newest = _titles(world.stored.document)["c"]
    world.tell(StoredElsewhere())
    world.drain()
    assert world.machine.state == SAVED
    assert _titles(world.stored.document) == {"a": "Mine", "b": "b", "c": newest} == world.titles


# Single cases


def test_edited_and_undone_what_is_stored_elsewhere_is_read() -> None:
    after = _after(_machine(CHANGED), DocumentEdited(DOCUMENT))
    assert after.machine.state == SAVED
    assert ReadTheirs(1) in after.effects


def test_edited_and_undone_after_a_failed_write_saved_is_not_said_before_it_was_read() -> None:
    after = _after(_machine(UNSAVED), DocumentEdited(DOCUMENT))
    assert (after.machine.state, after.effects) == (UNSAVED, (ReadTheirs(1),))
    assert handle(after.machine, TheirsRead(StoredDocument(DOCUMENT, 1), 1)).machine.state == SAVED


def test_edited_and_undone_after_a_refused_write_is_saved() -> None:
    refused = _after(_machine(SAVING), WriteFailed(TOO_LONG)).machine
    after = _after(refused, DocumentEdited(DOCUMENT))
    assert (after.machine.state, after.effects) == (SAVED, (StopTimer(), ReadTheirs(1)))


def test_theirs_unread_again_and_again_the_error_is_shown_once() -> None:
    world = _opened()
    world.tell(StoredElsewhere())
    for _again in range(4):
        world.work(failing=True)
        world.answer()
        world.pass_time()
    assert [shown.error for shown in world.shown_errors] == [BUSY]
    world.tell(TheirsUnread(AWAY))
    assert [shown.error for shown in world.shown_errors] == [BUSY, AWAY]


def test_theirs_unread_shown_again_after_it_was_read_in_between() -> None:
    world = _opened()
    for _again in range(2):
        world.tell(TheirsUnread(BUSY))
        world.timer = False
        world.tell(TheirsRead(world.stored, 1))
    assert len(world.shown_errors) == 2


def test_merge_failed_again_and_again_the_error_is_shown_once() -> None:
    machine = _after(_machine(MERGING), MergeFailed(BUSY)).machine
    after = _after(machine, TimerElapsed(), WriteFailed(OVERTAKEN), MergeFailed(BUSY))
    assert after.effects == (StartTimer(RETRY_MS),)


@pytest.mark.parametrize("state", [SAVING, MERGING, CONFLICT, CHANGED])
def test_theirs_unread_with_edits_pending_is_left_to_their_write(state: SaveState) -> None:
    machine = _machine(state)
    assert handle(machine, TheirsUnread(BUSY)) == (machine, ())


def test_write_failed_for_good_is_not_tried_again() -> None:
    after = _after(_machine(SAVING), WriteFailed(Denied("no", "No.")))
    assert after.machine.state == UNSAVED
    assert [type(effect) for effect in after.effects] == [ShowError]


def test_write_failed_after_its_edit_was_undone_what_is_stored_is_read() -> None:
    after = _after(_machine(SAVING), DocumentEdited(DOCUMENT), WriteFailed(TOO_LONG))
    assert ReadTheirs(1) in after.effects


def test_saved_with_a_note_while_writing_the_next_write_names_the_version() -> None:
    world = _opened()
    world.edit(EDITED)
    world.tell(Save())
    world.tell(Save("As it was shown"))
    world.drain()
    assert "As it was shown" in world.notes


def test_close_while_writing_what_was_edited_since_is_written_afterwards() -> None:
    machine = _machine(SAVING)
    assert handle(machine, Close()).effects == ()
    later = _titled(EDITED, "b", "Later")
    assert _after(machine, DocumentEdited(later), Close()).effects == (WriteAfterwards(later, None),)
    assert _after(machine, Save("Named"), Close()).effects == (WriteAfterwards(EDITED, "Named"),)


def test_close_with_edits_pending_writes_them() -> None:
    after = _after(_machine(CHANGED), Close())
    assert Write(EDITED, 1, None, False) in after.effects


def test_overtaken_at_once_who_it_was_is_known() -> None:
    assert _machine(MERGING).other == ("Ann", 7)


def test_merged_after_an_edit_it_is_merged_again() -> None:
    later = _titled(EDITED, "b", "Later")
    after = _after(_machine(MERGING), DocumentEdited(later), _merge(DOCUMENT, EDITED, THEIRS))
    assert after.machine.state == MERGING
    assert after.effects == (MergeTheirs(DOCUMENT, later, ()),)


def test_merged_without_conflict_both_are_written_on_theirs() -> None:
    after = _after(_machine(MERGING), _merge(DOCUMENT, EDITED, THEIRS))
    (write,) = [effect for effect in after.effects if isinstance(effect, Write)]
    assert (write.base_version, write.merged) == (2, True)
    assert _titles(write.document) == {"a": "Mine", "b": "b", "c": "Theirs"}
    assert AnnounceMerged() in after.effects


def test_merged_where_the_right_to_edit_is_gone_edits_are_not_said_to_be_saved() -> None:
    machine = _after(_machine(MERGING), _merge(DOCUMENT, EDITED, replace(THEIRS, may_edit=False))).machine
    after = _after(machine, WriteFailed(Denied("no", "No.")), StoredElsewhere())
    assert (after.machine.state, after.machine.dirty) == (UNSAVED, True)


def test_merged_to_too_much_ours_can_be_kept() -> None:
    too_much = replace(_merge(DOCUMENT, EDITED, THEIRS), too_much=TOO_LONG)
    asked = _after(_machine(MERGING), too_much)
    assert asked.effects == (ShowTooMuch(TOO_LONG),)
    assert handle(asked.machine, Decide()).effects == ()
    assert handle(asked.machine, MergeAgain()).machine.state == MERGING
    kept = handle(asked.machine, KeepMine())
    assert Write(EDITED, 2, None, True) in kept.effects


def test_decide_after_an_edit_it_is_merged_first_and_then_decided() -> None:
    later = _titled(EDITED, "b", "Later")
    after = _after(_machine(CONFLICT), DocumentEdited(later), Decide())
    assert after.machine.state == MERGING
    merged = _merge(DOCUMENT, later, CLASHING)
    assert handle(after.machine, merged).effects == (OpenDecision(merged.merge),)


def test_decide_opens_the_decision() -> None:
    machine = _machine(CONFLICT)
    assert machine.merging is not None
    assert machine.merging.merge is not None
    assert handle(machine, Decide()).effects == (OpenDecision(machine.merging.merge),)


def test_keep_mine_is_asked_no_more_unless_theirs_is_another_by_then() -> None:
    machine = _after(_machine(CONFLICT), KeepMine()).machine
    assert machine.answered
    again = merge_theirs(MergeTheirs(DOCUMENT, EDITED, machine.answered), CLASHING)
    assert handle(machine, again).machine.state == SAVING
    newer = StoredDocument(_titled(DOCUMENT, "a", "Newer"), 3)
    again = merge_theirs(MergeTheirs(DOCUMENT, EDITED, machine.answered), newer)
    assert handle(machine, again).machine.state == CONFLICT


def test_theirs_read_right_to_edit_gone_or_back_the_page_follows() -> None:
    gone = handle(_machine(SAVED), TheirsRead(replace(THEIRS, may_edit=False), 1))
    assert gone.machine.state == SAVED
    assert any(isinstance(effect, EndEditing) for effect in gone.effects)
    back = handle(gone.machine, TheirsRead(THEIRS, 2))
    assert (back.machine.state, back.effects) == (LOADING, (StopTimer(), ReadDocument()))


def test_edited_by_a_reader_is_nothing_to_save() -> None:
    machine = _after(SaveMachine(), Load(), Loaded(StoredDocument(DOCUMENT, 1, may_edit=False), DOCUMENT)).machine
    after = _after(machine, DocumentEdited(EDITED), Save("Mine"), Close())
    assert (after.machine.state, after.machine.has_work) == (SAVED, False)


def test_load_while_it_is_read_is_not_read_twice() -> None:
    machine = _machine(LOADING)
    assert handle(machine, Load()) == (machine, ())


def test_theirs_read_same_version_the_number_it_was_kept_as_is_still_known() -> None:
    machine = _after(_machine(SAVING), WriteDone(StoredDocument(EDITED, 2, number=8))).machine
    after = handle(machine, TheirsRead(StoredDocument(EDITED, 2), 2)).machine
    assert after.stored is not None
    assert after.stored.number == 8
