"""Tooltips of a tile at a point: the values of a chart, the share of a slice, the whole of a text that is cut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from typing import Final

from PySide6.QtCore import QDate, QLineF, QLocale, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetricsF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, WidgetContent
from benchboard.i18n import _, ngettext, percent
from benchboard.ui.studio.tiles import bars, charts, number_format, periods, stat_tiles, x_axis
from benchboard.ui.studio.tiles.pies import Pie, slice_text, unit_of
from benchboard.ui.studio.tiles.query_results import QueryResult
from benchboard.ui.studio.tiles.renderers import HEADER, body_of, mismatch_advice, mismatch_reason, no_rows_texts
from benchboard.ui.studio.tiles.table_painting import TableLayout
from benchboard.ui.theme import theme
from benchboard.ui.widgets.empty_state import fits_tile

_HIT_MARGIN: Final = 8.0
"""Pixels around a plot within which its points still respond."""
_MAX_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class ReadoutLine:
    """A line of a readout: a text, with the colour of its series if it has one. The nearest series is `strong`."""

    text: str
    colour: QColor | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class LinePoints:
    """The points of the lines of a chart at one x coordinate, in the coordinates of the tile."""

    upright: QLineF
    """From the top of the plot to its bottom."""
    points: tuple[tuple[QPointF, QColor], ...]

    def mapped(self, to: Callable[[QPointF], QPointF]) -> "LinePoints":
        """The same in other coordinates."""
        upright = QLineF(to(self.upright.p1()), to(self.upright.p2()))
        return LinePoints(upright, tuple((to(point), colour) for point, colour in self.points))


@dataclass(frozen=True, slots=True)
class Readout:
    """The values at a point. `follows_pointer`: it is shown at once, not after the delay of a tooltip. `crosshair`:
    where lines have these values."""

    lines: tuple[ReadoutLine, ...]
    follows_pointer: bool = False
    crosshair: LinePoints | None = None


def tooltip_html(readout: Readout | None) -> str:
    """A readout as the HTML of a tooltip, with its data escaped."""
    if readout is None:
        return ""
    return "<p style='white-space:pre-wrap'>" + "<br>".join(_line_html(line) for line in readout.lines) + "</p>"


Reader = Callable[[QPointF], Readout | None]
"""Returns the readout at a point of a tile, in the tile's own coordinates."""


def tile_reader(size: QSizeF, widget: WidgetContent, result: QueryResult | None, end: float) -> Reader:
    """The readouts of a tile of this size, with a title that ends at `end`."""
    read = body_reader(body_of(size), widget, result)
    title = number_format.truncate(widget.title or widget.kind_name, MAX_TITLE)
    cut = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(title) > end - 33

    def at(spot: QPointF) -> Readout | None:
        if spot.y() <= HEADER:
            return _text_readout(title) if cut else None
        return read(spot)

    return at


def body_reader(body: QRectF, widget: WidgetContent, result: QueryResult | None) -> Reader:
    """The readouts of a widget's content that is drawn in `body`."""
    kind = widget.kind.type if widget.kind is not None else ""
    if result is not None and result.error is not None:
        error_readout = _text_readout(str(result.error))
        return lambda _spot: error_readout
    table = result.table if result is not None else None
    if result is not None and table is not None and not table.rows:
        # Where the message has no room, or the page has it, the tile shows an icon or two words.
        no_rows = no_rows_texts(table)
        if fits_tile(body, *no_rows) and not result.quiet:
            return _no_readout
        message = _text_readout(*no_rows)
        return lambda _spot: message
    if table is None:
        return _no_readout
    if (why := mismatch_reason(widget, table)) is not None:
        problem = _text_readout(why, mismatch_advice(widget, table))
        return lambda _spot: problem
    if kind == "table":
        return _table_reader(body, table)
    unit = number_format.unit(widget) if kind else ""
    if kind == "pie_chart":
        return _pie_reader(Pie(body, table), unit_of(table, unit))
    if kind in ("metric_card", "gauge"):
        readout = _stat_readout(widget, table)
        return lambda _spot: readout
    return _chart_reader(body, kind, table, unit)


def _no_readout(_spot: QPointF) -> Readout | None:
    return None


def _text_readout(*texts: str) -> Readout:
    return Readout(tuple(ReadoutLine(number_format.truncate(text, _MAX_TEXT)) for text in texts if text))


def _line_html(line: ReadoutLine) -> str:
    sign = f"<span style='color:{line.colour.name()}'>■</span> " if line.colour is not None else ""
    text = escape(line.text)
    return sign + (f"<b>{text}</b>" if line.strong else text)


def _table_reader(body: QRectF, table: ResultTable) -> Reader:
    face = TableLayout(body, table)

    def at(spot: QPointF) -> Readout | None:
        cell = face.at(spot)
        return _text_readout(cell.whole) if cell is not None and cell.is_cut else None

    return at


def _pie_reader(pie: Pie, unit: number_format.Unit) -> Reader:
    def at(spot: QPointF) -> Readout | None:
        if pie.note.contains(spot) and pie.warning:
            return _text_readout(pie.warning)
        one = pie.at(spot)
        if one is None:
            return None
        place = pie.slices.index(one)
        share = percent(pie.share(one), 1)
        lines = [
            ReadoutLine(one.name, pie.colour(place)),
            ReadoutLine(f"{slice_text(one, unit)} · {share}", strong=True),
        ]
        if one.row_count > 1:
            lines.append(
                ReadoutLine(ngettext("{count} row", "{count} rows", one.row_count).format(count=one.row_count))
            )
        return Readout(tuple(lines), follows_pointer=True)

    return at


