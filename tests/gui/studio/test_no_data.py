"""Explore and the data models of a computer without any data: what to do first, and nothing that can't be done yet."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from benchboard.ui.shell.shell import Shell
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from support.window import Clicker, visible

Open = Callable[..., Shell]


def test_explore_without_data_offers_the_first_step_alone_and_the_sample_ends_it(
    qtbot: QtBot, open_local: Open, click: Clicker
) -> None:
    shell = open_local("studio/explore")
    window = shell.window()
    sample = click.find(window, "explore_sample")
    for name in ("explore_search", "explore_join", "explore_run", "explore_add", "segment_sql"):
        assert not visible(window, name), name
    (view,) = window.findChildren(ExploreView)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.focusWidget() is click.find(window, "explore_empty_add")
    qtbot.mouseClick(sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(one.tables for one in view.exploration.sources))
    shell.go("studio/explore")
    for name in ("explore_search", "explore_run", "explore_add"):
        click.find(window, name)


def test_add_data_of_explore_opens_the_menu_of_what_can_be_added(open_local: Open, click: Clicker) -> None:
    window = open_local("studio/explore").window()
    click(window, "explore_empty_add")
    click.find(window, "add_file")


def test_models_without_a_table_offer_to_add_data(qtbot: QtBot, open_local: Open, click: Clicker) -> None:
    window = open_local("studio/models").window()
    click.find(window, "models_sample")
    assert not visible(window, "models_empty_new")
    assert not visible(window, "models_save")
    click(window, "models_empty_add")
    click.find(window, "add_file")


def test_add_data_of_an_empty_home_opens_the_menu_of_what_can_be_added(open_local: Open, click: Clicker) -> None:
    window = open_local("studio/home").window()
    click(window, "studio_empty_add_data")
    for name in ("add_file", "add_folder", "add_sample"):
        click.find(window, name)
