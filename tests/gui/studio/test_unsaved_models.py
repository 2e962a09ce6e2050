"""A data model that isn't saved: the window asks before the session ends, and its status bar says so."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from test_models_view import Models

from benchboard.analytics.data_models import kept_drafts
from benchboard.errors import Unavailable
from benchboard.ui.studio.data.data_models.models_view import ModelsView
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.widgets import Confirm
from benchboard.ui.widgets.detail_pane import DetailHeader
from support.window import Clicker, visible

if TYPE_CHECKING:
    from conftest import Studio


def begin(studio: "Studio") -> Models:
    """Begin a model over the orders."""
    models = Models(studio)
    models.click("models_empty_new")
    models.click("model_table_orders")
    return models


def touch(models: Models) -> None:
    models.type("model_name", "Rides")
    models.type("model_description", "What was ridden")


def switch_person(studio: "Studio") -> None:
    """Choose another person of the demo."""
    studio.application.sign_out()
    Clicker(studio.qtbot)(studio.application.window, "demo_technician")


def leave_demo(studio: "Studio") -> None:
    studio.context.choose_location()


def close_window(studio: "Studio") -> None:
    studio.application.window.close()


@pytest.fixture
def unkept(monkeypatch: pytest.MonkeyPatch, expected_log: list[str]) -> None:
    """The file in which edits are kept can't be written."""

    def fail(*_args: object) -> None:
        raise Unavailable("models.unwritable", "Can't keep it.", why="No space left on device.")

    monkeypatch.setattr(kept_drafts, "save", fail)
    expected_log.append("the edited data models could not be kept")


@pytest.mark.usefixtures("unkept")
@pytest.mark.parametrize("end", [switch_person, leave_demo, close_window])
def test_model_that_is_not_saved_is_asked_about_before_the_session_ends(
    studio: "Studio", end: Callable[["Studio"], None]
) -> None:
    models, window, before = begin(studio), studio.application.window, studio.application.shell
    touch(models)
    end(studio)
    studio.wait(lambda: visible(window, "confirm_act"))
    assert models.said_in_dialog() == "Not saved yet: Rides."
    assert window.isVisible()

    # What is kept stays as it was typed.
    models.click("confirm_keep")
    studio.wait(lambda: not visible(window, "confirm_act"))
    assert studio.application.shell is before
    draft = models.view.draft
    assert draft is not None
    assert (draft.state.name, draft.state.description) == ("Rides", "What was ridden")

    end(studio)
    studio.wait(lambda: visible(window, "confirm_act"))
    models.click("confirm_act")
    studio.wait(lambda: studio.application.shell is not before or not window.isVisible())
    studio.wait(lambda: not studio.application.tasks.running)


@pytest.mark.usefixtures("unkept")
def test_stored_model_with_edits_is_asked_about_too(studio: "Studio") -> None:
    models, window, before = begin(studio), studio.application.window, studio.application.shell
    models.click("models_save")
    studio.wait(lambda: models.view.draft is not None and not models.view.draft.is_changed)
    models.type("model_description", "What was ridden")  # the field isn't left
    switch_person(studio)
    studio.wait(lambda: visible(window, "confirm_act"))
    models.click("confirm_act")
    studio.wait(lambda: studio.application.shell not in (None, before))


def test_model_that_was_never_touched_is_not_asked_about(studio: "Studio") -> None:
    begin(studio)
    before = studio.application.shell
    switch_person(studio)
    studio.wait(lambda: studio.application.shell not in (None, before))
    assert not studio.application.window.findChildren(QWidget, "confirm")


def test_program_that_is_told_to_end_asks_nobody(studio: "Studio") -> None:
    touch(begin(studio))
    studio.application.close_unasked()  # as SIGTERM does
    assert not studio.application.window.isVisible()


@pytest.mark.usefixtures("unkept")
def test_window_that_is_closed_twice_asks_once(studio: "Studio") -> None:
    models = begin(studio)
    touch(models)
    close_window(studio)
    close_window(studio)
    assert len([one for one in studio.application.window.findChildren(QWidget, "confirm") if one.isVisible()]) == 1


def test_status_bar_says_that_a_model_is_not_saved(studio: "Studio") -> None:
    status = studio.context.status
    models = Models(studio)
    studio.wait(lambda: status.text("saved") == "Saved")
    models.click("models_empty_new")
    models.click("model_table_orders")
    assert models.find("models_unsaved").accessibleName().endswith("Not saved")
    assert status.text("saved") == "Not saved yet"
    studio.context.go("studio/explore")
    assert status.text("saved") == "Not saved yet"  # other views say it, too
    studio.context.go("studio/models")
    models.click("models_save")
    studio.wait(lambda: status.text("saved") == "Saved")

    models.type("model_description", "What was ridden")
    studio.qtbot.keyClick(models.find("model_description"), Qt.Key.Key_Return)
    assert status.text("saved") == "Not saved yet"
    models.click("models_discard")
    assert status.text("saved") == "Saved"


def test_pane_beside_the_canvas_has_the_name_that_is_typed(studio: "Studio") -> None:
    studio.application.window.resize(1440, 900)
    models = begin(studio)
    pane = models.editor.tables.pane
    studio.wait(pane.isVisible)
    (head,) = pane.findChildren(DetailHeader)
    assert head.name.text() == "orders model"
    models.type("model_name", "Rides")
    studio.qtbot.keyClick(models.find("model_name"), Qt.Key.Key_Return)
    assert head.name.text() == "Rides"
    models.type("model_name", "Rides of 2026")
    models.editor.commit()  # as saving does
    assert head.name.text() == "Rides of 2026"


