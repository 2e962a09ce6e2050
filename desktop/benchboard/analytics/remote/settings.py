"""How a database server is reached: its address, its user, and the password, which is stored encrypted."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.keys import DataKey, Sealed

RemoteKind = Literal["postgresql", "mysql"]
TlsMode = Literal["verify", "require", "off"]
"""verify: an encrypted connection to the server that its certificate names; require: encrypted, to whoever answers."""
REMOTE_KINDS: Final[tuple[RemoteKind, ...]] = get_args(RemoteKind)
TLS_MODES: Final[tuple[TlsMode, ...]] = get_args(TlsMode)
DEFAULT_PORTS: Final[Mapping[RemoteKind, int]] = {"postgresql": 5432, "mysql": 3306}
MAX_LENGTH: Final = 255
MAX_PASSWORD: Final = 1_000
# No lists of hosts, paths of sockets or options: what the drivers would make of them is theirs to know.
_HOST: Final = re.compile(r"[A-Za-z0-9._:\-]{1,255}")


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """Where a server is and as whom to sign in, without the password. `schema`: the only one to read (PostgreSQL);
    empty for all. `ca`: a file with the certificates to trust in place of the system's."""

    kind: RemoteKind
    host: str
    port: int
    database: str
    user: str
    tls: TlsMode = "verify"
    schema: str = ""
    ca: str = ""

    @property
    def address(self) -> str:
        """The database as people read it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.database}"

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        names = ("host", "port", "database", "user", "tls", "schema", "ca")
        return {name: getattr(self, name) for name in names}


def setting_problems(values: Mapping[str, object], kind: str) -> dict[str, str]:
    """What is wrong with each field of `values` that can't be used, as a sentence, in the order of the form."""
    if kind not in REMOTE_KINDS:
        return {"kind": _("The kind of server is unknown.")}
    host, port, ca = values.get("host"), values.get("port"), values.get("ca")
    problems = {name: _text_problem(values, name) for name in ("database", "schema", "user", "ca")}
    if not isinstance(host, str) or _HOST.fullmatch(host) is None:
        problems = {"host": _("Enter the server's name or address, such as db.example.com or 192.0.2.7.")} | problems
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65_535:
        problems["port"] = _("The port must be a number from 1 to 65535.")
    if values.get("tls") not in TLS_MODES:
        problems["tls"] = _("The TLS mode is unknown.")
    if isinstance(ca, str) and ca and not problems["ca"] and not Path(ca).is_absolute():
        problems["ca"] = _("Enter the full path of the certificate file.")
    order = ("host", "port", "database", "schema", "user", "tls", "ca")
    return {name: problems[name] for name in order if problems.get(name)}


def checked_settings(values: Mapping[str, object], kind: str) -> RemoteSettings:
    """The settings in `values`. Raises `Invalid` (`sources.connection`) with the first `field` that can't be used."""
    for field, what in setting_problems(values, kind).items():
        raise _wrong(field, what)
    texts = {name: str(values.get(name, "")) for name in ("host", "database", "user", "schema", "ca")}
    port, tls = values["port"], values["tls"]
    assert isinstance(port, int)
    return RemoteSettings(cast(RemoteKind, kind), port=port, tls=cast(TlsMode, tls), **texts)


def checked_password(password: str) -> str:
    """The password. Raises `Invalid` for one that can't be sent; never with the password in it."""
    if len(password) > MAX_PASSWORD or "\0" in password or any("\ud800" <= sign <= "\udfff" for sign in password):
        raise _wrong("password", _("This password can't be used."))
    return password


def seal_password(data_key: DataKey, source_id: str, organisation_id: str, settings: RemoteSettings,
                  password: str) -> dict[str, Any]:  # fmt: skip
    """The password encrypted, as it is stored in `connection_config`."""
    # In the JSON of the source rather than a column of its own: nothing queries it, it is read and written together
    # with the settings, and older databases need no migration.
    sealed = data_key.seal(password.encode(), aad=_aad(source_id, organisation_id, settings))
    return {
        "key_version": sealed.key_version,
        "nonce": b64encode(sealed.nonce).decode(),
        "ciphertext": b64encode(sealed.ciphertext).decode(),
    }


def open_password(data_key: DataKey, source_id: str, organisation_id: str, settings: RemoteSettings,
                  stored: object) -> str:  # fmt: skip
    """The password that `seal_password` encrypted. Raises `Unavailable` (`keys.wrong`) if it, or where it is sent, was
    altered, `Invalid` for what is no encrypted password."""
    try:
        if not isinstance(stored, dict) or not isinstance(stored["key_version"], int):
            raise TypeError("not an encrypted password")
        sealed = Sealed(stored["key_version"], b64decode(stored["nonce"]), b64decode(stored["ciphertext"]))
    except (KeyError, TypeError, ValueError) as error:
        what = _("The password of this data source can't be read.")
        raise Invalid("sources.password", what, do=_("Enter it again.")) from error
    return data_key.open(sealed, aad=_aad(source_id, organisation_id, settings)).decode()


def _aad(source_id: str, organisation_id: str, settings: RemoteSettings) -> bytes:
    """What the password belongs to: with another server's address in the row, it doesn't open."""
    parts = ("data-source-password", organisation_id, source_id, settings.kind, settings.host, str(settings.port),
             settings.user, settings.tls, settings.ca)  # fmt: skip
    return "\0".join(parts).encode()


def _text_problem(values: Mapping[str, object], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or len(value) > MAX_LENGTH or (value and not value.isprintable()):
        return _("Use up to {limit} visible characters.").format(limit=MAX_LENGTH)
    required = {"database": _("Enter the name of the database."), "user": _("Enter the name of the user.")}
    return "" if value else required.get(name, "")


def _wrong(field: str, what: str) -> Invalid:
    return Invalid("sources.connection", what, field=field)
