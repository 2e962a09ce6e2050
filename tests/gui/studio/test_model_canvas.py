"""The canvas of a data model in a real window: joins drawn by mouse, cards and lines worked by keys, all undone."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from test_explore_joins import add_file
from test_models_view import LEFT, Models

from benchboard.analytics.data_models.definition import CalculatedField, FieldDisplay, ModelMeasure
from benchboard.ui.studio.data.data_models.canvas_painting import FOOT, SHOWN_ROWS
from benchboard.ui.studio.data.data_models.model_canvas import CanvasSpot, ModelCanvas
from benchboard.ui.studio.data.data_models.model_draft import with_measure
from benchboard.ui.studio.data.data_models.model_editor import PAGES
from benchboard.ui.widgets import Button, Select, accessible
from benchboard.ui.widgets.tab_order import tab_stops
from support.layout_faults import OurWords, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Studio

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class CanvasDriver(Models):
    """A new model over sales, with the shops on its canvas."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        rows = "".join(f"{k},{k % 4},{k}\n" for k in range(1, 31))
        sales = add_file(studio, folder / "sales.csv", "Sales", "id,shop_id,total\n" + rows)
        wide = ",".join(f"c{k}" for k in range(30))
        one = ",".join("1" for _k in range(30))
        text = f"id,name,{wide}\n" + "".join(
            f"{k},{name},{one}\n" for k, name in enumerate(("Ankara", "İzmir", "Bursa"))
        )
        self.shops = add_file(studio, folder / "shops.csv", "Shop list", text)
        super().__init__(studio)
        studio.wait(lambda: {sales.id, self.shops.id} <= {one.id for one in self.editor.exploration.sources})
        studio.context.go("studio/models/!new")
        window = studio.application.window
        studio.wait(lambda: any(one.isVisible() for one in window.findChildren(QWidget, "model_table_sales")))
        self.click("model_table_sales")
        studio.wait(lambda: self.editor.preview.texts.rowCount() == 20)
        self.click("model_add_table")
        self.click("model_table_shops")

    @property
    def canvas(self) -> ModelCanvas:
        return self.editor.tables.canvas

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        self.qtbot.keyClick(self.canvas, key, modifier)

    def join(self) -> None:
        """Draw the join, and close the popover that it opens."""
        self.draw((0, 1), (1, 0))
        self.qtbot.keyClick(self.find("join_popover"), Qt.Key.Key_Escape)
        self.studio.wait(lambda: bool(self.canvas.scene.lines[0].note))


@pytest.fixture
def driver(studio: "Studio", tmp_path: Path) -> CanvasDriver:
    return CanvasDriver(studio, tmp_path)


def test_column_dragged_onto_another_joins_the_table_and_says_how_it_matches(driver: CanvasDriver) -> None:
    assert [card.is_joined for card in driver.canvas.scene.cards] == [True, False]
    assert driver.view.draft is not None
    assert driver.view.draft.state.definition.names() == ["id", "shop_id", "total"]
    driver.join()
    (line,) = driver.canvas.scene.lines
    assert (line.left_row, line.right_row, line.kind, line.crosses_sources) == (1, 0, "left", True)
    assert (line.left_end, line.right_end, line.note) == ("n", "0–1", "7 without a match")
    assert driver.view.draft.state.unjoined == ()
    assert "name" in driver.view.draft.state.definition.names()
    assert driver.editor.contents.text() == "2 tables, 2 sources, 35 fields"


def test_tools_of_the_canvas_stand_below_it_and_show_its_zoom(driver: CanvasDriver) -> None:
    canvas = driver.canvas
    driver.click("model_fit")
    bottom = canvas.mapTo(driver.view, QPoint(0, canvas.height())).y()
    for name in ("model_zoom_out", "model_zoom", "model_zoom_in", "model_fit", "model_tidy"):
        assert driver.find(name).mapTo(driver.view, QPoint()).y() >= bottom
    driver.click("model_zoom_in")
    zoom = driver.find("model_zoom")
    assert isinstance(zoom, Button)
    assert zoom.text() == f"{round(canvas.zoom * 100)} %"


