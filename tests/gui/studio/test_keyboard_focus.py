"""Where the focus is after something was opened, added or applied, and that it is visible there."""

from typing import TYPE_CHECKING

import pytest
from boards import load
from dashboards_driver import DashboardsDriver, open_sharing
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget

from benchboard.ui.shell.command_palette import CommandPalette
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.panes.template_gallery import TemplateGallery
from benchboard.ui.studio.versions.version_list import VersionList
from benchboard.ui.studio.versions.versions_view import VersionsScreen
from benchboard.ui.theme import theme
from benchboard.ui.widgets.candidate_rows import AccessRow

if TYPE_CHECKING:
    from conftest import Studio

TABS = [
    {
        "id": "tabs",
        "type": "tabs",
        "title": "",
        "active": "one",
        "position": {"x": 0, "y": 0, "w": 6, "h": 6},
        "tabs": [{"id": "one", "title": "First", "items": []}],
    }
]


def _named() -> str:
    now = QApplication.focusWidget()
    return now.objectName() if now is not None else ""


def test_focus_in_share_dialog_starts_in_search_and_stays_in_the_list_after_a_revocation(
    dashboards: DashboardsDriver,
) -> None:
    who, given = open_sharing(dashboards, "technician@example.com")
    dashboards.find("share_search")
    dashboards.studio.wait(lambda: _named() == "share_search")
    dashboards.qtbot.keyClicks(QApplication.focusWidget(), who.name.split()[-1][:4])
    dashboards.click(f"share_view_{who.id}")
    dashboards.find(f"share_level_{who.id}")
    assert given()[who.id] == "view"
    assert _named() == "share_search"
    rows = [row.objectName() for row in QApplication.activeWindow().findChildren(AccessRow)]
    place = rows.index(f"access_{who.id}")
    dashboards.click(f"unshare_{who.id}")
    dashboards.studio.wait(lambda: who.id not in given() and _named() == rows[place + 1])


def test_focus_after_adding_a_tab_is_in_its_title(studio: "Studio") -> None:
    load(studio, TABS)
    studio.click("tabs")
    studio.press_button("inspector_add_tab")
    assert _named() == "inspector_tab_1"
    studio.qtbot.keyClicks(QApplication.focusWidget(), "Details")
    studio.canvas.setFocus()
    studio.page.run("studio.add_tab")
    assert _named() == "inspector_tab_2"
    assert [pane.title for pane in studio.page.editor.page.item("tabs").panes] == ["First", "Details", ""]


def test_focus_after_applying_variables_is_on_the_page(studio: "Studio") -> None:
    studio.page.editor.select([studio.page.editor.page.reading_order[0]])
    opener = studio.find("inspector_variables")
    opener.setFocus()
    studio.qtbot.keyClick(opener, Qt.Key.Key_Space)
    studio.press_in_window("variable_add_first")
    studio.press_in_window("variables_take")
    assert not opener.isVisible()  # there is a variable now
    now = QApplication.focusWidget()
    assert now is not None
    assert studio.page.isAncestorOf(now)


def test_escape_in_palette_search_clears_it_then_returns_to_the_page(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_A)
    search = studio.page.palette_pane.search
    assert search.hasFocus()
    studio.qtbot.keyClicks(search, "pie")
    studio.key(Qt.Key.Key_Escape)
    assert (search.text(), search.hasFocus()) == ("", True)
    studio.key(Qt.Key.Key_Escape)
    assert studio.canvas.hasFocus()


@pytest.mark.usefixtures("demo_home")
def test_escape_twice_in_the_query_editor_returns_to_the_page(studio: "Studio") -> None:
    """The first may close what the editor shows; none of them loses what was typed."""
    studio.page.editor.select([studio.page.editor.page.reading_order[0]])
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Return)
    edit = studio.find("inspector_query")
    studio.wait(edit.hasFocus)
    studio.qtbot.keyClicks(edit, " ")
    studio.key(Qt.Key.Key_Escape)
    studio.key(Qt.Key.Key_Escape)
    assert studio.canvas.hasFocus()


def test_escape_in_a_field_of_the_inspector_returns_to_the_page(studio: "Studio") -> None:
    studio.page.editor.select([studio.page.editor.page.reading_order[0]])
    field = next(one for one in studio.page.inspector.findChildren(QLineEdit) if one.isVisible() and one.isEnabled())
    field.setFocus()
    studio.key(Qt.Key.Key_Escape)
    assert studio.canvas.hasFocus()