def test_create_model_asks_before_it_replaces_a_new_model_that_is_not_saved(studio: "Studio") -> None:
    models = begin(studio)
    touch(models)  # the last field isn't left
    models.click("models_new")
    models.click("model_table_orders")
    assert models.said_in_dialog() == "Not saved yet: Rides."
    models.click("confirm_keep")
    draft = models.view.draft
    assert draft is not None
    assert (draft.state.name, draft.state.description) == ("Rides", "What was ridden")

    models.click("models_new")
    models.click("model_table_orders")
    models.click("confirm_act")
    draft = models.view.draft
    assert draft is not None
    assert draft.state.name == "orders model"


def test_create_model_replaces_a_new_model_that_was_never_touched_unasked(studio: "Studio") -> None:
    models = begin(studio)
    first = models.view.draft
    models.click("models_new")
    models.click("model_table_orders")
    assert models.view.draft is not first
    assert not studio.application.window.findChildren(QWidget, "confirm")


def test_enter_on_a_stored_model_opens_it_while_a_new_one_is_open(studio: "Studio", announcements: list[str]) -> None:
    models = begin(studio)
    models.click("models_save")
    studio.wait(lambda: models.view.draft is not None and not models.view.draft.is_changed)
    studio.wait(lambda: bool(models.view.table.model.rows))
    models.click("models_new")
    models.click("model_table_orders")
    assert models.editor.name.text() == "orders model_2"
    assert models.view.unsaved_row.isChecked()
    rows = models.view.table.view
    assert not rows.currentIndex().isValid(), "no other model is marked beside the new one"
    rows.setFocus()
    models.qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert models.editor.name.text() == "orders model"
    assert not models.view.unsaved_row.isChecked()
    assert rows.currentIndex().row() == 0
    assert "“orders model” is open." in announcements
    models.qtbot.keyClick(models.view.unsaved_row, Qt.Key.Key_Return)
    assert models.editor.name.text() == "orders model_2", "what isn't saved is still there"
    assert not rows.currentIndex().isValid()


def test_edits_outlive_the_program(studio: "Studio", announcements: list[str]) -> None:
    models = begin(studio)
    models.click("models_save")
    studio.wait(lambda: models.view.draft is not None and not models.view.draft.is_changed)
    touch(models)
    studio.qtbot.keyClick(models.find("model_name"), Qt.Key.Key_Return)
    models.click("models_new")
    models.click("model_table_orders")
    models.type("model_name", "Second")
    studio.qtbot.keyClick(models.find("model_name"), Qt.Key.Key_Return)
    home, account = studio.context.workspace.home, account_of(studio.context)
    studio.wait(lambda: sorted(one.name for one in kept_drafts.load(home, account).values()) == ["Rides", "Second"])

    view = ModelsView(studio.context)  # as after the program was killed
    studio.qtbot.addWidget(view)
    view.show()
    studio.wait(lambda: len(view.unsaved().split(", ")) == 2)
    assert sorted(view.unsaved().split(", ")) == ["Rides", "Second"]
    (row,) = view.table.model.rows
    view.table.make_current(row.id)
    studio.wait(lambda: view.draft is not None and view.draft.stored is not None)
    draft = view.draft
    assert draft is not None
    assert (draft.state.name, draft.state.description) == ("Rides", "What was ridden")
    draft.undo()
    assert draft.state.name == "orders model"


def test_drafts_that_are_saved_or_discarded_are_kept_no_longer(studio: "Studio") -> None:
    models = begin(studio)
    touch(models)
    studio.qtbot.keyClick(models.find("model_name"), Qt.Key.Key_Return)
    home, account = studio.context.workspace.home, account_of(studio.context)
    studio.wait(lambda: bool(kept_drafts.load(home, account)))
    models.click("models_save")
    studio.wait(lambda: not kept_drafts.load(home, account))


def test_edits_of_a_deleted_model_come_back_with_it(studio: "Studio") -> None:
    """They were lost without a word; the question named the model as it was saved, not as the list called it."""
    models = begin(studio)
    models.click("models_save")
    studio.wait(lambda: models.view.draft is not None and not models.view.draft.is_changed)
    touch(models)
    studio.qtbot.keyClick(models.find("model_name"), Qt.Key.Key_Return)
    studio.wait(lambda: len(models.view.table.model.rows) == 1)
    (row,) = models.view.table.model.rows
    models.view.delete_model(row)
    studio.wait(lambda: visible(studio.application.window, "confirm_act"))
    (question,) = (one for one in studio.application.window.findChildren(Confirm) if one.isVisible())
    assert question.accessibleName() == "Delete “Rides”?"
    models.click("confirm_act")
    studio.wait(lambda: not models.view.table.model.rows)
    studio.context.problems.undo_last()
    studio.wait(lambda: models.view.unsaved() == "Rides" and len(models.view.table.model.rows) == 1)
    (row,) = models.view.table.model.rows
    models.view.table.make_current(row.id)
    studio.wait(lambda: models.view.draft is not None and models.view.draft.stored is not None)
    assert models.view.draft is not None
    assert models.view.draft.state.description == "What was ridden"
    models.click("models_save")
    studio.wait(lambda: [one.name for one in models.view.table.model.rows] == ["Rides"])


def test_window_closes_unasked_where_edits_are_kept(studio: "Studio") -> None:
    models = begin(studio)
    touch(models)
    home, account = studio.context.workspace.home, account_of(studio.context)
    close_window(studio)
    assert not studio.application.window.isVisible()
    assert [one.name for one in kept_drafts.load(home, account).values()] == ["Rides"]
