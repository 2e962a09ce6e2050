"""The versions of a dashboard: compared, stepped through, reverted and restored, by mouse and keys."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from benchboard.dashboards import library, repository
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.versions import version_store
from benchboard.dashboards.versions.diff import differences
from benchboard.ui.studio.versions.diff_view import DiffPage
from benchboard.ui.studio.versions.difference_list import DifferenceList, wrapped
from benchboard.ui.studio.versions.difference_text import Look
from benchboard.ui.studio.versions.version_list import VersionList, fold_button
from benchboard.ui.studio.versions.versions_view import VersionsScreen
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Banner, Toast
from benchboard.ui.widgets.focus import FocusRing
from support import compared
from support.compared import ViewWindow
from support.databases import unbound
from support.painted_text import painted_texts

SHIFT = Qt.KeyboardModifier.ShiftModifier


class History:
    """An open view of versions, worked by mouse and keys."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self.closed: list[bool] = []
        self.dashboard_id = ""
        self.awaits = False
        self.choices: dict[str, VariableChoice] = {}
        self.shown = ViewWindow(qtbot, home, self._make)
        self.store(compared.before(), None)
        self.store(compared.before(), "Week 47 notes")
        self.store(compared.after(), "Side by side")

    def _make(self, context: object) -> QWidget:
        screen = VersionsScreen(context, self.dashboard_id, awaits=self.awaits, choices=self.choices)  # type: ignore[arg-type]
        screen.closed.connect(lambda: self.closed.append(True))
        return screen

    def store(self, document: Document, note: str | None) -> None:
        with unbound(self.shown.workspace.database).change() as session:
            if not self.dashboard_id:
                self.dashboard_id = library.create(session, self.shown.actor, document).card.id
            else:
                library.save(session, self.shown.actor, self.dashboard_id, document, base_version=None, note=note)

    def edit(self, count: int) -> None:
        """Save this many edits without a name, each a version of its own."""
        for number in range(count):
            self.store(replace(self.stored(), description=f"Edit {number} after {len(self.numbers())}"), None)

    def lines(self) -> list[str]:
        """The titles of the list of versions."""
        model = self.versions.model()
        return [str(model.index(row, 0).data()).partition(",")[0] for row in range(model.rowCount())]

    def open(self, width: int = 1440, height: int = 900, *, heading: str | None = "9 differences") -> None:
        screen = self.shown.open(width, height)
        assert isinstance(screen, VersionsScreen)
        self.screen = screen
        (self.versions,) = screen.findChildren(VersionList)
        (self.found,) = screen.findChildren(DifferenceList)
        (self.page,) = screen.findChildren(DiffPage)
        self.wait(lambda: heading is None or self.says(heading))

    def wait(self, condition: Callable[[], object]) -> None:
        self.shown.wait(lambda: not self.screen.busy and condition())

    def says(self, heading: str) -> bool:
        return self.screen._right.heading == heading

    def answer(self, item_id: str) -> object:
        """The first value of a widget's result in the newer version."""
        result = self.screen._after_answers.of(item_id)
        return result.table.rows[0][0] if result is not None and result.table is not None else None

    def rows(self) -> list[str]:
        model = self.found.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def stored(self) -> Document:
        with unbound(self.shown.workspace.database).read() as session:
            return library.get_dashboard(session, self.shown.actor, self.dashboard_id).document

    def numbers(self) -> list[int]:
        with unbound(self.shown.workspace.database).read() as session:
            page = version_store.list_versions(session, self.shown.actor, self.dashboard_id)
        return [version.number for version in page.rows]

    def alike(self, document: Document) -> bool:
        return differences(document, self.stored()) == ()


