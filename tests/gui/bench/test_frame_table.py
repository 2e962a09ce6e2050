"""The rows of the live bus: one for each ID or one for each frame, and what their cells say."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetrics
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QHeaderView, QLineEdit, QStyleOptionViewItem, QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard import i18n, package_data
from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.traffic_shares import traffic_key
from benchboard.ui.bench.frame_delegate import FrameDelegate
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_rows import (
    COUNT,
    CYCLE,
    DATA,
    DLC,
    ID,
    NAME,
    NODE,
    SHARE,
    SIGNALS,
    TIME,
    TYPE,
    changed_bytes,
    is_off_cycle,
    signals_text,
)
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.bench.signals.signal_line import paint_signal_line
from benchboard.ui.theme import Mode, Theme
from support.painted_text import painted_texts as painted
from support.painted_texts import painted_texts


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
        [clock(stamp(1.02)), "0x18F", "CAN", "2", "20", "2", "C0 FF", "", "", "", "", ""],
        ["", "0x18FEF100", "CAN", "1", "–", "1", "01", "", "", "", "", ""],
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
    assert right == ["DLC", "Cycle (ms)", "Count", "Share"]


def test_node_and_share_of_the_traffic_are_shown_and_sorted_by(qtbot: QtBot) -> None:
    """Which node floods the bus was told only of a recording."""
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    gate = Message("Gate", 0x100, False, 8, sender="GATE")
    model.set_database(CanDatabase((gate, Message("Drive", 0x300, False, 8, sender="ECU"))))
    model.add_frames([Frame(0x100), Frame(0x200), Frame(0x300)])
    model.show_shares(
        {traffic_key(Frame(0x100)): 0.7, traffic_key(Frame(0x200)): 0.297, traffic_key(Frame(0x300)): 0.003}
    )
    model.sort(SHARE, Qt.SortOrder.DescendingOrder)
    shown = [[model.cell(row, column) for column in (ID, NODE, SHARE)] for row in range(3)]
    assert shown == [["0x100", "GATE", "70 %"], ["0x200", "", "30 %"], ["0x300", "ECU", "0.3 %"]]
    model.sort(NODE)
    assert [model.cell(row, NODE) for row in range(3)] == ["ECU", "GATE", ""]


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


MOTOR = Message(
    "MotorStatus", 0x18F, False, 4,
    (
        Signal("Speed", 0, 16, scale=0.25, maximum=3000, unit="rpm"),
        Signal("Group", 16, 8),
        Signal("Left", 24, 8, selector="Group", selected_by=frozenset({1})),
        Signal("Right", 24, 8, selector="Group", selected_by=frozenset({2})),
    ),
    cycle_ms=10,
)  # fmt: skip


@pytest.fixture
def model(qtbot: QtBot) -> FrameModel:
    """A model that a tester of Qt's own watches, with a database of one message."""
    parent = QWidget()
    qtbot.addWidget(parent)
    made = FrameModel(parent, now=lambda: made_at[0])
    made_at[0] = 100.0
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, parent)
    made.set_database(CanDatabase([MOTOR]))
    made.setParent(None)
    made.kept_alive = parent  # type: ignore[attr-defined]
    return made


made_at = [0.0]


def column(model: FrameModel, at: int) -> list[str]:
    return [model.cell(row, at) for row in range(model.rowCount())]


def test_row_of_a_known_message_expands_into_its_signals_and_keeps_the_values_of_each_group(model: FrameModel) -> None:
    model.add_frames([Frame(0x100), Frame(0x18F, data=bytes.fromhex("2C 17 01 07")), Frame(0x200)])
    assert column(model, NAME) == ["", "MotorStatus", ""]
    assert column(model, SIGNALS)[1] == "Speed 1\u202f483.00 rpm, Group 1, Left 7"
    assert [model.is_expandable(row) for row in range(3)] == [False, True, False]
    selected = QPersistentModelIndex(model.index(2, 0))
    model.set_expanded(1, True)
    assert column(model, NAME) == ["", "MotorStatus", "Speed", "Group", "Left", "Right", ""]
    assert column(model, SIGNALS)[2:6] == ["1\u202f483.00 rpm", "1", "7", "–"]
    assert column(model, DATA)[2] == "0x172C  bits 0 | 16 LE, × 0.25"
    assert selected.row() == 6
    model.add_frames([Frame(0x18F, data=bytes.fromhex("FF FF 02 08")), Frame(0x080)])
    assert column(model, SIGNALS)[3:7] == ["16\u202f383.75 rpm, above 3\u202f000.00", "2", "7", "8"]
    assert (column(model, ID)[0], selected.row()) == ("0x080", 7)
    model.set_expanded(4, False)  # from one of its signals
    assert column(model, NAME) == ["", "", "MotorStatus", ""]


