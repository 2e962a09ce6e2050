"""The crash journal: everything that was on the disk is restored, wherever the file was cut, and nothing else."""

import io
import os
import random
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import images
from benchboard.dashboards.document.document import fitted_document, parse_document, write_home
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.dashboards.journal import crash_journal, recoverable_steps
from benchboard.dashboards.journal.crash_journal import Journal, RecoveredEdits, open_journal
from benchboard.dashboards.journal.encrypted_log import DamagedLog, Sealer, read_records
from benchboard.dashboards.journal.recoverable_steps import History, Record, pack, unpack
from benchboard.dashboards.layout import Cell, Item, Layout, WrittenItems, map_items, walk_items, without
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.vault import Vault
from support.disks import full_disk
from support.examples import examples
from support.image_bytes import chunk, png
from support.pages import random_page

NAME, KEY = b"n" * 16, b"k" * 32
FORM_1 = (
    "42424a016e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e25ebce489ab124420f2f4a734e5fd0280000001f1fa02341336ea306"
    "34b2d8d42be725f5edd30f2bf466db38edc35be1ab9c770000001f0794cfd6d5107825cf5a58d055701f676b5e3a81d1"
    "fe92e009d5e360ee652d"
)
SUBJECT = ("benchboard.db", "user-1", "home")


def document(*places: int) -> object:
    return [{"id": f"w{k}", "type": "text", "position": {"x": x, "y": k, "w": 1, "h": 1}} for k, x in enumerate(places)]


# A model of the editor, told what to do: the whole documents, where the journal keeps their differences


@dataclass
class Model:
    stored: object
    version: int
    documents: list[object]
    position: int = 0
    drafts: dict[str, str] = field(default_factory=dict)

    def seen(self) -> tuple[object, ...]:
        return self.stored, self.version, list(self.documents), self.position, self.drafts