def _stat_readout(widget: WidgetContent, table: ResultTable) -> Readout:
    stat = stat_tiles.StatValue.of(table)
    own = number_format.unit(widget)
    title = f"{stat.column.title}: " if stat.column is not None else ""
    lines = [ReadoutLine(title + _with_unit(stat.current, stat.unit(own)), strong=True)]
    if stat.previous is not None:
        before = _with_unit(stat.previous, stat.previous_unit(own))
        lines.append(ReadoutLine(_("previous: {value}").format(value=before)))
    if stat.column is not None and stat.column.presentation.adds_currencies:
        lines.append(ReadoutLine(_("Amounts in all currencies, added up")))
    if widget.kind is not None and widget.kind.type == "gauge":
        lines += [ReadoutLine(threshold.label) for threshold in stat_tiles.thresholds(widget)]
    return Readout(tuple(lines))


def _chart_reader(body: QRectF, kind: str, table: ResultTable, unit: str) -> Reader:
    table = x_axis.bars_in_order(table) if kind == "bar_chart" else x_axis.in_order(table)
    series, count = charts.series_of(table, unit), len(table.rows)
    plot = charts.plot_of(body, series, kind)
    lying = bars.lying_bars(body, table, series, unit) if kind == "bar_chart" else None
    if lying is not None:
        return _lying_bars_reader(lying, table, series, unit)
    near = plot.box.adjusted(-_HIT_MARGIN, -_HIT_MARGIN, _HIT_MARGIN, _HIT_MARGIN)
    all_days = all(_is_day(row[0]) for row in table.rows)
    undrawn = charts.undrawn_text(table)
    axis = x_axis.bar_axis(table) if kind == "bar_chart" else x_axis.line_axis(table)
    unfinished = periods.is_unfinished([row[0] for row in table.rows], table.read_at)

    def at(spot: QPointF) -> Readout | None:
        row = axis.row_at(plot.box, spot.x()) if near.contains(spot) else None
        if row is None:
            return None
        category = _category_text(table, row, all_days=all_days)
        if unfinished and row == count - 1:
            category = _("{when}, so far").format(when=category)
        lines = [ReadoutLine(category)]
        known = [(abs(plot.y(value) - spot.y()), k) for k, one in enumerate(series)
                 if (value := one.values[row]) is not None]  # fmt: skip
        nearest = min(known)[1] if known else -1
        lines += _series_lines(table, row, series, unit, nearest)
        lines += [ReadoutLine(undrawn)] if undrawn else []
        crosshair = _line_points(plot, axis.x(plot.box, row), row, series) if kind != "bar_chart" else None
        return Readout(tuple(lines), follows_pointer=True, crosshair=crosshair)

    return at


def _line_points(plot: charts.Plot, x: float, row: int, series: Sequence[charts.Series]) -> LinePoints:
    points = [(QPointF(x, plot.y(value)), one.colour) for one in series if (value := one.values[row]) is not None]
    return LinePoints(QLineF(x, plot.box.top(), x, plot.box.bottom()), tuple(points))


def _series_lines(
    table: ResultTable, row: int, series: Sequence[charts.Series], unit: str, nearest: int
) -> list[ReadoutLine]:
    """The values of all series in a row; of several, the one with the index `nearest` is bold."""
    lines = []
    for k, one in enumerate(series):
        text = f"{one.name}: {number_format.format_value(table, table.rows[row], one.column, unit=unit)}"
        lines.append(ReadoutLine(text, one.colour, strong=k == nearest and len(series) > 1))
    return lines


def _lying_bars_reader(lying: bars.LyingBars, table: ResultTable, series: Sequence[charts.Series], unit: str) -> Reader:
    """The readouts of lying bars: of a whole row, with the name beside it."""
    count, undrawn = len(table.rows), charts.undrawn_text(table)

    def at(spot: QPointF) -> Readout | None:
        if not lying.box.contains(spot):
            return None
        row = min(int((spot.y() - lying.box.top()) / lying.box.height() * count), count - 1)
        boxes = [(abs(bar.box.center().y() - spot.y()), bar.place) for bar in lying.bars if bar.row == row]
        nearest = min(boxes)[1]
        lines = [ReadoutLine(_category_text(table, row, all_days=False))]
        lines += _series_lines(table, row, series, unit, nearest)
        lines += [ReadoutLine(undrawn)] if undrawn else []
        return Readout(tuple(lines), follows_pointer=True)

    return at


def _with_unit(value: Cell, unit: number_format.Unit) -> str:
    return unit.after(number_format.format_cell(value)) if value is not None else number_format.format_cell(value)


def _is_day(value: Cell) -> bool:
    return isinstance(value, date) and (not isinstance(value, datetime) or value.time() == time())


def _category_text(table: ResultTable, row: int, *, all_days: bool) -> str:
    """The category of a point on the x axis: a day with its year, a timestamp with its time."""
    value = table.rows[row][0]
    if not isinstance(value, date):
        return number_format.format_value(table, table.rows[row], 0)
    day = QLocale().toString(QDate(value.year, value.month, value.day), "d MMM yyyy")
    return day if all_days or not isinstance(value, datetime) else f"{day} {value:%H:%M}"