def test_frames_in_order_expand_too_and_leave_with_their_signals(model: FrameModel) -> None:
    model.show_rolling(True)
    model.add_frames([Frame(0x18F, data=bytes.fromhex("01 00 01 07")), Frame(0x18F, data=bytes.fromhex("02 00 02 08"))])
    model.set_expanded(0, True)
    assert column(model, SIGNALS)[1:5] == ["0.25 rpm", "1", "7", "–"]
    assert column(model, NAME)[5] == "MotorStatus"
    model.add_frames([Frame(0x100, data=bytes([number % 256])) for number in range(1_998)])
    assert model.rowCount() == 1_999
    assert "Speed" not in column(model, NAME)


def test_sent_frame_has_a_row_of_its_own_that_says_so(model: FrameModel) -> None:
    model.add_frames([Frame(0x18F), Frame(0x18F, sent=True)])
    assert column(model, TYPE) == ["CAN", "CAN, sent"]


def test_sort_keeps_selection_and_expanded_rows_and_new_ids_come_in_order(model: FrameModel) -> None:
    model.add_frames([Frame(0x18F, data=b"\x01\x00\x01\x07"), *[Frame(0x300)] * 3, *[Frame(0x200)] * 2])
    model.set_expanded(0, True)
    selected = QPersistentModelIndex(model.index(5, 0))
    assert model.cell(selected.row(), ID) == "0x200"
    model.sort(COUNT, Qt.SortOrder.DescendingOrder)
    assert model.headerData(COUNT, Qt.Orientation.Horizontal) == "Count ↓"
    assert column(model, ID) == ["0x300", "0x200", "0x18F", "", "", "", ""]
    assert model.cell(selected.row(), ID) == "0x200"
    model.add_frames([Frame(0x001)] * 9)
    assert column(model, ID)[0] == "0x001"
    model.add_frames([Frame(0x200)] * 20)
    made_at[0] += 1.5
    model.add_frames([Frame(0x300)])
    assert column(model, ID)[0] == "0x200", "rows are sorted again every second"


def test_times_are_shown_since_what_is_chosen_and_never_finer_than_the_stamp(model: FrameModel) -> None:
    model.add_frames(
        [Frame(1, timestamp=stamp(1.0)), Frame(2, timestamp=stamp(1.25, 0.02)), Frame(1, timestamp=stamp(2.0))]
    )
    model.show_times("start")
    assert column(model, TIME) == ["1.000", "0.2"]
    assert model.headerData(TIME, Qt.Orientation.Horizontal) == "Since start (s)"
    model.show_times("delta")
    assert column(model, TIME) == ["1\u202f000", "–"]
    model.show_rolling(True)
    assert column(model, TIME) == ["–", "200", "800"], "in order, since the frame before"
    model.set_zero(2)
    assert column(model, TIME) == ["−1.000", "−0.8", "0.000"]


def test_mark_of_a_changed_byte_fades(model: FrameModel) -> None:
    model.add_frames([Frame(1, data=b"\x01\x02")])
    assert model.fresh_changes(0, 0.6) == [0, 0]
    model.add_frames([Frame(1, data=b"\x01\x03"), Frame(1, data=b"\x01\x02")])
    assert model.fresh_changes(0, 0.6) == [0, 1]
    made_at[0] += 0.3
    model.add_frames([Frame(1, data=b"\x01\x02")])
    assert model.fresh_changes(0, 0.6) == [0, pytest.approx(0.5)]
    made_at[0] += 0.31
    assert model.fresh_changes(0, 0.6) == [0, 0]


def test_cycle_far_from_that_of_the_database_is_marked(model: FrameModel) -> None:
    for at, off in ((0.0, False), (0.0105, False), (0.030, True)):
        model.add_frames([Frame(0x18F, timestamp=stamp(at, 0.0001))])
        assert is_off_cycle(model.row_at(0)) == off
    model.add_frames([Frame(0x18F, timestamp=stamp(0.045, 0.01))])
    assert not is_off_cycle(model.row_at(0)), "the stamp isn't exact enough to tell"


