"""Editing JSON while the page changes: both are merged, and conflicts are asked about."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from draft_tools import crashed, drafts, write_json
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from benchboard import workspace
from benchboard.dashboards import home_layout
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

Open = Callable[..., "Studio"]


def titles(studio: "Studio") -> dict[str, str]:
    return {item["id"]: item["title"] for item in studio.stored().items}


def with_title(studio: "Studio", item_id: str, title: str) -> list[dict[str, object]]:
    """The stored items, with another title for one widget."""
    return [{**item, "title": title} if item["id"] == item_id else item for item in studio.stored().items]


def write_at(studio: "Studio", part: str, words: str) -> None:
    """Type after the first occurrence of `part`."""
    text = studio.page.json_view.text
    cursor = text.textCursor()
    cursor.setPosition(text.toPlainText().index(part) + len(part))
    text.setTextCursor(cursor)
    studio.qtbot.keyClicks(text, words)


def arrive(studio: "Studio", item_id: str, title: str) -> None:
    """Another window stores another title, and this page follows while the text is a draft."""
    assert studio.page.json_view.draft
    studio.store(with_title(studio, item_id, title))
    studio.wait(lambda: studio.page.editor.widget(item_id).title == title)


@pytest.fixture
def writing(studio: "Studio") -> "Studio":
    """A title half typed in the JSON: the text is valid, and not read before `commit`."""
    write_json(studio, "")
    studio.page.json_view._parse_timer.setInterval(60_000)
    write_at(studio, '"Orders, 7 days', " mine")
    return studio


def test_json_draft_with_another_save_is_merged(writing: "Studio") -> None:
    view, editor = writing.page.json_view, writing.page.editor
    arrive(writing, "notes", "Theirs")
    steps = editor.undo_stack.count()
    view.commit()
    assert not view.draft
    assert (editor.widget("notes").title, editor.widget("orders-week").title) == ("Theirs", "Orders, 7 days mine")
    assert editor.undo_stack.count() == steps + 1
    writing.wait(lambda: '"Theirs"' in view.text.toPlainText())
    writing.qtbot.keyClicks(view.text, " own")  # the place in the text is where it was
    view.commit()
    assert editor.widget("orders-week").title == "Orders, 7 days mine own"
    writing.wait_until_saved()
    assert (titles(writing)["notes"], titles(writing)["orders-week"]) == ("Theirs", "Orders, 7 days mine own")


@pytest.mark.parametrize("answer", ["json_take", "json_drop"])
def test_json_draft_conflicting_with_another_save_asks_which(writing: "Studio", answer: str) -> None:
    view, editor = writing.page.json_view, writing.page.editor
    arrive(writing, "orders-week", "Theirs")
    view.commit()
    assert view.draft
    assert view.error is not None
    assert view.text.error_line is None
    assert view.error.what in view.text.accessibleDescription()
    assert editor.widget("orders-week").title == "Theirs"
    writing.press_button(answer)
    writing.wait(lambda: not view.draft)
    wanted = "Theirs" if answer == "json_drop" else "Orders, 7 days mine"
    assert editor.widget("orders-week").title == wanted
    assert f'"{wanted}"' in view.text.toPlainText()
    writing.wait_until_saved()
    assert titles(writing)["orders-week"] == wanted


def test_json_draft_without_its_conflict_is_applied(writing: "Studio") -> None:
    view = writing.page.json_view
    arrive(writing, "orders-week", "Theirs")
    view.commit()
    assert view.error is not None
    writing.store(with_title(writing, "orders-week", "Orders, 7 days"))
    writing.wait(lambda: not view.draft)
    assert writing.page.editor.widget("orders-week").title == "Orders, 7 days mine"


def test_invalid_json_draft_corrected_is_merged(studio: "Studio") -> None:
    view = studio.page.json_view
    write_json(studio, "}")
    studio.wait(lambda: view.error is not None)
    arrive(studio, "notes", "Theirs")
    studio.wait(lambda: "merged" in view.text.accessibleDescription())
    studio.qtbot.keyClick(view.text, Qt.Key.Key_Backspace)
    write_at(studio, '"Orders, 7 days', " mine")
    studio.wait(lambda: not view.draft)
    editor = studio.page.editor
    assert (editor.widget("notes").title, editor.widget("orders-week").title) == ("Theirs", "Orders, 7 days mine")


@pytest.mark.parametrize("stored_meanwhile", [True, False])
def test_valid_json_draft_of_an_earlier_session_is_not_applied_unasked(
    open_studio: Open, tmp_path: Path, stored_meanwhile: bool
) -> None:
    first = open_studio()
    write_json(first, "")
    first.page.json_view._parse_timer.setInterval(60_000)  # the program ends before the text is read
    write_at(first, '"Orders, 7 days', " mine")
    first.wait(lambda: "json" in drafts(first))
    if not stored_meanwhile:
        arrive(first, "notes", "Theirs")
    stored = with_title(first, "notes", "Theirs")
    home = crashed(first, tmp_path)
    if stored_meanwhile:
        other = workspace.open_demo(home)
        with unbound(other.database).change() as session:
            home_layout.save_home(session, first.actor, stored, base_version=None)
        other.close()
    second = open_studio(home)
    view = second.page.json_view
    second.wait(lambda: view.error is not None)
    assert second.page.editor.widget("notes").title == titles(second)["notes"] == "Theirs"
    second.press_button("json_take")
    second.wait(lambda: not view.draft)
    second.wait_until_saved()
    assert titles(second)["orders-week"] == "Orders, 7 days mine"
    assert titles(second)["notes"] != "Theirs"


def test_invalid_json_draft_of_an_earlier_session_says_it_will_ask(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    write_json(first, "}")
    first.wait(lambda: "json" in drafts(first))
    stored = with_title(first, "notes", "Theirs")
    home = crashed(first, tmp_path)
    other = workspace.open_demo(home)
    with unbound(other.database).change() as session:
        home_layout.save_home(session, first.actor, stored, base_version=None)
    other.close()
    second = open_studio(home)
    view = second.page.json_view
    second.wait(lambda: "You'll be asked" in view.text.accessibleDescription())
    view.text.moveCursor(QTextCursor.MoveOperation.End)
    second.qtbot.keyClick(view.text, Qt.Key.Key_Backspace)
    second.wait(lambda: view.text.error_line is None and view.error is not None)
    assert second.page.editor.widget("notes").title == "Theirs"
    second.press_button("json_drop")
    assert '"Theirs"' in view.text.toPlainText()
