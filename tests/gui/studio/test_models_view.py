"""The Models view in a real window: a model is made, edited by keys, saved, explored, undone and deleted."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from test_explore_joins import add_file

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import ModelMeasure
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.identity import audit
from benchboard.paging import Listing
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from benchboard.ui.studio.data.data_models.model_draft import with_measure
from benchboard.ui.studio.data.data_models.models_view import ModelsView, broken_text
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.widgets import Edit, Paragraph, Select
from support.databases import unbound
from support.window import visible

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton


class Models:
    """The Models view, worked by mouse and keys."""

    def __init__(self, studio: "Studio") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        studio.context.go("studio/models")
        (self.view,) = studio.application.window.findChildren(ModelsView)
        self.editor = self.view.editor
        studio.wait(lambda: self.editor.exploration.sources_read)

    def find(self, name: str) -> QWidget:
        window = self.studio.application.window
        (found,) = [one for one in window.findChildren(QWidget, name) if one.isVisible()]
        return found

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    def type(self, name: str, text: str) -> None:
        edit = self.find(name)
        assert isinstance(edit, Edit)
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    def choose(self, name: str, key: str) -> None:
        select = self.find(name)
        assert isinstance(select, Select)
        select.setFocus()
        select.set_current_key(key)

    def field(self, name: str) -> tuple[str, ...]:
        return next(row.cells for row in self.editor.fields.texts.rows if row.cells[0] == name)

    def open_field(self, name: str) -> None:
        names = [row.cells[0] for row in self.editor.fields.texts.rows]
        self.editor.fields.setFocus()
        self.editor.fields.setCurrentIndex(self.editor.fields.texts.index(names.index(name), 0))
        self.qtbot.keyClick(self.editor.fields, Qt.Key.Key_Return)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.ControlModifier) -> None:
        self.editor.fields.setFocus()
        self.qtbot.keyClick(self.editor.fields, key, modifier)

    def draw(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag a column of a card onto one of another card."""
        canvas = self.editor.tables.canvas
        first, last = canvas.column_point(*start), canvas.column_point(*end)
        self.qtbot.mousePress(canvas, LEFT, pos=first)
        self.studio.glide(first, last, canvas)
        self.qtbot.mouseRelease(canvas, LEFT, pos=last)

    def said_in_dialog(self) -> str:
        dialog = self.find("confirm")
        return " ".join(one.text() for one in dialog.findChildren(Paragraph))

    def stored(self) -> list[model_services.ModelSummary]:
        with unbound(self.studio.workspace.database).read() as session:
            return list(model_services.list_models(session, self.studio.actor, Listing()).rows)


def add_widget(studio: "Studio", source_id: str) -> None:
    """A widget on a dashboard that queries the model."""
    organisation = studio.actor.organisation_id
    with unbound(studio.workspace.database).change() as session:
        dashboard = Dashboard(id=new_id(), organisation_id=organisation, name="Fleet", user_id=studio.actor.user_id)
        session.add(dashboard)
        session.flush()
        session.add(
            Widget(id=new_id(), organisation_id=organisation, dashboard_id=dashboard.id, type="table",
                   query='SELECT name FROM "Sales by city"', data_source_id=source_id,
                   config={"benchboard": {"item": {"title": "Top cities"}}}, position={})
        )  # fmt: skip
        audit.record(session, studio.actor, "dashboard.create", dashboard.id)


def change_file(studio: "Studio", source_id: str, file: Path, text: str) -> None:
    """Let a source have the columns that its file has with another text."""
    file.write_text(text, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with studio.workspace.database.bind(studio.actor).change() as session:
        services.update_source(session, studio.actor, source_id, tables=tables)


def test_new_model_that_is_not_saved_stays_while_the_window_is_rebuilt(studio: "Studio", tmp_path: Path) -> None:
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,shop_id,total\n1,2,3\n")
    models = Models(studio)
    models.studio.wait(lambda: any(one.id == sales.id for one in models.editor.exploration.sources))
    studio.context.go("studio/models/!new")
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "new_model_menu")))
    models.click("model_table_sales")
    models.type("model_name", "Sales by shift")
    application = studio.application
    for language in ("tr", "en"):
        application.apply_settings(replace(application.settings, language=language))
    assert application.shell is not None
    (view,) = application.shell.findChildren(ModelsView)
    studio.wait(lambda: view.editor.isVisible() and view.editor.name.text() == "Sales by shift")
    assert view.unsaved_row.isVisible()


