"""Draws the canvas of a data model: cards with their columns, joins as lines, what is said at them."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPainterPath, QPen

from benchboard.analytics.sources.table_lineage import TableLineage
from benchboard.i18n import _
from benchboard.ui.studio.data.data_models.canvas_places import line_path
from benchboard.ui.studio.data.data_models.canvas_scene import JoinLine, TableCard, TableCardRow, join_kind_title
from benchboard.ui.studio.data.preview_table import paint_line
from benchboard.ui.theme import theme
from benchboard.ui.time_format import relative_time
from benchboard.ui.widgets.badges import paint_icon, paint_meter

HEAD: Final = 48
ROW: Final = 28
FOOT: Final = 28
"""The line below the columns: when the table was read, and how much uses it."""
SHOWN_ROWS: Final = 10
"""Columns that a card shows at once; it scrolls to the others."""
_PAD: Final = 12
_ICON: Final = 14
_ICON_ROOM: Final = 22
_BETWEEN: Final = 12
_LEAST: Final = 200
_MOST: Final = 320
_END_GAP: Final = 6
_DOTS: Final = 24
_METER: Final = 12
"""Height of the bar of a join's share, in pixels."""


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
    left, right = freshness(card)[1], uses_text(card)
    foot = caption.horizontalAdvance(left) + caption.horizontalAdvance(right) + (_BETWEEN if left and right else 0)
    width = min(max(max(head, widest, foot) + 2 * _PAD + _ICON_ROOM + 2, _LEAST), _MOST)
    return QSizeF(round(width), HEAD + min(max(len(card.rows), 1), SHOWN_ROWS) * ROW + FOOT + 4)


def freshness(card: TableCard) -> tuple[str, str, str]:
    """How fresh a table's rows are: an icon, words and the ink of both; empty until its source was read."""
    return freshness_text(card.lineage) if card.lineage is not None else ("", "", "text.muted")


def freshness_text(lineage: TableLineage) -> tuple[str, str, str]:
    """How fresh the rows of a table of this lineage are; see `freshness`."""
    if lineage.problem:
        return "ph.warning", _("Can't be read"), "warn"
    if lineage.is_live:
        return "ph.lightning", _("Live"), "text.muted"
    if lineage.source is None:
        return "ph.warning", _("Missing source"), "warn"
    if lineage.refreshed is None:
        return "ph.clock", _("Never refreshed"), "text.muted"
    return "ph.clock", relative_time(lineage.refreshed), "text.muted"


def freshness_said(card: TableCard) -> str:
    """How fresh a table's rows are, as screen readers say it without the icon."""
    words, lineage = freshness(card)[1], card.lineage
    is_time = lineage is not None and not lineage.problem and not lineage.is_live and lineage.refreshed is not None
    return _("refreshed {ago}").format(ago=words) if is_time else words


def uses_text(card: TableCard) -> str:
    """How much uses a table besides the model; empty until that is known."""
    if card.lineage is None:
        return ""
    return _("Used by {uses}").format(uses=card.uses) if card.uses else _("Not used yet")


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
    texts = [text for text in (_join_title(line), line.note) if text]
    width = max(metrics.horizontalAdvance(text) for text in texts) + 18
    height = len(texts) * metrics.height() + 8 + (_METER if line.match else 0)
    middle = path.pointAtPercent(0.5)
    return QRectF(round(middle.x() - width / 2), round(middle.y() - height / 2), round(width), round(height))


def _join_title(line: JoinLine) -> str:
    """What kind of join it is, and how many rows find another."""
    return " · ".join(part for part in (join_kind_title(line.kind), line.match) if part)


