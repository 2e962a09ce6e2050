"""What an inspection finds in files made here: how they are written, what fits, and which lines don't."""

import csv
import functools
import gzip
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_session
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.number_marks import MARKS, marks_with, open_number
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.total_columns import is_period, total_column_sentence
from benchboard.analytics.files.value_expressions import ZonedTimes
from benchboard.errors import AppError, Cancelled, Invalid, NotFound, Unavailable
from support.examples import examples


def _inspect(path: Path, content: str | bytes, encoding: str = "utf-8") -> TableInspection:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    (table,) = inspect_file(path).tables
    return table


def _kinds(table: TableInspection) -> dict[str, str]:
    return {column.name: column.kind for column in table.scan.columns}


@pytest.mark.parametrize("form", ["{year}-W{week:02}", "{year}W{week:02}"])
def test_weeks_of_iso_8601_are_dates_of_their_mondays(tmp_path: Path, form: str) -> None:
    weeks = [(2026, 32), (2026, 1), (2020, 53), (2026, 53)]
    lines = [form.format(year=year, week=week) for year, week in weeks]
    table = _inspect(tmp_path / "weeks.csv", "week,n\n" + "".join(f"{line},{k}\n" for k, line in enumerate(lines)))
    assert _kinds(table) == {"week": "date", "n": "integer"}
    assert [row[0] for row in table.preview] == [date.fromisocalendar(*each, 1) for each in weeks]
    assert not table.wrong_count


def test_a_week_that_its_year_does_not_have_is_a_wrong_value(tmp_path: Path) -> None:
    lines = "".join(f"2025-W{week:02},{week}\n" for week in range(1, 54))
    table = _inspect(tmp_path / "weeks.csv", f"week,n\n{lines}")
    assert _kinds(table)["week"] == "date"
    assert [line.line for line in table.wrong_lines] == [54]
    written = _inspect(tmp_path / "other.csv", "week,n\nW32 2026,1\nW33 2026,2\n")
    assert _kinds(written)["week"] == "text"


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    """One for all tests, as opening it takes 23 ms. It keeps nothing of a file, which may be written anew at once."""
    return duckdb.connect(config={"enable_external_file_cache": "false"})


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with _reader().cursor() as connection:
        return connection.execute(scan.relation_sql()).fetchall()


_LOG = "Zaman;Oda;Sıcaklık (°C);Parça no;Geçti\n" + "".join(
    f"{day:02}.11.2026 14:05;Oda 2;{day},5;00{day:02}-A;{'EH'[day % 2]}\n" for day in range(7, 15)
)


def test_log_of_a_turkish_spreadsheet_is_recognised(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "log.csv", _LOG, "cp1254")
    options = table.scan.options
    assert (options.delimiter, options.decimal_mark, options.encoding) == (";", ",", "windows-1254")
    assert (options.date_order, options.header, options.skip_lines) == ("day-first", True, 0)
    assert _kinds(table) == {
        "zaman": "timestamp", "oda": "text", "sicaklik_c": "float", "parca_no": "text", "gecti": "boolean",
    }  # fmt: skip
    assert (table.scan.columns[2].title, table.scan.columns[2].unit) == ("Sıcaklık", "°C")
    assert table.rows == 8
    assert table.preview_raw[0] == ("07.11.2026 14:05", "Oda 2", "7,5", "0007-A", "H")
    assert table.preview[0] == (datetime(2026, 11, 7, 14, 5), "Oda 2", 7.5, "0007-A", False)
    assert table.wrong_lines == ()
    (order,) = (guess for guess in table.guesses if guess.option == "date_order")
    assert order.certainty == "sure"
    assert "13.11.2026" in order.reason


_VISITORS = "Ort;Datum;Anzahl\nKöln;01.11.2026;12\nBonn;02.11.2026;7\n"


@pytest.mark.parametrize("late", [False, True])
def test_the_reason_for_a_thousands_separator_is_a_number_that_has_one(tmp_path: Path, late: bool) -> None:
    """“Based on numbers such as -3,3.” stood at the thousands separator."""
    first = [f"{n};-3,3" for n in range(600 if late else 3)]  # later lines aren't in the sample that suggests the marks
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["n;total", *first, "900;1.204,50"]) + "\n", encoding="utf-8")
    reasons = {guess.option: guess.reason for guess in inspect_file(path).tables[0].guesses}
    assert "-3,3" in reasons["decimal_mark"]
    assert "1.204,50" in reasons["thousands_mark"]


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("Besucherzählung;Export 12.11.2026;\n\n", 2),
        ("Besucherzählung;Export 12.11.2026\n;;\n", 2),
        ("Besucherzählung;;\n", 1),
        ("Besucherzählung\nAlle;;\n", 2),
        ("Stand 2026\n\n", 2),
        ("\n\n", 2),
    ],
)
def test_lines_above_the_column_names_are_skipped(tmp_path: Path, above: str, lines: int) -> None:
    table = _inspect(tmp_path / "a.csv", above + _VISITORS)
    assert table.scan.options.skip_lines == lines
    assert _kinds(table) == {"ort": "text", "datum": "date", "anzahl": "integer"}
    assert (table.rows, table.wrong_count, table.first_line) == (2, 0, lines + 2)
    assert _rows(table.scan)[0] == ("Köln", date(2026, 11, 1), 12)


