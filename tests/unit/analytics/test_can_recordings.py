"""CAN recordings as tables, written by python-can's own writers and by hand."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import can
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.can_recording import TABLE, TITLES, CanRecording
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.formats import detect_format
from benchboard.analytics.files.inspection import inspect_file
from benchboard.errors import AppError, Invalid
from support.examples import examples

_BEGUN = datetime(2026, 11, 20, 8, 30, 0, 250_000).timestamp()  # as an ASC file has it
_FRAMES = (
    can.Message(_BEGUN, 0x123, is_extended_id=False, data=[0xDE, 0xAD, 0xBE, 0xEF], channel=0),
    can.Message(_BEGUN + 0.5, 0x18FEF100, data=[0x1E, 0x03], is_rx=False, channel=0),
    can.Message(_BEGUN + 0.75, 0x7DF, is_extended_id=False, is_remote_frame=True, dlc=8, channel=0),
    can.Message(_BEGUN + 1, 0x200, is_extended_id=False, data=[], channel=0),
)
_LOG = "(1763627400.250000) can0 123#DEADBEEF\n(1763627400.750000) can0 18FEF100#1E03 T\n"


def _rows(path: Path) -> list[tuple[object, ...]]:
    with CanRecording.open(path) as recording:
        return [tuple(row) for row in recording.rows(TABLE)]


@pytest.mark.parametrize(("name", "form"), [("a.log", "candump"), ("a.asc", "asc"), ("a.trc", "trc")])
def test_frames_that_python_can_wrote_are_rows(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / name
    frames = [frame for frame in _FRAMES if form != "trc" or not frame.is_remote_frame]  # its writer has none
    with can.Logger(path) as written:
        for frame in frames:
            written(frame)
    assert detect_format(path) == "can", path.read_text()[:200]
    titles, *rows = _rows(path)
    at = {title: place for place, title in enumerate(titles)}  # type: ignore[call-overload]
    for row, frame in zip(rows, frames, strict=True):
        assert row[at["ID"]] == f"{frame.arbitration_id:0{8 if frame.is_extended_id else 3}X}"
        assert row[at["Extended"]] == frame.is_extended_id
        assert row[at["Data"]] == frame.data.hex(" ").upper()
        assert row[at["Type"]] == ("remote" if frame.is_remote_frame else "data")
        assert frame.is_remote_frame or row[at["Length"]] == frame.dlc  # candump's writer leaves that out
        assert row[at["Direction"]] == ("received" if frame.is_rx else "sent")
        assert row[at["Elapsed (s)"]] == pytest.approx(frame.timestamp - _BEGUN, abs=0.001)
    first = rows[0][at["Time"]]
    assert isinstance(first, datetime)
    expected = datetime.fromtimestamp(_BEGUN, None if form == "asc" else UTC).replace(tzinfo=None)
    assert abs((first - expected).total_seconds()) < 0.002


def test_recording_is_a_table_whose_columns_have_kinds_and_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "bus.log.gz"
    path.write_bytes(gzip.compress((_LOG + "(1763627401.000000) can1 1E3#\n").encode()))
    (table,) = inspect_file(path).tables
    assert (table.scan.format, table.scan.table, table.rows) == ("can", "frames", 3)
    assert tuple(column.title for column in table.scan.columns) == tuple(title.removesuffix(" (s)") for title in TITLES)
    kinds = {column.name: column.kind for column in table.scan.columns}
    assert (kinds["time"], kinds["elapsed_s"], kinds["id"], kinds["data"]) == ("timestamp", "float", "text", "text")
    assert (kinds["extended"], kinds["length"]) == ("boolean", "integer")
    assert table.preview[0][3] == "123"
    copied = copy_to_parquet(table.scan, tmp_path / "copies" / "bus.parquet")
    assert (copied.rows, copied.emptied, copied.left_out) == (3, 0, 0)


def test_recording_without_a_date_has_elapsed_time_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("(5.000000) can0 123#00\n(7.500000) can0 123#01\n")
    titles, first, second = _rows(path)
    assert titles == TITLES[1:]
    assert (first[0], second[0]) == (0, 2.5)


def test_recording_cut_off_in_its_last_line_has_the_frames_before(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(_LOG + "(1763627401.0000")
    assert len(_rows(path)) == 3


@pytest.mark.parametrize("after", [_LOG, ""])
def test_line_that_is_no_frame_is_named(tmp_path: Path, after: str) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"{_LOG}what is this\n{after}")
    with pytest.raises(Invalid) as refused:
        _rows(path)
    assert refused.value.what == "Line 3 of “a.log” isn't a CAN frame."


@pytest.mark.parametrize("text", ["(1,2);x\n1;2\n", "date;base\n1;2\n", ";$file\n1\n", "time,id\n(1.0) can0 123#00\n"])
def test_table_that_begins_like_a_recording_stays_a_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert detect_format(path) == "csv"


@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([_LOG, "date Fri Nov 20 08:30:00 2026\nbase hex  timestamps absolute\n",
                     ";$FILEVERSION=2.1\n;$STARTTIME=46000.5\n;$COLUMNS=N,O,T,B,I,d,R,L,D\n"]),
    st.lists(
        st.sampled_from(["0.1 1  123  Rx d 2 00 11\n", "1 10.0 DT 1 0123 Rx - 2 00 11\n", "(1.0) c 1#\n", "\n", ";",
                         "9" * 400, "0.1 CANFD 1 Rx 123 x 1 0 8 8\n", "(x) can0 1#zz\n",
                         "Begin Triggerblock x\n", "\u2028", "#"]),
        max_size=8,
    ).map("".join),
)  # fmt: skip
def test_any_recording_is_a_table_or_an_error_in_words(tmp_path: Path, head: str, rest: str) -> None:
    path = tmp_path / "a.trc"
    path.write_text(head + rest, encoding="utf-8")
    try:
        found = inspect_file(path)
    except AppError as refused:
        assert refused.what
        return
    assert found.format == "can"
