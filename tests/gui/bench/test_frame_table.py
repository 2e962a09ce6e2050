"""The rows of the live bus: one for each ID or one for each frame, and what their cells say."""

from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.bench.frame_table import FrameModel


def stamp(seconds: float, uncertainty: float = 0.001) -> Timestamp:
    return Timestamp(1_700_000_040.0 + seconds, TimeSource.HOST, uncertainty)  # after a whole minute of Unix time


def test_data_of_each_column_is_its_own(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x18F, timestamp=stamp(1.0)), Frame(0x18FEF100, extended=True, data=b"\x01")])
    model.add_frames([Frame(0x18F, data=b"\xc0\xff", timestamp=stamp(1.02))])
    shown = [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(2)]
    assert shown == [
        [clock(stamp(1.02)), "0x18F", "CAN", "2", "20", "2", "C0 FF"],
        ["", "0x18FEF100", "CAN", "1", "–", "1", "01"],
    ]


def test_titles_of_number_columns_stand_over_their_numbers(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    role, horizontal = Qt.ItemDataRole.TextAlignmentRole, Qt.Orientation.Horizontal
    right = [
        model.headerData(column, horizontal)
        for column in range(model.columnCount())
        if model.headerData(column, horizontal, role) & Qt.AlignmentFlag.AlignRight
    ]
    assert right == ["Cycle (ms)", "Count"]


def test_rows_show_the_time_and_cycle_of_each_frames_own_stamp(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x100, timestamp=stamp(1.0)), Frame(0x200, timestamp=stamp(1.001, 0.02))])
    model.add_frames([Frame(0x100, timestamp=stamp(1.0334)), Frame(0x200, timestamp=stamp(1.034, 0.02))])
    shown = [[model.index(row, column).data() for column in (0, 4)] for row in range(model.rowCount())]
    assert shown == [[clock(stamp(1.0334)), "33"], [clock(stamp(1.034, 0.02)), "0"]]


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
