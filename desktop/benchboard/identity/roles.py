"""The system roles of every organisation, and what each permits: one table for the program, the tests and row policies.

A permission is named `<what>:<act>`, such as `users:read`. `organisations.seed` writes both into each
database.
"""

from collections.abc import Collection, Iterable
from typing import Final, Literal

from benchboard.i18n import _, pgettext

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
    "users:export": (ADMIN,),
    "users:erase": (ADMIN,),
    "sessions:read": (ADMIN,),
    "sessions:revoke": (ADMIN,),
    "audit:read": (ADMIN,),
    "organisations:read": (ADMIN,),
    "organisations:write": (ADMIN,),
    "organisations:upkeep": (ADMIN,),
    "clients:read": (ADMIN,),
    "clients:write": (ADMIN,),
    "dongles:read": (ADMIN, OPS_MANAGER, TECHNICIAN),
    "dongles:pair": (ADMIN, TECHNICIAN),
    "dongles:configure": (ADMIN, TECHNICIAN),
    "layouts:write": ROLES,
    "dashboards:write": ROLES,
    "dashboards:manage": (ADMIN,),
    "orders:read": (ADMIN, OPS_MANAGER, ANALYST, BUSINESS_USER),
    "orders:read-all-shops": (ADMIN, OPS_MANAGER, ANALYST),
    "orders:import": (ADMIN,),
    "sources:read": (ADMIN, OPS_MANAGER, ANALYST, BUSINESS_USER),
    "sources:write": (ADMIN, ANALYST),
    "sources:manage": (ADMIN,),
    "keys:write": ROLES,
}
"""Permission → the system roles that have it, within their own organisation."""

Scope = Literal["organisation", "shared", "own", "open", "own-shops"]
"""What a permission covers: everything in the organisation; what the person owns, what is shared with them and what is
public; their own; what isn't restricted to others; the shops whose team they are in."""
SCOPES: Final[dict[str, tuple[Scope, str]]] = {
    "layouts:write": ("own", ""),
    "dashboards:write": ("shared", "dashboards:manage"),
    "studio:enter": ("shared", "dashboards:manage"),
    "orders:read": ("own-shops", "orders:read-all-shops"),
    "sources:read": ("open", "sources:manage"),
    "sources:write": ("open", "sources:manage"),
    "keys:write": ("own", "users:write"),
}
"""Permission → what it covers, and the permission that widens that to the whole organisation. One that isn't here
covers the whole organisation."""

ROLE_NAMES: Final = {
    "admin": "Admin",
    "ops_manager": "Operations manager",
    "analyst": "Analyst",
    "technician": "Technician",
    "business_user": "Business user",
}
"""The names of the roles, as they are stored; `role_title` translates them."""

DEFAULT_ROLE: Final = BUSINESS_USER
"""The role of a person who is added without another: the one that permits least."""


def role_title(role: str) -> str:
    """The title of a role."""
    titles = {
        "admin": pgettext("role", "Admin"),
        "ops_manager": _("Operations manager"),
        "analyst": _("Analyst"),
        "technician": _("Technician"),
        "business_user": _("Business user"),
    }
    return titles.get(role, role)


def role_people(role: str) -> str:
    """The people with a role, within a sentence."""
    people = {
        "admin": _("admins"),
        "ops_manager": _("operations managers"),
        "analyst": _("analysts"),
        "technician": _("technicians"),
        "business_user": _("business users"),
    }
    return people.get(role, role)


ABILITIES: Final = (
    ("bench:enter", "dongles:read"),
    ("dongles:pair", "dongles:configure"),
    ("studio:enter", "layouts:write", "dashboards:write"),
    ("dashboards:manage",),
    ("sources:read",),
    ("sources:write",),
    ("sources:manage",),
    ("orders:read",),
    ("orders:read-all-shops",),
    ("orders:import",),
    ("keys:write",),
    ("admin:enter", "users:read", "sessions:read", "audit:read", "organisations:read"),
    ("sessions:revoke",),
    ("clients:write", "clients:read"),
    ("users:write", "users:export", "users:erase", "organisations:write", "organisations:upkeep"),
)
"""The permissions that people read of as one, as the same roles have them. Each is called by its first."""
RESERVED: Final = "users:write"
"""The permission of the role Admin alone: who changes people and roles could give themselves all others."""
NEEDS: Final = {
    "dongles:pair": "bench:enter",
    "dashboards:manage": "studio:enter",
    "sources:read": "studio:enter",
    "sources:write": "sources:read",
    "sources:manage": "sources:write",
    "orders:read": "studio:enter",
    "orders:read-all-shops": "orders:read",
    "orders:import": "orders:read-all-shops",
    "sessions:revoke": "admin:enter",
    "clients:write": "admin:enter",
    "users:write": "admin:enter",
}
"""Ability → the ability without which it is of no use: there is no view to use it in."""


