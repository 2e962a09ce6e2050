"""Why a database server couldn't be reached, as errors that name the cause and the setting to look at."""

from typing import Final, Literal

from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.errors import Unavailable
from benchboard.i18n import _

Cause = Literal["host", "refused", "timeout", "password", "database", "tls", "permission", "other"]
_FIELDS: Final[dict[Cause, str]] = {
    "host": "host", "refused": "port", "timeout": "host", "password": "password", "database": "database", "tls": "tls",
    "permission": "user", "other": "host",
}  # fmt: skip


def connection_error(cause: Cause, settings: RemoteSettings) -> Unavailable:
    """The error of a connection that wasn't made. Code `source.<cause>`, with the fact `field`; never a password."""
    what, do = {
        "host": (_("The server “{host}” wasn't found."), _("Check the name and your network.")),
        "refused": (
            _("“{host}” refused the connection on port {port}."),
            _("Check the port, and that the server is running."),
        ),
        "timeout": (_("“{host}” didn't answer in time."), _("Check the address, the network and any firewall.")),
        "password": (_("The server rejected the user “{user}” or the password."), _("Check both, then try again.")),
        "database": (_("The server has no database “{database}”."), _("Check its name.")),
        "tls": (
            _("No secure connection to “{host}” could be made."),
            _("Check the server's certificate, specify its CA certificate file, or choose another TLS mode."),
        ),
        "permission": (
            _("The user “{user}” doesn't have access to “{database}”."),
            _("Ask the server's administrator for access."),
        ),
        "other": (_("“{host}” didn't accept the connection."), _("Check the settings, then try again.")),
    }[cause]
    shown = {"host": settings.host, "port": settings.port, "user": settings.user, "database": settings.database}
    return Unavailable(f"source.{cause}", what.format(**shown), do=do, field=_FIELDS[cause])
