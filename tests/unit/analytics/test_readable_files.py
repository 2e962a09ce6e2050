"""What queries read of linked files that can't be read as they are."""

import gzip
import io
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.files import readable_files
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.readable_files import ReadableScan, evened_scan, readable_scan, remove_kept
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.text_files import has_mixed_endings
from benchboard.analytics.sources.configuration import SourceTable

TEXT = "id,place\n1,Ağrı\n2,Muş\n"


def _folder(path: Path, *, compressed: bool = False) -> FileScan:
    """A scan of a folder of two files."""
    path.mkdir()
    for name in ("a", "b"):
        content = TEXT.encode()
        (path / f"{name}.csv").write_bytes(gzip.compress(content) if compressed else content)
    (table,) = inspect_file(path).tables
    return table.scan


def _rows(scan: FileScan, kept: Path | None = None) -> list[tuple[object, ...]]:
    view = SourceTable("t", replace(scan, file_column=""), kept=kept).current_view()
    with duckdb.connect() as connection:
        return sorted(connection.execute(view.sql).fetchall())


def _break(path: Path, content: bytes) -> None:
    """Write a file, changed at another time than before."""
    path.write_bytes(content)
    os.utime(path, (1_000_000_000, 1_000_000_000))


ROWS = [(1, "Ağrı"), (2, "Muş")]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda text: text.decode().encode("utf-16"), "It isn't in UTF-8 any more."),
        (lambda text: text.decode().encode("cp1254"), "It isn't in UTF-8 any more."),
        (lambda _text: b"", "It's empty."),
        (gzip.compress, "It's compressed in another way than before."),
        (lambda _text: b"%PDF-1.7", "It has another format."),
        (lambda _text: b"who,what\na,b\n", "It has none of the table's columns."),
    ],
)
def test_readable_scan_file_that_cannot_be_read_keeps_its_last_good_rows(
    tmp_path: Path, broken: Callable[[bytes], bytes], why: str
) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    assert _rows(scan, kept) == sorted(ROWS * 2)
    changed = (tmp_path / "in" / "b.csv").stat().st_mtime
    _break(tmp_path / "in" / "b.csv", broken(TEXT.encode()))
    (problem,) = readable_scan(scan, kept).problems
    assert (problem.name, problem.why, problem.rows_from) == ("b.csv", why, changed)
    assert _rows(scan, kept) == sorted(ROWS * 2)
    (left_out,) = readable_scan(scan, None).problems
    assert left_out.rows_from is None
    assert _rows(scan) == ROWS
    _break(tmp_path / "in" / "b.csv", TEXT.replace("2", "3").encode())
    assert readable_scan(scan, kept).problems == ()
    assert _rows(scan, kept) == sorted([*ROWS, (1, "Ağrı"), (3, "Muş")])


def test_readable_scan_compressed_file_that_is_cut_off_keeps_its_last_good_rows(tmp_path: Path) -> None:
    scan, kept = _folder(tmp_path / "in", compressed=True), tmp_path / "kept"
    _rows(scan, kept)
    path = tmp_path / "in" / "a.csv"
    _break(path, path.read_bytes()[:-12])
    assert [one.why for one in readable_scan(scan, kept).problems] == ["It's cut off or damaged."]
    assert _rows(scan, kept) == sorted(ROWS * 2)


def test_readable_scan_parquet_file_that_is_cut_off_keeps_its_last_good_rows(tmp_path: Path) -> None:
    folder, kept = tmp_path / "in", tmp_path / "kept"
    folder.mkdir()
    with duckdb.connect() as connection:
        for name in ("a", "b"):
            connection.execute(f"COPY (SELECT 1 AS n) TO '{folder}/{name}.parquet'")
    (table,) = inspect_file(folder).tables
    assert _rows(table.scan, kept) == [(1,), (1,)]
    _break(folder / "a.parquet", (folder / "a.parquet").read_bytes()[:-5])
    assert _rows(table.scan, kept) == [(1,), (1,)]
    assert _rows(table.scan) == [(1,)]


@pytest.mark.parametrize("compressed", [False, True])
def test_lines_that_end_in_different_ways_are_all_read(tmp_path: Path, compressed: bool) -> None:
    scan = _folder(tmp_path / "in", compressed=compressed)
    mixed = TEXT.encode().replace(b"place\n", b"place\r\n") + b"3,Van\r\n"
    _break(tmp_path / "in" / "b.csv", gzip.compress(mixed) if compressed else mixed)
    assert readable_scan(scan, None).problems == ()
    assert _rows(scan) == sorted([*ROWS * 2, (3, "Van")])
    ((name, path),) = evened_scan(scan).stand_ins
    assert (name, path.name, stat.S_IMODE(path.stat().st_mode)) == ("b.csv", "b.csv", 0o600)
    alone = replace(scan, path=tmp_path / "in" / "b.csv", files=())
    assert _rows(alone) == [*ROWS, (3, "Van")]


