"""Encoding and decoding of packets and CBOR, up to their limits and with damaged or hostile bytes."""

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smp import packet as smp_packet

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    ConsoleDecoder,
    ErrorCode,
    Packet,
    ProtocolCommand,
    ProtocolError,
    messages,
)
from benchboard.dongles.protocol.framing import Body, decode_cbor, encode_cbor
from support.claims import NONCE, ask, device, flipped

packets = st.builds(
    Packet,
    st.integers(0, 3),
    st.just(messages.GROUP),
    st.integers(0, 255),
    st.integers(0, 255),
    st.dictionaries(st.text(max_size=8), st.binary(max_size=300) | st.integers(0, 2**60), max_size=5),
    st.sampled_from([1, 2]),
)


def same(one: Packet | bytes, other: Packet) -> bool:
    return isinstance(one, Packet) and (
        (one.op, one.group, one.command, one.sequence, one.body, one.version)
        == (other.op, other.group, other.command, other.sequence, other.body, other.version)
    )


@given(st.lists(packets, min_size=1, max_size=4), st.lists(st.integers(0, 5000), max_size=10))
def test_decoder_fed_in_any_chunks_finds_packets_and_lines(sent: list[Packet], cuts: list[int]) -> None:
    stream = b"t1230\r".join(protocol.encode(packet) for packet in sent)
    edges = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    console = ConsoleDecoder()
    found = [one for a, b in pairwise(edges) for one in console.feed(stream[a:b])]
    got = [one for one in found if isinstance(one, Packet)]
    assert len(got) == len(sent)
    assert all(map(same, got, sent))
    assert [one for one in found if isinstance(one, bytes)] == [b"t1230"] * (len(sent) - 1)
    assert max(map(len, stream.replace(b"\r", b"\n").split(b"\n"))) < 127


@given(packets, st.integers(0, 5000), st.integers(0, 7))
def test_decoder_after_a_flipped_bit_finds_no_other_packet(packet: Packet, place: int, bit: int) -> None:
    console = ConsoleDecoder()
    found = console.feed(flipped(protocol.encode(packet), place, bit) + b"\n")
    # Base64's padding bits carry nothing, so a flip there may leave the packet as it was.
    assert all(same(one, packet) for one in found if isinstance(one, Packet))
    after = console.feed(protocol.encode(packet))
    assert same(after[-1], packet)


@given(st.lists(st.binary(max_size=600) | st.just(b"\x06\x09") | st.just(b"\x04\x14AAAA\n"), max_size=12))
def test_decoder_after_hostile_bytes_finds_the_next_packet(junk: list[bytes]) -> None:
    console, dongle = ConsoleDecoder(), device()
    for chunk in junk:
        for one in console.feed(chunk):
            if isinstance(one, Packet):
                dongle.handle(one, 0.0)
    packet = Packet(0, messages.GROUP, ProtocolCommand.HELLO, 1, {"nonce": NONCE})
    assert same(console.feed(b"\r" + protocol.encode(packet))[-1], packet)


def filled(size: int) -> Packet:
    """A packet whose header and body take `size` bytes."""
    packet = Packet(0, 64, 0, 0, {"x": bytes(size - 8 - len(encode_cbor({"x": bytes(1000)})) + 1000)})
    assert 8 + len(encode_cbor(packet.body)) == size
    return packet


def test_encode_of_more_than_2048_bytes_is_refused() -> None:
    (arrived,) = ConsoleDecoder().feed(protocol.encode(filled(2048)))
    assert same(arrived, filled(2048))
    with pytest.raises(ValueError, match="longer"):
        protocol.encode(filled(2049))


@pytest.mark.parametrize(("size", "taken"), [(2048, True), (2049, False)])
def test_decoder_drops_a_packet_of_more_than_2048_bytes(size: int, *, taken: bool) -> None:
    body = encode_cbor(filled(size).body)
    raw = bytes([8, 0]) + len(body).to_bytes(2, "big") + bytes([0, 64, 0, 0]) + body
    console = ConsoleDecoder()
    found = console.feed(b"".join(smp_packet.encode(raw, line_length=127)))
    assert len(found) == taken
    assert bool(console.damaged) != taken


