"""What a dongle is called that has no name."""

from benchboard.i18n import _


def default_title(device_id: str) -> str:
    """What a dongle without a name is called: by the end of its id."""
    return _("Dongle {id}").format(id=device_id[-4:].upper())
