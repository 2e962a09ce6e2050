"""A killed window's edits and undo steps are recovered; an orderly end keeps the undo steps too."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from draft_tools import crashed
from nested import nested
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QWidget

from benchboard import i18n, package_data, workspace
from benchboard.dashboards import home_layout, library
from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.layout import Cell
from benchboard.ui.problems import Notice
from benchboard.ui.studio.document.recovery import Recovery
from benchboard.ui.studio.editor_page import StudioPage
from support.databases import unbound
from support.disks import full_disk

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Open = Callable[..., "Studio"]
Cells = dict[str, Cell]


def notice(studio: "Studio") -> Notice | None:
    return studio.application.problems.current


def walk_back(studio: "Studio") -> list[Cells]:
    """Take everything back by the keyboard; where the widgets lay at each point, the last one first."""
    seen = [studio.cells()]
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    while studio.page.editor.undo_stack.can_undo():
        studio.key(Qt.Key.Key_Z, CTRL)
        seen.append(studio.cells())
    return seen


def edit(studio: "Studio") -> list[Cells]:
    """Three edits; where the widgets lay before, between and after them."""
    editor, seen = studio.page.editor, [studio.cells()]
    editor.select(["notes"])
    for change in (
        lambda: editor.apply(placement_edits.nudge, -1, 0),
        lambda: editor.apply(placement_edits.resize, 0, 1),
        editor.duplicate,
    ):
        change()
        seen.append(studio.cells())
    return seen


def test_recovery_of_a_killed_window_restores_unsaved_edits(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    seen = edit(first)
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    assert second.cells() == seen[3]
    said = notice(second)
    assert said is not None
    assert re.fullmatch(r"Recovered 3 unsaved edits from (\d{4}-\d\d-\d\d )?\d\d:\d\d\.", said.what)
    second.wait_until_saved()  # and they are stored like any others
    assert {item["id"] for item in second.stored().items} == seen[3].keys()
    assert walk_back(second) == seen[::-1]
    for cells in seen[1:]:
        second.key(Qt.Key.Key_Z, CTRL | SHIFT)
        assert second.cells() == cells


def test_recovery_of_a_killed_window_that_had_saved_its_edits_recovers_none(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    seen = edit(first)
    first.wait_until_saved()
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    assert second.cells() == seen[3]
    assert notice(second) is None
    assert walk_back(second) == seen[::-1]


def test_recovery_discarded_is_undone(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    seen = edit(first)
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    button = second.application.window.findChild(QWidget, "banner_action")
    second.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert second.cells() == seen[0]
    second.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    second.key(Qt.Key.Key_Z, CTRL)
    assert second.cells() == seen[3]


def test_recovery_notice_is_shown_with_its_page_alone(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    first.page.editor.set_property("orders-week", "title", "Brought back")
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    said = notice(second)
    assert said is not None
    for address in ("settings/general", "studio/dashboards"):
        second.context.go(address)
        assert notice(second) is None
        second.context.go("studio/home")
        assert notice(second) == said
    second.context.go("settings/general")
    second.page.editor.set_property("orders-week", "title", "Once more")  # there is nothing to discard any more
    second.context.go("studio/home")
    assert notice(second) is None


def test_recovery_notice_that_was_dismissed_stays_away(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    first.page.editor.set_property("orders-week", "title", "Brought back")
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    second.application.problems.dismiss()
    second.context.go("settings/general")
    second.context.go("studio/home")
    assert notice(second) is None


def test_recovery_that_works_again_is_not_said_to_fail_any_more(open_studio: Open) -> None:
    studio = open_studio()
    problems = studio.application.problems
    with full_disk(0):
        studio.page.editor.set_property("orders-week", "title", "On a full disk")
        studio.wait(lambda: problems.has("journal.unwritable"))
    studio.page.editor.set_property("orders-week", "title", "With room again")
    studio.wait(lambda: not problems.has("journal.unwritable"))


def test_recovery_notice_after_another_save_goes(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    first.page.editor.set_property("orders-week", "title", "Brought back")
    home = crashed(first, tmp_path)
    first.close()
    second = open_studio(home)
    second.wait_until_saved()
    assert notice(second) is not None
    items = second.stored().items
    second.store([{**item, "title": "Theirs"} if item["id"] == "notes" else item for item in items])
    second.wait(lambda: second.page.editor.widget("notes").title == "Theirs")
    assert notice(second) is None  # from here on the steps back are the way
    second.wait_until_saved()
    assert [item["title"] for item in second.stored().items if item["id"] == "notes"] == ["Theirs"]


def test_undo_after_a_restart_is_restored(open_studio: Open) -> None:
    first = open_studio()
    seen = edit(first)
    first.page.editor.set_property("orders-week", "title", "Or")
    first.page.editor.set_property("orders-week", "title", "Orders")
    first.key(Qt.Key.Key_Z, CTRL)
    first.wait_until_saved()
    version = first.stored().version
    first.close()
    second = open_studio()
    assert notice(second) is None
    assert not second.page.saving.dirty
    second.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert second.page.editor.widget("orders-week").title == "Orders"  # two letters, one step
    second.key(Qt.Key.Key_Z, CTRL)
    assert second.page.editor.widget("orders-week").title == "Orders, 7 days"
    assert not second.page.saving.dirty
    assert walk_back(second) == seen[::-1]
    second.wait_until_saved()
    second.close()
    third = open_studio()
    assert third.cells() == seen[0]
    assert third.stored().version == version + 1
    third.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert third.cells() == seen[1]


def test_recovery_with_another_save_since_waits_for_a_decision(open_studio: Open, tmp_path: Path) -> None:
    first = open_studio()
    seen = edit(first)
    home = crashed(first, tmp_path)
    first.close()
    theirs = [{"id": "theirs", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}}]
    opened = workspace.open_demo(home)
    with unbound(opened.database).change() as session:
        home_layout.save_home(session, first.actor, theirs, base_version=None)
    opened.close()
    second = open_studio(home, state="conflict")
    assert second.cells() == seen[3]
    assert {item["id"] for item in second.stored().items} == {"theirs"}
    said = notice(second)
    assert said is not None
    assert [action.title for action in said.actions] == ["Resolve", "Keep mine"]
    said.actions[1].run()
    second.wait_until_saved()
    # ours where both changed the same; what they added, and took away while we left it alone, is as they have it
    assert {item["id"] for item in second.stored().items} == {"notes", "notes-2", "theirs"}
    back = walk_back(second)
    assert len(back) > 2
    assert all("theirs" in cells for cells in back), "an undo takes back one's own edits"
    assert set(back[-1]) == {"theirs", "notes"}, "the decision brought back what they had removed"


def test_undo_after_a_language_change_is_kept(studio: "Studio", request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: i18n.use("en", package_data.resources_folder() / "i18n"))
    seen = edit(studio)
    studio.wait_until_saved()
    application, old = studio.application, studio.page
    application.apply_settings(replace(application.settings, language="tr"))

    def anew() -> bool:
        pages = [page for page in application.window.findChildren(StudioPage) if page is not old]
        return bool(pages) and pages[0].saving.state == "saved" and pages[0].editor.undo_stack.can_undo()

    studio.wait(anew)
    (page,) = [page for page in application.window.findChildren(StudioPage) if page is not old]
    assert {item.id: cell for item, cell in page.editor.layout} == seen[3]
    page.undo()
    assert {item.id: cell for item, cell in page.editor.layout} == seen[2]


def test_undo_after_reopening_a_tab_reaches_into_containers(studio: "Studio") -> None:
    with unbound(studio.workspace.database).change() as session:
        made = library.create(session, studio.actor, parse_document(nested()))
    application, address = studio.application, f"studio/dashboards/{made.card.id}"

    def page() -> StudioPage:
        assert application.shell is not None
        application.shell.go(address)
        found: list[StudioPage] = []

        def there() -> bool:
            named = application.window.findChildren(StudioPage, f"studio_page_{made.card.id}")
            found[:] = [page for page in named if page.isVisible()]
            return bool(found) and found[0].saving.state == "saved"

        studio.wait(there)
        return found[0]

    first = page()
    seen = [write_document(first.editor.document)]
    for item_id, title in (("today", "Now"), ("inside", "Within"), ("older", "Oldest")):
        first.editor.set_property(item_id, "title", title)
        seen.append(write_document(first.editor.document))
    (tabs,) = application.window.findChildren(QTabBar, "studio_tabs")
    studio.wait(lambda: first.saving.state == "saved" and not first.saving.dirty)
    studio.qtbot.keyClick(first, Qt.Key.Key_W, CTRL)
    studio.wait(lambda: tabs.count() == 1)
    second = page()
    assert second is not first
    for document in reversed(seen):
        assert write_document(second.editor.document) == document
        second.undo()
    assert not second.editor.undo_stack.can_undo()


def test_recovery_of_a_view_only_page_opens_no_journal(studio: "Studio") -> None:
    saving = studio.page.saving
    assert saving.stored is not None
    other = Recovery(studio.context, studio.page.editor, "never-edited", saving.notices)
    assert other.open(replace(saving.stored, may_edit=False)).journal is None
    assert len(list((studio.home / "journal").glob("*.bbj"))) == 1


def test_recovery_from_a_journal_that_is_no_ordinary_file_says_so_and_names_the_dashboard(
    open_studio: Open, tmp_path: Path, expected_log: list[str]
) -> None:
    expected_log.append("is not an ordinary file and was moved to")
    first = open_studio()
    home = crashed(first, tmp_path)
    first.close()
    (file,) = (home / "journal").glob("*.bbj")
    file.unlink()
    file.mkdir()
    second = open_studio(home)
    said = notice(second)
    assert said is not None
    assert said.what.startswith("The last changes to “Home” may be missing: ")


def test_recovery_of_two_windows_uses_two_journals(open_studio: Open) -> None:
    first, second = open_studio(), open_studio()
    before = second.cells()
    assert not second.page.editor.undo_stack.can_undo()
    seen = edit(first)
    first.wait_until_saved()
    second.wait(lambda: second.cells() == seen[3])
    assert walk_back(second) == [seen[3]], "these are the other window's edits"
    assert walk_back(first)[-1] == before


def test_recovery_after_signal_9_loses_at_most_the_last_gesture(
    open_studio: Open, demo_template: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(demo_template, tmp_path / "killed")
    chance = random.Random()
    seed, gestures = chance.randrange(10**6), chance.randint(5, 30)
    print(f"seed {seed}, killed after {gestures} gestures")  # shown where it fails
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    lines: list[list[object]] = []
    with subprocess.Popen(
        [sys.executable, "-m", "support.studio_killed", str(home), str(seed)],
        env=environment, stdout=subprocess.PIPE, text=True,
    ) as window:  # fmt: skip
        assert window.stdout is not None
        for line in window.stdout:
            lines.append(json.loads(line))
            if len(lines) == 2 * gestures:
                window.kill()
    assert window.returncode == -9
    studio = open_studio(home)
    came = [{name: list(cell) for name, cell in cells.items()} for cells in walk_back(studio)[::-1]]
    pages: list[object] = [came[0]]
    possible: list[list[object]] = []
    for line in lines:
        if line[0] == "kept":
            possible = possible[-1:]
        else:
            _done, count, index, cells = line
            assert isinstance(count, int)
            assert isinstance(index, int)
            pages = [*pages[:index], cells, *pages[index + 1 :]][: count + 1]
            possible.append(pages[: index + 1])
    last = possible[-1]
    # It was killed in one more gesture, which may have been on the disk before it was said.
    one_more = [last[:-1], pages[: len(last) + 1], [*last, came[-1]]]
    assert came in [*possible, *one_more]
