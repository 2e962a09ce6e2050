"""The titles of audit events, with placeholders for the names of an entry; and which events a search means by them."""

import re
from typing import Final

from benchboard.i18n import _
from benchboard.storage.search_text import fold

_PLACEHOLDER: Final = re.compile(r"\{\w+\}")


def event_title(event: str) -> str:
    """An event as a short phrase; an unknown one by its code."""
    return _event_titles().get(event, event)


def known_events() -> tuple[str, ...]:
    """Every event that this version records, by its code: what the audit list can be narrowed to."""
    return tuple(_event_titles())


def events_titled(text: str) -> list[str]:
    """The events with a title that contains `text`, in the language shown, ignoring case and accents."""
    wanted = fold(text)
    tables = (_event_titles(), titles_of_people(), titles_of_team_shares(), titles_of_one_object())
    titles = [(event, title) for table in tables for event, title in table.items()]
    titles += [
        ("dongle.rename", renamed_title()),
        *(("dongle.configure", title) for title in settings_titles().values()),
    ]
    return sorted({event for event, title in titles if wanted in fold(_PLACEHOLDER.sub("", title))})


def _event_titles() -> dict[str, str]:
    return {
        "session.sign-in": _("Signed in"),
        "session.sign-out": _("Signed out"),
        "session.refuse": _("Failed to sign in"),
        "session.revoke": _("Revoked a session"),
        "user.create": _("Added a person"),
        "user.disable": _("Disabled an account"),
        "user.activate": _("Enabled an account"),
        "user.reinvite": _("Set an account back to invited"),
        "team.create": _("Created a team"),
        "team.add": _("Added a person to a team"),
        "team.remove": _("Removed a person from a team"),
        "organisation.create": _("Created the organisation"),
        "dongle.find": _("Marked a lost dongle as found"),
        "dongle.observe": _("Registered a dongle"),
        "dongle.rename": _("Renamed a dongle"),
        "dongle.claim-begin": _("Started pairing a dongle"),
        "dongle.claim": _("Paired a dongle"),
        "dongle.claim-end": _("Cancelled a pairing"),
        "dongle.token-store": _("Stored a dongle's pairing key"),
        "dongle.configure": _("Changed a dongle's settings"),
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
        "dashboard.discard": _("Moved a dashboard to the trash"),
        "dashboard.restore": _("Restored a dashboard from the trash"),
        "dashboard.delete": _("Permanently deleted a dashboard"),
        "dashboard.move": _("Moved a dashboard to another folder"),
        "dashboard_folder.create": _("Created a folder"),
        "dashboard_folder.rename": _("Renamed a folder"),
        "dashboard_folder.move": _("Moved a folder"),
        "dashboard_folder.delete": _("Deleted a folder"),
        "dashboard_folder.restore": _("Restored a folder"),
        "dashboard.expire": _("Deleted a dashboard that expired in the trash"),
        "merchant.import": _("Imported shops"),
        "merchant.grant": _("Granted access to a shop"),
        "order.import": _("Imported orders"),
        "source.create": _("Added a data source"),
        "source.update": _("Changed a data source"),
        "source.refresh": _("Refreshed a data source"),
        "source.remove": _("Removed a data source"),
        "source.restore": _("Restored a data source"),
        "model.create": _("Created a data model"),
        "model.update": _("Changed a data model"),
        "model.delete": _("Deleted a data model"),
    }


def renamed_title() -> str:
    """Of a dongle, by its names before and after."""
    return _("Renamed the dongle “{before}” to “{after}”")


def settings_titles() -> dict[str, str]:
    """Of `dongle.configure`, by what was changed."""
    return {
        "": _("Wrote the settings to {dongle} again, unchanged"),
        "mode": _("Set the mode of {dongle} to {mode}"),
        "timing, mode": _("Wrote the bit timing to {dongle} and set its mode to {mode}"),
        "settings": _("Changed the settings of {dongle}"),
        "timing, settings": _("Changed the bit timing and settings of {dongle}"),
        "mode, settings": _("Changed the settings of {dongle} and set its mode to {mode}"),
        "timing, mode, settings": _("Changed the bit timing, settings and mode of {dongle}"),
    }


