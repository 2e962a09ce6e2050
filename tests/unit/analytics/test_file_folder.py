"""A folder of files: those with equal columns are one table."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.profile import profile_table
from benchboard.analytics.files.scan import FileScan
from benchboard.errors import Conflict, Invalid


def _rows(scan: FileScan) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(scan.relation_sql()).fetchall()


def test_files_with_equal_columns_are_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "it's logs"
    folder.mkdir()
    (folder / "a.csv").write_text("day;n\n2026-05-01;1\n2026-05-02;2\n", encoding="utf-8")
    (folder / "b.csv").write_text("day;n\n2026-05-03;2.5\n", encoding="utf-8")
    (folder / "c.csv").write_text("other;x;y\na;b;c\n", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    (folder / "d.pdf").write_bytes(b"%PDF-1.7")
    found = inspect_file(folder)
    assert found.format == "folder"
    assert [len(table.scan.paths) for table in found.tables] == [2, 1]
    assert [problem.code for problem in found.skipped] == ["files.not-data"]
    joined = found.tables[0]
    assert joined.rows == len(_rows(joined.scan)) == 3
    assert [column.kind for column in joined.scan.columns] == ["date", "float"]
    assert FileScan.from_json(joined.scan.to_json()) == joined.scan
    conversion = copy_to_parquet(joined.scan, tmp_path / "copy.parquet")
    assert sorted(_rows(conversion.scan)) == sorted(_rows(joined.scan))
    assert profile_table(joined.scan)[1].maximum == 2.5


def test_kinds_that_do_not_go_together_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n1,x\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("n,t\n2026-05-01,x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [column.kind for column in table.scan.columns] == ["text", "text"]
    assert _rows(table.scan) == [("1", "x"), ("2026-05-01", "x")]


def test_files_in_other_encodings_stay_tables_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("ad;n\nağaç;1\n".encode("cp1254"))
    (tmp_path / "b.csv").write_bytes("ad;n\nağaç;1\n".encode("cp1254"))
    assert [table.scan.path.name for table in inspect_file(tmp_path).tables] == ["a.csv", "b.csv"]


def test_wrong_lines_of_joined_files_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n" + "1,x\n" * 20, encoding="utf-8")
    (tmp_path / "b.csv").write_text("n,t\n" + "1,x\n" * 20 + "oops,x\n1,2,3\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [(each.file, each.line) for each in table.wrong_lines] == [("b.csv", 22), ("b.csv", 23)]
    assert table.rows == len(_rows(table.scan)) == 41
    again = inspect_scan(table.scan)
    assert [(each.file, each.line) for each in again.wrong_lines] == [("b.csv", 22), ("b.csv", 23)]
    assert (again.rows, again.wrong_count) == (41, 2)


def test_folder_without_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path)
    assert refused.value.code == "files.empty"


def test_a_copy_reads_the_columns_of_each_file_by_their_titles(tmp_path: Path) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.csv").write_text("day,low,high\n1,2,3\n2,3,4\n", encoding="utf-8")
    scan = inspect_file(folder).tables[0].scan
    (folder / "b.csv").write_text("high,day,low\n9,3,8\n", encoding="utf-8")
    copied = copy_to_parquet(scan, tmp_path / "copy.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(f"{copied.scan.relation_sql()} ORDER BY day").fetchall()
    assert rows == [(1, 2, 3), (2, 3, 4), (3, 8, 9)]

    (folder / "b.csv").write_text("high,day\n9,3\n", encoding="utf-8")
    with pytest.raises(Conflict) as refused:
        copy_to_parquet(scan, tmp_path / "copy.parquet")
    assert refused.value.facts["columns"] == ("low",)
    assert "b.csv" in refused.value.what
