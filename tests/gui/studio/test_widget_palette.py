"""The widget palette: previews of each kind, search results, and skeletons of charts."""

from typing import TYPE_CHECKING, Literal

import pytest
from dashboards_driver import DashboardsDriver
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from benchboard.dashboards.document.widget_kinds import KINDS, WidgetKind, new_item, widget_of
from benchboard.ui.studio.panes import sample_data
from benchboard.ui.studio.panes.widget_palette import WidgetPalette
from benchboard.ui.studio.panes.widget_preview import WidgetPreview
from benchboard.ui.studio.tiles.renderers import paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Theme, theme
from benchboard.ui.widgets.tab_order import tab_stops

if TYPE_CHECKING:
    from conftest import Studio


def _colours(picture: QImage) -> set[str]:
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_palette_preview_of_every_kind_shows_sample_data(light: Theme, kind: WidgetKind) -> None:
    page = sample_data.sample_page(kind)
    for name in page.shown:
        item = page.item(name)
        if not item.panes and item.type != "text":
            answer = sample_data.sample_answer(page, name)
            assert answer is not None
            assert not answer.is_pending
            assert "answers no" not in summary(widget_of(item), answer)
    window = QWidget()
    preview = WidgetPreview(window)
    preview.show_at(window, kind)
    assert preview.shown is not None
    (small,) = (label.pixmap().toImage() for label in preview.shown.findChildren(QLabel) if label.pixmap())
    assert small.width() <= 264
    assert small.height() <= 190
    assert len(_colours(small)) > 20


def test_palette_preview_appears_once_the_mouse_moves_over_it_and_disappears(studio: "Studio") -> None:
    palette = studio.page.palette_pane
    kind = studio.find("palette_line_chart")
    studio.qtbot.mouseMove(studio.viewport, QPoint(300, 300))  # wherever an earlier test left it
    studio.qtbot.mouseMove(kind, kind.rect().center())
    assert not palette.card.is_pending, "the palette may have opened under the pointer"
    studio.qtbot.mouseMove(kind, kind.rect().center() + QPoint(1, 0))
    studio.wait(lambda: palette.card.shown is not None)
    card = palette.card.shown
    assert card is not None
    assert (
        "The first column is the x-axis. Each other numeric column, or each value of a text column, is a series."
        in {text.text() for text in card.findChildren(QLabel)}
    )
    left = kind.mapTo(kind.window(), QPoint(kind.width(), 0)).x()
    assert card.geometry().adjusted(24, 0, 0, 0).left() > left
    studio.qtbot.mouseMove(studio.viewport, QPoint(300, 300))
    studio.wait(lambda: palette.card.shown is None)


def test_palette_preview_with_keyboard_focus_closes_on_escape(studio: "Studio") -> None:
    palette = studio.page.palette_pane
    palette.search.setFocus()
    studio.qtbot.keyClick(palette.search, Qt.Key.Key_Tab)
    kind = studio.application.window.focusWidget()
    assert kind in palette.kinds
    assert palette.card.shown is not None
    studio.key(Qt.Key.Key_Escape)
    assert palette.card.shown is None
    assert studio.application.window.focusWidget() is kind


@pytest.mark.parametrize("height", [1300, 600])
def test_palette_tiles_end_where_the_search_field_does(studio: "Studio", height: int) -> None:
    palette = studio.page.palette_pane
    studio.application.window.resize(1440, height)
    (area,) = palette.findChildren(QScrollArea)
    studio.wait(lambda: bool(area.verticalScrollBar().maximum()) == (height == 600))
    tiles = [kind for kind in palette.kinds if kind.x() > 20]

    def end(widget: QWidget) -> int:
        return widget.mapTo(palette, widget.rect().topRight()).x()

    studio.wait(lambda: {end(tile) for tile in tiles} == {end(palette.search)})


def test_palette_search_results_stand_without_gaps(studio: "Studio") -> None:
    palette = studio.page.palette_pane
    first = studio.find("palette_line_chart").pos()
    studio.qtbot.keyClicks(palette.search, "area")
    studio.wait(lambda: [one.kind.type for one in palette.kinds if one.isVisible()] == ["area_chart"])
    area = studio.find("palette_area_chart")
    studio.wait(lambda: area.pos() == first)
    palette.search.clear()
    studio.wait(lambda: studio.find("palette_line_chart").pos() == first and area.pos().x() > first.x())


