"""Draws containers, on the page and in exports: the heading of a row, the frame of a group, the strip of tabs.

Headings and strips are drawn at 100 %, whatever the painter's scale.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.dashboards.document.widget_kinds import tab_name, widget_of
from benchboard.dashboards.layout import ROW, TABS, Item, widget_count
from benchboard.i18n import ngettext
from benchboard.ui.studio.tiles.renderers import LOCK, badge_box, paint_badge
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

CARET: Final = 24.0
"""The width of a row's caret, in pixels."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MAX_TAB_WIDTH: Final = 180.0
"""The maximum width of a tab, in pixels."""


def content_count(item: Item) -> str:
    """The number of widgets in a container, as text."""
    count = sum(widget_count(pane.layout) for pane in item.panes)
    return ngettext("{count} widget", "{count} widgets", count).format(count=count)


def heading_height() -> float:
    """The height of a heading in pixels, at 100 %."""
    return float(theme().px("tile.row_unit"))


def box_of(item: Item, size: QSizeF, zoom: float = 1.0) -> QRectF:
    """The rectangle drawn for a container: its frame, or for a row, which has none, its heading."""
    if item.type == ROW:
        return QRectF(0, 0, size.width(), heading_height() * zoom)
    return QRectF(QPointF(0, 0), size)


def tab_boxes(item: Item, width: float, *, locked: bool = False) -> list[QRectF]:
    """The rectangles of the tabs in a container of this width; empty for a container without tabs."""
    boxes: list[QRectF] = []
    if item.type == TABS:
        metrics, left = QFontMetricsF(_bold_font()), 0.0
        room = width - 20 - (20 if locked else 0)
        names = [tab_name(item, k) for k in range(len(item.panes))]
        widths = [min(metrics.horizontalAdvance(name) + 24, _MAX_TAB_WIDTH) for name in names]
        most = _max_fair_width(widths, room)
        for wide in widths:
            boxes.append(QRectF(left, 2, min(wide, most), heading_height() - 2))
            left += min(wide, most)
    return boxes


def _max_fair_width(widths: Sequence[float], room: float) -> float:
    """The maximum width of a tab so that all fit: short ones keep their width, long ones share the rest."""
    left, count = max(room, 1.0), len(widths)
    for wide in sorted(widths):
        if wide * count > left:
            return left / count
        left, count = left - wide, count - 1
    return max(widths, default=0.0)


def paint_box(painter: QPainter, item: Item, box: QRectF, *, zoom: float = 1.0, highlighted: bool = False) -> None:
    """Draw what holds a group or tabs together: a line below the heading, as a card around cards would be one too many.

    `highlighted`: dragged items would land in it, and a frame shows where it ends.
    """
    if item.type == ROW:
        return
    y = round(heading_height() * zoom) - 1.5
    painter.setPen(QPen(theme().color("border.strong"), 1))
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    if highlighted:
        radius = theme().px("radius.tile") * zoom
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)


def paint_heading(
    painter: QPainter,
    item: Item,
    width: float,
    tabs: Sequence[QRectF],
    *,
    locked: bool = False,
    highlighted: bool = False,
    highlighted_tab: int = -1,
    badge: str = "",
) -> None:
    """Draw the top of a container of this width: its title, or its tabs in their `tab_boxes`, a lock and a badge."""
    if item.type == TABS:
        _paint_tabs(painter, item, tabs, highlighted_tab)
    end = _paint_end(painter, _heading_end(item, width), locked=locked, badge=badge)
    if item.type == ROW:
        _paint_row_heading(painter, item, end, highlighted=highlighted)
    elif item.type != TABS:
        _paint_title(painter, item, 4.0, end)


def heading_badge(item: Item, width: float, text: str, *, locked: bool) -> QRectF:
    """The rectangle of the badge in the heading of a container of this width."""
    return badge_box(text, _heading_end(item, width) - (22 if locked else 0), heading_height() / 2)


def _heading_end(item: Item, width: float) -> float:
    return width - (4 if item.type == ROW else 12)


def _paint_end(painter: QPainter, end: float, *, locked: bool, badge: str) -> float:
    """Draw the lock and the badge. Returns where they begin."""
    if locked:
        _paint_lock(painter, end)
        end -= 22
    return paint_badge(painter, badge, end, heading_height() / 2) - 8 if badge else end


def _paint_row_heading(painter: QPainter, item: Item, end: float, *, highlighted: bool) -> None:
    """Draw the caret, the title, and a line after it."""
    middle = heading_height() / 2
    caret = "ph.caret-right" if item.collapsed else "ph.caret-down"
    ink = "accent.text" if highlighted else "text.secondary"
    paint_icon(painter, caret, QRectF(4, middle - 7, 14, 14), theme().color(ink))
    left = _paint_title(painter, item, CARET, end)
    if end > left:
        painter.setPen(QPen(theme().color("accent" if highlighted else "border.strong"), 1))
        painter.drawLine(QPointF(left + 4, middle + 0.5), QPointF(end, middle + 0.5))


def _paint_title(painter: QPainter, item: Item, left: float, end: float) -> float:
    """Draw the title, and the number of widgets if the container is collapsed. Returns where they end."""
    widget = widget_of(item)
    name, tone = widget.title or widget.kind_name, "text" if widget.title else "text.muted"
    left += _paint_text(painter, QRectF(left, 0, end - left, heading_height()), _bold_font(), name, tone) + 8
    if item.collapsed:
        room = QRectF(left, 0, max(0.0, end - left), heading_height())
        left += _paint_text(painter, room, theme().font("body"), content_count(item), "text.muted") + 8
    return left


def _paint_text(painter: QPainter, room: QRectF, font: QFont, words: str, tone: str) -> float:
    """Draw as much of a text as fits. Returns its width."""
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0.0, room.width()))
    painter.setFont(font)
    painter.setPen(theme().color(tone))
    painter.drawText(room, _LEFT, shown)
    return metrics.horizontalAdvance(shown)


def _paint_tabs(painter: QPainter, item: Item, boxes: Sequence[QRectF], highlighted_tab: int) -> None:
    metrics = QFontMetricsF(_bold_font())
    for place, box in enumerate(boxes):
        active = place == item.active
        if place == highlighted_tab:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection"))
            painter.drawRoundedRect(box.adjusted(4, 4, -4, -5), 6, 6)
        painter.setFont(_bold_font() if active else theme().font("body"))
        painter.setPen(theme().color("text" if active else "text.secondary"))
        name = metrics.elidedText(tab_name(item, place), Qt.TextElideMode.ElideRight, box.width() - 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        if active:
            line = QRectF(box.left() + 6, heading_height() - 1.5, box.width() - 12, 2)
            painter.fillRect(line, theme().color("accent"))


def _paint_lock(painter: QPainter, end: float) -> None:
    spot = QRectF(end - 14, heading_height() / 2 - 7, 14, 14)
    paint_icon(painter, LOCK, spot, theme().color("text.muted"))


def _bold_font() -> QFont:
    return theme().font("body_strong")