@pytest.mark.parametrize(
    "text",
    [
        "name;;\nann;1;2\nbob;3;4\n",  # titles are missing
        "name;city;\nann;Bonn;x\nbob;Köln;y\n",
        "ann;;\nbob;x;y\neve;z;w\n",  # all is text
        "Umsatz;2024;2025;\n;Q1;Q2;Q3\nNord;1;2;3\n",  # titles in two lines: which are meant isn't known
    ],
)
def test_first_line_with_empty_values_is_not_taken_for_a_line_above_the_table(tmp_path: Path, text: str) -> None:
    assert _inspect(tmp_path / "a.csv", text).scan.options.skip_lines == 0


@pytest.mark.parametrize(("chosen", "lines"), [(0, 0), (1, 2), (2, 2), (3, 3)])
def test_chosen_line_of_column_names_is_taken_or_the_next_one_with_values(
    tmp_path: Path, chosen: int, lines: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Besucher;Export;\n\n" + _VISITORS)
    options = ReadOptions(skip_lines=chosen, header=True)
    (table,) = inspect_file(path, options, fixed=frozenset({"skip_lines", "header"})).tables
    assert table.scan.options.skip_lines == lines
    assert table.scan.columns[0].title == ("Besucher", "", "Ort", "Köln")[lines]


def test_every_wrong_value_of_a_line_is_named(tmp_path: Path) -> None:
    lines = [f"{k};0{k % 9 + 1}/02/2026;{k}" for k in range(200)]
    table = _inspect(tmp_path / "log.csv", "\n".join(["A;D;V", *lines, "7;99/02/2026;abc"]))
    (line,) = table.wrong_lines
    assert line.line == 202
    assert "“D” is “99/02/2026”" in line.sentence
    assert "“V” is “abc”" in line.sentence


def test_wrong_lines_are_named_by_number_and_counted(tmp_path: Path) -> None:
    lines = _LOG.splitlines()
    many = [lines[0], *lines[1:] * 20]
    many[40] = "08.11.2026 14:05;Oda 2;2 3,6;0008-A;E"
    many[77] = "31.11.2026 14:05;Oda 2;3,6;0008-A;E"
    many[90] = "08.11.2026 14:05;Oda 2;3,6;0008-A;E;more"
    many.append("08.11.2026 14:05;Oda 2;3,")
    table = _inspect(tmp_path / "log.csv", "\n".join(many))
    assert [(each.line, each.column, each.left_out) for each in table.wrong_lines] == [
        (41, 2, False), (78, 0, False), (91, None, True), (162, None, False),
    ]  # fmt: skip
    assert table.wrong_count == 4
    assert "2 3,6" in table.wrong_lines[0].sentence
    assert "space" in table.wrong_lines[0].sentence
    assert table.wrong_lines[2].text == many[90]
    assert "3 of 5" in table.wrong_lines[3].sentence
    assert table.rows == len(_rows(table.scan)) == 160


@pytest.mark.parametrize(
    ("quotes_at", "rows", "left_out", "sentence"),
    [
        ((20,), 20, False, "A quote isn't closed: 30 lines after it aren't read either."),
        ((20, 30), 39, True, "A quote isn't closed: 10 lines after it aren't read either."),
    ],
)
def test_quote_that_is_not_closed_names_the_lines_that_it_takes(
    tmp_path: Path, quotes_at: tuple[int, ...], rows: int, left_out: bool, sentence: str
) -> None:
    lines = ["a,b,c", *(f'{n},"bad,3' if n in quotes_at else f"{n},x,3" for n in range(1, 51))]
    table = _inspect(tmp_path / "a.csv", "\n".join(lines) + "\n")
    assert (table.rows, len(_rows(table.scan))) == (rows, rows)
    assert [(each.line, each.sentence, each.left_out) for each in table.wrong_lines] == [(21, sentence, left_out)]


def test_lines_are_counted_across_quoted_breaks_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = 'a,b\r\n1,"two\r\nlines"\r\n\r\n2,x\r\nthree,y\r\n' + "".join(f"{n},z\r\n" for n in range(30)) + "5\r\n"
    table = _inspect(tmp_path / "a.csv", text, "utf-8-sig")
    assert table.scan.columns[0].name == "a"
    assert [each.line for each in table.wrong_lines] == [6, 37]
    assert table.scan.options.quoted_breaks
    assert table.preview[0] == (1, "two\r\nlines")
    assert len(_rows(table.scan)) == table.rows == 34


def test_a_source_stored_with_a_byte_order_mark_in_its_first_title_has_it_no_more(tmp_path: Path) -> None:
    stored = _inspect(tmp_path / "a.csv", "n,t\n1,x\n", "utf-16").scan.to_json()
    stored["columns"][0] |= {"title": "\ufeffn", "source": "\ufeffn"}
    column = read_scan(stored).columns[0]
    assert (column.title, column.source) == ("n", "n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1254", "cp1252"])
