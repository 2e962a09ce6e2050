"""The list of dongles and the details beside it, by mouse and keys."""

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from benchboard.ui.bench.dongle_rows import DongleCounts, count_dongles
from benchboard.ui.bench.dongles_view import DonglesView
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


def test_counts_that_were_asked_for_earlier_never_replace_later_ones(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (view,) = shell.findChildren(DonglesView)
    asked: list[Callable[[DongleCounts], None]] = []

    def read(_owner: object, op: object, done: Callable[[Any], None], *_more: object, **_options: object) -> None:
        if getattr(op, "func", None) is count_dongles:
            asked.append(done)

    monkeypatch.setattr(shell.context.tasks, "read", read)
    for number in (1, 2):
        shell.context.changed.tables_changed.emit(frozenset({"dongles"}))
        qtbot.waitUntil(lambda number=number: len(asked) >= number)
    asked[-1](DongleCounts(1, 1, ()))
    for earlier in asked[:-1]:
        earlier(DongleCounts(5, 5, ()))
    assert view.toolbar.count() == "1 of 1 connected"
