"""The protocol's cryptography: joined fields, signatures, a claim's transcript, its sealed messages, MACs.

docs/protocol.md, section 3, is the specification. Ed25519 (RFC 8032), X25519 (RFC 7748), HKDF-SHA256 (RFC 5869),
AES-256-GCM (NIST SP 800-38D), HMAC-SHA256 (RFC 2104).
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from benchboard.dongles.protocol.framing import Body, decode_cbor, encode_cbor
from benchboard.dongles.protocol.messages import VERSION, ErrorCode, ProtocolError

HOST, DEVICE = 0, 1  # roles: the sender of a message


def join_fields(label: str, *parts: bytes) -> bytes:
    """The bytes that are signed, hashed or authenticated: `benchboard/1 label`, 00, then each part after
    its length (u16)."""
    head = f"benchboard/{VERSION} {label}".encode() + b"\0"
    return head + b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def device_id(device_key: bytes) -> str:
    """The first 8 bytes of SHA-256(public key) as 16 lowercase hex digits."""
    return hashlib.sha256(device_key).digest()[:8].hex()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw 32 bytes of a private key's public half."""
    return key.public_key().public_bytes_raw()


def verify_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Raises `ProtocolError` (BAD_SIGNATURE) unless `signature` is `public_key`'s over `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise ProtocolError(ErrorCode.BAD_SIGNATURE) from error


@dataclass(frozen=True, slots=True)
class Transcript:
    """What both sides of a claim, or of a rotation, must have sent and received alike.

    Sizes in bytes: ids 16 (device_id 8), keys, nonces and ephemeral keys 32.
    """

    claim_id: bytes
    device_id: bytes
    device_key: bytes
    organisation: bytes
    organisation_key: bytes
    host_nonce: bytes
    device_nonce: bytes
    host_ephemeral: bytes
    device_ephemeral: bytes
    key_version: int
    label: str = "transcript"

    def digest(self) -> bytes:
        """SHA-256 over the joined fields (32 bytes): what both sides sign, and the salt of the session's keys."""
        fields = (
            bytes([VERSION]), self.claim_id, self.device_id, self.device_key, self.organisation,
            self.organisation_key, self.host_nonce, self.device_nonce, self.host_ephemeral,
            self.device_ephemeral, self.key_version.to_bytes(4, "big"),
        )  # fmt: skip
        return hashlib.sha256(join_fields(self.label, *fields)).digest()


def transcript_message(role: int, digest: bytes) -> bytes:
    """What `role` signs of a transcript. It has the role in it, so that neither's signature passes as the other's."""
    return join_fields("device" if role == DEVICE else "host", digest)


def derive_keys(shared: bytes, digest: bytes) -> bytes:
    """The session's keys from the X25519 secret and the transcript's digest: 88 bytes.

    A key (32 bytes) for each direction, host to device first, then an IV (12 bytes) for each.
    """
    return HKDF(SHA256(), length=88, salt=digest, info=b"benchboard/1 keys").derive(shared)


def additional_data(digest: bytes, role: int, command: int, counter: int) -> bytes:
    """The additional data of a sealed message: the claim's digest, the sender's role, the command, the counter."""
    return join_fields("sealed", digest, bytes([role, command]), counter.to_bytes(8, "big"))


@dataclass(frozen=True, slots=True)
class _Direction:
    key: bytes
    iv: bytes


class SealedSession:
    """Encrypts and decrypts a claim's messages for one role. Counters only grow; each message is opened once."""

    def __init__(self, role: int, digest: bytes, ephemeral: X25519PrivateKey, peer: bytes) -> None:
        """Raises `ProtocolError` (NOT_AUTHENTIC) for a peer key that gives no shared secret."""
        try:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(peer))
        except ValueError as error:
            raise ProtocolError(ErrorCode.NOT_AUTHENTIC) from error
        keys = derive_keys(shared, digest)
        directions = (_Direction(keys[:32], keys[64:76]), _Direction(keys[32:64], keys[76:]))
        self._digest = digest
        self._role = role
        self._out, self._in = directions[role], directions[1 - role]
        self._sent = 0
        self._last_opened = -1

    def seal(self, command: int, plain: Body) -> Body:
        """Encrypt this role's next message: the members `counter` and `sealed`."""
        counter, self._sent = self._sent, self._sent + 1
        aad = additional_data(self._digest, self._role, command, counter)
        sealed = AESGCM(self._out.key).encrypt(_nonce(self._out.iv, counter), encode_cbor(plain), aad)
        return {"counter": counter, "sealed": sealed}

    def open(self, command: int, counter: int, sealed: bytes) -> Body:
        """Decrypt a message of the other role. Raises `ProtocolError`: NOT_AUTHENTIC if it was changed, belongs to
        another command or was opened before, MALFORMED if it is no map."""
        if counter <= self._last_opened:
            raise ProtocolError(ErrorCode.NOT_AUTHENTIC)
        aad = additional_data(self._digest, 1 - self._role, command, counter)
        try:
            plain = AESGCM(self._in.key).decrypt(_nonce(self._in.iv, counter), sealed, aad)
        except (InvalidTag, ValueError) as error:
            raise ProtocolError(ErrorCode.NOT_AUTHENTIC) from error
        self._last_opened = counter
        body = decode_cbor(plain)
        if body is None:
            raise ProtocolError(ErrorCode.MALFORMED)
        return body


def _nonce(iv: bytes, counter: int) -> bytes:
    return bytes(a ^ b for a, b in zip(iv, counter.to_bytes(12, "big"), strict=True))


_MAC_LABELS: Final = {HOST: "confirm host", DEVICE: "confirm device"}


def token_mac(token: bytes, label: str, nonce: bytes, identity: bytes, claim_id: bytes, key_version: int) -> bytes:
    """HMAC-SHA256 with the token as key (32 bytes): proves possession of the token. `label` separates its uses."""
    message = join_fields(label, nonce, identity, claim_id, key_version.to_bytes(4, "big"))
    return hmac.digest(token, message, "sha256")


def confirm_mac(role: int, token: bytes, nonce: bytes, identity: bytes, claim_id: bytes, key_version: int) -> bytes:
    """The MAC that `role` sends in CLAIM_CONFIRM (32 bytes)."""
    return token_mac(token, _MAC_LABELS[role], nonce, identity, claim_id, key_version)


def release_message(nonce: bytes, identity: bytes, claim_id: bytes, key_version: int) -> bytes:
    """What RELEASE proves twice: by the organisation's signature, and by a MAC with the token in force."""
    return join_fields("release", nonce, identity, claim_id, key_version.to_bytes(4, "big"))


def rotate_message(nonce: bytes, identity: bytes, claim_id: bytes, key_version: int, ephemeral: bytes) -> bytes:
    """What ROTATE proves twice, as RELEASE does; `ephemeral` is the host's, `key_version` the token's in force."""
    return join_fields("rotate", nonce, identity, claim_id, key_version.to_bytes(4, "big"), ephemeral)


def message_mac(token: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 of joined fields with the token as key (32 bytes)."""
    return hmac.digest(token, message, "sha256")


def constant_time_equal(one: bytes, other: bytes) -> bool:
    """Whether two byte strings are equal, in a time that doesn't depend on where they differ."""
    return hmac.compare_digest(one, other)
