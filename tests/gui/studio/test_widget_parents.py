"""Everything in the window belongs to it: what belongs to nobody is deleted by the garbage collector, at any moment."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from test_tab_restore import OpenDashboards, make

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def before() -> list[QWidget]:
    """What other tests left: not of this window."""
    return QApplication.topLevelWidgets()


def strays(window: QWidget, before: list[QWidget]) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in QApplication.topLevelWidgets()
        if widget is not window and not widget.isVisible() and widget not in before
    ]


def test_widgets_of_a_page_all_have_a_parent(before: list[QWidget], studio: "Studio") -> None:
    shelf = OpenDashboards(studio)
    for key in make(studio, One=[], Two=[]).values():
        shelf.open(key)
    assert strays(studio.application.window, before) == []