def test_delimiters_and_encodings_are_recognised(tmp_path: Path, delimiter: str, encoding: str) -> None:
    name = "Kälte" if encoding == "cp1252" else "Ağaç şık"
    text = "".join(delimiter.join(row) + "\n" for row in (("name", "n"), (name, "1"), ("b", "2"), ("c", "3")))
    table = _inspect(tmp_path / "a.csv", text, encoding)
    assert table.scan.options.delimiter == delimiter
    assert [column.source for column in table.scan.columns] == ["name", "n"], "without a byte order mark"
    assert table.preview == ((name, 1), ("b", 2), ("c", 3))


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["1.234,56", "12,5", "1.234.567,1"], 1234.56),
        (["1,234.56", "12.5", "1,234,567.1"], 1234.56),
        (["1 234,56", "12,5", "999,1"], 1234.56),
        (["1\u2009234.56", "12.5", "999.1"], 1234.56),
        (["-1.5e3", "2.5", "3"], -1500.0),
    ],
)
def test_marks_of_numbers_are_recognised(tmp_path: Path, texts: list[str], value: float) -> None:
    table = _inspect(tmp_path / "a.csv", "v;t\n" + "".join(f"{text};x\n" for text in texts))
    assert table.scan.columns[0].kind == "float"
    assert table.preview[0][0] == value


@pytest.mark.parametrize(
    ("texts", "kind", "value"),
    [
        (["2026-11-07", "2026-11-08"], "date", date(2026, 11, 7)),
        (["2026-11-07 14:05:06.5", "2026-11-08 00:00:00"], "timestamp", datetime(2026, 11, 7, 14, 5, 6, 500_000)),
        (["2026-11-07T14:05:00+03:00", "2026-11-07T14:05:00Z"], "timestamp", datetime(2026, 11, 7, 11, 5)),
        (["11/27/2026", "11/07/2026"], "date", date(2026, 11, 27)),
        (["11/27/2026 02:05 PM", "11/07/2026 01:00 AM"], "timestamp", datetime(2026, 11, 27, 14, 5)),
        (["7.11.26", "27.11.26"], "date", date(2026, 11, 7)),
        (["2026/11/07", "2026/11/08"], "date", date(2026, 11, 7)),
        (["07.11.2026", "27.11.2026 09:30"], "timestamp", datetime(2026, 11, 7)),
        (["007", "012"], "text", "007"),
        (["12345678901234567890", "1"], "text", "12345678901234567890"),
        (["EVET", "hayır", "Hayır"], "boolean", True),
        (["true", "false"], "boolean", True),
        (["5", "NA", *["7"] * 30], "integer", 5),
        (["5", "6.5"], "float", 5.0),
        (["=1+2", "@SUM(A1)"], "text", "=1+2"),
    ],
)
def test_kinds_of_columns_are_recognised(tmp_path: Path, texts: list[str], kind: str, value: object) -> None:
    table = _inspect(tmp_path / "a.csv", "v;t\n" + "".join(f"{text};x\n" for text in texts))
    assert table.scan.columns[0].kind == kind
    assert table.preview[0][0] == value
    assert table.wrong_count == 0
    assert _rows(table.scan)[0][0] == value


def test_whole_file_decides_the_kind_not_its_beginning(tmp_path: Path) -> None:
    """Whole numbers for 3,000 lines, then decimals: nothing is rounded."""
    table = _inspect(tmp_path / "a.csv", "v,t\n" + "1,x\n" * 3_000 + "2.5,x\n" * 10)
    assert _kinds(table)["v"] == "float"
    assert _rows(table.scan)[-1][0] == 2.5


def test_month_first_is_recognised_by_a_date_far_down(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "d,t\n" + "03/04/2026,x\n" * 3_000 + "03/27/2026,x\n")
    assert table.scan.options.date_order == "month-first"
    assert table.preview[0][0] == date(2026, 3, 4)
    (guess,) = (each for each in table.guesses if each.option == "date_order")
    assert "03/27/2026" in guess.reason


def test_dates_that_tell_no_order_are_a_guess(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "d,t\n03/04/2026,x\n05/06/2026,y\n")
    assert [(each.value, each.certainty) for each in table.guesses if each.option == "date_order"] == [
        ("day-first", "guess")
    ]


def test_dates_that_tell_no_order_are_counted_if_some_fit_neither(tmp_path: Path) -> None:
    """It said that both orders fit all dates."""
    table = _inspect(tmp_path / "a.csv", "d,t\n" + "03/04/2026,x\n" * 30 + "33/44/2026,y\n")
    (guess,) = (each for each in table.guesses if each.option == "date_order")
    assert guess.reason == "30 of 31 dates could be day first or month first. Check which is right."


