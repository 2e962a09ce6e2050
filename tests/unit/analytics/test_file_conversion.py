"""Tables of Excel, SQLite, DuckDB and CSV files: what is in them, and their copies in Parquet."""

import sqlite3
import stat
import zipfile
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files import excel_rows
from benchboard.analytics.files.conversion import Conversion, copied_scan, copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.wrong_lines import mixed_column_sentence
from benchboard.errors import AppError, Cancelled, Invalid, Unavailable
from support.examples import examples


def _rows(scan: FileScan) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(scan.relation_sql()).fetchall()


def _copied(path: Path, target: Path, table: int = 0) -> tuple[Conversion, list[tuple[Any, ...]]]:
    scan = read_scan(inspect_file(path).tables[table].scan.to_json())
    conversion = copy_to_parquet(scan, target)
    return conversion, _rows(conversion.scan)


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = 'It\'s "a" log'
    for row in (
        ["Report of May"],
        [],
        ["Zaman", "Değer (V)", "Adet", "Not", "Parça", "Gün", "Oldu"],
        [datetime(2026, 5, 1, 14, 5), 1.5, 3, 'a,"b"\nc', "007", datetime(2026, 5, 1), True],
        [datetime(2026, 5, 2), -2, 4, None, "012", date(2026, 5, 2), False],
        [],
        [datetime(2026, 5, 3, 9), 0.1, 5, "=1+2", "013", date(2026, 5, 3), None],
    ):
        sheet.append(row)
    sheet["D7"].data_type = "s"
    book.create_sheet("Empty")
    second = book.create_sheet("Second")
    second.append(["n"])
    second.append([1])
    book.save(path)
    return path


def test_excel_sheets_keep_the_types_of_their_cells(tmp_path: Path) -> None:
    found = inspect_file(_workbook(tmp_path / "a.data"))
    assert found.format == "excel"
    assert [table.scan.table for table in found.tables] == ['It\'s "a" log', "Second"]
    columns = found.tables[0].scan.columns
    assert [column.kind for column in columns] == ["timestamp", "float", "integer", "text", "text", "date", "boolean"]
    assert (columns[1].title, columns[1].unit, columns[1].name) == ("Değer", "V", "deger_v")
    conversion, rows = _copied(tmp_path / "a.data", tmp_path / "out" / "a.parquet")
    assert rows == [
        (datetime(2026, 5, 1, 14, 5), 1.5, 3, 'a,"b"\nc', "007", date(2026, 5, 1), True),
        (datetime(2026, 5, 2), -2.0, 4, None, "012", date(2026, 5, 2), False),
        (datetime(2026, 5, 3, 9), 0.1, 5, "=1+2", "013", date(2026, 5, 3), None),
    ]
    assert (conversion.rows, conversion.emptied, conversion.left_out) == (3, 0, 0)


