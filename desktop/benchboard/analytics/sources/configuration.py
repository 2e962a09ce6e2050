"""What a source keeps in the column `connection_config`: its kind and its tables, each with how its file is read.

Whoever may write to the database may have written it: nothing of it is taken unchecked.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from benchboard import settings
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.files.column_matching import current_sql
from benchboard.analytics.files.column_names import NAME, query_names
from benchboard.analytics.files.readable_files import ReadableScan, readable_scan, unreadable_error
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.sql_text import identifier, literal
from benchboard.analytics.files.value_units import PERCENT
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.live_settings import LiveSettings
from benchboard.analytics.sources.live_values import current_live_scan, live_folder
from benchboard.errors import Invalid
from benchboard.i18n import _, is_currency
from benchboard.storage.models.base import is_id

MAX_TABLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of a source: its name in queries and how its file is read; `copy` is the Parquet file that was made of
    it, None where queries read the file itself."""

    name: str
    scan: FileScan
    copy: Path | None = None
    kept: Path | None = None
    """Where queries read the files themselves: the folder of the last good copy of each (`readable_files`). It is that
    of `kept_folder`: what is stored says only whether there is one."""
    live: Path | None = None
    """Of the signals of a live bus: the folder of their values (`live_values`), which is `live_folder`."""

    def current_view(self) -> FileView:
        """The table as a query reads it, with its columns where the header of its file has them now. Raises `Conflict`
        (`files.columns-lost`) if the file lacks one, `Unavailable` (`source.unreadable`) if none of its files can be
        read, and what `view` raises."""
        view = self.view()
        if self.live is not None:
            scan = current_live_scan(self.scan, self.live)
            return replace(view, sql=scan.relation_sql(), paths=scan.paths)
        if self.copy is not None:
            return view
        found = self.readable()
        if not found.has_any:
            raise unreadable_error(found.problems[0])
        return replace(view, sql=current_sql(found.scan), paths=found.scan.paths)

    def readable(self) -> ReadableScan:
        """What of its files queries can read now, and which they can't; of a copy, all. Raises `Unavailable`
        (`source.no-values`) for a live bus of which nothing was received."""
        if self.live is not None:
            return ReadableScan(current_live_scan(self.scan, self.live))
        if self.copy is not None or not self.scan.readable_in_place:
            return ReadableScan(self.scan)
        return readable_scan(self.scan, self.kept)

    def view(self) -> FileView:
        """The table as it was described, whatever became of its file. Raises `Invalid` for a file that must be copied
        first."""
        shown = {column.name: column_presentation(column) for column in self.scan.kept_columns}
        if self.copy is None:
            return FileView(self.scan.relation_sql(), self.scan.paths, shown)
        names = ", ".join(identifier(column.name) for column in self.scan.kept_columns)
        return FileView(f"SELECT {names} FROM read_parquet({literal(str(self.copy))})", (self.copy,), shown)  # noqa: S608  # quoted


