"""The page of a diff: the new one with the old positions drawn over it, or both side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import Document, empty, fitted_document
from benchboard.dashboards.layout import TABS, Item, PageIndex
from benchboard.dashboards.versions.diff import Difference, Key, WordRun, word_diff
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles.page_grid import MARGIN, MIN_PAGE_WIDTH, PageGrid
from benchboard.ui.studio.tiles.renderers import paint_frame
from benchboard.ui.studio.versions import arrow_routing
from benchboard.ui.studio.versions.difference_text import ROLE, DifferenceText, ItemNames, Look, describe
from benchboard.ui.studio.versions.widget_thumbnails import ThumbnailAnswers, render_tile
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.empty_state import paint_empty_tile

Mode = Literal["overlay", "beside"]
_UNCHANGED_OPACITY: Final = {"overlay": 0.45, "beside": 0.7}
"""Of a widget without a difference. Beside another page there is nothing drawn over it that it could be taken for."""
_TAG: Final = 18
_TITLE_LEFT: Final = 21
"""Pixels of a title's icon and the space after it."""
_MOST_ARROWS: Final = 30
_GUTTER: Final = 28
"""Space for arrows at the right of the page, in pixels."""
_SIDE_WIDTH: Final = 760
"""The width in pixels at which a page is laid out beside another, where titles of four widgets in a row are whole."""
_LEAST_SCALE: Final = 0.5
"""The least scale of a page beside another. Where it would be smaller, the page is laid out narrower."""
_BEHIND: Final = 3.0
"""Pixels that the outline of an old place behind tiles is outside it, in the gaps."""
_EMPTY_HEIGHT: Final = 240
"""The height, in pixels, of what stands for a page without widgets."""


@dataclass(frozen=True, slots=True)
class _DiffMark:
    """A mark on the page: a tile (`item`) or only an outline, its style, and its text."""

    box: QRectF
    item: Item | None = None
    side: Literal["before", "after"] = "after"
    looks: tuple[Look, ...] = ()
    tags: tuple[DifferenceText, ...] = ()
    keys: tuple[Key, ...] = ()
    runs: tuple[WordRun, ...] = ()
    ghost: str = ""
    title: QRectF = field(default_factory=QRectF)
    """Where a tile's title is; nothing is drawn over it."""


