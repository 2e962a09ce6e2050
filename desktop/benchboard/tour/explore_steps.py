"""The steps of Explore: from the table of a file to a chart, and from there to a dashboard."""

from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView, QTreeView

from benchboard.i18n import _
from benchboard.tour.steps import TourContext, TourStep, canvas_of

_SOURCE: Final = "Chamber 2 log"
_ROOM: Final = "oda"


def _find(model: QAbstractItemModel, name: str, parent: QModelIndex) -> QModelIndex | None:
    """The row of this name among those below `parent`, at any depth."""
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found = index if index.data() == name else _find(model, name, index)
        if found is not None:
            return found
    return None


def _activate(context: TourContext, name: str, *, first_table: bool = False) -> None:
    """Click a row of the tables and columns, and press Enter; with `first_table`, that of the first table below it."""
    view = context.driver.widget("explore_fields")
    assert isinstance(view, QTreeView)
    model = view.model()
    index = context.driver.wait_until(lambda: _find(model, name, QModelIndex()), name)
    if first_table:
        view.expand(index)
        index = model.index(0, 0, index)
    view.scrollTo(index)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
    context.driver.press(Qt.Key.Key_Return)


def _rows(context: TourContext) -> int:
    """How many rows the result has by now; a low window shows its chart alone, with the table behind a button."""
    table = context.driver.window.findChild(QTableView, "explore_rows")
    return table.model().rowCount() if table is not None and table.model() is not None else 0


def _open(context: TourContext) -> None:
    context.driver.click("tab_studio_explore")
    _activate(context, _SOURCE, first_table=True)
    context.driver.wait_until(lambda: context.driver.find("explore_groups_0"), "its question")
    context.driver.wait_until(lambda: context.driver.find("explore_measures_0"), "its measure")
    context.driver.wait_until(lambda: _rows(context) > 1, "its result")


def _add_column(context: TourContext) -> None:
    before = _rows(context)
    _activate(context, _ROOM)
    context.driver.wait_until(lambda: context.driver.find("explore_groups_1"), "a group more")
    context.driver.wait_until(lambda: _rows(context) > before, "a row for each room")


def _to_dashboard(context: TourContext) -> None:
    context.driver.click("explore_add")
    context.driver.click("add_new_dashboard")
    context.driver.wait_until(lambda: context.driver.find("add_name"), "the field for its name")
    context.driver.click("add_new_dashboard")
    context.driver.click_first("toast_action", _("Open dashboard"))
    context.driver.wait_until(lambda: canvas_of(context).tiles, "the widget")


EXPLORE: Final = (
    TourStep(
        "explore-opened",
        "A table explored: what is in its columns, a query of its most likely measure, and the chart that fits.",
        _open,
        "SELECT count(*) FROM widgets WHERE data_source_id IS NOT NULL",
        "0",
    ),
    TourStep(
        "explore-columns",
        "A column added by Enter goes where it fits: a text groups, beside the time and the number chosen at first.",
        _add_column,
        "SELECT count(*) FROM widgets WHERE data_source_id IS NOT NULL",
        "0",
    ),
    TourStep(
        "explore-added",
        "The chart on a new dashboard, over the file's data.",
        _to_dashboard,
        "SELECT w.type, s.name FROM widgets w JOIN data_sources s ON s.id = w.data_source_id",
        "line_chart|Chamber 2 log",
    ),
)
