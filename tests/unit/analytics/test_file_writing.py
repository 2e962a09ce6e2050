"""A folder whose files have the same columns and are written in several ways."""

import codecs
import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import current_sql
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.file_writing import assumed_unit_sentence, differing_kind_sentence, written_sentence
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.profile import profile_table
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.sources.folder_reading import match_folder
from support.examples import examples

_GERMAN = "Tag;Ort;Umsatz\n01.02.2026;Köln;1.234,50 €\n13.02.2026;Ulm;7,25 €\n"
_POINTS = "Tag,Ort,Umsatz\n2026-02-03,Bonn,1234.50 €\n2026-02-14,Mainz,0.75 €\n"
_ROWS = [
    (date(2026, 2, 1), "Köln", 1234.5), (date(2026, 2, 13), "Ulm", 7.25),
    (date(2026, 2, 3), "Bonn", 1234.5), (date(2026, 2, 14), "Mainz", 0.75),
]  # fmt: skip


def _rows(scan: FileScan) -> list[tuple[Any, ...]]:
    """What the files have."""
    with duckdb.connect() as connection:
        return connection.execute(current_sql(replace(scan, file_column=""))).fetchall()


def _copied(table: TableInspection, folder: Path) -> list[tuple[Any, ...]]:
    return _rows(copy_to_parquet(replace(table.scan, file_column=""), folder / "copies" / "copy.parquet").scan)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_files_that_are_written_in_several_ways_are_one_table(encoding: str, tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    (folder / "a.csv").write_text(_GERMAN, encoding=encoding)
    (folder / "b.csv").write_text(_POINTS, encoding="utf-8")
    (folder / "c.csv").write_bytes(gzip.compress(_GERMAN.encode()))
    found = inspect_file(folder)
    (table,) = found.tables
    scan = table.scan
    assert (table.apart, found.skipped, table.wrong_count, table.rows) == ("", (), 0, 6)
    assert [(one.kind, one.value_unit) for one in scan.columns] == [("date", ""), ("text", ""), ("float", "EUR")]
    assert read_scan(scan.to_json()) == scan
    assert scan.readable_in_place is (encoding == "utf-8")
    if scan.readable_in_place:
        assert sorted(_rows(scan)) == sorted([*_ROWS, *_ROWS[:2]])
    assert sorted(_copied(table, tmp_path)) == sorted([*_ROWS, *_ROWS[:2]])
    assert (inspect_scan(scan).rows, inspect_scan(scan).wrong_count) == (6, 0)
    assert profile_table(scan)[2].maximum == 1234.5
    said = written_sentence(scan)
    assert "“b.csv”: separator “,”" in said
    assert "numbers like 1.234,5" in said


def test_a_value_that_does_not_fit_is_wrong_in_its_own_file(tmp_path: Path) -> None:
    amounts = "".join(f"x;{place},25\n" for place in range(20))
    (tmp_path / "a.csv").write_text(f"what;n\n{amounts}y;1.5.6\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("what,n\nz,7.5\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    number = table.scan.with_columns((table.scan.columns[0], table.scan.columns[1].read_as("float")))
    found = inspect_scan(number)
    assert [(line.file, line.line, line.value) for line in found.wrong_lines] == [("a.csv", 22, "1.5.6")]
    assert _rows(number)[-1] == ("z", 7.5)


def test_a_file_that_can_be_read_in_two_ways_is_kept_as_its_own_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what;n\nx;1.234,5\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("what,n\nz,7.125\n", encoding="utf-8")
    why = "“b.csv” is kept as its own table: its numbers don't show which mark comes before the decimals."
    assert [table.apart for table in inspect_file(tmp_path).tables] == ["", why]


def test_dates_are_read_in_the_order_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day;n\n02/03/2026;1\n13/03/2026;2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("day,n\n02/03/2026,3\n03/13/2026,4\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert [row[0] for row in _rows(table.scan)] == [
        date(2026, 3, 2), date(2026, 3, 13), date(2026, 2, 3), date(2026, 3, 13),
    ]  # fmt: skip
    assert "day before month" in written_sentence(table.scan)


def test_columns_in_another_order_are_found_in_files_of_any_writing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Shop;Sales\nUlm;1.234,5\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Sales,Shop,Note\n1234.25,Bonn,x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert _rows(table.scan) == [("Ulm", 1234.5, None), ("Bonn", 1234.25, "x")]


def test_columns_that_are_of_other_kinds_in_a_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what;n\nx;1,5\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("what,n\ny,unknown\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert _rows(table.scan) == [("x", "1,5"), ("y", "unknown")]
    assert [differing_kind_sentence(table.scan, one) for one in table.differing_kinds] == [
        "“n” is read as text because its values differ. “a.csv”: numbers; “b.csv”: text."
    ]


def test_amounts_in_other_currencies_are_not_added(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what;n\nx;1,50 €\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("what,n\ny,$2.50\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("what,n\ny,3.50\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert _rows(table.scan) == [("x", "1,50 €"), ("y", "$2.50"), ("y", "3.50")]
    assert [differing_kind_sentence(table.scan, one) for one in table.differing_kinds] == [
        "“n” is read as text because its values differ. “a.csv”: amounts in EUR; “b.csv”: amounts in USD;"
        " “c.csv”: numbers."
    ]


def test_files_without_the_currency_of_the_others_are_in_it_and_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what;n;share\nx;1.234,50 €;5 %\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("what,n,share\ny,2.50,0.05\nz,-1,0.07\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert _rows(table.scan) == [("x", 1234.5, "5 %"), ("y", 2.5, "0.05"), ("z", -1.0, "0.07")]
    assert table.scan.columns[1].value_unit == "EUR"
    assert [assumed_unit_sentence(table.scan, one) for one in table.assumed_units] == [
        "“n”: 2 numbers without a currency are read as EUR. They are in “b.csv”."
    ]
    assert [one.place for one in table.differing_kinds] == [2], "5 % beside 0.05 may be 5 % or 0.05 %"


def test_a_file_that_comes_later_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(_GERMAN, encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    (tmp_path / "b.csv").write_text(_POINTS, encoding="utf-8")
    (tmp_path / "c.csv").write_text(_GERMAN, encoding="utf-8")
    found = match_folder(table.scan, frozenset(), frozenset(), CancelToken())
    assert (found.gone, found.broken, found.unread) == ((), (), ())
    assert sorted(_rows(found.match.scan)) == sorted([*_ROWS, *_ROWS[:2]])
    assert len(found.match.scan.variants) == 1


_MARKS = st.sampled_from([(".", ""), (",", "."), (".", ","), (",", "")])
_NUMBERS = st.lists(st.decimals(-9_999_999, 9_999_999, places=2), min_size=3, max_size=8)
_ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "windows-1252", "utf-16"])


def _written(value: Any, decimal: str, thousands: str) -> str:
    return f"{value:,.2f}".replace(",", "t").replace(".", decimal).replace("t", thousands)


@given(st.lists(st.tuples(st.sampled_from(";\t|"), _MARKS, _ENCODINGS, _NUMBERS), min_size=2, max_size=4))
@examples(25, costly=True, deadline=None)
def test_every_number_is_read_as_in_its_file_alone(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, tuple[str, str], str, list[Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    data = folder / "data"
    data.mkdir()
    expected = []
    for place, (delimiter, marks, encoding, numbers) in enumerate(files):
        lines = [
            f"größe{delimiter}wert",
            *(f"ä{at}{delimiter}{_written(one, *marks)}" for at, one in enumerate(numbers)),
        ]
        (data / f"{place}.csv").write_bytes(codecs.encode("\n".join(lines) + "\n", encoding))
        expected += [(f"ä{at}", float(one)) for at, one in enumerate(numbers)]
    (table,) = inspect_file(data).tables
    assert table.scan.columns[1].kind == "float"
    assert sorted(_copied(table, folder)) == sorted(expected)
