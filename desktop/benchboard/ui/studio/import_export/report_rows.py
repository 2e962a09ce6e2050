"""The rows of a conversion report: a heading for each outcome, below it the widgets, each with what became of it and a
link."""

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from benchboard.dashboards.interchange import ConversionReport
from benchboard.dashboards.interchange.conversion_report import Outcome, ReportLine
from benchboard.i18n import N_, _, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import came_by_key, note_input
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex

OUTCOMES: Final[dict[Outcome, tuple[str, str, str]]] = {
    "left out": (N_("Skipped"), "ph.minus-circle", "error"),
    "placeholder": (N_("Replaced with a placeholder"), "ph.square", "warn"),
    "changed": (N_("Changed"), "ph.pencil-simple", "info"),
    "kept": (N_("Not supported, kept for export"), "ph.archive", "text.secondary"),
}
"""Title, icon and colour of each outcome, in the order they are shown: the most serious first."""
_LONG: Final = 6
"""Kinds with at least this many lines have a row of their own, closed at first."""
_DETAILS = re.compile(r"“[^”]*”|\d+")
_HEADING: Final = 32
_ROW: Final = 36
_PAD: Final = 10
"""Pixels above and below a text of several lines."""
_SIDE: Final = 12
_INDENT: Final = 24
_ICON: Final = 16
_NAME: Final = 220
"""The greatest width of the widgets' names, in pixels."""
_MOST: Final = 392
"""The greatest height of the rows when the dialog opens, in pixels."""
_ITEM_ID: Final = Qt.ItemDataRole.UserRole
_INSIDE: Final = Qt.ItemDataRole.UserRole + 1
_ROW_DATA: Final = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What a row shows. A `heading` has an icon in its `tone` and a count; a kind has a caret and a count."""

    name: str
    text: str = ""
    link: str = ""
    count: int | None = None
    icon: str = ""
    tone: str = ""
    is_heading: bool = False


class ReportTree(QTreeWidget):
    """A tree of outcome, kind and line. A kind's lines are created when it is first expanded."""

    def __init__(
        self, report: ConversionReport, show: Callable[[str], None], write_query: Callable[[str], None] | None
    ) -> None:
        """`show` goes to a widget, `write_query` to the query of one that needs it."""
        super().__init__()
        self._show, self._write_query = show, write_query
        self._waiting = frozenset(report.needs_query) if write_query is not None else frozenset[str]()
        self.is_ringed = False
        """Whether the current row has a ring: the focus came by keyboard."""
        self.setObjectName("import_report_lines")
        self.setProperty("lines", True)
        self.setProperty("flush", True)
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setIndentation(0)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_ReportDelegate(self))
        self.itemExpanded.connect(self._fill)
        self.itemDoubleClicked.connect(lambda item, _column: self._activate(item))
        self.name_width = _name_width(report.lines)
        told = _told_lines(report)
        for outcome, (title, icon, tone) in OUTCOMES.items():
            lines = [line for line in told if line.outcome == outcome]
            if lines:
                self._add_outcome(
                    ReportRow(_(title), count=_count(lines), icon=icon, tone=tone, is_heading=True), lines
                )

    def sizeHint(self) -> QSize:
        """As high as its rows, up to a limit; a kind that is closed counts as open, because it will be."""
        heights = sum(_HEADING for _top in range(self.topLevelItemCount()))
        for at in range(self.topLevelItemCount()):
            top = self.topLevelItem(at)
            for place in range(top.childCount() if top is not None else 0):
                child = top.child(place) if top is not None else None
                inside = child.data(0, _INSIDE) if child is not None else None
                row_height = self.row_height(row_of(child)) if child is not None else 0
                heights += row_height + _ROW * (len(inside) if inside is not None else 0)
        return QSize(super().sizeHint().width(), min(heights, _MOST))

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Draw nothing: the rows draw their own arrows."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.is_ringed = came_by_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        note_input(key=True)
        self.is_ringed = True
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._activate(item)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        on_link = self._link_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if on_link else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        note_input(key=False)
        self.is_ringed = False
        super().mousePressEvent(event)
        item = self.itemFromIndex(self.indexAt(event.position().toPoint()))
        if event.button() == Qt.MouseButton.LeftButton and item is not None and _opens(item):
            item.setExpanded(not item.isExpanded())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        item = self._link_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and item is not None:
            self._activate(item)

    def link_rect(self, item: QTreeWidgetItem) -> QRect:
        """Where the link of a row is; empty if it has none."""
        return _link_rect(self.visualItemRect(item), row_of(item).link)

    def _link_at(self, spot: QPoint) -> QTreeWidgetItem | None:
        item = self.itemFromIndex(self.indexAt(spot))
        return item if item is not None and self.link_rect(item).contains(spot) else None

    def row_height(self, row: ReportRow) -> int:
        """The height of a row, in pixels: more than one line where its text needs that."""
        if row.is_heading:
            return _HEADING
        room = self.text_box(QRect(0, 0, self.viewport().width(), _ROW), row)
        words = QFontMetrics(theme().font("body")).boundingRect(
            QRect(0, 0, max(room.width(), 80), 10_000), Qt.TextFlag.TextWordWrap, row.text
        )
        return max(_ROW, words.height() + 2 * _PAD)

    def text_box(self, box: QRect, row: ReportRow) -> QRect:
        """The part of a row for its text: right of the name, left of its link or count."""
        left = box.left() + _SIDE + _INDENT
        if row.name:
            left += self.name_width + _SIDE
        right = box.right() - _SIDE
        beside = row.link or ("" if row.count is None else number(row.count))
        right -= QFontMetrics(theme().font("body")).horizontalAdvance(beside) + 2 * _SIDE
        return QRect(left, box.top(), max(0, right - left), box.height())

    def _add_outcome(self, heading: ReportRow, lines: Sequence[ReportLine]) -> None:
        top = _item(heading, f"{heading.name}  {len(lines) if heading.count is None else heading.count}", "")
        self.addTopLevelItem(top)
        kinds: dict[str, list[ReportLine]] = {}
        for line in lines:
            kinds.setdefault(_kind(line), []).append(line)
        for same in kinds.values():
            if len(same) < _LONG:
                top.addChildren([self._line_item(line, "") for line in same])
                continue
            head = _heading(same)
            group = _item(ReportRow("", head, count=len(same)), f"{head}  {len(same)}", head)
            group.setData(0, _INSIDE, same)
            group.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            top.addChild(group)
        top.setExpanded(True)

    def _fill(self, group: QTreeWidgetItem) -> None:
        inside: list[ReportLine] | None = group.data(0, _INSIDE)
        if inside is not None:
            head = _heading(inside)
            group.setData(0, _INSIDE, None)
            group.addChildren([self._line_item(line, head) for line in inside])

    def _line_item(self, line: ReportLine, heading: str) -> QTreeWidgetItem:
        """A row for a line, without the part that the `heading` above it already has."""
        who = line.title or line.id
        sentence = " ".join(part for part in (line.what, line.why) if part)
        rest = "" if sentence == heading else line.what if heading == line.why else sentence
        link = "" if not line.id else _("Write the query") if line.id in self._waiting else _("Show")
        text = ": ".join(part for part in (who, rest) if part) or sentence
        item = _item(ReportRow(who, rest if who else rest or sentence, link), text, sentence)
        item.setData(0, _ITEM_ID, line.id)
        return item

    def _activate(self, item: QTreeWidgetItem) -> None:
        item_id = item.data(0, _ITEM_ID)
        if item_id and item_id in self._waiting and self._write_query is not None:
            self._write_query(item_id)
        elif item_id:
            self._show(item_id)
        elif _opens(item) or item.childCount():
            item.setExpanded(not item.isExpanded())


