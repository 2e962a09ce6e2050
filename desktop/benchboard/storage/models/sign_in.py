"""Tables for signing in: which tries failed, and what a person proves themselves with besides the password."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import (
    Base,
    Changing,
    Dated,
    Id,
    Identified,
    Tenant,
    belongs,
    hashed,
    length,
    one_of,
    secret_column,
)


class AccountLockout(Identified, Changing, Base):
    """Failed tries to sign in to one account, from one computer.

    `subject_hash` is the SHA-256 of what was tried: an address whether or not an account has it, so that nobody learns
    which have. `email_norm` is that address only where one has. An empty `source` counts the tries from all computers;
    the subject of a computer's tries at all accounts is the hash of nothing.
    """

    __tablename__ = "account_lockouts"
    __table_args__ = (
        UniqueConstraint("subject_hash", "source"),
        Index(None, "email_norm"),
        Index(None, "last_failed_at"),
        hashed("subject_hash"),
    )

    subject_hash: Mapped[str] = secret_column(String(64))
    source: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    email_norm: Mapped[str | None]
    failures: Mapped[int]
    last_failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class MfaFactor(Identified, Changing, Tenant, Base):
    """What a person proves themselves with besides the password. Its secret is encrypted by a key that is derived from
    the password and `secret_salt`. A code works once: `last_used_step` is the newest step whose code was used.
    """

    __tablename__ = "mfa_factors"
    __table_args__ = (
        UniqueConstraint("user_id", "kind"),
        belongs("user_id", "users"),
        one_of("kind", "totp"),
        length("secret_salt", 16),
        length("secret_nonce", 12),
    )

    user_id: Mapped[str] = mapped_column(Id())
    kind: Mapped[str]
    secret_key_version: Mapped[int]
    secret_salt: Mapped[bytes]
    secret_nonce: Mapped[bytes]
    secret_ciphertext: Mapped[bytes] = secret_column()
    last_used_step: Mapped[int | None] = mapped_column(BigInteger())


class RecoveryCode(Identified, Dated, Tenant, Base):
    """Signs a person in once without their second factor; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        UniqueConstraint("user_id", "code_hash"),
        belongs("user_id", "users"),
        hashed("code_hash"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    code_hash: Mapped[str] = secret_column(String(64))
    used_at: Mapped[datetime | None]
