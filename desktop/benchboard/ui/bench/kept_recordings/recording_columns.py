"""The columns of the list of recordings in a folder, and its rows in the order of a listing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from benchboard.canbus.recording_folder import RecordingFile
from benchboard.i18n import _, number
from benchboard.paging import Listing, Page
from benchboard.ui.bench.bench_format import recording_duration
from benchboard.ui.paged.paged_model import Column
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_FIRST_DAY, _LAST_DAY = 315_532_800.0, 4_102_444_800.0
"""Unix times of 1980 and 2100: others aren't dates, but count from the start of the recording."""


def recording_columns() -> tuple[Column[RecordingFile], ...]:
    """The columns of the table."""

    def number_column(key: str, title: str, text: Callable[[RecordingFile], str], width: int) -> Column[RecordingFile]:
        return Column(key, title, text, True, True, width=width, tooltip=_unknown_tip)

    return (
        Column("name", _("Name"), lambda row: row.name, True, width=260, stretch=True, middle=True),
        Column("begun", _("Start"), _begun_text, True, tooltip=_unknown_tip, width=230),
        number_column("seconds", _("Duration"), _duration_text, 110),
        number_column("frames", _("Frames"), _frames_text, 110),
        Column("size", _("Size"), lambda row: size_text(row.size), True, True, width=100),
    )


def recordings_page(
    rows: Sequence[RecordingFile], _session: DatabaseSession, listing: Listing, _after: str | None, _limit: int
) -> Page[RecordingFile]:
    """The rows in the order of the listing, all on one page."""
    search = listing.search.strip().casefold()
    found = [row for row in rows if search in row.name.casefold()]
    key = _KEYS.get(listing.sort, _KEYS["name"])
    return Page(tuple(sorted(found, key=lambda row: (key(row), row.name.casefold()), reverse=listing.descending)))


def size_text(size: int) -> str:
    """`812 B`, `198.6 kB`, `1.2 GB`."""
    shown, unit = float(size), 0
    while shown >= 1_000 and unit < len(_UNITS) - 1:
        shown, unit = shown / 1_000, unit + 1
    return f"{number(shown, most=1 if unit else 0)} {_UNITS[unit]}"


def begun_at(row: RecordingFile) -> float:
    """When a recording begins (Unix, s); when its file was changed last if it doesn't say."""
    begun = _begun(row)
    return begun if begun is not None else row.modified


def _begun(row: RecordingFile) -> float | None:
    begun = row.content.begun if row.content is not None else None
    return begun if begun is not None and _FIRST_DAY <= begun < _LAST_DAY else None


def _begun_text(row: RecordingFile) -> str:
    begun = _begun(row)
    return full_time(datetime.fromtimestamp(begun, UTC)) if begun is not None else "–"


def _duration_text(row: RecordingFile) -> str:
    seconds = row.content.seconds if row.content is not None else None
    return recording_duration(seconds) if seconds is not None else "–"


def _frames_text(row: RecordingFile) -> str:
    frames = row.content.frames if row.content is not None else None
    return number(frames) if frames is not None else "–"


def _unknown_tip(row: RecordingFile) -> str:
    if row.content is None:
        return _("The file is still being looked into, or being written.")
    return _("Open it to see what it holds.") if row.content.frames is None else ""


def _known_first(value: float | None) -> tuple[bool, float]:
    return value is not None, value or 0.0


_KEYS: Final[dict[str, Callable[[RecordingFile], Any]]] = {
    "name": lambda row: row.name.casefold(),
    "begun": begun_at,
    "seconds": lambda row: _known_first(row.content.seconds if row.content is not None else None),
    "frames": lambda row: _known_first(row.content.frames if row.content is not None else None),
    "size": lambda row: row.size,
}
