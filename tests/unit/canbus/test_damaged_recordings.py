"""Recordings of which a part can't be read: the rest is, what is missing is said, and no frame is invented. Times are
as exact as they are written.
"""

import gzip
import io
import random
import struct
import tracemalloc
import zlib
from pathlib import Path

import can
import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording import load_recording
from benchboard.canbus.recording_blf import blf_blocks
from benchboard.canbus.recording_channels import ChannelNames
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.recording_writer import open_recording
from benchboard.canbus.unreadable_parts import UnreadableParts
from benchboard.errors import AppError, Invalid

BEGUN = 1_763_627_400.0
FORMS = (".log", ".asc", ".trc", ".blf")
ASC_HEAD = "date Thu Nov 20 08:30:00.000 2025\nbase hex  timestamps absolute\ninternal events logged\n"


def frames(count: int, *, classic: bool = False) -> list[Frame]:
    found = []
    for n in range(count):
        stamp = Timestamp(BEGUN + n / 1_000, TimeSource.DEVICE, 1e-6)
        data = n.to_bytes(4, "big")
        fd = Frame(0x200, fd=True, brs=True, data=data * 3, timestamp=stamp)
        wide = Frame(0x18FEF100, extended=True, data=data, timestamp=stamp, sent=True)
        plain = Frame(0x100, data=data * 2, timestamp=stamp)
        found.append(wide if n % 3 == 1 else fd if n % 3 == 2 and not classic else plain)
    return found


def written(path: Path, content: list[Frame]) -> bytes:
    writer = open_recording(path)
    for first in range(0, len(content), 50):  # BLF: a container each
        writer.write(content[first : first + 50])
        writer.flush()
    writer.close()
    return path.read_bytes()


# ---- going on after what can't be read


