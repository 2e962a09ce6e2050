"""Values read under the pointer, and the menu button of a tile."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QMenu

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.pies import Pie
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.studio.tiles.tables.table_painting import TableLayout
from benchboard.ui.theme import theme
from benchboard.ui.widgets.value_tip import value_tip

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
LONG = "A title that is a good deal longer than the header of any tile so narrow, and says it to the end"
SERIES = (
    "SELECT created_dt::date AS day, count(*) AS orders, sum(order_total) AS revenue FROM orders GROUP BY 1 ORDER BY 1"
)
QUARTERS = " UNION ALL ".join(
    f"SELECT '{name}' AS quarter, {a} AS paid, {b} AS late"
    for name, a, b in (("Q1", 10, 4), ("Q2", 20, 9), ("Q3", 5, 0))
)
LONG_NAMES = (
    "SELECT 'The first of the very long names' AS name, 10 AS n UNION ALL SELECT 'Second of the very long names', 20"
    " UNION ALL SELECT 'The third of these very long names', 5"
)
MANY_LONG_NAMES = " UNION ALL ".join(
    f"SELECT 'Number {at} of the very long names, which has no room below' AS name, {at} AS n" for at in range(1, 13)
)


def _item(item_id: str, kind: str, x: int, y: int, w: int = 4, h: int = 5, **fields: Any) -> dict[str, Any]:
    return {"id": item_id, "type": kind, "title": item_id, "position": {"x": x, "y": y, "w": w, "h": h}, **fields}


ITEMS = [
    _item("line", "line_chart", 0, 0, query=SERIES.replace("count(*)", "20 * count(*)"), config={"unit": "€"}),
    _item("area", "area_chart", 4, 0, query=SERIES),
    _item("bar", "bar_chart", 8, 0, query="SELECT status, count(*) AS n FROM orders GROUP BY 1 ORDER BY 2 DESC"),
    _item("pie", "pie_chart", 0, 5, query="SELECT status, count(*) AS n FROM orders GROUP BY 1 ORDER BY 2 DESC"),
    _item("table", "table", 4, 5, query="SELECT id, shop_id || ' of <b>a</b> very long name' AS shop FROM orders"),
    _item("card", "metric_card", 8, 5, 2, 2, title=LONG, query="SELECT 123456789012.345 AS n", config={"unit": "km/h"}),
    _item("wrong", "metric_card", 10, 5, 2, 2, query="SELECT * FROM nothing_there"),
]


@pytest.fixture
def read(studio: "Studio") -> Iterator["Studio"]:
    studio.page.editor.load(parse_document(ITEMS))
    studio.wait(lambda: "line" in studio.canvas.tiles and not studio.page.query_runner.busy)
    studio.canvas.pixmaps.update_visible()
    yield studio
    value_tip(studio.canvas).hide()


def _tile(studio: "Studio", item_id: str) -> Tile:
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    return tile


def _load(studio: "Studio", item: dict[str, Any]) -> None:
    """Show this item alone, with its data."""
    studio.page.editor.load(parse_document([item]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result(item["id"])) is not None and found.table is not None)
    studio.canvas.pixmaps.update_visible()


def _hover(studio: "Studio", item_id: str, where: QPointF | None = None) -> str:
    tile = _tile(studio, item_id)
    spot = where or QPointF(tile.rect.width() / 2, tile.rect.height() / 2)
    at = studio.canvas.mapFromScene(tile.pos() + spot)
    for step in (QPoint(1, 0), QPoint(0, 0)):  # a mouse that is there already does not move
        studio.qtbot.mouseMove(studio.viewport, at + step)
    return tile.toolTip()


def _values(tip: str) -> dict[str, str]:
    """The values in the column at the right of a tooltip, by their names."""
    cells = [
        re.sub("<[^>]*>", "", cell).removeprefix("■ ") for cell in re.findall("<td(?: align[^>]*)?>(.*?)</td>", tip)
    ]
    return dict(zip(cells[::2], cells[1::2], strict=True))


@pytest.mark.parametrize("item_id", ["line", "area"])
def test_hover_over_chart_shows_nearest_point(read: "Studio", item_id: str) -> None:
    tip = _hover(read, item_id)
    table = _tile(read, item_id).result.table  # type: ignore[union-attr]
    assert table is not None
    days = {f">{row[0].day} " + row[0].strftime("%b %Y<"): row for row in table.rows}  # type: ignore[union-attr]
    day = next(day for day in days if day in tip)
    values = _values(tip)
    assert values["Orders"].removeprefix("€\N{NO-BREAK SPACE}") == str(days[day][1])
    assert set(values) == {"Orders", "Revenue"}
    assert theme().color("text.muted").name() in tip[: tip.index(day)], "the day"
    assert tip.count("<b>") == 2, "the name and the value of the nearest series"
    box = value_tip(read.canvas)
    assert box.isVisible()
    assert box.text() == tip
    assert box.window().rect().contains(box.frame().translated(box.pos()))
    assert ("€" in tip) == (item_id == "line")
    first = _hover(read, item_id, QPointF(body_of(_tile(read, item_id).rect.size()).left() + 40, 80))
    assert first != tip


def test_hover_over_bar_shows_full_name(read: "Studio") -> None:
    table = _tile(read, "bar").result.table  # type: ignore[union-attr]
    assert table is not None
    name, count = table.rows[0]
    body = body_of(_tile(read, "bar").rect.size())
    tip = _hover(read, "bar", QPointF(body.left() + 50, body.top() + 10))
    assert str(name).capitalize() in tip
    assert _values(tip) == {"N": str(count)}


def test_hover_over_pie_slice_shows_share(read: "Studio") -> None:
    tile = _tile(read, "pie")
    assert tile.result is not None
    assert tile.result.table is not None
    pie = Pie(body_of(tile.rect.size()), tile.result.table)
    tip = _hover(read, "pie", pie.lines[0].center())
    assert pie.slices[0].name in tip
    assert f"{pie.share(pie.slices[0]):.1f} %" in tip


def test_hover_over_elided_cell_shows_full_text_without_markup(read: "Studio") -> None:
    tile = _tile(read, "table")
    assert tile.result is not None
    assert tile.result.table is not None
    face = TableLayout(body_of(tile.rect.size()), tile.result.table)
    cut = face.lines[1][1]
    assert cut.shown.endswith("…")
    tip = _hover(read, "table", cut.box.center())
    assert "of &lt;b&gt;a&lt;/b&gt; very long name" in tip
    assert _hover(read, "table", face.lines[1][0].box.center()) == ""


def test_hover_over_number_and_title_shows_full_text(read: "Studio") -> None:
    assert "123\u202f456\u202f789\u202f012.345 km/h" in _hover(read, "card", QPointF(30, 50))
    assert LONG in _hover(read, "card", QPointF(60, 16))
    assert "nothing_there" in _hover(read, "wrong", QPointF(30, 50))


def test_hover_repaints_little_of_the_page(read: "Studio") -> None:
    class Watch(QObject):
        painted = 0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                self.painted += sum(one.width() * one.height() for one in event.region())
            return False

    _hover(read, "line")
    read.qtbot.wait(1)
    watch = Watch()
    read.viewport.installEventFilter(watch)
    whole, moves = read.viewport.width() * read.viewport.height(), range(60, 260, 4)
    for x in moves:
        _hover(read, "line", QPointF(x, 90))
        read.qtbot.wait(0)
    box = value_tip(read.canvas)
    most = len(moves) * (whole / 200 + 2 * box.width() * box.height())
    assert 0 < watch.painted < most, (
        "of a line chart, the crosshair and the box beside the pointer, where it was and is"
    )
    sign, corner = read.canvas.hover.crosshair, read.canvas.mapFromScene(_tile(read, "line").pos())
    along = sign.line.x1() - corner.x()
    _hover(read, "line", QPointF(along, 60))

    def settled() -> bool:  # where another line is nearest here, the box at its new place was painted, maybe in parts
        watch.painted = 0
        read.qtbot.wait(5)
        return watch.painted == 0

    read.qtbot.waitUntil(settled)
    box = value_tip(read.canvas)
    shown, painted = (box.text(), box.geometry()), list[int]()
    for y in range(60, 120, 4):
        watch.painted = 0
        _hover(read, "line", QPointF(along, y))
        read.qtbot.wait(0)
        if (box.text(), box.geometry()) == shown:  # which of the lines is nearest, and where, depends on the day
            painted.append(watch.painted)
        shown = box.text(), box.geometry()
    still = len(painted) > 5  # else the box went along with the pointer, or from line to line
    assert not still or painted.count(0) > len(painted) / 2, (
        "what stays as it is isn't painted again; a slow machine may be late"
    )
    watch.painted = 0
    for item_id in ("area", "bar", "pie"):
        _hover(read, item_id)
        read.qtbot.wait(1)
    assert watch.painted < whole / 3, "the boxes, where they were and are"


def test_hover_over_line_chart_shows_crosshair_at_its_points(read: "Studio") -> None:
    tile, sign = _tile(read, "line"), read.canvas.hover.crosshair
    assert tile.result is not None
    table = tile.result.table
    assert table is not None
    body, series = body_of(tile.rect.size()), charts.series_of(table, "€")
    plot = charts.plot_of(body, series, "line_chart")
    _hover(read, "line", plot.box.center())
    assert sign.isVisible()
    x = sign.line.x1() - read.canvas.mapFromScene(tile.pos()).x()
    assert abs(x - plot.box.center().x()) <= plot.box.width() / len(table.rows) / 2 + 1
    assert [colour for _at, colour in sign.points] == [one.colour for one in series]
    assert sign.line.dy() == pytest.approx(plot.box.height(), abs=2)
    assert all(sign.line.y1() - 1 <= at.y() <= sign.line.y2() + 1 for at, _colour in sign.points)
    _hover(read, "card")
    assert not sign.isVisible()
    _hover(read, "area")
    assert sign.isVisible()
    read.page.query_runner.refresh()
    read.wait(lambda: not sign.isVisible())
    _hover(read, "line", QPointF(60, 10))
    assert not sign.isVisible(), "its header"


def test_hover_over_bars_outlines_those_under_the_pointer(read: "Studio") -> None:
    _load(read, _item("bars", "bar_chart", 0, 0, 12, 6, query=QUARTERS))
    tile, sign = _tile(read, "bars"), read.canvas.hover.crosshair
    table = tile.result.table  # type: ignore[union-attr]
    assert table is not None
    series = charts.series_of(table, "")
    plot = charts.plot_of(body_of(tile.rect.size()), series, "bar_chart")
    drawn = [bar.box for bar in bars.upright_bars(plot, series, x_axis.bar_axis(table)) if bar.row == 1]
    assert "Q2" in _hover(read, "bars", QPointF(plot.box.left() + plot.box.width() * 1.5 / 3, plot.box.center().y()))
    corner = QPointF(read.canvas.mapFromScene(tile.pos()))
    assert [QRectF(box).translated(-corner).adjusted(1, 1, -1, -1) for box in sign.bars] == [
        QRectF(box.toAlignedRect()) for box in drawn if box.height()
    ]
    assert sign.line.y2() <= min(box.top() for box in sign.bars) + 1, "the line ends above the bars"
    assert sign.isVisible()


def test_hover_over_lying_bars_outlines_the_one_of_that_row(read: "Studio") -> None:
    _load(read, _item("lying", "bar_chart", 0, 0, 4, 6, query=LONG_NAMES))
    tip = _hover(read, "lying")
    sign, box = read.canvas.hover.crosshair, read.box("lying")
    assert _values(tip) == {"N": "20"}
    assert sign.line.isNull()
    assert [box.contains(one) for one in sign.bars] == [True]
    assert sign.bars[0].width() > sign.bars[0].height()


@pytest.fixture
def tips(read: "Studio") -> Callable[[str, Qt.Key], str]:
    """Presses a key in an enlarged widget, and returns what is read then."""

    def press(item_id: str, key: Qt.Key) -> str:
        if read.page.enlarged.view is None or read.page.enlarged.view.item_id != item_id:
            read.page.enlarged.show(item_id)
        view = read.page.enlarged.view
        assert view is not None
        face = view.content.content
        assert isinstance(face, EnlargedDrawing)
        read.wait(face.hasFocus)
        read.qtbot.keyClick(face, key)
        return face.toolTip()

    return press


@pytest.mark.parametrize("item_id", ["line", "bar"])
def test_arrow_keys_in_enlarged_chart_walk_over_its_values(
    read: "Studio", tips: Callable[[str, Qt.Key], str], item_id: str
) -> None:
    first = tips(item_id, Qt.Key.Key_Right)
    view = read.page.enlarged.view
    assert view is not None
    face = view.content.content
    assert isinstance(face, EnlargedDrawing)
    assert face.crosshair.isVisible()
    second = tips(item_id, Qt.Key.Key_Right)
    assert _values(first)
    assert second not in ("", first)
    assert tips(item_id, Qt.Key.Key_Left) == first
    assert tips(item_id, Qt.Key.Key_Left) == first, "the first one is the end"
    last = tips(item_id, Qt.Key.Key_End)
    assert last not in (first, second)
    assert tips(item_id, Qt.Key.Key_Right) == last
    assert tips(item_id, Qt.Key.Key_Home) == first
    face.resize(face.width() - 40, face.height())
    assert not face.crosshair.isVisible(), "its values are elsewhere now"
    assert not value_tip(face).isVisible()
    read.qtbot.keyClick(face, Qt.Key.Key_Escape)
    read.wait(lambda: read.page.enlarged.view is None)


def test_arrow_keys_across_an_enlarged_chart_choose_the_series(
    read: "Studio", tips: Callable[[str, Qt.Key], str]
) -> None:
    top = tips("line", Qt.Key.Key_Right)
    below = tips("line", Qt.Key.Key_Down)
    assert top.replace("<b>", "").replace("</b>", "") == below.replace("<b>", "").replace("</b>", "")
    assert "<b>Revenue" in top
    assert "<b>Orders" in below
    assert tips("line", Qt.Key.Key_Up) == top


def test_arrow_keys_across_a_chart_announce_the_chosen_series_first(read: "Studio", announcements: list[str]) -> None:
    """The series differed by what is bold in the tooltip alone."""
    read.page.editor.select(["line"])
    read.canvas.setFocus()
    announcements.clear()
    read.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    read.key(Qt.Key.Key_Down)
    assert [one.split(":")[0] for one in announcements] == ["Revenue", "Orders"]
    assert announcements[0].split(", ")[1] == announcements[1].split(", ")[1], "the day"


def test_arrow_keys_in_enlarged_lying_bars_walk_downwards(read: "Studio", tips: Callable[[str, Qt.Key], str]) -> None:
    _load(read, _item("lying", "bar_chart", 0, 0, 4, 6, query=MANY_LONG_NAMES))
    assert _values(tips("lying", Qt.Key.Key_Down)) == {"N": "1"}
    assert _values(tips("lying", Qt.Key.Key_Down)) == {"N": "2"}
    assert _values(tips("lying", Qt.Key.Key_Right)) == {"N": "2"}, "one series: there is nothing across"
    assert _values(tips("lying", Qt.Key.Key_Up)) == {"N": "1"}


def test_menu_button_is_on_tile_under_pointer(read: "Studio") -> None:
    sign = read.canvas.hover.menu_button
    read.canvas.setFocus()
    assert not sign.isVisible()
    _hover(read, "pie")
    assert sign.isVisible()
    assert read.box("pie").contains(sign.geometry())
    read.qtbot.mouseClick(sign, LEFT)
    (shown,) = [one for one in read.application.window.findChildren(QMenu, "studio_menu") if one.isVisible()]
    assert "command_enlarge" in {action.objectName() for action in shown.actions()}
    assert read.page.editor.selection == ("pie",)
    shown.close()


def test_menu_button_with_page_focused_is_on_selected_tile(read: "Studio") -> None:
    sign = read.canvas.hover.menu_button
    read.canvas.setFocus()
    read.page.editor.select(["bar"])
    assert sign.isVisible()
    assert read.box("bar").contains(sign.geometry())
    read.page.editor.select(["wrong"])
    read.key(Qt.Key.Key_Down)
    assert read.box("wrong").contains(sign.geometry()), "it went along"
    read.page.editor.select(["bar", "pie"])
    assert not sign.isVisible()


def test_hover_while_presenting_shows_values_without_menu_button(read: "Studio") -> None:
    read.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    read.wait(lambda: read.canvas.width() == read.application.window.width())
    assert "Orders" in _values(_hover(read, "line"))
    assert not read.canvas.hover.menu_button.isVisible()


def test_hover_over_enlarged_widget_shows_values(read: "Studio") -> None:
    read.page.enlarged.show("bar")
    view = read.page.enlarged.view
    assert view is not None
    face = view.content.content
    assert isinstance(face, EnlargedDrawing)
    read.qtbot.mouseMove(face, QPoint(face.width() // 2, face.height() // 2))
    assert "N" in _values(face.toolTip())
    assert len(face.crosshair.bars) == 1
    read.page.enlarged.show("area")
    view = read.page.enlarged.view
    assert view is not None
    assert isinstance(view.content.content, EnlargedDrawing)
    face = view.content.content
    for step in (1, 0):  # a mouse that is there already does not move
        read.qtbot.mouseMove(face, QPoint(face.width() // 2 + step, face.height() // 2))
    assert face.crosshair.isVisible()
    assert len(face.crosshair.points) == 2
