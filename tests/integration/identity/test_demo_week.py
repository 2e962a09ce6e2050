"""The week of the demo that somebody opens: nothing in it is told as a fault by the program itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard import workspace
from benchboard.dashboards import library
from benchboard.dashboards.access import past_access, reached_objects
from benchboard.identity import access_history, audit, authentication, sessions, users
from benchboard.identity.audit_verification import verify
from benchboard.identity.permissions import Actor, Client
from benchboard.paging import Listing
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


def test_demos_week_is_one_history_from_its_beginning(tmp_path: Path) -> None:
    """As of a day of the week nobody could open a dashboard that its log says was saved and shared that day: people,
    roles and shares were of the day on which the demo was made."""
    opened = workspace.open_demo(tmp_path, with_week=True)
    with unbound(opened.database).read() as session:
        admin = authentication.operator_actor(session, client=Client.here())
        began = access_history.known_from(session, admin)
        assert began is not None
        assert timedelta(days=4) < datetime.now(UTC) - began < timedelta(days=9)
        first = access_history.access_as_of(session, admin, began + timedelta(hours=1))
        today = access_history.access_as_of(session, admin, datetime.now(UTC))
        assert {one.email: one.permissions for one in first.people} == {
            one.email: one.permissions for one in today.people
        }
        assert {one.email: one.teams for one in first.people} == {one.email: one.teams for one in today.people}
        for card in library.list_dashboards(session, admin, Listing(), limit=100).rows:
            could = past_access.get_past_access(session, admin, first, card.id).people
            assert {one.email for one in could} >= {admin.email}, card.name
            can = past_access.get_past_access(session, admin, today, card.id).people
            assert {one.user_id for one in can} == _people_of(session, admin, card.id), card.name
    opened.close()


def test_last_sign_in_of_each_person_is_that_of_the_log(tmp_path: Path) -> None:
    """The list of people said "Never" of people whose sign-ins of the same day were in the log."""
    opened = workspace.open_demo(tmp_path, with_week=True)
    with unbound(opened.database).read() as session:
        admin = authentication.operator_actor(session, client=Client.here())
        logged: dict[str | None, datetime] = {}
        for entry in audit.list_entries(session, admin, Listing(sort="at", descending=True), limit=1000).rows:
            if entry.event == "session.sign-in":
                logged.setdefault(entry.user_id, entry.at.replace(microsecond=0))
        people = {one.id: one.last_seen for one in users.list_people(session, admin, Listing(), limit=100).rows}
        open_sessions = sessions.list_sessions(session, admin, Listing()).rows
    opened.close()
    assert len(logged) > 4
    assert {person: at.replace(microsecond=0) for person, at in people.items() if at is not None} == logged
    assert open_sessions
    assert {one.user_id for one in open_sessions} <= set(logged)


def _people_of(session: Session, admin: Actor, dashboard_id: str) -> set[str]:
    """Who can open a dashboard now, as the lists of access say."""
    found = reached_objects.list_access_to(session, admin, "dashboard", dashboard_id)
    return {one.user_id for one in found.rows}


def test_entries_of_the_week_have_the_address_of_the_computer_that_their_sessions_have(tmp_path: Path) -> None:
    """The log said "This computer" of a sign-in at chamber-2, which the list of sessions gave an address."""
    opened = workspace.open_demo(tmp_path, with_week=True)
    with unbound(opened.database).read() as session:
        admin = authentication.operator_actor(session, client=Client.here())
        own = {
            one.host_name: one.ip_address for one in sessions.list_sessions(session, admin, Listing(), limit=50).rows
        }
        entries = list(session.scalars(select(AuditLog).where(AuditLog.user_agent.is_not(None))))
    opened.close()
    told = {(entry.user_agent or "").rpartition(" on ")[2]: entry.ip_address for entry in entries}
    assert told["chamber-2"]
    for computer, address in own.items():
        if address:
            assert told[computer] == address
