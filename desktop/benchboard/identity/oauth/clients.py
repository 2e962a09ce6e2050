"""OAuth clients: the programs that an organisation's people sign in to. Admins register and change them.

A client's secret is shown once, when it is made; the database has its Argon2id hash and its last characters.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, union_all, update
from sqlalchemy.orm import Session, undefer

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, passwords
from benchboard.identity.oauth.client_fields import ClientFields, ClientType, normalised, require_valid
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage import search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.credentials import Consent, OAuthClient, RefreshToken, Token
from benchboard.storage.short_ids import find_id

OVERLAPS: Final = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""How long a client's old secret can go on working after a rotation."""
_PREFIX: Final = "bbs_"
"""What secrets begin with, so that scanners find one that was published by mistake."""
_HINT: Final = 4


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client. `id` is its row's, `client_id` what it calls itself in requests. `secret_hint` is the end of its
    secret, None for a public one; the one before it works until `previous_secret_until`. `people` have agreed to its
    access; `tokens` are its access and refresh tokens that work now."""

    id: str
    client_id: str
    name: str
    type: ClientType
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    secret_hint: str | None
    secret_set_at: datetime | None
    previous_secret_hint: str | None
    previous_secret_until: datetime | None
    disabled_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    people: int = 0
    tokens: int = 0

    @property
    def fields(self) -> ClientFields:
        """What can be changed of it."""
        return ClientFields(self.name, self.redirect_uris, self.scopes, self.grant_types)


@dataclass(frozen=True, slots=True, repr=False)
class IssuedSecret:
    """A client and its new secret, which is nowhere else; empty for a public client."""

    client: ClientRecord
    secret: str


_SORTING: Final = Sorting(
    {"name": OAuthClient.name, "created_at": OAuthClient.created_at}, OAuthClient.id, default="name"
)


def list_clients(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[ClientRecord]:
    """The organisation's clients without deleted ones. Filters: `type`. The search looks in name and client ID."""
    require(actor, "clients:read")
    sentence = _("OAuth clients can't be filtered by “{column}”.")
    listing.require_filters(("type",), "clients.filter", sentence, values={"type": ("confidential", "public")})
    query = select(OAuthClient).where(
        OAuthClient.organisation_id == actor.organisation_id, OAuthClient.deleted_at.is_(None)
    )
    if kind := listing.filters.get("type"):
        query = query.where(OAuthClient.type == kind)
    if text := listing.search.strip():
        query = query.where(
            search_text.contains(OAuthClient.name, text) | search_text.contains(OAuthClient.client_id, text)
        )
    found = page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: row[0])
    return found.map(_records(session, [client.id for client in found.rows]))


def count_clients(session: Session, actor: Actor) -> int:
    """How many clients the organisation has, without deleted ones."""
    require(actor, "clients:read")
    own = OAuthClient.organisation_id == actor.organisation_id, OAuthClient.deleted_at.is_(None)
    return session.scalar(select(func.count(OAuthClient.id)).where(*own)) or 0


def get_client(session: Session, actor: Actor, client: str) -> ClientRecord:
    """The client with this name, client ID, row ID or beginning of one. Raises `NotFound` (`clients.unknown`)."""
    require(actor, "clients:read")
    row = _get_row(session, actor, client, lock=False)
    return _records(session, [row.id])(row)


def create_client(session: Session, actor: Actor, kind: ClientType, fields: ClientFields) -> IssuedSecret:
    """Register a client; all `fields` are needed. Raises `Invalid`, and `Conflict` (`clients.taken`) for a name that
    another has."""
    require(actor, "clients:write")
    fields = normalised(fields)
    if kind not in ("confidential", "public"):
        raise Invalid("clients.type", _("A client is either confidential or public."), field="type")
    require_valid(fields, kind)
    _require_free_name(session, actor, fields.name or "")
    row = OAuthClient(
        organisation_id=actor.organisation_id,
        client_id=f"bb_{secrets.token_hex(8)}",
        name=fields.name or "",
        type=kind,
        redirect_uris=list(fields.redirect_uris or ()),
        scopes=list(fields.scopes or ()),
        grant_types=list(fields.grant_types or ()),
    )
    secret = _set_secret(row) if kind == "confidential" else ""
    session.add(row)
    session.flush()
    changes = {"type": [None, kind], **{name: [None, value] for name, value in _stored(row).items()}}
    audit.record(session, actor, "client.create", row.id, name=row.name, client_id=row.client_id, changes=changes)
    return IssuedSecret(_record(row), secret)


