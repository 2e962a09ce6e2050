"""Dongles' tokens in the database: encrypted with AES-256-GCM under the organisation's data key.

A row of `dongle_tokens` holds the proved token, the pending one (`pending_*`: sent or about to be sent with
CLAIM_COMMIT, not proved yet), or both; its CHECKs refuse neither.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity.keys import Sealed
from benchboard.storage.models.dongles import Dongle, DongleToken


def token_aad(device_id: str, key_version: int, organisation_id: str) -> bytes:
    """A stored token's additional data: device_id ‖ key_version ‖ organisation (8 + 4 + 16 bytes, big-endian)."""
    return bytes.fromhex(device_id) + key_version.to_bytes(4, "big") + UUID(organisation_id).bytes


def token_row(session: Session, row: Dongle) -> DongleToken | None:
    """The tokens of a dongle's row, None if it has none."""
    return session.scalars(
        select(DongleToken)
        .where(DongleToken.organisation_id == row.organisation_id, DongleToken.dongle_id == row.id)
        .options(undefer(DongleToken.ciphertext), undefer(DongleToken.pending_ciphertext))
    ).one_or_none()


def drop_pending(session: Session, stored: DongleToken, *, keep: bool = False) -> None:
    """Delete the pending token; with `keep` the row stays, which the caller then fills, even without a proved token."""
    if stored.ciphertext is None and not keep:
        session.delete(stored)
        session.flush()
        return
    stored.pending_claim_id = stored.pending_key_version = stored.pending_data_key_version = None
    stored.pending_nonce = stored.pending_ciphertext = None


def require_newer_key_version(stored: DongleToken, key_version: int) -> None:
    """Raise `Conflict` (`dongle.rolled-back`) unless the offered `key_version` is newer than the stored one."""
    if stored.key_version is not None and key_version <= stored.key_version:
        raise Conflict(
            "dongle.rolled-back",
            _("The dongle's memory is older than this database."),
            why=_("It offers token generation {offered}, but generation {kept} was already in use.").format(
                offered=key_version, kept=stored.key_version
            ),
            do=_("Its memory was rolled back or copied. Don't use it until you know why."),
        )


def pending_token(stored: DongleToken) -> Sealed:
    """The encrypted pending token."""
    return Sealed(stored.pending_data_key_version or 0, stored.pending_nonce or b"", stored.pending_ciphertext or b"")


def proved_token(stored: DongleToken) -> Sealed:
    """The encrypted proved token."""
    return Sealed(stored.data_key_version or 0, stored.nonce or b"", stored.ciphertext or b"")
