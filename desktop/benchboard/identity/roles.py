"""The system roles of every organisation, and what each permits: one table for the program, the tests and row policies.

A permission is named `<what>:<act>`, such as `users:read`. `organisations.seed` writes both into each
database.
"""

from typing import Final

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
    "sources:read": (ADMIN, OPS_MANAGER, ANALYST, BUSINESS_USER),
    "sources:write": (ADMIN, ANALYST),
}
"""Permission → the system roles that have it, within their own organisation."""

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


def denied_title(act: str) -> str:
    """What a person without permission `act` can't do, as a sentence."""
    return {
        "admin:enter": _("You can't open Admin."),
        "bench:enter": _("You can't open Bench."),
        "studio:enter": _("You can't open Studio."),
        "users:read": _("You can't see people."),
        "users:write": _("You can't change people, teams or roles."),
        "sessions:read": _("You can't see other people's sessions."),
        "sessions:revoke": _("You can't revoke other people's sessions."),
        "audit:read": _("You can't see the audit log."),
        "organisations:read": _("You can't see the organisation."),
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
    }[act]
