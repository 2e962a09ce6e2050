"""How many commits have changed the database: so programs notice each other's."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from benchboard.storage.models.base import Base, Dated


class CommitCount(Dated, Base):
    """The one row (`id` 1) that every commit increases, except those that only say who is where. It has no row before
    the first.
    """

    __tablename__ = "commit_count"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    commits: Mapped[int] = mapped_column(BigInteger())
