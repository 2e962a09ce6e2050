"""The columns of the list of recordings in a folder, and its rows in the order of a listing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from benchboard.canbus.recording_channels import names_text
from benchboard.canbus.recording_content import RecordingContent
from benchboard.canbus.recording_folder import RecordingFile
from benchboard.i18n import _, number
from benchboard.paging import Listing, Page
from benchboard.ui.bench.bench_format import recording_duration
from benchboard.ui.bench.kept_recordings.density_drawing import density_text, draw_density
from benchboard.ui.paged.paged_model import NO_VALUE, Column
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import day_and_time, full_time, time_of_day

BY_TIME: Final = "at"
"""The key of the column *Start*: a list that is sorted by it has headings above its days."""
DongleOf = Callable[[RecordingFile], str]
"""The name of the dongle that made a recording; empty if it isn't known."""
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_FIRST_DAY, _LAST_DAY = 315_532_800.0, 4_102_444_800.0
"""Unix times of 1980 and 2100: others aren't dates, but count from the start of the recording."""
_TRAFFIC: Final = 96
"""Width of the drawing of frames over time, in pixels."""
_SPARE: Final = 10_000
"""The most pixels of the names, which take all spare width."""
_TRAFFIC_PAD: Final = 4
_BAR: Final = 3


def recording_columns(dongle_of: DongleOf, is_by_time: Callable[[], bool]) -> tuple[Column[RecordingFile], ...]:
    """The columns of the table. `is_by_time`: whether it is sorted by time, so that headings say the days."""

    def begun_text(row: RecordingFile) -> str:
        begun = date_of(row.content)
        if begun is None:
            return NO_VALUE
        return time_of_day(begun) if is_by_time() else day_and_time(begun)

    def figure(key: str, title: str, width: int, *, zero_muted: bool = False) -> Column[RecordingFile]:
        def text(row: RecordingFile) -> str:
            value = _known(row, key)
            return number(value) if value is not None else NO_VALUE

        return Column(
            key, title, text, True, True, width=width, tooltip=unknown_tip, zero_muted=zero_muted, spoken="titled"
        )

    return (
        Column("name", _("Name"), lambda row: row.name, True, width=200, stretch=True, most=_SPARE, middle=True),
        Column(BY_TIME, _("Start"), begun_text, True, tooltip=_begun_tip, width=108),
        Column(
            "", _("Traffic"), lambda _row: "", drawing=_draw_traffic, drawing_width=_TRAFFIC, width=_TRAFFIC + 28,
            tooltip=_traffic_tip, spoken="never",
        ),
        Column("seconds", _("Duration"), _duration_text, True, True, width=92, tooltip=unknown_tip),
        figure("frames", _("Frames"), 92),
        figure("ids", _("IDs"), 60),
        figure("errors", _("Errors"), 72, zero_muted=True),
        Column(
            "source", _("Dongle or channel"), partial(source_text, dongle_of), True, width=150, sparse=True,
            optional=True,
        ),
        Column("size", _("Size"), lambda row: size_text(row.size), True, True, width=88),
    )  # fmt: skip


def recordings_page(
    rows: Sequence[RecordingFile],
    dongle_of: DongleOf,
    _session: DatabaseSession,
    listing: Listing,
    _after: str | None,
    _limit: int,
) -> Page[RecordingFile]:
    """The rows that the search matches, in the order of the listing: all on one page."""
    search = listing.search.strip().casefold()
    found = [row for row in rows if any(search in one.casefold() for one in (row.name, source_text(dongle_of, row)))]
    key = partial(source_text, dongle_of) if listing.sort == "source" else _KEYS.get(listing.sort, _KEYS["name"])
    return Page(tuple(sorted(found, key=lambda row: (key(row), row.name.casefold()), reverse=listing.descending)))


def size_text(size: int) -> str:
    """`812 B`, `198.6 kB`, `1.2 GB`."""
    shown, unit = float(size), 0
    while shown >= 1_000 and unit < len(_UNITS) - 1:
        shown, unit = shown / 1_000, unit + 1
    return f"{number(shown, most=1 if unit else 0)} {_UNITS[unit]}"


def begun_at(row: RecordingFile) -> float:
    """When a recording begins (Unix, s); when its file was changed last if it doesn't say."""
    begun = date_of(row.content)
    return begun.timestamp() if begun is not None else row.modified


def date_of(content: RecordingContent | None) -> datetime | None:
    """When a recording begins; None if it doesn't say, or counts from its own start."""
    begun = content.begun if content is not None else None
    is_date = begun is not None and _FIRST_DAY <= begun < _LAST_DAY
    return datetime.fromtimestamp(begun, UTC) if begun is not None and is_date else None


def day_of(row: RecordingFile) -> datetime:
    """The time whose day is the heading above the row."""
    return datetime.fromtimestamp(begun_at(row), UTC)


def source_text(dongle_of: DongleOf, row: RecordingFile) -> str:
    """The dongle that made the recording, else the channels that the file names; empty if neither is known."""
    channels = row.content.channels if row.content is not None else None
    return dongle_of(row) or channels_text(channels or ())


def channels_text(channels: Sequence[str]) -> str:
    """The channels of a recording as its file calls them; those that have only numbers say that they are channels."""
    names = names_text(channels)
    numbered = bool(channels) and all(one.isdecimal() for one in channels)
    return _("Channel {name}").format(name=names) if numbered else names


def unknown_tip(row: RecordingFile) -> str:
    """Why a figure isn't known; empty if all are."""
    if row.content is None:
        return _("The file is still being looked into, or being written.")
    if row.content.frames is None:
        return _("Open it to see what it holds.")
    return _("The file is large. Open it to see its IDs.") if row.content.ids is None else ""


def _begun_tip(row: RecordingFile) -> str:
    begun = date_of(row.content)
    return full_time(begun) if begun is not None else unknown_tip(row)


def _traffic_tip(row: RecordingFile) -> str:
    content = row.content
    if content is None or not content.rates:
        return unknown_tip(row)
    return density_text(content.rates, content.frames, content.seconds)


def _draw_traffic(painter: QPainter, box: QRectF, row: RecordingFile) -> None:
    if row.content is not None and row.content.rates:
        inner = box.adjusted(0, _TRAFFIC_PAD, 0, -_TRAFFIC_PAD)
        draw_density(painter, inner, row.content.rates, row.content.error_spans, _BAR, gap=0)


def _duration_text(row: RecordingFile) -> str:
    seconds = row.content.seconds if row.content is not None else None
    return recording_duration(seconds) if seconds is not None else NO_VALUE


def _known(row: RecordingFile, key: str) -> int | None:
    value: int | None = getattr(row.content, key) if row.content is not None else None
    return value


def _known_first(value: float | None) -> tuple[bool, float]:
    return value is not None, value or 0.0


_KEYS: Final[dict[str, Callable[[RecordingFile], Any]]] = {
    "name": lambda row: row.name.casefold(),
    BY_TIME: begun_at,
    "seconds": lambda row: _known_first(row.content.seconds if row.content is not None else None),
    **{key: partial(lambda key, row: _known_first(_known(row, key)), key) for key in ("frames", "ids", "errors")},
    "size": lambda row: row.size,
}
