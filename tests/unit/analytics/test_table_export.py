"""Tables as CSV, Excel and Parquet: what other programs find in the files."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.column_presentation import NOTHING, Presentation
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_export import excel_file as excel
from benchboard.analytics.table_export.clipboard_table import html_table, tab_separated
from benchboard.analytics.table_export.excel_file import excel_file
from benchboard.analytics.table_export.exported import Sheet, is_exact_float
from benchboard.analytics.table_export.formats import EXPORT_FORMATS, as_text_note, export_table
from benchboard.analytics.table_export.parquet_file import column_names, parquet_file
from benchboard.analytics.table_export.sheet_names import sheet_names
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.period_before import PeriodBefore, compared_rows
from benchboard.errors import Cancelled, Invalid

HOSTILE = ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "a\x00b\x01\x1f", "\ud800x", "http://a.example",
           "_x0041_", "{=1}", "01234", "\ufffe\uffff", "a\nb", " ", "", "'", "😀" * 20, "\u202eabc"]  # fmt: skip
MOMENT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


def _table(
    columns: Sequence[tuple[str, ValueKind] | tuple[str, ValueKind, Presentation]], *rows: tuple[Cell, ...]
) -> ResultTable:
    made = tuple(ResultColumn(one[0], one[1], one[2] if len(one) == 3 else NOTHING) for one in columns)
    return ResultTable(made, rows, truncated=False)


def _sheet(content: bytes, name: str | None = None) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book[name] if name else book.worksheets[0]


def _parquet(content: bytes, folder: Path) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    path = folder / "read.parquet"
    path.write_bytes(content)
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        described = made.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        columns = [(one[0], one[1]) for one in described]
        found = made.execute(f"SELECT {_fetched(columns)} FROM read_parquet(?)", [str(path)])
        return columns, found.fetchall()


def _fetched(columns: list[tuple[str, str]]) -> str:
    """The columns as Python takes them: DuckDB needs another module for times with a zone."""
    names = [(f'"{name.replace(chr(34), chr(34) * 2)}"', kind) for name, kind in columns]
    return ", ".join(f"timezone('UTC', {name})" if "ZONE" in kind else name for name, kind in names)


# Excel


def test_excel_cells_have_the_types_of_their_columns() -> None:
    table = _table(
        [("n", "integer"), ("d", "decimal"), ("t", "text"), ("b", "boolean"), ("day", "date"), ("at", "timestamp")],
        (1, Decimal("2.50"), "x", True, date(2026, 1, 2), MOMENT),
        (None, None, None, None, None, None),
    )
    sheet = _sheet(export_table(table, "xlsx", title="Orders").content)
    assert sheet.title == "Orders"
    assert [cell.value for cell in sheet[1]] == ["N", "D", "T", "B", "Day", "At (UTC)"]
    assert [cell.value for cell in sheet[2]] == [
        1,
        2.5,
        "x",
        True,
        datetime(2026, 1, 2),
        datetime(2026, 3, 1, 12, 30, 15),
    ]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "s", "b", "d", "d"]
    assert [cell.number_format for cell in sheet[2]] == [
        "#,##0", "#,##0.0", "General", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
    ]  # fmt: skip
    assert [cell.value for cell in sheet[3]] == [None] * 6


def test_excel_numbers_have_the_formats_of_their_columns() -> None:
    table = _table(
        [
            ("price", "decimal", Presentation(format="money", currency="EUR")),
            ("total", "decimal", Presentation(format="money", currency_origin="o")),
            ("currency", "text", Presentation(origin="o")),
            ("refund", "decimal", Presentation(format="percent")),
            ("id", "integer", Presentation(format="identifier")),
        ],
        (Decimal("12.5"), Decimal("1000.00"), "TRY", Decimal("12.5"), 4711),
        (Decimal(-3), Decimal("5.25"), "nothing known", Decimal(100), 4712),
    )
    sheet = _sheet(excel_file([Sheet("t", table)]).content)
    assert [cell.number_format for cell in sheet[2]] == [
        "#,##0.00 [$EUR]", "#,##0.00 [$TRY]", "General", "0.0%", "0"
    ]  # fmt: skip
    assert sheet["B3"].number_format == "#,##0.00"
    assert [cell.value for cell in sheet[2]] == [12.5, 1000, "TRY", 0.125, 4711]
    assert sheet["D3"].value == 1


def test_excel_change_in_percent_has_its_digits_and_is_shown_with_one_decimal() -> None:
    """-26.63 % was -0.266 in the cell: what is calculated from it was wrong."""
    table = _table([("orders", "integer")], (1468,))
    before = _table([("orders", "integer")], (2001,))
    period = Period(MOMENT, MOMENT + timedelta(days=1))
    compared = compared_rows(table, PeriodBefore(before, period, period), None)
    sheet = _sheet(excel_file([Sheet("t", compared)]).content)
    assert sheet["D2"].value == pytest.approx(-0.266366816591704, abs=1e-12)
    assert sheet["D2"].number_format == "0.0%"


def test_excel_header_is_bold_and_frozen_with_a_filter_and_columns_are_wide_enough() -> None:
    table = _table([("name", "text"), ("n", "integer")], ("x" * 30, 1), ("y" * 900, 2))
    sheet = _sheet(excel_file([Sheet("t", table)]).content)
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["A"].width == pytest.approx(60, abs=1)
    assert sheet.column_dimensions["B"].width == pytest.approx(8, abs=1)


def test_excel_columns_of_numbers_have_room_for_separators_and_currency() -> None:
    table = _table(
        [("n", "integer"), ("m", "integer", Presentation(format="money"))], (123_456_789_012, 123_456_789_012)
    )
    sheet = _sheet(excel_file([Sheet("t", table)]).content)
    plain, money = (sheet.column_dimensions[name].width for name in "AB")
    assert len("123,456,789,012") <= plain <= len("123,456,789,012") + 3
    assert len("$123,456,789,012.00") <= money <= len("$123,456,789,012.00") + 3


def test_excel_takes_hostile_text_for_text_alone() -> None:
    table = _table([("t", "text")], *((text,) for text in HOSTILE))
    sheet = _sheet(excel_file([Sheet("t", table)]).content)
    found = [sheet.cell(row, 1) for row in range(2, len(HOSTILE) + 2)]
    assert [cell.value or None for cell in found] == [_as_openpyxl_reads(text) for text in HOSTILE]
    assert {cell.data_type for cell in found if cell.value} == {"s"}
    assert not any(cell.hyperlink for cell in found)


def _as_openpyxl_reads(text: str) -> str | None:
    """A text as openpyxl reads it: it leaves the codes of control characters, which Excel shows as what they are."""
    valid = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda sign: f"_x{ord(sign[0]):04X}_", valid) or None


def test_excel_has_the_digits_of_a_number_and_no_others() -> None:
    made = excel_file([Sheet("t", _table([("n", "decimal")], (Decimal("636.82"),), (Decimal("-0.07"),)))]).content
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        written = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall("<v>([-0-9.]+)</v></c></row>", written)[1:] == ["636.82", "-0.07"]  # after the title


def test_excel_keeps_the_digits_of_long_numbers_as_text_and_says_so() -> None:
    exact = [123456789012345, Decimal("0.123456789012345"), Decimal("1.50000000000000000000"), 10**20]
    long = [1234567890123456, 2**63 - 1, Decimal("1234567890.1234567"), Decimal("1e305")]
    table = _table([("n", "decimal")], *((one,) for one in (*exact, *long)))
    made = excel_file([Sheet("t", table)])
    sheet = _sheet(made.content)
    found = [sheet.cell(row, 1).value for row in range(2, 10)]
    assert [Decimal(str(one)) for one in found[:4]] == exact
    assert found[4:] == [str(one) for one in long]
    assert made.as_text == 4
    assert as_text_note(made.as_text) == "4 values are stored as text, to keep all their digits."
    assert as_text_note(0) == ""


def test_excel_has_days_before_march_1900_as_text() -> None:
    days: list[Cell] = [date(1, 1, 1), date(1900, 2, 28), datetime(1899, 12, 31, tzinfo=UTC), date(1900, 3, 1)]
    made = excel_file([Sheet("t", _table([("d", "date")], *((day,) for day in days)))])
    sheet = _sheet(made.content)
    assert [sheet.cell(row, 1).value for row in range(2, 6)] == [
        "0001-01-01", "1900-02-28", "1899-12-31T00:00:00Z", datetime(1900, 3, 1)
    ]  # fmt: skip
    assert made.as_text == 3


def test_excel_refuses_text_and_tables_that_are_too_large_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    excel_file([Sheet("t", _table([("t", "text")], ("x" * 32_767,)))])
    for text, count in (("x" * 32_768, "32\u202f768"), ("😀" * 16_384, "32\u202f768")):
        with pytest.raises(Invalid) as caught:
            excel_file([Sheet("t", _table([("t", "text")], ("short",), (text,)))])
        assert caught.value.code == "export.excel-limit"
        assert f"“T”, row 2, has {count} characters" in caught.value.why
        assert "CSV or Parquet" in caught.value.do
    monkeypatch.setattr(excel, "MAX_SHEET_ROWS", 3)
    excel_file([Sheet("t", _table([("t", "text")], ("a",)))])
    with pytest.raises(Invalid, match="2 rows"):
        excel_file([Sheet("t", _table([("t", "text")], ("a",), ("b",)))])
    monkeypatch.setattr(excel, "MAX_SHEET_COLUMNS", 1)
    with pytest.raises(Invalid, match="2 columns"):
        excel_file([Sheet("t", _table([("t", "text"), ("u", "text")], ("a", "b")))])


def test_sheets_stand_one_beside_the_other_with_their_notes_above() -> None:
    table = _table([("n", "integer")], (1,))
    failed = Invalid("query.wrong", "The query is wrong.", do="Fix it.")
    sheets = [Sheet("Orders", table, ("Last 7 days", "Shop: All")), Sheet("Orders", None, ("x",), failed)]
    content = excel_file(sheets).content
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Orders", "Orders (2)"]
    first, second = _sheet(content, "Orders"), _sheet(content, "Orders (2)")
    assert [first.cell(row, 1).value for row in range(1, 7)] == ["Orders", "Last 7 days", "Shop: All", None, "N", 1]
    assert first.freeze_panes == "A6"
    assert first.auto_filter.ref == "A5:A6"
    assert second["A4"].value == "The query is wrong. Fix it."


def test_sheet_names_are_valid_unique_and_of_31_characters() -> None:
    titles = ["Sales [2026]: a/b\\c?*", "", "'quoted'", "History", "x" * 40, "X" * 40, "😀" * 30, "\ud800", "[]"]
    names = sheet_names(titles)
    assert names[:6] == ["Sales 2026 a b c", "Data", "quoted", "History (2)", "x" * 31, "X" * 27 + " (2)"]
    assert names[6] == "😀" * 15
    assert names[7:] == ["\ufffd", "Data (2)"]


@given(st.lists(st.text(), min_size=1, max_size=6))
def test_any_titles_make_a_workbook_that_opens(titles: list[str]) -> None:
    content = excel_file([Sheet(title, _table([("n", "integer")], (1,)), ("note",)) for title in titles]).content
    found = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert len({name.casefold() for name in found}) == len(titles)
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in found)


def test_export_stops_when_it_is_cancelled() -> None:
    def stop() -> None:
        raise Cancelled("tasks.cancelled", "Stopped.")

    for form in EXPORT_FORMATS:
        with pytest.raises(Cancelled):
            export_table(_table([("n", "integer")], (1,)), form, check=stop)


# Parquet


def test_parquet_has_exact_types_and_values(tmp_path: Path) -> None:
    table = _table(
        [("n", "integer"), ("d", "decimal"), ("t", "text"), ("b", "boolean"), ("day", "date"), ("at", "timestamp"),
         ("big", "integer"), ("nothing", "null")],
        (2**63 - 1, Decimal("2.50"), "=x", True, date(1, 1, 2), MOMENT + timedelta(microseconds=1), 2**64, None),
        (-(2**63), Decimal("-1234567890123456789.123"), "", False, None, MOMENT, -(2**64), None),
    )  # fmt: skip
    made = export_table(table, "parquet")
    columns, rows = _parquet(made.content, tmp_path)
    assert [name for name, _type in columns] == ["n", "d", "t", "b", "day", "at", "big", "nothing"]
    assert [kind for _name, kind in columns] == [
        "BIGINT", "DECIMAL(38,3)", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE", "DECIMAL(38,0)", "VARCHAR",
    ]  # fmt: skip
    assert [tuple(_in_utc(value) for value in row) for row in rows] == list(table.rows)
    assert made.as_text == 0


def test_parquet_has_numbers_of_too_many_digits_as_floats_or_else_as_text(tmp_path: Path) -> None:
    large, both = Decimal("1e300"), Decimal("1234567890.1234567")
    columns, rows = _parquet(parquet_file(_table([("d", "decimal")], (large,), (Decimal("0.1"),))).content, tmp_path)
    assert columns == [("d", "DOUBLE")]
    assert rows == [(1e300,), (0.1,)]
    made = parquet_file(_table([("d", "decimal")], (large,), (both,), (None,)))
    assert _parquet(made.content, tmp_path) == ([("d", "VARCHAR")], [("1E+300",), ("1234567890.1234567",), (None,)])
    assert made.as_text == 2


def test_parquet_columns_have_names_that_differ() -> None:
    assert column_names(["a", "A", "", 'x"y', "a"]) == ["a", "A_2", "column", 'x"y', "a_3"]


def test_parquet_of_no_rows_has_its_columns(tmp_path: Path) -> None:
    columns, rows = _parquet(parquet_file(_table([("n", "integer"), ("d", "date")])).content, tmp_path)
    assert columns == [("n", "BIGINT"), ("d", "DATE")]
    assert rows == []


def _in_utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


# Tables of all kinds

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
CELLS: dict[ValueKind, st.SearchStrategy[Cell]] = {
    "text": TEXTS,
    "integer": st.integers(-(10**30), 10**30),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(timezones=st.just(UTC)),
}


@st.composite
def _tables(draw: st.DrawFn) -> ResultTable:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    columns = [
        (
            draw(st.text(max_size=8)),
            kind,
            Presentation(format="money", currency="EUR") if draw(st.booleans()) else NOTHING,
        )
        for kind in kinds
    ]
    rows = draw(st.lists(st.tuples(*(st.one_of(st.none(), CELLS[kind]) for kind in kinds)), max_size=5))
    return _table(columns, *rows)


def _expected_in_excel(value: Cell) -> object:
    if isinstance(value, str):
        return _as_openpyxl_reads(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return float(value) if is_exact_float(value) else str(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) if value.date() >= date(1900, 3, 1) else value.isoformat()[:-6] + "Z"
    return datetime(value.year, value.month, value.day) if value >= date(1900, 3, 1) else value.isoformat()


@given(_tables())
def test_excel_of_any_table_has_its_values(table: ResultTable) -> None:
    sheet = _sheet(export_table(table, "xlsx").content)
    for row, cells in enumerate(table.rows, 2):
        for column, value in enumerate(cells, 1):
            found, expected = sheet.cell(row, column).value, _expected_in_excel(value)
            found = None if found == "" else found
            if isinstance(expected, datetime) and isinstance(found, datetime):
                assert abs(found - expected) <= timedelta(milliseconds=1)
            else:
                assert found == expected


@given(_tables())
def test_parquet_of_any_table_has_its_values(tmp_path_factory: pytest.TempPathFactory, table: ResultTable) -> None:
    columns, rows = _parquet(parquet_file(table).content, tmp_path_factory.mktemp("p"))
    assert len(rows) == len(table.rows)
    for found_row, cells in zip(rows, table.rows, strict=True):
        for (_name, kind), found, value in zip(columns, found_row, cells, strict=True):
            if isinstance(value, str):
                assert found == re.sub("[\ud800-\udfff]", "\ufffd", value)
            elif kind == "VARCHAR" and value is not None:
                assert found == str(value)
            elif kind == "DOUBLE" and isinstance(value, Decimal):
                assert found == float(value)
            else:
                assert _in_utc(found) == value


@given(_tables())
def test_csv_of_any_table_is_read_back_row_by_row(table: ResultTable) -> None:
    text = export_table(table, "csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(table.rows) + 1
    assert {len(row) for row in rows} <= {len(table.columns)}


# The clipboard


def test_clipboard_has_a_table_that_spreadsheets_take() -> None:
    table = _table(
        [("name", "text"), ("d", "decimal"), ("at", "timestamp")],
        ("=1+1", Decimal("-12.50"), MOMENT),
        ('a\t"b"\nc', None, None),
        ("<b>", Decimal(7), None),
    )
    assert tab_separated(table, decimal_mark=",") == (
        'Name\tD\tAt (UTC)\n\'=1+1\t-12,50\t2026-03-01 12:30:15\n"a\t""b""\nc"\t\t\n<b>\t7\t\n'
    )
    html = html_table(table)
    assert "<th>At (UTC)</th>" in html
    assert "<td style=\"mso-number-format:'\\@'\">=1+1</td><td>-12.50</td>" in html
    assert "&lt;b&gt;" in html
    assert "a\t&quot;b&quot;<br>c" in html
