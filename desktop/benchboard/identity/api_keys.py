"""API keys: they let a program act for a person, within some of the person's permissions.

A key is `bb_<8 hexadecimal digits>_<43 characters>`. The digits begin the ID of its row, so that people recognise a key
by what a list shows; the rest is random (256 bits) and shown once. The database has the SHA-256 of the whole. Each
transaction of a key checks that it is still valid, and takes the permissions that both the key and its person have
(`guard.require_live`).
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, has_permission, key_prefix, require
from benchboard.identity.person_names import require_name
from benchboard.identity.roles import RULES
from benchboard.paging import Listing, Page
from benchboard.storage import clock, guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.base import new_id
from benchboard.storage.models.credentials import ApiKey
from benchboard.storage.models.identity import User
from benchboard.storage.search_text import contains
from benchboard.storage.short_ids import find_id

KeyState = Literal["active", "expired", "revoked"]
STATES: Final[tuple[KeyState, ...]] = ("active", "expired", "revoked")
DEFAULT_LIFETIME: Final = timedelta(days=90)
LONGEST_LIFETIME: Final = timedelta(days=3650)
LONGEST_OVERLAP: Final = timedelta(days=7)
"""How long a key that was rotated may go on working beside the new one."""


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """A key without its secret. `permissions` are those it was made with; it has no more than its person has now.
    `mine`: it is the actor's own."""

    id: str
    prefix: str
    name: str
    user_id: str
    person: str
    email: str
    permissions: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: KeyState
    mine: bool


@dataclass(frozen=True, slots=True, repr=False)
class NewApiKey:
    """A key that was just made. `secret` is its only copy: show it once, and keep it nowhere."""

    record: ApiKeyRecord
    secret: str


_SORTING: Final = Sorting(
    {
        "name": ApiKey.name,
        "person": User.name,
        "created_at": ApiKey.created_at,
        "last_used_at": ApiKey.last_used_at,
        "expires_at": ApiKey.expires_at,
    },
    ApiKey.id,
    default="name",
)


def list_keys(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[ApiKeyRecord]:
    """The actor's own keys, or all of the organisation's for those who may change people; the newest first unless
    sorted otherwise.

    Filters: `user_id`, `state` (`STATES`). The search looks in names of keys and of people, and their addresses.
    """
    require(actor, "keys:write")
    query = _keys(actor)
    listing.require_filters(("user_id", "state"), "keys.filter", _("API keys can't be filtered by “{column}”."))
    if user_id := listing.filters.get("user_id"):
        query = query.where(ApiKey.user_id == str(user_id))
    if state := listing.filters.get("state"):
        query = query.where(_has_state(str(state)))
    if text := listing.search.strip():
        query = query.where(
            or_(ApiKey.user_id.in_(guard.people_named(actor.organisation_id, text)), contains(ApiKey.name, text))
        )
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "created_at", descending=True)
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: _record(row, actor))


def get_key(session: Session, actor: Actor, which: str) -> ApiKeyRecord:
    """The key with this ID, prefix or beginning of an ID, or the actor's own active one with this name. Raises
    `NotFound` (`keys.unknown`), and `Conflict` if several match."""
    require(actor, "keys:write")
    own = and_(ApiKey.user_id == actor.user_id, ApiKey.name == which.strip(), _has_state("active"))
    row = session.execute(_keys(actor).where(own).order_by(ApiKey.created_at.desc())).first()
    if row is None:
        digits = which.strip().removeprefix("bb_").partition("_")[0]
        try:
            found = find_id(session, _keys(actor), ApiKey.id, digits)
        except ValueError:
            found = None
        row = session.execute(_keys(actor).where(ApiKey.id == found)).first() if found is not None else None
    if row is None:
        raise NotFound(
            "keys.unknown",
            _("There's no API key “{which}”.").format(which=_without_secret(which)),
            do=_("Choose one listed by “benchboard key list”."),
        )
    return _record(row, actor)