@pytest.mark.parametrize(("suffix", "cut"), [(".log", "(17636"), (".asc", "  "), (".trc", "    ")])
def test_lines_that_are_no_frames_are_counted_and_the_first_is_named(tmp_path: Path, suffix: str, cut: str) -> None:
    path = tmp_path / f"a{suffix}"
    lines = written(path, frames(60, classic=True)).decode().splitlines(keepends=True)
    (at,) = [n for n, line in enumerate(lines) if "00 00 00 1E" in line or "0000001E" in line]
    lines[at] = lines[at].replace("100", "1G0").replace("0100", "01G0")
    lines[at + 5] = lines[at + 5][: len(lines[at + 5]) // 2] + "\n"
    path.write_text("".join(lines), newline="")
    unreadable = UnreadableParts()
    read = list(read_frames(path, unreadable=unreadable))
    assert len(read) == 58
    assert unreadable.count == 2
    assert unreadable.what("a") == "2 lines of “a” can't be read."
    assert unreadable.why.startswith(f"The first is line {at + 1}: “{lines[at].strip()[:60]}")
    kept = [frame.data for n, frame in enumerate(frames(60, classic=True)) if n not in (30, 35)]
    assert [frame.data for frame in read] == kept
    assert load_recording(path).unreadable.count == 2


def test_container_of_a_blf_that_is_damaged_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.blf"
    content = bytearray(written(path, frames(200)))
    starts = [n for n in range(len(content)) if content[n : n + 4] == b"LOBJ"]
    assert len(starts) == 4
    content[starts[1] + 60] ^= 0x55
    path.write_bytes(content)
    unreadable = UnreadableParts()
    read = list(read_frames(path, unreadable=unreadable))
    assert [frame.data for frame in read] == [frame.data for n, frame in enumerate(frames(200)) if not 50 <= n < 100]
    assert unreadable.what("a") == "1 part of “a” can't be read."
    assert f"The first is at byte {starts[1]}." in unreadable.why
    content[starts[2]] ^= 0x55  # the signature of another one
    path.write_bytes(content)
    assert len(list(read_frames(path))) == 100


def test_compressed_recording_whose_end_is_missing_has_the_frames_before(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.log.gz", written(tmp_path / "a.log", frames(5_000))
    packed = gzip.compress(whole)
    path.write_bytes(packed[: len(packed) // 2])
    unreadable = UnreadableParts()
    assert 1_000 < len(list(read_frames(path, unreadable=unreadable))) < 5_000
    assert unreadable.what("a") == "The end of “a” can't be decompressed."


@pytest.mark.parametrize("good", [0, 3])
def test_file_of_which_most_cannot_be_read_is_refused(tmp_path: Path, good: int) -> None:
    path = tmp_path / "a.log"
    path.write_text("(1.0) can0 123#0\n" * 4 + "(1.0) can0 123#00\n" * good)
    with pytest.raises(Invalid) as caught:
        list(read_frames(path))
    assert caught.value.code == "files.unreadable"
    assert caught.value.why == "The first is line 1: “(1.0) can0 123#0”."


def test_file_of_lines_without_end_takes_no_memory_for_them(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.write(b"(1.0) can0 123#00\n" * 3 + b"(1.0) can0 " + b"x" * 3_000_000 + b"\n(1.5) can0 123#01\n")
    unreadable = UnreadableParts()
    assert [frame.data[0] for frame in read_frames(path, unreadable=unreadable)] == [0, 0, 0, 1]
    assert unreadable.count == 1
    assert len(unreadable.why) < 200


def test_blf_object_that_is_full_of_beginnings_of_others_takes_little_memory() -> None:
    """Each was taken for an object that may begin a run: sixteen megabytes of them took half a gigabyte."""
    content = struct.pack("<4sHHLL", b"LOBJ", 32, 1, 1 << 24, 1) + b"LOBJ" * ((1 << 22) - 4)
    packed = zlib.compress(content, 1)
    container = struct.pack("<4sHHLLH6xL4x", b"LOBJ", 16, 1, 32 + len(packed), 10, 2, len(content)) + packed
    head = struct.pack("<4sL32x8H", b"LOGG", 144, 2025, 11, 4, 20, 8, 30, 0, 0).ljust(144, b"\0")
    tracemalloc.start()
    try:
        assert not list(blf_blocks(io.BytesIO(head + container), ChannelNames(), UnreadableParts()))
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("seed", range(40))
def test_random_damage_neither_crashes_nor_hangs_nor_invents_frames(tmp_path: Path, suffix: str, seed: int) -> None:
    path, chance = tmp_path / f"a{suffix}", random.Random(seed)
    sent = frames(150, classic=suffix == ".trc")
    content = bytearray(written(path, sent))
    for _hit in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(len(content))
        kind = chance.randrange(4)
        if kind == 0:
            content[at] = chance.randrange(256)
        elif kind == 1:
            content[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del content[at : at + chance.randrange(1, 40)]
        else:
            content[at:at] = chance.randbytes(chance.randrange(1, 40))
    path.write_bytes(content)
    unreadable = UnreadableParts()
    try:
        read = list(read_frames(path, unreadable=unreadable))
    except AppError:
        return
    assert len(read) <= len(sent)
    known = {frame.data for frame in sent}
    strange = [frame for frame in read if frame.data not in known]
    # A digit of a text that became another digit can't be known; in BLF the checksum knows.
    assert len(strange) <= (0 if suffix == ".blf" else 20)
    if suffix == ".blf" and len(read) < 150:
        assert unreadable or len(content) < 8_000


def test_blf_is_read_as_python_can_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.blf"
    content = [
        *frames(3_000),
        Frame(4, error=True, data=bytes(8), timestamp=Timestamp(BEGUN + 4, TimeSource.DEVICE, 0)),
    ]
    content.append(Frame(0x7DF, remote=True, remote_dlc=8, timestamp=Timestamp(BEGUN + 5, TimeSource.DEVICE, 0)))
    written(path, content)
    with can.BLFReader(path) as reader:
        theirs = [
            (m.arbitration_id, m.is_extended_id, m.is_remote_frame, m.is_fd, m.bitrate_switch, m.is_error_frame,
             b"" if m.is_remote_frame else bytes(m.data), m.timestamp, m.is_rx, str(m.channel + 1))
            for m in reader
        ]  # fmt: skip
    ours = [
        (f.id, f.extended, f.remote, f.fd, f.brs, f.error, f.data, f.timestamp.seconds, not f.sent, f.channel)
        for f in read_frames(path) if f.timestamp is not None
    ]  # fmt: skip
    assert ours == theirs
    assert len(ours) == 3_002


# ---- how exact times are


def blf_of_tens(path: Path, ticks: list[int]) -> None:
    """A BLF whose times are in units of 10 µs, as older loggers write it."""
    objects = b"".join(
        struct.pack("<4sHHLL", b"LOBJ", 32, 1, 48, 1) + struct.pack("<LHHQ", 1, 0, 0, one)
        + struct.pack("<HBBL8s", 1, 0, 1, 0x100, b"\x01")
        for one in ticks
    )  # fmt: skip
    container = struct.pack("<4sHHLL", b"LOBJ", 16, 1, 32 + len(objects), 10) + struct.pack("<H6xL4x", 0, len(objects))
    head = struct.pack("<4sLBBBBBBBBQQLL8H8H", b"LOGG", 144, *[0] * 12, 2025, 11, 4, 20, 8, 30, 0, 0, *[0] * 8)
    path.write_bytes(head.ljust(144, b"\0") + container + objects)


TRC_11 = (
    ";$FILEVERSION=1.1\n;$STARTTIME=45981.3541666667\n;\n"
    "     1)        10.{one}  Rx         0100  2  01 02 \n     2)        20.{one}  Rx         0100  2  01 02 \n"
)


@pytest.mark.parametrize(
    ("name", "text", "decimals"),
    [
        ("a.asc", ASC_HEAD + "   1.010000 1  100             Rx   d 1 01\n   1.020000 1  100  Rx   d 1 01\n", 6),
        ("a.asc", ASC_HEAD + "   1.0100 1  100             Rx   d 1 01\n   1.0200 1  100  Rx   d 1 01\n", 4),
        ("a.asc", ASC_HEAD + "   1.010 1  100             Rx   d 1 01\n   1.020 1  100  Rx   d 1 01\n", 3),
        ("a.log", "(1.010000) can0 100#01\n(1.020000) can0 100#01\n", 6),
        ("a.log", "(1.010) can0 100#01\n(1.020) can0 100#01\n", 3),
        ("a.trc", TRC_11.format(one="0"), 4),
        ("a.trc", TRC_11.format(one="000"), 6),
        ("a.trc", TRC_11.replace(".{one}", ""), 3),
    ],
)
def test_times_have_the_digits_that_the_file_has(tmp_path: Path, name: str, text: str, decimals: int) -> None:
    path = tmp_path / name
    path.write_text(text)
    recording = load_recording(path)
    assert not recording.unreadable
    stamps = [frame.timestamp for frame in recording.frames()]
    assert [stamp.decimals for stamp in stamps if stamp is not None] == [decimals] * 2
    (row,) = recording.ids
    assert row.rounded(row.mean_s) == pytest.approx(0.01, abs=1e-12)


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_times_of_a_clock_of_milliseconds_have_three_digits_though_the_format_has_six(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    writer = open_recording(path)
    stamps = [Timestamp(1_763_627_400.065 + n / 100, TimeSource.DEVICE, 0.001) for n in range(20)]
    writer.write([Frame(0x100, data=bytes(1), timestamp=stamp) for stamp in stamps])
    writer.close()
    assert {frame.timestamp.decimals for frame in read_frames(path) if frame.timestamp} == {3}


def test_times_below_a_millisecond_are_kept_wherever_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"({1 + n / 100:.3f}{'007' if n == 90 else '000'}) can0 100#01\n" for n in range(100)))
    stamps = [frame.timestamp for frame in read_frames(path)]
    assert [stamp.decimals for stamp in stamps if stamp is not None] == [3] * 90 + [6] * 10


def test_times_of_a_blf_in_tens_of_microseconds_have_five_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.blf"
    blf_of_tens(path, [100, 1_103, 2_100])
    recording = load_recording(path)
    stamp = recording.frame(1).timestamp
    assert stamp is not None
    assert (stamp.decimals, round(stamp.seconds - BEGUN, 6)) == (5, 0.01103)


@pytest.mark.parametrize(("count", "rate", "decimals"), [(2, 100.0, 0), (21, 100.0, 0), (2_001, 100.0, 1)])
def test_rate_is_no_finer_than_the_times(tmp_path: Path, count: int, rate: float, decimals: int) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"({n / 100:.3f}) can0 100#01\n" for n in range(count)))
    (row,) = load_recording(path).ids
    assert (row.rounded_rate, row.rate_decimals) == (rate, decimals)
