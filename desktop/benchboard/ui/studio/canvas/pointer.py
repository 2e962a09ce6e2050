"""What the mouse does on the canvas: choosing, pulling a band, dragging, and the small things on headings."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.layout import Handle, Path, SharedEdge
from benchboard.ui.studio.canvas import marks
from benchboard.ui.studio.canvas.bodies import BodyPulling, body_of, handles_of
from benchboard.ui.studio.canvas.frame import Frame, Part
from benchboard.ui.studio.canvas.gestures import Moving, Pulling, Splitting, split_at
from benchboard.ui.studio.canvas.hand import scroll_at
from benchboard.ui.studio.canvas.refusing import why_it_stays
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.document import containers
from benchboard.ui.studio.document.placing import movable

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_CURSORS: Final[dict[Handle, Qt.CursorShape]] = {
    "n": Qt.CursorShape.SizeVerCursor, "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor, "w": Qt.CursorShape.SizeHorCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor, "sw": Qt.CursorShape.SizeBDiagCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor, "se": Qt.CursorShape.SizeFDiagCursor,
}  # fmt: skip
_ADDING: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Band(NamedTuple):
    """A rectangle pulled open over the page, and the ids that would be chosen."""

    start: QPointF
    rect: QRectF
    before: tuple[str, ...]
    found: tuple[str, ...]


class _Press(NamedTuple):
    """Where the button went down, on what, and whether that adds to what is chosen."""

    spot: QPoint
    tile: Tile | Frame | None
    part: Part
    adding: bool


class Pointer(QObject):
    """The left button, between press and release. While something is held, `Hand` has it."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas, self._editor = canvas, canvas.editor
        self.band: Band | None = None
        self._pressed: _Press | None = None
        self._glide = QTimer(self, interval=16)
        self._glide.timeout.connect(self._scroll_at_edge)

    def press(self, event: QMouseEvent) -> None:
        """The left button goes down."""
        canvas, spot = self._canvas, event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or canvas.busy:
            return
        handle = self._handle_at(spot)
        if handle is not None:
            at, page, compact = canvas.mapToScene(spot), self._editor.page, self._editor.document.compact
            body = self.body()
            kind = BodyPulling(canvas.page, page, body, handle, at, compact) if body else None
            canvas.hand.begin(kind or Pulling(canvas.page, page, self._editor.chosen[0], handle, at, compact), at)
            return
        split = self._split_at(spot)
        if split is not None:
            compact = self._editor.document.compact
            gesture = Splitting(canvas.page, self._editor.page, *split, compact)
            canvas.hand.begin(gesture, canvas.mapToScene(spot))
            return
        tile, adding = canvas.tile_at(spot), bool(event.modifiers() & _ADDING)
        part = tile.part_at(canvas.mapToScene(spot)) if isinstance(tile, Frame) else Part("heading")
        self._pressed = _Press(spot, tile, part, adding)
        if tile is None or part.what == "body":
            if not adding and tile is None:
                self._editor.choose(())
        elif adding:
            self._editor.toggle(tile.item.id)
        elif tile.item.id not in self._editor.chosen:
            self._editor.choose([tile.item.id])

    def move(self, event: QMouseEvent) -> None:
        """The mouse moves, with the button down or without."""
        canvas, spot = self._canvas, event.position().toPoint()
        if canvas.busy:
            canvas.hand.follow(canvas.mapToScene(spot))
        elif self.band is not None:
            self._pull_band(canvas.mapToScene(spot))
        elif self._pressed is not None:
            if (spot - self._pressed.spot).manhattanLength() >= QApplication.startDragDistance():
                self._start_dragging(self._pressed, spot)
        elif not event.buttons() & Qt.MouseButton.LeftButton:
            canvas.viewport().setCursor(self._cursor(spot))

    def release(self, event: QMouseEvent) -> None:
        """The left button comes up."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        if self._canvas.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor:
            self._canvas.viewport().setCursor(self._cursor(event.position().toPoint()))
        if self._canvas.busy:
            if self._canvas.hand.guest is None:
                self._canvas.hand.end()
        elif self.band is not None:
            found = self.band.found
            self._drop_band()
            self._editor.choose(found)
        elif pressed is not None and pressed.tile is not None and not pressed.adding:
            self._clicked(pressed, event.position().toPoint())

    def double(self, event: QMouseEvent) -> None:
        """A double click goes into a table, and edits what else is there; who may only look sees it large."""
        self._pressed = None
        tile, at = self._canvas.tile_at(event.position().toPoint()), self._canvas.mapToScene(event.position().toPoint())
        if tile is None or (isinstance(tile, Frame) and tile.part_at(at).what != "heading"):
            return
        self._editor.choose([tile.item.id])
        if isinstance(tile, Tile) and tile.in_body(at) and self._canvas.living.enter(tile.item.id):
            return
        if self._editor.editable or isinstance(tile, Frame):
            self._canvas.opened.emit(tile.item.id)
        else:
            self._canvas.living.view_wanted.emit(tile.item.id)

    def forget(self) -> None:
        """Whatever was begun, it is not."""
        self._pressed = None
        self._drop_band()

    def handles(self) -> Sequence[Handle]:
        """The handles of what is chosen, where its size may change: one widget's, or those of the frame around
        several."""
        chosen = self._editor.chosen
        if not self._editor.editable or not chosen or chosen[0] not in self._canvas.tiles:
            return ()
        return handles_of(self._editor, chosen if len(chosen) == 1 else self.body())

    def body(self) -> Sequence[str]:
        """What of the chosen can be pulled as one, where several are."""
        chosen = self._editor.chosen
        return body_of(self._editor.page, chosen) if len(chosen) > 1 else ()

    def frame(self) -> QRectF | None:
        """What the handles stand around; nothing where nothing is chosen."""
        tiles = self._canvas.tiles
        boxes = [tiles[one].outline for one in self.body() or self._editor.chosen if one in tiles]
        if not boxes:
            return None
        return boxes[0] if len(self._editor.chosen) == 1 else marks.frame_around(boxes)

    # Choosing

    def _clicked(self, pressed: _Press, spot: QPoint) -> None:
        tile, part = pressed.tile, pressed.part
        assert tile is not None
        if isinstance(tile, Frame):
            if part.what == "caret":
                containers.collapse(self._editor, [tile.item.id])
            elif part.what == "tab":
                containers.show_tab(self._editor, tile.item.id, part.tab)
            self._editor.choose([tile.item.id])
            if part.what == "badge":
                self._canvas.repeat_wanted.emit(tile.item.id)
            return
        act = self._link_at(tile, spot)
        if act is not None:
            act(tile.item.id)
        elif len(self._editor.chosen) > 1:
            self._editor.choose([tile.item.id])
        elif not self._editor.editable and tile.in_body(self._canvas.mapToScene(spot)):
            self._canvas.living.enter(tile.item.id)

    def _start_dragging(self, pressed: _Press, spot: QPoint) -> None:
        canvas, start = self._canvas, self._canvas.mapToScene(pressed.spot)
        self._pressed = None
        if pressed.tile is None or pressed.part.what == "body":
            before = self._editor.chosen if pressed.adding else ()
            self.band = Band(start, QRectF(start, start), before, before)
            self._glide.start()
            self._pull_band(canvas.mapToScene(spot))
            return
        item_id = pressed.tile.item.id
        ids = movable(self._editor, [item_id, *(other for other in self._editor.chosen if other != item_id)])
        if item_id not in self._editor.chosen:
            return  # Ctrl took it out of what is chosen
        if pressed.tile.item.static or not self._editor.editable:
            canvas.viewport().setCursor(Qt.CursorShape.ForbiddenCursor)
            if why := why_it_stays(self._editor, [item_id]):
                canvas.refused.emit(why)
            return
        editor = self._editor
        compact, stay = editor.document.compact, bool(editor.breakpoint)
        gesture = Moving(canvas.page, editor.page, ids, start, compact, stay=stay)
        if gesture.body:
            canvas.hand.begin(gesture, canvas.mapToScene(spot))

    def _pull_band(self, at: QPointF) -> None:
        band = self.band
        assert band is not None
        rect = QRectF(band.start, at).normalized()
        found = dict.fromkeys((*band.before, *self._inside(rect)))
        self.band = band._replace(rect=rect, found=tuple(found))
        self._canvas.viewport().update()

    def _inside(self, rect: QRectF) -> list[str]:
        """The widgets a band touches and the containers it holds whole, without what lies in those."""
        page, tiles, found = self._editor.page, self._canvas.tiles, list[str]()
        whole: set[str] = set()
        for item_id in page.shown:
            if whole & {outer for outer, _k in page.path(item_id)}:
                continue
            tile = tiles[item_id]
            if isinstance(tile, Frame):
                if rect.contains(tile.outline) and rect.contains(tile.rect):
                    whole.add(item_id)
                    found.append(item_id)
            elif rect.intersects(tile.rect):
                found.append(item_id)
        return found

    def _drop_band(self) -> None:
        self._glide.stop()
        if self.band is not None:
            self.band = None
            self._canvas.viewport().update()

    def _scroll_at_edge(self) -> None:
        canvas = self._canvas
        spot = canvas.viewport().mapFromGlobal(canvas.cursor().pos())
        if self.band is not None and canvas.viewport().rect().contains(spot) and scroll_at(canvas, spot):
            self._pull_band(canvas.mapToScene(spot))

    # What is under the pointer

    def _cursor(self, spot: QPoint) -> Qt.CursorShape:
        handle = self._handle_at(spot)
        if handle is not None:
            return _CURSORS[handle]
        split = self._split_at(spot)
        if split is not None:
            across = split[1].axis == "across"
            return Qt.CursorShape.SplitHCursor if across else Qt.CursorShape.SplitVCursor
        tile = self._canvas.tile_at(spot)
        if isinstance(tile, Tile):
            link = self._link_at(tile, spot) is not None
        else:
            at = self._canvas.mapToScene(spot)
            link = tile is not None and tile.part_at(at).what in ("caret", "tab", "badge")
        return Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor

    def _handle_at(self, spot: QPoint) -> Handle | None:
        handles, box = self.handles(), self.frame()
        return marks.handle_at(box, self._canvas.mapToScene(spot), handles) if handles and box is not None else None

    def _split_at(self, spot: QPoint) -> tuple[Path, SharedEdge] | None:
        if not self._editor.editable:
            return None
        return split_at(self._canvas.page, self._editor.page, self._canvas.mapToScene(spot))

    def _link_at(self, tile: Tile, spot: QPoint) -> Callable[[str], None] | None:
        inside = (self._canvas.mapToScene(spot) - tile.pos()) / self._canvas.zoom
        feeds = self._canvas.feeds
        for box, act in (
            (tile.links.retry, feeds.retry),
            (tile.links.edit, self._edit),
            (tile.links.stop, feeds.cancel),
        ):
            if box is not None and box.contains(inside):
                return act
        return self._canvas.repeat_wanted.emit if tile.marked_at(self._canvas.mapToScene(spot)) else None

    def _edit(self, item_id: str) -> None:
        self._editor.choose([item_id])
        self._canvas.edit()
