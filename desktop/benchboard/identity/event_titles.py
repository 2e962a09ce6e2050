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
        "invitation.create": _("Invited a person"),
        "invitation.resend": _("Renewed an invitation"),
        "invitation.revoke": _("Revoked an invitation"),
        "invitation.accept": _("Accepted an invitation"),
        "key.create": _("Created an API key"),
        "key.revoke": _("Revoked an API key"),
        "key.rotate": _("Rotated an API key"),
        "key.refuse": _("Used an API key that isn't valid"),
        "user.create": _("Added a person"),
        "user.disable": _("Disabled an account"),
        "user.activate": _("Enabled an account"),
        "user.reinvite": _("Set an account back to invited"),
        "user.delete": _("Deleted an account"),
        "user.restore": _("Restored an account"),
        "user.export-data": _("Exported what is held about a person"),
        "user.erase": _("Erased a person"),
        "user.rename": _("Renamed a person"),
        "user.change-email": _("Changed an email address"),
        "user.change-department": _("Changed a department"),
        "user.change-role": _("Changed a role"),
        "user.set-password": _("Set a password"),
        "user.turn-on-second-factor": _("Turned on two-step sign-in"),
        "user.turn-off-second-factor": _("Turned off two-step sign-in"),
        "user.reset-second-factor": _("Reset two-step sign-in"),
        "user.use-recovery-code": _("Used a recovery code"),
        "user.refuse": _("Entered a wrong password or code for two-step sign-in"),
        "user.lock": _("Locked sign-in after failed tries"),
        "user.unlock": _("Unlocked sign-in"),
        "team.create": _("Created a team"),
        "team.rename": _("Renamed a team"),
        "team.delete": _("Deleted a team"),
        "team.restore": _("Restored a team"),
        "team.add": _("Added a person to a team"),
        "team.remove": _("Removed a person from a team"),
        "role.create": _("Created a role"),
        "role.rename": _("Renamed a role"),
        "role.change-description": _("Changed the description of a role"),
        "role.change-permissions": _("Changed the permissions of a role"),
        "role.delete": _("Deleted a role"),
        "role.restore": _("Restored a role"),
        "role.assign": _("Gave a person a role"),
        "role.unassign": _("Took a role from a person"),
        "client.create": _("Registered an OAuth client"),
        "client.update": _("Changed an OAuth client"),
        "client.rotate-secret": _("Rotated the secret of an OAuth client"),
        "client.end-secret": _("Ended the old secret of an OAuth client"),
        "client.disable": _("Disabled an OAuth client"),
        "client.enable": _("Enabled an OAuth client"),
        "client.delete": _("Deleted an OAuth client"),
        "client.restore": _("Restored an OAuth client"),
        "jwk.generate": _("Made a signing key"),
        "jwk.rotate": _("Rotated the signing keys"),
        "jwk.retire": _("Retired a signing key"),
        "client.consent": _("Agreed to an OAuth client"),
        "client.revoke-consent": _("Revoked a consent to an OAuth client"),
        "token.issue": _("Got tokens"),
        "token.refuse": _("Was refused tokens"),
        "token.revoke": _("Revoked an access token"),
        "token.revoke-family": _("Revoked tokens of one authorization"),
        "organisation.create": _("Created the organisation"),
        "organisation.change-sign-in": _("Changed the sign-in rules"),
        "organisation.clean-up": _("Cleared what had expired"),
        "audit.export": _("Exported the audit log"),
        "audit.accept": _("Accepted an audit log that doesn't fit what was seen before"),
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
        "dongle.hand-over": _("Handed a dongle over to another person"),
        "profile.save": _("Saved a bit timing profile"),
        "profile.delete": _("Deleted a bit timing profile"),
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
        "dashboard.hand-over": _("Handed a dashboard over to another person"),
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
        "source.recover": _("Read a data source that couldn't be read before"),
        "source.remove": _("Removed a data source"),
        "source.restore": _("Restored a data source"),
        "source.restrict": _("Restricted a data source"),
        "source.unrestrict": _("Opened a data source to everyone"),
        "source.grant": _("Granted access to a data source"),
        "source.revoke": _("Revoked access to a data source"),
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
        "key.create": _("Created {name}'s API key “{key}”"),
        "key.revoke": _("Revoked {name}'s API key “{key}”"),
        "key.rotate": _("Rotated {name}'s API key “{key}”"),
        "key.refuse": _("Used {name}'s API key “{key}”, which isn't valid"),
        "user.create": _("Added {name}"),
        "user.disable": _("Disabled the account of {name}"),
        "user.activate": _("Enabled the account of {name}"),
        "user.reinvite": _("Set the account of {name} back to invited"),
        "user.delete": _("Deleted the account of {name}"),
        "user.restore": _("Restored the account of {name}"),
        "user.export-data": _("Exported what is held about {name}"),
        "user.rename": _("Renamed {name}"),
        "user.change-email": _("Changed the email address of {name}"),
        "user.change-department": _("Changed the department of {name}"),
        "user.change-role": _("Changed the role of {name}"),
        "user.set-password": _("Set the password of {name}"),
        "user.turn-on-second-factor": _("Turned on two-step sign-in of {name}"),
        "user.turn-off-second-factor": _("Turned off two-step sign-in of {name}"),
        "user.reset-second-factor": _("Reset two-step sign-in of {name}"),
        "user.use-recovery-code": _("Used a recovery code of {name}"),
        "user.refuse": _("Entered a wrong password or code for two-step sign-in of {name}"),
        "user.lock": _("Locked the sign-in of {name} after failed tries"),
        "user.unlock": _("Unlocked the sign-in of {name}"),
        "team.add": _("Added {name} to the team “{team}”"),
        "team.remove": _("Removed {name} from the team “{team}”"),
        "role.assign": _("Gave {name} the role “{role}”"),
        "role.unassign": _("Took the role “{role}” from {name}"),
        "merchant.grant": _("Granted {name} access to a shop"),
        "client.revoke-consent": _("Revoked the access of the OAuth client “{client}” to the account of {name}"),
        "token.revoke": _("Revoked a token of the OAuth client “{client}” for {name}"),
        "dashboard.share": _("Shared the dashboard “{dashboard}” with {name}"),
        "dashboard.unshare": _("Revoked {name}'s access to the dashboard “{dashboard}”"),
        "dashboard.hand-over": _("Handed the dashboard “{dashboard}” over to {name}"),
        "dongle.hand-over": _("Handed {dongle} over to {name}"),
        "source.grant": _("Granted {name} access to the data source “{source}”"),
        "source.revoke": _("Revoked {name}'s access to the data source “{source}”"),
    }


