"""Joined tables and calculated columns in Explore, in a real window by mouse and keys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from test_explore import Explorer

from benchboard.analytics import model_services
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import ModelDefinition, ModelJoin
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.point_rows import few_valued
from benchboard.analytics.query_builder.question import UNITS, Calculation, Group, Measure, Question
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
from benchboard.ui.widgets.tab_order import tab_stops
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
    """What a paragraph says; nothing while it isn't shown."""
    window = explorer.studio.application.window
    return "".join(one.text() for one in window.findChildren(Paragraph, name) if one.isVisible())


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


@pytest.mark.parametrize(("last", "follows_range"), [(60, False), (0, True)])
def test_data_that_ended_are_shown_whole_and_those_that_go_on_in_the_last_weeks(
    studio: "Studio", tmp_path: Path, last: int, follows_range: bool
) -> None:
    """Of twenty weeks that ended two months ago the last thirteen weeks showed four, without a word."""
    today = datetime.now(UTC).date()
    rows = "".join(f"{today - timedelta(days=ago)},{ago}\n" for ago in range(last + 140, last - 1, -1))
    sold = add_file(studio, tmp_path / "sold.csv", "Sold", "day,n\n" + rows)
    exploration = Explorer(studio, f"studio/explore/{sold.id}/sold").exploration
    studio.wait(lambda: exploration.statistics(sold.id, "sold") is not None)
    assert (exploration.unit_for(sold.id, "sold", "day") == "interval") == follows_range


def _word(explorer: Explorer, value: str) -> str:
    """The name of the field for what a value becomes, once its values were read."""
    popover = explorer.find("mapping_popover")
    wanted = f"What “{value}” becomes"

    def named() -> list[str]:
        fields = [one for one in popover.findChildren(Edit) if one.isVisible()]
        return [one.objectName() for one in fields if one.accessibleName() == wanted]

    explorer.studio.wait(lambda: len(named()) == 1)
    return named()[0]


def _typed(explorer: Explorer, name: str) -> str:
    edit = explorer.find(name)
    assert isinstance(edit, Edit)
    return edit.text()


def test_values_are_mapped_to_words_and_the_mapping_is_edited_as_one(explorer: Explorer) -> None:
    explorer.click("explore_map_values")
    for column in ("total", "shop_id"):
        explorer.choose("mapping_column", column)
    for value, word in (("0", "North"), ("1", "North"), ("2", "O'Brien's")):
        explorer.type(_word(explorer, value), word)
    explorer.choose("mapping_rest", "gather")
    explorer.type("mapping_rest_word", "Rest")
    explorer.type("mapping_name", "region")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert explorer.texts(explorer.view.builder.calculations) == ["region: shop_id mapped"]
    sql = "CASE WHEN shop_id IN (0, 1) THEN 'North' WHEN shop_id IN (2) THEN 'O''Brien''s' ELSE 'Rest' END AS region"
    assert sql in explorer.sql
    question = explorer.exploration.state.question
    assert question is not None
    counted = (Measure("count", "", "n"),)
    explorer.exploration.set_question(replace(question, groups=(Group("region"),), measures=counted))
    explorer.wait_for_result()
    assert set(result(explorer)) == {("North", 50), ("O'Brien's", 25), ("Rest", 25)}
    # The chip opens the mapping again; SQL is one step away.
    explorer.qtbot.mouseClick(explorer.view.builder.calculations.chips[0], Qt.MouseButton.LeftButton)
    assert [_typed(explorer, _word(explorer, value)) for value in "0123"] == ["North", "North", "O'Brien's", ""]
    explorer.type(_word(explorer, "3"), "North")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert set(result(explorer)) == {("North", 75), ("O'Brien's", 25)}
    explorer.exploration.undo()
    explorer.wait_for_result()
    assert len(result(explorer)) == 3
    explorer.qtbot.mouseClick(explorer.view.builder.calculations.chips[0], Qt.MouseButton.LeftButton)
    explorer.click("mapping_as_sql")
    assert explorer.find("calculation_popover").isVisible()


def test_numbers_are_mapped_in_ranges_which_leave_none_out(explorer: Explorer) -> None:
    explorer.click("explore_map_values")
    explorer.choose("mapping_column", "total")
    explorer.choose("mapping_way", "ranges")
    explorer.type("mapping_limits", "50; 10")
    explorer.click("part_apply")
    assert explorer.find("mapping_popover").isVisible(), "the limits aren't in order"
    explorer.type("mapping_limits", "10; 50")
    explorer.type(_word(explorer, "10 to below 50"), "Middle")
    explorer.click("part_apply")
    question = explorer.exploration.state.question
    assert question is not None
    explorer.exploration.set_question(
        replace(question, groups=(Group("total_mapped"),), measures=(Measure("count", "", "n"),))
    )
    explorer.wait_for_result()
    assert set(result(explorer)) == {("below 10", 9), ("Middle", 40), ("50 and more", 51)}


