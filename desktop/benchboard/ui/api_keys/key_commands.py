"""The commands of API keys, and their context menu."""

from typing import Final

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group
from benchboard.ui.window_commands import LIST_VIEW

KEYS: Final = CommandScope("api_keys", LIST_VIEW)
"""A list of API keys."""
# fmt: off
REGISTRY.register(
    Command("api_keys.create", N_("Create API key"), Group.KEYS, (), "ph.plus",
            N_("new API key, access token, token for scripts, automation, CI, service account, credentials, secret")),
    Command("api_keys.rotate", N_("Rotate API key"), Group.KEYS, (), "ph.arrows-clockwise",
            N_("renew key, replace token, new secret")),
    Command("api_keys.revoke", N_("Revoke API key"), Group.KEYS, ("Del",), "ph.prohibit",
            N_("disable token, delete key, invalidate"), KEYS, danger=True),
)
# fmt: on
KEY_MENU: Final = "api_keys.key"
"""The context menu of API keys."""
REGISTRY.register_menu(KEY_MENU, MenuSection(("api_keys.rotate",)), MenuSection(("api_keys.revoke",)))
