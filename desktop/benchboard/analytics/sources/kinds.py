"""The kinds of sources: those of Benchboard, and those that installed packages bring (entry points of the group
benchboard.sources, each a `SourceKind`)."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from benchboard.analytics.remote.settings import REMOTE_KINDS
from benchboard.i18n import N_, _

GROUP: Final = "benchboard.sources"
CONNECTABLE_KINDS: Final = (*REMOTE_KINDS, "rest_api", "can_live")
"""The kinds that are added by saying how a server or a bus is reached."""
CONNECTED_KINDS: Final = (*CONNECTABLE_KINDS, "server_copy")
"""The kinds whose data come over a network or a bus, rather than from files."""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source. `type` is what the database calls it, which has no type of its own for each kind."""

    name: str
    type: str
    marked_title: str
    """Marked for translation."""

    @property
    def title(self) -> str:
        """The kind as people read it."""
        return _(self.marked_title)


_OWN: Final = (
    SourceKind("csv", "csv", N_("CSV file")),
    SourceKind("parquet", "parquet", N_("Parquet file")),
    SourceKind("excel", "parquet", N_("Excel file")),
    SourceKind("sqlite", "sqlite", N_("SQLite file")),
    SourceKind("duckdb", "duckdb", N_("DuckDB file")),
    SourceKind("can", "can", N_("CAN recording")),
    SourceKind("can_live", "can", N_("Live CAN signals")),
    SourceKind("postgresql", "postgresql", N_("PostgreSQL")),
    SourceKind("mysql", "mysql", N_("MySQL or MariaDB")),
    SourceKind("rest_api", "rest_api", N_("REST API")),
    SourceKind("server_copy", "parquet", N_("Copy of a server's table")),
)


@cache
def source_kinds() -> Mapping[str, SourceKind]:
    """All kinds by name. One of another package can't replace one of ours; one that can't be loaded is logged."""
    found = {}
    for entry in entry_points(group=GROUP):
        try:
            kind = entry.load()
        except Exception:  # whatever another package raises, its kind is missing and nothing else
            logging.getLogger(__name__).exception("the source kind %s can't be loaded", entry.name)
            continue
        if isinstance(kind, SourceKind):
            found[kind.name] = kind
    return found | {kind.name: kind for kind in _OWN}


def folder_title(kinds: Collection[str]) -> str:
    """A folder of files of these kinds as people call it."""
    titles = {
        "csv": _("Folder of CSV files"), "parquet": _("Folder of Parquet files"), "excel": _("Folder of Excel files"),
        "sqlite": _("Folder of SQLite files"), "duckdb": _("Folder of DuckDB files"),
        "can": _("Folder of CAN recordings"),
    }  # fmt: skip
    return titles.get(next(iter(kinds)), _("Folder of files")) if len(kinds) == 1 else _("Folder of files")


def source_title(kind: str) -> str:
    """A kind as people call it; one of a package that isn't installed by its name."""
    found = source_kinds().get(kind)
    return found.title if found is not None else kind
