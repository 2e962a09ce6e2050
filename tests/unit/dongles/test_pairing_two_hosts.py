"""Two hosts of one organisation pair the same simulated dongle at the same time, on one database.

Host A is stopped before one of its messages. The dongle is then plugged into host B, which pairs it and may lose the
answer to one of its own messages. Then A goes on. Whatever the order, the database keeps every token that the dongle
may hold, and pairing once more ends with both sides in agreement.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from secrets import token_bytes
from threading import Event, Thread

import pytest

from benchboard.dongles import provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import OwnershipState, PersistentState
from benchboard.dongles.simulator.bus import VirtualBus
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.errors import AppError, DeviceFailure, Unavailable
from support.benchdata import Bench
from support.cable import Cable, Clock
from support.examples import every
from support.loopback_dongle import after_reset

TO_DEVICE, TO_HOST = 0, 1


class Desk:
    """A simulated dongle with its clock, and cables to it."""

    def __init__(self, bench: Bench, *, paired_before: bool = False) -> None:
        self.bench = bench
        self.clock = Clock()
        self._flash = Flash()
        self._power_on()
        if paired_before:
            self.pair(self.cable())
            self.factory_reset()

    @property
    def device_id(self) -> str:
        return self.dongle.device_id

    @property
    def row_state(self) -> str | None:
        row = self.bench.row(self.bench.technician, self.device_id)
        return row.ownership_state if row is not None else None

    def cable(self) -> Cable:
        return Cable(self.dongle, self.clock)

    def pair(self, cable: Cable) -> None:
        device = Device(cable, clock=self.clock)
        provisioning.pair(
            self.bench.database.bind(self.bench.technician), self.bench.technician, self.bench.data_key, device
        )

    def reconcile(self, cable: Cable | None = None) -> str | None:
        device = Device(cable or self.cable(), clock=self.clock)
        return provisioning.reconcile(
            self.bench.database.bind(self.bench.technician), self.bench.technician, self.bench.data_key, device
        )

    def assert_token_stored(self) -> None:
        """A token that the dongle holds is in the database, proved or pending."""
        held = self.dongle.persistent
        if held.state == OwnershipState.CLAIMED_ACTIVE:
            row = self.bench.row(self.bench.technician, self.device_id)
            assert row is not None
            assert held.token in self.bench.all_tokens(self.bench.technician, row)

    def factory_reset(self) -> None:
        self.restart(after_reset(self.dongle.persistent))

    def restart(self, persistent: PersistentState) -> None:
        """Put `persistent` into the dongle's memory and power it on."""
        self._flash.save(persistent.encode())
        self._power_on()

    def _power_on(self) -> None:
        self.dongle = SimulatedDongle(self._flash, VirtualBus(), random=token_bytes, press_after=0.0)


class Interruption:
    """Calls `act` once, before the `number`-th message (from 1) reaches the dongle or before its answer is taken.

    With `unplug` the cable is gone from then on; an answer that is on its way still arrives.
    """

    def __init__(self, cable: Cable, number: int, way: int, act: Callable[[], None], *, unplug: bool) -> None:
        self._cable, self._left, self._way, self._act, self._unplug = cable, number, way, act, unplug
        self._done = False
        cable.tamper = self._tamper

    def _tamper(self, way: int, data: bytes) -> bytes:
        if self._done and self._unplug and way == TO_DEVICE:
            self._cable.close()
        self._left -= way == TO_DEVICE
        if self._left <= 0 and way == self._way and data and not self._done:
            self._done = True
            self._act()
            if self._unplug and way == TO_DEVICE:
                self._cable.close()
        return data


def lose_answer(cable: Cable, number: int) -> None:
    """Cut the cable after the `number`-th message (from 1) has reached the dongle."""
    left = [number]

    def tamper(way: int, data: bytes) -> bytes:
        left[0] -= way == TO_DEVICE
        if left[0] == 0 and way == TO_HOST:
            cable.close()
            return b""
        return data

    cable.tamper = tamper


def messages_of_a_pairing(bench: Bench) -> int:
    desk = Desk(bench)
    cable = desk.cable()
    desk.pair(cable)
    return sum(way == TO_DEVICE for way, _data in cable.log)


def attempt(pair: Callable[[], object]) -> AppError | None:
    try:
        pair()
    except AppError as error:
        return error
    return None


def test_pair_whose_wait_ends_after_another_host_committed_keeps_the_other_hosts_token(bench: Bench) -> None:
    desk = Desk(bench)
    first, second = desk.cable(), desk.cable()
    commit = messages_of_a_pairing(bench) - 1

    def other_host() -> None:
        lose_answer(second, commit)
        with pytest.raises(Unavailable):
            desk.pair(second)

    Interruption(first, commit - 1, TO_DEVICE, other_host, unplug=True)
    with pytest.raises(DeviceFailure) as stopped:
        desk.pair(first)
    assert stopped.value.code == "port.gone"
    assert desk.dongle.persistent.state == OwnershipState.CLAIMED_ACTIVE
    assert desk.row_state == "CLAIM_PENDING"
    desk.assert_token_stored()
    assert desk.reconcile() == "CLAIMED_ACTIVE"
    bench.assert_same_token(bench.technician, desk.device_id, desk.dongle.persistent)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("paired_before", [False, True])
