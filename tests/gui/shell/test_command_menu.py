"""Menus made of commands: what they offer, which shortcuts they show, what is disabled."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui import command_menu as module
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import SHELL, Command, CommandGroup, CommandRegistry, CommandScope, Handler, MenuSection
from benchboard.ui.widgets import accessible
from benchboard.ui.widgets.focus import note_input
from benchboard.ui.widgets.menus import ROW, Menu

PAGE = CommandScope("page", SHELL)
OTHER = CommandScope("other", SHELL)

pytestmark = pytest.mark.usefixtures("light")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandRegistry]:
    made = CommandRegistry()
    made.register(
        Command("a.save", "Save", CommandGroup.EDIT, ("Ctrl+S",), "ph.check", scope=PAGE),
        Command("a.close", "Close", CommandGroup.EDIT, ("Del",), "ph.x", scope=OTHER),
        Command("a.lock", "Lock", CommandGroup.EDIT, (), "ph.lock"),
        Command("a.align", "Align", CommandGroup.ARRANGE, (), "ph.x"),
    )
    made.register_menu(
        "m", MenuSection(("a.save",)), MenuSection(("a.close", "a.lock")), MenuSection(("a.align",), "Arrange")
    )
    monkeypatch.setattr(module, "REGISTRY", made)
    return made


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def build(parent: QWidget, handlers: dict[str, Handler], checked: dict[str, bool] | None = None) -> QMenu:
    return command_menu(parent, "m", handlers, scope=PAGE, label="Menu", name="menu", checked=checked or {})


def nothing() -> None:
    pass


def test_menu_shows_the_shortcuts_that_work_in_its_scope(parent: QWidget, registry: CommandRegistry) -> None:
    menu = build(parent, {command.id: Handler(nothing) for command in registry})
    assert [action.text() for action in menu.actions()] == ["Save", "", "Close", "Lock", "", "Arrange"]
    shown = QAccessible.queryAccessibleInterface(menu)
    assert shown is not None
    rows = [row for at in range(shown.childCount()) if (row := shown.child(at)) is not None]
    assert rows[0].text(QAccessible.Text.Name) == "Save"
    assert [row.text(QAccessible.Text.Accelerator) for row in rows][:3] == ["Ctrl+S", "", ""]
    assert [action.isSeparator() for action in menu.actions()] == [False, True, False, False, True, False]
    (inner,) = menu.findChildren(QMenu)
    assert [action.text() for action in inner.actions()] == ["Align"]


def test_menu_leaves_out_what_has_no_handler_and_empty_sections(parent: QWidget, registry: CommandRegistry) -> None:
    menu = build(parent, {"a.lock": Handler(nothing, title="Lock it")})
    assert [action.text() for action in menu.actions()] == ["Lock it"]
    assert menu.accessibleName() == "Menu"


def test_menu_disables_what_cannot_run_and_says_why(parent: QWidget, registry: CommandRegistry) -> None:
    ran: list[str] = []
    handlers = {
        "a.save": Handler(lambda: ran.append("save"), lambda: "Nothing to save."),
        "a.lock": Handler(lambda: ran.append("lock")),
    }
    save, _line, lock = build(parent, handlers, {"a.lock": True}).actions()
    assert not save.isEnabled()
    assert "Nothing to save." in save.toolTip()
    assert lock.isEnabled()
    assert lock.isChecked()
    lock.trigger()
    assert ran == ["lock"]


@pytest.mark.parametrize("by_key", [True, False])
def test_menu_opened_by_a_key_has_its_first_usable_row_highlighted(
    parent: QWidget, registry: CommandRegistry, *, by_key: bool
) -> None:
    note_input(key=by_key)
    why = {"a.save": Handler(nothing, lambda: "Nothing to save."), "a.close": Handler(nothing)}
    menu = build(parent, why)
    menu.popup(QPoint(0, 0))
    active = menu.activeAction()
    assert (active.text() if active is not None else "") == ("Close" if by_key else "")
    menu.close()


def test_menu_rows_are_as_high_as_those_of_a_button_s_menu(parent: QWidget, registry: CommandRegistry) -> None:
    menu = build(parent, {command.id: Handler(nothing) for command in registry})
    rows = [action for action in menu.actions() if not action.isSeparator()]
    assert {menu.actionGeometry(action).height() for action in rows} == {ROW}


def test_menu_shows_an_ampersand_once_as_titles_escape_it(qtbot: QtBot) -> None:
    holder, shown = QWidget(), []
    qtbot.addWidget(holder)
    for title in ("Sun && moon", "Sun & moon"):
        menu = Menu(holder)
        menu.addAction(title)
        menu.setFixedSize(200, 40)
        shown.append(menu.grab().toImage())
    assert shown[0] == shown[1]


def test_screen_reader_is_told_what_has_the_keys_again_once_a_menu_closes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    first, other = QPushButton("First"), QPushButton("Other")
    for button in (first, other):
        row.addWidget(button)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus()
    told: list[QObject] = []

    def note(event: QAccessibleEvent) -> None:
        if event.type() == QAccessible.Event.Focus:
            told.append(event.object())

    monkeypatch.setattr(accessible, "send", note)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    try:
        menu = Menu(window)
        menu.addAction("Leave it")
        menu.popup(QPoint(0, 0))
        menu.close()
        qtbot.waitUntil(lambda: told == [first])
        menu.addAction("Go on").triggered.connect(other.setFocus)
        menu.popup(QPoint(0, 0))
        menu.actions()[1].trigger()
        menu.close()
        QApplication.processEvents()
        assert told == [first], "what the menu focused is told by Qt"
    finally:
        QAccessible.setActive(before)


def test_what_has_the_focus_again_is_told_once_where_the_menu_itself_had_it(
    qtbot: QtBot, told_focus: list[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = QPushButton("First", window)
    field.setObjectName("first")
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    menu = Menu(window)
    menu.setObjectName("menu")
    menu.addAction("Leave it")
    menu.popup(QPoint(0, 0))
    menu.activateWindow()  # as window managers do
    menu.setFocus()
    qtbot.waitUntil(menu.hasFocus)
    told_focus.clear()
    menu.close()
    qtbot.waitUntil(field.hasFocus)
    QApplication.processEvents()
    assert told_focus == ["first"]


@pytest.fixture
def told(qtbot: QtBot, announcements: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told of the rows of menus from now on: their names, and what happened."""
    rows: list[str] = []
    note = accessible.send

    def note_sent(event: QAccessibleEvent) -> None:
        note(event)
        if isinstance(event.object(), QMenu) and event.child() >= 0:
            interface = event.accessibleInterface()
            state = ""
            if event.type() == QAccessible.Event.StateChanged:
                state = ", checked" if interface.state().checked else ", not checked"
            rows.append(interface.text(QAccessible.Text.Name) + state)

    monkeypatch.setattr(accessible, "send", note_sent)
    return rows


