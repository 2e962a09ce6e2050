"""What stands in a layout, without keeping PySide's object of a place in it.

PySide keeps the object that `itemAt` gave for as long as the layout lives, also once Qt has deleted the place. An
object of another kind that Qt later makes at the same address is then taken for it; and when that is deleted, PySide
frees its own object twice, because it finds the address in use (`Shiboken::Object::destroy` of 6.11): the program ends
with "free(): invalid pointer". So nothing else calls `itemAt` of a layout.
"""

import shiboken6
from PySide6.QtWidgets import QLayout, QWidget


def contents(layout: QLayout) -> list[QWidget | QLayout]:
    """The widgets and layouts that stand in a layout, in their order; without the spaces."""
    found = (content_at(layout, at) for at in range(layout.count()))
    return [one for one in found if one is not None]


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
