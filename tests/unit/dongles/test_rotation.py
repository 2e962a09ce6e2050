"""Replacing a dongle's token: what it and the database hold afterwards, however it ended."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles import fleet, provisioning, recorded_events
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import (
    DeviceSide,
    ErrorCode,
    HostClaim,
    OwnershipState,
    ProtocolCommand,
    ProtocolError,
    host_side,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.flash import Flash, PowerCut
from benchboard.errors import AppError, Conflict, DeviceFailure, NotFound, Unavailable
from benchboard.identity.permissions import Actor
from support.benchdata import Bench, paired
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.claims import NONCE, TOKEN, ask, begun, claim_for, claimed, device, flipped, signer
from support.databases import unbound
from support.examples import every
from support.killed_acts import killed_at
from support.loopback_dongle import CONFIG, LoopbackDongle
from support.memory_host import ORGANISATION, ORGANISATION_KEY, PUBLIC, Host

CLAIM = b"c" * 16
NEW = b"u" * 32


def rotation_for(
    dongle: DeviceSide,
    *,
    token: bytes = TOKEN,
    sign: Ed25519PrivateKey = ORGANISATION_KEY,
    version: int = 1,
    seed: int = 11,
) -> tuple[HostClaim, Body]:
    """A host's rotation of the claim in force, and its ROTATE."""
    rotation = claim_for(dongle, seed=seed)
    return rotation, rotation.rotate_request(version, token=token, sign=sign.sign)


def rotated(dongle: DeviceSide, token: bytes = NEW) -> HostClaim:
    rotation, request = rotation_for(dongle)
    rotation.accept_rotate(ask(dongle, ProtocolCommand.ROTATE, request))
    rotation.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(token)))
    return rotation


def status(dongle: DeviceSide, token: bytes) -> host_side.Status:
    answer = ask(dongle, ProtocolCommand.STATUS, {"nonce": NONCE})
    return host_side.read_status(answer, NONCE, dongle.device_key, token)


# ---- the dongle


def test_rotation_replaces_the_token_and_nothing_else() -> None:
    dongle = claimed()
    before = dongle.persistent
    rotated(dongle)
    assert dongle.persistent == replace(before, token=NEW, key_version=2)
    assert status(dongle, NEW).holds_token
    assert not status(dongle, TOKEN).holds_token


def test_rotation_under_way_leaves_the_claim_in_force() -> None:
    dongle = claimed()
    rotation, request = rotation_for(dongle)
    rotation.accept_rotate(ask(dongle, ProtocolCommand.ROTATE, request))
    said = status(dongle, TOKEN)
    assert (said.state, said.claim_id, said.key_version) == (OwnershipState.CLAIMED_ACTIVE, CLAIM, 1)
    assert said.holds_token
    assert dongle.state(0.0) == OwnershipState.CLAIMED_ACTIVE
    write = host_side.config_write_request(CONFIG_OF_SIMULATOR, 0, dongle.device_id, signer(dongle))
    ask(dongle, ProtocolCommand.CONFIG_WRITE, write)
    rotation.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(NEW)))
    assert (dongle.persistent.token, dongle.persistent.revision) == (NEW, 1)


CONFIG_OF_SIMULATOR = replace(claimed().persistent.config, mode="LISTEN_ONLY")


def test_repeated_messages_are_answered_again_without_a_write() -> None:
    dongle = claimed()
    rotation, request = rotation_for(dongle)
    first = ask(dongle, ProtocolCommand.ROTATE, request)
    assert ask(dongle, ProtocolCommand.ROTATE, request) == first
    rotation.accept_rotate(first)
    rotation.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(NEW)))
    held = dongle.persistent
    rotation.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(NEW)))
    assert dongle.persistent is held
    with pytest.raises(ProtocolError) as caught:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(b"v" * 32))
    assert caught.value.code is ErrorCode.TOKEN_CONFLICT
    with pytest.raises(ProtocolError) as caught:  # the token that it proves is no longer in force
        ask(dongle, ProtocolCommand.ROTATE, request)
    assert caught.value.code is ErrorCode.NOT_AUTHENTIC