def test_decoder_takes_a_packet_whose_first_line_has_its_length_alone() -> None:
    packet = Packet(0, messages.GROUP, ProtocolCommand.HELLO, 1, {"nonce": NONCE})
    frame = _frame(packet)
    lines = (b"\x06\x09" + base64.b64encode(frame[:2]), b"\x04\x14" + base64.b64encode(frame[2:]))
    (arrived,) = ConsoleDecoder().feed(b"".join(line + b"\n" for line in lines))
    assert same(arrived, packet)


@pytest.mark.parametrize("more", [1, 2, 100])
def test_decoder_drops_a_packet_with_more_bytes_than_its_length_at_once(more: int) -> None:
    packet = Packet(0, messages.GROUP, ProtocolCommand.HELLO, 1, {"nonce": NONCE})
    text = base64.b64encode(_frame(packet) + bytes(more))
    console = ConsoleDecoder()
    assert (
        console.feed(b"\x06\x09" + text[:120] + b"\n" + (b"\x04\x14" + text[120:] + b"\n" if text[120:] else b"")) == []
    )
    assert console.damaged >= 1
    before = console.damaged
    assert same(console.feed(protocol.encode(packet))[-1], packet)
    assert console.damaged == before, "nothing of it is left over"


def test_decoder_drops_a_packet_that_never_ends() -> None:
    console = ConsoleDecoder()
    assert console.feed(b"\x06\x09//8AAAAA\n" + b"\x04\x14AAAA\n" * 1000) == []
    assert console.damaged >= 1


@pytest.mark.parametrize(("length", "taken"), [(127, True), (131, False)])
def test_decoder_drops_a_packet_line_of_more_than_127_bytes(length: int, *, taken: bool) -> None:
    """With marker and LF, docs/protocol.md, section 1."""
    text = base64.b64encode(_frame(Packet(0, 64, 0, 0, {"x": bytes(120)})))
    first = length - 3
    lines = b"\x06\x09" + text[:first] + b"\n\x04\x14" + text[first:] + b"\n"
    assert len(lines.split(b"\n")[0]) + 1 == length
    assert len(ConsoleDecoder().feed(lines)) == taken


@pytest.mark.parametrize(("lines", "taken"), [(32, True), (33, False)])
def test_decoder_drops_a_packet_of_more_than_32_lines(lines: int, *, taken: bool) -> None:
    text = base64.b64encode(_frame(Packet(0, 64, 0, 0, {"x": bytes(400)})))
    pieces = [text[at : at + 4] for at in range(0, 4 * (lines - 1), 4)]
    pieces += [text[4 * (lines - 1) + 120 * n : 4 * (lines - 1) + 120 * (n + 1)] for n in range(5)]
    assert b"".join(pieces) == text
    while len([piece for piece in pieces if piece]) > lines:  # join the shortest neighbours, until there are `lines`
        pieces[0:2] = [pieces[0] + pieces[1]]
    stream = b"\x06\x09" + b"\n\x04\x14".join(piece for piece in pieces if piece) + b"\n"
    assert stream.count(b"\n") == lines
    assert len(ConsoleDecoder().feed(stream)) == taken


@pytest.mark.parametrize(("length", "kept"), [(512, True), (513, False), (1000, False)])
@pytest.mark.parametrize("chunk", [1, 100, 2000])
def test_decoder_drops_a_line_of_more_than_512_bytes_to_its_end(length: int, chunk: int, *, kept: bool) -> None:
    console, stream = ConsoleDecoder(), b"t" * length + b"\rnext\r"
    found = [one for at in range(0, len(stream), chunk) for one in console.feed(stream[at : at + chunk])]
    assert found == [b"t" * length] * kept + [b"next"]
    assert console.damaged == (not kept)


def _frame(packet: Packet) -> bytes:
    """What the base64 of a packet's lines decodes to: length, packet, CRC."""
    return base64.b64decode(b"".join(line[2:] for line in protocol.encode(packet).splitlines()))


@pytest.mark.parametrize("junk", [b" ", b"!", b"-", b"_", b"=", b"\x00", b"\xff", b"====", b"\t\t\t\t"])
def test_decoder_drops_a_packet_with_anything_but_base64_in_a_line(junk: bytes) -> None:
    """RFC 4648 without other characters: a lenient decoder would skip them and find the packet."""
    packet = Packet(0, messages.GROUP, ProtocolCommand.HELLO, 1, {"nonce": NONCE})
    line = protocol.encode(packet)
    for place in range(2, len(line)):
        if junk == b"=" * len(junk) and line[place:].strip(b"=\n") == b"":
            continue  # padding where padding stands
        console = ConsoleDecoder()
        assert console.feed(line[:place] + junk + line[place:]) == []
        assert console.damaged == 1
        assert same(console.feed(line)[-1], packet)


