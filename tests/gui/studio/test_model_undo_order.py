"""The Models view has one order of undo: what was done last with any of its models is undone first."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from test_explore_joins import add_file
from test_models_view import Models

from benchboard.analytics import model_services
from support.databases import unbound
from support.window import visible

if TYPE_CHECKING:
    from benchboard.analytics.model_services import ModelSummary
    from conftest import Studio

KEYS = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class TwoModels(Models):
    """Two stored models, “X” and “Y”."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        sales = add_file(studio, folder / "sales.csv", "Sales", "id,name,total\n1,a,2\n")
        with unbound(studio.workspace.database).change() as session:
            made = model_services.table_definition(session, studio.actor, sales.id, "sales")
            for name in ("X", "Y"):
                model_services.create_model(session, studio.actor, name=name, definition=made)
        super().__init__(studio)
        studio.wait(lambda: self.names() == ["X", "Y"])

    def names(self) -> list[str]:
        """The models in the list, as they are stored."""
        return [one.name for one in self.view.table.model.rows]

    def row(self, name: str) -> "ModelSummary":
        return next(one for one in self.view.table.model.rows if one.name == name)

    def show(self, name: str) -> None:
        self.view.table.make_current(self.row(name).id)
        self.studio.wait(lambda: self.view.draft is not None and self.view.draft.state.name == name)

    def describe(self, text: str) -> None:
        """Write what the model that is shown is for."""
        self.type("model_description", text)
        self.qtbot.keyClick(self.find("model_description"), KEYS.Key_Return)
        assert self.description() == text

    def description(self) -> str:
        assert self.view.draft is not None
        return self.view.draft.state.description

    def delete(self, name: str) -> None:
        self.view.table.view.setFocus()
        self.show(name)
        self.qtbot.keyClick(self.view.table.view, KEYS.Key_Delete)
        self.studio.wait(lambda: visible(self.studio.application.window, "confirm_act"))
        self.click("confirm_act")
        self.studio.wait(lambda: name not in self.names())

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = CTRL) -> None:
        self.view.table.view.setFocus()
        self.qtbot.keyClick(self.view.table.view, key, modifier)

    def dismiss_toast(self) -> None:
        self.press(KEYS.Key_Escape, Qt.KeyboardModifier.NoModifier)
        self.studio.wait(lambda: not visible(self.studio.application.window, "toast"))


@pytest.fixture
def models(studio: "Studio", tmp_path: Path) -> TwoModels:
    return TwoModels(studio, tmp_path)


@pytest.mark.parametrize("has_toast", [False, True])
def test_deletion_is_undone_before_an_older_edit_of_another_model(models: TwoModels, *, has_toast: bool) -> None:
    models.show("Y")
    models.describe("Edited")
    models.delete("X")
    if not has_toast:
        models.dismiss_toast()
    models.show("Y")
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])
    assert models.view.unsaved() == "Y"
    models.show("Y")
    assert models.description() == "Edited"
    models.show("X")
    models.press(KEYS.Key_Z)
    assert models.view.unsaved() == ""
    assert models.view.draft is not None
    assert (models.view.draft.state.name, models.description()) == ("Y", "")

    # Redone in the order in which they were done.
    models.press(KEYS.Key_Z, CTRL | SHIFT)
    assert (models.view.unsaved(), models.names()) == ("Y", ["X", "Y"])
    models.press(KEYS.Key_Z, CTRL | SHIFT)
    models.studio.wait(lambda: models.names() == ["Y"])
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])


def test_edit_after_a_deletion_is_undone_first_though_the_toast_is_there(models: TwoModels) -> None:
    models.delete("X")
    models.show("Y")
    models.describe("Edited")
    models.press(KEYS.Key_Z)
    assert (models.description(), models.names()) == ("", ["Y"])
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])


def test_edit_of_a_model_that_is_not_shown_is_undone_where_it_is_told(
    models: TwoModels, announcements: list[str]
) -> None:
    models.show("Y")
    models.describe("Edited")
    models.show("X")
    models.press(KEYS.Key_Z)
    told = announcements.index("“Y” is open.")
    assert any(one.startswith("Undone: ") for one in announcements[told:])


def test_nothing_is_redone_after_something_new_was_done(models: TwoModels, announcements: list[str]) -> None:
    models.delete("X")
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])
    models.show("Y")
    models.describe("Edited")
    models.press(KEYS.Key_Z, CTRL | SHIFT)
    models.studio.wait(lambda: "Nothing to redo" in announcements)
    assert models.names() == ["X", "Y"]


