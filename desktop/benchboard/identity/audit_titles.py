"""Audit log entries as sentences, for the window and the command line."""

from typing import Final

from benchboard.i18n import N_, _
from benchboard.identity.audit import AuditEntry
from benchboard.identity.event_titles import (
    event_title,
    renamed_title,
    settings_titles,
    titles_of_one_object,
    titles_of_people,
    titles_of_team_shares,
)
from benchboard.identity.roles import role_title


def entry_title(entry: AuditEntry) -> str:
    """An entry as a sentence without its subject: with the person or thing affected, if there is one.

    Names stand in quotes after what they name: `Saved the dashboard “Line 2”`. What the test of an OAuth client did
    begins with that.
    """
    title = _title_of(entry)
    return _("Test: {what}").format(what=title) if entry.details.get("test") is True else title


def _title_of(entry: AuditEntry) -> str:
    dongle, dashboard = _dongle_name(entry), _resource_name(entry, "dashboard")
    team = _resource_name(entry, "team") or _detail_text(entry, "team")
    source = _resource_name(entry, "source")
    model = _resource_name(entry, "model")
    folder = _resource_name(entry, "dashboard_folder")
    profile = _resource_name(entry, "profile")
    role, key = _resource_name(entry, "role"), _resource_name(entry, "key")
    client = _resource_name(entry, "client") or _detail_text(entry, "client")
    signing_key = _resource_name(entry, "jwk")
    invited = _resource_name(entry, "invitation")
    identity = team or role or key or client or signing_key or invited
    named = dongle or dashboard or identity or source or model or folder or profile
    own_key = bool(key) and entry.user_id == entry.details.get("user_id")
    if entry.whom is not None and not own_key:
        titles = titles_of_people()
    elif dashboard and team:
        titles = titles_of_team_shares()
    else:
        titles = titles_of_one_object() if named else {}
    if entry.event == "dongle.rename" and (renamed := _renamed(entry)):
        return renamed
    settings = _settings_title(entry) if entry.event == "dongle.configure" and dongle else ""
    if settings:
        return settings.format(dongle=_dongle_in_sentence(entry), mode=_mode_in_sentence(entry))
    if sentence := titles.get(entry.event):
        quoted = _dongle_in_sentence(entry)
        return sentence.format(
            name=entry.whom,
            dongle=quoted,
            dashboard=dashboard,
            team=team,
            role=role,
            key=key or signing_key,
            invited=invited,
            source=source,
            model=model,
            folder=folder,
            profile=profile,
            client=client,
        )
    rest = entry.whom or named  # of an event that a later version recorded
    return f"{event_title(entry.event)}: {rest}" if rest else event_title(entry.event)


def _renamed(entry: AuditEntry) -> str:
    """What a dongle was called, and is; a dongle without a name is called by its ID. Empty if either isn't recorded."""
    numbered = _dongle_by_id(entry)
    before, after = (_detail_text(entry, key) or numbered for key in ("before", "after"))
    return renamed_title().format(before=before, after=after) if before and after else ""


def _settings_title(entry: AuditEntry) -> str:
    """What was changed on a dongle; empty for the bit timing alone, and for an entry that doesn't record it."""
    changed = entry.details.get("changed")
    return settings_titles().get(changed if isinstance(changed, str) else "timing", "")


def _mode_in_sentence(entry: AuditEntry) -> str:
    mode = _detail_text(entry, "mode")
    return {
        "NORMAL": _("normal"),
        "LISTEN_ONLY": _("listen only"),
        "LOOPBACK": _("loopback"),
        "SILENT_LOOPBACK": _("silent loopback"),
    }.get(mode, mode)


