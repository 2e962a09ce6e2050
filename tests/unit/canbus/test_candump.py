"""Frames as can-utils write them, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus import candump
from benchboard.canbus.frame import FD_LENGTHS, Frame, is_valid


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    extended, fd, remote = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    ident = draw(st.integers(0, 0x1FFF_FFFF if extended else 0x7FF))
    if remote and not fd:
        return Frame(ident, extended=extended, remote=True, remote_dlc=draw(st.integers(0, 8)))
    size = draw(st.sampled_from(FD_LENGTHS if fd else FD_LENGTHS[:9]))
    data = draw(st.binary(min_size=size, max_size=size))
    brs, esi = draw(st.booleans()), draw(st.booleans())
    return Frame(ident, extended=extended, fd=fd, brs=fd and brs, esi=fd and esi, data=data)


@given(frames())
def test_parse_text_of_a_frame_gives_the_frame_back(frame: Frame) -> None:
    assert candump.parse(candump.text(frame)) == frame


@given(st.text(max_size=40))
def test_parse_any_text_gives_a_valid_frame_or_none(text: str) -> None:
    frame = candump.parse(text)
    assert frame is None or is_valid(frame)


@pytest.mark.parametrize(
    "text",
    ["", "#", "123", "12#00", "1234#00", "800#00", "123#0", "123#000102030405060708", "123#R9", "123#R4AA",
     "123##4AA", "123##0000102030405060708AA", "20000000#00", "123#00 ", "123#GG", "123#" + "0" * 400],
)  # fmt: skip
def test_parse_text_that_is_no_frame_gives_none(text: str) -> None:
    assert candump.parse(text) is None


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("123#DEADBEEF", Frame(0x123, data=b"\xde\xad\xbe\xef")),
        ("18fef100#00.11", Frame(0x18FEF100, extended=True, data=b"\x00\x11")),
        ("123#R4", Frame(0x123, remote=True, remote_dlc=4)),
        ("123#R", Frame(0x123, remote=True)),
        ("123##1AABB", Frame(0x123, fd=True, brs=True, data=b"\xaa\xbb")),
    ],
)
def test_parse_forms_of_cansend_give_their_frames(text: str, frame: Frame) -> None:
    assert candump.parse(text) == frame


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "There's no # between ID and data."),
        ("12Z#00", "“Z” in the ID isn't hexadecimal."),
        ("12#00", "A standard ID has 3 hex digits, an extended ID 8. This one has 2."),
        (
            "12#GG",
            "A standard ID has 3 hex digits, an extended ID 8. This one has 2. “GG” in the data isn't hexadecimal.",
        ),
        ("800#00", "ID 800 is above 7FF. For an extended ID, write 8 digits: 00000800#00."),
        ("20000000#00", "ID 20000000 is above 1FFFFFFF."),
        ("123#R9", "Only a length from 0 to 8 can follow R."),
        ("123#zz", "“zz” in the data isn't hexadecimal."),
        ("7FF#zz", "“zz” in the data isn't hexadecimal."),
        ("1FFFFFFF#zz", "“zz” in the data isn't hexadecimal."),
        ("123#1", "The last byte of the data has one digit instead of two."),
        ("123#00112233445566778899", "The data is 10 bytes. A classic frame holds at most 8."),
        ("123##4AA", "After ## comes a digit from 0 to 3: the flags of CAN FD."),
        ("123##1" + "00" * 9, "The data is 9 bytes. A CAN FD frame holds 0–8, 12, 16, 20, 24, 32, 48, 64."),
        ("123#1.122", "A dot can only stand after a whole byte of the data."),
    ],
)
def test_why_invalid_says_what_is_wrong_and_where(text: str, why: str) -> None:
    assert candump.parse(text) is None
    assert candump.why_invalid(text) == why


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("12G#1", "123#DEADBEEF."),
        ("18FEF10G#1", "18FEF100#DEADBEEF."),
        ("12G#R9", "123#R4."),
        ("123##9", "123##1AABB."),
        ("nonsense", "123#DEADBEEF, 18FEF100#00, 123#R4 or 123##1AABB."),
    ],
)
def test_format_hint_gives_the_example_nearest_to_the_text(text: str, example: str) -> None:
    assert candump.format_hint(text) == f"Use a format such as {example}"
