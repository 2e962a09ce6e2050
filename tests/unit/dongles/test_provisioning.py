"""Pairing with the real device side and a real database: what each holds afterwards, however it ended."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, event, update

from benchboard.canbus.link import Port
from benchboard.dongles import fleet, provisioning, tokens
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.dongles.protocol import ConsoleDecoder, Packet, ProtocolCommand, messages
from benchboard.dongles.provisioning import PairedDongle, PairingStep
from benchboard.errors import Cancelled, Conflict, Denied, DeviceFailure, Invalid, Unavailable
from benchboard.identity import audit
from benchboard.identity.keys import Sealed
from benchboard.identity.permissions import Actor
from benchboard.storage import change_tracking
from benchboard.storage.models.dongles import Dongle
from support.benchdata import Bench
from support.databases import unbound
from support.examples import every
from support.loopback_dongle import CONFIG, LoopbackDongle


@pytest.fixture
def dongle() -> LoopbackDongle:
    return LoopbackDongle()


def pair(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None, **options: object) -> PairedDongle:
    who = actor or bench.technician
    device = Device(dongle, clock=dongle.clock)
    return provisioning.pair(bench.database.bind(who), who, bench.key_of(who), device, **options)


def reconcile(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None) -> str | None:
    who = actor or bench.technician
    return provisioning.reconcile(bench.database.bind(who), who, bench.key_of(who), Device(dongle, clock=dongle.clock))


def test_pair_with_a_new_dongle_leaves_one_token_and_reports_each_step(bench: Bench, dongle: LoopbackDongle) -> None:
    steps: list[PairingStep] = []
    claimed = pair(bench, dongle, on_step=lambda step, _seconds: steps.append(step))
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert (claimed.device_id, claimed.key_version, claimed.resumed) == (dongle.machine.device_id, 1, False)
    assert sorted(set(steps)) == list(PairingStep)
    assert steps == sorted(steps)
    assert bench.events("dongle") == ["dongle.claim-begin", "dongle.token-store", "dongle.claim"]


def test_pair_with_a_name_names_the_dongle(bench: Bench, dongle: LoopbackDongle) -> None:
    paired = pair(bench, dongle, name=" Rig  1 ")
    with bench.database.bind(bench.technician).read() as session:
        assert fleet.get_dongle(session, bench.technician, paired.dongle_id).name == "Rig 1"


def test_pair_with_a_name_that_cannot_be_used_does_not_touch_the_dongle(bench: Bench, dongle: LoopbackDongle) -> None:
    steps: list[PairingStep] = []
    with pytest.raises(Invalid) as refused:
        pair(bench, dongle, name="Rig \u202e1", on_step=lambda step, _seconds: steps.append(step))
    assert refused.value.code == "dongles.name"
    assert steps == []
    assert bench.events("dongle") == []


def test_pair_with_a_paired_dongle_changes_nothing(bench: Bench, dongle: LoopbackDongle) -> None:
    first = pair(bench, dongle)
    before = bench.events("dongle")
    steps: list[tuple[PairingStep, float | None]] = []
    again = pair(bench, dongle, on_step=lambda step, seconds: steps.append((step, seconds)))
    assert steps[-1] == (PairingStep.ACTIVE, None)
    assert (again.dongle_id, again.resumed) == (first.dongle_id, True)
    assert bench.events("dongle") == before


def test_stored_token_opens_only_for_its_dongle_key_version_and_organisation(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    pair(bench, dongle)
    row = bench.row(bench.technician, dongle.machine.device_id)
    held = bench.token_row(row.id)
    assert dongle.saved.token not in held.ciphertext
    sealed = Sealed(held.data_key_version, held.nonce, held.ciphertext)
    right = (row.device_id, held.key_version, row.organisation_id)
    assert bench.data_key.open(sealed, aad=tokens.token_aad(*right)) == dongle.saved.token
    for wrong in (("0" * 16, *right[1:]), (right[0], 2, right[2]), (*right[:2], bench.rival.organisation_id)):
        with pytest.raises(Unavailable):
            bench.data_key.open(sealed, aad=tokens.token_aad(*wrong))


def test_pair_without_the_permission_is_denied(bench: Bench, dongle: LoopbackDongle) -> None:
    def sent() -> None:
        raise AssertionError("nothing is asked of the dongle")

    dongle.before_write = sent
    for who in (bench.analyst, bench.ops_manager):
        for act in (pair, reconcile):
            with pytest.raises(Denied):
                act(bench, dongle, who)
        with pytest.raises(Denied), unbound(bench.database).change() as session:
            provisioning.expire_claims(session, who)
    assert bench.row(bench.analyst, dongle.machine.device_id) is None


def test_pair_after_the_dongle_took_the_token_finishes_that_claim(bench: Bench, dongle: LoopbackDongle) -> None:
    _die_at(bench, dongle, "CLAIM_CONFIRM")
    held = dongle.saved
    claimed = pair(bench, dongle)
    assert (claimed.resumed, claimed.key_version) == (True, 1)
    assert dongle.saved == held
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_pair_without_a_press_times_out_and_leaves_nothing(bench: Bench, dongle: LoopbackDongle) -> None:
    dongle.pressing = False
    heard: list[float] = []
    with pytest.raises(DeviceFailure) as caught:
        pair(bench, dongle, on_step=lambda _step, seconds: heard.append(seconds) if seconds is not None else None)
    assert caught.value.code == "dongle.not-pressed"
    assert heard[0] > 59
    assert heard == sorted(heard, reverse=True)
    assert bench.assert_agreement(bench.technician, dongle) == "UNCLAIMED"
    dongle.pressing = True
    pair(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_pair_whose_claim_expired_before_its_commit_leaves_nothing(bench: Bench, dongle: LoopbackDongle) -> None:
    def told(step: PairingStep, _seconds: float | None) -> None:
        dongle.now += 61 if step is PairingStep.COMMIT else 0

    with pytest.raises(DeviceFailure) as caught:
        pair(bench, dongle, on_step=told)
    assert caught.value.code == "dongle.claim-lost"
    assert bench.assert_agreement(bench.technician, dongle) == "UNCLAIMED"
    assert bench.last_event("dongle.claim-end").details["reason"] == "dongle.claim-lost"
    pair(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_pair_cancelled_while_waiting_leaves_nothing(bench: Bench, dongle: LoopbackDongle) -> None:
    dongle.pressing = False
    stop = False

    def told(step: PairingStep, seconds: float | None) -> None:
        nonlocal stop
        stop = step is PairingStep.PRESENCE and seconds is not None

    with pytest.raises(Cancelled):
        pair(bench, dongle, on_step=told, cancelled=lambda: stop)
    assert bench.assert_agreement(bench.technician, dongle) == "UNCLAIMED"
    assert bench.events("dongle") == ["dongle.claim-begin", "dongle.claim-end"]
    details = bench.last_event("dongle.claim-begin").details
    assert bench.last_event("dongle.claim-end").details == {
        "claim_id": details["claim_id"],
        "device_id": dongle.machine.device_id,
        "reason": "dongle.cancelled",
    }


def test_pair_with_a_dongle_claimed_by_another_organisation_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    first = pair(bench, dongle)
    dongle.factory_reset()
    pair(bench, dongle, bench.rival)
    assert bench.assert_agreement(bench.rival, dongle) == "CLAIMED_ACTIVE"
    assert reconcile(bench, dongle) == "LOST"
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.already-claimed"
    assert bench.row(bench.technician, first.device_id).ownership_state == "LOST"
    assert bench.assert_agreement(bench.rival, dongle) == "CLAIMED_ACTIVE"


def test_pair_after_a_reset_keeps_the_old_token_until_the_new_one_is_proved(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    pair(bench, dongle)
    old, claim_id = dongle.saved.token, str(UUID(bytes=dongle.saved.claim_id))
    dongle.factory_reset()
    dongle.pressing = False
    with pytest.raises(DeviceFailure):
        pair(bench, dongle)
    row = bench.row(bench.technician, dongle.machine.device_id)
    assert (row.ownership_state, row.claim_id) == ("LOST", claim_id)
    assert bench.all_tokens(bench.technician, row) == [old]
    dongle.pressing = True
    claimed = pair(bench, dongle)
    assert claimed.key_version == 2
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_reconcile_of_a_lost_dongle_that_holds_our_token_finds_it(bench: Bench, dongle: LoopbackDongle) -> None:
    pair(bench, dongle)
    ours = dongle.saved
    dongle.factory_reset()
    assert reconcile(bench, dongle) == "LOST"
    assert bench.last_event("dongle.lose").details["reason"] == "token not held"
    dongle.saved = ours
    dongle.power_cycle()
    assert reconcile(bench, dongle) == "CLAIMED_ACTIVE"
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_pair_with_a_lost_dongle_that_holds_our_token_finds_it(bench: Bench, dongle: LoopbackDongle) -> None:
    pair(bench, dongle)
    ours = dongle.saved
    dongle.factory_reset()
    assert reconcile(bench, dongle) == "LOST"
    dongle.saved = ours
    dongle.power_cycle()
    assert pair(bench, dongle).resumed
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert bench.events("dongle.find") == ["dongle.find"]


def test_token_repr_shows_no_secret() -> None:
    token = provisioning._Token("claim", 1, b"secret" * 5)
    registered = provisioning._RegisteredDongle(
        "id", "Dongle", "LOST", provisioning._OpenClaim(None, None), token, token, 1
    )
    assert "secret" not in f"{token!r} {registered!r}"


def test_pair_with_a_dongle_whose_memory_was_rolled_back_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    before = dongle.saved
    pair(bench, dongle)
    dongle.saved = before
    dongle.power_cycle()
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.rolled-back"


def test_pair_with_the_greatest_key_version_stores_it_and_one_more_is_refused(bench: Bench) -> None:
    dongle = LoopbackDongle()
    dongle.saved = replace(dongle.saved, key_version=2**31 - 2)
    dongle.power_cycle()
    assert pair(bench, dongle).key_version == 2**31 - 1
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    dongle.factory_reset()
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.claims-exhausted"


@pytest.mark.parametrize("offered", [2**31, 2**32 - 1, 2**32, 2**63])
def test_pair_with_a_dongle_that_offers_an_impossible_key_version_is_refused(
    bench: Bench, dongle: LoopbackDongle, monkeypatch: pytest.MonkeyPatch, offered: int
) -> None:
    """A hostile dongle signs whatever it likes."""
    monkeypatch.setattr(messages, "MAX_KEY_VERSION", 2**64)
    dongle.saved = replace(dongle.saved, key_version=offered - 1)
    dongle.power_cycle()
    with pytest.raises(DeviceFailure):
        pair(bench, dongle)
    assert bench.row(bench.technician, dongle.machine.device_id) is None


def test_pair_with_a_dongle_of_ours_without_its_token_is_refused(
    bench: Bench, dongle: LoopbackDongle, tmp_path: Path
) -> None:
    pair(bench, dongle)
    with unbound(bench.database).change() as session:
        session.execute(delete(Dongle).where(Dongle.device_id == dongle.machine.device_id))
        audit.record(session, bench.technician, "dongle.forget", None)
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.token-missing"


def claim_in_the_name_of(bench: Bench, dongle: LoopbackDongle, organisation_id: str) -> None:
    """Claim the dongle with a key of our own, for whatever organisation's id: nothing ties the two together."""
    device, key = Device(dongle, clock=dongle.clock), Ed25519PrivateKey.generate()
    claim = device.claim_begin(
        claim_id=uuid4(), organisation=UUID(organisation_id), organisation_key=key.public_key().public_bytes_raw()
    )
    device.claim_prove(claim, sign=key.sign)
    device.claim_commit(claim, b"x" * 32)


