"""Talks to one dongle over an open port: typed commands with timeouts and retries.

Every request may be repeated, so a lost answer only costs time. When the outcome of a claim is in doubt, STATUS decides
(`Device.claim_outcome`), never a new token.
"""

import enum
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol
from uuid import UUID

from benchboard.canbus.link import linked_id
from benchboard.dongles import protocol
from benchboard.dongles.device_errors import (
    error_for,
    outcome_unknown,
    require_linked_id,
    translate_protocol_errors,
    wrong_device_error,
)
from benchboard.dongles.protocol import (
    ConfigSigner,
    ConsoleDecoder,
    DongleConfig,
    ErrorCode,
    Hello,
    HostClaim,
    OwnershipState,
    Packet,
    ProtocolCommand,
    ProtocolError,
    Sign,
    Status,
    StoredConfig,
    host_side,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure, Invalid
from benchboard.i18n import N_, _, number

ANSWER_TIMEOUT: Final = 1.0
IDENTIFY_SECONDS: Final = 5
TRIES: Final = 3
_PRESENCE_POLL: Final = 0.1
_MOST_UNREAD: Final = 65_536
_COMMITTING: Final = N_("{path} stopped responding during pairing.")
_CLAIM_END_S: Final = 2.0
"""A claim that the dongle forgets with more than this left (s) hasn't ended by its time."""


class OpenPort(Protocol):
    """What `Device` needs of an open port; `link.open_port` returns one."""

    @property
    def path(self) -> str: ...
    def read(self, timeout: float) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


@enum.unique
class ClaimOutcome(enum.Enum):
    """What became of a claim whose CLAIM_COMMIT was sent.

    HELD: the dongle has the token. ABSENT: it doesn't, and never will. PENDING: it may still accept it, so ask later.
    """

    HELD = "held"
    ABSENT = "absent"
    PENDING = "pending"


class Device:
    """A dongle with Benchboard firmware on an open port, which the caller closes. For one thread at a time.

    Every method raises `DeviceFailure` (`dongle.silent`, `dongle.untrusted`, `dongle.refused`, `port.*`) besides what
    it names itself.
    """

    def __init__(
        self,
        handle: OpenPort,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._handle = handle
        self._clock = clock
        self._random = random
        self._console = ConsoleDecoder()
        # Any first one: the dongle may still answer a host before us that was cut off, which began anywhere else.
        self._sequence = random(1)[0]
        self._hello: Hello | None = None
        self._sent: list[bytes] = []
        self._unread = b""

    @property
    def path(self) -> str:
        """The port's path, as it was opened."""
        return self._handle.path

    @property
    def device_id(self) -> str:
        """The id that the dongle has proved."""
        return self._proven_hello().device_id

    def close_channel(self) -> None:
        """Close the CAN channel, which may have been left open: a dongle answers messages only while it is closed."""
        self._handle.write(b"\rC\r")

    def hello(self, *, tries: int = TRIES, timeout: float = ANSWER_TIMEOUT) -> Hello:
        """The dongle's identity, proved by its key; asked for `tries` times at most, with `timeout` seconds each.

        Raises `DeviceFailure` (`dongle.wrong-device`) if the port is a link to another dongle.
        """
        nonce = self._random(16)
        answer = self._request(ProtocolCommand.HELLO, {"nonce": nonce}, tries=tries, timeout=timeout)
        with translate_protocol_errors():
            hello = host_side.read_hello(answer, nonce)
        require_linked_id(self._handle.path, hello.device_id)
        self._hello = hello
        return hello

    def require_id(self, device_id: str) -> None:
        """Raise `DeviceFailure` (`dongle.wrong-device`) if another dongle than this one is plugged in here by now."""
        found = self._proven_hello().device_id
        if found != device_id:
            raise wrong_device_error(device_id, found)

    def has_unreadable_answer(self) -> bool:
        """Whether what came back since the last answer begins like a protocol message, and is no echo of a request."""
        *lines, _unfinished = self._unread.replace(b"\n", b"\r").split(b"\r")
        starts = [line for line in lines if line.startswith(protocol.MESSAGE_START)]
        return any(not any(sent in line for sent in self._sent) for line in starts)

    def identify(self, seconds: float = IDENTIFY_SECONDS) -> None:
        """Make the dongle blink for `seconds` (0 to 60)."""
        self._request(ProtocolCommand.IDENTIFY, {"ms": max(0, min(60_000, round(seconds * 1000)))})

    def status(self, token: bytes | None = None) -> Status:
        """The dongle's signed status; with `token` also whether the dongle holds that token."""
        nonce = self._random(16)
        answer = self._request(ProtocolCommand.STATUS, {"nonce": nonce})
        with translate_protocol_errors():
            return host_side.read_status(answer, nonce, self._proven_hello().device_key, token)

    def config_read(self) -> StoredConfig:
        """The stored channel settings, signed by the dongle."""
        nonce = self._random(16)
        answer = self._request(ProtocolCommand.CONFIG_READ, {"nonce": nonce})
        with translate_protocol_errors():
            return host_side.read_stored_config(answer, nonce, self._proven_hello().device_key)

    def config_write(
        self, config: DongleConfig, *, revision: int | None = None, signer: ConfigSigner | None = None
    ) -> StoredConfig:
        """Store `config` over `revision` (default: the one stored now) and return what is read back.

        A claimed dongle accepts only what its organisation signed: `signer`. Raises `Invalid` (`dongle.config`) for
        settings no dongle can run on and (`dongle.hardware`) for those of other hardware, `Conflict`
        (`dongle.config-changed`), `Denied` (`dongle.signature-required`, `dongle.bad-signature`).
        """
        hello = self._proven_hello()
        _require_hardware(hello, config)
        if revision is None:
            revision = self.config_read().revision
        try:
            body = host_side.config_write_request(config, revision, hello.device_id, signer)
        except ProtocolError as error:
            raise error_for(ErrorCode.CONFIG_REFUSED) from error
        self._request(ProtocolCommand.CONFIG_WRITE, body)
        stored = self.config_read()
        if messages.config_to_body(stored.config) != messages.config_to_body(config):
            raise error_for(ErrorCode.STORAGE_FAILED)
        return stored

    # ---- claiming, in four steps: the caller stores something between them

    def claim_begin(self, *, claim_id: UUID, organisation: UUID, organisation_key: bytes) -> HostClaim:
        """Exchange keys. `organisation_key` is the raw Ed25519 public key (32 bytes) that the dongle shall pin.

        Raises `Conflict` (`dongle.already-claimed`, `dongle.claim-revoked`, `dongle.claims-exhausted`).
        """
        claim = HostClaim(
            device_key=self._proven_hello().device_key,
            claim_id=claim_id.bytes,
            organisation=organisation.bytes,
            organisation_key=organisation_key,
            random=self._random,
        )
        answer = self._request(ProtocolCommand.CLAIM_BEGIN, claim.begin_request())
        with translate_protocol_errors():
            claim.accept_begin(answer)
        return claim

    def claim_prove(
        self,
        claim: HostClaim,
        *,
        sign: Sign,
        on_wait: Callable[[float], None] = lambda _seconds: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prove the organisation's identity and wait for the button.

        `on_wait` gets the seconds left, about ten times a second. Raises `Cancelled`, or `DeviceFailure`
        (`dongle.not-pressed`) when the time is over, (`dongle.claim-lost`) if the dongle forgets the claim before that.
        """
        body = claim.prove_request(sign)
        left = float(messages.CLAIM_SECONDS)  # as the dongle said last
        # The dongle keeps the time; this limit is for one that never ends the claim.
        deadline = self._clock() + messages.CLAIM_SECONDS + ANSWER_TIMEOUT
        while self._clock() < deadline:
            if cancelled():
                raise Cancelled("dongle.cancelled", _("Pairing was cancelled."))
            try:
                answer = self._request(ProtocolCommand.CLAIM_PROVE, body)
            except DeviceFailure as failure:
                if failure.facts.get("error_code") == ErrorCode.NO_CLAIM:
                    raise (
                        _interrupted() if left > _CLAIM_END_S else error_for(ErrorCode.PRESENCE_MISSING)
                    ) from failure
                raise
            if answer["present"]:
                return
            left = answer["remaining_ms"] / 1000
            on_wait(left)
            self._wait(_PRESENCE_POLL)
        raise error_for(ErrorCode.PRESENCE_MISSING)

    def claim_commit(self, claim: HostClaim, token: bytes) -> None:
        """Send the token (32 bytes), which the caller has stored before; returns when the dongle holds it.

        Raises `DeviceFailure` (`dongle.claim-lost`) if the dongle doesn't hold it and never will, `Unavailable`
        (`dongle.outcome-unknown`) if that can't be known now: keep the token, and ask `claim_outcome` later.
        """
        cause: AppError
        try:
            answer = self._request(ProtocolCommand.CLAIM_COMMIT, lambda: claim.commit_request(token))
            with translate_protocol_errors():
                claim.accept_commit(answer)
            return
        except AppError as error:
            cause = error
        try:
            outcome = self.claim_outcome(claim.claim_id, token)
        except DeviceFailure:
            outcome = ClaimOutcome.PENDING
        if outcome is ClaimOutcome.HELD:
            return
        if outcome is ClaimOutcome.ABSENT:
            raise DeviceFailure(
                "dongle.claim-lost",
                _("The dongle didn't accept the pairing."),
                why=cause.what,
                do=_("Try again."),
            ) from cause
        raise outcome_unknown(
            "dongle.outcome-unknown",
            self.path,
            _COMMITTING,
            _(
                "The pairing key was sent, but not confirmed: the dongle may or may not have it. The database keeps the"
                " key until the dongle says."
            ),
            _("Unplug it and plug it back in. Benchboard then reads the outcome from the dongle."),
        ) from cause

    def claim_confirm(self, *, claim_id: UUID | bytes, key_version: int, token: bytes) -> None:
        """Prove to each other that both sides hold `token`, now or at any later time.

        Raises `Conflict` (`dongle.other-claim`) if the dongle holds another token or none.
        """
        claim_bytes = claim_id.bytes if isinstance(claim_id, UUID) else claim_id
        hello = self._proven_hello()
        body = host_side.confirm_request(hello.device_id, claim_bytes, key_version, token, self._random(16))
        with _translate_other_claim():
            answer = self._request(ProtocolCommand.CLAIM_CONFIRM, body)
        with translate_protocol_errors():
            host_side.verify_confirm(answer, body, hello.device_id, key_version, token)

    def claim_outcome(self, claim_id: UUID | bytes, token: bytes) -> ClaimOutcome:
        """What became of a claim, from the dongle's signed status (docs/protocol.md, section 4)."""
        claim_bytes = claim_id.bytes if isinstance(claim_id, UUID) else claim_id
        status = self.status(token)
        if status.state == OwnershipState.CLAIM_PENDING:
            return ClaimOutcome.PENDING if status.claim_id == claim_bytes else ClaimOutcome.ABSENT
        is_claimed = status.state == OwnershipState.CLAIMED_ACTIVE and status.claim_id == claim_bytes
        return ClaimOutcome.HELD if is_claimed and status.holds_token else ClaimOutcome.ABSENT

    # ---- another token, and the way back

    def rotate_begin(
        self,
        *,
        claim_id: UUID,
        organisation: UUID,
        organisation_key: bytes,
        key_version: int,
        token: bytes,
        sign: Sign,
    ) -> HostClaim:
        """Exchange keys for a new token of the claim in force, which `token` with its `key_version` proves.

        `claim_commit` then sends the new one, which the caller has stored before. Raises `Conflict`
        (`dongle.other-claim`) if the dongle holds another claim or token, (`dongle.claims-exhausted`); `Denied`
        (`dongle.bad-signature`).
        """
        rotation = HostClaim(
            device_key=self._proven_hello().device_key,
            claim_id=claim_id.bytes,
            organisation=organisation.bytes,
            organisation_key=organisation_key,
            random=self._random,
        )
        with _translate_other_claim():
            answer = self._request(ProtocolCommand.ROTATE, rotation.rotate_request(key_version, token=token, sign=sign))
        with translate_protocol_errors():
            rotation.accept_rotate(answer)
        return rotation

    def factory_reset(
        self,
        *,
        on_wait: Callable[[float], None] = lambda _seconds: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Wait for the button, and reset the dongle; returns when it has proved that nobody owns it.

        `on_wait` gets the seconds left, about ten times a second. Raises `Cancelled`, `DeviceFailure`
        (`dongle.not-pressed`) when the time is over. After any other failure it may have been reset or not: its state
        says which.
        """
        self._proven_hello()
        body: Body = {"nonce": self._random(16)}
        left = messages.CLAIM_SECONDS
        deadline = self._clock() + messages.CLAIM_SECONDS + ANSWER_TIMEOUT
        while self._clock() < deadline:
            if cancelled():
                raise Cancelled("dongle.cancelled", _("The reset was cancelled."))
            answer = self._request(ProtocolCommand.FACTORY_RESET, body)
            if answer["done"]:
                self._require_unclaimed()
                return
            # More than before: the time was over, or the dongle has restarted, and this began another wait.
            if answer["remaining_ms"] / 1000 > left:
                break
            left = answer["remaining_ms"] / 1000
            on_wait(left)
            self._wait(_PRESENCE_POLL)
        raise error_for(ErrorCode.PRESENCE_MISSING)

    def _require_unclaimed(self) -> None:
        """Raise `DeviceFailure` (`dongle.untrusted`) unless the dongle's signed status says that nobody owns it."""
        status = self.status()
        with translate_protocol_errors():
            if (status.state, status.claim_id) != (OwnershipState.UNCLAIMED, None):
                raise ProtocolError(ErrorCode.NOT_AUTHENTIC)

    def release(self, *, claim_id: UUID | bytes, key_version: int, token: bytes, sign: Sign) -> None:
        """End the claim in force, so that the dongle belongs to nobody; returns when the dongle has proved that.

        Also returns for a claim that had ended before. Raises `Conflict` (`dongle.other-claim`) if the dongle holds
        another claim, `Denied` (`dongle.bad-signature`). After any other failure it may have ended or not.
        """
        claim_bytes = claim_id.bytes if isinstance(claim_id, UUID) else claim_id
        hello = self._proven_hello()
        body = host_side.release_request(
            hello.device_id, claim_bytes, key_version, token=token, sign=sign, nonce=self._random(16)
        )
        with _translate_other_claim():
            answer = self._request(ProtocolCommand.RELEASE, body)
        with translate_protocol_errors():
            host_side.verify_released(answer, body, hello.device_key)

    # ---- requests

    def _proven_hello(self) -> Hello:
        return self._hello or self.hello()

    def _wait(self, seconds: float) -> None:
        # What arrives meanwhile is no answer: nothing was asked.
        self._console.feed(self._handle.read(seconds))

    def _request(
        self,
        command: ProtocolCommand,
        body: Body | Callable[[], Body],
        *,
        tries: int = TRIES,
        timeout: float = ANSWER_TIMEOUT,
    ) -> Body:
        if command is not ProtocolCommand.HELLO and linked_id(self._handle.path) is not None:
            self._proven_hello()  # its link names a dongle: no other one is asked for anything
        for _try in range(tries):
            self._sequence = (self._sequence + 1) & 0xFF
            content = body() if callable(body) else body
            request = Packet(messages.OPERATIONS[command], messages.GROUP, command, self._sequence, content)
            encoded = protocol.encode(request)
            self._sent = [*self._sent, *encoded.split(b"\n")[:1]][-TRIES:]
            # The CR ends an unfinished line that an earlier failure may have left at the dongle.
            self._handle.write(b"\r" + encoded)
            answer = self._answer(request, self._clock() + timeout)
            if answer is not None:
                return _validated(command, answer)
        if self._hello is not None:  # so it is a Benchboard dongle, with its channel closed
            raise DeviceFailure(
                "dongle.silent",
                _("The dongle on {path} stopped responding.").format(path=self._handle.path),
                why=_("Its replies are missing or damaged."),
                do=_("Check the cable, unplug the dongle, plug it back in and try again."),
                path=self._handle.path,
                title=N_("{path} stopped responding."),
            )
        raise DeviceFailure(
            "dongle.silent",
            _("The dongle on {path} didn't respond.").format(path=self._handle.path),
            why=_("Its channel may be open in another program, or it may not be a Benchboard dongle."),
            do=_("Unplug the dongle, plug it back in and try again."),
            path=self._handle.path,
            title=N_("{path} didn't respond."),
        )

    def _answer(self, request: Packet, deadline: float) -> Packet | None:
        while (left := deadline - self._clock()) > 0:
            chunk = self._handle.read(left)
            self._unread = (self._unread + chunk)[:_MOST_UNREAD]
            for found in self._console.feed(chunk):
                if (
                    isinstance(found, Packet)
                    and (found.op, found.group, found.command, found.sequence)
                    == (request.op + 1, request.group, request.command, request.sequence)
                ):  # fmt: skip
                    self._unread = b""
                    return found
        return None


def _require_hardware(hello: Hello, config: DongleConfig) -> None:
    """Raise `Invalid` (`dongle.hardware`) for settings of another controller or CAN clock than the dongle reports."""
    if config.controller != hello.controller:
        what = _("The dongle's controller is {reported}, not {given}.")
        what = what.format(reported=hello.controller, given=config.controller)
    elif config.clock_hz != hello.clock_hz:
        reported, given = (number(clock / 1e6, most=6) for clock in (hello.clock_hz, config.clock_hz))
        what = _("The dongle's CAN clock is {reported} MHz, not {given} MHz.").format(reported=reported, given=given)
    else:
        return
    raise Invalid(
        "dongle.hardware",
        what,
        why=_("Settings can't change the hardware. Nothing was written."),
        do=_("Calculate the bit timing for the dongle's own controller and CAN clock."),
    )


def _validated(command: ProtocolCommand, answer: Packet) -> Body:
    error = answer.body.get("err")
    if isinstance(error, dict) and error.get("group") == messages.GROUP:
        number = error.get("rc")
        raise error_for(next((code for code in ErrorCode if code == number), ErrorCode.MALFORMED))
    if "rc" in answer.body or "err" in answer.body:
        raise error_for(ErrorCode.MALFORMED)
    try:
        return messages.validate(answer.body, messages.ANSWERS[command])
    except ProtocolError as error:
        raise error_for(ErrorCode.MALFORMED) from error


@contextmanager
def _translate_other_claim() -> Iterator[None]:
    """Turn the dongle's refusal of a claim or token into `Conflict` (`dongle.other-claim`)."""
    try:
        yield
    except DeviceFailure as failure:
        if failure.facts.get("error_code") not in (ErrorCode.NO_CLAIM, ErrorCode.NOT_AUTHENTIC):
            raise
        raise Conflict(
            "dongle.other-claim",
            _("The dongle doesn't hold this pairing's token."),
            why=_("It has since been paired again or reset."),
            do=_("Check its status, then pair it again."),
        ) from failure


def _interrupted() -> DeviceFailure:
    """The error `dongle.claim-lost` of a claim that the dongle has forgotten while its button was waited for."""
    return DeviceFailure(
        "dongle.claim-lost",
        _("The pairing was interrupted."),
        why=_("The dongle restarted, or another pairing of it started."),
        do=_("Check its cable, then try again."),
    )