Do = tuple[str, int, int]
doings = st.lists(
    st.tuples(
        st.sampled_from(["step", "step", "step", "amend", "undo", "redo", "save", "draft"]),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=25,
)


def do(model: Model, history: History, doing: Do) -> Record | None:
    """One thing, on both; answers the record of it."""
    what, which, value = doing
    page = model.documents[model.position]
    if what in ("step", "amend"):
        entries = [*page] if isinstance(page, list) else []
        if value == 5 and entries:
            entries.pop(which % len(entries))
        elif value == 4:
            entries.insert(which, {"id": f"n{len(model.documents)}.{model.position}.{model.version}", "title": "ş"})
        elif entries:
            entries[which % len(entries)] = {**entries[which % len(entries)], "x": value}
        amends = what == "amend" and model.position > 0
        del model.documents[model.position + (not amends) :]
        model.documents.append(entries)
        model.position = len(model.documents) - 1
        return history.record_step("Move", entries, (("a",), ()), 12.5, amends=what == "amend")
    if what == "save":
        model.version += 1
        model.stored = model.documents[min(which, len(model.documents) - 1)]
        return history.record_saved(model.version, model.stored)
    if what == "draft":
        where, text = f"query/{which}", f"select {value}" if value else None
        model.drafts = {**model.drafts, where: text or ""}
        if text is None:
            del model.drafts[where]
        return history.record_draft(where, text, 12.5)
    to = model.position + (-1 if what == "undo" else 1)
    if not 0 <= to < len(model.documents):
        return None
    model.position = to
    return history.record_move(-1 if what == "undo" else 1, model.documents[to])


def read_again(history: History) -> History:
    first, *rest = history.to_records()
    again = recoverable_steps.begin_history(unpack(first))
    for packed in rest:
        again.replay(unpack(packed), packed)
    again.finish_replay()
    return again


def seen(history: History) -> tuple[object, ...]:
    drafts = {where: draft.text for where, draft in history.drafts.items()}
    return history.stored, history.version, history.documents(), history.position, drafts


@given(doings)
def test_journal_records_replayed_reproduce_the_document(done: list[Do]) -> None:
    model = Model(document(1, 2, 3), 7, [document(1, 2, 3)])
    written = History(model.stored, 7, model.documents[0], [])
    read = read_again(written)
    for doing in done:
        if (record := do(model, written, doing)) is not None:
            packed = pack(record)
            written.replay(record, packed)
            read.replay(unpack(packed), packed)
        assert seen(read) == seen(written) == model.seen()
    whole = read_again(written)
    assert (seen(whole), whole.steps) == (model.seen(), read.steps)


@examples(6)
@given(st.lists(st.binary(max_size=150), min_size=1, max_size=8))
def test_journal_cut_at_any_byte_keeps_the_whole_records_before(texts: list[bytes]) -> None:
    sealer = Sealer(KEY, NAME)
    data, ends = sealer.header, []
    for text in texts:
        data += sealer.seal(text)
        ends.append(len(data))
    for cut in range(len(data) + 1):
        if len(sealer.header) <= cut or cut == 0:
            left = list(read_records(io.BytesIO(data[:cut]), KEY, NAME))
            assert left == texts[: sum(end <= cut for end in ends)]


def test_journal_with_any_byte_changed_or_record_moved_is_rejected() -> None:
    sealer = Sealer(KEY, NAME)
    records = [sealer.seal(text) for text in (b"one", b"two", b"six")]

    def read(data: bytes, key: bytes = KEY, name: bytes = NAME) -> list[bytes]:
        texts: list[bytes] = []
        with pytest.raises(DamagedLog):
            texts.extend(read_records(io.BytesIO(data), key, name))
        return texts

    whole = sealer.header + b"".join(records)
    texts = read_records(io.BytesIO(whole), KEY, NAME)
    assert list(texts) == [b"one", b"two", b"six"]
    for place in range(len(sealer.header), len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :]
        with pytest.raises(DamagedLog):
            if len(list(read_records(io.BytesIO(changed), KEY, NAME))) < 3:
                raise DamagedLog  # a length that points beyond the end is the end
    read(sealer.header + records[0] + records[2])
    read(sealer.header + records[1] + records[0])
    read(Sealer(KEY, NAME).header + records[0])
    read(whole, key=b"x" * 32)
    read(whole, name=b"x" * 16)
    read(whole + bytes(100))


@pytest.mark.parametrize("bit", range(32))
def test_unsealed_with_a_flipped_bit_in_a_length_reports_damage(bit: int) -> None:
    """A longer length must not read as a file that a kill cut short: the edits after it would go in silence."""
    sealer = Sealer(KEY, NAME)
    records = [sealer.seal(text) for text in (b"one", b"two", b"three")]
    whole = bytearray(sealer.header + b"".join(records))
    whole[len(sealer.header) + len(records[0]) + bit // 8] ^= 1 << bit % 8
    texts = []
    with pytest.raises(DamagedLog):
        texts.extend(read_records(io.BytesIO(bytes(whole)), KEY, NAME))
    assert texts in ([], [b"one"])


def test_unsealed_reads_files_of_the_form_before_lengths_were_checked() -> None:
    """A file of version 1, written by the program of November 2026, before a length had its own checksum."""
    file = bytes.fromhex(FORM_1)
    assert list(read_records(io.BytesIO(file), KEY, NAME)) == [b"one", b"two"]
    assert list(read_records(io.BytesIO(file[:-1]), KEY, NAME)) == [b"one"]


def test_journal_with_missing_steps_drops_those_before_them() -> None:
    history = History(document(0), 1, document(0), [])
    for k in (1, 2, 3):
        record = history.record_step("Move", document(k), ((), ()), 0.0, amends=False)
        history.replay(record, pack(record))
    history.replay(moved := history.record_move(-1, document(2)), pack(moved))
    first, *rest = history.to_records()
    for came, left in ((3, 3), (2, 2), (1, 0)):  # two were taken, one was taken back
        again = recoverable_steps.begin_history(unpack(first))
        for packed in rest[:came]:
            again.replay(unpack(packed), packed)
        again.finish_replay()
        assert (again.document, len(again.steps), again.position) == (document(2), left, min(left, 2))


def test_journal_keeps_a_limited_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recoverable_steps, "MAX_STEPS", 5)
    history = History([], 1, document(0), [])
    for k in range(1, 9):
        record = history.record_step("Move", document(k), ((), ()), 0.0, amends=False)
        history.replay(record, pack(record))
    assert [history.documents()[k] for k in (0, 5)] == [document(3), document(8)]
    assert history.record_move(-6, document(2))["is"] == "leap"  # the window went further back than was kept
    monkeypatch.setattr(recoverable_steps, "MAX_STEP_BYTES", 150)
    record = history.record_step("Change", document(*range(40)), ((), ()), 0.0, amends=False)
    history.replay(record, pack(record))
    assert len(history.steps) == 1
    record = history.record_move(-6, document(2))
    history.replay(record, pack(record))
    assert (history.document, history.steps) == (document(2), [])


# On the disk


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def open_(home: Path) -> Iterator[Callable[..., Journal]]:
    made: list[Journal] = []

    def another(
        *subject: str, failed: Callable[[AppError | None], None] = lambda error: pytest.fail(str(error))
    ) -> Journal:
        made.append(open_journal(home, Vault(home), subject or SUBJECT, failed))
        return made[-1]

    yield another
    for journal in made:
        journal.close()


def moved(journal: Journal, x: int, title: str = "Move") -> None:
    journal.step(title, partial(document, x), (["w0"], ["w0"]))


def began(journal: Journal, count: int = 0) -> Journal:
    journal.start(1, document(0), partial(document, 0))
    assert journal.flush()
    for x in range(1, count + 1):
        moved(journal, x)
    assert journal.flush()
    return journal


def held(journal: Journal) -> RecoveredEdits:
    assert journal.recovered is not None
    return journal.recovered


def test_journal_restores_edits_and_their_undo_steps(open_: Callable[..., Journal]) -> None:
    first = began(open_(), 3)
    assert first.recovered is None
    first.move(-1, partial(document, 2))
    first.close()
    found = held(second := open_())
    assert (found.version, found.base, found.document, found.position) == (1, document(0), document(2), 2)
    assert found.documents == tuple(document(x) for x in range(4))
    assert [(step.title, step.selection_after) for step in found.steps] == [("Move", ("w0",))] * 3
    assert found.unsaved
    assert (found.find_document(document(3)), found.find_document(document(9))) == (3, None)
    second.saved(2, partial(document, 2))
    moved(second, 7)
    second.close()
    found = held(third := open_())
    assert (found.version, found.base, found.document) == (2, document(2), document(7))
    assert [*found.documents] == [document(x) for x in (0, 1, 2, 7)]
    third.start(3, document(9), partial(document, 9))
    third.close()
    assert held(open_()).steps == ()


@pytest.mark.parametrize("key", [b"", b"x" * 16, b"x" * 31, b"x" * 33])
def test_journal_key_of_wrong_length_is_rejected(open_: Callable[..., Journal], home: Path, key: bytes) -> None:
    began(open_(), 1).close()
    kept = Vault(home).get("journal")
    assert kept is not None
    Vault(home).put("journal", key)
    for act in (
        partial(open_journal, home, Vault(home), SUBJECT),
        partial(crash_journal.sweep, home, Vault(home), (), set),
    ):
        with pytest.raises(Unavailable) as refused:
            act()
        assert refused.value.code == "sealed.key-damaged"
    Vault(home).put("journal", kept)
    assert len(held(open_()).steps) == 1


def test_journal_file_is_private_and_encrypted(open_: Callable[..., Journal], home: Path) -> None:
    journal = began(open_())
    moved(journal, 1, "A very private title")
    assert journal.flush()
    for path in (home / "journal").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert not any(word in path.read_bytes() for word in (b"private", b"text", b'"w0"'))
        assert "user-1" not in path.name
    assert stat.S_IMODE((home / "journal").stat().st_mode) == 0o700


def test_journal_of_a_second_window_is_its_own(open_: Callable[..., Journal]) -> None:
    first, second = began(open_(), 2), open_()
    assert second.recovered is None
    began(second, 1)
    moved(first, 5)
    second.saved(2, partial(document, 1))
    first.close()
    second.close()
    found = held(open_())  # what nobody saved comes first
    assert (found.document, found.unsaved) == (document(5), True)
    assert held(open_()).document == document(1)
    assert open_("benchboard.db", "user-2", "home").recovered is None


def test_journal_drafts_are_restored_until_cleared(open_: Callable[..., Journal]) -> None:
    first = began(open_(), 1)
    first.draft("json", lambda: "[{")
    first.draft("query/w0", lambda: "selec")
    assert first.flush()
    first.draft("json", lambda: "[{}")
    first.start(2, document(5), partial(document, 5))  # whatever becomes of the page
    first.close()
    found = held(second := open_())
    assert {where: draft.text for where, draft in found.drafts.items()} == {"json": "[{}", "query/w0": "selec"}
    assert found.drafts["json"].at >= found.drafts["query/w0"].at > 0
    second.draft("query/w0", None)
    second.draft("title/w0", None)
    second.close()
    assert [*held(open_()).drafts] == ["json"]


def test_journal_on_a_slow_disk_writes_only_the_newest_draft(open_: Callable[..., Journal], home: Path) -> None:
    journal, go_on, made = began(open_()), threading.Event(), list[int]()

    def text(number: int) -> str:
        made.append(number)
        return f"{number}" * 1_000

    def slow() -> object:
        assert go_on.wait(60)
        return document(1)

    journal.step("Move", slow, ((), ()))
    for number in range(50):
        journal.draft("json", partial(text, number))
    go_on.set()
    assert journal.flush()
    assert made == [49]
    assert journal.is_recording
    journal.close()
    assert not journal.is_recording
    assert held(open_()).drafts["json"].text == "49" * 1_000


def test_journal_too_long_draft_is_not_stored_and_harms_nothing(
    open_: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crash_journal, "MAX_DRAFT", 100)

    def too_much() -> str:
        raise Invalid("layout.too-long", "This is too long.")

    journal = began(open_())
    for long in (lambda: "x" * 101, too_much):
        journal.draft("json", lambda: "x")
        assert journal.flush()
        assert journal.is_keeping_draft("json")
        journal.draft("json", long)
        assert journal.flush()
        assert not journal.is_keeping_draft("json")
        assert journal.is_keeping_draft("query/w0")
    journal.step("Move", partial(document, 1), ((), ()))
    assert journal.flush()
    assert journal.is_recording
    journal.close()
    found = held(open_())
    assert not found.drafts
    assert found.document == document(1)


def test_journal_record_too_long_to_read_is_rejected() -> None:
    longest = b"x" * (64 * 1024 * 1024 - 28)  # with its nonce and tag, 64 MiB
    sealer = Sealer(KEY, NAME)
    records = [sealer.seal(longest)]
    with pytest.raises(ValueError, match="too long"):
        sealer.seal(longest + b"x")
    records.append(sealer.seal(b"y"))
    read = list(read_records(io.BytesIO(sealer.header + b"".join(records)), KEY, NAME))
    assert [len(one) for one in read] == [len(longest), 1]
    assert read[1] == b"y"


def test_journals_with_a_draft_are_listed_before_saved_ones(open_: Callable[..., Journal]) -> None:
    first, second = began(open_()), open_()
    began(second)
    first.draft("json", lambda: "{")
    assert first.flush()
    second.saved(2, partial(document, 0))
    first.close()
    second.close()
    assert [*held(open_()).drafts] == ["json"]


def test_journal_torn_end_is_truncated_and_appended_after(open_: Callable[..., Journal], home: Path) -> None:
    began(open_(), 3).close()
    (file,) = (home / "journal").glob("*.bbj")
    file.write_bytes(file.read_bytes()[:-5])
    second = open_()
    assert (held(second).document, second.note) == (document(2), "")
    moved(second, 8)
    second.close()
    assert held(open_()).documents == tuple(document(x) for x in (0, 1, 2, 8))


def test_journal_unreadable_is_reported_and_set_aside(open_: Callable[..., Journal], home: Path) -> None:
    began(open_(), 3).close()
    (file,) = (home / "journal").glob("*.bbj")
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    second = open_()
    assert held(second).document == document(2)
    (aside,) = (home / "journal").glob("*.aside")
    assert second.note == (
        "The last changes to “home” may be missing: their recovery file is damaged."
        f" It is kept for {crash_journal.KEEP_DAYS} days as {aside}."
    )
    assert aside.read_bytes() == data
    second.close()
    (home / "vault" / "journal.key").unlink()  # another computer's file, or a vault that was lost
    third = open_()
    assert third.recovered is None
    assert "can't read" in third.note
    assert "may be missing" in third.note
    began(third, 1).close()
    file.write_bytes(b"")
    fourth = open_()
    assert (fourth.recovered, fourth.note) == (None, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "broken link"])
