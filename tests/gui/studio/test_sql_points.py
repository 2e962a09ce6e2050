"""The menu of a value of a query that was written by hand: what can truly be done, and nothing else."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from test_sql_editor import GOOD, SqlPage

from benchboard.ui.studio.panes.point_rows_dialog import PointRowsDialog
from benchboard.ui.widgets.menus import Menu

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
ANY_VALUE = "point_title", "copy_value"
FILTERED = """SELECT o.status, -- of the order
  count(*) AS n
FROM orders o
WHERE o.order_total > 1 OR o.id IS NULL
GROUP BY 1"""
JOINED = "SELECT a.status, count(*) AS n FROM orders a JOIN orders b ON a.id = b.id GROUP BY 1"
CASED = "SELECT CASE WHEN status = 'paid' THEN 'a' ELSE 'b' END AS k, count(*) AS n FROM orders GROUP BY 1"


@pytest.fixture
def page(studio: "Studio") -> SqlPage:
    return SqlPage(studio)


def menu(page: SqlPage) -> Menu:
    """The menu of the first value of the chart, by keys."""
    page.view.result.chart.setFocus()
    page.qtbot.keyClick(page.view.result.chart, Qt.Key.Key_Right)
    page.qtbot.keyClick(page.view.result.chart, Qt.Key.Key_Return)
    page.studio.wait(lambda: isinstance(QApplication.activePopupWidget(), Menu))
    shown = QApplication.activePopupWidget()
    assert isinstance(shown, Menu)
    return shown


def names(shown: Menu) -> tuple[str, ...]:
    return tuple(one.objectName() for one in shown.actions() if one.objectName())


def choose(page: SqlPage, shown: Menu, name: str) -> None:
    action = next(one for one in shown.actions() if one.objectName() == name)
    page.qtbot.mouseClick(shown, LEFT, pos=shown.actionGeometry(action).center())


def first_row(page: SqlPage) -> tuple[object, ...]:
    result = page.exploration.result
    assert result is not None
    assert result.table is not None
    return result.table.rows[0]


def test_value_of_a_plain_column_filters_the_text_and_undo_takes_it_back(page: SqlPage) -> None:
    page.write(FILTERED)
    value = str(first_row(page)[0])
    shown = menu(page)
    assert names(shown) == ("point_title", "filter_status", "exclude_status", "show_rows", "copy_value")
    choose(page, shown, "filter_status")
    assert page.edit.toPlainText() == FILTERED.replace(
        "WHERE o.order_total > 1 OR o.id IS NULL",
        f"WHERE (o.order_total > 1 OR o.id IS NULL)\n  AND status = '{value}'",
    )
    page.wait_for_result()
    assert first_row(page)[0] == value
    page.edit.setFocus()
    page.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.edit.toPlainText() == FILTERED


def test_query_that_the_builder_has_too_keeps_its_lines_and_can_be_broken_down(page: SqlPage) -> None:
    page.write(GOOD)
    value = str(first_row(page)[0])
    shown = menu(page)
    assert "break_down" in names(shown)
    choose(page, shown, "exclude_status")
    assert page.edit.toPlainText() == GOOD.replace("orders\n", f"orders\nWHERE status <> '{value}'\n")
    assert page.exploration.state.mode == "sql"


@pytest.mark.parametrize("text", [GOOD, FILTERED])
def test_rows_behind_a_value_are_as_many_as_the_query_counts(page: SqlPage, text: str) -> None:
    page.write(text)
    count = first_row(page)[1]
    choose(page, menu(page), "show_rows")
    (dialog,) = page.studio.application.window.findChildren(PointRowsDialog)
    page.studio.wait(lambda: dialog.table is not None)
    assert dialog.summary.text().endswith(f"{count} rows")


@pytest.mark.parametrize("text", [JOINED, CASED, f"WITH w AS ({GOOD}) SELECT * FROM w"])
def test_value_of_no_plain_column_can_be_copied_alone(page: SqlPage, text: str) -> None:
    page.write(text)
    assert names(menu(page)) == ANY_VALUE
