"""The week of the demo that somebody opens: nothing in it is told as a fault by the program itself."""

from pathlib import Path

from benchboard import workspace
from benchboard.identity import authentication
from benchboard.identity.audit_verification import verify
from benchboard.identity.permissions import Client
from support.databases import unbound


def test_every_entry_of_the_demos_week_is_sealed(tmp_path: Path) -> None:
    """They were written beside the service, without seals: the demo said that another program had added them."""
    opened = workspace.open_demo(tmp_path, with_week=True)
    with unbound(opened.database).read() as session:
        found = verify(session, authentication.operator_actor(session, client=Client.here()))
    opened.close()
    assert found.fault is None
    assert found.entries > 50
