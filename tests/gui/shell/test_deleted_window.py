"""A window that is deleted while it is open, as when the system ends the program although a conflict keeps it open."""

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.problems import Notice
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.focus import note_input
from benchboard.ui.widgets.popover import MenuItem, Popover, menu
from benchboard.ui.widgets.toasts import Toast, keep_toasts_above


def _undo_toast(window: QWidget) -> None:
    footer = QWidget(window)
    footer.setFixedSize(window.width(), 28)
    keep_toasts_above(footer)
    footer.show()
    Toast("Dashboard duplicated", lambda: None, window).appear()


def _dialog(window: QWidget) -> None:
    Toast("Dashboard duplicated", lambda: None, window).appear()
    dialog = Dialog(window, "Pair dongle", size=QSize(500, 300))
    dialog.add_button(Button("Pair"))
    dialog.open()


def _anchor(window: QWidget) -> Button:
    page = QWidget(window)
    column = QVBoxLayout(page)
    anchor = Button("Open")
    column.addWidget(anchor)
    page.setGeometry(window.rect())
    page.show()
    anchor.setFocus()
    return anchor


def _popover(window: QWidget) -> None:
    Popover(_anchor(window), width=200).open()


def _menu(window: QWidget) -> None:
    note_input(key=True)
    menu(_anchor(window), [MenuItem("Rename", lambda: None), MenuItem("Duplicate", lambda: None)])


def _banner(window: QWidget) -> None:
    column = QVBoxLayout(window)
    column.addWidget(Banner(Notice("ttyACM4 is busy.", "modem-manager holds it.", "warn")))


@pytest.mark.parametrize("opened", [_undo_toast, _dialog, _popover, _menu, _banner])
def test_open_window_is_deleted_with_what_is_in_it(
    qtbot: QtBot, light: Theme, opened: Callable[[QWidget], None]
) -> None:
    window = QWidget()
    window.resize(900, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    opened(window)
    with qtbot.captureExceptions() as raised:
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(window)
    assert not raised