@pytest.mark.parametrize("unplug", [False, True])
@pytest.mark.parametrize("way", [TO_DEVICE, TO_HOST])
def test_pair_by_two_hosts_in_every_order_keeps_the_dongles_token(
    bench: Bench, way: int, *, unplug: bool, paired_before: bool
) -> None:
    messages = messages_of_a_pairing(bench)
    begin, prove, commit, confirm, never = 3, messages - 2, messages - 1, messages, messages + 1
    finished_by_other = 0
    orders = list(product(range(1, messages + 1), (begin, prove, commit, confirm, never)))
    for stopped_at, lost_at in orders[:: every(3)]:
        desk = Desk(bench, paired_before=paired_before)
        first, second = desk.cable(), desk.cable()
        lose_answer(second, lost_at)
        other: list[AppError | None] = []

        def other_host(desk: Desk, second: Cable, other: list[AppError | None]) -> None:
            other.append(attempt(lambda: desk.pair(second)))

        Interruption(first, stopped_at, way, partial(other_host, desk, second, other), unplug=unplug)
        attempt(partial(desk.pair, first))
        desk.assert_token_stored()
        if other == [None]:
            finished_by_other += 1
            bench.assert_same_token(bench.technician, desk.device_id, desk.dongle.persistent)
        desk.reconcile()
        desk.clock.now += 61
        desk.reconcile()
        desk.pair(desk.cable())
        bench.assert_same_token(bench.technician, desk.device_id, desk.dongle.persistent)
    assert finished_by_other >= (messages - 1) // every(3)


@pytest.mark.parametrize("paired_before", [False, True])
def test_pair_that_another_host_began_anew_ends_without_touching_the_newer_claim(
    bench: Bench, *, paired_before: bool
) -> None:
    """A and B both wait for the button, B on the newer claim, when A is unplugged and ends its own."""
    prove = messages_of_a_pairing(bench) - 2
    desk = Desk(bench, paired_before=paired_before)
    first, second = desk.cable(), desk.cable()
    waiting, unplugged = Event(), Event()
    errors: list[AppError | None] = []

    def wait() -> None:
        waiting.set()
        assert unplugged.wait(60)

    def unplug() -> None:
        unplugged.set()
        host.join()
        assert desk.row_state == "CLAIM_PENDING"

    Interruption(first, prove, TO_DEVICE, wait, unplug=True)
    Interruption(second, prove, TO_DEVICE, unplug, unplug=False)
    host = Thread(target=lambda: errors.append(attempt(partial(desk.pair, first))))
    host.start()
    assert waiting.wait(60)
    desk.pair(second)
    assert [error.code for error in errors if error is not None] == ["port.gone"]
    bench.assert_same_token(bench.technician, desk.device_id, desk.dongle.persistent)
    assert bench.events("dongle.claim-end") == []


def test_reconcile_by_two_hosts_records_a_loss_and_a_recovery_once(bench: Bench) -> None:
    desk = Desk(bench)
    desk.pair(desk.cable())
    ours = desk.dongle.persistent

    def reconcile_twice() -> str | None:
        first = desk.cable()
        Interruption(first, 2, TO_HOST, desk.reconcile, unplug=False)
        return desk.reconcile(first)

    desk.factory_reset()
    assert reconcile_twice() == "LOST"
    assert bench.events("dongle.lose") == ["dongle.lose"]
    desk.restart(ours)
    assert reconcile_twice() == "CLAIMED_ACTIVE"
    assert bench.events("dongle.find") == ["dongle.find"]


@pytest.mark.parametrize("message", [1, 2])
@pytest.mark.parametrize("claim_is_open", [False, True])
def test_reconcile_while_another_host_pairs_leaves_its_claim_alone(
    bench: Bench, message: int, *, claim_is_open: bool
) -> None:
    desk = Desk(bench, paired_before=True)
    if claim_is_open:
        lost = desk.cable()
        lose_answer(lost, messages_of_a_pairing(bench) - 1)
        with pytest.raises(Unavailable):
            desk.pair(lost)
    first = desk.cable()
    Interruption(first, message, TO_HOST, lambda: desk.pair(desk.cable()), unplug=False)
    error = attempt(partial(desk.reconcile, first))
    assert error is None or error.code in ("dongle.raced", "dongle.untrusted")
    assert desk.row_state == "CLAIMED_ACTIVE"
    bench.assert_same_token(bench.technician, desk.device_id, desk.dongle.persistent)
