"""The rows of the live bus: one for each ID or one for each frame, and what their cells say."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.bench.frame_table import FrameDelegate, FrameModel, changed_bytes
from benchboard.ui.theme import Mode, Theme


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
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert spoken == [
        f"{clock(stamp(1.02))}, ID: 0x18F, CAN, DLC: 2, Cycle (ms): 20, Count: 2, Data: C0 FF",
        "ID: 0x18FEF100, CAN, DLC: 1, Count: 1, Data: 01",
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
    assert right == ["DLC", "Cycle (ms)", "Count"]


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


def test_changed_bytes_are_those_that_the_last_frame_of_the_same_id_had_not(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)

    def changed(data: bytes) -> list[bool]:
        model.add_frames([Frame(0x100, data=data), Frame(0x200, data=b"\xaa\xbb")])
        return changed_bytes(model.row_at(0))

    assert changed(b"\x01\x02\x03") == [False, False, False]
    assert changed(b"\x01\xff\x03") == [False, True, False]
    assert changed(b"\x01\xff") == [False, False]
    assert changed(b"\x01\xff\x03") == [False, False, True]
    model.skip_frames()
    assert changed(b"\x00\x00\x00") == [False, False, False]
    for data in (b"\x00", b"\x01"):
        model.add_frames([Frame(0x4, error=True, data=data)])
    assert changed_bytes(model.row_at(0)) == []  # “error frame” is shown in its place
    assert model.index(0, 4).data() == "–"  # a state that is reported again has no cycle


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_changed_byte_by_id_is_bold_on_a_ground_of_its_own(qtbot: QtBot, light: Theme, mode: Mode) -> None:
    light.set_appearance(mode)
    table = QTableView()
    qtbot.addWidget(table)
    model = FrameModel(table)
    table.setModel(model)
    table.setItemDelegate(FrameDelegate(table))
    table.setColumnWidth(6, 300)
    table.resize(1000, 200)

    def grounds() -> set[str]:
        picture = table.viewport().grab(table.visualRect(model.index(0, 6))).toImage()
        return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}

    marked = light.color("byte.changed").name()
    model.add_frames([Frame(0x100, data=b"\x01\x02")])
    assert marked not in grounds()
    model.add_frames([Frame(0x100, data=b"\x01\x03")])
    assert marked in grounds()
    model.show_rolling(True)
    assert marked not in grounds()