def change_client(
    session: Session, actor: Actor, client: str, fields: ClientFields, *, seen: ClientFields | None = None
) -> ClientFields:
    """Change a client's fields; returns those that changed as they were before.

    Raises `Invalid`, `Conflict` (`clients.taken`), and (`clients.changed-meanwhile`) if a field to change isn't as
    `seen`, what the editor showed.
    """
    require(actor, "clients:write")
    row, fields = _get_row(session, actor, client), normalised(fields)
    before, wanted = _record(row).fields, asdict(fields)
    _require_unchanged(row.name, before, fields, seen)
    now = ClientFields(
        **{name: value if wanted[name] is None else wanted[name] for name, value in asdict(before).items()}
    )
    require_valid(now, "confidential" if row.type == "confidential" else "public")
    if now.name != before.name:
        _require_free_name(session, actor, now.name or "", but=row.id)
    changed = {name: value for name, value in asdict(now).items() if value != getattr(before, name)}
    if not changed:
        return ClientFields()
    stored = _stored(row)
    for name, value in changed.items():
        setattr(row, name, value if isinstance(value, str) else list(value))
    session.flush()
    changes = {name: [stored[name], value] for name, value in _stored(row).items() if name in changed}
    audit.record(session, actor, "client.update", row.id, name=row.name, client_id=row.client_id, changes=changes)
    return ClientFields(**{name: getattr(before, name) for name in changed})


def rotate_secret(session: Session, actor: Actor, client: str, *, overlap: timedelta) -> IssuedSecret:
    """Give a confidential client a new secret. The old one works for `overlap` (one of `OVERLAPS`) beside it; the one
    before that ends now. Raises `Conflict` (`clients.public`) for a client without secret."""
    require(actor, "clients:write")
    if overlap not in OVERLAPS:
        raise Invalid("clients.overlap", _("The old secret can't go on working that long."), field="overlap")
    row = _get_row(session, actor, client, secret=True)
    _require_secret(row)
    now, ended = datetime.now(UTC), row.secret_hint
    if overlap:
        row.previous_secret_hash, row.previous_secret_hint = row.secret_hash, row.secret_hint
        row.previous_secret_until = now + overlap
    else:
        _clear_previous(row)
    secret = _set_secret(row)
    session.flush()
    until = row.previous_secret_until.isoformat() if row.previous_secret_until is not None else None
    audit.record(
        session, actor, "client.rotate-secret", row.id, name=row.name, client_id=row.client_id, previous_until=until,
        changes={"secret_ends_in": [ended, row.secret_hint]},
    )  # fmt: skip
    return IssuedSecret(_counted(session, row), secret)


def end_previous_secret(session: Session, actor: Actor, client: str) -> ClientRecord:
    """End a client's old secret now, if it still works."""
    require(actor, "clients:write")
    row = _get_row(session, actor, client)
    if row.previous_secret_until is not None:
        changes = {"secret_ends_in": [row.previous_secret_hint, None]}
        _clear_previous(row)
        audit.record(
            session, actor, "client.end-secret", row.id, name=row.name, client_id=row.client_id, changes=changes
        )
        session.flush()
    return _counted(session, row)


def disable_client(session: Session, actor: Actor, client: str) -> int:
    """Let a client get no tokens, and revoke those it has; returns how many."""
    require(actor, "clients:write")
    row = _get_row(session, actor, client)
    if row.disabled_at is not None:
        return 0
    row.disabled_at = datetime.now(UTC)
    return _end(session, actor, row, "client.disable", "disabled")


