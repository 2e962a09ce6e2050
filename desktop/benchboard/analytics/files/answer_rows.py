"""The rows of a REST API's answer in a temporary file: a mark, the titles of the columns, then a line of cells a row.

It is read as the tables of Excel and SQLite files are, because its values have kinds too. Cells are as JSON has them.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from benchboard.errors import Invalid
from benchboard.i18n import _

MARK: Final = b"benchboard-answer 1\n"
TABLE: Final = "answer"


class AnswerRows:
    """A file of rows, open for reading."""

    has_titles = True

    def __init__(self, path: Path, lines: Iterator[bytes]) -> None:
        self._path, self._lines = path, lines

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The file at `path`. Raises `Invalid` if it is no file of rows."""
        with path.open("rb") as file:
            if file.readline(len(MARK)) != MARK:
                raise _damaged(path)
            yield cls(path, file)

    def tables(self) -> tuple[str, ...]:
        """Its only table."""
        return (TABLE,)

    def rows(self, table: str) -> Iterator[Sequence[object]]:
        """The titles, then the rows; these may be shorter. Raises `Invalid`."""
        if table != TABLE:
            raise _damaged(self._path)
        for line in self._lines:
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _damaged(self._path) from error
            if not isinstance(found, list):
                raise _damaged(self._path)
            yield found


def write_answer(path: Path, titles: Sequence[str]) -> None:
    """Put the mark and the titles before the rows in `path`, whose columns are known only once all rows are."""
    body = path.with_name(f"{path.name}.rows")
    path.replace(body)
    try:
        with body.open("rb") as rows, path.open("xb") as file:
            path.chmod(0o600)
            file.write(MARK + json.dumps(list(titles), ensure_ascii=False).encode() + b"\n")
            shutil.copyfileobj(rows, file)
    finally:
        body.unlink()


def _damaged(path: Path) -> Invalid:
    what = _("“{name}” can't be read.").format(name=path.name)
    return Invalid("files.unreadable", what, do=_("Check that the file is complete, then try again."))