def test_signal_with_a_square_is_checked_while_it_is_plotted_and_its_frame_says_whether_it_is_expanded(
    model: FrameModel,
) -> None:
    model.add_frames([Frame(0x18F, data=bytes(8), timestamp=stamp(0.0))])
    assert model.row_text(0).endswith(", collapsed")
    model.set_expanded(0, True)
    assert model.row_text(0).endswith(", expanded")
    frame, signal = model.index(0, 0), model.index(1, 0)
    assert frame.data(Qt.ItemDataRole.CheckStateRole) is None
    assert signal.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
    model.set_plotted({model.signal_keys(1)[0]: 0})
    assert signal.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    checkable = Qt.ItemFlag.ItemIsUserCheckable
    assert [bool(one.flags() & checkable) for one in (frame, signal, model.index(1, 1))] == [False, True, False]


def spoken(model: FrameModel, row: int, column: int = 0) -> str:
    """What a screen reader calls a cell."""
    return str(model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole))


def test_row_of_an_identifier_has_a_short_name_that_stays_and_its_cells_tell_what_changes(model: FrameModel) -> None:
    """The name had every value of the row, and was another one several times a second."""
    description = Qt.ItemDataRole.AccessibleDescriptionRole
    model.add_frames([Frame(0x18F, data=bytes(8), timestamp=stamp(0.0)), Frame(0x200, sent=True)])
    name, message = spoken(model, 0), model.row_at(0).message
    assert message is not None
    assert name == f"0x18F {message.name}, {len(message.signals)} signals, collapsed"
    assert spoken(model, 1) == "0x200, CAN, sent"
    model.add_frames([Frame(0x18F, data=b"\x2c\x17" + bytes(6), timestamp=stamp(0.02))])
    assert spoken(model, 0) == name
    assert model.index(0, 0).data(description) == "2C 17 00 00 00 00 00 00, 1 of 2", "as it is reached"
    assert spoken(model, 0, COUNT) == "2"
    assert spoken(model, 0, DATA) == f"2C 17 00 00 00 00 00 00, {clock(stamp(0.02))}"
    every = [one.signal.name for one in model.row_at(0).signals]
    assert every
    assert all(one in spoken(model, 0, SIGNALS) for one in every), "not only those that fit"
    model.set_expanded(0, True)
    assert spoken(model, 1) == message.signals[0].name
    assert model.index(1, 0).data(description) == f"{model.cell(1, SIGNALS)}, 2 of {model.rowCount()}"


def test_frame_in_order_is_told_with_its_data_and_time(model: FrameModel) -> None:
    model.show_rolling(True)
    model.add_frames([Frame(0x200, data=b"\x01", timestamp=stamp(0.0))])
    assert spoken(model, 0) == f"0x200, 01, {clock(stamp(0.0))}"


def test_left_and_right_go_from_cell_to_cell_and_show_or_hide_signals_only_at_the_row(
    qtbot: QtBot, model: FrameModel, light: Theme
) -> None:
    """In a cell of an expanded row, Left hid the signals; the cells of a collapsed one couldn't be reached back."""
    frames = FrameList(model)
    frames.resize(1200, 300)
    qtbot.addWidget(frames)
    model.add_frames([Frame(0x18F, data=bytes(8))])

    def after(*keys: Qt.Key) -> tuple[int, int]:
        for key in keys:
            QTest.keyClick(frames, key)
        return frames.currentIndex().row(), frames.currentIndex().column()

    left, right, down = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down
    frames.setCurrentIndex(model.index(0, 0))
    assert after(right) == (0, 0)
    assert model.is_expanded(0)
    assert after(right, right, left) == (0, ID)
    assert model.is_expanded(0), "Left went to a cell"
    assert after(down) == (1, 0)
    assert after(right) == (1, SIGNALS), "empty cells are passed over"
    assert after(left) == (1, 0)
    assert after(left, left) == (0, 0)
    assert not model.is_expanded(0)
    for key in (left, right):
        QTest.keyClick(frames, key, Qt.KeyboardModifier.AltModifier)
        assert after() == (0, 0), "Alt and Right led to a cell"


