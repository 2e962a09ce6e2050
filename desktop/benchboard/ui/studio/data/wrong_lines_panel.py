"""The lines of a file that don't fit: their numbers, their text, what is wrong, and what becomes of them."""

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from benchboard.analytics.files.inspection_types import MAX_WRONG_LINES, TableInspection, WrongLine
from benchboard.analytics.files.scan import WrongValues
from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets import CheckBox, Elided, SegmentedControl, Text, fill_column, hairline
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import Icon, set_surface

Index = QModelIndex | QPersistentModelIndex
_ROW: Final = 50
_SHOWN_ROWS: Final = 3
_LINE_WIDTH: Final = 96
_OUTCOME_WIDTH: Final = 150


class WrongLinesPanel(QWidget):
    """Hidden while all lines fit and none is a total. `chosen` emits what becomes of values that don't fit,
    `total_label_chosen` the label of the total rows that are left out, empty if they are kept."""

    chosen = Signal(str)
    total_label_chosen = Signal(str)

    def __init__(self, *, adds: bool = True) -> None:
        """`adds`: the rows are added, and not those of a data source read again."""
        super().__init__()
        self._adds = adds
        self.setObjectName("import_wrong_lines")
        set_surface(self, "surface")
        self._count = Text("", "body_strong")
        self._rest = Elided("", "body", "secondary")
        self._which = SegmentedControl(
            (("empty", _("Leave values empty")), ("leave-out", _("Skip lines"))), label=_("Lines that don't fit")
        )
        self._which.selected.connect(self._choose)
        self._label = ""
        self.skip_total = CheckBox(_("Skip total row"))
        self.skip_total.setObjectName("import_skip_total")
        self.skip_total.clicked.connect(lambda on: self.total_label_chosen.emit(self._label if on else ""))
        head = QWidget()
        head.setFixedHeight(42)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon("ph.warning-fill", "warn"))
        row.addWidget(self._count)
        row.addWidget(self._rest, 1)
        row.addWidget(self.skip_total)
        row.addWidget(self._which)
        self.lines = WrongLinesList("import_wrong_list")
        fill_column(self, hairline(), head, hairline(), self.lines)
        self.hide()

    def _choose(self, wrong_values: str) -> None:
        """Show at the lines what was chosen; how many rows that adds is known when the file was read again."""
        self.lines.show_choice("leave-out" if wrong_values == "leave-out" else "empty")
        self._rest.setText("")
        self.chosen.emit(wrong_values)

    @property
    def shown_lines(self) -> tuple[WrongLine, ...]:
        """The lines that are named."""
        return self.lines.shown_lines

    @property
    def sentence(self) -> str:
        """How many lines don't fit and what becomes of them; empty if the panel is hidden."""
        return "" if self.isHidden() else ". ".join(filter(None, (self._count.text(), self._rest.text())))

    def show_table(self, table: TableInspection) -> None:
        """Show the wrong lines of a table; the panel is hidden if there are none."""
        count = table.wrong_count
        wrong_values = table.scan.options.wrong_values
        totals = table.total_lines
        skipped = bool(table.scan.options.total_label)
        lines = self.lines.show_table(table)
        self._count.setText(_count_text(count) if count else _total_text(totals[0].value, skipped) if totals else "")
        self._rest.setText(_rest_text(table, self._adds))
        self._which.set_current(wrong_values)
        # A line that can't be split is skipped by either choice.
        kept = [line for line in table.wrong_lines if not line.left_out]
        self._which.setVisible(bool(kept) or count > len(table.wrong_lines))
        self._label = totals[0].value if totals else ""
        self.skip_total.setVisible(bool(totals))
        self.skip_total.setChecked(skipped)
        self.lines.setFixedHeight(min(len(lines), _SHOWN_ROWS) * _ROW)
        self.setVisible(bool(lines) or count > 0)


