"""Where the database holds something about a person: every table with a key of theirs or their address, what it is
called, and whether it goes when the person is erased.

A test compares the list with the schema: none of its keys of people is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, exists, func, select
from sqlalchemy.orm import Session, aliased

from benchboard.i18n import N_, _
from benchboard.storage.models import Base
from benchboard.storage.models.identity import User

WhyKept = Literal["", "work", "named"]
"""Why records stay when the person is erased: they are work of the organisation, or name the person by ID alone. Empty
for those that go."""
PAGE_ROWS: Final = 500
_LEFT_OUT: Final = frozenset({("authorization_codes", "code_challenge"), ("authorization_codes", "nonce")})
"""Columns without a person's data that a program could misuse, besides those that the models call secret."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """The rows of a table whose `column` is the person's ID or address. `title` is a message of the catalogue."""

    table: str
    column: str
    title: str
    why_kept: WhyKept = ""

    @property
    def name(self) -> str:
        """What its file is called, without an ending: the table, and the column where several name people."""
        several = sum(one.table == self.table for one in KINDS) > 1
        return f"{self.table}_{self.column}" if several else self.table

    @property
    def shown_title(self) -> str:
        """What the rows are, in the language shown."""
        return _(self.title)


KINDS: Final = (
    RecordKind("sessions", "user_id", N_("Sessions")),
    RecordKind("session_history", "user_id", N_("Ended sessions")),
    RecordKind("session_history", "ended_by", N_("Sessions they ended"), "named"),
    RecordKind("account_lockouts", "email_norm", N_("Failed sign-ins")),
    RecordKind("mfa_factors", "user_id", N_("Two-step sign-in")),
    RecordKind("recovery_codes", "user_id", N_("Recovery codes")),
    RecordKind("email_verification_tokens", "user_id", N_("Confirmations of their email address")),
    RecordKind("password_reset_tokens", "user_id", N_("Password resets")),
    RecordKind("email_outbox", "recipient", N_("Emails to them")),
    RecordKind("invitations", "email", N_("Invitations of their address")),
    RecordKind("invitations", "invited_by", N_("Invitations they sent"), "named"),
    RecordKind("api_keys", "user_id", N_("API keys")),
    RecordKind("consents", "user_id", N_("Consents to programs")),
    RecordKind("authorization_codes", "user_id", N_("Authorizations of programs")),
    RecordKind("tokens", "user_id", N_("Access tokens")),
    RecordKind("refresh_tokens", "user_id", N_("Refresh tokens")),
    RecordKind("user_roles", "user_id", N_("Roles"), "named"),
    RecordKind("user_roles", "granted_by", N_("Roles they gave"), "named"),
    RecordKind("team_members", "user_id", N_("Memberships of teams"), "named"),
    RecordKind("organisations", "owner_id", N_("Organisations they own"), "named"),
    RecordKind("dashboard_layouts", "user_id", N_("Home page")),
    RecordKind("dashboards", "user_id", N_("Dashboards they own"), "work"),
    RecordKind("dashboards", "deleted_by", N_("Dashboards they moved to the trash"), "named"),
    RecordKind("dashboard_versions", "author_id", N_("Versions of dashboards they saved"), "work"),
    RecordKind("dashboard_shares", "user_id", N_("Dashboards shared with them"), "named"),
    RecordKind("dashboard_shares", "shared_by", N_("Dashboards they shared with people"), "named"),
    RecordKind("dashboard_team_shares", "shared_by", N_("Dashboards they shared with teams"), "named"),
    RecordKind("dashboard_favourites", "user_id", N_("Favourites")),
    RecordKind("dashboard_openings", "user_id", N_("Dashboards they opened")),
    RecordKind("dashboard_presence", "user_id", N_("Dashboards they have open")),
    RecordKind("data_source_grants", "user_id", N_("Data sources they have access to"), "named"),
    RecordKind("data_models", "created_by", N_("Data models"), "work"),
    RecordKind("metrics", "created_by", N_("Metrics"), "work"),
    RecordKind("alerts", "user_id", N_("Alerts")),
    RecordKind("reports", "created_by", N_("Reports"), "work"),
    RecordKind("workflows", "requester_id", N_("Requests"), "work"),
    RecordKind("workflows", "approver_id", N_("Requests they decide"), "named"),
    RecordKind("dongles", "owner_user_id", N_("Dongles they own"), "work"),
    RecordKind("dongle_groups", "user_id", N_("Groups of dongles"), "work"),
    RecordKind("commands", "user_id", N_("Commands to dongles"), "named"),
    RecordKind("agents", "user_id", N_("Agents"), "work"),
    RecordKind("merchant_dashboards", "owner_user_id", N_("Shops they own"), "work"),
    RecordKind("merchant_team", "user_id", N_("Access to shops")),
    RecordKind("merchant_team", "granted_by", N_("Access to shops they granted"), "named"),
)
"""In the order of an export. The audit log is beside them (`person_export`), and so is the account itself."""
_BY_ADDRESS: Final = frozenset(
    {("account_lockouts", "email_norm"), ("email_outbox", "recipient"), ("invitations", "email")}
)
"""Kinds that hold an address."""
_OF_OTHERS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("session_history", "ended_by"): frozenset({"host_name", "user_agent", "ip_address"}),
    ("merchant_team", "granted_by"): frozenset({"user_email"}),
}
"""Kinds whose rows are about somebody else, to whom the person did something → columns that tell more of them than
who they are."""


def kind_titles() -> dict[str, str]:
    """The titles of all kinds, by their names."""
    return {kind.name: kind.shown_title for kind in KINDS}


def table_of(kind: RecordKind) -> Table:
    """The table of these rows."""
    return Base.metadata.tables[kind.table]


def condition(kind: RecordKind, user: User) -> Any:
    """The condition that a row is one of this person's."""
    table = table_of(kind)
    by_address = (kind.table, kind.column) in _BY_ADDRESS
    found = has_address(table.c[kind.column], user) if by_address else table.c[kind.column] == user.id
    if kind.table == "account_lockouts":  # of all organisations: tries may be at another's account with the address
        twin = aliased(User)
        elsewhere = twin.organisation_id != user.organisation_id, twin.deleted_at.is_(None)
        found &= ~exists().where(twin.email_norm == user.email_norm, *elsewhere)
    return found if "organisation_id" not in table.c else found & (table.c.organisation_id == user.organisation_id)


