"""The toolbar: buttons without space lose their text, then move under “More”."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboards_driver import DashboardsDriver
from open_dashboards import OpenDashboards, create_dashboards
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.settings import Settings
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.toolbar import PageToolbar
from benchboard.ui.widgets.menus import ROW

if TYPE_CHECKING:
    from conftest import Studio

ALWAYS = ("export", "present", "save", "versions", "share")


@pytest.fixture
def page(open_studio: "Callable[[], Studio]", tmp_path: Path) -> StudioPage:
    """A dashboard in the window of somebody who reads Turkish."""
    Settings(language="tr").save(tmp_path / "home")
    studio = open_studio()
    keys = create_dashboards(studio, One=[])
    return OpenDashboards(studio).open(keys["One"])


@pytest.fixture(params=["en", "tr"])
def review(request: pytest.FixtureRequest, open_studio: "Callable[[], Studio]", tmp_path: Path) -> Iterator[StudioPage]:
    """The demo's dashboard with a filter and a time range that is used, in each language."""
    Settings(language=request.param).save(tmp_path / "home")
    studio = open_studio()
    page = DashboardsDriver(studio).open("Shop review")
    queried = next(one for one in page.editor.widgets() if one.query)
    page.editor.set_property(queried.id, "query", "select count(*) from orders where created_dt >= :from")
    yield page
    studio.wait(lambda: page.saving.state == "saved" and not page.query_runner.busy)


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
    qtbot.waitUntil(bar._zooming.isHidden)
    assert all(one.text() for one in controls)
    assert all(one.text() for one in bar.breakpoints.findChildren(QAbstractButton))


def test_toolbar_gives_up_everything_else_before_the_words_of_its_actions(qtbot: QtBot, page: StudioPage) -> None:
    """At 1440 pixels with a filter they were eight bare icons."""
    bar, short = page.bar, 0
    bar.setFixedWidth(3000)
    qtbot.waitUntil(lambda: bar.width() == 3000)
    for width in range(1500, 380, -20):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: bar.width() == width)  # type: ignore[misc]  # bound in the loop
        if not all(one.text() for one in (bar.export, bar.versions, bar.present)):
            short += 1
            assert all(one.isHidden() for one in (bar.state, *bar._secondary)), width
    assert short


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
    order = ["zoom_in", "fit", "present_every", "find", "save_version", "export", "show_versions", "present"]
    buttons = (bar._zooming, bar.fit, bar._every, bar._find, bar.save, bar.export, bar.versions, bar.present)
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


def _filter(name: str, *values: str) -> Variable:
    return Variable(name.lower(), name, "list", (*values, "x"), values, True)


def _named(bar: PageToolbar) -> list[str]:
    """The words of the actions and of the save state that are shown."""
    buttons = (bar.export, bar.present, bar.save, bar.versions, bar.share)
    return [one.text() for one in buttons if one.isVisible() and one.text()] + [
        bar.state.text()
    ] * bar.state.isVisible()


@pytest.mark.parametrize("filters", [1, 2])
def test_toolbar_has_all_its_words_with_a_time_range_and_filters(
    qtbot: QtBot, review: StudioPage, filters: int
) -> None:
    bar, fields, window = review.bar, review.variables, review.window()
    variables = tuple(_filter(name, "harbour-cycles.example", "paid") for name in ("Shop", "Category")[:filters])
    review.editor.apply_document("Define", replace(review.editor.document, variables=variables))
    for width, height, has_zoom, count in ((1440, 900, True, 6), (1024, 700, filters == 1, 5)):
        window.resize(width, height)
        qtbot.waitUntil(lambda width=width: bar.width() > width - 80)  # type: ignore[misc]  # bound in the loop
        qtbot.waitUntil(lambda shown=has_zoom: bar._zooming.isVisible() == shown)  # type: ignore[misc]
        assert len(_named(bar)) == count, (width, _named(bar))
        assert bar._fits()
        assert (bar.fit.isVisible(), bar._find.isVisible()) == (True, True)
        assert fields.time_range.isVisible()
        assert not any("…" in one.text() for one in fields.findChildren(QAbstractButton) if one.isVisible())
        assert fields.widget().minimumSizeHint().width() <= fields.width()


