"""A table that is read again with columns that somebody changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_kinds import column_fits, with_kind
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.errors import Cancelled

LINES = (
    "Zaman;Oda;Sıcaklık (°C);Parça",
    "07.11.2026 14:05;Oda 2;23,45;0048",
    "08.11.2026 14:05;Oda 1;-18,9;0049",
    "13.11.2026 09:12;Oda 2;2 3,61;0050",
    "14.11.2026 09:12;Oda 2;24;x1",
    *(f"{day}.11.2026 09:12;Oda 2;24,5;00{day}" for day in range(15, 27)),
)
ROWS = 16


@pytest.fixture
def table(tmp_path: Path) -> TableInspection:
    file = tmp_path / "log.csv"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    (found,) = inspect_file(file).tables
    return found


def _as(table: TableInspection, place: int, kind: str) -> TableInspection:
    scan = table.scan
    samples = [row[place] for row in table.preview_raw]
    changed = with_kind(scan.columns[place], kind, samples, scan.options)  # type: ignore[arg-type]
    columns = (*scan.columns[:place], changed, *scan.columns[place + 1 :])
    return inspect_scan(scan.with_columns(columns))


def test_text_read_as_a_whole_number_names_the_line_that_does_not_fit(table: TableInspection) -> None:
    assert table.scan.columns[3].kind == "text"
    found = _as(table, 3, "integer")
    assert [row[3] for row in found.preview[:4]] == [48, 49, 50, None]
    assert (found.wrong_count, [(one.line, one.value) for one in found.wrong_lines]) == (2, [(4, "2 3,61"), (5, "x1")])


def test_a_column_read_as_text_has_no_wrong_lines(table: TableInspection) -> None:
    found = _as(table, 2, "text")
    assert [row[2] for row in found.preview[:4]] == ["23,45", "-18,9", "2 3,61", "24"]
    assert (found.wrong_count, found.wrong_lines) == (0, ())


def test_a_date_read_from_text_takes_the_format_of_its_first_values(table: TableInspection) -> None:
    as_text = _as(table, 0, "text")
    again = with_kind(as_text.scan.columns[0], "timestamp", [row[0] for row in as_text.preview_raw], table.scan.options)
    assert again.formats == ("%d.%m.%Y %H:%M",)


def test_lines_left_out_are_not_among_the_rows(table: TableInspection) -> None:
    as_number = _as(table, 3, "integer")
    scan = as_number.scan
    kept = inspect_scan(replace(scan, options=replace(scan.options, wrong_values="leave-out")))
    assert (as_number.rows, kept.rows, kept.wrong_count) == (ROWS, ROWS - 2, 2)


def test_the_fits_of_a_column_are_counted_for_every_kind(table: TableInspection) -> None:
    fits = {fit.kind: fit.fits for fit in column_fits(table, table.scan, 3)}
    assert fits == {"float": 15, "integer": 15, "text": 16, "boolean": 0, "timestamp": 0, "date": 0}
    assert {fit.of for fit in column_fits(table, table.scan, 3)} == {ROWS}


def test_a_parquet_column_read_as_text_is_cast(table: TableInspection, tmp_path: Path) -> None:
    from benchboard.analytics.files.conversion import copy_to_parquet

    copied = copy_to_parquet(_as(table, 3, "text").scan, tmp_path / "kept" / "log.parquet").scan
    (typed,) = inspect_file(copied.path).tables
    found = _as(typed, 2, "text")
    assert found.preview[0][2] == "23.45"
    assert found.wrong_count == 0


def test_counting_under_a_cancelled_token_stops(table: TableInspection) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        column_fits(table, table.scan, 0, cancel_token=token)
