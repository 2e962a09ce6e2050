"""Recordings: what is written is read again, in every form; what a killed program wrote is there."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import can
import pytest

from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.bus import BusState, Capabilities
from benchboard.canbus.bus_recorder import BusRecorder
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_reader import read_frames
from benchboard.canbus.recording_writer import FORMS, open_recording
from benchboard.errors import AppError, Cancelled, Invalid, NotFound, Unavailable
from support.waiting import until

BEGUN = 1_763_627_400.250


def at(seconds: float) -> Timestamp:
    return Timestamp(BEGUN + seconds, TimeSource.DEVICE, 1e-6)


FRAMES = (
    Frame(0x123, data=b"\xde\xad\xbe\xef", timestamp=at(0)),
    Frame(0x18FEF100, extended=True, data=b"\x1e\x03", timestamp=at(0.5), sent=True),
    Frame(0x123, fd=True, brs=True, data=bytes(range(12)), timestamp=at(0.625)),
    Frame(0x7DF, remote=True, remote_dlc=8, timestamp=at(0.75)),
    Frame(0x200, timestamp=at(1)),
)


def simple(frame: Frame, begun: float) -> tuple[object, ...]:
    assert frame.timestamp is not None
    return *frame[:9], round(frame.timestamp.seconds - begun, 3), frame.sent


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_frames_that_were_written_are_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    written = open_recording(path)
    for first in range(0, len(FRAMES), 2):  # flushed between
        written.write(FRAMES[first : first + 2])
        written.flush()
    written.close()
    kept = [frame for frame in FRAMES if suffix != ".trc" or not (frame.fd or frame.remote)]
    assert written.left_out == len(FRAMES) - len(kept)
    read = list(read_frames(path))
    assert [simple(frame, BEGUN) for frame in read] == [simple(frame, BEGUN) for frame in kept]


def test_csv_has_titles_and_what_a_spreadsheet_can_show(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    written = open_recording(path)
    written.write(FRAMES[:2])
    written.close()
    assert path.read_text().splitlines() == [
        "time,id,extended,type,dlc,data,direction",
        "1763627400.250000,123,0,data,4,DE AD BE EF,received",
        "1763627400.750000,18FEF100,1,data,2,1E 03,sent",
    ]


def test_name_that_says_no_form_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        open_recording(tmp_path / "a.pdf")
    assert caught.value.code == "recording.form"
    assert all(suffix in caught.value.do for suffix in FORMS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"LOGG" + bytes(20), "files.unreadable"),
        (b"LOGG" + bytes(4_000), "files.unreadable"),
        (b"a,b\n1,2\n", "files.unreadable"),
        (b"(1.0) can0 123#00\nnonsense\n(1.0) can0 zz\n", "files.unreadable"),
        (b"\x1f\x8b\x08\x00" + bytes(9), "files.unreadable"),
    ],
)
def test_file_that_is_no_recording_or_damaged_says_so(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.blf"
    path.write_bytes(content)
    with pytest.raises(AppError) as caught:
        list(read_frames(path))
    assert caught.value.code == code
    assert "a.blf" in caught.value.what


def test_file_that_is_missing_or_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read_frames(tmp_path / "gone.log"))
    with pytest.raises(Invalid):
        list(read_frames(tmp_path))


@pytest.mark.parametrize("share", [0.3, 0.62, 0.99])
def test_blf_that_was_cut_off_has_the_frames_before(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.blf"
    written = open_recording(path)
    for count in range(50):
        written.write([frame._replace(timestamp=at(count)) for frame in FRAMES])
        written.flush()
    written.close()
    whole = len(list(read_frames(path)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    cut = len(list(read_frames(path)))
    assert whole * share * 0.8 - 5 < cut < whole


@pytest.fixture
def bus() -> Iterator[can.BusABC]:
    with can.Bus(interface="virtual", channel="recorder", preserve_timestamps=True) as other:
        yield other


@pytest.fixture
def recorder(bus: can.BusABC) -> Iterator[BusRecorder]:
    capture = Capture(PythonCanBus("virtual", "recorder"), bitrate=500_000)
    capture.start()
    made = BusRecorder(capture, kept_s=100.0)
    made.start()
    yield made
    made.stop()
    capture.stop()


def send(bus: can.BusABC, first: int, count: int, seconds: float, every: float = 0.0) -> None:
    for place in range(count):
        message = can.Message(
            arbitration_id=first + place, timestamp=BEGUN + seconds + place * every, is_extended_id=False
        )
        bus.send(message)


def test_recorder_keeps_what_came_before_and_records_from_its_start_on(
    recorder: BusRecorder, bus: can.BusABC, tmp_path: Path
) -> None:
    send(bus, 0x100, 5, 0.0, every=1.0)
    until(lambda: recorder.kept_s == 4.0)
    recorder.start_recording(tmp_path / "a.log")
    send(bus, 0x200, 3, 10.0)
    until(lambda: recorder.state is not None and recorder.state.frames == 3)
    assert len((tmp_path / "a.log").read_text().splitlines()) == 3, "it is there before the recording ends"
    ended = recorder.stop_recording()
    assert ended is not None
    assert (ended.frames, ended.dropped, ended.failure, recorder.recording) == (3, 0, None, False)
    saved = recorder.save_kept(tmp_path / "kept.blf")
    assert saved.frames == 8
    ids = [frame.id for frame in read_frames(tmp_path / "kept.blf")]
    assert ids == [*range(0x100, 0x105), *range(0x200, 0x203)]


def test_recorder_forgets_what_is_older_than_it_keeps(recorder: BusRecorder, bus: can.BusABC, tmp_path: Path) -> None:
    send(bus, 0x100, 1, 0.0)
    send(bus, 0x0FF, 1, 10.0)
    until(lambda: recorder.kept_s == 10.0)
    send(bus, 0x101, 1, 50.0)
    until(lambda: recorder.kept_s == 50.0)
    send(bus, 0x102, 1, 120.0)
    until(lambda: recorder.kept_s == 70.0)
    recorder.save_kept(tmp_path / "kept.log")
    assert [frame.id for frame in read_frames(tmp_path / "kept.log")] == [0x101, 0x102]


class ScriptedBus:
    """Receives a batch, as a `canbus.bus.Bus`; then nothing comes any more."""

    capabilities = Capabilities(fd=True, listen_only=False, error_counters=False, time_source=TimeSource.HOST)

    def __init__(self, frames: list[Frame]) -> None:
        self._frames = frames

    def recv(self, timeout: float) -> list[Frame]:
        frames, self._frames = self._frames, []
        return frames

    def send(self, frame: Frame) -> None:
        raise AssertionError(frame)

    def state(self) -> BusState:
        return BusState()

    def close(self) -> None:
        pass


def test_recorder_keeps_error_and_remote_frames_as_they_are(tmp_path: Path) -> None:
    frames = [*FRAMES, Frame(0x04, error=True, data=bytes(8), timestamp=at(2))]
    capture = Capture(ScriptedBus(frames), bitrate=500_000)
    capture.start()
    until(lambda: capture.since().next == len(frames))
    recorder = BusRecorder(capture)
    recorder.save_kept(tmp_path / "kept.log")
    read = list(read_frames(tmp_path / "kept.log"))
    assert [simple(frame, BEGUN) for frame in read] == [simple(frame, BEGUN) for frame in frames]
    capture.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_recording_to_a_full_disk_ends_and_says_so_while_frames_are_still_kept(
    recorder: BusRecorder, bus: can.BusABC, tmp_path: Path
) -> None:
    full = tmp_path / "full.log"
    full.symlink_to("/dev/full")
    recorder.start_recording(full)
    send(bus, 0x100, 3, 0.0)
    until(lambda: recorder.state is not None and recorder.state.failure is not None)
    assert recorder.state is not None
    assert isinstance(recorder.state.failure, Unavailable)
    assert recorder.state.failure.why == "The disk is full."
    assert not recorder.recording
    assert recorder.save_kept(tmp_path / "kept.log").frames == 3


@pytest.mark.parametrize("ending", sorted(FORMS))
def test_saving_to_a_full_disk_leaves_the_file_that_was_there(
    recorder: BusRecorder, bus: can.BusABC, tmp_path: Path, ending: str
) -> None:
    resource = pytest.importorskip("resource", reason="needs limits of files")
    send(bus, 0x100, 300, 0.0, every=0.01)
    until(lambda: recorder.kept_s > 2.9)
    kept = tmp_path / f"kept{ending}"
    kept.write_text("before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(Unavailable) as caught:
            recorder.save_kept(kept)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (caught.value.code, caught.value.why) == ("recording.failed", "The disk is full.")
    assert kept.read_text() == "before"
    assert list(tmp_path.iterdir()) == [kept], "nothing half-written stays"
    assert recorder.save_kept(kept).frames == 300
    assert len(list(read_frames(kept))) == 300 if ending != ".csv" else kept.read_text().count("\n") == 301


def test_saving_that_is_stopped_leaves_the_file_that_was_there(
    recorder: BusRecorder, bus: can.BusABC, tmp_path: Path
) -> None:
    send(bus, 0x100, 3, 0.0)
    kept = tmp_path / "kept.log"
    until(lambda: recorder.save_kept(kept).frames == 3)
    before, reported = kept.read_bytes(), list[tuple[int, int]]()

    def stop(done: int, total: int) -> None:
        reported.append((done, total))
        raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled):
        recorder.save_kept(kept, stop)
    assert reported == [(0, 3)]
    assert (kept.read_bytes(), list(tmp_path.iterdir())) == (before, [kept])


def test_saved_trc_names_itself(recorder: BusRecorder, bus: can.BusABC, tmp_path: Path) -> None:
    send(bus, 0x100, 1, 0.0)
    until(lambda: recorder.save_kept(tmp_path / "kept.trc").frames == 1)
    assert str(tmp_path / "kept.trc") in (tmp_path / "kept.trc").read_text()


def test_recording_where_nothing_can_be_written_is_refused(recorder: BusRecorder, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        recorder.start_recording(tmp_path / "gone" / "a.log")
    assert caught.value.code == "recording.failed"
    assert not recorder.recording


KILLED = """
import sys, time
import can
from pathlib import Path
from benchboard.canbus.backends.python_can import PythonCanBus
from benchboard.canbus.bus import BusState, Capabilities
from benchboard.canbus.bus_recorder import BusRecorder
from benchboard.canbus.capture import Capture
capture = Capture(PythonCanBus("virtual", "killed"), bitrate=500_000)
capture.start()
recorder = BusRecorder(capture)
recorder.start()
recorder.start_recording(Path(sys.argv[1]))
with can.Bus(interface="virtual", channel="killed") as bus:
    for count in range(10**9):
        bus.send(can.Message(arbitration_id=0x100, data=count.to_bytes(4, "big"), is_extended_id=False))
        if count % 20 == 0:
            print(count, time.time(), flush=True)
            time.sleep(0.01)
"""


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc", ".csv"])
def test_recording_survives_a_killed_program_up_to_the_last_second(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    sent: list[tuple[int, float]] = []
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while not sent or sent[-1][1] - sent[0][1] < 2.5:
            count, when = process.stdout.readline().split()
            sent.append((int(count), float(when)))
        os.kill(process.pid, signal.SIGKILL)
    due = max(count for count, when in sent if when < sent[-1][1] - 1.0)
    if suffix == ".csv":
        counts = [int(line.split(",")[5].replace(" ", ""), 16) for line in path.read_text().splitlines()[1:-1]]
    else:
        counts = [int.from_bytes(frame.data, "big") for frame in read_frames(path)]
    assert counts == list(range(len(counts))), "in order, and none is missing"
    assert len(counts) > due
