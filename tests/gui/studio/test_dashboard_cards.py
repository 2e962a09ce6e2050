"""Dashboards as cards: the favourites above the list, and the grid in place of the table, by mouse and keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from dashboards_driver import LEFT, DashboardsDriver
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QDrag, QDragEnterEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from benchboard import settings
from benchboard.dashboards import favourites, folders, thumbnail_data
from benchboard.dashboards.layout import Cell
from benchboard.dashboards.thumbnail_data import PageData, ShownData
from benchboard.dashboards.thumbnails import Thumbnail, ThumbnailWidget
from benchboard.ui.paged import paged_rows
from benchboard.ui.paged.paged_cards import PagedCards
from benchboard.ui.studio.library import unopened_pages
from benchboard.ui.studio.library.favourite_cards import FavouriteCards
from benchboard.ui.studio.library.folder_pane import FOLDER
from benchboard.ui.studio.library.shown_data import ShownDataStore
from benchboard.ui.studio.library.thumbnail_column import paint_thumbnail
from benchboard.ui.studio.library.unopened_pages import UnopenedPages
from benchboard.ui.studio.tiles.kinds import pies
from benchboard.ui.theme import theme
from support.databases import unbound
from support.painted_text import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

Key = Qt.Key


def cards_of(dashboards: DashboardsDriver) -> PagedCards:
    assert dashboards.table.cards is not None
    return dashboards.table.cards


def strip_of(dashboards: DashboardsDriver) -> FavouriteCards:
    return dashboards.place.library.favourites


def row_named(view: PagedCards, name: str) -> int:
    return next(k for k, card in enumerate(view.paged.rows) if card.name == name)


def click_at(dashboards: DashboardsDriver, view: PagedCards, spot: QPoint) -> None:
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=spot)


def show_grid(dashboards: DashboardsDriver) -> PagedCards:
    dashboards.click("segment_grid")
    view = cards_of(dashboards)
    dashboards.studio.wait(lambda: view.isVisible() and not view.card_box(0).isEmpty())
    return view


def make_favourites(dashboards: DashboardsDriver, *names: str) -> FavouriteCards:
    """Favourites that another window of the user adds; waits until they are shown."""
    studio, ids = dashboards.studio, [dashboards.cards()[name].id for name in names]
    with unbound(studio.workspace.database).change() as session:
        favourites.set_favourite(session, studio.actor, ids, favourite=True)
    strip = strip_of(dashboards)
    studio.wait(lambda: [card.name for card in strip.model.rows] == sorted(names) and strip.isVisible())
    return strip


def make_folder(dashboards: DashboardsDriver, name: str) -> str:
    studio = dashboards.studio
    with unbound(studio.workspace.database).change() as session:
        made = folders.create_folder(session, studio.actor, name)
    studio.wait(lambda: any(one.id == made for one in dashboards.place.library.pane.folders))
    return made


def drag_card_to(
    dashboards: DashboardsDriver, view: PagedCards, row: int, folder_id: str, monkeypatch: pytest.MonkeyPatch
) -> list[bool]:
    """Drag a card by mouse. The platform `offscreen` has no drags: the folder is sent what it would deliver there."""
    tree = dashboards.place.library.pane.tree
    taken: list[bool] = []

    class DragOntoFolder(QDrag):
        def exec(self, *_actions: object) -> Qt.DropAction:  # type: ignore[override]
            at = QPointF(tree.visualItemRect(tree.item_of(FOLDER + folder_id)).center())
            rest = Qt.DropAction.CopyAction, self.mimeData(), LEFT, Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(tree.viewport(), QDragEnterEvent(at.toPoint(), *rest))
            dropped = QDropEvent(at, *rest)
            dropped.ignore()
            QApplication.sendEvent(tree.viewport(), dropped)
            taken.append(dropped.isAccepted())
            return Qt.DropAction.CopyAction

    monkeypatch.setattr(paged_rows, "QDrag", DragOntoFolder)
    window = dashboards.studio.application.window
    handle, start = window.windowHandle(), view.viewport().mapTo(window, view.card_box(row).center())
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, 4):
        QTest.mouseMove(handle, start - QPoint(40 * step, 0))
    QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, start - QPoint(120, 0))
    return taken


def test_favourites_are_cards_above_all_dashboards_and_nowhere_else(dashboards: DashboardsDriver) -> None:
    strip = strip_of(dashboards)
    assert not strip.isVisible()
    make_favourites(dashboards, "Shop review", "Orders wall")
    dashboards.choose("mine")
    dashboards.studio.wait(lambda: not strip.isVisible())
    dashboards.choose("")
    dashboards.studio.wait(strip.isVisible)
    dashboards.qtbot.keyClicks(dashboards.find("library_search"), "shop")
    dashboards.studio.wait(lambda: not strip.isVisible())


def test_favourites_are_shown_once_in_the_grid(dashboards: DashboardsDriver) -> None:
    strip = make_favourites(dashboards, "Shop review")
    show_grid(dashboards)
    assert not strip.isVisible()
    dashboards.click("segment_list")
    assert strip.isVisible()


def test_favourites_leave_a_low_window_to_the_list(dashboards: DashboardsDriver) -> None:
    strip = make_favourites(dashboards, "Shop review")
    window = dashboards.studio.application.window
    window.setMinimumHeight(400)
    window.resize(1024, 540)
    dashboards.studio.wait(lambda: not strip.isVisible())
    window.resize(1024, 700)
    dashboards.studio.wait(strip.isVisible)


def test_star_of_a_favourite_card_removes_it_and_undo_brings_it_back(dashboards: DashboardsDriver) -> None:
    strip = make_favourites(dashboards, "Shop review")
    click_at(dashboards, strip.cards, strip.cards.mark_box(0).center())
    dashboards.studio.wait(lambda: not strip.isVisible())
    assert dashboards.place.page is None  # the click opened nothing
    dashboards.click("toast_undo")
    dashboards.studio.wait(strip.isVisible)


def test_enter_opens_a_favourite_and_m_moves_it(dashboards: DashboardsDriver) -> None:
    make_folder(dashboards, "Lab")
    strip = make_favourites(dashboards, "Orders wall", "Shop review")
    strip.cards.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(strip.cards, Key.Key_Right)
    dashboards.qtbot.keyClick(strip.cards, Key.Key_M)
    dashboards.qtbot.keyClick(dashboards.find("move_to_folder_select"), Key.Key_Down)
    dashboards.click("move_to_folder_accept")
    dashboards.studio.wait(lambda: dashboards.cards()["Shop review"].folder == "Lab")
    dashboards.studio.wait(lambda: strip.model.rows[-1].folder == "Lab")
    assert "Lab · not opened yet" in {one.text for one in painted_texts(strip.cards.viewport())}
    strip.cards.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(strip.cards, Key.Key_Return)
    assert dashboards.front_page().editor.document.title == "Shop review"


def test_favourites_that_have_no_room_are_one_click_away(dashboards: DashboardsDriver) -> None:
    strip = make_favourites(dashboards, "Shop review", "Orders wall", "My shops")
    shown = [not strip.cards.isRowHidden(row) for row in range(3)]
    assert shown == [True, True, True]
    strip.setFixedWidth(500)  # as in a narrow window
    dashboards.studio.wait(lambda: [not strip.cards.isRowHidden(row) for row in range(3)] == [True, True, False])
    dashboards.click("library_favourites_all")
    dashboards.studio.wait(lambda: dashboards.place.library.pane.current() == "favourites")


def test_grid_is_remembered(dashboards: DashboardsDriver, open_studio: Callable[..., "Studio"]) -> None:
    show_grid(dashboards)
    assert not dashboards.table.view.isVisible()
    home = dashboards.studio.home
    assert settings.load(home).dashboards_layout == "grid"
    dashboards.studio.close()
    again = DashboardsDriver(open_studio())
    again.studio.wait(lambda: cards_of(again).isVisible())
    again.click("segment_list")
    assert again.table.view.isVisible()
    assert settings.load(home).dashboards_layout == "list"


def test_grid_by_keys_ticks_opens_and_keeps_what_is_current(dashboards: DashboardsDriver) -> None:
    dashboards.table.make_current(dashboards.cards()["Orders wall"].id)
    view = show_grid(dashboards)
    assert view.currentIndex().row() == row_named(view, "Orders wall")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(view, Key.Key_Space)
    assert [card.name for card in dashboards.table.selected()] == ["Orders wall"]
    bar = dashboards.find("bulk_bar")
    box = view.card_box(0)
    dashboards.qtbot.keyClick(view, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(dashboards.table.selected()) == 3
    assert view.card_box(0) == box  # nothing moves
    dashboards.qtbot.keyClick(view, Key.Key_Escape)
    assert not bar.isVisible()
    dashboards.qtbot.keyClick(view, Key.Key_Home)
    dashboards.qtbot.keyClick(view, Key.Key_Right)
    first, second = (dashboards.model.rows[k].name for k in (0, 1))
    assert view.currentIndex().row() == 1, (first, second)
    dashboards.qtbot.keyClick(view, Key.Key_Return)
    assert dashboards.front_page().editor.document.title == second


def test_grid_is_sorted_by_its_menu(dashboards: DashboardsDriver) -> None:
    show_grid(dashboards)
    dashboards.click("cards_sort")
    dashboards.click("sort_name")
    dashboards.studio.wait(lambda: dashboards.find("cards_sort").accessibleName() == "Sort: Name")
    dashboards.click("cards_sort")
    dashboards.click("sort_name")  # once more: in the other order
    names = sorted(dashboards.cards(), reverse=True)
    dashboards.studio.wait(lambda: [card.name for card in dashboards.model.rows] == names)


def test_card_by_mouse_ticks_and_opens_its_menu(dashboards: DashboardsDriver) -> None:
    view = show_grid(dashboards)
    row = row_named(view, "Shop review")
    click_at(dashboards, view, view.tick_box(row).center())
    assert [card.name for card in dashboards.table.selected()] == ["Shop review"]
    click_at(dashboards, view, view.tick_box(row).center())
    assert not dashboards.table.selected()
    click_at(dashboards, view, view.menu_box(row).center())
    menu = dashboards.find("dashboard_menu")
    dashboards.qtbot.keyClick(menu, Key.Key_Escape)
    click_at(dashboards, view, view.card_box(row).center())
    dashboards.qtbot.mouseDClick(view.viewport(), LEFT, pos=view.card_box(row).center())
    assert dashboards.front_page().editor.document.title == "Shop review"


def test_card_dragged_onto_a_folder_moves_there(dashboards: DashboardsDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, view = make_folder(dashboards, "Lab"), show_grid(dashboards)
    dashboards.studio.wait(lambda: not dashboards.model.loading)
    for name in ("Shop review", "Orders wall"):
        click_at(dashboards, view, view.tick_box(row_named(view, name)).center())
    assert drag_card_to(dashboards, view, row_named(view, "Shop review"), lab, monkeypatch) == [True]
    dashboards.studio.wait(lambda: {card.folder for card in dashboards.cards().values()} == {"Lab", None})
    assert dashboards.cards()["Orders wall"].folder == "Lab"
    dashboards.find("toast_undo")
    dashboards.qtbot.keyClick(view, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dashboards.studio.wait(lambda: {card.folder for card in dashboards.cards().values()} == {None})


def test_favourite_dragged_onto_a_folder_moves_there(
    dashboards: DashboardsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, strip = make_folder(dashboards, "Lab"), make_favourites(dashboards, "Shop review")
    dashboards.studio.wait(lambda: not strip.model.loading)
    assert drag_card_to(dashboards, strip.cards, 0, lab, monkeypatch) == [True]
    dashboards.studio.wait(lambda: dashboards.cards()["Shop review"].folder == "Lab")


def test_a_row_keeps_the_keys_and_no_other_is_told_when_the_list_is_read_again(
    dashboards: DashboardsDriver, announcements: list[str]
) -> None:
    view = dashboards.table.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(view, Key.Key_End)
    names = [card.name for card in view.paged.rows]
    current = view.currentIndex().row()
    assert current > 0
    announcements.clear()
    dashboards.qtbot.keyClick(view, Key.Key_F)
    dashboards.studio.wait(lambda: strip_of(dashboards).isVisible())
    dashboards.studio.wait(lambda: view.currentIndex().isValid())
    assert view.currentIndex().row() == current
    assert not any(one.startswith(names[0]) for one in announcements), announcements


def test_card_has_the_numbers_that_its_dashboard_showed_last(dashboards: DashboardsDriver) -> None:
    studio = dashboards.studio
    key = dashboards.cards()["Shop review"].id
    store = ShownDataStore.of(studio.context)
    dashboards.open("Shop review")
    studio.wait(lambda: bool(store.page(key)))
    numbers = {one.text for one in store.page(key).values() if one.text}
    assert len(numbers) > 1
    assert [one for one in store.page(key).values() if len(one.series) == 1 and len(one.series[0]) > 2], "its charts"
    dashboards.place.tabs.setCurrentIndex(0)
    view = show_grid(dashboards)
    studio.wait(lambda: numbers <= {one.text for one in painted_texts(view.viewport())})
    ShownDataStore.of(studio.context).remember(key, {})
    assert not numbers & {one.text for one in painted_texts(view.viewport())}


def test_card_shows_data_before_anybody_opened_its_dashboard_and_in_its_colours(dashboards: DashboardsDriver) -> None:
    studio, key = dashboards.studio, dashboards.cards()["Orders wall"].id
    store = ShownDataStore.of(studio.context)
    studio.wait(lambda: store.knows(key))
    unopened = store.page(key)
    assert len({one.text for one in unopened.values() if one.text}) > 1
    store.remember(key, {})
    dashboards.open("Orders wall")
    studio.wait(lambda: bool(store.page(key)))
    editor, runner = dashboards.place.page.editor, dashboards.place.page.query_runner
    (pie,) = (one for one in editor.widgets() if one.kind is not None and one.kind.type == "pie_chart")
    result = runner.result(pie.id)
    assert result is not None
    assert result.table is not None
    drawn = pies.Pie(QRectF(0, 0, 300, 300), result.table, result.colours)
    for shown in (unopened[pie.id], store.page(key)[pie.id]):
        of_thumbnail = [theme().chart(shown.colour(place)) for place in range(len(drawn.slices))]
        assert of_thumbnail == [drawn.colour(place) for place in range(len(drawn.slices))]
    assert unopened == store.page(key), "the same as once it is open"


def test_pages_that_nobody_opened_are_read_only_while_the_list_is_shown(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their queries would take their turn before those of the page that was opened."""
    monkeypatch.setattr(unopened_pages, "SETTLE_MS", 10 * 60_000)
    dashboards = DashboardsDriver(studio)
    unopened = dashboards.place.library.findChild(UnopenedPages)
    assert unopened is not None
    studio.wait(lambda: bool(unopened.reading))
    dashboards.open("Shop review")
    assert not unopened.reading
    store, keys = ShownDataStore.of(studio.context), [card.id for card in dashboards.cards().values()]
    monkeypatch.setattr(unopened_pages, "SETTLE_MS", 100)
    dashboards.click("tab_studio_dashboards")
    studio.wait(lambda: all(store.knows(key) for key in keys))


