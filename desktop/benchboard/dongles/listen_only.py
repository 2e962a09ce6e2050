"""A dongle that is set to listen only sends nothing: the error that says so, and the command that changes it."""

import shlex

from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import Conflict
from benchboard.i18n import _


def is_listen_only(config: DongleConfig) -> bool:
    """Whether a dongle with these settings sends nothing."""
    return config.mode == "LISTEN_ONLY"


def normal_mode_command(port: str, database: str = "") -> str:
    """The command with which the dongle on `port` sends again.

    `database` is the option that names the database, if it isn't the one on this computer.
    """
    options = ["--port", shlex.quote(port), "--mode normal", database]
    return " ".join(["benchboard dongle config", *filter(None, options)])


def listen_only_error(port: str) -> Conflict:
    """That nothing can be sent, and what to do."""
    advice = _("To send, first run “{command}”.")
    return Conflict(
        "dongle.listen-only",
        _("The dongle is set to listen only, so it sends nothing."),
        do=advice.format(command=normal_mode_command(port)),
    )
