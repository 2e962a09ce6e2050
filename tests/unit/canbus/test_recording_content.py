"""What a recording holds, for a list: read whole, by its lines, or by its beginning alone."""

from pathlib import Path

import pytest

from benchboard.canbus import recording_content
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_content import SPANS, BusyId, RecordingContent
from benchboard.canbus.recording_writer import open_recording


def written(path: Path, count: int = 20) -> Path:
    writer = open_recording(path)
    stamps = (Timestamp(1_763_627_400 + n / 10, TimeSource.DEVICE, 1e-6) for n in range(count))
    writer.write([Frame(0x100, data=bytes(1), timestamp=stamp) for stamp in stamps])
    writer.close()
    return path


def content(path: Path) -> RecordingContent:
    return recording_content.recording_content(path, path.stat().st_size)


@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".trc"])
def test_a_recording_says_when_it_begins_how_long_it_is_and_how_many_frames_it_has(tmp_path: Path, suffix: str) -> None:
    written(tmp_path / f"a{suffix}")
    found = content(tmp_path / f"a{suffix}")
    assert found.frames == 20
    assert found.seconds == pytest.approx(1.9, abs=1e-3)


def test_a_recording_says_its_ids_errors_channels_and_when_it_has_how_many_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    lines = [f"({1_763_627_400 + place / 10:.6f}) can0 {'100' if place % 2 else '18FEF100'}#00" for place in range(600)]
    lines += [f"({1_763_627_460 + place / 10:.6f}) can1 200#00" for place in range(60)]
    lines.append("(1763627496.000000) can0 20000040#0000000000000000")
    path.write_text("\n".join([*lines, ""]))
    found = content(path)
    assert (found.frames, found.errors, found.ids, found.channels) == (660, 1, 3, ("can0", "can1"))
    assert found.busiest == (BusyId(0x100, False, 300), BusyId(0x18FEF100, True, 300), BusyId(0x200, False, 60))
    assert len(found.rates) == SPANS
    assert found.rates[:60] == pytest.approx([10.0] * 60, abs=1.0)
    assert found.rates[-20:] == pytest.approx([0.0] * 20)
    assert found.error_spans == (SPANS - 1,)


@pytest.mark.parametrize("suffix", [".asc", ".blf", ".trc", ".log"])
def test_a_recording_without_frames_has_none_and_no_start(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a{suffix}", 0)
    found = content(path)
    assert found == RecordingContent(frames=0, errors=0, ids=0, channels=())


def test_a_large_log_is_counted_by_its_lines_without_the_one_that_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.log", 1_000)
    with path.open("a") as file:
        file.writelines(
            f"({1_763_627_500 + place / 100:.6f}) can0 20000040#0000000000000000\n" for place in range(1_000)
        )
    exact = content(path)
    monkeypatch.setattr(recording_content, "MOST_READ_BYTES", 0)
    monkeypatch.setattr(recording_content, "_BLOCK", 777)
    with path.open("a") as file:
        file.write("(1763629999.000000) can0 100#0")
    found = content(path)
    assert (found.begun, found.frames, found.errors) == (exact.begun, exact.frames, exact.errors) == (
        1_763_627_400.0, 1_000, 1_000,
    )  # fmt: skip
    assert found.seconds == pytest.approx(exact.seconds)
    assert found.ids is found.channels is None
    assert found.rates[:80] == pytest.approx([10.0] * 80, abs=1.0)
    with path.open("a") as file:
        file.write("0\n(1763627450.000000) can0 100#00\n")
    assert content(path).rates == ()  # its times aren't in order
    with path.open("a") as file:
        file.write(f"({1_763_627_500 + 999 / 100:.6f}) can0 100#00\n")
    monkeypatch.setattr(recording_content, "MOST_COUNTED_BYTES", 0)
    assert content(path) == RecordingContent(exact.begun, pytest.approx(exact.seconds))


def test_a_large_recording_of_another_form_says_when_it_begins_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "a.blf")
    monkeypatch.setattr(recording_content, "MOST_READ_BYTES", 0)
    assert content(tmp_path / "a.blf") == RecordingContent(pytest.approx(1_763_627_400))
