"""Context menus made of commands."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Command, CommandScope, Handler, Handlers
from benchboard.ui.theme import theme
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.menus import Menu, show_keys

_NONE_CHECKED: Mapping[str, bool] = {}


def command_menu(
    parent: QWidget,
    menu_name: str,
    handlers: Handlers,
    *,
    scope: CommandScope,
    label: str,
    name: str,
    checked: Mapping[str, bool] = _NONE_CHECKED,
) -> Menu:
    """The registered menu `menu_name`, with the commands that have a handler. It deletes itself when it closes.

    A command that can't be run now is disabled, and its tooltip says why. A shortcut is shown if it works in `scope`.
    `label` is the menu's accessible name, `name` its object name. The commands in `checked`, by id, have a check mark
    or room for one, instead of an icon.
    """
    menu = Menu(parent)
    menu.setObjectName(name)
    menu.setAccessibleName(label)
    menu.setToolTipsVisible(True)
    follows_submenu = False
    for section in REGISTRY.menu(menu_name):
        offered = [command_id for command_id in section.ids if command_id in handlers]
        if not offered:
            continue
        if menu.actions() and not (section.title and follows_submenu):
            menu.addSeparator()
        follows_submenu = bool(section.title)
        into = menu
        if section.title:
            into = Menu(menu, _(section.title))
            menu.addMenu(into)
        for command_id in offered:
            _add(into, REGISTRY[command_id], handlers[command_id], scope, checked.get(command_id))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _add(menu: Menu, command: Command, handler: Handler, scope: CommandScope, checked: bool | None) -> None:
    title = handler.title or command.text
    action = menu.addAction(title)
    if command.shortcuts and command.scope in scope.chain():
        show_keys(action, command.shortcuts[0], command.key)
    action.setObjectName(f"command_{command.name}")
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)
    else:
        action.setIcon(theme().icon(command.icon, "text.secondary"))
        action.setProperty("icon_name", command.icon)
    action.setProperty("danger", command.danger)
    why_not = handler.why_not()
    action.setEnabled(not why_not)
    action.setToolTip(plain_tooltip(why_not))
    action.triggered.connect(lambda _on=False: handler.run())