def test_options_that_the_user_chose_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("d,t\n03/04/2026,1\n05/06/2026,2\n", encoding="utf-8")
    chosen = ReadOptions(date_order="month-first", header=False)
    (table,) = inspect_file(path, chosen, fixed=frozenset({"date_order", "header"})).tables
    assert table.scan.options.date_order == "month-first"
    assert not table.scan.options.header
    assert table.rows == 3


@pytest.mark.parametrize(
    ("text", "header", "names"),
    [
        ("1,2\n3,4\n", False, ["column_1", "column_2"]),
        ("a,a\n3,4\n", True, ["a", "a_2"]),
        ("a,,b\n3,4,5\n", True, ["a", "column_2", "b"]),
        ("x,y\nx,z\n", False, ["column_1", "column_2"]),
        ("Report of May\n\nname,value\na,1\nb,2\n", True, ["name", "value"]),
    ],
)
def test_titles_are_recognised(tmp_path: Path, text: str, header: bool, names: list[str]) -> None:
    table = _inspect(tmp_path / "a.csv", text)
    assert table.scan.options.header == header
    assert list(_kinds(table)) == names
    assert len(_rows(table.scan)) == table.rows == text.count("\n") - (3 if "Report" in text else header)


def test_letters_beyond_ascii_far_down_decide_the_encoding(tmp_path: Path) -> None:
    text = b"name,n\n" + b"plain,1\n" * 200_000 + "ağaç,2\n".encode("cp1254")
    table = _inspect(tmp_path / "a.csv", text)
    assert table.scan.options.encoding == "windows-1254"
    assert table.wrong_count == 0


def test_lines_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "name,n\nağaç,1\n".encode() * 1 + b"\xff\xfe,2\n" + b"c,3\n")
    if table.scan.options.encoding == "utf-8":
        assert [each.line for each in table.wrong_lines] == [3]
    else:
        assert table.rows == 3


def test_compressed_file_is_read_as_its_content(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", gzip.compress(_LOG.encode()))
    assert table.scan.options.compressed
    assert table.rows == len(_rows(table.scan)) == 8


def test_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "it's.data"
    with duckdb.connect() as connection:
        connection.execute(
            'COPY (SELECT 1 AS "Oda ""1""", 1.25::DECIMAL(9,2) AS "Fiyat (EUR)", \'x\' AS note, 2.5::FLOAT AS f,'
            " TIMESTAMPTZ '2026-11-07 14:05:00+03' AS z, [1, 2] AS l, 'ab'::BLOB AS b, TIME '10:00' AS t)"
            f" TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)"
        )
    found = inspect_file(path)
    (table,) = found.tables
    assert found.format == "parquet"
    assert list(_kinds(table).values()) == ["integer", "decimal", "text", "float", "timestamp", "text", "text", "text"]
    assert [column.left_out for column in table.scan.columns] == [*[False] * 6, True, False]
    rows = _rows(table.scan)
    assert [str(value) for value in rows[0]] == ["1", "1.25", "x", "2.5", "2026-11-07 11:05:00", "[1, 2]", "10:00:00"]
    assert read_scan(table.scan.to_json()) == table.scan


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "files.empty"),
        (b"\n\n\n", "files.empty"),
        (b"%PDF-1.7 \x00\x01", "files.not-data"),
        (bytes(range(256)) * 20, "files.not-data"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "files.not-data"),
        (b"PAR1 not a parquet file", "files.unreadable"),
        (b"\x1f\x8b broken", "files.not-read"),
    ],
)
def test_file_that_holds_no_table_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(AppError) as refused:
        inspect_file(path)
    assert refused.value.code == code
    assert "a.csv" in refused.value.what
    assert "magic bytes" not in refused.value.why


@pytest.mark.parametrize(
    ("name", "what", "do"),
    [
        ("rand.xlsx", "“rand.xlsx” isn't an Excel file, or it's damaged.",
         "Open it in Excel and save it again, or choose another file."),
        ("rand.parquet", "“rand.parquet” isn't a Parquet file, or it's damaged.", "Choose another file."),
    ],
)  # fmt: skip
def test_file_without_the_content_of_its_extension_says_so(tmp_path: Path, name: str, what: str, do: str) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 20)
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / name)
    assert (refused.value.code, refused.value.what, refused.value.do) == ("files.not-data", what, do)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("fake.xlsx", "“fake.xlsx” isn't an Excel file."),
        ("fake.docx", "“fake.docx” isn't a Word file."),
        ("fake.PARQUET", "“fake.PARQUET” isn't a Parquet file."),
        ("fake.duckdb", "“fake.duckdb” isn't a database file."),
        ("fake.sqlite", "“fake.sqlite” isn't a database file."),
    ],
)
def test_text_named_as_a_file_of_another_format_is_refused(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_text("hello\n")
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / name)
    assert (refused.value.what, refused.value.why) == (what, "It contains text.")
    assert refused.value.do == "If it's a table as text, rename it to .csv. Otherwise, choose another file."