def test_rotation_without_the_token_or_the_signature_begins_nothing() -> None:
    dongle = claimed()
    held = dongle.persistent
    _rotation, right = rotation_for(dongle)
    for wrong, code in (
        (rotation_for(dongle, token=b"x" * 32)[1], ErrorCode.NOT_AUTHENTIC),
        (rotation_for(dongle, version=2)[1], ErrorCode.NOT_AUTHENTIC),
        (rotation_for(dongle, sign=Ed25519PrivateKey.generate())[1], ErrorCode.BAD_SIGNATURE),
        ({**right, "host_ephemeral": b"e" * 32}, ErrorCode.NOT_AUTHENTIC),
        ({**right, "host_nonce": b"e" * 32}, ErrorCode.NOT_AUTHENTIC),
        ({**right, "claim_id": b"d" * 16}, ErrorCode.NO_CLAIM),
        *(({**right, "mac": flipped(right["mac"], place, 0)}, ErrorCode.NOT_AUTHENTIC) for place in range(32)),
        *(({**right, "signature": flipped(right["signature"], at, 0)}, ErrorCode.BAD_SIGNATURE) for at in range(64)),
    ):
        with pytest.raises(ProtocolError) as caught:
            ask(dongle, ProtocolCommand.ROTATE, wrong)
        assert caught.value.code is code
    with pytest.raises(ProtocolError) as caught:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, {"claim_id": CLAIM, "counter": 0, "sealed": b"x" * 40})
    assert caught.value.code is ErrorCode.NOT_AUTHENTIC, "the claim's own session is the last there was"
    assert dongle.persistent is held


def test_rotation_of_an_unclaimed_or_released_dongle_is_refused() -> None:
    for dongle in (device(), claimed()):
        if dongle.persistent.token is not None:
            release = host_side.release_request(
                dongle.device_id, CLAIM, 1, token=TOKEN, sign=ORGANISATION_KEY.sign, nonce=NONCE
            )
            ask(dongle, ProtocolCommand.RELEASE, release)
        with pytest.raises(ProtocolError) as caught:
            ask(dongle, ProtocolCommand.ROTATE, rotation_for(dongle)[1])
        assert caught.value.code is ErrorCode.NO_CLAIM


def test_rotation_ends_after_60_s_by_a_later_one_by_release_and_by_reset() -> None:
    def late(dongle: DeviceSide, now: float, between: tuple[ProtocolCommand, Body] | None) -> ErrorCode:
        rotation, request = rotation_for(dongle)
        rotation.accept_rotate(ask(dongle, ProtocolCommand.ROTATE, request))
        if between is not None:
            ask(dongle, *between)
        with pytest.raises(ProtocolError) as caught:
            ask(dongle, ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(NEW), now)
        return caught.value.code

    assert late(claimed(), 60.0, None) is ErrorCode.NO_CLAIM
    assert late(claimed(), 0.0, (ProtocolCommand.FACTORY_RESET, {"nonce": NONCE})) is ErrorCode.NO_CLAIM
    dongle = claimed()
    other = rotation_for(dongle, seed=12)[1]
    assert late(dongle, 0.0, (ProtocolCommand.ROTATE, other)) is ErrorCode.NOT_AUTHENTIC
    dongle = claimed()
    release = host_side.release_request(
        dongle.device_id, CLAIM, 1, token=TOKEN, sign=ORGANISATION_KEY.sign, nonce=NONCE
    )
    assert late(dongle, 0.0, (ProtocolCommand.RELEASE, release)) is ErrorCode.NO_CLAIM


def test_key_version_at_its_greatest_is_not_rotated() -> None:
    dongle = claimed()
    dongle.persistent = replace(dongle.persistent, key_version=messages.MAX_KEY_VERSION)
    with pytest.raises(ProtocolError) as caught:
        ask(dongle, ProtocolCommand.ROTATE, rotation_for(dongle, version=messages.MAX_KEY_VERSION)[1])
    assert caught.value.code is ErrorCode.CLAIMS_EXHAUSTED


def test_answer_of_another_dongle_or_to_another_request_is_refused() -> None:
    dongle = claimed()
    rotation, request = rotation_for(dongle)
    answer = ask(dongle, ProtocolCommand.ROTATE, request)
    stranger = claim_for(device(seed=2), seed=11)
    later = claim_for(dongle, seed=12)
    for host in (stranger, later):
        with pytest.raises(ProtocolError):
            host.accept_rotate(answer)
    for name in ("device_nonce", "device_ephemeral", "signature"):
        with pytest.raises(ProtocolError):
            rotation.accept_rotate({**answer, name: flipped(answer[name], 3, 1)})
    with pytest.raises(ProtocolError):
        rotation.accept_rotate({**answer, "key_version": 3})
    with pytest.raises(ProtocolError):  # a claim's answer is no rotation's
        rotation.accept_begin({**answer, "device_key": dongle.device_key})
    with pytest.raises(ProtocolError):
        begun(dongle)


