"""Commands to a dongle whose answers are lost, late, held back or forged; and what firmware a port has."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from benchboard.dongles.device import ClaimOutcome, Device
from benchboard.dongles.device_errors import error_for, translate_protocol_errors
from benchboard.dongles.protocol import (
    ConsoleDecoder,
    DongleConfig,
    ErrorCode,
    OwnershipState,
    Packet,
    ProtocolCommand,
    ProtocolError,
    encode,
)
from benchboard.dongles.simulator.node import FACTORY_CONFIG, SimulatedDongle
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Invalid, Unavailable
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.memory_host import ORGANISATION, ORGANISATION_KEY, PUBLIC, Host

CLAIM = UUID(int=7, version=4)
TOKEN = b"T" * 32


def conversation(dongle: SimulatedDongle) -> tuple[Cable, Device]:
    clock = Clock()
    cable = Cable(dongle, clock)
    return cable, Device(cable, clock=clock, random=seeded(2))


def asked(cable: Cable) -> list[Packet]:
    """The requests that went to the dongle."""
    sent = b"".join(data for way, data in cable.log if way == 0)
    return [one for one in ConsoleDecoder().feed(sent) if isinstance(one, Packet)]


@pytest.mark.parametrize(("seconds", "milliseconds"), [(-1, 0), (0, 0), (0.5, 500), (60, 60_000), (61, 60_000)])
def test_identify_of_any_duration_asks_for_0_to_60_seconds(seconds: float, milliseconds: int) -> None:
    cable, device = conversation(new_dongle())
    device.identify(seconds)
    assert asked(cable)[-1].body == {"ms": milliseconds}


def test_another_dongle_than_the_one_that_was_asked_about_is_refused() -> None:
    """On a bench one is pulled and another plugged in at the same port, while a question is open."""
    dongle = new_dongle()
    _cable, device = conversation(dongle)
    device.require_id(dongle.device_id)
    with pytest.raises(DeviceFailure, match="0000000000000000") as refused:
        device.require_id("0" * 16)
    assert refused.value.code == "dongle.wrong-device"
    assert dongle.device_id in refused.value.why


def test_answer_to_a_host_that_was_cut_off_is_not_taken_for_ones_own() -> None:
    """All but the last byte of its HELLO had arrived, so that our first byte ends the line, and it is answered."""
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    whole = cable.passed[0]
    clock = Clock()
    with pytest.raises(AppError):
        Device(Cable(dongle, clock, to_device=whole - 1), clock=clock, random=seeded(2)).hello()
    assert connect(dongle, clock, seed=3).hello().device_id == dongle.device_id


def losing(answers: int) -> Callable[[int, bytes], bytes]:
    """Swallows whole answers, the first `answers` of them."""
    left = [answers]

    def tamper(way: int, data: bytes) -> bytes:
        if way == 1 and data and left[0]:
            left[0] -= 1
            return b""
        return data

    return tamper


def test_hello_whose_answers_are_lost_asks_three_times() -> None:
    dongle, clock = new_dongle(), Clock()
    cable = Cable(dongle, clock)
    device = Device(cable, clock=clock, random=seeded(2))
    cable.tamper = losing(2)
    assert device.hello().state is OwnershipState.UNCLAIMED
    cable.tamper = losing(3)
    cable.log.clear()
    began = clock.now
    with pytest.raises(DeviceFailure) as silent:
        device.identify()
    assert silent.value.code == "dongle.silent"
    assert len(asked(cable)) == 3, "three tries (docs/protocol.md, section 1)"
    assert clock.now - began == pytest.approx(3.0), "of a second each"
    assert len({packet.sequence for packet in asked(cable)}) == 3


@pytest.mark.parametrize("lost", [b"", b"!" * 12])
def test_claim_begin_of_a_proven_dongle_that_falls_silent_says_that_it_stopped(lost: bytes) -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.tamper = lambda way, data: lost + data[12:] if way == 1 and data and lost else b"" if way == 1 else data
    with pytest.raises(DeviceFailure) as silent:
        device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    assert (silent.value.code, str(silent.value)) == (
        "dongle.silent",
        "The dongle on /dev/ttyTEST stopped responding. Its replies are missing or damaged. Check the cable, unplug the"
        " dongle, plug it back in and try again.",
    )


def test_claim_whose_answers_are_lost_twice_at_each_step_succeeds() -> None:
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    cable.tamper = losing(2)
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    cable.tamper = losing(2)
    device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
    cable.tamper = losing(2)
    device.claim_commit(claim, TOKEN)
    cable.tamper = losing(2)
    device.claim_confirm(claim_id=CLAIM, key_version=claim.key_version, token=TOKEN)
    assert dongle.persistent.token == TOKEN


def test_config_write_whose_answer_is_lost_writes_once() -> None:
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    revision = device.config_read().revision
    cable.tamper = losing(1)
    assert device.config_write(FACTORY_CONFIG, revision=revision).revision == 1


def test_status_after_a_late_answer_to_an_earlier_request_ignores_it() -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    device.status()
    earlier = b"".join(data for way, data in cable.log if way == 1)
    cable.tamper = lambda way, data: earlier + data if way == 1 and data else data
    # Its nonce is another's: taken for this one it would look like an impostor's.
    assert device.status().state is OwnershipState.UNCLAIMED


def held_back_commit() -> tuple[SimulatedDongle, Clock, Device, list[bytes]]:
    """A pairing whose COMMITs somebody in between keeps for later."""
    dongle, clock, kept = new_dongle(), Clock(), []
    cable = Cable(dongle, clock)
    device = Device(cable, clock=clock, random=seeded(2))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    device.claim_prove(claim, sign=ORGANISATION_KEY.sign)

    def keep(way: int, data: bytes) -> bytes:
        if way == 0 and any(
            isinstance(one, Packet) and one.command == ProtocolCommand.CLAIM_COMMIT
            for one in ConsoleDecoder().feed(data)
        ):
            kept.append(data)
            return b""
        return data

    cable.tamper = keep
    with pytest.raises(Unavailable) as unknown:
        device.claim_commit(claim, TOKEN)
    assert unknown.value.code == "dongle.outcome-unknown"
    return dongle, clock, device, kept


def test_commit_answered_by_somebody_without_the_keys_is_not_believed() -> None:
    clock = Clock()
    cable = Cable(new_dongle(), clock)
    device = Device(cable, clock=clock, random=seeded(2))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
    kept: list[Packet] = []

    def forge(way: int, data: bytes) -> bytes:
        if way == 0:
            found = [one for one in ConsoleDecoder().feed(data) if isinstance(one, Packet)]
            commits = [one for one in found if one.command == ProtocolCommand.CLAIM_COMMIT]
            kept.extend(commits)
            return b"" if commits else data
        if kept and not data:
            request = kept.pop()
            return encode(replace(request, op=request.op + 1, body={"counter": 1, "sealed": request.body["sealed"]}))
        return data

    cable.tamper = forge
    with pytest.raises(Unavailable) as unknown:
        device.claim_commit(claim, TOKEN)
    assert unknown.value.code == "dongle.outcome-unknown"


def test_claim_outcome_while_a_commit_may_still_arrive_is_pending() -> None:
    dongle, clock, device, kept = held_back_commit()
    assert device.claim_outcome(CLAIM, TOKEN) is ClaimOutcome.PENDING
    dongle.feed(kept[0], clock.now)
    assert device.claim_outcome(CLAIM, TOKEN) is ClaimOutcome.HELD
    device.claim_confirm(claim_id=CLAIM, key_version=1, token=TOKEN)


def test_commit_that_arrives_after_its_claim_expired_is_refused() -> None:
    dongle, clock, device, kept = held_back_commit()
    clock.now += 60
    assert device.claim_outcome(CLAIM, TOKEN) is ClaimOutcome.ABSENT
    for late in kept:
        dongle.feed(late, clock.now)
    assert dongle.persistent.token is None


def test_commit_to_a_dongle_that_forgot_the_claim_is_lost_with_its_cause() -> None:
    dongle, clock, device, _kept = held_back_commit()
    claim = device.claim_begin(claim_id=UUID(int=8, version=4), organisation=ORGANISATION, organisation_key=PUBLIC)
    device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
    clock.now += 60
    dongle.tick(clock.now)
    with pytest.raises(DeviceFailure) as lost:
        device.claim_commit(claim, TOKEN)
    assert lost.value.code == "dongle.claim-lost"
    assert lost.value.what == "The dongle didn't accept the pairing."
    assert isinstance(lost.value.__cause__, AppError)
    assert lost.value.why == lost.value.__cause__.what


@pytest.mark.parametrize("state", OwnershipState)
@pytest.mark.parametrize("same_claim", [False, True])
@pytest.mark.parametrize("same_token", [False, True])
def test_claim_outcome_of_each_status_follows_the_protocols_table(
    state: OwnershipState, *, same_claim: bool, same_token: bool
) -> None:
    """docs/protocol.md, section 4: what STATUS says, and what became of the claim."""
    _cable, device = conversation(new_dongle())
    claim_id = CLAIM.bytes if same_claim else bytes(16)
    status = replace(device.status(), state=state, claim_id=claim_id, holds_token=same_token)
    device.status = lambda _token=None: status  # type: ignore[method-assign]
    expected = ClaimOutcome.ABSENT
    if state is OwnershipState.CLAIMED_ACTIVE and same_claim and same_token:
        expected = ClaimOutcome.HELD
    elif state is OwnershipState.CLAIM_PENDING and same_claim:
        expected = ClaimOutcome.PENDING
    assert device.claim_outcome(CLAIM, TOKEN) is expected


def test_claim_begin_of_a_newer_claim_ends_the_older_one() -> None:
    dongle, clock, device, kept = held_back_commit()
    device.claim_begin(claim_id=UUID(int=8, version=4), organisation=ORGANISATION, organisation_key=PUBLIC)
    assert device.claim_outcome(CLAIM, TOKEN) is ClaimOutcome.ABSENT
    dongle.feed(kept[0], clock.now)
    assert dongle.persistent.token is None


def test_claim_of_a_claimed_dongle_is_refused() -> None:
    dongle, host = new_dongle(), Host()
    _cable, device = conversation(dongle)
    host.pair(device)
    with pytest.raises(Conflict) as refused:
        Host(claims=5).pair(device)
    assert refused.value.code == "dongle.already-claimed"
    with pytest.raises(Conflict) as other:
        device.claim_confirm(claim_id=CLAIM, key_version=1, token=TOKEN)
    assert other.value.code == "dongle.other-claim"
    assert device.claim_outcome(CLAIM, TOKEN) is ClaimOutcome.ABSENT


def test_claim_prove_without_a_press_can_be_cancelled_and_times_out() -> None:
    _cable, device = conversation(new_dongle(press_after=None))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    left: list[float] = []
    with pytest.raises(Cancelled):
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, on_wait=left.append, cancelled=lambda: len(left) == 3)
    with pytest.raises(DeviceFailure) as late:
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, on_wait=left.append)
    assert late.value.code == "dongle.not-pressed"
    assert left == sorted(left, reverse=True)
    assert 0 <= left[-1] < 0.2


def test_claim_prove_of_a_dongle_that_restarts_says_so() -> None:
    """It said that the button wasn't pressed in time, two seconds after it was asked for."""
    dongle = new_dongle(press_after=None)
    _cable, device = conversation(dongle)
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    left: list[float] = []

    def wait(seconds: float) -> None:
        left.append(seconds)
        if len(left) == 3:
            dongle.cut_power()

    with pytest.raises(DeviceFailure) as interrupted:
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, on_wait=wait)
    assert interrupted.value.code == "dongle.claim-lost"
    assert interrupted.value.what == "The pairing was interrupted."
    assert len(left) == 3


