"""Saving with every read, change and result in any order: in the end the database has what the editor shows."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from benchboard import workspace
from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document, fitted_document, parse_document
from benchboard.dashboards.versions import version_store
from benchboard.errors import AppError, Unavailable
from benchboard.paging import Listing
from benchboard.settings import Settings
from benchboard.ui.context import ChangeNotices, Context
from benchboard.ui.problems import Problems
from benchboard.ui.studio.document.document_store import DashboardStore
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.tasks import Work
from support import demo
from support.examples import examples

MINE, THEIRS = ("a", "b"), "c"
BUSY = Unavailable("storage.busy", "The database is busy.")


class _PendingTask(NamedTuple):
    kind: str
    op: Callable[[Any], Any]
    done: Callable[[Any], None]
    failed: Callable[[AppError], None]


class SteppedTasks:
    """Work as `Tasks` does it, on the real database, but each piece when it is let, and each answer when it is let."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.asked: list[_PendingTask] = []
        self.come: list[tuple[str, Callable[[], None]]] = []

    def read(self, owner: QObject, op: Any, done: Any, failed: Any = None) -> Work:
        self.asked.append(_PendingTask("read", op, done, failed))
        return Work("read")

    def change(self, owner: QObject, op: Any, done: Any, failed: Any = None) -> Work:
        self.asked.append(_PendingTask("change", op, done, failed))
        return Work("change")

    def work(self, k: int = 0, error: AppError | None = None) -> None:
        """Do one of the things asked for; it fails with `error`. Changes are made in order."""
        if not self.asked:
            return
        asked = self.asked[k % len(self.asked)]
        if asked.kind == "change":
            asked = next(one for one in self.asked if one.kind == "change")
        self.asked.remove(asked)
        self.come.append((asked.kind, self._outcome(asked, error)))

    def answer(self, k: int = 0) -> None:
        """Clicker one of the answers over. Those of changes come in order."""
        if not self.come:
            return
        come = self.come[k % len(self.come)]
        if come[0] == "change":
            come = next(one for one in self.come if one[0] == "change")
        self.come.remove(come)
        come[1]()

    def _outcome(self, asked: _PendingTask, error: AppError | None) -> Callable[[], None]:
        try:
            if error is not None:
                raise error
            with self._database.read() if asked.kind == "read" else self._database.change() as session:
                return partial(asked.done, asked.op(session))
        except AppError as problem:
            return partial(asked.failed, problem)


class Desk:
    """One dashboard opened by one person, whose other window stores it too."""

    def __init__(self, place: workspace.Workspace, actor: Any) -> None:
        self.database, self.actor = place.database.bind(actor), actor
        self.turns = SteppedTasks(self.database)
        items = [
            {"id": name, "type": "text", "title": name, "position": {"x": 4 * k, "y": 0, "w": 4, "h": 4}}
            for k, name in enumerate((*MINE, THEIRS))
        ]
        with self.database.change() as session:
            self.key = library.create(session, actor, parse_document(items), name="Both").card.id
        self.owner = QObject()
        self.problems = Problems(self.owner)
        context: Any = Context(place, actor, self.turns, self.problems, None, Settings(), ChangeNotices(self.owner),  # type: ignore[arg-type]
                               None, lambda _address: None, lambda _settings: None, lambda: None, lambda: None,
                               self.owner)  # type: ignore[arg-type]  # fmt: skip
        self.editor = Editor(self.owner)
        self.saving = Saving(context, self.editor, DashboardStore(actor, self.key), self.owner)
        self._serial = count()
        self.saving.load()
        self.drain()

    def close(self) -> None:
        shiboken6.delete(self.owner)

    def tell(self, item_id: str, title: str = "") -> str:
        """A person's edit."""
        title = title or f"{item_id} {next(self._serial)}"
        document = self.editor.document
        self.editor.set_property(item_id, "title", title)
        assert self.editor.document is not document
        return title

    def theirs(self, item_id: str = THEIRS) -> str:
        """The other window's edit."""
        title = f"{item_id} {next(self._serial)}"
        with self.database.change() as session:
            stored = library.get_dashboard(session, self.actor, self.key).document
            library.save(session, self.actor, self.key, _titled(stored, item_id, title), base_version=None)
        return title

    def pass_time(self) -> None:
        """So long that what waits for a while has its turn."""
        timer = self.saving._timer
        if timer.isActive():
            timer.stop()
            timer.timeout.emit()

    def drain(self) -> None:
        """Let everything happen that is still to happen."""
        for _turn in range(50):
            if not (self.turns.asked or self.turns.come or self.saving._timer.isActive()):
                return
            self.pass_time()
            self.turns.work()
            self.turns.answer()
        raise AssertionError(f"it never comes to rest: {self.saving.state}")

    def notes(self) -> set[str | None]:
        with self.database.read() as session:
            return {one.note for one in version_store.list_versions(session, self.actor, self.key, Listing()).rows}

    def stored(self) -> Document:
        with self.database.read() as session:
            return library.get_dashboard(session, self.actor, self.key).document

    def titles(self) -> dict[str, str]:
        return {name: self.editor.widget(name).title for name in (*MINE, THEIRS)}

    def stored_titles(self) -> dict[str, str]:
        return {item.id: str(item.source["title"]) for item, _cell in self.stored().layout}

    def asked(self) -> set[str]:
        """What waits for a decision."""
        merge = self.saving.merge
        return {conflict.id for conflict in merge.conflicts} if merge is not None else set()

    def at_rest(self) -> None:
        """Nothing of it is unsaved, or says it is."""
        assert (self.saving.state, self.saving.dirty) == ("saved", False)
        assert fitted_document(self.stored()) == self.editor.document


