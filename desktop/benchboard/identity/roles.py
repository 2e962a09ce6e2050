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