def test_id_that_has_stopped_says_when_it_came_last(qtbot: QtBot) -> None:
    parent, now = QWidget(), [100.0]
    qtbot.addWidget(parent)
    model = FrameModel(parent, now=lambda: now[0])
    model.add_frames([Frame(one, timestamp=stamp(at)) for one in (0x100, 0x200) for at in (1.0, 1.02)])
    model.add_frames([Frame(0x300, timestamp=stamp(1.0))])
    now[0] += 20
    model.add_frames([Frame(0x100, timestamp=stamp(21.0))])
    tips = [model.index(row, CYCLE).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips == [model.cell(0, CYCLE), "last seen 20 s ago", None], "one that came once has no cycle"
    assert model.row_state(1) == "last seen 20 s ago, 2 of 3"
    model.end()
    assert model.silent_s(1) is None, "nothing comes any more"


def test_signals_of_a_frame_end_with_a_whole_value_at_every_width_and_say_how_many_are_left_out(
    model: FrameModel,
) -> None:
    model.add_frames([Frame(0x18F, data=bytes.fromhex("2C 17 01 07"))])
    row = model.row_at(0)
    pairs = ["Speed 1\u202f483.00 rpm", "Group 1", "Left 7"]
    short = {"Spe… 1\u202f483.00 rpm, +2"}  # "Spee…" is as long as the name
    expected = {", ".join(pairs), f"{pairs[0]}, {pairs[1]}, +1", f"{pairs[0]}, +2", "+3", *short}

    shown = [signals_text(row, lambda text, room=room: len(text) <= room) for room in range(60)]

    assert set(shown) == expected
    assert all(len(text) <= room or text == "+3" for room, text in enumerate(shown))
    assert model.index(0, SIGNALS).data(Qt.ItemDataRole.ToolTipRole) == "\n".join(pairs)


def test_cycle_that_has_no_room_is_written_shorter_instead_of_without_its_first_digits(
    qtbot: QtBot, model: FrameModel, light: Theme
) -> None:
    """A mean of 1 206 ms was shown as “·06 ±21 538”."""
    frames = FrameList(model)
    qtbot.addWidget(frames)
    frames.resize(1_600, 400)
    frames.show()
    times = [0.01 * one for one in range(20)]
    model.add_frames([Frame(0x18F, timestamp=stamp(one, 1e-6)) for one in (*times, 22.91)])
    forms = [text.replace("\u202f", " ") for text in model.cycle_texts(0)]
    assert forms == ["1 145.500 ±21 574.500", "1 145.50 ±21 574.50", "1 145.5 ±21 574.5", "1 146 ±21 575", "1 146"]
    model.silent_s = lambda _row: 4.0  # type: ignore[method-assign]  # a mark stands before it
    texts = dict[int, str]()
    for width in range(60, 260):
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, width, 28)  # type: ignore[assignment]  # the stubs have no setter
        delegate, index = FrameDelegate(frames), model.index(0, CYCLE)
        (drawn,) = painted_texts(
            QSize(width, 28), lambda painter, d=delegate, o=option, i=index: d.paint(painter, o, i)
        )
        texts[width] = drawn.text
        assert drawn.box.left() >= 0
    assert set(texts.values()) == set(model.cycle_texts(0))
    assert "±" in texts[frames.columnWidth(CYCLE)]
    assert model.index(0, CYCLE).data(Qt.ItemDataRole.ToolTipRole).endswith(model.cell(0, CYCLE))


def test_frame_and_signal_never_paint_a_part_of_a_number(qtbot: QtBot, model: FrameModel, light: Theme) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    delegate = FrameDelegate(table)
    model.add_frames([Frame(0x18F, data=bytes.fromhex("FF FF 01 07"))])
    model.set_expanded(0, True)
    texts, lines = set[str](), set[str]()
    for width in range(40, 620, 7):
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, width, 28)  # type: ignore[assignment]  # the stubs have no setter
        index, size, line = model.index(0, SIGNALS), QSize(width, 28), QRectF(0, 0, width, 28)
        drawn = painted_texts(size, lambda painter, o=option, i=index: delegate.paint(painter, o, i))
        texts |= {one.text for one in drawn}
        middle = min(width, 300.0)
        drawn = painted_texts(size, lambda painter, b=line, m=middle: paint_signal_line(painter, b, m, model, 1))
        lines |= {one.text for one in drawn}

    assert {one for one in texts if "…" in one} <= {f"{'Speed'[:size]}… 16\u202f383.75 rpm, +2" for size in (3, 4)}
    assert {"+3", "Speed 16\u202f383.75 rpm, +2"} <= texts
    values = {one for one in lines if one.startswith("16")}
    assert values == {"16\u202f383.75 rpm, above 3\u202f000.00", "16\u202f383.75 rpm"}
    assert {"Speed", "0xFFFF", "bits 0 | 16 LE, × 0.25"} <= lines