class DiffPage(QWidget):
    """Draws two documents and their differences. `picked` emits the key of the difference that was clicked."""

    picked = Signal(object)

    def __init__(self, before: ThumbnailAnswers, after: ThumbnailAnswers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diff_page")
        self._results = {"before": before, "after": after}
        self._before, self._after = empty(), empty()
        self._pages = {"before": PageIndex(self._before.layout), "after": PageIndex(self._after.layout)}
        self._differences: Sequence[Difference] = ()
        self._texts: dict[Key, DifferenceText] = {}
        self._names = ItemNames()
        self._mode: Mode = "overlay"
        self._current: Key | None = None
        self._marks: list[_DiffMark] = []
        self._hidden_differences: dict[str, list[Difference]] = {}
        """The differences in a container that aren't visible there, by the container's id."""
        self._arrows: list[arrow_routing.Path] = []
        self._pictures: dict[tuple[str, str], tuple[tuple[object, ...], QPixmap]] = {}
        self._scale = 1.0
        self._available_width = self._min_height = 0
        self._width = 0.0
        for answers in (before, after):
            answers.came.connect(self._answer_changed)
        theme().changed.connect(self._theme_changed)

    def show_documents(self, before: Document, after: Document, differences: Sequence[Difference]) -> None:
        """Compare these documents."""
        self._before, self._after = fitted_document(before), fitted_document(after)
        self._pages = {"before": PageIndex(self._before.layout), "after": PageIndex(self._after.layout)}
        self._differences, self._names = differences, ItemNames(after, before)
        names = self._names
        self._texts = {one.key: describe(one, names) for one in differences}
        self._current = None
        self._pictures.clear()
        self._arrange()

    def show_mode(self, mode: Mode) -> None:
        """Show one page with the other's positions, or both side by side."""
        self._mode = mode
        self._arrange()

    def show_current(self, key: Key | None) -> QRectF | None:
        """Highlight this difference; returns its rectangle, in the widget's pixels."""
        self._current = key
        self._route()
        self.update()
        boxes = [mark.box for mark in self._marks if key in mark.keys]
        if not boxes:
            return None
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.united(box)
        return QRectF(whole.topLeft() * self._scale, whole.size() * self._scale).adjusted(-16, -24, 16, 16)

    def fit(self, width: int, least_height: int) -> None:
        """Fit the pages to this width, and grow to their height."""
        if (width, least_height) != (self._available_width, self._min_height):
            self._available_width, self._min_height = width, least_height
            self._arrange()

    def box_of(self, key: Key) -> QRectF | None:
        """The rectangle of a difference; None if nothing on the page shows it."""
        return next((QRectF(m.box.topLeft() * self._scale, m.box.size() * self._scale)
                     for m in self._marks if key in m.keys), None)  # fmt: skip

    # Layout

    def _arrange(self) -> None:
        overlay = self._mode == "overlay"
        wide = max(self._available_width, MIN_PAGE_WIDTH + 2 * MARGIN + _GUTTER if overlay else self._both_sides())
        self._scale = self._available_width / wide if self._available_width else 1.0
        self._marks = []
        grids = self._grids(wide)
        looks = self._looks()
        self._hidden_differences = self._find_hidden()
        for side in ("before", "after"):
            for name, cell in self._pages[side].shown.items():
                if side == "after" or not overlay:
                    self._add_tile(side, name, grids[side].rect(cell), looks)
                elif self._shows_old_position(name, looks):
                    self._add_ghost(name, grids[side].rect(cell), looks)
        self._width = grids["after"].width
        self._route()
        bottom = max((mark.box.bottom() for mark in self._marks), default=0.0) + MARGIN
        self.setFixedSize(QSize(self._available_width or wide, max(round(bottom * self._scale), self._min_height)))
        self.update()

    def _grids(self, wide: int) -> dict[str, PageGrid]:
        columns = {side: page.layout.columns for side, page in self._pages.items()}
        sharp = self.devicePixelRatioF() * self._scale
        if self._mode == "overlay":
            width = wide - 2 * MARGIN - _GUTTER
            return {side: _grid(columns[side], width, sharp) for side in columns}
        half = wide / 2 - 2 * MARGIN
        return {side: _grid(columns[side], half, sharp) for side in ("before", "after")}

    def _both_sides(self) -> int:
        """The width of two pages beside each other, as they are laid out before they are scaled."""
        return min(2 * (_SIDE_WIDTH + 2 * MARGIN), round(self._available_width / _LEAST_SCALE))

    def _looks(self) -> dict[str, list[Difference]]:
        looks: dict[str, list[Difference]] = {}
        for one in self._differences:
            if one.kind != "document":
                looks.setdefault(one.id, []).append(one)
        return looks

    def _add_tile(self, side: str, name: str, box: QRectF, looks: dict[str, list[Difference]]) -> None:
        if self._mode == "beside" and side == "after":
            box = box.translated(self._page_offset(), 0)
        page = self._pages[side]
        about = looks.get(name, [])
        tags = tuple(self._texts[one.key] for one in about)
        hidden = self._hidden_differences.get(name, []) if side == "after" else []
        if hidden:
            tags = (*tags, _hidden_text(page.item(name), hidden))
            about = [*about, *hidden]
        self._marks.append(
            _DiffMark(
                box,
                page.item(name),
                "before" if side == "before" else "after",
                tuple(tag.look for tag in tags),
                tags,
                tuple(one.key for one in about),
                self._runs(about, side),
                title=_title_box(box, page.item(name), self._names.title(name)),
            )
        )

    def _find_hidden(self) -> dict[str, list[Difference]]:
        page, hidden = self._pages["after"], dict[str, list[Difference]]()
        for one in self._differences:
            if one.kind == "document" or one.id in page.shown or one.id not in page.paths:
                continue
            outer = next((name for name, _pane in reversed(page.paths[one.id]) if name in page.shown), None)
            if outer is not None:
                hidden.setdefault(outer, []).append(one)
        return hidden

    def _page_offset(self) -> float:
        return max(self._available_width, self._both_sides()) / 2

    def _shows_old_position(self, name: str, looks: dict[str, list[Difference]]) -> bool:
        page = self._pages["after"]
        if name in page.paths and name not in page.shown:
            return False  # it is in a collapsed container, whose heading counts it
        return any(one.kind == "removed" or (one.kind == "moved" and not one.displaced) for one in looks.get(name, []))

    def _add_ghost(self, name: str, box: QRectF, looks: dict[str, list[Difference]]) -> None:
        one = next(one for one in looks[name] if one.kind in ("removed", "moved"))
        look: Look = "removed" if one.kind == "removed" else "moved"
        words = self._texts[one.key]
        tags = (words,) if look == "removed" else ()
        self._marks.append(_DiffMark(box, None, "before", (look,), tags, (one.key,), ghost=words.title))

    @property
    def _tile_boxes(self) -> list[QRectF]:
        """Where the widgets stand: nothing of another place is drawn over them."""
        return [mark.box for mark in self._marks if mark.item is not None and not mark.item.panes]

    def _route(self) -> None:
        """Route the arrows from old to new positions; if there are too many, only that of the current difference."""
        self._arrows = []
        ghosts = [mark for mark in self._marks if mark.ghost and mark.looks == ("moved",)]
        if len(ghosts) > _MOST_ARROWS:
            ghosts = [mark for mark in ghosts if self._current in mark.keys]
        tiles = self._tile_boxes
        here = {mark.item.id: mark for mark in self._marks if mark.item is not None}
        for ghost in ghosts:
            target = here.get(ghost.keys[0][1])
            if target is not None and (target.box.topLeft() - ghost.box.topLeft()).manhattanLength() > 1:
                page = QRectF(MARGIN, 0, self._width, 1)
                way = arrow_routing.route(ghost.box, target.box, tiles, page)
                self._arrows.append(arrow_routing.avoid_overlap(way, self._arrows))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), theme().color("canvas"))
            painter.scale(self._scale, self._scale)
            shown = QRectF(event.rect())
            area = QRectF(shown.topLeft() / self._scale, shown.size() / self._scale).adjusted(-2, -_TAG, 2, _TAG)
            seen = [mark for mark in self._marks if mark.box.intersects(area)]
            for mark in seen:
                if mark.item is not None:
                    self._paint_tile(painter, mark, mark.item)
            titles = [mark.title for mark in seen if not mark.title.isEmpty()]
            painter.save()
            painter.setClipRegion(_without(area, titles), Qt.ClipOperation.IntersectClip)
            painter.save()
            painter.setClipRegion(_without(area, self._tile_boxes), Qt.ClipOperation.IntersectClip)
            for mark in seen:
                if mark.item is None:
                    self._paint_ghost(painter, mark)
            painter.restore()
            for arrow in self._arrows:
                _paint_arrow(painter, arrow)
            painter.restore()
            for mark in seen:
                if self._current is not None and self._current in mark.keys:
                    _paint_ring(painter, mark.box)
                _paint_tags(painter, mark.box, mark.tags, titles)
            if self._mode == "beside":
                self._paint_empty(painter)
                middle = self._page_offset()
                painter.fillRect(QRectF(middle, area.top(), 1 / self._scale, area.height()), theme().color("border"))

    def _paint_tile(self, painter: QPainter, mark: _DiffMark, item: Item) -> None:
        look = mark.looks[0] if mark.looks else None
        result = self._results[mark.side].of(item.id)
        sharp = self.devicePixelRatioF() * self._scale
        edge = ROLE[look] if look is not None else "tile.border"
        key = (result, mark.box.size().toTuple(), sharp, edge, mark.runs)
        known = self._pictures.get((mark.side, item.id))
        if known is None or known[0] != key:
            known = (key, render_tile(item, mark.box.size(), result, sharp, edge=edge, runs=mark.runs))
            self._pictures[mark.side, item.id] = known
        painter.setOpacity(_UNCHANGED_OPACITY[self._mode] if look is None else 1.0)
        painter.drawPixmap(mark.box.topLeft(), known[1])
        painter.setOpacity(1.0)

    def _runs(self, about: Sequence[Difference], side: str) -> tuple[WordRun, ...]:
        """The changed words of a text widget; empty for any other."""
        for change in (change for one in about for change in one.changes):
            if change.path == ("config", "text") and isinstance(change.old, str) and isinstance(change.new, str):
                runs = word_diff(change.old, change.new)
                hidden = "new" if side == "before" else "gone"
                return runs if self._mode == "overlay" else tuple(run for run in runs if run.kind != hidden)
        return ()

    def _paint_ghost(self, painter: QPainter, mark: _DiffMark) -> None:
        box = mark.box
        covered = any(other.intersects(box) for other in self._tile_boxes)
        if covered:  # it is behind tiles, and its outline in the gaps around them
            box = box.adjusted(-_BEHIND, -_BEHIND, _BEHIND, _BEHIND)
        role = ROLE[mark.looks[0]]
        if mark.looks[0] == "removed":
            painter.save()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("error.soft"))
            radius = theme().px("radius.tile")
            painter.drawRoundedRect(box, radius, radius)
            painter.restore()
        paint_frame(painter, box, role, hollow=True, dashed=True)
        if not covered:
            font = theme().font("caption")
            painter.setFont(font)
            painter.setPen(theme().color("text.muted"))
            room = box.adjusted(12, 8, -12, -8)
            text = QFontMetricsF(font).elidedText(mark.ghost, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_empty(self, painter: QPainter) -> None:
        """Say of a version without widgets that it has none."""
        offset = self._page_offset()
        for side, left in (("before", MARGIN), ("after", MARGIN + offset)):
            if not self._pages[side].shown:
                area = QRectF(left, MARGIN, offset - 2 * MARGIN, min(self.height() / self._scale, _EMPTY_HEIGHT))
                paint_frame(painter, area, "tile.border", hollow=True, dashed=True)
                paint_empty_tile(painter, area, "ph.squares-four", _("This version has no widgets"))

    def _answer_changed(self, _item_id: str) -> None:
        self.update()

    def _theme_changed(self) -> None:
        self._pictures.clear()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position() / self._scale
        hit = [mark for mark in self._marks if mark.keys and mark.box.contains(spot)]
        if hit and event.button() == Qt.MouseButton.LeftButton:
            smallest = min(hit, key=lambda mark: mark.box.width() * mark.box.height())
            self.picked.emit(smallest.keys[0])


def _hidden_text(item: Item, hidden: Sequence[Difference]) -> DifferenceText:
    """The text on a container about the differences in it that aren't visible."""
    count = len({one.id for one in hidden})
    if item.type == TABS:
        text = ngettext("{count} in another tab", "{count} in other tabs", count)
    else:
        text = ngettext("{count} in collapsed row", "{count} in collapsed row", count)
    moved = any(one.kind == "moved" for one in hidden)
    return DifferenceText("moved" if moved else "changed", "ph.caret-right", "", "", text.format(count=count))


def _paint_ring(painter: QPainter, box: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme().px("radius.tile") + 3
    painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), radius, radius)
    painter.restore()


