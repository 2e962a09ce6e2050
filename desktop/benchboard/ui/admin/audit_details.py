"""The details of an audit entry as the detail pane shows them: in words, with a copy button for IDs."""

import json
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.canbus.timing import controller
from benchboard.dashboards.access.dashboard_permissions import LEVELS, level_title
from benchboard.dongles.channel_modes import channel_mode_title
from benchboard.errors import NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity import clean_up, person_records
from benchboard.identity.api_key_titles import permissions_title
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_changes import CHANGES, changes_of
from benchboard.identity.audit_titles import detail_title, details_with_names, entry_title, reason_title, status_title
from benchboard.identity.roles import role_title
from benchboard.identity.sign_in_policy import two_step_title
from benchboard.ui.widgets import Text, copyable

_IDS: Final = frozenset({"acted_by", "claim_id", "device_id", "identity", "team_id", "user_id"})
_CHANGES: Final = ("before", "after")
_LEFT_OUT: Final = "version"
"""The detail that counts the writes of a row: it means nothing to a reader, who is told the version's number."""
_COUNTS: Final = frozenset({"added", "changed", "removed"})
"""Counts of widgets, where they are numbers."""
_PERMISSIONS: Final = frozenset({"permissions"})
"""Permissions of a role, which are shown as what they let a person do."""
_LISTS: Final = frozenset({"people", "dashboards", "sources"})
"""IDs of objects, of which the number is shown."""
_NOTHING: Final[tuple[object, ...]] = (None, "", 0, [], {})
_ORDER: Final = (
    ("changed", "name", *_CHANGES, "added", "removed", "permission", "role", "reason", "note", "number", "count"),
    ("bitrate", "data_bitrate", "mode", "email", "user_id", "team", "team_id", "acted_by", "host_name", "source"),
)
"""The details in the order in which they are read; all others are technical and follow by their keys."""
_BIT_RATES: Final = frozenset({"bitrate", "data_bitrate"})


def detail_rows(entry: AuditEntry) -> list[tuple[str, QWidget]]:
    """Titles and values of the entry's details: first what was done, then whom it was about and who did it, then where,
    then what only a technician reads. What is empty or zero is left out, and what `changed_fields` returns.
    """
    changed = {one.field for one in changes_of(entry)} if CHANGES in entry.details else set()
    told = [
        (key, title, value)
        for key, title, value in details_with_names(entry)
        if key not in (_LEFT_OUT, CHANGES, *_CHANGES, *changed) and (isinstance(value, bool) or value not in _NOTHING)
    ]
    told.sort(key=lambda detail: _place(detail[0]))
    return [(title, _value(entry, key, title, value)) for key, title, value in told]


def changed_fields(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """The titles of the fields that the entry changed, and their values before and after, in the order of details."""
    found = sorted(changes_of(entry), key=lambda one: _place(one.field))
    return [
        (detail_title(one.field), value_text(one.field, one.before), value_text(one.field, one.after)) for one in found
    ]


def what_text(entry: AuditEntry) -> str:
    """What was done, in a line: with the value before and after where one was changed, and the version that was saved,
    by which the lines of a dashboard differ.
    """
    title, version = entry_title(entry), entry.details.get("number")
    if entry.event == "dashboard.save" and isinstance(version, int):
        return _("{what}, version {number}").format(what=title, number=number(version))
    if "before" not in entry.details or entry.event == "dongle.rename":  # its title says both names
        return title
    ((_field, before, after),) = changed_fields(entry)
    return _("{what}: {before} → {after}").format(what=title, before=before, after=after)


def object_title(entry: AuditEntry) -> str:
    """What the entry's object was called then; the beginning of its ID if that isn't recorded. Empty without one."""
    if not entry.resource_id:
        return ""
    if entry.resource_type == "user" and entry.whom:
        return entry.whom
    names = (entry.details.get(key) for key in ("after", "name", "team"))
    return next((name for name in names if isinstance(name, str) and name), entry.resource_id[:8])


def value_text(key: str, value: object) -> str:
    """A value in words: `none`, the title of a mode or a controller; what is unknown as it is stored."""
    if key == "restricted_to" and (value is None or isinstance(value, list)):
        return _("everyone") if value is None else ", ".join(map(str, value)) or _("admins only")
    if value is None or value == "":
        return _("none")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if key in _BIT_RATES and isinstance(value, int):
        return number(value)
    if key in _COUNTS and isinstance(value, int):
        return ngettext("{count} widget", "{count} widgets", value).format(count=number(value))
    if key in _PERMISSIONS and isinstance(value, list):
        return permissions_title([str(one) for one in value]) or _("none")
    if key in _LISTS and isinstance(value, list):
        return number(len(value))
    if isinstance(value, int):
        return number(value)
    if key in ("cleared", "records") and isinstance(value, dict):
        titles = clean_up.kind_titles() | person_records.kind_titles()
        return "\n".join(f"{titles.get(name, name)}: {number(count)}" for name, count in value.items())
    if key == "filters" and isinstance(value, dict):
        return ", ".join(f"{name}: {chosen}" for name, chosen in value.items())
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return "\n".join(map(str, value)) or _("none")
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    if key == "controller":
        return _controller_title(value)
    if key == "reason":
        return reason_title(value)
    if key == "role":
        return role_title(value)
    if key in ("status", "status_before"):
        return status_title(value)
    if key == "two_step":
        return two_step_title(value)
    if key == "permission":
        return next((level_title(level) for level in LEVELS if level == value), value)
    return channel_mode_title(value) if key == "mode" else value


def _place(key: str) -> tuple[int, str]:
    known = [name for group in _ORDER for name in group]
    return (known.index(key), "") if key in known else (len(known), key)


def _value(entry: AuditEntry, key: str, title: str, value: object) -> QWidget:
    is_id = key in _IDS and isinstance(value, str) and value == entry.details.get(key)
    return copyable(str(value), title) if is_id else Text(value_text(key, value), selectable=True, wrap=True)


def _controller_title(name: str) -> str:
    try:
        return _(controller(name).title)
    except NotFound:
        return name