_FAILURES: Final = {
    "dongle.already-claimed": N_("The dongle was already paired"),
    "dongle.bad-signature": N_("The dongle rejected a signature"),
    "dongle.claim-lost": N_("The dongle no longer knew of this pairing"),
    "dongle.claim-revoked": N_("The dongle had ended this pairing for good"),
    "dongle.claims-exhausted": N_("The dongle can no longer be paired"),
    "dongle.no-claim": N_("The dongle no longer knew of this pairing"),
    "dongle.not-authentic": N_("The dongle rejected an altered message"),
    "dongle.not-pressed": N_("The button wasn't pressed in time"),
    "dongle.refused": N_("The dongle couldn't read the request"),
    "dongle.signature-required": N_("The dongle was paired with another organisation"),
    "dongle.silent": N_("It stopped responding"),
    "dongle.storage": N_("The dongle couldn't save the data"),
    "dongle.token-conflict": N_("The dongle held another pairing key"),
    "dongle.untrusted": N_("The device couldn't prove its identity"),
    "dongle.version": N_("The dongle uses another version of the protocol"),
    "dongle.wrong-device": N_("Another dongle was on its port"),
    "port.busy": N_("Another program used its port"),
    "port.denied": N_("Its port couldn't be opened"),
    "port.disturbed": N_("Another program used its port"),
    "port.failed": N_("Its port failed"),
    "port.gone": N_("It was unplugged"),
    "port.missing": N_("It was unplugged"),
    "port.stuck": N_("It stopped responding"),
}
"""Why a pairing ended, by the code of the error that ended it."""


def reason_title(reason: str) -> str:
    """Why something ended, from the code that is stored; a code of an error that is not named here says so."""
    known = {
        "client": _("The client asked for it"),
        "code": _("The code was wrong or had expired"),
        "code-replay": _("A code was used a second time"),
        "refresh-reuse": _("A refresh token was used a second time"),
        "revoked": _("Revoked"),
        "absent": _("The dongle no longer had the pairing"),
        "claimed elsewhere": _("The dongle was paired elsewhere"),
        "dongle.cancelled": _("Cancelled"),
        "expired": _("Its time ran out"),
        "reset": _("The dongle was reset"),
        "no answer": _("Written off without an answer from the dongle"),
        "token not held": _("The dongle didn't have the pairing key"),
    }
    if reason in _FAILURES:
        return _(_FAILURES[reason])
    return known.get(reason) or (_("Error {code}").format(code=reason) if "." in reason else reason)


def status_title(status: str) -> str:
    """The state of an account or a session, from the code that is stored; an unknown one as it is."""
    known = {
        "active": _("Active"),
        "inactive": _("Disabled"),
        "pending": _("Invited"),
        "deleted": _("Deleted"),
        "disabled": _("Disabled"),
        "ended": _("Ended"),
        "published": _("Published"),
        "retired": _("Retired"),
        "signing": _("Signs"),
        "revoked": _("Revoked"),
        "revoked-by-owner": _("Revoked"),
        "signed-out": _("Signed out"),
    }
    return known.get(status, status)


def details_with_names(entry: AuditEntry) -> list[tuple[str, str, object]]:
    """Keys, titles and values of the details, in order. People, teams and roles are named; a deleted person has only
    an ID.
    """
    role = entry.details.get("role")
    names = {
        "acted_by": (_("Done by"), entry.acted_by),
        "role": (_("Role"), role_title(role) if isinstance(role, str) else None),
        "user_id": (_("Person"), entry.whom),
    }
    shown = []
    for key, value in sorted(entry.details.items()):
        title, name = names.get(key, ("", None))
        told = key == "access" or (key == "team_id" and entry.details.get("team"))  # by their names, in another one
        if not told:
            shown.append((key, title, name) if name else (key, detail_title(key), value))
    return shown


