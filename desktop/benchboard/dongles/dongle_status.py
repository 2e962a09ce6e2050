"""The two facts of a dongle in a list, in words: whether it is paired, and whether it is connected."""

from benchboard.dongles.fleet import ownership_title
from benchboard.i18n import _


def pairing_title(registered: str | None, *, reported: str | None = None, failure: str = "") -> str:
    """Whether a dongle is paired with this organisation.

    `registered` is its `DongleRecord.status`, None where it isn't there; then, and once it is released, what
    the dongle `reported` counts, or the `failure` of its check, as `failure_title` says it. One that counts as paired
    and reported that it belongs to nobody is lost, or was released: to check it writes that down.
    """
    if is_paired_elsewhere(registered, reported) and not failure:
        return _("Paired elsewhere")
    if registered == "CLAIMED_ACTIVE" and reported in ("UNCLAIMED", "REVOKED"):
        return ownership_title("LOST" if reported == "UNCLAIMED" else "REVOKED")
    if registered is not None:
        return ownership_title(registered)
    return failure or ownership_title("UNCLAIMED")


def is_paired_elsewhere(registered: str | None, reported: str | None) -> bool:
    """Whether a dongle `reported` that it is paired, though not with this organisation, where its ownership state is
    `registered`.
    """
    return registered in (None, "REVOKED") and reported == "CLAIMED_ACTIVE"


def connection_title(*, connected: bool, checked: bool = True, failure: str = "", last_seen: str = "") -> str:
    """Whether a dongle is connected to this computer, or else when it was `last_seen`, as text; empty if never.

    `failure` is that of its check, as `failure_title` says it. Only a device that was `checked` is known to be the
    dongle: until then, there is a port and no more.
    """
    if failure:
        return failure
    if connected and not checked:
        return _("Not checked")
    if connected:
        return _("Connected")
    return _("Last seen {when}").format(when=last_seen) if last_seen else _("Never connected")