def test_model_is_made_edited_undone_saved_explored_renamed_and_deleted(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    rows = "".join(f"{k},{k % 3},{k}\n" for k in range(1, 31))
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,shop_id,total\n" + rows)
    shops = add_file(studio, tmp_path / "shops.csv", "Shop list", "id,name\n0,Ankara\n1,İzmir\n2,Bursa\n")
    models = Models(studio)
    models.studio.wait(lambda: any(one.id == sales.id for one in models.editor.exploration.sources))
    source = models.editor.exploration.source(sales.id)
    assert source is not None
    studio.context.go("studio/models/!new")
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "new_model_menu")))
    models.click("model_table_sales")
    models.studio.wait(lambda: models.editor.preview.texts.rowCount() == 20)
    assert models.editor.name.text() == "sales model"

    # A join, a calculated field, a measure, and how a field is shown.
    models.click("model_add_table")
    models.click("model_table_shops")
    models.draw((0, 1), (1, 0))
    matches = models.find("join_matches")
    assert isinstance(matches, Paragraph)
    models.studio.wait(lambda: "find a row" in matches.text())
    models.click("part_apply")
    models.click("segment_fields")
    models.studio.wait(lambda: "name" in [row.cells[0] for row in models.editor.fields.texts.rows])
    models.click("model_add_calculation")
    models.type("calculation_name", "fare")
    expression = models.find("calculation_expression")
    assert isinstance(expression, QueryEdit)
    expression.setFocus()
    models.qtbot.keyClicks(expression, "total * 2")
    hint = models.find("calculation_hint")
    assert isinstance(hint, Paragraph)
    models.studio.wait(lambda: "Each row has" in hint.text())
    models.click("part_apply")
    models.click("model_add_measure")
    measured = models.find("model_measure_expression")
    assert isinstance(measured, QueryEdit)
    measured.setFocus()
    value = models.find("model_measure_hint")
    assert isinstance(value, Paragraph)
    models.qtbot.keyClicks(measured, "fares")
    models.studio.wait(lambda: "fares" in value.text())  # the source knows no such field, and says where
    assert measured.extraSelections()
    assert measured.accessibleDescription() == value.text()
    models.studio.wait(lambda: value.text() in announcements)
    models.qtbot.keyClick(measured, Qt.Key.Key_Backspace)
    models.studio.wait(lambda: value.text().startswith("Over all rows: 930"))
    models.type("model_measure_name", "revenue")
    models.qtbot.keyClick(models.find("model_measure_name"), Qt.Key.Key_Escape)
    assert models.find("part_discard_warning"), "what was typed isn't thrown away by one key"
    models.choose("model_field_format", "money")
    models.type("model_field_unit", "nothing")
    models.click("part_apply")
    models.type("model_field_unit", "eur")
    models.type("model_field_title", "Revenue")
    models.click("part_apply")
    models.open_field("name")
    models.type("model_field_title", "City")
    models.qtbot.keyClick(models.find("model_field_title"), Qt.Key.Key_Return)
    assert models.field("name")[1] == "City"
    assert models.field("revenue") == ("revenue", "Revenue", "measure", "Money", "EUR", "Visible", "Add description")
    assert [chip.text() for chip in models.editor.measures.chips] == ["Revenue = Sum of fare"]

    # Undo takes back one step after the other, Delete hides a column, Ctrl+S saves.
    models.key(Qt.Key.Key_Z)
    assert models.field("name")[1] == "name"
    assert "Undone: title of “name”" in announcements
    models.key(Qt.Key.Key_Y)
    assert models.field("name")[1] == "City"
    models.open_field("shop_id")
    models.qtbot.keyClick(models.find("model_field_popover"), Qt.Key.Key_Escape)
    models.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert models.field("shop_id")[5] == "Hidden"
    models.studio.wait(lambda: "City" in models.editor.preview.texts.heads)
    assert "shop_id" not in [one.lower() for one in models.editor.preview.texts.heads]
    models.type("model_name", "Sales by city")
    models.key(Qt.Key.Key_S)
    models.studio.wait(lambda: bool(models.stored()))
    models.studio.wait(lambda: not models.view.draft.is_changed if models.view.draft is not None else False)
    models.studio.wait(lambda: bool(models.view.table.model.rows))
    (stored,) = models.stored()
    assert (stored.name, stored.problems) == ("Sales by city", ())

    # Explore offers it as a table; its measure and titles reach the chart.
    models.click("models_explore")
    (explore,) = studio.application.window.findChildren(ExploreView)
    studio.wait(lambda: bool(explore.exploration.state.text))
    table = explore.exploration.table
    found = explore.exploration.source(sales.id)
    assert table is not None
    assert found is not None
    for name in ("name", "revenue"):
        column = table.column(name)
        assert column is not None
        explore.exploration.add_column(column, sales.id, table)
    studio.wait(lambda: "revenue" in explore.exploration.state.text)
    text = explore.exploration.state.text
    studio.wait(lambda: explore.exploration.result is not None and explore.exploration.result.text == text)
    result = explore.exploration.result
    assert result is not None
    assert result.table is not None, result.error
    assert [one.title for one in result.table.columns] == ["City", "Revenue"]
    assert result.table.currency(result.table.rows[0], 1) == "EUR"
    assert [chip.text() for chip in explore.builder.measures.chips] == ["Revenue"]

    # A new name breaks the widget that uses it, which is said before; and so is a file that lost a column.
    add_widget(studio, sales.id)
    studio.context.go("studio/models")
    models.type("model_name", "Renamed")
    models.key(Qt.Key.Key_S)
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "confirm_act")))
    assert "This breaks 1 widget on 1 dashboard: “Top cities” in “Fleet”." in models.said_in_dialog()
    models.click("confirm_keep")
    assert [one.name for one in models.stored()] == ["Sales by city"]
    models.click("models_discard")
    assert models.editor.name.text() == "Sales by city"
    change_file(studio, shops.id, tmp_path / "shops.csv", "id,town\n0,Ankara\n")
    studio.wait(lambda: "no column “name”" in models.editor.problems.text())
    assert [row.cells[0] for row in models.editor.fields.texts.rows if row.problem] == ["name"]
    change_file(studio, shops.id, tmp_path / "shops.csv", "id,name\n0,Ankara\n")
    studio.wait(lambda: not models.editor.problems.text())

    # Deleted with what breaks, and put back.
    models.view.delete_model(models.stored()[0])
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "confirm_act")))
    assert "“Top cities”" in models.said_in_dialog()
    models.click("confirm_act")
    studio.wait(lambda: not models.stored())
    studio.wait(lambda: models.view.draft is None)
    studio.context.problems.undo_last()
    studio.wait(lambda: bool(models.stored()))
    studio.wait(lambda: models.view.draft is not None)