def test_excel_and_csv_read_words_for_nothing_and_a_total_row_alike(tmp_path: Path) -> None:
    words = ("n/a", "-", "N/A", "-", "n/a")
    rows = [[f"City {at}", words[at] if at < len(words) else at * 1.5, at] for at in range(16)]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["City", "Price", "Count"], *rows, ["Summe", "=SUM(B2:B17)", "=SUM(C2:C17)"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")  # without the values of its formulas, as programs other than Excel write it
    lines = ["City;Price;Count", *(";".join(map(str, row)) for row in rows), "Summe;;"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    for name in ("a.csv", "a.xlsx"):
        (table,) = inspect_file(tmp_path / name).tables
        assert [column.kind for column in table.scan.columns] == ["text", "float", "integer"], name
        assert table.scan.options.null_words == ("-", "N/A", "n/a")
        assert [(one.line, one.value) for one in table.total_lines] == [(18, "Summe")]
        assert (table.rows, table.wrong_count, table.mixed_columns) == (16, 0, ())
        _conversion, copied = _copied(tmp_path / name, tmp_path / f"{name}.parquet")
        assert (sum(row[1] is None for row in copied), sum(row[2] for row in copied)) == (5, 120)


def test_excel_numbers_stored_as_text_are_offered_to_be_read_as_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Price", "Count", "Part", "Name"])
    for at in range(20):
        sheet.append(["n/a" if at < 3 else f"{at}.5", "many" if at == 7 else str(at), f"00{at}", f"n{at}"])
    book.save(tmp_path / "a.xlsx")
    (table,) = inspect_file(tmp_path / "a.xlsx").tables
    assert {column.kind for column in table.scan.columns} == {"text"}
    found = [(one.place, one.kind, one.wrong, one.of) for one in table.mixed_columns]
    assert found == [(0, "float", 0, 17), (1, "integer", 1, 20)]
    said = [mixed_column_sentence(table.scan.columns[one.place].title, one) for one in table.mixed_columns]
    assert said[0] == "“Price” is text in the file, although its values are numbers."
    assert "“many” in line 9" in said[1]
    price, *others = table.scan.columns
    again = inspect_scan(table.scan.with_columns((price.read_as("float"), *others)))
    assert (again.wrong_count, again.scan.options.null_words) == (0, ("n/a",))


def test_words_for_nothing_in_text_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name;Code\nAnn;-\nBob;x1\nTotal;7\nEve;y\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path / "a.csv").tables
    assert (table.scan.columns[1].kind, table.scan.options.null_words) == ("text", ())
    (tmp_path / "a.csv").write_text("Name\nAnn\nTotal\n", encoding="utf-8")
    assert inspect_file(tmp_path / "a.csv").tables[0].total_lines == ()


def test_excel_value_that_does_not_fit_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["v", "n"], *([float(n), n] for n in range(40)), ["broken", 1]):
        book.active.append(row)
    book.save(path)
    (table,) = inspect_file(path).tables
    assert [(each.line, each.column, each.value) for each in table.wrong_lines] == [(42, 0, "broken")]


def test_archive_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / "a.xlsx")
    assert refused.value.code == "files.not-data"


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_rows, "MAX_TEXTS", 1_000_000)
    path = _workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings2.xml", b"\0" * 2_000_000)
    with pytest.raises(Invalid) as refused:
        inspect_file(path)
    assert refused.value.code == "files.too-large"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "content",
    [
        b"not xml",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_broken_or_hostile_workbook_is_an_error_in_words(tmp_path: Path, part: str, content: bytes) -> None:
    good, path = _workbook(tmp_path / "good.xlsx"), tmp_path / "a.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, content if name == part else source.read(name))
    with pytest.raises(Invalid) as refused:
        inspect_file(path)
    assert refused.value.code in ("files.unreadable", "files.empty")
    assert "a.xlsx" in refused.value.what


def test_sqlite_tables_are_copied_and_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "it's here?"
    folder.mkdir()
    path = folder / "a.bin"
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE "t ""x" (id INTEGER, v REAL, day TEXT, note TEXT, b BLOB)')
    connection.executemany(
        'INSERT INTO "t ""x" VALUES (?, ?, ?, ?, ?)',
        [(n, n / 4, f"2026-05-{n:02}", "007" if n % 2 else None, b"\0x") for n in range(1, 21)],
    )
    connection.execute("CREATE VIEW v AS SELECT load_extension('x')")
    connection.commit()
    connection.close()
    path.chmod(0o444)
    _conversion, rows = _copied(path, tmp_path / "a.parquet")
    assert rows == [
        (n, n / 4, date(2026, 5, n), "007" if n % 2 else None, None) for n in range(1, 21)
    ]  # fmt: skip
    assert [each.table for each in (table.scan for table in inspect_file(path).tables)] == ['t "x']
    assert [each.name for each in folder.iterdir()] == ["a.bin"]


def test_sqlite_file_of_a_running_program_shows_its_last_changes(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE t (n INTEGER, note TEXT)")
    connection.execute("INSERT INTO t VALUES (1, 'x')")
    connection.commit()
    (table,) = inspect_file(tmp_path / "a.db").tables
    assert table.preview == ((1, "x"),)
    connection.close()


def test_broken_sqlite_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4_000)
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / "a.db")
    assert refused.value.code == "files.unreadable"


def test_duckdb_tables_are_copied_and_views_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "it's.db"
    with duckdb.connect(str(path)) as connection:
        connection.execute('CREATE SCHEMA "s.x"')
        connection.execute(
            "CREATE TABLE t AS SELECT 1.25::DECIMAL(9,2) AS v, TIME '10:00' AS t, DATE '2026-05-01' AS d"
        )
        connection.execute("CREATE VIEW evil AS SELECT * FROM read_text('/etc/passwd')")
    found = inspect_file(path)
    assert [table.scan.table for table in found.tables] == ["main.t"]
    _conversion, rows = _copied(path, tmp_path / "a.parquet")
    assert rows == [(Decimal("1.25"), str(time(10)), date(2026, 5, 1))]
    with pytest.raises(Invalid):
        copy_to_parquet(replace(found.tables[0].scan, table="main.evil"), tmp_path / "b.parquet")
    assert not (tmp_path / "b.parquet").exists()


