"""The steps among the dashboards: many of them, what is arranged in one, its versions, other people, files."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, QRectF, QSizeF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QTabBar

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.dashboards.layout import map_items
from benchboard.i18n import _
from benchboard.tour.steps import (
    CTRL,
    TourContext,
    TourStep,
    canvas_of,
    click,
    in_sequence,
    press,
    rows,
    tile_point,
    unfold,
    wait_for_tiles,
)
from benchboard.ui.studio.versions.versions_view import VersionsScreen

_NAME: Final = "Shop review"
"""A dashboard of the demo, by its English title; the demo is written in the language of the tour."""
_STORED_NAME: Final = ":shop_review"
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_NONE = Qt.KeyboardModifier.NoModifier
_CARET: Final = QPoint(10, 16)
_HEADER: Final = QSizeF(80, 36)
"""What of a tile has to be in view to click its header, in pixels."""


# ---- the list


def _list(context: TourContext) -> None:
    context.driver.click("tab_studio_dashboards")
    context.driver.wait_until(lambda: rows(context, "library_table") >= 3, "the dashboards")


def _open(context: TourContext) -> None:
    view = context.driver.widget("library_table")
    assert isinstance(view, QAbstractItemView)
    model = view.model()
    cells = (model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount()))
    name: QModelIndex = next(cell for cell in cells if cell.data() == _(_NAME))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(name).center())
    context.driver.widget("variable_shop")
    wait_for_tiles(context)


def _back_to_list(context: TourContext) -> None:
    tabs = context.driver.widget("studio_tabs")
    assert isinstance(tabs, QTabBar)
    context.driver.click("studio_tabs", tabs.tabRect(0).center())
    context.driver.wait_until(lambda: context.driver.find("library_table"), "the list")


def _values(context: TourContext) -> None:
    context.driver.click("variable_shop")
    view = context.driver.widget("choice_values")
    assert isinstance(view, QAbstractItemView)
    value = context.driver.wait_until(lambda: _find_value(view, "polar-outdoor.example"), "the shop among the values")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(value).center())
    context.driver.click("everybody_shop")


def _find_value(view: QAbstractItemView, text: str) -> QModelIndex | None:
    """The index of the row with this text in a list; None if there is none."""
    model = view.model()
    lines = (model.index(row, 0) for row in range(model.rowCount()))
    return next((line for line in lines if line.data() == text), None)


# ---- arranging


def _select(*ids: str) -> Callable[[TourContext], None]:
    def do(context: TourContext) -> None:
        canvas = canvas_of(context)
        for index, item_id in enumerate(ids):
            modifiers = _SHIFT if index else _NONE
            canvas.ensureVisible(QRectF(canvas.tiles[item_id].sceneBoundingRect().topLeft(), _HEADER), 0, 0)
            QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, modifiers, tile_point(canvas, item_id))

    return do


def _save(context: TourContext) -> None:
    context.driver.press(Qt.Key.Key_S, CTRL)


def _three_columns(context: TourContext) -> tuple[QPoint, QPoint]:
    canvas = canvas_of(context)
    start = tile_point(canvas, "orders-week")
    return start, start + QPoint(tile_point(canvas, "revenue-week").x() - start.x(), 3)


def _drag_two(context: TourContext) -> None:
    _select("orders-week", "revenue-week")(context)
    context.driver.drag_to(canvas_of(context).viewport(), *_three_columns(context))


def _release(context: TourContext) -> None:
    canvas = canvas_of(context)
    interaction = canvas.drag.interaction
    assert interaction is not None
    context.driver.release(canvas.viewport(), canvas.mapFromScene(interaction.pointer))
    _save(context)


def _into_group(context: TourContext) -> None:
    canvas = canvas_of(context)
    _select("refunds")(context)
    inside = canvas.tiles["revenue-by-currency"].sceneBoundingRect().topLeft().toPoint()
    context.driver.drag(canvas.viewport(), tile_point(canvas, "refunds"), canvas.mapFromScene(inside + QPoint(70, 20)))
    _save(context)


def _close_row(context: TourContext) -> None:
    canvas = canvas_of(context)
    caret = canvas.mapFromScene(canvas.tiles["week"].sceneBoundingRect().topLeft()) + _CARET
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=caret)
    _save(context)


# ---- versions and other people


def _save_version(context: TourContext) -> None:
    context.driver.press(Qt.Key.Key_S, CTRL | _ALT)
    context.driver.write("version_note", "Refunds beside the money")
    context.driver.click("version_keep")


def _versions(context: TourContext) -> None:
    context.driver.click("studio_versions")
    context.driver.widget("versions_back")
    screen = context.driver.widget("studio_versions")
    assert isinstance(screen, VersionsScreen)
    unfold(context, "versions_toggle", "versions_list")
    context.driver.wait_until(lambda: rows(context, "versions_list") >= 4 and not screen.busy, "the versions")
    view = context.driver.widget("versions_list")
    assert isinstance(view, QAbstractItemView)
    position = view.visualRect(view.model().index(2, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, _SHIFT, position)
    context.driver.wait_until(lambda: not screen.busy and rows(context, "differences_list"), "the differences")


def _with_titles(document: Document, titles: Mapping[str, str]) -> Document:
    """The document with some widgets called otherwise."""
    layout = map_items(
        document.layout,
        lambda item, cell: (with_fields(item, title=titles[item.id]) if item.id in titles else item, cell),
    )
    return replace(document, layout=layout)


def _set_title(context: TourContext, item_id: str, title: str) -> None:
    _select(item_id)(context)
    unfold(context, "studio_fold_right", "inspector_title")
    context.driver.write("inspector_title", title)
    context.driver.press(Qt.Key.Key_Tab)


def _both_edit(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Callable[[TourContext], None]:
    """Ines stores her titles while Mert's are not stored yet: no event is taken between his keys and her commit."""

    def do(context: TourContext) -> None:
        for item_id, title in mine.items():
            _set_title(context, item_id, title)
        context.edit_as_colleague(_(_NAME), partial(_with_titles, titles=theirs))
        _save(context)

    return do


