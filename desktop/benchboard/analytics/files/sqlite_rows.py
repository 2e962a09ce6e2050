"""Reads the tables of a SQLite file. It is opened so that nothing is written, beside it neither."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from benchboard.analytics.files.sql_text import identifier
from benchboard.errors import Invalid
from benchboard.i18n import _

_BATCH: Final = 2_000


class SqliteFile:
    """A SQLite file, open for reading."""

    has_titles = True

    def __init__(self, path: Path, connection: Any) -> None:
        self._path, self._connection = path, connection

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The file at `path`. Raises `Invalid` if it isn't a SQLite file."""
        from sqlcipher3 import dbapi2

        # A database that another program has open may have changes in its journal. Without one, `immutable` keeps
        # SQLite from creating any file.
        journals = [path.with_name(f"{path.name}-{kind}") for kind in ("wal", "journal")]
        mode = "mode=ro" if any(each.exists() for each in journals) else "mode=ro&immutable=1"
        with _errors_in_words(path):
            connection = dbapi2.connect(f"file:{quote(str(path))}?{mode}", uri=True)
        try:
            with _errors_in_words(path):
                # A schema may call functions, in generated columns: none that reads or changes anything outside.
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.execute("PRAGMA query_only = ON")
                connection.execute("PRAGMA cell_size_check = ON")
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield cls(path, connection)
        finally:
            connection.close()

    def tables(self) -> tuple[str, ...]:
        """The names of its tables. Views and virtual tables run what the file says, so they aren't among them."""
        with _errors_in_words(self._path):
            found = self._connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                " AND sql NOT LIKE 'create virtual%' ORDER BY rowid"
            ).fetchall()
        return tuple(str(name) for (name,) in found)

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The names of a table's columns, then its rows. Raises `Invalid`."""
        if table not in self.tables():
            raise Invalid(
                "files.table", _("“{name}” has no table “{table}”.").format(name=self._path.name, table=table)
            )
        with _errors_in_words(self._path):
            cursor = self._connection.execute(f"SELECT * FROM {identifier(table)}")  # noqa: S608  # quoted
            yield tuple(each[0] for each in cursor.description)
            while batch := cursor.fetchmany(_BATCH):
                yield from batch


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    from sqlcipher3 import dbapi2

    try:
        yield
    except dbapi2.Error as error:
        what = _("“{name}” can't be read.").format(name=path.name)
        do = _("Check that the file is complete, then try again.")
        raise Invalid("files.unreadable", what, why=_("SQLite says: {reason}").format(reason=error), do=do) from error