def test_list_names_several_sources_and_marks_only_what_needs_attention(driver: CanvasDriver) -> None:
    driver.join()
    driver.type("model_name", "Sales by city")
    driver.key(Qt.Key.Key_S)
    view = driver.view
    driver.studio.wait(lambda: bool(view.table.model.rows))
    name, state = view.table.model.columns
    (row,) = view.table.model.rows
    assert name.second is not None
    assert name.second(row) == "2 tables, 2 sources"
    assert state.text(row) == ""
    driver.type("model_name", "Sales by town")
    driver.editor.commit()
    assert state.text(row) == "Edited"


def test_columns_of_different_types_are_refused(driver: CanvasDriver) -> None:
    driver.draw((0, 1), (1, 1))
    assert not driver.canvas.scene.lines
    assert "they can't be equal" in driver.canvas.why_not_join(0, 1, 1, 1)


def test_line_is_changed_and_removed_by_keys_and_each_step_is_undone(driver: CanvasDriver) -> None:
    driver.join()
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Return)
    driver.choose("join_kind", "inner")
    driver.click("part_apply")
    assert driver.canvas.scene.lines[0].kind == "inner"
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Delete)
    assert driver.canvas.scene.lines == ()
    assert [card.is_joined for card in driver.canvas.scene.cards] == [True, False]  # to be joined otherwise
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert driver.canvas.scene.lines[0].kind == "inner"
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert driver.canvas.scene.lines[0].kind == "left"
    driver.press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert driver.canvas.scene.lines[0].kind == "inner"


def test_tab_goes_through_cards_and_lines_and_on(driver: CanvasDriver) -> None:
    driver.join()
    driver.click("model_fit")
    driver.editor.segments.setFocus()
    driver.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    seen = [driver.canvas.current]
    for _turn in range(2):
        driver.press(Qt.Key.Key_Tab)
        seen.append(driver.canvas.current)
    assert seen == [CanvasSpot(0), CanvasSpot(1), CanvasSpot(line=0)]
    assert [driver.canvas.describe(one).split(",")[0] for one in seen[:2]] == ["sales", "shops"]
    driver.press(Qt.Key.Key_Tab)
    assert not driver.canvas.hasFocus()


def test_arrows_and_mouse_move_a_card_and_the_model_keeps_its_place(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    driver.join()
    before = driver.canvas.boxes[1].rect.topLeft()
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(1))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        driver.press(key, Qt.KeyboardModifier.ShiftModifier)
    assert driver.canvas.boxes[1].rect.topLeft() == before + QPointF(16, 32)
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # the arrows are one step
    assert driver.canvas.boxes[1].rect.topLeft() == before
    assert announcements[-1] == "Undone: shops moved"
    head = driver.canvas.view_rect(driver.canvas.boxes[1].rect).topLeft().toPoint() + QPoint(40, 12)
    driver.qtbot.mousePress(driver.canvas, LEFT, pos=head)
    driver.studio.glide(head, head + QPoint(30, 60), driver.canvas)
    driver.qtbot.mouseRelease(driver.canvas, LEFT, pos=head + QPoint(30, 60))
    moved = driver.canvas.boxes[1].rect.topLeft()
    assert moved.y() > before.y()
    driver.type("model_name", "Sales by city")
    driver.key(Qt.Key.Key_S)
    driver.studio.wait(lambda: bool(driver.stored()))
    definition = driver.stored()[0].definition
    assert definition is not None
    assert definition.tables[1].place == (round(moved.x()), round(moved.y()))


