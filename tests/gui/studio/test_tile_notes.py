"""The marks in a tile's header: filters that its query doesn't use, and data that are an older copy of a file."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from boards import item
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu

from benchboard.analytics import model_services
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import FieldDisplay
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_builder.question import Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.copies import copies_folder, with_copies
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.errors import Invalid
from benchboard.storage.models.base import new_id
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.panes.value_picker import ValuePicker
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

REGION = {"name": "region", "label": "Region", "type": "list", "values": ["north", "south"], "multiple": True,
          "include_all": True, "chosen": ["north"]}  # fmt: skip


def add_copied(studio: "Studio", file: Path) -> SourceSummary:
    """A source whose queries read a copy of `file`."""
    file.write_text("shop,sold\nİzmir,1\nsouth,2\n", encoding="cp1254")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    folder = copies_folder(studio.workspace.home, studio.actor.organisation_id)
    copied = with_copies(tables, folder, new_id(), CancelToken())
    with unbound(studio.workspace.database).change() as session:
        return services.add_source(
            session, studio.actor, name="Sales", kind="csv", tables=copied, state=examine(copied, CancelToken())
        )


def _load(studio: "Studio", *queries: tuple[str, str], source: str = "", variables: Sequence[object] = ()) -> None:
    more = {"data_source_id": source} if source else {}
    items = [
        item(name, 4 * k, 0, 4, 3, type="metric_card", query=query, **more) for k, (name, query) in enumerate(queries)
    ]
    raw = {"format": "benchboard/dashboard", "version": 2, "items": items,
           "variables": list(variables)}  # fmt: skip
    studio.page.editor.load(parse_document(raw))
    studio.wait(lambda: not studio.page.query_runner.busy)


def _said(studio: "Studio", part: str) -> bool:
    """Whether a toast says this."""
    window = studio.application.window
    return any(part in label.text() for one in window.findChildren(Toast) for label in one.findChildren(QLabel))


def _notes(studio: "Studio", name: str) -> list[str]:
    tile = studio.canvas.tiles[name]
    assert isinstance(tile, Tile)
    return [note.text for note in tile.notes]


def test_tile_that_ignores_a_filter_is_marked_while_it_narrows(studio: "Studio") -> None:
    _load(studio, ("a", "select count(*) from orders where status in (:region)"), ("b", "select 2 as n"),
          variables=[REGION])  # fmt: skip
    assert (_notes(studio, "a"), _notes(studio, "b")) == ([], ["Not filtered by Region"])
    tile = studio.canvas.tiles["b"]
    assert isinstance(tile, Tile)
    marked = tile.current_pixmap().toImage()
    assert "Not filtered by Region" in tile.toolTip()
    studio.page.editor.select_all_values("region")
    assert _notes(studio, "b") == []
    assert tile.current_pixmap().toImage() != marked
    assert "Region" not in tile.toolTip()


def test_tile_that_ignores_the_time_range_is_marked_if_another_one_uses_it(studio: "Studio") -> None:
    _load(studio, ("a", "select count(*) from orders where created_dt >= :from"), ("b", "select 2 as n"))
    assert (_notes(studio, "a"), _notes(studio, "b")) == ([], ["Not filtered by the time range"])


@pytest.mark.parametrize("key", [(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_F5,)])
def test_tile_of_a_changed_copy_says_so_and_refreshing_offers_to_read_the_file(
    studio: "Studio", tmp_path: Path, key: tuple[Qt.Key, Qt.KeyboardModifier]
) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    _load(studio, ("a", f"select sum(sold) as sold from {source.tables[0]}"), source=source.id)
    assert _notes(studio, "a") == []
    file = tmp_path / "sales.csv"
    file.write_text("shop,sold\nİzmir,10\nsouth,20\n", encoding="cp1254")
    assert source.last_sync is not None
    later = source.last_sync.timestamp() + 60
    os.utime(file, (later, later))
    studio.page.canvas.setFocus()
    studio.key(*key)
    problems = studio.context.problems
    studio.wait(lambda: problems.has("studio.outdated-sources"))
    (note,) = _notes(studio, "a")
    assert "The file has changed since." in note
    notice = next(one for one in problems.waiting if one.key == "studio.outdated-sources")
    assert notice.what == "The file of “Sales” has changed since it was copied."
    os.utime(file)  # what is read next is as old as it is now
    notice.actions[0].run()
    studio.wait(lambda: not problems.has("studio.outdated-sources") and _notes(studio, "a") == [])
    result = studio.page.query_runner.result("a")
    assert result is not None
    assert result.table is not None
    assert result.table.rows == ((30,),)
    studio.key(*key)
    studio.wait(lambda: _said(studio, ": 1 source read, nothing changed."))


def test_tile_of_a_copy_whose_original_is_gone_says_so_and_what_to_do(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    source = add_copied(studio, file)
    _load(studio, ("a", f"select sum(sold) as sold from {source.tables[0]}"), source=source.id)
    file.unlink()
    studio.page.canvas.setFocus()
    studio.key(Qt.Key.Key_F5)
    studio.wait(lambda: bool(_notes(studio, "a")))
    (note,) = _notes(studio, "a")
    assert note.endswith("The original file is gone. To refresh, find it in the Data view or put it back.")
    result = studio.page.query_runner.result("a")
    assert result is not None
    assert result.table is not None
    assert result.table.rows == ((3,),)


def test_tile_of_a_file_that_was_moved_says_so_and_what_to_do(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("shop,sold\nnorth,1\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        source = services.add_source(
            session, studio.actor, name="Plain", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    file.rename(tmp_path / "elsewhere.csv")
    _load(studio, ("a", f"select sum(sold) as sold from {source.tables[0]}"), source=source.id)
    result = studio.page.query_runner.result("a")
    assert result is not None
    assert result.error is not None
    assert str(result.error).startswith("“plain.csv” isn't where it was.")
    assert "Put it back, or find it in the Data view." in str(result.error)


def test_explore_says_that_its_source_is_a_changed_copy_and_reads_it_again(studio: "Studio", tmp_path: Path) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    file = tmp_path / "sales.csv"
    assert source.last_sync is not None
    later = source.last_sync.timestamp() + 60
    os.utime(file, (later, later))
    studio.context.go(f"studio/explore/{source.id}/{source.tables[0]}")
    (view,) = studio.application.window.findChildren(ExploreView)
    studio.wait(lambda: view.exploration.result is not None and not view.exploration.running)
    again = view.result.read_again
    assert again.isVisible()
    os.utime(file)
    studio.qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    studio.wait(lambda: not again.isVisible())


def test_dashboard_is_filtered_by_a_column_where_the_queries_can_take_it(studio: "Studio", tmp_path: Path) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    table = source.tables[0]
    by_hand = f"SELECT sum(s) AS m FROM (SELECT sold AS s FROM {table}) AS x"
    sampled = f"SELECT 0 + sum(sold) AS n FROM {table} TABLESAMPLE 100 PERCENT"
    _load(studio, ("a", f"SELECT sum(sold) AS sold FROM {table}"), ("b", by_hand), ("c", sampled), source=source.id)
    editor = studio.page.editor
    add = studio.application.window.findChild(Button, "add_filter")
    assert add is not None
    assert add.isVisible(), "without a variable yet"
    for select, ask in ((["a"], "run"), ([], "run"), ([], "press")):
        editor.select(select)
        if ask == "press":
            studio.qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
        else:
            studio.page.run("studio.filter_by_column")
        studio.wait(lambda: bool(studio.canvas.findChildren(QMenu, "filter_columns")))
        (menu,) = studio.canvas.findChildren(QMenu, "filter_columns")
        action, _range = menu.actions()
        assert (action.text(), _range.text()) == ("shop", "sold")
        if ask == "press":
            action.trigger()
        menu.close()
        studio.wait(lambda: not studio.canvas.findChildren(QMenu, "filter_columns"))

    def sold() -> list[object]:
        results = [studio.page.query_runner.result(name) for name in "abc"]
        return [one.table.rows[0][0] for one in results if one is not None and one.table is not None]

    studio.wait(lambda: bool(editor.document.variables))
    studio.wait(lambda: not studio.page.query_runner.busy and sold() == [3, 3, 3])
    assert [_notes(studio, name) for name in "abc"] == [[], [], []]
    assert editor.widget("b").query == by_hand, "nobody's SQL is changed"
    assert editor.state.view.query_of("b") == by_hand, "all of its values are selected"
    editor.select_values("shop", ["south"])
    assert f"(SELECT * FROM {table} WHERE shop IN (:shop)) AS {table}" in editor.state.view.query_of("b")
    studio.wait(lambda: sold() == [2, 2, 3])
    assert [_notes(studio, name) for name in "abc"] == [
        [],
        [],
        ["Not filtered by shop. Filters can't be added to SQL of this form."],
    ]
    studio.page.undo()
    assert editor.document.variables == ()
    assert editor.widget("b").query == by_hand


@pytest.mark.parametrize("way", ["key", "inspector"])
def test_widget_is_opened_in_explore_with_the_values_that_it_shows(studio: "Studio", way: str) -> None:
    query = "SELECT status, count(*) AS n\nFROM orders\nWHERE status IN (:status)\nGROUP BY 1"
    status = {**REGION, "name": "status", "label": "", "values": ["paid", "refunded"], "chosen": ["paid"]}
    _load(studio, ("a", query), variables=[status])
    studio.page.editor.select(["a"])
    if way == "key":
        studio.page.canvas.setFocus()
        studio.key(Qt.Key.Key_E)
    else:
        button = studio.application.window.findChild(Button, "inspector_explore")
        assert button is not None
        button.click()
    (view,) = studio.application.window.findChildren(ExploreView)
    exploration = view.exploration
    studio.wait(lambda: exploration.result is not None and not exploration.running)
    assert exploration.state.text == query.replace(":status", "'paid'")
    assert (exploration.state.mode, exploration.state.kind) == ("build", "metric_card")
    assert view.isVisible()


def test_query_that_was_opened_in_explore_is_written_back_with_its_variables(studio: "Studio") -> None:
    query = "SELECT status, count(*) AS n\nFROM orders\nWHERE status IN (:status)\nGROUP BY 1"
    status = {**REGION, "name": "status", "label": "", "values": ["paid", "refunded"], "chosen": ["paid"]}
    _load(studio, ("a", query), variables=[status])
    editor = studio.page.editor
    editor.select(["a"])
    studio.page.run("studio.open_in_explore")
    (view,) = studio.application.window.findChildren(ExploreView)
    exploration = view.exploration
    studio.wait(lambda: exploration.result is not None and not exploration.running)
    assert [one.property("kind") for one in (view.update_widget, view.add)] == ["primary", "plain"]
    assert view.update_widget.isVisible()
    assert view.add.isVisible(), "the query can be added as another widget too"
    question = exploration.state.question
    assert question is not None
    exploration.set_question(replace(question, limit=5))
    exploration.set_kind("bar_chart")
    exploration.set_setting("stack", "percent")
    studio.wait(lambda: not exploration.running)
    studio.qtbot.mouseClick(view.update_widget, Qt.MouseButton.LeftButton)
    studio.wait(studio.page.isVisible)
    assert " ".join(editor.widget("a").query.split()) == " ".join(f"{query} LIMIT 5".split())
    assert (editor.widget("a").type, editor.widget("a").setting("stack")) == ("bar_chart", "percent")
    studio.context.go("studio/explore")
    assert not view.update_widget.isVisible(), "it was written back"
    assert view.add.property("kind") == "primary"
    studio.context.go("studio")
    studio.page.undo()
    assert (editor.widget("a").query, editor.widget("a").type) == (query, "metric_card")
    studio.context.go("studio/explore")
    studio.wait(view.update_widget.isVisible)  # the widget is again as it was opened


def test_query_that_its_widget_refuses_can_be_mended_and_written_back(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    _load(studio, ("a", "SELECT status, count(*) AS n\nFROM orders\nGROUP BY 1"))
    editor = studio.page.editor
    editor.select(["a"])
    studio.page.run("studio.open_in_explore")
    (view,) = studio.application.window.findChildren(ExploreView)
    studio.wait(lambda: view.exploration.result is not None and not view.exploration.running)
    refused = Invalid("studio.query", "This query isn't valid.")
    with monkeypatch.context() as patch:
        patch.setattr(editor, "set_explored", lambda *_all: refused)
        shown: list[object] = []
        patch.setattr(studio.context.problems, "show", shown.append)
        studio.qtbot.mouseClick(view.update_widget, Qt.MouseButton.LeftButton)
        studio.wait(lambda: shown == [refused])
    assert view.update_widget.isVisible()


def test_query_of_another_table_gets_the_filters_of_its_page_when_it_is_written_back(
    studio: "Studio", tmp_path: Path
) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    table = source.tables[0]
    _load(studio, ("a", f"SELECT sum(sold) AS sold FROM {table}"), ("b", "SELECT 1 AS n FROM gone"), source=source.id)
    with_sources = studio.page.editor
    studio.page.run("studio.filter_by_column")
    studio.wait(lambda: bool(studio.canvas.findChildren(QMenu, "filter_columns")))
    (menu,) = studio.canvas.findChildren(QMenu, "filter_columns")
    menu.actions()[0].trigger()
    menu.close()
    studio.wait(lambda: bool(with_sources.document.variables))
    with_sources.select(["b"])
    studio.page.run("studio.open_in_explore")
    (view,) = studio.application.window.findChildren(ExploreView)
    studio.wait(view.update_widget.isVisible)
    view.exploration.set_text(f"SELECT count(*) AS n\nFROM {table}")
    studio.wait(lambda: not view.exploration.running and view.exploration.result is not None)
    studio.wait(view.update_widget.isEnabled)
    studio.qtbot.mouseClick(view.update_widget, Qt.MouseButton.LeftButton)
    studio.wait(lambda: "IN (:shop)" in with_sources.widget("b").query)


def _offered(studio: "Studio") -> dict[str, QAction]:
    """What the button that adds a filter offers, by its text."""
    add = studio.application.window.findChild(Button, "add_filter")
    assert add is not None
    studio.qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    studio.wait(lambda: bool(studio.canvas.findChildren(QMenu, "filter_columns")))
    (menu,) = studio.canvas.findChildren(QMenu, "filter_columns")
    return {one.text(): one for one in menu.actions()}


def _close_offer(studio: "Studio") -> None:
    studio.canvas.findChildren(QMenu, "filter_columns")[0].close()
    studio.wait(lambda: not studio.canvas.findChildren(QMenu, "filter_columns"))


def test_add_filter_names_columns_by_the_titles_of_a_data_model(studio: "Studio", tmp_path: Path) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    table = source.tables[0]
    with unbound(studio.workspace.database).change() as session:
        made = model_services.table_definition(session, studio.actor, source.id, table)
        made = made.with_display("shop", FieldDisplay("Where sold"))
        model_services.create_model(session, studio.actor, name="Sold things", definition=made)
    of_table, of_model = f"SELECT sum(sold) AS n FROM {table}", 'SELECT sum(sold) AS n FROM "Sold things"'
    for queries in ([of_model], [of_table, of_model], [of_table]):
        _load(studio, *((f"w{k}", query) for k, query in enumerate(queries)), source=source.id)
        offered = _offered(studio)
        assert "Where sold" in offered, queries
        assert "shop" not in offered, queries
        if queries[-1] == of_table:
            offered["Where sold"].trigger()
            studio.wait(lambda: bool(studio.page.editor.document.variables))
        _close_offer(studio)
    (variable,) = studio.page.editor.document.variables
    assert variable.label == "Where sold"


def test_add_filter_opens_a_filter_that_the_page_has(studio: "Studio", tmp_path: Path) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    table = source.tables[0]
    _load(studio, ("a", f"SELECT sum(sold) AS sold FROM {table}"), source=source.id)
    editor = studio.page.editor
    offered = _offered(studio)
    assert not any("Is a filter" in text for text in offered)
    offered["shop"].trigger()
    _close_offer(studio)
    studio.wait(lambda: [one.name for one in editor.document.variables] == ["shop"])
    studio.wait(lambda: not studio.page.query_runner.busy)
    before = editor.document
    offered = _offered(studio)
    offered["shop, Is a filter"].trigger()
    _close_offer(studio)
    studio.wait(lambda: any(one.isVisible() for one in studio.application.window.findChildren(ValuePicker)))
    assert editor.document == before, "it isn't added again"


def test_add_filter_offers_the_columns_of_a_source_that_widgets_join(studio: "Studio", tmp_path: Path) -> None:
    source = add_copied(studio, tmp_path / "sales.csv")
    file = tmp_path / "stores.csv"
    file.write_text("store,region\nİzmir,West\nsouth,South\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        services.add_source(
            session, studio.actor, name="Stores", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    table = source.tables[0]
    join = Join("stores", (("shop", "store"),), (("store", "store"), ("region", "region")), "left", "Stores")
    joined = to_sql(Question(table, source.id, measures=(Measure("sum", "sold", "sold"),), joins=(join,)))
    editor = studio.page.editor
    _load(studio, ("a", f"SELECT sum(sold) AS sold FROM {table}"), source=source.id)
    assert not any("region" in text for text in _offered(studio)), "no widget has it"
    _close_offer(studio)
    _load(studio, ("a", joined), ("b", f"SELECT sum(sold) AS sold FROM {table}"), source=source.id)
    offered = _offered(studio)
    assert {"Sales: shop", "Stores: region"} <= set(offered)
    offered["Stores: region"].trigger()
    _close_offer(studio)
    studio.wait(lambda: [one.name for one in editor.document.variables] == ["region"])

    def sold() -> list[object]:
        results = [studio.page.query_runner.result(name) for name in "ab"]
        return [one.table.rows[0][0] for one in results if one is not None and one.table is not None]

    studio.wait(lambda: not studio.page.query_runner.busy and sold() == [3, 3])
    editor.select_values("region", ["South"])
    studio.wait(lambda: sold() == [2, 3])
    studio.wait(lambda: _notes(studio, "b") != [])  # it isn't filtered by it


def test_tile_that_adds_up_several_currencies_says_so_until_one_is_left(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "sold.csv"
    file.write_text("shop,currency,amount\nUlm,EUR,10.5\nBern,CHF,20.25\nJena,EUR,5.5\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        source = services.add_source(
            session, studio.actor, name="Sold", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    total = f"select sum(amount) as total from {source.tables[0]}"
    _load(studio, ("a", total), ("b", f"{total} where currency = 'EUR'"), source=source.id)
    (text,) = _notes(studio, "a")
    assert text == "This adds CHF and EUR as if they were one currency. Filter or group by currency."
    assert _notes(studio, "b") == []
    tile = studio.canvas.tiles["a"]
    assert isinstance(tile, Tile)
    marked = tile.current_pixmap().toImage()
    assert "CHF and EUR" in tile.toolTip()
    studio.page.editor.set_property("a", "query", f"{total} where currency = 'CHF'")
    studio.wait(lambda: not studio.page.query_runner.busy and _notes(studio, "a") == [])
    assert tile.current_pixmap().toImage() != marked


def test_pivot_table_without_a_total_of_several_currencies_is_marked_with_them(
    studio: "Studio", tmp_path: Path
) -> None:
    file = tmp_path / "sold.csv"
    rows = "1,Ulm,EUR,10\n2,Ulm,EUR,20\n1,Bern,CHF,40\n2,Bern,CHF,80\n"
    file.write_text(f"part,shop,currency,amount\n{rows}", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        source = services.add_source(
            session, studio.actor, name="Sold", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    query = f"select part, shop, sum(amount) as total from {source.tables[0]} group by 1, 2"
    raw = {"format": "benchboard/dashboard", "version": 2, "items": [
        item("a", 0, 0, 6, 5, type="pivot_table", query=query, data_source_id=source.id),
        item("b", 6, 0, 6, 5, type="pivot_table", query=query.replace("group", "where currency = 'EUR' group"),
             data_source_id=source.id),
    ]}  # fmt: skip
    studio.page.editor.load(parse_document(raw))
    studio.wait(lambda: not studio.page.query_runner.busy)
    assert _notes(studio, "a") == ["No total: the amounts are in different currencies"]
    tile = studio.canvas.tiles["a"]
    assert isinstance(tile, Tile)
    assert [note.words for note in tile.notes] == ["CHF + EUR"]
    assert _notes(studio, "b") == []


def test_tile_says_how_many_rows_without_a_date_its_time_range_leaves_out(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("product,sold,amount\nPen,2026-01-05,10\nFilter Set,,36.75\nPen,2026-01-06,5\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        source = services.add_source(
            session, studio.actor, name="Sales", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    ranged = (
        "SELECT product,\n       sum(amount) AS amount\nFROM sales\nWHERE {}sold >= :from\n  AND sold < :to\nGROUP BY 1"
    )
    _load(
        studio, ("a", ranged.format("")), ("b", ranged.format("product IN ('Pen')\n  AND ")),
        ("c", "SELECT sum(amount) AS amount FROM sales"), source=source.id,
    )  # fmt: skip
    studio.page.editor.select_time(TimeRange("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"))
    studio.wait(lambda: not studio.page.query_runner.busy)
    assert _notes(studio, "a") == ["1 row without a date isn't in the time range."]
    assert _notes(studio, "b") == [], "its other conditions leave that row out"
    assert "without a date" not in " ".join(_notes(studio, "c"))
