"""A folder read with its subfolders: its files as one table, and columns of what the subfolders' names say."""

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import FileInspection
from benchboard.analytics.files.partitions import MAX_DEPTH, partitions_of
from benchboard.analytics.files.scan import MAX_FILES
from benchboard.analytics.files.scan_document import read_scan
from benchboard.errors import AppError, Invalid


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _rows(inspected: FileInspection, columns: str, folder: Path) -> list[tuple[object, ...]]:
    """What is copied of the only table of a folder."""
    (table,) = inspected.tables
    copy = folder / "copy.parquet"
    copy.unlink(missing_ok=True)
    copy_to_parquet(table.scan, copy, cancel_token=CancelToken())
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{copy}') ORDER BY ALL").fetchall()


def test_hive_folders_become_typed_columns(tmp_path: Path) -> None:
    folder = _write(tmp_path / "sales", {
        "year=2026/month=01/day=2026-01-05/a.csv": "shop,total\nUlm,1\nBern,2\n",
        "year=2026/month=02/day=2026-02-06/a.csv": "shop,total\nUlm,4\n",
        "year=2025/month=__HIVE_DEFAULT_PARTITION__/b.csv": "shop,total\nUlm,8\n",
    })  # fmt: skip
    found = inspect_file(folder)  # it has no files but those in subfolders
    assert (found.nested, found.subfolders) == (True, 2)
    kinds = [(one.name, one.kind) for one in found.tables[0].scan.kept_columns]
    assert kinds == [("shop", "text"), ("total", "integer"), ("year", "integer"), ("month", "integer"), ("day", "date"),
                     ("file", "text")]  # fmt: skip
    assert _rows(found, "year, month, day, total, file", tmp_path) == [
        (2025, None, None, 8, "year=2025/month=__HIVE_DEFAULT_PARTITION__/b"),
        (2026, 1, date(2026, 1, 5), 1, "year=2026/month=01/day=2026-01-05/a"),
        (2026, 1, date(2026, 1, 5), 2, "year=2026/month=01/day=2026-01-05/a"),
        (2026, 2, date(2026, 2, 6), 4, "year=2026/month=02/day=2026-02-06/a"),
    ]


