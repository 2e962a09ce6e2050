"""The abilities in groups: how the roles' matrix and the dialog of an API key list them."""

from typing import Final

from benchboard.i18n import N_

GROUPS: Final = (
    (N_("Bench"), ("bench:enter", "dongles:pair")),
    (N_("Studio"), ("studio:enter", "dashboards:manage")),
    (N_("Data"), ("sources:read", "sources:write", "sources:manage", "orders:read", "orders:read-all-shops",
                  "orders:import")),
    (N_("Admin"), ("admin:enter", "sessions:revoke", "clients:write", "users:write")),
    (N_("Programs"), ("keys:write",)),
)  # fmt: skip
"""The abilities by the room where they are used, or after the rooms for what, in the order in which they are listed."""
DANGEROUS: Final = frozenset({"sessions:revoke", "clients:write", "users:write"})
"""Those that can shut people out, or let others in."""