# ---- the cable and the power


def rotate_host(host: Host, device: Device) -> None:
    """Rotate like `provisioning`: `pending` is stored before COMMIT, and `active` stays until it is proved."""
    claim_id, version, token = host.stored["active"]
    if "pending" in host.stored:
        new = host.stored["pending"]
        if device.status(new[2]).holds_token:
            device.claim_confirm(claim_id=claim_id, key_version=new[1], token=new[2])
            host.stored["active"] = host.stored.pop("pending")
            return
    rotation = device.rotate_begin(
        claim_id=claim_id, organisation=ORGANISATION, organisation_key=PUBLIC, key_version=version, token=token,
        sign=ORGANISATION_KEY.sign,
    )  # fmt: skip
    host.claims += 1
    host.stored["pending"] = (claim_id, rotation.key_version, bytes([100 + host.claims]) * 32)
    device.claim_commit(rotation, host.stored["pending"][2])
    device.claim_confirm(claim_id=claim_id, key_version=rotation.key_version, token=host.stored["pending"][2])
    host.stored["active"] = host.stored.pop("pending")


def _paired_image() -> tuple[bytes, Host]:
    flash, host = Flash(), Host()
    host.pair(connect(new_dongle(flash), Clock()))
    return flash.image, host


IMAGE, PAIRED = _paired_image()


def fresh_host() -> Host:
    return Host(dict(PAIRED.stored), PAIRED.claims)


def _whole_rotation() -> list[int]:
    clock = Clock()
    cable = Cable(new_dongle(Flash(IMAGE)), clock)
    rotate_host(fresh_host(), Device(cable, clock=clock, random=seeded(2)))
    return cable.passed


@pytest.mark.parametrize("way", ["to_device", "to_host"])
@pytest.mark.parametrize("power", ["lost with the cable", "kept"])
def test_rotation_with_the_cable_cut_after_any_byte_leaves_a_token_that_the_host_has(way: str, power: str) -> None:
    outcomes = set()
    for cut in range(0, _whole_rotation()[way == "to_host"], every(5)):
        flash, clock, host = Flash(IMAGE), Clock(), fresh_host()
        dongle = new_dongle(flash)
        with pytest.raises(AppError):
            rotate_host(host, Device(Cable(dongle, clock, **{way: cut}), clock=clock, random=seeded(2)))  # type: ignore[arg-type]
        if power != "kept":
            dongle = new_dongle(flash)
        held = dongle.persistent.token
        assert held in host.tokens()
        outcomes.add("old" if held == host.stored["active"][2] else "new")
        rotate_host(host, connect(dongle, clock, seed=4))
        assert host.tokens() == {dongle.persistent.token}
        assert dongle.persistent.key_version == host.stored["active"][1]
        assert dongle.persistent.revoked == ()
    # CLAIM_CONFIRM is the last message, so both ways the new token may be there.
    assert outcomes == {"old", "new"}


def test_rotation_with_power_lost_at_any_byte_of_flash_leaves_the_old_token_or_the_new_one() -> None:
    flash = Flash(IMAGE)
    flash.cut_after = 10**9
    rotate_host(fresh_host(), connect(new_dongle(flash), Clock()))
    total, versions = 10**9 - flash.cut_after, []
    for cut in [*range(0, 4096, 211), *range(4096, total - 20, every(11)), *range(total - 20, total + 1)]:
        flash, host = Flash(IMAGE), fresh_host()
        dongle = new_dongle(flash)
        flash.cut_after = cut
        try:
            rotate_host(host, connect(dongle, Clock()))
        except PowerCut:
            dongle = new_dongle(Flash(flash.image))
        versions.append(dongle.persistent.key_version)
        assert dongle.persistent.token in host.tokens()
    assert versions == sorted(versions)
    assert set(versions) == {1, 2}


# ---- the database


@pytest.fixture
def dongle() -> LoopbackDongle:
    return LoopbackDongle()


def device_of(dongle: LoopbackDongle) -> Device:
    return Device(dongle, clock=dongle.clock)


def act(bench: Bench, dongle: LoopbackDongle, what: str, actor: Actor | None = None) -> object:
    who = actor or bench.technician
    return getattr(provisioning, what)(bench.database.bind(who), who, bench.key_of(who), device_of(dongle))


