"""Two windows edit one page: different edits are merged, conflicts are asked about, nothing is lost."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from draft_tools import crashed
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document import document
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing.save_machine import StoredDocument
from benchboard.ui.studio.versions.merge_view import MergeScreen
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

CTRL = Qt.KeyboardModifier.ControlModifier


def _banner_button(studio: "Studio", title: str) -> QWidget:
    (banner,) = [found for found in studio.application.window.findChildren(Banner) if found.isVisible()]
    return next(b for b in banner.findChildren(QWidget, "banner_action") if b.text() == title)  # type: ignore[attr-defined]


def _titled(items: list[dict[str, Any]], item_id: str, title: str) -> list[dict[str, Any]]:
    return [{**item, "title": title} if item["id"] == item_id else item for item in items]


def _title(items: list[dict[str, Any]], item_id: str) -> object:
    return next(item["title"] for item in items if item["id"] == item_id)


def test_concurrent_edits_of_different_widgets_are_merged(studio: "Studio") -> None:
    items = studio.stored().items
    studio.click("notes")
    studio.key(Qt.Key.Key_Delete)  # ours, not stored yet
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait_until_saved()
    stored = studio.stored().items
    assert _title(stored, "orders-week") == "Theirs" == studio.page.editor.widget("orders-week").title
    assert "notes" not in {item["id"] for item in stored}
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.wait_until_saved()
    assert _title(studio.stored().items, "orders-week") == "Theirs"
    assert "notes" in {item["id"] for item in studio.stored().items}


def test_undo_takes_back_own_edits_and_keeps_those_of_others(studio: "Studio") -> None:
    items, page = studio.stored().items, studio.page
    page.editor.set_property("refunds", "title", "Mine")
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait_until_saved()
    page.editor.set_property("notes", "title", "Mine, later")
    for title in ("Mine, later", "Mine"):
        assert title in {page.editor.widget(name).title for name in ("refunds", "notes")}
        studio.key(Qt.Key.Key_Z, CTRL)
        assert title not in {page.editor.widget(name).title for name in ("refunds", "notes")}
        assert page.editor.widget("orders-week").title == "Theirs"
    assert not page.editor.undo_stack.can_undo()
    studio.wait_until_saved()
    assert _title(studio.stored().items, "orders-week") == "Theirs"
    studio.key(Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    studio.key(Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    titles = {page.editor.widget(name).title for name in ("refunds", "notes", "orders-week")}
    assert titles == {"Mine", "Mine, later", "Theirs"}


def test_undo_of_an_edit_that_another_user_has_replaced_keeps_theirs_and_says_so(studio: "Studio") -> None:
    page = studio.page
    page.editor.set_property("refunds", "title", "Mine")
    studio.wait_until_saved()
    studio.store(_titled(studio.stored().items, "refunds", "Theirs"))
    studio.wait(lambda: page.editor.widget("refunds").title == "Theirs")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert page.editor.widget("refunds").title == "Theirs"
    assert any("can't be undone: others have changed the same since." in one for one in _toasts(studio))
    assert not page.editor.undo_stack.can_undo()
    studio.wait_until_saved()
    assert _title(studio.stored().items, "refunds") == "Theirs"


def test_undo_in_part_keeps_what_another_user_has_replaced(studio: "Studio") -> None:
    page = studio.page
    before = page.editor.widget("notes").title
    page.editor.set_properties(["refunds", "notes"], "title", "Mine")
    studio.wait_until_saved()
    studio.store(_titled(studio.stored().items, "refunds", "Theirs"))
    studio.wait(lambda: page.editor.widget("refunds").title == "Theirs")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert (page.editor.widget("refunds").title, page.editor.widget("notes").title) == ("Theirs", before)
    assert any("was undone in part" in one for one in _toasts(studio))


def test_undo_past_changes_of_others_is_recovered_after_a_crash(
    open_studio: Callable[..., "Studio"], tmp_path: Path
) -> None:
    first = open_studio()
    editor, items = first.page.editor, first.stored().items
    editor.set_property("refunds", "title", "Mine")
    first.store(_titled(items, "orders-week", "Theirs"))
    first.wait_until_saved()
    editor.set_property("notes", "title", "Mine, later")
    first.page.undo()
    first.page.undo()
    shown = editor.document
    second = open_studio(crashed(first, tmp_path))
    second.wait_until_saved()
    assert second.page.editor.document == shown
    second.page.editor.undo_stack.redo()
    second.page.editor.undo_stack.redo()
    titles = [second.page.editor.widget(name).title for name in ("refunds", "notes", "orders-week")]
    assert titles == ["Mine", "Mine, later", "Theirs"]
    second.page.undo()
    second.page.undo()
    assert second.page.editor.widget("orders-week").title == "Theirs"
    assert not second.page.editor.undo_stack.can_undo()


def _toasts(studio: "Studio") -> list[str]:
    return [toast.accessibleName() for toast in studio.application.window.findChildren(Toast)]


def test_page_closed_during_a_merge_reports_where_its_edits_are(
    open_studio: Callable[..., "Studio"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_studio()
    saving, items, let = first.page.saving, first.stored().items, threading.Event()
    read = saving.store.read

    def slow(session: DatabaseSession) -> StoredDocument:
        let.wait(60)
        return read(session)

    monkeypatch.setattr(saving.store, "read", slow)
    first.page.editor.set_property("refunds", "title", "Mine")
    first.store(_titled(items, "orders-week", "Theirs"))
    first.wait(lambda: saving.is_merging)
    assert first.page.prepare_close()
    toasts = [one.accessibleName() for one in first.application.window.findChildren(Toast)]
    home = crashed(first, tmp_path)
    let.set()
    assert toasts == ["Your changes to “Home” are kept on this computer and saved when you reopen it."]
    second = open_studio(home)
    second.wait_until_saved()
    stored = second.stored().items
    assert (_title(stored, "refunds"), _title(stored, "orders-week")) == ("Mine", "Theirs")


def test_concurrent_edits_of_one_field_ask_which(studio: "Studio") -> None:
    items = studio.stored().items
    studio.page.editor.set_property("orders-week", "title", "Mine")
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait(lambda: studio.page.saving.state == "conflict")
    assert _title(studio.stored().items, "orders-week") == "Theirs"  # nothing is overwritten unasked
    assert not studio.page.prepare_close()  # and the page does not just go away
    studio.qtbot.mouseClick(_banner_button(studio, "Keep mine"), Qt.MouseButton.LeftButton)
    studio.wait_until_saved()
    assert _title(studio.stored().items, "orders-week") == "Mine"


def test_second_conflict_names_what_both_had_since_the_first(studio: "Studio") -> None:
    """An analyst read a title there that one of the two had given it, not the one both edits began with."""
    items = studio.stored().items

    def before(mine: str, theirs: str) -> str:
        studio.page.editor.set_property("orders-week", "title", mine)
        studio.store(_titled(items, "orders-week", theirs))
        studio.wait(lambda: studio.page.saving.state == "conflict")
        studio.qtbot.mouseClick(_banner_button(studio, "Resolve"), Qt.MouseButton.LeftButton)
        studio.wait(lambda: bool(studio.page.findChildren(MergeScreen)))
        (screen,) = studio.page.findChildren(MergeScreen)
        (case,) = screen.decisions.cases
        studio.key(Qt.Key.Key_1)
        studio.key(Qt.Key.Key_Return, CTRL)
        studio.wait_until_saved()
        studio.wait(lambda: not studio.page.findChildren(MergeScreen))
        return case.before

    assert before("M1", "I1") == f"before both edits: Title {_title(items, 'orders-week')}"
    assert before("M2", "I2") == "before both edits: Title M1"
    studio.store(_titled(items, "orders-week", "I3"))
    studio.wait(lambda: studio.page.editor.widget("orders-week").title == "I3")
    assert before("M4", "I4") == "before both edits: Title I3"


def test_keep_mine_resolves_only_conflicting_fields(studio: "Studio") -> None:
    items = studio.stored().items
    studio.page.editor.set_property("orders-week", "title", "Mine")
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait(lambda: studio.page.saving.state == "conflict")
    # while the question stands, they go on
    later = [
        item for item in _titled(_titled(items, "orders-week", "Theirs"), "notes", "Theirs") if item["id"] != "refunds"
    ]
    studio.store([*later, _long("added", 40)])
    studio.qtbot.mouseClick(_banner_button(studio, "Keep mine"), Qt.MouseButton.LeftButton)
    studio.wait_until_saved()
    stored = studio.stored().items
    assert (_title(stored, "orders-week"), _title(stored, "notes")) == ("Mine", "Theirs")
    assert "added" in {item["id"] for item in stored}
    assert "refunds" not in {item["id"] for item in stored}
    assert "added" in studio.page.editor.page.paths


@pytest.mark.parametrize("edited_too", [False, True])
def test_query_being_written_when_its_widget_is_removed_is_kept(studio: "Studio", edited_too: bool) -> None:
    items = studio.stored().items
    studio.write_query("orders-week", "select count(")
    studio.wait(lambda: studio.page.inspector.has_draft)
    if edited_too:
        studio.page.editor.set_property("refunds", "title", "Mine")
    studio.store([item for item in items if item["id"] != "orders-week"])
    studio.wait(lambda: studio.page.saving.state == "conflict")
    assert studio.page.editor.widget("orders-week").query == "select count("
    studio.qtbot.mouseClick(_banner_button(studio, "Keep mine"), Qt.MouseButton.LeftButton)
    studio.wait_until_saved()
    assert next(item for item in studio.stored().items if item["id"] == "orders-week")["query"] == "select count("


def test_query_being_written_when_others_save_elsewhere_is_kept(studio: "Studio") -> None:
    items = studio.stored().items
    before = studio.page.editor.widget("orders-week").query
    field = studio.write_query("orders-week", "select count(")
    studio.wait(lambda: studio.page.inspector.has_draft)
    studio.store(_titled(items, "notes", "Theirs"))
    studio.wait(lambda: studio.page.editor.widget("notes").title == "Theirs")
    assert studio.page.inspector.has_draft
    assert field.toPlainText() == "select count("
    assert studio.page.editor.widget("orders-week").query == before


def test_status_bar_shows_a_conflict_until_it_is_resolved(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    status, items = shell.context.status, studio.stored().items
    studio.page.editor.set_property("orders-week", "title", "Mine")
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait(lambda: studio.page.saving.state == "conflict")
    assert status.text("saved") == "1 conflict to resolve"
    assert studio.page.bar.state.text() == "Conflict"
    cell = status.cell("saved")
    assert cell is not None
    studio.qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    go = studio.application.window.findChild(QWidget, "decide_home")
    studio.qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    assert isinstance(studio.page.screens.screen, MergeScreen)
    assert status.text("saved") == "1 conflict to resolve"
    studio.page.screens.close_screen()
    studio.page.saving.keep_mine()
    studio.wait_until_saved()
    assert (status.text("saved"), studio.page.bar.state.text()) == ("Saved", "Saved")


def test_save_by_others_while_presenting_is_shown_and_kept(studio: "Studio") -> None:
    items = studio.stored().items
    studio.page.run("studio.present")
    studio.store(_titled(items, "orders-week", "Theirs"))
    studio.wait(lambda: studio.page.editor.widget("orders-week").title == "Theirs")
    studio.key(Qt.Key.Key_Escape)
    studio.wait_until_saved()
    assert _title(studio.stored().items, "orders-week") == "Theirs"
    assert not studio.page.saving.dirty


def _long(item_id: str, y: int) -> dict[str, Any]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": 0, "y": y, "w": 4, "h": 3},
            "config": {"text": "long " * 5_000}}  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dashboard holds no more than forty thousand characters."""
    monkeypatch.setattr(document, "MAX_BYTES", 40_000)


