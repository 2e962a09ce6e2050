"""A value of a widget's result, as a point of its tile has it."""

from dataclasses import dataclass

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles import number_format


@dataclass(frozen=True, slots=True)
class TilePoint:
    """A value of a result. `cells`: the values of the columns that it is of, by their indexes; `column`: that of the
    value itself; `text`: the value as it is written."""

    cells: tuple[tuple[int, Cell], ...]
    column: int
    text: str


def table_point(table: ResultTable, row: int, column: int) -> TilePoint:
    """The value of a cell of a result."""
    cells = table.rows[row]
    return TilePoint(tuple(enumerate(cells)), column, number_format.format_value(table, cells, column))
