"""The list of what can follow in a query, above the window's content at the cursor. It never takes the focus."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.completion.suggestions import Suggestion, SuggestionKind
from benchboard.analytics.query_types import kind_name
from benchboard.i18n import _, number
from benchboard.ui.commands import key_cap
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Elided, Paragraph, Text, hairline
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.surfaces import SHADOW, Floating

_ROW: Final = 26
_MOST_ROWS: Final = 9
_LEAST_ROWS: Final = 3
_LIST: Final = 360
_DETAILS: Final = 220
_FOOTER: Final = 30
_AROUND: Final = _FOOTER + 3
"""Pixels of the footer and the lines around and above it."""
_GAP: Final = 2
_ICONS: Final[dict[SuggestionKind, str]] = {
    "measure": "ph.calculator", "table": "ph.table", "model": "ph.cube", "query": "ph.brackets-round",
    "alias": "ph.table",
    "function": "ph.math-operations", "variable": "ph.brackets-curly", "join": "ph.link", "keyword": "ph.code",
    "column": "ph.columns",
}  # fmt: skip
_DATA: Final = Qt.ItemDataRole.UserRole


def icon_of(one: Suggestion) -> str:
    """The icon of a suggestion: of a column that of its type."""
    if one.kind == "column" and one.value_kind is not None:
        return KIND_ICONS[one.value_kind]
    return _ICONS[one.kind]


def kind_text(one: Suggestion) -> str:
    """What a suggestion is, in words: of a column its type."""
    if one.kind == "column" and one.value_kind is not None:
        return kind_name(one.value_kind)
    kinds: dict[SuggestionKind, str] = {
        "column": _("column"), "measure": _("measure"), "table": _("table"), "model": _("data model"),
        "query": _("subquery"), "alias": _("table"), "function": _("function"), "variable": _("variable"),
        "join": _("join"), "keyword": _("keyword"),
    }  # fmt: skip
    return kinds[one.kind]


class _SuggestionModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[Suggestion] = ()

    def show_rows(self, rows: Sequence[Suggestion]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.rows[index.row()]
        if role == _DATA:
            return one
        if role == Qt.ItemDataRole.DisplayRole:
            return one.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(one)
        return None


def spoken(one: Suggestion) -> str:
    """A suggestion as a screen reader says it."""
    return ", ".join(part for part in (one.label, one.note, kind_text(one), one.origin) if part)


class CompletionPopup(Floating):
    """`chosen` emits the suggestion that was clicked; `selected` that another one is selected."""

    accessible_role = Role.List
    chosen = Signal(object)
    selected = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("completions")
        self.setAccessibleName(_("Suggestions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.model = _SuggestionModel(self)
        self._note = ""
        self.list = QListView()
        self.list.setObjectName("completion_list")
        self.list.setAccessibleName(_("Suggestions"))
        self.list.setProperty("plain", True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setItemDelegate(_SuggestionDelegate(self.list))
        self.list.setModel(self.model)
        self.list.setFixedWidth(_LIST)
        self.list.clicked.connect(lambda index: self.chosen.emit(index.data(_DATA)))
        self.details = _Details()
        self._line = hairline(vertical=True)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        for widget in (self.list, self._line, self.details):
            upper.addWidget(widget)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(hairline())
        column.addLayout(self._footer())
        theme().changed.connect(self.list.viewport().update)
        self.hide()

    def _footer(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 12, 0)
        line.setSpacing(4)
        for key, word in ((key_cap("Return"), _("insert")), (key_cap("Esc"), _("close"))):
            line.addWidget(KeyCap(key))
            line.addWidget(Text(word, "caption", "muted"))
            line.addSpacing(4)
        self.note = Elided("", "caption", "muted", fits_text=True)
        self.note.setObjectName("completion_note")
        self.note.setFixedHeight(_FOOTER)
        line.addStretch(1)
        line.addWidget(self.note)
        return line

    # Rows

    @property
    def current(self) -> Suggestion | None:
        """The one that is selected."""
        found: Suggestion | None = self.list.currentIndex().data(_DATA)
        return found

    def show_rows(self, rows: Sequence[Suggestion], note: str, *, keeps: bool = False) -> None:
        """Show these, with the first one selected, or with the one that is selected already if it `keeps` that. `note`
        is the sentence below them; without one, their number is."""
        before = self.current if keeps else None
        self.model.show_rows(rows)
        self._note = note
        self._show_list(bool(rows))
        if rows:
            self.select(next((at for at, one in enumerate(rows) if before and one.text == before.text), 0))
        else:
            self._show_note()

    def _show_list(self, shown: bool) -> None:
        for widget in (self.list, self._line, self.details):
            widget.setVisible(shown)

    def select(self, row: int) -> None:
        """Select a row; before the first comes the last."""
        count = self.model.rowCount()
        if count:
            self.list.setCurrentIndex(self.model.index(row % count, 0))
            self.details.show_suggestion(self.current)
            self._show_note()
            self.selected.emit()

    def move_selection(self, steps: int) -> None:
        """Select the next row, or one several rows on, which stops at the end."""
        row, count = self.list.currentIndex().row(), self.model.rowCount()
        self.select(row + steps if abs(steps) == 1 else min(max(row + steps, 0), count - 1))

    def _show_note(self) -> None:
        row, count = self.list.currentIndex().row() + 1, self.model.rowCount()
        counted = _("{row} of {count}").format(row=number(row), count=number(count))
        self.note.setText(self._note or (counted if count else ""))

    @property
    def page(self) -> int:
        """How many rows a page has."""
        return max(self.list.height() // _ROW, 1)

    # Place

    def open_at(self, word: QRect) -> None:
        """Show it below a word, whose rectangle is in the window, or above where there is more room."""
        window = self.parentWidget()
        assert window is not None
        count = self.model.rowCount()
        is_wide = count > 0 and window.width() - 16 >= _LIST + _DETAILS
        self.details.setVisible(is_wide)
        self._line.setVisible(is_wide)
        below, above = window.height() - word.bottom() - _GAP - 4, word.top() - _GAP - 4
        wanted = min(count, _MOST_ROWS) * _ROW + _AROUND
        is_above = below < wanted and above > below
        room = ((above if is_above else below) - _AROUND) // _ROW
        least = _LEAST_ROWS if is_wide else 1  # what is said of one has three lines
        rows = min(max(count, least), _MOST_ROWS, max(room, least)) if count else 0
        for widget in (self.list, self._line, self.details):
            widget.setFixedHeight(rows * _ROW)
        width = _LIST + (_DETAILS + 1 if is_wide else 0) + 2
        height = rows * _ROW + _AROUND
        left = max(min(word.left(), window.width() - 4 - width), 4)
        top = max(word.top() - _GAP - height if is_above else word.bottom() + _GAP, 4)
        self.setGeometry(QRect(left, top, width, height).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))
        self.show()
        self.raise_()
        if layout := self.body.layout():
            layout.activate()
        self.list.scrollTo(self.list.currentIndex())


class _Details(QWidget):
    """What is known of the suggestion that is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_DETAILS)
        self._name = Paragraph("", "body_strong")
        self._kind = Paragraph("", "caption", "muted")
        self._text = Paragraph("", "caption", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        for widget in (self._name, self._kind, self._text):
            column.addWidget(widget)
        column.addStretch(1)

    def show_suggestion(self, one: Suggestion | None) -> None:
        if one is None:
            return
        is_call = one.kind == "function" and one.note
        self._name.setText(f"{one.label}{one.note}" if is_call else one.note if one.kind == "column" and one.note
                           else one.label)  # fmt: skip
        where = _("{kind}, in {table}") if one.kind in ("column", "measure") else _("{kind}, from {table}")
        kind = kind_text(one)
        self._kind.setText(where.format(kind=kind, table=one.origin) if one.origin else kind)
        said = one.note if one.kind == "variable" else one.description
        self._text.setText(said)
        self._text.setVisible(bool(said))


class _SuggestionDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        one: Suggestion = index.data(_DATA)
        box: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme().color("selection"))
            painter.fillRect(QRect(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme().color("row.hover"))
        icon = theme().px("icon.inline")
        top = box.top() + (box.height() - icon) / 2
        paint_icon(painter, icon_of(one), QRectF(box.left() + 10, top, icon, icon), theme().color("text.secondary"))
        left, right = box.left() + 10 + icon + 8, box.right() - 12
        caption = QFontMetrics(theme().font("caption"))
        origin = caption.elidedText(one.origin, Qt.TextElideMode.ElideRight, box.width() // 3)
        origin_left = right - caption.horizontalAdvance(origin)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRect(origin_left, box.top(), right - origin_left + 1, box.height()), _MIDDLE, origin)
        end = self._paint_label(painter, one, QRect(left, box.top(), origin_left - 12 - left, box.height()))
        room = origin_left - 12 - end - 8
        if one.note and room > 16:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            note = caption.elidedText(one.note, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(end + 8, box.top(), room + 1, box.height()), _MIDDLE, note)
        painter.restore()

    def _paint_label(self, painter: QPainter, one: Suggestion, box: QRect) -> int:
        """Draw the name, with the letters that match stronger; returns where it ends."""
        plain, strong = theme().font("mono"), theme().font("mono")
        strong.setBold(True)
        metrics = QFontMetrics(plain)
        text = metrics.elidedText(one.label, Qt.TextElideMode.ElideRight, box.width())
        matched, left = set(one.letters), box.left()
        for at, letter in enumerate(text):
            is_matched = at in matched and letter == one.label[at : at + 1]
            painter.setFont(strong if is_matched else plain)
            painter.setPen(theme().color("accent.text" if is_matched else "text"))
            painter.drawText(
                QRect(left, box.top(), metrics.horizontalAdvance(letter) + 2, box.height()), _MIDDLE, letter
            )
            left += metrics.horizontalAdvance(letter)
        return left


_MIDDLE: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