def titles_of_team_shares() -> dict[str, str]:
    """By event, of what a team was given or lost."""
    return {
        "dashboard.share": _("Shared the dashboard “{dashboard}” with the team “{team}”"),
        "dashboard.unshare": _("Revoked the access of the team “{team}” to the dashboard “{dashboard}”"),
    }


def titles_of_one_object() -> dict[str, str]:
    """By event, of what was done to one object that has a name."""
    return {
        "team.create": _("Created the team “{team}”"),
        "team.rename": _("Renamed the team “{team}”"),
        "team.delete": _("Deleted the team “{team}”"),
        "team.restore": _("Restored the team “{team}”"),
        "invitation.create": _("Invited {invited}"),
        "invitation.resend": _("Renewed the invitation of {invited}"),
        "invitation.revoke": _("Revoked the invitation of {invited}"),
        "invitation.accept": _("Accepted the invitation of {invited}"),
        "key.create": _("Created the API key “{key}”"),
        "key.revoke": _("Revoked the API key “{key}”"),
        "key.rotate": _("Rotated the API key “{key}”"),
        "key.refuse": _("Used the API key “{key}”, which isn't valid"),
        "role.create": _("Created the role “{role}”"),
        "role.rename": _("Renamed the role “{role}”"),
        "role.change-description": _("Changed the description of the role “{role}”"),
        "role.change-permissions": _("Changed the permissions of the role “{role}”"),
        "role.delete": _("Deleted the role “{role}”"),
        "role.restore": _("Restored the role “{role}”"),
        "role.assign": _("Gave a person the role “{role}”"),
        "role.unassign": _("Took the role “{role}” from a person"),
        "client.create": _("Registered the OAuth client “{client}”"),
        "client.update": _("Changed the OAuth client “{client}”"),
        "client.rotate-secret": _("Rotated the secret of the OAuth client “{client}”"),
        "client.end-secret": _("Ended the old secret of the OAuth client “{client}”"),
        "client.disable": _("Disabled the OAuth client “{client}”"),
        "client.enable": _("Enabled the OAuth client “{client}”"),
        "client.delete": _("Deleted the OAuth client “{client}”"),
        "client.restore": _("Restored the OAuth client “{client}”"),
        "jwk.generate": _("Made the signing key “{key}”"),
        "jwk.rotate": _("Rotated the signing keys: “{key}” signs"),
        "jwk.retire": _("Retired the signing key “{key}”"),
        "client.consent": _("Agreed to the OAuth client “{client}”"),
        "client.revoke-consent": _("Revoked a consent to the OAuth client “{client}”"),
        "token.issue": _("The OAuth client “{client}” got tokens"),
        "token.refuse": _("The OAuth client “{client}” was refused tokens"),
        "token.revoke": _("Revoked an access token of the OAuth client “{client}”"),
        "token.revoke-family": _("Revoked the tokens of an authorization of the OAuth client “{client}”"),
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
        "dongle.hand-over": _("Handed {dongle} over to another person"),
        "profile.save": _("Saved the bit timing profile “{profile}”"),
        "profile.delete": _("Deleted the bit timing profile “{profile}”"),
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
        "dashboard.hand-over": _("Handed the dashboard “{dashboard}” over to another person"),
        "dashboard_folder.create": _("Created the folder “{folder}”"),
        "dashboard_folder.rename": _("Renamed the folder “{folder}”"),
        "dashboard_folder.move": _("Moved the folder “{folder}”"),
        "dashboard_folder.delete": _("Deleted the folder “{folder}”"),
        "dashboard_folder.restore": _("Restored the folder “{folder}”"),
        "source.create": _("Added the data source “{source}”"),
        "source.update": _("Changed the data source “{source}”"),
        "source.refresh": _("Refreshed the data source “{source}”"),
        "source.recover": _("Read the data source “{source}”, which couldn't be read before"),
        "source.remove": _("Removed the data source “{source}”"),
        "source.restore": _("Restored the data source “{source}”"),
        "source.restrict": _("Restricted the data source “{source}”"),
        "source.unrestrict": _("Opened the data source “{source}” to everyone"),
        "source.grant": _("Granted a team access to the data source “{source}”"),
        "source.revoke": _("Revoked a team's access to the data source “{source}”"),
        "model.create": _("Created the data model “{model}”"),
        "model.update": _("Changed the data model “{model}”"),
        "model.delete": _("Deleted the data model “{model}”"),
        "dashboard.expire": _("Deleted the dashboard “{dashboard}”, which expired in the trash"),
    }
