"""IDs as a command line may give them: whole, or the beginning that a command's table shows."""

import re
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from benchboard.errors import Conflict
from benchboard.i18n import _

_SHOWN: Final = 8
"""Hexadecimal digits: as many as git shows at least. Two of 10,000 IDs begin alike with a chance of 1 %."""


def shorten(whole: str) -> str:
    """The beginning of an ID, to be shown and typed."""
    return whole[:_SHOWN]


def find_id(session: Session, query: Select[Any], column: InstrumentedAttribute[str], text: str) -> str | None:
    """The ID in `column`, among the rows of `query`, that is `text` or begins so; None if there is none.

    Raises ValueError for what is no beginning of an ID, and `Conflict` (`ids.ambiguous`) if several begin so.
    """
    digits = text.strip().lower().replace("-", "")
    if re.fullmatch(rf"[0-9a-f]{{{_SHOWN},32}}", digits) is None:
        raise ValueError("not an ID")
    # A range, not LIKE: PostgreSQL compares UUIDs, not text, and both databases find a range in the primary key.
    condition = column.between(digits.ljust(32, "0"), digits.ljust(32, "f"))
    found = session.scalars(query.with_only_columns(column).where(condition).limit(2)).all()
    if len(found) > 1:
        raise Conflict(
            "ids.ambiguous",
            _("Several IDs start with “{id}”.").format(id=text[:36]),
            do=_("Use the whole ID, as shown with --json."),
            field="id",
        )
    return found[0] if found else None
