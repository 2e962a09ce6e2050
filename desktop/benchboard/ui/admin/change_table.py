"""ChangeTable: fields with their values before and after, side by side."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Text, hairline
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.readable_rows import ReadableRow, make_readable

_PAD: Final = 8
_ABOVE: Final = 5
"""Pixels above and below a text: a row of one line is 28 px high, as in a compact list."""
_SIGN: Final = 14
"""Width of the sign before a value, in pixels."""
_FIELD: Final = 96


class ChangeTable(QWidget):
    """A ruled row for each change: the title of the field, and its value before and after. A screen reader reads each
    as a whole."""

    accessible_role = Role.List

    def __init__(self, *changes: tuple[str, str, str]) -> None:
        super().__init__()
        make_readable(self, _("What changed"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _FIELD)
        for at, (title, stretch) in enumerate(((_("Field"), 0), (_("Before"), 1), (_("After"), 1))):
            head = Text(title, "caption", "muted")
            head.setContentsMargins(0 if at == 0 else _PAD, 0, 0, _ABOVE)
            grid.addWidget(head, 0, at)
            grid.setColumnStretch(at, stretch)
        grid.addWidget(hairline(), 1, 0, 1, 3)
        for at, (field, before, after) in enumerate(changes, start=1):
            line = 2 * at
            row = ReadableRow()  # below the cells, which keep the columns in line
            told = _("{field}: before {before}, after {after}").format(field=field, before=before, after=after)
            row.setAccessibleName(told)
            grid.addWidget(row, line, 0, 1, 3)
            name = Text(field, tone="secondary", wrap=True)
            name.setContentsMargins(0, _ABOVE, _PAD, _ABOVE)
            grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(hairline(), line + 1, 0, 1, 3)
            for column, text, title, sign, tone in (
                (1, before, _("Before"), "−", "error"),
                (2, after, _("After"), "+", "ok"),
            ):
                grid.addWidget(_ChangedValue(text, title, sign, tone), line, column)


class _ChangedValue(Text):
    """A value on the ground of what is gone, or of what is new, after the sign of it; where there is no value, muted
    without both."""

    def __init__(self, text: str, title: str, sign: str, tone: str) -> None:
        self._empty = text == _("none")
        super().__init__(text, tone="muted" if self._empty else "text", wrap=True, selectable=True)
        self._sign, self._tone = sign, tone
        self.setAccessibleDescription(title)
        self.setContentsMargins(_PAD if self._empty else _PAD + _SIGN, _ABOVE, _PAD, _ABOVE)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._empty:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme().color(f"{self._tone}.soft"))
                painter.setFont(self.font())
                painter.setPen(theme().color(self._tone))
                first = QRect(_PAD, _ABOVE, _SIGN, self.fontMetrics().height())
                painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._sign)
        super().paintEvent(event)
