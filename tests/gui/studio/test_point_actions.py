"""The menu of a chart's value: filters of the dashboard, the rows behind the value, and how a filter is removed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from benchboard.analytics import queries
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.analytics.query_builder.question import Group, Measure, Question
from benchboard.dashboards.document.document import parse_document
from benchboard.errors import Unavailable
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.panes.chart_point import PointGroup, excluded_note
from benchboard.ui.studio.panes.point_rows_dialog import PointRowsDialog
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.widgets.menus import Menu

if TYPE_CHECKING:
    from conftest import Studio

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def _item(item_id: str, kind: str, x: int, y: int, query: str) -> dict[str, Any]:
    return {"id": item_id, "type": kind, "title": item_id, "position": {"x": x, "y": y, "w": 6, "h": 5}, "query": query}


BY_STATUS = "SELECT status, count(*) AS orders FROM orders GROUP BY 1 ORDER BY orders DESC"
WEEKS = (
    "SELECT date_trunc('month', created_dt) AS month, status, sum(order_total) AS total FROM orders "
    "WHERE created_dt >= :from AND created_dt < :to GROUP BY 1, 2 ORDER BY month"
)
STATUSES = (
    "WITH x AS (SELECT status, count(*) AS n FROM orders GROUP BY status) SELECT count(*) AS n FROM x WHERE n > 0"
)
ITEMS = [
    _item("status", "bar_chart", 0, 0, BY_STATUS),
    _item("months", "bar_chart", 6, 0, WEEKS),
    _item("count", "metric_card", 0, 5, "SELECT count(*) AS n FROM orders"),
    _item("other", "metric_card", 6, 5, STATUSES),
    _item("table", "table", 0, 10, BY_STATUS),
    _item("pie", "pie_chart", 6, 10, BY_STATUS),
]


@pytest.fixture
def read(studio: "Studio") -> "Studio":
    """A dashboard that is read."""
    _load(studio)
    studio.page.editor.read_only = True
    studio.wait(lambda: not studio.page.query_runner.busy)
    return studio


def _load(studio: "Studio", **more: object) -> None:
    raw = {"format": "benchboard/dashboard", "version": 2, "items": ITEMS, **more,
           "time": {"from": "2000-01-01", "to": "2040-01-01"}}  # fmt: skip
    studio.page.editor.load(parse_document(raw))
    studio.wait(lambda: "pie" in studio.canvas.tiles and not studio.page.query_runner.busy)


def _spot(studio: "Studio", item_id: str, text: str = "") -> QPoint:
    """A point of the view with a value of a widget, the first whose value is written like this."""
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    body = body_of(tile.rect.size())
    for x in range(2, 60):
        for y in range(1, 40):
            inside = QPointF(body.left() + body.width() * x / 60, body.top() + body.height() * (40 - y) / 40)
            found = tile.point_at(tile.pos() + inside)
            if found is not None and text in ["", found.text, *(str(cell) for _place, cell in found.cells)]:
                return studio.canvas.mapFromScene(tile.pos() + inside)
    raise AssertionError(f"no value {text!r} in {item_id}")


def _menu(studio: "Studio") -> Menu:
    found: list[Menu] = []

    def is_open() -> bool:
        popup = QApplication.activePopupWidget()
        if isinstance(popup, Menu) and popup.objectName() == "point_menu":
            found.append(popup)
        return bool(found)

    studio.wait(is_open)
    return found[0]


def _click(studio: "Studio", item_id: str, text: str = "") -> Menu:
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, _spot(studio, item_id, text))
    return _menu(studio)


def _action(shown: Menu, name: str) -> QAction:
    return next(one for one in shown.actions() if one.objectName() == name)


def _choose(studio: "Studio", shown: Menu, name: str) -> None:
    action = _action(shown, name)
    studio.qtbot.mouseClick(shown, LEFT, NONE, shown.actionGeometry(action).center())


def _rows(studio: "Studio", item_id: str) -> tuple[tuple[object, ...], ...]:
    result = studio.page.query_runner.result(item_id)
    assert result is not None
    assert result.table is not None, result.error
    return result.table.rows


def _settle(studio: "Studio") -> None:
    studio.wait(lambda: not studio.page.query_runner.busy)


def test_click_on_a_bar_filters_the_dashboard_until_its_chip_is_removed(
    read: "Studio", announcements: list[str]
) -> None:
    before, document = _rows(read, "status"), read.page.editor.document
    refunded = dict(before)["refunded"]
    shown = _click(read, "status", "refunded")
    assert _action(shown, "point_title").text() == "Status: Refunded"
    assert [one.objectName() for one in shown.actions() if one.objectName()] == [
        "point_title", "filter_status", "exclude_status", "show_rows", "break_down", "explore", "copy_value",
    ]  # fmt: skip
    _choose(read, shown, "filter_status")
    _settle(read)
    told = [one for one in announcements if "widget" in one]
    assert told == ["Filtered: 6 of 6 widgets.", "6 of 6 widgets have data."]
    announcements.clear()
    assert _rows(read, "status") == (("refunded", refunded),)
    assert _rows(read, "count") == ((refunded,),)
    tile = read.canvas.tiles["other"]
    assert isinstance(tile, Tile)
    (struck,) = [note.text for note in tile.notes if note.struck]
    assert struck == "Not filtered by the time range"
    assert _rows(read, "other") == ((1,),)
    bar = read.page.point_selections
    assert bar.isVisible()
    (chip,) = bar.chips
    assert chip.text() == "Status: Refunded · from status"
    assert read.page.editor.document is document
    chip.setFocus()
    read.qtbot.keyClick(chip, Qt.Key.Key_Delete)
    _settle(read)
    assert _rows(read, "status") == before
    assert not bar.isVisible()
    assert announcements[0] == "No filters."
    assert announcements[-1] == "6 of 6 widgets have data."


def test_refresh_that_fails_is_told_once_and_in_the_toast_of_one_that_was_asked_for(
    read: "Studio", announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> ResultTable:
        raise Unavailable("source.gone", "The server doesn't answer.")

    monkeypatch.setattr(queries, "run_query", fail)
    for _turn in range(2):
        read.page.query_runner.refresh()
        _settle(read)
    told = [one for one in announcements if "widget" in one]
    assert told == ["6 widgets couldn't read their data."]
    read.page.run("studio.refresh_data")
    read.wait(lambda: any("but 6 widgets couldn't read their data." in one for one in announcements))


@pytest.mark.parametrize("key", [(Qt.Key.Key_Z, CTRL), (Qt.Key.Key_Escape, NONE)])
def test_a_filter_from_a_chart_is_taken_back_by_key(read: "Studio", key: tuple[Qt.Key, Qt.KeyboardModifier]) -> None:
    before = _rows(read, "count")
    _choose(read, _click(read, "pie", "refunded"), "exclude_status")
    _settle(read)
    assert _rows(read, "count") != before
    assert [chip.text() for chip in read.page.point_selections.chips] == ["Status: not Refunded · from pie"]
    read.canvas.setFocus()
    read.key(*key)
    _settle(read)
    assert _rows(read, "count") == before


def test_ctrl_click_adds_a_value_to_the_filter(read: "Studio") -> None:
    counts = dict(_rows(read, "status"))
    one, two = list(counts)[:2]
    spots = {name: _spot(read, "pie", str(name)) for name in (one, two)}
    read.qtbot.mouseClick(read.viewport, LEFT, CTRL, spots[one])
    read.wait(lambda: len(read.page.point_selections.chips) == 1)
    _settle(read)
    assert dict(_rows(read, "status")) == {one: counts[one]}
    commands = read.page.point_actions
    tile = read.canvas.tiles["pie"]
    assert isinstance(tile, Tile)
    commands.open("pie", TilePoint(((0, two),), 1, ""), QPoint(), adding=True)
    read.wait(lambda: "," in read.page.point_selections.chips[0].text())
    _settle(read)
    assert dict(_rows(read, "status")) == {one: counts[one], two: counts[two]}


def test_only_this_period_narrows_the_time_range_and_is_taken_back(read: "Studio") -> None:
    editor = read.page.editor
    rows, before = _rows(read, "months"), editor.time_range
    shown = _click(read, "months")
    title = _action(shown, "only_period").text()
    _choose(read, shown, "only_period")
    _settle(read)
    assert editor.time_range != before
    assert {row[0] for row in _rows(read, "months")} < {row[0] for row in rows}
    assert len({row[0] for row in _rows(read, "months")}) == 1
    (chip,) = read.page.point_selections.chips
    assert title == f"Only {chip.text().partition(' · from')[0]}"
    read.qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert editor.time_range == before
    assert not read.page.point_selections.chips


def test_show_rows_has_as_many_rows_as_the_bar_says(read: "Studio") -> None:
    count = dict(_rows(read, "status"))["refunded"]
    _choose(read, _click(read, "status", "refunded"), "show_rows")
    (dialog,) = read.application.window.findChildren(PointRowsDialog)
    read.wait(lambda: dialog.table is not None)
    assert dialog.table is not None
    assert dialog.summary.text() == f"{count} rows"
    assert dialog.table.rows.rowCount() == count
    place = [one.name for one in dialog.table.rows.columns].index("status")
    assert {dialog.table.rows.text(row, place) for row in range(dialog.table.rows.rowCount())} == {"Refunded"}
    read.qtbot.keyClick(dialog.table.view, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_show_rows_says_the_sum_that_the_chart_has(read: "Studio") -> None:
    _choose(read, _click(read, "months"), "show_rows")
    (dialog,) = read.application.window.findChildren(PointRowsDialog)
    read.wait(lambda: dialog.table is not None)
    assert dialog.summary.text().startswith("Total: ")


def test_break_down_opens_explore_with_the_value_and_the_other_column(read: "Studio") -> None:
    shown = _click(read, "status", "refunded")
    inner = _action(shown, "break_down").menu()
    assert isinstance(inner, Menu)
    by = next(one for one in inner.actions() if one.objectName() == "by_currency")
    shown.close()
    by.trigger()
    view = read.context.view("studio/explore")
    assert isinstance(view, ExploreView)
    read.wait(lambda: view.exploration.state.question is not None)
    question = view.exploration.state.question
    assert question is not None
    assert [one.column for one in question.groups] == ["currency"]
    assert [(one.column, one.values) for one in question.filters] == [("status", ("refunded",))]


def test_a_query_written_by_hand_offers_what_can_be_done(read: "Studio") -> None:
    shown = _click(read, "other")
    names = [one.objectName() for one in shown.actions() if one.objectName()]
    assert names == ["point_title", "explore", "copy_value"]
    _choose(read, shown, "copy_value")
    assert QApplication.clipboard().text() == str(_rows(read, "other")[0][0])


def test_menu_by_keys_offers_no_value_that_nobody_chose(studio: "Studio") -> None:
    """It was that of the value in the middle of the chart."""
    _load(studio)
    studio.page.editor.select(["status"])
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    assert menu.actions()
    assert not [one for one in menu.actions() if one.objectName() == "point_actions"]
    menu.close()


def test_click_in_edit_mode_selects_and_the_context_menu_leads_to_the_value(studio: "Studio") -> None:
    _load(studio)
    spot = _spot(studio, "status", "refunded")
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    assert studio.page.editor.selection == ("status",)
    assert QApplication.activePopupWidget() is None
    studio.canvas.menu_requested.emit(studio.viewport.mapToGlobal(spot))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    action = next(one for one in menu.actions() if one.objectName() == "point_actions")
    menu.close()
    action.trigger()
    _choose(studio, _menu(studio), "filter_status")
    _settle(studio)
    assert len(_rows(studio, "status")) == 1
    assert studio.page.editor.undo_stack.count() == 0
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Z, CTRL)
    _settle(studio)
    assert len(_rows(studio, "status")) > 1


def test_menu_of_a_value_opens_though_the_end_of_the_data_becomes_known_meanwhile(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    _load(studio)
    studio.page.editor.read_only = True
    runner = studio.page.query_runner
    known = runner.result("status")
    assert known is not None
    assert known.table is not None
    again = tuple(list(known.table.rows))  # noqa: C414  # another tuple: the same rows, read anew
    later = replace(known, table=replace(known.table, rows=again, known_until=datetime.now(UTC)))
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, _spot(studio, "status", "refunded"))
    monkeypatch.setattr(runner, "result", lambda _item_id: later)
    _menu(studio).close()


@pytest.mark.parametrize(("rows", "opens"), [(None, True), ((("paid", 1),), False)])
def test_menu_of_a_value_opens_while_its_widget_is_read_again(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, rows: tuple[tuple[str, int], ...] | None, opens: bool
) -> None:
    """It didn't, in silence; of other rows it doesn't."""
    _load(studio)
    studio.page.editor.read_only = True
    runner = studio.page.query_runner
    known = runner.result("status")
    assert known is not None
    assert known.table is not None
    later = replace(known, table=replace(known.table, rows=rows) if rows is not None else None)
    asked = list[str]()
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, _spot(studio, "status", "refunded"))
    monkeypatch.setattr(runner, "result", lambda item_id: asked.append(item_id) or later)  # type: ignore[func-returns-value]  # to note it
    if opens:
        _menu(studio).close()
    else:
        studio.wait(lambda: "status" in asked)
        assert QApplication.activePopupWidget() is None


def test_a_variable_of_the_column_gets_the_value(studio: "Studio") -> None:
    variable = {
        "name": "state", "label": "State", "type": "query", "multiple": True, "include_all": True, "all_chosen": True,
        "query": "SELECT DISTINCT status\nFROM orders\nWHERE status IS NOT NULL\nORDER BY status",
    }  # fmt: skip
    _load(studio, variables=[variable])
    studio.page.editor.read_only = True
    studio.wait(lambda: bool(studio.page.editor.reader_document.variables[0].values))
    _settle(studio)
    _choose(studio, _click(studio, "status", "refunded"), "filter_status")
    assert studio.page.editor.reader_document.chosen == {"state": ("refunded",)}
    (chip,) = studio.page.point_selections.chips
    chip.click()
    assert len(studio.page.editor.reader_document.chosen["state"]) > 1


def test_an_enlarged_chart_opens_the_menu_of_a_value_by_keyboard(read: "Studio") -> None:
    read.canvas.enlarge_requested.emit("status")
    view = read.page.enlarged.view
    assert view is not None
    drawing = view.content.content
    assert isinstance(drawing, EnlargedDrawing)
    read.qtbot.keyClick(drawing, Qt.Key.Key_Right)
    read.qtbot.keyClick(drawing, Qt.Key.Key_Return)
    shown = _menu(read)
    first = str(_rows(read, "status")[0][0])
    assert _action(shown, "point_title").text() == f"Status: {first.capitalize()}"
    shown.setActiveAction(_action(shown, "filter_status"))
    read.qtbot.keyClick(shown, Qt.Key.Key_Return)
    _settle(read)
    assert [str(row[0]) for row in _rows(read, "status")] == [first]


def test_a_cell_of_a_table_has_the_menu_by_enter(read: "Studio") -> None:
    read.canvas.interactive_table.enter("table")
    table = read.canvas.interactive_table.table
    assert table is not None
    table.view.setCurrentIndex(table.rows.index(0, 0))
    read.qtbot.keyClick(table.view, Qt.Key.Key_Return)
    _choose(read, _menu(read), "exclude_status")
    assert len(read.page.point_selections.chips) == 1


@pytest.fixture
def explored(studio: "Studio") -> ExploreView:
    studio.context.go("studio/explore")
    view = studio.context.view("studio/explore")
    assert isinstance(view, ExploreView)
    studio.wait(lambda: view.exploration.sources_read)
    question = Question("orders", groups=(Group("status"),), measures=(Measure("count", "", "orders"),))
    view.exploration.set_question(question, kind="bar_chart")
    studio.wait(lambda: view.exploration.result is not None and not view.exploration.running)
    return view


def _walk(studio: "Studio", view: ExploreView) -> Menu:
    studio.qtbot.keyClick(view.result.chart, Qt.Key.Key_Right)
    studio.qtbot.keyClick(view.result.chart, Qt.Key.Key_Return)
    return _menu(studio)


@pytest.mark.parametrize(("entry", "operator"), [("filter_status", "eq"), ("exclude_status", "ne")])
def test_explore_filters_its_query_by_a_value_of_its_chart(
    studio: "Studio", explored: ExploreView, entry: str, operator: str
) -> None:
    shown = _walk(studio, explored)
    assert [one.objectName() for one in shown.actions() if one.objectName()] == [
        "point_title", "filter_status", "exclude_status", "show_rows", "break_down", "copy_value",
    ]  # fmt: skip
    _choose(studio, shown, entry)
    question = explored.exploration.state.question
    assert question is not None
    assert [(one.column, one.operator) for one in question.filters] == [("status", operator)]
    explored.exploration.undo()
    assert explored.exploration.state.question != question


def test_explore_shows_only_the_month_of_a_bar_and_its_rows(studio: "Studio", explored: ExploreView) -> None:
    question = Question(
        "orders", groups=(Group("created_dt", "month", "month"),), measures=(Measure("sum", "order_total", "total"),)
    )
    explored.exploration.set_question(question, kind="bar_chart")
    studio.wait(lambda: explored.exploration.result is not None and not explored.exploration.running
                and explored.exploration.result.text == explored.exploration.state.text)  # fmt: skip
    _choose(studio, _walk(studio, explored), "only_period")
    found = explored.exploration.state.question
    assert found is not None
    assert [one.operator for one in found.filters] == ["ge", "lt"]
    studio.wait(lambda: explored.exploration.result is not None and not explored.exploration.running
                and explored.exploration.result.text == explored.exploration.state.text)  # fmt: skip
    _choose(studio, _walk(studio, explored), "show_rows")
    (dialog,) = studio.application.window.findChildren(PointRowsDialog)
    studio.wait(lambda: dialog.table is not None)
    assert dialog.summary.text().startswith("Total: ")


def test_excluding_a_value_says_that_rows_without_one_are_left_out_too() -> None:
    group = Group("status")
    question = Question("orders", groups=(group,), measures=(Measure("count", "", "n"),))
    value = PointGroup(group, "paid", "Status", "paid")
    columns = (ResultColumn("status", "text"), ResultColumn("n", "integer"))
    table = ResultTable(columns, (("paid", 1), (None, 2)), truncated=False)
    assert excluded_note(value, question, table) == "Rows without a value are left out too."
    assert excluded_note(value, question, replace(table, rows=(("paid", 1),))) == ""
    assert excluded_note(replace(value, value=None), question, table) == ""


def _free_spot(studio: "Studio", item_id: str) -> QPoint:
    """A point of a widget's content with no value."""
    tile = studio.canvas.tiles[item_id]
    assert isinstance(tile, Tile)
    body = body_of(tile.rect.size())
    for y in range(int(body.bottom()), int(body.top()), -1):
        at = tile.pos() + QPointF(body.left() + 1, y)
        if tile.body_contains(at) and tile.point_at(at) is None:
            return studio.canvas.mapFromScene(at)
    raise AssertionError(f"values everywhere in {item_id}")


