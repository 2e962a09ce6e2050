"""The context menu of the canvas: what can be done with what is under the pointer, each with its keys."""

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from benchboard.i18n import N_, _, ngettext
from benchboard.ui.studio.canvas import chosen
from benchboard.ui.studio.document.acts import Act, act, cap
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_OF_SEVERAL: Final = {"keep_size": N_("Keep their sizes"), "keep_content": N_("Keep their content")}


def open_menu(canvas: "Canvas", event: QContextMenuEvent) -> None:
    """Open it where the pointer is, or at what is chosen when a key asks for it."""
    if event.reason() != QContextMenuEvent.Reason.Mouse:
        open_at_chosen(canvas)
        return
    tile = canvas.tile_at(event.pos())
    if tile is None:
        canvas.editor.choose(())
    elif tile.item.id not in canvas.editor.chosen:
        canvas.editor.choose([tile.item.id])
    made(canvas).popup(event.globalPos())


def open_at_chosen(canvas: "Canvas") -> None:
    """Open it at what was chosen last, or in the corner of the page."""
    spot = canvas.viewport().rect().topLeft()
    if canvas.editor.chosen and canvas.editor.chosen[-1] in canvas.tiles:
        box = canvas.mapFromScene(canvas.tiles[canvas.editor.chosen[-1]].outline).boundingRect()
        spot = box.intersected(canvas.viewport().rect()).center()
    made(canvas).popup(canvas.viewport().mapToGlobal(spot))


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


def _title(known: Act, count: int) -> str:
    """What an act is called where so many are chosen."""
    if count > 1 and known.key == "duplicate":
        return ngettext("Duplicate {count} widget", "Duplicate {count} widgets", count).format(count=count)
    if count > 1 and known.key == "remove":
        return ngettext("Remove {count} widget", "Remove {count} widgets", count).format(count=count)
    if count > 1 and known.key in _OF_SEVERAL:
        return _(_OF_SEVERAL[known.key])
    return _(known.title)


def _add(menu: QMenu, canvas: "Canvas", deed: chosen.Deed) -> None:
    known = act(deed.key)
    title = _title(known, len(canvas.editor.chosen))
    action = menu.addAction(f"{title}\t{cap(known.keys[0])}" if known.keys else title)
    action.setObjectName(f"act_{deed.key}")
    if deed.key in chosen.KEEPS:
        action.setCheckable(True)
        action.setChecked(canvas.editor.locked(chosen.KEEPS[deed.key]))
    else:
        action.setIcon(theme().icon(known.icon, "text.secondary"))
    action.triggered.connect(lambda _on=False: deed.run(canvas))