def test_journal_that_is_no_ordinary_file_is_reported_and_moved_away(
    open_: Callable[..., Journal], home: Path, kind: str
) -> None:
    began(open_(), 3).close()
    (file,) = (home / "journal").glob("*.bbj")
    other = home / "other"
    file.rename(other)
    make = {"pipe": lambda: os.mkfifo(file), "folder": file.mkdir, "link": lambda: file.symlink_to(other),
            "broken link": lambda: file.symlink_to(home / "none")}  # fmt: skip
    make[kind]()
    before, kept = file.lstat(), other.read_bytes()
    journal = open_journal(home, Vault(home), SUBJECT, title="Home")
    (aside,) = (home / "journal").glob("*.aside")
    assert (journal.recovered, journal.note) == (
        None,
        "The last changes to “Home” may be missing: their recovery file isn't an ordinary file."
        f" It was moved to {aside}.",
    )
    assert aside.lstat().st_ino == before.st_ino
    began(journal, 1).close()
    assert file.is_file()
    assert not file.is_symlink()
    assert other.read_bytes() == kept
    assert (open_().note, [path.name for path in (home / "journal").glob("*.bbj")]) == ("", [file.name])


def test_journal_that_is_no_ordinary_file_does_not_hide_edits_beside_it(
    open_: Callable[..., Journal], home: Path
) -> None:
    first, second = began(open_(), 1), began(open_(), 2)
    first.close()
    second.close()
    file = min((home / "journal").glob("*.bbj"))
    file.unlink()
    file.mkdir()
    journal = open_()
    assert held(journal).document == document(2)
    assert "may be missing" in journal.note


