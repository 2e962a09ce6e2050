"""The messages of a protocol in a recording."""

from pathlib import Path

import pytest

from benchboard.canbus import recorded_messages as module
from benchboard.canbus.protocols.messages import Problem
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.recorded_messages import recorded_messages
from benchboard.canbus.recording import index_frames
from support.protocol_frames import broadcast, stamped

J1939 = ProtocolChoice(ProtocolMode.J1939)
PAYLOAD = bytes(range(20))


def test_messages_have_the_numbers_of_their_last_frames_and_the_unfinished_that_of_the_last() -> None:
    frames = stamped([*broadcast(PAYLOAD, 0xFECA, 0), *broadcast(PAYLOAD, 0xFECA, 1)[:3]])
    found = recorded_messages(index_frames(Path("a.log"), iter(frames)), J1939)
    assert [(one.source, one.problem, number) for one, number in found.messages] == [
        (0, None, 3),
        (1, Problem.ENDED, 6),
    ]
    assert not found.has_more


def test_messages_of_a_channel_alone() -> None:
    frames = [
        frame._replace(channel=f"can{place % 2}")
        for place, frame in enumerate(stamped([one for pair in zip(broadcast(PAYLOAD, 0xFECA, 0),
                                                                   broadcast(PAYLOAD, 0xFEEB, 0), strict=True)
                                               for one in pair]))
    ]  # fmt: skip
    recording = index_frames(Path("a.log"), iter(frames))
    assert [one.code for one, _number in recorded_messages(recording, J1939).messages] == [0xFECA, 0xFEEB]
    assert [one.code for one, _number in recorded_messages(recording, J1939, channel="can1").messages] == [0xFEEB]


def test_more_messages_than_are_listed_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MESSAGES", 2)
    frames = stamped(broadcast(PAYLOAD, 0xFECA, 0) * 3)
    found = recorded_messages(index_frames(Path("a.log"), iter(frames)), J1939)
    assert len(found.messages) == 2
    assert found.has_more
