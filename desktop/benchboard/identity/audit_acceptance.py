"""Takes an audit log as it is that doesn't fit what this computer saw before, as after an older backup was restored."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchboard.atomic_write import explain_write_error
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.identity import kept_seals
from benchboard.identity.audit_verification import (
    AuditFault,
    AuditVerification,
    KnownSeal,
    record_accepted,
    require_reason,
    verify,
)
from benchboard.identity.permissions import Actor, require
from benchboard.storage.audit_seals import SeenSeals
from benchboard.storage.engine import Transactions


def accept_log(
    database: Transactions,
    actor: Actor,
    home: Path,
    seen: SeenSeals,
    fault: AuditFault,
    reason: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> AuditVerification:
    """Verify the log without what was known of it, record that it is accepted in spite of `fault` and for which
    `reason`, and know its last seal from now on. One whose own seals don't fit is not accepted: its fault is returned.
    Raises `Unavailable` if the seal can't be kept, and as `audit_verification.require_reason` does.
    """
    require(actor, "audit:read")
    reason = require_reason(reason)
    with database.read() as session:
        found = verify(session, actor, progress=progress)
    if found.fault is not None:
        return found
    with database.change() as session:
        record_accepted(session, actor, fault, found.entries, reason)
    with database.read() as session:
        found = verify(session, actor, progress=progress)
    if found.seal is not None and found.fault is None:
        last = KnownSeal(found.entries, found.seal, datetime.now(UTC))
        try:
            kept_seals.accept(home, seen, actor.organisation_id, last)
        except OSError as error:
            what, (why, do) = _("The seal can't be kept in {folder}.").format(folder=home), explain_write_error(error)
            raise Unavailable("audit.keep", what, why=why, do=do) from error
    return found