def rotate(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None) -> provisioning.PairedDongle:
    found = act(bench, dongle, "rotate", actor)
    assert isinstance(found, provisioning.PairedDongle)
    return found


def test_rotation_replaces_the_stored_token_and_keeps_the_claim(bench: Bench, dongle: LoopbackDongle) -> None:
    record = paired(bench, dongle, "Rig 1")
    claim_id, token, revision = dongle.saved.claim_id, dongle.saved.token, dongle.saved.revision
    done = rotate(bench, dongle)
    assert (done.dongle_id, done.key_version, done.resumed) == (record.id, 2, False)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert (dongle.saved.claim_id, dongle.saved.revision) == (claim_id, revision)
    assert dongle.saved.token != token
    details = bench.last_event("dongle.rotate").details
    assert (details["name"], details["key_version"]) == ("Rig 1", 2)
    assert details["claim_id"] == str(UUID(bytes=claim_id))
    with bench.database.bind(bench.technician).read() as session:
        now = fleet.get_dongle(session, bench.technician, record.id)
    assert (now.key_version, now.claimed_at) == (2, record.claimed_at), "it is paired since it was"
    assert rotate(bench, dongle).key_version == 3
    assert dongle.saved.revoked == ()


def test_rotated_dongle_takes_settings_and_is_released(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)
    rotate(bench, dongle)
    who = bench.technician
    fleet.write_config(
        bench.database.bind(who), who, bench.data_key, device_of(dongle), replace(CONFIG, mode="LISTEN_ONLY")
    )
    assert dongle.saved.config.mode == "LISTEN_ONLY"
    act(bench, dongle, "release")
    assert bench.assert_agreement(who, dongle) == "REVOKED"


def test_rotation_of_what_is_not_ours_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    with pytest.raises(NotFound):
        rotate(bench, dongle)
    paired(bench, dongle)
    with pytest.raises(NotFound):
        rotate(bench, dongle, bench.rival)
    dongle.factory_reset()
    with pytest.raises(Conflict) as caught:
        rotate(bench, dongle)
    assert caught.value.code == "dongle.other-claim"
    assert bench.row(bench.technician, dongle.machine.device_id).ownership_state == "LOST"
    with pytest.raises(Conflict) as caught:
        rotate(bench, dongle)
    assert caught.value.code == "dongles.not-paired"


def _cut_at(dongle: LoopbackDongle, message: int, *, arrives: bool) -> None:
    """Let the cable be cut at this message to the dongle: HELLO, ROTATE, CLAIM_COMMIT, CLAIM_CONFIRM."""
    sent = 0

    def cut() -> None:
        nonlocal sent
        sent += 1
        if sent >= message:
            dongle.replug()
            raise DeviceFailure("port.gone", "gone")

    setattr(dongle, "after_write" if arrives else "before_write", cut)


def _told(bench: Bench) -> list[tuple[str, str]]:
    with unbound(bench.database).read() as session:
        events = recorded_events.latest_events(session, bench.technician, limit=50)
    return [(event.text(lambda _id: "Rig"), event.why) for event in events]


