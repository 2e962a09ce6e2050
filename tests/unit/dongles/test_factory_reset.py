"""Resetting a dongle at its button: what it and the database hold afterwards, however it ended."""

from dataclasses import replace
from functools import partial

import pytest

from benchboard.dongles import fleet, provisioning, write_offs
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import DeviceSide, ErrorCode, OwnershipState, ProtocolCommand, ProtocolError, host_side
from benchboard.dongles.simulator.flash import Flash, PowerCut
from benchboard.errors import AppError, Cancelled, Conflict, Denied, DeviceFailure, Unavailable
from benchboard.identity.permissions import Actor
from support.benchdata import Bench, paired, write
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.claims import NONCE, TOKEN, ask, begun, claimed, device, pressed
from support.databases import unbound
from support.examples import every
from support.killed_acts import killed_at
from support.loopback_dongle import CONFIG, LoopbackDongle, after_reset
from support.memory_host import ORGANISATION_KEY, Host

CLAIM = b"c" * 16
OTHER = b"o" * 16


def reset(dongle: DeviceSide, nonce: bytes = NONCE, now: float = 0.0) -> dict[str, object]:
    return ask(dongle, ProtocolCommand.FACTORY_RESET, {"nonce": nonce}, now)


# ---- the dongle


def test_reset_waits_for_the_button_and_forgets_the_owner_and_the_settings() -> None:
    dongle = claimed()
    dongle.persistent = replace(
        dongle.persistent, config=replace(dongle.persistent.config, mode="LOOPBACK"), revision=7
    )
    before = dongle.persistent
    assert reset(dongle) == {"done": False, "remaining_ms": 60_000}
    assert reset(dongle, now=2.5) == {"done": False, "remaining_ms": 57_500}
    assert dongle.is_waiting_for_press(2.5)
    assert dongle.persistent is before
    dongle.press(2.5)
    assert dongle.persistent is before, "the button alone resets nothing"
    assert reset(dongle, now=3.0) == {"done": True, "remaining_ms": 0}
    assert dongle.persistent == replace(
        before, state=OwnershipState.UNCLAIMED, config=replace(before.config, mode="NORMAL"),
        claim_id=None, organisation=None, organisation_key=None, token=None, revoked=(CLAIM,),
    )  # fmt: skip
    assert (dongle.persistent.key_version, dongle.persistent.revision) == (1, 7)
    held = dongle.persistent
    assert reset(dongle, now=500.0) == {"done": True, "remaining_ms": 0}
    assert dongle.persistent is held
    assert not dongle.is_waiting_for_press(500.0)


def test_press_before_the_request_or_after_its_time_means_nothing() -> None:
    dongle = claimed()
    dongle.press(0.0)
    assert reset(dongle)["done"] is False
    dongle.press(60.0)
    assert reset(dongle, now=60.0) == {"done": False, "remaining_ms": 60_000}, "it waits anew"
    assert dongle.persistent.state == OwnershipState.CLAIMED_ACTIVE


def test_press_for_one_reset_is_none_for_another() -> None:
    dongle = claimed()
    reset(dongle)
    dongle.press(0.0)
    assert reset(dongle, OTHER)["done"] is False
    assert reset(dongle)["done"] is False, "the first one's wait has ended"
    assert dongle.persistent.state == OwnershipState.CLAIMED_ACTIVE


def test_reset_and_claim_end_each_other_so_that_the_button_means_one_thing() -> None:
    dongle = device()
    claim = pressed(dongle)
    reset(dongle)
    with pytest.raises(ProtocolError) as caught:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN))
    assert caught.value.code is ErrorCode.NO_CLAIM
    begun(dongle)
    assert not dongle.is_waiting_for_press(0.0), "the reset's wait has ended, and the claim isn't proved"
    dongle.press(0.0)
    assert reset(dongle)["done"] is False


def test_reset_of_a_released_dongle_keeps_its_revoked_claims() -> None:
    dongle = claimed()
    release = host_side.release_request(
        dongle.device_id, CLAIM, 1, token=TOKEN, sign=ORGANISATION_KEY.sign, nonce=NONCE
    )
    ask(dongle, ProtocolCommand.RELEASE, release)
    reset(dongle)
    dongle.press(0.0)
    reset(dongle)
    assert (dongle.persistent.state, dongle.persistent.revoked) == (OwnershipState.UNCLAIMED, (CLAIM,))
    with pytest.raises(ProtocolError) as caught:
        begun(dongle)
    assert caught.value.code is ErrorCode.CLAIM_REVOKED
    claimed(dongle, claim_id=b"d" * 16)
    assert dongle.persistent.key_version == 2


