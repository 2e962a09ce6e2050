"""The bookmarks of recordings: times that somebody named."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchboard.ui.context import Context

MOST_RECORDINGS: Final = 100
"""Recordings whose bookmarks are kept."""
MAX_BOOKMARKS: Final = 50
"""Bookmarks of a recording."""
MAX_NAME: Final = 60


class Bookmark(NamedTuple):
    """A time in a recording (s, as its frames have it), and what it is called."""

    seconds: float
    name: str


class RecordingBookmarks:
    """The bookmarks by the paths of the recordings, the latest edited last, in the settings."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, path: Path) -> tuple[Bookmark, ...]:
        """The bookmarks of this recording, in the order of time."""
        rows = self._kept().get(str(path.absolute()), [])
        found = [Bookmark(float(row[0]), row[1]) for row in rows if _is_bookmark(row)] if isinstance(rows, list) else []
        return tuple(sorted(found)[:MAX_BOOKMARKS])

    def keep(self, path: Path, bookmarks: tuple[Bookmark, ...]) -> None:
        """This recording has these bookmarks, and no others."""
        whole = str(path.absolute())
        kept = {one: rows for one, rows in self._kept().items() if one != whole}
        self._keep({**kept, whole: [list(one) for one in bookmarks]} if bookmarks else kept)

    def follow(self, old: Path, new: Path) -> None:
        """The recording at `old` is at `new` now."""
        if bookmarks := self.of(old):
            self.keep(old, ())
            self.keep(new, bookmarks)

    def _kept(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._context.settings.recording_bookmarks or "{}")
        except (ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self, kept: dict[str, Any]) -> None:
        newest = dict(list(kept.items())[-MOST_RECORDINGS:])
        text = json.dumps(newest, ensure_ascii=False) if newest else ""
        if text != self._context.settings.recording_bookmarks:
            self._context.apply_settings(replace(self._context.settings, recording_bookmarks=text))


def _is_bookmark(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 2
        and type(row[0]) in (int, float)
        and isinstance(row[1], str)
        and 0 < len(row[1]) <= MAX_NAME
    )
