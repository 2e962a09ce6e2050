"""The abilities in groups: how the roles' matrix and the dialog of an API key list them."""

from collections.abc import Container
from typing import Final

from benchboard.i18n import N_, _
from benchboard.identity.roles import ABILITIES, ability_title

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


def ticked_with_text(others: Container[str], *, on: bool) -> str:
    """What was ticked or unticked with a permission, and why, for screen readers; empty without others."""
    values = ", ".join(ability_title(one) for (one, *_acts) in ABILITIES if one in others)
    with_it = _("Also ticked, because it needs them: {values}.")
    without = _("Also unticked, because they need it: {values}.")
    return (with_it if on else without).format(values=values) if values else ""
