"""What an inspection finds in files made here: how they are written, what fits, and which lines don't."""

import csv
import gzip
import io
import json
import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchboard.analytics import duckdb_session
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.errors import AppError, Cancelled, Invalid, NotFound, Unavailable


def _inspect(path: Path, content: str | bytes, encoding: str = "utf-8") -> TableInspection:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    (table,) = inspect_file(path).tables
    return table


def _kinds(table: TableInspection) -> dict[str, str]:
    return {column.name: column.kind for column in table.scan.columns}


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
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


def test_lines_are_counted_across_quoted_breaks_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = 'a,b\r\n1,"two\r\nlines"\r\n\r\n2,x\r\nthree,y\r\n' + "".join(f"{n},z\r\n" for n in range(30)) + "5\r\n"
    table = _inspect(tmp_path / "a.csv", text, "utf-8-sig")
    assert table.scan.columns[0].name == "a"
    assert [each.line for each in table.wrong_lines] == [6, 37]
    assert table.scan.options.quoted_breaks
    assert table.preview[0] == (1, "two\r\nlines")
    assert len(_rows(table.scan)) == table.rows == 34


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1254", "cp1252"])
def test_delimiters_and_encodings_are_recognised(tmp_path: Path, delimiter: str, encoding: str) -> None:
    name = "Kälte" if encoding == "cp1252" else "Ağaç şık"
    text = "".join(delimiter.join(row) + "\n" for row in (("name", "n"), (name, "1"), ("b", "2"), ("c", "3")))
    table = _inspect(tmp_path / "a.csv", text, encoding)
    assert table.scan.options.delimiter == delimiter
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
    assert FileScan.from_json(table.scan.to_json()) == table.scan


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        assert _rows(table.scan) == [(whole, pytest.approx(value), day, note) for whole, value, day, note in rows]
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


_SIGNS = st.sampled_from([bytes([sign]) for sign in b",;\t|\"\n\r\0 1x'\\e-"])
_WORDS = st.sampled_from(
    [b'""', b"\r\n", b"1,5", b"1.5", b"007", b"a b", b"--", b"nan", b"31.11.2026", b"2026-11-07", b"evet", b"NA",
     b"\xff", b"\xfd\xfe", b"\xc4\x9f", b"\xef\xbb\xbf", b"=1+1", b"1e999", b"\xff\xfe"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    scan = FileScan.from_json(json.loads(json.dumps(table.scan.to_json())))
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