def test_card_of_many_columns_scrolls_and_the_wheel_zooms(driver: CanvasDriver) -> None:
    canvas = driver.canvas
    assert len(canvas.scene.cards[1].rows) == 32
    rows = canvas.boxes[1].row_rect(SHOWN_ROWS).top() - canvas.boxes[1].rect.top()
    assert canvas.boxes[1].rect.height() == rows + FOOT + 4
    turn(canvas, canvas.column_point(1, 3), -120)
    assert canvas.boxes[1].first == 1
    zoom = canvas.zoom
    turn(canvas, canvas.column_point(1, 3), -120, Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom < zoom
    assert canvas.boxes[1].first == 1


def turn(canvas: ModelCanvas, at: QPoint, by: int, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """Turn the wheel over a point."""
    event = QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_keyboard_joins_a_table_and_removes_it(driver: CanvasDriver) -> None:
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(1))
    driver.press(Qt.Key.Key_Return)
    driver.click("card_join")
    driver.choose("join_left", "shop_id")
    driver.choose("join_right", "id")
    driver.click("part_apply")
    assert [card.is_joined for card in driver.canvas.scene.cards] == [True, True]
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(1))
    driver.press(Qt.Key.Key_Delete)
    assert [card.table for card in driver.canvas.scene.cards] == ["sales"]
    driver.studio.context.problems.undo_last()
    assert [card.table for card in driver.canvas.scene.cards] == ["sales", "shops"]
    driver.canvas.make_current(CanvasSpot(0))
    driver.press(Qt.Key.Key_Delete)
    assert [card.table for card in driver.canvas.scene.cards] == ["sales", "shops"]  # the model begins with it


def test_keys_act_on_the_nearest_table_after_a_join_or_table_is_removed(driver: CanvasDriver) -> None:
    driver.join()
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Delete)
    assert driver.canvas.current == CanvasSpot(1)  # which it joined
    driver.press(Qt.Key.Key_Delete)
    assert driver.canvas.current == CanvasSpot(0)
    assert driver.canvas.hasFocus()
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(driver.canvas.scene.cards) == 2
    assert driver.canvas.current == CanvasSpot(0)


def test_menu_key_of_a_table_opens_what_enter_does(driver: CanvasDriver) -> None:
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(1))
    driver.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert driver.find("card_join").isVisible()


def test_pages_of_a_model_have_no_faults_of_layout_at_all_sizes(driver: CanvasDriver) -> None:
    driver.join()
    window, found = driver.studio.application.window, []
    for width, height in ((1024, 700), (1440, 900), (1920, 1080)):
        window.resize(width, height)
        for page in PAGES:
            driver.editor.show_page(page)
            QApplication.processEvents()
            if page == "tables":
                driver.canvas.fit()
            QApplication.processEvents()
            found += [f"{page} at {width}: {fault}" for fault in faults(window, OurWords(()))]
    assert found == []


def test_card_moved_by_an_arrow_is_told(driver: CanvasDriver, announcements: list[str]) -> None:
    canvas = driver.canvas
    canvas.make_current(CanvasSpot(1))
    place = canvas.boxes[1].rect.topLeft()
    announcements.clear()
    driver.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert announcements == [
        f"shops moved to {round(place.x()) + 16} px from the left, {round(place.y())} px from the top"
    ]


def test_arrows_read_tables_columns_and_joins_and_move_nothing(driver: CanvasDriver) -> None:
    driver.join()
    canvas, keys = driver.canvas, Qt.Key
    canvas.focus_on(CanvasSpot(0))
    places = [box.rect.topLeft() for box in canvas.boxes]

    def seen(*pressed: Qt.Key) -> list[CanvasSpot]:
        found = []
        for key in pressed:
            driver.press(key)
            found.append(canvas.current)
        return found

    assert seen(keys.Key_Down, keys.Key_Down, keys.Key_Up) == [CanvasSpot(0, 0), CanvasSpot(0, 1), CanvasSpot(0, 0)]
    assert seen(keys.Key_End, keys.Key_Down, keys.Key_Home) == [CanvasSpot(0, 2), CanvasSpot(0, 2), CanvasSpot(0, 0)]
    assert seen(keys.Key_Up, keys.Key_Up) == [CanvasSpot(0), CanvasSpot(0)]
    assert seen(keys.Key_Right, keys.Key_End, keys.Key_Left) == [CanvasSpot(1), CanvasSpot(line=0), CanvasSpot(1)]
    assert seen(keys.Key_Down, keys.Key_Left, keys.Key_Left) == [CanvasSpot(1, 0), CanvasSpot(0), CanvasSpot(0)]
    assert seen(keys.Key_End, keys.Key_Down, keys.Key_Up) == [CanvasSpot(line=0), CanvasSpot(line=0), CanvasSpot(1)]
    assert seen(keys.Key_Home) == [CanvasSpot(0)]
    assert [box.rect.topLeft() for box in canvas.boxes] == places


