"""What can be read off a tile at a point of it: a chart's values, a slice's share, the whole of what is cut."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from typing import Final

from PySide6.QtCore import QDate, QLocale, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetricsF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, WidgetContent
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles import charts, number_format, stat_tiles
from benchboard.ui.studio.tiles.pies import Pie, figure_of
from benchboard.ui.studio.tiles.query_results import QueryResult
from benchboard.ui.studio.tiles.renderers import HEADER, body_of, unfit
from benchboard.ui.studio.tiles.table_painting import TableFace
from benchboard.ui.theme import theme

_NEAR: Final = 8.0
"""Pixels around a plot from which its points are read too."""
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reading: a text, perhaps after a series' sign; the nearest one is `strong`."""

    text: str
    colour: QColor | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read at a point. `quick`: it follows the pointer, and nobody has to wait for it."""

    lines: tuple[Line, ...]
    quick: bool = False


def tip_of(reading: Reading | None) -> str:
    """A reading as a tooltip shows it; data in it is never markup."""
    if reading is None:
        return ""
    return "<p style='white-space:pre-wrap'>" + "<br>".join(_marked(line) for line in reading.lines) + "</p>"


Reader = Callable[[QPointF], Reading | None]
"""Reads at a point of a tile, in its own measure."""


def reader(size: QSizeF, widget: WidgetContent, result: QueryResult | None, end: float) -> Reader:
    """What reads a tile so large whose title has room up to `end`."""
    read = body_reader(body_of(size), widget, result)
    title = number_format.cut(widget.title or widget.kind_name, MAX_TITLE)
    cut = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(title) > end - 33

    def at(spot: QPointF) -> Reading | None:
        if spot.y() <= HEADER:
            return _plain(title) if cut else None
        return read(spot)

    return at


def body_reader(body: QRectF, widget: WidgetContent, result: QueryResult | None) -> Reader:
    """What reads a widget's body drawn there."""
    kind = widget.kind.type if widget.kind is not None else ""
    if result is not None and result.error is not None:
        wrong = _plain(str(result.error))
        return lambda _spot: wrong
    table = result.table if result is not None else None
    if table is None or not table.rows:
        return _nothing
    if (why := unfit(widget, table)) is not None:
        says = _plain(why, _(widget.kind.takes) if widget.kind is not None else "")
        return lambda _spot: says
    if kind == "table":
        return _table_reader(body, table)
    unit = number_format.unit(widget) if kind else ""
    if kind == "pie_chart":
        return _pie_reader(Pie(body, table), unit)
    if kind in ("metric_card", "gauge"):
        said = _number(widget, table)
        return lambda _spot: said
    return _chart_reader(body, kind, table, unit)


def _nothing(_spot: QPointF) -> Reading | None:
    return None


def _plain(*texts: str) -> Reading:
    return Reading(tuple(Line(number_format.cut(text, _LONGEST)) for text in texts if text))


def _marked(line: Line) -> str:
    sign = f"<span style='color:{line.colour.name()}'>■</span> " if line.colour is not None else ""
    text = escape(line.text)
    return sign + (f"<b>{text}</b>" if line.strong else text)


def _table_reader(body: QRectF, table: ResultTable) -> Reader:
    face = TableFace(body, table)

    def at(spot: QPointF) -> Reading | None:
        cell = face.at(spot)
        return _plain(cell.whole) if cell is not None and cell.cut else None

    return at


def _pie_reader(pie: Pie, unit: str) -> Reader:
    def at(spot: QPointF) -> Reading | None:
        if pie.note.contains(spot) and pie.warning:
            return _plain(pie.warning)
        one = pie.at(spot)
        if one is None:
            return None
        place = pie.slices.index(one)
        share = _("{percent} %").format(percent=number_format.number(round(pie.share(one), 1), 1))
        lines = [Line(one.name, theme().chart(place)), Line(f"{figure_of(one, unit)} · {share}", strong=True)]
        if one.several > 1:
            lines.append(Line(ngettext("{count} row", "{count} rows", one.several).format(count=one.several)))
        return Reading(tuple(lines), quick=True)

    return at


def _number(widget: WidgetContent, table: ResultTable) -> Reading:
    figure = stat_tiles.Figure.of(table)
    lines = [Line(_with_unit(figure.now, number_format.unit(widget)), strong=True)]
    if figure.before is not None:
        before = _with_unit(figure.before, number_format.unit(widget))
        lines.append(Line(_("previous: {value}").format(value=before)))
    if widget.kind is not None and widget.kind.type == "gauge":
        lines += [Line(limit.word) for limit in stat_tiles.limits(widget)]
    return Reading(tuple(lines))


def _chart_reader(body: QRectF, kind: str, table: ResultTable, unit: str) -> Reader:
    series, count = charts.series_of(table, unit), len(table.rows)
    plot = charts.plot_of(body, series, kind)
    near = plot.box.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR)
    days = all(_is_day(row[0]) for row in table.rows)

    def at(spot: QPointF) -> Reading | None:
        if not near.contains(spot):
            return None
        share = min(max((spot.x() - plot.box.left()) / plot.box.width(), 0.0), 1.0)
        row = min(int(share * count), count - 1) if kind == "bar_chart" else round(share * (count - 1))
        lines = [Line(_along(table.rows[row][0], days=days))]
        known = [(abs(plot.y(value) - spot.y()), k) for k, one in enumerate(series)
                 if (value := one.values[row]) is not None]  # fmt: skip
        nearest = min(known)[1] if known else -1
        for k, one in enumerate(series):
            text = f"{one.name}: {_with_unit(table.rows[row][one.column], unit)}"
            lines.append(Line(text, one.colour, strong=k == nearest and len(series) > 1))
        return Reading(tuple(lines), quick=True)

    return at


def _with_unit(value: Cell, unit: str) -> str:
    return f"{number_format.text(value)} {unit}".rstrip() if value is not None else number_format.text(value)


def _is_day(value: Cell) -> bool:
    return isinstance(value, date) and (not isinstance(value, datetime) or value.time() == time())


def _along(value: Cell, *, days: bool) -> str:
    """What a point stands at: a day with its year, a moment with its time."""
    if not isinstance(value, date):
        return number_format.text(value)
    day = QLocale().toString(QDate(value.year, value.month, value.day), "d MMM yyyy")
    return day if days or not isinstance(value, datetime) else f"{day} {value:%H:%M}"