def titles_of_people() -> dict[str, str]:
    """By event, of what was done to a person."""
    return {
        "session.revoke": _("Revoked {name}'s session"),
        "user.create": _("Added {name}"),
        "user.disable": _("Disabled the account of {name}"),
        "user.activate": _("Enabled the account of {name}"),
        "user.reinvite": _("Set the account of {name} back to invited"),
        "team.add": _("Added {name} to the team “{team}”"),
        "team.remove": _("Removed {name} from the team “{team}”"),
        "merchant.grant": _("Granted {name} access to a shop"),
        "dashboard.share": _("Shared the dashboard “{dashboard}” with {name}"),
        "dashboard.unshare": _("Revoked {name}'s access to the dashboard “{dashboard}”"),
    }


def titles_of_team_shares() -> dict[str, str]:
    """By event, of what a team was given or lost."""
    return {
        "dashboard.share": _("Shared the dashboard “{dashboard}” with the team “{team}”"),
        "dashboard.unshare": _("Revoked the access of the team “{team}” to the dashboard “{dashboard}”"),
    }


def titles_of_one_object() -> dict[str, str]:
    """By event, of what was done to a dongle, a dashboard, a team or a data source."""
    return {
        "team.create": _("Created the team “{team}”"),
        "team.add": _("Added a person to the team “{team}”"),
        "team.remove": _("Removed a person from the team “{team}”"),
        "dongle.find": _("Marked {dongle} as found"),
        "dongle.observe": _("Registered {dongle}"),
        "dongle.rename": _("Renamed {dongle}"),
        "dongle.claim-begin": _("Started pairing {dongle}"),
        "dongle.claim": _("Paired {dongle}"),
        "dongle.claim-end": _("Cancelled the pairing of {dongle}"),
        "dongle.token-store": _("Stored the pairing key of {dongle}"),
        "dongle.configure": _("Wrote the bit timing to {dongle}"),
        "dongle.read-config": _("Read the bit timing of {dongle}"),
        "dongle.lose": _("Marked {dongle} as lost"),
        "dashboard.create": _("Created the dashboard “{dashboard}”"),
        "dashboard.duplicate": _("Duplicated the dashboard “{dashboard}”"),
        "dashboard.import": _("Imported the dashboard “{dashboard}”"),
        "dashboard.rename": _("Renamed the dashboard “{dashboard}”"),
        "dashboard.save": _("Saved the dashboard “{dashboard}”"),
        "dashboard.restore-version": _("Restored a version of the dashboard “{dashboard}”"),
        "dashboard.name-version": _("Named a version of the dashboard “{dashboard}”"),
        "dashboard.share": _("Shared the dashboard “{dashboard}”"),
        "dashboard.unshare": _("Revoked access to the dashboard “{dashboard}”"),
        "dashboard.publish": _("Shared the dashboard “{dashboard}” with everyone"),
        "dashboard.unpublish": _("Stopped sharing the dashboard “{dashboard}” with everyone"),
        "dashboard.discard": _("Moved the dashboard “{dashboard}” to the trash"),
        "dashboard.restore": _("Restored the dashboard “{dashboard}” from the trash"),
        "dashboard.delete": _("Permanently deleted the dashboard “{dashboard}”"),
        "dashboard.move": _("Moved the dashboard “{dashboard}” to another folder"),
        "dashboard_folder.create": _("Created the folder “{folder}”"),
        "dashboard_folder.rename": _("Renamed the folder “{folder}”"),
        "dashboard_folder.move": _("Moved the folder “{folder}”"),
        "dashboard_folder.delete": _("Deleted the folder “{folder}”"),
        "dashboard_folder.restore": _("Restored the folder “{folder}”"),
        "source.create": _("Added the data source “{source}”"),
        "source.update": _("Changed the data source “{source}”"),
        "source.refresh": _("Refreshed the data source “{source}”"),
        "source.remove": _("Removed the data source “{source}”"),
        "source.restore": _("Restored the data source “{source}”"),
        "model.create": _("Created the data model “{model}”"),
        "model.update": _("Changed the data model “{model}”"),
        "model.delete": _("Deleted the data model “{model}”"),
        "dashboard.expire": _("Deleted the dashboard “{dashboard}”, which expired in the trash"),
    }
