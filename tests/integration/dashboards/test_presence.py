"""Who is on a dashboard: seen by those who may see it, gone with the window, the session, or after a while."""

import json
import os
import signal
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from benchboard.dashboards import library, presence
from benchboard.dashboards.access import sharing
from benchboard.errors import Denied, NotFound
from benchboard.identity import authentication, sessions
from benchboard.identity.permissions import Actor
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import DashboardPresence
from benchboard.storage.models.identity import AuditLog
from support import databases
from support.databases import unbound
from support.papers import Office, document
from support.programs import Programs

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATE = presence.EXPIRES_AFTER + timedelta(milliseconds=1)


@pytest.fixture
def belt(office: Office) -> str:
    """Ada's dashboard, which Bob may see."""
    dashboard_id: str = office.make(office.actor("ada"), document("Belt")).card.id
    office.do(sharing.share, office.actor("ada"), dashboard_id, "person", office.actor("bob").user_id, "view")
    return dashboard_id


def _names(
    office: Office, actor: Actor, dashboard_id: str, now: datetime = START, window: str | None = None
) -> list[str]:
    found = office.ask(presence.viewers, actor, dashboard_id, window_id=window, now=now)
    return [one.name for one in found.present]


def _rows(office: Office) -> int:
    with unbound(office.town.database).read() as session:
        return session.scalar(select(func.count()).select_from(DashboardPresence)) or 0


def test_others_see_who_is_on_a_dashboard_and_what_is_selected(office: Office, belt: str) -> None:
    ada, bob, mine, theirs = office.actor("ada"), office.actor("bob"), new_id(), new_id()
    with unbound(office.town.database).read() as session:
        entries = session.scalar(select(func.count()).select_from(AuditLog))
    assert office.do(presence.report, ada, mine, belt, ("w1",))
    assert office.do(presence.report, bob, theirs, belt)
    (seen,) = office.ask(presence.viewers, bob, belt, window_id=theirs).present
    assert (seen.window_id, seen.user_id, seen.name, seen.selected) == (mine, ada.user_id, "Ada", ("w1",))
    (seen,) = office.ask(presence.viewers, ada, belt, window_id=mine).present
    assert (seen.name, seen.selected) == ("Bob", ())
    office.do(presence.report, ada, mine, belt, [f"w{n}" for n in range(1000)])
    (seen,) = office.ask(presence.viewers, bob, belt, window_id=theirs).present
    assert seen.selected == tuple(f"w{n}" for n in range(presence.MAX_SELECTED))
    with unbound(office.town.database).read() as session:
        assert session.scalar(select(func.count()).select_from(AuditLog)) == entries


def test_who_may_not_see_a_dashboard_learns_nothing_and_is_not_on_it(office: Office, belt: str) -> None:
    ada, eve, stranger = office.actor("ada"), office.actor("eve"), office.actor("sam", south=True)
    office.do(presence.report, ada, new_id(), belt)
    for other in (eve, stranger):
        with pytest.raises(NotFound):
            office.ask(presence.viewers, other, belt)
        assert not office.do(presence.report, other, new_id(), belt)
    assert _rows(office) == 1
    window = new_id()
    office.do(sharing.share, ada, belt, "person", eve.user_id, "view")
    assert office.do(presence.report, eve, window, belt, now=START)
    assert "Eve" in _names(office, ada, belt)
    office.do(sharing.unshare, ada, belt, "person", eve.user_id)
    assert not office.do(presence.report, eve, window, belt, now=START)
    assert "Eve" not in _names(office, ada, belt)


def test_window_without_a_report_is_gone_after_its_time_and_its_row_with_the_next_report(
    office: Office, belt: str
) -> None:
    ada, bob, theirs = office.actor("ada"), office.actor("bob"), new_id()
    office.do(presence.report, ada, new_id(), belt, now=START)
    assert _names(office, bob, belt, START + presence.EXPIRES_AFTER) == ["Ada"]
    assert _names(office, bob, belt, START + LATE) == []
    assert office.ask(presence.viewers, bob, belt, now=START + LATE).others
    office.do(presence.report, bob, theirs, belt, now=START + LATE)
    assert _rows(office) == 1
    assert not office.ask(presence.viewers, bob, belt, window_id=theirs, now=START + LATE).others
    office.do(presence.report, bob, theirs, belt, now=START + 3 * LATE)  # its own old row stays
    assert _names(office, ada, belt, START + 3 * LATE) == ["Bob"]


def test_window_is_on_one_dashboard_at_a_time_until_it_leaves(office: Office, belt: str) -> None:
    ada, bob, window = office.actor("ada"), office.actor("bob"), new_id()
    oven = office.make(ada, document("Oven")).card.id
    office.do(presence.report, ada, window, belt, now=START)
    office.do(presence.report, ada, window, oven, now=START)
    assert _names(office, bob, belt) == []
    assert _names(office, ada, oven) == ["Ada"]
    office.do(presence.leave, bob, window)  # not Bob's
    assert _names(office, ada, oven) == ["Ada"]
    office.do(presence.leave, ada, window)
    assert _rows(office) == 0


@pytest.mark.parametrize("how", ["sign-out", "revoke", "delete dashboard"])
def test_ended_session_and_deleted_dashboard_take_their_windows_along(office: Office, belt: str, how: str) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.do(presence.report, bob, new_id(), belt, now=START)
    if how == "sign-out":
        office.do(authentication.sign_out, bob)
    elif how == "revoke":
        office.do(sessions.revoke_sessions, office.actor("admin"), [bob.session_id])
    else:
        office.do(library.discard, ada, [belt])
        office.do(library.delete_forever, ada, [belt])
    assert _rows(office) == 0


def test_killed_program_is_seen_by_another_for_its_time_and_no_longer(
    office: Office, belt: str, programs: Programs
) -> None:
    ada, bob, database = office.actor("ada"), office.actor("bob"), office.town.database
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    key = databases.KEY.hex() if database.dialect == "sqlite" else ""
    rights = {"roles": sorted(bob.roles), "permissions": sorted(bob.permissions)}
    given = json.dumps({name: value for name, value in asdict(bob).items() if name != "grants"} | rights)
    ended = programs.run("support.presence_killed", url, key, belt, environment=os.environ, typed=given)
    assert ended.returncode == -signal.SIGKILL
    (seen,) = office.ask(presence.viewers, ada, belt).present
    assert (seen.name, seen.selected) == ("Bob", ("w1",))
    with unbound(database).read() as session:
        (reported,) = session.scalars(select(DashboardPresence.seen_at))
    assert _names(office, ada, belt, reported + presence.EXPIRES_AFTER) == ["Bob"]
    assert _names(office, ada, belt, reported + LATE) == []
    office.do(presence.report, ada, new_id(), belt, now=reported + LATE)
    assert _rows(office) == 1


def test_report_of_a_session_that_was_revoked_meanwhile_is_refused(office: Office, belt: str) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.do(sessions.revoke_sessions, office.actor("admin"), [bob.session_id])
    with pytest.raises(Denied), office.town.database.bind(bob).change() as session:
        presence.report(session, bob, new_id(), belt)
    assert _names(office, ada, belt) == []


def test_program_that_ends_without_signing_out_is_on_no_dashboard(office: Office, belt: str) -> None:
    bob = office.actor("bob")
    for _window in range(2):
        office.do(presence.report, bob, new_id(), belt)
    office.do(presence.report, office.actor("ada"), new_id(), belt)
    office.do(presence.leave_all, bob)
    assert _rows(office) == 1
