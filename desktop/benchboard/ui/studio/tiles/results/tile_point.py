"""A value of a widget's result, as a point of its tile has it."""

from dataclasses import dataclass

from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.totalled_table import TotalledTable
from benchboard.ui.studio.tiles.numbers import number_format


@dataclass(frozen=True, slots=True)
class TilePoint:
    """A value of a result. `cells`: the values of the columns that it is of, by their indexes; `column`: that of the
    value itself; `text`: the value as it is written."""

    cells: tuple[tuple[int, Cell], ...]
    column: int
    text: str


def cell_point(table: ResultTable, row: int, column: int) -> TilePoint | None:
    """The value of a cell of a table that is shown, as one of the result; None where there is no row."""
    if isinstance(table, PivotTable):
        return _pivot_point(table, row, column)
    if isinstance(table, TotalledTable):
        return table_point(table.source, row, column) if row < table.data_row_count else None
    return table_point(table, row, column)


def _pivot_point(table: PivotTable, row: int, column: int) -> TilePoint | None:
    """The value of a cell of a pivot table: a total is of its groups alone. None for one of the period before."""
    text = number_format.format_value(table, table.rows[row], column)
    places, at = table.places, column - table.heading_count
    of = [*zip(places.rows, table.row_keys[row], strict=False)]
    if at < 0:
        return TilePoint(tuple(of[: column + 1]), places.rows[column], text) if column < len(of) else None
    one = table.number_columns[at]
    if one.comparison:
        return None
    if not table.is_total(row, column):
        origin = table.origins[row][at]
        cells = table.source.rows[origin][: table.own_column_count]  # no other is one of the result
        return TilePoint(tuple(enumerate(cells)), one.value, text) if origin >= 0 else None
    if places.column is not None and one.key is not None:
        of.append((places.column, table.column_keys[one.key]))
    return TilePoint(tuple(of), one.value, text)


def table_point(table: ResultTable, row: int, column: int) -> TilePoint:
    """The value of a cell of a result."""
    cells = table.rows[row]
    return TilePoint(tuple(enumerate(cells)), column, number_format.format_value(table, cells, column))
