"""The context menu of the page: the commands for the selection, with their shortcuts."""

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Command, Handler
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.selection_commands import LOCKS, selection_handlers
from benchboard.ui.studio.studio_commands import SELECTION_MENU
from benchboard.ui.theme import theme


class ContextMenu(QObject):
    """Opens the menu when the canvas requests it."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.menu_requested.connect(self._open)

    def _open(self, global_pos: QPoint) -> None:
        build_menu(self._canvas).popup(global_pos)


def build_menu(canvas: Canvas) -> QMenu:
    """A menu of the commands available for the selection. It deletes itself when it closes."""
    menu = QMenu(canvas)
    menu.setObjectName("studio_menu")
    menu.setAccessibleName(_("Actions"))
    possible = {one: handler for one, handler in selection_handlers(canvas).items() if not handler.why_not()}
    for section in REGISTRY.menu(SELECTION_MENU):
        ids = [command_id for command_id in section.ids if command_id in possible]
        if ids and menu.actions():
            menu.addSeparator()
        into = menu
        if ids and section.title:
            into = QMenu(_(section.title), menu)
            menu.addMenu(into)
        for command_id in ids:
            _add(into, canvas, REGISTRY[command_id], possible[command_id])
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _add(menu: QMenu, canvas: Canvas, command: Command, handler: Handler) -> None:
    title = handler.title or command.text
    action = menu.addAction(f"{title}\t{command.key}" if command.shortcuts else title)
    action.setObjectName(f"command_{command.name}")
    if command.id in LOCKS:
        action.setCheckable(True)
        action.setChecked(canvas.editor.is_locked(LOCKS[command.id]))
    else:
        action.setIcon(theme().icon(command.icon, "text.secondary"))
    action.triggered.connect(lambda _on=False: handler.run())