class _ReportDelegate(QStyledItemDelegate):
    """Draws the rows of a report."""

    def __init__(self, tree: ReportTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, self._tree.row_height(row_of(self._tree.itemFromIndex(index))))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item, box = self._tree.itemFromIndex(index), QRect(option.rect)
        row = row_of(item)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, box, row)
        if row.is_heading:
            self._paint_heading(painter, box, row)
        else:
            self._paint_row(painter, box, row, caret=_caret(item))
        if self._tree.is_ringed and self._tree.hasFocus() and item is self._tree.currentItem():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 4, 4)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, row: ReportRow) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if row.is_heading or is_selected or is_hovered:
            tone = "selection" if is_selected else "surface.alt" if row.is_heading else "row.hover"
            painter.fillRect(box, theme().color(tone))
        if not row.is_heading:
            # The dialog is raised: `grid` can't be seen on it in the dark.
            painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme().color("border"))

    def _paint_heading(self, painter: QPainter, box: QRect, row: ReportRow) -> None:
        icon = QRectF(box.left() + _SIDE, box.center().y() - _ICON / 2 + 0.5, _ICON, _ICON)
        paint_icon(painter, row.icon, icon, theme().color(row.tone))
        painter.setFont(theme().font("body_strong"))
        painter.setPen(theme().color("text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(_SIDE + _INDENT, 0, -80, 0), middle, row.name)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text.secondary"))
        count = "" if row.count is None else number(row.count)
        painter.drawText(box.adjusted(0, 0, -_SIDE, 0), middle | Qt.AlignmentFlag.AlignRight, count)

    def _paint_row(self, painter: QPainter, box: QRect, row: ReportRow, *, caret: str) -> None:
        if caret:
            spot = QRectF(box.left() + _SIDE + 2, box.center().y() - 5, 11, 11)
            paint_icon(painter, caret, spot, theme().color("text.muted"))
        middle = Qt.AlignmentFlag.AlignVCenter
        if row.name:
            painter.setFont(_name_font())
            painter.setPen(theme().color("text"))
            room = QRect(box.left() + _SIDE + _INDENT, box.top(), self._tree.name_width, box.height())
            name = QFontMetrics(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, middle, name)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text" if not row.name else "text.secondary"))
        painter.drawText(self._tree.text_box(box, row), middle | Qt.TextFlag.TextWordWrap, row.text)
        painter.setPen(theme().color("accent.text" if row.link else "text.secondary"))
        beside = row.link or ("" if row.count is None else number(row.count))
        painter.drawText(box.adjusted(0, 0, -_SIDE, 0), middle | Qt.AlignmentFlag.AlignRight, beside)


