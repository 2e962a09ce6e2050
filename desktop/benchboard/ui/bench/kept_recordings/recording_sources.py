"""Which dongle recordings were made with, and at which bit rate: no form of recording has room for that."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchboard.ui.context import Context

MOST: Final = 200
"""Recordings of which it is kept."""
_SLACK_S: Final = 2.0
"""By how much a dongle's clock may be behind that of this computer."""


@dataclass(frozen=True, slots=True)
class RecordingSource:
    """The name of the dongle, and the bit rates (bit/s) of its bus; `data_bitrate` is None without a data phase. No
    frame is from before `since` (Unix, s).
    """

    dongle: str
    bitrate: int
    data_bitrate: int | None
    since: float


class RecordingSources:
    """The sources by the paths of the recordings, the latest last, in the settings."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def all(self) -> dict[Path, RecordingSource]:
        """Each recording that was made here, with its source."""
        return dict(self._read())

    def of(self, path: Path, begun: float | None) -> RecordingSource | None:
        """The source of the recording at `path` that begins then (Unix, s); None if another file has come there."""
        found = self.all().get(path.absolute())
        return found if found is not None and is_from(found, begun) else None

    def remember(self, path: Path, source: RecordingSource) -> None:
        """The recording at `path` was made with this one."""
        kept = {one: with_ for one, with_ in self.all().items() if one != path.absolute()}
        self._keep({**kept, path.absolute(): source})

    def follow(self, old: Path, new: Path) -> None:
        """The recording at `old` is at `new` now."""
        kept = self.all()
        if (source := kept.pop(old.absolute(), None)) is not None:
            self._keep({**kept, new.absolute(): source})

    def _read(self) -> Iterator[tuple[Path, RecordingSource]]:
        try:
            kept = json.loads(self._context.settings.recording_sources or "{}")
        except (ValueError, RecursionError):
            return
        for path, one in kept.items() if isinstance(kept, dict) else ():
            if (source := _source(one)) is not None:
                yield Path(path), source

    def _keep(self, kept: dict[Path, RecordingSource]) -> None:
        newest = dict(list(kept.items())[-MOST:])
        text = json.dumps({str(path): asdict(one) for path, one in newest.items()}, ensure_ascii=False)
        self._context.apply_settings(replace(self._context.settings, recording_sources=text))


def is_from(source: RecordingSource, begun: float | None) -> bool:
    """Whether a recording that begins then can be from this source."""
    return begun is None or begun >= source.since - _SLACK_S


def _source(kept: Any) -> RecordingSource | None:
    if not isinstance(kept, dict):
        return None
    dongle, bitrate, data_bitrate, since = (kept.get(key) for key in ("dongle", "bitrate", "data_bitrate", "since"))
    if not isinstance(dongle, str) or not isinstance(bitrate, int) or not isinstance(since, float):
        return None
    return RecordingSource(dongle, bitrate, data_bitrate if isinstance(data_bitrate, int) else None, since)
