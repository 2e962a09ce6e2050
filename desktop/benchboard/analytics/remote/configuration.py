"""What a source on a server keeps in the column `connection_config`: its settings and its password, encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchboard.analytics.remote.settings import RemoteSettings, checked_settings, open_password, seal_password
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.keys import DataKey


@dataclass(frozen=True, slots=True)
class RemoteConfiguration:
    """The settings of a source and its encrypted password."""

    settings: RemoteSettings
    secret: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"format": self.settings.kind, "tables": [], "server": self.settings.to_json(),
                "secret": dict(self.secret)}  # fmt: skip

    def password(self, data_key: DataKey, source_id: str, organisation_id: str) -> str:
        """The password. Raises what `open_password` raises."""
        return open_password(data_key, source_id, organisation_id, self.settings, self.secret)

    def with_password(
        self, data_key: DataKey, source_id: str, organisation_id: str, password: str
    ) -> "RemoteConfiguration":
        """The same with another password."""
        return RemoteConfiguration(
            self.settings, seal_password(data_key, source_id, organisation_id, self.settings, password)
        )


def remote_configuration(document: object) -> RemoteConfiguration | None:
    """What `to_json` wrote; None for a source of files. Raises `Invalid` for settings that can't be read."""
    if not isinstance(document, dict) or "server" not in document:
        return None
    server, secret, kind = document["server"], document.get("secret"), document.get("format")
    if not isinstance(server, dict) or not isinstance(secret, dict) or not isinstance(kind, str):
        what = _("The settings of this data source can't be read.")
        raise Invalid("sources.configuration", what, do=_("Remove it, then add it again."))
    return RemoteConfiguration(checked_settings(server, kind), secret)
