"""The dongle's side of the protocol: a state machine that answers packets. The simulator runs it; firmware does alike.

Time, randomness and storage come from the caller. What `save` was given must survive a loss of power once it has
returned: a claim exists from then on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchboard.dongles.protocol import crypto, messages
from benchboard.dongles.protocol.framing import MAX_PACKET, Body, Packet, decode_cbor, encode_cbor
from benchboard.dongles.protocol.messages import DongleConfig, ErrorCode, OwnershipState, ProtocolCommand, ProtocolError


@dataclass(frozen=True, slots=True)
class PersistentState:
    """What a dongle stores: it survives a loss of power whole, in its old or its new state."""

    config: DongleConfig
    state: OwnershipState = OwnershipState.UNCLAIMED
    key_version: int = 0
    revision: int = 0
    claim_id: bytes | None = None
    organisation: bytes | None = None
    organisation_key: bytes | None = None
    token: bytes | None = None
    revoked: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Deterministic CBOR, as it is written to flash."""
        body: Body = {name: getattr(self, name) for name in _PERSISTENT}
        body["config"] = encode_cbor(messages.config_to_body(self.config))
        body["revoked"] = list(self.revoked)
        body["state"] = int(self.state)
        return encode_cbor(body)

    @classmethod
    def decode(cls, raw: bytes) -> "PersistentState | None":
        """What `encode` wrote; None for anything else (the slot's CRC has already passed)."""
        try:
            body = messages.validate(decode_cbor(raw), _PERSISTENT)
            body["config"] = messages.config_from_body(decode_cbor(body["config"]))
        except ProtocolError:
            return None
        body["state"] = OwnershipState(body["state"])
        body["revoked"] = tuple(body["revoked"])
        owned = body["state"] == OwnershipState.CLAIMED_ACTIVE
        return cls(**body) if all((body[name] is not None) == owned for name in _OWNER) else None


def _revoked(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= messages.MAX_REVOKED
        and all(messages.byte_string(16)(one) for one in value)
    )


# CLAIM_PENDING is not among them: a claim under way is in RAM only.
_PERSISTENT_STATES: Final = (OwnershipState.UNCLAIMED, OwnershipState.CLAIMED_ACTIVE, OwnershipState.REVOKED)
_PERSISTENT: Final[Mapping[str, messages.Check]] = {
    "config": messages.byte_string_up_to(1024),
    "state": lambda value: type(value) is int and value in _PERSISTENT_STATES,
    "key_version": messages.KEY_VERSION,
    "revision": messages.COUNT,
    "claim_id": messages.nullable(messages.byte_string(16)),
    "organisation": messages.nullable(messages.byte_string(16)),
    "organisation_key": messages.nullable(messages.byte_string(32)),
    "token": messages.nullable(messages.byte_string(32)),
    "revoked": _revoked,
}
_OWNER: Final = ("claim_id", "organisation", "organisation_key", "token")


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """What a dongle reports about its hardware and firmware; `clock_hz` is the CAN controller's."""

    firmware: str
    hardware: str
    controller: str
    clock_hz: int
    fd: bool


@dataclass(frozen=True, slots=True)
class ErrorCounters:
    """The CAN controller's error counters, as STATUS reports them."""

    tx_errors: int = 0
    rx_errors: int = 0
    bus_errors: int = 0
    bus_off: bool = False


@dataclass(slots=True)
class _Claim:
    """A pending claim. It is in RAM only, so a loss of power ends it."""

    raw_request: bytes  # CLAIM_BEGIN as it arrived: the same bytes again get the same answer
    answer: Body
    request: Body
    digest: bytes
    session: crypto.SealedSession
    key_version: int
    deadline: float
    proved: bool = False
    present: bool = False
    committed: bool = False
    rotates: bool = False
    """Whether it only replaces the token of the claim in force."""


@dataclass(slots=True)
class _Reset:
    """A factory reset that waits for the button, in RAM only. `done` once it is stored: it is only answered then."""

    nonce: bytes
    deadline: float
    present: bool = False
    done: bool = False


