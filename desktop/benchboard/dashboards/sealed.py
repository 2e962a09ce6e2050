"""Sealed records one after another in a file: read up to where a kill ended it, and never but what was written.

A header (what it is, whose, a serial number), then for each record its length (4 bytes, big-endian), a nonce (12) and
AES-256-GCM ciphertext. Header and place are authenticated with it, so that no record can be moved, repeated, or brought
here from another file.
"""

import secrets
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault

_MAGIC: Final = b"BBJ\x01"
NAME_BYTES: Final = 16
_SERIAL, _NONCE, _LENGTH, _TAG = 16, 12, 4, 16
_LONGEST: Final = 64 * 1024 * 1024
_KEY_BYTES: Final = 32


class Damaged(Exception):
    """What follows was not written by us, or not here: it does not merely end."""


def key_in(vault: Vault, name: str) -> bytes | None:
    """The key that files are sealed under, None where none was ever put. Raises `Unavailable`, also where what is kept
    is no key."""
    key = vault.get(name)
    if key is None or len(key) == _KEY_BYTES:
        return key
    raise Unavailable(
        "sealed.key-damaged",
        _("The key “{name}” of this computer is damaged.").format(name=name),
        why=_("It has {count} bytes and should have {right}.").format(count=len(key), right=_KEY_BYTES),
        do=_("Put the folder “vault” back from a backup. Nothing was changed."),
    )


def key_made(vault: Vault, name: str) -> bytes:
    """The same, made where there is none."""
    key = key_in(vault, name)
    if key is None:
        key = secrets.token_bytes(_KEY_BYTES)
        vault.put(name, key)
    return key


class Sealer:
    """Makes the bytes of one file, in their order."""

    def __init__(self, key: bytes, name: bytes) -> None:
        self._cipher = AESGCM(key)
        self.header = _MAGIC + name + secrets.token_bytes(_SERIAL)
        self.records = 0

    def seal(self, text: bytes) -> bytes:
        """The next record. Raises `ValueError` for one that would not be read again, nor anything after it."""
        if _NONCE + len(text) + _TAG > _LONGEST:
            raise ValueError("too long a record")
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, text, _bound(self.header, self.records))
        self.records += 1
        return len(sealed).to_bytes(_LENGTH, "big") + sealed


def unsealed(file: BinaryIO, key: bytes, name: bytes) -> Iterator[bytes]:
    """The records of a file that `Sealer(key, name)` made, up to its end or to the one that was cut off. Raises
    `Damaged` after the last good one where something else follows."""
    header = file.read(len(_MAGIC) + NAME_BYTES + _SERIAL)
    if not header:
        return
    if not header.startswith(_MAGIC + name):
        raise Damaged
    cipher = AESGCM(key)
    for number in count():
        frame = file.read(_LENGTH)
        length = int.from_bytes(frame, "big")
        if len(frame) == _LENGTH and not _NONCE < length <= _LONGEST:
            raise Damaged
        sealed = file.read(length)
        if len(frame) < _LENGTH or len(sealed) < length:
            return
        try:
            yield cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(header, number))
        except InvalidTag:
            raise Damaged from None


def _bound(header: bytes, number: int) -> bytes:
    return header + number.to_bytes(8, "big")
