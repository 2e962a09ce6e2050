"""KeyValue: names on the left, values on the right, `Server   bench-db.example.com`."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.surfaces import Icon

_LEAST_NAME = 96
_ROW = 24
"""Least height of a row: a value with a button is as high as one without."""


class KeyValue(QWidget):
    """Names and values in two columns; `show_rows` replaces them. A screen reader reads a value with its name.

    `ruled`: rows of 28 px with a line between them and the values at the right edge, for figures to compare.
    """

    def __init__(
        self, rows: Sequence[tuple[str, QWidget]] = (), parent: QWidget | None = None, *, ruled: bool = False
    ) -> None:
        super().__init__(parent)
        self._ruled = ruled
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme().px("spacing.3"))
        self._grid.setVerticalSpacing(0 if ruled else 2)
        self._grid.setColumnMinimumWidth(0, _LEAST_NAME)
        self._grid.setColumnStretch(1, 1)
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[tuple[str, QWidget]]) -> None:
        """Show these names and values instead."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.setParent(None)  # nobody finds it any more while it waits for its deletion
                old.deleteLater()
        for index, (name, value) in enumerate(rows):
            label = Text(name, tone="text" if self._ruled else "muted")
            label.setBuddy(value)
            value.setAccessibleDescription(name)
            if self._ruled:
                self._add_ruled(index, label, value, last=index == len(rows) - 1)
            else:
                for one in (label, value):
                    one.setMinimumHeight(_ROW)
                self._grid.addWidget(label, index, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(value, index, 1)

    def _add_ruled(self, index: int, label: Text, value: QWidget, *, last: bool) -> None:
        if value.accessibleName():
            value.setAccessibleName(f"{label.text()} {value.accessibleName()}")
            value.setAccessibleDescription("")
        label.setFixedHeight(theme().px("table.row.compact") - 1)
        self._grid.addWidget(label, 2 * index, 0)
        self._grid.addWidget(value, 2 * index, 1, Qt.AlignmentFlag.AlignRight)
        if not last:
            self._grid.addWidget(hairline(), 2 * index + 1, 0, 1, 2)


class Figure(QWidget):
    """A value of a ruled `KeyValue`: after a `mark` that warns, its text, and whether it is enough, if that matters."""

    accessible_role = Role.StaticText

    def __init__(self, text: str, fits: bool | None = None, mark: str = "") -> None:
        super().__init__()
        states = {True: _("enough"), False: _("not enough"), None: ""}
        self.setAccessibleName(" ".join(part for part in (mark, text, states[fits]) if part))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        if mark:
            line.addWidget(Text(mark, "caption", "warn"))
        line.addWidget(Text(text))
        if fits is None:
            line.addSpacing(theme().px("spacing.2") + 14)  # keeps the figures in line
        else:
            line.addWidget(Icon("ph.check" if fits else "ph.x", "ok" if fits else "error", 14))
