"""Commands to a dongle whose answers are lost, late, held back or forged; and what firmware a port has."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest

from benchboard.canbus import link
from benchboard.dongles.device import ClaimOutcome, Device, observed_id, probe_open
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


def test_status_of_another_dongle_on_the_port_is_untrusted() -> None:
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


def test_config_write_of_impossible_settings_sends_nothing() -> None:
    cable, device = conversation(new_dongle())
    device.hello()
    cable.log.clear()
    impossible = DongleConfig("fdcan", 80_000_000, 500_000, 87.5, 1, 6, 7, 2, 2)
    with pytest.raises(Invalid):
        device.config_write(impossible, revision=0)
    assert cable.log == []


def test_error_for_every_code_has_a_sentence() -> None:
    for code in ErrorCode:
        error = error_for(code)
        assert error.code.startswith("dongle.")
        assert error.what.endswith(".")
        assert error.facts["error_code"] == code


def test_probe_of_a_dongle_with_an_open_channel_closes_it() -> None:
    dongle, clock = new_dongle(), Clock()
    dongle.feed(b"O\rt12", clock.now)
    dongle.take_output()
    info = probe_open(Cable(dongle, clock), clock=clock)
    assert (info.dialect, info.device_id, info.ownership_state) == (
        "benchboard",
        dongle.device_id,
        "UNCLAIMED",
    )
    assert info.is_benchboard
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
def test_probe_of_stock_firmware_finds_its_dialect(
    answers: dict[bytes, bytes], dialect: str, firmware: str, number: str | None
) -> None:
    clock = Clock()
    info = probe_open(Stock(clock, answers), clock=clock)
    assert (info.dialect, info.firmware, info.serial_number) == (dialect, firmware, number)
    assert info.device_id is None
    assert not info.is_benchboard
    assert clock.now - 1000 < 3


class Echo(Stock):
    """A terminal, modem or loopback plug: sends back what it gets, `before` and `after` each line."""

    def __init__(self, clock: Clock, before: bytes = b"", after: bytes = b"") -> None:
        super().__init__(clock, {})
        self._before, self._after = before, after

    def write(self, data: bytes) -> None:
        self._output += data.replace(b"\r", self._after + b"\r" + self._before)


class Stream(Stock):
    """Sends the same bytes over and over, whatever it is told; each read gets the next `size` of them."""

    def __init__(self, clock: Clock, data: bytes, size: int) -> None:
        super().__init__(clock, {})
        self._data, self._size, self._sent = data, size, 0

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def read(self, timeout: float) -> bytes:
        self._clock.now += min(timeout, 0.01)
        begin = self._sent % len(self._data)
        self._sent += self._size
        return (self._data * (2 + self._size // len(self._data)))[begin : begin + self._size]


class Repeater(Stock):
    """Answers every line alike; a `#` in the answer is the line's number."""

    def __init__(self, clock: Clock, answer: bytes) -> None:
        super().__init__(clock, {})
        self._answer, self._lines = answer, count(1)

    def write(self, data: bytes) -> None:
        for _line in range(data.count(b"\r")):
            self._output += self._answer.replace(b"#", b"%d" % next(self._lines))


FRAMES = b"t12381122334455667788\rT1ABCDEF0812233445566778899\r"


@pytest.mark.parametrize(
    "make",
    [
        lambda clock: Stock(clock, {}),
        Echo,
        lambda clock: Echo(clock, before=b"> "),
        lambda clock: Echo(clock, after=b": not found"),
        *(lambda clock, size=size: Stream(clock, FRAMES, size) for size in (1, 17, 30, 31, 49)),
        *(lambda clock, size=size: Stream(clock, FRAMES[-18:], size) for size in (7, 18, 36)),
        lambda clock: Repeater(clock, b"line #\r"),
        lambda clock: Repeater(clock, b"OK\r"),
        lambda clock: Repeater(clock, b"12233445566778899\r"),
        lambda clock: Repeater(clock, b"\a"),
        lambda clock: Repeater(clock, b"\r"),
        lambda clock: Stock(clock, {b"C": b"\r", b"V": b"V\r", b"N": b"N\r"}),
        lambda clock: Stock(clock, {b"C": b"\r", b"V": b"12233445566778899\r"}),
    ],
)
def test_probe_of_what_is_no_dongle_finds_none(make: Callable[[Clock], Stock]) -> None:
    clock = Clock()
    with pytest.raises(DeviceFailure) as silent:
        probe_open(make(clock), clock=clock)
    assert silent.value.code == "dongle.silent"
    assert clock.now - 1000 < 3


def test_probe_of_a_stock_dongle_whose_channel_is_open_reads_past_its_frames() -> None:
    clock = Clock()
    stock = Stock(clock, {b"C": b"\r", b"V": b"V1013\r", b"N": b"NA123\r"})
    stock._output = FRAMES[5:] * 3 + FRAMES[:11]
    assert probe_open(stock, clock=clock).firmware == "13"


def test_observed_id_of_a_port_depends_on_its_serial_number() -> None:
    def port(number: str | None) -> link.Port:
        return link.Port("/dev/ttyACM0", "CANable", 0xAD50, 0x60C4, number, False, "usb")

    assert observed_id(port(None)) is None
    assert observed_id(port("")) is None
    one = observed_id(port("001"))
    assert one is not None
    assert len(one) == 16
    assert one != observed_id(port("002"))


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
