"""Tables of texts: the widths of their columns by keys."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from benchboard.ui.studio.data.text_table import TextRow, TextTable
from benchboard.ui.theme import Theme

ALT_SHIFT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


def test_column_of_the_current_cell_is_made_wider_and_narrower_by_keys(qtbot: QtBot, light: Theme) -> None:
    table = TextTable("rows", "Rows", opens=False)
    qtbot.addWidget(table)
    table.resize(500, 200)
    table.show_rows(("Shop", "Orders"), [TextRow(("Ankara", "12")), TextRow(("İzmir", "7"))])
    table.show()
    table.setCurrentIndex(table.texts.index(1, 1))
    shop, orders = table.columnWidth(0), table.columnWidth(1)
    qtbot.keyClick(table, Qt.Key.Key_Right, ALT_SHIFT)
    assert (table.columnWidth(0), table.columnWidth(1)) == (shop, orders + 16)
    for _press in range(30):
        qtbot.keyClick(table, Qt.Key.Key_Right, ALT_SHIFT)
    assert table.columnWidth(1) == table.horizontalHeader().maximumSectionSize()
    for _press in range(30):
        qtbot.keyClick(table, Qt.Key.Key_Left, ALT_SHIFT)
    assert table.columnWidth(1) == table.horizontalHeader().minimumSectionSize()
    assert table.currentIndex() == table.texts.index(1, 1)


def test_table_without_rows_leaves_its_columns(qtbot: QtBot, light: Theme) -> None:
    table = TextTable("rows", "Rows", opens=False)
    qtbot.addWidget(table)
    table.show_rows(("Shop",), [])
    before = table.columnWidth(0)
    qtbot.keyClick(table, Qt.Key.Key_Right, ALT_SHIFT)
    assert table.columnWidth(0) == before
