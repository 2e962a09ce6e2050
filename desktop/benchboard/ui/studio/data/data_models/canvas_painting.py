"""Draws the canvas of a data model: cards with their columns, joins as lines, what is said at them."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPainterPath, QPen

from benchboard.ui.studio.data.data_models.canvas_places import line_path
from benchboard.ui.studio.data.data_models.canvas_scene import JoinLine, TableCard, TableCardRow, join_kind_title
from benchboard.ui.studio.data.preview_table import paint_line
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

HEAD: Final = 48
ROW: Final = 28
SHOWN_ROWS: Final = 10
"""Columns that a card shows at once; it scrolls to the others."""
_PAD: Final = 12
_ICON: Final = 14
_ICON_ROOM: Final = 22
_BETWEEN: Final = 12
_LEAST: Final = 190
_MOST: Final = 320
_END_GAP: Final = 6
_DOTS: Final = 24


@dataclass(frozen=True, slots=True)
class CardBox:
    """Where a card stands, in pixels at 100 %, and which of its columns is the first that is shown."""

    rect: QRectF
    first: int = 0

    def row_rect(self, row: int) -> QRectF:
        """The box of a column, which may lie outside the card."""
        top = self.rect.top() + HEAD + (row - self.first) * ROW
        return QRectF(self.rect.left(), top, self.rect.width(), ROW)

    def end_y(self, row: int, rows: int) -> float:
        """Where the line of a column ends: beside it, or at the edge of the list that it is scrolled out of."""
        shown = min(rows, SHOWN_ROWS)
        if row < self.first:
            return self.rect.top() + HEAD
        if row >= self.first + shown:
            return self.rect.top() + HEAD + shown * ROW
        return self.row_rect(row).center().y()


def card_size(card: TableCard) -> QSizeF:
    """How large a card is: as wide as its longest column needs, within limits."""
    body, caption = QFontMetricsF(theme().font("body")), QFontMetricsF(theme().font("caption"))
    strong = QFontMetricsF(theme().font("body_strong"))
    head = max(strong.horizontalAdvance(card.table), caption.horizontalAdvance(card.source))
    if card.size:
        head += _BETWEEN + caption.horizontalAdvance(card.size)
    widest = max((body.horizontalAdvance(row.name) + _note_room(row) for row in card.rows), default=0.0)
    width = min(max(max(head, widest) + 2 * _PAD + _ICON_ROOM + 2, _LEAST), _MOST)
    return QSizeF(round(width), HEAD + min(max(len(card.rows), 1), SHOWN_ROWS) * ROW + 4)


def _note_room(row: TableCardRow) -> float:
    note = QFontMetricsF(theme().font("caption")).horizontalAdvance(row.note)
    return note + _BETWEEN if row.note else 0.0


def is_cut(card: TableCard, row: TableCardRow | None, width: float) -> bool:
    """Whether the name of a column, or without one that of the table, isn't drawn whole in a card of this width."""
    room = width - 2 * _PAD - _ICON_ROOM
    if row is not None:
        return QFontMetricsF(theme().font("body")).horizontalAdvance(row.name) > room - _note_room(row)
    size = QFontMetricsF(theme().font("caption")).horizontalAdvance(card.size)
    room -= size + _BETWEEN if card.size else 0
    strong = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(card.table)
    return max(strong, QFontMetricsF(theme().font("caption")).horizontalAdvance(card.source)) > room


def path_of(line: JoinLine, boxes: list[CardBox], cards: tuple[TableCard, ...]) -> QPainterPath:
    """The curve of a line."""
    left, right = boxes[line.left], boxes[line.right]
    left_y = left.end_y(line.left_row, len(cards[line.left].rows))
    return line_path(left.rect, left_y, right.rect, right.end_y(line.right_row, len(cards[line.right].rows)))


def paint_background(painter: QPainter, area: QRectF) -> None:
    """The empty canvas: points at equal distances over `area`."""
    painter.setPen(QPen(theme().color("border"), 2))
    x = area.left() - area.left() % _DOTS
    while x < area.right():
        y = area.top() - area.top() % _DOTS
        while y < area.bottom():
            painter.drawPoint(QPointF(x, y))
            y += _DOTS
        x += _DOTS


def paint_join(painter: QPainter, path: QPainterPath, line: JoinLine, *, current: bool, hovered: bool) -> None:
    """A line, dashed between sources."""
    colour = _join_colour(current=current, hovered=hovered)
    style = Qt.PenStyle.DashLine if line.crosses_sources else Qt.PenStyle.SolidLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 2.5 if current else 1.5, style))
    painter.drawPath(path)


