"""The canvas of a data model says where its tables come from and what uses them, and the pane beside it what is
selected."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from test_model_canvas import CanvasDriver
from test_models_view import add_widget, change_file

from benchboard.analytics.data_models.definition import CalculatedField
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.ui.studio.data.data_models import canvas_painting as painting
from benchboard.ui.studio.data.data_models.canvas_places import GAP_Y, place_cards
from benchboard.ui.studio.data.data_models.canvas_scene import CanvasScene, JoinLine, TableCard, match_text
from benchboard.ui.studio.data.data_models.model_canvas import CanvasSpot
from benchboard.ui.studio.data.data_models.selection_pane import SelectionPane
from benchboard.ui.widgets import KeyValue, Paragraph
from benchboard.ui.widgets.detail_pane import DetailHeader
from benchboard.ui.widgets.list_row import ListRow

if TYPE_CHECKING:
    from conftest import Studio


class SelectionDriver(CanvasDriver):
    """The pane beside the canvas, in a window that has room for it."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        super().__init__(studio, folder)
        studio.application.window.resize(1440, 900)
        studio.wait(lambda: all(card.lineage is not None for card in self.canvas.scene.cards))
        studio.wait(lambda: all(card.row_count is not None for card in self.canvas.scene.cards))

    @property
    def pane(self) -> SelectionPane:
        return self.editor.tables.pane

    def title(self) -> str:
        (head,) = self.pane.findChildren(DetailHeader)
        return head.name.text()

    def facts(self) -> list[str]:
        (listed,) = self.pane.findChildren(KeyValue)
        rows = [one for one in listed.children() if isinstance(one, QWidget) and one.objectName().startswith("fact_")]
        return [one.accessible_text() for one in rows if hasattr(one, "accessible_text") and one.isVisibleTo(self.pane)]

    def rows(self) -> list[tuple[str, str]]:
        listed = self.pane.findChildren(ListRow, "model_lineage_row")
        shown = [one for one in listed if one.isVisible()]
        return [
            (one.text(), one.accessibleDescription())
            for one in sorted(shown, key=lambda one: one.mapTo(self.pane, one.rect().topLeft()).y())
        ]

    def open_row(self, title: str) -> None:
        (row,) = [one for one in self.pane.findChildren(ListRow) if one.isVisible() and one.text() == title]
        row.setFocus()
        self.qtbot.keyClick(row, Qt.Key.Key_Space)

    def paragraphs(self) -> list[str]:
        return [one.text() for one in self.pane.findChildren(Paragraph) if one.isVisible()]


@pytest.fixture
def driver(studio: "Studio", tmp_path: Path) -> SelectionDriver:
    return SelectionDriver(studio, tmp_path)


def test_cards_say_how_many_rows_how_fresh_and_how_used(driver: SelectionDriver) -> None:
    sales, shops = driver.canvas.scene.cards
    assert (sales.size, shops.size) == ("30 rows", "3 rows")
    assert painting.uses_text(sales) == "Not used yet"
    assert painting.freshness(sales)[1].endswith((" ago", "just now"))
    driver.studio.wait(lambda: driver.canvas.scene.cards[0].rows[0].is_unique)
    assert driver.canvas.scene.cards[0].rows[0].note == "unique"
    assert "30 rows" in driver.canvas.describe(CanvasSpot(0))
    assert "Not used yet" in driver.canvas.describe(CanvasSpot(0))


def test_card_follows_widgets_that_begin_to_use_its_table_and_rows_that_are_read_anew(
    driver: SelectionDriver, tmp_path: Path
) -> None:
    source_id = driver.canvas.scene.cards[0].source_id
    driver.type("model_name", "Sales by city")
    driver.key(Qt.Key.Key_S)
    driver.studio.wait(lambda: bool(driver.stored()))
    assert painting.uses_text(driver.canvas.scene.cards[0]) == "Not used yet"  # the model itself isn't counted
    add_widget(driver.studio, source_id)
    driver.studio.wait(lambda: painting.uses_text(driver.canvas.scene.cards[0]) == "Used by 1 widget")
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(0))
    driver.studio.wait(lambda: ("Fleet", "Top cities") in driver.rows())
    change_file(driver.studio, driver.shops.id, tmp_path / "shops.csv", "id,name\n0,Ankara\n1,Bursa\n")
    driver.studio.wait(
        lambda: len(driver.canvas.scene.cards[1].rows) == 2 if len(driver.canvas.scene.cards) > 1 else True
    )


def test_pane_shows_the_model_a_table_a_column_and_a_join(driver: SelectionDriver) -> None:
    driver.join()
    driver.canvas.make_current(CanvasSpot())
    assert driver.pane.isVisible()
    assert driver.title() == driver.editor.name.text()
    driver.studio.wait(lambda: [title for title, _below in driver.rows()] == ["Sales", "Shop list"])
    assert "The model isn't saved yet, so nothing uses it." in driver.paragraphs()

    driver.canvas.make_current(CanvasSpot(0))
    assert driver.title() == "sales"
    assert "Rows: 30" in driver.facts()
    assert any(fact.startswith("File: ") and fact.endswith("sales.csv") for fact in driver.facts())
    driver.studio.wait(lambda: ("sales with shops", "Left join, n : 0–1, 76 % match") in driver.rows())

    driver.studio.wait(
        lambda: bool(driver.editor.exploration.statistics(driver.canvas.scene.cards[0].source_id, "sales"))
    )
    driver.canvas.make_current(CanvasSpot(0, 2))
    assert driver.title() == "total"
    assert {"Values: 30, each once", "Empty: none", "Range: 1 to 30"} <= set(driver.facts())

    driver.canvas.make_current(CanvasSpot(0))
    driver.studio.wait(lambda: "sales with shops" in dict(driver.rows()))
    driver.open_row("sales with shops")
    assert driver.canvas.current == CanvasSpot(line=0)
    assert driver.title() == "sales with shops"
    driver.studio.wait(lambda: "23 of 30 rows match in sales" in driver.paragraphs())
    driver.click("model_selection_edit")
    assert driver.find("join_popover").isVisible()