def test_status_of_another_dongle_on_the_port_is_untrusted() -> None:
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    impostor = new_dongle(seed=6)
    cable.dongle = impostor
    with pytest.raises(DeviceFailure) as untrusted:
        device.status()
    assert untrusted.value.code == "dongle.untrusted"
    with pytest.raises(DeviceFailure) as wrong:
        device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    assert wrong.value.code == "dongle.wrong-device"


def test_config_write_of_impossible_settings_sends_nothing() -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    impossible = DongleConfig("fdcan", 80_000_000, 500_000, 87.5, 1, 6, 7, 2, 2)
    with pytest.raises(Invalid):
        device.config_write(impossible, revision=0)
    assert cable.log == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"clock_hz": 40_000_000, "prescaler": 5}, "The dongle's CAN clock is 80 MHz, not 40 MHz."),
        ({"controller": "mcp2515"}, "The dongle's controller is fdcan, not mcp2515."),
    ],
)
def test_config_write_of_other_hardware_is_refused_before_it_is_sent(changes: dict[str, Any], what: str) -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    with pytest.raises(Invalid) as refused:
        device.config_write(replace(FACTORY_CONFIG, **changes))
    assert refused.value.what == what
    assert cable.log == []


def test_error_for_every_code_has_a_sentence() -> None:
    for code in ErrorCode:
        error = error_for(code)
        assert error.code.startswith("dongle.")
        assert error.what.endswith(".")
        assert error.facts["error_code"] == code


