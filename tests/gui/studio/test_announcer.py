"""What is announced to screen readers: focus, selection, content, and what moved or changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleValueChangeEvent,
)
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.editing import container_edits
from benchboard.ui.widgets import Select, accessible

if TYPE_CHECKING:
    from conftest import Studio

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def _item(name: str, x: int, y: int, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": 3, "h": 3}
    return {"id": name, "type": "text", "title": name, "config": {"text": f"Words of **{name}**."}, "position": place,
            **more}  # fmt: skip


@pytest.fixture
def board(studio: "Studio") -> Iterator["Studio"]:
    items = [
        _item("a", 0, 0), _item("b", 3, 0, static=True, locked=["content"]), _item("c", 6, 0),
        {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 3, "w": 12, "h": 1},
         "items": [_item("r1", 0, 4)]},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.wait(studio.canvas.hasFocus)  # not before the window is active
    QApplication.processEvents()  # the focus is announced with the next turn of the event loop
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    studio.page.editor.select(["a"])
    studio.page.editor.set_property("c", "title", "Third")  # what is there now is known
    yield studio
    QAccessible.setActive(before)


@pytest.fixture
def announced(board: "Studio", monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The events announced from now on, each with the item it is about."""
    found: list[tuple[str, str]] = []

    def note(event: QAccessibleEvent) -> None:
        order, place = board.canvas.reading_order(), event.child()
        words = event.type().name
        if isinstance(event, QAccessibleAnnouncementEvent):
            words = event.message()
        elif isinstance(event, QAccessibleValueChangeEvent):
            words = f"value {event.value()}"
        found.append((order[place] if place >= 0 else "", words))

    monkeypatch.setattr(accessible, "send", note)
    return found


def _page(studio: "Studio") -> QAccessibleInterface:
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    assert page is not None
    return page


def _child(studio: "Studio", item_id: str) -> QAccessibleInterface:
    child = _page(studio).child(studio.canvas.reading_order().index(item_id))
    assert child is not None
    return child


def test_accessible_page_reports_focused_tile(board: "Studio") -> None:
    assert _page(board).focusChild() is _child(board, "a")
    board.key(Key.Key_Right, CTRL)
    assert _page(board).focusChild() is _child(board, "b")
    assert (_child(board, "b").state().focused, _child(board, "b").state().selected) == (True, False)
    assert (_child(board, "a").state().focused, _child(board, "a").state().selected) == (False, True)
    board.page.bar.setFocus()
    board.page.inspector.setFocus()
    board.page.outline.setFocus()
    assert not _child(board, "b").state().focused


def test_page_is_called_home_and_counts_its_widgets_without_their_containers(board: "Studio") -> None:
    assert _page(board).text(QAccessible.Text.Name) == "Home, 4 widgets"
    board.page.editor.load(replace(board.page.editor.document, title="Shops"))
    assert _page(board).text(QAccessible.Text.Name) == "Dashboard Shops, 4 widgets"


