"""The canvas of a data model: tables as cards, joins as lines from column to column, worked by mouse and by keys."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from benchboard.i18n import _, in_sentence, ngettext, number, percent
from benchboard.ui.studio.data.data_models import canvas_painting as painting
from benchboard.ui.studio.data.data_models.canvas_painting import HEAD, ROW, SHOWN_ROWS, CardBox
from benchboard.ui.studio.data.data_models.canvas_places import drawn_path, place_cards
from benchboard.ui.studio.data.data_models.canvas_scene import CanvasScene, TableCard
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.focus import came_by_key, note_input
from benchboard.ui.widgets.labels import plain_tooltip

_STEP: Final = 16
"""Pixels that an arrow moves a card."""
_LEAST_ZOOM: Final = 0.25
_MOST_ZOOM: Final = 2.0
_ZOOM_STEP: Final = 1.2
_MARGIN: Final = 24
_NEAR: Final = 7
"""Pixels from a line within which it is pressed."""
_OPENING_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
_COLUMN_KEYS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_STOP_KEYS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_END_KEYS: Final = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_ARROWS: Final = {
    Qt.Key.Key_Left: (-_STEP, 0),
    Qt.Key.Key_Right: (_STEP, 0),
    Qt.Key.Key_Up: (0, -_STEP),
    Qt.Key.Key_Down: (0, _STEP),
}


@dataclass(frozen=True, slots=True)
class CanvasSpot:
    """What is at a point: a card, one of its columns (`row`; -1: its head), a line, or nothing."""

    card: int = -1
    row: int = -1
    line: int = -1


@dataclass(slots=True)
class _CanvasDrag:
    """A press of the mouse, which becomes a drag when it moves."""

    kind: Literal["card", "column", "canvas"]
    start: QPointF
    spot: CanvasSpot
    origin: QPointF
    moved: bool = False


NOTHING: Final = CanvasSpot()


class ModelCanvas(QWidget):
    """Shows a `CanvasScene`. It changes nothing itself: what the user wants is emitted.

    `joined`: card, column, card, column of a line that was drawn. `card_moved`: card, x, y, whether by an arrow.
    `line_opened`, `line_removed`: a line. `card_opened`, `card_removed`: a card. `row_opened`, `row_removed`: card,
    column; `row_menu_requested`: likewise, for its menu.
    `selected`: keys act on something else, or on another state of it. `zoomed`: the zoom changed. `arrived`: the keys
    or the focus came to the current spot. `rearranged`: there are other cards or lines.
    """

    joined = Signal(int, int, int, int)
    card_moved = Signal(int, int, int, bool)
    line_opened = Signal(int)
    line_removed = Signal(int)
    card_opened = Signal(int)
    card_removed = Signal(int)
    row_opened = Signal(int, int)
    row_removed = Signal(int, int)
    row_menu_requested = Signal(int, int)
    selected = Signal()
    arrived = Signal()
    rearranged = Signal()
    zoomed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(_("Tables and joins of the model"))
        self.setAccessibleDescription(
            _(
                "Press Enter to join or open a table, or to edit a join. Arrows go through tables and columns; with"
                " Shift, they move the table."
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 120)
        self.why_not_join: Callable[[int, int, int, int], str] = lambda *_spots: ""
        """Says why a column can't be joined to another; empty where it can."""
        self.editable = True
        self.zoom = 1.0
        self._origin = QPointF(_MARGIN, _MARGIN)
        """Where 0, 0 of the canvas is in the widget."""
        self._scene = CanvasScene()
        self._boxes: list[CardBox] = []
        self._firsts: dict[tuple[str, str], int] = {}
        self._current, self._hovered = NOTHING, NOTHING
        self._drag: _CanvasDrag | None = None
        self._pointer = QPointF()
        self._by_key = self._wants_fit = False
        theme().changed.connect(self._lay_out)

    # What is shown

    @property
    def scene(self) -> CanvasScene:
        """What is shown."""
        return self._scene

    @property
    def boxes(self) -> list[CardBox]:
        """Where the cards stand, in pixels at 100 %."""
        return self._boxes

    @property
    def current(self) -> CanvasSpot:
        """The card, column or line that keys act on."""
        return self._current

    def _select(self, spot: CanvasSpot) -> None:
        if spot != self._current:
            self._current = spot
            self.update()
            self.selected.emit()

    def show_scene(self, scene: CanvasScene, *, fit: bool = False) -> None:
        """Show other cards and lines; with `fit`, from a zoom at which all are seen."""
        if scene == self._scene and not fit:
            return
        before, self._scene = self._scene, scene
        gone = self._find_current(before)
        self._hovered = NOTHING
        self._lay_out()
        if gone:
            self.arrived.emit()
        self.selected.emit()
        if (before.keys, len(before.lines)) != (scene.keys, len(scene.lines)):
            self.rearranged.emit()
        if fit:
            self._wants_fit = not self.isVisible()
            self.fit()

    def _find_current(self, before: CanvasScene) -> bool:
        """Let keys act on what they did in the scene `before`, or on what is nearest to it if that is gone; returns
        whether it is."""
        current, cards = self._current, self._scene.cards
        if not cards:
            self._current = NOTHING
        elif current.line >= 0 and len(self._scene.lines) < len(before.lines):
            self._current = CanvasSpot(min(before.lines[current.line].right, len(cards) - 1))
            return True
        elif current.card >= 0:
            keys, was = [one.key for one in cards], before.cards[current.card]
            card = keys.index(was.key) if was.key in keys else min(current.card, len(cards) - 1)
            names = [one.name for one in cards[card].rows] if was.key in keys and current.row >= 0 else []
            name = was.rows[current.row].name if names else ""
            row = names.index(name) if name in names else min(current.row, len(names) - 1)
            self._current = CanvasSpot(card, row)
            return was.key not in keys or (current.row >= 0 and name not in names)
        return False

    def _lay_out(self) -> None:
        sizes = [painting.card_size(card) for card in self._scene.cards]
        rects = place_cards(self._scene, sizes)
        self._boxes = [
            CardBox(rect, min(self._firsts.get(card.key, 0), max(0, len(card.rows) - SHOWN_ROWS)))
            for card, rect in zip(self._scene.cards, rects, strict=True)
        ]
        self.update()

    def view_rect(self, rect: QRectF) -> QRectF:
        """A box of the canvas in the widget."""
        return QRectF(self._origin + rect.topLeft() * self.zoom, rect.size() * self.zoom)

    def _to_canvas(self, at: QPointF) -> QPointF:
        return (at - self._origin) / self.zoom

    def path(self, line: int) -> QPainterPath:
        """The curve of a line, in pixels at 100 %."""
        return painting.path_of(self._scene.lines[line], self._boxes, self._scene.cards)

    # Zoom

    def fit(self) -> None:
        """Show all cards: at 100 % if they fit, else as large as they do."""
        whole = QRectF()
        for box in self._boxes:
            whole = whole.united(box.rect)
        if whole.isEmpty():
            return
        room_x, room_y = max(self.width() - 2 * _MARGIN, 1), max(self.height() - 2 * _MARGIN, 1)
        zoom = min(room_x / whole.width(), room_y / whole.height(), 1.0)
        self.zoom = max(zoom, _LEAST_ZOOM)
        free = QPointF(self.width() - whole.width() * self.zoom, self.height() - whole.height() * self.zoom) / 2
        start = QPointF(max(free.x(), _MARGIN), max(min(free.y(), 3.0 * _MARGIN), _MARGIN))
        self._origin = start - whole.topLeft() * self.zoom
        self.update()
        self.zoomed.emit()

    def zoom_by(self, steps: int, at: QPointF | None = None) -> None:
        """Zoom in or out by some steps, around a point of the widget (default: its middle)."""
        middle = at or QPointF(self.width() / 2, self.height() / 2)
        fixed = self._to_canvas(middle)
        zoom = self.zoom * _ZOOM_STEP**steps
        zoom = 1.0 if (self.zoom < 1.0 < zoom) or (zoom < 1.0 < self.zoom) else zoom
        self.zoom = min(max(zoom, _LEAST_ZOOM), _MOST_ZOOM)
        self._origin = middle - fixed * self.zoom
        self.update()
        self.zoomed.emit()

    def zoom_told(self, steps: int) -> None:
        """Zoom by some steps as a key or button asked, and tell a screen reader how far that was."""
        before = self.zoom
        self.zoom_by(steps)
        if self.zoom != before:
            self.tell_zoom()

    def tell_zoom(self) -> None:
        """Tell a screen reader how large the canvas is."""
        announce(self, _("Zoom {percent}").format(percent=percent(self.zoom * 100, 0)), again=True)

    def fit_told(self) -> None:
        """Show all cards as a key or button asked, and tell a screen reader so if another part was shown before."""
        before = self.zoom, self._origin
        self.fit()
        if (self.zoom, self._origin) == before:
            return
        if self.is_all_seen():
            announce(self, _("All tables shown"), again=True)
        else:  # they are more than the least zoom shows
            self.tell_zoom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        before = event.oldSize()
        if self._wants_fit or (before.isValid() and self.is_all_seen(before)):
            self._wants_fit = False
            self.fit()

    def is_all_seen(self, size: QSize | None = None) -> bool:
        """Whether all cards are in the view, or in one of another size."""
        seen = QRectF(QPointF(0, 0), (size or self.size()).toSizeF())
        return all(seen.contains(self.view_rect(box.rect)) for box in self._boxes)

    def _reveal(self, rect: QRectF) -> None:
        """Move the canvas so that a box of it is seen."""
        shown = self.view_rect(rect)
        area = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        x = min(0.0, area.right() - shown.right()) or max(0.0, area.left() - shown.left())
        y = min(0.0, area.bottom() - shown.bottom()) or max(0.0, area.top() - shown.top())
        self._origin += QPointF(x, y)
        self.update()

    # What is where

    def spot_at(self, at: QPointF) -> CanvasSpot:
        """What is at a point of the widget."""
        point = self._to_canvas(at)
        for place in self._front_first():
            box, card = self._boxes[place], self._scene.cards[place]
            if box.rect.contains(point):
                row = int((point.y() - box.rect.top() - HEAD) // ROW) if point.y() >= box.rect.top() + HEAD else -1
                shown = min(len(card.rows) - box.first, SHOWN_ROWS)
                return CanvasSpot(place, box.first + row if 0 <= row < shown else -1)
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * _NEAR / self.zoom)
        for place, line in enumerate(self._scene.lines):
            path = self.path(place)
            if painting.label_rect(path, line).contains(point) or stroker.createStroke(path).contains(point):
                return CanvasSpot(line=place)
        return NOTHING

    def _front_first(self) -> list[int]:
        order = list(range(len(self._boxes)))[::-1]
        if self._current.card >= 0:
            order.remove(self._current.card)
            order.insert(0, self._current.card)
        return order

    def column_point(self, card: int, row: int) -> QPoint:
        """The middle of a column in the widget, scrolled to if it isn't shown."""
        self._scroll_to(card, row)
        return self.view_rect(self._boxes[card].row_rect(row)).center().toPoint()

    def line_point(self, line: int) -> QPoint:
        """The middle of a line in the widget."""
        return (self._origin + self.path(line).pointAtPercent(0.5) * self.zoom).toPoint()

    def anchor(self, spot: CanvasSpot) -> QWidget:
        """A widget over a card, column or line, for a popover to stand at."""
        found = self.findChild(QWidget, "model_canvas_anchor", Qt.FindChildOption.FindDirectChildrenOnly)
        if found is None:
            found = QWidget(self)
            found.setObjectName("model_canvas_anchor")
            found.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if spot.line >= 0:
            middle = self.line_point(spot.line)
            rect = QRectF(middle.x() - 10, middle.y() - 10, 20, 20)
        elif spot.row >= 0:
            rect = self.view_rect(self._boxes[spot.card].row_rect(spot.row))
        else:
            box = self._boxes[spot.card].rect
            rect = self.view_rect(QRectF(box.left(), box.top(), box.width(), HEAD))
        found.setGeometry(rect.toRect().intersected(self.rect()))
        found.setAccessibleName(self.describe(spot))
        found.show()
        return found

    def describe(self, spot: CanvasSpot) -> str:
        """A card or line as screen readers say it."""
        if spot.line >= 0:
            line = self._scene.lines[spot.line]
            _columns, _line, matches = line.tip.partition("\n")  # which columns, the line is told with their tables
            return _sentences("\n".join((line.said, matches)), line.note)
        if spot.card < 0:
            return ""
        card = self._scene.cards[spot.card]
        if spot.row >= 0:
            row = card.rows[spot.row]
            is_said = row.kind != "column" and not row.muted  # what it is, by its tip
            note = "" if is_said else row.note
            return ". ".join(part for part in (_sentences(row.tip, note), self._row_joins_text(spot)) if part)
        freshness, uses = painting.freshness_said(card), painting.uses_text(card)
        source = card.source if card.source != card.table else ""
        said = [part for part in (card.table, source, card.size, *_contents(card)) if part]
        joins = self._joins_text(spot.card) if card.is_joined else _("not joined yet")
        return ", ".join([*said, *(part for part in (joins, freshness, uses) if part)])

    def _joins_text(self, card: int) -> str:
        """The tables that a card is joined with."""
        cards, lines = self._scene.cards, [one for one in self._scene.lines if one.pair == 0]
        others = [one.right if one.left == card else one.left for one in lines if card in (one.left, one.right)]
        names = [cards[one].table for one in dict.fromkeys(others)]
        return _("joined with {tables}").format(tables=in_sentence(names)) if names else ""

    def _row_joins_text(self, spot: CanvasSpot) -> str:
        """The columns of other tables that joins compare a column with."""
        cards, found, at = self._scene.cards, [], (spot.card, spot.row)
        for line in self._scene.lines:
            ends = (line.left, line.left_row), (line.right, line.right_row)
            if at in ends:
                card, row = ends[1] if ends[0] == at else ends[0]
                name = cards[card].rows[row].name if row >= 0 else ""
                found.append(f"{cards[card].table}.{name}" if name else cards[card].table)
        return _("Joined with {columns}").format(columns=in_sentence(found)) if found else ""

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), theme().color("canvas"))
            painter.translate(self._origin)
            painter.scale(self.zoom, self.zoom)
            area = QRectF(self._to_canvas(QPointF(0, 0)), self._to_canvas(QPointF(self.width(), self.height())))
            painting.paint_background(painter, area)
            focused = self.hasFocus() and self._by_key
            paths = [self.path(place) for place in range(len(self._scene.lines))]
            for place, (path, line) in enumerate(zip(paths, self._scene.lines, strict=True)):
                current, hovered = self._current.line == place, self._hovered.line == place
                painting.paint_join(painter, path, line, current=current, hovered=hovered)
            drawing = self._drag if self._drag is not None and self._drag.kind == "column" else None
            refused = drawing is not None and bool(self._why_not_drop())
            for place in reversed(self._front_first()):
                current = self._current.card == place
                hot = self._hovered.row if self._hovered.card == place else -1
                painting.paint_card(
                    painter, self._scene.cards[place], self._boxes[place], current=current,
                    focused=current and focused, hot=hot, chosen=self._current.row if current else -1, refused=refused,
                )  # fmt: skip
            for place, (path, line) in enumerate(zip(paths, self._scene.lines, strict=True)):
                current, hovered = self._current.line == place, self._hovered.line == place
                painting.paint_join_ends(painter, path, current=current, hovered=hovered)
                painting.paint_join_label(painter, path, line, current=current, focused=current and focused)
            if drawing is not None and drawing.moved:
                box, rows = self._boxes[drawing.spot.card], len(self._scene.cards[drawing.spot.card].rows)
                path = drawn_path(box.rect, box.end_y(drawing.spot.row, rows), self._to_canvas(self._pointer))
                painting.paint_drawn(painter, path, refused=refused)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        note_input(key=False)
        self._by_key = False
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, spot = event.position(), self.spot_at(event.position())
        self._select(spot)
        can_join = spot.row >= 0 and self._scene.cards[spot.card].rows[spot.row].can_join
        if spot.line >= 0:
            self._drag = None
        elif self.editable and can_join:
            self._drag = _CanvasDrag("column", at, spot, QPointF())
        elif self.editable and spot.card >= 0:
            self._drag = _CanvasDrag("card", at, spot, self._boxes[spot.card].rect.topLeft())
        else:
            self._drag = _CanvasDrag("canvas", at, spot, self._origin)
        self._pointer = at
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, drag = event.position(), self._drag
        self._pointer = at
        if drag is None or not event.buttons():
            self._hover(self.spot_at(at))
            return
        if not drag.moved and (at - drag.start).manhattanLength() < QApplication.startDragDistance():
            return
        drag.moved = True
        if drag.kind == "canvas":
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._origin = drag.origin + at - drag.start
        elif drag.kind == "card":
            box = self._boxes[drag.spot.card]
            rect = QRectF(drag.origin + (at - drag.start) / self.zoom, box.rect.size())
            self._boxes[drag.spot.card] = CardBox(rect, box.first)
        else:
            self._hovered = self.spot_at(at)
            why = self._why_not_drop()
            self.setCursor(Qt.CursorShape.ForbiddenCursor if why else Qt.CursorShape.CrossCursor)
            QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(why), self)
        self.update()

    def _why_not_drop(self) -> str:
        drag, spot = self._drag, self._hovered
        if drag is None or not drag.moved or spot.row < 0:
            return ""
        if spot.card == drag.spot.card or not self._scene.cards[spot.card].rows[spot.row].can_join:
            return _("Drop it on a column of another table.")
        return self.why_not_join(drag.spot.card, drag.spot.row, spot.card, spot.row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        self.unsetCursor()
        spot = self.spot_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if drag is None:
            if spot.line >= 0 and spot.line == self._current.line:
                self.line_opened.emit(spot.line)
            return
        if drag.moved and drag.kind == "card":
            place = self._boxes[drag.spot.card].rect.topLeft()
            self.card_moved.emit(drag.spot.card, round(place.x()), round(place.y()), False)
        elif drag.moved and drag.kind == "column" and spot.row >= 0 and spot.card != drag.spot.card:
            self.joined.emit(drag.spot.card, drag.spot.row, spot.card, spot.row)
        self._hover(spot)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        self._drag = None
        if spot.row >= 0 and self._scene.cards[spot.card].rows[spot.row].field:
            self.row_opened.emit(spot.card, spot.row)
        elif spot.card >= 0:
            self.card_opened.emit(spot.card)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        spot = self._current if by_key else self.spot_at(QPointF(event.pos()))
        self._select(spot)
        if spot.line >= 0:
            self.line_opened.emit(spot.line)
        elif spot.row >= 0:
            self.row_menu_requested.emit(spot.card, spot.row)
        elif spot.card >= 0:
            self.card_opened.emit(spot.card)

    def _hover(self, spot: CanvasSpot) -> None:
        if spot != self._hovered:
            self._hovered = spot
            pointing = spot.line >= 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover(NOTHING)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if turned.y() > 0 else -1, event.position())
        elif not self._scroll_card(self.spot_at(event.position()), -1 if turned.y() > 0 else 1 if turned.y() else 0):
            moved = QPointF(turned) / 2
            sideways = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._origin += QPointF(moved.y(), moved.x()) if sideways else moved
            self.update()
        event.accept()

    def _scroll_card(self, spot: CanvasSpot, rows: int) -> bool:
        """Scroll the columns of a card; False for a card without more of them."""
        if spot.card < 0 or not rows:
            return False
        card, box = self._scene.cards[spot.card], self._boxes[spot.card]
        last = max(0, len(card.rows) - SHOWN_ROWS)
        if not last:
            return False
        self._show_first(spot.card, min(max(box.first + rows, 0), last))
        return True

    def _show_first(self, place: int, first: int) -> None:
        self._firsts[self._scene.cards[place].key] = first
        self._boxes[place] = CardBox(self._boxes[place].rect, first)
        self.update()

    def _scroll_to(self, card: int, row: int) -> None:
        first = self._boxes[card].first
        if row < first:
            self._show_first(card, row)
        elif row >= first + SHOWN_ROWS:
            self._show_first(card, row - SHOWN_ROWS + 1)

    # Keys

    @property
    def stops(self) -> list[CanvasSpot]:
        """The cards and lines in the order of Tab."""
        cards = [CanvasSpot(place) for place in range(len(self._scene.cards))]
        return [*cards, *(CanvasSpot(line=place) for place, one in enumerate(self._scene.lines) if one.pair == 0)]

    def focusNextPrevChild(self, forward: bool) -> bool:
        items, current = self.stops, CanvasSpot(self._current.card, line=self._current.line)
        at = items.index(current) if current in items else -1 if forward else len(items)
        place = at + (1 if forward else -1)
        if not 0 <= place < len(items) or not self.hasFocus():
            return super().focusNextPrevChild(forward)
        self._by_key = True
        self.make_current(items[place])
        return True

    def make_current(self, spot: CanvasSpot) -> None:
        """Let keys act on a card, a column or a line, and show it."""
        self._show_current(spot)
        self.arrived.emit()

    def focus_on(self, spot: CanvasSpot) -> None:
        """Let keys act on a card, a column or a line, and focus the canvas; a screen reader is told of it once."""
        if self.hasFocus():
            self.make_current(spot)
        else:
            self._show_current(spot)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_current(self, spot: CanvasSpot) -> None:
        self._select(spot)
        if spot.line >= 0:
            self._reveal(painting.label_rect(self.path(spot.line), self._scene.lines[spot.line]))
        elif spot.row >= 0:
            self._scroll_to(spot.card, spot.row)
            self._reveal(self._boxes[spot.card].row_rect(spot.row))
        elif spot.card >= 0:
            self._reveal(self._boxes[spot.card].rect)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_key = came_by_key(event)
        items = self.stops
        if items and (self._by_key or self._current == NOTHING):
            back = event.reason() == Qt.FocusReason.BacktabFocusReason
            tabbed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            if tabbed or self._current == NOTHING:
                self.make_current(items[-1 if back else 0])
            elif event.reason() != Qt.FocusReason.MouseFocusReason:
                self.arrived.emit()  # such as where a menu closed
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        note_input(key=True)
        self._by_key = True
        key, current = Qt.Key(event.key()), self._current
        if key == Qt.Key.Key_Escape and self._drag is not None:
            self._drag = None
            self.unsetCursor()
            self._lay_out()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_told(-1 if key == Qt.Key.Key_Minus else 1)
        elif key == Qt.Key.Key_0:
            self.fit_told()
        elif current.card >= 0 and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._scroll_card(current, SHOWN_ROWS if key == Qt.Key.Key_PageDown else -SHOWN_ROWS)
        elif key in _OPENING_KEYS and current.row >= 0 and self._scene.cards[current.card].rows[current.row].field:
            self.row_opened.emit(current.card, current.row)
        elif (key in _OPENING_KEYS or _is_menu_key(event)) and current.row >= 0:
            self.row_menu_requested.emit(current.card, current.row)
        elif (key in _OPENING_KEYS or _is_menu_key(event)) and current != NOTHING:
            (self.line_opened if current.line >= 0 else self.card_opened).emit(max(current.line, current.card))
        elif key == Qt.Key.Key_Delete and current.row >= 0:
            self.row_removed.emit(current.card, current.row)
        elif key == Qt.Key.Key_Delete and current != NOTHING:
            (self.line_removed if current.line >= 0 else self.card_removed).emit(max(current.line, current.card))
        elif key == Qt.Key.Key_Escape and current.row >= 0:
            self.make_current(CanvasSpot(current.card))
        elif key in _ARROWS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and current.card >= 0:
            self._move_current(key)
        elif not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and self._read_on(key):
            pass
        else:
            super().keyPressEvent(event)
        self.update()

    def _move_current(self, key: Qt.Key) -> None:
        """Move the current card by an arrow, unless that is refused."""
        card, (x, y) = self._current.card, _ARROWS[key]
        place = self._boxes[card].rect.topLeft()
        self.card_moved.emit(card, round(place.x()) + x, round(place.y()) + y, True)
        self._reveal(self._boxes[card].rect)
        if self._boxes[card].rect.topLeft() != place:
            self._tell_place(card)

    def _read_on(self, key: Qt.Key) -> bool:
        """Go on as an arrow, Home or End asks; returns whether the key is one of these. Left and Right go through the
        tables and joins, Up and Down through the columns of a table and its head."""
        if key in _COLUMN_KEYS and self._current.card >= 0:
            self._step_column(_COLUMN_KEYS[key])
        elif key in _END_KEYS and self._current.row >= 0:
            last = len(self._scene.cards[self._current.card].rows) - 1
            self.make_current(CanvasSpot(self._current.card, 0 if key == Qt.Key.Key_Home else last))
        elif key in _END_KEYS and self.stops:
            self.make_current(self.stops[_END_KEYS[key]])
        elif key in _STOP_KEYS or key in _COLUMN_KEYS:
            self._step_stop((_STOP_KEYS | _COLUMN_KEYS)[key])
        else:
            return False
        return True

    def _step_stop(self, by: int) -> None:
        """Select the next or previous table or join."""
        stops, current = self.stops, CanvasSpot(self._current.card, line=self._current.line)
        at = stops.index(current) if current in stops else -1
        if stops:
            self.make_current(stops[min(max(at + by, 0), len(stops) - 1)])

    def _tell_place(self, card: int) -> None:
        """Tell a screen reader where a key moved a card to."""
        place, text = self._boxes[card].rect.topLeft(), _("{table} moved to {x} px from the left, {y} px from the top")
        words = text.format(table=self._scene.cards[card].table, x=number(round(place.x())), y=number(round(place.y())))
        announce(self, words, again=True)

    def _step_column(self, by: int) -> None:
        """Select the next or previous column of the current card; before the first one is the card itself."""
        card, row = self._current.card, self._current.row
        last = len(self._scene.cards[card].rows) - 1
        self.make_current(CanvasSpot(card, min(max(row + by, -1), last)))

    # Tool tips

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), plain_tooltip(self.tip_at(QPointF(event.pos()))), self)
            return True
        return super().event(event)

    def tip_at(self, at: QPointF) -> str:
        """What is said of the card, column or line at a point of the widget."""
        spot = self.spot_at(at)
        if spot.line >= 0:
            return self._scene.lines[spot.line].tip
        if spot.card < 0:
            return ""
        card: TableCard = self._scene.cards[spot.card]
        if spot.row >= 0:
            return card.rows[spot.row].tip
        if not card.is_joined:
            return _("Drag one of its columns onto a column of the model to join it.")
        return (
            f"{card.table}\n{card.source}" if painting.is_cut(card, None, self._boxes[spot.card].rect.width()) else ""
        )


def _contents(card: TableCard) -> list[str]:
    """How many columns, calculated fields and measures are in a card."""
    count = Counter(row.kind for row in card.rows)
    columns, calculated, measures = count["column"], count["calculated"], count["measure"]
    said = [ngettext("{count} column", "{count} columns", columns).format(count=number(columns))]
    if calculated:
        words = ngettext("{count} calculated field", "{count} calculated fields", calculated)
        said.append(words.format(count=number(calculated)))
    if measures:
        said.append(ngettext("{count} measure", "{count} measures", measures).format(count=number(measures)))
    return said


def _is_menu_key(event: QKeyEvent) -> bool:
    """Whether it is Shift+F10; the Menu key arrives as an event of its own."""
    return event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier


def _sentences(tip: str, note: str) -> str:
    """The lines of a tip and a note as sentences, each with one full stop."""
    lines = [line.rstrip(".") for line in (*tip.split("\n"), note) if line]
    return ". ".join(lines)
