"""Where the banner is shown: below what is clicked above the content, whichever view is open."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.widgets import Toolbar
from benchboard.ui.widgets.banners import Banner

_CLICKED = QAbstractButton | QComboBox | QLineEdit
VIEWS = (
    "studio/home", "studio/dashboards", "studio/data", "studio/models", "studio/explore", "bench/dongles",
    "bench/live", "bench/timing",
    "admin/people", "admin/sessions", "admin/audit",
)  # fmt: skip


def _visible_banner(shell: Shell) -> Banner:
    (banner,) = [one for one in shell.findChildren(Banner) if one.isVisible()]
    return banner


def _clicked_in_toolbars(shell: Shell) -> Iterator[tuple[QWidget, QPoint]]:
    """What is clicked in the toolbars, with its place in the window."""
    for toolbar in shell.findChildren(Toolbar):
        for widget in toolbar.findChildren(QWidget):
            if isinstance(widget, _CLICKED) and widget.isVisible():
                yield widget, widget.mapTo(shell, QPoint())


def _lay_out() -> None:
    for _turn in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def test_banner_comes_and_goes_nothing_in_a_toolbar_moves(qtbot: QtBot, open_local: Callable[[str], Shell]) -> None:
    shell = open_local("studio/home")
    problems = shell.context.problems
    for view in VIEWS:
        shell.go(view)
        _lay_out()
        before = dict(_clicked_in_toolbars(shell))
        problems.notice("The cable is unplugged.", key="test")
        _lay_out()
        during = dict(_clicked_in_toolbars(shell))
        assert before, view
        assert {one.objectName(): at for one, at in during.items() if before.get(one, at) != at} == {}, view
        lowest = max(at.y() + one.height() for one, at in during.items())
        assert _visible_banner(shell).mapTo(shell, QPoint()).y() >= lowest, view

    # The settings have no toolbar: the banner that is shown stays, under the tabs.
    shell.go("settings")
    _lay_out()
    assert _visible_banner(shell).mapTo(shell, QPoint()).y() < 100

    # It follows the dashboard that is brought to the front, and outlives one that is closed.
    shell.go("studio/dashboards/new")
    dashboards = shell.findChild(DashboardsView)
    assert dashboards is not None
    qtbot.waitUntil(lambda: dashboards.page is not None and dashboards.page.saving.state == "saved")
    page = dashboards.page
    assert page is not None
    assert page.isAncestorOf(_visible_banner(shell))
    dashboards.close_page(page)
    qtbot.waitUntil(lambda: dashboards.page is None)
    _lay_out()
    assert dashboards.library.isAncestorOf(_visible_banner(shell))
    problems.dismiss("test")
    assert shell.problem_display.slot.isHidden()
