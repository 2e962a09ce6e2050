"""The signals of a live bus as a data source: added in the window, on a dashboard that follows it, and away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.analytics.sources import services
from benchboard.analytics.sources.services import SourceSummary
from benchboard.dashboards import home_layout
from benchboard.paging import Listing
from benchboard.ui import bench, studio
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio.data.live_dialog import LiveDialog
from benchboard.ui.studio.data.source_pane import SourcePane
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tile_notes import source_text
from benchboard.ui.widgets import Paragraph
from support.databases import unbound
from support.window import Clicker

LINE = """VERSION ""
BU_: A B
BO_ 201 MotorStatus: 8 A
 SG_ AliveCounter : 0|8@1+ (1,0) [0|255] "" B
 SG_ MotorSpeed : 8|16@1+ (0.0625,0) [0|3000] "rpm" B
"""


@pytest.fixture
def shell(open_local: Callable[..., Shell]) -> Shell:
    return open_local("bench/dongles", lambda: (bench.ROOM, studio.ROOM))


def said(widget: QWidget) -> str:
    """The texts that are shown."""
    return " ".join(one.text() for one in widget.findChildren(Paragraph) if one.isVisible())


def sources(shell: Shell) -> tuple[SourceSummary, ...]:
    with unbound(shell.context.workspace.database).read() as session:
        return services.list_sources(session, shell.context.actor, Listing()).rows


def test_live_source_fills_a_dashboard_that_follows_it_until_the_bus_is_away(
    qtbot: QtBot,
    shell: Shell,
    click: Clicker,
    manager: DeviceManager,
    pair_one: Callable[[], str],
    tmp_path: Path,
) -> None:
    device_id, window = pair_one(), shell.window()
    (tmp_path / "line.dbc").write_text(LINE, encoding="utf-8")
    shell.go("studio/data/!can_live")
    dialog = click.find(window, "live_source_dialog")
    assert isinstance(dialog, LiveDialog)
    qtbot.waitUntil(lambda: dialog.dongle.current_key() == device_id)
    click(window, "live_source_save")  # without a database it can't say what the frames mean
    qtbot.waitUntil(lambda: "CAN database" in said(dialog))
    dialog.add_databases([tmp_path / "line.dbc"])
    dialog.name.edit.clear()
    click.type(window, "live_source_name", "Line")
    click(window, "live_source_save")
    qtbot.waitUntil(lambda: len(sources(shell)) == 1)
    (source,) = sources(shell)
    assert (source.name, source.kind, source.status) == ("Line", "can_live", "disconnected")
    (pane,) = window.findChildren(SourcePane)
    qtbot.waitUntil(lambda: pane.isVisible() and "isn't connected" in said(pane))

    click(window, "source_bus")  # leads to the live bus of its dongle
    click(window, "live_start")
    qtbot.waitUntil(lambda: bool((now := sources(shell)[0]).rows) and now.status == "connected")

    query = "SELECT time, value FROM signals WHERE signal = 'MotorSpeed' ORDER BY time"
    position = {"x": 0, "y": 0, "w": 6, "h": 4}
    widget = {"id": "w", "type": "line_chart", "position": position, "title": "Speed", "query": query,
              "data_source_id": source.id}  # fmt: skip
    with unbound(shell.context.workspace.database).change() as session:
        home_layout.save_home(session, shell.context.actor, [widget], base_version=None)
    shell.go("studio/home")
    qtbot.waitUntil(lambda: bool(window.findChildren(StudioPage)))
    (page,) = window.findChildren(StudioPage)

    def result() -> QueryResult:
        return page.query_runner.result("w") or QueryResult("")

    qtbot.waitUntil(lambda: (table := result().table) is not None and len(table.rows) > 1)
    first = result().read_at
    assert result().source is not None
    assert source_text(result().source) == ""
    qtbot.waitUntil(lambda: (now := result().read_at) is not None and first is not None and now > first)

    manager.close_bus()
    qtbot.waitUntil(lambda: (news := result().source) is not None and "isn't connected" in source_text(news))
    assert result().table is not None
    assert result().table.rows
    shell.go("studio/data")
    qtbot.waitUntil(lambda: sources(shell)[0].status == "disconnected")