def _titled(document: Document, item_id: str, title: str) -> Document:
    editor = Editor()
    editor.load(document)
    editor.set_property(item_id, "title", title)
    return editor.document


@pytest.fixture(scope="module")
def place(qapp: QApplication, demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = shutil.copytree(demo_template, tmp_path_factory.mktemp("saving") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        opened = workspace.open_demo(home)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def make(place: Any) -> Callable[[], Desk]:
    actor = demo.sign_in(place).actor
    return lambda: Desk(place, actor)


@pytest.fixture
def desk(make: Callable[[], Desk]) -> Iterator[Desk]:
    made = make()
    yield made
    made.close()


ACTS = ("edit", "edit", "undo", "redo", "save", "note", "theirs", "look", "time", "work", "work", "fail", "answer",
        "answer", "answer")  # fmt: skip


@examples(40)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3)), min_size=30, max_size=60))
def test_saving_in_any_order_of_events_loses_nothing(make: Callable[[], Desk], acts: list[tuple[str, int]]) -> None:
    desk = make()
    editor, saving = desk.editor, desk.saving
    theirs, notes, mine = THEIRS, set(), desk.titles()
    for act, k in acts:
        if act == "edit":
            desk.tell(MINE[k % 2])
        elif act in ("undo", "redo"):
            (editor.undo_stack.undo if act == "undo" else editor.undo_stack.redo)()
            theirs = ""  # taking back what was brought in is somebody's will too
        elif act == "save":
            saving.save()
        elif act == "note":
            notes.add(f"note {len(notes)}")
            saving.save(f"note {len(notes) - 1}")
        elif act == "theirs":
            title = desk.theirs()
            theirs = title if theirs else ""
        elif act == "look":
            saving.refresh()
        elif act == "time":
            desk.pass_time()
        elif act in ("work", "fail"):
            desk.turns.work(k, BUSY if act == "fail" else None)
        else:
            desk.turns.answer(k)
        if act in ("edit", "undo", "redo"):
            mine = desk.titles()
        assert all(desk.titles()[name] == mine[name] for name in MINE)
    saving.refresh()
    desk.drain()
    if saving.state == "conflict":  # taking back what was brought in, while it was changed again
        assert not theirs
        saving.keep_mine()
        desk.drain()
    desk.at_rest()
    assert all(desk.titles()[name] == mine[name] for name in MINE)
    assert not theirs or desk.titles()[THEIRS] == theirs
    assert not notes or f"note {len(notes) - 1}" in desk.notes()
    desk.close()


def test_saving_result_of_an_older_read_is_ignored(desk: Desk) -> None:
    desk.theirs()
    desk.saving.refresh()
    desk.turns.work()  # reads what the other window stored
    desk.tell("a", "Mine")
    desk.saving.save()  # overtaken: brought together
    while desk.turns.asked or len(desk.turns.come) > 1:
        desk.turns.work()
        if len(desk.turns.come) > 1:
            desk.turns.answer(1)
        desk.pass_time()
    assert desk.saving.state == "saved"
    desk.turns.answer()  # only now the news comes of what was before
    assert desk.titles()["a"] == "Mine"
    desk.drain()
    desk.at_rest()


def test_saving_failed_edit_undone_leaves_nothing_unsaved(desk: Desk) -> None:
    desk.tell("a")
    desk.saving.save()
    desk.turns.work(error=BUSY)
    desk.turns.answer()
    assert desk.saving.state == "unsaved"
    desk.editor.undo_stack.undo()
    desk.drain()
    desk.at_rest()


def test_saving_edit_undone_while_failing_leaves_nothing_unsaved(desk: Desk) -> None:
    desk.tell("a")
    desk.saving.save()
    desk.editor.undo_stack.undo()
    desk.turns.work(error=BUSY)
    desk.turns.answer()
    desk.drain()
    desk.at_rest()


def test_saving_refresh_that_failed_is_retried(desk: Desk) -> None:
    title = desk.theirs()
    desk.saving.refresh()
    desk.turns.work(error=BUSY)
    desk.turns.answer()
    desk.drain()
    desk.at_rest()
    assert desk.titles()[THEIRS] == title


