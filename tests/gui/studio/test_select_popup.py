"""The popup of a select field shows all its options."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from benchboard.ui.widgets import Select
from benchboard.ui.widgets.menus import ROW, MenuShadow

if TYPE_CHECKING:
    from conftest import Studio


def test_select_popup_with_few_options_shows_all(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    shell.go("settings")
    QApplication.processEvents()
    (field,) = (one for one in shell.findChildren(Select) if one.isVisible())
    field.showPopup()
    field.hidePopup()
    studio.qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    view = field.view()
    assert view.isVisible()
    assert view.viewport().height() >= sum(view.sizeHintForRow(row) for row in range(field.count()))
    assert view.verticalScrollBar().maximum() == 0
    field.hidePopup()


def test_select_popup_looks_as_a_menu_and_leaves_no_shadow(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    shell.go("settings")
    QApplication.processEvents()
    (field,) = (one for one in shell.findChildren(Select) if one.isVisible())
    field.showPopup()
    window = studio.application.window
    (shadow,) = window.findChildren(MenuShadow)
    assert shadow.isVisible()
    assert field.view().sizeHintForRow(0) == ROW
    field.hidePopup()
    studio.wait(lambda: not window.findChildren(MenuShadow))
