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
    """The value of a cell of a pivot table: a total is of its row or its column alone."""
    text = number_format.format_value(table, table.rows[row], column)
    places, of = table.places, list[tuple[int, Cell]]()
    is_total_row = table.has_total_row and row == len(table.rows) - 1
    is_total_column = table.has_total_column and column == len(table.columns) - 1
    if not is_total_row:
        of.append((places.row, table.row_keys[row]))
    if column == 0:
        return TilePoint(tuple(of), places.row, text) if of else None
    if not is_total_row and not is_total_column:
        origin = table.origins[row][column - 1]
        return table_point(table.source, origin, places.value) if origin >= 0 else None
    if places.column is not None and not is_total_column:
        of.append((places.column, table.column_keys[column - 1]))
    return TilePoint(tuple(of), places.value, text)


def table_point(table: ResultTable, row: int, column: int) -> TilePoint:
    """The value of a cell of a result."""
    cells = table.rows[row]
    return TilePoint(tuple(enumerate(cells)), column, number_format.format_value(table, cells, column))
