"""One press of Esc closes what is on top, and the focus returns to what opened it: in Studio and Admin, by keys."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.ui.paged.paged_rows import PagedRows
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets.dialog import Scrim
from benchboard.ui.widgets.popover import Popover

if TYPE_CHECKING:
    from conftest import Admin

Key = Qt.Key
_OPENERS = {
    "admin/people": ("search", "account", "status_where", "status_organisation", "people_add"),
    "admin/audit": ("audit_person",),
    "studio/dashboards": ("library_create_folder",),
    "studio/home": ("time_range",),
}
"""Buttons by the address of their view."""
_DETAILS = {"admin/people": "person_detail", "admin/sessions": "session_detail", "admin/audit": "audit_detail"}


def _top(window: QWidget) -> QWidget | None:
    """The menu, popover or dialog on top; None without one."""
    scrims = [one for one in window.findChildren(Scrim) if one.isVisible()]
    return QApplication.activePopupWidget() or Popover.opened() or (scrims[-1] if scrims else None)


def _press(admin: "Admin", key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.activePopupWidget() or QApplication.focusWidget()
    assert focused is not None
    admin.qtbot.keyClick(focused, key, keys)
    QApplication.processEvents()


def _visible(window: QWidget, name: str) -> QWidget | None:
    return next((one for one in window.findChildren(QWidget, name) if one.isVisible() and one.isEnabled()), None)


@pytest.mark.parametrize("address", _OPENERS)
def test_esc_closes_what_a_button_opened_and_returns_to_the_button(admin: "Admin", address: str) -> None:
    shell = admin.window.findChild(Shell)
    assert shell is not None
    shell.go(address)
    for name in _OPENERS[address]:
        admin.qtbot.waitUntil(lambda name=name: _visible(admin.window, name) is not None)
        opener = _visible(admin.window, name)
        assert opener is not None
        opener.setFocus(Qt.FocusReason.TabFocusReason)
        _press(admin, Key.Key_Space)
        opened = _top(admin.window)
        assert opened is not None, name
        focused = QApplication.activePopupWidget() or QApplication.focusWidget()
        assert focused is not None, name
        assert focused is opened or opened.isAncestorOf(focused), f"{name}: the focus is in what was opened"
        _press(admin, Key.Key_Escape)
        assert _top(admin.window) is None, name
        now = QApplication.focusWidget()
        assert now is not None, name
        assert now.objectName() == name, f"{name}: the focus is on {now}"


@pytest.mark.parametrize("address", _DETAILS)
def test_esc_closes_the_menus_and_the_detail_of_a_row_and_returns_to_the_list(admin: "Admin", address: str) -> None:
    shell = admin.window.findChild(Shell)
    assert shell is not None
    shell.go(address)
    admin.qtbot.waitUntil(
        lambda: any(one.isVisible() and one.paged.rowCount() for one in admin.window.findChildren(PagedRows))
    )
    table = next(one for one in admin.window.findChildren(PagedRows) if one.isVisible() and one.paged.rowCount())
    table.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Key.Key_S, Key.Key_F10):
        _press(admin, key, Qt.KeyboardModifier.ShiftModifier if key == Key.Key_F10 else Qt.KeyboardModifier.NoModifier)
        if key == Key.Key_S:
            assert _top(admin.window) is not None
        if _top(admin.window) is not None:
            _press(admin, Key.Key_Escape)
        assert _top(admin.window) is None
        assert table.hasFocus()
    _press(admin, Key.Key_Down)
    _press(admin, Key.Key_Return)
    admin.qtbot.waitUntil(lambda: _visible(admin.window, _DETAILS[address]) is not None)
    admin.qtbot.waitUntil(lambda: not table.hasFocus())
    _press(admin, Key.Key_Escape)
    assert _visible(admin.window, _DETAILS[address]) is None
    assert table.hasFocus()
