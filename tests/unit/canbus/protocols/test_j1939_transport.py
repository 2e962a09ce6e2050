"""J1939's transport protocol: what was cut into frames comes back, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.j1939 import parse_id
from benchboard.canbus.protocols.j1939_transport import J1939Transport
from benchboard.canbus.protocols.messages import MAX_SESSIONS, Problem, ProtocolMessage
from support.protocol_frames import (
    abort,
    announcement,
    at,
    broadcast,
    clear_to_send,
    connection,
    interleaved,
    packets,
    stamped,
)

PAYLOAD = bytes(range(20))
DM1 = 0xFECA
_payloads = st.binary(min_size=9, max_size=1785)


def taken(frames: list[Frame], *, end: bool = False) -> list[ProtocolMessage]:
    transport = J1939Transport()
    found = []
    for frame in frames:
        parsed = parse_id(frame.id)
        assert parsed.target is not None
        found += transport.add(frame, parsed.pgn, parsed.source, parsed.target)
    return found + (transport.end() if end else [])


@given(_payloads, st.integers(0, 0x3FFFF), st.integers(0, 253))
def test_broadcast_any_length_comes_back(payload: bytes, pgn: int, source: int) -> None:
    (message,) = taken(stamped(broadcast(payload, pgn, source)))
    assert (message.data, message.length, message.code) == (payload, len(payload), pgn)
    assert (message.source, message.target, message.problem) == (source, 0xFF, None)
    assert message.frames == 1 + (len(payload) + 6) // 7


@given(_payloads, st.integers(1, 255))
def test_connection_any_window_comes_back(payload: bytes, window: int) -> None:
    (message,) = taken(stamped(connection(payload, 0xEF00, 3, 0x21, window)))
    assert (message.data, message.source, message.target, message.problem) == (payload, 3, 0x21, None)


@given(st.lists(_payloads, min_size=2, max_size=6), st.lists(st.integers(0, 5), max_size=400))
def test_sessions_any_interleaving_each_comes_back(payloads: list[bytes], order: list[int]) -> None:
    streams = [
        broadcast(payload, DM1, place) if place % 2 else connection(payload, 0xEF00, place, place + 100, 3)
        for place, payload in enumerate(payloads)
    ]
    found = taken(interleaved(streams, order))
    assert {one.source: one.data for one in found} == dict(enumerate(payloads))
    assert all(one.problem is None for one in found)


@given(_payloads, st.data())
def test_broadcast_with_a_frame_lost_or_repeated_is_never_wrong(payload: bytes, data: st.DataObject) -> None:
    frames = broadcast(payload, DM1, 5)
    place = data.draw(st.integers(0, len(frames) - 1))
    doubled = [*frames[: place + 1], *frames[place:]]
    whole = [one for one in taken(stamped(doubled), end=True) if one.problem is None]
    assert [one.data for one in whole] == [payload]
    lost = taken(stamped(frames[:place] + frames[place + 1 :]), end=True)
    assert [one for one in lost if one.problem is None] == []
    assert lost
    assert all(payload.startswith(one.data) for one in lost)


def test_broadcast_packet_missing_is_named_once() -> None:
    frames = broadcast(PAYLOAD, DM1, 5)
    (message,) = taken(stamped([frames[0], frames[1], frames[3]]))
    assert message.problem is Problem.SEQUENCE
    assert message.data == PAYLOAD[:7]


def test_broadcast_too_slow_is_late_by_t1() -> None:
    frames = stamped(broadcast(PAYLOAD, DM1, 5), gap=0.749)
    assert [one.problem for one in taken(frames)] == [None]
    slow = stamped(broadcast(PAYLOAD, DM1, 5), gap=0.751)
    assert [one.problem for one in taken(slow)][:1] == [Problem.T1]


def test_timeout_within_the_uncertainty_of_the_stamps_is_none() -> None:
    frames = [one._replace(timestamp=at(0.9 * place, 0.2)) for place, one in enumerate(broadcast(PAYLOAD, DM1, 5))]
    assert [one.problem for one in taken(frames)] == [None]


def test_connection_without_answer_or_data_is_late_by_t3_t2_and_t4() -> None:
    request = announcement(16, PAYLOAD, DM1, 3, 33)
    later = broadcast(PAYLOAD, DM1, 9)[0]._replace(timestamp=at(9))
    wanted = clear_to_send(3, 1, DM1, 33, 3)
    hold = clear_to_send(0, 0xFF, DM1, 33, 3)
    for frames, problem in (
        ([request], Problem.T3),
        ([request, wanted], Problem.T2),
        ([request, hold], Problem.T4),
        ([request, wanted, *packets(PAYLOAD, 3, 33)[:1]], Problem.T1),
        ([request, clear_to_send(1, 1, DM1, 33, 3), *packets(PAYLOAD, 3, 33)[:1]], Problem.T3),
    ):
        (message,) = taken([*stamped(frames), later])
        assert message.problem is problem


def test_connection_aborted_says_the_reason_whoever_aborts() -> None:
    request = announcement(16, PAYLOAD, DM1, 3, 33)
    for by, to in ((3, 33), (33, 3)):
        (message,) = taken(stamped([request, abort(2, DM1, by, to)]))
        assert (message.problem, message.abort) == (Problem.ABORTED, 2)


def test_connection_packet_asked_for_again_comes_back() -> None:
    data = packets(PAYLOAD, 3, 33)
    frames = [
        announcement(16, PAYLOAD, DM1, 3, 33), clear_to_send(3, 1, DM1, 33, 3), data[0], data[2],
        clear_to_send(2, 2, DM1, 33, 3), data[1], data[2], announcement(19, PAYLOAD, DM1, 33, 3),
    ]  # fmt: skip
    (message,) = taken(stamped(frames))
    assert (message.data, message.problem) == (PAYLOAD, None)


def test_connection_acknowledged_with_packets_that_were_not_seen_is_incomplete() -> None:
    data = packets(PAYLOAD, 3, 33)
    frames = [
        announcement(16, PAYLOAD, DM1, 3, 33), clear_to_send(3, 1, DM1, 33, 3), data[0], data[2],
        announcement(19, PAYLOAD, DM1, 33, 3),
    ]  # fmt: skip
    (message,) = taken(stamped(frames))
    assert message.problem is Problem.MISSING


def test_packet_that_comes_again_with_other_data_is_named() -> None:
    frames = broadcast(PAYLOAD, DM1, 5)
    changed = frames[1]._replace(data=frames[1].data[:-1] + b"\0")
    assert [one.problem for one in taken(stamped([*frames[:2], changed]))] == [Problem.CHANGED]


def test_sender_that_begins_another_message_ends_the_first() -> None:
    frames = [broadcast(PAYLOAD, DM1, 5)[0], *broadcast(PAYLOAD, DM1, 5)]
    assert [one.problem for one in taken(stamped(frames))] == [Problem.REPLACED, None]


def test_data_without_beginning_is_named_once() -> None:
    assert [one.problem for one in taken(stamped(packets(PAYLOAD, 5, 0xFF)))] == [Problem.NO_BEGINNING]


def test_announced_length_that_is_not_allowed_is_named() -> None:
    for length, count in ((8, 2), (1786, 0), (20, 4)):
        head = bytes([32]) + length.to_bytes(2, "little") + bytes([count, 0xFF]) + DM1.to_bytes(3, "little")
        frame = announcement(32, PAYLOAD, DM1, 5, 0xFF)._replace(data=head)
        assert [one.problem for one in taken(stamped([frame]), end=True)] == [Problem.MALFORMED]


def test_more_sessions_than_are_kept_give_up_the_oldest() -> None:
    transport = J1939Transport()
    found = []
    for place in range(MAX_SESSIONS + 10):
        source, target = place % 250, place // 250
        frame = announcement(16, PAYLOAD, DM1, source, target)._replace(timestamp=at(0.001 * place))
        found += transport.add(frame, 0xEC00, source, target)
    assert [one.problem for one in found] == [Problem.GIVEN_UP] * 10
    assert transport.kept[0] == MAX_SESSIONS
