"""Pairing against a real protocol machine and a real database: what each side holds after each way it can go."""

from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import delete, event, select

from benchboard.canbus.link import Port
from benchboard.dongles import provisioning, tokens
from benchboard.dongles.device import Device, DongleInfo
from benchboard.dongles.protocol import Command
from benchboard.dongles.provisioning import Claimed, Step
from benchboard.errors import Cancelled, Conflict, Denied, DeviceFailure, Invalid, Unavailable
from benchboard.identity import audit
from benchboard.identity.access import Actor
from benchboard.identity.keys import Sealed
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import AuditLog
from support.benchdata import Bench
from support.loopdongle import LoopDongle


@pytest.fixture
def dongle() -> LoopDongle:
    return LoopDongle()


def pair(bench: Bench, dongle: LoopDongle, actor: Actor | None = None, **options: object) -> Claimed:
    who = actor or bench.technician
    device = Device(dongle, clock=dongle.clock)
    return provisioning.pair(bench.database, who, bench.key_of(who), device, **options)


def reconcile(bench: Bench, dongle: LoopDongle, actor: Actor | None = None) -> str | None:
    who = actor or bench.technician
    return provisioning.reconcile(bench.database, who, bench.key_of(who), Device(dongle, clock=dongle.clock))


def events(bench: Bench) -> list[str]:
    with bench.database.read() as session:
        rows = session.scalars(
            select(AuditLog.event_type).where(AuditLog.event_type.startswith("dongle")).order_by(AuditLog.created_at)
        )
        return list(rows)


def test_pairing_leaves_both_sides_with_one_token_and_says_each_step(bench: Bench, dongle: LoopDongle) -> None:
    steps: list[Step] = []
    claimed = pair(bench, dongle, told=lambda step, _seconds: steps.append(step))
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert (claimed.device_id, claimed.key_version, claimed.resumed) == (dongle.machine.device_id, 1, False)
    assert sorted(set(steps)) == list(Step)
    assert steps == sorted(steps)
    assert events(bench) == ["dongle.claim-begin", "dongle.token-store", "dongle.claim"]


def test_pairing_again_changes_nothing(bench: Bench, dongle: LoopDongle) -> None:
    first = pair(bench, dongle)
    before = events(bench)
    again = pair(bench, dongle)
    assert (again.dongle_id, again.resumed) == (first.dongle_id, True)
    assert events(bench) == before


def test_the_token_at_rest_is_bound_to_dongle_generation_and_organisation(bench: Bench, dongle: LoopDongle) -> None:
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


def test_only_those_who_may_pair(bench: Bench, dongle: LoopDongle) -> None:
    with pytest.raises(Denied):
        pair(bench, dongle, bench.analyst)
    assert bench.row(bench.analyst, dongle.machine.device_id) is None


def test_nobody_presses(bench: Bench, dongle: LoopDongle) -> None:
    dongle.pressing = False
    heard: list[float] = []
    with pytest.raises(DeviceFailure) as caught:
        pair(bench, dongle, told=lambda _step, seconds: heard.append(seconds) if seconds is not None else None)
    assert caught.value.code == "dongle.not-pressed"
    assert heard[0] > 59
    assert heard == sorted(heard, reverse=True)
    assert bench.assert_agreement(bench.technician, dongle) == "UNCLAIMED"
    dongle.pressing = True
    pair(bench, dongle)
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_stopping_while_waiting_for_the_press(bench: Bench, dongle: LoopDongle) -> None:
    dongle.pressing = False
    stop = False

    def told(step: Step, seconds: float | None) -> None:
        nonlocal stop
        stop = step is Step.PRESENCE and seconds is not None

    with pytest.raises(Cancelled):
        pair(bench, dongle, told=told, cancelled=lambda: stop)
    assert bench.assert_agreement(bench.technician, dongle) == "UNCLAIMED"
    assert events(bench) == ["dongle.claim-begin", "dongle.claim-end"]


def test_claimed_elsewhere_after_a_reset_turns_lost_and_is_never_paired(bench: Bench, dongle: LoopDongle) -> None:
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


def test_paired_again_after_a_reset_keeps_the_old_token_until_the_new_one_is_proved(
    bench: Bench, dongle: LoopDongle
) -> None:
    pair(bench, dongle)
    old = dongle.saved.token
    dongle.factory_reset()
    dongle.pressing = False
    with pytest.raises(DeviceFailure):
        pair(bench, dongle)
    row = bench.row(bench.technician, dongle.machine.device_id)
    assert row.ownership_state == "LOST"
    assert bench.stored_token(bench.technician, row) == old
    dongle.pressing = True
    claimed = pair(bench, dongle)
    assert claimed.key_version == 2
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_a_lost_dongle_that_holds_our_token_again_is_found(bench: Bench, dongle: LoopDongle) -> None:
    pair(bench, dongle)
    ours = dongle.saved
    dongle.factory_reset()
    assert reconcile(bench, dongle) == "LOST"
    dongle.saved = ours
    dongle.power_cycle()
    assert reconcile(bench, dongle) == "CLAIMED_ACTIVE"
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_a_dongle_whose_memory_was_put_back_is_refused(bench: Bench, dongle: LoopDongle) -> None:
    before = dongle.saved
    pair(bench, dongle)
    dongle.saved = before
    dongle.power_cycle()
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.rolled-back"


