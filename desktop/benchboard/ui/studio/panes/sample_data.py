"""Sample pages and query results for previews of the widget kinds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.widget_kinds import IMAGE, WidgetKind, kind_of, new_item, with_fields
from benchboard.dashboards.layout import CONTAINERS, ROW, TABS, Item, Layout, PageIndex, Pane
from benchboard.dashboards.layout import Cell as Spot
from benchboard.i18n import _
from benchboard.ui.studio.tiles.image_painting import DecodedImage
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import theme

_DAYS: Final = (12, 15, 11, 18, 21, 17, 24, 19, 26, 23, 29, 27)
_PARTS: Final = (("A", 42), ("B", 27), ("C", 18), ("D", 9))
_FIRST: Final = date(2026, 3, 2)
_COLUMNS: Final = 12


def sample_page(kind: WidgetKind) -> PageIndex:
    """A page with one widget of this kind; a container holds two."""
    item = new_item(kind, "sample")
    height = kind.h
    if kind.type in CONTAINERS:
        inside = [_inner_item("one", 0), _inner_item("two", 3 if kind.type != ROW else 6)]
        panes = [Pane(Layout.of(item.panes[0].layout.columns, inside), item.panes[0].id, _("One"))]
        if kind.type == TABS:
            panes.append(Pane(Layout.of(kind.w, ()), "t2", _("Two")))
        item, height = replace(item, panes=tuple(panes)), 4
    elif kind.type == IMAGE:
        item = with_fields(item, config={"picture": "sample", "fit": "fill"})
    elif kind.type == "text":
        points = "\n".join(f"- {point}" for point in (_("What happened"), _("What's next")))
        item = with_fields(item, config={"text": "**{}**\n\n{}".format(_("Shift notes"), points)})
    return PageIndex(Layout.of(_COLUMNS, [(item, Spot(0, 0, kind.w, height))]))


def sample_answer(page: PageIndex, item_id: str) -> QueryResult | None:
    """The sample result of a widget on such a page."""
    type_name = page.item(item_id).type
    if type_name == IMAGE:
        return QueryResult("sample", picture=DecodedImage(_sample_image()))
    table = _table(type_name)
    return QueryResult("sample", table) if table is not None else None


def _inner_item(name: str, x: int) -> tuple[Item, Spot]:
    kind = kind_of("metric_card")
    assert kind is not None
    return new_item(kind, name), Spot(x, 0, 3, 3)


def _table(type_name: str) -> ResultTable | None:
    days = [(_FIRST + timedelta(days=k), count) for k, count in enumerate(_DAYS)]
    if type_name in ("metric_card", "line_chart", "area_chart"):
        return _answer((("day", "date"), (_("orders"), "integer")), days)
    if type_name == "gauge":
        return _answer(((_("orders"), "integer"),), [(64,)])
    if type_name in ("bar_chart", "pie_chart"):
        return _answer((("part", "text"), (_("orders"), "integer")), _PARTS)
    if type_name in ("heatmap", "pivot_table"):
        cells = [(day, part, (at + 1) * (place * 5 % 7 + 1)) for at, (day, _count) in enumerate(days[:6])
                 for place, (part, _share) in enumerate(_PARTS)]  # fmt: skip
        return _answer((("day", "date"), ("part", "text"), (_("orders"), "integer")), cells)
    if type_name == "scatter_chart":
        points = [(count, 30 + 4 * count + 17 * at % 40) for at, count in enumerate(_DAYS)]
        return _answer(((_("orders"), "integer"), (_("total"), "integer")), points)
    if type_name == "histogram":
        return _answer(((_("total"), "integer"),), [(5 + 7 * count % 60,) for count in _DAYS])
    if type_name == "table":
        rows = [(name, count, Decimal(count * 13) / 4) for name, count in _PARTS]
        return _answer(((_("part"), "text"), (_("orders"), "integer"), (_("total"), "decimal")), rows)
    return None


def _answer(columns: Sequence[tuple[str, ValueKind]], rows: Sequence[tuple[Cell, ...]]) -> ResultTable:
    return ResultTable(tuple(ResultColumn(*column) for column in columns), tuple(rows), False)


def _sample_image() -> QImage:
    """A drawing of hills and a sun, in the theme's colours."""
    picture = QImage(QSize(480, 320), QImage.Format.Format_RGB32)
    picture.fill(theme().color("accent.soft"))
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(theme().color("warn"))
        painter.drawEllipse(QPointF(360, 90), 34, 34)
        for role, hill in (
            ("border.control", ((0, 240), (150, 110), (300, 260), (480, 320), (0, 320))),
            ("accent", ((120, 320), (330, 170), (480, 250), (480, 320))),
        ):
            painter.setBrush(theme().color(role))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in hill]))
    return picture
