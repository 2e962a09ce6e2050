"""The context menu of the page: the commands for the selection, with their shortcuts."""

from PySide6.QtCore import QObject, QPoint

from benchboard.i18n import _
from benchboard.ui.command_menu import command_menu
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.selection_commands import LOCKS, selection_handlers
from benchboard.ui.studio.canvas.widget_buttons import button_handlers
from benchboard.ui.studio.studio_commands import CANVAS, SELECTION_MENU
from benchboard.ui.widgets.focus import keys_used
from benchboard.ui.widgets.menus import Menu, add_action


class ContextMenu(QObject):
    """Opens the menu when the canvas requests it."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.menu_requested.connect(self._open)

    def _open(self, global_pos: QPoint) -> None:
        shown, found = build_menu(self._canvas), self._canvas.point_at(global_pos)
        # By keys it opens in the middle of the widget, at a value that nobody chose: Shift+Enter reaches the values.
        if found is not None and not keys_used():
            item_id, point = found
            first = shown.actions()[0] if shown.actions() else None
            action = add_action(
                shown, "point_actions", _("Actions for this value"), "ph.crosshair",
                lambda: self._canvas.point_requested.emit(item_id, point, global_pos, False),
            )  # fmt: skip
            if first is not None:
                shown.insertAction(first, action)
                shown.insertSeparator(first)
        shown.popup(global_pos)


def build_menu(canvas: Canvas) -> Menu:
    """A menu of the commands available for the selection. It deletes itself when it closes."""
    handlers = {**button_handlers(canvas), **selection_handlers(canvas)}
    if canvas.editor.selection:  # the menu is that of the selection, not of the page
        handlers.pop("studio.select_all", None)
    return command_menu(
        canvas,
        SELECTION_MENU,
        {one: handler for one, handler in handlers.items() if not handler.why_not()},
        scope=CANVAS,
        label=_("Actions"),
        name="studio_menu",
        checked={command_id: canvas.editor.is_locked(lock) for command_id, lock in LOCKS.items()},
    )