def test_keys_go_through_columns_and_open_one(driver: SelectionDriver) -> None:
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(0))
    for _turn in range(2):
        driver.press(Qt.Key.Key_Down)
    assert driver.canvas.current == CanvasSpot(0, 1)
    assert driver.title() == "shop_id"
    driver.press(Qt.Key.Key_Delete)  # no column is removed, and its table neither
    assert [card.table for card in driver.canvas.scene.cards] == ["sales", "shops"]
    assert not driver.editor.tables.pane.edit.isVisible(), "the form below is there already"
    driver.press(Qt.Key.Key_Return)
    assert driver.find("model_form_title").hasFocus()
    driver.canvas.setFocus()
    driver.click("model_below")
    assert driver.editor.tables.pane.edit.isVisible()
    driver.press(Qt.Key.Key_Return)
    assert driver.find("model_field_popover").isVisible()
    driver.qtbot.keyClick(driver.find("model_field_popover"), Qt.Key.Key_Escape)
    driver.canvas.setFocus()
    driver.press(Qt.Key.Key_Escape)
    assert driver.canvas.current == CanvasSpot(0)


def test_pane_is_beside_a_wide_canvas_and_stays_as_it_was_asked_for(driver: SelectionDriver) -> None:
    window = driver.studio.application.window
    assert driver.pane.isVisible()
    window.resize(1024, 700)
    QApplication.processEvents()
    assert not driver.pane.isVisible()
    driver.click("model_details")
    assert driver.pane.isVisible()
    driver.click("detail_close")
    assert driver.canvas.hasFocus()
    window.resize(1440, 900)
    QApplication.processEvents()
    assert not driver.pane.isVisible()


def test_share_of_rows_that_match_is_100_percent_only_where_all_do() -> None:
    assert match_text(2000, 2000) == "100 % match"
    assert match_text(1999, 2000) == "99 % match"
    assert match_text(1, 2000) == "0 % match"
    assert match_text(3, 2000) == "0.1 % match"
    assert match_text(0, 0) == ""


def test_cards_stand_in_the_order_of_the_columns_that_join_them_around_one_middle() -> None:
    cards = tuple(TableCard("s", name, "S", "", (), None) for name in ("orders", "shops", "people"))
    facts = JoinFacts(1, 1, 1, 1, 1, 1)
    lines = (
        JoinLine(0, 0, 0, 5, 1, 0, "left", False, facts=facts),
        JoinLine(1, 0, 0, 2, 2, 0, "left", False, facts=facts),
    )
    sizes = [painting.card_size(card) for card in cards]
    orders, shops, people = place_cards(CanvasScene(cards, lines), sizes)
    assert people.bottom() + GAP_Y == shops.top()  # joined by a higher column, though later
    assert abs(orders.center().y() - people.united(shops).center().y()) <= 1


def test_column_is_used_by_the_joins_and_fields_as_they_are_before_the_model_is_saved(driver: SelectionDriver) -> None:
    driver.join()
    (line,) = driver.canvas.scene.lines
    driver.canvas.make_current(CanvasSpot(line.right, line.right_row))
    driver.studio.wait(lambda: "sales with shops" in dict(driver.rows()))
    assert "The model isn't saved yet, so nothing uses it." not in driver.paragraphs()
    driver.open_row("sales with shops")
    assert driver.canvas.current == CanvasSpot(line=0)

    draft = driver.view.draft
    assert draft is not None
    before = draft.state.definition
    taxed = CalculatedField("with tax", "total * 1.2", "decimal")
    driver.editor.edit_definition(replace(before, calculations=(taxed,)))
    driver.canvas.make_current(CanvasSpot(0, 2))
    assert driver.title() == "total"
    assert ("with tax", "Field") in driver.rows()
    driver.editor.edit_definition(before)
    assert "with tax" not in dict(driver.rows())


def test_renamed_column_is_used_by_what_names_it_until_the_model_is_saved(driver: SelectionDriver) -> None:
    driver.join()
    driver.type("model_name", "Sales by city")
    driver.key(Qt.Key.Key_S)
    driver.studio.wait(lambda: bool(driver.stored()))
    add_widget(driver.studio, driver.canvas.scene.cards[0].source_id)
    place = [row.field for row in driver.canvas.scene.cards[1].rows].index("name")
    driver.canvas.make_current(CanvasSpot(1, place))
    driver.studio.wait(lambda: ("Fleet", "Top cities") in driver.rows())
    draft = driver.view.draft
    assert draft is not None
    before = draft.state.definition
    sales, shops = before.tables
    fields = tuple(replace(one, name="shop") if one.name == "name" else one for one in shops.fields)
    driver.editor.edit_definition(replace(before, tables=(sales, replace(shops, fields=fields))))
    assert driver.canvas.scene.cards[1].rows[place].field == "shop"
    driver.studio.wait(lambda: ("Fleet", "Top cities") in driver.rows())
    assert "Not used yet." not in driver.paragraphs()
