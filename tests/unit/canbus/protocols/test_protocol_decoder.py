"""Frames of a bus into messages of the chosen protocol."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.protocols.isotp_addresses import Addressing, parse_pairs
from benchboard.canbus.protocols.j1939 import J1939Id, group_text, make_id, parse_id
from benchboard.canbus.protocols.messages import MAX_BYTES, MAX_SESSIONS, Problem, Protocol, ProtocolMessage
from benchboard.canbus.protocols.protocol_choice import NO_PROTOCOL, ProtocolChoice, ProtocolMode, kept_choice
from benchboard.canbus.protocols.protocol_decoder import ProtocolDecoder
from benchboard.canbus.protocols.protocol_text import (
    frame_name,
    frame_names,
    message_detail,
    message_name,
    problem_text,
    receiver_text,
    sender_text,
)
from support.examples import FUZZING
from support.protocol_frames import at, broadcast, hostile_frames, segmented, stamped

J1939 = ProtocolChoice(ProtocolMode.J1939)
ISOTP = ProtocolChoice(ProtocolMode.ISOTP)
CANOPEN = ProtocolChoice(ProtocolMode.CANOPEN)
AUTO = ProtocolChoice(ProtocolMode.AUTO)
_FUZZED = 1_500_000 if FUZZING else 15_000


def taken(choice: ProtocolChoice, frames: list[Frame], *, every: bool = False) -> list[ProtocolMessage]:
    decoder = ProtocolDecoder(choice, every=every)
    return [one for frame in frames for one in decoder.add(frame)] + decoder.end()


def texts(choice: ProtocolChoice, frames: list[Frame]) -> list[str]:
    return [f"{message_name(one)}: {message_detail(one)}" for one in taken(choice, frames)]


def test_j1939_identifier_has_priority_group_and_addresses() -> None:
    assert parse_id(0x0CF00400) == J1939Id(3, 61444, 0, None)
    assert parse_id(0x18EA0BF9) == J1939Id(6, 59904, 0xF9, 0x0B)
    assert parse_id(0x1DEFFF21) == J1939Id(7, 0x1EF00, 0x21, 0xFF)
    assert [group_text(one) for one in (61444, 65280, 0x1234)] == ["EEC1", "PropB", "PGN 4660"]


@given(st.integers(0, 0x1FFFFFFF))
def test_j1939_identifier_is_made_of_its_parts(frame_id: int) -> None:
    priority, pgn, source, target = parse_id(frame_id)
    assert make_id(priority, pgn, source, target if target is not None else 0xFF) == frame_id


def test_j1939_frames_are_named_with_sender_and_receiver() -> None:
    decoder = ProtocolDecoder(J1939)
    for frame_id, data, text in (
        (0x0CF00400, "f07d920000000f7d", "EEC1 · from 0x00 to all"),
        (0x18EA0BF9, "cafe00", "RQST DM1 · from 0xF9 to 0x0B"),
        (0x18E8FF00, "01ffffffff00ee00", "ACKM NACK, AC · from 0x00 to all"),
        (0x18ECFF00, "20140003ffcafe00", "TP.CM BAM DM1, 20 bytes · from 0x00 to all"),
        (0x18FECA00, "00ff6e000001ffff",
         "DM1 SPN 110 FMI 0 (data above normal range, most severe) × 1 · from 0x00 to all"),
        (0x18EEFF21, "010000100081ff20",
         "AC manufacturer 128, function 129, identity number 1 · from 0x21 to all"),
    ):  # fmt: skip
        assert frame_name(decoder, Frame(frame_id, extended=True, data=bytes.fromhex(data))) == text
    assert frame_name(decoder, Frame(0x123)) == ""
    assert frame_names(decoder, Frame(0x0CF00400, extended=True, data=bytes(8))) == (
        "EEC1 · from 0x00 to all", "EEC1 · from 0x00", "EEC1 · 0x00", "EEC1",
    )  # fmt: skip
    assert frame_names(decoder, Frame(0x123)) == ("",)


def test_j1939_messages_are_transfers_and_events_or_all() -> None:
    request = Frame(0x18EA0BF9, extended=True, data=bytes.fromhex("cafe00"))
    engine = Frame(0x0CF00400, extended=True, data=bytes(8))
    codes = bytes.fromhex("00ff6e0000015d000306ffffffff")
    frames = stamped([request, engine, *broadcast(codes, 0xFECA, 0)])
    found = taken(J1939, frames)
    assert [message_name(one) for one in found] == ["RQST", "DM1"]
    assert (
        message_detail(found[1])
        == "SPN 110 FMI 0 (data above normal range, most severe) × 1, SPN 93 FMI 3 (voltage above normal) × 6"
    )
    assert (sender_text(found[0]), receiver_text(found[0]), receiver_text(found[1])) == ("0xF9", "0x0B", "all")
    assert [message_name(one) for one in taken(J1939, frames, every=True)] == ["RQST", "EEC1", "DM1"]


def test_j1939_bus_has_diagnostics_on_its_identifiers() -> None:
    frames = stamped(segmented(bytes.fromhex("22f190"), 0x18DA00F9, extended=True))
    assert texts(J1939, frames) == ["ReadDataByIdentifier request: VIN (0xF190)"]


def test_isotp_conversation_is_read() -> None:
    answer = segmented(bytes.fromhex("62f190") + b"WDB1234567890ABCD", 0x7E8)
    frames = [*segmented(bytes.fromhex("22f190"), 0x7E0), answer[0], Frame(0x7E0, data=b"\x30\x08\x14"), *answer[1:]]
    assert texts(ISOTP, stamped(frames)) == [
        "ReadDataByIdentifier request: VIN (0xF190)",
        "ReadDataByIdentifier response: VIN (0xF190) = “WDB1234567890ABCD”, block size 8, STmin 20 ms",
    ]
    decoder = ProtocolDecoder(ISOTP)
    assert [frame_name(decoder, one) for one in frames[1:4]] == [
        "First frame, 20 bytes · ReadDataByIdentifier response: VIN (0xF190) = “WDB”",
        "Flow control, continue, block size 8, STmin 20 ms",
        "Consecutive frame 1",
    ]


def test_canopen_messages_are_events_and_new_states() -> None:
    frames = stamped([
        Frame(0x705, data=b"\x7f"), Frame(0x705, data=b"\x7f"), Frame(0x705, data=b"\x05"), Frame(0x185, data=b"\1"),
        Frame(0x080), Frame(0x605, data=bytes.fromhex("4041600000000000")),
    ])  # fmt: skip
    assert texts(CANOPEN, frames) == [
        "Heartbeat: pre-operational", "Heartbeat: operational", "SDO request: read 0x6041:00",
    ]  # fmt: skip
    found = taken(CANOPEN, frames)
    assert (sender_text(found[0]), receiver_text(found[2])) == ("node 5", "node 5")
    assert len(taken(CANOPEN, frames, every=True)) == 6


def _sdo(frame_id: int, data: str) -> Frame:
    return Frame(frame_id, data=bytes.fromhex(data).ljust(8, b"\0"))


def test_canopen_segments_of_a_block_are_no_commands() -> None:
    # A download of two blocks, whose segments 0x22 and 0x40 look like a write and a read, then an upload.
    frames = [
        _sdo(0x605, "c2181000"), _sdo(0x585, "a418100040"), _sdo(0x605, "22"), _sdo(0x605, "40"), _sdo(0x585, "a202"),
        _sdo(0x605, "81"), _sdo(0x585, "a201"), _sdo(0x605, "c1"), _sdo(0x585, "a1"), _sdo(0x605, "40416000"),
        _sdo(0x605, "a0081000"), _sdo(0x585, "c2081000"), _sdo(0x605, "a3"), _sdo(0x585, "43"), _sdo(0x585, "82"),
        _sdo(0x605, "a202"), _sdo(0x585, "c1"), _sdo(0x605, "a1"), _sdo(0x585, "43416000"),
    ]  # fmt: skip
    assert [message_detail(one) for one in taken(CANOPEN, stamped(frames))] == [
        "block write 0x1018:00", "block write 0x1018:00", "block written", "block written", "end block write",
        "block written", "read 0x6041:00", "block read 0x1008:00", "block read 0x1008:00", "block read", "block read",
        "end block read", "block read", "0x6041:00 = 00 00 00 00",
    ]  # fmt: skip


def test_canopen_abort_ends_a_block() -> None:
    frames = [
        _sdo(0x605, "c2181000"), _sdo(0x585, "a418100040"), _sdo(0x605, "22"), _sdo(0x605, "8018100000000405"),
        _sdo(0x605, "40416000"),
    ]  # fmt: skip
    assert [message_detail(one) for one in taken(CANOPEN, stamped(frames))][-1] == "read 0x6041:00"


def test_problem_says_how_much_came() -> None:
    frames = broadcast(bytes(20), 0xFECA, 0)
    (message,) = taken(J1939, stamped([*frames[:2], frames[3]]))
    assert problem_text(message) == "incomplete, 7 of 20 bytes: a frame is missing or out of order"


def test_nothing_is_decoded_unless_chosen() -> None:
    frames = stamped([*broadcast(bytes(20), 0xFECA, 0), *segmented(b"\x22\xf1\x90", 0x7E0)])
    assert taken(NO_PROTOCOL, frames) == []
    assert frame_name(ProtocolDecoder(NO_PROTOCOL), frames[0]) == ""


def test_auto_needs_evidence_and_says_that_it_guesses() -> None:
    decoder = ProtocolDecoder(AUTO)
    engine = Frame(0x0CF00400, extended=True, data=bytes(8))
    assert frame_name(decoder, engine) == ""
    decoder.add(engine)
    decoder.add(Frame(0x18FEF100, extended=True, data=bytes(8)))
    assert frame_name(decoder, engine) == "EEC1 (guessed) · from 0x00 to all"
    found = taken(AUTO, stamped(broadcast(bytes(20), 0xFECA, 0)))
    assert [(one.protocol, one.guessed) for one in found] == [(Protocol.J1939, True)]
    assert taken(AUTO, stamped(segmented(b"\xb0" * 12, 0x7E0))) == []


def test_choice_is_kept_as_text() -> None:
    for choice in (NO_PROTOCOL, AUTO, J1939, ISOTP, CANOPEN):
        assert kept_choice(choice.text) == choice
    pairs = ProtocolChoice(ProtocolMode.ISOTP, parse_pairs("6F1:612,7E0:7E8", Addressing.EXTENDED))
    assert kept_choice(pairs.text) == pairs
    for broken in ("", "nonsense", "isotp what 1:2", "isotp normal 1"):
        assert kept_choice(broken) == NO_PROTOCOL


def test_message_that_waits_too_long_is_told_without_another_frame() -> None:
    decoder = ProtocolDecoder(J1939)
    decoder.add(stamped(broadcast(bytes(20), 0xFECA, 0))[0])
    assert [one.problem for one in decoder.late(at(5))] == [Problem.T1]


def test_hostile_frames_neither_raise_nor_fill_the_memory() -> None:
    """A seeded part of a fuzz run."""
    pairs = ProtocolChoice(ProtocolMode.ISOTP, parse_pairs("7E0:7E8,701:581", Addressing.MIXED))
    for seed, choice in enumerate((J1939, ISOTP, CANOPEN, AUTO, pairs)):
        decoder = ProtocolDecoder(choice, every=not seed % 2)
        for frame in hostile_frames(seed, _FUZZED // 5):
            for message in decoder.add(frame):
                assert message.problem is not None or len(message.data) == message.length
                assert message_name(message) + message_detail(message) + sender_text(message)
            frame_name(decoder, frame)
            sessions, held = decoder.kept
            assert sessions <= 2 * MAX_SESSIONS
            assert held <= 2 * MAX_BYTES


@given(st.binary(max_size=64), st.integers(0, 0x1FFFFFFF), st.booleans())
def test_any_frame_has_a_name_or_none(data: bytes, frame_id: int, extended: bool) -> None:
    frame = Frame(frame_id if extended else frame_id & 0x7FF, extended=extended, data=data)
    for choice in (J1939, ISOTP, CANOPEN):
        assert isinstance(frame_name(ProtocolDecoder(choice), frame), str)
