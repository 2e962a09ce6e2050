"""Where the document of a page is kept: a person's home layout, or one of the many dashboards."""

from typing import Final, Protocol

from benchboard.dashboards import home_layout, library
from benchboard.dashboards.document.document import Document, write_home
from benchboard.dashboards.editing.save_machine import StoredDocument
from benchboard.identity.permissions import Actor
from benchboard.ui.tasks import DatabaseSession

HOME: Final = "home"
"""The key of the home layout."""


class DocumentStore(Protocol):
    """Reads and stores one document. Its methods run beside the window, in a session of their own."""

    key: str
    """Names the document among all of this account, for what is kept about it on this computer."""
    tables: frozenset[str]
    """What changes when somebody stores it."""

    @property
    def dashboard_id(self) -> str | None:
        """Which of the many it is; None for the home layout."""
        ...

    def read(self, session: DatabaseSession) -> StoredDocument: ...

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        """Store `document` made from version `base`; None: whatever is there. Raises `Conflict` if it is another."""
        ...


class HomeStore:
    """The actor's own home layout."""

    tables = frozenset({"dashboard_layouts"})

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self.key, self.dashboard_id = HOME, None

    def read(self, session: DatabaseSession) -> StoredDocument:
        home = home_layout.home_layout(session, self._actor)
        return StoredDocument(home.content, home.version)

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        home = home_layout.save_home(session, self._actor, write_home(document), base_version=base)
        return StoredDocument(document, home.version)


class DashboardStore:
    """One of the dashboards the actor may see."""

    tables = frozenset({"dashboards", "widgets", "dashboard_shares", "dashboard_team_shares"})

    def __init__(self, actor: Actor, dashboard_id: str) -> None:
        self._actor, self.key, self.dashboard_id = actor, dashboard_id, dashboard_id
        self._owned = False

    def read(self, session: DatabaseSession) -> StoredDocument:
        opened = library.get(session, self._actor, self.key)
        level = opened.card.level
        self._owned = level == "own"
        return StoredDocument(opened.document, opened.card.version, level != "view", self._owned)

    def write(self, session: DatabaseSession, document: Document, base: int | None, *, note: str | None = None,
              merged: bool = False) -> StoredDocument:  # fmt: skip
        saved = library.save(session, self._actor, self.key, document, base_version=base, note=note, merged=merged)
        return StoredDocument(saved.document, saved.version, may_share=self._owned, number=saved.number)
