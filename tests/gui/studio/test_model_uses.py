"""What uses a model, its fields and the tables of a source, as the window says it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from test_explore_joins import add_file
from test_models_view import Models, add_widget

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import CalculatedField, ModelMeasure
from benchboard.analytics.data_models.measures import renamed_measure
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.data.data_models.uses_page import UsesPage
from benchboard.ui.studio.data.uses_table import UsesTable
from benchboard.ui.widgets import EmptyState, Paragraph
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


def _is_shown(page: UsesPage, title: str) -> bool:
    """Whether the page's empty state says this."""
    (empty,) = page.findChildren(EmptyState)
    return empty.isVisible() and empty.sentence.text() == title


def test_uses_of_a_model_its_fields_and_its_table_lead_to_what_uses_them(studio: "Studio", tmp_path: Path) -> None:
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,name,total\n1,a,2\n")
    with unbound(studio.workspace.database).change() as session:
        made = model_services.table_definition(session, studio.actor, sales.id, "sales")
        made = type(made)(made.tables, (), (CalculatedField("label", "upper(name)", "text"),))
        model_services.create_model(session, studio.actor, name="Sales by city", definition=made)
    add_widget(studio, sales.id)
    models = Models(studio)
    studio.wait(lambda: models.view.draft is not None)
    page = models.editor.uses
    models.click("segment_uses")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard.")
    assert [row.cells for row in page.table.texts.rows] == [("Top cities", "Widget", "Fleet")]
    page.show_field("name")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard and 1 field.")
    assert page.origin.text() == "Made from Sales / sales.name"
    page.show_field("total")
    studio.wait(lambda: page.summary.text() == "Not used yet.")
    studio.wait(lambda: _is_shown(page, "Not used yet"))
    assert not page.table.isVisible()

    # From the menu of a field.
    models.click("segment_fields")
    models.open_field("name")
    models.qtbot.keyClick(models.find("model_field_popover"), Qt.Key.Key_Escape)
    models.editor.fields.menu_requested.emit(models.editor.fields.currentIndex().row())
    models.click("field_uses")
    studio.wait(lambda: len(page.table.uses) == 2)
    page.table.setFocus()  # at the calculated field over it
    studio.qtbot.keyClick(page.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    models.click("use_open")
    assert page.origin.text() == "Made from Sales / sales.name"
    studio.wait(lambda: page.summary.text() == "Not used yet.")

    # The source says what reads it, also through the model.
    studio.context.go(f"studio/data/{sales.id}")
    window = studio.application.window
    studio.wait(lambda: any(one.isVisible() for one in window.findChildren(UsesTable, "source_uses")))
    (listed,) = [one for one in window.findChildren(UsesTable, "source_uses") if one.isVisible()]
    assert [(one.kind, one.name, one.through) for one in listed.uses] == [
        ("model", "Sales by city", ""), ("widget", "Top cities", "Sales by city"),
    ]  # fmt: skip
    (section,) = window.findChildren(QWidget, "source_used_by")
    assert "1 widget on 1 dashboard and 1 data model" in [one.text() for one in section.findChildren(Paragraph)]
    listed.setFocus()
    listed.setCurrentIndex(listed.texts.index(1, 0))
    studio.qtbot.keyClick(listed, Qt.Key.Key_Return)
    studio.wait(lambda: any(one.isVisible() for one in window.findChildren(DashboardsView)))


def _model_of_sales(studio: "Studio", folder: Path) -> tuple[Models, str]:
    """The view with a model that nothing uses, and the id of its source."""
    sales = add_file(studio, folder / "sales.csv", "Sales", "id,name,total\n1,a,2\n")
    with unbound(studio.workspace.database).change() as session:
        made = model_services.table_definition(session, studio.actor, sales.id, "sales")
        model_services.create_model(session, studio.actor, name="Sales by city", definition=made)
    models = Models(studio)
    studio.wait(lambda: models.view.draft is not None)
    return models, sales.id


def test_page_of_uses_follows_what_other_views_and_programs_change(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    models, source_id = _model_of_sales(studio, tmp_path)
    page = models.editor.uses
    models.click("segment_uses")
    studio.wait(lambda: announcements.count("Not used yet.") == 1)
    studio.context.go("studio/data")  # the page is hidden while a widget is added
    studio.wait(lambda: not page.isVisible())
    add_widget(studio, source_id)
    studio.context.go("studio/models")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard.")
    studio.wait(lambda: announcements.count("Used by 1 widget on 1 dashboard.") == 1)
    add_widget(studio, source_id)  # while it is shown
    studio.wait(lambda: announcements.count("Used by 2 widgets on 2 dashboards.") == 1)
    assert page.summary.text() == "Used by 2 widgets on 2 dashboards."


def test_chosen_page_of_uses_says_its_summary_each_time(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    models, _source_id = _model_of_sales(studio, tmp_path)
    for times in (1, 2):
        models.click("segment_uses")
        studio.wait(lambda times=times: announcements.count("Not used yet.") == times)  # type: ignore[misc]
        models.click("segment_fields")


def test_page_of_uses_has_the_fields_of_the_draft_and_the_widgets_of_the_stored_name(
    studio: "Studio", tmp_path: Path
) -> None:
    models, source_id = _model_of_sales(studio, tmp_path)
    add_widget(studio, source_id)
    page, draft = models.editor.uses, models.view.draft
    assert draft is not None
    models.click("segment_uses")
    page.show_field("name")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard.")
    before = draft.state.definition
    label = CalculatedField("label", "upper(name)", "text")
    models.editor.edit_definition(replace(before, calculations=(label,)))
    assert page.summary.text() == "Used by 1 widget on 1 dashboard and 1 field."
    page.show_field("label")
    assert draft.stored_name("label") == "label"
    models.editor.edit_definition(before)
    page.show_field("name")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard.")
    (table,) = before.tables
    fields = tuple(replace(one, name="shop") if one.name == "name" else one for one in table.fields)
    models.editor.edit_definition(replace(before, tables=(replace(table, fields=fields),)))
    page.show_field("shop")
    studio.wait(lambda: page.summary.text() == "Used by 1 widget on 1 dashboard.")
    assert [one.name for one in page.table.uses] == ["Top cities"]


def test_renamed_measure_and_calculated_field_are_used_by_their_stored_names(studio: "Studio", tmp_path: Path) -> None:
    models, _source_id = _model_of_sales(studio, tmp_path)
    draft = models.view.draft
    assert draft is not None
    half = CalculatedField("half", "total / 2", "decimal")
    gross = ModelMeasure("gross", "sum", "total", "decimal")
    models.editor.edit_definition(replace(draft.state.definition, calculations=(half,), measures=(gross,)))
    models.key(Qt.Key.Key_S)
    studio.wait(lambda: not draft.is_changed)
    definition = renamed_measure(draft.state.definition, "gross", "revenue")
    models.editor.edit_definition(replace(definition, calculations=(replace(half, name="halved"),)))
    assert [draft.stored_name(name) for name in ("revenue", "halved", "total")] == ["gross", "half", "total"]
