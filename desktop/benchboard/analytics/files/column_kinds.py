"""What else a column of an inspected table can be read as, and how many of its values fit each kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.csv_dialect import date_format
from benchboard.analytics.files.formats import file_error
from benchboard.analytics.files.inspection_types import ReportProgress, TableInspection, TypeFit
from benchboard.analytics.files.opened_tables import opened_table
from benchboard.analytics.files.scan import FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT, split_unit

if TYPE_CHECKING:
    import duckdb

_MAX_FORMATS: Final = 6
OFFERED_KINDS: Final[tuple[ColumnKind, ...]] = ("float", "integer", "text", "boolean", "timestamp", "date")
"""What a column can be read as, in the order of a list to choose from. A decimal is only where a file stores one."""


def with_kind(column: ScanColumn, kind: ColumnKind, samples: Sequence[str | None], options: ReadOptions) -> ScanColumn:
    """The column, as a file has it, read as another kind. `samples` are its first values as written: their dates say
    in which formats its dates are."""
    if kind == column.kind:
        return column
    if column.stored != "text":
        return replace(column, kind=kind, stored="other", scale=0, formats=(), checked=False)
    formats: tuple[str, ...] = ()
    if kind in ("timestamp", "date"):
        order = options.date_order or "day-first"
        found = dict.fromkeys(form for value in samples if value and (form := date_format(value, order)))
        formats = tuple(found)[:_MAX_FORMATS]
    unit = _unit(samples) if kind in ("integer", "float") else ""
    return column.read_as(kind, formats=formats, value_unit=unit, unit_assumed=unit not in ("", PERCENT))


def _unit(samples: Sequence[str | None]) -> str:
    """The unit that most numbers among these are written with; empty where these are bare. A currency is that of bare
    numbers beside it, too."""
    counts = Counter(split_unit(value)[1] for value in samples if value)
    units = [unit for unit in counts if unit]
    if len(units) == 1 and units != [PERCENT]:
        return units[0]
    return counts.most_common(1)[0][0] if counts else ""


def column_fits(
    table: TableInspection,
    scan: FileScan,
    place: int,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> tuple[TypeFit, ...]:
    """How many values of the column at a place fit each of `OFFERED_KINDS`; the inspection counted those that its first
    values suggest alone. Raises `AppError` and `Cancelled`."""
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    samples = [row[place] for row in table.preview_raw]
    column = scan.columns[place]
    as_kinds = [with_kind(column, kind, samples, scan.options) for kind in OFFERED_KINDS]
    try:
        with opened_table(scan, token, report) as (connection, read, relation):
            counted = [f"count({read.text_sql(place)})"]
            counted += [f"count({_with_column(read, place, each).value_sql(place)})" for each in as_kinds]
            found = _row(connection, f"SELECT {', '.join(counted)} FROM {relation}")  # noqa: S608  # quoted
    except OSError as error:
        raise file_error(scan.path, error) from error
    return tuple(TypeFit(kind, fits, found[0]) for kind, fits in zip(OFFERED_KINDS, found[1:], strict=True))


def _with_column(scan: FileScan, place: int, column: ScanColumn) -> FileScan:
    return scan.with_columns((*scan.columns[:place], column, *scan.columns[place + 1 :]))


def _row(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[int, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(int(value) for value in row)
