"""The list of dongles and the details beside it, by mouse and keys."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from benchboard.ui.shell.shell import Shell
from support.benchsim import Simulator
from support.window import Clicker


def test_dongle_detail_in_a_narrow_window_lies_over_the_list(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, pair_one: Callable[[], str]
) -> None:
    window = shell.window()
    pair_one()
    table, detail = click.find(window, "bench_dongles_table"), click.find(window, "bench_detail")
    beside = table.width()
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: table.width() > 900)
    assert detail.isVisible()
    assert table.mapTo(window, table.rect().topRight()).x() > detail.mapTo(window, detail.rect().topLeft()).x()
    click(window, "bench_detail_close")
    qtbot.waitUntil(lambda: not detail.isVisible())
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: table.width() > beside)