def test_file_of_another_kind_says_what_it_is_and_what_to_choose(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "real.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<t/>")
        archive.writestr("word/document.xml", "<w/>")
    for name, content, what, why in (
        ("real.docx", None, "“real.docx” isn't a data file.", "It's a Word document."),
        ("tool.db", b"\x7fELF\0\0", "“tool.db” isn't a database file.", "It's an ELF program."),
        ("scan.pdf", b"%PDF-1.7", "“scan.pdf” isn't a data file.", "It's a PDF document."),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(Invalid) as refused:
            inspect_file(tmp_path / name)
        assert (refused.value.what, refused.value.why) == (what, why)
        assert refused.value.do == "CSV, Parquet, Excel, SQLite and DuckDB files and CAN recordings are supported."


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"a": [1, 2, {"b": 3}]}', "It's a JSON file."),
        ('\ufeff[\n  {"a": 1, "b": 2},\n  {"a": 3, "b": 4}\n]\n', "It's a JSON file."),
        ('{"a": 1}\n{"a": 2}\n', "It's a JSON file."),
        ("<!DOCTYPE html>\n<html><body>Not found</body></html>", "It's a web page (HTML)."),
        ('<?xml version="1.0"?>\n<rows/>', "It's an XML file."),
    ],
)
def test_inspect_file_text_that_is_no_table_is_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    """A renamed JSON file was added as a table without rows."""
    (tmp_path / "bad.csv").write_text(content, encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / "bad.csv")
    assert (refused.value.code, refused.value.what) == ("files.not-data", "“bad.csv” isn't a CSV file.")
    assert refused.value.why == named


@pytest.mark.parametrize("title", ["[V]", "{id}", "<size>"])
def test_inspect_file_a_title_in_brackets_is_a_title(tmp_path: Path, title: str) -> None:
    assert _inspect(tmp_path / "a.csv", f"{title};n\n1;2\n").scan.columns[0].source == title


