"""Tables for signing in: which tries failed."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import Base, Changing, Identified, hashed, secret_column


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
