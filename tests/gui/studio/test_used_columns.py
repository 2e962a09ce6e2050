"""The ticks in Explore's tree: of the query as it stands, also while it is typed."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from test_explore import Explorer

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def explorer(studio: "Studio") -> Explorer:
    return Explorer(studio)


def ticked(explorer: Explorer) -> set[str]:
    """The columns of the orders that are told as being in the query."""
    table, role = explorer.row("Benchboard", "orders"), Qt.ItemDataRole.AccessibleTextRole
    return {row.text(0) for k in range(table.childCount()) if (row := table.child(k)) is not None and row.data(0, role)}


def write(explorer: Explorer, text: str) -> None:
    """Type another query over the one in the editor."""
    edit = explorer.view.sql.edit
    edit.setFocus()
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, text)


def test_ticks_are_of_the_query_that_is_typed(explorer: Explorer) -> None:
    explorer.open_orders()
    assert "created_dt" in ticked(explorer)
    explorer.click("explore_edit_sql")
    assert "created_dt" in ticked(explorer)

    # One that fails, and isn't committed.
    write(explorer, "SELECT status, nothing FROM orders")
    explorer.studio.wait(lambda: explorer.view.sql.error is not None)
    assert "nothing" not in explorer.exploration.state.text
    explorer.studio.wait(lambda: ticked(explorer) == {"status"})

    # One that can't be parsed has none, and one that the builder can't show has its own.
    write(explorer, "SELECT status FROM FROM orders")
    explorer.studio.wait(lambda: ticked(explorer) == set())
    write(explorer, "SELECT upper(app_id) || status AS x FROM orders WHERE shop_id IN (SELECT shop_id FROM orders)")
    explorer.studio.wait(lambda: ticked(explorer) == {"app_id", "status", "shop_id"})
    explorer.studio.wait(lambda: explorer.exploration.state.text.startswith("SELECT upper"))
    explorer.wait_for_result()
    assert explorer.exploration.state.question is None
    assert ticked(explorer) == {"app_id", "status", "shop_id"}
    explorer.exploration.undo()
    explorer.studio.wait(lambda: "created_dt" in ticked(explorer))