def test_missing_file_and_special_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        inspect_file(tmp_path / "gone.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Invalid) as refused:
        inspect_file(tmp_path / "pipe.csv")
    assert refused.value.code == "files.not-a-file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(Unavailable):
        inspect_file(path)


def test_line_of_many_megabytes_is_a_wrong_line(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "a,b\n1,x\n2," + "y" * 20_000_000 + "\n3,z\n")
    assert table.wrong_count >= 1
    assert table.preview[0] == (1, "x")


def test_cancelled_inspection_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n", encoding="utf-8")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        inspect_file(path, cancel_token=token)


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs", "Cc")), max_size=12)


@examples(60, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    delimiter=st.sampled_from([";", "\t", "|", ","]),
    comma=st.booleans(),
    rows=st.lists(
        st.tuples(
            st.integers(-(10**12), 10**12),
            st.floats(-1e6, 1e6).map(lambda value: round(value, 2)),
            st.dates(date(1900, 1, 1), date(2100, 1, 1)),
            _CELLS.map(lambda text: f"x{text}"),
        ),
        min_size=30,
        max_size=60,
    ),
)
def test_written_options_and_values_are_found_again(
    tmp_path: Path, delimiter: str, comma: bool, rows: list[tuple[int, float, date, str]]
) -> None:
    """Python's csv module writes; the inspection finds how, and reads the same values."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["id", "value", "day", "note"])
    for whole, value, day, note in rows:
        decimals = f"{value:.2f}"
        writer.writerow([whole, decimals.replace(".", ",") if comma else decimals, f"{day:%d.%m.%Y}", note])
    table = _inspect(tmp_path / "a.csv", text.getvalue())
    assert table.scan.options.delimiter == delimiter
    assert table.scan.options.decimal_mark == ("," if comma else ".")
    if any(day.day > 12 for _whole, _value, day, _note in rows):
        assert _rows(table.scan) == [
            (whole, pytest.approx(value), day, note.strip()) for whole, value, day, note in rows
        ]
    assert table.wrong_count == 0


def test_zeros_at_the_beginning_of_a_number_far_down_keep_the_column_text(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "code,t\n" + "123,x\n" * 5_000 + "007,x\n")
    assert _kinds(table)["code"] == "text"
    assert _rows(table.scan)[-1][0] == "007"


def test_kind_that_the_user_chose_is_counted_and_its_misfits_named(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "code,t\n" + "123,x\n" * 40 + "007,x\n12a,y\n")
    columns = (table.scan.columns[0].read_as("integer"), table.scan.columns[1])
    again = inspect_scan(table.scan.with_columns(columns))
    assert [(each.kind, each.fits, each.of) for each in again.columns[0].fits] == [("integer", 41, 42)]
    assert [(each.line, each.value) for each in again.wrong_lines] == [(43, "12a")]
    assert _rows(again.scan)[-2:] == [(7, "x"), (None, "y")]
    left_out = inspect_scan(replace(again.scan, options=replace(again.scan.options, wrong_values="leave-out")))
    assert left_out.rows == len(_rows(left_out.scan)) == 41


def test_byte_order_mark_in_any_title_is_left_out_and_the_scan_is_read_as_it_was_stored(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a,\ufeffb\n1,2\n".encode())
    scan = inspect_file(tmp_path / "a.csv").tables[0].scan
    assert [column.source for column in scan.columns] == ["a", "b"]
    assert read_scan(scan.to_json()) == scan


_SIGNS = st.sampled_from([bytes([sign]) for sign in b",;\t|\"\n\r\0 1x'\\e-"])
_WORDS = st.sampled_from(
    [b'""', b"\r\n", b"1,5", b"1.5", b"007", b"a b", b"--", b"nan", b"31.11.2026", b"2026-11-07", b"evet", b"NA",
     b"\xff", b"\xfd\xfe", b"\xc4\x9f", b"\xef\xbb\xbf", b"=1+1", b"1e999", b"\xff\xfe"]
)  # fmt: skip


@examples(300, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_SIGNS | _WORDS, max_size=60).map(b"".join))
def test_any_bytes_are_a_table_or_an_error_in_words(tmp_path: Path, content: bytes) -> None:
    """What an inspection answers can be stored, and reads as many rows as it says."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    try:
        (table,) = inspect_file(path).tables
    except AppError as refused:
        assert refused.what
        return
    scan = read_scan(json.loads(json.dumps(table.scan.to_json())))
    assert scan == table.scan
    assert len(table.wrong_lines) <= table.wrong_count
    if scan.readable_in_place:
        assert len(_rows(scan)) == table.rows


@pytest.mark.parametrize(
    ("name", "other"), [("log [1].csv", "log 1.csv"), ("a*.csv", "ab.csv"), ("a?b.csv", "axb.csv")]
)
@pytest.mark.parametrize("folder", ["logs", "lo[g]s*"])
def test_name_that_looks_like_a_pattern_is_that_file_alone(tmp_path: Path, folder: str, name: str, other: str) -> None:
    inside = tmp_path / folder
    inside.mkdir()
    (inside / other).write_text("a,b\n1,other\n", encoding="utf-8")
    table = _inspect(inside / name, "a,b\n2,this\n")
    assert table.preview == ((2, "this"),)
    assert _rows(table.scan) == [(2, "this")]
    with duckdb_session.open_instance() as connection:
        connection.execute(f"CREATE VIEW v AS {table.scan.relation_sql()}")
        duckdb_session.lock(connection, table.scan.paths)
        assert connection.execute("FROM v").fetchall() == [(2, "this")]


def test_inspect_file_a_date_is_no_example_of_a_number(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("day;amount\n01.07.2025;103,53\n02.07.2025;1.072,57\n", encoding="utf-8")
    (table,) = inspect_file(path).tables
    reason = next(guess.reason for guess in table.guesses if guess.option == "decimal_mark")
    assert "103,53" in reason


_SALES = "Datum;Filiale;Menge;Betrag\n" + "".join(f"{day:02}.07.2026;Köln;{day};{day},50\n" for day in range(1, 29))


def test_a_total_row_at_the_end_is_found_named_and_not_read(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "sales.csv", _SALES + "Summe;;406;1.420,00\n\n")
    assert [(one.line, one.value, one.total) for one in table.total_lines] == [(30, "Summe", True)]
    assert (table.rows, table.wrong_count, table.scan.options.total_label) == (28, 0, "Summe")
    assert sum(row[2] for row in _rows(table.scan)) == 406  # type: ignore[misc]  # numbers
    again = inspect_scan(table.scan)
    assert (again.rows, again.total_lines) == (28, table.total_lines)
    kept = inspect_file(tmp_path / "sales.csv", ReadOptions(), fixed=frozenset({"total_label"})).tables[0]
    assert (kept.rows, kept.total_lines, kept.wrong_count) == (29, table.total_lines, 1)


def test_a_column_that_is_the_sum_of_the_months_is_found_and_left_out(tmp_path: Path) -> None:
    months = ("Ocak", "Şubat", "Mart", "NİSAN", "Mayıs 2026")
    rows = [[f"Mağaza {at}", 2026, *(at * 10 + k + 0.25 for k in range(5))] for at in range(1, 9)]
    text = ";".join(("Mağaza", "Yıl", *months, "Toplam")) + "\n"
    text += "".join(";".join(map(str, [*row, sum(row[2:])])) + "\n" for row in rows)  # type: ignore[arg-type]  # numbers
    table = _inspect(tmp_path / "a.csv", text)
    assert [(one.place, one.parts, one.left_out) for one in table.total_columns] == [(7, (2, 3, 4, 5, 6), True)]
    assert [column.title for column in table.scan.kept_columns] == ["Mağaza", "Yıl", *months]
    said = "“Toplam” looks like the sum of 5 columns, “Ocak” to “Mayıs 2026”. "
    said += "It's excluded, because charts would show it as one more series."
    assert total_column_sentence(table.scan, table.total_columns[0]) == said

    net = "Net;Tax;Total\n" + "".join(f"{n};{n / 5};{n * 1.2:.2f}\n" for n in range(1, 30))
    table = _inspect(tmp_path / "b.csv", net)
    assert ([one.left_out for one in table.total_columns], len(table.scan.kept_columns)) == ([False], 3)
    other = "Jan;Feb;Total\n" + "".join(f"{n};{n};{n * 3}\n" for n in range(1, 30))
    assert _inspect(tmp_path / "c.csv", other).total_columns == ()


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ("Jan März Dez. KASIM Ağu Jan-26 May2026 2026-01 01/2026 Q1 2026Q3 2024 KW7", True),
        ("Net Marketing Tax 12 Janine A1 -", False),
    ],
)
def test_is_period_titles_of_months_quarters_weeks_and_years_are(titles: str, expected: bool) -> None:
    assert {title: is_period(title) for title in titles.split()} == dict.fromkeys(titles.split(), expected)


