"""Context menus: their titles for one and for several widgets, their keys, and disabled entries."""

from typing import TYPE_CHECKING

import pytest
from boards import SHIFT, menu_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu, QWidget

from benchboard.ui.commands import Handler
from benchboard.ui.studio.library.dashboard_actions import open_menu
from benchboard.ui.studio.studio_commands import LIST
from benchboard.ui.theme import theme
from benchboard.ui.widgets.focus import note_input

if TYPE_CHECKING:
    from conftest import Studio


def _titles(studio: "Studio") -> dict[str, str]:
    studio.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(studio)
    found = {action.objectName(): action.text() for action in menu.actions()}
    menu.close()
    return found


def test_menu_titles_name_number_of_selected_widgets(board: "Studio") -> None:
    board.page.editor.select(["a"])
    one = _titles(board)
    assert one["command_duplicate"] == "Duplicate widget"
    assert one["command_remove"] == "Remove widget"
    board.page.editor.select(["a", "b"])
    two = _titles(board)
    assert two["command_duplicate"] == "Duplicate 2 widgets"
    assert two["command_remove"] == "Remove 2 widgets"


def test_menu_has_at_most_12_entries_at_its_top_with_the_rest_in_submenus(board: "Studio") -> None:
    board.page.editor.select(["a"])
    board.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)  # so that Paste is offered too
    board.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(board)
    top = [action for action in menu.actions() if not action.isSeparator()]
    below = {one.objectName(): one.text() for action in top if (sub := action.menu()) for one in sub.actions()}
    menu.close()
    assert len(top) <= 12, [action.text() for action in top]
    assert (below["command_lock_size"], below["command_lock_content"]) == ("Lock size", "Lock content")
    assert {"command_group", "command_repeat"} <= below.keys()


def _menu_item_images(menu: QMenu, place: int) -> tuple[QImage, QImage]:
    """The part of an item left of its icon, and its words."""
    box = menu.actionGeometry(menu.actions()[place])
    picture = menu.grab().toImage()
    left = picture.copy(box.left(), box.top() + 2, 6, box.height() - 4)
    return left, picture.copy(box.left() + 32, box.top(), box.width() - 40, box.height())


def _colours(picture: QImage) -> set[str]:
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_menu_disabled_entries_are_faint_and_icons_inset(studio: "Studio", look: str) -> None:
    theme().set_appearance("dark" if look == "dark" else "light")
    handlers = {
        "studio.dashboards.restore": Handler(lambda: None, title="Delete it now"),
        "studio.dashboards.delete": Handler(lambda: None, lambda: "No.", "Delete it now"),
    }
    parent = QWidget()
    studio.qtbot.addWidget(parent)
    note_input(key=False)  # or its first row would be highlighted
    open_menu(parent, handlers, QPoint(40, 40), scope=LIST)
    (menu,) = parent.findChildren(QMenu)
    ink = theme().color("text").name()
    for place in (0, 2):  # a line is between them
        edge, _words = _menu_item_images(menu, place)
        assert len(_colours(edge)) == 1
    assert ink in _colours(_menu_item_images(menu, 0)[1])
    faint = _colours(_menu_item_images(menu, 2)[1])
    assert ink not in faint
    assert theme().color("text.disabled").name() in faint
    menu.close()
    theme().set_appearance("light")
