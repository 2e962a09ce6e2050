"""The rows of a table in a file that DuckDB doesn't read: a sheet of an Excel file, a table of a SQLite file, or the
frames of a CAN recording."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol

from benchboard.analytics.files.answer_rows import AnswerRows
from benchboard.analytics.files.can_recording import CanRecording
from benchboard.analytics.files.excel_rows import ExcelFile
from benchboard.analytics.files.scan import FileFormat
from benchboard.analytics.files.sqlite_rows import SqliteFile


class TableFile(Protocol):
    """A file of several tables, open for reading."""

    has_titles: bool
    """Whether the first row of each table holds the names of its columns, in any case."""

    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The rows of a table: None, bool, int, float, str, datetime, date or another value that has a text."""


_FILES: Final[dict[str, type[ExcelFile] | type[SqliteFile] | type[CanRecording] | type[AnswerRows]]] = {
    "excel": ExcelFile,
    "sqlite": SqliteFile,
    "can": CanRecording,
    "rest_api": AnswerRows,
}


def open_table_file(path: Path, format_: FileFormat) -> AbstractContextManager[TableFile]:
    """The file, open for reading. Raises `Invalid` if it can't be read."""
    return _FILES[format_].open(path)
