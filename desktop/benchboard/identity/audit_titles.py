"""Audit log entries as sentences, for the window and the command line."""

from benchboard.i18n import _
from benchboard.identity.audit import AuditEntry


def event_title(event: str) -> str:
    """An event as a short phrase; an unknown one by its code."""
    return _event_titles().get(event, event)


def known_events() -> tuple[str, ...]:
    """Every event that this version records, by its code: what the audit list can be narrowed to."""
    return tuple(_event_titles())


def _event_titles() -> dict[str, str]:
    return {
        "session.sign-in": _("Signed in"),
        "session.sign-out": _("Signed out"),
        "session.refuse": _("Sign-in failed"),
        "session.revoke": _("Revoked a session"),
        "user.create": _("Added a person"),
        "user.disable": _("Disabled a person"),
        "user.activate": _("Activated a person"),
        "user.reinvite": _("Set a person back to invited"),
        "team.create": _("Created a team"),
        "team.add": _("Added a person to a team"),
        "team.remove": _("Removed a person from a team"),
        "organisation.create": _("Created the organisation"),
        "dongle.find": _("Marked a lost dongle as found"),
        "dongle.observe": _("Registered a dongle"),
        "dongle.rename": _("Renamed a dongle"),
        "dongle.claim-begin": _("Started pairing a dongle"),
        "dongle.claim": _("Paired a dongle"),
        "dongle.claim-end": _("Ended an incomplete pairing"),
        "dongle.token-store": _("Stored a dongle's token"),
        "dongle.configure": _("Wrote a dongle's bit timing"),
        "dongle.read-config": _("Read a dongle's bit timing"),
        "dongle.lose": _("Marked a dongle as lost"),
        "dashboard_layout.save": _("Saved their home page"),
        "dashboard.create": _("Created a dashboard"),
        "dashboard.duplicate": _("Duplicated a dashboard"),
        "dashboard.import": _("Imported a dashboard"),
        "dashboard.rename": _("Renamed a dashboard"),
        "dashboard.save": _("Saved a dashboard"),
        "dashboard.restore-version": _("Restored a version of a dashboard"),
        "dashboard.name-version": _("Named a version of a dashboard"),
        "dashboard.share": _("Shared a dashboard"),
        "dashboard.unshare": _("Revoked access to a dashboard"),
        "dashboard.publish": _("Shared a dashboard with everyone"),
        "dashboard.unpublish": _("Stopped sharing a dashboard with everyone"),
        "dashboard.discard": _("Moved a dashboard to trash"),
        "dashboard.restore": _("Restored a dashboard from trash"),
        "dashboard.delete": _("Deleted a dashboard permanently"),
        "dashboard.expire": _("Deleted a dashboard whose time in trash was over"),
        "merchant.import": _("Imported shops"),
        "merchant.grant": _("Granted access to a shop"),
        "order.import": _("Imported orders"),
    }


def entry_title(entry: AuditEntry) -> str:
    """An entry as a sentence without its subject: with the person, dongle or dashboard affected, if there is one."""
    if entry.whom is None:
        name = _dongle_name(entry) or _resource_name(entry, "dashboard") or _resource_name(entry, "team")
        if name and (sentence := _titles_of_everyone().get(entry.event)):
            return sentence.format(dashboard=name)
        return f"{event_title(entry.event)}: {name}" if name else event_title(entry.event)
    about_a_person = {
        "session.revoke": _("Revoked {name}'s session"),
        "user.create": _("Added {name}"),
        "user.disable": _("Disabled {name}"),
        "user.activate": _("Activated {name}"),
        "user.reinvite": _("Set {name} back to invited"),
        "team.add": _("Added {name} to the team “{team}”"),
        "team.remove": _("Removed {name} from the team “{team}”"),
        "merchant.grant": _("Granted {name} access to a shop"),
        "dashboard.share": _("Shared “{dashboard}” with {name}"),
        "dashboard.unshare": _("Revoked {name}'s access to “{dashboard}”"),
    }
    sentence = about_a_person.get(entry.event)
    return (
        sentence.format(
            name=entry.whom, dashboard=_resource_name(entry, "dashboard"), team=_resource_name(entry, "team")
        )
        if sentence
        else f"{event_title(entry.event)}: {entry.whom}"
    )


def _titles_of_everyone() -> dict[str, str]:
    return {
        "dashboard.publish": _("Shared “{dashboard}” with everyone"),
        "dashboard.unpublish": _("Stopped sharing “{dashboard}” with everyone"),
    }


def detail_title(key: str) -> str:
    """A detail of an entry by its title; an unknown one by its key."""
    return {
        "acted_by": _("Done by (ID)"),
        "after": _("After"),
        "before": _("Before"),
        "bitrate": _("Bit rate (bit/s)"),
        "claim_id": _("Pairing ID"),
        "controller": _("Controller"),
        "count": _("Count"),
        "data_bitrate": _("Data bit rate (bit/s)"),
        "device_id": _("Dongle ID"),
        "dialect": _("Dialect"),
        "email": _("Email"),
        "host_name": _("Computer"),
        "identity": _("Identity"),
        "key_version": _("Key version"),
        "mode": _("Mode"),
        "name": _("Name"),
        "note": _("Version name"),
        "number": _("Version"),
        "permission": _("Access"),
        "reason": _("Reason"),
        "revision": _("Configuration revision"),
        "role": _("Role"),
        "source": _("Source"),
        "team_id": _("Team ID"),
        "user_id": _("Person ID"),
        "version": _("Revision"),
    }.get(key, key)


def actor_title(entry: AuditEntry) -> str:
    """Who did it, and who did it in their name."""
    who = entry.who or _("System")
    return _("{person} (by {admin})").format(person=who, admin=entry.acted_by) if entry.acted_by else who


def _dongle_name(entry: AuditEntry) -> str:
    """The name it was given then, or its id as a dongle without a name is called."""
    if entry.resource_type != "dongle":
        return ""
    for key in ("after", "before", "name"):
        if isinstance(name := entry.details.get(key), str):
            return name
    device_id = entry.details.get("device_id")
    return _("Dongle {id}").format(id=device_id[-4:].upper()) if isinstance(device_id, str) else ""


def _resource_name(entry: AuditEntry, resource_type: str) -> str:
    """The name at that time of an object of this type; empty for one of another type."""
    name = entry.details.get("name") if entry.resource_type == resource_type else None
    return name if isinstance(name, str) else ""
