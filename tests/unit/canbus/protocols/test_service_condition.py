"""The filter by services of UDS and OBD: on frames of ISO-TP, and on whole messages."""

import pytest

from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import parse_frame_filter
from benchboard.canbus.protocols.isotp_addresses import parse_pairs
from benchboard.errors import Invalid
from support.protocol_frames import segmented

READ = Frame(0x7E0, data=bytes.fromhex("0322f190cccccccc"))
ANSWER = segmented(bytes.fromhex("62f190") + b"WDB1234567890ABCD", 0x7E8)
REFUSED = Frame(0x7E8, data=bytes.fromhex("037f2231"))
RESET = Frame(0x7E0, data=bytes.fromhex("021101"))
OWN = Frame(0x6F1, data=bytes.fromhex("0322f190"))


def shown(text: str, *frames: Frame) -> list[bool]:
    return [parse_frame_filter(text).matches(frame) for frame in frames]


@pytest.mark.parametrize("text", ["service:22", "service:0x22", "Service:ReadDataByIdentifier", "service:readdataby"])
def test_requests_answers_and_refusals_of_a_service_are_shown(text: str) -> None:
    assert shown(text, READ, ANSWER[0], REFUSED, RESET) == [True, True, True, False]
    assert shown(f"!{text}", READ, RESET) == [False, True]


def test_only_the_frame_that_begins_a_message_says_its_service() -> None:
    assert shown("service:22", *ANSWER) == [True, *[False] * (len(ANSWER) - 1)]


def test_one_of_several_services_is_enough_and_other_terms_count_too() -> None:
    assert shown("service:22 service:11", READ, RESET) == [True, True]
    assert shown("service:22 7E8", READ, ANSWER[0]) == [False, True]


def test_frames_without_a_service_are_hidden() -> None:
    plain, extended = Frame(0x100, data=READ.data), Frame(0x18DA10F1, extended=True, data=READ.data)
    assert shown("service:22", plain, extended, Frame(0x7E0, remote=True), Frame(0x7E0)) == [False, True, False, False]


def test_own_identifiers_are_looked_at_where_they_carry_isotp() -> None:
    found = parse_frame_filter("service:22").with_ids(parse_pairs("6F1:60D"))
    assert [found.matches(OWN), found.matches(READ)] == [True, False]
    assert found.needs_data
    assert parse_frame_filter("123").with_ids(parse_pairs("6F1:60D")) == parse_frame_filter("123")


def test_whole_messages_are_asked_for_their_bytes() -> None:
    found = parse_frame_filter("service:22")
    assert found.matches(OWN, payload=bytes.fromhex("22f190"))
    assert not found.matches(READ, payload=b"")


@pytest.mark.parametrize("text", ["service:", "service:xyz", "service:123"])
def test_what_is_no_service_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_frame_filter(text)
    assert "service:22" in refused.value.do
