"""Writes rows that arrive in batches to a Parquet file, typed, after rows of an older file that are kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_values import Cell
from benchboard.analytics.files.kept_rows import KeptRows
from benchboard.analytics.files.sql_text import identifier, literal
from benchboard.analytics.query_types import ValueKind

if TYPE_CHECKING:
    import duckdb

_MAX_SCALE: Final = 18
_MAX_DIGITS: Final = 38
_BIGINT_DIGITS: Final = 18
_SIMPLE_TYPES: Final = {"boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}


class ArrivingColumn(NamedTuple):
    """A column of the rows that arrive."""

    name: str
    kind: ValueKind


class RowFile:
    """The rows so far, as text. They are typed at the end, when all numbers are known."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection
        self._columns: Sequence[ArrivingColumn] = ()
        self.count = 0

    def add(self, columns: Sequence[ArrivingColumn], rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows with these columns, which are the same at each call."""
        if not self._columns:
            self._columns = columns
            names = ", ".join(f"{identifier(one.name)} VARCHAR" for one in columns)
            self._connection.execute(f"CREATE TABLE arrived ({names})")
        if not rows:
            return
        cells = [[None if row[place] is None else _text(row[place]) for row in rows] for place in range(len(columns))]
        unnested = ", ".join(f"unnest(${place + 1}::VARCHAR[])" for place in range(len(columns)))
        self._connection.execute(f"INSERT INTO arrived SELECT {unnested}", cells)
        self.count += len(rows)

    def write(self, path: Path, kept: KeptRows | None = None) -> bool:
        """Write the file, with the rows that are `kept` first. Returns whether it could: not if these have other
        columns, or values of another kind."""
        types = {one.name: self._type_of(one) for one in self._columns}
        parts = []
        if kept is not None:
            common = self._common_types(kept, types)
            if common is None:
                return False
            types = common
            parts.append(f"SELECT {_typed(types)} FROM ({kept.sql})")  # noqa: S608  # quoted
        parts.append(f"SELECT {_typed(types)} FROM arrived")  # noqa: S608  # quoted
        query = " UNION ALL ".join(parts)
        self._connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        return True

    def _common_types(self, kept: KeptRows, now: dict[str, str]) -> dict[str, str] | None:
        """The types that hold what is kept and what arrived; None where there is none for a column, or it is missing
        in either."""
        described = self._connection.execute(f"DESCRIBE {kept.sql}").fetchall()
        before = {str(name): str(type_) for name, type_, *_rest in described}
        if before.keys() != now.keys():
            return None
        common = {name: _common_type(before[name], type_) for name, type_ in now.items()}
        # A number that was kept may have too many digits for more decimals.
        changed = [name for name, type_ in common.items() if type_ != before[name]]
        if "" in common.values():
            return None
        lost = " OR ".join(
            f"({identifier(name)} IS NOT NULL AND TRY_CAST({identifier(name)} AS {common[name]}) IS NULL)"
            for name in changed
        )
        if lost and self._connection.execute(f"SELECT count_if({lost}) FROM ({kept.sql})").fetchall()[0][0]:  # noqa: S608  # quoted
            return None
        return common

    def _type_of(self, column: ArrivingColumn) -> str:
        """DuckDB's type for the values that arrived. A number that none holds exactly becomes the nearest DOUBLE, as
        those of files do; a whole number with too many digits stays text."""
        if column.kind not in ("integer", "decimal"):
            return _SIMPLE_TYPES.get(column.kind, "VARCHAR")
        whole, scale = self._digits(column.name)
        if scale > _MAX_SCALE:  # a server writes quotients with many zeros
            whole, scale = self._digits(column.name, "rtrim({text}, '0')")
        if column.kind == "integer":
            # Parquet has no wider whole numbers than BIGINT.
            wide = f"DECIMAL({_MAX_DIGITS},0)" if whole <= _MAX_DIGITS else "VARCHAR"
            return "BIGINT" if whole <= _BIGINT_DIGITS else wide
        fits = scale <= _MAX_SCALE and whole + scale <= _MAX_DIGITS
        return f"DECIMAL({_MAX_DIGITS},{scale})" if fits else "DOUBLE"

    def _digits(self, column: str, decimals: str = "{text}") -> tuple[int, int]:
        """How many digits the numbers of a column have before the point at most, and after it, of what `decimals`
        leaves of these."""
        name = identifier(column)
        after = decimals.format(text=f"split_part({name}, '.', 2)")
        whole, scale = self._connection.execute(
            f"SELECT coalesce(max(length(ltrim(split_part({name}, '.', 1), '-0'))), 0),"  # noqa: S608  # quoted
            f" coalesce(max(length({after})), 0) FROM arrived"
        ).fetchall()[0]
        return int(whole), int(scale)


@contextmanager
def row_file(name: str, cancel_token: CancelToken, scratch: Path, *, kept: Path | None = None) -> Iterator[RowFile]:
    """A file of rows that is being made: what doesn't fit into memory goes into the folder `scratch`, where the result
    may be written too. Rows of the file `kept` can be kept. `name` is what errors name. Raises `Cancelled`."""
    # Imported late: DuckDB takes 57 ms.
    from benchboard.analytics.files.duckdb_connection import reading_connection

    paths = (kept,) if kept is not None else ()
    with reading_connection(paths, cancel_token, scratch=scratch, shown=Path(name)) as connection:
        yield RowFile(connection)


def _typed(types: dict[str, str]) -> str:
    return ", ".join(f"CAST({identifier(name)} AS {type_}) AS {identifier(name)}" for name, type_ in types.items())


def _common_type(before: str, now: str) -> str:
    """The type that holds values of both; empty if they aren't of one kind."""
    if before == now:
        return now
    scales = [_scale(one) for one in (before, now)]
    if "DOUBLE" in (before, now) and max(scales) >= 0:  # so all of them would be read together too
        return "DOUBLE"
    return f"DECIMAL({_MAX_DIGITS},{max(scales)})" if min(scales) >= 0 else ""


def _scale(sql_type: str) -> int:
    """The decimals of an exact number's type; -1 for another one."""
    if sql_type == "BIGINT":
        return 0
    return int(sql_type.rstrip(")").rpartition(",")[2]) if sql_type.startswith("DECIMAL(") else -1


def _text(value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")  # it is in UTC
    if isinstance(value, Decimal):
        return f"{value:f}"  # without an exponent
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str) else str(value)
