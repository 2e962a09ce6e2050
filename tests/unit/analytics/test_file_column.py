"""The column with the name of the file that a row of a folder is from."""

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import current_sql
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.file_column import FILE_PATH, file_label_sql, file_labels
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.profile import profile_table
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.folder_reading import match_folder
from benchboard.errors import Invalid
from support.examples import examples


def _rows(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return sorted(connection.execute(query).fetchall())


def _folder(tmp_path: Path) -> Path:
    """Files that are written in three ways, with columns in another order and a total row."""
    (tmp_path / "Berlin, Mitte.csv").write_text("n;amount;day\n1;2,5;x\n2;3,5;x\nTotal;6,0;\n", encoding="windows-1252")
    (tmp_path / "Lyon's.tsv").write_text("amount\tday\tn\n4.5\tx\t3\n", encoding="utf-8")
    (tmp_path / "Évora.csv.gz").write_bytes(gzip.compress("n,amount,day,note\n4,5.5,x,ä\n".encode("utf-16")))
    return tmp_path


_NAMED = [(1, "Berlin, Mitte"), (2, "Berlin, Mitte"), (3, "Lyon's"), (4, "Évora")]


def test_each_row_has_the_name_of_its_file(tmp_path: Path) -> None:
    (table,) = inspect_file(_folder(tmp_path)).tables
    assert table.scan.file_column == "file"
    assert [column.title for column in table.scan.kept_columns] == ["n", "amount", "day", "note", "File"]
    assert list(table.preview_files) == [name for _n, name in _NAMED]
    again = inspect_scan(table.scan)
    assert (again.preview, again.preview_files) == (table.preview, table.preview_files)
    copied = copy_to_parquet(table.scan, tmp_path / "copies" / "copy.parquet")
    assert [(row[0], row[-1]) for row in _rows(copied.scan.relation_sql())] == _NAMED
    profile = profile_table(table.scan)[-1]
    assert (profile.name, profile.frequent) == ("file", (("Berlin, Mitte", 2), ("Lyon's", 1), ("Évora", 1)))
    assert read_scan(table.scan.to_json()) == replace(table.scan)


def test_linked_files_have_the_column_too_and_those_that_come_later(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"n,t\n{ord(name)},x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert _rows(current_sql(table.scan)) == [(97, "x", "a"), (98, "x", "b")]
    (tmp_path / "c.csv").write_text("file,n,t\ny,99,x\n", encoding="utf-8")
    match = match_folder(table.scan, frozenset(), frozenset(), CancelToken()).match
    assert [column.name for column in match.scan.kept_columns] == ["n", "t", "file_2", "file"]
    assert _rows(current_sql(match.scan)) == [(97, "x", None, "a"), (98, "x", None, "b"), (99, "x", "y", "c")]


def test_rows_of_the_last_good_copy_of_a_file_have_its_name(tmp_path: Path) -> None:
    (folder := tmp_path / "sales").mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.csv").write_text(f"n,t\n{ord(name)},x\n", encoding="utf-8")
    (table,) = inspect_file(folder).tables
    source = SourceTable("t", table.scan, kept=tmp_path / "kept")
    assert _rows(source.current_view().sql) == [(97, "x", "a"), (98, "x", "b")]
    (folder / "b.csv").write_bytes(b"")
    assert _rows(source.current_view().sql) == [(97, "x", "a"), (98, "x", "b")]
    (folder / "b.csv").write_bytes(b"n,t\n1,y\r\n2,z\n")
    assert _rows(source.current_view().sql) == [(1, "y", "b"), (2, "z", "b"), (97, "x", "a")]


@pytest.mark.parametrize("more", ["", ", 'x' AS filename", ", 'x' AS file"])
def test_parquet_files_have_the_column(tmp_path: Path, more: str) -> None:
    with duckdb.connect() as connection:
        for place, name in enumerate(("a", "b")):
            connection.execute(
                f"COPY (SELECT {place} AS n, 1 AS m{more if place else ''}) TO '{tmp_path}/{name}.parquet'"
            )
    (table,) = inspect_file(tmp_path).tables
    assert [(row[0], row[-1]) for row in _rows(current_sql(table.scan))] == [(0, "a"), (1, "b")]
    assert table.preview_files == ("a", "b")
    match = match_folder(table.scan, frozenset(), frozenset(), CancelToken()).match
    assert match.scan.file_column == table.scan.file_column


def test_a_source_stored_before_has_no_such_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n\n1\n", encoding="utf-8")
    stored = inspect_file(tmp_path).tables[0].scan.to_json()
    for name in ("n", "No Name", 1):
        with pytest.raises(Invalid):
            read_scan(stored | {"file_column": name})
    del stored["file_column"]
    scan = read_scan(stored)
    assert scan.file_column == ""
    assert _rows(current_sql(scan)) == [(1,)]


_ENDINGS = st.sampled_from([".csv", ".CSV", ".csv.gz", ".parquet", "", ".log", ".txt"])


@given(
    names=st.lists(st.sampled_from(["a", "b", "it's", "a.b", "A"]), min_size=1, max_size=6),
    endings=st.lists(_ENDINGS, min_size=6, max_size=6),
)
@examples(60, deadline=None)
def test_two_files_never_have_one_name(names: list[str], endings: list[str]) -> None:
    files = sorted({name + ending for name, ending in zip(names, endings, strict=False)})
    labels = file_labels(files)
    assert len(set(labels.values())) == len(files)
    assert all(name.startswith(label) for name, label in labels.items())
    stand_ins = [(files[0], Path("/tmp/other/copy"))]
    paths = ["/tmp/other/copy", *(f"/tmp/x/{name}" for name in files[1:])]
    with duckdb.connect() as connection:
        found = connection.execute(
            f'SELECT {file_label_sql(files, stand_ins)} FROM unnest($1) AS t("{FILE_PATH}")',  # ours
            [paths],
        ).fetchall()
    assert [row[0] for row in found] == [labels[name] for name in files]
