"""A week in the demo organisation: more people, teams, folders and dashboards, sessions, and the log of their days.

It is made with the demo that somebody opens, so that no list there is empty, in the language of the program. The demo
says that it is one wherever it is open: nobody did what these entries of its audit log say. All of it is one history,
told by `storage.clock`: what there is was made when the week began, and what people did with it came after.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, insert, update
from sqlalchemy.orm import Session

from benchboard import __version__
from benchboard.dashboards import favourites, folders, library, templates
from benchboard.dashboards.access import sharing
from benchboard.i18n import N_, _
from benchboard.identity import audit, authentication, teams, users
from benchboard.identity.permissions import Actor, Client
from benchboard.paging import Listing
from benchboard.storage import clock
from benchboard.storage.clock import HistoryClock
from benchboard.storage.models.dashboards import Dashboard, DashboardOpening
from benchboard.storage.models.identity import SignInSession, User

_PROGRAM: Final = f"Benchboard/{__version__} (Linux 6.1)"
_ANALYST, _ADMIN, _TECHNICIAN = "analyst@example.com", "admin@example.com", "technician@example.com"
_KEEPER: Final = "demo@shopify-dashboard.com"
_PEOPLE: Final = (
    ("jonas.lindqvist", "Jonas Lindqvist", "technician", ("Cell lab",)),
    ("priya.raman", "Priya Raman", "analyst", ("Commerce",)),
    ("clara.voss", "Clara Voss", "ops_manager", ("Line 2",)),
    ("marek.nowak", "Marek Nowak", "technician", ("Line 2", "Cell lab")),
    ("sofia.bianchi", "Sofia Bianchi", "business_user", ("Commerce",)),
    ("aiko.tanabe", "Aiko Tanabe", "analyst", ("Commerce",)),
    ("hugo.marchand", "Hugo Marchand", "business_user", ()),
    ("yusuf.kaya", "Yusuf Kaya", "technician", ("Line 2",)),
    ("tom.abernathy", "Tom Abernathy", "technician", ("Line 2",)),
)
_DISABLED: Final = "tom.abernathy@example.com"
_TEAMS: Final = (N_("Line 2"), N_("Cell lab"), N_("Commerce"))
_FOLDERS: Final = ((N_("Commerce"), None), (N_("Weekly"), "Commerce"), (N_("Platform"), None))
_DASHBOARDS: Final = (  # template, owner, folder, everyone sees it, how long ago it was changed
    ("revenue-by-currency", _ANALYST, "Commerce", True, timedelta(minutes=18)),
    ("shop-owners-day", _KEEPER, "Commerce", True, timedelta(hours=3)),
    ("operations-board", _ADMIN, "Platform", True, timedelta(hours=7)),
    ("kpi-wall", _ADMIN, "Platform", True, timedelta(days=1, hours=2)),
    ("weekly-review", _ANALYST, "Weekly", False, timedelta(days=3, hours=5)),
    ("table-and-details", _ANALYST, "Weekly", False, timedelta(days=6)),
)
_SESSIONS: Final = (  # who, their computer, its address, how long ago they used it
    ("priya.raman@example.com", "priya-laptop", "10.20.4.31", timedelta(minutes=4)),
    ("clara.voss@example.com", "line-2-office", "10.20.7.20", timedelta(minutes=26)),
    ("marek.nowak@example.com", "chamber-2", "10.20.7.112", timedelta(hours=2)),
    ("yusuf.kaya@example.com", "bench-12", "10.20.7.54", timedelta(hours=5)),
)
_SIGNED_IN: Final = timedelta(hours=1)
"""How long before its last use each session began."""
_COMPUTERS: Final = {
    _ANALYST: "mert-laptop", _ADMIN: "ines-desktop", _TECHNICIAN: "bench-04", _KEEPER: "shop-desk",
    **{who: computer for who, computer, _address, _ago in _SESSIONS},
}  # fmt: skip
_ADDRESSES: Final = {
    _ANALYST: "10.20.4.17", _ADMIN: "10.20.4.9", _TECHNICIAN: "10.20.7.4", _KEEPER: "10.20.9.3",
    **{who: address for who, _computer, address, _ago in _SESSIONS},
}  # fmt: skip
"""Of these computers: an entry without one would be of the computer on which the demo is shown."""
_DAY: Final = (  # minutes after midnight, who, what; `{}` is one of the dashboards
    (8 * 60 + 2, _ADMIN, "session.sign-in"), (8 * 60 + 31, _TECHNICIAN, "session.sign-in"),
    (8 * 60 + 47, _ANALYST, "session.sign-in"), (9 * 60 + 12, "priya.raman@example.com", "session.sign-in"),
    (9 * 60 + 40, _ANALYST, "dashboard.save"), (9 * 60 + 58, _ANALYST, "dashboard.save"),
    (10 * 60 + 21, "marek.nowak@example.com", "session.sign-in"), (11 * 60 + 5, _ADMIN, "dashboard.share"),
    (13 * 60 + 30, "clara.voss@example.com", "session.sign-in"), (14 * 60 + 10, _KEEPER, "session.sign-in"),
    (14 * 60 + 36, _KEEPER, "dashboard.save"), (15 * 60 + 48, _ANALYST, "dashboard.name-version"),
    (16 * 60 + 30, "yusuf.kaya@example.com", "session.sign-in"), (17 * 60 + 12, _ANALYST, "session.sign-out"),
    (17 * 60 + 40, _ADMIN, "session.sign-out"),
)  # fmt: skip
_COLLEAGUE: Final = "clara.voss@example.com"
"""With whom the admin shares dashboards."""
_DAYS: Final = 7
_BEGAN: Final = timedelta(hours=7)
"""How long after midnight the demo was made."""
_WEEKEND: Final = 5
"""The first day of the week on which nobody works, counted from Monday as 0."""


def begin() -> datetime:
    """When the week began: early on its first working day, before anybody signed in."""
    return _working_days(datetime.now().astimezone())[0] + _BEGAN


def _working_days(now: datetime) -> list[datetime]:
    """The midnights at which the working days of the week until now began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight - timedelta(days=day) for day in range(_DAYS, -1, -1))
    return [day for day in days if day.weekday() < _WEEKEND]


