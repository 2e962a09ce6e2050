"""Stores documents in rows: reads them, writes only what has changed, and keeps versions.

Permissions are not checked here, but in `library` and `versions`.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from sqlalchemy import Text, cast, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from benchboard.dashboards import row_mapping
from benchboard.dashboards.document.document import (
    MAX_DESCRIPTION,
    MAX_NAME,
    Document,
    parse_document,
    write_document,
)
from benchboard.dashboards.document.storable_document import CheckedItems, StorableDocument, storable
from benchboard.dashboards.layout import MAX_ITEMS
from benchboard.dashboards.row_mapping import DashboardRows, MadeRows, WidgetRow
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor
from benchboard.name_characters import unusable_character
from benchboard.storage import change_tracking, json_text
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import is_id, new_id, now
from benchboard.storage.models.dashboards import Dashboard, DashboardVersion, Widget
from benchboard.storage.models.identity import User

SAME_VERSION_WITHIN: Final = timedelta(minutes=15)
"""How long an automatic version is extended by its author's next saves, counted from its first."""
MAX_NOTE: Final = 500
_WIDGET: Final = ("type", "config", "query", "position", "data_source_id")


@dataclass(frozen=True, slots=True)
class SavedDashboard:
    """A dashboard after a save. `version` is the base of the next save; `number` the version that was saved."""

    id: str
    version: int
    number: int
    updated_at: datetime
    document: Document


@dataclass(slots=True)
class _StoredRow:
    """A widget's row as its columns were read, and decoded."""

    columns: tuple[str | None, ...]
    row: WidgetRow
    item_id: str


@dataclass(slots=True)
class KnownPage:
    """What is known of one dashboard from its last save, so that the next one costs what has changed.

    It is never trusted for what is stored: rows are read each time, and compared as text with those read before.
    """

    items: CheckedItems = field(default_factory=CheckedItems)
    made: MadeRows = field(default_factory=dict)
    stored: dict[str, _StoredRow] = field(default_factory=dict)

    def limit(self, widgets: int) -> None:
        """Forget what belongs to items that were removed, once it is more than the page itself."""
        most = 2 * widgets + 100
        self.items.limit(most)
        if len(self.made) > most:
            self.made.clear()


@dataclass(frozen=True, slots=True)
class VersionReason:
    """Why a version is kept. An `automatic` one may be extended by its author's next saves."""

    note: str | None = None
    automatic: bool = False
    restored_from: int | None = None


def read(session: Session, row: Dashboard) -> Document:
    """The document of a dashboard. Raises `Invalid` naming item and field if its rows aren't valid."""
    return parse_document(_document_of(row, _widgets(session, row)))


def _document_of(row: Dashboard, widgets: Iterable[WidgetRow]) -> dict[str, Any]:
    return row_mapping.from_rows(DashboardRows(row.name, row.description, row.layout, tuple(widgets)))


def create(session: Session, actor: Actor, document: Document) -> tuple[Dashboard, SavedDashboard]:
    """Create a dashboard of the actor's with its first version, which is never extended; flushes.

    Raises `Invalid` naming the field or item of a document that can't be stored.
    """
    content = _checked(document, KnownPage())
    made = row_mapping.to_rows(content.written, {}, _sources(session, actor, content.document))
    row = Dashboard(
        id=new_id(),
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        name=made.name,
        description=made.description,
        layout=made.layout,
    )
    session.add(row)
    session.flush()
    _insert_widgets(session, row, made.widgets)
    number = _save_version(session, actor, row, content, VersionReason(), None)
    return row, SavedDashboard(row.id, row.version, number, row.updated_at, content.document)


