"""The steps among the dashboards: many of them, what is arranged in one, its versions, other people, files."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QTabBar

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.tour.gestures import CTRL, Hands, Step, after, canvas_of, click, press, rows, spot
from benchboard.ui.studio.versions.versions_view import VersionsScreen
from benchboard.ui.widgets import EmptyState

_NAME: Final = "Shop review"
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_NONE = Qt.KeyboardModifier.NoModifier
_CARET: Final = QPoint(10, 16)


# ---- the list


def _list(hands: Hands) -> None:
    hands.driver.click("tab_studio_dashboards")
    hands.driver.until(lambda: rows(hands, "library_table") >= 3, "the dashboards")


def _open(hands: Hands) -> None:
    view = hands.driver.widget("library_table")
    assert isinstance(view, QAbstractItemView)
    model = view.model()
    cells = (model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount()))
    name: QModelIndex = next(cell for cell in cells if cell.data() == _NAME)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(name).center())
    hands.driver.press(Qt.Key.Key_Return)
    hands.driver.until(lambda: hands.driver.find("variable_shop") and canvas_of(hands).tiles, "its tiles")


def _back_to_list(hands: Hands) -> None:
    tabs = hands.driver.widget("studio_tabs")
    assert isinstance(tabs, QTabBar)
    hands.driver.click("studio_tabs", tabs.tabRect(0).center())
    hands.driver.until(lambda: hands.driver.find("library_table"), "the list")


def _values(hands: Hands) -> None:
    hands.driver.click("variable_shop")
    view = hands.driver.widget("choice_values")
    assert isinstance(view, QAbstractItemView)
    value = hands.driver.until(lambda: _found(view, "polar-outdoor.example"), "the shop among the values")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(value).center())
    hands.driver.click("everybody_shop")


def _found(view: QAbstractItemView, words: str) -> QModelIndex | None:
    """Where a list says these words."""
    model = view.model()
    lines = (model.index(place, 0) for place in range(model.rowCount()))
    return next((line for line in lines if line.data() == words), None)


# ---- arranging


def _choose(*ids: str) -> Callable[[Hands], None]:
    def do(hands: Hands) -> None:
        canvas = canvas_of(hands)
        for place, item_id in enumerate(ids):
            held = _SHIFT if place else _NONE
            QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, held, spot(canvas, item_id))

    return do


def _save(hands: Hands) -> None:
    hands.driver.click("studio_save")


def _three_columns(hands: Hands) -> tuple[QPoint, QPoint]:
    canvas = canvas_of(hands)
    start = spot(canvas, "orders-week")
    return start, start + QPoint(spot(canvas, "revenue-week").x() - start.x(), 3)


def _carry_two(hands: Hands) -> None:
    _choose("orders-week", "revenue-week")(hands)
    hands.driver.carry(canvas_of(hands).viewport(), *_three_columns(hands))


def _let_go(hands: Hands) -> None:
    canvas = canvas_of(hands)
    held = canvas.drag.interaction
    assert held is not None
    hands.driver.let_go(canvas.viewport(), canvas.mapFromScene(held.pointer))
    _save(hands)


def _into_group(hands: Hands) -> None:
    canvas = canvas_of(hands)
    _choose("refunds")(hands)
    inside = canvas.tiles["revenue-by-currency"].sceneBoundingRect().topLeft().toPoint()
    hands.driver.drag(canvas.viewport(), spot(canvas, "refunds"), canvas.mapFromScene(inside + QPoint(70, 20)))
    _save(hands)


def _close_row(hands: Hands) -> None:
    canvas = canvas_of(hands)
    caret = canvas.mapFromScene(canvas.tiles["week"].sceneBoundingRect().topLeft()) + _CARET
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=caret)
    _save(hands)


# ---- versions and other people


def _keep_version(hands: Hands) -> None:
    hands.driver.press(Qt.Key.Key_S, CTRL | _ALT)
    hands.driver.write("version_note", "Refunds beside the money")
    hands.driver.click("version_keep")


def _versions(hands: Hands) -> None:
    hands.driver.click("studio_versions")
    hands.driver.widget("versions_back")
    screen = hands.driver.widget("studio_versions")
    assert isinstance(screen, VersionsScreen)
    hands.driver.until(lambda: rows(hands, "versions_list") >= 4 and not screen.busy, "the versions")
    view = hands.driver.widget("versions_list")
    assert isinstance(view, QAbstractItemView)
    kept = view.visualRect(view.model().index(2, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, _SHIFT, kept)
    hands.driver.until(lambda: rows(hands, "differences_list"), "the differences")


def _titled(document: Document, titles: Mapping[str, str]) -> Document:
    """The document with some widgets called otherwise."""
    layout = grid.map_items(
        document.layout,
        lambda item, cell: (with_fields(item, title=titles[item.id]) if item.id in titles else item, cell),
    )
    return replace(document, layout=layout)


def _call(hands: Hands, item_id: str, title: str) -> None:
    _choose(item_id)(hands)
    hands.driver.write("inspector_title", title)
    hands.driver.press(Qt.Key.Key_Tab)


def _both_edit(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Callable[[Hands], None]:
    """Ines stores her titles while Mert's are not stored yet: no event is taken between his keys and her commit."""

    def do(hands: Hands) -> None:
        for item_id, title in mine.items():
            _call(hands, item_id, title)
        hands.colleague(_NAME, partial(_titled, titles=theirs))
        _save(hands)

    return do