def fill(session: Session, admin: Actor, told: HistoryClock) -> None:
    """Add the week to a demo that was just made, as its admin."""
    _add_people(session, admin)
    made = _add_dashboards(session, admin)
    people = {one.email: one.id for one in users.list_people(session, admin, Listing(), limit=100).rows}
    _set_times(session.connection(), admin.organisation_id, made, people)
    _add_sessions(session.connection(), admin.organisation_id, people)
    _add_days(session, admin, told, made, people)


def _add_people(session: Session, admin: Actor) -> None:
    ids: dict[str, list[str]] = {}
    for address, name, role, memberships in _PEOPLE:
        person = users.add_person(session, admin, email=f"{address}@example.com", name=name, role=role, password=None)
        for team in memberships:
            ids.setdefault(team, []).append(person.id)
        if person.email == _DISABLED:
            users.set_state(session, admin, [person.id], "inactive")
    for team_name in _TEAMS:
        made = teams.create_team(session, admin, name=_(team_name))
        teams.add_people(session, admin, made.id, ids[team_name])


def _add_dashboards(session: Session, admin: Actor) -> Mapping[str, tuple[str, timedelta]]:
    """The dashboards with their names, and how long ago each was changed, by their ids."""
    of_name = {one.key: one for one in templates.TEMPLATES}
    known: dict[str, str] = {}
    for name, above in _FOLDERS:
        known[name] = folders.create_folder(session, admin, _(name), parent_id=known.get(above or ""))
    made = {}
    for key, owner_email, folder, public, ago in _DASHBOARDS:
        owner = (
            admin if owner_email == admin.email else authentication.actor_for_email(session, admin, email=owner_email)
        )
        document = of_name[key].document
        dashboard_id = library.create(session, owner, document).card.id
        sharing.set_public(session, owner, dashboard_id, public=public)
        folders.move_dashboards(session, owner, [dashboard_id], known[folder])
        made[dashboard_id] = (document.title, ago)
    analyst = authentication.actor_for_email(session, admin, email=_ANALYST)
    starred = [one for one, (_title, ago) in made.items() if ago < timedelta(days=2)][:3]
    favourites.set_favourite(session, analyst, starred, favourite=True)
    return made


