"""The table of texts: its last column takes the room that is left, and is never narrower than its texts."""

from pytestqt.qtbot import QtBot

from benchboard.ui.studio.data.text_table import TextRow, TextTable
from benchboard.ui.theme import Theme

_HEADS = ("Field", "Description")


def _table(qtbot: QtBot, width: int) -> TextTable:
    table = TextTable("fields", "Fields", opens=True)
    qtbot.addWidget(table)
    table.resize(width, 200)
    table.show()
    table.show_rows(
        _HEADS, [TextRow((f"a rather long name of a field {place}", "Add description")) for place in range(3)]
    )
    return table


def test_last_column_has_the_room_that_is_left(qtbot: QtBot, light: Theme) -> None:
    table = _table(qtbot, 480)
    head = table.horizontalHeader()
    qtbot.waitUntil(lambda: head.length() == table.viewport().width())


def test_last_column_is_as_wide_as_its_text_where_there_is_less_room(qtbot: QtBot, light: Theme) -> None:
    table = _table(qtbot, 320)
    head = table.horizontalHeader()
    qtbot.waitUntil(lambda: head.length() > table.viewport().width())
    assert head.sectionSize(1) >= table.sizeHintForColumn(1)
    table.resize(480, 200)
    qtbot.waitUntil(lambda: head.length() == table.viewport().width())
    table.resize(320, 200)
    qtbot.waitUntil(lambda: head.sectionSize(1) == max(table.sizeHintForColumn(1), head.sectionSizeHint(1)))
