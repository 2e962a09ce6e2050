"""Everything in the window belongs to it: what belongs to nobody is deleted by the garbage collector, at any moment."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget
from test_reopening import Shelf, make

if TYPE_CHECKING:
    from conftest import Studio


def strays(window: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in QApplication.topLevelWidgets()
        if widget is not window and not widget.isVisible()
    ]


def test_no_part_of_a_page_belongs_to_nobody(studio: "Studio") -> None:
    shelf = Shelf(studio)
    for key in make(studio, One=[], Two=[]).values():
        shelf.open(key)
    assert strays(studio.application.window) == []
