"""Fields for column, row, width and height that validate while the user types."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from benchboard.dashboards.layout import grid_index, grid_number
from benchboard.i18n import _, allowed_numbers
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.widgets.fields import Field
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.paragraph import Paragraph

_MAX_DIGITS: Final = 6
_POSITION: Final = "xy"
"""The fields that show the number of a column or row: `grid_number`."""


class Bounds(NamedTuple):
    """The range of a field; `why` is the reason for the upper limit, if it isn't plain."""

    least: int
    most: int
    why: str = ""

    def error_for(self, text: str) -> str:
        """The error in a field's text; empty if it is valid."""
        if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and self.least <= int(text) <= self.most:
            return ""
        words = _("Enter {allowed}: {why}.") if self.why else _("Enter {allowed}.")
        return words.format(allowed=allowed_numbers(self.least, self.most, whole=True, grouped=False), why=self.why)


class CellFields(QWidget):
    """The four fields, whose values and bounds are those of a `Cell`; the user sees columns and rows from 1.

    A field that can't be changed is disabled, with the reason below; values that differ show as mixed.
    """

    value_entered = Signal(str, int)
    """The user entered another `x`, `y`, `w` or `h`."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self._fields: dict[str, Field] = {}
        self._lines: dict[str, UndoLineEdit] = {}
        self._shown: dict[str, str] = {}
        self._bounds: Mapping[str, Bounds] = {}
        self._reason = Paragraph("", "caption", "muted")
        square = QGridLayout()
        square.setHorizontalSpacing(8)
        square.setVerticalSpacing(8)
        square.setColumnStretch(0, 1)
        square.setColumnStretch(1, 1)
        of = _of(columns)
        names = (("x", _("Column"), ""), ("y", _("Row"), ""), ("w", _("Width"), of), ("h", _("Height"), _("rows")))
        tips = {
            "x": _("The first column is 1. In the dashboard's JSON, it's 0."),
            "y": _("The first row is 1. In the dashboard's JSON, it's 0."),
        }
        for place, (key, label, unit) in enumerate(names):
            line = UndoLineEdit(unit=unit, name=f"inspector_{key}", label=label)
            line.setToolTip(plain_tooltip(tips.get(key, "")))
            line.textEdited.connect(lambda _text, key=key: self._check(key))
            line.editingFinished.connect(lambda key=key: self._finish(key))
            self._lines[key], self._fields[key] = line, Field(label, line)
            square.addWidget(self._fields[key], place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(square)
        column.addWidget(self._reason)

    def show_values(
        self, values: Mapping[str, int | None], bounds: Mapping[str, Bounds], off: Collection[str], why: str
    ) -> None:
        """Show these values; None if those of several items differ."""
        self._bounds = {
            key: one._replace(least=_shown(key, one.least), most=_shown(key, one.most)) for key, one in bounds.items()
        }
        self.update_values(values)
        for key, line in self._lines.items():
            self._fields[key].set_error("")
            line.setEnabled(key not in off)
            line.setAccessibleDescription(why if key in off else "")
        self._reason.setText(why)
        self._reason.setVisible(bool(why))

    def set_columns(self, columns: int) -> None:
        """Set the number of columns of the grid that the items are in."""
        self._lines["w"].set_unit(_of(columns))

    def update_values(self, values: Mapping[str, int | None]) -> None:
        """Show these values until the next update, without changing the bounds."""
        for key, line in self._lines.items():
            value = values[key]
            self._shown[key] = "" if value is None else str(_shown(key, value))
            line.setPlaceholderText(_("Mixed") if value is None else "")
            line.show_text(self._shown[key])

    def _check(self, key: str) -> bool:
        """Show the error in a field's text; returns whether it is valid."""
        text = self._lines[key].text().strip()
        wrong = self._bounds[key].error_for(text) if text not in ("", self._shown[key]) else ""
        self._fields[key].set_error(wrong)
        return not wrong

    def _finish(self, key: str) -> None:
        line = self._lines[key]
        text = line.text().strip()
        if not text:
            line.show_text(self._shown[key])
            self._check(key)
        elif text != self._shown[key] and self._check(key):
            self.value_entered.emit(key, grid_index(int(text)) if key in _POSITION else int(text))


def _shown(key: str, value: int) -> int:
    return grid_number(value) if key in _POSITION else value


def _of(columns: int) -> str:
    return _("of {columns}").format(columns=columns)
