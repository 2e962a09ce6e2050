"""Rows of an older Parquet file that a new one begins with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A query over the file at `path`; its columns have the names of the new file's."""

    path: Path
    sql: str
