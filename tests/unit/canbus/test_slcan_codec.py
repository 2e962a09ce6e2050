"""slcan lines into frames and replies, and back."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus import slcan_codec
from benchboard.canbus.frame import FD_LENGTHS, Frame, TimeSource, Timestamp
from benchboard.canbus.slcan_codec import Parser, Reply

_stamps = st.none() | st.integers(0, 59_999).map(lambda ms: Timestamp(ms / 1000, TimeSource.DEVICE, 0.001))
_standard = st.integers(0, 0x7FF)
_extended = st.integers(0, 0x1FFF_FFFF)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    kind = draw(st.sampled_from(["data", "remote", "fd", "error"]))
    extended = draw(st.booleans()) and kind != "error"
    ident = draw(_extended if extended or kind == "error" else _standard)
    stamp = draw(_stamps)
    if kind == "remote":
        return Frame(ident, extended=extended, remote=True, remote_dlc=draw(st.integers(0, 8)), timestamp=stamp)
    if kind == "fd":
        size = draw(st.sampled_from(FD_LENGTHS))
        return Frame(
            ident, extended=extended, fd=True, brs=draw(st.booleans()), esi=draw(st.booleans()),
            data=draw(st.binary(min_size=size, max_size=size)), timestamp=stamp,
        )  # fmt: skip
    return Frame(ident, extended=extended, error=kind == "error", data=draw(st.binary(max_size=8)), timestamp=stamp)


def line_of(frame: Frame) -> bytes:
    """The line as a dongle sends it, with its milliseconds if the frame has a stamp."""
    return slcan_codec.encode(frame, None if frame.timestamp is None else round(frame.timestamp.seconds * 1000))


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(frames(), max_size=8), st.lists(st.integers(0, 2000), max_size=12))
def test_parser_stream_cut_anywhere_gives_back_the_encoded_frames(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(line_of(frame) for frame in sent)
    parser = Parser()
    got = [frame for chunk in chunked(stream, cuts) for frame in parser.feed(chunk).frames]
    assert got == sent
    assert parser.malformed == 0


@given(st.lists(st.binary(max_size=700), max_size=6), frames())
def test_parser_hostile_bytes_keep_the_buffer_small_and_the_next_frame_intact(junk: list[bytes], frame: Frame) -> None:
    parser = Parser()
    for chunk in junk:
        parser.feed(chunk)
        assert len(parser._rest) <= slcan_codec.MAX_LINE
    parser.feed(b"\r")
    assert parser.feed(line_of(frame)).frames == [frame]


def test_parser_replies_refusals_and_frames_are_told_apart() -> None:
    parsed = Parser().feed(b"\rz\r\aV1013\rN1234\rt1230\r\aF04\r")
    assert parsed.replies == [
        Reply(True), Reply(True, "z"), Reply(False), Reply(True, "V1013"), Reply(True, "N1234"),
        Reply(False), Reply(True, "F04"),
    ]  # fmt: skip
    assert parsed.frames == [Frame(0x123)]


def test_parser_line_that_is_nearly_a_frame_is_malformed() -> None:
    parser = Parser()
    lines = [
        b"t12",
        b"t123",
        b"t1239",
        b"t12311",
        b"t8000",
        b"T200000000",
        b"r1231FF",
        b"t+120",
        b"t12_0",
        b"d123FFF",
        b"t1230S",
    ]
    assert parser.feed(b"\r".join(lines) + b"\r").frames == []
    assert parser.malformed == len(lines)


def test_parser_endless_line_is_malformed_once() -> None:
    parser = Parser()
    for _ in range(100):
        parser.feed(b"t" + b"0" * 400)
    assert parser.malformed == 1
    assert parser.feed(b"\rt1230\r").frames == [Frame(0x123)]


def test_parser_bel_inside_an_overlong_line_is_no_refusal() -> None:
    parser = Parser()
    pieces = (b"x" * (slcan_codec.MAX_LINE + 1), b"\a", b"xx\axx", b"\a\r")
    assert [parser.feed(piece).replies for piece in pieces] == [[], [], [], []]
    assert parser.malformed == 1
    assert parser.feed(b"\a").replies == [Reply(False)]


def test_parser_line_of_exactly_the_greatest_length_is_a_reply() -> None:
    for chunks in ([b"V" * slcan_codec.MAX_LINE + b"\r"], [b"V" * slcan_codec.MAX_LINE, b"\r"]):
        parser = Parser()
        assert [reply.text for chunk in chunks for reply in parser.feed(chunk).replies] == ["V" * slcan_codec.MAX_LINE]
        assert parser.malformed == 0
    for chunks in ([b"V" * (slcan_codec.MAX_LINE + 1) + b"\r"], [b"V" * (slcan_codec.MAX_LINE + 1), b"\r"]):
        parser = Parser()
        assert [reply for chunk in chunks for reply in parser.feed(chunk).replies] == []
        assert parser.malformed == 1


def test_parser_text_before_a_refusal_is_malformed_once() -> None:
    parser = Parser()
    assert parser.feed(b"nonsense\a\n\a").replies == [Reply(False), Reply(False)]
    assert parser.malformed == 1
