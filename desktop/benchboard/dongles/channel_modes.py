"""The modes of a dongle's channel, in words."""

from benchboard.i18n import _


def channel_mode_title(mode: str) -> str:
    """What people call a mode of the protocol, such as `LISTEN_ONLY`; an unknown one as it is."""
    titles = {
        "NORMAL": _("Normal"),
        "LISTEN_ONLY": _("Listen only"),
        "LOOPBACK": _("Loopback"),
        "SILENT_LOOPBACK": _("Silent loopback"),
    }
    return titles.get(mode, mode)