def test_journal_size_stays_bounded(open_: Callable[..., Journal], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_journal, "_REWRITE_BYTES", 20_000)
    journal = began(open_())
    (file,) = (home / "journal").glob("*.bbj")
    largest = 0
    for x in range(1, 1500):
        moved(journal, x)
        if x % 100 == 0:
            assert journal.flush()
            largest = max(largest, file.stat().st_size)
    journal.close()
    found = held(open_())
    assert (found.document, len(found.steps)) == (document(1499), recoverable_steps.MAX_STEPS)
    assert largest < 3 * file.stat().st_size


def test_journal_moved_picture_is_not_written_again(open_: Callable[..., Journal], home: Path) -> None:
    noise = random.Random(1).randbytes(300_000)
    config = {"picture": images.to_data_uri("png", png(4, 4, (1, 2, 3), chunk(b"teSt", noise)))}

    def page(x: int, fit: str = "whole") -> object:
        place = {"x": x, "y": 0, "w": 1, "h": 1}
        return [{"id": "w0", "type": "image", "config": {**config, "fit": fit}, "position": place}]

    journal = open_()
    journal.start(1, page(0), partial(page, 0))
    assert journal.flush()
    (file,) = (home / "journal").glob("*.bbj")
    before = file.stat().st_size
    for x in range(1, 41):
        journal.step("Move", partial(page, x), (["w0"], ["w0"]))
    journal.step("Change", partial(page, 40, "fill"), (["w0"], ["w0"]))
    assert journal.flush()
    assert before > len(noise)
    assert file.stat().st_size - before < 41 * 400
    journal.close()
    assert held(open_()).document == page(40, "fill")


