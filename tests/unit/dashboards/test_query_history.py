"""The history of queries: what is kept on this computer, and what never is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchboard.dashboards import query_history
from benchboard.dashboards.query_history import MAX_ENTRIES, HistoryEntry, add, clear, found_entries, load, restore
from benchboard.errors import Unavailable

NOW = datetime(2026, 11, 23, 12, 4, tzinfo=UTC)
ME = ("demo", "u1")


def entry(text: str = "SELECT 1", source_id: str = "", minutes: int = 0, **others: object) -> HistoryEntry:
    return HistoryEntry(text, source_id, NOW + timedelta(minutes=minutes), **others)  # type: ignore[arg-type]


def test_entries_are_kept_by_account_the_newest_first(tmp_path: Path) -> None:
    add(tmp_path, ME, entry("SELECT 1", seconds=0.5, rows=3, is_truncated=True))
    failed = entry("SELECT b", "s", 2, outcome="failed", error="There's no column “b”.", line=1)
    listed = add(tmp_path, ME, failed)
    assert [one.text for one in listed] == ["SELECT b", "SELECT 1"]
    assert load(tmp_path, ME) == listed
    assert load(tmp_path, ("demo", "u2")) == ()
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "explore").iterdir())


def test_the_same_query_again_is_one_entry_also_over_others(tmp_path: Path) -> None:
    for minute, text in enumerate(("SELECT 1", "SELECT 2", "SELECT 1")):
        listed = add(tmp_path, ME, entry(text, minutes=minute))
    assert [(one.text, one.at) for one in listed] == [
        ("SELECT 1", NOW + timedelta(minutes=2)),
        ("SELECT 2", NOW + timedelta(minutes=1)),
    ]
    assert len(add(tmp_path, ME, entry("SELECT 1", "other", 3))) == 3


def test_what_ran_by_itself_while_typing_is_one_entry(tmp_path: Path) -> None:
    add(tmp_path, ME, entry("SELECT 1", is_automatic=True))
    listed = add(tmp_path, ME, replace(entry("SELECT 12"), at=NOW + timedelta(seconds=4)))
    assert [one.text for one in listed] == ["SELECT 12"]
    listed = add(tmp_path, ME, replace(entry("SELECT 123"), at=NOW + timedelta(seconds=8)))
    assert len(listed) == 2, "one that was run by hand stays"


def test_at_most_five_hundred_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(f"SELECT {number}", minutes=-number) for number in range(MAX_ENTRIES)]
    query_history._write(query_history._file(tmp_path, ME), entries)
    listed = add(tmp_path, ME, entry("SELECT 'new'", minutes=1))
    assert len(listed) == MAX_ENTRIES
    assert listed[0].text == "SELECT 'new'"
    monkeypatch.setattr(query_history, "MAX_LETTERS", 40)
    assert len(add(tmp_path, ME, entry("SELECT 'newer'", minutes=2))) == 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("SELECT 1 FROM t WHERE password = 'hunter2' AND name = 'x'", "WHERE password = '***' AND name = 'x'"),
        ("SELECT 1 FROM t WHERE o.api_key IN ('a', 'hunter2')", "api_key IN ('***', '***')"),
        ('SELECT 1 FROM t WHERE "access_token" LIKE $$hunter2$$', "\"access_token\" LIKE '***'"),
        ("SELECT token, secret FROM t WHERE id = 'x'", "SELECT token, secret FROM t WHERE id = 'x'"),
        ("SELECT 1 -- password: hunter2\nFROM t", "-- password: ***\nFROM t"),
        ("SELECT 'postgres://me:hunter2@host' AS u", "'postgres://me:***@host'"),
        ("SELECT 1 FROM t WHERE day = :from AND shop = :shop", "day = :from AND shop = :shop"),
    ],
)
def test_texts_of_secrets_are_never_kept(tmp_path: Path, text: str, kept: str) -> None:
    (only,) = add(tmp_path, ME, entry(text))
    assert kept in only.text
    assert b"hunter2" not in b"".join(file.read_bytes() for file in (tmp_path / "explore").iterdir())


def test_secret_of_a_query_is_kept_in_its_error_neither(tmp_path: Path) -> None:
    text = "SELECT CAST('x' AS int) FROM t WHERE password = 'hunter2'"
    (only,) = add(tmp_path, ME, entry(text, outcome="failed", error="“hunter2” can't be converted."))
    assert only.error == "“***” can't be converted."


def test_history_is_searched_by_all_words_and_by_source() -> None:
    entries = [entry("SELECT Status FROM orders"), entry("SELECT x", "s", error="There's no column “x”.")]
    assert [one.text for one in found_entries(entries, "orders status", None)] == ["SELECT Status FROM orders"]
    assert [one.text for one in found_entries(entries, "no column", None)] == ["SELECT x"]
    assert [one.text for one in found_entries(entries, "", "s")] == ["SELECT x"]
    assert found_entries(entries, "nothing", None) == []


def test_cleared_history_is_gone_until_it_is_restored(tmp_path: Path) -> None:
    clear(tmp_path, ME)
    before = add(tmp_path, ME, entry())
    clear(tmp_path, ME)
    assert load(tmp_path, ME) == ()
    add(tmp_path, ME, entry("SELECT 2", minutes=1))
    assert [one.text for one in restore(tmp_path, ME, before)] == ["SELECT 2", "SELECT 1"]
    assert len(load(tmp_path, ME)) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"entries": 1}', b'{"entries": [1, {"text": 2}, {"text": "a"}, {"text": "", "at": "x"}]}', b"\xff"],
)
def test_a_file_that_others_wrote_is_read_as_far_as_it_can_be(tmp_path: Path, content: bytes) -> None:
    add(tmp_path, ME, entry())
    (file,) = (tmp_path / "explore").iterdir()
    file.write_bytes(content)
    assert load(tmp_path, ME) == ()
    assert len(add(tmp_path, ME, entry())) == 1


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "explore").write_text("")
    with pytest.raises(Unavailable) as caught:
        add(tmp_path, ME, entry())
    assert str(tmp_path / "explore") in caught.value.what
