"""Guides while something is dragged or pulled: thin lines across the edges that line up, equal distances with their
pixels."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from benchboard.dashboards.layout import Cell, Gap, Guide, Guides, Hints, Path
from benchboard.i18n import _
from benchboard.ui.studio.canvas import marks
from benchboard.ui.studio.canvas.gestures import Gesture
from benchboard.ui.studio.tiles.pagegrid import PageGrid
from benchboard.ui.theme import theme

_BEYOND: Final = 14.0
"""How far a guide reaches past the edges it joins, in pixels."""


class Sight:
    """What a body is compared with in each grid it is held over: what stays and lies there, near what is in sight."""

    def __init__(self) -> None:
        self._near: dict[tuple[Path, int], tuple[Guides, Mapping[str, int]]] = {}

    def of(self, gesture: Gesture, seen: QRectF) -> Hints | None:
        """What to draw for the gesture as it stands; only what is in sight counts."""
        if not gesture.landing:
            return None
        left, top = gesture.grid.field(seen.topLeft())
        right, bottom = gesture.grid.field(seen.bottomRight())
        view = Cell(left, top, right - left + 1, bottom - top + 1)
        key = gesture.target, top // view.h
        if key not in self._near:
            self._near[key] = _index(gesture, view.h, key[1])
        guides, numbers = self._near[key]
        moved = {numbers[one]: cell for one, cell in gesture.changed.items() if one in numbers}
        return guides.for_body(gesture.landing, moved, view=view)


def _index(gesture: Gesture, high: int, block: int) -> tuple[Guides, Mapping[str, int]]:
    """What lies in the gesture's grid no more than a view away: a page of a thousand would take as long as a frame."""
    page, held, still = gesture.page, gesture.held, gesture.still
    rows = range((block - 1) * high, (block + 3) * high)
    there = [one for one, cell in still.items() if cell.y in rows and one not in held]
    numbers = {one: number for number, one in enumerate(there) if page.path(one) == gesture.target}
    return Guides({number: still[one] for one, number in numbers.items()}), numbers


def paint(painter: QPainter, grid: PageGrid, hints: Hints) -> None:
    """Draw the guides and distances."""
    painter.save()
    painter.setPen(QPen(theme().color("guide"), theme().px("tile.guide_width")))
    for guide in hints.guides:
        painter.drawLine(_line(grid, guide))
    for gap in hints.gaps:
        line = _span(grid, gap)
        across = QPointF(0, 4) if gap.axis == "across" else QPointF(4, 0)
        painter.drawLine(line)
        for end in (line.p1(), line.p2()):
            painter.drawLine(QLineF(end - across, end + across))
    painter.restore()
    for gap in hints.gaps:
        text = _("{pixels} px").format(pixels=distance(grid, gap))
        marks.paint_label(painter, _label(grid, gap), text, "guide", "on.status")


def distance(grid: PageGrid, gap: Gap) -> int:
    """How many pixels a gap is wide at 100 %: the same for the same number of fields, wherever they lie."""
    field = grid.column if gap.axis == "across" else grid.row
    return round((gap.size * (field + grid.gap) + grid.gap) / grid.zoom)


def areas(grid: PageGrid, hints: Hints) -> list[QRectF]:
    """Where `paint` paints."""
    lines = [_line(grid, guide) for guide in hints.guides] + [_span(grid, gap) for gap in hints.gaps]
    boxes = [QRectF(line.p1(), line.p2()).normalized().adjusted(-5, -5, 5, 5) for line in lines]
    return boxes + [QRectF(at.x() - 40, at.y() - 11, 80, 22) for at in (_label(grid, gap) for gap in hints.gaps)]


def _line(grid: PageGrid, guide: Guide) -> QLineF:
    if guide.axis == "across":
        top, bottom = grid.gutter(guide.at / 2, guide.begin), grid.gutter(guide.at / 2, guide.end)
        x = round(top.x()) + 0.5
        return QLineF(x, top.y() - _BEYOND, x, bottom.y() + _BEYOND)
    left, right = grid.gutter(guide.begin, guide.at / 2), grid.gutter(guide.end, guide.at / 2)
    y = round(left.y()) + 0.5
    return QLineF(left.x() - _BEYOND, y, right.x() + _BEYOND, y)


def _span(grid: PageGrid, gap: Gap) -> QLineF:
    """From the edge of one tile to that of the next."""
    half = grid.gap / 2
    if gap.axis == "across":
        begin, end = grid.gutter(gap.begin, gap.beside / 2), grid.gutter(gap.end, gap.beside / 2)
        y = round(begin.y()) + 0.5
        return QLineF(round(begin.x() - half), y, round(end.x() + half) - 1, y)
    begin, end = grid.gutter(gap.beside / 2, gap.begin), grid.gutter(gap.beside / 2, gap.end)
    x = round(begin.x()) + 0.5
    return QLineF(x, round(begin.y() - half), x, round(end.y() + half) - 1)


def _label(grid: PageGrid, gap: Gap) -> QPointF:
    middle = _span(grid, gap).center()
    return middle + (QPointF(0, 16) if gap.axis == "across" else QPointF(32, 0))