def test_reset_that_cannot_be_stored_changes_nothing_and_may_be_repeated() -> None:
    loop = LoopbackDongle()
    dongle = claimed(loop.machine)
    before, loop.worn_out = dongle.persistent, True
    reset(dongle)
    dongle.press(0.0)
    with pytest.raises(ProtocolError) as caught:
        reset(dongle)
    assert caught.value.code is ErrorCode.STORAGE_FAILED
    assert dongle.persistent is before
    loop.worn_out = False
    assert reset(dongle)["done"] is True


def test_claim_waits_for_its_own_press_after_a_reset_was_asked_for() -> None:
    dongle = device()
    reset(dongle)
    claim = pressed(dongle)
    claim.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN)))
    assert dongle.persistent.token == TOKEN


# ---- the cable and the power


def _paired_image() -> bytes:
    flash = Flash()
    Host().pair(connect(new_dongle(flash), Clock()))
    return flash.image


IMAGE = _paired_image()
HELD = new_dongle(Flash(IMAGE)).persistent


def _whole_reset() -> list[int]:
    clock = Clock()
    cable = Cable(new_dongle(Flash(IMAGE)), clock)
    Device(cable, clock=clock, random=seeded(2)).factory_reset()
    return cable.passed


@pytest.mark.parametrize("way", ["to_device", "to_host"])
@pytest.mark.parametrize("power", ["lost with the cable", "kept"])
def test_reset_with_the_cable_cut_after_any_byte_ends_in_one_of_two_states(way: str, power: str) -> None:
    outcomes = set()
    for cut in range(0, _whole_reset()[way == "to_host"], every(5)):
        flash, clock = Flash(IMAGE), Clock()
        dongle = new_dongle(flash)
        with pytest.raises(AppError):
            Device(Cable(dongle, clock, **{way: cut}), clock=clock, random=seeded(2)).factory_reset()  # type: ignore[arg-type]
        if power != "kept":
            dongle = new_dongle(flash)
        hello = connect(dongle, clock, seed=3).hello()
        assert dongle.persistent in (HELD, replace(dongle.persistent, state=OwnershipState.UNCLAIMED))
        assert hello.key_version == HELD.key_version
        assert (dongle.persistent.token is None) == (hello.state == OwnershipState.UNCLAIMED)
        outcomes.add(hello.state)
        connect(dongle, clock, seed=4).factory_reset()
        assert (dongle.persistent.state, dongle.persistent.revoked) == (OwnershipState.UNCLAIMED, (HELD.claim_id,))
    # STATUS is the last message, so both ways the dongle may have been reset.
    assert outcomes == {OwnershipState.CLAIMED_ACTIVE, OwnershipState.UNCLAIMED}


def test_reset_with_power_lost_at_any_byte_of_flash_leaves_the_old_state_or_the_new_one() -> None:
    flash = Flash(IMAGE)
    flash.cut_after = 10**9
    connect(new_dongle(flash), Clock()).factory_reset()
    total, states = 10**9 - flash.cut_after, []
    for cut in [*range(0, 4096, 211), *range(4096, total - 20, every(11)), *range(total - 20, total + 1)]:
        flash = Flash(IMAGE)
        dongle = new_dongle(flash)
        flash.cut_after = cut
        try:
            connect(dongle, Clock()).factory_reset()
        except PowerCut:
            dongle = new_dongle(Flash(flash.image))
        states.append(dongle.persistent.state)
        assert (dongle.persistent.token is None) == (states[-1] == OwnershipState.UNCLAIMED)
    assert set(states) == {OwnershipState.CLAIMED_ACTIVE, OwnershipState.UNCLAIMED}
    assert states == sorted(states, reverse=True)


def test_reset_that_nobody_presses_for_or_that_is_cancelled_changes_nothing() -> None:
    dongle, clock = new_dongle(Flash(IMAGE), press_after=None), Clock()
    waited: list[float] = []
    with pytest.raises(DeviceFailure) as caught:
        connect(dongle, clock).factory_reset(on_wait=waited.append)
    assert caught.value.code == "dongle.not-pressed"
    assert 59 < waited[0] <= 60
    assert waited == sorted(waited, reverse=True)
    with pytest.raises(Cancelled):
        connect(dongle, clock).factory_reset(cancelled=lambda: True)
    assert dongle.persistent == HELD


# ---- the database


@pytest.fixture
def dongle() -> LoopbackDongle:
    return LoopbackDongle()


def act(bench: Bench, dongle: LoopbackDongle, what: str, actor: Actor | None = None) -> object:
    who = actor or bench.technician
    return getattr(provisioning, what)(
        bench.database.bind(who), who, bench.key_of(who), Device(dongle, clock=dongle.clock)
    )


