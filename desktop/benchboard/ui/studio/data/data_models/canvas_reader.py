"""The canvas of a data model for screen readers: its tables are lists of their columns, its joins stand after them."""

import shiboken6
from PySide6.QtCore import QObject, QRect, QRectF, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from benchboard.ui.studio.data.data_models.canvas_painting import HEAD
from benchboard.ui.studio.data.data_models.model_canvas import NOTHING, CanvasSpot, ModelCanvas
from benchboard.ui.widgets import accessible, accessible_factory

Role, Text = QAccessible.Role, QAccessible.Text


def install() -> None:
    """Install the accessibility interface of these canvases, before one is made. Calling it again does nothing."""
    accessible_factory.install_for(ModelCanvas, _interface)


def follow(canvas: ModelCanvas) -> None:
    """Tell the screen reader of each table, column and join that the keys come to, after the canvas itself."""
    later = QTimer(canvas, singleShot=True, interval=0)
    later.timeout.connect(lambda: _tell_spot(canvas))
    canvas.arrived.connect(later.start)
    canvas.rearranged.connect(lambda: _tell_order(canvas))
    canvas.selected.connect(lambda: _tell_names(canvas))


def _tell_order(canvas: ModelCanvas) -> None:
    if QAccessible.isActive():
        accessible.send(QAccessibleEvent(canvas, QAccessible.Event.ObjectReorder))


def _tell_names(canvas: ModelCanvas) -> None:
    """Tell the screen reader which tables, columns and joins that it knows are called otherwise after an edit."""
    told = QAccessible.queryAccessibleInterface(canvas) if QAccessible.isActive() else None
    for spot in told.known_spots() if isinstance(told, _CanvasObject) else ():
        if spot.isValid() and spot.is_renamed():
            accessible.send(QAccessibleEvent(spot, QAccessible.Event.NameChanged))


def _tell_spot(canvas: ModelCanvas) -> None:
    """Tell the screen reader that the focus is on the canvas's current table, column or join."""
    told = QAccessible.queryAccessibleInterface(canvas) if QAccessible.isActive() and canvas.hasFocus() else None
    if isinstance(told, _CanvasObject) and (spot := told.spot_object(canvas.current)) is not None:
        if spot.is_renamed():
            accessible.send(QAccessibleEvent(spot, QAccessible.Event.NameChanged))
        accessible.send(QAccessibleEvent(spot, QAccessible.Event.Focus))


def _interface(canvas: QWidget) -> QAccessibleInterface:
    assert isinstance(canvas, ModelCanvas)
    return _CanvasObject(canvas)


class _CanvasObject(QAccessibleWidget):
    """The canvas; its children are the tables in their order, then the joins."""

    def __init__(self, canvas: ModelCanvas) -> None:
        super().__init__(canvas, Role.Pane, "")
        self._canvas = canvas
        self._spots: dict[CanvasSpot, _SpotObject] = {}

    def spot_object(self, spot: CanvasSpot) -> "_SpotObject | None":
        """What stands for a table, column or join; None where nothing is."""
        if spot == NOTHING:
            return None
        return self._spots.setdefault(spot, _SpotObject(self, self._canvas, spot))

    def known_spots(self) -> list["_SpotObject"]:
        """What stands for the tables, columns and joins that were asked for."""
        return list(self._spots.values())

    def childCount(self) -> int:
        return len(self._canvas.stops)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt accepts None
        stops = self._canvas.stops
        return self.spot_object(stops[index]) if 0 <= index < len(stops) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((at for at, spot in enumerate(self._canvas.stops) if self._spots.get(spot) is child), -1)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        return self.spot_object(self._canvas.current) if self._canvas.hasFocus() else None


class _SpotObject(QAccessibleInterface):
    """A table, a column or a join."""

    def __init__(self, around: _CanvasObject, canvas: ModelCanvas, spot: CanvasSpot) -> None:
        super().__init__()
        self._around, self._canvas, self._spot = around, canvas, spot
        self._told = ""

    def is_renamed(self) -> bool:
        """Whether it is called otherwise than as the keys came to it last: a screen reader remembers names."""
        before, self._told = self._told, self.text(Text.Name)
        return before not in ("", self._told)

    def isValid(self) -> bool:
        if not shiboken6.isValid(self._canvas):
            return False
        scene, spot = self._canvas.scene, self._spot
        if spot.line >= 0:
            return spot.line < len(scene.lines)
        return 0 <= spot.card < len(scene.cards) and spot.row < len(scene.cards[spot.card].rows)

    def object(self) -> QObject | None:  # type: ignore[override]  # likewise
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]  # likewise
        return self._around.window()

    def parent(self) -> QAccessibleInterface:
        card = self._around.spot_object(CanvasSpot(self._spot.card)) if self._spot.row >= 0 else None
        return card or self._around

    def childCount(self) -> int:
        is_table = self.isValid() and self._spot.card >= 0 and self._spot.row < 0
        return len(self._canvas.scene.cards[self._spot.card].rows) if is_table else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        inside = 0 <= index < self.childCount()
        return self._around.spot_object(CanvasSpot(self._spot.card, index)) if inside else None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # likewise
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((at for at in range(self.childCount()) if self.child(at) is child), -1)

    def text(self, kind: QAccessible.Text) -> str:
        return self._canvas.describe(self._spot) if kind == Text.Name and self.isValid() else ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        """Do nothing: names are changed in the table's details."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        canvas, spot = self._canvas, self._spot
        if spot.line >= 0:
            middle = canvas.line_point(spot.line)
            box = QRectF(middle.x() - HEAD / 2, middle.y() - HEAD / 2, HEAD, HEAD)
        else:
            place = canvas.boxes[spot.card]
            box = canvas.view_rect(place.row_rect(spot.row) if spot.row >= 0 else place.rect)
        return QRect(canvas.mapToGlobal(box.toRect().topLeft()), box.toRect().size())

    def role(self) -> QAccessible.Role:
        is_table = self._spot.line < 0 and self._spot.row < 0
        return Role.List if is_table else Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = state.selectable = True
        state.selected = self._spot == self._canvas.current
        state.focused = bool(state.selected) and self._canvas.hasFocus()
        return state

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()
