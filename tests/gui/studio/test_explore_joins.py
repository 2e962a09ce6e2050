"""Joined tables and calculated columns in Explore, in a real window by mouse and keys."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit
from test_explore import Explorer

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.point_rows import few_valued
from benchboard.analytics.query_builder.question import UNITS, Calculation, Group, Measure
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.data.explore.part_popovers import GroupPopover
from benchboard.ui.studio.panes.chart_point import chart_point, few_valued_columns
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.tiles.results.tile_point import table_point
from benchboard.ui.widgets import Button, Edit, Paragraph, Select
from benchboard.ui.widgets.popover import Popover
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


def add_file(studio: "Studio", file: Path, name: str, text: str) -> SourceSummary:
    file.write_text(text, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        return services.add_source(
            session, studio.actor, name=name, kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


@pytest.fixture
def explorer(studio: "Studio", tmp_path: Path) -> Explorer:
    """Sales, each with its shop; shops, one of them twice."""
    rows = "".join(f"{k},{k % 4},{k},{k % 3}\n" for k in range(1, 101))
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,shop_id,total,refunded\n" + rows)
    add_file(
        studio, tmp_path / "shops.csv", "Shop list", "id,name,total\n0,Ankara,1\n1,İzmir,2\n2,Bursa,3\n2,Bursa,4\n"
    )
    found = Explorer(studio, f"studio/explore/{sales.id}/sales")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    return found


def say(explorer: Explorer, name: str) -> str:
    label = explorer.find(name)
    assert isinstance(label, Paragraph)
    return label.text()


def mark_on_home(explorer: Explorer) -> list[str]:
    """The marks of what is explored as a widget of the home page."""
    studio = explorer.studio
    before = set(studio.page.editor.page.paths)
    explorer.click("explore_add")
    window = studio.application.window
    studio.wait(lambda: any(one.isVisible() for one in window.findChildren(Button, "add_home")))
    explorer.click("add_home")
    studio.wait(lambda: len(set(studio.page.editor.page.paths) - before) == 1)
    (added,) = set(studio.page.editor.page.paths) - before
    studio.wait(lambda: (result := studio.page.query_runner.result(added)) is not None and not result.is_pending)
    tile = studio.canvas.tiles[added]
    assert isinstance(tile, Tile)
    return [note.text for note in tile.notes]


def join_shops(explorer: Explorer) -> None:
    explorer.click("explore_add_joins")
    explorer.studio.wait(lambda: "find a row" in say(explorer, "join_matches"))
    explorer.click("part_apply")
    explorer.wait_for_result()


def result(explorer: Explorer) -> list[tuple[object, ...]]:
    found = explorer.exploration.result
    assert found is not None
    assert found.table is not None, found.error
    return list(found.table.rows)


def test_join_finds_keys_counts_matches_and_warns_of_repeated_rows(explorer: Explorer) -> None:
    explorer.click("explore_add_joins")
    explorer.studio.wait(lambda: "find a row" in say(explorer, "join_matches"))
    left, right = explorer.find("join_left"), explorer.find("join_right")
    assert isinstance(left, Select)
    assert isinstance(right, Select)
    assert (left.current_key(), right.current_key()) == ("shop_id", "id")
    assert "75 of 100 rows of sales" in say(explorer, "join_matches")
    assert "4 of 4 rows of shops" in say(explorer, "join_matches")
    assert "2 rows of shops" in say(explorer, "join_warning")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert 'LEFT JOIN "Shop list".shops ON sales.shop_id = shops.id' in explorer.sql or "shops" in explorer.sql

    # Its columns are added to the same query; equal names are told apart.
    explorer.enter("Shop list", "shops", "name")
    explorer.enter("Sales", "sales", "total")
    explorer.wait_for_result()
    question = explorer.exploration.state.question
    assert question is not None
    assert [one.column for one in question.groups] == ["name"]
    sums = dict(result(explorer))
    assert sums == {
        "Ankara": sum(k for k in range(1, 101) if k % 4 == 0),
        "İzmir": sum(k for k in range(1, 101) if k % 4 == 1),
        "Bursa": 2 * sum(k for k in range(1, 101) if k % 4 == 2),
        None: sum(k for k in range(1, 101) if k % 4 == 3),
    }
    repeated = say(explorer, "explore_repeated")
    assert "more than once" in repeated
    assert mark_on_home(explorer) == [repeated]
    explorer.enter("Shop list", "shops", "total")
    explorer.wait_for_result()
    assert "sum(shops_total)" in explorer.sql

    # Undo takes back one step after the other, and removing the join what named it.
    chip = explorer.view.builder.source.chips[1]
    chip.setFocus()
    explorer.qtbot.keyClick(chip, Qt.Key.Key_Delete)
    explorer.wait_for_result()
    assert "shops" not in explorer.sql
    explorer.exploration.undo()
    assert "sum(shops_total)" in explorer.sql


def test_join_kind_is_changed_and_the_sql_read_back(explorer: Explorer) -> None:
    join_shops(explorer)
    explorer.qtbot.mouseClick(explorer.view.builder.source.chips[1], Qt.MouseButton.LeftButton)
    explorer.choose("join_kind", "inner")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert "LEFT JOIN" not in explorer.sql
    question, text = explorer.exploration.state.question, explorer.sql
    explorer.exploration.set_text(text.replace("\n", "\n  "))
    assert explorer.exploration.state.question == question
    explorer.exploration.set_text(text.replace("JOIN", "CROSS JOIN"))
    assert explorer.exploration.state.question is None


def type_expression(explorer: Explorer, text: str) -> None:
    edit = explorer.find("calculation_expression")
    assert isinstance(edit, QPlainTextEdit)
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, text)


def test_calculated_column_is_checked_previewed_and_used(explorer: Explorer) -> None:
    explorer.click("explore_add_calculations")
    explorer.type("calculation_name", "net")
    type_expression(explorer, "total - refundd")
    explorer.studio.wait(lambda: "refundd" in say(explorer, "calculation_hint"))
    edit = explorer.find("calculation_expression")
    assert isinstance(edit, QueryEdit)
    (mark,) = edit.extraSelections()
    assert mark.cursor.selectedText() == "refundd"
    type_expression(explorer, "sum(total)")
    explorer.studio.wait(lambda: "over many rows" in say(explorer, "calculation_hint"))
    type_expression(explorer, "total - refunded")
    explorer.studio.wait(lambda: "whole number" in say(explorer, "calculation_hint"))
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert explorer.texts(explorer.view.builder.calculations) == ["net = total - refunded"]

    explorer.enter("Sales", "sales", "net")
    explorer.wait_for_result()
    assert result(explorer) == [(sum(k - k % 3 for k in range(1, 101)),)]
    # Renaming it renames what names it; a second one may use it.
    explorer.qtbot.mouseClick(explorer.view.builder.calculations.chips[0], Qt.MouseButton.LeftButton)
    explorer.type("calculation_name", "total")
    explorer.click("part_apply")
    assert explorer.find("calculation_popover").isVisible()  # another column has that name
    explorer.type("calculation_name", "paid")
    explorer.studio.wait(lambda: "whole number" in say(explorer, "calculation_hint"))
    explorer.click("part_apply")
    explorer.studio.wait(lambda: "sum(paid)" in explorer.sql)
    explorer.exploration.undo()
    explorer.exploration.undo()
    explorer.exploration.undo()
    question = explorer.exploration.state.question
    assert question is not None
    assert question.calculations == ()


def test_calculated_column_applied_before_it_is_checked_is_added_when_it_is(explorer: Explorer) -> None:
    explorer.click("explore_add_calculations")
    explorer.type("calculation_name", "net")
    type_expression(explorer, "total - refunded")
    explorer.click("part_apply")
    explorer.studio.wait(lambda: bool(explorer.texts(explorer.view.builder.calculations)))
    assert explorer.texts(explorer.view.builder.calculations) == ["net = total - refunded"]
    # A wrong one stays open, and isn't added when it is mended.
    explorer.click("explore_add_calculations")
    explorer.type("calculation_name", "wrong")
    type_expression(explorer, "total - refundd")
    explorer.click("part_apply")
    explorer.studio.wait(lambda: "refundd" in say(explorer, "calculation_hint"))
    type_expression(explorer, "total")
    explorer.studio.wait(lambda: "whole number" in say(explorer, "calculation_hint"))
    assert explorer.find("calculation_popover").isVisible()


def test_calculated_column_by_keys_with_ctrl_enter_and_inserted_columns(explorer: Explorer) -> None:
    button = explorer.find("explore_add_calculations")
    assert isinstance(button, Button)
    button.setFocus()
    explorer.qtbot.keyClick(button, Qt.Key.Key_Space)
    name = explorer.find("calculation_name")
    assert isinstance(name, Edit)
    assert name.hasFocus()
    explorer.qtbot.keyClicks(name, "double")
    insert, edit = explorer.find("calculation_insert"), explorer.find("calculation_expression")
    assert isinstance(insert, Select)
    insert.setCurrentIndex(insert.findData("total"))
    insert.activated.emit(insert.currentIndex())
    explorer.qtbot.keyClicks(edit, " * 2")
    explorer.studio.wait(lambda: "whole number" in say(explorer, "calculation_hint"))
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    question = explorer.exploration.state.question
    assert question is not None
    assert question.calculations == (Calculation("double", "total * 2"),)
    assert not [one for one in explorer.studio.application.window.findChildren(Popover) if one.isVisible()]


def test_a_column_that_names_each_row_of_a_joined_table_groups(studio: "Studio", tmp_path: Path) -> None:
    rows = "".join(f"{k},{k % 3},{k}\n" for k in range(1, 31))
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "id,product_id,total\n" + rows)
    names = add_file(studio, tmp_path / "products.csv", "Products", "id,label\n0,Pen\n1,Ink\n2,Nib\n")
    explorer = Explorer(studio, f"studio/explore/{sales.id}/sales")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    join_shops(explorer)
    source = explorer.exploration.source(names.id)
    assert source is not None
    explorer.exploration.read_statistics(names.id, source.tables[0])
    studio.wait(lambda: explorer.exploration.statistics(names.id, "products") is not None)
    explorer.enter("Products", "products", "label")
    explorer.wait_for_result()
    question = explorer.exploration.state.question
    assert question is not None
    assert "label" in [one.column for one in question.groups]
    assert all(one.column != "label" for one in question.measures)


def test_a_value_is_broken_down_by_a_column_of_a_joined_table(explorer: Explorer) -> None:
    join_shops(explorer)
    exploration = explorer.exploration
    question = exploration.state.question
    assert question is not None
    exploration.set_question(replace(question, groups=(Group("refunded"),), measures=(Measure("count", "", "n"),)))
    explorer.wait_for_result()
    found = exploration.drawn_result()
    assert found is not None
    assert found.table is not None
    cell = table_point(found.table, 0, 1)
    source = exploration.source(exploration.state.source_id)
    point = chart_point(cell, found, exploration.state.question, source, exploration.sources)
    assert "name" in [one.name for one in point.breakdown_columns()]
    studio = explorer.studio
    with unbound(studio.workspace.database).read() as session:
        columns = few_valued_columns(partial(few_valued, session, studio.actor), point)
    assert "name" in [one.name for one in columns]


def test_dates_that_are_first_of_their_months_are_grouped_by_month(studio: "Studio", tmp_path: Path) -> None:
    rows = "".join(f"2025-{k:02}-01,{shop},{k * 100}\n" for k in range(1, 10) for shop in ("North", "South"))
    targets = add_file(studio, tmp_path / "targets.csv", "Targets", "month,shop,target\n" + rows)
    explorer = Explorer(studio, f"studio/explore/{targets.id}/targets")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    source = explorer.exploration.source(targets.id)
    assert source is not None
    explorer.exploration.read_statistics(targets.id, source.tables[0])
    studio.wait(lambda: explorer.exploration.statistics(targets.id, "targets") is not None)
    assert explorer.exploration.unit_for(targets.id, "targets", "month") == "month"


def test_dates_of_few_days_are_grouped_by_day(studio: "Studio", tmp_path: Path) -> None:
    """A date has no time: by hour, each day was one point at its midnight."""
    rows = "".join(f"2025-03-{k:02},2025-03-{k:02} {k:02}:30,{k}\n" for k in range(1, 4))
    few = add_file(studio, tmp_path / "few.csv", "Few", "day,moment,n\n" + rows)
    explorer = Explorer(studio, f"studio/explore/{few.id}/few")
    exploration = explorer.exploration
    studio.wait(lambda: exploration.statistics(few.id, "few") is not None)
    assert exploration.unit_for(few.id, "few", "day") == "day"
    assert exploration.unit_for(few.id, "few", "moment") == "hour"
    source = exploration.source(few.id)
    assert source is not None
    popover = GroupPopover(explorer.view, source.tables[0], exploration.empty_question(few.id, "few"), None, list)
    unit = popover.findChild(Select, "group_unit")
    assert unit is not None
    assert [key for key in UNITS if unit.findData(key) >= 0] == ["interval", "day", "week", "month", "quarter", "year"]
