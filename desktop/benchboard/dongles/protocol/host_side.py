"""What a host says and believes: request bodies, and answers checked before anybody acts on them.

`HostClaim` is one claim from CLAIM_BEGIN to CLAIM_COMMIT. The rest needs no session, so that it works
after either side has lost power: STATUS and CLAIM_CONFIRM prove the token itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchboard.dongles.protocol import messages, session
from benchboard.dongles.protocol.device_side import config_message, transcript
from benchboard.dongles.protocol.framing import Body, canonical, read_canonical
from benchboard.dongles.protocol.messages import CanConfig, Code, Command, Refused, State

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Hello:
    """Who a dongle is, proved by its signature over our nonce."""

    device_id: str
    device_key: bytes
    version: int
    firmware: str
    hardware: str
    controller: str
    clock_hz: int
    fd: bool
    state: State
    key_version: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where a dongle stands, signed. `holds_token`: None if no token was given to compare, else whether
    it has that one.

    While `state` is CLAIM_PENDING, `claim_id` is the pending claim's; otherwise the claim in force, if any.
    """

    state: State
    key_version: int
    claim_id: bytes | None
    organisation: bytes | None
    organisation_key: bytes | None
    holds_token: bool | None
    revision: int
    tx_errors: int
    rx_errors: int
    bus_errors: int
    bus_off: bool


@dataclass(frozen=True, slots=True)
class StoredConfig:
    """What a dongle keeps, and how often it was written."""

    config: CanConfig
    revision: int


def _signed(answer: Body, label: str, shape: Mapping[str, messages.Check], nonce: bytes, key: bytes | None) -> Body:
    said = messages.checked(read_canonical(answer["signed"]), shape)
    signer = said["device_key"] if key is None else key
    session.verify(signer, answer["signature"], session.joined(label, answer["signed"]))
    if said["nonce"] != nonce:
        raise Refused(Code.NOT_AUTHENTIC)
    return said


def read_hello(answer: Body, nonce: bytes) -> Hello:
    """Raises `Refused` unless the dongle proves the key its id is made of, over this `nonce`."""
    said = _signed(answer, "hello", messages.HELLO_SIGNED, nonce, None)
    if said["version"] != messages.VERSION:
        raise Refused(Code.VERSION)
    del said["nonce"]
    return Hello(session.device_id(said["device_key"]), **{**said, "state": State(said["state"])})


def read_status(answer: Body, nonce: bytes, device_key: bytes, token: bytes | None) -> Status:
    """Raises `Refused` unless `device_key` signed this very status."""
    said = _signed(answer, "status", messages.STATUS_SIGNED, nonce, device_key)
    mac, del_nonce = said.pop("token_mac"), said.pop("nonce")
    holds: bool | None = None
    if token is not None:
        holds = mac is not None and said["claim_id"] is not None
        if holds:
            identity = bytes.fromhex(session.device_id(device_key))
            holds = session.same(
                mac,
                session.token_mac(token, "status", del_nonce, identity, said["claim_id"], said["key_version"]),
            )
    return Status(**{**said, "state": State(said["state"])}, holds_token=holds)


def read_stored_config(answer: Body, nonce: bytes, device_key: bytes) -> StoredConfig:
    """Raises `Refused` unless `device_key` signed this very config."""
    said = _signed(answer, "config", messages.CONFIG_SIGNED, nonce, device_key)
    return StoredConfig(messages.read_config(read_canonical(said["config"])), said["revision"])


def config_write(config: CanConfig, revision: int, device_id: str, sign: Sign | None) -> Body:
    """CONFIG_WRITE over `revision`; `sign` with the organisation's key where the dongle is claimed."""
    raw = canonical(messages.config_body(config))
    signature = None if sign is None else sign(config_message(device_id, revision, raw))
    return {"config": raw, "revision": revision, "signature": signature}


class HostClaim:
    """One claim: `begin` → `begun` → `prove` → `commit` → `committed`. Each refuses what does not follow."""

    def __init__(
        self,
        *,
        device_key: bytes,
        claim_id: bytes,
        organisation: bytes,
        organisation_key: bytes,
        random: Callable[[int], bytes],
    ) -> None:
        """`organisation_key` is the public half; `device_key` is what HELLO proved."""
        self.claim_id = claim_id
        self.device_key = device_key
        self.device_id = session.device_id(device_key)
        self.key_version = 0
        self._ephemeral = X25519PrivateKey.from_private_bytes(random(32))
        self._begin: Body = {
            "version": messages.VERSION,
            "claim_id": claim_id,
            "device_id": bytes.fromhex(self.device_id),
            "organisation": organisation,
            "organisation_key": organisation_key,
            "host_nonce": random(32),
            "host_ephemeral": self._ephemeral.public_key().public_bytes_raw(),
        }
        self._digest = b""
        self._session: session.Session | None = None

    def begin(self) -> Body:
        """CLAIM_BEGIN; the same bytes each time."""
        return self._begin

    def begun(self, answer: Body) -> None:
        """Take the dongle's half. Raises `Refused` if another key answers or the transcripts differ."""
        if answer["device_key"] != self.device_key:
            raise Refused(Code.WRONG_DEVICE)
        digest = transcript(self._begin, answer).digest()
        session.verify(self.device_key, answer["signature"], session.signed_by(session.DEVICE, digest))
        self._session = session.Session(session.HOST, digest, self._ephemeral, answer["device_ephemeral"])
        self._digest = digest
        self.key_version = answer["key_version"]

    def prove(self, sign: Sign) -> Body:
        """CLAIM_PROVE: the organisation's signature over what both sides saw."""
        return {"claim_id": self.claim_id, "signature": sign(session.signed_by(session.HOST, self._digest))}

    def commit(self, token: bytes) -> Body:
        """CLAIM_COMMIT with the sealed token (32 bytes); each call is a new sealed message of the same
        claim."""
        plain = {"token": token, "key_version": self.key_version}
        return {"claim_id": self.claim_id, **self._sealed().seal(Command.CLAIM_COMMIT, plain)}

    def committed(self, answer: Body) -> None:
        """Raises `Refused` unless this dongle says, sealed, that it stored the token."""
        opened = self._sealed().open(Command.CLAIM_COMMIT, answer["counter"], answer["sealed"])
        plain = messages.checked(opened, messages.COMMITTED_PLAIN)
        if plain["state"] != State.CLAIMED_ACTIVE or plain["key_version"] != self.key_version:
            raise Refused(Code.TOKEN_CONFLICT)

    def _sealed(self) -> session.Session:
        if self._session is None:
            raise Refused(Code.NO_CLAIM)
        return self._session


def confirm(device_id: str, claim_id: bytes, key_version: int, token: bytes, nonce: bytes) -> Body:
    """CLAIM_CONFIRM."""
    mac = session.confirm_mac(session.HOST, token, nonce, bytes.fromhex(device_id), claim_id, key_version)
    return {"claim_id": claim_id, "nonce": nonce, "mac": mac}


def confirmed(answer: Body, request: Body, device_id: str, key_version: int, token: bytes) -> None:
    """Raises `Refused` (NOT_AUTHENTIC) unless the dongle proved that it holds the same token."""
    identity = bytes.fromhex(device_id)
    wanted = session.confirm_mac(session.DEVICE, token, request["nonce"], identity, request["claim_id"], key_version)
    if not session.same(answer["mac"], wanted):
        raise Refused(Code.NOT_AUTHENTIC)
