"""The list of the Models view by keys, while a new model that isn't saved yet has a row above the saved ones."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from test_model_undo_order import TwoModels

if TYPE_CHECKING:
    from benchboard.ui.studio.data.data_models.model_draft import ModelDraft
    from conftest import Studio

KEYS = Qt.Key


class NewModel(TwoModels):
    """A new model of the sales beside the stored ones, “X” and “Y”."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        super().__init__(studio, folder)
        self.view.open_new_menu()
        self.click("model_table_sales")
        new = self.view.draft
        assert new is not None
        self.new = new

    @property
    def shown(self) -> "ModelDraft | None":
        """The model that is shown."""
        return self.view.draft

    @property
    def shown_name(self) -> str:
        assert self.view.draft is not None
        return self.view.draft.state.name

    @property
    def focused(self) -> QWidget:
        found = self.studio.application.window.focusWidget()
        assert found is not None
        return found

    def press_there(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QWidget:
        """Press a key at what has the focus; returns what has it then."""
        self.qtbot.keyClick(self.focused, key, modifier)
        return self.focused


@pytest.fixture
def models(studio: "Studio", tmp_path: Path) -> NewModel:
    return NewModel(studio, tmp_path)


def test_way_back_to_an_unsaved_model_leads_to_its_row(models: NewModel) -> None:
    """The first saved model had the focus while another one was shown, and Delete was about that."""
    models.editor.tables.canvas.setFocus()
    models.studio.context.go("studio/explore")
    models.press_there(KEYS.Key_Left, Qt.KeyboardModifier.AltModifier)
    models.studio.wait(models.view.isVisible)
    models.studio.wait(lambda: not models.studio.application.tasks.running)
    assert models.focused is models.view.unsaved_row
    models.press_there(KEYS.Key_F6)
    assert models.shown is models.new


def test_arrows_lead_from_the_filter_through_the_unsaved_row_into_the_table(models: NewModel) -> None:
    view, row, edit = models.view.table.view, models.view.unsaved_row, models.find("models_search")
    edit.setFocus()
    assert models.press_there(KEYS.Key_Down) is row
    assert models.shown is models.new
    assert models.press_there(KEYS.Key_Down) is view
    assert (view.currentIndex().row(), models.shown_name) == (0, "X")
    assert models.press_there(KEYS.Key_Up) is row
    assert models.shown is models.new
    assert row.isChecked()
    assert models.press_there(KEYS.Key_Up) is edit
    assert models.press_there(KEYS.Key_Down) is row
    assert models.press_there(KEYS.Key_End) is view
    assert models.shown_name == "Y"
    assert models.press_there(KEYS.Key_Home) is row
    assert models.shown is models.new


def test_filter_leads_to_the_unsaved_row_while_another_model_is_shown(models: NewModel) -> None:
    models.show("Y")
    models.find("models_search").setFocus()
    assert models.press_there(KEYS.Key_Down) is models.view.unsaved_row
    assert models.shown_name == "Y"
    assert models.press_there(KEYS.Key_Return) is models.view.unsaved_row
    assert models.shown is models.new


def test_arrows_lead_from_the_filter_into_the_table_without_an_unsaved_row(models: NewModel) -> None:
    models.view.discard_changes()
    view, edit = models.view.table.view, models.find("models_search")
    assert models.focused is view
    assert models.press_there(KEYS.Key_Home) is view
    assert models.press_there(KEYS.Key_Up) is edit
    assert models.press_there(KEYS.Key_Down) is view


def test_model_that_is_shown_as_tab_enters_the_list_is_told(models: NewModel, announcements: list[str]) -> None:
    models.view.unsaved_row.setFocus()
    announcements.clear()
    assert models.press_there(KEYS.Key_Tab) is models.view.table.view
    assert models.shown_name == "X"
    models.studio.wait(lambda: "“X” is open." in announcements)


def test_model_that_is_shown_after_another_was_discarded_or_deleted_is_told(
    models: NewModel, announcements: list[str]
) -> None:
    models.view.unsaved_row.setFocus()
    models.press_there(KEYS.Key_Delete)
    assert models.shown_name == "X"
    assert "“X” is open." in announcements
    models.delete("X")
    models.studio.wait(lambda: models.shown is not None and models.shown_name == "Y")
    models.studio.wait(lambda: "“Y” is open." in announcements)


def test_saving_at_the_unsaved_row_goes_on_at_that_model(models: NewModel, announcements: list[str]) -> None:
    models.view.unsaved_row.setFocus()
    announcements.clear()
    models.press_there(KEYS.Key_S, Qt.KeyboardModifier.ControlModifier)
    models.studio.wait(lambda: len(models.names()) == 3)
    models.studio.wait(lambda: not models.studio.application.tasks.running)
    assert models.shown is models.new
    assert models.focused is models.view.table.view
    current = models.view.table.current()
    assert current is not None
    assert current.name == models.shown_name
    assert not [one for one in announcements if one.endswith("is open.")]
