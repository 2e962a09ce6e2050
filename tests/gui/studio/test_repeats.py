"""A widget repeated by a variable: set in the inspector, shown once for each value when the page is presented."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from benchboard.dashboards.document import Variable
from benchboard.ui.widgets import Select

if TYPE_CHECKING:
    from conftest import Studio


def _choose(studio: "Studio", name: str, key: str) -> None:
    """Choose in a field as the keyboard does."""
    field = studio.find(name)
    assert isinstance(field, Select)
    field.setFocus()
    place = field.findData(key)
    studio.qtbot.keyClick(field, Qt.Key.Key_Home)
    for _step in range(place):
        studio.qtbot.keyClick(field, Qt.Key.Key_Down)
    field.activated.emit(field.currentIndex())


def test_a_repeated_widget_is_shown_once_for_each_value_while_presenting(studio: "Studio") -> None:
    editor = studio.page.editor
    states = Variable("state", "State", "list", ("paid", "refunded"), ("paid", "refunded"), True)
    editor.amend("Define", replace(editor.document, variables=(states,)))
    editor.tell("orders-week", "query", "select count(*) from orders where status in (:state)")
    studio.click("orders-week")
    _choose(studio, "inspector_repeat", "state")
    _choose(studio, "inspector_repeat_direction", "down")
    assert editor.page.item("orders-week").source["repeat"] == {"variable": "state", "direction": "down", "most": 4}
    studio.settled()
    before = editor.document
    studio.page.do("present")
    assert {"orders-week@1", "orders-week@2"} <= studio.canvas.tiles.keys()
    studio.wait(lambda: not studio.page.feeds.busy)
    counts = [studio.page.feeds.answer(f"orders-week@{n}").table.rows[0][0] for n in (1, 2)]  # type: ignore[union-attr]
    assert counts[0] != counts[1]
    studio.key(Qt.Key.Key_Escape)
    assert "orders-week" in studio.canvas.tiles
    assert editor.document is before
    studio.click("orders-week")
    _choose(studio, "inspector_repeat", "")
    assert "repeat" not in editor.page.item("orders-week").source