@pytest.fixture
def history(qtbot: QtBot, tmp_path: Path, demo_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    made = History(qtbot, Path(shutil.copytree(demo_template, tmp_path / "home")))
    yield made
    made.shown.close()


def test_list_of_differences_says_each_to_its_end(history: History) -> None:
    history.open(1024, 700)
    model, view = history.found.model(), history.found
    view.setFixedSize(220, 1_000)
    history.wait(lambda: view.viewport().height() > 900)
    shown = " ".join(text.text.strip() for text in painted_texts(view.viewport()))
    rows = [model.index(at, 0) for at in range(model.rowCount())]
    lines = [str(row.data(Qt.ItemDataRole.ToolTipRole) or "") for row in rows]
    assert max(map(len, lines)) > 30, "one of them has no room on one line"
    assert [line for line in lines if line not in shown] == []
    boxes = [view.visualRect(row) for row in rows]
    assert all(before.bottom() < after.top() for before, after in pairwise(boxes))
    assert len({box.height() for box in boxes[:-1]}) > 1


@pytest.mark.parametrize("text", ["Short", "moved " * 12, "moved " * 60, "A" * 200, "column 5 → 9, " + "B" * 90])
@pytest.mark.parametrize("width", [60, 130, 190])
def test_text_of_a_difference_has_no_line_wider_than_its_row(light: object, text: str, width: int) -> None:
    """A text whose words broke badly had a fourth line, which the row cut off."""
    metrics, lines = QFontMetrics(theme().font("caption")), wrapped(text.strip(), width)
    assert 1 <= len(lines) <= 3
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    whole = " ".join(lines)
    assert whole.endswith("…") or whole.replace(" ", "") == text.replace(" ", "")


def test_counts_of_differences_keep_their_words_wherever_they_fit(history: History) -> None:
    history.open(1024, 700)
    screen, counts = history.screen, history.screen._counts
    words = {"moved", "added", "removed", "changed"}
    assert words & {one.text for one in painted_texts(counts)}
    every: tuple[Look, ...] = ("moved", "added", "removed", "changed")
    for looks, count, has_words, has_labels in (
        (every[:1], 1, True, True), (every, 1, True, False), (every, 10**18, False, False),
    ):  # fmt: skip
        counts.show_counts(Counter(dict.fromkeys(looks, count)))
        screen._fit_toolbar()
        assert (set(looks) <= {one.text for one in painted_texts(counts)}) is has_words, count
        assert bool(screen._back.text()) is has_labels, count
        assert screen._back.accessibleName() == "Back to editing"


def test_versions_opened_compare_the_newest_and_keys_step_through(history: History) -> None:
    history.open()
    rows = history.rows()
    assert rows[0] == "Failed proofs: Unit km → m, Unit km → m"
    assert "Bus load, brake rig: Moved, column 5 → 9, row 8 → 4" in rows
    assert "Line plan, old: Removed, was at column 9, row 12, 4 wide, 2 high" in rows
    assert "Shift notes: Text changed, 1 word" in rows
    assert rows[-1] == "2 other widgets moved"
    assert history.versions.hasFocus(), "the keys are in the list of versions from the beginning"
    assert history.versions.currentIndex().row() == 0
    seen = []
    for _step in range(8):
        history.shown.key(Qt.Key.Key_J)
        seen.append(history.found.currentIndex().row())
    assert seen == [0, 1, 2, 3, 4, 5, 6, 7]
    history.found.setFocus()
    history.shown.key(Qt.Key.Key_Space)  # the fold opens
    assert len(history.rows()) == 10
    history.shown.key(Qt.Key.Key_K)
    assert history.found.currentIndex().row() == 6
    history.shown.key(Qt.Key.Key_Escape)
    assert history.closed == [True]


def test_versions_opened_tell_which_are_compared_and_what_differs(history: History, announcements: list[str]) -> None:
    history.open()
    (told,) = (one for one in announcements if one.startswith("Version "))
    assert told.startswith("Version 3 compared with version 2: 9 differences, ")
    assert "moved" in told


def rows_selected(history: History) -> list[str]:
    """The rows that a screen reader hears as selected."""
    model, chosen = history.versions.model(), history.versions.selectionModel()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [str(row.data()).partition(",")[0] for row in rows if chosen.isSelected(row)]


def test_arrows_in_versions_leave_the_compared_ones_selected(history: History) -> None:
    """A reader said “selected” for a version that Restore didn't act on."""
    history.open()
    assert rows_selected(history) == ["Version 3", "Version 2"]
    history.versions.setFocus()
    for _press in range(2):
        history.shown.key(Qt.Key.Key_Down)
    assert str(history.versions.currentIndex().data()).startswith("Version 1")
    assert rows_selected(history) == ["Version 3", "Version 2"]
    history.shown.key(Qt.Key.Key_Return)
    history.wait(lambda: rows_selected(history) == ["Version 1"])
    history.edit(1)
    history.wait(lambda: history.versions.model().rowCount() == 4)
    assert rows_selected(history) == ["Version 1"], "the list was read again"


def test_enter_on_a_version_tells_what_it_is_compared_with(history: History, announcements: list[str]) -> None:
    history.open()
    announcements.clear()
    history.versions.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        history.shown.key(key)
    history.wait(lambda: "Version 1. First version, nothing to compare." in announcements)
    history.shown.key(Qt.Key.Key_Up)
    history.shown.key(Qt.Key.Key_Return)
    history.wait(lambda: any(one.startswith("Version 2 compared with version 1: ") for one in announcements))
    told = history.versions.accessibleDescription()
    assert told == "Enter compares a version with the one before it. B compares it with the one marked “After”."


def test_compared_versions_are_renamed_for_the_screen_reader(
    history: History, told_events: list[tuple[str, int]]
) -> None:
    """It remembers the names, in which “before” and “after” are."""
    history.open()
    told_events.clear()
    history.versions.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        history.shown.key(key)
    history.wait(lambda: str(history.versions.model().index(1, 0).data()).endswith("after"))
    assert {child for kind, child in told_events if kind == "NameChanged"} == {0, 1, 2}


def test_page_of_versions_shows_that_it_has_the_focus(history: History) -> None:
    history.open()
    area = history.screen._area
    area.setFocus(Qt.FocusReason.TabFocusReason)
    rings = [ring for ring in history.screen.window().findChildren(FocusRing) if ring.isVisible()]
    assert [ring.widget for ring in rings] == [area]


def test_next_difference_is_told_wherever_the_focus_is(history: History, announcements: list[str]) -> None:
    """J moved the selection of a list without the focus: nobody heard to which."""
    history.open()
    announcements.clear()
    history.shown.key(Qt.Key.Key_J)
    current = history.found.currentIndex()
    told = current.data(Qt.ItemDataRole.AccessibleTextRole)
    assert announcements == [f"{told}, 1 of {history.found.model().rowCount()}"]


def test_versions_awaiting_one_select_it_despite_a_newer(history: History) -> None:
    history.awaits = True
    history.open()
    model = history.versions.model()
    for number in (4, 5):  # the list is notified of the edit before its save returns, and of another person's after it
        history.store(compared.before() if number == 4 else compared.after(), f"Note {number}")
        history.wait(lambda number=number: model.rows[0].number == number)  # type: ignore[attr-defined, misc]
    history.screen.select_saved_version(4)
    history.wait(lambda: (model.before, model.after) == (3, 4))  # type: ignore[attr-defined]
    history.store(compared.before(), "Note 6")
    history.wait(lambda: model.rows[0].number == 6)  # type: ignore[attr-defined]
    assert (model.before, model.after) == (3, 4)  # type: ignore[attr-defined]


def test_versions_click_on_the_page_selects_the_difference(history: History) -> None:
    history.open()
    before = history.page.grab().toImage()
    box = history.page.box_of(("added", "receive"))
    assert box is not None
    history.shown.qtbot.mouseClick(history.page, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert history.rows()[history.found.currentIndex().row()].startswith("Receive errors, 24 h")
    assert history.page.grab().toImage() != before


def test_versions_revert_of_ticked_differences_is_undone(history: History) -> None:
    history.open()
    take_back = history.shown.find("versions_take_back")
    assert not take_back.isEnabled()
    assert take_back.toolTip() == "Select the differences to undo."
    for text in ("Line plan, old: Removed", "Receive errors, 24 h: Added"):
        row = next(row for row, words in enumerate(history.rows()) if words.startswith(text))
        history.shown.row(history.found, row, x=history.found.viewport().width() - 20)
    history.shown.press("versions_take_back")
    history.wait(lambda: history.numbers() == [4, 3, 2, 1])
    left = {one.key for one in differences(compared.before(), history.stored()) if not one.displaced}
    assert ("removed", "plan") not in left
    assert ("added", "receive") not in left
    assert ("moved", "load") in left
    history.wait(lambda: history.versions.model().rowCount() == 4)
    (toast,) = [toast for toast in history.shown.application.window.findChildren(Toast) if toast.isVisible()]
    assert toast.accessibleName() == "Undid 2 differences."
    (undo,) = [button for button in toast.findChildren(QWidget) if button.accessibleName() == "Undo"]
    history.shown.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    history.wait(lambda: history.numbers() == [5, 4, 3, 2, 1])
    assert history.alike(compared.after())


def test_versions_restore_is_undone_after_the_view_closed(history: History) -> None:
    history.open()
    history.screen.restored.connect(history.screen.deleteLater)
    history.shown.press("versions_restore")
    history.shown.wait(lambda: history.numbers() == [4, 3, 2, 1] and not isValid(history.screen))
    assert history.alike(compared.before())
    (toast,) = [toast for toast in history.shown.application.window.findChildren(Toast) if toast.isVisible()]
    assert toast.accessibleName() == "Restored version 2 as version 4."
    (undo,) = [button for button in toast.findChildren(QWidget) if button.accessibleName() == "Undo"]
    history.shown.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    history.shown.wait(lambda: history.numbers() == [5, 4, 3, 2, 1])
    assert history.alike(compared.after())


def test_versions_by_keyboard_alone_restore_an_older_one(history: History) -> None:
    history.open()
    history.versions.setFocus()
    history.shown.key(Qt.Key.Key_Down)
    history.shown.key(Qt.Key.Key_Down)
    history.shown.key(Qt.Key.Key_B)
    history.wait(lambda: history.shown.find("versions_restore").property("text") == "Restore version 1")
    history.shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    history.wait(lambda: history.numbers() == [4, 3, 2, 1])
    assert history.alike(compared.before())
    history.wait(lambda: history.says("9 differences"))


def test_versions_click_and_shift_click_compare_two(history: History) -> None:
    history.open()
    history.shown.row(history.versions, 1)
    history.wait(lambda: history.says("0 differences"))
    assert history.screen._right.sentence == "These versions are identical."
    assert history.shown.find("versions_restore").isEnabled()  # the newest version differs from both
    history.shown.row(history.versions, 2)
    history.wait(lambda: history.screen._right.sentence.startswith("This is the first version,"))
    assert not history.screen._modes.isVisible()
    restore = history.shown.find("versions_restore")
    assert (restore.property("text"), restore.isEnabled()) == ("Restore version 1", True), "it is the one selected"
    history.shown.row(history.versions, 0, modifiers=SHIFT)
    history.wait(lambda: history.says("9 differences"))
    assert history.screen._modes.isVisible()
    assert history.versions.model().index(2, 0).data().endswith("before")
    assert not history.shown.find("versions_take_back").isEnabled()


def test_version_whose_edits_were_undone_says_that_it_has_no_differences(history: History) -> None:
    history.edit(1)
    history.store(compared.after(), None)
    history.open(heading="0 differences")
    history.wait(lambda: ", No differences, " in str(history.versions.model().index(0, 0).data()))


def test_versions_show_the_values_that_are_selected_on_the_open_page(history: History) -> None:
    """They showed the stored ones: 30 orders beside 82 on the page."""
    page = {
        "format": "benchboard/dashboard", "version": 2, "title": "Shops",
        "variables": [{"name": "shop", "type": "list", "values": ["A", "B"], "current": "A"}],
        "items": [{"id": "w", "type": "metric_card", "title": "Shop", "query": "SELECT :shop AS shop",
                   "position": {"x": 0, "y": 0, "w": 4, "h": 4}}],
    }  # fmt: skip
    history.store(parse_document(page), None)
    history.choices = {"shop": VariableChoice(("B",))}
    history.open(heading=None)
    history.wait(lambda: history.answer("w") == "B")


def test_versions_show_all_values_that_a_query_has_now(history: History) -> None:
    """“All” stood for the values that were stored with the version: two shops beside six on the page."""
    page = {
        "format": "benchboard/dashboard", "version": 2, "title": "Shops",
        "variables": [{"name": "n", "type": "query", "multiple": True, "include_all": True, "all_chosen": True,
                       "values": ["1"], "query": "SELECT 1 AS n UNION ALL SELECT 2 AS n UNION ALL SELECT 3 AS n"}],
        "items": [{"id": "w", "type": "metric_card", "title": "Values", "position": {"x": 0, "y": 0, "w": 4, "h": 4},
                   "query": "SELECT count(*) AS c FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) t "
                            "WHERE CAST(n AS text) IN (:n)"}],
    }  # fmt: skip
    history.store(parse_document(page), None)
    history.open(heading=None)
    history.wait(lambda: history.answer("w") == 3)


def test_versions_restore_of_what_is_stored_already_is_refused(history: History) -> None:
    history.store(compared.before(), "Back")
    history.store(compared.before(), "Once more")
    history.screen = history.shown.open(1440, 900)  # type: ignore[assignment]
    (history.versions,) = history.screen.findChildren(VersionList)
    history.wait(lambda: history.says("0 differences"))
    restore = history.shown.find("versions_restore")
    assert not restore.isEnabled()
    assert restore.toolTip() == "These versions are identical, so there's nothing to restore."
    history.versions.setFocus()
    history.shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    history.wait(lambda: restore.toolTip() in _toasts(history))
    history.shown.row(history.versions, 3)
    same = "Version 2 is the same as the newest version, so there's nothing to restore."
    history.wait(lambda: restore.property("text") == "Restore version 2" and restore.toolTip() == same)
    assert not restore.isEnabled()
    history.shown.row(history.versions, 2)
    history.wait(lambda: restore.property("text") == "Restore version 3" and restore.isEnabled())
    assert restore.accessibleDescription() == (
        "Restoring makes version 6 with the content of version 3. Version 5 stays in the list."
    )
    assert history.numbers() == [5, 4, 3, 2, 1]


def _toasts(history: History) -> list[str]:
    toasts = history.shown.application.window.findChildren(Toast)
    return [toast.accessibleName() for toast in toasts if toast.isVisible()]


def test_versions_restore_with_a_newer_save_changes_nothing(history: History) -> None:
    history.open()
    other = compared.before()
    with unbound(history.shown.workspace.database).change() as session:
        library.save(session, history.shown.actor, history.dashboard_id, other, base_version=None, note="Theirs")
    history.shown.press("versions_restore")
    history.wait(lambda: any(one.isVisible() for one in history.shown.application.window.findChildren(Banner)))
    assert history.numbers() == [4, 3, 2, 1]


def test_versions_side_by_side_and_json_in_a_narrow_window_are_shown(history: History) -> None:
    history.open(1024, 700)
    assert not history.versions.isVisible()
    history.shown.press("versions_toggle")
    assert history.versions.isVisible()
    history.shown.press("versions_toggle")
    overlay = history.page.grab().toImage()
    history.shown.press("segment_beside")
    history.wait(lambda: history.page.grab().toImage() != overlay)
    history.shown.press("segment_json")
    text = history.shown.find("diff_json")
    assert isinstance(text, QPlainTextEdit)
    lines = text.toPlainText().splitlines()
    assert '−         "unit": "km"' in lines
    assert '+         "unit": "m"' in lines
    history.found.setFocus()
    row = next(row for row, words in enumerate(history.rows()) if words.startswith("Shift notes"))
    history.shown.row(history.found, row)
    assert "week 46" in "".join(lines[text.textCursor().blockNumber() : text.textCursor().blockNumber() + 3])


def test_versions_follow_the_theme_and_have_accessible_names(history: History) -> None:
    history.open()
    picture = history.page.grab().toImage()
    theme().set_appearance("light" if theme().current == "dark" else "dark")
    assert history.page.grab().toImage() != picture
    assert history.page.accessibleName() == "Version 2 → Version 3: 9 differences"
    assert history.versions.model().index(0, 0).data().startswith("Version 3, Side by side, Mert Aydın")
    for name in ("versions_back", "versions_restore", "versions_take_back", "versions_filter"):
        assert history.shown.find(name).accessibleName()
    _show_named(history)
    history.shown.wait(lambda: history.versions.model().rowCount() == 2)
    with unbound(history.shown.workspace.database).change() as session:
        for number in (2, 3):
            version_store.name_version(session, history.shown.actor, history.dashboard_id, number, "")
    _show_named(history)
    history.shown.wait(lambda: not history.versions.model().rowCount() and not history.versions.isVisible())
    said = [label.text() for label in history.screen.findChildren(QLabel) if label.isVisible()]
    assert "No named versions yet" in said
    (back,) = [one for one in history.screen.findChildren(QWidget) if one.accessibleName() == "Show all versions"]
    history.shown.qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    history.shown.wait(lambda: history.versions.model().rowCount() == 3)


def _show_named(history: History) -> None:
    """Choose the filter for named versions."""
    history.shown.press("versions_filter")
    history.shown.key(Qt.Key.Key_Down)
    history.shown.key(Qt.Key.Key_Down)
    history.shown.key(Qt.Key.Key_Return)


def test_versions_click_outside_any_difference_selects_nothing(history: History) -> None:
    history.open()
    history.shown.qtbot.mouseClick(history.page, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not history.found.currentIndex().isValid()


def test_versions_list_summarises_a_compared_version(history: History) -> None:
    history.store(compared.before(), None)
    screen = history.shown.open(1440, 900)
    (listed,) = screen.findChildren(VersionList)
    model = listed.model()
    line = "5 moved, 1 added, 1 removed, 2 changed"
    history.shown.wait(lambda: line in str(model.index(0, 0).data()))
    assert [str(model.index(row, 0).data()).split(", ")[1] for row in range(1, 4)] == [
        "Side by side",
        "Week 47 notes",
        "Created",
    ]


@pytest.fixture
def edited(history: History, monkeypatch: pytest.MonkeyPatch) -> History:
    """Three edits before a named version, and four after it."""
    monkeypatch.setattr(repository, "SAME_VERSION_WITHIN", timedelta(0))
    history.edit(3)
    history.store(compared.before(), "Named")
    history.edit(4)
    history.open(heading=None)
    history.wait(history.lines)
    return history


def test_versions_of_repeated_edits_are_one_line(edited: History) -> None:
    assert edited.numbers() == [*range(11, 0, -1)]
    assert edited.lines() == ["Versions 8–11", "Version 7", "Versions 4–6", "Version 3", "Version 2", "Version 1"]
    edited.wait(lambda: edited.says("1 difference"))
    folded = str(edited.versions.model().index(0, 0).data())
    assert "Edited, " in folded  # not what changed in one of the four
    assert folded.endswith("after")
    assert "before" not in "".join(str(edited.versions.model().index(row, 0).data()) for row in range(6))


def test_versions_click_on_a_folded_line_shows_each_and_its_arrow_folds_them(edited: History) -> None:
    edited.shown.row(edited.versions, 2)
    assert edited.lines()[:6] == ["Versions 8–11", "Version 7", "Version 6", "Version 5", "Version 4", "Version 3"]
    edited.wait(lambda: edited.screen._after_name.text() == "Version 6")
    edited.shown.row(edited.versions, 4)
    edited.wait(lambda: edited.screen._after_name.text() == "Version 4")
    arrow = fold_button(edited.versions.visualRect(edited.versions.model().index(2, 0))).center().toPoint()
    edited.shown.qtbot.mouseClick(edited.versions.viewport(), Qt.MouseButton.LeftButton, pos=arrow)
    assert edited.lines()[:4] == ["Versions 8–11", "Version 7", "Versions 4–6", "Version 3"]
    assert edited.versions.model().index(2, 0).data().endswith("after")


def test_versions_enter_unfolds_a_line_and_left_folds_it(edited: History) -> None:
    edited.versions.setFocus()
    edited.versions.setCurrentIndex(edited.versions.model().index(2, 0))
    edited.shown.qtbot.keyClick(edited.versions, Qt.Key.Key_Return)
    edited.wait(lambda: edited.screen._after_name.text() == "Version 6" and len(edited.lines()) == 8)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
        edited.shown.qtbot.keyClick(edited.versions, key)
    assert len(edited.lines()) == 6
    assert edited.versions.currentIndex().row() == 2
    edited.shown.qtbot.keyClick(edited.versions, Qt.Key.Key_Right)
    assert len(edited.lines()) == 8


def test_versions_stay_unfolded_when_another_is_saved(edited: History) -> None:
    edited.shown.row(edited.versions, 0)
    edited.edit(1)
    edited.screen.refresh()
    edited.wait(
        lambda: edited.lines()[:6] == ["Version 12", "Version 11", "Version 10", "Version 9", "Version 8", "Version 7"]
    )


def test_versions_of_a_filtered_list_are_not_folded(edited: History) -> None:
    edited.screen._model.reload({"author_id": edited.shown.actor.user_id})
    edited.wait(lambda: len(edited.lines()) == 11)


def test_ticking_a_difference_tells_its_state_and_how_many_are_selected(
    history: History, announcements: list[str], told_events: list[tuple[str, int]]
) -> None:
    history.open()
    history.found.setFocus()
    history.found.setCurrentIndex(history.found.model().index(1, 0))
    announcements.clear()
    told_events.clear()
    for _press in range(2):
        history.shown.key(Qt.Key.Key_Space)
    assert announcements == ["1 of 9 selected", "0 of 9 selected"]  # the state is told as such
    assert [one for one in told_events if one[0] != "DescriptionChanged"] == [("StateChanged", 1)] * 2


def test_ticking_a_difference_that_cannot_be_undone_says_why(history: History, announcements: list[str]) -> None:
    history.open()
    history.store(compared.before(), "Newer")
    history.wait(lambda: history.versions.model().rowCount() == 4)
    history.found.setFocus()
    history.found.setCurrentIndex(history.found.model().index(0, 0))
    announcements.clear()
    history.shown.key(Qt.Key.Key_Space)
    assert announcements == [
        "1 of 9 selected. You can only undo differences in the newest version.",
    ]
    assert history.shown.find("versions_take_back").toolTip() == "You can only undo differences in the newest version."


def test_section_of_widgets_that_made_room_tells_that_it_expands(
    history: History, announcements: list[str], told_events: list[tuple[str, int]]
) -> None:
    history.open()
    model = history.found.model()
    heading = next(row for row, words in enumerate(history.rows()) if ": " not in words)

    def name() -> str:
        return str(model.index(heading, 0).data(Qt.ItemDataRole.AccessibleTextRole))

    assert name() == "2 other widgets moved, collapsed"
    history.found.setFocus()
    history.found.setCurrentIndex(model.index(heading, 0))
    announcements.clear()
    told_events.clear()
    history.shown.key(Qt.Key.Key_Right)
    assert announcements == ["expanded"]
    assert told_events == []  # its name says it too, and would be read after it
    assert name() == "2 other widgets moved, expanded"
    history.shown.key(Qt.Key.Key_Right)
    assert announcements == ["expanded"]
    history.shown.key(Qt.Key.Key_Left)
    history.shown.key(Qt.Key.Key_Space)
    assert announcements == ["expanded", "collapsed", "expanded"]
    history.shown.key(Qt.Key.Key_Up)
    assert ("NameChanged", heading) in told_events


def test_version_that_is_compared_already_is_told_again(history: History, announcements: list[str]) -> None:
    """B or Enter on it changes nothing, and a reader heard nothing."""
    history.open()
    history.versions.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_B):
        announcements.clear()
        history.shown.key(key)
    assert [one.partition(":")[0] for one in announcements] == ["Version 3 compared with version 2"]
    announcements.clear()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_B):
        history.shown.key(key)
    told = "Version 3 is the newer of the two already. Go to another version to compare with it."
    assert [one for one in announcements if one.startswith("Version")] == [told]


def test_f6_goes_through_the_lists_of_versions_and_differences(history: History) -> None:
    history.open()
    panes = history.screen.panes()
    inside = [
        [one for one in panes if one is part or one.isAncestorOf(part)] for part in (history.versions, history.found)
    ]
    assert [len(found) for found in inside] == [1, 1]
    assert inside[0] != inside[1]
    assert panes.index(inside[0][0]) < panes.index(inside[1][0])


def test_page_of_versions_is_called_by_what_it_compares(history: History) -> None:
    history.open()
    told = QAccessible.queryAccessibleInterface(history.screen._area)
    assert told is not None
    assert told.text(QAccessible.Text.Name).startswith("Version 3 compared with version 2: 9 differences")
    assert told.role() == QAccessible.Role.Pane


def test_undo_and_redo_of_reverted_differences_are_told_by_name(history: History, announcements: list[str]) -> None:
    history.open()
    history.found.setCurrentIndex(history.found.model().index(0, 0))
    history.found.setFocus()
    history.shown.key(Qt.Key.Key_Space)
    history.shown.press("versions_take_back")
    history.wait(lambda: "Undid 1 difference. Undo: Ctrl Z" in announcements)
    reverted = history.stored()
    history.shown.application.problems.undo_last()
    history.wait(lambda: "Undone: Undo 1 difference. Redo: Ctrl Shift Z" in announcements)
    assert history.alike(compared.after())
    (toast,) = [
        one for one in history.shown.application.window.findChildren(Toast) if one.accessibleName().startswith("Undone")
    ]
    (redo,) = [button for button in toast.findChildren(QWidget) if button.accessibleName() == "Redo"]
    history.shown.qtbot.mouseClick(redo, Qt.MouseButton.LeftButton)
    history.wait(lambda: "Redone: Undo 1 difference. Undo: Ctrl Z" in announcements)
    assert history.alike(reverted)


def test_filter_of_versions_tells_how_many_it_leaves(history: History, announcements: list[str]) -> None:
    history.open()
    for name, told in (("Only named versions", "2 versions"), ("All versions", "3 versions")):
        history.shown.press("versions_filter")
        announcements.clear()
        menu = history.shown.find("versions_whose")
        choice = next(one for one in menu.findChildren(QAbstractButton) if name in one.accessibleName())
        history.shown.qtbot.mouseClick(choice, Qt.MouseButton.LeftButton)
        history.wait(lambda told=told: told in announcements)  # type: ignore[misc]