def paint_join_label(painter: QPainter, path: QPainterPath, line: JoinLine, *, current: bool, focused: bool) -> None:
    """The kind of a join, the share of rows that match and how many don't, and how many meet at each end."""
    box, metrics = label_rect(path, line), QFontMetricsF(theme().font("caption"))
    painter.setFont(theme().font("caption"))
    if not box.isEmpty():
        radius = theme().px("radius.badge")
        painter.setPen(QPen(theme().color("focus" if focused else "accent.text" if current else "border.strong"),
                            2 if focused else 1))  # fmt: skip
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, radius, radius)
        top = box.top() + 4
        for text, ink in ((_join_title(line), "text.secondary"), (line.note, "warn")):
            if text:
                painter.setPen(theme().color(ink))
                painter.drawText(QRectF(box.left(), top, box.width(), metrics.height()), Qt.AlignmentFlag.AlignCenter,
                                 text)  # fmt: skip
                top += metrics.height()
        if line.match and line.facts is not None:
            meter = QRectF(box.left() + 9, top, box.width() - 18, _METER)
            paint_meter(painter, meter, line.facts.left_matched / line.facts.left_rows, "warn" if line.note else "info")
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
    chosen: int = -1,
    refused: bool = False,
) -> None:
    """A table: its name, its source, its columns, and how fresh and used it is. `hot` is the column under the pointer,
    `chosen` the one that is selected, `refused` that it can't be joined by."""
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
        if row in (hot, chosen):
            fill = "selection" if row == chosen else "error.soft" if refused else "row.hover"
            painter.fillRect(line.adjusted(1, 1, -1, 0), theme().color(fill))
        _paint_row(painter, card.rows[row], line)
    if len(card.rows) > SHOWN_ROWS:
        _paint_scrolled(painter, card, box)
    _paint_foot(painter, card, rect)


def _paint_foot(painter: QPainter, card: TableCard, rect: QRectF) -> None:
    """When the table was read, and how much uses it."""
    top = rect.bottom() - FOOT
    painter.setPen(QPen(theme().color("grid"), 1))
    painter.drawLine(QPointF(rect.left() + 1, top), QPointF(rect.right() - 1, top))
    inner = rect.adjusted(_PAD, 0, -_PAD, 0)
    icon, text, ink = freshness(card)
    if not text:
        return
    spot = QRectF(inner.left(), top + (FOOT - _ICON) / 2, _ICON, _ICON)
    paint_icon(painter, icon, spot, theme().color(ink))
    uses = uses_text(card)
    width = QFontMetrics(theme().font("caption")).horizontalAdvance(uses)
    left, right = int(inner.left()) + _ICON_ROOM, int(inner.right())
    paint_line(painter, QRect(left, int(top), right - left - width - _BETWEEN, FOOT), text, "caption", ink)
    tone = "text.secondary" if card.uses else "text.muted"
    paint_line(painter, QRect(right - width, int(top), width + 1, FOOT), uses, "caption", tone, right=True)


def _paint_head(painter: QPainter, card: TableCard, rect: QRectF) -> None:
    inner = rect.adjusted(_PAD, 0, -_PAD, 0)
    icon = QRectF(inner.left(), rect.top() + (HEAD - _ICON) / 2, _ICON, _ICON)
    paint_icon(painter, table_icon(card), icon, theme().color("text.secondary"))
    size = QFontMetrics(theme().font("caption")).horizontalAdvance(card.size)
    left = int(inner.left()) + _ICON_ROOM
    right = int(inner.right()) - (size + _BETWEEN if card.size else 0)
    top = int(rect.top()) + 7
    paint_line(painter, QRect(left, top, right - left, 18), card.table, "body_strong", "text")
    paint_line(painter, QRect(left, top + 17, right - left, 16), card.source, "caption", "text.muted")
    if card.size:
        box = QRect(int(inner.right()) - size, top, size + 1, 18)
        paint_line(painter, box, card.size, "caption", "text.muted", right=True)


def table_icon(card: TableCard) -> str:
    """Where a table comes from: a server, also by a copy, a REST API or files; a table of Benchboard's own."""
    source = card.lineage.source if card.lineage is not None else None
    if source is None:
        return "ph.table"
    if source.server or source.copy_of is not None:
        return "ph.database"
    return "ph.globe" if source.address else "ph.file-text"


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
