"""A row of the outline: the text for an item or tab, and how it is drawn."""

from typing import Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from benchboard.dashboards.document.widget_kinds import MAX_TITLE, widget_of
from benchboard.dashboards.layout import Item
from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import plain_tooltip

_ROW: Final = 28
DATA: Final = Qt.ItemDataRole.UserRole
"""The data role under which a tree item keeps its row."""


class OutlineRow(NamedTuple):
    """A row's item, or (if `tab` is 0 or more) one tab of it."""

    id: str
    tab: int
    icon: str
    title: str
    bare: str
    """The title in the document; empty if the row shows the kind's name instead."""
    mark: str
    """The icon at the row's end: locked or hidden; empty for none."""
    why: str
    dim: bool


class OutlineRowDelegate(QStyledItemDelegate):
    """Draws a row: the kind's icon, the title, and an icon at the end."""

    def __init__(self, outline: QTreeWidget) -> None:
        super().__init__(outline)
        self._outline = outline

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, _ROW)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        from benchboard.ui.widgets.fields import Edit

        edit = Edit(name="outline_title", label=_("Title"), parent=parent)
        edit.setMaxLength(MAX_TITLE)
        return edit

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        editor.setProperty("text", index.data(DATA).bare)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(0, 0, -2, 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: OutlineRow = index.data(DATA)
        item = self._outline.itemFromIndex(index)
        rect: QRect = option.rect
        chosen, hot = item.isSelected(), bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, rect.top(), self._outline.viewport().width(), rect.height())
        if chosen or hot:
            painter.fillRect(whole, theme().color("selection" if chosen else "row.hover"))
        if chosen:
            painter.fillRect(QRectF(0, rect.top(), 2, rect.height()), theme().color("accent"))
        left = rect.left() + 4.0
        if item.childCount():
            caret = "ph.caret-down" if item.isExpanded() else "ph.caret-right"
            paint_icon(painter, caret, QRectF(left - 13, rect.center().y() - 5, 11, 11), theme().color("text.muted"))
        tone = "text.muted" if line.dim else "text"
        icon = QRectF(left + 2, rect.center().y() - 7, 14, 14)
        paint_icon(painter, line.icon, icon, theme().color("text.muted" if line.dim else "text.secondary"))
        end = rect.right() - 10.0
        if line.mark:
            paint_icon(painter, line.mark, QRectF(end - 12, rect.center().y() - 6, 12, 12), theme().color("text.muted"))
            end -= 18
        font = theme().font("body_strong" if item.childCount() and line.tab < 0 else "body")
        painter.setFont(font)
        painter.setPen(theme().color(tone))
        room = QRectF(left + 23, rect.top(), max(0.0, end - left - 23), rect.height())
        shown = QFontMetricsF(font).elidedText(line.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


def make_row(item: Item, rendered: Item, *, hidden: bool) -> OutlineRow:
    """An item's row in the outline, with the title as `rendered` on the page; muted where it is `hidden` there."""
    widget = widget_of(item)
    bare, what = widget.title, widget.kind_name
    icon = widget.icon
    locked = item.source.get("locked")
    mark, why = "", what
    if item.static:
        mark, why = "ph.push-pin", _("{kind}, position locked").format(kind=what)
    elif isinstance(locked, list) and locked:
        mark, why = "ph.lock-simple", _("{kind}, locked").format(kind=what)
    elif hidden:
        why = _("{kind}, hidden").format(kind=what)
    return OutlineRow(item.id, -1, icon, widget_of(rendered).title or what, bare, mark, why, hidden)


def show_row(item: QTreeWidgetItem, line: OutlineRow) -> None:
    """Show a row in an item of the tree."""
    item.setText(0, line.title)
    item.setData(0, DATA, line)
    item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, line.why)
    item.setToolTip(0, plain_tooltip(line.why))


def row_of(item: QTreeWidgetItem) -> OutlineRow:
    """The row shown in an item of the tree."""
    line: OutlineRow = item.data(0, DATA)
    return line
