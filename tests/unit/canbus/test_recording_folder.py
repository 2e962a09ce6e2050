"""The list of the recordings in a folder, and other names for them."""

import gzip
from pathlib import Path

import pytest

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_folder import RecordingFolder, renamed
from benchboard.canbus.recording_writer import open_recording
from benchboard.errors import AppError, Unavailable


def written(path: Path, count: int = 20) -> Path:
    writer = open_recording(path)
    stamps = (Timestamp(1_763_627_400 + n / 10, TimeSource.DEVICE, 1e-6) for n in range(count))
    writer.write([Frame(0x100, data=bytes(1), timestamp=stamp) for stamp in stamps])
    writer.close()
    return path


def test_content_is_known_once_the_file_was_looked_into_and_after_it_was_renamed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log")
    (tmp_path / "notes.txt").write_text("no recording")
    folder = RecordingFolder()
    (file,) = folder.files(tmp_path)
    assert (file.name, file.content) == ("a.log", None)
    found = folder.look_into(file)
    assert found.frames == 20
    assert folder.files(tmp_path)[0].content == found
    folder.follow(path, renamed(path, "b"))
    assert [(one.name, one.content) for one in folder.files(tmp_path)] == [("b.log", found)]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.log", b""), ("b.log", b"\n\n"), ("c.log", b"Nov 25 sshd: started\n" * 100),
     ("d.log.gz", gzip.compress(b"Nov 25 sshd: started\n")), ("e.log.gz", gzip.compress(b"")),
     ("f.blf", b"Nov 25"), ("g.asc", b"-----BEGIN PGP SIGNATURE-----\n")],
    ids=["empty", "blank", "log", "log-gz", "empty-gz", "blf", "asc"],
)  # fmt: skip
def test_a_file_of_another_program_is_not_listed(tmp_path: Path, name: str, content: bytes) -> None:
    written(tmp_path / "drive.log")
    (tmp_path / name).write_bytes(content)
    assert [one.name for one in RecordingFolder().files(tmp_path)] == ["drive.log"]


def test_a_compressed_file_that_is_damaged_is_listed_and_hides_no_other(tmp_path: Path) -> None:
    """Its bytes ended the list of the whole folder: what is wrong with it is said when it is opened."""
    written(tmp_path / "drive.log")
    (tmp_path / "hostile.log.gz").write_bytes(b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 200)
    folder = RecordingFolder()
    listed = {one.name: one for one in folder.files(tmp_path)}
    assert listed.keys() == {"drive.log", "hostile.log.gz"}
    assert folder.look_into(listed["hostile.log.gz"]).frames is None


def test_an_empty_log_is_listed_once_it_has_a_frame_or_if_this_program_recorded_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.touch()
    folder = RecordingFolder()
    assert folder.files(tmp_path) == []
    assert [one.name for one in folder.files(tmp_path, own={path})] == ["a.log"]
    path.write_text("(1763627400.000000) can0 100#00\n")
    assert [one.name for one in folder.files(tmp_path)] == ["a.log"]


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as gone:
        RecordingFolder().files(tmp_path / "gone")
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
