"""What takes the rows of a query that are too many to hold, as a server hands them over."""

from collections.abc import Callable, Sequence
from typing import Final

from benchboard.analytics.duckdb_engine import FileColumn
from benchboard.analytics.duckdb_values import Cell

_FIRST: Final = 250
_MOST: Final = 10_000
"""Rows that are fetched at first, and at most."""
CHARACTERS: Final = 16_000_000
"""Characters of text that fetched rows shall have at most."""
RowReceiver = Callable[[tuple[FileColumn, ...], Sequence[Sequence[Cell]]], None]
"""Called with the columns and some rows, at least once, also where there are none."""


class BatchSize:
    """How many rows to fetch next: as many as fit into memory, by the longest of the last ones."""

    def __init__(self) -> None:
        self.rows = _FIRST

    def note(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Note the rows that were fetched last."""
        longest = max(sum(len(cell) for cell in row if isinstance(cell, str)) for row in rows)
        self.rows = max(1, min(_MOST, 2 * self.rows, CHARACTERS // max(longest, 1)))
