"""What a new widget begins with: the data of its page, those added last, orders where there are any, or what to do."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from boards import item
from PySide6.QtCore import Qt
from sqlalchemy import delete

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.dashboards.document.document import empty, parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.storage import change_tracking
from benchboard.storage.models.merchants import Order
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.panes.inspector import starting_query
from benchboard.ui.studio.panes.source_select import SourceSelect
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


def _add_source(studio: "Studio", file: Path) -> SourceSummary:
    file.write_text("day,shop,sold\n2026-01-02,north,1\n2026-02-03,south,2\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        source = services.add_source(
            session, studio.actor, name=file.stem, kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    studio.wait(lambda: source.id in (studio.page.starting_data.known or ()))
    return source


def _without_orders(studio: "Studio") -> None:
    with unbound(studio.workspace.database).change() as session:
        change_tracking.unaudited(session, "orders")
        session.execute(delete(Order))
    studio.wait(lambda: studio.page.starting_data.known == ())


def _add(studio: "Studio", kind_name: str) -> WidgetContent:
    kind = kind_of(kind_name)
    assert kind is not None
    before = set(studio.page.editor.page.paths)
    studio.page.add(kind)
    (added,) = set(studio.page.editor.page.paths) - before
    return studio.page.editor.widget(added)


def _click_button(studio: "Studio", item_id: str) -> None:
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    studio.wait(lambda: tile.current_pixmap() is not None and tile.links.data is not None)
    assert tile.links.data is not None
    spot = studio.canvas.mapFromScene(tile.pos() + tile.links.data.center() * studio.canvas.zoom)
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=spot)


@pytest.mark.parametrize("kind_name", ["bar_chart", "line_chart", "metric_card", "table"])
def test_new_widget_where_there_are_only_orders_begins_with_orders(studio: "Studio", kind_name: str) -> None:
    studio.page.editor.load(empty())
    studio.wait(lambda: studio.page.starting_data.known == ("",))
    added = _add(studio, kind_name)
    assert added.kind is not None
    assert (added.query, added.data_source_id) == (added.kind.query, "")


@pytest.mark.parametrize("kind_name", ["bar_chart", "line_chart", "metric_card", "table", "gauge", "pie_chart"])
def test_new_widget_on_an_empty_page_begins_with_the_source_added(
    studio: "Studio", tmp_path: Path, kind_name: str
) -> None:
    studio.page.editor.load(empty())
    source = _add_source(studio, tmp_path / "sold.csv")
    added = _add(studio, kind_name)
    assert added.data_source_id == source.id
    studio.wait(lambda: not studio.page.query_runner.busy)
    result = studio.page.query_runner.result(added.id)
    assert result is not None
    assert result.table is not None, result.error
    assert result.table.rows


@pytest.mark.parametrize(
    ("kind_name", "query"),
    [
        ("histogram", "SELECT weight\nFROM till"),
        ("scatter_chart", "SELECT price,\n       weight,\n       shop\nFROM till"),
    ],
)
def test_chart_of_single_rows_begins_with_the_columns_that_it_draws(kind_name: str, query: str) -> None:
    columns: dict[str, ValueKind] = {"shop": "text", "price": "decimal", "weight": "decimal"}
    kind = kind_of(kind_name)
    assert kind is not None
    till = BrowsedTable("till", tuple(BrowsedColumn(name, name, as_kind) for name, as_kind in columns.items()))
    assert starting_query(kind, [BrowsedSource("s", "Till", "csv", (till,))], "s") == query


def test_new_widget_begins_with_the_source_that_the_page_shows(studio: "Studio", tmp_path: Path) -> None:
    first = _add_source(studio, tmp_path / "first.csv")
    _add_source(studio, tmp_path / "second.csv")
    shown = item("a", 0, 0, type="table", query=f"select * from {first.tables[0]}", data_source_id=first.id)
    raw = {"format": "benchboard/dashboard", "version": 2, "items": [shown]}
    studio.page.editor.load(parse_document(raw))
    assert _add(studio, "bar_chart").data_source_id == first.id


def test_new_widget_without_any_data_says_what_to_do_and_its_button_goes_there(studio: "Studio") -> None:
    studio.page.editor.load(empty())
    _without_orders(studio)
    added = _add(studio, "bar_chart")
    assert (added.query, added.data_source_id) == ("", "")
    _click_button(studio, added.id)
    assert studio.application.shell is not None
    studio.wait(lambda: studio.application.shell is not None and studio.application.shell.address == "studio/data")


def test_widget_without_a_query_offers_to_choose_a_source_once_there_is_one(studio: "Studio", tmp_path: Path) -> None:
    studio.page.editor.load(empty())
    _without_orders(studio)
    added = _add(studio, "bar_chart")
    source = _add_source(studio, tmp_path / "sold.csv")
    studio.wait(lambda: studio.page.editor.data_offer == "choose")
    studio.page.editor.select(())
    _click_button(studio, added.id)
    assert studio.page.editor.selection == (added.id,)

    def source_field() -> SourceSelect:
        found = studio.find("inspector_source")
        assert isinstance(found, SourceSelect)
        return found

    studio.wait(lambda: source_field().view().isVisible())
    select = source_field()
    select.view().setCurrentIndex(select.model().index(select.findData(source.id), 0))
    studio.qtbot.keyClick(select.view(), Qt.Key.Key_Return)
    studio.wait(lambda: studio.page.editor.widget(added.id).query != "")
    assert studio.page.editor.widget(added.id).data_source_id == source.id


@pytest.mark.parametrize("kind_name", ["bar_chart", "line_chart", "table", "histogram", "metric_card"])
def test_new_widget_follows_the_time_range_of_its_page(studio: "Studio", tmp_path: Path, kind_name: str) -> None:
    source = _add_source(studio, tmp_path / "sold.csv")
    shown = item("a", 0, 0, type="table", query=f"select * from {source.tables[0]}", data_source_id=source.id)
    raw = {"format": "benchboard/dashboard", "version": 2, "items": [shown]}
    studio.page.editor.load(parse_document(raw | {"time": {"from": "2026-01-01", "to": "2026-01-31"}}))
    added = _add(studio, kind_name)
    assert studio.page.editor.uses_time(added.query), added.query
    studio.wait(lambda: not studio.page.query_runner.busy)
    result = studio.page.query_runner.result(added.id)
    assert result is not None
    assert result.table is not None, result.error
    assert len(result.table.rows) == 1  # the other row is of February


def test_new_widget_ignores_a_time_range_that_its_page_does_not_have(studio: "Studio", tmp_path: Path) -> None:
    source = _add_source(studio, tmp_path / "sold.csv")
    shown = item("a", 0, 0, type="table", query=f"select * from {source.tables[0]}", data_source_id=source.id)
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": [shown]}))
    assert not studio.page.editor.uses_time(_add(studio, "bar_chart").query)


def test_new_widget_over_orders_follows_the_time_range_of_its_page(studio: "Studio") -> None:
    studio.wait(lambda: studio.page.starting_data.known == ("",))
    raw = {"format": "benchboard/dashboard", "version": 2, "items": []}
    studio.page.editor.load(parse_document(raw | {"time": {"from": "now-7d", "to": "now"}}))
    for kind_name in ("metric_card", "line_chart", "bar_chart", "table", "histogram"):
        assert studio.page.editor.uses_time(_add(studio, kind_name).query), kind_name
    studio.wait(lambda: not studio.page.query_runner.busy)
    assert not studio.page.query_runner.broken_count()
