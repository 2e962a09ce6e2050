"""Releasing a dongle: what it and the database hold afterwards, however it ended."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.canbus.link import Port
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.protocol import ErrorCode, OwnershipState, ProtocolCommand, ProtocolError, host_side
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.flash import Flash, PowerCut
from benchboard.errors import AppError, Conflict, Denied, NotFound, Unavailable
from benchboard.identity.permissions import Actor
from support.benchdata import Bench, paired
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.claims import NONCE, TOKEN, ask, begun, claimed, flipped
from support.databases import unbound
from support.examples import every
from support.killed_acts import killed_at
from support.loopback_dongle import CONFIG, LoopbackDongle
from support.memory_host import ORGANISATION_KEY, Host

CLAIM = b"c" * 16


def release_body(dongle_id: str, *, token: bytes = TOKEN, sign: Ed25519PrivateKey = ORGANISATION_KEY) -> Body:
    return host_side.release_request(dongle_id, CLAIM, 1, token=token, sign=sign.sign, nonce=NONCE)


# ---- the dongle


def test_release_revokes_the_claim_and_keeps_settings_and_counters() -> None:
    dongle = claimed()
    before = dongle.persistent
    request = release_body(dongle.device_id)
    host_side.verify_released(ask(dongle, ProtocolCommand.RELEASE, request), request, dongle.device_key)
    assert dongle.persistent == replace(
        before, state=OwnershipState.REVOKED, claim_id=None, organisation=None, organisation_key=None, token=None,
        revoked=(CLAIM,),
    )  # fmt: skip
    status = host_side.read_status(
        ask(dongle, ProtocolCommand.STATUS, {"nonce": NONCE}), NONCE, dongle.device_key, TOKEN
    )
    assert (status.state, status.claim_id, status.key_version) == (OwnershipState.REVOKED, None, 1)
    assert status.holds_token is False


def test_release_again_is_answered_without_a_write() -> None:
    dongle = claimed()
    request = release_body(dongle.device_id)
    ask(dongle, ProtocolCommand.RELEASE, request)
    held = dongle.persistent
    later = {**request, "nonce": b"m" * 16}  # its MAC and signature fit no longer
    host_side.verify_released(ask(dongle, ProtocolCommand.RELEASE, later), later, dongle.device_key)
    assert dongle.persistent is held


def test_released_dongle_takes_a_new_claim_and_never_the_old_one() -> None:
    dongle = claimed()
    ask(dongle, ProtocolCommand.RELEASE, release_body(dongle.device_id))
    with pytest.raises(ProtocolError) as caught:
        begun(dongle)
    assert caught.value.code is ErrorCode.CLAIM_REVOKED
    claimed(dongle, claim_id=b"d" * 16)
    assert (dongle.persistent.key_version, dongle.persistent.claim_id) == (2, b"d" * 16)
    request = release_body(dongle.device_id)
    host_side.verify_released(ask(dongle, ProtocolCommand.RELEASE, request), request, dongle.device_key)
    assert dongle.persistent.state == OwnershipState.CLAIMED_ACTIVE, "the claim in force is another one"


def test_release_without_the_token_or_the_signature_changes_nothing() -> None:
    dongle = claimed()
    held = dongle.persistent
    right = release_body(dongle.device_id)
    for wrong, code in (
        (release_body(dongle.device_id, token=b"x" * 32), ErrorCode.NOT_AUTHENTIC),
        (release_body(dongle.device_id, sign=Ed25519PrivateKey.generate()), ErrorCode.BAD_SIGNATURE),
        (release_body("0" * 16), ErrorCode.NOT_AUTHENTIC),
        ({**right, "nonce": b"m" * 16}, ErrorCode.NOT_AUTHENTIC),
        ({**right, "claim_id": b"d" * 16}, ErrorCode.NO_CLAIM),
        *(({**right, "mac": flipped(right["mac"], place, 0)}, ErrorCode.NOT_AUTHENTIC) for place in range(32)),
        *(({**right, "signature": flipped(right["signature"], at, 0)}, ErrorCode.BAD_SIGNATURE) for at in range(64)),
    ):
        with pytest.raises(ProtocolError) as caught:
            ask(dongle, ProtocolCommand.RELEASE, wrong)
        assert caught.value.code is code
        assert dongle.persistent is held


def test_release_of_an_unclaimed_dongle_is_refused() -> None:
    dongle = claimed()
    body = release_body(dongle.device_id)
    fresh = LoopbackDongle().machine
    with pytest.raises(ProtocolError) as caught:
        ask(fresh, ProtocolCommand.RELEASE, body)
    assert caught.value.code is ErrorCode.NO_CLAIM


def test_answer_of_another_dongle_or_to_another_request_is_refused() -> None:
    dongle = claimed()
    request = release_body(dongle.device_id)
    answer = ask(dongle, ProtocolCommand.RELEASE, request)
    for other, key in (
        ({**request, "nonce": b"m" * 16}, dongle.device_key),
        ({**request, "claim_id": b"d" * 16}, dongle.device_key),
        (request, LoopbackDongle().machine.device_key),
    ):
        with pytest.raises(ProtocolError):
            host_side.verify_released(answer, other, key)


# ---- the cable and the power


def _released(host: Host, device: Device) -> None:
    claim_id, version, token = host.stored["active"]
    device.release(claim_id=claim_id, key_version=version, token=token, sign=ORGANISATION_KEY.sign)


def _paired_image() -> tuple[bytes, Host]:
    flash, host = Flash(), Host()
    host.pair(connect(new_dongle(flash), Clock()))
    return flash.image, host


IMAGE, PAIRED = _paired_image()


def _whole_release() -> list[int]:
    clock = Clock()
    cable = Cable(new_dongle(Flash(IMAGE)), clock)
    _released(PAIRED, Device(cable, clock=clock, random=seeded(2)))
    return cable.passed


@pytest.mark.parametrize("way", ["to_device", "to_host"])
@pytest.mark.parametrize("power", ["lost with the cable", "kept"])
def test_release_with_the_cable_cut_after_any_byte_ends_in_one_of_two_states(way: str, power: str) -> None:
    outcomes = set()
    claim_id, version, token = PAIRED.stored["active"]
    for cut in range(0, _whole_release()[way == "to_host"], every(5)):
        flash, clock = Flash(IMAGE), Clock()
        dongle = new_dongle(flash)
        with pytest.raises(AppError):
            _released(PAIRED, Device(Cable(dongle, clock, **{way: cut}), clock=clock, random=seeded(2)))  # type: ignore[arg-type]
        if power != "kept":
            dongle = new_dongle(flash)
        status = connect(dongle, clock, seed=3).status(token)
        assert status.key_version == version
        if status.state == OwnershipState.REVOKED:
            assert (status.claim_id, dongle.persistent.token) == (None, None)
        else:
            assert (status.state, status.claim_id) == (OwnershipState.CLAIMED_ACTIVE, claim_id.bytes)
            assert status.holds_token
        outcomes.add(status.state)
        _released(PAIRED, connect(dongle, clock, seed=4))
        assert dongle.persistent.state == OwnershipState.REVOKED
        assert dongle.persistent.revoked == (claim_id.bytes,)
    # RELEASE is the last message: the dongle has been asked unless a byte of it is missing. Its last one ends the line,
    # as does the first one of the next host.
    assert OwnershipState.CLAIMED_ACTIVE in outcomes
    if way == "to_host":
        assert OwnershipState.REVOKED in outcomes


def test_release_with_power_lost_at_any_byte_of_flash_leaves_the_old_state_or_the_new_one() -> None:
    flash = Flash(IMAGE)
    flash.cut_after = 10**9
    _released(PAIRED, connect(new_dongle(flash), Clock()))
    total, states = 10**9 - flash.cut_after, []
    for cut in [*range(0, 4096, 211), *range(4096, total - 20, every(11)), *range(total - 20, total + 1)]:
        flash = Flash(IMAGE)
        dongle = new_dongle(flash)
        flash.cut_after = cut
        try:
            _released(PAIRED, connect(dongle, Clock()))
        except PowerCut:
            dongle = new_dongle(Flash(flash.image))
        states.append(dongle.persistent.state)
        assert (dongle.persistent.token is None) == (states[-1] == OwnershipState.REVOKED)
    assert states == sorted(states)
    assert set(states) == {OwnershipState.CLAIMED_ACTIVE, OwnershipState.REVOKED}


# ---- the database


@pytest.fixture
def dongle() -> LoopbackDongle:
    return LoopbackDongle()


def device_of(dongle: LoopbackDongle) -> Device:
    return Device(dongle, clock=dongle.clock)


def pair(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None) -> None:
    who = actor or bench.technician
    provisioning.pair(bench.database.bind(who), who, bench.key_of(who), device_of(dongle))


def release(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None) -> str:
    who = actor or bench.technician
    return provisioning.release(bench.database.bind(who), who, bench.key_of(who), device_of(dongle))


def reconcile(bench: Bench, dongle: LoopbackDongle) -> str | None:
    who = bench.technician
    return provisioning.reconcile(bench.database.bind(who), who, bench.key_of(who), device_of(dongle))


def test_release_makes_the_row_revoked_and_deletes_the_token(bench: Bench, dongle: LoopbackDongle) -> None:
    record = paired(bench, dongle, "Rig 1")
    claim_id = str(UUID(bytes=dongle.saved.claim_id))
    assert release(bench, dongle) == record.id
    assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"
    details = bench.last_event("dongle.release").details
    assert (details["name"], details["claim_id"], details["key_version"]) == ("Rig 1", claim_id, 1)
    assert release(bench, dongle) == record.id, "it changes nothing"
    assert bench.events("dongle.release") == ["dongle.release"]


def test_released_dongle_is_paired_again_by_us_or_by_another_organisation(bench: Bench, dongle: LoopbackDongle) -> None:
    pair(bench, dongle)
    release(bench, dongle)
    pair(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert dongle.saved.key_version == 2
    release(bench, dongle)
    pair(bench, dongle, bench.rival)
    assert bench.assert_agreement(bench.rival, dongle) == "CLAIMED_ACTIVE"
    assert reconcile(bench, dongle) == "REVOKED"


def test_released_dongle_takes_settings_from_anyone_over_the_revision_it_has(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    pair(bench, dongle)
    device = device_of(dongle)
    fleet.write_config(bench.database.bind(bench.technician), bench.technician, bench.data_key, device, CONFIG)
    revision = dongle.saved.revision
    release(bench, dongle)
    stored = device_of(dongle).config_write(replace(CONFIG, mode="LISTEN_ONLY"))
    assert stored.revision == revision + 1


def test_release_of_what_is_not_ours_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    for who in (bench.analyst, bench.ops_manager):
        with pytest.raises(Denied):
            release(bench, dongle, who)
    with pytest.raises(NotFound):
        release(bench, dongle)
    pair(bench, dongle)
    with pytest.raises(NotFound):
        release(bench, dongle, bench.rival)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_release_of_a_dongle_that_was_paired_elsewhere_since_marks_ours_as_ended(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    """Its claim of ours is revoked, which is what a release asks for; the other organisation's stays."""
    pair(bench, dongle)
    dongle.factory_reset()
    pair(bench, dongle, bench.rival)
    release(bench, dongle)
    row = bench.row(bench.technician, dongle.machine.device_id)
    assert (row.ownership_state, bench.token_row(row.id)) == ("REVOKED", None)
    assert bench.assert_agreement(bench.rival, dongle) == "CLAIMED_ACTIVE"


