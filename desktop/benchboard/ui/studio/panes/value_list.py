"""A list of a variable's values with check marks, as fast with ten thousand as with three."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from benchboard.dashboards.document.document import Variable
from benchboard.i18n import _, number
from benchboard.ui.studio.tiles.variable_options import OptionsState
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import paint_check, paint_radio
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex

_NOWHERE: Final = QModelIndex()
ROW: Final = 28
"""Height of a row, in pixels."""
_MAX_LABEL: Final = 40


def value_label(value: str, most: int = _MAX_LABEL) -> str:
    """A value as one short line."""
    words = " ".join(value.split()) or (_("empty") if not value else _("blank"))
    return words if len(words) <= most else f"{words[: most - 1]}…"


class ValueListModel(QAbstractListModel):
    """The rows: first All, then selected values that are no longer available, then the available ones."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._variable = Variable("", "", "list")
        self._labels: dict[str, str] = {}
        self._unavailable: frozenset[str] = frozenset()
        self._ticked: frozenset[str] = frozenset()
        self._all_values: tuple[str, ...] = ()
        self._folded: tuple[str, ...] = ()
        self._rows: list[str | None] = []
        self._filter_text = ""

    def show_variable(self, variable: Variable, state: OptionsState, unavailable: frozenset[str]) -> None:
        """Show these values; the filter stays."""
        self.beginResetModel()
        self._variable, self._labels, self._unavailable = variable, dict(state.labels), unavailable
        self._ticked = frozenset(variable.chosen)
        first = (value for value in variable.chosen if value in unavailable)
        self._all_values = tuple(dict.fromkeys((*first, *variable.values, *variable.chosen)))
        self._folded = tuple(f"{value} {self._labels.get(value, '')}".casefold() for value in self._all_values)
        self._filter_rows()
        self.endResetModel()

    def find(self, part: str) -> None:
        """Filter the values to those that contain this text."""
        self.beginResetModel()
        self._filter_text = part.strip().casefold()
        self._filter_rows()
        self.endResetModel()

    def _filter_rows(self) -> None:
        has_all = self._variable.include_all and not self._filter_text
        found = (
            value for value, folded in zip(self._all_values, self._folded, strict=True) if self._filter_text in folded
        )
        self._rows = [*([None] if has_all else []), *found]

    @property
    def count(self) -> int:
        """The number of values, without the filter."""
        return len(self._all_values)

    def value(self, place: int) -> str | None:
        """The value of a row; None for All."""
        return self._rows[place]

    def row_of(self, value: str | None) -> int:
        """The row of a value; 0 if it has none."""
        return self._rows.index(value) if value in self._rows else 0

    def is_unavailable(self, place: int) -> bool:
        """Whether the row's value is selected and no longer available."""
        return self._rows[place] in self._unavailable

    def is_ticked(self, place: int) -> bool:
        """Whether the row is selected."""
        value = self._rows[place]
        if value is None or (self._variable.all_chosen and self.alone):
            return value is None and self._variable.all_chosen
        return value in self._ticked

    @property
    def alone(self) -> bool:
        """Whether only one value can be selected."""
        return not self._variable.multiple

    def words(self, place: int) -> str:
        """The row's label, on one line."""
        value = self._rows[place]
        if value is None:
            return _("All ({count})").format(count=number(len(self._variable.values)))
        return value_label(self._labels.get(value, value), 200)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, _index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(place)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            gone = _("no longer available")
            return f"{self.words(place)}, {gone}" if self.is_unavailable(place) else self.words(place)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._rows[place] or "")
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.is_ticked(place) else Qt.CheckState.Unchecked
        return None


class ValueList(QListView):
    """The list; `tick` is called with the row that the user presses."""

    def __init__(self, values: ValueListModel, tick: Callable[[int], object], back: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("choice_values")
        self.setAccessibleName(_("Values"))
        self.setModel(values)
        self.setItemDelegate(_ValueDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._values, self._tick, self._find = values, tick, back

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._tick(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index.isValid():
                self._tick(index.row())
        elif key == Qt.Key.Key_Up and index.row() <= 0:
            self._find("")
        elif (
            event.text().isprintable() and event.text() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._find(event.text())
        else:
            super().keyPressEvent(event)


class _ValueDelegate(QStyledItemDelegate):
    """Draws a row: check mark, label, and whether the value is no longer available."""

    def __init__(self, view: ValueList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        values = index.model()
        assert isinstance(values, ValueListModel)
        box: QRect = option.rect
        current = index == self._view.currentIndex()
        painter.save()
        if current:
            painter.fillRect(box, theme().color("selection"))
        mark, ticked = QRectF(box.left() + 8, box.center().y() - 6, 14, 14), values.is_ticked(index.row())
        if values.alone:
            paint_radio(painter, mark, on=ticked)
        else:
            paint_check(painter, mark, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        room = box.adjusted(32, 0, -8, 0)
        painter.setFont(theme().font("caption"))
        if values.is_unavailable(index.row()):
            words = _("no longer available")
            painter.setPen(theme().color("warn"))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
            room.setRight(room.right() - QFontMetrics(painter.font()).horizontalAdvance(words) - 10)
        painter.setFont(theme().font("body" if values.value(index.row()) is not None else "body_strong"))
        painter.setPen(theme().color("text"))
        words = QFontMetrics(painter.font()).elidedText(
            values.words(index.row()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        if current and self._view.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        painter.restore()