def test_discarded_new_model_is_back_before_an_older_edit_is_undone(models: TwoModels) -> None:
    models.show("Y")
    models.describe("Edited")
    models.view.open_new_menu()
    models.click("model_table_sales")
    models.click("models_discard")
    models.dismiss_toast()
    models.show("Y")
    models.press(KEYS.Key_Z)
    assert models.view.unsaved_row.isVisible()
    models.show("Y")
    assert models.description() == "Edited"
    models.press(KEYS.Key_Z)
    assert models.description() == ""


@pytest.mark.parametrize("keys_at", ["list", "editor"])
def test_deletion_that_is_redone_leaves_the_list_and_the_editor_at_one_model(models: TwoModels, keys_at: str) -> None:
    models.delete("X")
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])
    models.show("X")
    at = models.view.table.view if keys_at == "list" else models.editor.tables.canvas
    at.setFocus()
    models.qtbot.keyClick(at, KEYS.Key_Z, CTRL | SHIFT)
    models.studio.wait(lambda: models.names() == ["Y"])
    models.studio.wait(lambda: not models.studio.application.tasks.running)
    current = models.view.table.current()
    shown = models.view.draft
    assert current is not None
    assert shown is not None
    assert current.name == shown.state.name == "Y"


@pytest.mark.parametrize("place", ["rail_studio", "tab_studio_models"])
def test_undo_redo_and_save_work_while_the_rail_or_the_sections_have_the_focus(
    models: TwoModels, announcements: list[str], place: str
) -> None:
    models.show("Y")
    models.describe("Edited")
    for key, said, description in ((KEYS.Key_Z, "Undone: ", ""), (KEYS.Key_Y, "Redone: ", "Edited")):
        announcements.clear()
        models.find(place).setFocus()
        models.qtbot.keyClick(models.find(place), key, CTRL)
        assert models.description() == description
        assert [one for one in announcements if one.startswith(said)]
        assert models.find(place).hasFocus()
    models.qtbot.keyClick(models.find(place), KEYS.Key_S, CTRL)
    models.studio.wait(lambda: "Saved “Y”." in announcements)


def test_save_and_undo_wait_for_a_form_that_is_open(models: TwoModels, announcements: list[str]) -> None:
    models.show("Y")
    models.describe("Edited")
    models.editor.add_measure()
    form = models.find("model_measure_popover")
    form.setFocus()
    for key in (KEYS.Key_S, KEYS.Key_Z):
        models.qtbot.keyClick(form, key, CTRL)
    models.studio.wait(lambda: "Apply or close what is open first." in announcements)
    assert models.description() == "Edited"
    assert form.isVisible()


def test_undo_in_another_model_leads_to_its_row_in_the_list(models: TwoModels) -> None:
    models.show("Y")
    models.describe("Edited")
    models.show("X")
    page = models.find("segment_fields")
    page.setFocus()
    models.qtbot.keyClick(page, KEYS.Key_Z, CTRL)
    view = models.view.table.view
    assert view.hasFocus()
    index = view.currentIndex()
    assert models.view.table.model.rows[index.row()].name == "Y"
    told = QAccessible.queryAccessibleInterface(view)
    assert told is not None
    focused = told.focusChild()
    assert focused is not None
    assert focused.state().selected


def test_edits_of_a_model_can_be_undone_after_it_was_deleted_and_restored(models: TwoModels) -> None:
    models.show("X")
    models.describe("First")
    models.describe("Second")
    models.delete("X")
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])
    models.studio.wait(lambda: models.view.unsaved() == "X")
    models.show("X")
    for description in ("First", ""):
        models.press(KEYS.Key_Z)
        assert models.description() == description
    models.press(KEYS.Key_Z, CTRL | SHIFT)
    assert models.description() == "First"
    models.click("models_save")
    models.studio.wait(lambda: models.view.unsaved() == "")
    models.studio.wait(lambda: [one.description for one in models.stored()] == ["First", ""])


def test_saved_edits_of_a_model_can_be_undone_after_it_was_deleted_and_restored(models: TwoModels) -> None:
    models.show("X")
    models.describe("First")
    models.click("models_save")
    models.studio.wait(lambda: models.view.unsaved() == "")
    models.delete("X")
    models.press(KEYS.Key_Z)
    models.studio.wait(lambda: models.names() == ["X", "Y"])
    models.studio.wait(lambda: not models.studio.application.tasks.running)
    models.show("X")
    models.press(KEYS.Key_Z)
    assert models.description() == ""
    assert models.view.unsaved() == "X"
