"""The panes beside the page: each folds away and is pulled wider. In a narrow window they begin folded, and what
stands at the right lies over the page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.focus import HoverRepaint
from benchboard.ui.widgets.split_view import NARROW

if TYPE_CHECKING:
    from benchboard.ui.context import Context

Side = Literal["left", "right"]
LIMITS: Final = {"left": (180, 420), "right": (280, 560), "json": (320, 900)}
"""How narrow and how wide each pane may be, in pixels."""
STEP: Final = 16
"""Pixels an arrow key pulls by."""
_EDGE: Final = 7
_PAGE: Final = 320
"""Pixels that are always left for the page."""
_ROOM: Final = 782
"""So wide the page is beside the JSON, where the window is wide enough and nobody pulled it."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How somebody likes the panes in a window that has room for them. `json` is 0 until it was pulled."""

    left: int = 196
    right: int = 280
    json: int = 0
    left_open: bool = True
    right_open: bool = True

    def width(self, pane: str) -> int:
        return {"left": self.left, "right": self.right, "json": self.json}[pane]

    def written(self) -> str:
        """As the settings keep it."""
        return f"{self.left} {self.right} {self.json} {self.left_open:d} {self.right_open:d}"


def read(kept: str) -> Arrangement:
    """What `written` wrote; as at first where it is anything else."""
    parts = kept.split(" ")
    if len(parts) != 5 or not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        return Arrangement()
    left, right, json, left_open, right_open = (int(part) for part in parts)
    json = _held("json", json) if json else 0
    return Arrangement(_held("left", left), _held("right", right), json, bool(left_open), bool(right_open))


