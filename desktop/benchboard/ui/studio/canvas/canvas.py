"""The canvas: the view of a page, wired together with the interactions of mouse and keyboard."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.series_settings import COLOURS, series_colours, with_colour
from benchboard.dashboards.document.time_range import absolute
from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.dashboards.editing.page_edits import locks
from benchboard.i18n import _
from benchboard.ui.studio.canvas.hover import HoverTracker
from benchboard.ui.studio.canvas.interaction.drag_controller import DragController
from benchboard.ui.studio.canvas.interaction.group_frame import GroupFrame
from benchboard.ui.studio.canvas.interaction.insert import InsertPayload
from benchboard.ui.studio.canvas.interaction.item_focus import ItemFocus
from benchboard.ui.studio.canvas.interaction.keyboard import Keyboard
from benchboard.ui.studio.canvas.interaction.pointer import Pointer
from benchboard.ui.studio.canvas.interactive_table import InteractiveTable
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.canvas.scene.announcer import Announcer
from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.canvas.value_walk import ValueWalk
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.colour_menu import ColourChoice
from benchboard.ui.studio.tiles.legend_menu import coloured_names, legend_menu, legend_names, undrawn_names
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.renderers import HEADER
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, note_input


class Canvas(PageView):
    """The page of an editor's document, for viewing and arranging."""

    dragged = Signal(QPoint)
    """Something is being dragged, with the pointer at this point of the screen."""
    drop_target_changed = Signal(object)
    """Where the dragged items would land (a `DropTarget`); None when the drag has ended."""
    explore_requested = Signal(str)
    """The user wants to see this widget's query in Explore."""
    filter_requested = Signal(str)
    """The user wants to filter the dashboard by a column of this widget's data."""
    data_requested = Signal(str)
    """The user wants data for this widget, which has no query."""
    data_export_requested = Signal(str, str)
    data_copy_requested = Signal(str)
    picture_copy_requested = Signal(str)
    """The user wants the rows of this widget's query as a file."""
    edit_requested = Signal(str)
    """The user wants to edit this widget."""
    enlarge_requested = Signal(str)
    """The user wants to see this widget enlarged."""
    image_requested = Signal()
    """The user wants to choose a file for the selected image, or for a new one."""
    images_offered = Signal(object)
    """The user has pasted images (`image_import.ImageOffer`)."""
    menu_requested = Signal(QPoint)
    """The context menu is to open at this point of the screen."""
    point_requested = Signal(str, object, QPoint, bool)
    """The user wants the menu of a value of this widget (a `TilePoint`), at a point of the screen; with True, to add
    the value to what is filtered by."""
    rejected = Signal(str)
    """Why an action isn't possible, as text for the user."""
    rename_requested = Signal(str)
    """The user wants to rename what is selected: its `title`, or that of its `tab`."""
    link_requested = Signal(str)
    """Asks for a dashboard that this widget is to lead to."""
    linked_requested = Signal(str)
    """Asks to open a dashboard that this widget leads to."""
    repeat_requested = Signal(str)
    """The user wants to edit the repeat setting of this widget."""

    def __init__(self, editor: Editor, query_runner: WidgetQueryRunner, parent: QWidget | None = None) -> None:
        super().__init__(editor, query_runner, parent)
        self.drag = DragController(self, self)
        self.pointer = Pointer(self, self.drag, self)
        self.interactive_table = InteractiveTable(self)
        self.item_focus = ItemFocus(self, self)
        self._focused_by_key = False
        self.keyboard = Keyboard(self, self.item_focus, self.pointer, self)
        self.group_frame = GroupFrame(self)
        self._is_pressing = False
        self._others: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self._legend_before: dict[str, LegendChoice] = {}
        """What the reader had hidden before the last click in a legend, by the widget."""
        editor.selection_changed.connect(self._follow_selection)
        # These two use the tiles' positions, so they follow the editor after the view has placed the tiles.
        self.hover = HoverTracker(self, self.pointer)
        self.announcer = Announcer(self)
        self.value_walk = ValueWalk(self, self.hover, self.announcer)
        self._connect()

    def _connect(self) -> None:
        self.drag.drop_target_changed.connect(self.drop_target_changed)
        self.pointer.edit_requested.connect(self.edit_requested)
        self.pointer.enlarge_requested.connect(self.enlarge_requested)
        self.pointer.repeat_requested.connect(self.repeat_requested)
        self.pointer.data_requested.connect(self.data_requested)
        self.pointer.period_requested.connect(self.show_data_period)
        self.pointer.retry_requested.connect(self.query_runner.retry)
        self.pointer.stop_requested.connect(self.query_runner.cancel)
        self.pointer.legend_requested.connect(self.choose_in_legend)
        self.pointer.table_requested.connect(self.interactive_table.enter)
        self.pointer.point_requested.connect(self.request_point)
        self.interactive_table.point_requested.connect(self.point_requested)
        self.value_walk.point_requested.connect(self.point_requested)
        self.keyboard.open_requested.connect(self.interactive_table.open)
        self.keyboard.menu_requested.connect(self.request_menu)
        self.interactive_table.enlarge_requested.connect(self.enlarge_requested)
        self.hover.menu_button.menu_requested.connect(self.menu_requested)
        for source in (self.pointer, self.keyboard):
            source.rejected.connect(self.rejected)
        self.item_focus.moved.connect(self.announcer.announce_focus)
        self.item_focus.moved.connect(self.viewport().update)

    @property
    def focused_id(self) -> str:
        return self.item_focus.current

    def sync(self) -> None:
        self.cancel()
        super().sync()

    def fit_height(self) -> None:
        self.cancel()
        super().fit_height()

    def cancel(self) -> None:
        """Cancel the interaction: everything is as it was before."""
        self.pointer.cancel()

    def edit(self) -> None:
        """Edit the first of the selected widgets."""
        self.edit_requested.emit(self.editor.selection[0])

    def enter_values(self, item_id: str) -> None:
        """Let the keys go through the values of a widget: those of a table in a table, the others where they are."""
        if not self.interactive_table.enter(item_id) and not self.value_walk.start(item_id):
            self.rejected.emit(_("This widget has no values to go through now."))

    def choose_in_legend(self, item_id: str, key: str, alone: bool) -> None:  # a signal's
        """Hide or show a series of a widget, or show it alone; without a key, open the menu of its legend."""
        tile = self.tiles.get(item_id)
        if not isinstance(tile, Tile) or tile.result is None:
            return
        if not key:
            self.open_legend(item_id)
            return
        keys = [one for one, _name in legend_names(tile.widget, tile.result)]
        # The first click of a double click hid it already.
        before = self._legend_before.get(item_id, tile.result.legend) if alone else tile.result.legend
        self._legend_before = {item_id: before}
        if not alone or key != OTHER:
            found = before.isolated(key, keys) if alone else before.toggled(key, keys)
            self.query_runner.choose_in_legend(item_id, found)

    def open_legend(self, item_id: str, at: QPoint | None = None) -> None:
        """Open the menu of a widget's legend, at a point of the screen or at its legend."""
        tile = self.tiles.get(item_id)
        names = legend_names(tile.widget, tile.result) if isinstance(tile, Tile) else []
        colours = self._colour_choice(tile) if isinstance(tile, Tile) else None
        # The only series can't be hidden, but it may get a colour.
        if not isinstance(tile, Tile) or tile.result is None or not (names or (colours and colours.names)):
            self.rejected.emit(_("This widget has no legend with several names now."))
            return
        choose = partial(self.query_runner.choose_in_legend, item_id)
        corner = self.mapFromScene(tile.rect.topLeft() + QPointF(12, HEADER) * self.zoom)
        spot = self.viewport().mapToGlobal(corner) if at is None else at
        undrawn = undrawn_names(tile.widget, tile.result)
        legend_menu(self, names, tile.result.legend, choose, colours, undrawn).popup(spot)

    def _colour_choice(self, tile: Tile) -> ColourChoice | None:
        """What gives the series of a widget their colours; None where its content can't be changed."""
        item_id = tile.item.id
        if not self.editor.editable or item_id not in self.editor.page.paths:
            return None
        if "content" in locks(self.editor.page.item(item_id)):
            return None

        def choose(name: str, colour: int | None) -> None:
            changed = with_colour(self.editor.widget(item_id).config, name, colour)
            self.editor.set_property(item_id, f"config.{COLOURS}", changed)

        names = coloured_names(tile.widget, tile.result)
        return ColourChoice(names, series_colours(self.editor.widget(item_id)), choose)

    def request_menu(self) -> None:
        """Request the menu of the value that the keys reached, or the context menu at the item selected last, or in the
        corner of the view."""
        if self.value_walk.item_id and self.value_walk.request_menu():
            return
        spot = self.viewport().rect().topLeft()
        if self.editor.selection and self.editor.selection[-1] in self.tiles:
            box = self.mapFromScene(self.tiles[self.editor.selection[-1]].outline).boundingRect()
            spot = box.intersected(self.viewport().rect()).center()
        self.menu_requested.emit(self.viewport().mapToGlobal(spot))

    def point_at(self, global_pos: QPoint) -> tuple[str, TilePoint] | None:
        """The widget at a point of the screen with its value there; None where there is none."""
        spot = self.viewport().mapFromGlobal(global_pos)
        tile = self.tile_at(spot) if self.viewport().rect().contains(spot) else None
        if not isinstance(tile, Tile):
            return None
        found = tile.point_at(self.mapToScene(spot))
        return (tile.item.id, found) if found is not None else None

    def request_point(self, item_id: str, global_pos: QPoint, adding: bool) -> None:
        """Request the menu of the value at a point of the screen."""
        found = self.point_at(global_pos)
        if found is not None and found[0] == item_id:
            self.point_requested.emit(item_id, found[1], global_pos, adding)

    # Dragging new items onto the page

    def show_data_period(self, item_id: str) -> None:
        """Show the period of which the table behind a widget has rows."""
        result = self.query_runner.result(item_id)
        if result is not None and result.data_elsewhere is not None:
            self.editor.select_time(absolute(result.data_elsewhere))

    def drag_new(self, source: WidgetKind | InsertPayload, global_pos: QPoint) -> None:
        """Drag new items to a point of the screen; outside the view they are not on the page."""
        spot = self.viewport().mapFromGlobal(global_pos)
        if not self.viewport().rect().contains(spot) or not self.editor.editable:
            self.pointer.forget_press()
            self.drag.withdraw()
            return
        if self.drag.insert_source is not source:
            self.cancel()
            self.drag.start_insert(source)
        self.drag.move_to(self.mapToScene(spot))

    def drop_new(self) -> bool:
        """Drop the new items where they are; False if they are not over the page."""
        if self.drag.insert_source is None:
            return False
        self.drag.finish()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    # Events

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        if self.busy:
            self.drag.paint(painter)
            return
        rings_page = self._focused_by_key and self.hasFocus() and not self.presenting
        if rings_page and not self.editor.selection and not self.item_focus.current:  # no item shows the focus
            shown = self.mapToScene(self.viewport().rect()).boundingRect()
            overlay.paint_view_focus(painter, shown)
        others = self._others_boxes()
        for name, boxes in others:
            overlay.paint_others(painter, boxes, name)
        marquee = self.pointer.marquee
        selected = marquee.found if marquee is not None else self.editor.selection
        rings = [self.tiles[item_id].outline for item_id in selected if item_id in self.tiles]
        overlay.paint_rings(painter, rings, focused=self.hasFocus())
        frame = self.group_frame.rect() if marquee is None else None
        if frame is not None and len(rings) > 1:
            overlay.paint_group_frame(painter, frame)
        for name, boxes in others:  # above the frames, which would strike it through
            overlay.paint_others_name(painter, boxes[0], name)
        if marquee is not None:
            marquee.paint(painter)
            return
        if frame is not None:
            overlay.paint_handles(painter, frame, self.group_frame.handles())
        self.item_focus.paint(painter)

    def show_others(self, selections: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """Show what others have selected: their names, each with the ids of the items."""
        found = tuple(selections)
        if found != self._others:
            self._others = found
            self.viewport().update()

    def _others_boxes(self) -> list[tuple[str, list[QRectF]]]:
        """The people who have something selected that is shown here, with the outlines of that."""
        others = self._others if not self.presenting else ()
        found = ((name, [self.tiles[one].outline for one in ids if one in self.tiles]) for name, ids in others)
        return [(name, boxes) for name, boxes in found if boxes]

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self.busy or self.pointer.marquee is not None:
            self.viewport().update()

    @contextmanager
    def _pressing(self) -> Iterator[None]:
        """Don't scroll to the selection while the mouse selects: it is under the pointer already."""
        self._is_pressing = True
        try:
            yield
        finally:
            self._is_pressing = False

    def _follow_selection(self) -> None:
        if not self.busy and not self._is_pressing:
            self.reveal(self.editor.selection[-1:])
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        note_input(key=False)
        with self._pressing():
            self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)
        if self.busy:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        with self._pressing():
            self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        with self._pressing():
            self.pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu at the pointer, with the item there selected; from a key, at the selection."""
        if self.busy:
            return
        if asked_by_key(event):
            self.request_menu()
            return
        tile = self.tile_at(event.pos())
        with self._pressing():
            if tile is None:
                self.editor.select(())
            elif tile.item.id not in self.editor.selection:
                self.editor.select([tile.item.id])
        if isinstance(tile, Tile) and self._is_legend(tile, event.pos()):
            self.open_legend(tile.item.id, event.globalPos())
        else:
            self.menu_requested.emit(event.globalPos())

    def _is_legend(self, tile: Tile, spot: QPoint) -> bool:
        """Whether a name of a tile's legend is at a point of the view."""
        return tile.links.legend_at((self.mapToScene(spot) - tile.pos()) / self.zoom) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:  # what showed the focus may be gone after it
            self._focused_by_key = True
        if self.value_walk.handle(event):
            return
        if not self.keyboard.handle(event):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.busy:
                event.ignore()
            else:
                super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus through the items in reading order with Tab, then to the next widget."""
        if self.item_focus.step(1 if forward else -1):
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._focused_by_key = came_by_key(event)
        self.announcer.announce_focus_later()
        if not self.editor.selection and event.reason() == Qt.FocusReason.TabFocusReason:
            self.item_focus.step(1)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
