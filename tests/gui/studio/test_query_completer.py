"""Completion in the editors of SQL, by keys and mouse: when the list opens, what is inserted, and where it is."""

from typing import TYPE_CHECKING

import pytest
from boards import item, load
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from test_sql_editor import CTRL, LEFT, SqlPage

from benchboard.ui.studio.panes.completion_popup import CompletionPopup
from benchboard.ui.theme import contrast, theme
from benchboard.ui.widgets.surfaces import SHADOW

if TYPE_CHECKING:
    from conftest import Studio

KEY = Qt.Key


class CompletedPage(SqlPage):
    """Explore's SQL with its completion."""

    def __init__(self, studio: "Studio") -> None:
        super().__init__(studio)
        self.completer = self.edit.completer

    def begin(self, query: str) -> None:
        """Write a query with the cursor at its `|`."""
        before, _bar, after = query.partition("|")
        self.write(before + after, run=False)
        cursor = self.edit.textCursor()
        cursor.setPosition(len(before))
        self.edit.setTextCursor(cursor)
        QApplication.processEvents()

    def type_keys(self, keys: str) -> None:
        self.qtbot.keyClicks(self.edit, keys)
        QApplication.processEvents()  # it follows once the key is handled

    def ask(self) -> None:
        """Press Ctrl+Space."""
        self.key(KEY.Key_Space, CTRL)

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.completer.suggestions]

    @property
    def popup(self) -> CompletionPopup:
        assert self.completer.popup is not None
        return self.completer.popup


@pytest.fixture
def page(studio: "Studio") -> CompletedPage:
    return CompletedPage(studio)


def test_list_opens_after_two_letters_and_never_takes_the_focus(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("s")
    assert not page.completer.is_open
    page.type_keys("t")
    assert page.completer.is_open
    assert page.labels[0] == "status"
    assert page.edit.hasFocus()
    page.type_keys("q")
    assert not page.completer.is_open, "nothing matches"


def test_list_opens_after_a_dot_and_a_colon(page: CompletedPage) -> None:
    page.begin("SELECT o| FROM orders o WHERE o.created_dt > ")
    page.type_keys(".")
    assert "status" in page.labels
    page.key(KEY.Key_Escape)
    page.begin("SELECT 1 FROM orders o WHERE o.created_dt > |")
    page.type_keys(":")
    assert page.labels == ["from", "to", "interval"]


@pytest.mark.parametrize("query", ["SELECT 'a| FROM orders", "SELECT id -- a|", "SELECT /* a| */ 1"])
def test_list_never_opens_in_a_text_or_a_comment(page: CompletedPage, query: str) -> None:
    page.begin(query)
    page.type_keys("st")
    assert not page.completer.is_open
    page.ask()
    assert not page.completer.is_open


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Tab])
def test_enter_and_tab_insert_the_selected_one_and_undo_takes_it_back_in_one_step(
    page: CompletedPage, key: KEY
) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("st")
    page.key(key)
    assert page.text == "SELECT status FROM orders"
    assert not page.completer.is_open
    assert page.edit.textCursor().position() == len("SELECT status")
    page.edit.undo()
    assert page.text == "SELECT st FROM orders"
    page.edit.redo()
    assert page.text == "SELECT status FROM orders"


def test_arrows_select_and_begin_again_at_the_other_end(page: CompletedPage) -> None:
    page.begin("SELECT * FROM orders o WHERE o|")
    page.type_keys(".")
    labels = page.labels
    page.key(KEY.Key_Up)
    assert page.popup.list.currentIndex().row() == len(labels) - 1
    page.key(KEY.Key_Down)
    page.key(KEY.Key_Down)
    assert page.popup.list.currentIndex().row() == 1
    assert page.edit.textCursor().blockNumber() == 0
    page.key(KEY.Key_Return)
    assert page.text == f"SELECT * FROM orders o WHERE o.{labels[1]}"