def test_palette_search_tells_how_many_were_found(studio: "Studio", announcements: list[str]) -> None:
    studio.qtbot.keyClicks(studio.page.palette_pane.search, "area")
    studio.wait(lambda: "1 result" in announcements)


def test_palette_for_a_role_without_data_offers_text_and_images_alone(studio: "Studio") -> None:
    palette = WidgetPalette(studio.page.canvas, "No data for you.", studio.page)
    enabled = [one.kind.type for one in palette.kinds if one.isEnabled()]
    assert enabled == ["text", "image", "row", "group", "tabs"]
    chart = next(one for one in palette.kinds if one.kind.type == "line_chart")
    assert (chart.toolTip(), chart.accessibleDescription()) == ("No data for you.", "No data for you.")
    added: list[WidgetKind] = []
    palette.add_requested.connect(added.append)
    palette.search.setText("line")
    palette.search.returnPressed.emit()
    assert added == []


@pytest.mark.parametrize("type_name", ["line_chart", "area_chart", "pie_chart"])
def test_skeleton_of_a_chart_has_its_own_shape(light: Theme, type_name: str) -> None:
    def drawn(name: str) -> QImage:
        kind = next(one for one in KINDS if one.type == name)
        picture = QImage(300, 200, QImage.Format.Format_RGB32)
        picture.fill(theme().color("surface"))
        with QPainter(picture) as painter:
            paint_content(painter, QSizeF(300, 200), widget_of(new_item(kind, "w")), QueryResult("q", late=True))
        return picture.copy(0, 40, 300, 160)

    pale = theme().color("grid").name()
    assert pale in _colours(drawn(type_name))
    assert drawn(type_name) != drawn("bar_chart")


def test_palette_without_a_match_says_so_to_a_screen_reader(studio: "Studio", announcements: list[str]) -> None:
    palette = studio.page.palette_pane
    palette.search.setFocus()
    palette.search.setText("no such")
    palette.search.setText("no such widget")
    studio.wait(lambda: bool(announcements))
    assert announcements == ["No widgets match “no such widget”."]


def test_palette_without_a_match_does_not_say_how_to_add_one(studio: "Studio") -> None:
    palette = studio.page.palette_pane
    assert studio.find("palette_hint").isVisible()
    palette.search.setText("no such widget")
    assert not palette.findChild(QLabel, "palette_hint").isVisible()
    palette.search.clear()
    assert studio.find("palette_hint").isVisible()


def test_palette_is_one_stop_whose_kinds_the_arrows_reach_as_they_are_seen(studio: "Studio") -> None:
    palette = studio.page.palette_pane
    palette.search.setFocus()

    def press(key: Qt.Key) -> QWidget:
        focused = studio.application.window.focusWidget()
        assert focused is not None
        studio.qtbot.keyClick(focused, key)
        after = studio.application.window.focusWidget()
        assert after is not None
        return after

    first = press(Qt.Key.Key_Tab)
    assert first is palette.kinds[0]
    assert press(Qt.Key.Key_Right) is palette.kinds[1]
    below = press(Qt.Key.Key_Down)
    assert below.x() == palette.kinds[1].x()
    assert below.mapTo(palette, QPoint()).y() > palette.kinds[1].mapTo(palette, QPoint()).y()
    assert press(Qt.Key.Key_Up) is palette.kinds[1]
    assert press(Qt.Key.Key_End) is palette.kinds[-1]
    assert press(Qt.Key.Key_Home) is palette.kinds[0]
    assert press(Qt.Key.Key_Down) in palette.kinds
    after = press(Qt.Key.Key_Tab)
    assert after not in palette.kinds
    assert len([stop for stop in tab_stops(palette) if stop in palette.kinds]) == 1


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_palette_of_a_dashboard_opened_in_a_shown_window_has_the_ground_of_its_pane(
    dashboards: DashboardsDriver, mode: Literal["light", "dark"], request: pytest.FixtureRequest
) -> None:
    theme().set_appearance(mode)
    request.addfinalizer(lambda: theme().set_appearance("light"))
    palette = dashboards.open("Shop review").palette_pane
    picture, area = palette.grab().toImage(), palette.findChildren(QScrollArea)[0].geometry()
    between = picture.copy(area.adjusted(0, 4, -12, -4))  # without the scroll bar

    pixels = [between.pixelColor(x, y).name() for x in range(between.width()) for y in range(between.height())]

    assert pixels.count(theme().color("surface").name()) > len(pixels) / 2