@pytest.mark.parametrize(("item_id", "where"), [("status", "header"), ("status", "free"), ("count", "header")])
def test_double_click_beside_the_values_enlarges_the_widget(read: "Studio", item_id: str, where: str) -> None:
    spot = read.header(item_id) if where == "header" else _free_spot(read, item_id)
    read.qtbot.mouseClick(read.viewport, LEFT, NONE, spot)
    read.qtbot.mouseDClick(read.viewport, LEFT, NONE, spot)
    assert QApplication.activePopupWidget() is None
    assert read.page.enlarged.view is not None
    assert read.page.enlarged.view.item_id == item_id


def test_alt_left_goes_back_from_a_page_that_is_read(read: "Studio") -> None:
    read.context.go("studio/data")
    read.context.go("studio/home")
    read.click("status")
    assert read.page.editor.selection == ("status",)
    read.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not read.page.isVisible()
    assert read.context.problems.current is None


def test_second_click_on_a_value_of_a_page_that_is_arranged_opens_its_menu(studio: "Studio") -> None:
    _load(studio)
    spot = _spot(studio, "status", "refunded")
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    assert studio.page.editor.selection == ("status",)
    assert not studio.canvas.pointer.value_click.isActive(), "the first click selects"
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    assert studio.canvas.pointer.value_click.isActive()
    _choose(studio, _menu(studio), "filter_status")
    _settle(studio)
    assert [row[0] for row in _rows(studio, "status")] == ["refunded"]
    assert studio.page.editor.selection == ("status",)


