"""The cryptography of the protocol: one way to join fields, signatures, the claim's transcript and its
sealed messages.

Ed25519 (RFC 8032), X25519 (RFC 7748), HKDF-SHA256 (RFC 5869), AES-256-GCM (NIST SP 800-38D), HMAC-SHA256
(RFC 2104).
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

from benchboard.dongles.protocol.framing import Body, canonical, read_canonical
from benchboard.dongles.protocol.messages import VERSION, Code, Refused

HOST, DEVICE = 0, 1  # who speaks


def joined(label: str, *parts: bytes) -> bytes:
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


def verify(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Raises `Refused` (BAD_SIGNATURE) unless `signature` is `public_key`'s over `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Refused(Code.BAD_SIGNATURE) from error


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything both sides must have seen alike. Bytes: ids 16 (device 8), keys, nonces and ephemerals
    32."""

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

    def digest(self) -> bytes:
        """SHA-256 over the joined fields: what both sides sign, and the salt of the keys."""
        fields = (
            bytes([VERSION]), self.claim_id, self.device_id, self.device_key, self.organisation,
            self.organisation_key, self.host_nonce, self.device_nonce, self.host_ephemeral,
            self.device_ephemeral, self.key_version.to_bytes(4, "big"),
        )  # fmt: skip
        return hashlib.sha256(joined("transcript", *fields)).digest()


def signed_by(role: int, digest: bytes) -> bytes:
    """What `role` signs of a transcript. The role is inside, so one side's signature never passes as the
    other's."""
    return joined("device" if role == DEVICE else "host", digest)


def claim_keys(shared: bytes, digest: bytes) -> bytes:
    """88 bytes: a key (32) for each direction, host to device first, then an IV (12) for each."""
    return HKDF(SHA256(), length=88, salt=digest, info=b"benchboard/1 keys").derive(shared)


def sealed_about(digest: bytes, role: int, command: int, counter: int) -> bytes:
    """The additional data of a sealed message: which claim, who speaks, what for, the how-manieth."""
    return joined("sealed", digest, bytes([role, command]), counter.to_bytes(8, "big"))


@dataclass(frozen=True, slots=True)
class _Direction:
    key: bytes
    iv: bytes


class Session:
    """The sealed half of a claim, for one role. Counters only grow; a message is opened once."""

    def __init__(self, role: int, digest: bytes, ephemeral: X25519PrivateKey, peer: bytes) -> None:
        """Raises `Refused` (NOT_AUTHENTIC) for a peer key that gives no shared secret."""
        try:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(peer))
        except ValueError as error:
            raise Refused(Code.NOT_AUTHENTIC) from error
        keys = claim_keys(shared, digest)
        ways = (_Direction(keys[:32], keys[64:76]), _Direction(keys[32:64], keys[76:]))
        self._digest = digest
        self._role = role
        self._out, self._in = ways[role], ways[1 - role]
        self._sent = 0
        self._taken = -1

    def seal(self, command: int, plain: Body) -> Body:
        """`{"counter", "sealed"}` for this role's next message."""
        counter, self._sent = self._sent, self._sent + 1
        aad = sealed_about(self._digest, self._role, command, counter)
        box = AESGCM(self._out.key).encrypt(_nonce(self._out.iv, counter), canonical(plain), aad)
        return {"counter": counter, "sealed": box}

    def open(self, command: int, counter: int, box: bytes) -> Body:
        """The map sealed by the other side. Raises `Refused` (NOT_AUTHENTIC) if altered, misplaced or
        seen before."""
        if counter <= self._taken:
            raise Refused(Code.NOT_AUTHENTIC)
        aad = sealed_about(self._digest, 1 - self._role, command, counter)
        try:
            plain = AESGCM(self._in.key).decrypt(_nonce(self._in.iv, counter), box, aad)
        except (InvalidTag, ValueError) as error:
            raise Refused(Code.NOT_AUTHENTIC) from error
        self._taken = counter
        body = read_canonical(plain)
        if body is None:
            raise Refused(Code.MALFORMED)
        return body


def _nonce(iv: bytes, counter: int) -> bytes:
    return bytes(a ^ b for a, b in zip(iv, counter.to_bytes(12, "big"), strict=True))


_MAC_LABELS: Final = {HOST: "confirm host", DEVICE: "confirm device"}


def token_mac(token: bytes, label: str, nonce: bytes, identity: bytes, claim_id: bytes, key_version: int) -> bytes:
    """HMAC-SHA256 under the token: says "I hold it" without showing it. `label` keeps the uses apart."""
    message = joined(label, nonce, identity, claim_id, key_version.to_bytes(4, "big"))
    return hmac.digest(token, message, "sha256")


def confirm_mac(role: int, token: bytes, nonce: bytes, identity: bytes, claim_id: bytes, key_version: int) -> bytes:
    """`role`'s half of CLAIM_CONFIRM."""
    return token_mac(token, _MAC_LABELS[role], nonce, identity, claim_id, key_version)


def same(one: bytes, other: bytes) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(one, other)
