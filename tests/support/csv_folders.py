"""Folders of CSV files, and what Python's own csv module reads from them, to compare a joined table with."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchboard.analytics.files.scan import FileScan

Cells = Counter[tuple[tuple[str, str], ...]]
"""Rows in no order: for each how often it occurs, and of each the titles and texts of the values that aren't empty."""


def write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file with these rows under these titles."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(titles)
        writer.writerows(rows)


def file_cells(scan: FileScan) -> Cells:
    """The rows of a scan's files, read one by one, each with the name of its file if the scan has a column of that."""
    found: Cells = Counter()
    for path in scan.paths:
        named = [(scan.file_column, path.stem)] if scan.file_column else []
        with path.open(encoding="utf-8", newline="") as file:
            titles, *rows = list(csv.reader(file))
        found.update(_cells(titles, row, named) for row in rows)
    return found


def table_cells(rows: Iterable[Sequence[Any]], scan: FileScan) -> Cells:
    """The rows of a table with the kept columns of `scan`."""
    titles = [column.source for column in scan.kept_columns]
    return Counter(_cells(titles, ["" if value is None else str(value) for value in row]) for row in rows)


def _cells(
    titles: Sequence[str], row: Sequence[str], more: Sequence[tuple[str, str]] = ()
) -> tuple[tuple[str, str], ...]:
    return tuple(sorted([*((title, value) for title, value in zip(titles, row, strict=True) if value), *more]))
