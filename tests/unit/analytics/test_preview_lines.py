"""A row of a preview, and a line that doesn't fit, have the number that an editor shows for the line of the file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.inspection import inspect_file
from support.examples import examples

_HEADER = "day,count,note"
_KINDS = ("plain", "two lines", "three lines", "blank", "wrong", "wrong in two lines", "too long", "too short")


def _record(kind: str, number: int) -> str:
    day = f"2026-05-{1 + number % 28:02}"
    return {
        "plain": f"{day},{number},note {number}",
        "two lines": f'{day},{number},"note {number}\nmore, of it"',
        "three lines": f'{day},{number},"note {number}\n\nmore ""of"" it"',
        "blank": "",
        "wrong": f"{day},x{number},note {number}",
        "wrong in two lines": f'{day},x{number},"note {number}\nmore"',
        "too long": f"{day},{number},note {number},more",
        "too short": f"{day},{number}",
    }[kind]


@examples(60, costly=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=25), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_are_those_of_the_file(tmp_path: Path, kinds: list[str], end: str, has_mark: bool) -> None:
    parts = [_HEADER, *(_record("plain", 100 + at) for at in range(30)), *map(_record, kinds, range(len(kinds)))]
    begins, line = [], 1
    for part in parts:
        begins.append(line)
        line += part.count("\n") + 1
    text = "\n".join(parts) + "\n"
    file = tmp_path / "a.csv"
    file.write_bytes((b"\xef\xbb\xbf" if has_mark else b"") + text.replace("\n", end).encode())
    (table,) = inspect_file(file).tables
    kinds = ["header", *["plain"] * 30, *kinds]
    where = dict(zip(begins, kinds, strict=True))
    assert len(table.preview_lines) == len(table.preview)
    rows = [at for at, kind in zip(begins, kinds, strict=True) if kind not in ("header", "blank", "too long")]
    assert list(table.preview_lines) == rows[: len(table.preview)]
    wrong = [at for at, kind in zip(begins, kinds, strict=True) if kind.startswith(("wrong", "too"))]
    assert [one.line for one in table.wrong_lines] == wrong
    for one in table.wrong_lines:
        row = table.row_of(one)
        assert row is None if where[one.line] == "too long" else row == rows.index(one.line) + 1


@pytest.mark.parametrize("lines", [["Report of May", ""], ["Report", "", "made on 3 May"]])
def test_lines_above_the_header_are_counted(tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "a.csv"
    text = [*lines, _HEADER, *(_record("plain", at) for at in range(20)), _record("wrong", 3)]
    file.write_text("\n".join(text), encoding="utf-8")
    (table,) = inspect_file(file).tables
    assert table.preview_lines[0] == len(lines) + 2
    assert [one.line for one in table.wrong_lines] == [len(text)]
