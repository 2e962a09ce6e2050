"""What API keys are called in the window and on the command line."""

from collections.abc import Sequence

from benchboard.i18n import _
from benchboard.identity.api_keys import KeyState
from benchboard.identity.roles import abilities_of, ability_title, in_order, permissions_of


def key_state_title(state: KeyState) -> str:
    """The state of a key."""
    return {"active": _("Active"), "expired": _("Expired"), "revoked": _("Revoked")}[state]


def permission_titles(permissions: Sequence[str]) -> list[str]:
    """What permissions let somebody do, in words; those that are but a part of what people read of as one, by name."""
    abilities = in_order(abilities_of(permissions))
    rest = sorted(set(permissions) - permissions_of(abilities))
    return [*map(ability_title, abilities), *rest]


def permissions_title(permissions: Sequence[str]) -> str:
    """The same in a line."""
    return ", ".join(permission_titles(permissions))