def test_signal_is_named_in_full_however_narrow_the_column_of_names_is(
    qtbot: QtBot, model: FrameModel, light: Theme
) -> None:
    table = FrameList(model)
    qtbot.addWidget(table)
    table.resize(760, 300)
    model.add_frames([Frame(0x18F, data=bytes.fromhex("2C 17 01 07"))])
    model.set_expanded(0, True)
    table.setColumnWidth(NAME, 48)
    texts = [one.text for one in painted(table.viewport())]
    assert {"Speed", "1\u202f483.00 rpm", "0x172C", "bits 0 | 16 LE, × 0.25"} <= set(texts)
    assert texts.count("Speed") == 1
    for data in ("2D 17 01 07", "2E 17 01 07"):
        model.add_frames([Frame(0x18F, data=bytes.fromhex(data))])
    assert list(model.trace_of(1)) == [1483.25, 1483.5]
    model.set_expanded(0, False)
    model.set_expanded(0, True)
    assert list(model.trace_of(1)) == []


def test_sent_rows_are_marked_whichever_columns_are_shown(qtbot: QtBot, light: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x100), Frame(0x100, sent=True)])
    tips = [model.data(model.index(row, ID), Qt.ItemDataRole.ToolTipRole) for row in range(2)]
    assert tips == [None, "This computer sent it."]
    table = FrameList(model)
    qtbot.addWidget(table)
    table.resize(900, 200)
    table.setCurrentIndex(QModelIndex())
    picture = table.viewport().grab().toImage()
    height = table.rowHeight(0)
    margins = [picture.copy(1, row * height, 11, height - 1) for row in range(2)]
    grounds = [{image.pixel(x, y) for x in range(11) for y in range(height - 1)} for image in margins]
    assert len(grounds[0]) == 1
    assert len(grounds[1]) > 1, "an arrow"


def title_width(header: QHeaderView, column: int) -> int:
    """What the title of a column needs as it is painted: Qt's own hint is that of a bold one."""
    painted = QFont(header.font())
    painted.setWeight(QFont.Weight.Medium)
    title = str(header.model().headerData(column, Qt.Orientation.Horizontal))
    return QFontMetrics(painted).horizontalAdvance(title) + 24


@pytest.fixture(params=["en", "tr"])
def in_each_language(request: pytest.FixtureRequest) -> Iterator[None]:
    """The language is that of the whole process: what comes after is in English again."""
    folder = package_data.resources_folder() / "i18n"
    i18n.use(request.param, folder)
    yield
    i18n.use("en", folder)


@pytest.mark.usefixtures("in_each_language")
@pytest.mark.parametrize("decoded", [True, False])
def test_title_of_every_column_is_whole_at_every_width_and_order(qtbot: QtBot, light: Theme, decoded: bool) -> None:
    """“Count” lost its first letter once plots were shown beside the frames."""
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    model.add_frames([Frame(0x18F), Frame(0x18FEF100, extended=True)])
    if decoded:
        model.set_database(CanDatabase([MOTOR]))
    table = FrameList(model)
    qtbot.addWidget(table)
    table.show_decoded()
    table.show()
    header = table.horizontalHeader()
    clipped = set()
    for sorted_by in range(model.columnCount()):
        model.sort(sorted_by, Qt.SortOrder.DescendingOrder)
        for width in (*range(320, 1_500, 60), *range(1_470, 320, -90)):
            table.resize(width, 200)
            table.show_decoded()
            clipped |= {
                (model.headerData(column, Qt.Orientation.Horizontal), width)
                for column in range(model.columnCount())
                if not header.isSectionHidden(column) and header.sectionSize(column) < title_width(header, column)
            }
    assert not clipped
    table.resize(600, 200)
    model.sort(COUNT)
    table.show_decoded()
    sorted_width = table.columnWidth(COUNT)
    model.sort(ID)
    table.show_decoded()
    assert table.columnWidth(COUNT) <= sorted_width, "without the arrow it takes no room for one"


