"""A view that is entered gets the focus once, on what is worked with there: each stop on the way is read out."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import accessible
from support.window import visible

_VIEWS = (
    "studio/home", "studio/dashboards", "studio/data", "studio/models", "studio/explore", "bench/dongles",
    "bench/timing", "bench/live", "admin/people", "admin/roles", "admin/sessions", "admin/audit", "settings",
)  # fmt: skip


@pytest.mark.parametrize("address", _VIEWS)
def test_view_that_is_entered_again_gets_the_focus_once(
    qtbot: QtBot, open_local: Callable[[str], Shell], address: str
) -> None:
    other = "studio/home" if address != "studio/home" else "bench/dongles"
    shell = open_local(address)
    focused: list[str] = []

    def settled() -> bool:
        QApplication.processEvents()
        return not shell.context.tasks.running

    qtbot.waitUntil(settled)
    shell.go(other)
    qtbot.waitUntil(settled)

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        focused.append(f"{type(now).__name__} {now.objectName()}" if now is not None else "nothing")

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.focusChanged.connect(note)
    try:
        shell.go(address)
        qtbot.waitUntil(settled)
    finally:
        application.focusChanged.disconnect(note)
    assert len(focused) == 1, focused
    assert focused[0] != "nothing"


@pytest.mark.parametrize("address", ["bench/dongles", "admin/people", "studio/dashboards/list", "admin/roles"])
def test_screen_reader_is_told_of_the_focus_once_where_a_view_is_entered_first(
    qtbot: QtBot, open_local: Callable[[str], Shell], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A list that is empty once it is loaded passes on the focus; an address may lead on to another page."""
    shell = open_local("settings")
    told: list[str] = []

    def settled() -> bool:
        QApplication.processEvents()
        return not shell.context.tasks.running

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        if QAccessible.isActive() and now is not None:
            told.append(f"{type(now).__name__} {now.objectName()}")

    def sent(event: QAccessibleEvent) -> None:
        if event.type() == QAccessible.Event.Focus and event.child() < 0:  # a list's row is told after the list
            told.append(f"told {type(event.object()).__name__} {event.object().objectName()}")

    qtbot.waitUntil(settled)
    monkeypatch.setattr(accessible, "send", sent)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.focusChanged.connect(note)
    try:
        shell.go(address)
        qtbot.waitUntil(lambda: settled() and bool(told))
    finally:
        application.focusChanged.disconnect(note)
        QAccessible.setActive(before)
    assert len(told) == 1, told


def test_screen_reader_is_told_of_the_dialog_that_an_address_opens_and_not_of_the_list_behind_it(
    qtbot: QtBot, open_local: Callable[[str], Shell], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = open_local("settings")
    behind: list[str] = []

    def sent(event: QAccessibleEvent) -> None:
        if event.type() == QAccessible.Event.Focus:
            behind.append(event.object().objectName())

    qtbot.waitUntil(lambda: not shell.context.tasks.running)
    shell.go("bench/dongles")
    qtbot.waitUntil(lambda: visible(shell, "bench_simulate_empty"))  # the list is loaded, and has passed on the focus
    shell.go("settings")
    monkeypatch.setattr(accessible, "send", sent)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    try:
        shell.go("bench/dongles/pair")
        qtbot.waitUntil(lambda: not shell.context.tasks.running)
    finally:
        QAccessible.setActive(before)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "pair_next"
    assert not behind
