"""What tiles show: query results that follow the query, the data and the theme; errors and conflicts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from boards import item
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import delete

from benchboard.analytics import commerce, queries
from benchboard.dashboards.document.document import parse_document
from benchboard.errors import AppError, Unavailable
from benchboard.storage import change_tracking
from benchboard.storage.models.merchants import Order
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.tiles import renderers
from benchboard.ui.studio.tiles.renderers import summary
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Select
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

CTRL = Qt.KeyboardModifier.ControlModifier


def _figure(studio: "Studio", item_id: str) -> object:
    answer = studio.page.query_runner.result(item_id)
    assert answer is not None
    assert answer.table is not None
    return answer.table.rows[-1][-1]


def _picture(studio: "Studio", item_id: str) -> QImage:
    return studio.canvas.tiles[item_id].current_pixmap().toImage()


def test_tile_after_a_query_change_shows_its_result(studio: "Studio") -> None:
    before, picture = _figure(studio, "orders-week"), _picture(studio, "orders-week")
    studio.write_query("orders-week", "select 40 + 2 as answer")
    studio.wait(lambda: studio.page.editor.widget("orders-week").query == "select 40 + 2 as answer")
    studio.wait_until_saved()
    assert _figure(studio, "orders-week") == 42 != before
    assert _picture(studio, "orders-week") != picture
    grabbed = studio.viewport.grab(studio.box("orders-week")).toImage()
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.wait_until_saved()
    assert _figure(studio, "orders-week") == before
    assert _picture(studio, "orders-week") == picture
    assert studio.viewport.grab(studio.box("orders-week")).toImage() != grabbed
    edit = studio.show_sql()
    assert isinstance(edit, QueryEdit)
    assert edit.toPlainText() == studio.page.editor.widget("orders-week").query


def test_tile_with_a_query_error_reports_it_and_recovers(studio: "Studio") -> None:
    before = _figure(studio, "orders-week")
    edit = studio.write_query("orders-week", "select count(stats) from orders")
    studio.wait(lambda: "stats" in edit.accessibleDescription())
    assert "status" in edit.accessibleDescription()  # did you mean
    (marked,) = edit.extraSelections()
    assert marked.cursor.selectedText() == "stats"  # type: ignore[attr-defined]
    assert _figure(studio, "orders-week") == before  # half a query disturbs nobody
    studio.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)  # on request it is taken as it is
    studio.wait(lambda: (a := studio.page.query_runner.result("orders-week")) is not None and a.error is not None)
    picture = _picture(studio, "orders-week")
    studio.wait(lambda: studio.page.bar.state.text() == "Saved · 1 query fails")
    studio.page.editor.set_property("orders-week", "query", "select count(status) from orders")
    studio.wait_until_saved()
    studio.wait(lambda: studio.page.bar.state.text() == "Saved")
    assert _picture(studio, "orders-week") != picture


def test_tile_failed_offers_retry(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: object, **_more: object) -> None:
        raise Unavailable("query.timeout", "The query took too long.")

    monkeypatch.setattr(queries, "run_query", slow)
    studio.page.query_runner.retry("orders-week")
    studio.wait(lambda: (a := studio.page.query_runner.result("orders-week")) is not None and a.error is not None)
    tile = studio.canvas.tiles["orders-week"]
    tile.current_pixmap()
    assert tile.links.retry is not None
    spot = studio.box("orders-week").topLeft() + tile.links.retry.center().toPoint()
    monkeypatch.undo()
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=spot)
    studio.wait(lambda: (a := studio.page.query_runner.result("orders-week")) is not None and a.table is not None)


def test_tile_failed_without_database_is_refreshed_when_it_returns(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise Unavailable("storage.unreachable", "The database can't be reached.")

    query_runner = studio.page.query_runner
    studio.click("orders-week")
    field = studio.show_sql()
    assert isinstance(field, QueryEdit)
    errors: list[object] = []
    field.checked.connect(lambda _columns, error: errors.append(error))
    with monkeypatch.context() as gone:
        gone.setattr(queries, "run_query", away)
        gone.setattr(queries, "check_query", away)
        query_runner.retry("orders-week")
        field.check()
        studio.wait(lambda: (a := query_runner.result("orders-week")) is not None and a.error is not None)
        studio.wait(lambda: any(isinstance(error, Unavailable) for error in errors))
    studio.wait(lambda: (a := query_runner.result("orders-week")) is not None and a.table is not None)
    studio.wait(lambda: errors[-1] is None)


def test_tile_with_a_slow_query_can_be_cancelled(studio: "Studio") -> None:
    before = _picture(studio, "by-state")
    joined = ", ".join(f"orders {name}" for name in "abcdef")
    studio.page.editor.set_property(
        "by-state", "query", f"select count(*) from {joined} where a.order_total > f.order_total"
    )
    studio.wait(lambda: (a := studio.page.query_runner.result("by-state")) is not None and a.slow)
    tile = studio.canvas.tiles["by-state"]
    assert _picture(studio, "by-state") != before  # it says that it asks, over what it showed
    assert tile.result is not None
    assert tile.result.table is not None
    assert tile.links.stop is not None
    spot = studio.box("by-state").topLeft() + tile.links.stop.center().toPoint()
    studio.qtbot.mouseClick(studio.viewport, Qt.MouseButton.LeftButton, pos=spot)
    studio.wait(lambda: (a := studio.page.query_runner.result("by-state")) is not None and a.error is not None)
    answer = studio.page.query_runner.result("by-state")
    assert answer is not None
    assert answer.error is not None
    assert answer.error.code == "query.stopped"
    studio.page.editor.undo_stack.undo()
    studio.wait_until_saved()


def test_tile_after_new_orders_is_refreshed(studio: "Studio") -> None:
    studio.page.editor.set_property("orders-week", "query", "select count(*) from orders")
    studio.wait_until_saved()
    before = _figure(studio, "orders-week")
    assert isinstance(before, int)
    with unbound(studio.workspace.database).read() as session:
        from benchboard.identity import authentication
        from benchboard.identity.permissions import Client

        admin = authentication.operator_actor(session, client=Client.here())
    first = next(commerce.demo_orders(commerce.datetime.now(commerce.UTC)))
    from dataclasses import replace

    with unbound(studio.workspace.database).change() as session:
        commerce.import_orders(session, admin, [replace(first, id="brand-new", order_total=Decimal("1.25"))])
    studio.wait(lambda: _figure(studio, "orders-week") == before + 1)


def test_inspector_fields_and_page_change_together(studio: "Studio") -> None:
    studio.click("by-state")
    x = studio.find("inspector_x")
    assert isinstance(x, QLineEdit)
    assert x.text() == "4"
    x.selectAll()
    studio.qtbot.keyClicks(x, "1")
    studio.qtbot.keyClick(x, Qt.Key.Key_Return)
    assert studio.cells()["by-state"].x == 0
    width = studio.find("inspector_w")
    assert isinstance(width, QLineEdit)
    width.setFocus()
    width.selectAll()
    studio.qtbot.keyClicks(width, "99999")
    studio.qtbot.keyClick(width, Qt.Key.Key_Return)
    assert studio.cells()["by-state"].w == 4
    assert "from 1 to 12" in width.accessibleDescription()
    width.selectAll()
    studio.qtbot.keyClicks(width, "12")
    studio.qtbot.keyClick(width, Qt.Key.Key_Return)
    assert studio.cells()["by-state"].w == 12
    assert width.text() == "12"
    title = studio.find("inspector_title")
    assert isinstance(title, QLineEdit)
    title.setFocus()
    title.selectAll()
    studio.qtbot.keyClicks(title, "<b>States</b>")
    assert studio.page.editor.widget("by-state").title == "<b>States</b>"
    steps = studio.page.editor.undo_stack.count()
    studio.qtbot.keyClick(title, Qt.Key.Key_Z, CTRL)  # all that was typed in one go is one step
    assert studio.page.editor.widget("by-state").title == "Orders by status"
    assert studio.page.editor.undo_stack.position() == steps - 1
    assert title.text() == "Orders by status"


def test_inspector_settings_repaint_their_tile(studio: "Studio") -> None:
    studio.click("revenue-week")
    picture = _picture(studio, "revenue-week")
    unit = studio.find("inspector_unit")
    studio.qtbot.keyClicks(unit, "ur")
    decimals = studio.find("inspector_decimals")
    assert isinstance(decimals, QLineEdit)
    decimals.setFocus()
    decimals.selectAll()
    studio.qtbot.keyClicks(decimals, "2")
    widget = studio.page.editor.widget("revenue-week")
    assert (widget.setting("unit"), widget.setting("decimals")) == ("€ur", 2)
    assert _picture(studio, "revenue-week") != picture
    studio.qtbot.keyClicks(decimals, "9")
    assert studio.page.editor.widget("revenue-week").setting("decimals") == 2


def test_inspector_shows_a_widget_as_another_kind_and_back(studio: "Studio") -> None:
    studio.click("by-state")
    before, cell = studio.page.editor.widget("by-state"), studio.page.editor.page.cell("by-state")
    picture = _picture(studio, "by-state")
    kind = studio.find("inspector_kind")
    assert isinstance(kind, Select)
    assert kind.current_key() == before.type == "pie_chart"
    kind.setFocus()
    studio.qtbot.keyClick(kind, Qt.Key.Key_End)
    steps = 1
    while kind.current_key() != "table":
        studio.qtbot.keyClick(kind, Qt.Key.Key_Up)
        steps += 1
        kind = studio.find("inspector_kind")
        assert isinstance(kind, Select)
    shown = studio.page.editor.widget("by-state")
    assert (shown.type, shown.title, shown.query, dict(shown.config)) == (
        "table", before.title, before.query, dict(before.config),
    )  # fmt: skip
    assert studio.page.editor.page.cell("by-state") == cell
    studio.wait_until_saved()
    assert _picture(studio, "by-state") != picture
    # The fields were built anew for it; the keyboard stays where it was.
    assert studio.find("inspector_kind").hasFocus()
    for _step in range(steps):
        studio.page.undo()
    studio.wait_until_saved()
    assert studio.page.editor.widget("by-state") == before
    assert _picture(studio, "by-state") == picture


def test_text_tile_shows_markdown_without_html_or_local_files(
    studio: "Studio", tmp_path_factory: pytest.TempPathFactory
) -> None:
    red = tmp_path_factory.mktemp("pictures") / "red.png"
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    image.save(str(red))
    for text in (f"![x](file://{red})", f'<img src="file://{red}">', "<h1 style='color:#ff0000'>x</h1>"):
        studio.page.editor.set_property("notes", "config.text", text)
        shown = _picture(studio, "notes")
        reds = sum(
            shown.pixelColor(x, y) == QColor("#ff0000")
            for x in range(0, shown.width(), 3)
            for y in range(0, shown.height(), 3)
        )
        assert reds == 0
    plain = _picture(studio, "notes")
    studio.page.editor.set_property("notes", "config.text", "# <h1>x</h1>")
    assert _picture(studio, "notes") != plain


@pytest.mark.parametrize("address", ["https://example.com", "file:///etc/passwd", "javascript:alert(1)"])
def test_text_tile_draws_a_link_as_the_text_that_it_is(studio: "Studio", address: str) -> None:
    """A click opens none; they looked as if it did."""
    studio.page.editor.set_property("notes", "config.text", "See **the order list** and more")
    plain = _picture(studio, "notes")
    text = f"See **the [order]({address}) list** and more"
    studio.page.editor.set_property("notes", "config.text", text)
    assert _picture(studio, "notes") == plain


def test_theme_change_repaints_every_tile(studio: "Studio") -> None:
    light = {item_id: _picture(studio, item_id) for item_id in studio.canvas.tiles}
    theme().set_appearance("dark")
    try:
        assert all(_picture(studio, item_id) != picture for item_id, picture in light.items())
    finally:
        theme().set_appearance("light")


def test_page_unedited_follows_a_save_in_another_window(studio: "Studio") -> None:
    studio.store([{"id": "theirs", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}}])
    studio.wait(lambda: list(studio.cells()) == ["theirs"])
    assert not studio.page.saving.dirty


def test_page_with_unreadable_layout_reports_it_and_offers_retry(studio: "Studio") -> None:
    from sqlalchemy import text

    from benchboard.storage import change_tracking

    good = studio.stored().document
    with unbound(studio.workspace.database).change() as session:
        change_tracking.unaudited(session, "dashboard_layouts")
        session.execute(text('UPDATE dashboard_layouts SET config = \'[{"id": "w9"}]\''))
    studio.page.saving.load()
    studio.wait(lambda: studio.page.saving.state == "failed")
    empty = studio.find("studio_empty")
    assert "w9" in empty.sentence.text()  # type: ignore[attr-defined]
    assert not studio.page.bar.isVisible()
    studio.store(good)
    studio.qtbot.mouseClick(empty.action, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    studio.wait(lambda: len(studio.cells()) == 11)
    assert studio.page.bar.isVisible()
    assert studio.page.sidebar.isVisible()
    assert "studio.export_png" in studio.page.command_handlers()


def test_command_palette_adds_a_widget(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    before = set(studio.cells())
    command = next(found for found in shell.palette_entries() if "Add widget: table" in found.title)
    command.run()
    (added,) = set(studio.cells()) - before
    assert studio.page.editor.widget(added).type == "table"


def test_tile_without_permission_says_so_and_offers_no_second_try(studio: "Studio") -> None:
    from dataclasses import replace

    from benchboard.identity.permissions import Grants

    with_figures = _picture(studio, "merchants")
    context, shell = studio.context, studio.application.shell
    assert shell is not None
    actor = context.actor
    context.actor = replace(actor, grants=Grants(actor.roles, actor.permissions - {"orders:read"}))
    shell.access = context.actor.grants  # or the watch of the session builds the shell anew, and this page is gone
    studio.page.query_runner.refresh()
    studio.wait(
        lambda: (a := studio.page.query_runner.result("merchants")) is not None and isinstance(a.error, AppError)
    )
    assert _picture(studio, "merchants") != with_figures
    found = studio.page.query_runner.result("merchants")
    assert found is not None
    assert str(found.error).startswith("You can't see orders.")
    assert studio.canvas.tiles["merchants"].links.retry is None


def test_tile_of_a_source_that_is_gone_says_so(studio: "Studio") -> None:
    source_id = "00000000-0000-4000-8000-000000000000"
    studio.page.editor.set_property("merchants", "data_source_id", source_id)
    studio.wait(
        lambda: (a := studio.page.query_runner.result("merchants")) is not None and isinstance(a.error, AppError)
    )
    found = studio.page.query_runner.result("merchants")
    assert found is not None
    assert found.error is not None
    assert (found.error.code, found.table) == ("sources.unknown", None)


def test_visible_tiles_are_queried_first(studio: "Studio") -> None:
    query_runner, late = studio.page.query_runner, []
    seen: set[str] = set()

    def heard(item_id: str) -> None:
        answer = query_runner.result(item_id)
        if (
            answer is not None
            and answer.table is not None
            and item_id not in seen
            and sum(map(query_runner.is_loading, seen)) > 1  # one may be under way
        ):
            late.append(item_id)

    last = 40
    items = [
        {"id": f"f{k}", "type": "metric_card", "query": f"select {k} as answer",
         "position": {"x": 0, "y": 4 * (last - k), "w": 4, "h": 4}}
        for k in range(last)
    ]  # fmt: skip
    query_runner.result_changed.connect(heard)
    studio.page.editor.load(parse_document(items))
    sight = studio.canvas.visible_rect()
    seen |= {item_id for item_id, tile in studio.canvas.tiles.items() if tile.rect.intersects(sight)}
    assert 0 < len(seen) < last / 2
    studio.wait(lambda: not query_runner.busy)
    # Two were under way before the page was laid out.
    assert len(late) <= 2
    assert all(query_runner.result(item["id"]).table is not None for item in items)


def test_waiting_query_runs_when_those_before_it_are_removed(studio: "Studio") -> None:
    query_runner, editor = studio.page.query_runner, studio.page.editor
    place = {"x": 0, "w": 2, "h": 2}
    three = [
        {"id": f"q{k}", "type": "table", "query": f"select {k} as n", "position": {**place, "y": k}} for k in range(3)
    ]
    editor.replace_document("Three", parse_document(three))  # two are asked at once, the third waits
    editor.replace_document("One", parse_document(three[2:]))
    studio.wait(lambda: not query_runner.busy)
    answer = query_runner.result("q2")
    assert answer is not None
    assert answer.table is not None


_EMPTY = "select id from orders where status = 'no such status'"


def _load_queries(studio: "Studio", *queries_: str, variables: Sequence[dict[str, object]] = ()) -> None:
    items = [
        {**item(f"w{at}", 3 * at, 0), "type": "bar_chart", "query": query, "title": f"W {at}"}
        for at, query in enumerate(queries_)
    ]
    document = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": list(variables)}
    studio.page.editor.load(parse_document(document))
    studio.wait(lambda: not studio.page.query_runner.busy)


def _bar_text(studio: "Studio") -> str:
    bar = studio.page.no_rows_bar
    return bar.accessibleName() if bar.isVisible() else ""


def test_tile_of_an_emptied_query_says_what_the_query_field_says(studio: "Studio") -> None:
    edit = studio.write_query("orders-week", _EMPTY)
    studio.wait(lambda: studio.page.editor.widget("orders-week").query == _EMPTY)
    studio.wait_until_saved()
    widget = studio.page.editor.widget("orders-week")
    assert summary(widget, studio.page.query_runner.result("orders-week")) == "The query returned no rows."
    without_rows = _picture(studio, "orders-week")
    studio.key(Qt.Key.Key_A, CTRL)
    studio.key(Qt.Key.Key_Delete)
    studio.wait(lambda: edit.accessibleDescription().startswith("No query yet."))
    assert edit.hasFocus()
    studio.wait(lambda: studio.page.editor.widget("orders-week").query == "")
    widget = studio.page.editor.widget("orders-week")
    assert summary(widget, studio.page.query_runner.result("orders-week")) == "No query yet."
    assert _picture(studio, "orders-week") != without_rows


def test_page_without_any_rows_says_it_once(studio: "Studio") -> None:
    _load_queries(studio, _EMPTY, _EMPTY)
    assert _bar_text(studio) == "No widget has rows. To change what a widget shows, select it and edit its query."
    quiet = _picture(studio, "w0")
    studio.page.editor.set_property("w1", "query", "select count(*) from orders")
    studio.wait_until_saved()
    assert _bar_text(studio) == ""
    assert _picture(studio, "w0") != quiet, "each tile says it again"
    studio.click("w1")
    studio.key(Qt.Key.Key_Delete)
    studio.wait_until_saved()
    assert _bar_text(studio) == "", "a single widget says it itself"
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.wait_until_saved()
    assert _bar_text(studio)
    assert _picture(studio, "w0") == quiet


def test_quiet_tile_without_rows_says_so_in_two_words(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[str, ...]] = []
    monkeypatch.setattr(renderers, "paint_empty_tile", lambda _painter, _body, _icon, *texts: painted.append(texts))
    _load_queries(studio, _EMPTY, _EMPTY)
    studio.wait(lambda: not studio.canvas.pixmaps.pending)
    assert painted[-1] == ("No rows",)
    painted.clear()
    studio.page.run("studio.present")  # without the bar, each tile says the whole sentence
    studio.wait(lambda: bool(painted) and not studio.canvas.pixmaps.pending)
    assert painted[-1] == ("The query returned no rows.", "")


def test_page_without_orders_offers_the_way_to_the_demo(studio: "Studio") -> None:
    with unbound(studio.workspace.database).change() as session:
        change_tracking.unaudited(session, "orders")
        session.execute(delete(Order))
    _load_queries(studio, _EMPTY, _EMPTY)
    assert _bar_text(studio).startswith("This database has no orders. Add a file of your own in the Data view")
    studio.press_button("studio_no_rows_demo")
    assert studio.application.shell is None


def test_page_without_any_rows_for_the_selected_values_says_so(studio: "Studio") -> None:
    chosen = {"name": "state", "type": "list", "values": ["none", "paid"], "chosen": ["none"]}
    query = "select id from orders where status in (:state)"
    _load_queries(studio, query, query, variables=[chosen])
    assert _bar_text(studio) == "No widget has rows for the selected values. Select other values to see some."
    widget, runner = studio.page.editor.widget("w0"), studio.page.query_runner
    assert summary(widget, runner.result("w0")) == "The query returned no rows. Filtered by state: none."
    studio.page.editor.select_values("state", ("paid",))
    studio.wait(lambda: not studio.page.query_runner.busy)
    assert _bar_text(studio) == ""


def test_page_without_any_rows_is_presented_with_each_widget_saying_so(studio: "Studio") -> None:
    _load_queries(studio, _EMPTY, _EMPTY)
    studio.page.run("studio.present")
    assert _bar_text(studio) == ""
    studio.page.stop_presenting()
    assert _bar_text(studio)


def test_field_of_a_query_is_as_high_as_its_text(studio: "Studio") -> None:
    """It was as high for one line as for twelve, of which some were hidden."""

    def shows_all(edit: QueryEdit) -> bool:
        return edit.verticalScrollBar().maximum() == 0

    edit = studio.write_query("orders-week", "select count(*) from orders")
    lowest = edit.height()
    studio.qtbot.keyClick(edit, Qt.Key.Key_A, CTRL)
    edit.insertPlainText("select count(*) as n\nfrom orders\n" + "-- a comment\n" * 8 + "where status = 'paid'")
    studio.wait(lambda: edit.height() > lowest)
    studio.wait(lambda: shows_all(edit))
    edit.insertPlainText("\n" * 40)
    assert not shows_all(edit)
    assert edit.height() < 2.5 * lowest * 18 / 12
    studio.qtbot.keyClick(edit, Qt.Key.Key_A, CTRL)
    edit.insertPlainText("select 1 as n")
    studio.wait(lambda: edit.height() == lowest)