def test_broken_text_names_widgets_and_their_dashboards() -> None:
    uses = [LineageUse("widget", str(k), f"W{k}" if k else "", "d", "Fleet") for k in range(10)]
    assert broken_text(uses[:1]) == "This breaks 1 widget on 1 dashboard: “Untitled” in “Fleet”."
    assert broken_text(uses).endswith("and 2 more.")
    assert broken_text([LineageUse("alert", "a", "Too far")]) == "This breaks 1 alert: “Too far”."


def test_new_model_is_in_the_list_before_it_is_saved(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,total\n1,2\n")
    models = Models(studio)
    studio.wait(lambda: any(one.id == sales.id for one in models.editor.exploration.sources))
    assert not models.view.unsaved_row.isVisible()
    studio.context.go("studio/models/!new")
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "new_model_menu")))
    models.click("model_table_sales")
    assert models.find("models_unsaved").accessibleName() == "sales model, Not saved"
    assert models.view.unsaved_row.isChecked()
    assert not models.view.table.isVisible()  # it says that there are no models yet
    for _round in range(8):  # around all panes, whose toolbar begins with a button that discards the model
        studio.qtbot.keyClick(studio.application.window, Qt.Key.Key_F6)
        assert not models.find("models_discard").hasFocus()
    announcements.clear()
    models.click("models_save")
    studio.wait(lambda: len(models.stored()) == 1)
    studio.wait(lambda: models.view.table.isVisible() and not models.view.unsaved_row.isVisible())
    studio.wait(lambda: any("Saved" in one for one in announcements))
    assert [one for one in announcements if "Saved" in one] == ["Saved “sales model”."]


