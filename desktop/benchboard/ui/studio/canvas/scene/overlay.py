"""Paints the overlay above the tiles: selection rings, handles, drop target, labels, marquee."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from benchboard.dashboards.layout import HANDLES, Axis, Handle
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import avatar_colours, person_line

_LABEL: Final = 300.0
"""Maximum width of a label, in pixels."""
_BELOW_GROUP: Final = 8.0
"""Pixels from several dragged items to the label below them."""
_BESIDE: Final = 3.0
"""Pixels beside a ring or a frame that no guide is painted in."""
_OTHERS_WIDTH: Final = 1.5
"""Width of the frames around what others have selected, in pixels."""


def handle_spot(box: QRectF, handle: Handle) -> QPointF:
    """The centre of a handle of a rectangle."""
    x = box.left() if "w" in handle else box.right() if "e" in handle else box.center().x()
    y = box.top() if "n" in handle else box.bottom() if "s" in handle else box.center().y()
    return QPointF(x, y)


def handle_at(box: QRectF, spot: QPointF, handles: Sequence[Handle] = HANDLES) -> Handle | None:
    """The handle at a point, with a hit area of 16 px; a corner takes precedence over an edge.

    None if there is none.
    """
    reach = theme().px("tile.handle_hit") / 2
    for handle in sorted(handles, key=len, reverse=True):
        off = handle_spot(box, handle) - spot
        if abs(off.x()) <= reach and abs(off.y()) <= reach:
            return handle
    return None


def paint_rings(painter: QPainter, boxes: Sequence[QRectF], *, focused: bool = True) -> None:
    """Paint 2-px rings around the selected items; paler while the keyboard focus is elsewhere."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(theme().color("accent"))
    if not focused:
        colour.setAlphaF(0.6)
    painter.setPen(QPen(colour, theme().px("tile.selection_width")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme().px("radius.tile")
    for box in boxes:
        painter.drawRoundedRect(box, radius, radius)
    painter.restore()


def paint_others(painter: QPainter, boxes: Sequence[QRectF], name: str) -> None:
    """Paint thin frames in a person's colour around what they have selected; `paint_others_name` follows."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(person_line(name, dark=theme().current == "dark"), _OTHERS_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme().px("radius.tile")
    for box in boxes:
        painter.drawRoundedRect(box, radius, radius)
    painter.restore()


def paint_others_name(painter: QPainter, box: QRectF, name: str) -> None:
    """Paint a person's name in the gap below an item that they have selected."""
    is_dark = theme().current == "dark"
    line, (ground, _edge, ink) = person_line(name, dark=is_dark), avatar_colours(name, dark=is_dark)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = theme().font("caption")
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, min(_LABEL, box.width() - 24) - 12)
    label = QRectF(box.left() + 12, box.bottom() - 6, metrics.horizontalAdvance(text) + 12, 16)
    painter.setPen(QPen(line, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(label, 4, 4)
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def paint_focus(painter: QPainter, box: QRectF) -> None:
    """Paint a dashed ring around the item with the keyboard focus, with a small distance."""
    out, radius = 5.0, theme().px("radius.tile") + 4
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("focus"), 2, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(-out, -out, out, out), radius, radius)
    painter.restore()


def paint_view_focus(painter: QPainter, box: QRectF) -> None:
    """Paint a ring just inside the edge of the whole page view."""
    painter.save()
    painter.setPen(QPen(theme().color("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(1, 1, -1, -1))
    painter.restore()


def paint_handles(painter: QPainter, box: QRectF, handles: Sequence[Handle]) -> None:
    """Paint a small square for each handle."""
    side = theme().px("tile.handle")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("accent"), 1.5))
    painter.setBrush(theme().color("surface"))
    for handle in handles:
        spot = handle_spot(box, handle)
        painter.drawRoundedRect(QRectF(spot.x() - side / 2, spot.y() - side / 2, side, side), 2, 2)
    painter.restore()


def paint_group_frame(painter: QPainter, box: QRectF) -> None:
    """Paint the thin frame around several selected items."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("accent"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    painter.restore()


def group_frame(boxes: Sequence[QRectF]) -> QRectF:
    """The rectangle of the frame around several items: in the gap around them, on whole pixels."""
    out = 5.0
    box = bounding_rect(boxes).adjusted(-out, -out, out, out)
    return QRectF(round(box.left()) + 0.5, round(box.top()) + 0.5, round(box.width()), round(box.height()))


def paint_drop_target(painter: QPainter, boxes: Sequence[QRectF], dragged: Sequence[QRectF]) -> None:
    """Paint the drop position as dashed boxes in the accent colour, below the dragged items."""
    painter.save()
    visible, hidden = QPainterPath(), QPainterPath()
    for box in boxes:
        visible.addRect(box.adjusted(-1, -1, 1, 1))
    for box in dragged:
        hidden.addRect(box)
    painter.setClipPath(visible.subtracted(hidden))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = QColor(theme().color("accent"))
    fill.setAlphaF(0.10)
    pen = QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(fill)
    radius = theme().px("radius.tile")
    for box in boxes:
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


def paint_drop_label(painter: QPainter, dragged: Sequence[QRectF], text: str) -> None:
    """Paint a label at the dragged items, with the position or size that they would get."""
    paint_label(painter, _drop_label_middle(dragged), text, "accent", "on.accent")


def drop_label_area(dragged: Sequence[QRectF]) -> list[QRectF]:
    """The area that `paint_drop_label` may paint."""
    if not dragged:
        return []
    middle = _drop_label_middle(dragged)
    return [QRectF(middle.x() - _LABEL / 2, middle.y() - 12, _LABEL, 24)]


def _drop_label_middle(dragged: Sequence[QRectF]) -> QPointF:
    """The middle of the label: in the gap below the dragged item, where it covers neither that item's last line nor the
    title of an item below; below the middle of several, clear of the handles of their frame.
    """
    around = bounding_rect(dragged)
    return QPointF(around.center().x(), around.bottom() + (4 if len(dragged) == 1 else _BELOW_GROUP + 10))


def paint_label(painter: QPainter, middle: QPointF, text: str, fill: str, ink: str) -> None:
    """Paint a small filled label around a point; text that is too long is elided."""
    font = theme().font("caption")
    font.setWeight(QFont.Weight.DemiBold)
    painter.save()
    text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, _LABEL - 16)
    width = QFontMetricsF(font).horizontalAdvance(text) + 16
    label = QRectF(middle.x() - width / 2, middle.y() - 10, width, 20)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color(fill))
    painter.drawRoundedRect(label, 4, 4)
    painter.setFont(font)
    painter.setPen(theme().color(ink))
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def ringed_areas(dragged: Sequence[QRectF], *, framed: bool) -> list[QRectF]:
    """Where no guide is painted: on dragged items with their rings, and on the frame around several. Beside a ring, the
    colours of a guide and of the ring would run into each other.
    """
    areas = [box.adjusted(-_BESIDE, -_BESIDE, _BESIDE, _BESIDE) for box in dragged]
    if framed:
        frame = group_frame(dragged)
        areas.append(frame.adjusted(-_BESIDE, -_BESIDE, _BESIDE, _BESIDE))
    return areas


def paint_shared_edge(painter: QPainter, gutter: QRectF, axis: Axis) -> None:
    """Paint the shared edge that is dragged: a line along the middle of its gap."""
    middle = gutter.center()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("accent"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    if axis == "across":
        painter.drawLine(QPointF(middle.x(), gutter.top() + 2), QPointF(middle.x(), gutter.bottom() - 2))
    else:
        painter.drawLine(QPointF(gutter.left() + 2, middle.y()), QPointF(gutter.right() - 2, middle.y()))
    painter.restore()


def paint_marquee(painter: QPainter, rect: QRectF) -> None:
    """Paint the rectangle of a marquee selection."""
    fill = QColor(theme().color("accent"))
    fill.setAlphaF(0.10)
    painter.save()
    painter.setPen(QPen(theme().color("accent"), 1))
    painter.setBrush(fill)
    painter.drawRect(rect.toAlignedRect().adjusted(0, 0, -1, -1))
    painter.restore()


def handles_area(box: QRectF) -> QRectF:
    """The area that `paint_handles` and `paint_rings` may paint."""
    out = theme().px("tile.handle") / 2 + 2
    return box.adjusted(-out, -out, out, out)


def bounding_rect(boxes: Sequence[QRectF]) -> QRectF:
    """The smallest rectangle around all of these."""
    whole = QRectF(boxes[0])
    for box in boxes[1:]:
        whole = whole.united(box)
    return whole