def test_wrong_values_are_emptied_or_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["n;note", *(f"{n};x" for n in range(40)), "broken;ağaç", "7;x;more", "8"]
    path.write_bytes("\n".join(lines).encode("cp1254"))
    scan = inspect_file(path).tables[0].scan
    assert not scan.readable_in_place
    emptied = copy_to_parquet(scan, tmp_path / "a.parquet")
    assert (emptied.rows, emptied.emptied, emptied.left_out) == (42, 2, 1)
    assert _rows(emptied.scan)[40:] == [(None, "ağaç"), (8, None)]
    leave_out = replace(scan, options=replace(scan.options, wrong_values="leave-out"))
    left_out = copy_to_parquet(leave_out, tmp_path / "a.parquet")
    assert (left_out.rows, left_out.emptied, left_out.left_out) == (40, 0, 3)
    assert _rows(left_out.scan) == [(n, "x") for n in range(40)]


@examples(60, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.booleans(), min_size=8, max_size=8), st.sampled_from(["utf-8", "cp1254"]))
def test_any_mix_of_line_endings_gives_the_same_rows(tmp_path: Path, ends: list[bool], encoding: str) -> None:
    lines = ["n,note", "1,ağaç", '2,"two\nlines"', "", "oops,y", "4,x,more", "5,ş", "6"]
    alike, path, target = tmp_path / "alike.csv", tmp_path / "a.csv", tmp_path / "a.parquet"
    alike.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    path.write_bytes(
        "".join(line + ("\r\n" if end else "\n") for line, end in zip(lines, ends, strict=True)).encode(encoding)
    )
    (expected,), (table,) = inspect_file(alike).tables, inspect_file(path).tables
    assert table.scan.readable_in_place == (encoding == "utf-8")
    assert (table.rows, table.preview) == (expected.rows, expected.preview)
    assert [each.line for each in table.wrong_lines] == [each.line for each in expected.wrong_lines]
    assert inspect_scan(table.scan).rows == expected.rows
    known = table.scan
    assert copy_to_parquet(known, target).rows == copy_to_parquet(expected.scan, tmp_path / "b.parquet").rows
    assert _rows(read_scan(copied_scan(known, target).to_json())) == list(expected.preview)


def test_line_breaks_in_values_are_no_mixed_endings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\r\n1,"two\nlines"\r\n2,"y"\r\n')
    (table,) = inspect_file(path).tables
    assert table.scan.readable_in_place
    assert _rows(table.scan) == [(1, "two\nlines"), (2, "y")]
    path.write_bytes(b"a,b\r1,x\r2,y\r")
    (table,) = inspect_file(path).tables
    assert table.scan.readable_in_place
    assert table.preview == ((1, "x"), (2, "y"))


def test_copy_is_for_this_account_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    target = tmp_path / "new" / "deep" / "a.parquet"
    _conversion, rows = _copied(tmp_path / "a.csv", target)
    assert rows == [(1, "x")]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    assert list(target.parent.iterdir()) == [target]


def test_failed_or_cancelled_copy_keeps_the_older_one(tmp_path: Path) -> None:
    path, target = tmp_path / "a.csv", tmp_path / "out" / "a.parquet"
    path.write_text("a,b\n1,x\n", encoding="utf-8")
    conversion, _found = _copied(path, target)
    scan, token = inspect_file(path).tables[0].scan, CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        copy_to_parquet(scan, target, cancel_token=token)
    path.unlink()
    with pytest.raises(AppError):
        copy_to_parquet(scan, target)
    assert _rows(conversion.scan) == [(1, "x")]
    assert list(target.parent.iterdir()) == [target]


def test_copy_to_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    scan = inspect_file(tmp_path / "a.csv").tables[0].scan
    with pytest.raises(Unavailable) as refused:
        copy_to_parquet(scan, tmp_path / "a.csv" / "x.parquet")
    assert refused.value.code == "files.not-written"