def test_double_click_on_a_value_edits_the_widget_and_opens_no_menu(studio: "Studio") -> None:
    _load(studio)
    spot = _spot(studio, "status", "refunded")
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    studio.qtbot.mouseDClick(studio.viewport, LEFT, NONE, spot)
    assert not studio.canvas.pointer.value_click.isActive()
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    studio.qtbot.mousePress(studio.viewport, LEFT, NONE, spot)
    assert not studio.canvas.pointer.value_click.isActive(), "a drag may begin"
    studio.qtbot.mouseRelease(studio.viewport, LEFT, NONE, spot)


def test_click_on_a_value_while_presenting_opens_its_menu(studio: "Studio") -> None:
    _load(studio)
    studio.page.presentation.start()
    studio.wait(lambda: studio.canvas.wall is not None and not studio.page.query_runner.busy)
    _choose(studio, _click(studio, "status", "refunded"), "filter_status")
    _settle(studio)
    assert [row[0] for row in _rows(studio, "status")] == ["refunded"]
    assert studio.page.point_selections.isVisible()
    studio.page.presentation.end()


@pytest.mark.parametrize("has_variables", [False, True])
def test_filters_from_charts_are_shown_while_presenting_too(studio: "Studio", has_variables: bool) -> None:
    variable = {"name": "state", "label": "State", "type": "list", "values": ["paid", "refunded"]}
    raw = {"format": "benchboard/dashboard", "version": 2, "items": [ITEMS[0]],
           "variables": [variable] if has_variables else []}  # fmt: skip
    studio.page.editor.load(parse_document(raw))
    studio.page.editor.read_only = True
    studio.wait(lambda: "status" in studio.canvas.tiles and not studio.page.query_runner.busy)
    _choose(studio, _click(studio, "status", "refunded"), "filter_status")
    _settle(studio)
    bar = studio.page.point_selections
    studio.page.presentation.start()
    assert studio.page.variables.isVisible() is has_variables
    assert bar.isVisible(), "what is filtered is said wherever it is shown"
    studio.key(Qt.Key.Key_Escape)
    assert not studio.page.presentation.on
    assert bar.isVisible()
    assert len(bar.chips) == 1


def test_keys_go_through_the_values_of_a_chart_a_pie_and_a_number_and_open_their_menu(
    read: "Studio", announcements: list[str]
) -> None:
    told, asked = announcements, list[tuple[str, TilePoint]]()
    read.canvas.point_requested.connect(lambda item_id, point, _at, _adding: asked.append((item_id, point)))
    for item_id in ("status", "pie", "count"):
        read.page.editor.select([item_id])
        read.canvas.setFocus()
        told.clear()
        read.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert read.canvas.value_walk.item_id == item_id
        assert len(told) == 1
        read.key(Qt.Key.Key_Right)
        if item_id != "count":
            assert len(set(told)) == 2, told
        asked.clear()
        read.canvas.value_walk.request_menu()
        assert [one for one, _point in asked] == [item_id]
        read.key(Qt.Key.Key_Escape)
        assert read.canvas.value_walk.item_id == ""
        assert read.page.editor.selection == (item_id,), "Esc ends the walk alone"