def _decide(hands: Hands) -> None:
    hands.driver.click_first("banner_action", "Resolve")
    hands.driver.widget("studio_merge")


def _share(hands: Hands) -> None:
    hands.driver.click("studio_share")
    hands.driver.write("share_search", "Dana")
    hands.driver.click_first("share_view_")


# ---- files


def _import(hands: Hands) -> None:
    hands.driver.click("library_import")
    file = hands.out / "grafana.json"
    file.write_text(json.dumps(_GRAFANA, indent=1), "utf-8")
    hands.driver.choose_file("library_import_dialog", file)
    hands.driver.widget("import_report_lines")


def _export(hands: Hands) -> None:
    hands.driver.click("studio_export")
    hands.driver.click("command_export_pdf")
    hands.driver.click("export_go")
    hands.driver.choose_file("export_file", hands.out / "shop-review.pdf")


# ---- ways to look


def _phone(hands: Hands) -> None:
    hands.driver.click("segment_phone")
    _choose("where")(hands)
    hands.driver.press(Qt.Key.Key_Up, _ALT)
    _save(hands)


def _gallery(hands: Hands) -> None:
    empty = hands.driver.widget("studio_empty")
    assert isinstance(empty, EmptyState)
    QTest.mouseClick(empty.action, Qt.MouseButton.LeftButton)
    hands.driver.widget("studio_gallery")


def _template(hands: Hands) -> None:
    hands.driver.click("template_orders-overview")


def _panel(number: int, kind: str, title: str, x: int, y: int, w: int = 12, h: int = 6) -> dict[str, object]:
    query = {"refId": "A", "rawSql": "SELECT count(*) AS orders FROM orders", "format": "table"}
    return {"id": number, "type": kind, "title": title, "gridPos": {"x": x, "y": y, "w": w, "h": h}, "targets": [query]}


_GRAFANA: Final = {
    "title": "Packing line", "schemaVersion": 39, "uid": "packing", "tags": [], "templating": {"list": []},
    "panels": [
        _panel(1, "stat", "Orders today", 0, 0),
        _panel(2, "nodeGraph", "Who waits for whom", 12, 0),
        {"id": 3, "type": "row", "title": "Night shift", "collapsed": True,
         "gridPos": {"x": 0, "y": 6, "w": 24, "h": 1},
         "panels": [_panel(4, "timeseries", "Orders at night", 0, 40), _panel(5, "table", "Latest", 12, 40)]},
    ],
}  # fmt: skip
"""What another program's dashboard looks like: a closed row whose panels say where they were once, and a kind of panel
that there is none of here."""

_LATEST: Final = (
    "SELECT {what} FROM (SELECT document, note FROM dashboard_versions JOIN dashboards ON dashboards.id = dashboard_id"
    " WHERE dashboards.name = '{name}' ORDER BY number DESC LIMIT 1)"
)
_ITEM: Final = (
    _LATEST + ", json_tree(document) AS one WHERE one.type = 'object' AND json_extract(one.value, '$.id') IN ({ids})"
)
_HAND: Final = _LATEST + ", json_each(document, '$.breakpoints.phone.places') AS one"


def _review(what: str) -> str:
    """Something of the newest version of the dashboard."""
    return _LATEST.format(what=what, name=_NAME)


def _says(field: str, *ids: str) -> str:
    """What items of the newest version say, in the order of the document."""
    what = f"group_concat(json_extract(one.value, '$.{field}'), '; ')"
    return _ITEM.format(what=what, name=_NAME, ids=", ".join(f"'{item_id}'" for item_id in ids))


def _count(name: str) -> str:
    """How many items lie on the page of a stored dashboard itself."""
    return _LATEST.format(what="json_array_length(document, '$.items')", name=name)


