"""The protocol under attack: whatever is truncated, flipped, reordered, replayed or answered by another
is refused."""

import random
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from smp import os_management
from smp import packet as smp_packet

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    CanConfig,
    CanFilter,
    Code,
    Command,
    Console,
    DeviceSide,
    Durable,
    HostClaim,
    Packet,
    Refused,
    State,
    host_side,
    messages,
    session,
)
from benchboard.dongles.protocol.framing import MAX_PACKET, Body, canonical, read_canonical
from benchboard.dongles.simulator.node import FACTORY_CONFIG, FACTS
from support.cable import seeded
from support.pairing import ORGANISATION, ORGANISATION_KEY, PUBLIC

TOKEN = b"t" * 32
NONCE = b"n" * 16


def device(seed: int = 1, durable: Durable | None = None) -> DeviceSide:
    key = Ed25519PrivateKey.from_private_bytes(seeded(seed)(32))
    kept = durable or Durable(FACTORY_CONFIG)
    return DeviceSide(key, kept, lambda _new: None, facts=FACTS, random=seeded(seed + 100))


def ask(dongle: DeviceSide, command: Command, body: Body, now: float = 0.0) -> Body:
    """Through the wire's bytes and back. Raises `Refused` with the dongle's code."""
    request = Packet(messages.OPERATIONS[command], messages.GROUP, command, 7, body)
    (arrived,) = Console().feed(protocol.encode(request))
    assert isinstance(arrived, Packet)
    answer = dongle.handle(arrived, now)
    assert answer is not None
    if "err" in answer.body:
        raise Refused(Code(answer.body["err"]["rc"]))
    assert "rc" not in answer.body, answer.body
    return answer.body


def claim_for(dongle: DeviceSide, claim_id: bytes = b"c" * 16, seed: int = 9) -> HostClaim:
    return HostClaim(
        device_key=dongle.device_key,
        claim_id=claim_id,
        organisation=ORGANISATION.bytes,
        organisation_key=PUBLIC,
        random=seeded(seed),
    )


def begun(dongle: DeviceSide, **more: bytes) -> HostClaim:
    claim = claim_for(dongle, **more)
    claim.begun(ask(dongle, Command.CLAIM_BEGIN, claim.begin()))
    return claim


def pressed(dongle: DeviceSide) -> HostClaim:
    claim = begun(dongle)
    ask(dongle, Command.CLAIM_PROVE, claim.prove(ORGANISATION_KEY.sign))
    dongle.press(0.0)
    return claim


def claimed() -> DeviceSide:
    dongle = device()
    claim = pressed(dongle)
    claim.committed(ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN)))
    return dongle


def flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    return bytes(changed)


# ---- framing

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


# ---- any MCUmgr client


def test_a_foreign_mcumgr_client_recognises_a_dongle() -> None:
    def exchange(request: bytes) -> bytes:
        (arrived,) = Console().feed(b"".join(smp_packet.encode(request)))
        assert isinstance(arrived, Packet)
        answer = device().handle(arrived, 0.0)
        assert answer is not None
        decoder = smp_packet.decode()
        next(decoder)
        *lines, last = protocol.encode(answer).splitlines(keepends=True)
        for line in lines:
            decoder.send(line)
        with pytest.raises(StopIteration) as done:
            decoder.send(last)
        return bytes(done.value.value)

    echo = os_management.EchoWriteResponse.loads(exchange(bytes(os_management.EchoWriteRequest(d="hello"))))
    assert echo.r == "hello"
    sizes = os_management.MCUMgrParametersReadResponse.loads(
        exchange(bytes(os_management.MCUMgrParametersReadRequest()))
    )
    assert (sizes.buf_size, sizes.buf_count) == (MAX_PACKET, 1)
    info = os_management.OSApplicationInfoReadResponse.loads(
        exchange(bytes(os_management.OSApplicationInfoReadRequest(format="nr")))
    )
    assert info.output == f"{device().device_id} {FACTS.firmware}"


def test_what_is_reserved_or_unknown_is_not_supported() -> None:
    for group, command in ((messages.GROUP, 9), (messages.GROUP, 13), (0, 5), (0, 99), (1, 0), (1, 77)):
        answer = device().handle(Packet(2, group, command, 0, {}, raw=b"\xa0"), 0.0)
        assert answer is not None
        (back,) = Console().feed(protocol.encode(answer))
        assert isinstance(back, Packet)
        assert back.body == {"rc": messages.ENOTSUP}
    assert device().handle(Packet(1, messages.GROUP, 0, 0, {}), 0.0) is None


# ---- identity and settings