def _set_times(
    connection: Connection, organisation_id: str, made: Mapping[str, tuple[str, timedelta]], people: Mapping[str, str]
) -> None:
    now = datetime.now().astimezone()
    for dashboard_id, (_title, ago) in made.items():
        times = {"updated_at": max(now - ago, begin() + _SIGNED_IN)}
        connection.execute(update(Dashboard).where(Dashboard.id == dashboard_id).values(times))
        opening = {
            "organisation_id": organisation_id, "dashboard_id": dashboard_id, "user_id": people[_ANALYST],
            "opened_at": now - ago / 2,
        }  # fmt: skip
        connection.execute(insert(DashboardOpening), opening)


def _add_sessions(connection: Connection, organisation_id: str, people: Mapping[str, str]) -> None:
    now = datetime.now().astimezone()
    for who, computer, address, ago in _SESSIONS:
        used = now - ago
        connection.execute(insert(SignInSession), {
            "organisation_id": organisation_id, "user_id": people[who], "host_name": computer, "ip_address": address,
            "token_hash": hashlib.sha256(uuid4().bytes).hexdigest(), "user_agent": _PROGRAM, "last_used_at": used,
            "created_at": used - _SIGNED_IN, "expires_at": used + timedelta(days=1),
        })  # fmt: skip


def _add_days(
    session: Session,
    admin: Actor,
    told: HistoryClock,
    made: Mapping[str, tuple[str, timedelta]],
    people: Mapping[str, str],
) -> None:
    """What people did on each working day until now. Shares are real ones: who can open a dashboard follows from them,
    today and on any day of the week."""
    names = [(dashboard_id, name) for dashboard_id, (name, _since) in made.items()]
    admin = replace(admin, client=_client(_ADMIN))
    signed_in: dict[str, datetime] = {}
    for at, who, event, place in _entries(datetime.now().astimezone()):
        told.go_to(at)
        dashboard = names[place % len(names)]
        if event == "dashboard.share":
            sharing.share(session, admin, dashboard[0], "person", people[_COLLEAGUE], "view")
        else:
            _add_entry(session, admin.organisation_id, people, who, event, dashboard)
        if event == "session.sign-in":
            signed_in[who] = at
    for who, at in signed_in.items():
        session.execute(update(User).where(User.id == people[who]).values(last_login_at=at))


def _entries(now: datetime) -> list[tuple[datetime, str, str, int]]:
    """When who did what until `now`, in the order of time; the last number chooses a dashboard."""
    found = [(now - ago - _SIGNED_IN, who, "session.sign-in", 0) for who, _computer, _address, ago in _SESSIONS]
    for date in _working_days(now):
        day = (now.date() - date.date()).days
        for place, (minutes, who, event) in enumerate(_DAY):
            at = date + timedelta(minutes=minutes + (7 * day) % 11, seconds=(13 * place + 29 * day) % 60)
            found.append((at, who, event, place + day))
    return sorted(one for one in found if one[0] < now)


def _client(who: str) -> Client:
    return Client(_COMPUTERS[who], _PROGRAM, _ADDRESSES[who])


def _add_entry(
    session: Session, organisation_id: str, people: Mapping[str, str], who: str, event: str, dashboard: Sequence[str]
) -> None:
    client = _client(who)
    if not event.startswith("dashboard."):
        audit.append(session, client, event, str(uuid4()), organisation_id, people[who])
        return
    version = {"version": 2 + clock.now().day % 7} if event == "dashboard.save" else {}
    audit.append(session, client, event, dashboard[0], organisation_id, people[who], name=dashboard[1], **version)