def test_release_by_another_organisation_leaves_our_row_lost(bench: Bench, dongle: LoopbackDongle) -> None:
    pair(bench, dongle)
    dongle.factory_reset()
    pair(bench, dongle, bench.rival)
    release(bench, dongle, bench.rival)
    assert dongle.saved.state == OwnershipState.REVOKED
    assert reconcile(bench, dongle) == "LOST"


def test_release_whose_answer_is_lost_says_so_and_the_next_contact_decides(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    pair(bench, dongle)
    sent = 0

    def lose() -> None:
        nonlocal sent
        sent += 1
        if sent > 1:  # HELLO is answered
            dongle.read(0)

    dongle.after_write = lose
    with pytest.raises(Unavailable) as caught:
        release(bench, dongle)
    assert caught.value.code == "dongle.release-unknown"
    assert dongle.saved.state == OwnershipState.REVOKED
    assert bench.row(bench.technician, dongle.machine.device_id).ownership_state == "CLAIMED_ACTIVE"
    dongle.after_write = lambda: None
    assert reconcile(bench, dongle) == "REVOKED"
    assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"


@pytest.mark.parametrize("follows", ["reconcile", "release", "pair", "restart, then reconcile"])
def test_release_killed_at_any_message_or_statement_ends_in_agreement(bench: Bench, follows: str) -> None:
    death, finished, half_done = 1, False, 0
    while not finished:
        dongle = LoopbackDongle()
        pair(bench, dongle)
        finished = not killed_at(bench, dongle, death, partial(release, bench, dongle))
        row = bench.row(bench.technician, dongle.machine.device_id)
        half_done += dongle.saved.state == OwnershipState.REVOKED and row.ownership_state == "CLAIMED_ACTIVE"
        dongle.replug()
        if follows == "restart, then reconcile":
            dongle.power_cycle()
        if follows == "release":
            release(bench, dongle)
            assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"
        elif follows == "pair":
            pair(bench, dongle)
            assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
        else:
            reconcile(bench, dongle)
            assert bench.assert_agreement(bench.technician, dongle) in ("REVOKED", "CLAIMED_ACTIVE")
        death += every(3)
    assert death > 10
    assert half_done > 0, "some died between the dongle and the database"


def test_two_hosts_release_at_the_same_time_and_both_succeed(bench: Bench, dongle: LoopbackDongle) -> None:
    pair(bench, dongle)
    sent = 0

    def other_host() -> None:
        nonlocal sent
        sent += 1
        if sent == 2:  # ours has read the row, and sends RELEASE
            dongle.after_write = lambda: None
            answers = dongle.read(0)
            release(bench, dongle)
            dongle.replug()
            dongle.put_back(answers)

    dongle.after_write = other_host
    release(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"
    assert bench.events("dongle.release") == ["dongle.release"]


# ---- stock firmware

_STOCK = DongleInfo("/dev/ttyACM5", "canable", "normaldotcom", "")
_PORT = Port("/dev/ttyACM5", "stick", 0x16D0, 0x117E, "3A71", False, "usb:1")


def test_release_of_stock_firmware_needs_no_dongle_and_it_can_be_registered_again(bench: Bench) -> None:
    def register() -> str:
        with unbound(bench.database).change() as session:
            return provisioning.observe(session, bench.technician, port=_PORT, info=_STOCK, present=[_PORT])

    row_id = register()
    with unbound(bench.database).change() as session:
        assert provisioning.release_observed(session, bench.technician, row_id)
    with unbound(bench.database).change() as session:
        assert not provisioning.release_observed(session, bench.technician, row_id)
    for actor, error in ((bench.ops_manager, Denied), (bench.rival, NotFound)):
        with pytest.raises(error), unbound(bench.database).change() as session:
            provisioning.release_observed(session, actor, row_id)
    assert register() == row_id
    assert bench.events("dongle") == ["dongle.observe", "dongle.release", "dongle.observe"]


def test_release_without_the_dongle_of_one_that_holds_a_token_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    record = paired(bench, dongle, "Rig 1")
    with pytest.raises(Conflict) as caught, unbound(bench.database).change() as session:
        provisioning.release_observed(session, bench.technician, record.id)
    assert caught.value.code == "dongles.proven"