def test_hello_proves_the_key_the_id_is_made_of() -> None:
    dongle = device()
    answer = ask(dongle, Command.HELLO, {"nonce": NONCE})
    hello = host_side.read_hello(answer, NONCE)
    assert hello.device_id == dongle.device_id == session.device_id(hello.device_key)
    assert protocol.is_device_id(hello.device_id)
    with pytest.raises(Refused):
        host_side.read_hello(answer, b"m" * 16)


@given(st.data())
def test_no_bit_of_a_signed_answer_can_change(data: st.DataObject) -> None:
    dongle = claimed()
    command, read = data.draw(
        st.sampled_from([
            (Command.HELLO, lambda answer: host_side.read_hello(answer, NONCE)),
            (Command.STATUS, lambda answer: host_side.read_status(answer, NONCE, dongle.device_key, TOKEN)),
            (Command.CONFIG_READ,
             lambda answer: host_side.read_stored_config(answer, NONCE, dongle.device_key)),
        ])
    )  # fmt: skip
    answer = ask(dongle, command, {"nonce": NONCE})
    read(answer)
    name = data.draw(st.sampled_from(["signed", "signature"]))
    forged = {
        **answer,
        name: flipped(answer[name], data.draw(st.integers(0, 2000)), data.draw(st.integers(0, 7))),
    }
    with pytest.raises(Refused):
        read(forged)


def test_an_answer_of_one_kind_never_passes_as_another() -> None:
    dongle = claimed()
    status = ask(dongle, Command.STATUS, {"nonce": NONCE})
    with pytest.raises(Refused):
        host_side.read_stored_config(status, NONCE, dongle.device_key)


def test_status_tells_the_token_it_holds_from_any_other() -> None:
    dongle = claimed()
    answer = ask(dongle, Command.STATUS, {"nonce": NONCE})
    assert host_side.read_status(answer, NONCE, dongle.device_key, TOKEN).holds_token is True
    assert host_side.read_status(answer, NONCE, dongle.device_key, b"u" * 32).holds_token is False
    assert host_side.read_status(answer, NONCE, dongle.device_key, None).holds_token is None
    fresh = device()
    answer = ask(fresh, Command.STATUS, {"nonce": NONCE})
    assert host_side.read_status(answer, NONCE, fresh.device_key, TOKEN).holds_token is False


FD_CONFIG = CanConfig(
    "fdcan", 80_000_000, 500_000, 87.5, 2, 63, 6, 10, 10, fd_enabled=True, data_bitrate=2_000_000,
    data_sample_point=75.0, data_prescaler=2, data_prop_seg=8, data_phase_seg1=6, data_phase_seg2=5,
    data_sjw=5, tdc_enabled=True, tdc_offset=30, mode="LISTEN_ONLY", auto_restart_ms=100, termination_ohm=120,
    filters=(CanFilter(0x100, 0x700), CanFilter(0x18FEF100, 0x1FFFFFFF, True)),
)  # fmt: skip


def test_settings_are_written_once_and_over_what_was_read() -> None:
    dongle = device()
    write = host_side.config_write(FD_CONFIG, 0, dongle.device_id, None)
    assert ask(dongle, Command.CONFIG_WRITE, write) == {"revision": 1}
    assert ask(dongle, Command.CONFIG_WRITE, write) == {"revision": 1}  # its first answer was lost
    stored = host_side.read_stored_config(ask(dongle, Command.CONFIG_READ, {"nonce": NONCE}), NONCE, dongle.device_key)
    assert stored == host_side.StoredConfig(FD_CONFIG, 1)
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CONFIG_WRITE, host_side.config_write(FACTORY_CONFIG, 0, dongle.device_id, None))
    assert refused.value.code == Code.REVISION_CONFLICT


def test_a_claimed_dongle_stores_only_what_its_organisation_signed() -> None:
    dongle = claimed()
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    good = host_side.config_write(FD_CONFIG, 0, dongle.device_id, ORGANISATION_KEY.sign)
    for body, code in (
        ({**good, "signature": None}, Code.SIGNATURE_REQUIRED),
        ({**good, "revision": 1}, Code.BAD_SIGNATURE),
        ({**good, "config": canonical(messages.config_body(FACTORY_CONFIG))}, Code.BAD_SIGNATURE),
        (host_side.config_write(FD_CONFIG, 0, dongle.device_id, stranger.sign), Code.BAD_SIGNATURE),
        (host_side.config_write(FD_CONFIG, 0, "00" * 8, ORGANISATION_KEY.sign), Code.BAD_SIGNATURE),
    ):
        with pytest.raises(Refused) as refused:
            ask(dongle, Command.CONFIG_WRITE, body)
        assert refused.value.code == code
    assert ask(dongle, Command.CONFIG_WRITE, good) == {"revision": 1}


