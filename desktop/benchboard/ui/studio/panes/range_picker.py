"""The popover of a range's field: its two ends, over a histogram of the column's values."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from benchboard.analytics.queries import Cell
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.range_filters import parse_ends
from benchboard.errors import Invalid
from benchboard.i18n import _, number
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.panes.value_picker import SetDefaultButton
from benchboard.ui.studio.tiles.variable_options import VariableQueryRunner
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Edit, Field, Paragraph, Popover, heading
from benchboard.ui.widgets.fields import row

_WIDTH: Final = 310
_HISTOGRAM_HEIGHT: Final = 48
_BAR_GAP: Final = 2
_MAX_TEXT: Final = 40


class RangePicker(Popover):
    """The ends of a range, both included; an empty one is open. Enter applies them, Esc closes."""

    def __init__(
        self, anchor: QWidget, variable: Variable, editor: Editor, variable_runner: VariableQueryRunner
    ) -> None:
        super().__init__(anchor, width=_WIDTH, name="range_picker")
        self._name, self._editor = variable.name, editor
        self._kind = variable.column.kind if variable.column is not None else "number"
        self._spread = variable_runner.column_spread(variable, self)
        self._histogram = _RangeHistogram()
        self._histogram.hide()
        self._from = Field(_("From"), Edit(name="range_from"))
        self._to = Field(_("To"), Edit(name="range_to"))
        ends = (*variable.chosen, "", "")[:2]
        for field, text in zip((self._from, self._to), ends, strict=True):
            field.edit.setMaxLength(_MAX_TEXT)
            field.edit.setText(text)
            field.edit.returnPressed.connect(self._apply)
            field.edit.textEdited.connect(self._edited)
        note = _("For example {example}, in UTC.").format(example="2026-03-31") if self._kind == "date" else ""
        self._note = Paragraph(" ".join((_("Both ends are included."), note)).strip(), "caption", "muted")
        self._extent = Paragraph("", "caption", "muted")
        self._extent.hide()
        apply = Button(_("Apply"), self._apply, kind="primary", size="sm", name="range_apply")
        self._clear = Button(_("Clear"), self._select_all, size="sm", name="range_clear")
        self._clear.disable("" if any(variable.chosen) else _("This filter isn't set."))
        self.column.addWidget(heading(value_label(variable.label or variable.name)))
        for part in (self._histogram, self._extent):
            self.column.addWidget(part)
        line = row(self._from, self._to)
        for field in (self._from, self._to):
            line.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(line)
        self.column.addWidget(self._note)
        buttons = row(apply, self._clear)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.column.addWidget(SetDefaultButton(variable, editor, self.close, self))
        self._spread.changed.connect(self._show_spread)
        self.closed.connect(self._spread.stop)
        self._spread.read()

    def open(self) -> None:
        """Open it with the focus in its first end."""
        super().open()
        self._from.edit.setFocus(Qt.FocusReason.PopupFocusReason)
        self._from.edit.selectAll()

    def _show_spread(self) -> None:
        found = self._spread.statistics
        if found is None or found.least is None or found.greatest is None:
            return
        low, high = _written(found.least), _written(found.greatest)
        self._extent.setText(_("The values are from {low} to {high}.").format(low=low, high=high))
        self._extent.show()
        self._histogram.show_counts(found.buckets, self._extent.text())
        self._histogram.setVisible(len(found.buckets) > 1)
        self._mark()
        self.move_into_place()

    def _edited(self) -> None:
        self._from.set_error("")
        self._to.set_error("")
        self._mark()
        self.move_into_place()

    def _mark(self) -> None:
        """Show which part of the histogram is in the range that is typed."""
        found = self._spread.statistics
        if found is None:
            return
        try:
            ends = parse_ends(self._from.text(), self._to.text(), self._kind) or ("", "")
        except Invalid:
            return
        least, greatest = _place(found.least), _place(found.greatest)
        if least is None or greatest is None or least >= greatest:
            return
        day = 1.0 if self._kind == "date" else 0.0  # the last day is in the range
        low = (_typed_place(ends[0], self._kind) - least) / (greatest - least) if ends[0] else 0.0
        high = (_typed_place(ends[1], self._kind) + day - least) / (greatest - least) if ends[1] else 1.0
        self._histogram.show_range(low, high)

    def _apply(self) -> None:
        try:
            ends = parse_ends(self._from.text(), self._to.text(), self._kind)
        except Invalid as error:
            wrong = self._from if error.facts["field"] == "from" else self._to
            wrong.set_error(" ".join(part for part in (error.what, error.do) if part))
            self.move_into_place()
            wrong.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._editor.select_values(self._name, ends)
        self.close()

    def _select_all(self) -> None:
        self._editor.select_values(self._name, ())
        self.close()


class _RangeHistogram(QWidget):
    """How many values are in each part between the least and the greatest; those of the range stand out."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[int, ...] = ()
        self._low, self._high = 0.0, 1.0
        self.setObjectName("range_histogram")
        theme().changed.connect(self.update)

    def show_counts(self, counts: tuple[int, ...], text: str) -> None:
        """Show a bar for each count; `text` says it to screen readers."""
        self._counts = counts
        self.setAccessibleName(text)
        self.update()

    def show_range(self, low: float, high: float) -> None:
        """Highlight the part between two fractions of the width."""
        self._low, self._high = low, high
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH - 28, _HISTOGRAM_HEIGHT)

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: QPaintEvent) -> None:
        most = max(self._counts, default=0)
        if not most:
            return
        width = self.width() / len(self._counts)
        with QPainter(self) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            for place, count in enumerate(self._counts):
                height = max(1.0, self.height() * count / most) if count else 0.0
                bar = QRectF(place * width, self.height() - height, width - _BAR_GAP, height)
                painter.setBrush(theme().color("border.strong"))
                painter.drawRect(bar)
                left = max(bar.left(), self._low * self.width())
                right = min(bar.right(), self._high * self.width())
                if right > left:
                    painter.setBrush(theme().color("accent"))
                    painter.drawRect(QRectF(left, bar.top(), right - left, bar.height()))


def _place(value: Cell) -> float | None:
    """Where a value lies on the axis: a number, or days."""
    if isinstance(value, datetime):
        return value.toordinal() + (value.hour * 60 + value.minute) / 1440
    if isinstance(value, date):
        return float(value.toordinal())
    return float(value) if isinstance(value, int | Decimal) else None


def _typed_place(text: str, kind: str) -> float:
    return float(text) if kind == "number" else float(date.fromisoformat(text).toordinal())


def _written(value: Cell) -> str:
    if isinstance(value, date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    return number(value) if isinstance(value, int | Decimal) else str(value)
