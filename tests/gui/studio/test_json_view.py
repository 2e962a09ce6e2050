"""The JSON of a page: edits both ways, invalid text as a draft, errors at their line."""

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from nested import nested
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.document.json_positions import format_json
from benchboard.dashboards.journal.crash_journal import Journal
from benchboard.ui.studio.panes.json_editor import JsonEditor
from benchboard.ui.theme import theme
from support.examples import examples

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def written(studio: "Studio") -> "Studio":
    """A page with containers beside its JSON, which has the keyboard."""
    studio.page.editor.load(parse_document(nested()))
    studio.key(Qt.Key.Key_J, CTRL)
    studio.wait(lambda: studio.page.json_view.isVisible() and '"Left"' in studio.page.json_view.text.toPlainText())
    assert studio.application.window.focusWidget() is studio.page.json_view.text
    return studio


def _write_over(studio: "Studio", part: str, words: str) -> None:
    """Choose the part in the text as a double click would, and type over it."""
    text = studio.page.json_view.text
    place = text.toPlainText().index(part)
    cursor = text.textCursor()
    cursor.setPosition(place)
    cursor.setPosition(place + len(part), QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    studio.qtbot.keyClicks(text, words)


def test_json_typed_changes_the_page_in_one_step(written: "Studio") -> None:
    page = written.page
    _write_over(written, "Left", "Links")
    written.wait(lambda: page.editor.widget("left").title == "Links")
    assert page.editor.undo_stack.count() == 1
    text = page.json_view.text.toPlainText()
    assert '"Links"' in text
    written.key(Qt.Key.Key_Z, CTRL)
    assert page.editor.widget("left").title == "Left"
    written.wait(lambda: '"Left"' in page.json_view.text.toPlainText())


def test_json_after_a_page_change_shows_it(written: "Studio") -> None:
    written.page.editor.set_property("right", "title", "Rechts")
    written.wait(lambda: '"Rechts"' in written.page.json_view.text.toPlainText())


def test_json_invalid_stays_a_draft_with_its_line_marked(written: "Studio") -> None:
    page, view = written.page, written.page.json_view
    before = page.editor.document
    _write_over(written, '"x": 4', '"x": -4')
    written.wait(lambda: view.error is not None)
    assert page.editor.document is before
    lines = view.text.toPlainText().split("\n")
    assert view.text.error_line is not None
    assert '"x": -4' in lines[view.text.error_line]
    sentence = view.findChild(type(view._sentence), "json_error")
    assert sentence.isVisible()
    assert "position.x" in sentence.text()
    # neither closing the view nor an edit of the page loses it
    written.key(Qt.Key.Key_J, CTRL)
    page.editor.set_property("left", "title", "Meanwhile")
    written.key(Qt.Key.Key_J, CTRL)
    assert '"x": -4' in view.text.toPlainText()
    _write_over(written, '"x": -4', '"x": 5')
    written.wait(lambda: view.error is None)
    assert page.editor.page.cell("right").x == 5


def test_json_draft_discarded_shows_the_page_again(written: "Studio") -> None:
    view = written.page.json_view
    _write_over(written, '"version": 2', '"version" 2')
    written.wait(lambda: view.error is not None)
    assert view.text.error_line is not None
    assert '"version" 2' in view.text.toPlainText().split("\n")[view.text.error_line]
    sentence = view.findChild(type(view._sentence), "json_error")
    assert sentence.text().startswith(f"Line {view.text.error_line + 1}, position ")
    assert "Invalid JSON" not in sentence.text()
    written.press_button("json_drop")
    assert '"version": 2' in view.text.toPlainText()
    assert view.error is None
    assert written.page.editor.undo_stack.count() == 0


def test_close_with_a_json_draft_without_journal_asks_first(written: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    shell, view = written.application.shell, written.page.json_view
    assert shell is not None
    monkeypatch.setattr(Journal, "is_recording", False)
    view.text.setPlainText(view.text.toPlainText() + "}")
    written.wait(lambda: view.error is not None)
    written.key(Qt.Key.Key_J, CTRL)
    assert not view.isVisible()
    assert not shell.may_close()
    assert view.isVisible()
    said = written.application.problems.current
    assert said is not None
    assert "would be lost" in said.what
    written.press_button("json_drop")
    assert shell.may_close()


def test_undo_in_a_json_draft_undoes_typing(written: "Studio") -> None:
    view = written.page.json_view
    _write_over(written, '"version": 2', "nonsense")
    written.wait(lambda: view.error is not None)
    written.key(Qt.Key.Key_Z, CTRL)
    written.wait(lambda: view.error is None)
    assert '"version": 2' in view.text.toPlainText()


def test_selection_in_json_and_page_follow_each_other(written: "Studio") -> None:
    page, text = written.page, written.page.json_view.text
    lines = text.toPlainText().split("\n")
    line = next(k for k, words in enumerate(lines) if '"inside"' in words)
    while text.textCursor().blockNumber() < line:
        written.qtbot.keyClick(text, Qt.Key.Key_Down)
    assert page.editor.selection == ("inside",)
    written.canvas.setFocus()
    page.editor.select(["left"])
    span = text.highlighted[0]
    assert '"left"' in "\n".join(lines[span.first : span.last + 1])
    assert text.textCursor().blockNumber() == span.first


def test_json_long_text_is_read_in_the_background(written: "Studio") -> None:
    page, view = written.page, written.page.json_view
    many = nested()
    many["items"] += [
        {"id": f"n{k}", "type": "text", "title": "Many", "position": {"x": 0, "y": 20 + k, "w": 4, "h": 1}}
        for k in range(300)
    ]
    page.editor.load(parse_document(many))
    written.wait(lambda: '"n299"' in view.text.toPlainText())
    assert len(view.text.toPlainText()) > 20_000
    _write_over(written, "Left", "Long")
    written.wait(lambda: page.editor.widget("left").title == "Long")


def test_json_read_while_presenting_is_applied_afterwards(written: "Studio") -> None:
    page, view = written.page, written.page.json_view
    long = nested() | {"description": "Long", "note": "x" * 21_000}
    view.text.setPlainText(json.dumps(long))
    page.run("studio.present")
    view._parse()
    written.wait(lambda: view.waiting)
    assert page.editor.document.description == ""
    assert page.unsaved() == "JSON draft of Line 2 overview"
    written.key(Qt.Key.Key_Escape)
    written.wait(lambda: page.editor.document.description == "Long")
    assert not view.draft
    written.wait_until_saved()


def test_json_view_after_a_theme_change_is_no_draft(studio: "Studio") -> None:
    view = studio.page.json_view
    theme().set_appearance("dark")
    theme().set_appearance("light")
    assert not view.draft
    studio.key(Qt.Key.Key_J, CTRL)
    studio.wait(lambda: bool(view.text.toPlainText()))
    theme().set_appearance("dark")
    theme().set_appearance("light")
    assert not view.draft
    assert studio.page.unsaved() == ""


def test_json_draft_is_reported_as_unsaved(written: "Studio") -> None:
    _write_over(written, '"version": 2', '"version": two')
    written.wait(lambda: written.page.json_view.error is not None)
    assert written.page.unsaved() == "JSON draft of Line 2 overview"
    shell = written.application.shell
    assert shell is not None
    says = written.page.bar.state
    written.wait(lambda: not written.page.saving.dirty)
    assert (says.text(), shell.context.status.text("saved")) == ("Not saved yet", "Not saved yet")
    written.key(Qt.Key.Key_Z, CTRL)
    written.wait(lambda: written.page.json_view.error is None)
    assert says.text().startswith("Saved")


def test_json_of_a_large_page_is_written_in_the_background(written: "Studio") -> None:
    page, view = written.page, written.page.json_view
    many = [
        {"id": f"m{k}", "type": "text", "title": f"Many {k}", "position": {"x": 0, "y": k, "w": 2, "h": 1}}
        for k in range(300)
    ]
    page.editor.replace_document("Many", parse_document(many))
    written.wait(lambda: '"Many 299"' in view.text.toPlainText())
    page.editor.set_property("m7", "title", "Seventh")
    page.editor.set_property("m290", "title", "Late")
    written.wait(lambda: '"Seventh"' in view.text.toPlainText() and '"Late"' in view.text.toPlainText())
    assert not view.draft
    assert view.text.toPlainText() == format_json(write_document(page.editor.document))
    assert not view.text.document().isUndoAvailable()


def test_json_lines_are_highlighted_when_scrolled_into_view(qtbot: QtBot, light: object) -> None:
    text = JsonEditor("json")
    qtbot.addWidget(text)
    text.resize(400, 300)
    text.show()
    text.show_text("\n".join(f'  "field": {k},' for k in range(2_000)))
    document = text.document()
    assert document.findBlockByNumber(3).layout().formats()
    assert not document.findBlockByNumber(1_990).layout().formats()
    text.verticalScrollBar().setValue(text.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: bool(document.findBlockByNumber(1_990).layout().formats()))


def test_json_line_numbers_end_above_the_horizontal_scroll_bar(qtbot: QtBot, light: object) -> None:
    text = JsonEditor("json")
    qtbot.addWidget(text)
    text.resize(200, 160)
    text.show()
    text.setPlainText("\n".join('"a name that is a good deal wider than the editor": 1' for _line in range(40)))
    qtbot.waitUntil(text.horizontalScrollBar().isVisible)
    gutter = text.findChild(QWidget, "json_line_numbers")
    assert gutter is not None
    assert gutter.geometry().top() == text.viewport().geometry().top()
    assert gutter.geometry().bottom() == text.viewport().geometry().bottom()


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.lists(st.sampled_from(["{", '"a": 1,', "", "}", '"ö𐍈": []']), min_size=1), max_size=5))
def test_json_text_shown_after_any_other_is_the_requested_one(shown_text: JsonEditor, texts: list[list[str]]) -> None:
    for lines in texts:
        shown_text.show_text("\n".join(lines))
        assert shown_text.toPlainText().split("\n") == lines
    assert not shown_text.draft


@pytest.fixture
def shown_text(qtbot: QtBot, light: object) -> JsonEditor:
    text = JsonEditor("json")
    qtbot.addWidget(text)
    text.show()
    return text