@pytest.mark.usefixtures("small")
def test_merge_too_large_for_a_page_is_reported_and_retried(studio: "Studio") -> None:
    editor = studio.page.editor
    items = studio.stored().items
    editor.replace_document("Mine", parse_document([*items, _long("mine", 40)]))
    studio.store([*items, _long("theirs", 40)])
    studio.wait(lambda: studio.page.saving.state == "conflict")
    notice = studio.application.problems.current
    assert notice is not None
    assert notice.what == "The merged dashboard exceeds the limits."
    assert "larger than" in notice.why
    assert set(editor.page.paths) >= {"mine"}
    assert "theirs" not in editor.page.paths
    assert {one["id"] for one in studio.stored().items} >= {"theirs"}
    assert editor.undo_stack.count() == 1
    assert not studio.page.prepare_close()
    editor.select(["mine"])
    editor.set_property("mine", "config.text", "short")
    studio.qtbot.mouseClick(_banner_button(studio, "Try again"), Qt.MouseButton.LeftButton)
    studio.wait_until_saved()
    assert {one["id"] for one in studio.stored().items} >= {"mine", "theirs"}
    assert studio.application.problems.current is None


@pytest.mark.usefixtures("small")
def test_merge_too_large_for_a_page_can_keep_mine(studio: "Studio") -> None:
    items = studio.stored().items
    studio.page.editor.replace_document("Mine", parse_document([*items, _long("mine", 40)]))
    studio.store([*items, _long("theirs", 40)])
    studio.wait(lambda: studio.page.saving.state == "conflict")
    studio.qtbot.mouseClick(_banner_button(studio, "Keep mine"), Qt.MouseButton.LeftButton)
    studio.wait_until_saved()
    stored = {one["id"] for one in studio.stored().items}
    assert "mine" in stored
    assert "theirs" not in stored
