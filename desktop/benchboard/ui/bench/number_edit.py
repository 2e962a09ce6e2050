"""A field for a number: arrows step it, Esc restores it, Enter applies it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from benchboard.i18n import number, parse_number
from benchboard.ui.widgets import Edit
from benchboard.ui.widgets.fields import is_plain_key

_STEPS: Final = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

USUAL_BIT_RATES: Final = (10, 20, 50, 100, 125, 250, 500, 800, 1000)
USUAL_DATA_BIT_RATES: Final = (500, 1000, 2000, 4000, 5000, 8000)
"""In kbit/s, as the arrow keys step through them."""
DEFAULT_DATA_BIT_RATE: Final = 2_000_000
"""In bit/s: what a field of CAN FD has until somebody types another one."""

Step = Callable[[Decimal, int], Decimal]
"""The value after `value`, upwards (1) or downwards (-1)."""


def by(size: str) -> Step:
    """Steps of one size, not below 0."""
    return lambda value, direction: max(Decimal(0), value + direction * Decimal(size))


def along(*values: int) -> Step:
    """Steps to the next of `values`, which are in ascending order; beyond them none."""

    def step(value: Decimal, direction: int) -> Decimal:
        beyond = [one for one in values if (one > value if direction > 0 else one < value)]
        return Decimal(min(beyond) if direction > 0 else max(beyond)) if beyond else value

    return step


class NumberEdit(Edit):
    """Emits `textEdited` for a step and a restored value too, and `applied` on Enter.

    Esc restores the value that the field had when it was focused, applied or filled in by the program.
    """

    applied = Signal()

    def __init__(self, step: Step, *, unit: str, name: str) -> None:
        super().__init__(unit=unit, name=name)
        self._step = step
        self._before = ""

    def setText(self, text: str | None) -> None:
        super().setText(text)
        self._before = self.text()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A window that is activated again, or a menu that closes, is no new beginning.
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._before = self.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_plain_key(event, Qt.Key.Key_Escape) and self.text() != self._before:
            self._edit(self._before)
        elif any(is_plain_key(event, key) for key in _ENTER):
            self._before = self.text()
            self.selectAll()
            self.applied.emit()
        elif any(is_plain_key(event, key) for key in _STEPS):
            self._take_step(_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _take_step(self, direction: int) -> None:
        try:
            value = Decimal(repr(parse_number(self.text())))
        except ValueError:
            return  # the field says already that this is no number
        stepped = self._step(value, direction)
        if stepped != value:
            self._edit(number(stepped, most=6, grouped=False))

    def _edit(self, text: str) -> None:
        super().setText(text)
        self.selectAll()
        self.textEdited.emit(text)