def enable_client(session: Session, actor: Actor, client: str) -> None:
    """Let a disabled client get tokens again; what was revoked stays revoked."""
    require(actor, "clients:write")
    row = _get_row(session, actor, client)
    if row.disabled_at is not None:
        row.disabled_at = None
        changes = {"status": ["disabled", "active"]}
        audit.record(session, actor, "client.enable", row.id, name=row.name, client_id=row.client_id, changes=changes)
        session.flush()


def delete_client(session: Session, actor: Actor, client: str) -> int:
    """Delete a client, so that it can be restored, and revoke its tokens; returns how many."""
    require(actor, "clients:write")
    row = _get_row(session, actor, client)
    row.deleted_at = datetime.now(UTC)
    return _end(session, actor, row, "client.delete", "deleted")


def restore_client(session: Session, actor: Actor, client: str) -> ClientRecord:
    """Undo `delete_client`; its tokens stay revoked. Raises `NotFound`, and `Conflict` (`clients.taken`) if its name is
    another's now."""
    require(actor, "clients:write")
    row = _get_row(session, actor, client, deleted=True)
    _require_free_name(session, actor, row.name)
    row.deleted_at = None
    changes = {"status": ["deleted", "disabled" if row.disabled_at else "active"]}
    audit.record(session, actor, "client.restore", row.id, name=row.name, client_id=row.client_id, changes=changes)
    session.flush()
    return _counted(session, row)


def secret_fits(row: OAuthClient, secret: str) -> bool:
    """Whether `secret` is a client's, or its old one that still works; its secret columns are loaded.

    Takes as long for a client that has none.
    """
    if passwords.verify(row.secret_hash, secret):
        return True
    until = row.previous_secret_until
    return until is not None and until > datetime.now(UTC) and passwords.verify(row.previous_secret_hash, secret)


def _set_secret(row: OAuthClient) -> str:
    secret = _PREFIX + secrets.token_urlsafe(32)
    row.secret_hash = passwords.hash_password(secret)
    row.secret_hint = secret[-_HINT:]
    row.secret_set_at = datetime.now(UTC)
    return secret


def _clear_previous(row: OAuthClient) -> None:
    row.previous_secret_hash = row.previous_secret_hint = row.previous_secret_until = None


def _end(session: Session, actor: Actor, row: OAuthClient, event: str, status: str) -> int:
    """Revoke a client's tokens, and record why."""
    now, revoked = datetime.now(UTC), 0
    for table in (Token, RefreshToken):
        live = table.client_id == row.id, table.revoked_at.is_(None), table.expires_at > now
        result: Any = session.execute(update(table).where(*live).values(revoked_at=now))
        revoked += result.rowcount
    changes = {"status": ["active", status], "tokens": [revoked, 0]}
    audit.record(session, actor, event, row.id, name=row.name, client_id=row.client_id, changes=changes)
    session.flush()
    return revoked


def _stored(row: OAuthClient) -> dict[str, Any]:
    """The fields as audit entries have them."""
    return {
        "name": row.name,
        "redirect_uris": list(row.redirect_uris),
        "scopes": list(row.scopes),
        "grant_types": list(row.grant_types),
    }


def _require_secret(row: OAuthClient) -> None:
    if row.type != "confidential":
        raise Conflict(
            "clients.public",
            _("“{name}” is a public client, which has no secret.").format(name=row.name),
            do=_("Public clients prove themselves with PKCE."),
        )


def _require_unchanged(name: str, before: ClientFields, fields: ClientFields, seen: ClientFields | None) -> None:
    for field, value in asdict(fields).items():
        was = getattr(before, field)
        if seen is not None and value is not None and was not in (getattr(seen, field), value):
            raise Conflict(
                "clients.changed-meanwhile",
                _("Someone else changed “{name}” while you were editing.").format(name=name),
                do=_("Look at the new values, then change it again if needed."),
                field=field,
            )


def _require_free_name(session: Session, actor: Actor, name: str, *, but: str = "") -> None:
    """Raise `Conflict` (`clients.taken`): two clients of one name couldn't be told apart where people agree to one."""
    same = select(OAuthClient.id).where(
        OAuthClient.organisation_id == actor.organisation_id,
        OAuthClient.deleted_at.is_(None),
        search_text.is_called(OAuthClient.name, name),
        *([OAuthClient.id != but] if but else []),
    )
    if session.scalars(same).first() is not None:
        raise Conflict(
            "clients.taken",
            _("A client named “{name}” already exists.").format(name=name),
            do=_("Choose another name."),
            field="name",
        )