def test_decoder_drops_a_packet_whose_header_has_another_length() -> None:
    body = encode_cbor({"nonce": NONCE})
    for length in (len(body) - 1, len(body) + 1):
        raw = bytes([8, 0]) + length.to_bytes(2, "big") + messages.GROUP.to_bytes(2, "big") + bytes(2) + body
        console = ConsoleDecoder()
        assert console.feed(b"".join(smp_packet.encode(raw))) == []
        assert console.damaged == 1


@pytest.mark.parametrize(
    "raw",
    [b"\xbf\x62ms\x01\xff", b"\xa1\x62ms\x18\x01", b"\xa1\x62ms\x01\x00", b"\xa2\x62ms\x01\x62ms\x01",
     b"\xa1\x62ms\xf9\x3c\x00"],
    ids=["indefinite", "not the shortest", "something behind", "twice", "a float"],
)  # fmt: skip
def test_request_that_is_not_deterministic_cbor_is_malformed(raw: bytes) -> None:
    answer = device().handle(Packet(2, messages.GROUP, ProtocolCommand.IDENTIFY, 0, {"ms": 1}, raw=raw), 0.0)
    assert answer is not None
    assert answer.body == {"err": {"group": messages.GROUP, "rc": ErrorCode.MALFORMED}}


@given(st.binary(max_size=200), st.sampled_from(ProtocolCommand))
def test_handle_of_any_body_answers(raw: bytes, command: ProtocolCommand) -> None:
    answer = device().handle(Packet(messages.OPERATIONS[command], messages.GROUP, command, 0, {}, raw=raw), 0.0)
    assert answer is not None


@given(
    # Numbers beyond 64 bits are tags in CBOR, and a packet with a tag is dropped before anybody looks at its members.
    st.recursive(st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(), st.lists, max_leaves=5)
)
def test_request_with_a_member_of_the_wrong_kind_is_malformed(value: object) -> None:
    for command, shape in messages.REQUESTS.items():
        for name in shape:
            if not shape[name](value):
                good: Body = {other: _sample(shape[other]) for other in shape}
                with pytest.raises(ProtocolError) as refused:
                    ask(device(), command, {**good, name: value})
                assert refused.value.code == ErrorCode.MALFORMED


def _sample(check: messages.Check) -> object:
    for size in (8, 16, 32, 64):
        if check(bytes(size)):
            return bytes(size)
    return 1


def _bomb(levels: int) -> bytes:
    """A map whose value doubles with each level: lists that hold the one inside (tag 28) and name it again (29)."""
    inner = b"\xd8\x1c\x80"
    for number in range(levels, 0, -1):
        inner = b"\xd8\x1c\x82" + inner + b"\xd8\x1d" + encode_cbor(number)
    return b"\xa1\x61a" + inner


@pytest.mark.parametrize(
    "raw",
    [
        _bomb(2),
        _bomb(100),  # 2^100 entries, were it ever written out again
        b"\xa1\x61a\xc4\x82\x01\x02",  # a fraction
        b"\xa1\x61a\x5f\x41x\xff\xc1\x00",  # a time, behind text in pieces, itself refused as it is not shortest
        b"\xa1\x61a\x82\x42\xc4\xc4\xc1\x00",
    ],
)
def test_decode_cbor_with_tags_is_none(raw: bytes) -> None:
    assert decode_cbor(raw) is None
    header = bytes([3, 0, *len(raw).to_bytes(2, "big"), 0x42, 0x42, 0, 0])
    assert ConsoleDecoder().feed(b"".join(smp_packet.encode(header + raw, line_length=127))) == []


@given(st.binary(max_size=300))
def test_decode_cbor_of_bytes_like_tags_keeps_them(value: bytes) -> None:
    body: Body = {"a": value, "b": "\xc4\xd8", "c": [2**40, -5, True, None]}
    assert decode_cbor(encode_cbor(body)) == body
