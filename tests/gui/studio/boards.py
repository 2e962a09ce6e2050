"""A page with widgets, a group, tabs and a row, for tests of the canvas."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.widgets.banners import Banner

if TYPE_CHECKING:
    from conftest import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def item(name: str, x: int, y: int, w: int = 3, h: int = 3, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place, **more}


PAGE = [
    item("a", 0, 0),
    item("b", 3, 0),
    item("c", 6, 0),
    item("d", 0, 3),
    item("e", 3, 3),
    {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 6, "w": 6, "h": 4},
     "items": [item("g1", 0, 0), item("g2", 3, 0)]},
    {"id": "t", "type": "tabs", "title": "", "active": "one", "position": {"x": 6, "y": 6, "w": 6, "h": 4},
     "tabs": [{"id": "one", "title": "One", "items": [item("t1", 0, 0)]}, {"id": "two", "title": "Two", "items": []}]},
    {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 10, "w": 12, "h": 1},
     "items": [item("r1", 0, 11), item("r2", 4, 11)]},
]  # fmt: skip


PLAIN = [item("plain", 0, 0)]
"""A home page that a test puts another page in the place of; a list, as the demo's is."""


def load(studio: "Studio", items: list[dict[str, object]]) -> None:
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)


def banner_text(studio: "Studio") -> str:
    return " ".join(one.accessibleName() for one in studio.application.window.findChildren(Banner) if one.isVisible())


def menu_of(studio: "Studio") -> QMenu:
    (menu,) = [one for one in studio.canvas.findChildren(QMenu, "studio_menu") if one.isVisible()]
    return menu
