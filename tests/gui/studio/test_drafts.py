"""Drafts survive a crash: invalid JSON, a query that cannot be read, variables that were not applied."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from draft_tools import WRONG, crashed, drafts, write_json
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document import images, truncation
from benchboard.dashboards.journal.recoverable_steps import MAX_DRAFT
from benchboard.ui.studio.document import recovery
from benchboard.ui.studio.panes.json_view import JsonView
from support.image_bytes import chunk, png
from support.window import visible

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

Open = Callable[..., "Studio"]
CTRL = Qt.KeyboardModifier.ControlModifier


def window_child(studio: "Studio", name: str) -> QWidget:
    found = [one for one in studio.application.window.findChildren(QWidget, name) if one.window().isVisible()]
    return found[-1]


def press(studio: "Studio", name: str) -> None:
    studio.qtbot.mouseClick(window_child(studio, name), Qt.MouseButton.LeftButton)


def write(studio: "Studio", name: str, words: str) -> None:
    """Write over what stands in a field."""
    field = window_child(studio, name)
    studio.qtbot.keyClick(field, Qt.Key.Key_A, CTRL)
    studio.qtbot.keyClicks(field, words)


def state(studio: "Studio") -> str:
    return studio.page.bar.state.text()


def test_json_draft_of_a_killed_window_is_restored(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    write_json(first, "}")
    first.wait(lambda: "json" in drafts(first))
    written = first.page.json_view.text.toPlainText()
    home = crashed(first, tmp_path)
    second = open_studio(home)
    view = second.page.json_view
    assert view.isVisible()
    assert view.text.toPlainText() == written
    second.wait(lambda: view.error is not None)
    assert state(second) == "Not saved yet"
    assert not second.page.editor.undo_stack.can_undo()
    said = second.application.problems.current
    assert said is not None
    assert "Recovered" in said.what
    again = crashed(second, tmp_path, "again")  # nobody has touched it
    third = open_studio(again)
    third.wait(lambda: third.page.json_view.error is not None)
    third.press_button("json_drop")
    assert state(third) != "Not saved yet"
    assert drafts(third) == {}
    fourth = open_studio(crashed(third, tmp_path, "dropped"))
    assert not fourth.page.json_view.isVisible()


def test_json_draft_corrected_becomes_the_page(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    write_json(first, "}")
    first.wait(lambda: "json" in drafts(first))
    second = open_studio(crashed(first, tmp_path))
    view = second.page.json_view
    second.wait(lambda: view.error is not None)
    view.text.moveCursor(QTextCursor.MoveOperation.End)
    second.qtbot.keyClick(view.text, Qt.Key.Key_Backspace)
    second.wait(lambda: view.error is None and not view.draft)
    assert drafts(second) == {}
    assert not second.page.editor.undo_stack.can_undo()
    view.text.selectAll()
    view.text.insertPlainText(view.text.toPlainText().replace("Orders, 7 days", "Orders of a week"))
    second.wait(lambda: second.page.editor.widget("orders-week").title == "Orders of a week")
    second.wait_until_saved()


def test_query_draft_of_a_killed_window_is_restored_as_an_edit(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    before = first.page.editor.widget("orders-week").query
    first.write_query("orders-week", WRONG)
    first.wait(lambda: drafts(first) == {"query/orders-week": WRONG})
    assert state(first) == "Not saved yet"
    assert first.page.editor.widget("orders-week").query == before
    second = open_studio(crashed(first, tmp_path))
    assert second.page.editor.widget("orders-week").query == WRONG
    said = second.application.problems.current
    assert said is not None
    assert said.what.startswith("Recovered 1 unsaved edit from ")
    assert drafts(second) == {}
    second.wait_until_saved()
    second.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    second.key(Qt.Key.Key_Z, CTRL)
    assert second.page.editor.widget("orders-week").query == before


def test_query_draft_too_long_is_rejected_when_restored(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    before = first.page.editor.widget("orders-week").query
    edit = first.write_query("orders-week", "")
    QGuiApplication.clipboard().setText("y" * 30_000)
    edit.paste()
    first.wait(lambda: "query/orders-week" in drafts(first))
    second = open_studio(crashed(first, tmp_path))
    assert second.page.editor.widget("orders-week").query == before
    said = second.application.problems.current
    assert said is not None
    assert "orders-week" in said.why
    assert edit.toPlainText() in drafts(second).values()
    second.wait_until_saved()


def test_query_draft_applied_is_deleted(studio: "Studio") -> None:
    edit = studio.write_query("orders-week", WRONG)
    studio.wait(lambda: "query/orders-week" in drafts(studio))
    studio.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    assert drafts(studio) == {}
    studio.qtbot.keyClicks(edit, " order")
    studio.wait(lambda: "query/orders-week" in drafts(studio))
    for _letter in " order":
        studio.qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.toPlainText() == WRONG
    assert drafts(studio) == {}
    studio.wait_until_saved()
    assert state(studio).startswith("Saved")


def test_query_draft_with_another_widget_changed_is_kept(studio: "Studio") -> None:
    edit = studio.write_query("orders-week", WRONG)
    studio.page.editor.set_property("notes", "title", "Changed elsewhere")
    assert edit.toPlainText() == WRONG
    studio.page.editor.set_property("orders-week", "query", "select 1")
    assert edit.toPlainText() == "select 1"
    assert drafts(studio) == {}


def test_close_with_a_json_draft_keeps_it_without_asking(open_studio: Open) -> None:
    first = open_studio()
    write_json(first, "}")
    first.wait(lambda: first.page.json_view.error is not None)
    written = first.page.json_view.text.toPlainText()
    shell = first.application.shell
    assert shell is not None
    assert shell.may_close()
    first.close()
    second = open_studio()
    assert second.page.json_view.text.toPlainText() == written


def test_close_right_after_typing_keeps_the_json_draft(open_studio: Open) -> None:
    first = open_studio()
    write_json(first, "}}")
    shell = first.application.shell
    assert shell is not None
    assert shell.may_close()
    first.close()
    second = open_studio()
    assert second.page.json_view.text.toPlainText().endswith("}}")


def test_close_with_a_draft_too_long_asks_first(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_DRAFT", 100)
    assert MAX_DRAFT > 100
    write_json(studio, "}")
    studio.wait(lambda: studio.page.json_view.error is not None)
    shell = studio.application.shell
    assert shell is not None
    assert not shell.may_close()
    assert drafts(studio) == {}


def test_close_with_a_draft_of_too_many_images_asks_first(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncation, "MAX_BYTES", 1_000)
    write_json(studio, "")
    text = studio.page.json_view.text
    picture = images.to_data_uri("png", png(4, 4, (1, 2, 3), chunk(b"teSt", b"x" * 600)))
    QGuiApplication.clipboard().setText(f"{picture}\n{picture}")
    text.paste()
    assert len(text.toPlainText()) < 20_000
    recovery = studio.page.saving.recovery
    studio.wait(lambda: studio.page.json_view.error is not None and not recovery.keeps_draft("json"))
    shell = studio.application.shell
    assert shell is not None
    assert not shell.may_close()
    text.selectAll()
    QGuiApplication.clipboard().setText(picture)
    text.paste()
    studio.wait(lambda: recovery.keeps_draft("json") and picture in drafts(studio)["json"])
    assert shell.may_close()


def test_json_draft_with_images_is_restored_with_them(open_studio: Open, tmp_path: Path) -> None:
    of_page, pasted = (
        images.to_data_uri("png", png(4, 4, (k, 2, 3), chunk(b"teSt", bytes([k]) * 900))) for k in (1, 2)
    )
    first = open_studio()
    first.store([{"id": "hall", "type": "image", "position": {"x": 0, "y": 0, "w": 4, "h": 4},
                  "config": {"picture": of_page}}])  # fmt: skip
    first.wait(lambda: "hall" in first.page.editor.page.paths)
    first.key(Qt.Key.Key_J, CTRL)
    view = first.page.json_view
    first.wait(lambda: '"hall"' in view.text.toPlainText())
    view.text.moveCursor(QTextCursor.MoveOperation.End)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(json.dumps({"picture": pasted}))
    view.text.paste()
    first.wait(lambda: "json" in drafts(first))
    written = view.text.toPlainText()
    assert of_page not in written
    assert pasted not in written
    second = open_studio(crashed(first, tmp_path))
    text = second.page.json_view.text
    second.wait(lambda: text.toPlainText() == written)
    second.wait(lambda: second.page.json_view.error is not None)
    assert "picture" not in second.page.json_view.error.what  # type: ignore[union-attr]
    text.selectAll()
    text.copy()
    assert of_page in clipboard.text()
    assert pasted in clipboard.text()


def showing(studio: "Studio", *items: tuple[str, dict[str, object]]) -> JsonView:
    """A page of widgets with these ids and settings beside its JSON."""
    place = {"x": 0, "y": 0, "w": 4, "h": 4}
    kinds = [("image" if "picture" in config else "text", item_id, config) for item_id, config in items]
    studio.store([{"id": i, "type": kind, "position": place, "config": config} for kind, i, config in kinds])
    studio.wait(lambda: items[0][0] in studio.page.editor.page.paths)
    studio.key(Qt.Key.Key_J, CTRL)
    view = studio.page.json_view
    studio.wait(lambda: f'"{items[0][0]}"' in view.text.toPlainText())
    return view


@pytest.mark.parametrize("cut", ["in the text", "on the page"])
def test_json_draft_with_an_image_cut_from_the_page_keeps_it(open_studio: Open, tmp_path: Path, cut: str) -> None:
    picture = images.to_data_uri("png", png(4, 4, (1, 2, 3), chunk(b"teSt", b"x" * 900)))
    first = open_studio()
    view = showing(first, ("hall", {"picture": picture}))
    whole = view.text.toPlainText()
    if cut == "in the text":
        view.text.selectAll()
        view.text.insertPlainText("[]")
        first.wait(lambda: "hall" not in first.page.editor.page.paths and not view.draft)
    view.text.selectAll()
    view.text.insertPlainText(whole + "}")
    first.wait(lambda: "json" in drafts(first))
    if cut == "on the page":
        assert picture not in drafts(first)["json"]
        first.page.editor.select(["hall"])
        first.page.editor.remove()
    first.wait(lambda: picture in drafts(first)["json"])
    second = open_studio(crashed(first, tmp_path))
    text = second.page.json_view.text
    second.wait(lambda: text.toPlainText() == whole + "}")
    text.moveCursor(QTextCursor.MoveOperation.End)
    second.qtbot.keyClick(text, Qt.Key.Key_Backspace)
    second.wait(lambda: visible(second.page.json_view, "json_take"))
    second.press_button("json_take")
    second.wait(lambda: "hall" in second.page.editor.page.paths)
    assert second.page.editor.widget("hall").config["picture"] == picture


@pytest.mark.parametrize("words", ["word " * 12_000, "text:…0123456789abcdef…(3 KiB)"])
def test_json_draft_with_truncated_text_restores_the_whole_text(open_studio: Open, tmp_path: Path, words: str) -> None:
    first = open_studio()
    view = showing(first, ("long", {"text": words}))
    write_json(first, "}", '"long"')
    first.wait(lambda: "json" in drafts(first))
    second = open_studio(crashed(first, tmp_path))
    view = second.page.json_view
    second.wait(lambda: view.draft and view.error is not None)
    view.text.moveCursor(QTextCursor.MoveOperation.End)
    second.qtbot.keyClick(view.text, Qt.Key.Key_Backspace)
    second.wait(lambda: not view.draft and view.error is None)
    view.text.insertPlainText("\n")
    second.wait(lambda: not view.draft)
    assert view.error is None
    assert second.page.editor.widget("long").config["text"] == words


def test_variables_draft_of_a_killed_window_is_restored(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    first.page.run("studio.edit_variables")
    press(first, "variable_add_first")
    write(first, "variable_name", "no name")
    write(first, "variable_values", "one")
    first.wait(lambda: "variables" in drafts(first))
    first.wait(lambda: '"one"' in drafts(first)["variables"])
    second = open_studio(crashed(first, tmp_path))
    said = second.application.problems.current
    assert said is not None
    assert "variable edits" in said.what
    assert second.page.editor.document.variables == ()
    press(second, "banner_action")
    assert second.application.problems.current is None
    write(second, "variable_name", "shop")
    press(second, "variables_take")
    (shop,) = second.page.editor.document.variables
    assert (shop.name, shop.values) == ("shop", ("one",))
    assert drafts(second) == {}


def test_variables_draft_discarded_is_deleted(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    first.page.run("studio.edit_variables")
    press(first, "variable_add_first")
    first.wait(lambda: "variables" in drafts(first))
    second = open_studio(crashed(first, tmp_path))
    second.page.run("studio.edit_variables")
    assert window_child(second, "variable_name").isVisible()
    second.qtbot.keyClick(window_child(second, "variable_name"), Qt.Key.Key_Escape)
    assert drafts(second) == {}
    second.page.run("studio.edit_variables")
    assert not window_child(second, "variable_name").isVisible()


@pytest.mark.parametrize("where", ["json", "query"])
def test_draft_of_a_window_killed_by_signal_9_is_restored(
    open_studio: Open, demo_template: Path, tmp_path: Path, where: str
) -> None:
    home = shutil.copytree(demo_template, tmp_path / "killed")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-m", "support.studio_killed", str(home), "1", where],
        env=environment, stdout=subprocess.PIPE, text=True,
    ) as window:  # fmt: skip
        assert window.stdout is not None
        said = json.loads(window.stdout.readline())
        window.kill()
    assert window.returncode == -9
    studio = open_studio(home)
    if where == "json":
        assert studio.page.json_view.text.toPlainText() == said
    else:
        assert studio.page.editor.widget("orders-week").query == said