def row_of(item: QTreeWidgetItem) -> ReportRow:
    """What an item's row shows."""
    row: ReportRow = item.data(0, _ROW_DATA)
    return row


def _opens(item: QTreeWidgetItem) -> bool:
    """Whether it is a kind, which opens and closes."""
    return item.parent() is not None and (item.data(0, _INSIDE) is not None or item.childCount() > 0)


def _caret(item: QTreeWidgetItem) -> str:
    """The icon before a kind that can be opened or closed; empty for a line."""
    return "" if not _opens(item) else "ph.caret-down" if item.isExpanded() else "ph.caret-right"


def _told_lines(report: ConversionReport) -> list[ReportLine]:
    """The lines to show: that settings of a placeholder are kept stands in the line about the placeholder."""
    placeholders = {line.id for line in report.lines if line.id and line.outcome == "placeholder"}
    return [line for line in report.lines if line.outcome != "kept" or line.id not in placeholders]


def _count(lines: Collection[ReportLine]) -> int:
    """How many widgets the lines are about, and lines about the dashboard."""
    return len({line.id for line in lines if line.id}) + sum(not line.id for line in lines)


def _name_font() -> QFont:
    font = theme().font("body")
    font.setWeight(QFont.Weight.Medium)
    return font


def _name_width(lines: Sequence[ReportLine]) -> int:
    """The width of the longest name, in pixels, up to a limit."""
    metrics = QFontMetricsF(_name_font())
    longest = max((metrics.horizontalAdvance(line.title or line.id) for line in lines), default=0.0)
    return min(math.ceil(longest) + 1, _NAME)


def _link_rect(box: QRect, link: str) -> QRect:
    if not link:
        return QRect()
    width = QFontMetrics(theme().font("body")).horizontalAdvance(link) + 2 * _SIDE
    return QRect(box.right() - width, box.top(), width, box.height())


def _kind(line: ReportLine) -> str:
    """The text that lines of the same kind have in common."""
    return line.why or _DETAILS.sub("…", line.what)


def _heading(same: Sequence[ReportLine]) -> str:
    """The text that all these lines have in common."""
    whats = [what for what, _same in groupby(line.what for line in same)]
    if len(whats) == 1:
        return " ".join(part for part in (whats[0], same[0].why) if part)
    return _kind(same[0])


def _item(row: ReportRow, text: str, tip: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setData(0, _ROW_DATA, row)
    item.setToolTip(0, plain_tooltip(tip))
    return item