def _title_box(box: QRectF, item: Item, title: str) -> QRectF:
    """Where the title of a tile is; of a container, all of its heading."""
    advance = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(title) + _TITLE_LEFT
    width = box.width() - 24 if item.panes else min(advance, box.width() - 24)
    return QRectF(box.left() + 12, box.top() + _TAG / 2 + 1, max(0.0, width), 15)


def _without(area: QRectF, boxes: Sequence[QRectF]) -> QRegion:
    """An area without these boxes in it."""
    region = QRegion(area.toAlignedRect())
    for box in boxes:
        region -= QRegion(box.toAlignedRect())
    return region


def _tag_spot(width: float, right: float, box: QRectF, titles: Sequence[QRectF]) -> QRectF:
    """Where a tag stands that ends at `right`: on the upper edge of the frame, or where that would cover a title, on
    the lower one.
    """
    spots = [QRectF(right - width, y - _TAG / 2, width, _TAG) for y in (box.top(), box.bottom())]
    return next((spot for spot in spots if not any(spot.intersects(title) for title in titles)), spots[0])


def _paint_tags(painter: QPainter, box: QRectF, tags: Sequence[DifferenceText], titles: Sequence[QRectF]) -> None:
    """Paint at the right of the frame what happened, as a word as well as a colour; over none of the `titles`."""
    font = theme().font("caption")
    font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    right = box.right() - 6
    for tag in tags:
        text = tag.tag if tag.look != "removed" else _("Removed: {title}").format(title=tag.title)
        room = right - box.left() - 30
        if room < 12:
            return
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text) + 26
        spot = _tag_spot(width, right, box, titles)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(ROLE[tag.look]))
        painter.drawRoundedRect(spot, 4, 4)
        paint_icon(painter, tag.icon, QRectF(spot.left() + 6, spot.top() + 3, 12, 12), theme().color("on.status"))
        painter.setFont(font)
        painter.setPen(theme().color("on.status"))
        painter.drawText(spot.adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
        right = spot.left() - 4


def _paint_arrow(painter: QPainter, way: arrow_routing.Path) -> None:
    colour = theme().color("warn")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    painter.drawPolyline(QPolygonF(list(way)))
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(way[0], 3.5, 3.5)
    end, before = way[-1], way[-2]
    along = end - before
    length = max(1.0, (along.x() ** 2 + along.y() ** 2) ** 0.5)
    ahead = along / length
    across = QPointF(-ahead.y(), ahead.x())
    base = end - ahead * 11
    painter.drawPolygon(QPolygonF([end, base + across * 5.5, base - across * 5.5]))
    painter.restore()


def _grid(columns: int, width: float, sharp: float) -> PageGrid:
    """The grid of a page `width` pixels wide without its margins."""
    return PageGrid(columns, width + 2 * MARGIN, 1.0, sharp, min_width=0)
