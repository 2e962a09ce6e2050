"""Draws a table on a tile: its first rows, and how many more rows and columns there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.totalled_table import TotalledTable
from benchboard.i18n import _
from benchboard.ui.studio.tiles.click_targets import Audience
from benchboard.ui.studio.tiles.kinds import pivot
from benchboard.ui.studio.tiles.kinds.heatmap import text_colour
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.partial_periods import partial_period, partial_text
from benchboard.ui.studio.tiles.tables import column_widths
from benchboard.ui.theme import theme

ROW_HEIGHT: Final = 24
"""Pixels of a row of a table on a tile."""
_SMALLER: Final = (0.9, 0.8, 0.7)
"""The scales of a table on a wall that doesn't fit otherwise."""
_FOOTER_HEIGHT: Final = 24
_MEASURED: Final = 16
"""Columns that are measured at a time."""
_MAX_TOOLTIP: Final = 2_000
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def heading_font() -> QFont:
    """The font of column headings."""
    font = theme().font("caption")
    font.setWeight(QFont.Weight.Medium)
    return font


def row_texts(table: ResultTable, rows: Sequence[tuple[Cell, ...]], columns: Sequence[int]) -> list[list[str]]:
    """The cells of rows in these columns as texts, all numbers of a column with the same number of decimals."""
    decimals = [number_format.column_decimals(table, column, rows) for column in columns]
    found, partial = [], partial_period(table)
    for row in rows:
        texts = [
            number_format.format_value(table, row, column, decimals=places)
            for column, places in zip(columns, decimals, strict=True)
        ]
        for place, column in enumerate(columns) if partial is not None else ():
            if partial is not None and partial.is_in(column, row[column]):
                texts[place] = partial_text(texts[place], goes_on=partial.goes_on)
        found.append(texts)
    return found


def _shortened(rows: list[list[str]], widths: Sequence[float], metrics: QFontMetricsF) -> list[list[str]]:
    """The texts without the domain that all those of a column end with, if any of them would be cut."""
    for column, width in enumerate(widths):
        texts = [row[column] for row in rows]
        if any(metrics.horizontalAdvance(text) > width for text in texts):
            for row, text in zip(rows, number_format.without_shared_end(texts), strict=True):
                row[column] = text
    return rows


def _by_weight(table: ResultTable, columns: Sequence[int]) -> list[int]:
    """The columns of a table compared with the period before: those of the query, then for each measure the changes in
    percent, the changes, and the numbers before."""
    weight = {"": 0, "change_percent": 1, "change": 2, "before": 3}
    return sorted(columns, key=lambda column: weight[table.columns[column].presentation.comparison])


def _pivot_weight(table: PivotTable) -> list[int]:
    """The columns of a pivot table: those with the names of the rows, its totals, then the others; of those compared
    with the period before, the numbers of now first, and the totals first among each kind."""
    count = table.heading_count
    columns = range(count, len(table.columns))
    totals = [column for column in columns if table.number_columns[column - count].is_total]
    others = [column for column in columns if column not in totals]
    return [*range(count), *_by_weight(table, [*totals, *others])]


@dataclass(frozen=True, slots=True)
class CellBox:
    """A cell or heading on a tile: its text as drawn, its formatted text, and its whole text for a tooltip."""

    box: QRectF
    shown: str
    full: str
    whole: str

    @property
    def is_cut(self) -> bool:
        """Whether a part of it isn't drawn."""
        return self.shown != self.full or len(self.whole) > len(self.full)


