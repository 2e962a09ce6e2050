"""A user's home page: `dashboard_layouts.config`, JSON in the form of the programs that Benchboard replaces."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.layout import Layout, serialise_page
from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity import audit, permissions
from benchboard.identity.permissions import Actor
from benchboard.storage.models.dashboards import DashboardLayout


@dataclass(frozen=True, slots=True)
class HomeLayout:
    """A home layout as it is stored: the JSON, and its parsed content.

    `version` is 0 and `updated_at` None if the user has none yet. `save_home` needs that version.
    """

    document: object
    content: Document
    version: int
    updated_at: datetime | None

    @property
    def layout(self) -> Layout:
        """The widgets and their positions."""
        return self.content.layout

    @property
    def items(self) -> list[dict[str, object]]:
        """The widgets as a list of JSON objects, unknown fields included."""
        return serialise_page(self.layout)


def is_home_name(text: str) -> bool:
    """Whether this is what lists call the home page, in English or in the user's language."""
    return text.casefold() in {"home", _("Home").casefold()}


def home_layout(session: Session, actor: Actor) -> HomeLayout:
    """The actor's own home layout; an empty one if there is none yet."""
    permissions.require(actor, "studio:enter")
    row = _row(session, actor)
    if row is None:
        return HomeLayout([], parse_document([]), 0, None)
    return HomeLayout(row.config, parse_document(row.config), row.version, row.updated_at)


def save_home(session: Session, actor: Actor, document: object, *, base_version: int | None) -> HomeLayout:
    """Store `document` (decoded JSON) as the actor's home layout.

    `base_version` is the version it was edited from; 0: there was none; None: overwrite any version. Raises `Conflict`
    (`layouts.overtaken`) if another program stored one meanwhile, with its `version` and `updated_at` in the facts;
    `Invalid` if it isn't a layout. One that is stored already is not stored again.
    """
    permissions.require(actor, "layouts:write")
    content = parse_document(document)
    row = _row(session, actor)
    if base_version is not None and (row.version if row else 0) != base_version:
        raise _conflict(row)
    if row is not None and row.config == document:
        return HomeLayout(document, content, row.version, row.updated_at)
    if row is None:
        row = DashboardLayout(organisation_id=actor.organisation_id, user_id=actor.user_id, config=document)
        session.add(row)
    else:
        row.config = document
    try:
        session.flush()
    except (IntegrityError, StaleDataError) as error:
        raise _conflict(None) from error
    audit.record(session, actor, "dashboard_layout.save", row.id, version=row.version)
    return HomeLayout(document, content, row.version, row.updated_at)


def _row(session: Session, actor: Actor) -> DashboardLayout | None:
    return session.scalars(
        select(DashboardLayout).where(
            DashboardLayout.organisation_id == actor.organisation_id, DashboardLayout.user_id == actor.user_id
        )
    ).one_or_none()


def _conflict(row: DashboardLayout | None) -> Conflict:
    return Conflict(
        "layouts.overtaken",
        _("Your home page was changed in another window."),
        why=_("Saving now would overwrite those changes."),
        do=_("Load the saved version, or replace it with yours."),
        version=row.version if row else None,
        updated_at=row.updated_at if row else None,
    )
