"""Drives the admin room by mouse and keys, and queries its database."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard.identity import authentication, users
from benchboard.identity.permissions import Client
from benchboard.identity.users import Person
from benchboard.paging import Listing
from benchboard.ui.app import Application
from benchboard.ui.widgets import Banner, Toast
from support.databases import unbound
from support.window import Clicker

_TICK = 16


class Admin:
    """The window with the demo's admin signed in."""

    def __init__(self, qtbot: QtBot, click: Clicker, application: Application) -> None:
        self.qtbot, self._click, self.application = qtbot, click, application
        self.window = application.window

    def go(self, address: str) -> None:
        assert self.application.shell is not None
        self.application.shell.go(address)

    def click(self, name: str) -> QWidget:
        return self._click(self.window, name)

    def find(self, name: str) -> QWidget:
        return self._click.find(self.window, name)

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))

    def type(self, name: str, text: str) -> None:
        self._click.type(self.window, name, text)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        target = self.window.focusWidget() or self.window
        self.qtbot.keyClick(target, key, modifiers)

    def table(self, name: str) -> QTableView:
        view = self.find(name)
        assert isinstance(view, QTableView)
        self.wait(lambda: view.model().rowCount())
        return view

    def column(self, name: str, at: int = 0) -> list[str]:
        """What a column of a table says, from top to bottom; nothing while it shows no rows."""
        found = [view for view in self.window.findChildren(QTableView, name) if view.isVisible()]
        if not found:
            return []
        model = found[-1].model()
        return [str(model.index(row, at).data()) for row in range(model.rowCount())]

    def row(self, table: str, text: str) -> int:
        self.wait(lambda: text in self.column(table))
        return self.column(table).index(text)

    def cell(self, table: str, text: str, at: int) -> str | None:
        """What column `at` says in the row whose first column says `text`; None while there is no such row."""
        return dict(zip(self.column(table), self.column(table, at), strict=True)).get(text)

    def press_row(self, table: str, text: str, *, tick: bool = False) -> None:
        """Click the row whose first column says `text`, on its tick box or in the middle."""
        view = self.table(table)
        rect = view.visualRect(view.model().index(self.row(table, text), 0))
        x = _TICK if tick else rect.center().x()
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, rect.center().y()))

    def row_menu(self, table: str, text: str, name: str) -> QMenu:
        """The context menu `name` of the row whose first column says `text`, by Shift+F10."""
        view = self.table(table)
        view.setCurrentIndex(view.model().index(self.row(table, text), 0))
        self.qtbot.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        menu = self.find(name)
        assert isinstance(menu, QMenu)
        return menu

    def choose(self, menu: QMenu, name: str) -> None:
        """Click an entry of a menu by its object name."""
        (action,) = [one for one in menu.actions() if one.objectName() == name]
        self.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    def toast(self) -> str:
        shown = [toast.accessibleName() for toast in self.window.findChildren(Toast) if toast.isVisible()]
        return shown[-1] if shown else ""

    def banner(self) -> str:
        return " ".join(one.accessibleName() for one in self.window.findChildren(Banner) if one.isVisible())

    def ask(self, op: Callable[[Any, Any], Any]) -> Any:
        """Ask the database, as its operator."""
        assert self.application.shell is not None
        with unbound(self.application.shell.context.workspace.database).read() as session:
            return op(session, authentication.operator_actor(session, client=Client.here()))

    def change(self, op: Callable[[Any, Any], Any]) -> Any:
        """Change something in the database, as its operator."""
        assert self.application.shell is not None
        with unbound(self.application.shell.context.workspace.database).change() as session:
            return op(session, authentication.operator_actor(session, client=Client.here()))

    def person(self, name: str) -> Person:
        def op(session: Any, actor: Any) -> Person:
            return next(p for p in users.list_people(session, actor, Listing(), limit=1000).rows if p.name == name)

        found: Person = self.ask(op)
        return found
