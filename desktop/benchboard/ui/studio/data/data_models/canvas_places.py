"""Where the cards of a model's canvas stand, and how the lines between them run. All in pixels at 100 %."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from benchboard.ui.studio.data.data_models.canvas_scene import CanvasScene

GAP_X: Final = 210
"""Between a table and those joined to it: room for what is said of the join."""
GAP_Y: Final = 32
_BEND: Final = 48


def card_depths(scene: CanvasScene) -> list[int]:
    """How many joins lie between the model's first table and each card; those that aren't joined stand last."""
    depths = [0 if place == 0 else -1 for place in range(len(scene.cards))]
    for line in scene.lines:
        depths[line.right] = max(depths[line.right], depths[line.left] + 1)
    last = max(depths, default=0) + 1
    return [depth if depth >= 0 else last for depth in depths]


def place_cards(scene: CanvasScene, sizes: Sequence[QSizeF]) -> list[QRectF]:
    """The boxes of all cards: where they were put, the others in columns beside the tables that they are joined to, in
    the order of the columns that they are joined by, so that lines don't cross. Without a card that was put somewhere,
    each column of cards is in the middle of the height."""
    taken = [
        QRectF(QPointF(*card.place), size)
        for card, size in zip(scene.cards, sizes, strict=True)
        if card.place is not None
    ]
    depths = card_depths(scene)
    lefts = _lefts(depths, sizes)
    tops = _tops(depths, sizes) if not taken else [0.0] * len(lefts)
    found: dict[int, QRectF] = {}
    for place in _order(scene, depths):
        card, size = scene.cards[place], sizes[place]
        if card.place is not None:
            found[place] = QRectF(QPointF(*card.place), size)
            continue
        box = QRectF(QPointF(lefts[depths[place]], tops[depths[place]]), size)
        while (other := next((one for one in taken if one.intersects(box)), None)) is not None:
            box.moveTop(other.bottom() + GAP_Y)
        taken.append(box)
        found[place] = box
    return [found[place] for place in range(len(scene.cards))]


def _order(scene: CanvasScene, depths: Sequence[int]) -> list[int]:
    """The numbers of the cards in the order in which they are put: of those in one column first the one that is joined
    to the highest table, by its highest column."""
    ranks: dict[int, tuple[int, int]] = {}
    placed: dict[int, int] = {}
    for depth in range(max(depths, default=0) + 1):
        for line in scene.lines:
            if depths[line.right] == depth:
                rank = placed.get(line.left, 0), line.left_row
                ranks[line.right] = min(ranks.get(line.right, rank), rank)
        column = [place for place, at in enumerate(depths) if at == depth]
        column.sort(key=lambda place: (ranks.get(place, (len(depths), 0)), place))
        placed |= {place: len(placed) + number for number, place in enumerate(column)}
    return list(placed)


def _tops(depths: Sequence[int], sizes: Sequence[QSizeF]) -> list[float]:
    """Where each column of cards begins, so that all have the same middle."""
    heights = [
        sum(size.height() + GAP_Y for size, at in zip(sizes, depths, strict=True) if at == depth) - GAP_Y
        for depth in range(max(depths, default=0) + 1)
    ]
    return [round((max(heights) - height) / 2) for height in heights]


def _lefts(depths: Sequence[int], sizes: Sequence[QSizeF]) -> list[float]:
    """Where each column of cards begins: beside the widest one of the column before."""
    lefts = [0.0]
    for depth in range(max(depths, default=0)):
        widest = max((size.width() for size, at in zip(sizes, depths, strict=True) if at == depth), default=0.0)
        lefts.append(lefts[-1] + widest + GAP_X)
    return lefts


def line_path(left: QRectF, left_y: float, right: QRectF, right_y: float) -> QPainterPath:
    """A curve from the side of one card to the nearer side of another; where one is above the other, around both."""
    if right.left() >= left.right():
        start, end, out, into = left.right(), right.left(), 1.0, -1.0
    elif left.left() >= right.right():
        start, end, out, into = left.left(), right.right(), -1.0, 1.0
    else:
        start, end, out, into = left.right(), right.right(), 1.0, 1.0
    bend = max(_BEND, abs(end - start) / 2) if out != into else _BEND
    path = QPainterPath(QPointF(start, left_y))
    path.cubicTo(QPointF(start + out * bend, left_y), QPointF(end + into * bend, right_y), QPointF(end, right_y))
    return path


def drawn_path(card: QRectF, y: float, to: QPointF) -> QPainterPath:
    """The curve of a join that is being drawn, to the pointer."""
    right = to.x() >= card.center().x()
    start = QPointF(card.right() if right else card.left(), y)
    bend = _BEND if right else -_BEND
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), to - QPointF(bend, 0), to)
    return path
