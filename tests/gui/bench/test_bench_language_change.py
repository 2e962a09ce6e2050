"""A change of language keeps what was typed in the bench, what was said of it, and notices whose cause still holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QScrollArea
from pytestqt.qtbot import QtBot

from benchboard.errors import FILE_GONE
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongles_view import DonglesView
from benchboard.ui.bench.timing_view import TimingView
from benchboard.ui.problems import Notice
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.paragraph import Paragraph
from support.benchsim import Simulator
from support.window import Clicker


def _edit(shell: Shell, name: str) -> Edit:
    edit = shell.findChild(Edit, name)
    assert isinstance(edit, Edit)
    return edit


def _said(shell: Shell) -> str:
    """What is said below the field of a frame that isn't one."""
    label = shell.findChild(Paragraph, "live_refusal")
    assert isinstance(label, Paragraph)
    assert label.isVisible()
    return label.text()


def _by_hand(view: TimingView) -> tuple[object, object]:
    """The method of calculation, and the timing that was chosen by hand."""
    state = view.save_state()
    return state.method, state.by_hand  # type: ignore[attr-defined]


def _in_language(shell: Shell, code: str) -> Shell:
    """The shell that takes this one's place in another language."""
    window = shell.window()
    assert isinstance(window, QMainWindow)
    shell.context.apply_settings(replace(shell.context.settings, language=code))
    rebuilt = window.centralWidget()
    assert isinstance(rebuilt, Shell)
    assert rebuilt is not shell
    return rebuilt


@pytest.fixture(autouse=True)
def english_again(shell: Shell) -> Iterator[None]:
    window = shell.window()
    yield
    assert isinstance(window, QMainWindow)
    last = window.centralWidget()
    assert isinstance(last, Shell)
    _in_language(last, "en")


def test_language_change_keeps_the_texts_of_every_view_and_a_notice_that_is_shown_once(
    qtbot: QtBot, shell: Shell, click: Clicker
) -> None:
    qtbot.keyClicks(_edit(shell, "bench_filter"), "abc")
    shell.go("bench/timing")
    _edit(shell, "timing_bitrate").selectAll()
    qtbot.keyClicks(_edit(shell, "timing_bitrate"), "250")
    (timing,) = shell.findChildren(TimingView)
    qtbot.keyClick(_edit(shell, "timing_bitrate"), Qt.Key.Key_Return)
    click(shell.window(), "segment_hand")
    by_hand = _by_hand(timing)
    shell.context.problems.notify(Notice("The file is gone.", kind="error", key=FILE_GONE))
    shell.context.problems.notify(Notice("Only here.", key="other"))
    turkish = _in_language(shell, "tr")
    assert turkish.address == "bench/timing"
    assert _edit(turkish, "timing_bitrate").text() == "250"
    assert _edit(turkish, "timing_point").text() == "87,5"
    (rebuilt,) = turkish.findChildren(TimingView)
    assert by_hand[0] == "hand"
    assert _by_hand(rebuilt) == by_hand
    assert [one.what for one in turkish.context.problems.waiting] == ["The file is gone."]
    turkish.go("bench/dongles")
    assert _edit(turkish, "bench_filter").text() == "abc"


def test_language_change_keeps_the_new_dongle_banner_and_the_text_beside_send(
    qtbot: QtBot, shell: Shell, simulator: Simulator, click: Clicker, manager: DeviceManager
) -> None:
    problems = shell.context.problems
    qtbot.waitUntil(lambda: problems.current is not None and "2 new dongles" in problems.current.what)
    shell.go("bench/live")
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: manager.live is not None)
    qtbot.keyClicks(_edit(shell, "live_frame"), "12#GG")
    click(shell.window(), "live_send")
    assert _said(shell).startswith("A standard ID has 3 hex")
    turkish = _in_language(shell, "tr")
    assert (_edit(turkish, "live_frame").text(), _edit(turkish, "live_frame").property("wrong")) == ("12#GG", True)
    assert _said(turkish)
    assert not _said(turkish).startswith("A standard ID has")
    turkish.go("bench/dongles")
    qtbot.waitUntil(lambda: problems.current is not None and problems.current.what.startswith("2 yeni"))


def test_details_of_a_dongle_in_turkish_fit_their_width(
    qtbot: QtBot, shell: Shell, simulator: Simulator, manager: DeviceManager, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    turkish = _in_language(shell, "tr")
    (view,) = turkish.findChildren(DonglesView)
    qtbot.waitUntil(lambda: view.table.make_current(device_id))
    pane = view.detail
    qtbot.waitUntil(lambda: pane.row is not None and pane.row.config is not None and pane.isVisible())
    area = pane.findChild(QScrollArea)
    assert area is not None
    inner = area.widget()
    assert inner is not None
    assert inner.minimumSizeHint().width() <= area.viewport().width()
    assert area.horizontalScrollBar().maximum() == 0