def write(
    session: Session,
    actor: Actor,
    row: Dashboard,
    document: Document,
    *,
    base_version: int | None,
    reason: VersionReason,
    known: KnownPage | None = None,
) -> SavedDashboard:
    """Store `document` in the rows of a locked dashboard, and as a version.

    A document without changes is stored only for a note; the author's own automatic version of it gets that note. To
    restore a version with this content changes nothing either. `known` is kept from one save of this dashboard to the
    next. Raises `Conflict` (`dashboards.overtaken`) if it was stored since `base_version`.
    """
    known = KnownPage() if known is None else known
    newest = _newest(session, row)
    if base_version is not None and base_version != row.version:
        _require_unchanged(session, row, newest, base_version)
    content = _checked(document, known)
    held = known.stored = _stored_rows(session, row, known.stored)
    ids = {stored.item_id: row_id for row_id, stored in held.items()}
    made = row_mapping.to_rows(content.written, ids, _sources(session, actor, content.document), known.made)
    known.limit(len(made.widgets))
    if newest is None:
        newest = _save_initial_version(session, row)
    counts = _write_widgets(session, row, made.widgets, held)
    changed = {
        key: value
        for key in ("name", "description", "layout")
        if not json_text.is_same(value := getattr(made, key), getattr(row, key))
    }
    if newest is not None and not changed and not any(counts.values()):
        if reason.automatic or (reason.restored_from is not None and reason.note is None):
            return SavedDashboard(row.id, row.version, newest.number, row.updated_at, content.document)
        if _moves_note_to_newest(session, newest, actor, content.written, reason):
            named = {"name": row.name, "number": newest.number, "note": reason.note}
            audit.record(session, actor, "dashboard.name-version", row.id, **named)
            return SavedDashboard(row.id, row.version, newest.number, row.updated_at, content.document)
    before = row.name
    for key, value in changed.items():
        setattr(row, key, value)
        flag_modified(row, key)  # else 1 in place of true isn't written
    row.updated_at = now()  # so that the row's version also counts changes of its widgets
    session.flush()
    number = _save_version(session, actor, row, content, reason, newest)
    event, details = "dashboard.save", dict[str, object](counts)
    if reason.restored_from is not None:
        event, details = "dashboard.restore-version", {"restored": reason.restored_from}
    elif set(changed) == {"name"} and not any(counts.values()):
        event, details = "dashboard.rename", {"before": before}
    audit.record(session, actor, event, row.id, version=row.version, number=number, name=row.name, **details)
    return SavedDashboard(row.id, row.version, number, row.updated_at, content.document)


def _save_initial_version(session: Session, row: Dashboard) -> "_NewestVersion | None":
    """Save a first version of a dashboard that another program wrote: its state before its first save."""
    # It records a change of that program's. The save that makes it may change nothing itself.
    change_tracking.unaudited(session, "dashboard_versions")
    with suppress(Invalid):  # a state that can't be parsed can't be restored either
        session.add(
            DashboardVersion(
                organisation_id=row.organisation_id,
                dashboard_id=row.id,
                number=1,
                document=write_document(read(session, row)),
                stored_version=row.version,
                saved_at=row.updated_at,
            )
        )
        session.flush()
    return _newest(session, row)


def command_argument(name: str, dashboard_id: str) -> str:
    """A dashboard as the argument of a suggested command: its name, quoted for the shell, or else its ID.

    The name is not used if it would be taken for an option, or would end the quotation of the command.
    """
    return dashboard_id if name.startswith("-") or "”" in name else shlex.quote(name)


def _is_usable_in_notes(sign: str) -> bool:
    return sign.isprintable() or sign == "\n"


def normalise_note(text: str | None) -> str | None:
    """A version's note as it is stored: None if it is empty. Raises `Invalid` (`dashboards.note`)."""
    note = (text or "").strip()
    if len(note) > MAX_NOTE or not all(map(_is_usable_in_notes, note)):
        raise Invalid(
            "dashboards.note",
            _("Version names can have up to {limit} printable characters.").format(limit=MAX_NOTE),
            why=unusable_character(note, is_usable=_is_usable_in_notes),
            field="note",
        )
    return note or None


def _checked(document: Document, known: KnownPage) -> StorableDocument:
    """The document to store, which can be read again."""
    name = document.title
    _require_length(name, MAX_NAME, _("Name is too long."), "title")
    _require_length(document.description, MAX_DESCRIPTION, _("Description is too long."), "description")
    if not name.strip() or not name.isprintable():
        reason = unusable_character(name) if name.strip() else ""
        raise Invalid(
            "dashboards.name",
            _("The dashboard's name can't be used.") if name.strip() else _("The dashboard needs a name."),
            why=reason,
            do=_("Choose another name.") if name.strip() else "",
            item=None,
            field="title",
        )
    return storable(document, known.items)


def _require_length(text: str, limit: int, what: str, field: str) -> None:
    if len(text) > limit:
        do = _("Use at most {limit} characters.").format(limit=limit)
        raise Invalid("dashboards.too-long", what, do=do, item=None, field=field)


def _widgets(session: Session, row: Dashboard) -> tuple[WidgetRow, ...]:
    return tuple(map(_decoded, _columns(session, row, (Widget.created_at, Widget.id))))