@pytest.mark.parametrize(
    "changes",
    [{"bitrate": 250_000}, {"sjw": 3}, {"data_bitrate": 1_000_000}, {"fd_enabled": True}, {"prescaler": 0},
     {"mode": "LOUD"}, {"sample_point": 100.0}, {"filters": [[0x800, 0, False]]}, {"clock_hz": True},
     {"nothing": 1}],
)  # fmt: skip
def test_settings_no_dongle_can_run_on_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Refused):
        messages.changed(FACTORY_CONFIG, changes)


@given(st.binary(max_size=300))
def test_flash_that_was_written_by_something_else_is_not_believed(raw: bytes) -> None:
    assert Durable.decode(raw) is None


def test_what_flash_holds_comes_back_whole() -> None:
    durable = claimed().durable
    assert Durable.decode(durable.encode()) == durable


# ---- the claim


def test_a_claim_from_begin_to_confirm() -> None:
    dongle = claimed()
    assert dongle.state(0.0) == State.CLAIMED_ACTIVE
    assert (dongle.durable.token, dongle.durable.key_version) == (TOKEN, 1)
    assert dongle.durable.organisation_key == PUBLIC
    request = host_side.confirm(dongle.device_id, b"c" * 16, 1, TOKEN, NONCE)
    host_side.confirmed(ask(dongle, Command.CLAIM_CONFIRM, request), request, dongle.device_id, 1, TOKEN)


def test_confirm_proves_the_token_both_ways() -> None:
    dongle = claimed()
    wrong = host_side.confirm(dongle.device_id, b"c" * 16, 1, b"u" * 32, NONCE)
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_CONFIRM, wrong)
    assert refused.value.code == Code.NOT_AUTHENTIC
    request = host_side.confirm(dongle.device_id, b"c" * 16, 1, TOKEN, NONCE)
    with pytest.raises(Refused):  # the host's own half, reflected
        host_side.confirmed({"mac": request["mac"]}, request, dongle.device_id, 1, TOKEN)


def test_the_button_counts_only_once_it_is_asked_for() -> None:
    dongle = device()
    claim = begun(dongle)
    dongle.press(0.0)
    answer = ask(dongle, Command.CLAIM_PROVE, claim.prove(ORGANISATION_KEY.sign))
    assert answer == {"present": False, "remaining_ms": 60_000}
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN))
    assert refused.value.code == Code.PRESENCE_MISSING
    assert dongle.durable.token is None


def test_a_claim_ends_after_sixty_seconds() -> None:
    dongle = device()
    claim = pressed(dongle)
    assert dongle.state(59.9) == State.CLAIM_PENDING
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN), now=60.0)
    assert refused.value.code == Code.NO_CLAIM
    assert dongle.state(60.0) == State.UNCLAIMED


def test_commit_is_idempotent_and_takes_no_second_token() -> None:
    writes: list[Durable] = []
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    dongle = DeviceSide(key, Durable(FACTORY_CONFIG), writes.append, facts=FACTS, random=seeded(3))
    claim = pressed(dongle)
    for _again in range(3):
        claim.committed(ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN), now=100.0 * _again))
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, claim.commit(b"u" * 32))
    assert refused.value.code == Code.TOKEN_CONFLICT
    assert len(writes) == 1


def test_a_claimed_dongle_takes_no_claim_and_a_revoked_id_never_counts_again() -> None:
    dongle = claimed()
    with pytest.raises(Refused) as refused:
        begun(dongle, claim_id=b"d" * 16)
    assert refused.value.code == Code.ALREADY_CLAIMED
    released = Durable(FACTORY_CONFIG, state=State.REVOKED, key_version=4, revoked=(b"c" * 16,))
    dongle = device(durable=released)
    with pytest.raises(Refused) as refused:
        begun(dongle)
    assert refused.value.code == Code.CLAIM_REVOKED
    assert begun(dongle, claim_id=b"d" * 16).key_version == 5
    full = Durable(FACTORY_CONFIG, revoked=tuple(bytes([n]) * 16 for n in range(messages.MAX_REVOKED)))
    with pytest.raises(Refused) as refused:
        begun(device(durable=full), claim_id=b"d" * 16)
    assert refused.value.code == Code.CLAIMS_EXHAUSTED


def test_a_failed_write_leaves_the_dongle_unclaimed() -> None:
    def full(_new: Durable) -> None:
        raise OSError(28, "No space left on device")

    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    dongle = DeviceSide(key, Durable(FACTORY_CONFIG), full, facts=FACTS, random=seeded(3))
    claim = pressed(dongle)
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN))
    assert refused.value.code == Code.STORAGE_FAILED
    assert dongle.durable.token is None


# ---- somebody in the middle


