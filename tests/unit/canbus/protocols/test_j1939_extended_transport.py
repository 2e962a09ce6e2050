"""J1939's extended transport protocol: what was cut into frames comes back, and nothing else; memory is bounded."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.j1939 import make_id, parse_id
from benchboard.canbus.protocols.j1939_content import content_text
from benchboard.canbus.protocols.j1939_extended_transport import J1939ExtendedTransport
from benchboard.canbus.protocols.messages import MAX_BYTES, MAX_SESSIONS, Problem, ProtocolMessage
from benchboard.canbus.protocols.protocol_choice import ProtocolChoice, ProtocolMode
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from support.protocol_frames import (
    at,
    broadcast,
    extended_connection,
    extended_control,
    extended_window,
    interleaved,
    stamped,
)

PAYLOAD = bytes(place % 251 for place in range(2_000))
PGN = 0xEF00
_TOTAL = (len(PAYLOAD) + 6) // 7


def taken(frames: list[Frame], *, end: bool = False) -> list[ProtocolMessage]:
    transport = J1939ExtendedTransport()
    found = []
    for frame in frames:
        parsed = parse_id(frame.id)
        assert parsed.target is not None
        found += transport.add(frame, parsed.pgn, parsed.source, parsed.target)
    return found + (transport.end() if end else [])


def begun() -> Frame:
    return extended_control(20, len(PAYLOAD).to_bytes(4, "little"), PGN, 3, 0x21)


@given(st.integers(1786, 4000), st.integers(1, 255))
def test_any_length_and_window_comes_back(length: int, window: int) -> None:
    payload = (PAYLOAD * 3)[:length]
    (message,) = taken(stamped(extended_connection(payload, PGN, 3, 0x21, window)))
    assert (message.data, message.length, message.code) == (payload, length, PGN)
    assert (message.source, message.target, message.problem) == (3, 0x21, None)


def test_sessions_that_interleave_each_come_back() -> None:
    payloads = [PAYLOAD[place:] for place in range(4)]
    streams = [extended_connection(one, PGN, place, place + 100, 16) for place, one in enumerate(payloads)]
    order = [random.Random(1).randrange(4) for _turn in range(2_000)]
    found = taken(interleaved(streams, order))
    assert {one.source: one.data for one in found} == dict(enumerate(payloads))


def test_packets_that_were_missed_are_asked_for_again() -> None:
    window = extended_window(PAYLOAD, 1, 255, PGN, 3, 0x21)
    lost = [frame for place, frame in enumerate(window) if place not in (12, 13)]
    again = extended_window(PAYLOAD, 11, 245, PGN, 3, 0x21)
    rest = extended_window(PAYLOAD, 256, _TOTAL - 255, PGN, 3, 0x21)
    (message,) = taken(stamped([begun(), *lost, *again, *rest], gap=0.001))
    assert (message.data, message.problem) == (PAYLOAD, None)
    assert message.repeats == 243


def test_a_packet_that_only_the_receiver_heard_is_missing_at_the_end() -> None:
    frames = extended_connection(PAYLOAD, PGN, 3, 0x21, 255)
    del frames[10]
    (message,) = taken(stamped(frames, gap=0.001))
    assert message.problem is Problem.MISSING
    assert message.data == PAYLOAD[: 7 * 7]


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        ([begun(), *extended_window(PAYLOAD, 1, 10, PGN, 3, 0x21)], Problem.ENDED),
        ([begun(), begun(), *extended_window(PAYLOAD, 1, 10, PGN, 3, 0x21)], Problem.REPLACED),
        ([extended_control(20, (1785).to_bytes(4, "little"), PGN, 3, 0x21)], Problem.MALFORMED),
        ([extended_control(20, b"\xff" * 4, PGN, 3, 0x21)], Problem.MALFORMED),
        (extended_window(PAYLOAD, 1, 3, PGN, 3, 0x21), Problem.NO_BEGINNING),
        ([begun(), extended_control(22, b"\xff\xff\xff\xff", PGN, 3, 0x21)], Problem.SEQUENCE),
        ([begun(), extended_control(255, b"\x03\xff\xff\xff", PGN, 0x21, 3)], Problem.ABORTED),
    ],
)
def test_what_is_not_whole_says_why(frames: list[Frame], problem: Problem) -> None:
    assert taken(stamped(frames), end=True)[0].problem is problem


def test_a_packet_that_comes_again_with_other_data_is_said() -> None:
    window = extended_window(PAYLOAD, 1, 10, PGN, 3, 0x21)
    other = extended_window(bytes(70), 1, 10, PGN, 3, 0x21)
    assert taken(stamped([begun(), *window, *other]))[0].problem is Problem.CHANGED


def test_what_waits_too_long_is_late() -> None:
    transport = J1939ExtendedTransport()
    (frame,) = stamped([begun()])
    transport.add(frame, 0xC800, 3, 0x21)
    assert not transport.late(at(1.2))
    assert [one.problem for one in transport.late(at(1.3))] == [Problem.T3]


def test_hostile_frames_leave_memory_bounded() -> None:
    transport, chance = J1939ExtendedTransport(), random.Random(7)
    for _turn in range(30_000):
        control = chance.random() < 0.4
        kind = bytes([chance.choice((20, 21, 22, 23, 255, chance.randrange(256)))])
        data = kind + chance.randbytes(7) if control else chance.randbytes(8)
        transport.add(Frame(0, data=data), 0xC800 if control else 0xC700, chance.randrange(400), chance.randrange(3))
        assert transport.kept[0] <= MAX_SESSIONS
        assert transport.kept[1] <= MAX_BYTES


def test_a_message_larger_than_the_memory_is_given_up() -> None:
    transport, length, found = J1939ExtendedTransport(), MAX_BYTES + 100_000, list[ProtocolMessage]()
    transport.add(extended_control(20, length.to_bytes(4, "little"), PGN, 3, 0x21), 0xC800, 3, 0x21)
    for first in range(1, MAX_BYTES // 7 + 500, 255):
        for frame in extended_window(bytes(255 * 7), 1, 255, PGN, 3, 0x21)[2:]:
            counted = extended_control(22, b"\xff" + (first - 1).to_bytes(3, "little"), PGN, 3, 0x21)
            if frame.data[0] == 1:
                found += transport.add(counted, 0xC800, 3, 0x21)
            found += transport.add(frame, 0xC700, 3, 0x21)
    assert [one.problem for one in found][:1] == [Problem.GIVEN_UP]
    assert transport.kept[1] <= MAX_BYTES


def test_the_decoder_takes_both_protocols_and_their_frames_are_named() -> None:
    decoder = ProtocolDecoder(ProtocolChoice(ProtocolMode.J1939))
    frames = stamped([*extended_connection(PAYLOAD, PGN, 3, 0x21, 100), *broadcast(bytes(20), 0xFECA, 0)])
    found = [message for frame in frames for message in decoder.add(frame)]
    assert [(one.code, one.length) for one in found] == [(PGN, 2_000), (0xFECA, 20)]
    assert found[0].carrier.id == make_id(7, PGN, 3, 0x21)
    assert content_text(0xC800, frames[0].data).startswith("RTS PropA")
    assert content_text(0xC800, frames[1].data).endswith("100 × 1")