class Sides(QWidget):
    """`left | middle | right`, where `json` may stand in the place of `right`. `changed` says that one came or went."""

    changed = Signal()

    def __init__(
        self,
        context: "Context",
        parent: QWidget,
        left: QWidget,
        middle: QWidget,
        right: QWidget,
        json: QWidget,
        back: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._left, self._middle, self._right, self._json = left, middle, right, json
        self._back = back
        """Gets the keyboard that was in a pane which folds."""
        self._now = read(context.settings.studio_panes)
        self._drawn: frozenset[Side] = frozenset()
        """What somebody opened in a window that has no room for it."""
        self._json_on = self._bare = False
        self._said = (True, True)
        for widget in (left, middle, right, json):
            widget.setParent(self)
        pulls: dict[Side, Callable[[int], None]] = {"left": self._pull_left, "right": self._pull_right}
        self._edges = {side: _Edge(self, side, pull, self._reset, self._keep) for side, pull in pulls.items()}
        self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether there is no room for all panes beside each other."""
        return self.width() < NARROW

    def shown(self, side: Side) -> bool:
        """Whether there is a pane on this side now."""
        if self._bare:
            return False
        return (side == "right" and self._json_on) or self._open(side)

    def fold(self, side: Side, folded: bool) -> None:
        """Put a pane away, or bring it back."""
        if self._open(side) is not folded:
            return
        self._let_go_of(self._left if side == "left" else self._right, folded)
        if self.narrow:
            self._drawn = self._drawn - {side} if folded else self._drawn | {side}
        elif side == "left":
            self._now = replace(self._now, left_open=not folded)
        else:
            self._now = replace(self._now, right_open=not folded)
        if not self.narrow:
            self._keep()
        self._arrange()

    def show_json(self, on: bool) -> None:
        """The JSON at the right, or what was there before."""
        self._json_on = on
        self._arrange()

    def bare(self, bare: bool) -> None:
        """Show the middle alone, or everything as it was."""
        self._bare = bare
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        kept = read(self._context.settings.studio_panes)  # on another page it may have been changed
        if kept != self._now:
            self._now = kept
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.narrow:
            self._drawn = frozenset()
        self._arrange()

    def _open(self, side: Side) -> bool:
        if self.narrow:
            return side in self._drawn
        return self._now.left_open if side == "left" else self._now.right_open

    def _let_go_of(self, pane: QWidget, folded: bool) -> None:
        focused = QApplication.focusWidget()
        if folded and focused is not None and pane.isAncestorOf(focused):
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        whole, height = self.width(), self.height()
        left_on, right_on = self.shown("left"), self.shown("right")
        over = self.narrow and right_on and not self._json_on
        right = self._right_width() if right_on else 0
        beside = 0 if over else right
        left = min(self._now.left, max(LIMITS["left"][0], whole - beside - _PAGE)) if left_on else 0
        start = left + 1 if left_on else 0
        end = whole - beside - 1 if right_on and not over else whole
        self._middle.setGeometry(start, 0, max(end - start, 1), height)
        self._left.setGeometry(0, 0, max(left, 1), height)
        pane = self._json if self._json_on else self._right
        pane.setGeometry(whole - right, 0, max(right, 1), height)
        for widget, on in (
            (self._left, left_on),
            (self._right, right_on and not self._json_on),
            (self._json, right_on and self._json_on),
        ):
            if widget.isHidden() is on:
                widget.setVisible(on)
        pane.raise_()
        self._place_edge("left", left_on, left)
        self._place_edge("right", right_on, whole - right - 1)
        if self._said != (left_on, right_on):
            self._said = left_on, right_on
            self.changed.emit()

    def _place_edge(self, side: Side, on: bool, line: int) -> None:
        edge = self._edges[side]
        edge.setGeometry(QRect(line - _EDGE // 2, 0, _EDGE, self.height()))
        edge.setVisible(on)
        edge.raise_()

    def _right_width(self) -> int:
        if not self._json_on:
            return min(self._now.right, max(LIMITS["right"][0], self.width() - _PAGE))
        left = self._now.left if self.shown("left") else 0
        wished = self._now.json or max(LIMITS["json"][0], min(560, self.width() - left - _ROOM))
        return min(wished, max(LIMITS["json"][0], self.width() - left - _PAGE))

    def _pull_left(self, to: int) -> None:
        self._now = replace(self._now, left=_held("left", to))
        self._arrange()

    def _pull_right(self, to: int) -> None:
        width = self.width() - to - 1
        if self._json_on:
            self._now = replace(self._now, json=_held("json", width))
        else:
            self._now = replace(self._now, right=_held("right", width))
        self._arrange()

    def _reset(self, side: Side) -> None:
        first = Arrangement()
        if side == "left":
            self._now = replace(self._now, left=first.left)
        elif self._json_on:
            self._now = replace(self._now, json=first.json)
        else:
            self._now = replace(self._now, right=first.right)
        self._arrange()
        self._keep()

    def _keep(self) -> None:
        written = self._now.written()
        if written != (self._context.settings.studio_panes or Arrangement().written()):
            self._context.apply_settings(replace(self._context.settings, studio_panes=written))


class _Edge(HoverRepaint, QWidget):
    """The line between a pane and the page, pulled by mouse or arrow keys; a double click sets it back."""

    def __init__(
        self,
        parent: QWidget,
        side: Side,
        pull: Callable[[int], None],
        reset: Callable[[Side], None],
        done: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._side: Side = side
        self._pull, self._reset, self._done = pull, reset, done
        self._held: int | None = None
        """How far from its line the mouse took it."""
        self.setObjectName(f"studio_edge_{side}")
        self.setAccessibleName(_("Left pane width") if side == "left" else _("Right pane width"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position().toPoint().x() - _EDGE // 2
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._pull(self.mapToParent(event.position().toPoint()).x() - self._held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = None
            self._done()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self._reset(self._side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        self._pull(self.x() + _EDGE // 2 + step)
        self._done()

    def paintEvent(self, event: QPaintEvent) -> None:
        hot = self._held is not None or self.underMouse() or self.hasFocus()
        with QPainter(self) as painter:
            middle = _EDGE // 2
            line = QRect(middle - 1, 0, 3, self.height()) if hot else QRect(middle, 0, 1, self.height())
            painter.fillRect(line, theme().color("accent" if hot else "border"))


def _held(pane: str, width: int) -> int:
    """Within its limits."""
    least, most = LIMITS[pane]
    return max(least, min(most, width))