def test_zoom_without_room_beside_the_filters_is_under_more(qtbot: QtBot, page: StudioPage) -> None:
    variables = tuple(
        _filter(name, "harbour-cycles.example") for name in ("Shop", "Category", "Region", "State", "Site", "Line")
    )
    page.editor.apply_document("Define", replace(page.editor.document, variables=variables))
    window, bar = page.window(), page.bar
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: bar.width() < 1024 and not bar.view.isVisible())
    bar._open_more_menu()
    offered = {one.objectName() for one in window.findChildren(QWidget)}
    assert {"command_zoom_in", "command_zoom_to_fit", "command_find"} <= offered
    window.resize(1920, 900)
    qtbot.waitUntil(lambda: bar.fit.isVisible() and not bar.isAncestorOf(bar.view))
    page.editor.apply_document("None", replace(page.editor.document, variables=()))
    qtbot.waitUntil(lambda: bar.isAncestorOf(bar.view) and bar._zooming.isVisible())


def test_no_value_of_a_filter_moves_the_page(qtbot: QtBot, page: StudioPage) -> None:
    """A longer value got the row of the filters a scroll bar, or moved it out of the toolbar."""
    bar, window = page.bar, page.window()
    long, short = "Bristol and the north of Somerset and Avon", "x"
    page.editor.apply_document("Define", replace(page.editor.document, variables=(_filter("Shop", short, long),)))
    for width in (1024, 1440, 1760, 1800, 1840, 1880, 1920):
        window.resize(width, 900)
        qtbot.waitUntil(lambda width=width: bar.width() > width - 80)  # type: ignore[misc]  # bound in the loop
        places = set()
        for values in ((short,), (long,), (short, long), ()):
            page.editor.select_values("shop", values)
            QApplication.processEvents()
            places.add((bar.isAncestorOf(page.variables), page.canvas.mapTo(page, QPoint()).y(), page.canvas.height()))
        assert len(places) == 1, width


def test_variables_are_in_a_row_of_their_own_before_any_word_of_the_toolbar_goes(
    qtbot: QtBot, page: StudioPage
) -> None:
    page.editor.apply_document("Define", replace(page.editor.document, variables=(_filter("Shop", "paid in part"),)))
    bar, places = page.bar, set()
    for width in range(2400, 1000, -50):
        bar.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: bar.width() == width)  # type: ignore[misc]  # bound in the loop
        places.add(bar.isAncestorOf(page.variables))
        assert bar.isAncestorOf(bar.view) == bar.isAncestorOf(page.variables), "they are in one row"
        if bar.isAncestorOf(page.variables):
            assert len(_named(bar)) == 6, width
            assert bar._zooming.isVisible()
            assert page.variables.width() == page.variables.natural_width
    assert places == {True, False}


def test_toolbar_elides_values_of_filters_but_not_their_names(qtbot: QtBot, page: StudioPage) -> None:
    """With two filters at 1440 pixels, they said “Bri… +1” and “All (4)”, although there is a row below."""
    value, names, elided = "Bristol and the north of Somerset and Avon", ("Shop", "Category"), 0
    variables = tuple(Variable(name.lower(), name, "list", (value, "x"), (value,)) for name in names)
    page.editor.apply_document("Define", replace(page.editor.document, variables=variables))
    bar, places = page.bar, set()
    for width in range(2700, 1000, -30):
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
    for width, is_beside in ((1280, False), (1440, False), (2400, True)):
        window.resize(width, 900)
        studio.wait(lambda width=width: bar.width() > width - 80)
        studio.wait(lambda: shown.text().startswith("1 Jul 2025 – 30 Jun 2026"))
        studio.wait(lambda beside=is_beside: bar.isAncestorOf(shown) == beside)
        assert bar.export.isVisible()
        assert bar._fits()
        assert len(_named(bar)) == (5 if width == 1280 else 6)
    bar.show_state("Conflict", "ph.warning-circle", "error", may_save=False)
    assert bar.state.isVisible()
    assert bar._fits()
