"""Colours that somebody gives series: out of the palette, from the menu of the legend, undone, apart from others."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.series_settings import PALETTE, series_colours, with_colour
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.settings import Appearance
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.panes.series_colours_field import SeriesColoursField
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.kinds.pies import Pie
from benchboard.ui.studio.tiles.kinds.scatter import ScatterPlot
from benchboard.ui.studio.tiles.legend_menu import coloured_names
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.value_colours import MAX_COLOURS, with_own
from benchboard.ui.theme import Theme, theme
from benchboard.ui.widgets.menus import Menu
from support.examples import examples
from support.kind_cases import days, table

if TYPE_CHECKING:
    from conftest import Studio


def _widget(kind: str, colours: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "", "SELECT 1", {"colours": colours})


def _statuses() -> ResultTable:
    rows: list[tuple[Cell, ...]] = [(day, name, 5) for day in days(3) for name in ("late", "open", "paid")]
    return table([("day", "date"), ("status", "text"), ("orders", "integer")], rows)


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_series_has_the_colour_chosen_in_either_theme(light: Theme, appearance: Appearance) -> None:
    light.set_appearance(appearance)
    names = [theme().chart(number).name() for number in range(MAX_COLOURS)]
    assert len(set(names)) == len(PALETTE) == MAX_COLOURS
    for kind in ("line_chart", "area_chart", "bar_chart"):
        widget = _widget(kind, {"paid": "violet", "gone": "blue"})
        found = charts.named_series(drawn_table(widget, QueryResult("SELECT 1", _statuses())), "")
        colours = {one.name: one.colour.name() for one in found}
        assert colours["paid"] == names[PALETTE.index("violet")]
        assert len(set(colours.values())) == 3
        plain = charts.named_series(drawn_table(_widget(kind, None), QueryResult("SELECT 1", _statuses())), "")
        assert [one.dash for one in found] == [one.dash for one in plain]
        assert {name: colours[name] for name in ("late", "open")} == {one.name: one.colour.name() for one in plain[:2]}
    points = table([("load", "integer"), ("latency", "integer"), ("gear", "text")],
                   [(k, k, name) for k in range(4) for name in ("a", "b", "c")])  # fmt: skip
    widget = _widget("scatter_chart", {"b": "green"})
    scatter = ScatterPlot(QRectF(0, 0, 400, 200), points, None, series_colours(widget))
    assert scatter.series[1].colour.name() == names[PALETTE.index("green")]
    assert len({one.colour.name() for one in scatter.series}) == 3
    assert coloured_names(widget, QueryResult("SELECT 1", points)) == [("a", "a"), ("b", "b"), ("c", "c")]
    parts = table([("status", "text"), ("orders", "integer")], [("late", 4), ("open", 3), ("paid", 2)])
    pie = Pie(QRectF(0, 0, 400, 200), parts, own=series_colours(_widget("pie_chart", {"open": "pink"})))
    assert pie.colour(1).name() == names[PALETTE.index("pink")]
    assert len({pie.colour(place).name() for place in range(3)}) == 3


@given(st.data())
@examples(60, deadline=None)
def test_chosen_colours_are_kept_and_others_change_only_where_they_met(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, MAX_COLOURS))
    numbers = data.draw(st.permutations(range(MAX_COLOURS)))[:count]
    own = [data.draw(st.none() | st.integers(0, MAX_COLOURS - 1)) for _one in numbers]
    found = with_own(numbers, own)
    chosen = {one for one in own if one is not None}
    for number, mine, shown in zip(numbers, own, found, strict=True):
        assert shown == mine if mine is not None else (shown == number or number in chosen)
    automatic = [shown for mine, shown in zip(own, found, strict=True) if mine is None]
    assert len(set(automatic)) == len(automatic)
    assert not set(automatic) & chosen


@pytest.mark.parametrize("colours", [None, [], "pink", {"a": 1, "b": "red", "c": "#ff0000"}, {"a": None}])
def test_anything_else_in_a_document_is_no_colour(colours: object) -> None:
    assert not series_colours(_widget("line_chart", colours))
    assert not series_colours(_widget("table", {"a": "pink"}))


def test_a_colour_is_set_replaced_and_taken_back() -> None:
    config: Mapping[str, object] = {"colours": with_colour({}, "a", 3)}
    assert config == {"colours": {"a": "pink"}}
    assert with_colour(config, "b", 0) == {"a": "pink", "b": "blue"}
    assert with_colour(config, "a", 1) == {"a": "orange"}
    assert with_colour(config, "a", None) is None


def _menu() -> Menu:
    """The open legend menu; a submenu, which the resting pointer opens after a while, is a window too."""
    found = [one for one in QApplication.topLevelWidgets() if isinstance(one, Menu) and one.isVisible()]
    return next(one for one in found if one.objectName() == "legend_menu")


def _action(menu: Menu, *path: str) -> QAction:
    first = next(one for one in menu.actions() if one.text() == path[0] and (len(path) == 1) == (one.menu() is None))
    if len(path) == 1:
        return first
    inner = first.menu()
    assert isinstance(inner, Menu)
    return _action(inner, *path[1:])


def test_a_colour_is_chosen_in_the_legends_menu_by_key_and_right_click_and_undone(studio: "Studio") -> None:
    month = "SELECT date_trunc('month', created_dt) AS month"
    items = [
        {"id": "c", "type": "bar_chart", "title": "Orders",
         "query": f"{month}, status, count(*) AS orders FROM orders GROUP BY 1, 2",
         "position": {"x": 0, "y": 0, "w": 8, "h": 6}},
        {"id": "one", "type": "line_chart", "title": "All",
         "query": f"{month}, count(*) AS orders FROM orders GROUP BY 1 ORDER BY 1",
         "position": {"x": 0, "y": 6, "w": 8, "h": 5}},
    ]  # fmt: skip
    studio.page.editor.load(parse_document(items))
    runner, editor = studio.page.query_runner, studio.page.editor
    studio.wait(lambda: not runner.busy and all((one := runner.result(name)) and one.table for name in ("c", "one")))
    studio.click("c")
    studio.qtbot.keyClick(studio.viewport, Qt.Key.Key_L)
    menu = _menu()
    name = menu.actions()[0].text()
    pick = _action(menu, "Colour", name, "Pink")
    assert pick.property("swatch") == theme().chart(3)
    assert _action(menu, "Colour", name, "Automatic").isChecked()
    pick.trigger()
    menu.close()
    assert (name, series_colours(editor.widget("c"))) == ("Cancelled", {"cancelled": 3}), "in every language"

    tile = studio.canvas.tiles["c"]
    assert isinstance(tile, Tile)
    tile.render()
    target = next(one for one in tile.links.legend if one.name == name)
    at = studio.canvas.mapFromScene(tile.pos() + QPointF(target.box.center()) * studio.canvas.zoom)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, studio.viewport.mapToGlobal(at))
    studio.canvas.contextMenuEvent(event)
    menu = _menu()
    assert _action(menu, "Colour", name, "Pink").isChecked()
    menu.close()
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not series_colours(editor.widget("c"))

    studio.click("one")
    studio.qtbot.keyClick(studio.viewport, Qt.Key.Key_L)  # the only series has no legend, but a colour
    menu = _menu()
    _action(menu, "Colour", "Green").trigger()
    menu.close()
    assert list(series_colours(editor.widget("one")).values()) == [7]


def test_colour_of_a_series_is_chosen_in_the_inspector_and_taken_back(studio: "Studio") -> None:
    query = (
        "SELECT date_trunc('month', created_dt) AS m, count(*) AS n, max(order_total) AS most FROM orders GROUP BY 1"
    )
    item = {"id": "c", "type": "line_chart", "query": query, "position": {"x": 0, "y": 0, "w": 6, "h": 5}}
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.click("c")
    (field,) = [one for one in studio.page.inspector.findChildren(SeriesColoursField) if one.isVisible()]
    field.series.set_current_key("most")
    field.squares[PALETTE.index("violet")].click()
    config = lambda: studio.page.editor.widget("c").config.get("colours")  # noqa: E731
    assert config() == {"most": "violet"}
    assert [one.isChecked() for one in field.squares].index(True) == PALETTE.index("violet")
    field.automatic.click()
    assert config() is None
    assert not any(one.isChecked() for one in field.squares)
