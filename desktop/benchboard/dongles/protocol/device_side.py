"""What a dongle does with each message: a state machine over packets. The simulator runs it; firmware
mirrors it.

Time, randomness and storage come from outside. `save` must be durable when it returns: a claim exists
from then on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchboard.dongles.protocol import messages, session
from benchboard.dongles.protocol.framing import MAX_PACKET, Body, Packet, canonical, read_canonical
from benchboard.dongles.protocol.messages import CanConfig, Code, Command, Refused, State


@dataclass(frozen=True, slots=True)
class Durable:
    """What survives a loss of power, whole or not at all."""

    config: CanConfig
    state: State = State.UNCLAIMED
    key_version: int = 0
    revision: int = 0
    claim_id: bytes | None = None
    organisation: bytes | None = None
    organisation_key: bytes | None = None
    token: bytes | None = None
    revoked: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        body: Body = {name: getattr(self, name) for name in _DURABLE}
        body["config"] = canonical(messages.config_body(self.config))
        body["revoked"] = list(self.revoked)
        body["state"] = int(self.state)
        return canonical(body)

    @classmethod
    def decode(cls, raw: bytes) -> "Durable | None":
        """What `encode` wrote; None for anything else (the slot's CRC has already passed)."""
        body = read_canonical(raw)
        if body is None or body.keys() != set(_DURABLE):
            return None
        try:
            body["config"] = messages.read_config(read_canonical(body["config"]))
            body["state"] = State(body["state"])
            body["revoked"] = tuple(body["revoked"])
        except (Refused, ValueError, TypeError):
            return None
        return cls(**body)


_DURABLE: Final = tuple(Durable.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model of dongle says about itself."""

    firmware: str
    hardware: str
    controller: str
    clock_hz: int
    fd: bool


@dataclass(frozen=True, slots=True)
class BusErrors:
    """The CAN controller's counters, as STATUS reports them."""

    tx_errors: int = 0
    rx_errors: int = 0
    bus_errors: int = 0
    bus_off: bool = False


@dataclass(slots=True)
class _Claim:
    """A claim under way, in RAM only: a loss of power forgets it."""

    asked: bytes  # CLAIM_BEGIN as it arrived, to answer its repetition alike
    answer: Body
    begin: Body
    digest: bytes
    session: session.Session
    key_version: int
    deadline: float
    proved: bool = False
    present: bool = False
    committed: bool = False


class DeviceSide:
    """One dongle's protocol: `handle` a packet, `press` its button. Raises nothing on what arrives."""

    def __init__(
        self,
        identity: Ed25519PrivateKey,
        durable: Durable,
        save: Callable[[Durable], None],
        *,
        facts: Facts,
        random: Callable[[int], bytes],
        bus_errors: Callable[[], BusErrors] = BusErrors,
    ) -> None:
        """`save` raises OSError when storage fails; `random(n)` gives n unpredictable bytes."""
        self.durable = durable
        self.device_key = session.public_bytes(identity)
        self.device_id = session.device_id(self.device_key)
        self.blink_until = 0.0
        self._identity = identity
        self._save = save
        self._facts = facts
        self._random = random
        self._bus_errors = bus_errors
        self._claim: _Claim | None = None

    def waits_for_press(self, now: float) -> bool:
        """Whether somebody is expected at the button."""
        claim = self._live_claim(now)
        return claim is not None and claim.proved and not claim.present

    def press(self, now: float) -> None:
        """The button. Means something only while a proved claim waits for it."""
        if self.waits_for_press(now) and self._claim is not None:
            self._claim.present = True

    def state(self, now: float) -> State:
        """Ownership as HELLO and STATUS report it."""
        claim = self._live_claim(now)
        return State.CLAIM_PENDING if claim is not None and not claim.committed else self.durable.state

    def handle(self, packet: Packet, now: float) -> Packet | None:
        """The answer to a request; None to what is not a request. `now` is monotonic, in seconds."""
        if packet.op not in (messages.READ, messages.WRITE):
            return None
        try:
            body = self._vendor(packet, now) if packet.group == messages.GROUP else self._os(packet)
        except Refused as refusal:
            body = _error(packet, refusal.code)
        return Packet(packet.op + 1, packet.group, packet.command, packet.sequence, body, packet.version)

    # ---- MCUmgr's own group

    def _os(self, packet: Packet) -> Body:
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
        words = {
            "s": "Benchboard", "n": self.device_id, "r": self._facts.firmware, "v": str(messages.VERSION),
            "m": self._facts.controller, "i": self._facts.hardware, "o": "Benchboard",
        }  # fmt: skip
        letters = "snrvmio" if wanted == "a" else wanted
        if not isinstance(letters, str) or not letters or len(letters) > 16 or not set(letters) <= words.keys():
            return {"rc": messages.EINVAL}
        return {"output": " ".join(words[letter] for letter in letters)}

    # ---- ours

    def _vendor(self, packet: Packet, now: float) -> Body:
        try:
            command = Command(packet.command)
        except ValueError:
            return {"rc": messages.ENOTSUP}
        if packet.op != messages.OPERATIONS[command]:
            return {"rc": messages.ENOTSUP}
        body = messages.checked(read_canonical(packet.raw), messages.REQUESTS[command])
        if command == Command.HELLO:
            return self._hello(body, now)
        if command == Command.IDENTIFY:
            self.blink_until = now + body["ms"] / 1000
            return {}
        if command == Command.STATUS:
            return self._status(body, now)
        if command == Command.CONFIG_READ:
            return self._config_read(body)
        if command == Command.CONFIG_WRITE:
            return self._config_write(body)
        if command == Command.CLAIM_BEGIN:
            return self._begin(body, packet.raw, now)
        if command == Command.CLAIM_PROVE:
            return self._prove(body, now)
        if command == Command.CLAIM_COMMIT:
            return self._commit(body, now)
        return self._confirm(body)

    def _signed(self, label: str, body: Body) -> Body:
        raw = canonical(body)
        return {"signed": raw, "signature": self._identity.sign(session.joined(label, raw))}

    def _hello(self, body: Body, now: float) -> Body:
        said = {
            "version": messages.VERSION,
            "nonce": body["nonce"],
            "device_key": self.device_key,
            "firmware": self._facts.firmware,
            "hardware": self._facts.hardware,
            "controller": self._facts.controller,
            "clock_hz": self._facts.clock_hz,
            "fd": self._facts.fd,
            "state": int(self.state(now)),
            "key_version": self.durable.key_version,
        }
        return self._signed("hello", said)

    def _status(self, body: Body, now: float) -> Body:
        durable, claim = self.durable, self._live_claim(now)
        pending = claim is not None and not claim.committed
        mac = None
        if durable.token is not None and durable.claim_id is not None:
            identity = bytes.fromhex(self.device_id)
            mac = session.token_mac(
                durable.token, "status", body["nonce"], identity, durable.claim_id, durable.key_version
            )
        errors = self._bus_errors()
        said = {
            "nonce": body["nonce"],
            "state": int(self.state(now)),
            "key_version": durable.key_version,
            "claim_id": claim.begin["claim_id"] if claim is not None and pending else durable.claim_id,
            "organisation": durable.organisation,
            "organisation_key": durable.organisation_key,
            "token_mac": mac,
            "revision": durable.revision,
            "tx_errors": errors.tx_errors,
            "rx_errors": errors.rx_errors,
            "bus_errors": errors.bus_errors,
            "bus_off": errors.bus_off,
        }
        return self._signed("status", said)

    def _config_read(self, body: Body) -> Body:
        config = canonical(messages.config_body(self.durable.config))
        said = {"nonce": body["nonce"], "revision": self.durable.revision, "config": config}
        return self._signed("config", said)

    def _config_write(self, body: Body) -> Body:
        durable = self.durable
        if durable.state == State.CLAIMED_ACTIVE:
            if body["signature"] is None:
                raise Refused(Code.SIGNATURE_REQUIRED)
            message = config_message(self.device_id, body["revision"], body["config"])
            session.verify(durable.organisation_key or b"", body["signature"], message)
        config = messages.read_config(read_canonical(body["config"]))
        if config.fd_enabled and not self._facts.fd:
            raise Refused(Code.CONFIG_REFUSED)
        if config == durable.config and body["revision"] == durable.revision - 1:
            return {"revision": durable.revision}  # the answer to this very write was lost
        if body["revision"] != durable.revision:
            raise Refused(Code.REVISION_CONFLICT)
        self._store(replace(durable, config=config, revision=durable.revision + 1))
        return {"revision": self.durable.revision}

    def _store(self, durable: Durable) -> None:
        try:
            self._save(durable)
        except OSError as error:
            raise Refused(Code.STORAGE_FAILED) from error
        self.durable = durable

    # ---- the claim

    def _live_claim(self, now: float) -> _Claim | None:
        if self._claim is not None and not self._claim.committed and now >= self._claim.deadline:
            self._claim = None
        return self._claim

    def _claim_named(self, body: Body, now: float) -> _Claim:
        claim = self._live_claim(now)
        if claim is None or claim.begin["claim_id"] != body["claim_id"]:
            raise Refused(Code.NO_CLAIM)
        return claim

    def _begin(self, body: Body, raw: bytes, now: float) -> Body:
        claim = self._live_claim(now)
        if claim is not None and claim.asked == raw and not claim.proved:
            return claim.answer  # its first answer was lost
        if body["version"] != messages.VERSION:
            raise Refused(Code.VERSION)
        if body["device_id"].hex() != self.device_id:
            raise Refused(Code.WRONG_DEVICE)
        if body["claim_id"] in self.durable.revoked:
            raise Refused(Code.CLAIM_REVOKED)
        if self.durable.state == State.CLAIMED_ACTIVE:
            raise Refused(Code.ALREADY_CLAIMED)
        if len(self.durable.revoked) >= messages.MAX_REVOKED:
            raise Refused(Code.CLAIMS_EXHAUSTED)
        ephemeral = X25519PrivateKey.from_private_bytes(self._random(32))
        answer: Body = {
            "device_key": self.device_key,
            "device_nonce": self._random(32),
            "device_ephemeral": ephemeral.public_key().public_bytes_raw(),
            "key_version": self.durable.key_version + 1,
        }
        digest = transcript(body, answer).digest()
        answer["signature"] = self._identity.sign(session.signed_by(session.DEVICE, digest))
        sealed = session.Session(session.DEVICE, digest, ephemeral, body["host_ephemeral"])
        deadline = now + messages.CLAIM_SECONDS
        self._claim = _Claim(raw, answer, body, digest, sealed, answer["key_version"], deadline)
        return answer

    def _prove(self, body: Body, now: float) -> Body:
        claim = self._claim_named(body, now)
        message = session.signed_by(session.HOST, claim.digest)
        session.verify(claim.begin["organisation_key"], body["signature"], message)
        claim.proved = True
        return {"present": claim.present, "remaining_ms": max(0, int((claim.deadline - now) * 1000))}

    def _commit(self, body: Body, now: float) -> Body:
        claim = self._claim_named(body, now)
        if not (claim.proved and claim.present):
            raise Refused(Code.PRESENCE_MISSING)
        opened = claim.session.open(Command.CLAIM_COMMIT, body["counter"], body["sealed"])
        plain = messages.checked(opened, messages.TOKEN_PLAIN)
        if plain["key_version"] != claim.key_version:
            raise Refused(Code.TOKEN_CONFLICT)
        if claim.committed:
            if not session.same(plain["token"], self.durable.token or b""):
                raise Refused(Code.TOKEN_CONFLICT)
        else:
            self._store(self._claimed(claim, plain["token"]))
            claim.committed = True
        said = {"state": int(self.durable.state), "key_version": self.durable.key_version}
        return claim.session.seal(Command.CLAIM_COMMIT, said)

    def _claimed(self, claim: _Claim, token: bytes) -> Durable:
        before = self.durable
        # A claim that this one follows is over for good.
        spent = (*before.revoked, before.claim_id) if before.claim_id is not None else before.revoked
        return replace(
            before,
            state=State.CLAIMED_ACTIVE,
            key_version=claim.key_version,
            claim_id=claim.begin["claim_id"],
            organisation=claim.begin["organisation"],
            organisation_key=claim.begin["organisation_key"],
            token=token,
            revoked=spent,
        )

    def _confirm(self, body: Body) -> Body:
        durable = self.durable
        if durable.token is None or durable.claim_id != body["claim_id"]:
            raise Refused(Code.NO_CLAIM)
        about = (body["nonce"], bytes.fromhex(self.device_id), body["claim_id"], durable.key_version)
        if not session.same(body["mac"], session.confirm_mac(session.HOST, durable.token, *about)):
            raise Refused(Code.NOT_AUTHENTIC)
        return {"mac": session.confirm_mac(session.DEVICE, durable.token, *about)}


def transcript(begin: Body, answer: Body) -> session.Transcript:
    """The transcript of a CLAIM_BEGIN and its answer, as either side saw them."""
    return session.Transcript(
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
    )


def config_message(device_id: str, revision: int, config: bytes) -> bytes:
    """What the organisation signs to have a claimed dongle store `config` over revision `revision`."""
    return session.joined("config write", bytes.fromhex(device_id), revision.to_bytes(4, "big"), config)


def _error(packet: Packet, code: Code) -> Body:
    if packet.version == 1:
        return {"rc": int(code)}
    return {"err": {"group": messages.GROUP, "rc": int(code)}}
