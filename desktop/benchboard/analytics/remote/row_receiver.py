"""What takes the rows of a query that are too many to hold, as a server hands them over."""

from collections.abc import Callable, Sequence
from typing import Final

from benchboard.analytics.duckdb_engine import FileColumn
from benchboard.analytics.duckdb_values import Cell

BATCH_ROWS: Final = 10_000
"""Rows that are handed on at a time."""
RowReceiver = Callable[[tuple[FileColumn, ...], Sequence[Sequence[Cell]]], None]
"""Called with the columns and some rows, at least once, also where there are none."""
