"""The resizable and collapsible panes beside the page.

In a narrow window they start collapsed, and the right one overlays the page, unless that is a device's and has room
beside it.
"""

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
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.drawer import DrawerShadow, is_narrow
from benchboard.ui.widgets.focus import HoverRepaint
from benchboard.ui.widgets.slide import FROM_LEFT, FROM_RIGHT, slide_in

if TYPE_CHECKING:
    from benchboard.ui.context import Context

Side = Literal["left", "right"]
LIMITS: Final = {"left": (180, 420), "right": (280, 560), "json": (320, 900)}
"""Minimum and maximum width of each pane, in pixels."""
STEP: Final = 16
"""Pixels by which an arrow key resizes a pane."""
_SPLITTER_WIDTH: Final = 7
_MIN_PAGE_WIDTH: Final = 320
"""Minimum width that is left for the page, in pixels."""
_PREFERRED_PAGE_WIDTH: Final = 782
"""Width of the page beside the JSON, in pixels, if the window is wide enough and the user hasn't resized it."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The user's widths and open panes in a window with space for them. `json` is 0 until it was resized."""

    left: int = 196
    right: int = 280
    json: int = 0
    left_open: bool = True
    right_open: bool = True

    def width(self, pane: str) -> int:
        return {"left": self.left, "right": self.right, "json": self.json}[pane]

    def serialise(self) -> str:
        """The arrangement as stored in the settings."""
        return f"{self.left} {self.right} {self.json} {self.left_open:d} {self.right_open:d}"


def parse_arrangement(text: str) -> Arrangement:
    """Parse `serialise`'s text; any other text gives the default arrangement."""
    parts = text.split(" ")
    if len(parts) != 5 or not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        return Arrangement()
    left, right, json, left_open, right_open = (int(part) for part in parts)
    json = _clamp_width("json", json) if json else 0
    return Arrangement(
        _clamp_width("left", left), _clamp_width("right", right), json, bool(left_open), bool(right_open)
    )


