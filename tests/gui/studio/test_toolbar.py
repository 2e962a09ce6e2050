"""The toolbar: buttons without space lose their text, then move under “More”."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from open_dashboards import OpenDashboards, create_dashboards
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets.menus import ROW

if TYPE_CHECKING:
    from conftest import Studio

ALWAYS = ("export", "present", "save", "versions", "share")


@pytest.fixture
def page(open_studio: "Callable[[], Studio]") -> Iterator[StudioPage]:
    """A dashboard in the window of somebody who reads Turkish."""
    studio = open_studio()
    application = studio.application
    keys = create_dashboards(studio, One=[])
    OpenDashboards(studio).open(keys["One"])
    application.apply_settings(replace(application.settings, language="tr"))
    assert application.shell is not None
    application.shell.go("studio/dashboards")
    (place,) = application.shell.findChildren(DashboardsView)
    studio.wait(lambda: place.page is not None and place.page.saving.state == "saved")
    assert place.page is not None
    yield place.page
    application.apply_settings(replace(application.settings, language="en"))


def test_toolbar_in_turkish_fits_the_usual_width(page: StudioPage) -> None:
    assert page.window().width() == 1440
    for name in (*ALWAYS, "fit"):
        assert getattr(page.bar, name).isVisible(), name
    assert page.bar._find.isVisible()


def test_toolbar_names_the_breakpoints_in_every_language_at_the_usual_width(page: StudioPage) -> None:
    segments = page.bar.breakpoints.findChildren(QAbstractButton)
    assert [one.text() for one in segments] == ["Masaüstü", "Tablet", "Telefon"]
    assert not any(one.toolTip() for one in segments)  # a tooltip names the segment of an icon alone


def test_toolbar_at_the_width_that_its_texts_take_shows_them_all(qtbot: QtBot, page: StudioPage) -> None:
    bar = page.bar
    controls = (bar.export, bar.versions, bar.present)
    bar.setFixedWidth(3000)
    qtbot.waitUntil(lambda: all(one.text() for one in controls))
    whole = bar.width() + bar.missing_width()
    bar.setFixedWidth(whole)
    qtbot.waitUntil(lambda: bar.width() == whole)
    assert all(one.text() for one in controls)
    assert bar.state.isVisible()
    bar.setFixedWidth(whole - 1)
    qtbot.waitUntil(lambda: not bar.state.isVisible())
    assert all(one.text() for one in controls)
    assert bar.state.text() in bar.mark.toolTip()
    bar.setFixedWidth(whole - bar._state_width - 20)
    qtbot.waitUntil(lambda: not bar.export.text())
    assert bar.export.isVisible()
    assert bar.versions.text()
    assert bar.present.text()


@pytest.mark.parametrize("width", [1440, 1280, 1100, 1024])
def test_toolbar_in_any_width_keeps_names_and_lists_hidden_under_more(page: StudioPage, width: int) -> None:
    page.window().setMinimumSize(0, 0)
    page.window().resize(width, 900)
    bar = page.bar
    bar._fit_width()
    assert bar._fits()
    bar._open_more_menu()
    offered = {
        one.objectName() for one in bar.window().findChildren(QWidget) if one.objectName().startswith("command_")
    }
    assert "command_show_json" in offered  # it has no button
    for name in (*ALWAYS, "fit", "_find"):
        button = getattr(bar, name)
        assert button.accessibleName()
        under = "export_png" if name == "export" else name.strip("_")
        assert button.isVisible() or f"command_{under}" in offered, name
        assert button.text() or button.toolTip(), name


def test_toolbar_hides_what_is_used_least_first_and_lists_it_under_more(qtbot: QtBot, page: StudioPage) -> None:
    """Present disappeared before Save version."""
    bar, hidden = page.bar, list[str]()
    order = ["zoom_in", "fit", "present_every", "find", "export", "save_version", "show_versions", "present"]
    buttons = (bar._zooming, bar.fit, bar._every, bar._find, bar.export, bar.save, bar.versions, bar.present)
    bar.setFixedWidth(3000)
    qtbot.waitUntil(lambda: bar.width() == 3000)
    for width in range(1400, 380, -20):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: bar.width() == width)  # type: ignore[misc]  # bound in the loop
        hidden = [name for name, button in zip(order, buttons, strict=True) if button.isHidden()]
        assert hidden == order[: len(hidden)]
    assert hidden == order
    assert bar.share.isVisible()
    bar.more.setFocus()
    qtbot.keyClick(bar.more, Qt.Key.Key_Space)
    offered = {one.objectName() for one in bar.window().findChildren(QWidget)}
    assert {f"command_{name}" for name in order if name not in ("fit", "export")} <= offered
    assert {"command_export_png", "command_zoom_to_fit"} <= offered


def test_toolbar_elides_a_little_of_a_variable_rather_than_hide_the_zoom(qtbot: QtBot, page: StudioPage) -> None:
    variable = Variable("shop", "Warehouse location", "list", ("refunded in part", "x"), ("refunded in part",))
    page.editor.apply_document("Define", replace(page.editor.document, variables=(variable,)))
    bar, zoom_with_elided = page.bar, 0
    for width in range(1700, 1000, -12):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: bar.width() == width)  # type: ignore[misc]  # bound in the loop
        if bar.isAncestorOf(page.variables):
            elided = page.variables.natural_width - page.variables.width()
            zoom_with_elided += elided > 0 and not bar._zooming.isHidden()
            unused = -bar.missing_width()
            if bar._zooming.isHidden():
                assert unused < bar._zooming.sizeHint().width() + 8 - 48, width
    assert zoom_with_elided


def test_toolbar_elides_values_of_filters_but_not_their_names(qtbot: QtBot, page: StudioPage) -> None:
    """With two filters at 1440 pixels, they said “Bri… +1” and “All (4)”, although there is a row below."""
    value, names, elided = "Bristol and the north of Somerset", ("Shop", "Category"), 0
    variables = tuple(Variable(name.lower(), name, "list", (value, "x"), (value,)) for name in names)
    page.editor.apply_document("Define", replace(page.editor.document, variables=variables))
    bar, places = page.bar, set()
    for width in range(1900, 1000, -30):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: bar.width() == width)  # type: ignore[misc]  # bound in the loop
        places.add(bar.isAncestorOf(page.variables))
        elided += page.variables.natural_width > page.variables.width()
        for name in names:
            (field,) = page.variables.findChildren(QAbstractButton, f"variable_{name.lower()}")
            assert field.text().startswith(f"{name}: Bri"), width
    assert elided
    assert places == {True, False}


def test_more_menu_has_no_command_whose_button_is_visible(page: StudioPage) -> None:
    bar = page.bar
    bar._open_more_menu()
    offered = {
        one.objectName() for one in bar.window().findChildren(QWidget) if one.objectName().startswith("command_")
    }
    assert offered.isdisjoint({"command_find", "command_show_versions", "command_save_version", "command_share"})
    rows = [one for one in bar.window().findChildren(QWidget) if one.objectName() in offered]
    assert {one.height() for one in rows} == {ROW}
    assert rows[-1].objectName() == "command_discard"


def test_toolbar_without_space_shortens_the_save_state_of_a_problem(qtbot: QtBot, page: StudioPage) -> None:
    bar = page.bar
    bar.show_state("Conflict", "ph.warning-circle", "error", may_save=False)
    bar.setFixedWidth(400)
    qtbot.waitUntil(lambda: bar.width() == 400 and bar.state.width() < bar._state_width)
    least = bar.missing_width() + bar.width() + bar._state_width - bar.state.width()
    bar.setFixedWidth(least - 30)
    qtbot.waitUntil(lambda: bar.state.width() == bar._state_width - 30)
    assert bar.state.geometry().right() < bar.share.geometry().left()
    bar.setFixedWidth(least)
    qtbot.waitUntil(lambda: bar.state.width() == bar._state_width)


def test_home_page_offers_no_versions_to_save_or_to_show(open_studio: "Callable[[], Studio]") -> None:
    bar = open_studio().page.bar
    for offered in (False, True):
        bar.offer_changes(offered)
        assert not any(button.isVisible() for button in (bar.save, bar.versions, bar.share))
    assert bar.export.isVisible()


@pytest.mark.parametrize("width", [1440, 1024])
def test_intervals_button_is_joined_to_present_while_both_are_shown(page: StudioPage, qtbot: QtBot, width: int) -> None:
    page.window().setMinimumSize(0, 0)
    page.window().resize(width, 900)
    bar = page.bar
    bar._fit_width()
    assert bar._fits()
    both = not (bar.present.isHidden() or bar._every.isHidden())
    assert bar.present.property("joined") == ("left" if not bar._every.isHidden() else "")
    assert bar.present.parentWidget() is bar._every.parentWidget()
    if both:
        qtbot.waitUntil(lambda: bar._every.x() == bar.present.geometry().right() + 1)


@pytest.mark.usefixtures("demo_home")
def test_range_of_days_is_whole_beside_a_filter_and_export(studio: "Studio") -> None:
    editor, page, window = studio.page.editor, studio.page, studio.application.window
    editor.set_property("orders-week", "query", "select count(*) from orders where created_dt >= :from")
    variable = Variable("shop", "Warehouse location", "list", ("paid", "refunded"), ("paid",), True)
    editor.apply_document("Choose", replace(editor.document, variables=(variable,)))
    editor.select_time(TimeRange("2025-07-01", "2026-06-30"))
    bar, shown = page.bar, page.variables.time_range
    for button in (bar.favourite, bar.save, bar.versions, bar.share):
        button.show()  # as in the toolbar of a dashboard, which has most
    bar._shared = True
    for width, is_beside in ((1280, False), (1440, True)):
        window.resize(width, 900)
        studio.wait(lambda width=width: bar.width() > width - 80)
        studio.wait(lambda: shown.text().startswith("1 Jul 2025 – 30 Jun 2026"))
        studio.wait(lambda beside=is_beside: bar.isAncestorOf(shown) == beside)
        assert bar.export.isVisible()
        assert bar._fits()
    assert bar.state.isHidden()
    assert bar.mark.toolTip() == bar.state.text()
    bar.show_state("Conflict", "ph.warning-circle", "error", may_save=False)
    assert bar.state.isVisible()
    assert bar._fits()
