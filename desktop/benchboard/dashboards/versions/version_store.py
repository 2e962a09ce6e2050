"""The versions of a dashboard: every save is part of one, and restoring one makes another.

Everyone who may edit a dashboard sees its versions.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from benchboard.dashboards import repository
from benchboard.dashboards.access import dashboard_permissions
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.repository import SavedDashboard, VersionReason
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, permissions
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing, Page, Unreadable
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.dashboards import Dashboard, DashboardVersion
from benchboard.storage.models.identity import AuditLog, User
from benchboard.storage.search_text import contains


@dataclass(frozen=True, slots=True)
class Version:
    """A version without its document. `author` is the person's present name, None if the account was deleted or there
    is no author.

    `imported`: the first one, of a dashboard that was made from a file. `began_at` and `saved_at` are the first and the
    last save of an `automatic` one.
    """

    number: int
    note: str | None
    author_id: str | None
    author: str | None
    automatic: bool
    restored_from: int | None
    began_at: datetime
    saved_at: datetime
    newest: bool
    imported: bool = False


def repeats(version: Version) -> Hashable | None:
    """What versions have in common that repeat each other (folded by `fold`): edits by one author on one day. None for
    a version with a name, and for a restored or merged one.
    """
    if not version.automatic or version.note or isinstance(version.saved_at, Unreadable):
        return None
    return version.author_id, version.saved_at.astimezone().date()


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version with its document."""

    version: Version
    document: Document


_SORTING = Sorting({"number": DashboardVersion.number}, DashboardVersion.id, default="number")


def list_versions(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    listing: Listing | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[Version]:
    """The versions of a dashboard, newest first unless sorted by `number`.

    Filters: `named` (True: those with a note), `author_id`. The search covers note and author.
    """
    listing = listing or Listing()
    row = _row(session, actor, dashboard_id)
    query = _versions(row)
    sentence = _("Versions can't be filtered by “{column}”.")
    listing.require_filters(("named", "author_id"), "dashboards.filter", sentence)
    if listing.filters.get("named"):
        query = query.where(DashboardVersion.note.is_not(None))
    if author_id := listing.filters.get("author_id"):
        query = query.where(DashboardVersion.author_id == str(author_id))
    if text := listing.search.strip():
        query = query.where(contains(DashboardVersion.note, text) | contains(User.name, text))
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "number", descending=True)
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=_version)


def get_version(session: Session, actor: Actor, dashboard_id: str, number: int) -> StoredVersion:
    """One version with its document. Raises `NotFound` (`dashboards.no-version`)."""
    found = _find(session, _row(session, actor, dashboard_id), number)
    return StoredVersion(_version(found), _document(found[0]))


def name_version(session: Session, actor: Actor, dashboard_id: str, number: int, note: str) -> Version:
    """Set a version's note; a version with one is not extended by later saves. An empty note removes it."""
    permissions.require(actor, "dashboards:write")
    row = _row(session, actor, dashboard_id, lock=True)
    found = _find(session, row, number)
    version: DashboardVersion = found[0]
    wanted = repository.normalise_note(note)
    if wanted == version.note:
        return _version(found)
    version.note = wanted
    version.automatic = False
    audit.record(session, actor, "dashboard.name-version", row.id, name=row.name, number=number, note=version.note)
    session.flush()
    return _version(_find(session, row, number))


def restore_version(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    number: int,
    *,
    base_version: int | None,
    note: str | None = None,
) -> SavedDashboard:
    """Restore a version as a new one. One that is the same as the newest, without a note, is not stored again: then
    the newest version is returned. Raises what `library.save` raises.
    """
    permissions.require(actor, "dashboards:write")
    row = _row(session, actor, dashboard_id, lock=True, layout=True)
    document = _document(_find(session, row, number)[0])
    reason = VersionReason(repository.normalise_note(note), restored_from=number)
    return repository.write(session, actor, row, document, base_version=base_version, reason=reason)


def _row(session: Session, actor: Actor, dashboard_id: str, *, lock: bool = False, layout: bool = False) -> Dashboard:
    permissions.require(actor, "studio:enter")
    return dashboard_permissions.require(
        session, actor, dashboard_id, "edit", lock=lock, trashed=not lock, layout=layout
    )


def _versions(row: Dashboard) -> Select[*tuple[Any, ...]]:
    kept = DashboardVersion
    newest = select(func.max(kept.number)).where(kept.dashboard_id == row.id).scalar_subquery()
    imports = select(AuditLog.id).where(
        AuditLog.organisation_id == row.organisation_id,
        AuditLog.resource_id == row.id,
        AuditLog.event_type == "dashboard.import",
    )
    return (
        select(
            kept,
            User.name.label("author"),
            (kept.number == newest).label("newest"),
            ((kept.number == 1) & imports.exists()).label("imported"),
        )
        .outerjoin(User, (User.id == kept.author_id) & (User.organisation_id == kept.organisation_id))
        .where(kept.organisation_id == row.organisation_id, kept.dashboard_id == row.id)
        .options(defer(kept.document))
    )


def _find(session: Session, row: Dashboard, number: int) -> Any:
    # A driver would reject a number outside the column's range.
    found = session.execute(_versions(row).where(DashboardVersion.number == min(max(number, 0), 2**31 - 1))).first()
    if found is None or found[0].number != number:
        do = _(
            "To see its versions, run “benchboard dashboard versions {dashboard}”, or open Versions in the dashboard."
        )
        raise NotFound(
            "dashboards.no-version",
            _("“{name}” has no version {number}.").format(name=row.name, number=number),
            do=do.format(dashboard=repository.command_argument(row.name, row.id)),
            number=number,
        )
    return found


def _document(version: DashboardVersion) -> Document:
    try:
        return parse_document(version.document)
    except RecursionError as error:
        what = _("Version {number} is nested too deeply.").format(number=version.number)
        raise Invalid("layout.too-deep", what, item=None, field=None) from error


def _version(row: Any) -> Version:
    version: DashboardVersion = row[0]
    return Version(
        number=version.number,
        note=version.note,
        author_id=version.author_id,
        author=row.author,
        automatic=version.automatic,
        restored_from=version.restored_from,
        began_at=version.created_at,
        saved_at=version.saved_at,
        newest=bool(row.newest),
        imported=bool(row.imported),
    )