def test_readable_scan_one_line_in_another_encoding_is_a_wrong_line(tmp_path: Path) -> None:
    scan = _folder(tmp_path / "in")
    lines = [f"{n},ok" for n in range(200)]
    _break(tmp_path / "in" / "a.csv", "\n".join(("id,place", *lines)).encode() + "\n200,Ağrı\n".encode("cp1254"))
    assert readable_scan(scan, None) == ReadableScan(scan)


def test_readable_scan_nothing_can_be_read(tmp_path: Path) -> None:
    scan = replace(_folder(tmp_path / "in"), path=tmp_path / "in" / "a.csv", files=())
    _break(scan.path, b"")
    assert not readable_scan(scan, None).has_any


def test_last_good_copies_are_one_for_each_file_and_for_this_account_alone(tmp_path: Path) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    for text in (TEXT, TEXT.replace("2", "3"), TEXT.replace("2", "44")):
        (tmp_path / "in" / "a.csv").write_text(text, encoding="utf-8")
        readable_scan(scan, kept)
    copies = sorted(path for path in kept.rglob("*") if path.is_file())
    assert sorted(path.name for path in copies) == ["a.csv", "b.csv"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in copies} == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_last_good_copies_of_files_that_are_not_in_the_table_any_more_are_removed(tmp_path: Path) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    readable_scan(scan, kept)
    readable_scan(replace(scan, files=("a.csv",)), kept)
    assert [path.name for path in kept.rglob("*") if path.is_file()] == ["a.csv"]


def test_a_last_good_copy_that_a_query_may_read_stays_until_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was removed when its file was corrected, between the query's plan and its reading."""
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    readable_scan(scan, kept)
    _break(tmp_path / "in" / "b.csv", b"")
    ((_name, good),) = readable_scan(scan, kept).scan.stand_ins
    for text in (TEXT.replace("2", "3"), TEXT.replace("2", "44")):
        _break(tmp_path / "in" / "b.csv", text.encode())
        readable_scan(scan, kept)
    assert good.read_bytes() == TEXT.encode()
    assert len([path for path in kept.rglob("b.csv") if path.is_file()]) == 2
    monkeypatch.setattr(readable_files, "IN_USE", -1.0)
    _break(tmp_path / "in" / "b.csv", TEXT.replace("2", "555").encode())
    readable_scan(scan, kept)
    assert not good.exists()
    assert len([path for path in kept.rglob("b.csv") if path.is_file()]) == 1


def _look_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for another run of the program, which must not look through a file again."""

    def fail(*_all: object) -> None:
        raise AssertionError("looked through again")

    readable_files._defect.cache_clear()
    monkeypatch.setattr(readable_files, "open_text_bytes", fail)


@pytest.mark.parametrize("most_kept", [1 << 20, 3])
def test_readable_scan_version_of_a_file_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_kept: int
) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    monkeypatch.setattr(readable_files, "MOST_KEPT", most_kept)
    for number in "23":
        (tmp_path / "in" / "a.csv").write_text(TEXT.replace("2", number), encoding="utf-8")
        readable_scan(scan, kept)
    assert len([path for path in kept.rglob("a.csv") if path.is_file()]) == 1
    _look_no_more(monkeypatch)
    assert readable_scan(scan, kept) == ReadableScan(scan)


def test_readable_scan_even_copy_of_a_file_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    _break(tmp_path / "in" / "b.csv", TEXT.encode().replace(b"place\n", b"place\r\n"))
    readable_scan(scan, kept)
    _look_no_more(monkeypatch)
    ((name, path),) = readable_scan(scan, kept).scan.stand_ins
    assert (name, path.read_bytes()) == ("b.csv", TEXT.encode())
    assert kept in path.parents
    assert _rows(scan, kept) == sorted(ROWS * 2)


def test_readable_scan_file_that_may_not_be_read_any_more_has_no_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    readable_scan(scan, kept)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "b.csv")
    (problem,) = readable_scan(scan, kept).problems
    assert (problem.name, problem.why, problem.rows_from) == ("b.csv", "Access to it is denied.", None)


class _Pieces(io.BytesIO):
    """A file that gives at most three bytes at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


@given(st.lists(st.sampled_from(["a", '"', "\n", "\r\n", "\r"]), max_size=14).map("".join))
def test_has_mixed_endings_counts_the_breaks_outside_quotes(text: str) -> None:
    quoted, found = False, set()
    for place, sign in enumerate(text):
        quoted ^= sign == '"'
        if sign == "\n" and not quoted:
            found.add(text[:place].endswith("\r"))
    assert has_mixed_endings(_Pieces(text.encode()), '"') == (len(found) == 2)


def test_remove_kept_removes_nothing_but_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, kept = _folder(tmp_path / "in"), tmp_path / "kept"
    readable_scan(scan, kept)
    (kept / "letters").mkdir()
    (kept / "letters" / "a.txt").write_text("mine", encoding="utf-8")
    remove_kept(kept)
    assert [path.relative_to(kept).as_posix() for path in sorted(kept.rglob("*"))] == ["letters", "letters/a.txt"]
    for most_kept in (1 << 20, 3):
        monkeypatch.setattr(readable_files, "MOST_KEPT", most_kept)
        readable_scan(scan, tmp_path / "other")
        remove_kept(tmp_path / "other")
        assert not (tmp_path / "other").exists()
