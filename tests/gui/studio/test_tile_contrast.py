"""All text of tiles can be read, as it is drawn: titles, ticks, legends, values, cells, messages and badges."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from benchboard.dashboards.document.widget_kinds import KINDS, WidgetContent, kind_of
from benchboard.errors import AppError
from benchboard.ui.studio.tiles import renderers
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Mode, Theme, theme
from benchboard.ui.widgets.crosshair import paint_values
from support.chart_cases import cases
from support.faint_text import faint_texts
from support.painted_text import TextRecorder

SIZES = (QSize(480, 300), QSize(220, 130))
Paint = Callable[[QPainter, QSizeF], object]


@pytest.fixture(params=["light", "dark"])
def mode(request: pytest.FixtureRequest, light: Theme) -> Mode:
    light.set_appearance(request.param)
    shown: Mode = request.param
    return shown


def _faint(size: QSize, paint: Paint) -> list[str]:
    device = TextRecorder(size)
    picture = QImage(size * 2, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(2)
    for target in (device, picture):
        with QPainter(target) as painter:
            painter.fillRect(QRectF(0, 0, size.width(), size.height()), theme().color("canvas"))
            paint(painter, QSizeF(size))
    assert device.texts, "nothing is written"
    return list(faint_texts(device.texts, picture))


def _tile(widget: WidgetContent, result: QueryResult | None, *, badge: str = "", locked: bool = False) -> Paint:
    def paint(painter: QPainter, size: QSizeF) -> None:
        renderers.paint_frame(painter, QRectF(QPointF(0, 0), size))
        renderers.paint_content(painter, size, widget, result, badge=badge, locked=locked, audience="edit")

    return paint


def _content(kind: str, title: str, unit: str = "") -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), title, "SELECT 1", {"unit": unit})


def _samples() -> Iterator[tuple[str, Paint]]:
    for case in cases():
        widget = _content(case.kind, case.name, case.unit)
        yield f"{case.name}, {case.kind}", _tile(widget, QueryResult("", table=case.table))
    table = next(case.table for case in cases())
    for kind in (kind.type for kind in KINDS if kind.group != "Containers"):
        widget = _content(kind, "Orders per day")
        error = AppError("query.unknown", what="No such table.", why="There's no table “order”.", do="Did you mean it?")
        yield f"{kind}, refused", _tile(widget, QueryResult("", error=error))
        yield f"{kind}, without rows", _tile(widget, QueryResult("", table=replace(table, rows=())))
        yield f"{kind}, slow", _tile(widget, QueryResult("", slow=True), badge="3 of 12", locked=True)
        yield f"{kind}, with data", _tile(widget, QueryResult("", table=table), badge="Shop")
        yield f"{kind}, new", _tile(widget, None)


def test_text_of_tiles_in_each_theme_can_be_read(mode: Mode) -> None:
    faint = [
        f"{name}, {size.width()} px: {line}"
        for name, paint in _samples()
        for size in SIZES
        for line in _faint(size, paint)
    ]
    assert faint == []


def test_values_beside_the_crosshair_in_each_theme_can_be_read(mode: Mode) -> None:
    def paint(painter: QPainter, size: QSizeF) -> None:
        paint_values(painter, QRectF(QPointF(0, 0), size), QPointF(20, 100), ("16 tq, prescaler 5", "80 %"))

    assert _faint(QSize(300, 140), paint) == []


def test_faint_text_is_found_on_its_own_ground_alone(light: Theme) -> None:
    def paint(painter: QPainter, size: QSizeF) -> None:
        painter.fillRect(QRectF(0, 0, 100, 60), Qt.GlobalColor.white)
        painter.fillRect(QRectF(100, 0, 100, 60), Qt.GlobalColor.black)
        painter.setFont(theme().font("body"))
        for x, colour in ((10, "#999999"), (110, "#999999"), (10, "#000000")):
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(x, 20 if colour != "#000000" else 45), "Orders")
        painter.setOpacity(0.3)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(QPointF(110, 45), "Shops")

    found = [line.split(" ")[1:5] for line in _faint(QSize(200, 60), paint)]
    assert found == [["'Orders'", "#999999", "on", "#ffffff,"], ["'Shops'", "#4d4d4d", "on", "#000000,"]]