def test_join_is_called_by_its_columns_with_their_tables_and_a_joined_column_says_so(driver: CanvasDriver) -> None:
    driver.join()
    said = "sales.shop_id to shops.id, many to one. Left join. 23 of 30 rows of sales find a row of shops. "
    assert driver.canvas.describe(CanvasSpot(line=0)).startswith(said)
    assert driver.canvas.describe(CanvasSpot(0, 1)).endswith(". Joined with shops.id")
    assert driver.canvas.describe(CanvasSpot(1, 0)).endswith(". Joined with sales.shop_id")
    assert "oined" not in driver.canvas.describe(CanvasSpot(0, 0))


def test_menu_of_a_column_has_what_can_be_done_with_it(driver: CanvasDriver) -> None:
    canvas = driver.canvas

    def rows(spot: CanvasSpot) -> list[str]:
        canvas.focus_on(spot)
        driver.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        return [one.accessibleName() for one in tab_stops(driver.find("model_column_menu"))]

    canvas.focus_on(CanvasSpot(1, 1))
    driver.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert driver.find("column_join").accessibleDescription() == "No column of the model can be equal to it."
    driver.qtbot.keyClick(driver.find("model_column_menu"), Qt.Key.Key_Escape)
    assert rows(CanvasSpot(1, 3)) == ["Join by this column…"]
    driver.click("column_join")
    right = driver.find("join_right")
    assert isinstance(right, Select)
    assert right.current_key() == "c1"
    driver.qtbot.keyClick(driver.find("join_popover"), Qt.Key.Key_Escape)
    driver.join()
    assert rows(CanvasSpot(0, 2)) == ["Edit field…", "Used by", "Hide field"]
    driver.click("field_remove")
    assert driver.view.draft is not None
    field = driver.view.draft.state.definition.field("total")
    assert field is not None
    assert field.display.hidden
    assert rows(CanvasSpot(0, 1)) == ["Edit field…", "Used by", "Hide field", "Edit join with shops…"]
    driver.click("column_join")
    assert driver.find("join_popover").isVisible()


def test_tables_that_can_be_added_are_told_with_their_source(driver: CanvasDriver, tmp_path: Path) -> None:
    add_file(driver.studio, tmp_path / "towns.csv", "Town list", "id,town\n1,a\n")
    driver.studio.wait(lambda: driver.find("model_add_table").isEnabled())
    driver.click("model_add_table")
    assert driver.find("model_table_towns").accessibleDescription() == "Town list"


