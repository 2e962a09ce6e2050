"""A widget in full size: Esc leaves it and F6 reaches it, wherever the focus is."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from conftest import Studio


@pytest.mark.parametrize("place", ["studio_more", "rail_studio", "tab_studio_home", "status_where"])
def test_enlarged_widget_with_the_focus_elsewhere_is_left_by_escape(studio: "Studio", place: str) -> None:
    studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
    assert studio.page.enlarged.view is not None
    (outside,) = [one for one in studio.application.window.findChildren(QWidget, place) if one.isVisible()]
    outside.setFocus(Qt.FocusReason.TabFocusReason)
    assert outside.hasFocus()
    studio.key(Qt.Key.Key_Escape)
    assert studio.page.enlarged.view is None
    assert studio.canvas.hasFocus()


def test_enlarged_widget_is_a_pane_of_its_page(studio: "Studio") -> None:
    studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
    view = studio.page.enlarged.view
    assert view is not None
    studio.find("studio_more").setFocus(Qt.FocusReason.TabFocusReason)
    for _press in range(len(studio.page.panes())):
        if view.isAncestorOf(studio.application.window.focusWidget() or studio.page):
            break
        studio.key(Qt.Key.Key_F6)
    assert view.isAncestorOf(studio.application.window.focusWidget() or studio.page)


def test_enlarged_widget_gets_the_focus_once_and_returns_it_once(studio: "Studio") -> None:
    studio.canvas.setFocus()
    focused: list[str] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        focused.append(type(now).__name__)

    application.focusChanged.connect(note)
    try:
        studio.page.enlarged.show(next(iter(studio.page.editor.page.reading_order)))
        assert len(focused) == 1
        studio.key(Qt.Key.Key_Escape)
        studio.wait(lambda: studio.page.enlarged.view is None)
        assert focused[1:] == ["Canvas"]
    finally:
        application.focusChanged.disconnect(note)