def has_address(column: ColumnElement[Any], user: User) -> ColumnElement[bool]:
    """The condition that a column has the person's address, however it is spelled."""
    return func.lower(column).in_(sorted(own_spellings(user)))


def own_spellings(user: User) -> frozenset[str]:
    """The person's address in small letters, as it is written and as it is compared."""
    return frozenset({user.email.lower(), user.email_norm})


def columns(table: Table) -> list[Column[Any]]:
    """The columns that may be shown: no hash, no ciphertext, nothing binary."""
    return [
        column
        for column in table.columns
        if not column.info.get("secret") and not isinstance(column.type, LargeBinary)
        and (table.name, column.name) not in _LEFT_OUT
    ]  # fmt: skip


def rows(session: Session, kind: RecordKind, user: User) -> Iterator[dict[str, Any]]:
    """The person's rows of a kind, by their keys, without what is about others; read page by page."""
    table = table_of(kind)
    left_out = _OF_OTHERS.get((kind.table, kind.column), frozenset())
    shown = [column for column in columns(table) if column.name not in left_out]
    query = select(*shown).where(condition(kind, user)).order_by(*table.primary_key.columns)
    with session.execute(query.execution_options(yield_per=PAGE_ROWS)) as found:
        for row in found.mappings():
            yield dict(row)


def account(session: Session, user: User) -> dict[str, Any]:
    """The account itself."""
    table = Base.metadata.tables["users"]
    return dict(session.execute(select(*columns(table)).where(table.c.id == user.id)).mappings().one())