class DeviceSide:
    """One dongle's protocol: `handle` answers a packet, `press` is its button. Whatever arrives, nothing is raised."""

    def __init__(
        self,
        identity: Ed25519PrivateKey,
        persistent: PersistentState,
        save: Callable[[PersistentState], None],
        *,
        description: DeviceDescription,
        factory_config: DongleConfig,
        random: Callable[[int], bytes],
        bus_errors: Callable[[], ErrorCounters] = ErrorCounters,
    ) -> None:
        """`save` raises OSError when storage fails; `random(n)` gives n unpredictable bytes; `factory_config` is what
        a reset goes back to.
        """
        self.persistent = persistent
        self.device_key = crypto.public_bytes(identity)
        self.device_id = crypto.device_id(self.device_key)
        self.blink_until = 0.0
        self._identity = identity
        self._save = save
        self._description = description
        self._factory_config = factory_config
        self._random = random
        self._bus_errors = bus_errors
        self._claim: _Claim | None = None
        self._reset: _Reset | None = None

    def is_waiting_for_press(self, now: float) -> bool:
        """Whether a proved claim, or a factory reset, waits for the button."""
        return self._waiting(now) is not None

    def press(self, now: float) -> None:
        """Press the button. Without a proved claim or a reset that waits for it, this does nothing."""
        waiting = self._waiting(now)
        if waiting is not None:
            waiting.present = True

    def _waiting(self, now: float) -> _Claim | _Reset | None:
        """What waits for the button: one at most, as each ends the other."""
        claim, reset = self._live_claim(now), self._reset
        if reset is not None and not (reset.present or reset.done) and now < reset.deadline:
            return reset
        return claim if claim is not None and claim.proved and not claim.present else None

    def state(self, now: float) -> OwnershipState:
        """The ownership state that HELLO and STATUS report."""
        return OwnershipState.CLAIM_PENDING if self._is_pending(self._live_claim(now)) else self.persistent.state

    def _is_pending(self, claim: _Claim | None) -> bool:
        """Whether it is a claim that is not in force yet; a rotation leaves the one in force as it is."""
        return claim is not None and not claim.committed and not claim.rotates

    def handle(self, packet: Packet, now: float) -> Packet | None:
        """The answer to a request, None to any other packet. `now` is monotonic, in seconds."""
        if packet.op not in (messages.READ, messages.WRITE):
            return None
        try:
            body = self._answer_benchboard(packet, now) if packet.group == messages.GROUP else self._answer_os(packet)
        except ProtocolError as error:
            body = _error(packet, error.code)
        return Packet(packet.op + 1, packet.group, packet.command, packet.sequence, body, packet.version)

    # ---- MCUmgr's own group

    def _answer_os(self, packet: Packet) -> Body:
        if packet.group != messages.OS_GROUP:
            return {"rc": messages.ENOTSUP}
        if packet.command == 0 and packet.op == messages.WRITE:
            text = packet.body.get("d")
            return {"r": text} if isinstance(text, str) else {"rc": messages.EINVAL}
        if packet.command == 6 and packet.op == messages.READ:
            return {"buf_size": MAX_PACKET, "buf_count": 1}
        if packet.command == 7 and packet.op == messages.READ:
            return self._info(packet.body.get("format", "s"))
        return {"rc": messages.ENOTSUP}

    def _info(self, wanted: object) -> Body:
        information = {
            "s": "Benchboard", "n": self.device_id, "r": self._description.firmware, "v": str(messages.VERSION),
            "m": self._description.controller, "i": self._description.hardware, "o": "Benchboard",
        }  # fmt: skip
        letters = "snrvmio" if wanted == "a" else wanted
        if not isinstance(letters, str) or not letters or len(letters) > 16 or not set(letters) <= information.keys():
            return {"rc": messages.EINVAL}
        return {"output": " ".join(information[letter] for letter in letters)}

    # ---- Benchboard's group

    def _answer_benchboard(self, packet: Packet, now: float) -> Body:
        try:
            command = ProtocolCommand(packet.command)
        except ValueError:
            return {"rc": messages.ENOTSUP}
        if packet.op != messages.OPERATIONS[command]:
            return {"rc": messages.ENOTSUP}
        body = messages.validate(decode_cbor(packet.raw), messages.REQUESTS[command])
        if command == ProtocolCommand.HELLO:
            return self._hello(body, now)
        if command == ProtocolCommand.IDENTIFY:
            self.blink_until = now + body["ms"] / 1000
            return {}
        if command == ProtocolCommand.STATUS:
            return self._status(body, now)
        if command == ProtocolCommand.CONFIG_READ:
            return self._config_read(body)
        if command == ProtocolCommand.CONFIG_WRITE:
            return self._config_write(body)
        if command == ProtocolCommand.CLAIM_BEGIN:
            return self._begin(body, packet.raw, now)
        if command == ProtocolCommand.CLAIM_PROVE:
            return self._prove(body, now)
        if command == ProtocolCommand.CLAIM_COMMIT:
            return self._commit(body, now)
        if command == ProtocolCommand.ROTATE:
            return self._rotate(body, packet.raw, now)
        if command == ProtocolCommand.RELEASE:
            return self._release(body)
        if command == ProtocolCommand.FACTORY_RESET:
            return self._factory_reset(body, now)
        return self._confirm(body)

    def _signed(self, label: str, body: Body) -> Body:
        raw = encode_cbor(body)
        return {"signed": raw, "signature": self._identity.sign(crypto.join_fields(label, raw))}

    def _hello(self, body: Body, now: float) -> Body:
        content = {
            "version": messages.VERSION,
            "nonce": body["nonce"],
            "device_key": self.device_key,
            "firmware": self._description.firmware,
            "hardware": self._description.hardware,
            "controller": self._description.controller,
            "clock_hz": self._description.clock_hz,
            "fd": self._description.fd,
            "state": int(self.state(now)),
            "key_version": self.persistent.key_version,
        }
        return self._signed("hello", content)

    def _status(self, body: Body, now: float) -> Body:
        persistent, claim = self.persistent, self._live_claim(now)
        pending = self._is_pending(claim)
        mac = None
        if persistent.token is not None and persistent.claim_id is not None:
            identity = bytes.fromhex(self.device_id)
            mac = crypto.token_mac(
                persistent.token, "status", body["nonce"], identity, persistent.claim_id, persistent.key_version
            )
        errors = self._bus_errors()
        content = {
            "nonce": body["nonce"],
            "state": int(self.state(now)),
            "key_version": persistent.key_version,
            "claim_id": claim.request["claim_id"] if claim is not None and pending else persistent.claim_id,
            "organisation": persistent.organisation,
            "organisation_key": persistent.organisation_key,
            "token_mac": mac,
            "revision": persistent.revision,
            "tx_errors": errors.tx_errors,
            "rx_errors": errors.rx_errors,
            "bus_errors": errors.bus_errors,
            "bus_off": errors.bus_off,
        }
        return self._signed("status", content)

    def _config_read(self, body: Body) -> Body:
        config = encode_cbor(messages.config_to_body(self.persistent.config))
        content = {"nonce": body["nonce"], "revision": self.persistent.revision, "config": config}
        return self._signed("config", content)

    def _config_write(self, body: Body) -> Body:
        persistent = self.persistent
        if persistent.state == OwnershipState.CLAIMED_ACTIVE:
            if body["signature"] is None:
                raise ProtocolError(ErrorCode.SIGNATURE_REQUIRED)
            message = config_message(
                self.device_id, persistent.claim_id or b"", persistent.key_version, body["revision"], body["config"]
            )
            crypto.verify_signature(persistent.organisation_key or b"", body["signature"], message)
        config = messages.config_from_body(decode_cbor(body["config"]))
        hardware = self._description
        if (config.controller, config.clock_hz) != (hardware.controller, hardware.clock_hz):
            raise ProtocolError(ErrorCode.CONFIG_REFUSED)
        if config.fd_enabled and not hardware.fd:
            raise ProtocolError(ErrorCode.CONFIG_REFUSED)
        if config == persistent.config and body["revision"] == persistent.revision - 1:
            return {"revision": persistent.revision}  # the same write again: its first answer was lost
        if body["revision"] != persistent.revision:
            raise ProtocolError(ErrorCode.REVISION_CONFLICT)
        if persistent.revision >= messages.MAX_COUNT:
            # Starting at 0 again would make every recorded write valid once more.
            raise ProtocolError(ErrorCode.STORAGE_FAILED)
        self._store(replace(persistent, config=config, revision=persistent.revision + 1))
        return {"revision": self.persistent.revision}

    def _store(self, persistent: PersistentState) -> None:
        try:
            self._save(persistent)
        except OSError as error:
            raise ProtocolError(ErrorCode.STORAGE_FAILED) from error
        self.persistent = persistent

    # ---- the claim

    def _live_claim(self, now: float) -> _Claim | None:
        if self._claim is not None and not self._claim.committed and now >= self._claim.deadline:
            self._claim = None
        return self._claim

    def _require_claim(self, body: Body, now: float) -> _Claim:
        claim = self._live_claim(now)
        if claim is None or claim.request["claim_id"] != body["claim_id"]:
            raise ProtocolError(ErrorCode.NO_CLAIM)
        return claim

    def _begin(self, body: Body, raw: bytes, now: float) -> Body:
        claim = self._live_claim(now)
        if claim is not None and claim.raw_request == raw and not claim.proved:
            return claim.answer  # the same CLAIM_BEGIN again: its first answer was lost
        if body["version"] != messages.VERSION:
            raise ProtocolError(ErrorCode.VERSION)
        if body["device_id"].hex() != self.device_id:
            raise ProtocolError(ErrorCode.WRONG_DEVICE)
        if body["claim_id"] in self.persistent.revoked:
            raise ProtocolError(ErrorCode.CLAIM_REVOKED)
        if self.persistent.state == OwnershipState.CLAIMED_ACTIVE:
            raise ProtocolError(ErrorCode.ALREADY_CLAIMED)
        exhausted = len(self.persistent.revoked) >= messages.MAX_REVOKED
        if exhausted or self.persistent.key_version >= messages.MAX_KEY_VERSION:
            raise ProtocolError(ErrorCode.CLAIMS_EXHAUSTED)
        ephemeral = X25519PrivateKey.from_private_bytes(self._random(32))
        answer: Body = {
            "device_key": self.device_key,
            "device_nonce": self._random(32),
            "device_ephemeral": ephemeral.public_key().public_bytes_raw(),
            "key_version": self.persistent.key_version + 1,
        }
        digest = transcript(body, answer).digest()
        answer["signature"] = self._identity.sign(crypto.transcript_message(crypto.DEVICE, digest))
        sealed_session = crypto.SealedSession(crypto.DEVICE, digest, ephemeral, body["host_ephemeral"])
        deadline = now + messages.CLAIM_SECONDS
        self._claim = _Claim(raw, answer, body, digest, sealed_session, answer["key_version"], deadline)
        self._reset = None
        return answer

    def _prove(self, body: Body, now: float) -> Body:
        claim = self._require_claim(body, now)
        message = crypto.transcript_message(crypto.HOST, claim.digest)
        crypto.verify_signature(claim.request["organisation_key"], body["signature"], message)
        claim.proved = True
        return {"present": claim.present, "remaining_ms": int((claim.deadline - now) * 1000)}

    def _commit(self, body: Body, now: float) -> Body:
        claim = self._require_claim(body, now)
        if not (claim.proved and claim.present):
            raise ProtocolError(ErrorCode.PRESENCE_MISSING)
        opened = claim.session.open(ProtocolCommand.CLAIM_COMMIT, body["counter"], body["sealed"])
        plain = messages.validate(opened, messages.TOKEN_PLAIN)
        if plain["key_version"] != claim.key_version:
            raise ProtocolError(ErrorCode.TOKEN_CONFLICT)
        if claim.committed:
            if not crypto.constant_time_equal(plain["token"], self.persistent.token or b""):
                raise ProtocolError(ErrorCode.TOKEN_CONFLICT)
        else:
            self._store(self._claimed(claim, plain["token"]))
            claim.committed = True
        content = {"state": int(self.persistent.state), "key_version": self.persistent.key_version}
        return claim.session.seal(ProtocolCommand.CLAIM_COMMIT, content)

    def _claimed(self, claim: _Claim, token: bytes) -> PersistentState:
        """What the dongle stores once it accepts `claim` with `token`."""
        before = self.persistent
        if claim.rotates:
            return replace(before, key_version=claim.key_version, token=token)
        # The former claim never counts again.
        revoked = (*before.revoked, before.claim_id) if before.claim_id is not None else before.revoked
        return replace(
            before,
            state=OwnershipState.CLAIMED_ACTIVE,
            key_version=claim.key_version,
            claim_id=claim.request["claim_id"],
            organisation=claim.request["organisation"],
            organisation_key=claim.request["organisation_key"],
            token=token,
            revoked=revoked,
        )

    def _confirm(self, body: Body) -> Body:
        persistent = self.persistent
        if persistent.token is None or persistent.claim_id != body["claim_id"]:
            raise ProtocolError(ErrorCode.NO_CLAIM)
        about = (body["nonce"], bytes.fromhex(self.device_id), body["claim_id"], persistent.key_version)
        if not crypto.constant_time_equal(body["mac"], crypto.confirm_mac(crypto.HOST, persistent.token, *about)):
            raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
        return {"mac": crypto.confirm_mac(crypto.DEVICE, persistent.token, *about)}

    # ---- another token, and the way back

    def _rotate(self, body: Body, raw: bytes, now: float) -> Body:
        claim, persistent = self._live_claim(now), self.persistent
        if claim is not None and claim.raw_request == raw and not claim.committed:
            return claim.answer  # the same ROTATE again: its first answer was lost
        token, claim_id = persistent.token, persistent.claim_id
        if token is None or claim_id is None or claim_id != body["claim_id"]:
            raise ProtocolError(ErrorCode.NO_CLAIM)
        identity = bytes.fromhex(self.device_id)
        message = crypto.rotate_message(
            body["host_nonce"], identity, claim_id, persistent.key_version, body["host_ephemeral"]
        )
        if not crypto.constant_time_equal(body["mac"], crypto.message_mac(token, message)):
            raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
        crypto.verify_signature(persistent.organisation_key or b"", body["signature"], message)
        if persistent.key_version >= messages.MAX_KEY_VERSION:
            raise ProtocolError(ErrorCode.CLAIMS_EXHAUSTED)
        ephemeral = X25519PrivateKey.from_private_bytes(self._random(32))
        answer: Body = {
            "device_nonce": self._random(32),
            "device_ephemeral": ephemeral.public_key().public_bytes_raw(),
            "key_version": persistent.key_version + 1,
        }
        pinned = {
            "device_id": identity,
            "organisation": persistent.organisation,
            "organisation_key": persistent.organisation_key,
        }
        request = body | pinned
        digest = transcript(request, answer | {"device_key": self.device_key}, label="rotation").digest()
        answer["signature"] = self._identity.sign(crypto.transcript_message(crypto.DEVICE, digest))
        sealed_session = crypto.SealedSession(crypto.DEVICE, digest, ephemeral, body["host_ephemeral"])
        self._claim = _Claim(
            raw, answer, request, digest, sealed_session, answer["key_version"], now + messages.CLAIM_SECONDS,
            proved=True, present=True, rotates=True,
        )  # fmt: skip
        self._reset = None
        return answer

    def _factory_reset(self, body: Body, now: float) -> Body:
        reset = self._reset
        if reset is None or reset.nonce != body["nonce"] or (now >= reset.deadline and not reset.done):
            self._reset = reset = _Reset(body["nonce"], now + messages.CLAIM_SECONDS)
            self._claim = None
        if reset.present and not reset.done:
            factory = replace(self.persistent, config=self._factory_config)
            self._store(_without_owner(factory, OwnershipState.UNCLAIMED))
            reset.done = True
        left = 0 if reset.done else int((reset.deadline - now) * 1000)
        return {"done": reset.done, "remaining_ms": left}

    def _release(self, body: Body) -> Body:
        persistent, claim_id = self.persistent, body["claim_id"]
        # That a claim is revoked is true forever, so it is said again to whoever asks: the first answer may be lost.
        if claim_id not in persistent.revoked:
            if persistent.token is None or persistent.claim_id != claim_id:
                raise ProtocolError(ErrorCode.NO_CLAIM)
            about = (body["nonce"], bytes.fromhex(self.device_id), claim_id, persistent.key_version)
            if not crypto.constant_time_equal(body["mac"], crypto.token_mac(persistent.token, "release", *about)):
                raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
            message = crypto.release_message(*about)
            crypto.verify_signature(persistent.organisation_key or b"", body["signature"], message)
            self._store(_without_owner(persistent, OwnershipState.REVOKED))
            self._claim = None  # a repeated CLAIM_COMMIT finds nothing to answer for
        content = {"nonce": body["nonce"], "claim_id": claim_id, "key_version": self.persistent.key_version}
        return self._signed("released", content)


