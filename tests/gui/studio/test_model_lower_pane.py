"""The pane below a model's canvas: the field that is selected is edited there, and rows of what is selected shown."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from test_explore_joins import add_file
from test_model_canvas import CanvasDriver
from test_model_selection import SelectionDriver
from test_models_view import change_file

from benchboard.ui.studio.data.data_models.field_form import FieldForm
from benchboard.ui.studio.data.data_models.model_canvas import CanvasSpot
from benchboard.ui.studio.data.data_models.rows_pane import RowsPane
from benchboard.ui.widgets.list_row import ListRow

if TYPE_CHECKING:
    from conftest import Studio

NEVER = "no_such_column * 2"


class PaneDriver(SelectionDriver):
    """A model over sales and shops in a window that has room for the pane."""

    @property
    def form(self) -> FieldForm:
        return self.editor.tables.below.form

    @property
    def rows_pane(self) -> RowsPane:
        return self.editor.tables.below.rows

    def select(self, card: int, row: int) -> None:
        self.canvas.setFocus()
        self.canvas.make_current(CanvasSpot(card, row))

    def cells(self) -> list[str]:
        return [row.cells[0] for row in self.rows_pane.table.texts.rows]

    def formula(self) -> QPlainTextEdit:
        found = self.find("model_form_formula")
        assert isinstance(found, QPlainTextEdit)
        return found

    def said(self) -> str:
        found = self.form.findChild(QLabel, "model_form_said")
        assert found is not None
        return found.text()

    def add_calculation(self, name: str, expression: str) -> None:
        self.editor.show_page("fields")
        self.click("model_add_calculation")
        self.type("calculation_name", name)
        edit = self.find("calculation_expression")
        assert isinstance(edit, QPlainTextEdit)
        edit.setFocus()
        self.qtbot.keyClicks(edit, expression)
        self.click("part_apply")
        self.studio.wait(lambda: self.view.draft is not None and bool(self.view.draft.state.definition.calculations))
        self.editor.show_page("tables")


@pytest.fixture
def driver(studio: "Studio", tmp_path: Path) -> PaneDriver:
    return PaneDriver(studio, tmp_path)


def test_values_of_the_selected_field_are_taken_when_they_are_left_and_undone(driver: PaneDriver) -> None:
    driver.select(0, 2)
    assert driver.form.isVisible()
    assert driver.form.heading.text() == "total"
    assert driver.form.accessibleName() == "Selected field total"
    driver.studio.wait(lambda: driver.form.heading.width() > 20)
    driver.type("model_form_title", "Turnover")
    driver.qtbot.keyClick(driver.find("model_form_title"), Qt.Key.Key_Return)
    driver.type("model_form_unit", "pcs")
    driver.canvas.setFocus()
    assert driver.view.draft is not None
    display = driver.view.draft.state.definition.tables[0].fields[2].display
    assert (display.title, display.unit) == ("Turnover", "pcs")
    driver.editor.undo()
    assert driver.view.draft.state.definition.tables[0].fields[2].display.unit == ""
    assert driver.find("model_form_unit").property("text") == ""


def test_value_that_is_typed_goes_to_its_field_when_another_is_selected(driver: PaneDriver) -> None:
    driver.select(0, 2)
    driver.type("model_form_title", "Turnover")
    driver.canvas.make_current(CanvasSpot(0, 0))
    assert driver.view.draft is not None
    fields = driver.view.draft.state.definition.tables[0].fields
    assert (fields[2].display.title, fields[0].display.title) == ("Turnover", "id")
    driver.canvas.make_current(CanvasSpot(0))
    assert not driver.form.isVisible()


def test_hint_to_select_a_field_is_there_until_one_is(driver: PaneDriver) -> None:
    driver.join()
    hint = driver.editor.tables.findChild(QLabel, "model_canvas_hint")
    assert hint is not None
    driver.canvas.make_current(CanvasSpot(0))
    assert hint.text() == "Select a field to edit it."
    driver.select(0, 2)
    assert hint.text() == ""


def test_money_without_a_currency_code_is_an_error_at_the_unit(driver: PaneDriver) -> None:
    driver.select(0, 2)
    driver.type("model_form_unit", "coins")
    driver.choose("model_form_format", "money")
    driver.form.commit()
    assert driver.find("model_form_unit").accessibleDescription() == "Enter a currency code, such as EUR."


def test_formula_is_taken_when_it_is_right_and_said_at_its_spot_to_be_wrong(driver: PaneDriver) -> None:
    driver.add_calculation("twice", "total * 2")
    driver.select(0, 3)
    driver.studio.wait(lambda: driver.said() == "Each row has a whole number.")
    driver.formula().setPlainText("total * 3.5")
    draft = driver.view.draft
    assert draft is not None
    driver.studio.wait(lambda: draft.state.definition.calculations[0].expression == "total * 3.5")
    assert draft.state.definition.calculations[0].kind == "decimal"

    driver.formula().setPlainText(NEVER)
    driver.studio.wait(lambda: "no_such_column" in driver.said())
    assert driver.formula().extraSelections()
    assert "no_such_column" in driver.formula().accessibleDescription()
    assert draft.state.definition.calculations[0].expression == "total * 3.5"

    driver.select(0, 0)  # what was typed stays
    driver.select(0, 3)
    assert driver.formula().toPlainText() == NEVER
    driver.formula().setPlainText("total * 4")
    driver.studio.wait(lambda: draft.state.definition.calculations[0].expression == "total * 4")
    driver.editor.undo()
    assert draft.state.definition.calculations[0].expression == "total * 2"
    assert driver.formula().toPlainText() == "total * 2"


def test_rows_are_those_of_the_selected_table_or_of_the_model(driver: PaneDriver, tmp_path: Path) -> None:
    driver.select(1, -1)
    driver.studio.wait(lambda: driver.cells() == ["0", "1", "2"])
    assert driver.rows_pane.title.text() == "First rows of shops"
    change_file(driver.studio, driver.shops.id, tmp_path / "shops.csv", "id,name\n7,Ankara\n")
    driver.studio.wait(lambda: driver.cells() == ["7"])
    driver.canvas.make_current(CanvasSpot())
    driver.studio.wait(lambda: driver.cells() == ["1", "2", "3", "4", "5"])
    assert driver.rows_pane.title.text() == "First rows of sales model"


def test_rows_of_a_table_have_the_titles_of_the_model(driver: PaneDriver) -> None:
    driver.select(0, 1)
    heads = driver.rows_pane.table.texts
    driver.studio.wait(driver.rows_pane.table.isVisible)
    driver.type("model_form_title", "Store")
    driver.qtbot.keyClick(driver.find("model_form_title"), Qt.Key.Key_Return)
    assert heads.heads[1] == "Store"
    driver.select(0, 2)
    driver.select(0, 1)
    assert heads.heads[1] == "Store"
    driver.editor.undo()
    assert heads.heads[1] != "Store"


def test_newest_rows_of_a_table_with_times_are_shown(studio: "Studio", tmp_path: Path) -> None:
    add_file(studio, tmp_path / "runs.csv", "Runs", "run,ended\n1,2026-01-01\n2,2026-01-03\n3,2026-01-02\n")
    driver = PaneDriver(studio, tmp_path)
    driver.click("model_add_table")
    driver.click("model_table_runs")
    driver.studio.wait(lambda: driver.rows_pane.title.text() == "Newest rows of runs")
    assert driver.cells() == ["2", "3", "1"]


def test_tables_that_can_be_joined_are_listed_with_their_columns(studio: "Studio", tmp_path: Path) -> None:
    add_file(studio, tmp_path / "refunds.csv", "Refunds", "sale_id,amount\n1,2\n")
    driver = PaneDriver(studio, tmp_path)
    driver.canvas.make_current(CanvasSpot(0))

    def offers() -> list[ListRow]:
        return [one for one in driver.pane.findChildren(ListRow, "model_offer_row") if one.isVisible()]

    studio.wait(lambda: bool(offers()))
    (offer,) = offers()
    assert (offer.text(), offer.accessibleDescription()) == ("refunds", "Refunds, by id = sale_id")
    offer.setFocus()
    driver.qtbot.keyClick(offer, Qt.Key.Key_Space)
    driver.click("part_apply")
    assert driver.view.draft is not None
    assert [one.table for one in driver.view.draft.state.definition.tables] == ["sales", "refunds"]


def test_pane_is_below_a_high_canvas_and_stays_as_it_was_asked_for(driver: PaneDriver) -> None:
    below = driver.editor.tables.below
    assert below.isVisible()
    assert below in driver.editor.panes()
    driver.click("model_below")
    assert not below.isVisible()
    driver.studio.application.window.resize(1440, 1000)
    QApplication.processEvents()
    assert not below.isVisible()
    driver.click("model_below")
    assert below.isVisible()


def test_name_is_a_heading_that_escape_restores(driver: CanvasDriver) -> None:
    driver.type("model_name", "Shops")
    driver.qtbot.keyClick(driver.find("model_name"), Qt.Key.Key_Escape)
    assert driver.find("model_name").property("text") == "sales model"


def test_enter_in_a_field_is_heard_undo_takes_it_back_and_escape_leads_to_the_tables(
    driver: PaneDriver, announcements: list[str]
) -> None:
    driver.select(0, 1)
    driver.type("model_form_title", "Shop")
    edit = driver.find("model_form_title")
    driver.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert "Changed: title of “shop_id”." in announcements
    driver.qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert driver.view.draft is not None
    assert driver.view.draft.state.definition.field("shop_id").display.title != "Shop"  # type: ignore[union-attr]
    assert edit.text() != "Shop"  # type: ignore[attr-defined]
    assert announcements[-1] == "Undone: title of “shop_id”"
    driver.qtbot.keyClicks(edit, "Half a tit")
    driver.qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert driver.canvas.hasFocus()
    assert edit.text() != "Half a tit"  # type: ignore[attr-defined]
    assert driver.view.draft.state.definition.field("shop_id").display.title == "shop_id"  # type: ignore[union-attr]


def test_join_without_a_column_says_which_is_missing(driver: PaneDriver, announcements: list[str]) -> None:
    driver.editor.tables.pane.join_requested.emit(*driver.canvas.scene.cards[1].key)
    left, right = driver.find("join_left"), driver.find("join_right")
    assert (left.accessibleName(), right.accessibleName()) == ("Column of sales", "Column of shops")
    right.set_choices([("", "Choose a column")])  # type: ignore[attr-defined]
    driver.qtbot.keyClick(left, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert right.hasFocus()
    driver.studio.wait(lambda: "Choose a column of shops." in announcements)


def test_table_that_was_joined_and_a_model_that_was_renamed_are_told_to_be_called_otherwise(
    driver: PaneDriver, told_events: list[tuple[str, int]]
) -> None:
    driver.click("models_save")
    driver.studio.wait(lambda: driver.view.draft is not None and not driver.view.draft.is_changed)
    driver.studio.wait(lambda: len(driver.view.table.model.rows) == 1)
    told_events.clear()
    driver.type("model_name", "Sales of all shops")
    driver.qtbot.keyClick(driver.find("model_name"), Qt.Key.Key_Return)
    assert any(kind == "NameChanged" and child > 0 for kind, child in told_events)
    driver.select(1, -1)
    driver.studio.wait(lambda: any(kind == "Focus" for kind, _child in told_events))
    driver.canvas.make_current(CanvasSpot(0))
    driver.draw((0, 1), (1, 0))
    driver.qtbot.keyClick(driver.find("join_popover"), Qt.Key.Key_Escape)
    told_events.clear()
    driver.select(1, -1)
    driver.studio.wait(lambda: any(kind == "NameChanged" for kind, _child in told_events))
