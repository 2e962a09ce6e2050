"""A table as a Parquet file, written by DuckDB, with the exact value of every cell.

Numbers are BIGINT or DECIMAL; those with too many digits for these are DOUBLE if none loses a digit in it, else text.
Times are TIMESTAMP WITH TIME ZONE, in UTC.
"""

import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import duckdb

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.table_export.exported import (
    Check,
    ExportedFile,
    is_exact_float,
    no_check,
    readable,
    written,
)
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _

_MAX_DECIMAL: Final = 38
_SIMPLE_TYPES: Final = {"boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP WITH TIME ZONE"}


def parquet_file(table: ResultTable, *, check: Check = no_check) -> ExportedFile:
    """A Parquet file with the rows of a table, under the names of its columns. `check` is called between columns.

    Raises `Unavailable` (`export.parquet`) if DuckDB can't write it.
    """
    types = [_type_of(one.kind, [row[k] for row in table.rows]) for k, one in enumerate(table.columns)]
    as_text = sum(
        sum(row[place] is not None for row in table.rows)
        for place, one in enumerate(table.columns)
        if types[place] == "VARCHAR" and one.kind in ("integer", "decimal")
    )
    names = column_names([column.name for column in table.columns])
    try:
        with tempfile.TemporaryDirectory(prefix="benchboard-") as folder:
            path = Path(folder) / "table.parquet"
            _write(path, table, names, types, check)
            return ExportedFile(path.read_bytes(), as_text)
    except (duckdb.Error, OSError) as error:
        raise _not_written(error) from error


def _write(path: Path, table: ResultTable, names: Sequence[str], types: Sequence[str], check: Check) -> None:
    """Write the file in a database in memory, which may write nothing else."""
    with duckdb.connect(config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}) as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute("SET temp_directory = ''")
        made.execute(f"SET allowed_directories = ['{_quoted(str(path.parent))}']")
        made.execute("SET enable_external_access = false")
        made.execute("SET lock_configuration = true")
        # Text is cast by DuckDB, because it takes the type of a list of decimals from its first.
        cells: list[list[str | None]] = []
        for place in range(len(names)):
            check()
            cells.append([None if row[place] is None else written(row[place]) for row in table.rows])
        columns = ", ".join(
            f'CAST(unnest(${place + 1}::VARCHAR[]) AS {type_}) AS "{name.replace(chr(34), chr(34) * 2)}"'
            for place, (name, type_) in enumerate(zip(names, types, strict=True))
        )
        check()
        query = f"SELECT {columns}"  # columns are our own text and quoted names
        made.execute(f"CREATE TABLE exported AS {query}", cells)
        check()
        made.execute(f"COPY exported TO '{_quoted(str(path))}' (FORMAT parquet, COMPRESSION zstd)")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def column_names(names: Sequence[str]) -> list[str]:
    """Names for the columns of a file: none empty, and no two equal in upper and lower case."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = readable(name).replace("\x00", "") or "column"
        one, count = base, 1
        while one.casefold() in taken:
            count += 1
            one = f"{base}_{count}"
        taken.add(one.casefold())
        found.append(one)
    return found


def _type_of(kind: str, cells: Sequence[Cell]) -> str:
    """The type of a column with these cells."""
    if kind in _SIMPLE_TYPES:
        return _SIMPLE_TYPES[kind]
    if kind not in ("integer", "decimal"):
        return "VARCHAR"
    numbers = [Decimal(cell) for cell in cells if isinstance(cell, int | Decimal)]
    if kind == "integer" and all(-(2**63) <= one < 2**63 for one in numbers):
        return "BIGINT"
    scale = max((-int(one.as_tuple().exponent) for one in numbers), default=0)
    scale = max(scale, 0)
    whole = max((one.adjusted() + 1 for one in numbers if one), default=1)
    width = max(whole, 1) + scale
    if width <= _MAX_DECIMAL:
        return f"DECIMAL({18 if width <= 18 else _MAX_DECIMAL}, {scale})"
    return "DOUBLE" if all(is_exact_float(one) for one in numbers) else "VARCHAR"


def _not_written(error: Exception) -> AppError:
    why = str(error).partition("\n")[0].partition(": ")[2]
    return Unavailable(
        "export.parquet",
        _("The Parquet file couldn't be written."),
        why=why,
        do=_("Free up space on the disk, or export as CSV."),
    )