def test_model_of_the_only_table_says_beside_the_button_why_none_can_be_added(studio: "Studio") -> None:
    models = Models(studio)
    models.click("models_empty_new")
    models.click("model_table_orders")
    reason, add = models.find("model_why_no_more"), models.find("model_add_table")
    assert reason.accessibleName().startswith("There's no other table in this source.")
    assert reason.geometry().right() < add.geometry().left() <= reason.geometry().right() + 20
    models.click("segment_fields")
    assert not add.isVisible()
    fields = models.editor.fields
    assert [fields.texts.rows[0].cells[at] for at in sorted(fields.texts.rows[0].defaults)] == [
        "orders", "Automatic", "Visible"
    ]  # fmt: skip
    title, unit = (fields.horizontalHeader().sectionSize(at) for at in (1, 4))
    assert (title, unit) == (200, 96)


def _begin_sales(studio: "Studio", folder: Path) -> Models:
    """A new model of a table of sales."""
    sales = add_file(studio, folder / "sales.csv", "Sales", "id,shop_id,total\n1,2,3.5\n")
    models = Models(studio)
    studio.wait(lambda: any(one.id == sales.id for one in models.editor.exploration.sources))
    studio.context.go("studio/models/!new")
    studio.wait(lambda: bool(studio.application.window.findChildren(QWidget, "new_model_menu")))
    models.click("model_table_sales")
    studio.wait(lambda: models.editor.preview.texts.rowCount() == 1)
    return models


def test_new_model_is_told_with_what_it_has(studio: "Studio", tmp_path: Path, announcements: list[str]) -> None:
    _begin_sales(studio, tmp_path)
    assert announcements.count("Model of sales created: 1 table, 3 fields. Not saved yet.") == 1


