"""The host's side of the protocol: builds requests, and verifies answers before they are used.

`HostClaim` is one claim from CLAIM_BEGIN to CLAIM_COMMIT. The rest needs no session, so it works after either side has
lost power: STATUS and CLAIM_CONFIRM prove the token itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchboard.dongles.protocol import crypto, messages
from benchboard.dongles.protocol.device_side import config_message, transcript
from benchboard.dongles.protocol.framing import Body, decode_cbor, encode_cbor
from benchboard.dongles.protocol.messages import DongleConfig, ErrorCode, OwnershipState, ProtocolCommand, ProtocolError

Sign = Callable[[bytes], bytes]
"""Signs a message with the organisation's Ed25519 key: 64 bytes."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A dongle's identity and description, proved by its signature over the host's nonce."""

    device_id: str
    device_key: bytes
    version: int
    firmware: str
    hardware: str
    controller: str
    clock_hz: int
    fd: bool
    state: OwnershipState
    key_version: int


@dataclass(frozen=True, slots=True)
class Status:
    """A dongle's signed status. `holds_token` is whether it has the token it was compared with, None without one.

    While `state` is CLAIM_PENDING, `claim_id` is the pending claim's; otherwise the claim in force, if any.
    """

    state: OwnershipState
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
    """A dongle's stored settings, and how often they were written."""

    config: DongleConfig
    revision: int


@dataclass(frozen=True, slots=True)
class ConfigSigner:
    """Signs settings for a claimed dongle: with its organisation's key, for the claim in force (16 bytes)."""

    sign: Sign
    claim_id: bytes
    key_version: int


def _signed(answer: Body, label: str, shape: Mapping[str, messages.Check], nonce: bytes, key: bytes | None) -> Body:
    content = messages.validate(decode_cbor(answer["signed"]), shape)
    signer = content["device_key"] if key is None else key
    crypto.verify_signature(signer, answer["signature"], crypto.join_fields(label, answer["signed"]))
    if content["nonce"] != nonce:
        raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
    return content


def read_hello(answer: Body, nonce: bytes) -> Hello:
    """Verify HELLO's answer. Raises `ProtocolError` unless the dongle's own key signed it over this `nonce`."""
    content = _signed(answer, "hello", messages.HELLO_SIGNED, nonce, None)
    if content["version"] != messages.VERSION:
        raise ProtocolError(ErrorCode.VERSION)
    del content["nonce"]
    return Hello(crypto.device_id(content["device_key"]), **{**content, "state": OwnershipState(content["state"])})


def read_status(answer: Body, nonce: bytes, device_key: bytes, token: bytes | None) -> Status:
    """Verify STATUS's answer and compare `token`. Raises `ProtocolError` unless `device_key` signed it over `nonce`."""
    content = _signed(answer, "status", messages.STATUS_SIGNED, nonce, device_key)
    mac = content.pop("token_mac")
    del content["nonce"]
    holds: bool | None = None
    if token is not None:
        holds = mac is not None and content["claim_id"] is not None
        if holds:
            identity = bytes.fromhex(crypto.device_id(device_key))
            holds = crypto.constant_time_equal(
                mac,
                crypto.token_mac(token, "status", nonce, identity, content["claim_id"], content["key_version"]),
            )
    return Status(**{**content, "state": OwnershipState(content["state"])}, holds_token=holds)


def read_stored_config(answer: Body, nonce: bytes, device_key: bytes) -> StoredConfig:
    """Verify CONFIG_READ's answer. Raises `ProtocolError` unless `device_key` signed it over `nonce`."""
    content = _signed(answer, "config", messages.CONFIG_SIGNED, nonce, device_key)
    return StoredConfig(messages.config_from_body(decode_cbor(content["config"])), content["revision"])


def config_write_request(config: DongleConfig, revision: int, device_id: str, signer: ConfigSigner | None) -> Body:
    """The body of CONFIG_WRITE over `revision`; `signer` where the dongle is claimed, else None."""
    raw = encode_cbor(messages.config_to_body(config))
    signature = None
    if signer is not None:
        message = config_message(device_id, signer.claim_id, signer.key_version, revision, raw)
        signature = signer.sign(message)
    return {"config": raw, "revision": revision, "signature": signature}


def release_request(
    device_id: str, claim_id: bytes, key_version: int, *, token: bytes, sign: Sign, nonce: bytes
) -> Body:
    """The body of RELEASE: the token's MAC and the organisation's signature over the claim in force."""
    about = (nonce, bytes.fromhex(device_id), claim_id, key_version)
    signature = sign(crypto.release_message(*about))
    return {
        "claim_id": claim_id,
        "nonce": nonce,
        "mac": crypto.token_mac(token, "release", *about),
        "signature": signature,
    }


def verify_released(answer: Body, request: Body, device_key: bytes) -> None:
    """Verify RELEASE's answer. Raises `ProtocolError` unless `device_key` signed that this claim is revoked."""
    content = _signed(answer, "released", messages.RELEASED_SIGNED, request["nonce"], device_key)
    if content["claim_id"] != request["claim_id"]:
        raise ProtocolError(ErrorCode.NOT_AUTHENTIC)