class TableLayout:
    """The cells of a table that fit on a tile, and their rectangles."""

    def __init__(self, body: QRectF, table: ResultTable) -> None:
        fits = max(1, int((body.height() - ROW_HEIGHT + 4) // ROW_HEIGHT))
        self._caption = table.caption if isinstance(table, PivotTable | TotalledTable) else ""
        self.has_more_rows = len(table.rows) > fits
        is_strong = isinstance(table, PivotTable | TotalledTable)  # its totals are bold, and wider
        heads, font = QFontMetricsF(heading_font()), QFontMetricsF(theme().font("body_strong" if is_strong else "body"))
        self.row_places = self._rows_that_fit(table, fits)
        """The indexes of the rows that are shown."""
        columns = table.shown_columns()
        self._column_count = len(columns)
        if isinstance(table, PivotTable):
            columns = self._first_of(table, _pivot_weight(table), body.width(), font, heads)
        elif any(table.columns[column].presentation.comparison for column in columns):
            columns = self._first_of(table, _by_weight(table, columns), body.width(), font, heads)
        self.places = columns
        """The indexes of its columns in the result."""
        self._columns = [table.columns[column] for column in columns]
        first = row_texts(table, [table.rows[row] for row in self.row_places], columns)
        hints = column_widths.width_hints(self._columns, first, font, heads)
        widths = column_widths.fit_widths(hints, body.width())
        self.has_more_columns = len(widths) < self._column_count
        if self.has_more_rows or self.has_more_columns or self._caption:
            fits = max(1, int((body.height() - ROW_HEIGHT - _FOOTER_HEIGHT + 8) // ROW_HEIGHT))
            self.has_more_rows = len(table.rows) > fits
            shown = self._rows_that_fit(table, fits)
            first = [first[self.row_places.index(row)] for row in shown]
            self.row_places = shown
        self._body, self._table = body, table
        first = _shortened(first, widths, font)
        titles, names = [column.title for column in self._columns], [column.heading for column in self._columns]
        self.lines = [self._row_boxes(0, titles, names, [], widths, heads)]
        for place, (at, cells) in enumerate(zip(self.row_places, first, strict=True), 1):
            row = table.rows[at]
            units = [number_format.unit_of(table, row, column) for column in columns]
            self.lines.append(self._row_boxes(place, [row[column] for column in columns], cells, units, widths, font))

    def _first_of(
        self, table: ResultTable, order: Sequence[int], room: float, font: QFontMetricsF, heads: QFontMetricsF
    ) -> list[int]:
        """The columns that fit, those of the greatest weight (the first of `order`), in the order of the table."""
        rows, hints = [table.rows[row] for row in self.row_places], list[column_widths.ColumnWidthHint]()
        # A pivot table has up to a hundred columns: those are measured that may be seen.
        for first in range(0, len(order), _MEASURED):
            part = order[first : first + _MEASURED]
            columns = [table.columns[column] for column in part]
            hints += column_widths.width_hints(columns, row_texts(table, rows, part), font, heads)
            if len(column_widths.fit_widths(hints, room)) < len(hints):
                break
        return sorted(order[: len(column_widths.fit_widths(hints, room))])

    @staticmethod
    def _rows_that_fit(table: ResultTable, fits: int) -> list[int]:
        """The first rows; with totals below them, those are the last ones that are shown."""
        count = len(table.rows)
        if isinstance(table, PivotTable | TotalledTable) and table.has_total_row and count > fits > 1:
            return [*range(fits - 1), count - 1]
        return list(range(min(fits, count)))

    def _row_boxes(
        self,
        place: int,
        cells: Sequence[Cell],
        row_texts: Sequence[str],
        units: Sequence[number_format.Unit],
        widths: Sequence[float],
        metrics: QFontMetricsF,
    ) -> list[CellBox]:
        line, left, top = [], self._body.left(), self._body.top() + place * ROW_HEIGHT
        for column, (width, cell, text) in enumerate(zip(widths, cells, row_texts, strict=False)):
            box = QRectF(left, top, min(width, self._body.right() - left), ROW_HEIGHT)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            if shown != text and (value := number_format.to_float(cell)) is not None:
                shown = units[column].after(
                    number_format.abbreviate(value, 1)
                )  # a number must not be cut: it would read as another one
            line.append(
                CellBox(box, shown, text, number_format.truncate(cell, _MAX_TOOLTIP) if isinstance(cell, str) else text)
            )
            left += width + column_widths.GAP
        return line

    @property
    def footer(self) -> str:
        """How many of the rows and columns are shown, as text; empty if all are. That of a pivot table begins with what
        its cells show."""
        table, parts = self._table, [self._caption] if self._caption else []
        if self.has_more_rows:
            has_totals = isinstance(table, PivotTable | TotalledTable)
            count = table.data_row_count if isinstance(table, PivotTable | TotalledTable) else len(table.rows)
            more = f"{count}+" if table.truncated else str(count)
            shown = sum(not (has_totals and pivot.is_total(table, row, 0)) for row in self.row_places)
            parts.append(_("{shown} of {count} rows").format(shown=shown, count=more))
        if self.has_more_columns:
            shown, count = len(self.lines[0]), self._column_count
            if isinstance(table, PivotTable):  # of numbers that are no totals
                least = table.heading_count
                numbers = [table.number_columns[at - least] for at in self.places[:shown] if at >= least]
                shown, count = sum(not one.is_total for one in numbers), count - least - table.total_column_count
            parts.append(_("{shown} of {count} columns").format(shown=shown, count=count))
        return " · ".join(parts)

    def at(self, spot: QPointF) -> CellBox | None:
        """The cell or heading under a point."""
        return next((one for line in self.lines for one in line if one.box.contains(spot)), None)

    def place_at(self, spot: QPointF) -> tuple[int, int] | None:
        """The row and the column of the result that the cell under a point is of; None on a heading, or beside all."""
        for row, line in enumerate(self.lines[1:]):
            for place, one in enumerate(line):
                if one.box.contains(spot):
                    return self.row_places[row], self.places[place]
        return None

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        heading, font, strong = heading_font(), theme().font("body"), theme().font("body_strong")
        rule, body, footer = QPen(theme().color("grid"), 1), self._body, self.footer
        for place, line in enumerate(self.lines):
            painter.setFont(font if place else heading)
            painter.setPen(theme().color("text" if place else "text.secondary"))
            for at, (column, spot) in enumerate(zip(self._columns, line, strict=False)):
                if place:
                    cell = self.row_places[place - 1], self.places[at]
                    self._prepare(painter, spot.box, cell, strong if pivot.is_total(self._table, *cell) else font)
                painter.drawText(spot.box, _RIGHT if number_format.is_numeric(column) else _LEFT, spot.shown)
            if place < len(self.lines) - 1 or footer:
                painter.setPen(rule)
                y = body.top() + (place + 1) * ROW_HEIGHT - 0.5
                painter.drawLine(QPointF(body.left(), y), QPointF(body.right(), y))
        if footer:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            footer_box = QRectF(body.left(), body.bottom() - _FOOTER_HEIGHT + 10, body.width(), _FOOTER_HEIGHT - 8)
            metrics = QFontMetricsF(painter.font())
            painter.drawText(footer_box, _LEFT, metrics.elidedText(footer, Qt.TextElideMode.ElideRight, body.width()))

    def _prepare(self, painter: QPainter, box: QRectF, cell: tuple[int, int], font: QFont) -> None:
        """Fill a cell that has a colour, and set the font and the colour of its text."""
        colour = pivot.cell_colour(self._table, *cell)
        if colour is not None:
            painter.fillRect(box.adjusted(-column_widths.GAP / 2 + 1, 1, column_widths.GAP / 2 - 1, -1), colour)
        painter.setFont(font)
        ink = theme().color("text.secondary" if self._repeats(*cell) else "text")
        painter.setPen(text_colour(colour) if colour is not None else ink)

    def _repeats(self, row: int, column: int) -> bool:
        """Whether the name of a row is that of the row above it on the tile, of which it is a part."""
        table, at = self._table, self.row_places.index(row)
        is_name = isinstance(table, PivotTable) and column < table.heading_count - 1
        return (
            is_name and at > 0 and isinstance(table, PivotTable) and table.repeats(self.row_places[at - 1], row, column)
        )


class ShownTable:
    """A table on a tile for its audience. On a wall, where nobody scrolls, it is smaller where all of its rows and
    columns fit then, or else more of its columns."""

    def __init__(self, body: QRectF, table: ResultTable, audience: Audience = "show") -> None:
        self._corner = body.topLeft()
        self.scale, self._layout = 1.0, TableLayout(body.translated(-self._corner), table)
        found = [(1.0, self._layout)]
        if audience == "wall" and (self._layout.has_more_rows or self._layout.has_more_columns):
            found += [(scale, TableLayout(_grown(body.size(), scale), table)) for scale in _SMALLER]
        shown = next((one for one in found if _is_whole(one[1])), None)
        shown = shown or next((one for one in found if not one[1].has_more_columns), found[-1])
        self.scale, self._layout = shown

    def at(self, spot: QPointF) -> CellBox | None:
        """The cell or heading under a point of the tile."""
        return self._layout.at(self._inside(spot))

    def place_at(self, spot: QPointF) -> tuple[int, int] | None:
        """The row and the column of the result under a point of the tile; None on a heading, or beside all."""
        return self._layout.place_at(self._inside(spot))

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        painter.save()
        painter.translate(self._corner)
        painter.scale(self.scale, self.scale)
        self._layout.paint(painter)
        painter.restore()

    def _inside(self, spot: QPointF) -> QPointF:
        return (spot - self._corner) / self.scale


def _grown(size: QSizeF, scale: float) -> QRectF:
    return QRectF(QPointF(), size / scale)


def _is_whole(layout: TableLayout) -> bool:
    return not layout.has_more_rows and not layout.has_more_columns


def paint_table(painter: QPainter, body: QRectF, table: ResultTable, audience: Audience = "show") -> None:
    """Draw a table's first rows."""
    ShownTable(body, table, audience).paint(painter)
