"""Data sources on database servers: adding one, changing its password, listing its tables, and queries over it.

What the server said of its tables is kept in the column `metadata`: nothing connects but a test, a refresh and a query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileResult
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_table
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_translator import NO_MODELS, QueryModel
from benchboard.analytics.remote import engine
from benchboard.analytics.remote.configuration import RemoteConfiguration, remote_configuration
from benchboard.analytics.remote.server_limits import RemoteTable
from benchboard.analytics.remote.settings import RemoteSettings, checked_password, checked_settings
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.state import store_failure, without_failure
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, keys
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource

_KINDS: Final = frozenset(("text", "integer", "decimal", "boolean", "timestamp", "date"))
_WHERE_TO: Final = ("kind", "host", "port", "user", "tls", "ca")
"""The settings that say to whom the password is sent."""


@dataclass(frozen=True, slots=True, repr=False)
class ServerConnection:
    """A server's settings, the password in clear, and the tables that were found there. Never shown or stored."""

    settings: RemoteSettings
    password: str
    tables: tuple[str, ...]

    def run(
        self,
        text: str,
        *,
        limit: int,
        timeout: float,
        cancel_token: CancelToken,
        variables: Mapping[str, Any],
        models: Mapping[str, QueryModel] = NO_MODELS,
        reduction: Reduction | None = None,
    ) -> FileResult:
        """See `remote.engine.run`."""
        return engine.run(
            self.settings,
            self.password,
            text,
            self.tables,
            limit=limit,
            timeout=timeout,
            cancel_token=cancel_token,
            variables=variables,
            models=models,
            reduction=reduction,
        )

    def explain(
        self,
        text: str,
        *,
        timeout: float,
        cancel_token: CancelToken,
        variables: Mapping[str, Any],
        models: Mapping[str, QueryModel] = NO_MODELS,
    ) -> QueryPlan:
        """See `remote.engine.explain`."""
        return engine.explain(
            self.settings,
            self.password,
            text,
            self.tables,
            timeout=timeout,
            cancel_token=cancel_token,
            variables=variables,
            models=models,
        )

    def sample(self, table: str, *, limit: int, timeout: float, cancel_token: CancelToken) -> FileResult:
        """The first rows of one of the tables."""
        found = next(one for one in self.tables if one == table)
        dialect: Dialect = "mysql" if self.settings.kind == "mysql" else "postgresql"
        text = f"SELECT * FROM {quote_table(found, dialect)} LIMIT {int(limit)}"  # noqa: S608  # quoted, and checked
        return self.run(text, limit=limit, timeout=timeout, cancel_token=cancel_token, variables={})


def open_server(session: Session, actor: Actor, source_id: str) -> ServerConnection | None:
    """The connection of a source on a server; None for one of files. Nothing connects yet. Raises what `get_row` and
    `remote_configuration` raise, `Unavailable` (`keys.missing`, `keys.wrong`) if the password can't be decrypted."""
    require(actor, "sources:read")
    row = get_row(session, actor, source_id)
    found = remote_configuration(row.connection_config)
    if found is None:
        return None
    key = keys.data_key_of(session, actor.organisation_id)
    tables = tuple(str(one["name"]) for one in stored_tables(row.extra))
    return ServerConnection(found.settings, found.password(key, row.id, actor.organisation_id), tables)


def connect_server(
    settings: Mapping[str, object], kind: str, password: str, *, cancel_token: CancelToken | None = None
) -> tuple[RemoteTable, ...]:
    """Connect with settings that aren't stored yet, and list the tables. Takes as long as the server does.

    Raises `Invalid` with the `field` of a setting that can't be used, `Unavailable` with the cause as its code,
    `Cancelled`."""
    return engine.read_tables(checked_settings(settings, kind), checked_password(password), cancel_token=cancel_token)


def server_settings(session: Session, actor: Actor, source_id: str) -> RemoteSettings:
    """The settings of a source on a server, without its password. Raises `Invalid` (`sources.not-server`) for one of
    files."""
    require(actor, "sources:read")
    row = get_row(session, actor, source_id)
    return _on_server(row).settings


def password_for(session: Session, actor: Actor, source_id: str, settings: Mapping[str, object], kind: str) -> str:
    """The stored password of a source, to sign in with other settings. Raises `Invalid` (`sources.password-needed`,
    with the field `password`) if they lead elsewhere: who may change a source could else read its password there."""
    require(actor, "sources:write")
    row, wanted = get_row(session, actor, source_id), checked_settings(settings, kind)
    found = _on_server(row)
    if any(getattr(wanted, name) != getattr(found.settings, name) for name in _WHERE_TO):
        what = _("With another server, user or TLS mode the password is needed again.")
        raise Invalid("sources.password-needed", what, field="password")
    return found.password(keys.data_key_of(session, actor.organisation_id), row.id, actor.organisation_id)


def _on_server(row: DataSource) -> RemoteConfiguration:
    found = remote_configuration(row.connection_config)
    if found is None:
        raise no_password(row.name)
    return found


def seal_server(
    session: Session, actor: Actor, source_id: str, settings: RemoteSettings, password: str
) -> RemoteConfiguration:
    """The settings with the password encrypted for the source that will have this id."""
    require(actor, "sources:write")
    key = keys.data_key_of(session, actor.organisation_id)
    empty = RemoteConfiguration(settings, {})
    return empty.with_password(key, source_id, actor.organisation_id, checked_password(password))


def change_password(session: Session, actor: Actor, source_id: str, password: str) -> None:
    """Store another password for a source on a server. Raises `Invalid` (`sources.not-server`) for one of files."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    found = _on_server(row)
    row.connection_config = seal_server(session, actor, row.id, found.settings, password).to_json()
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name, changed="password")


def no_password(name: str) -> Invalid:
    """The error that the data source `name` has no password to change."""
    what = _("“{name}” has no password.").format(name=name)
    return Invalid(
        "sources.not-server", what, why=_("It's made of files. Only database servers and REST APIs have one.")
    )


def set_tables(row: DataSource, tables: tuple[RemoteTable, ...]) -> None:
    """Keep what a server said of its tables."""
    row.status, row.last_sync = "connected", datetime.now(UTC)
    listed = [
        {
            "name": table.title,
            "rows": table.rows,
            "columns": [{"name": column.name, "kind": column.kind} for column in table.columns],
        }
        for table in tables
    ]
    found = {"tables": listed, "problem": "", "server_problem": "", "breaks": []}
    row.extra = without_failure({**(row.extra or {}), **found})


def set_problem(row: DataSource, error: AppError) -> None:
    """Keep why a server couldn't be reached; its tables stay known."""
    row.extra = {**(row.extra or {}), "server_problem": error.what}
    store_failure(row)


def stored_tables(extra: object) -> list[dict[str, Any]]:
    """The tables as `set_tables` kept them; what isn't so is left out."""
    listed = extra.get("tables") if isinstance(extra, dict) else None
    return [
        one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)
    ] if isinstance(listed, list) else []  # fmt: skip


def stored_columns(table: Mapping[str, Any]) -> tuple[ScanColumn, ...]:
    """The columns of one of `stored_tables`."""
    listed = table.get("columns")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return tuple(
        ScanColumn(one["name"], one["name"], one["kind"] if one.get("kind") in _KINDS else "text")
        for one in found
        if isinstance(one.get("name"), str)
    )