def test_reset_of_our_dongle_releases_it(bench: Bench, dongle: LoopbackDongle) -> None:
    record = paired(bench, dongle, "Rig 1")
    write(bench, dongle, replace(CONFIG, mode="LISTEN_ONLY"))
    before = dongle.saved
    assert act(bench, dongle, "factory_reset") == record.id
    assert dongle.saved == after_reset(before)
    row = bench.row(bench.technician, dongle.machine.device_id)
    assert (row.ownership_state, row.claim_id, bench.token_row(row.id)) == ("REVOKED", None, None)
    assert bench.events("dongle.")[-2:] == ["dongle.reset", "dongle.release"]
    assert bench.last_event("dongle.reset").details["name"] == "Rig 1"
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert write(bench, dongle, replace(CONFIG, mode="LISTEN_ONLY")).revision == before.revision + 1


@pytest.mark.parametrize("ours", ["never", "lost", "written off"])
def test_reset_takes_a_dongle_back_from_another_organisation(bench: Bench, dongle: LoopbackDongle, ours: str) -> None:
    if ours != "never":
        paired(bench, dongle)
        dongle.factory_reset()
    act(bench, dongle, "pair", bench.rival)
    if ours != "never":
        act(bench, dongle, "reconcile")
    if ours == "written off":
        with unbound(bench.database).change() as session:
            row_id = bench.row(bench.technician, dongle.machine.device_id).id
            write_offs.write_off(session, bench.technician, row_id)
    assert (act(bench, dongle, "factory_reset") is None) == (ours == "never")
    assert bench.last_event("dongle.reset").details["device_id"] == dongle.machine.device_id
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert act(bench, dongle, "reconcile", bench.rival) == "LOST"
    assert act(bench, dongle, "release", bench.rival)
    assert bench.row(bench.rival, dongle.machine.device_id).ownership_state == "REVOKED"


def test_reset_of_a_dongle_whose_key_this_database_lacks_makes_it_free(bench: Bench, dongle: LoopbackDongle) -> None:
    """Such as after a backup from before the pairing was restored: it says to reset the dongle."""
    paired(bench, dongle)
    bench.put_row(bench.technician, dongle.machine.device_id, "UNCLAIMED", tokens=False)
    with pytest.raises(Conflict) as caught:
        act(bench, dongle, "pair")
    assert caught.value.code == "dongle.token-missing"
    act(bench, dongle, "factory_reset")
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_reset_needs_the_permission(bench: Bench, dongle: LoopbackDongle) -> None:
    for who in (bench.analyst, bench.ops_manager):
        with pytest.raises(Denied):
            act(bench, dongle, "factory_reset", who)


@pytest.mark.parametrize("arrives", [True, False])
def test_reset_whose_last_message_is_cut_is_told_as_unknown_and_the_next_contact_decides(
    bench: Bench, dongle: LoopbackDongle, *, arrives: bool
) -> None:
    paired(bench, dongle)
    sent = 0

    def cut() -> None:
        nonlocal sent
        sent += 1
        if sent >= 3:  # HELLO, FACTORY_RESET; this is the one after the press
            dongle.replug()
            raise DeviceFailure("port.gone", "gone")

    setattr(dongle, "after_write" if arrives else "before_write", cut)
    with pytest.raises(Unavailable) as caught:
        act(bench, dongle, "factory_reset")
    assert caught.value.code == "dongle.reset-unknown"
    dongle.before_write = dongle.after_write = lambda: None
    assert act(bench, dongle, "reconcile") == ("LOST" if arrives else "CLAIMED_ACTIVE")
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


@pytest.mark.parametrize("follows", ["factory_reset", "release", "pair", "reconcile, then pair"])
def test_reset_killed_at_any_message_or_statement_ends_in_agreement(bench: Bench, follows: str) -> None:
    death, finished, half_done = 1, False, 0
    while not finished:
        dongle = LoopbackDongle()
        paired(bench, dongle)
        finished = not killed_at(bench, dongle, death, partial(act, bench, dongle, "factory_reset"))
        row = bench.row(bench.technician, dongle.machine.device_id)
        half_done += dongle.saved.state == OwnershipState.UNCLAIMED and row.ownership_state == "CLAIMED_ACTIVE"
        dongle.replug()
        for step in follows.split(", then "):
            act(bench, dongle, step)
        row = bench.row(bench.technician, dongle.machine.device_id)
        if follows in ("factory_reset", "release"):
            assert (row.ownership_state, bench.token_row(row.id), dongle.saved.token) == ("REVOKED", None, None)
        else:
            assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
        death += every(3)
    assert death > 10
    assert half_done > 0, "some died between the dongle and the database"


def test_settings_that_were_read_before_a_reset_are_known_no_more(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)
    write(bench, dongle, replace(CONFIG, mode="LISTEN_ONLY"))
    with unbound(bench.database).read() as session:
        before = fleet.find_dongle(session, bench.technician, dongle.machine.device_id)
    assert before is not None
    assert before.config is not None
    assert before.config.mode == "LISTEN_ONLY"
    act(bench, dongle, "factory_reset")
    with unbound(bench.database).read() as session:
        after = fleet.find_dongle(session, bench.technician, dongle.machine.device_id)
    assert after is not None
    assert (after.config, after.configured_at) == (None, None)