def test_escape_closes_the_list_alone(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("st")
    page.key(KEY.Key_Escape)
    assert not page.completer.is_open
    assert page.text == "SELECT st FROM orders"
    assert page.edit.hasFocus()
    page.type_keys("a")
    assert page.completer.is_open, "the next letter asks again"


def test_enter_breaks_the_line_where_a_name_is_whole_or_nothing_is_listed(page: CompletedPage) -> None:
    page.begin("SELECT id FROM |")
    page.type_keys("orders")
    assert not page.completer.is_open
    page.key(KEY.Key_Return)
    assert page.text == "SELECT id FROM orders\n"


def test_ctrl_space_lists_all_and_stays_open_while_letters_are_removed(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.ask()
    everything = page.labels
    assert {"status", "count", "CASE"} <= set(everything)
    page.type_keys("s")
    assert page.labels[0] in ("status", "shop_id")
    page.key(KEY.Key_Backspace)
    QApplication.processEvents()
    assert page.labels == everything


def test_a_function_is_inserted_with_the_cursor_between_its_brackets(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("date_t")
    assert page.labels[0] == "date_trunc"
    page.key(KEY.Key_Return)
    assert page.text == "SELECT date_trunc() FROM orders"
    assert page.edit.textCursor().position() == len("SELECT date_trunc(")


def test_a_press_on_a_row_inserts_it_and_the_editor_keeps_the_focus(page: CompletedPage) -> None:
    page.begin("SELECT * FROM orders o WHERE o|")
    page.type_keys(".")
    box = page.popup.list.visualRect(page.popup.model.index(2, 0))
    label = page.labels[2]
    page.qtbot.mouseClick(page.popup.list.viewport(), LEFT, pos=box.center())
    assert page.text == f"SELECT * FROM orders o WHERE o.{label}"
    assert page.edit.hasFocus()


def test_list_closes_when_the_focus_leaves_and_when_the_cursor_is_put_elsewhere(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("st")
    page.tree.setFocus()
    assert not page.completer.is_open
    page.begin("SELECT | FROM orders")
    page.type_keys("st")
    page.qtbot.mouseClick(page.edit.viewport(), LEFT, pos=QPoint(5, 5))
    assert not page.completer.is_open


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_list_stays_in_the_window_and_shows_the_word(page: CompletedPage, size: tuple[int, int]) -> None:
    window = page.studio.application.window
    window.resize(*size)
    for indent, above in ((0, 0), (70, 0), (0, 40)):
        page.begin("\n" * above + " " * indent + "SELECT * FROM orders o WHERE o|" + "\n" * 3)
        page.edit.ensureCursorVisible()
        page.type_keys(".")
        frame = page.popup.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        assert window.rect().contains(frame)
        word = page.edit.cursorRect().translated(page.edit.viewport().mapTo(window, QPoint(0, 0)))
        assert not frame.intersects(word)
        page.key(KEY.Key_Escape)


def test_list_says_that_the_tables_are_being_read_and_shows_them_then(
    page: CompletedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = page.completer.tables
    known = tables.sources
    assert known is not None
    monkeypatch.setattr(tables, "request", lambda: None)
    tables.sources = None
    page.begin("SELECT * FROM orders o WHERE o|")
    page.type_keys(".")
    assert page.completer.is_open
    assert page.popup.note.text() == "Loading tables and columns…"
    tables.show_sources(known)
    assert "status" in page.labels
    assert page.popup.note.text() == f"1 of {len(page.labels)}"


def test_screen_reader_is_told_the_selected_one_once_it_rests(page: CompletedPage, announcements: list[str]) -> None:
    page.begin("SELECT * FROM orders o WHERE o|")
    page.type_keys(".")
    count = len(page.labels)
    page.key(KEY.Key_Down)
    page.key(KEY.Key_Down)
    page.studio.wait(lambda: any(f"3 of {count}" in one for one in announcements))
    told = [one for one in announcements if f" of {count}" in one or "suggestions" in one]
    assert len(told) == 1, "those passed over are not told"
    assert page.labels[2] in told[0]
    assert "orders" in told[0]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_of_the_list_can_be_read(page: CompletedPage, mode: str) -> None:
    theme().set_appearance(mode)  # type: ignore[arg-type]  # one of the two
    for ground in ("raised", "selection"):
        for letters in ("text", "accent.text", "text.muted"):
            assert contrast(theme().color(letters), theme().color(ground)) >= 4.5, (letters, ground)


def test_inserted_names_keep_letters_beyond_the_basic_plane_in_place(page: CompletedPage) -> None:
    page.begin("SELECT '😀', | FROM orders")
    cursor = page.edit.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    page.edit.setTextCursor(cursor)
    page.type_keys("st")
    page.key(KEY.Key_Return)
    assert "status" in page.text
    assert page.text.startswith("SELECT '😀', ")


def test_query_of_a_widget_is_completed_and_escape_closes_the_list_alone(studio: "Studio") -> None:
    load(studio, [item("a", 0, 0, 4, 3, type="metric_card", query="SELECT 1 AS n UNION SELECT 2")])
    edit = studio.write_query("a", "SELECT count(*) AS n FROM orders o WHERE o.")
    studio.wait(lambda: "status" in [one.label for one in edit.completer.suggestions])
    studio.qtbot.keyClick(edit, KEY.Key_Escape)
    assert not edit.completer.is_open
    assert edit.hasFocus()
    studio.qtbot.keyClicks(edit, "st")
    studio.wait(lambda: edit.completer.is_open)
    studio.qtbot.keyClick(edit, KEY.Key_Tab)
    assert edit.toPlainText().endswith("o.status")
    assert edit.hasFocus()


def test_query_of_a_widget_says_what_comes_of_it(studio: "Studio", announcements: list[str]) -> None:
    query = "SELECT 'a' AS name, 3 AS n UNION ALL SELECT 'b', 522"
    load(studio, [item("a", 0, 0, 4, 3, type="bar_chart", query="SELECT 'a' AS name, 3 AS n")])
    edit = studio.write_query("a", query)
    studio.wait(lambda: any("2 rows" in one and "highest 522" in one for one in announcements))
    announcements.clear()
    studio.qtbot.keyClick(edit, KEY.Key_Return, CTRL)
    studio.wait(lambda: any("highest 522" in one for one in announcements))
    announcements.clear()
    studio.write_query("a", "SELECT nothing FROM orders")
    studio.wait(lambda: any("nothing" in one for one in announcements))
    announcements.clear()
    studio.qtbot.keyClick(edit, KEY.Key_Return, CTRL)
    studio.wait(lambda: any("nothing" in one for one in announcements))


def test_error_in_a_word_is_told_only_once_its_suggestions_are_closed(
    page: CompletedPage, announcements: list[str]
) -> None:
    page.begin("SELECT | FROM orders")
    page.type_keys("statu")
    page.studio.wait(lambda: bool(page.edit.extraSelections()) and page.completer.is_open)
    assert not any("statu" in one and "There" in one for one in announcements), announcements
    page.key(KEY.Key_Escape)
    page.studio.wait(lambda: any("There's no column “statu”" in one for one in announcements))


# The tables beside


def test_enter_and_double_click_in_the_tree_insert_names_in_the_sql(page: CompletedPage) -> None:
    page.begin("SELECT | FROM orders")
    page.row("Benchboard", "orders").setExpanded(True)
    page.enter("Benchboard", "orders", "status")
    assert page.text == "SELECT status FROM orders"
    assert page.edit.hasFocus()
    page.edit.undo()
    assert page.text == "SELECT  FROM orders"
    box = page.tree.visualItemRect(page.row("Benchboard", "orders", "currency"))
    page.qtbot.mouseClick(page.tree.viewport(), LEFT, pos=box.center())
    page.qtbot.mouseDClick(page.tree.viewport(), LEFT, pos=box.center())
    assert page.text == "SELECT currency FROM orders"


def test_a_table_begins_a_query_in_an_empty_editor(page: CompletedPage) -> None:
    page.begin("|")
    page.enter("Benchboard", "orders")
    assert page.text == "SELECT *\nFROM orders"
    assert page.exploration.state.mode == "sql"


# A part of the SQL


def test_ctrl_enter_runs_the_selection_alone_and_says_so(page: CompletedPage) -> None:
    page.write("SELECT status FROM orders WHERE status = (SELECT max(status) FROM orders)", run=False)
    start = page.text.index("SELECT max")
    cursor = page.edit.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(len(page.text) - 1, QTextCursor.MoveMode.KeepAnchor)
    page.edit.setTextCursor(cursor)
    page.key(KEY.Key_Return, CTRL)
    exploration = page.exploration
    page.studio.wait(lambda: not exploration.running and exploration.result is not None
                     and exploration.result.part_start == start)  # fmt: skip
    assert exploration.result is not None
    assert exploration.result.table is not None
    assert len(exploration.result.table.rows) == 1
    assert page.status().endswith("selected SQL")
    assert page.view.add.toolTip() or not page.view.add.isEnabled()
    cursor.clearSelection()
    page.edit.setTextCursor(cursor)
    page.key(KEY.Key_Return, CTRL)
    page.wait_for_result()
    assert exploration.result.part_start is None


def test_error_in_a_selection_is_shown_at_its_place(page: CompletedPage) -> None:
    page.write("SELECT status\nFROM orders;\nSELECT statuss\nFROM orders", run=False)
    page.select_lines(2, 3)
    cursor = page.edit.textCursor()
    cursor.setPosition(page.text.index("SELECT statuss"))
    cursor.setPosition(len(page.text), QTextCursor.MoveMode.KeepAnchor)
    page.edit.setTextCursor(cursor)
    page.key(KEY.Key_Return, CTRL)
    page.studio.wait(lambda: page.hint == "1 problem, line 3")
    assert page.edit.extraSelections()[0].cursor.selectedText() == "statuss"


def test_of_several_queries_the_one_at_the_cursor_is_marked_and_run(page: CompletedPage) -> None:
    page.write("SELECT 1 AS one;\n\nSELECT 2 AS two\nFROM orders\nLIMIT 1", run=False)
    assert page.edit.numbers.marked_lines == (2, 4)
    page.key(KEY.Key_Return, CTRL)
    exploration = page.exploration
    page.studio.wait(lambda: not exploration.running and exploration.result is not None
                     and exploration.result.table is not None)  # fmt: skip
    assert exploration.result is not None
    assert exploration.result.text == "SELECT 2 AS two\nFROM orders\nLIMIT 1"
    with page.qtbot.waitSignal(page.edit.checked):
        page.edit.check()
    assert page.view.sql.error is None, "that there are two is no error"
    page.write("SELECT 1 AS one", run=False)
    assert page.edit.numbers.marked_lines is None
