"""Whether a SQLite file that is open is still the one at its path.

SQLite goes on writing to a file that was deleted or replaced, and what it writes there is gone when the program ends.
"""

import os
from pathlib import Path

from benchboard.errors import FILE_GONE, Unavailable
from benchboard.i18n import _


class OpenFile:
    """The file that a database's connections have open. Thread-safe; each call is one `stat`, some microseconds."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.abspath(path))  # noqa: PTH100  # `resolve` would follow links once and for all
        self._opened: tuple[int, int] | None = None

    def remember(self) -> None:
        """Take the file that is at the path now for the one that is open, at the first connection."""
        if self._opened is None:
            self._opened = self._find()[0]

    def forget(self) -> None:
        """Every connection was closed: whatever is at the path is opened next."""
        self._opened = None

    def require_same(self) -> None:
        """Raise `Unavailable` (`storage.file-gone`) if the open file isn't at its path any more.

        Where the system doesn't say, as in a folder that can't be read for the moment, it still counts as there.
        """
        if self._opened is None:
            return
        found, is_missing = self._find()
        if is_missing:
            what = _("The database file is gone.")
            raise self._gone(what, _("{file} was deleted or moved while Benchboard was using it."))
        if found is not None and found != self._opened:
            what = _("The database file was replaced.")
            raise self._gone(what, _("Another file took the place of {file} while Benchboard was using it."))

    def _find(self) -> tuple[tuple[int, int] | None, bool]:
        """The device and number of the file at the path, if the system says; and whether there is none."""
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None, True
        except OSError:
            return None, False
        return (found.st_dev, found.st_ino), False

    def _gone(self, what: str, why: str) -> Unavailable:
        return Unavailable(
            FILE_GONE,
            what,
            why=why.format(file=self._path),
            do=_(
                "Don't close the window: nothing is saved until you move the original file back."
                " Export open dashboards to keep your work."
            ),
        )
