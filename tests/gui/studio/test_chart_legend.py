"""The legend of a chart: where it is, and that a click hides a series, a double click isolates it, by keys too."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.legend_menu import undrawn_names
from benchboard.ui.studio.tiles.renderers import body_of, paint_content
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_legend import LegendChoice, LegendTarget, legend_room
from benchboard.ui.theme import Theme, theme
from benchboard.ui.widgets.legend import LegendEntry, paint_legend
from benchboard.ui.widgets.menus import Menu
from support.chart_cases import cases, days, result
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
QUERY = "SELECT created_dt::date AS day, status, count(*) AS n FROM orders GROUP BY 1, 2"
SLICES = "SELECT status, count(*) AS n FROM orders GROUP BY 1"


def _entries(names: Sequence[str]) -> list[LegendEntry]:
    return [LegendEntry(theme().chart(place % 8), name) for place, name in enumerate(names)]


@pytest.mark.parametrize(
    ("size", "count", "side"),
    [
        ((480, 250), 5, "right"),
        ((480, 250), 4, "top"),
        ((479, 250), 5, "top"),
        ((220, 140), 8, "top"),
        ((900, 150), 8, "top"),
        ((220, 80), 8, ""),
        ((900, 420), 0, ""),
    ],
)
def test_legend_is_above_the_plot_or_beside_it_and_never_takes_more_than_a_quarter(
    light: Theme, size: tuple[int, int], count: int, side: str
) -> None:
    body = body_of(QSizeF(*size))
    room = legend_room(body, _entries([f"Series number {place}" for place in range(count)]))
    assert room.side == side
    assert body.contains(room.chart)
    if side:
        assert body.contains(room.box)
        assert not room.box.intersects(room.chart)
        taken = room.box.height() if side == "top" else room.box.width()
        assert taken <= size[side == "top"] / 4
        assert size[1] >= 160 or taken <= 20, "one line in a low tile"


@pytest.mark.parametrize(
    ("names", "width", "shown"),
    [
        (["fulfilled", "paid", "pending", "refunded", "cancelled"], 400, 5),
        (["fulfilled", "paid", "pending", "refunded", "cancelled"], 230, 3),
        (["Harbour Cycles and more", "Birchwood Audio and more", "Lumen"], 300, 3),
        ([f"A rather long name {place}" for place in range(8)], 300, 3),
        (["One name that has no room at all anywhere", "Other"], 120, 1),
    ],
)
def test_names_of_one_line_are_cut_evenly_and_the_others_counted(
    light: Theme, names: list[str], width: int, shown: int
) -> None:
    size = QSize(width, 18)
    texts = painted_texts(size, lambda painter: paint_legend(painter, QRectF(0, 0, width, 18), _entries(names)))
    found = [one.text for one in texts]
    rest = len(names) - shown
    assert found[shown:] == ([f"+{rest}"] if rest else [])
    assert len(set(found)) == len(found), "cut names can still be told apart"
    assert all(one.box.right() <= width for one in texts)
    cut = [one.box.width() for one, name in zip(texts[:shown], names[:shown], strict=True) if one.text != name]
    assert max(cut, default=0) - min(cut, default=0) < 16, "all long names have the same room"


def _texts(config: dict[str, object], title: str, names: Sequence[str], choice: LegendChoice) -> list[str]:
    kind = kind_of("line_chart")
    assert kind is not None
    widget: WidgetContent = widget_of(with_fields(new_item(kind, "w"), title=title, config=config))
    table = result(
        days(date(2026, 5, 1), 30),
        {name: [k % 7 + 40 * at for k in range(30)] for at, name in enumerate(names)},
        "date",
    )
    shown = QueryResult("q", table, legend=choice)
    return [
        one.text
        for one in painted_texts(
            QSize(300, 160), lambda painter: paint_content(painter, QSizeF(300, 160), widget, shown)
        )
    ]


def test_only_series_that_the_title_names_has_no_legend(light: Theme) -> None:
    named = _texts({}, "Orders per day", ["Orders"], LegendChoice())[1:]
    unnamed = _texts({}, "Per day", ["Orders"], LegendChoice())[1:]
    assert not any("Orders" in text for text in named)
    assert any("Orders" in text for text in unnamed)


def test_hidden_series_is_not_drawn_but_named(light: Theme) -> None:
    whole = _texts({}, "Sites", ["A", "B", "C"], LegendChoice())
    hidden = _texts({}, "Sites", ["A", "B", "C"], LegendChoice(frozenset({"C"})))
    assert {"C"} <= {text.partition("  ")[0] for text in hidden}
    assert "100" in whole
    assert "100" not in hidden, "the axis is that of what is drawn"
    everything = _texts({}, "Sites", ["A", "B", "C"], LegendChoice(frozenset("ABC")))
    assert everything == whole, "what an earlier result had hides nothing of this one"


def test_choice_hides_shows_and_isolates() -> None:
    keys = ("a", "b", "c")
    none = LegendChoice()
    assert none.toggled("a", keys).hidden == {"a"}
    assert none.toggled("a", keys).toggled("a", keys) == none
    assert none.toggled("a", keys).toggled("b", keys).toggled("c", keys) == none, "one is always shown"
    assert none.isolated("a", keys).hidden == {"b", "c"}
    assert none.isolated("a", keys).isolated("a", keys) == none
    assert none.isolated("a", keys).isolated("b", keys).hidden == {"a", "c"}


def _item(item_id: str, kind: str, x: int, **fields: Any) -> dict[str, Any]:
    return {"id": item_id, "type": kind, "title": "", "position": {"x": x, "y": 0, "w": 6, "h": 6}, **fields}


def _load(studio: "Studio", item: dict[str, Any]) -> Tile:
    studio.page.editor.load(parse_document([item]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result(item["id"])) is not None and found.table is not None)
    studio.canvas.pixmaps.update_visible()
    tile = studio.canvas.tiles[item["id"]]
    assert isinstance(tile, Tile)
    return tile


def _targets(studio: "Studio", tile: Tile) -> list[LegendTarget]:
    studio.canvas.pixmaps.update_visible()
    return [one for one in tile.links.legend if one.key]


def _at(studio: "Studio", tile: Tile, target: LegendTarget) -> QPoint:
    return studio.canvas.mapFromScene(tile.pos() + target.box.center())


def _hidden(tile: Tile) -> set[str]:
    assert tile.result is not None
    return set(tile.result.legend.hidden)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("kind", "query"),
    [("line_chart", QUERY), ("area_chart", QUERY), ("bar_chart", QUERY), ("pie_chart", SLICES)],
)
def test_click_hides_a_series_and_double_click_shows_it_alone(
    studio: "Studio", kind: str, query: str, read_only: bool
) -> None:
    tile = _load(studio, _item("c", kind, 0, query=query))
    studio.page.editor.read_only = read_only
    document, menus = studio.page.editor.document, []
    studio.canvas.point_requested.connect(lambda *found: menus.append(found))
    names = _targets(studio, tile)
    assert len(names) > 2
    first, second = names[:2]
    studio.qtbot.mouseClick(studio.viewport, LEFT, pos=_at(studio, tile, second))
    assert _hidden(tile) == {second.key}
    assert [one.hidden for one in _targets(studio, tile) if one.key == second.key] == [True]
    again = next(one for one in _targets(studio, tile) if one.key == second.key)
    studio.qtbot.mouseClick(studio.viewport, LEFT, pos=_at(studio, tile, again))
    assert _hidden(tile) == set()

    spot = _at(studio, tile, next(one for one in _targets(studio, tile) if one.key == first.key))
    studio.qtbot.mouseClick(studio.viewport, LEFT, pos=spot)
    studio.qtbot.mouseDClick(studio.viewport, LEFT, pos=spot)
    studio.qtbot.mouseRelease(studio.viewport, LEFT, pos=spot)
    assert _hidden(tile) == {one.key for one in names} - {first.key}
    assert not menus, "a click on a name opens no menu of its value"
    assert studio.page.editor.document == document, "what a reader hides isn't stored"


def _menu() -> Menu:
    (found,) = [
        one
        for one in QApplication.topLevelWidgets()
        if isinstance(one, Menu) and one.objectName() == "legend_menu" and one.isVisible()
    ]
    return found


def test_click_on_the_count_of_series_that_are_not_drawn_lists_them(studio: "Studio") -> None:
    sums = ", ".join(f"sum(order_total) * {k} as n{k}" for k in range(12))
    query = f"select date_trunc('month', created_dt) as month, {sums} from orders group by 1"
    tile = _load(studio, _item("c", "line_chart", 0, query=query))
    assert tile.result is not None
    names = undrawn_names(tile.widget, tile.result)
    assert names
    studio.canvas.pixmaps.update_visible()
    unnamed = [one for one in tile.links.legend if not one.key]
    studio.qtbot.mouseClick(studio.viewport, LEFT, pos=_at(studio, tile, unnamed[-1]))
    listed = _menu().findChild(Menu, "legend_undrawn")
    assert listed is not None
    assert [one.text() for one in listed.actions() if one.text()][:-1] == names
    _menu().close()


def _actions(menu: Menu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_keyboard_hides_isolates_and_shows_all_by_the_menu(studio: "Studio") -> None:
    tile = _load(studio, _item("c", "bar_chart", 0, query=QUERY))
    studio.click("c")
    keys = [one.key for one in _targets(studio, tile)]
    studio.qtbot.keyClick(studio.viewport, Qt.Key.Key_L)
    menu = _menu()
    assert list(_actions(menu))[: len(keys)] == keys
    studio.qtbot.keyClick(menu, Qt.Key.Key_Down)
    studio.qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert len(_hidden(tile)) == 1

    studio.qtbot.keyClick(studio.viewport, Qt.Key.Key_L)
    alone = _menu().findChild(Menu, "legend_alone")
    assert alone is not None
    alone.actions()[0].trigger()
    assert _hidden(tile) == set(keys) - {keys[0]}
    _menu().close()

    studio.qtbot.keyClick(studio.viewport, Qt.Key.Key_L)
    _actions(_menu())["Show all"].trigger()
    assert _hidden(tile) == set()
    _menu().close()


def test_names_without_room_are_reached_by_a_click(studio: "Studio") -> None:
    names = " UNION ALL ".join(f"SELECT 'x' AS x, 'A rather long name {k}' AS s, {k + 1} AS n" for k in range(8))
    item = _item("c", "bar_chart", 0, query=names) | {"position": {"x": 0, "y": 0, "w": 3, "h": 4}}
    tile = _load(studio, item)
    (more,) = [one for one in tile.links.legend if not one.key]
    studio.qtbot.mouseClick(studio.viewport, LEFT, pos=_at(studio, tile, more))
    assert [text for text in _actions(_menu()) if text.startswith("A rather")] == [
        f"A rather long name {k}" for k in range(8)
    ]
    _menu().close()


def test_enlarged_chart_hides_and_isolates_too(light: Theme, qtbot: Any) -> None:
    case = next(one for one in cases() if one.name == "weeks by status, last unfinished")
    kind = kind_of(case.kind)
    assert kind is not None
    window, drawing = QWidget(), EnlargedDrawing()
    qtbot.addWidget(window)
    drawing.setParent(window)
    drawing.resize(800, 400)
    window.resize(800, 400)
    drawing.show_widget(widget_of(new_item(kind, "w")), QueryResult("q", case.table), "read")
    window.show()
    drawing.grab()
    chosen: list[LegendChoice] = []
    drawing.legend_chosen.connect(chosen.append)
    target = drawing.links.legend[1]
    qtbot.mouseClick(drawing, LEFT, pos=target.box.center().toPoint())
    assert chosen[-1].hidden == {target.key}
    drawing.grab()
    spot = next(one for one in drawing.links.legend if one.key == target.key).box.center().toPoint()
    qtbot.mouseClick(drawing, LEFT, pos=spot)
    drawing.grab()
    spot = next(one for one in drawing.links.legend if one.key == target.key).box.center().toPoint()
    qtbot.mouseClick(drawing, LEFT, pos=spot)
    qtbot.mouseDClick(drawing, LEFT, pos=spot)
    qtbot.mouseRelease(drawing, LEFT, pos=spot)
    assert target.key not in chosen[-1].hidden
    assert len(chosen[-1].hidden) == 4
    drawing.setFocus()
    qtbot.keyClick(drawing, Qt.Key.Key_L)
    _menu().close()
