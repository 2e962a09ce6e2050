"""The list of the recordings in a folder, and other names for them."""

from pathlib import Path

import pytest

from benchboard.canbus import recording_folder
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_folder import RecordingContent, RecordingFolder, renamed
from benchboard.canbus.recording_writer import open_recording
from benchboard.errors import AppError, Unavailable


def written(path: Path, count: int = 20) -> Path:
    writer = open_recording(path)
    stamps = (Timestamp(1_763_627_400 + n / 10, TimeSource.DEVICE, 1e-6) for n in range(count))
    writer.write([Frame(0x100, data=bytes(1), timestamp=stamp) for stamp in stamps])
    writer.close()
    return path


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_a_recording_says_when_it_begins_how_long_it_is_and_how_many_frames_it_has(tmp_path: Path, suffix: str) -> None:
    written(tmp_path / f"a{suffix}")
    (tmp_path / "notes.txt").write_text("no recording")
    folder = RecordingFolder()
    (file,) = folder.files(tmp_path)
    assert (file.name, file.content) == (f"a{suffix}", None)
    found = folder.look_into(file)
    assert found.frames == 20
    assert found.seconds == pytest.approx(1.9, abs=1e-3)
    assert folder.files(tmp_path)[0].content == found


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_a_recording_without_frames_has_none_and_no_start(tmp_path: Path, suffix: str) -> None:
    written(tmp_path / f"a{suffix}", 0)
    folder = RecordingFolder()
    assert folder.look_into(folder.files(tmp_path)[0]) == RecordingContent(None, None, 0)


def test_a_large_log_is_counted_by_its_lines_without_the_one_that_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.log", 1_000)
    folder = RecordingFolder()
    exact = folder.look_into(folder.files(tmp_path)[0])
    monkeypatch.setattr(recording_folder, "_MOST_BYTES", 0)
    monkeypatch.setattr(recording_folder, "_BLOCK", 777)
    with path.open("a") as file:
        file.write("(1763629999.000000) can0 100#0")
    found = RecordingFolder()
    assert found.look_into(found.files(tmp_path)[0]) == RecordingContent(
        exact.begun, pytest.approx(exact.seconds), exact.frames
    )


def test_what_is_no_recording_by_its_content_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("Nov 25 sshd: started\n" * 100)
    folder = RecordingFolder()
    assert folder.look_into(folder.files(tmp_path)[0]) == RecordingContent(is_recording=False)
    with pytest.raises(Unavailable) as gone:
        folder.files(tmp_path / "gone")
    assert gone.value.code == "recording.folder"


@pytest.mark.parametrize(
    ("name", "result"),
    [("b", "b.log"), (" b.log ", "b.log"), ("b.asc", "b.asc.log"), ("a", "a.log"), ("", "recording.name"),
     ("../b", "recording.name"), (".b", "recording.name"), ("taken", "recording.exists")],
)  # fmt: skip
def test_a_recording_gets_another_name_but_no_other_form_folder_or_file(tmp_path: Path, name: str, result: str) -> None:
    path = written(tmp_path / "a.log")
    (tmp_path / "taken.log").write_text("mine")
    try:
        assert renamed(path, name).name == result
    except AppError as error:
        assert error.code == result
        assert path.is_file()
    assert (tmp_path / "taken.log").read_text() == "mine"
