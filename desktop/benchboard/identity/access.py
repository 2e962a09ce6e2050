"""Who acts, and what they may do: one table of rules for the program, the tests and, later, the row policies.

An act is named as a permission is in source 003 (`users:read`). System roles carry the acts listed in `RULES`; what
authorises a person is the roles in `user_roles`, whose permissions are read once when they sign in. A change to
somebody's roles ends their sessions, so a stale `Actor` never outlives it.
"""

import getpass
import platform
import socket
from dataclasses import dataclass
from typing import Final

from benchboard import __version__
from benchboard.errors import Denied
from benchboard.i18n import _

ADMIN: Final = "admin"
OPS_MANAGER: Final = "ops_manager"
ANALYST: Final = "analyst"
TECHNICIAN: Final = "technician"
BUSINESS_USER: Final = "business_user"
ROLES: Final = (ADMIN, OPS_MANAGER, ANALYST, TECHNICIAN, BUSINESS_USER)

RULES: Final[dict[str, tuple[str, ...]]] = {
    "admin:enter": (ADMIN,),
    "bench:enter": (ADMIN, OPS_MANAGER, TECHNICIAN),
    "studio:enter": ROLES,
    "users:read": (ADMIN,),
    "users:write": (ADMIN,),
    "sessions:read": (ADMIN,),
    "sessions:revoke": (ADMIN,),
    "audit:read": (ADMIN,),
    "organisations:read": (ADMIN,),
    "dongles:read": (ADMIN, OPS_MANAGER, TECHNICIAN),
    "dongles:pair": (ADMIN, TECHNICIAN),
    "dongles:configure": (ADMIN, TECHNICIAN),
    "layouts:write": ROLES,
    "dashboards:write": ROLES,
    "dashboards:manage": (ADMIN,),
    "orders:read": (ADMIN, OPS_MANAGER, ANALYST, BUSINESS_USER),
    "orders:read-all-shops": (ADMIN, OPS_MANAGER, ANALYST),
    "orders:import": (ADMIN,),
}
"""Act → the system roles that may do it, within their own organisation."""


@dataclass(frozen=True, slots=True)
class Client:
    """What a program says of itself. The address is what it believes; a server may attest another."""

    host_name: str
    program: str
    ip_address: str | None = None

    @classmethod
    def here(cls) -> "Client":
        """This program on this computer, as `Benchboard/<version> (<OS>)`."""
        return cls(socket.gethostname()[:255], f"Benchboard/{__version__} ({platform.system()} {platform.release()})")


def os_user() -> str:
    """The name of the operating system's user, `unknown` where there is none (a container without a passwd entry)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """An account at work: every service gets one and asks `require` first.

    `session_id` is None for a command that the operator of a local database runs without signing in. `acted_by` is the
    account of whoever acts in this one's name (`--as`), None where that is itself.
    """

    user_id: str
    organisation_id: str
    organisation: str
    email: str
    name: str
    roles: frozenset[str]
    permissions: frozenset[str]
    client: Client
    session_id: str | None = None
    acted_by: str | None = None


def may(actor: Actor, act: str) -> bool:
    """Whether `actor` may do `act`. An act that no rule names is a bug and raises KeyError."""
    RULES[act]
    return act in actor.permissions


def require(actor: Actor, act: str) -> None:
    """Raise `Denied` (`access.denied`) unless `actor` may do `act`."""
    if not may(actor, act):
        raise Denied(
            "access.denied",
            _("You may not do this."),
            why=_("It needs the permission “{act}”.").format(act=act),
            do=_("Ask an admin of {organisation} for it.").format(organisation=actor.organisation),
            act=act,
        )
