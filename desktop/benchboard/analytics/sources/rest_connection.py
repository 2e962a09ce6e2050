"""What a source keeps of a REST API beside its table: the settings, and the secret, encrypted."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard.analytics.rest.settings import (
    RestSettings,
    checked_rest,
    checked_secret,
    open_secret,
    receiver,
    seal_secret,
    wrong,
)
from benchboard.analytics.sources.catalog import get_row
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _
from benchboard.identity import audit, keys
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource

_SIGNS: Final = re.compile(r"[^\w .()+-]+")


@dataclass(frozen=True, slots=True, repr=False)
class RestConnection:
    """The settings of a source on a REST API, and its secret in clear. Never shown or stored."""

    settings: RestSettings
    secret: str


def stored_rest(document: object) -> tuple[RestSettings, object] | None:
    """The settings and the encrypted secret (None where none is needed) in `connection_config`; None for a source that
    isn't on a REST API. Raises `Invalid` (`sources.configuration`) for settings that can't be read."""
    if not isinstance(document, dict) or document.get("rest") is None:
        return None
    found = document["rest"]
    if not isinstance(found, dict) or not isinstance(found.get("settings"), dict):
        what = _("The settings of this data source can't be read.")
        raise Invalid("sources.configuration", what, do=_("Remove it, then add it again."))
    return checked_rest(found["settings"]), found.get("secret")


def open_rest(session: Session, actor: Actor, source_id: str) -> RestConnection | None:
    """The settings and the secret of a source on a REST API; None for another one. Nothing connects. Raises what
    `get_row` and `stored_rest` raise, `Unavailable` (`keys.missing`, `keys.wrong`) if the secret can't be decrypted."""
    require(actor, "sources:read")
    row = get_row(session, actor, source_id)
    found = stored_rest(row.connection_config)
    return None if found is None else RestConnection(found[0], _secret(session, actor, row, *found))


def rest_settings(session: Session, actor: Actor, source_id: str) -> RestSettings:
    """The settings of a source on a REST API, without its secret. Raises `Invalid` (`sources.not-server`) for another
    one."""
    require(actor, "sources:read")
    return _stored(get_row(session, actor, source_id))[0]


def secret_for(session: Session, actor: Actor, source_id: str, values: Mapping[str, object]) -> str:
    """The stored secret of a source, to be sent with other settings. Raises `Invalid` (`sources.password-needed`, with
    the field `secret`) if they lead to another server or send it in another way."""
    require(actor, "sources:write")
    row, wanted = get_row(session, actor, source_id), checked_rest(values)
    if wanted.authentication == "none":
        return ""
    settings, stored = _stored(row)
    if receiver(wanted) != receiver(settings):
        what = _("With another server or authentication, the token, password or key is needed again.")
        raise Invalid("sources.password-needed", what, field="secret")
    return _secret(session, actor, row, settings, stored)


def seal_rest(session: Session, actor: Actor, source_id: str, settings: RestSettings, secret: str) -> dict[str, Any]:
    """What `stored_rest` reads, with the secret encrypted for the source that will have this id."""
    require(actor, "sources:write")
    secret = checked_secret(secret, settings.authentication)
    sealed = None
    if secret:
        key = keys.data_key_of(session, actor.organisation_id)
        sealed = seal_secret(key, source_id, actor.organisation_id, settings, secret)
    return {"settings": settings.to_json(), "secret": sealed}


def change_secret(session: Session, actor: Actor, source_id: str, secret: str) -> None:
    """Store another secret for a source. Raises `Invalid` (`sources.not-server`) for one that has none."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    settings, _old = _stored(row)
    if settings.authentication == "none":
        raise wrong("secret", _("“{name}” has no password.").format(name=row.name))
    row.connection_config = {**row.connection_config, "rest": seal_rest(session, actor, row.id, settings, secret)}
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name, changed="password")


@contextmanager
def fresh_file(folder: Path | None, name: str) -> Iterator[Path]:
    """The path of a file for rows, named after their source, in a folder that is removed when the block ends. Raises
    `Unavailable` if there can be none."""
    try:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".benchboard-", dir=folder)
    except OSError as error:
        what = _("The rows can't be written.")
        raise Unavailable("files.not-written", what, why=error.strerror or "") from error
    with scratch as made:
        yield Path(made) / (_SIGNS.sub("_", name)[:60].strip(". ") or "answer")


def _stored(row: DataSource) -> tuple[RestSettings, object]:
    found = stored_rest(row.connection_config)
    if found is None:
        raise Invalid("sources.not-server", _("“{name}” isn't a REST API.").format(name=row.name))
    return found


def _secret(session: Session, actor: Actor, row: DataSource, settings: RestSettings, stored: object) -> str:
    if settings.authentication == "none":
        return ""
    key = keys.data_key_of(session, actor.organisation_id)
    return open_secret(key, row.id, actor.organisation_id, settings, stored)
