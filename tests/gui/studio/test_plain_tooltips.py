"""Texts of a document are shown in tooltips as plain text, never as markup."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTreeWidgetItemIterator, QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.versions.merge_cards import FieldChoice

if TYPE_CHECKING:
    from conftest import Studio

HOSTILE = "<img src='file:///etc/hostname'>"


def _tips(studio: "Studio") -> Iterator[str]:
    for widget in studio.application.window.findChildren(QWidget):
        yield widget.toolTip()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for row in range(widget.model().rowCount()):
                yield widget.model().index(row, 0).data(Qt.ItemDataRole.ToolTipRole) or ""
    lines = QTreeWidgetItemIterator(studio.page.outline)
    while (line := lines.value()) is not None:
        yield line.toolTip(0)
        lines += 1
    for tile in studio.canvas.tiles.values():
        yield tile.toolTip() if isinstance(tile, Tile) else ""


def test_tooltips_of_a_document_with_markup_are_plain(studio: "Studio") -> None:
    items = [
        {"id": f"i{k}", "type": kind, "title": HOSTILE, "config": {"text": HOSTILE, "label": HOSTILE, "unit": HOSTILE}}
        | {"query": f"select {HOSTILE}", "static": k == 0}
        | {"position": {"x": 0, "y": 4 * k, "w": 4, "h": 4}}
        for k, kind in enumerate((HOSTILE, "text", "placeholder", "table"))
    ]
    studio.page.editor.load(parse_document(items))
    studio.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: studio.page.outline.topLevelItemCount() == len(items) and not studio.page.query_runner.busy)
    for item_id in ("i0", "i3"):
        studio.page.editor.select([item_id])
        studio.page.editor.set_property(item_id, "title", f"{HOSTILE}!")
        tips = [tip for tip in _tips(studio) if "img" in tip]
        assert any("&lt;img" in tip for tip in tips)
        assert not [tip for tip in tips if "<img" in tip]


@pytest.mark.parametrize("value", [HOSTILE * 3, "<" * 4_000_000])
def test_merge_choice_tooltip_is_plain_and_short(studio: "Studio", value: str) -> None:
    choice = FieldChoice("Title", value, "mine")
    studio.qtbot.addWidget(choice)
    assert "<img" not in choice.toolTip()
    assert 0 < len(choice.toolTip()) < 10_000
