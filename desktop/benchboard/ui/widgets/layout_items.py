"""What stands in a layout, without keeping PySide's object of a place in it.

PySide keeps the object that `itemAt` gave for as long as the layout lives, also once Qt has deleted the place. An
object of another kind that Qt later makes at the same address is then taken for it.
"""

import shiboken6
from PySide6.QtWidgets import QLayout, QWidget


def content_at(layout: QLayout, at: int) -> QWidget | QLayout | None:
    """The widget or the layout at a place of a layout; None for a space."""
    item = layout.itemAt(at)
    if item is None:
        return None
    widget, inner = item.widget(), item.layout()
    # A layout of our own gives an object that it holds itself, and a layout within another is its own place.
    if inner is None and type(layout).__module__.startswith("PySide6"):
        shiboken6.invalidate(item)
    return widget or inner
