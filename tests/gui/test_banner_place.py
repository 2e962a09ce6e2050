"""Where the banner is shown: below what is clicked above the content, whichever view is open."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.problems import Action
from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.widgets import Toolbar
from benchboard.ui.widgets.banners import Banner, BannerPlace, PageBar

_CLICKED = QAbstractButton | QComboBox | QLineEdit
VIEWS = (
    "studio/home", "studio/dashboards", "studio/data", "bench/dongles",
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


def test_notice_that_comes_again_keeps_its_banner_and_does_what_the_new_one_offers(
    qtbot: QtBot, open_local: Callable[[str], Shell]
) -> None:
    """A new dongle was an alert four times in half a second to a screen reader."""
    shell, done = open_local("studio/home"), list[int]()
    problems = shell.context.problems
    problems.notice("New dongle.", "", Action("Pair", lambda: done.append(1), keeps_notice=True), key="test")
    first = _visible_banner(shell)
    problems.notice("New dongle.", "", Action("Pair", lambda: done.append(2), keeps_notice=True), key="test")
    assert _visible_banner(shell) is first
    button = first.findChild(QAbstractButton, "banner_action")
    assert button is not None
    button.click()
    assert done == [2]
    problems.notice("Two new dongles.", "", key="test")
    assert _visible_banner(shell) is not first


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

    # The settings have no toolbar, nor have Explore and Models without data: the banner stays, under the tabs.
    for view in ("studio/explore", "studio/models", "settings"):
        shell.go(view)
        _lay_out()
        assert _visible_banner(shell).mapTo(shell, QPoint()).y() < 100, view

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


def _texts_in_place(place: QWidget) -> list[str]:
    """What is shown in a place for banners, from the top."""
    shown = [one for one in place.findChildren(QWidget) if isinstance(one, Banner | PageBar) and one.isVisible()]
    return [one.accessibleName() for one in shown]


def _press_more(qtbot: QtBot, place: QWidget) -> str:
    """Press the button that shows the next banner; returns what it said."""
    (more,) = [one for one in place.findChildren(QAbstractButton, "banner_more") if one.isVisible()]
    text = more.text()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    return text


def test_several_notices_one_is_shown_and_says_how_many_more(qtbot: QtBot, open_local: Callable[[str], Shell]) -> None:
    shell = open_local("bench/dongles")
    problems = shell.context.problems
    place = _visible_place(shell)
    problems.notice("The cable is unplugged.", key="cable")
    assert _texts_in_place(place) == ["The cable is unplugged. "]
    assert not [one for one in place.findChildren(QAbstractButton, "banner_more") if one.isVisible()]
    problems.notice("You're offline.", kind="warn", key="offline")
    problems.notice("A new version is out.", key="version")
    assert _texts_in_place(place) == ["You're offline. "], "the most important one comes first"
    assert _press_more(qtbot, place) == "2 more"
    assert _texts_in_place(place) == ["The cable is unplugged. "]
    (more,) = [one for one in place.findChildren(QAbstractButton, "banner_more") if one.isVisible()]
    assert more.hasFocus(), "the keys go on from one to the next"
    qtbot.keyClick(more, Qt.Key.Key_Return)
    assert _texts_in_place(place) == ["A new version is out. "]
    assert _press_more(qtbot, place) == "2 more"
    assert _texts_in_place(place) == ["You're offline. "], "and round"
    _press_more(qtbot, place)
    problems.notice("Can't save.", kind="error", key="save")
    assert _texts_in_place(place) == ["Can't save. "], "a new one is shown at once"
    problems.dismiss()
    assert _texts_in_place(place) == ["You're offline. "]
    for key in ("cable", "offline", "version"):
        problems.dismiss(key)
    assert _texts_in_place(place) == []


def test_bars_of_a_page_and_notices_never_lie_on_top_of_each_other(
    qtbot: QtBot, open_local: Callable[[str], Shell]
) -> None:
    shell = open_local("studio/dashboards/new")
    dashboards = shell.findChild(DashboardsView)
    assert dashboards is not None
    qtbot.waitUntil(lambda: dashboards.page is not None and dashboards.page.saving.state == "saved")
    page = dashboards.page
    assert page is not None
    place = page.banner_place
    page.read_only_bar.show_reason("You have view-only access.")
    page.no_rows_bar.set_wanted(True)
    shown = [bar for bar in (page.read_only_bar, page.no_rows_bar) if bar.isVisible()]
    assert shown == [page.read_only_bar]
    assert _press_more(qtbot, place) == "1 more"
    assert page.no_rows_bar.isVisible()
    assert not page.read_only_bar.isVisible()
    shell.context.problems.notice("You're offline.", kind="warn", key="offline")
    assert _texts_in_place(place) == ["You're offline. "]
    assert _press_more(qtbot, place) == "2 more"
    assert _texts_in_place(place) == ["You have view-only access."]
    page.read_only_bar.show_reason("")
    assert _texts_in_place(place) == ["You're offline. "]
    shell.context.problems.dismiss("offline")
    assert page.no_rows_bar.isVisible()
    shell.go("bench/dongles")
    shell.context.problems.notice("The cable is unplugged.", key="cable")
    assert _texts_in_place(_visible_place(shell)) == ["The cable is unplugged. "]
    shell.context.problems.dismiss()


def _visible_place(shell: Shell) -> BannerPlace:
    """The place for banners of the view that is shown."""
    place = shell.problem_display.slot.parentWidget()
    assert isinstance(place, BannerPlace)
    return place


def test_a_notice_that_is_given_again_in_the_same_words_is_told_once(
    open_local: Callable[[str], Shell], announcements: list[str]
) -> None:
    problems = open_local("studio/home").context.problems
    for _turn in range(3):
        problems.notice("The cable is unplugged.", "", Action("Look", lambda: None), key="test")
        _lay_out()
    problems.notice("The cable is back.", key="test")
    _lay_out()
    told = [one for one in announcements if "cable" in one]
    assert [one.strip() for one in told] == ["The cable is unplugged.", "The cable is back."]
