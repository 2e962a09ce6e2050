"""A dashboard is filtered by a range of numbers or dates, over several files and a join of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from boards import item
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_builder.question import Group, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.panes.range_picker import RangePicker
from benchboard.ui.widgets import Button, Edit
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

FILES = {
    "sales": "shop,day,amount\na,2026-01-05,100\na,2026-02-05,250.5\nb,2026-02-06,400\nb,2026-03-01,900\n",
    "shops": "shop,region\na,north\nb,south\n",
    "returns": "shop,returned\na,3\nb,1\n",
}


def _source(studio: "Studio", folder: Path, name: str) -> SourceSummary:
    file = folder / f"{name}.csv"
    file.write_text(FILES[name], encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        return services.add_source(
            session, studio.actor, name=name, kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


@pytest.fixture
def filtered(studio: "Studio", tmp_path: Path) -> "Studio":
    """A page over sales, sales joined to shops, and returns, which have no amount."""
    studio.application.window.resize(1500, 900)
    sources = {name: _source(studio, tmp_path, name) for name in FILES}
    join = Join("sales", (("shop", "shop"),), (("amount", "amount"),), source="sales")
    by_region = to_sql(
        Question(
            "shops",
            sources["shops"].id,
            groups=(Group("region"),),
            measures=(Measure("count", "", "n"),),
            joins=(join,),
        )
    )
    queries = {
        "count": ("SELECT count(*) AS n\nFROM sales", "sales"),
        "regions": (by_region, "shops"),
        "returns": ("SELECT sum(returned) AS n\nFROM returns", "returns"),
    }
    items = [
        item(name, 4 * place, 0, 4, 4, type="table", query=query, data_source_id=sources[source].id)
        for place, (name, (query, source)) in enumerate(queries.items())
    ]
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.wait(lambda: not studio.page.query_runner.busy)
    return studio


def _add(studio: "Studio", title: str) -> RangePicker:
    add = studio.application.window.findChild(Button, "add_filter")
    assert add is not None
    studio.qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    studio.wait(lambda: bool(studio.canvas.findChildren(QMenu, "filter_columns")))
    (menu,) = studio.canvas.findChildren(QMenu, "filter_columns")
    next(one for one in menu.actions() if one.text() == title).trigger()
    menu.close()
    return _picker(studio)


def _picker(studio: "Studio") -> RangePicker:
    (picker,) = [one for one in studio.application.window.findChildren(RangePicker) if one.isVisible()]
    return picker


def _type(studio: "Studio", name: str, text: str, *, enter: bool = False) -> None:
    edit = _picker(studio).findChild(Edit, name)
    assert edit is not None
    edit.selectAll()
    studio.qtbot.keyClicks(edit, text)
    if enter:
        studio.qtbot.keyClick(edit, Qt.Key.Key_Return)


def _rows(studio: "Studio", name: str) -> tuple[tuple[object, ...], ...]:
    studio.wait(lambda: not studio.page.query_runner.busy)
    result = studio.page.query_runner.result(name)
    assert result is not None
    assert result.table is not None, result.error
    return result.table.rows


def _notes(studio: "Studio", name: str) -> list[str]:
    tile = studio.canvas.tiles[name]
    assert isinstance(tile, Tile)
    return [note.text for note in tile.notes]


def test_range_of_numbers_filters_every_widget_with_the_column_and_the_others_say_so(filtered: "Studio") -> None:
    picker = _add(filtered, "sales: amount")
    histogram = picker.findChild(QWidget, "range_histogram")
    assert histogram is not None
    filtered.wait(histogram.isVisible)
    _type(filtered, "range_from", "200")
    _type(filtered, "range_to", "500", enter=True)
    assert filtered.find("variable_amount").property("text") == "amount: 200–500"
    assert _rows(filtered, "count") == ((2,),)
    assert set(_rows(filtered, "regions")) == {("north", 1), ("south", 1)}
    assert _rows(filtered, "returns") == ((4,),)
    assert (_notes(filtered, "count"), _notes(filtered, "returns")) == ([], ["Not filtered by amount: 200–500"])
    result = filtered.page.query_runner.result("count")
    assert result is not None
    assert result.filters == "amount: 200–500"


def test_range_is_open_at_either_end_and_delete_clears_it(filtered: "Studio") -> None:
    _add(filtered, "sales: amount")
    _type(filtered, "range_from", "300", enter=True)
    assert _rows(filtered, "count") == ((2,),)
    field = filtered.find("variable_amount")
    assert field.property("text") == "amount: from 300"
    field.setFocus()
    filtered.key(Qt.Key.Key_Delete)
    assert _rows(filtered, "count") == ((4,),)
    filtered.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _rows(filtered, "count") == ((2,),)


def test_range_of_dates_includes_its_last_day_and_combines_with_others(filtered: "Studio") -> None:
    _add(filtered, "sales: day")
    _type(filtered, "range_from", "2026-02-05")
    _type(filtered, "range_to", "2026-03-01", enter=True)
    assert _rows(filtered, "count") == ((3,),)
    _add(filtered, "sales: amount")
    _type(filtered, "range_to", "400", enter=True)
    assert _rows(filtered, "count") == ((2,),)


def test_range_that_is_none_is_refused_and_the_popover_stays(filtered: "Studio") -> None:
    _add(filtered, "sales: amount")
    _type(filtered, "range_from", "5")
    _type(filtered, "range_to", "1", enter=True)
    assert _picker(filtered).isVisible()
    filtered.key(Qt.Key.Key_Escape)
    assert _rows(filtered, "count") == ((4,),)


def test_adding_a_range_is_a_step_and_it_holds_in_a_presentation(filtered: "Studio") -> None:
    _add(filtered, "sales: amount")
    _type(filtered, "range_from", "300", enter=True)
    filtered.page.run("studio.present")
    assert filtered.find("variable_amount").isVisible()
    assert _rows(filtered, "count") == ((2,),)
    filtered.page.stop_presenting()
    filtered.page.editor.undo_stack.undo()
    assert filtered.page.editor.document.variables == ()
    assert _rows(filtered, "count") == ((4,),)


def test_range_over_orders_in_benchboards_own_language(studio: "Studio") -> None:
    column = {"table": "orders", "name": "order_total", "kind": "number", "dialect": "own"}
    variable = {"name": "total", "type": "range", "multiple": True, "column": column, "chosen": ["100", "500"]}
    day = {**column, "name": "created_dt", "kind": "date"}
    dates = {"name": "day", "type": "range", "multiple": True, "column": day, "chosen": ["2020-01-01", ""]}
    query = "SELECT min(order_total) AS least, max(order_total) AS most\nFROM orders"
    raw = {"format": "benchboard/dashboard", "version": 2, "items": [item("a", 0, 0, 4, 4, type="table", query=query)]}
    studio.page.editor.load(parse_document({**raw, "variables": [variable, dates]}))
    ((least, most),) = _rows(studio, "a")
    assert 100 <= least <= most <= 500  # type: ignore[operator]  # numbers


def test_range_reaches_sql_with_a_subquery_and_sql_that_it_cannot_reach_says_why(filtered: "Studio") -> None:
    by_hand = "SELECT sum(n) AS n FROM (SELECT shop, count(*) AS n FROM sales GROUP BY shop) AS counted"
    sampled = "SELECT count(*) + 0 AS n FROM sales.sales TABLESAMPLE 100 PERCENT"
    filtered.page.editor.set_property("count", "query", by_hand)
    every = _rows(filtered, "count")
    _add(filtered, "sales: amount")
    filtered.page.editor.set_property("regions", "query", sampled)
    _type(filtered, "range_from", "300", enter=True)
    assert _rows(filtered, "count") == ((2,),)
    assert filtered.page.editor.widget("count").query == by_hand
    result = filtered.page.query_runner.result("count")
    assert result is not None
    assert (result.filters, _notes(filtered, "count")) == ("amount: from 300", [])
    assert _rows(filtered, "regions") == every
    why = "Filters can't be added to SQL of this form."
    assert _notes(filtered, "regions") == [f"Not filtered by amount: from 300. {why}"]
    assert _notes(filtered, "returns") == ["Not filtered by amount: from 300"]
