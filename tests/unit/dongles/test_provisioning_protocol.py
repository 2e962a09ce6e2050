"""What a dongle answers: who it is, its settings, and a claim from begin to confirm."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
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
    Packet,
    Refused,
    State,
    host_side,
    messages,
    session,
)
from benchboard.dongles.protocol.framing import MAX_PACKET, canonical
from benchboard.dongles.simulator.node import FACTORY_CONFIG, FACTS
from support.cable import seeded
from support.claiming import NONCE, TOKEN, ask, begun, claimed, device, flipped, pressed
from support.pairing import ORGANISATION_KEY, PUBLIC

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
