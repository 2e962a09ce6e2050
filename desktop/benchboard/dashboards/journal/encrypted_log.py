"""A file of encrypted records, each appended whole: read back up to where a crash cut it off, and only as written.

Form 2: a header (magic, name, serial number), then for each record a frame of its length (4 bytes, big-endian) and a
keyed checksum of that length (8 bytes), a nonce (12) and AES-256-GCM ciphertext. Header and place are authenticated
with both, so that no record can be moved, repeated or brought here from another file, and a damaged length is never
taken for the end of a file that a crash cut short. Form 1, which had no checksum, is still read.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault

_MAGIC: Final = b"BBJ\x02"
_MAGIC_1: Final = b"BBJ\x01"
NAME_BYTES: Final = 16
_SERIAL, _NONCE, _LENGTH, _CHECK, _TAG = 16, 12, 4, 8, 16
_LONGEST: Final = 64 * 1024 * 1024
_KEY_BYTES: Final = 32


class DamagedLog(Exception):
    """What follows was not written by us, or not here: it does not merely end."""


def load_key(vault: Vault, name: str) -> bytes | None:
    """The key that files are encrypted with, None if none was ever stored.

    Raises `Unavailable`, also if the stored value isn't a key.
    """
    key = vault.get(name)
    if key is None or len(key) == _KEY_BYTES:
        return key
    raise Unavailable(
        "sealed.key-damaged",
        _("The key “{name}” on this computer is damaged.").format(name=name),
        why=_("It has {count} bytes instead of {right}.").format(count=len(key), right=_KEY_BYTES),
        do=_("Restore the folder “vault” from a backup. Nothing was changed."),
    )


def load_or_create_key(vault: Vault, name: str) -> bytes:
    """The same key, created if there is none."""
    vault.create(name, secrets.token_bytes(_KEY_BYTES))
    key = load_key(vault, name)
    assert key is not None, name
    return key


class Sealer:
    """Makes the bytes of one file, in their order."""

    def __init__(self, key: bytes, name: bytes) -> None:
        self._key, self._cipher = key, AESGCM(key)
        self.header = _MAGIC + name + secrets.token_bytes(_SERIAL)
        self.records = 0

    def seal(self, text: bytes) -> bytes:
        """The next record. Raises `ValueError` for one that would not be read again, nor anything after it."""
        if _NONCE + len(text) + _TAG > _LONGEST:
            raise ValueError("too long a record")
        nonce = secrets.token_bytes(_NONCE)
        bound = _bound(self.header, self.records)
        sealed = nonce + self._cipher.encrypt(nonce, text, bound)
        self.records += 1
        length = len(sealed).to_bytes(_LENGTH, "big")
        return length + _check(self._key, bound, length) + sealed


def read_records(file: BinaryIO, key: bytes, name: bytes) -> Iterator[bytes]:
    """The records of a file that `Sealer(key, name)` made, up to its end or to the one that was cut off. Raises
    `DamagedLog` after the last good one where something else follows."""
    header = file.read(len(_MAGIC) + NAME_BYTES + _SERIAL)
    if not header:
        return
    if not header.startswith((_MAGIC + name, _MAGIC_1 + name)):
        raise DamagedLog
    checked = _CHECK if header.startswith(_MAGIC) else 0
    cipher = AESGCM(key)
    for number in count():
        bound = _bound(header, number)
        frame = file.read(_LENGTH + checked)
        if len(frame) < _LENGTH + checked:
            return
        if checked and not hmac.compare_digest(frame[_LENGTH:], _check(key, bound, frame[:_LENGTH])):
            raise DamagedLog
        length = int.from_bytes(frame[:_LENGTH], "big")
        if not _NONCE < length <= _LONGEST:
            raise DamagedLog
        sealed = file.read(length)
        if len(sealed) < length:
            return
        try:
            yield cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
        except InvalidTag:
            raise DamagedLog from None


def _check(key: bytes, bound: bytes, length: bytes) -> bytes:
    return hashlib.blake2s(bound + length, key=key, digest_size=_CHECK, person=b"length").digest()


def _bound(header: bytes, number: int) -> bytes:
    return header + number.to_bytes(8, "big")
