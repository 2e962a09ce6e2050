"""Values are trimmed where the inspected files have spaces, and everywhere once a file isn't the inspected one."""

import csv
import os
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.column_matching import current_sql
from benchboard.analytics.files.file_versions import as_inspected
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.readable_files import readable_scan
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.scan_document import read_scan
from support.examples import examples

CITIES = "city,n,note\nBerlin,1,a \nParis,2,b\nRome,3,c\n"


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(current_sql(scan)).fetchall()


def _stored(scan: FileScan) -> FileScan:
    """The scan as a source has it later."""
    return read_scan(scan.to_json())


def _trims(scan: FileScan) -> list[bool]:
    found = as_inspected(scan)
    return [found.reading(place).trim_spaces for place in range(len(found.columns))]


def test_columns_without_spaces_are_read_as_they_are_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CITIES, encoding="utf-8")
    scan = _stored(inspect_file(path).tables[0].scan)
    assert _trims(scan) == [False, False, True]
    assert _rows(scan) == [("Berlin", 1, "a"), ("Paris", 2, "b"), ("Rome", 3, "c")]
    with path.open("a", encoding="utf-8") as file:
        file.write("Berlin ,\N{NO-BREAK SPACE}4,d\n")
    assert _trims(scan) == [True, True, True]
    assert _rows(scan)[-1] == ("Berlin", 4, "d")
    again = inspect_scan(scan)
    assert _trims(_stored(again.scan)) == [True, True, True]


def test_a_change_that_keeps_the_size_is_noticed_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CITIES, encoding="utf-8")
    scan = inspect_file(path).tables[0].scan
    path.write_text(CITIES.replace("Paris", "Pari "), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert [row[0] for row in _rows(scan)] == ["Berlin", "Pari", "Rome"]
    path.unlink()
    assert _trims(scan) == [True, True, True]


@pytest.mark.parametrize(("label", "value"), [("total_label", "Rome"), ("skip_lines", 1), ("delimiter", ";")])
def test_other_options_read_other_values_which_are_trimmed(tmp_path: Path, label: str, value: object) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CITIES, encoding="utf-8")
    document = inspect_file(path).tables[0].scan.to_json()
    document["options"][label] = value
    assert _trims(read_scan(document)) == [True, True, True]


def test_older_sources_are_trimmed_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CITIES, encoding="utf-8")
    document = inspect_file(path).tables[0].scan.to_json()
    del document["inspected"]
    for column in document["columns"]:
        del column["unspaced"]
    assert _trims(read_scan(document)) == [True, True, True]


def test_folder_trims_what_one_of_its_files_has_and_all_once_a_file_changes_or_is_added(tmp_path: Path) -> None:
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "a.csv").write_text("city,n\nBerlin,1\nParis,2\n", encoding="utf-8")
    (folder / "b.csv").write_text("city,n\nBerlin ,1\nParis,2\n", encoding="utf-8")
    scan = _stored(inspect_file(folder).tables[0].scan)
    assert _trims(scan) == [True, False]
    assert [row[0] for row in _rows(scan)] == ["Berlin", "Paris", "Berlin", "Paris"]
    (folder / "a.csv").write_text("city,n\nBerlin,1\nParis,\N{NO-BREAK SPACE}3\n", encoding="utf-8")
    assert _trims(scan) == [True, True]
    assert [row[1] for row in _rows(scan)] == [1, 3, 1, 2]


_VALUES = st.sampled_from(["Berlin", "7", "1,5", "1.5", "2026-01-02", "", "yes", " x", "y\N{NO-BREAK SPACE}", "7 "])


@given(rows=st.lists(st.tuples(_VALUES, _VALUES), min_size=2, max_size=12))
@examples(40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_never_depends_on_what_was_noted(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("one", "two"), *rows])
    scan = inspect_file(path).tables[0].scan
    document = scan.to_json()
    document["inspected"] = []
    assert scan.inspected
    assert _rows(scan) == _rows(read_scan(document))


_PLAIN = st.sampled_from([
    ["0", "-0", "+5", "007", "12", "9223372036854775807", "-9223372036854775808", ""],
    ["1.5", ".5", "5.", "-0.0", "+1.25", "1e3", "1E-3", "179769313486231570000", "0.1", "3", ""],
    ["2026-01-02", "0001-01-01", "9999-12-31", "2024-02-29", ""],
    ["2026-01-02 10:00", "2026-01-02T10:00:01", "2026-01-02 10:00:01.5", "2026-01-02 23:59:59.123456789", "2026-01-02"],
])  # fmt: skip


@given(data=st.data(), kinds=st.lists(_PLAIN, min_size=1, max_size=3), count=st.integers(2, 12))
@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_numbers_and_times_are_the_same_whether_duckdb_reads_or_casts_them(
    tmp_path: Path, data: st.DataObject, kinds: list[list[str]], count: int
) -> None:
    path = tmp_path / "a.csv"
    rows = [[data.draw(st.sampled_from(values)) for values in kinds] for _row in range(count)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])))
        writer.writerows([[f"column {place}" for place in range(len(kinds))], *rows])
    scan = inspect_file(path).tables[0].scan
    document = scan.to_json()
    document["inspected"] = []
    assert _rows(scan) == _rows(read_scan(document))


def test_duckdb_reads_plain_numbers_itself_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,n\na,1\nb,2\n", encoding="utf-8")
    scan = inspect_file(path).tables[0].scan
    assert "'c1': 'BIGINT'" in current_sql(scan)
    path.write_text("name,n\na,1\nb,x\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert "'c1': 'VARCHAR'" in current_sql(scan)
    assert _rows(scan) == [("a", 1), ("b", None)]


def test_lines_that_come_to_end_in_two_ways_are_read_and_trimmed_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,n\na,1\nb,2\n")
    (table,) = inspect_file(path).tables
    path.write_bytes(b"name,n\na,1\nb ,2\r\nc,3\r\n")
    os.utime(path, ns=(1, 1))
    readable = readable_scan(table.scan, None).scan
    assert _rows(readable) == [("a", 1), ("b", 2), ("c", 3)]
    assert [row[0] for row in inspect_scan(table.scan).preview] == ["a", "b", "c"]