def test_a_short_total_row_is_no_wrong_line(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "sales.csv", _SALES + "Gesamt;;406\n")
    assert (table.rows, table.wrong_count, table.wrong_lines, len(table.total_lines)) == (28, 0, (), 1)


@pytest.mark.parametrize(
    "content",
    [
        "Region;Jahr;Betrag\nTotal;2024;5\nNord;2024;3\nTotal;2025;9\n",
        "Art;Datum;Betrag\nMiete;01.07.2026;5\nTotal;02.07.2026;3\n",
        "Art;Ort;Betrag\nMiete;Bonn;5\nTotal;Köln;3\n",
    ],
)
def test_a_row_that_begins_with_total_but_is_one_of_many_is_read(tmp_path: Path, content: str) -> None:
    table = _inspect(tmp_path / "a.csv", content)
    assert (table.rows, table.total_lines) == (content.count("\n") - 1, ())


def test_lines_end_in_crlf_too_long_by_empty_columns_and_too_short_are_named_where_they_are(tmp_path: Path) -> None:
    lines = [*_SALES.splitlines(), "29.07.2026;Köln; groß;7;", "30.07.2026;Köln", "31.07.2026;Köln;8;9,50"]
    table = _inspect(tmp_path / "sales.csv", "\r\n".join(lines) + "\r\n")
    assert [(one.line, one.text, one.column) for one in table.wrong_lines] == [
        (30, lines[29], 2), (31, lines[30], None),
    ]  # fmt: skip
    assert table.wrong_lines[1].sentence == "Only 2 of 4 columns."
    assert table.wrong_count == 2


@pytest.mark.parametrize(
    ("values", "marks", "certainty", "first"),
    [
        (["1.234"] * 3_000 + ["1.234,50"] * 9, (",", "."), "sure", 1234),
        (["1,234"] * 3_000 + ["1,234.50"] * 9, (".", ","), "sure", 1234),
        (["950"] * 3_000 + ["1.234,50"] * 9, (",", "."), "sure", 950),
        (["1.5"] * 30 + ["1.234,50"], (".", ""), "likely", 1.5),
        (["1.234,50"] * 3_000 + ["1,234.50"] * 4, (",", "."), "likely", 1234.5),
        (["1.234"] * 30 + ["1,234.50"], (".", ","), "guess", 1.234),
        (["1.234"] * 30, (".", ""), "guess", 1.234),
        (["1,234,567"] * 3, (".", ","), "sure", 1234567),
        (["1 234,50"] * 3, (",", " "), "sure", 1234.5),
    ],
)
def test_decimal_mark_is_decided_by_the_whole_file_and_never_by_one_value(
    tmp_path: Path, values: list[str], marks: tuple[str, str], certainty: str, first: float
) -> None:
    (tmp_path / "a.csv").write_text("".join(f"x;{value}\n" for value in ("v", *values)), encoding="utf-8")
    (table,) = inspect_file(tmp_path / "a.csv").tables
    options = table.scan.options
    (mark,) = (guess for guess in table.guesses if guess.option == "decimal_mark")
    assert (options.decimal_mark, options.thousands_mark, mark.certainty) == (*marks, certainty)
    assert table.preview[0][1] == first
    found = open_number(table)
    assert (found is not None) == (values[0] in ("1.234", "1,234"))
    if found is not None:
        read = inspect_file(tmp_path / "a.csv", replace(options, **marks_with(options, found.other_mark)), fixed=MARKS)
        assert (found.text, found.now, found.other) == (values[0], first, read.tables[0].preview[0][1])


@pytest.mark.parametrize("other", ["broken", "1.5"])
def test_inspect_file_a_few_wrong_cells_hide_no_decimal_mark(tmp_path: Path, other: str) -> None:
    """It said that no number has decimals."""
    text = "day;n;temp\n" + "".join(f"2026-01-0{day};{day};2{day},5\n" for day in range(1, 6))
    table = _inspect(tmp_path / "a.csv", f"{text}2026-01-06;6;{other}\n")
    (mark,) = (guess for guess in table.guesses if guess.option == "decimal_mark")
    assert mark.value == ","
    assert mark.reason in ("Based on numbers such as 21,5.", "Numbers written like 21,5: 5. Like 1.5: 1.")


