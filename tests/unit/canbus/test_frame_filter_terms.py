"""Filters of frames, as they are typed."""

import pytest

from benchboard.canbus.dbc import CanDatabase, Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_filter import is_unfinished, parse_frame_filter
from benchboard.errors import Invalid

MOTOR = Message(
    "MotorStatus", 0x18F, False, 3,
    (Signal("Speed", 0, 16, scale=0.25), Signal("State", 16, 8, choices={3: "Running"})),
)  # fmt: skip


def matched(text: str) -> list[str]:
    """Which of these frames a filter matches."""
    frames = {
        "motor": (Frame(0x18F, data=b"\x90\x01\x03"), MOTOR, Frame(0x18F, data=b"\x00\x00\x03")),
        "same": (Frame(0x18F, data=b"\x90\x01\x00"), MOTOR, Frame(0x18F, data=b"\x90\x01\x00")),
        "sent": (Frame(0x321, data=b"\x01", sent=True), None, None),
        "remote": (Frame(0x100, remote=True), None, None),
        "error": (Frame(0x20, error=True), None, None),
    }
    frame_filter = parse_frame_filter(text)
    return [
        name for name, (frame, message, previous) in frames.items() if frame_filter.matches(frame, message, previous)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "motor same sent remote error"),
        ("18F", "motor same error"),
        ("0x100-321 & 7FF", ""),
        ("18F, 321", "motor same sent error"),
        ("!18F", "sent remote error"),
        ("18F !error", "motor same"),
        ("18F changed", "motor"),
        ("motor", "motor same error"),
        ("SPEED", "motor same error"),
        ("name:state", "motor same error"),
        ("Speed > 99.5", "motor same"),
        ("Speed>100", ""),
        ("Speed=100 State=Running", "motor"),
        ("State!=running", "same"),
        ("sent", "sent"),
        ("received", "motor same remote"),
        ("!sent !error", "motor same remote"),
        ("error", "error"),
        ("remote", "remote"),
    ],
)
def test_filter_matches_what_it_says(text: str, expected: str) -> None:
    if "&" in text:
        with pytest.raises(Invalid):
            matched(text)
        return
    assert matched(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("100-engine", "“100-engine” isn't an ID in hexadecimal digits."),
        ("Speed>fast", "“Speed>fast” compares with a word."),
        ("FFFFFFFF", "“FFFFFFFF” is beyond the largest ID, 1FFFFFFF."),
    ],
)
def test_filter_that_is_wrong_says_why(text: str, what: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_frame_filter(text)
    assert caught.value.what == what
    assert caught.value.do


def test_names_that_no_database_has_are_told_as_they_were_typed() -> None:
    frame_filter = parse_frame_filter("18F speed>1 Foo>1 motor name:stat !Bar error")
    assert frame_filter.unknown_names(CanDatabase([MOTOR])) == ("Foo", "Bar")
    assert frame_filter.unknown_names(CanDatabase()) == ("speed", "Foo", "motor", "stat", "Bar")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pgn:61444", "engine"),
        ("pgn:0xF004, pgn:59904", "engine request"),
        ("src:0", "engine brakes"),
        ("src:0 dst:255", "engine brakes"),
        ("src:0 src:0xF9", "engine request brakes"),
        ("dst:11", "request"),
        ("pgn:61444 src:249", ""),
        ("!src:0", "request standard"),
        ("PGN:61444 !src:0", ""),
        ("123 pgn:61444", "engine standard"),
    ],
)
def test_filter_by_a_part_of_a_j1939_identifier(text: str, expected: str) -> None:
    frames = {
        "engine": Frame(0x0CF00400, extended=True),
        "request": Frame(0x18EA0BF9, extended=True),
        "brakes": Frame(0x18F00100, extended=True),
        "standard": Frame(0x123),
    }
    frame_filter = parse_frame_filter(text)
    assert [name for name, frame in frames.items() if frame_filter.matches(frame)] == expected.split()
    assert frame_filter.matches(Frame(4, error=True))


@pytest.mark.parametrize("text", ["pgn:", "pgn:abc", "pgn:262144", "src:256", "dst:-1", "src:0x", "pgn:1:2"])
def test_filter_by_a_part_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_frame_filter(text)


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("Speed>", True), ("Speed >", True), ("100 Speed<=", True), ("!Speed=", True), ("Speed!", True),
        ("Speed>-", True), ("Speed>0.", True), ("pgn:", True), ("service:", True), ("Speed>1", False), ("Speed", False),
        ("100", False), ("100-engine", False), ("", False), ("Speed> 100", False), ("1>", False),
    ],
)  # fmt: skip
def test_a_comparison_without_its_value_is_unfinished(text: str, unfinished: bool) -> None:
    assert is_unfinished(text) == unfinished


def test_a_comparison_with_nothing_says_so() -> None:
    with pytest.raises(Invalid) as error:
        parse_frame_filter("Speed>")
    assert error.value.what == "“Speed>” compares with nothing."
    assert error.value.do == "Compare with a number, such as Speed>100."
