"""A conversation with one dongle over an open port: typed commands, time limits, repetitions, failures in
words.

Every request may be repeated, so a lost answer costs time only. Where the outcome of a claim is in doubt,
STATUS decides (`Device.resolve`), never a new token.
"""

import enum
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from benchboard.canbus import link, slcan
from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    CanConfig,
    Code,
    Command,
    Console,
    Hello,
    HostClaim,
    Packet,
    Refused,
    Sign,
    State,
    Status,
    StoredConfig,
    host_side,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.refusals import in_words, trust
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Unavailable
from benchboard.i18n import _

ANSWER_WITHIN: Final = 1.0
TRIES: Final = 3
_PROBE_WITHIN: Final = 0.4
_PRESENCE_POLL: Final = 0.1


class Handle(Protocol):
    """What `link.open_port` returns, as far as a conversation needs it."""

    @property
    def path(self) -> str: ...
    def read(self, timeout: float) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Outcome(enum.Enum):
    """What became of a claim whose COMMIT was sent. `PENDING`: the dongle may still accept it; ask again
    later."""

    HELD = "held"
    ABSENT = "absent"
    PENDING = "pending"


class Device:
    """A dongle of ours behind `handle`, which the caller keeps and closes. Not for two threads at once.

    Every method raises `DeviceFailure` (`dongle.silent`, `dongle.untrusted`, `dongle.refused`, `port.*`)
    besides what it names itself.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._handle = handle
        self._clock = clock
        self._random = random
        self._console = Console()
        self._sequence = 0
        self._hello: Hello | None = None

    @property
    def path(self) -> str:
        """The port's path."""
        return self._handle.path

    def close_channel(self) -> None:
        """Close the CAN channel somebody may have left open; our messages pass only then."""
        self._handle.write(b"\rC\r")

    def hello(self, *, tries: int = TRIES, within: float = ANSWER_WITHIN) -> Hello:
        """Who this is, proved by its key. Raises `DeviceFailure` (`dongle.untrusted`) if the proof does
        not hold."""
        nonce = self._random(16)
        answer = self._ask(Command.HELLO, {"nonce": nonce}, tries=tries, within=within)
        with trust():
            self._hello = host_side.read_hello(answer, nonce)
        return self._hello

    def identify(self, seconds: float = 5.0) -> None:
        """Blink for `seconds` (at most 60)."""
        self._ask(Command.IDENTIFY, {"ms": max(0, min(60_000, round(seconds * 1000)))})

    def status(self, token: bytes | None = None) -> Status:
        """Where it stands, signed; with `token` also whether it holds that very one."""
        nonce = self._random(16)
        answer = self._ask(Command.STATUS, {"nonce": nonce})
        with trust():
            return host_side.read_status(answer, nonce, self._known().device_key, token)

    def config_read(self) -> StoredConfig:
        """The stored channel settings, signed by the dongle."""
        nonce = self._random(16)
        answer = self._ask(Command.CONFIG_READ, {"nonce": nonce})
        with trust():
            return host_side.read_stored_config(answer, nonce, self._known().device_key)

    def config_write(self, config: CanConfig, *, revision: int | None = None, sign: Sign | None = None) -> StoredConfig:
        """Store `config` over `revision` (default: whatever is stored now) and return what is read back.

        A claimed dongle wants its organisation's signature: `sign` gets the message and returns 64 bytes
        of Ed25519. Raises `Invalid` (`dongle.config`) for settings no dongle can run on, `Conflict`
        (`dongle.config-changed`), `Denied` (`dongle.signature-required`, `dongle.bad-signature`).
        """
        known = self._known()
        if revision is None:
            revision = self.config_read().revision
        try:
            body = host_side.config_write(config, revision, known.device_id, sign)
        except Refused as error:
            raise in_words(Code.CONFIG_REFUSED) from error
        self._ask(Command.CONFIG_WRITE, body)
        stored = self.config_read()
        if messages.config_body(stored.config) != messages.config_body(config):
            raise in_words(Code.STORAGE_FAILED)
        return stored

    # ---- claiming: four steps, so that the caller can store something between any two

    def claim_begin(self, *, claim_id: UUID, organisation: UUID, organisation_key: bytes) -> HostClaim:
        """Agree on keys. `organisation_key` is the raw Ed25519 public key the dongle shall pin.

        Raises `Conflict` (`dongle.already-claimed`, `dongle.claim-revoked`, `dongle.claims-exhausted`).
        """
        claim = HostClaim(
            device_key=self._known().device_key,
            claim_id=claim_id.bytes,
            organisation=organisation.bytes,
            organisation_key=organisation_key,
            random=self._random,
        )
        answer = self._ask(Command.CLAIM_BEGIN, claim.begin())
        with trust():
            claim.begun(answer)
        return claim

    def claim_prove(
        self,
        claim: HostClaim,
        *,
        sign: Sign,
        waiting: Callable[[float], None] = lambda _seconds: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prove the organisation and wait for the button. `waiting` hears the seconds left, about ten
        times a second.

        Raises `Cancelled`, or `DeviceFailure` (`dongle.not-pressed`) when the time is over.
        """
        body = claim.prove(sign)
        # The dongle keeps the time; this is for one that never ends it.
        deadline = self._clock() + messages.CLAIM_SECONDS + ANSWER_WITHIN
        while self._clock() < deadline:
            if cancelled():
                raise Cancelled("dongle.cancelled", _("Pairing was stopped."))
            try:
                answer = self._ask(Command.CLAIM_PROVE, body)
            except DeviceFailure as refusal:
                if refusal.facts.get("refused") == Code.NO_CLAIM:
                    raise in_words(Code.PRESENCE_MISSING) from refusal
                raise
            if answer["present"]:
                return
            waiting(answer["remaining_ms"] / 1000)
            self._pause(_PRESENCE_POLL)
        raise in_words(Code.PRESENCE_MISSING)

    def claim_commit(self, claim: HostClaim, token: bytes) -> None:
        """Hand over the token. It returns only when the dongle holds it; store it encrypted before calling.

        Raises `DeviceFailure` (`dongle.claim-lost`) if it certainly does not hold it and never will,
        `Unavailable` (`dongle.outcome-unknown`) if that cannot be told now: keep the token and `resolve`
        later.
        """
        cause: AppError
        try:
            answer = self._ask(Command.CLAIM_COMMIT, lambda: claim.commit(token))
            with trust():
                claim.committed(answer)
            return
        except AppError as error:
            cause = error
        try:
            outcome = self.resolve(claim.claim_id, token)
        except DeviceFailure:
            outcome = Outcome.PENDING
        if outcome is Outcome.HELD:
            return
        if outcome is Outcome.ABSENT:
            raise DeviceFailure(
                "dongle.claim-lost",
                _("The dongle did not take the claim."),
                why=cause.what,
                do=_("Start pairing again."),
            ) from cause
        raise Unavailable(
            "dongle.outcome-unknown",
            _("The connection broke while the dongle was being claimed."),
            why=_("It may or may not hold its token now."),
            do=_("Plug it in again; what happened is then read from the dongle itself."),
        ) from cause

    def claim_confirm(self, *, claim_id: UUID | bytes, key_version: int, token: bytes) -> None:
        """Both sides prove that they hold `token`. Works at any later time too.

        Raises `Conflict` (`dongle.other-claim`) if the dongle holds another or none.
        """
        ident = claim_id.bytes if isinstance(claim_id, UUID) else claim_id
        known = self._known()
        body = host_side.confirm(known.device_id, ident, key_version, token, self._random(16))
        try:
            answer = self._ask(Command.CLAIM_CONFIRM, body)
        except DeviceFailure as refusal:
            if refusal.facts.get("refused") in (Code.NO_CLAIM, Code.NOT_AUTHENTIC):
                raise Conflict(
                    "dongle.other-claim",
                    _("The dongle does not hold this claim's token."),
                    why=_("It was claimed anew or reset since."),
                    do=_("Look at its state, then pair it again."),
                ) from refusal
            raise
        with trust():
            host_side.confirmed(answer, body, known.device_id, key_version, token)

    def resolve(self, claim_id: UUID | bytes, token: bytes) -> Outcome:
        """What became of a claim, from the dongle's signed status."""
        ident = claim_id.bytes if isinstance(claim_id, UUID) else claim_id
        status = self.status(token)
        if status.state == State.CLAIM_PENDING:
            return Outcome.PENDING if status.claim_id == ident else Outcome.ABSENT
        held = status.state == State.CLAIMED_ACTIVE and status.claim_id == ident and status.holds_token
        return Outcome.HELD if held else Outcome.ABSENT

    # ---- asking

    def _known(self) -> Hello:
        return self._hello or self.hello()

    def _pause(self, seconds: float) -> None:
        # Reading is waiting: what arrives meanwhile answers nothing we asked.
        self._console.feed(self._handle.read(seconds))

    def _ask(
        self,
        command: Command,
        body: Body | Callable[[], Body],
        *,
        tries: int = TRIES,
        within: float = ANSWER_WITHIN,
    ) -> Body:
        for _try in range(tries):
            self._sequence = (self._sequence + 1) & 0xFF
            said = body() if callable(body) else body
            request = Packet(messages.OPERATIONS[command], messages.GROUP, command, self._sequence, said)
            # The CR ends whatever half line an earlier failure left at the dongle.
            self._handle.write(b"\r" + protocol.encode(request))
            answer = self._answer(request, self._clock() + within)
            if answer is not None:
                return _checked(command, answer)
        raise DeviceFailure(
            "dongle.silent",
            _("The dongle on {path} did not answer.").format(path=self._handle.path),
            why=_("Its channel may be open in another program, or it is not a Benchboard dongle."),
            do=_("Unplug it, plug it in again and repeat."),
            path=self._handle.path,
        )

    def _answer(self, request: Packet, deadline: float) -> Packet | None:
        while (left := deadline - self._clock()) > 0:
            for found in self._console.feed(self._handle.read(left)):
                if (
                    isinstance(found, Packet)
                    and (found.op, found.group, found.command, found.sequence)
                    == (request.op + 1, request.group, request.command, request.sequence)
                ):  # fmt: skip
                    return found
        return None


def _checked(command: Command, answer: Packet) -> Body:
    error = answer.body.get("err")
    if isinstance(error, dict) and error.get("group") == messages.GROUP:
        number = error.get("rc")
        raise in_words(next((code for code in Code if code == number), Code.MALFORMED))
    if "rc" in answer.body or "err" in answer.body:
        raise in_words(Code.MALFORMED)
    try:
        return messages.checked(answer.body, messages.ANSWERS[command])
    except Refused as refused:
        raise in_words(Code.MALFORMED) from refused


@dataclass(frozen=True, slots=True)
class DongleInfo:
    """What a port turned out to be. The identity fields are None for dialects that cannot prove one."""

    port: str
    dialect: str
    firmware: str
    hardware: str
    serial_number: str | None = None
    device_id: str | None = None
    device_key: bytes | None = None
    ownership_state: str | None = None
    key_version: int | None = None
    controller: str | None = None
    clock_hz: int | None = None
    fd: bool | None = None

    @property
    def ours(self) -> bool:
        """Whether it speaks our protocol, so that its identity is proven."""
        return self.dialect == OURS


OURS: Final = "benchboard"
# How a stock firmware answers `V`. LAWICEL: V and four digits; the others answer with text of their own.
_DIALECTS: Final = (
    ("lawicel", re.compile(r"V[0-9A-Fa-f]{4}")),
    ("elmue", re.compile(r"\+?V?\+?Board:.*", re.IGNORECASE)),
    ("canable", re.compile(r".*canable.*", re.IGNORECASE)),
)


def probe(path: str) -> DongleInfo:
    """Open `path`, see who is there, close it. Closes the CAN channel; takes at most about two seconds.

    Raises `DeviceFailure` (`dongle.silent`: nothing there speaks slcan; `dongle.untrusted`) and what
    `link.open_port` raises.
    """
    with link.open_port(path) as handle:
        return probe_open(handle)


def probe_open(handle: Handle, *, clock: Callable[[], float] = time.monotonic) -> DongleInfo:
    """`probe` over a port that is open already, and stays so."""
    device = Device(handle, clock=clock)
    device.close_channel()
    try:
        hello = device.hello(tries=2, within=_PROBE_WITHIN)
    except DeviceFailure as error:
        if error.code != "dongle.silent":
            raise
        return _stock(handle, clock)
    return DongleInfo(
        handle.path,
        OURS,
        hello.firmware,
        hello.hardware,
        serial_number=hello.device_id[-4:].upper(),
        device_id=hello.device_id,
        device_key=hello.device_key,
        ownership_state=hello.state.name,
        key_version=hello.key_version,
        controller=hello.controller,
        clock_hz=hello.clock_hz,
        fd=hello.fd,
    )


def _stock(handle: Handle, clock: Callable[[], float]) -> DongleInfo:
    _slcan(handle, b"C", clock)
    version = _slcan(handle, b"V", clock)
    if not version:
        raise DeviceFailure(
            "dongle.silent",
            _("Nothing on {path} answers like a CAN dongle.").format(path=handle.path),
            do=_("Check that this is the right port and that the dongle runs slcan firmware."),
            path=handle.path,
        )
    number = _slcan(handle, b"N", clock)
    dialect = next((name for name, form in _DIALECTS if form.fullmatch(version)), "slcan")
    # LAWICEL's V reply is two digits of hardware and two of software version.
    lawicel = dialect == "lawicel"
    return DongleInfo(
        handle.path,
        dialect,
        firmware=version[3:5] if lawicel else version[:64],
        hardware=version[1:3] if lawicel else "",
        serial_number=number[1:33] or None if number.startswith("N") else None,
    )


def _slcan(handle: Handle, command: bytes, clock: Callable[[], float]) -> str:
    """One slcan command's reply; "" for a refusal, an empty reply or none in time."""
    parser = slcan.Parser()
    handle.write(command + b"\r")
    deadline = clock() + _PROBE_WITHIN
    while (left := deadline - clock()) > 0:
        for reply in parser.feed(handle.read(left)).replies:
            if not reply.ok or reply.text or command == b"C":
                return reply.text
    return ""


def observed_id(port: link.Port) -> str | None:
    """Stand-in identity of a stock dongle: 16 hex digits of SHA-256 over VID:PID and USB serial number.

    None where there is no serial number: such dongles cannot be told apart.
    """
    if port.vid is None or port.pid is None or not port.serial_number:
        return None
    text = f"{port.vid:04x}:{port.pid:04x}:{port.serial_number}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