def test_values_are_mapped_by_keys_alone_and_the_new_chip_gets_the_focus(explorer: Explorer) -> None:
    explorer.click("explore_map_values")
    for column in ("total", "shop_id"):
        explorer.choose("mapping_column", column)
    first, second = (explorer.find(_word(explorer, value)) for value in "01")
    popover = explorer.find("mapping_popover")
    stops = [one.objectName() for one in tab_stops(popover)]
    assert len([one for one in stops if one.startswith("mapping_word")]) == 1
    first.setFocus(Qt.FocusReason.TabFocusReason)
    explorer.qtbot.keyClicks(first, "North")
    explorer.qtbot.keyClick(first, Qt.Key.Key_Return)
    assert second.hasFocus()
    assert popover.isVisible()
    explorer.qtbot.keyClick(second, Qt.Key.Key_F6)
    assert popover.isVisible(), "F6 stays in it"
    assert popover.isAncestorOf(QApplication.focusWidget())
    second.setFocus(Qt.FocusReason.TabFocusReason)
    explorer.qtbot.keyClick(second, Qt.Key.Key_Up)
    assert first.hasFocus()
    explorer.qtbot.keyClick(first, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    explorer.wait_for_result()
    (chip,) = explorer.view.builder.calculations.chips
    assert chip.hasFocus()


def test_mapping_that_maps_nothing_stays_open_and_says_so(explorer: Explorer) -> None:
    explorer.click("explore_map_values")
    _word(explorer, "1")
    explorer.click("part_apply")
    assert say(explorer, "mapping_note") == "Enter what at least one value becomes."
    assert explorer.exploration.state.question is not None
    assert explorer.exploration.state.question.calculations == ()


@pytest.fixture
def bikes(studio: "Studio", tmp_path: Path) -> Explorer:
    """Sales of shops by day, the shops under other column titles, and how many people came, by day and shop."""
    rows = "".join(
        f"R{k},2025-08-0{1 + k % 7},{('W01', 'W02', 'W03')[k % 3]},{k}\n" for k in range(1, 64)
    )  # every shop several times a day
    sales = add_file(studio, tmp_path / "sales.csv", "Sales", "beleg,datum,filiale,umsatz\n" + rows)
    add_file(studio, tmp_path / "stores.csv", "Stores", "shop_id,shop_name,region\n"
             "W01,Ankara,A\nW02,Bursa,B\nW03,Leipzig,B\n")  # fmt: skip
    people = "".join(f"2025-08-0{day},{shop},{day}\n" for day in range(1, 8) for shop in ("W01", "W02", "W03"))
    add_file(studio, tmp_path / "footfall.csv", "Footfall", "date,shop,visitors\n" + people)
    add_file(studio, tmp_path / "colours.csv", "Colours", "colour,code\nred,X1\nblue,X2\n")
    found = Explorer(studio, f"studio/explore/{sales.id}/sales")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    return found


def open_join(explorer: Explorer, title: str) -> None:
    explorer.click("explore_add_joins")
    tables = explorer.find("join_table")
    assert isinstance(tables, Select)
    explorer.choose("join_table", next(str(tables.itemData(k)) for k in range(tables.count())
                                       if tables.itemText(k) == title))  # fmt: skip
    explorer.studio.wait(lambda: "find a row" in say(explorer, "join_matches"))


def pair_of(explorer: Explorer, end: str = "") -> tuple[str, str]:
    left, right = explorer.find(f"join_left{end}"), explorer.find(f"join_right{end}")
    assert isinstance(left, Select)
    assert isinstance(right, Select)
    return left.current_key(), right.current_key()


def test_join_proposes_the_columns_with_the_same_values_whatever_their_titles(bikes: Explorer) -> None:
    open_join(bikes, "Stores / stores")
    assert pair_of(bikes) == ("filiale", "shop_id")
    assert "63 of 63 rows of sales" in say(bikes, "join_matches")


def test_join_without_a_match_warns_and_is_not_suggested(bikes: Explorer) -> None:
    open_join(bikes, "Colours / colours")
    apply = bikes.find("part_apply")
    assert isinstance(apply, Button)
    assert say(bikes, "join_warning").startswith("No row of sales finds a row of colours.")
    assert apply.property("kind") == "plain"
    open_join_again = bikes.find("join_table")
    assert isinstance(open_join_again, Select)
    bikes.choose("join_table", next(str(open_join_again.itemData(k)) for k in range(open_join_again.count())
                                    if open_join_again.itemText(k) == "Stores / stores"))  # fmt: skip
    bikes.studio.wait(lambda: "63 of 63" in say(bikes, "join_matches"))
    assert apply.property("kind") == "primary"


def test_join_by_two_pairs_is_proposed_and_many_to_many_makes_both_sums_wrong(bikes: Explorer) -> None:
    open_join(bikes, "Footfall / footfall")
    assert {pair_of(bikes), pair_of(bikes, "_2")} == {("datum", "date"), ("filiale", "shop")}
    assert "sums over footfall count rows more than once. Sums over sales don't." in say(bikes, "join_warning")
    assert bikes.find("join_warning").property("tone") == "secondary", "a lookup is no reason to warn"
    bikes.click("join_remove_pair_2")
    bikes.studio.wait(lambda: "both count rows more than once" in say(bikes, "join_warning"))
    assert bikes.find("join_warning").property("tone") == "warn"
    assert "don't" not in say(bikes, "join_warning")
    bikes.click("part_apply")
    bikes.wait_for_result()
    bikes.enter("Sales", "sales", "umsatz")
    bikes.enter("Footfall", "footfall", "visitors")
    bikes.wait_for_result()
    bikes.studio.wait(lambda: "visitors" in say(bikes, "explore_repeated"))
    assert "umsatz" in say(bikes, "explore_repeated")

    # A second pair, added by hand, takes the warning from the sums over sales.
    bikes.qtbot.mouseClick(bikes.view.builder.source.chips[1], Qt.MouseButton.LeftButton)
    bikes.click("join_add_pair")
    assert pair_of(bikes, "_2") == ("", ""), "no names say which columns belong together"
    left, right = {"datum": ("filiale", "shop"), "filiale": ("datum", "date")}[pair_of(bikes)[0]]
    bikes.choose("join_left_2", left)
    bikes.choose("join_right_2", right)
    bikes.studio.wait(lambda: "Sums over sales don't." in say(bikes, "join_warning"))
    bikes.click("part_apply")
    bikes.wait_for_result()
    question = bikes.exploration.state.question
    assert question is not None
    assert set(question.joins[0].keys) == {("datum", "date"), ("filiale", "shop")}
    assert " AND " in bikes.sql


def test_filter_and_map_values_begin_at_a_column_with_few_values(bikes: Explorer) -> None:
    bikes.studio.wait(lambda: bikes.exploration.question_statistics() is not None)
    for button, name in (("explore_add_filters", "filter_column"), ("explore_map_values", "mapping_column")):
        bikes.click(button)
        column = bikes.find(name)
        assert isinstance(column, Select)
        assert column.current_key() == "filiale", "not the receipt, which is unique"
        bikes.qtbot.keyClick(column, Qt.Key.Key_Escape)


def test_sums_over_a_data_model_warn_of_repeated_rows_and_of_currencies_as_joined_tables_do(
    studio: "Studio", tmp_path: Path, announcements: list[str]
) -> None:
    orders = add_file(
        studio, tmp_path / "orders.csv", "Orders",
        "id,shop,currency,amount\n1,Berlin,EUR,10.5\n2,Berlin,CHF,20.25\n3,Bern,CHF,5.5\n4,Bern,CHF,5.5\n",
    )  # fmt: skip
    shops = add_file(studio, tmp_path / "shops.csv", "Shops", "shop,marketing_cost\nBerlin,1500\nBern,700\n")
    with unbound(studio.workspace.database).change() as session:
        base = model_services.table_definition(session, studio.actor, orders.id, "orders").tables[0]
        joined = model_services.model_table(
            session, studio.actor, shops.id, "shops", [("marketing_cost", "marketing_cost")]
        )
        made = ModelDefinition((base, joined), (ModelJoin((("shop", "shop"),)),))
        model_services.create_model(session, studio.actor, name="order_model", definition=made)
    found = Explorer(studio, f"studio/explore/{orders.id}/order_model")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    found.exploration.set_question(
        Question(
            "order_model", orders.id, groups=(Group("shop"),),
            measures=(Measure("sum", "marketing_cost", "cost"), Measure("sum", "amount", "sold")),
        )
    )  # fmt: skip
    repeated = "Rows of shops are counted more than once in “cost”: one matches up to 2 rows."
    mixed = "This adds CHF and EUR as if they were one currency. Filter or group by currency."
    studio.wait(lambda: say(found, "explore_repeated") == f"{repeated} {mixed}")
    told = [one for one in announcements if " rows in " in one][-1]
    assert told.endswith(f". {repeated} {mixed}"), "a reader hears it with the result"
    found.exploration.set_kind("pivot_table")
    window = studio.application.window
    (warning,) = (one for one in window.findChildren(Paragraph, "explore_repeated") if one.isVisible())
    studio.wait(lambda: warning.height() >= warning.heightForWidth(warning.width()))
    assert mark_on_home(found) == [repeated, mixed]
    found.click("explore_count_once")
    found.wait_for_result()
    studio.wait(lambda: say(found, "explore_repeated") == mixed)
    assert sorted((row[0], float(str(row[1]))) for row in result(found)) == [("Berlin", 1500.0), ("Bern", 700.0)]
    assert not found.view.result.findChild(Button, "explore_count_once").isVisible()
    found.exploration.undo()
    studio.wait(lambda: say(found, "explore_repeated") == f"{repeated} {mixed}")


def test_amounts_are_converted_by_rates_that_are_asked_for_and_said(studio: "Studio", tmp_path: Path) -> None:
    sales = add_file(studio, tmp_path / "sold.csv", "Sold", "shop,currency,amount\na,EUR,10\na,USD,100\nb,EUR,5\n")
    found = Explorer(studio, f"studio/explore/{sales.id}/sold")
    studio.wait(lambda: bool(found.exploration.state.text))
    found.wait_for_result()
    found.exploration.set_question(Question("sold", sales.id, groups=(Group("shop"),),
                                            measures=(Measure("sum", "amount", "total"),)))  # fmt: skip
    found.wait_for_result()
    button = found.find("explore_convert")
    assert button.isVisible()
    found.click("explore_convert")
    found.click("part_apply")
    rate = found.find("conversion_rate_USD")
    assert "above 0" in rate.accessibleDescription()
    found.type("conversion_rate_USD", "0.9")
    found.click("part_apply")
    found.wait_for_result()
    assert sorted((name, float(str(total))) for name, total in result(found)) == [("a", 100.0), ("b", 5.0)]
    assert say(found, "explore_converted").startswith("Converted to EUR at 1 USD = 0.9 EUR.")
    assert say(found, "explore_repeated") == ""
    assert not button.isVisible()
    assert any("1 USD = 0.9 EUR" in note for note in mark_on_home(found))


def _places(explorer: Explorer, name: str) -> tuple[int, int]:
    """Where a popover and its button are on screen."""
    popover, apply = explorer.find(name), explorer.find("part_apply")
    return popover.y(), apply.mapToGlobal(apply.rect().topLeft()).y()


def test_join_popover_stays_where_it_is_when_the_matches_are_counted(explorer: Explorer) -> None:
    explorer.click("explore_join")
    top = explorer.find("join_popover").y()
    explorer.studio.wait(lambda: "2 rows of shops" in say(explorer, "join_warning"))
    popover = explorer.find("join_popover")
    window = explorer.studio.application.window
    assert popover.y() == top or popover.geometry().bottom() >= window.height() - 40, "it moves only for want of room"


def test_buttons_of_a_calculated_column_stay_where_they_are_when_the_preview_comes(explorer: Explorer) -> None:
    explorer.click("explore_add_calculations")
    before = _places(explorer, "calculation_popover")
    explorer.type("calculation_name", "net")
    type_expression(explorer, "total - refunded")
    explorer.studio.wait(lambda: "whole number" in say(explorer, "calculation_hint"))
    assert _places(explorer, "calculation_popover") == before


def test_warning_above_a_table_has_a_row_of_its_own(explorer: Explorer) -> None:
    join_shops(explorer)
    explorer.enter("Shop list", "shops", "name")
    explorer.enter("Sales", "sales", "total")
    explorer.wait_for_result()
    assert say(explorer, "explore_repeated")
    explorer.click("explore_kind_table")
    warning, button = explorer.find("explore_repeated"), explorer.find("explore_kind_table")
    explorer.studio.wait(lambda: button.height() >= button.sizeHint().height())
    bottom = button.mapToGlobal(button.rect().bottomLeft()).y()
    assert warning.mapToGlobal(warning.rect().topLeft()).y() > bottom
    assert warning.height() >= warning.heightForWidth(warning.width())


def test_join_popover_is_called_by_its_title_and_says_how_many_rows_match(
    explorer: Explorer, announcements: list[str]
) -> None:
    explorer.click("explore_add_joins")
    explorer.studio.wait(lambda: "find a row" in say(explorer, "join_matches"))
    assert explorer.find("join_popover").accessibleName() == "Join another table"
    (told,) = (one for one in announcements if "find a row" in one)
    assert "75 of 100 rows of sales find a row of shops." in told
    assert "2 rows of shops" in told, "the warning too"
    assert explorer.find("part_apply").accessibleDescription() == told
    left = explorer.find("join_left")
    assert isinstance(left, Select)
    announcements.clear()
    left.setCurrentIndex(left.findData("total"))
    explorer.studio.wait(lambda: any("find a row" in one for one in announcements))
    left.setCurrentIndex(left.findData("shop_id"))
    explorer.studio.wait(lambda: "75 of" in explorer.find("part_apply").accessibleDescription())
    announcements.clear()
    explorer.qtbot.keyClick(explorer.find("join_kind"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert Popover.opened() is None, "Ctrl+Enter joins it"
    assert "shops joined, 75 of 100 rows match" in announcements
    explorer.wait_for_result()