@settings(max_examples=200)
@given(st.data())
def test_any_change_on_the_way_is_refused_and_claims_nothing(data: st.DataObject) -> None:
    """One bit of one member of one message, or a member cut short; either end must notice before anything
    is stored."""
    target = data.draw(st.sampled_from(["begin", "begun", "prove", "commit", "committed"]))
    place, bit = data.draw(st.integers(0, 500)), data.draw(st.integers(0, 7))
    cut = data.draw(st.booleans())

    def harmed(kind: str, body: Body) -> Body:
        if kind != target:
            return body
        name = data.draw(st.sampled_from(sorted(name for name in body if name != "version")))
        value = body[name]
        if isinstance(value, int):
            return {**body, name: value + 1}
        return {**body, name: value[:-1] if cut else flipped(value, place, bit)}

    dongle = device()
    claim = claim_for(dongle)

    def whole_claim() -> None:
        answer = ask(dongle, Command.CLAIM_BEGIN, harmed("begin", claim.begin()))
        claim.begun(messages.checked(harmed("begun", answer), messages.ANSWERS[Command.CLAIM_BEGIN]))
        ask(dongle, Command.CLAIM_PROVE, harmed("prove", claim.prove(ORGANISATION_KEY.sign)))
        dongle.press(0.0)
        answer = ask(dongle, Command.CLAIM_COMMIT, harmed("commit", claim.commit(TOKEN)))
        claim.committed(harmed("committed", answer))

    with pytest.raises(Refused):
        whole_claim()
    assert (dongle.durable.token is None) == (target != "committed")


def test_swapped_keys_are_refused_by_both() -> None:
    """A man in the middle puts his own ephemeral, or his own dongle, or his own organisation in place."""
    dongle, mallory = device(), claim_for(device(), seed=66)
    claim = claim_for(dongle)
    for name in ("host_ephemeral", "host_nonce", "organisation_key", "organisation"):
        answer = ask(dongle, Command.CLAIM_BEGIN, {**claim.begin(), name: mallory.begin()[name][::-1]})
        with pytest.raises(Refused) as refused:
            claim.begun(answer)
        assert refused.value.code == Code.BAD_SIGNATURE
    other = device(seed=2)
    answer = ask(other, Command.CLAIM_BEGIN, {**claim.begin(), "device_id": bytes.fromhex(other.device_id)})
    with pytest.raises(Refused) as refused:
        claim.begun(answer)
    assert refused.value.code == Code.WRONG_DEVICE
    with pytest.raises(Refused):
        claim.begun({**answer, "device_key": dongle.device_key})
    begun(dongle)
    with pytest.raises(Refused) as refused:  # another organisation's signature over the right transcript
        ask(
            dongle,
            Command.CLAIM_PROVE,
            claim_for(dongle).prove(Ed25519PrivateKey.from_private_bytes(b"m" * 32).sign),
        )
    assert refused.value.code == Code.BAD_SIGNATURE


def test_the_hosts_signature_never_passes_as_the_dongles() -> None:
    digest = bytes(32)
    assert session.signed_by(session.HOST, digest) != session.signed_by(session.DEVICE, digest)


def test_replayed_and_reordered_commits_are_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    first, second = claim.commit(TOKEN), claim.commit(TOKEN)
    answer = ask(dongle, Command.CLAIM_COMMIT, second)
    for late in (first, second):
        with pytest.raises(Refused) as refused:
            ask(dongle, Command.CLAIM_COMMIT, late)
        assert refused.value.code == Code.NOT_AUTHENTIC
    claim.committed(answer)
    with pytest.raises(Refused):
        claim.committed(answer)


def test_a_recorded_claim_is_worth_nothing_later() -> None:
    dongle = device()
    claim = claim_for(dongle)
    recorded = [claim.begin()]
    claim.begun(ask(dongle, Command.CLAIM_BEGIN, recorded[0]))
    recorded += [claim.prove(ORGANISATION_KEY.sign), claim.commit(TOKEN)]
    dongle = DeviceSide(  # the same dongle after a loss of power, with fresh randomness
        Ed25519PrivateKey.from_private_bytes(seeded(1)(32)), Durable(FACTORY_CONFIG), lambda _new: None,
        facts=FACTS, random=random.Random(5).randbytes,
    )  # fmt: skip
    ask(dongle, Command.CLAIM_BEGIN, recorded[0])
    for command, body in ((Command.CLAIM_PROVE, recorded[1]), (Command.CLAIM_COMMIT, recorded[2])):
        with pytest.raises(Refused):
            ask(dongle, command, body)
    assert dongle.durable.token is None


def test_a_sealed_answer_reflected_as_a_request_is_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    answer = ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN))
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, {"claim_id": b"c" * 16, **answer, "counter": 1})
    assert refused.value.code == Code.NOT_AUTHENTIC


def test_an_ephemeral_that_gives_no_secret_is_refused() -> None:
    dongle = device()
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_BEGIN, {**claim_for(dongle).begin(), "host_ephemeral": bytes(32)})
    assert refused.value.code == Code.NOT_AUTHENTIC


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
