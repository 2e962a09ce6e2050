"""Tooltips of a tile at a point: the values of a chart, the share of a slice, the whole of a text that is cut."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from benchboard.analytics import periods
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.series_settings import series_colours
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, WidgetContent
from benchboard.dashboards.period_before import difference, has_small_base, percent_change
from benchboard.i18n import _, ngettext, percent
from benchboard.ui.studio.tiles.axes.thresholds import share_of_target, target_of, targets, thresholds
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.drawings import DRAWINGS
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.kinds.pies import Pie, slice_text, unit_of
from benchboard.ui.studio.tiles.kinds.pivot import shown_table
from benchboard.ui.studio.tiles.kinds.x_axis import is_by_week
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import partial_text
from benchboard.ui.studio.tiles.numbers.week_labels import week_title
from benchboard.ui.studio.tiles.renderers import HEADER, body_of, mismatch_advice, mismatch_reason, no_rows_of
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Reader, Readout, ReadoutLine, text_readout
from benchboard.ui.studio.tiles.series import chart_note
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.studio.tiles.series.period_before import signed_percent
from benchboard.ui.studio.tiles.stats import currency_card, stat_tiles
from benchboard.ui.studio.tiles.stats.metric_card import MetricCard
from benchboard.ui.studio.tiles.stats.spark_values import SparkValues
from benchboard.ui.studio.tiles.tables.table_painting import ShownTable
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date, utc_span
from benchboard.ui.widgets.empty_state import fits_tile

_MOST_AVOIDED: Final = 400
"""Most points of a line that the values beside the pointer keep clear of."""
_HIT_MARGIN: Final = 8.0
"""Pixels around a plot within which its points still respond."""


def tile_reader(
    size: QSizeF,
    widget: WidgetContent,
    result: QueryResult | None,
    end: float,
    audience: Audience = "show",
    row: Sequence[MetricCard] = (),
) -> Reader:
    """The readouts of a tile of this size, with a title that ends at `end`. `row`: see `body_reader`."""
    read = body_reader(body_of(size), widget, result, audience, row)
    title = number_format.truncate(widget.title or widget.kind_name, MAX_TITLE)
    cut = QFontMetricsF(theme().font("body_strong")).horizontalAdvance(title) > end - 33

    def at(spot: QPointF) -> Readout | None:
        if spot.y() <= HEADER:
            return text_readout(title) if cut else None
        return read(spot)

    return at


def body_reader(
    body: QRectF,
    widget: WidgetContent,
    result: QueryResult | None,
    audience: Audience = "show",
    row: Sequence[MetricCard] = (),
) -> Reader:
    """The readouts of a widget's content that is drawn in `body` for this audience. `row`: all metric cards beside it,
    with itself; none for one alone, or for another widget."""
    kind = widget.kind.type if widget.kind is not None else ""
    if result is not None and result.error is not None:
        error_readout = text_readout(str(result.error))
        return lambda _spot: error_readout
    table = result.table if result is not None else None
    if result is None or table is None:
        return _no_readout
    if not table.rows:
        # Where the message has no room, or the page has it, the tile shows an icon or two words.
        no_rows = no_rows_of(result, table)
        if fits_tile(body, *no_rows) and not result.quiet:
            return _no_readout
        message = text_readout(*no_rows)
        return lambda _spot: message
    if (why := mismatch_reason(widget, table)) is not None:
        problem = text_readout(why, mismatch_advice(widget, table))
        return lambda _spot: problem
    if (drawing := DRAWINGS.get(kind)) is not None:
        return drawing.values(body, widget, result, table)
    if (shown := shown_table(widget, result)) is not None:
        return _table_reader(ShownTable(body, shown, audience))
    unit = number_format.unit(widget) if kind else ""
    if kind == "pie_chart":
        return _pie_reader(
            Pie(body, table, result.colours, result.legend, series_colours(widget)), unit_of(table, unit)
        )
    if kind in ("metric_card", "gauge"):
        readout = _stat_readout(widget, table, result)
        if kind == "metric_card":
            is_wall = audience == "wall"
            return SparkValues(body, widget, table, readout, before=result.before, row=row, wall=is_wall)
        return lambda _spot: readout
    return ChartReader(body, kind, drawn_table(widget, result), unit)


def _no_readout(_spot: QPointF) -> Readout | None:
    return None


def _table_reader(face: ShownTable) -> Reader:
    def at(spot: QPointF) -> Readout | None:
        cell = face.at(spot)
        return text_readout(cell.whole) if cell is not None and cell.is_cut else None

    return at


def _pie_reader(pie: Pie, unit: number_format.Unit) -> Reader:
    def at(spot: QPointF) -> Readout | None:
        if pie.note.contains(spot) and pie.warning:
            return text_readout(pie.warning)
        one = pie.at(spot)
        if one is None:
            return None
        place = pie.slices.index(one)
        share = percent(pie.share(one), 1)
        lines = [ReadoutLine(one.name, pie.colour(place), value=f"{slice_text(one, unit)} · {share}")]
        if one.row_count > 1:
            count = ngettext("{count} row", "{count} rows", one.row_count).format(count=one.row_count)
            lines.append(ReadoutLine(count, muted=True))
        return Readout(tuple(lines), follows_pointer=True)

    return at


def _stat_readout(widget: WidgetContent, table: ResultTable, result: QueryResult) -> Readout:
    if amounts := currency_card.currency_amounts(table, result.before):
        return text_readout(*(currency_card.summary(widget, [one]) for one in amounts), currency_card.reason())
    stat = stat_tiles.StatValue.of(table, result.before)
    own = number_format.unit(widget)
    title = f"{stat.column.title}: " if stat.column is not None else ""
    lines = [ReadoutLine(title + _with_unit(stat.current, stat.unit(own)), strong=True)]
    if stat.previous is not None:
        before = _with_unit(stat.previous, stat.previous_unit(own))
        lines.append(ReadoutLine(_("previous: {value}").format(value=before)))
    if result.before is not None:
        span = utc_span(result.before.period.start, result.before.period.end)
        lines.append(ReadoutLine(_("Period before: {period} (UTC)").format(period=span), muted=True))
    if stat.column is not None and stat.column.presentation.adds_currencies:
        lines.append(ReadoutLine(_("Amounts in all currencies, added up")))
    if share := share_of_target(stat.value, target_of(widget)):
        lines += [ReadoutLine(share), *(ReadoutLine(one.label) for one in targets(widget))]
    if widget.kind is not None and widget.kind.type == "gauge":
        lines += [ReadoutLine(threshold.label) for threshold in thresholds(widget)]
    return Readout(tuple(lines))


class ChartReader:
    """The readouts of a chart of lines or bars. Called with a point of the tile it returns those there."""

    def __init__(self, body: QRectF, kind: str, shaped: ChartTable, unit: str) -> None:
        is_bars = kind == "bar_chart"
        self._currencies = chart_note.text(shaped, unit)
        body = chart_note.box_below(body, shaped, unit)
        self._table = x_axis.bars_in_order(shaped) if is_bars else x_axis.in_order(shaped)
        self._unit, self._series = unit, charts.series_of(self._table, unit)
        self._plot = charts.chart_plot(body, self._table, self._series, kind)
        self._axis = x_axis.bar_axis(self._table) if is_bars else x_axis.line_axis(self._table)
        self._lying = bars.lying_bars(body, self._table, self._series, unit) if is_bars else None
        self._is_stacked = any(one.spans for one in self._series)
        self._bars: dict[int, list[bars.Bar]] | None = None
        if self._lying is not None:
            self._bars = _by_row(self._lying.bars)
        elif is_bars:
            self._bars = _by_row(bars.upright_bars(self._plot, self._series, self._axis))
        self._all_days = self._lying is None and all(_is_day(row[0]) for row in self._table.rows)
        times = periods.moments([row[0] for row in self._table.rows])
        self._is_weeks = times is not None and periods.granularity(times) == "week"
        self._is_by_week = is_by_week(self._table)
        self._names: list[str] = []
        self._partial = self._table.partial_rows
        self._goes_on = self._table.goes_on
        self._notes = charts.undrawn_text(self._table), shaped.missing_note, self._currencies

    def __call__(self, spot: QPointF) -> Readout | None:
        row = self._row_at(spot)
        if row is None:
            return None
        category = self._category(row)
        if row in self._partial:
            goes_on = self._goes_on and (row > 0 or len(self._table.rows) == 1)
            category = partial_text(category, goes_on=goes_on)
        near = self.place_near(row, spot)
        lines = [ReadoutLine(category, muted=True)]
        lines += _series_lines(self._table, row, self._series, self._unit, near[1] if near is not None else -1)
        lines += [ReadoutLine(note, muted=True) for note in self._notes if note]
        return Readout(tuple(lines), follows_pointer=True, crosshair=self._shape(row))

    def _category(self, row: int) -> str:
        value = self._table.rows[row][0]
        if self._is_by_week and isinstance(value, date):
            return week_title(value)
        if not isinstance(value, date):
            if not self._names:
                self._names = number_format.whole_category_labels(self._table)
            return self._names[row]
        with_seconds = self._table.reduced is not None
        return _time_text(value, all_days=self._all_days, is_weeks=self._is_weeks, with_seconds=with_seconds)

    def x_value(self, row: int) -> float | None:
        """Where a row is on the axis, in seconds since 1970 or as a number; None on an axis of names."""
        values = x_axis.axis_values(self._table)
        return values[row] if values is not None else None

    def first_row_from(self, value: float) -> int:
        """The first row at or after a place on the axis (see `x_value`); the last one if there is none."""
        values = x_axis.axis_values(self._table) or []
        return min(bisect_left(values, value), self.row_count - 1)

    @property
    def row_count(self) -> int:
        """How many places its axis has."""
        return len(self._table.rows)

    @property
    def is_lying(self) -> bool:
        """Whether its axis runs downwards."""
        return self._lying is not None

    def place_at(self, spot: QPointF) -> tuple[int, int] | None:
        """The row and the series whose value is at a point: of bars the one there, else the nearest in height."""
        row = self._row_at(spot)
        if row is None:
            return None
        for bar in (self._bars or {}).get(row, ()):
            box = bar.box
            within = (
                box.left() <= spot.x() <= box.right() if self._lying is None else box.top() <= spot.y() <= box.bottom()
            )
            if within and not self._is_stacked:
                return row, bar.place
        return self.place_near(row, spot)

    def place_near(self, row: int, spot: QPointF) -> tuple[int, int] | None:
        """A row and the series whose value there is the nearest to a point; of a stack, the one whose part is there."""
        if self._is_stacked and self._bars is not None:
            boxes = [(_distance(bar.box, spot), bar.place) for bar in self._bars.get(row, ())]
            return (row, min(boxes)[1]) if boxes else None
        heights = [
            (_outside(spot.y(), *ends), abs(sum(ends) / 2 - spot.y()), place) for place, ends in self._heights(row)
        ]
        return (row, min(heights)[2]) if heights else None

    def chart_point(self, row: int, place: int) -> tuple[ChartTable, tuple[Cell, ...], charts.Series]:
        """The form of the result that is drawn, a row of it, and the series with an index."""
        return self._table, self._table.rows[row], self._series[place]

    def spots(self, row: int) -> list[QPointF]:
        """A point at each value of a row, from the top down, or along a stack that lies; of a row without values, the
        middle of its place."""
        if self._is_stacked and self._bars is not None:
            middles = [bar.box.center() for bar in self._bars.get(row, ())]
            if middles:
                return sorted(middles, key=lambda one: one.y() if self._lying is None else one.x())
        if self._lying is not None:
            middle = self._lying.box.top() + self._lying.box.height() * (row + 0.5) / self.row_count
            x = self._lying.zero
        else:
            middle, x = self._plot.box.center().y(), self._axis.x(self._plot.box, row)
        ys = {sum(ends) / 2 for _place, ends in self._heights(row)}
        return [QPointF(x, y) for y in sorted(ys) or [middle]]

    def _row_at(self, spot: QPointF) -> int | None:
        if self._lying is not None:
            box, count = self._lying.box, self.row_count
            return min(int((spot.y() - box.top()) / box.height() * count), count - 1) if box.contains(spot) else None
        near = self._plot.box.adjusted(-_HIT_MARGIN, -_HIT_MARGIN, _HIT_MARGIN, _HIT_MARGIN)
        return self._axis.row_at(self._plot.box, spot.x()) if near.contains(spot) else None

    def _heights(self, row: int) -> list[tuple[int, tuple[float, float]]]:
        """The index of each series with a value in a row, and between which heights it is: of a line both are the same,
        of a lying bar the middle."""
        if self._lying is not None and self._bars is not None:
            return [(bar.place, (bar.box.center().y(),) * 2) for bar in self._bars[row]]
        found = []
        for place, one in enumerate(self._series):
            span = one.span(row)
            if span is not None and one.values[row] is not None:
                begin = span.base if one.spans else span.top
                own = self._plot.of(one)
                found.append((place, (own.y(begin), own.y(span.top))))
        return found

    @cached_property
    def _highest_points(self) -> tuple[QPointF, ...]:
        """Where the highest line is at each row, of as many as a mouse move can look at."""
        found = []
        for row in range(min(len(self._table.rows), _MOST_AVOIDED)):
            tops = [self._plot.of(one).y(top) for one in self._series if (top := one.heights[row]) is not None]
            if tops:
                found.append(QPointF(self._axis.x(self._plot.box, row), min(tops)))
        return tuple(found)

    def _shape(self, row: int) -> CrosshairShape:
        if self._bars is None:
            shape = _line_points(self._plot, self._axis.x(self._plot.box, row), row, self._series)
            return replace(shape, highest=self._highest_points)
        boxes = tuple(bar.box for bar in self._bars.get(row, ()) if self._series[bar.place].values[row] is not None)
        if self._lying is not None:
            return CrosshairShape(QLineF(), bars=boxes)
        x, top = self._axis.x(self._plot.box, row), self._plot.box.top()
        end = min((box.top() for box in boxes), default=self._plot.box.bottom())
        return CrosshairShape(QLineF(x, top, x, end) if end > top + 1 else QLineF(), bars=boxes)


def _outside(value: float, one: float, other: float) -> float:
    """How far a value is outside two ends."""
    return max(0.0, min(one, other) - value, value - max(one, other))


def _distance(box: QRectF, spot: QPointF) -> float:
    """How far a point is from a rectangle, across and along."""
    return _outside(spot.x(), box.left(), box.right()) + _outside(spot.y(), box.top(), box.bottom())


def _by_row(found: Sequence[bars.Bar]) -> dict[int, list[bars.Bar]]:
    rows: dict[int, list[bars.Bar]] = {}
    for bar in found:
        rows.setdefault(bar.row, []).append(bar)
    return rows


def _line_points(plot: charts.Plot, x: float, row: int, series: Sequence[charts.Series]) -> CrosshairShape:
    points = [
        (QPointF(x, plot.of(one).y(value)), one.colour)
        for one in series
        if (value := one.heights[row]) is not None and 0 <= plot.of(one).scale.part(value) <= 1
    ]
    return CrosshairShape(QLineF(x, plot.box.top(), x, plot.box.bottom()), tuple(points))


def _series_lines(
    table: ResultTable, row: int, series: Sequence[charts.Series], unit: str, nearest: int
) -> list[ReadoutLine]:
    """The values of all series in a row; of several, the one with the index `nearest` is bold."""
    lines = []
    has_own_rows = isinstance(table, ChartTable) and table.reduced is not None and bool(table.series_by)
    for k, one in enumerate(series):
        if has_own_rows and table.rows[row][one.column] is None:
            continue  # it has a row elsewhere
        value = number_format.format_value(table, table.rows[row], one.column, decimals=one.decimals, unit=one.own_unit)
        value += _change_text(table, row, one)
        is_compared = not (one.spans or one.is_right or one.is_before or one.is_target)
        if is_compared and isinstance(table, ChartTable):
            value += _target_text(one.values[row], _row_target(table, row, series))
        span = one.spans[row] if one.spans and one.is_share else None
        if span is not None and one.values[row] is not None:
            value += f" · {percent(span.top - span.base, 1)}"
        lines.append(ReadoutLine(one.name, one.colour, strong=k == nearest and len(series) > 1, value=value))
    if not any(one.spans for one in series):
        return lines
    lines.reverse()  # as they lie on each other
    return lines + _total_lines(table, row, series, unit)


def _set_decimals(table: ResultTable) -> int | None:
    return table.decimals if isinstance(table, ChartTable) else None


def _total_lines(table: ResultTable, row: int, series: Sequence[charts.Series], unit: str) -> list[ReadoutLine]:
    """The sums of the stacks in a row."""
    undrawn, found = isinstance(table, ChartTable) and table.undrawn, []
    for is_before in (False, True):
        of_side = (place for place, one in enumerate(series) if one.is_before == is_before and one.spans)
        place = next(of_side, None)
        if place is not None:
            cells = charts.total_row(table, row, series, place)
            name = _("Total before") if is_before else _("Total of those drawn") if undrawn else _("Total")
            decimals = _set_decimals(table)
            value = number_format.format_value(table, cells, series[place].column, decimals=decimals, unit=unit)
            if not is_before and not series[place].is_share and isinstance(table, ChartTable):
                total = number_format.to_float(cells[series[place].column])
                value += _target_text(total, _row_target(table, row, series))
            found.append(ReadoutLine(name, strong=not is_before, value=value))
    return found


def _row_target(table: ChartTable, row: int, series: Sequence[charts.Series]) -> float | None:
    """What the values of a row are to reach: the number of the series that is the target, else that of the widget."""
    own = next((one for one in series if one.is_target), None)
    return own.values[row] if own is not None else table.target


def _target_text(value: float | None, target: float | None) -> str:
    """How much of its target a value is, behind the value; empty where there is none."""
    share = share_of_target(value, target)
    return f" · {share}" if share else ""


def _change_text(table: ResultTable, row: int, series: charts.Series) -> str:
    """How much a value has changed since the period before, in brackets; empty where that isn't known."""
    if not isinstance(table, ChartTable) or series.is_before or series.column not in table.before_of:
        return ""
    if row in table.uncompared:
        return ""
    column = len(table.columns) - len(table.before_of) + table.before_of.index(series.column)
    now, before = table.rows[row][series.column], table.rows[row][column]
    change = percent_change(now, before)
    if change is not None and has_small_base(now, before) and (size := difference(now, before)) is not None:
        return f" ({'+' if size > 0 else '−'}{number_format.format_cell(max(size, -size))})"  # a minus sign
    if change is not None:
        return f" ({signed_percent(change)})"
    nothing = _("no data before")  # a word within a text in braces isn't found for translation
    return "" if before is not None or now is None else f" ({nothing})"


def _with_unit(value: Cell, unit: number_format.Unit) -> str:
    return unit.after(number_format.format_cell(value)) if value is not None else number_format.format_cell(value)


def _is_day(value: Cell) -> bool:
    return isinstance(value, date) and (not isinstance(value, datetime) or value.time() == time())


def _time_text(value: date, *, all_days: bool, is_weeks: bool, with_seconds: bool) -> str:
    """The time of a point on the x axis: a day or a week with its year, a timestamp with its time."""
    day = full_date(value)
    if is_weeks:
        return _("Week of {day}").format(day=day)
    if all_days or not isinstance(value, datetime):
        return day
    return f"{day} {value:%H:%M:%S}" if with_seconds else f"{day} {value:%H:%M}"
