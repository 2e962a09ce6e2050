"""Documents, and people who work on dashboards, for tests of the dashboard services."""

from dataclasses import dataclass, field
from typing import Any

from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.library import StoredDashboard
from benchboard.dashboards.repository import SavedDashboard
from benchboard.identity import audit
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.identity import Team, TeamMember
from support.databases import unbound
from support.people import CLIENT, Town


def item(name: str = "w1", x: int = 0, y: int = 0, **fields: Any) -> dict[str, Any]:
    return {"id": name, "type": "kpi", "position": {"x": x, "y": y, "w": 3, "h": 2}, **fields}


def document(title: str = "Line 2", *items: dict[str, Any], **fields: Any) -> Document:
    """A dashboard's document of these items (one, where none is given)."""
    held = list(items) or [item()]
    return parse_document({"format": "benchboard/dashboard", "version": 2, "title": title, "items": held, **fields})


def wide(count: int = 125) -> Document:
    """A dashboard of that many widgets, in rows of four."""
    return document("Wide", *(item(f"w{n}", n % 4 * 3, n // 4 * 2, query="SELECT 1") for n in range(count)))


@dataclass
class Office:
    """People of `town` who work on dashboards: each call is one transaction."""

    town: Town
    memory: list[str] = field(default_factory=list)
    """What an example of a property leaves for the next one."""
    _signed_in: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str, *, role: str = "analyst", south: bool = False) -> Actor:
        """Somebody of that name, in north unless said otherwise; `admin` is north's admin."""
        if name == "admin":
            return self.town.actor
        if name not in self._signed_in:
            where = self.town.south if south else self.town.north
            email = f"{name}@north.example"
            self.town.add(email, name.title(), role=role, organisation=where)
            self._signed_in[name] = self.town.sign_in(email).actor
        return self._signed_in[name]

    def team(self, name: str, *members: Actor) -> str:
        """A team of north with these members; answers its id."""
        with unbound(self.town.database).change() as session:
            team = Team(organisation_id=self.town.north, name=name, slug=name.lower())
            session.add(team)
            session.flush()
            for one in members:
                session.add(TeamMember(organisation_id=self.town.north, team_id=team.id, user_id=one.user_id))
            audit.append(session, CLIENT, "team.create", team.id, self.town.north, None)
        return team.id

    def do(self, act: Any, actor: Actor, *given: Any, **named: Any) -> Any:
        """Call a service that changes something; returns its result."""
        with unbound(self.town.database).change() as session:
            return act(session, actor, *given, **named)

    def ask(self, act: Any, actor: Actor, *given: Any, **named: Any) -> Any:
        """Call a service that only reads; returns its result."""
        with unbound(self.town.database).read() as session:
            return act(session, actor, *given, **named)

    def make(self, actor: Actor, made: Document | None = None) -> StoredDashboard:
        opened: StoredDashboard = self.do(library.create, actor, made or document())
        return opened

    def save(
        self, actor: Actor, dashboard_id: str, changed: Document, base: int | None, **named: Any
    ) -> SavedDashboard:
        saved: SavedDashboard = self.do(library.save, actor, dashboard_id, changed, base_version=base, **named)
        return saved

    def names(self, actor: Actor, which: str | None = None, *, search: str = "", sort: str = "name") -> list[str]:
        """What the list of dashboards shows an actor."""
        listing = Listing(search, {"which": which} if which else {}, sort)
        return [card.name for card in self.ask(library.list_dashboards, actor, listing).rows]