def create_key(
    session: Session, actor: Actor, *, name: str, permissions: Collection[str], expires_at: datetime | None
) -> NewApiKey:
    """Make a key of the actor's own, with some of their permissions. Its secret is in the result alone.

    Raises `Invalid` (`keys.name`, `keys.permissions`, `keys.expiry`), `Conflict` (`keys.taken`) for the name of an
    active key, and `Denied` (`keys.by-key`, `keys.for-another`) for one who acts by a key or for somebody else.
    """
    require(actor, "keys:write")
    _require_in_person(actor)
    name = _checked_name(session, actor, name)
    wanted = _checked_permissions(actor, permissions)
    now = clock.now()
    if expires_at is not None and not now < expires_at <= now + LONGEST_LIFETIME:
        raise Invalid(
            "keys.expiry",
            _("An API key can be valid for 1 to {days} days.").format(days=LONGEST_LIFETIME.days),
            field="expires",
        )
    made = _add(session, actor, name, wanted, expires_at)
    changes = {"permissions": [None, wanted], "expires": [None, _iso(expires_at)]}
    audit.record(
        session, actor, "key.create", made.record.id, name=name, key=made.record.prefix, user_id=actor.user_id,
        changes=changes,
    )  # fmt: skip
    return made


def revoke_key(session: Session, actor: Actor, key_id: str) -> ApiKeyRecord:
    """Let a key, of one's own or for an admin of anyone's, never be used again. Does nothing if it was revoked. Raises
    `NotFound`."""
    require(actor, "keys:write")
    row = _get_row(session, actor, key_id)
    if row.is_active:
        row.is_active = False
        session.flush()
        changes = {"status": ["active", "revoked"]}
        audit.record(
            session, actor, "key.revoke", row.id, name=row.name, key=key_prefix(row.id), user_id=row.user_id,
            changes=changes,
        )  # fmt: skip
    return get_key(session, actor, row.id)


def rotate_key(session: Session, actor: Actor, key_id: str, *, overlap: timedelta = timedelta(0)) -> NewApiKey:
    """Replace an own active key by a new one with the same name, permissions and lifetime. The old one ends after
    `overlap`, at once without it.

    Raises `Denied` (`keys.not-own`) for somebody else's, whose secret nobody else may see, and as `create_key` does;
    `Conflict` (`keys.ended`) for one that ended; `Invalid` (`keys.overlap`).
    """
    require(actor, "keys:write")
    if actor.api_key_id != key_id:  # a key may replace itself: that is how programs rotate
        _require_in_person(actor)
    row = _get_row(session, actor, key_id)
    if row.user_id != actor.user_id:
        raise Denied(
            "keys.not-own",
            _("Only its owner can rotate an API key."),
            do=_("Revoke it, and ask the owner for a new one."),
        )
    now = clock.now()
    if _state(row.is_active, row.expires_at, now) != "active":
        raise Conflict("keys.ended", _("This API key has ended."), do=_("Create a new one."))
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid(
            "keys.overlap",
            _("The old key can go on working for {hours} hours at most.").format(
                hours=LONGEST_OVERLAP // timedelta(hours=1)
            ),
            field="overlap",
        )
    expires_at = now + (row.expires_at - row.created_at) if row.expires_at is not None else None
    held = [act for act in row.permissions if act in RULES]
    ends = now + overlap
    row.expires_at = min(row.expires_at, ends) if row.expires_at is not None else ends
    row.is_active = bool(overlap)
    session.flush()
    made = _add(session, actor, row.name, held, expires_at)
    audit.record(
        session, actor, "key.rotate", made.record.id, name=row.name, key=made.record.prefix, user_id=row.user_id,
        changes={"key": [key_prefix(row.id), made.record.prefix], "ends": [None, _iso(row.expires_at)]},
    )  # fmt: skip
    return made


def hash_key(secret: str) -> str:
    """The SHA-256 of a key, in hex, as the database has it."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _add(session: Session, actor: Actor, name: str, permissions: list[str], expires_at: datetime | None) -> NewApiKey:
    key_id = new_id()
    secret = f"{key_prefix(key_id)}_{secrets.token_urlsafe(32)}"
    session.add(
        ApiKey(
            id=key_id,
            organisation_id=actor.organisation_id,
            user_id=actor.user_id,
            name=name,
            key_hash=hash_key(secret),
            permissions=permissions,
            expires_at=expires_at,
            created_at=clock.now(),
        )
    )
    session.flush()
    row = session.execute(_keys(actor).where(ApiKey.id == key_id)).one()
    return NewApiKey(_record(row, actor), secret)


def _keys(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The keys that the actor may see, with their people."""
    columns = (
        ApiKey.id, ApiKey.name.label("key_name"), ApiKey.user_id, ApiKey.permissions, ApiKey.created_at,
        ApiKey.expires_at, ApiKey.last_used_at, ApiKey.is_active, User.name.label("person"), User.email,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(User, and_(User.id == ApiKey.user_id, User.organisation_id == ApiKey.organisation_id))
        .where(ApiKey.organisation_id == actor.organisation_id)
    )
    return query if has_permission(actor, "users:write") else query.where(ApiKey.user_id == actor.user_id)


