"""Numbers of an Excel file whose format writes a percent sign or a currency: read with it, as in a CSV file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.value_units import format_unit


@pytest.mark.parametrize(
    ("number_format", "unit"),
    [
        ("0.0%", "%"), ("0%", "%"), ("#,##0.00%;[Red]-0.00%", "%"), ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00 [$€-407];[Red]-#,##0.00 [$€-407]", "EUR"), ('#,##0.00\\ "€"', "EUR"), ('"$"#,##0.00', "USD"),
        ("$#,##0_);($#,##0)", "USD"), ('_-* #,##0.00\\ "€"_-', "EUR"), ("[$EUR] 0.00", "EUR"),
        ("[$₺-41F]#,##0.00", "TRY"),
        ("General", ""), ("0.00", ""), ("#,##0", ""), ('0.0" kg"', ""), ("0.00E+00", ""), ('0.00" €/h"', ""), ("@", ""),
        ("[$-409]0.00", ""), ("[Red]0", ""), ("", ""),
    ],
)  # fmt: skip
def test_format_unit_is_what_the_format_writes_around_the_digits(number_format: str, unit: str) -> None:
    assert format_unit(number_format) == unit


def _book(path: Path, *rows: tuple[tuple[Any, str], ...]) -> TableInspection:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["day", "share", "amount"])
    for at, row in enumerate(rows, 2):
        sheet.cell(at, 1, f"d{at}")
        for place, (value, number_format) in enumerate(row, 2):
            sheet.cell(at, place, value).number_format = number_format
    book.save(path)
    (table,) = inspect_file(path).tables
    return table


EURO = "[$€-407] #,##0.00"


def _copied(table: TableInspection, folder: Path) -> list[tuple[Any, ...]]:
    target = folder / "copy.parquet"
    target.unlink(missing_ok=True)
    copy_to_parquet(table.scan, target)
    return duckdb.sql(f"SELECT share, amount FROM '{target}'").fetchall()


def test_percentages_and_amounts_are_read_with_their_unit(tmp_path: Path) -> None:
    """0.125, shown as 12.5 % in Excel, was a bare 0.125, and amounts had no currency."""
    table = _book(tmp_path / "a.xlsx", ((0.125, "0.0%"), (1234.5, EURO)), ((-0.07, "0%"), (-3, EURO)))
    share, amount = table.scan.columns[1:]
    assert (share.kind, share.value_unit, share.unit) == ("float", "%", "%")
    assert (amount.kind, amount.value_unit, amount.unit, amount.unit_assumed) == ("float", "EUR", "EUR", False)
    assert [row[1:] for row in table.preview] == [(12.5, 1234.5), (-7.0, -3.0)]
    assert _copied(table, tmp_path) == [(12.5, 1234.5), (-7.0, -3.0)]
    again = inspect_scan(table.scan)
    assert (again.wrong_count, again.preview) == (0, table.preview)


def test_a_column_in_which_not_all_numbers_have_the_unit_is_read_as_its_numbers(tmp_path: Path) -> None:
    rows = (((0.125, "0.0%"), (1.5, EURO)), ((0.5, "General"), (2.5, "[$$-409]0.00")))
    table = _book(tmp_path / "a.xlsx", *rows)
    assert [(one.kind, one.value_unit) for one in table.scan.columns[1:]] == [("float", ""), ("float", "")]
    assert _copied(table, tmp_path) == [(0.125, 1.5), (0.5, 2.5)]


def test_a_table_that_was_added_without_units_is_read_as_before(tmp_path: Path) -> None:
    table = _book(tmp_path / "a.xlsx", ((0.125, "0.0%"), (1.5, EURO)))
    older = tuple(replace(one, value_unit="", unit="", checked=False) for one in table.scan.columns)
    found = inspect_scan(table.scan.with_columns(older))
    assert (found.wrong_count, found.preview[0][1:]) == (0, (0.125, 1.5))


def test_a_number_that_comes_without_the_format_is_in_the_unit_of_its_column(tmp_path: Path) -> None:
    table = _book(tmp_path / "a.xlsx", ((0.125, "0.0%"), (1.5, EURO)))
    _book(tmp_path / "a.xlsx", ((0.125, "0.0%"), (1.5, EURO)), ((0.5, "General"), (2, "General")))
    found = inspect_scan(table.scan)
    assert (found.wrong_count, [row[1:] for row in found.preview]) == (0, [(12.5, 1.5), (50.0, 2.0)])
