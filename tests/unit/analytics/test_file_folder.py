"""A folder of files: those whose columns have the same titles are one table."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import belong_together, current_scan, current_sql
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import PartialColumn
from benchboard.analytics.files.partial_columns import partial_column_sentence
from benchboard.analytics.files.profile import profile_table
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.sources.folder_reading import match_folder
from benchboard.errors import Conflict, Invalid
from support.csv_folders import file_cells, table_cells, write_csv
from support.examples import examples


def _rows(scan: FileScan) -> list[tuple[Any, ...]]:
    """What the files have."""
    return _named_rows(replace(scan, file_column=""))


def _named_rows(scan: FileScan) -> list[tuple[Any, ...]]:
    """What the files have, with their names."""
    with duckdb.connect() as connection:
        return connection.execute(current_sql(scan)).fetchall()


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
    assert [(one.name, one.why.code) for one in found.skipped] == [("d.pdf", "files.not-data")]
    joined = found.tables[0]
    assert joined.rows == len(_rows(joined.scan)) == 3
    assert [column.kind for column in joined.scan.columns] == ["date", "float"]
    assert read_scan(joined.scan.to_json()) == joined.scan
    conversion = copy_to_parquet(joined.scan, tmp_path / "copy.parquet")
    assert sorted(_rows(conversion.scan)) == sorted(_named_rows(joined.scan))
    assert profile_table(joined.scan)[1].maximum == 2.5


def test_files_with_lines_above_their_titles_are_one_table(tmp_path: Path) -> None:
    for day in (1, 2):
        text = f"Visitors;Export 1{day}.11.2026;\n\nPlace;Day;Count\nBonn;2026-11-0{day};7\n"
        (tmp_path / f"{day}.csv").write_text(text, encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [column.name for column in table.scan.columns] == ["place", "day", "count"]
    assert _rows(table.scan) == [("Bonn", date(2026, 11, 1), 7), ("Bonn", date(2026, 11, 2), 7)]


def test_kinds_that_do_not_go_together_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n1,x\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("n,t\n2026-05-01,x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [column.kind for column in table.scan.columns] == ["text", "text"]
    assert _rows(table.scan) == [("1", "x"), ("2026-05-01", "x")]


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
    assert rows == [(1, 2, 3, "a"), (2, 3, 4, "a"), (3, 8, 9, "b")]

    (folder / "b.csv").write_text("high,day\n9,3\n", encoding="utf-8")
    copied = copy_to_parquet(scan, tmp_path / "copy.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(f"{copied.scan.relation_sql()} ORDER BY day").fetchall()
    assert rows == [(1, 2, 3, "a"), (2, 3, 4, "a"), (3, None, 9, "b")]

    (folder / "a.csv").write_text("high,day\n9,3\n", encoding="utf-8")
    with pytest.raises(Conflict) as refused:
        copy_to_parquet(scan, tmp_path / "copy.parquet")
    assert refused.value.facts["columns"] == ("low",)

    (folder / "b.csv").write_text("who,what\nx,y\n", encoding="utf-8")
    with pytest.raises(Conflict, match=r"“b\.csv”") as refused:
        copy_to_parquet(scan, tmp_path / "copy.parquet")
    assert refused.value.facts["columns"] == ("day", "low", "high")


def test_a_column_that_some_files_lack_is_empty_there_and_named(tmp_path: Path) -> None:
    (tmp_path / "01.csv").write_text("day,amount\n2026-01-01,1\n", encoding="utf-8")
    (tmp_path / "02.csv").write_text("amount,day\n2,2026-02-01\n", encoding="utf-8")
    (tmp_path / "03.csv").write_text("day,discount,amount\n2026-03-01,0.5,3\nnever,x,y,z\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("name,city\nAda,London\n", encoding="utf-8")
    months, people = inspect_file(tmp_path).tables
    assert [column.title for column in months.scan.columns] == ["day", "amount", "discount"]
    assert months.partial_columns == (PartialColumn("discount", 1, 3, ("03.csv",)),)
    assert partial_column_sentence(months.partial_columns[0]) == (
        "“discount” is in 1 of 3 files: “03.csv”. It is empty in the others."
    )
    assert (people.scan.path.name, people.apart, people.partial_columns) == ("people.csv", "", ())
    expected = [(date(2026, 1, 1), 1, None), (date(2026, 2, 1), 2, None), (date(2026, 3, 1), 3, 0.5)]
    assert _rows(months.scan) == expected
    assert months.rows == 3
    assert [(one.empty, one.fits[0].of) for one in months.columns] == [(0, 3), (0, 3), (2, 1)]
    assert [(line.file, line.line) for line in months.wrong_lines] == [("03.csv", 3)]
    again = inspect_scan(months.scan)
    assert (again.rows, again.wrong_count, again.scan.columns) == (3, 1, months.scan.columns)
    assert [(line.file, line.line) for line in again.wrong_lines] == [("03.csv", 3)]
    assert again.preview == tuple(expected)


def test_a_value_that_does_not_fit_names_its_column_in_a_file_with_another_order(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n" + "1,x\n" * 20, encoding="utf-8")
    (tmp_path / "b.csv").write_text("t,m,n\n" + "x,5,1\n" * 20 + "x,5,oops\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert table.preview == inspect_scan(table.scan).preview
    for found in (table, inspect_scan(table.scan)):
        (line,) = found.wrong_lines
        assert (line.file, line.line, line.column, line.value) == ("b.csv", 22, 0, "oops")
        assert line.sentence == "“n” is “oops”, which isn't a whole number."


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("a b", "b A", True),
        ("a b", "a b c d e", True),  # all of two
        ("a", "a b c", False),
        ("a b c", "a b d", False),  # half
        ("a b c d", "a b c e", True),  # 3 of 5
        ("a b", "c d", False),
    ],
)
def test_files_are_one_table_by_the_titles_that_they_have_in_common(one: str, other: str, are_one: bool) -> None:
    assert belong_together(one.split(), other.split()) is are_one
    assert belong_together(other.split(), one.split()) is are_one


def test_what_a_file_does_not_tell_is_read_as_in_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day;amount\n1.2.2026;10\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("day;amount\n13.2.2026;1,5\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("day;amount\n;\n14.2.2026;2,5\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert (table.scan.options.decimal_mark, [one.kind for one in table.scan.columns]) == (",", ["date", "float"])
    assert [row[1] for row in _rows(table.scan)] == [10, 1.5, None, 2.5]


def test_a_column_without_values_in_one_file_is_of_the_kind_that_it_is_in_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,note,n\n1,x,\n2,y,\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,note,n\n3,z,7\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [column.kind for column in table.scan.columns] == ["integer", "text", "integer"]


def test_a_file_with_the_same_columns_that_is_read_in_another_way_says_why_it_stays_apart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n1,x\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("n,t\n2,x\n", encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 3 AS n, 'x' AS t) TO '{tmp_path}/c.parquet'")
    joined, apart = inspect_file(tmp_path).tables
    assert (joined.rows, joined.apart) == (2, "")
    assert apart.apart == "“c.parquet” is kept as its own table: “a.csv” has another format."


def test_a_total_row_is_left_out_only_if_that_leaves_out_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what,n\nx,1\ny,2\nTotal,3\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("n,what\n1,x\n2,y\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert (table.scan.options.total_label, table.rows, len(_rows(table.scan))) == ("Total", 4, 4)
    assert [(line.file, line.line) for line in table.total_lines] == [("a.csv", 4)]
    assert inspect_scan(table.scan).total_lines == table.total_lines

    (tmp_path / "b.csv").write_text("what,n\nTotal,1\ny,2\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert (table.scan.options.total_label, table.rows, len(_rows(table.scan))) == ("", 5, 5)


def test_a_folder_with_many_orders_of_columns_is_read_within_the_memory_of_a_query(tmp_path: Path) -> None:
    titles = [f"c{place}" for place in range(12)]
    for place in range(100):
        order = titles[place % 12 :] + titles[: place % 12]
        mixed = order[:: -1 if place // 12 % 2 else 1]
        write_csv(tmp_path / f"{place}.csv", mixed, [[title[1:] for title in mixed]] * 3)
    first = inspect_file(tmp_path / "0.csv").tables[0].scan
    scan = replace(first, path=tmp_path, files=tuple(path.name for path in tmp_path.iterdir()))  # in no order
    found = inspect_scan(scan)
    assert (found.rows, found.wrong_count, len(current_scan(scan).layouts)) == (300, 0, 24)
    assert set(_rows(scan)) == {tuple(range(12))}


def test_the_files_of_a_folder_are_counted_while_they_are_read(tmp_path: Path) -> None:
    for place in range(3):
        write_csv(tmp_path / f"{place}.csv", ["a", "b"], [["1", "2"]])
    steps: list[tuple[int, int | None]] = []
    inspect_file(tmp_path, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_parquet_files_are_joined_by_the_names_of_their_columns(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS id, 2 AS n) TO '{tmp_path}/a.parquet'")
        connection.execute(f"COPY (SELECT 2.5::DOUBLE AS n, 'x' AS note, 2 AS id) TO '{tmp_path}/b.parquet'")
        connection.execute(f"COPY (SELECT 1 AS x, 2 AS y) TO '{tmp_path}/c.parquet'")
    joined, other = inspect_file(tmp_path).tables
    assert [(column.name, column.kind) for column in joined.scan.columns] == [
        ("id", "integer"), ("n", "float"), ("note", "text"),
    ]  # fmt: skip
    assert [(one.title, one.files) for one in joined.partial_columns] == [("note", ("b.parquet",))]
    assert _rows(joined.scan) == [(1, 2.0, None), (2, 2.5, "x")]
    assert other.scan.path.name == "c.parquet"


_TITLES = ["day", "amount", "it's", 'a "b"', "x;y", "Şehir"]
_FILE = st.tuples(
    st.permutations(_TITLES),
    st.integers(2, len(_TITLES)),
    st.lists(st.lists(st.sampled_from(["", "1", "-2", "x y", 'q"q', "a,b", "ö"]), min_size=6, max_size=6), max_size=4),
)


@given(st.lists(_FILE, min_size=1, max_size=5))
@examples(60, costly=True, deadline=None)
def test_no_value_of_any_file_is_lost(files: list[tuple[list[str], int, list[list[str]]]]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for place, (titles, width, rows) in enumerate(files):
            write_csv(folder / f"{place}.csv", titles[:width], [row[:width] for row in rows])
        found = inspect_file(folder, ReadOptions(header=True, delimiter=","), fixed=frozenset({"header", "delimiter"}))
        for table in found.tables:
            assert not table.wrong_lines
            assert table_cells(_named_rows(table.scan), table.scan) == file_cells(table.scan)
            assert table.rows == len(_rows(table.scan))
        read = [path.name for table in found.tables for path in table.scan.paths]
        assert sorted([*read, *(one.name for one in found.skipped)]) == sorted(path.name for path in folder.iterdir())


_TEXTS = st.lists(st.lists(st.sampled_from(["", "x y", 'q"q', "a,b", "ö"]), min_size=6, max_size=6), max_size=3)
_TEXT_FILES = st.lists(
    st.tuples(st.permutations(_TITLES), st.integers(2, len(_TITLES)), _TEXTS), min_size=1, max_size=4
)


@given(_TEXT_FILES, _TEXT_FILES)
@examples(60, costly=True, deadline=None)
def test_no_value_of_any_file_that_comes_later_is_lost(
    before: list[tuple[list[str], int, list[list[str]]]], later: list[tuple[list[str], int, list[list[str]]]]
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_csv(folder / "z.csv", _TITLES[:2], [["1", "2"]])  # what the others are joined with
        for place, (titles, width, rows) in enumerate(before):
            write_csv(folder / f"{place}.csv", titles[:width], [row[:width] for row in rows])
        options = ReadOptions(header=True, delimiter=",")
        tables = inspect_file(folder, options, fixed=frozenset({"header", "delimiter"})).tables
        scan = next(one.scan for one in tables if "z.csv" in (*one.scan.files, one.scan.path.name))
        scan = scan if scan.files else replace(scan, path=folder, files=("z.csv",))
        columns = tuple(one.read_as("text") for one in scan.columns)
        others = frozenset(path for one in tables for path in one.scan.paths) - set(scan.paths)
        for place, (titles, width, rows) in enumerate(later, 100):
            write_csv(folder / f"{place}.csv", titles[:width], [row[:width] for row in rows])
        found = match_folder(scan.with_columns(columns), others, frozenset(), CancelToken())
        assert (found.gone, found.broken, found.match.missing) == ((), (), ())
        now = found.match.scan
        assert table_cells(_named_rows(now), now) == file_cells(now)
        assert {*now.paths, *others, *(folder / one.name for one in found.unread)} == set(folder.iterdir())
        assert all(one.why.code == "files.not-joined" for one in found.unread)