def _stored_rows(session: Session, row: Dashboard, known: Mapping[str, _StoredRow]) -> dict[str, _StoredRow]:
    """The widgets' rows by their ids. Those that are `known` with the same columns are not decoded again."""
    rows = _columns(session, row)
    if len(rows) == len(known):  # most often all rows are known, in the same order
        places = zip(rows, known.values(), strict=True)
        other = [columns for columns, last in places if columns != last.columns]
        if all(columns[0] in known for columns in other):
            return {**known, **{str(columns[0]): _stored_row(columns) for columns in other}}
    held: dict[str, _StoredRow] = {}
    for columns in rows:
        last = known.get(str(columns[0]))
        held[str(columns[0])] = last if last is not None and last.columns == columns else _stored_row(columns)
    return held


def _stored_row(columns: tuple[str | None, ...]) -> _StoredRow:
    widget = _decoded(columns)
    return _StoredRow(columns, widget, row_mapping.item_id(widget))


def _columns(session: Session, row: Dashboard, order: Sequence[Any] = ()) -> Sequence[tuple[str | None, ...]]:
    """The columns of the widgets' rows as text, in any order unless there is an `order`."""
    table = Widget.__table__.columns
    rows = session.execute(
        select(
            cast(table.id, Text),
            table.type,
            cast(table.config, Text),
            table.query,
            cast(table.position, Text),
            cast(table.data_source_id, Text),
        )
        .where(table.organisation_id == row.organisation_id, table.dashboard_id == row.id)
        .order_by(*order)
        .limit(MAX_ITEMS + 1)
    ).all()
    if len(rows) > MAX_ITEMS:
        raise Invalid(
            "layout.too-many-items",
            _("There are more than {limit} items, the limit for a dashboard.").format(limit=MAX_ITEMS),
            item=None,
            field="items",
        )
    return list(map(tuple, rows))


def _decoded(columns: tuple[str | None, ...]) -> WidgetRow:
    row_id, kind, config, query, position, source_id = columns
    try:
        decoded = [None if text is None else json_text.decode(text) for text in (config, position)]
    except RecursionError as error:
        raise Invalid("layout.too-deep", _("A widget on this dashboard is nested too deeply.")) from error
    return WidgetRow(str(row_id), str(kind), decoded[0], query, decoded[1], source_id)


def _sources(session: Session, actor: Actor, document: Document) -> frozenset[str]:
    """The organisation's data sources among those that a document names."""
    named = [one for one in row_mapping.named_sources(document.layout) if is_id(one)]
    if not named:
        return frozenset()
    own = select(DataSource.id).where(DataSource.organisation_id == actor.organisation_id, DataSource.id.in_(named))
    return frozenset(session.scalars(own))


def _insert_widgets(session: Session, row: Dashboard, widgets: Sequence[WidgetRow]) -> None:
    """Insert the rows of widgets as one statement: an object for each takes three times as long."""
    owner = {"organisation_id": row.organisation_id, "dashboard_id": row.id}
    values = [{**owner, **{key: getattr(widget, key) for key in ("id", *_WIDGET)}} for widget in widgets]
    if values:
        session.execute(insert(Widget), values)


def _write_widgets(
    session: Session, row: Dashboard, made: Sequence[WidgetRow], held: Mapping[str, _StoredRow]
) -> dict[str, int]:
    """Update the rows of widgets to `made`, writing only those that differ; returns their number."""
    added: list[WidgetRow] = []
    changed: list[WidgetRow] = []
    for widget in made:
        stored = held.get(widget.id)
        if stored is None:
            added.append(widget)
        elif stored.row is widget:
            continue
        elif not _differing(stored.row, widget):
            stored.row = widget  # the same object, so that the next comparison is free
        else:
            changed.append(widget)
    all_kept = len(made) - len(added) == len(held)
    removed = set() if all_kept else held.keys() - {widget.id for widget in made}
    _insert_widgets(session, row, added)
    for widget in changed:
        values = _differing(held[widget.id].row, widget)
        session.execute(update(Widget).where(Widget.id == widget.id).values(**values))
    if removed:
        session.execute(delete(Widget).where(Widget.dashboard_id == row.id, Widget.id.in_(sorted(removed))))
    return {"added": len(added), "changed": len(changed), "removed": len(removed)}


def _differing(stored: WidgetRow, made: WidgetRow) -> dict[str, Any]:
    """The columns of `made` whose values aren't the stored ones."""
    return {key: value for key in _WIDGET if not json_text.is_same(value := getattr(made, key), getattr(stored, key))}


