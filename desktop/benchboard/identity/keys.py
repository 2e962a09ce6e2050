"""An organisation's keys: the data key that encrypts its secrets at rest, and the Ed25519 key its dongles pin.

The data key (AES-256, versions grow) is kept on this computer until a shared server hands keys out
(`organisation_keys`). The signing key's private half lies in the database, under the data key.
"""

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from benchboard import file_ownership
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.storage.engine import Database
from benchboard.storage.models.credentials import OrganisationSigningKey
from benchboard.vault import Vault, write_private


@dataclass(frozen=True, slots=True)
class Sealed:
    """AES-256-GCM: which data key, a random 96-bit nonce, ciphertext with its 16-byte tag."""

    key_version: int
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """One version of an organisation's data key. Its bytes never appear in a repr."""

    version: int
    secret: bytes

    def seal(self, plain: bytes, *, aad: bytes) -> Sealed:
        """Encrypt with a new nonce. `aad` is authenticated, not stored: `open` needs the same."""
        nonce = secrets.token_bytes(12)
        return Sealed(self.version, nonce, AESGCM(self.secret).encrypt(nonce, plain, aad))

    def open(self, sealed: Sealed, *, aad: bytes) -> bytes:
        """The plain bytes. Raises `Unavailable` (`keys.wrong`) where they were sealed by another key or changed."""
        try:
            if sealed.key_version != self.version:
                raise InvalidTag
            return AESGCM(self.secret).decrypt(sealed.nonce, sealed.ciphertext, aad)
        except (InvalidTag, ValueError) as error:
            raise Unavailable(
                "keys.wrong",
                _("A stored secret can't be decrypted."),
                why=_("It was encrypted with a different data key, or it was altered."),
                do=_("Use the computer that holds the organisation's key, or restore a backup."),
            ) from error


class DataKeys(Protocol):
    """Where organisations' data keys are kept."""

    def create(self, organisation_id: str) -> DataKey:
        """The organisation's key, made now unless an interrupted start made it before."""

    def of(self, organisation_id: str) -> DataKey:
        """The organisation's key. Raises `Unavailable` (`keys.missing`); never makes one."""


class VaultDataKeys:
    """In the vault: the system's keyring, or 0600 files."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def create(self, organisation_id: str) -> DataKey:
        return DataKey(1, self._vault.create(_vault_name(organisation_id), secrets.token_bytes(32)))

    def of(self, organisation_id: str) -> DataKey:
        secret = self._vault.get(_vault_name(organisation_id))
        if secret is None:
            raise _missing()
        return DataKey(1, secret)


class FileDataKeys:
    """In a 0600 JSON file beside a plain SQLite file, which automation and tests use."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def create(self, organisation_id: str) -> DataKey:
        stored = self._load()
        if organisation_id not in stored:
            stored[organisation_id] = b64encode(secrets.token_bytes(32)).decode()
            write_private(self._file, json.dumps(stored).encode())
        return self.of(organisation_id)

    def of(self, organisation_id: str) -> DataKey:
        try:
            return DataKey(1, b64decode(self._load()[organisation_id], validate=True))
        except (KeyError, ValueError) as error:
            raise _missing() from error

    def _load(self) -> dict[str, str]:
        try:
            stored = json.loads(file_ownership.read_ordinary(self._file).decode())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise _missing() from error
        return stored if isinstance(stored, dict) else {}


_IN_SESSION = "data_keys"


def provide_data_keys(database: Database, data_keys: DataKeys) -> None:
    """Let services find the organisations' data keys in each session of a database (`data_key_of`)."""
    database.session_info[_IN_SESSION] = data_keys


def data_key_of(session: Session, organisation_id: str) -> DataKey:
    """The organisation's data key. Raises `Unavailable` (`keys.missing`) where it isn't on this computer."""
    provided = session.info.get(_IN_SESSION)
    if provided is None:
        raise _missing()
    found: DataKey = provided.of(organisation_id)
    return found


def signing_key(session: Session, organisation_id: str, data_key: DataKey) -> Ed25519PrivateKey:
    """The key that signs for the organisation. Raises `Unavailable` where the data key does not open it."""
    row = session.scalars(
        select(OrganisationSigningKey)
        .where(OrganisationSigningKey.organisation_id == organisation_id, OrganisationSigningKey.retired_at.is_(None))
        .order_by(OrganisationSigningKey.key_version.desc())
        .options(undefer(OrganisationSigningKey.private_ciphertext))
    ).first()
    if row is None:
        raise _missing()
    sealed = Sealed(row.private_key_version, row.private_nonce, row.private_ciphertext)
    return Ed25519PrivateKey.from_private_bytes(data_key.open(sealed, aad=_signing_aad(organisation_id)))


def add_signing_key(session: Session, organisation_id: str, data_key: DataKey) -> None:
    """Give a new organisation its signing key. The caller records the organisation's creation."""
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    sealed = data_key.seal(raw, aad=_signing_aad(organisation_id))
    session.add(
        OrganisationSigningKey(
            organisation_id=organisation_id,
            key_version=1,
            public_key=private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
            private_key_version=sealed.key_version,
            private_nonce=sealed.nonce,
            private_ciphertext=sealed.ciphertext,
        )
    )


def _signing_aad(organisation_id: str) -> bytes:
    return f"organisation-signing-key:{organisation_id}".encode()


def _vault_name(organisation_id: str) -> str:
    return f"data-key.{organisation_id}.1"


def _missing() -> Unavailable:
    return Unavailable(
        "keys.missing",
        _("The organisation's data key isn't on this computer."),
        why=_("The organisation's secrets are encrypted with it."),
        do=_("Use the computer where the organisation was created, or copy its vault to this one."),
    )