def _without_owner(persistent: PersistentState, state: OwnershipState) -> PersistentState:
    """What the dongle stores when a claim ends: its counters and settings stay, and the claim never counts again."""
    claim_id = persistent.claim_id
    revoked = (*persistent.revoked, claim_id) if claim_id is not None else persistent.revoked
    return replace(
        persistent,
        state=state,
        revoked=revoked,
        claim_id=None,
        organisation=None,
        organisation_key=None,
        token=None,
    )


def transcript(begin: Body, answer: Body, *, label: str = "transcript") -> crypto.Transcript:
    """The transcript of a claim from CLAIM_BEGIN's request and answer; with the label `rotation`, of a rotation."""
    return crypto.Transcript(
        begin["claim_id"],
        begin["device_id"],
        answer["device_key"],
        begin["organisation"],
        begin["organisation_key"],
        begin["host_nonce"],
        answer["device_nonce"],
        begin["host_ephemeral"],
        answer["device_ephemeral"],
        answer["key_version"],
        label,
    )


def config_message(device_id: str, claim_id: bytes, key_version: int, revision: int, config: bytes) -> bytes:
    """What the organisation signs so that a claimed dongle stores `config` over revision `revision`.

    `claim_id` and `key_version` are those in force, so that what was signed for an earlier claim is refused.
    """
    return crypto.join_fields(
        "config write",
        bytes.fromhex(device_id),
        claim_id,
        key_version.to_bytes(4, "big"),
        revision.to_bytes(4, "big"),
        config,
    )


def _error(packet: Packet, code: ErrorCode) -> Body:
    if packet.version == 1:
        return {"rc": int(code)}
    return {"err": {"group": messages.GROUP, "rc": int(code)}}