def _get_row(session: Session, actor: Actor, key_id: str) -> ApiKey:
    """The row of a key that the actor may see, locked. Raises `NotFound`."""
    seen = [ApiKey.id == _canonical(key_id), ApiKey.organisation_id == actor.organisation_id]
    if not has_permission(actor, "users:write"):
        seen.append(ApiKey.user_id == actor.user_id)
    row = session.scalars(select(ApiKey).where(*seen).with_for_update()).first()
    if row is None:
        raise NotFound(
            "keys.unknown",
            _("There's no API key “{which}”.").format(which=_without_secret(key_id)),
            do=_("Choose one listed by “benchboard key list”."),
        )
    return row


def _canonical(key_id: str) -> str:
    try:
        return str(UUID(key_id))
    except ValueError:
        return str(UUID(int=0))


def _without_secret(which: str) -> str:
    """What somebody typed for a key, without the secret that it may contain."""
    return "_".join(which.split("_")[:2])[:60] if which.startswith("bb_") else which[:60]


def _require_in_person(actor: Actor) -> None:
    if actor.api_key_id is not None:
        raise Denied(
            "keys.by-key",
            _("An API key can't create or rotate other API keys."),
            why=_("Whoever got hold of one key could keep access after it was revoked."),
            do=_("Sign in with “benchboard login EMAIL” to do this."),
        )
    if actor.acted_by is not None:
        raise Denied("keys.for-another", _("Nobody can have another person's API key."), do=_("Leave out --as."))


def _checked_name(session: Session, actor: Actor, name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid("keys.name", _("Enter a name for the API key."), field="name")
    require_name(name)
    taken = select(ApiKey.id).where(
        ApiKey.organisation_id == actor.organisation_id,
        ApiKey.user_id == actor.user_id,
        ApiKey.name == name,
        _has_state("active"),
    )
    if session.scalar(taken.limit(1)) is not None:
        raise Conflict(
            "keys.taken",
            _("You already have an API key named “{name}”.").format(name=name),
            do=_("Choose another name, or rotate that key."),
            field="name",
        )
    return name


def _checked_permissions(actor: Actor, permissions: Collection[str]) -> list[str]:
    """The permissions in the order of `RULES`. Raises `Invalid` for none, and those that the actor doesn't have."""
    wanted = set(permissions)
    if not wanted:
        what = _("An API key needs at least one permission.")
        raise Invalid("keys.permissions", what, do=_("Choose what the program has to do."), field="scopes")
    if beyond := sorted(wanted - (actor.permissions & RULES.keys())):
        raise Invalid(
            "keys.permissions",
            _("You don't have all of these permissions: {names}.").format(names=", ".join(beyond)[:200]),
            why=_("An API key can do no more than its owner."),
            field="scopes",
        )
    return [act for act in RULES if act in wanted]


def _has_state(state: str) -> ColumnElement[bool]:
    if state not in STATES:
        what = _("The state must be one of: {names}.").format(names=", ".join(STATES))
        raise Invalid("keys.filter", what, field="state")
    now = datetime.now(UTC)
    lasts = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    if state == "revoked":
        return ApiKey.is_active.is_(False)
    return and_(ApiKey.is_active.is_(True), lasts if state == "active" else ~lasts)


def _state(is_active: bool, expires_at: datetime | None, now: datetime) -> KeyState:
    if not is_active:
        return "revoked"
    return "expired" if expires_at is not None and expires_at <= now else "active"


def _record(row: Any, actor: Actor) -> ApiKeyRecord:
    return ApiKeyRecord(
        id=row.id,
        prefix=key_prefix(row.id),
        name=row.key_name,
        user_id=row.user_id,
        person=row.person,
        email=row.email,
        permissions=tuple(act for act in row.permissions if isinstance(act, str)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        state=_state(row.is_active, row.expires_at, datetime.now(UTC)),
        mine=row.user_id == actor.user_id,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