def _resolve(context: TourContext) -> None:
    context.driver.click_first("banner_action", _("Resolve"))
    context.driver.widget("studio_merge")


def _share(context: TourContext) -> None:
    context.driver.click("studio_share")
    context.driver.write("share_search", "Dana")
    context.driver.click_first("share_view_")


# ---- files


def _import(context: TourContext) -> None:
    context.driver.click("library_import")
    file = context.out / "grafana.json"
    file.write_text(json.dumps(_GRAFANA, indent=1), "utf-8")
    context.driver.choose_file("library_import_dialog", file)
    context.driver.widget("import_report_lines")


def _export(context: TourContext) -> None:
    # In a narrow window the button is in the menu of what has no room.
    context.driver.click("studio_export" if context.driver.find("studio_export") else "studio_more")
    context.driver.click("command_export_pdf")
    context.driver.click("export_go")
    context.driver.choose_file("export_file", context.out / "shop-review.pdf")


# ---- ways to look


def _phone(context: TourContext) -> None:
    context.driver.click("segment_phone")
    _select("where")(context)
    context.driver.press(Qt.Key.Key_Up, _ALT)
    _save(context)


def _gallery(context: TourContext) -> None:
    context.driver.click("studio_empty_template")
    context.driver.widget("studio_gallery")


def _template(context: TourContext) -> None:
    context.driver.click("template_orders-overview")


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
"""A dashboard of another program: a collapsed row whose panels have their former positions, and an unknown kind of
panel.
"""

_LATEST: Final = (
    "SELECT {what} FROM (SELECT document, note FROM dashboard_versions JOIN dashboards ON dashboards.id = dashboard_id"
    " WHERE dashboards.name = {name} ORDER BY number DESC LIMIT 1)"
)
_ITEM: Final = (
    _LATEST + ", json_tree(document) AS one WHERE one.type = 'object' AND json_extract(one.value, '$.id') IN ({ids})"
)
_PHONE_ITEMS: Final = _LATEST + ", json_each(document, '$.breakpoints.phone.places') AS one"


def _version_field(what: str) -> str:
    """Something of the newest version of the dashboard."""
    return _LATEST.format(what=what, name=_STORED_NAME)


def _item_field(field: str, *ids: str) -> str:
    """The values of a field of these items in the newest version, in the order of the document."""
    what = f"group_concat(json_extract(one.value, '$.{field}'), '; ')"
    return _ITEM.format(what=what, name=_STORED_NAME, ids=", ".join(f"'{item_id}'" for item_id in ids))


_COUNT_NEWEST: Final = (
    "SELECT json_array_length(document, '$.items') FROM dashboard_versions"
    " JOIN dashboards ON dashboards.id = dashboard_id ORDER BY dashboards.created_at DESC, number DESC LIMIT 1"
)
"""How many items lie on the page of the newest dashboard, whatever it is called in the language."""


def _count(name: str) -> str:
    """How many items lie on the page of a stored dashboard itself; `name` as SQL has it."""
    return _LATEST.format(what="json_array_length(document, '$.items')", name=name)


