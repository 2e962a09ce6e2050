"""What people agreed to, and the tokens that came of it: listed for admins, and revoked by them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Select, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.base import is_id
from benchboard.storage.models.credentials import Consent, OAuthClient, RefreshToken, Token
from benchboard.storage.models.identity import User
from benchboard.storage.short_ids import find_id

TokenKind = Literal["access", "refresh"]


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A person's consent to a client. `tokens` work now. `client_row_id` is the ID of the client's row."""

    id: str
    user_id: str
    person: str
    client_row_id: str
    client: str
    scopes: tuple[str, ...]
    agreed_at: datetime
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token that works now; without a person if the client acts for itself."""

    id: str
    kind: TokenKind
    user_id: str | None
    person: str | None
    client_row_id: str
    client: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime


_CONSENTS = Sorting({"agreed_at": Consent.updated_at}, Consent.id, default="agreed_at")


def list_consents(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[ConsentRecord]:
    """The consents that hold, the latest first. Filters: `user_id`, `client` (the ID of a client's row)."""
    require(actor, "clients:read")
    sentence = _("Consents can't be filtered by “{column}”.")
    listing.require_filters(("user_id", "client"), "consents.filter", sentence)
    query = (
        select(Consent, User.name, OAuthClient.name)
        .join(User, User.id == Consent.user_id)
        .join(OAuthClient, OAuthClient.id == Consent.client_id)
        .where(
            Consent.organisation_id == actor.organisation_id,
            Consent.revoked_at.is_(None),
            OAuthClient.deleted_at.is_(None),
            User.deleted_at.is_(None),
        )
    )
    query = _filtered(query, Consent, listing)
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "agreed_at", descending=True)
    found = page(session, query, _CONSENTS, listing, after=after, limit=limit, row=lambda row: row)
    counts = _live_counts(session, [row[0].client_id for row in found.rows], [row[0].user_id for row in found.rows])
    return found.map(lambda row: _consent(row, counts.get((row[0].client_id, row[0].user_id), 0)))


def list_tokens(
    session: Session,
    actor: Actor,
    listing: Listing,
    *,
    kind: TokenKind = "access",
    after: str | None = None,
    limit: int = 50,
) -> Page[TokenRecord]:
    """The access or refresh tokens that work now, the latest first. Filters as of `list_consents`."""
    require(actor, "clients:read")
    listing.require_filters(("user_id", "client"), "tokens.filter", _("Tokens can't be filtered by “{column}”."))
    table: Any = RefreshToken if kind == "refresh" else Token
    query = (
        select(table, User.name, OAuthClient.name)
        .outerjoin(User, User.id == table.user_id)
        .join(OAuthClient, OAuthClient.id == table.client_id)
        .where(*_live(table), table.organisation_id == actor.organisation_id)
    )
    query = _filtered(query, table, listing)
    sorting = Sorting({"issued_at": table.created_at}, table.id, default="issued_at")
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "issued_at", descending=True)
    found = page(session, query, sorting, listing, after=after, limit=limit, row=lambda row: row)
    return found.map(lambda row: _token(row, kind))


def revoke_consent(session: Session, actor: Actor, consent_id: str) -> int:
    """Revoke a person's consent, and the tokens that the client has for them; returns how many. The client has to ask
    them again. Raises `NotFound` (`consents.unknown`)."""
    require(actor, "clients:write")
    own = select(Consent).where(Consent.organisation_id == actor.organisation_id, Consent.revoked_at.is_(None))
    row_id = None
    with suppress(ValueError):
        row_id = find_id(session, own, Consent.id, consent_id)
    row = session.get(Consent, row_id, with_for_update=True) if row_id is not None else None
    if row is None:
        raise NotFound(
            "consents.unknown",
            _("There's no such consent any more."),
            do=_("Choose one listed by “benchboard oauth consent list”."),
        )
    now, revoked = datetime.now(UTC), 0
    row.revoked_at = now
    for table in (Token, RefreshToken):
        theirs = *_live(table), table.client_id == row.client_id, table.user_id == row.user_id
        result: Any = session.execute(update(table).where(*theirs).values(revoked_at=now))
        revoked += result.rowcount
    client = session.get_one(OAuthClient, row.client_id)
    audit.record(
        session, actor, "client.revoke-consent", client.id,
        name=client.name, client_id=client.client_id, user_id=row.user_id,
        changes={"scopes": [list(row.scopes), None], "tokens": [revoked, 0]},
    )  # fmt: skip
    session.flush()
    return revoked


def revoke_token(session: Session, actor: Actor, token_id: str) -> None:
    """Revoke one access or refresh token by the ID of its row. Raises `NotFound` (`tokens.unknown`)."""
    require(actor, "clients:write")
    row = _find_token(session, actor, token_id)
    if row is None:
        raise NotFound(
            "tokens.unknown",
            _("There's no such token that works."),
            do=_("Choose one listed by “benchboard oauth token list”."),
        )
    row.revoked_at = datetime.now(UTC)
    client = session.get_one(OAuthClient, row.client_id)
    audit.record(
        session, actor, "token.revoke", client.id,
        client=client.name, client_id=client.client_id, user_id=row.user_id, changes={"status": ["active", "revoked"]},
    )  # fmt: skip
    session.flush()


def _find_token(session: Session, actor: Actor, token_id: str) -> Token | RefreshToken | None:
    tables: tuple[Any, ...] = (Token, RefreshToken)
    for table in tables:
        own: Any = select(table).where(*_live(table), table.organisation_id == actor.organisation_id)
        with suppress(ValueError):
            if row_id := find_id(session, own, table.id, token_id):
                found: Token | RefreshToken | None = session.get(table, row_id, with_for_update=True)
                return found
    return None


def _live(table: Any) -> tuple[Any, ...]:
    """The conditions that a token works."""
    unused = (table.used_at.is_(None),) if table is RefreshToken else ()
    return (table.revoked_at.is_(None), table.expires_at > datetime.now(UTC), *unused)


def _filtered(query: Select[*tuple[Any, ...]], table: Any, listing: Listing) -> Select[*tuple[Any, ...]]:
    for name, column in (("user_id", table.user_id), ("client", table.client_id)):
        if value := listing.filters.get(name):
            query = query.where(column == str(value) if is_id(str(value)) else literal(False))
    return query


def _live_counts(session: Session, clients: Sequence[str], people: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many tokens work, by client and person."""
    if not clients:
        return {}
    counted: Any = union_all(
        *(
            select(table.client_id, table.user_id, func.count())
            .where(*_live(table), table.client_id.in_(clients), table.user_id.in_(people))
            .group_by(table.client_id, table.user_id)
            for table in (Token, RefreshToken)
        )
    )
    counts: dict[tuple[str, str], int] = {}
    for client_id, user_id, count in session.execute(counted):
        counts[client_id, user_id] = counts.get((client_id, user_id), 0) + count
    return counts


def _consent(row: Any, tokens: int) -> ConsentRecord:
    consent: Consent = row[0]
    return ConsentRecord(
        consent.id,
        consent.user_id,
        row[1],
        consent.client_id,
        row[2],
        tuple(consent.scopes),
        consent.updated_at,
        tokens,
    )


def _token(row: Any, kind: TokenKind) -> TokenRecord:
    token = row[0]
    return TokenRecord(
        token.id, kind, token.user_id, row[1], token.client_id, row[2], tuple(token.scopes), token.created_at,
        token.expires_at,
    )  # fmt: skip
