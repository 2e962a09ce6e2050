"""What somebody holds over the page: it floats, everything else shows what letting go would lead to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollBar

from benchboard.dashboards.catalogue import WidgetKind
from benchboard.dashboards.copies import Copied
from benchboard.dashboards.document import Variable
from benchboard.dashboards.editing import Placed
from benchboard.dashboards.layout import TABS, Cell, Hints
from benchboard.i18n import _
from benchboard.ui.studio.canvas import hints, marks
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.canvas.gestures import Bringing, Gesture, Moving, Splitting
from benchboard.ui.studio.canvas.hints import Sight
from benchboard.ui.studio.canvas.landing import Landing, landing_of, words_of
from benchboard.ui.studio.canvas.refusing import why_no_other_grid
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.tiles.insets import frames_around

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_EDGE: Final = 36
DWELL_MS: Final = 500
"""How long something is held over a tab before that tab is shown."""


class Guests(NamedTuple):
    """What comes from elsewhere, where it lies to each other, and what bringing it is called as a step."""

    title: str
    placed: Placed
    variables: tuple[Variable, ...] = ()
    """What they cannot do without."""


class Hand(QObject):
    """The gesture under way, if any. One that ends is one step of the editor; one that is cancelled leaves nothing."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.gesture: Gesture | None = None
        self.guest: WidgetKind | Guests | None = None
        """What is held that is not on the page yet."""
        self._sight = Sight()
        self._hints: Hints | None = None
        self.landing: Landing | None = None
        self._view: Sequence[tuple[QScrollBar, int]] = ()
        """Where the page was in the view before."""
        self._over: tuple[str, int] | None = None
        self._warm = frozenset[str]()
        """The containers that show that something would land in them, or in a tab of theirs."""
        self._dwell = QTimer(self, interval=DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._turn)
        self._glide = QTimer(self, interval=16)
        self._glide.timeout.connect(self._scroll_at_edge)

    def begin(self, gesture: Gesture, at: QPointF) -> None:
        """Take something in hand at a point of the page."""
        canvas, self.gesture = self._canvas, gesture
        self._view = tuple((bar, bar.value()) for bar in (canvas.horizontalScrollBar(), canvas.verticalScrollBar()))
        self._sight = Sight()
        for item_id in gesture.held:
            canvas.tiles[item_id].lift(True)
        self._stand()
        rings = [canvas.tiles[item_id].outline for item_id in canvas.editor.chosen if item_id in canvas.tiles]
        rings += [frame] if (frame := canvas.pointer.frame()) is not None else []
        canvas.remark(marks.handles_area(box) for box in rings)
        self._glide.start()
        self.follow(at)

    def bring(self, guest: WidgetKind | Guests) -> None:
        """Take in hand what is not on the page yet."""
        canvas = self._canvas
        canvas.cancel()
        placed = guest.placed if isinstance(guest, Guests) else [canvas.editor.fresh(guest)]
        page, compact = canvas.editor.page, canvas.editor.document.compact
        gesture = Bringing(canvas.page, page, placed, compact, stay=bool(canvas.editor.breakpoint))
        for item_id in gesture.held:
            canvas.hold(gesture.brought.item(item_id))
        self.guest = guest
        self.begin(gesture, QPointF())

    def follow(self, pointer: QPointF) -> None:
        """Show what letting go here would lead to."""
        gesture, tiles = self.gesture, self._canvas.tiles
        if gesture is None:
            return
        before = gesture.changed
        after = gesture.to(pointer, self._until())
        if after is not before:
            held, self.landing = gesture.held, landing_of(gesture, self._canvas.editor.said)
            cells = self.landing.shown
            for item_id in before.keys() - after.keys():
                if item_id not in held:
                    tiles[item_id].place(self._rect(gesture, item_id, cells))
            for item_id in self._resized(before.keys() | after.keys()):
                if item_id not in held:
                    self._place(tiles[item_id], self._rect(gesture, item_id, cells))
            for item_id, cell in after.items():
                if item_id not in held and before.get(item_id) != cell:
                    self._place(tiles[item_id], self._rect(gesture, item_id, cells))
            self._heat()
            self._hints = self._sight.of(gesture, self._canvas.seen())
            self._canvas.landing_changed.emit(self.landing)
        for item_id in gesture.held:
            self._place(tiles[item_id], gesture.floating(item_id))
        if isinstance(gesture, Moving):
            self._hover(gesture, pointer)
        self._canvas.remark(self._marks())

    def end(self) -> None:
        """Let go."""
        gesture, guest = self.gesture, self.guest
        if gesture is None:
            return
        editor = self._canvas.editor
        self._stop()
        if guest is not None:
            new = isinstance(guest, WidgetKind)
            title = _("Add {title}").format(title=_(guest.title).lower()) if new else guest.title
            came = Copied((), guest.variables) if isinstance(guest, Guests) else None
            editor.take(title, gesture.drop(), gesture.body, came)
        else:
            editor.take(_("Move") if isinstance(gesture, Moving) else _("Resize"), gesture.drop(), editor.chosen)
        self._canvas.present(editor.page)

    def cancel(self) -> None:
        """Put everything back as it was before, the view too."""
        if self.gesture is not None:
            self.leave()
            for bar, value in self._view:
                bar.setValue(value)

    def leave(self) -> None:
        """Put everything back and stay in sight of this part of the page: a guest has gone out and may come again."""
        if self.gesture is not None:
            self._stop()
            self._canvas.present(self._canvas.editor.page)

    def paint(self, painter: QPainter) -> None:
        """Draw where it would land, and what it is."""
        gesture, tiles = self.gesture, self._canvas.tiles
        if gesture is None:
            return
        if isinstance(gesture, Splitting):
            marks.paint_split(painter, gesture.line(), gesture.edge.axis)
            return
        if self._hints is not None:
            hints.paint(painter, gesture.grid, self._hints)
        boxes = self._landings(gesture)
        held = [tiles[item_id].outline for item_id in gesture.body]
        marks.paint_landing(painter, boxes, held)
        marks.paint_rings(painter, held)
        if len(held) > 1:
            marks.paint_frame(painter, marks.frame_around(held))
            marks.paint_handles(painter, marks.frame_around(held), self._canvas.pointer.handles())
        if boxes and held and self.landing is not None and self.landing.cells:
            kept_out = isinstance(gesture, Moving) and gesture.kept_out
            marks.paint_place(painter, held, why_no_other_grid() if kept_out else words_of(self.landing))

    def _marks(self) -> list[QRectF]:
        gesture, tiles = self.gesture, self._canvas.tiles
        assert gesture is not None
        if isinstance(gesture, Splitting):
            return [gesture.line()]
        held = [tiles[item_id].outline for item_id in gesture.body]
        lines = hints.areas(gesture.grid, self._hints) if self._hints is not None else []
        frame = [marks.handles_area(marks.frame_around(held))] if len(held) > 1 else []
        return [*lines, *self._landings(gesture), *held, *frame, *marks.place_area(held)]

    def _stand(self) -> None:
        """Put everything where it is while the body is in the air."""
        gesture, tiles = self.gesture, self._canvas.tiles
        assert gesture is not None
        shown, still, cells = self._canvas.editor.page.shown, gesture.still, {**gesture.still, **gesture.held}
        for item_id, cell in still.items():
            if item_id not in gesture.held and shown.get(item_id) != cell:
                tiles[item_id].place(self._rect(gesture, item_id, cells))

    def _rect(self, gesture: Gesture, item_id: str, cells: Mapping[str, Cell]) -> QRectF:
        page = gesture.page
        return gesture.grid.rect(cells[item_id], frames_around(page, page.paths.get(item_id, ()), cells))

    def _resized(self, ids: Iterable[str]) -> set[str]:
        """What lies in containers among these: it stands inside their frames wherever those end now."""
        assert self.gesture is not None
        frames = frozenset(one for one in ids if isinstance(self._canvas.tiles.get(one), Frame))
        if not frames:
            return set()
        page = self.gesture.page
        return {one for one in page.shown if any(outer in frames for outer, _k in page.path(one))}

    def _landings(self, gesture: Gesture) -> list[QRectF]:
        """Where what is held would lie."""
        cells = self.landing.shown if self.landing is not None else {}
        around = frames_around(gesture.page, gesture.target, cells)
        return [gesture.grid.rect(cell, around) for cell in gesture.landing]

    def _place(self, tile: Tile | Frame, rect: QRectF) -> None:
        tile.place(rect)
        if isinstance(tile, Tile) and not tile.fresh and rect.intersects(self._canvas.seen()):
            self._canvas.pictures.want_soon(tile)

    def _until(self) -> int:
        """The first row that is out of sight, a few rows on."""
        seen = self._canvas.seen()
        return self.gesture.grid.field(QPointF(0, seen.bottom()))[1] + 2 if self.gesture else 0

    def _heat(self) -> None:
        """Show which container it would land in, and which tab is about to be shown."""
        gesture, over = self.gesture, self._over
        hot = gesture.target[-1][0] if isinstance(gesture, Moving) and gesture.target else ""
        warm = {hot: -1} if over is None else {hot: -1, over[0]: over[1]}
        for item_id in self._warm | warm.keys():
            frame = self._canvas.tiles.get(item_id)
            if isinstance(frame, Frame):
                frame.heat(item_id == hot, warm.get(item_id, -1))
        self._warm = frozenset(warm)

    def _hover(self, gesture: Moving, pointer: QPointF) -> None:
        """Held over a tab that is not shown, it brings that tab up after a while. Tabs are looked for where they were
        at the start, as the grid it would land in is."""
        over = None
        if gesture.target and not gesture.stay and (item := gesture.page.item(gesture.target[-1][0])).type == TABS:
            frame, corner = self._canvas.tiles[item.id], self._start(gesture, item.id)
            part = frame.part_at(pointer, corner) if isinstance(frame, Frame) else None
            if part is not None and part.what == "tab" and part.tab != item.active:
                over = (item.id, part.tab)
        if over != self._over:
            self._over = over
            self._heat()
            self._dwell.start() if over is not None else self._dwell.stop()

    def _start(self, gesture: Moving, item_id: str) -> QPointF:
        shown, page = gesture.page.shown, gesture.page
        return gesture.grid.rect(shown[item_id], frames_around(page, page.path(item_id), shown)).topLeft()

    def _turn(self) -> None:
        gesture, over = self.gesture, self._over
        self._over = None
        if isinstance(gesture, Moving) and over is not None:
            gesture.turned(*over)
            self._canvas.present(gesture.page, gesture.held)
            for item_id in gesture.held:
                self._canvas.tiles[item_id].lift(True)
            gesture.changed = {}
            self._sight = Sight()
            self.follow(gesture.at)

    def _stop(self) -> None:
        self.gesture, self.guest, self._over, self._hints, self.landing = None, None, None, None, None
        self._glide.stop()
        self._dwell.stop()
        self._heat()
        for tile in self._canvas.tiles.values():
            tile.lift(False)
        self._canvas.remark([])
        self._canvas.viewport().update()  # the rings and handles of what is chosen come back
        self._canvas.landing_changed.emit(None)

    def _scroll_at_edge(self) -> None:
        """Near an edge the page comes to meet the pointer."""
        viewport = self._canvas.viewport()
        spot = viewport.mapFromGlobal(self._canvas.cursor().pos())
        if self.gesture is not None and viewport.rect().contains(spot) and scroll_at(self._canvas, spot):
            self.follow(self._canvas.mapToScene(spot))


def scroll_at(canvas: "Canvas", spot: QPoint) -> bool:
    """Scroll as a pointer at this point near an edge of the view asks for; answers whether it moved."""
    into = max(0, spot.y() - (canvas.viewport().height() - _EDGE)) - max(0, _EDGE - spot.y())
    bar = canvas.verticalScrollBar()
    before = bar.value()
    bar.setValue(before + into // 2)
    return bool(bar.value() != before)
