"""What a tile shows of its kind, and what stands where there is none."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from benchboard.dashboards.document import parse_document
from benchboard.ui.studio.faces import summary, unknown

if TYPE_CHECKING:
    from conftest import Studio


def _item(item_id: str, kind: str, **fields: object) -> dict[str, object]:
    return {"id": item_id, "type": kind, "position": {"x": 0, "y": 0, "w": 6, "h": 6}, **fields}


def test_a_placeholder_says_what_it_stands_for_wherever_it_is_named(studio: "Studio") -> None:
    label = "Grafana: heatmap"
    items = [_item("a", "placeholder", config={"label": label}), _item("b", "placeholder"), _item("c", "hologram")]
    studio.page.editor.load(parse_document(items))
    widgets = [studio.page.editor.widget(item_id) for item_id in "abc"]
    assert [widget.kind_name for widget in widgets] == [label, "placeholder", "hologram"]
    assert unknown(widgets[0]) == label
    assert "hologram" in unknown(widgets[2])
    assert [summary(widget, None) for widget in widgets] == [unknown(widget) for widget in widgets]
    studio.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: studio.page.outline.topLevelItemCount() == len(items))
    assert studio.page.outline.line("a").text(0) == label
    told = QAccessible.queryAccessibleInterface(studio.canvas).child(0)
    assert told.text(QAccessible.Text.Name) == label
    assert told.text(QAccessible.Text.Description).startswith(label)
    assert told.text(QAccessible.Text.Value) == label
