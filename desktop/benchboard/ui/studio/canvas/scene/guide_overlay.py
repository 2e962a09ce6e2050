"""Paints alignment guides: thin lines along aligned edges, and equal distances with their length in pixels."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from benchboard.dashboards.layout import Axis, Gap, Guide, SnapHints
from benchboard.i18n import _
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.tiles.page_grid import PageGrid
from benchboard.ui.theme import theme

_OVERHANG: Final = 14.0
"""How far a guide extends beyond the edges that it joins, in pixels."""


def paint(painter: QPainter, grid: PageGrid, guides: SnapHints, dragged: Sequence[QRectF] = ()) -> None:
    """Draw the guides below the dragged items, as a line across their texts hides what is moved; the lengths of short
    distances lie across the edges of these, and would be cut there."""
    painter.save()
    if dragged:
        everywhere, hidden = QPainterPath(), QPainterPath()
        for area in areas(grid, guides):
            everywhere.addRect(area)
        for box in dragged:
            hidden.addRect(box)
        everywhere.setFillRule(Qt.FillRule.WindingFill)
        painter.setClipPath(everywhere.subtracted(hidden), Qt.ClipOperation.IntersectClip)
    painter.save()
    painter.setPen(QPen(theme().color("guide"), theme().px("tile.guide_width")))
    for guide in guides.guides:
        painter.drawLine(_line(grid, guide))
    for gap in guides.gaps:
        line = _span(grid, gap)
        across = QPointF(0, 4) if gap.axis == "across" else QPointF(4, 0)
        painter.drawLine(line)
        for end in (line.p1(), line.p2()):
            painter.drawLine(QLineF(end - across, end + across))
    painter.restore()
    painter.restore()
    labels = [(_label(grid, gap), gap) for gap in guides.gaps]
    labels += [(_on_guide(grid, gap), gap) for gap in distances(guides)]
    for place, gap in labels:
        if not any(box.contains(place) for box in dragged):
            text = _("{pixels} px").format(pixels=distance(grid, gap))
            overlay.paint_label(painter, place, text, "guide", "on.status")


def distances(guides: SnapHints) -> list[Gap]:
    """The distances that stand on the guides: on each axis that to the nearest item, as a longer one would lie across
    other tiles; none that is drawn as an equal distance anyway.
    """
    said = {(gap.axis, gap.begin, gap.end) for gap in guides.gaps}
    found = dict[Axis, Gap]()
    for guide in guides.guides:
        axis: Axis = "down" if guide.axis == "across" else "across"
        for begin, end in guide.free:
            is_nearest = axis not in found or end - begin < found[axis].size
            if (axis, begin, end) not in said and is_nearest:
                found[axis] = Gap(axis, begin, end, guide.at, end - begin)
    return list(found.values())


def distance(grid: PageGrid, gap: Gap) -> int:
    """The length of a gap at 100 % zoom, in pixels: equal for equal numbers of grid units, wherever they are."""
    field = grid.column if gap.axis == "across" else grid.row
    return round((gap.size * (field + grid.gap) + grid.gap) / grid.zoom)


def areas(grid: PageGrid, guides: SnapHints) -> list[QRectF]:
    """The areas that `paint` paints."""
    lines = [_line(grid, guide) for guide in guides.guides] + [_span(grid, gap) for gap in guides.gaps]
    boxes = [QRectF(line.p1(), line.p2()).normalized().adjusted(-5, -5, 5, 5) for line in lines]
    labels = [_label(grid, gap) for gap in guides.gaps] + [_on_guide(grid, gap) for gap in distances(guides)]
    return boxes + [QRectF(at.x() - 40, at.y() - 11, 80, 22) for at in labels]


def _line(grid: PageGrid, guide: Guide) -> QLineF:
    if guide.axis == "across":
        top, bottom = grid.gutter(guide.at / 2, guide.begin), grid.gutter(guide.at / 2, guide.end)
        x = round(top.x()) + 0.5
        return QLineF(x, top.y() - _OVERHANG, x, bottom.y() + _OVERHANG)
    left, right = grid.gutter(guide.begin, guide.at / 2), grid.gutter(guide.end, guide.at / 2)
    y = round(left.y()) + 0.5
    return QLineF(left.x() - _OVERHANG, y, right.x() + _OVERHANG, y)


def _span(grid: PageGrid, gap: Gap) -> QLineF:
    """The line from the edge of one tile to the edge of the next."""
    half = grid.gap / 2
    if gap.axis == "across":
        begin, end = grid.gutter(gap.begin, gap.beside / 2), grid.gutter(gap.end, gap.beside / 2)
        y = round(begin.y()) + 0.5
        return QLineF(round(begin.x() - half), y, round(end.x() + half) - 1, y)
    begin, end = grid.gutter(gap.beside / 2, gap.begin), grid.gutter(gap.beside / 2, gap.end)
    x = round(begin.x()) + 0.5
    return QLineF(x, round(begin.y() - half), x, round(end.y() + half) - 1)


def _on_guide(grid: PageGrid, gap: Gap) -> QPointF:
    """The middle of a distance along a guide."""
    middle = (gap.begin + gap.end) / 2
    return grid.gutter(gap.beside / 2, middle) if gap.axis == "down" else grid.gutter(middle, gap.beside / 2)


def _label(grid: PageGrid, gap: Gap) -> QPointF:
    middle = _span(grid, gap).center()
    return middle + (QPointF(0, 16) if gap.axis == "across" else QPointF(32, 0))
