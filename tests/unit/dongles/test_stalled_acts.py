"""A dongle that stops answering in the middle of an act: what is said of it, and what is stored."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchboard.canbus.link import named_error
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.errors import AppError
from support.benchdata import Bench, paired
from support.loopback_dongle import LoopbackDongle


def _fall_silent(dongle: LoopbackDongle, message: int) -> None:
    """Answer nothing from the message with this number on."""
    sent = 0

    def count() -> None:
        nonlocal sent
        sent += 1
        if sent >= message:
            dongle.read(0)

    dongle.after_write = count


def _act(bench: Bench, dongle: LoopbackDongle, what: str) -> object:
    who = bench.technician
    database, key, device = bench.database.bind(who), bench.key_of(who), Device(dongle, clock=dongle.clock)
    if what == "write":
        config = replace(dongle.saved.config, mode="LISTEN_ONLY")
        return fleet.write_config(database, who, key, device, config)
    service: Callable[..., object] = getattr(provisioning, what)
    return service(database, who, key, device)


@pytest.mark.parametrize(
    ("what", "message", "doing", "state"),
    [
        ("release", 1, "being released", "Nothing was changed"),
        ("release", 2, "being released", "The database has it as paired until the dongle says otherwise."),
        ("rotate", 2, "its pairing key was being replaced", "Nothing was changed"),
        (
            "rotate",
            3,
            "its pairing key was being replaced",
            "it holds the old key or the new one. The database has both",
        ),
        ("factory_reset", 2, "being reset", "It may or may not have been reset"),
        ("write", 2, "its settings were being written", "Nothing was written"),
        ("write", 3, "its settings were being written", "the dongle has the old ones or the new ones"),
    ],
)
def test_act_on_a_dongle_that_falls_silent_says_what_was_done_how_far_it_came_and_what_is_stored(
    bench: Bench, what: str, message: int, doing: str, state: str
) -> None:
    dongle = LoopbackDongle()
    paired(bench, dongle, "Rig 1")
    _fall_silent(dongle, message)
    with pytest.raises(AppError) as stalled:
        _act(bench, dongle, what)
    error = named_error(stalled.value, "Rig 1")
    assert error.what.startswith("Rig 1 ")
    assert doing in error.what
    assert state in error.why
    assert "plug it back in" in error.do
    assert bench.row(bench.technician, dongle.machine.device_id).ownership_state == "CLAIMED_ACTIVE"


@pytest.mark.parametrize(
    ("message", "state", "row"),
    [
        (1, "Nothing was changed", None),
        (
            4,
            "Waiting for its button was interrupted. It isn't paired, and the database holds no key of it.",
            "UNCLAIMED",
        ),
        (6, "The database keeps the key until the dongle says.", "CLAIM_PENDING"),
        (7, "The database keeps the key until it does.", "CLAIM_PENDING"),
    ],
)
def test_pairing_of_a_dongle_that_falls_silent_says_how_far_it_came(
    bench: Bench, message: int, state: str, row: str | None
) -> None:
    dongle = LoopbackDongle()
    _fall_silent(dongle, message)
    with pytest.raises(AppError) as stalled:
        _act(bench, dongle, "pair")
    assert "stopped responding during pairing" in stalled.value.what
    assert state in stalled.value.why
    if row is not None:
        assert bench.row(bench.technician, dongle.machine.device_id).ownership_state == row


def test_settings_that_were_just_read_and_are_stored_are_not_read_again(bench: Bench) -> None:
    dongle, who = LoopbackDongle(), bench.technician
    paired(bench, dongle, "Rig 1")
    device = Device(dongle, clock=dongle.clock)
    database = bench.database.bind(who)
    fleet.store_read_config(database, who, device)
    read = device.config_read().config
    asked: list[None] = []
    dongle.before_write = lambda: asked.append(None)
    assert not fleet.store_read_config(database, who, device, just_read=read)
    assert not asked
    assert not fleet.store_read_config(database, who, device, just_read=replace(read, mode="LISTEN_ONLY"))
    assert len(asked) == 1, "other settings than those stored are read once more, with their revision"


def test_settings_whose_confirmation_was_lost_are_stored_once_the_dongle_is_read(bench: Bench) -> None:
    dongle, who = LoopbackDongle(), bench.technician
    paired(bench, dongle, "Rig 1")
    device = Device(dongle, clock=dongle.clock)
    fleet.store_read_config(bench.database.bind(who), who, device)
    _fall_silent(dongle, 3)
    with pytest.raises(AppError):
        _act(bench, dongle, "write")
    dongle.after_write = lambda: None
    assert dongle.saved.config.mode == "LISTEN_ONLY"
    assert fleet.store_read_config(bench.database.bind(who), who, device)
    with bench.database.bind(who).read() as session:
        record = fleet.find_dongle(session, who, dongle.machine.device_id)
    assert record is not None
    assert record.config == dongle.saved.config
    assert not fleet.store_read_config(bench.database.bind(who), who, device), "it is stored already"
