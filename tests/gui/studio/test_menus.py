"""Context menus: what they say of one and of several, their keys, and how what cannot be done looks."""

from typing import TYPE_CHECKING

import pytest
from boards import SHIFT, menu_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu, QWidget

from benchboard.ui.studio.exchange.deeds import Deed, open_menu
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


def _titles(studio: "Studio") -> dict[str, str]:
    studio.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(studio)
    found = {action.objectName(): action.text() for action in menu.actions()}
    menu.close()
    return found


def test_the_menu_speaks_of_one_or_of_as_many_as_are_chosen(board: "Studio") -> None:
    board.page.editor.choose(["a"])
    one = _titles(board)
    assert one["act_duplicate"].startswith("Duplicate it\t")
    assert one["act_remove"].startswith("Remove it\t")
    board.page.editor.choose(["a", "b"])
    two = _titles(board)
    assert two["act_duplicate"] == "Duplicate 2 widgets\tCtrl D"
    assert two["act_remove"] == "Remove 2 widgets\tDel"
    assert two["act_keep_size"] == "Keep their sizes"
    assert two["act_keep_content"] == "Keep their content"


def test_the_key_that_is_called_enter_is_called_so_in_the_menu(board: "Studio") -> None:
    board.page.editor.choose(["a"])
    assert _titles(board)["act_open"].endswith("\tEnter")


def _looks(menu: QMenu, place: int) -> tuple[QImage, QImage]:
    """The part of an item left of its icon, and its words."""
    box = menu.actionGeometry(menu.actions()[place])
    picture = menu.grab().toImage()
    left = picture.copy(box.left(), box.top() + 2, 6, box.height() - 4)
    return left, picture.copy(box.left() + 32, box.top(), box.width() - 40, box.height())


def _colours(picture: QImage) -> set[str]:
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_cannot_be_done_is_faint_and_no_icon_stands_at_the_edge(studio: "Studio", look: str) -> None:
    theme().follow("dark" if look == "dark" else "light")
    deeds = [
        Deed("a", "Rename it now", "ph.trash", lambda: None),
        Deed("b", "Rename it now", "ph.trash", lambda: None, "No."),
    ]
    parent = QWidget()
    studio.qtbot.addWidget(parent)
    open_menu(parent, deeds, QPoint(40, 40))
    (menu,) = parent.findChildren(QMenu)
    ink = theme().color("text").name()
    for place in (0, 1):
        edge, _words = _looks(menu, place)
        assert len(_colours(edge)) == 1
    assert ink in _colours(_looks(menu, 0)[1])
    faint = _colours(_looks(menu, 1)[1])
    assert ink not in faint
    assert theme().color("text.disabled").name() in faint
    menu.close()
    theme().follow("light")
