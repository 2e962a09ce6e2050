"""A recording is searched in parts: what is found is what the filter says of each frame by itself."""

import random
from pathlib import Path

import pytest

from benchboard.canbus import recording as module
from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.canbus.recording import index_frames

DATABASE = CanDatabase([Message("Engine", 0x100, False, 8, (Signal("EngineSpeed", 0, 16),))])


def traffic(count: int) -> list[Frame]:
    """Frames of few IDs and values, among them error frames, remote ones, sent ones and those of two channels."""
    chance = random.Random(4)
    return [
        Frame(
            chance.choice((0x100, 0x101, 0x7E0)),
            extended=chance.random() < 0.2,
            remote=(kind := chance.random()) < 0.1,
            error=0.1 <= kind < 0.2,
            data=b"" if kind < 0.1 else bytes([2, chance.choice((0x22, 0x11)), chance.randrange(3)]),
            timestamp=Timestamp(place / 1000, TimeSource.DEVICE, 1e-6),
            sent=chance.random() < 0.3,
            channel=chance.choice(("can0", "can1")),
        )
        for place in range(count)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "100", "!100", "changed", "!changed", "error", "sent", "remote", "EngineSpeed>8000", "!EngineSpeed>8000",
        "100 EngineSpeed=4354", "service:22", "!service:22", "7E0 service:11 changed", "name:Engine",
    ],
)  # fmt: skip
@pytest.mark.parametrize("channel", [None, "can1"])
def test_what_is_found_is_what_the_filter_says_of_each_frame(
    monkeypatch: pytest.MonkeyPatch, text: str, channel: str | None
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    recording = index_frames(Path("bus.log"), iter(traffic(500)))
    wanted = parse_frame_filter(text)
    expected = []
    for number in range(recording.count):
        one = recording.at(number)
        before = recording.frame(one.previous) if one.previous is not None else None
        if channel in (None, one.frame.channel) and wanted.matches(one.frame, DATABASE.find(one.frame), before):
            expected.append(number)
    found = recording.matching(wanted, DATABASE, channel=channel)
    assert list(found.numbers) == expected
    frames = [recording.frame(number) for number in expected]
    assert found.ids == {(one.id, one.extended) for one in frames if not one.error}
    assert found.blocks.between(0, len(expected), lambda _place: None) <= found.ids


def test_a_recording_without_frames_has_none_that_match() -> None:
    found = index_frames(Path("bus.log"), iter(())).matching(parse_frame_filter("100"), DATABASE)
    assert (list(found.numbers), found.ids) == ([], frozenset())
