"""A widget repeated by a variable: set in the inspector, one copy for each value while presenting."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from benchboard.dashboards.document.document import Variable
from benchboard.ui.widgets import Select

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")


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


def test_repeat_while_presenting_shows_one_copy_a_value(studio: "Studio") -> None:
    editor = studio.page.editor
    states = Variable("state", "State", "list", ("paid", "refunded"), ("paid", "refunded"), True)
    editor.apply_document("Define", replace(editor.document, variables=(states,)))
    editor.set_property("orders-week", "query", "select count(*) from orders where status in (:state)")
    studio.click("orders-week")
    _choose(studio, "inspector_repeat", "state")
    _choose(studio, "inspector_repeat_direction", "down")
    assert editor.page.item("orders-week").source["repeat"] == {"variable": "state", "direction": "down", "most": 4}
    studio.wait_until_saved()
    before = editor.document
    studio.page.run("studio.present")
    assert {"orders-week@1", "orders-week@2"} <= studio.canvas.tiles.keys()
    studio.wait(lambda: not studio.page.query_runner.busy)
    counts = [studio.page.query_runner.result(f"orders-week@{n}").table.rows[0][0] for n in (1, 2)]  # type: ignore[union-attr]
    assert counts[0] != counts[1]
    studio.key(Qt.Key.Key_Escape)
    assert "orders-week" in studio.canvas.tiles
    assert editor.document is before
    studio.click("orders-week")
    _choose(studio, "inspector_repeat", "")
    assert "repeat" not in editor.page.item("orders-week").source


def _repeated(studio: "Studio") -> None:
    editor = studio.page.editor
    states = Variable("state", "State", "list", ("paid", "refunded"), ("paid", "refunded"), True)
    editor.apply_document("Define", replace(editor.document, variables=(states,)))
    editor.set_property("orders-week", "query", "select count(*) from orders where status = :state")
    editor.set_property("orders-week", "repeat", {"variable": "state", "direction": "across", "most": 4})
    studio.wait_until_saved()


def test_repeat_while_editing_shows_the_first_value(studio: "Studio") -> None:
    _repeated(studio)
    answer = studio.page.query_runner.result("orders-week")
    assert answer is not None
    assert answer.table is not None, answer.error
    tile = studio.canvas.tiles["orders-week"]
    assert tile.toolTip() == "<p>Repeated for each State: paid, refunded</p>"
    order = [name for name in studio.page.editor.page.reading_order if name in studio.canvas.tiles]
    named = QAccessible.queryAccessibleInterface(studio.canvas).child(order.index("orders-week"))
    assert named.text(QAccessible.Text.Name) == "Orders, 7 days, Repeated for each State: paid, refunded"
    studio.page.editor.select_values("state", ("refunded",))
    studio.wait(
        lambda: studio.page.query_runner.result("orders-week") is not answer and not studio.page.query_runner.busy
    )
    assert studio.page.query_runner.result("orders-week").table.rows != answer.table.rows  # type: ignore[union-attr]
    studio.wait(lambda: tile.toolTip() == "<p>Repeated for each State: refunded</p>")


def test_repeat_exported_shows_all_copies(studio: "Studio", tmp_path: Path) -> None:
    _repeated(studio)
    studio.page.run("studio.export_svg")
    go = next(one for one in studio.application.window.findChildren(QWidget, "export_go") if one.isVisible())
    studio.wait(go.isEnabled)
    studio.qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    dialog = studio.application.window.findChild(QFileDialog, "export_file")
    studio.wait(dialog.isVisible)
    path, name = tmp_path / "page.svg", dialog.findChild(QLineEdit, "fileNameEdit")
    name.setText(str(path))
    studio.qtbot.keyClick(name, Qt.Key.Key_Return)
    studio.wait(path.exists)
    words = "".join(ElementTree.fromstring(path.read_text(encoding="utf-8")).itertext())
    assert "Orders, 7 days · paid" in words
    assert "Orders, 7 days · refunded" in words
    assert "State: paid, refunded" in words
    assert "orders-week" in studio.canvas.tiles