def paint_join_ends(painter: QPainter, path: QPainterPath, *, current: bool, hovered: bool) -> None:
    """The points at which a line meets its cards, whole: over their edges."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_join_colour(current=current, hovered=hovered))
    for at in (path.pointAtPercent(0), path.pointAtPercent(1)):
        painter.drawEllipse(at, 3.5, 3.5)


def _join_colour(*, current: bool, hovered: bool) -> QColor:
    return theme().color("accent.text" if current or hovered else "border.control")


def paint_drawn(painter: QPainter, path: QPainterPath, *, refused: bool) -> None:
    """The join that is being drawn."""
    colour = theme().color("error" if refused else "accent.text")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if refused else Qt.PenStyle.SolidLine))
    painter.drawPath(path)


def label_rect(path: QPainterPath, line: JoinLine) -> QRectF:
    """The box of what is said of a join, in the middle of its line; empty for all but its first line."""
    if line.pair:
        return QRectF()
    metrics = QFontMetricsF(theme().font("caption"))
    texts = [text for text in (join_kind_title(line.kind), line.note) if text]
    width = max(metrics.horizontalAdvance(text) for text in texts) + 18
    height = len(texts) * metrics.height() + 8
    middle = path.pointAtPercent(0.5)
    return QRectF(round(middle.x() - width / 2), round(middle.y() - height / 2), round(width), round(height))


def paint_join_label(painter: QPainter, path: QPainterPath, line: JoinLine, *, current: bool, focused: bool) -> None:
    """The kind of a join, how many rows find none, and how many meet at each end."""
    box, metrics = label_rect(path, line), QFontMetricsF(theme().font("caption"))
    painter.setFont(theme().font("caption"))
    if not box.isEmpty():
        radius = theme().px("radius.badge")
        painter.setPen(QPen(theme().color("focus" if focused else "accent.text" if current else "border.strong"),
                            2 if focused else 1))  # fmt: skip
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, radius, radius)
        top = box.top() + 4
        for text, ink in ((join_kind_title(line.kind), "text.secondary"), (line.note, "warn")):
            if text:
                painter.setPen(theme().color(ink))
                painter.drawText(QRectF(box.left(), top, box.width(), metrics.height()), Qt.AlignmentFlag.AlignCenter,
                                 text)  # fmt: skip
                top += metrics.height()
    painter.setPen(theme().color("text.secondary"))
    for text, share in ((line.left_end, 0.0), (line.right_end, 1.0)):
        if text:
            _paint_end(painter, path, text, share, metrics)


def _paint_end(painter: QPainter, path: QPainterPath, text: str, share: float, metrics: QFontMetricsF) -> None:
    at, inner = path.pointAtPercent(share), path.pointAtPercent(0.1 if share == 0.0 else 0.9)
    width = metrics.horizontalAdvance(text) + 1
    left = at.x() + _END_GAP if inner.x() >= at.x() else at.x() - _END_GAP - width
    rect = QRectF(left, at.y() - metrics.height() - 3, width, metrics.height())
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_card(
    painter: QPainter,
    card: TableCard,
    box: CardBox,
    *,
    current: bool,
    focused: bool,
    hot: int = -1,
    refused: bool = False,
) -> None:
    """A table: its name, its source and its columns. `hot` is the column under the pointer, `refused` that it can't be
    joined by."""
    rect, radius = box.rect, theme().px("radius.tile")
    edge = "accent" if current else "border.strong"
    if focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("focus"), 2))
        painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), radius + 4, radius + 4)
    painter.setBrush(theme().color("surface"))
    style = Qt.PenStyle.SolidLine if card.is_joined else Qt.PenStyle.DashLine
    painter.setPen(QPen(theme().color(edge), 2 if current else 1, style))
    painter.drawRoundedRect(rect, radius, radius)
    _paint_head(painter, card, rect)
    painter.setPen(QPen(theme().color("grid"), 1))
    painter.drawLine(QPointF(rect.left() + 1, rect.top() + HEAD), QPointF(rect.right() - 1, rect.top() + HEAD))
    for row in range(box.first, min(box.first + SHOWN_ROWS, len(card.rows))):
        line = box.row_rect(row)
        if row == hot:
            fill = "error.soft" if refused else "row.hover"
            painter.fillRect(line.adjusted(1, 1, -1, 0), theme().color(fill))
        _paint_row(painter, card.rows[row], line)
    if len(card.rows) > SHOWN_ROWS:
        _paint_scrolled(painter, card, box)


def _paint_head(painter: QPainter, card: TableCard, rect: QRectF) -> None:
    inner = rect.adjusted(_PAD, 0, -_PAD, 0)
    icon = QRectF(inner.left(), rect.top() + (HEAD - _ICON) / 2, _ICON, _ICON)
    paint_icon(painter, "ph.table", icon, theme().color("text.secondary"))
    size = QFontMetrics(theme().font("caption")).horizontalAdvance(card.size)
    left = int(inner.left()) + _ICON_ROOM
    right = int(inner.right()) - (size + _BETWEEN if card.size else 0)
    top = int(rect.top()) + 7
    paint_line(painter, QRect(left, top, right - left, 18), card.table, "body_strong", "text")
    paint_line(painter, QRect(left, top + 17, right - left, 16), card.source, "caption", "text.muted")
    if card.size:
        box = QRect(int(inner.right()) - size, top, size + 1, 18)
        paint_line(painter, box, card.size, "caption", "text.muted", right=True)


def _paint_row(painter: QPainter, row: TableCardRow, line: QRectF) -> None:
    inner = line.adjusted(_PAD, 0, -_PAD, 0)
    name = "ph.warning" if row.is_broken else row.icon
    tone = "warn" if row.is_broken or row.is_key else "text.secondary"
    icon = QRectF(inner.left(), line.center().y() - _ICON / 2, _ICON, _ICON)
    paint_icon(painter, name, icon, theme().color(tone))
    note = QFontMetrics(theme().font("caption")).horizontalAdvance(row.note)
    left, right = int(inner.left()) + _ICON_ROOM, int(inner.right())
    room = right - left - (note + _BETWEEN if row.note else 0)
    ink = "text.muted" if row.muted else "text"
    paint_line(painter, QRect(left, int(line.top()), room, ROW), row.name, "body", ink)
    if row.note:
        box = QRect(right - note, int(line.top()), note + 1, ROW)
        paint_line(painter, box, row.note, "caption", "text.muted", right=True)


def _paint_scrolled(painter: QPainter, card: TableCard, box: CardBox) -> None:
    """Which part of the columns is shown."""
    count, height = len(card.rows), SHOWN_ROWS * ROW
    top = box.rect.top() + HEAD + box.first / count * height
    bar = QRectF(box.rect.right() - 6, top + 1, 3, max(SHOWN_ROWS / count * height - 2, 8))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("border.control"))
    painter.drawRoundedRect(bar, 1.5, 1.5)
