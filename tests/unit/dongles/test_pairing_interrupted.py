"""Pairing with the cable cut after every byte, and with power lost at every byte of flash that is written.

At no moment does the dongle hold a token that the host has not stored; after STATUS both sides agree.
"""

import pytest

from benchboard.dongles.device import ClaimOutcome, Device
from benchboard.dongles.protocol import OwnershipState
from benchboard.dongles.simulator.flash import Flash, PowerCut
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.errors import AppError
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.examples import every
from support.memory_host import Host


def manufactured() -> bytes:
    flash = Flash()
    new_dongle(flash)
    return flash.image


IMAGE = manufactured()


def whole_pairing() -> tuple[int, int]:
    clock = Clock()
    cable = Cable(new_dongle(Flash(IMAGE)), clock)
    Host().pair(Device(cable, clock=clock, random=seeded(2)))
    return cable.passed[0], cable.passed[1]


BYTES = dict(zip(("to_device", "to_host"), whole_pairing(), strict=True))


def agreed(dongle: SimulatedDongle, host: Host) -> bool:
    held = {dongle.persistent.token} - {None}
    return host.tokens() == held and ("active" in host.stored) == (
        dongle.persistent.state == OwnershipState.CLAIMED_ACTIVE
    )


def settled(dongle: SimulatedDongle, host: Host, clock: Clock) -> None:
    assert {dongle.persistent.token} - {None} <= host.tokens()
    if host.settle(connect(dongle, clock, seed=3)) is ClaimOutcome.PENDING:
        assert dongle.persistent.token is None
        clock.now += 60
        host.settle(connect(dongle, clock, seed=4))
    assert agreed(dongle, host)


@pytest.mark.parametrize("way", ["to_device", "to_host"])
@pytest.mark.parametrize("power", ["lost with the cable", "kept"])
def test_pairing_with_the_cable_cut_after_any_byte_ends_in_agreement(way: str, power: str) -> None:
    outcomes = set()
    for cut in range(0, BYTES[way], every(7)):
        flash, clock, host = Flash(IMAGE), Clock(), Host()
        dongle = new_dongle(flash)
        cable = Cable(dongle, clock, **{way: cut})  # type: ignore[arg-type]
        with pytest.raises(AppError):
            host.pair(Device(cable, clock=clock, random=seeded(2)))
        if power != "kept":
            dongle = new_dongle(flash)
        settled(dongle, host, clock)
        outcomes.add(dongle.persistent.state)
    assert outcomes == {OwnershipState.UNCLAIMED, OwnershipState.CLAIMED_ACTIVE}


def test_pairing_over_a_cable_that_falls_silent_ends_in_agreement() -> None:
    for way, total in BYTES.items():
        for cut in range(0, total, 37):
            clock, host = Clock(), Host()
            dongle = new_dongle(Flash(IMAGE))
            cable = Cable(dongle, clock, silent=True, **{way: cut})  # type: ignore[arg-type]
            with pytest.raises(AppError):
                host.pair(Device(cable, clock=clock, random=seeded(2)))
            settled(dongle, host, clock)


def test_pairing_after_a_cut_succeeds_the_next_time() -> None:
    for cut in range(0, BYTES["to_host"], 101):
        clock, host, flash = Clock(), Host(), Flash(IMAGE)
        dongle = new_dongle(flash)
        with pytest.raises(AppError):
            host.pair(Device(Cable(dongle, clock, to_host=cut), clock=clock, random=seeded(2)))
        settled(dongle, host, clock)
        if "active" not in host.stored:
            host.pair(connect(dongle, clock, seed=5))
        assert agreed(dongle, host)
        assert host.stored["active"][1] == dongle.persistent.key_version == 1


def flash_bytes_of_a_commit() -> int:
    clock, flash = Clock(), Flash(IMAGE)
    dongle = new_dongle(flash)
    flash.cut_after = 10**9
    Host().pair(connect(dongle, clock))
    return 10**9 - flash.cut_after


def test_pairing_with_power_lost_at_any_byte_of_flash_ends_in_agreement() -> None:
    states = []
    total = flash_bytes_of_a_commit()
    # Erasing is one operation of the chip; most of its bytes teach nothing new.
    for cut in [
        *range(0, 64, every(7)),
        *range(64, 4000, 97),
        *range(4000, total - 8, every(7)),
        *range(total - 8, total + 1),
    ]:
        clock, flash, host = Clock(), Flash(IMAGE), Host()
        dongle = new_dongle(flash)
        flash.cut_after = cut
        try:
            host.pair(connect(dongle, clock))
        except PowerCut:
            dongle = new_dongle(Flash(flash.image))
        settled(dongle, host, clock)
        assert dongle.device_id == new_dongle(Flash(IMAGE)).device_id
        states.append(dongle.persistent.state)
    assert states == sorted(states)
    assert {OwnershipState.UNCLAIMED, OwnershipState.CLAIMED_ACTIVE} == set(states)


def test_save_with_power_lost_at_any_byte_keeps_the_old_or_new_payload() -> None:
    """Second and third saves, so that both slots are the one overwritten; every byte, the erased ones too."""
    for before in (1, 2):
        base = Flash()
        for number in range(before):
            base.save(b"old %d" % number)
        old = base.load()
        for cut in range(4096 + 16 + 8 + 1):
            flash = Flash(base.image)
            flash.cut_after = cut
            try:
                flash.save(b"new %04d" % cut)
            except PowerCut:
                assert Flash(flash.image).load() == old
            else:
                assert Flash(flash.image).load() == b"new %04d" % cut