def test_journal_does_not_make_a_removed_home_again(home: Path) -> None:
    home.rmdir()
    with pytest.raises(Unavailable) as refused:
        open_journal(home, Vault(home), SUBJECT)
    assert refused.value.code == "journal.unwritable"
    assert not home.exists()


def test_journal_full_disk_is_reported_once_and_written_later(open_: Callable[..., Journal]) -> None:
    said: list[AppError | None] = []
    journal = began(open_(failed=said.append), 2)
    with full_disk(300):
        for x in (3, 4, 5):
            moved(journal, x)
            assert not journal.flush()
    assert [error.code for error in said if error] == ["journal.unwritable"]
    moved(journal, 6)
    assert journal.flush()
    assert said[1:] == [None]  # what was said of it can go
    journal.close()
    assert held(open_()).documents == tuple(document(x) for x in range(7))


def test_journal_calls_never_wait_for_the_disk(open_: Callable[..., Journal]) -> None:
    journal, go = began(open_()), threading.Event()

    def slow() -> object:
        assert go.wait(60)
        return document(1)

    journal.step("Move", slow, ((), ()))
    moved(journal, 2)
    assert not journal.flush(0.01)
    go.set()
    assert journal.flush()


def test_journal_being_closed_is_waited_for_by_the_next_window(open_: Callable[..., Journal]) -> None:
    journal = began(open_(), 2)
    journal.announce_close()
    threading.Timer(0.05, journal.close).start()
    assert held(open_()).document == document(2)


def _age(*paths: Path) -> None:
    """As if last written over a month ago."""
    month = time.time() - 31 * 86_400
    for path in paths:
        os.utime(path, (month, month))


