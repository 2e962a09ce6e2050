"""Packets and bodies: whatever is cut, flipped, too long, tagged or not canonical never arrives as something else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smp import packet as smp_packet

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    Code,
    Command,
    Console,
    Packet,
    Refused,
    messages,
)
from benchboard.dongles.protocol.framing import MAX_PACKET, Body, canonical, read_canonical
from support.claiming import NONCE, ask, device, flipped

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
def test_packets_survive_any_chunking_and_lines_between(sent: list[Packet], cuts: list[int]) -> None:
    stream = b"t1230\r".join(protocol.encode(packet) for packet in sent)
    edges = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    console = Console()
    found = [one for a, b in pairwise(edges) for one in console.feed(stream[a:b])]
    got = [one for one in found if isinstance(one, Packet)]
    assert len(got) == len(sent)
    assert all(map(same, got, sent))
    assert [one for one in found if isinstance(one, bytes)] == [b"t1230"] * (len(sent) - 1)
    assert max(map(len, stream.replace(b"\r", b"\n").split(b"\n"))) < 127


@given(packets, st.integers(0, 5000), st.integers(0, 7))
def test_a_flipped_bit_never_arrives_as_another_packet(packet: Packet, place: int, bit: int) -> None:
    console = Console()
    found = console.feed(flipped(protocol.encode(packet), place, bit) + b"\n")
    # Base64's padding bits carry nothing, so a flip there may leave the packet as it was.
    assert all(same(one, packet) for one in found if isinstance(one, Packet))
    after = console.feed(protocol.encode(packet))
    assert same(after[-1], packet)


@given(st.lists(st.binary(max_size=600) | st.just(b"\x06\x09") | st.just(b"\x04\x14AAAA\n"), max_size=12))
def test_hostile_bytes_cost_nobody_anything(junk: list[bytes]) -> None:
    console, dongle = Console(), device()
    for chunk in junk:
        for one in console.feed(chunk):
            if isinstance(one, Packet):
                dongle.handle(one, 0.0)
    packet = Packet(0, messages.GROUP, Command.HELLO, 1, {"nonce": NONCE})
    assert same(console.feed(b"\r" + protocol.encode(packet))[-1], packet)


def test_a_packet_that_is_too_long_is_refused_on_both_ends() -> None:
    with pytest.raises(ValueError, match="longer"):
        protocol.encode(Packet(0, 64, 0, 0, {"x": bytes(MAX_PACKET)}))
    console = Console()
    assert console.feed(b"\x06\x09//8AAAAA\n" + b"\x04\x14AAAA\n" * 1000) == []
    assert console.damaged >= 1


def test_a_header_that_lies_about_its_length_is_dropped() -> None:
    body = canonical({"nonce": NONCE})
    for length in (len(body) - 1, len(body) + 1):
        raw = bytes([8, 0]) + length.to_bytes(2, "big") + messages.GROUP.to_bytes(2, "big") + bytes(2) + body
        console = Console()
        assert console.feed(b"".join(smp_packet.encode(raw))) == []
        assert console.damaged == 1


@pytest.mark.parametrize(
    "raw",
    [b"\xbf\x62ms\x01\xff", b"\xa1\x62ms\x18\x01", b"\xa1\x62ms\x01\x00", b"\xa2\x62ms\x01\x62ms\x01",
     b"\xa1\x62ms\xf9\x3c\x00"],
    ids=["indefinite", "not the shortest", "something behind", "twice", "a float"],
)  # fmt: skip
def test_a_body_that_is_not_deterministic_is_malformed(raw: bytes) -> None:
    answer = device().handle(Packet(2, messages.GROUP, Command.IDENTIFY, 0, {"ms": 1}, raw=raw), 0.0)
    assert answer is not None
    assert answer.body == {"err": {"group": messages.GROUP, "rc": Code.MALFORMED}}


@given(st.binary(max_size=200), st.sampled_from(Command))
def test_no_body_makes_the_dongle_raise(raw: bytes, command: Command) -> None:
    answer = device().handle(Packet(messages.OPERATIONS[command], messages.GROUP, command, 0, {}, raw=raw), 0.0)
    assert answer is not None


@given(
    # Numbers beyond 64 bits are tags in CBOR, and a packet with a tag is dropped before anybody looks at its members.
    st.recursive(st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(), st.lists, max_leaves=5)
)
def test_a_member_of_the_wrong_kind_is_malformed(value: object) -> None:
    for command, shape in messages.REQUESTS.items():
        for name in shape:
            if not shape[name](value):
                good: Body = {other: _sample(shape[other]) for other in shape}
                with pytest.raises(Refused) as refused:
                    ask(device(), command, {**good, name: value})
                assert refused.value.code == Code.MALFORMED


def _sample(check: messages.Check) -> object:
    for size in (8, 16, 32, 64):
        if check(bytes(size)):
            return bytes(size)
    return 1


def _bomb(levels: int) -> bytes:
    """A map whose value doubles with each level: lists that hold the one inside (tag 28) and name it again (29)."""
    inner = b"\xd8\x1c\x80"
    for number in range(levels, 0, -1):
        inner = b"\xd8\x1c\x82" + inner + b"\xd8\x1d" + canonical(number)
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
def test_a_body_with_tags_is_none(raw: bytes) -> None:
    assert read_canonical(raw) is None
    header = bytes([3, 0, *len(raw).to_bytes(2, "big"), 0x42, 0x42, 0, 0])
    assert Console().feed(b"".join(smp_packet.encode(header + raw, line_length=127))) == []


@given(st.binary(max_size=300))
def test_bytes_that_look_like_tags_are_only_bytes(value: bytes) -> None:
    body: Body = {"a": value, "b": "\xc4\xd8", "c": [2**40, -5, True, None]}
    assert read_canonical(canonical(body)) == body
