"""What a recording holds, for a list of them: read whole if it is small, counted by its lines or looked at by its
beginning alone if it is large.
"""

import gzip
import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from benchboard.canbus.frame_statistics import IdStatistics
from benchboard.canbus.recording import count_recording
from benchboard.canbus.recording_blf import SIGNATURE
from benchboard.canbus.recording_reader import is_blank_recording, read_frames
from benchboard.canbus.recording_text import text_form
from benchboard.errors import AppError

SPANS: Final = 96
"""Equal spans of time of which a content has the rates."""
MOST_BUSY: Final = 6
"""IDs that are named of those that come most often."""
MOST_READ_BYTES: Final = 16_000_000
"""A file that is larger isn't read whole: that takes seconds."""
MOST_COUNTED_BYTES: Final = 2_000_000_000
"""A candump log that is larger isn't counted by its lines either."""
_CANDUMP: Final = re.compile(rb"\s*\((\d{1,12}\.\d{1,9})\)\s")
_ERROR: Final = re.compile(rb" 2[0-9A-Fa-f]{7}#")
"""The ID of an error frame in a candump log: it has SocketCAN's flag of one."""
_ERROR_BYTES: Final = 10
_BLOCK: Final = 1 << 20
_TAIL: Final = 8_192
_LOOKED_AT: Final = 64
"""Frames at the beginning of a large file that are read."""
_GZIP: Final = b"\x1f\x8b"


class BusyId(NamedTuple):
    """An ID that comes often: its frames, of all channels and in both directions."""

    id: int
    extended: bool
    frames: int


@dataclass(frozen=True, slots=True)
class RecordingContent:
    """What a recording holds: the time (Unix, s) of its first frame, its length (s), its frames without the error
    frames, these, its IDs and its channels. None: it isn't known, as the file is large or damaged; of one without
    frames the start and the length are.
    """

    begun: float | None = None
    seconds: float | None = None
    frames: int | None = None
    errors: int | None = None
    ids: int | None = None
    channels: tuple[str, ...] | None = None
    busiest: tuple[BusyId, ...] = ()
    """The IDs that come most often, if all were counted."""
    rates: tuple[float, ...] = ()
    """The mean frames a second in each of `SPANS` equal spans; empty if it isn't known."""
    error_spans: tuple[int, ...] = ()
    """Which of them have error frames, as far as it is known."""


def is_recording(path: Path) -> bool:
    """Whether a file that is called as a recording begins as one. A log in which nothing is may be any program's, and
    is none; a file that can't be read may be one.
    """
    try:
        head = _head(path)
    except OSError:
        return True
    if head is None or head.startswith(SIGNATURE) or text_form(head) is not None:
        return True
    is_log = path.name.lower().removesuffix(".gz").endswith(".log")
    return not is_log and is_blank_recording(path, head)


def _head(path: Path) -> bytes | None:
    """How a file begins, decompressed; None if it is compressed and damaged."""
    with path.open("rb") as raw:
        head = raw.read(_TAIL)
    if head[:2] != _GZIP:
        return head
    try:
        with gzip.open(path) as file:
            return file.read(_TAIL)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return None


def recording_content(path: Path, size: int) -> RecordingContent:
    """What the recording of `size` bytes at `path` holds, which takes up to some seconds."""
    try:
        is_compressed = path.name.lower().endswith(".gz")
        if size <= MOST_READ_BYTES and not is_compressed:
            return _read_content(path)
        return (None if is_compressed else _candump_content(path, size)) or _begun_content(path)
    except (AppError, OSError):
        return RecordingContent()


def _read_content(path: Path) -> RecordingContent:
    counted = count_recording(path)
    totals = counted.statistics.totals()
    ids, channels = counted.statistics.ids(), counted.statistics.channels
    if not totals.count:
        return RecordingContent(frames=0, errors=0, ids=0, channels=channels)
    counts = _counts(ids)
    busiest = tuple(BusyId(*key, count) for key, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    rates, errors = counted.density.spans(counted.start, counted.end, SPANS)
    return RecordingContent(
        totals.first, totals.seconds, totals.frames, totals.errors, len(counts), channels, busiest[:MOST_BUSY],
        tuple(rates) if totals.seconds else (), tuple(place for place, count in enumerate(errors) if count),
    )  # fmt: skip


def _counts(ids: Sequence[IdStatistics]) -> Counter[tuple[int, bool]]:
    counts: Counter[tuple[int, bool]] = Counter()
    for one in ids:
        counts[one.id, one.extended] += one.count
    return counts


def _begun_content(path: Path) -> RecordingContent:
    """When a large recording begins; the rest isn't known."""
    stamps = (frame.timestamp for frame in islice(read_frames(path), _LOOKED_AT))
    return RecordingContent(next((stamp.seconds for stamp in stamps if stamp is not None), None))


def _candump_content(path: Path, size: int) -> RecordingContent | None:
    """What a large candump log holds, by its lines: each is a frame. None if it is none."""
    with path.open("rb") as file:
        first = _CANDUMP.match(file.read(_TAIL))
        if first is None:
            return None
        file.seek(max(size - _TAIL, 0))
        last = file.read()
        whole = last[: last.rfind(b"\n") + 1].splitlines()  # a program may not have ended writing the last one
        end = _CANDUMP.match(whole[-1]) if whole else None
        begun = float(first[1])
        seconds = max(float(end[1]) - begun, 0.0) if end is not None else None
        if size > MOST_COUNTED_BYTES:
            return RecordingContent(begun, seconds)
        file.seek(0)
        lines, errors, edges, carried = 0, 0, [(begun, 0)], b""
        while block := file.read(_BLOCK):
            at = block.find(b"\n") + 1
            if lines and at and (begin := _CANDUMP.match(block, at)) is not None:
                edges.append((float(begin[1]), lines + 1))
            lines += block.count(b"\n")
            errors += len(_ERROR.findall(carried + block))
            carried = block[-_ERROR_BYTES + 1 :]
    edges.append((begun + (seconds or 0.0), lines))
    # Of times that go back, nobody knows how many frames were when.
    has_order = all(before[0] <= after[0] for before, after in pairwise(edges))
    rates = _rates(edges, begun, seconds) if seconds and has_order else ()
    return RecordingContent(begun, seconds, lines - errors, errors, rates=rates)


def _rates(edges: Sequence[tuple[float, int]], begun: float, seconds: float) -> tuple[float, ...]:
    """The frames a second in each span, of how many frames there were until each of these times."""
    times = [time for time, _count in edges]

    def until(at: float) -> float:
        place = min(max(bisect_right(times, at), 1), len(edges) - 1)
        (left, before), (right, after) = edges[place - 1], edges[place]
        share = (at - left) / (right - left) if right > left else 1.0
        return before + (after - before) * min(max(share, 0.0), 1.0)

    width = seconds / SPANS
    counts = [until(begun + place * width) for place in range(SPANS + 1)]
    return tuple((after - before) / width for before, after in pairwise(counts))
