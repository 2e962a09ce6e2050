"""A recording in several files: all frames, each once, in files that are whole by themselves."""

from pathlib import Path

import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.split_recording import SplitAt, SplitWriter

BEGUN = 1_763_627_400.0


def traffic(count: int) -> list[Frame]:
    """A frame every 100 ms."""
    return [
        Frame(0x100 + place, data=bytes(8), timestamp=Timestamp(BEGUN + place / 10, TimeSource.DEVICE, 1e-6))
        for place in range(count)
    ]


def ids(path: Path) -> list[int]:
    return [frame.id - 0x100 for frame in read_frames(path)]


@pytest.mark.parametrize("form", [".log", ".asc", ".blf", ".trc"])
def test_another_file_begins_after_the_time(tmp_path: Path, form: str) -> None:
    writer = SplitWriter(tmp_path / f"drive{form}", SplitAt(seconds=1.0))
    frames = traffic(25)
    for first in range(0, 25, 7):
        writer.write(frames[first : first + 7])
        writer.flush()
    writer.close()
    assert [path.name for path in writer.paths] == [f"drive{form}", f"drive-2{form}", f"drive-3{form}"]
    assert [ids(path) for path in writer.paths] == [list(range(10)), list(range(10, 20)), list(range(20, 25))]


def test_another_file_begins_at_the_size_and_takes_no_name_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "drive-2.log").write_text("kept")
    writer = SplitWriter(tmp_path / "drive.log", SplitAt(size=400))
    for frame in traffic(20):
        writer.write([frame])
        writer.flush()
    writer.close()
    assert [path.name for path in writer.paths][:2] == ["drive.log", "drive-3.log"]
    assert [one for path in writer.paths for one in ids(path)] == list(range(20))
    assert all(path.stat().st_size < 460 for path in writer.paths)
    assert (tmp_path / "drive-2.log").read_text() == "kept"


def test_what_a_form_cannot_hold_is_counted_over_all_files(tmp_path: Path) -> None:
    writer = SplitWriter(tmp_path / "drive.trc", SplitAt(seconds=1.0))
    writer.write([frame._replace(remote=True, data=b"") for frame in traffic(25)])
    writer.close()
    assert writer.left_out == 25
