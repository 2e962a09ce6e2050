"""The context menu of the canvas: what can be done with what is under the pointer, each with its keys."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from benchboard.i18n import _
from benchboard.ui.studio.acts import ACTS, KEEPS, shown_keys
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas import Canvas


def open_menu(canvas: "Canvas", event: QContextMenuEvent) -> None:
    """Open it where the pointer is, or below what is chosen when a key asks for it."""
    where = event.globalPos()
    if event.reason() == QContextMenuEvent.Reason.Mouse:
        tile = canvas.tile_at(event.pos())
        if tile is None:
            canvas.editor.choose(())
        elif tile.item.id not in canvas.editor.chosen:
            canvas.editor.choose([tile.item.id])
    elif canvas.editor.chosen and canvas.editor.chosen[-1] in canvas.tiles:
        box = canvas.mapFromScene(canvas.tiles[canvas.editor.chosen[-1]].outline).boundingRect()
        corner = box.topLeft() + (canvas.viewport().rect().topLeft() - box.topLeft()) * 0
        where = canvas.viewport().mapToGlobal(corner + (box.center() - corner) / 2)
    menu = made(canvas)
    menu.popup(where)


def made(canvas: "Canvas") -> QMenu:
    """The menu for what is chosen now. It goes away with being closed."""
    menu = QMenu(canvas)
    menu.setObjectName("studio_menu")
    menu.setAccessibleName(_("What can be done here"))
    editor, section = canvas.editor, ""
    for act in ACTS:
        if act.why_not(editor):
            continue
        if section and act.section != section:
            menu.addSeparator()
        section = act.section
        action = menu.addAction(_(act.title))
        action.setObjectName(f"act_{act.name}")
        if act.keys:
            action.setText(f"{_(act.title)}\t{shown_keys(act)}")
        if act.name in KEEPS:
            action.setCheckable(True)
            action.setChecked(editor.locked(KEEPS[act.name]))
        else:
            action.setIcon(theme().icon(act.icon, "text.secondary"))
        action.triggered.connect(lambda _on=False, act=act: act.run(canvas))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