def detail_title(key: str) -> str:
    """A detail of an entry by its title; an unknown one by its key."""
    return {
        "acted_by": _("Done by (ID)"),
        "added": _("Added"),
        "algorithm": _("Algorithm"),
        "api_key": _("By API key"),
        "after": _("After"),
        "before": _("Before"),
        "bitrate": _("Bit rate (bit/s)"),
        "changed": _("Changed"),
        "changes": _("Changes"),
        "cleared": _("Cleared"),
        "client": _("OAuth client"),
        "claim_id": _("Pairing ID"),
        "client_id": _("Client ID"),
        "controller": _("Controller"),
        "count": _("Count"),
        "department": _("Department"),
        "dashboards": _("Dashboards"),
        "description": _("Description"),
        "people": _("People"),
        "permissions": _("Permissions"),
        "sources": _("Data sources"),
        "data_bitrate": _("Data bit rate (bit/s)"),
        "device_id": _("Dongle ID"),
        "dialect": _("Dialect"),
        "email": _("Email"),
        "ends": _("Ends"),
        "entries": _("Entries"),
        "expires": _("Expires"),
        "filters": _("Filters"),
        "folder": _("Folder"),
        "format": _("Format"),
        "from_id": _("Previous owner (ID)"),
        "grant_types": _("Grant types"),
        "has_role": _("Has the role"),
        "host_name": _("Computer"),
        "identity": _("Identity"),
        "key": _("API key"),
        "keys": _("API keys"),
        "key_version": _("Key version"),
        "in_team": _("In the team"),
        "kind": _("Kind"),
        "mode": _("Mode"),
        "name": _("Name"),
        "note": _("Version name"),
        "number": _("Version"),
        "owner": _("Owner"),
        "permission": _("Access"),
        "previous_until": _("Old secret works until"),
        "reason": _("Reason"),
        "published_until": _("Old key published until"),
        "records": _("Records"),
        "redirect_uris": _("Redirect URIs"),
        "removed": _("Removed"),
        "renamed": _("Name before"),
        "restricted_to": _("Restricted to"),
        "revision": _("Configuration revision"),
        "role": _("Role"),
        "scopes": _("Scopes"),
        "secret_ends_in": _("Secret ends in"),
        "shortest_password": _("Shortest password"),
        "signing_key": _("Signing key"),
        "source": _("Source"),
        "stated_reason": _("Reason"),
        "status": _("Status"),
        "status_before": _("Status before"),
        "team": _("Team"),
        "team_id": _("Team ID"),
        "test": _("Test of an OAuth client"),
        "tokens": _("Tokens"),
        "two_step": _("Two-step sign-in is required for"),
        "type": _("Type"),
        "user_id": _("Person ID"),
        "version": _("Dashboard revision"),
    }.get(key, key)


def actor_title(entry: AuditEntry) -> str:
    """Who did it; of what an admin did with another person's account, both."""
    who = entry.who or _("System")
    return _("{admin} as {person}").format(person=who, admin=entry.acted_by) if entry.acted_by else who


def _dongle_name(entry: AuditEntry) -> str:
    """The name it was given then, or what a dongle without a name is called (as `dongles.titles.default_title`)."""
    if entry.resource_type != "dongle":
        return ""
    return _given_name(entry) or _dongle_by_id(entry)


def _dongle_by_id(entry: AuditEntry) -> str:
    end = _detail_text(entry, "device_id")[-4:].upper()
    return _("Dongle {id}").format(id=end) if end else ""


def _given_name(entry: AuditEntry) -> str:
    return next((name for key in ("after", "before", "name") if (name := _detail_text(entry, key))), "")


def _dongle_in_sentence(entry: AuditEntry) -> str:
    """A dongle in quotes, after what it is unless its name says that."""
    pattern = _("the dongle “{name}”") if _given_name(entry) else _("“{name}”")
    return pattern.format(name=_dongle_name(entry))


def _resource_name(entry: AuditEntry, resource_type: str) -> str:
    """The name at that time of an object of this type; empty for one of another type."""
    return _detail_text(entry, "name") if entry.resource_type == resource_type else ""


def _detail_text(entry: AuditEntry, key: str) -> str:
    """A detail that is text; empty for any other."""
    text = entry.details.get(key)
    return text if isinstance(text, str) else ""