def test_tab_of_the_dashboards_leads_to_the_list_when_a_dashboard_is_in_front(dashboards: DashboardsDriver) -> None:
    dashboards.open("Shop review")
    dashboards.click("tab_studio_explore")
    dashboards.studio.wait(lambda: not dashboards.place.isVisible())
    dashboards.click("tab_studio_dashboards")
    assert dashboards.place.page is not None, "from elsewhere, it leads to where one was"
    dashboards.click("tab_studio_dashboards")
    assert dashboards.place.page is None
    assert dashboards.table.isVisible()


def test_numbers_that_change_often_are_written_now_and_then_and_those_to_be_forgotten_at_once(
    dashboards: DashboardsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[dict[str, PageData]] = []
    monkeypatch.setattr(thumbnail_data, "save", lambda *_all: written.append(dict(_all[-1])))
    store, one, two = ShownDataStore.of(dashboards.studio.context), {"w": ShownData("1")}, {"w": ShownData("2")}
    (pause,) = store.findChildren(QTimer)
    store.remember("d", one)
    dashboards.studio.wait(lambda: written == [{"d": one}])
    store.remember("d", two)
    assert pause.isActive()
    pause.timeout.emit()
    dashboards.studio.wait(lambda: written[1:] == [{"d": two}])
    store.remember("d", {})
    dashboards.studio.wait(lambda: written[2:] == [{"d": {}}])


def test_one_card_has_a_ring_wherever_the_focus_was(dashboards: DashboardsDriver) -> None:
    strip = make_favourites(dashboards, "Shop review", "Orders wall")
    rings = {theme().color("accent").rgb(), theme().color("focus").rgb()}

    def ringed(cards: PagedCards) -> bool:
        image = cards.viewport().grab().toImage()
        return any(image.pixel(x, cards.card_box(0).center().y()) in rings for x in range(image.width()))

    view = strip.cards
    for _layout in ("list", "grid"):
        view.setFocus(Qt.FocusReason.TabFocusReason)
        dashboards.qtbot.keyClick(view, Key.Key_Right)
        assert ringed(view)
        dashboards.find("library_search").setFocus()
        assert not ringed(view)
        view = show_grid(dashboards)


@pytest.mark.parametrize(
    "kind", ["metric_card", "gauge", "line_chart", "bar_chart", "pie_chart", "heatmap", "histogram"]
)
def test_thumbnail_of_a_widget_that_nobody_saw_has_no_colour_of_a_chart(light: object, kind: str) -> None:
    picture = QImage(112, 72, QImage.Format.Format_RGB32)
    unseen = Thumbnail(2, (ThumbnailWidget("w", kind, Cell(0, 0, 2, 12)),))
    with QPainter(picture) as painter:
        paint_thumbnail(painter, QRectF(0, 0, 112, 72), unseen, {})
    colours = {QColor(picture.pixel(x, y)).getHsvF() for x in range(4, 108) for y in range(4, 68)}
    assert len(colours) > 1, "an icon says what it is"
    assert all(saturation < 0.35 for _hue, saturation, _value, _alpha in colours), "nothing that may be taken for data"


def test_dashboards_opened_last_are_above_the_list_and_open_again(dashboards: DashboardsDriver) -> None:
    recent = dashboards.place.library.recent
    assert not recent.isVisible()
    dashboards.studio.application.window.resize(1440, 900)
    dashboards.open("Orders wall")
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.open("Shop review")
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.studio.wait(lambda: [one.card.name for one in recent.entries] == ["Shop review", "Orders wall"])
    assert recent.isVisible()
    dashboards.click("library_recent_1")
    assert dashboards.front_page().name == "Orders wall"


def test_recent_dashboards_without_room_are_one_click_away(dashboards: DashboardsDriver) -> None:
    recent = dashboards.place.library.recent
    for name in ("Orders wall", "Shop review", "My shops"):
        dashboards.open(name)
        dashboards.place.tabs.setCurrentIndex(0)
    window = dashboards.studio.application.window
    window.resize(1440, 900)
    dashboards.studio.wait(lambda: len([one for one in recent.entries if one.isVisible()]) == 3)
    assert not recent.findChild(QWidget, "library_recent_all").isVisible(), "all of them are in the row"
    recent.setFixedWidth(420)
    dashboards.studio.wait(lambda: len([one for one in recent.entries if one.isVisible()]) == 2)
    dashboards.click("library_recent_all")
    dashboards.studio.wait(lambda: not recent.isVisible())
    assert dashboards.place.library.pane.current() == "recent"


def test_favourite_that_is_removed_by_key_leaves_the_focus_on_the_card_in_its_place(
    dashboards: DashboardsDriver, announcements: list[str]
) -> None:
    first, second, *_rest = sorted(dashboards.cards())
    strip = make_favourites(dashboards, first, second)
    strip.cards.setFocus(Qt.FocusReason.TabFocusReason)
    strip.cards.setCurrentIndex(strip.model.index(0, 0))
    announcements.clear()
    dashboards.qtbot.keyClick(strip.cards, Qt.Key.Key_F)
    dashboards.studio.wait(lambda: [card.name for card in strip.model.rows] == [second])
    assert strip.cards.hasFocus()
    assert strip.cards.currentIndex().row() == 0
    dashboards.studio.wait(lambda: any("Removed" in one for one in announcements))
    assert "Saved" not in announcements, "that it was stored is no news of its own"
