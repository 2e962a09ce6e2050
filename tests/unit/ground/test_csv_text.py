"""CSV files: read back by another reader, every value is what was written."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from benchboard.csv_text import csv_bytes


def _read(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("utf-8-sig").splitlines(keepends=True)))


def test_values_of_each_kind_are_written_in_full() -> None:
    row = [None, True, False, -12, Decimal("-0.10"), date(2026, 11, 22), datetime(2026, 11, 22, 8, 5, tzinfo=UTC), "Öz"]
    found = ["", "true", "false", "-12", "-0.10", "2026-11-22", "2026-11-22T08:05:00Z", "Öz"]
    assert _read(csv_bytes(["a"] * 8, [row])) == [["a"] * 8, found]


def test_text_is_never_a_formula() -> None:
    cells = ["=1+1", "+1", "-1", "@A1", "\tx"]
    assert _read(csv_bytes(["=t"], [[cell] for cell in cells])) == [["'=t"], *([f"'{cell}"] for cell in cells)]


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers()), max_size=5))
def test_any_text_and_number_come_back(rows: list[tuple[str, int]]) -> None:
    text = csv_bytes(["text", "number"], rows).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [int(number) for _text, number in back] == [number for _text, number in rows]
    for (read, _number), (written, _same) in zip(back, rows, strict=True):
        assert read in (written, f"'{written}")