def test_focus_stays_at_the_edited_cell_of_the_fields(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    models.click("segment_fields")
    fields = models.editor.fields
    fields.setFocus()
    fields.setCurrentIndex(fields.texts.index(1, 1))
    models.qtbot.keyClick(fields, Qt.Key.Key_Return)
    models.type("model_field_title", "Shop")
    models.qtbot.keyClick(models.find("model_field_title"), Qt.Key.Key_Return)
    studio.wait(fields.hasFocus)
    assert (fields.currentIndex().row(), fields.currentIndex().column()) == (1, 1)
    assert fields.currentIndex().data() == "Shop"


def test_type_of_a_field_is_read(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    texts = models.editor.fields.texts
    read = [texts.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert read == ["id, a whole number", "shop_id, a whole number", "total, a decimal number"]


def test_palette_adds_a_measure_to_the_model_that_is_open(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    assert studio.application.shell is not None
    handler = studio.application.shell.command_handlers()["studio.models.add_measure"]
    assert not handler.why_not()
    handler.run()
    assert models.find("model_measure_expression").isVisible()
    assert models.editor.segments.current() == "fields"


def test_why_a_model_was_not_saved_goes_with_an_edit_and_with_another_model(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    draft, problems = models.view.draft, studio.context.problems
    assert draft is not None
    models.click("segment_fields")

    def fail() -> None:
        one = ModelMeasure("paid", "formula", "gone * 2", "decimal")
        models.editor.edit_definition(with_measure(draft.state.definition, one))
        models.click("models_save")
        studio.wait(lambda: problems.current is not None)

    fail()
    models.key(Qt.Key.Key_Z)
    assert problems.current is None
    fail()
    models.click("models_new")
    models.click("model_table_sales")
    models.click("confirm_act")
    studio.wait(lambda: models.view.draft is not draft)
    assert problems.current is None


def _add_measure(models: Models, name: str, expression: str = "total") -> None:
    """Fill the form of a new measure, which isn't applied yet."""
    models.editor.add_measure()
    edit = models.find("model_measure_expression")
    assert isinstance(edit, QueryEdit)
    edit.setFocus()
    models.qtbot.keyClicks(edit, expression)
    models.type("model_measure_name", name)


@pytest.mark.parametrize("wrong", ["revenue / n", "2nd", "net-price", "my revenue"])
def test_name_that_queries_can_not_use_is_refused_at_its_field(studio: "Studio", tmp_path: Path, wrong: str) -> None:
    models = _begin_sales(studio, tmp_path)
    _add_measure(models, wrong)
    name = models.find("model_measure_name")
    models.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert name.accessibleDescription() == "Use letters, digits and _. Don't start with a digit."
    assert name.hasFocus()
    models.type("model_measure_name", "revenue_2")
    models.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert models.view.draft is not None
    assert [one.name for one in models.view.draft.state.definition.measures] == ["revenue_2"]


def test_name_of_a_new_measure_follows_its_title_until_one_is_written(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    models.editor.add_measure()
    name = models.find("model_measure_name")
    assert isinstance(name, Edit)
    models.type("model_field_title", "Net price, total")
    assert name.text() == "net_price_total"
    models.type("model_field_title", "Total")
    assert name.text() == "total_2"  # a column has it already
    models.type("model_measure_name", "revenue")
    models.type("model_field_title", "Net price")
    assert name.text() == "revenue"


def test_new_model_opens_at_its_tables(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    models.click("segment_fields")
    models.view.open_new_menu()
    models.click("model_table_sales")
    if visible(studio.application.window, "confirm_act"):
        models.click("confirm_act")
    assert models.editor.segments.current() == "tables"
    assert models.editor.tables.isVisible()
    assert "Not saved" in models.view.unsaved_row.accessibleName() + models.view.unsaved_row.accessibleDescription()


def test_measure_keeps_a_name_that_it_has_already(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    draft = models.view.draft
    assert draft is not None
    models.click("segment_fields")
    models.editor.edit_definition(
        with_measure(draft.state.definition, ModelMeasure("All sales", "sum", "total", "decimal"))
    )
    models.editor.edit_measure(models.editor.fields, 0)
    models.type("model_field_title", "Sales")
    models.click("part_apply")
    assert draft.state.definition.measures[0].display.title == "Sales"


def test_renamed_measure_keeps_its_widgets_working_until_its_earlier_name_is_removed(
    studio: "Studio", tmp_path: Path
) -> None:
    """The rename asked whether the widgets may break."""
    models = _begin_sales(studio, tmp_path)
    draft = models.view.draft
    assert draft is not None
    measured = with_measure(draft.state.definition, ModelMeasure("name", "sum", "total", "decimal"))
    draft.edit(replace(draft.state, name="Sales by city", definition=measured))
    models.editor.show_state()
    models.click("models_save")
    studio.wait(lambda: draft.stored is not None)
    add_widget(studio, measured.source_id)
    query = 'SELECT sum(name) AS name FROM "Sales by city"'

    def answer() -> object:
        with unbound(studio.workspace.database).read() as session:
            return run_query(session, studio.actor, query, source_id=measured.source_id).rows

    before = answer()
    models.click("segment_fields")
    models.editor.edit_measure(models.editor.fields, 0)
    assert not visible(studio.application.window, "model_measure_earlier")
    name = models.find("model_measure_name")
    models.type("model_measure_name", "revenue")
    assert name.accessibleDescription() == "Queries that use “name” still work."
    models.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [(one.name, one.earlier) for one in draft.state.definition.measures] == [("revenue", ("name",))]
    models.click("models_save")  # nothing is asked
    studio.wait(lambda: not draft.is_changed)
    assert answer() == before

    models.editor.edit_measure(models.editor.fields, 0)
    earlier = models.find("model_measure_earlier")
    assert earlier.isVisible()
    models.type("model_measure_earlier", "name, 2nd")
    models.qtbot.keyClick(earlier, Qt.Key.Key_Return)
    assert earlier.accessibleDescription().startswith("“2nd”: Use letters")
    assert isinstance(earlier, Edit)
    earlier.clear()
    models.qtbot.keyClick(earlier, Qt.Key.Key_Return)
    models.click("models_save")
    studio.wait(lambda: visible(studio.application.window, "confirm_keep"))
    models.click("confirm_keep")  # a widget still has it
    models.editor.undo()
    studio.wait(lambda: not draft.is_changed)


def test_removed_measure_is_told_with_what_needs_it_and_undone(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    models = _begin_sales(studio, tmp_path)
    draft = models.view.draft
    assert draft is not None
    models.click("segment_fields")
    definition = with_measure(draft.state.definition, ModelMeasure("n", "sum", "total", "decimal"))
    models.editor.edit_definition(with_measure(definition, ModelMeasure("twice", "formula", "n * 2", "decimal")))
    models.editor.remove_field(3)
    told = "Removed “n”. “twice” can't be calculated without it."
    studio.wait(lambda: any(one.startswith(told) for one in announcements))
    studio.context.problems.undo_last()
    assert [one.name for one in draft.state.definition.measures] == ["n", "twice"]
    models.editor.remove_field(4)
    studio.wait(lambda: any(one.startswith("Removed “twice”.") for one in announcements))


def test_condition_that_no_row_meets_is_said_and_enter_in_it_applies(studio: "Studio", tmp_path: Path) -> None:
    models = _begin_sales(studio, tmp_path)
    _add_measure(models, "paid")
    models.type("model_measure_condition", "shop_id = 3")
    hint = models.find("model_measure_hint")
    assert isinstance(hint, Paragraph)
    studio.wait(lambda: hint.text() == "No row matches the condition. Check how its values are written.")
    models.type("model_measure_condition", "shop_id = 2")
    studio.wait(lambda: hint.text().startswith("Over the rows that match: 3.5"))
    models.qtbot.keyClick(models.find("model_measure_condition"), Qt.Key.Key_Return)
    assert models.view.draft is not None
    (measure,) = models.view.draft.state.definition.measures
    assert (measure.name, measure.condition) == ("paid", "shop_id = 2")


def test_popover_of_a_field_begins_at_its_cell_and_says_what_changed(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    models = _begin_sales(studio, tmp_path)
    models.click("segment_fields")
    fields = models.editor.fields
    for column, name in ((4, "unit"), (3, "format"), (5, "shown"), (6, "description"), (1, "title")):
        fields.setFocus()
        fields.setCurrentIndex(fields.texts.index(1, column))
        models.qtbot.keyClick(fields, Qt.Key.Key_Return)
        assert models.find(f"model_field_{name}").hasFocus(), name
        models.qtbot.keyClick(models.find("model_field_popover"), Qt.Key.Key_Escape)
    fields.setCurrentIndex(fields.texts.index(1, 4))
    models.qtbot.keyClick(fields, Qt.Key.Key_Return)
    models.type("model_field_unit", "pcs")
    models.qtbot.keyClick(models.find("model_field_unit"), Qt.Key.Key_Return)
    studio.wait(lambda: "Changed: unit of “shop_id”." in announcements)
