"""Where the document of a page is stored: the user's home layout, or one of the dashboards."""

from typing import Final, Protocol

from benchboard.dashboards import home_layout, library
from benchboard.dashboards.document.document import Document, write_home
from benchboard.dashboards.editing.save_machine import StoredDocument
from benchboard.dashboards.repository import KnownPage
from benchboard.dashboards.versions import version_store
from benchboard.i18n import _
from benchboard.identity.permissions import Actor
from benchboard.ui.tasks import DatabaseSession

HOME: Final = "home"
"""The key of the home layout."""


class DocumentStore(Protocol):
    """Reads and stores one document. Its methods run on a worker thread, in a database session of their own."""

    key: str
    """Identifies the document among all of this account's, for the data about it on this computer."""
    tables: frozenset[str]
    """The tables that change when the document is stored."""

    @property
    def dashboard_id(self) -> str | None:
        """The dashboard's id; None for the home layout."""
        ...

    def read(self, session: DatabaseSession) -> StoredDocument: ...

    def newest_version(self, session: DatabaseSession) -> int | None:
        """The number of the version that holds the stored document; None where no versions are kept."""
        ...

    def author_since(self, session: DatabaseSession, version: int) -> str | None:
        """The name of who stored the document after `version`; empty if that isn't known, None for the user."""
        ...

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        """Store `document`, edited from version `base`; None overwrites any version.

        Raises `Conflict` if the stored version is another.
        """
        ...


class HomeStore:
    """The actor's own home layout."""

    tables = frozenset({"dashboard_layouts"})

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self.key, self.dashboard_id = HOME, None

    def read(self, session: DatabaseSession) -> StoredDocument:
        home = home_layout.home_layout(session, self._actor)
        return StoredDocument(home.content, home.version, title=_("Home"))

    def newest_version(self, _session: DatabaseSession) -> int | None:
        return None

    def author_since(self, _session: DatabaseSession, _version: int) -> str | None:
        return None

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        home = home_layout.save_home(session, self._actor, write_home(document), base_version=base)
        return StoredDocument(document, home.version)


class DashboardStore:
    """A dashboard that the actor has access to."""

    tables = frozenset({"dashboards", "widgets", "dashboard_shares", "dashboard_team_shares"})

    def __init__(self, actor: Actor, dashboard_id: str, created: library.StoredDashboard | None = None) -> None:
        self._actor, self.key, self.dashboard_id = actor, dashboard_id, dashboard_id
        self._created = created
        """The dashboard as it was just created, for the first read."""
        self._owned = False
        self._known = KnownPage()

    def read(self, session: DatabaseSession) -> StoredDocument:
        created, self._created = self._created, None
        opened = library.get_dashboard(session, self._actor, self.key, created)
        level = opened.card.level
        self._owned = level == "own"
        return StoredDocument(
            opened.document, opened.card.version, level != "view", self._owned, title=opened.card.name
        )

    def newest_version(self, session: DatabaseSession) -> int | None:
        newest = version_store.list_versions(session, self._actor, self.key, limit=1).rows
        return newest[0].number if newest else None

    def author_since(self, session: DatabaseSession, version: int) -> str | None:
        author = library.author_since(session, self._actor, self.key, version)
        if author is None:
            return ""
        return None if author.user_id == self._actor.user_id else author.name

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        saved = library.save(
            session, self._actor, self.key, document, base_version=base, note=note, merged=merged, known=self._known
        )
        return StoredDocument(saved.document, saved.version, may_share=self._owned, number=saved.number)
