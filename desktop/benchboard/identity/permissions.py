"""Who acts, and what they may do: the actor that every service gets, and the check that every service begins with.

What authorises a person is the roles in `user_roles`, whose permissions are read anew in each transaction that acts for
them (`Database.bind`): a changed role applies from their next transaction on. `roles` says what each role permits.
"""

import os
import platform
import socket
import sys
from dataclasses import dataclass, field

from benchboard import __version__
from benchboard.errors import Denied
from benchboard.i18n import _
from benchboard.identity.roles import RULES


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
    """The name of the user this process runs as, `unknown` where there is none (a container without a passwd entry).

    By the process's uid: who binds accounts to it must not believe LOGNAME or USER, which anyone can set.
    """
    try:
        if sys.platform == "win32":
            return os.getlogin()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return "unknown"


class Grants:
    """An account's roles and their permissions, as its last transaction found them. Copies of an `Actor` share it."""

    __slots__ = ("permissions", "roles")

    def __init__(self, roles: frozenset[str] = frozenset(), permissions: frozenset[str] = frozenset()) -> None:
        self.roles, self.permissions = roles, permissions


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
    client: Client
    session_id: str | None = None
    acted_by: str | None = None
    grants: Grants = field(default_factory=Grants, compare=False)

    @property
    def roles(self) -> frozenset[str]:
        """The slugs of its roles."""
        return self.grants.roles

    @property
    def permissions(self) -> frozenset[str]:
        """What its roles permit."""
        return self.grants.permissions

    def grant(self, roles: frozenset[str], permissions: frozenset[str]) -> None:
        """Take note of what the roles are now: called at the beginning of each transaction that acts for it."""
        self.grants.roles, self.grants.permissions = roles, permissions


def has_permission(actor: Actor, act: str) -> bool:
    """Whether `actor` may do `act`. An act that no rule names is a bug and raises KeyError."""
    RULES[act]
    return act in actor.permissions


def require(actor: Actor, act: str) -> None:
    """Raise `Denied` (`access.denied`) unless `actor` may do `act`."""
    if not has_permission(actor, act):
        raise Denied(
            "access.denied",
            _("You don't have permission to do this."),
            why=_("This needs the “{act}” permission.").format(act=act),
            do=_("Ask an admin of {organisation} for access.").format(organisation=actor.organisation),
            act=act,
        )
