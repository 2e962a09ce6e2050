"""Finds that what was wrong with the files of a source is over, as a query that reads them again shows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration
from benchboard.analytics.sources.original_files import original_files
from benchboard.analytics.sources.services import get_source
from benchboard.analytics.sources.state import examine, stored_failure, without_failure
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require

_MENDED_IN_PLACE = ("columns", "unreadable")


def mended_state(session: Session, actor: Actor, source_id: str, cancel_token: CancelToken) -> Mapping[str, Any] | None:
    """What is stored of a source that couldn't be read, if nothing is wrong any more with its files; else None. Files
    that have changed since are looked through, which takes about as long as reading them."""
    require(actor, "sources:read")
    source = get_source(session, actor, source_id)
    row = get_row(session, actor, source_id)
    stored: Mapping[str, Any] = dict(row.extra or {})
    if source.recovered or not source.has_files:
        return stored if source.recovered else None
    failed_at = stored_failure(stored)
    if stored.get("problem") not in _MENDED_IN_PLACE or failed_at is None:
        return None
    tables = SourceConfiguration.from_json(row.connection_config, row.id).tables
    if not any(one.modified > failed_at.timestamp() for one in original_files(tables)):
        return None
    return None if examine(tables, cancel_token).problem else stored


def clear_problem(session: Session, actor: Actor, source_id: str, mended: Mapping[str, Any]) -> None:
    """Store that nothing is wrong any more with the files of a source whose `mended_state` this is. What was read of
    them, and when, stays as it was: whether they have changed since is news. Nothing is stored if the source was read
    again meanwhile: then its state is newer."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    if row.status != "error" or (row.extra or {}) != mended:
        return
    row.status = "connected"
    row.extra = without_failure({**mended, "problem": "", "names": [], "breaks": []})
    session.flush()
    audit.record(session, actor, "source.recover", row.id, name=row.name, status=row.status)