@pytest.mark.parametrize("junk", [b"\xff" * 700, b"\x06\x09AAAA\n", b"\r\a\rz\r", b"\x06\x09//8AAAAA\n\x04\x14"])
def test_hello_with_junk_before_its_answer_succeeds(junk: bytes) -> None:
    cable, device = conversation(new_dongle())
    cable.tamper = lambda way, data: junk + b"\n" + data if way == 1 and data else data
    assert device.hello()


def test_hello_after_a_claim_reports_it_on_a_new_connection() -> None:
    dongle, host, clock = new_dongle(), Host(), Clock()
    host.pair(connect(dongle, clock))
    with pytest.raises(AppError):
        host.pair(connect(dongle, clock))
    assert connect(dongle, clock).hello().state is OwnershipState.CLAIMED_ACTIVE


def test_translate_protocol_errors_of_another_version_names_it() -> None:
    with pytest.raises(DeviceFailure) as other, translate_protocol_errors():
        raise ProtocolError(ErrorCode.VERSION)
    assert other.value.code == "dongle.version"


def test_claim_prove_of_a_dongle_that_never_expires_times_out() -> None:
    cable, device = conversation(new_dongle(press_after=None))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    answers = iter(range(10_000))

    def endless(way: int, data: bytes) -> bytes:
        found = [one for one in ConsoleDecoder().feed(data) if isinstance(one, Packet)] if way == 1 else []
        if not found:
            return data
        next(answers)
        return encode(replace(found[0], body={"present": False, "remaining_ms": 60_000}))

    cable.tamper = endless
    with pytest.raises(DeviceFailure) as late:
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
    assert late.value.code == "dongle.not-pressed"