def ability_of(act: str) -> str:
    """The ability that a permission belongs to."""
    return next(acts[0] for acts in ABILITIES if act in acts)


def abilities_of(permissions: Collection[str]) -> frozenset[str]:
    """The abilities all of whose permissions are among these."""
    return frozenset(acts[0] for acts in ABILITIES if all(act in permissions for act in acts))


def permissions_of(abilities: Iterable[str]) -> frozenset[str]:
    """All permissions of these abilities."""
    wanted = frozenset(abilities)
    return frozenset(act for acts in ABILITIES if acts[0] in wanted for act in acts)


def in_order(abilities: Iterable[str]) -> list[str]:
    """Abilities in the order of `ABILITIES`."""
    wanted = frozenset(abilities)
    return [acts[0] for acts in ABILITIES if acts[0] in wanted]


def with_needed(ability: str) -> list[str]:
    """An ability, and those without which it is of no use."""
    found = [ability]
    while needed := NEEDS.get(found[-1]):
        found.append(needed)
    return found


def with_dependent(ability: str) -> list[str]:
    """An ability, and those that are of no use without it."""
    return [one for (one, *_others) in ABILITIES if ability in with_needed(one)]


def scope_title(scope: Scope) -> str:
    """What a permission covers, in a table."""
    return {
        "organisation": _("Whole organisation"),
        "shared": _("Own, shared and public ones"),
        "own": _("Own"),
        "open": _("Unless restricted to others"),
        "own-shops": _("Own shops"),
    }[scope]


def gained_and_lost(before: str, after: str) -> tuple[list[str], list[str]]:
    """What a person can do with role `after` and couldn't with `before`, and the other way round, each in words."""
    gained, lost = (
        [acts[0] for acts in ABILITIES if has in RULES[acts[0]] and lacks not in RULES[acts[0]]]
        for has, lacks in ((after, before), (before, after))
    )
    return [ability_title(act) for act in gained], [ability_title(act) for act in lost]


def ability_title(ability: str) -> str:
    """What an ability lets a person do, within a sentence."""
    return {
        "admin:enter": _("see people, sessions and the audit log"),
        "users:write": _("change people, teams and roles"),
        "sessions:revoke": _("revoke sessions"),
        "clients:write": _("manage OAuth clients"),
        "bench:enter": _("open Bench"),
        "dongles:pair": _("pair and configure dongles"),
        "studio:enter": _("edit dashboards"),
        "dashboards:manage": _("manage everyone's dashboards"),
        "orders:read": _("see orders"),
        "orders:read-all-shops": _("see the orders of all shops"),
        "orders:import": _("import orders"),
        "sources:read": _("explore data"),
        "sources:write": _("change data sources"),
        "sources:manage": _("manage everyone's data sources"),
        "keys:write": _("have API keys for programs"),
    }[ability]


def denied_title(act: str) -> str:
    """What a person without permission `act` can't do, as a sentence."""
    return {
        "admin:enter": _("You can't open Admin."),
        "bench:enter": _("You can't open Bench."),
        "studio:enter": _("You can't open Studio."),
        "users:read": _("You can't see people."),
        "users:write": _("You can't change people, teams or roles."),
        "users:export": _("You can't export other people's data."),
        "users:erase": _("You can't erase people."),
        "sessions:read": _("You can't see other people's sessions."),
        "sessions:revoke": _("You can't revoke other people's sessions."),
        "audit:read": _("You can't see the audit log."),
        "organisations:read": _("You can't see the organisation."),
        "organisations:write": _("You can't change the organisation."),
        "organisations:upkeep": _("You can't clear what has expired."),
        "clients:read": _("You can't see OAuth clients."),
        "clients:write": _("You can't change OAuth clients."),
        "dongles:read": _("You can't see dongles."),
        "dongles:pair": _("You can't pair dongles."),
        "dongles:configure": _("You can't configure dongles."),
        "layouts:write": _("You can't change the layout."),
        "dashboards:write": _("You can't change dashboards."),
        "dashboards:manage": _("You can't manage other people's dashboards."),
        "orders:read": _("You can't see orders."),
        "orders:read-all-shops": _("You can't see the orders of all shops."),
        "orders:import": _("You can't import orders."),
        "sources:read": _("You can't explore data."),
        "sources:write": _("You can't change data sources."),
        "sources:manage": _("You can't manage other people's data sources."),
        "keys:write": _("You can't have API keys."),
    }[act]
