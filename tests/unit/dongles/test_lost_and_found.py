"""A dongle that no longer holds its token, one that was written off, and either of them when it turns up again."""

from dataclasses import replace

import pytest

from benchboard.dongles import fleet, provisioning, write_offs
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import OwnershipState
from benchboard.dongles.write_offs import WriteOff
from benchboard.errors import Conflict, Denied, NotFound, Unavailable
from benchboard.identity.permissions import Actor
from support.benchdata import Bench, paired
from support.databases import unbound
from support.loopback_dongle import LoopbackDongle


@pytest.fixture
def dongle() -> LoopbackDongle:
    return LoopbackDongle()


def act(bench: Bench, dongle: LoopbackDongle, what: str, actor: Actor | None = None) -> object:
    """`pair`, `reconcile` or `release` it, as the technician of `lab`."""
    who = actor or bench.technician
    device = Device(dongle, clock=dongle.clock)
    return getattr(provisioning, what)(bench.database.bind(who), who, bench.key_of(who), device)


def write_off(bench: Bench, dongle: LoopbackDongle, actor: Actor | None = None) -> bool:
    with unbound(bench.database).change() as session:
        row_id = bench.row(bench.technician, dongle.machine.device_id).id
        return write_offs.write_off(session, actor or bench.technician, row_id) is not None


def state(bench: Bench, dongle: LoopbackDongle) -> str:
    return bench.row(bench.technician, dongle.machine.device_id).ownership_state


def test_lost_dongle_that_holds_the_token_again_is_found(bench: Bench, dongle: LoopbackDongle) -> None:
    """Such as one whose memory was replaced for a while."""
    paired(bench, dongle, "Rig 1")
    held = dongle.saved
    dongle.factory_reset()
    assert act(bench, dongle, "reconcile") == "LOST"
    dongle.saved = held
    dongle.power_cycle()
    assert act(bench, dongle, "reconcile") == "CLAIMED_ACTIVE"
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert bench.events("dongle.")[-2:] == ["dongle.lose", "dongle.find"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_lost_dongle_is_paired_again(bench: Bench, dongle: LoopbackDongle, *, elsewhere: bool) -> None:
    paired(bench, dongle, "Rig 1")
    dongle.factory_reset()
    if elsewhere:
        act(bench, dongle, "pair", bench.rival)
        assert act(bench, dongle, "reconcile") == "LOST"
        with pytest.raises(Conflict):
            act(bench, dongle, "pair")
        act(bench, dongle, "release", bench.rival)
    assert act(bench, dongle, "reconcile") == "LOST"
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert bench.row(bench.technician, dongle.machine.device_id).name == "Rig 1"


def test_written_off_dongle_that_turns_up_is_paired_as_before(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle, "Rig 1")
    assert write_off(bench, dongle)
    assert not write_off(bench, dongle), "it is already"
    assert state(bench, dongle) == "REVOKED"
    details = bench.last_event("dongle.write-off").details
    assert (details["name"], details["reason"]) == ("Rig 1", "no answer")
    assert act(bench, dongle, "reconcile") == "CLAIMED_ACTIVE"
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    assert bench.events("dongle.write") == ["dongle.write-off"]


def test_written_off_dongle_that_turns_up_can_be_released_at_once(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)
    write_off(bench, dongle)
    act(bench, dongle, "release")
    assert bench.assert_agreement(bench.technician, dongle) == "REVOKED"


@pytest.mark.parametrize("then", ["reconcile", "pair"])
@pytest.mark.parametrize("history", ["released since", "reset since", "paired elsewhere since"])
def test_written_off_dongle_that_turns_up_without_the_token(
    bench: Bench, dongle: LoopbackDongle, history: str, then: str
) -> None:
    paired(bench, dongle)
    held = dongle.saved
    write_off(bench, dongle)
    if history == "released since":  # its answer was lost before it was written off
        dongle.saved = replace(
            held, state=OwnershipState.REVOKED, claim_id=None, organisation=None, organisation_key=None, token=None
        )
        dongle.power_cycle()
    else:
        dongle.factory_reset()
    if history == "paired elsewhere since":
        act(bench, dongle, "pair", bench.rival)
    if then == "reconcile":
        assert act(bench, dongle, "reconcile") == "REVOKED"
        row = bench.row(bench.technician, dongle.machine.device_id)
        assert (bench.token_row(row.id) is None) == (history == "released since")
    elif history == "paired elsewhere since":
        with pytest.raises(Conflict) as caught:
            act(bench, dongle, "pair")
        assert caught.value.code == "dongle.already-claimed"
        assert state(bench, dongle) == "REVOKED"
    else:
        act(bench, dongle, "pair")
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


@pytest.mark.parametrize("arrives", [True, False])
def test_interrupted_pairing_can_be_written_off_and_the_dongle_decides_once_it_is_back(
    bench: Bench, dongle: LoopbackDongle, *, arrives: bool
) -> None:
    writes = 0

    def unplug() -> None:
        nonlocal writes
        writes += 1
        if writes >= 6:  # HELLO, IDENTIFY, CLAIM_BEGIN, CLAIM_PROVE twice: this is CLAIM_COMMIT
            dongle.replug()
            raise Unavailable("port.gone", "gone")

    setattr(dongle, "after_write" if arrives else "before_write", unplug)
    with pytest.raises(Unavailable):
        act(bench, dongle, "pair")
    dongle.before_write = dongle.after_write = lambda: None
    assert state(bench, dongle) == "CLAIM_PENDING"
    assert write_off(bench, dongle)
    dongle.power_cycle()
    assert act(bench, dongle, "reconcile") == ("CLAIMED_ACTIVE" if arrives else "UNCLAIMED")
    bench.assert_agreement(bench.technician, dongle)
    act(bench, dongle, "pair")
    assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"


def test_writing_off_needs_the_permission_and_a_dongle_of_ones_own(bench: Bench, dongle: LoopbackDongle) -> None:
    paired(bench, dongle)
    for actor, error in ((bench.ops_manager, Denied), (bench.analyst, Denied), (bench.rival, NotFound)):
        with pytest.raises(error):
            write_off(bench, dongle, actor)
    assert state(bench, dongle) == "CLAIMED_ACTIVE"


def test_write_off_is_undone_unless_the_dongle_was_found_or_written_off_again_since(
    bench: Bench, dongle: LoopbackDongle
) -> None:
    who = bench.technician
    row_id = paired(bench, dongle, "Rig 1").id

    def written_off() -> WriteOff:
        with unbound(bench.database).change() as session:
            done = write_offs.write_off(session, who, row_id)
        assert done is not None
        return done

    def undo(done: WriteOff) -> None:
        with unbound(bench.database).change() as session:
            write_offs.undo_write_off(session, who, done)

    first = written_off()
    with unbound(bench.database).change() as session:
        fleet.rename_dongle(session, who, row_id, "Rig 11")  # which says nothing of whose it is
    undo(first)
    assert state(bench, dongle) == "CLAIMED_ACTIVE"
    assert bench.events("dongle.")[-1] == "dongle.restore"
    with pytest.raises(Conflict, match="The write-off of Rig 11 can't be undone"):
        undo(first)
    second = written_off()
    assert act(bench, dongle, "reconcile") == "CLAIMED_ACTIVE"
    written_off()  # by somebody else
    with pytest.raises(Conflict) as refused:
        undo(second)
    assert "written off again since" in refused.value.why
    assert state(bench, dongle) == "REVOKED"