def test_saving_merge_whose_read_failed_is_retried(desk: Desk) -> None:
    title = desk.theirs()
    desk.tell("a", "Mine")
    desk.saving.save()
    desk.turns.work()  # overtaken
    desk.turns.answer()
    desk.turns.work(error=BUSY)
    desk.turns.answer()
    assert desk.saving.state == "unsaved"
    desk.drain()
    desk.at_rest()
    assert desk.titles() == {"a": "Mine", "b": "b", THEIRS: title}


def test_saving_named_version_during_a_save_is_stored(desk: Desk) -> None:
    desk.tell("a")
    desk.saving.save()
    desk.saving.save("as it was shown")
    desk.drain()
    desk.at_rest()
    assert "as it was shown" in desk.notes()


def test_saving_edit_during_a_merge_is_kept(desk: Desk) -> None:
    title = desk.theirs()
    desk.tell("a", "Mine")
    desk.saving.save()
    desk.turns.work()
    desk.turns.answer()
    desk.turns.work()
    desk.tell("b", "Mine too")
    desk.turns.answer()
    desk.drain()
    desk.at_rest()
    assert desk.titles() == {"a": "Mine", "b": "Mine too", THEIRS: title}


def test_saving_edit_before_a_conflict_is_resolved_is_included(desk: Desk) -> None:
    desk.theirs("a")
    desk.tell("a", "Mine")
    desk.saving.save()
    desk.drain()
    assert desk.saving.state == "conflict"
    desk.tell("b", "Mine too")
    asked: list[Any] = []
    desk.saving.merge_requested.connect(asked.append)
    notice = desk.problems.current
    assert notice is not None
    notice.actions[0].run()
    desk.drain()
    (merge,) = asked
    assert merge is desk.saving.merge
    desk.saving.resolve(merge.document)
    desk.drain()
    desk.at_rest()
    assert desk.titles()["b"] == "Mine too"


def test_saving_keep_mine_resolves_only_the_conflicts_asked_about(desk: Desk) -> None:
    first = desk.theirs("a")
    desk.tell("a", "Mine")
    desk.tell("b", "Mine too")
    desk.saving.save()
    desk.drain()
    assert desk.asked() == {"a"}
    second = desk.theirs("b")
    desk.saving.keep_mine()
    desk.drain()
    assert desk.saving.state == "conflict"
    assert desk.asked() == {"b"}
    assert desk.stored_titles() == {"a": first, "b": second, THEIRS: THEIRS}
    desk.saving.keep_mine()
    desk.drain()
    desk.at_rest()
    assert desk.titles() == {"a": "Mine", "b": "Mine too", THEIRS: THEIRS}


def test_saving_keep_mine_with_theirs_changed_since_asks_again(desk: Desk) -> None:
    desk.theirs("a")
    desk.tell("a", "Mine")
    desk.saving.save()
    desk.drain()
    newer = desk.theirs("a")
    desk.saving.keep_mine()
    desk.drain()
    assert desk.asked() == {"a"}
    assert desk.stored_titles()["a"] == newer
    notice = desk.problems.current
    assert notice is not None
    assert notice.why.startswith("More changes came in while you were deciding.")
    desk.saving.open_decision()
    desk.drain()
    desk.saving.resolve(_titled(desk.editor.document, "a", "Decided"))
    desk.drain()
    desk.at_rest()
    desk.theirs("a")
    desk.tell("a", "Mine again")
    desk.saving.save()
    desk.drain()
    notice = desk.problems.current
    assert notice is not None
    assert notice.why == "Nothing was overwritten."  # what was answered once is over


def test_saving_edit_undone_follows_another_save(desk: Desk) -> None:
    desk.tell("a")
    title = desk.theirs()
    desk.editor.undo_stack.undo()
    desk.drain()
    desk.at_rest()
    assert desk.titles() == {"a": "a", "b": "b", THEIRS: title}


def test_saving_failed_edit_undone_is_saved_after_reading(desk: Desk) -> None:
    desk.tell("a")
    desk.saving.save()
    desk.turns.work(error=BUSY)
    desk.turns.answer()
    desk.editor.undo_stack.undo()
    assert desk.saving.state == "unsaved"
    desk.turns.work()
    assert desk.saving.state == "unsaved"
    desk.turns.answer()
    assert desk.saving.state == "saved"


def test_saving_read_error_repeated_is_shown_once(desk: Desk) -> None:
    desk.saving.refresh()
    for again in range(3):
        desk.turns.work(error=BUSY)
        desk.turns.answer()
        assert (desk.problems.current is not None) is (again == 0)
        desk.problems.dismiss()
        desk.pass_time()
    desk.turns.work()
    desk.turns.answer()
    desk.at_rest()


def test_saving_time_is_unknown_until_this_page_stored_and_true_when_announced(desk: Desk) -> None:
    """A page that was only opened said "Saved 40 s ago", and one just stored how long ago it was stored before."""
    assert desk.saving.seconds_ago() is None
    desk.tell(MINE[0])
    announced: list[tuple[str, int | None]] = []
    desk.saving.state_changed.connect(lambda: announced.append((desk.saving.state, desk.saving.seconds_ago())))
    desk.drain()
    assert announced[-1] == ("saved", 0)
