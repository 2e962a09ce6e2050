"""The list of data sources says what uses each, and leads there."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget
from test_explore_joins import add_file

from benchboard.identity import audit
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from benchboard.ui.studio.data.uses_table import UsesTable
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton


def add_widget(studio: "Studio", source_id: str) -> None:
    """A widget on a dashboard that reads the sales."""
    organisation, dashboard_id = studio.actor.organisation_id, new_id()
    with unbound(studio.workspace.database).change() as session:
        session.add(Dashboard(id=dashboard_id, organisation_id=organisation, name="Week", user_id=studio.actor.user_id))
        session.flush()
        session.add(
            Widget(id=new_id(), organisation_id=organisation, dashboard_id=dashboard_id, type="table",
                   query="SELECT total FROM sales", data_source_id=source_id,
                   config={"benchboard": {"item": {"title": "All sales"}}}, position={})
        )  # fmt: skip
        audit.record(session, studio.actor, "dashboard.create", dashboard_id)


def _cell(view: QTableView) -> QModelIndex:
    """The cell of the first source that says what uses it."""
    titles = [view.model().headerData(at, Qt.Orientation.Horizontal) for at in range(view.model().columnCount())]
    return view.model().index(0, titles.index("Used by"))


def test_list_of_sources_says_what_uses_each_and_lists_it(studio: "Studio", tmp_path: Path) -> None:
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,total\n1,3\n")
    studio.context.go("studio/data")
    window = studio.application.window
    (view,) = window.findChildren(QTableView, "sources_table")
    studio.wait(lambda: view.model().rowCount() == 1)
    assert _cell(view).data() == "nothing yet"

    studio.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(_cell(view)).center())
    assert not window.findChildren(QWidget, "source_uses_dialog")

    add_widget(studio, sales.id)
    studio.wait(lambda: _cell(view).data() == "1 dashboard")
    studio.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(_cell(view)).center())
    (listed,) = window.findChildren(UsesTable, "source_uses_list")
    studio.wait(listed.isVisible)
    assert [row.cells[0] for row in listed.texts.rows] == ["All sales"]
    listed.setFocus()
    studio.qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert studio.application.shell is not None
    shell = studio.application.shell
    studio.wait(lambda: shell.address.startswith("studio/dashboards"))
    studio.wait(lambda: not [one for one in window.findChildren(QWidget, "source_uses_dialog") if one.isVisible()])