def _get_row(
    session: Session, actor: Actor, client: str, *, lock: bool = True, deleted: bool = False, secret: bool = False
) -> OAuthClient:
    """The row of a client, locked unless said otherwise. Raises `NotFound` (`clients.unknown`)."""
    own = select(OAuthClient).where(
        OAuthClient.organisation_id == actor.organisation_id,
        OAuthClient.deleted_at.is_not(None) if deleted else OAuthClient.deleted_at.is_(None),
    )
    query = own.where(OAuthClient.id.in_([_row_id(session, own, client)])).execution_options(populate_existing=True)
    if secret:
        query = query.options(undefer(OAuthClient.secret_hash), undefer(OAuthClient.previous_secret_hash))
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound(
            "clients.unknown",
            _("There's no OAuth client “{client}”.").format(client=client[:60]),
            do=_("Choose one listed by “benchboard oauth client list”."),
        )
    return found


def _row_id(session: Session, own: Select[Any], client: str) -> str | None:
    """The row's ID of the client with this client ID, row's ID or its beginning, or else this name: whoever names a
    client like another's ID doesn't get between."""
    ids = own.with_only_columns(OAuthClient.id)
    if known := session.scalar(ids.where(OAuthClient.client_id == client)):
        return known
    with suppress(ValueError):
        if row_id := find_id(session, own, OAuthClient.id, client):
            return row_id
    named = session.scalars(ids.where(OAuthClient.name == client).limit(2)).all()
    _require_one(named, client)
    return named[0] if named else None


def _require_one(named: Sequence[str], name: str) -> None:
    """Raise `Conflict` (`clients.ambiguous`) if several clients have a name, as deleted ones can."""
    if len(named) > 1:
        raise Conflict(
            "clients.ambiguous",
            _("Several OAuth clients are named “{name}”.").format(name=name[:60]),
            do=_("Use the client ID."),
            field="client",
        )


def _counted(session: Session, row: OAuthClient) -> ClientRecord:
    return _records(session, [row.id])(row)


def _records(session: Session, ids: Sequence[str]) -> Callable[[OAuthClient], ClientRecord]:
    """What makes the record of a client that has one of these row IDs."""
    now = datetime.now(UTC)
    agreed = Consent.client_id.in_(ids), Consent.revoked_at.is_(None)
    access = Token.client_id.in_(ids), Token.revoked_at.is_(None), Token.expires_at > now
    refresh = (
        RefreshToken.client_id.in_(ids),
        RefreshToken.revoked_at.is_(None),
        RefreshToken.used_at.is_(None),
        RefreshToken.expires_at > now,
    )
    counted: Any = union_all(
        *(
            select(literal(what), table.client_id, func.count()).where(*live).group_by(table.client_id)
            for what, table, live in (("people", Consent, agreed), ("a", Token, access), ("r", RefreshToken, refresh))
        )
    )
    counts: dict[tuple[str, str], int] = {}
    for what, client_id, count in session.execute(counted) if ids else ():
        counts[what, client_id] = count
    return lambda row: _record(
        row, counts.get(("people", row.id), 0), counts.get(("a", row.id), 0) + counts.get(("r", row.id), 0)
    )


def _record(row: OAuthClient, people: int = 0, tokens: int = 0) -> ClientRecord:
    until = row.previous_secret_until
    works = until is not None and until > datetime.now(UTC)
    return ClientRecord(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        type="confidential" if row.type == "confidential" else "public",
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes),
        grant_types=tuple(row.grant_types),
        secret_hint=row.secret_hint,
        secret_set_at=row.secret_set_at,
        previous_secret_hint=row.previous_secret_hint if works else None,
        previous_secret_until=until if works else None,
        disabled_at=row.disabled_at,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
        people=people,
        tokens=tokens,
    )
