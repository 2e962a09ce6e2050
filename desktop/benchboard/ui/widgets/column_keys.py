"""Column widths by keys: Alt+Shift with Right or Left does what dragging the edge of a heading does."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView

from benchboard.i18n import _, number
from benchboard.ui.widgets.accessible import announce

_STEP: Final = 16
"""Pixels by which a key changes a width."""
_STEPS: Final = {Qt.Key.Key_Right: _STEP, Qt.Key.Key_Left: -_STEP}
_ALT_SHIFT: Final = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


def resize_column(table: QTableView, event: QKeyEvent) -> bool:
    """Make the column of the current cell wider or narrower, within the limits of its heading; for `keyPressEvent`.

    Returns whether it was such a key. Use it where the arrow keys go from cell to cell.
    """
    step = _STEPS.get(Qt.Key(event.key()))
    if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != _ALT_SHIFT:
        return False
    index, header = table.currentIndex(), table.horizontalHeader()
    if index.isValid():
        place = index.column()
        least, most = header.minimumSectionSize(), header.maximumSectionSize()
        table.setColumnWidth(place, max(least, min(most, table.columnWidth(place) + step)))
        table.scrollTo(index)
        title = str(table.model().headerData(place, Qt.Orientation.Horizontal) or "")
        width = number(table.columnWidth(place))
        announce(table, _("{column}: {width} pixels wide").format(column=title, width=width), again=True)
    return True
