"""Every widget has a parent: one without is deleted by the garbage collector at any moment."""

from typing import TYPE_CHECKING

import pytest
from open_dashboards import OpenDashboards, create_dashboards
from PySide6.QtWidgets import QApplication, QWidget

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


@pytest.mark.usefixtures("demo_home")
def test_widgets_of_a_page_all_have_a_parent(before: list[QWidget], studio: "Studio") -> None:
    dashboards = OpenDashboards(studio)
    for key in create_dashboards(studio, One=[], Two=[]).values():
        dashboards.open(key)
    assert strays(studio.application.window, before) == []