def test_a_dongle_of_ours_whose_token_is_not_in_this_database(bench: Bench, dongle: LoopDongle, tmp_path: Path) -> None:
    pair(bench, dongle)
    with bench.database.change() as session:
        session.execute(delete(Dongle).where(Dongle.device_id == dongle.machine.device_id))
        audit.record(session, bench.technician, "dongle.forget", None)
    with pytest.raises(Conflict) as caught:
        pair(bench, dongle)
    assert caught.value.code == "dongle.token-missing"


def test_a_claim_that_was_never_committed_expires_and_one_that_may_have_been_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = LoopDongle("early"), LoopDongle("late")
    _die_at(bench, early, "CLAIM_PROVE")
    _die_at(bench, late, "CLAIM_COMMIT")
    with bench.database.change() as session:
        assert provisioning.expire_claims(session, bench.technician) == 0
    monkeypatch.setattr(provisioning, "PENDING_SECONDS", -1)
    with bench.database.change() as session:
        assert provisioning.expire_claims(session, bench.technician) == 1
    assert bench.row(bench.technician, early.machine.device_id).ownership_state == "UNCLAIMED"
    assert bench.row(bench.technician, late.machine.device_id).ownership_state == "CLAIM_PENDING"
    assert reconcile(bench, late) == "CLAIM_PENDING", "the dongle could still take it"
    late.now += 61
    assert reconcile(bench, late) == "UNCLAIMED"
    assert bench.assert_agreement(bench.technician, late) == "UNCLAIMED"


class Killed(BaseException):
    """What `kill -9` is to a test in one process: nothing after it runs, not even `except AppError`."""


def _die_at(bench: Bench, dongle: LoopDongle, command: str) -> None:
    """Pair until the message `command` would be written."""
    device = Device(dongle, clock=dongle.clock)
    whole = device._ask

    def ask(asked: Command, *rest: object, **options: object) -> object:
        if asked.name == command:
            raise Killed
        return whole(asked, *rest, **options)

    device._ask = ask
    with pytest.raises(Killed):
        provisioning.pair(bench.database, bench.technician, bench.data_key, device)
    dongle.replug()


class Countdown:
    """Raises `Killed` at the `at`-th moment that matters: a message written, delivered, or a statement executed."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *_arguments: object, **_options: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


def test_killed_at_every_message_and_every_statement_it_never_ends_half(bench: Bench) -> None:
    """Enumerated: each moment is one death, a resumed pairing, and a look at both sides. `kill -9` of a real process
    beside a real simulator is tests/integration/test_pairing_killed.py."""
    _die_everywhere(bench, power_cut=False)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_nor_does_it_when_the_dongle_loses_its_power_too(bench: Bench) -> None:
    _die_everywhere(bench, power_cut=True)


def _die_everywhere(bench: Bench, *, power_cut: bool) -> None:
    deaths = 0
    while True:
        dongle = LoopDongle()
        countdown = Countdown(deaths + 1)
        dongle.before_write = dongle.after_write = countdown
        finished = _pair_until(bench, dongle, countdown)
        dongle.before_write = dongle.after_write = lambda: None
        if finished:
            break
        deaths += 1
        dongle.replug()
        if power_cut:
            dongle.power_cycle()
        reconcile(bench, dongle)
        row = bench.row(bench.technician, dongle.machine.device_id)
        if row is not None and row.ownership_state != "CLAIM_PENDING":
            bench.assert_agreement(bench.technician, dongle)
        pair(bench, dongle)
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE", f"died at {deaths}"
    assert deaths > 40


def _pair_until(bench: Bench, dongle: LoopDongle, countdown: Countdown) -> bool:
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


def test_stock_firmware_is_observed_by_its_usb_identity(bench: Bench) -> None:
    port = _port("/dev/ttyACM5", "3A71")
    with bench.database.change() as session:
        provisioning.observe(session, bench.technician, port=port, info=_STOCK, present=[port])
    row = bench.row(bench.technician, provisioning.observed_id(port))
    assert (row.identity_kind, row.ownership_state, row.public_key) == ("observed", "CLAIMED_ACTIVE", None)
    assert bench.token_row(row.id) is None
    with pytest.raises(Conflict), bench.database.change() as session:
        provisioning.observe(session, bench.technician, port=port, info=_STOCK, present=[port])


@pytest.mark.parametrize("serial_number", [None, "", "3A71"])
def test_stock_dongles_that_cannot_be_told_apart_are_refused(bench: Bench, serial_number: str | None) -> None:
    one, other = _port("/dev/ttyACM5", serial_number), _port("/dev/ttyACM6", serial_number)
    with pytest.raises(Invalid) as caught, bench.database.change() as session:
        provisioning.observe(session, bench.technician, port=one, info=_STOCK, present=[one, other])
    assert caught.value.code == "dongle.indistinguishable"
    assert caught.value.why
