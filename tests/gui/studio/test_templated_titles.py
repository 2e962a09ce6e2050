"""Titles and texts with variables show their values: on tiles, in exports, and to screen readers."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit
from templated_page import templated_item, templated_page

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.tiles.expanded_page import ExpandedPage
from benchboard.ui.widgets.labels import Elided

if TYPE_CHECKING:
    from conftest import Studio


def _names(studio: "Studio") -> list[str]:
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    return [page.child(k).text(QAccessible.Text.Name) for k in range(page.childCount())]


def test_title_with_a_variable_shows_its_value_and_stores_its_name(studio: "Studio") -> None:
    editor, tiles = studio.page.editor, studio.canvas.tiles
    editor.replace_document("Titles", templated_page())
    assert tiles["n"].widget.title == "Orders of north"
    assert tiles["r"].widget.title == "Shop north"
    assert tiles["t"].widget.config["text"] == "**north** sells $other"
    tabs = tiles["b"]
    assert isinstance(tabs, ContainerFrame)
    assert tabs.state_text.startswith("tab Only north")
    assert "Orders of north" in _names(studio)
    before = studio.page.editor.document
    editor.select_values("shop", ["<b>south</b>", "north"])
    assert tiles["n"].widget.title == "Orders of <b>south</b> and north"
    assert tiles["t"].widget.config["text"] == r"**\<b\>south\</b\> and north** sells $other"
    assert tiles["m"].widget.title == "Each: <b>south</b>"
    assert editor.document is before
    studio.click("n")
    assert studio.page.inspector.findChild(type(studio.find("inspector_title")), "inspector_title").text() == (
        "Orders of ${shop}"
    )


def test_inspector_and_accessible_container_name_show_the_value(studio: "Studio") -> None:
    document = templated_page()
    editor = studio.page.editor
    editor.replace_document("Titles", document)
    studio.click("n")
    head = next(label for label in studio.page.inspector.findChildren(Elided) if label.isVisible())
    assert head.text() == "Orders of north"
    editor.select_values("shop", ("west",))
    assert head.text() == "Orders of west"
    editor.set_property("n", "title", "Sum of $shop")
    assert head.text() == "Sum of west"
    row = {"id": "r", "type": "row", "title": "Shop $shop", "position": {"x": 0, "y": 0, "w": 12, "h": 1}}
    inside = {**row, "items": [templated_item("in", "text", 0, 1, title="Inside")]}
    held = parse_document({"format": "benchboard/dashboard", "version": 2, "items": [inside]})
    editor.replace_document("Row", replace(held, variables=document.variables))
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    told = [page.child(k).text(QAccessible.Text.Description) for k in range(page.childCount())]
    assert any("in Shop west" in words for words in told), told


def test_outline_and_find_show_the_value(studio: "Studio") -> None:
    editor, outline = studio.page.editor, studio.page.outline
    editor.replace_document("Titles", templated_page())
    studio.page.run("studio.show_outline")
    studio.wait(lambda: bool(outline.findItems("Orders of north", Qt.MatchFlag.MatchRecursive)))
    assert [outline.line("r").text(0), outline.line("b", 0).text(0)] == ["Shop north", "Only north"]
    editor.select_values("shop", ["west"])
    studio.wait(lambda: outline.line("n").text(0) == "Orders of west")
    finder = studio.page.finder
    assert finder.find("orders west")[0].title == "Orders of west"
    assert [hit.id for hit in finder.find("${shop}")] == ["n"]  # by what is written, too


def test_outline_rename_edits_the_template(studio: "Studio") -> None:
    editor, outline = studio.page.editor, studio.page.outline
    editor.replace_document("Titles", templated_page())
    studio.page.run("studio.show_outline")
    studio.wait(lambda: bool(outline.findItems("Orders of north", Qt.MatchFlag.MatchRecursive)))
    outline.setCurrentItem(outline.line("n"))
    studio.qtbot.keyClick(outline, Qt.Key.Key_F2)
    edit = outline.findChild(QLineEdit, "outline_title")
    assert isinstance(edit, QLineEdit)
    assert edit.text() == "Orders of ${shop}"
    studio.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert editor.widget("n").title == "Orders of ${shop}"
    studio.wait(lambda: outline.line("n").text(0) == "Orders of north")


def test_repeat_copy_with_its_variable_in_the_title_shows_it_once(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.replace_document("Titles", templated_page(chosen=["north", "west"]))
    studio.page.run("studio.present")
    assert [studio.canvas.tiles[f"m@{k}"].widget.title for k in (1, 2)] == ["Each: north", "Each: west"]


def test_export_shows_the_labels_of_values(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.replace_document("Titles", templated_page(type="query", query="select 1"))
    editor.answer_options("shop", ("north",), {"north": "Harbour Cycles"})
    assert studio.canvas.tiles["n"].widget.title == "Orders of Harbour Cycles"
    expanded_page = ExpandedPage(studio.context, editor, studio.page, studio.page.query_runner)
    titles = {item.id: item.source.get("title") for item in expanded_page.page.layout.items}
    assert titles["n"] == "Orders of Harbour Cycles"
    assert editor.rendered_page.item("r").source["title"] == "Shop Harbour Cycles"
    expanded_page.cancel()


def test_options_that_a_query_returned_change_the_copies_shown(studio: "Studio") -> None:
    editor = studio.page.editor
    editor.replace_document("Titles", templated_page(all_chosen=True, include_all=True, type="query", query="select 1"))
    studio.page.run("studio.present")

    def titles() -> list[str]:
        return [tile.widget.title for name, tile in studio.canvas.tiles.items() if name.partition("@")[0] == "m"]

    editor.answer_options("shop", ("north", "west", "south"))
    assert titles() == ["Each: north", "Each: west", "Each: south"]
    editor.answer_options("shop", ("west",))
    assert titles() == ["Each: west"]
