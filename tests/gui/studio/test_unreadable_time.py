"""A dashboard with an unreadable time is listed and opened like the others."""

from typing import TYPE_CHECKING

from dashboards_driver import DashboardsDriver
from PySide6.QtCore import Qt
from sqlalchemy import text

from benchboard.paging import Unreadable
from benchboard.ui.time_format import full_time, relative_time

if TYPE_CHECKING:
    from conftest import Studio


def test_list_with_an_unreadable_time_shows_every_row(studio: "Studio") -> None:
    spoilt = studio.workspace.database.engine.execution_options(bb_writing=True)
    with spoilt.begin() as connection:
        connection.execute(text("UPDATE dashboards SET updated_at = 'garbage' WHERE name = 'Shop review'"))
    dashboards = DashboardsDriver(studio)
    model = dashboards.model
    row = next(k for k, card in enumerate(model.rows) if card.name == "Shop review")
    shown = [model.data(model.index(row, column)) for column in range(model.columnCount())]
    assert "unreadable" in shown
    tips = [model.data(model.index(row, k), Qt.ItemDataRole.ToolTipRole) for k in range(model.columnCount())]
    assert "The database holds an invalid time here." in tips
    assert dashboards.open("Shop review").name == "Shop review"


def test_unreadable_time_is_said_to_be() -> None:
    moment = Unreadable.of("garbage")
    assert relative_time(moment) == "unreadable"
    assert full_time(moment) == "The database holds an invalid time here."
