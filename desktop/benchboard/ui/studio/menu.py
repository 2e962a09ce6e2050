"""The context menu of the canvas: what can be done with what is under the pointer, each with its keys."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from benchboard.i18n import _
from benchboard.ui.studio import chosen
from benchboard.ui.studio.acts import act, cap
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
        where = canvas.viewport().mapToGlobal(box.topLeft() + (box.center() - box.topLeft()) / 2)
    menu = made(canvas)
    menu.popup(where)


def made(canvas: "Canvas") -> QMenu:
    """The menu for what is chosen now. It goes away with being closed."""
    menu = QMenu(canvas)
    menu.setObjectName("studio_menu")
    menu.setAccessibleName(_("What can be done here"))
    order = QMenu(_("Bring into order"), menu)
    section = ""
    for deed in chosen.DEEDS:
        if deed.why_not(canvas.editor):
            continue
        if section and deed.section != section:
            menu.addSeparator()
        if deed.section == "order" and section != "order":
            menu.addMenu(order)
        section = deed.section
        _add(order if section == "order" else menu, canvas, deed)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _add(menu: QMenu, canvas: "Canvas", deed: chosen.Deed) -> None:
    known = act(deed.key)
    title = _(known.title)
    action = menu.addAction(f"{title}\t{cap(known.keys[0])}" if known.keys else title)
    action.setObjectName(f"act_{deed.key}")
    if deed.key in chosen.KEEPS:
        action.setCheckable(True)
        action.setChecked(canvas.editor.locked(chosen.KEEPS[deed.key]))
    else:
        action.setIcon(theme().icon(known.icon or "ph.pencil-simple", "text.secondary"))
    action.triggered.connect(lambda _on=False: deed.run(canvas))