def test_inspect_file_one_long_line_makes_no_decimal_comma_the_separator(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-{day};Room {day};2{day},5\n" for day in range(10, 25))
    table = _inspect(tmp_path / "a.csv", f"day;room;temp\n{rows}2026-01-25;Room 1;2,5;more\n")
    assert table.scan.options.delimiter == ";"
    assert [line.line for line in table.wrong_lines] == [17]


def test_inspect_file_a_column_that_is_text_because_of_few_cells_names_the_first(tmp_path: Path) -> None:
    text = "day;temp;note\n" + "".join(f"2026-01-0{day};2{day},5;x{day}\n" for day in range(1, 6))
    table = _inspect(tmp_path / "a.csv", f"{text}2026-01-06;broken;7\n")
    assert _kinds(table) == {"day": "date", "temp": "text", "note": "text"}
    (mixed,) = table.mixed_columns
    assert (mixed.place, mixed.kind, mixed.wrong, mixed.of) == (1, "float", 1, 6)
    assert (mixed.first.line, mixed.first.value) == (7, "broken")


_RAGGED = (
    "date,line,units,scrap_pct\n2025-01-06,A,120,1.5\n2025-13-45,B,118,2.1\n2025-01-08,A,97\n"
    "2025-01-09,B,111,1.2\n2025-01-10,A,twelve,1.1\n2025-01-11,B,115,1.4,extra\n"
)


def test_inspect_file_lines_that_are_too_short_count_as_they_are_read(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", _RAGGED)
    assert (table.rows, len(table.preview)) == (5, 5)
    assert [(one.place, one.wrong, one.of) for one in table.mixed_columns] == [(0, 1, 5), (2, 1, 5)]
    assert [column.empty for column in table.columns] == [0, 0, 0, 1]
    again = inspect_scan(replace(table.scan, options=replace(table.scan.options, wrong_values="leave-out")))
    assert again.rows == 4
    assert [column.empty for column in again.columns] == [0, 0, 0, 0]


def test_inspect_file_the_only_misfit_in_a_line_that_is_too_short_is_named(tmp_path: Path) -> None:
    text = "day,units,note\n" + "".join(f"2026-01-0{day},1{day},x\n" for day in range(1, 6))
    (mixed,) = _inspect(tmp_path / "a.csv", f"{text}2026-01-06,many\n").mixed_columns
    assert (mixed.place, mixed.wrong, mixed.of, mixed.first.line, mixed.first.value) == (1, 1, 6, 7, "many")


def test_wrong_line_of_a_date_speaks_of_no_time(tmp_path: Path) -> None:
    text = "date,units\n" + "".join(f"2025-01-{day},1{day}\n" for day in range(10, 30))
    (wrong,) = _inspect(tmp_path / "a.csv", f"{text}2025-13-45,7\n").wrong_lines
    assert wrong.sentence == "“date” is “2025-13-45”, which isn't a valid date in this column's format."


@pytest.mark.parametrize(
    ("zoned_times", "expected"),
    [
        ("utc", [datetime(2026, 5, 31, 21, 37), datetime(2026, 6, 1, 4, 30, 1, 250_000)]),
        ("written", [datetime(2026, 6, 1, 0, 37), datetime(2026, 6, 1, 2, 0, 1, 250_000)]),
    ],
)
def test_times_with_an_offset_are_read_in_utc_or_as_they_are_written(
    tmp_path: Path, zoned_times: ZonedTimes, expected: list[datetime]
) -> None:
    texts = [
        "2026-06-01T00:37:00+03:00",
        "2026-06-01 02:00:01.25-02:30",
        "2026-06-01T12:00Z",
        "2026-13-01T12:00:00+03:00",
    ]
    file = tmp_path / "log.csv"
    file.write_text(
        "at,n\n" + "".join(f"{text},1\n" for text in texts) + "2026-06-01T12:00Z,1\n" * 40, encoding="utf-8"
    )
    options = ReadOptions(zoned_times=zoned_times)
    (table,) = inspect_file(file, options, fixed=frozenset({"zoned_times"})).tables
    assert table.scan.columns[0].kind == "timestamp"
    assert [row[0] for row in _rows(table.scan)[:4]] == [*expected, datetime(2026, 6, 1, 12), None]
    assert [one.line for one in table.wrong_lines] == [5]
    # A source keeps it, and one that was stored before has UTC.
    stored = table.scan.to_json()
    assert read_scan(stored) == table.scan
    del stored["options"]["zoned_times"]
    assert read_scan(stored).options.zoned_times == "utc"


def test_inspect_file_the_separator_says_how_many_lines_fit(tmp_path: Path) -> None:
    guesses = {one.option: one.reason for one in _inspect(tmp_path / "a.csv", _RAGGED).guesses}
    assert guesses["delimiter"] == "5 of the first 7 lines have 4 columns."


def test_inspect_file_binary_data_named_csv_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as found:
        _inspect(tmp_path / "bin.csv", b"a,\0b\0\0\0,c\n\x01\x02")
    assert (found.value.what, found.value.why) == ("“bin.csv” isn't a CSV file.", "It contains binary data.")
