"""Times and cycles in the live trace: no finer than the stamps they come from."""

import pytest
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.ui.bench.frame_format import clock, cycle
from benchboard.ui.bench.frame_table import FrameModel

MINUTE = 1_700_000_040.0  # a whole minute of Unix time


def stamp(seconds: float, uncertainty: float = 0.001) -> Timestamp:
    return Timestamp(MINUTE + seconds, TimeSource.HOST, uncertainty)


@pytest.mark.parametrize(
    ("seconds", "uncertainty", "text"),
    [
        (12.804113, 1e-6, "12.804 113"),
        (12.804113, 0.0001, "12.804 1"),
        (12.804113, 0.001, "12.804"),
        (12.804113, 0.0012, "12.80"),
        (12.804113, 0.05, "12.8"),
        (12.804113, 0.3, "13"),
        (59.9996, 0.001, "00.000"),
        (3.0, 2.0, "03"),
    ],
)
def test_clock_shows_no_more_digits_than_the_stamp_has(seconds: float, uncertainty: float, text: str) -> None:
    assert clock(stamp(seconds, uncertainty)) == text


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        (stamp(1.0, 1e-6), stamp(1.0100042, 1e-6), "10.004"),
        (stamp(1.0), stamp(1.0100042), "10"),
        (stamp(1.0), stamp(1.0103, 0.004), "10"),
        (stamp(1.0), stamp(1.237, 0.03), "200"),
        (stamp(1.0, 0.3), stamp(3.4), "2000"),
    ],
)
def test_cycle_is_no_finer_than_the_coarser_stamp(before: Timestamp, now: Timestamp, text: str) -> None:
    assert cycle(before, now) == text


def test_rows_show_the_time_and_cycle_of_each_frames_own_stamp(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x100, timestamp=stamp(1.0)), Frame(0x200, timestamp=stamp(1.001, 0.02))])
    model.add_frames([Frame(0x100, timestamp=stamp(1.0334)), Frame(0x200, timestamp=stamp(1.034, 0.02))])
    shown = [[model.index(row, column).data() for column in (0, 4)] for row in range(model.rowCount())]
    assert shown == [["01.033", "33"], ["01.0", "0"]]


def test_add_frames_after_skipped_ones_shows_no_cycle_time(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x100, timestamp=stamp(1.0))])
    model.skip_frames()
    model.add_frames([Frame(0x100, timestamp=stamp(9.0))])
    assert model.data(model.index(0, 4)) == "–"
    model.add_frames([Frame(0x100, timestamp=stamp(9.02))])
    assert str(model.data(model.index(0, 4))).startswith("20")
    assert model.data(model.index(0, 5)) == "3"


def test_add_frames_remote_and_data_of_one_id_have_a_row_each(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x100, data=b"1"), Frame(0x100, remote=True, remote_dlc=4)])
    assert [model.data(model.index(row, 2)) for row in range(model.rowCount())] == ["CAN", "RTR"]


def test_add_frames_of_a_new_id_keeps_the_selected_row(qtbot: QtBot) -> None:
    """Every new ID was a reset, and took the selection away."""
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent)
    model.add_frames([Frame(0x100), Frame(0x200)])
    selected = QPersistentModelIndex(model.index(1, 0))
    model.add_frames([Frame(0x7FF), Frame(0x001), Frame(0x150)])
    assert [model.row_at(row).frame.id for row in range(model.rowCount())] == [0x001, 0x100, 0x150, 0x200, 0x7FF]
    assert model.row_at(selected.row()).frame.id == 0x200
    model.add_frames([Frame(number) for number in range(0x300, 0x400)])
    assert model.rowCount() == 5 + 256