def test_home_and_end_go_to_the_ends_of_a_menu_and_open_no_other(
    qtbot: QtBot, parent: QWidget, registry: CommandRegistry, told: list[str]
) -> None:
    note_input(key=True)
    handlers = {command.id: Handler(nothing) for command in registry}
    menu = build(parent, {**handlers, "a.save": Handler(nothing, lambda: "Nothing to save.")})
    menu.popup(QPoint(0, 0))
    for key, row in ((Qt.Key.Key_End, "Arrange"), (Qt.Key.Key_Home, "Close"), (Qt.Key.Key_End, "Arrange")):
        told.clear()
        qtbot.keyClick(menu, key)
        active = menu.activeAction()
        assert active is not None
        assert (active.text(), told) == (row, [row])
    assert not any(inner.isVisible() for inner in menu.findChildren(QMenu))
    menu.close()


def test_space_checks_rows_of_a_menu_that_stays_open_and_enter_tells_what_it_checked(
    qtbot: QtBot, parent: QWidget, told: list[str], announcements: list[str]
) -> None:
    field = QPushButton(parent)
    parent.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    menu = Menu(parent)
    menu.stays_open = True
    for title in ("Name", "Signals"):
        menu.addAction(title).setCheckable(True)
    note_input(key=True)
    menu.popup(QPoint(0, 0))
    told.clear()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Space):
        qtbot.keyClick(menu, key)
    assert [one for one in told if "checked" in one] == ["Name, checked", "Signals, checked", "Signals, not checked"]
    assert [action.isChecked() for action in menu.actions()] == [True, False]
    assert menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert not menu.isVisible()
    qtbot.waitUntil(lambda: announcements == ["Signals, checked"])


def test_space_runs_a_row_of_another_menu_as_enter_does(qtbot: QtBot, parent: QWidget) -> None:
    ran: list[str] = []
    menu = Menu(parent)
    menu.addAction("Save").triggered.connect(lambda _on=False: ran.append("save"))
    note_input(key=True)
    menu.popup(QPoint(0, 0))
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert ran == ["save"]
    assert not menu.isVisible()
