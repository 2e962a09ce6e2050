"""A part in a state, and the states that a person causes."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.ui import widgets
from benchboard.ui.widgets.focus import FocusRing


@dataclass(frozen=True, slots=True)
class Sample:
    """A part in a state. `make` builds it; where `size` is given, it has that size."""

    part: str
    state: str
    make: Callable[[], QWidget]
    size: tuple[int, int] | None = None

    def build(self) -> QWidget:
        """The part, as large as it is on a screen."""
        widget = self.make()
        for one in (*widget.findChildren(QWidget), widget):  # its size is known once it has its fonts
            one.ensurePolished()
        if self.size is not None:
            widget.setFixedSize(*self.size)
        elif widget.minimumWidth() == 0:
            widget.setMinimumWidth(widget.sizeHint().width())
        return widget


class Painted(QWidget):
    """What a helper draws."""

    def __init__(self, paint: Callable[[QPainter, QRectF], None]) -> None:
        super().__init__()
        self._paint = paint

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter, QRectF(self.rect()))


def disabled(make: Callable[[], QWidget]) -> QWidget:
    """A part that can't be used."""
    widget = make()
    widget.setEnabled(False)
    return widget


def hovered(make: Callable[[], QWidget]) -> QWidget:
    """A part under the pointer."""
    widget = make()
    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    return widget


def pressed(make: Callable[[], widgets.Button]) -> QWidget:
    """A button that is held down."""
    button = make()
    button.setDown(True)
    return button


def focused(make: Callable[[], QWidget]) -> QWidget:
    """A part with the ring of the focus."""
    holder, widget = QWidget(), make()
    line = QHBoxLayout(holder)
    line.setContentsMargins(4, 4, 4, 4)
    line.addWidget(widget)
    FocusRing(widget)
    return holder
