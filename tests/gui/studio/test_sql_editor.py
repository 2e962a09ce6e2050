"""The editor of Explore's SQL, by mouse and keys: lines, brackets, comments, errors with their corrections."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from test_explore import Explorer

from benchboard.ui.studio.panes.query_editor import SqlHighlighter
from benchboard.ui.studio.panes.sql_edit import SqlEdit
from benchboard.ui.theme import contrast, theme
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
GOOD = "SELECT status, count(*) AS n\nFROM orders\nGROUP BY 1"
BAD = GOOD.replace("status", "o.statuss").replace("orders", "orders o")


class SqlPage(Explorer):
    """Explore with its SQL shown."""

    def __init__(self, studio: "Studio") -> None:
        super().__init__(studio)
        self.view.mode.selected.emit("sql")
        edit = self.find("explore_sql")
        assert isinstance(edit, SqlEdit)
        self.edit = edit
        self.key = lambda key, modifier=Qt.KeyboardModifier.NoModifier: self.qtbot.keyClick(edit, key, modifier)

    def write(self, text: str, *, run: bool = True) -> None:
        """Type a query over the one that is there, and run it."""
        self.edit.setFocus()
        self.edit.selectAll()
        self.key(Qt.Key.Key_Delete)
        self.edit.insertPlainText(text)
        if run:
            self.key(Qt.Key.Key_Return, CTRL)
            self.wait_for_result()

    def select_lines(self, first: int, last: int) -> None:
        """Select from the second letter of a line to that of another one, counted from 0."""
        document = self.edit.document()
        cursor = QTextCursor(document.findBlockByNumber(first))
        cursor.setPosition(cursor.position() + 1)
        cursor.setPosition(document.findBlockByNumber(last).position() + 1, QTextCursor.MoveMode.KeepAnchor)
        self.edit.setTextCursor(cursor)

    @property
    def hint(self) -> str:
        label = self.find("explore_sql_hint")
        assert isinstance(label, QLabel)
        return label.text()

    @property
    def wrong(self) -> str:
        """What the editor says below a line."""
        return self.edit.error_line.text


@pytest.fixture
def page(studio: "Studio") -> SqlPage:
    return SqlPage(studio)


def test_sql_edit_has_line_numbers_and_selects_the_line_of_one_that_is_pressed(page: SqlPage) -> None:
    page.write(GOOD, run=False)
    assert page.edit.font().pointSizeF() == theme().font("body").pointSizeF()
    assert page.edit.viewport().x() >= page.edit.numbers.width() > 0
    second = page.edit.cursorRect(QTextCursor(page.edit.document().findBlockByNumber(1))).center().y()
    page.qtbot.mouseClick(page.edit.numbers, LEFT, pos=QPoint(10, second))
    assert page.edit.textCursor().selectedText() == "FROM orders"


def test_tab_indents_the_selected_lines_and_shift_tab_takes_it_back(page: SqlPage) -> None:
    page.write(GOOD, run=False)
    page.select_lines(0, 1)
    page.key(Qt.Key.Key_Tab)
    assert page.edit.toPlainText() == "  SELECT status, count(*) AS n\n  FROM orders\nGROUP BY 1"
    page.key(Qt.Key.Key_Backtab, SHIFT)
    assert page.edit.toPlainText() == GOOD
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText().startswith("  SELECT")


def test_tab_without_a_selection_leaves_the_editor(page: SqlPage) -> None:
    page.write(GOOD, run=False)
    page.edit.setFocus()
    page.edit.moveCursor(QTextCursor.MoveOperation.Start)
    page.key(Qt.Key.Key_Tab)
    assert page.edit.toPlainText() == GOOD
    assert not page.edit.hasFocus()


def test_ctrl_slash_comments_the_line_and_takes_it_back(page: SqlPage) -> None:
    page.write(GOOD, run=False)
    page.edit.moveCursor(QTextCursor.MoveOperation.End)
    page.key(Qt.Key.Key_Slash, CTRL)
    assert page.edit.toPlainText().endswith("\n-- GROUP BY 1")
    assert page.edit.textCursor().atEnd()
    page.key(Qt.Key.Key_Slash, CTRL)
    assert page.edit.toPlainText() == GOOD
    page.select_lines(1, 2)
    page.key(Qt.Key.Key_Slash, CTRL)
    assert page.edit.toPlainText().endswith("\n-- FROM orders\n-- GROUP BY 1")


def test_brackets_beside_the_cursor_are_marked_also_behind_signs_of_two_units(page: SqlPage) -> None:
    page.write("SELECT '😀' AS x, count(*) AS n FROM orders", run=False)
    page.edit.moveCursor(QTextCursor.MoveOperation.Start)
    assert page.edit.brackets == ()
    cursor = page.edit.document().find("(")
    page.edit.setTextCursor(cursor)
    cursor.clearSelection()
    page.edit.setTextCursor(cursor)
    text = page.edit.toPlainText()
    assert [text[place] for place in page.edit.brackets] == ["(", ")"]


def test_a_new_line_is_indented_as_the_one_before(page: SqlPage) -> None:
    page.write("SELECT 1\n    AS x", run=False)
    page.edit.moveCursor(QTextCursor.MoveOperation.End)
    page.key(Qt.Key.Key_Return)
    page.qtbot.keyClicks(page.edit, "FROM orders")
    assert page.edit.toPlainText() == "SELECT 1\n    AS x\n    FROM orders"


def test_error_is_marked_in_the_margin_and_alt_enter_corrects_it_undoably(page: SqlPage) -> None:
    page.write(BAD)
    page.studio.wait(lambda: page.view.sql.error is not None)
    assert page.hint == "1 problem, line 1"
    assert page.wrong == "There's no column “o.statuss”. Closest: status."
    assert page.edit.numbers.error_line == 0
    assert len(page.edit.extraSelections()) == 1
    page.key(Qt.Key.Key_Return, ALT)
    assert page.edit.toPlainText() == BAD.replace("statuss", "status")
    page.studio.wait(lambda: page.view.sql.error is None)
    page.wait_for_result()
    assert page.edit.numbers.error_line is None
    assert page.exploration.result is not None
    assert page.exploration.result.table is not None
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText() == BAD


def test_an_error_is_said_with_its_correction_and_no_more_once_it_is_corrected(
    page: SqlPage, announcements: list[str]
) -> None:
    page.write(GOOD)
    page.wait_for_result()
    page.write(BAD)
    page.studio.wait(lambda: page.view.sql.error is not None)
    page.studio.wait(lambda: any("Change to status: Alt Enter" in one for one in announcements))
    assert "statuss" not in page.view.result.title, "the title is that of what is shown"
    announcements.clear()
    page.key(Qt.Key.Key_Return, ALT)
    page.studio.wait(lambda: page.view.sql.error is None)
    page.wait_for_result()
    page.studio.wait(lambda: bool(announcements))
    assert not any("statuss" in one for one in announcements), announcements


def test_correction_is_one_click_and_gone_once_the_text_is_another(page: SqlPage) -> None:
    page.write(GOOD.replace("orders", "ordrs"))
    page.studio.wait(lambda: page.edit.fix is not None)
    button = page.find("explore_sql_fix")
    assert isinstance(button, Button)
    assert button.text() == "Change to orders"
    page.edit.moveCursor(QTextCursor.MoveOperation.End)
    page.qtbot.keyClicks(page.edit, " ")
    assert not button.isVisible()
    page.studio.wait(button.isVisible)
    page.qtbot.mouseClick(button, LEFT)
    assert page.edit.toPlainText() == GOOD + " "


def test_error_that_only_running_shows_is_said_below_the_query(page: SqlPage) -> None:
    page.write("SELECT CAST('x' AS integer) AS n\nFROM orders")
    page.studio.wait(lambda: page.view.sql.error is not None)
    assert "“x”" in page.wrong
    page.write(GOOD)
    page.studio.wait(lambda: page.view.sql.error is None)


def _reason(page: SqlPage) -> str:
    label = page.find("explore_reason")
    return label.accessibleName()


def test_after_an_error_the_last_good_result_stays_faded_with_its_time_and_no_tick(page: SqlPage) -> None:
    page.write(GOOD)
    result = page.exploration.result
    assert result is not None
    assert result.table is not None
    assert result.at is not None
    assert page.status().endswith(" ms")
    assert page.view.result.mark.isVisible()

    page.write(BAD)
    page.studio.wait(lambda: page.view.result.is_stale)
    table = page.view.result.table
    assert table is not None
    assert table.rows.rowCount() == len(result.table.rows)
    assert page.view.result.chart.isVisible()
    assert _reason(page) == "Showing the result from before your changes"
    assert page.status() == ""
    assert not page.view.result.mark.isVisible()
    assert all(effect.isEnabled() for effect in page.view.result.faded)
    assert not page.view.add.isEnabled()

    page.key(Qt.Key.Key_Return, ALT)
    page.wait_for_result()
    page.studio.wait(lambda: not page.view.result.is_stale)
    assert not any(effect.isEnabled() for effect in page.view.result.faded)
    assert page.view.result.mark.isVisible()


def test_an_error_that_is_only_typed_fades_the_result_too(page: SqlPage) -> None:
    page.write(GOOD)
    page.edit.moveCursor(QTextCursor.MoveOperation.End)
    page.qtbot.keyClicks(page.edit, ", nope")
    page.studio.wait(lambda: page.view.result.is_stale)
    assert not page.view.result.mark.isVisible()
    for _k in range(6):
        page.key(Qt.Key.Key_Backspace)
    page.studio.wait(lambda: not page.view.result.is_stale)


def test_without_a_result_before_an_error_leaves_the_pane_empty(page: SqlPage) -> None:
    page.write(BAD)
    page.studio.wait(lambda: page.view.sql.error is not None)
    assert not page.view.result.chart.isVisible()
    assert page.status() == "No result"


def test_plan_says_once_that_the_query_has_an_error(page: SqlPage) -> None:
    page.write(BAD)
    page.studio.wait(lambda: page.view.sql.error is not None)
    page.click("explore_plan")
    plan = page.view.result.plan
    page.studio.wait(lambda: plan.summary.text() == "No plan: the query has an error.")
    assert not plan.diagram.isVisible()
    page.write(GOOD)
    page.click("explore_plan")
    page.studio.wait(lambda: len(plan.diagram.boxes) > 0)
    assert plan.diagram.isVisible()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_highlighter_colours_can_be_read_and_reach_over_lines(qtbot: "QtBot", mode: str) -> None:
    theme().set_appearance(mode)  # type: ignore[arg-type]  # one of the two
    edit = QPlainTextEdit("SELECT 'é😀' AS x, :from, 1.5, sum(n) -- note\n/* a\nFROM 'b' */ FROM t")
    qtbot.addWidget(edit)
    SqlHighlighter(edit.document()).rehighlight()
    colours = {}
    for line in range(3):
        block = edit.document().findBlockByNumber(line)
        for form in block.layout().formats():
            word = block.text().encode("utf-16-le")[2 * form.start : 2 * (form.start + form.length)].decode("utf-16-le")
            colours[word] = form.format.foreground().color()
    comment = colours["-- note"]
    assert colours["'é😀'"] != comment
    assert colours["/* a"] == colours["FROM 'b' */"] == comment
    assert {"SELECT", "AS", ":from", "1.5", "sum", "FROM"} <= set(colours)
    for colour in colours.values():
        for ground in ("surface", "row.hover", "surface.alt"):
            assert contrast(colour, theme().color(ground)) >= 4.5


def test_format_lays_the_query_out_undoably_and_says_when_it_cannot(page: SqlPage) -> None:
    text = "select status, -- of the order\n count(*) as n from orders where created_dt >= :from group by 1"
    page.write(text)
    page.key(Qt.Key.Key_F, CTRL | SHIFT)
    right = "SELECT\n  status, -- of the order\n  count(*) AS n\nFROM orders\nWHERE created_dt >= :from\nGROUP BY 1"
    page.studio.wait(lambda: page.edit.toPlainText() == right)
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText() == text

    page.write("select from", run=False)
    page.click("explore_format")
    toasts = page.studio.application.window.findChildren
    page.studio.wait(lambda: any("Nothing was formatted" in one.accessibleName() for one in toasts(Toast)))
    assert page.edit.toPlainText() == "select from"


def test_long_lines_are_wrapped_and_nothing_scrolls_sideways(page: SqlPage) -> None:
    numbers, bar = page.edit.numbers.geometry(), page.edit.horizontalScrollBar()
    width = page.edit.viewport().width()
    for letters in range(380, 400):  # some of these lines end in a space that has no room
        page.write("SELECT '" + "x " * (letters // 2) + "x" * (letters % 2) + "' FROM orders", run=False)
        page.key(Qt.Key.Key_End, CTRL)
        assert (bar.maximum(), bar.value()) == (0, 0)
    page.write("SELECT '" + "x" * 400 + "' FROM orders", run=False)
    assert (bar.maximum(), bar.isVisible()) == (0, False)
    assert page.edit.cursorRect().right() <= width
    page.key(Qt.Key.Key_Home, CTRL)
    page.key(Qt.Key.Key_Space)
    assert page.edit.numbers.geometry() == numbers
    assert page.edit.viewport().width() == width


def test_brackets_and_quotation_marks_are_closed_passed_and_removed_in_pairs(page: SqlPage) -> None:
    page.write("SELECT ", run=False)
    page.qtbot.keyClicks(page.edit, "count(")
    assert page.edit.toPlainText() == "SELECT count()"
    page.qtbot.keyClicks(page.edit, "*)")
    assert page.edit.toPlainText() == "SELECT count(*)"
    assert page.edit.textCursor().atEnd()
    page.qtbot.keyClicks(page.edit, ", 'it''s'")
    assert page.edit.toPlainText() == "SELECT count(*), 'it''s'"
    page.qtbot.keyClicks(page.edit, " (")
    page.key(Qt.Key.Key_Backspace)
    assert page.edit.toPlainText() == "SELECT count(*), 'it''s' "
    page.edit.selectAll()
    page.qtbot.keyClicks(page.edit, "(")
    assert page.edit.toPlainText() == "(SELECT count(*), 'it''s' )"
    assert page.edit.textCursor().selectedText() == "SELECT count(*), 'it''s' "


def test_lines_are_duplicated_below_and_undone_in_one_step(page: SqlPage) -> None:
    page.write("SELECT 1\nFROM orders", run=False)
    page.key(Qt.Key.Key_Home, CTRL)
    page.key(Qt.Key.Key_D, CTRL)
    assert page.edit.toPlainText() == "SELECT 1\nSELECT 1\nFROM orders"
    assert page.edit.textCursor().blockNumber() == 1
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText() == "SELECT 1\nFROM orders"
    page.select_lines(0, 1)
    page.key(Qt.Key.Key_D, CTRL)
    assert page.edit.toPlainText() == "SELECT 1\nFROM orders\nSELECT 1\nFROM orders"


def test_nothing_is_said_of_a_query_before_it_names_a_table_or_is_run(page: SqlPage) -> None:
    page.write("SELECT statuss", run=False)
    told: list[object] = []
    page.edit.checked.connect(lambda _columns, error: told.append(error))
    page.edit.check()
    page.studio.wait(lambda: bool(told))
    assert told == [None]
    assert page.hint == ""
    assert not page.edit.extraSelections()
    page.key(Qt.Key.Key_Return, CTRL)
    page.wait_for_result()
    page.studio.wait(lambda: "statuss" in page.wrong)
    page.write("SELECT statuss FROM orders", run=False)
    page.edit.check()
    page.studio.wait(lambda: "statuss" in page.wrong and bool(page.edit.extraSelections()))


def test_what_is_wrong_stands_between_its_line_and_the_next(page: SqlPage) -> None:
    page.write("SELECT statuss\nFROM orders\nLIMIT 3")
    line = page.edit.error_line
    page.studio.wait(line.isVisible)
    first, second = (page.edit.document().findBlockByNumber(at) for at in range(2))
    assert page.edit.cursorRect(QTextCursor(first)).bottom() < line.y()
    assert line.geometry().bottom() < page.edit.cursorRect(QTextCursor(second)).top()

    # It goes with its line.
    before = line.y()
    page.edit.moveCursor(QTextCursor.MoveOperation.Start)
    page.edit.insertPlainText("-- states\n")
    page.studio.wait(lambda: line.isVisible() and line.y() > before)
    page.edit.show_error(None)
    assert not line.isVisible()
    step = page.edit.fontMetrics().lineSpacing()
    first, second = (page.edit.document().findBlockByNumber(at) for at in (1, 2))
    gap = page.edit.cursorRect(QTextCursor(second)).top() - page.edit.cursorRect(QTextCursor(first)).top()
    assert gap <= step + 2


def test_a_long_error_does_not_move_the_editor(page: SqlPage) -> None:
    page.write(GOOD)
    before = page.edit.height()
    page.write("SELECT " + ", ".join(f"no_such_column_{at}" for at in range(9)) + " FROM orders WHERE a.b.c.d = 1")
    page.studio.wait(lambda: page.view.sql.error is not None)
    assert page.edit.height() == before


def test_the_plan_says_nothing_of_the_query_before_and_a_run_shows_its_result(page: SqlPage) -> None:
    page.write("SELECT statuss FROM orders")
    plan = page.view.result.plan
    page.click("explore_plan")
    page.studio.wait(lambda: plan.summary.text() == "No plan: the query has an error.")
    page.write("SELECT state_of FROM orders", run=False)
    page.edit.check()
    page.studio.wait(lambda: "state_of" in page.wrong)
    assert plan.summary.text() == "No plan: the query has an error."
    page.write(GOOD)
    assert not plan.isVisible()
    assert page.view.result.table is not None
    assert page.view.result.table.isVisible()


def test_ctrl_enter_says_the_error_again_and_the_editor_is_described_by_it(
    page: SqlPage, announcements: list[str]
) -> None:
    page.write(BAD)
    page.studio.wait(lambda: any("Change to status: Alt Enter" in one for one in announcements))
    assert page.edit.accessibleDescription().startswith("Line 1: There's no column “o.statuss”.")
    announcements.clear()
    page.key(Qt.Key.Key_Return, CTRL)
    page.studio.wait(lambda: any("Change to status: Alt Enter" in one for one in announcements))
    page.write(GOOD)
    page.studio.wait(lambda: page.view.sql.error is None)
    assert not page.edit.accessibleDescription()


def test_error_of_a_text_that_was_changed_is_neither_told_nor_described(
    page: SqlPage, announcements: list[str]
) -> None:
    page.write("SELECT shoop FROM orders")
    page.studio.wait(lambda: any("shoop" in one for one in announcements))
    (told,) = (one for one in announcements if "shoop" in one)
    assert told.startswith("Line 1: There's no column “shoop”."), told
    announcements.clear()
    page.edit.selectAll()
    page.qtbot.keyClicks(page.edit, "SELECT status AS n ")
    assert not page.edit.accessibleDescription()
    page.studio.wait(lambda: page.view.sql.error is None)
    page.studio.wait(lambda: page.status() == "No result")
    assert not any("shoop" in one for one in announcements), announcements
    page.qtbot.keyClicks(page.edit, "FROM ordrs ")
    page.studio.wait(lambda: page.view.sql.error is not None)
    assert not any("ordrs" in one for one in announcements), "told before there was a pause"
    page.studio.wait(lambda: any("ordrs" in one for one in announcements))


def test_result_from_before_the_changes_is_told_once(page: SqlPage, announcements: list[str]) -> None:
    page.write(GOOD)
    for _state in range(2):
        page.write(BAD, run=False)
        page.studio.wait(lambda: page.view.result.is_stale)
        page.write(GOOD, run=False)
        page.studio.wait(lambda: not page.view.result.is_stale)
    assert announcements.count("Showing the result from before your changes") == 1, announcements


def test_alt_enter_corrects_from_the_button_that_shows_it_too(page: SqlPage) -> None:
    page.write(BAD)
    page.studio.wait(lambda: page.view.sql.error is not None)
    button = page.find("explore_sql_fix")
    button.setFocus()
    page.qtbot.keyClick(button, Qt.Key.Key_Return, ALT)
    assert page.edit.toPlainText() == BAD.replace("statuss", "status")
    assert page.edit.hasFocus()


def test_sql_editor_without_a_query_offers_examples_and_runs_the_one_that_is_chosen(page: SqlPage) -> None:
    page.write(GOOD)
    page.write("", run=False)
    example = page.find("explore_example_1")
    assert page.hint == ""  # nothing is wrong with an empty text
    assert not page.view.result.chart.isVisible()
    page.qtbot.mouseClick(example, LEFT)
    page.wait_for_result()
    assert "GROUP BY" in page.edit.toPlainText()
    assert not example.isVisible()


def test_sql_editor_is_as_high_as_its_lines(page: SqlPage) -> None:
    page.write("SELECT 1", run=False)
    low = page.view.sql.height()
    assert low == 200
    page.write("SELECT 1" + "\n+ 1" * 12, run=False)
    page.studio.wait(lambda: page.view.sql.height() > low)
    assert page.edit.verticalScrollBar().maximum() == 0


def test_sql_editor_error_has_the_colours_of_a_theme_chosen_later(page: SqlPage) -> None:
    page.write("SELECT nothing FROM orders", run=False)
    page.studio.wait(lambda: bool(page.edit.extraSelections()))
    before = theme().current
    theme().set_appearance("dark" if before == "light" else "light")
    (marked,) = page.edit.extraSelections()
    assert marked.format.background().color() == theme().color("error.soft")
    theme().set_appearance(before)


def test_run_that_is_disabled_says_why_to_the_eye_and_to_screen_readers(page: SqlPage) -> None:
    page.write(" ", run=False)
    page.edit.commit()
    run = page.view.run
    page.studio.wait(lambda: not run.isEnabled())
    assert run.toolTip() == "No query yet."
    told = QAccessible.queryAccessibleInterface(run)
    assert told is not None
    assert told.text(QAccessible.Text.Description) == "No query yet."


def test_what_a_run_failed_with_is_not_said_of_the_next_run_nor_once_that_is_cancelled(page: SqlPage) -> None:
    page.write("SELECT CAST('x' AS integer) AS n\nFROM orders")
    page.studio.wait(lambda: page.view.sql.error is not None)
    page.key(Qt.Key.Key_Return, CTRL)
    assert page.exploration.running
    assert page.view.sql.error is None
    assert page.edit.numbers.error_line is None
    page.exploration.cancel()
    assert page.status() == "Cancelled."
    assert page.view.sql.error is None
    page.key(Qt.Key.Key_Return, CTRL)
    page.wait_for_result()
    page.studio.wait(lambda: page.view.sql.error is not None)


def test_the_title_and_the_tick_are_those_of_the_result_that_is_shown(page: SqlPage) -> None:
    page.write(GOOD)
    title = page.view.result.title
    assert page.view.result.mark.isVisible()
    page.write("SELECT status, sum(order_total) AS n\nFROM orders\nGROUP BY 1", run=False)
    page.edit.commit()
    assert page.exploration.state.text.startswith("SELECT status, sum")
    assert page.view.result.title == title
    assert not page.view.result.mark.isVisible()
    page.key(Qt.Key.Key_Return, CTRL)
    page.wait_for_result()
    assert page.view.result.title == page.view.result.query_title != title
    assert page.view.result.mark.isVisible()


def test_error_of_a_run_is_told_without_saying_that_there_is_no_result(page: SqlPage, announcements: list[str]) -> None:
    page.write("SELECT shoop FROM orders")
    page.studio.wait(lambda: any("shoop" in one for one in announcements))
    announcements.clear()
    page.qtbot.keyClick(page.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page.studio.wait(lambda: page.status() == "No result")
    page.studio.wait(lambda: bool(announcements))
    assert [one for one in announcements if "shoop" not in one] == []