class WrongLinesList(QListView):
    """The total rows of a table and the lines that don't fit, each with its text, what is wrong and what becomes of
    it."""

    def __init__(self, name: str) -> None:
        """`name`: by which tests find it."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(_("Lines that don't fit"))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._lines = _WrongLines(self)
        self.setModel(self._lines)
        self.setItemDelegate(_LineDelegate(self._lines, self))

    @property
    def shown_lines(self) -> tuple[WrongLine, ...]:
        """The lines that are named."""
        return self._lines.lines

    def show_table(self, table: TableInspection) -> tuple[WrongLine, ...]:
        """Show the lines of a table. Returns them."""
        options, totals = table.scan.options, table.total_lines
        # First, as it changes every sum; its wrong values are no news then.
        at = {(line.file, line.line) for line in totals}
        lines = (*totals, *(line for line in table.wrong_lines if (line.file, line.line) not in at))
        rows = tuple(map(table.row_of, lines))
        self._lines.show_lines(lines, rows, options.wrong_values, skips_totals=bool(options.total_label))
        return lines

    def show_choice(self, wrong_values: WrongValues) -> None:
        """Show what becomes of the lines by another choice."""
        self._lines.show_choice(wrong_values)


def _count_text(count: int) -> str:
    return ngettext("{count} line doesn't fit", "{count} lines don't fit", count).format(count=number(count))


def _total_text(label: str, skipped: bool) -> str:
    if skipped:
        return _("The total row “{label}” will be skipped").format(label=label)
    return _("The total row “{label}” will be added").format(label=label)


def _rest_text(table: TableInspection, adds: bool) -> str:
    added = ngettext("{count} row will be added.", "{count} rows will be added.", table.rows)
    read = ngettext("{count} row will be read.", "{count} rows will be read.", table.rows)
    kept = (added if adds else read).format(count=number(table.rows))
    if table.wrong_count > len(table.wrong_lines):
        named = _("The first {count} are listed here.").format(
            count=number(min(MAX_WRONG_LINES, len(table.wrong_lines)))
        )
        return f"{kept} {named}"
    return kept


class _WrongLines(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: tuple[WrongLine, ...] = ()
        self.rows: tuple[int | None, ...] = ()
        """The number of each line's row, where that is another one and known."""
        self.wrong_values: WrongValues = "empty"
        self.skips_totals = True

    def show_lines(
        self,
        lines: tuple[WrongLine, ...],
        rows: tuple[int | None, ...],
        wrong_values: WrongValues,
        *,
        skips_totals: bool,
    ) -> None:
        self.beginResetModel()
        self.rows = rows
        self.lines, self.wrong_values, self.skips_totals = lines, wrong_values, skips_totals
        self.endResetModel()

    def show_choice(self, wrong_values: WrongValues) -> None:
        """Show what becomes of the lines by another choice."""
        self.wrong_values = wrong_values
        if self.lines:
            self.dataChanged.emit(self.index(0), self.index(len(self.lines) - 1))

    def outcome(self, line: WrongLine) -> str:
        """What becomes of a line."""
        if line.total:
            return _("Line skipped") if self.skips_totals else _("Line kept")
        if line.left_out:
            return _("Always skipped")
        if self.wrong_values == "leave-out":
            return _("Line skipped")
        return _("Value left empty") if line.column is not None else _("Rest left empty")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.rows[index.row()]
            text = (
                _("Line {line}: {sentence} {outcome}.")
                if row is None
                else _("Line {line}, row {row}: {sentence} {outcome}.")
            ).format(line=number(line.line), row=number(row or 0), sentence=line.sentence, outcome=self.outcome(line))
            return f"{line.file}: {text}" if line.file else text
        if role == Qt.ItemDataRole.ToolTipRole:
            row = self.rows[index.row()]
            where = _("Line {line} of the file, row {row}").format(line=number(line.line), row=number(row or 0))
            return plain_tooltip(_with_file(line) if row is None else f"{where}: {_with_file(line)}")
        return None


class _LineDelegate(QStyledItemDelegate):
    """Draws a line: a mark, its number, its text with the value that doesn't fit, what is wrong, what becomes of it."""

    def __init__(self, model: _WrongLines, view: QListView) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = self._model.lines[index.row()]
        rect: QRect = option.rect
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("grid"))
        middle = rect.center().y()
        icon, role = ("ph.warning-fill", "warn") if line.total else ("ph.x-circle-fill", "error")
        paint_icon(painter, icon, QRectF(rect.left() + 16, middle - 7, 14, 14), theme().color(role))
        painter.setFont(theme().font("mono"))
        painter.setPen(theme().color("text.secondary"))
        numbers = QRect(rect.left() + 30, rect.top() + 6, _LINE_WIDTH - 42, 18)
        painter.drawText(numbers, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(line.line))
        text = QRect(rect.left() + _LINE_WIDTH, rect.top() + 6, rect.width() - _LINE_WIDTH - _OUTCOME_WIDTH, 18)
        _paint_text(painter, text, line)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.secondary"))
        below = text.translated(0, 20)
        sentence = painter.fontMetrics().elidedText(_with_file(line), Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, sentence)
        outcome = QRect(rect.right() - _OUTCOME_WIDTH, rect.top(), _OUTCOME_WIDTH - 12, rect.height())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(outcome, right, self._model.outcome(line))
        if self._view.hasFocus() and self._view.currentIndex() == index:
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()


def _with_file(line: WrongLine) -> str:
    """What is wrong with a line, after the name of its file where there are several."""
    return f"{line.file}: {line.sentence}" if line.file else line.sentence


def _paint_text(painter: QPainter, box: QRect, line: WrongLine) -> None:
    """The text of a line, with the value that doesn't fit on a soft red ground and underlined."""
    font = theme().font("mono")
    painter.setFont(font)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(" ".join(line.text.splitlines()), Qt.TextElideMode.ElideRight, box.width())
    at = shown.find(line.value) if line.value else -1
    if at >= 0:
        left = box.left() + metrics.horizontalAdvance(shown[:at])
        mark = QRect(left, box.top(), metrics.horizontalAdvance(line.value), box.height())
        painter.fillRect(mark, theme().color("error.soft"))
        painter.fillRect(QRect(mark.left(), mark.bottom(), mark.width(), 1), theme().color("error"))
    painter.setPen(theme().color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