def test_plain_folders_become_columns_by_their_depth_and_files_above_have_none(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {
        "a.csv": "n\n1\n", "north/a.csv": "n\n2\n", "north/2026/a.csv": "n\n3\n", "south/2026/a.csv": "n\n4\n",
    })  # fmt: skip
    alone = inspect_file(folder)
    assert (alone.nested, alone.subfolders, alone.tables[0].rows) == (False, 2, 1)
    found = inspect_file(folder, nested=True)
    assert found.tables[0].rows == 4
    assert [one.key for one in found.tables[0].scan.partitions] == ["Folder 1", "Folder 2"]
    assert _rows(found, "n, folder_1, folder_2", tmp_path) == [
        (1, None, None), (2, "north", None), (3, "north", 2026), (4, "south", 2026),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a'b", 'q"q', "x=1=2", "%27;DROP", "[a-z]*", "$1\\1".replace("\\", ""), "ü ş", "=v"])
def test_hostile_names_of_folders_are_values_and_nothing_else(tmp_path: Path, name: str) -> None:
    folder = _write(tmp_path / "s", {f"{name}/a.csv": "n\n1\n", f"k={name}/b.csv": "n\n2\n"})
    found = inspect_file(folder, nested=True)
    rows = _rows(found, "*", tmp_path)
    assert len(rows) == 2
    (of_key,) = [row for row in rows if 2 in row]
    assert name.replace("%27", "'") in of_key


def test_column_of_a_file_with_the_name_of_a_folder_stays(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {"year=2026/a.csv": "year,n\n1999,1\n"})
    assert _rows(inspect_file(folder), "year, year_2", tmp_path) == [(1999, 2026)]


def test_parquet_files_are_read_with_their_folders(tmp_path: Path) -> None:
    for year in (2025, 2026):
        (tmp_path / "p" / f"year={year}").mkdir(parents=True)
        duckdb.sql(f"COPY (SELECT {year % 100} AS n) TO '{tmp_path}/p/year={year}/part-0.parquet' (FORMAT parquet)")
    assert _rows(inspect_file(tmp_path / "p"), "n, year", tmp_path) == [(25, 2025), (26, 2026)]


def test_files_in_older_encodings_are_read_with_their_folders(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {"year=2026/a.csv": "shop;n\nUlm;1\n"})
    (folder / "year=2025").mkdir()
    (folder / "year=2025" / "a.csv").write_bytes("shop;n\nKöln;2\n".encode("windows-1252"))
    assert _rows(inspect_file(folder), "shop, n, year", tmp_path) == [("Köln", 2, 2025), ("Ulm", 1, 2026)]


def test_links_to_folders_and_what_is_hidden_are_not_followed(tmp_path: Path) -> None:
    folder = _write(
        tmp_path / "s", {"x/a.csv": "n\n1\n", ".git/b.csv": "n\n2\n", "x/_SUCCESS": "", "_tmp/c.csv": "n\n"}
    )
    outside = _write(tmp_path / "outside", {"d.csv": "n\n3\n"})
    (folder / "x" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "x" / "out").symlink_to(outside, target_is_directory=True)
    (folder / "x" / "itself.csv").symlink_to(folder / "x" / "itself.csv")
    found = inspect_file(folder, nested=True)
    assert (found.subfolders, found.skipped) == (1, ())
    assert [table.scan.files for table in found.tables] == [("x/a.csv",)]


def test_other_files_of_subfolders_are_said(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {"x/a.csv": "n\n1\n"})
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["n"])
    book.active.append([1])
    book.save(folder / "x" / "b.xlsx")
    found = inspect_file(folder, nested=True)
    assert [(one.name, one.why.what) for one in found.skipped] == [
        ("x/b.xlsx", "“b.xlsx” isn't read: with subfolders, only CSV and Parquet files are.")
    ]


def test_too_deep_and_too_many_are_refused(tmp_path: Path) -> None:
    deep = _write(tmp_path / "deep", {"/".join("x" * (MAX_DEPTH + 1)) + "/a.csv": "n\n1\n"})
    with pytest.raises(Invalid, match="more than 10 levels"):
        inspect_file(deep, nested=True)
    many = tmp_path / "many" / "x"
    many.mkdir(parents=True)
    for number in range(MAX_FILES + 1):
        os.close(os.open(many / f"{number}.csv", os.O_CREAT | os.O_WRONLY))
    with pytest.raises(Invalid, match="more than 1"):
        inspect_file(many.parent, nested=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_folder_that_cannot_be_read_is_no_missing_rows(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {"x/a.csv": "n\n1\n", "y/b.csv": "n\n2\n"})
    (folder / "y").chmod(0)
    with pytest.raises(AppError):
        inspect_file(folder, nested=True)


def test_scan_is_stored_and_names_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    folder = _write(tmp_path / "s", {"year=2026/a.csv": "n\n1\n", "year=2026/b.csv": "n\n2\n"})
    scan = inspect_file(folder).tables[0].scan
    document = scan.to_json()
    assert read_scan(document) == scan
    for name in ("../a.csv", "/etc/passwd", "x/../../a.csv", "x//a.csv", "./a.csv", "x\\..\\a.csv"):
        with pytest.raises(Invalid):
            read_scan({**document, "files": [name]})
    for change in ({"nested": False}, {"partitions": [{"key": "k", "level": 99, "name": "k", "kind": "text"}]},
                   {"partitions": [{"key": "k", "level": 0, "name": "n", "kind": "text"}]}):  # fmt: skip
        with pytest.raises(Invalid):
            read_scan({**document, **change})


def test_kinds_of_values_are_those_that_all_have() -> None:
    kinds = [(one.key, one.kind) for one in partitions_of(["a=1/x", "a=02/x", "a=x%20y/x", "b=1/x"], ["n"])]
    assert kinds == [("a", "text"), ("b", "integer")]
