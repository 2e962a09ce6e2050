"""The dialog that defines variables: queries written, checked, previewed and applied, by keys and mouse."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest
from boards import load
from draft_tools import crashed, drafts
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QWidget

from benchboard import workspace
from benchboard.dashboards import home_layout
from benchboard.dashboards.document.document import Variable, write_document
from benchboard.dashboards.variables import variable_editing
from benchboard.errors import Invalid
from benchboard.ui.studio.panes.query_editor import QueryEdit
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

STATES = "SELECT DISTINCT status FROM orders ORDER BY status"
T = TypeVar("T", bound=QWidget)
CTRL = Qt.KeyboardModifier.ControlModifier


class Sheet:
    """The open sheet."""

    def __init__(self, studio: "Studio", *variables: Variable) -> None:
        editor = studio.page.editor
        if variables:
            editor.apply_document("Define", replace(editor.document, variables=variables))
            studio.wait_until_saved()
        studio.page.run("studio.edit_variables")
        self.studio = studio
        self.window = studio.application.window
        self.list = self.find("variables_list", QListWidget)
        self.query = self.find("variable_query", QueryEdit)
        self.preview = self.find("variable_preview", QListWidget)
        self.take = self.find("variables_take", QAbstractButton)

    def find(self, name: str, kind: type[T]) -> T:
        (found,) = self.window.findChildren(kind, name)
        return found

    def press(self, name: str) -> None:
        """Press a button; the first variable is added by that of the empty state."""
        is_first = name == "variable_add" and not self.list.count()
        self.studio.press_in_window("variable_add_first" if is_first else name)

    def tab_to(self, name: str) -> None:
        """Go there by Tab."""
        for _step in range(40):
            if self.window.focusWidget().objectName() == name:
                return
            self.studio.key(Qt.Key.Key_Tab)
        raise AssertionError(name)

    def offers(self) -> list[str]:
        return [self.preview.item(row).text() for row in range(self.preview.count())]


def _query_variable(name: str, query: str) -> Variable:
    return Variable(name, "", "query", (), ("x",), False, query)


def test_variables_dialog_in_a_low_window_scrolls_its_form_and_keeps_its_buttons(studio: "Studio") -> None:
    window = studio.application.window
    window.setMinimumSize(0, 0)
    window.resize(960, 540)
    studio.wait(lambda: window.height() == 540)
    sheet = Sheet(studio, _query_variable("shop", "SELECT DISTINCT shop_id FROM orders"))
    form = sheet.find("variable_multiple", QWidget)
    for button in (sheet.take, sheet.find("variables_leave", QAbstractButton), sheet.find("variable_remove", QWidget)):
        box = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
        studio.wait(lambda box=box: window.rect().contains(box))  # type: ignore[misc]
        assert not button.visibleRegion().isEmpty()
    sheet.tab_to("variable_multiple")
    studio.wait(lambda: not form.visibleRegion().isEmpty())


def test_variables_dialog_query_is_defined_by_keyboard_alone(studio: "Studio") -> None:
    steps = studio.page.editor.undo_stack.count()
    sheet = Sheet(studio)
    sheet.tab_to("variable_add_first")
    studio.key(Qt.Key.Key_Space)
    assert studio.application.window.focusWidget().objectName() == "variable_name"
    studio.qtbot.keyClicks(studio.application.window.focusWidget(), "state")
    for _step in range(2):
        studio.key(Qt.Key.Key_Tab)
    studio.key(Qt.Key.Key_Right)
    sheet.tab_to("variable_query")
    studio.qtbot.keyClicks(sheet.query, STATES)
    studio.wait(lambda: len(sheet.offers()) > 3)
    assert sheet.offers() == sorted(sheet.offers())
    sheet.tab_to("variable_multiple")
    studio.key(Qt.Key.Key_Space)
    sheet.tab_to("variable_all")
    studio.key(Qt.Key.Key_Space)
    first = sheet.offers()[0]
    sheet.tab_to("variables_take")
    studio.key(Qt.Key.Key_Return)
    (variable,) = studio.page.editor.document.variables
    assert variable == Variable("state", "", "query", (), (first,), True, STATES, include_all=True)
    assert studio.page.editor.undo_stack.count() == steps + 1
    studio.wait_until_saved()
    studio.page.editor.undo_stack.undo()
    assert studio.page.editor.document.variables == ()
    studio.wait_until_saved()


def test_variables_dialog_enter_in_the_name_goes_to_the_label_and_ctrl_enter_saves(studio: "Studio") -> None:
    """Enter saved and closed the dialog before a value could be written."""
    sheet = Sheet(studio)
    sheet.press("variable_add")
    studio.qtbot.keyClicks(sheet.find("variable_name", QLineEdit), "state")
    studio.key(Qt.Key.Key_Return)
    assert sheet.find("variable_label", QLineEdit).hasFocus()
    studio.key(Qt.Key.Key_Return)
    assert sheet.take.isVisible()
    assert not sheet.find("variable_label", QLineEdit).hasFocus()
    studio.key(Qt.Key.Key_Return, CTRL)
    assert [one.name for one in studio.page.editor.document.variables] == ["state"]


def test_variables_dialog_query_error_is_underlined_and_described(studio: "Studio") -> None:
    sheet = Sheet(studio, _query_variable("state", STATES))
    studio.wait(lambda: len(sheet.offers()) > 3)
    sheet.query.setPlainText("SELECT stat FROM orders")
    studio.wait(lambda: bool(sheet.query.extraSelections()))
    (wrong,) = sheet.query.extraSelections()
    assert wrong.cursor.selectedText() == "stat"
    assert wrong.format.underlineStyle() == QTextCharFormat.UnderlineStyle.WaveUnderline
    assert "There's no column “stat”" in sheet.query.accessibleDescription()
    assert sheet.offers() == []
    studio.key(Qt.Key.Key_Escape)
    assert studio.page.editor.document.variables[0].query == STATES


def test_variables_dialog_query_variable_without_query_is_rejected(studio: "Studio") -> None:
    sheet = Sheet(studio, Variable("v", "", "list", ("a",), ("a",)), _query_variable("state", STATES))
    (query,) = [one for one in sheet.window.findChildren(QAbstractButton) if one.isVisible() and one.text() == "Query"]
    studio.qtbot.mouseClick(query, Qt.MouseButton.LeftButton)
    said = "No query yet. Write one that starts with SELECT."
    assert sheet.query.accessibleDescription() == said
    assert not sheet.take.isEnabled()
    sheet.query.setPlainText("  \n")
    assert sheet.query.accessibleDescription() == said
    sheet.list.setCurrentRow(1)
    assert sheet.query.accessibleDescription() != said
    assert not sheet.take.isEnabled()
    assert sheet.take.toolTip() == "“v” has no query yet."
    sheet.query.setPlainText("")
    assert sheet.take.toolTip() == "“v” has no query yet.\n“state” has no query yet."
    sheet.query.setPlainText(STATES)
    sheet.list.setCurrentRow(0)
    sheet.query.setPlainText(STATES)
    assert sheet.query.accessibleDescription() != said
    assert sheet.take.isEnabled()


def test_variables_dialog_name_shows_how_to_reference_it(studio: "Studio") -> None:
    sheet = Sheet(studio, Variable("shop", "", "list", ("a",), ("a",)))
    name = sheet.find("variable_name", QLineEdit)

    def notes() -> list[str]:
        parent = name.parentWidget()
        assert parent is not None
        return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]

    assert "Use :shop in queries and $shop in titles and text." in notes()
    name.selectAll()
    studio.qtbot.keyClicks(name, "city")
    assert "Use :city in queries and $city in titles and text." in notes()
    studio.qtbot.keyClicks(name, "!")
    assert "Use letters, digits and _. Don't start with a digit." in notes()


def test_variables_dialog_cyclic_queries_are_rejected(studio: "Studio") -> None:
    a, b = _query_variable("a", "SELECT id FROM orders WHERE id = :b"), _query_variable("b", "SELECT id FROM orders")
    sheet = Sheet(studio, a, b)
    sheet.list.setCurrentRow(1)
    sheet.query.setPlainText("SELECT id FROM orders WHERE id = :a")
    assert not sheet.take.isEnabled()
    assert "b → a → b" in sheet.query.accessibleDescription()
    sheet.query.setPlainText("SELECT id FROM orders")
    assert sheet.take.isEnabled()
    assert "→" not in sheet.query.accessibleDescription()


@pytest.mark.parametrize("text", ["q" * 10**6, "SELECT\n" * 200_000])
def test_variables_dialog_query_of_a_megabyte_is_rejected(studio: "Studio", text: str) -> None:
    sheet = Sheet(studio, _query_variable("state", STATES))
    QApplication.clipboard().setText(text)
    sheet.query.setFocus()
    studio.key(Qt.Key.Key_V, CTRL)
    assert len(sheet.query.toPlainText()) > 20_000
    assert not sheet.take.isEnabled()
    studio.wait(lambda: "up to 20000 characters" in sheet.query.accessibleDescription())


def test_variables_dialog_list_too_long_is_rejected(studio: "Studio") -> None:
    sheet = Sheet(studio, Variable("v", "", "list", ("a",), ("a",)))
    values = sheet.find("variable_values", QPlainTextEdit)
    for text, right in (("x" * 256, False), ("\n".join(map(str, range(1_001))), False), ("x" * 255, True)):
        values.setPlainText(text)
        assert sheet.take.isEnabled() == right
        assert bool(values.accessibleDescription()) != right


def test_variables_dialog_duplicate_name_is_rejected(studio: "Studio") -> None:
    sheet = Sheet(studio, _query_variable("a", STATES), _query_variable("b", STATES))
    name = sheet.find("variable_name", QLineEdit)
    name.setFocus()
    name.selectAll()
    studio.qtbot.keyClicks(name, "b")
    assert "Another variable" in name.accessibleDescription()
    assert not sheet.take.isEnabled()


def test_variables_dialog_undo_stays_in_the_dialog(studio: "Studio") -> None:
    steps = studio.page.editor.undo_stack.count()
    sheet = Sheet(studio)
    sheet.press("variable_add")
    sheet.press("variable_add")
    sheet.list.setFocus()
    studio.key(Qt.Key.Key_Delete)
    assert sheet.list.count() == 1
    studio.key(Qt.Key.Key_Z, CTRL)
    assert sheet.list.count() == 2
    kinds = [one for one in sheet.window.findChildren(QAbstractButton) if one.isVisible() and one.text() == "Query"]
    studio.qtbot.mouseClick(kinds[0], Qt.MouseButton.LeftButton)
    sheet.query.setFocus()
    studio.qtbot.keyClicks(sheet.query, "SELECT")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert sheet.query.toPlainText() != "SELECT"
    assert sheet.list.count() == 2
    sheet.press("variables_leave")
    assert studio.page.editor.undo_stack.count() == steps


def test_variables_dialog_applied_unchanged_is_no_step(studio: "Studio") -> None:
    sheet = Sheet(
        studio, replace(_query_variable("state", STATES), chosen=()), Variable("v", "", "list", ("a", "b"), ("b",))
    )
    steps = studio.page.editor.undo_stack.count()
    studio.wait(lambda: len(sheet.offers()) > 3)
    sheet.list.setCurrentRow(1)
    sheet.press("variables_take")
    assert studio.page.editor.undo_stack.count() == steps


def test_variables_dialog_kind_changed_and_back_keeps_the_values(studio: "Studio") -> None:
    sheet = Sheet(studio, Variable("v", "", "list", ("paid", "b"), ("b",), True, include_all=True))
    for kind in ("Query", "List"):
        (one,) = [one for one in sheet.window.findChildren(QAbstractButton) if one.isVisible() and one.text() == kind]
        studio.qtbot.mouseClick(one, Qt.MouseButton.LeftButton)
    assert sheet.take.isEnabled()
    sheet.press("variables_take")
    assert studio.page.editor.document.variables[0].values == ("paid", "b")


USING: list[dict[str, object]] = [
    {
        "id": "q",
        "type": "bar_chart",
        "title": "Orders in $shop",
        "query": "SELECT status, count(*) AS n FROM orders WHERE currency = :shop GROUP BY 1",
        "position": {"x": 0, "y": 0, "w": 4, "h": 4},
        "repeat": {"variable": "shop"},
    },
    {"id": "w", "type": "text", "title": "", "config": {"text": "x"}, "position": {"x": 4, "y": 0, "w": 4, "h": 4}},
]
SHOP = Variable("shop", "Shop", "list", ("EUR", "GBP"), ("EUR",), True)


def _using(studio: "Studio") -> Sheet:
    load(studio, USING)
    return Sheet(studio, SHOP, _query_variable("state", "SELECT DISTINCT status FROM orders WHERE currency IN (:shop)"))


def _write_name(sheet: Sheet, name: str) -> None:
    edit = sheet.find("variable_name", QLineEdit)
    edit.setFocus()
    edit.selectAll()
    sheet.studio.qtbot.keyClicks(edit, name)


def test_variables_dialog_rename_updates_references_in_one_step(studio: "Studio") -> None:
    sheet, editor = _using(studio), studio.page.editor
    steps = editor.undo_stack.count()
    editor.select_values("shop", ("GBP",))
    _write_name(sheet, "cur")
    sheet.list.setCurrentRow(1)
    assert sheet.query.toPlainText().endswith("(:cur)")
    sheet.press("variables_take")
    assert editor.undo_stack.count() == steps + 1
    said = editor.document.layout.items[0].source
    assert said["title"] == "Orders in $cur"
    assert "= :cur " in str(said["query"])
    assert said["repeat"] == {"variable": "cur"}
    assert [one.name for one in editor.document.variables] == ["cur", "state"]
    assert editor.document.variables[1].query.endswith("(:cur)")
    assert editor.reader_document.chosen["cur"] == ("GBP",)
    assert editor.rendered(editor.page.item("q")).source["title"] == "Orders in GBP"
    studio.wait(lambda: not studio.page.query_runner.busy)
    answer = studio.page.query_runner.result("q")
    assert answer is not None
    assert answer.error is None
    studio.page.undo()
    assert editor.document.layout.items[0].source["title"] == "Orders in $shop"
    assert editor.reader_document.chosen["shop"] == ("GBP",)
    studio.page.redo()
    assert editor.reader_document.chosen["cur"] == ("GBP",)


def test_variables_dialog_shows_what_uses_a_variable(studio: "Studio") -> None:
    sheet = _using(studio)
    used, missed = sheet.find("variable_used_by", QLabel), sheet.find("variables_missed", QLabel)
    assert used.text() == "1 widget uses it. “state” depends on it."
    assert not missed.isVisible()
    _write_name(sheet, "cur")
    assert used.text() == "1 widget uses it. “state” depends on it."
    sheet.list.setCurrentRow(1)
    assert used.text() == "Not used yet."
    sheet.list.setCurrentRow(0)
    assert used.text() == "1 widget uses it. “state” depends on it."
    _write_name(sheet, "shop")
    sheet.list.setFocus()
    studio.key(Qt.Key.Key_Delete)
    assert missed.isVisible()
    assert missed.text().startswith("“Shop” will be removed. 1 widget uses it. “state” depends on it. Press Ctrl Z")
    studio.key(Qt.Key.Key_Z, CTRL)
    assert not missed.isVisible()
    assert sheet.list.count() == 2


def test_variables_dialog_cancelled_can_be_resumed(studio: "Studio") -> None:
    sheet, editor = _using(studio), studio.page.editor
    _write_name(sheet, "cur")
    studio.key(Qt.Key.Key_Escape)
    assert editor.document.variables[0].name == "shop"
    assert studio.application.window.findChild(QWidget, "toast") is not None
    sheet.press("toast_undo")
    (again,) = [one for one in sheet.window.findChildren(QLineEdit, "variable_name") if one.isVisible()]
    assert again.text() == "cur"
    sheet.press("variables_take")
    assert editor.document.variables[0].name == "cur"
    assert editor.document.layout.items[0].source["title"] == "Orders in $cur"


def test_variables_dialog_cancelled_unchanged_offers_nothing(studio: "Studio") -> None:
    _using(studio)
    studio.key(Qt.Key.Key_Escape)
    assert not any(one.isVisible() for one in studio.application.window.findChildren(QWidget, "toast_undo"))


def test_variables_dialog_rename_making_a_title_too_long_is_rejected(studio: "Studio") -> None:
    load(studio, [{**USING[0], "title": "$shop" * 40}])
    sheet = Sheet(studio, SHOP)
    _write_name(sheet, "much_too_long_a_name")
    sheet.press("variables_take")
    missed = sheet.find("variables_missed", QLabel)
    assert missed.isVisible()
    assert "200 characters" in missed.text()
    assert studio.page.editor.document.variables[0].name == "shop"


def _save_elsewhere(studio: "Studio", *variables: Variable) -> None:
    studio.store(write_document(replace(studio.stored().content, variables=variables)))
    studio.wait(lambda: studio.page.editor.document.variables == variables)


def _toast_undo(studio: "Studio") -> list[QAbstractButton]:
    found = studio.application.window.findChildren(QAbstractButton, "toast_undo")
    return [
        one for one in found if one.isVisible() and "was also changed elsewhere" in one.parentWidget().accessibleName()
    ]


def test_variables_dialog_open_while_others_add_one_keeps_it(studio: "Studio") -> None:
    shop, theirs = (Variable(name, "", "list", ("x",), ("x",)) for name in ("shop", "theirs"))
    sheet = Sheet(studio, shop)
    sheet.press("variable_add")
    _save_elsewhere(studio, replace(shop, label="Store"), theirs)
    sheet.press("variables_take")
    now = studio.page.editor.document.variables
    assert {(one.name, one.label) for one in now} == {("shop", "Store"), ("theirs", ""), ("choice1", "")}
    assert not _toast_undo(studio)


def test_variables_dialog_conflict_keeps_mine_and_offers_undo(studio: "Studio") -> None:
    shop = Variable("shop", "", "list", ("x",), ("x",))
    sheet = Sheet(studio, shop)
    label = sheet.find("variable_label", QLineEdit)
    studio.qtbot.keyClicks(label, "Mine")
    _save_elsewhere(studio, replace(shop, label="Theirs"))
    sheet.press("variables_take")
    assert [one.label for one in studio.page.editor.document.variables] == ["Mine"]
    (undo,) = _toast_undo(studio)
    studio.qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert [one.label for one in studio.page.editor.document.variables] == ["Theirs"]


def test_variables_draft_with_another_save_since_is_merged(
    open_studio: Callable[..., "Studio"], tmp_path: Path
) -> None:
    shop, theirs = (Variable(name, "", "list", ("x",), ("x",)) for name in ("shop", "theirs"))
    first = open_studio()
    sheet = Sheet(first, shop)
    sheet.press("variable_add")
    first.wait(lambda: "choice1" in drafts(first).get("variables", ""))
    home = crashed(first, tmp_path)
    content = first.stored().content
    first.close()
    opened = workspace.open_demo(home)
    with unbound(opened.database).change() as session:
        after = replace(content, variables=(replace(shop, label="Store"), theirs))
        home_layout.save_home(session, first.actor, write_document(after), base_version=None)
    opened.close()
    second = open_studio(home)
    second.press_in_window("banner_action")
    second.press_in_window("variables_take")
    now = second.page.editor.document.variables
    assert {(one.name, one.label) for one in now} == {("shop", "Store"), ("theirs", ""), ("choice1", "")}


def test_variables_dialog_after_access_was_revoked_applies_nothing(studio: "Studio") -> None:
    sheet = Sheet(studio)
    sheet.press("variable_add")
    studio.page.editor.read_only = True
    sheet.press("variables_take")
    assert studio.page.editor.document.variables == ()
    studio.page.editor.read_only = False
    studio.press_in_window("toast_undo")  # what was written is there again
    studio.press_in_window("variables_take")
    assert [one.name for one in studio.page.editor.document.variables] == ["choice1"]


def test_variables_dialog_with_too_many_variables_keeps_them_for_later(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet(studio)
    sheet.press("variable_add")
    monkeypatch.setattr(variable_editing, "merge_rows", _too_many)
    sheet.press("variables_take")
    said = studio.application.problems.current
    assert said is not None
    assert said.what == "Too many."
    assert studio.page.editor.document.variables == ()
    monkeypatch.undo()
    studio.press_in_window("toast_undo")
    studio.press_in_window("variables_take")
    assert [one.name for one in studio.page.editor.document.variables] == ["choice1"]


def _too_many(*_query_variable: object) -> NoReturn:
    raise Invalid("variables.too-many", "Too many.")


def test_variables_dialog_without_variables_offers_the_first(studio: "Studio") -> None:
    studio.page.run("studio.edit_variables")
    window = studio.application.window
    (first,) = [one for one in window.findChildren(QWidget, "variable_add_first") if one.isVisible()]
    assert window.focusWidget() is first
    (add,) = window.findChildren(QWidget, "variable_add")
    assert not add.isVisible()
    studio.qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    (variables,) = window.findChildren(QListWidget, "variables_list")
    assert variables.count() == 1
    assert (first.isVisible(), add.isVisible()) == (False, True)
    (remove,) = window.findChildren(QWidget, "variable_remove")
    studio.qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert first.isVisible()
