"""A BLF recording opened and searched by a signal's value, compared with python-can reading it and cantools decoding.

python-can's `BLFReader` yields every frame, and cantools decodes those of the message that has the signal: that is what
one would write without Benchboard, each time that one searches. Benchboard reads the file once (*open*: its frames,
statistics, densities and index of IDs) and searches in what it has (*search*). Each is measured in a process of its
own, one after the other; memory is the most that it had resident. Limits: opening in the time that the others need for
reading and decoding, searching in a tenth of it, and both in 700 MB.

`python benchmarks/blf.py [--frames 10000000] [--keep FILE] [--json]`
"""

import argparse
import json
import multiprocessing
import resource
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desktop"))

_DBC: Final = """VERSION ""
BU_: Drive
BO_ 201 DriveStatus: 8 Drive
 SG_ MotorSpeed : 0|16@1+ (0.25,0) [0|16383] "rpm" Drive
 SG_ MotorTorque : 16|16@1- (0.1,0) [-3000|3000] "Nm" Drive
"""
_CONDITION: Final = 8_000.0
_IDS: Final = (201, 416, 580, 977, 1056, 1520, 0x100, 0x101, 0x102, 0x103)
_OPEN_LIMIT, _SEARCH_LIMIT, _MEMORY_LIMIT = 1.0, 0.1, 700_000_000
_AT_ONCE: Final = 1_000
"""Frames of a container."""


def generate(path: Path, frames: int) -> None:
    """A bus of ten IDs at 2,000 frames/s, as Vector's binlog has it, one frame in ten of DriveStatus."""
    head = struct.pack("<4sLBBBBBBBBQQLL8H8H", b"LOGG", 144, 5, 0, 0, 0, 2, 6, 8, 1, 0, 0, frames, 0, *[0] * 16)
    date = struct.pack("<8H", 2025, 11, 4, 20, 8, 30, 0, 0)
    head = (head[:40] + date + date).ljust(144, b"\0")
    with path.open("wb") as file:
        file.write(head)
        for first in range(0, frames, _AT_ONCE):
            content = b"".join(_object(number) for number in range(first, min(first + _AT_ONCE, frames)))
            packed = zlib.compress(content, 1)
            size = 32 + len(packed)
            file.write(struct.pack("<4sHHLLH6xL4x", b"LOBJ", 16, 1, size, 10, 2, len(content)))
            file.write(packed + bytes(size % 4))


def _object(number: int) -> bytes:
    ident = _IDS[number % len(_IDS)]
    data = struct.pack("<HhHH", number // 7 & 0x7FFF, number % 4000 - 2000, number & 0xFFFF, 0)
    return struct.pack(
        "<4sHHLLLHHQHBBL8s", b"LOBJ", 32, 1, 48, 1, 2, 0, 0, number * 500_000, 1, 0, 8, ident, data
    )  # fmt: skip


def with_libraries(path: Path) -> dict[str, Any]:
    """python-can reads, cantools decodes."""
    import can
    import cantools

    database: Any = cantools.database.load_string(_DBC, "dbc")
    message = database.get_message_by_frame_id(201)
    begun, count, found = time.perf_counter(), 0, 0
    with can.BLFReader(str(path)) as reader:
        for one in reader:
            count += 1
            if one.arbitration_id == 201 and not one.is_extended_id:
                values = message.decode(bytes(one.data))
                found += float(values["MotorSpeed"]) > _CONDITION
    return {"read": time.perf_counter() - begun, "frames": count, "found": found}


def with_benchboard(path: Path) -> dict[str, Any]:
    """Benchboard opens, and searches in what it has."""
    from benchboard.canbus.dbc_files import load_databases
    from benchboard.canbus.frame_filter import parse_frame_filter
    from benchboard.canbus.recording import load_recording

    file = path.with_suffix(".dbc")
    file.write_text(_DBC)
    database = load_databases([file])
    begun = time.perf_counter()
    recording = load_recording(path)
    opened = time.perf_counter()
    matching = recording.matching(parse_frame_filter(f"MotorSpeed>{_CONDITION:.0f}"), database)
    searched = time.perf_counter()
    recording.matching(parse_frame_filter("name:Drive 1A0"), database)
    return {
        "open": opened - begun,
        "search": searched - opened,
        "by ID": time.perf_counter() - searched,
        "frames": recording.count,
        "found": len(matching.numbers),
    }


def _apart(work: Callable[[Path], dict[str, Any]], path: Path) -> dict[str, Any]:
    found = work(path)
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return found


def measured(work: Callable[[Path], dict[str, Any]], path: Path) -> dict[str, Any]:
    """What `work` answers in a process of its own, with the most memory that this had."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        return apart.submit(_apart, work, path).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="where the recording is, made if it isn't there")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "bus.blf"
        if not path.exists():
            generate(path, arguments.frames)
        ours, theirs = measured(with_benchboard, path), measured(with_libraries, path)
    if (ours["frames"], ours["found"]) != (theirs["frames"], theirs["found"]):
        raise SystemExit(f"They differ: {ours} and {theirs}.")
    if arguments.json:
        print(json.dumps({"benchboard": ours, "libraries": theirs}))
    else:
        print(f"{ours['frames']:,} frames, {ours['found']:,} found")
        print(f"python-can and cantools: {theirs['read']:.1f} s, {theirs['memory'] / 1e6:.0f} MB")
        print(f"Benchboard opens:        {ours['open']:.1f} s ({ours['open'] / theirs['read']:.2f} of it)")
        print(f"Benchboard searches:     {ours['search']:.1f} s ({ours['search'] / theirs['read']:.3f} of it)")
        print(f"           by ID:        {ours['by ID']:.1f} s; {ours['memory'] / 1e6:.0f} MB")
    slow = ours["open"] > _OPEN_LIMIT * theirs["read"] or ours["search"] > _SEARCH_LIMIT * theirs["read"]
    raise SystemExit(slow or ours["memory"] > _MEMORY_LIMIT)


if __name__ == "__main__":
    main()
