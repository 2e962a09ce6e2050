"""Who acts, and what they may do: the actor that every service gets, and the check that every service begins with.

A person is authorised by the roles in `user_roles`, whose permissions are read again in each transaction for them
(`Database.bind`): a changed role applies from their next transaction on. `roles` defines what each role permits.
"""

import os
import platform
import re
import socket
import sys
from dataclasses import dataclass, field
from typing import Final

from benchboard import __version__
from benchboard.errors import Denied
from benchboard.i18n import _, in_sentence
from benchboard.identity.roles import RULES, denied_title, role_people

_PROGRAM: Final = re.compile(r"Benchboard/(?P<version>\S+) \((?P<system>[^\s)]+)[^)]*\)")
"""How `Client.here` names this program: with the kernel's release, which says nothing to people."""


@dataclass(frozen=True, slots=True)
class Client:
    """A program's description of itself. The address is its own claim; a server may attest another."""

    host_name: str
    program: str
    ip_address: str | None = None

    @classmethod
    def here(cls) -> "Client":
        """This program on this computer, as `Benchboard/<version> (<OS>)`."""
        return cls(socket.gethostname()[:255], f"Benchboard/{__version__} ({platform.system()} {platform.release()})")


def program_title(text: str) -> str:
    """`Benchboard/0.1.0 (Linux 6.1) on rig-12` as people say it: `Benchboard 0.1.0 for Linux, on rig-12`."""
    program, _on, computer = text.partition(" on ")
    if ours := _PROGRAM.fullmatch(program):
        system = {"Darwin": "macOS"}.get(ours["system"], ours["system"])
        program = _("Benchboard {version} for {system}").format(version=ours["version"], system=system)
    return _("{program}, on {computer}").format(program=program, computer=computer) if computer else program


def computer_title(text: str) -> str:
    """The computer in `Benchboard/0.1.0 (Linux 6.1) on rig-12`; empty if none is named."""
    _program, on, computer = text.rpartition(" on ")
    return computer if on else ""


def os_user() -> str:
    """The name of the user this process runs as, `unknown` if it has none (a container without a passwd entry).

    By the process's uid: for binding accounts to it, LOGNAME and USER are not trustworthy, because anyone can set them.
    """
    try:
        if sys.platform == "win32":
            return os.getlogin()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return "unknown"


def key_prefix(key_id: str) -> str:
    """What an API key begins with, by which people recognise it: from the ID of its row."""
    return f"bb_{key_id[:8]}"


class Grants:
    """An account's roles and their permissions, as its last transaction found them. Copies of an `Actor` share it."""

    __slots__ = ("permissions", "roles")

    def __init__(self, roles: frozenset[str] = frozenset(), permissions: frozenset[str] = frozenset()) -> None:
        self.roles, self.permissions = roles, permissions


@dataclass(frozen=True, slots=True)
class Actor:
    """The account that a service acts for: every service gets one and calls `require` first.

    `session_id` is None for a command that the operator of a local database runs without signing in. `acted_by` is the
    account that acts on behalf of this one (`--as`), None if that is itself. `api_key_id` is the API key that it acts
    by, whose permissions limit its own; None for a person.
    """

    user_id: str
    organisation_id: str
    organisation: str
    email: str
    name: str
    client: Client
    session_id: str | None = None
    acted_by: str | None = None
    api_key_id: str | None = None
    grants: Grants = field(default_factory=Grants, compare=False)

    @property
    def roles(self) -> frozenset[str]:
        """Its roles: system roles by their slugs, the organisation's own by their names."""
        return self.grants.roles

    @property
    def permissions(self) -> frozenset[str]:
        """The permissions of its roles."""
        return self.grants.permissions

    def grant(self, roles: frozenset[str], permissions: frozenset[str]) -> None:
        """Set the present roles and permissions: called at the beginning of each transaction for it."""
        self.grants.roles, self.grants.permissions = roles, permissions


def has_permission(actor: Actor, act: str) -> bool:
    """Whether `actor` has permission `act`. Raises KeyError for one without a rule, which is a bug."""
    RULES[act]
    return act in actor.permissions


def require(actor: Actor, act: str) -> None:
    """Raise `Denied` (`access.denied`) unless `actor` has permission `act`."""
    if not has_permission(actor, act):
        raise denied(actor, act)


def denied(actor: Actor, act: str) -> Denied:
    """The error for permission `act`: what `actor` can't do, which roles can, and who may change that."""
    return Denied(
        "access.denied",
        denied_title(act),
        why=_("Only {roles} can.").format(roles=in_sentence(map(role_people, RULES[act]))),
        do=_("Ask an admin of {organisation} for access.").format(organisation=actor.organisation),
        act=act,
    )
