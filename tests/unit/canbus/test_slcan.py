"""slcan lines: decode undoes encode whatever the chunks; hostile bytes are bounded and counted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus import slcan
from benchboard.canbus.slcan import Frame, Parser, Reply

_stamps = st.none() | st.integers(0, 59_999).map(lambda ms: ms / 1000)
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
        size = draw(st.sampled_from(slcan.FD_LENGTHS))
        return Frame(
            ident, extended=extended, fd=True, brs=draw(st.booleans()), esi=draw(st.booleans()),
            data=draw(st.binary(min_size=size, max_size=size)), timestamp=stamp,
        )  # fmt: skip
    return Frame(ident, extended=extended, error=kind == "error", data=draw(st.binary(max_size=8)), timestamp=stamp)


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(frames(), max_size=8), st.lists(st.integers(0, 2000), max_size=12))
def test_decoding_undoes_encoding_whatever_the_chunks(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(slcan.encode(frame, timestamps=frame.timestamp is not None) for frame in sent)
    parser = Parser()
    got = [frame for chunk in chunked(stream, cuts) for frame in parser.feed(chunk).frames]
    assert got == sent
    assert parser.malformed == 0


@given(st.lists(st.binary(max_size=700), max_size=6), frames())
def test_hostile_bytes_never_raise_and_do_not_cost_the_next_frame(junk: list[bytes], frame: Frame) -> None:
    parser = Parser()
    for chunk in junk:
        parser.feed(chunk)
        assert len(parser._rest) <= slcan.MAX_LINE
    parser.feed(b"\r")
    line = slcan.encode(frame, timestamps=frame.timestamp is not None)
    assert parser.feed(line).frames == [frame]


def test_replies_and_refusals_are_told_from_frames() -> None:
    parsed = Parser().feed(b"\rz\r\aV1013\rN1234\rt1230\r\aF04\r")
    assert parsed.replies == [
        Reply(True), Reply(True, "z"), Reply(False), Reply(True, "V1013"), Reply(True, "N1234"),
        Reply(False), Reply(True, "F04"),
    ]  # fmt: skip
    assert parsed.frames == [Frame(0x123)]


def test_what_is_nearly_a_frame_is_counted() -> None:
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


def test_an_endless_line_is_skipped_once() -> None:
    parser = Parser()
    for _ in range(100):
        parser.feed(b"t" + b"0" * 400)
    assert parser.malformed == 1
    assert parser.feed(b"\rt1230\r").frames == [Frame(0x123)]


def test_frames_that_no_controller_sends_are_refused() -> None:
    wrong = [
        Frame(0x800), Frame(-1), Frame(1 << 29, extended=True), Frame(1, data=bytes(9)),
        Frame(1, fd=True, data=bytes(9)),
        Frame(1, remote=True, fd=True), Frame(1, brs=True), Frame(1, esi=True),
        Frame(1, remote=True, remote_dlc=9),
    ]  # fmt: skip
    for frame in wrong:
        assert not slcan.valid(frame)


def test_bits_on_the_wire() -> None:
    # ISO 11898-1: 8 bytes of data in 111 bits with the interframe space, with an extended identifier 131.
    assert slcan.wire_bits(Frame(1, data=bytes(8))) == (111, 0)
    assert slcan.wire_bits(Frame(1, extended=True, data=bytes(8))) == (131, 0)
