"""The week of the demo that somebody opens: nothing in it is told as a fault by the program itself."""

from pathlib import Path

from sqlalchemy import select

from benchboard import workspace
from benchboard.identity import authentication
from benchboard.identity.audit_verification import verify
from benchboard.identity.permissions import Client
from benchboard.storage.models.identity import AuditLog, AuditSeal
from support.databases import unbound


def test_every_entry_of_the_demos_week_is_sealed(tmp_path: Path) -> None:
    """They were written beside the service, without seals: the demo said that another program had added them."""
    opened = workspace.open_demo(tmp_path, with_week=True)
    with unbound(opened.database).read() as session:
        found = verify(session, authentication.operator_actor(session, client=Client.here()))
        numbered = (
            select(AuditLog.created_at).join(AuditSeal, AuditSeal.audit_id == AuditLog.id).order_by(AuditSeal.seq)
        )
        times = list(session.scalars(numbered))
    opened.close()
    assert times == sorted(times), "the numbers follow the times"
    assert found.fault is None
    assert found.entries > 50