class SidePanes(QWidget):
    """`left | middle | right`, with `json` in place of `right` while it is shown: `hold` says what these are.

    `changed` is emitted when a pane is shown or hidden.
    """

    changed = Signal()

    def __init__(self, context: "Context", parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._arrangement = parse_arrangement(context.settings.studio_panes)
        self._open_when_narrow: frozenset[Side] = frozenset()
        """Panes that the user opened in a narrow window."""
        self._json_on = self._middle_only = False
        self._needed_width = 0
        self._shown_before = (True, True)

    def hold(self, left: QWidget, middle: QWidget, right: QWidget, json: QWidget, fallback_focus: QWidget) -> None:
        """Hold these panes, which are its children already: once, before it is shown."""
        self._left, self._middle, self._right, self._json = left, middle, right, json
        self._fallback_focus = fallback_focus
        """Gets the focus when the pane that has it is collapsed."""
        self._shadow = DrawerShadow(self)
        pulls: dict[Side, Callable[[int], None]] = {"left": self._resize_left, "right": self._resize_right}
        self._edges = {side: _Splitter(self, side, pull, self._reset, self._save) for side, pull in pulls.items()}
        self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether the window is too narrow for all panes side by side."""
        return is_narrow(self.width())

    def shown(self, side: Side) -> bool:
        """Whether a pane is shown on this side now."""
        if self._middle_only:
            return False
        return (side == "right" and self._json_on) or self._is_open(side)

    def fold(self, side: Side, folded: bool) -> None:
        """Collapse or expand a pane."""
        if self._is_open(side) is not folded:
            return
        self._give_up_focus(self._left if side == "left" else self._right, folded)
        if self.narrow:
            self._open_when_narrow = self._open_when_narrow - {side} if folded else self._open_when_narrow | {side}
        elif side == "left":
            self._arrangement = replace(self._arrangement, left_open=not folded)
        else:
            self._arrangement = replace(self._arrangement, right_open=not folded)
        if not self.narrow:
            self._save()
        self._arrange()
        if not folded:
            self._slide_in(side)

    def show_json(self, on: bool) -> None:
        """Show the JSON view on the right, or the pane that it replaces."""
        before, self._json_on = self._json_on, on
        self._arrange()
        if on and not before:
            self._slide_in("right")

    def need_width(self, width: int) -> None:
        """Leave the middle this width in a narrow window, if there is that much beside the right pane; 0: it fills the
        window.
        """
        if width != self._needed_width:
            self._needed_width = width
            self._arrange()

    def show_middle_only(self, only: bool) -> None:
        """Show the middle alone, or all panes again."""
        self._middle_only = only
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        kept = parse_arrangement(self._context.settings.studio_panes)  # another page may have changed them
        if kept != self._arrangement:
            self._arrangement = kept
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.narrow:
            self._open_when_narrow = frozenset()
        self._arrange()

    def _slide_in(self, side: Side) -> None:
        if side == "left":
            slide_in(self._left, FROM_LEFT)
        else:
            slide_in(self._json if self._json_on else self._right, FROM_RIGHT)
            slide_in(self._shadow, FROM_RIGHT)

    def _is_open(self, side: Side) -> bool:
        if self.narrow:
            return side in self._open_when_narrow
        return self._arrangement.left_open if side == "left" else self._arrangement.right_open

    def _give_up_focus(self, pane: QWidget, folded: bool) -> None:
        focused = QApplication.focusWidget()
        if folded and focused is not None and pane.isAncestorOf(focused):
            self._fallback_focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        whole, height = self.width(), self.height()
        left_on, right_on = self.shown("left"), self.shown("right")
        right = self._right_width() if right_on else 0
        least_left = LIMITS["left"][0] if left_on else 0
        fits = 0 < self._needed_width <= whole - right - least_left
        over = self.narrow and right_on and not self._json_on and not fits
        beside = 0 if over else right
        page = self._needed_width if fits else _MIN_PAGE_WIDTH
        left = min(self._arrangement.left, max(LIMITS["left"][0], whole - beside - page)) if left_on else 0
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
        self._shadow.place(pane, shown=over)
        self._place_edge("left", left_on, left)
        self._place_edge("right", right_on, whole - right - 1)
        if self._shown_before != (left_on, right_on):
            self._shown_before = left_on, right_on
            self.changed.emit()

    def _place_edge(self, side: Side, on: bool, line: int) -> None:
        edge = self._edges[side]
        edge.setGeometry(QRect(line - _SPLITTER_WIDTH // 2, 0, _SPLITTER_WIDTH, self.height()))
        edge.setVisible(on)
        edge.raise_()

    def _right_width(self) -> int:
        if not self._json_on:
            return min(self._arrangement.right, max(LIMITS["right"][0], self.width() - _MIN_PAGE_WIDTH))
        left = self._arrangement.left if self.shown("left") else 0
        wanted = self._arrangement.json or max(LIMITS["json"][0], min(560, self.width() - left - _PREFERRED_PAGE_WIDTH))
        return min(wanted, max(LIMITS["json"][0], self.width() - left - _MIN_PAGE_WIDTH))

    def _resize_left(self, to: int) -> None:
        self._arrangement = replace(self._arrangement, left=_clamp_width("left", to))
        self._arrange()

    def _resize_right(self, to: int) -> None:
        width = self.width() - to - 1
        if self._json_on:
            self._arrangement = replace(self._arrangement, json=_clamp_width("json", width))
        else:
            self._arrangement = replace(self._arrangement, right=_clamp_width("right", width))
        self._arrange()

    def _reset(self, side: Side) -> None:
        first = Arrangement()
        if side == "left":
            self._arrangement = replace(self._arrangement, left=first.left)
        elif self._json_on:
            self._arrangement = replace(self._arrangement, json=first.json)
        else:
            self._arrangement = replace(self._arrangement, right=first.right)
        self._arrange()
        self._save()

    def _save(self) -> None:
        written = self._arrangement.serialise()
        if written != (self._context.settings.studio_panes or Arrangement().serialise()):
            self._context.apply_settings(replace(self._context.settings, studio_panes=written))


class _Splitter(HoverRepaint, QWidget):
    """The handle between a pane and the page: dragged by mouse, moved by arrow keys, reset by double click or Enter."""

    accessible_role = Role.Splitter

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
        self._resize, self._reset, self._resized = pull, reset, done
        self._grab_offset: int | None = None
        """Distance between the handle and the point where it was pressed, in pixels."""
        self.setObjectName(f"studio_edge_{side}")
        self.setAccessibleName(_("Left pane width") if side == "left" else _("Right pane width"))
        self.setAccessibleDescription(_("Left and Right change it, Enter resets it."))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grab_offset = event.position().toPoint().x() - _SPLITTER_WIDTH // 2
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grab_offset is not None:
            self._resize(self.mapToParent(event.position().toPoint()).x() - self._grab_offset)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grab_offset is not None:
            self._grab_offset = None
            self._resized()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._grab_offset = None
        self._reset(self._side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._reset(self._side)
            return
        step = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        self._resize(self.x() + _SPLITTER_WIDTH // 2 + step)
        self._resized()

    def paintEvent(self, event: QPaintEvent) -> None:
        hot = self._grab_offset is not None or self.underMouse() or self.hasFocus()
        with QPainter(self) as painter:
            middle = _SPLITTER_WIDTH // 2
            line = QRect(middle - 1, 0, 3, self.height()) if hot else QRect(middle, 0, 1, self.height())
            painter.fillRect(line, theme().color("accent" if hot else "border"))


def _clamp_width(pane: str, width: int) -> int:
    """The width within the pane's limits."""
    least, most = LIMITS[pane]
    return max(least, min(most, width))
