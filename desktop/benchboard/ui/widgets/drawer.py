"""Drawer: in a narrow window the detail lies over the list, with a shadow towards it; in a wide one it stays open."""

from typing import Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, is_over_content
from benchboard.ui.widgets.detail_pane import DetailHeader
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.labels import hairline
from benchboard.ui.widgets.slide import FROM_RIGHT, slide_in
from benchboard.ui.widgets.surfaces import SHADOW, paint_shadow, set_surface

_SHARE: Final = 0.4
"""The share of the width that a detail over the list takes at most."""
_LEAST: Final = 360
"""Pixels that it takes all the same."""


def is_narrow(width: int) -> bool:
    """Whether two panes beside a list or a page are too many: in a window below 1200 px, less the rail."""
    return width < theme().px("breakpoint.detail_drawer") - theme().px("shell.rail")


class DrawerShadow(QWidget):
    """The shadow that a pane over something else throws to its left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def place(self, pane: QWidget, *, shown: bool) -> None:
        """Stand at the left edge of `pane`, below it."""
        self.setGeometry(pane.x() - SHADOW, pane.y(), SHADOW, pane.height())
        self.setVisible(shown)
        if shown:
            self.raise_()
            pane.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            # The pane begins at the right edge; what the shadow has above and below it is cut off.
            paint_shadow(painter, QRect(SHADOW, -2 * SHADOW, 6 * SHADOW, self.height() + 4 * SHADOW))


class _NothingSelected(QWidget):
    """What stands in the place of a detail while there is none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_surface(self, "surface")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(hairline(vertical=True))
        row.addWidget(EmptyState("bb.pane-right", _("Select a row to see its details.")), 1)
        self.hide()


class Drawer(QWidget):
    """Shows `detail` beside `table`, or over its right edge where both do not fit.

    In a window from 1600 px its place is kept while there is something to select (`keep_place`), so that the list does
    not jump.
    """

    covers = Signal(int)
    """How many pixels of the list, at its right end, the detail lies over; 0 without one, or where it is beside it."""

    def __init__(self, table: QWidget, detail: QWidget, width: int = 0) -> None:
        super().__init__()
        self._detail_width = width or theme().px("shell.drawer")
        self._table, self._detail = table, detail
        for widget in (table, detail):
            widget.setParent(self)
        self._shadow = DrawerShadow(self)
        self._nothing = _NothingSelected(self)
        self._keeps_place = False
        self._is_full = self._table_gave_way = False
        detail.hide()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._tell_entering)

    def _tell_entering(self, before: QWidget | None, now: QWidget | None) -> None:
        """Tell a screen reader what the detail is of when the focus comes into it: its controls say only what they
        do."""
        if (
            now is None
            or not self._detail.isAncestorOf(now)
            or (before is not None and (self._detail.isAncestorOf(before) or is_over_content(before)))
        ):
            return
        head = next((one for one in self._detail.findChildren(DetailHeader) if one.isVisible()), None)
        if head is not None:
            below = "" if head.below.isHidden() else head.below.accessibleName() or head.below.text()
            announce(self._detail, ", ".join(filter(None, (head.name.text(), below))), again=True)

    def show_detail(self, on: bool) -> None:
        """Open the detail, or put it away."""
        if on != self._detail.isVisibleTo(self):
            self._detail.setVisible(on)
            self._arrange()
            if on:
                slide_in(self._detail, FROM_RIGHT)
                slide_in(self._shadow, FROM_RIGHT)

    def keep_place(self, keep: bool) -> None:
        """Whether a wide window has a place for the detail without one: while the list has rows."""
        if keep != self._keeps_place:
            self._keeps_place = keep
            self._arrange()

    def show_full(self, full: bool) -> None:
        """Give the detail the whole width, in place of the list; or show both again."""
        if full != self._is_full:
            self._is_full = full
            self._arrange()

    def is_detail(self, widget: QWidget) -> bool:
        """Whether a widget is in the detail."""
        return self._detail.isAncestorOf(widget)

    @property
    def full(self) -> bool:
        """Whether the detail has the whole width."""
        return self._is_full and self._detail.isVisibleTo(self)

    @property
    def narrow(self) -> bool:
        """Whether the detail lies over the list."""
        return is_narrow(self.width())

    @property
    def pinned(self) -> bool:
        """Whether there is room for the detail's place even without a detail."""
        return self._keeps_place and self.width() >= theme().px("breakpoint.detail_pinned") - theme().px("shell.rail")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        open_now = self._detail.isVisibleTo(self)
        if self.full != self._table_gave_way:  # a list that its view hid stays hidden
            self._table_gave_way = self.full
            self._table.setVisible(not self.full)
        if self.full:
            self._detail.setGeometry(0, 0, width, height)
            self._nothing.hide()
            self._shadow.place(self._detail, shown=False)
            self.covers.emit(0)
            return
        beside = (open_now and not self.narrow) or self.pinned
        detail = self._detail_width if beside else min(self._detail_width, max(_LEAST, round(_SHARE * width)), width)
        self._table.setGeometry(0, 0, width - detail if beside else width, height)
        self.covers.emit(detail if open_now and not beside else 0)
        for pane in (self._detail, self._nothing):
            pane.setGeometry(width - detail, 0, detail, height)
        self._nothing.setVisible(self.pinned and not open_now)
        self._shadow.place(self._detail, shown=open_now and not beside)
        self._detail.raise_()
