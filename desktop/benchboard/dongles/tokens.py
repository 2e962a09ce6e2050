"""A dongle's token at rest: AES-256-GCM under the organisation's data key, bound to dongle, generation, organisation.

A row holds the proved token, the one being proved (`pending_*`), or both; never neither (dongle_tokens' CHECKs).
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity.keys import Sealed
from benchboard.storage.models.dongles import Dongle, DongleToken


def token_aad(device_id: str, key_version: int, organisation_id: str) -> bytes:
    """What a token at rest is bound to: device_id ‖ key_version ‖ organisation (8 + 4 + 16 bytes, big-endian)."""
    return bytes.fromhex(device_id) + key_version.to_bytes(4, "big") + UUID(organisation_id).bytes


def token_row(session: Session, row: Dongle) -> DongleToken | None:
    """The row of `row`'s tokens, if it has any."""
    return session.scalars(
        select(DongleToken).where(DongleToken.organisation_id == row.organisation_id, DongleToken.dongle_id == row.id)
    ).one_or_none()


def drop_pending(session: Session, held: DongleToken, *, keep: bool = False) -> None:
    """Forget the pending token; the row with it where it holds no other, unless the caller goes on filling it."""
    if held.ciphertext is None and not keep:
        session.delete(held)
        session.flush()
        return
    held.pending_claim_id = held.pending_key_version = held.pending_data_key_version = None
    held.pending_nonce = held.pending_ciphertext = None


def require_growth(held: DongleToken, key_version: int) -> None:
    """Raise `Conflict` (`dongle.rolled-back`) unless the dongle's generation is newer than the one kept here."""
    if held.key_version is not None and key_version <= held.key_version:
        raise Conflict(
            "dongle.rolled-back",
            _("The dongle's memory is older than this database."),
            why=_("It offers token generation {offered}; generation {kept} was in use already.").format(
                offered=key_version, kept=held.key_version
            ),
            do=_("Its memory was put back or copied. Do not use it before that is understood."),
        )


def pending(held: DongleToken) -> Sealed:
    """The token being proved."""
    return Sealed(held.pending_data_key_version or 0, held.pending_nonce or b"", held.pending_ciphertext or b"")


def proved(held: DongleToken) -> Sealed:
    """The token in force."""
    return Sealed(held.data_key_version or 0, held.nonce or b"", held.ciphertext or b"")