def test_sweep_journals_unseen_and_unwritten_for_a_month_are_deleted_and_old_copies_with_them(
    open_: Callable[..., Journal], home: Path
) -> None:
    folder, asked = home / "journal", list[set[str]]()
    for name in ("visible", "hidden", "open"):
        began(open_("sqlite", "db", "ada", name), 1).close()
    began(open_("sqlite", "db", "grace", "hidden"), 1).close()
    _age(*folder.glob("*.bbj"))
    began(open_("sqlite", "db", "ada", "hidden of late"), 1).close()
    open_("sqlite", "db", "ada", "open").flush()
    old, young, odd = folder / "a.0.1.aside", folder / "b.0.2.aside", folder / "odd.0.bbj"
    for path in (old, young, odd):
        path.write_bytes(b"what cannot be read")
    _age(old)

    def visible(names: set[str]) -> set[str]:
        asked.append(names)
        return names & {"visible"}

    assert crash_journal.sweep(home, Vault(home), ("sqlite", "db", "ada"), visible) == 2
    assert [names - {"open"} for names in asked] == [{"visible", "hidden"}]
    assert (old.exists(), young.exists(), odd.exists()) == (False, True, True)
    left = [open_(*("sqlite", "db"), account, name).recovered is not None
            for account, name in (("ada", "visible"), ("ada", "hidden"), ("ada", "hidden of late"),
                                  ("grace", "hidden"))]  # fmt: skip
    assert left == [True, False, True, True]
    assert crash_journal.sweep(home / "elsewhere", Vault(home), (), visible) == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("ending", ["bbj", "aside"])
def test_sweep_leaves_what_is_no_ordinary_file(home: Path, ending: str) -> None:
    folder = home / "journal"
    folder.mkdir(parents=True)
    pipe, inner, link = (folder / f"{name}.0.{ending}" for name in ("a", "b", "c"))
    os.mkfifo(pipe)
    inner.mkdir()
    link.symlink_to(home / "none")
    Vault(home).create("journal", KEY)
    _age(pipe, inner)
    assert crash_journal.sweep(home, Vault(home), (), lambda names: names) == 0
    assert {pipe, inner, link} <= set(folder.iterdir())


def test_sweep_leaves_no_lock_of_a_deleted_journal(open_: Callable[..., Journal], home: Path) -> None:
    began(open_("sqlite", "db", "ada", "hidden"), 1).close()
    _age(*(home / "journal").glob("*.bbj"))
    assert crash_journal.sweep(home, Vault(home), ("sqlite", "db", "ada"), lambda _names: set()) == 1
    assert [path.name for path in (home / "journal").iterdir()] == ["key.lock"]


def test_journal_that_cannot_continue_raises_unavailable(home: Path) -> None:
    said: list[AppError | None] = []
    journal = began(open_journal(home, Vault(home), SUBJECT, said.append), 1)

    def broken() -> object:
        raise ValueError

    journal.step("Move", broken, ((), ()))
    journal.step("Move", lambda: document(1), ((), ()))
    assert not journal.flush()
    assert [error.code for error in said if error] == ["journal.stopped"]
    again = open_journal(home, Vault(home), SUBJECT)
    assert again.recovered is not None  # what was on the disk before is still there
    again.close()


def touched(layout: Layout, one: str, by: int) -> Layout:
    """The layout with one item changed where it lies, or a row down."""

    def touch(item: Item, cell: Cell) -> tuple[Item, Cell]:
        if item.id != one:
            return item, cell
        return (with_fields(item, title="Other"), cell) if by == 2 else (item, cell._replace(y=cell.y + 1))

    return map_items(layout, touch)


@given(st.integers(0, 10**9))
@examples(40)
def test_serialise_with_known_items_equals_and_shares_them(seed: int) -> None:
    chance, known = random.Random(seed), WrittenItems()
    page = fitted_document(parse_document(random_page(chance, 12)))
    history = History(write_home(page), 1, write_home(page), [])
    for _turn in range(6):
        ids = [found.item.id for found in walk_items(page.layout)]
        if not ids:
            return
        one, by = chance.choice(ids), chance.choice((0, 1, 2))
        layout = without(page.layout, [one]) if by == 0 else touched(page.layout, one, by)
        before, page = page, fitted_document(replace(page, layout=layout))
        last, written = write_home(before, known), write_home(page, known)
        assert isinstance(last, list) and isinstance(written, list)  # noqa: PT018
        old, new = before.layout, page.layout
        places = [(k, old.places[item.id]) for k, item in enumerate(new.items) if item.id in old.places]
        same = [(k, was) for k, was in places if new.items[k] is old.items[was] and new.cells[k] == old.cells[was]]
        assert all(written[k] is last[was] for k, was in same)
        assert written == write_home(page)
        record = history.record_step("Move", written, ((), ()), 0.0, amends=chance.random() < 0.3)
        history.replay(record, pack(record))
        assert history.document is written
        assert read_again(history).document == written
