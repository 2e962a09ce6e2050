"""All pairs of what a dongle and its row in the database can be in: each has an act that leads out, and it does."""

from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from benchboard.dongles import provisioning, write_offs
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo, probe_open
from benchboard.dongles.protocol import OwnershipState
from benchboard.dongles.ways_out import WayOut, ways_out
from benchboard.errors import Conflict, DeviceFailure, Unavailable
from benchboard.identity.permissions import Actor
from support.benchdata import Bench, paired
from support.databases import unbound
from support.loopback_dongle import LoopbackDongle, after_reset
from support.memory_host import ORGANISATION

_ROWS: Final = (
    "none", "UNCLAIMED", "CLAIM_PENDING", "CLAIM_PENDING, token stored", "CLAIMED_ACTIVE",
    "CLAIMED_ACTIVE, being rotated", "TRANSFER_PENDING", "LOST", "REVOKED", "REVOKED, written off",
)  # fmt: skip
_DONGLES: Final = (
    "gone", "silent", "unclaimed", "ours", "ours, another key", "paired elsewhere", "released by us",
    "released elsewhere",
)  # fmt: skip


@pytest.fixture
def engine_name() -> str:
    """One database for the walk: each act is tested on both of them elsewhere."""
    return "sqlite"


def act(bench: Bench, dongle: LoopbackDongle, what: str, actor: Actor | None = None) -> object:
    who = actor or bench.technician
    device = Device(dongle, clock=dongle.clock)
    return getattr(provisioning, what)(bench.database.bind(who), who, bench.key_of(who), device)


def row_state(bench: Bench, dongle: LoopbackDongle) -> str | None:
    row = bench.row(bench.technician, dongle.machine.device_id)
    return row.ownership_state if row is not None else None


def _cut(bench: Bench, dongle: LoopbackDongle, what: str, message: int, *, arrives: bool) -> None:
    """Do this with the cable cut at this message to the dongle."""
    sent = 0

    def cut() -> None:
        nonlocal sent
        sent += 1
        if sent >= message:
            raise DeviceFailure("port.gone", "gone")

    setattr(dongle, "after_write" if arrives else "before_write", cut)
    with pytest.raises((DeviceFailure, Unavailable)):
        act(bench, dongle, what)
    dongle.before_write = dongle.after_write = lambda: None
    dongle.power_cycle()


def put(bench: Bench, row: str, state: str) -> LoopbackDongle:
    """A dongle in this `state`, and the database with this `row` of it."""
    dongle = LoopbackDongle()
    paired(bench, dongle)
    name, _comma, more = row.partition(", ")
    if more == "token stored":
        act(bench, dongle, "release")
        _cut(bench, dongle, "pair", 6, arrives=state == "ours")
    elif more == "being rotated":
        _cut(bench, dongle, "rotate", 3, arrives=state == "ours")
    else:
        keeps = name in ("CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST") or more == "written off"
        bench.put_row(bench.technician, dongle.machine.device_id, None if name == "none" else name, tokens=keeps)
    _put_dongle(bench, dongle, state)
    return dongle


def _put_dongle(bench: Bench, dongle: LoopbackDongle, state: str) -> None:
    held = dongle.saved
    if state in ("gone", "silent", "ours"):
        return
    if state == "ours, another key":  # paired by this organisation, in a database that is no more
        owner = {
            "organisation": ORGANISATION.bytes,
            "organisation_key": bytes(32),
            "claim_id": held.claim_id or b"c" * 16,
        }
        dongle.saved = replace(held, state=OwnershipState.CLAIMED_ACTIVE, token=b"x" * 32, **owner)
    elif state == "released by us":
        dongle.saved = replace(after_reset(held), state=OwnershipState.REVOKED)
    else:
        dongle.factory_reset()
        if state in ("paired elsewhere", "released elsewhere"):
            act(bench, dongle, "pair", bench.rival)
        if state == "released elsewhere":
            act(bench, dongle, "release", bench.rival)
        return
    dongle.power_cycle()


def ways_of(bench: Bench, dongle: LoopbackDongle, state: str) -> tuple[WayOut, ...]:
    there = state not in ("gone", "silent")
    info = probe_open(dongle, clock=dongle.clock) if there else None
    return ways_out(row_state(bench, dongle), info, connected=state != "gone")


_FREE: Final = (None, "UNCLAIMED", "REVOKED", "LOST")
"""The rows of a dongle that belongs to nobody and can be paired."""


def go(bench: Bench, dongle: LoopbackDongle, state: str, way: WayOut) -> None:
    """Take this way, and see that it leads out."""
    before = row_state(bench, dongle)
    if way is WayOut.WRITE_OFF:
        with unbound(bench.database).change() as session:
            row = bench.row(bench.technician, dongle.machine.device_id)
            write_offs.write_off(session, bench.technician, row.id)
        assert row_state(bench, dongle) == "REVOKED"
    elif way is WayOut.PAIR:
        act(bench, dongle, "pair")
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    elif way is WayOut.RESET:
        act(bench, dongle, "factory_reset")
        assert dongle.saved.state == OwnershipState.UNCLAIMED
        assert row_state(bench, dongle) in (*_FREE, "CLAIM_PENDING")
        act(bench, dongle, "pair")
        assert bench.assert_agreement(bench.technician, dongle) == "CLAIMED_ACTIVE"
    elif way is WayOut.RELEASE:
        try:
            act(bench, dongle, "release")
        except Conflict:  # it holds another claim than the row says, which is known now
            assert row_state(bench, dongle) == "LOST" != before
            assert {WayOut.RESET, WayOut.PAIR} & set(ways_of(bench, dongle, state))
        else:
            assert row_state(bench, dongle) == "REVOKED"
    elif state != "silent":  # CHECK: it changes the row, or there is another way
        act(bench, dongle, "reconcile")
        assert set(ways_of(bench, dongle, state)) - {WayOut.CHECK}


@pytest.mark.parametrize(("row", "state"), list(product(_ROWS, _DONGLES)))
def test_every_pair_of_states_has_ways_that_lead_out(bench: Bench, row: str, state: str) -> None:
    ways = ways_of(bench, put(bench, row, state), state)
    belongs_to_nobody_here = row in ("none", "UNCLAIMED", "REVOKED", "REVOKED, written off")
    assert bool(ways) == (not (state == "gone" and belongs_to_nobody_here))
    for way in ways:
        go(bench, put(bench, row, state), state, way)


def test_stock_firmware_is_registered_released_or_checked() -> None:
    stock = DongleInfo("/dev/ttyACM5", "canable", "normaldotcom", "")
    assert ways_out(None, stock, connected=True) == (WayOut.PAIR,)
    assert ways_out("REVOKED", stock, connected=True) == (WayOut.PAIR,)
    assert ways_out("CLAIMED_ACTIVE", stock, connected=True) == (WayOut.RELEASE,)
    assert ways_out("CLAIMED_ACTIVE", None, connected=False) == (WayOut.WRITE_OFF,)
    assert ways_out(None, None, connected=True) == (WayOut.CHECK,)