def test_pair_with_a_dongle_claimed_by_a_stranger_in_our_name_is_already_claimed(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    claim_in_the_name_of(bench, dongle, bench.technician.organisation_id)
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.already-claimed"


def test_reconcile_with_a_dongle_claimed_by_a_stranger_in_our_name_records_who_has_it(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    pair(bench, dongle)
    dongle.factory_reset()
    claim_in_the_name_of(bench, dongle, bench.technician.organisation_id)
    assert reconcile(bench, dongle) == "LOST"
    assert bench.last_event("dongle.lose").details["reason"] == "claimed elsewhere"


def test_dongle_with_another_key_than_the_registered_one_is_refused(bench: Bench, dongle: LoopbackDongle) -> None:
    """As if somebody had found a key whose SHA-256 begins with the same 8 bytes."""
    pair(bench, dongle)
    row = bench.row(bench.technician, dongle.machine.device_id)
    with unbound(bench.database).change() as session:
        change_tracking.unaudited(session, "dongles")
        session.execute(update(Dongle).where(Dongle.id == row.id).values(public_key=b"k" * 32))
    before = dongle.saved

    def write() -> None:
        device = Device(dongle, clock=dongle.clock)
        fleet.write_config(bench.database.bind(bench.technician), bench.technician, bench.data_key, device, CONFIG)

    for use in (lambda: pair(bench, dongle), lambda: reconcile(bench, dongle), write):
        with pytest.raises(Conflict) as caught:
            use()
        assert caught.value.code == "dongle.other-key"
    assert dongle.saved == before
    dongle.factory_reset()
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.other-key"
    after = bench.row(bench.technician, dongle.machine.device_id)
    assert (after.ownership_state, after.public_key) == ("CLAIMED_ACTIVE", b"k" * 32)


def test_expire_claims_after_60_seconds_ends_only_uncommitted_ones(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = LoopbackDongle("early"), LoopbackDongle("late")
    _die_at(bench, early, "CLAIM_PROVE")
    _die_at(bench, late, "CLAIM_COMMIT")
    row = bench.row(bench.technician, early.machine.device_id)

    def expire_after(seconds: float, actor: Actor | None = None) -> int:
        begun = max(row.updated_at, bench.row(bench.technician, late.machine.device_id).updated_at)
        monkeypatch.setattr(provisioning, "now", lambda: begun + timedelta(seconds=seconds))
        with unbound(bench.database).change() as session:
            return provisioning.expire_claims(session, actor or bench.technician)

    assert expire_after(1000, bench.rival) == 0, "it is another organisation's"
    begun_later = bench.row(bench.technician, late.machine.device_id).updated_at - row.updated_at
    assert expire_after(60 - begun_later.total_seconds()) == 0
    assert bench.events("dongle.claim-end") == []
    assert expire_after(60.001) == 1
    ended = bench.row(bench.technician, early.machine.device_id)
    assert (ended.ownership_state, ended.claim_id) == ("UNCLAIMED", None)
    details = bench.last_event("dongle.claim-end").details
    assert details == {"claim_id": row.claim_id, "device_id": early.machine.device_id, "reason": "expired"}
    assert bench.row(bench.technician, late.machine.device_id).ownership_state == "CLAIM_PENDING"
    assert expire_after(1000) == 0, "once is enough"
    assert reconcile(bench, late) == "CLAIM_PENDING", "the dongle could still take it"
    late.now += 61
    assert reconcile(bench, late) == "UNCLAIMED"
    assert bench.assert_agreement(bench.technician, late) == "UNCLAIMED"


class Killed(BaseException):
    """What `kill -9` is to a test in one process: nothing after it runs, not even `except AppError`."""


def _die_at(bench: Bench, dongle: LoopbackDongle, command: str) -> None:
    """Pair until the message `command` would be written."""
    device, write = Device(dongle, clock=dongle.clock), dongle.write

    def write_before(data: bytes) -> None:
        sent = [found for found in ConsoleDecoder().feed(data) if isinstance(found, Packet)]
        if any(message.command == ProtocolCommand[command] for message in sent):
            raise Killed
        write(data)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(dongle, "write", write_before)
        provisioning.pair(bench.database.bind(bench.technician), bench.technician, bench.data_key, device)
    dongle.replug()


class Countdown:
    """Raises `Killed` at the `at`-th moment that matters: a message written, delivered, or a statement executed."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *_arguments: object, **_options: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.mark.slow
def test_pair_killed_at_any_message_or_statement_ends_in_agreement(bench: Bench) -> None:
    """Enumerated: each moment is one death, a resumed pairing, and a look at both sides. `kill -9` of a real process
    beside a real simulator is tests/integration/test_pairing_killed.py."""
    _die_everywhere(bench, power_cut=False)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_pair_killed_anywhere_with_power_lost_ends_in_agreement(bench: Bench) -> None:
    _die_everywhere(bench, power_cut=True)


def _die_everywhere(bench: Bench, *, power_cut: bool) -> None:
    death = 1
    while True:
        dongle = LoopbackDongle()
        countdown = Countdown(death)
        dongle.before_write = dongle.after_write = countdown
        finished = _pair_until(bench, dongle, countdown)
        dongle.before_write = dongle.after_write = lambda: None
        if finished:
            break
        dongle.replug()
        if power_cut:
            dongle.power_cycle()
        reconcile(bench, dongle)
        row = bench.row(bench.technician, dongle.machine.device_id)
        if row is not None and row.ownership_state != "CLAIM_PENDING":
            bench.assert_agreement(bench.technician, dongle)
        pair(bench, dongle)
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE", f"died at {death}"
        death += every(3)
    assert death > 40


def _pair_until(bench: Bench, dongle: LoopbackDongle, countdown: Countdown) -> bool:
    watched = list(product(bench.database.engines, ("before_cursor_execute", "after_cursor_execute", "commit")))
    for engine, moment in watched:
        event.listen(engine, moment, countdown)
    try:
        pair(bench, dongle)
    except Killed:
        return False
    finally:
        for engine, moment in watched:
            event.remove(engine, moment, countdown)
    return True


def _port(path: str, serial_number: str | None) -> Port:
    return Port(path, "stick", 0x16D0, 0x117E, serial_number, False, f"usb:{path}")


_STOCK = DongleInfo("/dev/ttyACM5", "canable", "normaldotcom", "")


def test_observe_of_stock_firmware_registers_its_usb_identity(bench: Bench) -> None:
    port = _port("/dev/ttyACM5", "3A71")
    with unbound(bench.database).change() as session:
        provisioning.observe(session, bench.technician, port=port, info=_STOCK, present=[port])
    row = bench.row(bench.technician, provisioning.observed_id(port))
    assert (row.identity_kind, row.ownership_state, row.public_key) == ("observed", "CLAIMED_ACTIVE", None)
    assert (row.owner_user_id, row.dialect, row.firmware) == (bench.technician.user_id, "canable", "normaldotcom")
    assert bench.token_row(row.id) is None
    for actor, error in ((bench.technician, Conflict), (bench.analyst, Denied)):
        with pytest.raises(error), unbound(bench.database).change() as session:
            provisioning.observe(session, actor, port=port, info=_STOCK, present=[port])
    assert bench.events("dongle") == ["dongle.observe"]


@pytest.mark.parametrize("serial_number", [None, "", "3A71"])
def test_observe_of_dongles_with_equal_identities_is_refused(bench: Bench, serial_number: str | None) -> None:
    one, other = _port("/dev/ttyACM5", serial_number), _port("/dev/ttyACM6", serial_number)
    with pytest.raises(Invalid) as caught, unbound(bench.database).change() as session:
        provisioning.observe(session, bench.technician, port=one, info=_STOCK, present=[one, other])
    assert caught.value.code == "dongle.indistinguishable"
    assert caught.value.why