def test_replacement_of_the_key_that_is_interrupted_is_told_and_its_beginning_only_without_an_end(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    paired(bench, dongle)
    _cut_at(dongle, 3, arrives=True)
    with pytest.raises(Unavailable):
        rotate(bench, dongle)
    (interrupted, why), *before = _told(bench)
    assert interrupted == "Replacing the pairing key of Rig was interrupted"
    assert why
    assert not [text for text, _why in before if "key" in text]
    dongle.before_write = dongle.after_write = lambda: None
    rotate(bench, dongle)
    assert [text for text, _why in _told(bench)][:2] == ["Pairing key of Rig replaced", interrupted]


def test_replacement_of_the_key_that_died_is_told_by_its_beginning(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)

    def die() -> None:
        if "dongle.rotate-begin" in bench.events("dongle"):
            raise KeyboardInterrupt

    dongle.before_write = die
    with pytest.raises(KeyboardInterrupt):
        rotate(bench, dongle)
    assert _told(bench)[0][0] == "Replacing the pairing key of Rig began, but didn't end"


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("then", ["reconcile", "rotate", "pair", "release", "write_config"])
def test_rotation_whose_commit_is_cut_leaves_both_tokens_and_the_next_contact_decides(
    bench: Bench, dongle: LoopbackDongle, then: str, *, arrives: bool
) -> None:
    record = paired(bench, dongle)
    _cut_at(dongle, 3, arrives=arrives)
    with pytest.raises(Unavailable) as caught:
        rotate(bench, dongle)
    assert caught.value.code == "dongle.rotate-unknown"
    dongle.before_write = dongle.after_write = lambda: None
    row = bench.row(bench.technician, dongle.machine.device_id)
    assert row.ownership_state == "CLAIMED_ACTIVE"
    assert len(bench.all_tokens(bench.technician, row)) == 2
    assert dongle.saved.token in bench.all_tokens(bench.technician, row)
    assert dongle.saved.key_version == (2 if arrives else 1)
    if then == "write_config":
        who = bench.technician
        wanted = replace(CONFIG, mode="LISTEN_ONLY")
        fleet.write_config(bench.database.bind(who), who, bench.data_key, device_of(dongle), wanted)
        assert dongle.saved.config.mode == "LISTEN_ONLY"
        return
    done = act(bench, dongle, then)
    if then == "rotate":
        assert isinstance(done, provisioning.PairedDongle)
        assert (done.dongle_id, done.key_version, done.resumed) == (record.id, 2, arrives)
    if then == "release":
        assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"
    elif arrives or then == "rotate":
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
        assert dongle.saved.key_version == 2
    else:
        assert bench.stored_token(bench.technician, row) == dongle.saved.token
        assert rotate(bench, dongle).key_version == 2
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


@pytest.mark.parametrize("then", ["reconcile", "pair"])
def test_dongle_that_is_reset_in_the_middle_of_a_rotation_is_lost_or_paired_again(
    bench: Bench, dongle: LoopbackDongle, then: str
) -> None:
    paired(bench, dongle)
    _cut_at(dongle, 3, arrives=False)
    with pytest.raises(Unavailable):
        rotate(bench, dongle)
    dongle.before_write = dongle.after_write = lambda: None
    dongle.factory_reset()
    if then == "reconcile":
        assert act(bench, dongle, "reconcile") == "LOST"
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_dongle_that_refuses_the_new_token_says_so_and_keeps_the_old_one(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)
    token, dongle.worn_out = dongle.saved.token, True
    with pytest.raises(DeviceFailure) as caught:
        rotate(bench, dongle)
    assert (caught.value.code, caught.value.why) == ("dongle.rotate-refused", "The dongle couldn't save the data.")
    assert dongle.saved.token == token
    dongle.worn_out = False
    rotate(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


@pytest.mark.parametrize("follows", ["reconcile", "rotate", "pair", "release", "restart, then reconcile"])
def test_rotation_killed_at_any_message_or_statement_ends_in_agreement(bench: Bench, follows: str) -> None:
    death, finished, half_done = 1, False, 0
    while not finished:
        dongle = LoopbackDongle()
        paired(bench, dongle)
        finished = not killed_at(bench, dongle, death, partial(rotate, bench, dongle))
        row = bench.row(bench.technician, dongle.machine.device_id)
        assert dongle.saved.token in bench.all_tokens(bench.technician, row)
        half_done += dongle.saved.token != bench.stored_token(bench.technician, row)
        dongle.replug()
        if follows == "restart, then reconcile":
            dongle.power_cycle()
        act(bench, dongle, follows.rpartition(" ")[2])
        assert dongle.saved.token in (None, bench.stored_token(bench.technician, row))
        if follows == "rotate":
            assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
        elif follows == "release":
            assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"
        death += every(3)
    assert death > 10
    assert half_done > 0, "some died between the dongle and the database"


def test_two_hosts_rotate_at_the_same_time_and_the_dongle_holds_a_stored_token(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    """Ours has begun, and the other one goes through before ours stores its token. An earlier attempt was cut."""
    paired(bench, dongle)
    _cut_at(dongle, 3, arrives=False)
    with pytest.raises(Unavailable):
        rotate(bench, dongle)
    dongle.before_write, dongle.after_write = (lambda: None), (lambda: None)
    sent = 0

    def other_host() -> None:
        nonlocal sent
        sent += 1
        if sent == 5:  # HELLO, then STATUS and what else reconciles, then ROTATE: ours has read the row
            dongle.after_write = lambda: None
            answers = dongle.read(0)
            rotate(bench, dongle)
            dongle.put_back(answers)

    dongle.after_write = other_host
    with pytest.raises(Conflict) as caught:
        rotate(bench, dongle)
    assert caught.value.code == "dongle.raced"
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