class HostClaim:
    """The host's part of one claim, from CLAIM_BEGIN to CLAIM_COMMIT, or of one rotation of its token.

    In this order: `begin_request`, `accept_begin`, `prove_request`, `commit_request`, `accept_commit`; a rotation, of
    the claim in force, begins with `rotate_request` and `accept_rotate` in place of the first three. What comes too
    early, or does not belong to the claim, raises `ProtocolError`.
    """

    def __init__(
        self,
        *,
        device_key: bytes,
        claim_id: bytes,
        organisation: bytes,
        organisation_key: bytes,
        random: Callable[[int], bytes],
    ) -> None:
        """`organisation_key` is the public key that the dongle shall pin; `device_key` is the one HELLO proved."""
        self.claim_id = claim_id
        self.device_key = device_key
        self.device_id = crypto.device_id(device_key)
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
        self._session: crypto.SealedSession | None = None

    def begin_request(self) -> Body:
        """The body of CLAIM_BEGIN, the same each time."""
        return self._begin

    def accept_begin(self, answer: Body) -> None:
        """Verify CLAIM_BEGIN's answer and set up the session. Raises `ProtocolError` if another key answered or the two
        transcripts differ."""
        if answer["device_key"] != self.device_key:
            raise ProtocolError(ErrorCode.WRONG_DEVICE)
        self._accept(transcript(self._begin, answer).digest(), answer)

    def rotate_request(self, key_version: int, *, token: bytes, sign: Sign) -> Body:
        """The body of ROTATE: the token in force, which has this `key_version`, and the organisation's signature."""
        begin = self._begin
        nonce, ephemeral = begin["host_nonce"], begin["host_ephemeral"]
        message = crypto.rotate_message(nonce, begin["device_id"], self.claim_id, key_version, ephemeral)
        return {
            "claim_id": self.claim_id,
            "host_nonce": nonce,
            "host_ephemeral": ephemeral,
            "mac": crypto.message_mac(token, message),
            "signature": sign(message),
        }

    def accept_rotate(self, answer: Body) -> None:
        """Verify ROTATE's answer and set up the session. Raises `ProtocolError` if another key answered or the two
        transcripts differ."""
        whole = answer | {"device_key": self.device_key}
        self._accept(transcript(self._begin, whole, label="rotation").digest(), answer)

    def _accept(self, digest: bytes, answer: Body) -> None:
        crypto.verify_signature(self.device_key, answer["signature"], crypto.transcript_message(crypto.DEVICE, digest))
        self._session = crypto.SealedSession(crypto.HOST, digest, self._ephemeral, answer["device_ephemeral"])
        self._digest = digest
        self.key_version = answer["key_version"]

    def prove_request(self, sign: Sign) -> Body:
        """The body of CLAIM_PROVE: the organisation's signature over the transcript."""
        return {"claim_id": self.claim_id, "signature": sign(crypto.transcript_message(crypto.HOST, self._digest))}

    def commit_request(self, token: bytes) -> Body:
        """The body of CLAIM_COMMIT with the encrypted token (32 bytes).

        Each call encrypts again, with the next counter.
        """
        plain = {"token": token, "key_version": self.key_version}
        return {"claim_id": self.claim_id, **self._sealed().seal(ProtocolCommand.CLAIM_COMMIT, plain)}

    def accept_commit(self, answer: Body) -> None:
        """Verify CLAIM_COMMIT's answer. Raises `ProtocolError` unless this dongle has stored the token."""
        opened = self._sealed().open(ProtocolCommand.CLAIM_COMMIT, answer["counter"], answer["sealed"])
        plain = messages.validate(opened, messages.COMMITTED_PLAIN)
        if plain["state"] != OwnershipState.CLAIMED_ACTIVE or plain["key_version"] != self.key_version:
            raise ProtocolError(ErrorCode.TOKEN_CONFLICT)

    def _sealed(self) -> crypto.SealedSession:
        if self._session is None:
            raise ProtocolError(ErrorCode.NO_CLAIM)
        return self._session


def confirm_request(device_id: str, claim_id: bytes, key_version: int, token: bytes, nonce: bytes) -> Body:
    """The body of CLAIM_CONFIRM."""
    mac = crypto.confirm_mac(crypto.HOST, token, nonce, bytes.fromhex(device_id), claim_id, key_version)
    return {"claim_id": claim_id, "nonce": nonce, "mac": mac}


def verify_confirm(answer: Body, request: Body, device_id: str, key_version: int, token: bytes) -> None:
    """Verify CLAIM_CONFIRM's answer. Raises `ProtocolError` (NOT_AUTHENTIC) unless it proves the same token."""
    identity = bytes.fromhex(device_id)
    wanted = crypto.confirm_mac(crypto.DEVICE, token, request["nonce"], identity, request["claim_id"], key_version)
    if not crypto.constant_time_equal(answer["mac"], wanted):
        raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
