"""The view that shows an editor's page: its tiles and their positions, scrolling and zoom."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QMoveEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from benchboard.dashboards.editing import page_edits
from benchboard.dashboards.editing.unused_filters import UnusedFilters, unused_filters
from benchboard.dashboards.editing.view import RenderedPage
from benchboard.dashboards.layout import Cell, Item, Layout, PageIndex
from benchboard.i18n import _
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.canvas.scene.lifted_shadow import LiftedShadow, shadows_of
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.canvas.scene.tile_pixmaps import TilePixmaps
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles import wall_layout
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.page_grid import MARGIN, MIN_PAGE_WIDTH, WALL_FOOT, WALL_MARGIN, PageGrid
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.card_rows import card_rows
from benchboard.ui.studio.tiles.wall_layout import WallLayout
from benchboard.ui.theme import theme

ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
_MIN_ZOOM: Final = 0.001
"""The smallest zoom, at which even a very long page fits in the view."""
_MARGIN: Final = 12
"""Pixels around items that are scrolled into view."""
_SCROLL_EDGE: Final = 36
"""Distance from the upper and lower edge within which a drag scrolls the page, in pixels."""


class PageView(QGraphicsView):
    """Shows the page of an editor's document. The scene is never scaled: one of its pixels is one of the view."""

    zoom_changed = Signal()
    screen_changed = Signal()
    """Another screen of a presented page is shown, or it has another number of them."""
    moved = Signal()
    """The view's position in its parent changed."""

    def __init__(self, editor: Editor, query_runner: WidgetQueryRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self.query_runner = editor, query_runner
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.setObjectName("studio_canvas")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.zoom = 1.0
        self.narrowest = float(MIN_PAGE_WIDTH)
        """Minimum width of the page at 100 % zoom, without its margins; a narrower view scrolls horizontally."""
        self.theme_version = 0
        """Grows with every change of the theme: pixmaps drawn for an earlier one are out of date."""
        self.tiles: dict[str, Tile | ContainerFrame] = {}
        """The tiles that are shown, by id: widgets and containers."""
        self.copies: dict[str, tuple[Cell, str]] = {}
        """The cell and the title with which a copy of another widget was added, by the copy's id."""
        self._is_dragging = False
        self._is_sizing = False
        """Whether the scene is being fitted to the view, which may take a scroll bar's width from it."""
        self.name_without_title = _("Dashboard")
        """What screen readers call a page that has no title."""
        self.presenting = False
        """Whether the page is being presented, without anything around it."""
        self.wall: WallLayout | None = None
        """The layout of the desktop page while it is presented."""
        self.screen_index = 0
        """The index of the screen of `wall` that is shown."""
        self._stays_at_end = False
        """Whether the last screen stays shown when the page is laid out again."""
        self._wall_zoom: float | None = None
        """The zoom that the user chose while presenting; None fits the window."""
        self._card_rows: tuple[PageIndex | None, dict[str, tuple[str, ...]]] = (None, {})
        """The metric cards side by side on the page that they were found on."""
        self._unused: tuple[RenderedPage | None, Mapping[str, UnusedFilters]] = (None, {})
        """The filters that the widgets don't use, with what they were found in."""
        self.embedded_widget: QWidget | None = None
        """The table widget that covers a tile's pixmap, if there is one."""
        self._overlay_region = QRegion()
        self._shadows: list[LiftedShadow] = []
        self._ground = "canvas"
        self.pixmaps = TilePixmaps(self, self.tiles, query_runner, self)
        editor.changed.connect(self.sync)
        editor.options_changed.connect(self._update_titles)
        editor.permission_changed.connect(self.pixmaps.update_visible)
        query_runner.result_changed.connect(self._show_result)
        theme().changed.connect(self._apply_theme)
        self._apply_theme()

    @property
    def grid(self) -> PageGrid:
        """The grid in pixels, as wide as the view."""
        wall, width = self.wall, self.viewport().width()
        margin, row = (
            (MARGIN, 0.0) if wall is None else (WALL_MARGIN * self.wall_scale / self.zoom, wall.rows[self.screen_index])
        )
        return PageGrid(self.editor.layout.columns, width, self.zoom, self.pixel_ratio, self.narrowest, margin, row)

    @property
    def wall_scale(self) -> float:
        """The scale of what stands around a presented page; 1 is 100 %."""
        window = self.window()
        return wall_layout.header_scale(window.width(), window.height())

    @property
    def pixel_ratio(self) -> float:
        """Device pixels per pixel of the view."""
        return self.devicePixelRatioF()

    @property
    def audience(self) -> Audience:
        """Who the tiles are drawn for."""
        return "wall" if self.presenting else "edit" if self.editor.editable else "read"

    @property
    def busy(self) -> bool:
        """Whether something is being dragged."""
        return self._is_dragging

    @property
    def containers(self) -> Iterable[ContainerFrame]:
        """The containers that are shown."""
        return (tile for tile in self.tiles.values() if isinstance(tile, ContainerFrame))

    @property
    def focused_id(self) -> str:
        """The id of the item with the keyboard focus: the one selected last; empty if none is."""
        return self.editor.selection[-1] if self.editor.selection else ""

    def is_new_copy(self, item_id: str) -> bool:
        """Whether an item is a copy that was neither moved nor renamed since it was added."""
        added = self.copies.get(item_id)
        return added is not None and added == self.cell_and_title(item_id)

    def cell_and_title(self, item_id: str) -> tuple[Cell, str] | None:
        """Where an item is, and its title; None if it isn't shown."""
        cell = self.editor.page.shown.get(item_id)
        return (cell, self.tiles[item_id].widget.title) if cell is not None and item_id in self.tiles else None

    def reading_order(self) -> list[str]:
        """The ids of the shown items, in reading order."""
        return [item_id for item_id in self.editor.page.reading_order if item_id in self.tiles]

    # The page

    def sync(self) -> None:
        """Show the editor's page."""
        self._is_sizing = True
        try:
            for _turn in range(2):  # first: a scroll bar that appears takes width, and every tile would be drawn twice
                size = self.viewport().size()
                self._fit_wall()
                self._size_scene()
                if self.viewport().size() == size:
                    break
        finally:
            self._is_sizing = False
        self.show_page(self.editor.page)
        self.viewport().update()

    def _fit_wall(self) -> None:
        """Lay the presented page out for the window; on the page as edited, end that."""
        before, zoom = self.wall, self.zoom
        if not self.presenting or self.editor.breakpoint:
            self.wall, self._wall_zoom, self.screen_index, self._stays_at_end = None, None, 0, False
            if before is not None:
                self.zoom = 1.0
        else:
            self.wall = self.wall_of(self.editor.layout, self._wall_zoom)
            self.zoom = self.wall.scale
            last = len(self.wall.screens) - 1
            self.screen_index = last if self._stays_at_end else min(self.screen_index, last)
        if self.zoom != zoom:
            self.zoom_changed.emit()
        if before != self.wall:
            self.screen_changed.emit()

    def wall_of(self, layout: Layout, zoom: float | None = None) -> WallLayout:
        """How a page of this layout is presented in this view, while it presents one; `zoom` as for `lay_out`."""
        window, margin = self.window(), self.wall_scale * WALL_MARGIN
        base = wall_layout.base_scale(window.width(), window.height())
        height = self.viewport().height() - margin - self.wall_scale * (WALL_MARGIN - WALL_FOOT)
        spans = [(cell[1], cell[1] + cell[3]) for _item, cell in layout]
        unit = (float(theme().px("tile.row_unit")), float(theme().px("tile.gap")))
        return wall_layout.lay_out(spans, height, base, unit, zoom)

    def show_screen(self, index: int) -> None:
        """Show a screen of the presented page, counted from 0."""
        if self.wall is not None and index != self.screen_index and 0 <= index < len(self.wall.screens):
            self.screen_index, self._stays_at_end = index, False
            self.sync()
            self.screen_changed.emit()

    def show_last_screen(self) -> None:
        """Show the last screen of the presented page, also of one that is still loading."""
        if self.wall is not None:
            self.show_screen(len(self.wall.screens) - 1)
            self._stays_at_end = True

    def _size_scene(self) -> None:
        grid = self.grid
        if self.wall is None:
            self._scene.setSceneRect(grid.page(self.editor.layout.bottom, self.viewport().height()))
        else:
            top = round(self.wall.screens[self.screen_index][0] * (grid.row + grid.gap))
            self._scene.setSceneRect(QRectF(0, top, grid.width + 2 * grid.margin, self.viewport().height()))
        wide = grid.width + 2 * grid.margin > self.viewport().width() + 1
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if wide else policy.ScrollBarAlwaysOff)

    def show_page(self, page: PageIndex, keep: Iterable[str] = ()) -> None:
        """Show a page: add and remove tiles as needed, except those in `keep`, and place them all."""
        grid, shown = self.grid, page.shown
        for item_id in self.tiles.keys() - shown.keys() - set(keep):
            self._remove_tile(item_id)
        for item_id, cell in shown.items():
            item, tile = self.editor.rendered(page.item(item_id)), self.tiles.get(item_id)
            if tile is not None and isinstance(tile, ContainerFrame) != bool(item.panes):
                self._remove_tile(item_id)
                tile = None
            if tile is None:
                tile = self._add_tile(item)
            depth, locked = len(page.path(item_id)), bool(page_edits.locks(item))
            result = self.query_runner.result(item_id)
            if isinstance(tile, ContainerFrame):
                tile.set_content(item, depth=depth, locked=locked)
            elif tile.item is not item or (tile.depth, tile.locked) != (depth, locked) or tile.result is not result:
                tile.set_content(item, result, depth=depth, locked=locked)
            tile.place(grid.rect(cell))
            if self.presenting:
                tile.setVisible(self._is_on_screen(cell))
        self.pixmaps.update_visible()

    def _is_on_screen(self, cell: Cell) -> bool:
        """Whether a cell is on the shown screen of a presented page: what is below it is whole on the next."""
        if self.wall is None:
            return True
        top, bottom = self.wall.screens[self.screen_index]
        return cell[1] < bottom and cell[1] + cell[3] > top

    def show_all_tiles(self) -> None:
        """Show the tiles of all screens: the presentation has ended."""
        for tile in self.tiles.values():
            tile.setVisible(True)

    def _add_tile(self, item: Item) -> Tile | ContainerFrame:
        tile = self.tiles[item.id] = ContainerFrame(self, item) if item.panes else Tile(self, item)
        self._scene.addItem(tile)
        return tile

    def _remove_tile(self, item_id: str) -> None:
        tile = self.tiles.pop(item_id)
        if isinstance(tile, Tile):
            self.pixmaps.forget(tile)
        self._scene.removeItem(tile)

    def _update_titles(self) -> None:
        """Update titles after the labels of variable values changed, unless a drag is under way."""
        if not self.busy:
            self.show_page(self.editor.page)

    def _show_result(self, item_id: str) -> None:
        tile = self.tiles.get(item_id)
        if isinstance(tile, Tile):
            tile.set_content(tile.item, self.query_runner.result(item_id), depth=tile.depth, locked=tile.locked)
            for one in self.card_row(item_id) or (tile,):  # another number may change the size of all beside it
                if one.rect.intersects(self.visible_rect()) and (one is tile or not one.is_current):
                    self.pixmaps.request(one)

    def _apply_theme(self) -> None:
        self.theme_version += 1
        self._fill_ground()
        for frame in self.containers:
            frame.update()
        self.pixmaps.update_visible()
        self.viewport().update()

    def set_ground(self, role: str) -> None:
        """Show the page on this colour of the theme: `canvas`, or `window` in the frame of a device."""
        self._ground = role
        self._fill_ground()

    def _fill_ground(self) -> None:
        self.setBackgroundBrush(QBrush(theme().color(self._ground)))

    # Zoom and scroll position

    def set_zoom(self, zoom: float) -> None:
        """Set the zoom; the page always fills the width."""
        zoom = max(_MIN_ZOOM, min(zoom, ZOOMS[-1]))
        if self.wall is not None:
            self._wall_zoom = zoom
            self.sync()
            return
        if zoom != self.zoom:
            self.zoom = zoom
            self.sync()
            self.zoom_changed.emit()

    def zoom_by(self, steps: int) -> None:
        """Zoom to the next larger (1) or smaller (-1) step."""
        if steps > 0:
            self.set_zoom(next((zoom for zoom in ZOOMS if zoom > self.zoom + 0.01), self.zoom))
        else:
            self.set_zoom(next((zoom for zoom in reversed(ZOOMS) if zoom < self.zoom - 0.01), self.zoom))

    def fit(self) -> None:
        """Zoom so that the whole page is visible, at most to 100 %; while presenting, as the window allows."""
        if self.wall is not None:
            self._wall_zoom = None
            self.sync()
            return
        grid = PageGrid(self.editor.layout.columns, self.viewport().width(), min_width=self.narrowest)
        height = 2 * grid.margin + self.editor.layout.bottom * (grid.row + grid.gap)
        self.set_zoom(min(1.0, self.viewport().height() / max(height, 1)))

    def visible_rect(self) -> QRectF:
        """The part of the page that the view shows, in scene coordinates."""
        return QRectF(self.mapToScene(QPoint(0, 0)), self.viewport().size())

    def reveal(self, ids: Sequence[str]) -> None:
        """Scroll these items into view with a margin: all of them if they fit, otherwise the last, or its top."""
        if self.wall is not None:  # the tiles of the other screens aren't there
            if shown := [item_id for item_id in ids if item_id in self.editor.page.shown]:
                self.show_screen(self.wall.screen_of(self.editor.page.shown[shown[-1]][1]))
            return
        boxes = [self.tiles[item_id].outline for item_id in ids if item_id in self.tiles]
        if not boxes:
            return
        view, box = self.visible_rect(), boxes[-1]
        whole = overlay.bounding_rect(boxes)
        if whole.height() + 2 * _MARGIN <= view.height() and whole.width() + 2 * _MARGIN <= view.width():
            box = whole
        for bar, low, high, begin, end in (
            (self.horizontalScrollBar(), box.left(), box.right(), view.left(), view.right()),
            (self.verticalScrollBar(), box.top(), box.bottom(), view.top(), view.bottom()),
        ):
            before, after = math.floor(low - _MARGIN - begin), math.ceil(high + _MARGIN - end)
            bar.setValue(bar.value() + (min(before, after) if after > 0 else min(before, 0)))

    def scroll_position(self) -> QPoint:
        """The scroll position, in pixels."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def scroll_to(self, position: QPoint) -> None:
        """Set the scroll position."""
        self.horizontalScrollBar().setValue(position.x())
        self.verticalScrollBar().setValue(position.y())

    def scroll_at_pointer(self) -> QPointF | None:
        """Scroll if a drag is near the upper or lower edge.

        Returns the pointer's new scene position; None if the page didn't scroll.
        """
        spot = self.viewport().mapFromGlobal(self.cursor().pos())
        if not self.viewport().rect().contains(spot):
            return None
        into = max(0, spot.y() - (self.viewport().height() - _SCROLL_EDGE)) - max(0, _SCROLL_EDGE - spot.y())
        bar = self.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + into // 2)
        return self.mapToScene(spot) if bar.value() != before else None

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.pixmaps.update_visible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_sizing:
            return
        if self.presenting or event.size().width() != event.oldSize().width():
            self.sync()
        else:
            self.fit_height()

    def fit_height(self) -> None:
        """Follow another height of the view: every tile stays where it is."""
        self._size_scene()
        self.pixmaps.update_visible()
        self.viewport().update()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.sync()

    @property
    def unused_filters(self) -> Mapping[str, UnusedFilters]:
        """What each widget doesn't use of the filters that are set on the page."""
        view = self.editor.state.view
        if self._unused[0] is not view:
            self._unused = (view, unused_filters(view))
        return self._unused[1]

    def card_row(self, item_id: str) -> Sequence[Tile]:
        """The tiles of the metric cards side by side with one, itself included; empty for any other tile."""
        page = self.editor.page
        if self._card_rows[0] is not page:
            self._card_rows = (page, card_rows(page))
        row = (self.tiles.get(one) for one in self._card_rows[1].get(item_id, ()))
        return [tile for tile in row if isinstance(tile, Tile)]

    # For interactions

    def tile_at(self, spot: QPoint) -> Tile | ContainerFrame | None:
        """The tile or container at a point of the view."""
        found, at = self.itemAt(spot), self.mapToScene(spot)
        return found if isinstance(found, Tile | ContainerFrame) and found.outline.contains(at) else None

    def start_dragging(self) -> None:
        """Set `busy`."""
        self._is_dragging = True

    def stop_dragging(self) -> None:
        """Clear `busy`: lower the tiles, and repaint the overlay."""
        self._is_dragging = False
        self.lower_tiles()
        self._overlay_region = QRegion()
        self.repaint_overlay()  # also paints the selection's rings and handles again

    def add_dragged_tile(self, item: Item) -> None:
        """Add a tile for a dragged item that is not on the page yet."""
        tile = self._add_tile(self.editor.rendered(item))
        if isinstance(tile, Tile):
            tile.set_content(tile.item, QueryResult(tile.widget.query, late=True), depth=0, locked=False)

    def place_tile(self, item_id: str, rect: QRectF) -> None:
        """Move and resize a tile, and request a new pixmap if the present one no longer fits."""
        tile = self.tiles[item_id]
        tile.place(rect)
        if isinstance(tile, Tile) and not tile.is_current and rect.intersects(self.visible_rect()):
            self.pixmaps.request(tile)

    def lift_tiles(self, ids: Iterable[str], body: Sequence[str]) -> None:
        """Raise these above the others while they are dragged; the items of the `body` cast the shadow."""
        for item_id in ids:
            self.tiles[item_id].set_lifted(True)
        self._drop_shadows()
        self._shadows = shadows_of([self.tiles[item_id] for item_id in body])
        for shadow in self._shadows:
            self._scene.addItem(shadow)
        self.pixmaps.reallocate()

    def follow_lifted(self) -> None:
        """Move the shadows to where the lifted tiles are now."""
        for shadow in self._shadows:
            shadow.follow()

    def _drop_shadows(self) -> None:
        for shadow in self._shadows:
            self._scene.removeItem(shadow)
        self._shadows = []

    def lower_tiles(self) -> None:
        """Lower all tiles after a drag."""
        for tile in self.tiles.values():
            tile.set_lifted(False)
        self._drop_shadows()
        self.pixmaps.reallocate()

    def show_cursor(self, shape: Qt.CursorShape) -> None:
        """Set the cursor over the page."""
        self.viewport().setCursor(shape)

    def repaint_overlay(self) -> None:
        """Repaint the whole overlay."""
        self.viewport().update()

    def update_overlay(self, areas: Iterable[QRectF]) -> None:
        """Repaint the overlay in these areas and in those of the last call."""
        offset = self.mapToScene(QPoint(0, 0))
        region = QRegion()
        for area in areas:
            region += area.translated(-offset).toAlignedRect().adjusted(-2, -2, 2, 2)
        self.viewport().update(self._overlay_region.united(region))
        self._overlay_region = region