@pytest.mark.parametrize(
    ("key", "held"),
    [
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier),
    ],
)
def test_shortcut_with_a_dialog_open_does_nothing(studio: "Studio", key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    studio.canvas.setFocus()
    studio.page.run("studio.start_from_template")
    (gallery,) = studio.application.window.findChildren(TemplateGallery)
    studio.key(key, held)
    assert studio.application.window.findChildren(CommandPalette) == []
    assert studio.application.shell is not None
    assert studio.application.shell.address == "studio/home"
    assert gallery.isAncestorOf(QApplication.focusWidget())
    studio.key(Qt.Key.Key_Escape)
    assert not gallery.isVisible()
    assert studio.canvas.hasFocus()


def _stops(dashboards: DashboardsDriver) -> list[tuple[QWidget, bool]]:
    """The widgets that F6 focuses in turn, and whether the focus is visible on each."""
    window, found = dashboards.studio.application.window, list[tuple[QWidget, bool]]()
    now = QApplication.focusWidget() or window
    while True:
        before = window.grab().toImage()
        dashboards.qtbot.keyClick(now, Qt.Key.Key_F6)
        now = QApplication.focusWidget() or window
        if any(now is stop for stop, _seen in found):
            return found
        around = now.rect().translated(now.mapTo(window, QPoint(0, 0))).adjusted(-4, -4, 4, 4)
        found.append((now, before.copy(around) != window.grab().toImage().copy(around)))


def test_f6_stops_all_show_focus(dashboards: DashboardsDriver) -> None:
    page = dashboards.open("Shop review")
    stops = _stops(dashboards)
    assert "studio_tabs" in [stop.objectName() for stop, _seen in stops]
    assert [stop.objectName() for stop, seen in stops if not seen] == []
    page.run("studio.show_versions")
    screen = page.screens.screen
    assert isinstance(screen, VersionsScreen)
    dashboards.studio.wait(lambda: not screen.busy and bool(screen.findChild(VersionList).model().rows))
    assert any(screen.isAncestorOf(stop) for stop, _seen in _stops(dashboards))


def test_empty_page_with_the_focus_by_key_has_a_ring(studio: "Studio") -> None:
    """No item could show the focus: after the name of a new dashboard was given, there was none to be seen."""
    assert studio.application.shell is not None
    studio.application.shell.go("studio/dashboards/new")
    (view,) = studio.application.window.findChildren(DashboardsView)
    studio.wait(lambda: view.page is not None and view.page.saving.state == "saved")
    studio.key(Qt.Key.Key_Escape)  # keep the name that it asks for
    assert view.page is not None
    canvas = view.page.canvas

    def edge(reason: Qt.FocusReason) -> str:
        canvas.clearFocus()
        canvas.setFocus(reason)
        return canvas.viewport().grab().toImage().pixelColor(1, canvas.viewport().height() // 2).name()

    focus = theme().color("focus").name()
    assert edge(Qt.FocusReason.TabFocusReason) == focus
    assert edge(Qt.FocusReason.MouseFocusReason) != focus


@pytest.mark.usefixtures("demo_home")
def test_widget_beside_a_removed_one_is_selected(studio: "Studio") -> None:
    page = studio.page
    order = list(page.editor.page.reading_order)
    page.canvas.setFocus()
    page.editor.select([order[1]])
    studio.key(Qt.Key.Key_Delete)
    assert page.editor.selection == (order[2],)
    page.editor.select([order[-1]])
    studio.key(Qt.Key.Key_Delete)
    assert page.editor.selection == (order[-2],)


@pytest.mark.usefixtures("demo_home")
def test_page_without_a_selection_has_a_ring_after_a_key_removed_what_had_one(studio: "Studio") -> None:
    page, canvas = studio.page, studio.canvas
    first = next(iter(canvas.tiles))
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    page.editor.select([first])
    studio.key(Qt.Key.Key_Delete)
    assert first not in canvas.tiles
    page.editor.select([])
    middle = canvas.viewport().height() // 2
    ring = theme().color("focus").name()
    assert canvas.viewport().grab().toImage().pixelColor(1, middle).name() == ring
    page.editor.select([next(iter(canvas.tiles))])
    assert canvas.viewport().grab().toImage().pixelColor(1, middle).name() != ring


def test_f6_goes_through_the_parts_of_the_list_of_dashboards(dashboards: DashboardsDriver) -> None:
    library = dashboards.place.library
    library.show_place("recent")
    dashboards.studio.wait(lambda: library.pane.current() == "recent")
    library.setFocus()
    reached = [stop for stop, _seen in _stops(dashboards)]
    inside = [next(at for at, pane in enumerate(library.panes()) if pane.isAncestorOf(stop)) for stop in reached
              if library.isAncestorOf(stop)]  # fmt: skip
    assert sorted(inside) == list(range(len(library.panes())))
    assert len(inside) >= 3
    assert any(library.pane.isAncestorOf(stop) for stop in reached)


def test_arrows_go_from_tab_to_tab_and_enter_goes_to_the_dashboard(
    dashboards: DashboardsDriver, told_events: list[tuple[str, int]]
) -> None:
    """The first arrow showed the other dashboard and moved the focus into it."""
    page, place = dashboards.open("Shop review"), dashboards.place
    tabs = place.tabs
    tabs.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.studio.wait(lambda: ("Focus", 1) in told_events)
    told_events.clear()
    dashboards.qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert tabs.currentIndex() == 0
    assert tabs.hasFocus()
    assert ("NameChanged", -1) in told_events
    dashboards.qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert tabs.hasFocus()
    assert place.page is page
    dashboards.qtbot.keyClick(tabs, Qt.Key.Key_Return)
    assert page.canvas.hasFocus()


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)],
)
def test_delete_and_ctrl_w_close_the_tab_that_has_the_focus_and_tell_which(
    dashboards: DashboardsDriver, announcements: list[str], key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    dashboards.open("Shop review")
    place, tabs = dashboards.place, dashboards.place.tabs
    count = tabs.count()
    tabs.setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    dashboards.qtbot.keyClick(tabs, key, modifier)
    assert tabs.count() == count - 1
    assert place.page is None
    dashboards.studio.wait(lambda: "“Shop review” closed" in announcements)
    tabs.setCurrentIndex(0)
    dashboards.qtbot.keyClick(tabs, key, modifier)
    assert announcements[-1] == "The list of dashboards can't be closed."


def test_star_of_a_dashboard_is_read_with_its_state_and_turned_by_enter(dashboards: DashboardsDriver) -> None:
    model, view = dashboards.model, dashboards.table.view
    column = [one.key for one in model.columns].index("favourite")
    name = model.row(0).name
    assert not dashboards.cards()[name].favourite

    def read(role: Qt.ItemDataRole) -> str:
        return str(model.index(0, column).data(role))

    assert read(Qt.ItemDataRole.AccessibleTextRole) == "Favourite, no"
    assert read(Qt.ItemDataRole.AccessibleDescriptionRole) == "Add to favourites"
    view.setFocus()
    view.setCurrentIndex(model.index(0, column))
    dashboards.qtbot.keyClick(view, Qt.Key.Key_Return)
    dashboards.studio.wait(lambda: dashboards.cards()[name].favourite and model.row(0).favourite)
    assert dashboards.place.page is None, "the dashboard isn't opened"
    assert read(Qt.ItemDataRole.AccessibleTextRole) == "Favourite, yes"


@pytest.mark.usefixtures("demo_home")
def test_properties_are_read_and_reached_from_top_to_bottom(studio: "Studio") -> None:
    studio.page.editor.select([studio.page.editor.page.reading_order[0]])
    inspector = studio.page.inspector
    (area,) = [
        one for one in inspector.findChildren(QScrollArea) if one.accessibleName() == "Properties of the selection"
    ]
    inside = area.widget()
    studio.wait(lambda: inside.height() > 100)

    def top(one: QWidget) -> int:
        return one.mapTo(inside, QPoint(0, 0)).y()

    def within(one: QWidget) -> list[QWidget]:
        return [part for part in one.children() if isinstance(part, QWidget) and part.isVisible() and part.height() > 1]

    parts = [part for section in within(inside) for part in within(section)]
    assert len(parts) > 8
    assert [top(one) for one in parts] == sorted(top(one) for one in parts)
