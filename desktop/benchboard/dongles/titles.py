"""What a dongle is called that has no name, or one that others have."""

from benchboard.i18n import _


def default_title(device_id: str) -> str:
    """What a dongle without a name is called: by the end of its id."""
    return _("Dongle {id}").format(id=device_id[-4:].upper())


def shared_title(title: str, device_id: str) -> str:
    """What a dongle is called whose `title` others have too: also by the end of its id."""
    return _("{name} ({id})").format(name=title, id=device_id[-4:].upper())