def test_fields_of_a_selected_widget_tell_nothing_while_they_are_filled(
    board: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    fill = Select.addItem

    def note(select: Select, *choice: object) -> None:
        told.append(QAccessible.isActive())
        fill(select, *choice)

    monkeypatch.setattr(Select, "addItem", note)
    board.page.editor.select(["c"])
    assert told
    assert not any(told), "Qt tells of each value that a list passes through"
    told.clear()
    board.key(Key.Key_Right)
    assert not any(told), "moving it fills the same lists again"
    assert QAccessible.isActive()


def test_accessible_tile_of_text_reports_text_and_lock(board: "Studio") -> None:
    assert _child(board, "a").text(QAccessible.Text.Value) == "Words of a."
    said = _child(board, "b").text(QAccessible.Text.Description)
    assert said.endswith(", position locked, content locked")
    assert "kept" not in _child(board, "a").text(QAccessible.Text.Description)


def test_announcer_on_selection_change_announces_selection_and_focus(
    board: "Studio", announced: list[tuple[str, str]]
) -> None:
    board.key(Key.Key_Tab)
    assert announced == [("a", "SelectionRemove"), ("b", "Selection"), ("b", "Focus")]
    announced.clear()
    board.key(Key.Key_Right, CTRL)
    assert announced == [("c", "Focus")]
    board.key(Key.Key_Space, CTRL)
    assert announced[1:] == [("c", "SelectionAdd")]


def test_announcer_on_move_and_rename_announces_both(board: "Studio", announced: list[tuple[str, str]]) -> None:
    board.key(Key.Key_Down)
    moved = [one for one, event in announced if event == "LocationChanged"]
    assert "a" in moved
    assert "b" not in moved
    assert ("a", "DescriptionChanged") in announced
    announced.clear()
    board.page.editor.set_property("a", "title", "First")
    assert announced[0] == ("a", "NameChanged")
    announced.clear()
    board.key(Key.Key_L, CTRL)
    assert ("a", "DescriptionChanged") in announced


def test_announcer_on_add_remove_and_open_announces_each(board: "Studio", announced: list[tuple[str, str]]) -> None:
    board.page.editor.apply(container_edits.toggle_rows, ["r"])
    assert ("", "ObjectReorder") in announced
    assert ("r", "StateChanged") in announced
    announced.clear()
    board.page.editor.select(["c"])
    board.key(Key.Key_Delete)
    assert ("", "ObjectReorder") in announced


def test_announcer_on_a_step_and_its_undo_reads_what_was_done_and_where(
    board: "Studio", announced: list[tuple[str, str]]
) -> None:
    def read() -> list[str]:
        return [words for _item, words in announced if " " in words]

    board.page.editor.select(["c"])
    announced.clear()
    board.key(Key.Key_Right)
    assert read() == ["Moved to column 8, row 1"]
    board.key(Key.Key_Z, CTRL)
    assert read()[1:] == ["Undone: Move of “Third”"]
    board.key(Key.Key_Y, CTRL)
    assert read()[2:] == ["Redone: Move of “Third”"]
    board.page.run("studio.show_outline")
    board.page.outline.setFocus()
    assert not board.page.canvas.hasFocus()
    board.qtbot.keyClick(board.page.outline, Key.Key_Z, CTRL)
    assert read()[3:] == ["Undone: Move of “Third”"], "wherever the focus is"


def test_announcer_reads_results_in_the_past_tense(board: "Studio", announced: list[tuple[str, str]]) -> None:
    def read(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
        announced.clear()
        board.key(key, modifiers)
        return [words for _item, words in announced if " " in words]

    board.page.editor.select(["c"])
    assert read(Key.Key_Down, Qt.KeyboardModifier.ShiftModifier) == ["Resized to 3 wide, 4 high; Row moved to row 5"]
    assert read(Key.Key_D, CTRL) == ["1 widget duplicated, column 10, row 1"]
    assert read(Key.Key_Delete) == ["“Third” removed"]
    board.page.editor.select(["a", "c"])
    assert read(Key.Key_Delete) == ["2 widgets removed"]


def test_copy_is_told_from_its_original_when_it_gets_the_focus_until_it_is_moved_or_renamed(
    board: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, told = board.page.editor, list[tuple[str, str]]()

    def note(event: QAccessibleEvent) -> None:
        if event.type() == QAccessible.Event.Focus:
            child = _page(board).child(event.child())
            assert child is not None
            told.append((child.text(QAccessible.Text.Name), child.text(QAccessible.Text.Description)))

    monkeypatch.setattr(accessible, "send", note)
    editor.select(["c"])
    board.key(Key.Key_D, CTRL)
    (copy,) = editor.selection
    assert told[-1][0] == "Third, copy"
    assert "column 10, row 1, 3 wide, 3 high" in told[-1][1]
    assert _child(board, "c").text(QAccessible.Text.Name) == "Third"
    board.key(Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert _child(board, copy).text(QAccessible.Text.Name) == "Third"
    board.key(Key.Key_D, CTRL)
    (second,) = editor.selection
    assert _child(board, second).text(QAccessible.Text.Name) == "Third, copy"
    editor.set_property(second, "title", "Fourth")
    assert _child(board, second).text(QAccessible.Text.Name) == "Fourth"


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Down, Key.Key_Right])
def test_arrows_and_enter_without_a_selection_select_the_first_widget(board: "Studio", key: Qt.Key) -> None:
    board.page.editor.select([])
    before = board.page.editor.document
    board.key(key)
    assert board.page.editor.selection == ("a",)
    assert board.page.editor.document is before


def test_rejection_is_read_out_once(board: "Studio", announcements: list[str]) -> None:
    board.page.editor.select(["b"])
    board.key(Key.Key_Right)
    assert announcements == ["The position of “b” is locked. Press Ctrl L to unlock it."]


def test_a_size_that_is_the_last_one_is_read_out(board: "Studio", announcements: list[str]) -> None:
    editor = board.page.editor
    editor.select(["a"])
    for key, said in ((Key.Key_Left, "It can't get narrower."), (Key.Key_Up, "It can't get lower.")):
        before = None
        while editor.document is not before:
            before = editor.document
            announcements.clear()
            board.key(key, Qt.KeyboardModifier.ShiftModifier)
        assert announcements == [said]


def test_escape_says_that_nothing_is_selected_and_delete_what_is_gone(
    board: "Studio", announcements: list[str]
) -> None:
    board.page.editor.select(["a"])
    announcements.clear()
    board.key(Key.Key_Escape)
    assert board.page.editor.selection == ()
    assert announcements == ["Nothing selected"]
    board.page.editor.select(["a"])
    announcements.clear()
    board.key(Key.Key_Delete)
    assert "Nothing selected" not in announcements
    assert len(announcements) == 1


def test_select_all_says_how_many_are_selected(board: "Studio", announcements: list[str]) -> None:
    board.page.editor.select([])
    announcements.clear()
    board.key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(board.page.editor.selection) > 1
    assert announcements == [f"{len(board.page.editor.selection)} widgets selected"]


def test_page_that_gets_the_focus_is_heard_before_its_tile(board: "Studio", announced: list[tuple[str, str]]) -> None:
    """Qt's own event for the page comes after its focusInEvent, so that the page was what one heard last."""
    board.canvas.clearFocus()
    announced.clear()
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    assert ("a", "Focus") not in announced
    board.wait(lambda: ("a", "Focus") in announced)


def test_announcer_without_screen_reader_sends_nothing(board: "Studio", announced: list[tuple[str, str]]) -> None:
    QAccessible.setActive(False)
    announced.clear()  # the focus of the page may have been announced since it was set up
    board.key(Key.Key_Tab)
    board.key(Key.Key_Right)
    assert not announced


def test_a_save_is_announced_without_the_age_of_the_save_before(
    studio: "Studio", announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Saved 14 s ago” was said right after an edit."""
    saving, editor = studio.page.saving, studio.page.editor
    monkeypatch.setattr(saving, "seconds_ago", lambda: 14)
    for title in ("One", "Two"):
        editor.set_property(next(iter(editor.page.paths)), "title", title)
        studio.wait(lambda: saving.state != "saved")
        studio.page.save()
        studio.wait(lambda: saving.state == "saved")
    assert [one for one in announcements if "aved" in one] == ["Saved", "Saved"]
    editor.set_property(next(iter(editor.page.paths)), "title", "Three")
    studio.wait(lambda: saving.state != "saved")
    saving.save()
    studio.wait(lambda: saving.state == "saved")
    assert len([one for one in announcements if "aved" in one]) == 2, "what is stored by itself is no news"


def test_page_tells_its_name_again_when_it_has_another_number_of_widgets(
    board: "Studio", announced: list[tuple[str, str]]
) -> None:
    board.page.editor.select(["c"])
    announced.clear()
    board.key(Key.Key_Delete)
    assert ("", "NameChanged") in announced
    assert ("", "“Third” removed") in announced
    announced.clear()
    board.key(Key.Key_Z, CTRL)
    assert ("", "Undone: Remove “Third”") in announced


def test_a_widget_that_is_added_is_told_by_its_kind(board: "Studio", announcements: list[str]) -> None:
    kind = kind_of("text")
    assert kind is not None
    board.page.editor.add(kind)
    assert announcements[-1].startswith("Text added, column ")


def test_a_move_tells_two_of_those_that_made_room_and_how_many_more(board: "Studio", announcements: list[str]) -> None:
    items = [_item("a", 0, 0), *(_item(name, 3 * k, 3) for k, name in enumerate("bcde"))]
    wide = {**items[0], "position": {"x": 0, "y": 0, "w": 12, "h": 3}}
    document = {"format": "benchboard/dashboard", "version": 2, "items": [wide, *items[1:]]}
    board.page.editor.load(parse_document(document))
    board.page.editor.select(["a"])
    announcements.clear()
    board.key(Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert announcements == ["Resized to 12 wide, 4 high; b moved to row 5; c moved to row 5; 2 more moved"]


def test_delete_with_view_only_access_says_why_not(board: "Studio", announcements: list[str]) -> None:
    board.page.editor.read_only = True
    board.page.editor.select(["a"])
    announcements.clear()
    board.key(Key.Key_Delete)
    board.key(Key.Key_Delete)
    assert announcements == ["You have view-only access to “”."] * 2


def test_page_with_view_only_access_is_called_so(board: "Studio") -> None:
    board.page.editor.read_only = True
    assert _page(board).text(QAccessible.Text.Name) == "Home, 4 widgets, view only"
