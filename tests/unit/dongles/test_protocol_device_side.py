"""The device side's answers: identity, stored settings, claims; and the state it keeps in flash."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from smp import os_management
from smp import packet as smp_packet

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    CanFilter,
    ConsoleDecoder,
    DeviceSide,
    DongleConfig,
    ErrorCode,
    OwnershipState,
    Packet,
    PersistentState,
    ProtocolCommand,
    ProtocolError,
    crypto,
    host_side,
    messages,
)
from benchboard.dongles.protocol.framing import MAX_PACKET, decode_cbor, encode_cbor
from benchboard.dongles.simulator.node import DESCRIPTION, FACTORY_CONFIG
from support.cable import seeded
from support.claims import NONCE, TOKEN, ask, begun, claimed, device, flipped, pressed, reset, signer
from support.memory_host import ORGANISATION_KEY, PUBLIC

# ---- any MCUmgr client


def test_os_group_answers_an_mcumgr_client() -> None:
    def exchange(request: bytes) -> bytes:
        (arrived,) = ConsoleDecoder().feed(b"".join(smp_packet.encode(request)))
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
    assert info.output == f"{device().device_id} {DESCRIPTION.firmware}"


def test_unknown_or_reserved_command_is_not_supported() -> None:
    for group, command in (
        (messages.GROUP, 11),
        (messages.GROUP, 12),
        (messages.GROUP, 14),
        (0, 5),
        (0, 99),
        (1, 0),
        (1, 77),
    ):
        answer = device().handle(Packet(2, group, command, 0, {}, raw=b"\xa0"), 0.0)
        assert answer is not None
        (back,) = ConsoleDecoder().feed(protocol.encode(answer))
        assert isinstance(back, Packet)
        assert back.body == {"rc": messages.ENOTSUP}
    assert device().handle(Packet(1, messages.GROUP, 0, 0, {}), 0.0) is None


def test_command_with_the_wrong_operation_is_not_supported() -> None:
    wrong = {0: 2, 2: 0}[messages.OPERATIONS[ProtocolCommand.HELLO]]
    answer = device().handle(Packet(wrong, messages.GROUP, ProtocolCommand.HELLO, 0, {}, raw=b"\xa0"), 0.0)
    assert answer is not None
    assert answer.body == {"rc": messages.ENOTSUP}


@pytest.mark.parametrize("wanted", [5, None, ["s"], "", "s" * 17, "sx", "S"])
def test_information_of_a_wrong_format_is_an_invalid_value(wanted: object) -> None:
    answer = device().handle(Packet(messages.READ, messages.OS_GROUP, 7, 0, {"format": wanted}), 0.0)
    assert answer is not None
    assert answer.body == {"rc": messages.EINVAL}


def test_information_has_what_the_format_asks_for_in_its_order() -> None:
    dongle = device()
    answer = dongle.handle(Packet(messages.READ, messages.OS_GROUP, 7, 0, {"format": "ns" + "o" * 14}), 0.0)
    assert answer is not None
    assert answer.body == {"output": " ".join([dongle.device_id, *["Benchboard"] * 15])}


def test_error_is_told_to_a_client_of_the_first_version_without_its_group() -> None:
    for version, body in ((1, {"rc": 1}), (2, {"err": {"group": messages.GROUP, "rc": 1}})):
        operation = messages.OPERATIONS[ProtocolCommand.HELLO]
        request = Packet(operation, messages.GROUP, ProtocolCommand.HELLO, 0, {}, version=version, raw=b"")
        answer = device().handle(request, 0.0)
        assert answer is not None
        assert answer.body == body


# ---- identity and settings


def test_identify_blinks_for_the_milliseconds_asked_for() -> None:
    dongle = device()
    assert ask(dongle, ProtocolCommand.IDENTIFY, {"ms": 2500}, 100.0) == {}
    assert dongle.blink_until == 102.5


def test_hello_over_a_nonce_proves_the_key_of_the_device_id() -> None:
    dongle = device()
    answer = ask(dongle, ProtocolCommand.HELLO, {"nonce": NONCE})
    hello = host_side.read_hello(answer, NONCE)
    assert hello.device_id == dongle.device_id == crypto.device_id(hello.device_key)
    assert protocol.is_device_id(hello.device_id)
    with pytest.raises(ProtocolError):
        host_side.read_hello(answer, b"m" * 16)


@given(st.data())
def test_signed_answer_with_a_flipped_bit_is_refused(data: st.DataObject) -> None:
    dongle = claimed()
    command, read = data.draw(
        st.sampled_from([
            (ProtocolCommand.HELLO, lambda answer: host_side.read_hello(answer, NONCE)),
            (ProtocolCommand.STATUS, lambda answer: host_side.read_status(answer, NONCE, dongle.device_key, TOKEN)),
            (ProtocolCommand.CONFIG_READ,
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
    with pytest.raises(ProtocolError):
        read(forged)


def test_signed_answer_of_another_command_is_refused() -> None:
    dongle = claimed()
    status = ask(dongle, ProtocolCommand.STATUS, {"nonce": NONCE})
    with pytest.raises(ProtocolError):
        host_side.read_stored_config(status, NONCE, dongle.device_key)


def test_status_with_a_token_says_whether_it_is_held() -> None:
    dongle = claimed()
    answer = ask(dongle, ProtocolCommand.STATUS, {"nonce": NONCE})
    assert host_side.read_status(answer, NONCE, dongle.device_key, TOKEN).holds_token is True
    assert host_side.read_status(answer, NONCE, dongle.device_key, b"u" * 32).holds_token is False
    assert host_side.read_status(answer, NONCE, dongle.device_key, None).holds_token is None
    fresh = device()
    answer = ask(fresh, ProtocolCommand.STATUS, {"nonce": NONCE})
    assert host_side.read_status(answer, NONCE, fresh.device_key, TOKEN).holds_token is False


FD_CONFIG = DongleConfig(
    "fdcan", 80_000_000, 500_000, 87.5, 2, 63, 6, 10, 10, fd_enabled=True, data_bitrate=2_000_000,
    data_sample_point=75.0, data_prescaler=2, data_prop_seg=8, data_phase_seg1=6, data_phase_seg2=5,
    data_sjw=5, tdc_enabled=True, tdc_offset=30, mode="LISTEN_ONLY", auto_restart_ms=100, termination_ohm=120,
    filters=(CanFilter(0x100, 0x700), CanFilter(0x18FEF100, 0x1FFFFFFF, True)),
)  # fmt: skip


def test_config_write_over_the_read_revision_is_stored_once() -> None:
    dongle = device()
    write = host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, None)
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, write) == {"revision": 1}
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, write) == {"revision": 1}  # its first answer was lost
    stored = host_side.read_stored_config(
        ask(dongle, ProtocolCommand.CONFIG_READ, {"nonce": NONCE}), NONCE, dongle.device_key
    )
    assert stored == host_side.StoredConfig(FD_CONFIG, 1)
    with pytest.raises(ProtocolError) as refused:
        ask(
            dongle,
            ProtocolCommand.CONFIG_WRITE,
            host_side.config_write_request(FACTORY_CONFIG, 0, dongle.device_id, None),
        )
    assert refused.value.code == ErrorCode.REVISION_CONFLICT


def test_config_write_to_a_claimed_dongle_needs_its_organisations_signature() -> None:
    dongle = claimed()
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    ours = signer(dongle)
    good = host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, ours)
    for body, code in (
        ({**good, "signature": None}, ErrorCode.SIGNATURE_REQUIRED),
        ({**good, "revision": 1}, ErrorCode.BAD_SIGNATURE),
        ({**good, "config": encode_cbor(messages.config_to_body(FACTORY_CONFIG))}, ErrorCode.BAD_SIGNATURE),
        (
            host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, signer(dongle, stranger.sign)),
            ErrorCode.BAD_SIGNATURE,
        ),
        (host_side.config_write_request(FD_CONFIG, 0, "00" * 8, ours), ErrorCode.BAD_SIGNATURE),
        (
            host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, replace(ours, claim_id=b"d" * 16)),
            ErrorCode.BAD_SIGNATURE,
        ),
        (
            host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, replace(ours, key_version=2)),
            ErrorCode.BAD_SIGNATURE,
        ),
    ):
        with pytest.raises(ProtocolError) as refused:
            ask(dongle, ProtocolCommand.CONFIG_WRITE, body)
        assert refused.value.code == code
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, good) == {"revision": 1}


@pytest.mark.parametrize("owned", [False, True])
def test_config_write_at_the_greatest_revision_is_refused_and_changes_nothing(*, owned: bool) -> None:
    greatest = 2**32 - 1
    dongle = claimed() if owned else device()
    ours = signer(dongle) if owned else None
    dongle.persistent = replace(dongle.persistent, revision=greatest - 1)
    last = host_side.config_write_request(FD_CONFIG, greatest - 1, dongle.device_id, ours)
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, last) == {"revision": greatest}
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, last) == {"revision": greatest}  # its first answer was lost
    before = dongle.persistent
    with pytest.raises(ProtocolError) as refused:
        ask(
            dongle,
            ProtocolCommand.CONFIG_WRITE,
            host_side.config_write_request(FACTORY_CONFIG, greatest, dongle.device_id, ours),
        )
    assert refused.value.code == ErrorCode.STORAGE_FAILED
    assert dongle.persistent == before
    read = ask(dongle, ProtocolCommand.CONFIG_READ, {"nonce": NONCE})
    assert host_side.read_stored_config(read, NONCE, dongle.device_key).revision == greatest


def test_claim_begin_at_the_greatest_key_version_is_refused() -> None:
    greatest = 2**31 - 1
    last = claimed(device(persistent=PersistentState(FACTORY_CONFIG, key_version=greatest - 1)))
    assert last.persistent.key_version == greatest
    with pytest.raises(ProtocolError) as refused:
        begun(reset(last), claim_id=b"d" * 16)
    assert refused.value.code == ErrorCode.CLAIMS_EXHAUSTED


@pytest.mark.parametrize("delivered", [False, True])
def test_config_write_recorded_before_a_factory_reset_is_refused_after_a_new_claim(*, delivered: bool) -> None:
    dongle = claimed()
    recorded = host_side.config_write_request(FD_CONFIG, 0, dongle.device_id, signer(dongle))
    if delivered:
        ask(dongle, ProtocolCommand.CONFIG_WRITE, recorded)
    dongle = claimed(reset(dongle), claim_id=b"d" * 16)
    assert dongle.persistent.revision == delivered
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CONFIG_WRITE, recorded)
    assert refused.value.code == ErrorCode.BAD_SIGNATURE
    anew = host_side.config_write_request(FD_CONFIG, int(delivered), dongle.device_id, signer(dongle))
    assert ask(dongle, ProtocolCommand.CONFIG_WRITE, anew) == {"revision": 1 + delivered}


@pytest.mark.parametrize("changes", [{"clock_hz": 40_000_000, "prescaler": 5}, {"controller": "mcp2515"}])
def test_config_write_of_other_hardware_is_refused(changes: dict[str, object]) -> None:
    dongle = device()
    config = messages.config_with_changes(FACTORY_CONFIG, changes)
    with pytest.raises(ProtocolError) as refused:
        ask(
            dongle,
            ProtocolCommand.CONFIG_WRITE,
            host_side.config_write_request(config, 0, dongle.device_id, None),
        )
    assert refused.value.code == ErrorCode.CONFIG_REFUSED
    assert dongle.persistent.config == FACTORY_CONFIG


@pytest.mark.parametrize(
    "changes",
    [{"bitrate": 250_000}, {"sjw": 3}, {"data_bitrate": 1_000_000}, {"fd_enabled": True}, {"prescaler": 0},
     {"mode": "LOUD"}, {"sample_point": 100.0}, {"filters": [[0x800, 0, False]]}, {"clock_hz": True},
     {"nothing": 1}],
)  # fmt: skip
def test_config_with_changes_that_contradict_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        messages.config_with_changes(FACTORY_CONFIG, changes)


@pytest.mark.parametrize(
    ("config", "changes", "points"),
    [
        (FACTORY_CONFIG, {"name_of_nothing": None}, None),
        (FACTORY_CONFIG, {}, (FACTORY_CONFIG.sample_point, None)),
        (FACTORY_CONFIG, {"mode": "LISTEN_ONLY"}, (FACTORY_CONFIG.sample_point, None)),
        (FD_CONFIG, {}, (FD_CONFIG.sample_point, FD_CONFIG.data_sample_point)),
        (FD_CONFIG, {"data_sample_point": True}, None),
        (FD_CONFIG, {"data_sample_point": "80"}, None),
        (FD_CONFIG, {"sample_point": 0}, None),
        (FD_CONFIG, {"sample_point": 100}, None),
    ],
)
def test_config_with_changes_keeps_sample_points_or_refuses_what_is_none(
    config: DongleConfig, changes: dict[str, object], points: tuple[float, float | None] | None
) -> None:
    if points is None:
        with pytest.raises(ProtocolError) as refused:
            messages.config_with_changes(config, changes)
        assert refused.value.code == ErrorCode.MALFORMED
        return
    changed = messages.config_with_changes(config, changes)
    assert (changed.sample_point, changed.data_sample_point) == points


@given(st.binary(max_size=300))
def test_persistent_state_decode_of_random_bytes_is_none(raw: bytes) -> None:
    assert PersistentState.decode(raw) is None


@pytest.mark.parametrize(
    "persistent",
    [
        PersistentState(FACTORY_CONFIG),
        claimed().persistent,
        reset(claimed()).persistent,
        PersistentState(FACTORY_CONFIG, state=OwnershipState.REVOKED, key_version=4, revoked=(b"c" * 16,)),
        replace(claimed().persistent, config=FD_CONFIG, key_version=2**31 - 1, revision=2**32 - 1),
        PersistentState(FACTORY_CONFIG, revoked=tuple(bytes([n]) * 16 for n in range(64))),
    ],
)
def test_persistent_state_decode_of_an_encoded_state_is_the_same(persistent: PersistentState) -> None:
    decoded = PersistentState.decode(persistent.encode())
    assert decoded == persistent
    assert isinstance(decoded.state, OwnershipState)


@pytest.mark.parametrize("state", [OwnershipState.CLAIM_PENDING, 4, False, None])
def test_persistent_state_decode_of_a_state_never_stored_is_none(state: object) -> None:
    """CLAIM_PENDING lives in RAM only."""
    body = decode_cbor(PersistentState(FACTORY_CONFIG).encode())
    assert body is not None
    assert PersistentState.decode(encode_cbor({**body, "state": state})) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", 4),
        ("state", -1),
        ("state", OwnershipState.UNCLAIMED),  # with an owner
        ("state", None),
        ("key_version", -1),
        ("key_version", 2**31),
        ("key_version", "1"),
        ("key_version", True),
        ("revision", 2**32),
        ("revision", None),
        ("claim_id", None),
        ("claim_id", bytes(15)),
        ("organisation", None),
        ("organisation", bytes(17)),
        ("organisation_key", None),
        ("organisation_key", bytes(31)),
        ("token", None),
        ("token", bytes(33)),
        ("revoked", [bytes(15)]),
        ("revoked", [bytes(16)] * 65),
        ("revoked", None),
        ("config", b""),
        ("config", encode_cbor(messages.config_to_body(FACTORY_CONFIG) | {"prescaler": 11})),
        ("more", 1),
    ],
)
def test_persistent_state_decode_with_one_wrong_member_is_none(name: str, value: object) -> None:
    body = decode_cbor(claimed().persistent.encode())
    assert body is not None
    assert PersistentState.decode(encode_cbor({**body, name: value})) is None
    if name in body:
        del body[name]
        assert PersistentState.decode(encode_cbor(body)) is None


# ---- the claim


def test_claim_from_begin_to_confirm_stores_token_and_owner() -> None:
    dongle = claimed()
    assert dongle.state(0.0) == OwnershipState.CLAIMED_ACTIVE
    assert (dongle.persistent.token, dongle.persistent.key_version) == (TOKEN, 1)
    assert dongle.persistent.organisation_key == PUBLIC
    request = host_side.confirm_request(dongle.device_id, b"c" * 16, 1, TOKEN, NONCE)
    host_side.verify_confirm(ask(dongle, ProtocolCommand.CLAIM_CONFIRM, request), request, dongle.device_id, 1, TOKEN)


def test_confirm_of_another_claim_or_of_none_finds_no_claim() -> None:
    request = host_side.confirm_request(device().device_id, b"d" * 16, 1, TOKEN, NONCE)
    for dongle in (claimed(), device()):
        with pytest.raises(ProtocolError) as refused:
            ask(dongle, ProtocolCommand.CLAIM_CONFIRM, request)
        assert refused.value.code == ErrorCode.NO_CLAIM


def test_confirm_with_another_token_is_refused_by_both_sides() -> None:
    dongle = claimed()
    wrong = host_side.confirm_request(dongle.device_id, b"c" * 16, 1, b"u" * 32, NONCE)
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_CONFIRM, wrong)
    assert refused.value.code == ErrorCode.NOT_AUTHENTIC
    request = host_side.confirm_request(dongle.device_id, b"c" * 16, 1, TOKEN, NONCE)
    with pytest.raises(ProtocolError):  # the host's own half, reflected
        host_side.verify_confirm({"mac": request["mac"]}, request, dongle.device_id, 1, TOKEN)


def test_press_before_the_claim_is_proved_does_not_count() -> None:
    dongle = device()
    claim = begun(dongle)
    dongle.press(0.0)
    answer = ask(dongle, ProtocolCommand.CLAIM_PROVE, claim.prove_request(ORGANISATION_KEY.sign))
    assert answer == {"present": False, "remaining_ms": 60_000}
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN))
    assert refused.value.code == ErrorCode.PRESENCE_MISSING
    assert dongle.persistent.token is None


def test_claim_after_60_seconds_has_ended() -> None:
    dongle = device()
    claim = pressed(dongle)
    for now, left in ((0.0, 60_000), (59.0, 1000), (59.9985, 1), (59.9995, 0)):
        answer = ask(dongle, ProtocolCommand.CLAIM_PROVE, claim.prove_request(ORGANISATION_KEY.sign), now=now)
        assert answer == {"present": True, "remaining_ms": left}
    assert dongle.state(59.9995) == OwnershipState.CLAIM_PENDING
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN), now=60.0)
    assert refused.value.code == ErrorCode.NO_CLAIM
    assert dongle.state(60.0) == OwnershipState.UNCLAIMED


def test_commit_repeated_writes_once_and_takes_no_other_token() -> None:
    writes: list[PersistentState] = []
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    dongle = DeviceSide(
        key,
        PersistentState(FACTORY_CONFIG),
        writes.append,
        description=DESCRIPTION,
        factory_config=FACTORY_CONFIG,
        random=seeded(3),
    )
    claim = pressed(dongle)
    for _again in range(3):
        claim.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN), now=100.0 * _again))
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(b"u" * 32))
    assert refused.value.code == ErrorCode.TOKEN_CONFLICT
    assert len(writes) == 1


def test_claim_begin_on_a_claimed_dongle_or_with_a_revoked_id_is_refused() -> None:
    dongle = claimed()
    with pytest.raises(ProtocolError) as refused:
        begun(dongle, claim_id=b"d" * 16)
    assert refused.value.code == ErrorCode.ALREADY_CLAIMED
    released = PersistentState(FACTORY_CONFIG, state=OwnershipState.REVOKED, key_version=4, revoked=(b"c" * 16,))
    dongle = device(persistent=released)
    with pytest.raises(ProtocolError) as refused:
        begun(dongle)
    assert refused.value.code == ErrorCode.CLAIM_REVOKED
    assert begun(dongle, claim_id=b"d" * 16).key_version == 5
    full = PersistentState(FACTORY_CONFIG, revoked=tuple(bytes([n]) * 16 for n in range(messages.MAX_REVOKED)))
    with pytest.raises(ProtocolError) as refused:
        begun(device(persistent=full), claim_id=b"d" * 16)
    assert refused.value.code == ErrorCode.CLAIMS_EXHAUSTED


def test_commit_that_fails_to_write_leaves_the_dongle_unclaimed() -> None:
    def full(_new: PersistentState) -> None:
        raise OSError(28, "No space left on device")

    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    dongle = DeviceSide(
        key,
        PersistentState(FACTORY_CONFIG),
        full,
        description=DESCRIPTION,
        factory_config=FACTORY_CONFIG,
        random=seeded(3),
    )
    claim = pressed(dongle)
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN))
    assert refused.value.code == ErrorCode.STORAGE_FAILED
    assert dongle.persistent.token is None