def test_removed_table_that_comes_back_is_told_without_its_columns(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    driver.join()
    driver.canvas.focus_on(CanvasSpot(1))
    driver.press(Qt.Key.Key_Delete)
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    driver.studio.wait(lambda: "Undone: Tables: shops is back." in announcements)


def test_escape_in_a_changed_join_asks_first(driver: CanvasDriver, announcements: list[str]) -> None:
    driver.join()
    driver.canvas.focus_on(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Return)
    driver.choose("join_kind", "inner")
    popover = driver.find("join_popover")
    driver.qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert popover.isVisible()
    driver.studio.wait(lambda: "Press Esc again to discard what you changed." in announcements)
    driver.qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()
    assert driver.canvas.scene.lines[0].kind == "left"


@pytest.fixture
def reached(driver: CanvasDriver, announcements: list[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The role and name of what a screen reader is told has the focus, the canvas itself left out."""
    found: list[tuple[str, str]] = []
    note = accessible.send

    def also(event: QAccessibleEvent) -> None:
        note(event)
        told = event.accessibleInterface()
        if event.type() == QAccessible.Event.Focus and told.object() is None:
            assert told.state().focused
            found.append((told.role().name, told.text(QAccessible.Text.Name)))

    monkeypatch.setattr(accessible, "send", also)
    return found


def test_tables_columns_and_joins_are_read_and_told_as_the_keys_come_to_them(
    driver: CanvasDriver, announcements: list[str], reached: list[tuple[str, str]]
) -> None:
    canvas = driver.canvas
    driver.draw((0, 1), (1, 0))
    driver.qtbot.keyClick(driver.find("join_popover"), Qt.Key.Key_Escape)
    assert any(one.startswith("Joined: ") for one in announcements), announcements
    told = QAccessible.queryAccessibleInterface(canvas)
    assert told is not None
    assert [told.child(at).role().name for at in range(told.childCount())] == ["List", "List", "ListItem"]
    table, join = told.child(0), told.child(2)
    assert [table.child(at).text(QAccessible.Text.Name).split(":")[0] for at in range(3)] == ["id", "shop_id", "total"]
    assert table.child(1).parent().indexOfChild(table.child(1)) == 1
    assert join.text(QAccessible.Text.Name) == canvas.describe(CanvasSpot(line=0))
    canvas.make_current(CanvasSpot(0))
    driver.studio.wait(lambda: bool(reached))
    reached.clear()
    driver.press(Qt.Key.Key_Down)
    driver.studio.wait(lambda: reached == [("ListItem", canvas.describe(CanvasSpot(0, 0)))])
    for place in (1, 2):
        driver.press(Qt.Key.Key_Tab)
        driver.studio.wait(lambda place=place: len(reached) == place + 1)
    assert [role for role, _name in reached[1:]] == ["List", "ListItem"]
    driver.press(Qt.Key.Key_Delete)
    driver.studio.wait(lambda: any(one.startswith("Removed the join of shops.") for one in announcements))


def test_table_is_told_again_where_its_menu_closes(driver: CanvasDriver, reached: list[tuple[str, str]]) -> None:
    canvas = driver.canvas
    canvas.make_current(CanvasSpot(1))
    driver.press(Qt.Key.Key_Return)
    reached.clear()
    driver.qtbot.keyClick(driver.find("model_card_menu"), Qt.Key.Key_Escape)
    driver.studio.wait(lambda: bool(reached))
    assert reached == [("List", canvas.describe(CanvasSpot(1)))]
    assert reached[0][1].startswith("shops, Shop list, ")


def test_table_is_called_by_what_is_in_it_and_joined_to_it_and_follows_edits(
    driver: CanvasDriver, told_events: list[tuple[str, int]], reached: list[tuple[str, str]]
) -> None:
    canvas, editor = driver.canvas, driver.editor
    said = canvas.describe(CanvasSpot(0))
    assert said.startswith("sales, Sales, 30 rows, 3 columns")
    assert "joined" not in said
    assert "not joined yet" in canvas.describe(CanvasSpot(1))
    driver.join()
    assert canvas.describe(CanvasSpot(0)).startswith("sales, Sales, 30 rows, 3 columns, joined with shops")
    assert "32 columns, joined with sales" in canvas.describe(CanvasSpot(1))
    told = QAccessible.queryAccessibleInterface(canvas)
    assert told is not None
    canvas.setFocus()
    reached.clear()
    canvas.make_current(CanvasSpot(0))
    driver.studio.wait(lambda: bool(reached))
    told_events.clear()
    draft = driver.view.draft
    assert draft is not None
    half = CalculatedField("half", "total / 2", "decimal")
    gross = ModelMeasure("gross", "sum", "total", "decimal", FieldDisplay("Gross", "EUR"), condition="total > 2")
    definition = replace(draft.state.definition, calculations=(half,), measures=(gross,))
    editor.edit_definition(definition)
    name = told.child(0).text(QAccessible.Text.Name)
    assert name.startswith("sales, Sales, 30 rows, 3 columns, 1 calculated field, 1 measure, joined with shops")
    named = [child for name, child in told_events if name == "NameChanged"]  # the join's too, if it was counted late
    assert named
    assert len(set(named)) == len(named)
    rows = [told.child(0).child(at) for at in range(told.child(0).childCount())]
    assert [one.role().name for one in rows] == ["ListItem"] * 5
    assert rows[3].text(QAccessible.Text.Name) == "half: calculated field. total / 2"
    assert rows[4].text(QAccessible.Text.Name) == "gross: measure. Gross (EUR) = Sum of total where total > 2"
    editor.undo()
    assert "measure" not in told.child(0).text(QAccessible.Text.Name)


def test_zoom_and_arrangement_of_the_canvas_are_heard_if_they_change_something(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    canvas = driver.canvas

    def heard(act: "Callable[[], object]", said: str) -> None:
        announcements.clear()
        act()
        driver.studio.wait(lambda: any(one.startswith(said) for one in announcements))

    def zoom_text() -> str:
        return f"Zoom {round(canvas.zoom * 100)} %"

    canvas.setFocus()
    canvas.fit()
    for act in (partial(driver.press, Qt.Key.Key_Minus), partial(driver.click, "model_zoom_out")):
        announcements.clear()
        act()
        driver.studio.wait(lambda: zoom_text() in announcements)
    heard(partial(driver.press, Qt.Key.Key_0), "All tables shown")
    driver.press(Qt.Key.Key_Plus)
    heard(partial(driver.click, "model_fit"), "All tables shown")
    announcements.clear()
    driver.press(Qt.Key.Key_0)
    driver.click("model_tidy")
    assert announcements == [], "nothing changed"
    driver.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    heard(partial(driver.click, "model_tidy"), "Tables arranged. Undo: Ctrl")
    heard(partial(driver.click, "model_zoom_in"), "Zoom ")
    heard(partial(driver.click, "model_zoom"), "Zoom 100 %")


def test_delete_on_a_field_of_a_card_removes_it_as_in_the_list_of_fields(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    canvas, draft = driver.canvas, driver.view.draft
    assert draft is not None
    calculated = (CalculatedField("twice", "total * 2", "integer"),)
    definition = replace(draft.state.definition, calculations=calculated)
    driver.editor.edit_definition(with_measure(definition, ModelMeasure("n", "sum", "total", "decimal")))
    canvas.setFocus()

    def delete(name: str, said: str) -> None:
        place = [row.name for row in canvas.scene.cards[0].rows].index(name)
        canvas.make_current(CanvasSpot(0, place))
        announcements.clear()
        driver.press(Qt.Key.Key_Delete)
        driver.studio.wait(lambda: any(one.startswith(said) and "Undo: Ctrl" in one for one in announcements))
        assert canvas.current == CanvasSpot(0, min(place, len(canvas.scene.cards[0].rows) - 1))

    before = draft.state.definition
    delete("n", "Removed “n”.")
    delete("twice", "Removed “twice”.")
    assert draft.state.definition.names() == ["id", "shop_id", "total"]
    for _time in range(2):
        driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert draft.state.definition == before
    delete("total", "Hidden: “total”.")


def test_delete_on_the_canvas_says_why_it_removes_nothing(driver: CanvasDriver, announcements: list[str]) -> None:
    canvas = driver.canvas

    def refused(spot: CanvasSpot, why: str) -> None:
        canvas.focus_on(spot)
        driver.press(Qt.Key.Key_Delete)
        driver.studio.wait(lambda: any(one.startswith(why) for one in announcements))

    refused(CanvasSpot(1, 0), "Columns can be hidden once “shops” is joined.")
    refused(CanvasSpot(0), "The model begins with “sales”.")
    canvas.focus_on(CanvasSpot(1))
    driver.press(Qt.Key.Key_Delete)
    refused(CanvasSpot(0), "The only table can't be removed. Delete the model instead.")


def test_why_no_table_can_be_added_is_that_all_are_in_the_model(driver: CanvasDriver) -> None:
    assert not driver.find("model_add_table").isEnabled()
    assert driver.find("model_why_no_more").accessibleName() == "Every table that can be joined is in the model."


def test_changed_kind_of_a_join_is_told_by_its_kind_as_it_is_applied_and_undone(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    driver.join()
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Return)
    driver.choose("join_kind", "inner")
    driver.click("part_apply")
    applied = "Join of shops changed. Only rows that match stay. 23 of 30 rows match."
    driver.studio.wait(lambda: applied in announcements)
    driver.canvas.setFocus()

    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    driver.studio.wait(lambda: announcements[-1] == "Undone: join of shops is Left join")

    driver.press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    driver.studio.wait(lambda: announcements[-1] == "Redone: join of shops is Inner join")


def test_added_table_is_told_with_what_joins_it(driver: CanvasDriver, announcements: list[str], tmp_path: Path) -> None:
    add_file(driver.studio, tmp_path / "towns.csv", "Town list", "id,town\n1,a\n")
    driver.studio.wait(lambda: driver.find("model_add_table").isEnabled())
    driver.click("model_add_table")
    driver.click("model_table_towns")
    said = "towns added, not joined yet. Press Enter to join it; it is saved once it is joined."
    driver.studio.wait(lambda: said in announcements)


def test_columns_that_a_third_table_is_joined_by_are_named_with_their_tables(
    driver: CanvasDriver, tmp_path: Path
) -> None:
    driver.join()
    add_file(driver.studio, tmp_path / "towns.csv", "Town list", "name,town,shop\nAnkara,a,1\nBursa,b,2\n")
    driver.studio.wait(lambda: driver.find("model_add_table").isEnabled())
    driver.click("model_add_table")
    driver.click("model_table_towns")
    driver.canvas.setFocus()
    driver.press(Qt.Key.Key_Return)
    driver.click("card_join")
    ours, theirs = driver.find("join_left"), driver.find("join_right")
    assert isinstance(ours, Select)
    assert isinstance(theirs, Select)
    driver.studio.wait(lambda: " of " in ours.currentText())
    assert ours.accessibleName() == "Column of the tables joined so far"
    assert theirs.accessibleName() == "Column of towns"
    assert {"id of sales", "name of shops"} <= {ours.itemText(row) for row in range(ours.count())}


def test_join_that_is_applied_unchanged_says_so_and_adds_no_step(
    driver: CanvasDriver, announcements: list[str]
) -> None:
    driver.join()
    draft = driver.view.draft
    assert draft is not None
    before = draft.state
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Return)
    driver.click("part_apply")
    driver.studio.wait(lambda: announcements[-1] == "Nothing changed.")
    assert draft.state is before


def test_removed_table_is_told_with_those_that_were_joined_by_it(
    driver: CanvasDriver, announcements: list[str], tmp_path: Path
) -> None:
    driver.join()
    add_file(driver.studio, tmp_path / "towns.csv", "Town list", "name,town\nAnkara,a\nBursa,b\n")
    driver.studio.wait(lambda: driver.find("model_add_table").isEnabled())
    driver.click("model_add_table")
    driver.click("model_table_towns")
    driver.draw((1, 1), (2, 0))
    driver.qtbot.keyClick(driver.find("join_popover"), Qt.Key.Key_Escape)
    driver.studio.wait(lambda: len(driver.canvas.scene.lines) == 2)
    driver.canvas.setFocus()
    driver.canvas.make_current(CanvasSpot(line=0))
    driver.press(Qt.Key.Key_Delete)
    driver.studio.wait(
        lambda: any("Removed the join of shops, and with it that of towns." in one for one in announcements)
    )
    driver.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    driver.studio.wait(lambda: len(driver.canvas.scene.lines) == 2)

    driver.canvas.make_current(CanvasSpot(1))
    driver.press(Qt.Key.Key_Delete)
    driver.studio.wait(lambda: any("Removed shops, and with it towns." in one for one in announcements))