DASHBOARDS: Final[tuple[Step, ...]] = (
    Step(
        "dashboards",
        "Mert's dashboards: his own, one shared with him and one that is public.",
        _list,
        "SELECT count(*) FROM dashboards",
        "3",
    ),
    Step(
        "dashboard-opened",
        "One of them: a row of cards, a group, tabs, and a variable that its queries use.",
        _open,
        _count(_NAME),
        "4",
    ),
    Step(
        "dashboard-variable",
        "One shop is deselected and the selection becomes the default; every query that uses it runs again.",
        after(_values, _save),
        _review("json_array_length(document, '$.variables[0].chosen')"),
        "3",
    ),
    Step(
        "dashboard-dragging",
        "Two cards dragged together, with guides and the drop position. Nothing is saved yet.",
        after(press(Qt.Key.Key_Escape), _carry_two),
        _says("position.x", "orders-week"),
        "0",
    ),
    Step(
        "dashboard-dragged",
        "Dropped three columns to the right; the widgets there made room.",
        _let_go,
        _says("position.x", "orders-week"),
        "3",
    ),
    Step(
        "dashboard-grouped",
        "A card dragged from the row into the group.",
        _into_group,
        _ITEM.format(what="one.path", name=_NAME, ids="'refunds'"),
        "$.items[1].items",
    ),
    Step(
        "dashboard-aligned",
        "Two widgets selected, their right edges aligned.",
        after(_choose("revenue-by-currency", "refunds"), press(Qt.Key.Key_Right, CTRL | _SHIFT), _save),
        _says("position.x", "refunds"),
        "4",
    ),
    Step(
        "dashboard-row-closed",
        "The row collapsed; everything below moves up.",
        _close_row,
        _says("collapsed", "week"),
        "1",
    ),
    Step(
        "dashboard-version",
        "A named version says why it was saved.",
        _keep_version,
        _review("note"),
        "Refunds beside the money",
    ),
    Step(
        "dashboard-diff",
        "The differences from an earlier version, drawn on the dashboard: what moved, and from where.",
        _versions,
        _review("note"),
        "Refunds beside the money",
    ),
    Step(
        "dashboard-merged",
        "Ines changed another widget at the same time: both edits are merged automatically.",
        after(click("versions_back"), _both_edit({"by-shop": "Orders per shop"}, {"agenda": "Monday"})),
        _says("title", "by-shop", "agenda"),
        "Orders per shop; Monday",
    ),
    Step(
        "dashboard-conflict",
        "Both renamed the same widget: a conflict, side by side. Her version is saved, and nothing is lost.",
        after(_both_edit({"by-shop": "Where they buy"}, {"by-shop": "Shops compared"}), _decide),
        _says("title", "by-shop"),
        "Shops compared",
    ),
    Step(
        "dashboard-decided",
        "Resolved with one key: yours.",
        after(press(Qt.Key.Key_1), click("merge_use")),
        _says("title", "by-shop"),
        "Where they buy",
    ),
    Step(
        "dashboard-shared",
        "Shared with Dana, who can view it. Below, who has access and why.",
        _share,
        "SELECT users.name, permission FROM dashboard_shares JOIN users ON users.id = dashboard_shares.user_id"
        " WHERE users.name LIKE 'Dana%'",
        "Dana Whitfield|view",
    ),
    Step(
        "dashboard-exported",
        "The dashboard as PDF, in print colours.",
        after(click("share_done"), _export),
        "",
        "%PDF",
        "shop-review.pdf",
    ),
    Step(
        "dashboard-phone",
        "The same dashboard on a phone: it follows the desktop layout, except for a widget moved here.",
        _phone,
        _HAND.format(what="group_concat(one.key)", name=_NAME),
        "where",
    ),
    Step(
        "dashboard-presented",
        "Presented: the dashboard fills the window.",
        after(click("segment_desktop"), press(Qt.Key.Key_F5)),
        _count(_NAME),
        "4",
    ),
    Step(
        "dashboard-imported",
        "A Grafana dashboard, imported. Its collapsed row is kept, and the report lists what isn't supported.",
        after(press(Qt.Key.Key_Escape), _back_to_list, _import),
        _count("Packing line"),
        "3",
    ),
    Step(
        "templates",
        "A new dashboard starts from one of eight templates.",
        after(click("import_report_close"), _back_to_list, click("library_new"), _gallery),
        _count("New dashboard"),
        "0",
    ),
    Step(
        "template-taken",
        "The first template, with its queries.",
        after(_template, _save),
        _count("Orders overview"),
        "7",
    ),
)  # fmt: skip