DASHBOARDS: Final[tuple[TourStep, ...]] = (
    TourStep(
        "dashboards",
        "Mert's dashboards, those shared with him and those that everyone sees, in folders.",
        _list,
        "SELECT count(*) FROM dashboards",
        "9",
    ),
    TourStep(
        "dashboard-opened",
        "One of them: a row of cards, a group, tabs, and a variable that its queries use.",
        _open,
        _count(_STORED_NAME),
        "4",
    ),
    TourStep(
        "dashboard-variable",
        "One shop is deselected and the selection becomes the default; every query that uses it runs again.",
        in_sequence(_values, _save),
        _version_field("json_array_length(document, '$.variables[0].chosen')"),
        "3",
    ),
    TourStep(
        "dashboard-dragging",
        "Two cards dragged together, with guides and the drop position. Nothing is saved yet.",
        in_sequence(press(Qt.Key.Key_Escape), _drag_two),
        _item_field("position.x", "orders-week"),
        "0",
    ),
    TourStep(
        "dashboard-dragged",
        "Dropped three columns to the right; the widgets there made room.",
        _release,
        _item_field("position.x", "orders-week"),
        "3",
    ),
    TourStep(
        "dashboard-grouped",
        "A card dragged from the row into the group.",
        _into_group,
        _ITEM.format(what="one.path", name=_STORED_NAME, ids="'refunds'"),
        "$.items[1].items",
    ),
    TourStep(
        "dashboard-aligned",
        "Two widgets selected, their right edges aligned.",
        in_sequence(_select("revenue-by-currency", "refunds"), press(Qt.Key.Key_Right, CTRL | _SHIFT), _save),
        _item_field("position.x", "refunds"),
        "4",
    ),
    TourStep(
        "dashboard-row-closed",
        "The row collapsed; everything below moves up.",
        _close_row,
        _item_field("collapsed", "week"),
        "1",
    ),
    TourStep(
        "dashboard-version",
        "A named version says why it was saved.",
        _save_version,
        _version_field("note"),
        "Refunds beside the money",
    ),
    TourStep(
        "dashboard-diff",
        "The differences from an earlier version, drawn on the dashboard: what moved, and from where.",
        _versions,
        _version_field("note"),
        "Refunds beside the money",
    ),
    TourStep(
        "dashboard-merged",
        "Ines changed another widget at the same time: both edits are merged automatically.",
        in_sequence(click("versions_back"), _both_edit({"by-shop": "Orders per shop"}, {"agenda": "Monday"})),
        _item_field("title", "by-shop", "agenda"),
        "Orders per shop; Monday",
    ),
    TourStep(
        "dashboard-conflict",
        "Both renamed the same widget: a conflict, side by side. Her version is saved, and nothing is lost.",
        in_sequence(_both_edit({"by-shop": "Where they buy"}, {"by-shop": "Shops compared"}), _resolve),
        _item_field("title", "by-shop"),
        "Shops compared",
    ),
    TourStep(
        "dashboard-decided",
        "Resolved with one key: yours.",
        in_sequence(press(Qt.Key.Key_1), click("merge_use")),
        _item_field("title", "by-shop"),
        "Where they buy",
    ),
    TourStep(
        "dashboard-shared",
        "Shared with Dana, who can view it. Below, who has access and why.",
        _share,
        "SELECT users.name, permission FROM dashboard_shares JOIN users ON users.id = dashboard_shares.user_id"
        " WHERE users.name LIKE 'Dana%'",
        "Dana Whitfield|view",
    ),
    TourStep(
        "dashboard-exported",
        "The dashboard as PDF, in print colours.",
        in_sequence(click("share_done"), _export),
        "",
        "%PDF",
        "shop-review.pdf",
    ),
    TourStep(
        "dashboard-phone",
        "The same dashboard on a phone: it follows the desktop layout, except for a widget moved here.",
        _phone,
        _PHONE_ITEMS.format(what="group_concat(one.key)", name=_STORED_NAME),
        "where",
    ),
    TourStep(
        "dashboard-presented",
        "Presented: the dashboard fills the screen, with the time and how fresh its data is.",
        in_sequence(click("segment_desktop"), press(Qt.Key.Key_F5, CTRL)),
        _count(_STORED_NAME),
        "4",
    ),
    TourStep(
        "dashboard-imported",
        "A Grafana dashboard, imported. Its collapsed row is kept, and the report lists what isn't supported.",
        in_sequence(press(Qt.Key.Key_Escape), _back_to_list, _import),
        _count("'Packing line'"),
        "3",
    ),
    TourStep(
        "templates",
        "A new dashboard starts from one of eight templates.",
        in_sequence(click("import_report_close"), _back_to_list, click("library_new"), click("rename_keep"), _gallery),
        _COUNT_NEWEST,
        "0",
    ),
    TourStep(
        "template-taken",
        "The first template, with its queries.",
        in_sequence(_template, _save),
        _COUNT_NEWEST,
        "7",
    ),
)  # fmt: skip