@dataclass(frozen=True, slots=True)
class SourceConfiguration:
    """The kind of a source and its tables."""

    kind: str
    tables: tuple[SourceTable, ...]
    rest: Mapping[str, Any] | None = None
    """Of a REST API, the settings and the encrypted secret as `rest_connection.stored_rest` reads them."""
    live: LiveSettings | None = None
    """Of a live bus, which one it is."""
    copied: CopiedTable | None = None
    """Of a copy of a server's table, which one that is."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        rest = {} if self.rest is None else {"rest": dict(self.rest)}
        live = {} if self.live is None else {"live": self.live.to_json()}
        copied = {} if self.copied is None else {"copied": self.copied.to_json()}
        return {
            **rest,
            **live,
            **copied,
            "format": self.kind,
            "tables": [
                {
                    "name": one.name,
                    "scan": one.scan.to_json(),
                    "copy": _path_text(one.copy),
                    "kept": one.kept is not None,
                    **({"live": True} if one.live is not None else {}),
                }
                for one in self.tables
            ],
        }

    @classmethod
    def from_json(cls, document: object, source_id: str = "") -> "SourceConfiguration":
        """What `to_json` wrote of the source with this id; without an id, no last good copies are known. Raises
        `Invalid` (`sources.configuration`) for anything else."""
        key = source_id, settings.home()
        kept = _parsed_last.get(key)
        if kept is not None and kept[0] == document:  # each query of each widget reads the same one
            return kept[1]
        try:
            own = deepcopy(document)  # what is kept must not change with the caller's
            parsed = _parsed(own, source_id)
        except (KeyError, TypeError, ValueError) as error:
            what = _("The settings of this data source can't be read.")
            raise Invalid("sources.configuration", what, do=_("Remove it, then add the file again.")) from error
        if len(_parsed_last) >= _MOST_KEPT:
            _parsed_last.clear()
        _parsed_last[key] = own, parsed
        return parsed


_MOST_KEPT: Final = 64
_parsed_last: Final[dict[tuple[str, Path], tuple[object, SourceConfiguration]]] = {}
"""What was parsed last for each source, and the JSON that it was parsed from."""


def kept_folder(source_id: str, table: str) -> Path:
    """The folder of the last good copies of the files of a source's table, in Benchboard's home folder. Raises
    ValueError for what is no id or no name of a table."""
    if not is_id(source_id) or NAME.fullmatch(table) is None:
        raise ValueError("no id, or no name of a table")
    return settings.home() / "sources" / "last-good" / source_id / table


def tables_of(scans: tuple[FileScan, ...]) -> tuple[SourceTable, ...]:
    """The tables of files that were inspected, each named after its sheet, its table or its file."""
    names = query_names([scan.table or scan.path.name.partition(".")[0] for scan in scans])
    return tuple(SourceTable(name, scan) for name, scan in zip(names, scans, strict=True))


def column_format(column: ScanColumn) -> Literal["", "money", "percent"]:
    """How the numbers of a column are written, if its file writes them with a unit; empty: by their type."""
    if not column.value_unit:
        return ""
    return "percent" if column.unit == PERCENT else "money" if is_currency(column.unit) else ""


def column_presentation(column: ScanColumn) -> Presentation:
    """How a column of a file is shown."""
    title, unit, format_ = column.title, column.unit, column_format(column)
    if format_:
        return Presentation(written=title, format=format_, currency=unit if format_ == "money" else "")
    return Presentation(written=f"{title} ({unit})" if unit and unit not in title else title)


def _parsed(document: object, source_id: str) -> SourceConfiguration:
    if not isinstance(document, dict):
        raise TypeError("not an object")
    kind, listed = document["format"], document["tables"]
    if not isinstance(kind, str) or not isinstance(listed, list) or len(listed) > MAX_TABLES:
        raise TypeError("not a kind and its tables")
    tables = tuple(_table(one, source_id) for one in listed)
    if len({one.name for one in tables}) != len(tables):
        raise ValueError("a name twice")
    rest = document.get("rest")
    if rest is not None and not isinstance(rest, dict):
        raise TypeError("not the settings of a REST API")
    live, copied = document.get("live"), document.get("copied")
    return SourceConfiguration(
        kind,
        tables,
        rest,
        None if live is None else LiveSettings.from_json(live),
        None if copied is None else CopiedTable.from_json(copied),
    )


def _table(value: object, source_id: str) -> SourceTable:
    if not isinstance(value, dict):
        raise TypeError("not a table")
    name = value["name"]
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        raise ValueError("name")
    # Older sources have the path of the folder here.
    kept = kept_folder(source_id, name) if value.get("kept") and source_id else None
    live = live_folder(source_id) if value.get("live") and source_id else None
    return SourceTable(name, read_scan(value["scan"]), _path(value, "copy"), kept, live)


def _path(value: Mapping[str, object], name: str) -> Path | None:
    path = value.get(name)
    if path is None:
        return None
    if not isinstance(path, str) or not Path(path).is_absolute() or "\0" in path:
        raise ValueError(name)
    return Path(path)


def _path_text(path: Path | None) -> str | None:
    return None if path is None else str(path)