def test_first_row_is_told_once_as_the_list_of_frames_gets_the_focus(qtbot: QtBot, light: Theme) -> None:
    """After the list itself: Qt makes it current before, and told it then, too."""
    window = QWidget()
    qtbot.addWidget(window)
    model = FrameModel(window)
    model.add_frames([Frame(0x18F, timestamp=stamp(1.0))])
    beside, table = QLineEdit(window), FrameList(model)
    table.setParent(window)
    window.show()
    beside.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    told: list[bool] = []
    table.selectionModel().currentChanged.connect(lambda _now, _before: told.append(QAccessible.isActive()))
    active = QAccessible.isActive()
    QAccessible.setActive(True)
    try:
        table.setFocus()
    finally:
        QAccessible.setActive(active)
    assert told == [False]


def test_keys_go_to_the_first_and_last_row_from_a_signal_to_its_frame_and_open_the_menu(
    qtbot: QtBot, model: FrameModel, light: Theme
) -> None:
    """Home and End did nothing, nor did Shift+F10, and Left on a signal hid it at once."""
    frames, asked = FrameList(model), list[int]()
    qtbot.addWidget(frames)
    frames.menu_requested.connect(lambda row, _spot: asked.append(row))
    model.add_frames([Frame(0x100), Frame(0x18F, data=bytes(8)), Frame(0x200)])
    row = next(row for row in range(model.rowCount()) if model.is_expandable(row))
    frames.setCurrentIndex(model.index(row, 0))
    QTest.keyClick(frames, Qt.Key.Key_Right)
    QTest.keyClick(frames, Qt.Key.Key_Down)
    QTest.keyClick(frames, Qt.Key.Key_Left)
    assert (frames.currentIndex().row(), model.is_expanded(row)) == (row, True)
    QTest.keyClick(frames, Qt.Key.Key_Left)
    assert (frames.currentIndex().row(), model.is_expanded(row)) == (row, False)
    places = []
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(frames, key)
        places.append((frames.currentIndex().row(), frames.currentIndex().column()))
    assert places == [(model.rowCount() - 1, 0), (0, 0)]
    QTest.keyClick(frames, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert asked == [0]


def test_current_row_stays_in_sight_as_a_pane_opens_below(qtbot: QtBot, model: FrameModel, light: Theme) -> None:
    frames = FrameList(model)
    qtbot.addWidget(frames)
    model.add_frames([Frame(one) for one in range(0x100, 0x110)])
    frames.resize(900, 600)
    frames.show()
    last = model.index(model.rowCount() - 1, 0)
    frames.setCurrentIndex(last)
    frames.resize(900, 200)
    qtbot.waitUntil(lambda: frames.viewport().rect().contains(frames.visualRect(last).center()))


def test_cycle_of_an_id_is_the_mean_of_its_last_ones_with_their_jitter_no_finer_than_the_stamps(qtbot: QtBot) -> None:
    """It showed 0, 6, 3, 7, 1 of an ID that comes each 3.4 ms."""
    parent = QWidget()
    qtbot.addWidget(parent)
    model = FrameModel(parent)
    times = (0.0, 0.0, 0.006, 0.009, 0.016, 0.017)
    model.add_frames([Frame(0xC9, timestamp=stamp(one)) for one in times])
    assert model.cell(0, CYCLE) == "3 ±4"
    model.add_frames([Frame(0x18F, timestamp=stamp(one, 1e-6)) for one in (0.0, 0.01, 0.0202)])
    assert model.cell(1, CYCLE) == "10.100 ±0.100"
    model.skip_frames()
    model.add_frames([Frame(0x18F, timestamp=stamp(9.0, 1e-6))])
    assert model.cell(1, CYCLE) == "–", "frames are missing in between"
    model.show_rolling(True)
    assert model.cell(2, CYCLE) == "6"


def test_first_click_on_the_share_has_the_greatest_first(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    table = FrameList(FrameModel(parent))
    qtbot.addWidget(table)
    steps = []
    for column in (SHARE, SHARE, SHARE, DLC, DLC, DLC):
        table.sort_by(column)
        steps.append(table.frames.sorted_by)
    assert steps == [(SHARE, True), (SHARE, False), (ID, False), (DLC, False), (DLC, True), (ID, False)]