@dataclass(frozen=True, slots=True)
class VersionAuthor:
    """Who stored a version."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class _NewestVersion:
    """The newest version of a dashboard, without its document."""

    id: str
    number: int
    author_id: str | None
    author: str | None
    automatic: bool
    stored_version: int
    created_at: datetime


def _newest(session: Session, row: Dashboard) -> _NewestVersion | None:
    table = DashboardVersion
    columns = (
        table.id,
        table.number,
        table.author_id,
        User.name,
        table.automatic,
        table.stored_version,
        table.created_at,
    )
    newest = session.execute(
        select(*columns)
        .outerjoin(User, (User.id == table.author_id) & (User.organisation_id == table.organisation_id))
        .where(table.dashboard_id == row.id)
        .order_by(table.number.desc())
        .limit(1)
    ).first()
    return _NewestVersion(*newest) if newest is not None else None


def author_since(session: Session, row: Dashboard, version: int) -> VersionAuthor | None:
    """Who stored the newest version of a dashboard, if that was after the row's `version`; None if it isn't known."""
    newest = _newest(session, row)
    if newest is None or newest.stored_version <= version or newest.author_id is None or newest.author is None:
        return None
    return VersionAuthor(newest.author_id, newest.author)


def _require_unchanged(session: Session, row: Dashboard, newest: _NewestVersion | None, base_version: int) -> None:
    """Raise `Conflict` if the document was stored since `base_version`.

    Sharing and the trash increase the row's version too, without a conflict. Another program increases it without
    saving a version: then the documents are compared.
    """
    if newest is not None and newest.stored_version <= base_version < row.version:
        kept = session.scalar(select(DashboardVersion.document).where(DashboardVersion.id == newest.id))
        with suppress(Invalid):
            if write_document(read(session, row)) == write_document(parse_document(kept)):
                return
    _conflict(row, newest)


def _conflict(row: Dashboard, newest: _NewestVersion | None) -> NoReturn:
    who = newest.author if newest else None
    raise Conflict(
        "dashboards.overtaken",
        _("{who} changed “{name}” while you were editing.").format(who=who, name=row.name)
        if who
        else _("“{name}” was changed while you were editing.").format(name=row.name),
        why=_("Saving now would overwrite those changes."),
        do=_("Merge both, keep theirs, or save yours as a copy."),
        version=row.version,
        updated_at=row.updated_at,
        who=who,
        who_id=newest.author_id if newest else None,
        number=newest.number if newest else None,
    )


def _save_version(
    session: Session,
    actor: Actor,
    row: Dashboard,
    content: StorableDocument,
    reason: VersionReason,
    newest: _NewestVersion | None,
) -> int:
    """Save the document as a version; returns its number."""
    text = json_text.JsonText(content.text)
    columns: dict[str, Any] = {"document": text, "stored_version": row.version, "saved_at": row.updated_at}
    if newest is not None and _is_extendable(newest, actor, reason):
        session.execute(update(DashboardVersion).where(DashboardVersion.id == newest.id).values(**columns))
        return newest.number
    number = newest.number + 1 if newest is not None else 1
    version = DashboardVersion(
        organisation_id=row.organisation_id,
        dashboard_id=row.id,
        number=number,
        note=reason.note,
        author_id=actor.user_id,
        automatic=reason.automatic,
        restored_from=reason.restored_from,
        **columns,
    )
    session.add(version)
    session.flush()
    session.expire(version, ["document"])  # whoever reads it gets what is stored, not its text
    return number


def _moves_note_to_newest(
    session: Session, newest: _NewestVersion, actor: Actor, written: Mapping[str, Any], reason: VersionReason
) -> bool:
    """Move the note to the newest version, if that is the author's own automatic one with the same document; returns
    whether it was.
    """
    if reason.note is None or reason.restored_from or not newest.automatic or newest.author_id != actor.user_id:
        return False
    kept = DashboardVersion
    if session.scalar(select(kept.document).where(kept.id == newest.id)) != dict(written):
        return False
    session.execute(update(kept).where(kept.id == newest.id).values(note=reason.note, automatic=False))
    return True


def _is_extendable(newest: _NewestVersion, actor: Actor, reason: VersionReason) -> bool:
    return (
        reason.automatic
        and newest.automatic
        and newest.author_id == actor.user_id
        and now() - newest.created_at < SAME_VERSION_WITHIN
    )
