"""Send tables: their edits, what a row may be, and their files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.canbus.frame import FD_LENGTHS, Frame, is_valid
from benchboard.canbus.send_table import (
    MAX_PERIOD_MS,
    MAX_ROWS,
    SendRow,
    SendTable,
    bus_share,
    most_frames_a_second,
)
from benchboard.canbus.send_table_file import parse_table, read_table, table_text, write_table
from benchboard.canbus.table_history import TableHistory
from benchboard.errors import Invalid, NotFound, Unavailable

NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=20)
PERIODS = st.none() | st.integers(1000, 3_600_000_000).map(lambda microseconds: microseconds / 1000)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    extended, kind = draw(st.booleans()), draw(st.sampled_from(["classic", "remote", "fd"]))
    ident = draw(st.integers(0, 0x1FFF_FFFF if extended else 0x7FF))
    if kind == "remote":
        return Frame(ident, extended, remote=True, remote_dlc=draw(st.integers(0, 8)))
    lengths = FD_LENGTHS if kind == "fd" else FD_LENGTHS[:9]
    data = draw(st.sampled_from(lengths).flatmap(lambda length: st.binary(min_size=length, max_size=length)))
    fd = kind == "fd"
    return Frame(ident, extended, fd=fd, brs=fd and draw(st.booleans()), data=data)


def table_of(*names: str) -> SendTable:
    table = SendTable()
    for name in names:
        table = table.with_frame(Frame(0x100), name)
    return table


def names(table: SendTable) -> str:
    return "".join(row.name for row in table.rows)


@given(st.lists(st.tuples(frames(), NAMES, PERIODS), max_size=6))
def test_a_table_survives_its_text(rows: list[tuple[Frame, str, float | None]]) -> None:
    table = SendTable()
    for frame, name, period in rows:
        table = table.with_frame(frame, name, period)
    assert parse_table("a.json", table_text(table)) == table


@given(st.text() | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["format", "version", "rows", "frame", "name", "period_ms"]), inner, max_size=4),
    max_leaves=12).map(json.dumps))  # fmt: skip
@example("[" * 100_000)
@example('{"format": "benchboard-send-table", "version": 1, "rows": [{"frame": "123#", "period_ms": 1e999}]}')
@example('{"format": "benchboard-send-table", "version": 1, "rows": [{"frame": "123#", "period_ms": NaN}]}')
@example(
    '{"format": "benchboard-send-table", "version": 1, "rows": [{"frame": "123#", "period_ms": 1' + "0" * 400 + "}]}"
)
@example('{"format": "benchboard-send-table", "version": 1, "rows": [{"frame": "123#", "name": "\\u001b[2J"}]}')
def test_hostile_text_is_a_table_or_refused(text: str) -> None:
    try:
        table = parse_table("a.json", text)
    except Invalid as error:
        assert error.code == "send.file"
        return
    assert all(is_valid(row.frame) for row in table.rows)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"frame": "12#00"}], "Row 1 has no valid frame. A standard ID has 3 hex digits"),
        ([{"frame": "123#00"}, {}], "Row 2 has no valid frame. It has no “frame”."),
        ([{"frame": "123#00", "period_ms": 0.2}], "Row 1 can't be sent. 0.2 ms isn't possible."),
        ([{"frame": "123#00", "period_ms": "fast"}], "The period in row 1 isn't a number."),
        ([{"frame": "123#00"}] * (MAX_ROWS + 1), "A send table has at most 200 rows."),
    ],
)
def test_a_file_that_is_wrong_names_the_row(rows: object, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_table("a.json", json.dumps({"format": "benchboard-send-table", "version": 1, "rows": rows}))
    assert "“a.json” isn't a send table." in str(refused.value)
    assert said in str(refused.value)


def test_files_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    write_table(path, table_of("a", "b"))
    assert read_table(path) == table_of("a", "b")
    with pytest.raises(NotFound):
        read_table(tmp_path / "none.json")
    with pytest.raises(Invalid):
        read_table(tmp_path)
    with pytest.raises(Unavailable):
        write_table(tmp_path / "none" / "a.json", table_of("a"))
    path.write_bytes(b"\xff" * 10)
    with pytest.raises(Invalid) as refused:
        read_table(path)
    assert refused.value.code == "send.file"


def test_rows_are_moved_duplicated_and_removed_in_a_new_table() -> None:
    table = table_of("a", "b", "c")
    first, second, third = (row.key for row in table.rows)
    assert names(table.moved(first, 1)) == "bac"
    assert names(table.moved(first, 9)) == "bca"
    assert names(table.moved(third, -9)) == "cab"
    assert names(table.moved(0, 1)) == "abc"
    copied = table.duplicated(second)
    assert names(copied) == "abbc"
    assert copied.rows[2].key not in (first, second, third)
    assert names(copied.without({second, first})) == "bc"
    assert names(table) == "abc"


def test_a_row_takes_no_frame_and_no_period_that_cannot_be_sent() -> None:
    table = table_of("a")
    (row,) = table.rows
    for wrong in (
        SendRow(Frame(0x800)), SendRow(Frame(1, error=True)), SendRow(row.frame, "", 0.5),
        SendRow(row.frame, "", MAX_PERIOD_MS + 1), SendRow(row.frame, "", float("nan")),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            table.replaced(replace(wrong, key=row.key))


def test_a_full_table_takes_no_more_rows() -> None:
    table = table_of(*["a"] * MAX_ROWS)
    with pytest.raises(Invalid) as refused:
        table.duplicated(table.rows[0].key)
    assert refused.value.code == "send.full"


def test_share_of_the_bus_and_most_frames() -> None:
    frame = Frame(0x100, data=bytes(8))  # 111 bits and 15 stuff bits
    row = SendRow(frame, "", 10.0)
    assert bus_share([row, SendRow(frame)], 500_000) == pytest.approx(100 * 126 / 500_000)
    assert most_frames_a_second(frame, 500_000) == 3968


def test_edits_are_undone_and_redone() -> None:
    history = TableHistory(SendTable())
    for text in ("a", "ab"):
        history.record(table_of(*text))
    history.undo()
    assert names(history.table) == "a"
    history.undo()
    history.undo()
    assert names(history.table) == ""
    assert not history.can_undo
    history.redo()
    assert names(history.table) == "a"
    history.record(table_of("c"))
    assert not history.can_redo
    history.redo()
    assert names(history.table) == "c"
