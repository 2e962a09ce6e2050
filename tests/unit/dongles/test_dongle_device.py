"""A conversation that loses answers, meets other firmware, or is held up by somebody in between."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from benchboard.canbus import link
from benchboard.dongles.device import Device, Outcome, observed_id, probe_open
from benchboard.dongles.protocol import CanConfig, Code, Command, Console, Packet, Refused, State, encode
from benchboard.dongles.refusals import in_words, trust
from benchboard.dongles.simulator.node import FACTORY_CONFIG, SimulatedDongle
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Invalid, Unavailable
from support.cable import Cable, Clock, connect, new_dongle, seeded
from support.pairing import ORGANISATION, ORGANISATION_KEY, PUBLIC, Host

CLAIM = UUID(int=7, version=4)
TOKEN = b"T" * 32


def conversation(dongle: SimulatedDongle) -> tuple[Cable, Device]:
    clock = Clock()
    cable = Cable(dongle, clock)
    return cable, Device(cable, clock=clock, random=seeded(2))


def losing(answers: int) -> Callable[[int, bytes], bytes]:
    """Swallows whole answers, the first `answers` of them."""
    left = [answers]

    def tamper(way: int, data: bytes) -> bytes:
        if way == 1 and data and left[0]:
            left[0] -= 1
            return b""
        return data

    return tamper


def test_lost_answers_are_asked_for_again() -> None:
    cable, device = conversation(new_dongle())
    cable.tamper = losing(2)
    assert device.hello().state is State.UNCLAIMED
    cable.tamper = losing(3)
    with pytest.raises(DeviceFailure) as silent:
        device.identify()
    assert silent.value.code == "dongle.silent"


def test_every_step_of_a_pairing_survives_two_lost_answers() -> None:
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
    assert dongle.durable.token == TOKEN


def test_a_settings_write_whose_answer_is_lost_is_not_written_twice() -> None:
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    revision = device.config_read().revision
    cable.tamper = losing(1)
    assert device.config_write(FACTORY_CONFIG, revision=revision).revision == 1


def test_a_late_answer_to_an_earlier_question_is_not_taken_for_this_one() -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    device.status()
    earlier = b"".join(data for way, data in cable.log if way == 1)
    cable.tamper = lambda way, data: earlier + data if way == 1 and data else data
    # Its nonce is another's: taken for this one it would look like an impostor's.
    assert device.status().state is State.UNCLAIMED


def held_back_commit() -> tuple[SimulatedDongle, Clock, Device, list[bytes]]:
    """A pairing whose COMMITs somebody in between keeps for later."""
    dongle, clock, kept = new_dongle(), Clock(), []
    cable = Cable(dongle, clock)
    device = Device(cable, clock=clock, random=seeded(2))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    device.claim_prove(claim, sign=ORGANISATION_KEY.sign)

    def keep(way: int, data: bytes) -> bytes:
        if way == 0 and any(
            isinstance(one, Packet) and one.command == Command.CLAIM_COMMIT for one in Console().feed(data)
        ):
            kept.append(data)
            return b""
        return data

    cable.tamper = keep
    with pytest.raises(Unavailable) as unknown:
        device.claim_commit(claim, TOKEN)
    assert unknown.value.code == "dongle.outcome-unknown"
    return dongle, clock, device, kept


def test_a_commit_that_may_still_arrive_is_not_given_up() -> None:
    dongle, clock, device, kept = held_back_commit()
    assert device.resolve(CLAIM, TOKEN) is Outcome.PENDING
    dongle.feed(kept[0], clock.now)
    assert device.resolve(CLAIM, TOKEN) is Outcome.HELD
    device.claim_confirm(claim_id=CLAIM, key_version=1, token=TOKEN)


def test_a_commit_that_comes_after_the_host_gave_up_is_refused() -> None:
    dongle, clock, device, kept = held_back_commit()
    clock.now += 60
    assert device.resolve(CLAIM, TOKEN) is Outcome.ABSENT
    for late in kept:
        dongle.feed(late, clock.now)
    assert dongle.durable.token is None


def test_a_newer_claim_ends_an_older_one() -> None:
    dongle, clock, device, kept = held_back_commit()
    device.claim_begin(claim_id=UUID(int=8, version=4), organisation=ORGANISATION, organisation_key=PUBLIC)
    assert device.resolve(CLAIM, TOKEN) is Outcome.ABSENT
    dongle.feed(kept[0], clock.now)
    assert dongle.durable.token is None


def test_a_claimed_dongle_refuses_others_and_knows_another_token() -> None:
    dongle, host = new_dongle(), Host()
    _cable, device = conversation(dongle)
    host.pair(device)
    with pytest.raises(Conflict) as refused:
        Host(claims=5).pair(device)
    assert refused.value.code == "dongle.already-claimed"
    with pytest.raises(Conflict) as other:
        device.claim_confirm(claim_id=CLAIM, key_version=1, token=TOKEN)
    assert other.value.code == "dongle.other-claim"
    assert device.resolve(CLAIM, TOKEN) is Outcome.ABSENT


def test_waiting_for_the_button_can_be_stopped_and_ends_by_itself() -> None:
    _cable, device = conversation(new_dongle(press_after=None))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    left: list[float] = []
    with pytest.raises(Cancelled):
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, waiting=left.append, cancelled=lambda: len(left) == 3)
    with pytest.raises(DeviceFailure) as late:
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, waiting=left.append)
    assert late.value.code == "dongle.not-pressed"
    assert left == sorted(left, reverse=True)
    assert 0 <= left[-1] < 0.2


def test_an_impostor_is_not_trusted() -> None:
    dongle = new_dongle()
    cable, device = conversation(dongle)
    device.hello()
    impostor = new_dongle(seed=6)
    cable._dongle = impostor
    with pytest.raises(DeviceFailure) as untrusted:
        device.status()
    assert untrusted.value.code == "dongle.untrusted"
    with pytest.raises(DeviceFailure) as wrong:
        device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    assert wrong.value.code == "dongle.wrong-device"


def test_settings_it_cannot_run_on_are_refused_before_anything_is_sent() -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    impossible = CanConfig("fdcan", 80_000_000, 500_000, 87.5, 1, 6, 7, 2, 2)
    with pytest.raises(Invalid):
        device.config_write(impossible, revision=0)
    assert cable.log == []


def test_every_refusal_has_words() -> None:
    for code in Code:
        error = in_words(code)
        assert error.code.startswith("dongle.")
        assert error.what.endswith(".")
        assert error.facts["refused"] == code


def test_a_channel_left_open_is_closed_by_probing() -> None:
    dongle, clock = new_dongle(), Clock()
    dongle.feed(b"O\rt12", clock.now)
    dongle.take_output()
    info = probe_open(Cable(dongle, clock), clock=clock)
    assert (info.dialect, info.device_id, info.ownership_state) == (
        "benchboard",
        dongle.device_id,
        "UNCLAIMED",
    )
    assert info.ours
    assert not dongle.controller.is_open


class Stock:
    """Firmware that knows slcan only: answers by line, BEL to anything else."""

    path = "/dev/ttySTOCK"

    def __init__(self, clock: Clock, answers: dict[bytes, bytes]) -> None:
        self._clock, self._answers = clock, answers
        self._line = self._output = b""

    def write(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\r")
        self._output += b"".join(self._answers.get(line, b"\a") for line in lines)

    def read(self, timeout: float) -> bytes:
        output, self._output = self._output, b""
        if not output:
            self._clock.now += timeout
        return output

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answers", "dialect", "firmware", "number"),
    [
        ({b"C": b"\r", b"V": b"V1013\r", b"N": b"NA123\r"}, "lawicel", "13", "A123"),
        ({b"C": b"\r", b"V": b"CANable-b158aa7 github.com/normaldotcom/canable-fw.git\r"}, "canable",
         "CANable-b158aa7 github.com/normaldotcom/canable-fw.git", None),
        ({b"V": b"something else\r", b"N": b"\r"}, "slcan", "something else", None),
    ],
)  # fmt: skip
def test_stock_firmware_is_told_from_ours(
    answers: dict[bytes, bytes], dialect: str, firmware: str, number: str | None
) -> None:
    clock = Clock()
    info = probe_open(Stock(clock, answers), clock=clock)
    assert (info.dialect, info.firmware, info.serial_number) == (dialect, firmware, number)
    assert info.device_id is None
    assert not info.ours
    assert clock.now - 1000 < 3


def test_what_answers_nothing_is_no_dongle() -> None:
    clock = Clock()
    with pytest.raises(DeviceFailure) as silent:
        probe_open(Stock(clock, {}), clock=clock)
    assert silent.value.code == "dongle.silent"
    assert clock.now - 1000 < 3


def test_stock_dongles_are_observed_by_what_usb_tells() -> None:
    def port(number: str | None) -> link.Port:
        return link.Port("/dev/ttyACM0", "CANable", 0xAD50, 0x60C4, number, False, "usb")

    assert observed_id(port(None)) is None
    assert observed_id(port("")) is None
    one = observed_id(port("001"))
    assert one is not None
    assert len(one) == 16
    assert one != observed_id(port("002"))


@pytest.mark.parametrize("junk", [b"\xff" * 700, b"\x06\x09AAAA\n", b"\r\a\rz\r", b"\x06\x09//8AAAAA\n\x04\x14"])
def test_junk_before_an_answer_does_no_harm(junk: bytes) -> None:
    cable, device = conversation(new_dongle())
    cable.tamper = lambda way, data: junk + b"\n" + data if way == 1 and data else data
    assert device.hello()


def test_connect_is_what_a_second_visit_sees() -> None:
    dongle, host, clock = new_dongle(), Host(), Clock()
    host.pair(connect(dongle, clock))
    with pytest.raises(AppError):
        host.pair(connect(dongle, clock))
    assert connect(dongle, clock).hello().state is State.CLAIMED_ACTIVE


def test_another_version_is_named_as_such_and_not_as_a_forgery() -> None:
    with pytest.raises(DeviceFailure) as other, trust():
        raise Refused(Code.VERSION)
    assert other.value.code == "dongle.version"


def test_a_dongle_that_never_lets_the_claim_end_is_given_up() -> None:
    cable, device = conversation(new_dongle(press_after=None))
    claim = device.claim_begin(claim_id=CLAIM, organisation=ORGANISATION, organisation_key=PUBLIC)
    answers = iter(range(10_000))

    def endless(way: int, data: bytes) -> bytes:
        found = [one for one in Console().feed(data) if isinstance(one, Packet)] if way == 1 else []
        if not found:
            return data
        next(answers)
        return encode(replace(found[0], body={"present": False, "remaining_ms": 60_000}))

    cable.tamper = endless
    with pytest.raises(DeviceFailure) as late:
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
    assert late.value.code == "dongle.not-pressed"
